"""`jcm confirm`: what the official files of a user say of a methodology, and an evidence file to be signed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jcm_calc.authoring.official_files.confirming import Confirmed, Status, confirm
from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _
from jcm_calc.cli import output, surroundings
from jcm_calc.cli.codes import DIFFERS
from jcm_calc.cli.confirming import answered, signature
from jcm_calc.rulebooks import methodology

SHOWN = (Status.DIFFERS, Status.AGREES, Status.NOT_COMPARED, Status.NOT_FOUND)


def confirm_files(
    number: str,
    workbook: Path,
    document: Path | None,
    version: str | None,
    target: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Compare, report, ask who signs at a terminal, and write the evidence file; return the exit code."""
    output.check_target(target, force, (".toml",))
    with output.working(_("comparing")):
        found = confirm(methodology(number, version), workbook, document)
    if as_json:
        output.data({**found.as_data(), "written": target and str(target)})
    else:
        _report(found)
    if target is not None:
        answers, person, day = _asked(found) if surroundings.at_terminal() and not as_json else ({}, "", "")
        with output.writing(target):
            pictures = [] if found.text is None else found.text.save_pictures(target.with_suffix(""), overwrite=force)
            save(target, found.evidence(person, day, answers).encode(), overwrite=force)
        if not as_json:
            _written(found, target, bool(person))
            if pictures:
                message = _("Equations of the document that were not read are pictures: {paths}")
                output.paragraph(message.format(paths=", ".join(map(str, pictures))))
    return 0 if found.settled else DIFFERS


def _asked(found: Confirmed) -> tuple[dict[tuple[str, str, str], dict[str, Any]], str, str]:
    """Ask, with the document in hand, for what is not proposed; then who signs, and when."""
    answers: dict[tuple[str, str, str], dict[str, Any]] = {}
    if found.document is not None:
        left = [one for one in found.lines if not one.answer and not one.statement.confirmed]
        answers = answered(found.m, [one.statement for one in left], {one.statement.key: one.seen for one in left})
    return answers, *(signature() if found.proposed or answers else ("", ""))


def _report(found: Confirmed) -> None:
    message = _("{file}: {methodology}, SHA-256 {sha256}, sheets {sheets}")
    kind = found.comparison.layout.kind
    output.paragraph(message.format(file=found.workbook.name, methodology=found.m, sha256=found.sha256, sheets=kind))
    if found.text is not None:
        message, known = _("{file}: {number} ver {version}, SHA-256 {sha256}: {title}"), found.text
        output.paragraph(
            message.format(
                file=known.name, number=known.number, version=known.version, sha256=known.sha256, title=known.title
            )
        )
    for remark in found.remarks:
        output.paragraph(Message("{}: {}").format(found.workbook.name, remark), bold=True)
    output.heading(_("Quantities"))
    headings = [_("symbol"), _("unit"), _("in the workbook"), _("unit"), _("cell"), ""]
    units = ("unit", "unit in the workbook")
    rows = [one | {key: _("none") if one[key] is None else one[key] or "-" for key in units} for one in found.matched]
    output.table(headings, [list(one.values()) for one in rows])
    output.heading(_("Formulas and values by meaning"))
    output.paragraph(Message("{}: {}").format(kind, _covered(found, found.coverage)))
    lines = [one for status in SHOWN for one in found.of(status)]
    output.table(
        ["", "", _("cell")],
        [[Message(one.status), one.statement.name, one.place] for one in lines],
        [[Message("({})").format(one.statement.case) if one.statement.case else "", one.said] for one in lines],
    )
    for text in _differences(found):
        output.paragraph(text, indent=2)
    if reader := found.of(Status.READER):
        message = _("For a reader of the document: {items}")
        output.paragraph(message.format(items=Message(", ").join(str(one.statement) for one in reader)))
    if found.text is not None:
        _side_by_side(found)
    if not found.compared:
        output.paragraph(_("No equation was compared."), bold=True)


def _side_by_side(found: Confirmed) -> None:
    """Write what the document says next to what is declared."""
    output.heading(_("The document next to the library; whether both say the same is for a person"))
    for one in found.lines:
        if one.seen:
            output.paragraph(Message("{}: {}").format(str(one.statement), one.statement.reading))
            for text in one.seen:
                output.paragraph(text, indent=4)
    for text in found.unread:
        output.paragraph(text)
    for other in found.others:
        output.paragraph(_("Only in the document: {row}").format(row=other))


def _covered(found: Confirmed, counts: dict[str, Any]) -> str:
    """Say what the inputs cover."""
    parts = [_("{count} inputs").format(count=counts["inputs"])]
    if counts["rows"] > 1:
        message = _("{rows} rows each, {count} of them with blank rows")
        parts.append(message.format(rows=counts["rows"], count=counts["with blank rows"]))
    symbols = found.m.symbols()
    for name, count in counts["with an amount at 0"].items():
        parts.append(_("{count} with {symbol} = 0").format(count=count, symbol=symbols[name]))
    for name, count in counts["classes"].items():
        parts.append(_("{count} classes of {symbol}").format(count=count, symbol=symbols[name]))
    for name, count in counts["limits"].items():
        parts.append(_("{symbol} at, below and above {count} limits").format(count=count, symbol=symbols[name]))
    if counts["branches"]:
        message = _("{taken} of {count} branches of IF, MIN and MAX")
        parts.append(message.format(taken=counts["branches taken"], count=counts["branches"]))
    return Message(", ").join(parts)


def _differences(found: Confirmed) -> Iterator[str]:
    """Yield by how much inputs move what differs, and table 3."""
    symbols, compared = found.m.symbols(), found.comparison
    kind = compared.layout.kind
    for one in compared.elasticities:
        message = _("{kind}: 1 % more {of} moves {on} {there} in the workbook, {here} in the library")
        there, here = (f"{percent:+.2f} %" for percent in (one.there, one.here))
        yield message.format(kind=kind, of=symbols[one.of], on=symbols[one.on], there=there, here=here)
    for name, outcome in (pair for case in compared.shown[-1:] for pair in case.outcomes.items()):
        for first in outcome.apart[:1] if name in compared.inputs.draws[0].values else ():
            message = _("{kind}: {cell} shows {there} instead of {symbol} = {here}, which is filled in")
            yield message.format(kind=kind, cell=first.address, symbol=symbols[name], **first.numbers)
    if compared.table_3.place is not None:
        message = _("{kind}: table 3 gives {there}, ER is {here}")
        yield message.format(kind=kind, **compared.table_3.numbers)


def _written(found: Confirmed, target: Path, signed: bool) -> None:
    message = _("{path}: {count} of {all} items proposed from the workbook, with cell and SHA-256")
    output.paragraph(message.format(path=target, count=len(found.proposed), all=len(found.lines)), bold=True)
    if not signed and found.proposed:
        output.paragraph(_("It confirms nothing until [reader] has a person and a date."))
    output.paragraph(_("Next: jcm evidence check {path}").format(path=target))
