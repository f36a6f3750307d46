"""What a calculation gives: values, tables, trace, eligibility, and whether a claim may rest on it."""

import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError, InputWarning, Methodology, UnconfirmedError, UnconfirmedWarning, calculate, methodology
from jcm_calc.declarations import Value
from jcm_calc.declarations.scheme import SCHEME_RULES
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_calc.results import calculating

READ = primary(Source("the approved document", place="section F"))
RECALLED = unconfirmed("recalled", 50)
FREEZER = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
FLEET = pd.DataFrame(
    {"i": ["a", "b"], "COP_PJ": [1.63, 2.19], "application": ["individual quick freezer", "cold storage"]}
)
METERS = pd.DataFrame({"i": ["a", "b"] * 2, "p": ["2023"] * 2 + ["2024"] * 2, "EC_PJ": [100.0, 200.0, 150.0, 250.0]})


def fleet(**changed):
    return calculate("ID_AM003", FLEET, METERS, **{"EF_elec": 0.8, **changed})


# Values


@pytest.mark.parametrize("tables", [(), (FLEET.query("i == 'a'"),)])
def test_a_value_of_a_class_that_no_unit_has_is_remarked_on_and_not_called_given(tables):
    own = {"EC_PJ": 135, "EF_elec": 0.814} if tables else FREEZER
    with pytest.warns(InputWarning, match="COP_RE,i: the value given for 'cold storage' takes no part"):
        r = calculate("ID_AM003", *tables, **own, COP_RE={"cold storage": 1.0})
    assert (r.source("COP_RE"), r.trace().loc["COP_RE", "from"]) == ("default by application",) * 2
    assert r.ER == calculate("ID_AM003", **FREEZER).ER
    assert [str(one.topic) for one in r.remarks] == ["noted"]


def test_one_unit_in_one_period_gives_single_numbers():
    r = calculate("ID_AM003", **FREEZER)
    for name in ("RE", "PE", "ER", "RE_i", "EC_PJ", "COP_RE"):
        assert r[name].magnitude.shape == ()
    assert float(r.RE.magnitude) == pytest.approx(135 * 1.63 / 1.32 * 0.814, rel=1e-15)
    assert float(r.PE.magnitude) == pytest.approx(135 * 0.814, rel=1e-15)
    assert r.ER.magnitude == r.RE.magnitude - r.PE.magnitude
    assert f"{r.ER.units}" == "tCO2"
    assert r["COP_RE"].magnitude == 1.32


def test_a_fleet_gives_results_over_p_only():
    r = fleet()
    assert r.RE.magnitude.shape == r.PE.magnitude.shape == r.ER.magnitude.shape == (2,)
    ratio = np.array([1.63 / 1.32, 2.19 / 1.71])
    use = np.array([[100.0, 150.0], [200.0, 250.0]])
    np.testing.assert_allclose(r.RE.magnitude, ratio @ use * 0.8, rtol=1e-14)
    np.testing.assert_allclose(r["RE_i"].magnitude, ratio[:, None] * use * 0.8, rtol=1e-14)
    assert r["COP_RE"].magnitude.tolist() == [1.32, 1.71]
    assert r["EF_elec"].magnitude.shape == ()


def test_a_fleet_in_one_undated_period_gives_single_results():
    r = calculate("ID_AM003", FLEET, EC_PJ={"a": 100.0, "b": 200.0}, EF_elec=0.8, p="2024")
    assert r.ER.magnitude.shape == ()
    assert r["RE_i"].magnitude.shape == (2,)


@pytest.mark.parametrize(
    ("name", "word"),
    [("RE_q", "is not a name of ID_AM003"), ("EC", "is not a name of"), ("application", r"Result\.table\('i'\)")],
)
def test_a_name_that_is_no_quantity_is_a_key_error_with_a_word(name, word):
    with pytest.raises(KeyError, match=word):
        calculate("ID_AM003", **FREEZER)[name]


def test_a_name_of_another_case_is_a_key_error_with_a_word():
    chiller = {"EC_PJ": 347.2, "COP_PJ": 6.2, "T_cooling_out": 37, "T_chilled_out": 7, "capacity": 500}
    r = calculate("ID_AM002", **chiller, power_source="grid", EF_grid=0.814)
    with pytest.raises(KeyError, match="takes no part in this calculation"):
        r["s_grid"]


def test_labels_of_an_index_are_a_key_error_with_a_word():
    history = pd.DataFrame({"k": ["x", "x"], "f": ["Motor gasoline", "Gas/diesel oil"], "FC_hist": [1.0, 2.0]})
    r = calculate(
        "VN_AM001", history, basis="freight work", fuel_measured_as="mass", FC_PJ=1, TK_PJ=[[5.0]], TK_hist=[10.0],
        fuel="Motor gasoline", NCV_i="IPCC 2006, lower", EF_CO2_i="IPCC 2006, lower",
        NCV_f="IPCC 2006, lower", EF_CO2_f="IPCC 2006, lower",
    )  # fmt: skip
    with pytest.raises(KeyError, match="is a class"):
        r["fuel_f"]


def test_temperatures_and_freight_work_carry_their_units():
    chiller = {"EC_PJ": 347.2, "COP_PJ": 6.2, "T_cooling_out": "309.15 K", "T_chilled_out": 8, "capacity": 500}
    r = calculate("ID_AM002", **chiller, power_source="grid", EF_grid=0.814)
    assert r["T_cooling_out"].to("K").magnitude == pytest.approx(309.15)
    assert r["capacity"].to("kW").magnitude == pytest.approx(500 * 3.5163)
    assert r["COP_PJ_tc"].magnitude == pytest.approx(6.2 * 31 / 33)


# Tables


def test_a_table_holds_everything_with_exactly_its_indices():
    r = fleet()
    by_period = r.table("p")
    assert by_period.index.tolist() == ["2023", "2024"]
    assert by_period.columns.tolist() == ["RE [tCO2]", "PE [tCO2]", "ER [tCO2]"]
    assert by_period["PE [tCO2]"].tolist() == pytest.approx([240, 320])
    by_unit = r.table("i")
    assert by_unit.index.tolist() == ["a", "b"]
    assert by_unit["application"].tolist() == ["individual quick freezer", "cold storage"]
    assert by_unit["COP_RE"].tolist() == [1.32, 1.71]
    by_both = r.table("ip")
    assert by_both.index.names == ["i", "p"]
    assert by_both.loc[("b", "2024"), "EC_PJ [MWh]"] == 250
    assert by_both["PE_i [tCO2]"].tolist() == pytest.approx([80, 120, 160, 200])
    pd.testing.assert_frame_equal(r.table("pi"), by_both)
    assert r.table("").to_dict("list") == {"EF_elec [tCO2/MWh]": [0.8]}


def test_units_that_change_places_in_one_table_keep_their_values():
    shuffled = calculate("ID_AM003", FLEET.iloc[::-1], METERS.sample(frac=1, random_state=1), EF_elec=0.8)
    np.testing.assert_allclose(shuffled.ER.magnitude, fleet().ER.magnitude, rtol=1e-13)
    assert shuffled.table("ip")["RE_i [tCO2]"].to_dict() == pytest.approx(fleet().table("ip")["RE_i [tCO2]"].to_dict())


# Trace


def test_the_trace_runs_from_the_first_factor_to_the_reductions():
    trace = calculate("ID_AM003", **FREEZER).trace()
    assert trace.index.tolist() == [
        "EC_PJ", "COP_PJ", "application", "COP_RE", "EF_elec", "RE_i", "RE", "PE_i", "PE", "ER",
    ]  # fmt: skip
    assert trace.loc["ER", "from"] == "ER_p = RE_p − PE_p"
    assert trace.loc["RE_i", "from"] == "RE_i,p = EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec"
    assert "135" in trace.loc["EC_PJ", "from"]
    assert trace.loc["COP_RE", "from"] == "default by application"
    assert trace.loc["application", "value"] == "individual quick freezer"
    assert trace.loc["ER", "value"] == pytest.approx(135 * (1.63 / 1.32 - 1) * 0.814)
    assert trace.loc["ER", "unit"] == "tCO2"
    assert trace.loc["RE_i", "grade"] == "primary"
    assert trace.loc["RE", "grade"] == "unconfirmed"
    assert trace.loc["COP_RE", "grade"] == "unconfirmed"
    assert trace.loc["EC_PJ", "grade"] == ""


def test_the_trace_of_a_fleet_describes_its_values():
    trace = fleet().trace()
    assert trace.loc["EC_PJ", ["minimum", "maximum", "count"]].tolist() == [100, 250, 4]
    assert pd.isna(trace.loc["EC_PJ", "value"])
    assert "column 'EC_PJ'" in trace.loc["EC_PJ", "from"]


def test_the_trace_tells_a_candidate_and_a_number_by_hand_from_a_default():
    boiler = {"PH": 15200, "HMP": 5088, "RPC": 2.3, "η_PJ": 0.67, "EF_CO2_coal": "FY2013 draft", "EF_CO2_grid": 1.1501}
    trace = calculate("MN_AM002", **boiler, η_RE="FY2013 draft").trace()
    assert "candidate" in trace.loc["η_RE", "from"]
    assert trace.loc["η_RE", "value"] == 0.5
    assert "0.67" in trace.loc["η_PJ", "from"]


# Years


def test_by_year_has_emissions_and_whole_tonnes_of_each_year():
    frame = fleet().by_year()
    assert frame.index.tolist() == [2023, 2024]
    assert frame.index.name == "year"
    assert frame.columns.tolist() == ["RE", "PE", "ER", "tonnes"]
    expected = 0.8 * (100 * (1.63 / 1.32 - 1) + 200 * (2.19 / 1.71 - 1))
    assert frame.loc[2023, "ER"] == pytest.approx(expected)
    assert frame.loc[2023, "tonnes"] == int(expected)


def test_by_year_refuses_a_period_in_two_years():
    r = calculate("ID_AM003", **FREEZER, p="2023-07-01/2024-06-30", split="whole")
    assert r.ER.magnitude > 0
    with pytest.raises(ValueError, match="several calendar years"):
        r.by_year()


# Eligibility

CENTRIFUGAL = {
    "EC_PJ": [[100.0], [200.0]], "COP_PJ": [6.2, 6.6], "T_cooling_out": [37, 36], "T_chilled_out": [7, 8],
    "capacity": [400, 1249], "power_source": "grid", "EF_grid": 0.8,
}  # fmt: skip
ELIGIBLE = {"centrifugal": "yes", "checks_per_year": 5, "ODP": 0, "release_prevented": True}


def answers(facts, **changed):
    return calculate("ID_AM002", **{**CENTRIFUGAL, **changed}, facts=facts).eligibility()["answer"].to_dict()


def test_a_criterion_is_met_when_every_unit_meets_it():
    assert set(answers(ELIGIBLE).values()) == {"met"}


@pytest.mark.parametrize(
    ("facts", "changed", "number"),
    [
        ({"centrifugal": ["yes", "no"]}, {}, "1"),
        ({}, {"COP_PJ": [6.2, 6.3]}, "2"),  # 6.3 at 36 and 8 °C is 5.92 at standard conditions
        ({}, {"COP_PJ": [6.0, 6.6]}, "2"),  # at standard conditions, and the limit itself is not enough
        ({"checks_per_year": 4}, {}, "3"),
        ({"ODP": [0, 0.02]}, {}, "4"),
        ({"release_prevented": "no"}, {}, "5"),
    ],
)
def test_a_criterion_that_one_unit_fails_is_not_met(facts, changed, number):
    found = answers({**ELIGIBLE, **facts}, **changed)
    assert found == {other: "not met" if other == number else "met" for other in found}


def test_a_criterion_whose_facts_are_not_given_is_not_shown():
    frame = calculate("ID_AM002", **CENTRIFUGAL, facts={"checks_per_year": 5}).eligibility()
    assert frame["answer"].to_dict() == {
        "1": "not shown", "1b": "met", "2": "met", "3": "met", "4": "not shown", "5": "not shown",
    }  # fmt: skip
    assert frame.loc["4", "to be shown"] == "ODP"


def test_units_that_fail_are_counted():
    frame = calculate("ID_AM002", **{**CENTRIFUGAL, "COP_PJ": [5.9, 6.2]}, facts=ELIGIBLE).eligibility()
    assert frame["failing units"].to_dict() == {"1": 0, "1b": 0, "2": 2, "3": 0, "4": 0, "5": 0}


# The claim: a methodology that has been read in full


def certain(**changed):
    """Declare a methodology whose every rule has been read; ``changed`` gives other evidence for one."""
    evidence = dict.fromkeys(("choice", "RE_i", "RE", "PE", "ER", "EF coal", "EF oil", "η", "limit", "clean"), READ)
    evidence |= {key: grade for key, grade in changed.items() if key in evidence}
    m = Methodology(
        "XX_AM005", version="1.0", title="Test", country="XX", sectoral_scope=1, indices={"i": "boiler", "p": "period"}
    )
    m.choice("basis", {"heat": "by heat", "fuel": "by fuel"}, text="basis", evidence=evidence["choice"])
    m.monitored("Q_i,p", "GJ", extensive=True, text="heat")
    m.class_key("fuel,i", text="fuel")
    m.default(
        "EF,i", "tCO2/GJ", by="fuel", text="factor", evidence=READ,
        values={"coal": Value(0.1, evidence["EF coal"]), "oil": Value(0.07, evidence["EF oil"])},
    )  # fmt: skip
    m.default(
        "η", "", value=0.5, candidates={"read": Value(0.6, READ), "draft": Value(0.6, RECALLED)},
        bounds="(0, 1]", text="efficiency", evidence=evidence["η"],
    )  # fmt: skip
    for option in ("heat", "fuel"):
        m.equation("RE_i,p", "tCO2", name="RE_i", when={"basis": option}, evidence=evidence["RE_i"], text="")(
            lambda Q, EF, η: Q * EF / η
        )
    m.equation("RE_p", "tCO2", name="RE", total="i", evidence=evidence["RE"], text="")(lambda RE_i: RE_i)
    m.equation("PE_p", "tCO2", name="PE", total="i", evidence=evidence["PE"], text="")(lambda Q, EF: Q * EF)
    m.equation("ER_p", "tCO2", name="ER", evidence=evidence["ER"], text="")(lambda RE, PE: RE - PE)
    m.attested(1, "clean,i", "the boiler is clean", evidence=evidence["clean"])
    m.criterion(2, "the boiler is small", evidence=evidence["limit"])(lambda Q: Q < 1000)
    m.complete("criteria", "parameters", "equations", evidence=READ)
    return m


BOILERS = {"basis": "heat", "Q": [[100.0], [206.0]], "fuel": ["coal", "coal"], "p": ["2024"], "facts": {"clean": "yes"}}


@pytest.fixture
def scheme_rules_read(monkeypatch):
    monkeypatch.setattr(
        "jcm_calc.declarations.methodology.SCHEME_RULES", tuple(replace(rule, evidence=READ) for rule in SCHEME_RULES)
    )


def test_a_result_that_rests_on_nothing_unconfirmed_gives_credits(scheme_rules_read):
    r = calculate(certain(), **BOILERS)
    credits = r.credits()
    assert credits.to_dict() == {2024: 30}  # 306 GJ × 0.1 × (1 ÷ 0.5 − 1) = 30.6
    assert credits.name == "credits"
    assert r.unconfirmed == ()
    assert r.manifest()["issuable"] is True


def test_secondary_evidence_certifies_too(scheme_rules_read):
    m = certain(ER=secondary(Source("a list of approved methodologies")))
    assert calculate(m, **BOILERS).credits().to_dict() == {2024: 30}


@pytest.mark.parametrize(
    ("item", "kind", "section"),
    [
        ("choice", "choice", "section F"),
        ("RE_i", "equation", "section F"),
        ("RE", "equation", "section F"),
        ("PE", "equation", "section G"),
        ("ER", "equation", "section H"),
        ("EF coal", "default", "section I"),
        ("η", "default", "section I"),
        ("clean", "criterion", "section D"),
        ("limit", "criterion", "section D"),
    ],
)
def test_any_single_unconfirmed_item_blocks_the_claim(scheme_rules_read, item, kind, section):
    r = calculate(certain(**{item: RECALLED}), **BOILERS)
    assert r.by_year()["tonnes"].tolist() == [30]
    with pytest.raises(UnconfirmedError) as caught:
        r.credits()
    (missing,) = caught.value.missing
    assert missing.kind == kind
    assert section in missing.section
    assert section in str(caught.value)
    assert r.manifest()["issuable"] is False


def test_an_unconfirmed_entry_that_is_not_used_blocks_nothing(scheme_rules_read):
    m = certain(**{"EF oil": RECALLED})
    assert calculate(m, **BOILERS).credits().to_dict() == {2024: 30}
    with pytest.raises(UnconfirmedError, match=r"default EF,i \(oil: 0.07"):
        calculate(m, **{**BOILERS, "fuel": ["coal", "oil"]}).credits()


@pytest.mark.parametrize("rule", range(len(SCHEME_RULES)))
def test_an_unconfirmed_rule_of_the_scheme_blocks_the_claim(monkeypatch, rule):
    rules = [replace(item, evidence=READ) for item in SCHEME_RULES]
    rules[rule] = SCHEME_RULES[rule]
    monkeypatch.setattr("jcm_calc.declarations.methodology.SCHEME_RULES", tuple(rules))
    with pytest.raises(UnconfirmedError, match=SCHEME_RULES[rule].name):
        calculate(certain(), **BOILERS).credits()


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"facts": {"clean": ["yes", "no"]}}, "not met"),
        ({"facts": {}}, "not shown: give clean"),
        ({"facts": None}, "not shown: give clean"),
        ({"Q": [[100.0], [1000.0]]}, "not met"),
    ],
)
def test_a_criterion_not_met_or_not_shown_blocks_the_claim(scheme_rules_read, changed, word):
    r = calculate(certain(), **{**BOILERS, **changed})
    with pytest.raises(UnconfirmedError, match=word):
        r.credits()
    assert r.manifest()["issuable"] is False


@pytest.mark.parametrize("p", [None, ["1"], ["2023-07-01/2024-06-30"]])
def test_a_period_without_a_year_blocks_the_claim(scheme_rules_read, p):
    r = calculate(certain(), **{**BOILERS, "p": p}, split="whole")
    assert r.unconfirmed == ()
    with pytest.raises(ValueError, match=r"give the periods|several calendar years"):
        r.credits()
    assert r.manifest()["issuable"] is False


@pytest.mark.parametrize(
    ("given", "issuable"),
    [
        ({"η": 0.5}, True),
        ({"η": "50 %"}, True),
        ({"η": 0.6}, False),
        ({"EF": [0.1, 0.1]}, True),
        ({"EF": 0.1}, True),
        ({"EF": [0.1, 0.11]}, False),
        ({"EF": 0.07}, False),
        ({"EF": {"coal": 0.1}}, True),
        ({"EF": {"coal": 0.09}}, False),
        ({"EF": {"oil": 0.08}}, True),  # no boiler burns oil
        ({"EF": {"coal": "100 kgCO2/GJ"}}, True),
    ],
)
@pytest.mark.filterwarnings("ignore:fuel,i. is given but takes no part", "ignore:.*'oil' takes no part")
def test_a_default_given_by_hand_is_confirmed_only_as_the_documents_value(scheme_rules_read, given, issuable):
    r = calculate(certain(), **BOILERS, **given, override="a test")
    blocking = [item.kind for item in r.unconfirmed]
    assert blocking == ([] if issuable else ["default"])
    if issuable:
        assert r.credits().to_dict() == {2024: 30}
    else:
        with pytest.raises(UnconfirmedError, match="given by the user"):
            r.credits()


def test_an_unconfirmed_value_is_not_confirmed_by_repeating_it(scheme_rules_read):
    for m, given in ((certain(η=RECALLED), {"η": 0.5}), (certain(**{"EF coal": RECALLED}), {"EF": {"coal": 0.1}})):
        with pytest.raises(UnconfirmedError):
            calculate(m, **BOILERS, **given).credits()


@pytest.mark.filterwarnings("ignore:fuel,i. is given but takes no part:jcm_calc.base.problems.InputWarning")
def test_values_by_hand_are_confirmed_only_if_every_entry_they_repeat_is(scheme_rules_read):
    by_hand = {**BOILERS, "fuel": ["coal", "oil"], "EF": [0.1, 0.07]}
    assert calculate(certain(), **by_hand).credits().to_dict() == {2024: 24}  # 10 + 206 × 0.07 = 24.42
    with pytest.raises(UnconfirmedError, match="given by the user"):
        calculate(certain(**{"EF oil": RECALLED}), **by_hand).credits()


def test_a_candidate_carries_its_own_grade(scheme_rules_read):
    read = calculate(certain(), **BOILERS, η="read")
    draft = calculate(certain(), **BOILERS, η="draft")
    assert read["η"].magnitude == draft["η"].magnitude == 0.6
    assert read.credits().to_dict() == {2024: 20}  # 30.6 × (1 ÷ 0.6 − 1) = 20.4
    with pytest.raises(
        UnconfirmedError, match=r"default η \(0.6\): Not verified against the methodology. Basis: recalled"
    ):
        draft.credits()


def test_nothing_that_is_published_here_certifies_today():
    with pytest.raises(UnconfirmedError) as caught:
        calculate("ID_AM003", **FREEZER, p="2016").credits()
    text = str(caught.value)
    for part in ("section D", "section F", "section G", "section I", "whole tonnes", "calendar years"):
        assert part in text
    assert {item.kind for item in caught.value.missing} == {"equation", "default", "criterion", "list", "scheme rule"}


def test_the_display_says_that_a_result_is_an_estimate(scheme_rules_read):
    r = calculate("ID_AM003", **FREEZER)
    assert f"an estimate: {len(r.unconfirmed)} items unconfirmed" in repr(r)
    assert "estimate" not in repr(calculate(certain(), **BOILERS))
    assert "ER = 30.6 tCO2" in repr(calculate(certain(), **BOILERS))


def test_items_come_in_the_order_of_the_document():
    truck = {"FC_PJ": 1, "D_PJ": 1000, "SFC_RE": 0.0002, "NCV_i": 43, "EF_CO2_i": 0.0741}
    r = calculate("VN_AM001", **truck, basis="distance", fuel_measured_as="mass")
    assert [item.name for item in r.items if item.kind == "choice"] == ["basis", "fuel_measured_as"]
    assert list(dict.fromkeys(item.kind for item in r.items)) == [
        "choice", "equation", "default", "criterion", "list", "scheme rule",
    ]  # fmt: skip


# The warning


@pytest.mark.filterwarnings("always::jcm_calc.evidence.UnconfirmedWarning")
def test_an_estimate_warns_once_a_methodology_version(monkeypatch, scheme_rules_read):
    monkeypatch.setattr(calculating, "_warned", set())
    with warnings.catch_warnings(record=True) as caught:
        for _ in range(3):
            calculate("ID_AM003", **FREEZER)
        calculate("PW_AM001", EG=1)
        calculate("ID_AM003", **FREEZER)
        calculate(certain(), **BOILERS)
    assert [one.category for one in caught] == [UnconfirmedWarning] * 2
    assert [str(one.message).partition(", because")[0] for one in caught] == [
        "ID_AM003 ver 1.0: an estimate",
        "PW_AM001 ver 1.0: an estimate",
    ]
    assert caught[0].filename == __file__


def per_day():
    """Declare a methodology that divides an amount by days, of which there may be none."""
    m = Methodology(
        "XX_AM006", version="1.0", title="Test", country="XX", sectoral_scope=1, indices={"i": "boiler", "p": "period"}
    )
    m.monitored("Q_i,p", "GJ", extensive=True, plausible="[0, 1000]", text="heat")
    m.monitored("D_p", "d", bounds="[0, inf)", text="days")
    m.equation("RE_p", "tCO2", name="RE", total="i", evidence=READ, text="")(lambda Q, D: Q / D)
    m.equation("PE_p", "tCO2", name="PE", total="i", evidence=READ, text="")(lambda Q: 0 * Q)
    m.equation("ER_p", "tCO2", name="ER", evidence=READ, text="")(lambda RE, PE: RE - PE)
    return m


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"D": 0.0}, "has no value"),
        ({"D": 1.0, "override": {"nope": "a reason"}}, "nope"),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_what_was_noticed_in_reading_is_said_where_no_result_follows(wrong, told, large):
    count = 70_000 if large else 1
    amounts = np.full((count, 1), 500.0)
    amounts[-1] = 5e7
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(InputError) as error:
            calculate(per_day(), **{"Q": amounts, "p": "2024", **wrong})
    said = f"{error.value}\n" + "\n".join(str(one.message) for one in caught)
    assert told in said
    assert re.search(r"Q_i,p: 50,000,000 GJ.* is far outside the plausible range \[0, 1000\]", said)
    assert said.count("is far outside the plausible range") == 1
    assert {one.filename for one in caught} <= {__file__}


def test_the_library_lists_its_methodologies_with_their_grades():
    frame = jcm_calc.methodologies()
    m = methodology("ID_AM003")
    grades = [*m.equations["grade"], *m.defaults["grade"], *m.criteria["grade"]]
    assert frame.loc["ID_AM003", "unconfirmed"] == grades.count("unconfirmed")
    assert m.equations["grade"].tolist().count("primary") == 3
    assert frame.loc["ID_AM003", "country"] == methodology("ID_AM003").country == "ID"


def test_a_table_over_an_unknown_index_is_an_error():
    r = calculate("ID_AM003", EC_PJ=1, COP_PJ=2, application="cold storage", EF_elec=0.5)
    with pytest.raises(KeyError, match="no index q"):
        r.table("q")


# What only criteria look at


def with_criterion(function, evidence):
    m = certain()
    m.default("ceiling", "", value=5, text="a ceiling of the document", evidence=evidence)
    m.fixed("q", "", text="a quality", evidence=READ)
    m.equation("w", "", name="w", text="a quality that is worked out", evidence=evidence)(lambda q: q * 2)
    m.criterion(9, "a criterion that was read", evidence=READ)(function)
    return m


@pytest.mark.parametrize(
    ("function", "name"),
    [(lambda q, ceiling: q < ceiling, "ceiling"), (lambda w: w > 1, "w")],
    ids=["default", "equation"],
)
def test_a_claim_rests_on_what_its_criteria_look_at_too(scheme_rules_read, function, name):
    r = calculate(with_criterion(function, RECALLED), q=2, **BOILERS)
    assert r.eligibility().loc["9", "answer"] == "met"
    assert [item.name for item in r.blockers] == [name]
    with pytest.raises(UnconfirmedError, match=name):
        r.credits()
    assert calculate(with_criterion(function, READ), q=2, **BOILERS).credits().to_dict() == {2024: 30}


def test_what_depends_on_a_choice_that_nobody_has_to_make_is_not_shown():
    m = certain()
    m.choice("unit", {"a": "one", "b": "other"}, text="a choice beside the way to ER", evidence=READ)
    m.fixed("q", "", text="a quality", evidence=READ)
    for option in "ab":
        m.equation("v", "", name="v", text="by choice", when={"unit": option}, evidence=READ)(lambda q: q + 1)
    m.equation("w", "", name="w", text="needs it", evidence=READ)(lambda v: v * 2)
    with pytest.warns(InputWarning, match="q: is given but takes no part"):
        r = calculate(m, q=2, **BOILERS)
    assert "w" not in r.trace().index
    with pytest.warns(InputWarning, match="q: is given but takes no part"):
        assert calculate(m, q=2, unit="a", **BOILERS)["w"].magnitude == 6


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ({"SG": [228], "h": [1]}, "x_p = 228 t/h, x_lowest = 50 t/h, x_highest = 200 t/h"),
        ({"SG": [120], "h": [3]}, "x_p = 40 t/h, x_lowest = 50 t/h, x_highest = 200 t/h"),
    ],
)
def test_a_load_outside_of_the_history_is_said_in_numbers(load, told):
    """228 t of steam in an hour, or 120 t in three: the line is known from 50 to 200 t/h."""
    line = {"a_fixed": 0.2, "b_fixed": 3, "x_lowest": 50, "x_highest": 200}
    fuel = {"fuel_measured_as": "mass", "FC": 100.0, "NCV": 48.0, "EF": 0.056}
    with pytest.raises(InputError, match=rf"known_p is 0 \(1 where .*{re.escape(told)}"):
        calculate("ID_AM007", reference_from="coefficients", **line, **fuel, **load, p=["2024"])
