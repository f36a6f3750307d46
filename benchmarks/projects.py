"""A portfolio: 10,000 small projects over all methodologies, from a parsed table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

import jcm_calc
from jcm_calc import Methodology
from jcm_calc.declarations import Interval
from jcm_calc.declarations.items import Kind, Parameter

PROJECTS = 10_000
# Fits over a history need records; their projects take several rows.
HISTORIES = {"ID_AM006": "rksh", "ID_AM007": "k"}
RECORDS = 2

Row = dict[str, Any]


def table(projects: int = PROJECTS) -> pd.DataFrame:
    """Return the projects, the same each time, those of all methodologies in turn."""
    rng = np.random.default_rng(1)
    found = [jcm_calc.methodology(number) for number in jcm_calc.methodologies().index]
    rows = []
    for place, m in zip(range(projects), itertools.cycle(found), strict=False):
        rows += [{"project": f"project {place}", "methodology": m.number, **row} for row in _rows(rng, m)]
    return pd.DataFrame(rows)


def _rows(rng: np.random.Generator, m: Methodology) -> Iterator[Row]:
    """Yield the rows of a project: one, or one for each combination of labels of each set of indices."""
    case = {name: next(iter(choice.options)) for name, choice in m.choices.items()}
    size = {letter: RECORDS if letter in HISTORIES.get(m.number, "") else 1 for letter in m.indices}
    drawn: dict[str, Any] = {}
    by = [name for name, one in m.inputs.items() if one.by]
    for parameter in m.graph(case, by).parameters:
        if parameter.kind is Kind.CONSTANT or parameter.otherwise:  # all days of the period
            continue
        if parameter.value is None and parameter.table is None:
            drawn[parameter.name] = _values(rng, m, parameter, tuple(size[letter] for letter in parameter.indices))
    for parameter in m.graph(case).parameters:
        if parameter.table is not None:  # a table of the document: the class decides
            drawn.pop(parameter.name, None)
            drawn[parameter.by] = _key(rng, m, parameter, size)
    drawn = m.fit(drawn)
    for name in ("upper_HPU", "upper_HCU"):  # its ranges end far above any plausible load
        if name in drawn:
            drawn[name] = np.minimum(drawn[name], 9e7)
    if m.number not in HISTORIES:
        yield {"p": "2024", **case, **{name: np.ravel(value)[0] for name, value in drawn.items()}}
        return
    first = True
    for letters in dict.fromkeys(m.inputs[name].indices for name in drawn):
        for at in itertools.product(*(range(size[letter]) for letter in letters)):
            labels = {letter: "2024" if letter == "p" else n + 1 for letter, n in zip(letters, at, strict=True)}
            cells = {name: _cell(value, at) for name, value in drawn.items() if m.inputs[name].indices == letters}
            yield {**labels, **cells, **(case if first else {})}
            first = False


def _cell(value: Any, at: tuple[int, ...]) -> Any:
    array = np.asarray(value)
    return array[at] if array.ndim else array.item()


def _key(rng: np.random.Generator, m: Methodology, parameter: Parameter, size: dict[str, int]) -> Any:
    key = m.inputs[parameter.by]
    classes = list(parameter.table.entries) if parameter.table else []
    values = [one for one in classes if isinstance(one, str)] or [
        max(one.first, 100) * 1.01 for one in classes if isinstance(one, Interval)
    ]
    return rng.choice(np.array(values, dtype=object), tuple(size[letter] for letter in key.indices))


def _values(rng: np.random.Generator, m: Methodology, parameter: Parameter, shape: tuple[int, ...]) -> Any:
    if parameter.unit == "date":
        return np.full(shape, "2020-05-01", dtype=object)
    if parameter.unit == "category":
        return np.full(shape, (parameter.categories or ("a class",))[0], dtype=object)
    bounds, plausible = parameter.bounds, parameter.plausible
    low, high = max(bounds.lower, plausible.lower if plausible else 0.0), min(bounds.upper, 1e4)
    high = min(high, plausible.upper) if plausible else high
    return rng.uniform(low + 0.3 * (high - low), low + 0.7 * (high - low), shape)


def ours(frame: pd.DataFrame) -> Any:
    """Calculate the portfolio."""
    return jcm_calc.portfolio(frame)


def check(frame: pd.DataFrame) -> None:
    """Refuse to measure unless every project has a result, and some are what they are alone."""
    found = ours(frame)
    assert found.unusable == 0, found.problems.head().to_string()
    for row in found.table.iloc[:: len(found.table) // 100].itertuples():
        alone = found[row.project]
        assert float(alone.full("ER").sum()) == row.ER, row
