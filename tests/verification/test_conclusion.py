"""The result of a verification comes from numbers: reported, recalculated and adjusted, by calendar year."""

import itertools
import json

import openpyxl
import pytest
from click.testing import CliRunner
from faults import edit
from verification.test_verification import CALC, MRS, SEPARATE, write

import jcm_calc
from jcm_calc.cli import jcm
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.findings import Severity

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

RE, PE, VERSION = (CALC, "G35"), (CALC, "H35"), (CALC, "M1")
OTHER_VERSION = "Monitoring Spreadsheet: JCM_ID_AM003_ver01.5"


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "no misstatement found"),
        ({(MRS, "F17"): 0.815}, "misstatement, not material"),
        ({(MRS, "F17"): 0.877}, "material misstatement"),
        # a binding rule is broken, and nobody can say by how much ER is wrong for it
        ({VERSION: OTHER_VERSION}, "misstatement or nonconformity, not quantified"),
        ({VERSION: OTHER_VERSION, (MRS, "F17"): 0.815}, "misstatement or nonconformity, not quantified"),
        ({VERSION: OTHER_VERSION, (MRS, "F17"): 0.877}, "material misstatement"),
        # 2.71 t too much in RE and in PE, a tenth of ER each, though ER is nearly right
        ({RE: "=C35*D35/F35*D15*1.02", PE: "=C35*D15*1.0247"}, "material misstatement"),
        ({(SEPARATE, "D11"): "no data"}, "recalculation not possible"),
    ],
)
def test_the_result(changes, result, tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "report.xlsx", changes)
    assert jcm_calc.verify(tmp_path / "report.xlsx").result == result


def test_the_share_from_which_a_difference_is_material_is_the_verifiers(tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "report.xlsx", {(MRS, "F17"): 0.815})
    verification = jcm_calc.verify(tmp_path / "report.xlsx", materiality=0.001)
    assert verification.share == pytest.approx(0.001 / 0.815)
    assert verification.result == "material misstatement"


# Reported, recalculated, adjusted

EC, COP, EF = 135.0, 1.63, 0.814
TWO_YEARS = {
    "number": "ID_AM003",
    "EC_PJ": [[135.0, 270.0]],
    "COP_PJ": COP,
    "application": "individual quick freezer",
    "EF_elec": EF,
    "p": ["2017", "2018"],
}


@pytest.fixture
def clean(tmp_path):
    return write(tmp_path / "clean.xlsx")


def changed(clean, tmp_path, changes, **more):
    edit(clean, tmp_path / "report.xlsx", changes, **more)
    return jcm_calc.verify(tmp_path / "report.xlsx")


def amounts(one):
    return [getattr(one, kind).tonnes for kind in ("reported", "recalculated", "adjusted")]


def by_hand(energy, factor, cop=COP):
    """RE and PE of a freezer, by the equations of ID_AM003: the reference COP is 1.32."""
    return energy * cop / 1.32 * factor, energy * factor


def test_every_year_and_the_total_are_reported_recalculated_and_adjusted(tmp_path):
    write(tmp_path / "clean.xlsx", **TWO_YEARS, plan={"EF_elec": 0.8})
    found = jcm_calc.verify(tmp_path / "clean.xlsx")
    assert [one.year for one in (*found.years, found.total)] == ["2017", "2018", "total"]
    for one, energy in zip(found.years, (135.0, 270.0), strict=True):
        for amounts_, factor in ((one.reported, EF), (one.recalculated, EF), (one.adjusted, 0.8)):
            re, pe = by_hand(energy, factor)
            assert (pytest.approx(re), pytest.approx(pe)) == (amounts_.RE, amounts_.PE)
            assert pytest.approx(re - pe) == amounts_.ER
            assert amounts_.tonnes == int(re - pe)
    assert pytest.approx(sum(one.adjusted.ER for one in found.years)) == found.total.adjusted.ER
    assert found.total.misstatement == pytest.approx(found.total.reported.ER * (1 - 0.8 / EF))


def test_what_two_findings_say_of_one_value_is_corrected_once(tmp_path):
    """EF is ten times the plan's: the plan and its plausible range show it."""
    write(tmp_path / "clean.xlsx", EF_elec=8.14, plan={"EF_elec": 0.814})
    found = jcm_calc.verify(tmp_path / "clean.xlsx")
    re, pe = by_hand(EC, EF)
    assert pytest.approx(re - pe) == found.total.adjusted.ER
    assert found.total.misstatement == pytest.approx(9 * (re - pe))


def test_one_cause_in_reference_and_project_emissions_counts_once_with_its_sign(clean, tmp_path):
    """A factor of 0.877 in RE and in PE: each for itself is 8 % of RE or PE, and 8 % of ER together."""
    literal = {RE: "=C35*D35/F35*0.877", PE: "=C35*0.877"}
    found = changed(clean, tmp_path, literal)
    assert found.share == pytest.approx(0.877 / EF - 1)
    assert found.result == "material misstatement"
    assert jcm_calc.verify(tmp_path / "report.xlsx", materiality=0.08).result == "misstatement, not material"


def test_years_do_not_cancel_each_other(tmp_path):
    """What is reported too much in one year, and too little in the other, is no misstatement of nothing."""
    write(tmp_path / "clean.xlsx", **TWO_YEARS)
    sheets = ("MRS(input)", "MRS(input) 2018")
    found = changed(tmp_path / "clean.xlsx", tmp_path, {(sheets[0], "F21"): 25 + 10, (sheets[1], "F21"): 51 - 10})
    assert [one.difference for one in (*found.years, found.total)] == [10, -10, 0]
    assert found.result == "material misstatement"


@pytest.mark.parametrize(("slip", "result"), [(0.0, "material misstatement"), (-1e-6, "misstatement, not material")])
def test_the_threshold_is_exact(slip, result, clean, tmp_path):
    """1 t too much for each 20 t recalculated is material from 5 % on, whatever floating point makes of it."""
    share = 0.001 / 0.815
    edit(clean, tmp_path / "report.xlsx", {(MRS, "F17"): 0.815})
    assert jcm_calc.verify(tmp_path / "report.xlsx", materiality=share * (1 - slip)).result == result


# What is missing for a conclusion


HEADINGS = [
    "Emission reductions claimed", "Emission reductions (tCO2)", "CO2排出削減量",
    "排出削減量 (tCO2)", "Emissions reductions", "Reductions of emissions",
]  # fmt: skip


@pytest.mark.parametrize(("heading", "number"), [*itertools.product(HEADINGS, (25, 30))])
def test_a_claim_under_another_heading_is_read_and_said_so(heading, number, clean, tmp_path):
    found = changed(clean, tmp_path, {(MRS, "F20"): heading, (MRS, "F21"): number})
    assert found.reported == number
    assert ("H1", "warning") in {(one.code, str(one.severity)) for one in found.findings}
    assert found.clean == (number == 25)


@pytest.mark.parametrize("heading", ["Amount", "Result", "", "Total"])
def test_without_a_claim_there_is_no_conclusion(heading, clean, tmp_path):
    found = changed(clean, tmp_path, {(MRS, "F20"): heading, (MRS, "F21"): 30})
    assert (found.reported, found.result) == (None, "incomplete")
    assert [str(one.severity) for one in found.findings if one.code == "H1"] == ["error"]
    assert any("2017" in text for text in found.missing)


@pytest.mark.parametrize("claim", [None, "26 tCO2", "２５", "25", "about 25", "#REF!"])
def test_a_blank_claim_and_a_claim_in_words_are_errors(claim, clean, tmp_path):
    found = changed(clean, tmp_path, {(MRS, "F21"): claim}, again=False)
    assert (found.reported, found.result) == (None, "incomplete")
    assert "H1" in {one.code for one in found.of("error")}


def test_a_claim_that_is_not_whole_is_not_rounded_for_the_reader(clean, tmp_path):
    found = changed(clean, tmp_path, {(MRS, "F21"): 25.8075})
    assert found.reported == 25.8075
    assert not found.clean


@pytest.mark.parametrize(("unit", "read"), [
    *[(unit, False) for unit in ("ktCO2/p", "kgCO2/p", "kg-CO2", "GgCO2", "MtCO2e")],
    *[(unit, False) for unit in ("kt", "kg", "Mt", "Gg", "k tonnes")],
    *[(unit, False) for unit in ("-", "", "MWh", "tCO2/MWh", "per cent", "credits", "thousand tonnes", "t/h")],
    *[(unit, True) for unit in ("tCO2/p", "tCO2", "tCO2e/p", "t-CO2/p", "tonnes", "t", "トン")],
    *[(unit, True) for unit in ("tons", "ton CO2", "tCO2eq")],
    *[(unit, True) for unit in ("[tCO2/p]", "tCO2/year", "t CO2e per period", "tonnes of CO2", "metric tons", "ｔCO2")],
])  # fmt: skip
def test_a_claim_in_another_unit_is_not_read_as_tonnes(unit, read, clean, tmp_path):
    found = changed(clean, tmp_path, {(MRS, "G21"): unit})
    assert (found.reported, found.clean) == ((25, True) if read else (None, False))
    told = [one.message for one in found.of("error") if one.code == "H1"]
    in_unit = "the reported reductions are in {unit}; the unit must be tCO2"
    no_unit = "the reported reductions have no unit; the unit must be tCO2"
    complaint = in_unit.format(unit=unit) if unit else no_unit
    assert told == ([] if read else [complaint])


def test_a_number_in_place_of_a_class_is_told(clean, tmp_path):
    found = changed(clean, tmp_path, {(MRS, "F16"): 0})
    (finding,) = [one for one in found.of("error") if one.code == "A10"]
    assert finding.message == f"application,i is 0 here, and individual quick freezer in {SEPARATE}!E11"


@pytest.mark.parametrize("cell", ["F22", "H22"])
def test_a_second_row_of_reductions_is_an_error(cell, clean, tmp_path):
    book = openpyxl.load_workbook(clean)
    book[MRS]["F22"], book[MRS]["G22"] = 30, "tCO2/p"
    book.save(tmp_path / "report.xlsx")
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert any(one.place == f"{MRS}!F22" for one in found.of("error"))


@pytest.mark.parametrize("heading", ["Adjusted reductions", "Claim", "Days"])
def test_an_unknown_column_beside_the_claim_is_an_error(heading, clean, tmp_path):
    book = openpyxl.load_workbook(clean)
    book[MRS]["L20"], book[MRS]["L21"] = heading, 30
    book.save(tmp_path / "report.xlsx")
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert any(one.place == f"{MRS}!L21" for one in found.of("error"))


def test_a_workbook_without_stored_values_is_incomplete(clean, tmp_path):
    openpyxl.load_workbook(clean).save(tmp_path / "report.xlsx")
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert (found.reported, found.result) == (None, "incomplete")
    assert found.recalculated == 25


CODES = list(checks())


@pytest.mark.parametrize("code", CODES[::9])
def test_with_a_check_switched_off_there_is_no_conclusion(code, clean):
    found = jcm_calc.verify(clean, ignore=[code])
    assert found.result == "incomplete"
    assert any(code in text for text in found.missing)
    assert [check.code for check in found.ignored] == [code]
    assert not {code} & {check.code for check in found.made}


@pytest.mark.parametrize(
    "options", [{"ignore": ["C"]}, {"ignore": ["C2"]}, {"select": ["E9"]}, {"select": ["H3", "K"]}]
)
def test_errors_of_checks_that_are_switched_off_count_all_the_same(options, clean, tmp_path):
    """A factor left out, of which nobody shall hear: 144.7 t in place of 25.8."""
    edit(clean, tmp_path / "report.xlsx", {RE: "=C35*D35*D15"})
    found = jcm_calc.verify(tmp_path / "report.xlsx", **options)
    assert found.result == "material misstatement"
    assert amounts(found.total)[1:] == [25, 25]
    assert "C2" not in {one.code for one in found.findings}
    assert any("C2 error" in text for text in found.blockers)


def test_every_output_names_what_was_switched_off_and_not_made(clean, tmp_path):
    found = jcm_calc.verify(clean, ignore=["C2"])
    found.to_html(tmp_path / "paper.html")
    found.to_excel(tmp_path / "paper.xlsx")
    book = openpyxl.load_workbook(tmp_path / "paper.xlsx")
    workbook = "\n".join(str(cell) for row in book["Summary"].values for cell in row if cell)
    terminal = CliRunner().invoke(jcm, ["verify", str(clean), "--ignore", "C2"]).output
    page = (tmp_path / "paper.html").read_text(encoding="utf-8")
    for output in (page, workbook, terminal):
        assert "incomplete" in output
        assert "C2" in output
        assert "E4" in output
        assert "eligibility: 5 of 5 criteria met" in output
        assert all(word in output for word in ("Reported", "Recalculated", "Adjusted", "25.808"))
    data = json.loads(CliRunner().invoke(jcm, ["verify", str(clean), "--ignore", "C2", "--json"]).output)
    assert data["switched off"] == ["C2"]
    assert "E4" in data["not checked"]
    assert data["years"][0]["reported"] == {**data["years"][0]["adjusted"], "tonnes": 25}


def test_what_could_not_be_calculated_is_not_said_to_be_confirmed(clean, tmp_path):
    found = changed(clean, tmp_path, {(SEPARATE, "D11"): "no data"})
    assert found.as_data()["unconfirmed"] is None
    output = CliRunner().invoke(jcm, ["verify", str(tmp_path / "report.xlsx")]).output
    assert "0 rules" not in output
    assert "not assessed" in output


def test_strict_counts_open_questions_and_warnings(clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(MRS, "I10"): "recalled by the operator"})
    assert jcm_calc.verify(tmp_path / "report.xlsx").result == "no misstatement found"
    found = jcm_calc.verify(tmp_path / "report.xlsx", strict=True)
    assert found.result == "incomplete"
    assert any("I12" in text for text in found.missing)
    assert CliRunner().invoke(jcm, ["verify", str(tmp_path / "report.xlsx"), "--strict"]).exit_code == 1


def test_what_was_left_out_in_reading_is_said(clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(MRS, "C16"): "EF_other", (MRS, "F16"): 3.0})
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert any("EF_other" in text and "left out" in text for text in found.remarks)
    assert "EF_other" in str(found.as_data()["remarks"])
    assert "Note on the files" in CliRunner().invoke(jcm, ["verify", str(tmp_path / "report.xlsx")]).output


# What `calculate` remarks on

CHILLER = {"power_source": "grid", "EF_grid": 0.8, "COP_PJ": 6.5, "T_cooling_out": 36, "T_chilled_out": 8, "p": "2024"}


@pytest.mark.parametrize(
    ("energy", "severity"), [(2_300.0, None), (2_500.0, Severity.WARNING), (4_120.0, Severity.ERROR)]
)
def test_a_value_above_what_a_cross_check_allows_is_no_clean_result(tmp_path, energy, severity):
    """500 USRt of 3.5163 kW, ÷ 6.5, × 8,784 h."""
    result = jcm_calc.calculate("ID_AM002", EC_PJ=[[energy]], capacity=500, **CHILLER)
    result.to_excel(tmp_path / "report.xlsx")
    verification = jcm_calc.verify(tmp_path / "report.xlsx")
    found = [one for one in verification.findings if one.code == "B5"]
    assert [one.severity for one in found] == ([] if severity is None else [severity])
    if severity is not None:
        assert found[0].expected == pytest.approx(500 * 3.5163 / 6.5 * 8_784 / 1_000, rel=1e-5)
        assert verification.result != "no misstatement found"
    else:
        assert verification.result == "no misstatement found"


@pytest.mark.parametrize(
    ("number", "given"),
    [
        (
            "VN_AM005",
            {"service_hours": "given", "removals": "none", "NLL_RE": [100.0], "NLL_PJ": [10.0], "Br": 0.0}
            | {"H_given": [[8000.0]], "EF_grid": 0.6},
        ),
        (
            "ID_AM009",
            {"running_time": "hours", "fuel_measured_as": "mass", "FC_PJ": 100.0, "NCV_NG": 48.0, "H": 100.0}
            | {"EF_NG": 0.0561, "η_PJ": 0.9, "η_RE": 0.27, "RP": 0.02, "EF_elec": 0.8},
        ),
        ("ID_AM005", {"EC_PJ": 10.0, "η_PJ": 160.0, "η_RE": 80.0, "EF_elec": 0.8}),
    ],
)
def test_a_ratio_outside_its_plausible_range_is_a_finding(tmp_path, number, given):
    result = jcm_calc.calculate(number, p="2024", override="an example", **given)
    (remark,) = (one for one in result.remarks if one.topic is jcm_calc.Topic.IMPLAUSIBLE)
    result.to_excel(tmp_path / "report.xlsx")
    found = jcm_calc.verify(tmp_path / "report.xlsx").findings
    assert [one.subject for one in found if one.code == "B6"] == [remark.subject]
