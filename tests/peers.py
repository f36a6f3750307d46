"""Who else calculates a methodology: the independent scripts, two programs for spreadsheets, a model of landfills.

A peer takes a methodology and a number of inputs. It yields what came of each: how far the peer is from the
library, or that both refuse, or that no workbook can show it.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from agreement import EMISSIONS, Example, difference, emissions, examples, relative
from published_decay import methane
from workbooks import at, emission_cells, recalculated_by_formulas, recalculated_by_office

from jcm_calc import InputError, calculate

COMPARED, REFUSED, NOT_SHOWN = "compared", "refused", "not shown"
Outcome = tuple[str, float]
AT_ONCE = 50


def by_scripts(m: Any, count: int) -> Iterator[Outcome]:
    """Compare with the plain loops of ``tests/independent``."""
    for example in examples(m, count):
        yield COMPARED if example.expected else REFUSED, difference(m, example)


def by_libreoffice(m: Any, count: int) -> Iterator[Outcome]:
    """Compare with the workbooks that are written, recalculated by LibreOffice."""

    def recalculate(cells: dict[Path, list], folder: Path) -> Iterator[list]:
        sheets = recalculated_by_office(list(cells), folder) if cells else {}
        for path, own in cells.items():
            yield [at(sheets[path.name][sheet], column, row) for sheet, column, row in own]

    return _by_workbooks(m, count, recalculate)


def by_formulas(m: Any, count: int) -> Iterator[Outcome]:
    """Compare with the workbooks that are written, recalculated by the library formulas."""

    def recalculate(cells: dict[Path, list], folder: Path) -> Iterator[list]:
        for path, own in cells.items():
            yield list(recalculated_by_formulas(path, folder, own).values())

    return _by_workbooks(m, count, recalculate)


def _by_workbooks(m: Any, count: int, recalculate: Callable[[dict, Path], Iterable[list]]) -> Iterator[Outcome]:
    drawn = examples(m, count, for_sheets=True)
    while batch := list(islice(drawn, AT_ONCE)):
        with tempfile.TemporaryDirectory() as folder:
            yield from _batch(m, batch, Path(folder), recalculate)


def _batch(
    m: Any, batch: list[Example], folder: Path, recalculate: Callable[[dict, Path], Iterable[list]]
) -> Iterator[Outcome]:
    known, cells = [], {}
    for number, example in enumerate(batch):
        try:
            result = calculate(m, **example.given, **example.case, split="whole")
        except InputError:
            yield REFUSED, np.inf if example.expected else 0.0
            continue
        path = folder / f"{number}.xlsx"
        try:
            result.to_excel(path)
        except InputError:
            yield NOT_SHOWN, 0.0
            continue
        places = emission_cells(path, m)
        cells[path] = [cell for name in EMISSIONS for cell in places[name]]
        known.append((emissions(result), example.expected.size if example.expected else []))
    for (ours, size), values in zip(known, recalculate(cells, folder), strict=True):
        yield COMPARED, relative(ours, _by_name(values), size)


def _by_name(values: list) -> dict[str, np.ndarray]:
    """Three rows of numbers by name; what is no number, such as #N/A, agrees with nothing."""
    numbers = [value if isinstance(value, int | float) else np.nan for value in values]
    return dict(zip(EMISSIONS, np.reshape(numbers, (len(EMISSIONS), -1)), strict=True))


def by_published_model(m: Any, count: int) -> Iterator[Outcome]:
    """Compare the methane of VN_AM004 with the IPCC's equations as the package bonsai_ipcc has them."""
    for example in examples(m, count):
        ours = calculate(m, **example.given, **example.case, split="whole")["RE_CH4"].magnitude
        theirs = np.array(methane(example.given, example.case["decay_form"]))
        before_recovery = theirs / (1 - np.asarray(example.given["f"]))
        yield COMPARED, relative({"CH4": ours}, {"CH4": theirs}, before_recovery)
