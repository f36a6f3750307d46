"""One call from what the user has to a result, and the way back from a manifest."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, TypeVar

import numpy as np

from jcm_calc.base import notebook
from jcm_calc.base.languages import _, ngettext
from jcm_calc.base.problems import InputError, InputWarning, Problem, Remark, Topic, shown
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.evidence import UnconfirmedWarning
from jcm_calc.inputs import Inputs, Period, bind
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.binding import over_new_year
from jcm_calc.inputs.confirmation import EvidenceFiles, evidence_files, with_evidence
from jcm_calc.inputs.confirmation.file import EvidenceFile, from_data
from jcm_calc.inputs.metered import lost_record
from jcm_calc.results import lazy
from jcm_calc.results.calculation import Calculation
from jcm_calc.results.lazy import LazyResult
from jcm_calc.results.manifest import file_digest, form_problems, frozen, is_large, recall
from jcm_calc.results.remarks import reasons
from jcm_calc.rulebooks import chosen, outside_validity
from jcm_calc.units.dates import day_of

_warned: set[str] = set()
C = TypeVar("C", bound=Calculation)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep warnings from being shown where somebody shows the remarks and the items of a result."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        warnings.simplefilter("ignore", UnconfirmedWarning)
        yield


def calculated(
    kind: type[C],
    /,
    number: str | Declarations,
    *tables: Any,
    version: str | None = None,
    on: Any = None,
    p: Any = None,
    facts: Mapping[str, Any] | None = None,
    evidence: EvidenceFiles = None,
    split: str = "refuse",
    override: Mapping[str, str] | str | None = None,
    strict: bool = False,
    previous: Calculation | Mapping[str, Any] | None = None,
    **values: Any,
) -> C:
    """Calculate, and return what was calculated as a kind of `Calculation`; see `jcm_calc.calculate`."""
    on = None if on is None else day_of("on", on)
    m, confirming = _confirmed(number, version, on, evidence)
    _refuse_unusable(m, strict, values)
    tables, p = _monitored(tables, p)
    if previous is not None:
        values = {**begun_with(m, previous, values), **values}
    tables, p, facts = tuple(map(frozen, tables)), p.copy() if hasattr(p, "copy") else p, frozen(facts)
    values = {name: value if is_large(value) else frozen(value) for name, value in values.items()}
    call: dict[str, Any] = {
        "tables": tables,
        "files": [file_digest(table) for table in tables],
        "p": p,
        "facts": facts,
        "on": on,
    }
    call |= {"evidence": confirming, "split": split}
    large = {name: value for name, value in values.items() if is_large(value)}

    def attempt(unchecked: Collection[str]) -> C | None:
        inputs = bind(m, tables, values, p, facts, split=split, unchecked=[m.named(name) or name for name in unchecked])
        if split in ("years", "days"):
            inputs = _compared_with_whole(inputs, partial(bind, m, tables, values, p, facts, split="whole"))
        followed = {name for name, array in large.items() if _follows(inputs, array)}
        if not followed.issuperset(unchecked):
            return None
        if on is not None and (reason := outside_validity(m, on)):
            inputs = replace(inputs, warnings=(*inputs.warnings, Problem(str(m), reason)))
        if not unchecked:  # also where no result follows: what was noticed may be why
            inputs.warn()
        if previous is not None and (gap := _not_after(previous, inputs)):
            raise InputError(str(m), [gap])
        if override:
            inputs = replace(inputs, overrides=reasons(m, inputs.replaced, override))
        copies = {name: array.copy() for name, array in large.items() if name not in followed}
        return kind(inputs, {**call, "values": values | copies, "followed": followed})

    result = _read_once(attempt, large)
    if result is not None:
        result.inputs.warn()
    else:
        result = attempt(())
    assert result is not None
    _remark(result, strict)
    if str(m) not in _warned and result.unconfirmed:
        notebook.warn(str(m), _estimate(str(m), result), UnconfirmedWarning)
        _warned.add(str(m))
    return result


def _refuse_unusable(m: Declarations, strict: object, values: Mapping[str, Any]) -> None:
    """Refuse what nothing could be calculated with, before any of it is read."""
    if strict not in (True, False):
        raise InputError(str(m), [Problem("strict", _("got {got}; must be True or False").format(got=shown(strict)))])
    for name, value in values.items():
        if lost_record(value):
            from jcm_calc.inputs.monitored_table import refuse_lost

            raise refuse_lost(name)


def _estimate(m: str, result: Calculation) -> str:
    """Say that a result is an estimate, and why."""
    count = len(result.unconfirmed)
    named = f", among them the value of {', '.join(result.unconfirmed_values)}" if result.unconfirmed_values else ""
    return f"{m}: an estimate, because {count} rules or values are not confirmed{named}; see Result.unconfirmed"


def _read_once(attempt: Callable[[Collection[str]], C | None], large: Collection[str]) -> C | None:
    """Calculate with large arrays whose numbers are checked while totals are formed: memory is read once.

    Return nothing where that is not possible, or where a check of these numbers would say anything: what it says, it
    says before a calculation.
    """
    if not large:
        return None
    try:
        with np.errstate(invalid="ignore"):  # infinite numbers, which no check has seen
            result = attempt(large)
    except (EvaluationError, InputError):
        return None
    return result if result is not None and result.unremarkable() else None


def lazily(
    number: str | Declarations,
    *tables: Any,
    version: str | None,
    on: Any,
    p: Any,
    facts: Mapping[str, Any] | None,
    evidence: EvidenceFiles,
    split: str,
    override: Mapping[str, str] | str | None,
    strict: bool,
    previous: Calculation | Mapping[str, Any] | None,
    **values: Any,
) -> LazyResult:
    """Prepare a calculation of Dask arrays or Dask DataFrames; see `jcm_calc.calculate`."""
    m, confirming = _confirmed(number, version, None if on is None else day_of("on", on), evidence)
    tables, p = _monitored(tables, p)
    if previous is not None:
        values = {**begun_with(m, previous, values), **values}
    _refuse_over_new_year(m, p, split)
    if strict:
        complaint = _("is for a calculation that fits into memory: its remarks are not known before")
        raise InputError(str(m), [Problem("strict", complaint)])
    return lazy.calculate(m, tables, values, p, facts, confirming, override)


def _confirmed(
    number: str | Declarations, version: str | None, on: date | None, evidence: EvidenceFiles
) -> tuple[Declarations, tuple[EvidenceFile, ...]]:
    """Return the methodology as evidence files confirm it, and these files."""
    m = chosen(number, version, on)
    files = evidence_files(m, evidence)
    return with_evidence(m, files), files


def begun_with(m: Declarations, previous: Calculation | Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the first period begins with: the last values of an earlier result, by name of the operand."""
    before = previous if isinstance(previous, Calculation) else replayed(Calculation, previous)
    operands = [one for one in m.inputs.values() if one.previous_of]
    complaint = ""
    if before.methodology.number != m.number:
        complaint = _("is a report by {methodology}: give one by {number}")
        complaint = complaint.format(methodology=before.methodology, number=m.number)
    elif not operands:
        complaint = _("nothing in {methodology} depends on the period before: leave it out").format(methodology=m)
    if complaint:
        raise InputError(str(m), [Problem("previous", complaint)])
    known = {m.named(name) for name in values}
    twice = _("is given, and the earlier report has it: leave one of them out")
    InputError.raise_for(str(m), [Problem(one.symbol, twice) for one in operands if one.name in known])
    return {one.name: before.ended_with(one.previous_of) for one in operands}


def _not_after(previous: Calculation | Mapping[str, Any], inputs: Inputs) -> Problem | None:
    """Complain where the first period does not follow the last one of the earlier report."""
    periods = (
        previous.inputs.periods if isinstance(previous, Calculation) else list(map(Period.parse, previous["periods"]))
    )
    last, first = periods[-1].last, inputs.periods[0].first
    if last is None or first is None or (first - last).days == 1:
        return None
    complaint = _("ends on {last}, and the first period begins on {first}: give the report of the period before")
    return Problem("previous", complaint.format(last=last, first=first))


def _compared_with_whole(inputs: Inputs, bind_whole: Callable[[], Inputs]) -> Inputs:
    """Say where the parts of a period over New Year have another ER than the whole; refuse a larger one.

    What does not add over time, such as an area, counts in each part: an amount for each season would count twice.
    Where all amounts come in finer rows, the parts are the better numbers, and a difference is a remark.
    """
    try:
        whole = bind_whole()
    except InputError:  # such as a table with a row for each year: the whole has no value of its own
        whole = None
    if whole is None and not any(one.adds_over_units and not one.adds_over_time for one in inputs.graph.parameters):
        return inputs  # nothing can count twice
    if whole is None:
        message = _(
            "the parts in each year cannot be compared with the whole periods: what does not add over time, such as an "
            "area, counts in each part"
        )
        remark = Remark("split", message, "", Topic.CONTRADICTORY)
        return replace(inputs, warnings=(*inputs.warnings, remark))
    if list(whole.periods) == list(inputs.periods):
        return inputs
    try:
        parts, once = (float(_reductions(one).sum()) for one in (inputs, whole))
    except EvaluationError:
        return inputs  # the result says what has no value
    if math.isclose(parts, once, rel_tol=1e-9, abs_tol=1e-9):
        return inputs
    complaint = _(
        "ER of the parts in each year is {parts:,.6g} tCO2, of the whole periods {whole:,.6g} tCO2, because what does "
        "not add over time counts in each part"
    ).format(parts=parts, whole=once)
    added = [one for one in inputs.graph.parameters if one.adds_over_time]
    if parts > once and (inputs.shared or not added):
        cure = _("{complaint}: give the amounts of each year as separate periods with p=")
        raise InputError(str(inputs.methodology), [Problem("split", cure.format(complaint=complaint))], inputs.warnings)
    remark = Remark("split", complaint, "", Topic.CONTRADICTORY, (("parts", parts), ("whole", once)))
    return replace(inputs, warnings=(*inputs.warnings, remark))


def _reductions(inputs: Inputs) -> Any:
    """Return ER by period."""
    found = evaluate(inputs.graph, inputs.sizes, inputs.values, inputs.lookups(), ("ER",))["ER"]
    return np.broadcast_to(found.ravel(), len(inputs.periods))


def _follows(inputs: Inputs, array: np.ndarray[Any, Any]) -> bool:
    """Whether the values that are calculated with are in the memory of an array, and not in a copy."""
    return any(np.may_share_memory(array, bound) for bound in inputs.values.values())


def _refuse_over_new_year(m: Declarations, p: Any, split: str) -> None:
    """Refuse periods in several years for Dask, which does not split them."""
    try:
        periods = () if p is None else named_periods(p).labels
    except ValueError:
        return  # what is not a period is complained of later
    if split != "whole" and (problems := over_new_year(periods)):
        raise InputError(str(m), problems)


def _monitored(tables: tuple[Any, ...], p: Any) -> tuple[tuple[Any, ...], Any]:
    """Return the tables and periods of what `jcm_calc.monitor` returns, which may be given instead of tables."""
    found: list[Any] = []
    for table in tables:
        if isinstance(own := getattr(table, "tables", None), list | tuple) and hasattr(table, "periods"):
            found += own
            p = [str(period) for period in table.periods] if p is None else p
        else:
            found.append(table)
    return tuple(found), p


def _remark(result: Calculation, strict: bool) -> None:
    """Warn of every remark; refuse what needs a reason and has none, and every remark where strict."""
    inputs = result.inputs
    names = inputs.methodology.names()
    needed = [
        Problem(
            remark.subject,
            _('{complaint}; leave it out, or give the reason with override={{"{name}": "…"}}').format(
                complaint=remark.complaint, name=names[remark.subject]
            ),
            remark.place,
        )
        for remark, protected in result.replaced
        if protected and names[remark.subject] not in inputs.overrides
    ]
    InputError.raise_for(str(inputs.methodology), needed, inputs.warnings)
    if strict and result.remarks:
        raise InputError(str(inputs.methodology), result.remarks)
    noted = {str(one) for one in inputs.warnings}
    for remark in result.remarks:
        if str(remark) not in noted:
            remark.warn()


def replayed(kind: type[C], manifest: Mapping[str, Any], /, *tables: Any, **values: Any) -> C:
    """Calculate again what a manifest describes, as a kind of `Calculation`; see `jcm_calc.replay`."""
    InputError.raise_for(_("the manifest"), form_problems(manifest))
    problems: list[Problem] = []
    call = manifest["call"]
    number, version = manifest["methodology"]["number"], manifest["methodology"]["version"]
    handed = list(tables)
    recalled_tables = [
        recall(_("table {number}").format(number=position), recorded, handed, problems)
        for position, recorded in enumerate(call["tables"], 1)
    ]
    spare = {name: [value] for name, value in values.items()}
    recalled = {
        name: recall(name, recorded, spare.get(name, []), problems) for name, recorded in call["values"].items()
    }
    not_needed = _("is not needed: the manifest holds it, or does not know it")
    problems += [Problem(name, not_needed) for name, left in spare.items() if left]
    if handed:
        several = ngettext("{count} table is not needed", "{count} tables are not needed", len(handed))
        problems.append(Problem("tables", several.format(count=len(handed))))
    facts = {name: recall(name, recorded, [], problems) for name, recorded in call["facts"].items()}
    evidence = [from_data(one["content"], one["file"], one["sha256"]) for one in call.get("evidence", [])]
    InputError.raise_for(_("the manifest of {number}").format(number=number), problems)
    return calculated(
        kind,
        number,
        *recalled_tables,
        version=version,
        on=date.fromisoformat(call["on"]) if "on" in call else None,
        p=call["p"],
        facts=facts,
        evidence=evidence,
        split=call.get("split", "whole"),
        override=call.get("override"),
        **recalled,
    )
