"""Times as text: every minute of a day in every form, and nothing behind a time that is dropped."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from jcm_calc.base.problems import InputError
from jcm_calc.readings.plan_file import read_plan
from jcm_calc.readings.steps import open_source
from jcm_calc.readings.store import Store

DAY = datetime(2024, 5, 17)
MINUTES = [DAY + timedelta(minutes=minute) for minute in range(1440)]
JAKARTA = timezone(timedelta(hours=7))

DATES = {
    "": ["{0:%Y-%m-%d} ", "{0:%Y-%m-%d}T", "{0:%Y/%m/%d} ", "{0.year}/{0.month}/{0.day} "],
    "%d.%m.%Y ": ["{0:%d.%m.%Y} "],
    "%m/%d/%Y ": ["{0:%m/%d/%Y} ", "{0.month}/{0.day}/{0.year} "],
    "%d-%b-%Y ": ["{0:%d-%b-%Y} "],
    "%Y%m%d": ["{0:%Y%m%d}"],
    "%y%m%d-": ["{0:%y%m%d}-"],
}
CLOCKS = {
    "%H:%M": ["{0:%H:%M}", "{0.hour}:{0:%M}"],
    "%H:%M:%S": ["{0:%H:%M:%S}", "{0.hour}:{0:%M:%S}"],
    "%H:%M:%S.%f": ["{0:%H:%M:%S}.000"],
    "%I:%M %p": ["{0:%I:%M %p}"],
    "%I:%M:%S %p": ["{0:%I:%M:%S %p}", "{0:%I:%M:%S} {1}"],
}
OFFSETS = ["+07", "+7", "+0700", "+07:00", " +0700", "UTC+7", " GMT+07:00"]
OTHERS = {"+0545": 345, "-0330": -210, "+12:45": 765, "+14": 840, "UTC-11": -660, " GMT+0930": 570}
ZULU = ["Z", " Z", " UTC", "+00", " +0000", " GMT", "-00:00"]


def forms():
    """Yield each form of times, and how one is written in it."""
    for (date, dates), (clock, clocks) in itertools.product(DATES.items(), CLOCKS.items()):
        for day, time in itertools.product(dates, clocks):
            yield (date + clock if date else ""), day + time


def text(moment, written):
    return written.format(moment, f"{moment:%p}".lower())


def starts(texts, times="", **source):
    """Return, by the number of its minute, the instant at which each reading begins."""
    frame = pd.DataFrame({"time": texts, "kWh": [float(number) for number in range(1, len(texts) + 1)]})
    source = {"kind": "interval", "step": "1 min", "stamp": "start", "time": "time", **source}
    source |= {"frame": frame, "times": times, "columns": {"M": "kWh"}}
    plan = read_plan({"M": {"parameter": "E", "unit": "kWh"}}, {"timezone": "Asia/Jakarta", "sources": [source]})
    with Store() as store:
        opened = open_source(store, plan.readings[0], plan.meters, {"M": "kWh"})
        steps = store.frame(f"SELECT * FROM ({opened.steps}) ORDER BY raw")
    assert steps["raw"].tolist() == [float(number) for number in range(1, len(texts) + 1)]
    return [datetime.fromtimestamp(start / 1e6, UTC) for start in steps["start"]]


@pytest.mark.parametrize(("times", "written"), list(forms()))
def test_every_minute_of_a_day_is_read_as_it_is_written(times, written):
    moments = [moment.replace(tzinfo=JAKARTA) for moment in MINUTES]
    assert starts([text(moment, written) for moment in MINUTES], times) == moments


@pytest.mark.parametrize("offset", OFFSETS + ZULU)
@pytest.mark.parametrize(("times", "written"), list(forms())[::9])
def test_an_offset_is_honoured_however_it_is_written(times, written, offset):
    zone = UTC if offset in ZULU else JAKARTA
    local = [moment.replace(tzinfo=JAKARTA).astimezone(zone).replace(tzinfo=None) for moment in MINUTES]
    texts = [text(moment, written) + offset for moment in local]
    stated = {"times": f"{times}%z"} if times else {"clock": "stated"}
    assert starts(texts, **stated) == [moment.replace(tzinfo=JAKARTA) for moment in MINUTES]


@pytest.mark.parametrize(("offset", "minutes"), OTHERS.items())
def test_an_offset_of_any_length(offset, minutes):
    zone = timezone(timedelta(minutes=minutes))
    local = [moment.replace(tzinfo=JAKARTA).astimezone(zone) for moment in MINUTES]
    found = starts([f"{moment:%Y-%m-%d %H:%M}{offset}" for moment in local], clock="stated")
    assert found == [moment.replace(tzinfo=JAKARTA) for moment in MINUTES]


@pytest.mark.parametrize("behind", [*OFFSETS, *ZULU, " WIB", " JST", " PST", "[Asia/Jakarta]", "+07:00[Asia/Jakarta]"])
@pytest.mark.parametrize(("times", "written"), list(forms())[::11])
def test_what_stands_behind_a_local_time_is_refused(times, written, behind):
    texts = [text(moment, written) + behind for moment in MINUTES[:60]]
    with pytest.raises(InputError, match="clock = 'stated'"):
        starts(texts, times)


@pytest.mark.parametrize(
    "behind", [" WIB", " JST", " PST", "[Asia/Jakarta]", "+07:00[Asia/Jakarta]", "+15", "+0799", ""]
)
def test_what_is_no_offset_is_not_taken_for_one(behind):
    with pytest.raises(InputError, match=r"2024-01-31 00:30\+07:00"):
        starts([f"{moment:%Y-%m-%d %H:%M}{behind}" for moment in MINUTES[:60]], clock="stated")


@pytest.mark.parametrize(
    "behind", [" x", " 5", ":", ".", " 00:00", ",5", " AMX", " (D)", " *", " 12", "h", ":00 00", " wib", "+"]
)
@pytest.mark.parametrize(("times", "written"), list(forms())[::13])
def test_nothing_behind_a_time_is_dropped(times, written, behind):
    with pytest.raises(InputError):
        starts([text(moment, written) + behind for moment in MINUTES[:60]], times)


def test_a_name_that_the_form_states_is_read_with_the_zone_that_is_stated():
    texts = [f"{moment + timedelta(hours=2):%Y-%m-%d %H:%M} JST" for moment in MINUTES]
    found = starts(texts, "%Y-%m-%d %H:%M JST", clock="Asia/Tokyo")
    assert found == [moment.replace(tzinfo=JAKARTA) for moment in MINUTES]


@pytest.mark.parametrize("ending", [":00", "", ":00.000"])
@pytest.mark.parametrize("times", ["", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%H:%M %d %b %Y"])
def test_hour_24_is_midnight_with_minute_and_second_0_alone(times, ending):
    form = (times or "%Y-%m-%d %H:%M").replace("%M", f"%M{ending}")
    stated = times and times.replace("%M", {"": "%M", ":00": "%M:%S", ":00.000": "%M:%S.%f"}[ending])
    ends = [moment + timedelta(minutes=1) for moment in MINUTES]
    texts = [f"{end:{form}}" for end in ends[:-1]] + [f"{DAY:{form.replace('%H', '24')}}"]
    assert starts(texts, stated, stamp="end") == [moment.replace(tzinfo=JAKARTA) for moment in MINUTES]
    for wrong in ("24:01", "24:24", "24:59", "25:00", "24:00:01", "00:60"):
        if wrong.count(":") == 2 and ending != ":00":
            continue
        faulty = [f"{DAY:{form.replace('%H:%M' + ('' if wrong.count(':') == 1 else ending), wrong)}}"]
        with pytest.raises(InputError):
            starts(texts + faulty, stated, stamp="end")


@pytest.mark.parametrize(
    ("times", "complaint"),
    [
        ("%Y-%m-%d %H:%M %Z", "a name such as WIB is not read"),
        ("%H:%M%z %Y-%m-%d", "holds %z before other parts"),
        ("%Y-%m-%dT%H:%M:%SZ", "write %z instead"),
        ("%Y-%m-%d %H:%M UTC", "write %z instead"),
        ("%Y-%m-%d %H:%M+07:00", "write %z instead"),
        ("%Y-%m-%d %H:%Q", "is not a form of times"),
    ],
)
def test_a_form_that_would_drop_something_is_refused(times, complaint):
    with pytest.raises(InputError) as raised:
        starts(["2024-05-17 00:00"], times)
    assert complaint in str(raised.value)


def test_a_form_with_an_offset_contradicts_a_stated_zone():
    with pytest.raises(InputError, match="holds %z"):
        starts(["2024-05-17 00:00+07"], "%Y-%m-%d %H:%M%z", clock="Asia/Tokyo")
