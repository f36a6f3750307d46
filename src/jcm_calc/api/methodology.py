"""A methodology as its user holds it: with its calculation, its criteria answered, its tables and its templates."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jcm_calc.base.problems import suggestion
from jcm_calc.declarations.expression import latex
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.names import spelt_out

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.api.calling import MethodologyCall


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


class CalculateMethod:
    """Calculate with a methodology: `jcm_calc.calculate`, with a parameter for each of its inputs.

    An editor completes their names, Greek letters spelt out, and shows symbol, unit and meaning.

    Examples
    --------
    >>> import jcm_calc
    >>> m = jcm_calc.methodology("PW_AM001")
    >>> m.calculate
    <calculate PW_AM001 ver 1.0: EG, EF_RE>
    >>> print(f"{m.calculate(EG='500 MWh').ER:.1f~P}")
    266.5 tCO2
    """

    # no property: a notebook shows the documentation of a property, not of what it gives
    def __get__(self, m: Methodology, owner: type[Methodology]) -> MethodologyCall:
        from jcm_calc.api.calling import MethodologyCall

        return MethodologyCall(m)


class Methodology(Declarations):
    """One version of an approved methodology.

    It can be changed until it is used: until it is calculated for the first time, or comes from a methodology package.
    After that every change is refused with a `FrozenError`; `corrected` and `revised` give a copy to change.

    Parameters
    ----------
    number : str
        For example ``"ID_AM002"``.
    version : str
        For example ``"2.0"``.
    title : str
        The official title, in English.
    titles : mapping, optional
        Translations of the title by language, such as ``{"ja": "…"}``; none of them is official.
    country : str
        ISO code of the partner country.
    sectoral_scope : int
    indices : mapping
        Letter and meaning of each index, in order; ``p`` is the monitoring period.
    optional : str, optional
        Indices that a project may lack; a total over an index that nothing given has is 0.
    terms : mapping, optional
        What ER has in addition to RE − PE, in the order of application: from the name of an equation or parameter to
        ``"deduction"`` (tCO2 that are subtracted, such as leakage), ``"addition"`` (tCO2 that are added, such as
        removals) or ``"discount"`` (a share U of what precedes it: × (1 − U)). ER = (RE − PE − LK) × (1 − UD) has
        the terms ``{"LK": "deduction", "UD": "discount"}``. The equation of ER is declared as the others are.
    identity : mapping, optional
        The evidence of number, title, scope, version and so on.
    approved : date, optional
        The day on which the Joint Committee approved the version, where it is known.
    until : date, optional
        The last day on which a project could be submitted for validation with it, where it is known.
    versions : iterable of Version
        Other versions, of which only the identity is known.
    note : str
        What a user must know about the state of the evidence as a whole.

    Examples
    --------
    >>> from jcm_calc.evidence import unconfirmed
    >>> recalled = unconfirmed("an example")
    >>> m = Methodology("XX_AM001", version="1.0", title="Example", country="XX", sectoral_scope=3,
    ...                 indices={"i": "project machine", "p": "monitoring period"})
    >>> m.monitored("EC_PJ,i,p", "MWh", extensive=True, raises="PE", text="electricity of machine i")
    >>> m.fixed("EF_elec", "tCO2/MWh", raises="PE", text="emission factor of electricity")
    >>> @m.equation("PE_p", "tCO2", total="i", evidence=recalled, text="project emissions")
    ... def PE(EC_PJ, EF_elec):
    ...     return EC_PJ * EF_elec
    >>> PE(100, 0.5)
    50.0
    >>> m.written("PE")
    'PE_p = Σ_i (EC_PJ,i,p × EF_elec)'
    """

    calculate = CalculateMethod()

    def _repr_html_(self) -> str:
        from jcm_calc.reports.html.display import methodology

        return methodology(self)

    def __getitem__(self, name: str) -> MethodologyItem:
        """Return a parameter or an equation, by its name or the document's symbol, for a reader.

        Raises
        ------
        KeyError
            If nothing is declared under this name.
        """
        items: list[Parameter | Equation] = [*self.inputs.values(), *self.facts.values(), *self.rules]
        found = tuple(item for item in items if item.name == self.named(name))
        if not found:
            hint = suggestion(name, self.symbols())
            raise KeyError(f"{self} declares no parameter or equation {name!r}{hint}")
        return MethodologyItem(self, found[0].name, found)

    def _ipython_key_completions_(self) -> list[str]:
        """Return what a notebook completes between the brackets."""
        named: list[Parameter | Equation] = [*self.inputs.values(), *self.facts.values(), *self.rules]
        return list(dict.fromkeys(spelt_out(item.name) for item in named))

    def check_eligibility(
        self, facts: Mapping[str, Any] | None = None, *tables: Any, p: Any = None, **values: Any
    ) -> pd.DataFrame:
        """Hold a project against the eligibility criteria.

        Parameters
        ----------
        facts : mapping, optional
            What only criteria ask for, by name; see `Methodology.parameters`.
        *tables, p, **values
            Inputs as for `jcm_calc.calculate`, as far as they are known: a criterion that looks at
            a parameter or at the result of an equation is answered where they suffice.

        Returns
        -------
        DataFrame
            By the number of the criterion: met, not met, or not shown, and what remains to be shown.

        Raises
        ------
        InputError
            If what is given is unusable.

        Examples
        --------
        >>> import jcm_calc
        >>> m = jcm_calc.methodology("ID_AM002")
        >>> found = m.check_eligibility(
        ...     {"ODP": 0, "checks_per_year": 4}, COP_PJ=6.5, T_cooling_out=36, T_chilled_out=8, capacity="500 USRt"
        ... )
        >>> print(found["answer"].to_string())
        number
        1     not shown
        1b          met
        2           met
        3       not met
        4           met
        5     not shown
        """
        from jcm_calc.results import eligibility

        return eligibility.table(eligibility.check(self, facts, *tables, p=p, **values))

    def template(
        self,
        path: str | os.PathLike[str],
        *,
        units: int | Mapping[str, int] = 1,
        years: Sequence[int] = (),
        overwrite: bool = False,
        language: str | None = None,
    ) -> None:
        """Write the empty monitoring spreadsheet, to be filled in and read by `jcm_calc.read_workbook`.

        Parameters
        ----------
        path : path
            The file, ``.xlsx``.
        units : int or mapping
            How many rows there are along every index, or along each one by its letter.
        years : sequence of int
            The calendar years of the report; one period to be named if there are none.
        overwrite : bool
            Whether an existing file may be replaced.
        language : {"en", "ja"}, optional
            Of labels and headings; that of `jcm_calc.in_language` by default.

        Raises
        ------
        FileExistsError
            If there is such a file already.
        InputError
            If there is no such index, or a number of rows is impossible.

        Examples
        --------
        >>> import jcm_calc
        >>> jcm_calc.methodology("ID_AM002").template("input.xlsx", units=3, years=[2024, 2025])
        """
        from jcm_calc.reports.workbook.writing import write_template

        write_template(path, self, units, years, overwrite, language)

    @property
    def parameters(self) -> pd.DataFrame:
        """Every parameter with symbol, unit, kind, section and evidence, as a DataFrame."""
        from jcm_calc.api import views

        return views.parameters(self)

    @property
    def equations(self) -> pd.DataFrame:
        """Every equation as text with its evidence, as a DataFrame."""
        from jcm_calc.api import views

        return views.equations(self)

    @property
    def defaults(self) -> pd.DataFrame:
        """Every value and candidate that the library knows, with its evidence, as a DataFrame."""
        from jcm_calc.api import views

        return views.defaults(self)

    @property
    def criteria(self) -> pd.DataFrame:
        """Every eligibility criterion with its evidence, as a DataFrame."""
        from jcm_calc.api import views

        return views.criteria(self)
