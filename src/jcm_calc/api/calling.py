"""The face of a methodology for those who type: a call whose parameters an editor completes and explains."""

from __future__ import annotations

import textwrap
from inspect import Parameter as Argument
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any

from jcm_calc.api.calculation import calculate
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.names import spelt_out
from jcm_calc.units import with_unit

if TYPE_CHECKING:
    from jcm_calc.api.result import Result
    from jcm_calc.declarations.methodology import Declarations
    from jcm_calc.results.lazy import LazyResult

# What every calculation takes, but the version, which the methodology has.
GENERAL = [
    one.name
    for one in signature(calculate).parameters.values()
    if one.kind is one.KEYWORD_ONLY and one.name != "version"
]


class MethodologyCall:
    """What ``methodology.calculate`` is: `jcm_calc.calculate` for one methodology, with its parameters by name.

    Signature and documentation are made when somebody asks for them; to call it costs nothing more.
    """

    def __init__(self, methodology: Declarations) -> None:
        self.methodology = methodology

    def __call__(self, *tables: Any, **values: Any) -> Result | LazyResult:  # noqa: D102
        return calculate(self.methodology, *tables, **values)

    def __repr__(self) -> str:
        names = [spelt_out(name) for name in arguments(self.methodology)]
        return textwrap.fill(f"<calculate {self.methodology}: {', '.join(names)}>", 100, subsequent_indent="    ")

    @property
    def __name__(self) -> str:
        return "calculate"

    @property
    def __signature__(self) -> Signature:
        """Tables, what every calculation takes, and parameters, class keys and choices by name."""
        named = [*arguments(self.methodology), *GENERAL]
        options = [Argument(spelt_out(name), Argument.KEYWORD_ONLY, default=None) for name in named]
        return Signature([Argument("tables", Argument.VAR_POSITIONAL), *options], return_annotation="Result")

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return documentation(self.methodology)


def arguments(m: Declarations) -> dict[str, str]:
    """Return what may be given to a methodology by name, what must be given first: name and explanation."""
    given = [one for one in m.inputs.values() if one.kind is not Kind.CONSTANT]
    given.sort(key=lambda one: one.supplied)
    options = {name: f"{', '.join(one.options)}. {one.text}" for name, one in m.choices.items()}
    return options | {one.name: _explained(one) for one in given}


def _explained(one: Parameter) -> str:
    """Say of a parameter what it is, in which unit, and what holds without it."""
    unit = f"one of {', '.join(one.categories)}" if one.categories else "" if one.textual else one.unit or "no unit"
    known = ""
    if one.value is not None:
        known = f"; {with_unit(f'{one.value.value:.10g}', one.unit)} by default"
    elif one.table is not None:
        known = f"; by default that of its {one.by}"
    return f"{one.symbol}{f' [{unit}]' if unit else ''}: {one.text}{known}"


def documentation(m: Declarations) -> str:
    """Return the documentation of the call: every parameter with its symbol, unit and meaning."""
    lines = [f"Calculate RE, PE and ER by {m}: {m.title}.", "", "Parameters", "----------"]
    lines += ["*tables : DataFrame or path", "    See `jcm_calc.calculate`, as for p, on, facts and evidence."]
    for name, explained in arguments(m).items():
        lines += [spelt_out(name), textwrap.fill(explained, 100, initial_indent="    ", subsequent_indent="    ")]
    return "\n".join(lines)
