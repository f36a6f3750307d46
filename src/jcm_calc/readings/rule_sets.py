"""Rule sets: which treatments may be chosen, what a late calibration costs, from when on something is found.

They are data. The texts of the scheme's own rules could not be read, so a set can be exchanged: by
the name of one that is shipped (``"JCM"``, ``"CDM"``, ``"US 40 CFR 98"``) or by the path of a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, listed, shown, suggestion
from jcm_calc.evidence import GRADES, Evidence, Grade, Source, unconfirmed
from jcm_calc.inputs.schema import Field, filled_text, got, list_of, read_table, text, whole
from jcm_calc.readings.findings import KINDS
from jcm_calc.units import UnitError, magnitude

# What each treatment needs besides its name.
TREATMENTS: dict[str, tuple[str, ...]] = {
    "claim nothing": (),
    "like period": (),
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
FOR_GAPS = ("claim nothing", "like period", "mean of before and after", "substitute")
ARITHMETIC = unconfirmed("nothing was read of it in any rules: arithmetic on the readings, as the user chose it")
ERRORS = ("none", "permissible", "larger of permissible and found")
LIMITS = {"stuck": "h", "jitter": "h", "above_rated": "", "above_usual": "", "slip": "", "largest_error": ""}
JITTER = 10 / 3600  # of a set that says nothing of it


def _section(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(got(given, _("a section with keys")))
    return given


RULES = ("gaps", "late_calibration", "calendar_years")
FILE = {"title": Field(text), **dict.fromkeys((*RULES, "treatments", "limits"), Field(_section))}
RULE = {"grade": Field(text), "note": Field(text), "source": Field(_section), "certainty": Field(whole)}
SOURCE = {one.name: Field(filled_text) for one in fields(Source)} | {"title": Field(filled_text, required=True)}


@dataclass(frozen=True)
class RuleSet:
    """What may be done about findings, and on what evidence.

    Attributes
    ----------
    name, title : str
    treatments : mapping
        The treatments that may be chosen for each kind of finding.
    late_calibration : str
        Which error corrects for a late calibration: one of `ERRORS`.
    limits : mapping
        From when on something is found, as numbers in the units of `LIMITS`.
    evidence : mapping
        Of ``gaps``, ``late_calibration`` and ``calendar_years``.
    """

    name: str
    title: str
    treatments: Mapping[str, tuple[str, ...]]
    late_calibration: str
    limits: Mapping[str, float]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    def evidence_for(self, kind: str, treatment: str) -> Evidence:
        """Return the evidence of the rule by which a kind of finding is treated."""
        if kind in ("late calibration", "uncalibrated"):
            return self.evidence["late_calibration"]
        if kind == "boundary":
            return self.evidence["calendar_years"]
        return self.evidence["gaps"] if treatment in FOR_GAPS else ARITHMETIC

    def with_limits(self, limits: Mapping[str, Any], problems: list[Problem]) -> RuleSet:
        """Return the set with other limits."""
        return replace(self, limits={**self.limits, **_limits(limits, "[readings.limits]", problems)})


def shipped() -> list[str]:
    """Return the names of the rule sets that are shipped.

    Examples
    --------
    >>> shipped()
    ['CDM', 'JCM', 'US 40 CFR 98']
    """
    return sorted(entry.name[:-5].replace("_", " ") for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def rule_set(name: str, beside: Path = Path()) -> RuleSet:
    """Return a rule set by its name, or from a file.

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
    if name in shipped():
        text = (_folder() / f"{name.replace(' ', '_')}.toml").read_text(encoding="utf-8")
    else:
        path = beside / name
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            complaint = _("{name!r} is no rule set and no file: known are {names}{hint}").format(
                name=name, names=", ".join(shipped()), hint=suggestion(name, shipped())
            )
            raise InputError(_("the readings"), [Problem("[readings] rules", complaint)]) from None
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        raise InputError(name, [Problem(name, _("is no valid TOML: {error}").format(error=error))]) from None
    return _rule_set(name, document)


def _folder() -> Any:
    return files("jcm_calc.readings") / "rules"


def _rule_set(name: str, document: Mapping[str, Any]) -> RuleSet:
    problems: list[Problem] = []
    document = read_table(name, document, FILE, problems)
    kinds = document.get("treatments", {})
    treatments = read_table("[treatments]", kinds, dict.fromkeys(kinds, Field(list_of(text))), problems)
    for kind, names in treatments.items():
        if kind not in KINDS:
            problems.append(
                Problem(f"[treatments] {kind}", _("is no kind of finding{hint}").format(hint=suggestion(kind, KINDS)))
            )
        if unknown := [one for one in names if one not in TREATMENTS]:
            complaint = _("{names} is no treatment; known are {known}").format(
                names=listed(unknown), known=", ".join(TREATMENTS)
            )
            problems.append(Problem(f"[treatments] {kind}", complaint))
    evidence = {key: _evidence(key, document.get(key, {}), problems) for key in RULES}
    error = document.get("late_calibration", {}).get("error")
    if error not in ERRORS:
        problems.append(
            Problem(
                "[late_calibration] error",
                _("{came} came, expected one of {names}").format(came=shown(error), names=", ".join(ERRORS)),
            )
        )
    limits = {"jitter": JITTER, **_limits(document.get("limits", {}), "[limits]", problems)}
    if missing := [key for key in LIMITS if key not in limits]:
        problems.append(Problem("[limits]", _("missing: {names}").format(names=", ".join(missing))))
    if problems:
        raise InputError(_("the rule set {name}").format(name=name), problems)
    allowed = {kind: tuple(names) for kind, names in treatments.items()}
    return RuleSet(name, document.get("title", name), allowed, error, limits, evidence)


def _evidence(key: str, entry: Mapping[str, Any], problems: list[Problem]) -> Evidence:
    entry = read_table(
        f"[{key}]", entry, RULE | ({"error": Field(text)} if key == "late_calibration" else {}), problems
    )
    known = len(problems)
    cited = read_table(f"[{key}] source", entry["source"], SOURCE, problems) if "source" in entry else {}
    if entry.get("grade") not in GRADES:
        problems.append(Problem(f"[{key}] grade", _("missing: one of {names}").format(names=", ".join(GRADES))))
        return unconfirmed("missing")
    source = Source(**cited) if cited and len(problems) == known else None
    grade, note = Grade(entry["grade"]), entry.get("note", "")
    if "source" not in entry and grade.certifies:
        problems.append(Problem(f"[{key}] source", _("missing: the document that was read")))
        grade = Grade.UNCONFIRMED
    return Evidence(grade, note or "not stated", source, entry.get("certainty"))


def _limits(limits: Mapping[str, Any], section: str, problems: list[Problem]) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in limits.items():
        if key not in LIMITS:
            problems.append(
                Problem(
                    f"{section} {key}",
                    _("is no limit{hint}; known are {names}").format(
                        hint=suggestion(key, LIMITS), names=", ".join(LIMITS)
                    ),
                )
            )
            continue
        try:
            found[key] = float(magnitude(value, LIMITS[key]))
        except (UnitError, TypeError, ValueError) as error:
            problems.append(Problem(f"{section} {key}", str(error)))
    if found.get("jitter", 0) < 0:
        problems.append(Problem(f"{section} jitter", _("is below 0")))
    if found.get("stuck", 24) < 24:
        problems.append(Problem(f"{section} stuck", _("is shorter than 24 h")))
    return found
