"""What is said about a project, and about how its parameters are monitored: which keys there are, and of which kind.

The sections [project] and [sources] of a case file hold them, and so do the arguments ``project=`` and
``sources=``. A key that nothing would use is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, shown, suggestion
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.schema import Check, Field, by_name, got, item, read_table, text, text_list
from jcm_calc.units import dates, magnitude
from jcm_calc.units.dates import day

OPTIONS = ("A", "B", "C")


def option(given: Any) -> str:
    """Return an option of monitoring."""
    if text(given) and given.removeprefix("Option ").strip() not in OPTIONS:
        raise ValueError(got(given, _("one of {names}").format(names=", ".join(OPTIONS))))
    return str(given)


def estimate_of(given: Any) -> dict[int | None, float]:
    """Return the tCO2 that were expected, by calendar year; a single number holds for each year, under None."""
    if given is None:
        return {}
    several = given if isinstance(given, Mapping) else {None: given}
    return {year if year is None else year_of(year): tonnes_of(one) for year, one in several.items()}


def tonnes_of(given: Any) -> float:
    """Return an estimate in tCO2."""
    try:
        found = math.nan if isinstance(given, bool) else float(magnitude(given, "tCO2"))
    except TypeError:  # not a number at all
        found = math.nan
    if not 0 <= found < math.inf:
        raise ValueError(_("got {given}; must be an estimate of at least 0 tCO2").format(given=shown(given)))
    return found


def year_of(given: Any) -> int:
    """Return a calendar year."""
    text = str(given).strip()
    if not re.fullmatch(r"\d{4}", text):
        raise ValueError(_("got {given}; must be a calendar year such as 2024").format(given=shown(given)))
    return int(text)


def estimate(given: Any) -> Any:
    """Return estimates as they were given, after a look at them."""
    estimate_of(given)
    return given


# What is said of a project: of which kind, and what it is called.
KEYS: Mapping[str, tuple[Check, Message]] = {
    "title": (text, _("Title")),
    "number": (text, _("Reference Number")),
    "participants": (text_list, _("Participants")),
    "personnel": (by_name(text), _("Responsible personnel")),
    "submitted": (day, _("Submitted for validation")),
    "start": (day, _("First day of the crediting period")),
    "end": (day, _("Last day of the crediting period")),
    "estimate": (estimate, _("Emission reductions expected, tCO2 a year")),
    "host_accounts": (text_list, _("Accounts of the host country")),
    "transfer_list": (text, _("List of the host country's transfer cap")),
    "note": (text, _("Note")),
}
PROJECT = {key: Field(check) for key, (check, _label) in KEYS.items()}
LABELS = {key: label for key, (_check, label) in KEYS.items()}
MONITORING = {
    "option": Field(option),
    **dict.fromkeys(("source", "procedure", "frequency", "comment"), Field(text)),
}
# The columns of a parameter that is fixed ex ante.
FIXED = ("source", "comment")

Sources = Mapping[str, Mapping[str, str]]


def as_mapping(
    argument: str, given: Any, example: str, problems: list[Problem], *, optional: bool = False
) -> Mapping[Any, Any]:
    """Return what an argument holds; anything but a mapping is a problem, and None where it is not optional."""
    if given is None and optional:
        return {}
    if isinstance(given, Mapping):
        return given
    problems.append(Problem(argument, got(given, _("a mapping such as {example}").format(example=example))))
    return {}


def checked(m: Declarations, project: Any, sources: Any) -> tuple[dict[str, Any], Sources]:
    """Return what the arguments ``project=`` and ``sources=`` say."""
    problems: list[Problem] = []
    project = as_mapping("project", project, "{'number': 'PW001'}", problems, optional=True)
    said = read_table("project", project, PROJECT, problems, at=item)
    problems += ends_before_start(said, partial(item, "project"))
    monitoring: Sources = as_mapping("sources", sources, "{'EG': {'option': 'C'}}", problems, optional=True)
    place = partial(item, "sources")
    problems += unknown_parameters(m, monitoring, place)
    for name, given in monitoring.items():
        read_table(place(name), given, MONITORING, problems, at=item)
    InputError.raise_for(str(m), problems)
    return said, monitoring


def ends_before_start(project: Mapping[str, Any], place: Callable[[str], str]) -> Iterator[Problem]:
    """Complain of a crediting period whose last day is before its first; ``place`` is as in `unknown_parameters`."""
    start, end = project.get("start"), project.get("end")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        message = _("got {end}; must not be before the first day of the crediting period, {start}")
        yield Problem(place("end"), message.format(end=end, start=start))


def in_future(project: Mapping[str, Any]) -> Iterator[Problem]:
    """Complain of a project that is said to have been submitted on a day to come."""
    submitted = project.get("submitted")
    if isinstance(submitted, date) and submitted > dates.today():
        message = _(
            "got {day}, which is after today; must be the day on which the project was submitted for validation"
        )
        yield Problem("submitted", message.format(day=submitted))


def unknown_parameters(m: Declarations, sources: Sources, place: Callable[[str], str]) -> Iterator[Problem]:
    """Yield the names that belong to no parameter, and those by which a parameter is named twice.

    ``place`` returns where a name is, for complaints.
    """
    seen: dict[str, str] = {}
    for name in sources:
        parameter = _parameter(m, name)
        if parameter is None:
            complaint = _("{m} has no such parameter{hint}")
            yield Problem(place(name), complaint.format(m=m, hint=suggestion(str(name), m.inputs)))
        elif (other := seen.setdefault(parameter.name, name)) != name:
            yield Problem(place(name), _("is given twice: as {other}, too").format(other=place(other)))


def _parameter(m: Declarations, name: Any) -> Parameter | None:
    return next((one for one in m.inputs.values() if name in (one.name, one.symbol)), None)


def without_column(m: Declarations, sources: Sources, entered: Collection[str]) -> Iterator[Problem]:
    """Yield what is said of parameters for which the spreadsheet has no cell.

    ``entered`` are the names of the parameters that have a row.
    """
    for name, given in sources.items():
        parameter = _parameter(m, name)
        if parameter is None or not any(given.values()):
            continue
        if parameter.name not in entered:
            complaint = _("has no row in this workbook, in which {name} is not entered")
            yield Problem(item("sources", name), complaint.format(name=name))
        elif parameter.kind is not Kind.MONITORED:
            for key in (key for key in given if key not in FIXED and given[key]):
                complaint = _("has no column, for {name} is fixed ex ante: write it into 'comment'")
                yield Problem(item(item("sources", name), key), complaint.format(name=name))


def as_text(value: Any) -> str:
    """Write an entry of a project as text."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {as_text(one)}" for key, one in value.items())
    return ", ".join(map(as_text, value)) if isinstance(value, list | tuple) else str(value)
