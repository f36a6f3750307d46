"""A methodology under test, and how its checks are run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Verbosity, given, settings

from jcm_calc.calculation import calculate
from jcm_calc.conformance.drawing import PERIODS, Draw, inputs
from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import Graph
from jcm_calc.languages import _
from jcm_calc.result import Result


class ConformanceError(AssertionError):
    """A property does not hold; the message tells the author where and what to do."""


@dataclass
class Subject:
    """A methodology under test, with all its cases."""

    methodology: Methodology
    examples: int = 25
    cases: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        choices = self.methodology.choices
        options = [[(name, option) for option in choice.options] for name, choice in choices.items()]
        self.cases = [dict(case) for case in itertools.product(*options)]

    def asked(self, check: str, names: Iterable[str]) -> Iterator[str]:
        """Yield the items of which a check is asked: all but those of which the module waives it."""
        waived = {(one.check, one.of) for one in self.methodology.waivers}
        return (name for name in names if (check, name) not in waived)

    def graphs(self) -> Iterator[tuple[dict[str, str], Graph]]:
        """Yield every case with its graph."""
        for case in self.cases:
            yield case, self.methodology.graph(case)

    def each(self, check: Callable[[dict[str, str], Draw], None], at_least: int = 1) -> None:
        """Run a check on drawn inputs of every case."""
        quiet = settings(
            max_examples=max(self.examples, at_least),
            deadline=None,
            database=None,
            verbosity=Verbosity.quiet,
            print_blob=False,
            derandomize=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        for case, graph in self.graphs():

            @quiet
            @given(draw=inputs(self.methodology, graph))
            def run(draw: Draw) -> None:
                check(case, draw)  # noqa: B023  (called before the next case)

            try:
                run()
            except ConformanceError as error:
                used = ", ".join(f"{name} = {option}" for name, option in case.items())
                raise ConformanceError(str(error) + (_(" (case: {used})").format(used=used) if used else "")) from None

    def result(self, case: Mapping[str, str], draw: Draw, **changed: Any) -> Result:
        """Calculate a draw, with some values changed."""
        values: dict[str, Any] = {"p": PERIODS, **draw, **changed, **case}
        return calculate(self.methodology, **values)


CHECKS: dict[str, Callable[[Subject], None]] = {}


def check(name: str) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Register a check under the name by which it is waived."""

    def register(function: Callable[[Subject], None]) -> Callable[[Subject], None]:
        CHECKS[name] = function
        return function

    return register


def same(left: Any, right: Any, tolerance: float = 1e-9) -> bool:
    """Whether numbers agree, relative to the largest of them."""
    scale = max(1.0, float(np.max(np.abs(left))), float(np.max(np.abs(right))))
    return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance * scale))
