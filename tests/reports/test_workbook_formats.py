"""Numbers and symbols as a spreadsheet program shows them, and the one writer of tables."""

import math
import re
import subprocess

import openpyxl
import pdfplumber
import pytest
from openpyxl.cell.rich_text import CellRichText
from workbooks import office

from jcm_calc import calculate, methodology, read_workbook
from jcm_calc.reports.workbook.sheet import STYLES, Column, NewBook, calculated_format

# As it is entered, and what the cell shows.
ENTERED = {
    1234.5: "1,234.5",
    3200.0: "3,200",
    7.0: "7",
    0.0: "0",
    0.79512345: "0.79512345",
    234_567.0: "234,567",
    123456.789: "123,456.789",
    0.1: "0.1",
    0.000125: "0.000125",
}


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    path = tmp_path_factory.mktemp("numbers") / "numbers.xlsx"
    calculate("PW_AM001", EG=[[value] for value in ENTERED], p="2024").to_excel(path)
    return path


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_a_value_is_shown_as_it_was_entered_and_printed_in_letters_of_7_points(numbers):
    folder = numbers.parent / "printed"
    months = [f"2024-{month:02}" for month in range(1, 13)]
    calculate("PW_AM001", EG=[[500.0] * 12], p=months).to_excel(numbers.parent / "wide.xlsx", stage="plan")
    call = [office(), "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    subprocess.run([*call, "--outdir", folder, numbers, numbers.parent / "wide.xlsx"], check=True, capture_output=True)
    with pdfplumber.open(folder / "numbers.pdf") as pdf:
        pages = [page for page in pdf.pages if "continued" in page.extract_text()]
        words = {word["text"] for page in pages for word in page.extract_words()}
    assert words >= set(ENTERED.values())
    assert not [word for word in words if re.fullmatch(r"[\d,]+\.", word)]
    symbols = [one.symbol for one in (*methodology("PW_AM001").inputs.values(), *methodology("PW_AM001").rules)]
    lowered = set("".join(symbol.partition("_")[2] for symbol in symbols)) | {"_"}
    for name in ("numbers", "wide"):
        with pdfplumber.open(folder / f"{name}.pdf") as pdf:
            small = {one["text"] for page in pdf.pages for one in page.chars if one["size"] < 6.9}
        assert small <= lowered


@pytest.mark.parametrize("exponent", range(-6, 9))
@pytest.mark.parametrize("digits", [1.0, 1.23456789, 9.99999999])
def test_a_calculated_value_has_six_digits_at_least(digits, exponent):
    value = digits * 10.0**exponent
    pattern = calculated_format(value)
    if pattern == "General":
        assert exponent < -4
        return
    decimals = len(pattern.partition(".")[2])
    assert decimals >= 2
    assert decimals + max(0, math.floor(math.log10(value))) + (value >= 1) >= 6
    assert math.isclose(round(value, decimals), value, rel_tol=5e-6)


@pytest.mark.parametrize("number", ["ID_AM002", "VN_AM001", "MN_AM002"])
def test_symbols_have_subscripts_and_are_read_as_people_type_them(number, tmp_path):
    methodology(number).template(tmp_path / "a.xlsx", years=[2024])
    m = methodology(number)
    known = {one.symbol for one in (*m.inputs.values(), *m.rules) if one.symbol.count("_") == 1}
    rich = openpyxl.load_workbook(tmp_path / "a.xlsx", rich_text=True)
    plain = openpyxl.load_workbook(tmp_path / "a.xlsx")
    found = set()
    for sheet in rich:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            text = plain[sheet.title][cell.coordinate].value
            if text in known:
                stem, _, subscript = text.partition("_")
                assert isinstance(cell.value, CellRichText), (sheet.title, cell.coordinate)
                lowered = [str(part) for part in cell.value if getattr(part, "font", None) and part.font.vertAlign]
                assert lowered == [subscript]
                assert str(cell.value[0]) == stem
                found.add(text)
    assert found >= {one.symbol for one in m.inputs.values() if one.symbol in known and not one.supplied}


def test_a_workbook_whose_symbols_lose_their_typesetting_is_read_alike(numbers, tmp_path):
    openpyxl.load_workbook(numbers, data_only=True).save(tmp_path / "plain.xlsx")
    one, other = (read_workbook(path).calculate() for path in (numbers, tmp_path / "plain.xlsx"))
    assert one.ER.m.tolist() == other.ER.m.tolist()


def test_the_note_below_the_title_takes_no_room_beside_the_tables(numbers):
    """A text beyond the last column would make the whole sheet smaller in print."""
    for sheet in openpyxl.load_workbook(numbers):
        if sheet["B5"].value:
            (span,) = (one for one in sheet.merged_cells.ranges if (one.min_row, one.max_row) == (5, 5))
            assert span.max_col == sheet.max_column
            assert sheet["B5"].alignment.wrap_text


# Tables


def test_a_table_has_typed_columns_totals_and_room(tmp_path):
    columns = [
        Column("name"),
        Column("long", "long text", 20),
        Column("RE", "emissions", total=True),
        Column("tonnes", "whole", total=True),
        Column("as entered", "exact"),
    ]
    rows = [
        ["=1+1", "a text of several lines " * 4, 1.25, 2, 1234.5],
        ["二", "", None, 3, float("nan")],
        ["c", "", -0.5, 4, "n/a"],
    ]
    book = NewBook("A title")
    book.listing("first", columns, rows, "Total of 3")
    book.listing("empty", columns, [], "Total")
    path = tmp_path / "a.xlsx"
    path.write_bytes(book.content())
    stored, written = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    sheet = written["first"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(2, 4)] == [
        ["=1+1", rows[0][1], 1.25, 2, 1234.5],
        ["二", "", None, 3, None],
        ["c", "", -0.5, 4, "n/a"],
    ]
    assert sheet["A2"].data_type == "s"
    assert [cell.value for cell in stored["first"][5]] == ["Total of 3", None, 0.75, 9, None]
    assert sheet["C5"].value == "=SUBTOTAL(109,C2:C4)"
    assert [sheet.cell(2, column).number_format for column in (3, 4, 5)] == [
        STYLES[style]["num_format"] for style in ("emissions", "whole", "exact")
    ]
    assert [sheet.cell(1, column).alignment.horizontal for column in (1, 2, 3)] == ["left", "left", "right"]
    assert sheet.row_dimensions[2].height >= 4 * 9
    assert sheet.auto_filter.ref == "A1:E4"
    for one in written:
        assert (one.freeze_panes, one.print_title_rows, one.page_setup.paperSize) == ("B2", "$1:$1", 9)
    assert [cell.value for cell in stored["empty"][2]] == ["Total", None, 0, 0, None]
