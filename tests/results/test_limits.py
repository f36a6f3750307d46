"""Cross-checks that methodologies declare."""

from datetime import date

import pandas as pd
import pytest

import jcm_calc
from jcm_calc import Methodology
from jcm_calc.declarations import DeclarationError
from jcm_calc.evidence import unconfirmed
from jcm_calc.readings import cross_checks
from jcm_calc.readings.cross_checks import daylight
from jcm_calc.reports.html.sections import Sources, sections

HALF = "2024-01-01/2024-06-30"  # 182 days
OWN = unconfirmed("a thought of the test")


def solar(rated="100 kW", latitude=None, p="2024", zone="UTC"):
    """Monitor a solar plant that gives as much every hour, which no sun allows."""
    frame = pd.DataFrame({"time": pd.date_range("2024-01-01", "2025-01-01", freq="h", inclusive="left")})
    frame["kWh"] = [30 + 0.001 * (n % 7) for n in range(len(frame))]
    meter = {"parameter": "EG", "labels": {"i": "roof"}, "unit": "kWh", "rated": rated}
    meter |= {} if latitude is None else {"latitude": latitude}
    meter = {key: value for key, value in meter.items() if value}
    source = {"frame": frame, "kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "clock": "UTC"}
    return jcm_calc.monitor(
        {"M": meter},
        {"timezone": zone, "sources": [{**source, "columns": {"M": "kWh"}}]},
        p=p,
        methodology="PW_AM001",
    )


# Hours and minutes from sunrise to sunset, as almanacs print them for these days
@pytest.mark.parametrize(
    ("latitude", "day", "hours"),
    [
        (52.5, date(2024, 6, 21), 16 + 50 / 60),  # Berlin
        (52.5, date(2024, 12, 21), 7 + 39 / 60),
        (-33.9, date(2024, 12, 21), 14 + 25 / 60),  # Sydney
        (0.0, date(2024, 3, 20), 12 + 7 / 60),
        (78.2, date(2024, 6, 21), 24),  # Svalbard
        (78.2, date(2024, 12, 21), 0),
    ],
)
def test_daylight_is_that_of_almanacs(latitude, day, hours):
    assert daylight(day, latitude) == pytest.approx(hours, abs=0.1)


def test_more_than_the_sun_allows():
    (most,) = solar(latitude=7.5).comparisons
    assert most.name == "EG_i,p ≤ rated power × daylight (i=roof)"
    assert most.agrees
    assert most.grade == "unconfirmed"
    (over,) = solar(latitude=7.5, rated="55 kW").comparisons
    # in the tropics half the hours of a year are light: 264 MWh do not come out of 55 kW × 4,430 h
    assert not over.agrees
    assert over.right == pytest.approx(55 * 366 * 12.1 / 1000, rel=0.01)
    # nobody knows where it stands: the sun may shine all day
    (unknown,) = solar(rated="55 kW").comparisons
    assert unknown.agrees
    assert unknown.right == pytest.approx(55 * 8784 / 1000)
    assert solar(rated="").comparisons == ()


def test_the_hours_of_a_period_are_those_of_its_clocks():
    # 31 March 2024 has 23 hours in Berlin
    (one,) = solar(p="2024-03-31", zone="Europe/Berlin").comparisons
    assert one.right == pytest.approx(2.3)


def test_each_unit_that_exceeds_is_told_and_otherwise_the_one_that_comes_nearest():
    given = {"i": [1, 2, 3], "HMP": [4368.0, 4369.0, 4400.0], "PH": [9_000.0, 15_000.0, 16_000.0]}
    m = jcm_calc.methodology("MN_AM002")
    needed = {"η_RE": 0.6, "η_PJ": 0.8, "EF_CO2_coal": 0.1, "EF_CO2_grid": 0.8, "RPC": 20.0}
    needed = {name: value for name, value in needed.items() if name in m.inputs}
    result = jcm_calc.calculate(m, pd.DataFrame(given), p=HALF, facts={"capacity": 1.0}, **needed)
    found = {(one.name, one.agrees): (one.left, one.right) for one in cross_checks.declared_by_methodology(result)}
    assert found == {
        ("HMP_i,p ≤ hours (i=2)", False): (4369.0, 4368.0),
        ("HMP_i,p ≤ hours (i=3)", False): (4400.0, 4368.0),
        # 1 MW over 4,400 h gives 15,840 GJ
        ("PH_i,p ≤ capacity,i × HMP_i,p (i=3)", False): (16_000.0, pytest.approx(15_840.0)),
    }
    kept = jcm_calc.calculate(
        m, pd.DataFrame({**given, "HMP": [10.0, 30.0, 20.0]}), p=HALF, facts={"capacity": 1000.0}, **needed
    )
    assert [one.name for one in cross_checks.declared_by_methodology(kept)] == [
        "HMP_i,p ≤ hours (i=2)",
        "PH_i,p ≤ capacity,i × HMP_i,p (i=1)",
    ]


def test_what_is_not_known_is_not_compared():
    given = {"EG_SUP": 1.0, "EC_CAP": 0.0, "EF_grid": 0.8}
    assert list(cross_checks.declared_by_methodology(jcm_calc.calculate("ID_AM001", **given, p="2024"))) == []
    output = {"facts": {"max_output": 5}}
    assert (
        len(list(cross_checks.declared_by_methodology(jcm_calc.calculate("ID_AM001", **given, **output, p="2024"))))
        == 1
    )
    # a plant without meters has no rated power, and a period without dates no hours
    for p in ("2024", [1]):
        assert list(cross_checks.declared_by_methodology(jcm_calc.calculate("PW_AM001", EG=600, p=p))) == []


def test_a_limit_names_what_is_declared():
    m = Methodology("XX_AM001", version="1.0", title="", country="XX", sectoral_scope=1, indices={"p": "period"})
    m.monitored("E_p", "MWh", extensive=True, text="energy")
    with pytest.raises(DeclarationError, match="nothing is declared as capacity"):
        m.at_most("E", "capacity × hours", evidence=OWN)


def test_the_page_of_a_methodology_shows_them():
    (found,) = (
        one
        for one in sections(jcm_calc.methodology("MN_AM002"), Sources())
        if one.title == "Cross-checks of monitored parameters"
    )
    assert [row[0] for row in found.rows] == ["HMP_i,p ≤ hours", "PH_i,p ≤ capacity,i × HMP_i,p"]
