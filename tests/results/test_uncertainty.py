"""Draws of uncertain inputs, against what probability theory says of cases that can be solved by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jcm_calc import InputError, calculate, uncertainty
from jcm_calc.declarations.items import Kind
from jcm_calc.results.distributions import read

DRAWS = 40_000
EF = 0.533  # the default of PW_AM001, whose ER is Σ EG × EF
# The standard deviation of n normal draws is uncertain by 1/√(2n) of itself; five of these hardly ever happen.
CLOSE = 5 / np.sqrt(2 * DRAWS)
OUTPUT = np.array([[500.0, 300.0], [200.0, 700.0], [50.0, 80.0]])
CHILLER = {
    "power_source": "grid",
    "EC_PJ": 347.2,
    "COP_PJ": 6.5,
    "T_cooling_out": 36.0,
    "T_chilled_out": 8.0,
    "capacity": 500.0,
    "EF_grid": 0.814,
}


def systems(output=OUTPUT):
    return calculate("PW_AM001", EG=output, p=["2023", "2024"][: np.shape(output)[-1]] if np.ndim(output) else "2024")


# Against the analytic variance of a linear case


def test_each_meter_has_one_error_in_all_periods():
    found = uncertainty(systems(), {"EG": "class 1"}, DRAWS)
    expected = EF * 0.01 / np.sqrt(3) * np.sqrt((OUTPUT.sum(axis=1) ** 2).sum())
    assert found.standard() == pytest.approx(expected, rel=CLOSE)
    assert found.mean() == pytest.approx(found.plain(), abs=5 * expected / np.sqrt(DRAWS))


def test_an_error_can_be_new_in_each_period():
    found = uncertainty(systems(), {"EG": "±1 % (k=1)"}, DRAWS, each_period=["EG"])
    assert found.standard() == pytest.approx(EF * 0.01 * np.sqrt((OUTPUT**2).sum()), rel=CLOSE)


@pytest.mark.parametrize("correlation", [0.0, 0.6, 1.0])
def test_meters_of_one_batch_err_together(correlation):
    found = uncertainty(
        systems(), {"EG": "±1 % (k=1)"}, DRAWS, groups={"EG": ["A", "A", ""]}, correlation={"A": correlation}
    )
    a, b, alone = EF * 0.01 * OUTPUT.sum(axis=1)
    variance = a**2 + b**2 + 2 * correlation * a * b + alone**2
    assert found.standard() == pytest.approx(np.sqrt(variance), rel=CLOSE)


def test_a_batch_may_span_inputs():
    """Two inputs of one product: at full correlation relative errors add up."""
    result = systems(500.0)
    together = uncertainty(result, {"EG": "±1 % (k=1)", "EF_RE": "±2 % (k=1)"}, DRAWS, groups={"EG": "A", "EF_RE": "A"})
    apart = uncertainty(result, {"EG": "±1 % (k=1)", "EF_RE": "±2 % (k=1)"}, DRAWS)
    assert together.standard() == pytest.approx(500 * EF * 0.03, rel=2 * CLOSE)
    assert apart.standard() == pytest.approx(500 * EF * np.sqrt(0.0005), rel=2 * CLOSE)


def test_rectangular_errors_stay_rectangular_in_a_batch():
    found = uncertainty(systems(500.0), {"EG": "class 1"}, DRAWS, groups={"EG": "A"}, correlation=0.4)
    relative = found.samples["ER"] / found.plain() - 1
    assert stats.kstest(relative, stats.uniform(-0.01, 0.02).cdf).pvalue > 1e-4


def test_a_value_of_a_table_has_one_error_for_all_who_use_it():
    fleet = calculate(
        "ID_AM003",
        EC_PJ=[[100.0], [150.0], [80.0]],
        COP_PJ=1.8,
        application=["cold storage", "cold storage", "individual quick freezer"],
        EF_elec=0.8,
        p="2024",
    )
    small = 0.001
    found = uncertainty(fleet, {"COP_RE": "±0.1 % (k=1)"}, DRAWS)
    storage, freezer = 250 * 1.8 / 1.71 * 0.8, 80 * 1.8 / 1.32 * 0.8
    assert found.standard("RE") == pytest.approx(small * np.hypot(storage, freezer), rel=2 * CLOSE)
    assert found.standard("PE") == 0


def test_the_probability_of_an_overclaim_is_that_of_a_normal_tail():
    found = uncertainty(systems(500.0), {"EG": "±10 % (k=1)"}, DRAWS)
    # the claim exceeds the truth by more than 5 % where the truth is below 1/1.05 of it
    expected = stats.norm.cdf((1 / 1.05 - 1) / 0.1)
    assert found.overstatement(0.05) == pytest.approx(expected, abs=5 * np.sqrt(expected / DRAWS))
    assert found.at_least(0.95) == pytest.approx(found.plain() * (1 + 0.1 * stats.norm.ppf(0.05)), rel=0.005)
    assert found.percentile(50) == pytest.approx(found.plain(), rel=0.005)


# Every draw is a calculation


def test_each_draw_is_what_a_calculation_of_its_own_gives():
    result = calculate("ID_AM002", **CHILLER)
    found = uncertainty(result, {"COP_PJ": stats.randint(6, 9)}, 500)
    alone = [float(calculate("ID_AM002", **CHILLER | {"COP_PJ": cop}).ER.magnitude) for cop in (6, 7, 8)]
    assert sorted(set(found.samples["ER"].tolist())) == sorted(alone)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.floats(0, 1e5), min_size=3, max_size=3), min_size=1, max_size=12), st.integers(0, 2**31))
def test_without_spread_the_plain_result_comes_back_exactly(output, seed):
    result = calculate("PW_AM001", EG=output, p=["2022", "2023", "2024"])
    found = uncertainty(result, {"EG": "±0 %", "EF_RE": "class 0"}, 1000, seed)
    plain = float(result.full("ER").sum())
    assert set(found.samples["ER"].tolist()) == {plain}
    assert (found.mean(), found.standard(), found.at_least(), found.overstatement()) == (plain, 0.0, plain, 0.0)


def test_an_input_without_spread_takes_no_part():
    result = calculate("ID_AM002", **CHILLER)
    one = uncertainty(result, {"COP_PJ": "±2 %"}, 1000)
    both = uncertainty(result, {"COP_PJ": "±2 %", "EC_PJ": "±0 MWh"}, 1000)
    np.testing.assert_array_equal(one.samples["ER"], both.samples["ER"])
    assert both.drivers.loc["EC_PJ", "rank correlation"] == 0


# Reproducible


def test_the_seed_decides_the_draws():
    result = systems()
    one, same, other = (uncertainty(result, {"EG": "class 1"}, 1000, seed).samples["ER"] for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_more_draws_continue_fewer():
    result = systems()
    few, many = (uncertainty(result, {"EG": "class 1", "EF_RE": "±2 %"}, n).samples["ER"] for n in (999, 30_001))
    np.testing.assert_allclose(many[:999], few, rtol=1e-14)


def test_the_draws_of_an_input_do_not_depend_on_the_others():
    result = calculate("ID_AM002", **CHILLER)
    alone = uncertainty(result, {"COP_PJ": "±2 %"}, 1000)
    among = uncertainty(result, {"T_chilled_out": "±0 K", "EC_PJ": "±0 %", "COP_PJ": "±2 %"}, 1000)
    np.testing.assert_array_equal(alone.samples["ER"], among.samples["ER"])


SPREADS = {
    "normal and rectangular": ({"COP_PJ": "±2 % (k=1)", "T_chilled_out": "±0.5 K", "EF_grid": "±5 % (95 %)"}, {}),
    "of scipy": ({"EC_PJ": stats.gamma(9, scale=40), "COP_PJ": stats.triang(0.5, 6.0, 1.0)}, {}),
    "of a table": ({"COP_RE": "±3 %", "EC_PJ": "class 1"}, {}),
    "in a group": ({"EC_PJ": "±1 % (k=1)", "COP_PJ": "±1 % (k=1)"}, {"groups": {"EC_PJ": "a", "COP_PJ": "a"}}),
    "cut off": ({"EF_grid": "±60 % (k=1)"}, {"truncate": ["EF_grid"]}),
    "out of bounds": ({"EF_grid": "±60 % (k=1)"}, {}),
    "in no class": ({"capacity": stats.norm(1100, 100)}, {}),
    "without a number": ({"COP_PJ": stats.randint(0, 3), "T_chilled_out": "±0.5 K"}, {}),
}


@pytest.mark.parametrize("case", SPREADS)
def test_draws_are_the_same_on_any_number_of_cores(monkeypatch, case):
    distributions, more = SPREADS[case]
    result = calculate("ID_AM002", **CHILLER)
    found = []
    for number in (1, 2, 3, 7):
        monkeypatch.setattr("jcm_calc.base.cores.count", lambda number=number: number)
        try:
            one = uncertainty(result, distributions, 100_001, **more)
        except InputError as error:
            found.append(str(error))
        else:
            drawn = [drawn.tobytes() for drawn in one.samples.values()]
            found.append((drawn, one.summary().to_numpy().tobytes(), one.drivers.to_csv()))
    assert found[1:] == found[:1] * 3


def test_figures_are_those_of_numpy():
    found = uncertainty(calculate("ID_AM002", **CHILLER), {"COP_PJ": "±2 %", "EC_PJ": "class 0.5"}, 100_001)
    for name, drawn in found.samples.items():
        assert found.mean(name) == pytest.approx(drawn.mean(), rel=1e-13)
        assert found.standard(name) == pytest.approx(drawn.std(ddof=1), rel=1e-12)
        percentiles = found.summary((1, 50, 97.5)).loc[name, ["1 %", "50 %", "97.5 %"]].to_list()
        assert percentiles == np.percentile(drawn, (1, 50, 97.5)).tolist()


# What drives it


def test_drivers_are_ranked_and_signed():
    spreads = {"COP_PJ": "±2 %", "T_chilled_out": "±0.5 K", "EC_PJ": "class 0.5"}
    found = uncertainty(calculate("ID_AM002", **CHILLER), spreads, 5000).drivers
    assert found.index[0] == "COP_PJ"
    assert found.loc["T_chilled_out", "rank correlation"] < -0.5 < 0.5 < found.loc["COP_PJ", "rank correlation"]
    assert abs(found.loc["EC_PJ", "rank correlation"]) < 0.2


@pytest.mark.parametrize("each_period", [[], ["EG"]])
@pytest.mark.parametrize("truncate", [[], ["EG"]])
@pytest.mark.parametrize("output", [500.0, OUTPUT[:, :1], OUTPUT[:1], OUTPUT], ids=np.shape)
@pytest.mark.parametrize("of", ["%", "one number", "one for each unit", "one for each period", "one for each value"])
def test_the_mean_of_an_input_has_the_weights_of_its_effect(of, output, truncate, each_period):
    """Also where all units or all periods have one value, as that of a distribution is."""
    value = np.reshape(output, (-1, 1)) if np.ndim(output) == 0 else output
    value = {
        "one number": value.mean(),
        "one for each unit": value.mean(axis=1, keepdims=True),
        "one for each period": value.mean(axis=0, keepdims=True),
    }.get(of, value)
    stated = "±1 %" if of == "%" else stats.norm(value, 0.01 * value)
    found = uncertainty(systems(output), {"EG": stated}, 100, truncate=truncate, each_period=each_period)
    drawn = found._inputs["EG"]
    draws = drawn.draw(slice(0, 100))
    assert drawn.effect == pytest.approx((draws * drawn.weights).reshape(100, -1).sum(axis=1), rel=1e-12)
    assert found.drivers.loc["EG", "rank correlation"] > 0.5


def test_a_single_input_has_the_rank_correlation_of_a_line():
    found = uncertainty(systems(), {"EG": stats.norm(OUTPUT, 1.0)}, 2000).drivers
    assert found.loc["EG", "rank correlation"] == pytest.approx(1)


# Bounds


@pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")
def test_draws_out_of_bounds_are_refused_with_their_share():
    boiler = {"PH": 15200, "η_PJ": 0.95, "η_RE": 0.5, "EF_CO2_coal": 0.099}
    boiler |= {"RPC": 2.3, "HMP": 5088, "EF_CO2_grid": 1.15}
    result = calculate("MN_AM002", **boiler)
    with pytest.raises(InputError, match=r"η_PJ.*16 % of the values drawn lie outside \(0, 1\].*truncate=\['η_PJ'\]"):
        uncertainty(result, {"η_PJ": "±0.05 (k=1)"}, 10_000)
    cut = uncertainty(result, {"η_PJ": "±0.05 (k=1)"}, DRAWS, truncate=["η_PJ"])
    # PE is inverse to η_PJ, so its quantiles follow from those of the truncated distribution
    truncated = stats.truncnorm(-19, 1, 0.95, 0.05)
    fuel = cut.samples["RE"][0]
    assert np.ptp(cut.samples["RE"]) == 0
    assert fuel > 0
    low, high = (calculate("MN_AM002", **boiler | {"η_PJ": truncated.ppf(q)}).full("PE").sum() for q in (0.9, 0.1))
    assert cut.percentile(10, "PE") == pytest.approx(low, rel=0.003)
    assert cut.percentile(90, "PE") == pytest.approx(high, rel=0.003)
    assert cut.drivers.loc["η_PJ", "cut off"] == pytest.approx(stats.norm.sf(1), abs=1e-6)


def test_draws_in_no_class_are_refused():
    result = calculate("ID_AM002", **CHILLER | {"capacity": 1200.0})
    with pytest.raises(InputError, match="in no class of the document's table"):
        uncertainty(result, {"capacity": "±10 %"}, 1000)


def test_a_draw_without_a_result_is_named():
    with pytest.raises(InputError, match=r"COP_PJ,i: .* lie outside \(0, inf\)"):
        uncertainty(calculate("ID_AM002", **CHILLER), {"COP_PJ": stats.randint(0, 3)}, 1000)


# Refusals


def test_everything_wrong_is_said_at_once():
    spreads = {
        "COP_PJ": "about 2 %",
        "EC_PJ": "±2 tCO2",
        "RE": "±1 %",
        "COP_PJ_tc": "±1 %",
        "EF_gird": "±1 %",
        "T_chilled_out": "±1 K (120 %)",
        "T_cooling_out": stats.norm([1.0, 2.0], 1),
        "capacity": 5.0,
    }
    with pytest.raises(InputError) as caught:
        uncertainty(calculate("ID_AM002", **CHILLER), spreads, 1, truncate=["x"], groups={"y": "A"}, correlation=2)
    text = str(caught.value)
    for part in (
        "draws: got 1",
        "x: has no distribution",
        "y: is in a group but",
        "got 2; must be a number from 0 to 1",
        "got 'about 2 %'; must be '±2 %'",
        "'tCO2' cannot be converted to 'MWh'",
        "RE_p: is calculated",
        "did you mean EF_grid?",
        "a coverage of 120 %",
        "got a distribution of shape (2, 1); must be",
        "got 5.0; must be",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("given_as", "standard"),
    [
        ("±2 %", 0.02 * 347.2 / np.sqrt(3)),
        ("+/-2%", 0.02 * 347.2 / np.sqrt(3)),
        ("± 1.5 MWh", 1.5 / np.sqrt(3)),
        ("±1500 kWh (k=2)", 0.75),
        ("±2 % (95 %)", 0.02 * 347.2 / 1.959964),
        ("class 0.5", 0.005 * 347.2 / np.sqrt(3)),
        ("Accuracy class 0.5S", 0.005 * 347.2 / np.sqrt(3)),
        (stats.gamma(4, scale=3), 6.0),
    ],
)
def test_statements_become_standard_uncertainties(given_as, standard):
    parameter = calculate("ID_AM002", **CHILLER).methodology.inputs["EC_PJ"]
    found = read(parameter, given_as, np.array([[347.2]]), ["i", "p"])
    assert found.standard.ravel() == pytest.approx([standard])
    # the quantiles have this standard deviation, and the probabilities are their inverse
    share = (np.arange(200_000) + 0.5) / 200_000
    values = found.quantile(share.reshape(-1, 1, 1)).ravel()
    assert values.std() == pytest.approx(standard, rel=1e-3)
    assert found.probability(values).ravel() == pytest.approx(share)


def test_half_a_kelvin_is_a_difference_also_of_a_temperature():
    parameter = calculate("ID_AM002", **CHILLER).methodology.inputs["T_chilled_out"]
    for text in ("±0.5 K", "±0.5 °C", "±0.5"):
        assert read(parameter, text, np.array([[8.0]]), ["i", "p"]).standard.item() == pytest.approx(0.5 / np.sqrt(3))


def test_what_has_no_uncertainty_is_refused():
    result = calculate(
        "ID_AM003", EC_PJ=135, COP_PJ=1.63, application="individual quick freezer", EF_elec=0.814, p="2017"
    )
    with pytest.raises(InputError) as raised:
        uncertainty(result, {"application": "±1 %", "RE": "±1 %", "EF_grid": "±1 %"}, 100)
    told = [str(problem) for problem in raised.value.problems]
    assert told == [
        "application,i: is not a number and has no distribution: calculate each case instead",
        "RE_p: is calculated: give the uncertainty of what it is calculated from",
        "EF_grid: takes no part in this calculation",
    ]
    plant = calculate("ID_AM001", EG_SUP=1000, EC_CAP=0.1, EF_grid=0.8, p="2017")
    constants = [one.name for one in plant.inputs.graph.parameters if one.kind is Kind.CONSTANT]
    assert constants
    with pytest.raises(InputError, match="is true by definition and has no uncertainty"):
        uncertainty(plant, {constants[0]: "±1 %"}, 100)


def test_an_uncertainty_says_what_it_is():
    found = uncertainty(systems(), {"EG": "±0 %"}, 100)
    assert repr(found) == f"<Uncertainty of PW_AM001 ver 1.0: ER = {found.plain():,.6g} tCO2, " + (
        f"95 % of 100 draws between {found.plain():,.6g} and {found.plain():,.6g}>"
    )
    for confidence in (0, 1, 95, "x"):
        with pytest.raises(InputError, match=f"confidence: got {confidence!r}; must be a number above 0 and below 1"):
            found.at_least(confidence)
    for materiality in (-1, "x", None, np.nan):
        with pytest.raises(InputError, match=f"materiality: got {materiality!r}; must be a finite number of at least"):
            found.overstatement(materiality)
    with pytest.raises(InputError, match="percent: got 'x'; must be a number from 0 to 100"):
        found.percentile("x")


@pytest.mark.parametrize(
    ("given_as", "more", "complaint"),
    [
        ("±1 % (k=0)", {}, "got k = 0; must be a coverage factor above 0"),
        ("±-1 %", {}, "must be a finite half-width of at least 0"),
        (stats.norm(OUTPUT, -1.0), {}, "has no values: look at its arguments"),
        (stats.norm(np.full((2, 2, 2), 500.0), 1.0), {}, "must have one axis for each index"),
        ("±1 %", {"groups": {"EG": ["A", "B", "C", "D", "E"]}}, "got a list of 5 for the groups of"),
        ("±1 %", {"groups": {"EG": ["A"]}}, "got a list of 1 for the groups of 3 errors; must be as many"),
        ("±1 %", {"groups": {"EG": 3}}, "groups['EG']: got 3; must be a label in quotes, or a list"),
        ("±1 %", {"groups": {"EG": {"x": "A"}}}, "groups['EG']: got {'x': 'A'}; must be a label in quotes"),
        ("±nan %", {}, "got ±nan %; must be a finite half-width of at least 0"),
        ("±1 %", {"draws": "x"}, "draws: got 'x'; must be a whole number of at least 2"),
        ("±1 %", {"seed": "a"}, "seed: got 'a'; must be a whole number of at least 0"),
        ("±1 %", {"seed": -1}, "seed: got -1; must be a whole number of at least 0"),
        ("±1 %", {"truncate": [["EG"]]}, "truncate: got [['EG']]; must be a list of names"),
        ("±1 %", {"groups": {"EG": "A"}, "each_period": ["EG"]}, "is in a group, whose errors stay, and drawn anew"),
    ],
)
def test_statements_that_cannot_be_drawn_from(given_as, more, complaint):
    with pytest.raises(InputError) as raised:
        uncertainty(systems(), {"EG": given_as}, **{"draws": 100, **more})
    assert complaint in str(raised.value)


@pytest.mark.parametrize("written", ["±2 %", "± 2%", "±2 ％", "±2 percent", "+-2 %", "+/- 2 %"])
def test_a_per_cent_in_every_spelling(written):
    result = systems(500.0)
    spread = uncertainty(result, {"EG": written}, DRAWS, 1).samples["ER"].std()
    assert spread == pytest.approx(result.ER.magnitude.sum() * 0.02 / 3**0.5, rel=0.02)
