"""A result as its user holds it: with explanation, workbook, report and display."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from jcm_calc.base.languages import in_language
from jcm_calc.results.calculation import Calculation

if TYPE_CHECKING:
    import xarray as xr

    from jcm_calc.inputs.case import PublishedFigure
    from jcm_calc.reports.explanation import Explanation


class Result(Calculation):
    """Reference emissions, project emissions and emission reductions, and how they are calculated.

    Index it by name for anything on the way: ``result["RE_i"]``, ``result["COP_RE"]``.
    """

    def explain(self, name: str = "ER", **at: Any) -> Explanation:
        """Return how a quantity is calculated: equation, numbers in place, value, down to the leaves.

        Parameters
        ----------
        name : str
            The name or symbol of anything that takes part in the calculation.
        **at
            The label to follow along an index, such as ``p="2024"``; the first one by default.

        Returns
        -------
        Explanation
            Shown as a page in a notebook, as text at a terminal.

        Raises
        ------
        InputError
            If there is no such name, index or label.

        Examples
        --------
        >>> import jcm_calc
        >>> result = jcm_calc.calculate(
        ...     "ID_AM003", EC_PJ=135, COP_PJ=1.63, application="individual quick freezer", EF_elec=0.814
        ... )
        >>> print(result.explain("PE_i"))
        ID_AM003 ver 1.0: Installation of Energy-efficient Refrigerators Using Natural Refrigerant at Food Industry
        Cold Storage and Frozen Food Processing Plant
        <BLANKLINE>
        PE_i,p: project emissions of refrigerator i
          PE_i,p = EC_PJ,i,p × EF_elec
                 = 135 × 0.814
                 = 109.89 tCO2
          primary: consumption × factor [JCM project design document, ...]
        <BLANKLINE>
        EC_PJ,i,p = 135 MWh: given 135
        EF_elec = 0.814 tCO2/MWh: given 0.814
        """
        from jcm_calc.reports.explanation import explain

        return explain(self, name, at)

    def _repr_html_(self) -> str:
        from jcm_calc.reports.html.display import result

        return result(self)

    def to_xarray(self) -> xr.Dataset:
        """Return every quantity with its dimensions, labels and unit.

        It needs xarray: ``pip install jcm-calc[xarray]``.

        Returns
        -------
        Dataset
            A variable for each name, with the indices of the methodology as dimensions and ``units``,
            ``long_name``, ``symbol``, ``from`` and ``grade`` as attributes. The periods are the labels of ``p``;
            ``first_day`` and ``last_day`` are coordinates along it where they have dates.

        Raises
        ------
        InputError
            If xarray is not installed.

        Examples
        --------
        >>> import jcm_calc
        >>> result = jcm_calc.calculate("PW_AM001", EG=[[500.0, 510.0], [300.0, 310.0]], p=["2024", "2025"])
        >>> data = result.to_xarray()
        >>> float(data["EG"].sel(i=2, p="2025")), data["EG"].attrs["units"]
        (310.0, 'MWh')
        >>> data["RE_i"].sum("i").round(1).values.tolist()
        [426.4, 437.1]
        """
        from jcm_calc.reports.labelled import dataset

        return dataset(self)

    def to_excel(
        self,
        path: str | os.PathLike[str],
        plan: Calculation | None = None,
        *,
        stage: Literal["report", "plan"] = "report",
        project: Mapping[str, Any] | None = None,
        sources: Mapping[str, Mapping[str, str]] | None = None,
        overwrite: bool = False,
        language: str | None = None,
    ) -> None:
        """Write the official monitoring spreadsheet, with live formulas.

        Parameters
        ----------
        path : path
            The file, ``.xlsx``.
        plan : Result, optional
            Of a report, the ex-ante calculation that fills the monitoring plan. Without one its estimates stay
            empty.
        stage : {"report", "plan"}
            A report has sheets with monitored values for each calendar year. A plan is what a project design
            document needs: the estimates, with their table by calendar year, and the monitoring structure.
        project : mapping, optional
            What is known about the project, as in the section [project] of a case file: ``number``, ``title``,
            ``participants``, ``personnel`` (from who is responsible to the role), ``submitted``, ``start``,
            ``end`` and ``note``.
        sources : mapping, optional
            For each parameter ``option``, ``source``, ``procedure``, ``frequency`` and ``comment``,
            the columns (g) to (k); of a parameter fixed ex ante ``source`` and ``comment``.
        overwrite : bool
            Whether an existing file may be replaced.
        language : {"en", "ja"}, optional
            Of labels and headings; that of `jcm_calc.in_language` by default. Symbols, formulas and
            values are the same, and `jcm_calc.read_workbook` reads both.

        Raises
        ------
        FileExistsError
            If there is such a file already.
        InputError
            If a period lies in several calendar years, the plan follows another methodology, a key of
            ``project`` or ``sources`` is unknown, or there is more than a spreadsheet holds.

        Examples
        --------
        >>> import jcm_calc
        >>> result = jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024")
        >>> result.to_excel("report.xlsx")
        >>> print(jcm_calc.read_workbook("report.xlsx").calculate().ER == result.ER)
        True

        The plan of ten years:

        >>> years = [str(year) for year in range(2026, 2036)]
        >>> plan = jcm_calc.calculate("PW_AM001", EG=[[600.0] * 10], p=years)
        >>> plan.to_excel("plan.xlsx", stage="plan", project={"title": "A roof with PV"})
        >>> workbook = jcm_calc.read_workbook("plan.xlsx")
        >>> workbook.report is None, int(workbook.plan.calculate().by_year()["tonnes"].sum())
        (True, 3190)
        """
        from jcm_calc.reports.workbook.writing import write_result

        write_result(path, self, plan, stage, project, sources, overwrite, language)

    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        project: Mapping[str, Any] | None = None,
        sources: Mapping[str, Mapping[str, str]] | None = None,
        published: Sequence[PublishedFigure] = (),
        overwrite: bool = False,
        language: str | None = None,
    ) -> None:
        """Write the report: one HTML file, for a browser and for paper, that needs no network.

        Parameters
        ----------
        path : path
        project : mapping, optional
            What is said about the project on the first page; see `to_excel`.
        sources : mapping, optional
            How each parameter is monitored, as for `to_excel`.
        published : sequence of PublishedFigure, optional
            Published figures next to the calculated ones, from `CaseFile.compare`.
        overwrite : bool
            Whether an existing file may be replaced.
        language : {"en", "ja"}, optional
            That of `jcm_calc.in_language` by default.

        Raises
        ------
        FileExistsError
            If there is such a file already.
        InputError
            If a key of ``project`` or ``sources`` is unknown.

        Examples
        --------
        >>> import jcm_calc, tempfile
        >>> from pathlib import Path
        >>> result = jcm_calc.calculate("PW_AM001", EG="350 MWh", p="2024")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     report = Path(folder) / "report.html"
        ...     result.to_html(report, project={"title": "A roof with PV"})
        ...     "A roof with PV" in report.read_text(encoding="utf-8")
        True
        """
        from jcm_calc.reports.html.document import write

        with in_language(language):
            write(path, self, project, sources, published, overwrite)
