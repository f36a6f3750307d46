"""The documents with the analyses that many checks rest on: calculation sheets, dated rows, readings, plan."""

from __future__ import annotations

from functools import cached_property

from jcm_calc.verification.against_readings import measured
from jcm_calc.verification.amount_formulas import AmountFormula
from jcm_calc.verification.cells.checking import Slip, slips
from jcm_calc.verification.cells.sheet import CalculationSheets
from jcm_calc.verification.dated_rows import DatedRows
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Finding
from jcm_calc.verification.spreadsheet import Place


class Analyses(Documents):
    """What checks look at: the documents, and what was analysed in them."""

    @cached_property
    def sheet(self) -> CalculationSheets:
        """The calculation sheets, with the cells that show something; only where there is a result."""
        return CalculationSheets(self)

    @cached_property
    def slips(self) -> list[Slip]:
        """What is wrong on the calculation sheets, cell by cell."""
        return slips(self.sheet) if self.report.result is not None else []

    @cached_property
    def rows(self) -> DatedRows:
        """The dated rows behind the monitored amounts."""
        return DatedRows(self)

    @cached_property
    def amounts(self) -> dict[Place, AmountFormula]:
        """The formulas of the monitored amounts, by the cell of the amount."""
        numbers = (entry for entry in self.report.entries() if entry.monitored and entry.numeric)
        return {entry.place: AmountFormula(self.rows, entry) for entry in numbers}

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the analyses find."""
        with_readings = self.metered is not None and self.report.result is not None
        by_readings = measured(self, self.rows) if with_readings else []
        on_sheets = [slip.finding for slip in self.slips]
        in_formulas = self.rows.as_findings(part for one in self.amounts.values() for part in one.parts)
        return (*self.rows.findings(), *in_formulas, *by_readings, *on_sheets)

    def found(self, code: str) -> list[Finding]:
        """Return what of it belongs to one check."""
        return [finding for finding in self.findings if finding.code == code]
