"""Refrigerants and reference efficiencies: each row with source and grade, blends that add up, ODP by the molecule."""

import re

import pytest
from globalwarmingpotentials import data

from jcm_calc import InputError, calculate, methodology
from jcm_calc.evidence import Grade
from jcm_calc.reference_data import gwp, reference_efficiencies, refrigerant, refrigerants
from jcm_calc.units.conversions import reading

EVERY = list(refrigerants().values())
BLENDS = [one for one in EVERY if one.composition]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.designation)
def test_every_refrigerant_has_source_and_grade(one):
    assert one.evidence.source
    assert one.evidence.source.title
    assert one.odp_evidence.source
    assert one.odp is None or 0 <= one.odp <= 1
    assert refrigerant(one.designation) is one
    assert refrigerant(one.designation.replace("R", "r-", 1)) is one


@pytest.mark.parametrize("one", BLENDS, ids=lambda one: one.designation)
def test_blends_add_up_and_their_potential_is_that_of_their_components(one):
    assert sum(one.composition.values()) == pytest.approx(1.0, abs=1e-9)
    for report, printed in one.gwp.items():
        known = data[f"{report}GWP100"]
        own = {name: refrigerants()[name].names for name in one.composition if name in refrigerants()}
        counted = {name: known[names[0]] for name, names in own.items() if names and names[0] in known}
        computed = sum(share * float(counted.get(name, 0)) for name, share in one.composition.items())
        assert printed == pytest.approx(computed, abs=0.01)
        missing = sum(share for name, share in one.composition.items() if name not in counted)
        assert one.not_counted == pytest.approx(missing, abs=1e-9)
        if missing:
            with pytest.raises(KeyError):
                gwp(one.designation, report)
        else:
            assert gwp(one.designation, report) == pytest.approx(printed, abs=0.01)


@pytest.mark.parametrize("one", BLENDS, ids=lambda one: one.designation)
def test_the_ozone_depletion_of_a_blend_is_that_of_its_components(one):
    parts = {name: refrigerants()[name] for name in one.composition if name in refrigerants()}
    computed = sum(share * (parts[name].odp if name in parts else 0.0) for name, share in one.composition.items())
    assert one.odp == pytest.approx(computed, abs=5e-5)
    if any(part.odp_evidence.grade is Grade.UNCONFIRMED for part in parts.values()):
        assert one.odp_evidence.grade is Grade.UNCONFIRMED


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.designation)
def test_what_has_chlorine_depletes_ozone(one):
    """A number of fluorines and hydrogens of a designation leaves places for chlorine, unless its name has none."""
    chlorine = any(re.match(r"H?CFC|HCFO", name) for name in one.names)
    if not one.composition:
        assert (one.odp != 0) is chlorine


def test_printed_potentials():
    assert [round(gwp(name, "AR4")) for name in ("R-410A", "R404A", "R407C", "R507A")] == [2088, 3922, 1774, 3985]
    assert gwp("R22", "AR5") == 1760
    assert refrigerants()["R513A"].not_counted == 0.56
    with pytest.raises(KeyError):
        gwp("R999", "AR4")
    with pytest.raises(LookupError, match="known are R11, R12"):
        refrigerant("R999")


def test_every_reference_efficiency_has_source_and_grade():
    found = reference_efficiencies()
    assert len(found) == 58
    assert all(one.evidence.source and one.evidence.source.title for one in found)
    assert all(0.5 < one.value < 10 for one in found)
    assert {one.kind for one in found} >= {"JCM methodology", "national minimum", "foreign minimum"}
    for one in found:
        if "recalled" in str(one.evidence.source):
            assert one.evidence.grade is Grade.UNCONFIRMED


def test_reference_efficiencies_of_methodologies_are_those_of_their_modules():
    table = methodology("ID_AM002").inputs["COP_RE"].table
    of_chillers = [one for one in reference_efficiencies("JCM methodology") if one.condition.startswith("37/7")]
    assert [one.value for one in of_chillers] == [value.value for value in table.entries.values()]
    assert [one.capacity_below for one in of_chillers] == [key.beyond for key in table.entries]
    freezers = methodology("ID_AM003").inputs["COP_RE"].table.entries
    known = {one.equipment: one.value for one in reference_efficiencies("JCM methodology") if one.quantity == "COP_RE"}
    assert freezers["individual quick freezer"].value == known["individual quick freezer"]


def test_power_for_a_ton_of_refrigeration_is_the_reciprocal_of_a_cop():
    """0.61 kW/ton of ASHRAE 90.1 is its COP of 5.765, to the rounding of what is printed."""
    kW_per_USRt = reading("kW/USRt", "")
    checked = 0
    for one in reference_efficiencies("foreign minimum"):
        if printed := re.match(r"([\d.]+) kW/ton", one.evidence.note):
            assert kW_per_USRt.factor / float(printed[1]) == pytest.approx(one.value, rel=1e-3)
            checked += 1
    assert checked > 12


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("refrigerant", "met"), [("R-134a", "met"), ("R1233zd(E)", "not met"), ("HCFC22", "not met"), (0, "met")]
)
def test_a_criterion_takes_the_name_of_a_refrigerant(refrigerant, met):
    chiller = {"EC_PJ": 1000, "COP_PJ": 6.3, "T_cooling_out": 37, "T_chilled_out": 7, "capacity": 500}
    for given in (refrigerant, [refrigerant]):
        result = calculate("ID_AM002", power_source="grid", EF_grid=0.8, **chiller, facts={"ODP": given})
        assert {one.criterion.number: str(one.answer) for one in result.assessments}["4"] == met


@pytest.mark.parametrize(("name", "complaint"), [("R13", "was not read"), ("R999", "known are R11")])
def test_a_refrigerant_without_a_potential_is_refused(name, complaint):
    chiller = {"EC_PJ": 1000, "COP_PJ": 6.3, "T_cooling_out": 37, "T_chilled_out": 7, "capacity": 500}
    with pytest.raises(InputError, match=f"ODP.*{complaint}"):
        calculate("ID_AM002", power_source="grid", EF_grid=0.8, **chiller, facts={"ODP": name})
