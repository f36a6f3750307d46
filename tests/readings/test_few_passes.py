"""Readings at scale: registers in one pass, times known from footers, few rows where the step is wrong."""

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError
from jcm_calc.readings import block_sums, meter_readings

SOURCE = {"kind": "register", "time": "time", "meter": "meter", "value": "kWh"}


def files(folder, gaps):
    """Write two files of three meters, 60 hours each; in each file of the second one, a gap of a value."""
    rng = np.random.default_rng(5)
    times = pd.date_range("2024-01-01", periods=120, freq="h")
    shown = {name: 100 + rng.integers(1, 9, 120).cumsum() / 4 for name in ("A", "B", "C")}
    for number in (0, 1):
        here = slice(60 * number, 60 * number + 60)
        parts = [pd.DataFrame({"meter": m, "time": times[here], "kWh": shown[m][here]}) for m in shown]
        frame = pd.concat(parts, ignore_index=True)
        if gaps:
            frame.loc[[70, 179], "kWh"] = None  # in the middle, and the last row of the file
        frame.to_parquet(folder / f"{number}.parquet", index=False)
    return shown


def monitored(folder):
    meters = {name: {"parameter": "EG", "unit": "kWh"} for name in "ABC"}
    source = {**SOURCE, "files": str(folder / "*.parquet")}
    return jcm_calc.monitor(meters, {"timezone": "Asia/Jakarta", "sources": [source]}, p="2024-01-01/2024-01-05")


@pytest.mark.parametrize("gaps", [False, True])
def test_steps_within_and_between_files_are_those_of_sorted_readings(tmp_path, monkeypatch, gaps):
    shown = files(tmp_path, gaps)
    screen, used = block_sums.screen_runs, []
    monkeypatch.setattr(block_sums, "screen_runs", lambda *given: used.append(screen(*given)) or used[-1])
    found = monitored(tmp_path)
    assert used[0] is not None
    monkeypatch.setattr(block_sums, "screen_runs", lambda *_given: None)
    sorted_ = monitored(tmp_path)
    assert found.amounts == sorted_.amounts
    assert found.findings == sorted_.findings
    for name, values in shown.items():
        last = values[118] if gaps and name == "C" else values[119]
        assert found.read[name][0] == pytest.approx(last - values[0], abs=1e-9)


@pytest.mark.parametrize("bad", [None, pd.Timestamp("1999-12-31"), pd.Timestamp("2150-01-01")])
def test_times_of_other_years_and_missing_ones_are_refused_by_row(tmp_path, bad):
    """Though of most files, the footers tell that there are none."""
    files(tmp_path, gaps=False)
    frame = pd.read_parquet(tmp_path / "1.parquet")
    frame.loc[44, "time"] = bad
    frame.to_parquet(tmp_path / "1.parquet", index=False)
    with pytest.raises(InputError, match="row 45"):
        monitored(tmp_path)


@pytest.mark.parametrize(("stated", "meant"), [("30 min", "15min"), ("5 min", "15min"), ("1 h", "1min")])
@pytest.mark.parametrize("kind", ["power", "interval"])
def test_of_readings_with_a_wrong_step_few_are_looked_at(monkeypatch, kind, stated, meant):
    """The one finding for each meter and year is the one that a look at every reading gives."""
    times = pd.date_range("2023-11-01", "2024-03-01", freq=meant, inclusive="left")
    values = 5 + np.random.default_rng(3).integers(0, 90, (2, len(times))) / 10
    frame = pd.DataFrame({"time": times, "A": values[0], "B": values[1]})
    unit = "kW" if kind == "power" else "kWh"
    meters = {name: {"parameter": "EG", "unit": unit} for name in "AB"}
    source = {"frame": frame, "kind": kind, "step": stated, "stamp": "start", "time": "time", "columns": {}}
    source["columns"] = {"A": "A", "B": "B"}
    plan = {"timezone": "Asia/Jakarta", "sources": [source]}
    p = "2023-11-01/2024-02-29"
    fetched = []

    def counting(*given, whole=block_sums.rows_of):
        fetched.append(whole(*given))
        return fetched[-1]

    monkeypatch.setattr(block_sums, "rows_of", counting)
    few = jcm_calc.monitor(meters, plan, p=p)
    assert sum(map(len, fetched)) <= max(4000, len(frame) / 10)
    fetched.clear()
    monkeypatch.setattr(meter_readings, "_behind_the_first", lambda spaced, _count: np.zeros(len(spaced), dtype=bool))
    every = jcm_calc.monitor(meters, plan, p=p)
    assert sum(map(len, fetched)) >= 2 * len(frame)
    assert [one for one in few.findings if one.kind == "step"] == [one for one in every.findings if one.kind == "step"]
    assert [(one.meter, one.kind, one.period) for one in few.findings] == [
        (meter, "step", period) for meter in "AB" for period in (0, 1)
    ]
