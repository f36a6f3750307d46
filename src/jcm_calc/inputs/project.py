"""What is said about a project, and about how its parameters are monitored: which keys there are, and of which kind.

The sections [project] and [sources] of a case file hold them, and so do the arguments ``project=`` and
``sources=``. A key that nothing would use is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, shown, suggestion
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.units.dates import day

PROJECT = {
    "title": "text",
    "number": "text",
    "participants": "list of texts",
    "personnel": "table",
    "submitted": "date",
    "start": "date",
    "end": "date",
    "host_accounts": "list of texts",
    "transfer_list": "text",
    "note": "text",
}
LABELS = {
    "title": _("Title"),
    "number": _("Reference Number"),
    "participants": _("Participants"),
    "personnel": _("Responsible personnel"),
    "submitted": _("Submitted for validation"),
    "start": _("First day of the crediting period"),
    "end": _("Last day of the crediting period"),
    "host_accounts": _("Accounts of the host country"),
    "transfer_list": _("List of the host country's transfer cap"),
    "note": _("Note"),
}
MONITORING = ("option", "source", "procedure", "frequency", "comment")
OPTIONS = ("A", "B", "C")
# The columns of a parameter that is fixed ex ante.
FIXED = ("source", "comment")

EXPECTED = {
    "text": _("a text in quotes"),
    "list of texts": _('a list of texts such as ["one", "another"]'),
    "table": _("a table of texts"),
}

Sources = Mapping[str, Mapping[str, str]]


def as_mapping(
    argument: str, given: Any, example: str, problems: list[Problem], *, optional: bool = False
) -> Mapping[Any, Any]:
    """Return what an argument holds; anything but a mapping is a problem, and None where it is not optional."""
    if given is None and optional:
        return {}
    if isinstance(given, Mapping):
        return given
    complaint = _("got {given}, must be a mapping such as {example}")
    problems.append(Problem(argument, complaint.format(given=shown(given), example=example)))
    return {}


def unknown_key(subject: str, key: Any, known: Collection[str]) -> Problem:
    """Return the complaint about a key that nothing uses."""
    names = _("; known are {names}").format(names=", ".join(known))
    return Problem(subject, _("unknown key") + suggestion(str(key), known) + names)


def checked(m: Declarations, project: Any, sources: Any) -> tuple[dict[str, Any], Sources]:
    """Return what the arguments ``project=`` and ``sources=`` say.

    Raises
    ------
    InputError
        If a key or a parameter is unknown, or a value is of another kind.

    Examples
    --------
    >>> from jcm_calc import methodology
    >>> checked(methodology("PW_AM001"), {"nummber": "PW001"}, {"EG": {"optoin": "C"}})
    Traceback (most recent call last):
    jcm_calc.base.problems.InputError: 2 problems with the input of PW_AM001 ver 1.0; nothing was calculated
      project['nummber']: unknown key; did you mean number?; known are title, number, ...
      sources['EG']['optoin']: unknown key; did you mean option?; known are option, source, ...
    """
    problems: list[Problem] = []
    said = as_mapping("project", project, "{'number': 'PW001'}", problems, optional=True)
    problems += project_problems(said)
    example = "{'EG': {'option': 'C'}}"
    monitoring: Sources = as_mapping("sources", sources, example, problems, optional=True)
    problems += unknown_parameters(m, monitoring, sources_argument)
    for name, given in monitoring.items():
        problems += monitoring_problems(name, given, sources_argument)
    if problems:
        raise InputError(str(m), problems)
    return dated(said), monitoring


def project_problems(project: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the keys and values of an argument ``project=``."""
    for key, value in project.items():
        subject = f"project[{key!r}]"
        if key in PROJECT:
            yield from of_kind(subject, value, PROJECT[key])
        else:
            yield unknown_key(subject, key, PROJECT)


def unknown_parameters(m: Declarations, sources: Sources, argument: Callable[..., str]) -> Iterator[Problem]:
    """Yield the names that are no parameter's, and those by which a parameter is named twice.

    Parameters
    ----------
    m : Methodology
    sources : mapping
        By the name or symbol of a parameter how it is monitored.
    argument : callable
        From a name, and maybe a key, to what a complaint calls them.
    """
    seen: dict[str, str] = {}
    for name in sources:
        parameter = _parameter(m, name)
        if parameter is None:
            complaint = _("{m} has no such parameter{hint}")
            yield Problem(argument(name), complaint.format(m=m, hint=suggestion(str(name), m.inputs)))
        elif (other := seen.setdefault(parameter.name, name)) != name:
            yield Problem(argument(name), _("is given twice: as {other}, too").format(other=argument(other)))


def _parameter(m: Declarations, name: Any) -> Parameter | None:
    return next((one for one in m.inputs.values() if name in (one.name, one.symbol)), None)


def monitoring_problems(name: str, given: Any, argument: Callable[..., str]) -> Iterator[Problem]:
    """Yield what is wrong with how one parameter is said to be monitored."""
    if not isinstance(given, Mapping):
        some = _("{came} came, expected a table with some of {names}")
        yield Problem(argument(name), some.format(came=written(given), names=", ".join(MONITORING)))
        return
    for key, value in given.items():
        subject = argument(name, key)
        if key not in MONITORING:
            yield unknown_key(subject, key, MONITORING)
        elif not isinstance(value, str):
            yield from of_kind(subject, value, "text")
        elif key == "option" and value and value.removeprefix("Option ").strip() not in OPTIONS:
            complaint = _("got {given}, must be one of {names}")
            yield Problem(subject, complaint.format(given=shown(value), names=", ".join(OPTIONS)))


def sources_argument(name: str, key: str | None = None) -> str:
    """Return what a complaint calls an entry of the argument ``sources=``."""
    return f"sources[{name!r}]" + ("" if key is None else f"[{key!r}]")


def without_column(m: Declarations, sources: Sources, entered: Collection[str]) -> Iterator[Problem]:
    """Yield what is said of parameters for which the spreadsheet has no cell.

    Parameters
    ----------
    m : Methodology
    sources : mapping
        From `checked`.
    entered : collection of str
        The names of the parameters that have a row.
    """
    for name, given in sources.items():
        parameter = _parameter(m, name)
        if parameter is None or not any(given.values()):
            continue
        if parameter.name not in entered:
            complaint = _("has no row in this workbook, in which {name} is not entered")
            yield Problem(sources_argument(name), complaint.format(name=name))
        elif parameter.kind is not Kind.MONITORED:
            for key in (key for key in given if key not in FIXED and given[key]):
                complaint = _("has no column, for {name} is fixed ex ante: write it into 'comment'")
                yield Problem(sources_argument(name, key), complaint.format(name=name))


# Kinds of values


def of_kind(subject: str, value: Any, kind: str) -> Iterator[Problem]:
    """Yield the complaint about a value that is of another kind."""
    if kind == "date":
        try:
            day(value)
        except ValueError as error:
            yield Problem(subject, str(error))
    elif not is_kind(kind, value):
        complaint = _("{came} came, expected {expected}")
        yield Problem(subject, complaint.format(came=written(value), expected=EXPECTED[kind]))


def is_kind(kind: str, value: Any) -> bool:
    """Whether a value is of a kind that `PROJECT` names."""
    if kind == "text":
        return isinstance(value, str)
    if kind == "list of texts":
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return isinstance(value, Mapping) and all(isinstance(one, str) for one in (*value, *value.values()))


def dated(project: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said about a project, with days as dates; what is not a day stays as it is."""
    found = dict(project)
    for key in (key for key, kind in PROJECT.items() if kind == "date" and key in found):
        with suppress(ValueError):
            found[key] = day(found[key])
    return found


def written(value: Any) -> str:
    """Return a value as somebody wrote it, cut to a readable length."""
    return _("the date {day}").format(day=value) if isinstance(value, date) else shown(value)


def as_text(value: Any) -> str:
    """Write an entry of a project as text."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {as_text(one)}" for key, one in value.items())
    return ", ".join(map(as_text, value)) if isinstance(value, list | tuple) else str(value)
