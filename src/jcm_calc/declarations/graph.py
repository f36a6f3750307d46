"""The graph of a methodology: which equations run, in which order, and what they need."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from jcm_calc.declarations.items import Coordinate, DeclarationError, DeclaredItems, Equation, Kind, Parameter

RESULTS = ("RE", "PE", "ER")
Node = Equation | Parameter | Coordinate


@dataclass(frozen=True, eq=False)
class Graph:
    """What is needed to reach some targets under the chosen cases.

    Attributes
    ----------
    nodes : dict
        Every equation, parameter and coordinate on the way, in an order in which each comes after
        what it needs.
    undecided : bool
        Whether something on the way depends on a choice that is not made.
    """

    nodes: Mapping[str, Node]
    undecided: bool = False

    def of(self, name: str) -> tuple[Node, ...]:
        """Return what a name is here; nothing where it takes no part."""
        return (self.nodes[name],) if name in self.nodes else ()

    def upstream(self, *names: str, known: Container[str] = ()) -> Graph:
        """Return the part of the graph that some names need; of what is known already not what it needs."""
        found = walk(names, self.of, lambda node: () if node.name in known else (*needs(node), *before(node)))
        return Graph({key: node for key, node in self.nodes.items() if key in found})

    @cached_property
    def previous(self) -> tuple[Parameter, ...]:
        """The operands that are the value of another quantity in the period before."""
        return tuple(node for node in self.parameters if node.previous_of)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations, in the order in which they run."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Equation))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters at the leaves."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Parameter))


def needs(node: Node, replaced: Container[str] = (), absent: str = "") -> tuple[str, ...]:
    """Return the names a node needs directly.

    A replaced default does not need its class, a total over an absent index needs nothing.
    """
    if isinstance(node, Equation):
        return () if set(node.total) & set(absent) else node.arguments
    if isinstance(node, Parameter) and node.by and node.name not in replaced:
        return (node.by,)
    if isinstance(node, Coordinate):
        return node.classes
    return ()


def walk(
    names: Iterable[str], of: Callable[[str], Iterable[Node]], follow: Callable[[Node], Iterable[str]] = needs
) -> dict[str, tuple[Node, ...]]:
    """Return names and all that they need, each once and right before its own factors, and what each of them is.

    Parameters
    ----------
    names : iterable of str
    of : callable
        What a name is: several equations, where a choice between them is open; nothing ends the walk.
    follow : callable
        What a node needs.
    """
    found: dict[str, tuple[Node, ...]] = {}
    waiting = list(names)[::-1]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = tuple(of(name))
            waiting += [other for node in found[name] for other in follow(node)][::-1]
    return found


def before(node: Node) -> tuple[str, ...]:
    """Return the name whose value in the period before a node is."""
    return (node.previous_of,) if isinstance(node, Parameter) and node.previous_of else ()


def build(
    methodology: DeclaredItems,
    choices: Mapping[str, str],
    replaced: frozenset[str],
    targets: Iterable[str],
    absent: str = "",
) -> Graph:
    """Order what the targets need: depth first, so that each quantity follows its own factors.

    Parameters
    ----------
    methodology : Methodology
    choices : mapping
        The option of each choice. An equation of another option is left out; where a choice is
        not named, no equation of its options takes part.
    replaced : frozenset of str
        Defaults for which the user gives values that are not looked up by class.
    targets : iterable of str
    absent : str
        Optional indices without a row.

    Raises
    ------
    DeclarationError
        If an argument is not declared, or equations run in a circle.
    """
    operands = methodology.operands(choices)
    nodes: dict[str, Node] = {}
    path: list[str] = []
    undecided = False

    def visit(name: str) -> None:
        nonlocal undecided
        if name in nodes:
            return
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            raise DeclarationError(f"{methodology}: the equations run in a circle: {circle}")
        if name not in operands:
            if name in methodology.choice_of:
                undecided = True
                return
            raise DeclarationError(f"{methodology}: {name!r} is used by {path[-1]!r} but not declared")
        path.append(name)
        node = operands[name]
        if isinstance(node, Parameter) and isinstance(operands.get(node.by), Equation):
            raise DeclarationError(f"{methodology}: {name!r} is looked up by {node.by!r}, which must be a parameter")
        for other in needs(node, replaced, absent):
            visit(other)
        path.pop()
        total = node.total if isinstance(node, Equation) else ""
        for other in needs(node, replaced, absent):
            if other in nodes and (lost := set(nodes[other].indices) - set(node.indices) - set(total)):
                letters = ", ".join(sorted(lost))
                raise DeclarationError(
                    f"{methodology}: {name!r} uses {other!r}, which depends on {letters}; it must too, or be a total"
                )
        nodes[name] = node

    waiting = [target for target in targets if target in operands]
    while waiting:
        visit(waiting.pop(0))
        waiting += [name for node in list(nodes.values()) for name in before(node) if name not in (*nodes, *waiting)]
    return Graph(nodes, undecided)


def open_choices(
    methodology: DeclaredItems, choices: Mapping[str, str], replaced: frozenset[str], absent: str = ""
) -> list[str]:
    """Return the choices on the way to ER that are not made, in the order of the document."""
    if methodology.choices.keys() <= choices.keys():
        return []
    reached = reachable(methodology, choices, replaced, RESULTS, absent)
    asked = {
        choice
        for rule in methodology.rules
        if rule.name in reached and compatible(rule, choices)
        for choice in rule.when
    }
    return [choice for choice in methodology.choices if choice in asked and choice not in choices]


def reachable(
    methodology: DeclaredItems,
    choices: Mapping[str, str],
    replaced: frozenset[str],
    targets: Iterable[str],
    absent: str = "",
) -> set[str]:
    """Return what can be on the way to the targets, whatever is decided about the choices not made."""
    possible: dict[str, list[Node]] = {}
    for rule in methodology.rules:
        if compatible(rule, choices):
            possible.setdefault(rule.name, []).append(rule)

    def of(name: str) -> Iterable[Node]:
        given = methodology.inputs.get(name)
        return possible.get(name, [given] if given else [])

    return set(walk(targets, of, lambda node: (*needs(node, replaced, absent), *before(node))))


def compatible(rule: Equation, choices: Mapping[str, str]) -> bool:
    """Whether the case of an equation does not contradict the choices made."""
    return all(choices.get(name, option) == option for name, option in rule.when.items())


def is_user_supplied(parameter: Parameter) -> bool:
    """Whether a calculation needs the user to give the parameter."""
    return not parameter.supplied and parameter.kind is not Kind.CONSTANT
