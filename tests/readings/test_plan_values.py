"""Values of a plan that would change an amount in silence: signs of numbers, ranges, columns and keys that take no part."""

import pandas as pd
import pytest
from readings.test_monitoring import problems
from readings.test_reading_forms import HOURLY, HOURS, monitor, refused
from readings.test_refused_readings import METER, READINGS, SOURCE, WITHOUT

from jcm_calc.readings.plan_file import read_plan


def told_of(readings=None, **meter):
    """Return what is said of a plan with one meter and one source."""
    return "\n".join(problems(read_plan, {"S1": METER | meter}, READINGS | (readings or {})))


def of_source(**source):
    return told_of({"sources": [SOURCE | source]})


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
