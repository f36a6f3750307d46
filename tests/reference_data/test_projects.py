"""The list of projects, and what follows from it: versions in use, coverage, grades of every table."""

import csv
import json
import re
import runpy
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import jcm_calc
from jcm_calc import rulebooks
from jcm_calc.cli import jcm
from jcm_calc.evidence import Grade
from jcm_calc.reference_data import AS_OF, LIST_DAY, listed_projects, versions_in_use

TABLES = {
    f"{package}/{path.relative_to(home)}": path
    for package in ("jcm_calc.reference_data", "jcm_methodologies")
    for home in [Path(str(files(package)))]
    for path in sorted(home.rglob("*.csv"))
}
STRENGTH = [Grade.UNCONFIRMED, Grade.SECONDARY, Grade.PRIMARY]


def _rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_list_has_every_project_once():
    found = jcm_calc.projects()
    assert found.index.is_unique
    assert found["status"].value_counts().to_dict() == {"registered": 94, "validation": 49, "withdrawn": 4}
    assert (found["registered"].notna() == (found["status"] == "registered")).all()
    assert all(number.startswith(row.country) for number, row in found.iterrows())


def test_filters_are_and():
    found = jcm_calc.projects(country="Thailand", methodology="th_am001", status="registered")
    assert found.index.tolist() == ["TH001", "TH005", "TH009", "TH014", "TH022"]
    with pytest.raises(jcm_calc.InputError, match="status: got 'live'; must be registered, validation, withdrawn"):
        jcm_calc.projects(status="live")
    with pytest.raises(jcm_calc.InputError, match="methodology: got 'TH_AM01'; must be the number of a methodology"):
        jcm_calc.projects(methodology="TH_AM01")
    assert jcm_calc.projects(methodology="ID_AM022", country="TH").empty


def _told(*options):
    ran = CliRunner().invoke(jcm, ["projects", *options])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_the_command_lists_what_the_function_returns():
    frame = jcm_calc.projects(country="TH", methodology="TH_AM001")
    assert frame.attrs["as_of"] == LIST_DAY.isoformat() == "2026-06-04"
    data = json.loads(_told("--country", "Thailand", "--methodology", "th_am001", "--json"))
    assert data["as_of"] == "2026-06-04"
    assert [row["number"] for row in data["projects"]] == frame.index.tolist()
    for row in data["projects"]:
        listed = frame.loc[row["number"]]
        assert row["registered"] == (None if listed["registered"] is None else str(listed["registered"]))
        assert (row["methodologies"], row["planned"]) == (listed["methodologies"], listed["planned"])
    lines = _told("--country", "TH", "--methodology", "TH_AM001").splitlines()
    assert [line.split()[0] for line in lines if line.startswith("TH0")] == frame.index.tolist()
    assert f"{len(frame)} projects, as of June 2026" in lines[-1]


def test_no_project_is_an_answer():
    assert _told("--country", "TH", "--methodology", "ID_AM002").startswith("0 projects, as of June 2026")
    assert json.loads(_told("--country", "TH", "--methodology", "ID_AM002", "--json"))["projects"] == []


def test_the_month_of_the_list_is_the_same_everywhere():
    assert LIST_DAY.strftime("%B %Y") == AS_OF
    for command in ("projects",):
        assert AS_OF in " ".join(jcm.commands[command].help.split())
    assert AS_OF in rulebooks.methodology("TH_AM001", "1.0").heading


def test_every_version_that_a_project_uses_is_known_by_name():
    known = {one.number for one in rulebooks.known()}
    for number, used in versions_in_use().items():
        if number not in rulebooks.modules():
            assert number in known
            continue
        m = rulebooks.methodology(number, list(rulebooks.versions(number))[-1])
        assert set(used) <= {one.number for one in (*m.versions, *m.later)}, number


KNOWN_BY_NAME = [
    *(("ID_AM002", "1.0"), ("ID_AM005", "2.0"), ("ID_AM007", "1.0"), ("ID_AM008", "2.0"), ("ID_AM009", "3.0")),
    *(("MN_AM003", "3.0"), ("TH_AM003", "1.0"), ("TH_AM005", "2.0"), ("VN_AM001", "2.0")),
]


@pytest.fixture(scope="module")
def listed():
    """What the command lists, by the number in the first column."""
    lines = CliRunner().invoke(jcm, ["list"]).output.splitlines()
    data = json.loads(CliRunner().invoke(jcm, ["list", "--json"]).output)
    return {line.split()[0]: line for line in lines if line[:1].isupper()}, {one["number"]: one for one in data}


@pytest.mark.parametrize(("number", "version"), KNOWN_BY_NAME)
def test_a_version_that_was_not_read_is_known_everywhere_and_never_calculated(number, version, listed):
    lines, data = listed
    assert re.search(rf"known, not calculated: .*\b{re.escape(version)}(,|$)", lines[number])
    assert version in data[number]["versions not calculated"].split(", ")
    assert re.search(rf"^ *{re.escape(version)} ", _shown(number), re.MULTILINE)
    ran = CliRunner().invoke(jcm, ["show", number, "--version", version])
    assert ran.exit_code == 2
    assert f"{number} version {version} cannot be calculated: only its identity is known" in ran.stderr
    with pytest.raises(jcm_calc.MethodologyNotFoundError, match=f"version {version} cannot be calculated"):
        jcm_calc.calculate(number, version=version)


@pytest.mark.parametrize(
    ("number", "version"), [("ID_AM006", "2.0"), ("TH_AM001", "2.0"), ("TH_AM001", "3.0"), ("CL_AM001", "2.0")]
)
def test_versions_of_the_list_that_are_calculated(number, version):
    assert rulebooks.methodology(number, version).version == version
    assert version not in rulebooks.not_calculated(rulebooks.methodology(number))


def test_the_coverage_page_gives_the_figure_of_the_table():
    live = [one for one in listed_projects().values() if one.live]
    held = {number: set(rulebooks.versions(number)) for number in rulebooks.modules()}
    covered = sum(all(version in held.get(number, ()) for number, version in one.uses) for one in live)
    assert (len(live), covered) == (143, 85)
    page = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "pages.py"))["pages"]()["coverage.md"]
    assert [*map(int, re.findall(r"Of the (\d+) projects that are.*?, (\d+) use", page)[0])] == [143, 85]
    assert int(jcm_calc.projects().query("status != 'withdrawn'")["calculable"].sum()) == 85


def test_older_versions_say_whose_they_are():
    assert rulebooks.methodology("TH_AM001").notices == ()
    assert rulebooks.methodology("TH_AM001", "1.0").heading == (
        "TH_AM001 ver 1.0 (superseded: version 3.0 is newer; as of June 2026 version 1.0 is that of TH001, TH005, "
        "TH009, TH014)"
    )


CASE = 'methodology = "TH_AM001"\nversion = "1.0"\np = "2024"\n[inputs]\nEG = 500\nEF_RE = 0.319\n'


def _workbook_texts(path):
    return " ".join(str(cell.value) for sheet in load_workbook(path) for row in sheet for cell in row)


def _portfolio_page(case, result, folder):
    jcm_calc.portfolio([case], processes=1).to_file(folder / "portfolio.html")
    return (folder / "portfolio.html").read_text("utf-8")


def _html(case, result, folder):
    result.to_html(folder / "report.html")
    return (folder / "report.html").read_text("utf-8")


def _xlsx(case, result, folder):
    result.to_excel(folder / "report.xlsx", plan=result)
    return _workbook_texts(folder / "report.xlsx")


def _verified(case, result, folder):
    _xlsx(case, result, folder)
    found = jcm_calc.verify(folder / "report.xlsx")
    found.to_html(folder / "paper.html")
    found.to_excel(folder / "paper.xlsx")
    return [(folder / "paper.html").read_text("utf-8"), _workbook_texts(folder / "paper.xlsx")]


def _run(*arguments):
    def run(case, result, folder):
        return CliRunner().invoke(jcm, [str(case) if one == "CASE" else one for one in arguments]).output

    return run


# every way in which a result or a methodology is shown
SHOWN = {
    "result": lambda case, result, folder: [repr(result), result._repr_html_(), str(result.explain("ER"))],
    "methodology": lambda case, result, folder: result.methodology._repr_html_(),
    "manifest": lambda case, result, folder: json.dumps(result.manifest()),
    "html": _html,
    "xlsx": _xlsx,
    "verified": _verified,
    "portfolio": _portfolio_page,
    **{
        " ".join(arguments): _run(*arguments)
        for arguments in (
            *(("calc", "CASE"), ("calc", "CASE", "--json"), ("explain", "CASE")),
            *(("portfolio", "CASE"), ("portfolio", "CASE", "--json")),
            *(("show", "TH_AM001", "--version", "1.0"), ("show", "TH_AM001", "--version", "1.0", "--json")),
        )
    },
}


@pytest.mark.filterwarnings("ignore::jcm_calc.UnconfirmedWarning")
@pytest.mark.parametrize("way", SHOWN)
def test_whatever_shows_an_older_version_says_which_is_newer_and_whose_it_is(way, tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(CASE, encoding="utf-8")
    result = jcm_calc.calculate("TH_AM001", version="1.0", EG=500, EF_RE=0.319, p="2024")
    shown = SHOWN[way](case, result, tmp_path)
    for text in [shown] if isinstance(shown, str) else shown:
        assert "version 3.0 is newer" in text
        assert "as of June 2026 version 1.0 is that of TH001, TH005, TH009, TH014" in text


def test_the_newest_version_says_who_uses_it_and_the_others():
    told = _shown("TH_AM001")
    assert re.search(r"^ *1\.0 .*projects as of June 2026: TH001, TH005, TH009, TH014", told, re.MULTILINE)
    assert re.search(r"^ *2\.0 .*projects as of June 2026: TH015, TH016, TH017, TH022", told, re.MULTILINE)
    assert re.search(r"^projects as of June 2026 +TH\d+", told, re.MULTILINE)


def _shown(number):
    return CliRunner().invoke(jcm, ["show", number]).output


@pytest.mark.parametrize("number", sorted(set(rulebooks.modules()) & set(versions_in_use())))
def test_every_version_in_use_is_shown_with_its_projects(number):
    told = _shown(number)
    for version, users in versions_in_use()[number].items():
        assert re.search(rf"projects as of June 2026:? +{', '.join(users) or 'none'}\b", told), version


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_every_table_has_source_and_grade(name):
    rows = _rows(TABLES[name])
    assert rows
    for row in rows:
        assert None not in row, row  # a row is no longer than the headings
        assert row["source"].strip(), row
        assert row["grade"] in STRENGTH, row
        for heading in (one.removesuffix("_grade") for one in row if one.endswith("_grade")):
            assert row[f"{heading}_source"].strip(), row
            assert row[f"{heading}_grade"] in STRENGTH or not row[heading], row


def test_a_source_of_electricity_is_as_strong_as_its_weakest_figure():
    package = "jcm_calc.reference_data"
    cited: dict[str, list[int]] = {}
    for row in _rows(TABLES[f"{package}/electricity.csv"]):
        cited.setdefault(row["source"], []).append(STRENGTH.index(row["grade"]))
    sources = {row["source"]: row["grade"] for row in _rows(TABLES[f"{package}/electricity_sources.csv"])}
    assert sources == {number: STRENGTH[min(grades)] for number, grades in cited.items()}
