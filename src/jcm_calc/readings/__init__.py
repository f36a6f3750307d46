"""From meter readings to monitored parameters: what was read, what is wrong with it, what counts."""

from __future__ import annotations

from jcm_calc.readings.amounts import Monitored
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.monitoring import monitor

__all__ = ["Monitored", "ReadingsFinding", "monitor"]
