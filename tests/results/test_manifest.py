"""The record of a calculation: as JSON, replayed exactly, and a hash over input and rules."""

import datetime
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError, calculate, methodology, replay, rulebooks
from jcm_calc.declarations import Value
from jcm_calc.declarations.items import Table
from jcm_calc.declarations.revision import duplicate
from jcm_calc.results import manifest
from jcm_calc.units import registry

Q = registry().Quantity
FREEZER = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
UNITS = pd.DataFrame(
    {"i": ["a", "b"], "COP_PJ": [1.63, 2.19], "application": ["individual quick freezer", "cold storage"]}
)
METERS = pd.DataFrame({"i": ["a", "b"] * 2, "p": ["2023"] * 2 + ["2024"] * 2, "EC_PJ": [0.1, 0.2, 1 / 3, 250.0]})
BOILER = {"PH": 15200, "HMP": 5088, "RPC": 2.3, "EF_CO2_grid": 1.1501}
TRUCK = {
    "basis": "distance", "fuel_measured_as": "volume", "fuel": "Gas/diesel oil", "V_PJ": 11.0, "D_PJ": 50_000.0,
    "SV_RE": 2.5e-4,
}  # fmt: skip


def replayed(original, *tables, **values):
    """Send a manifest through JSON, and calculate again."""
    text = json.dumps(original.manifest(), allow_nan=False)
    return replay(json.loads(text), *tables, **values)


def exactly_equal(one, other):
    for name in ("RE", "PE", "ER"):
        np.testing.assert_array_equal(one[name].magnitude, other[name].magnitude, strict=True)
        assert one[name].units == other[name].units
    return one.manifest()["hash"] == other.manifest()["hash"]


# Replay


@pytest.mark.parametrize(
    ("number", "tables", "values"),
    [
        ("ID_AM003", (), {"EC_PJ": "135 MWh", **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": Q(135_000, "kWh"), **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": Q(np.array([[1.1, 2.2]]), "MWh"), **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": Q(486, "GJ"), **FREEZER, "EF_elec": Q(814, "kgCO2/MWh")}),
        ("ID_AM003", (), {"EC_PJ": np.array([[1.1, 2.2], [3.3, 1 / 3]]), **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": np.float64(135), **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": np.array([[1], [2]]), **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": [["1.5 MWh"], ["2500 kWh"]], **FREEZER}),
        ("ID_AM003", (), {"EC_PJ": 135, "COP_PJ": 1.63, "application": "cold storage", "COP_RE": 1.5, "EF_elec": 1}),
        ("ID_AM003", (), {"EC_PJ": 1, **FREEZER, "COP_RE": {"individual quick freezer": 1.4, "cold storage": "1.8"}}),
        ("ID_AM003", (UNITS, METERS), {"EF_elec": 0.8}),
        ("ID_AM003", (UNITS.set_index("i"), METERS.set_index(["i", "p"])), {"EF_elec": 0.8}),
        ("ID_AM003", (UNITS,), {"EC_PJ": METERS.set_index(["i", "p"])["EC_PJ"], "EF_elec": 0.8}),
        ("ID_AM003", (UNITS,), {"EC_PJ": METERS.set_index(["i", "p"])["EC_PJ"].rename(None), "EF_elec": 0.8}),
        ("ID_AM003", (UNITS,), {"EC_PJ": METERS.set_index(["i", "p"])["EC_PJ"].rename("EC_PJ [kWh]"), "EF_elec": 0.8}),
        ("MN_AM002", (), {**BOILER, "η_RE": "FY2013 draft", "η_PJ": 0.67, "EF_CO2_coal": "IPCC 2006 lignite, lower"}),
        ("MN_AM002", (), {**BOILER, "η_RE": Q(61, "percent"), "η_PJ": "67 %", "EF_CO2_coal": 0.099}),
        ("VN_AM001", (), {**TRUCK, "ρ_i": {"Gas/diesel oil": 0.84}, "NCV_i": "IPCC 2006, lower", "EF_CO2_i": 0.0726}),
    ],
)  # fmt: skip
def test_a_manifest_gives_exactly_the_same_result(number, tables, values):
    original = calculate(number, *tables, **values)
    again = replayed(original)
    assert exactly_equal(original, again)
    assert again.manifest() == original.manifest()


@pytest.mark.filterwarnings("ignore:.*one day:jcm_calc.base.problems.InputWarning")
@pytest.mark.parametrize(
    ("p", "written"),
    [
        ("2024", "2024"),
        ("2024-02", "2024-02"),
        (2024, "2024"),
        (("2024-01-01", "2024-06-30"), "2024-01-01/2024-06-30"),
        (("1/Jan/2024", "30/Jun/2024"), "2024-01-01/2024-06-30"),
        ((datetime.date(2024, 1, 1), datetime.date(2024, 6, 30)), "2024-01-01/2024-06-30"),
        ((pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-30")), "2024-01-01/2024-06-30"),
        (pd.Period("2024-02"), "2024-02"),
        (pd.Period("2024Q2"), "2024-04-01/2024-06-30"),
        (datetime.date(2024, 1, 1), "2024-01-01/2024-01-01"),
        (datetime.datetime(2024, 1, 1), "2024-01-01/2024-01-01"),
    ],
)
def test_a_period_is_recorded_so_that_it_is_read_as_the_same_one(p, written):
    original = calculate("ID_AM003", EC_PJ=135, **FREEZER, p=p)
    assert original.manifest()["periods"] == [written]
    again = replayed(original)
    assert again.inputs.periods == original.inputs.periods
    assert exactly_equal(original, again)


@pytest.mark.parametrize(
    "p",
    [
        ["2023", "2024"],
        ["2023-07-01/2023-12-31", ("2024-01-01", "2024-12-31")],
        [pd.Period("2024Q1"), pd.Period("2024Q2")],
        pd.period_range("2024-01", periods=2, freq="M"),
        np.array(["2023", "2024"]),
        [2023, 2024],
    ],
)
def test_several_periods_are_recorded(p):
    original = calculate("ID_AM003", EC_PJ=[[135.0, 140.0]], **FREEZER, p=p)
    again = replayed(original)
    assert again.inputs.periods == original.inputs.periods
    assert exactly_equal(original, again)


@pytest.mark.parametrize(
    "p",
    [
        ["2023-12", "2024-01"],
        pd.PeriodIndex(["2023Q4", "2024Q1"], freq="Q"),
        [datetime.date(2024, 1, 30), datetime.date(2024, 1, 31)],
        *(pd.to_datetime(["2024-01-30", "2024-01-31"]).as_unit(unit) for unit in ("s", "us", "ns")),
        [2023, 2024],
    ],
)
def test_periods_in_a_table_are_recorded(p):
    table = pd.DataFrame({"i": ["a", "a"], "p": p, "EC_PJ": [135.0, 140.0]})
    original = calculate("ID_AM003", table, **FREEZER)
    again = replayed(original)
    assert again.inputs.periods == original.inputs.periods
    assert exactly_equal(original, again)


@pytest.mark.parametrize(
    "secondary_loop", [True, "no", {"a": "yes", "b": "no"}, pd.Series([True, False], pd.Index(["a", "b"], name="i"))]
)
def test_facts_are_recorded(secondary_loop):
    facts = {"secondary_loop": secondary_loop, "checks_per_year": 1, "site": "food industry cold storage"}
    original = calculate("ID_AM003", UNITS, METERS, EF_elec=0.8, facts=facts)
    again = replayed(original)
    pd.testing.assert_frame_equal(again.eligibility(), original.eligibility())
    assert exactly_equal(original, again)


# Files


@pytest.fixture
def fleet(tmp_path):
    """Return a function that writes a fleet of some size, and calculates from the file."""

    def calculated(size, folder="given"):
        path = tmp_path / folder / "fleet.csv"
        path.parent.mkdir(exist_ok=True)
        energy = np.random.default_rng(3).uniform(0, 100, size)
        pd.DataFrame({"i": range(size), "EC_PJ": energy}).to_csv(path, index=False)
        return path, calculate("ID_AM003", path, **FREEZER)

    return calculated


def test_a_small_file_is_written_into_the_manifest(fleet):
    path, original = fleet(50)
    data = original.manifest()
    (recorded,) = data["call"]["tables"]
    assert recorded["path"] == str(path)
    assert len(recorded["columns"]["EC_PJ"]) == 50
    path.unlink()
    again = replay(data)
    np.testing.assert_array_equal(again.ER.magnitude, original.ER.magnitude)
    assert again.manifest()["hash"] == data["hash"]


def test_a_large_file_is_named_with_its_hash_and_read_again(fleet):
    path, original = fleet(6000)
    data = original.manifest()
    assert "columns" not in data["call"]["tables"][0]
    assert exactly_equal(original, replay(data))
    content = path.read_text()
    path.write_text(content.replace("\n0,", "\n0,1", 1))
    with pytest.raises(InputError, match="SHA-256 differs"):
        replay(data)
    path.unlink()
    with pytest.raises(InputError, match="no such file"):
        replay(data)


@pytest.mark.parametrize("size", [50, 6000])
def test_a_file_that_changes_after_the_calculation_cannot_be_recorded_as_its_input(fleet, size):
    path, original = fleet(size)
    path.write_text(path.read_text().replace("\n0,", "\n0,1", 1))
    with pytest.raises(InputError, match="has changed since"):
        original.manifest()


@pytest.mark.parametrize("size", [50, 6000])
def test_the_hash_does_not_depend_on_where_a_file_lies(fleet, size):
    assert fleet(size, "here")[1].manifest()["hash"] == fleet(size, "there")[1].manifest()["hash"]


# Large arrays and tables


LARGE = np.random.default_rng(5).uniform(0, 100, (10_001, 1))


@pytest.mark.parametrize(
    "energy",
    [
        LARGE,
        LARGE.tolist(),
        np.asfortranarray(LARGE.reshape(-1, 3)[:, :3]) if LARGE.size % 3 == 0 else LARGE[::-1],
        Q(LARGE, "MWh"),
        Q(LARGE, "kWh"),
        pd.Series(LARGE[:, 0], pd.RangeIndex(len(LARGE), name="i")),
        pd.DataFrame({"EC_PJ": LARGE[:, 0]}, pd.RangeIndex(len(LARGE), name="i")),
    ],
    ids=["array", "list", "strided", "quantity", "kWh", "series", "frame"],
)
def test_a_large_array_is_recorded_by_its_hash_and_must_be_given_again(energy):
    original = calculate("ID_AM003", EC_PJ=energy, **FREEZER)
    recorded = original.manifest()["call"]["values"]["EC_PJ"]
    assert len(json.dumps(recorded)) < 300
    assert exactly_equal(original, replayed(original, EC_PJ=energy))
    with pytest.raises(InputError, match=r"EC_PJ.*give it again"):
        replayed(original)


def test_ten_thousand_values_are_still_written_out():
    original = calculate("ID_AM003", EC_PJ=LARGE[:10_000], **FREEZER)
    assert len(original.manifest()["call"]["values"]["EC_PJ"]["array"]) == 10_000
    assert exactly_equal(original, replayed(original))


@pytest.mark.parametrize(
    "wrong",
    [LARGE * (1 + 1e-15), LARGE[::-1], LARGE[:-1], LARGE.reshape(1, -1), Q(LARGE, "kWh")],
    ids=["nearly", "reversed", "shorter", "transposed", "other unit"],
)
def test_another_large_array_is_refused(wrong):
    plain = calculate("ID_AM003", EC_PJ=Q(LARGE, "MWh") if hasattr(wrong, "units") else LARGE, **FREEZER)
    with pytest.raises(InputError, match="SHA-256 differs"):
        replayed(plain, EC_PJ=wrong)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"i": range(10_001), "EC_PJ": LARGE[:, 0]}),
        pd.DataFrame({"EC_PJ": LARGE[:, 0]}, pd.RangeIndex(10_001, name="i")),
        pd.DataFrame(
            {
                "i": np.repeat(range(4000), 2),
                "p": pd.to_datetime(["2023-01-01", "2023-01-02"] * 4000),
                "EC_PJ": LARGE[:8000, 0],
            }
        ),
        pd.DataFrame({"i": np.repeat(range(4000), 2), "p": ["2023", "2024"] * 4000, "EC_PJ": LARGE[:8000, 0]}),
        pd.DataFrame(
            {
                "i": np.repeat(range(4000), 2),
                "p": pd.PeriodIndex(["2023", "2024"] * 4000, freq="Y"),
                "EC_PJ": LARGE[:8000, 0],
            }
        ),
    ],
    ids=["columns", "index", "days", "texts", "periods"],
)
def test_a_large_table_must_be_given_again(table):
    original = calculate("ID_AM003", table, **FREEZER)
    assert exactly_equal(original, replayed(original, table))
    with pytest.raises(InputError, match=r"table 1.*give it again"):
        replayed(original)
    other = table.assign(EC_PJ=table["EC_PJ"] + 1e-9)
    with pytest.raises(InputError, match="SHA-256 differs"):
        replayed(original, other)


def test_several_large_tables_are_told_apart_by_their_order():
    units = pd.DataFrame({"i": range(10_001), "COP_PJ": LARGE[:, 0] / 100 + 1})
    energy = pd.DataFrame({"i": range(10_001), "EC_PJ": LARGE[:, 0]})
    original = calculate("ID_AM003", units, energy, application="cold storage", EF_elec=0.8)
    assert exactly_equal(original, replayed(original, units, energy))
    with pytest.raises(InputError, match=r"table 1(.|\n)*table 2"):
        replayed(original, energy, units)


# Hash


def hashed(number="ID_AM003", **values):
    return calculate(number, **values).manifest()["hash"]


CALL = {"EC_PJ": 135.0, **FREEZER, "p": "2024", "facts": {"checks_per_year": 1}}


@pytest.mark.parametrize(
    "changed",
    [
        {"EC_PJ": 135.00000000000003},
        {"EC_PJ": "135 MWh"},
        {"COP_PJ": 1.64},
        {"application": "cold storage"},
        {"EF_elec": 0.8141},
        {"p": "2023"},
        {"p": None},
        {"facts": {"checks_per_year": 2}},
        {"facts": None},
        {"COP_RE": 1.32},
    ],
)
def test_the_hash_changes_with_every_input(changed):
    assert hashed(**CALL) == hashed(**CALL)
    assert hashed(**{**CALL, **changed}) != hashed(**CALL)


def test_the_hash_changes_with_a_choice():
    truck = {**TRUCK, "ρ_i": 0.84, "NCV_i": 43.0, "EF_CO2_i": 0.0741}
    tonne = {**truck, "fuel_measured_as": "mass", "FC_PJ": 9.0, "SFC_RE": 2e-4}
    del tonne["V_PJ"], tonne["SV_RE"], tonne["ρ_i"], tonne["fuel"], truck["fuel"]
    assert hashed("VN_AM001", **truck) != hashed("VN_AM001", **tonne)


def with_parameter(number, name, **changed):
    """A copy of a methodology in which one parameter is declared otherwise."""
    copy = duplicate(methodology(number))
    copy.inputs[name] = replace(copy.inputs[name], **changed)
    return copy


def test_the_hash_changes_with_a_default_a_candidate_and_a_constant():
    recalled = methodology("ID_AM003").inputs["COP_RE"].evidence
    other = Table({"individual quick freezer": Value(1.33, recalled), "cold storage": Value(1.71, recalled)})
    assert manifest.rules_digest(with_parameter("ID_AM003", "COP_RE", table=other)) != manifest.rules_digest(
        methodology("ID_AM003")
    )
    boilers = methodology("MN_AM002")
    before = manifest.rules_digest(boilers)
    assert manifest.rules_digest(with_parameter("MN_AM002", "η_RE")) == before
    draft = {**boilers.inputs["η_RE"].candidates, "FY2013 draft": Value(0.51, recalled)}
    assert manifest.rules_digest(with_parameter("MN_AM002", "η_RE", candidates=draft)) != before
    thousand = Value(1001, recalled)
    assert manifest.rules_digest(with_parameter("MN_AM002", "kWh_per_MWh", value=thousand)) != before


def inverted(EC_PJ, COP_PJ, COP_RE, EF_elec):
    return EC_PJ * COP_RE / COP_PJ * EF_elec


def test_the_hash_changes_with_an_equation():
    original = methodology("ID_AM003")
    copy = with_parameter("ID_AM003", "COP_RE")
    assert manifest.rules_digest(copy) == manifest.rules_digest(original)
    first, *others = original.rules
    copy.rules = [replace(first, function=inverted), *others]
    assert manifest.rules_digest(copy) != manifest.rules_digest(original)
    copy.rules = [first, replace(others[0], total=""), *others[1:]]
    assert manifest.rules_digest(copy) != manifest.rules_digest(original)


def test_the_hash_does_not_depend_on_results():
    r = calculate("ID_AM003", **CALL)
    before = r.manifest()
    r._results["ER"] = r._results["ER"] + 1
    after = r.manifest()
    assert after["results"] != before["results"]
    assert after["hash"] == before["hash"]


# Content


def test_the_manifest_names_versions_units_sources_choices_and_evidence():
    data = calculate("ID_AM002", EC_PJ="347.2 MWh", COP_PJ=6.2, T_cooling_out=37, T_chilled_out=7, capacity=500,
                     power_source="grid", EF_grid=0.814, p="2017").manifest()  # fmt: skip
    assert data["schema"] == 2
    assert data["library"]["name"] == "jcm_calc"
    assert (data["methodology"]["number"], data["methodology"]["version"]) == ("ID_AM002", "2.0")
    assert data["choices"] == {"power_source": "grid"}
    assert data["units"]["EC_PJ"] == "MWh"
    assert "347.2 MWh" in data["sources"]["EC_PJ"]
    assert data["periods"] == ["2017"]
    assert data["issuable"] is False
    assert data["eligibility"]["2"] == "met"
    assert data["eligibility"]["1"] == "not shown"
    kinds = {item["kind"] for item in data["evidence"]}
    assert kinds == {"choice", "equation", "default", "criterion", "list", "waiver", "scheme rule"}
    used = [item["detail"] for item in data["evidence"] if item["name"] == "COP_RE,i"]
    assert used == ["[450, 550): 5.59"]
    assert data["results"]["PE"] == [347.2 * 0.814]


def test_a_manifest_of_an_unknown_methodology_is_refused():
    data = calculate("ID_AM003", **CALL).manifest()
    data["methodology"]["number"] = "ID_AM999"
    with pytest.raises(rulebooks.MethodologyNotFoundError):
        replay(data)


@pytest.mark.parametrize(
    ("place", "value", "complaint"),
    [
        (("schema",), 99, "schema: got 99; this version of jcm_calc reads 2"),
        (("methodology", "rules"), None, "methodology, rules: got None; must be a text"),
        (("call", "facts"), [], "call, facts: got []; must be a section"),
        (("call", "tables"), ["a.csv"], "call, tables no. 1: got 'a.csv'; must be a section"),
        (("call", "values", "evidence"), 5, "evidence cannot be the name of an input"),
        (("call", "values", "EC_PJ"), {"array": [[1], []]}, "is not recorded as"),
        (("call", "evidence"), 5, "call, evidence: got 5"),
        (("call", "evidence"), [{"content": 5}], "content: got 5; must be a section"),
        (("call", "override"), "COP_RE", "call, override: got 'COP_RE'; must be a section"),
        (("call", "on"), 2024, "call, on: got 2024; must be a day"),
    ],
)
def test_data_that_is_no_manifest_says_why(place, value, complaint):
    data = calculate("ID_AM003", **CALL).manifest()
    *way, last = place
    inner = data
    for key in way:
        inner = inner[key]
    inner[last] = value
    with pytest.raises(InputError) as raised:
        replay(data)
    assert complaint in str(raised.value)


# Large arrays, which are not copied

DOORS = {
    "manifest": lambda r, path: r.manifest(),
    "credits": lambda r, path: r.credits(),
    "input": lambda r, path: r["EC_PJ"],
    "intermediate": lambda r, path: r["RE_i"],
    "table": lambda r, path: r.table("ip"),
    "trace": lambda r, path: r.trace(),
    "explain": lambda r, path: r.explain("RE_i"),
    "by_unit": lambda r, path: r.by_unit(),
    "derivatives": lambda r, path: r.derivatives(),
    "sensitivity": lambda r, path: r.sensitivity(),
    "uncertainty": lambda r, path: jcm_calc.uncertainty(r, {"EC_PJ": "±2 %"}, draws=10),
    "to_xarray": lambda r, path: r.to_xarray(),
    "to_excel": lambda r, path: r.to_excel(path / "a.xlsx"),
    "plan": lambda r, path: r.to_excel(path / "a.xlsx", stage="plan"),
    "to_html": lambda r, path: r.to_html(path / "a.html"),
    "notebook": lambda r, path: r._repr_html_(),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_large_array_that_is_changed_later_is_refused_at_every_door(monkeypatch, tmp_path, door):
    monkeypatch.setattr("jcm_calc.results.manifest.LARGE", 3)
    energy = np.full((4, 2), 135.0)
    given = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": ["2023", "2024"]}
    changed, same = (jcm_calc.calculate("ID_AM003", EC_PJ=energy, **given) for _ in range(2))
    before = changed.ER
    energy[2, 1] *= 1.001
    with pytest.raises(InputError, match="EC_PJ: has changed since it was calculated with: calculate again"):
        DOORS[door](changed, tmp_path)
    assert (before == changed.ER).all()
    assert not list(tmp_path.iterdir())
    energy[2, 1] = 135.0
    if door != "credits":  # which asks for evidence
        DOORS[door](same, tmp_path)


@pytest.mark.parametrize("of", ["int32", "float32", "Fortran", "masked", "quantity", "list", "Series"])
def test_what_is_copied_or_converted_does_not_follow_its_owner(monkeypatch, of):
    monkeypatch.setattr("jcm_calc.results.manifest.LARGE", 3)
    import pandas as pd

    whole = np.full((4, 2), 135.0)
    energy = {
        "int32": whole.astype("int32"),
        "float32": whole.astype("float32"),
        "Fortran": np.asfortranarray(whole),
        "masked": np.ma.masked_array(whole),
        "quantity": jcm_calc.units.registry().Quantity(whole, "MWh"),
        "list": whole.tolist(),
        "Series": pd.Series(whole[:2, 0], pd.Index(["2023", "2024"], name="p")),
    }[of]
    given = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": ["2023", "2024"]}
    result = jcm_calc.calculate("ID_AM003", EC_PJ=energy, **given)
    before = result.ER.magnitude.tolist()
    if of == "list":
        energy[0][0] = 1e6
    elif of == "Series":
        energy.iloc[0] = 1e6
    else:
        energy[0, 0] = jcm_calc.units.registry().Quantity(1e6, "MWh") if of == "quantity" else 1e6
    if of == "Fortran":  # an array like another, which is used as it is
        with pytest.raises(InputError, match="has changed since it was calculated with"):
            result.manifest()
    else:
        assert jcm_calc.replay(result.manifest()).ER.magnitude.tolist() == before
