"""Values of a plan that would change an amount in silence: signs, ranges, columns, keys that take no part."""

import math
from datetime import date, datetime

import pandas as pd
import pytest
from readings.test_monitoring import COLD_STORE, problems
from readings.test_reading_forms import HOURLY, HOURS, monitor
from readings.test_refused_readings import METER, READINGS, SOURCE

import jcm_calc
from jcm_calc.readings import plan_file, rule_sets
from jcm_calc.readings.plan_file import read_plan


def told_of(readings=None, **meter):
    """Return what is said of a plan with one meter and one source."""
    return "\n".join(problems(read_plan, {"S1": METER | meter}, READINGS | (readings or {})))


def of_source(**source):
    return told_of({"sources": [SOURCE | source]})


def refused(source, others):
    """Return what is said of one source, with other meters beside M."""
    plan = {"M": {"parameter": "E", "unit": "kWh"}, **others}
    readings = {"timezone": "Asia/Jakarta", "sources": [source]}
    return problems(jcm_calc.monitor, plan, readings, p="2024-01-01/2024-01-07")


# Signs of numbers


@pytest.mark.parametrize("key", ["decimal", "thousands"])
@pytest.mark.parametrize("wrong", ["0", "٣", "xx", "", "-", "+", "−", "e", "日", 5])
def test_a_sign_of_numbers_is_one_that_numbers_do_not_hold(key, wrong):
    assert f"[[readings.sources]] no. 1, {key}: got {wrong!r}; must be" in of_source(**{key: wrong})


@pytest.mark.parametrize("stated", [{"thousands": "."}, {"thousands": ",", "decimal": ","}])
def test_thousands_and_decimals_have_signs_of_their_own(stated):
    assert "thousands: got" in of_source(**stated)
    assert "for thousands and decimals; must differ" in of_source(**stated)


@pytest.mark.parametrize("sign", [" ", "\u00a0", "\u202f", "'", "’", ",", "_"])
def test_signs_between_thousands(sign):
    frame = pd.DataFrame({"time": HOURS.astype(str), "kWh": f"1{sign}234.5"})
    assert monitor({**HOURLY, "frame": frame, "thousands": sign}).read["M"][0] == pytest.approx(168 * 1234.5)


@pytest.mark.parametrize("wrong", ["1", "a", '"', "\n", "ab"])
def test_a_delimiter_is_no_part_of_a_cell(wrong):
    assert "delimiter: got" in of_source(delimiter=wrong)


# Ranges

# What a key accepts tells of which kind it is; all of that kind must refuse what lies far outside.
DATES = (date(1899, 12, 31), date(2200, 1, 1), datetime(1, 1, 1))
KINDS = [
    (1, (-1000, 10**30, math.inf, True)),
    (20, (-1000, 10**30, math.inf, True)),
    (0.5, (-1000.0, 1e300, math.nan)),
    ("1 %", ("-101 %", "101 %", "1000 %", "x %")),
    ("1 h", ("-1 h", "1 xx")),
    ("3 years", ("-1 years", "3 yeers")),
    ("25 kW", ("-5 kW", "xx", "-1")),
    (date(2024, 5, 17), DATES),
    (datetime(2024, 5, 17, 12), DATES),
]
TABLES = {
    "meter": plan_file.METER,
    "multiplier": plan_file.MULTIPLIER,
    "calibrations": plan_file.CALIBRATION,
    "replaced": plan_file.REPLACED,
    "sources": plan_file.SOURCE,
    "step_changes": plan_file.STEP_CHANGE,
    "treatments": plan_file.TREATMENT,
    "stops": plan_file.STOP,
    "checks": plan_file.CHECK,
    "limits": rule_sets.LIMITS,
    "rule": rule_sets.RULE,
}
KEYS = [(table, key) for table, fields in TABLES.items() for key in fields]


def accepts(field, given):
    try:
        field.check(given)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_number_and_date_has_a_range(table, key):
    field = TABLES[table][key]
    any_text = accepts(field, "any text")
    for right, wrong in KINDS:
        if accepts(field, right) and not (any_text and isinstance(right, str)):
            assert [one for one in wrong if accepts(field, one)] == []


def test_the_keys_with_a_range_are_these():
    """A key that is added with a number or a date comes under the test above; here are those that it looked at."""
    ranged = {key for table, key in KEYS for right, _ in KINDS if accepts(TABLES[table][key], right)}
    free = {key for table, key in KEYS if accepts(TABLES[table][key], "any text")}
    assert {
        "maximum_permissible_error",
        "calibration_interval",
        "rollover",
        "latitude",
        "rated",
        "multiplier",
    } <= ranged
    assert {"found", "on", "at", "final", "initial", "installed", "removed", "tolerance", "certainty"} <= ranged
    assert {"step", "longest", "footer", "units_row", "header_row", "from", "to", *rule_sets.LIMITS} <= ranged
    assert not free & {"rated", "tolerance"}


@pytest.mark.parametrize(
    ("meter", "complaint"),
    [
        ({"maximum_permissible_error": "-0.5 %"}, "maximum_permissible_error: got '-0.5 %'; must be 0 % to 100 %"),
        ({"latitude": 200}, "[meters.S1] latitude: got 200; must be degrees from -90 to 90"),
        ({"rated": "-5 kW"}, "[meters.S1] rated: got '-5 kW'; must be a power above 0"),
        ({"rated": "5"}, "[meters.S1] rated: got '5'; must be a power above 0 with its unit"),
        ({"multiplier": 0}, "[meters.S1] multiplier: got 0; must be a number above 0"),
        ({"multiplier": [{"value": -2}]}, "multiplier no. 1, value: got -2; must be a number above 0"),
        ({"calibration_interval": "0 months"}, "calibration_interval: got '0 months'; must be"),
        (
            {"installed": date(2024, 5, 2), "removed": date(2024, 5, 1)},
            "[meters.S1] removed: got 2024-05-01; must be later than installed, 2024-05-02",
        ),
        (
            {"installed": date(2024, 5, 2), "replaced": [{"at": date(2024, 5, 1)}]},
            "replaced no. 1, at: got 2024-05-01; must lie between installed and removed",
        ),
        (
            {"removed": date(2024, 5, 1), "replaced": [{"at": date(2024, 5, 1)}]},
            "replaced no. 1, at: got 2024-05-01; must lie between installed and removed",
        ),
        (
            {"rollover": 1000, "replaced": [{"at": date(2024, 5, 1), "final": 1001}]},
            "replaced no. 1, final: got 1001; must not be above rollover, 1000",
        ),
    ],
)
def test_ranges_and_relations_of_a_meter(meter, complaint):
    assert complaint in told_of(**meter)


@pytest.mark.parametrize(
    ("limit", "complaint"),
    [
        ({"above_usual": -1}, "above_usual: got -1; must be at least 1"),
        ({"above_rated": 0.5}, "above_rated: got 0.5; must be at least 1"),
        ({"largest_error": 5}, "largest_error: got 5; must be at most 1"),
        ({"slip": 1}, "slip: got 1; must be at least 2"),
        ({"jitter": "2 d"}, "jitter: got '2 d'; must be at most 24 h"),
        ({"slip": True}, "slip: got True; must be at least 2"),
    ],
)
def test_ranges_of_limits(limit, complaint):
    assert complaint in told_of({"limits": limit})


# Columns and files that would count twice

TWO = pd.DataFrame({"time": HOURS.astype(str), "kWh": 1.5, "flag": "A", "name": "M"})
TWICE = "is named more than once"


@pytest.mark.parametrize(
    "source",
    [
        {"columns": {"M": ["kWh", "kWh"]}},
        {"columns": {"M": ["kWh", 2]}},
        {"columns": {"M": "time"}},
        {"factor": "kWh"},
        {"unused": "kWh"},
        {"time": ["time", "time"]},
        {"quality": "kWh", "flags": {"1.5": "measured"}},
        {"meter": "kWh", "value": "kWh"},
        {"columns": {"M": "kWh", "N": "kWh"}},
    ],
)
def test_a_column_is_named_once(source):
    given = {**HOURLY, "frame": TWO} | source
    if "meter" in source:
        del given["columns"]
    told = refused(given, others={"N": METER} if "N" in source.get("columns", {}) else {})
    assert any(TWICE in one for one in told)


def test_the_rows_of_a_column_are_chosen_by_what_stands_in_it():
    assert monitor({**HOURLY, "frame": TWO, "only": {"name": "M"}}).read["M"][0] == pytest.approx(168 * 1.5)


@pytest.mark.parametrize("more", [{}, {"unit": "kWh"}, {"columns": {"N": "kWh"}}])
def test_two_sources_do_not_read_the_same_rows(tmp_path, more):
    TWO.to_csv(tmp_path / "a.csv", index=False)
    source = {**HOURLY, "files": "a.csv"}
    plan = {"M": METER, "N": METER}
    told = problems(read_plan, plan, {"timezone": "Asia/Jakarta", "sources": [source, source | more]}, tmp_path)
    name = "[[readings.sources]] no. 2"
    assert told == [f"{name}: reads the column 'kWh' of a.csv, as no. 1 does: must be read once"]
    for other in ({"only": {"name": "N"}}, {"header_row": 90}, {"columns": {"N": "flag"}}):
        read_plan(plan, {"timezone": "Asia/Jakarta", "sources": [source, source | other]}, tmp_path)


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    TWO.to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "x").mkdir()
    plan = read_plan({"M": METER}, {**READINGS, "sources": [{**HOURLY, "files": ["a.csv", "x/../a.csv"]}]}, tmp_path)
    assert plan.readings[0].files == (tmp_path / "a.csv",)


def test_a_check_names_a_meter_once():
    for sides in ({"left": ["S1", "S1"], "value": "1 kWh"}, {"left": "S1", "right": "S1"}):
        assert "names a meter more than once" in told_of({"checks": [{**sides, "tolerance": "1 %"}]})


def test_the_row_of_units_is_not_that_of_the_headings():
    assert "units_row: got 2, the line of the headings" in of_source(header_row=2, units_row=2)


# Keys that take no part

NO_PART = "takes no part in"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ({"value": "nonsense"}, "value: belongs to a table with a column meter"),
        ({"step": "1 h"}, "step: belongs to the kinds 'interval' and 'power'"),
        ({"step_changes": []}, "step_changes: belongs to the kinds 'interval' and 'power'"),
        ({"kind": "samples", "longest": "1 h", "step_changes": []}, "step_changes: belongs to"),
        ({"kind": "total", "until": "to", "stamp": "end"}, "stamp: a total has a first and a last day"),
        ({"kind": "total", "until": "to", "midnight": "end"}, "midnight: its days have no midnight"),
        *(({key: "x"}, f"{key}: {NO_PART}") for key in ("sheet", "encoding", "skip")),
        *(({key: 1}, f"{key}: {NO_PART}") for key in ("header_row", "units_row", "footer")),
        ({"delimiter": ";"}, f"delimiter: {NO_PART}"),
    ],
)
def test_a_key_of_a_source_that_takes_no_part_is_refused(source, complaint):
    assert f"[[readings.sources]] no. 1, {complaint}" in of_source(**source)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("a.csv", ["sheet"]),
        ("a.csv.gz", ["sheet"]),
        ("a.xlsx", ["delimiter", "encoding"]),
        ("a.parquet", ["delimiter", "encoding", "footer", "header_row", "sheet", "skip", "units_row"]),
        ("a.zip", []),
    ],
)
def test_a_key_that_the_form_of_a_file_does_not_have_is_refused(tmp_path, name, keys):
    (tmp_path / name).touch()
    given = {
        "sheet": "1",
        "delimiter": ";",
        "encoding": "cp932",
        "header_row": 2,
        "units_row": 3,
        "footer": 1,
        "skip": 1,
    }
    source = {**HOURLY, "files": name, "columns": {"S1": "kWh"}, **given}
    told = [] if not keys else problems(read_plan, {"S1": METER}, {**READINGS, "sources": [source]}, tmp_path)
    assert sorted(one.split(": ")[0].rsplit(" ")[-1] for one in told if NO_PART in one) == keys
    if not keys:
        read_plan({"S1": METER}, {**READINGS, "sources": [source]}, tmp_path)


@pytest.mark.parametrize(
    ("readings", "complaint"),
    [
        ({"treatments": [{"finding": "gap", "treatment": "comparable period", "value": "1 kWh"}]}, f"value: {NO_PART}"),
        ({"treatments": [{"finding": "gap", "treatment": "count as zero", "factor": 2}]}, f"factor: {NO_PART}"),
        ({"checks": [{"kind": "rated power × hours", "left": "S1", "value": "1 kWh"}]}, f"value: {NO_PART}"),
        ({"checks": [{"kind": "rated power × hours", "left": "S1", "right": "S1"}]}, f"right: {NO_PART}"),
    ],
)
def test_a_key_of_a_choice_that_takes_no_part_is_refused(readings, complaint):
    assert complaint in told_of(readings)


@pytest.mark.parametrize("meter", [{"rollover": 1000}, {"replaced": [{"at": date(2024, 1, 3), "final": 5}]}])
def test_what_a_register_shows_belongs_to_a_register(meter):
    told = told_of({"sources": [{**HOURLY, "frame": None, "columns": {"S1": "kWh"}}]}, **meter)
    assert "[meters.S1]: rollover, final and initial belong to the kind 'register', and only there" in told
    read_plan({"S1": METER | meter}, READINGS)


# Sentences


def hourly_told(cells, **meter):
    frame = TWO.assign(kWh=[*cells, *[1.5] * (168 - len(cells))]).astype({"kWh": str})
    return refused({**HOURLY, "frame": frame}, {"N": METER | meter} if meter else {})[0]


def test_one_cell_is_and_several_are():
    assert "'x' (row 0, counted from 0) is not a number as stated" in hourly_told(["x"])
    assert "'y' (row 1, counted from 0) are not numbers as stated" in hourly_told(["x", "y"])
    times = TWO.assign(time=["on", *TWO["time"][1:]])
    assert "is not a time of the form" in refused({**HOURLY, "frame": times}, {})[0]
    assert "and 165 more are not times of the form" in refused({**HOURLY, "frame": TWO.assign(time="on")}, {})[0]


NUMBERS = TWO.assign(time=HOURS)
GIVEN = {"p": "2024-01-01/2024-01-07", "methodology": "ID_AM003", **COLD_STORE}


@pytest.mark.parametrize(
    ("meter", "source", "complaint"),
    [
        (
            {"rated": "5 kWh"},
            {},
            "[meters.S1] rated: got '5 kWh'; must be a power such as",
        ),
        ({"unit": "xx"}, {}, "[meters.S1] unit: unknown unit 'xx': xx is not defined"),
        ({"unit": ""}, {"unit": "xx"}, "[[readings.sources]] unit: unknown unit 'xx': xx is not defined"),
        ({}, {"kind": "power"}, "[meters.S1] unit: got 'kWh'; must be a unit of power, of which an hour gives MWh"),
        ({"labels": {}}, {}, "[meters.S1] labels: missing: labels of i"),
        ({"labels": {"k": 1}}, {}, "[meters.S1] labels: got labels of k; must be labels of i"),
        ({}, {"unused": ["yy", "yy"]}, "the DataFrame: has no column 'yy'"),
    ],
)
def test_a_complaint_says_once_what_was_typed_and_where(meter, source, complaint):
    source = {**HOURLY, "frame": NUMBERS, "columns": {"S1": "kWh"}, **source}
    readings = {"timezone": "Asia/Jakarta", "sources": [source]}
    told = problems(jcm_calc.monitor, {"S1": METER | meter}, readings, **GIVEN)
    assert [one.startswith(complaint) for one in told] == [True]
