"""`jcm confirm`: the report, the exit codes, and the evidence file that a person signs."""

import json

import official_forms
import pytest
from click.testing import CliRunner
from filling import TEST_READER

import jcm_calc
from jcm_calc.cli import jcm, surroundings
from jcm_calc.inputs.confirmation import read_evidence


def run(*arguments):
    return CliRunner().invoke(jcm, ["confirm", *map(str, arguments)])


@pytest.fixture
def blank(tmp_path):
    path = tmp_path / "official.xlsx"
    official_forms.form("ID_AM003").save(path)
    return path


def test_a_workbook_that_agrees_gives_0_and_an_unsigned_file(blank, tmp_path):
    target = tmp_path / "id_am003.toml"
    done = run("id_am003", blank, "-o", target)
    assert done.exit_code == 0, done.output
    assert "by words: please confirm" in done.output
    assert "6 of 14 items proposed" in done.output
    assert "confirms nothing until [reader] has a person and a date" in done.output
    assert "3 of 3 branches" in done.output
    found = read_evidence(target)
    assert (found.entries, found.proposed) == ((), 6)
    again = run("ID_AM003", blank, "-o", target)
    assert again.exit_code == 2
    assert "exists already" in again.output
    checked = CliRunner().invoke(jcm, ["evidence", "check", str(target)])
    assert "6 proposals wait for a person and a date" in checked.output


def test_a_difference_gives_1_with_elasticities(blank):
    book = official_forms.form("ID_AM003")
    for row in range(5, 10):
        cell = book[official_forms.SEPARATE][f"F{row}"]
        cell.value = cell.value.replace(f"*C{row}/E{row}", f"*E{row}/C{row}")
    book.save(blank)
    done = run("ID_AM003", blank)
    assert done.exit_code == 1
    assert "1 % more COP_PJ,i moves RE_i,p -0.99 % in the workbook, +1.00 % in the library" in done.output


def test_another_version_and_a_workbook_of_values_give_2(blank):
    official_forms.form("ID_AM003", "2.0").save(blank)
    done = run("ID_AM003", blank)
    assert done.exit_code == 2
    assert "ID_AM003 ver 2.0" in done.output
    assert "`jcm import`" in done.output
    book = official_forms.form("ID_AM003")
    for row in (3, 4, 5):
        book[official_forms.CALC][f"B{row}"] = 7
    book.save(blank)
    assert run("ID_AM003", blank).exit_code == 2


def test_a_workbook_of_which_nothing_can_be_compared_does_not_give_0(blank):
    book = official_forms.form("ID_AM003")
    book[official_forms.INPUT]["D3"] = None
    book.save(blank)
    done = run("ID_AM003", blank)
    assert done.exit_code == 1
    assert "No equation was compared" in done.output


def test_json_has_items_coverage_and_elasticities(blank):
    found = json.loads(run("ID_AM003", blank, "--json").output)
    assert not found["differs"]
    items = {item["name"]: item for item in found["items"]}
    assert items["COP_RE,i"]["proposed"] == {"values": {"individual quick freezer": 1.32, "cold storage": 1.71}}
    assert items["3"]["status"] == "for a reader"
    assert found["coverage"]["MRS"]["branches taken"] == 3
    assert found["elasticities"] == []
    assert found["document"] is None


def test_a_person_is_asked_last_and_the_signed_file_confirms(blank, tmp_path, monkeypatch):
    target = tmp_path / "id_am003.toml"
    monkeypatch.setattr(surroundings, "at_terminal", lambda: True)
    given = f"{TEST_READER['person']}\n{TEST_READER['date']}\n"
    done = CliRunner().invoke(jcm, ["confirm", "ID_AM003", str(blank), "-o", str(target)], input=given)
    assert done.exit_code == 0, done.output
    found = read_evidence(target)
    assert len(found.entries) == 6
    m = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "cold storage", "EF_elec": 0.814, "p": "2024"}
    before, after = (jcm_calc.calculate("ID_AM003", **m, evidence=one) for one in ((), target))
    assert len(before.blockers) - len(after.blockers) == 3  # RE_p, PE_p, COP_RE: the others were read before
