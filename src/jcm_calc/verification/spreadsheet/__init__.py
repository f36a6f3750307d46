"""What a formula of a spreadsheet gives, for whatever values its cells are taken to hold.

Each formula becomes a tree (`tree`), and a Python function, one for each form:
the formulas of a column differ in their addresses only, so that a long column is read once.
"""

from jcm_calc.reports.workbook.references import REFERENCE, Place, areas, form
from jcm_calc.verification.spreadsheet.calculator import Calculator, precedents, read
from jcm_calc.verification.spreadsheet.functions import ROUNDING
from jcm_calc.verification.spreadsheet.trees import Tree, tree
from jcm_calc.verification.spreadsheet.values import (
    EPOCH,
    FormulaError,
    UnreadableError,
    as_number,
    close,
    is_number,
    number,
)

__all__ = [
    "EPOCH",
    "REFERENCE",
    "ROUNDING",
    "Calculator",
    "FormulaError",
    "Place",
    "Tree",
    "UnreadableError",
    "areas",
    "as_number",
    "close",
    "form",
    "is_number",
    "number",
    "precedents",
    "read",
    "tree",
]
