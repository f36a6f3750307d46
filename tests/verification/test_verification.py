"""Each check finds the fault that is planted for it, and is silent on the same workbook without it."""

import re
from pathlib import Path

import pytest
from fault_kinds import Site
from faults import edit
from metered import FAULTS as METERED
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from workbooks import drawn_result

import jcm_calc
from jcm_calc.verification import applicability, verifying
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.location import address

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

SOURCES = {
    "EC_PJ": {
        "option": "C",
        "source": "meter S1",
        "procedure": "Class 0.5. Calibrated every year.",
        "frequency": "continuously",
    },
    "COP_PJ": {"source": "quotation of the maker"},
    "EF_elec": {"source": "published by the government"},
}
FACTS = {
    "site": "frozen food processing plant",
    "checks_per_year": 4,
    "release_prevented": True,
    "secondary_loop": True,
}
A = {"EC_PJ": "135 MWh", "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": "2017"}
CHILLER = {
    "power_source": "both",
    "EC_PJ": [347.2],
    "EI_grid": 42_826.88,
    "h_gen": 100,
    "RC_gen": 1,
    "COP_PJ": [6.5],
    "T_cooling_out": [36],
    "T_chilled_out": [8],
    "capacity": [500],
    "EF_grid": 0.814,
    "p": "2017",
}
MRS, SEPARATE, CALC = "MRS(input)", "MRS(input_separate)", "MRS(calc_process)"


def write(path, number="ID_AM003", plan=None, sources=SOURCES, project=None, **given):
    """A workbook whose plan is the same calculation with some values replaced."""
    given = {**(A if number == "ID_AM003" and "EC_PJ" not in given else {}), **given}
    facts = FACTS if number == "ID_AM003" else None
    report = jcm_calc.calculate(number, facts=facts, **given)
    planned = jcm_calc.calculate(number, facts=facts, **{**given, **(plan or {})})
    report.to_excel(path, plan=planned, sources=sources, project=project or {"number": "ID099"})
    return path


@pytest.fixture
def clean(tmp_path):
    return write(tmp_path / "clean.xlsx")


def grave(found):
    return {finding.code for finding in found.findings if finding.severity != "question"}


def case_a(changes=None, **more):
    """A fault that is planted by editing cells of case A."""

    def plant(folder):
        path = write(folder / "clean.xlsx")
        edit(path, folder / "fault.xlsx", changes or {}, **more)
        return folder / "fault.xlsx", {}, path, {}

    return plant


def other(number, plan=None, edited=None, clean=None, **given):
    """A fault in another methodology: by a plan that differs, or by editing."""

    def plant(folder):
        right = write(folder / "clean.xlsx", number, **{**given, **(clean or {})}, sources={})
        wrong = right
        if plan is not None or clean is not None:
            wrong = write(folder / "other.xlsx", number, plan, **given, sources={})
        if edited is not None:
            edit(wrong, folder / "fault.xlsx", edited)
            wrong = folder / "fault.xlsx"
        return wrong, {}, right, {}

    return plant


def told(wrong, right=SOURCES):
    """A fault in what a report says of a parameter, against a plan of its own."""

    def plant(folder):
        plan = write(folder / "plan.xlsx", sources=right)
        report = write(folder / "report.xlsx", sources=wrong)
        return report, {"plan": plan}, plan, {"plan": plan}

    return plant


def with_source(**changed):
    return {**SOURCES, "EC_PJ": {**SOURCES["EC_PJ"], **changed}}


def overlapping(folder):
    first, second = write(folder / "first.xlsx", p="2016"), write(folder / "second.xlsx")
    again = write(folder / "again.xlsx", p="2016-07-01/2016-12-31")
    return again, {"previous": [first]}, second, {"previous": [first]}


def stated(folder):
    path = write(folder / "clean.xlsx")
    paths = []
    for name, tonnes in (("wrong", 26), ("right", 25)):
        case = folder / f"{name}.toml"
        case.write_text(f'methodology = "ID_AM003"\n[inputs]\nCOP_PJ = 1.63\n[expected]\ntonnes = {tonnes}\n')
        paths.append(case)
    return path, {"case": paths[0]}, path, {"case": paths[1]}


def estimate(days, report, plan):
    def plant(folder):
        right = write(folder / "clean.xlsx")
        wrong = write(folder / "report.xlsx", EC_PJ=report, COP_PJ=2.5, application="cold storage", EF_elec=0.9, p=days)
        planned = write(folder / "plan.xlsx", EC_PJ=plan, COP_PJ=2.5, application="cold storage", EF_elec=0.9, p="2017")
        return wrong, {"plan": planned}, right, {}

    return plant


def series(values, right):
    months = [f"2017-{number:02}" for number in range(1, 13)]

    def plant(folder):
        paths = [
            write(
                folder / f"{number}.xlsx",
                EC_PJ=[own],
                COP_PJ=[1.63],
                application=["individual quick freezer"],
                EF_elec=0.814,
                p=months,
            )
            for number, own in enumerate((values, right))
        ]
        return paths[0], {}, paths[1], {}

    return plant


def units_missed(folder):
    three = {
        "EC_PJ": [45, 40, 50],
        "COP_PJ": [1.63] * 3,
        "application": ["individual quick freezer"] * 3,
        "EF_elec": 0.814,
        "p": "2017",
    }
    two = {name: value[:2] if isinstance(value, list) else value for name, value in three.items()}
    right, plan = write(folder / "three.xlsx", **three), write(folder / "two.xlsx", **two)
    return right, {"plan": plan}, right, {"plan": right}


def sum_cut(folder):
    three = {
        "EC_PJ": [45, 40, 50],
        "COP_PJ": [1.63] * 3,
        "application": ["individual quick freezer"] * 3,
        "EF_elec": 0.814,
        "p": "2017",
    }
    right = write(folder / "clean.xlsx", **three)
    edit(right, folder / "fault.xlsx", {(CALC, "D14"): "=SUM(G35:G36)"})
    return folder / "fault.xlsx", {}, right, {}


def plain_mean(folder):
    _wrong, _, right, _ = sum_cut(folder)
    edit(right, folder / "mean.xlsx", {(CALC, "D14"): "=AVERAGE(G35:G37)"})
    return folder / "mean.xlsx", {}, right, {}


def renamed(folder):
    given = {
        "EC_PJ": [[45, 40]],
        "COP_PJ": [1.63],
        "application": ["individual quick freezer"],
        "EF_elec": 0.814,
        "p": ["2017", "2018"],
    }
    right = write(folder / "clean.xlsx", **given)
    edit(
        right,
        folder / "fault.xlsx",
        {},
        again=False,
        replaced=[
            ("xl/workbook.xml", "MRS(input) 2018", "MRS(input) 2019"),
            ("xl/workbook.xml", "MRS(calc_process) 2018", "MRS(calc_process) 2019"),
            ("xl/workbook.xml", "MRS(input_separate) 2018", "MRS(input_separate) 2019"),
        ],
    )
    return folder / "fault.xlsx", {}, right, {}


def case_of(given, replaced):
    def plant(folder):
        right = write(folder / "clean.xlsx", "ID_AM002", **given, sources={})
        edit(right, folder / "fault.xlsx", {}, replaced=replaced)
        return folder / "fault.xlsx", {}, right, {}

    return plant


def drawn(number, case, changes):
    """A fault in a workbook of random inputs, in cells that are looked for there."""

    def plant(folder):
        m = jcm_calc.methodology(number)
        result = drawn_result(m, case, 1)
        result.to_excel(folder / "clean.xlsx", plan=result)
        site = Site(folder / "clean.xlsx")
        edit(folder / "clean.xlsx", folder / "fault.xlsx", changes(site))
        return folder / "fault.xlsx", {}, folder / "clean.xlsx", {}

    return plant


def of_project(number, clean):
    """A workbook of a listed project, under a methodology that is not that of the list."""

    def plant(folder):
        wrong = write(folder / "wrong.xlsx", project={"number": number})
        return wrong, {}, write(folder / "right.xlsx", project={"number": clean}), {}

    return plant


def without_source(folder):
    result = drawn_result(jcm_calc.methodology("ID_AM004"), {}, 1)
    result.to_excel(folder / "wrong.xlsx", plan=result)
    result.to_excel(folder / "right.xlsx", plan=result, sources={"COP_RE": {"source": "survey of the market, 2016"}})
    return folder / "wrong.xlsx", {}, folder / "right.xlsx", {}


def cell(place):
    return place[0], address(place).rpartition("!")[2]


def old_potential(site):
    planned = {cell(e.place): 28.0 for e in site.report.entries("MPS") if e.parameter.name == "GWP_CH4"}
    return planned | {cell(e.place): 25.0 for e in site.report.entries("MRS") if e.parameter.name == "GWP_CH4"}


def first_of_two(site):
    step = next(step for step in site.sheet.cells if step.name == "t_begin")
    return {cell(step.place): "=" + re.search(r"MAX\(([^,]+),", site.sheet.formula(step.place).text)[1]}


FAULTS = {
    "B8": other("PW_AM001", EG=600, EF_RE=0.6, p="2017", clean={"EF_RE": 0.533}),
    "C3": other("ID_AM003", plan={"COP_RE": 1.4}),
    "C8": case_of(CHILLER, [(CALC, "&lt;450", "&lt;=450")]),
    "C10": drawn("VN_AM005", {"service_hours": "by day", "removals": "dated"}, first_of_two),
    "D1": drawn("VN_AM004", {"decay_form": "yearly"}, old_potential),
    "D11": without_source,
    "E9": case_a({(MRS, "F31"): "01/02/2017"}),
    "A1": case_a({(CALC, "D9"): 24.0}),
    "A2": case_a({(CALC, "G35"): "=C35*D35/F35*0.877"}),
    "A3": case_a(again=False, replaced=[(CALC, '<row r="15"', '<row r="15" hidden="1"')]),
    "A4": case_a({(CALC, "D15"): "=[1]Factors!B3"}, again=False),
    "A5": told({**SOURCES, "EF_elec": {"source": "assumption"}}),
    "A6": case_a({(CALC, "F15"): "XF_foo"}),
    "A7": case_a({(SEPARATE, "C11"): "no data"}),
    "A8": case_a({(CALC, "G35"): "=C35*D35/F35*D35"}),
    "A9": case_a({(SEPARATE, "D11"): None}),
    "A10": case_a({(MRS, "F10"): 136.0}),
    "A11": case_a({(CALC, "F15"): None}),
    "B1": case_a({(SEPARATE, "D11"): 163.0}),
    "B2": case_a({(SEPARATE, "D11"): 0.0163}),
    "B3": case_a({(SEPARATE, "C10"): "kL/p"}),
    "B4": case_a({(SEPARATE, "C11"): 135_000.0}),
    "B5": other("ID_AM002", **{**CHILLER, "h_gen": 8000, "p": "2017-01-01/2017-06-30"}, clean={"h_gen": 4344}),
    "B6": other("ID_AM002", **{**CHILLER, "COP_PJ": [16.5]}, clean={"COP_PJ": [6.5]}),
    "B7": case_a({(MRS, "F17"): 814.0}),
    "C1": case_a({(CALC, "G35"): "=C35*F35/D35*D15"}),
    "C2": case_a({(CALC, "G35"): "=C35*D35*D15"}),
    "C5": sum_cut,
    "C6": plain_mean,
    "C7": case_a({(CALC, "E14"): "MWh"}),
    "C9": case_a({(CALC, "F35"): "=$D$25"}),
    "C11": case_a({(CALC, "H35"): 0.0}),
    "C12": case_a({(CALC, "D9"): "=D14"}),
    "C13": case_a({(SEPARATE, "C11"): "=100+35"}),
    "C16": case_a({(CALC, "H9"): "ER_p = RE_p"}),
    "D2": case_a({(MRS, "F17"): 0.877}),
    "D6": case_a({(MRS, "F17"): 0.814 * 74.1 / 72.6}),
    "D7": case_a({(CALC, "D24"): 1.4}),
    "E3": told(with_source(procedure="Class 0.5. Calibrated every two years.")),
    "E10": told(with_source(procedure="Class 1.0. Calibrated every year.")),
    "F2": series(
        [10, 12, 11, 13, 14, 9, 9.5, 10, 12.5, 11, 15, 10], [10, 12, 11.2, 13, 14, 9, 9.7, 10, 12.5, 11, 15, 10]
    ),
    "F4": series(
        [0, 12, 11.2, 13, 14, 9, 9.7, 10, 12.5, 11, 15, 10], [10, 12, 11.2, 13, 14, 9, 9.7, 10, 12.5, 11, 15, 10]
    ),
    "G1": case_a({(MRS, "B10"): "1/Feb/2017-31/Dec/2017"}),
    "G2": case_a({(MRS, "G31"): 43281.0}),
    "G3": overlapping,
    "G5": case_a({(MRS, "B21"): "1/Jan/2016-31/Dec/2016"}),
    "G6": renamed,
    "H1": case_a({(MRS, "F21"): 31.0}),
    "H2": case_a({(MRS, "H21"): 25.9}, again=False),
    "H3": case_a({("MPS(input)", "H26"): 26.9}, again=False),
    "H5": case_a({(MRS, "F21"): "=ROUND(H21,0)"}),
    "I1": told(with_source(option="B")),
    "I9": estimate("2017", "300 MWh", "135 MWh"),
    "I10": estimate("2017-01-01/2017-06-30", "140 MWh", "135 MWh"),
    "I12": told(with_source(source="interview with the operators")),
    "J1": other("ID_AM002", plan={"capacity": [540]}, **CHILLER),
    "J2": case_a({(SEPARATE, "D11"): 1.45}),
    "J3": units_missed,
    "J4": case_a({(CALC, "M1"): "Monitoring Spreadsheet: JCM_ID_AM003_ver01.5"}),
    "J5": case_a({(MRS, "C10"): "(2)"}),
    "J6": case_a({(SEPARATE, "E11"): "cold storage"}),
    "J7": of_project("ID009", clean="ID002"),
    "K1": case_a({(MRS, "C17"): None, (MRS, "F17"): None}),
    "K2": stated,
    "K3": case_a({(MRS, "C17"): "EF_other"}),
    "K4": told(with_source(frequency="monthly")),
    "K5": case_a({(CALC, "M2"): "Reference Number: ID010"}),
    **METERED,
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_check_finds_its_fault_and_nothing_without_it(code, tmp_path, monkeypatch):
    asked = []

    def inapplicable(material, codes):
        asked.append(applicability.inapplicable(material, codes))
        return dict(asked[-1])

    monkeypatch.setattr(verifying, "inapplicable", inapplicable)
    wrong, given, right, other_given = FAULTS[code](tmp_path)
    found = jcm_calc.verify(wrong, **given)
    assert code not in asked[0], f"it finds something where there is nothing to compare: {asked[0].get(code)}"
    assert code in {finding.code for finding in found.findings}, [str(one) for one in found.findings]
    control = jcm_calc.verify(right, **other_given)
    assert code not in {finding.code for finding in control.findings}, [str(one) for one in control.findings]
    assert grave(control) - {"I10", "J2", "B5", *(["B6"] if code == "C10" else [])} == set()


def test_a_check_that_compares_nothing_is_not_made(clean):
    found = jcm_calc.verify(clean)
    made = {check.code for check in found.made}
    assert {"F4", "G3", "J1", "C3"} <= found.inapplicable.keys()
    assert not made & (found.inapplicable.keys() | found.skipped.keys())
    assert made | found.inapplicable.keys() | found.skipped.keys() == set(checks())


def test_every_check_has_a_planted_fault():
    assert set(checks()) == set(FAULTS)


def test_a_workbook_that_another_program_wrote_without_stored_values_is_followed(clean, tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(clean)
    book.create_sheet("Notes of the plant", 0)["B2"] = "whatever the plant notes"
    book.save(tmp_path / "noted.xlsx")
    assert grave(jcm_calc.verify(tmp_path / "noted.xlsx")) == set()
    book[CALC]["G35"] = "=C35*D35*D15"
    book.save(tmp_path / "wrong.xlsx")
    assert grave(jcm_calc.verify(tmp_path / "wrong.xlsx")) == {"C2"}


# Planted faults with the numbers that are due, calculated by hand


def found_in(path, code, **given):
    return next(one for one in jcm_calc.verify(path, **given).findings if one.code == code)


def test_a_slip_in_a_unit_gives_one_finding_with_its_consequences(clean, tmp_path):
    edit(clean, tmp_path / "fault.xlsx", {(CALC, "G35"): "=1000*C35*D35/F35*D15"})
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    errors = [one for one in found.findings if one.severity == "error"]
    assert [one.code for one in errors] == ["B7"]
    assert errors[0].place == "MRS(calc_process)!G35"
    assert any("ER_p" in one for one in errors[0].consequences)
    assert any("reported reductions" in one for one in errors[0].consequences)
    assert found.result == "material misstatement"


def three_units(path):
    """Case B: three refrigerators, kWh in month k of unit u 11,500 + 250·u + 50·k, July 2019 to December 2020."""
    half = [sum(11_500 + 250 * u + 50 * k for k in range(7, 13)) / 1000 for u in (1, 2, 3)]
    whole = [sum(11_500 + 250 * u + 50 * k for k in range(1, 13)) / 1000 for u in (1, 2, 3)]
    amounts = [list(pair) for pair in zip(half, whole, strict=True)]
    freezers = ["individual quick freezer"] * 3
    write(
        path, EC_PJ=amounts, COP_PJ=[1.63] * 3, application=freezers, EF_elec=0.814, p=["2019-07-01/2019-12-31", "2020"]
    )
    return path


def test_case_b_without_the_third_unit(tmp_path):
    right = three_units(tmp_path / "clean.xlsx")
    assert jcm_calc.verify(right).recalculated == 42 + 84
    late = "MRS(calc_process) 2020"
    edit(right, tmp_path / "fault.xlsx", {(late, "D14"): "=SUM(G35:G36)", (late, "D18"): "=SUM(H35:H36)"})
    found = [one for one in jcm_calc.verify(tmp_path / "fault.xlsx").findings if one.code == "C5"]
    assert len(found) == 2
    assert all("1 of 3 rows" in one.message for one in found)


def test_an_official_sheet_has_kilowatt_hours_under_megawatt_hours(tmp_path):
    """EI_grid of project ID009, 42,826,880 MWh: it bears on ER only with captive power."""
    write(tmp_path / "both.xlsx", "ID_AM002", **{**CHILLER, "EI_grid": 42_826_880}, sources={})
    finding = found_in(tmp_path / "both.xlsx", "B4")
    assert finding.expected == pytest.approx(42_826.88)
    # 100 h of 1 MW: the share of the generator is 2.33e-6 of the year's electricity as claimed, 2.33e-3 in truth
    energy = 347.2 * (6.5 * (36 - 8 + 3) / (37 - 7 + 3) / 5.59 - 1)
    share = 100 / (42_826_880 + 100) - 100 / (42_826.88 + 100)
    assert finding.effect.exact == pytest.approx(energy * share * (0.8 - 0.814), rel=1e-6)


def test_the_published_sheet_has_kilowatt_hours_under_megawatt_hours():
    """The sheet lacks too much to be calculated again; its slip is found all the same."""
    verification = jcm_calc.verify(Path(__file__).parents[1] / "data/id009_2017.xlsx")
    assert verification.recalculation is None
    (finding,) = (one for one in verification.findings if one.code == "B4")
    assert (finding.place, finding.subject) == ("MRS(input)!E9", "EI_grid,p")
    assert (finding.found, finding.expected) == (42_826_880, pytest.approx(42_826.88))
    assert "kWh" in finding.cause
    assert finding.effect is None


def test_the_slip_of_the_published_sheet_bears_on_nothing_without_captive_power(tmp_path):
    write(tmp_path / "grid.xlsx", "ID_AM002", **{**CHILLER, "power_source": "grid", "EI_grid": 42_826_880}, sources={})
    verification = jcm_calc.verify(tmp_path / "grid.xlsx")
    (finding,) = (one for one in verification.findings if one.code == "B4")
    assert str(finding.effect) == "no effect on ER"
    assert verification.result == "misstatement, not material"
