"""What a calculation gives: emissions, any intermediate, tables, trace, years, credits, manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, InputWarning, Problem, Remark, listed, suggestion, warn
from jcm_calc.declarations.graph import RESULTS, Graph
from jcm_calc.declarations.items import DeclarationError, Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.names import spelt_out
from jcm_calc.engine.evaluation import EvaluationError, chained, evaluate
from jcm_calc.inputs import Inputs, checks
from jcm_calc.inputs.confirmation.applying import confirm_again
from jcm_calc.inputs.schema import got
from jcm_calc.inputs.values import Extremes, extremes
from jcm_calc.results import checked_values, eligibility
from jcm_calc.results import manifest as _manifest
from jcm_calc.results import remarks as _remarks
from jcm_calc.results.candidates import Combinations, combinations, shown_limit
from jcm_calc.results.credits import (
    CalendarYear,
    Item,
    UnconfirmedError,
    check_years,
    in_tonnes,
    issuance_items,
    monitoring_items,
    not_issuable,
    year_table,
    yearly,
)
from jcm_calc.results.eligibility import CriterionAssessment
from jcm_calc.results.emissions import Emissions
from jcm_calc.units import registry, with_unit

if TYPE_CHECKING:
    import pandas as pd
    from pint import Quantity


Array = npt.NDArray[Any]
CHANGED = _("has changed since it was calculated with: calculate again")


def _look(found: list[Extremes], block: Array) -> None:
    """Add the extremes of a block to those found."""
    found.append(Extremes.of(block))


def check_result(argument: str, given: object) -> None:
    """Refuse anything but a result."""
    if not isinstance(given, Calculation):
        raise InputError.of(argument, got(given, _("a result, as jcm_calc.calculate returns it")))


class Calculation(Emissions):
    """What was calculated, and how it follows from the input; see `jcm_calc.Result`."""

    def __init__(self, inputs: Inputs, call: Mapping[str, Any]) -> None:
        self.inputs = inputs
        self.call = call
        self._known = dict(inputs.values)
        self._lookups = inputs.lookups()
        self._extremes: dict[str, list[Extremes]] = {name: [] for name in inputs.unchecked}
        self._results = self._evaluated()

    def _evaluated(self) -> dict[str, Array]:
        """Return RE, PE, ER, and with them what is looked at on the way to them, as far as it has values."""
        inputs, (_way, names) = self.inputs, checked_values.reach(self.inputs)
        if absent := [name for name in (*RESULTS, *inputs.methodology.terms) if name not in inputs.graph.nodes]:
            raise DeclarationError(f"{inputs.methodology}: no equation gives {', '.join(absent)}")
        watch = {name: partial(_look, found) for name, found in self._extremes.items()}
        watched = tuple(name for name in names if name in inputs.graph.nodes and name not in self._known)
        evaluated = partial(evaluate, inputs.graph, inputs.sizes, self._known, self._lookups, watch=watch)
        with suppress(EvaluationError):
            return evaluated(tuple(dict.fromkeys((*RESULTS, *watched))))
        try:
            return evaluated(RESULTS)
        except EvaluationError as error:
            if inputs.unchecked:  # a number that no check has seen may be why
                raise
            raise InputError(str(inputs.methodology), [undefined(error, inputs, alone=True)]) from None

    def unremarkable(self) -> bool:
        """Whether the checks that `Inputs.unchecked` left for later have nothing to say."""
        for name, found in self._extremes.items():
            known = Extremes.joined(found) if found else extremes(self._known[name])
            if not checks.unremarkable(self.methodology.inputs[name], known):
                return False
        return True

    @property
    def _values(self) -> dict[str, Array]:
        """The values of leaves, as long as the results follow from them."""
        self.check_inputs()
        return self._known

    def check_inputs(self) -> None:
        """Refuse to go on where a large array that was given, and was not copied, has other numbers now.

        Raises
        ------
        InputError
            If the results do not follow from the input any more.
        """
        if not self.call.get("followed"):
            return
        try:
            now = evaluate(self.inputs.graph, self.inputs.sizes, self._known, self._lookups, RESULTS)
        except EvaluationError:
            now = {}
        if any(name not in now or not np.array_equal(now[name], self._results[name]) for name in RESULTS):
            raise InputError(str(self.methodology), [Problem(name, CHANGED) for name in sorted(self.call["followed"])])

    @property
    def methodology(self) -> Declarations:
        """The methodology that was applied."""
        return self.inputs.methodology

    # Values

    @property
    def emissions(self) -> dict[str, Array]:
        """RE, PE, every other declared term of ER, and ER by period, in tCO2."""
        terms, count = self.methodology.terms, len(self.inputs.periods)
        names = (*RESULTS, *terms)
        return in_tonnes(terms, {name: np.broadcast_to(self.full(name).ravel(), count) for name in names})

    def known(self, name: str) -> Array | None:
        """Return the values of a parameter, a fact or an intermediate, as far as they are known."""
        return self.checked_values.get(name, self.inputs.facts.get(name))

    def __getitem__(self, name: str) -> Quantity[Any]:
        """Return a parameter, an intermediate or a result as a Quantity.

        The array has an axis for each index that the quantity has and the input spans, in the
        methodology's order; a single value is 0-dimensional. Where an equation gives no number, such as 0 / 0 in a
        period whose amounts are 0, it is NaN; results are always numbers.

        Raises
        ------
        KeyError
            If the name takes no part in this calculation.
        """
        array, unit = self.array(name), self._node(name).unit
        quantity: Quantity[Any] = registry().Quantity(array, "d" if unit == "date" else unit)
        return quantity

    def array(self, name: str) -> Array:
        """Return the numbers of a quantity in its declared unit; see `Result.__getitem__` for the axes and errors."""
        node = self._node(name)
        if node.unit == "category":
            raise KeyError(f"{node.name} is a class, not a quantity: see Result.table({node.indices!r})")
        axes = tuple(
            number
            for number, (letter, axis) in enumerate(self.inputs.axes.items())
            if letter not in node.indices or axis.scalar
        )
        return self.full(node.name).squeeze(axes)

    def keys(self) -> list[str]:
        """Return the names of all quantities, in the order of calculation.

        Examples
        --------
        >>> import jcm_calc
        >>> result = jcm_calc.calculate("PW_AM001", EG=500)
        >>> result.keys()
        ['EG', 'EF_RE', 'RE_i', 'RE', 'PE', 'ER']
        >>> "EG" in result, "EC" in result
        (True, False)
        """
        return [row["name"] for row in self.quantities() if self._node(row["name"]).unit != "category"]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and bool(np.isfinite(self.array(name)).any())
        except KeyError:
            return False

    def _ipython_key_completions_(self) -> list[str]:
        """Return what a notebook completes between the brackets."""
        return [spelt_out(name) for name in self.keys()]

    @cached_property
    def graph(self) -> Graph:
        """Everything that can be shown: the way to ER, and other equations whose inputs are known."""
        graph, _shown = checked_values.reach(self.inputs, everything=True)
        self._known.update(checked_values.operands(self.inputs, graph))
        return graph

    def _node(self, name: str) -> Any:
        m, inputs = self.methodology, self.inputs
        if name in inputs.graph.nodes:
            return inputs.graph.nodes[name]
        name = m.named(name) or name
        if name in inputs.graph.nodes:
            return inputs.graph.nodes[name]
        if name in inputs.values and name in m.inputs:
            return m.inputs[name]
        if name in self.graph.nodes:
            return self.graph.nodes[name]
        operands = m.operands(inputs.choices)
        hint = "takes no part in this calculation" if name in operands else f"is not a name of {m}"
        raise KeyError(f"{name} {hint}{suggestion(name, operands)}")

    def _array(self, name: str) -> Array:
        """Return an array with one axis for each index, computing it again if it was dropped.

        Where an equation gives no number, such as 0 / 0 of a period whose amounts are 0, it is NaN.
        """
        if name in self._results:
            return self._results[name]
        values = self._values
        if name in values and name not in (one.name for one in chained(self.inputs.graph, self.inputs.sizes, values)):
            return values[name]
        whole = self.inputs.graph if name in self.inputs.graph.nodes else self.graph
        way = whole.upstream(name)
        found = evaluate(way, self.inputs.sizes, values, self._lookups, (name,), finite=False)[name]
        return found if np.isfinite(found).all() else np.where(np.isfinite(found), found, np.nan)

    def _declared(self, name: str) -> Parameter | None:
        m = self.methodology
        own = m.named(name) or ""
        return m.inputs.get(own) or m.facts.get(own)

    def full(self, name: str) -> Array:
        """Return an array that spans every index that a quantity has."""
        node = self._node(name)
        shape = [axis.size if letter in node.indices else 1 for letter, axis in self.inputs.axes.items()]
        return np.broadcast_to(self._array(node.name), shape)

    def ended_with(self, name: str) -> Any:
        """Return the values at the end of the last period, as they can be given to the next calculation.

        A single value, a list, or, where the rows have labels, a table with a column for each index.

        Examples
        --------
        >>> import jcm_calc
        >>> jcm_calc.calculate("PW_AM001", EG=[[500.0, 510.0], [300.0, 310.0]], p=["2024", "2025"]).ended_with("EG")
        [510.0, 310.0]
        """
        import pandas as pd

        axes = self.inputs.axes
        last = self.full(name).take([-1], list(axes).index("p"))
        letters = [letter for letter in axes if letter in self._node(name).indices.replace("p", "")]
        plain = last.reshape([axes[letter].size for letter in letters])
        labels = [axes[letter].labels for letter in letters]
        if all(list(own) == list(range(1, len(own) + 1)) for own in labels):
            return plain.tolist()
        if len(letters) == 1:
            return dict(zip(map(str, labels[0]), plain.tolist(), strict=True))
        return pd.Series(plain.ravel(), pd.MultiIndex.from_product(labels, names=letters))

    def derivatives(self, target: str = "ER") -> dict[str, Array]:
        """Return the exact derivative of a result, summed over p, by every quantity on its way.

        Parameters
        ----------
        target : {"ER", "RE", "PE"} or a term of ER

        Returns
        -------
        dict
            For each name, an array with one axis for each index of the methodology: the change of
            the target in tCO2 for each declared unit of change of that element.
        """
        from jcm_calc.engine.derivatives import gradient

        return gradient(self.inputs.graph, self.inputs.sizes, self._values, self._lookups, target)

    def __repr__(self) -> str:
        first = f"{self.headline}: " if self.remarks else ""
        mark = "" if not self.unconfirmed else f", an estimate: {len(self.unconfirmed)} items unconfirmed"
        if self.unconfirmed_values:
            mark += f", among them the value of {', '.join(self.unconfirmed_values)}"
        sums = ", ".join(f"{name} = {float(self.full(name).sum()):,.6g} tCO2" for name in RESULTS)
        return f"<{type(self).__name__} {self.methodology.heading}: {first}{sums}{mark}>"

    # Tables

    def table(self, indices: str = "p") -> pd.DataFrame:
        """Return everything that has exactly these indices, as a DataFrame.

        Parameters
        ----------
        indices : str
            For example ``"p"`` or ``"ip"``.

        Returns
        -------
        DataFrame
            A row for each combination of labels, a column for each quantity with its unit.

        Raises
        ------
        KeyError
            If the methodology has no such index.
        """
        import pandas as pd

        if unknown := set(indices) - set(self.inputs.axes):
            raise KeyError(f"{self.methodology} has no index {', '.join(sorted(unknown))}")
        letters = [letter for letter in self.inputs.axes if letter in indices]
        columns = {}
        for name, node in self.inputs.graph.nodes.items():
            if list(node.indices) == letters:
                unit = f" [{node.unit}]" if node.unit and node.unit != "category" else ""
                columns[f"{name}{unit}"] = self.inputs.plain(name, self.full(name).ravel())
        if not letters:
            return pd.DataFrame(columns)
        labels = [
            [str(label) if letter == "p" else label for label in self.inputs.axes[letter].labels] for letter in letters
        ]
        if len(letters) == 1:
            return pd.DataFrame(columns, index=pd.Index(labels[0], name=letters[0]))
        return pd.DataFrame(columns, index=pd.MultiIndex.from_product(labels, names=letters))

    def trace(self) -> pd.DataFrame:
        """Return every quantity in the order of calculation: value, equation or source, grade.

        Where a quantity has several values, ``value`` is missing, and minimum, maximum and count
        describe them; `Result.table` has them all.
        """
        import pandas as pd

        return pd.DataFrame(list(self.quantities())).set_index("name")

    def quantities(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of `Result.trace`, for displays: their texts can be translated."""
        grades: dict[str, str] = {}
        for item in self.items:  # "unconfirmed" sorts after the other two
            grades[item.name] = max(grades.get(item.name, ""), str(item.evidence.grade))
        for name, node in self.graph.nodes.items():
            if (described := self._described(name)) is None:  # an equation that ER does not need
                continue
            symbol, text = getattr(node, "symbol", name), getattr(node, "text", "")
            source, grade = self.source(name), Message(grades.get(symbol, ""))
            if isinstance(node, Equation):
                source, grade = node.written(self.methodology.symbols()), Message(node.evidence.grade)
                if set(node.total) & set(self.inputs.absent):
                    source += _(" (none: nothing given has the index {index})").format(index=node.total)
            yield {"name": name, "symbol": symbol, **described, "from": source, "grade": grade, "text": text}

    def _described(self, name: str) -> dict[str, Any] | None:
        """Return the value of a quantity, or what describes its values; None where it has no value."""
        array, unit = self.full(name), self._node(name).unit
        if name in self.inputs.classes:
            used = [self.inputs.classes[name][code] for code in np.unique(array)]
            return {"value": listed(used, limit=3), "count": array.size, "unit": ""}
        if not (count := np.count_nonzero(np.isfinite(array))):
            return None
        return {
            "value": float(array.flat[0]) if array.size == 1 else None,
            "minimum": float(np.nanmin(array)),
            "maximum": float(np.nanmax(array)),
            "count": count,
            "unit": unit,
        }

    def source(self, name: str) -> str:
        """Return where the value of a leaf comes from."""
        node = self._node(name)
        if not isinstance(node, Parameter):
            return _("the axes")
        origin = self.inputs.origins.get(node.name)
        if origin is not None:
            found = Message("{} {}").format(origin.source, origin.written) if origin.written else origin.source
            if (factor := self.inputs.published.get(node.name)) is not None:
                grade, source = factor.evidence.grade, factor.evidence.source
                found = Message("{}: {} ({}; {})").format(origin.source, origin.written, grade, source)
            if name in self.inputs.overrides:
                override = _("{origin} (override: {reason})")
                return override.format(origin=found, reason=self.inputs.overrides[name])
            if node in chained(self.inputs.graph, self.inputs.sizes, self.inputs.values):
                message = _("{origin} at the start, then {symbol} of the period before")
                return message.format(origin=found, symbol=self.methodology.symbols()[node.previous_of])
            return found
        if node.kind is Kind.DEFAULT:
            return _("default by {key}").format(key=node.by) if node.name in self.inputs.tables else _("default")
        return node.section

    def by_unit(self) -> pd.DataFrame:
        """Return what each unit contributes to RE, PE and ER, over all periods.

        Returns
        -------
        DataFrame
            Indexed by the kind of unit and its label, in tCO2. What is not a sum over units has a
            separate row, so that the rows add up to RE, PE and ER, and to each deduction or addition that is
            declared next to them. What a discount takes has a separate column, as in `by_year`.

        Examples
        --------
        >>> import jcm_calc
        >>> jcm_calc.calculate("PW_AM001", EG=[[500.0], [300.0]]).by_unit()
                                   RE   PE     ER
        of                unit
        project PV system 1     266.5  0.0  266.5
                          2     159.9  0.0  159.9
        """
        from jcm_calc.results.contributions import by_unit

        self.check_inputs()
        return by_unit(self.inputs)

    def sensitivity(self, by: float = 0.1, *, kelvin: float = 1.0) -> pd.DataFrame:
        """Return how ER changes where one input is smaller or larger, all others staying.

        Parameters
        ----------
        by : float
            The share by which each input is changed.
        kelvin : float
            The difference by which a temperature in °C or the like is changed: a share of it would depend on
            where its scale begins.

        Returns
        -------
        DataFrame
            By the name of the input: its symbol; whose value it is, the ``project``'s or, below these, one that
            the ``document`` fixes; the step; the change of ER in tCO2 for the smaller and the larger value,
            missing where such a value would be out of bounds; and the elasticity: by how many per cent ER changes
            for 1 % of the input, from the exact derivative, missing where ER is 0 and for temperatures.

        Raises
        ------
        InputError
            If ``by`` is not between 0 and 1, or ``kelvin`` not above 0.

        Examples
        --------
        >>> import jcm_calc
        >>> jcm_calc.calculate("PW_AM001", EG=500.0).sensitivity(by=0.1).round(2)
               symbol        of  step  smaller  larger  elasticity
        name
        EG     EG_i,p   project  10 %   -26.65   26.65         1.0
        EF_RE   EF_RE  document  10 %   -26.65   26.65         1.0
        """
        from jcm_calc.results.sensitivity import sensitivity

        self.check_inputs()
        return sensitivity(self.inputs, by, kelvin)

    def over_candidates(self, *, limit: int = 1000) -> pd.DataFrame:
        """Calculate over all candidates of the values that were chosen by name, all others staying.

        Where the document was not read, a value such as an efficiency is a choice among candidates with their grades;
        the smallest and the largest ER say how wide the estimate is.

        Parameters
        ----------
        limit : int
            The largest number of combinations. Of more, one value at a time is another than the chosen one, and
            ``attrs["left_out"]`` says how many combinations are not there.

        Returns
        -------
        DataFrame
            A row for each combination, first the one that was calculated: the name of the candidate of each
            parameter; RE, PE and ER of all periods in tCO2, missing where an equation has no value; and the weakest
            grade of the values. Figures of one fuel are taken from one set, and of the fuel that was chosen. A
            candidate without a value for a class that occurs is left out. A value that was given as a number, or as
            a published factor, stays.

        Raises
        ------
        InputError
            If ``limit`` is not a whole number from 1.

        Warns
        -----
        InputWarning
            If there are more combinations than ``limit``.

        Examples
        --------
        >>> import jcm_calc
        >>> boiler = {"PH": 15_200, "HMP": 5_088, "RPC": 2.3, "η_PJ": 0.67, "EF_CO2_grid": 1.1501}
        >>> result = jcm_calc.calculate("MN_AM002", η_RE="FY2013 draft", EF_CO2_coal=0.099, **boiler)
        >>> result.over_candidates()[["RE", "PE", "ER"]].round(2)
               RE       PE      ER
        0  3009.60  2259.43  750.17
        1  2466.89  2259.43  207.46
        """
        found = self.candidate_combinations(limit)
        if found.left_out:
            message = _("{count:,} combinations of candidates are left out; in each row one value is another").format(
                count=found.left_out
            )
            warn(message, InputWarning)
        return found.to_frame()

    def candidate_combinations(self, limit: int | None = None) -> Combinations:
        """Return RE, PE and ER for combinations of candidates as data, by default as many as a page shows."""
        limit = shown_limit(self.inputs) if limit is None else limit
        self.check_inputs()
        return combinations(self.inputs, limit)

    def by_year(self) -> pd.DataFrame:
        """Return RE, PE, other terms of ER, ER and whole tonnes of each calendar year: an estimate.

        Returns
        -------
        DataFrame
            Indexed by year, with a column for each further term of ER that the methodology declares, so that
            each row adds up; of a discount the column ``UD [tCO2]`` has the tonnes that it takes. An undated period
            keeps a separate row whose year is missing.

        Raises
        ------
        ValueError
            If a period lies in several calendar years.

        Warns
        -----
        InputWarning
            For each of `Result.remarks`, which are in ``attrs["remarks"]`` of the table, too.
        """
        found = year_table(self.calendar_years())
        found.attrs["remarks"] = [remark.as_data() for remark in self.remarks]
        for remark in self.remarks:
            remark.warn()
        return found

    def calendar_years(self) -> tuple[CalendarYear, ...]:
        """Return the rows of `by_year`, without its warnings: for outputs that show the remarks themselves."""
        check_years(self.inputs.periods)
        return yearly(self.inputs.periods, self.emissions)

    # What has to be looked at

    @cached_property
    def checked_values(self) -> Mapping[str, Array]:
        """The values that criteria, cross-checks and indicators look at, as far as they are known."""
        return checked_values.values(self.inputs, self._results)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """Everything that has to be looked at before this result is used, the gravest first.

        Eligibility criteria that are not met, cross-checks that are violated, values and ratios outside their
        plausible ranges, values less conservative than the document's, amounts far from the others, kinds of unit
        left out, and what was noticed in reading the input.

        Examples
        --------
        >>> import jcm_calc, warnings
        >>> warnings.simplefilter("ignore")
        >>> chiller = {"EC_PJ": 1000, "COP_PJ": 5.9, "capacity": 500, "T_cooling_out": 37, "T_chilled_out": 7}
        >>> result = jcm_calc.calculate("ID_AM002", power_source="grid", EF_grid=0.8, **chiller)
        >>> for remark in result.remarks:
        ...     print(remark.topic, "|", remark)
        criterion not met | criterion 2 is not met: COP_PJ,tc,i 5.9, must be above 6
        >>> result.remarks[0].numbers
        (('COP_PJ_tc', 5.9),)
        """
        inputs, known = self.inputs, self.checked_values
        found = [
            *_remarks.criteria(inputs, self.assessments, known),
            *_remarks.limits(inputs, known),
            *_remarks.indicators(inputs, known),
            *(remark for remark, _ in self.replaced),
            *(_remarks.confirmed(inputs) if self.call["evidence"] else ()),
            *_remarks.begun(inputs, self.full),
            *_remarks.left_out(inputs),
            *_remarks.of_several(inputs),
            *_remarks.near_a_limit(inputs),
            *map(Remark.of, inputs.warnings),
        ]
        return _remarks.ordered(found)

    @cached_property
    def replaced(self) -> tuple[tuple[Remark, bool], ...]:
        """Values given instead of the document's that make ER larger, and whether each needs a reason."""
        if not self.inputs.replaced:
            return ()
        reductions = float(self.full("ER").sum())
        return tuple(_remarks.replaced(self.inputs, reductions))

    @property
    def headline(self) -> str:
        """The gravest remark, and how many others there are; nothing without remarks."""
        if not self.remarks:
            return ""
        first, rest = Message("{}").format(self.remarks[0]), len(self.remarks) - 1
        if not rest:
            return first
        return first + ngettext(" (and {count} more remark)", " (and {count} more remarks)", rest).format(count=rest)

    # Evidence and credits

    @cached_property
    def assessments(self) -> tuple[CriterionAssessment, ...]:
        """The answer to each eligibility criterion."""
        return eligibility.assessments(self.inputs, self.checked_values)

    def eligibility(self) -> pd.DataFrame:
        """Return the answer to each eligibility criterion, as a DataFrame by number."""
        return eligibility.table(self.assessments)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything that an issuance request rests on, with its evidence."""
        looked_at = {name for assessment in self.assessments for name in assessment.criterion.arguments}
        rests_on = self.graph.upstream(*RESULTS, *sorted(looked_at & self.graph.nodes.keys()))
        given = (*self.call["tables"], *self.call["values"].values())
        treated = dict.fromkeys(monitoring_items(given, self.methodology.treatments))
        return (*issuance_items(self.inputs, rests_on, self.assessments), *treated)

    @property
    def unconfirmed(self) -> tuple[Item, ...]:
        """The items that are not confirmed."""
        return tuple(item for item in self.items if not item.evidence.confirmed)

    @property
    def unconfirmed_values(self) -> tuple[str, ...]:
        """The symbols of the document's values that are used without being confirmed, by default or by name."""
        return tuple(dict.fromkeys(item.name for item in self.unconfirmed if item.kind == "default"))

    @property
    def blockers(self) -> tuple[Item, ...]:
        """What prevents an issuance request: unconfirmed items, and criteria not shown to be met.

        Where nothing else does, also equations whose code gives other numbers than the equation that is shown.
        """
        return tuple(item for item in self.items if item.lacks or not item.evidence.confirmed) or self._not_as_shown

    @cached_property
    def _not_as_shown(self) -> tuple[Item, ...]:
        """The equations whose code gives other numbers, with the values of this calculation, than what is shown."""
        nodes = self.inputs.graph.nodes
        rules = [rule for rule in self.inputs.graph.equations if rule.name not in self._values]
        shown = Graph({**nodes, **{rule.name: rule.as_shown() for rule in rules}})
        again = evaluate(shown, self.inputs.sizes, self._values, self._lookups, RESULTS)
        if all(np.allclose(again[name], self._array(name), rtol=1e-12, atol=1e-9) for name in RESULTS):
            return ()
        odd = [rule for rule in rules if rule.differs_from_shown(*map(self._array, rule.arguments))]
        odd = odd or [rule for rule in rules if rule.name in RESULTS]
        lacks = _("the code gives other numbers than the equation that is shown")
        section = self.methodology.section
        return tuple(Item(_("equation"), rule.symbol, section(rule), rule.evidence, rule.text, lacks) for rule in odd)

    @property
    def issuable(self) -> bool:
        """Whether credits can be requested: everything is confirmed, and every period is dated and over."""
        periods = self.inputs.periods
        return (
            not self.blockers
            and all(period.year for period in periods)
            and not any(not_issuable(self.methodology, periods))
        )

    def credits(self) -> pd.Series[int]:
        """Return the credits that can be requested: whole tonnes by calendar year.

        Raises
        ------
        UnconfirmedError
            If it rests on anything unconfirmed, or a criterion is not shown to be met.
        EvidenceError
            If what an equation or a criterion looks up has changed since it was confirmed.
        InputError
            If a period has no dates, begins before the scheme or has not ended.
        ValueError
            If a period lies in several years.
        """
        self.check_inputs()
        confirm_again(self.methodology, self.call["evidence"])
        if self.blockers:
            raise UnconfirmedError(str(self.methodology), self.blockers, [self.methodology])
        InputError.raise_for(str(self.methodology), not_issuable(self.methodology, self.inputs.periods))
        return year_table(self.calendar_years())["tonnes"].rename("credits")

    # Manifest

    def manifest(self) -> dict[str, Any]:
        """Return all that is needed to calculate again and to compare, ready for JSON.

        Its ``hash`` is over the input and the rules, not over results, so that it does not depend
        on the machine. ``inputs`` is a hash over what was calculated with, in declared units: it stays
        the same however and in whichever file it was written.

        Raises
        ------
        InputError
            If a file of the input is no longer the one that was calculated with.
        """
        self.check_inputs()
        m = self.methodology
        rules = _manifest.rules_digest(m)
        changed = [
            Problem(str(table), CHANGED)
            for table, before in zip(self.call["tables"], self.call["files"], strict=True)
            if _manifest.file_digest(table) != before
        ]
        InputError.raise_for(str(m), changed)
        call = self._recorded_call()
        return {
            "schema": _manifest.SCHEMA,
            "library": {"name": "jcm_calc", "version": _manifest.library_version()},
            "methodology": {
                "number": m.number,
                "version": m.version,
                "title": m.title,
                "rules": rules,
                **({"notices": list(map(str, m.notices))} if m.notices else {}),
            },
            "call": call,
            "periods": [str(period) for period in self.inputs.periods],
            "choices": self.inputs.choices,
            "inputs": _manifest.bound_digest(self.inputs),
            "units": {name: m.inputs[name].unit for name in self.inputs.values if name in m.inputs},
            "sources": {name: self.source(name) for name in self.inputs.graph.nodes if name in m.inputs},
            "evidence": [
                {
                    "kind": i.kind,
                    "name": i.name,
                    "detail": i.detail,
                    "grade": str(i.evidence.grade),
                    "section": i.section,
                    **({"confirmed": i.evidence.confirmation.as_data()} if i.evidence.confirmation else {}),
                }
                for i in self.items
            ],
            "eligibility": {assessment.criterion.number: str(assessment.answer) for assessment in self.assessments},
            "remarks": [remark.as_data() for remark in self.remarks],
            "issuable": self.issuable,
            "results": {name: self.full(name).ravel().tolist() for name in RESULTS},
            "hash": _manifest.input_digest(call, rules),
        }

    def _recorded_call(self) -> dict[str, Any]:
        """Return the arguments of the calculation, ready for JSON; of the optional ones, those that were given."""

        def recorded(values: Mapping[str, Any]) -> dict[str, Any]:
            return {name: _manifest.record(value, name, self._declared(name)) for name, value in values.items()}

        given = self.call
        optional = {
            "override": dict(self.inputs.overrides),
            "on": given["on"] and str(given["on"]),
            "split": given["split"] if given.get("split") in ("years", "days") else "",
            "evidence": [file.as_data() for file in given["evidence"]],
        }
        return {
            "tables": [_manifest.record_table(table, m=self.inputs.methodology) for table in given["tables"]],
            "values": recorded(given["values"]),
            "p": _manifest.record_periods(given["p"]),
            "facts": recorded(given["facts"] or {}),
            **{key: value for key, value in optional.items() if value},
        }


def undefined(error: EvaluationError, inputs: Inputs, alone: bool = False) -> Problem:
    """Say which quantity has no value, where, and why; of a calculation ``alone`` also from what a zero follows."""
    symbols = inputs.methodology.symbols()
    node = inputs.graph.nodes[error.name]
    place = ", ".join(
        f"{letter}={axis.labels[at]}"
        for at, (letter, axis) in zip(error.place, inputs.axes.items(), strict=True)
        if letter in node.indices and not axis.scalar
    )
    causes = []
    for name in error.zeros:
        message = _("{symbol} is 0 ({text})")
        if found := _numbers_behind(name, error.place, inputs) if alone else "":
            message = _("{symbol} is 0 ({text}; it follows from {numbers})")
        text = getattr(inputs.graph.nodes[name], "text", name)
        causes.append(message.format(symbol=symbols[name], text=text, numbers=found))
    complaint = _("has no value for {place}: {cause}") if place else _("has no value: {cause}")
    cause = _(" and ").join(causes) if causes else _("a number is too large")
    return Problem(symbols[error.name], complaint.format(place=place, cause=cause))


def _numbers_behind(name: str, place: tuple[int, ...], inputs: Inputs) -> str:
    """Return the operands of an equation with their values at a place; nothing where these are not known."""
    rule, symbols = inputs.graph.nodes[name], inputs.methodology.symbols()
    if not isinstance(rule, Equation):
        return ""
    behind = [inputs.graph.nodes[one] for one in _behind(rule, inputs.graph)]
    names = tuple(one.name for one in behind)
    try:
        found = evaluate(inputs.graph.upstream(*names), inputs.sizes, inputs.values, inputs.lookups(), names)
    except EvaluationError:
        return ""
    parts = []
    for one in behind:
        array = found[one.name]
        spot = tuple(
            slice(None) if letter not in rule.indices else min(at, size - 1)
            for letter, at, size in zip(inputs.axes, place, array.shape, strict=True)
        )
        ends = dict.fromkeys(with_unit(f"{end:,.6g}", one.unit) for end in (array[spot].min(), array[spot].max()))
        parts.append(f"{symbols[one.name]} = {' … '.join(ends)}")
    return ", ".join(parts)


def _behind(rule: Equation, graph: Graph) -> dict[str, None]:
    """Return what an equation follows from: of what only counts or decides, such as a flag, what that follows from."""
    found: dict[str, None] = {}
    for name in rule.arguments:
        node = graph.nodes[name]
        found |= _behind(node, graph) if isinstance(node, Equation) and not node.unit else {name: None}
    return found
