"""Find methodologies: each rule book is an entry point, each methodology one of its modules.

A rule book is a package named by an entry point of the group ``jcm_calc.methodologies``. Its module
``id_am003`` holds methodology ID_AM003, and is imported when somebody asks for it. Its table
``known.csv``, where it has one, names methodologies that exist and that it does not hold.
"""

from __future__ import annotations

import csv
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files

from jcm_calc.declarations import Methodology, version_key
from jcm_calc.evidence import Evidence, Grade, Source
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
                    raise MethodologyNotFoundError(f"{number} is in two rule books: {found[number]} and {path}")
                found[number] = path
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Known:
    """A methodology that exists, and that no rule book holds.

    Attributes
    ----------
    number, title : str
    sectoral_scope : int or None
        None where it was not read, as with the version (empty) and the day of approval.
    version : str
    approved : date or None
    evidence : Evidence
        What was read, and where.
    """

    number: str
    title: str
    sectoral_scope: int | None
    version: str
    approved: date | None
    evidence: Evidence

    @property
    def country(self) -> str:
        """ISO code of the partner country."""
        return self.number[:2]


@cache
def known() -> tuple[Known, ...]:
    """Return the methodologies that are known and not implemented, in the order of the numbers."""
    found: dict[str, Known] = {}
    for entry in entry_points(group=GROUP):
        table = files(entry.load()) / "known.csv"
        if table.is_file():
            with table.open(encoding="utf-8") as file:
                found |= {row["number"]: _known(row) for row in csv.DictReader(file)}
    return tuple(found[number] for number in sorted(found) if number not in modules())


def _known(row: dict[str, str]) -> Known:
    return Known(
        row["number"],
        row["title"],
        int(row["sectoral_scope"]) if row["sectoral_scope"] else None,
        row["version"],
        date.fromisoformat(row["approved"]) if row["approved"] else None,
        Evidence(Grade(row["grade"]), row["read"], Source(row["source"])),
    )


@cache
def versions(number: str) -> dict[str, Methodology]:
    """Return the versions of a methodology that can be calculated, the earliest first."""
    held = modules()
    if number not in held:
        if any(item.number == number for item in known()):
            raise MethodologyNotFoundError(
                f"{number} is known, but not implemented: `jcm list --all` says what was read"
            )
        raise MethodologyNotFoundError(f"there is no methodology {number!r} here{suggestion(number, held)}")
    module = importlib.import_module(held[number])
    found = [item for item in vars(module).values() if isinstance(item, Methodology) and item.number == number]
    if not found:
        raise MethodologyNotFoundError(f"the module {held[number]} declares no methodology {number}")
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
    existing = {item.number: item for item in latest.versions}
    if on is not None and version is not None:
        raise MethodologyNotFoundError(f"{number}: give a version or a day on which it was valid, not both")
    if on is not None:
        version = _valid_on(latest, on)
    elif version is None:
        version = list(existing)[-1]
    if version not in existing:
        raise MethodologyNotFoundError(f"{number} has no version {version!r}; known are {', '.join(existing)}")
    if version not in calculable:
        text = existing[version].text or "only its identity is known"
        raise MethodologyNotFoundError(
            f"{number} version {version} cannot be calculated: {text}; calculable: {', '.join(calculable)}"
        )
    return calculable[version]


def _valid_on(latest: Methodology, on: date) -> str:
    unknown = [item.number for item in latest.versions if item.approved is None]
    if unknown:
        raise MethodologyNotFoundError(
            f"{latest.number}: which version was valid on {on} cannot be told, because the date of approval of "
            f"version {', '.join(unknown)} is not known; name the version"
        )
    valid = [item.number for item in latest.versions if item.approved is not None and item.approved <= on]
    if not valid:
        raise MethodologyNotFoundError(f"{latest.number}: no version was approved on {on}")
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
