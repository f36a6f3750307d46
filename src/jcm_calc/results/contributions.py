"""What each unit contributes to the emissions, and to ER, where they are a sum over units.

A total over units enters RE or PE through the equations that follow it. Where RE or PE is
proportional to that total, which is tried out, a unit's summand times the slope is its part. A total
that does not change with p is not a sum over units: it is a mean or a fit over the records of a history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from jcm_calc.declarations.graph import RESULTS, Graph, walk
from jcm_calc.declarations.items import Effect, Equation
from jcm_calc.engine.derivatives import gradient
from jcm_calc.engine.evaluation import Array, EvaluationError, evaluate
from jcm_calc.inputs import Inputs
from jcm_calc.results.credits import term_heading

if TYPE_CHECKING:
    import pandas as pd

REST = ("", "not by unit")
DISCOUNTS = "discounts [tCO2]"


def by_unit(inputs: Inputs) -> pd.DataFrame:
    """Return the contributions as a DataFrame; see `Result.by_unit`."""
    import pandas as pd

    terms = inputs.methodology.terms
    amounts = [name for name, effect in terms.items() if effect is not Effect.DISCOUNT]
    # what a unit's emissions are worth after a discount follows from ER itself; without one ER is their sum
    discounts = [term_heading(name, effect) for name, effect in terms.items() if effect is Effect.DISCOUNT]
    parts, rests = {}, {}
    for target in (*RESULTS[:2], *amounts, *(["ER"] if discounts else [])):
        found = evaluate(inputs.graph, inputs.sizes, inputs.values, inputs.lookups(), (target,))[target]
        whole = float(np.broadcast_to(found.ravel(), inputs.sizes["p"]).sum())
        parts[target] = _Parts(inputs, target, whole).by_index()
        rest = whole - sum(float(array.sum()) for array in parts[target].values())
        rests[target] = 0.0 if np.isclose(rest, 0, atol=1e-9 * max(1.0, abs(whole))) else rest
    frames = []
    for letter, kind in inputs.methodology.indices.items():
        if any(letter in found for found in parts.values()):
            labels = [str(label) for label in inputs.axes[letter].labels]
            index = pd.MultiIndex.from_product([[kind], labels], names=["of", "unit"])
            nothing = np.zeros(len(labels))
            frames.append(pd.DataFrame({name: found.get(letter, nothing) for name, found in parts.items()}, index))
    if any(rests.values()) or not frames:
        frames.append(pd.DataFrame(rests, pd.MultiIndex.from_tuples([REST], names=["of", "unit"])))
    frame = pd.concat(frames)
    return _after_terms(frame, terms, discounts)


def _after_terms(frame: pd.DataFrame, terms: Mapping[str, Effect], discounts: list[str]) -> pd.DataFrame:
    """Return the contributions with ER, and with what discounts take."""
    units = frame.index != REST
    before = frame["RE"] - frame["PE"]
    for name, effect in terms.items():
        if effect is not Effect.DISCOUNT:
            before = before + frame[name] if effect is Effect.ADDITION else before - frame[name]
    if not discounts:
        return frame.assign(ER=before)
    reductions = frame.pop("ER")
    if not reductions[units].any():  # what the discounts take is none of units
        reductions = before.where(units, reductions.sum() - before[units].sum())
    return frame.assign(**{discounts[0] if len(discounts) == 1 else DISCOUNTS: before - reductions, "ER": reductions})


class _Parts:
    """The contributions to one result."""

    def __init__(self, inputs: Inputs, target: str, whole: float) -> None:
        self.inputs, self.values, self.lookups = inputs, inputs.values, inputs.lookups()
        self.target, self.whole, self.size = target, whole, max(1.0, abs(whole))
        self.graph = inputs.graph.upstream(target)
        self.slopes = gradient(self.graph, inputs.sizes, self.values, self.lookups, target)

    def by_index(self) -> dict[str, Array]:
        """Return for each index over which there are totals the part of each of its labels."""
        rules = {
            rule.name: rule
            for rule in totals(self.graph, self.target)
            if len(rule.total) == 1 and "p" in rule.indices and rule.name not in self.values
        }
        found = {name: self.amounts(rule) for name, rule in rules.items()}
        found = {name: parts for name, parts in found.items() if self.proportional({name: parts})}
        if not self.proportional(found):  # each alone, but not together
            return {}
        added: dict[str, Array] = {}
        for name, parts in found.items():
            letter = rules[name].total
            added[letter] = added.get(letter, 0.0) + parts
        return added

    def proportional(self, found: Mapping[str, Array]) -> bool:
        """Whether the result loses exactly the parts where the totals are 0."""
        rest = self.whole - sum(parts.sum() for parts in found.values())
        return bool(np.isclose(self.without(*found), rest, rtol=1e-9, atol=1e-9 * self.size))

    def amounts(self, rule: Equation) -> Array:
        """Return the part of each label of the index that a total runs over, summed over p."""
        sizes, slopes = self.inputs.sizes, self.slopes[rule.name]
        known = evaluate(self.graph, sizes, self.values, self.lookups, rule.arguments, finite=False)
        shape = [sizes[letter] if letter in rule.indices + rule.total else 1 for letter in sizes]
        with np.errstate(invalid="ignore"):  # the result need not depend on what has no value
            parts = np.where(slopes == 0, 0.0, np.broadcast_to(rule.terms(known), shape) * slopes)
        axis = list(sizes).index(rule.total)
        return np.asarray(parts.sum(axis=tuple(other for other in range(parts.ndim) if other != axis)))

    def without(self, *names: str) -> float:
        """Return the result where totals are 0."""
        nothing = {**self.values, **{name: np.zeros((1,) * len(self.inputs.sizes)) for name in names}}
        try:
            found = evaluate(self.graph, self.inputs.sizes, nothing, self.lookups, (self.target,))
        except EvaluationError:
            return np.nan
        return float(found[self.target].sum())


def totals(graph: Graph, target: str) -> Iterator[Equation]:
    """Yield the totals that a result is made of, each before it runs through another one."""
    found = walk(
        [target], graph.of, lambda node: node.arguments if isinstance(node, Equation) and not node.total else ()
    )
    yield from (node for nodes in found.values() for node in nodes if isinstance(node, Equation) and node.total)
