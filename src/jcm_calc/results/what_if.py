"""What if an input were another: grids of scenarios, and the value at which a result breaks even."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, InputWarning, Problem, listed, require, shown, suggestion, warn
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import Array, EvaluationError
from jcm_calc.engine.many import evaluate_many
from jcm_calc.inputs import cells
from jcm_calc.inputs.binding import with_names
from jcm_calc.inputs.carriers import as_pandas, carried, is_array, objects, refuse_name, split_heading
from jcm_calc.inputs.factors import names_factor
from jcm_calc.inputs.project import as_mapping
from jcm_calc.inputs.schema import got, is_real
from jcm_calc.inputs.tables import read, with_units
from jcm_calc.results.calculating import calculated
from jcm_calc.results.calculation import Calculation, undefined
from jcm_calc.results.credits import check_years, of_years, whole_tonnes
from jcm_calc.rulebooks import chosen
from jcm_calc.units import is_quantity, registry

if TYPE_CHECKING:
    import pandas as pd
    from pint import Quantity

# Values looked at between the ends of a range, so that a second break-even is not missed.
STEPS = 200


def scenarios(
    number: str | Declarations,
    base: Mapping[str, Any],
    varied: Mapping[str, Sequence[Any]] | pd.DataFrame | str | os.PathLike[str],
    *tables: Any,
    version: str | None = None,
    on: Any = None,
    by_year: bool = False,
) -> pd.DataFrame:
    """Calculate every combination of some values, or the scenarios of a table.

    Parameters
    ----------
    number, version, on
        As for `jcm_calc.calculate`.
    base : mapping
        What all scenarios have in common: the arguments of `jcm_calc.calculate` by name, ``p`` among them.
    varied : mapping, DataFrame or path
        By the name of an input the values it takes, also of choices and classes: every combination is
        calculated. Or a table with a row for each scenario and a column for each input, which may name its unit
        (``EC_PJ [kWh]``); its column ``scenario``, or else its index, names them. A value holds for all units and
        periods.
    *tables
        As for `jcm_calc.calculate`.
    by_year : bool
        Whether each calendar year has a separate row, or a scenario one row with the sums.

    Returns
    -------
    DataFrame
        A row for each scenario: the value of each input that varies, numbers in the declared unit; RE, PE and ER,
        in tCO2; and the whole tonnes, to which each calendar year is rounded down.

    Raises
    ------
    InputError
        If a scenario cannot be calculated.

    Examples
    --------
    >>> import jcm_calc
    >>> base = {"EC_PJ": "135 MWh", "application": "cold storage"}
    >>> jcm_calc.scenarios("ID_AM003", base, {"COP_PJ": [1.9, 2.1], "EF_elec": [0.7, "814 kgCO2/MWh"]}).round(2)
       COP_PJ  EF_elec      RE      PE     ER  tonnes
    0     1.9     0.70  105.00   94.50  10.50      10
    1     1.9     0.81  122.10  109.89  12.21      12
    2     2.1     0.70  116.05   94.50  21.55      21
    3     2.1     0.81  134.95  109.89  25.06      25
    """
    import pandas as pd

    m = chosen(number, version, on)
    kept = _arguments(m, base)
    if isinstance(varied, Mapping):
        lists = _lists(m, m.by_name(varied))
        _check_names(m, kept, lists)
        columns = zip(*itertools.product(*lists.values()), strict=True)
        rows = pd.DataFrame({name: objects(column) for name, column in zip(lists, columns, strict=True)})
    else:
        rows = _table(m, varied)
        _check_names(m, kept, {str(name): [*rows[name]] for name in rows})
    frames = []
    for case, numbers, places in _cases(m, rows):
        first = {name: values[0] for name, values in numbers.items()}
        given: dict[str, Any] = {**kept, **case, **first}
        result = calculated(Calculation, m, *tables, on=on, override="a scenario", **given)
        frames.append(_results(result, case, numbers, places, by_year))
    whole = pd.concat(frames).sort_index(kind="stable")
    whole.index = rows.index.take(whole.index.to_numpy())
    return whole[[*rows, *(["year"] if by_year else []), *RESULTS, "tonnes"]]


def _arguments(m: Declarations, base: Any) -> dict[str, Any]:
    """Return the arguments of a base by name, the periods and the facts among them."""
    problems: list[Problem] = []
    values = m.by_name(as_mapping("base", base, "{'EG': '600 MWh', 'p': '2024'}", problems))
    complaint = _("is a separate argument: write {name}=, not base[{key}]")
    problems += [
        Problem(f"base[{name!r}]", complaint.format(name=name, key=repr(name)))
        for name in ("number", "version", "on")
        if name in values
    ]
    InputError.raise_for(str(m), problems)
    return values


def _table(m: Declarations, given: Any) -> pd.DataFrame:
    """Return a table of scenarios with a column for each input, whose cells have the unit of the heading."""
    import pandas as pd

    given = as_pandas(given)
    is_file = isinstance(given, os.PathLike) or (isinstance(given, str) and Path(given).suffix)
    if not hasattr(given, "iloc") and not is_file:
        complaint = _("got {given}; must be a mapping from inputs to lists of values, or a table")
        raise InputError(str(m), [Problem("varied", complaint.format(given=shown(given)))])
    frame: pd.DataFrame = with_units(given if hasattr(given, "iloc") else read(given, ["scenario"]))
    for remark in frame.attrs.get("remarks", ()):
        warn(str(Problem(Path(given).name, remark)), InputWarning)
    if "scenario" in frame:
        frame = frame.set_index("scenario")
    columns: dict[str, list[Any]] = {}
    problems = []
    for heading, column in frame.items():
        written, unit = split_heading(str(heading).strip())
        name = m.named(written) or written
        if name in columns:
            problems.append(Problem(name, _("has two columns")))
        empty = column.isna().to_numpy()
        if empty.any():
            labels = listed(frame.index[empty])
            problems.append(Problem(str(heading), _("has no value for the scenario {names}").format(names=labels)))
        columns[name] = [_with_unit(cell, unit) for cell in column.tolist()]
    InputError.raise_for(str(m), problems)
    return pd.DataFrame(columns, frame.index, dtype=object)


def _with_unit(cell: Any, unit: str | None) -> Any:
    return cell if unit is None or isinstance(cell, str) or is_quantity(cell) else f"{cell!r} {unit}"


def _lists(m: Declarations, varied: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of each input as a list whose cells have the unit of what carried them."""
    found, problems = dict(varied), []
    for name, values in varied.items():
        if is_array(values) and not isinstance(values, list | tuple | range):
            try:
                refuse_name(getattr(values, "name", None), name, m.named)
                cells_of, unit = carried(values)
                found[name] = [_with_unit(cell, unit) for cell in cells_of.tolist()]
            except ValueError as error:
                problems.append(Problem(name, str(error)))
    InputError.raise_for(str(m), problems)
    return found


def _cases(m: Declarations, rows: pd.DataFrame) -> Iterator[tuple[dict[str, Any], dict[str, list[Any]], list[int]]]:
    """Yield each case of what needs a separate calculation: its numbers, and the rows that have them."""
    columns = {str(name): rows[name].tolist() for name in rows}
    plain = [name for name, values in columns.items() if _is_number(m, name, values)]
    others = {name: values for name, values in columns.items() if name not in plain}
    keys = (tuple(repr(values[place]) for values in others.values()) for place in range(len(rows)))
    for places in grouped((key, place) for place, key in enumerate(keys)).values():
        case = {name: values[places[0]] for name, values in others.items()}
        yield case, {name: [columns[name][place] for place in places] for name in plain}, places


def _check_names(m: Declarations, kept: Mapping[str, Any], varied: Mapping[str, Any]) -> None:
    problems = [Problem(name, _("is both in the base and varied: give it once")) for name in varied if name in kept]
    if not varied:
        problems.append(Problem("scenarios", _("nothing varies: name at least one input with its values")))
    for name, values in varied.items():
        if name not in m.inputs and name not in m.choices:
            hint = suggestion(name, [*m.inputs, *m.choices])
            problems.append(Problem(name, _("{m} has no such input or choice{hint}").format(m=m, hint=hint)))
        elif not is_array(values) or not len(values):
            problems.append(Problem(name, _("got {got}; must be a list of values").format(got=shown(values))))
        elif any(is_array(value) for value in values):
            message = _("one value for each scenario is expected: it holds for all units and periods")
            problems.append(Problem(name, message))
    InputError.raise_for(str(m), problems)


def _is_number(m: Declarations, name: str, values: Sequence[Any]) -> bool:
    """Whether an input varies as a number; a choice, a class, a date or a candidate needs a separate calculation."""
    parameter = m.inputs.get(name)
    if parameter is None or parameter.textual or parameter.unit == "date":
        return False
    return not any(
        isinstance(one, Mapping)
        or (isinstance(one, str) and one in parameter.candidates)
        or names_factor(one, m, parameter)
        for one in values
    )


def _results(
    result: Calculation, case: Mapping[str, Any], numbers: Mapping[str, Sequence[Any]], places: list[int], by_year: bool
) -> pd.DataFrame:
    """Return the scenarios of one case: what varies, the emissions and the whole tonnes, by the number of the row."""
    import pandas as pd

    given = _numbers(result, numbers)
    if given:
        emissions = _emissions(result, given)
    else:  # one calculation that the scenarios share
        emissions = {name: np.repeat(result.full(name).reshape(1, -1), len(places), axis=0) for name in RESULTS}
    try:
        check_years(result.inputs.periods)
    except ValueError as error:
        raise InputError(str(result.methodology), [Problem("p", str(error))]) from None
    groups = of_years(result.inputs.periods)
    years = [{name: found[:, own].sum(axis=1) for name, found in emissions.items()} for own in groups.values()]
    tonnes = [[whole_tonnes(er) for er in year["ER"].tolist()] for year in years]
    varied = {**{name: objects([value] * len(places)) for name, value in case.items()}, **given}
    if by_year:
        parts = [
            pd.DataFrame({**varied, "year": group if isinstance(group, int) else pd.NA, **year, "tonnes": cut}, places)
            for group, year, cut in zip(groups, years, tonnes, strict=True)
        ]
        return pd.concat(parts).astype({"year": "Int64"})
    sums = {name: found.sum(axis=1) for name, found in emissions.items()}
    return pd.DataFrame({**varied, **sums, "tonnes": np.sum(tonnes, axis=0)}, places)


def _numbers(result: Calculation, varied: Mapping[str, Sequence[Any]]) -> dict[str, Array]:
    """Return the values in declared units; complain of all that cannot be."""
    m, problems, numbers = result.methodology, list[Problem](), {}
    for name, values in varied.items():
        parameter = m.inputs[name]
        if name not in result.inputs.graph.nodes:
            problems.append(Problem(parameter.symbol, _("takes no part in this calculation"), parameter.section))
            continue
        try:
            found, faults = cells.numbers(values, parameter.unit)
            numbers[name] = found.ravel()
            message = dict.fromkeys(faults.values())
            problems += [Problem(parameter.symbol, complaint, parameter.section) for complaint in message]
            problems += _impossible(result, parameter, np.delete(numbers[name], list(faults)))
        except (TypeError, ValueError) as error:
            problems.append(Problem(parameter.symbol, str(error), parameter.section))
    InputError.raise_for(str(m), with_names(m, problems))
    return numbers


def _impossible(result: Calculation, parameter: Parameter, values: Array) -> Iterator[Problem]:
    def about(complaint: str, **fields: str) -> Problem:
        return Problem(parameter.symbol, complaint.format(**fields), parameter.section)

    if (wrong := parameter.bounds.outside(values)).any():
        given = listed(map("{:g}".format, values[wrong]))
        yield about(_("got {given}; must be a number {range}"), given=given, range=parameter.bounds.words())
    lookups = result.inputs.lookups()
    for other in result.inputs.graph.parameters:
        if other.by == parameter.name and other.name in lookups:
            nowhere = np.isnan(lookups[other.name](values))
            if nowhere.any():
                names = listed(map("{:g}".format, dict.fromkeys(values[nowhere])))
                yield about(_("{names} lies in no class of {symbol}"), names=names, symbol=other.symbol)


def _emissions(result: Calculation, given: Mapping[str, Array]) -> dict[str, Array]:
    """Return RE, PE and ER of each of many values, by period."""
    count, axes = len(next(iter(given.values()))), len(result.inputs.sizes)
    emissions = {name: np.empty((count, len(result.inputs.periods))) for name in RESULTS}

    def varied(batch: slice) -> dict[str, Array]:
        return {name: values[batch].reshape(-1, *[1] * axes) for name, values in given.items()}

    try:
        for batch, found in evaluate_many(result.inputs, count, varied, given):
            for name in RESULTS:
                emissions[name][batch] = found[name]
    except EvaluationError as error:
        case = ", ".join(f"{name} = {values[error.place[0]]:g}" for name, values in given.items())
        problem = undefined(EvaluationError(error.name, error.place[1:], error.zeros), result.inputs)
        complaint = _("{complaint} (where {case})").format(complaint=problem.complaint, case=case)
        raise InputError(str(result.methodology), [Problem(problem.subject, complaint)]) from None
    return emissions


def break_even(
    number: str | Declarations,
    base: Mapping[str, Any],
    name: str,
    *tables: Any,
    between: tuple[Any, Any] | None = None,
    of: str = "ER",
    target: float = 0.0,
    version: str | None = None,
    on: Any = None,
) -> Quantity[float]:
    """Return the value of an input at which a result reaches a target, such as the COP at which ER is 0.

    It needs scipy: ``pip install jcm-calc[uncertainty]``.

    Parameters
    ----------
    number, version, on, *tables
        As for `jcm_calc.calculate`.
    base : mapping
        All other arguments of `jcm_calc.calculate`.
    name : str
        An input that is a number; one value for all units and periods.
    between : tuple, optional
        The smallest and the largest value to look at; the plausible range of the parameter by default.
    of : {"ER", "RE", "PE"}
    target : float
        In tCO2, over all periods.

    Raises
    ------
    InputError
        If the result does not reach the target in the range, reaches it at several values, or jumps over it.

    Examples
    --------
    >>> import jcm_calc
    >>> base = {"EC_PJ": "135 MWh", "application": "cold storage", "EF_elec": 0.814}
    >>> print(f"{jcm_calc.break_even('ID_AM003', base, 'COP_PJ', between=(1, 5)):.4g~P}")
    1.71
    """
    require("scipy", "uncertainty")
    from scipy.optimize import brentq

    m = chosen(number, version, on)
    problems = []
    if of not in RESULTS:
        complaint = _("got {got}; must be one of {names}").format(got=shown(of), names=", ".join(RESULTS))
        problems.append(Problem("of", complaint))
    if not is_real(target) or not np.isfinite(target):
        problems.append(Problem("target", got(target, _("a finite number, in tCO2"))))
    InputError.raise_for(str(m), problems)
    kept = _arguments(m, base)
    name = m.named(name) or name
    low, high = _range(m, kept, name, between)
    with warnings.catch_warnings():  # the lower end of the range is a beginning, not what is asked about
        warnings.simplefilter("ignore", InputWarning)
        result = calculated(Calculation, m, *tables, on=on, override="a scenario", **{**kept, name: low})
    parameter = m.inputs[name]
    places = np.unique(_numbers(result, {name: [*np.linspace(low, high, STEPS + 1)]})[name])

    def beyond(values: Array) -> Array:
        return np.asarray(_emissions(result, {name: np.atleast_1d(values)})[of].sum(axis=1) - target)

    found = beyond(places)
    brackets = _brackets(places, found)
    if len(brackets) != 1:
        raise _about(m, parameter, _no_bracket(places, found + target, brackets, of, target))
    left, right = brackets[0]
    root = left
    if left < right:
        root = float(brentq(lambda value: float(beyond(np.array(value))[0]), left, right, xtol=1e-12 * (high - low)))
    if abs(beyond(np.array(root))[0]) > 1e-6 * np.abs(found).max():
        complaint = _(
            "{of} passes {target:g} tCO2 in a step at {root:.6g}, where another class or case begins: no value gives it"
        )
        raise _about(m, parameter, complaint.format(of=of, target=target, root=root))
    quantity: Quantity[float] = registry().Quantity(root, parameter.unit)
    return quantity


def _range(m: Declarations, kept: Mapping[str, Any], name: str, between: tuple[Any, Any] | None) -> tuple[float, float]:
    """Return the ends of the range in which to look."""
    _check_names(m, kept, {name: between or (0, 0)})
    if name in m.choices or not _is_number(m, name, between or ()):
        raise InputError(str(m), [Problem(name, _("is not a number: calculate its cases as scenarios"))])
    parameter = m.inputs[name]
    try:
        if between is not None:
            ends, faults = cells.numbers(between, parameter.unit)
            if faults:
                raise ValueError(listed(faults.values()))
            low, high = map(float, ends)
        else:
            usual = parameter.plausible or parameter.bounds
            low, high = usual.first, np.nextafter(usual.beyond, -np.inf)
    except (TypeError, ValueError) as error:
        raise _about(m, parameter, str(error)) from None
    if not (np.isfinite([low, high]).all() and low < high):
        complaint = _("name the range to look at, from the smaller to the larger value: between=(low, high)")
        raise _about(m, parameter, complaint)
    return low, high


def _about(m: Declarations, parameter: Parameter, complaint: str) -> InputError:
    return InputError(str(m), with_names(m, [Problem(parameter.symbol, complaint)]))


def _brackets(places: Array, found: Array) -> list[tuple[float, float]]:
    """Return where a result is at the target, and between which neighbours it crosses it."""
    exact = [(float(place), float(place)) for place in places[found == 0]]
    crossed = np.flatnonzero(found[:-1] * found[1:] < 0)
    return sorted([*exact, *((float(places[n]), float(places[n + 1])) for n in crossed)])


def _no_bracket(places: Array, found: Array, brackets: Sequence[tuple[float, float]], of: str, target: float) -> str:
    first, last = places[0], places[-1]
    if brackets:
        some = _("{left:g} to {right:g}")
        near = listed(f"{one:g}" if one == two else some.format(left=one, right=two) for one, two in brackets)
        several = _(
            "{of} is {target:g} tCO2 at several values between {first:g} and {last:g} ({near}): name a narrower range "
            "with between="
        )
        return several.format(of=of, target=target, first=first, last=last, near=near)
    never = _(
        "{of} is never {target:g} tCO2 between {first:g} and {last:g}: it goes from {least:,.6g} to {most:,.6g} tCO2"
    )
    return never.format(of=of, target=target, first=first, last=last, least=found.min(), most=found.max())
