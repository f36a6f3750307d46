"""Run the equations of a methodology in order, over whole fleets, in blocks that fit the cache."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.cores import on_all_cores
from jcm_calc.base.languages import _
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.engine.evaluation.contraction import Contraction, contractions

Array = npt.NDArray[Any]
Lookup = Callable[[Array], Array]
Watch = Mapping[str, Callable[[Array], object]]

# Numbers in one block of one array: a handful of them share a second-level cache; where blocks are only read, in one
# block of all arrays. Numbers in one piece of the work, of which each core has one at a time.
BLOCK, READ, PIECE = 32_768, 524_288, 1_048_576
NOTHING: Watch = MappingProxyType({})


class EvaluationError(ArithmeticError):
    """An equation gives no finite number.

    Attributes
    ----------
    name : str
        The first quantity, in the order of calculation, that has no value.
    place : tuple of int
        Where, along each index.
    zeros : tuple of str
        Its operands that are 0 there.
    """

    def __init__(self, name: str, place: tuple[int, ...], zeros: tuple[str, ...]) -> None:
        self.name, self.place, self.zeros = name, place, zeros
        zero = _("{name} is not a finite number: {zeros} is 0").format(name=name, zeros=", ".join(zeros))
        large = _("{name} is not a finite number: a number is too large").format(name=name)
        super().__init__(zero if zeros else large)


def evaluate(
    graph: Graph,
    sizes: Mapping[str, int],
    values: Mapping[str, Array],
    lookups: Mapping[str, Lookup],
    keep: tuple[str, ...],
    watch: Watch = NOTHING,
    split: str = "",
    finite: bool = True,
) -> dict[str, Array]:
    """Evaluate a graph.

    Parameters
    ----------
    graph : Graph
        What is to run.
    sizes : mapping
        The number of labels along each index, in the methodology's order.
    values : mapping
        An array for each leaf with one axis for each index, of size 1 where it lacks the index.
    lookups : mapping
        For each default looked up by class, the function from keys to values.
    keep : tuple of str
        The names whose arrays are returned; everything else is dropped block by block.
    watch : mapping
        For names of arrays what is called with each block of them, while it is in the cache; it is not called where an
        array is not read in blocks.
    split : str
        The index that blocks divide; the longest one other than p, if it is empty.
    finite : bool
        Whether kept values must be finite; a value that an equation does not use, such as 0 / 0, need not be.

    Returns
    -------
    dict
        Arrays with one axis for each index.

    Raises
    ------
    EvaluationError
        If a kept value must be finite and is not.

    Notes
    -----
    A total over the index that blocks divide is finished only
    after all its blocks, so an equation that needs it runs in a later pass, for which whatever the
    earlier pass dropped is computed again. What lacks the index is taken out of a total over it; see
    `jcm_calc.engine.evaluation.contraction`.
    """
    if chained(graph, sizes, values):
        return _in_turn(graph, sizes, values, lookups, keep, finite)
    return _at_once(graph, sizes, values, lookups, keep, watch, split, finite)


def chained(graph: Graph, sizes: Mapping[str, int], values: Mapping[str, Array]) -> tuple[Parameter, ...]:
    """Return the operands that are known at the start alone: later ones follow from the period before."""
    if sizes["p"] == 1 or not graph.previous:
        return ()
    axis = list(sizes).index("p")
    return tuple(node for node in graph.previous if node.name in values and values[node.name].shape[axis] == 1)


def _at_once(
    graph: Graph,
    sizes: Mapping[str, int],
    values: Mapping[str, Array],
    lookups: Mapping[str, Lookup],
    keep: tuple[str, ...],
    watch: Watch = NOTHING,
    split: str = "",
    finite: bool = True,
) -> dict[str, Array]:
    """Evaluate all periods together."""
    split = split or _longest(sizes)
    contracted: dict[str, Contraction] = {}
    if split != "p" and math.prod(sizes.values()) > BLOCK:
        contracted = {name: one for name, one in contractions(graph, split).items() if not one.inlined & values.keys()}
    for way in (contracted, {}) if contracted else ({},):
        result = _Run(graph, sizes, lookups, keep, way, split, watch).results(values)
        if all(np.isfinite(array).all() for array in result.values()):
            return result
    if not finite:
        return result
    raise _undefined(graph, sizes, values, lookups)


def _in_turn(
    graph: Graph,
    sizes: Mapping[str, int],
    values: Mapping[str, Array],
    lookups: Mapping[str, Lookup],
    keep: tuple[str, ...],
    finite: bool,
) -> dict[str, Array]:
    """Evaluate period by period, each with what the one before it gave."""
    axis = list(sizes).index("p")
    own = {node.name: node.previous_of for node in chained(graph, sizes, values)}
    kept = tuple(dict.fromkeys((*keep, *own.values())))
    parts: list[dict[str, Array]] = []
    for place in range(sizes["p"]):
        period = at_period(values, axis, place)
        for name, of in own.items():
            if parts:
                period[name] = parts[-1][of]
        try:
            found = _at_once(graph, {**sizes, "p": 1}, period, lookups, kept, finite=finite)
        except EvaluationError as error:
            at = (*error.place[:axis], place, *error.place[axis + 1 :])
            raise EvaluationError(error.name, at, error.zeros) from None
        parts.append(found | {name: period[name] for name in own})
    return {
        name: np.concatenate([part[name] for part in parts], axis)
        if "p" in graph.nodes[name].indices
        else parts[0][name]
        for name in keep
    }


def at_period(values: Mapping[str, Array], axis: int, place: int) -> dict[str, Array]:
    """Return the values of one period."""
    return {name: array.take([place], axis) if array.shape[axis] > 1 else array for name, array in values.items()}


def _longest(sizes: Mapping[str, int]) -> str:
    """Return the longest index other than p."""
    return max((letter for letter in sizes if letter != "p"), key=lambda letter: sizes[letter], default="p")


def _undefined(
    graph: Graph, sizes: Mapping[str, int], values: Mapping[str, Array], lookups: Mapping[str, Lookup]
) -> EvaluationError:
    """Return the first quantity that has no value, with its operands that are 0 there."""
    computed = tuple(name for name in graph.nodes if name not in values)
    known = dict(values) | _Run(graph, sizes, lookups, computed, {}, _longest(sizes)).results(values)
    for name in computed:
        wrong = ~np.isfinite(known[name])
        if wrong.any():
            place = tuple(int(at) for at in np.argwhere(wrong)[0])
            node = graph.nodes[name]
            operands = node.arguments if isinstance(node, Equation) else ()
            return EvaluationError(
                name, place, tuple(operand for operand in operands if _zero(known[operand], place, graph, name, sizes))
            )
    raise AssertionError("every quantity is finite")


def _zero(operand: Array, place: tuple[int, ...], graph: Graph, name: str, sizes: Mapping[str, int]) -> bool:
    """Whether an operand is 0 at a place, or anywhere along an index that is summed over."""
    node = graph.nodes[name]
    total = node.total if isinstance(node, Equation) else ""
    where = tuple(
        slice(None) if letter in total else at if size > 1 else 0
        for letter, at, size in zip(sizes, place, operand.shape, strict=True)
    )
    return bool((operand[where] == 0).any())


class _Run:
    """One evaluation: the index that blocks divide, and the pass each name belongs to."""

    def __init__(
        self,
        graph: Graph,
        sizes: Mapping[str, int],
        lookups: Mapping[str, Lookup],
        keep: tuple[str, ...],
        contracted: Mapping[str, Contraction],
        split: str,
        watch: Watch = NOTHING,
    ) -> None:
        self.graph = graph
        self.sizes = dict(sizes)
        self.lookups = lookups
        self.keep = keep
        self.contracted = contracted
        self.watch = dict(watch)
        self.letters = list(sizes)
        self.split = split
        self.axis = self.letters.index(self.split)
        used = set(keep)
        for name in reversed(list(graph.nodes)):
            if name in used:
                used.update(self.needs(name))
        self.names = [name for name in graph.nodes if name in used]
        self.level: dict[str, int] = {}
        for name in self.names:
            before = (
                self.level[other] + (self.split in self.total(other))
                for other in self.needs(name)
                if other in self.level
            )
            self.level[name] = max(before, default=0)

    def results(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Run pass after pass."""
        known: dict[str, Array] = {name: array for name, array in values.items() if name in self.graph.nodes}
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for number in range(max(self.level.values(), default=0) + 1):
                names = self.needed(number, known)
                if any(self.spans(name) for name in names):
                    known.update(self.in_blocks(names, known))
                else:
                    known.update(self.equations(names, known, self.sizes[self.split]))
        return {name: known[name] for name in self.keep}

    def needs(self, name: str) -> tuple[str, ...]:
        if name in self.contracted:
            return self.contracted[name].names
        node = self.graph.nodes[name]
        if isinstance(node, Equation):
            return node.arguments
        return (node.by,) if isinstance(node, Parameter) and name in self.lookups else ()

    def total(self, name: str) -> str:
        node = self.graph.nodes[name]
        return node.total if isinstance(node, Equation) else ""

    def spans(self, name: str) -> bool:
        """Whether an array runs along the split index at some point."""
        return self.split in self.graph.nodes[name].indices + self.total(name)

    def is_wide(self, name: str) -> bool:
        """Whether an array runs along the split index and another one at some point."""
        letters = set(self.graph.nodes[name].indices + self.total(name))
        return self.split in letters and len(letters) > 1

    def width(self, name: str) -> int:
        """Return how many numbers there are at most for each label of the split index."""
        letters = {*self.graph.nodes[name].indices, *self.total(name)} - {self.split}
        return math.prod(self.sizes[letter] for letter in letters)

    def needed(self, number: int, known: Mapping[str, Array]) -> list[str]:
        """Return what a pass runs: its own names, and again what they need and no pass has kept."""
        wanted: set[str] = set()
        for name in reversed(self.names):
            if name not in known and (name in wanted or self.level[name] == number):
                wanted.add(name)
                wanted.update(self.needs(name))
        return [name for name in self.names if name in wanted and name not in known]

    def equations(self, names: Iterable[str], known: Mapping[str, Array], size: int) -> dict[str, Array]:
        """Run equations and lookups in order, with ``size`` rows along the split index."""
        scope = dict(known)
        done = {}
        for name in names:
            node = self.graph.nodes[name]
            if isinstance(node, Equation):
                result = np.asarray(node.function(*[scope[argument] for argument in node.arguments]))
                if result.ndim == 0:
                    result = result.reshape((1,) * len(self.letters))
                if node.total:
                    result = self.summed(result, node.total, {**self.sizes, self.split: size})
            else:
                result = self.lookups[name](scope[self.needs(name)[0]])
            done[name] = scope[name] = result
        return done

    def summed(self, array: Array, total: str, sizes: Mapping[str, int]) -> Array:
        axes = tuple(self.letters.index(letter) for letter in total)
        shape = list(array.shape)
        for axis in axes:  # a value that does not change from unit to unit still counts for each
            shape[axis] = sizes[self.letters[axis]]
        return np.asarray(np.broadcast_to(array, shape).sum(axis=axes, keepdims=True))

    def in_blocks(self, names: list[str], known: Mapping[str, Array]) -> dict[str, Array]:
        """Run block by block what runs along the blocks; keep totals, what does not, and what is asked for."""
        alone = self.equations((name for name in names if not self.spans(name)), known, self.sizes[self.split])
        blocks = _Blocks(self, [name for name in names if self.spans(name)], {**known, **alone})
        sums = _added(on_all_cores(blocks.sums, blocks.pieces()))
        kept = alone | blocks.kept
        kept.update((name, sums[name]) for name in blocks.written if self.split in self.total(name))
        for name in names:
            if name in self.contracted:
                total = self.contracted[name].total(sums, {**known, **kept})
                kept[name] = self.summed(total, self.total(name).replace(self.split, ""), self.sizes)
        return kept


class _Blocks:
    """One pass over the blocks, in pieces that several cores work on; where each begins follows from sizes alone.

    Attributes
    ----------
    kept : dict
        What is asked for and runs along the blocks.
    """

    def __init__(self, run: _Run, names: list[str], known: Mapping[str, Array]) -> None:
        self.run = run
        self.known = known
        self.kept: dict[str, Array] = {}
        self.written = [name for name in names if name not in run.contracted]
        contracted = [run.contracted[name] for name in names if name in run.contracted]
        self.summands = {one.key: one for contraction in contracted for one in contraction.summands}
        computing = [one for one in contracted if not one.only_reads]
        needed = [*map(run.needs, self.written), *(one.names for one in computing)]
        self.operands = {operand for names in needed for operand in names} & known.keys()
        self.size = run.sizes[run.split]
        read = {name for one in contracted for name in one.names}
        watched = [name for name in run.watch if name in self.operands | read and known[name].shape[run.axis] > 1]
        self.watch = {name: run.watch.pop(name) for name in watched}  # one pass is enough
        self.width = max(map(run.width, filter(run.spans, {*self.written, *read, *self.operands})), default=1)
        self.rows = BLOCK
        if any(map(run.is_wide, self.written)) or computing:
            self.rows = max(1, BLOCK // self.width)
        elif contracted:
            self.rows = min(BLOCK, max(1, READ // self.width))

    def pieces(self) -> list[range]:
        """Return where the blocks of each piece start."""
        step = self.rows * max(1, PIECE // (self.rows * self.width))
        return [range(start, min(start + step, self.size), self.rows) for start in range(0, self.size, step)]

    def sums(self, starts: Iterable[int]) -> dict[str, Array]:
        """Run the blocks of a piece; return their totals and, by their keys, the sums of summands."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return _added(map(self.block, starts))

    def block(self, start: int) -> dict[str, Array]:
        """Run one block."""
        run, rows = self.run, min(self.rows, self.size - start)
        place = (slice(None),) * run.axis + (slice(start, start + rows),)
        block = {name: array[place] if array.shape[run.axis] > 1 else array for name, array in self.known.items()}
        # with the split index contiguous in memory, broadcasting and totals run several times faster
        block.update({name: np.asfortranarray(block[name]) for name in self.operands})
        done = run.equations(self.written, block, rows)
        for name, part in done.items():
            if name in run.keep and run.split in run.graph.nodes[name].indices:
                self.whole(name, part)[place] = part
        sums = {name: part for name, part in done.items() if run.split in run.total(name)}
        sums |= {key: one.sum({**block, **done}, run.axis, rows) for key, one in self.summands.items()}
        for name, look in self.watch.items():  # a sum comes first: it hides more of the time that memory takes
            look(block[name])
        return sums

    def whole(self, name: str, part: Array) -> Array:
        """Return the array of something asked for, which every block fills its part of."""
        if name not in self.kept:
            shape = [*part.shape[: self.run.axis], self.size, *part.shape[self.run.axis + 1 :]]
            self.kept.setdefault(name, np.empty(shape))
        return self.kept[name]


def _added(parts: Iterable[dict[str, Array]]) -> dict[str, Array]:
    """Add up by name, in order."""
    sums: dict[str, Array] = {}
    for part in parts:
        for name, array in part.items():
            sums[name] = sums[name] + array if name in sums else array
    return sums
