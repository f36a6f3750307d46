"""What a calculation remarks on: each kind, with its numbers, from one typed list."""

import warnings

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import IneligibleWarning, InputError, InputWarning, Topic, calculate, methodology
from jcm_calc.declarations import DeclarationError
from jcm_calc.evidence import unconfirmed
from jcm_calc.results.remarks import _breached

CHILLER = {
    **{"power_source": "grid", "EC_PJ": 1000.0, "COP_PJ": 6.5, "capacity": 500, "EF_grid": 0.8},
    **{"T_cooling_out": 37, "T_chilled_out": 7, "p": "2024"},
}
FREEZER = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
HOB = {
    **{"PH": 10_000.0, "HMP": 3000.0, "RPC": 20.0, "η_RE": 0.6, "η_PJ": 0.8, "EF_CO2_coal": 0.1, "EF_CO2_grid": 0.8},
    "p": "2024",
}


def calculated(number, **given):
    """Calculate without a word; the result has all that is remarked on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jcm_calc.calculate(number, **given)


def only(number, **given):
    """Return the one remark on a calculation."""
    (remark,) = calculated(number, **given).remarks
    return remark


# Criteria


@pytest.mark.parametrize(
    ("number", "given", "subject", "numbers", "words"),
    [
        (
            "ID_AM002",
            {**CHILLER, "COP_PJ": 5.9},
            "criterion 2",
            (("COP_PJ_tc", 5.9),),
            "COP_PJ,tc,i 5.9, must be above 6",
        ),
        (
            "ID_AM002",
            {**CHILLER, "facts": {"checks_per_year": 4}},
            "criterion 3",
            (("checks_per_year", 4.0),),
            "checks_per_year 4, must be above 4",
        ),
        (
            "ID_AM002",
            {**CHILLER, "facts": {"ODP": 0.02}},
            "criterion 4",
            (("ODP", 0.02),),
            "ODP,i 0.02, must be 0",
        ),
        ("ID_AM002", {**CHILLER, "facts": {"centrifugal": "no"}}, "criterion 1", (), "centrifugal,i no"),
        (
            "ID_AM003",
            {**FREEZER, "COP_PJ": 1.45},
            "criterion 3",
            (("COP_PJ", 1.45),),
            "COP_PJ,i 1.45, application,i individual quick freezer",
        ),
        # the other facts of this criterion are not known, and whatever they are, the fuel is not coal
        ("MN_AM002", {**HOB, "facts": {"fuel": "other"}}, "criterion 1", (), "fuel other"),
    ],
)
def test_a_criterion_that_is_not_met_is_remarked_on_with_its_numbers(number, given, subject, numbers, words):
    with pytest.warns(IneligibleWarning, match="not met") as caught:
        result = jcm_calc.calculate(number, **given)
    (remark,) = result.remarks
    assert (remark.topic, remark.subject) == (Topic.NOT_MET, subject)
    assert dict(remark.numbers) == pytest.approx(dict(numbers))
    assert words in remark.complaint
    assert [str(one.message) for one in caught if one.category is IneligibleWarning] == [str(remark)]
    assert {one.filename for one in caught} == {__file__}
    assert f"<Result {result.methodology}: {remark}" in repr(result)


def test_the_unit_that_fails_is_named_and_the_others_are_counted():
    given = {**CHILLER, "EC_PJ": [[1000.0], [1000.0], [1000.0]], "COP_PJ": [6.5, 5.9, 5.0]}
    assert "not met (i=2) and 1 more: COP_PJ,tc,i 5.9" in str(only("ID_AM002", **given))


def test_what_cannot_be_answered_is_not_remarked_on():
    assert calculated("ID_AM002", **CHILLER).remarks == ()
    assert calculated("MN_AM002", **HOB, facts={"hot_water_supply": "yes"}).remarks == ()


# Cross-checks


@pytest.mark.parametrize(
    ("number", "given", "symbol", "value", "most"),
    [
        # 500 USRt are 1758.15 kW; at a COP of 6.5 they take 270.5 kW in each of 8784 h
        ("ID_AM002", {**CHILLER, "EC_PJ": 2400.0}, "EC_PJ,i,p", 2400.0, 500 * 3.5163 / 6.5 * 8784 / 1000),
        ("ID_AM002", {**CHILLER, "facts": {"rated_EC_PJ": "100 kW"}}, "EC_PJ,i,p", 1000.0, 878.4),
        ("MN_AM002", {**HOB, "HMP": 745.0, "PH": 10.0, "p": "2024-01"}, "HMP_i,p", 745.0, 744.0),
        ("MN_AM002", {**HOB, "facts": {"capacity": 0.5}}, "PH_i,p", 10_000.0, 0.5 * 3000 * 3.6),
        (
            "ID_AM001",
            {"EG_SUP": 50_000, "EC_CAP": 0.5, "EF_grid": 0.8, "p": "2024", "facts": {"max_output": 5}},
            "EG_SUP,p",
            50_000.0,
            5 * 8784,
        ),
        (
            "MN_AM001",
            {"ES": [[4900.0]], "received": [[5000.0]], "R_PJ": 0.08, "R_RF": 0.1, "EF_grid": 0.8, "p": "2024"},
            "E_rec,L,p",
            5000.0,
            4900.0,
        ),
        ("PW_AM001", {"EG": 5000, "p": "2024", "facts": {"rated_EG": "500 kW"}}, "EG_i,p", 5000.0, 0.5 * 8784),
    ],
)
def test_a_cross_check_is_applied_wherever_its_factors_are_known(number, given, symbol, value, most):
    remark = only(number, **given)
    assert (remark.topic, remark.subject) == (Topic.CROSS_CHECK, symbol)
    assert dict(remark.numbers) == pytest.approx({"value": value, "at most": most, "count": 1})


def test_a_rated_power_that_is_given_comes_before_the_one_that_follows():
    given = {**CHILLER, "EC_PJ": 2400.0, "facts": {"rated_EC_PJ": 300}}
    assert calculated("ID_AM002", **given).remarks == ()  # 300 kW × 8784 h are 2635 MWh


@pytest.mark.parametrize("units", [1, 3, 40])
def test_kilowatt_hours_typed_as_megawatt_hours_are_found_for_one_chiller_and_for_all(units):
    energy = np.full((units, 2), 1500.0)
    given = {**CHILLER, "p": ["2023", "2024"]}
    assert calculated("ID_AM002", **{**given, "EC_PJ": energy}).remarks == ()
    energy[-1] *= 1000
    (slip,) = (
        one for one in calculated("ID_AM002", **{**given, "EC_PJ": energy}).remarks if one.topic is Topic.CROSS_CHECK
    )
    assert dict(slip.numbers)["count"] == 2
    (slip,) = (
        one
        for one in calculated("ID_AM002", **{**given, "EC_PJ": np.full((units, 2), 1.5e6)}).remarks
        if one.topic is Topic.CROSS_CHECK
    )
    assert dict(slip.numbers)["count"] == 2 * units


def test_a_fleet_that_is_tested_in_blocks_gives_the_same_mask():
    rng = np.random.default_rng(3)
    values, most = rng.uniform(0, 1, (30_000, 12)), rng.uniform(0.9, 1, (30_000, 1))
    assert np.array_equal(_breached(np.greater, (values, most)), values > most)
    assert _breached(np.greater, (values, most + 1)) is None


@pytest.mark.parametrize("place", [0, 20_001, 69_999])
def test_one_unit_of_a_large_fleet_is_found_wherever_it_is(place):
    units = 70_000
    given = {name: np.full(units, float(CHILLER[name])) for name in ("COP_PJ", "capacity", "T_cooling_out")}
    energy = np.full((units, 1), 1000.0)
    energy[place], given["capacity"][place] = 5000.0, 449.8
    over, near = calculated("ID_AM002", **{**CHILLER, **given, "EC_PJ": energy}).remarks
    # 449.8 USRt of about 3.516 kW by a COP of 6.5, for the 8784 hours of 2024
    most = 449.8 * 3.516 / 6.5 * 8784 / 1000
    assert dict(over.numbers) == pytest.approx({"value": 5000.0, "at most": most, "count": 1}, rel=1e-3)
    assert f"i={place + 1}" in str(over)
    assert (near.topic, dict(near.numbers)) == (Topic.NEAR_LIMIT, {"value": 449.8, "limit": 450.0})


# Ranges of ratios and intermediates


@pytest.mark.parametrize(
    ("number", "given", "value"),
    [
        (
            "VN_AM005",
            {
                **{"service_hours": "given", "removals": "none", "NLL_RE": [100.0], "NLL_PJ": [10.0], "Br": 0.0},
                **{"H_given": [[8000.0]], "EF_grid": 0.6, "p": "2024"},
            },
            0.1,
        ),
        (
            "ID_AM009",
            {
                **{"running_time": "hours", "fuel_measured_as": "mass", "FC_PJ": 100.0, "NCV_NG": 48.0, "H": 100.0},
                **{"EF_NG": 0.0561, "η_PJ": 0.9, "η_RE": 0.27, "RP": 0.02, "EF_elec": 0.8, "p": "2024"},
            },
            0.7,
        ),
        (
            "ID_AM005",
            {"EC_PJ": 10.0, "η_PJ": 160.0, "η_RE": 80.0, "EF_elec": 0.8, "p": "2024"},
            0.5,
        ),
    ],
)
def test_a_ratio_outside_its_plausible_range(number, given, value):
    remark = only(number, **given)
    assert remark.topic is Topic.IMPLAUSIBLE
    assert dict(remark.numbers)["value"] == pytest.approx(value)


@pytest.mark.parametrize(("slope", "outside"), [(0.149, True), (0.151, False), (0.299, False), (0.301, True)])
def test_specific_emissions_at_both_ends_of_their_range(slope, outside):
    given = {
        **{"reference_from": "coefficients", "fuel_measured_as": "mass", "SG": 8000.0, "h": 80.0, "b_fixed": 0.0},
        **{"a_fixed": slope, "x_lowest": 50, "x_highest": 200, "FC": [[400.0]], "NCV": 48.0, "EF": 0.0774, "p": "2024"},
    }
    found = [one.subject for one in calculated("ID_AM007", **given).remarks]
    assert ("SE_p" in " ".join(found)) == outside


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_every_indicator_has_words_a_range_and_a_source_of_no_higher_grade_than_it_was_read(number):
    for indicator in jcm_calc.methodology(number).indicators:
        assert indicator.text
        assert indicator.evidence.note
        assert str(indicator.evidence.grade) == "unconfirmed"
        assert indicator.plausible.lower < indicator.plausible.upper


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_every_default_has_a_plausible_range_that_holds_all_its_values(number):
    for parameter in jcm_calc.methodology(number).inputs.values():
        if str(parameter.kind) != "default" or parameter.unit == "category":
            continue
        if parameter.bounds.upper < np.inf and parameter.plausible is None:
            continue  # a share, whose bounds say it all
        assert parameter.plausible is not None, parameter.name
        assert all(value.value in parameter.plausible for value in parameter.known()), parameter.name


# Values in place of the document's


def test_a_value_in_place_of_the_documents_that_raises_ER_is_remarked_on_with_its_effect():
    own = calculated("ID_AM003", **FREEZER)
    other = calculated("ID_AM003", **FREEZER, COP_RE=1.0)
    (remark,) = other.remarks
    assert (remark.topic, remark.subject) == (Topic.LESS_CONSERVATIVE, "COP_RE,i")
    numbers = dict(remark.numbers)
    assert numbers["effect on ER"] == pytest.approx(other.ER.m - own.ER.m, rel=1e-12)
    assert numbers["ER by the document"] == pytest.approx(own.ER.m)
    assert (numbers["value"], numbers["document"]) == (1.0, 1.32)
    with pytest.warns(InputWarning, match="instead of"):
        jcm_calc.calculate("ID_AM003", **FREEZER, COP_RE=1.0)


@pytest.mark.parametrize("given", [{"COP_RE": 1.32}, {"COP_RE": 1.5}, {"COP_RE": {"individual quick freezer": 1.4}}])
def test_the_documents_value_or_a_more_conservative_one_is_not(given):
    assert calculated("ID_AM003", **FREEZER, **given).remarks == ()


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_whichever_way_a_default_acts_only_the_side_that_raises_ER_is_remarked_on(number):
    """Give each value of the document a tenth smaller and larger; the sign is that of ER, calculated apart."""
    from hypothesis import strategies as st  # noqa: F401  (drawing needs it)

    from jcm_calc.authoring.conformance.drawing import inputs
    from jcm_calc.authoring.conformance.subject import Subject

    m = jcm_calc.methodology(number)
    supplied = [one for one in m.inputs.values() if str(one.kind) == "default" and one.value is not None]
    subject = Subject(m, 1)
    for case, graph in subject.graphs():
        names = [one for one in supplied if one.name in graph.nodes]
        if not names:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            draw = inputs(m, graph).example()
            plain = subject.result(case, draw)
            for parameter in names:
                for share in (0.9, 1.1):
                    value = parameter.value.value * share
                    if value not in parameter.bounds or value == parameter.value.value:
                        continue
                    found = subject.result(case, draw, **{parameter.name: value}, override="a test")
                    effect = float((found.ER - plain.ER).m.sum())
                    told = [one for one in found.remarks if one.topic is Topic.LESS_CONSERVATIVE]
                    scale = max(abs(float(plain.ER.m.sum())), abs(float(found.ER.m.sum())))
                    assert bool(told) == (effect > 1e-9 * scale), (parameter.name, share, effect)


def test_a_value_that_was_read_is_overridden_upwards_only_with_a_reason():
    with pytest.raises(InputError, match=r'override=\{"EF_RE"'):
        jcm_calc.calculate("MN_AM003", EG=100, EF_RE=1.06)
    assert calculated("MN_AM003", EG=100, EF_RE=0.7).remarks == ()
    for override in ({"EF_RE": "a study of 2024"}, {"EF_RE,i": "a study of 2024"}, "a study of 2024"):
        result = calculated("MN_AM003", EG=100, EF_RE=1.06, override=override)
        assert "a study of 2024" in str(result.remarks[0])
        assert "a study of 2024" in result.trace().loc["EF_RE", "from"]
        assert result.manifest()["call"]["override"] == {"EF_RE": "a study of 2024"}
        (item,) = [one for one in result.items if one.name == "EF_RE,i"]
        assert "a study of 2024" in str(item)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert jcm_calc.replay(result.manifest()).manifest() == result.manifest()


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ({"EF_REE": "why"}, "did you mean EF_RE"),
        ({"EG": "why"}, "no value is given instead"),
        ({"EF_RE": ""}, "must be a reason"),
        ({"EF_RE": 3}, "must be a reason"),
    ],
)
def test_a_reason_for_nothing_or_without_words_is_refused(override, complaint):
    with pytest.raises(InputError, match=complaint):
        jcm_calc.calculate("MN_AM003", EG=100, EF_RE=1.06, override=override)


def test_without_its_class_a_value_is_compared_with_all_of_the_table():
    given = {name: value for name, value in CHILLER.items() if name != "capacity"}
    assert calculated("ID_AM002", **given, COP_RE=4.92).remarks == ()
    assert only("ID_AM002", **given, COP_RE=4.91).topic is Topic.LESS_CONSERVATIVE


# Kinds left out


def test_auxiliaries_that_are_left_out_are_asked_about():
    heat_pump = {
        **{"EC_sub": 100, "COP_PJ": 3.5, "η_RE_boiler": 0.7, "fuel_RE": "Natural gas", "EF_elec": 0.66},
        "EF_fuel_RE": "IPCC 2006, default",
    }
    remark = only("VN_AM003", **heat_pump)
    assert (remark.topic, remark.subject) == (Topic.LEFT_OUT, "a")
    assert "PE_aux,p counts as 0" in remark.complaint
    assert calculated("VN_AM003", **heat_pump, P_AUX=0, OH_AUX=0).remarks == ()


# All of them


def test_strict_makes_an_error_of_anything_that_is_remarked_on():
    assert jcm_calc.calculate("ID_AM002", **CHILLER, strict=True).remarks == ()
    for given in ({"COP_PJ": 5.9}, {"EC_PJ": 9000.0}, {"COP_RE": 4.0}, {"COP_PJ": 16.0}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = jcm_calc.calculate("ID_AM002", **{**CHILLER, **given})
            with pytest.raises(InputError) as refused:
                jcm_calc.calculate("ID_AM002", **{**CHILLER, **given}, strict=True)
        assert refused.value.problems == result.remarks


def test_by_year_says_it_again():
    result = calculated("ID_AM002", **{**CHILLER, "COP_PJ": 5.9})
    with pytest.warns(IneligibleWarning, match="criterion 2"):
        frame = result.by_year()
    assert frame.attrs["remarks"] == [one.as_data() for one in result.remarks]
    assert isinstance(frame, pd.DataFrame)


def test_the_gravest_comes_first():
    given = {**CHILLER, "COP_PJ": 5.9, "EC_PJ": 9000.0, "COP_RE": 4.0, "facts": {"ODP": 0.1}}
    topics = [one.topic for one in calculated("ID_AM002", **given).remarks]
    assert topics == sorted(topics, key=list(Topic).index)
    assert topics[:2] == [Topic.NOT_MET, Topic.NOT_MET]


# Amounts far from the others

MONTHS = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]


def freezers(energy, **given):
    """Calculate freezers; whether anything is said of amounts, and which."""
    rest = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8}
    result = calculated("ID_AM003", **rest, EC_PJ=energy, **given)
    return [one for one in result.remarks if one.topic is Topic.APART]


@pytest.mark.parametrize("place", range(24))
@pytest.mark.parametrize(
    ("factor", "said"), [(1, False), (12, False), (95, False), (1000, True), (0.05, False), (0.001, False), (0, False)]
)
def test_a_month_in_another_unit_is_found_wherever_it_stands(place, factor, said):
    energy = 10 + np.cos(np.arange(24.0)) / 10
    energy[place] *= factor
    table = pd.DataFrame({"i": "a", "p": MONTHS, "EC_PJ": energy})
    rest = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = jcm_calc.calculate("ID_AM003", table, **rest)
    found = [one for one in result.remarks if one.topic is Topic.APART]
    assert bool(found) == said
    if said:
        assert f"p={MONTHS[place]}" in found[0].complaint  # before the months are added up to years
        assert dict(found[0].numbers)["value"] == pytest.approx(energy[place])


@pytest.mark.parametrize("units", [2, 3, 10])
@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_unit_in_another_unit_is_found(units, place):
    energy = np.full((units, 1), 20.0) + np.arange(units)[:, None]
    assert freezers(energy, p="2024") == []
    energy[place] *= 1000
    (found,) = freezers(energy, p="2024")
    assert dict(found.numbers)["value"] == energy[place, 0]


@pytest.mark.parametrize(("factor", "said"), [(1000, True), (0.1, False), (0.01, False), (0.001, True), (0, False)])
def test_too_little_is_remarked_on_where_it_makes_ER_larger(factor, said):
    aux = np.full(6, 20.0)
    aux[2] *= factor
    given = {
        **{
            "running_time": "hours",
            "fuel_measured_as": "mass",
            "FC_PJ": [np.full(6, 100.0)],
            "NCV_NG": 48.0,
            "H": [aux],
        },
        **{"EF_NG": 0.0561, "η_PJ": 0.9, "η_RE": 0.6, "RP": 0.02, "EF_elec": 0.8},
    }
    remarks = calculated("ID_AM009", **given, p=[f"2024-{month:02}" for month in range(1, 7)]).remarks
    assert bool([one for one in remarks if one.topic is Topic.APART and one.subject == "H_i,p"]) == said


def test_a_heating_season_a_start_and_a_day_beside_a_year_are_nothing_odd():
    season = np.array([300, 250, 180, 60, 5, 0, 0, 0, 4, 90, 200, 310.0])
    assert freezers(season[None], p=[f"2024-{month:02}" for month in range(1, 13)]) == []
    assert freezers([[0.4, 350.0]], p=["2023-12-31/2023-12-31", "2024"]) == []
    assert freezers([[0.0, 0.0, 3000.0]], p=["2023", "2024", "2025"]) == []


def test_what_is_usual_is_the_middle_of_the_others():
    from jcm_calc.inputs.checks import _lower_median

    rng = np.random.default_rng(5)
    values = rng.uniform(0, 1, (4, 5, 6))
    values[rng.uniform(size=values.shape) < 0.3] = np.nan
    found = _lower_median(values, (1,))
    for i in range(4):
        for k in range(6):
            known = sorted(one for one in values[i, :, k] if not np.isnan(one))
            expected = known[(len(known) - 1) // 2] if known else np.nan
            assert found[i, 0, k] == expected or (np.isnan(found[i, 0, k]) and not known)


# Numbers that count months and years


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ""),
        ({"x_year": [2020, 2023]}, "there is nothing for 2021, 2022"),
        ({"x_year": [2022.5, 2023]}, "2,022.5 (x=1) is not the whole number of a year"),
        ({"x_year": 2022.5, "W": [[10.0]]}, "2,022.5 is not the whole number of a year"),
        ({"x_year": 2022, "W": [[10.0]]}, ""),
        (
            {"decay_form": "monthly", "x_month": 1, "W": [[10.0]], "p_month": 12},
            "2023 is longer than the month that it counts",
        ),
        (
            {"decay_form": "monthly", "x_month": 1, "W": [[10.0]], "p_month": 12, "p": ["2023-03", "2023-04"]},
            "12 for 2023-04 does not follow from 12 for 2023-03",
        ),
        ({"decay_form": "monthly", "x_month": 1, "W": [[10.0]], "p_month": 1.5, "p": ["2023-03"]}, "1.5 is not the"),
        ({"x_year": [2022, 2022]}, "2022 is given more than once"),
        ({"decay_form": "monthly", "x_month": [1, 2], "p": ["2023-03", "2023-04"], "p_month": [3, 4]}, ""),
        (
            {"decay_form": "monthly", "x_month": [1, 2], "p": ["2023-03", "2023-04"], "p_month": [4, 3]},
            "3 for 2023-04 does not follow from 4 for 2023-03",
        ),
        (
            {"decay_form": "monthly", "x_month": [1, 2], "p": ["2023"], "p_month": [12]},
            "2023 is longer than the month that it counts",
        ),
        ({"decay_form": "monthly", "x_month": [1, 2], "p": ["2023-03", "2023-05"], "p_month": [3, 4]}, "4 for 2023-05"),
    ],
)
def test_months_and_years_that_are_counted_go_with_each_other(given, words):
    m = jcm_calc.methodology("VN_AM004")
    given = {"decay_form": "yearly", "p": ["2023"], "x_year": [2022, 2023], "W": [[10.0, 20.0]], **given}
    if given["decay_form"] == "monthly":
        del given["x_year"]
    periods = len(given["p"])
    one_each = {"φ": 0.8, "f": 0.0, "DOC_f": 0.5, "MCF": 0.9, "BG": 0.0, "EC_PJ": 1.0}
    rest = {name: [value] * periods for name, value in one_each.items()}
    rest |= {
        "GWP_CH4": 28,
        "OX": 0.1,
        "F": 0.5,
        "DOC": [0.15],
        "k": [0.4],
        "NCV_BG": 0.02,
        "EF_CO2_RF": 0.07,
        "EF_elec": 0.6,
    }
    choices = {name: next(iter(choice.options)) for name, choice in m.choices.items() if name not in given}
    found = [one.complaint for one in calculated("VN_AM004", **given, **rest, **choices).remarks]
    assert [text for text in found if words in text] if words else found == []


# Outputs, and the way back


def test_the_workbook_says_it_in_its_head_and_brings_a_reason_back(tmp_path):
    import openpyxl

    given = {"EG": 100, "EF_RE": 1.06, "p": "2024", "facts": {"rated_EG": 5}}
    result = calculated("MN_AM003", **given, override={"EF_RE": "a study; of 2024"})
    for language in ("en", "ja"):
        path = tmp_path / f"{language}.xlsx"
        result.to_excel(path, language=language)
        book = openpyxl.load_workbook(path)
        head = " ".join(
            str(cell.value) for row in book["MRS(input)"].iter_rows(max_row=6) for cell in row if cell.value
        )
        assert "1.06" in head
        assert "0.797" in head
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            again = jcm_calc.read_workbook(path).calculate()
        assert again.inputs.overrides == {"EF_RE": "a study; of 2024"}
        assert [(one.topic, one.subject) for one in again.remarks] == [
            (one.topic, one.subject) for one in result.remarks
        ]


def test_a_workbook_without_the_reason_is_refused(tmp_path):
    import openpyxl

    path = tmp_path / "filled.xlsx"
    calculated("MN_AM003", EG=100, EF_RE=1.06, p="2024", override="why").to_excel(path)
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "override: " in cell.value:
                    cell.value = ""
    book.save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(InputError, match="instead of"):
            jcm_calc.read_workbook(path).calculate()


def test_the_report_and_the_notebook_say_it_before_any_number(tmp_path):
    pytest.importorskip("matplotlib")
    result = calculated("ID_AM002", **{**CHILLER, "COP_PJ": 5.9})
    result.to_html(tmp_path / "report.html")
    for page in (result._repr_html_(), (tmp_path / "report.html").read_text("utf-8")):
        assert page.index("must be above 6") < page.index("By calendar year")
        assert page.index("must be above 6") < page.index("An estimate")


CASE = """methodology = "MN_AM003"
p = "2024"
[inputs]
EG = 100
EF_RE = 1.06
"""


def test_a_case_file_gives_its_reason(tmp_path):
    from jcm_calc.api.case_file import read_case

    path = tmp_path / "case.toml"
    path.write_text(CASE, "utf-8")
    with pytest.raises(InputError, match="instead of"):
        read_case(path).calculate()
    path.write_text(CASE + '[override]\nEF_RE = "the study of 2024"\n', "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_case(path).calculate().inputs.overrides == {"EF_RE": "the study of 2024"}
    path.write_text(CASE + "[override]\nEF_RE = 3\n", "utf-8")
    with pytest.raises(InputError, match=r"\[override\] EF_RE"):
        read_case(path)


# Declarations


def declared(**changed):
    """Declare a methodology with one indicator."""
    from jcm_calc import Methodology
    from jcm_calc.evidence import unconfirmed

    guess = unconfirmed("made up")
    m = Methodology(
        "XX_AM001", version="1.0", title="X", country="XX", sectoral_scope=3, identity={"version": guess},
        indices={"i": "machine", "p": "monitoring period"},
    )  # fmt: skip
    m.monitored("EC,i,p", "MWh", extensive=True, raises="RE", text="electricity", evidence=guess)
    m.fixed("Q,i", "kW", text="capacity", evidence=guess)
    m.equation("RE_p", "tCO2", total="i", text="RE", evidence=guess, name="RE")(lambda EC: EC)
    given = {"symbol": "q_i", "unit": "MWh/kW", "plausible": "[0, 9]", "text": "a ratio", "evidence": guess}
    function = changed.pop("function", lambda EC, Q: EC / Q)
    m.indicator(**{**given, **changed}, name="q")(function)
    return m


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({}, ""),
        ({"unit": "MWh"}, "q_i: "),
        ({"unit": "h"}, "a conversion factor is hidden"),
        ({"function": lambda EC, P: EC / P}, "looks at P, which is not declared"),
        ({"text": ""}, "lacks a text"),
    ],
)
def test_an_indicator_is_checked_for_its_author(changed, complaint):
    from jcm_calc.authoring.conformance import CHECKS, ConformanceError
    from jcm_calc.authoring.conformance.subject import Subject

    check = CHECKS["indicators"]
    if not complaint:
        check(Subject(declared(), 1))
        return
    with pytest.raises(ConformanceError, match=complaint):
        check(Subject(declared(**changed), 1))


def test_indicators_and_rated_powers_are_shown_and_survive_a_revision():
    m = jcm_calc.methodology("VN_AM005")
    later = m.revised("9.0", unchanged=m.identity["version"], identity=m.identity)
    assert [one.name for one in later.indicators] == ["loss_ratio"]
    later.remove("NLL_PJ", *{rule.name for rule in later.rules})
    assert later.indicators == []
    assert len(m.indicators) == 1
    page = m._repr_html_()
    assert "Plausible ranges of ratios and intermediates" in page
    assert "[0.2, 0.5]" in page
    chiller = jcm_calc.methodology("ID_AM002")
    assert "x_i ÷ COP_PJ,i" in chiller._repr_html_()
    later = chiller.revised("9.0", unchanged=m.identity["version"], identity=m.identity)
    later.remove("capacity")
    assert [limit.rated for limit in later.limits] == [None, None]
    later.remove("EC_PJ")
    assert "rated_EC_PJ" not in later.facts
    assert [limit.parameter for limit in later.limits] == ["h_gen"]


def test_strict_of_a_verification_and_of_readings(tmp_path):
    hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "kWh": [10.0, 12.0] * 4392})

    def monitor(frame, **rest):
        source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
        meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": "a"}, "unit": "kWh", **rest}}
        readings = {"timezone": "Asia/Jakarta", "sources": [{"frame": frame, **source}]}
        needed = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
        return jcm_calc.monitor(meters, readings, p="2024", methodology="ID_AM003", strict=True, **needed)

    assert monitor(hours).findings == ()
    with pytest.raises(InputError, match="S1, "):
        monitor(hours.drop(index=range(100, 200)))
    with pytest.raises(InputError, match="S1, spike"):
        monitor(hours, rated="5 kW")

    path = tmp_path / "handed_in.xlsx"
    calculated("PW_AM001", EG="600 MWh", p="2024").to_excel(path)
    assert len(jcm_calc.verify(path).findings) == 1
    assert jcm_calc.verify(path).clean
    assert not jcm_calc.verify(path, strict=True).clean


@pytest.mark.parametrize(("kind", "said"), [("cold storage", True), ("attic", False)])
def test_of_a_class_that_the_document_lacks_nothing_is_said(kind, said):
    given = {**FREEZER, "application": kind, "COP_PJ": 2.5, "COP_RE": {kind: 1.1}}
    found = [one.topic for one in calculated("ID_AM003", **given).remarks]
    assert (Topic.LESS_CONSERVATIVE in found) == said


@pytest.mark.parametrize("override", [" ", "\t\n", 5, ["measured"], {"EF_RE": " "}, {"EF_RE": 5}, {5: "measured"}])
def test_a_reason_that_says_nothing_is_none(override):
    with pytest.raises(InputError, match=r"override: (got .*must be a reason|.* has no such name)"):
        calculate("MN_AM003", EG=100.0, EF_RE=1.06, p="2024", override=override)


def test_a_limit_of_another_dimension_is_told_as_the_mistake_of_its_author():
    m = methodology("PW_AM001").corrected(by="x")
    m.at_most("EG", "hours", evidence=unconfirmed("x"))
    with pytest.raises(DeclarationError, match=r"PW_AM001 ver 1\.0: the limit of EG: .*cannot be converted to 'MWh'"):
        calculate(m, EG=500.0, p="2024")
