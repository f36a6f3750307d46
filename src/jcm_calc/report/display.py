"""What a notebook shows of a result, an explanation, a methodology, a parameter or an equation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from jcm_calc import notebook
from jcm_calc.credits import Item
from jcm_calc.languages import Message, _, language, ngettext, translated
from jcm_calc.report import amounts
from jcm_calc.report.formulas import Formulas
from jcm_calc.report.sections import LEGEND, Code, Formula, Named, Section, Sources, grade, sections
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    from jcm_calc.declarations import Methodology
    from jcm_calc.explanation import Explanation
    from jcm_calc.result import Result

# More units than this are for `Result.by_unit`, not for a page.
UNITS = 20
_pages = count(1)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("jcm_calc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_said,
    )
    found.globals |= {"_": Message, "ngettext": ngettext, "language": language}
    found.filters |= {
        "tonnes": amounts.tonnes,
        "amount": amounts.value,
        "grade": grade,
        "linked": linked,
        "coded": coded,
    }
    return found


def _said(value: Any) -> Any:
    """Return what a template shows: messages in the language of the context."""
    if hasattr(value, "__html__"):
        return value
    return translated(value if isinstance(value, str) else str(value))


def page(template: str, **content: Any) -> str:
    """Fill in a template."""
    return notebook.visible(_environment().get_template(template).render(**content))


def linked(text: str) -> Markup:
    """Return a text in which addresses of the web are links."""
    parts = re.split(r"(https?://[^\s<>\"')\]]+)", translated(text))
    links = (Markup('<a href="{0}">{0}</a>').format(part) for part in parts[1::2])
    return Markup("").join(part for pair in zip(parts[::2], [*links, ""], strict=True) for part in pair)


def coded(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    parts = translated(text).split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def _prefix() -> str:
    """Return the beginning of the anchors of a page of its own."""
    return f"jcm{next(_pages)}-"


def explanation(found: Explanation) -> str:
    """Return the page of an explanation."""
    return page("explanation.html", **explained(found, _prefix()))


def explained(found: Explanation, prefix: str) -> dict[str, Any]:
    """Return what a page needs to show an explanation."""
    return {
        "explanation": found,
        "formulas": Formulas(found.symbols, {step.name for step in found.steps}, prefix),
    }


def result(found: Result) -> str:
    """Return the page of a result."""
    notebook.said(str(found.methodology))
    return page("result.html", **summary(found), **explained(found.explain("ER"), _prefix()))


def summary(found: Result) -> dict[str, Any]:
    """Return what a page needs to show the emissions by year, by period and by unit, and their state."""
    emissions = found.emissions
    columns = [amounts.tolist() for amounts in emissions.values()]
    try:
        frame, split = found.years(), ""
        years = [
            {"label": _("undated") if is_missing(year) else str(year), **row}
            for year, row in zip(frame.index, frame.to_dict("records"), strict=True)
        ]
    except ValueError as error:
        years, split = [], str(error)
    count = sum(
        axis.size
        for letter, axis in found.inputs.axes.items()
        if letter != "p" and not axis.scalar and letter not in found.inputs.absent
    )
    return {
        "result": found,
        "headings": list(emissions),
        "periods": list(zip(map(str, found.inputs.periods), *columns, strict=True)),
        "years": years,
        "split": split,
        "units": list(found.by_unit().iterrows()) if 1 < count <= UNITS else [],
        "unit_count": count,
        "unconfirmed": by_kind(found.unconfirmed),
    }


def by_kind(items: tuple[Item, ...]) -> Mapping[str, list[Item]]:
    """Return items by their kind."""
    kinds: dict[str, list[Item]] = {}
    for item in items:
        kinds.setdefault(item.kind, []).append(item)
    return kinds


def methodology(m: Methodology) -> str:
    """Return the page of a methodology."""
    sources = Sources()
    names = {*m.inputs, *(rule.name for rule in m.rules)}
    return page("methodology.html", **_declared(m, list(sections(m, sources)), sources, names))


def methodology_file(m: Methodology) -> str:
    """Return the page of a methodology for a file of its own, to read beside the document."""
    sources = Sources()
    found = list(sections(m, sources))
    named = [(f"section-{number}", section.title) for number, section in enumerate(found, 1)]
    named += [("sources", _("Sources")), ("grades", _("Grades"))]
    names = {*m.inputs, *(rule.name for rule in m.rules)}
    return page("methodology_page.html", named=named, legend=LEGEND, **_declared(m, found, sources, names))


def entry(m: Methodology, name: str) -> str:
    """Return the page of what a methodology declares under one name."""
    sources = Sources()
    found = [part for section in sections(m, sources) if (part := _of_name(section, name)).rows]
    texts = " ".join(text for section in found for texts in section.details for text in texts)
    sources.numbers = {source: number for source, number in sources.numbers.items() if f"[{number}]" in texts}
    return page("entry.html", **_declared(m, found, sources, {name}))


def _of_name(section: Section, name: str) -> Section:
    """Return the rows of a section that are headed by the symbol of a name."""
    rows = [place for place, (head, *_) in enumerate(section.rows) if isinstance(head, Named) and head.name == name]
    return replace(
        section, rows=[section.rows[place] for place in rows], details=[section.details[place] for place in rows]
    )


def _declared(m: Methodology, found: list[Section], sources: Sources, names: set[str]) -> dict[str, Any]:
    formulas = Formulas(m.symbols(), names, _prefix())
    return {"m": m, "sections": found, "sources": sources, "formulas": formulas, "cells": _Cells()}


class _Cells:
    """Tell templates what a cell of a section is, and give each name its anchor once."""

    def __init__(self) -> None:
        self.anchored: set[str] = set()

    def kind(self, text: str) -> str:
        for kind in (Formula, Named, Code):
            if isinstance(text, kind):
                return kind.__name__
        return "text"

    def first(self, name: str) -> bool:
        """Whether a name is met for the first time."""
        new = name not in self.anchored
        self.anchored.add(name)
        return new
