"""Equations as data: an operand that records what is done to it, and the forms in which it is written.

An equation of a methodology is a plain Python function.  Called with recorded operands instead of
numbers it returns the expression that it computes, from which every written form is printed, so
that no form can say anything else than the code does.

Examples
--------
>>> def RE_i(EC_PJ, COP_PJ, COP_RE, EF_elec):
...     return EC_PJ * COP_PJ / COP_RE * EF_elec
>>> print(record(RE_i))
EC_PJ × COP_PJ ÷ COP_RE × EF_elec
"""

from __future__ import annotations

from jcm_calc.declarations.expression.recorded import Expression, ExpressionError, argument_names, record

__all__ = ["Expression", "ExpressionError", "argument_names", "record"]
