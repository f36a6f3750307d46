"""A methodology as data: what it declares, and the graph of its equations. It computes nothing.

Examples
--------
>>> from jcm_calc.evidence import unconfirmed
>>> recalled = unconfirmed("an example")
>>> m = Methodology("XX_AM001", version="1.0", title="Example", country="XX", sectoral_scope=3,
...                 indices={"i": "project machine", "p": "monitoring period"})
>>> m.monitored("EC_PJ,i,p", "MWh", extensive=True, raises="PE", text="electricity of machine i")
>>> m.fixed("EF_elec", "tCO2/MWh", raises="PE", text="emission factor of electricity")
>>> @m.equation("PE_p", "tCO2", total="i", evidence=recalled, text="project emissions")
... def PE(EC_PJ, EF_elec):
...     return EC_PJ * EF_elec
>>> PE(100, 0.5)
50.0
>>> m.written("PE")
'PE_p = Σ_i (EC_PJ,i,p × EF_elec)'
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from jcm_calc.declarations import graph as _graph
from jcm_calc.declarations.graph import Graph, Node, compatible
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import (
    Choice,
    Coordinate,
    Criterion,
    DeclarationError,
    Derivation,
    Equation,
    Kind,
    Parameter,
    Table,
    Value,
    Version,
)
from jcm_calc.evidence import Evidence, Grade
from jcm_calc.expression import ExpressionError, record

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DeclarationError", "Interval", "Methodology", "Value"]

F = TypeVar("F", bound=Callable[..., Any])
Entries = Mapping[str, "float | Value"]

COORDINATES = {
    "days": "d",
    "hours": "h",
    "year": "",
    "count": "",
    "label": "category",
}
OF_PERIODS = ("days", "hours", "year")


class Methodology:
    """One version of an approved methodology.

    Parameters
    ----------
    number : str
        For example ``"ID_AM002"``.
    version : str
        For example ``"2.0"``.
    title : str
        The official title.
    country : str
        ISO code of the partner country.
    sectoral_scope : int
    indices : mapping
        Letter and meaning of each index, in order; ``p`` is the monitoring period.
    identity : mapping, optional
        The evidence of number, title, scope, version and so on.
    approved : date, optional
        The day on which the Joint Committee approved the version, where it is known.
    versions : iterable of Version
        Other versions, of which only the identity is known.
    note : str
        What a user must know about the state of the evidence as a whole.
    """

    def __init__(
        self,
        number: str,
        *,
        version: str,
        title: str,
        country: str,
        sectoral_scope: int,
        indices: Mapping[str, str],
        identity: Mapping[str, Evidence] | None = None,
        approved: date | None = None,
        versions: Iterable[Version] = (),
        note: str = "",
    ) -> None:
        if "p" not in indices or any(len(letter) != 1 for letter in indices):
            raise DeclarationError(f"{number}: indices are single letters, and p is one of them")
        self.number = number
        self.version = version
        self.title = title
        self.country = country
        self.sectoral_scope = sectoral_scope
        self.indices = dict(indices)
        self.identity = dict(identity or {})
        self.approved = approved
        self.other_versions = tuple(versions)
        self.note = note
        self.inputs: dict[str, Parameter] = {}
        self.facts: dict[str, Parameter] = {}
        self.coordinates: dict[str, Coordinate] = {}
        self.choices: dict[str, Choice] = {}
        self.rules: list[Equation] = []
        self.conditions: list[Criterion] = []
        self.derivations: list[Derivation] = []
        self.choice_of: dict[str, set[str]] = {}
        self._graphs: dict[Any, Graph] = {}

    def __repr__(self) -> str:
        return f"<Methodology {self.number} ver {self.version}: {self.title}>"

    def __str__(self) -> str:
        return f"{self.number} ver {self.version}"

    # Declarations

    def monitored(self, symbol: str, unit: str, **declared: Any) -> None:
        """Declare a parameter that the project measures in each period.

        Parameters
        ----------
        symbol : str
            As in the document; trailing indices say on what it depends.
        unit : str
            The document's unit without ``/p``.
        **declared
            ``text`` and, where they apply, ``extensive`` (finer rows are summed into the period),
            ``options`` (monitoring options allowed, ``"BC"``), ``raises`` and ``lowers``
            (``"RE PE"``), ``bounds`` (outside is an error), ``plausible`` (outside is a warning),
            ``comparable`` (a parameter of like size), ``name`` and ``index`` (where the symbol
            does not tell them), ``evidence``.
        """
        self._declare(Kind.MONITORED, symbol, unit, **declared)

    def fixed(self, symbol: str, unit: str, **declared: Any) -> None:
        """Declare a parameter that the project fixes before the start; see `monitored`."""
        self._declare(Kind.FIXED, symbol, unit, **declared)

    def default(
        self,
        symbol: str,
        unit: str,
        *,
        value: float | None = None,
        by: str = "",
        values: Entries | None = None,
        candidates: Mapping[str, float | Value | Entries] | None = None,
        evidence: Evidence,
        **declared: Any,
    ) -> None:
        """Declare a value that the document fixes.

        Parameters
        ----------
        symbol, unit, **declared
            See `monitored`.
        value : float, optional
            The document's value. Without it, and without ``values``, the user must give one.
        by : str, optional
            The class key, numeric parameter or index that selects a row of ``values``.
        values : mapping, optional
            From a class, or from an interval such as ``"[300, 450)"``, to a number.
        candidates : mapping, optional
            Possible values by name, where it is undecided which one the document has.
        evidence : Evidence
            Of the value, and of every number that is not a `Value` with its own.
        """
        table = _table(values, evidence) if values is not None else None
        named = {
            name: _table(entry, evidence) if isinstance(entry, Mapping) else _value(entry, evidence)
            for name, entry in (candidates or {}).items()
        }
        number = _value(value, evidence) if value is not None else None
        self._declare(
            Kind.DEFAULT,
            symbol,
            unit,
            value=number,
            by=by,
            table=table,
            candidates=named,
            evidence=evidence,
            **declared,
        )

    def constant(self, name: str, value: float, unit: str, *, text: str) -> None:
        """Declare a number that is true by definition, such as 1000 kWh/MWh."""
        definition = Evidence(Grade.PRIMARY, "by definition")
        self._declare(Kind.CONSTANT, name, unit, value=Value(value, definition), text=text, evidence=definition)

    def class_key(self, symbol: str, *, text: str, **declared: Any) -> None:
        """Declare a class of a unit, such as the fuel of a truck, which selects rows of tables."""
        self._declare(Kind.CLASS_KEY, symbol, "category", text=text, **declared)

    def fact(self, symbol: str, unit: str = "yes/no", **declared: Any) -> None:
        """Declare something that only eligibility criteria ask for.

        ``unit`` is ``"yes/no"``, ``"category"`` (with ``categories``) or a unit of a number.
        """
        self._declare(Kind.FACT, symbol, unit, **declared)

    def coordinate(self, name: str, *, of: str, what: str) -> None:
        """Declare an operand that comes from an index.

        Parameters
        ----------
        name : str
        of : str
            The index.
        what : {"days", "hours", "year", "count", "label"}
            Days, hours or calendar year of the period; the number of rows of an index; or the
            label of each row, as a key of tables.
        """
        if what not in COORDINATES or of not in self.indices or (what in OF_PERIODS and of != "p"):
            raise DeclarationError(f"{self}: coordinate {name!r}: no index {of!r} with a property {what!r}")
        indices = "" if what == "count" else of
        self._claim(name)
        self.coordinates[name] = Coordinate(name, of, what, COORDINATES[what], indices)

    def choice(self, name: str, options: Mapping[str, str], *, text: str, evidence: Evidence) -> None:
        """Declare a decision for the whole calculation; ``options`` says what each one means."""
        self._claim(name)
        self.choices[name] = Choice(name, dict(options), text, evidence)

    def equation(
        self,
        symbol: str,
        unit: str,
        *,
        evidence: Evidence,
        text: str,
        name: str = "",
        index: str | None = None,
        total: str = "",
        when: Mapping[str, str] | None = None,
    ) -> Callable[[F], F]:
        """Declare an equation; the decorated function stays what it is.

        Parameters
        ----------
        symbol, unit : str
            What the function gives.
        evidence : Evidence
        text : str
            What it is, in words.
        name : str, optional
            Where the function's own name is not the name of the result.
        index : str, optional
            Where the symbol does not tell it.
        total : str, optional
            Indices over which the result is summed.
        when : mapping, optional
            The choice under which the equation holds.
        """

        def declare(function: F) -> F:
            key = name or function.__name__
            case = dict(when or {})
            same = [rule for rule in self.rules if rule.name == key]
            if not same or any(compatible(rule, case) for rule in same):
                self._claim(key)
            for choice, option in case.items():
                if choice not in self.choices or option not in self.choices[choice].options:
                    raise DeclarationError(f"{self}: equation {key}: no option {option!r} of a choice {choice!r}")
                self.choice_of.setdefault(key, set()).add(choice)
            own = index if index is not None else self._split(symbol)[1]
            if wrong := set(total) & set(own) or set(total) - set(self.indices):
                letters = ", ".join(sorted(wrong))
                raise DeclarationError(
                    f"{self}: equation {key}: cannot be a total over {letters}: unknown, or an index of its own"
                )
            try:
                record(function)
            except ExpressionError as error:
                raise DeclarationError(f"{self}: equation {key}: {error}") from None
            self.rules.append(Equation(key, symbol, unit, own, function, total, case, text, evidence))
            return function

        return declare

    def criterion(self, number: int | str, text: str, *, evidence: Evidence) -> Callable[[F], F]:
        """Declare an eligibility criterion as a function that is true where it is met."""

        def declare(function: F) -> F:
            names = tuple(inspect.signature(function).parameters)
            self.conditions.append(Criterion(str(number), text, function, names, evidence))
            return function

        return declare

    def attested(self, number: int | str, symbol: str, text: str, *, evidence: Evidence) -> None:
        """Declare an eligibility criterion that is a single statement, true or not: its fact and its condition."""
        self.fact(symbol, text=text)
        name = self._split(symbol)[0]
        self.conditions.append(Criterion(str(number), text, lambda stated: stated, (name,), evidence))

    def derivation(
        self, of: str, function: Callable[..., Any], *, values: Mapping[str, Value], unit: str, text: str
    ) -> None:
        """Show how a default can be derived, without making it part of the calculation."""
        self.derivations.append(Derivation(of, function, dict(values), unit, text))

    def _declare(
        self, kind: Kind, symbol: str, unit: str, *, name: str = "", index: str | None = None, **declared: Any
    ) -> None:
        stem, indices = self._split(symbol)
        for effect in ("raises", "lowers"):
            declared[effect] = frozenset(declared.get(effect, "").split())
        for bound in ("bounds", "plausible"):
            if bound in declared:
                declared[bound] = Interval.parse(declared[bound])
        key = name or stem
        self._claim(key)
        home = self.facts if kind is Kind.FACT else self.inputs
        home[key] = Parameter(key, symbol, unit, indices if index is None else index, kind, **declared)

    def _claim(self, name: str) -> None:
        taken = (self.inputs, self.facts, self.coordinates, self.choices, {rule.name for rule in self.rules})
        if any(name in names for names in taken):
            raise DeclarationError(f"{self}: {name!r} is declared twice")

    def _split(self, symbol: str) -> tuple[str, str]:
        """Split a symbol into a Python name and the indices it ends with."""
        letters = set()
        rest = symbol
        while (match := re.fullmatch(r"(.+)[,_](\w)", rest)) and match[2] in self.indices:
            letters.add(match[2])
            rest = match[1]
        return re.sub(r"\W", "_", rest), "".join(letter for letter in self.indices if letter in letters)

    # Graph

    def operands(self, choices: Mapping[str, str]) -> dict[str, Node]:
        """Return everything an argument can name under the chosen cases."""
        rules = {
            rule.name: rule
            for rule in self.rules
            if all(choices.get(key) == option for key, option in rule.when.items())
        }
        return {**self.inputs, **self.coordinates, **rules}

    def graph(
        self, choices: Mapping[str, str], replaced: Iterable[str] = (), targets: Iterable[str] = _graph.RESULTS
    ) -> Graph:
        """Return what is needed to reach the targets; see `jcm_calc.declarations.graph.build`."""
        key = (tuple(sorted(choices.items())), frozenset(replaced), tuple(targets))
        if key not in self._graphs:
            self._graphs[key] = _graph.build(self, choices, key[1], key[2])
        return self._graphs[key]

    def symbols(self) -> dict[str, str]:
        """Return the document's symbol of every name."""
        named: Iterable[Any] = [*self.inputs.values(), *self.facts.values(), *self.rules]
        return {item.name: item.symbol for item in named} | {name: name for name in self.coordinates}

    def written(self, name: str, choices: Mapping[str, str] | None = None) -> str:
        """Return an equation as text in the document's symbols."""
        rule = self.operands(choices or {})[name]
        if not isinstance(rule, Equation):
            raise KeyError(f"{name} is no equation of {self}")
        return rule.written(self.symbols())

    def section(self, rule: Equation) -> str:
        """Return where an equation should stand in the standard outline of a methodology."""
        for target, section in (
            ("RE", "methodology, section F (establishment and calculation of reference emissions)"),
            ("PE", "methodology, section G (calculation of project emissions)"),
        ):
            if rule.name in _graph.reachable(self, rule.when, frozenset(), (target,)):
                return section
        return "methodology, section H (calculation of emission reductions)"

    def check_eligibility(
        self, facts: Mapping[str, Any] | None = None, *tables: Any, p: Any = None, **values: Any
    ) -> pd.DataFrame:
        """Hold a project against the eligibility criteria.

        Parameters
        ----------
        facts : mapping, optional
            What only criteria ask for, by name; see `Methodology.parameters`.
        *tables, p, **values
            Inputs as for `jcm_calc.calculate`, as far as they are known: a criterion that looks at
            a parameter or at the result of an equation is answered where they suffice.

        Returns
        -------
        DataFrame
            By the number of the criterion: met, not met, or not shown, and what remains to be shown.

        Raises
        ------
        InputError
            If what is given is unusable.

        Examples
        --------
        >>> import jcm_calc
        >>> m = jcm_calc.methodology("ID_AM002")
        >>> found = m.check_eligibility(
        ...     {"ODP": 0, "checks_per_year": 4}, COP_PJ=6.5, T_cooling_out=36, T_chilled_out=8, capacity="500 USRt"
        ... )
        >>> print(found["answer"].to_string())
        number
        1     not shown
        1b          met
        2           met
        3       not met
        4           met
        5     not shown
        """
        from jcm_calc import eligibility

        return eligibility.table(eligibility.check(self, facts, *tables, p=p, **values))

    # Views

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every known version, the earliest first; only this one can be calculated."""
        own = Version(self.version, self.approved, "", self.identity["version"])
        return tuple(sorted((*self.other_versions, own), key=lambda version: version_key(version.number)))

    @property
    def parameters(self) -> pd.DataFrame:
        """Every parameter with symbol, unit, kind, section and evidence, as a DataFrame."""
        from jcm_calc.declarations import views

        return views.parameters(self)

    @property
    def equations(self) -> pd.DataFrame:
        """Every equation as text with its evidence, as a DataFrame."""
        from jcm_calc.declarations import views

        return views.equations(self)

    @property
    def defaults(self) -> pd.DataFrame:
        """Every value and candidate that the library knows, with its evidence, as a DataFrame."""
        from jcm_calc.declarations import views

        return views.defaults(self)

    @property
    def criteria(self) -> pd.DataFrame:
        """Every eligibility criterion with its evidence, as a DataFrame."""
        from jcm_calc.declarations import views

        return views.criteria(self)


def version_key(number: str) -> tuple[int, ...]:
    """Return a key by which versions sort: 2.0 before 10.0.

    Examples
    --------
    >>> sorted(["10.0", "2.0", "2.1"], key=version_key)
    ['2.0', '2.1', '10.0']
    """
    return tuple(int(part) for part in number.split("."))


def _value(number: float | Value, evidence: Evidence) -> Value:
    return number if isinstance(number, Value) else Value(float(number), evidence)


def _table(entries: Entries, evidence: Evidence) -> Table:
    table = Table(
        {Interval.parse(key) if key[:1] in "[(" else key: _value(entry, evidence) for key, entry in entries.items()}
    )
    if table.numeric:
        table.bins()  # complains where bins overlap
    return table
