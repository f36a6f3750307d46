"""What LibreOffice 7 gave for each kind of look-up, list, name, array and sum, once; the same is given here."""

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.spreadsheet import Calculator, FormulaError

ROWS = [(0, 4.92, None, "small", 1), (300, 5.33, None, "Medium", 2), (450, 5.59, None, "large", 3),
        (550, 5.69, None, "small", 4)]  # fmt: skip
ACROSS = [(1, 10), (2, 20), (3, 30)]  # in G1:I2
FALLING = [900, 600, 310, 5]  # in J1:J4
NAMES = {"SIZES": "S!$A$3", "FACTOR": "S!$B$2", "TABLE": "S!$A$1:$B$4"}
GIVEN = [
    ("VLOOKUP(299.999,A1:B4,2,TRUE)", 4.92),
    ("VLOOKUP(300,A1:B4,2)", 5.33),
    ("VLOOKUP(1E6,A1:B4,2,1)", 5.69),
    ("VLOOKUP(-1,A1:B4,2,TRUE)", "#N/A"),
    ("VLOOKUP(450,A1:B4,2,FALSE())", 5.59),
    ("VLOOKUP(451,A1:B4,2,FALSE)", "#N/A"),
    ('VLOOKUP("MEDIUM",D1:E4,2,0)', 2),
    ('VLOOKUP("m*",D1:E4,2,0)', 2),
    ('VLOOKUP("zz",D1:E4,2,0)', "#N/A"),
    ("HLOOKUP(2,G1:I2,2,TRUE())", 20),
    ("HLOOKUP(2.5,G1:I2,2)", 20),
    ("HLOOKUP(4,G1:I2,2,FALSE)", "#N/A"),
    ("LOOKUP(449,A1:A4,B1:B4)", 5.33),
    ("LOOKUP(450,A1:B4)", 5.59),
    ("LOOKUP(5000,A1:A4)", 550),
    ("LOOKUP(-3,A1:A4,B1:B4)", "#N/A"),
    ("LOOKUP(2,G1:I2)", 20),
    ("MATCH(310,A1:A4)", 2),
    ("MATCH(310,A1:A4,1)", 2),
    ("MATCH(300,A1:A4,0)", 2),
    ('MATCH("large",D1:D4,0)', 3),
    ("MATCH(310,J1:J4,-1)", 3),
    ("MATCH(1,A1:A4,0)", "#N/A"),
    ("INDEX(B1:B4,MATCH(460,A1:A4,1))", 5.59),
    ("INDEX(A1:B4,2,2)", 5.33),
    ("SUM(INDEX(A1:B4,0,2))", 21.53),
    ("INDEX(G1:I2,2,3)", 30),
    ("SIZES", 450),
    ("SUM(SIZES)", 450),
    ("SUM(FACTOR*2)", 10.66),
    ("VLOOKUP(500,TABLE,2)", 5.59),
    ("FACTOR*10", 53.3),
    ("SUM({1,2;3,4})", 10),
    ("SUMPRODUCT({1;2;3;4},B1:B4)", 55.11),
    ("LOOKUP(2.5,{1,2,3},{10,20,30})", 20),
    ("INDEX({5,6;7,8},2,1)", 7),
    ("MATCH(2,{3,2,1},0)", 2),
    ("TRUE()", True),
    ("FALSE()", False),
    ("IF(TRUE(),1,2)", 1),
    ("NOT(FALSE())", True),
    ("AND(TRUE(),A2>200)", True),
    ("OR(FALSE(),A2>400)", False),
    ('SUMIF(A1:A4,">=300",B1:B4)', 16.61),
    ('SUMIF(D1:D4,"small",E1:E4)', 5),
    ('SUMIF(D1:D4,"<>small",E1:E4)', 5),
    ('SUMIF(A1:A4,">300")', 1000),
    ('SUMIF(D1:D4,"s*",E1:E4)', 5),
    ("SUMIF(A1:A4,A2,B1:B4)", 5.33),
    ('SUMIFS(B1:B4,A1:A4,">0",D1:D4,"large")', 5.59),
    ('SUMIFS(E1:E4,D1:D4,"<>",A1:A4,"<450")', 3),
    ('COUNTIF(D1:D4,"small")', 2),
    ('COUNTIFS(A1:A4,">0",A1:A4,"<450")', 1),
    ("SUMPRODUCT(A1:A4,1+B1:B4)", 8544),
    ("SUMPRODUCT(A1:A4*B1:B4)", 7244),
    ("SUMPRODUCT((A1:A4>0)*(B1:B4))", 16.61),
    ('SUMPRODUCT((D1:D4="small")*E1:E4)', 5),
    ("SUMPRODUCT(--(A1:A4>=300),B1:B4)", 16.61),
    ("SUMPRODUCT(A1:A4/B1:B4,E1:E4)", 740.716273579),
    ("SUMPRODUCT(A1:A4,B1:B4,E1:E4)/1000", 23.2625),
    ('CHOOSE(2,"a","b","c")', "b"),
    ("CHOOSE(A1+1,B1,B2)", 4.92),
    ("CHOOSE(3,1,2)", "#VALUE!"),
    ("IFERROR(VLOOKUP(-1,A1:B4,2,TRUE),0)", 0),
    ("IFERROR(1/0,7)", 7),
    ("10^(-6)", 1e-06),
    ("2^3^2", 64),
    ("-2^2", 4),
    ("5%", 0.05),
    ("1E-3*2", 0.002),
    ("MIN(A1:B4)", 0),
    ("MAX(0,A2-A3)", 0),
    ("ROUNDDOWN(-2.7,0)", -2),
    ("ROUNDUP(2.1,0)", 3),
    ("ROUND(2.5,0)", 3),
    ("ROUND(-2.5,0)", -3),
    ("INT(-2.5)", -3),
    ("TRUNC(2.789,2)", 2.78),
    ("ROUNDDOWN(2.999,2)", 2.99),
    ('IF(G9="",0,1)', 0),
    ("IF(G9=0,1,2)", 1),
    ("IF(ISBLANK(G9),1,2)", 1),
    ("IF(ISNUMBER(D1),1,2)", 2),
    ("IF(ISTEXT(D1),1,2)", 1),
    ("COUNT(A1:E4)", 12),
    ("COUNTA(D1:E4)", 8),
    ("COUNTBLANK(G9:H10)", 4),
    ("AVERAGE(A1:A4)", 325),
    ("PRODUCT(A2:A3)", 135000),
    ("SUBTOTAL(9,A1:A4)", 1300),
    ("ABS(-3)", 3),
    ("EXP(1)", 2.71828182846),
    ("LN(10)", 2.30258509299),
    ("SQRT(16)", 4),
    ("POWER(2,10)", 1024),
]


@pytest.fixture(scope="module")
def calculator(tmp_path_factory):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "S"
    for row, values in enumerate(ROWS, 1):
        for column, value in enumerate((*values, None, *(pair[row - 1] for pair in ACROSS if row < 3)), 1):
            sheet.cell(row, column).value = value
        sheet.cell(row, 10).value = FALLING[row - 1]
    for name, cells in NAMES.items():
        book.defined_names[name] = DefinedName(name, attr_text=cells)
    for row, (formula, _value) in enumerate(GIVEN, 21):
        sheet.cell(row, 1).value = f"={formula}"
    path = tmp_path_factory.mktemp("given") / "f.xlsx"
    book.save(path)
    return Calculator(Book(path))


@pytest.mark.parametrize(("row", "formula", "value"), [(row, *pair) for row, pair in enumerate(GIVEN, 20)])
def test_a_formula_gives_what_libreoffice_gives(calculator, row, formula, value):
    if isinstance(value, str) and value.startswith("#"):
        with pytest.raises(FormulaError, match=value):
            calculator.value(("S", row, 0))
    else:
        assert calculator.value(("S", row, 0)) == (value if isinstance(value, str) else pytest.approx(value, rel=1e-11))
