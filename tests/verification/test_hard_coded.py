"""A cell that should be a formula and holds the same value, typed in, is named; nothing else is found."""

import re

import pytest
from faults import edit
from workbooks import cases, drawn_result, formulas

import jcm_calc
from jcm_calc.verification.verifying import _documents as documents

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
# Labels of units and periods are no values; a constant that is written as a formula has no input.
NO_VALUE = re.compile(r"(?:'[^']+'!)?[BC]\d+|IF\(ISNUMBER\(\w+\),DAY\(.*|[\d.]+")


def kinds(path):
    """Yield a cell for each kind of formula of the report sheets: those that differ in their rows only are alike.

    A monitored amount is typed in, also where the library refers to the same one in the plan.
    """
    entries = documents(path, None, None, (), None, None).report.entries()
    seen, monitored = set(), {str(entry.address) for entry in entries if entry.monitored}
    for (sheet, column, row), (formula, stored) in formulas(path).items():
        kind = sheet, column, re.sub(r"\d+", "", formula)
        if sheet.startswith("MRS") and " " not in sheet and kind not in seen and stored:
            seen.add(kind)
            if not NO_VALUE.fullmatch(formula) and f"{sheet}!{column}{row}" not in monitored:
                yield (sheet, f"{column}{row}"), as_number(stored)


def as_number(stored):
    try:
        return float(stored)
    except ValueError:
        return stored


@pytest.mark.parametrize("number", ["ID_AM003"])
def test_a_formula_that_is_replaced_by_its_value_is_named(number, tmp_path):
    m = jcm_calc.methodology(number)
    result = drawn_result(m, next(iter(cases(m))), 1)
    result.to_excel(tmp_path / "report.xlsx", plan=result)
    before = {str(one) for one in jcm_calc.verify(tmp_path / "report.xlsx").findings}
    cells = dict(kinds(tmp_path / "report.xlsx"))
    assert len(cells) > 5
    for place, value in cells.items():
        edit(tmp_path / "report.xlsx", tmp_path / "typed.xlsx", {place: value})
        new = [one for one in jcm_calc.verify(tmp_path / "typed.xlsx").findings if str(one) not in before]
        assert [(one.code in ("A1", "A2"), one.severity) for one in new] == [(True, "warning")], (place, new)
        assert "!".join(place) in map(str, new[0].places)


def test_a_class_that_is_typed_otherwise_on_the_calculation_sheet_is_named(tmp_path):
    given = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": "2024"}
    jcm_calc.calculate("ID_AM003", **given).to_excel(tmp_path / "report.xlsx")
    found = formulas(tmp_path / "report.xlsx")
    place = next(key for key, (text, _) in found.items() if key[0].startswith("MRS") and "ISTEXT" in text)
    cell = place[0], f"{place[1]}{place[2]}"
    edit(tmp_path / "report.xlsx", tmp_path / "wrong.xlsx", {cell: "cold storage"})
    errors = jcm_calc.verify(tmp_path / "wrong.xlsx").of("error")
    assert [(one.code, str(one.place)) for one in errors if one.code == "A10"] == [("A10", "!".join(cell))]


def test_a_number_that_follows_from_the_dates_of_a_period_is_checked(tmp_path):
    m = jcm_calc.methodology("VN_AM004")
    drawn_result(m, next(iter(cases(m))), 1).to_excel(tmp_path / "report.xlsx")
    found = {place: stored for place, (text, stored) in formulas(tmp_path / "report.xlsx").items() if "YEAR(" in text}
    sheet, column, row = next(
        place for place, stored in found.items() if place[0].startswith("MRS") and stored == "365.0"
    )
    for days, codes in ((365, {("A2", "warning")}), (300, {("A10", "error")})):
        edit(tmp_path / "report.xlsx", tmp_path / "typed.xlsx", {(sheet, f"{column}{row}"): days})
        own = jcm_calc.verify(tmp_path / "typed.xlsx").findings
        assert {(one.code, one.severity) for one in own if f"{sheet}!{column}{row}" in map(str, one.places)} == codes


def test_a_day_that_is_added_to_a_date_is_no_factor(tmp_path):
    m = jcm_calc.methodology("VN_AM005")
    drawn_result(m, next(iter(cases(m))), 1).to_excel(tmp_path / "report.xlsx")
    found = formulas(tmp_path / "report.xlsx")
    days = [place for place, (text, _) in found.items() if re.match(r"MAX\([A-Z]\d", text)]
    sheet, column, row = next(place for place in days if place[0].startswith("MRS"))
    cell = sheet, f"{column}{row}"
    edit(tmp_path / "report.xlsx", tmp_path / "wrong.xlsx", {cell: f"={found[sheet, column, row][0]}+1"})
    (own,) = [
        one for one in jcm_calc.verify(tmp_path / "wrong.xlsx").findings if "!".join(cell) in map(str, one.places)
    ]
    assert (own.code, "has 1 added to it, which the equation does not have" in own.message) == ("C1", True)
