"""Hostile formulas: a verification ends, and its result is not clean."""

import re
import subprocess
import sys
import warnings
from xml.sax.saxutils import escape

import hostile
import openpyxl
import pytest

from jcm_calc import UnconfirmedWarning, calculate, verify
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.conclusion import VerificationResult

CALCULATION = "MRS(calc_process)"
LAST = "A1:XFD1048576"
# Each formula, and the code of the finding that must name it: A3 cannot be followed, A7 gives an error or no number.
FORMULAS = {
    "brackets": ("(" * 4000 + "1" + ")" * 4000, "A3"),
    "more brackets than Excel takes": ("(" * 20_000 + "1" + ")" * 20_000, "A3"),
    "nested conditions": ("IF(1," * 1000 + "1" + ",2)" * 1000, "A3"),
    "minus signs": ("-" * 8000 + "1", "A3"),
    "per cent signs": ("1" + "%" * 8000, "A3"),
    "quoted pieces": ("&".join(['"a"'] * 2000), "A7"),
    "more quoted pieces": ("&".join(['"a"'] * 8000), "A3"),
    "single quotes": ("'" * 4001, "A3"),
    "quoted sheet": ("'" + "a:" * 4000 + "'!A1", "A3"),
    "unterminated text": ('"abc', "A3"),
    "lone bracket": (")", "A3"),
    "signs": ("!@#$%^&*()_+", "A3"),
    "exclamation marks": ("!" * 8000, "A3"),
    "separators": (";" * 3000, "A3"),
    "constant array without an end": ("{1,2;3", "A3"),
    "chain of ranges": (":".join(["A1"] * 2000), "A3"),
    "faces": ("\U0001f600" * 4000, "A3"),
    "network": ('WEBSERVICE("http://127.0.0.1/x")', "A3"),
    "unknown function": ('LEN(REPT("a",10^9))', "A3"),
    "format of C": ('TEXT(1,"%s%s%n")', "A3"),
    "whole sheet by a text": (f'INDIRECT("{LAST}")', "A3"),
    "whole sheet by steps": ("SUM(OFFSET(A1,0,0,1048576,16384))", "A3"),
    "whole sheet": (f"SUM({LAST})", "A7"),  # it holds itself
    "whole sheet, often": ("+".join([f"SUM({LAST})"] * 400), "A7"),
    "every sheet": (f"SUM('MRS(input):{CALCULATION}'!{LAST})", "A7"),
    "counted": (f"COUNTBLANK({LAST})", "A7"),
    "joined": (f"CONCAT({LAST})", "A7"),
    "not found": ("MATCH(1,A1:A1048576,0)", "A7"),
    "tower of powers": ("9^9^9^9^9", "A7"),
    "chain of powers": ("2^" * 4000 + "2", "A7"),
    "overflow": ("10^308*10^308", "A7"),
    "year": ("DATE(10^9,1,1)", "A7"),
    "digits": ("ROUND(1,10^6)", "A7"),
    "place": ("INDEX(A1:A5,10^400)", "A7"),
    "nothing": ("IF(,,,,)", "A7"),
}
NOT_CLEAN = {
    VerificationResult.INCOMPLETE,
    VerificationResult.NOT_QUANTIFIED,
    VerificationResult.MATERIAL,
    VerificationResult.IMPOSSIBLE,
}


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    path = tmp_path_factory.mktemp("honest") / "honest.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnconfirmedWarning)
        calculate("ID_AM003", **hostile.RIGHT).to_excel(path)
    return path


def spoilt(honest, formula):
    """Return the parts of a workbook with a formula in place of every one of its calculation."""
    parts = hostile.parts_of(honest.read_bytes())
    number = openpyxl.load_workbook(honest, read_only=True).sheetnames.index(CALCULATION) + 1
    sheet = f"xl/worksheets/sheet{number}.xml"
    written = f"<f>{escape(formula)}</f>".encode()
    parts[sheet], count = re.subn(rb"<f>[^<]*</f>", lambda match: written, parts[sheet])
    assert count > 5
    return parts


@pytest.mark.parametrize("name", FORMULAS)
def test_a_hostile_formula_is_a_finding(name, honest, tmp_path):
    formula, code = FORMULAS[name]
    path = hostile.save(tmp_path, hostile.archive_of(spoilt(honest, formula)))
    found = verify(path)
    assert found.result in NOT_CLEAN
    assert not found.clean
    assert code in {one.code for one in found.findings}
    assert all(len(one.message) < 5000 for one in found.findings)
    if code == "A3":
        assert any("cannot be evaluated" in reason for reason in found.missing)


@pytest.mark.parametrize("stored", ["nan", "1e999", "-1e999", "inf"])
def test_a_stored_value_that_is_no_number_is_not_clean(stored, honest, tmp_path):
    parts = spoilt(honest, "1/0")
    for name, content in parts.items():
        if name.startswith("xl/worksheets/"):
            parts[name] = re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>" + stored.encode() + rb"\2", content)
    found = verify(hostile.save(tmp_path, hostile.archive_of(parts)))
    assert found.result in NOT_CLEAN


def test_a_long_sum_of_cells_is_followed(tmp_path):
    """A sum of the days of four years, cell by cell, is one that people write."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in range(1, 1462):
        sheet.cell(row, 1, 1.5)
    sheet["C1"] = "=" + "+".join(f"A{row}" for row in range(1, 1462))
    book.save(tmp_path / "a.xlsx")
    from jcm_calc.verification.spreadsheet import Calculator

    assert Calculator(Book(tmp_path / "a.xlsx")).value(("Sheet", 0, 2)) == 1461 * 1.5


def test_names_that_stand_for_names_do_not_grow_without_end(tmp_path):
    """As the billion laughs of XML: each name stands for a thousand of the next one."""
    book = openpyxl.Workbook()
    for number in range(6):
        text = "+".join([f"n{number + 1}_"] * 1000)
        book.defined_names[f"n{number}_"] = openpyxl.workbook.defined_name.DefinedName(f"n{number}_", attr_text=text)
    book.active["A1"] = "=n0_"
    book.save(tmp_path / "a.xlsx")
    formula = Book(tmp_path / "a.xlsx").formulas("Sheet")[0, 0]
    assert len(formula.text) < 2_000_000


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from jcm_calc import verify
found = verify(sys.argv[1])
# not ru_maxrss, which begins with the memory of the process that started this one
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(int(peak) // 1024, found.result, sep=";")
"""
LARGE = {
    "one range": "SUM(Data!A1:A200000)",
    "many ranges": "+".join(["SUM(Data!A1:A200000)"] * 300),
    "conditions": 'SUMIF(Data!A1:A200000,">0",Data!B1:B200000)',
    "products": "SUMPRODUCT(Data!A1:A200000*Data!B1:B200000)",
}


def with_data(parts, rows):
    """Add a sheet of numbers."""
    number = 1 + sum(name.startswith("xl/worksheets/sheet") for name in parts)
    cells = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row % 7}</v></c><c r="B{row}"><v>1</v></c></row>'
        for row in range(1, rows + 1)
    )
    parts[f"xl/worksheets/sheet{number}.xml"] = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    ).encode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    for name, end, more in (
        ("xl/workbook.xml", "</sheets>", '<sheet name="Data" sheetId="99" r:id="rId999"/>'),
        (
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            f'<Relationship Id="rId999" Type="{kind}" Target="worksheets/sheet{number}.xml"/>',
        ),
        (
            "[Content_Types].xml",
            "</Types>",
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{content}"/>',
        ),
    ):
        parts[name] = parts[name].replace(end.encode(), (more + end).encode())
    return parts


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
@pytest.mark.parametrize("name", LARGE)
def test_large_ranges_end_within_what_is_promised(name, honest, tmp_path):
    """SECURITY.md: 20 s and 500 MB."""
    path = hostile.save(tmp_path, hostile.archive_of(with_data(spoilt(honest, LARGE[name]), 200_000)))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-500:]
    megabytes, result = done.stdout.strip().split(";")
    assert int(megabytes) < 500
    assert result in set(map(str, NOT_CLEAN))
