"""Equations as a word processor stores them (OMML), written from declared ones in several ways."""

from __future__ import annotations

from xml.sax.saxutils import escape

from jcm_calc.declarations.expression import Expression

SPACE = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷"}
BINDING = {"add": 1, "subtract": 1, "multiply": 2, "divide": 2}
FUNCTIONS = {"maximum": "max", "minimum": "min", "exp": "exp", "log": "ln", "log10": "log10", "absolute": "abs"}
WAYS = ("fraction", "slash", "letters")  # divisions above each other or on a line; each letter in a run of its own
SUMS = ("around", "before", "first factor", "sign")


class CannotWriteError(Exception):
    """A word processor has another form for it, such as cases in braces."""


def run(text: str) -> str:
    return f'<m:r><m:t xml:space="preserve">{escape(text)}</m:t></m:r>'


def brackets(inner: str) -> str:
    return f"<m:d><m:dPr/><m:e>{inner}</m:e></m:d>"


def symbol(text: str, way: str = "fraction") -> str:
    base, mark, below = text.partition("_")
    if way == "letters":
        base_runs, below_runs = ("".join(run(letter) for letter in part) for part in (base, below))
    else:
        base_runs, below_runs = run(base), run(below)
    return f"<m:sSub><m:e>{base_runs}</m:e><m:sub>{below_runs}</m:sub></m:sSub>" if mark else base_runs


def typeset(expression: Expression, way: str = "fraction") -> str:
    """Return an expression as OMML; only brackets that are needed are written."""
    operation, arguments = expression.operation, expression.arguments
    if operation == "symbol":
        return symbol(arguments[0], way)
    if operation == "number":
        return run(f"{arguments[0]:.15g}") if "e" not in f"{arguments[0]:.15g}" else cannot(operation)
    if operation == "divide" and way != "slash":
        over, under = (typeset(one, way) for one in arguments)
        return f"<m:f><m:fPr/><m:num>{over}</m:num><m:den>{under}</m:den></m:f>"
    if operation in SIGNS:
        binding = BINDING[operation]
        left = within(arguments[0], binding, way)
        # a − (b + c), a ÷ (b × c): the same sign on the right needs brackets, too
        right = within(arguments[1], binding + 1, way)
        return left + run(f" {SIGNS[operation]} ") + right
    if operation == "negative":
        return run("−") + within(arguments[0], 3, way)
    if operation == "power":
        base = within(arguments[0], 4, way)
        return f"<m:sSup><m:e>{base}</m:e><m:sup>{typeset(arguments[1], way)}</m:sup></m:sSup>"
    if operation == "sqrt":
        return f"<m:rad><m:radPr/><m:deg/><m:e>{typeset(arguments[0], way)}</m:e></m:rad>"
    if operation in FUNCTIONS:
        inner = run(", ").join(typeset(one, way) for one in arguments)
        return f"<m:func><m:fName>{run(FUNCTIONS[operation])}</m:fName><m:e>{brackets(inner)}</m:e></m:func>"
    return cannot(operation)


def cannot(operation: str) -> str:
    raise CannotWriteError(operation)


def within(expression: Expression, least: int, way: str) -> str:
    fraction = expression.operation == "divide" and way != "slash"
    own = 4 if fraction else BINDING.get(expression.operation, 3 if expression.operation == "negative" else 5)
    inner = typeset(expression, way)
    return inner if own >= least else brackets(inner)


def equation(left: str, total: str, expression: Expression, way: str = "fraction", summed: str = "around") -> str:
    """Return an equation as a paragraph of mathematics."""
    right = typeset(expression, way)
    if total:
        body = brackets(right) if BINDING.get(expression.operation) == 1 else right
        letters = run(",".join(total))
        nary = '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{}</m:sub><m:sup/><m:e>{}</m:e></m:nary>'
        right = {
            "around": nary.format(letters, body),
            "before": nary.format(letters, "") + body,
            "first factor": nary.format(letters, first_factor(body)[0]) + first_factor(body)[1],
            "sign": f"<m:sSub><m:e>{run('Σ')}</m:e><m:sub>{letters}</m:sub></m:sSub>" + body,
        }[summed]
    return f"<m:oMathPara {SPACE}><m:oMath>{symbol(left, way)}{run(' = ')}{right}</m:oMath></m:oMathPara>"


def first_factor(body: str) -> tuple[str, str]:
    """Return what is before the first sign of a product, and the rest."""
    sign = run(" × ")
    before, found, after = body.partition(sign)
    whole = before.count("<m:e>") == before.count("</m:e>") and before.count("<m:num>") == before.count("</m:den>")
    return (before, found + after) if found and whole else (body, "")
