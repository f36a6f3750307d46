"""What changed from one version of a methodology to another, and what that does to a case."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.statements import Stated, declared
from jcm_calc.inputs.carriers import as_pandas, split_heading
from jcm_calc.inputs.confirmation import statements

if TYPE_CHECKING:
    from jcm_calc.api.result import Result

SHOWN = (
    *("symbol", "unit", "indices", "kind", "text", "extensive", "weighted_by", "previous_of", "options", "by"),
    *("bounds", "categories"),
)
KINDS = ("identity", "choice", "parameter", "fact", "equation", "default", "candidate", "criterion")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that two versions have otherwise."""

    #: ``"identity"``, ``"choice"``, ``"parameter"``, ``"fact"``, ``"equation"``, ``"default"``, ``"candidate"`` or
    #: ``"criterion"``.
    kind: str
    name: str
    before: str  #: Empty where the version lacks it.
    after: str


def differences(before: Declarations, after: Declarations) -> Iterator[Difference]:
    """Yield what changed from one version to another; not how far each statement can be trusted.

    Examples
    --------
    >>> import jcm_calc
    >>> two = (jcm_calc.methodology("ID_AM006", version) for version in ("2.0", "2.1"))
    >>> [found.name for found in differences(*two) if found.kind == "equation"]
    ['x_HPU,p', 'x_HCU,p']
    """
    for kind in KINDS:
        one, two = (dict(_written(m, kind)) for m in (before, after))
        for name in dict.fromkeys([*one, *two]):
            if one.get(name) != two.get(name):
                yield Difference(kind, name, one.get(name, ""), two.get(name, ""))


def _written(m: Declarations, kind: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a kind by its name, written so that equal ones are alike."""
    if kind == "identity":
        yield _("version"), m.version
        yield _("title"), m.title
        yield _("approved"), str(m.approved or _("not known"))
        yield _("for validation until"), str(m.until or _("not known"))
        yield _("indices"), "; ".join(f"{letter}: {meaning}" for letter, meaning in m.indices.items())
    elif kind in ("choice", "equation", "criterion"):
        for statement in statements(m):
            if statement.kind == kind:
                case = f" ({statement.case})" if statement.case else ""
                yield f"{statement.name}{case}", statement.reading
    elif kind in ("default", "candidate"):
        for one in declared(m, *((Stated.VALUE, Stated.CONSTANT) if kind == "default" else (Stated.CANDIDATE,))):
            where = ", ".join(part for part in (one.case, one.key) if part)
            name = f"{one.name} ({where})" if where else one.name
            yield name, f"{one.value!r} {one.item.unit}".strip()
    else:
        for one in declared(m, Stated(kind)):
            shown = {name: getattr(one.item, name) for name in SHOWN}
            yield one.name, ", ".join(f"{name} {value}" for name, value in shown.items() if value)


@dataclass(frozen=True, slots=True)
class VersionOutcome:
    """What a case gives under one version."""

    version: str
    result: Result | None  #: None where the case cannot be calculated.
    problems: tuple[str, ...]  #: Why it cannot be calculated.
    left_out: tuple[str, ...]  #: Values of the case that only the other version asks for.


def under(case: CaseFile, m: Declarations, other: Declarations) -> VersionOutcome:
    """Calculate a case under one of two versions, without what only the other one asks for."""
    foreign = _names(other) - _names(m)
    left_out: dict[str, None] = {}

    def kept(given: Mapping[str, Any]) -> dict[str, Any]:
        left_out.update(dict.fromkeys(name for name in given if name in foreign))
        return {name: value for name, value in given.items() if name not in foreign}

    tables = tuple(_columns(table, m, foreign, left_out) for table in case.tables)
    changed = replace(
        case,
        version=m.version,
        inputs=kept(case.inputs),
        choices=kept(case.choices),
        facts=kept(case.facts),
        tables=tables,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return VersionOutcome(m.version, changed.calculate(), (), tuple(left_out))
        except InputError as error:
            return VersionOutcome(m.version, None, tuple(map(str, error.problems)), tuple(left_out))


def _names(m: Declarations) -> set[str]:
    """Return every name and symbol under which something can be given."""
    parameters = [*m.inputs.values(), *m.facts.values()]
    return {*m.inputs, *m.facts, *m.choices, *(parameter.symbol for parameter in parameters)}


def _columns(table: Any, m: Declarations, foreign: set[str], left_out: dict[str, None]) -> Any:
    """Return a table without columns that only the other version asks for; the same one where there are none."""
    from jcm_calc.inputs.tables import label_headings, read

    frame = read(table, label_headings(m)) if isinstance(table, str) else as_pandas(table)
    names = [heading for heading in frame.columns if split_heading(str(heading))[0] in foreign]
    left_out.update(dict.fromkeys(split_heading(str(heading))[0] for heading in names))
    return frame.drop(columns=names) if names else table
