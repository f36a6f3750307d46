"""What a formula of a spreadsheet gives, for whatever values its cells are taken to hold.

Each formula becomes a tree (`tree`), and a Python function, one for each form:
the formulas of a column differ in their addresses only, so that a long column is read once.
"""

from jcm_calc.reports.workbook.references import REFERENCE as REFERENCE
from jcm_calc.reports.workbook.references import Place as Place
from jcm_calc.reports.workbook.references import areas as areas
from jcm_calc.reports.workbook.references import form as form
from jcm_calc.verification.spreadsheet.calculator import Calculator as Calculator
from jcm_calc.verification.spreadsheet.calculator import precedents as precedents
from jcm_calc.verification.spreadsheet.calculator import read as read
from jcm_calc.verification.spreadsheet.functions import ROUNDING as ROUNDING
from jcm_calc.verification.spreadsheet.trees import Tree as Tree
from jcm_calc.verification.spreadsheet.trees import tree as tree
from jcm_calc.verification.spreadsheet.values import EPOCH as EPOCH
from jcm_calc.verification.spreadsheet.values import FormulaError as FormulaError
from jcm_calc.verification.spreadsheet.values import UnreadableError as UnreadableError
from jcm_calc.verification.spreadsheet.values import as_number as as_number
from jcm_calc.verification.spreadsheet.values import close as close
from jcm_calc.verification.spreadsheet.values import is_number as is_number
from jcm_calc.verification.spreadsheet.values import number as number
