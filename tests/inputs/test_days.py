"""Every argument that takes a day, or periods, in every type, and what is refused by the argument's own name."""

import datetime
import itertools
import warnings
from datetime import date

import filling
import numpy as np
import pandas as pd
import polars as pl
import pytest

import jcm_calc
from jcm_calc import InputError, InputWarning, calculate, methodology, scenarios
from jcm_calc.api.case_file import read_case
from jcm_calc.api.issuance.request import issuance_request
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.cells import days
from jcm_calc.inputs.confirmation.file import from_data
from jcm_calc.inputs.periods import Period, split_at_years
from jcm_calc.readings.periods import sheets_of
from jcm_calc.units.dates import day

DAY = date(2024, 1, 31)
FREEZER = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8}

# Types of a day

TYPES = {
    "ISO": "2024-01-31",
    "ISO and midnight": "2024-01-31T00:00",
    "spreadsheet": "2024-01-31 00:00:00",
    "named": "31/Jan/2024",
    "named in full": "31 January 2024",
    "date": DAY,
    "datetime": datetime.datetime(2024, 1, 31),
    "Timestamp": pd.Timestamp("2024-01-31"),
    "Timestamp with zone": pd.Timestamp("2024-01-31", tz="Asia/Jakarta"),
    "datetime64[D]": np.datetime64("2024-01-31"),
    "datetime64[ns]": np.datetime64("2024-01-31", "ns"),
    "0-d array": np.array("2024-01-31", dtype="datetime64[s]"),
    "Period": pd.Period("2024-01-31", freq="D"),
    "Series": pd.Series(pd.to_datetime(["2024-01-31"])).iloc[0],
    "polars": pl.Series([DAY])[0],
}


class Addressed:
    """An object at an address that ends in four digits, as those of a year."""

    def __repr__(self):
        return "<Addressed object at 0x7f85a12f2600>"


NOT_A_DAY = {
    "two ways": ("01/02/2024", "can be read in one way only"),
    "two ways with dots": ("1.2.2024", "can be read in one way only"),
    "two ways with year": ("31-01-24", "can be read in one way only"),
    "a number": (20240131, "not a date"),
    "an Excel number": (45322, "not a date"),
    "a float": (2024.5, "not a date"),
    "True": (True, "not a date"),
    "a year": ("2024", "not a date"),
    "a month": ("2024-01", "not a date"),
    "a month of NumPy": (np.datetime64("2024-01"), "not a date"),
    "a month of pandas": (pd.Period("2024-01", freq="M"), "not a date"),
    "a time": ("2024-01-31 05:00", "time of day"),
    "a datetime": (datetime.datetime(2024, 1, 31, 5), "time of day"),
    "a nanosecond": (pd.Timestamp("2024-01-31") + pd.Timedelta(1, "ns"), "time of day"),
    "no such day": ("2024-02-30", "no such day"),
    "Buddhist": ("2567-01-31", "write 2024 for 2567"),
    "Buddhist in words": ("31/Jan/2567", "write 2024 for 2567"),
    "Buddhist two ways": ("31/01/2567", "write 2024 for 2567"),
    "Buddhist date": (date(2567, 1, 31), "write 2024 for 2567"),
    "Reiwa": ("令和6年1月31日", "write 2024 for 令和6"),
    "first year of Reiwa": ("令和元年5月1日", "write 2019 for 令和元"),
    "Heisei": ("平成３０年１月３１日", "write 2018 for 平成30"),
    "Showa": ("S64.1.7", "write 1989 for S64"),
    "full width": ("２０２４-０１-３１", "full-width"),
    "an object": (object(), "not a date"),
    "an object at 2600": (Addressed(), "not a date"),
    "bytes": (b"2024-01-31", "not a date"),
}


def of_calculate(given):
    return calculate("ID_AM003", **FREEZER, version="1.0", on=given).call["on"]


def of_methodology(given):
    assert methodology("MN_AM001", on=given).number == "MN_AM001"
    return DAY


def of_scenarios(given):
    scenarios(
        "MN_AM001",
        {"ES": 100, "received": 90, "R_PJ": 0.2, "EF_grid": 1.0, "p": "2024"},
        {"R_RF": [0.3, 0.4]},
        on=given,
    )
    return DAY


def of_crediting(place):
    def read(given):
        bounds, problems = [None, None], []
        bounds[place] = given
        sheets_of("2024-01-31", tuple(bounds), problems)
        if problems:
            raise InputError("monitor", problems)
        return DAY

    return read


def of_project(key):
    def read(given):
        other = {"start": "2015-01-01", "end": "2040-12-31"}
        try:
            issuance_request(calculate("PW_AM001", EG=1.0, p="2024-01-31"), {}, project={**other, key: given})
        except InputError as error:
            problems = [problem for problem in error.problems if problem.subject == f"project[{key!r}]"]
            if problems:
                raise InputError("request", problems) from None
        return DAY

    return read


def of_evidence(given):
    m = methodology("PW_AM001")
    content = filling.filled(m)
    content["reader"]["date"] = given
    for _kind, item in filling.items(content):
        item.pop("date", None)
    return from_data(content, "e.toml", "0" * 64).entries[0].confirmation.day


def of_parameter(given):
    values, faults = days([given])
    if faults:
        raise InputError("t_on", [jcm_calc.base.problems.Problem("t_on", faults[0])])
    return date.fromordinal(int(values[0]))


ARGUMENTS = {
    "on": of_calculate,
    "on ": of_methodology,
    "crediting": of_crediting(0),
    "crediting ": of_crediting(1),
    "project['start']": of_project("start"),
    "project['end']": of_project("end"),
    "t_on": of_parameter,
    "[reader] date": of_evidence,
    "on  ": of_scenarios,
}


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize("kind", TYPES)
def test_every_argument_takes_every_type_of_a_day(argument, kind):
    assert ARGUMENTS[argument](TYPES[kind]) == DAY


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize("kind", NOT_A_DAY)
def test_every_argument_refuses_by_its_name_what_is_not_a_day(argument, kind):
    given, complaint = NOT_A_DAY[kind]
    with pytest.raises(InputError) as refused:
        ARGUMENTS[argument](given)
    assert f"{argument.strip()}: " in str(refused.value)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("key", ["submitted", "start", "end"])
@pytest.mark.parametrize("written", ["2024-01-31", "2024-01-31T00:00:00", '"2024-01-31"', '"31/Jan/2024"'])
def test_a_case_file_takes_days_as_dates_and_as_texts(key, written, tmp_path):
    inputs = "\n".join(f"{name} = {value!r}" for name, value in FREEZER.items())
    (tmp_path / "case.toml").write_text(f'methodology = "ID_AM003"\n[project]\n{key} = {written}\n[inputs]\n{inputs}\n')
    assert read_case(tmp_path / "case.toml").project[key] == DAY


@pytest.mark.parametrize("key", ["submitted", "start", "end"])
@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('"01/02/2024"', "one way only"),
        ("2024-01-31T05:00:00", "time of day"),
        ("20240131", "not a date"),
        ('"2567-01-31"', "write 2024 for 2567"),
        ("2567-01-31", "write 2024 for 2567"),
        ('"令和6年1月31日"', "write 2024 for 令和6"),
    ],
)
def test_a_case_file_refuses_by_key_what_is_not_a_day(key, written, complaint, tmp_path):
    inputs = "\n".join(f"{name} = {value!r}" for name, value in FREEZER.items())
    (tmp_path / "case.toml").write_text(f'methodology = "ID_AM003"\n[project]\n{key} = {written}\n[inputs]\n{inputs}\n')
    with pytest.raises(InputError) as refused:
        read_case(tmp_path / "case.toml")
    assert f"[project] {key}: " in str(refused.value)
    assert complaint in str(refused.value)


# Periods

MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
STARTS = [date(2024, month, 1) for month in range(1, 13)]
SEVERAL = {
    "texts": (MONTHS, MONTHS),
    "PeriodIndex": (pd.period_range("2024-01", periods=12, freq="M"), MONTHS),
    "MS": (pd.date_range("2024-01-01", periods=12, freq="MS"), MONTHS),
    "ME": (pd.date_range("2024-01-01", periods=12, freq="ME"), MONTHS),
    "one month": (pd.date_range("2024-01-01", periods=1, freq="MS"), MONTHS[:1]),
    "quarters": (pd.date_range("2024-01-01", periods=2, freq="QS"), ["2024-01-01/2024-03-31", "2024-04-01/2024-06-30"]),
    "years": (pd.date_range("2024-01-01", periods=2, freq="YS"), ["2024", "2025"]),
    "year ends": (pd.date_range("2024-01-01", periods=2, freq="YE"), ["2024", "2025"]),
    "starts of months": (STARTS, MONTHS),
    "starts as texts": ([str(start) for start in STARTS], MONTHS),
    "starts as a spreadsheet has them": ([f"{start} 00:00:00" for start in STARTS], MONTHS),
    "starts without freq": (pd.DatetimeIndex(list(STARTS)), MONTHS),
    "a Series": (pd.Series(pd.to_datetime(STARTS)), MONTHS),
    "an array": (np.array(STARTS, dtype="datetime64[D]"), MONTHS),
    "months of NumPy": (np.arange("2024-01", "2025-01", dtype="datetime64[M]"), MONTHS),
    "polars": (pl.Series(STARTS), MONTHS),
    "starts of years": ([date(2024, 1, 1), date(2025, 1, 1)], ["2024", "2025"]),
    "range": (range(2026, 2036), [str(year) for year in range(2026, 2036)]),
    "arange": (np.arange(2026, 2036), [str(year) for year in range(2026, 2036)]),
    "days in a row": (
        pd.date_range("2024-01-01", periods=2, freq="D"),
        ["2024-01-01/2024-01-01", "2024-01-02/2024-01-02"],
    ),
}


@pytest.mark.parametrize("kind", SEVERAL)
def test_periods_are_understood_in_every_type(kind):
    given, expected = SEVERAL[kind]
    assert [str(period) for period in named_periods(given).labels] == expected


TWELVE = {name: given for name, (given, expected) in SEVERAL.items() if expected == MONTHS}


@pytest.mark.parametrize("kind", TWELVE)
def test_a_calculation_takes_months_in_every_type_and_replays_them(kind):
    amounts = [float(number) for number in range(1, 13)]
    result = calculate("PW_AM001", EG=amounts, EF_RE=0.5, p=TWELVE[kind])
    assert [str(period) for period in result.inputs.periods] == MONTHS
    assert result.by_year()["RE"].tolist() == [39.0]
    assert [str(period) for period in jcm_calc.replay(result.manifest()).inputs.periods] == MONTHS


@pytest.mark.parametrize("kind", [kind for kind in TWELVE if kind not in ("ME", "polars")])
def test_rows_of_a_table_are_months_in_every_type(kind, tmp_path):
    table = pd.DataFrame({"p": TWELVE[kind], "EG": [float(number) for number in range(1, 13)]})
    result = calculate("PW_AM001", table, EF_RE=0.5)
    assert [str(period) for period in result.inputs.periods] == ["2024"]
    assert result.RE.magnitude == pytest.approx(39)
    table.to_csv(tmp_path / "months.csv", index=False)
    table.astype({"p": str}).to_excel(tmp_path / "months.xlsx", index=False)
    for name in ("months.csv", "months.xlsx"):
        assert calculate("PW_AM001", tmp_path / name, EF_RE=0.5).RE.magnitude == pytest.approx(39)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([date(2024, 1, 1), date(2024, 3, 1)], "dt.to_period('M')"),
        ([date(2024, 1, 1), date(2024, 4, 1)], "dt.to_period('M')"),
        ([date(2024, 1, 31), date(2024, 2, 29)], "dt.to_period('M')"),
        ([date(2024, 1, 15), date(2024, 2, 15)], "dt.to_period('M')"),
        (pd.date_range("2024-01-01", periods=40_000, freq="15min"), "jcm_calc.monitor sums readings"),
        (list(pd.date_range("2024-01-01", periods=40_000, freq="15min")), "jcm_calc.monitor sums readings"),
        (["2567", "2568"], "write 2024 for 2567"),
        (range(2567, 2570), "write 2024 for 2567"),
        (2567, "write 2024 for 2567"),
        ("2567-03", "write 2024 for 2567"),
        ("2567-01-01/2567-06-30", "write 2024 for 2567"),
        ((date(2567, 1, 1), date(2567, 6, 30)), "write 2024 for 2567"),
        ("令和6年", "write 2024 for 令和6"),
        ([], "got an empty list"),
    ],
)
def test_periods_that_are_not_clear_are_refused_in_a_line(given, complaint):
    with pytest.raises(InputError) as refused:
        calculate("PW_AM001", EG=1.0, p=given)
    (line,) = [problem for problem in refused.value.problems if problem.subject == "p"]
    assert complaint in line.complaint
    assert len(line.complaint) < 600


@pytest.mark.parametrize("year", [2442, 2644, 2023, 1066])
def test_years_that_are_not_buddhist_are_left_alone(year):
    assert day(f"{year}-01-31").year == year


@pytest.mark.parametrize("text", ["1403", "1445-09", "0113", "2204", "2204-01-01/2204-12-31", "1989-12-31/1990-03-31"])
def test_a_period_in_years_that_no_project_has_is_refused(text):
    with pytest.raises(ValueError, match="a year of another calendar"):
        Period.parse(text)


FREQUENCIES = [f"{n}{one}" for n in (1, 2, 3, 5) for one in ("D", "W", "W-WED", "MS", "ME", "QS", "QE-JAN", "YS", "YE")]


@pytest.mark.parametrize("freq", [*FREQUENCIES, "SMS", "2SMS"])
def test_periods_of_a_frequency_are_those_that_pandas_sums(freq):
    sums = pd.Series(1, pd.date_range("2010-01-01", "2050-12-31")).resample(freq).sum()
    found = named_periods(sums.index).labels
    assert len(found) == len(sums)
    assert [period.days for period in found[1:-1]] == sums.tolist()[1:-1]  # the ends of the days cut the others


@pytest.mark.parametrize("freq", ["BMS", "BME", "BYE", "SME", "WOM-1MON"])
def test_other_frequencies_are_not_guessed(freq):
    with pytest.raises(ValueError, match="write months as 2024-01"):
        named_periods(pd.date_range("2024-05-01", periods=3, freq=freq))


# A period over New Year

SEASON = "2023-09-15/2024-05-15"  # 108 days of 2023 and 136 of 2024
PARTS = ["2023-09-15/2023-12-31", "2024-01-01/2024-05-15"]


def season(*tables, **given):
    return calculate("PW_AM001", *tables, EF_RE=0.5, p=SEASON, **given)


def test_a_season_is_refused_at_once_with_the_split_to_write():
    with pytest.raises(InputError) as refused:
        season(EG=244.0)
    assert f"give the amounts of each year with p={PARTS}" in str(refused.value)
    assert season(EG=244.0, split="whole").RE.magnitude == 122


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")  # by_year repeats what was remarked on
def test_a_season_is_split_by_days_only_where_that_is_asked_for_and_said():
    with pytest.raises(InputError, match="got one amount for 2023-09-15/2024-05-15: give one for each of"):
        season(EG=244.0, split="years")
    with pytest.warns(InputWarning, match=r"p: EG_i,p of 2023-09-15/2024-05-15 was shared by days"):
        result = season(EG=244.0, split="days")
    assert result.by_year()["RE"].tolist() == pytest.approx([54.0, 68.0])
    assert any("shared by days" in str(warning) for warning in result.inputs.warnings)
    with pytest.warns(InputWarning, match="shared by days"):
        again = jcm_calc.replay(result.manifest())
    assert again.by_year()["RE"].tolist() == pytest.approx([54.0, 68.0])


@pytest.mark.parametrize("split", ["years", "days"])
def test_rows_within_the_years_are_summed_as_they_are(split):
    rows = pd.DataFrame(
        {"p": ["2023-09-15/2023-10-31", "2023-11-01/2023-12-31", "2024-01-01/2024-05-15"], "EG": [10.0, 20.0, 70.0]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", InputWarning)
        result = season(rows, split=split)
    assert [str(period) for period in result.inputs.periods] == PARTS
    assert result.by_year()["RE"].tolist() == [15.0, 35.0]


def test_amounts_of_each_part_are_taken_as_they_are():
    assert season(EG=[[30.0, 70.0]], split="years").by_year()["RE"].tolist() == [15.0, 35.0]


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_units_and_values_that_are_not_amounts_are_split_too():
    units = pd.DataFrame({"i": ["a", "b"], "p": SEASON, "EG": [244.0, 488.0]})
    result = calculate("PW_AM001", units, EF_RE=0.5, split="days")
    assert result.table("ip")["EG [MWh]"].tolist() == pytest.approx([108, 136, 216, 272])
    listed = calculate("PW_AM001", EG=[[244.0], [488.0]], EF_RE=0.5, p=[SEASON], split="days")
    assert listed.by_year()["RE"].tolist() == pytest.approx([162.0, 204.0])


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
@pytest.mark.parametrize("written", ["years", "days", "whole"])
def test_a_case_file_says_how_a_season_is_split(written, tmp_path):
    amount = "[[30.0, 70.0]]" if written == "years" else "244.0"
    content = f'methodology = "PW_AM001"\np = "{SEASON}"\nsplit = "{written}"\n[inputs]\nEF_RE = 0.5\nEG = {amount}\n'
    (tmp_path / "case.toml").write_text(content)
    result = read_case(tmp_path / "case.toml").calculate()
    assert len(result.inputs.periods) == (1 if written == "whole" else 2)


def test_an_unknown_way_to_split_is_refused():
    with pytest.raises(InputError, match="split: got 'months'; must be one of refuse, years, days, whole"):
        season(EG=244.0, split="months")


def test_the_parts_of_a_period_are_its_days():
    for first, length in itertools.product(
        (date(2019, 7, 13), date(2020, 12, 31), date(2021, 1, 1)), (0, 1, 400, 1500)
    ):
        period = Period.of(first, first + datetime.timedelta(length))
        parts = list(split_at_years(period))
        assert sum(part.days for part in parts) == period.days
        assert [part.year for part in parts] == list(range(first.year, period.last.year + 1))
