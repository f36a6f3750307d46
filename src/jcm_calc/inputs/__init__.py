"""From what the user gave to arrays on the axes of a methodology, with all complaints at once."""

from __future__ import annotations

from jcm_calc.inputs.arguments import Origin
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.binding import Inputs, bind
from jcm_calc.inputs.periods import Period

__all__ = ["Axis", "Inputs", "Origin", "Period", "bind"]
