"""Tables of a workbook for an installed methodology that has a single value or none."""

from __future__ import annotations

from typing import Any

from jcm_calc.authoring import home
from jcm_calc.authoring.module_source import parameters_source
from jcm_calc.authoring.official_files.translating import Translation
from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Kind
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Source, unconfirmed
from jcm_calc.reports.workbook.symbols import Symbols

UNREAD = "FILL IN: who has read the document"


def revision_source(found: Translation, known: Declarations, source: Source) -> str:
    """Return the text of a module that revises a methodology with the tables of its workbook; empty if there are none.

    A table that does not fit becomes a remark.
    """
    symbols, corrected, changed = Symbols(known.inputs), known.corrected(UNREAD), list[str]()
    for one in found.quantities.values():
        own = symbols.find(one.symbol) if one.what == "table" and not one.filled_in else None
        if own is None or own.kind is not Kind.DEFAULT or own.table is not None:
            continue
        key = known.inputs.get(own.by) or symbols.find(found.quantities[one.by].symbol)
        if key is None or key.is_class != (found.quantities[one.by].what == "key") or own.unit != one.unit:
            told = _(
                "the table of {symbol} is not put into {number}: the parameter that selects a row, or the unit, differs"
            )
            found.remark(one.cells[0], told.format(symbol=one.symbol, number=known.number))
            continue
        more: dict[str, Any] = {way: " ".join(sorted(getattr(own, way))) for way in ("raises", "lowers", "either")}
        more |= {way: str(value) for way in ("bounds", "plausible") if (value := getattr(own, way)) is not None}
        corrected.default(
            own.symbol,
            own.unit,
            name=own.name,
            index=own.indices,
            by=key.name,
            values=one.table,
            text=own.text,
            evidence=unconfirmed(f"{one.place}, read by a program", source=source),
            **{way: given for way, given in more.items() if given},
        )
        changed.append(own.name)
    if not changed:
        return ""
    module, name = home(known)
    title = (
        f"{known.number} ver {known.version} with the tables of its monitoring spreadsheet, which no person has read."
    )
    return "\n".join(
        [
            f'"""{title}"""',
            "",
            "from jcm_calc.evidence import Source, unconfirmed",
            f"from {module} import {name} as earlier",
            "",
            f'm = earlier.corrected(by="{UNREAD}")',
            "",
            *parameters_source(corrected, changed),
            "",
        ]
    )
