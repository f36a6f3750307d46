"""How far a value may be off: "±2 %", the accuracy class of a meter, or a distribution of scipy.

============================  ==========================================================================
``"±2 %"``, ``"±0.5 K"``      limits: every value between them is equally likely (rectangular)
``"±2 % (95 %)"``             an interval of this coverage of a normal distribution
``"±2 % (k=2)"``              so many standard uncertainties of a normal distribution
``"class 0.5"``               a meter whose error is at most 0.5 % of its reading: limits, as ``"±0.5 %"``
``scipy.stats.norm(135, 2)``  the distribution of the value itself, in the declared unit
============================  ==========================================================================

A per cent is one of the value, also where the value is a share. Of a temperature in °C or °F a per cent has no
meaning: its half-width is a difference, ``"±0.5 K"`` or ``"±0.5 °C"``. Of limits alone, a
rectangular distribution is assumed, whose standard uncertainty is the half-width over √3; that is the usual
convention of metrology (JCGM 100:2008, clause 4.3.7; not verified, from recollection). That a class means such
limits holds near the rated load: at low loads, low power factors or other temperatures the standards of meters
allow more, and current transformers add further errors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import require, shown
from jcm_calc.declarations.items import Parameter
from jcm_calc.engine.evaluation import Array
from jcm_calc.inputs.carriers import carried, is_array
from jcm_calc.inputs.schema import got
from jcm_calc.units import difference, has_offset, parse_number, split

LIMITS = re.compile(r"(?:±|\+/-|\+-)\s*([^()]+?)\s*(?:\(\s*(?:k\s*=\s*(\S+?)|(\S+?)\s*%)\s*\))?")
CLASS = re.compile(r"(?:accuracy\s+)?class\s*(\d+(?:\.\d+)?)\s*S?", re.I)
EXPECTED = _("'±2 %', '±0.5 K', '±2 % (95 %)', '±2 % (k=2)', 'class 0.5', or a frozen distribution of scipy.stats")


@dataclass(frozen=True)
class Distribution:
    """What the true value may be."""

    stated: str  # as the user wrote it
    standard: Array  # the standard uncertainty in the declared unit, with one axis for each index
    quantile: Callable[[Array], Array]  # from probabilities to values, element by element
    probability: Callable[[Array], Array]  # from values to the probability of a smaller one


def read(parameter: Parameter, given: Any, value: Array, letters: Sequence[str]) -> Distribution:
    """Read how far a value in the declared unit may be off; what cannot be understood is a `ValueError`."""
    if isinstance(given, str):
        return _limits(parameter, given.strip(), value)
    if not all(hasattr(given, name) for name in ("ppf", "cdf", "std", "dist", "args", "kwds")):
        raise ValueError(got(given, EXPECTED))
    arranged = given.dist(
        *(_arranged(parameter, argument, letters) for argument in given.args),
        **{name: _arranged(parameter, argument, letters) for name, argument in given.kwds.items()},
    )
    standard = np.asarray(arranged.std(), dtype=np.float64)
    if not np.isfinite(arranged.ppf(0.5)).all():
        raise ValueError(_("the distribution {name} has no values: look at its arguments").format(name=_named(given)))
    standard = standard.reshape((1,) * (len(letters) - standard.ndim) + standard.shape)
    return Distribution(_named(given), standard, arranged.ppf, arranged.cdf)


def _arranged(parameter: Parameter, argument: Any, letters: Sequence[str]) -> Any:
    """Give an argument of a distribution, in the parameter's own shape, one axis for each index."""
    array, unit = carried(argument)
    if unit is not None:
        message = _("an argument has the unit {unit}: give plain numbers in {declared}")
        raise ValueError(message.format(unit=repr(unit), declared=repr(parameter.unit or "1")))
    if not is_array(array):
        return argument
    if array.ndim != len(parameter.indices):
        indices = ", ".join(parameter.indices) or _("none")
        message = _("got an argument of shape {shape}; must have one axis for each index ({indices})")
        raise ValueError(message.format(shape=array.shape, indices=indices))
    sizes = dict(zip(parameter.indices, array.shape, strict=True))
    return array.reshape([sizes.get(letter, 1) for letter in letters])


def _named(given: Any) -> str:
    arguments = [shown(one, 20) for one in given.args]
    arguments += [f"{name}={shown(one, 20)}" for name, one in given.kwds.items()]
    return f"{given.dist.name}({', '.join(arguments)})"


def _limits(parameter: Parameter, text: str, value: Array) -> Distribution:
    if match := CLASS.fullmatch(text):
        return _rectangular(text, value, _share(parameter, float(match[1]), value))
    match = LIMITS.fullmatch(text)
    if match is None:
        if text[:1].isdigit() and LIMITS.fullmatch(f"±{text}"):
            _limits(parameter, f"±{text}", value)  # which may not be possible either
            raise ValueError(_("got {given}; did you mean {meant}?").format(given=shown(text), meant=shown(f"±{text}")))
        raise ValueError(got(text, EXPECTED))
    half = _half_width(parameter, match[1], value)
    if match[2] is not None:
        factor = parse_number(match[2])
        if factor <= 0:
            raise ValueError(_("got k = {factor}; must be a coverage factor above 0").format(factor=match[2]))
        return _normal(text, value, half / factor)
    if match[3] is not None:
        require("scipy", "uncertainty")
        from scipy.special import ndtri

        coverage = parse_number(match[3]) / 100
        if not 0 < coverage < 1:
            raise ValueError(_("got a coverage of {percent} %; must be between 0 and 100 %").format(percent=match[3]))
        return _normal(text, value, half / ndtri((1 + coverage) / 2))
    return _rectangular(text, value, half)


def _half_width(parameter: Parameter, text: str, value: Array) -> Array:
    number, unit = split(text)
    if not 0 <= number < np.inf:
        raise ValueError(_("got ±{text}; must be a finite half-width of at least 0").format(text=text))
    if unit is not None and unicodedata.normalize("NFKC", unit).strip() in ("%", "percent", "per cent"):
        return _share(parameter, number, value)
    scale = 1.0 if unit is None else difference(unit, parameter.unit)(1.0)
    return np.full(value.shape, number * scale)


def _share(parameter: Parameter, percent: float, value: Array) -> Array:
    """Return so many per cent of each value, where that has a meaning."""
    if has_offset(parameter.unit):
        complaint = _("a per cent of a value in {unit} depends on where the scale begins: write a difference, '±0.5 K'")
        raise ValueError(complaint.format(unit=parameter.unit))
    return np.abs(value) * (percent / 100)


# Functions of the module with their arguments bound, unlike functions in functions, can be sent to another process.
def _rectangular(stated: str, value: Array, half: Array) -> Distribution:
    functions = (partial(one, value=value, half=half) for one in (_rectangular_quantile, _rectangular_probability))
    return Distribution(stated, half / np.sqrt(3), *functions)


def _rectangular_quantile(probability: Array, value: Array, half: Array) -> Array:
    found = np.asarray(half * (2 * probability - 1))
    found += value
    return found


def _rectangular_probability(bound: Array, value: Array, half: Array) -> Array:
    return np.asarray(np.clip((1 + _over(bound - value, half)) / 2, 0, 1))


def _normal(stated: str, value: Array, standard: Array) -> Distribution:
    require("scipy", "uncertainty")
    functions = (partial(one, value=value, standard=standard) for one in (_normal_quantile, _normal_probability))
    return Distribution(stated, standard, *functions)


def _normal_quantile(probability: Array, value: Array, standard: Array) -> Array:
    from scipy.special import ndtri

    found = np.asarray(standard * ndtri(probability))
    found += value
    return found


def _normal_probability(bound: Array, value: Array, standard: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(_over(bound - value, standard)))


def _over(distance: Array, width: Array) -> Array:
    """Return distances in widths; where there is no width, beyond every bound but the value itself."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = distance / width
    return np.where(np.isnan(found), 0.0, found)
