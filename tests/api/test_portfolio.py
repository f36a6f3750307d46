"""A portfolio gives for each project what `calculate` gives for it alone."""

import csv
import importlib.util
import json
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pint_pandas  # noqa: F401  (registers the dtype)
import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner
from filling import as_toml, filled
from workbooks import agrees, at, formulas, office, recalculated_by_office

from jcm_calc import InputError, InputWarning, calculate, methodology, portfolio
from jcm_calc.base.files import FORMULA
from jcm_calc.cli import jcm
from jcm_calc.inputs.confirmation.applying import evidence_folder
from jcm_calc.rulebooks import modules

RESULTS = ["RE", "PE", "ER", "tonnes"]
CASE = """
methodology = "PW_AM001"
p = "2024"
[inputs]
EG = "500 MWh"
"""


def freezers(count=6, **changed):
    """Projects of one methodology that fill the same cells, with some cells changed by row."""
    frame = pd.DataFrame(
        {
            "project": [f"plant {number}" for number in range(count)],
            "methodology": "ID_AM003",
            "p": "2024",
            "EC_PJ [kWh]": np.linspace(100_000, 200_000, count),
            "COP_PJ": 2.1,
            "application": "cold storage",
            "EF_elec": 0.8,
        }
    )
    for heading, cells in changed.items():
        frame[heading] = frame[heading].astype(object) if heading in frame else None
        for number, cell in cells.items():
            frame.at[number, heading] = cell
    return frame


@pytest.fixture(scope="module")
def projects():
    """Five projects of each methodology, those with a history in several rows."""
    path = Path(__file__).parents[2] / "benchmarks" / "projects.py"
    specification = importlib.util.spec_from_file_location("projects", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.table(5 * 19)


def test_each_project_of_every_methodology_is_what_it_is_alone(projects):
    found = portfolio(projects, processes=1)
    assert found.unusable == 0
    assert found.table["project"].tolist() == projects["project"].drop_duplicates().tolist()
    assert set(found.table["methodology"]) == set(modules())
    for row in found.table.itertuples():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alone = found[row.project]
        assert [row.RE, row.PE, row.ER, row.tonnes] == alone.by_year().loc[2024][RESULTS].tolist()
        assert [remark for project, remark in found.remarks if project == row.project] == list(alone.remarks)


def test_batches_change_nothing(projects, monkeypatch):
    together = portfolio(projects, processes=1).table
    monkeypatch.setattr(importlib.import_module("jcm_calc.api.portfolios.batches"), "FEW", 10**9)
    pd.testing.assert_frame_equal(portfolio(projects, processes=2).table, together)


def test_sums_are_those_of_the_projects(projects):
    found = portfolio(projects, processes=1)
    for columns in (["country"], ["scope", "year"], ["methodology", "version"], ["project"]):
        sums = found.by(*columns)
        assert sums["projects"].sum() == 95
        for name in RESULTS:
            assert sums[name].sum() == pytest.approx(found.table[name].sum(), rel=1e-12)
    with pytest.raises(InputError, match="did you mean country"):
        found.by("contry")


@pytest.mark.parametrize(
    ("heading", "cell", "words"),
    [
        ("EC_PJ [kWh]", -5.0, "must be a number of at least 0"),
        ("EC_PJ [kWh]", "many", "is not a number"),
        ("EC_PJ [kWh]", None, "missing"),
        ("application", "attic", "has no value of COP_RE"),
        ("methodology", "ID_AM999", "there is no methodology"),
        ("p", "2024-07-01/2025-06-30", "several calendar years"),
        ("note", "hello", "unknown input"),
        ("version", "0.9", "has no version"),
        ("COP_PJ", 0.0, "must be a number above 0"),
    ],
)
def test_what_is_wrong_with_one_project_stops_no_other(heading, cell, words):
    clean = portfolio(freezers(), processes=1).table.set_index("project")
    found = portfolio(freezers(**{heading: {3: cell}}), processes=1, errors="collect")
    errors = found.problems[found.problems["severity"] == "error"]
    assert set(errors["project"]) == {"plant 3"}
    assert words in " ".join(errors["complaint"])
    assert errors["source"].unique().tolist() == ["the portfolio, row 4"]
    assert found.unusable == 1
    others = found.table.set_index("project")
    pd.testing.assert_frame_equal(others[RESULTS], clean.drop("plant 3")[RESULTS])


def test_a_division_by_zero_is_found_among_many():
    frame = pd.DataFrame(
        {
            "project": [f"line {number}" for number in range(9)],
            "methodology": "ID_AM002",
            "p": "2024",
            "power_source": "both",
            "EC_PJ": 347.2,
            "EI_grid": [500.0] * 4 + [0.0] + [500.0] * 4,
            "h_gen": [100.0] * 4 + [0.0] + [100.0] * 4,
            "RC_gen": 1.0,
            "COP_PJ": 6.5,
            "T_cooling_out": 36.0,
            "T_chilled_out": 8.0,
            "capacity": 500.0,
            "EF_grid": 0.8,
        }
    )
    found = portfolio(frame, errors="collect", processes=1)
    assert found.unusable == 1
    assert found.problems["project"].tolist() == ["line 4"]
    assert "has no value" in found.problems["complaint"].item()


def test_implausible_values_are_warned_of():
    found = portfolio(freezers(COP_PJ={2: 60.0}), processes=1)
    assert found.unusable == 0
    assert found.problems[["project", "severity"]].to_numpy().tolist() == [["plant 2", "warning"]]


def test_a_project_may_have_units_and_years():
    frame = pd.DataFrame(
        {
            "project": ["fleet"] * 6 + ["roof"],
            "methodology": ["ID_AM003"] * 6 + ["PW_AM001"],
            "i": ["a", "b", "a", "a", "b", "b", None],
            "p": [None, None, "2023", "2024", "2023", "2024", "2024"],
            "COP_PJ": [2.2, 2.1, None, None, None, None, None],
            "application": ["cold storage"] * 2 + [None] * 5,
            "EC_PJ": [None, None, 100.0, 110.0, 200.0, 210.0, None],
            "EF_elec": [0.8, 0.8] + [None] * 5,
            "EG": [None] * 6 + [500.0],
        }
    )
    found = portfolio(frame)
    assert found.problems.empty
    alone = calculate(
        "ID_AM003",
        EC_PJ=[[100.0, 110.0], [200.0, 210.0]],
        COP_PJ=[2.2, 2.1],
        application=["cold storage"] * 2,
        EF_elec=0.8,
        p=["2023", "2024"],
    ).by_year()
    fleet = found.table[found.table["project"] == "fleet"].set_index("year")
    assert fleet["ER"].tolist() == alone["ER"].tolist()
    mixed = portfolio(
        frame.assign(methodology="ID_AM003").assign(methodology=["ID_AM003"] * 5 + ["PW_AM001"] * 2), errors="collect"
    )
    assert "changes from row to row" in mixed.problems["complaint"].iloc[0]


def test_files_and_their_plans(tmp_path):
    plan = calculate("PW_AM001", EG=[[600.0, 610.0]], p=["2024", "2025"])
    calculate("PW_AM001", EG=[[580.0, 590.0]], p=["2024", "2025"]).to_excel(tmp_path / "roof.xlsx", plan)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "hall.toml").write_text(CASE)
    (tmp_path / "more" / "broken.toml").write_text("methodology = ")
    (tmp_path / "notes.txt").write_text("no project")
    done = []
    found = portfolio(tmp_path, {"more/hall": {2024: 250}}, progress=lambda *one: done.append(one), errors="collect")
    assert done[-1] == (3, 3)
    assert sorted(found.table["project"].unique()) == ["more/hall", "roof"]
    assert found.problems["project"].tolist() == ["more/broken"]
    against = found.against_estimates()
    assert against.loc[("roof", 2024), "difference"] == pytest.approx(-20 * 0.533)
    assert against.loc[("more/hall", 2024), "ratio"] == pytest.approx(500 * 0.533 / 250)
    assert float(found["roof"].ER.magnitude[1]) == pytest.approx(590 * 0.533)
    pattern = portfolio(str(tmp_path / "*.xlsx"))
    assert pattern.table["ER"].tolist() == found.table.query("project == 'roof'")["ER"].tolist()
    assert portfolio([tmp_path / "more" / "hall.toml"]).table["project"].tolist() == ["hall"]
    with pytest.raises(InputError, match="is not a project; did you mean more/hall"):
        portfolio(tmp_path, {"more/hal": 1}, errors="collect")


def test_a_source_that_cannot_be_used_is_refused(tmp_path):
    for source, words in (
        (tmp_path, "holds no case file"),
        (str(tmp_path / "*.toml"), "no such file"),
        (pd.DataFrame({"project": ["a"]}), "has no column 'methodology'"),
        (pd.DataFrame({"project": ["a", None], "methodology": "PW_AM001"}), "'project' is empty in row 2"),
        (7, "must be a table or files"),
    ):
        with pytest.raises(InputError, match=words):
            portfolio(source)


# Tables as people have them


def write_table(frame, path):
    """Write a table of projects in the format of a file, in Excel on its second sheet."""
    if path.suffix == ".xlsx":
        with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
            pd.DataFrame({"note": ["projects are on the next sheet"]}).to_excel(
                writer, sheet_name="read me", index=False
            )
            frame.to_excel(writer, sheet_name="list", index=False)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)


HEADINGS = [str, str.capitalize, str.upper, lambda heading: f" {heading.title()} "]


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "parquet", None])
@pytest.mark.parametrize("change", HEADINGS, ids=["plain", "capital", "upper", "blanks"])
def test_a_table_is_read_from_any_file_with_headings_in_any_case(suffix, change, tmp_path):
    expected = portfolio(freezers(), processes=1).table
    own = ("project", "methodology", "version", "estimate")
    frame = freezers().assign(version="1.0", estimate=10.0)
    frame = frame.rename(columns={name: change(name) for name in own}).replace("ID_AM003", "id_am003")
    source = frame
    if suffix:
        source = tmp_path / f"projects.{suffix}"
        write_table(frame, source)
    found = portfolio(source, processes=1)
    assert found.table["ER"].tolist() == pytest.approx(expected["ER"].tolist(), rel=1e-12)
    assert found.table["estimate"].tolist() == [10.0] * 6


def test_tables_of_other_libraries_are_portfolios():
    expected = portfolio(freezers(), processes=1).table["ER"].tolist()
    plain = freezers()
    in_kwh = pa.Table.from_pandas(plain.rename(columns={"EC_PJ [kWh]": "EC_PJ"}))
    place = in_kwh.schema.get_field_index("EC_PJ")
    in_kwh = in_kwh.cast(in_kwh.schema.set(place, in_kwh.schema.field(place).with_metadata({"unit": "kWh"})))
    for table in (pl.from_pandas(plain), pl.from_pandas(plain).lazy(), pa.Table.from_pandas(plain), in_kwh):
        assert portfolio(table, processes=1).table["ER"].tolist() == pytest.approx(expected)


def test_an_empty_cell_of_a_column_with_units_is_not_given():
    energy = pd.Series([600e3, np.nan], dtype="pint[kWh]")
    other = pd.Series([np.nan, 135e3], dtype="pint[kWh]")
    frame = pd.DataFrame({"project": ["roof", "store"], "methodology": ["PW_AM001", "ID_AM003"], "EG": energy})
    frame = frame.assign(EC_PJ=other, COP_PJ=[np.nan, 1.63], EF_elec=[np.nan, 0.814], p="2024")
    frame["application"] = [None, "individual quick freezer"]
    assert portfolio(frame, processes=1).table["ER"].tolist() == pytest.approx([600 * 0.533, 25.8075])


@pytest.mark.parametrize("source", [[1, 2], {"project": ["roof"]}, [calculate("PW_AM001", EG=1, p="2024")], 7])
def test_a_source_of_another_kind_is_refused(source):
    with pytest.raises(InputError, match="must be a table or files"):
        portfolio(source, processes=1)


def test_what_of_a_sheet_is_not_read_is_said(tmp_path):
    frame = pd.DataFrame({"project": ["roof"], "methodology": ["PW_AM001"], "p": ["2024"], "EG": [600.0]})
    path = tmp_path / "projects.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        frame.to_excel(book, sheet_name="north", index=False)
        frame.to_excel(book, sheet_name="south", index=False)
        book.sheets["north"]["D2"].number_format = r"0.0\ \k\W\h"
    with pytest.warns(InputWarning) as told:
        portfolio(path, processes=1)
    said = "\n".join(str(one.message) for one in told)
    assert "the sheets 'north', 'south' have projects; only 'north' was read" in said
    assert "a number format shows the unit kWh" in said


def test_a_hidden_sheet_is_no_table_of_projects(tmp_path):
    with pd.ExcelWriter(tmp_path / "projects.xlsx", engine="openpyxl") as book:
        freezers(COP_PJ={0: 9.0}).to_excel(book, sheet_name="old", index=False)
        freezers().to_excel(book, sheet_name="new", index=False)
        book.sheets["old"].sheet_state = "hidden"
        book.book.active = 1
    expected = portfolio(freezers(), processes=1).table["ER"].tolist()
    found = portfolio(tmp_path / "projects.xlsx", processes=1)
    assert found.table["ER"].tolist() == pytest.approx(expected)


@pytest.mark.parametrize(("suffix", "row"), [("xlsx", 5), ("csv", 5), ("parquet", 4), (None, 4)])
def test_rows_are_numbered_as_in_the_sheet(suffix, row, tmp_path):
    """The fourth of six projects: row 5 of a sheet, below the headings."""
    frame = freezers(COP_PJ={3: -1.0})
    source = tmp_path / f"projects.{suffix}" if suffix else frame
    if suffix:
        write_table(frame, source)
    found = portfolio(source, errors="collect", processes=1)
    name = source.name if suffix else "the portfolio"
    assert found.problems["source"].unique().tolist() == [f"{name}, row {row}"]
    frame.loc[3, "project"] = None
    if suffix != "parquet":
        if suffix:
            write_table(frame, source)
        with pytest.raises(InputError, match=f"'project' is empty in row {row}"):
            portfolio(source)


def test_empty_rows_of_a_sheet_are_passed_over_and_counted(tmp_path):
    frame = freezers()
    gap = pd.DataFrame([[None] * frame.shape[1]], columns=frame.columns)
    whole = pd.concat([frame.head(2), gap, frame.iloc[2:].assign(COP_PJ=-1.0)], ignore_index=True).astype(object)
    write_table(whole, tmp_path / "projects.xlsx")
    found = portfolio(tmp_path / "projects.xlsx", errors="collect", processes=1)
    assert found.table["project"].tolist() == ["plant 0", "plant 1"]
    assert found.problems["source"].tolist() == [f"projects.xlsx, row {row}" for row in (5, 6, 7, 8)]


def test_numbers_of_a_sheet_are_versions_and_years(tmp_path):
    frame = freezers().assign(version=1, p=2024, project=range(6))
    write_table(frame, tmp_path / "projects.xlsx")
    found = portfolio(tmp_path / "projects.xlsx", processes=1)
    assert found.table["version"].unique().tolist() == ["1.0"]
    assert found.table["project"].tolist() == list("012345")
    assert found.table["year"].unique().tolist() == [2024]


def test_a_monitoring_spreadsheet_is_no_table(tmp_path):
    calculate("PW_AM001", EG=580.0, p="2024").to_excel(tmp_path / "project.xlsx")
    calculate("PW_AM001", EG=580.0, p="2024").to_excel(tmp_path / "plan.xlsx", stage="plan")
    for name in ("project", "plan"):
        assert portfolio(tmp_path / f"{name}.xlsx").table["project"].tolist() == [name]
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "other.xlsx", index=False)
    with pytest.raises(InputError, match=r"other \(.*other.xlsx\): other.xlsx: holds no monitoring plan or report"):
        portfolio(tmp_path / "other.xlsx")


def test_a_heading_that_is_given_twice_is_refused():
    with pytest.raises(InputError, match="Project: unknown input"):
        portfolio(freezers().assign(Project="x"))
    with pytest.raises(InputError, match="has no column 'methodology'; did you mean methodolgy"):
        portfolio(freezers().rename(columns={"methodology": "methodolgy"}))


# Projects that cannot be used


def test_unusable_projects_raise_with_all_that_is_wrong():
    frame = freezers(COP_PJ={3: -1.0}, application={1: "attic"})
    with pytest.raises(InputError) as error:
        portfolio(frame, processes=1)
    text = error.value.text
    assert "plant 1 (the portfolio, row 2): application,i: " in text
    assert "plant 3 (the portfolio, row 4): COP_PJ,i: " in text
    assert len(error.value.problems) == 2
    found = portfolio(frame, errors="collect", processes=1)
    assert found.unusable == 2
    with pytest.raises(InputError, match="errors: got 'ignore'; must be one of raise, collect"):
        portfolio(frame, errors="ignore")


def test_the_sum_says_of_how_many_projects_it_is_wherever_it_is_shown(tmp_path):
    frame = freezers(20, COP_PJ=dict.fromkeys(range(5), -1.0))
    frame.to_csv(tmp_path / "projects.csv", index=False)
    found = portfolio(frame, errors="collect", processes=1)
    words = "15 of 20 projects"
    assert words in repr(found)
    found.to_file(tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text("utf-8").count(words) == 2  # the heading, and the sum
    found.to_file(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for sheet in book:
        if sheet.title != "problems":
            assert f"Total of {words}" in [cell.value for cell in sheet["A"]], sheet.title
    run = CliRunner()
    shown = run.invoke(jcm, ["portfolio", str(tmp_path / "projects.csv")])
    assert shown.exit_code == 2
    assert words in shown.stdout
    data = json.loads(run.invoke(jcm, ["portfolio", str(tmp_path / "projects.csv"), "--json"]).stdout)
    assert data["counts"] == {"given": 20, "calculated": 15}
    assert repr(portfolio(frame.tail(1))).startswith("<Portfolio of 1 project: ER =")


# The workbook and the table as files


def test_the_workbook_has_formats_totals_filter_and_print_settings(tmp_path):
    found = portfolio(freezers(), {"plant 2": 25.5}, processes=1)
    found.to_file(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    stored = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)
    formats = {
        "RE": "#,##0.000",
        "PE": "#,##0.000",
        "ER": "#,##0.000",
        "tonnes": "#,##0",
        "year": "0",
        "ratio": "0.000",
    }
    for sheet in book:
        heads = {cell.value: cell for cell in sheet[1]}
        assert all(cell.font.bold and cell.fill.fgColor.rgb == "FFDCE8EC" for cell in heads.values())
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.freeze_panes == "B2"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
            "landscape",
            9,
            0,
        )
        assert sheet.print_title_rows == "$1:$1"
        for name, pattern in formats.items():
            if name in heads and sheet.title != "problems":
                below = sheet.cell(2, heads[name].column)
                assert (below.number_format, below.alignment.horizontal) == (pattern, "right")
                assert heads[name].alignment.horizontal == "right"
    projects = book["projects"]
    column = next(cell.column for cell in projects[1] if cell.value == "ER")
    letter = projects.cell(1, column).column_letter
    assert projects.cell(8, column).value == f"=SUBTOTAL(109,{letter}2:{letter}7)"
    assert stored["projects"].cell(8, column).value == pytest.approx(found.table["ER"].sum())
    assert projects.auto_filter.ref.endswith("7")  # without the total


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_adds_up_what_the_workbook_of_a_portfolio_has(projects, tmp_path):
    portfolio(projects, processes=1).to_file(tmp_path / "a.xlsx")
    sheets = recalculated_by_office([tmp_path / "a.xlsx"], tmp_path)["a.xlsx"]
    stored = formulas(tmp_path / "a.xlsx")
    assert len(stored) == 4 * 5  # RE, PE, other terms, ER and tonnes, in four sheets
    for (sheet, *cell), (_, value) in stored.items():
        assert agrees(value, at(sheets[sheet], *cell), 1e-12)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_text_of_a_csv_is_a_formula(start, tmp_path):
    name = f"{start}cmd|'/c calc'!A1"
    found = portfolio(freezers(project={0: name}), processes=1)
    found.to_file(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert rows[1][0] == "'" + name.strip()
    assert pd.read_csv(tmp_path / "a.csv")["ER"].tolist() == pytest.approx(found.table["ER"].tolist())


# The command


@pytest.fixture
def projects_file(tmp_path):
    path = tmp_path / "projects.csv"
    freezers(application={1: "attic"}, **{"estimate": {0: 20.0}}).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(("ratio", "remarks"), [(2.5, ""), (1.9, "criterion not met")])
def test_a_table_of_projects_says_what_is_remarked_on(ratio, remarks, tmp_path):
    rows = {"project": ["a"], "methodology": "ID_AM003", "p": "2024", "EC_PJ": 100.0, "COP_PJ": ratio, "EF_elec": 0.8}
    portfolio(pd.DataFrame(rows | {"application": "cold storage"})).to_file(tmp_path / "a.csv")
    assert pd.read_csv(tmp_path / "a.csv", keep_default_na=False)["remarks"].tolist() == [remarks]


def test_the_command_writes_what_it_is_asked_for(projects_file, tmp_path):
    run = CliRunner()
    for suffix in ("xlsx", "html", "parquet", "csv"):
        target = tmp_path / f"portfolio.{suffix}"
        outcome = run.invoke(jcm, ["portfolio", str(projects_file), "-o", str(target)])
        assert outcome.exit_code == 2  # one project is unusable
        assert "plant 1 (projects.csv, row 3) cannot be used" in outcome.stderr
        again = run.invoke(jcm, ["portfolio", str(projects_file), "-o", str(target)])
        assert again.exit_code == 2
        assert "--force" in again.stderr
    expected = portfolio(projects_file, errors="collect").table
    assert len(expected) == 5
    written = pd.read_parquet(tmp_path / "portfolio.parquet")
    assert (
        written["remarks"].tolist()
        == pd.read_csv(tmp_path / "portfolio.csv", keep_default_na=False)["remarks"].tolist()
    )
    pd.testing.assert_frame_equal(written.drop(columns="remarks"), expected, check_dtype=False)
    assert pd.read_csv(tmp_path / "portfolio.csv")["ER"].tolist() == pytest.approx(expected["ER"].tolist())
    book = pd.read_excel(tmp_path / "portfolio.xlsx", sheet_name=None, engine="openpyxl")
    assert list(book) == ["problems", "projects", "by country", "by methodology", "by year", "against estimates"]
    assert book["projects"]["ER"].tolist() == pytest.approx([*expected["ER"], expected["ER"].sum()])
    assert book["projects"]["project"].tolist() == [*expected["project"], "Total of 5 of 6 projects"]
    page = (tmp_path / "portfolio.html").read_text("utf-8")
    assert "plant 5" in page
    assert "attic" in page


def test_the_command_refuses_what_it_cannot_do(projects_file, tmp_path):
    run = CliRunner()
    by = run.invoke(jcm, ["portfolio", str(projects_file), "--by", "colour"])
    assert by.exit_code == 2
    assert "got colour; must be one of country, scope, methodology" in " ".join(by.stderr.split())
    lost = run.invoke(jcm, ["portfolio", str(projects_file), "-o", str(tmp_path / "nowhere" / "a.csv")])
    assert lost.exit_code == 2
    assert "a.csv cannot be written: No such file or directory" in " ".join(lost.stderr.split())


def test_a_portfolio_says_what_it_is_and_calculates_a_project_again(projects_file):
    found = portfolio(projects_file, processes=1, errors="collect")
    total = found.table["ER"].sum()
    assert repr(found) == f"<Portfolio of 5 of 6 projects (1 unusable): ER = {total:,.6g} tCO2>"
    assert found["plant 5"].ER.magnitude.sum() == found.table.set_index("project")["ER"]["plant 5"]
    with pytest.raises(KeyError, match="no project 'plant 55'; did you mean plant 5"):
        found["plant 55"]


def test_a_choice_is_one_for_a_whole_project():
    rows = pd.DataFrame(
        {"project": "one", "methodology": "ID_AM002", "p": "2024", "i": [1, 2], "power_source": ["grid", "both"]}
        | {
            "EC_PJ": 100.0,
            "COP_PJ": 6.0,
            "T_cooling_out": 37.0,
            "T_chilled_out": 7.0,
            "capacity": 500.0,
            "EF_grid": 0.8,
        }
    )
    problems = portfolio(rows, processes=1, errors="collect").problems
    assert any("got 2 options; must be one choice for the whole project" in text for text in problems["complaint"])


def test_the_command_gives_data(projects_file):
    outcome = CliRunner().invoke(jcm, ["portfolio", str(projects_file), "--by", "year", "--json"])
    data = json.loads(outcome.stdout)
    assert [one["project"] for one in data["projects"]] == [f"plant {number}" for number in (0, 2, 3, 4, 5)]
    assert data["sums"][0]["ER"] == pytest.approx(sum(one["ER"] for one in data["projects"]))
    assert data["problems"][0]["severity"] == "error"


def test_a_file_that_needs_a_library_says_which(tmp_path, monkeypatch):
    found = portfolio(freezers(2), processes=1)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"cannot be written without pyarrow: install it with pip install"):
        found.to_file(tmp_path / "portfolio.parquet")
    with pytest.raises(InputError, match=r"must end with one of .xlsx"):
        found.to_file(tmp_path / "portfolio.doc")
    assert not list(tmp_path.iterdir())


def test_names_of_projects_are_text_in_every_file(tmp_path):
    name = "=1+1<script>"
    found = portfolio(freezers(project={0: name}))
    for suffix in ("xlsx", "html"):
        found.to_file(tmp_path / f"p.{suffix}")
    assert "<script>" not in (tmp_path / "p.html").read_text("utf-8").partition("</head>")[2]
    assert pd.read_excel(tmp_path / "p.xlsx", engine="openpyxl")["project"].iloc[0] == name
    with pytest.raises(FileExistsError):
        found.to_file(tmp_path / "p.html")
    with pytest.raises(InputError, match="must end with"):
        found.to_file(tmp_path / "p.doc")


# Evidence


@pytest.fixture
def read(tmp_path):
    """An evidence file in which an (invented) reader found 1.1 for the reference COPs of ID_AM003."""
    content = filled(methodology("ID_AM003"))
    for item in content["default"]:
        if item["symbol"].startswith("COP_RE"):
            item["values"] = dict.fromkeys(item["values"], 1.1)
    path = tmp_path / "read.toml"
    path.write_text(as_toml(content), encoding="utf-8")
    return path


def with_1_1(frame):
    return (frame["EC_PJ [kWh]"] / 1000 * 0.8 * (2.1 / 1.1 - 1)).tolist()


def test_values_that_evidence_supplies_count_in_batches_and_alone(read):
    frame = freezers()
    for projects in (frame, frame.head(2)):
        found = portfolio(projects, evidence=read, processes=1)
        assert found.table["ER"].tolist() == pytest.approx(with_1_1(projects), rel=1e-12)
    assert portfolio(frame, evidence=(), processes=1).table["ER"].tolist() == pytest.approx(
        (frame["EC_PJ [kWh]"] / 1000 * 0.8 * (2.1 / 1.71 - 1)).tolist(), rel=1e-12
    )


def test_the_evidence_of_the_folder_counts_as_it_does_for_one_project(read, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = evidence_folder()
    folder.mkdir(parents=True)
    read.rename(folder / "read.toml")
    assert portfolio(freezers(), processes=1).table["ER"].tolist() == pytest.approx(with_1_1(freezers()), rel=1e-12)


def test_evidence_goes_to_the_projects_that_it_is_about(read, tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "roof.toml").write_text(CASE, encoding="utf-8")
    store = '[inputs]\nEC_PJ = 100\nCOP_PJ = 2.1\napplication = "cold storage"\nEF_elec = 0.8\n'
    (tmp_path / "cases" / "store.toml").write_text(f'methodology = "ID_AM003"\np = "2024"\n{store}', encoding="utf-8")
    found = portfolio(tmp_path / "cases", evidence=read, processes=1)
    assert found.problems.empty
    er = found.table.set_index("project")["ER"]
    assert er["store"] == pytest.approx(100 * 0.8 * (2.1 / 1.1 - 1), rel=1e-12)
    assert float(found["store"].ER.magnitude) == er["store"]
    done = CliRunner().invoke(jcm, ["portfolio", str(tmp_path / "cases"), "--evidence", str(read), "--json"])
    assert {one["project"]: one["ER"] for one in json.loads(done.stdout)["projects"]} == er.to_dict()


def test_evidence_about_nothing_is_refused(read):
    with pytest.raises(InputError, match=r"read\.toml: is about ID_AM003 ver 1\.0, which no project applies"):
        portfolio(
            freezers().assign(methodology="PW_AM001")[["project", "methodology", "p"]].assign(EG=1), evidence=read
        )


@pytest.mark.parametrize(
    ("changed", "topic"),
    [
        ({"COP_PJ": {3: 1.9}}, "criterion not met"),
        ({"rated_EC_PJ": {3: 5.0}}, "cross-check violated"),
        ({"COP_RE": {3: 1.0}}, "less conservative than the document"),
        ({"secondary_loop": {3: "no"}}, "criterion not met"),
    ],
)
def test_what_one_of_many_projects_is_remarked_on_is_said_first(changed, topic, tmp_path):
    frame = freezers(8, **changed)
    found = portfolio(frame, processes=1)
    assert [(project, str(remark.topic)) for project, remark in found.remarks] == [("plant 3", topic)]
    assert f"1 of 8 projects have remarks ({topic}: 1)" in repr(found)
    assert found.by("year").attrs["remarks"] == found.headline
    with pytest.raises(InputError, match=r"plant 3: "):
        portfolio(frame, processes=1, strict=True)
    frame.to_csv(tmp_path / "projects.csv", index=False)
    run = CliRunner()
    plain = run.invoke(jcm, ["portfolio", str(tmp_path / "projects.csv"), "-o", str(tmp_path / "page.html")])
    assert plain.exit_code == 0
    lines = [line for line in plain.stdout.splitlines() if line.strip()]
    assert found.headline in lines[1]
    assert found.headline in (tmp_path / "page.html").read_text("utf-8")
    assert run.invoke(jcm, ["portfolio", str(tmp_path / "projects.csv"), "--strict"]).exit_code == 1
    assert portfolio(freezers(8), processes=1, strict=True).remarks == ()


# What the list of projects knows


def listed(**columns):
    """One roof under a number of the list of projects."""
    return pd.DataFrame({"project": ["TH001"], **{name: [cell] for name, cell in columns.items()}, "p": ["2024"]})


ROOF = {"EG [MWh]": 500, "EF_RE": 0.319}


@pytest.mark.parametrize("columns", [{}, {"methodology": None}, {"methodology": " ", "version": None}])
def test_empty_cells_are_filled_in_from_the_list(columns, tmp_path):
    found = portfolio(listed(**columns, **ROOF), processes=1)
    assert found.filled.to_numpy().tolist() == [
        ["TH001", "methodology", "TH_AM001", "June 2026"],
        ["TH001", "version", "1.0", "June 2026"],
    ]
    assert found.table[["methodology", "version"]].to_numpy().tolist() == [["TH_AM001", "1.0"]]
    assert found.table["ER"].tolist() == [159.5]
    assert found["TH001"].methodology.version == "1.0"
    for name in ("found.html", "found.xlsx"):
        found.to_file(tmp_path / name)
    assert "Filled in from the list of projects" in (tmp_path / "found.html").read_text("utf-8")
    assert "filled in" in openpyxl.load_workbook(tmp_path / "found.xlsx").sheetnames


def test_the_version_of_the_list_is_not_the_newest():
    """Without a version TH_AM001 means 3.0; TH001 is registered under 1.0."""
    frame = pd.concat([listed(methodology="TH_AM001", **ROOF), listed(methodology="TH_AM001", **ROOF)])
    frame["project"] = ["TH001", "a roof"]
    found = portfolio(frame, processes=1)
    assert found.table["version"].tolist() == ["1.0", "3.0"]
    assert found.filled[["project", "column"]].to_numpy().tolist() == [["TH001", "version"]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"methodology": "TH_AM001", "version": "3.0"}, "TH_AM001 ver 3.0"),
        ({"methodology": "PW_AM001"}, "PW_AM001 ver 1.0"),
    ],
)
def test_what_contradicts_the_list_is_remarked_on_and_kept(given, told):
    found = portfolio(listed(**given, **ROOF), processes=1)
    assert found.table["methodology"].item() == given["methodology"]
    assert found.filled.empty
    ((project, remark),) = [one for one in found.remarks if one[1].topic == "contradicts another input"]
    assert project == "TH001"
    assert str(remark.complaint) == (
        f"the list of projects of June 2026 has TH001 (registered) with TH_AM001 ver 1.0; got {told}"
    )
    with pytest.raises(InputError, match="list of projects of June 2026"):
        portfolio(listed(**given, **ROOF), processes=1, strict=True)


def test_country_and_title_are_filled_in_where_the_table_has_them():
    found = portfolio(listed(country=None, title=None, **ROOF), processes=1)
    assert found.filled.set_index("column").loc[["country", "title"], "value"].tolist() == [
        "TH",
        "Introduction of Solar PV Systems on Rooftops of Factory and Office Building",
    ]
    assert found.table["title"].tolist() == [
        "Introduction of Solar PV Systems on Rooftops of Factory and Office Building"
    ]
    own = portfolio(listed(country="Thailand", title="our roof", **ROOF), processes=1)
    assert own.table["title"].tolist() == ["our roof"]
    assert not own.remarks
    other = portfolio(listed(country="Viet Nam", **ROOF), processes=1)
    assert [str(one) for _, one in other.remarks] == ["country: got 'Viet Nam'; TH_AM001 ver 1.0 is for TH"]


def test_a_project_of_several_methodologies_has_to_name_one():
    frame = listed(**ROOF).assign(project="TH022")
    with pytest.raises(
        InputError, match=r"TH022 uses TH_AM001 2\.0, TH_AM011 1\.0 by the list of projects of June 2026"
    ):
        portfolio(frame, processes=1)
    found = portfolio(frame.assign(methodology="TH_AM001"), processes=1)
    assert found.table["version"].tolist() == ["2.0"]


@pytest.mark.parametrize(
    ("changed", "subject", "told"),
    [
        ({"project": "our roof", "methodology": None}, "methodology", "column 'methodology' is empty in row 1"),
        ({"project": "TH022", "methodology": None}, "methodology", "TH022 uses TH_AM001 2.0, TH_AM011 1.0"),
        ({"estimate": "abc"}, "estimate", "abc"),
        ({"estimate": -5}, "estimate", "got -5.0; must be an estimate of at least 0 tCO2"),
    ],
)
def test_one_project_that_cannot_be_read_stops_no_other(changed, subject, told):
    odd = listed(methodology="TH_AM001", **ROOF, estimate=None).astype(object).assign(**changed)
    frame = pd.concat([odd, listed(methodology="TH_AM001", **ROOF).assign(project="a roof")])
    found = portfolio(frame, processes=1, errors="collect")
    assert found.table["ER"].tolist() == [159.5]
    ((problem, complaint),) = found.problems.query("severity == 'error'")[["subject", "complaint"]].to_numpy()
    assert (str(problem), told in str(complaint)) == (subject, True)
    with pytest.raises(InputError, match=re.escape(told)):
        portfolio(frame, processes=1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"EG [MWh]": 500_000}, "159,500 tCO2 is 362 times the 440 tCO2 a year of the list of projects"),
        ({"EG [MWh]": 5}, "1.595 tCO2 is 0.00362 times the 440 tCO2 a year of the list of projects"),
        ({"estimate": 1.0}, "159.5 tCO2 is 160 times the estimate of 1 tCO2"),
        ({"EG [MWh]": 500_000, "estimate": 150_000}, None),
    ],
)
@pytest.mark.parametrize("count", [1, 5])
def test_an_amount_far_from_the_estimate_is_remarked_on(changed, told, count):
    frame = listed(**{**ROOF, **changed})
    frame = pd.concat([frame, *(frame.assign(project=f"TH00{n}x", methodology="TH_AM001") for n in range(count - 1))])
    found = [str(one.complaint) for name, one in portfolio(frame, processes=1).remarks if name == "TH001"]
    assert [one for one in found if "times the" in one] == ([told] if told else [])


def test_a_listed_version_that_cannot_be_calculated_is_not_replaced_by_another():
    frame = pd.DataFrame({"project": ["ID001"], "methodology": ["ID_AM002"], "EC_PJ": [100]})
    found = portfolio(frame, processes=1, errors="collect")
    assert "version 1.0 cannot be calculated" in found.problems["complaint"].item()


def test_files_are_compared_with_the_list(tmp_path):
    (tmp_path / "a.toml").write_text(CASE + '[project]\nnumber = "TH001"\n', encoding="utf-8")
    found = portfolio([tmp_path / "a.toml"], processes=1)
    assert [str(one.complaint) for _, one in found.remarks] == [
        "the list of projects of June 2026 has TH001 (registered) with TH_AM001 ver 1.0; got PW_AM001 ver 1.0"
    ]


@pytest.mark.parametrize("number", sorted(one for one in modules() if one[:2] != "XX"))
def test_every_listed_project_means_the_version_of_the_list(number):
    """The table of arguments, without a calculation: every project of every methodology that is implemented."""
    from jcm_calc.api.portfolios.sources import of_table
    from jcm_calc.reference_data import listed_projects

    users = [one for one in listed_projects().values() if number in dict(one.uses)]
    if not users:
        return
    names = pd.DataFrame({"project": [one.number.lower() for one in users], "methodology": number})
    __, jobs = of_table(names, {}, None)
    assert [job.version for job in jobs.values()] == [dict(one.uses)[number] for one in users]
