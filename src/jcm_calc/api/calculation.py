"""One call from what the user has to a result, and the way back from a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jcm_calc.api.result import Result
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.results.calculating import calculated, lazily, replayed
from jcm_calc.results.lazy import LazyResult, is_lazy


def calculate(
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
    previous: Any = None,
    **values: Any,
) -> Result | LazyResult:
    """Calculate reference emissions, project emissions and emission reductions.

    Parameters
    ----------
    number : str or Methodology
        For example ``"ID_AM003"``.
    *tables : DataFrame, path, or what `jcm_calc.monitor` returns
        One table for each set of indices, with a column for each index and each parameter; of pandas, polars,
        Arrow, xarray, or a file. Finer rows are summed into calendar years, or into the periods named with ``p``.
    version, on : optional
        See `jcm_calc.methodology`. With both, there is a remark if the version was not valid on the day.
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
        split, and amounts for the whole period are shared by days, with a remark (``"days"``); or kept,
        and has no result by year (``"whole"``).
    override : mapping or str, optional
        Why a value is given instead of the document's, by name of the parameter, or one reason for all. It is
        asked for where the document's value was read and the given one makes ER larger; with Dask arrays, whose ER
        is not known yet, wherever the document's value was read.
    strict : bool
        Whether anything in `Result.remarks` is an error.
    previous : Result or manifest, optional
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
    Result or LazyResult
        RE, PE, ER and the table by year of a project. A `LazyResult`, of Dask arrays or Dask DataFrames, has these
        alone, and nothing of it is calculated yet.

    Raises
    ------
    InputError
        If the input is unusable, with every reason at once; with ``strict``, if there are remarks.
    EvidenceError
        If an evidence file contradicts the methodology package, another one, or what it was written for.
    MethodologyNotFoundError
        If there is no such methodology or version.

    Warns
    -----
    UnconfirmedWarning
        Once a methodology version, where a result rests on rules that are not confirmed. A notebook says it
        below the cell, unless the cell shows the result, which says so itself.
    IneligibleWarning
        For each eligibility criterion that is not met.
    RemarkWarning
        For each other of `Result.remarks`, such as a cross-check that is violated.
    InputWarning
        For values that are possible but implausible.

    Examples
    --------
    >>> import jcm_calc
    >>> result = jcm_calc.calculate(
    ...     "ID_AM003", EC_PJ="135 MWh", COP_PJ=1.63, application="individual quick freezer", EF_elec="0.814 tCO2/MWh"
    ... )
    >>> print(f"{result.ER:.1f~P}")
    25.8 tCO2
    """
    options: dict[str, Any] = {"version": version, "on": on, "p": p, "facts": facts, "evidence": evidence}
    options |= {"split": split, "override": override, "strict": strict, "previous": previous}
    if any(map(is_lazy, (*tables, *values.values()))):
        return lazily(number, *tables, **options, **values)
    return calculated(Result, number, *tables, **options, **values)


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
        If it is not a manifest, or such a table, array or file is missing, is not the same one, or is not needed.

    Examples
    --------
    >>> import jcm_calc
    >>> manifest = jcm_calc.calculate(
    ...     "ID_AM003", EC_PJ="135 MWh", COP_PJ=1.63, application="individual quick freezer", EF_elec=0.814
    ... ).manifest()
    >>> jcm_calc.replay(manifest).manifest() == manifest
    True
    """
    return replayed(Result, manifest, *tables, **values)
