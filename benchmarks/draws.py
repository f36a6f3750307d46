"""Monte Carlo: draws of a chiller of ID_AM002 with five uncertain inputs, and of 100 freezers of ID_AM003."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import memory
import numpy as np
from scipy.special import ndtri

import jcm_calc
from jcm_calc.base.cores import on_all_cores
from jcm_calc.engine.evaluation import BLOCK
from jcm_calc.engine.many import evaluate_many

DRAWS, PERCENTILES = 1_000_000, (2.5, 50, 97.5)
GIVEN = {"EC_PJ": 347.2, "COP_PJ": 6.5, "T_cooling_out": 36.0, "T_chilled_out": 8.0, "EF_grid": 0.814}
LIMITS = {"EC_PJ": 0.005 * 347.2, "T_cooling_out": 0.5, "T_chilled_out": 0.5}
NORMAL = {"COP_PJ": 0.02 * 6.5, "EF_grid": 0.05 * 0.814}
STATED = {
    "EC_PJ": "class 0.5",
    "COP_PJ": "±2 % (k=1)",
    "T_cooling_out": "±0.5 K",
    "T_chilled_out": "±0.5 K",
    "EF_grid": "±5 % (k=1)",
}

Statistics = dict[str, Any]


def ours() -> Statistics:
    """Draw and calculate with every check of the library."""
    result = jcm_calc.calculate("ID_AM002", power_source="grid", capacity=500.0, **GIVEN)
    found = jcm_calc.uncertainty(result, STATED, DRAWS)
    summary = found.summary(PERCENTILES)
    return {
        "mean": summary["mean"].to_numpy(),
        "standard": summary["standard"].to_numpy(),
        "percentiles": summary[[f"{one:g} %" for one in PERCENTILES]].to_numpy(),
        "at least": found.at_least(0.95),
        "overstatement": found.overstatement(0.05),
        "ranks": found.drivers["rank correlation"].reindex([*GIVEN]).to_numpy(),
    }


def drawing() -> Callable[[], Any]:
    """Return what draws the inputs as the library does, and nothing else."""
    result = jcm_calc.calculate("ID_AM002", power_source="grid", capacity=500.0, **GIVEN)
    inputs = jcm_calc.uncertainty(result, STATED, DRAWS)._inputs.values()
    batches = [slice(start, min(start + BLOCK, DRAWS)) for start in range(0, DRAWS, BLOCK)]

    def draw(batch: slice) -> None:
        for one in inputs:
            one.draw(batch)

    return lambda: on_all_cores(draw, batches)


def evaluated(drawn: dict[str, Any]) -> dict[str, Any]:
    """Return RE, PE and ER of the chiller, by hand."""
    ec, ef = drawn["EC_PJ"], drawn["EF_grid"]
    cop_tc = drawn["COP_PJ"] * (drawn["T_cooling_out"] - drawn["T_chilled_out"] + 1.5 + 1.5) / (37 - 7 + 1.5 + 1.5)
    samples = {"RE": ec * (cop_tc / 5.59) * ef, "PE": ec * ef}
    return samples | {"ER": samples["RE"] - samples["PE"]}


def drawn_by_hand() -> dict[str, Any]:
    """Draw the inputs on whole arrays."""
    drawn = {}
    for number, (name, value) in enumerate(GIVEN.items()):
        probability = np.random.default_rng(number).random(DRAWS)
        if name in LIMITS:
            drawn[name] = value + LIMITS[name] * (2 * probability - 1)
        else:
            drawn[name] = value + NORMAL[name] * ndtri(probability)
    return drawn


def by_hand() -> Statistics:
    """Draw and calculate the same on whole arrays, with no check."""
    return calculated_by_hand(drawn_by_hand())


def calculated_by_hand(drawn: dict[str, Any]) -> Statistics:
    """Calculate the same of what is drawn."""
    samples = evaluated(drawn)
    plain = 347.2 * (6.5 * (36 - 8 + 1.5 + 1.5) / (37 - 7 + 1.5 + 1.5) / 5.59) * 0.814 - 347.2 * 0.814
    ranks = centred_ranks(samples["ER"])
    correlations = []
    for values in drawn.values():
        others = centred_ranks(values)
        correlations.append((ranks @ others) / np.sqrt((ranks @ ranks) * (others @ others)))
    return {
        "mean": np.array([one.mean() for one in samples.values()]),
        "standard": np.array([one.std(ddof=1) for one in samples.values()]),
        "percentiles": np.array([np.percentile(one, PERCENTILES) for one in samples.values()]),
        "at least": np.quantile(samples["ER"], 0.05),
        "overstatement": np.mean(plain - samples["ER"] > 0.05 * np.abs(samples["ER"])),
        "ranks": np.array(correlations),
    }


def drawn_before(result: jcm_calc.Result, drawn: dict[str, Any], count: int) -> dict[str, Any]:
    """Return RE, PE and ER of draws that are given, one for each row."""
    found = {name: np.empty((count, len(result.inputs.periods))) for name in ("RE", "PE", "ER")}
    batches = evaluate_many(
        result.inputs, count, lambda batch: {name: one[batch] for name, one in drawn.items()}, drawn
    )
    for batch, results in batches:
        for name, array in found.items():
            array[batch] = results[name]
    return found


def of_one_unit() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the evaluation of draws of a chiller by the library, and by hand on whole arrays."""
    rng = np.random.default_rng(1)
    drawn = {name: value * rng.normal(1, 0.01, DRAWS) for name, value in GIVEN.items()}
    result = jcm_calc.calculate("ID_AM002", power_source="grid", capacity=500.0, **GIVEN)
    columns = {name: one.reshape(-1, 1, 1) for name, one in drawn.items()}
    return lambda: drawn_before(result, columns, DRAWS), lambda: evaluated(drawn)


def of_many_units() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the evaluation of draws of 100 freezers × 12 months by the library, and by hand on whole arrays."""
    rng, units, months, count = np.random.default_rng(1), 100, 12, 10_000
    energy, cop = rng.uniform(10, 500, (units, months)), rng.uniform(1.5, 2, units)
    given = {"application": "individual quick freezer", "EF_elec": 0.814, "EC_PJ": energy, "COP_PJ": cop}
    result = jcm_calc.calculate("ID_AM003", **given, p=[f"2024-{month:02}" for month in range(1, months + 1)])
    cops, factors = cop * rng.normal(1, 0.02, (count, units)), 0.814 * rng.normal(1, 0.05, count)
    columns = {"COP_PJ": cops[:, :, None], "EF_elec": factors[:, None, None]}

    def by_hand() -> dict[str, Any]:
        reference = (energy * (cops / 1.32)[:, :, None] * factors[:, None, None]).sum(axis=1)
        project = (energy * factors[:, None, None]).sum(axis=1)
        return {"RE": reference, "PE": project, "ER": reference - project}

    def ours() -> dict[str, Any]:
        return drawn_before(result, columns, count)

    for name, found in by_hand().items():
        np.testing.assert_allclose(ours()[name], found, rtol=1e-9, atol=1e-9 * found.max())
    return ours, by_hand


def centred_ranks(values: Any) -> Any:
    """Return the rank of each value, less the mean of all ranks."""
    ranks = np.empty(DRAWS)
    ranks[values.argsort()] = np.arange(DRAWS) - (DRAWS - 1) / 2
    return ranks


def check() -> None:
    """Refuse to compare things that differ by more than chance."""
    mine, theirs = ours(), by_hand()
    for name in mine:
        np.testing.assert_allclose(mine[name], theirs[name], rtol=0.01, atol=0.005, err_msg=name)


if __name__ == "__main__":
    # in a process of its own: its peak memory is that of the draws alone
    ours()
    print(memory.peak() // 1024)
