"""The text of a module made from somebody's file declares and calculates, and does nothing else."""

from __future__ import annotations

import ast

# What the text of a module may import and call: declarations, evidence, dates, functions of NumPy.
MODULES = ("jcm_calc", "numpy", "datetime")
FUNCTIONS = {
    *("abs", "ceil", "clip", "exp", "floor", "isin", "log", "log10", "maximum", "minimum", "power", "rint", "round"),
    *("sqrt", "trunc", "where", "logical_and", "logical_or", "logical_not"),
}
DECLARATIONS = {
    *("at_least", "at_most", "attested", "choice", "class_key", "constant", "coordinate", "criterion", "default"),
    *("define", "derivation", "emits", "equation"),
    *("establish", "fact", "fixed", "indicator", "monitored", "summarise"),
}
NODES = (
    *(ast.Module, ast.Expr, ast.Assign, ast.FunctionDef, ast.Return, ast.arguments, ast.arg, ast.keyword),
    *(ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.Dict, ast.Tuple, ast.List, ast.Set, ast.Starred),
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.operator, ast.unaryop, ast.cmpop, ast.boolop),
    *(ast.expr_context, ast.Import, ast.ImportFrom, ast.alias),
)


def unexpected(source: str) -> list[str]:
    r"""Return what a module has that neither declares nor calculates, each with its line.

    Examples
    --------
    >>> unexpected("import numpy as np\n\ndef RE(EG, EF):\n    return np.minimum(EG, 1) * EF")
    []
    >>> unexpected("import os")
    ['line 1: import os']
    >>> unexpected("m.template(open('x'))")
    ['line 1: m.template', 'line 1: open']
    """
    nodes = list(ast.walk(ast.parse(source)))
    imported = {one.asname or one.name for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names}
    strange = [(node, getattr(node, "lineno", "?")) for node in nodes if not _expected(node, imported)]
    return [f"line {line}: {ast.unparse(one.func if isinstance(one, ast.Call) else one)}" for one, line in strange]


def _expected(node: ast.AST, imported: set[str]) -> bool:
    if isinstance(node, ast.Import):
        return all(one.name in MODULES for one in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] in MODULES
    if isinstance(node, ast.Name):
        return not node.id.startswith("__") or node.id == "__all__"
    if isinstance(node, ast.Attribute):
        of = node.value.id if isinstance(node.value, ast.Name) else ""
        return (of == "np" and node.attr in FUNCTIONS) or (of == "m" and node.attr in DECLARATIONS)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in imported
    return isinstance(node, NODES)
