"""Equations in MathML whose symbols lead to the place where they are explained."""

from __future__ import annotations

from collections.abc import Container, Mapping

from markupsafe import Markup

from jcm_calc.declarations.expression import Expression, mathml
from jcm_calc.declarations.items import Equation


class PageEquations:
    """The equations of one page, whose names are linked to their places on it.

    Anchors begin with a prefix, so that two pages can be in one notebook.
    """

    def __init__(self, symbols: Mapping[str, str], linked: Container[str], prefix: str) -> None:
        self.symbols = symbols
        self.linked = linked
        self.prefix = prefix

    def anchor(self, name: str) -> str:
        """Return the anchor of a name."""
        return f"{self.prefix}{name}"

    def symbol(self, text: str) -> Markup:
        """Typeset a symbol."""
        return _math(mathml.symbol(text))

    def link(self, name: str) -> Markup:
        """Typeset the symbol of a name, as a link where the page explains it."""
        typeset = self.symbol(self.symbols[name])
        if name not in self.linked:
            return typeset
        return Markup('<a href="#{}">{}</a>').format(self.anchor(name), typeset)

    def equation(self, rule: Equation) -> Markup:
        """Typeset an equation."""
        operands = {name: Markup("<mtext>{}</mtext>").format(self.link(name)) for name in rule.arguments}
        return _math(mathml.equation(mathml.symbol(rule.symbol), rule.expression(operands), rule.total))

    def numbers(self, expression: Expression) -> Markup:
        """Typeset what an equation computes with numbers in place; a long sum has dots."""
        return _math("<mo>=</mo>" + mathml.written(expression).replace("…", "<mo>…</mo>"))


def _math(content: str) -> Markup:
    # `mathml` escapes every text that it is given
    return Markup(f'<math displaystyle="true">{content}</math>')
