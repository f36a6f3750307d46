"""Find methodologies: each rule book is an entry point, each methodology one of its modules.

A rule book is a package named by an entry point of the group ``jcm_calc.methodologies``. Its module
``id_am003`` holds methodology ID_AM003, and is imported when somebody asks for it. A module such as
``id_am003_mended`` adds versions to a methodology that stands elsewhere, or mends one of them. Its table
``known.csv``, where it has one, names methodologies that exist and that it does not hold.
"""

from __future__ import annotations

import csv
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any

from jcm_calc.declarations import Methodology, version_key
from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.evidence import GRADES, Evidence, Grade, Source
from jcm_calc.languages import _
from jcm_calc.problems import InputError, Problem, listed, shown, suggestion

GROUP = "jcm_calc.methodologies"
MODULE = re.compile(r"([a-z]{2}_am\d{3})(_\w+)?")


class MethodologyNotFoundError(LookupError):
    """There is no such methodology or version, or it cannot be told which one is meant."""


@cache
def _every_module() -> dict[str, tuple[str, ...]]:
    """Return the modules of each number: the one that holds it, and those that add to it."""
    found: dict[str, list[str]] = {}
    for entry in entry_points(group=GROUP):
        package = entry.load()
        for module in pkgutil.iter_modules(package.__path__):
            if match := MODULE.fullmatch(module.name):
                found.setdefault(match[1].upper(), []).append(f"{package.__name__}.{module.name}")
    return {number: tuple(sorted(paths, key=_adds)) for number, paths in sorted(found.items())}


def modules_of(number: str) -> tuple[str, ...]:
    """Return the module that holds a methodology, and after it those that add to it."""
    return _every_module().get(number, ())


def _adds(path: str) -> bool:
    """Whether a module adds to a methodology that stands elsewhere."""
    match = MODULE.fullmatch(path.rpartition(".")[2])
    return match is not None and match[2] is not None


@cache
def modules() -> dict[str, str]:
    """Return the module of each methodology number, in the order of the numbers.

    Raises
    ------
    MethodologyNotFoundError
        If two rule books hold the same number.
    """
    found: dict[str, str] = {}
    for number, paths in _every_module().items():
        own = [path for path in paths if not _adds(path)]
        if len(own) > 1:
            twice = _("{number} is in two rule books: {one} and {other}")
            raise MethodologyNotFoundError(twice.format(number=number, one=own[0], other=own[1]))
        if own:
            found[number] = own[0]
    return FrozenDict(found)


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
            not_here = _("{number} is known, but not implemented: `jcm list --all` says what was read")
            raise MethodologyNotFoundError(not_here.format(number=number))
        absent = _("there is no methodology {number} here{hint}")
        raise MethodologyNotFoundError(absent.format(number=repr(number), hint=_leads(number, held)))
    found: dict[str, Methodology] = {}
    for path in modules_of(number):
        for item in declared(path, number):
            other = found.get(item.version)
            if other is not None and (not item.mended_by or other.mended_by):
                raise MethodologyNotFoundError(
                    f"{item} is declared twice, again in {path}: to mend it there, begin with m.mended(…)"
                )
            found[item.version] = item
    if not found:
        raise MethodologyNotFoundError(
            _("the module {module} declares no methodology {number}").format(module=held[number], number=number)
        )
    for item in found.values():
        item.freeze()
    return FrozenDict({version: found[version] for version in sorted(found, key=version_key)})


def _leads(number: str, held: Iterable[str]) -> str:
    """Say which methodology may be meant: one of a similar number, or those that are about the words."""
    close = suggestion(number, held)
    if close or re.search(r"\d", number):
        return close
    about = [item.number for item in every() if words_in(item, number)]
    return _("; about it are {numbers}").format(numbers=listed(about, limit=8)) if about else ""


def words_in(item: Methodology | Known, words: str) -> str:
    """Return where all words are found in a methodology, each at the beginning of a word there; empty if nowhere.

    Japanese has no spaces: a word of it may be anywhere.

    Examples
    --------
    >>> m = methodology("ID_AM002")
    >>> print(words_in(m, "chillers"), words_in(m, "Temperature"), words_in(m, "boiler") or None)
    title text None
    """
    wanted = [word.removesuffix("s") for word in re.findall(r"\w+", words.casefold())]

    def holds(text: str) -> bool:
        found = re.findall(r"\w+", text.casefold())
        return all(any(one.startswith(word) if word.isascii() else word in one for one in found) for word in wanted)

    head = " ".join([item.number, item.title, *getattr(item.title, "unofficial", {}).values()])
    if holds(head):
        return _("title")
    if isinstance(item, Known):
        return ""
    stated: list[Any] = [*item.inputs.values(), *item.rules, *item.conditions]
    texts = [head, *item.indices.values(), *(one.text for one in stated)]
    return _("text") if holds(" ".join(texts)) else ""


def declared(path: str, number: str) -> list[Methodology]:
    """Return the versions of a methodology that a module declares, not those that it imports to build on them."""
    module = importlib.import_module(path)
    found = {id(item): item for item in vars(module).values() if isinstance(item, Methodology)}
    own = [item for item in found.values() if item.number == number]
    return [item for item in own if item.mended_by or not _adds(path) or item.version not in _base(path, number)]


def _base(path: str, number: str) -> set[str]:
    """Return the versions that stand in the module to which another one adds."""
    home = modules()[number]
    return {item.version for item in vars(importlib.import_module(home)).values() if isinstance(item, Methodology)}


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
        The day of submission for validation: without ``version``, the version valid on it.

    Raises
    ------
    MethodologyNotFoundError
        If there is none, if only its identity is known, or if the dates of approval that would
        decide are not known.

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
    if version is None:
        version = list(existing)[-1] if on is None else _valid_on(latest, on)
    if version not in existing:
        raise MethodologyNotFoundError(
            _("{number} has no version {version}; known are {known}").format(
                number=number, version=repr(version), known=", ".join(existing)
            )
        )
    if version not in calculable:
        text = existing[version].text or _("only its identity is known")
        complaint = _("{number} version {version} cannot be calculated: {text}; calculable: {known}")
        told = {"number": number, "version": version, "text": text, "known": ", ".join(calculable)}
        raise MethodologyNotFoundError(complaint.format(**told))
    return calculable[version]


def chosen(number: str | Methodology, version: str | None = None, on: date | None = None) -> Methodology:
    """Return the methodology that is handed over as it is, or named; see `methodology`.

    Raises
    ------
    InputError
        If ``version`` is not the version of the methodology that is handed over.
    """
    if not isinstance(number, Methodology):
        return methodology(number, version, on)
    if version not in (None, number.version):
        complaint = _("got {version}, but the methodology that is handed over has version {own}: give one of them")
        problem = Problem("version", complaint.format(version=shown(version), own=number.version))
        raise InputError(str(number), [problem])
    return number


def _valid_on(latest: Methodology, on: date) -> str:
    unknown = [item.number for item in latest.versions if item.approved is None]
    if unknown:
        complaint = _(
            "{number}: which version was valid on {day} cannot be told, because the date of approval of "
            "version {unknown} is not known; name the version"
        )
        raise MethodologyNotFoundError(complaint.format(number=latest.number, day=on, unknown=", ".join(unknown)))
    valid = [
        item.number
        for item in latest.versions
        if item.approved is not None and item.approved <= on and (item.until is None or on <= item.until)
    ]
    if not valid:
        raise MethodologyNotFoundError(
            _("{number}: no version was valid on {day}").format(number=latest.number, day=on)
        )
    return valid[-1]


def outside_validity(m: Methodology, on: date) -> str:
    """Say why a version was not the one to submit a project with on a day, as far as its dates are known."""
    if m.approved is not None and on < m.approved:
        told = _("ver {version} was approved on {approved}, after the submission for validation on {day}")
        return told.format(version=m.version, approved=m.approved, day=on)
    if m.until is not None and on > m.until:
        told = _("ver {version} was valid until {until}, before the submission for validation on {day}")
        return told.format(version=m.version, until=m.until, day=on)
    known = list(versions(m.number).values())[-1].versions if m.number in modules() else m.versions
    later = [
        item
        for item in known
        if item.approved is not None and item.approved <= on and version_key(item.number) > version_key(m.version)
    ]
    if later and m.until is None:
        told = _(
            "before the submission for validation on {day}, ver {later} had been approved on {approved}: whether ver "
            "{version} was still valid is not known here"
        )
        return told.format(day=on, later=later[-1].number, approved=later[-1].approved, version=m.version)
    return ""


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
        for grade in GRADES:
            row[f"{what} {grade}"] = grades.count(grade)
    return row
