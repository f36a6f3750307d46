"""Plans, rule sets and files of readings that are refused: what is said, and where."""

import io
import sys
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from readings.test_monitoring import COLD_STORE, CORRECT, YEAR, case_b, found_kinds, hourly, problems, survey

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.cli.output import stages
from jcm_calc.inputs.schema import text, texts
from jcm_calc.readings import plan_file
from jcm_calc.readings.plan_file import read_plan
from jcm_calc.readings.rule_sets import rule_set

METER = {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}
SOURCE = {"frame": None, "kind": "register", "time": "day", "columns": {"S1": "kWh"}}
WITHOUT = {key: value for key, value in SOURCE.items() if key != "frame"}
READINGS = {"timezone": "Asia/Jakarta", "sources": [SOURCE]}


def two_days(**columns):
    """Energy of two days by hour, with other columns."""
    return hourly("2024-01-01", "2024-01-03").assign(**columns)


# The plan


@pytest.mark.parametrize(
    ("meters", "readings", "complaint"),
    [
        ({}, {}, "[meters]: missing: a section such as [meters.S1]"),
        ({"S1": "EC_PJ"}, {}, "[meters.S1]: got 'EC_PJ'; must be a section"),
        ({"S1": {**METER, "check_only": "yes"}}, {}, "check_only: got 'yes'; must be true or false"),
        ({"S1": {**METER, "rollover": True}}, {}, "rollover: got True; must be a number"),
        ({"S1": {**METER, "installed": "2024"}}, {}, "installed: got '2024'; must be a time such as"),
        ({"S1": {**METER, "calibrations": [{"found": "0.1 %"}]}}, {}, "calibrations no. 1, on: missing: its day"),
        ({"S1": {**METER, "calibrations": date(2024, 1, 1)}}, {}, "must be a list of tables"),
        ({"S1": {**METER, "replaced": [{"final": 5}]}}, {}, "[meters.S1] replaced no. 1, at: missing: when"),
        (
            {"S1": {**METER, "replaced": [{"at": date(2024, 5, 1)}, {"at": date(2024, 3, 1)}]}},
            {},
            "[meters.S1] replaced: the times are not in order",
        ),
        ({"S1": METER}, {"timezone": "Asia/Djakarta"}, "got 'Asia/Djakarta'; must be a time zone"),
        ({"S1": METER}, {"sources": []}, "[[readings.sources]]: missing: where the readings are"),
        ({"S1": METER}, {"sources": [SOURCE | {"kind": "power", "stamp": "start"}]}, "step: missing: how long a time"),
        ({"S1": METER}, {"sources": [SOURCE | {"kind": "power", "step": "1 h"}]}, "stamp: missing: whether a time is"),
        ({"S1": METER}, {"sources": [SOURCE | {"step": "0 h"}]}, "step: got '0 h'; must be a time such as"),
        ({"S1": METER}, {"sources": [SOURCE | {"step": "367 d"}]}, "step: got '367 d'; must be a time such as"),
        ({"S1": METER}, {"sources": [SOURCE | {"stamp": "middle"}]}, "got 'middle'; must be one of start, end"),
        ({"S1": METER}, {"sources": [SOURCE | {"until": "to"}]}, "until: the column of the last day belongs to"),
        ({"S1": METER}, {"sources": [SOURCE | {"kind": "total"}]}, "until: the column of the last day belongs to"),
        ({"S1": METER}, {"sources": [SOURCE | {"frame": [1, 2]}]}, "frame: got [1, 2]; must be a DataFrame"),
        ({"S1": METER}, {"sources": [SOURCE | {"files": [1]}]}, "files: got [1]; must be a text or a list of texts"),
        ({"S1": METER}, {"sources": [WITHOUT | {"files": ""}]}, "no. 1: there is no such file: ''"),
        ({"S1": METER}, {"sources": [WITHOUT | {"files": "."}]}, "no. 1: there is no such file: ."),
        ({"S1": METER}, {"sources": [WITHOUT | {"files": "/"}]}, "no. 1: there is no such file: /"),
        (
            {"S1": METER},
            {"sources": [WITHOUT | {"files": "**S1.csv"}]},
            "no. 1: '**S1.csv' is not a name of files: Invalid",
        ),
        ({"S1": METER}, {"sources": [WITHOUT | {"files": "9" * 300}]}, "[[readings.sources]] no. 1: "),
        (
            {"S1": METER},
            {"sources": [SOURCE | {"columns": {"S1": {"5": "kWh"}}}]},
            "columns, S1: got {'5': 'kWh'}; must be a heading or the number of a column, or a list of these",
        ),
        ({"S1": METER}, {"sources": [SOURCE | {"columns": {"S1": 25.0}}]}, "columns, S1: got 25.0; must be"),
        (
            {"S1": {**METER, "labels": {"i": float("inf")}}},
            {},
            "[meters.S1] labels, i: got inf; must be a text or a number",
        ),
        (
            {"S1": {**METER, "labels": {"i": [1]}}},
            {},
            "[meters.S1] labels, i: got [1]; must be a text or a number",
        ),
        ({"S1": {**METER, "labels": {"i": True}}}, {}, "[meters.S1] labels, i: got True; must be"),
        ({"S1": {**METER, "installed": date(9999, 12, 31)}}, {}, "or a date, of the years 1900 to 2199"),
        (
            {"S1": {**METER, "calibrations": [{"on": date(1899, 12, 31)}]}},
            {},
            "calibrations no. 1, on: got 1899-12-31",
        ),
        (
            {"S1": {**METER, "calibration_interval": "101 years"}},
            {},
            "got '101 years'; must be a text such as '12 mon",
        ),
        ({"S1": {**METER, "calibration_interval": f"{10**30} months"}}, {}, "months', a hundred years at most"),
        ({"S1": METER}, {"stops": [{"from": date(1, 1, 1), "to": date(9999, 12, 31), "reason": "x"}]}, "1900 to 2199"),
        ({"S1": {**METER, "rollover": float("nan")}}, {}, "rollover: got nan; must be a number"),
        ({"S1": METER}, {"sources": [SOURCE | {"meter": "name"}]}, "give either the headings of meter and value, or"),
        ({"S1": METER}, {"sources": [SOURCE | {"clock": "noon"}]}, "clock: got 'noon'; must be a time zone"),
        (
            {"S1": METER},
            {"sources": [WITHOUT]},
            "[[readings.sources]] no. 1: give files, or a query with",
        ),
        ({"S1": METER}, {"stops": [{"from": date(2024, 5, 1)}]}, "no. 1, to: missing"),
        (
            {"S1": METER},
            {"stops": [{"from": date(2024, 5, 2), "to": date(2024, 5, 1), "reason": "overhaul"}]},
            "[[readings.stops]] no. 1: ends before it begins",
        ),
        (
            {"S1": METER},
            {"stops": [{"meter": "S2", "from": date(2024, 5, 1), "to": date(2024, 5, 2), "reason": "overhaul"}]},
            "[[readings.stops]] no. 1, meter: S2 is not a meter",
        ),
        ({"S1": METER}, {"checks": [{"kind": "same", "left": "S1", "value": "1 kWh"}]}, "got 'same'; must be one"),
        ({"S1": METER}, {"checks": [{"left": "S1", "value": "1 kWh"}]}, "tolerance: missing: a text such as '1 %'"),
        ({"S1": METER}, {"checks": [{"left": "S1", "right": "S2"}]}, "S2 is not a meter"),
        ({"S1": METER}, {"checks": [{"left": "S1"}]}, "a check compares the meters on the left with those on the"),
        ({"S1": METER}, {"checks": [{"left": "S1", "value": "1 kWh", "latitude": 3}]}, "latitude: belongs to"),
        (
            {"S1": METER},
            {"checks": [{"kind": "rated power × hours", "left": "S1", "tolerance": "0 %"}]},
            "[meters.S1] rated: missing: [[readings.checks]] no. 1 compares with it",
        ),
        (
            {"S1": METER},
            {"limits": {"stuk": "3 d"}},
            "[readings.limits] stuk: unknown; did you mean stuck?",
        ),
        ({"S1": METER}, {"limits": {"stuck": "3 MWh"}}, "[readings.limits] stuck:"),
        ({"S1": METER}, {"limits": {"slip": [20]}}, "[readings.limits] slip:"),
        ({"S1": METER}, {"limits": {"stuck": "12 h"}}, "[readings.limits] stuck: got '12 h'; must be at least 24 h"),
    ],
)
def test_a_plan_is_refused_with_what_is_wrong_and_where(meters, readings, complaint):
    assert complaint in "\n".join(problems(read_plan, meters, READINGS | readings))


PLACES = {
    "[meters.S1]": (plan_file.METER, lambda table: ({"S1": table}, {})),
    "[meters.S1] multiplier no. 1": (
        plan_file.MULTIPLIER,
        lambda table: ({"S1": {**METER, "multiplier": [table]}}, {}),
    ),
    "[meters.S1] calibrations no. 1": (
        plan_file.CALIBRATION,
        lambda table: ({"S1": {**METER, "calibrations": [table]}}, {}),
    ),
    "[meters.S1] replaced no. 1": (plan_file.REPLACED, lambda table: ({"S1": {**METER, "replaced": [table]}}, {})),
    "[readings]": (plan_file.READINGS, lambda table: ({"S1": METER}, table)),
    "[[readings.sources]] no. 1": (plan_file.SOURCE, lambda table: ({"S1": METER}, {"sources": [table]})),
    "[[readings.sources]] no. 1, step_changes no. 1": (
        plan_file.STEP_CHANGE,
        lambda table: ({"S1": METER}, {"sources": [{**SOURCE, "step_changes": [table]}]}),
    ),
    "[[readings.treatments]] no. 1": (plan_file.TREATMENT, lambda table: ({"S1": METER}, {"treatments": [table]})),
    "[[readings.stops]] no. 1": (plan_file.STOP, lambda table: ({"S1": METER}, {"stops": [table]})),
    "[[readings.checks]] no. 1": (plan_file.CHECK, lambda table: ({"S1": METER}, {"checks": [table]})),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("wrong", [{1}, float("nan"), -1.5, ""], ids=["set", "nan", "negative", "empty"])
def test_every_key_of_every_table_is_refused_by_its_name_and_all_at_once(place, wrong):
    """A set is right nowhere, a text that is empty in a text, a number that is finite in a number."""
    keys, plan = PLACES[place]
    meters, readings = plan(dict.fromkeys(keys, wrong) | {"frme": 1})
    told = problems(read_plan, meters, READINGS | readings)
    named = [key for key in keys if any(f"{place}{sign}{key}: got " in one for one in told for sign in (" ", ", "))]
    fits = {"": (text, texts, plan_file.lines, plan_file.heading, plan_file.headings, plan_file.times, plan_file.power)}
    fits |= {-1.5: (plan_file.latitude,)}
    expected = [key for key, field in keys.items() if wrong == {1} or field.check not in fits.get(wrong, ())]
    assert [key for key in named if key in expected] == expected
    assert any("frme: unknown" in one for one in told)


def test_a_calibration_may_be_given_with_the_time_of_day():
    calibrated = {**METER, "calibrations": [{"on": datetime(2024, 5, 17, 9)}]}
    (device,) = read_plan({"S1": calibrated}, READINGS).meters["S1"].devices
    assert [one.on for one in device.calibrations] == [date(2024, 5, 17)]


def test_files_are_found_by_their_whole_path(tmp_path):
    path = tmp_path / "S1.csv"
    two_days().to_csv(path, index=False)
    plan = read_plan({"S1": METER}, {**READINGS, "sources": [WITHOUT | {"files": str(path)}]}, folder=tmp_path / "else")
    assert plan.readings[0].files == (path,)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "America/New_York"])
@pytest.mark.parametrize("written", ["0001-01-01 00:00", "9999-12-31 23:00", "2100-01-02 00:00"])
def test_a_time_that_no_reading_has_is_refused(zone, written, tmp_path):
    path = tmp_path / "S1.csv"
    two_days().to_csv(path, index=False)
    path.write_text(path.read_text("utf-8").replace("2024-01-01 05:00:00", written), "utf-8")
    (told,) = problems(survey, None, files=str(path), zone=zone)
    where = f"S1.csv, column 'time': {written!r} (line 7)"
    assert told == f"{where} is not a time of the form 2024-01-31 00:30 in the years 2000 to 2099"
    times = two_days()
    times.loc[5, "time"] = pd.Timestamp("2200-01-01")
    (told,) = problems(survey, times, zone=zone)
    assert "'time': '2200-01-01 00:00:00' (row 5, counted from 0) is not a time" in told


def test_without_a_methodology_a_meter_states_the_unit_of_its_amount():
    told = problems(survey, two_days(), {"S1": {"parameter": "EC_PJ"}}, p="2024", methodology=None)
    assert told == ["[meters.S1] unit: missing: without a methodology it is the unit of the amount"]


@pytest.mark.parametrize(
    ("p", "complaint"),
    [
        (None, "p: missing: the monitoring period"),
        ("the year 24", "p: "),
        (1, "p: 1 has no dates: readings need first and last day"),
        ("1999", "p: 1999 lies outside the years 2000 to 2099, of which readings can be"),
        ("9999-12-31", "p: 9999 is not between 1990 and 2100"),
        ("2099-12-31/2100-01-01", "p: 2099-12-31/2100-01-01 lies outside the years 2000 to 2099"),
    ],
)
def test_readings_need_a_dated_period(p, complaint):
    assert problems(survey, two_days(), p=p)[0].startswith(complaint)


# Rule sets

RULES = """
title = "A house's own rules"
[gaps]
grade = "unconfirmed"
[late_calibration]
error = "none"
grade = "unconfirmed"
[calendar_years]
grade = "unconfirmed"
[treatments]
gap = ["count as zero"]
"late calibration" = ["maximum permissible error", "count as zero"]
[limits]
stuck = "48 h"
above_rated = 1.05
above_usual = 3.0
slip = 20.0
largest_error = "5 %"
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("gap =", "gab =", "[treatments] gab: unknown; did you mean gap?"),
        ("[limits]", "[limit]", "limit: unknown; did you mean limits?"),
        ("[limits]", "[extra]\nx = 1\n[limits]", "extra: unknown"),
        ('error = "none"', 'error = "none"\ngrad = 1', "[late_calibration] grad: unknown; did you mean grade?"),
        ('error = "none"', 'error = "none"\nsource = {titel = "x"}', "titel: unknown; did you mean title?"),
        ('error = "none"', 'error = "none"\nsource = "x"', "[late_calibration] source: got 'x'; must be"),
        ('error = "none"', 'error = "none"\nnote = 3', "[late_calibration] note: got 3; must be"),
        ("gap =", "stuck = 3\ngap =", "[treatments] stuck: got 3; must be"),
        ('"count as zero"]\n"late', '"claim all"]\n"late', "[treatments] gap no. 1: got 'claim all'; must be one of"),
        ('error = "none"', 'error = "all"', "[late_calibration] error: got 'all'; must be one of none, permissible"),
        ("slip = 20.0", "", "[limits] slip: missing"),
        ("slip = 20.0", 'slip = "20 h"', "[limits] slip:"),
        ('[gaps]\ngrade = "unconfirmed"', '[gaps]\ngrade = "sure"', "[gaps] grade: got 'sure'; must be one of"),
        ("[limits]", "[limits", "is not valid TOML"),
    ],
)
def test_a_rule_set_is_refused_with_what_is_wrong_and_where(tmp_path, old, new, complaint):
    path = tmp_path / "rules.toml"
    path.write_text(RULES, "utf-8")
    assert rule_set(str(path)).title == "A house's own rules"
    path.write_text(RULES.replace(old, new), "utf-8")
    assert complaint in "\n".join(problems(rule_set, str(path)))


def test_a_rule_set_without_a_rule_for_late_calibrations_corrects_none(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES, "utf-8")
    told = problems(case_b, date(2020, 8, 20), "0 %", [CORRECT], rules=str(path))
    missing = f"the data correction rules {path} have no rule for late calibrations"
    assert [one.partition(": ")[2] for one in told] == [missing] * 3


def test_a_late_calibration_is_not_corrected_by_an_error_that_nobody_stated():
    late = METER | {"calibration_interval": "12 months", "calibrations": [{"on": date(2022, 1, 1)}]}
    told = problems(survey, two_days(), {"S1": late}, p="2024-01-01/2024-01-02", treatments=[CORRECT])
    assert told == ["[meters.S1]: the maximum permissible error of the meter is not stated"]


# Files


def test_a_column_that_is_not_there_and_a_meter_that_is_none():
    told = "\n".join(problems(survey, two_days(), time="tme", columns={"S2": "kWh", "S1": "kW"}))
    assert "has no column 'tme'; did you mean time?" in told
    assert "has no column 'kW'; did you mean kWh?" in told
    assert "[[readings.sources]] columns: S2 is not a meter" in told


def test_units_that_are_missing_or_wrong():
    meter = {"parameter": "EC_PJ", "labels": {"i": 1}}
    assert "[meters.S1] unit: missing: the unit of its readings in" in problems(survey, two_days(), {"S1": meter})[0]
    assert "[meters.S1] unit: " in problems(survey, two_days(), {"S1": meter | {"unit": "kg"}})[0]
    rated = METER | {"rated": "25 kg"}
    assert "[meters.S1] rated: " in problems(survey, two_days(), {"S1": rated}, p="2024-01-01/2024-01-02")[0]


def test_readings_without_a_time_are_counted():
    frame = two_days()
    frame.loc[[3, 7], "time"] = pd.NaT
    told = "2 readings have no time: row 3, counted from 0, row 7, counted from 0"
    assert told in problems(survey, frame)[0]


def test_a_total_ends_after_it_begins():
    frame = pd.DataFrame({"from": ["2024-01-01", "2024-02-01"], "to": ["2024-01-31", "2024-01-30"], "kWh": [1.0, 2.0]})
    style = {"kind": "total", "step": None, "stamp": None, "time": "from", "until": "to"}
    assert "has totals whose last day is before their first" in problems(survey, frame, **style)[0]


def test_a_register_read_at_times_of_day_has_no_stamp():
    style = {"kind": "register", "step": None, "stamp": "end"}
    assert "for a register whose readings have times of day" in problems(survey, two_days(), **style)[0]


def test_times_without_an_offset_do_not_state_the_clock():
    assert "its times state no offset from UTC" in problems(survey, two_days(), clock="stated")[0]


@pytest.mark.parametrize("encoding", ["cp932", "utf-9"])
def test_a_file_in_another_encoding_than_stated(tmp_path, encoding):
    path = tmp_path / "S1.csv"
    path.write_bytes(b"time,kWh\n2024-01-01 00:00,1\n# \x81\x20\n")
    told = problems(survey, None, files=str(path), encoding=encoding)[0]
    assert told.startswith("S1.csv: is not in the encoding")
    assert "state another, such as utf-8 or cp932" in told


@pytest.mark.parametrize(("name", "content"), [("S1.parquet", b"time"), ("S1.csv", b"\xff\xfe\x00,\x00")])
def test_a_file_that_is_not_what_its_name_says(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert problems(survey, None, files=str(path))[0].startswith(name)


def test_a_parquet_file_that_is_damaged_in_the_middle(tmp_path):
    path = tmp_path / "S1.parquet"
    two_days().to_parquet(path)
    whole = path.read_bytes()
    refused = []
    for place in range(4, 800, 40):
        path.write_bytes(whole[:place] + bytes(b ^ 0xFF for b in whole[place : place + 20]) + whole[place + 20 :])
        try:
            survey(None, files=str(path), p="2024-01-01/2024-01-02")
        except InputError as error:
            refused += [str(problem) for problem in error.problems]
    assert any(told.startswith("[[readings.sources]]: cannot be read; is a file damaged?") for told in refused)


def test_a_frame_of_python_objects_is_read_as_numbers_and_times():
    plain = two_days()
    objects = plain.assign(
        time=pd.Series([moment.to_pydatetime() for moment in plain["time"]], dtype=object),
        kWh=plain["kWh"].astype(object),
    )
    period = "2024-01-01/2024-01-02"
    assert survey(objects, p=period).amounts == survey(plain, p=period).amounts
    texts = plain.assign(kWh=[f" {amount}" if amount > 12 else amount for amount in plain["kWh"]])
    assert survey(texts, p=period).amounts == survey(plain, p=period).amounts


def test_a_cross_check_compares_like_with_like():
    meters = {"S1": METER, "gas": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "m3"}}
    checks = [{"left": ["S1"], "right": ["gas"], "tolerance": "1 %"}]
    told = problems(
        survey, two_days(gas=1.0), meters, columns={"S1": "kWh", "gas": "gas"}, checks=checks, methodology=None
    )
    assert told[0].startswith("check 1: ")
    checks = [{"left": ["S1"], "value": "5 kg", "tolerance": "1 %"}]
    assert problems(survey, two_days(), p="2024-01-01/2024-01-02", checks=checks)[0].startswith("check 1: ")


# Treatments that cannot be carried out


def test_no_like_time_and_no_times_beside():
    frame = two_days().drop(index=range(20, 30))
    choose = {"p": "2024-01-01/2024-01-02", "rules": "US 40 CFR 98"}
    like = {"finding": "gap", "treatment": "comparable period"}
    assert (
        "there is no comparable period without findings on file"
        in problems(survey, frame, p=choose["p"], treatments=[like])[0]
    )
    mean = {"finding": "gap", "treatment": "mean of before and after"}
    beside = frame.drop(index=[10, 11, 40, 41])
    told = problems(survey, beside, treatments=[mean], **choose)
    assert "the times before and after it have findings, too" in "\n".join(told)


def test_a_substitute_is_an_amount_in_a_unit_of_the_parameter():
    choice = {"finding": "gap", "treatment": "substitute", "value": "3 kg", "reason": "the log book"}
    told = problems(survey, two_days().drop(index=[5, 6]), p="2024-01-01/2024-01-02", treatments=[choice])
    assert told[0].startswith("[[readings.treatments]] no. 1: 'substitute' for gap at S1: ")


def test_what_the_readings_do_not_tell_is_not_left_out():
    frame = hourly("2024-01-01", "2024-01-10")
    frame.loc[100, "kWh"] = 100.0
    choice = {"finding": "spike", "treatment": "leave out"}
    told = problems(survey, frame, p="2024-01-01/2024-01-09", treatments=[choice])
    assert "the readings around it do not tell the amount" in told[0]


def test_a_late_calibration_may_not_raise_er():
    late = METER | {"calibration_interval": "12 months", "calibrations": [{"on": date(2022, 1, 1)}]}
    nothing = {"finding": "late calibration", "treatment": "count as zero"}
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
    readings = {"timezone": "Asia/Jakarta", "treatments": [nothing], "sources": [source | {"frame": two_days()}]}
    given = {"p": "2024-01-01/2024-01-02", "methodology": "ID_AM003", **COLD_STORE}
    assert found_kinds(jcm_calc.monitor({"S1": late}, readings, **given)) == ["late calibration"]
    # a refrigerator that is worse than the reference: less electricity means more ER
    assert "would raise ER" in problems(jcm_calc.monitor, {"S1": late}, readings, **given | {"COP_PJ": 1.1})[0]


def test_readings_say_which_library_they_need(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert problems(survey, two_days())[0].endswith("install it with pip install 'jcm-calc[monitoring]'")


# The command


def test_findings_are_not_written_over_another_file(tmp_path):
    target, beside = tmp_path / "a.csv", tmp_path / "a_findings.csv"
    beside.write_text("mine", "utf-8")
    command = ["monitor", str(YEAR / "case.toml"), "-o", str(target)]
    refused = CliRunner().invoke(jcm, command)
    assert refused.exit_code == 2
    assert "a_findings.csv" in refused.stderr
    assert "--force" in refused.stderr
    assert beside.read_text("utf-8") == "mine"
    assert not target.exists()
    assert CliRunner().invoke(jcm, [*command, "--force"]).exit_code == 0
    assert len(pd.read_csv(beside)) == len(read_case(YEAR / "case.toml").monitor().findings)


def monitored_case(folder, frame, treatments="", checks=""):
    """A case file with hourly readings of two days."""
    frame.to_csv(folder / "S1.csv", index=False)
    (folder / "case.toml").write_text(
        f"""
methodology = "ID_AM003"
p = "2024-01-01/2024-01-02"
[project]
start = 2024-01-01
end = 2024-12-31
[inputs]
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = 0.814
[meters.S1]
parameter = "EC_PJ"
labels = {{ i = 1 }}
unit = "kWh"
[readings]
timezone = "Asia/Jakarta"
[[readings.sources]]
files = "S1.csv"
kind = "interval"
step = "1 h"
stamp = "start"
time = "time"
columns = {{ S1 = "kWh" }}
{treatments}
{checks}
""",
        "utf-8",
    )
    return folder / "case.toml"


def test_the_page_without_findings_and_with_a_cross_check_that_differs(tmp_path):
    check = '[[readings.checks]]\nname = "invoice"\nleft = "S1"\nvalue = "900 kWh"\ntolerance = "1 %"'
    shown = CliRunner().invoke(jcm, ["monitor", str(monitored_case(tmp_path, two_days(kWh=10.0), checks=check))])
    # 480 kWh at 47 % below 900
    assert shown.exit_code == 1, shown.output
    assert "invoice" in shown.stdout
    assert "-46.667%" in shown.stdout
    assert "differs" in shown.stdout


def test_an_open_finding_is_asked_about_and_nothing_is_written(tmp_path):
    case = monitored_case(tmp_path, two_days().drop(index=[5, 6]))
    target = tmp_path / "amounts.xlsx"
    shown = CliRunner().invoke(jcm, ["monitor", str(case), "-o", str(target)])
    assert shown.exit_code == 1
    assert "1 finding has no treatment" in shown.stderr
    assert "amounts.xlsx is not written" in shown.stderr
    assert "one of count as zero, comparable period, substitute" in " ".join(shown.stderr.split())
    assert not target.exists()


def test_a_question_that_stays_open_is_shown(tmp_path):
    choice = (
        '[[readings.treatments]]\nfinding = "gap"\ntreatment = "substitute"\nvalue = "1 MWh"\nreason = "the log book"'
    )
    weeks = hourly("2024-01-01", "2024-02-01").drop(index=[5, 6])
    case = monitored_case(tmp_path, weeks, choice)
    case.write_text(case.read_text("utf-8").replace("2024-01-01/2024-01-02", "2024-01-01/2024-01-31"), "utf-8")
    shown = CliRunner().invoke(jcm, ["monitor", str(case)])
    assert shown.exit_code == 0, shown.output
    assert "Open question: S1, gap: the substitute 1 gives more ER" in " ".join(shown.stdout.split())


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    case = monitored_case(tmp_path, two_days(kWh=10.0 + np.arange(48) % 7))
    target = tmp_path / "nowhere" / "amounts.csv"
    shown = CliRunner().invoke(jcm, ["monitor", str(case), "-o", str(target)])
    assert shown.exit_code == 2
    assert "nowhere" in shown.stderr


# Faults at their edges


def test_a_meter_that_was_removed_counts_no_more():
    meter = METER | {"removed": datetime(2024, 1, 2, 12)}
    monitored = survey(two_days(), {"S1": meter}, p="2024-01-01/2024-01-02")
    assert [(one.kind, monitored.shown(one.start)) for one in monitored.findings] == [
        ("out of service", "2024-01-02 12:00")
    ]
    before = survey(two_days(), {"S1": METER | {"removed": date(2023, 12, 1)}}, p="2024-01-01/2024-01-02")
    assert found_kinds(before) == ["out of service"]


def test_negative_amounts_of_an_interval():
    frame = two_days()
    frame.loc[7, "kWh"] = -3.0
    assert found_kinds(survey(frame, p="2024-01-01/2024-01-02")) == ["negative"]


def register(*readings, p="2024-01-01/2024-01-02", **meter):
    """Monitor a register, over two days unless told otherwise."""
    frame = pd.DataFrame(readings, columns=["time", "kWh"]).assign(time=lambda frame: pd.to_datetime(frame["time"]))
    style = {"kind": "register", "step": None, "stamp": None, "p": p}
    return survey(frame, {"S1": METER | meter}, **style)


ENDS = (("2024-01-01 00:00", 100.0), ("2024-01-03 00:00", 200.0))


def test_a_register_that_shows_too_much_for_a_moment():
    # 150 is read back as 1150 once: the step up and the step down are one finding, and lose nothing
    hours = [(f"2024-01-0{1 + k // 24} {k % 24:02}:00", 100.0 + 100 * k / 48) for k in range(48)]
    hours[20] = (hours[20][0], 1_150.0)
    (one,) = register(*hours, ENDS[1]).findings
    assert (one.kind, one.exact) == ("spike", pytest.approx(0.1 * 2 / 48))


def test_a_register_above_the_rated_power():
    (one,) = register(ENDS[0], ("2024-01-02 00:00", 110.0), ENDS[1], rated="1 kW").findings
    # 90 kWh in 24 h, with 1.05 kW allowed
    assert one.kind == "spike"
    assert one.exact is None


def test_a_register_that_runs_back_for_a_moment():
    hours = [(f"2024-01-0{1 + k // 24} {k % 24:02}:00", 100.0 + 100 * k / 48) for k in range(48)]
    hours[20] = (hours[20][0], 120.0)
    monitored = register(*hours, ENDS[1])
    (one,) = monitored.findings
    # 139.6 at 19:00 and 143.75 at 21:00, whatever 20:00 showed
    assert (one.kind, one.exact) == ("negative", pytest.approx(0.1 * 2 / 48))


def test_a_register_that_stands_still():
    days = [(f"2024-01-0{day} 00:00", 100.0 if day < 4 else 100.0 + 10 * (day - 3)) for day in range(1, 7)]
    monitored = register(*days, p="2024-01-01/2024-01-05")
    (one,) = monitored.findings
    assert (one.kind, one.note) == ("stuck", "100 for 48 h")


def test_a_register_with_two_readings_of_one_moment():
    monitored = register(ENDS[0], ("2024-01-02 00:00", 150.0), ("2024-01-02 00:00", 152.0), ENDS[1])
    (one,) = monitored.findings
    assert (one.kind, one.exact) == ("conflict", pytest.approx(0.002))
    assert monitored.amounts["S1"][0] == pytest.approx(0.1)


@pytest.mark.parametrize(("shown", "amount"), [(9_000.0, 8.5 + 7.0), (3.0, 8.5 + 7.0)])
def test_a_meter_replaced_at_the_minute_of_a_reading(shown, amount):
    """Whether the old or the new register was read at that minute."""
    rows = [(datetime(2024, 1, 1), 500.0), (datetime(2024, 1, 2), shown), (datetime(2024, 1, 3), 7_003.0)]
    change = {"at": datetime(2024, 1, 2), "final": 9_000.0, "initial": 3.0}
    monitored = register(*rows, replaced=[change])
    assert found_kinds(monitored) == ["replacement"]
    assert monitored.amounts["S1"][0] == pytest.approx(amount, rel=1e-12)


def test_a_meter_replaced_outside_the_readings_changes_nothing():
    change = {"at": datetime(2023, 6, 1), "final": 9_000.0, "initial": 3.0}
    monitored = register(*ENDS, replaced=[change])
    assert found_kinds(monitored) == []
    assert monitored.amounts["S1"][0] == pytest.approx(0.1)


def test_a_clock_put_back_and_forward():
    frame = hourly("2024-01-01", "2024-01-04")
    forward = frame.assign(time=frame["time"].where(frame.index < 30, frame["time"] + pd.Timedelta(minutes=20)))
    monitored = survey(forward, p="2024-01-01/2024-01-02")
    assert "clock jump" in found_kinds(monitored)
    assert any("put forward by 20 min" in one.note for one in monitored.findings)
    back = frame.assign(time=frame["time"].where(frame.index < 30, frame["time"] - pd.Timedelta(minutes=20)))
    monitored = survey(back, p="2024-01-01/2024-01-02")
    assert any("put back by 20 min" in one.note for one in monitored.findings)


def test_plots_need_matplotlib_and_draw_into_given_axes(monkeypatch):
    from matplotlib.figure import Figure

    from jcm_calc import plots

    monitored = survey(two_days(), p="2024-01-01/2024-01-02", methodology=None)
    axes = Figure().subplots()
    assert plots.readings(monitored, "S1", ax=axes) is axes
    assert axes.get_legend() is None  # there is nothing to be marked
    nothing = survey(two_days(kWh=0.0), p="2024-01-01/2024-01-02", methodology=None)
    assert [text.get_text() for text in plots.readings(nothing, "S1", ax=Figure()).get_legend().get_texts()] == [
        "stuck"
    ]
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match="pip install"):
        plots.readings(monitored, "S1")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_shows_what_is_being_done_and_a_pipe_nothing(monkeypatch, terminal):
    class Stream(io.StringIO):
        def isatty(self):
            return terminal

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Stream())
    with stages() as progress:
        progress("reading and adding up")
    assert ("reading and adding up" in sys.stderr.getvalue()) == terminal
