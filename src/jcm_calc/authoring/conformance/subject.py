"""A methodology under test, and how its checks are run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Verbosity, given, settings

from jcm_calc.api.result import Result
from jcm_calc.authoring.conformance.drawing import Draw, Keys, inputs, keys
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError
from jcm_calc.declarations.faults import in_line, of_function
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError
from jcm_calc.results.calculating import calculated

Case = dict[str, str]
Faults = Iterable[str] | None


class ConformanceError(AssertionError):
    """A property does not hold; the message tells the author where and what to do."""


@dataclass
class Subject:
    """A methodology under test, with all its cases."""

    methodology: Declarations
    examples: int = 25
    cases: list[Case] = field(init=False)
    keys: Keys = field(init=False)

    def __post_init__(self) -> None:
        self.keys, choices = keys(self.methodology), self.methodology.choices
        options = itertools.product(*(choice.options for choice in choices.values()))
        self.cases = [dict(zip(choices, one, strict=True)) for one in options]

    def asked(self, check: str, names: Iterable[str]) -> list[str]:
        """Return the items of which a check is asked: all but those of which the module waives it."""
        waived = {(one.check, one.of) for one in self.methodology.waivers}
        return [name for name in names if (check, name) not in waived]

    def graphs(self) -> Iterator[tuple[Case, Graph]]:
        """Yield every case with its graph."""
        for case in self.cases:
            yield case, self.methodology.graph(case)

    def each(self, check: Callable[[Case, Draw], Faults], at_least: int = 1) -> None:
        """Run a check on drawn inputs of every case; its first complaint counts, with the simplest inputs for it."""
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
            last: Draw = {}

            @quiet
            @given(draw=inputs(self.methodology, graph))
            def run(draw: Draw) -> None:
                last.clear()  # noqa: B023  (called before the next case)
                last.update(draw)  # noqa: B023
                for fault in check(case, draw) or ():  # noqa: B023
                    raise ConformanceError(fault)

            try:
                run()
            except (ConformanceError, EvaluationError, InputError) as error:
                message = error.text if isinstance(error, InputError) else str(error)
                drawn = ", ".join(f"{name} = {_value(value)}" for name, value in {**case, **last}.items())
                raise ConformanceError(message + _(" (drawn: {draw})").format(draw=drawn)) from None

    def place(self, *names: str) -> str:
        """Return where parameters are declared, and where equations begin."""
        m = self.methodology
        found = [in_line(m.places[name]) for name in names if name in m.places]
        found += [of_function(rule.function) for rule in m.rules if rule.name in names]
        return "".join(dict.fromkeys(found))

    def result(self, case: Mapping[str, str], draw: Draw, **changed: Any) -> Result:
        """Calculate a draw, with some values changed."""
        values = {**draw, **changed}
        given = {name: self._labelled(name, value, values["p"]) for name, value in values.items()}
        return calculated(Result, self.methodology, **{**given, **case})

    def _labelled(self, name: str, value: Any, periods: Sequence[str]) -> Any:
        """Return an array with its labels, where some of them select a row of a table."""
        indices = self.methodology.inputs[name].indices if name in self.methodology.inputs else ""
        if not set(indices) & self.keys.labels.keys() or not hasattr(value, "shape"):
            return value
        labels = [
            list(periods) if letter == "p" else self.keys.labels.get(letter, range(1, size + 1))[:size]
            for letter, size in zip(indices, value.shape, strict=True)
        ]
        index = pd.MultiIndex.from_product(labels, names=list(indices))
        found = pd.Series(getattr(value, "magnitude", value).ravel(), index, name=name)
        if len(indices) == 1:
            found.index = index.get_level_values(0)
        if hasattr(value, "units"):
            found.attrs["units"] = f"{value.units:~C}"
        return found


def _value(value: Any) -> str:
    """Write a drawn value so that it can be given again."""
    if isinstance(value, np.ndarray | list):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


CHECKS: dict[str, Callable[[Subject], None]] = {}


def check(name: str) -> Callable[[Callable[[Subject], Faults]], Callable[[Subject], None]]:
    """Register a check under the name by which it is waived; it yields its complaints, or raises the first one."""

    def register(function: Callable[[Subject], Faults]) -> Callable[[Subject], None]:
        @wraps(function)
        def run(subject: Subject) -> None:
            if faults := list(function(subject) or ()):
                raise ConformanceError(Message("; ").join(faults))

        CHECKS[name] = run
        return run

    return register


def check_of_draws(name: str) -> Callable[[Callable[[Subject, Case, Draw], Faults]], Callable[[Subject], None]]:
    """Register a check of calculations: it is made of drawn inputs of every case."""

    def register(function: Callable[[Subject, Case, Draw], Faults]) -> Callable[[Subject], None]:
        def each(subject: Subject) -> None:
            subject.each(partial(function, subject))

        each.__doc__, each.__module__ = function.__doc__, function.__module__
        return check(name)(each)

    return register


def same(left: Any, right: Any, tolerance: float = 1e-9) -> bool:
    """Whether numbers agree, relative to the largest of them."""
    scale = max(1.0, float(np.max(np.abs(left))), float(np.max(np.abs(right))))
    return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance * scale))
