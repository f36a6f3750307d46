"""One uncertain input: its errors, drawn batch by batch, and what became of the draws."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, require, shown, suggestion
from jcm_calc.declarations.items import Parameter
from jcm_calc.engine.evaluation import Array, evaluate
from jcm_calc.results.calculation import Calculation
from jcm_calc.results.distributions import read
from jcm_calc.units import has_offset

# A probability of 0 would be infinitely far away.
LEAST = 2.0**-60


class RandomNumbers:
    """Random numbers for one input at a time, a stream for each ``length`` draws.

    They depend on nothing else that is drawn, and not on the batches.
    """

    def __init__(self, seed: int, length: int) -> None:
        self.seed = seed
        self.length = length

    def of(self, name: str, batch: slice, draw: Callable[[np.random.Generator, int], Array]) -> Array:
        """Return what is drawn for a batch, which begins where a stream does."""
        key = zlib.crc32(name.encode())
        parts = []
        for start in range(batch.start, batch.stop, self.length):
            stream = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(key, start)))
            parts.append(draw(stream, min(self.length, batch.stop - start)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


class Groups:
    """Meters whose errors go together."""

    def __init__(
        self, labels: Mapping[str, Any], correlation: float | Mapping[str, float], numbers: RandomNumbers
    ) -> None:
        self.labels = {name: np.asarray(given, dtype=object) for name, given in labels.items()}
        self.correlation = correlation
        self.numbers = numbers

    def problems(self, distributions: Mapping[str, Any], each_period: Collection[str]) -> list[Problem]:
        """Return what is wrong with them."""
        found = []
        for name, labels in self.labels.items():
            if name not in distributions:
                message = _("is in a group but has no distribution{hint}")
                found.append(Problem(name, message.format(hint=suggestion(name, distributions))))
            if name in each_period:
                complaint = _("is in a group, whose errors stay, and drawn anew in each period: choose one")
                found.append(Problem(name, complaint))
            if odd := [one for one in labels.ravel() if not isinstance(one, str | None)]:
                complaint = _("got {got}; must be a label in quotes, or a list of one label for each unit")
                found.append(Problem(f"groups[{name!r}]", complaint.format(got=shown(odd[0]))))
        values: dict[str, Any] = {"correlation": self.correlation}
        if isinstance(self.correlation, Mapping):
            used = {str(label) for array in self.labels.values() for label in array.ravel() if label}
            found += [
                Problem(label, _("a group without a correlation")) for label in sorted(used - {*self.correlation})
            ]
            unused = sorted({*self.correlation} - used)
            found += [Problem(label, _("no such group{hint}").format(hint=suggestion(label, used))) for label in unused]
            values = {f"correlation[{label!r}]": value for label, value in self.correlation.items()}
        found += [
            Problem(subject, _("got {got}; must be a number from 0 to 1").format(got=shown(value)))
            for subject, value in values.items()
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value <= 1
        ]
        return found

    def of(self, label: str) -> float:
        """Return the correlation within a group."""
        return float(self.correlation[label] if isinstance(self.correlation, Mapping) else self.correlation)

    def common(self, label: str, batch: slice) -> Array:
        """Return the common part of the errors of a group, normally distributed."""
        return self.numbers.of(f"group {label}", batch, lambda stream, count: stream.standard_normal(count))


class Drawn:
    """One uncertain input: what is drawn of it, and what became of the draws."""

    def __init__(
        self,
        result: Calculation,
        parameter: Parameter,
        given: Any,
        groups: Groups,
        each_period: bool,
        truncate: bool,
    ) -> None:
        self.parameter, self.groups = parameter, groups
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
        self.effect = np.empty(0)  # for each draw the mean of its values, weighted by their effect on ER
        self.looked: list[tuple[int, int, int]] = []  # of each batch: see `count`, `outside` and `in_no_class`

    def _shape(self, result: Calculation, each_period: bool) -> list[int]:
        """Return the shape of one draw: an error for each value given, but one for all periods."""
        own = np.broadcast_shapes(self.value.shape, self.distribution.standard.shape)
        if self.rows is not None:
            if own != self.value.shape:
                raise ValueError(_("is looked up in a table: give one distribution for all its values"))
            return list(own)
        most = [size if letter in self.parameter.indices else 1 for letter, size in result.inputs.sizes.items()]
        if any(size not in (1, full) for size, full in zip(own, most, strict=True)):
            message = _("got a distribution of shape {own}; must be of shape {expected}")
            raise ValueError(message.format(own=own, expected=tuple(most)))
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
        wanted = [size for size in sizes if size > 1] or [1]
        if labels.ndim and list(labels.shape) != wanted[len(wanted) - labels.ndim :]:
            complaint = _(
                "got a list of {size} for the groups of {count} errors; must be as many, or a label without a list"
            )
            raise ValueError(complaint.format(size=labels.size, count=int(np.prod(self.shape))))
        return np.broadcast_to(labels, wanted).reshape(self.shape)

    def _range(self) -> tuple[Array, Array]:
        """Return the probabilities at the declared bounds."""
        bounds = self.parameter.bounds
        low = self.distribution.probability(np.asarray(bounds.first))
        high = self.distribution.probability(np.asarray(bounds.beyond))
        if not (high > low).all():
            raise ValueError(_("its distribution has no values {range}").format(range=bounds.words()))
        return low, high

    @property
    def cut_off(self) -> float:
        """The largest share of a distribution that was cut off."""
        return 0.0 if self.range is None else float(np.max(1 - (self.range[1] - self.range[0])))

    @property
    def relative(self) -> float:
        """The largest standard uncertainty relative to the value; missing for temperatures in °C and the like."""
        if has_offset(self.parameter.unit):
            return float("nan")
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.distribution.standard / np.abs(self.value)
        return float(np.nanmax(ratio)) if not np.isnan(ratio).all() else 0.0

    @property
    def count(self) -> int:
        """How many values were drawn."""
        return sum(count for count, _outside, _nowhere in self.looked)

    @property
    def outside(self) -> int:
        """How many of them are impossible."""
        return sum(outside for _count, outside, _nowhere in self.looked)

    @property
    def in_no_class(self) -> int:
        """How many of them have no class."""
        return sum(nowhere for _count, _outside, nowhere in self.looked)

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
        name, shape = self.parameter.name, self.shape
        probability = self.groups.numbers.of(name, batch, lambda stream, count: stream.random((count, *shape)))
        np.maximum(probability, LEAST, out=probability)
        if self.labels is None:
            return probability
        require("scipy", "uncertainty")
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
        bounds = self.parameter.bounds
        possible = bounds.first <= values.min() and values.max() < bounds.beyond
        outside = 0 if possible else int(bounds.outside(values).sum())
        in_no_class = sum(int(np.isnan(lookup(values)).sum()) for lookup in self.bins)
        self.looked.append((values.size, outside + in_no_class, in_no_class))

    def _mean(self, values: Array) -> Array:
        if values[0].size == 1:
            return values.ravel()
        # a value of several units or periods has the weight of all of them
        several = tuple(axis for axis, size in enumerate(values.shape[1:]) if size == 1)
        weights = np.broadcast_to(self.weights.sum(axis=several, keepdims=True), values.shape[1:])
        # not by @, whose last digits depend on the number of threads
        return np.asarray(np.einsum("ij,j->i", values.reshape(len(values), -1), weights.ravel()))


def _value(result: Calculation, parameter: Parameter) -> tuple[Array, Array | None]:
    """Return the value of an input; of a default by class each value once, and which of them each unit has."""
    inputs = result.inputs
    if parameter.name in inputs.values:
        return inputs.values[parameter.name], None
    graph = inputs.graph.upstream(parameter.name)
    array = evaluate(graph, inputs.sizes, inputs.values, inputs.lookups(), (parameter.name,))[parameter.name]
    distinct, rows = np.unique(array, return_inverse=True)
    return distinct.reshape((-1,) + (1,) * (array.ndim - 1)), rows.reshape(array.shape)
