"""The record of readings stays with monitored values, into a workbook and out of it again."""

import json
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from base.test_languages import JAPANESE
from click.testing import CliRunner
from workbooks import office

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.base.languages import LANGUAGES, spellings
from jcm_calc.base.problems import InputWarning
from jcm_calc.cli import jcm
from jcm_calc.inputs.monitored_table import MonitoredTable
from jcm_calc.readings import record
from jcm_calc.readings.treatments import METHODS
from jcm_calc.reports.workbook.record_sheet import HEAD, NOTE, SHEET, TABLES, TITLE
from jcm_calc.results.credits import UnconfirmedError

YEAR = Path(__file__).parents[2] / "docs" / "examples" / "metered_year"
GAP = '[[readings.treatments]]\nfinding = "gap"\ntreatment = "comparable period"'
SUBSTITUTE = """[[readings.treatments]]
finding = "gap"
treatment = "substitute"
value = "1 MWh"
reason = '=1+1; the plant"s log  book, 日誌 <3>'"""
MEAN = '[[readings.treatments]]\nfinding = "gap"\ntreatment = "mean of before and after"'


def monitored_year(folder, gap):
    """Monitor the worked year with another treatment of its gap."""
    text = (YEAR / "case.toml").read_text("utf-8")
    assert GAP in text
    for name in ("S1.csv", "S2.csv", "S3.csv"):
        (folder / name).write_bytes((YEAR / name).read_bytes())
    rules = Path(jcm_calc.__file__).parent / "readings" / "rules" / "CDM.toml"
    own = rules.read_text("utf-8").replace("gap = [", 'gap = ["mean of before and after", ', 1)
    (folder / "own.toml").write_text(own, "utf-8")
    text = text.replace(GAP, gap).replace('rules = "CDM"', 'rules = "own.toml"')
    (folder / "case.toml").write_text(text, "utf-8")
    case = read_case(folder / "case.toml")
    monitored = case.monitor()
    return monitored, case.calculate(monitored)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return monitored_year(tmp_path_factory.mktemp("year"), GAP)


@pytest.fixture(params=LANGUAGES)
def written(year, tmp_path, request):
    path = tmp_path / "report.xlsx"
    year[1].to_excel(path, language=request.param)
    return path


def edited(path, change):
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    with pytest.warns(InputWarning) as warned:
        workbook = jcm_calc.read_workbook(path)
    return workbook.calculate(), [str(one.message) for one in warned]


def of_readings(result):
    """Return the unconfirmed rules that come from readings."""
    return {str(item) for item in result.unconfirmed if item.kind == "scheme rule"}


def test_every_treatment_survives_a_workbook(tmp_path):
    used = set()
    for number, gap in enumerate((GAP, SUBSTITUTE, MEAN)):
        folder = tmp_path / str(number)
        folder.mkdir()
        monitored, result = monitored_year(folder, gap)
        used |= {one.treatment for one in monitored.findings}
        result.to_excel(folder / "report.xlsx")
        workbook = jcm_calc.read_workbook(folder / "report.xlsx")
        assert workbook.remarks == ()
        (again,) = (table.record for table in workbook.report.tables if "EC_PJ" in table.columns)
        assert again == monitored.tables[0].record
        calculated = workbook.calculate()
        assert of_readings(calculated) == of_readings(result)
        assert calculated.manifest()["inputs"] == result.manifest()["inputs"]
        assert calculated.manifest()["call"]["tables"][0]["monitoring"] == again
        with pytest.raises(UnconfirmedError) as refused:
            calculated.credits()
        missing = {item.name for item in refused.value.missing}
        rules = {record.rule_of(row) for row in again["findings"]}
        assert rules - missing == {"replacement: final and initial reading"}
    assert used == set(METHODS)


def test_a_workbook_that_is_written_again_has_the_same_record(written, tmp_path, year):
    workbook = jcm_calc.read_workbook(written)
    year[1].to_excel(tmp_path / "english.xlsx")
    assert workbook.report.sources == jcm_calc.read_workbook(tmp_path / "english.xlsx").report.sources
    second = tmp_path / "again.xlsx"
    workbook.calculate().to_excel(second, sources=workbook.report.sources)
    again = jcm_calc.read_workbook(second)
    assert again.remarks == ()
    assert again.report.sources == workbook.report.sources
    assert of_readings(again.calculate()) == of_readings(year[1])


def test_columns_h_to_k_are_filled_from_the_meters(written):
    sheet = openpyxl.load_workbook(written)["MRS(input)"]
    rows = list(sheet.iter_rows(values_only=True))
    letters = next(row for row in rows if "(h)" in row)
    (row,) = (row for row in rows if "EC_PJ,i,p" in row)
    source, procedure, frequency, comment = (row[letters.index(f"({letter})")] for letter in "hijk")
    assert source == "monitored data: S1.csv, S2.csv, S3.csv"
    assert "meter A-1048, class 0.5, calibrated 2023-06-20, 2024-07-11" in procedure
    assert "meter B-77, then meter B-91, then meter B-92" in procedure
    assert frequency == "every 60 min, every 30 min, as read"
    assert "gap: comparable period" in comment
    assert SHEET in comment


def test_what_the_user_says_of_a_parameter_stands_in_its_columns_and_the_record_is_still_named(year, tmp_path):
    year[1].to_excel(tmp_path / "own.xlsx", sources={"EC_PJ,i,p": {"option": "C", "comment": "my own words"}})
    workbook = jcm_calc.read_workbook(tmp_path / "own.xlsx")
    assert workbook.report.sources["EC_PJ"]["comment"] == "my own words"
    assert workbook.report.sources["EC_PJ"]["source"].startswith("monitored data")
    assert of_readings(workbook.calculate()) == of_readings(year[1])


def test_a_single_amount_keeps_its_record(tmp_path):
    hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "kWh": 1.0}).drop(index=range(9))
    hours.loc[::2, "kWh"] = 2.0
    source = {"frame": hours, "kind": "interval", "step": "1 h", "stamp": "start", "time": "time"}
    given = {"EC_CAP": 0.001, "EF_grid": 0.814}
    monitored = jcm_calc.monitor(
        {"M": {"parameter": "EG_SUP", "unit": "kWh"}},
        {
            "timezone": "Asia/Jakarta",
            "sources": [{**source, "columns": {"M": "kWh"}}],
            "treatments": [{"finding": "gap", "treatment": "count as zero"}],
            "stops": [{"from": date(2024, 6, 1), "to": date(2024, 6, 2), "reason": "overhaul"}],
        },
        p="2024",
        methodology="ID_AM001",
        **given,
    )
    result = jcm_calc.calculate("ID_AM001", *monitored.tables, **given)
    result.to_excel(tmp_path / "report.xlsx")
    calculated = jcm_calc.read_workbook(tmp_path / "report.xlsx").calculate()
    assert "gap: count as zero" in {item.name for item in calculated.unconfirmed}
    recorded = next(table.record for table in calculated.call["tables"] if isinstance(table, MonitoredTable))
    assert recorded == monitored.tables[0].record
    assert recorded["stops"][0]["reason"] == "overhaul"


# What is changed never promotes


def delete(book):
    del book[SHEET]


def cell_of(book, text):
    return next(cell for row in book[SHEET].iter_rows() for cell in row if cell.value in spellings(text))


def promote(book):
    rule = cell_of(book, "gap: comparable period")
    rule.offset(column=1).value = "primary"


def no_grade(book):
    cell_of(book, "gap: comparable period").offset(column=1).value = "certain"


def leave_out_a_rule(book):
    book[SHEET].delete_rows(cell_of(book, "gap: comparable period").row)


def leave_out_the_meters(book):
    start = cell_of(book, "Devices").row
    book[SHEET].delete_rows(start + 1, 3)


def leave_out_everything_but_the_title(book):
    book[SHEET].delete_rows(5, 200)


def number_as_text(book):
    cell_of(book, "S1").offset(column=2).value = "many"


def no_digest(book):
    cell_of(book, "SHA-256 of the record").offset(column=1).value = None


@pytest.mark.parametrize(
    "change",
    [
        delete,
        promote,
        no_grade,
        leave_out_a_rule,
        leave_out_the_meters,
        leave_out_everything_but_the_title,
        number_as_text,
        no_digest,
    ],
)
def test_a_record_that_was_changed_or_taken_away_leaves_a_rule_that_nobody_can_confirm(written, change):
    result, remarks = edited(written, change)
    assert "record of readings" in {item.name for item in result.unconfirmed}
    assert any(SHEET in remark for remark in remarks)
    with pytest.raises(UnconfirmedError, match="record of readings"):
        result.credits()


def test_of_a_record_that_was_taken_away_the_measured_quantity_is_named_once(written):
    _, remarks = edited(written, delete)
    said = [remark for remark in remarks if SHEET in remark]
    assert said == [f"{SHEET}: holds no record of the readings from which EC_PJ follow"]


def test_a_record_of_another_workbook_does_not_fit(written, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    _, result = monitored_year(other, SUBSTITUTE)
    result.to_excel(other / "report.xlsx")
    theirs = openpyxl.load_workbook(other / "report.xlsx")[SHEET]

    def exchange(book):
        del book[SHEET]
        sheet = book.create_sheet(SHEET)
        for row in theirs.iter_rows(values_only=True):
            sheet.append(row)

    changed, _ = edited(written, exchange)
    assert "record of readings" in {item.name for item in changed.unconfirmed}


def test_a_monitored_value_that_was_typed_over_no_longer_rests_on_its_record(written):
    def type_over(book):
        sheet = book["MRS(input_separate)"]
        numbers = (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float))
        amount = next(cell for cell in numbers if 134 < cell.value < 135)
        amount.value = 200.0

    result, remarks = edited(written, type_over)
    assert any("by the record of readings" in remark for remark in remarks)
    assert "record of readings" in {item.name for item in result.unconfirmed}


def test_a_spreadsheet_program_may_save_the_record(written, year):
    book = openpyxl.load_workbook(written)
    for row in book[SHEET].iter_rows():
        for cell in row:
            if isinstance(cell.value, float):
                cell.value = float(f"{cell.value:.15g}")
    book.save(written)
    workbook = jcm_calc.read_workbook(written)
    assert not any(SHEET in remark.subject for remark in workbook.remarks)
    assert of_readings(workbook.calculate()) == of_readings(year[1])


def test_a_record_in_japanese_has_japanese_labels_and_the_same_data(year, tmp_path):
    cells = {}
    for code in LANGUAGES:
        year[1].to_excel(tmp_path / f"{code}.xlsx", language=code)
        book = openpyxl.load_workbook(tmp_path / f"{code}.xlsx")
        cells[code] = {cell.coordinate: cell.value for row in book[SHEET] for cell in row if cell.value is not None}
        columns = {cell.value for row in book["MRS(input)"] for cell in row if SHEET in str(cell.value)}
        assert columns
        assert all(bool(JAPANESE.search(text)) == (code == "ja") for text in columns)
    tables = [table for key, table in TABLES.items() if key != "queries"]  # the year is read from files
    labels = {str(text) for title, columns in tables for text in (title, *columns.values())} | {*HEAD, NOTE}
    changed = {cells["en"][place] for place in cells["en"] if cells["en"][place] != cells["ja"][place]}
    assert labels - changed == {"SHA-256"}
    assert all(
        JAPANESE.search(cells["ja"][place]) for place in cells["ja"] if cells["en"][place] in labels - {"SHA-256"}
    )
    # the rest is what all sheets have at the top right, grades and severities
    rest = {text.partition(":")[0] for text in changed - labels}
    assert rest == {TITLE, "Monitoring Spreadsheet", "Sectoral scope", "unconfirmed", "warning", "question"}


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_may_save_the_record(written, year, tmp_path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office(), "--headless", profile, "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(written)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    workbook = jcm_calc.read_workbook(tmp_path / "out" / written.name)
    assert not any(SHEET in remark.subject for remark in workbook.remarks)
    assert of_readings(workbook.calculate()) == of_readings(year[1])


def test_a_workbook_without_readings_has_no_such_sheet(tmp_path):
    jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024").to_excel(tmp_path / "report.xlsx")
    assert SHEET not in openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames


def test_the_commands_keep_the_record(tmp_path):
    target = tmp_path / "report.xlsx"
    assert CliRunner().invoke(jcm, ["calc", str(YEAR / "case.toml"), "-o", str(target)]).exit_code == 0
    done = CliRunner().invoke(jcm, ["calc", str(target), "--require-confirmed", "--json"])
    assert done.exit_code == 3
    shown = json.loads(done.stdout)
    assert any("gap: comparable period" in line for line in shown["missing"])


def test_records_of_several_tables_are_put_together():
    rule = {"grade": "unconfirmed", "note": "one", "certainty": None, "source": ""}
    one = {"rule_set": "JCM", "rules": {"gap: comparable period": rule}, "meters": {"S1": {}}}
    two = {"rule_set": "CDM", "rules": {"gap: comparable period": {**rule, "note": "two"}}, "meters": {"S2": {}}}
    whole = record.merged([one, two, one])
    assert list(whole["rules"]) == ["gap: comparable period", "gap: comparable period, CDM"]
    assert list(whole["meters"]) == ["S1", "S2"]
    assert whole["rule_set"] == "JCM, CDM"
