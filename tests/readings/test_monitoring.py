"""From meter readings to monitored parameters: planted faults, worked cases, properties."""

import importlib.util
import json
import sys
from calendar import monthrange
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.cli.output import STAGES
from jcm_calc.declarations.items import Kind
from jcm_calc.readings import clock
from jcm_calc.readings.meter_readings import MeterReadings
from jcm_calc.readings.plan_file import read_plan
from jcm_calc.readings.rule_sets import rule_set, shipped

YEAR = Path(__file__).parents[2] / "docs" / "examples" / "metered_year"
COLD_STORE = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
# tCO2/MWh: (1.63 / 1.32 − 1) × 0.814
SLOPE = (1.63 / 1.32 - 1) * 0.814


def module():
    """Return the script that makes the worked year."""
    specification = importlib.util.spec_from_file_location("metered_year", YEAR / "make.py")
    script = importlib.util.module_from_spec(specification)
    sys.modules["metered_year"] = script  # where dataclasses look for it
    specification.loader.exec_module(script)
    return script


def survey(frame, meters=None, p="2024", methodology="ID_AM003", zone="Asia/Jakarta", **readings):
    """Monitor one frame of hourly energy, unless told otherwise."""
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
    top = {key: readings.pop(key) for key in ("treatments", "stops", "checks", "rules", "limits") if key in readings}
    source |= readings
    if frame is not None:
        source["frame"] = frame
    source = {key: value for key, value in source.items() if value is not None}
    given = COLD_STORE if methodology else {}
    plan = meters or {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}}
    return jcm_calc.monitor(plan, {"timezone": zone, "sources": [source], **top}, p=p, methodology=methodology, **given)


def hourly(first="2024-01-01", last="2025-01-01", seed=1):
    """Return energy of a plant by hour, with three decimals."""
    times = pd.date_range(first, last, freq="h", inclusive="left")
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"time": times, "kWh": rng.integers(8_000, 20_000, len(times)) / 1000})


def every_block(_readings, _source, _meter, part):
    """Take every block for an odd one."""
    return np.ones(len(part), dtype=bool)


def found(monitored):
    """Return what was found, in short."""
    return [(one.meter, one.kind, monitored.shown(one.start), monitored.shown(one.end)) for one in monitored.findings]


def problems(call, *arguments, **keywords):
    with pytest.raises(InputError) as raised:
        call(*arguments, **keywords)
    return [str(problem) for problem in raised.value.problems]


# The worked year


@pytest.fixture(scope="module")
def worked():
    return read_case(YEAR / "case.toml").monitor()


def test_the_files_of_the_worked_year_are_those_the_script_writes(tmp_path):
    script = module()
    script.write(tmp_path, script.plant(script.faultless()))
    for name in ("S1.csv", "S2.csv", "S3.csv"):
        assert (tmp_path / name).read_bytes() == (YEAR / name).read_bytes()


def test_every_planted_fault_is_found_and_none_is_invented(worked):
    script = module()
    planted = script.plant(script.faultless()).planted
    # not planted as faults: the register's readings at 07:00 around the ends of the year, and the calibration
    beside = [
        ("S2", "late calibration", "2024-06-20 00:00", "2024-07-11 00:00"),
        ("S3", "boundary", "2024-01-01 00:00", "2024-01-01 07:00"),
        ("S3", "boundary", "2024-12-31 07:00", "2025-01-01 00:00"),
    ]
    assert sorted(found(worked)) == sorted([*planted, *beside])


def test_the_exactly_treated_meter_gives_the_faultless_amount(worked):
    truth = module().faultless().truth
    assert worked.amounts["S3"][0] * 1000 == pytest.approx(truth["S3"], rel=1e-12)


def test_exact_treatments_alone_give_the_faultless_year(tmp_path):
    script = module()
    year = script.plant(script.faultless(), script.EXACT)
    script.write(tmp_path, year)
    text = (YEAR / "case.toml").read_text("utf-8")
    blocks = text.split("[[readings.treatments]]")
    unplanted = ('"gap"', '"stuck"', '"conflict"', '"late calibration"')
    kept = [block for block in blocks if not any(f"finding = {kind}" in block for kind in unplanted)]
    kept = [block for block in kept if not ('meter = "S1"' in block and 'finding = "spike"' in block)]
    text = "[[readings.treatments]]".join(kept).replace('calibration_interval = "12 months"\n', "")
    (tmp_path / "case.toml").write_text(text, "utf-8")
    monitored = read_case(tmp_path / "case.toml").monitor()
    kinds = sorted(found for found in found_kinds(monitored) if found != "boundary")
    assert kinds == sorted(what for _, what, _, _ in year.planted)
    # the slip was rounded to whole Wh, and so is exact to half a Wh an hour
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(year.truth["S1"], rel=1e-12)
    assert monitored.amounts["S2"][0] * 1000 == pytest.approx(year.truth["S2"], rel=1e-12)
    assert monitored.amounts["S3"][0] * 1000 == pytest.approx(year.truth["S3"], rel=1e-12)


def found_kinds(monitored):
    return [one.kind for one in monitored.findings]


def test_the_treatments_that_estimate_never_raise_the_claim(worked):
    truth = module().faultless().truth
    for meter in ("S1", "S2"):
        assert worked.amounts[meter][0] * 1000 < truth[meter]


def test_the_same_faults_are_found_when_every_step_is_looked_at(monkeypatch, worked):
    monkeypatch.setattr(MeterReadings, "_odd", every_block)
    closely = read_case(YEAR / "case.toml").monitor()
    assert found(closely) == found(worked)
    for meter in ("S1", "S2", "S3"):
        assert closely.amounts[meter] == pytest.approx(worked.amounts[meter], rel=1e-13)


def test_without_treatments_everything_is_refused_and_listed(tmp_path):
    text = (YEAR / "case.toml").read_text("utf-8")
    head, *rest = text.split("[[readings.treatments]]")
    checks = "[[readings.checks]]" + rest[-1].split("[[readings.checks]]")[1]
    for name in ("S1.csv", "S2.csv", "S3.csv"):
        (tmp_path / name).write_bytes((YEAR / name).read_bytes())
    (tmp_path / "case.toml").write_text(head + checks, "utf-8")
    case = read_case(tmp_path / "case.toml")
    listed = problems(case.calculate)
    # all but the two replacements, whose readings stand with the meter
    assert len(listed) == 14
    assert any(
        "gap from 2024-08-14 09:00 to 2024-08-17 09:00" in line and "comparable period" in line for line in listed
    )
    done = CliRunner().invoke(jcm, ["monitor", str(tmp_path / "case.toml")])
    assert done.exit_code == 1
    assert CliRunner().invoke(jcm, ["calc", str(tmp_path / "case.toml")]).exit_code == 2


def test_the_command_goes_all_the_way(tmp_path, worked):
    target = tmp_path / "monitored.csv"
    done = CliRunner().invoke(jcm, ["monitor", str(YEAR / "case.toml"), "-o", str(target), "--json"])
    assert done.exit_code == 0
    shown = json.loads(done.stdout)
    assert [row["amount"] for row in shown["amounts"]] == pytest.approx([worked.amounts[m][0] for m in worked.amounts])
    assert pd.read_csv(target)["amount"].tolist() == pytest.approx([worked.amounts[m][0] for m in worked.amounts])
    assert len(pd.read_csv(tmp_path / "monitored_findings.csv")) == len(worked.findings)
    calculated = json.loads(CliRunner().invoke(jcm, ["calc", str(YEAR / "case.toml"), "--json"]).stdout)
    total = sum(worked.amounts[meter][0] for meter in worked.amounts)
    assert calculated["results"]["ER"][0] == pytest.approx(total * SLOPE, rel=1e-12)
    book = tmp_path / "monitored.xlsx"
    assert CliRunner().invoke(jcm, ["monitor", str(YEAR / "case.toml"), "-o", str(book)]).exit_code == 0
    sheets = pd.read_excel(book, sheet_name=None, engine="calamine")
    assert sheets["monitored"]["amount"].tolist() == pytest.approx([worked.amounts[m][0] for m in worked.amounts])
    assert len(sheets["findings"]) == len(worked.findings)
    recorded = calculated["call"]["tables"][0]["monitoring"]
    assert [file["file"] for file in recorded["files"]] == ["S1.csv", "S2.csv", "S3.csv"]
    assert all(len(file["sha256"]) == 64 for file in recorded["files"])
    assert {"late calibration: maximum permissible error", "gap: comparable period"} <= set(recorded["rules"])


def test_progress_has_as_many_stages_as_its_bar():
    told = []
    read_case(YEAR / "case.toml").monitor(told.append)
    assert len(told) == STAGES


def test_provenance_travels_and_replays(worked):
    result = jcm_calc.calculate("ID_AM003", *worked.tables, **COLD_STORE)
    assert result.trace().loc["EC_PJ", "from"].startswith("meters S1, S2, S3 (S1.csv, S2.csv, S3.csv)")
    manifest = json.loads(json.dumps(result.manifest()))
    assert jcm_calc.replay(manifest).manifest() == manifest
    names = [item.name for item in result.unconfirmed if item.kind == "scheme rule"]
    assert "gap: comparable period" in names
    columns = worked.sources()["EC_PJ"]
    assert "A-1048, class 0.5, calibrated 2023-06-20, 2024-07-11" in columns["procedure"]
    assert "S2.csv" in columns["source"]


# Case B: three refrigerators over the end of a year


def registers():
    rows = []
    for unit in (1, 2, 3):
        value = 10_000
        rows.append((f"S{unit}", "2019-06-30", value))
        for year, month in [(2019, k) for k in range(7, 13)] + [(2020, k) for k in range(1, 13)]:
            value += 11_500 + 250 * unit + 50 * month
            rows.append((f"S{unit}", f"{year}-{month:02}-{monthrange(year, month)[1]}", value))
    return pd.DataFrame(rows, columns=["meter", "day", "kWh"])


def case_b(second, found=None, treatments=(), rules="CDM", error="0.5 %", frame=None, **source):
    calibrations = [{"on": date(2019, 6, 15)}, {"on": second} | ({} if found is None else {"found": found})]
    meters = {
        f"S{unit}": {
            "parameter": "EC_PJ",
            "labels": {"i": unit},
            "unit": "kWh",
            "rated": "25 kW",
            "accuracy_class": "0.5",
            "maximum_permissible_error": error,
            "calibration_interval": "12 months",
            "calibrations": calibrations,
        }
        for unit in (1, 2, 3)
    }
    read = {"kind": "register", "stamp": "end", "time": "day", "meter": "meter", "value": "kWh", **source}
    read |= {"frame": registers() if frame is None else frame}
    return jcm_calc.monitor(
        meters,
        {"timezone": "Asia/Jakarta", "rules": rules, "sources": [read], "treatments": list(treatments)},
        p="2019-07-01/2020-12-31",
        methodology="ID_AM003",
        **COLD_STORE,
    )


CORRECT = {"finding": "late calibration", "treatment": "maximum permissible error"}


def test_case_b():
    monitored = case_b(date(2020, 6, 12))
    assert monitored.findings == ()
    sums = [sum(Decimal(str(monitored.amounts[f"S{unit}"][year])) for unit in (1, 2, 3)) for year in (0, 1)]
    assert [float(one) for one in sums] == pytest.approx([224.550, 443.700], rel=1e-12)
    years = jcm_calc.calculate("ID_AM003", *monitored.tables, **COLD_STORE).by_year()
    assert years["ER"].tolist() == pytest.approx([42.926, 84.821], abs=5e-4)
    assert years["tonnes"].tolist() == [42, 84]


def test_case_b_late():
    monitored = case_b(date(2020, 8, 20), "0 %", [CORRECT])
    assert found_kinds(monitored) == ["late calibration"] * 3
    assert {found(monitored)[n][2:] for n in range(3)} == {("2020-06-15 00:00", "2020-08-20 00:00")}
    # 66 days: half of June, July, 19 of 31 days of August
    assert sum(one.read for one in monitored.findings) == pytest.approx(79.530, abs=1e-9)
    years = jcm_calc.calculate("ID_AM003", *monitored.tables, **COLD_STORE).by_year()
    assert years.loc[2020, "ER"] == pytest.approx(84.745, abs=5e-4)
    assert years["tonnes"].tolist() == [42, 84]
    assert sum(one.tonnes for one in monitored.findings) == pytest.approx(-0.005 * 79.530 * SLOPE, rel=1e-12)
    assert monitored.questions == ()


def test_a_late_calibration_is_found_and_refused_without_a_choice():
    monitored = case_b(date(2020, 8, 20), "0 %")
    assert len(monitored.open) == 3
    assert {one.code for one in monitored.open} == {"E1"}
    with pytest.raises(InputError):
        _ = monitored.tables


def test_a_calibration_on_the_due_date_is_not_late():
    assert case_b(date(2020, 6, 15)).findings == ()


def test_a_larger_error_that_was_found_is_applied_where_the_rules_say_so():
    by_cdm = case_b(date(2020, 8, 20), "0.8 %", [CORRECT])
    by_jcm = case_b(date(2020, 8, 20), "0.8 %", [CORRECT], rules="JCM")
    for monitored, error in ((by_cdm, 0.008), (by_jcm, 0.005)):
        for one in monitored.findings:
            assert one.effect == pytest.approx(-error * one.read, rel=1e-12)
    assert [bool(one.question) for one in case_b(date(2020, 8, 20), None, [CORRECT]).findings] == [True] * 3


def test_per_cent_taken_as_a_fraction_is_asked_about():
    monitored = case_b(date(2020, 8, 20), "0 %", [CORRECT], error="50 %")
    assert all("implausible" in one.question for one in monitored.questions)
    assert len(monitored.questions) == 3


def test_one_day_of_another_report_does_not_count():
    frame = pd.concat(
        [
            pd.DataFrame([(f"S{u}", "2019-06-29", 9_590) for u in (1, 2, 3)], columns=["meter", "day", "kWh"]),
            registers(),
        ]
    )
    monitored = case_b(date(2020, 6, 12), frame=frame)
    assert sum(monitored.amounts[f"S{unit}"][0] for unit in (1, 2, 3)) == pytest.approx(224.550, rel=1e-12)


def test_a_new_meter_without_final_reading_is_a_reset():
    frame = registers()
    new = (frame["meter"] == "S1") & (frame["day"] > "2019-10-11")
    lost = frame.loc[(frame["meter"] == "S1") & (frame["day"] == "2019-09-30"), "kWh"].item() + 3_952
    frame.loc[new, "kWh"] -= lost
    monitored = case_b(date(2020, 6, 12), frame=frame)
    assert [(one.meter, one.kind, monitored.shown(one.start)) for one in monitored.open] == [
        ("S1", "reset", "2019-10-01 00:00")
    ]
    unknown = frame.assign(meter=frame["meter"].where(~new, "S9"))
    assert "S9, which is not a meter of the plan" in problems(case_b, date(2020, 6, 12), frame=unknown)[0]


# Directions come from the equations


def test_the_safe_direction_is_down_where_er_grows_with_a_reading_and_up_where_it_falls():
    # RE and PE of ID_AM003 both grow with EC_PJ, RE by more: less of it is safe
    frame = hourly().drop(index=range(100, 130))
    treated = survey(frame, treatments=[{"finding": "gap", "treatment": "comparable period"}])
    shifted = [hourly()["kWh"].iloc[100 + 168 * week : 130 + 168 * week].sum() for week in range(1, 52)]
    whole = [amount for week, amount in enumerate(shifted) if 130 + 168 * (week + 1) <= 8784]
    assert treated.findings[0].used * 1000 == pytest.approx(min(whole), rel=1e-12)
    # a refrigerator worse than the reference: ER falls with consumption, and the largest like amount is safe
    worse = jcm_calc.monitor(
        {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}},
        {
            "timezone": "Asia/Jakarta",
            "sources": [
                {
                    "frame": frame,
                    "kind": "interval",
                    "step": "1 h",
                    "stamp": "start",
                    "time": "time",
                    "columns": {"S1": "kWh"},
                }
            ],
            "treatments": [{"finding": "gap", "treatment": "comparable period"}],
        },
        p="2024",
        methodology="ID_AM003",
        **{**COLD_STORE, "COP_PJ": 1.1},
    )
    assert worse.findings[0].used * 1000 == pytest.approx(max(whole), rel=1e-12)


def worse_than_the_reference(frame, *treatments, **changed):
    """Monitor a refrigerator that needs more than the reference would: ER falls with its electricity."""
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
    return jcm_calc.monitor(
        {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}},
        {"timezone": "Asia/Jakarta", "sources": [{**source, "frame": frame}], "treatments": list(treatments)},
        p="2024",
        **{"methodology": "ID_AM003", **COLD_STORE, "COP_PJ": 1.1, **changed},
    )


def test_claiming_nothing_is_refused_where_it_would_raise_er():
    frame = hourly().drop(index=range(100, 130))
    nothing = {"finding": "gap", "treatment": "count as zero"}
    (told,) = problems(worse_than_the_reference, frame, nothing)
    assert "would raise ER" in told
    # (1.1 / 1.32 − 1) × 0.814
    assert "∂ER/∂x is -0.1357 tCO2/(MWh)" in told
    assert "'comparable period' (of all comparable periods the amount with the least ER)" in told
    assert "'substitute'" in told
    assert "'mean of before and after'" not in told
    source = {"frame": frame, "kind": "interval", "step": "1 h", "stamp": "start", "time": "time"}
    readings = {"timezone": "UTC", "sources": [{**source, "columns": {"S1": "kWh"}}], "treatments": [nothing]}
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}}
    assert "no methodology is named" in problems(jcm_calc.monitor, meters, readings, p="2024")[0]


@pytest.mark.parametrize("finding", ["gap", "spike", "stuck", "out of service"])
def test_no_zero_raises_er_whatever_is_found(finding):
    frame, meter = hourly(), {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}
    if finding == "gap":
        frame = frame.drop(index=range(100, 130))
    if finding == "spike":
        frame.loc[100, "kWh"] = 9_000.0
    if finding == "stuck":
        frame.loc[100:200, "kWh"] = 9.0
    if finding == "out of service":
        meter["installed"] = date(2024, 1, 3)
    readings = {"timezone": "Asia/Jakarta", "treatments": [{"finding": finding, "treatment": "count as zero"}]}
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
    readings["sources"] = [{**source, "frame": frame}]
    call = {"p": "2024", "methodology": "ID_AM003", **COLD_STORE}
    # RE of this methodology grows with the reading, too: with a better refrigerator ER grows, and nothing is safe
    monitored = jcm_calc.monitor({"S1": meter}, readings, **call)
    (one,) = monitored.findings
    assert one.used == 0
    assert one.tonnes <= 0
    assert "would raise ER" in problems(jcm_calc.monitor, {"S1": meter}, readings, **{**call, "COP_PJ": 1.1})[0]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cop=st.floats(0.7, 3.0).filter(lambda cop: abs(cop - 1.32) > 0.01),
    start=st.integers(400, 8000),
    length=st.integers(1, 60),
)
def test_a_treatment_by_sign_never_gives_more_er_than_any_like_time(cop, start, length):
    whole = hourly()
    frame = whole.drop(index=range(start, start + length))
    treated = worse_than_the_reference(frame, {"finding": "gap", "treatment": "comparable period"}, COP_PJ=cop)
    slope = (cop / 1.32 - 1) * 0.814
    for week in range(-52, 53):
        first = start + 168 * week
        if week and first >= 0 and first + length <= len(whole):
            like = whole["kWh"].iloc[first : first + length].sum() / 1000
            assert treated.findings[0].used * slope <= like * slope + 1e-9


# Readings in


def test_units_come_from_the_heading_or_an_argument_and_must_agree():
    plain = survey(hourly()).amounts["S1"]
    frame = hourly().rename(columns={"kWh": "S1 [Wh]"})
    frame["S1 [Wh]"] = (frame["S1 [Wh]"] * 1000).round()
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}}}
    assert survey(frame, meters, columns={"S1": "S1 [Wh]"}).amounts["S1"] == pytest.approx(plain, rel=1e-13)
    assert "stated differently" in problems(survey, frame, columns={"S1": "S1 [Wh]"})[0]
    assert "missing: the unit" in problems(survey, hourly(), meters)[0]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_files_of_all_kinds_give_the_same(tmp_path, suffix):
    frame = hourly(last="2024-03-01")
    path = tmp_path / f"readings{suffix}"
    {".csv": frame.to_csv, ".parquet": frame.to_parquet, ".xlsx": frame.to_excel}[suffix](path, index=False)
    monitored = survey(None, p="2024-01-01/2024-02-29", files=str(path))
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(frame["kWh"].sum(), rel=1e-13)
    assert monitored.files[0].rows == len(frame)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_column_for_each_meter_is_as_good_as_a_row_for_each_reading(tmp_path, suffix):
    one, two = hourly(last="2024-02-01", seed=1), hourly(last="2024-02-01", seed=2)
    meters = {
        name: {"parameter": "EC_PJ", "labels": {"i": number}, "unit": "kWh"}
        for number, name in enumerate(("S1", "S2"), 1)
    }
    wide = pd.DataFrame({"time": one["time"], "Line 1 [kWh]": one["kWh"], "Line 2 [Wh]": (two["kWh"] * 1000).round()})
    long = pd.concat([one.assign(meter="S1"), two.assign(meter="S2")], ignore_index=True)
    for name, frame in (("wide", wide), ("long", long)):
        path = tmp_path / f"{name}{suffix}"
        {".csv": frame.to_csv, ".parquet": frame.to_parquet, ".xlsx": frame.to_excel}[suffix](path, index=False)
    columns = {"S1": "Line 1", "S2": "Line 2"}
    unstated = {name: {**meter, "unit": ""} for name, meter in meters.items()}
    unstated = {name: {key: value for key, value in meter.items() if value} for name, meter in unstated.items()}
    by_column = survey(None, unstated, p="2024-01", files=str(tmp_path / f"wide{suffix}"), columns=columns)
    style = {"columns": None, "meter": "meter", "value": "kWh"}
    by_row = survey(None, meters, p="2024-01", files=str(tmp_path / f"long{suffix}"), **style)
    for number, frame in enumerate((one, two), 1):
        assert by_column.amounts[f"S{number}"][0] * 1000 == pytest.approx(frame["kWh"].sum(), rel=1e-12)
        assert by_row.amounts[f"S{number}"] == pytest.approx(by_column.amounts[f"S{number}"], rel=1e-12)


def test_a_sheet_as_a_person_in_japan_types_it(tmp_path):
    rows = [[f"令和６年１月１日　{hour}時", f"１，２３{hour % 10}．５"] for hour in range(24)]
    path = tmp_path / "readings.xlsx"
    pd.DataFrame(rows, columns=["日時", "電力量 [kWh]"]).to_excel(path, index=False)
    style = {"time": "日時", "columns": {"S1": "電力量"}, "times": "japanese", "thousands": ","}
    monitored = survey(None, p="2024-01-01", files=str(path), **style)
    assert monitored.findings == ()
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(sum(1230.5 + hour % 10 for hour in range(24)))


def test_european_and_japanese_numbers_and_dates(tmp_path):
    frame = hourly(last="2024-02-01")
    frame["kWh"] += 1000
    expected = frame["kWh"].sum()
    european, japanese, era = tmp_path / "eu.csv", tmp_path / "jp.csv", tmp_path / "era.csv"
    numbers = frame["kWh"].map("{:,.3f}".format)
    swapped = numbers.str.replace(",", "_").str.replace(".", ",").str.replace("_", ".")
    pd.DataFrame({"time": frame["time"].dt.strftime("%d.%m.%Y %H:%M"), "kWh": swapped}).to_csv(
        european, sep=";", index=False
    )
    wide = (
        frame["time"]
        .dt.strftime("%Y年%m月%d日 %H時%M分")
        .str.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    )
    pd.DataFrame({"time": wide, "kWh": frame["kWh"].map("{:.3f}".format)}).to_csv(
        japanese, index=False, encoding="cp932"
    )
    years = frame["time"].map(lambda moment: f"R6.{moment.month}.{moment.day} {moment.hour}:00")
    pd.DataFrame({"time": years, "kWh": frame["kWh"]}).to_csv(era, index=False)
    for path, style in (
        (european, {"times": "%d.%m.%Y %H:%M", "decimal": ",", "thousands": ".", "delimiter": ";"}),
        (japanese, {"times": "japanese", "encoding": "cp932"}),
        (era, {"times": "japanese"}),
    ):
        monitored = survey(None, p="2024-01", files=str(path), **style)
        assert monitored.amounts["S1"][0] * 1000 == pytest.approx(expected, rel=1e-13), path.name
        assert monitored.findings == ()


def test_what_can_be_read_in_two_ways_is_refused(tmp_path):
    path = tmp_path / "readings.csv"
    path.write_text("time,kWh\n01/02/2024 00:00,5\n02/02/2024 00:00,6\n", "utf-8")
    assert "not times of the form" in problems(survey, None, files=str(path))[0]
    path.write_text('time,kWh\n2024-01-01 00:00,"1,234"\n', "utf-8")
    assert "is not a number as stated" in problems(survey, None, files=str(path))[0]
    path.write_text("time,kWh\n2024-01-01T00:00:00+07:00,5\n", "utf-8")
    assert "clock = 'stated'" in problems(survey, None, files=str(path))[0]
    assert "state stamp" in problems(survey, registers(), kind="register", step=None, stamp=None, time="day")[0]


def test_midnight_at_the_end_of_a_day(tmp_path):
    path = tmp_path / "readings.csv"
    hours = [f"2024-01-01 {hour:02}:00,{hour}" for hour in range(1, 25)]
    path.write_text("\n".join(["time,kWh", *hours]), "utf-8")
    monitored = survey(None, p="2024-01-01", files=str(path), stamp="end")
    assert monitored.findings == ()
    assert monitored.amounts["S1"][0] == pytest.approx(0.3, rel=1e-13)


def test_power_becomes_energy_by_time():
    frame = hourly().rename(columns={"kWh": "kW"})
    half = frame.loc[frame.index.repeat(2)].reset_index(drop=True)
    half.loc[1::2, "time"] += pd.Timedelta(minutes=30)
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kW"}}
    style = {"kind": "power", "columns": {"S1": "kW"}}
    by_hour = survey(frame, meters, **style).amounts["S1"]
    assert by_hour[0] * 1000 == pytest.approx(frame["kW"].sum(), rel=1e-13)
    assert survey(half, meters, step="30 min", **style).amounts["S1"] == pytest.approx(by_hour, rel=1e-13)


@pytest.mark.parametrize(
    "name",
    [
        *("Africa/Casablanca", "Africa/Cairo", "America/Argentina/San_Luis", "Antarctica/Troll", "Asia/Jakarta"),
        *("Asia/Pyongyang", "Asia/Tehran", "Asia/Ulaanbaatar", "Australia/Lord_Howe", "Pacific/Apia"),
    ],
)
def test_no_change_of_a_clock_is_overlooked(name):
    where = clock.zone(name)
    days = [clock.midnight(date(2000, 1, 1) + timedelta(days=day), UTC) for day in range(366 * 27)]
    offsets = [clock.offset(day, where) for day in days]
    expected = [
        (day, before, after)
        for day, before, after in zip(days, offsets, offsets[1:], strict=False)
        if before != after
    ]  # fmt: skip
    found = clock.changes(where, days[0], days[-1])
    assert [(one.before, one.after) for one in found] == [(before, after) for _, before, after in expected]
    for (day, *_), one in zip(expected, found, strict=True):
        assert day < one.instant <= day + clock.DAY
        assert clock.offset(one.instant - 1, where) == one.before
        assert clock.offset(one.instant, where) == one.after


def test_a_change_of_the_clock_is_no_fault_where_the_zone_has_it():
    frame = hourly()
    moments = frame["time"].dt.tz_localize("Asia/Jakarta")
    local = frame.assign(time=moments.dt.tz_convert("Europe/Berlin").dt.tz_localize(None))
    assert local["time"].duplicated().sum() == 1
    monitored = survey(local, clock="Europe/Berlin")
    assert monitored.findings == ()
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(frame["kWh"].sum(), rel=1e-13)
    # the same clock, said to know no summer time
    wrong = survey(local, clock="UTC+01:00")
    assert {"gap", "conflict"} <= set(found_kinds(wrong))
    assert "never occurred" in problems(survey, frame, clock="Europe/Berlin", zone="Europe/Berlin")[0]


@pytest.mark.parametrize("zone", ["America/Santiago", "Europe/Berlin", "Asia/Kathmandu"])
def test_days_of_23_and_25_hours_are_complete(zone):
    frame = hourly("2023-12-31", "2025-01-02")
    local = frame["time"].dt.tz_localize("UTC").dt.tz_convert(zone)
    across = zone == "Asia/Kathmandu"
    choices = [{"finding": "boundary", "treatment": "split by time"}] if across else []
    monitored = survey(frame, zone=zone, clock="UTC", treatments=choices)
    assert set(found_kinds(monitored)) == ({"boundary"} if across else set())
    # in Kathmandu, 5:45 ahead, the hours at both ends lie on both sides of midnight
    whole = frame.loc[local.dt.year == 2024, "kWh"].sum()
    ends = [frame.loc[local == pd.Timestamp(f"{year}-12-31 23:45", tz=zone), "kWh"].sum() for year in (2023, 2024)]
    expected = whole + 0.75 * ends[0] - 0.75 * ends[1]
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(expected, rel=1e-12)


def test_readings_in_two_sources_must_not_overlap():
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
    meters = {"S1": {"parameter": "EC_PJ", "unit": "kWh"}}
    frame = hourly()

    def of(first, second):
        readings = {"timezone": "Asia/Jakarta", "sources": [{**source, "frame": one} for one in (first, second)]}
        return jcm_calc.monitor(meters, readings, p="2024")

    halves = of(frame.iloc[:4000], frame.iloc[4000:])
    assert halves.findings == ()
    assert halves.amounts["S1"][0] == pytest.approx(frame["kWh"].sum(), rel=1e-12)
    assert "two sources" in problems(of, frame.iloc[:4001], frame.iloc[4000:])[0]


def test_a_form_of_times_that_is_none(tmp_path):
    path = tmp_path / "readings.csv"
    path.write_text("time,kWh\n01.02.2024 00:00,5\n", "utf-8")
    assert "is not a form of times" in problems(survey, None, files=str(path), times="%d.%Q")[0]


# Periods


def test_a_period_is_split_at_the_end_of_the_year_by_the_readings():
    frame = hourly("2023-07-13", "2025-02-11")
    monitored = survey(frame, p="2023-07-13/2025-02-10")
    assert [str(period) for period in monitored.periods] == ["2023-07-13/2023-12-31", "2024", "2025-01-01/2025-02-10"]
    for number, year in enumerate((2023, 2024, 2025)):
        expected = frame.loc[frame["time"].dt.year == year, "kWh"].sum()
        assert monitored.amounts["S1"][number] * 1000 == pytest.approx(expected, rel=1e-13)
    assert monitored.table()["days"].tolist() == [172, 366, 41]


def test_methodologies_count_the_days_of_each_part_of_a_period():
    frame = hourly("2023-07-01", "2024-07-01")
    meters = {"G": {"parameter": "EG_SUP", "unit": "kWh"}}
    given = {"EC_CAP": 0.001, "EF_grid": 0.8}
    source = {"frame": frame, "kind": "interval", "step": "1 h", "stamp": "start", "time": "time"}
    readings = {"timezone": "Asia/Jakarta", "sources": [{**source, "columns": {"G": "kWh"}}]}
    monitored = jcm_calc.monitor(meters, readings, p="2023-07-01/2024-06-30", methodology="ID_AM001", **given)
    result = jcm_calc.calculate("ID_AM001", *monitored.tables, **given)
    assert monitored.table()["hours"].tolist() == [184 * 24, 182 * 24]
    # 184 days of 2023 and 182 of 2024, on each hour of which the plant consumes 1 kW
    assert result["EC_AUX"].magnitude.tolist() == pytest.approx([0.001 * 24 * 184, 0.001 * 24 * 182])


def invoice(treatments=()):
    frame = pd.DataFrame(
        {"from": ["2023-12-11", "2024-01-11"], "to": ["2024-01-10", "2024-02-29"], "kWh": [3100.0, 5000.0]}
    )
    style = {"kind": "total", "step": None, "stamp": None, "time": "from", "until": "to"}
    return survey(frame, p=["2023-12-11/2024-02-29"], treatments=list(treatments), **style)


def test_an_invoice_over_the_end_of_the_year_is_split_only_on_request():
    refused = invoice()
    assert found_kinds(refused) == ["boundary", "boundary"]
    assert len(refused.open) == 2
    split = invoice([{"finding": "boundary", "treatment": "split by time"}])
    # 21 of 31 days lie in 2023
    assert split.amounts["S1"] == pytest.approx([2.1, 1.0 + 5.0], rel=1e-12)
    assert sum(one.effect for one in split.findings) == pytest.approx(0, abs=1e-12)


def test_the_crediting_period_is_enforced():
    case = read_case(YEAR / "case.toml")
    late = case.__class__(**{**case.__dict__, "project": {"start": date(2024, 3, 1), "end": date(2024, 11, 30)}})
    assert problems(late.monitor) == [
        "p: 2024 begins before the crediting period, 2024-03-01",
        "p: 2024 ends after the crediting period, 2024-11-30",
    ]


def test_a_declared_stop_is_no_gap():
    frame = hourly()
    frame = frame[frame["time"].dt.month != 3]
    assert found(survey(frame)) == [("S1", "gap", "2024-03-01 00:00", "2024-04-01 00:00")]
    stop = {"from": datetime(2024, 3, 1), "to": datetime(2024, 4, 1), "reason": "overhaul"}
    assert survey(frame, stops=[stop]).findings == ()
    zero = hourly()
    zero.loc[zero["time"].dt.month == 3, "kWh"] = 0.0
    assert found_kinds(survey(zero)) == ["stuck"]
    assert survey(zero, stops=[stop]).findings == ()


def test_a_meter_without_any_calibration_on_file_is_found():
    meter = {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh", "calibration_interval": "12 months"}
    meter |= {"maximum_permissible_error": "0.5 %"}
    assert found_kinds(survey(hourly(), {"S1": meter})) == ["uncalibrated"]


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_a_slip_of_the_unit_is_found_in_both_directions_and_can_be_undone(factor):
    true, slipped = hourly(), hourly()
    may = slipped["time"].dt.month == 5
    slipped.loc[may, "kWh"] *= factor
    assert found(survey(slipped)) == [("S1", "unit slip", "2024-05-01 00:00", "2024-06-01 00:00")]
    undo = {
        "finding": "unit slip",
        "treatment": "rescale",
        "factor": 1 / factor,
        "reason": "the logger wrote another unit",
    }
    monitored = survey(slipped, treatments=[undo])
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(true["kWh"].sum(), rel=1e-9)


def test_readings_from_before_the_meter_was_there():
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh", "installed": date(2024, 2, 1)}}
    monitored = survey(hourly(), meters, treatments=[{"finding": "out of service", "treatment": "count as zero"}])
    assert found(monitored) == [("S1", "out of service", "2024-01-01 00:00", "2024-02-01 00:00")]
    later = hourly().loc[lambda frame: frame["time"] >= "2024-02-01", "kWh"].sum()
    assert monitored.amounts["S1"][0] * 1000 == pytest.approx(later, rel=1e-12)


def test_a_meter_replaced_between_two_readings_of_one_minute_is_neither_hole_nor_reset():
    rows = [
        ("2024-01-01 00:00", 500.0),
        ("2024-06-01 12:00", 9_000.0),
        ("2024-06-01 12:00", 3.0),
        ("2025-01-01 00:00", 8_003.0),
    ]
    frame = pd.DataFrame(rows, columns=["time", "kWh"]).assign(time=lambda frame: pd.to_datetime(frame["time"]))
    change = {"at": datetime(2024, 6, 1, 12), "final": 9_000.0, "initial": 3.0, "serial": "new"}
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh", "replaced": [change]}}
    monitored = survey(frame, meters, kind="register", step=None, stamp=None)
    assert found_kinds(monitored) == ["replacement"]
    assert monitored.amounts["S1"][0] == pytest.approx(8.5 + 8.0, rel=1e-12)
    unstated = {"S1": {**meters["S1"], "replaced": [{"at": change["at"], "serial": "new"}]}}
    assert [one.kind for one in survey(frame, unstated, kind="register", step=None, stamp=None).open] == ["gap"]


# Cross-checks


def test_meter_against_invoice_and_rated_power():
    frame = hourly().assign(bill=lambda frame: frame["kWh"] * 1.002)
    meters = {
        "S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh", "rated": "25 kW"},
        "bill": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh", "check_only": True},
    }
    checks = [
        {"name": "invoice", "left": ["S1"], "right": ["bill"], "tolerance": "0.5 %"},
        {"name": "strict", "left": ["S1"], "right": ["bill"], "tolerance": "0.1 %"},
        {"name": "rated", "kind": "rated power × hours", "left": ["S1"], "tolerance": "0 %"},
        {"name": "sun", "kind": "rated power × daylight", "left": ["S1"], "latitude": 0, "tolerance": "0 %"},
    ]
    monitored = survey(frame, meters, columns={"S1": "kWh", "bill": "bill"}, checks=checks)
    assert [one.agrees for one in monitored.comparisons] == [True, False, True, False, True]
    assert monitored.counting == ["S1"]
    invoice, _, rated, sun, declared = monitored.comparisons
    assert (declared.declared_by, declared.right) == ("ID_AM003 ver 1.0", pytest.approx(rated.right))
    assert invoice.difference == pytest.approx(1 / 1.002 - 1, rel=1e-9)
    assert invoice.tonnes == pytest.approx(0.002 * frame["kWh"].sum() / 1000 * SLOPE, rel=1e-9)
    assert rated.right == pytest.approx(25 * 8784 / 1000, rel=1e-12)
    # on the equator every day lasts 12 h 7 min
    assert sun.right == pytest.approx(25 * 366 * (12 + 7 / 60) / 1000, rel=1e-3)
    table = monitored.tables[0]
    assert table["EC_PJ [MWh]"].tolist() == pytest.approx([frame["kWh"].sum() / 1000], rel=1e-12)


def test_sub_meters_against_the_main_meter_and_a_bill_of_a_stated_amount():
    frame = hourly().assign(other=lambda frame: frame["kWh"] * 0.5, main=lambda frame: frame["kWh"] * 1.6)
    meters = {
        "S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"},
        "other": {"parameter": "EC_PJ", "labels": {"i": 2}, "unit": "kWh"},
        "main": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh", "check_only": True},
    }
    whole = frame["kWh"].sum() / 1000
    parts = {"kind": "at most", "left": ["S1", "other"], "right": ["main"], "tolerance": "0 %"}
    checks = [
        {"name": "parts of the whole", **parts},
        {"name": "turned", **parts, "left": ["main"], "right": ["S1", "other"]},
        {"name": "as billed", "left": ["S1"], "value": f"{whole * 1.004} MWh", "tolerance": "0.5 %"},
    ]
    columns = {name: name for name in meters} | {"S1": "kWh"}
    monitored = survey(frame, meters, columns=columns, checks=checks)
    assert [one.agrees for one in monitored.comparisons] == [True, False, True]
    assert monitored.comparisons[0].right == pytest.approx(whole * 1.6)
    # what only checks does not count
    assert sum(table["EC_PJ [MWh]"].sum() for table in monitored.tables) == pytest.approx(whole * 1.5)


# Rule sets


def test_each_rule_set_is_unconfirmed_and_can_be_exchanged(tmp_path):
    for name in shipped():
        rules = rule_set(name)
        assert {str(evidence.grade) for evidence in rules.evidence.values()} == {"unconfirmed"}
    frame = hourly().drop(index=range(100, 130))
    mean = {"finding": "gap", "treatment": "mean of before and after"}
    assert "the data correction rules JCM permit" in problems(survey, frame, treatments=[mean])[0]
    monitored = survey(frame, treatments=[mean], rules="US 40 CFR 98")
    energy = hourly()["kWh"]
    expected = (energy[70:100].sum() + energy[130:160].sum()) / 2
    assert monitored.findings[0].used * 1000 == pytest.approx(expected, rel=1e-12)
    assert "must be one of CDM, JCM" in problems(survey, frame, rules="CDN")[0]


def test_a_substitute_needs_a_reason_and_is_compared_with_the_least():
    frame = hourly().drop(index=range(100, 130))
    choice = {"finding": "gap", "treatment": "substitute", "value": "10 MWh"}
    assert "needs a reason" in problems(survey, frame, treatments=[choice])[0]
    monitored = survey(frame, treatments=[{**choice, "reason": "the plant's log book"}])
    assert monitored.findings[0].used == 10
    assert "more ER" in monitored.findings[0].question


def test_a_treatment_that_fits_nothing_is_refused():
    assert (
        "no gap was found"
        in problems(survey, hourly(), treatments=[{"finding": "gap", "treatment": "count as zero"}])[0]
    )


def test_everything_wrong_with_a_plan_comes_at_once():
    meters = {"S1": {"paramter": "EC_PJ", "calibration_interval": "a year", "maximum_permissible_error": "0.5"}}
    source = {"files": "nowhere.csv", "kind": "meter", "step": "half an hour"}
    readings = {"sources": [source], "treatments": [{"finding": "gab", "treatment": "x"}], "rules": "JCM"}
    listed = "\n".join(problems(read_plan, meters, readings))
    for word in (
        "timezone",
        "paramter",
        "a year",
        "per cent",
        "nowhere.csv",
        "'meter'",
        "half an hour",
        "gab",
        "time: missing",
    ):
        assert word in listed


@pytest.mark.parametrize(
    ("meter", "complaint"),
    [
        ({"parameter": "EC_PV"}, "has no parameter 'EC_PV'; did you mean EC_PJ?"),
        ({"parameter": "COP_PJ"}, "does not add over time"),
        ({"labels": {}}, "labels of i"),
    ],
)
def test_a_meter_measures_an_amount_of_the_methodology(meter, complaint):
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"} | meter}
    assert complaint in problems(survey, hourly(), meters)[0]


def test_what_is_no_amount_is_refused_by_every_methodology_as_none_says_how_it_is_averaged():
    levels = [
        (m, parameter)
        for m in map(jcm_calc.methodology, jcm_calc.methodologies().index)
        for parameter in m.inputs.values()
        if parameter.kind is Kind.MONITORED and not parameter.extensive
    ]
    assert {(m.number, parameter.name) for m, parameter in levels} >= {("MN_AM001", "EF_grid"), ("VN_AM005", "Br")}
    for m, parameter in levels:
        meters = {"S1": {"parameter": parameter.name, "unit": parameter.unit}}
        (told,) = problems(survey, hourly(last="2024-01-03"), meters, p="2024-01-01", methodology=m)
        assert f"{parameter.symbol} does not add over time" in told
        assert "how readings of it are averaged" in told
        assert "[inputs]" in told


def test_a_case_with_meters_but_no_readings(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text('methodology = "ID_AM003"\n[meters.S1]\nparameter = "EC_PJ"\n', "utf-8")
    assert problems(read_case, path) == ["readings: missing: [meters] needs it"]
    path.write_text('methodology = "ID_AM003"\n[inputs]\nCOP_PJ = 1.63\n', "utf-8")
    assert CliRunner().invoke(jcm, ["monitor", str(path)]).exit_code == 2


# Properties


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 5), unit=st.sampled_from(["Wh", "kWh", "MWh", "MJ"]))
def test_splitting_shuffling_and_units_never_change_the_result(seed, parts, unit):
    frame = hourly("2024-11-20", "2025-01-12", seed).drop(index=range(40, 45))
    choices = [{"finding": "gap", "treatment": "comparable period"}]
    once = survey(frame, p="2024-11-20/2025-01-11", treatments=choices)
    shuffled = frame.sample(frac=1, random_state=seed % 2**31)
    again = survey(shuffled, p="2024-11-20/2025-01-11", treatments=choices)
    assert again.amounts == once.amounts
    assert found(again) == found(once)
    factor = {"Wh": 1000, "kWh": 1, "MWh": 0.001, "MJ": 3.6}[unit]
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": unit}}
    rescaled = frame.assign(kWh=frame["kWh"] * factor)
    by_unit = survey(rescaled, meters, p="2024-11-20/2025-01-11", treatments=choices)
    assert by_unit.amounts["S1"] == pytest.approx(once.amounts["S1"], rel=1e-12)
    expected = frame["kWh"].sum() + once.findings[0].used * 1000
    assert sum(once.amounts["S1"]) * 1000 == pytest.approx(expected, rel=1e-12)


def registers_of_a_month(seed):
    """Readings of three registers each hour: one that is reset, one misread, one with a reading that came twice."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2024-01-01", "2024-02-01", freq="h")
    parts = []
    for name in ("S1", "S2", "S3"):
        steps = rng.integers(5, 20, len(times)) / 10
        parts.append(pd.DataFrame({"meter": name, "time": times, "kWh": (500 + steps.cumsum()).round(1)}))
    reset, misread, twice = (int(rng.integers(30, len(times) - 30)) for _ in parts)
    parts[0].loc[reset:, "kWh"] -= parts[0]["kWh"][reset]
    parts[1].loc[misread, "kWh"] += 400
    parts[2] = pd.concat([parts[2], parts[2].iloc[[twice]]])
    return pd.concat(parts, ignore_index=True)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1), files=st.integers(1, 4), order=st.sampled_from(["meter", "time", "any"]))
def test_the_order_of_registers_in_files_never_changes_the_result(tmp_path_factory, seed, files, order):
    frame = registers_of_a_month(seed)
    if order == "any":
        frame = frame.sample(frac=1, random_state=seed % 2**31)
    if order == "time":
        frame = frame.sort_values("time", kind="stable")
    folder = tmp_path_factory.mktemp("registers")
    for number, part in enumerate(np.array_split(np.arange(len(frame)), files)):
        frame.iloc[part].to_parquet(folder / f"{number}.parquet", index=False)
    meters = {f"S{n}": {"parameter": "EC_PJ", "labels": {"i": n}, "unit": "kWh", "rated": "2.5 kW"} for n in (1, 2, 3)}
    style = {"kind": "register", "step": None, "stamp": None, "columns": None, "meter": "meter", "value": "kWh"}
    choices = [
        {"finding": "reset", "treatment": "count from zero"},
        {"finding": "spike", "treatment": "leave out"},
        {"finding": "duplicate", "treatment": "count once"},
    ]

    given = {"p": "2024-01", "treatments": choices, "files": str(folder / "*.parquet")}
    screened = survey(None, meters, **given, **style)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MeterReadings, "_odd", every_block)
        patch.setattr("jcm_calc.readings.block_sums.screen_runs", lambda *_arguments: None)
        closely = survey(None, meters, **given, **style)
    assert found(screened) == found(closely)
    assert sorted(one.kind for one in closely.findings) == ["duplicate", "reset", "spike"]
    for name in meters:
        assert screened.amounts[name] == pytest.approx(closely.amounts[name], rel=1e-12)
        own = frame[frame["meter"] == name].sort_values("time")["kWh"]
        if name != "S1":
            assert closely.amounts[name][0] * 1000 == pytest.approx(own.iloc[-1] - own.iloc[0], rel=1e-12)


def test_splitting_files_gives_identical_numbers(tmp_path):
    frame = hourly().drop(index=range(500, 520))
    for month, part in frame.groupby(frame["time"].dt.month):
        part.to_parquet(tmp_path / f"{month:02}.parquet", index=False)
    choices = [{"finding": "gap", "treatment": "comparable period"}]
    whole = survey(frame, treatments=choices)
    assert survey(None, files=str(tmp_path / "*.parquet"), treatments=choices).amounts == whole.amounts
    source = {"files": str(tmp_path / "*.parquet"), "kind": "interval", "step": "1 h", "stamp": "start", "time": "time"}
    with ThreadPoolExecutor(2) as pool:
        spread = jcm_calc.monitor(
            {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}},
            {"timezone": "Asia/Jakarta", "sources": [{**source, "columns": {"S1": "kWh"}}], "treatments": choices},
            p="2024",
            methodology="ID_AM003",
            run=pool.map,
            **COLD_STORE,
        )
    assert spread.amounts == whole.amounts
    assert found(spread) == found(whole)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), minutes=st.sampled_from([10, 15, 20, 30, 60]))
def test_sampling_never_changes_the_result(seed, minutes):
    # watt hours, each divisible by six
    rng = np.random.default_rng(seed)
    fine = pd.DataFrame({"time": pd.date_range("2024-12-20", "2025-01-10", freq="10min", inclusive="left")})
    fine["Wh"] = rng.integers(100, 300, len(fine)).astype(float)
    coarse = fine.resample(f"{minutes}min", on="time")["Wh"].sum().reset_index()
    p = "2024-12-20/2025-01-09"
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "Wh"}}
    by_step = survey(coarse, meters, p=p, step=f"{minutes} min", columns={"S1": "Wh"})
    expected = [fine.loc[fine["time"].dt.year == year, "Wh"].sum() / 1e6 for year in (2024, 2025)]
    assert by_step.amounts["S1"] == pytest.approx(expected, rel=1e-12)
    power = coarse.assign(W=coarse["Wh"] * 60 / minutes)
    watts = {"S1": {**meters["S1"], "unit": "W"}}
    by_power = survey(power, watts, p=p, kind="power", step=f"{minutes} min", columns={"S1": "W"})
    assert by_power.amounts["S1"] == pytest.approx(expected, rel=1e-12)
    # what a register shows at the end of each step
    ends = coarse["time"] + pd.Timedelta(minutes=minutes)
    times = pd.concat([coarse["time"].iloc[:1], ends], ignore_index=True)
    register = pd.DataFrame({"time": times, "Wh": np.concatenate([[7.0], 7 + coarse["Wh"].cumsum()])})
    counted = survey(register, meters, p=p, kind="register", step=None, stamp=None, columns={"S1": "Wh"})
    assert counted.amounts["S1"] == pytest.approx(expected, rel=1e-12)
    for monitored in (by_step, by_power, counted):
        assert monitored.findings == ()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=48, max_size=200), st.randoms())
def test_sums_are_exact_in_any_order(values, random):
    frame = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=len(values), freq="h"), "kWh": values})
    order = list(range(len(values)))
    random.shuffle(order)
    days = len(values) // 24
    p = f"2024-01-01/{date(2024, 1, 1).fromordinal(date(2024, 1, 1).toordinal() + days - 1)}"
    meters = {"S1": {"parameter": "EC_PJ", "unit": "kWh"}}
    frames = (frame, frame.iloc[order])
    sums = [survey(one, meters, p=p, methodology=None, midnight="start").read["S1"] for one in frames]
    assert sums[0] == sums[1]
    exact = sum(Decimal(value) for value in values[: 24 * days])
    # each reading to 2**-52 of a unit, the sum to one rounding
    assert float(abs(Decimal(sums[0][0]) - exact)) <= 2**-52 * len(values) + float(exact) * 2**-52


# Availability


def test_availability_by_day_and_amounts_by_month():
    frame = hourly().drop(index=range(24, 36))
    monitored = survey(frame)
    share = monitored.availability()["S1"]
    assert share["2024-01-01"] == 1
    assert share["2024-01-02"] == pytest.approx(0.5)
    assert len(share) == 366
    expected = frame.groupby(frame["time"].dt.strftime("%Y-%m"))["kWh"].sum() / 1000
    assert monitored.monthly()["S1"].tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_plots_mark_each_finding_and_each_day(worked):
    from matplotlib.figure import Figure

    from jcm_calc import plots

    ax = plots.readings(worked, "S1", ax=Figure())
    marked = ["duplicate", "unit slip", "gap", "spike", "beyond the axis"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == marked
    assert len(ax.patches) == 1 + 4  # the line of the days
    calendar = plots.availability(worked, ax=Figure()).get_images()[0].get_array()
    assert calendar.shape == (12, 31)
    # on 15 and 16 August one of three meters has no readings
    assert calendar[7, 14:16].tolist() == pytest.approx([2 / 3, 2 / 3], abs=0.02)
    assert calendar[7, 20] == pytest.approx(1, abs=0.02)
    # of the meter itself there are none
    own = plots.availability(worked, "S1", ax=Figure()).get_images()[0].get_array()
    assert own[7, 14:16].tolist() == pytest.approx([0, 0], abs=0.02)
    with pytest.raises(KeyError, match="there is no meter 'S4'; known are S1, S2, S3"):
        plots.readings(worked, "S4", ax=Figure())
