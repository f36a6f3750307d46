"""What a release promises: one version everywhere, a changelog, and the numbers of file formats."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.api.issuance.previous import read_previous
from jcm_calc.base.problems import InputError
from jcm_calc.readings import kept
from jcm_calc.results.status import FORMAT as STATUS_FORMAT

ROOT = Path(__file__).parents[1]
FORMATS = (ROOT / "docs" / "formats.md").read_text("utf-8")
# The table of docs/formats.md: the number of each format.
NUMBERS = {name: int(number) for name, number in re.findall(r"^\| ([^|(]+?) (?:\([^|]*)?\| (\d+) \|", FORMATS, re.M)}
OTHERS = [0, 99, "1", True, None, 1.5]


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changes = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert changes[0] == ("Unreleased", "")
    assert changes[1][0] == version
    released = [date.fromisoformat(day) for _, day in changes[1:]]
    assert released == sorted(released, reverse=True)
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version: {version}\ndate-released: {released[0]}" in citation


def test_the_changelog_has_the_sections_of_keep_a_changelog():
    sections = re.findall(r"^### (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert set(sections) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.fixture
def result():
    return jcm_calc.calculate("PW_AM001", EG=600.0, p="2024")


def test_what_is_written_has_the_number_of_its_format(result, tmp_path):
    of_status = {"JSON of `jcm status --json`", "last run of `jcm status --since`"}
    written = {"manifest", "issuance request", "evidence file", "JSON of `jcm verify --json`", "store of readings"}
    assert set(NUMBERS) == written | of_status
    assert {NUMBERS[name] for name in of_status} == {STATUS_FORMAT}
    assert NUMBERS["store of readings"] == kept.FORM
    assert result.manifest()["schema"] == NUMBERS["manifest"]
    result.to_excel(tmp_path / "report.xlsx")
    assert jcm_calc.verify(tmp_path / "report.xlsx").as_data()["schema"] == NUMBERS["JSON of `jcm verify --json`"]


@pytest.mark.parametrize("number", OTHERS)
def test_a_manifest_with_another_number_is_rejected(result, number):
    with pytest.raises(InputError, match="schema"):
        jcm_calc.replay({**result.manifest(), "schema": number})


EVIDENCE = """
schema = {number}
methodology = "PW_AM001"
version = "1.0"
[reader]
person = "A. Reader"
date = 2024-05-01
[documents.methodology]
title = "PW_AM001 ver 1.0"
"""


@pytest.mark.parametrize("number", ["0", "99", '"1"', "true", "1.5", None])
def test_an_evidence_file_with_another_number_is_rejected(tmp_path, number):
    path = tmp_path / "evidence.toml"
    text = EVIDENCE.format(number=number)
    path.write_text(text if number else text.replace("schema = None\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match="schema"):
        jcm_calc.calculate("PW_AM001", EG=600.0, p="2024", evidence=path)
    path.write_text(EVIDENCE.format(number=NUMBERS["evidence file"]), encoding="utf-8")
    assert jcm_calc.calculate("PW_AM001", EG=600.0, p="2024", evidence=path).ER.magnitude > 0


@pytest.mark.parametrize("number", OTHERS)
def test_a_request_with_another_number_is_rejected(tmp_path, number):
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"schema": number}), encoding="utf-8")
    problems = []
    assert read_previous(path, problems) is None
    assert any("schema" in str(problem) for problem in problems)


@pytest.mark.parametrize("unknown", ["schema = 1\n", "later = 1\n", "[later]\n", "[inputs]\nEG = 600\nlater = 1\n"])
def test_a_case_file_has_no_number_and_no_unknown_key(tmp_path, unknown):
    path = tmp_path / "case.toml"
    good = 'methodology = "PW_AM001"\np = "2024"\n'
    path.write_text(good + unknown, encoding="utf-8")
    with pytest.raises(InputError, match="unknown"):
        read_case(path).calculate()


def test_the_documentation_of_a_release_is_built_from_its_own_files():
    found = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text("utf-8"))
    named = [
        found["sphinx"]["configuration"],
        *(one.get("requirements") or one["path"] for one in found["python"]["install"]),
    ]
    assert found["version"] == 2
    assert all((ROOT / one).exists() for one in named)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert found["build"]["tools"]["python"] in SpecifierSet(wanted)
