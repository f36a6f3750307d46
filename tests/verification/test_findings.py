"""What a verification says of the odder differences between a workbook, its plan, its case file and earlier reports."""

import openpyxl
import pytest
from faults import edit
from verification.test_verification import CALC, CHILLER, MRS, SEPARATE, write
from workbooks import drawn_result, every_case

import jcm_calc
from jcm_calc.base.problems import InputError
from jcm_calc.verification import ratios

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

MONTHS = [f"2017-{number:02}" for number in range(1, 13)]
COMBINED = "MPS(input)"


@pytest.fixture
def clean(tmp_path):
    return write(tmp_path / "clean.xlsx")


def told(path, code, **given):
    """The findings of a code, as they are written."""
    verification = jcm_calc.verify(path, **given)
    found = [one for one in verification.findings if one.code == code]
    assert found, [str(one) for one in verification.findings]
    return [one.message for one in found]


def fault(clean, tmp_path, changes, **more):
    edit(clean, tmp_path / "fault.xlsx", changes, **more)
    return tmp_path / "fault.xlsx"


def case_file(tmp_path, text, top='methodology = "ID_AM003"'):
    path = tmp_path / "case.toml"
    path.write_text(f"{top}\n{text}", "utf-8")
    return path


# Ratios


@pytest.mark.parametrize(
    ("ratio", "code", "cause"),
    [
        (-1, "C1", "wrong sign"),
        (3.6, "B3", "MWh and GJ confused"),
        (1 / 3.6, "B3", "MWh and GJ confused"),
        (0.01, "B2", "divided by 100 twice"),
        (10_000, "B7", "decimal point in the wrong place"),
        (0, "", ""),
        (1, "", ""),
    ],
)
def test_what_a_ratio_gives_away(ratio, code, cause):
    assert ratios.slip(ratio)[0] == code
    assert ratios.slip(ratio)[1].endswith(cause)


def test_a_gas_without_a_potential_is_of_no_report():
    assert ratios.other_potential("GWP_XYZ,p", 25, 28) == ""


# Against the plan


def test_a_unit_of_the_plan_that_the_report_lacks_is_asked_about(tmp_path):
    three = {"EC_PJ": [45, 40, 50], "COP_PJ": [1.63] * 3, "application": ["individual quick freezer"] * 3}
    two = {name: values[:2] for name, values in three.items()}
    plan = write(tmp_path / "three.xlsx", **three, EF_elec=0.814, p="2017")
    report = write(tmp_path / "two.xlsx", **two, EF_elec=0.814, p="2017")
    assert told(report, "J3", plan=plan) == [
        "project refrigerator 3 of the plan has no row in the report: 2 of 3 units"
    ]


def test_a_choice_that_the_plan_made_otherwise(tmp_path):
    plan = write(tmp_path / "plan.xlsx", "ID_AM002", sources={}, **CHILLER)
    grid = {name: value for name, value in CHILLER.items() if name not in ("EI_grid", "h_gen", "RC_gen")}
    report = write(tmp_path / "report.xlsx", "ID_AM002", sources={}, **{**grid, "power_source": "grid"})
    assert "power_source is 'grid' in the report and 'both' in the plan" in told(report, "J6", plan=plan)


def test_a_parameter_monitored_by_another_option_than_planned(tmp_path):
    result, parameter = next(
        (result, result.methodology.inputs[name])
        for m, case in every_case()
        if any(len(one.options) > 1 for one in m.inputs.values())
        for result in [drawn_result(m, case, 1)]
        for name in result.inputs.values
        if len(result.methodology.inputs[name].options) > 1
    )
    one, other = list(parameter.options)[:2]
    for name, letter in (("plan", one), ("report", other)):
        result.to_excel(tmp_path / f"{name}.xlsx", plan=result, sources={parameter.name: {"option": letter}})
    messages = told(tmp_path / "report.xlsx", "I1", plan=tmp_path / "plan.xlsx")
    assert messages == [f"{parameter.symbol} is monitored by option {other}, and the plan has option {one}"]


# In the calculation sheet and table 3


def test_an_equation_that_the_sheet_does_not_show(tmp_path):
    one = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": "2017"}
    two = write(tmp_path / "two.xlsx", EC_PJ=[135.0, 150.0], **one)
    gone = {(CALC, cell): None for cell in ("H30", "H35", "H36")}
    path = fault(two, tmp_path, {**gone, (CALC, "D18"): "=(C35+C36)*D15"})
    assert "the calculation sheet does not show PE_i,p = EC_PJ,i,p × EF_elec" in told(path, "A3")


def test_a_hidden_sheet(clean, tmp_path):
    book = openpyxl.load_workbook(clean)
    book[CALC].sheet_state = "hidden"
    book.save(tmp_path / "hidden.xlsx")
    assert told(tmp_path / "hidden.xlsx", "A3") == ["the sheet is hidden"]


def test_an_error_where_a_number_belongs(clean, tmp_path):
    path = fault(clean, tmp_path, {(SEPARATE, "C11"): "#N/A"}, again=False)
    assert "EC_PJ,i,p holds the error value #N/A" in told(path, "A7")


def test_a_table_without_a_claim(clean, tmp_path):
    path = fault(clean, tmp_path, {(MRS, "F21"): None}, again=False)
    assert "table 3 reports no reductions" in told(path, "H1")


def test_a_claim_in_words(clean, tmp_path):
    path = fault(clean, tmp_path, {(MRS, "F21"): "about 25"}, again=False)
    verification = jcm_calc.verify(path)
    assert verification.reported is None
    messages = [one.message for one in verification.findings if one.code == "H1"]
    assert "the reported reductions are 'about 25'; they must be a number" in messages


def test_the_table_of_years_is_cut_and_adds_up(clean, tmp_path):
    assert "25.8075 rounded down to whole tonnes is 25, not 26" in told(
        fault(clean, tmp_path, {(COMBINED, "I26"): 26.0}), "H3"
    )
    assert "the total of the plan is 26 t, and its years add up to 25 t" in told(
        fault(clean, tmp_path, {(COMBINED, "F21"): 26.0}), "H3"
    )


def test_the_same_amount_again_and_again(tmp_path):
    amounts = [10, 12, 11.2, 13, 13, 13, 13, 10, 12.5, 11, 15, 10]
    given = {"EC_PJ": [amounts], "COP_PJ": [1.63], "application": ["individual quick freezer"], "EF_elec": 0.814}
    path = write(tmp_path / "series.xlsx", **given, p=MONTHS)
    assert any("EC_PJ,i,p is 13 in" in message for message in told(path, "F2"))


# Periods


def test_days_that_are_in_no_report(tmp_path):
    first, second = write(tmp_path / "first.xlsx", p="2015"), write(tmp_path / "second.xlsx")
    (message,) = told(second, "G3", previous=[first])
    assert message == "366 days between 2015 (first.xlsx) and 2017 (second.xlsx) are in no report"


@pytest.mark.parametrize(
    ("project", "message"),
    [
        ("start = 2017-03-01", "2017 begins before the crediting period, on 2017-03-01"),
        ("end = 2017-11-30", "2017 ends after the crediting period, on 2017-11-30"),
    ],
)
def test_a_period_outside_the_crediting_period(clean, tmp_path, project, message):
    case = case_file(tmp_path, f"[project]\n{project}\n[inputs]\nCOP_PJ = 1.63\n")
    assert message in told(clean, "G3", case=case)


# Against the case file


def test_a_value_that_the_case_file_has_otherwise(clean, tmp_path):
    case = case_file(
        tmp_path,
        '[inputs]\nEC_PJ = "135 MWh"\nCOP_PJ = 1.63\napplication = "individual quick freezer"\nEF_elec = 0.9\n',
        'methodology = "ID_AM003"\np = "2017"',
    )
    assert "EF_elec is 0.9 in the case file, and 0.814 in the workbook" in told(clean, "K2", case=case)


def test_a_number_of_the_project_that_the_case_file_has_otherwise(clean, tmp_path):
    case = case_file(tmp_path, '[project]\nnumber = "ID010"\n[inputs]\nCOP_PJ = 1.63\n')
    messages = told(clean, "K5", case=case)
    assert any("ID010" in message and "ID099" in message for message in messages), messages


# What cannot be verified


def test_a_workbook_of_no_methodology(clean, tmp_path):
    book = openpyxl.load_workbook(clean)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "JCM_ID_AM003" in cell.value:
                    cell.value = None
    book.save(tmp_path / "nameless.xlsx")
    with pytest.raises(InputError, match="names no methodology: expected 'Monitoring Spreadsheet: JCM_"):
        jcm_calc.verify(tmp_path / "nameless.xlsx")


def test_a_workbook_of_an_unknown_methodology(clean, tmp_path):
    book = openpyxl.load_workbook(clean)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "JCM_ID_AM003" in cell.value:
                    cell.value = cell.value.replace("ID_AM003_ver01.0", "ID_AM003_ver07.0")
    book.save(tmp_path / "later.xlsx")
    with pytest.raises(InputError, match=r"ID_AM003.*7\.0"):
        jcm_calc.verify(tmp_path / "later.xlsx")
    # held against a plan of a version that is known, its rules are applied, and the difference is told
    messages = told(tmp_path / "later.xlsx", "J4", plan=clean)
    assert any("this version is not known here, and its rules were not applied" in message for message in messages)


def test_a_workbook_in_which_nothing_is_filled_in(clean, tmp_path):
    blank = {(SEPARATE, cell): None for cell in ("B11", "C11", "D11", "E11")} | {(MRS, "F17"): None, (MRS, "F10"): None}
    verification = jcm_calc.verify(fault(clean, tmp_path, blank, again=False))
    assert verification.recalculation is None
    assert verification.recalculated is None
    assert verification.blockers[0] == "recalculation from the entered values is not possible"
    assert repr(verification).startswith("<Verification fault.xlsx: ")


def test_a_verification_counts_what_was_found(clean, tmp_path):
    path = fault(clean, tmp_path, {(CALC, "G35"): "=C35*D35*D15"})
    found = repr(jcm_calc.verify(path))
    assert found.startswith("<Verification fault.xlsx: material misstatement; 1 error, 0 warnings")


def test_a_plan_alone_is_verified_as_a_plan(clean, tmp_path):
    book = openpyxl.load_workbook(clean)
    for name in book.sheetnames:
        if name.startswith("MRS"):
            del book[name]
    book.save(tmp_path / "plan.xlsx")
    verification = jcm_calc.verify(tmp_path / "plan.xlsx")
    assert not [one for one in verification.findings if one.severity == "error"]
    assert verification.recalculated == 25


def test_a_formula_in_another_unit_bears_on_er_by_its_own_unit(clean, tmp_path):
    """The column is headed kWh and converted; one slip in it is told with its effect in tonnes."""
    changes = {(CALC, "C33"): "kWh/p", (CALC, "C35"): f"='{SEPARATE}'!C11*1000"}
    changes |= {(CALC, "G35"): "=C35/1000*D35/F35*D15", (CALC, "H35"): "=C35/1000*D15"}
    right = jcm_calc.verify(fault(clean, tmp_path, changes))
    assert not [one for one in right.findings if one.severity == "error"], [str(one) for one in right.findings]
