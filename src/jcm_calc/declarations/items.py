"""What a methodology declares: parameters, tables of defaults, choices, equations, criteria."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _, translatable
from jcm_calc.declarations.expression import Expression, argument_names, latex, record
from jcm_calc.declarations.frozen import DeclarationError as DeclarationError
from jcm_calc.declarations.frozen import frozen
from jcm_calc.declarations.interval import Interval
from jcm_calc.evidence import Evidence

# From so many keys on, and up to so many edges, comparing all is faster than searching each.
MANY, FEW = 1_000, 16


def _freeze(item: Any, *names: str) -> None:
    """Keep the mappings of a declared item from being changed."""
    for name in names:
        object.__setattr__(item, name, frozen(getattr(item, name)))


class Kind(StrEnum):
    """Who fixes the value of a parameter, and when."""

    MONITORED = _("monitored")  # measured by the project in each period
    FIXED = _("fixed")  # fixed by the project before the start
    DEFAULT = _("default")  # fixed by the document
    CONSTANT = _("constant")  # true by definition, such as 1000 kWh/MWh
    CLASS_KEY = _("class key")  # selects a row of a table of defaults
    FACT = _("fact")  # asked for by eligibility criteria only


# Over what an amount adds, where it does not over both: an area over strata, days over months.
OVER_UNITS, OVER_TIME = "units", "time"
# The same as True, said of an amount that looks like a stock: the area that was cleared in each month.
OVER_BOTH = f"{OVER_UNITS} {OVER_TIME}"
# The weight of a level that counts equally every day.
DAYS = "days"


class Listed(StrEnum):
    """Which published figures a parameter can be given by their name; none is ever taken without being named."""

    GRID = "grid"  # of the grid, as a country publishes it
    CAPTIVE = "captive"  # of a captive generator
    SOLAR = "solar"  # set by a methodology of renewable energy, below that of the grid on purpose
    ODP = "ODP"  # the ozone depletion potential of a refrigerant


class Effect(StrEnum):
    """How a term other than RE and PE changes ER."""

    DEDUCTION = _("deduction")  # subtracted: leakage, a buffer
    ADDITION = _("addition")  # added: removals
    DISCOUNT = _("discount")  # a share U of what precedes it is not credited: × (1 − U)


@dataclass(frozen=True, slots=True)
class Value:
    """A number with its own evidence."""

    value: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Table:
    """Values by class or by numeric bin, in the order of the document.

    Parameters
    ----------
    entries : mapping
        From a class name, or from an interval, to a `Value`.
    """

    entries: Mapping[str | Interval, Value]

    def __post_init__(self) -> None:
        _freeze(self, "entries")

    @property
    def numeric(self) -> bool:
        """Whether the keys are bins of numbers."""
        return any(isinstance(key, Interval) for key in self.entries)

    def bins(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the edges of all bins, and the value below, between and above them (NaN in none)."""
        keyed = [(key, entry) for key, entry in self.entries.items() if isinstance(key, Interval)]
        edges = np.array(sorted({edge for key, _ in keyed for edge in (key.first, key.beyond)}))
        values = np.full(len(edges) + 1, np.nan)
        for key, entry in keyed:
            start, stop = np.searchsorted(edges, [key.first, key.beyond]) + 1
            if not np.isnan(values[start:stop]).all():
                raise DeclarationError(_("the bin {interval} overlaps another one").format(interval=key))
            values[start:stop] = entry.value
        return edges, values

    def lookup(self, labels: Sequence[str] | None = None) -> Callable[[npt.NDArray[Any]], npt.NDArray[Any]]:
        """Return a function from keys to values: NaN where no entry is.

        Parameters
        ----------
        labels : sequence of str, optional
            The class that each code of a class key means.
        """
        if labels is None:
            edges, values = self.bins()
            return _Lookup(values, edges)
        values = np.array([self.entries[name].value if name in self.entries else np.nan for name in labels])
        return _Lookup(values)


@dataclass(frozen=True, slots=True, eq=False)
class _Lookup:
    """A function from keys to values, which goes to another process as a result does."""

    values: npt.NDArray[Any]
    edges: npt.NDArray[Any] | None = None  # of bins; without them a key is the place of its value

    def __call__(self, key: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(self.values[key if self.edges is None else _bin(self.edges, key)])


def _bin(edges: npt.NDArray[np.float64], key: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return how many edges are at or below each key: for many keys by comparing, which has no branch to mispredict."""
    if key.size < MANY or len(edges) > FEW:
        return np.asarray(np.searchsorted(edges, key, side="right"))
    found = np.zeros(key.shape, dtype=np.uint8)
    for edge in edges:
        found += (key >= edge).view(np.uint8)
    return found


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared quantity that somebody gives: the project, the document, or nature."""

    name: str
    symbol: str
    unit: str
    indices: str
    kind: Kind
    text: str
    extensive: bool | str = False
    weighted_by: str = ""
    previous_of: str = ""
    options: str = ""
    raises: frozenset[str] = frozenset()
    lowers: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    bounds: Interval = field(default_factory=lambda: Interval.parse("[0, inf)"))
    plausible: Interval | None = None
    comparable: str = ""
    counts: str = ""
    value: Value | None = None
    by: str = ""
    table: Table | None = None
    candidates: Mapping[str, Value | Table] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    evidence: Evidence | None = None
    factor: float = 2.0
    basis: str = ""
    listed: frozenset[Listed] = frozenset()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: str = ""

    def __post_init__(self) -> None:
        _freeze(self, "candidates", "aliases")
        translatable(self, "text", "basis")

    @property
    def adds_over_units(self) -> bool:
        """Whether two units together have the sum: energy, area, capacity, animals."""
        return self.extensive in (True, OVER_BOTH, OVER_UNITS)

    @property
    def adds_over_time(self) -> bool:
        """Whether a year has the sum of its months: energy, days, hours; never an area."""
        return self.extensive in (True, OVER_BOTH, OVER_TIME)

    @property
    def supplied(self) -> bool:
        """Whether the library has a value, so that the user need not give one."""
        return self.value is not None or self.table is not None or bool(self.otherwise)

    def known(self) -> Iterator[Value]:
        """Yield every value of a default that the library knows; candidates are not decided, so not among them."""
        if self.kind is Kind.DEFAULT:
            if self.value is not None:
                yield self.value
            if self.table is not None:
                yield from self.table.entries.values()

    def by_candidate(self) -> Iterator[tuple[str, dict[str, Value]]]:
        """Yield each candidate, and under no name what the document has, as values by class."""
        known: list[tuple[str, Value | Table | None]] = [*self.candidates.items(), ("", self.value), ("", self.table)]
        for candidate, found in known:
            if isinstance(found, Value):
                yield candidate, {"": found}
            elif found is not None:
                yield candidate, {str(key): value for key, value in found.entries.items()}

    @property
    def unless_given(self) -> str:
        """What is taken where nothing is given, in words; empty where there is no such rule."""
        whole = _("all {what} of the period where nothing is given")
        return whole.format(what=Message(self.otherwise)) if self.otherwise else ""

    @property
    def textual(self) -> bool:
        """Whether its values are words rather than numbers."""
        return self.unit in ("category", "yes/no")

    @property
    def is_class(self) -> bool:
        """Whether its values are classes that select rows of tables, be they fixed or monitored."""
        return self.unit == "category" and self.kind is not Kind.FACT

    @property
    def section(self) -> str:
        """Its section in the official documents."""
        return {
            Kind.MONITORED: _("monitoring plan, table 1 (parameters monitored ex post)"),
            Kind.FIXED: _("monitoring plan, table 2 (parameters fixed ex ante)"),
            Kind.DEFAULT: _("methodology, section I (data and parameters fixed ex ante)"),
            Kind.CONSTANT: _("by definition"),
            Kind.CLASS_KEY: _("methodology, section I (classes of its table)"),
            Kind.FACT: _("methodology, section D (eligibility criteria)"),
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Coordinate:
    """An operand that comes from an index: the days of a period, the number of units; or the row of a table.

    A row is selected by ``keys``: class keys and label coordinates, which are ``classes``, and letters of indices,
    whose labels they stand for; p for the dates of the period.
    """

    name: str
    of: str
    what: str
    unit: str
    indices: str
    keys: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def words(self, indices: Mapping[str, str]) -> str:
        """Say what it is."""
        if self.keys:
            return _("row of the table by {keys}").format(keys=", ".join(indices.get(one, one) for one in self.keys))
        return _("{what} of {index}").format(what=Message(self.what.replace("_", " ")), index=indices[self.of])


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision for the whole calculation that the user names."""

    name: str
    options: Mapping[str, str]
    text: str
    evidence: Evidence

    section = _("methodology, section F (establishment and calculation of reference emissions)")

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", {option: Message(text) for option, text in self.options.items()})
        _freeze(self, "options")
        translatable(self, "text")


class DocumentSection(StrEnum):
    """A section of the document that describes, and takes no part in the calculation."""

    TERMS = "B"
    SUMMARY = "C"
    SOURCES = "E"
    ESTABLISHMENT = "F.1"


@dataclass(frozen=True, slots=True)
class Passage:
    """What such a section says of one subject.

    Attributes
    ----------
    part : DocumentSection
    subject : str
        The term, the item of the summary, or the scenario.
    text : str
    evidence : Evidence
    gas : str
        Of an emission source.
    counted : bool
        Whether the source is included.
    """

    part: DocumentSection
    subject: str
    text: str
    evidence: Evidence
    gas: str = ""
    counted: bool = True

    def __post_init__(self) -> None:
        translatable(self, "subject", "text")


@dataclass(frozen=True)
class Equation:
    """One equation of the document: a plain function, its symbol and its unit."""

    name: str
    symbol: str
    unit: str
    indices: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    total: str
    when: Mapping[str, str]
    text: str
    evidence: Evidence
    recorded: Expression | None = field(default=None, compare=False, repr=False)  # what was declared: see `as_shown`

    def __post_init__(self) -> None:
        _freeze(self, "when")
        translatable(self, "text")

    @property
    def case(self) -> str:
        """The options under which it holds, as text; empty where it always holds."""
        return ", ".join(f"{choice} = {option}" for choice, option in self.when.items())

    def expression(self, operands: Mapping[str, str | Expression]) -> Expression:
        """Return what the function computes, with a symbol or an expression instead of each argument's name."""
        own = argument_names(self.function)
        return record(self.function, {name: operands[given] for name, given in zip(own, self.arguments, strict=True)})

    def terms(self, known: Mapping[str, Any]) -> npt.NDArray[Any]:
        """Return what the function gives of the values of its arguments: of a total, what it adds up."""
        with np.errstate(divide="ignore", invalid="ignore"):  # where the equation decides between two
            return np.asarray(self.function(*(known[name] for name in self.arguments)))

    def as_shown(self) -> Equation:
        """Return the equation that was recorded when it was declared, whatever the code does by now."""
        return replace(self, function=self._shown())

    def _shown(self) -> Callable[..., Any]:
        recorded = record(self.function) if self.recorded is None else self.recorded
        names = argument_names(self.function)
        return lambda *values: recorded.value(dict(zip(names, values, strict=True)))

    def differs_from_shown(self, *values: Any) -> bool:
        """Whether the code gives other numbers than the equation that was recorded."""
        with np.errstate(all="ignore"):
            code, shown = self.function(*values), self._shown()(*values)
        if isinstance(code, float) and code == shown:  # in a twentieth of the time
            return False
        return not np.allclose(code, shown, rtol=1e-12, atol=0.0, equal_nan=True)

    def latex(self, symbols: Mapping[str, str]) -> str:
        """Return the equation in LaTeX, in the document's symbols."""
        typeset = {name: latex.symbol(symbols[name]) for name in self.arguments}
        return latex.equation(latex.symbol(self.symbol), self.expression(typeset), self.total)

    def written(self, symbols: Mapping[str, str]) -> str:
        """Return the equation as text in the document's symbols."""
        expression = str(self.expression(symbols))
        if self.total:
            expression = f"Σ_{self.total} {expression}" if " " not in expression else f"Σ_{self.total} ({expression})"
        return f"{self.symbol} = {expression}"


@dataclass(frozen=True)
class Criterion:
    """An eligibility criterion as a condition that can be checked.

    ``arguments`` names the facts, parameters and equations that the function looks at.
    """

    number: str
    text: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    evidence: Evidence

    section = _("methodology, section D (eligibility criteria)")

    def __post_init__(self) -> None:
        translatable(self, "text")


# What a limit may refer to besides declared names: the rating of the equipment, and the time of the period.
RATED, HOURS, DAYLIGHT = "rated power", "hours", "daylight"


@dataclass(frozen=True, slots=True)
class Product:
    """A product of quantities, some of them as divisors.

    Examples
    --------
    >>> rated = Product.parse("capacity ÷ COP_PJ")
    >>> rated.factors, rated.divisors
    (('capacity',), ('COP_PJ',))
    >>> print(rated.written({"COP_PJ": "COP_PJ,i"}))
    capacity ÷ COP_PJ,i
    """

    factors: tuple[str, ...]
    divisors: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Product:
        """Read names with × and ÷ between them."""
        product, *divisors = (part.strip() for part in text.split("÷"))
        rest = [part.split("×") for part in divisors]
        factors = [*product.split("×"), *(name for _, *more in rest for name in more)]
        return cls(tuple(one.strip() for one in factors), tuple(first.strip() for first, *_ in rest))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything in it."""
        return (*self.factors, *self.divisors)

    def renamed(self, new: Callable[[str], str]) -> Product:
        """Return the same product of other names."""
        return Product(tuple(map(new, self.factors)), tuple(map(new, self.divisors)))

    def written(self, symbols: Mapping[str, str]) -> str:
        """Return it as text in the document's symbols."""
        return " ÷ ".join(
            (" × ".join(symbols.get(name, name) for name in self.factors), *(symbols[name] for name in self.divisors))
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """A cross-check: a monitored parameter is at most the product of some factors.

    Attributes
    ----------
    parameter : str
    product : Product
        Of parameters and facts, ``"rated power"``, and ``"hours"`` or hours of ``"daylight"`` of the period.
    evidence : Evidence
    rated : Product, optional
        What the rated power follows from by physics, where it is not given.
    """

    parameter: str
    product: Product
    evidence: Evidence
    rated: Product | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it refers to."""
        return (self.parameter, *self.product.names, *(self.rated.names if self.rated else ()))

    @property
    def rated_fact(self) -> str:
        """The name of the fact that states the rated power."""
        return f"rated_{self.parameter}"

    def written(self, symbols: Mapping[str, str]) -> str:
        """Return it as text in the document's symbols."""
        return f"{symbols[self.parameter]} ≤ {self.product.written(symbols)}"


@dataclass(frozen=True)
class Indicator:
    """A figure whose plausible range is known, such as a ratio; it takes no part in the calculation."""

    name: str
    symbol: str
    unit: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    plausible: Interval
    text: str
    evidence: Evidence

    def __post_init__(self) -> None:
        translatable(self, "text")

    def written(self, symbols: Mapping[str, str]) -> str:
        """Return what it is as text in the document's symbols."""
        own = argument_names(self.function)
        operands = {name: symbols[given] for name, given in zip(own, self.arguments, strict=True)}
        expression = str(record(self.function, operands))
        return expression if expression == self.symbol else f"{self.symbol} = {expression}"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A check of `jcm_calc.authoring.conformance` that does not hold of one item by the document's own logic.

    Attributes
    ----------
    check : str
    of : str
        The name of a parameter, of an equation or of a result.
    reason : str
    evidence : Evidence
    """

    check: str
    of: str
    reason: str
    evidence: Evidence

    section = _("methodology, section H (calculation of emission reductions)")

    def __post_init__(self) -> None:
        translatable(self, "reason")

    def __str__(self) -> str:
        return f"{self.of}: {self.reason}"


@dataclass(frozen=True, slots=True)
class SchemeRule:
    """A rule of the scheme itself, which holds for every methodology."""

    name: str
    text: str
    section: str
    evidence: Evidence

    def __post_init__(self) -> None:
        translatable(self, "text", "section")


@dataclass(frozen=True, slots=True)
class Derivation:
    """A shown check: how a default can be derived. It takes no part in the calculation."""

    of: str
    function: Callable[..., Any]
    values: Mapping[str, Value]
    unit: str
    text: str

    def __post_init__(self) -> None:
        _freeze(self, "values")
        translatable(self, "text")

    def __str__(self) -> str:
        numbers = {name: f"{value.value:g}" for name, value in self.values.items()}
        result = self.function(**{name: value.value for name, value in self.values.items()})
        return f"{record(self.function, numbers)} = {result:.4g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a methodology of which at least the identity is known.

    Attributes
    ----------
    number : str
    approved, until : date or None
        Between which days a project could be submitted for validation with it, where they are known.
    text : str
        What is known of it.
    evidence : Evidence
    """

    number: str
    approved: date | None
    text: str
    evidence: Evidence
    until: date | None = None

    def __post_init__(self) -> None:
        translatable(self, "text")


class DeclaredItems(Protocol):
    """What is declared, by name, of which a graph is built; see `jcm_calc.declarations.methodology.Declarations`."""

    indices: dict[str, Message]
    inputs: dict[str, Parameter]
    facts: dict[str, Parameter]
    terms: dict[str, Effect]
    coordinates: dict[str, Coordinate]
    choices: dict[str, Choice]
    choice_of: dict[str, set[str]]
    rules: list[Equation]
    conditions: list[Criterion]
    places: dict[str, tuple[str, int]]

    def operands(self, choices: Mapping[str, str]) -> Mapping[str, Equation | Parameter | Coordinate]: ...  # noqa: D102
