"""How uncertain a result is: its inputs drawn at random, the same equations run on all draws at once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.derivatives import gradient
from jcm_calc.distributions import read
from jcm_calc.evaluation import Array, EvaluationError, evaluate
from jcm_calc.many import evaluate_many
from jcm_calc.problems import InputError, Problem, shown, suggestion
from jcm_calc.result import Result, undefined

if TYPE_CHECKING:
    import pandas as pd

# A probability of 0 would be infinitely far away.
LEAST = 2.0**-60


@dataclass(frozen=True)
class Uncertainty:
    """What a result may be, from draws of its inputs; see `jcm_calc.uncertainty`.

    Attributes
    ----------
    result : Result
        The plain calculation.
    draws, seed : int
    samples : dict
        RE, PE and ER of each draw, summed over the periods, in tCO2.
    """

    result: Result
    draws: int
    seed: int
    samples: Mapping[str, Array]
    _inputs: Mapping[str, _Drawn] = field(repr=False)

    def __repr__(self) -> str:
        low, high = (self.percentile(q) for q in (2.5, 97.5))
        return (
            f"<Uncertainty of {self.result.methodology}: ER = {self.plain():,.6g} tCO2, "
            f"95 % of {self.draws:,} draws between {low:,.6g} and {high:,.6g}>"
        )

    def plain(self, of: str = "ER") -> float:
        """Return the plain result, summed over the periods, in tCO2."""
        return float(self.result.full(of).sum())

    def mean(self, of: str = "ER") -> float:
        """Return the mean of the draws, in tCO2."""
        plain = self.plain(of)
        return plain + float((self.samples[of] - plain).mean())

    def standard(self, of: str = "ER") -> float:
        """Return the standard uncertainty: the standard deviation of the draws, in tCO2."""
        return float(np.std(self.samples[of] - self.plain(of), ddof=1))

    def percentile(self, percent: float, of: str = "ER") -> float:
        """Return the value that so many per cent of the draws do not exceed, in tCO2."""
        return float(np.percentile(self.samples[of], percent))

    def at_least(self, confidence: float = 0.95) -> float:
        """Return a conservative ER: the true one is at least this, with the confidence asked for."""
        if not 0 < confidence < 1:
            raise ValueError(f"a confidence of {confidence} came, expected one between 0 and 1")
        return float(np.quantile(self.samples["ER"], 1 - confidence))

    def overclaim(self, materiality: float = 0.05) -> float:
        """Return the probability that the plain ER exceeds the true one by more than this share of it."""
        true = self.samples["ER"]
        return float(np.mean(self.plain() - true > materiality * np.abs(true)))

    def summary(self, percentiles: tuple[float, ...] = (2.5, 50, 97.5)) -> pd.DataFrame:
        """Return plain result, mean, standard uncertainty and percentiles of RE, PE and ER, in tCO2."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "plain": {name: self.plain(name) for name in RESULTS},
                "mean": {name: self.mean(name) for name in RESULTS},
                "standard": {name: self.standard(name) for name in RESULTS},
            }
        )
        found = {name: np.percentile(self.samples[name], percentiles) for name in RESULTS}
        for place, percent in enumerate(percentiles):
            frame[f"{percent:g} %"] = [float(found[name][place]) for name in RESULTS]
        return frame

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """The uncertain inputs, those that drive ER most first.

        ``rank correlation`` is Spearman's, between ER and the input; where the input has several values,
        their mean, each with the weight of its effect on ER. ``standard`` is the largest standard
        uncertainty of its values relative to the value; ``cut off`` the share that was truncated.
        """
        import pandas as pd

        ranks = _ranks(self.samples["ER"])
        rows = [
            {
                "name": name,
                "symbol": one.parameter.symbol,
                "stated": one.distribution.stated,
                "standard": one.relative,
                "rank correlation": _correlation(ranks, _ranks(one.effect)),
                "cut off": one.cut_off,
            }
            for name, one in self._inputs.items()
        ]
        frame = pd.DataFrame(rows).set_index("name")
        return frame.sort_values("rank correlation", key=lambda column: -column.abs(), kind="stable")


def uncertainty(
    result: Result,
    distributions: Mapping[str, Any],
    draws: int = 100_000,
    seed: int = 0,
    *,
    groups: Mapping[str, Any] | None = None,
    correlation: float | Mapping[str, float] = 1.0,
    each_period: Collection[str] = (),
    truncate: Collection[str] = (),
    progress: Callable[[float], None] = lambda share: None,
) -> Uncertainty:
    """Draw uncertain inputs at random, and calculate the result of every draw.

    It needs scipy: ``pip install jcm-calc[uncertainty]``.

    Parameters
    ----------
    result : Result
        The plain calculation.
    distributions : mapping
        By the name of a parameter how far it may be off: ``"±2 %"`` (limits; every value between them
        equally likely), ``"±0.5 K"``, ``"±2 % (95 %)"`` or ``"±2 % (k=2)"`` (normal), ``"class 0.5"`` (the
        accuracy class of a meter, taken as the limits ±0.5 %), or a frozen distribution of scipy.stats of
        the value itself. Inputs that are not named stay as they are. Each unit has an error of its own,
        which is the same in all periods; a number given once for all units has one error; so has each
        value of a table of defaults.
    draws : int
    seed : int
        The same seed gives the same draws of an input, whatever else is drawn; more draws continue fewer.
    groups : mapping, optional
        By the name of an input the batch that its meters belong to: one label, or one for each unit (an
        empty one for none). Errors within a group, also of different inputs, go together.
    correlation : float or mapping
        How much they do, from 0 to 1; by the label of the group, or for all.
    each_period : collection of str
        Inputs whose error is drawn anew in each period, such as that of a yearly survey.
    truncate : collection of str
        Inputs whose distribution is cut off at the parameter's declared bounds. For any other input, draws
        outside the bounds are refused.
    progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Uncertainty

    Raises
    ------
    InputError
        If a name or distribution cannot be used, or draws lie outside what is possible, with their share.

    Examples
    --------
    >>> import jcm_calc
    >>> result = jcm_calc.calculate("PW_AM001", EG=500.0, p="2024")
    >>> found = jcm_calc.uncertainty(result, {"EG": "class 1", "EF_RE": "±5 % (95 %)"}, draws=20_000, seed=1)
    >>> round(found.plain(), 1), round(found.mean()), round(found.standard())
    (266.5, 266, 7)
    >>> round(found.at_least(0.95))
    255
    >>> found.drivers["rank correlation"].round(1).to_dict()
    {'EF_RE': 1.0, 'EG': 0.2}
    """
    m, problems = result.methodology, list[Problem]()
    if not draws >= 2:
        problems.append(Problem("draws", f"{shown(draws)} came, expected at least 2"))
    grouped = _Groups(groups or {}, correlation, seed)
    problems += grouped.problems(distributions, each_period)
    for name in sorted({*each_period, *truncate} - {*distributions}):
        problems.append(Problem(name, f"has no distribution{suggestion(name, distributions)}"))
    drawn: dict[str, _Drawn] = {}
    slopes = gradient(result.inputs.graph, result.inputs.sizes, result.inputs.values, result.inputs.lookups())
    for name, given in distributions.items():
        try:
            parameter = _uncertain(result, name)
            drawn[name] = _Drawn(result, parameter, given, grouped, seed, name in each_period, name in truncate)
            drawn[name].weigh(slopes.get(name))
        except ValueError as error:
            problems.append(Problem(m.symbols().get(name, name), str(error)))
    if problems:
        raise InputError(str(m), problems)
    return _run(result, drawn, draws, seed, progress)


def _uncertain(result: Result, name: str) -> Parameter:
    """Return the parameter of a name; it must be a number that takes part in the calculation."""
    node = result.inputs.graph.nodes.get(name)
    if isinstance(node, Parameter):
        if node.kind is Kind.CONSTANT:
            raise ValueError("is true by definition and has no uncertainty")
        if node.textual or node.unit == "date":
            raise ValueError("is no number and has no distribution: calculate each case instead")
        return node
    if node is not None:
        raise ValueError("is calculated: give the uncertainty of what it is calculated from")
    known = [one.name for one in result.inputs.graph.parameters]
    raise ValueError(f"takes no part in this calculation{suggestion(name, known)}")


def _run(
    result: Result, drawn: Mapping[str, _Drawn], draws: int, seed: int, progress: Callable[[float], None]
) -> Uncertainty:
    samples = {name: np.full(draws, result.full(name).sum()) for name in RESULTS}
    for one in drawn.values():
        one.effect = np.zeros(draws)

    spread = {name: one for name, one in drawn.items() if one.distribution.standard.any()}

    def varied(batch: slice) -> dict[str, Array]:
        return {name: one.draw(batch) for name, one in spread.items()}

    try:
        for batch, found in evaluate_many(result.inputs, draws, varied) if spread else ():
            for name in RESULTS:
                found[name].sum(axis=1, out=samples[name][batch])
            progress(batch.stop / draws)
    except EvaluationError as error:
        raise _impossible(result, drawn, draws, error) from None
    if any(one.outside for one in drawn.values()):
        raise _impossible(result, drawn, draws)
    return Uncertainty(result, draws, seed, samples, drawn)


def _impossible(
    result: Result, drawn: Mapping[str, _Drawn], draws: int, error: EvaluationError | None = None
) -> InputError:
    """Say which inputs were drawn outside what is possible, and how often."""
    problems = []
    for name, one in drawn.items():
        if one.outside:
            where = f"{100 * one.outside / one.count:.2g} % of the values drawn lie outside {one.parameter.bounds}"
            if one.in_no_class:
                where += " or in no class of the document's table"
            advice = f"give a distribution that stays inside, or cut it off there with truncate=[{name!r}]"
            problems.append(Problem(one.parameter.symbol, f"{where}: {advice}"))
    if error is not None and not problems:
        here = EvaluationError(error.name, error.place[1:], error.zeros)
        problem = undefined(here, result.inputs)
        problems = [Problem(problem.subject, f"draw {error.place[0] + 1} of {draws:,} {problem.complaint}")]
    return InputError(str(result.methodology), problems)


class _Groups:
    """Meters whose errors go together."""

    def __init__(self, labels: Mapping[str, Any], correlation: float | Mapping[str, float], seed: int) -> None:
        self.labels = {name: np.asarray(given, dtype=object) for name, given in labels.items()}
        self.correlation = correlation
        self.seed = seed

    def problems(self, distributions: Mapping[str, Any], each_period: Collection[str]) -> list[Problem]:
        """Return what is wrong with them."""
        found = []
        for name in self.labels:
            if name not in distributions:
                complaint = f"is in a group but has no distribution{suggestion(name, distributions)}"
                found.append(Problem(name, complaint))
            if name in each_period:
                complaint = "is in a group, whose errors stay, and drawn anew in each period: choose one"
                found.append(Problem(name, complaint))
        used = {str(label) for array in self.labels.values() for label in array.ravel() if label}
        if isinstance(self.correlation, Mapping):
            lacking = sorted(used - {*self.correlation})
            found += [Problem(label, "a group without a correlation") for label in lacking]
            unused = sorted({*self.correlation} - used)
            found += [Problem(label, f"no such group{suggestion(label, used)}") for label in unused]
            values = list(self.correlation.values())
        else:
            values = [self.correlation]
        found += [
            Problem("correlation", f"{shown(value)} came, expected a number in [0, 1]")
            for value in values
            if not 0 <= value <= 1
        ]
        return found

    def of(self, label: str) -> float:
        """Return the correlation within a group."""
        return float(self.correlation[label] if isinstance(self.correlation, Mapping) else self.correlation)

    def common(self, label: str, batch: slice) -> Array:
        """Return the common part of the errors of a group, normally distributed."""
        return np.asarray(_stream(self.seed, f"group {label}", batch).standard_normal(batch.stop - batch.start))


class _Drawn:
    """One uncertain input: what is drawn of it, and what became of the draws.

    Attributes
    ----------
    effect : ndarray
        For each draw the mean of its values, weighted by their effect on ER.
    outside : int
        How many of the ``count`` values drawn are impossible.
    """

    def __init__(
        self,
        result: Result,
        parameter: Parameter,
        given: Any,
        groups: _Groups,
        seed: int,
        each_period: bool,
        truncate: bool,
    ) -> None:
        self.parameter, self.groups, self.seed = parameter, groups, seed
        self.letters = list(result.inputs.sizes)
        self.value, self.rows = _value(result, parameter)
        self.distribution = read(parameter, given, self.value, self.letters)
        self.shape = self._shape(result, each_period)
        lookups = result.inputs.lookups()
        self.bins = [
            lookups[other.name]
            for other in result.inputs.graph.parameters
            if other.by == parameter.name and other.name in lookups
        ]
        self.labels = self._labels()
        self.range = self._range() if truncate else None
        self.effect = np.empty(0)
        self.outside = self.count = self.in_no_class = 0

    def _shape(self, result: Result, each_period: bool) -> list[int]:
        """Return the shape of one draw: an error for each value given, but one for all periods."""
        own = np.broadcast_shapes(self.value.shape, self.distribution.standard.shape)
        if self.rows is not None:
            if own != self.value.shape:
                raise ValueError("is looked up in a table: give one distribution for all its values")
            return list(own)
        most = [size if letter in self.parameter.indices else 1 for letter, size in result.inputs.sizes.items()]
        if any(size not in (1, full) for size, full in zip(own, most, strict=True)):
            raise ValueError(f"a distribution of shape {own} does not fit, expected {tuple(most)}")
        if "p" in self.letters:
            place = self.letters.index("p")
            return [*own[:place], most[place] if each_period else 1, *own[place + 1 :]]
        return list(own)

    def _labels(self) -> Array | None:
        """Return the group of each unit, in the shape of a draw."""
        labels = self.groups.labels.get(self.parameter.name)
        if labels is None:
            return None
        sizes = [
            size for letter, size in zip(self.letters, self.shape, strict=True) if letter in self.parameter.indices
        ]
        try:
            return np.broadcast_to(labels, [size for size in sizes if size > 1] or [1]).reshape(self.shape)
        except ValueError:
            raise ValueError(f"{labels.size} labels of groups came for {int(np.prod(self.shape))} errors") from None

    def _range(self) -> tuple[Array, Array]:
        """Return the probabilities at the declared bounds."""
        bounds = self.parameter.bounds
        low = self.distribution.probability(np.asarray(bounds.first))
        high = self.distribution.probability(np.asarray(bounds.beyond))
        if not (high > low).all():
            raise ValueError(f"nothing of its distribution lies in {bounds}")
        return low, high

    @property
    def cut_off(self) -> float:
        """The largest share of a distribution that was cut off."""
        return 0.0 if self.range is None else float(np.max(1 - (self.range[1] - self.range[0])))

    @property
    def relative(self) -> float:
        """The largest standard uncertainty relative to the value."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.distribution.standard / np.abs(self.value)
        return float(np.nanmax(ratio)) if not np.isnan(ratio).all() else 0.0

    def weigh(self, slope: Array | None) -> None:
        """Take the effect of each value on ER as its weight in the mean."""
        if slope is None:  # it selects a value of a table
            slope = np.zeros(self.value.shape)
        sign = -1.0 if slope.sum() < 0 else 1.0
        total = np.abs(slope).sum()
        self.weights = sign * slope / total if total else np.full(slope.shape, 1 / slope.size)

    def draw(self, batch: slice) -> Array:
        """Return a batch of draws, with the draws along the first axis."""
        probability = self._probability(batch)
        if self.range is not None:
            low, high = self.range
            probability = low + probability * (high - low)
        values = self.distribution.quantile(probability)
        if self.range is not None:
            np.clip(values, self.parameter.bounds.first, np.nextafter(self.parameter.bounds.beyond, -np.inf), values)
        self._look(values)
        if self.rows is not None:
            values = values.reshape(len(values), -1)[:, self.rows]
        self.effect[batch] = self._mean(values)
        return values

    def _probability(self, batch: slice) -> Array:
        probability = _stream(self.seed, self.parameter.name, batch).random((batch.stop - batch.start, *self.shape))
        np.maximum(probability, LEAST, out=probability)
        if self.labels is None:
            return probability
        from scipy.special import ndtr, ndtri

        normal = ndtri(probability)
        for label in dict.fromkeys(one for one in self.labels.ravel() if one):
            share = self.groups.of(str(label))
            at = self.labels == label
            common = self.groups.common(str(label), batch)[:, np.newaxis]
            normal[:, at] = np.sqrt(share) * common + np.sqrt(1 - share) * normal[:, at]
        return np.asarray(np.clip(ndtr(normal), LEAST, 1 - 2.0**-53))

    def _look(self, values: Array) -> None:
        """Count the values that cannot be."""
        self.count += values.size
        bounds = self.parameter.bounds
        if not (bounds.first <= values.min() and values.max() < bounds.beyond):
            self.outside += int(bounds.outside(values).sum())
        for lookup in self.bins:
            nowhere = int(np.isnan(lookup(values)).sum())
            self.in_no_class += nowhere
            self.outside += nowhere

    def _mean(self, values: Array) -> Array:
        if values[0].size == 1:
            return values.ravel()
        return np.asarray((values * self.weights).sum(axis=tuple(range(1, values.ndim))))


def _value(result: Result, parameter: Parameter) -> tuple[Array, Array | None]:
    """Return the value of an input; of a default by class each value once, and which of them each unit has."""
    inputs = result.inputs
    if parameter.name in inputs.values:
        return inputs.values[parameter.name], None
    graph = inputs.graph.upstream(parameter.name)
    array = evaluate(graph, inputs.sizes, inputs.values, inputs.lookups(), (parameter.name,))[parameter.name]
    distinct, rows = np.unique(array, return_inverse=True)
    return distinct.reshape((-1,) + (1,) * (array.ndim - 1)), rows.reshape(array.shape)


def _stream(seed: int, name: str, batch: slice) -> np.random.Generator:
    """Return the random numbers of one input in one batch: they depend on nothing else that is drawn."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()), batch.start)))


def _ranks(values: Array) -> Array:
    """Return the rank of each value, less the mean of all ranks."""
    order = values.argsort()
    ordered = values[order]
    if (ordered[1:] == ordered[:-1]).any():
        from scipy.stats import rankdata  # equal values share a rank; several times slower

        return np.asarray(rankdata(values)) - (len(values) + 1) / 2
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values)) - (len(values) - 1) / 2
    return ranks


def _correlation(one: Array, other: Array) -> float:
    size = np.sqrt((one @ one) * (other @ other))
    return float((one @ other) / size) if size else 0.0
