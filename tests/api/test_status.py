"""The status of a project: faults are reported in the month in which they arise, and the same from a store as anew."""

import json
import re
import runpy
import tomllib
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from status_example import EXAMPLE

from jcm_calc import calculate, portfolio
from jcm_calc.api.case_file import read_case
from jcm_calc.api.status import statuses
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.inputs.periods import Period
from jcm_calc.results.forecast import T, forecast
from jcm_calc.results.status import Basis, Need, Plan

EXAMPLE_YEAR = Path(__file__).parents[2] / "docs" / "examples" / "metered_year"
make = SimpleNamespace(**runpy.run_path(str(EXAMPLE_YEAR / "make.py"), run_name="make"))

FACTS = """
[facts]
site = "frozen food processing plant"
secondary_loop = "yes"
checks_per_year = 2
release_prevented = "yes"
"""
SOURCES = (EXAMPLE_YEAR / "case.toml").read_text("utf-8")
SOURCES = SOURCES[SOURCES.index("[readings]") : SOURCES.index("[[readings.treatments]]")]
METERS = "".join(
    f'[meters.S{number}]\nparameter = "EC_PJ"\nlabels = {{ i = {number} }}\nrated = "{rated} kW"\n{more}\n'
    for number, rated, more in (
        (1, 25, ""),
        (2, 20, 'calibration_interval = "12 months"\nmaximum_permissible_error = "0.5 %"\nCALIBRATIONS'),
        (3, 20, 'unit = "kWh"'),
    )
)
ALWAYS = {"boundary": "split by time", "late calibration": "maximum permissible error"}


def case_file(folder, treatments=(), calibrated=("2023-05-20",), estimate=None):
    """Write a case file of the three refrigerators; a treatment is a pair of finding and what is done about it."""
    plan = "" if estimate is None else f"estimate = {{ 2024 = {estimate} }}\n"
    head = 'methodology = "ID_AM003"\np = "2024"\n[project]\ntitle = "A made-up plant"\nstart = 2023-07-01\n' + plan
    inputs = '[inputs]\nCOP_PJ = 1.63\napplication = "individual quick freezer"\nEF_elec = "0.814 tCO2/MWh"\n'
    dates = ", ".join(f'{{ on = {day}, found = "0.2 %" }}' for day in calibrated)
    meters = METERS.replace("CALIBRATIONS", f"calibrations = [{dates}]")
    chosen = "".join(
        f'[[readings.treatments]]\nfinding = "{finding}"\ntreatment = "{name}"\n{more}\n'
        for finding, name, more in ((*one, "")[:3] for one in (*ALWAYS.items(), *treatments))
    )
    path = folder / "case.toml"
    path.write_text(head + inputs + FACTS + meters + SOURCES + chosen, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A year without faults but for a gap, a week in Wh, a register that is reset, and a meter that is stuck."""
    readings = make.faultless()
    S1, S2 = readings.S1, readings.S2
    S1.loc[make.between(S1, "2024-04-08 00:00", "2024-04-15 00:00"), "kWh"] *= 1000
    readings.S1 = S1[~make.between(S1, "2024-02-14 09:00", "2024-02-17 09:00")]
    S2.loc[make.between(S2, "2024-08-10 00:00", "2024-08-24 00:00"), "kW"] = 14.321
    make.reset(readings)
    folder = tmp_path_factory.mktemp("year")
    make.write(folder, readings)
    return folder


def keys(status):
    return {one.key for one in status.actions}


def test_each_fault_is_reported_in_the_month_in_which_it_arises(year):
    # a person treats each fault at the beginning of the next month, and calibrates the meter in June
    gap, slip, reset, stuck = (
        ("gap", "comparable period"),
        ("unit slip", "rescale", 'factor = 0.001\nreason = "set to Wh"'),
        ("reset", "count from zero"),
        ("stuck", "comparable period"),
    )
    done = {3: [gap], 5: [gap, slip], 8: [gap, slip, reset], 9: [gap, slip, reset, stuck]}
    arises = {
        1: {"below plan 2024"},
        2: {"gap S1 2024-02-14T09:00"},
        3: {"calibration S2  2024-05-20 soon"},
        4: {"unit slip S1 2024-04-08T00:00"},
        5: {"calibration S2  2024-05-20 overdue"},
        7: {"reset S3 2024-07-01T07:00"},
        8: {"stuck S2 2024-08-10T00:00"},
    }
    known, treatments = set(), []
    for month in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12):
        treatments = done.get(month, treatments)
        calibrated = ("2023-05-20", "2024-06-12") if month > 5 else ("2023-05-20",)
        end = (date(2024, month, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        status = read_case(case_file(year, treatments, calibrated, 88)).status(end)
        found = keys(status)
        new = found - known
        assert new == arises.get(month, set()), month
        known = found
    assert status.so_far == Period.parse("2024-01-01/2024-12-30")
    # as `jcm monitor` and `jcm calc` have it, but for the last day, whose register was read on the next
    result = read_case(year / "case.toml").calculate()
    assert pytest.approx(result.array("ER").item() * 365 / 366, rel=2e-3) == status.ER
    assert sum(one.ER for one in status.months) == pytest.approx(status.ER, rel=1e-9)
    assert 0.25 < 1 - status.ER / status.plan.so_far < 0.35
    assert status.plan.so_far == pytest.approx(88 * 365 / 366)
    assert (status.forecast.basis, status.forecast.low) == (Basis.PLAN, None)


def test_the_page_shows_what_the_command_prints_of_august(year):
    treatments = [("gap", "comparable period"), ("unit slip", "rescale", 'factor = 0.001\nreason = "set to Wh"')]
    treatments.append(("reset", "count from zero"))
    path = case_file(year, treatments, ("2023-05-20", "2024-06-12"), 88)
    done = CliRunner().invoke(jcm, ["status", str(path), "--on", "2024-08-31", "--no-store"], prog_name="jcm")
    page = (Path(__file__).parents[2] / "docs" / "how_to" / "status.md").read_text("utf-8")
    (shown,) = re.findall(r"```text\n\$ jcm status case.toml --on 2024-08-31\n(.*?)```", page, re.DOTALL)
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    assert printed[: len(shown.splitlines())] == shown.splitlines()


def test_an_open_finding_has_options_with_their_tonnes_and_counts_with_the_least(year):
    status = read_case(case_file(year)).status("2024-02-29", store=False)
    (gap,) = status.open
    like, nothing = (
        next(one for one in gap.options if one.name == name) for name in ("comparable period", "count as zero")
    )
    # hours × mean load × (1.63 / 1.32 - 1) × factor, in t; the least of comparable periods is a little less
    expected = 72 * 0.016 * (1.63 / 1.32 - 1) * 0.814
    assert expected * 0.8 < like.tonnes < expected
    assert (nothing.amount, nothing.tonnes) == (0.0, 0.0)
    (action,) = [one for one in status.actions if one.need is Need.FINDING]
    assert action.tonnes == pytest.approx(like.tonnes)
    treated = read_case(case_file(year, [("gap", "count as zero")])).status("2024-02-29", store=False)
    assert pytest.approx(treated.ER, rel=1e-12) == status.ER
    assert not treated.open


def test_readings_after_the_day_are_not_used(year, tmp_path):
    # the files as they were on that day: what came later must not change anything
    for name, form in (("S1", "%d.%m.%Y %H:%M"), ("S2", "%Y-%m-%d %H:%M"), ("S3", "%Y年%m月%d日 %H時%M分")):
        encoding = "cp932" if name == "S3" else "utf-8"
        head, *lines = (year / f"{name}.csv").read_text(encoding).splitlines()
        times = pd.to_datetime([line.replace(";", ",").partition(",")[0] for line in lines], format=form)
        # the logger of S1 keeps central European time, six hours behind Jakarta in winter
        end = pd.Timestamp("2024-03-01") - pd.Timedelta(hours=6 if name == "S1" else 0)
        kept = [line for line, time in zip(lines, times, strict=True) if time < end]
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *kept, ""]), encoding)
    now, then = (read_case(case_file(folder)).status("2024-02-29", store=False) for folder in (year, tmp_path))
    assert now == then
    assert now.open


def test_a_meter_without_readings_is_reported_and_its_days_are_not_counted(tmp_path):
    readings = make.faultless()
    readings.S2 = readings.S2[readings.S2["start"] < make.at("2024-02-01")]
    make.write(tmp_path, readings)
    status = read_case(case_file(tmp_path)).status("2024-02-20", store=False)
    assert status.so_far == Period.parse("2024-01")
    (action,) = [one for one in status.actions if one.need is Need.READINGS]
    assert action.key == "readings S2 2024-01-31"
    # 20 days of 12 kW, as the example has them on the average, at 0.814 t/MWh × (1.63 / 1.32 - 1)
    assert action.tonnes == pytest.approx(20 * 24 * 0.012 * 0.95 * 0.814 * (1.63 / 1.32 - 1), rel=0.05)
    assert [round(one.share, 3) for one in status.meters[1].coverage] == [1.0, 0.0]
    (tmp_path / "S2.csv").write_text("time,kW\n")
    without = read_case(tmp_path / "case.toml").status("2024-02-20", store=False)
    assert (without.so_far, without.ER, without.meters[1].until) == (None, None, None)
    assert "readings S2 None" in keys(without)


def test_earlier_years_on_file_give_the_season(tmp_path):
    times = pd.date_range("2023-01-01", "2024-07-01", freq="h", inclusive="left")
    pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "kWh": np.arange(len(times)) % 7 + 5.5}).to_csv(
        tmp_path / "m.csv", index=False
    )
    (tmp_path / "case.toml").write_text(
        'methodology = "ID_AM003"\np = ["2023", "2024"]\n[inputs]\nCOP_PJ = 1.63\n'
        'application = "individual quick freezer"\nEF_elec = 0.8\n'
        '[meters.M]\nparameter = "EC_PJ"\nlabels = { i = 1 }\n[readings]\ntimezone = "Asia/Jakarta"\n'
        '[[readings.sources]]\nfiles = "m.csv"\nkind = "interval"\nstep = "1 h"\nstamp = "start"\ntime = "time"\n'
        'unit = "kWh"\ncolumns = { M = "kWh" }\n'
    )
    status = read_case(tmp_path / "case.toml").status("2024-07-10", store=False)
    assert status.so_far == Period.parse("2024-01-01/2024-06-30")
    assert status.forecast.basis is Basis.SEASONAL
    assert status.forecast.years == (2023,)
    # each hour is alike on the average, so that the year has twice what the half-year has
    assert pytest.approx(status.ER * 366 / 182, rel=1e-3) == status.forecast.ER
    assert status.forecast.low <= status.forecast.ER <= status.forecast.high


def with_a_second_meter(folder, installed, first):
    """Write a case of two meters with hourly loads since 2023, of which the second one has readings from a day on."""
    times = pd.date_range("2023-01-01", "2024-07-01", freq="h", inclusive="left")
    frame = pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "A": np.arange(len(times)) % 7 + 5.5})
    frame["B"] = frame["A"].where(frame["time"] >= first)
    frame.to_csv(folder / "m.csv", index=False)
    (folder / "case.toml").write_text(
        'methodology = "ID_AM003"\np = ["2023", "2024"]\n[inputs]\nCOP_PJ = [1.63, 1.63]\n'
        'application = "individual quick freezer"\nEF_elec = 0.8\n'
        '[meters.A]\nparameter = "EC_PJ"\nlabels = { i = 1 }\n'
        f'[meters.B]\nparameter = "EC_PJ"\nlabels = {{ i = 2 }}\ncalibration_interval = "1 year"\n{installed}\n'
        '[readings]\ntimezone = "Asia/Jakarta"\n[[readings.sources]]\nfiles = "m.csv"\nkind = "interval"\n'
        'step = "1 h"\nstamp = "start"\ntime = "time"\nunit = "kWh"\ncolumns = { A = "A", B = "B" }\n'
    )
    return read_case(folder / "case.toml")


@pytest.mark.parametrize(
    ("installed", "until", "behind"),
    [("2024-07-20", "2024-06-30", 0), ("2024-06-30", "2024-06-29", 1), ("2024-05-11", "2024-05-10", 51)],
)
def test_a_meter_that_is_not_yet_installed_holds_nothing_up(tmp_path, installed, until, behind):
    """Of the days before, the other meter says all; from then on, readings and a calibration are waited for."""
    status = with_a_second_meter(tmp_path, f"installed = {installed}", "never").status("2024-06-30", store=False)
    assert status.so_far == Period.parse(f"2024-01-01/{until}")
    days = (date.fromisoformat(until) - date(2023, 12, 31)).days
    assert pytest.approx(days * 24 * 8.5e-3 * (1.63 / 1.32 - 1) * 0.8, rel=1e-2) == status.ER
    assert (status.forecast.basis, status.problems) == (Basis.SEASONAL, ())
    second = status.meters[1]
    assert (second.until, second.amount, second.behind) == (None, None, behind)
    assert [one.month.month for one in second.coverage] == list(range(int(installed[5:7]), 7))
    needs = {one.need for one in status.actions}
    assert (Need.CALIBRATION in needs, Need.READINGS in needs) == (behind > 0, behind > 35)


def test_a_meter_that_is_installed_after_the_last_common_day_is_not_looked_at(tmp_path):
    """Though it has readings: those of the other one end before."""
    case = with_a_second_meter(tmp_path, "installed = 2024-06-20", "2024-06-20")
    lines = (tmp_path / "m.csv").read_text().splitlines()
    rows = [
        line if line < "2024-06-15" else ",".join((*line.split(",")[:1], "", line.split(",")[2])) for line in lines[1:]
    ]
    (tmp_path / "m.csv").write_text("\n".join([lines[0], *rows, ""]))
    status = case.status("2024-06-30", store=False)
    assert status.so_far == Period.parse("2024-01-01/2024-06-14")
    assert (status.findings, status.meters[1].until) == ((), date(2024, 6, 30))
    assert status.ER is not None


def test_a_meter_whose_installation_is_not_stated_is_waited_for(tmp_path):
    status = with_a_second_meter(tmp_path, "", "never").status("2024-06-30", store=False)
    assert (status.so_far, status.ER) == (None, None)


def test_an_earlier_year_that_the_meters_covered_in_part_is_not_complete(tmp_path):
    status = with_a_second_meter(tmp_path, "", "2023-01-16").status("2024-06-30", store=False)
    assert status.so_far == Period.parse("2024-01-01/2024-06-30")
    assert status.forecast.basis is Basis.NONE


def amounts_of_hours(folder, methodology, inputs, parameter="EG_SUP"):
    """Write a case of one meter, with 2 MWh each hour of the first half of 2024."""
    times = pd.date_range("2024-01-01", "2024-07-01", freq="h", inclusive="left")
    pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "MWh": 2 + np.arange(len(times)) % 7 / 100}).to_csv(
        folder / "m.csv", index=False
    )
    (folder / "case.toml").write_text(
        f'methodology = "{methodology}"\np = ["2023", "2024"]\n[inputs]\n{inputs}\n'
        f'[meters.M]\nparameter = "{parameter}"\n[readings]\ntimezone = "Asia/Jakarta"\n[[readings.sources]]\n'
        'files = "m.csv"\nkind = "interval"\nstep = "1 h"\nstamp = "start"\ntime = "time"\ncolumns = { M = "MWh" }\n'
        'unit = "MWh"\n'
    )
    return read_case(folder / "case.toml").status("2024-07-05", store=False)


def test_an_amount_of_a_whole_period_is_shared_by_days(tmp_path):
    # heat and fuel are typed for each year: up to 30 June they are 182 of 366 parts, whatever those of 2023 are
    fixed = {"EF_elec": 0.8, "η_RE": 0.85, "EF_fuel_RE": 0.07, "NCV_gas": 48.0, "EF_gas": 0.056}
    rest = "fuel_measured_as = 'mass'\n" + "".join(f'"{name}" = {value}\n' for name, value in fixed.items())
    for heat in ('["1000 GJ", "36600 GJ"]', "[1000, 36600]"):
        inputs = f"HC_CGS = {heat}\nFC_gas = [1, 3660]\n{rest}"
        status = amounts_of_hours(tmp_path, "ID_AM016", inputs, "EC_CGS")
        amount = status.meters[0].amount
        given = {"EC_CGS": amount, "HC_CGS": 18200, "FC_gas": 1820, "fuel_measured_as": "mass", **fixed}
        alone = calculate("ID_AM016", **given, p="2024-01-01/2024-06-30")
        assert amount == pytest.approx(2.03 * 24 * 182, rel=1e-4)
        assert alone.array("ER").item() == pytest.approx(status.ER, rel=1e-12)


def test_without_an_input_the_meters_are_shown_and_the_input_is_asked_for(tmp_path):
    status = amounts_of_hours(tmp_path, "ID_AM001", "EC_CAP = 0.5")
    assert (status.ER, status.meters[0].until) == (None, date(2024, 6, 30))
    assert status.meters[0].coverage[0].share == 1.0
    asked = [one for one in status.actions if one.need is Need.INPUT]
    assert [one.subject for one in asked] == ["EF_grid"]


@pytest.mark.parametrize(("invoiced", "last", "differs"), [(1.0, 2, False), (1.1, 2, True), (1.0, 1, False)])
def test_a_cross_check_waits_until_both_sides_have_readings(tmp_path, invoiced, last, differs):
    times = pd.date_range("2024-01-01", "2024-03-01", freq="h", inclusive="left")
    pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "MWh": 2 + np.arange(len(times)) % 7 / 100}).to_csv(
        tmp_path / "m.csv", index=False
    )
    monthly = pd.Series(2 + np.arange(len(times)) % 7 / 100, times).groupby(times.month).sum() * invoiced
    rows = [f"2024-0{month},2024-0{month},{monthly[month]}" for month in range(1, last + 1)]
    (tmp_path / "i.csv").write_text("\n".join(["first,last,MWh", *rows, ""]))
    path = tmp_path / "case.toml"
    path.write_text(
        'methodology = "ID_AM001"\np = "2024"\n[inputs]\nEC_CAP = 0.5\nEF_grid = 0.8\n[facts]\nmax_output = 2.04\n'
        '[meters.M]\nparameter = "EG_SUP"\nunit = "MWh"\n'
        '[meters.I]\nparameter = "EG_SUP"\nunit = "MWh"\ncheck_only = true\n[readings]\ntimezone = "Asia/Jakarta"\n'
        '[[readings.sources]]\nfiles = "m.csv"\nkind = "interval"\nstep = "1 h"\nstamp = "start"\ntime = "time"\n'
        'columns = { M = "MWh" }\n[[readings.sources]]\nfiles = "i.csv"\nkind = "total"\ntime = "first"\n'
        'until = "last"\ncolumns = { I = "MWh" }\n'
        '[[readings.checks]]\nname = "invoices"\nkind = "equal"\nleft = ["M"]\nright = ["I"]\ntolerance = "1 %"\n'
        '[[readings.checks]]\nname = "of the year"\nkind = "equal"\nleft = ["M"]\nvalue = "17000 MWh"\n'
        'tolerance = "1 %"\n'
    )
    status = read_case(path).status("2024-03-02", store=False)
    assert status.so_far == Period.parse("2024-01-01/2024-02-29")
    found = [one for one in status.actions if one.need is Need.CROSS_CHECK]
    assert [one.subject for one in found] == (["invoices"] if differs else [])
    if differs:
        # a tenth of 2.03 MWh × 1,440 h at 0.8 t/MWh
        assert found[0].tonnes == pytest.approx(0.1 * 2.03 * 1440 * 0.8, rel=1e-3)
        return
    # what a limit of the methodology forbids is an action as well
    path.write_text(path.read_text().replace("max_output = 2.04", "max_output = 1.5"))
    subjects = [one.subject for one in read_case(path).status("2024-03-02").actions if one.need is Need.CROSS_CHECK]
    assert "EG_SUP,p ≤ max_output × hours" in subjects


# Forecast


def test_the_forecast_is_the_regression_of_this_year_on_earlier_ones():
    rng = np.random.default_rng(3)
    shape = 10 + 4 * np.sin(np.arange(12) / 12 * 2 * np.pi)
    months = {}
    for number in (2021, 2022):
        for month in range(12):
            months[Period.parse(f"{number}-{month + 1:02}")] = float(shape[month] * rng.uniform(0.9, 1.1))
    this = {
        Period.parse(f"2023-{month + 1:02}"): float(0.8 * shape[month] * rng.uniform(0.9, 1.1)) for month in range(7)
    }
    ER = sum(this.values())
    found = forecast(Period.parse("2023"), Period.parse("2023-01-01/2023-07-31"), ER, months | this, None)
    profile = np.array(list(months.values())).reshape(2, 12).mean(axis=0)
    level = np.linalg.lstsq(profile[:7, None], np.array(list(this.values())), rcond=None)[0].item()
    assert pytest.approx(ER + level * profile[7:].sum()) == found.ER
    stats = pytest.importorskip("scipy.stats")
    residuals = np.sum((np.array(list(this.values())) - level * profile[:7]) ** 2)
    for number in range(2):
        own = np.array(list(months.values())).reshape(2, 12)[number]
        residuals += np.sum((own - own.sum() / profile.sum() * profile) ** 2)
    freedom = 6 + 11
    variance = residuals / freedom * (5 + profile[7:].sum() ** 2 / np.sum(profile[:7] ** 2))
    assert found.high - found.ER == pytest.approx(stats.t.ppf(0.95, freedom) * variance**0.5, rel=1e-3)
    assert [round(value, 3) for value in stats.t.ppf(0.95, np.arange(1, len(T) + 1))] == [*T]
    assert (found.tonnes, len(found.months), found.months[-1].ER) == (int(found.ER), 6, found.ER)


def test_where_there_is_too_little_the_plan_is_scaled_or_there_is_none():
    year, so_far = Period.parse("2024"), Period.parse("2024-01-01/2024-06-30")
    months = {Period.parse(f"2024-{month:02}"): 5.0 for month in range(1, 7)}
    planned = forecast(year, so_far, 30.0, months, Plan(100.0, 50.0, "a plan"))
    assert (planned.basis, planned.ER, planned.low, planned.tonnes) == (Basis.PLAN, 60.0, None, 60)
    none = forecast(year, so_far, 30.0, months, None)
    assert (none.basis, none.ER, none.tonnes) == (Basis.NONE, None, None)
    unfinished = {Period.parse(f"2023-{month:02}"): 5.0 for month in range(2, 13)}
    for january in ({}, {Period.parse("2023-01-16/2023-01-31"): 2.5}):  # a month that was measured in part is none
        assert forecast(year, so_far, 30.0, months | unfinished | january, None).basis is Basis.NONE
    assert forecast(year, year, 30.9, months, None).tonnes == 30


# Data and folders


def test_the_status_is_data_for_json():
    data = json.loads(json.dumps(EXAMPLE.as_data(), allow_nan=False))
    assert (data["format"], data["year"], data["actions"][0]["need"]) == (1, "2024-01-10/2024-12-31", "below_plan")
    assert data["meters"][0]["coverage"][0]["days"][:10] == [None] * 9 + [1.0]


def test_a_folder_has_the_worst_first_and_goes_on_where_one_is_broken(tmp_path):
    typed = 'methodology = "ID_AM003"\np = "2023"\n[inputs]\nEC_PJ = {}\nCOP_PJ = 1.63\nEF_elec = 0.8\n'
    typed += 'application = "individual quick freezer"\n[project]\nestimate = 20\n' + FACTS
    for name, amount in (("low", 20), ("fine", 150), ("lower", 10)):
        (tmp_path / f"{name}.toml").write_text(typed.format(amount))
    (tmp_path / "broken.toml").write_text("methodology =")
    (tmp_path / "rules.toml").write_text('title = "not a case"')
    (tmp_path / "unmet.toml").write_text(typed.format(150).replace("checks_per_year = 2", "checks_per_year = 0"))
    found = statuses(tmp_path, "2023-12-31", processes=1)
    assert [one.name for one in found] == ["broken.toml", "unmet.toml", "lower.toml", "low.toml", "fine.toml"]
    assert [len(one.actions) for one in found] == [1, 1, 1, 1, 0]
    (unmet,) = found[1].actions  # with a criterion that is not met, all reductions of the year are at stake
    assert (unmet.need, unmet.tonnes) == (Need.CRITERION, pytest.approx(150 * (1.63 / 1.32 - 1) * 0.8))
    fine = found[-1].status
    assert pytest.approx(150 * (1.63 / 1.32 - 1) * 0.8) == fine.ER
    assert (fine.plan.source, fine.forecast.basis) == ("[project] estimate", Basis.COMPLETE)
    assert portfolio(str(tmp_path / "l*.toml")).table["estimate"].tolist() == [20, 20]
    with pytest.raises(InputError, match="has no case file"):
        statuses(tmp_path / "nothing")


def test_before_the_crediting_period_nothing_is_needed_and_after_it_the_last_year_stays(year):
    path = case_file(year)
    before = read_case(path).status("2023-03-01", store=False)
    assert (before.so_far, before.meters, before.actions) == (None, (), ())
    path.write_text(path.read_text("utf-8").replace("start =", "end = 2024-02-29\nstart ="), "utf-8")
    after = read_case(path).status("2030-01-01", store=False)
    assert (after.day, after.so_far) == (date(2024, 2, 29), Period.parse("2024-01-01/2024-02-28"))


def test_findings_of_the_year_before_stay_until_they_are_treated(year):
    # in January all of the year before is still open, although the new year has no readings yet
    status = read_case(case_file(year)).status("2025-01-05", store=False)
    assert (status.so_far, status.ER) == (None, None)
    assert {"gap S1 2024-02-14T09:00", "stuck S2 2024-08-10T00:00", "reset S3 2024-07-01T07:00"} <= keys(status)
    path = case_file(year)
    path.write_text(path.read_text("utf-8").replace('p = "2024"', 'p = "2025"'), "utf-8")
    assert not [one for one in read_case(path).status("2025-01-05", store=False).actions if one.need is Need.FINDING]


def test_the_estimate_of_a_case_file_is_checked(tmp_path):
    (tmp_path / "case.toml").write_text('methodology = "ID_AM003"\n[project]\nestimate = { 24 = 5 }\n[inputs]\n')
    with pytest.raises(InputError, match=r"\[project\] estimate: got '24'; must be a calendar year"):
        read_case(tmp_path / "case.toml")
    (tmp_path / "case.toml").write_text('methodology = "ID_AM003"\n[project]\nestimate = true\n[inputs]\n')
    with pytest.raises(InputError, match="must be an estimate of at least 0 tCO2"):
        read_case(tmp_path / "case.toml")
    assert tomllib.loads("estimate = { 2024 = 5 }") == {"estimate": {"2024": 5}}


def hours(folder, amounts, more=None, project="start = 2023-01-01", periods=("2023", "2024"), pattern=7):
    """Write a case file of refrigerators with kWh of each hour, by name: first day, day after the last, kWh."""
    meters, sources = "", ""
    for number, (name, (first, beyond, kwh)) in enumerate(amounts.items(), 1):
        times = pd.date_range(first, beyond, freq="1h", inclusive="left")
        values = kwh + 0.01 * (pattern * np.arange(len(times)) % 24)
        lines = (f"{time:%Y-%m-%d %H:%M},{value:.2f}\n" for time, value in zip(times, values, strict=True))
        (folder / f"{name}.csv").write_text("time,kWh\n" + "".join(lines))
        meters += f'[meters.{name}]\nparameter = "EC_PJ"\nlabels = {{ i = {number} }}\n{(more or {}).get(name, "")}\n'
        sources += f'[[readings.sources]]\nfiles = "{name}.csv"\nkind = "interval"\nstep = "1 h"\nstamp = "start"\n'
        sources += f'time = "time"\ncolumns = {{ {name} = "kWh" }}\nunit = "kWh"\n'
    head = f'methodology = "ID_AM003"\np = {list(periods)}\n[project]\n{project}\n'
    inputs = '[inputs]\nCOP_PJ = 1.63\napplication = "individual quick freezer"\nEF_elec = "0.814 tCO2/MWh"\n'
    path = folder / "case.toml"
    path.write_text(head + inputs + FACTS + meters + '[readings]\ntimezone = "Asia/Jakarta"\nrules = "JCM"\n' + sources)
    return read_case(path)


@pytest.mark.parametrize("day", ["2024-01-15", "2024-02-09", "2024-02-10", "2024-03-20"])
def test_the_effect_of_a_finding_counts_in_each_of_its_months(tmp_path, day):
    """From 2023-12-20 to 2024-02-09 the calibration of S1 is late, and its amount counts as zero."""
    calibrated = 'calibration_interval = "12 months"\ncalibrations = [{ on = 2022-12-20 }, { on = 2024-02-10 }]'
    span = ("2023-01-01", "2024-03-21", 8.0)
    status = hours(tmp_path, {"S1": span, "S2": span}, {"S1": calibrated}).status(day, store=False)
    assert (status.problems, status.forecast.basis) == ((), Basis.SEASONAL)
    per_day = (24 * 8 + 0.01 * 276) / 1000 * 0.814 * (1.63 / 1.32 - 1)
    for one in status.months:
        days = [one.month + timedelta(days=number) for number in range(one.days)]
        counted = sum(1 + (each >= date(2024, 2, 10)) for each in days)
        assert pytest.approx(per_day * counted, rel=1e-9) == one.ER
    assert sum(one.ER for one in status.months) == pytest.approx(status.ER)


@pytest.mark.parametrize("last", ["2024-01-01", "2022-05-01"])
def test_what_is_at_stake_is_not_zero_where_it_is_not_known(tmp_path, last):
    """S2 has no readings, or its last ones are of years ago: there is no estimate, or one that is not zero."""
    first = "2024-01-01" if last == "2024-01-01" else "2022-01-01"
    amounts = {"S1": (first, "2024-04-01", 8.0), "S2": (first, last, 8.0)}
    case = hours(tmp_path, amounts, project="start = 2022-01-01", periods=("2022", "2023", "2024"))
    status = case.status("2024-03-31", store=False)
    (action,) = [one for one in status.actions if one.need is Need.READINGS]
    assert action.subject == "S2"
    if first == last:
        assert (action.tonnes, status.tonnes_at_stake) == (None, None)
    else:
        assert action.tonnes > 1


def test_all_is_at_stake_where_the_kind_of_readings_is_in_doubt(tmp_path):
    """Values that rise for a day and then fall look like a register; as amounts, they are all in doubt."""
    case = hours(tmp_path, {"S1": ("2024-01-01", "2024-04-01", 8.0)}, project="start = 2024-01-01", pattern=1)
    status = case.status("2024-03-31", store=False)
    (action,) = status.actions
    assert action.key == "never falls S1 2024-01-01T00:00"
    assert action.tonnes == pytest.approx(status.ER)


@pytest.mark.parametrize("day", ["2023-12-31", "2024-01-01"])
def test_a_register_that_was_read_once_has_no_amount_yet(day):
    """The first reading of S3 is of 2023-12-31 7:00, the second of the day after."""
    status = read_case(EXAMPLE_YEAR / "case.toml").status(day, store=False)
    assert (status.so_far, status.ER, status.problems) == (None, None, ())
    assert not any(one.until and one.coverage for one in status.meters)  # they are not 0 % covered


def test_a_meter_that_was_removed_does_not_hold_up_the_others(tmp_path):
    amounts = {"S1": ("2024-01-01", "2024-09-01", 8.0), "S2": ("2024-01-01", "2024-06-01", 8.0)}
    case = hours(tmp_path, amounts, {"S2": "removed = 2024-06-01T00:00:00"}, "start = 2024-01-01", ["2024"])
    status = case.status("2024-08-31", store=False)
    assert status.so_far == Period.parse("2024-01-01/2024-08-31")
    assert [(one.need, one.subject) for one in status.actions] == [(Need.FINDING, "S2")]
    assert pytest.approx((244 + 152) * (24 * 8 + 2.76) / 1000 * 0.814 * (1.63 / 1.32 - 1)) == status.ER
