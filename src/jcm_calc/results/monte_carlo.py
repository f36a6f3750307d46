"""How uncertain a result is: its inputs drawn at random, the same equations run on all draws at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base import notebook
from jcm_calc.base.cores import on_all_cores
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, suggestion
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import BLOCK, Array, EvaluationError
from jcm_calc.engine.many import evaluate_many, length
from jcm_calc.inputs.binding import with_names
from jcm_calc.inputs.project import as_mapping
from jcm_calc.inputs.schema import got, is_real
from jcm_calc.results.calculation import Calculation, check_result, undefined
from jcm_calc.results.credits import in_tonnes
from jcm_calc.results.draws import Drawn, Groups, RandomNumbers
from jcm_calc.results.rank_correlation import rank_correlations

if TYPE_CHECKING:
    import pandas as pd

OUTSIDE = _(
    "{percent:.2g} % of the values drawn lie outside {bounds}: give a distribution that stays inside, or cut it off "
    "there with truncate=[{name!r}]"
)
NO_CLASS = _(
    "{percent:.2g} % of the values drawn lie outside {bounds} or in no class of the document's table: give a "
    "distribution that stays inside, or cut it off there with truncate=[{name!r}]"
)


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What a result may be, from draws of its inputs; see `jcm_calc.uncertainty`.

    Attributes
    ----------
    result : Result
        The plain calculation.
    draws, seed : int
    samples : dict
        RE, PE and ER of each draw, summed over the periods, in tCO2.
    """

    result: Calculation
    draws: int
    seed: int
    samples: Mapping[str, Array]
    _inputs: Mapping[str, Drawn] = field(repr=False)

    def __repr__(self) -> str:
        low, high = (self.percentile(q) for q in (2.5, 97.5))
        return (
            f"<Uncertainty of {self.result.methodology}: ER = {self.plain():,.6g} tCO2, "
            f"95 % of {self.draws:,} draws between {low:,.6g} and {high:,.6g}>"
        )

    def _repr_html_(self) -> str:
        heading = _("Uncertainty of {methodology}: {draws:,} draws").format(
            methodology=self.result.methodology, draws=self.draws
        )
        summary = self.summary().rename_axis("tCO2")
        drivers = self.drivers.reset_index(drop=True).set_index("symbol")
        return notebook.page(heading, tables=[(_("Emissions"), summary), (_("What drives ER"), drivers)])

    def plain(self, of: str = "ER") -> float:
        """Return the plain result, summed over the periods, in tCO2."""
        return float(self.result.emissions[of].sum())

    def mean(self, of: str = "ER") -> float:
        """Return the mean of the draws, in tCO2."""
        plain = self.plain(of)
        return plain + self._moment(of, plain, 1) / self.draws

    def standard(self, of: str = "ER") -> float:
        """Return the standard uncertainty: the standard deviation of the draws, in tCO2."""
        return math.sqrt(self._moment(of, self.mean(of), 2) / (self.draws - 1))

    def _moment(self, of: str, about: float, power: int) -> float:
        """Return the sum of a power of the distances from a number, by parts that fit the cache."""
        parts = np.split(self.samples[of], range(BLOCK, self.draws, BLOCK))
        return math.fsum(float(((part - about) ** power).sum()) for part in parts)

    def percentile(self, percent: float, of: str = "ER") -> float:
        """Return the value that so many per cent of the draws do not exceed, in tCO2."""
        fits = is_real(percent) and 0 <= percent <= 100
        self._check("percent", percent, fits, _("a number from 0 to 100"))
        return self._quantile(percent / 100, of)

    def at_least(self, confidence: float = 0.95) -> float:
        """Return a conservative ER: the true one is at least this, with the confidence asked for."""
        fits = is_real(confidence) and 0 < confidence < 1
        self._check("confidence", confidence, fits, _("a number above 0 and below 1, such as 0.95"))
        return self._quantile(1 - confidence, "ER")

    def _quantile(self, share: float, of: str) -> float:
        """Return the value that so much of the draws does not exceed, between two draws in proportion."""
        place = share * (self.draws - 1)
        return float(np.quantile(self._ordered[of][int(place) : int(place) + 2], place % 1))

    @cached_property
    def _ordered(self) -> Mapping[str, Array]:
        """The samples, the least of each first."""
        return dict(zip(self.samples, on_all_cores(np.sort, [*self.samples.values()]), strict=True))

    def overstatement(self, materiality: float = 0.05) -> float:
        """Return the probability that the plain ER exceeds the true one by more than this share of it."""
        fits = is_real(materiality) and 0 <= materiality < np.inf
        self._check("materiality", materiality, fits, _("a finite number of at least 0, such as 0.05"))
        true = self.samples["ER"]
        return float(np.mean(self.plain() - true > materiality * np.abs(true)))

    def _check(self, argument: str, given: Any, fits: bool, expected: str) -> None:
        if not fits:
            raise InputError(str(self.result.methodology), [Problem(argument, got(given, expected))])

    def summary(self, percentiles: tuple[float, ...] = (2.5, 50, 97.5)) -> pd.DataFrame:
        """Return plain result, mean, standard uncertainty and percentiles of RE, PE, other terms and ER, in tCO2."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                kind: {name: figure(name) for name in self.samples}
                for kind, figure in (("plain", self.plain), ("mean", self.mean), ("standard", self.standard))
            }
        )
        for percent in percentiles:
            frame[f"{percent:g} %"] = [self.percentile(percent, name) for name in self.samples]
        return frame

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """The uncertain inputs, those that drive ER most first.

        ``rank correlation`` is Spearman's, between ER and the input; where the input has several values,
        their mean, each with the weight of its effect on ER. ``standard`` is the largest standard
        uncertainty of its values relative to the value, missing for temperatures in °C; ``cut off`` the share
        that was truncated.
        """
        import pandas as pd

        correlations = rank_correlations(self.samples["ER"], [one.effect for one in self._inputs.values()])
        rows = [
            {
                "name": name,
                "symbol": one.parameter.symbol,
                "stated": one.distribution.stated,
                "standard": one.relative,
                "rank correlation": correlation,
                "cut off": one.cut_off,
            }
            for (name, one), correlation in zip(self._inputs.items(), correlations, strict=True)
        ]
        frame = pd.DataFrame(rows).set_index("name")
        return frame.sort_values("rank correlation", key=lambda column: -column.abs(), kind="stable")


def uncertainty(
    result: Calculation,
    distributions: Mapping[str, Any],
    draws: int = 100_000,
    seed: int = 0,
    *,
    groups: Mapping[str, Any] | None = None,
    correlation: float | Mapping[str, float] = 1.0,
    each_period: Collection[str] = (),
    truncate: Collection[str] = (),
    progress: Callable[[float], None] = lambda share: None,
) -> Uncertainty:
    """Draw uncertain inputs at random, and calculate the result of every draw.

    It needs scipy: ``pip install jcm-calc[uncertainty]``.

    Parameters
    ----------
    result : Result
        The plain calculation.
    distributions : mapping
        By the name of a parameter how far it may be off: ``"±2 %"`` (limits; every value between them
        equally likely), ``"±0.5 K"``, ``"±2 % (95 %)"`` or ``"±2 % (k=2)"`` (normal), ``"class 0.5"`` (the
        accuracy class of a meter, taken as the limits ±0.5 %), or a frozen distribution of scipy.stats of the
        value itself. Temperatures in °C take a difference only. Inputs that are not named stay as they are.
        Each unit has a separate error, which is the same in all periods; a number given once for all units has
        one error; so has each value of a table of defaults.
    draws : int
    seed : int
        The same seed gives the same draws of an input, whatever else is drawn; more draws continue fewer.
    groups : mapping, optional
        By the name of an input the batch that its meters belong to: one label, or one for each unit (an
        empty one for none). Errors within a group, also of different inputs, go together.
    correlation : float or mapping
        How much they do, from 0 to 1; by the label of the group, or for all.
    each_period : collection of str
        Inputs whose error is drawn anew in each period, such as that of a yearly survey.
    truncate : collection of str
        Inputs whose distribution ends at the parameter's declared bounds. For any other input, draws
        outside the bounds are refused.
    progress : callable, optional
        Called with the share that is done.

    Returns
    -------
    Uncertainty

    Raises
    ------
    InputError
        If a name or distribution cannot be used, or draws lie outside what is possible, with their share.

    Examples
    --------
    >>> import jcm_calc
    >>> result = jcm_calc.calculate("PW_AM001", EG=500.0, p="2024")
    >>> found = jcm_calc.uncertainty(result, {"EG": "class 1", "EF_RE": "±5 % (95 %)"}, draws=20_000, seed=1)
    >>> round(found.plain(), 1), round(found.mean()), round(found.standard())
    (266.5, 266, 7)
    >>> round(found.at_least(0.95))
    255
    >>> found.drivers["rank correlation"].round(1).to_dict()
    {'EF_RE': 1.0, 'EG': 0.2}
    """
    check_result("result", result)
    m, problems = result.methodology, list[Problem]()
    distributions = _by_name(m, "distributions", distributions, "{'EG': '±2 %'}", problems)
    groups = _by_name(m, "groups", groups or {}, "{'EG': 'batch 1'}", problems)
    each_period = _names(m, "each_period", each_period, problems)
    truncate = _names(m, "truncate", truncate, problems)
    for argument, given, least in (("draws", draws, 2), ("seed", seed, 0)):
        if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < least:
            problems.append(Problem(argument, got(given, _("a whole number of at least {least}").format(least=least))))
    grouped = Groups(groups, correlation, RandomNumbers(seed, length(result.inputs)))
    problems += grouped.problems(distributions, each_period)
    for name in sorted({*each_period, *truncate} - {*distributions}):
        problems.append(Problem(name, _("has no distribution{hint}").format(hint=suggestion(name, distributions))))
    drawn: dict[str, Drawn] = {}
    slopes = result.derivatives()
    for name, given in distributions.items():
        try:
            parameter = _uncertain(result, name)
            drawn[name] = Drawn(result, parameter, given, grouped, name in each_period, name in truncate)
            drawn[name].weigh(slopes.get(name))
        except ValueError as error:
            problems.append(Problem(m.symbols().get(name, name), str(error)))
    InputError.raise_for(str(m), with_names(m, problems))
    return _run(result, drawn, draws, seed, progress)


def _by_name(m: Declarations, argument: str, given: Any, example: str, problems: list[Problem]) -> dict[str, Any]:
    """Return what was given by name or symbol, by name."""
    try:
        return m.by_name(as_mapping(argument, given, example, problems))
    except InputError as error:
        problems += [Problem(f"{argument}[{one.subject!r}]", one.complaint) for one in error.problems]
        return {}


def _names(m: Declarations, argument: str, given: Any, problems: list[Problem]) -> list[str]:
    """Return names of inputs, each given by name or symbol."""
    if isinstance(given, str) or not isinstance(given, Collection) or not all(isinstance(one, str) for one in given):
        problems.append(Problem(argument, got(given, _("a list of names"))))
        return []
    return [*m.by_name(dict.fromkeys(given))]


def _uncertain(result: Calculation, name: str) -> Parameter:
    """Return the parameter of a name; it must be a number that takes part in the calculation."""
    node = result.inputs.graph.nodes.get(name)
    if isinstance(node, Parameter):
        if node.kind is Kind.CONSTANT:
            raise ValueError(_("is true by definition and has no uncertainty"))
        if node.textual or node.unit == "date":
            raise ValueError(_("is not a number and has no distribution: calculate each case instead"))
        return node
    if node is not None:
        raise ValueError(_("is calculated: give the uncertainty of what it is calculated from"))
    known = [one.name for one in result.inputs.graph.parameters]
    raise ValueError(_("takes no part in this calculation{hint}").format(hint=suggestion(name, known)))


def _run(
    result: Calculation, drawn: Mapping[str, Drawn], draws: int, seed: int, progress: Callable[[float], None]
) -> Uncertainty:
    samples = {name: np.full(draws, amounts.sum()) for name, amounts in result.emissions.items()}
    for one in drawn.values():
        one.effect = np.zeros(draws)

    spread = {name: one for name, one in drawn.items() if one.distribution.standard.any()}

    def varied(batch: slice) -> dict[str, Array]:
        return {name: one.draw(batch) for name, one in spread.items()}

    try:
        for batch, found in evaluate_many(result.inputs, draws, varied, spread) if spread else ():
            for name, amounts in in_tonnes(result.methodology.terms, found).items():
                amounts.sum(axis=1, out=samples[name][batch])
            progress(batch.stop / draws)
    except EvaluationError as error:
        raise _impossible(result, drawn, draws, error) from None
    if any(one.outside for one in drawn.values()):
        raise _impossible(result, drawn, draws)
    return Uncertainty(result, draws, seed, samples, drawn)


def _impossible(
    result: Calculation, drawn: Mapping[str, Drawn], draws: int, error: EvaluationError | None = None
) -> InputError:
    """Say which inputs were drawn outside what is possible, and how often."""
    problems = []
    for name, one in drawn.items():
        if one.outside:
            message, percent = NO_CLASS if one.in_no_class else OUTSIDE, 100 * one.outside / one.count
            complaint = message.format(percent=percent, bounds=one.parameter.bounds, name=name)
            problems.append(Problem(one.parameter.symbol, complaint))
    if error is not None and not problems:
        problem = undefined(EvaluationError(error.name, error.place[1:], error.zeros), result.inputs)
        message = _("draw {number} of {draws:,} {complaint}")
        complaint = message.format(number=error.place[0] + 1, draws=draws, complaint=problem.complaint)
        problems = [Problem(problem.subject, complaint)]
    return InputError(str(result.methodology), with_names(result.methodology, problems))
