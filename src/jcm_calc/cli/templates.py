"""`jcm template`: the empty monitoring spreadsheet or case file of a methodology."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

from jcm_calc.api.blank_case import blank_case
from jcm_calc.base.files import save
from jcm_calc.base.languages import _
from jcm_calc.cli import output, usage
from jcm_calc.reports.workbook.writing import write_template as write_workbook
from jcm_calc.rulebooks import methodology

YEARS = _("Calendar years go after --years.")


def write_template(
    number: str,
    target: Path,
    units: Sequence[str],
    years: Sequence[str],
    more_years: Sequence[str],
    force: bool,
    as_json: bool,
) -> None:
    """Write the workbook or case file, and say what to do with it; ``more_years`` follow the first after --years."""
    if more_years and not years:
        raise usage.too_many(list(more_years), YEARS, click.get_current_context())
    calendar_years = [_year(year) for year in (*years, *more_years)]
    output.check_target(target, force, (".xlsx", ".toml"))
    m = methodology(number)
    case_file = target.suffix.casefold() == ".toml"
    if case_file and units:
        complaint = _("is for a spreadsheet: a case file has no rows, its tables name the units")
        raise output.bad("--units", complaint)
    with output.writing(target):
        if case_file:
            save(target, blank_case(m, calendar_years).encode(), overwrite=force)
        else:
            counts = _counts(units or ["1"], [letter for letter in m.indices if letter != "p"])
            write_workbook(target, m, counts, calendar_years, force, None)
    if as_json:
        output.data({"written": str(target), "methodology": m.number, "version": m.version})
        return
    lines = _("{path}: fill in the lines with a ?, then run: jcm calc {path}")
    cells = _("{path}: fill in the coloured cells, then run: jcm calc {path}")
    output.paragraph((lines if case_file else cells).format(path=target))


def _year(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{3}", text):
        raise output.bad("--years", _("got {got}; must be calendar years such as 2024 2025").format(got=repr(text)))
    return int(text)


def _counts(units: Sequence[str], letters: Sequence[str]) -> dict[str, int]:
    """Return how many rows there are along each index."""
    counts: dict[str, int] = {}
    for text in units:
        match = re.fullmatch(r"(?:(\w)=)?(\d{1,7})", text)
        if match is None:
            complaint = _("got {got}; must be a number such as 3, or i=3").format(got=repr(text))
            raise output.bad("--units", complaint)
        counts |= {match[1]: int(match[2])} if match[1] else dict.fromkeys(letters, int(match[2]))
    return counts
