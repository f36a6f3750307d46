"""One declared item in the surroundings of its methodology: what ``methodology[name]`` gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jcm_calc.declarations.expression import latex
from jcm_calc.declarations.items import Equation, Parameter

if TYPE_CHECKING:
    from jcm_calc.declarations.methodology import Declarations


class MethodologyItem:
    r"""A parameter, or an equation in each of its cases; a notebook shows it with its evidence.

    Examples
    --------
    >>> import jcm_calc
    >>> m = jcm_calc.methodology("ID_AM003")
    >>> m["RE_i"]
    RE_i,p = EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec [primary]
    >>> m["EC_PJ"]
    EC_PJ,i,p [MWh]: electricity consumed by project refrigerator i in period p, monitored [primary]
    >>> print(m["PE_i"].latex)
    \mathit{PE}_{i,p} = \mathit{EC}_{\text{PJ},i,p} \times \mathit{EF}_{\text{elec}}
    """

    def __init__(self, methodology: Declarations, name: str, items: tuple[Parameter | Equation, ...]) -> None:
        self.methodology = methodology
        self.name = name
        self.items = items

    @property
    def latex(self) -> str:
        """The equation in LaTeX, one line a case; of a parameter its symbol."""
        symbols = self.methodology.symbols()
        return "\n".join(
            item.latex(symbols) if isinstance(item, Equation) else latex.symbol(item.symbol) for item in self.items
        )

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for item in self.items:
            grade = f" [{item.evidence.grade}]" if item.evidence else ""
            if isinstance(item, Equation):
                where = f" where {item.case}" if item.when else ""
                yield f"{item.written(self.methodology.symbols())}{where}{grade}"
            else:
                yield f"{item.symbol} [{item.unit or '-'}]: {item.text}, {item.kind}{grade}"

    def _repr_html_(self) -> str:
        from jcm_calc.reports.html.display import entry

        return entry(self.methodology, self.name)

    def _repr_latex_(self) -> str:
        return "\n\n".join(rf"$\displaystyle {line}$" for line in self.latex.splitlines())
