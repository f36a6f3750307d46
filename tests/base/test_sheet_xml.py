"""The XML of a sheet is read by a parser: order, quotes, prefixes, comments and CDATA have no meaning in it."""

import itertools
import zipfile

import openpyxl
import pytest

from jcm_calc import InputError
from jcm_calc.base.sheet_xml import parse, with_known_errors
from jcm_calc.reports.workbook.opening import Book

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet(rows, columns="", prefix=""):
    tag = f"{prefix}:" if prefix else ""
    declared = MAIN.replace("xmlns=", f"xmlns:{prefix}=") if prefix else MAIN
    found = f"<{tag}worksheet {declared}>{columns}<{tag}sheetData>{rows}</{tag}sheetData></{tag}worksheet>"
    return found.encode()


ROWS = [
    f"<row {' '.join(order)}><c r='A34'><v>1</v></c></row>"
    for quote in "\"'"
    for order in itertools.permutations([f"r={quote}34{quote}", f"hidden={quote}1{quote}", f"spans={quote}1:2{quote}"])
]


@pytest.mark.parametrize(
    "row", [*ROWS, '<row r="34" hidden="true"/>', '<row r="34" ht="0"/>', '<row r="34" ht="0.0" customHeight="1"/>']
)
def test_a_hidden_row_whatever_the_order_of_its_attributes(row):
    assert parse(sheet(row)).rows == {33}


def test_a_row_without_its_number_follows_the_one_before():
    found = parse(sheet('<row r="7"/><row hidden="1"/><row/><row hidden="1"/>'))
    assert found.rows == {7, 9}


@pytest.mark.parametrize(("columns", "hidden"), [
    ('<cols><col min="2" max="4" hidden="1"/></cols>', {1, 2, 3}),
    ("<cols><col hidden='1' width='9' max='2' min='2'/></cols>", {1}),
    ('<cols><col min="1" max="1" width="0"/></cols>', {0}),
    ('<!-- <col min="1" max="1" hidden="1"/> --><cols><col min="1" max="1" width="10"/></cols>', set()),
])  # fmt: skip
def test_hidden_columns(columns, hidden):
    assert parse(sheet("", columns)).columns == hidden


FORMULAS = {
    '<c r="B2"><f>A1*2</f><v>4</v></c>': ("A1*2", True),
    "<c r='B2'><f>A1*2</f><v>4</v></c>": ("A1*2", True),
    '<c s="3" r="B2" t="n"><f ca="1">A1*2</f><v/></c>': ("A1*2", False),
    '<c r="B2"><f><![CDATA[IF(A1<2,"a&b",1)]]></f></c>': ('IF(A1<2,"a&b",1)', False),
    '<c r="B2"><!-- why? --><f>A1&amp;"x"</f><v>2x</v></c>': ('A1&"x"', True),
    '<c r="B2"><f>A1<!-- in the middle -->*2</f><v>4</v></c>': ("A1*2", True),
    '<c r="B2"><f t="array" ref="B2">SUM(A1:A3*2)</f><v>4</v></c>': ("SUM(A1:A3*2)", True),
    '<c r="B2"><f>A1&#42;2</f>\n<v>4</v></c>': ("A1*2", True),
    "<c><v>1</v></c><c><f>A1*2</f><v>4</v></c>": ("A1*2", True),
}


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_however_it_is_written(cell, prefix):
    row = f'<row r="2">{cell}</row>'
    if prefix:
        for name in ("row", "c", "f", "v"):
            row = row.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
            row = row.replace(f"</{name}>", f"</x:{name}>").replace(f"<{name}/>", f"<x:{name}/>")
    ((place, written),) = parse(sheet(row, prefix=prefix)).formulas.items()
    assert (place, written.text, written.stored) == ((1, 1), *FORMULAS[cell])


@pytest.mark.parametrize("quote", "\"'")
def test_a_shared_formula_in_either_quotes(quote, tmp_path):
    made = openpyxl.Workbook()
    made.active.append([1.0, 0.0])
    made.active.append([2.0, 0.0])
    made.save(tmp_path / "plain.xlsx")
    first = '<c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f><v>2</v></c>'
    second = '<c r="B2"><f t="shared" si="0"/><v>4</v></c>'
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>{cell}</row>' for row, cell in ((1, first), (2, second))
    )
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(tmp_path / "shared.xlsx", "w") as new:
        for part in old.namelist():
            own = part == "xl/worksheets/sheet1.xml"
            new.writestr(part, sheet(rows.replace('"', quote)) if own else old.read(part))
    book = Book(tmp_path / "shared.xlsx")
    assert book.formulas("Sheet")[1, 1].text == "A2*2"


@pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#FIELD!"])
def test_an_error_of_a_later_program_is_replaced_where_it_stands(error):
    content = sheet(f'<row r="1"><c r="A1" t="e"><v>{error}</v></c><c t="e" r="B1"><f>1/0</f><v>#DIV/0!</v></c></row>')
    found = parse(content)
    assert found.errors == {(0, 0): error, (0, 1): "#DIV/0!"}
    changed = parse(with_known_errors(content, ("#DIV/0!",)))
    assert changed.errors == {(0, 0): "#N/A", (0, 1): "#DIV/0!"}


@pytest.mark.parametrize("bad", [
    '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><f>&b;</f></worksheet>',
    "<worksheet><f>&unknown;</f></worksheet>",
    "<worksheet><f></worksheet>",
    "<worksheet><f>1</f>",
])  # fmt: skip
def test_entities_and_what_is_not_well_formed_are_refused(bad):
    with pytest.raises(ValueError, match=r"."):
        parse(bad.encode())


def test_a_broken_sheet_is_refused_with_its_name(tmp_path):
    made = openpyxl.Workbook()
    made.active["A1"] = "=1+1"
    made.save(tmp_path / "good.xlsx")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as old, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, content.replace(b"</sheetData>", b"") if part.endswith("sheet1.xml") else content)
    with pytest.raises(InputError, match="sheet 'Sheet' cannot be read: mismatched tag"):
        Book(tmp_path / "bad.xlsx").formulas("Sheet")
