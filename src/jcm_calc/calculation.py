"""One call from what the user has to a result, and the way back from a manifest."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, cast

import numpy as np

from jcm_calc import lazy, notebook
from jcm_calc.confirmation import Given, evidence_files, with_evidence
from jcm_calc.confirmation.file import from_data
from jcm_calc.dates import day_of
from jcm_calc.declarations import Methodology
from jcm_calc.evaluation import EvaluationError, evaluate
from jcm_calc.evidence import UnconfirmedWarning
from jcm_calc.inputs import Inputs, Period, bind
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.binding import over_new_year
from jcm_calc.inputs.metered import lost_record
from jcm_calc.languages import _, ngettext
from jcm_calc.lazy import is_lazy
from jcm_calc.manifest import file_digest, form, frozen, is_large, recall
from jcm_calc.problems import InputError, InputWarning, Problem, Remark, Topic, shown
from jcm_calc.remarks import reasons
from jcm_calc.result import Result
from jcm_calc.rulebooks import chosen, outside_validity

_warned: set[str] = set()


def calculate(
    number: str | Methodology,
    *tables: Any,
    version: str | None = None,
    on: Any = None,
    p: Any = None,
    facts: Mapping[str, Any] | None = None,
    evidence: Given = None,
    split: str = "refuse",
    override: Mapping[str, str] | str | None = None,
    strict: bool = False,
    earlier: Result | Mapping[str, Any] | None = None,
    **values: Any,
) -> Result:
    """Calculate reference emissions, project emissions and emission reductions.

    Parameters
    ----------
    number : str or Methodology
        For example ``"ID_AM003"``.
    *tables : DataFrame, path, or what `jcm_calc.monitor` returns
        One table for each set of indices, with a column for each index and each parameter; of pandas, polars,
        Arrow, xarray, or a file. Finer rows are summed into calendar years, or into the periods named with ``p``.
    version, on : optional
        See `jcm_calc.methodology`. With both, it is remarked on where the version was not valid on the day.
    p : str, int, tuple of dates, pandas.Period, or several of these, optional
        The monitoring periods: ``"2024"``, ``"2024-01-01/2024-06-30"``, ``range(2026, 2036)``, or
        ``pandas.date_range("2024-01-01", periods=12, freq="MS")``.
    facts : mapping, optional
        What eligibility criteria ask for, by name.
    evidence : path or sequence of paths, optional
        Evidence files, by which somebody who has the approved document confirms what is not confirmed
        here. Where none is named, those of the user's folder (see docs/how_to/confirm.md) that are
        about this version; ``()`` for none at all.
    split : {"refuse", "years", "days", "whole"}
        What becomes of a period over New Year, such as a heating season: credits are by calendar year. It is
        refused with the periods to write; split at 31 December, where amounts come in finer rows (``"years"``);
        split, and amounts for the whole period are shared by days, which is remarked on (``"days"``); or kept,
        and has no result by year (``"whole"``).
    override : mapping or str, optional
        Why a value is given in place of the document's, by name of the parameter, or one reason for all. It is
        asked for where the document's value was read and the given one makes ER larger; with Dask arrays, whose ER
        is not known yet, wherever the document's value was read.
    strict : bool
        Whether anything in `Result.remarks` is an error.
    earlier : Result or manifest, optional
        Of the report before: what its last period ended with is what the first period begins with, such as the carbon
        of a forest or the balance of a buffer.
    **values
        Parameters, class keys and choices by name: one number, an array, a Series, a wide table, a mapping by
        label or year. A bare number is in the declared unit; a string with a unit, a pint Quantity or column, and a
        Series whose name has a unit are converted. Later changes of what is given do not change the result; an
        array of more than a million numbers is not copied, and a result that does not follow from it any more
        refuses to calculate, to write, or to explain anything else.

    Returns
    -------
    Result
        Of Dask arrays or Dask DataFrames a `LazyResult`, of which nothing is calculated yet.

    Raises
    ------
    InputError
        If the input is unusable, with every reason at once; with ``strict``, if there are remarks.
    EvidenceError
        If an evidence file contradicts the rule book, another one, or what it was written for.
    MethodologyNotFoundError
        If there is no such methodology or version.

    Warns
    -----
    UnconfirmedWarning
        Once a methodology version, where a result rests on rules nobody has confirmed. A notebook says it
        below the cell, unless the cell shows the result, which says so itself.
    IneligibleWarning
        For each eligibility criterion that is not met.
    RemarkWarning
        For each other of `Result.remarks`, such as a cross-check that is violated.
    InputWarning
        For values that are possible but hardly meant.

    Examples
    --------
    >>> import jcm_calc
    >>> result = jcm_calc.calculate(
    ...     "ID_AM003", EC_PJ="135 MWh", COP_PJ=1.63, application="individual quick freezer", EF_elec="0.814 tCO2/MWh"
    ... )
    >>> print(f"{result.ER:.1f~P}")
    25.8 tCO2
    """
    on = None if on is None else day_of("on", on)
    m = chosen(number, version, on)
    if strict not in (True, False):
        raise InputError(str(m), [Problem("strict", _("got {came}, must be True or False").format(came=shown(strict)))])
    for name, value in values.items():
        if lost_record(value):
            from jcm_calc.inputs.monitored_table import refuse_lost

            raise refuse_lost(name)
    confirming = evidence_files(m, evidence)
    m = with_evidence(m, confirming)
    tables, p = _monitored(tables, p)
    if earlier is not None:
        values = {**begun_with(m, earlier, values), **values}
    if any(map(is_lazy, (*tables, *values.values()))):
        _refuse_over_new_year(m, p, split)
        if strict:
            complaint = _("is for a calculation that fits into memory: its remarks are not known before")
            raise InputError(str(m), [Problem("strict", complaint)])
        return cast("Result", lazy.calculate(m, tables, values, p, facts, confirming, override))
    tables, p, facts = tuple(map(frozen, tables)), p.copy() if hasattr(p, "copy") else p, frozen(facts)
    values = {name: value if is_large(value) else frozen(value) for name, value in values.items()}
    files = [file_digest(table) for table in tables]
    inputs = bind(m, tables, values, p, facts, split=split)
    if split in ("years", "days"):
        inputs = _compared_with_whole(inputs, partial(bind, m, tables, values, p, facts, split="whole"), split)
    large = {name: value for name, value in values.items() if is_large(value)}
    followed = {name for name, array in large.items() if _follows(inputs, array)}
    values |= {name: array.copy() for name, array in large.items() if name not in followed}
    if on is not None and (reason := outside_validity(m, on)):
        remark = Problem(str(m), reason)
        warnings.warn(str(remark), InputWarning, stacklevel=2)
        inputs = replace(inputs, warnings=(*inputs.warnings, remark))
    if earlier is not None and (gap := _not_after(earlier, inputs)):
        raise InputError(str(m), [gap])
    if override:
        inputs = replace(inputs, overrides=reasons(m, inputs.replaced, override))
    call = {
        "tables": tables,
        "files": files,
        "values": values,
        "p": p,
        "facts": facts,
        "on": on,
        "evidence": confirming,
        "split": split,
        "followed": followed,
    }
    result = Result(inputs, call)
    _remark(result, strict)
    if str(m) not in _warned and result.unconfirmed:
        _warned.add(str(m))
        count = len(result.unconfirmed)
        text = f"{m}: an estimate, because {count} rules or values are not confirmed; see Result.unconfirmed"
        notebook.warn(str(m), text, UnconfirmedWarning)
    return result


def begun_with(m: Methodology, earlier: Result | Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the first period begins with: the last values of an earlier result, by name of the operand.

    Raises
    ------
    InputError
        If it is of another methodology, nothing depends on the period before, or a value is given as well.
    """
    before = earlier if isinstance(earlier, Result) else replay(earlier)
    operands = [one for one in m.inputs.values() if one.previous_of]
    complaint = ""
    if before.methodology.number != m.number:
        complaint = _("is a report by {methodology}: give one by {number}")
        complaint = complaint.format(methodology=before.methodology, number=m.number)
    elif not operands:
        complaint = _("nothing in {methodology} depends on the period before: leave it out").format(methodology=m)
    if complaint:
        raise InputError(str(m), [Problem("earlier", complaint)])
    known = {m.named(name) for name in values}
    twice = _("is given, and the earlier report has it: leave one of them out")
    if problems := [Problem(one.symbol, twice) for one in operands if one.name in known]:
        raise InputError(str(m), problems)
    return {one.name: before.ended_with(one.previous_of) for one in operands}


def _not_after(earlier: Result | Mapping[str, Any], inputs: Inputs) -> Problem | None:
    """Complain where the first period does not follow the last one of the earlier report."""
    periods = earlier.inputs.periods if isinstance(earlier, Result) else list(map(Period.parse, earlier["periods"]))
    last, first = periods[-1].last, inputs.periods[0].first
    if last is None or first is None or (first - last).days == 1:
        return None
    complaint = _("ends on {last}, and the first period begins on {first}: give the report of the period before")
    return Problem("earlier", complaint.format(last=last, first=first))


def _compared_with_whole(inputs: Inputs, bind_whole: Callable[[], Inputs], split: str) -> Inputs:
    """Say where the parts of a period over New Year have another ER than the whole; refuse a larger one.

    What does not add over time, such as an area, counts in each part: an amount for each season would count twice.
    Where all amounts come in finer rows, the parts are the better numbers, and a difference is remarked on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = bind_whole()
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
        cure = _("{complaint}: give the amounts of each year as periods of their own with p=")
        raise InputError(str(inputs.methodology), [Problem("split", cure.format(complaint=complaint))])
    remark = Remark("split", complaint, "", Topic.CONTRADICTORY, (("parts", parts), ("whole", once)))
    warnings.warn(str(remark), InputWarning, stacklevel=3)
    return replace(inputs, warnings=(*inputs.warnings, remark))


def _reductions(inputs: Inputs) -> Any:
    """Return ER by period."""
    found = evaluate(inputs.graph, inputs.sizes, inputs.values, inputs.lookups(), ("ER",))["ER"]
    return np.broadcast_to(found.ravel(), len(inputs.periods))


def _follows(inputs: Inputs, array: np.ndarray[Any, Any]) -> bool:
    """Whether the values that are calculated with are in the memory of an array, and not in a copy."""
    return any(np.may_share_memory(array, bound) for bound in inputs.values.values())


def _refuse_over_new_year(m: Methodology, p: Any, split: str) -> None:
    """Refuse periods in several years for Dask, which does not split them."""
    try:
        periods = () if p is None else named_periods(p).labels
    except ValueError:
        return  # what is not a period is complained of later
    if split != "whole" and (problems := over_new_year(periods)):
        raise InputError(str(m), problems)


def _monitored(tables: tuple[Any, ...], p: Any) -> tuple[tuple[Any, ...], Any]:
    """Return the tables and periods of what `jcm_calc.monitor` returns in its place."""
    found: list[Any] = []
    for table in tables:
        if isinstance(own := getattr(table, "tables", None), list | tuple) and hasattr(table, "periods"):
            found += own
            p = [str(period) for period in table.periods] if p is None else p
        else:
            found.append(table)
    return tuple(found), p


def _remark(result: Result, strict: bool) -> None:
    """Warn of everything that is remarked on; refuse what needs a reason and has none, and with strict everything."""
    inputs = result.inputs
    names = {parameter.symbol: name for name, parameter in inputs.methodology.inputs.items()}
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
    if needed:
        raise InputError(str(inputs.methodology), needed, inputs.warnings)
    if strict and result.remarks:
        raise InputError(str(inputs.methodology), result.remarks)
    noted = {str(one) for one in inputs.warnings}
    for remark in result.remarks:
        if str(remark) not in noted:
            remark.warn(3)


def replay(manifest: Mapping[str, Any], *tables: Any, **values: Any) -> Result:
    """Calculate again what a manifest describes.

    Parameters
    ----------
    manifest : mapping
        From `Result.manifest`.
    *tables, **values
        Tables and arrays that were too large to be written into the manifest and are in no file;
        they must be the same ones.

    Raises
    ------
    InputError
        If it is no manifest, or such a table, array or file is missing, is not the same one, or is not needed.

    Examples
    --------
    >>> import jcm_calc
    >>> manifest = jcm_calc.calculate(
    ...     "ID_AM003", EC_PJ="135 MWh", COP_PJ=1.63, application="individual quick freezer", EF_elec=0.814
    ... ).manifest()
    >>> jcm_calc.replay(manifest).manifest() == manifest
    True
    """
    if complaint := form(manifest):
        raise InputError(_("the manifest"), [Problem("manifest", complaint)])
    call = manifest["call"]
    number, version = manifest["methodology"]["number"], manifest["methodology"]["version"]
    handed, problems = list(tables), list[Problem]()
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
    if problems:
        raise InputError(_("the manifest of {number}").format(number=number), problems)
    on = date.fromisoformat(call["on"]) if "on" in call else None
    return calculate(
        number,
        *recalled_tables,
        version=version,
        on=on,
        p=call["p"],
        facts=facts,
        evidence=evidence,
        split=call.get("split", "whole"),
        override=call.get("override"),
        **recalled,
    )
