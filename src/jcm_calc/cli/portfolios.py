"""`jcm portfolio`: many projects at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jcm_calc.api.portfolios import Portfolio, portfolio
from jcm_calc.api.portfolios.outcomes import FORMATS, GROUPS, HEADINGS
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS, UNUSABLE
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.reports.html import amounts
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    import pandas as pd

EMISSIONS = ("RE", "PE", "ER", "estimate", "difference")


def calculate_portfolio(
    source: str,
    by: Sequence[str],
    target: Path | None,
    force: bool,
    evidence: EvidenceFiles,
    strict: bool,
    as_json: bool,
) -> int:
    """Calculate the projects of a source, write what comes out, and return the exit code."""
    output.check_target(target, force, FORMATS)
    for name in by:
        if name not in GROUPS:
            complaint = _("got {name}; must be one of {names}").format(name=name, names=", ".join(GROUPS))
            raise output.bad("--by", complaint)
    with output.bar(_("projects")) as update:

        def progress(done: int, of: int) -> None:
            update(completed=done, total=of)

        found = portfolio(source, evidence=evidence, errors="collect", progress=progress)
    if target is not None:
        with output.writing(target):
            found.to_file(target, overwrite=force)
    if as_json:
        output.data(_as_data(found, by))
    else:
        _page(found, by or ("country",))
    _complain(found)
    if found.unusable:
        return UNUSABLE
    return DIFFERS if strict and found.remarks else 0


def _as_data(found: Portfolio, by: Sequence[str]) -> dict[str, object]:
    tables = {"projects": found.table, "problems": found.problems, "filled": found.filled}
    if by:
        tables["sums"] = found.by(*by).reset_index()
    counts = {"given": len(found.outcomes), "calculated": len(found.outcomes) - found.unusable}
    return {
        "counts": counts,
        "notices": list(map(str, found.notices)),
        **{name: output.records(frame) for name, frame in tables.items()},
    }


def _page(found: Portfolio, by: Sequence[str]) -> None:
    title = _("Portfolio of {projects}, by {names}: an estimate, in tCO2")
    names = Message(", ").join(HEADINGS[name] for name in by)
    output.heading(title.format(projects=found.counted, names=names))
    if found.remarks:
        output.paragraph(found.headline, bold=True)
    for notice in found.notices:
        output.paragraph(notice)
    _table(found.by(*by).reset_index())
    if not found.filled.empty:
        output.heading(_("Filled in from the list of projects"))
        _table(found.filled)
    against = found.against_estimates()
    if not against.empty:
        output.heading(_("Ex post against the estimate ex ante, tCO2"))
        _table(against.reset_index())


def _table(frame: pd.DataFrame) -> None:
    output.table(
        [HEADINGS.get(name, name) for name in frame.columns],
        [
            [_shown(str(name), cell) for name, cell in zip(frame, row, strict=True)]
            for row in frame.itertuples(index=False)
        ],
    )


def _shown(name: str, cell: object) -> str:
    if is_missing(cell):
        return _("undated") if name == "year" else ""
    if name == "ratio":
        return f"{cell:.3f}"
    if name in EMISSIONS and isinstance(cell, float):
        return amounts.tonnes(cell)
    return f"{cell:,}" if name in ("projects", "tonnes") else str(cell)


def _complain(found: Portfolio) -> None:
    for one in found.outcomes:
        if one.problems:
            title = _("{project} ({source}) cannot be used").format(project=one.job.project, source=one.job.source)
            output.complaints(title, one.problems)
        output.remarks(
            [
                Problem(Message("{}: {}").format(one.job.project, problem.subject), problem.complaint)
                for problem in one.warnings
            ]
        )
