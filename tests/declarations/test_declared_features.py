"""Dates, optional indices, quantities beside the way to ER, named candidates, shared groups."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError, Methodology, calculate, methodology
from jcm_calc.declarations import DeclarationError, Group
from jcm_calc.evidence import unconfirmed

SAID = unconfirmed("a test")


def toy(**identity):
    return Methodology(
        "XX_AM900",
        version="1.0",
        title="Test",
        country="XX",
        sectoral_scope=1,
        identity={"version": SAID},
        **identity,
    )


def results(m, reference):
    m.equation("RE_p", "tCO2", name="RE", text="", evidence=SAID)(reference)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=SAID)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=SAID)(lambda RE, PE: RE - PE)
    return m


# Dates


def in_service():
    m = toy(indices={"u": "unit", "p": "period"})
    m.fixed("start,u", "date", text="first day in service")
    m.coordinate("last", of="p", what="last_day")
    m.default("rate", "tCO2/d", value=1, text="one tonne a day", evidence=SAID)
    m.equation("T_u,p", "d", name="T", text="days", evidence=SAID)(lambda last, start: np.maximum(last - start, 0))
    m.equation("RE_p", "tCO2", name="RE", total="u", text="", evidence=SAID)(lambda T, rate: T * rate)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=SAID)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=SAID)(lambda RE, PE: RE - PE)
    return m


@pytest.mark.parametrize(
    "start",
    [
        ["2024-12-01", "2024-12-30"],
        [date(2024, 12, 1), date(2024, 12, 30)],
        pd.to_datetime(["2024-12-01", "2024-12-30"]).to_numpy(),
        ["1/Dec/2024", "30/December/2024"],
    ],
)
def test_a_date_is_a_day_that_can_be_counted_from(start):
    assert calculate(in_service(), start=start, p="2024").RE.magnitude == 30 + 1


def test_dates_come_from_a_column_too():
    frame = pd.DataFrame({"u": ["a", "b"], "start": pd.to_datetime(["2024-12-01", "2024-12-30"])})
    assert calculate(in_service(), frame, p="2024").RE.magnitude == 31


@pytest.mark.parametrize("wrong", ["01/02/2024", 45000, "May", "2024-02-30", None])
def test_what_is_no_date_in_one_way_only_is_refused(wrong):
    with pytest.raises(InputError, match="start,u"):
        calculate(in_service(), start=["2024-01-01", wrong], p="2024")


# Optional indices


def two_kinds(optional="ik"):
    m = toy(indices={"i": "lamp", "k": "pump", "p": "period"}, optional=optional)
    for letter, name in (("i", "A"), ("k", "B")):
        m.monitored(f"{name}_{letter},p", "tCO2", extensive=True, text="an amount")
        m.equation(f"T_{name},p", "tCO2", name=f"T_{name}", total=letter, text="a total", evidence=SAID)(
            (lambda A: A) if name == "A" else (lambda B: B)
        )
    return results(m, lambda T_A, T_B: T_A + T_B)


def test_a_kind_that_nothing_given_has_is_none():
    r = calculate(two_kinds(), A=np.array([[1.0], [2.0]]), p=["2024"])
    assert r.RE.magnitude.tolist() == [3]
    assert "none: nothing given has the index k" in r.trace().loc["T_B", "from"]
    assert calculate(two_kinds(), A=np.array([[1.0]]), B=np.array([[5.0]]), p=["2024"]).RE.magnitude.tolist() == [6]


def test_an_index_that_is_not_optional_is_asked_for():
    with pytest.raises(InputError, match="B_k,p: missing"):
        calculate(two_kinds(optional=""), A=np.array([[1.0], [2.0]]), p=["2024"])


# Beside the way to ER


def test_the_quality_of_a_fit_is_shown_and_is_no_part_of_a_claim():
    steam = np.array([5.0, 10.0, 20.0])
    hourly = np.array([2.6, 3.3, 5.6])  # tCO2/h
    a, b = np.polyfit(steam, hourly, 1)
    r = calculate(
        "ID_AM007",
        reference_from="records",
        fuel_measured_as="mass",
        NCV=[50.0],
        EF=[0.05],
        SG=9000.0,
        h=720.0,
        FC=[700.0],
        SG_hist=steam,
        h_hist=np.ones(3),
        FC_hist=(hourly / 2.5).reshape(-1, 1),
        p="2024-06",
    )
    assert r.RE.magnitude == pytest.approx(a * 9000 + b * 720)
    assert r["R2"].magnitude == pytest.approx(np.corrcoef(steam, hourly)[0, 1] ** 2)
    assert {"R2", "s_e"} <= set(r.trace().index)
    assert "R2" not in {item.name for item in r.items}


def test_a_load_outside_the_history_is_an_error_that_says_so():
    with pytest.raises(InputError, match=r"SE_p: has no value.*known_p is 0"):
        calculate(
            "ID_AM007",
            reference_from="coefficients",
            fuel_measured_as="mass",
            NCV=[50.0],
            EF=[0.05],
            SG=9000.0,
            h=100.0,
            FC=[700.0],
            a_fixed=0.2,
            b_fixed=1.5,
            x_lowest=5,
            x_highest=20,
            p="2024-06",
        )


# Candidates


def test_the_trace_names_the_candidate():
    given = {"PH": 15200, "RPC": 2.3, "HMP": 5088, "EF_CO2_grid": 1.1501, "η_PJ": 0.67, "EF_CO2_coal": 0.099}
    r = calculate("MN_AM002", η_RE="FY2013 draft", **given)
    assert r.trace().loc["η_RE", "from"] == "candidate FY2013 draft"
    named = calculate("VN_AM001", **truck(NCV_i="IPCC 2006, lower", EF_CO2_i="IPCC 2006, upper"))
    assert named.trace().loc["NCV_i", "from"] == "candidate IPCC 2006, lower"
    assert named.RE.magnitude == pytest.approx(1000 * 0.0002 * 41.4 * 0.0748)


def truck(**factors):
    own = {"fuel": "Gas/diesel oil", "D_PJ": 1000, "SFC_RE": 0.0002, "FC_PJ": 0.1}
    return {"basis": "distance", "fuel_measured_as": "mass", **own, **factors}


# Groups


def burner():
    group = Group({"i": "burner", "p": "period"})
    group.monitored("F,i,p", "t", extensive=True, text="fuel")
    group.fixed("EF", "tCO2/t", text="emission factor")
    group.equation("E_i,p", "tCO2", name="E", text="emissions", evidence=SAID)(lambda F, EF: F * EF)
    group.attested(1, "new,i", "The burner is new", evidence=SAID)
    return group


def test_a_group_is_included_twice_under_other_names():
    m = toy(indices={"i": "furnace", "k": "boiler", "p": "period"})
    group = burner()
    m.include(group, rename={"F": "F_A,i,p", "E": "E_A,i,p"}, of="of a furnace")
    with pytest.raises(DeclarationError, match="twice"):
        m.include(group, rename={"F": "F_A,i,p", "E": "E_B,i,p"})
    m = toy(indices={"i": "furnace", "k": "boiler", "p": "period"})
    for index, name in (("i", "A"), ("k", "B")):
        one = Group({"i": "burner", "p": "period"})
        one.monitored("F,i,p", "t", extensive=True, text="fuel")
        one.inputs["EF"] = group.inputs["EF"]
        one.equation("E_i,p", "tCO2", name="E", text="emissions", evidence=SAID)(lambda F, EF: F * EF)
        renamed = {"F": f"F_{name},{index},p", "E": f"E_{name},{index},p"}
        m.include(one, rename=renamed, index={"i": index}, of=f"of {name}")
        m.equation(f"S_{name},p", "tCO2", name=f"S_{name}", total=index, text="", evidence=SAID)(
            (lambda E_A: E_A) if name == "A" else (lambda E_B: E_B)
        )
    results(m, lambda S_A, S_B: S_A + S_B)
    assert m.inputs["F_B"].indices == "kp"
    assert m.inputs["F_B"].text == "fuel of B"
    assert m.written("E_B") == "E_B,k,p = F_B,k,p × EF"
    r = calculate(m, F_A=[[1.0], [2.0]], F_B=[[10.0]], EF=3, p=["2024"])
    assert r.RE.magnitude.tolist() == [39]


@pytest.mark.parametrize("by", [("region", "regime"), "p", ("i", "p")])
def test_a_table_whose_group_is_there_already_comes_under_another_name_with_its_keys(by):
    group = Group({"i": "field", "p": "season"})
    group.class_key("region_i", text="region")
    group.class_key("regime_i", text="regime")
    key = {"p": 2024, ("i", "p"): ("a", 2024)}.get(by, ("north", "wet"))
    group.default("EF_i,p", "tCO2/t", by=by, values={key: 3.0}, text="factor", evidence=SAID)
    m = toy(indices={"i": "field", "p": "season"})
    m.include(group)
    m.include(group, rename={"EF": "EF_RE,i,p"})
    m.monitored("F_i,p", "t", extensive=True, text="fuel")
    m.equation("RE_i,p", "tCO2", name="RE_i", text="", evidence=SAID)(lambda F, EF_RE: F * EF_RE)
    m.equation("PE_i,p", "tCO2", name="PE_i", text="", evidence=SAID)(lambda F, EF: F * EF)
    for name, part in (("RE", lambda RE_i: RE_i), ("PE", lambda PE_i: PE_i)):
        m.equation(f"{name}_p", "tCO2", name=name, total="i", text="", evidence=SAID)(part)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=SAID)(lambda RE, PE: RE - PE)
    classes = {} if "region" not in by else {"region": "north", "regime": "wet"}
    r = calculate(m, F=pd.DataFrame({"2024": [10.0]}, ["a"]), p=["2024"], **classes)
    assert (r.RE.magnitude.tolist(), r.PE.magnitude.tolist()) == ([30], [30])


def test_criteria_come_with_their_group():
    m = toy(indices={"i": "furnace", "p": "period"})
    m.include(burner())
    assert list(m.criteria.index) == ["1"]
    assert m.check_eligibility({"new": [True, False]})["answer"].tolist() == ["not met"]


# Eligibility without a calculation


def test_criteria_are_answered_as_far_as_what_is_given_reaches():
    m = methodology("ID_AM002")
    given = {"COP_PJ": [6.5, 5.9], "T_cooling_out": [36, 38], "T_chilled_out": [8, 6]}
    found = m.check_eligibility({"ODP": 0}, **given)
    assert found["answer"].to_dict() == {
        "1": "not shown",
        "1b": "not shown",
        "2": "met",  # 6.5 × 31/33 = 6.106 and 5.9 × 35/33 = 6.258
        "3": "not shown",
        "4": "met",
        "5": "not shown",
    }
    assert found.loc["1b", "to be shown"] == "capacity"
    assert m.check_eligibility({"checks_per_year": 4}, COP_PJ=6.0)["answer"].to_dict()["2"] == "not shown"


def test_unusable_facts_are_refused():
    with pytest.raises(InputError, match="ODB"):
        methodology("ID_AM002").check_eligibility({"ODB": 0})


def test_a_date_in_a_manifest_is_read_again():
    found = jcm_calc.calculate(in_service(), start=[date(2024, 12, 1)], p="2024").manifest()["call"]["values"]["start"]
    assert found == {"array": ["2024-12-01"]}
