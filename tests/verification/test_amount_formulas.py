"""The formula of a monitored amount is audited: a unit factor times the rows of its period, and nothing else."""

import itertools

import faults
import pytest
from metered import UNITS, energy, report
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from workbooks import office, recalculated_by_office

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
    "=SUM(OFFSET({s}!B8,0,0,11,1))/1000": ("C5", -energy(1, 12) / 1000),
    "=SUM(OFFSET({s}!B8,-1,0,13,1))/1000": ("C5", energy(1, 12) / 1000),
    "=SUM(OFFSET({s}!B8,0,0,12,1))/1000*1.02": ("C13", 0.02 * TRUE),
    '=SUM(INDIRECT("{s}!B9:B19"))/1000': ("C5", -energy(1, 1) / 1000),
    '=SUM(INDIRECT("{s}!B8:B"&19))/1000+0.5': ("C13", 0.5),
    '=SUMPRODUCT(({s}!A8:A19<>"2020-12")*{r})/1000': ("C5", -energy(1, 12) / 1000),
    "=SUMPRODUCT({r}*1.02)/1000": ("C13", 0.02 * TRUE),
    '=SUM(IF({s}!A8:A19="2020-12",0,{r}))/1000': ("C5", -energy(1, 12) / 1000),
    "=SUM(ROUND({r}/1000,0))": ("H5", sum(round(energy(1, k) / 1000) for k in range(1, 13)) - TRUE),
    "=AVERAGE({r})*12/1000*1.03": ("C13", 0.03 * TRUE),
    "=(SUM({s}!B8:B18)+0.7*{s}!B19)/1000": ("C13", -0.3 * energy(1, 12) / 1000),
    "=SUM({r})/1000+SUM(0.2,0.3)": ("C13", 0.5),
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
    "=SUM(OFFSET({s}!B8,0,0,12,1))/1000",
    "=SUM(OFFSET({s}!A1,7,1,12))/1000",
    "=SUM(OFFSET({r},0,0))/1000",
    '=SUM(INDIRECT("{s}!B8:B19"))/1000',
    '=SUM(INDIRECT("{s}!B"&8&":B"&ROW({s}!A19)))/1000',
    '=SUMPRODUCT((LEFT({s}!A2:A19,4)="2020")*{s}!B2:B19)/1000',
    '=SUMPRODUCT(--(LEFT({s}!A2:A19,4)="2020"),{s}!B2:B19)/1000',
    '=SUM(IF(LEFT({s}!A2:A19,4)="2020",{s}!B2:B19))/1000',
    "=SUM({r}/1000)",
    "=SUM(INDEX({s}!B8:D19,0,1))/1000",
    "=AVERAGE({r})*12/1000",
    "=AVERAGE({r})*COUNT({r})/1000",
    '=SUMIF({s}!A:A,"2020*",{s}!B:B)/1000',
    '=SUMIFS({s}!B:B,{s}!A:A,"2020*")*0.001',
]
# What cannot be said to be a sum of rows: the verification is not complete before somebody has said what it is.
OPEN = {
    "=MAX(SUM({r})/1000,135)": True,
    "=SUM({r})/1000*1.3": True,
    "=SUM({r})/1000*0.45": True,
    "=({s}!B19-{s}!B8)/1000": False,
    "=AVERAGE({r})/1000": True,
    "=SQRT(SUM({r}))": False,
}
UNKNOWN = [
    "SUM(FILTER({r},{r}>0))/1000",
    "AGGREGATE(14,6,{r},1)/1000",
    "LET(x,SUM({r}),x/1000)",
    "SUM({s}!B8:OFFSET({s}!B8,11,0))/1000",
    'SUM(INDIRECT("R8C2:R19C2",FALSE))/1000',
    "SUM(Energy)/1000",
]
# Numbers that are typed into a formula: the check, by how much the amount is too high, and whether it is quantified.
TYPED = {
    "=135*1.02": ("C13", 135 * 0.02),
    "=1.1*135": ("C13", 13.5),
    "=135*1.1": ("C13", 13.5),
    "=135*110%": ("C13", 13.5),
    "=135/0.95": ("C13", 135 / 0.95 - 135),
    "=135000/980": ("C13", 135000 / 980 - 135),
    "=135+0.5": ("C13", 0.5),
    "=0.5+135": ("C13", 0.5),
    "=135-1": ("C13", -1.0),
    "=135000/1000+1": ("C13", 1.0),
    "=SUM(135,0.5)": ("C13", 0.5),
    "=ROUND(135.4,0)": ("H5", -0.4),
    "=ROUNDUP(135.1,0)": ("H5", 0.9),
    "=INT(135.9)": ("H5", -0.9),
    "=CEILING(131,5)": ("H5", 4.0),
}
TYPED_OPEN = [
    *("=MAX(135,150)", "=MIN(135,150)", "=IF(1,135,150)", "=AVERAGE(135,150)", "=120+10+5", "=SUM(120,15)"),
    *("=135*1.5", "=135*0.5", "=135^1.01", "=MEDIAN(120,135,150)", "=CHOOSE(1,135,150)", "=SUM(120,15*1.2)"),
    *("=SQRT(18225)", "=60*2.25", "=(120+15)*1.25"),
]  # fmt: skip


@pytest.mark.parametrize("formula", RIGHT)
def test_a_right_formula_is_no_finding_however_it_is_written(formula, tmp_path):
    found = verified(tmp_path, formula)
    assert [str(one) for one in grave(found)] == []
    assert "C13" not in {one.code for one in found.findings}


@pytest.mark.parametrize("formula", OPEN)
def test_what_is_not_a_sum_of_rows_leaves_the_verification_open(formula, tmp_path):
    found = verified(tmp_path, formula)
    assert "C13" in {one.code for one in found.findings}, [str(one) for one in found.findings]
    assert found.result in ("incomplete", "material misstatement")
    assert any(one.unresolved for one in found.findings)
    assert any(one.effect for one in found.findings if one.code == "C13") == OPEN[formula]


@pytest.mark.parametrize("formula", UNKNOWN)
def test_a_formula_that_cannot_be_followed_is_named_and_leaves_the_verification_open(formula, tmp_path):
    text = formula.format(r=f"{SHEET}!B8:B19", s=SHEET)
    change = {("MRS(input_separate) 2020", "C11"): (f"={text}", TRUE)}
    faults.edit(report(tmp_path / "clean.xlsx"), tmp_path / "report.xlsx", change, again=False)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    (finding,) = (one for one in found.findings if one.code == "C13")
    assert text[:20] in finding.message
    assert finding.unresolved
    assert found.result == "incomplete"


@pytest.mark.parametrize("formula", TYPED)
def test_what_is_done_to_a_typed_number_is_an_error_with_its_effect(formula, tmp_path):
    found = verified(tmp_path, formula)
    code, excess = TYPED[formula]
    (finding,) = grave(found)
    assert finding.code == code
    assert finding.effect.exact == pytest.approx(excess * SLOPE)
    assert not found.clean


@pytest.mark.parametrize("formula", TYPED_OPEN)
def test_a_choice_or_sum_of_typed_numbers_leaves_the_verification_open(formula, tmp_path):
    found = verified(tmp_path, formula)
    assert grave(found) == []
    assert {"C13"} == {one.code for one in found.findings if one.unresolved}
    assert found.result == "incomplete"


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


def test_a_row_that_counts_ten_times_is_said_to_do_so(tmp_path):
    found = verified(tmp_path, "=SUM({s}!B8:B18)/1000+{s}!B19/100")
    (finding,) = grave(found)
    assert "2020-12 is counted 10 times" in finding.message


@pytest.mark.parametrize("times", [1.0, 1.02, 0.98, 1.5])
@pytest.mark.parametrize(("total", "unit", "formula"), [
    ("Total", 1, "={s}!B21/1000"), ("合計", 1, "=0.001*{s}!B21"), ("Total", 1000, "={s}!B21"),
])  # fmt: skip
def test_a_typed_total_is_compared_with_its_rows(total, unit, formula, times, tmp_path):
    def edit(book):
        book[MONTHS]["A21"], book[MONTHS]["B21"] = total, TRUE * 1000 / unit * times

    found = verified(tmp_path, formula, edit)
    own = [one for one in found.findings if one.code == "C5"]
    assert len(own) == (times != 1)
    for one in own:
        assert one.effect.exact == pytest.approx(TRUE * (times - 1) * SLOPE)
        assert found.result == ("incomplete" if times == 1.5 else "misstatement, not material")
        assert one.places[0].cells == "B21"


@pytest.mark.parametrize("typed", ["=135", "=135000/1000", "=0.135*1000", "=486/3.6", "=135*1"])
def test_a_typed_number_in_another_unit_is_remarked_on(typed, tmp_path):
    found = verified(tmp_path, typed)
    assert grave(found) == []
    assert "C13" in {one.code for one in found.of("warning")}
    assert not [one for one in found.findings if one.unresolved]


def test_the_estimate_of_the_plan_is_no_monitored_value(tmp_path):
    found = verified(tmp_path, "='MPS(input_separate)'!C11")
    assert "the monitored value is the estimate of the plan" in grave(found)[0].message
    assert found.result != "no misstatement found"


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


OTHERS = {
    "right": [
        '=SUMIF({s}!A:A,"20{y}*",{s}!{c}:{c})/1000',
        "=SUM(OFFSET({s}!{c}{a},0,0,{n},1))/1000",
        '=SUM(INDIRECT("{s}!{c}{a}:{c}{b}"))/1000',
        '=SUMPRODUCT((LEFT({s}!A2:A19,4)="20{y}")*{s}!{c}2:{c}19)/1000',
        "=SUBTOTAL(9,{s}!{c}{a}:{c}{b})/1000",
        "=SUM(INDEX({s}!{c}{a}:{c}{b},0,1))/1000",
    ],
    "one left out": [
        '=SUMIF({s}!A:A,"20{y}-1*",{s}!{c}:{c})/1000',
        "=SUM(OFFSET({s}!{c}{a},1,0,{n}-1,1))/1000",
        '=SUM(INDIRECT("{s}!{c}{a}:{c}"&({b}-1)))/1000',
        '=SUMPRODUCT((LEFT({s}!A2:A19,4)="20{y}")*({s}!A2:A19<>"20{y}-12")*{s}!{c}2:{c}19)/1000',
        "=SUBTOTAL(9,{s}!{c}{a}:{c}{b}-1)/1000".replace("{b}-1", "{last}"),
        "=SUM(INDEX({s}!{c}{a}:{c}{last},0,1))/1000",
    ],
}


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_formulas_that_another_program_saved_are_followed(tmp_path):
    def formula(own):
        order = itertools.cycle(own)

        def write(column, rows, year):
            first, last = rows
            named = {"s": SHEET, "c": column, "a": first, "b": last, "last": last - 1}
            return next(order).format(**named, n=last - first + 1, y=year - 2000)

        return write

    folder = tmp_path / "saved"
    folder.mkdir()
    paths = [report(tmp_path / f"{name.split()[0]}.xlsx", formula=formula(own)) for name, own in OTHERS.items()]
    recalculated_by_office(paths, folder)
    right, short = (jcm_calc.verify(folder / "recalculated" / path.name) for path in paths)
    assert right.clean, [str(one) for one in right.findings]
    assert "C13" not in {one.code for one in right.findings}
    assert {one.code for one in grave(short)} == {"C5"}, [str(one) for one in short.findings]
    # each of the six amounts lacks rows
    assert len([place for one in grave(short) for place in one.corrections]) == 6
