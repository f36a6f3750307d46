"""All contradictions of a methodology, each with the line of the function that shows it."""

from __future__ import annotations
import __future__

import ast
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from jcm_calc.base.problems import suggestion
from jcm_calc.declarations.graph import reachable
from jcm_calc.declarations.items import DAYS, DeclarationError, DeclaredItems, Effect, Equation, Parameter
from jcm_calc.units import UnitError, parse_unit

LIBRARY = f"{Path(__file__).parent.parent}{os.sep}"


def faults(m: DeclaredItems, lost: Iterable[str] = ()) -> Iterator[str]:
    """Yield each name that is used and not declared, but for names of which that is known.

    Examples
    --------
    >>> from jcm_calc import Methodology
    >>> from jcm_calc.evidence import unconfirmed
    >>> m = Methodology("XX_AM001", version="1.0", title="", country="XX", sectoral_scope=4, indices={"p": "season"})
    >>> m.default("SF_p", "", value=0.5, text="scaling factor", evidence=unconfirmed("an example"))
    >>> _ = m.equation("RE_p", "t", name="RE", text="", evidence=unconfirmed("an example"))(lambda SF_p: SF_p)
    >>> print(*faults(m))  # doctest: +ELLIPSIS
    'SF_p' is used by 'RE' but not declared: the symbol SF_p is read as SF with the index p: use SF, or declare it
    with index= and only the letters that are indices (...line 1)
    """
    rules = {rule.name for rule in m.rules}
    operands = {*m.inputs, *m.coordinates, *rules, *lost}
    for rule in m.rules:
        for name in rule.arguments:
            if name not in operands:
                place = of_function(rule.function)
                yield f"{name!r} is used by {rule.name!r} but not declared{how_read(m, name)}{place}"
    for condition in m.conditions:
        for name in condition.arguments:
            if name not in operands and name not in m.facts:
                message = f"{name!r} is used by criterion {condition.number} but not declared{how_read(m, name)}"
                yield message + of_function(condition.function)
    yield from _terms(m)
    yield from _lost_indices(m)
    yield from _circles(m)
    for item in m.inputs.values():
        if item.by and item.by in rules:
            yield f"{item.name!r} is looked up by {item.by!r}, which must be a parameter"
        elif item.by in m.coordinates and m.coordinates[item.by].what not in ("label", "row"):
            what = m.coordinates[item.by].what.replace("_", " ")
            yield f'{item.name!r} is looked up by {item.by!r}, the {what} of an index: write by="p" for a table by date'
        elif item.by and item.by not in operands:
            yield f"{item.by!r} is used by {item.name!r} but not declared{how_read(m, item.by)}"
        if item.weighted_by:
            yield from _weight(m, item)
        if item.previous_of:
            yield from _previous(m, item)
        for key in getattr(m.coordinates.get(item.by), "classes", ()):
            if key in rules or (key in m.inputs and not m.inputs[key].is_class):
                yield f"{item.name!r} is looked up by {key!r}, which must be a class key where there are several keys"
            elif key not in operands:
                yield f"{key!r} is used by {item.name!r} but not declared{how_read(m, key)}"
        if item.comparable and item.comparable not in (*m.inputs, *lost):
            hint = suggestion(item.comparable, m.inputs)
            yield f"{item.name!r} is comparable to {item.comparable!r}, which is not declared{hint}"


def _lost_indices(m: DeclaredItems) -> Iterator[str]:
    """Yield each equation that lacks an index of what it uses, whatever is chosen, and is not a total over it."""
    nodes: list[Parameter | Equation] = [*m.inputs.values(), *m.rules]
    for rule in m.rules:
        for name in dict.fromkeys(rule.arguments):
            found = [set(one.indices) for one in nodes if one.name == name]
            lost = set.intersection(*found) - set(rule.indices) - set(rule.total) if found else set()
            if lost:
                message = (
                    f"{rule.name!r} uses {name!r}, which depends on {', '.join(sorted(lost))}; it must too, or be "
                )
                yield f"{message}a total{of_function(rule.function)}"


def _circles(m: DeclaredItems) -> Iterator[str]:
    """Yield each circle of equations that hold whatever choices are made."""
    rules = {rule.name: rule for rule in m.rules if not rule.when}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            yield f"the equations run in a circle: {circle}{of_function(rules[name].function)}"
        elif name in rules and name not in done:
            for other in rules[name].arguments:
                yield from visit(other, (*path, name))
            done.add(name)

    for name in rules:
        yield from visit(name, ())


def _terms(m: DeclaredItems) -> Iterator[str]:
    """Yield what keeps a declared term from being one of ER."""
    reached = reachable(m, {}, frozenset(), ("ER",)) if m.terms else set()
    for name, effect in m.terms.items():
        found: list[Equation | Parameter] = [rule for rule in m.rules if rule.name == name]
        found += [m.inputs[name]] if name in m.inputs else []
        unit = "" if effect is Effect.DISCOUNT else "tCO2"
        if not found:
            yield f"the {effect.value} {name!r} of ER is not declared{how_read(m, name)}"
        elif any(node.unit != unit or set(node.indices) - {"p"} for node in found):
            meant = "a share without a unit" if effect is Effect.DISCOUNT else "an amount in tCO2"
            yield f"the {effect.value} {name!r} of ER must be {meant} that depends on nothing but p"
        elif name not in reached:
            yield f"the {effect.value} {name!r} takes no part in the equation of ER"
        elif effect is Effect.DISCOUNT and name in m.inputs:
            bounds = m.inputs[name].bounds
            if bounds.lower < 0 or bounds.upper > 1:
                yield f'the discount {name!r} has the bounds {bounds}: declare bounds="[0, 1]" or narrower ones'


def _previous(m: DeclaredItems, item: Parameter) -> Iterator[str]:
    """Yield what keeps an operand from being the value of another quantity in the period before."""
    found: list[Equation | Parameter] = [rule for rule in m.rules if rule.name == item.previous_of]
    found += [m.inputs[item.previous_of]] if item.previous_of in m.inputs else []
    message = f"{item.name!r} is the previous value of {item.previous_of!r}"
    if not found:
        yield f"{message}, which is not declared{how_read(m, item.previous_of)}"
    elif item.textual or item.adds_over_time or "p" not in item.indices:
        yield f"{message}: it must be a level that depends on p"
    elif any((node.unit, set(node.indices)) != (item.unit, set(item.indices)) for node in found):
        yield f"{message}: it must have its unit and indices"


def _weight(m: DeclaredItems, item: Parameter) -> Iterator[str]:
    """Yield what keeps finer rows of a level from being averaged."""
    weight = m.inputs.get(item.weighted_by)
    if item.adds_over_time or item.textual or "p" not in item.indices:
        yield f"{item.name!r} has weighted_by={item.weighted_by!r}, but only a level that depends on p is averaged"
    elif item.weighted_by != DAYS and weight is None:
        yield f"{item.name!r} is weighted by {item.weighted_by!r}, which is not declared{how_read(m, item.weighted_by)}"
    elif weight is not None and not (
        weight.adds_over_time and "p" in weight.indices and set(weight.indices) <= set(item.indices)
    ):
        message = f"{item.name!r} is weighted by {weight.name!r}, which must add over time and depend on "
        yield message + f"p and on nothing but {', '.join(item.indices)}"


def of_module(source: str, file: str, package: str) -> Iterator[BaseException]:
    """Yield every error of the statements of a module, each run by itself, and what its methodologies then lack.

    What follows from a statement that failed, such as a name that it would have declared, is left out.

    Parameters
    ----------
    source, file : str
        The text of the module, and the file that holds it.
    package : str
        The package to which the module belongs.

    Examples
    --------
    >>> text = "x = 1 / 0" + chr(10) + "y = x + 1" + chr(10) + "import nowhere"
    >>> [type(error).__name__ for error in of_module(text, "xx_am001.py", "")]
    ['ZeroDivisionError', 'ModuleNotFoundError']
    """
    module = ModuleType(f"{package}.faults of {Path(file).stem}".lstrip("."))
    scope = vars(module)
    scope.update(__file__=file, __package__=package)
    lost: set[str] = set()
    sys.modules[module.__name__] = module
    try:
        for statement in ast.parse(source, file).body:
            code = ast.Module([statement], [])
            flags = __future__.annotations.compiler_flag
            try:
                exec(compile(code, file, "exec", flags, dont_inherit=True), scope)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # whatever a module of others does
                if not (isinstance(error, NameError) and error.name in lost):
                    yield error
                lost |= _given_by(statement)
    finally:
        del sys.modules[module.__name__]
    for m in {id(one): one for one in scope.values() if hasattr(one, "other_versions")}.values():
        if found := [*faults(m, lost), *_unreadable_units(m)]:
            yield DeclarationError(f"{m}: {'; '.join(found)}")


def _unreadable_units(m: DeclaredItems) -> Iterator[str]:
    """Yield each unit that cannot be read; without other faults `jcm check` finds them."""
    items: list[Parameter | Equation] = [*m.inputs.values(), *m.facts.values(), *m.rules]
    for item in items:
        if item.unit not in ("category", "yes/no", "date"):
            try:
                parse_unit(item.unit)
            except UnitError as error:
                place = in_line(m.places.get(item.name))
                yield f"the unit of {item.name!r} cannot be read: {error}{place}"


def _given_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement would have given: variables, functions, symbols with and without indices."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = re.split(r"[,_](?=\w(?:[,_]|$))", node.value)
            found |= {plain("_".join(parts[:size])) for size in range(1, len(parts) + 1)}
    return found


def calling() -> tuple[str, int]:
    """Return the file and the line that called this library, for a declaration: where its author wrote it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(LIBRARY):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def in_line(place: tuple[str, int] | None) -> str:
    """Write a file and a line; nothing where there is no file, as in a notebook."""
    if place is None or place[0].startswith("<"):
        return ""
    return f" ({Path(place[0]).name} line {place[1]})"


def place_of(error: BaseException, home: Iterable[str] = ()) -> tuple[str, int]:
    """Return file and line where an error began: of the methodology package if possible, never of this library."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not is_machinery(one.filename)]
    own = [one for one in frames if str(Path(one.filename).parent) in home] or frames
    return (Path(own[-1].filename).name, own[-1].lineno or 0) if own else ("", 0)


def is_machinery(filename: str) -> bool:
    """Whether a file belongs to this library or to the import system, not to the author's module."""
    return filename.startswith(("<", LIBRARY))


def of_function(function: Callable[..., Any]) -> str:
    """Return in which line of which file a function begins."""
    if not isinstance(function, FunctionType):
        return ""
    return f" ({Path(function.__code__.co_filename).name} line {function.__code__.co_firstlineno})"


def how_read(m: DeclaredItems, name: str) -> str:
    """Return how a symbol that looks like a name was read, or the nearest name that is declared."""
    items: list[Parameter | Equation] = [*m.inputs.values(), *m.facts.values(), *m.rules]
    for item in items:
        if plain(item.symbol) == name:
            return (
                f": {reading(item)}: use {item.name}, or declare it with index= and only the letters that are indices"
            )
        letter = item.name.removeprefix(f"{name}_")
        if len(letter) == 1 and item.name != letter:
            return f": {reading(item)}: {letter} is not among the indices {', '.join(m.indices)}"
    return suggestion(name, [*(item.name for item in items), *m.coordinates])


def plain(symbol: str) -> str:
    """Return a symbol as a name in Python."""
    return re.sub(r"\W", "_", symbol)


def reading(item: Parameter | Equation) -> str:
    """Say how the symbol of an item was read."""
    return as_read(item.symbol, item.name, item.indices)


def as_read(symbol: str, name: str, indices: str) -> str:
    """Say as which name and indices a symbol is read."""
    kind = "index" if len(indices) == 1 else "indices"
    return f"the symbol {symbol} is read as {name}" + (f" with the {kind} {', '.join(indices)}" if indices else "")
