"""What a notebook shows of a result, an explanation, a methodology, a parameter or an equation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jcm_calc.base import notebook
from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import _
from jcm_calc.reports.explanation import explain
from jcm_calc.reports.html.formulas import PageEquations
from jcm_calc.reports.html.pages import page, prefix
from jcm_calc.reports.html.sections import LEGEND, Code, Formula, Named, Section, Sources, sections

if TYPE_CHECKING:
    from jcm_calc.declarations.methodology import Declarations
    from jcm_calc.results.calculation import Calculation

# More units than this are for `Result.by_unit`, not for a page.
UNITS = 20


def result(found: Calculation) -> str:
    """Return the page of a result."""
    notebook.note_shown(str(found.methodology))
    return page("result.html", **summary(found), **explain(found, "ER", {}).content(prefix()))


def summary(found: Calculation) -> dict[str, Any]:
    """Return what a page needs to show the emissions by year, by period and by unit, and their state."""
    emissions = found.emissions
    columns = [amounts.tolist() for amounts in emissions.values()]
    try:
        split = ""
        years = [
            {"label": str(one.year or _("undated")), **one.emissions, "tonnes": one.tonnes}
            for one in found.calendar_years()
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
        "unconfirmed": grouped((item.kind, item) for item in found.unconfirmed),
    }


def methodology(m: Declarations) -> str:
    """Return the page of a methodology."""
    return page("methodology.html", **_declared(m))


def methodology_file(m: Declarations) -> str:
    """Return the page of a methodology for a separate file, to read with the document."""
    content = _declared(m)
    named = [(f"section-{number}", section.title) for number, section in enumerate(content["sections"], 1)]
    named += [("sources", _("Sources")), ("grades", _("Grades"))]
    return page("methodology_page.html", named=named, legend=LEGEND, **content)


def entry(m: Declarations, name: str) -> str:
    """Return the page of what a methodology declares under one name."""
    content = _declared(m, name)
    texts = " ".join(text for section in content["sections"] for texts in section.details for text in texts)
    numbers = content["sources"].numbers
    content["sources"].numbers = {source: number for source, number in numbers.items() if f"[{number}]" in texts}
    return page("entry.html", **content)


def _of_name(section: Section, name: str) -> Section:
    """Return the rows of a section that are headed by the symbol of a name."""
    rows = [place for place, (head, *_) in enumerate(section.rows) if isinstance(head, Named) and head.name == name]
    return replace(
        section, rows=[section.rows[place] for place in rows], details=[section.details[place] for place in rows]
    )


def _declared(m: Declarations, name: str = "") -> dict[str, Any]:
    """Return what a page needs to show all that a methodology declares, or what it declares under one name."""
    sources, names = Sources(), {name} if name else {*m.inputs, *(rule.name for rule in m.rules)}
    found = list(sections(m, sources))
    if name:
        found = [part for section in found if (part := _of_name(section, name)).rows]
    formulas = PageEquations(m.symbols(), names, prefix())
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
