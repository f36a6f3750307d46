"""Write a made-up year of readings of three refrigerators, with faults of known place and size.

    python make.py [FOLDER]

The same seed gives the same files. What is planted is returned, so that a test can demand every fault
and no other. Meter S1 counts hourly amounts with a clock on central European time, summer time
included; S2 gives the mean power of each half-hour; S3 is a register that is read each day at 07:00.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

SEED = 20240101
JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")
EXACT = ("duplicate", "unit slip", "clock jump", "spike of a register", "replacement", "reset", "roll-over")
ALL = (*EXACT, "gap", "spike", "stuck", "conflict")


@dataclass
class Year:
    """The readings of a year, what is wrong with them, and what was used in truth."""

    S1: pd.DataFrame
    S2: pd.DataFrame
    S3: pd.DataFrame
    truth: dict[str, float]  # kWh
    planted: list[tuple[str, str, str, str]] = field(default_factory=list)  # meter, what, from, to in Jakarta


def at(text: str) -> pd.Timestamp:
    """Return a time in Jakarta."""
    return pd.Timestamp(text, tz=JAKARTA)


def faultless() -> Year:
    """Draw a year: more by day than by night, less on Sundays, never twice the same."""
    rng = np.random.default_rng(SEED)
    hours = pd.date_range(at("2024-01-01"), at("2025-01-01"), freq="h", inclusive="left")
    halves = pd.date_range(at("2024-01-01"), at("2025-01-01"), freq="30min", inclusive="left")
    days = pd.date_range(at("2023-12-31 07:00"), at("2025-01-02 07:00"), freq="D")
    S1 = pd.DataFrame({"start": hours, "kWh": np.round(load(hours, rng, 16.0), 3)})
    S2 = pd.DataFrame({"start": halves, "kW": np.round(load(halves, rng, 12.0), 3)})
    used = np.round(rng.uniform(180, 320, len(days) - 1), 1)
    S3 = pd.DataFrame({"time": days, "kWh": np.round(61_000 + np.concatenate([[0], used.cumsum()]), 1)})
    # the readings at 07:00 around midnight are shared by time: 17 of 24 hours and 7 of 24
    whole = used[1:366].sum() + used[0] * 7 / 24 + used[366] * 17 / 24
    return Year(S1, S2, S3, {"S1": S1.kWh.sum(), "S2": S2.kW.sum() / 2, "S3": float(whole)})


def load(times: pd.DatetimeIndex, rng: np.random.Generator, mean: float) -> np.ndarray:
    """Return the power of a cold store in kW."""
    by_day = 1 + 0.3 * np.sin((times.hour - 9) / 24 * 2 * np.pi)
    sundays = np.where(times.day_of_week == 6, 0.7, 1.0)
    return mean * by_day * sundays * rng.uniform(0.9, 1.1, len(times))


def plant(year: Year, faults: tuple[str, ...] = ALL) -> Year:
    """Put faults into the readings."""
    for fault in faults:
        PLANTERS[fault](year)
    year.planted.sort()
    return year


def note(year: Year, meter: str, what: str, start: str, end: str) -> None:
    """Remember what was planted."""
    year.planted.append((meter, what, start, end))


def between(frame: pd.DataFrame, start: str, end: str, column: str = "start") -> pd.Series:
    """Return which rows begin in a time."""
    return (frame[column] >= at(start)) & (frame[column] < at(end))


def duplicate(year: Year) -> None:
    """Hand in half a day twice."""
    again = year.S1[between(year.S1, "2024-02-10 06:00", "2024-02-10 18:00")]
    year.S1 = pd.concat([year.S1, again], ignore_index=True)
    note(year, "S1", "duplicate", "2024-02-10 06:00", "2024-02-10 18:00")


def unit_slip(year: Year) -> None:
    """Give a week in Wh."""
    rows = between(year.S1, "2024-05-06 00:00", "2024-05-13 00:00")
    year.S1.loc[rows, "kWh"] = np.round(year.S1.loc[rows, "kWh"] * 1000, 0)
    note(year, "S1", "unit slip", "2024-05-06 00:00", "2024-05-13 00:00")


def gap(year: Year) -> None:
    """Lose three days."""
    year.S1 = year.S1[~between(year.S1, "2024-08-14 09:00", "2024-08-17 09:00")]
    note(year, "S1", "gap", "2024-08-14 09:00", "2024-08-17 09:00")


def spike(year: Year) -> None:
    """Let one hour be far above the rated power."""
    year.S1.loc[between(year.S1, "2024-09-20 13:00", "2024-09-20 14:00"), "kWh"] = 950.0
    note(year, "S1", "spike", "2024-09-20 13:00", "2024-09-20 14:00")


def stuck(year: Year) -> None:
    """Let the same value come for a week."""
    year.S2.loc[between(year.S2, "2024-03-04 00:00", "2024-03-11 00:00"), "kW"] = 14.321
    note(year, "S2", "stuck", "2024-03-04 00:00", "2024-03-11 00:00")


def clock_jump(year: Year) -> None:
    """Let the clock of the logger run seven minutes ahead for two days."""
    rows = between(year.S2, "2024-06-12 00:00", "2024-06-14 00:00")
    year.S2.loc[rows, "start"] += pd.Timedelta(minutes=7)
    note(year, "S2", "clock jump", "2024-06-12 00:00", "2024-06-12 00:07")
    note(year, "S2", "clock jump", "2024-06-14 00:00", "2024-06-14 00:07")


def conflict(year: Year) -> None:
    """Give two values for each half-hour of three hours."""
    again = year.S2[between(year.S2, "2024-10-03 10:00", "2024-10-03 13:00")].copy()
    again["kW"] = np.round(again["kW"] * 1.1, 3)
    year.S2 = pd.concat([year.S2, again], ignore_index=True)
    note(year, "S2", "conflict", "2024-10-03 10:00", "2024-10-03 13:00")


def register_spike(year: Year) -> None:
    """Misread one day's register: a 9 in place of a 6 in front."""
    row = year.S3["time"] == at("2024-02-20 07:00")
    year.S3.loc[row, "kWh"] += 30_000
    note(year, "S3", "spike", "2024-02-19 07:00", "2024-02-21 07:00")


def replacement(year: Year) -> None:
    """Replace the meter on 15 April at 12:00: the old one ends at what it showed, the new one begins at 25."""
    before = year.S3.loc[year.S3["time"] == at("2024-04-15 07:00"), "kWh"].item()
    later = year.S3["time"] > at("2024-04-15 12:00")
    # 40 kWh between 07:00 and 12:00 were still counted by the old meter
    year.S3.loc[later, "kWh"] = np.round(year.S3.loc[later, "kWh"] - (before + 40.0) + 25.0, 1)
    note(year, "S3", "replacement", "2024-04-15 07:00", "2024-04-16 07:00")


def reset(year: Year) -> None:
    """Let the register begin again just after the reading of 1 July."""
    before = year.S3.loc[year.S3["time"] == at("2024-07-01 07:00"), "kWh"].item()
    later = year.S3["time"] > at("2024-07-01 07:00")
    year.S3.loc[later, "kWh"] = np.round(year.S3.loc[later, "kWh"] - before, 1)
    note(year, "S3", "reset", "2024-07-01 07:00", "2024-07-02 07:00")


def roll_over(year: Year) -> None:
    """Let the register, which was set to 95,000 on 1 September, pass its last digit."""
    before = year.S3.loc[year.S3["time"] == at("2024-09-01 07:00"), "kWh"].item()
    later = year.S3["time"] > at("2024-09-01 07:00")
    year.S3.loc[later, "kWh"] = np.round(year.S3.loc[later, "kWh"] - before + 95_000, 1)
    note(year, "S3", "replacement", "2024-09-01 07:00", "2024-09-02 07:00")
    over = year.S3["kWh"] >= 100_000
    over &= later
    first = year.S3.loc[over, "time"].min()
    year.S3.loc[over, "kWh"] = np.round(year.S3.loc[over, "kWh"] - 100_000, 1)
    day = (first - pd.Timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    note(year, "S3", "roll-over", day, first.strftime("%Y-%m-%d %H:%M"))


PLANTERS = {
    "duplicate": duplicate,
    "unit slip": unit_slip,
    "gap": gap,
    "spike": spike,
    "stuck": stuck,
    "clock jump": clock_jump,
    "conflict": conflict,
    "spike of a register": register_spike,
    "replacement": replacement,
    "reset": reset,
    "roll-over": roll_over,
}


def write(folder: Path, year: Year) -> None:
    """Write the readings as their loggers do."""
    # the clock shows summer time; of the hour that comes twice nothing tells which is which
    S1 = year.S1.assign(time=year.S1["start"].dt.tz_convert(BERLIN).dt.strftime("%d.%m.%Y %H:%M"))
    S1["kWh"] = S1["kWh"].map("{:.3f}".format).str.replace(".", ",")
    S1[["time", "kWh"]].to_csv(folder / "S1.csv", index=False, sep=";")
    S2 = year.S2.assign(time=year.S2["start"].dt.strftime("%Y-%m-%d %H:%M"))
    S2[["time", "kW"]].to_csv(folder / "S2.csv", index=False)
    S3 = year.S3.assign(時刻=year.S3["time"].dt.strftime("%Y年%m月%d日 %H時%M分"))
    S3[["時刻", "kWh"]].to_csv(folder / "S3.csv", index=False, encoding="cp932")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    write(target, plant(faultless()))
