"""How many mistakes in the methodologies would the checks notice? `python tests/mutation.py [NUMBER ...]`.

One thing at a time is changed in every equation: an operator, a constant, or a symbol. Each mutant is held
against conformance, the published cases and the independent scripts. A script for the maker of a
methodology; no test.
"""

import argparse
import ast
import copy
import inspect
import itertools
import multiprocessing
import os
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from adapters import ADAPTERS
from agreement import TOLERANCE, difference, examples
from draws import cases
from hypothesis import HealthCheck, Phase, given, settings

from jcm_calc import InputError, Methodology, methodology
from jcm_calc.api.calculation import calculate
from jcm_calc.api.case_file import published
from jcm_calc.authoring.conformance import CHECKS, ConformanceError
from jcm_calc.authoring.conformance.drawing import inputs
from jcm_calc.authoring.conformance.subject import Subject
from jcm_calc.declarations import DeclarationError
from jcm_calc.declarations.items import Equation, Kind, Parameter, Table, Value
from jcm_calc.declarations.revision import duplicate

DETECTORS = ("conformance", "published cases", "independent scripts")
DRAWS = 120  # for each methodology, in turn over its cases
EXAMPLES = 3  # of conformance, for each case
CASES = 1  # of conformance, among those in which the changed equation takes part
CHUNK = 30  # mutants that a process takes at a time
# What looks at functions and results; the cheapest first.
PROPERTIES = (
    "dimensions", "reductions", "zero activity", "periods add up", "directions", "units split", "conservative defaults",
)  # fmt: skip

SWAPS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
}
FUNCTIONS = {"maximum": "minimum", "minimum": "maximum", "logical_and": "logical_or", "logical_or": "logical_and"}


@dataclass(frozen=True)
class Mutant:
    """A methodology with one change, in what is calculated under some of its cases."""

    kind: str
    place: str
    change: str
    methodology: Methodology
    cases: list[dict[str, str]]


@dataclass
class Outcome:
    """Which detectors noticed a mutant."""

    number: str
    kind: str
    place: str
    change: str
    found: dict[str, bool] = field(default_factory=dict)

    @property
    def noticed(self) -> bool:
        return any(self.found.values())


# Changing


def mutants(m: Methodology) -> Iterator[Mutant]:
    """Every change of every equation, constant and default value of a methodology."""
    for place, rule in enumerate(m.rules):
        for kind, tree in changed_trees(parsed(rule)):
            function = compiled(tree, rule)
            rules = [*m.rules[:place], replace(rule, function=function), *m.rules[place + 1 :]]
            case = ", ".join(rule.when.values())
            text = ast.unparse(tree.body[0].body[-1].value)
            yield Mutant(kind, f"{rule.name} {case}".strip(), text, changed(m, rules=rules), concerned(m, rule))
    yield from changed_values(m)


def concerned(m: Methodology, item: Equation | Parameter) -> list[dict[str, str]]:
    """The first cases, as many as matter, in which an equation or a value takes part."""
    taking_part = [case for case in cases(m) if item in m.graph(case).nodes.values()]
    return taking_part[:CASES]


def parsed(rule: Equation) -> ast.Module:
    """The source of an equation without its decorators."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule.function)))
    tree.body[0].decorator_list = []
    return tree


def compiled(tree: ast.Module, rule: Equation) -> Any:
    scope: dict[str, Any] = {}
    exec(compile(tree, "<mutant>", "exec"), rule.function.__globals__, scope)
    return scope[rule.function.__name__]


def changed(m: Methodology, **parts: Any) -> Methodology:
    """A copy of a methodology with other rules or inputs."""
    other = duplicate(m)
    for name, value in parts.items():
        setattr(other, name, value)
    return other


def changed_trees(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Yield the kind of change, and the tree with it."""
    arguments = [argument.arg for argument in tree.body[0].args.args]
    for place, node in enumerate(nodes(tree)):
        for kind, new in changes(node, arguments):
            other = copy.deepcopy(tree)
            yield kind, ast.fix_missing_locations(Replace(nodes(other)[place], new).visit(other))


def nodes(tree: ast.Module) -> list[ast.AST]:
    """The parts of what an equation returns."""
    return list(ast.walk(tree.body[0].body[-1].value))


class Replace(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().visit(node)


def changes(node: ast.AST, arguments: list[str]) -> Iterator[tuple[str, ast.AST]]:
    """Yield each change of one node, with its kind."""
    match node:
        case ast.BinOp(op=operator) if type(operator) in SWAPS:
            for other in SWAPS[type(operator)]:
                yield "operator", ast.BinOp(node.left, other(), node.right)
        case ast.Compare(ops=[operator]):
            for other in SWAPS[type(operator)]:
                yield "operator", ast.Compare(node.left, [other()], node.comparators)
        case ast.UnaryOp(op=ast.USub()):
            yield "operator", node.operand
        case ast.Attribute(attr=name) if name in FUNCTIONS:
            yield "operator", ast.Attribute(node.value, FUNCTIONS[name], node.ctx)
        case ast.Constant(value=value) if value in (0, 1):
            yield "constant", ast.Constant(1 - value)
        case ast.Constant(value=value):
            yield "constant", ast.Constant(value + 1)
        case ast.Name(id=name) if name in arguments:
            yield "operator", ast.UnaryOp(ast.USub(), node)
            for other in arguments:
                if other != name:
                    yield "symbol", ast.Name(other, node.ctx)


def changed_values(m: Methodology) -> Iterator[Mutant]:
    """Each declared constant, default and row of a table that the library takes by itself, 10 % larger."""
    for name, item in m.inputs.items():
        if item.kind not in (Kind.CONSTANT, Kind.DEFAULT):
            continue
        taking_part = concerned(m, item)
        if item.value is not None:
            other = replace(item, value=larger(item.value))
            yield Mutant(
                "constant", name, f"{other.value.value:g}", changed(m, inputs={**m.inputs, name: other}), taking_part
            )
        for key, entry in item.table.entries.items() if item.table is not None else ():
            table = Table({**item.table.entries, key: larger(entry)})
            others = {**m.inputs, name: replace(item, table=table)}
            yield Mutant(
                "constant", f"{name} {key}", f"{larger(entry).value:g}", changed(m, inputs=others), taking_part
            )


def larger(value: Value) -> Value:
    return replace(value, value=value.value * 1.1 if value.value else 0.1)


# Noticing


class Quick(Subject):
    """A methodology under test with few examples, of which none is made smaller: there are many mutants."""

    def each(self, check: Any, **_: Any) -> None:
        for case, graph in self.graphs():
            quick = settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )

            @quick
            @given(draw=inputs(self.methodology, graph))
            def run(draw: Any) -> None:
                for fault in check(case, draw) or ():  # noqa: B023  (called before the next case)
                    raise ConformanceError(fault)

            run()


class Detectors:
    """The three ways to notice a mutant of one methodology, with what does not depend on the mutant."""

    def __init__(self, m: Methodology) -> None:
        self.methodology = m
        self.examples = list(examples(m, DRAWS))
        self.published = list(published(m))

    def notice(self, mutant: Mutant) -> dict[str, bool]:
        ways = (self.by_conformance, self.by_published_cases, self.by_scripts)
        return {name: way(mutant) for name, way in zip(DETECTORS, ways, strict=True)}

    def by_conformance(self, mutant: Mutant) -> bool:
        """Whether a property fails that the methodology itself has on the same few examples."""
        changed, own = Quick(mutant.methodology, EXAMPLES), Quick(self.methodology, EXAMPLES)
        changed.cases = own.cases = mutant.cases
        names = [name for name in PROPERTIES if name not in {one.check for one in self.methodology.waivers}]
        return any(fails(name, changed) and not fails(name, own) for name in names)

    def by_published_cases(self, mutant: Mutant) -> bool:
        return any(differs(case, mutant.methodology) for case in self.published)

    def by_scripts(self, mutant: Mutant) -> bool:
        for example in self.examples:
            try:
                if difference(mutant.methodology, example) > TOLERANCE:
                    return True
            except Exception:  # a mutant may fail in any way
                return True
        return False


def fails(name: str, subject: Subject) -> bool:
    try:
        CHECKS[name](subject)
    except (ConformanceError, DeclarationError, InputError, ArithmeticError, ValueError, TypeError):
        return True
    return False


def differs(case: Any, mutant: Methodology) -> bool:
    try:
        result = calculate(mutant, *case.tables, p=case.p, facts=case.facts, **case.choices, **case.inputs)
        return not all(comparison.agrees for comparison in case.compare(result))
    except InputError as error:
        return tuple(problem.subject for problem in error.problems) != tuple(case.expected.get("missing", ()))


# Reporting


def examine(part: tuple[str, int]) -> list[Outcome]:
    """Make some mutants of a methodology and look which detectors notice them."""
    number, start = part
    warnings.simplefilter("ignore")
    m = methodology(number)
    detectors = Detectors(m)
    if start == 0 and any(found := detectors.notice(Mutant("", "", "", m, cases(m))).values()):
        raise RuntimeError(f"{number}: {list(found)}: the methodology itself is taken for a mutant")
    return [
        Outcome(number, mutant.kind, mutant.place, mutant.change, detectors.notice(mutant))
        for mutant in itertools.islice(mutants(m), start, start + CHUNK)
    ]


def same(outcome: Outcome) -> str:
    """Why a survivor is no mistake, or nothing."""
    for (number, place, change), reason in EQUIVALENT.items():
        if (number, place, change) == (outcome.number, outcome.place, outcome.change):
            return reason
    return ""


NO_PROJECT_EMISSIONS = "PE is 0 by rule"
# Methodology, equation and change, and why it is no mistake.
EQUIVALENT = {
    (number, "ER", change): NO_PROJECT_EMISSIONS
    for number in ("ID_AM001", "MV_AM001", "PW_AM001")
    for change in ("RE + PE", "RE - -PE")
}
EQUIVALENT |= {
    ("ID_AM006", f"SE_{unit}_hist records", "np.where(w_u > 0, E_u_hist / F_u_hist, 0) / np.maximum(n_u, 0)"): (
        "differs only for a range without records, which no period takes"
    )
    for unit in ("HPU", "HCU")
}
EQUIVALENT |= {
    ("ID_AM007", "S_xy records", change): "a constant times the sum of deviations from a mean, which is 0"
    for change in (
        "(x_k + x_mean) * (y_k - y_mean)",
        "(x_k - -x_mean) * (y_k - y_mean)",
        "(x_k - x_mean) * (y_k + y_mean)",
        "(x_k - x_mean) * (y_k - -y_mean)",
    )
}


def share(outcomes: list[Outcome], detector: str = "") -> str:
    found = sum(outcome.found[detector] if detector else outcome.noticed for outcome in outcomes)
    return f"{found} of {len(outcomes)} ({found / max(1, len(outcomes)):.1%})"


def report(outcomes: list[Outcome]) -> None:
    """Print shares by kind and detector, and what nothing noticed."""
    survivors = [outcome for outcome in outcomes if not outcome.noticed]
    real = [outcome for outcome in outcomes if outcome.noticed or not same(outcome)]
    kinds = {kind: [one for one in real if one.kind == kind] for kind in ("operator", "constant", "symbol")}
    rows = {
        kind: {"all detectors": share(group), **{name: share(group, name) for name in DETECTORS}}
        for kind, group in {**kinds, "all": real}.items()
    }
    print(pd.DataFrame(rows).T.to_string())
    print(f"\nequivalent mutants left out of these shares: {len(outcomes) - len(real)}")
    for outcome in survivors:
        print(f"  {outcome.number} {outcome.place}: {outcome.change}  [{outcome.kind}] {same(outcome) or 'SURVIVES'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "numbers", nargs="*", default=list(ADAPTERS), help="methodologies, all of them if none is named"
    )
    numbers = parser.parse_args().numbers
    parts = [
        (number, start) for number in numbers for start in range(0, sum(1 for _ in mutants(methodology(number))), CHUNK)
    ]
    outcomes: list[Outcome] = []
    start = time.perf_counter()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for done, found in enumerate(pool.imap(examine, parts), 1):
            outcomes += found
            print(f"{done} of {len(parts)} parts", end="\r", file=sys.stderr)
    print(f"{len(outcomes)} mutants of {len(numbers)} methodologies in {time.perf_counter() - start:.0f} s\n")
    report(outcomes)


if __name__ == "__main__":
    main()
