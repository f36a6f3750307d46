"""`jcm status`: exit codes for cron, what is new since the last run, and data for programs."""

import json

import pytest
from click.testing import CliRunner

from jcm_calc.cli.commands import jcm

CASE = """methodology = "ID_AM003"
p = "2023"

[project]
title = "A made-up plant"
estimate = 20

[inputs]
EC_PJ = 150
COP_PJ = 1.63
EF_elec = 0.8
application = "individual quick freezer"

[facts]
site = "frozen food processing plant"
secondary_loop = "yes"
checks_per_year = 2
release_prevented = "yes"
"""
BELOW = CASE.replace("150", "50")


def run(*arguments, code=0):
    """Run the command; it must end with the exit code."""
    result = CliRunner().invoke(jcm, ["status", *map(str, arguments), "--on", "2023-12-31"])
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "plant.toml"
    path.write_text(CASE)
    return path


def test_the_exit_code_says_whether_a_person_is_needed(case):
    assert "Nothing needs a person." in run(case)
    case.write_text(BELOW)
    text = run(case, code=1)
    # 50 MWh × (1.63 / 1.32 − 1) × 0.8 t/MWh
    assert "9.4 tCO2 are 53% below the plan for the same days, 20.0 tCO2" in text
    assert text.splitlines()[-1].endswith("It is not a verification.")
    assert [one.name for one in case.parent.iterdir()] == ["plant.toml"]


def test_since_the_last_run_only_what_is_new_or_settled_is_printed(case):
    assert run(case, "--since", "last") == ""
    case.write_text(BELOW)
    assert "below the plan" in run(case, "--since", "last", code=1)
    assert run(case, "--since", "last") == ""
    run(case, code=1)  # without --since nothing is forgotten, and nothing is recorded
    assert run(case, "--since", "last") == ""
    case.write_text(CASE)
    assert run(case, "--since", "last").split() == ["Settled", "below", "plan", "2023"]
    assert run(case, "--since", "last") == ""
    assert sorted(one.name for one in case.parent.iterdir()) == ["plant.status.json", "plant.toml"]


def test_since_takes_another_file_and_leaves_alone_what_it_has_not_written(case):
    case.write_text(BELOW)
    record = case.with_name("record.json")
    assert json.loads(run(case, "--since", record, "--json", code=1))["new"] == ["below plan 2023"]
    assert json.loads(run(case, "--since", record, "--json"))["new"] == []
    record.write_text('{"format": 0, "actions": ["below plan 2023"]}')  # of another form: as if there was no run
    assert json.loads(run(case, "--since", record, "--json", code=1))["settled"] == []
    for content in ('{"format": 1}', "[]", "a letter", '{"format": 1, "actions": [1]}'):
        record.write_text(content)
        run(case, "--since", record, code=2)
        assert record.read_text() == content


def test_a_folder_is_one_table_and_one_record(case):
    (case.parent / "more").mkdir()
    (case.parent / "more" / "low.toml").write_text(BELOW)
    (case.parent / "broken.toml").write_text("methodology =")
    lines = run(case.parent, code=1).splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["broken.toml", "more/low.toml", "plant.toml"]
    data = json.loads(run(case.parent, "--json", "--since", "last", code=1))
    assert [one["name"] for one in data["projects"]] == ["broken.toml", "more/low.toml", "plant.toml"]
    assert data["projects"][0]["status"] is None
    assert "more/low.toml: below plan 2023" in data["new"]
    assert run(case.parent, "--since", "last") == ""


def test_a_folder_without_case_files_is_refused(tmp_path):
    assert "has no case file" in CliRunner().invoke(jcm, ["status", str(tmp_path)]).stderr


def test_since_lists_each_problem_of_one_subject(case):
    """Also of those of which one was there before."""
    wrong = CASE + '[meters.M]\nparameter = "EC_PJ"\n[readings]\ntimezone = "Asia/Jakarta"\n'
    source = "[[readings.sources]]\nkind = 'interval'\nstep = '1 h'\nstamp = 'start'\ntime = 'time'\n"
    folder = case.parent
    case.write_text(wrong + source)
    first = json.loads(run(folder, "--json", "--since", "last", code=1))
    told = first["projects"][0]["problems"]
    assert len(told) > len({one["subject"] for one in told})
    assert len(first["new"]) == len(told)
    assert json.loads(run(folder, "--json", "--since", "last"))["new"] == []
