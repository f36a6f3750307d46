"""Formulas of a spreadsheet: what each gives, by the rules of spreadsheet programs."""

from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula import Tokenizer

from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.spreadsheet import (
    Calculator,
    FormulaError,
    Tree,
    UnreadableError,
    as_number,
    close,
    read,
    tree,
)
from jcm_calc.verification.spreadsheet.trees import tokens

CELLS = {
    "A1": 2.0,
    "A2": 3.0,
    "A3": 5.0,
    "B1": "diesel",
    "B2": "Coal",
    "B3": True,
    "C1": 10.0,
    "C2": 20.0,
    "C3": 30.0,
    "D1": date(2017, 7, 4),
    "D2": "7",
    "D3": "nan",
    "E1": "=A1*10",
    "E2": "=E3",
    "E3": "=E2",
    "F1": "1_000",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "cells.xlsx"
    made = openpyxl.Workbook()
    for cell, value in CELLS.items():
        made.active[cell] = value
    made.active.title = "S"
    made.save(path)
    return Book(path)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("-2^2", 4.0),  # a spreadsheet negates first
        # what OFFSET and INDIRECT lead to
        ("OFFSET(A1,1,0)", 3.0),
        ("SUM(OFFSET(A1,0,0,3,1))", 10.0),
        ("SUM(OFFSET(A1,1,2,2))", 50.0),
        ("SUM(OFFSET(C3,0,0,-2,1))", 50.0),
        ("SUM(OFFSET(A1:A2,1,0))", 8.0),
        ('INDIRECT("A2")', 3.0),
        ('SUM(INDIRECT("A1:A"&3))', 10.0),
        ("SUM(INDIRECT(\"'S'!C1:C2\"))", 30.0),
        # operations on ranges, cell by cell
        ("SUMPRODUCT((A1:A3>2)*C1:C3)", 50.0),
        ("SUMPRODUCT(--(A1:A3>2),C1:C3)", 50.0),
        ('SUMPRODUCT((B1:B3="diesel")*A1:A3*C1:C3)', 20.0),
        ("SUMPRODUCT(A1:A3*2)", 20.0),
        ("SUM(A1:A3*C1:C3)", 230.0),
        ("SUM(IF(A1:A3>2,C1:C3,0))", 50.0),
        ("SUMPRODUCT((YEAR(D1:D1)=2017)*1)", 1.0),
        ("MAX(A1:A3/C1:C3)", 0.2),
        ("SUM(INDEX(A1:C3,0,3))", 60.0),
        ("SUM(A1:A2*TRUE)", 5.0),
        ("SUM(ROW(A1:A3))", 6.0),
        ("COLUMN(C1)", 3.0),
        ("SUM(ROUND(A1:A3/3,0))", 4.0),
        # what counts and averages by a criterion
        ('COUNTIF(A1:A3,">2")', 2.0),
        ('COUNTIFS(A1:A3,">2",C1:C3,"<30")', 1.0),
        ('AVERAGEIF(A1:A3,">2",C1:C3)', 25.0),
        ('AVERAGEIFS(C1:C3,A1:A3,">2")', 25.0),
        ("MEDIAN(A1:A3)", 3.0),
        # texts and days that addresses and criteria are made of
        ("LEFT(B1,3)&RIGHT(B2,2)&MID(B1,2,2)", "diealie"),
        ('CONCATENATE("A",2)', "A2"),
        ('TEXT(D1,"yyyy-mm")&"*"', "2017-07*"),
        ('TEXT(7,"00")', "07"),
        ("EOMONTH(D1,0)-D1", 27.0),
        ("EDATE(D1,12)-D1", 365.0),
        ("+A1", 2.0),
        ("50%", 0.5),
        ("(A1+A2)*A3", 25.0),
        ("2^3^2", 64.0),  # from left to right
        ('B1&" "&A1', "diesel 2"),
        ('A9&"x"', "x"),
        ('"a ""b"""', 'a "b"'),
        ('"DIESEL"=B1', True),
        ("A9=0", True),
        ("A1<>A2", True),
        ("A1>=A2", False),
        ("TRUE", True),
        ("A9+1", 1.0),
        ("D2*2", 14.0),  # a text that is a number
        ("D1-1", 42919.0),  # 4 July 2017 is day 42,920
        ("SUM(A1:A3,10)", 20.0),
        ("SUM(A1:B3)", 10.0),  # texts and truth values in a range are passed over
        ("AVERAGE(A1:A3)", 10 / 3),
        ("MIN(A1:A3)", 2.0),
        ("MAX(B1:B2)", 0.0),
        ("PRODUCT(A1:A3)", 30.0),
        ("COUNT(A1:C3)", 6.0),
        ("COUNTA(A1:B4)", 6.0),
        ("COUNTBLANK(A1:B4)", 2.0),
        ("LEN(B1)", 6.0),
        ("LEN(A9)", 0.0),
        ('LEN("")', 0.0),
        ("LEN(12.5)", 4.0),
        ("ROWS(A1:A3)", 3.0),
        ("SUMPRODUCT(A1:A3,C1:C3)", 230.0),
        ("SUMPRODUCT(2,3)", 6.0),
        ("IF(A1>1,A2,A3)", 3.0),
        ("IF(A1>5,A2)", False),
        ("IF(A1>1,,A3)", None),  # left out: nothing, which counts as 0
        ("IF(A1>1,,A3)+1", 1.0),
        ("IFERROR(1/0,7)", 7.0),
        ("IFERROR(A1,7)", 2.0),
        ("AND(A1>1,A2>1)", True),
        ("OR(A1>5,A2>5)", False),
        ("NOT(A1>5)", True),
        ("ISNUMBER(A1)", True),
        ("ISNUMBER(B3)", False),
        ("ISNUMBER(1/0)", False),
        ("ISTEXT(B1)", True),
        ("ISBLANK(A9)", True),
        ("ISERROR(NA())", True),
        ("ISERROR(A1)", False),
        ("INDEX(A1:A3,2)", 3.0),
        ("INDEX(A1:C1,3)", 10.0),
        ("INDEX(A1:C3,3,1)", 5.0),
        ('MATCH("coal",B1:B3,0)', 2.0),
        ("VLOOKUP(3,A1:C3,3,0)", 20.0),
        ("VLOOKUP(3,A1:C3,3,FALSE)", 20.0),
        # the last value that is not above: at a limit, between limits, beyond the last one
        ("VLOOKUP(3,A1:C3,3,TRUE())", 20.0),
        ("VLOOKUP(4.99,A1:C3,3)", 20.0),
        ("VLOOKUP(1000,A1:C3,3,TRUE)", 30.0),
        ("HLOOKUP(7,{1,5,9;10,20,30},2)", 20.0),
        ("HLOOKUP(9,{1,5,9;10,20,30},2,FALSE())", 30.0),
        ("LOOKUP(4,A1:A3,C1:C3)", 20.0),
        ("LOOKUP(4,{0,3,5},C1:C3)", 20.0),
        ("LOOKUP(4,A1:C3)", 20.0),
        ("LOOKUP(6,{1,5,9;10,20,30})", 20.0),
        ("INDEX(C1:C3,MATCH(4,A1:A3))", 20.0),
        ("INDEX(C1:C3,MATCH(4,{9,5,2},-1))", 20.0),
        ("MATCH(Z9,{-1,0,1},0)", 2.0),  # nothing is looked up as 0
        ('MATCH("c*",B1:B3,0)', 2.0),
        ("SUM({1,2;3,-4}*A1)", 4.0),
        ("INDEX({1,2;3,4},2,1)", 3.0),
        ("SUM(INDEX({1,2;3,4},0,2))", 6.0),
        ("AND(A1:A3>2)", False),
        ("OR(A1:A3>4)", True),
        ("IFS(A1>2,1,A2>2,2)", 2.0),
        ("IFNA(MATCH(9,A1:A3,0),7)", 7.0),
        ('SUMPRODUCT(A1:A3,1+C1:C3,--(B1:B3="coal"))', 63.0),
        ('SUMIFS(C1:C3,A1:A3,">2",A1:A3,"<5")', 20.0),
        ('CHOOSE(2,"a","b")', "b"),
        ("ABS(-A1)", 2.0),
        ("SQRT(A1+7)", 3.0),
        ("POWER(A1,3)", 8.0),
        ("LN(EXP(A1))", 2.0),
        ("SIGN(-A1)", -1.0),
        ("SIGN(0)", 0.0),
        ("YEAR(D1)", 2017.0),
        ("MONTH(D1)", 7.0),
        ("DAY(D1)", 4.0),
        ("ROUND(2.5,0)", 3.0),  # half away from zero
        ("ROUND(-2.5,0)", -3.0),
        ("ROUND(1234.5,-2)", 1200.0),
        ("ROUNDDOWN(-2.9,0)", -2.0),
        ("ROUNDUP(2.1,0)", 3.0),
        ("ROUNDUP(-2.1,0)", -3.0),
        ("TRUNC(2.9)", 2.0),
        ("INT(-2.1)", -3.0),
        ("CEILING(7,5)", 10.0),
        ("FLOOR(7,5)", 5.0),
        ("MROUND(7.6,5)", 10.0),
        ("S!A1+'S'!A2", 5.0),
        ("E1+1", 21.0),
        ("_xlfn.SUM(A1,A2)", 5.0),
    ],
)
def test_what_a_formula_gives(book, formula, value):
    found = Calculator(book).evaluate(formula, "S")
    assert found == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("A1/A9", "#DIV/0!"),
        ("AVERAGE(B1:B2)", "#DIV/0!"),
        ("B1*2", "#VALUE!"),
        ("D3*2", "#VALUE!"),  # "nan" is a number for Python alone
        ("F1*2", "#VALUE!"),  # so is "1_000"
        ("10^400", "#NUM!"),
        ("(-8)^0.5", "#NUM!"),
        ("LN(-1)", "#NUM!"),
        ("SQRT(-1)", "#NUM!"),
        ("POWER(10,400)", "#NUM!"),
        ("INDEX(A1:A3,4)", "#REF!"),
        ("INDEX(A1:C3,1,-1)", "#REF!"),
        ("OFFSET(A1,-1,0)", "#REF!"),
        ('INDIRECT("no cell")', "#REF!"),
        ('INDIRECT("Nowhere!A1")', "#REF!"),
        ('MATCH("oil",B1:B3,0)', "#N/A"),
        ("VLOOKUP(1.9,A1:C3,3)", "#N/A"),
        ("VLOOKUP(2,A1:C3,4)", "#REF!"),
        ("IFNA(1/0,7)", "#DIV/0!"),
        ("NA()", "#N/A"),
        ("#REF!+1", "#REF!"),
        ("CHOOSE(3,1,2)", "#VALUE!"),
        ("CHOOSE(0,1,2)", "#VALUE!"),
        ("SUMPRODUCT(A1:A3,C1:C2)", "#VALUE!"),
        ("E2", "#CIRCLE!"),
    ],
)
def test_the_error_that_a_formula_gives(book, formula, error):
    with pytest.raises(FormulaError) as raised:
        Calculator(book).evaluate(formula, "S")
    assert str(raised.value) == error
    assert not isinstance(raised.value, UnreadableError)


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("A1:A3+1", "got a range; must be one value"),
        ("ROWS(5)", "got a value; must be a range"),
        ("INDEX(5,1)", "got a value; must be a range"),
        ("MATCH(2,5,0)", "got a value; must be a range"),
        ("MATCH(2,{3;1;2})", "the values of a look-up are not in order"),
        ("VLOOKUP(2,{3,1;2,5},2)", "the values of a look-up are not in order"),
        ("SUM({1,2;3})", "an array must have numbers and texts in rows of one length"),
        ("VLOOKUP(2,5,1,0)", "got a value; must be a range"),
        ("FILTER(A1:A3,A1:A3>2)", "the function FILTER is not known here"),
        ("INDEX(A1:C3,1,0)", "got a range; must be one value"),
        ("A1:A3*2", "got a range; must be one value"),
        ('INDIRECT("R1C1",FALSE)', "an address in the style R1C1"),
        ('TEXT(A1,"#,##0")', "the format '#,##0' of TEXT"),
        ("IF(A1)", "IF does not take 1 arguments"),
        ("ABS()", "ABS does not take 0 arguments"),
        ("ABS(1,2)", "ABS does not take 2 arguments"),
        ("Nowhere!A1", "there is no sheet 'Nowhere'"),
        ("factor*2", "'factor' is not a reference that can be followed"),
        ("A1 A2", "was not expected"),
        ("SUM(A1 A2)", "was not expected"),
        ("(A1", "the formula ends too early"),
        ("A1+", "the formula ends too early"),
    ],
)
def test_a_formula_that_cannot_be_followed_says_why(book, formula, told):
    with pytest.raises(UnreadableError, match=r".*") as raised:
        Calculator(book).evaluate(formula, "S")
    assert told in str(raised.value)


@pytest.mark.parametrize("formula", ["IFERROR(FILTER(A1:A3,TRUE),7)", "IFERROR(INDEX(5,1),7)", "ISERROR(INDEX(5,1))"])
def test_what_cannot_be_followed_is_no_error_of_the_sheet(book, formula):
    with pytest.raises(UnreadableError, match=r"FILTER|must be a range"):
        Calculator(book).evaluate(formula, "S")


def test_cells_may_be_taken_to_hold_other_values(book):
    assert Calculator(book, {("S", 0, 0): 7.0}).evaluate("E1", "S") == 70.0
    assert Calculator(book, exact=True).evaluate("ROUND(2.7,0)+INT(A1/4)", "S") == pytest.approx(3.2)


def test_a_chain_of_cells_is_followed_only_so_far(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "S"
    for row in range(1, 200):
        made.active[f"A{row}"] = f"=A{row + 1}"
    made.save(tmp_path / "chain.xlsx")
    with pytest.raises(UnreadableError, match="too many cells"):
        Calculator(Book(tmp_path / "chain.xlsx")).evaluate("A1", "S")


def test_what_stands_in_a_formula():
    found = read('IF(REF_0>1.5,ROUND(REF_1,2),"3")')
    assert found.functions == {"IF", "ROUND"}
    assert found.numbers == (1.5, 2.0)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (datetime(2017, 7, 4, 12), 42_920.5),
        (date(2017, 7, 4), 42_920.0),
        (time(6), 0.25),
        (timedelta(hours=36), 1.5),
        ("", None),
        ("text", "text"),
    ],
)
def test_a_stored_value_as_formulas_see_it(value, number):
    assert as_number(value) == number


def test_dust_is_no_difference():
    assert close(0.1 + 0.2, 0.3)
    assert not close(1.0, 1.0 + 1e-8)
    assert close("a", "a")
    assert not close(True, 1.0 + 1e-15)


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """Three sheets of months, with defined names, a table, and rows above it."""
    from openpyxl.workbook.defined_name import DefinedName
    from openpyxl.worksheet.table import Table

    path = tmp_path_factory.mktemp("named") / "names.xlsx"
    made = openpyxl.Workbook()
    made.active.title = "Jan"
    for name in ("Feb 1", "Mar"):
        made.create_sheet(name)
    for number, sheet in enumerate(made, 1):
        for row in (["month", "kWh"], ["a", 10.0 * number], ["b", 20.0 * number]):
            sheet.append(row)
    made.defined_names["energy"] = DefinedName("energy", attr_text="Jan!$B$2:$B$3")
    made.defined_names["twice"] = DefinedName("twice", attr_text="energy*2")
    made.defined_names["moving"] = DefinedName("moving", attr_text="OFFSET(Jan!$B$2,0,0,COUNT(Jan!$B:$B),1)")
    made["Mar"].defined_names["energy"] = DefinedName("energy", attr_text="Mar!$B$2")
    made["Mar"].add_table(Table(displayName="Meters", ref="A1:B3"))
    made.save(path)
    return Book(path)


@pytest.mark.parametrize(
    ("formula", "sheet", "value"),
    [
        ("SUM(energy)", "Jan", 30.0),
        ("SUM(ENERGY)/1000", "Jan", 0.03),
        ("SUM(energy)", "Mar", 30.0),
        ("SUM(twice)", "Jan", 60.0),
        ("SUM(moving)", "Jan", 30.0),
        ("SUM(Meters[kWh])", "Jan", 90.0),
        ("COUNTA(Meters)", "Jan", 4.0),
        ("SUM(B:B)", "Jan", 30.0),
        ("SUM($B:$B)", "Mar", 90.0),
        ("SUM('Feb 1'!B:B)", "Mar", 60.0),
        ('SUMIF(A:A,"a",B:B)', "Jan", 10.0),
        ("SUM(2:2)", "Jan", 10.0),
        ("SUM('Jan:Mar'!B2)", "Jan", 60.0),
        ("SUM(Jan:Mar!B2:B3)", "Mar", 180.0),
        ('"energy"&"B:B"', "Jan", "energyB:B"),
        ('SUM(INDIRECT("energy"))', "Jan", 30.0),
    ],
)
def test_names_columns_and_spans_of_sheets_are_followed(named, formula, sheet, value):
    found = Calculator(named).evaluate(named.expanded(formula, sheet), sheet)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


def flat(one):
    """Write a tree with brackets, cells by row and column."""
    if one.operation == "area":
        return f"R{one.value.row + 1}C{one.value.column + 1}"
    if one.leaf and one.operation != "array":
        return str(one.value)
    parts = [part for row in one.arguments for part in row] if one.operation == "array" else one.arguments
    return f"{one.operation}({' '.join(map(flat, parts))})"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("-A1^2", "^(negate(R1C1) 2.0)"),
        ("A1-B1-C1*2%", "-(-(R1C1 R1C2) *(R1C3 %(2.0)))"),
        ("IF(A1>=2,,x)".replace("x", '"B1"'), "IF(>=(R1C1 2.0) None B1)"),
        ("LOOKUP(A1,{0,-1})", "LOOKUP(R1C1 array(0.0 negate(1.0)))"),
        ("Nowhere!B2+TRUE()", "+(R2C2 TRUE())"),
    ],
)
def test_a_formula_is_a_tree(formula, expected):
    assert flat(tree(formula, "S")) == expected


def test_the_parts_of_a_tree_are_walked_from_left_to_right():
    parts = [one.value for one in tree("IF(A1>1,2,{3,4})", "S").walk() if one.operation == "number"]
    assert sorted(parts) == [1.0, 2.0, 3.0, 4.0]
    assert parts[:2] == [1.0, 2.0]
    assert tree("1", "S") == Tree("number", (1.0,))


PIECES = [
    *("A1", "$B$2:C3", "'a b'!A1", "S!A1", "[1]S!A1", "1.5", "2", ".5", "1E+5", "1E", '"a""1"', "TRUE"),
    *("#DIV/0!", "x_2", "SUM(", "IF(", "(", ")", ")", ",", "+", "-", "<>", ">=", "%", "^"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_numbers_and_functions_are_those_of_another_tokenizer(pieces):
    formula = " ".join(pieces)
    assert "".join(token[0] for token in tokens(formula)) == formula
    depth = pieces.count("SUM(") + pieces.count("IF(") + pieces.count("(") - pieces.count(")")
    brackets = [1 if piece.endswith("(") else -1 for piece in pieces if piece[-1] in "()"]
    if depth or any(sum(brackets[:end]) < 0 for end in range(len(brackets))):
        return  # the other one refuses brackets that do not match
    theirs = [token for token in Tokenizer(f"={formula}").items if token.value.strip()]
    assert [token[0] for token in tokens(formula) if token.lastgroup == "number"] == [
        token.value for token in theirs if token.subtype == "NUMBER"
    ]
    assert [token[0] for token in tokens(formula) if token.lastgroup == "call"] == [
        token.value for token in theirs if token.type == "FUNC" and token.subtype == "OPEN"
    ]


@pytest.mark.parametrize("formula", ["nan", "inf*2", "1_000"])
def test_a_word_that_python_takes_for_a_number_is_a_name(formula):
    with pytest.raises(UnreadableError, match="is not a reference"):
        tree(formula, "S")


def test_a_long_sum_is_read_and_a_deep_one_refused():
    assert len(list(tree("+".join(["A1"] * 400), "S").walk())) == 799
    with pytest.raises(UnreadableError, match="nested too deeply"):
        tree("(" * 3000 + "1" + ")" * 3000, "S")
