"""The error of units and numbers."""


class UnitError(ValueError):
    """A unit or a number with a unit that cannot be understood, or has the wrong dimension."""


UnitError.__module__ = "jcm_calc.units"  # where users import it from
