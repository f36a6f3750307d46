"""What a change of values does to the reductions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.verification.findings import Correction, EffectOnER
from jcm_calc.verification.quantities import TERMS, label_text

if TYPE_CHECKING:
    from jcm_calc.api.result import Result

Array = npt.NDArray[Any]
RESULTS = ("RE", "PE", "ER")


class Effects:
    """The reductions of a result, with some of its values replaced; ``partial`` where units were left out of it."""

    def __init__(self, result: Result, partial: bool) -> None:
        self.result, self.partial = result, partial

    # Values on the axes

    @cached_property
    def actual(self) -> dict[str, Array]:
        """Every quantity as the library calculates it from what is entered."""
        return self.calculated(self.result.inputs.values)

    def calculated(self, values: Mapping[str, Any]) -> dict[str, Array]:
        """Return every quantity for some inputs, with the terms of each total before they are added up.

        What ER does not need may be NaN.

        Raises
        ------
        EvaluationError
            If RE, PE or ER has no value.
        """
        inputs = self.result.inputs
        graph, sizes, lookups = inputs.graph, inputs.sizes, inputs.lookups()
        found = evaluate(graph, sizes, values, lookups, tuple(graph.nodes), finite=False)
        if not all(np.isfinite(found[name]).all() for name in RESULTS):
            evaluate(graph, sizes, values, lookups, RESULTS)
        totals = (rule for rule in inputs.graph.equations if rule.total and found.keys() >= set(rule.arguments))
        return {**found, **{f"{TERMS}{rule.name}": rule.terms(found).astype(float) for rule in totals}}

    def by_period(self, name: str) -> Array:
        """Return RE, PE or ER of each period."""
        return np.broadcast_to(self.actual[name].ravel(), len(self.result.inputs.periods))

    @cached_property
    def _positions(self) -> dict[str, dict[str, int]]:
        axes = self.result.inputs.axes
        return {
            letter: {label_text(label): at for at, label in enumerate(axis.labels)} for letter, axis in axes.items()
        }

    def at(self, labels: Mapping[str, str], shape: Sequence[int]) -> tuple[int, ...] | None:
        """Return where labels stand along the axes of an array; None where no such label is."""
        place = []
        for (letter, known), size in zip(self._positions.items(), shape, strict=True):
            left_out = self.partial and labels.get(letter, "") not in {"", *known}
            if size == 1 and not left_out:
                place.append(0)
            elif letter in labels and labels[letter] in known:
                place.append(known[labels[letter]])
            else:
                return None
        return tuple(place)

    # Effects

    def emissions(self, replaced: Mapping[str, Array]) -> dict[str, Array] | None:
        """Return RE, PE and ER by period with some quantities replaced; None where there is no ER then."""
        inputs = self.result.inputs
        values = {**inputs.values, **replaced}
        lookups = {name: lookup for name, lookup in inputs.lookups().items() if name not in replaced}
        try:
            found = evaluate(inputs.graph, inputs.sizes, values, lookups, RESULTS)
        except EvaluationError:
            return None
        return {name: np.broadcast_to(found[name].ravel(), len(inputs.periods)) for name in RESULTS}

    def reductions(self, replaced: Mapping[str, Array]) -> Array | None:
        """Return ER by period with some quantities replaced; None where there is none then."""
        found = self.emissions(replaced)
        return None if found is None else found["ER"]

    def effect(self, found: Mapping[str, Array], expected: Mapping[str, Array]) -> EffectOnER | None:
        """Return what it does to ER that some quantities are as found instead of as expected."""
        is_, should = self.reductions(found), self.reductions(expected)
        return None if is_ is None or should is None else self.between(is_, should)

    def between(self, found: Array, expected: Array) -> EffectOnER:
        """Return the difference between two arrays of ER by period."""
        tonnes = {
            year: whole_tonnes(float(found[places].sum())) - whole_tonnes(float(expected[places].sum()))
            for year, places in self.years.items()
        }
        return EffectOnER(float(found.sum() - expected.sum()), tonnes)

    @cached_property
    def years(self) -> dict[str, list[int]]:
        """The places of the periods of each calendar year; one that lies in several is taken as it is."""
        found: dict[str, list[int]] = {}
        for place, period in enumerate(self.result.inputs.periods):
            found.setdefault(str(period.year or period), []).append(place)
        return found

    def of(self, corrections: Iterable[Correction]) -> EffectOnER | None:
        """Return what it does to ER that entries hold their values instead of the corrected ones; None if not known."""
        known = [one for one in corrections if one.entry.parameter.name in self.result.inputs.graph.nodes]
        if not known:
            return EffectOnER(0.0)  # the chosen options do without them
        replaced = self.corrected(known)
        return self.effect({}, replaced) if replaced else None

    def corrected(self, corrections: Iterable[Correction]) -> dict[str, Array]:
        """Return quantities as they are after corrections; what several findings say of one value is done once.

        What is too much by the readings goes before a value that somebody registered or that looks likelier.
        """
        given: dict[tuple[Any, ...], Correction] = {}
        excess: dict[tuple[Any, ...], float] = {}
        for one in corrections:
            if one.excess is not None:
                excess[one.entry.place] = excess.get(one.entry.place, 0.0) + one.excess
            if one.excess is not None or one.entry.place not in excess:
                given.setdefault(one.entry.place, one)
        found: dict[str, Array] = {}
        for place, one in given.items():
            name, values = one.entry.parameter.name, self.result.inputs.values
            if name not in self.result.inputs.graph.nodes or values.get(name) is None or one.entry.parameter.textual:
                continue
            at = self.at(one.entry.labels, values[name].shape)
            if at is not None:
                own = found.setdefault(name, np.array(values[name], dtype=float))
                own[at] = own[at] - excess[place] if place in excess else one.value
        return found
