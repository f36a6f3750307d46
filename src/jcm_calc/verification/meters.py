"""Group E: what workbooks say of meters and their calibration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jcm_calc.verification.checks import check
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.material import Material, Submission
from jcm_calc.workbook.tables import Row

CLASS = re.compile(r"(?:accuracy )?class\s*(?:of\s*)?(\d+(?:\.\d+)?)", re.I)
EVERY = re.compile(r"calibrat\w*[^.;]*?every\s+(?:(\d+|two|three|five|ten)\s+)?(month|year)s?", re.I)
WORDS = {"two": 2, "three": 3, "five": 5, "ten": 10, "": 1}


def procedures(submission: Submission, kind: str) -> dict[str, Row]:
    """Return the first row of each parameter that says how it is measured."""
    found: dict[str, Row] = {}
    for parameter, row in submission.rows(kind):
        if row.text("procedure"):
            found.setdefault(parameter.symbol, row)
    return found


def _pairs(material: Material) -> Iterator[tuple[str, Row, str, str]]:
    """Yield what report and plan say of the measurement of a parameter."""
    planned = procedures(material.registered, "MPS")
    for symbol, row in procedures(material.report, "MRS").items():
        if symbol in planned:
            yield symbol, row, row.text("procedure"), planned[symbol].text("procedure")


@check(
    "E3",
    "Interval differs from the plan",
    "Meters are calibrated as often as the plan says; no longer interval is reported.",
    needs="plan",
    asked="https://cdm.unfccc.int/IRCheck/poaiss_forms/QYNMUBL9X2KFDTO/viewPublic",
)
def interval(material: Material) -> Iterator[Finding]:
    """Find intervals of calibration other than planned; an error where they are longer."""
    for symbol, row, now, before in _pairs(material):
        found, expected = _months(now), _months(before)
        if found and expected and found != expected:
            message = f"the meter of {symbol} is calibrated every {found} months, and the plan says {expected}"
            severity = Severity.ERROR if found > expected else Severity.WARNING
            yield Finding(
                message, row.cells["procedure"].address, symbol, found, expected, "the plan", severity=severity
            )


def _months(text: str) -> int:
    match = EVERY.search(text)
    if match is None:
        return 0
    count = WORDS.get((match[1] or "").casefold()) or int(match[1])
    return count * (12 if match[2].casefold() == "year" else 1)


@check(
    "E9",
    "Date that can be read two ways",
    "Dates are dates, or written so that they can be read in one way only.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/O2MB1J8QAT6GF9H/viewPublic",
)
def two_ways(material: Material) -> Iterator[Finding]:
    """Find dates such as 12/03/2024."""
    for problem in material.asked("can be read in two ways|can be read in one way only"):
        cause = "asked of the project participant: day or month first?"
        yield Finding(f"{problem.subject}: {problem.complaint}", subject=problem.subject, cause=cause)


@check(
    "E10",
    "Accuracy class other than planned",
    "The accuracy class of a meter is the planned one, or better.",
    needs="plan",
    asked="https://cdm.unfccc.int/IRCheck/poaiss_forms/QYNMUBL9X2KFDTO/viewPublic",
)
def accuracy(material: Material) -> Iterator[Finding]:
    """Find classes other than planned; an error where they are worse."""
    for symbol, row, now, before in _pairs(material):
        found, expected = CLASS.search(now), CLASS.search(before)
        if found and expected and float(found[1]) != float(expected[1]):
            worse = float(found[1]) > float(expected[1])
            message = f"the meter of {symbol} has class {found[1]}, and the plan has {expected[1]}"
            severity = Severity.ERROR if worse else Severity.WARNING
            yield Finding(
                message, row.cells["procedure"].address, symbol, found[1], expected[1], "the plan", severity=severity
            )
