"""What a criterion checks, as text: the code of its function, and everything of its module that it uses.

What cannot be written as text, such as an object of its user's class, could change what a criterion checks without
a trace of it: it is refused.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import dis
import functools
import linecache
import math
import operator
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from types import CellType, CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from jcm_calc.declarations.faults import of_function
from jcm_calc.declarations.items import DeclarationError

Function = ast.FunctionDef | ast.Lambda
# Libraries whose meaning does not change with a methodology.
LIBRARIES = ("numpy", "math", "builtins")
# What reaches values by a name that does not appear as a name.
INDIRECT = {"getattr", "eval", "exec", "compile", "globals", "locals", "vars", "__import__", "open"}


def condition(function: Callable[..., Any]) -> str:
    """Return what a criterion checks: the code of its function, and the values and functions that it looks up.

    Examples
    --------
    >>> LIMIT = 6.0
    >>> def efficient(COP):
    ...     "Say so."
    ...     return COP > LIMIT
    >>> condition(efficient)
    'COP > LIMIT; LIMIT = 6.0'
    """
    return "; ".join(_condition(function, set()))


def _refused(what: str, function: Callable[..., Any] | None = None) -> DeclarationError:
    place = "" if function is None else of_function(function)
    return DeclarationError(
        f"a criterion uses {what}{place}, and no text can say what it does: use numbers, texts, lists and dicts of "
        "them, and functions that are written with def or lambda"
    )


def _condition(function: Callable[..., Any], seen: set[int]) -> Iterator[str]:
    if not isinstance(function, FunctionType):
        yield _data(function)
        return
    seen.add(id(function.__code__))
    yield _code(function)
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    if defaults:
        yield f"defaults = {_data(defaults)}"
    if attributes := {name: value for name, value in vars(function).items() if name != "__wrapped__"}:
        yield f"attributes = {_data(attributes)}"
    for name, value in _looked_up(function):
        if not isinstance(value, FunctionType) or _foreign(value):
            try:
                written = _data(value)
            except DeclarationError as error:
                raise _refused(f"{name}, a {type(value).__name__}", function) from error
            yield f"{name} = {written}"
        elif id(value.__code__) not in seen:
            yield f"{name}: {'; '.join(_condition(value, seen))}"


def _looked_up(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function takes from its surroundings, by name: of a module the attributes that it uses."""
    code = function.__code__
    imported = {name for name in _loaded(code, "IMPORT_NAME") if name.partition(".")[0] not in LIBRARIES}
    globals_ = _loaded(code, "LOAD_GLOBAL", "LOAD_NAME")
    if hidden := sorted(imported | (globals_ & INDIRECT - set(function.__globals__))):
        raise _refused(", ".join(hidden), function)
    cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
    known = {name: cell.cell_contents for name, cell in cells if _is_full(cell)}
    for name in globals_:
        if name in function.__globals__:
            known.setdefault(name, function.__globals__[name])
    for name, value in sorted(known.items()):
        if not isinstance(value, ModuleType):
            yield name, value
        elif value.__name__.partition(".")[0] != "numpy":
            for attribute in sorted(_loaded(code, "LOAD_ATTR", "LOAD_METHOD")):
                if hasattr(value, attribute):
                    yield f"{name}.{attribute}", getattr(value, attribute)


def _loaded(code: CodeType, *operations: str) -> set[str]:
    """Return the names that the code of a function, and of functions and comprehensions in it, loads."""
    found = {one.argval for one in dis.get_instructions(code) if one.opname in operations}
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return found.union(*(_loaded(one, *operations) for one in inner))


def _is_full(cell: CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:  # what the surrounding function defines later
        return False
    return True


def _foreign(function: FunctionType) -> bool:
    """Whether a function belongs to NumPy or Python, whose meaning does not change with a methodology."""
    return (function.__module__ or "").partition(".")[0] in LIBRARIES


# The code


@lru_cache(1024)
def _code(function: FunctionType) -> str:
    """Return the body of a function without its docstring, in one notation; of a lambda the expression."""
    node = _node(function)
    if node is None:  # made by exec, so that there is no text of it
        code = function.__code__
        return f"code {code.co_code.hex()} {code.co_names} {_data(code.co_consts)}"
    if isinstance(node, ast.Lambda):
        return ast.unparse(node.body)
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return "; ".join(" ".join(ast.unparse(line).split()) for line in body).removeprefix("return ")


def _node(function: FunctionType) -> Function | None:
    """Return a function as its file has it, distinguished from others in the same line by the columns."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    try:
        found = [one for one in _functions("".join(lines)) if _begins(one) == code.co_firstlineno]
    except SyntaxError:
        return None
    own = [one for one in found if getattr(one, "name", "<lambda>") == code.co_name]
    places = {(line, column) for line, _, column, _ in code.co_positions() if line and column}
    inside = [one for one in own if all(_holds(one, *place) for place in places)]
    return min(inside or own, key=_size, default=None)


@lru_cache(32)
def _functions(text: str) -> list[Function]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.Lambda)]


def _begins(node: Function) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min(one.lineno for one in (node, *decorators))


def _holds(node: Function, line: int, column: int) -> bool:
    end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return (_begins(node), 0 if isinstance(node, ast.FunctionDef) else node.col_offset) <= (line, column) <= end


def _size(node: Function) -> tuple[int, int]:
    return (node.end_lineno or 0) - node.lineno, (node.end_col_offset or 0) - node.col_offset


# Values


def _data(value: Any) -> str:
    """Write a value so that the same one is always written alike, with every digit."""
    match value:
        case np.generic():
            return repr(value.item())
        case np.ndarray():
            return _data(value.tolist())
        case str() | int() | float() | None | range() | date() | Decimal() | Fraction():
            return repr(value)
        case set() | frozenset() if _is_plain(value):
            return f"{{{', '.join(sorted(map(_data, value)))}}}"
        case dict() if _is_plain(value):
            return f"{{{', '.join(sorted(f'{_data(key)}: {_data(item)}' for key, item in value.items()))}}}"
        case list() if _is_plain(value):
            return f"[{', '.join(map(_data, value))}]"
        case tuple():
            return f"({', '.join(map(_data, value))})"
        case SimpleNamespace():
            return _data(vars(value))
        case partial():
            return f"{_data(value.func)}({_data(value.args)}, {_data(value.keywords)})"
        case FunctionType() if not _foreign(value):
            return condition(value)
        case CodeType():
            return f"code {value.co_code.hex()} {value.co_names} {_data(value.co_consts)}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and _is_plain(value):
        return f"{type(value).__qualname__}{_data([getattr(value, one.name) for one in dataclasses.fields(value)])}"
    name = getattr(value, "__name__", "")
    homes = (np, math, builtins, functools, operator)
    of_library = any(getattr(home, name, None) is value for home in homes)
    if (isinstance(value, FunctionType) and _foreign(value)) or of_library:
        return f"{value.__module__}.{name}"
    raise _refused(f"a {type(value).__name__}")


def _is_plain(value: Any) -> bool:
    """Whether a collection or a record is of a class of Python or of this library, without other behaviour."""
    return type(value).__module__.partition(".")[0] in ("builtins", "jcm_calc")
