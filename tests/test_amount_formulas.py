"""The formula of a monitored amount is audited: a unit factor times the rows of its period, and nothing else."""

import itertools

import pytest
from metered import UNITS, energy, report
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
# tCO2/MWh: (1.63 / 1.32 − 1) × 0.814
SLOPE = (1.63 / 1.32 - 1) * 0.814
SHEET = "'Monthly kWh'"
MONTHS = "Monthly kWh"
YEAR = {2019: range(7, 13), 2020: range(1, 13)}


def amount(unit, year):
    """MWh of a unit in a year, by the table."""
    return sum(energy(unit, month) for month in YEAR[year]) / 1000


def of(change):
    """Formulas in which that of unit 1 in 2020 is replaced: column B, rows 8 to 19."""

    def formula(column, rows, year):
        first, last = rows
        plain = f"=SUM({SHEET}!{column}{first}:{column}{last})/1000"
        return (
            change.format(r=f"{SHEET}!{column}{first}:{column}{last}", s=SHEET)
            if (column, year) == ("B", 2020)
            else plain
        )

    return formula


def verified(tmp_path, formula=None, edit=None):
    path = report(tmp_path / "report.xlsx", edit=edit, formula=None if formula is None else of(formula))
    return jcm_calc.verify(path)


def grave(found):
    return [one for one in found.findings if one.severity == "error"]


TRUE = amount(1, 2020)
FORMULAS = {
    "=SUM({r})/1000*1.02": ("C13", 0.02 * TRUE),
    "=1.02*SUM({r})/1000": ("C13", 0.02 * TRUE),
    "=SUM({r})/1000*0.99": ("C13", -0.01 * TRUE),
    "=SUM({r})/980": ("C13", (1 / 0.98 - 1) * TRUE),
    "=SUM({r})/1000*102%": ("C13", 0.02 * TRUE),
    "=SUM({r})/1000+0.5": ("C13", 0.5),
    "=SUM({r},500)/1000": ("C13", 0.5),
    "=SUM({r})/1000-0.25": ("C13", -0.25),
    "=ROUND(SUM({r})/1000,0)": ("H5", round(TRUE) - TRUE),
    "=ROUNDUP(SUM({r})/1000,-1)": ("H5", -(-TRUE // 10) * 10 - TRUE),
    "=SUM({s}!B8:B18)/1000": ("C5", -energy(1, 12) / 1000),
    "=SUM({s}!B9:B19)/1000": ("C5", -energy(1, 1) / 1000),
    "=SUM({s}!B7:B19)/1000": ("C5", energy(1, 12) / 1000),
    "=(SUM({r})+{s}!B10)/1000": ("C5", energy(1, 3) / 1000),
    '=SUMIF({s}!A8:A19,"<>2020-12",{r})/1000': ("C5", -energy(1, 12) / 1000),
    "=(SUM({s}!B8:B18)+1.05*{s}!B19)/1000": ("C13", 0.05 * energy(1, 12) / 1000),
}  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_does_not_belong_into_the_formula_is_found_with_its_effect(formula, tmp_path):
    found = verified(tmp_path, formula)
    code, excess = FORMULAS[formula]
    assert [one.code for one in grave(found)] == [code], [str(one) for one in found.findings]
    (finding,) = grave(found)
    assert finding.effect.exact == pytest.approx(excess * SLOPE, rel=1e-6)
    due = sum(int(sum(amount(unit, year) for unit in UNITS) * SLOPE) for year in YEAR)
    assert found.adjusted == due
    assert (
        pytest.approx(sum(amount(u, y) for u, y in itertools.product(UNITS, YEAR)) * SLOPE) == found.total.adjusted.ER
    )


RIGHT = [
    "=SUM({r})/1000",
    "=SUM({r})*0.001",
    "=0.001*SUM({r})",
    "=SUBTOTAL(9,{r})/1000",
    "=SUBTOTAL(109,{r})/1000",
    "=AGGREGATE(9,6,{r})/1000",
    '=SUMIF({s}!A2:A19,"2020*",{s}!B2:B19)/1000',
    '=SUMIF({s}!A8:A19,"<>",{r})/1000',
    '=SUMIFS({r},{s}!A8:A19,"<>2019-12")/1000',
    "=SUMPRODUCT({r})/1000",
    "=SUM({s}!B8:B13)/1000+SUM({s}!B14:B19)/1000",
    "=(" + "+".join(f"{{s}}!B{row}" for row in range(8, 20)) + ")/1000",
    "=SUM({s}!B8:B13,{s}!B14:B19)/1000",
]


@pytest.mark.parametrize("formula", RIGHT)
def test_a_right_formula_is_no_finding_however_it_is_written(formula, tmp_path):
    found = verified(tmp_path, formula)
    assert [str(one) for one in grave(found)] == []
    assert "C13" not in {one.code for one in found.findings}


EDITS = {
    "a total in the range, by formula": (
        lambda book: (book[MONTHS].__setitem__("B20", "=SUM(B8:B19)"), book[MONTHS].__setitem__("A20", "Total")),
        "=SUM({s}!B8:B20)/1000", "C5", TRUE,
    ),
    "a total in the range, typed": (
        lambda book: (book[MONTHS].__setitem__("B20", TRUE * 1000), book[MONTHS].__setitem__("A20", "Total")),
        "=SUM({s}!B8:B20)/1000", "C5", TRUE,
    ),
    "a number under the rows": (
        lambda book: (book[MONTHS].__setitem__("B20", 5000), book[MONTHS].__setitem__("A20", "note")),
        "=SUM({s}!B8:B20)/1000", "C5", 5.0,
    ),
    "a row that is text": (
        lambda book: book[MONTHS].__setitem__("B10", "12,5"), "=SUM({r})/1000", "A7", -0.0125,
    ),
    "a negative row": (
        lambda book: book[MONTHS].__setitem__("B10", -100.0), "=SUM({r})/1000", "B6", -0.1,
    ),
    "a row a thousand times the others": (
        lambda book: book[MONTHS].__setitem__("B10", energy(1, 3) * 1000),
        "=SUM({r})/1000", "B6", energy(1, 3) * 0.999,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_what_does_not_belong_among_the_rows_is_found_with_its_effect(name, tmp_path):
    edit, formula, code, excess = EDITS[name]
    found = verified(tmp_path, formula, edit)
    assert code in {one.code for one in grave(found)}, [str(one) for one in found.findings]
    finding = next(one for one in grave(found) if one.code == code)
    assert finding.effect.exact == pytest.approx(excess * SLOPE, rel=1e-6)


def test_a_text_that_can_be_read_in_two_ways_has_both_readings(tmp_path):
    found = verified(tmp_path, "=SUM({r})/1000", lambda book: book[MONTHS].__setitem__("B10", "1.234"))
    (finding,) = (one for one in grave(found) if one.code == "A7")
    assert "1.234" in finding.because
    assert "1234" in finding.because


def test_a_month_ten_times_the_others_is_a_warning_with_its_effect(tmp_path):
    found = verified(tmp_path, "=SUM({r})/1000", lambda book: book[MONTHS].__setitem__("B10", energy(1, 3) * 10))
    (finding,) = (one for one in found.of("warning") if one.code == "B6")
    assert finding.effect.exact == pytest.approx(energy(1, 3) * 0.009 * SLOPE)


def test_a_month_in_two_years_is_named_with_both(tmp_path):
    found = verified(tmp_path, "=SUM({s}!B7:B19)/1000")
    (finding,) = grave(found)
    assert "2019-12" in finding.message
    assert "2019" in finding.message.partition("that of")[2]


@pytest.mark.parametrize("typed", ["=135*1.02", "=135*0.99", "=1.05*135"])
def test_a_typed_number_with_a_factor_is_an_error(typed, tmp_path):
    factor = {"=135*1.02": 1.02, "=135*0.99": 0.99, "=1.05*135": 1.05}[typed]
    found = verified(tmp_path, typed)
    (finding,) = grave(found)
    assert finding.code == "C13"
    assert finding.effect.exact == pytest.approx(135 * (factor - 1) * SLOPE)


@pytest.mark.parametrize("typed", ["=120+10+5", "=135000/1000", "=SUM(120,15)"])
def test_typed_sums_are_remarked_on(typed, tmp_path):
    found = verified(tmp_path, typed)
    assert grave(found) == []
    assert "C13" in {one.code for one in found.of("warning")}


def test_the_estimate_of_the_plan_is_no_monitored_value(tmp_path):
    found = verified(tmp_path, "='MPS(input_separate)'!C11")
    assert "the monitored value is the estimate of the plan" in grave(found)[0].message
    assert found.verdict != "no misstatement found"


@pytest.mark.parametrize(("rows", "days"), [(range(8, 14), 182), (range(19, 20), 31), (range(12, 14), 61)])
def test_days_of_the_period_without_rows_are_an_error(rows, days, tmp_path):
    """Rows of 2020 are taken out of the table, so that the sum does not lack them."""

    def edit(book):
        for row in rows:
            book[MONTHS][f"A{row}"] = book[MONTHS][f"B{row}"] = None

    found = verified(tmp_path, "=SUM({r})/1000", edit)
    (finding,) = (one for one in grave(found) if one.code == "G5")
    assert f"{days} days" in finding.message
    assert finding.question


def test_a_report_without_dates_is_compared_with_its_plan_all_the_same(tmp_path):
    units = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
    report, plan = (jcm_calc.calculate("ID_AM003", EC_PJ=energy_, **units) for energy_ in (1350.0, 135.0))
    report.to_excel(tmp_path / "report.xlsx", plan=plan)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert "I9" in {one.code for one in found.of("warning")}
