"""Only odd blocks are looked at closely: what is found there is what a close look at every step finds."""

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc.readings.meter_readings import MeterReadings

KINDS = {
    "interval 1 h": {"kind": "interval", "step": "1 h", "stamp": "start"},
    "interval 15 min": {"kind": "interval", "step": "15 min", "stamp": "end"},
    "interval 7 h": {"kind": "interval", "step": "7 h", "stamp": "start"},
    "power 5 min": {"kind": "power", "step": "5 min", "stamp": "start"},
    "changed step": {
        "kind": "interval",
        "step": "1 h",
        "stamp": "start",
        "step_changes": [{"from": pd.Timestamp("2024-03-20 06:00").to_pydatetime(), "step": "15 min"}],
    },
    "daily": {"kind": "interval", "step": "1 d", "stamp": "start"},
    "samples": {"kind": "samples", "longest": "2 h"},
    "register 1 h": {"kind": "register"},
    "register 3 d": {"kind": "register"},
}
STEPS = {"interval 15 min": "15min", "interval 7 h": "7h", "power 5 min": "5min", "daily": "D", "register 3 d": "3D"}
ZONES = ("UTC", "Europe/Berlin")
SHAPES = ("noise", "solar", "steady", "rising")


def series(kind, shape, rng):
    """Return times and values of six weeks without a fault; steps are put on hours of UTC, as the zone has it."""
    first, last = "2024-02-20", "2024-04-05"
    times = pd.date_range(first, last, freq=STEPS.get(kind, "h"), inclusive="left")
    if kind == "changed step":
        late = pd.date_range("2024-03-20 06:00", last, freq="15min", inclusive="left")
        times = times[times < late[0]].append(late)
    if kind == "samples":
        times = times + pd.to_timedelta(rng.integers(0, 3000, len(times)), unit="s")
    hour = np.asarray(times.hour + times.minute / 60)
    amount = {
        "noise": rng.integers(8_000, 20_000, len(times)) / 1000,
        "solar": np.maximum(np.sin((hour - 6) / 12 * np.pi), 0).round(3) * rng.integers(5, 9, len(times)),
        "steady": np.full(len(times), 10.0) + np.arange(len(times)) % 3,
        "rising": 100 + np.cumsum(rng.integers(1, 20, len(times)) / 10),
    }[shape]
    if kind.startswith("register") and shape != "rising":
        amount = (500 + np.cumsum(amount)).round(3)
    return pd.DataFrame({"time": times, "value": amount.round(3), "flag": ""})


def spoilt(frame, rng):
    """Plant up to three faults."""
    n = len(frame)
    for fault in rng.choice(["gap", "twice", "conflict", "spike", "stuck", "below", "unit", "small", "late", "flag",
                             "none", "swap", "reset", "pause"], rng.integers(1, 4)):  # fmt: skip
        at = int(rng.integers(2, n - 2))
        some = slice(at, at + int(rng.integers(1, max(2, n // 6))))
        if fault == "gap":
            frame = frame.drop(index=frame.index[some])
        elif fault == "twice":
            frame = pd.concat([frame, frame.iloc[some]])
        elif fault == "conflict":
            frame = pd.concat([frame, frame.iloc[some].assign(value=frame["value"].iloc[some] + 1.5)])
        elif fault == "swap":  # one is missing and another is there twice, so that their number fits
            frame = frame.drop(index=frame.index[at])
            frame = pd.concat([frame, frame.iloc[[at - 1]]])
        elif fault == "late":
            moved = frame["time"].mask(np.arange(n) >= at, frame["time"] + pd.Timedelta("7min"))
            frame = frame.assign(time=moved)
        else:
            values, flags = frame["value"].to_numpy(copy=True), frame["flag"].to_numpy(copy=True)
            if fault == "spike":
                values[at] = values[at] * 50 + 1000
            elif fault in ("stuck", "pause"):
                values[some] = values[at] if fault == "stuck" else 0.0
            elif fault == "below":
                values[at] = -3.0
            elif fault == "unit":
                values[some] *= 1000
            elif fault == "small":
                values[some] /= 1000
            elif fault == "reset":
                values[at:] = values[at:] - values[at - 1]
            elif fault == "flag":
                flags[some] = "E"
            frame = frame.assign(value=values, flag=flags)
        frame, n = frame.sort_values("time", kind="stable").reset_index(drop=True), len(frame)
    return frame


def found(frame, kind, zone):
    source = {"frame": frame, "time": "time", "columns": {"M": "value"}, "quality": "flag", **KINDS[kind]}
    source["flags"] = {"": "measured", "E": "estimated"}
    if kind.startswith("register"):
        source["stamp"] = "start" if frame["time"].dt.normalize().eq(frame["time"]).all() else None
    source = {key: value for key, value in source.items() if value is not None}
    unit = "kW" if kind.startswith(("power", "samples")) else "kWh"
    monitored = jcm_calc.monitor(
        {"M": {"parameter": "E", "unit": unit}},
        {"timezone": zone, "sources": [{**source, "clock": "UTC"}]},
        p="2024-03-01/2024-03-31",
    )
    return [
        (one.kind, monitored.shown(one.start), monitored.shown(one.end), one.read, one.exact, one.values)
        for one in monitored.findings
    ], monitored.amounts["M"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_a_look_at_odd_blocks_finds_what_a_look_at_every_step_finds(kind, shape, seed, monkeypatch):
    rng = np.random.default_rng([seed, list(KINDS).index(kind), SHAPES.index(shape)])
    frame = spoilt(series(kind, shape, rng), rng)
    if kind == "samples":  # two samples of one time are refused
        frame = frame.drop_duplicates("time")
    blocks = found(frame, kind, ZONES[seed])
    monkeypatch.setattr(MeterReadings, "_odd", lambda self, source, meter, part: np.ones(len(part), dtype=bool))
    assert found(frame, kind, ZONES[seed]) == blocks
