"""Treatments: what is counted instead of readings that cannot be used, as the user chose it.

Each is a function from a finding and what is known around it to the amount that counts. Which of
them may be chosen for what is stated by data correction rules. A direction is never a matter of habit: it
comes from the sign of ∂ER/∂x at the meter and period in question.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.plan import Treatment
from jcm_calc.readings.rule_sets import RuleSet
from jcm_calc.units import UnitError, magnitude

NO_CHOICE = Treatment(0, "", "")


@dataclass(frozen=True)
class Around:
    """What a treatment may look at in addition to the finding."""

    unit: str  # of the parameter
    slope: float | None  # ∂ER/∂x, or None where no methodology is named
    comparable: Sequence[float] = ()  # amounts of the same hours of the same days of the week, without findings
    adjacent: Sequence[float] = ()  # amounts of the times just before and after, of the same length
    choice: Treatment = NO_CHOICE
    share: float = 1.0  # the part of the user's substitute that falls to this finding
    error: float = 0.0  # of a meter whose calibration was late, as a fraction
    allowed: Sequence[str] = ()  # the treatments that the data correction rules permit for such a finding

    def least(self, amounts: Iterable[float]) -> float:
        """Return the amount with the least ER."""
        return min(amounts) if self.direction() >= 0 else max(amounts)

    def direction(self) -> float:
        """Return the sign of ∂ER/∂x."""
        if self.slope is None:
            raise ValueError(_("no methodology is named, so it is not known which direction lowers ER"))
        return self.slope


# What takes the direction in which ER falls, whichever it is.
BY_SIGN = {
    "comparable period": _("of all comparable periods the amount with the least ER"),
    "conservative reading": _("of the readings that differ the one with the least ER"),
    "maximum permissible error": _("against ER"),
    "substitute": _("an amount of your own with a reason; it is questioned where a comparable period gives less ER"),
}


def _count_as_zero(finding: ReadingsFinding, around: Around) -> float:
    if around.direction() < 0:
        others = [Message("{!r} ({})").format(name, how) for name, how in BY_SIGN.items() if name in around.allowed]
        safe = _(" or ").join(others) or _("none in these data correction rules")
        slope = f"{around.direction():.4g} tCO2/({around.unit})"
        complaint = _("an amount of 0 would raise ER, as ∂ER/∂x is {slope} here; conservative are {safe}")
        raise ValueError(complaint.format(slope=slope, safe=safe))
    return 0.0


def _comparable_period(finding: ReadingsFinding, around: Around) -> float:
    if not around.comparable:
        raise ValueError(_("there is no comparable period without findings on file"))
    return around.least(around.comparable)


def _mean(finding: ReadingsFinding, around: Around) -> float:
    if len(around.adjacent) < 2:
        raise ValueError(_("the times before and after it have findings, too"))
    return sum(around.adjacent) / len(around.adjacent)


def _substitute(finding: ReadingsFinding, around: Around) -> float:
    try:
        return float(magnitude(around.choice.value, around.unit)) * around.share
    except UnitError as error:
        raise ValueError(str(error)) from None


def _exact(finding: ReadingsFinding, around: Around) -> float:
    if finding.exact is None:
        raise ValueError(Message("{}: {}").format(_("the readings around it do not tell the amount"), finding.note))
    return finding.exact


def _rescale(finding: ReadingsFinding, around: Around) -> float:
    assert around.choice.factor is not None
    return finding.read * around.choice.factor


def _permissible_error(finding: ReadingsFinding, around: Around) -> float:
    slope = around.direction()
    sign = (slope > 0) - (slope < 0)
    return finding.read * (1 - sign * around.error)


METHODS: Mapping[str, Callable[[ReadingsFinding, Around], float]] = {
    "count as zero": _count_as_zero,
    "comparable period": _comparable_period,
    "mean of before and after": _mean,
    "substitute": _substitute,
    "conservative reading": lambda finding, around: around.least(finding.values),
    # of a step that lies on both sides of the end of a period, the share by time
    "keep": lambda finding, around: finding.values[0] if finding.values else finding.read,
    "rescale": _rescale,
    "maximum permissible error": _permissible_error,
    **dict.fromkeys(("count once", "leave out", "count from zero", "add the range", "split by time"), _exact),
    "final and initial reading": _exact,
}


def chosen(findings: Sequence[ReadingsFinding], choices: Sequence[Treatment]) -> list[Treatment | None]:
    """Return, for each finding, the first choice made for its meter, kind and time.

    A replacement with both readings is its own choice: they are stated with the meter.
    """
    stated = Treatment(0, "replacement", "final and initial reading", reason=_("stated with the meter"))
    return [
        stated if finding.kind == "replacement" else next((one for one in choices if _fits(one, finding)), None)
        for finding in findings
    ]


def _fits(choice: Treatment, finding: ReadingsFinding) -> bool:
    return (
        choice.finding == finding.kind
        and choice.meter in ("", finding.meter)
        and (choice.start is None or choice.start <= finding.start)
        and (choice.end is None or finding.end <= choice.end)
    )


def unused(choices: Sequence[Treatment], used: Container[int]) -> list[Problem]:
    """Complain of choices that fit no finding, by the numbers of those that do: what is announced must be done."""
    complaint = _("no {finding} was found that it fits{hint}")
    ratio = _("; a ratio of transformers or kWh for each pulse is the multiplier of the meter")
    problems = []
    for choice in (one for one in choices if one.number not in used):
        hint = ratio if choice.finding == "unit slip" and choice.factor is not None else ""
        problems.append(Problem(choice.subject, complaint.format(finding=choice.finding, hint=hint)))
    return problems


def treat(finding: ReadingsFinding, around: Around, rules: RuleSet) -> ReadingsFinding | Problem:
    """Apply a choice to a finding.

    Examples
    --------
    >>> from jcm_calc.readings.rule_sets import rule_set
    >>> gap = ReadingsFinding("S1", "gap", 0, 3_600_000_000, 0.0)
    >>> around = Around("MWh", slope=0.2, comparable=[1.2, 0.9, 1.1], choice=Treatment(1, "gap", "comparable period"))
    >>> treat(gap, around, rule_set("JCM")).used
    0.9
    """
    choice = around.choice
    around = replace(around, allowed=rules.treatments.get(finding.kind, ()))
    try:
        used = METHODS[choice.treatment](finding, around)
    except ValueError as error:
        complaint = _("{treatment!r} for {kind} at {meter}: {error}")
        said = {"treatment": choice.treatment, "kind": finding.kind, "meter": finding.meter, "error": error}
        return Problem(choice.subject, complaint.format(**said))
    question, safe = "", None
    if choice.treatment == "substitute" and around.comparable and around.slope:
        least = around.least(around.comparable)
        if (used - least) * around.slope > 0:
            safe = least
            more = _("the substitute {used:.6g} gives more ER than the comparable period with the least, {least:.6g}")
            question = more.format(used=used, least=least)
    return replace(
        finding,
        treatment=choice.treatment,
        reason=choice.reason,
        used=used,
        question=question,
        evidence=rules.evidence_for(finding.kind, choice.treatment),
        safe=safe,
    )
