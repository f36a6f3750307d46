"""What was found in the readings: each finding is a row with meter, from, to, what, treatment, effect."""

from __future__ import annotations

from dataclasses import dataclass

from jcm_calc.base.languages import _
from jcm_calc.evidence import Evidence

# What can be found: the verifier's code and severity, and what it says.
KINDS = {
    "gap": ("F2", "error", _("no readings")),
    "duplicate": ("A10", "warning", _("the same reading more than once")),
    "conflict": ("A10", "error", _("different readings for one time")),
    "clock jump": ("G1", "warning", _("times of readings do not follow each other by their step")),
    "spike": ("B5", "error", _("more than the equipment can use or make")),
    "stuck": ("F2", "question", _("the same value again and again")),
    "negative": ("F2", "error", _("a reading below 0, or a register that runs back for a moment")),
    "reset": ("F2", "error", _("a register that begins again")),
    "roll-over": ("F2", "warning", _("a register that has reached its last digit")),
    "replacement": ("E11", "warning", _("another meter")),
    "unit slip": ("B4", "error", _("readings that look like another unit")),
    "out of service": ("F1", "error", _("readings from before the meter was there, or after")),
    "late calibration": ("E1", "error", _("readings after the calibration was due")),
    "uncalibrated": ("E2", "error", _("no calibration on record")),
    "step": ("G1", "error", _("readings that come at other distances than is stated")),
    "never falls": ("B5", "error", _("amounts that never fall, as the readings of a register do")),
    "falls often": ("B5", "error", _("a register that falls again and again, as amounts do")),
    "estimated": ("F2", "question", _("readings that are flagged as estimated")),
    "substituted": ("F2", "question", _("readings that are flagged as substituted")),
    "boundary": ("G1", "warning", _("an amount that lies on both sides of the end of a year or period")),
}


@dataclass(frozen=True, slots=True)
class ReadingsFinding:
    """One thing that is wrong with the readings of a meter, and what was done about it.

    Attributes
    ----------
    meter, kind : str
    start, end : int
        From and to, as instants.
    read : float
        The amount that the readings give for this time, in the unit of the parameter.
    note : str
        What was found.
    exact : float, optional
        The amount that treatments take which lose nothing: a duplicate counted once.
    values : tuple of float
        The different readings of a conflict; of a step that lies on both sides of the end of a period, its share.
    period : int
        The number of the period p.
    treatment, reason : str
        What the user chose, and why.
    used : float, optional
        The amount after treatment; None while nothing is chosen.
    question : str
        What stays open after the treatment.
    evidence : Evidence, optional
        Of the treatment.
    tonnes : float, optional
        The effect on ER in tCO2e, by the derivative of ER.
    safe : float, optional
        Of a substitute that gives more ER than every comparable period: the like amount with the least.
    """

    meter: str
    kind: str
    start: int
    end: int
    read: float
    note: str = ""
    exact: float | None = None
    values: tuple[float, ...] = ()
    period: int = -1
    treatment: str = ""
    reason: str = ""
    used: float | None = None
    question: str = ""
    evidence: Evidence | None = None
    tonnes: float | None = None
    safe: float | None = None

    @property
    def code(self) -> str:
        """The verifier's code."""
        return KINDS[self.kind][0]

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``question``; a treated finding is at most a warning."""
        severity = KINDS[self.kind][1]
        if self.question:
            return "question"
        return "warning" if severity == "error" and self.treatment else severity

    @property
    def open(self) -> bool:
        """Whether nothing was chosen yet."""
        return self.used is None

    @property
    def effect(self) -> float | None:
        """The change of the amount by the treatment."""
        return None if self.used is None else self.used - self.read
