"""What a methodology declares: parameters, values, equations, criteria; and the graph of its equations."""

from __future__ import annotations

from jcm_calc.declarations.frozen import FrozenError
from jcm_calc.declarations.group import Group
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import DeclarationError, Value, Version

__all__ = ["DeclarationError", "FrozenError", "Group", "Interval", "Value", "Version"]
