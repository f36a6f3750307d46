"""The list of projects, and what follows from it: versions in use, coverage, grades of every table."""

import csv
import re
import runpy
from importlib.resources import files
from pathlib import Path

import pytest

import jcm_calc
from jcm_calc import rulebooks
from jcm_calc.evidence import Grade
from jcm_calc.reference_data import listed_projects, versions_in_use

TABLES = {
    f"{package}/{path.name}": path
    for package in ("jcm_calc.reference_data", "jcm_methodologies")
    for path in sorted(files(package).iterdir(), key=lambda one: one.name)
    if path.name.endswith(".csv")
}
# the sources that electricity.csv names, where the grades are; and days of signing, whose source has no grade yet
WITHOUT_GRADE = {"electricity_sources.csv", "partner_countries.csv"}


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


def test_every_version_that_a_project_uses_is_known_by_name():
    known = {one.number for one in rulebooks.known()}
    for number, used in versions_in_use().items():
        if number not in rulebooks.modules():
            assert number in known
            continue
        m = rulebooks.methodology(number, list(rulebooks.versions(number))[-1])
        assert set(used) <= {one.number for one in (*m.versions, *m.later)}, number


def test_a_version_that_is_known_and_not_calculated_is_refused_by_name():
    for number, version in (("ID_AM007", "1.0"), ("TH_AM005", "2.0"), ("ID_AM009", "3.0")):
        with pytest.raises(jcm_calc.MethodologyNotFoundError, match=f"version {version} cannot be calculated"):
            rulebooks.methodology(number, version)


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


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_every_table_has_source_and_grade(name):
    for row in _rows(TABLES[name]):
        assert row["source"].strip(), row
        for heading in (one for one in row if one == "grade" or one.endswith("_grade")):
            assert not row[heading] or row[heading] in list(Grade), row
        assert row.get("grade") or TABLES[name].name in WITHOUT_GRADE, row
