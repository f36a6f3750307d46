"""One call from what the user has to a result, and the way back from a manifest."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

from jcm_calc import lazy
from jcm_calc.confirmation import Given, evidence_files, with_evidence
from jcm_calc.confirmation.file import from_data
from jcm_calc.declarations import Methodology
from jcm_calc.evidence import UnconfirmedWarning
from jcm_calc.inputs import bind
from jcm_calc.inputs.metered import lost_record, tables_of
from jcm_calc.languages import _
from jcm_calc.lazy import is_lazy
from jcm_calc.manifest import file_digest, form, recall
from jcm_calc.problems import InputError, InputWarning, Problem
from jcm_calc.result import Result
from jcm_calc.rulebooks import methodology, outside_validity

_warned: set[str] = set()


def calculate(
    number: str | Methodology,
    *tables: Any,
    version: str | None = None,
    on: date | None = None,
    p: Any = None,
    facts: Mapping[str, Any] | None = None,
    evidence: Given = None,
    **values: Any,
) -> Result:
    """Calculate reference emissions, project emissions and emission reductions.

    Parameters
    ----------
    number : str or Methodology
        For example ``"ID_AM003"``.
    *tables : DataFrame, path or Monitored
        What `jcm_calc.monitor` gives, and one table for each set of indices, with a column for each index
        and each parameter. Finer rows are summed into calendar years, or into the periods named with ``p``.
    version, on : optional
        See `jcm_calc.methodology`. With both, it is remarked on where the version was not valid on the day.
    p : str, tuple of dates, pandas.Period, or list of these, optional
        The monitoring periods: ``"2024"``, ``"2024-01-01/2024-06-30"``.
    facts : mapping, optional
        What eligibility criteria ask for, by name.
    evidence : path or sequence of paths, optional
        Evidence files, by which somebody who has the approved document confirms what is not confirmed
        here. Where none is named, those of the user's folder (see docs/how_to/confirm.md) that are
        about this version; ``()`` for none at all.
    **values
        Parameters, class keys and choices by name. A bare number is in the declared unit; a string
        with a unit or a pint Quantity is converted.

    Returns
    -------
    Result
        Of Dask arrays or Dask DataFrames a `LazyResult`, of which nothing is calculated yet.

    Raises
    ------
    InputError
        If the input is unusable, with every reason at once.
    EvidenceError
        If an evidence file contradicts the rule book, another one, or what it was written for.
    MethodologyNotFoundError
        If there is no such methodology or version.

    Warns
    -----
    UnconfirmedWarning
        Once a methodology version, where a result rests on rules nobody has confirmed.
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
    m = number if isinstance(number, Methodology) else methodology(number, version, on)
    tables = tables_of(tables)
    for name, value in values.items():
        if lost_record(value):
            from jcm_calc.inputs.monitored_table import refuse_lost

            raise refuse_lost(name)
    confirming = evidence_files(m, evidence)
    m = with_evidence(m, confirming)
    if any(map(is_lazy, (*tables, *values.values()))):
        return cast("Result", lazy.calculate(m, tables, values, p, facts, confirming))
    files = [file_digest(table) for table in tables]
    inputs = bind(m, tables, values, p, facts)
    if on is not None and (reason := outside_validity(m, on)):
        remark = Problem(str(m), reason)
        warnings.warn(str(remark), InputWarning, stacklevel=2)
        inputs = replace(inputs, warnings=(*inputs.warnings, remark))
    call = {
        "tables": tables,
        "files": files,
        "values": values,
        "p": p,
        "facts": facts,
        "on": on,
        "evidence": confirming,
    }
    result = Result(inputs, call)
    if str(m) not in _warned and result.unconfirmed:
        _warned.add(str(m))
        count = len(result.unconfirmed)
        text = f"{m}: an estimate, because {count} rules or values are not confirmed; see Result.unconfirmed"
        warnings.warn(text, UnconfirmedWarning, stacklevel=2)
    return result


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
        If it is no manifest, or such a table, array or file is missing or is not the same one.

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
    recalled = {
        name: recall(name, recorded, [values[name]] if name in values else [], problems)
        for name, recorded in call["values"].items()
    }
    facts = {name: recall(name, recorded, [], problems) for name, recorded in call["facts"].items()}
    evidence = [from_data(one["content"], one["file"], one["sha256"]) for one in call.get("evidence", [])]
    if problems:
        raise InputError(_("the manifest of {number}").format(number=number), problems)
    on = date.fromisoformat(call["on"]) if "on" in call else None
    return calculate(
        number, *recalled_tables, version=version, on=on, p=call["p"], facts=facts, evidence=evidence, **recalled
    )
