"""How a check is declared: at the function that makes it, with what it compares and how its absence is put."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import NamedTuple, TypeVar

from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding
from jcm_calc.verification.quantities import EnteredValue

Subject = Callable[[Analyses], object]
Finds = Callable[[Analyses], Iterable[Finding]]
Finder = TypeVar("Finder", bound=Finds)


class DeclaredCheck(NamedTuple):
    """Codes of checks, the reason that is given where what they compare is not there, and what that is, if any."""

    codes: str
    absent: str = ""
    subject: Subject | None = None


def check(codes: str, absent: str = "", subject: Subject | None = None) -> Callable[[Finder], Finder]:
    """Declare that a function makes checks; their codes with blanks between them."""

    def declared(find: Finder) -> Finder:
        vars(find).setdefault("checks", []).append(DeclaredCheck(codes, absent, subject))
        return find

    return declared


def declared_in(modules: Iterable[ModuleType]) -> Iterator[tuple[DeclaredCheck, Finds]]:
    """Yield what is declared in modules, each with the function that makes it."""
    for find in (one for module in modules for one in vars(module).values() if isinstance(one, FunctionType)):
        yield from ((one, find) for one in vars(find).get("checks", ()))


# What checks compare


def there(found: object) -> bool:
    """Whether there is something to compare."""
    return any(True for _ in found) if isinstance(found, Iterator) else bool(found)


def entered(wanted: Callable[[EnteredValue], object]) -> Subject:
    """Return whether a value of the report is of some kind."""
    return lambda m: any(map(wanted, m.report.entries()))


monitored = entered(lambda one: one.monitored)


def shown(wanted: Callable[[object], object]) -> Subject:
    """Return whether a calculation sheet shows something."""
    return lambda m: any(wanted(cell.node) for cell in m.sheet.cells)


def in_both(wanted: Callable[[EnteredValue], object]) -> Subject:
    """Return whether report and plan have a value of one quantity."""

    def found(documents: Analyses) -> bool:
        planned = {entry.parameter.name for entry in documents.registered.entries("MPS") if wanted(entry)}
        return any(entry.parameter.name in planned for entry in filter(wanted, documents.report.entries("MRS")))

    return found


def has_text(key: str) -> Subject:
    """Return whether a row of the report has a text in a column."""
    return lambda m: any(row.text(key) for _, row in m.report.rows())


def or_readings(shown: Subject) -> Subject:
    """Return whether there are readings, or something in the workbook."""
    return lambda m: "readings" in m.has or there(shown(m))
