"""Registers in Parquet files: one pass finds sums and runs, and gives what sorted readings give."""

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError
from jcm_calc.readings import block_sums

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
    return jcm_calc.monitor(meters, {"zone": "Asia/Jakarta", "sources": [source]}, p="2024-01-01/2024-01-05")


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
