"""The scheme's own rules, which are in guidelines whose text could not be read."""

from __future__ import annotations

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import SchemeRule
from jcm_calc.evidence import unconfirmed

GUIDELINES = "JCM guidelines for developing PDD and monitoring report"
SCHEME_RULES = (
    SchemeRule(
        _("whole tonnes"),
        "emission reductions are rounded down to whole tonnes",
        GUIDELINES,
        unconfirmed("agrees with one project design document and one plan", 80),
    ),
    SchemeRule(
        _("calendar years"),
        "emission reductions are rounded down for each calendar year",
        GUIDELINES,
        unconfirmed("the break at 31 December 2020 is seen in decisions", 75),
    ),
)
