"""The working paper: places, identity, numbers, accepted findings, what the values rest on, the checks explained."""

import ast
import hashlib
import json
import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from faults import edit
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from verification.test_planted_faults import FAULTS as CASE_A
from verification.test_verification import CALC, FAULTS, MRS, SEPARATE, write

import jcm_calc
from jcm_calc.base.problems import InputError
from jcm_calc.base.sheet_xml import column_number
from jcm_calc.cli import jcm
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.findings import CANDIDATES, read_accepted

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

SOURCE = Path(jcm_calc.__file__).parent / "verification"
CELLS = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")
# What these find is no value of a cell: ER as it is recalculated, counts of rows, days, months or determinations, the
# fraction of a correction, and what the readings of two meters give.
DERIVED = {"I9", "I10", "I2", "I4", "F9", "D10", "C15", "E3", "G2"}


def run(*arguments):
    return CliRunner().invoke(jcm, [str(argument) for argument in arguments])


@pytest.fixture
def wrong(tmp_path):
    write(tmp_path / "clean.xlsx")
    changes = {(CALC, "G35"): "=C35*D35*D15", (SEPARATE, "D11"): 1.62, (MRS, "I10"): "interview with the operators"}
    edit(tmp_path / "clean.xlsx", tmp_path / "wrong.xlsx", changes)
    return tmp_path / "wrong.xlsx"


# Places


def values(book, place):
    """What the cells of a place hold: values, errors, and formulas."""
    column, row, last_column, last_row = CELLS.fullmatch(place.cells).groups()
    columns = range(column_number(column), column_number(last_column or column) + 1)
    for number in range(int(row) - 1, int(last_row or row)):
        for at in columns:
            yield book.errors(place.sheet).get((number, at), book.value(place.sheet, number, at))
            formula = book.formulas(place.sheet).get((number, at))
            if formula is not None:
                yield f"={formula.text}"


def books(verification):
    """The workbooks that were looked at, by name; the report under none."""
    found = {"": Book(verification.path)}
    for file in verification.identity.files:
        if file.path.suffix == ".xlsx":
            found.setdefault(file.path.name, Book(file.path))
    return found


def check_places(verification):
    """Each place exists in the file, and what a finding says it found is there."""
    known, files = books(verification), {file.path.name for file in verification.identity.files}
    for finding in verification.findings:
        told = f"{finding} {finding.as_data()['places']}"
        assert finding.places, told
        assert "None" not in finding.place, told
        cells = []
        for place in finding.places:
            assert place.sheet or place.meters or place.file in files, told
            if not place.sheet:
                continue
            book = known[place.file]
            assert place.sheet in book.sheets, told
            if place.cells:
                grid = book.grid(place.sheet)
                assert int(CELLS.fullmatch(place.cells)[2]) <= len(grid) + 1, told
                cells += values(book, place)
        if (
            cells
            and finding.code not in DERIVED
            and finding.unit != "as a fraction"
            and finding.found not in (None, "")
        ):
            assert shows(cells, finding), f"{told}: {cells}"


def shows(cells, finding):
    """Whether cells hold what a finding says it found, or add up to it, in whatever unit."""
    if not isinstance(finding.found, int | float):
        parts = re.split(r", | and \d+ more", str(finding.found))
        texts = [str(cell).casefold() for cell in cells]
        return all(any(part.casefold() in text or text in part.casefold() for text in texts) for part in parts if part)
    numbers = [cell for cell in cells if isinstance(cell, int | float)]
    numbers += [float(cell) for cell in cells if isinstance(cell, str) and re.fullmatch(r"-?\d+(\.\d+)?", cell)]
    for unit in ("", "kWh", "GJ", "kg", "tCO2/kWh"):
        try:
            factor = conversion(unit, finding.unit)(1.0) if unit else 1.0
        except UnitError:
            continue
        if any(
            abs(amount * factor - finding.found) <= 1e-9 * abs(finding.found) for amount in (*numbers, sum(numbers))
        ):
            return True
    return False


@pytest.mark.parametrize("code", FAULTS)
def test_every_place_exists_and_holds_what_was_found(code, tmp_path):
    faulty, given, right, other = FAULTS[code](tmp_path)
    check_places(jcm_calc.verify(faulty, **given))
    check_places(jcm_calc.verify(right, **other))


@pytest.mark.parametrize("number", CASE_A)
def test_every_place_of_case_a_exists(number, tmp_path):
    write(tmp_path / "clean.xlsx", **CASE_A[number].base)
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", CASE_A[number].changes)
    check_places(jcm_calc.verify(tmp_path / "fault.xlsx"))


def test_a_value_that_changed_between_years_is_shown_in_both_of_them(tmp_path):
    """Three units in two years; the COP of the third one is another in the later year."""
    given = {"EC_PJ": [[45, 40], [50, 50], [60, 61]], "COP_PJ": [1.63] * 3, "EF_elec": 0.814, "p": ["2017", "2018"]}
    write(tmp_path / "clean.xlsx", **given, application=["individual quick freezer"] * 3)
    later = f"{SEPARATE} 2018"
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", {(later, "D13"): 1.7}, again=False)
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    places = {str(place) for one in found.findings if one.code == "D2" for place in one.places}
    assert {f"{later}!D13", f"{SEPARATE}!D13"} <= places
    assert not {place for place in places if place.endswith(("D11", "D12"))}
    check_places(found)


def test_places_are_data(wrong):
    found = json.loads(run("verify", wrong, "--json").stdout)
    (place,) = next(one for one in found["findings"] if one["code"] == "C2")["places"]
    assert place == {"file": "", "sheet": CALC, "cells": "G35", "meters": [], "period": ""}


# Findings


def test_the_gravest_findings_come_first_and_the_largest_effects_among_them(wrong):
    found = jcm_calc.verify(wrong).findings
    order = ["error", "warning", "question"]
    assert [order.index(one.severity) for one in found] == sorted(order.index(one.severity) for one in found)
    sizes = [abs(one.effect.exact) for one in found if one.severity == "error" and one.effect]
    assert len(sizes) > 1
    assert sizes == sorted(sizes, reverse=True)


def test_findings_are_numbered_as_candidates(wrong):
    found = jcm_calc.verify(wrong).findings
    for severity, candidate in CANDIDATES.items():
        own = [one.number for one in found if one.severity is severity]
        assert own == [f"{candidate} {number:02}" for number in range(1, len(own) + 1)]
    assert {one.as_data()["candidate"] for one in found} == {one.number.split()[0] for one in found}


# Identity


def test_a_paper_says_what_was_verified(wrong):
    plan = write(wrong.parent / "plan.xlsx")
    found = jcm_calc.verify(wrong, plan=plan, ignore=["E9"], strict=True, person="A. Verifier")
    identity = found.as_data()["identity"]
    assert identity["files"] == [
        {"role": role, "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for role, path in (("Report", wrong), ("Plan", plan))
    ]
    assert identity["options"] == {"materiality": 0.05, "ignore": "E9", "strict": True}
    assert (identity["project"], identity["periods"], identity["person"]) == ("ID099", ["2017"], "A. Verifier")
    assert identity["jcm_calc"] == found.identity.version == jcm_calc.__version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", identity["date"])
    found.to_html(wrong.parent / "paper.html")
    page = (wrong.parent / "paper.html").read_text("utf-8")
    for text in ("ID099", identity["files"][0]["sha256"], "A. Verifier", jcm_calc.__version__, "ignore E9"):
        assert text in page


def test_the_workbook_links_to_the_cells_of_the_report(wrong):
    folder = wrong.parent / "papers of the year"
    folder.mkdir()
    found = jcm_calc.verify(wrong)
    found.to_excel(folder / "paper.xlsx")
    book = openpyxl.load_workbook(folder / "paper.xlsx")
    links = {row[0].value: row[2].hyperlink for row in book["Findings"].iter_rows(min_row=2)}
    finding = next(one for one in found.findings if one.code == "C2")
    link = links[finding.number]
    assert (folder / link.target.replace("\\", "/")).resolve() == wrong.resolve()
    assert link.location == f"'{CALC}'!G35"
    headings = [cell.value for cell in book["Responses"][1]]
    assert headings[2:] == [
        "Response of the project participant",
        "Conclusion of the verifier",
        "Status",
        "Date and signature",
    ]
    assert all(book[sheet].page_setup.paperSize == 9 for sheet in book.sheetnames)


def test_a_page_explains_the_checks_of_its_findings(wrong):
    jcm_calc.verify(wrong).to_html(wrong.parent / "paper.html")
    page = (wrong.parent / "paper.html").read_text("utf-8")
    assert '<a href="#C2">C2</a>' in page
    assert '<article id="C2">' in page
    assert "wrong.xlsx#%27MRS%28calc_process%29%27%21G35" in page


# Accepted findings


def accepted(folder, text):
    path = folder / "accepted.toml"
    path.write_text(text, "utf-8")
    return path


RECORDED = """[[accepted]]
code = "I12"
place = "MRS(input)!I10"
reason = "The log book was seen on site."
person = "A. Verifier"
date = 2024-05-31
"""


def test_an_accepted_question_stays_on_record_and_is_not_open(tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "said.xlsx", {(MRS, "I10"): "interview with the operators"})
    strict = jcm_calc.verify(tmp_path / "said.xlsx", strict=True)
    assert strict.result == "incomplete"
    found = jcm_calc.verify(tmp_path / "said.xlsx", strict=True, accepted=accepted(tmp_path, RECORDED))
    finding = next(one for one in found.findings if one.code == "I12")
    data = finding.as_data()["accepted"]
    assert data == {"reason": "The log book was seen on site.", "person": "A. Verifier", "date": "2024-05-31"}
    assert [one for one in strict.missing if "I12" in one]
    assert not [one for one in found.missing if "I12" in one]
    found.to_html(tmp_path / "paper.html")
    assert "accepted by A. Verifier (2024-05-31): The log book was seen on site." in (
        tmp_path / "paper.html"
    ).read_text("utf-8")
    assert "Accepted findings" in {one["role"] for one in found.as_data()["identity"]["files"]}


def test_an_accepted_error_counts_all_the_same(wrong):
    text = RECORDED.replace("I12", "C2").replace("MRS(input)!I10", f"{CALC}!G35")
    before, found = jcm_calc.verify(wrong), jcm_calc.verify(wrong, accepted=accepted(wrong.parent, text))
    assert next(one for one in found.findings if one.code == "C2").accepted is not None
    assert (found.result, found.adjusted, found.blockers) == (before.result, before.adjusted, before.blockers)


def test_what_is_accepted_and_not_found_is_named(wrong):
    text = RECORDED.replace("MRS(input)!I10", "MRS(input)!H99")
    found = jcm_calc.verify(wrong, accepted=accepted(wrong.parent, text))
    assert "accepted, but not among the findings: I12 at MRS(input)!H99" in found.remarks


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (RECORDED.replace("code", "cod"), "[[accepted]] no. 1, cod: unknown; did you mean code?; known are code"),
        (RECORDED.replace('"I12"', '"I99"'), "must be the code of a check"),
        (
            RECORDED.replace('reason = "The log book was seen on site."', 'reason = " "'),
            "reason: got ' '; must be a text",
        ),
        (RECORDED.replace('reason = "The log book was seen on site."', ""), "no. 1, reason: missing"),
        (RECORDED.replace('place = "MRS(input)!I10"', ""), "missing: place or subject"),
        (RECORDED.replace("[[accepted]]", "[accepted]"), "must be a list of tables"),
        (f"all = true\n{RECORDED}", "accepted.toml, all: unknown"),
        (RECORDED.replace("2024-05-31", '"soon"'), "date: 'soon' is not a date"),
    ],
)
def test_a_file_of_accepted_findings_is_refused(text, complaint, tmp_path):
    with pytest.raises(InputError, match=re.escape(complaint)):
        read_accepted(accepted(tmp_path, text))


@pytest.mark.parametrize("key", ["code", "place", "subject", "reason", "person", "date"])
@pytest.mark.parametrize("value", ["12", "1.5", "true", "[]", "{ text = 1 }", "12:00:00"])
def test_what_is_not_a_text_does_not_become_one(key, value, tmp_path):
    lines = [line for line in RECORDED.splitlines() if not line.startswith(f"{key} =")]
    with pytest.raises(InputError) as raised:
        read_accepted(accepted(tmp_path, "\n".join([*lines, f"{key} = {value}"])))
    assert [one.subject for one in raised.value.problems] == [f"[[accepted]] no. 1, {key}"]


# What the values rest on


def test_typed_numbers_have_nothing_behind_them(wrong):
    rows = {one.symbol: one for one in jcm_calc.verify(wrong).support}
    assert (rows["EC_PJ,i,p"].count, rows["EC_PJ,i,p"].typed, rows["EC_PJ,i,p"].by_readings) == (1, 1, 0)
    assert [str(one) for one in rows["EC_PJ,i,p"].cells] == [f"{SEPARATE}!C11"]
    assert (rows["EC_PJ,i,p"].option, rows["EC_PJ,i,p"].source) == ("Option C", "interview with the operators")
    assert (rows["COP_RE,i"].count, rows["COP_RE,i"].document != "") == (0, True)


def test_readings_reach_the_values_of_their_meters(tmp_path):
    faulty, given, _right, _other = FAULTS["E1"](tmp_path)
    found = jcm_calc.verify(faulty, **given)
    rows = {one.symbol: one for one in found.support}
    amounts = rows["EC_PJ,i,p"]
    assert amounts.by_readings == amounts.count > 0
    assert amounts.meters
    assert rows["COP_PJ,i"].by_readings == 0


# The catalogue


def test_the_checks_are_listed_and_explained():
    listed = run("verify", "--list")
    assert listed.exit_code == 0
    assert all(re.search(rf"^{code} ", listed.output, re.M) for code in checks())
    explained = run("verify", "--explain", "c5,H5")
    assert explained.exit_code == 0
    for code in ("C5", "H5"):
        check = checks()[code]
        for text in (check.title, check.rule, check.why, check.example, check.answer, check.review):
            assert text in explained.output
    assert run("verify", "--explain", "Z9").exit_code == 2


def test_comma_lists_select_and_ignore(wrong):
    one = json.loads(run("verify", wrong, "--select", "C2,D2", "--json").stdout)
    two = json.loads(run("verify", wrong, "--select", "C2", "--select", "D2", "--json").stdout)
    assert one["switched off"] == two["switched off"]
    assert set(checks()) - set(one["switched off"]) == {"C2", "D2"}


@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.code)
def test_a_check_is_written_whole(check):
    assert all((check.title, check.rule, check.why, check.example, check.answer))
    # J7 follows from the list of projects, not from a review
    assert (bool(check.case), bool(check.review)) == ((False, False) if check.code == "J7" else (True, True))
    # a title says what was found, not what was found elsewhere; in three cases that is the same
    assert (check.title == check.case) is (check.code in ("C11", "C12", "F7"))
    assert not check.title.endswith("."), check.title


def test_titles_are_not_shared():
    titles = [check.title for check in checks().values()]
    assert len(set(titles)) == len(titles)


# No behaviour depends on the wording of a message

SAID = {"complaint", "message", "note", "because", "cause", "question", "told", "said", "unconfirmed", "title", "rule"}
LOOKING = {
    "startswith",
    "endswith",
    "partition",
    "rpartition",
    "split",
    "removeprefix",
    "removesuffix",
    "find",
    "index",
}
LOOKING |= {"replace", "strip", "casefold", "lower", "count"}
MATCHING = {"search", "match", "fullmatch", "findall", "finditer", "sub"}


def reads(node):
    """Whether an expression is a sentence for people, or made of one by `str`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
        return reads(node.args[0])
    return isinstance(node, ast.Attribute) and node.attr in SAID


def by_wording(tree):
    """Yield the lines on which code looks into a sentence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(one, ast.In | ast.NotIn | ast.Eq) for one in node.ops):
            if any(map(reads, (node.left, *node.comparators))):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            looked = node.func.attr in LOOKING and reads(node.func.value)
            if looked or (node.func.attr in MATCHING and any(map(reads, node.args))):
                yield node.lineno


@pytest.mark.parametrize(
    "code",
    [
        "if 'looks like' in problem.complaint: pass",
        "problem.complaint.partition('looks like ')",
        "str(problem.complaint).startswith('x')",
        "re.search('meter', finding.message)",
        "PATTERN.search(finding.note)",
        "finding.cause == 'wrong sign'",
    ],
)
def test_code_that_reads_sentences_is_noticed(code):
    assert list(by_wording(ast.parse(code)))


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_behaviour_depends_on_the_wording_of_a_message(path):
    assert list(by_wording(ast.parse(path.read_text("utf-8")))) == []
