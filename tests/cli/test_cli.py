"""The command line: what it prints where, and its exit codes."""

import inspect
import json
import os
import re
import shlex
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.cli import codes, jcm, output
from jcm_calc.evidence import Source, primary

CASES = Path(str(files("jcm_methodologies") / "cases"))
FREEZER = CASES / "id_am003_frozen_food.toml"
BORNUUR = CASES / "mn_am002_bornuur.toml"
INCOMPLETE = CASES / "id_am002_id009_2017.toml"
ESCAPE = "\x1b["


def run(*arguments, code=0):
    """Run a command in this process; it must end with the exit code."""
    result = CliRunner().invoke(jcm, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def run_process(*arguments, **options):
    """Run a command in a process of its own."""
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


@pytest.fixture
def manifest(tmp_path):
    """Return the path of a manifest of the published case."""
    path = tmp_path / "manifest.json"
    run("calc", FREEZER, "-o", path)
    return path


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a changed copy of the published case."""

    def changed(before, after):
        text = FREEZER.read_text(encoding="utf-8")
        assert before in text
        path = tmp_path / "case.toml"
        path.write_text(text.replace(before, after), encoding="utf-8")
        return path

    return changed


# list and show


def test_list_has_one_line_a_methodology():
    heading, *lines = run("list").stdout.splitlines()
    assert heading.split()[:2] == ["number", "ver"]
    assert [line.split()[0] for line in lines] == list(jcm_calc.methodologies().index)
    (line,) = [line for line in lines if line.startswith("ID_AM003")]
    assert "Indonesia" in line
    assert line.endswith("Food Industry Cold Storage and Frozen Food Processing Plant")
    # equations read in the project design document: RE_i, PE_i and ER; the two sums are recalled
    assert "3/0/2" in line.split()


def test_list_of_all_ends_with_what_is_known_and_not_implemented():
    lines = run("list", "--all").stdout.splitlines()
    start = lines.index("Known, not implemented")
    assert any(line.startswith("ID_AM003") for line in lines[:start])
    (line,) = [line for line in lines[start:] if line.startswith("TH_AM008")]
    assert "2019-01-14 primary Introducing heat recovery heat pumps" in " ".join(line.split())
    assert "th-jp/methodologies/89" in line
    rows = json.loads(run("list", "--all", "--json").stdout)
    (row,) = [row for row in rows if row["number"] == "CR_AM003"]
    assert (row["implemented"], row["scope"], row["version"], row["grade"]) == (False, None, "1.0", "primary")
    assert len(rows) > len(json.loads(run("list", "--json").stdout))


def test_list_as_json():
    rows = json.loads(run("list", "--json").stdout)
    (row,) = [row for row in rows if row["number"] == "MN_AM002"]
    assert (row["version"], row["country name"], row["equations primary"]) == ("1.0", "Mongolia", 0)


@pytest.mark.parametrize("command", ["list", "calc", "verify"])
def test_usual_commands_import_no_heavy_packages(command, tmp_path):
    case = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
    arguments = {"list": [], "calc": [case], "verify": [str(tmp_path / "report.xlsx")]}[command]
    if command == "verify":
        read_case(case).calculate().to_excel(*arguments)
    code = (
        f"import sys; sys.argv = ['jcm', {command!r}, *{arguments}]\nfrom jcm_calc.cli import main\ntry:\n    main()\n"
    )
    code += "finally:\n    print(*{'pandas', 'pint', 'openpyxl'} & set(sys.modules), file=sys.stderr)"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ID_AM003" in process.stdout
    assert not {"pandas", "pint", "openpyxl"} & set(process.stderr.split())


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_show_has_everything_that_is_declared(number):
    m = jcm_calc.methodology(number)
    text = run("show", number).stdout
    symbols = m.symbols()
    expected = [m.title, m.note, *(rule.written(symbols) for rule in m.rules), *map(str, m.derivations)]
    expected += [item.symbol for item in m.inputs.values()] + [item.text for item in m.inputs.values()]
    expected += [item.text for item in m.conditions] + [item.number for item in m.other_versions]
    expected += [name for item in m.inputs.values() for name in item.candidates]
    for piece in expected:
        assert output.clean(piece) in text


def test_show_gives_grade_and_source_of_a_value():
    text = run("show", "id_am003").stdout
    (line,) = [line for line in text.splitlines() if "individual quick freezer" in line and " 1.32 " in line]
    assert "unconfirmed" in line
    number = re.search(r"\[\d+\]", line)
    assert number is not None
    (source,) = [line for line in text.splitlines() if line.startswith(number[0])]
    assert "91152413-Jcm-project-design-document-form.html" in source
    assert "it may be used in an estimate, and never in an issuance request" in text


def test_show_has_directions_and_waivers():
    text = run("show", "ID_AM009").stdout
    for waiver in jcm_calc.methodology("ID_AM009").waivers:
        assert re.search(f"^{waiver.check} +PE +unconfirmed +{re.escape(waiver.reason)}$", text, re.MULTILINE)
    (line,) = [line for line in run("show", "ID_AM002").stdout.splitlines() if line.startswith("EI_grid,p ")]
    assert "±RE ±PE" in line
    assert json.loads(run("show", "ID_AM009", "--json").stdout)["waivers"][0]["of"] == "PE"


def test_show_names_a_few_of_many_candidates():
    lines = run("show", "VN_AM003").stdout.splitlines()
    found = [line for line in lines if line.startswith("EF_fuel,k ") and "candidate" in line]
    assert len(found) == 3
    assert all("42 classes" in line and "Crude oil" in line for line in found)
    rows = json.loads(run("show", "VN_AM003", "--json").stdout)["defaults"]
    assert (
        len([row for row in rows if row["name"] == "EF_fuel" and row["candidate"]]) == 3 * 42
    )  # the 51 of the table but the nine that are biogenic


def test_show_names_worked_cases():
    (line,) = [line for line in run("show", "ID_AM003").stdout.splitlines() if "id_am003_frozen_food.toml" in line]
    assert "RE 136, tonnes 25" in line


def test_show_names_versions_that_cannot_be_calculated():
    assert "only its identity is known" in run("show", "ID_AM002").stdout
    result = run("show", "ID_AM002", "--version", "1.0", code=2)
    assert "ID_AM002 version 1.0 cannot be calculated" in result.stderr
    assert result.stdout == ""


def test_show_as_json():
    shown = json.loads(run("show", "ID_AM002", "--version", "2.0", "--json").stdout)
    assert shown["identity"]["number"] == {
        "value": "ID_AM002",
        "grade": "primary",
        "certainty": None,
        "evidence": "header of the sheet",
        "source": str(jcm_calc.methodology("ID_AM002").identity["number"].source),
    }
    bins = {row["class"]: row["value"] for row in shown["defaults"] if row["name"] == "COP_RE"}
    assert bins["[300, 450)"] == 5.33
    assert {row["grade"] for row in shown["criteria"]} == {"unconfirmed"}


def test_unknown_methodology():
    assert "there is no methodology 'ID_AM0033'; did you mean ID_AM003?" in run("show", "ID_AM0033", code=2).stderr


# calc


def test_published_case():
    text = run("calc", FREEZER).stdout
    # project design document: RE 136, ER 25 in whole tonnes
    assert re.search(r"^RE +136 +135\.\d+ +agrees$", text, re.MULTILINE)
    assert re.search(r"^undated .* 25$", text, re.MULTILINE)
    assert re.search(r"^COP_RE,i +1\.32 +default by application +unconfirmed$", text, re.MULTILINE)
    assert re.search(r"^ *3 +met +unconfirmed ", text, re.MULTILINE)
    assert re.search(r"^equation +2 +RE_p, PE_p$", text, re.MULTILINE)


def test_published_study():
    text = run("calc", BORNUUR).stdout
    assert re.search(r"^ER +750 +750\.171 +agrees$", text, re.MULTILINE)
    assert re.search(r"^ *1 +not shown +fuel, hot_water_supply ", text, re.MULTILINE)  # no facts were given


def test_incomplete_case_lists_what_is_missing_and_what_is_odd():
    result = run("calc", INCOMPLETE, code=2)
    assert result.stdout == ""
    assert "8 problems with the input of ID_AM002 ver 2.0; nothing was calculated" in result.stderr
    assert "COP_PJ,i: missing:" in result.stderr
    assert "warning: EI_grid,p: 42,826,880 MWh" in result.stderr
    assert "looks like kWh" in result.stderr


def test_trace_is_in_the_order_of_calculation():
    text = run("calc", FREEZER, "--trace").stdout
    order = [text.index(f"\n{symbol} ") for symbol in ("COP_RE,i", "RE_i,p", "RE_p", "ER_p")]
    assert order == sorted(order)
    assert "RE_i,p = EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec" in text
    assert re.search(r"^EC_PJ,i,p +135 MWh .*given 135 MWh$", text, re.MULTILINE)


def test_difference_from_the_published_figure(write):
    text = run("calc", write('RE = "136"', 'RE = "167"'), code=1).stdout
    assert re.search(r"^RE +167 +135\.\d+ +differs$", text, re.MULTILINE)


def test_several_years(write, tmp_path):
    (tmp_path / "meter.csv").write_text("p,EC_PJ\n2023,100\n2024,35\n", encoding="utf-8")
    text = run("calc", write('EC_PJ = "135 MWh"', 'tables = ["meter.csv"]'), code=1).stdout
    # ER = EC × (1.63/1.32 − 1) × 0.814: 19.117 and 6.691
    assert re.search(r"^2023 .* 19\.117 +19$", text, re.MULTILINE)
    assert re.search(r"^2024 .* 6\.691 +6$", text, re.MULTILINE)
    assert "0.814 tCO2/MWh" in text


def test_period_in_two_calendar_years_is_refused_with_a_word_on_how_to_split_it(write):
    result = run("calc", write("[inputs]", 'p = "2023-04-01/2024-03-31"\n[inputs]'), code=2)
    assert "belongs above the first [section]" in result.stderr
    case = write('version = "1.0"', 'version = "1.0"\np = "2023-04-01/2024-03-31"')
    result = run("calc", case, code=2)
    assert "p: 2023-04-01/2024-03-31 lies in several calendar years" in result.stderr
    assert "with p=['2023-04-01/2023-12-31', '2024-01-01/2024-03-31']" in result.stderr
    assert "25.80" not in result.stdout
    case = write('version = "1.0"', 'version = "1.0"\np = "2023-04-01/2024-03-31"\nsplit = "days"')
    result = run("calc", case, code=1)  # it differs from what was published
    assert "was shared by days, as split='days' asks" in result.stderr + result.stdout
    assert "By calendar year" in result.stdout
    case = write('version = "1.0"', 'version = "1.0"\np = "2023-04-01/2024-03-31"\nsplit = "whole"')
    result = run("calc", case, code=2)
    assert "p: the period 2023-04-01/2024-03-31 lies in several calendar years" in result.stderr
    assert "25.80" in result.stdout
    assert json.loads(run("calc", case, "--json", code=2).stdout)["by_year"] is None


def test_calc_as_json():
    found = json.loads(run("calc", FREEZER, "--json").stdout)
    assert found["by_year"] == [{"year": None, **{k: found["results"][k][0] for k in ("RE", "PE", "ER")}, "tonnes": 25}]
    assert found["methodology"]["number"] == "ID_AM003"
    assert found["eligibility"]["1"] == "met"
    assert {row["number"]: row["to be shown"] for row in found["criteria"]}["2"] == "secondary_loop"
    assert [one["agrees"] for one in found["published"]] == [True, True]
    assert any(text.startswith("default COP_RE,i") for text in found["unconfirmed"])
    assert "credits" not in found


def test_remarks_stand_first_and_with_json_on_standard_error(write):
    case = write('"135 MWh"', '"1350000 MWh"')
    result = run("calc", case, code=1)
    told = "EC_PJ,i,p: 1,350,000 MWh is far outside the plausible range"
    first = next(line for line in result.stdout.splitlines()[1:] if line.startswith("outside the plausible range: "))
    assert told in first
    assert result.stdout.index(told) < result.stdout.index("Inputs")
    assert result.stderr == ""
    data = run("calc", case, "--json", code=1)
    assert f"warning: {told}" in data.stderr
    (remark,) = json.loads(data.stdout)["remarks"]
    assert (remark["topic"], remark["subject"]) == ("outside the plausible range", "EC_PJ,i,p")
    assert remark["numbers"]["value"] == 1_350_000


def test_strict_is_an_exit_code(write):
    assert run("calc", FREEZER, "--strict").exit_code == 0
    doubtful = write("COP_PJ = 1.63", "COP_PJ = 1.45")
    found = run("calc", doubtful, "--strict", code=1)
    assert "criterion 3 is not met: COP_PJ,i 1.45" in found.stdout


def test_no_finite_result(write):
    result = run("calc", write("COP_PJ = 1.63", "COP_PJ = 1e308"), code=2)
    assert "RE_i,p: has no value: a number is too large" in result.stderr


# --require-confirmed


def test_a_request_for_issuance_is_refused():
    result = run("calc", FREEZER, "--require-confirmed", code=3)
    assert "ID_AM003 ver 1.0 supports an estimate only" in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if line.strip().startswith("default COP_RE,i")]
    assert "should be in: methodology, section I (data and parameters fixed ex ante)" in line
    assert "criterion 2: not shown: give secondary_loop" in result.stderr
    assert "undated" in result.stdout  # the estimate is there all the same
    assert "the claim" not in result.stdout


def test_refusal_as_json():
    found = json.loads(run("calc", FREEZER, "--require-confirmed", "--json", code=3).stdout)
    assert found["issuable"] is False
    assert any(
        text.startswith("criterion 2 ") and "not shown: give secondary_loop" in text for text in found["missing"]
    )


def test_difference_comes_before_refusal(write):
    run("calc", write("tonnes = 25", "tonnes = 26"), "--require-confirmed", code=1)


@pytest.fixture
def confirmed(monkeypatch, tmp_path):
    """Return a case of a methodology of which everything is confirmed."""
    read = primary(Source("an approved document"))
    m = jcm_calc.Methodology(
        "XX_AM001",
        version="1.0",
        title="Example",
        country="XX",
        sectoral_scope=1,
        indices={"p": "monitoring period"},
        identity={"version": read},
    )
    m.monitored("RC_p", "tCO2", extensive=True, text="reference emissions as measured")
    m.equation("RE_p", "tCO2", evidence=read, text="reference emissions", name="RE")(lambda RC: RC)
    m.equation("PE_p", "tCO2", evidence=read, text="project emissions", name="PE")(lambda: 0)
    m.equation("ER_p", "tCO2", evidence=read, text="emission reductions", name="ER")(lambda RE, PE: RE - PE)
    m.attested(1, "registered", "The project is registered", evidence=read)
    m.complete("criteria", "parameters", "equations", evidence=read)
    monkeypatch.setattr("jcm_calc.rulebooks.versions", lambda number: {"1.0": m})
    m.scheme = ()
    path = tmp_path / "confirmed.toml"
    path.write_text(
        'methodology = "XX_AM001"\np = ["2023", "2024"]\n[inputs]\nRC = [1234.9, 7]\n[facts]\nregistered = true\n',
        encoding="utf-8",
    )
    return path


def test_claim(confirmed):
    text = run("calc", confirmed, "--require-confirmed").stdout
    assert "Confirmed: all 7 rules and values" in text
    claim = text[text.index("Credits that can be requested") :]
    assert re.findall(r"^(\d{4}) +([\d,]+)$", claim, re.MULTILINE) == [("2023", "1,234"), ("2024", "7")]


def test_claim_as_json(confirmed):
    assert json.loads(run("calc", confirmed, "--require-confirmed", "--json").stdout)["credits"] == {
        "2023": 1234,
        "2024": 7,
    }


def test_claim_without_dates_is_unusable_input(confirmed):
    text = confirmed.read_text(encoding="utf-8").replace('p = ["2023", "2024"]\n', "")
    confirmed.write_text(text, encoding="utf-8")
    assert (
        "p: period 1 has no dates: give the periods with p="
        in run("calc", confirmed, "--require-confirmed", code=2).stderr
    )


# -o and replay


def test_manifest_is_what_the_library_gives(manifest):
    result = jcm_calc.calculate(
        "ID_AM003",
        version="1.0",
        EC_PJ="135 MWh",
        COP_PJ=1.63,
        application="individual quick freezer",
        EF_elec="0.814 tCO2/MWh",
        facts={"site": "frozen food processing plant"},
    )
    assert json.loads(manifest.read_text(encoding="utf-8")) == json.loads(json.dumps(result.manifest()))


def test_manifest_is_not_overwritten(manifest):
    manifest.write_text("mine", encoding="utf-8")
    assert "exists already; --force overwrites it" in run("calc", FREEZER, "-o", manifest, code=2).stderr
    assert manifest.read_text(encoding="utf-8") == "mine"
    run("calc", FREEZER, "-o", manifest, "--force")
    assert json.loads(manifest.read_text(encoding="utf-8"))["schema"] == 2


def test_manifest_that_cannot_be_written(tmp_path):
    result = run("calc", FREEZER, "-o", tmp_path / "nowhere" / "manifest.json", code=2)
    assert "cannot be written" in result.stderr
    assert result.stdout == ""


# The monitoring spreadsheet


def test_a_workbook_is_written_and_calculated(tmp_path):
    report, again = tmp_path / "report.xlsx", tmp_path / "again.xlsx"
    run("calc", FREEZER, "-o", report)
    written = json.loads(run("calc", report, "--json").stdout)
    assert written["inputs"] == json.loads(run("calc", FREEZER, "--json").stdout)["inputs"]
    run("calc", report, "-o", again, "--plan", FREEZER)
    assert jcm_calc.read_workbook(again).plan.calculate().ER.magnitude == pytest.approx(25.8075)


def test_a_workbook_with_a_plan_keeps_it(tmp_path):
    planned, again = tmp_path / "planned.xlsx", tmp_path / "again.xlsx"
    run("calc", FREEZER, "-o", planned, "--plan", FREEZER)
    run("calc", planned, "-o", again)
    assert jcm_calc.read_workbook(again).plan is not None


def test_columns_h_to_k_of_a_workbook_come_from_the_meters(tmp_path):
    path = tmp_path / "metered.xlsx"
    run("calc", Path(__file__).parents[2] / "docs/examples/metered_year/case.toml", "-o", path)
    told = jcm_calc.read_workbook(path).report.sources["EC_PJ"]
    assert told["source"].startswith("monitored data: S1.csv")
    assert "A-1048, class 0.5, calibrated 2023-06-20" in told["procedure"]
    assert told["frequency"] == "every 60 min, every 30 min, as read"
    assert "duplicate: count once" in told["comment"]


def test_files_are_not_overwritten(tmp_path):
    path = tmp_path / "precious.xlsx"
    path.write_text("precious")
    for command in (("calc", FREEZER), ("template", "ID_AM003")):
        assert "exists already; --force overwrites it" in run(*command, "-o", path, code=2).stderr
    assert path.read_text() == "precious"
    run("template", "ID_AM003", "-o", path, "--force")
    assert "no values are filled in" in run("calc", path, code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("calc", FREEZER, "-o", "report.pdf"), "must end with .json or .xlsx"),
        (("calc", FREEZER, "--plan", FREEZER), "name one with -o FILE.xlsx"),
        (("template", "ID_AM003", "-o", "input.csv"), "must end with .xlsx"),
        (("template", "ID_AM003", "-o", "input.xlsx", "--units", "many"), "must be a number such as 3, or i=3"),
        (("template", "ID_AM003", "-o", "input.xlsx", "--units", "x=3"), "'x' is not an index"),
        (("template", "ID_AM003", "-o", "input.xlsx", "2024"), "got 2024, too. Calendar years go after --years."),
        (("template", "XX_AM001", "-o", "input.xlsx"), "XX_AM001"),
        (("calc", "nowhere.xlsx"), "there is no such file"),
    ],
)
def test_workbooks_that_cannot_be(tmp_path, monkeypatch, arguments, complaint):
    monkeypatch.chdir(tmp_path)
    assert complaint in run(*arguments, code=2).stderr
    assert not list(tmp_path.iterdir())


def test_a_template_has_rows_for_units_and_sheets_for_years(tmp_path):
    import openpyxl

    path = tmp_path / "input.xlsx"
    assert (
        "fill in the coloured cells"
        in run("template", "ID_AM002", "-o", path, "--units", "3", "--years", 2024, 2025).stdout
    )
    book = openpyxl.load_workbook(path)
    assert "MRS(input) 2025" in book.sheetnames
    assert [book["MRS(input_separate)"].cell(row, 2).value for row in range(11, 15)][3] is None


def test_replay(manifest):
    assert "RE, PE and ER agree exactly" in run("replay", manifest).stdout
    assert json.loads(run("replay", manifest, "--json").stdout)["agrees"] is True


def test_replay_takes_what_calc_writes_as_json(tmp_path):
    path = tmp_path / "all.json"
    path.write_text(run("calc", FREEZER, "--json").stdout, encoding="utf-8")
    run("replay", path)


def test_replay_of_a_fleet(write, tmp_path):
    table = tmp_path / "fleet.csv"
    lines = ["i,EC_PJ", *(f"freezer {number},0.0225" for number in range(6000))]  # 135 MWh in all
    table.write_text("\n".join(lines), encoding="utf-8")
    manifest = tmp_path / "manifest.json"
    run("calc", write('EC_PJ = "135 MWh"', 'tables = ["fleet.csv"]'), "-o", manifest)
    run("replay", manifest)
    table.write_text("\n".join(lines).replace("0.0225", "0.0226"), encoding="utf-8")
    assert "is not the file that was calculated with" in run("replay", manifest, code=2).stderr


def tampered(manifest, change):
    """Change a manifest in place."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    change(content)
    manifest.write_text(json.dumps(content), encoding="utf-8")


def test_replay_finds_a_changed_result(manifest):
    before = json.loads(manifest.read_text(encoding="utf-8"))["results"]["ER"][0]
    tampered(manifest, lambda content: content["results"].update(ER=[before + 1e-9]))
    result = run("replay", manifest, code=1)
    assert "1 result differs from the stored one" in result.stdout
    found = json.loads(run("replay", manifest, "--json", code=1).stdout)
    assert found["differences"] == [{"name": "ER", "p": "1", "stored": before + 1e-9, "recalculated": before}]


def test_replay_finds_a_result_that_was_left_out(manifest):
    tampered(manifest, lambda content: content["results"].pop("PE"))
    (difference,) = json.loads(run("replay", manifest, "--json", code=1).stdout)["differences"]
    assert (difference["name"], difference["stored"]) == ("PE", None)


def test_replay_finds_a_changed_input(manifest):
    tampered(manifest, lambda content: content["call"]["values"].update(EC_PJ="136 MWh"))
    result = run("replay", manifest, code=1)
    assert "was changed after it was written" in result.stderr
    assert json.loads(run("replay", manifest, "--json", code=1).stdout)["altered"] is True


def test_replay_remarks_on_changed_rules(manifest):
    from jcm_calc.results.manifest import input_digest

    def older(content):
        content["methodology"]["rules"] = "0" * 64
        content["hash"] = input_digest(content["call"], "0" * 64)

    tampered(manifest, older)
    result = run("replay", manifest)
    assert "warning: ID_AM003 ver 1.0: its rules have changed since the manifest was written" in result.stderr
    assert "agree exactly" in result.stdout


def test_replay_remarks_on_a_false_statement(manifest):
    tampered(manifest, lambda content: content.update(issuable=True))
    result = run("replay", manifest)
    assert "warning: issuable: is stated otherwise in the manifest" in result.stderr


def test_replay_of_an_honest_manifest_has_nothing_to_remark_on(manifest):
    assert run("replay", manifest).stderr == ""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not valid JSON: "),
        ("[]", "manifest: got []; must be a section with keys"),
        ('{"schema": 2}', "manifest, methodology: missing"),
        ("[" * 100_000, "is not valid JSON: "),
    ],
)
def test_replay_of_something_else(tmp_path, content, complaint):
    path = tmp_path / "manifest.json"
    path.write_text(content, encoding="utf-8")
    assert complaint in run("replay", path, code=2).stderr


def test_replay_of_a_later_schema(manifest):
    tampered(manifest, lambda content: content.update(schema=3))
    assert "manifest, schema: got 3; this version of jcm_calc reads 2" in run("replay", manifest, code=2).stderr


def test_replay_of_a_manifest_without_rules(manifest):
    tampered(manifest, lambda content: content["methodology"].pop("rules"))
    assert "manifest, methodology, rules: missing" in run("replay", manifest, code=2).stderr


def test_replay_of_a_manifest_without_tables(manifest):
    tampered(manifest, lambda content: content["call"].pop("tables"))
    assert "manifest, call, tables: missing" in run("replay", manifest, code=2).stderr


def test_replay_needs_no_small_table(write, tmp_path):
    table = tmp_path / "meter.csv"
    table.write_text("i,EC_PJ\n1,100\n2,35\n", encoding="utf-8")
    manifest = tmp_path / "manifest.json"
    run("calc", write('EC_PJ = "135 MWh"', 'tables = ["meter.csv"]'), "-o", manifest)
    table.unlink()  # a small table is in the manifest itself
    tampered(manifest, lambda content: content["call"]["tables"][0].update(path="elsewhere.csv"))
    run("replay", manifest)


def test_replay_of_no_file(tmp_path):
    assert "there is no such file" in run("replay", tmp_path / "manifest.json", code=2).stderr


# Exit codes and streams


@pytest.mark.parametrize("arguments", [["clac"], ["calc"], ["calc", "--certfy", "x"], []])
def test_bad_usage(arguments):
    assert "Usage: jcm" in run(*arguments, code=2).stderr


def test_no_such_case(tmp_path):
    assert "there is no such file" in run("calc", tmp_path / "case.toml", code=2).stderr


def test_own_fault_asks_for_a_report(monkeypatch):
    monkeypatch.delenv("JCM_DEBUG", raising=False)

    def broken(path):
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setattr("jcm_calc.cli.calculating.read_case", broken)
    result = run("calc", FREEZER, code=70)
    assert "Please report this with the case file and the text below" in result.stderr
    assert "ZeroDivisionError: a slip of ours" in result.stderr
    assert result.stdout == ""


def test_own_fault_shows_where_when_asked_for(monkeypatch, capfd):
    def broken(path):
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setenv("JCM_DEBUG", "1")
    monkeypatch.setattr("jcm_calc.cli.calculating.read_case", broken)
    with pytest.raises(SystemExit) as exit_:
        jcm(["calc", str(FREEZER)])
    assert exit_.value.code == 70
    assert "Traceback (most recent call last)" in capfd.readouterr().err


def test_interrupted(monkeypatch):
    def stopped(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("jcm_calc.cli.calculating.read_case", stopped)
    assert run("calc", FREEZER, code=130).output == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list"], 0),
        (["calc", FREEZER, "--trace", "--require-confirmed"], 3),
        (["calc", INCOMPLETE], 2),
        (["show", "MN_AM002"], 0),
    ],
)
def test_pipe_has_neither_colour_nor_box(arguments, code):
    process = run_process(*arguments)
    assert process.returncode == code
    written = process.stdout + process.stderr
    assert ESCAPE not in written
    assert not re.search("[\u2500-\u257f]", written)
    assert all(line == line.rstrip() for line in written.splitlines())


def test_broken_pipe_is_quiet():
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", "show", "VN_AM001"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # before anything is written
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_stream_that_knows_no_greek():
    process = run_process("show", "MN_AM002", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert process.returncode == 0
    assert "?_RE" in process.stdout
    as_json = run_process("show", "MN_AM002", "--json", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert "η_RE" in {row["name"] for row in json.loads(as_json.stdout)["parameters"]}


# Help, exit codes, completion


def leaves(command, path=()):
    """Yield each command that does something, by the words that call it."""
    below = getattr(command, "commands", {})
    for name, one in below.items():
        yield from leaves(one, (*path, name))
    if not below:
        yield path, command


COMMANDS = dict(leaves(jcm))
ABOUT_THE_COMMAND = (Path(__file__).parents[2] / "docs" / "how_to" / "command.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", list(COMMANDS), ids=" ".join)
def test_help_has_examples_and_says_what_each_option_does(path):
    said, command = run(*path, "--help").output, COMMANDS[path]
    assert [one.name for one in command.params if isinstance(one, click.Option) and not one.help] == []
    examples = re.findall(r"^    jcm (?:--lang ja )?(.+?)(?:\s{3}.*)?$", said, re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(example)
        assert tuple(words[: len(path)]) == path
        # the parser knows every option
        command.make_parser(click.Context(command)).parse_args(args=words[len(path) :])


@pytest.mark.parametrize("path", list(COMMANDS), ids=" ".join)
def test_every_command_writes_json(path):
    assert "as_json" in {param.name for param in COMMANDS[path].params}


def test_the_exit_codes_are_those_of_the_documentation():
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", ABOUT_THE_COMMAND, re.MULTILINE)}
    said = {int(code) for code in re.findall(r"^    (\d+) ", run("--help").output, re.MULTILINE)}
    known = {0, codes.DIFFERS, codes.UNUSABLE, codes.REFUSED, codes.FAULT, codes.INTERRUPTED}
    assert documented == said == known


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes(shell):
    assert f"_JCM_COMPLETE={shell}_source" in ABOUT_THE_COMMAND
    environment = {**os.environ, "_JCM_COMPLETE": f"{shell}_complete"}
    environment |= {"COMP_WORDS": "jcm ca", "COMP_CWORD": "ca" if shell == "fish" else "1"}
    assert "calc" in run_process(env=environment).stdout


# On a terminal


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_for_those_who_wait_at_a_terminal(monkeypatch):
    """In a pipe standard error has complaints only; on a terminal a line shows what takes long."""
    import pty

    main, terminal = pty.openpty()
    with open(terminal, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(output, "MOMENT", 0)
        with output.working("calculating"):
            time.sleep(0.3)
        stream.flush()
        assert b"calculating" in os.read(main, 65536)
    os.close(main)
    assert run_process("calc", FREEZER).stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_no_colour_where_none_is_wanted(monkeypatch):
    coloured = re.compile(r"\x1b\[[\d;]*3\dm")
    arguments = ["show", "PW_AM001"]
    assert any(map(coloured.search, on_terminal(100, *arguments)))
    assert not any(map(coloured.search, on_terminal(100, *arguments, environment={"NO_COLOR": "1"})))


def on_terminal(columns, *arguments, environment=None):
    """Run a command on a terminal of some columns; return the lines it writes."""
    import fcntl
    import pty
    import struct
    import termios

    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", *map(str, arguments)]
    ignored = ("COLUMNS", "LINES", "NO_COLOR")
    inherited = {name: value for name, value in os.environ.items() if name not in ignored}
    environment = {**inherited, "TERM": "xterm-256color", **(environment or {})}
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    written = b""
    try:
        while block := os.read(main, 65536):
            written += block
    except OSError:  # the other end is closed
        pass
    os.close(main)
    process.wait()
    # without what shows progress: it erases its line when it is done
    shown = re.sub(r"\x1b\[\?25[lh]", "", written.decode())
    shown = re.sub(r"[^\n]*(\r\n\r\x1b\[1A|\r)\x1b\[2K", "", shown)
    return shown.replace("\r", "").splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "arguments", [["list"], ["calc", FREEZER, "--trace"], ["calc", INCOMPLETE], ["show", "VN_AM001"]]
)
def test_lines_fit_the_terminal(columns, arguments):
    lines = on_terminal(columns, *arguments)
    assert any(ESCAPE in line for line in lines)
    plain = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]
    # an address is not broken, so that it can be copied
    assert [line for line in plain if cell_len(line) > columns and len(line.split()) > 1] == []
    assert max(map(len, plain)) > columns * 0.7


# Commands that are asked for what does not go together, or what cannot be written


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["verify", "{folder}", "--require-confirmed"],
            "a folder gives a table: --require-confirmed and working papers are for a single",
        ),
        (["check"], "name one methodology or module, or give --all"),
        (["check", "ID_AM003", "--all"], "name one methodology or module, or give --all"),
        (["template", "ID_AM003", "-o", "{folder}/nowhere/a.xlsx"], "a.xlsx cannot be written: No such file"),
        (["evidence", "new", "ID_AM003", "-o", "{folder}/nowhere/a.toml"], "a.toml cannot be written: No such file"),
        (["evidence", "new", "ID_AM003", "--document", "{folder}/no.pdf"], "no.pdf cannot be read: No such file"),
        (["evidence", "new", "ID_AM002", "--case", str(FREEZER)], "is a case of ID_AM003, not of ID_AM002"),
        (["diff", "ID_AM006", "2.0", "2.1", "--case", str(FREEZER)], "is a case of ID_AM003, not of ID_AM006"),
    ],
)
def test_a_command_that_cannot_do_what_it_is_asked_for_says_so(arguments, words, tmp_path):
    refused = run(*(one.format(folder=tmp_path) for one in arguments), code=2)
    assert words in " ".join(refused.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_template_as_data_says_where_it_is(tmp_path):
    told = json.loads(run("template", "ID_AM003", "-o", tmp_path / "a.xlsx", "--json").stdout)
    assert told == {"written": str(tmp_path / "a.xlsx"), "methodology": "ID_AM003", "version": "1.0"}
    assert (tmp_path / "a.xlsx").exists()


def test_an_evidence_file_goes_to_standard_output_where_none_is_named(tmp_path):
    text = run("evidence", "new", "ID_AM003").stdout
    run("evidence", "new", "ID_AM003", "-o", tmp_path / "a.toml")
    assert text.strip() == (tmp_path / "a.toml").read_text("utf-8").strip()
    told = json.loads(run("evidence", "new", "ID_AM003", "--json").stdout)
    assert told["written"] is None
    assert told["text"].strip() == text.strip()
    assert "equation RE_p" in told["items"]
    assert text.count("[[") >= len(told["items"])


def test_an_evidence_file_has_the_rules_by_which_the_readings_of_a_case_were_treated():
    metered = Path(__file__).parents[2] / "docs" / "examples" / "metered_year" / "case.toml"
    items = json.loads(run("evidence", "new", "ID_AM003", "--case", metered, "--json").stdout)["items"]
    without = json.loads(run("evidence", "new", "ID_AM003", "--case", FREEZER, "--json").stdout)["items"]
    assert any("gap: comparable period" in item for item in items)
    assert without == json.loads(run("evidence", "new", "ID_AM003", "--json").stdout)["items"]


def test_versions_that_differ_are_compared(tmp_path):
    shown = run("diff", "ID_AM006", "2.0", "2.1").stdout
    assert shown.startswith("ID_AM006 ver 2.0 and ver 2.1: ")
    assert "x_HPU,p" in shown
    assert "− 2.0" in shown
    assert "+ 2.1" in shown
    told = json.loads(run("diff", "ID_AM006", "2.0", "2.1", "--json").stdout)
    version = next(one for one in told["differences"] if one["name"] == "version")
    assert version == {"kind": "identity", "name": "version", "before": "2.0", "after": "2.1"}
    assert told["case"] == []


def test_a_case_is_calculated_under_each_version(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('methodology = "ID_AM006"\n[inputs]\nnothing = 1\n', "utf-8")
    refused = run("diff", "ID_AM006", "2.0", "2.1", "--case", case, code=2)
    assert "The case cannot be calculated under ver 2.0" in refused.stderr
    assert "The case cannot be calculated under ver 2.1" in refused.stderr
    told = json.loads(run("diff", "ID_AM006", "2.0", "2.1", "--case", case, "--json", code=2).stdout)
    assert [(one["version"], one["results"]) for one in told["case"]] == [("2.0", None), ("2.1", None)]


def test_working_papers_of_a_verification_are_written_once(tmp_path):
    import faults
    from verification.test_verification import CALC
    from verification.test_verification import write as workbook

    workbook(tmp_path / "clean.xlsx")
    faults.edit(tmp_path / "clean.xlsx", tmp_path / "report.xlsx", {(CALC, "G35"): "=C35*D35*D15"})
    papers = ["-o", tmp_path / "paper.xlsx", "--html", tmp_path / "paper.html"]
    run("verify", tmp_path / "report.xlsx", *papers, code=1)
    assert "leaves out the factor COP_RE,i" in (tmp_path / "paper.html").read_text("utf-8")
    assert (tmp_path / "paper.xlsx").stat().st_size > 5000
    assert "--force overwrites it" in run("verify", tmp_path / "report.xlsx", *papers, code=2).stderr
    only_page = run("verify", tmp_path / "report.xlsx", *papers[2:], code=2).stderr
    assert "for --html: " in only_page
    (tmp_path / "empty").mkdir()
    assert "holds no .xlsx file" in run("verify", tmp_path / "empty", code=2).stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--year", "abc"), "--year: got 'abc', of which there is no factor; there are 2010"),
        (("--grid", "foo"), "--grid: got 'foo', of which there is no factor; there are captive diesel generator"),
        (("--grid", "captive", "--kind", "national"), "--grid, --kind: there is no factor of all of these together"),
    ],
)
def test_the_option_that_no_factor_fits_is_named(options, told):
    assert told in CliRunner().invoke(jcm, ["factors", "VN", *options]).output


def test_a_workbook_whose_criteria_are_met_shows_them(tmp_path):
    chiller = {"EC_PJ": 1000, "COP_PJ": 6.5, "capacity": 500, "T_cooling_out": 37, "T_chilled_out": 7}
    result = jcm_calc.calculate("ID_AM002", power_source="grid", EF_grid=0.8, p="2024", **chiller)
    result.to_excel(tmp_path / "report.xlsx")
    shown = CliRunner().invoke(jcm, ["calc", str(tmp_path / "report.xlsx")]).output
    assert "Eligibility criteria" in shown


def leaves(command, path=()):
    """Yield every command with its name, those of groups too."""
    for name, one in command.commands.items():
        yield from leaves(one, (*path, name)) if isinstance(one, click.Group) else [((*path, name), one)]


@pytest.mark.parametrize("command", [pytest.param(one, id=" ".join(path)) for path, one in leaves(jcm)])
def test_a_command_hands_its_options_to_a_function_that_takes_them(command):
    """Options have the names of the parameters, so that none is written down twice."""
    taken = inspect.signature(command.function()).parameters
    named = {name for name, one in taken.items() if one.kind is not one.VAR_KEYWORD}
    offered = {one.name for one in command.params if one.expose_value}
    assert offered == named if len(named) == len(taken) else offered > named
