"""How many mistakes in the engine would the tests notice? `python tests/mutation_rooms.py [ROOM ...] [--sample N]`.

One operator, comparison, condition or constant at a time is changed in a function of a room, and the tests of the
room that come to its line are run in a process of their own until one fails, the quickest first. The process is
forked with everything imported and only the code of that function is exchanged, which takes no time. A sample is
drawn, as there are thousands.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import inspect
import io
import itertools
import math
import os
import pickle
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from coverage import Coverage

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "jcm_calc"
LONGEST = 150  # seconds of tests for each mutant: what would notice it later than that counts for nothing
PATIENCE = 2  # times the time that the tests take without a mutant, which may run for ever
TESTS = {
    "results/credits": ["results/test_credits.py", "api/test_issuance.py", "results/test_result.py"],
    "api/issuance": ["api/test_issuance.py"],
    "inputs": [
        "inputs/test_periods.py", "inputs/test_inputs.py", "inputs/test_bad_input.py",
        "results/test_shares.py", "results/test_result.py",
    ],
    "reports/workbook": [
        "reports/test_workbook_writing.py", "reports/test_workbook_anatomy.py", "reports/test_workbook_reading.py",
        "reports/test_workbook_references.py", "reports/test_workbook_round_trip.py",
        "reports/test_workbook_recalculation.py",
        "verification/test_hostile_workbooks.py", "readings/test_record_of_readings.py", "evidence/test_evidence.py",
    ],
}  # fmt: skip
# Of tests that go through every methodology, those of a few that differ much, or each mutant would take a minute;
# for the same reason LibreOffice does not recalculate everything.
SOME = "(not _AM0 or ID_AM003 or ID_AM007 or VN_AM003 or VN_AM004) and not libreoffice"
SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A change of one place in a module: the number of the node, and which of its changes."""

    module: str
    place: int
    which: int
    lines: range
    before: str
    after: str


def modules(room: str) -> Iterator[str]:
    paths = [SOURCE / f"{room}.py"] if (SOURCE / f"{room}.py").is_file() else sorted((SOURCE / room).glob("*.py"))
    for path in paths:
        yield ".".join(["jcm_calc", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")


@cache
def text_of(path: str) -> str:
    """Read a module once, for it may be edited while its mutants run."""
    return Path(path).read_text(encoding="utf-8")


def source(name: str) -> tuple[str, ast.Module]:
    path = inspect.getfile(importlib.import_module(name))
    return path, ast.parse(text_of(path))


def mutants(name: str) -> Iterator[Mutant]:
    """Every change of every function of a module."""
    _, tree = source(name)
    lines = lines_of(tree)
    for place, node in enumerate(places(tree)):
        for which, other in enumerate(changes(node)):
            yield Mutant(name, place, which, lines[id(node)], said(node), said(other))


def lines_of(tree: ast.Module) -> dict[int, range]:
    """The lines of the statement in which each node stands; of one with a body, its head."""
    lines = {}
    for statement in ast.walk(tree):  # the outer ones come first
        if isinstance(statement, ast.stmt):
            body = getattr(statement, "body", None)
            end = max(body[0].lineno, statement.lineno + 1) if body else (statement.end_lineno or 0) + 1
            for node in ast.walk(statement):
                lines[id(node)] = range(statement.lineno, end)
    return lines


def places(tree: ast.Module) -> list[ast.AST]:
    return [node for function in functions(tree) for node in parts(function)]


def changed_code(mutant: Mutant) -> Iterator[tuple[str, CodeType]]:
    """Yield the functions that are otherwise, by qualified name, and their code."""
    path, tree = source(mutant.module)
    before = dict(codes(compile(tree, path, "exec")))
    node = places(tree)[mutant.place]
    other = ast.copy_location(list(changes(node))[mutant.which], node)
    after = dict(codes(compile(ast.fix_missing_locations(replaced(tree, node, other)), path, "exec")))
    for qualified, code in after.items():
        if "<locals>" not in qualified and "<lambda>" not in qualified and before.get(qualified) != code:
            yield qualified, code


def functions(tree: ast.Module) -> list[ast.AST]:
    """The outermost functions: of the module and of its classes."""
    outermost = [one for node in tree.body for one in (node.body if isinstance(node, ast.ClassDef) else [node])]
    return [one for one in outermost if isinstance(one, ast.FunctionDef)]


def parts(function: Any) -> list[ast.AST]:
    """What may be changed in a function: neither its annotations nor its docstring, nor texts and assertions."""
    inside = [node for statement in function.body for node in ast.walk(statement)]
    kept = {id(part) for node in inside for whole in untouched(node) for part in ast.walk(whole)}
    return [node for node in inside if id(node) not in kept and hasattr(node, "lineno")]


def untouched(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.Assert() | ast.keyword(arg="strict"):
            yield node
        case ast.AnnAssign(annotation=annotation):
            yield annotation


def changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(op=sign) | ast.BoolOp(op=sign) if type(sign) in SWAPS:
            other = copy.copy(node)
            other.op = SWAPS[type(sign)]()
            yield other
        case ast.Compare(ops=[sign]) if type(sign) in SWAPS:
            other = copy.copy(node)
            other.ops = [SWAPS[type(sign)]()]
            yield other
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.IfExp():
            yield ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.If():
            other = copy.copy(node)
            other.test = ast.UnaryOp(ast.Not(), node.test)
            yield other
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))


def replaced(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return new if node is old else super().visit(node)

    return Put().visit(tree)


def codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from codes(constant)


def said(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node.test if isinstance(node, ast.If) else node).split())
    return text if len(text) < 90 else text[:87] + "..."


def function_of(module: str, qualified: str) -> FunctionType:
    """Return the function itself, from within what decorates it."""
    found: Any = importlib.import_module(module)
    for name in qualified.split("."):
        found = inspect.getattr_static(found, name)
    for wrapping in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, wrapping, found)
    return inspect.unwrap(found)


@dataclass(frozen=True)
class Test:
    """A test of a room: how long it takes, and which lines of the room it comes to, by file."""

    name: str
    seconds: float
    lines: frozenset[tuple[str, int]]


class Recorder:
    """A plugin of pytest that notes for each test how long it takes and where it comes.

    What a fixture does for several tests counts for each of them, not only for the first.
    """

    def __init__(self, files: list[str]) -> None:
        self.coverage = Coverage(data_file=None, include=files, config_file=False)
        self.seconds: dict[str, float] = {}
        self.contexts: dict[str, set[str]] = {}
        self.current = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.contexts[item.nodeid] = {item.nodeid, *map(self.shared, getattr(item, "fixturenames", ()))}
        begun = time.process_time()
        try:
            with self.within(item.nodeid):
                return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - begun

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        with self.within(self.shared(fixturedef.argname)):
            return (yield)

    @staticmethod
    def shared(fixture: str) -> str:
        return f"fixture {fixture}"

    @contextlib.contextmanager
    def within(self, context: str) -> Iterator[None]:
        before, self.current = self.current, context
        self.coverage.switch_context(context)
        try:
            yield
        finally:
            self.current = before
            self.coverage.switch_context(before)

    def tests(self) -> list[Test]:
        data, lines = self.coverage.get_data(), defaultdict(set)
        for file in data.measured_files():
            for line, names in data.contexts_by_lineno(file).items():
                for name in names:
                    lines[name].add((file, line))
        return [
            Test(name, seconds, frozenset().union(*(lines[context] for context in self.contexts[name])))
            for name, seconds in self.seconds.items()
        ]


def run(tests: list[str], *plugins: object) -> int:
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=list(plugins)))


def recorded(room: str) -> list[Test]:
    """Run the tests of a room without a mutant, in a fork that leaves no trace; the quickest come first."""
    files = [inspect.getfile(importlib.import_module(name)) for name in modules(room)]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException), os.fdopen(writing, "wb") as pipe:
            recorder = Recorder(files)
            with recorder.coverage.collect():
                code = run(["-k", SOME, *(str(ROOT / "tests" / name) for name in TESTS[room])], recorder)
            pickle.dump(recorder.tests(), pipe)
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError(f"{room}: the tests fail without any mutant")
    found: list[Test] = pickle.loads(content)
    return sorted(found, key=lambda test: test.seconds)


def near(mutant: Mutant, tests: list[Test]) -> list[Test]:
    """Return the tests that come to the line of a mutant: the quickest, as many as fit into `LONGEST`."""
    path, _ = source(mutant.module)
    lines = {(path, line) for line in mutant.lines}
    passing = [test for test in tests if lines & test.lines]
    ends = itertools.accumulate(test.seconds for test in passing)
    return [test for test, end in zip(passing, ends, strict=True) if end <= LONGEST]


def survives(mutant: Mutant, tests: list[Test]) -> bool:
    """Whether the tests that come to the line of a mutant pass on it."""
    chosen = near(mutant, tests)
    return not chosen or _passes(mutant, list(changed_code(mutant)), chosen)


def _passes(mutant: Mutant, exchanged: list[tuple[str, CodeType]], tests: list[Test]) -> bool:
    longest = 10 + PATIENCE * math.ceil(sum(test.seconds for test in tests))
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (longest, longest + 1))  # of its own time: the machine may be busy
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        code = 1
        with contextlib.suppress(BaseException):
            for qualified, new in exchanged:
                function_of(mutant.module, qualified).__code__ = new
            code = run([test.name for test in tests])
        os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def noticed(room: str, sample: int, seed: int, processes: int) -> None:
    """Print how many of a sample of mutants the tests of a room notice, and which they do not."""
    tests = recorded(room)
    every = [mutant for name in modules(room) for mutant in mutants(name)]
    chosen = random.Random(seed).sample(every, min(sample, len(every)))
    start, left = time.perf_counter(), []
    with ThreadPoolExecutor(processes) as pool:
        outcomes = pool.map(lambda mutant: survives(mutant, tests), chosen)
        for done, (mutant, survived) in enumerate(zip(chosen, outcomes, strict=True), 1):
            if survived:
                left.append(mutant)
                print(f"  {mutant.module}:{mutant.lines.start}: {mutant.before}  ->  {mutant.after}", flush=True)
            print(f"{room}: {done} of {len(chosen)}, {len(left)} survive", end="\r", file=sys.stderr)
    share = 1 - len(left) / len(chosen)
    error = 1.96 * math.sqrt(share * (1 - share) / len(chosen))
    print(f"{room}: {len(chosen) - len(left)} of {len(chosen)} noticed, {share:.1%} ± {error:.1%}", end="")
    print(f", drawn from {len(every)} mutants; {time.perf_counter() - start:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", default=list(TESTS), help="rooms, all of them if none is named")
    parser.add_argument("--sample", type=int, default=100, help="mutants of each room")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many at a time")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    for room in arguments.rooms:
        for name in TESTS[room]:  # imports what tests need, once for all forks
            with contextlib.redirect_stdout(io.StringIO()):
                pytest.main(["-q", "--collect-only", "-p", "no:cacheprovider", str(ROOT / "tests" / name)])
        noticed(room, arguments.sample, arguments.seed, arguments.processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
