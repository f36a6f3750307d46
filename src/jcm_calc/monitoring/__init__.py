"""From meter readings to monitored parameters: what was read, what is wrong with it, what counts."""

from __future__ import annotations

from jcm_calc.monitoring.findings import Finding
from jcm_calc.monitoring.monitored import Monitored
from jcm_calc.monitoring.survey import monitor

__all__ = ["Finding", "Monitored", "monitor"]
