"""What loggers and portals do with lines, columns, days, steps and flags, each in many forms."""

import gzip
import itertools
import zipfile
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc.base.problems import InputError

HOURS = pd.date_range("2024-01-01", periods=168, freq="h")
AMOUNTS = np.random.default_rng(7).integers(100, 999, 168) / 100
HOURLY = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"M": "kWh"}}


def monitor(source, p="2024-01-01/2024-01-07", meter=None, zone="Asia/Jakarta", folder=".", **readings):
    plan = {"M": {"parameter": "E", "unit": "kWh", **(meter or {})}}
    return jcm_calc.monitor(plan, {"timezone": zone, "sources": [source], **readings}, p=p, folder=folder)


def refused(*arguments, **keywords):
    with pytest.raises(InputError) as raised:
        monitor(*arguments, **keywords)
    return [str(problem) for problem in raised.value.problems]


def rows():
    return [f"{moment:%Y-%m-%d %H:%M},{amount}" for moment, amount in zip(HOURS, AMOUNTS, strict=True)]


def written(folder, lines, name="a.csv"):
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return {**HOURLY, "files": name}


def kinds(monitored):
    return [one.kind for one in monitored.findings]


# Lines


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('2024-01-03 00:00,"1.5', "a quote is opened and not closed"),
        ('"2024-01-03 00:00,1.5', "a quote is opened and not closed"),
        ("2024-01-03 00:00", "fewer cells than headings (2)"),
        ("2024-01-03 00:00,1.5,7", "more cells than headings (2)"),
        ("2024-01-03 00:00,1.5,,x", "more cells than headings (2)"),
        ("End of report", "fewer cells than headings (2)"),
        ("time,kWh", "the headings come again"),
        ("Total,168", "'Total' (line 51) is not a time"),
        (",168", "1 reading has no time: line 51"),
        ("2024-01-03 00:00,n/a", "'n/a' (line 51) is not a number"),
        ("#2024-01-03 00:00,1.5", "'#2024-01-03 00:00' (line 51) is not a time"),
        ("2024-01-03 00:00;1.5", "fewer cells than headings (2)"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path, line, told):
    lines = ["time,kWh", *rows()]
    source = written(tmp_path, [*lines[:50], line, *lines[50:]])
    complaint = refused(source, folder=tmp_path)[0]
    assert "line 51" in complaint
    assert told in complaint
    # and is left out where that is stated
    skipped = monitor({**source, "skip": [51]}, folder=tmp_path)
    assert skipped.amounts["M"][0] == pytest.approx(AMOUNTS.sum())
    assert skipped.files[0].skipped == 1


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|", " "])
def test_every_line_is_accounted_for(tmp_path, sign, quote, ending):
    def line(*cells):
        return sign.join(f"{quote}{cell}{quote}" for cell in cells)

    body = [line(f"{moment:%Y-%m-%dT%H:%M}", amount, "a") for moment, amount in zip(HOURS, AMOUNTS, strict=True)]
    lines = [
        "made by a logger",
        "",
        line("time", "kWh", "note"),
        *body[:9],
        "",
        sign * 2,
        *body[9:],
        "",
        "3 pages",
        "end",
    ]
    (tmp_path / "a.csv").write_bytes(("\ufeff" + ending.join(lines)).encode())
    stated = {"delimiter": sign, "header_row": 3, "footer": 2, "files": "a.csv"}
    monitored = monitor({**HOURLY, **stated}, folder=tmp_path)
    (file,) = monitored.files
    assert (file.rows, file.skipped, file.blank) == (168, 3, 4)
    assert file.rows + file.skipped + file.blank + 1 == len(lines)
    assert monitored.amounts["M"][0] == pytest.approx(AMOUNTS.sum())
    assert not monitored.findings


def test_cells_hold_signs_and_quotes(tmp_path):
    lines = ["time,note,kWh"]
    notes = ['"a, b"', '"say ""x"", y"', '5" pipe', "it's", '="123"', ' "a" ', "", '""', '","']
    for number, row in enumerate(rows()):
        moment, amount = row.split(",")
        lines.append(f"{moment},{notes[number % len(notes)]},{amount}")
    assert monitor(written(tmp_path, lines), folder=tmp_path).amounts["M"][0] == pytest.approx(AMOUNTS.sum())


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".tsv"])
def test_a_packed_file_is_read_as_the_file_inside(tmp_path, suffix):
    sign = "\t" if suffix == ".tsv" else ","
    text = "\n".join(["time,kWh", *rows()]).replace(",", sign).encode()
    (tmp_path / f"a{suffix}.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr(f"inner/a{suffix}", text)
    for name in (f"a{suffix}.gz", "b.zip"):
        monitored = monitor({**HOURLY, "files": name, "delimiter": sign}, folder=tmp_path)
        assert monitored.amounts["M"][0] == pytest.approx(AMOUNTS.sum())
        assert monitored.files[0].name == name


def test_a_packed_file_holds_one_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    assert "must hold one file, got a.csv, b.csv" in refused({**HOURLY, "files": "b.zip"}, folder=tmp_path)[0]


def test_rows_of_other_meters_are_left_out_where_that_is_stated(tmp_path):
    lines = ["time,sensor,kWh"]
    for moment, amount in zip(HOURS, AMOUNTS, strict=True):
        lines += [f"{moment:%Y-%m-%d %H:%M},a,{amount}", f"{moment:%Y-%m-%d %H:%M},b,99.5"]
    long = {**written(tmp_path, lines), "meter": "sensor", "value": "kWh"}
    del long["columns"]
    plan = {"a": {"parameter": "E", "unit": "kWh"}}
    sources = {"timezone": "Asia/Jakarta", "sources": [{**long, "only": {"sensor": "a"}}]}
    monitored = jcm_calc.monitor(plan, sources, p="2024-01-01/2024-01-07", folder=tmp_path)
    assert monitored.amounts["a"][0] == pytest.approx(AMOUNTS.sum())
    assert (monitored.files[0].rows, monitored.files[0].skipped) == (168, 168)
    wide = monitor({**written(tmp_path, lines), "only": {2: ["a"]}}, folder=tmp_path)
    assert wide.amounts["M"] == monitored.amounts["a"]
    assert "'sensor' holds no 'c'" in refused({**written(tmp_path, lines), "only": {2: ["a", "c"]}}, folder=tmp_path)[0]


# Tables of other libraries


def frames():
    frame = pd.DataFrame({"time": HOURS, "kWh": AMOUNTS})
    yield "pandas", frame
    yield "times in the index", frame.set_index("time")
    yield "an index without a name", frame.set_index(pd.DatetimeIndex(HOURS)).drop(columns="time")
    yield "polars", pytest.importorskip("polars").from_pandas(frame)
    yield "Arrow", pytest.importorskip("pyarrow").Table.from_pandas(frame)
    yield "periods", frame.assign(time=HOURS.to_period("h"))
    yield "texts", frame.astype(str)
    yield "categories", frame.assign(time=frame["time"].astype(str).astype("category"))


@pytest.mark.parametrize("place", range(8))
def test_tables_of_other_libraries(place):
    _name, frame = list(frames())[place]
    monitored = monitor({**HOURLY, "frame": frame})
    assert monitored.amounts["M"][0] == pytest.approx(AMOUNTS.sum())
    assert not monitored.findings


# Headings


@pytest.mark.parametrize(
    "bracket", ["A+", "Total", "A", "L1", "Dutch Users: Low Tariff", "import", "1-0:1.8.0", "Σ", ""]
)
def test_what_stands_in_brackets_and_is_no_unit_says_nothing(bracket):
    heading = f"Energy ({bracket})"
    frame = pd.DataFrame({"time": HOURS, heading: AMOUNTS})
    monitored = monitor({**HOURLY, "frame": frame, "columns": {"M": heading}})
    assert monitored.amounts["M"][0] == pytest.approx(AMOUNTS.sum())


@pytest.mark.parametrize("bracket", ["Wh", "MWh", "MWH", "GJ", "m3", "kW", "kg", "degC", "kVAh", "WH"])
def test_another_unit_in_brackets_contradicts_the_one_that_is_stated(bracket):
    heading = f"Energy ({bracket})"
    frame = pd.DataFrame({"time": HOURS, heading: AMOUNTS})
    (told,) = refused({**HOURLY, "frame": frame, "columns": {"M": heading}})
    assert f"its unit is stated differently: {bracket}, kWh" in told


@pytest.mark.parametrize("headings", [("kWh", "kWh"), ("KWH", "kWh"), ("kWh", " kWh "), ("kWh [a]", "kWh [b]")])
def test_headings_that_may_be_meant_twice_are_refused_with_their_numbers(tmp_path, headings):
    lines = [f"time,{headings[0]},{headings[1]}", *(f"{row},0" for row in rows())]
    source = written(tmp_path, lines)
    (told,) = refused(source, folder=tmp_path)
    assert "(2)" in told
    assert "(3)" in told
    monitored = monitor({**source, "columns": {"M": 2}, "unit": "kWh"}, folder=tmp_path)
    assert monitored.amounts["M"][0] == pytest.approx(AMOUNTS.sum())


def test_a_dataframe_with_two_columns_of_one_name():
    frame = pd.DataFrame(np.array([AMOUNTS, AMOUNTS]).T, columns=["kWh", "kWh"]).assign(time=HOURS)
    assert "may be any of the columns 'kWh' (1), 'kWh' (2)" in refused({**HOURLY, "frame": frame})[0]


# Numbers


@pytest.mark.parametrize(
    ("cells", "ambiguous"),
    [
        (["1.400", "950", "1.450"], True),
        (["1.400", "2.375", "9.999"], True),
        (["-1.400", "+2.375"], True),
        (["0.400", "1.375"], False),
        (["1.400", "1.37"], False),
        (["1234.567", "1.375"], False),
        (["1.4000", "1.375"], False),
        ([".375", "1.375"], False),
        (["1400", "950"], False),
    ],
)
def test_a_dot_that_may_divide_thousands_is_refused_unless_stated(cells, ambiguous):
    cells = list(itertools.islice(itertools.cycle(cells), 168))
    source = {**HOURLY, "frame": pd.DataFrame({"time": HOURS.astype(str), "kWh": cells})}
    if ambiguous:
        assert "can be read in two ways" in refused(source)[0]
        thousands = monitor({**source, "thousands": ".", "decimal": ","}).read["M"][0]
        assert thousands == pytest.approx(sum(float(cell.replace(".", "")) for cell in cells))
    assert monitor({**source, "decimal": "."}).read["M"][0] == pytest.approx(sum(map(float, cells)))


# Days and months

ZONES = [
    *["America/Santiago", "Africa/Cairo", "Europe/Berlin", "Atlantic/Azores", "Australia/Lord_Howe", "Asia/Beirut"],
    *[
        "America/New_York",
        "Asia/Jakarta",
        "America/Sao_Paulo",
        "Pacific/Chatham",
        "America/Havana",
        "Africa/Casablanca",
    ],
]
DAYS = [date(2018, 1, 1) + timedelta(days=number) for number in range(365)]
OF_DAYS = np.random.default_rng(3).integers(1000, 3000, 365) / 10


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", ["interval", "power", "start", "end", "total", "instants"])
def test_days_are_as_long_as_their_zone_has_them(zone, kind):
    frame = pd.DataFrame({"day": [str(day) for day in DAYS], "kWh": OF_DAYS})
    source = {"frame": frame, "time": "day", "columns": {"M": "kWh"}, "kind": kind}
    expected = OF_DAYS.sum()
    if kind in ("interval", "power", "instants"):
        source |= {"kind": "interval", "step": "1 d", "stamp": "start"}
    if kind == "instants":
        begun = [datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in DAYS]
        source["frame"] = frame.assign(day=[moment.isoformat(sep=" ") for moment in begun])
        source["clock"] = "stated"
    if kind == "power":
        lengths = [(midnight(day + timedelta(days=1), zone) - midnight(day, zone)) / timedelta(hours=1) for day in DAYS]
        source["kind"], expected = "power", float((OF_DAYS * lengths).sum())
    if kind in ("start", "end"):
        first = DAYS[0] if kind == "start" else DAYS[0] - timedelta(days=1)
        days = [str(first + timedelta(days=number)) for number in range(366)]
        shown = np.concatenate([[0.0], np.cumsum(OF_DAYS)])
        source |= {"kind": "register", "stamp": kind, "frame": pd.DataFrame({"day": days, "kWh": shown})}
    if kind == "total":
        source["until"] = "day"
    unit = {"unit": "kW"} if kind == "power" else {}
    monitored = monitor(source, p="2018", zone=zone, meter=unit, limits={"above_usual": 100.0})
    assert monitored.amounts["M"][0] == pytest.approx(expected)
    assert kinds(monitored) == []


def midnight(day, zone):
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "America/Santiago"])
@pytest.mark.parametrize("form", ["2024-{:02}", "2024/{}"])
def test_months_are_whole(zone, form):
    amounts = [*range(700, 1900, 200), *range(1800, 600, -200)]  # what only rises could be a register
    frame = pd.DataFrame({"month": [form.format(month) for month in range(1, 13)], "kWh": amounts})
    source = {"frame": frame, "kind": "total", "time": "month", "until": "month", "columns": {"M": "kWh"}}
    monitored = monitor(source, p="2024", zone=zone)
    assert monitored.amounts["M"][0] == sum(range(700, 1900, 100))
    assert not monitored.findings


def test_a_last_day_that_is_the_first_of_the_next_is_asked_about():
    frame = pd.DataFrame({"a": ["2024-01-01", "2024-02-01"], "b": ["2024-02-01", "2024-03-01"], "kWh": [31.0, 29.0]})
    source = {"frame": frame, "kind": "total", "time": "a", "until": "b", "columns": {"M": "kWh"}}
    assert "last_day = 'excluded'" in refused(source, p="2024-01-01/2024-02-29")[0]
    monitored = monitor({**source, "last_day": "excluded"}, p="2024-01-01/2024-02-29")
    assert monitored.amounts["M"][0] == 60
    assert not monitored.findings


# Steps


@pytest.mark.parametrize("kind", ["interval", "power"])
@pytest.mark.parametrize(("stated", "real"), [("30 min", 15), ("15 min", 30), ("1 h", 5), ("5 min", 60), ("1 h", 61)])
def test_a_wrong_step_is_one_finding_that_nothing_but_the_plan_can_mend(kind, stated, real):
    times = pd.date_range("2024-01-01", "2024-01-08", freq=f"{real}min", inclusive="left")
    frame = pd.DataFrame({"time": times, "kWh": np.random.default_rng(1).random(len(times)) + 1})
    source = {**HOURLY, "frame": frame, "kind": kind, "step": stated}
    monitored = monitor(source, meter={"unit": "kW" if kind == "power" else "kWh"})
    wrong = [one for one in monitored.findings if one.kind == "step"]
    assert len(wrong) == 1
    assert len(monitored.open) <= 3
    assert f"the step says {stated}" in wrong[0].note
    assert not monitored.plan.rules.treatments.get("step")


@pytest.mark.parametrize("stamp", ["start", "end"])
def test_a_step_that_changes_is_stated_from_a_time_on(stamp):
    change = pd.Timestamp("2024-01-04")
    times = [
        *pd.date_range("2024-01-01", change, freq="h", inclusive="left"),
        *pd.date_range(change, "2024-01-08", freq="15min", inclusive="left"),
    ]
    lengths = np.array([1.0 if time < change else 0.25 for time in times])
    power = np.random.default_rng(2).integers(10, 90, len(times)) / 10
    shift = pd.to_timedelta(lengths if stamp == "end" else 0 * lengths, unit="h")
    frame = pd.DataFrame({"time": pd.DatetimeIndex(times) + shift, "kWh": power})
    source = {**HOURLY, "frame": frame, "kind": "power", "stamp": stamp}
    asked = [one for one in monitor(source, meter={"unit": "kW"}).open if one.kind == "step"]
    assert [f"{one.note[:37]}" for one in asked] == ["readings come every 15 min, the step "]
    told = {"step_changes": [{"from": date(2024, 1, 4), "step": "15 min"}]}
    monitored = monitor({**source, **told}, meter={"unit": "kW"})
    assert monitored.amounts["M"][0] == pytest.approx((power * lengths).sum())
    assert not monitored.findings


def test_stamps_that_miss_their_step_by_seconds_are_tolerated_as_stated():
    late = pd.to_timedelta(np.random.default_rng(5).integers(0, 9, 2016), unit="s")
    times = pd.date_range("2024-01-01", periods=2016, freq="5min") + late
    power = np.random.default_rng(6).random(2016) + 1
    source = {**HOURLY, "frame": pd.DataFrame({"time": times, "kWh": power}), "kind": "power", "step": "5 min"}
    monitored = monitor(source, meter={"unit": "kW"})
    assert monitored.amounts["M"][0] == pytest.approx(power.sum() / 12)
    assert not monitored.findings
    strict = monitor(source, meter={"unit": "kW"}, limits={"jitter": "0 s"})
    assert kinds(strict) == ["step"]


def test_samples_hold_until_the_next_but_not_for_longer_than_is_stated():
    times = pd.to_datetime(["2024-01-01 00:00", "2024-01-01 00:10", "2024-01-01 00:40", "2024-01-01 23:50"])
    frame = pd.DataFrame({"time": times, "kW": [6.0, 12.0, 30.0, 60.0]})
    source = {"frame": frame, "kind": "samples", "longest": "20 min", "time": "time", "columns": {"M": "kW"}}
    monitored = monitor(source, p="2024-01-01", meter={"unit": "kW"}, limits={"above_usual": 100.0})
    # 6 kW for 10 min, then 12, 30 and 60 kW for 20 min each, of the last of which a half lies in the day
    assert monitored.read["M"][0] == pytest.approx(1 + 4 + 10 + 20)
    assert kinds(monitored) == ["gap", "gap", "boundary"]
    twice = {**source, "frame": pd.concat([frame, frame.iloc[[1]]])}
    assert "several samples of one time" in refused(twice, p="2024-01-01", meter={"unit": "kW"})[0]


# What the readings look like


@pytest.mark.parametrize("kind", ["interval", "total"])
def test_a_register_taken_for_amounts_is_asked_about(kind):
    shown = 1000 + np.cumsum(AMOUNTS)
    days = pd.date_range("2023-01-01", periods=168)
    frame = pd.DataFrame({"time": HOURS if kind == "interval" else days.strftime("%Y-%m-%d"), "kWh": shown})
    source = {**HOURLY, "frame": frame}
    if kind == "total":
        source = {"frame": frame, "kind": "total", "time": "time", "until": "time", "columns": {"M": "kWh"}}
    monitored = monitor(source, p="2024-01-01/2024-01-07" if kind == "interval" else "2023-01-01/2023-06-17")
    assert kinds(monitored) == ["never falls"]
    keep = [{"finding": "never falls", "treatment": "keep", "reason": "the plant was started"}]
    kept = monitor(source, p=[str(period) for period in monitored.periods], treatments=keep)
    assert kept.amounts["M"][0] == pytest.approx(shown.sum())
    assert not kept.open


def test_amounts_taken_for_a_register_are_one_finding():
    source = {"frame": pd.DataFrame({"time": HOURS, "kWh": AMOUNTS}), "kind": "register"}
    monitored = monitor({**source, "time": "time", "columns": {"M": "kWh"}})
    assert [one.kind for one in monitored.findings if one.kind != "gap"] == ["falls often"]


def test_ordinary_readings_are_not_asked_about():
    for seed in range(20):
        amounts = np.random.default_rng(seed).random(168)
        monitored = monitor({**HOURLY, "frame": pd.DataFrame({"time": HOURS, "kWh": amounts})})
        assert not {"never falls", "falls often", "step"} & set(kinds(monitored))


def test_readings_outside_the_period_are_counted():
    frame = pd.DataFrame({"time": HOURS, "kWh": AMOUNTS})
    monitored = monitor({**HOURLY, "frame": frame}, p="2024-01-02/2024-01-03")
    count, first, last = monitored.outside["M"]
    assert (count, monitored.shown(first), monitored.shown(last)) == (120, "2024-01-01 00:00", "2024-01-08 00:00")


# Flags


def test_flagged_readings_are_findings_with_treatments():
    flags = np.where(np.arange(168) < 10, "E", "A")
    frame = pd.DataFrame({"time": HOURS, "kWh": AMOUNTS, "quality": flags})
    source = {**HOURLY, "frame": frame, "quality": "quality", "flags": {"A": "measured", "E": "estimated"}}
    monitored = monitor(source)
    (finding,) = monitored.open
    assert (finding.kind, finding.note) == ("estimated", "10 readings are flagged")
    assert finding.read == pytest.approx(AMOUNTS[:10].sum())
    replaced = [{"finding": "estimated", "treatment": "substitute", "value": "1 kWh", "reason": "by hand"}]
    assert monitor(source, treatments=replaced).amounts["M"][0] == pytest.approx(AMOUNTS[10:].sum() + 1)
    unknown = {**source, "flags": {"A": "measured"}}
    assert "'E' (row 0, counted from 0), 'E' (row 1" in refused(unknown)[0]


def test_a_flagged_reading_of_a_register():
    shown = np.concatenate([[0.0], np.cumsum(AMOUNTS)])
    times = [*HOURS, HOURS[-1] + timedelta(hours=1)]
    flags = ["S" if number == 50 else "" for number in range(169)]
    frame = pd.DataFrame({"time": times, "kWh": shown, "q": flags})
    source = {"frame": frame, "kind": "register", "time": "time", "columns": {"M": "kWh"}, "quality": "q"}
    monitored = monitor({**source, "flags": {"": "measured", "S": "substituted"}})
    assert kinds(monitored) == ["substituted"]
    assert "1 reading has no flag" not in refused({**source, "flags": {"S": "substituted"}})[0]


# Multipliers


def test_a_multiplier_holds_for_all_that_a_register_shows():
    shown = [99_990.0, 99_995.0, 5.0, 20.0, 7.0, 17.0]
    times = pd.date_range("2024-01-01", periods=6, freq="D")
    meter = {
        "multiplier": 40,
        "rollover": 100_000,
        "replaced": [{"at": datetime(2024, 1, 4, 12), "final": 30.0, "initial": 2.0, "multiplier": 20}],
    }
    source = {"frame": pd.DataFrame({"time": times, "kWh": shown}), "kind": "register", "time": "time"}
    treatments = [{"finding": "roll-over", "treatment": "add the range"}]
    monitored = monitor(
        {**source, "columns": {"M": "kWh"}}, p="2024-01-01/2024-01-05", meter=meter, treatments=treatments
    )
    # 5, 10 and 15 counts, then 10 more of the old meter at 40 kWh; of the new one 5 and 10 at 20 kWh
    assert monitored.amounts["M"][0] == pytest.approx((5 + 10 + 15 + 10) * 40 + (5 + 10) * 20)


@pytest.mark.parametrize("kind", ["interval", "power", "register"])
def test_multiplied_readings_are_those_of_a_larger_meter(kind):
    values = np.cumsum(AMOUNTS) if kind == "register" else AMOUNTS
    source = {**HOURLY, "kind": kind, "time": "time"}
    if kind == "register":
        source = {"kind": kind, "time": "time", "columns": {"M": "kWh"}}
    unit = {"unit": "kW" if kind == "power" else "kWh"}
    frame = pd.DataFrame({"time": HOURS, "kWh": values})
    plain = monitor({**source, "frame": frame.assign(kWh=values * 8)}, meter=unit)
    times = monitor({**source, "frame": frame}, meter={**unit, "multiplier": 8})
    assert times.amounts["M"] == pytest.approx(plain.amounts["M"])
    assert kinds(times) == kinds(plain)


@pytest.mark.parametrize("multiplier", [0, -3, [{"value": 2}, {"value": 3}], [{"from": date(2024, 1, 1), "value": 3}]])
def test_a_multiplier_that_cannot_be_is_refused(multiplier):
    frame = pd.DataFrame({"time": HOURS, "kWh": AMOUNTS})
    assert "multiplier" in refused({**HOURLY, "frame": frame}, meter={"multiplier": multiplier})[0]
