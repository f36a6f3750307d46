"""What slip a ratio gives away."""

from __future__ import annotations

import math
from math import isclose
from typing import Literal

from jcm_calc.base.languages import Message, _
from jcm_calc.inputs.checks import mistakable
from jcm_calc.reference_data import gwp, ipcc_2006

# The sheets are filled in by hand: a ratio that is meant is met to many digits, others to a few.
CLOSE = 1e-6
PER_CENT, TURNED = _("per cent used as a fraction"), _("wrong sign")
BOUNDS = {"lower": _("the lower bound"), "default": _("the central value"), "upper": _("the upper bound")}
REPORTS: tuple[Literal["SAR", "AR4", "AR5"], ...] = ("SAR", "AR4", "AR5")


def unit_slip(ratio: float, unit: str) -> str:
    """Return the unit in which a number seems to be written, or nothing.

    Parameters
    ----------
    ratio : float
        Of the number found to the number expected.
    unit : str
        The declared unit.

    Examples
    --------
    >>> unit_slip(1000, "MWh"), unit_slip(1000, "tCO2/MWh"), unit_slip(3.6, "MWh"), unit_slip(1.1, "MWh")
    ('kWh', 'kgCO2/MWh', 'GJ', '')
    """
    factors = mistakable(unit) if unit else {}
    return next((one for one, factor in factors.items() if factor != 1 and isclose(ratio, factor, rel_tol=CLOSE)), "")


def slip(ratio: float, unit: str = "") -> tuple[str, str]:
    """Return the code of the check that a ratio belongs to, and the likely cause in words; nothing otherwise.

    Examples
    --------
    >>> slip(100)
    ('B1', 'the value found is 100 × the expected one: per cent used as a fraction')
    >>> slip(1.07)
    ('', '')
    """
    code, cause = _recognised(ratio, unit)
    if not code:
        return "", ""
    message = _("the value found is {ratio:.6g} × the expected one").format(ratio=ratio)
    return code, Message("{}: {}").format(message, cause)


def _recognised(ratio: float, unit: str) -> tuple[str, str]:
    if other := unit_slip(ratio, unit):
        return "B4", _("looks like {other} instead of {unit}").format(other=other, unit=unit)
    if isclose(ratio, 100, rel_tol=CLOSE):
        return "B1", PER_CENT
    if isclose(ratio, 0.01, rel_tol=CLOSE):
        return "B2", _("divided by 100 twice")
    if isclose(ratio, -1, rel_tol=CLOSE):
        return "C1", TURNED
    if any(isclose(ratio, factor, rel_tol=CLOSE) for factor in (3.6, 1 / 3.6)):
        return "B3", _("MWh and GJ confused")
    power = math.log10(abs(ratio)) if ratio and math.isfinite(ratio) else 0.0
    if power and abs(power - round(power)) < CLOSE and round(power) != 0:
        return "B7", _("decimal point in the wrong place")
    return "", ""


def other_potential(symbol: str, found: float, expected: float) -> str:
    """Say from which reports of the IPCC two global warming potentials are; nothing where the first is of none.

    Examples
    --------
    >>> other_potential("GWP_CH4", 25, 28)
    '25 is the value of AR4, 28 that of AR5'
    >>> other_potential("GWP_CH4", 30, 28), other_potential("EF_elec", 25, 28)
    ('', '')
    """
    if not symbol.startswith("GWP"):
        return ""
    gas = symbol.partition("_")[2].partition(",")[0] or "CH4"
    own, other = _report(gas, found), _report(gas, expected)
    if not own or own == other:
        return ""
    said = _("{found:g} is the value of {own}, {expected:g} that of {other}")
    return said.format(found=found, own=own, expected=expected, other=other or _("no report"))


def _report(gas: str, value: float) -> str:
    """Return the report of the IPCC with a global warming potential."""
    for report in REPORTS:
        try:
            if gwp(gas, report) == value:
                return report
        except KeyError:
            continue
    return ""


def bound_for_bound(unit: str, ratio: float) -> str:
    """Say whose default is used instead of a bound, as the ratio of two emission factors of the IPCC tells."""
    if not unit.startswith(("tCO2/", "GJ/")):
        return ""
    columns = {bound: ipcc_2006("EF" if unit.startswith("tCO2") else "NCV", bound) for bound in BOUNDS}
    for fuel in columns["default"]:
        for found, expected in (("default", "lower"), ("default", "upper"), ("upper", "lower"), ("lower", "upper")):
            if fuel in columns[found] and fuel in columns[expected]:
                known = columns[found][fuel].value / columns[expected][fuel].value
                if isclose(ratio, known, rel_tol=1e-4):
                    said = _("the ratio is that of {found} to {expected} for {fuel} (IPCC 2006)")
                    return said.format(found=BOUNDS[found], expected=BOUNDS[expected], fuel=fuel)
    return ""
