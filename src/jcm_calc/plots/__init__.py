"""Plots of results, readings and uncertainties, and of the equations of a methodology: `pip install jcm-calc[plot]`.

Each function draws on the axes that it is given, or on a new figure, and returns the axes. A `Figure` of
matplotlib instead of axes gets the size that the plot needs. Settings of matplotlib stay as they are. The
colours are those of Okabe and Ito, which the colour-blind can tell apart; where two are side by side one
is hatched, so that they differ in print without colour too.

Examples
--------
>>> import jcm_calc
>>> from jcm_calc import plots
>>> result = jcm_calc.calculate("PW_AM001", EG=[[500.0], [300.0]])
>>> axes = plots.waterfall(result)
>>> axes.get_ylabel()
'tCO₂'

References
----------
Okabe, M., Ito, K. (2002). Color Universal Design. jfly.uni-koeln.de/color
"""

from jcm_calc.plots.of_methodology import equations
from jcm_calc.plots.of_readings import availability, readings
from jcm_calc.plots.of_result import contributions, emissions, forecast, sensitivity, uncertainty, waterfall

__all__ = [
    "availability",
    "contributions",
    "emissions",
    "equations",
    "forecast",
    "readings",
    "sensitivity",
    "uncertainty",
    "waterfall",
]


def __dir__() -> list[str]:
    return sorted(__all__)
