"""Declaring: the words in which a methodology module, or a group that several share, is written."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import suggestion
from jcm_calc.declarations import table_file
from jcm_calc.declarations.constants import by_definition
from jcm_calc.declarations.expression import ExpressionError, argument_names, record
from jcm_calc.declarations.faults import as_read, calling, in_line, of_function, plain, reading
from jcm_calc.declarations.frozen import FrozenError, frozen
from jcm_calc.declarations.graph import compatible
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import (
    DAYLIGHT,
    HOURS,
    OVER_BOTH,
    OVER_TIME,
    OVER_UNITS,
    RATED,
    Choice,
    Coordinate,
    Criterion,
    DeclarationError,
    Derivation,
    DocumentSection,
    Effect,
    Equation,
    Indicator,
    Kind,
    Limit,
    Listed,
    Parameter,
    Passage,
    Product,
    Table,
    Value,
    Waiver,
)
from jcm_calc.declarations.rows import SIGN, flat, keys_of, row_key, spans
from jcm_calc.evidence import Evidence, Grade, Source, unconfirmed
from jcm_calc.units import UnitError

F = TypeVar("F", bound=Callable[..., Any])

# What is rated by its power in kW; anything else by its amount in an hour.
ENERGY = ("kWh", "MWh", "GWh", "MJ", "GJ", "TJ")
COORDINATES = {
    "days": "d",
    "hours": "h",
    "days_of_year": "d",
    "year": "",
    "first_day": "date",
    "last_day": "date",
    "count": "",
    "label": "category",
}
# What a parameter may be declared with.
WORDS = (
    *("text", "extensive", "weighted_by", "previous_of", "options", "raises", "lowers", "either", "bounds"),
    *("plausible", "comparable", "counts", "name", "index", "categories", "evidence", "by", "factor", "basis"),
    *("listed", "aliases", "otherwise"),
)
# Only what the document fixes has values of its own: a request for issuance asks for their evidence.
VALUED = {Kind.DEFAULT: ("value", "table", "candidates"), Kind.CONSTANT: ("value",)}
UNREAD = unconfirmed("stated by the author of the module")
# What a summary says, and of which emissions a source is.
SUMMARISED = {
    "measure": _("GHG emission reduction measure"),
    "reference": _("calculation of reference emissions"),
    "project": _("calculation of project emissions"),
    "monitoring": _("monitored parameters"),
}
SCENARIOS = {"reference": _("reference emissions"), "project": _("project emissions")}
# What an evidence file confirms as complete.
LISTS = ("criteria", "parameters", "equations")
# What of an item names other items.
NAMING = ("by", "comparable", "weighted_by", "previous_of", "arguments", "classes")
# On what a parameter can be declared to act.
DIRECTED = ("RE", "PE")
EFFECTS = ("raises", "lowers", "either")
OF_TIME = ("days", "hours")
OF_PERIODS = (*OF_TIME, "days_of_year", "year", "first_day", "last_day")
# An error that names a line already.
IN_LINE = re.compile(r" \([^()]* line \d+\)$")
# Operands with which the code of an equation is compared to what is recorded of it.
TRIALS = (0.5 + np.arange(1, 385) * 0.6180339887 % 1).reshape(64, 1, 2, 3) * np.array([1.0, 300.0]).reshape(2, 1, 1)
# Of what methodologies describe in English, these terms of the scheme are translated.
TERMS = (
    *(_("reference emissions"), _("project emissions"), _("emission reductions"), _("monitoring period")),
    _("project emissions: none, by rule"),
    *(_("days"), _("hours"), _("days of year"), _("year"), _("first day"), _("last day"), _("count"), _("label")),
)


def _tell_where(group: Group, symbol: object, index: str | None, error: DeclarationError) -> None:
    """Add to an error of a declaration how its symbol was read, and the line in which its author wrote it."""
    if isinstance(error, FrozenError):
        return
    message, place = IN_LINE.sub("", str(error)), IN_LINE.search(str(error))
    if isinstance(symbol, str) and " is read as " not in message and (read := group._split(symbol, index))[1]:
        message += f"; {as_read(symbol, *read)}"
    error.args = (message + (place[0] if place else in_line(calling())),)


def declares(method: F) -> F:
    """Make a method one that declares: refused once in use, with errors that say how a symbol was read, and where."""
    takes = list(inspect.signature(method).parameters)
    of_symbol = takes.index("symbol") - 1 if "symbol" in takes else 0 if method.__name__ == "constant" else len(takes)

    @wraps(method)
    def declare(self: Group, /, *arguments: Any, **named: Any) -> Any:
        if method.__name__ != "__init__":
            self._still_open()
        symbol = arguments[of_symbol] if of_symbol < len(arguments) else named.get("symbol")
        index = named.get("index") if symbol else None
        try:
            found = method(self, *arguments, **named)
        except DeclarationError as error:
            _tell_where(self, symbol, index, error)
            raise
        except TypeError as error:
            if not (complaint := _misused(method, self, arguments, named)):
                raise
            refused = DeclarationError(complaint if method.__name__ == "__init__" else f"{self}: {complaint}")
            _tell_where(self, symbol, index, refused)
            raise refused from error
        if not inspect.isfunction(found) or method.__name__ == "fitting":
            return found

        def of_function(function: Any) -> Any:
            try:
                return found(function)
            except DeclarationError as error:
                _tell_where(self, symbol, index, error)
                raise

        return of_function

    return cast("F", declare)


def _misused(method: Callable[..., Any], *call: Any) -> str:
    """Say which arguments a declaration does not take or lacks; nothing where that is not the fault."""
    group, arguments, named = call
    signature = inspect.signature(method)
    try:
        signature.bind(group, *arguments, **named)
    except TypeError as error:
        known = [one for one in signature.parameters if one not in ("self", "declared")]
        unknown = [] if "declared" in signature.parameters else [one for one in named if one not in known]
        complaint = f"there is no {unknown[0]}={suggestion(unknown[0], known)}" if unknown else str(error)
        subject = f"{arguments[0]}: " if arguments else ""
        return f"{subject}{complaint}; {method.__name__.strip('_')} takes {', '.join(known)}"
    return ""


class Group:
    """Parameters and equations that are declared once and included where they are needed.

    Parameters
    ----------
    indices : mapping
        Letter and meaning of each index, in order; ``p`` is the monitoring period.

    Examples
    --------
    >>> from jcm_calc.evidence import unconfirmed
    >>> burning = Group({"i": "burner", "p": "monitoring period"})
    >>> burning.monitored("FC,i,p", "t", extensive=True, text="fuel burnt")
    >>> burning.fixed("EF", "tCO2/t", text="emission factor of the fuel")
    >>> @burning.equation("E_i,p", "tCO2", text="emissions", evidence=unconfirmed("an example"))
    ... def E_i(FC, EF):
    ...     return FC * EF
    """

    _frozen = False

    def __init__(self, indices: Mapping[str, str]) -> None:
        if "p" not in indices or any(len(letter) != 1 for letter in indices):
            raise DeclarationError(f"{self}: indices are single letters, and p is one of them")
        self.indices = {letter: Message(meaning) for letter, meaning in indices.items()}
        self.inputs: dict[str, Parameter] = {}
        self.facts: dict[str, Parameter] = {}
        self.coordinates: dict[str, Coordinate] = {}
        self.choices: dict[str, Choice] = {}
        self.rules: list[Equation] = []
        self.conditions: list[Criterion] = []
        self.limits: list[Limit] = []
        self.indicators: list[Indicator] = []
        self.derivations: list[Derivation] = []
        self.passages: list[Passage] = []
        self.waivers: list[Waiver] = []
        self.fit: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self.choice_of: dict[str, set[str]] = {}
        self.terms: dict[str, Effect] = {}
        self.completeness: dict[str, Evidence] = {}
        self.inherited: set[Any] = set()
        self.places: dict[str, tuple[str, int]] = {}  # the line in which each parameter and fact is declared

    def __str__(self) -> str:
        return "the group"

    def __setattr__(self, name: str, value: Any) -> None:
        self._still_open()
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self._still_open()
        super().__delattr__(name)

    def freeze(self) -> None:
        """Refuse every change from now on; a methodology package, the first calculation and `include` call this."""
        if not self._frozen:
            # its graphs are its own: a copy that was made of it before can differ
            kept = {name: {} if name == "_graphs" else frozen(value) for name, value in vars(self).items()}
            vars(self).update(kept)
            vars(self)["_frozen"] = True

    def _still_open(self) -> None:
        if self._frozen:
            raise FrozenError(str(self))

    @declares
    def monitored(self, symbol: str, unit: str, **declared: Any) -> None:
        """Declare a parameter that the project measures in each period.

        Parameters
        ----------
        symbol : str
            As in the document; trailing indices say on what it depends.
        unit : str
            The document's unit without ``/p``; ``"category"`` of a class that is observed.
        **declared
            ``text`` and, where they apply, ``extensive`` (True of what adds over units and over time, such as
            energy: finer rows are summed into the period; ``"units"`` of what adds over units alone, such as an
            area; ``"time"`` of what adds over time alone, such as days; ``"units time"`` is True, where that is
            not obvious: the area that was cleared), ``weighted_by`` (of a level, by which amount, or ``"days"``,
            finer rows are averaged; without it they must be equal within a period), ``previous_of`` (the name of a
            parameter or equation: its value in the period before, which is given for the first period alone, or
            taken from an earlier report), ``options`` (monitoring options allowed, ``"BC"``), ``raises``, ``lowers``
            and ``either`` (on which of ``"RE PE"``, and of other declared terms of ER, it acts, and in which
            direction), ``bounds`` (outside is an error; ``"[0, inf)"`` where nothing is said: what may be negative
            says so), ``plausible`` (outside is a warning) and ``basis`` (what its range rests on), ``factor`` (by how
            much a document's value may differ from the library's before its reader has to say a word, 2 by default),
            ``comparable`` (a parameter of like size), ``counts`` (``"year"`` or ``"month"``, which its numbers
            count, one after the other), ``otherwise`` (``"days"`` or ``"hours"`` of the period: taken where nothing is
            given, and no more is accepted),
            ``name`` (where it is not the symbol without its
            indices), ``index`` (the indices, where not every letter at the end of the symbol is one: ``"SF_p"`` with
            ``index=""``), ``evidence``.
        """
        self._declare(Kind.MONITORED, symbol, unit, **declared)

    @declares
    def fixed(self, symbol: str, unit: str, **declared: Any) -> None:
        """Declare a parameter that the project fixes before the start; see `monitored`."""
        self._declare(Kind.FIXED, symbol, unit, **declared)

    @declares
    def default(
        self,
        symbol: str,
        unit: str,
        *,
        value: float | None = None,
        by: str | tuple[str, ...] = "",
        values: Mapping[Any, Any] | str | Path | None = None,
        candidates: Mapping[str, float | Value | Mapping[Any, Any]] | None = None,
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
        by : str or tuple, optional
            The class key or numeric parameter that selects a row of ``values``; the letter of an index, for its
            labels, and ``"p"``, for the dates of the period; or several of these but numbers: ``"region, regime"``.
        values : mapping or path, optional
            From a class, or from an interval such as ``"[300, 450)"``, to a number. By p from a year (``2023``), a
            month, days (``"2023-04-01/2024-03-31"``), an interval without its end (``"[2013, 2021)"``), or from the
            first day on which each number holds (``"2021-01-01"``). By several keys from a tuple, or nested. Or the
            name of a CSV file next to the module, see `jcm_calc.declarations.table_file.entries`.
        candidates : mapping, optional
            Possible values by name, where it is undecided which one the document has.
        evidence : Evidence
            Of the value, and of every number that is not a `Value` with its own.
        """
        evidence_of(evidence)
        keys = self._keys(by)
        if isinstance(values, str | Path):
            path = Path(calling()[0]).parent / values
            values = table_file.entries(path, keys or keys_of(by)[:1], evidence)
        table = _table(values, evidence, keys) if values is not None else None
        named = {
            name: _table(entry, evidence, keys) if isinstance(entry, Mapping) else _value(entry, evidence)
            for name, entry in (candidates or {}).items()
        }
        number = _value(value, evidence) if value is not None else None
        self._declare(
            Kind.DEFAULT,
            symbol,
            unit,
            value=number,
            by="" if keys or not by else keys_of(by)[0],
            keys=keys,
            table=table,
            candidates=named,
            evidence=evidence,
            **declared,
        )

    def _keys(self, by: str | tuple[str, ...]) -> tuple[str, ...]:
        """Return the keys of a table whose rows several of them select, or labels and dates; none of any other."""
        named = keys_of(by) if by else ()
        # a coordinate of the period, such as its year, stands for its dates
        dates = {one.name for one in self.coordinates.values() if one.what in OF_PERIODS}
        keys = tuple("p" if one in dates else one for one in named)
        if len(keys) == 1 and keys[0] not in self.indices:
            return ()
        if len(set(keys)) < len(keys):
            raise DeclarationError(f"{self}: by={by!r} names a key twice")
        return keys

    def keys_of(self, parameter: Parameter) -> tuple[str, ...]:
        """Return the keys that together select a row of a table; none of a table by one class or number."""
        coordinate = self.coordinates.get(parameter.by)
        return () if coordinate is None else coordinate.keys

    def _row(self, parameter: Parameter, keys: tuple[str, ...]) -> Parameter:
        """Declare the coordinate that selects a row of a table by several keys, and look the parameter up by it."""
        name = f"{SIGN.join(keys)} ({parameter.name})"
        classes = tuple(one for one in keys if one not in self.indices)
        self._claim(name, self.coordinates)
        of = "p" if "p" in keys else ""
        self.coordinates[name] = Coordinate(name, of, "row", "category", parameter.indices, keys, classes)
        if lost := [one for one in keys if one in self.indices and one not in parameter.indices]:
            letters = ", ".join(lost)
            raise DeclarationError(
                f"{self}: {parameter.symbol}: is looked up by {letters}, and must depend on {letters}: "
                f"{reading(parameter)}; write {','.join((parameter.symbol, *lost))}"
            )
        return replace(parameter, by=name)

    @declares
    def constant(self, name: str, value: float, unit: str | None = None, *, text: str) -> None:
        """Declare a number that is true by definition, such as 1000 kWh/MWh; any other one is a `default`.

        Parameters
        ----------
        name : str
        value : float
        unit : str
            ``""`` of a plain number.
        text : str

        Raises
        ------
        DeclarationError
            If the number is not a conversion of units or of the calendar, or a ratio of molar masses.
        """
        if unit is None:
            raise DeclarationError(f'{self}: constant {name} = {value:g} has no unit: give "" for a plain number')
        try:
            known = by_definition(value, unit)
        except UnitError as error:
            raise DeclarationError(f"{self}: constant {name}: {error}") from None
        if not known:
            shown = f"{value:g} {unit}".strip()
            raise DeclarationError(
                f"{self}: constant {name} = {shown} is not true by definition (a conversion of units or of the "
                f"calendar, a ratio of molar masses such as 44 / 12): it is a value of the document: declare "
                f'm.default("{name}", "{unit}", value={value:g}, text=…, evidence=…)'
            )
        definition = Evidence(Grade.PRIMARY, "by definition", Source("definition"))
        self._declare(Kind.CONSTANT, name, unit, value=Value(float(value), definition), text=text, evidence=definition)

    @declares
    def class_key(self, symbol: str, *, text: str, **declared: Any) -> None:
        """Declare a class of a unit, such as the fuel of a truck, which selects rows of tables.

        A class that is observed in each period, such as the water regime of a season, is a monitored parameter:
        ``m.monitored("w_i,p", "category", text="…")``. Other names of its classes are ``aliases``, each with the class
        that it means, or with those between which the user has to decide.
        """
        self._declare(Kind.CLASS_KEY, symbol, "category", text=text, **declared)

    @declares
    def fact(self, symbol: str, unit: str = "yes/no", **declared: Any) -> None:
        """Declare something that only eligibility criteria ask for.

        ``unit`` is ``"yes/no"``, ``"category"`` (with ``categories``) or a unit of a number.
        """
        self._declare(Kind.FACT, symbol, unit, **declared)

    @declares
    def coordinate(self, name: str, *, of: str, what: str) -> None:
        """Declare an operand that comes from an index.

        Parameters
        ----------
        name : str
        of : str
            The index.
        what : {"days", "hours", "days_of_year", "year", "first_day", "last_day", "count", "label"}
            Days, hours, days of the calendar year, calendar year, or day number of the first or last day of the
            period; the number of rows of an index; or the label of each row, as a key of tables.
        """
        if what not in COORDINATES or of not in self.indices or (what in OF_PERIODS and of != "p"):
            raise DeclarationError(f"{self}: coordinate {name!r}: no index {of!r} with a property {what!r}")
        indices = "" if what == "count" else of
        self._claim(name, self.coordinates)
        self.coordinates[name] = Coordinate(name, of, what, COORDINATES[what], indices)

    @declares
    def choice(self, name: str, options: Mapping[str, str], *, text: str, evidence: Evidence) -> None:
        """Declare a decision for the whole calculation; ``options`` says what each one means."""
        self._claim(name, self.choices)
        self.choices[name] = Choice(name, dict(options), text, evidence_of(evidence))

    @declares
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
        evidence_of(evidence)

        def declare(function: F) -> F:
            own = self._split(symbol, index)[1]
            names = argument_names(function)
            key = name or function.__name__
            self._add(Equation(key, symbol, unit, own, function, names, total, dict(when or {}), text, evidence))
            return function

        return declare

    @declares
    def criterion(self, number: int | str, text: str, *, evidence: Evidence) -> Callable[[F], F]:
        """Declare an eligibility criterion as a function that is true where it is met."""
        evidence_of(evidence)

        def declare(function: F) -> F:
            names = argument_names(function)
            self._ask(Criterion(str(number), text, function, names, evidence))
            return function

        return declare

    @declares
    def attested(self, number: int | str, symbol: str, text: str, *, evidence: Evidence) -> None:
        """Declare an eligibility criterion that is a single statement, true or not: its fact and its condition."""
        self.fact(symbol, text=text)
        name = self._split(symbol)[0]
        self._ask(Criterion(str(number), text, stated, (name,), evidence_of(evidence)))

    @declares
    def complete(self, *what: str, evidence: Evidence) -> None:
        """State that the document has these and no others, so that nothing that it asks for is left out.

        Parameters
        ----------
        *what : {"criteria", "parameters", "equations"}
        evidence : Evidence
            Where the whole list was read. An issuance request needs it: from here, or from an evidence file.
        """
        if unknown := set(what) - set(LISTS):
            raise DeclarationError(f"{self}: {', '.join(sorted(unknown))}: complete are {', '.join(LISTS)}")
        self.completeness |= dict.fromkeys(what, evidence_of(evidence))

    @declares
    def at_most(self, name: str, product: str, *, evidence: Evidence, rated: str = "") -> None:
        """Declare a cross-check of a monitored parameter; it takes no part in the calculation.

        Parameters
        ----------
        name : str
            Of the parameter.
        product : str
            What it is at most: names of parameters and facts, ``rated power``, ``hours`` and ``daylight`` (of the
            period), with × and ÷ between them. The rated power is that of the meters, or a fact that is declared here,
            such as ``rated_EC_PJ`` in kW.
        evidence : Evidence
        rated : str, optional
            What the rated power follows from by physics, where it is not given: ``"capacity ÷ COP_PJ"``.
        """
        limit = Limit(name, Product.parse(product), evidence_of(evidence), Product.parse(rated) if rated else None)
        known = {*self.inputs, *self.facts, *(rule.name for rule in self.rules), RATED, HOURS, DAYLIGHT}
        if unknown := [one for one in limit.names if one not in known]:
            raise DeclarationError(f"{self}: the limit of {name}: nothing is declared as {', '.join(unknown)}")
        if name not in self.inputs:
            raise DeclarationError(f"{self}: the limit of {name}: only a parameter has one; see indicator")
        if RATED in limit.product.factors and limit.rated_fact not in self.facts:
            measured = self.inputs[name]
            indices = "".join(letter for letter in measured.indices if letter != "p")
            text = _("rated power of what {symbol} measures, for a cross-check").format(symbol=measured.symbol)
            unit = "kW" if measured.unit in ENERGY else f"{measured.unit}/h"
            self.fact(limit.rated_fact, unit, name=limit.rated_fact, index=indices, text=text)
        self.limits.append(limit)

    @declares
    def indicator(
        self, symbol: str, unit: str, *, plausible: str, text: str, evidence: Evidence, name: str = ""
    ) -> Callable[[F], F]:
        """Declare a figure with a plausible range, outside which a result has a remark; no equation may use it.

        Parameters
        ----------
        symbol, unit : str
            What the function gives: a ratio, or an intermediate of the calculation as it is.
        plausible : str
            An interval such as ``"[0.2, 0.5]"``.
        text : str
            What it is, in words.
        evidence : Evidence
            Of the range.
        name : str, optional
            Where the function's own name is not the name.
        """

        def declare(function: F) -> F:
            names = argument_names(function)
            key = name or function.__name__
            interval = Interval.parse(plausible)
            declared = Indicator(key, symbol, unit, function, names, interval, text, evidence_of(evidence))
            self.indicators.append(declared)
            return function

        return declare

    @declares
    def waive(self, check: str, reason: str, *, of: str, evidence: Evidence | None = None) -> None:
        """State that a property does not hold of one item by the document's own logic; see `jcm check`.

        An issuance request needs a confirmation by a reader of the document.

        Parameters
        ----------
        check, reason : str
        of : str
            The name of a parameter or an equation, such as ``"RE"``. A check is never waived as a whole.
        evidence : Evidence, optional
            That the document says so; by default only the author of the module does.
        """
        found = UNREAD if evidence is None else evidence_of(evidence)
        self.waivers.append(Waiver(check, of, reason, found))

    @declares
    def fitting(self, function: F) -> F:
        """Declare how values drawn at random for checks are made to fit each other.

        A history and the load that it has to contain, for example. The function takes and gives
        values by name; it takes no part in a calculation.
        """
        self.fit = function
        return function

    @declares
    def include(
        self,
        group: Group,
        *,
        rename: Mapping[str, str] | None = None,
        index: Mapping[str, str] | None = None,
        of: str = "",
    ) -> None:
        """Take over everything that a group declares.

        Parameters
        ----------
        group : Group
        rename : mapping, optional
            From a name in the group to the symbol that it has here. A name that is not renamed and is
            here already, from an earlier inclusion, is shared.
        index : mapping, optional
            From an index of the group to the index here.
        of : str, optional
            Of what, as an addition to each text.
        """
        group.freeze()
        here = _Renaming(group, self, dict(rename or {}), index or {}, of)
        for choice in group.choices.values():
            if choice not in self.choices.values():
                self._claim(choice.name, self.choices)
                self.choices[choice.name] = choice
        homes: Any = (self.inputs, group.inputs), (self.facts, group.facts), (self.coordinates, group.coordinates)
        for home, theirs in homes:
            for item in theirs.values():
                if item.name in here.names or home.get(item.name) != item:
                    name = here.name(item.name)
                    self._claim(name, home)
                    if item.name in group.places:
                        self.places[name] = group.places[item.name]
                    home[name] = here.item(item)
        for rule in group.rules:
            if rule.name in here.names or rule not in self.rules:
                self._add(here.item(rule))
        for condition in group.conditions:
            self._ask(replace(condition, arguments=tuple(map(here.name, condition.arguments))))
        for limit in group.limits:
            product, rated = limit.product.renamed(here.name), limit.rated and limit.rated.renamed(here.name)
            self.limits.append(replace(limit, parameter=here.name(limit.parameter), product=product, rated=rated))
        for one in group.indicators:
            arguments = tuple(map(here.name, one.arguments))
            self.indicators.append(replace(one, name=here.name(one.name), arguments=arguments))
        self.passages += [one for one in group.passages if one not in self.passages]
        self.derivations += [replace(derivation, of=here.name(derivation.of)) for derivation in group.derivations]

    @declares
    def define(self, term: str, text: str, *, evidence: Evidence) -> None:
        """Declare a term that the document defines (section B); it takes no part in the calculation."""
        self.passages.append(Passage(DocumentSection.TERMS, term, text, evidence_of(evidence)))

    @declares
    def summarise(self, evidence: Evidence, **said: str) -> None:
        """Declare what the summary says (section C); it takes no part in the calculation.

        Parameters
        ----------
        evidence : Evidence
        **said : str
            ``measure``, ``reference``, ``project`` and ``monitoring``, as far as they were read.
        """
        if unknown := said.keys() - SUMMARISED.keys():
            raise DeclarationError(f"{self}: a summary has {', '.join(SUMMARISED)}; got {', '.join(sorted(unknown))}")
        subjects = {key: Message(SUMMARISED[key]) for key in said}
        self.passages += [
            Passage(DocumentSection.SUMMARY, subjects[key], text, evidence_of(evidence)) for key, text in said.items()
        ]

    @declares
    def emits(self, scenario: str, source: str, gas: str = "CO2", *, evidence: Evidence, counted: bool = True) -> None:
        """Declare an emission source and its gas (section E); it takes no part in the calculation.

        Parameters
        ----------
        scenario : {"reference", "project"}
        source, gas : str
        evidence : Evidence
        counted : bool
            Whether the document includes it.
        """
        if scenario not in SCENARIOS:
            raise DeclarationError(f"{self}: {source}: scenario={scenario!r} must be {' or '.join(SCENARIOS)}")
        subject = Message(SCENARIOS[scenario])
        self.passages.append(Passage(DocumentSection.SOURCES, subject, source, evidence_of(evidence), gas, counted))

    @declares
    def establish(self, text: str, *, evidence: Evidence) -> None:
        """Declare how reference emissions are established (section F.1); it takes no part in the calculation."""
        self.passages.append(Passage(DocumentSection.ESTABLISHMENT, "", text, evidence_of(evidence)))

    @declares
    def derivation(
        self, of: str, function: Callable[..., Any], *, values: Mapping[str, Value], unit: str, text: str
    ) -> None:
        """Show how a default can be derived, without making it part of the calculation."""
        self.derivations.append(Derivation(of, function, dict(values), unit, text))

    def _declare(
        self,
        kind: Kind,
        symbol: str,
        unit: str,
        *,
        name: str = "",
        index: str | None = None,
        keys: tuple[str, ...] = (),
        **declared: Any,
    ) -> None:
        for complaint in self._complaints(kind, symbol, index, declared):
            raise DeclarationError(f"{self}: {symbol}: {complaint}")
        stem, indices = self._split(symbol, index)
        if declared.get("evidence") is not None:
            evidence_of(declared["evidence"])
        key = name or stem
        home = self.facts if kind is Kind.FACT else self.inputs
        item = Parameter(key, symbol, unit, indices, kind, **_fields(declared))
        for candidate, known_values in item.by_candidate():
            for label, known_value in known_values.items():
                if known_value.value not in item.bounds:
                    which = ", ".join(part for part in (candidate, label) if part)
                    got = f"{known_value.value:g}{f' ({which})' if which else ''}"
                    raise DeclarationError(f"{self}: {symbol}: {got} must lie within {item.bounds}")
        before = home.get(key)
        self._claim(key, home, item)
        if before is not None and self.keys_of(before):
            del self.coordinates[before.by]  # of the version that is revised
            self.inherited.discard(before.by)
        home[key] = self._row(item, keys) if keys else item
        self.places[key] = calling()

    def _complaints(self, kind: Kind, symbol: str, index: str | None, declared: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the words of a declaration, before any of them is used."""
        known_words = (*WORDS, *VALUED.get(kind, ()))
        if unknown := [key for key in declared if key not in known_words]:
            hint = suggestion(unknown[0], known_words)
            if unknown[0] in (*VALUED[Kind.DEFAULT], "values"):
                hint = f": a value of the document is declared with m.default(…), and {symbol} is a {kind.value} one"
            yield f"there is no {unknown[0]}={hint}; known are {', '.join(WORDS)}"
        if "text" not in declared:
            yield "text= is missing: what it is, in words"
        if index is not None and (unknown := sorted(set(index) - set(self.indices))):
            yield f"index={index!r} names {', '.join(unknown)}; known are {', '.join(self.indices)}"
        for effect in EFFECTS:
            named = set(declared.get(effect, "").split())
            if unknown := sorted(named - {*DIRECTED, *self.terms}):
                known = ", ".join((*DIRECTED, *self.terms)) if self.terms else " and ".join(DIRECTED)
                hint = suggestion(unknown[0], self.terms) or "; terms= of the methodology declares other terms of ER"
                yield f"{effect}={' '.join(unknown)!r} must name {known}{hint}"
        if wrong := sorted(set(declared.get("listed", "").split()) - {*Listed}):
            yield f"listed={' '.join(wrong)!r} must name {', '.join(Listed)}"
        if declared.get("extensive", False) not in (True, False, OVER_UNITS, OVER_TIME, OVER_BOTH):
            yield (
                f"extensive={declared['extensive']!r} must be True (adds over units and over time), "
                f'"{OVER_UNITS}", "{OVER_TIME}", "{OVER_BOTH}" or False'
            )
        if declared.get("otherwise", "") not in ("", *OF_TIME):
            yield f"otherwise={declared['otherwise']!r} must be {' or '.join(OF_TIME)}"
        if not declared.get("factor", 2.0) > 1:
            yield f"factor={declared['factor']!r} must be more than 1"

    def _add(self, rule: Equation) -> None:
        self._still_open()
        place = len(self.rules)
        if (key := case_of(rule)) in self.inherited:
            self.inherited.remove(key)
            place = next(number for number, other in enumerate(self.rules) if case_of(other) == key)
            del self.rules[place]
        same = [other for other in self.rules if other.name == rule.name]
        if not same or any(compatible(other, rule.when) for other in same):
            self._claim(rule.name, item=rule)
        for choice, option in rule.when.items():
            if choice not in self.choices or option not in self.choices[choice].options:
                raise DeclarationError(f"{self}: equation {rule.name}: no option {option!r} of a choice {choice!r}")
            self.choice_of.setdefault(rule.name, set()).add(choice)
        if wrong := set(rule.total) & set(rule.indices) or set(rule.total) - set(self.indices):
            letters = ", ".join(sorted(wrong))
            raise DeclarationError(
                f"{self}: equation {rule.name}: cannot be a total over {letters}: unknown, or an index of its own: "
                f"{reading(rule)}"
            )
        try:
            rule = replace(rule, recorded=record(rule.function))
            odd = rule.differs_from_shown(*TRIALS[: len(rule.arguments)])
        except Exception as error:
            message = error if isinstance(error, ExpressionError) else f"{type(error).__name__}: {error}{_cure(error)}"
            raise DeclarationError(f"{self}: equation {rule.name}: {message}{of_function(rule.function)}") from error
        if odd:
            raise DeclarationError(
                f"{self}: equation {rule.name}: gives other numbers than the equation that is shown, "
                f"{rule.written({name: name for name in rule.arguments})}: it must not look at what kind of operand it "
                f"gets, at globals that change, or at random numbers{of_function(rule.function)}"
            )
        self.rules.insert(place, rule)

    def _ask(self, condition: Criterion) -> None:
        """Add a criterion, or put it in the place of the one that a revision has taken over."""
        self._still_open()
        key = f"criterion {condition.number}"
        if key in self.inherited:
            self.inherited.remove(key)
            numbers = [other.number for other in self.conditions]
            self.conditions[numbers.index(condition.number)] = condition
        elif any(other.number == condition.number for other in self.conditions):
            raise DeclarationError(f"{self}: criterion {condition.number} is declared twice")
        else:
            self.conditions.append(condition)

    def _claim(
        self, name: str, home: Mapping[str, Any] | None = None, item: Parameter | Equation | None = None
    ) -> None:
        """Refuse a name that is taken, unless a revision has it from the earlier version, in the same place."""
        if home is not None and name in home and name in self.inherited:
            self.inherited.remove(name)
            return
        taken = (self.inputs, self.facts, self.coordinates, self.choices, {rule.name for rule in self.rules})
        if any(name in names for names in taken):
            rules = [rule for rule in self.rules if rule.name == name]
            both = [item, self.inputs.get(name), self.facts.get(name), *rules]
            odd = {reading(one): None for one in both if one is not None and plain(one.symbol) != name}
            hint = f": {'; '.join(odd)}: name= and index= say otherwise" if odd else ""
            raise DeclarationError(f"{self}: {name!r} is declared twice{hint}")

    def _split(self, symbol: str, index: str | None = None) -> tuple[str, str]:
        """Split a symbol into a Python name and its indices: the letters of ``index``, or those that it ends with."""
        known = self.indices if index is None else index
        letters = set(index or "")
        rest = symbol
        while (match := re.fullmatch(r"(.+)[,_](\w)", rest)) and match[2] in known:
            letters.add(match[2])
            rest = match[1]
        return plain(rest), "".join(letter for letter in self.indices if letter in letters)


class _Renaming:
    """The names, indices and texts that the items of a group have where it is included."""

    def __init__(self, group: Group, home: Group, symbols: dict[str, str], letters: Mapping[str, str], of: str) -> None:
        self.home, self.symbols, self.letters, self.of = home, symbols, letters, of
        items: list[Any] = [*group.inputs.values(), *group.facts.values(), *group.coordinates.values(), *group.rules]
        indices = {one.name: "".join(letters.get(letter, letter) for letter in one.indices) for one in items}
        # of a symbol that is renamed, the indices are known: another letter at its end belongs to the name
        self.names = {name: home._split(symbol, indices.get(name))[0] for name, symbol in symbols.items()}
        for limit in group.limits:
            if limit.parameter in self.names:
                self.names[limit.rated_fact] = symbols[limit.rated_fact] = f"rated_{self.names[limit.parameter]}"
        for one in group.inputs.values():
            if group.keys_of(one):
                self.names[one.by] = f"{SIGN.join(self.keys(group.coordinates[one.by]))} ({self.name(one.name)})"

    def name(self, name: str) -> str:
        return self.names.get(name, name)

    def keys(self, row: Coordinate) -> tuple[str, ...]:
        return tuple(self.letters.get(one, self.name(one)) for one in row.keys)

    def indices(self, indices: str) -> str:
        here = {self.letters.get(letter, letter) for letter in indices}
        return "".join(letter for letter in self.home.indices if letter in here)

    def item(self, item: Any) -> Any:
        """Return an item of the group with the names and indices that it has here."""
        found: dict[str, Any] = {"name": self.name(item.name), "indices": self.indices(item.indices)}
        for field in NAMING:
            if named := getattr(item, field, ""):
                found[field] = self.name(named) if isinstance(named, str) else tuple(map(self.name, named))
        if isinstance(item, Equation):
            found["total"] = self.indices(item.total)
        if isinstance(item, Coordinate):
            found |= {"of": self.letters.get(item.of, item.of), "keys": self.keys(item)}
        else:
            found["symbol"] = self.symbols.get(item.name, item.symbol)
            found["text"] = f"{item.text} {self.of}".strip() if item.name in self.names else item.text
        return replace(item, **found)


def _fields(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a declaration as a `Parameter` has them."""
    aliases = declared.get("aliases", {}).items()
    return {
        **declared,
        "listed": frozenset(map(Listed, declared.get("listed", "").split())),
        "aliases": {one: (known,) if isinstance(known, str) else tuple(known) for one, known in aliases},
        **{effect: frozenset(declared.get(effect, "").split()) for effect in EFFECTS},
        **{bound: Interval.parse(declared[bound]) for bound in ("bounds", "plausible") if bound in declared},
    }


def _cure(error: Exception) -> str:
    """Say what to write instead, for what goes wrong most often in an equation."""
    if isinstance(error, NameError):
        return ": name it among the arguments of the function"
    if isinstance(error, TypeError) and "must be real number" in str(error):
        return ": use np.exp, np.log and other functions of NumPy in place of those of math"
    return ""


def stated(fact: Any) -> Any:
    """Return whether a statement is true: the condition of a criterion that is attested."""
    return fact


def case_of(rule: Equation) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what tells an equation from every other one: its name, and the case in which it holds."""
    return rule.name, tuple(sorted(rule.when.items()))


def _value(number: float | Value, evidence: Evidence) -> Value:
    return (
        replace(number, evidence=evidence_of(number.evidence)) if isinstance(number, Value) else Value(number, evidence)
    )


def evidence_of(evidence: Any) -> Evidence:
    """Return evidence; refuse what only looks like it."""
    if not isinstance(evidence, Evidence):
        raise DeclarationError(f"evidence must be primary(…), secondary(…) or unconfirmed(…), got {evidence!r}")
    return evidence


def _table(entries: Mapping[Any, Any], evidence: Evidence, keys: tuple[str, ...] = ()) -> Table:
    if keys:
        return _table_of_rows(entries, evidence, keys)
    table = Table(
        {
            Interval.parse(key) if isinstance(key, str) and key[:1] in "[(" else _class(key): _value(entry, evidence)
            for key, entry in entries.items()
        }
    )
    if table.numeric:
        table.bins()  # complains where bins overlap
    return table


def _class(key: Any) -> str:
    """Return the name of a class; refuse what is a key of several parts."""
    if not isinstance(key, str):
        message = 'a table by several keys names them all, such as by="region, regime", and one by year has by="p"'
        raise DeclarationError(f"the class {key!r} must be a text: {message}")
    return key


def _table_of_rows(entries: Mapping[Any, Any], evidence: Evidence, keys: tuple[str, ...]) -> Table:
    found: dict[str | Interval, Value] = {}
    for key, entry in flat(keys, entries):
        try:
            row = row_key(keys, key)
        except ValueError as error:
            raise DeclarationError(str(error)) from None
        if row in found:
            raise DeclarationError(f"the row {row} is declared twice")
        found[row] = _value(entry, evidence)
    spans(keys, found)  # complains where dates overlap
    return Table(found)
