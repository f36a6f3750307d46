"""Data correction rules: the permitted treatments, the cost of a late calibration, and the limits of findings.

They are data. The texts of the scheme's own rules could not be read, so a set can be exchanged: by
the name of one that is shipped (``"JCM"``, ``"CDM"``, ``"US 40 CFR 98"``) or by the path of a file.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, suggestion
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.evidence import GRADES, Evidence, Grade, Source, unconfirmed
from jcm_calc.inputs.schema import Field, filled_text, got, in_range, list_of, one_of, read_table, section, text, whole
from jcm_calc.readings.findings import KINDS
from jcm_calc.units import magnitude

# What each treatment needs besides its name.
TREATMENTS: dict[str, tuple[str, ...]] = {
    "count as zero": (),
    "comparable period": (),
    "mean of before and after": (),
    "substitute": ("value", "reason"),
    "count once": (),
    "conservative reading": (),
    "keep": ("reason",),
    "leave out": (),
    "count from zero": (),
    "add the range": (),
    "final and initial reading": (),
    "rescale": ("factor", "reason"),
    "maximum permissible error": (),
    "split by time": (),
}
FOR_GAPS = ("count as zero", "comparable period", "mean of before and after", "substitute")
ARITHMETIC = unconfirmed("nothing was read of it in any rules: arithmetic on the readings, as the user chose it")
ERRORS = ("none", "permissible", "larger of permissible and found")
JITTER = 10 / 3600  # of a set that says nothing of it
RULES = ("gaps", "late_calibration", "calendar_years")


def _limit(unit: str, least: float, most: float) -> Callable[[Any], float]:
    def check(given: Any) -> float:
        try:
            found = float(magnitude(math.nan if isinstance(given, bool) else given, unit))
        except TypeError as error:
            raise ValueError(str(error)) from None
        if found > most:
            raise ValueError(got(given, _("at most {most}").format(most=f"{most:g} {unit}".strip())))
        if not found >= least:
            raise ValueError(got(given, _("at least {least}").format(least=f"{least:g} {unit}".strip())))
        return found

    return check


# From when on something is found, in which unit, and between which numbers.
LIMITS = {
    "stuck": Field(_limit("h", 24, 100_000)),
    "jitter": Field(_limit("h", 0, 24)),
    **dict.fromkeys(("above_rated", "above_usual"), Field(_limit("", 1, 1e15))),
    "slip": Field(_limit("", 2, 1e15)),
    "largest_error": Field(_limit("", 0, 1)),
}
OWN_LIMITS = {key: replace(one, required=key != "jitter") for key, one in LIMITS.items()}
FILE = {"title": Field(text), **dict.fromkeys((*RULES, "treatments", "limits"), Field(section))}
RULE = {
    "grade": Field(one_of(*GRADES), required=_("one of {names}").format(names=", ".join(GRADES))),
    "note": Field(text),
    "source": Field(section),
    "certainty": Field(in_range(whole, 0, 100, _("a whole number from 0 to 100"))),
}
LATE = {"error": Field(one_of(*ERRORS), required=True)}
SOURCE = {one.name: Field(filled_text, required=one.name == "title") for one in fields(Source)}
ALLOWED = dict.fromkeys(KINDS, Field(list_of(one_of(*TREATMENTS))))


@dataclass(frozen=True)
class RuleSet:
    """What may be done about findings, and on what evidence."""

    name: str
    title: str
    treatments: Mapping[str, tuple[str, ...]]  # those that may be chosen for each kind of finding
    late_calibration: str  # which error corrects for a late calibration: one of `ERRORS`
    limits: Mapping[str, float]  # from when on something is found, in the units of `LIMITS`
    evidence: Mapping[str, Evidence] = field(default_factory=dict)  # of each of `RULES`

    def evidence_for(self, kind: str, treatment: str) -> Evidence:
        """Return the evidence of the rule by which a kind of finding is treated."""
        if kind in ("late calibration", "uncalibrated"):
            return self.evidence["late_calibration"]
        if kind == "boundary":
            return self.evidence["calendar_years"]
        return self.evidence["gaps"] if treatment in FOR_GAPS else ARITHMETIC

    def with_limits(self, limits: Mapping[str, Any], problems: list[Problem]) -> RuleSet:
        """Return the set with other limits."""
        return replace(self, limits={**self.limits, **read_table("[readings.limits]", limits, LIMITS, problems)})


def shipped() -> list[str]:
    """Return the names of the data correction rules in the package.

    Examples
    --------
    >>> shipped()
    ['CDM', 'JCM', 'US 40 CFR 98']
    """
    return sorted(entry.name[:-5].replace("_", " ") for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def rule_set(name: str, folder: Path = Path()) -> RuleSet:
    """Return data correction rules by their name, or from a file.

    Raises
    ------
    InputError
        If there is none, or its file cannot be used.

    Examples
    --------
    >>> rules = rule_set("CDM")
    >>> rules.late_calibration, str(rules.evidence_for("late calibration", "maximum permissible error").grade)
    ('larger of permissible and found', 'unconfirmed')
    """
    path = folder / name
    if name in shipped():
        content = (_folder() / f"{name.replace(' ', '_')}.toml").read_text(encoding="utf-8")
    elif os.path.isfile(path):
        content = read_text(path)
    else:
        complaint = _("got {name!r}; must be one of {names}, or the name of a file{hint}")
        complaint = complaint.format(name=name, names=", ".join(shipped()), hint=suggestion(name, shipped()))
        raise InputError(_("the readings"), [Problem("[readings] rules", complaint)])
    return _rule_set(name, parse_toml(name, content))


def _folder() -> Any:
    return files("jcm_calc.readings") / "rules"


def _rule_set(name: str, document: Mapping[str, Any]) -> RuleSet:
    problems: list[Problem] = []
    document = read_table(name, document, FILE, problems)
    treatments = read_table("[treatments]", document.get("treatments", {}), ALLOWED, problems)
    limits = read_table("[limits]", document.get("limits", {}), OWN_LIMITS, problems)
    rules = {key: document.get(key, {}) for key in RULES}
    found = {
        key: read_table(f"[{key}]", rules[key], RULE | (LATE if key == "late_calibration" else {}), problems)
        for key in RULES
    }
    evidence = {key: _evidence(key, one, problems) for key, one in found.items()}
    InputError.raise_for(_("the data correction rules {name}").format(name=name), problems)
    return RuleSet(
        name=name,
        title=document.get("title", name),
        treatments={kind: tuple(names) for kind, names in treatments.items()},
        late_calibration=found["late_calibration"]["error"],
        limits={"jitter": JITTER, **limits},
        evidence=evidence,
    )


def _evidence(key: str, rule: Mapping[str, Any], problems: list[Problem]) -> Evidence:
    source = None
    if "source" in rule:
        cited = read_table(f"[{key}] source", rule["source"], SOURCE, problems)
        source = Source(**{"title": "", **cited})
    grade = Grade(rule.get("grade", Grade.UNCONFIRMED))
    if source is None and grade.confirms:
        problems.append(Problem(f"[{key}] source", _("missing: the document that was read")))
        grade = Grade.UNCONFIRMED
    return Evidence(grade, rule.get("note") or "not stated", source, rule.get("certainty"))
