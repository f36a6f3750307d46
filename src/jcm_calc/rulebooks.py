"""Find methodologies: each rule book is an entry point, each methodology one of its modules.

A rule book is a package named by an entry point of the group ``jcm_calc.methodologies``. Its module
``id_am003`` holds methodology ID_AM003, and is imported when somebody asks for it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.metadata import entry_points

from jcm_calc.declarations import Methodology, version_key
from jcm_calc.evidence import Grade
from jcm_calc.languages import _
from jcm_calc.problems import suggestion

GROUP = "jcm_calc.methodologies"
MODULE = re.compile(r"[a-z]{2}_am\d{3}")


class MethodologyNotFoundError(LookupError):
    """There is no such methodology or version, or it cannot be told which one is meant."""


@cache
def modules() -> dict[str, str]:
    """Return the module of each methodology number, in the order of the numbers.

    Raises
    ------
    MethodologyNotFoundError
        If two rule books hold the same number.
    """
    found: dict[str, str] = {}
    for entry in entry_points(group=GROUP):
        package = entry.load()
        for module in pkgutil.iter_modules(package.__path__):
            if MODULE.fullmatch(module.name):
                number = module.name.upper()
                path = f"{package.__name__}.{module.name}"
                if number in found:
                    twice = _("{number} is in two rule books: {one} and {other}")
                    raise MethodologyNotFoundError(twice.format(number=number, one=found[number], other=path))
                found[number] = path
    return dict(sorted(found.items()))


@cache
def versions(number: str) -> dict[str, Methodology]:
    """Return the versions of a methodology that can be calculated, the earliest first."""
    known = modules()
    if number not in known:
        absent = _("there is no methodology {number} here{hint}")
        raise MethodologyNotFoundError(absent.format(number=repr(number), hint=suggestion(number, known)))
    module = importlib.import_module(known[number])
    found = [item for item in vars(module).values() if isinstance(item, Methodology) and item.number == number]
    if not found:
        raise MethodologyNotFoundError(
            _("the module {module} declares no methodology {number}").format(module=known[number], number=number)
        )
    return {item.version: item for item in sorted(found, key=lambda item: version_key(item.version))}


def every() -> Iterator[Methodology]:
    """Yield the latest calculable version of each methodology."""
    for number in modules():
        yield list(versions(number).values())[-1]


def methodology(number: str, version: str | None = None, on: date | None = None) -> Methodology:
    """Return a methodology.

    Parameters
    ----------
    number : str
        For example ``"ID_AM002"``.
    version : str, optional
        That version; the latest one by default.
    on : date, optional
        The version valid on this day, the day of submission for validation.

    Raises
    ------
    MethodologyNotFoundError
        If there is none, if only its identity is known, if the dates of approval that would decide
        are not known, or if both ``version`` and ``on`` are given.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.methodology("ID_AM003")
    <Methodology ID_AM003 ver 1.0: Installation of Energy-efficient Refrigerators Using Natural Refrigerant at Food
    Industry Cold Storage and Frozen Food Processing Plant>
    """
    calculable = versions(number)
    latest = list(calculable.values())[-1]
    known = {item.number: item for item in latest.versions}
    if on is not None and version is not None:
        raise MethodologyNotFoundError(
            _("{number}: give a version or a day on which it was valid, not both").format(number=number)
        )
    if on is not None:
        version = _valid_on(latest, on)
    elif version is None:
        version = list(known)[-1]
    if version not in known:
        raise MethodologyNotFoundError(
            _("{number} has no version {version}; known are {known}").format(
                number=number, version=repr(version), known=", ".join(known)
            )
        )
    if version not in calculable:
        text = known[version].text or _("only its identity is known")
        complaint = _("{number} version {version} cannot be calculated: {text}; calculable: {known}")
        told = {"number": number, "version": version, "text": text, "known": ", ".join(calculable)}
        raise MethodologyNotFoundError(complaint.format(**told))
    return calculable[version]


def _valid_on(latest: Methodology, on: date) -> str:
    unknown = [item.number for item in latest.versions if item.approved is None]
    if unknown:
        complaint = _(
            "{number}: which version was valid on {day} cannot be told, because the date of approval of "
            "version {unknown} is not known; name the version"
        )
        raise MethodologyNotFoundError(complaint.format(number=latest.number, day=on, unknown=", ".join(unknown)))
    valid = [item.number for item in latest.versions if item.approved is not None and item.approved <= on]
    if not valid:
        raise MethodologyNotFoundError(
            _("{number}: no version was approved on {day}").format(number=latest.number, day=on)
        )
    return valid[-1]


def overview(item: Methodology) -> dict[str, str | int]:
    """Return the identity of a methodology and the grades of what it declares, as one row."""
    graded = {
        "equations": [rule.evidence.grade for rule in item.rules],
        "defaults": [value.evidence.grade for parameter in item.inputs.values() for value in parameter.known()],
        "criteria": [condition.evidence.grade for condition in item.conditions],
    }
    row: dict[str, str | int] = {
        "number": item.number,
        "version": item.version,
        "title": item.title,
        "country": item.country,
        "scope": item.sectoral_scope,
    }
    for what, grades in graded.items():
        for grade in Grade:
            row[f"{what} {grade}"] = grades.count(grade)
    return row
