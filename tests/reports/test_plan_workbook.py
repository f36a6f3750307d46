"""The plan as a workbook: what a project design document needs, and nothing that looks like a report."""

import json
import math
from unittest import mock

import openpyxl
import pytest
from adapters import ADAPTERS
from cli.test_cli import run
from faults import edit
from workbooks import agrees, at, drawn, every_case, formulas, grids, label, office, recalculated_by_office

from jcm_calc import InputError, calculate, methodology, read_workbook, verify
from jcm_calc.rulebooks import every

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

YEARS = [str(year) for year in range(2026, 2036)]
SAID = {"title": "A roof with PV", "number": "PW077", "participants": ["A", "B"], "personnel": {"Manager": "plans"}}
# Of a report only.
FOREIGN = ("Monitored Values", "Monitoring Report Sheet", "For Verification", "Ex-post", "Parameters monitored ex post")


def estimate(m, case, seed):
    """Ten years of random inputs."""
    with mock.patch("draws.PERIODS", len(YEARS)), mock.patch("adapters.PERIODS", len(YEARS)):
        return drawn(m, case, seed, YEARS, ADAPTERS[m.number].overrides)[1]


def first_cases():
    """The first combination of choices of each methodology."""
    found = {}
    for m, case in every_case():
        found.setdefault(m.number, (m, case))
    return list(found.values())


def by_year_of(path):
    """The table by calendar year of a plan: the rows below its headings, to the average."""
    grid = grids(path)["MPS(input)"]
    start = next(number for number, row in enumerate(grid) if "Year" in row)
    first = grid[start].index("Year")
    rows = []
    for row in grid[start + 1 :]:
        if row[first] == "":
            break
        rows.append(row[first : first + 5])
    return rows


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """A plan of ten years of each methodology, with its result."""
    folder = tmp_path_factory.mktemp("plans")
    found = {}
    for m, case in first_cases():
        path = folder / f"{label(m, case)}.xlsx"
        found[path] = estimate(m, case, seed=5)
        found[path].to_excel(path, stage="plan", project=SAID)
    return found


def test_a_plan_of_every_methodology_has_no_sheet_and_no_word_of_a_report(plans):
    assert len(plans) == len(list(every()))
    for path in plans:
        book = openpyxl.load_workbook(path, read_only=True)
        assert {name.split("(")[0] for name in book.sheetnames} == {"MPS", "MSS"}
        words = [cell for grid in grids(path).values() for row in grid for cell in row if isinstance(cell, str)]
        assert [word for word in words if any(foreign in word for foreign in FOREIGN)] == []
        assert "A roof with PV" in words


def test_a_plan_of_every_methodology_is_read_back_as_a_plan(plans):
    for path, result in plans.items():
        workbook = read_workbook(path)
        assert workbook.report is None
        assert workbook.plan.project == SAID
        again = workbook.plan.calculate()
        assert [str(period) for period in again.inputs.periods] == YEARS
        assert again.ER.magnitude.tolist() == pytest.approx(result.ER.magnitude.tolist(), rel=1e-12)


def test_the_table_by_year_ends_with_total_and_average(plans):
    for path, result in plans.items():
        *rows, total, average = by_year_of(path)
        years = result.by_year()
        assert [row[0] for row in rows] == YEARS
        assert (total[0], average[0]) == ("Total", "Average of the calendar years")
        for column, name in enumerate(("RE", "PE", "ER", "tonnes"), 1):
            amounts = [float(amount) for amount in years[name]]
            assert [row[column] for row in rows] == pytest.approx(amounts, rel=1e-12)
            assert total[column] == pytest.approx(math.fsum(amounts), rel=1e-9, abs=1e-9)
            assert average[column] == pytest.approx(math.fsum(amounts) / 10, rel=1e-9, abs=1e-9)


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_recalculates_every_formula_of_every_plan(plans, tmp_path):
    found = recalculated_by_office(list(plans), tmp_path)
    for path in plans:
        stored = formulas(path)
        assert len(stored) > 50
        sheets = found[path.name]
        wrong = [
            cell for cell, (_, value) in stored.items() if not agrees(value, at(sheets[cell[0]], *cell[1:]), 1e-12)
        ]
        assert wrong == [], path.name


def test_the_plan_is_the_plan_of_a_report(tmp_path):
    """What the plan fixes is held against the report by `verify`, as if the report had brought its own plan."""
    given = {"EC_PJ": [[100.0] * 10], "COP_PJ": 2.0, "application": "cold storage", "EF_elec": 0.8}
    calculate("ID_AM003", **given, p=YEARS).to_excel(tmp_path / "plan.xlsx", stage="plan", project={"number": "ID009"})
    for name, cop, codes in (("same", 2.0, False), ("other", 2.2, True)):
        report = calculate("ID_AM003", **{**given, "EC_PJ": 98.0, "COP_PJ": cop}, p="2026")
        own = calculate("ID_AM003", **{**given, "EC_PJ": 100.0, "COP_PJ": cop}, p="2026")
        report.to_excel(tmp_path / f"{name}.xlsx", plan=own, project={"number": "ID009"})
        found = verify(tmp_path / f"{name}.xlsx", plan=tmp_path / "plan.xlsx")
        differing = [one for one in found.findings if "COP_PJ" in str(one) and "plan" in str(one).casefold()]
        assert bool(differing) == codes, found.findings


def test_the_table_by_year_is_verified_with_its_total(tmp_path):
    """It agrees as it is written, in both languages; a wrong total, or a wrong year, is found."""
    given = {"EC_PJ": [[100.0] * 10], "COP_PJ": 2.5, "application": "cold storage", "EF_elec": 0.8, "p": YEARS}
    planned = calculate("ID_AM003", **given)
    report = calculate("ID_AM003", **{**given, "EC_PJ": 98.0, "p": "2026"})
    for language in ("en", "ja"):
        path = tmp_path / f"{language}.xlsx"
        report.to_excel(path, plan=planned, project={"number": "ID009"}, language=language)
        found = verify(path)
        assert [one for one in found.findings if one.severity == "error"] == []
        planned.to_excel(tmp_path / f"plan {language}.xlsx", stage="plan", project=SAID, language=language)
        found = verify(tmp_path / f"plan {language}.xlsx")
        assert [one for one in found.findings if one.severity == "error"] == []
    grid = grids(tmp_path / "en.xlsx")["MPS(input)"]
    row = next(number for number, cells in enumerate(grid, 1) if "Total" in cells)
    for column, name in zip("FGHI", ("RE", "PE", "ER", "tonnes"), strict=True):
        changed = tmp_path / f"{name}.xlsx"
        edit(tmp_path / "en.xlsx", changed, {("MPS(input)", f"{column}{row}"): 9.0})
        found = verify(changed)
        assert any(one.code == "H3" and "total of the years is 9" in one.message for one in found.findings), name


def test_what_a_plan_cannot_be_is_refused(tmp_path):
    result = calculate("PW_AM001", EG=600.0, p="2026")
    with pytest.raises(InputError, match="stage: got 'plann'; must be one of report, plan"):
        result.to_excel(tmp_path / "a.xlsx", stage="plann")
    with pytest.raises(InputError, match="fills the plan of a report: leave it out"):
        result.to_excel(tmp_path / "a.xlsx", plan=result, stage="plan")
    assert not (tmp_path / "a.xlsx").exists()


def test_an_undated_plan_is_of_one_year(tmp_path):
    calculate("PW_AM001", EG=600.0).to_excel(tmp_path / "a.xlsx", stage="plan")
    assert {name.split("(")[0] for name in grids(tmp_path / "a.xlsx")} == {"MPS", "MSS"}
    assert read_workbook(tmp_path / "a.xlsx").calculate().ER.magnitude == pytest.approx(600 * 0.533)


def test_the_command_writes_a_plan(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(
        f'methodology = "PW_AM001"\np = {json.dumps(YEARS)}\n[project]\ntitle = "A roof"\n[inputs]\n'
        f"EG = [[{', '.join(['600'] * 10)}]]\n"
    )
    plan, again, report = (tmp_path / f"{name}.xlsx" for name in ("plan", "again", "report"))
    assert run("calc", case, "-o", plan, "--stage", "plan").exit_code == 0
    assert read_workbook(plan).report is None
    assert by_year_of(plan)[-2][4] == 10 * math.floor(600 * 0.533)
    # a plan stays one, and becomes no report unasked
    assert run("calc", plan, "-o", again).exit_code == 0
    assert read_workbook(again).report is None
    # a report with its plan
    assert run("calc", case, "-o", report, "--plan", plan).exit_code == 0
    assert read_workbook(report).report is not None
    assert run("calc", report, "-o", again, "--stage", "plan", "--force").exit_code == 0
    assert read_workbook(again).report is None
    calculate("PW_AM001", EG=600.0, p="2026").to_excel(tmp_path / "only.xlsx")
    for arguments in (
        (tmp_path / "only.xlsx", "-o", again, "--stage", "plan", "--force"),
        (case, "--stage", "plan"),
        (case, "-o", tmp_path / "m.json", "--stage", "plan"),
        (case, "-o", again, "--stage", "plan", "--plan", plan, "--force"),
    ):
        run("calc", *arguments, code=2)


def test_the_plan_is_written_in_japanese_and_read(tmp_path):
    calculate("PW_AM001", EG=[[600.0] * 10], p=YEARS).to_excel(
        tmp_path / "a.xlsx", stage="plan", project=SAID, language="ja"
    )
    workbook = read_workbook(tmp_path / "a.xlsx")
    assert workbook.report is None
    assert workbook.plan.project == SAID
    assert methodology("PW_AM001").title
