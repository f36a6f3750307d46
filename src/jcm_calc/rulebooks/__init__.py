"""Find methodologies: a methodology package is an entry point, a methodology one of its modules.

A methodology package is named by an entry point of the group ``jcm_calc.methodologies``. Its module
``id_am003`` holds methodology ID_AM003, and is imported when somebody asks for it. A module such as
``id_am003_corrected`` adds versions to a methodology of another package, or corrects one of them. Its table
``known.csv``, where it has one, names methodologies that exist and that it does not hold; its table ``newer.csv``
versions that are newer than those that it holds.

A module that is wrong does not stop the others: `broken` has it by name with file and line, and only its own
methodology is refused. If two packages hold one number, neither is taken, because the two may differ.
"""

from __future__ import annotations

import csv
import importlib
import pkgutil
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from jcm_calc.base.languages import Message, TranslatedError, _, take_catalogue, translated
from jcm_calc.base.problems import InputError, Problem, listed, shown, suggestion
from jcm_calc.declarations.faults import is_machinery, of_module, place_of
from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.declarations.items import DeclarationError, Version
from jcm_calc.declarations.methodology import Declarations, version_key
from jcm_calc.declarations.statements import Stated
from jcm_calc.declarations.statements import declared as statements
from jcm_calc.evidence import GRADES, Evidence
from jcm_calc.reference_data import Project, listed_projects, versions_in_use
from jcm_calc.reference_data.tables import evidence, record
from jcm_calc.units.dates import day_of

GROUP = "jcm_calc.methodologies"
MODULE = re.compile(r"([a-z]{2}_am\d{3})(_\w+)?")


class MethodologyNotFoundError(TranslatedError, LookupError):
    """There is no such methodology or version, or several are possible."""


@dataclass(frozen=True, slots=True)
class BrokenModule:
    """A part of a methodology package that cannot be used. Other methodologies are not affected.

    Attributes
    ----------
    number : str
        The methodology that cannot be used because of it; empty if the whole package or its table is wrong.
    module : str
    complaint : str
        What is wrong, for the author of the module.
    file : str
        Empty where the complaint is not about a line.
    line : int
    """

    number: str
    module: str
    complaint: str
    file: str = ""
    line: int = 0

    @property
    def said(self) -> str:
        """The complaint, and where it is about a line, that line."""
        place = _(" ({file} line {line})").format(file=self.file, line=self.line) if self.file else ""
        return (
            self.complaint
            if str(self.complaint).endswith(str(place))
            else Message("{}{}").format(self.complaint, place)
        )

    @property
    def text(self) -> str:
        """The module, and what is said of it; `str` says it in the language of the context."""
        return Message("{}: {}").format(self.module, self.said)

    def __str__(self) -> str:
        return translated(self.text)


class BrokenModuleError(MethodologyNotFoundError):
    """A methodology cannot be used, because its module is wrong; the message is for the author.

    Attributes
    ----------
    broken : tuple of BrokenModule
    """

    def __init__(self, number: str, broken: Sequence[BrokenModule]) -> None:
        self.number, self.broken = number, tuple(broken)
        message = _("{number} cannot be used: {faults}")
        super().__init__(message.format(number=number, faults=Message("; ").join(one.text for one in self.broken)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with what is broken, not only with the message."""
        return type(self), (self.number, self.broken)


class BrokenModuleWarning(UserWarning):
    """A methodology package holds something that cannot be used; see `jcm_calc.rulebooks.broken`."""


def _refused(number: str, path: str, complaint: str) -> BrokenModuleError:
    return BrokenModuleError(number, [BrokenModule(number, path, complaint)])


def broken_by(number: str, module: str, error: BaseException, home: Iterable[str] = ()) -> BrokenModule:
    """Say why a module cannot be imported, and in which line of which file; it is looked for in ``home`` first."""
    if isinstance(error, SyntaxError):
        complaint, file, line = f"SyntaxError: {error.msg}", Path(error.filename or "").name, error.lineno or 0
    else:
        complaint, (file, line) = _complaint(error), place_of(error, home)
    complaint = _("cannot be imported: {complaint}").format(complaint=complaint)
    return BrokenModule(number, module, complaint, file, line)


def all_broken_by(number: str, module: str, error: BaseException, path: Path) -> list[BrokenModule]:
    """Say everything that is wrong with a module whose import ended with an error; see `broken_by`."""
    home = [str(path.parent)]
    first = broken_by(number, module, error, home)
    if isinstance(error, SyntaxError | RecursionError) or not path.is_file():
        return [first]
    errors = of_module(path.read_text(encoding="utf-8"), str(path), module.rpartition(".")[0])
    return [broken_by(number, module, one, home) for one in errors] or [first]


def _complaint(error: BaseException) -> str:
    return Message("{}: {}").format(type(error).__name__, str(error))


def by_author(error: BaseException) -> BrokenModule | None:
    """Return what is wrong with a methodology package, unless the error began in this library.

    An equation or a criterion may raise anything when it is run; a `DeclarationError` is always about a methodology.
    """
    if isinstance(error, DeclarationError):
        return BrokenModule("", _("the methodology"), str(error))
    frames = list(traceback.extract_tb(error.__traceback__))
    called = [place for place, one in enumerate(frames) if is_machinery(one.filename)]
    inner = {str(Path(one.filename).parent) for one in frames[called[-1] + 1 if called else 0 :]}
    for package in _rule_books()[0]:
        if inner & set(package.__path__):
            return BrokenModule("", package.__name__, _complaint(error), *place_of(error, package.__path__))
    return None


@cache
def _rule_books() -> tuple[tuple[ModuleType, ...], tuple[BrokenModule, ...]]:
    """Return the names of all methodology packages, and those that cannot be imported."""
    found, broken = [], []
    for entry in entry_points(group=GROUP):
        try:
            package = entry.load()
            if not hasattr(package, "__path__"):
                raise ImportError(_("a methodology package must be a folder with an __init__.py"))
            found.append(package)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a module of others does, it stops nothing else
            broken.append(broken_by("", getattr(entry, "value", "?"), error))
    return tuple(found), tuple(broken)


@cache
def _every_module() -> dict[str, tuple[str, ...]]:
    """Return the modules of each number: the one that holds it, and those that add to it."""
    found: dict[str, list[str]] = {}
    for package in _rule_books()[0]:
        for module in pkgutil.iter_modules(package.__path__):
            if match := MODULE.fullmatch(module.name):
                found.setdefault(match[1].upper(), []).append(f"{package.__name__}.{module.name}")
    return {number: tuple(sorted(paths, key=_adds)) for number, paths in sorted(found.items())}


def modules_of(number: str) -> tuple[str, ...]:
    """Return the module that holds a methodology, and after it those that add to it."""
    return _every_module().get(number, ())


def _holders(number: str) -> list[str]:
    """Return the modules that hold a number: one, or several that contradict each other."""
    return [path for path in modules_of(number) if not _adds(path)]


def _adds(path: str) -> bool:
    """Whether a module adds to a methodology of another module."""
    match = MODULE.fullmatch(path.rpartition(".")[2])
    return match is not None and match[2] is not None


@cache
def modules() -> dict[str, str]:
    """Return the module of each methodology number, in the order of the numbers; the first where two hold it."""
    return FrozenDict({number: held[0] for number in _every_module() if (held := _holders(number))})


def forget() -> None:
    """Look for methodology packages again, if one was installed or corrected in the meantime."""
    for cached in (_rule_books, _every_module, modules, _tables, versions):
        cached.cache_clear()


@dataclass(frozen=True, slots=True)
class Known:
    """A methodology that exists, and is not in any methodology package."""

    number: str
    title: str
    sectoral_scope: int | None  # None where it was not read, as with the day of approval
    version: str  # empty where it was not read
    approved: date | None
    evidence: Evidence  # what was read, and where

    @property
    def country(self) -> str:
        """ISO code of the partner country."""
        return self.number[:2]


def known() -> tuple[Known, ...]:
    """Return the methodologies that are known and not implemented, in the order of the numbers."""
    found = _tables().known
    return tuple(found[number] for number in sorted(found) if number not in modules())


class Tables(NamedTuple):
    """What the tables of all methodology packages say, by number."""

    known: dict[str, Known]  # of `known.csv`
    newer: dict[str, tuple[Version, ...]]  # of `newer.csv`: the versions that exist and are not implemented
    broken: tuple[BrokenModule, ...]  # the tables that cannot be read


@cache
def _tables() -> Tables:
    known: dict[str, Known] = {}
    newer: dict[str, tuple[Version, ...]] = {}
    broken = []
    for package in _rule_books()[0]:
        for name in ("known.csv", "newer.csv"):
            table = files(package) / name
            try:
                rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines())) if table.is_file() else []
                for row in rows if name == "known.csv" else ():
                    known[row["number"]] = record(Known, row, evidence=evidence(row, row["read"]))
                for row in rows if name == "newer.csv" else ():
                    newer[row["number"]] = (*newer.get(row["number"], ()), _newer(row))
            except Exception as error:
                broken.append(broken_by("", f"{package.__name__}/{name}", error))
    return Tables(known, newer, tuple(broken))


def _newer(row: dict[str, str]) -> Version:
    version_key(row["version"])
    known = {"text": _("only its identity is known"), "until": None, "evidence": evidence(row, row["read"])}
    return record(Version, row, number=row["version"], **known)


@cache
def versions(number: str) -> dict[str, Declarations]:
    """Return the versions of a methodology that can be calculated, the earliest first.

    Raises
    ------
    MethodologyNotFoundError
        If no methodology package holds it.
    BrokenModuleError
        If one of its modules is wrong, or two methodology packages hold it.
    """
    held = modules()
    if number not in held:
        if any(item.number == number for item in known()):
            not_here = _("{number} is known, but not implemented: `jcm list --all` says what was read")
            raise MethodologyNotFoundError(not_here.format(number=number))
        if without_base := modules_of(number):
            lonely = _("adds to {number}, which no methodology package holds").format(number=number)
            raise BrokenModuleError(number, [BrokenModule(number, path, lonely) for path in without_base])
        absent = _("there is no methodology {number}{hint}; `jcm list` shows all")
        raise MethodologyNotFoundError(absent.format(number=repr(number), hint=_leads(number, held)))
    _refuse_two_holders(number)
    found: dict[str, Declarations] = {}
    for path in modules_of(number):
        for item in _usable(path, number):
            other = found.get(item.version)
            if other is not None and (not item.corrected_by or other.corrected_by):
                twice = f"{item} is declared twice, again in {path}: to mend it there, begin with m.corrected(…)"
                raise _refused(number, path, twice)
            found[item.version] = item
    _tell_later(number, found)
    return FrozenDict({version: found[version] for version in sorted(found, key=version_key)})


def _tell_later(number: str, found: Mapping[str, Declarations]) -> None:
    """Give each version the others, older and newer, of modules, tables of packages and the list of projects."""
    known = {one.number: one for one in (*_in_use(number), *_tables().newer.get(number, ()))}
    known |= {one.number: one for m in found.values() for one in m.versions}
    latest = max(found, key=version_key)
    for version, m in found.items():
        newer = (one for one in known if version_key(one) > version_key(version))
        own = {one.number for one in m.versions}
        older = (one for one in known if one not in own and version_key(one) < version_key(latest))
        # it is frozen, and this is not declared but known from outside
        vars(m)["later"] = tuple(known[one] for one in sorted(newer, key=version_key))
        vars(m)["other_versions"] = (*m.other_versions, *(known[one] for one in older))
        vars(m)["in_use"] = versions_in_use().get(number, FrozenDict())


def _in_use(number: str) -> Iterator[Version]:
    """Yield the versions of a methodology that the list of projects names."""
    for version, users in versions_in_use().get(number, {}).items():
        one = next(one for one in listed_projects().values() if (number, version) in one.uses)
        read = _("the version of {projects}, by the list of projects").format(projects=", ".join(users or [one.number]))
        evidence = Evidence(one.evidence.grade, read, one.evidence.source)
        yield Version(version, None, _("only its identity is known"), evidence)


def calculable(number: str, version: str) -> bool:
    """Return whether a version of a methodology can be calculated.

    Examples
    --------
    >>> calculable("TH_AM001", "2.0"), calculable("VN_AM001", "2.0"), calculable("TH_AM002", "2.0")
    (True, False, False)
    """
    return number in modules() and version in versions(number)


def not_calculated(m: Declarations) -> tuple[str, ...]:
    """Return the versions of a methodology that are known and cannot be calculated, the earliest first.

    Examples
    --------
    >>> not_calculated(methodology("ID_AM002")), not_calculated(methodology("ID_AM009"))
    (('1.0',), ('3.0',))
    """
    others = {one.number for one in (*m.other_versions, *m.later)} - {m.version}
    return tuple(sorted((one for one in others if not calculable(m.number, one)), key=version_key))


def is_covered(project: Project) -> bool:
    """Whether every methodology of a project can be calculated in the version under which it is listed."""
    return all(calculable(number, version) for number, version in project.uses)


def _leads(number: str, held: Iterable[str]) -> str:
    """Say which methodology may be meant: one of a similar number, or those that are about the words."""
    close = suggestion(number, held)
    if close or re.search(r"\d", number):
        return close
    about = [item.number for item in every() if words_in(item, number)]
    return _("; found in the texts of {numbers}").format(numbers=listed(about, limit=8)) if about else ""


def words_in(item: Declarations | Known, words: str) -> str:
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
    about = statements(item, Stated.INDEX, Stated.PARAMETER, Stated.EQUATION, Stated.CRITERION)
    texts = [head, *(one.text for one in about)]
    return _("text") if holds(" ".join(texts)) else ""


def _refuse_two_holders(number: str) -> None:
    held = _holders(number)
    if len(held) < 2:
        return
    one, other, *_others = held
    twice = _(
        "{number} is in two methodology packages, {one} and {other}: uninstall one of them; or, if one corrects the "
        "other, name its module `{name}_corrected` and begin it with `m.corrected(…)`; or calculate with the object "
        "itself, {other}.m"
    )
    message = twice.format(number=number, one=one, other=other, name=number.lower())
    raise BrokenModuleError(number, [BrokenModule(number, path, message) for path in held[1:]])


def _usable(path: str, number: str) -> list[Declarations]:
    """Return the versions that a module declares, each checked and no longer to be changed."""
    try:
        found = declared(path, number)
        for item in found:
            item.check()
            vars(item)["package"] = path.partition(".")[0]
            take_catalogue(item.package)
            item.freeze()
    except MethodologyNotFoundError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a module of others does, it stops nothing else
        folder = next(iter(getattr(sys.modules.get(path.rpartition(".")[0]), "__path__", ())), "")
        file = Path(folder, f"{path.rpartition('.')[2]}.py")
        raise BrokenModuleError(number, all_broken_by(number, path, error, file)) from error
    if not found and not _adds(path):
        nothing = _("the module declares no methodology {number}").format(number=number)
        raise _refused(number, path, nothing)
    if lacking := [item for item in found if "version" not in item.identity]:
        message = _("identity lacks the evidence of the version")
        raise _refused(number, path, Message("{}: {}").format(lacking[0], message))
    return found


def declared(path: str, number: str) -> list[Declarations]:
    """Return the versions of a methodology that a module declares, not those that it imports to build on them."""
    module = importlib.import_module(path)
    found = {id(item): item for item in vars(module).values() if isinstance(item, Declarations)}
    own = [item for item in found.values() if item.number == number]
    return [item for item in own if item.corrected_by or not _adds(path) or item.version not in _base(number)]


def _base(number: str) -> set[str]:
    """Return the versions in the module to which another one adds."""
    home = modules()[number]
    return {item.version for item in vars(importlib.import_module(home)).values() if isinstance(item, Declarations)}


def every() -> Iterator[Declarations]:
    """Yield the latest calculable version of each methodology that can be used; `broken` has the others."""
    for number in modules():
        with suppress(BrokenModuleError):
            yield list(versions(number).values())[-1]


def broken() -> tuple[BrokenModule, ...]:
    """Return what cannot be used of all methodology packages, by number.

    Examples
    --------
    >>> broken()
    ()
    """
    found = [*_rule_books()[1], *_tables().broken]
    for number in _every_module():
        try:
            versions(number)
        except BrokenModuleError as error:
            found += error.broken
        except MethodologyNotFoundError:  # known elsewhere, and only added to here
            continue
    return tuple(found)


def methodology(number: str, version: str | None = None, on: Any = None) -> Declarations:
    """Return a methodology.

    Parameters
    ----------
    number : str
        For example ``"ID_AM002"``.
    version : str, optional
        That version; the latest one by default.
    on : date, str, datetime, pandas.Timestamp or numpy.datetime64, optional
        The day of submission for validation: without ``version``, the version valid on it.

    Raises
    ------
    InputError
        If ``on`` is not a day.
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
    _refuse_other_types(number, version)
    day = None if on is None else day_of("on", on)
    calculable = versions(number)
    latest = list(calculable.values())[-1]
    existing = {item.number: item for item in latest.versions}
    if version is None:
        version = list(existing)[-1] if day is None else _valid_on(latest, day)
    existing |= {item.number: item for item in latest.later}
    if version not in existing:
        raise MethodologyNotFoundError(
            _("{number} has no version {version}; known are {known}").format(
                number=number, version=repr(version), known=", ".join(existing)
            )
        )
    if version not in calculable:
        text = existing[version].text or _("only its identity is known")
        complaint = _("{number} version {version} cannot be calculated: {text}; calculable: {known}")
        fields = {"number": number, "version": version, "text": text, "known": ", ".join(calculable)}
        raise MethodologyNotFoundError(complaint.format(**fields))
    return calculable[version]


def _refuse_other_types(number: object, version: object) -> None:
    complaint = _("got {got}; must be a text such as {example}")
    examples = (("methodology", number, "'ID_AM003'"), ("version", version, "'2.0'"))
    problems = [
        Problem(name, complaint.format(got=shown(given), example=example))
        for name, given, example in examples
        if not (isinstance(given, str) or (given is None and name == "version"))
    ]
    InputError.raise_for(_("the calculation"), problems)


def chosen(number: str | Declarations, version: str | None = None, on: date | None = None) -> Declarations:
    """Return the methodology that is handed over as it is, or named; see `methodology`.

    Raises
    ------
    InputError
        If ``version`` is not the version of the methodology that is handed over.
    """
    if not isinstance(number, Declarations):
        return methodology(number, version, on)
    if version not in (None, number.version):
        complaint = _("got {version}, but the methodology that is handed over has version {own}: give one of them")
        problem = Problem("version", complaint.format(version=shown(version), own=number.version))
        raise InputError(str(number), [problem])
    return number


def _valid_on(latest: Declarations, on: date) -> str:
    unknown = [item.number for item in latest.versions if item.approved is None]
    if unknown:
        complaint = _(
            "{number}: the version that was valid on {day} is not known, because the date of approval of "
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


def outside_validity(m: Declarations, on: date) -> str:
    """Say why a version was not the one to submit a project with on a day, as far as its dates are known."""
    if m.approved is not None and on < m.approved:
        message = _("ver {version} was approved on {approved}, after the submission for validation on {day}")
        return message.format(version=m.version, approved=m.approved, day=on)
    if m.until is not None and on > m.until:
        message = _("ver {version} was valid until {until}, before the submission for validation on {day}")
        return message.format(version=m.version, until=m.until, day=on)
    known = list(versions(m.number).values())[-1].versions if m.number in modules() else m.versions
    later = [
        item
        for item in known
        if item.approved is not None and item.approved <= on and version_key(item.number) > version_key(m.version)
    ]
    if later and m.until is None:
        message = _(
            "before the submission for validation on {day}, ver {later} had been approved on {approved}: whether ver "
            "{version} was still valid is not known here"
        )
        return message.format(day=on, later=later[-1].number, approved=later[-1].approved, version=m.version)
    return ""


def identity(item: Declarations | Known) -> dict[str, str | int]:
    """Return number, version, title, country and sectoral scope of a methodology, as one row."""
    named = {name: getattr(item, name) for name in ("number", "version", "title", "country")}
    return {**named, "scope": item.sectoral_scope}


def overview(item: Declarations) -> dict[str, str | int]:
    """Return the identity of a methodology and the grades of what it declares, as one row."""
    counted = {"equations": Stated.EQUATION, "defaults": Stated.VALUE, "criteria": Stated.CRITERION}
    row = identity(item)
    row |= {"notices": "; ".join(item.notices), "versions not calculated": ", ".join(not_calculated(item))}
    for what, kind in counted.items():
        grades = [one.evidence.grade for one in statements(item, kind) if one.evidence]
        for grade in GRADES:
            row[f"{what} {grade}"] = grades.count(grade)
    return row
