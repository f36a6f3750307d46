"""What a claim rests on is the document's: no number that the applicant types, no list that may lack something."""

import re

import pytest
from click.testing import CliRunner
from evidence.test_evidence import kept
from filling import evidence, filled, items

from jcm_calc import UnconfirmedError, calculate, methodology, rulebooks
from jcm_calc.cli import jcm
from jcm_calc.declarations import DeclarationError
from jcm_calc.declarations.items import Kind
from jcm_calc.evidence import Source, primary
from jcm_calc.inputs.confirmation import statements, with_evidence
from jcm_calc.results.credits import BY_DAYS

EVERY = [m for number in rulebooks.modules() for m in rulebooks.versions(number).values()]
READ = primary(Source("the document"), "page 7")


def yes(m):
    """Every statement that the project makes of itself."""
    return {name: "yes" if fact.unit == "yes/no" else 0 for name, fact in m.facts.items()}


# A threshold of the document, by module: its name, what the project reaches, and the other inputs.
THRESHOLDS = {
    "ID_AM004": ("COP_min", {"COP_PJ": 5.0, "capacity": 20.0, "EC_PJ": 100.0, "EF_elec": 0.8}, {}),
    "ID_AM005": ("η_min", {"η_PJ": 120.0, "lighting_class": "a", "EC_PJ": 100.0, "EF_elec": 0.8}, {}),
    "ID_AM010": (
        "COP_min",
        {"Q_heat": 1000.0, "Q_cool": 500.0, "EC_HP": 90.0, "EC_HP_aux": 1.0, "EC_OC": 1.0, "EC_OC_aux": 1.0,
         "FC_oil": 1.0, "fuel_measured_as": "mass", "EF_elec": 0.8},
        {"COP_HP": 5.0},
    ),
}  # fmt: skip


def project(number):
    name, given, facts = THRESHOLDS[number]
    m = methodology(number)
    return m, name, {**given, "p": "2024", "facts": {**yes(m), **facts}}


def with_threshold(m, name, value):
    """An evidence file with everything filled in, and one threshold."""
    content = filled(m, value=0.9)
    for _, item in items(content):
        if item.get("symbol") == m.inputs[name].symbol:
            if "values" in item:
                item["values"] = dict.fromkeys(item["values"], value)
            else:
                item["value"] = value
    return evidence(content)


@pytest.mark.parametrize("number", THRESHOLDS)
def test_a_threshold_of_the_document_is_no_fact_of_the_project(number):
    m, name, _ = project(number)
    assert name not in m.facts
    assert m.inputs[name].kind is Kind.DEFAULT
    assert m.inputs[name].value is None
    assert ("default", m.inputs[name].symbol, "") in {one.key for one in statements(m) if not one.confirmed}


@pytest.mark.parametrize("number", THRESHOLDS)
@pytest.mark.parametrize("typed", [1e-9, 1.0, 2.0])
@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_threshold_that_the_applicant_types_never_certifies(number, typed):
    m, name, given = project(number)
    file = with_threshold(m, name, 1000.0)  # which the project does not reach
    for more in ({name: typed}, {"facts": {**given["facts"], name: typed}}):
        result = calculate(number, evidence=file, **{**given, **more})
        with pytest.raises(UnconfirmedError, match=f"{re.escape(m.inputs[name].symbol)}.*given by the user"):
            result.credits()


@pytest.mark.parametrize("number", THRESHOLDS)
def test_a_threshold_that_is_confirmed_decides(number):
    m, name, given = project(number)
    reached = calculate(number, evidence=with_threshold(m, name, 3.0), **given)
    assert reached.blockers == ()
    assert reached.credits().index.tolist() == [2024]
    missed = calculate(number, evidence=with_threshold(m, name, 1000.0), **given)
    with pytest.raises(UnconfirmedError, match="not met"):
        missed.credits()


@pytest.mark.parametrize("number", THRESHOLDS)
def test_without_the_threshold_the_criterion_is_not_shown(number):
    m, name, given = project(number)
    content = filled(m, value=0.9)
    keys = {(kind, str(item.get("symbol") or item.get("number") or item.get("name")), item.get("case", ""))
            for kind, item in items(content)}  # fmt: skip
    file = evidence(kept(content, keys - {("default", m.inputs[name].symbol, "")}))
    with pytest.raises(UnconfirmedError, match=f"not shown: give {name}"):
        calculate(number, evidence=file, **given).credits()


@pytest.mark.parametrize("m", EVERY, ids=str)
def test_what_the_project_reaches_is_never_a_value_of_the_document(m):
    """A specification of the project differs from unit to unit: the document cannot fix it."""
    fixed = [item.symbol for item in m.inputs.values() if item.kind is Kind.DEFAULT]
    assert [symbol for symbol in fixed if re.match(r"(η|COP|SFC|SV|SEC|NLL|P)_PJ", symbol)] == []


@pytest.mark.parametrize("m", EVERY, ids=str)
def test_every_value_of_the_document_has_a_plausible_range_that_holds_what_the_library_has(m):
    for item in m.inputs.values():
        if item.kind is Kind.DEFAULT:
            assert item.plausible is not None, item.symbol
            # a value that is known is not asked about
            assert all(value.value in item.plausible for value in item.known()), item.symbol
            assert item.factor > 1


def test_a_factor_that_asks_about_every_value_is_refused():
    m = methodology("ID_AM004").corrected(by="x")
    with pytest.raises(DeclarationError, match="factor=1 must be more than 1"):
        m.default("X", "", text="x", evidence=READ, factor=1)


# Completeness


@pytest.mark.parametrize("m", EVERY, ids=str)
def test_a_claim_needs_that_the_lists_are_complete(m):
    whole = filled(m)
    lists = [key for key in (one.key for one in statements(m)) if key[0] == "list"]
    assert [name for _, name, _ in lists] == ["criteria", "parameters", "equations"]
    every = {one.key for one in statements(m)}
    assert {one.key for one in statements(with_evidence(m, [evidence(whole)])) if not one.confirmed} == set()
    for key in lists:
        found = with_evidence(m, [evidence(kept(whole, every - {key}))])
        assert {one.key for one in statements(found) if not one.confirmed} == {key}


@pytest.mark.parametrize("left", ["criteria", "parameters", "equations"])
def test_a_list_that_is_left_blank_refuses_the_claim(left):
    m, _, given = project("ID_AM004")
    content = filled(m, value=0.9)
    every = {one.key for one in statements(m)}
    file = evidence(kept(content, every - {("list", left, "")}))
    result = calculate("ID_AM004", evidence=file, **given)
    assert [(item.kind, item.name) for item in result.blockers] == [("list", left)]
    with pytest.raises(UnconfirmedError, match=f"list {left}.*and no others"):
        result.credits()


def test_a_list_says_what_the_document_has():
    readings = {one.name: one.reading for one in statements(methodology("ID_AM004")) if one.kind == "list"}
    assert readings["criteria"] == "1, 2, 3, 4, 5, others, and no others"
    assert readings["equations"] == "RE_i,p, RE_p, PE_i,p, PE_p, ER_p, and no others"
    assert readings["parameters"] == (
        "monitored: EC_PJ,i,p [MWh]; fixed by the project: COP_PJ,i [-], EF_elec [tCO2/MWh], capacity_i [kW]; "
        "values of the document: COP_RE,i [-], COP_min,i [-], and no others"
    )


def test_what_is_added_later_makes_a_confirmed_list_incomplete():
    m = methodology("ID_AM004").corrected(by="x")
    before = {one.key: one for one in statements(m)}
    m.attested("6", "registered", "The project is registered", evidence=READ)
    m.monitored("LK_p", "tCO2", text="leakage", evidence=READ)
    m.equation("X_p", "tCO2", name="X", text="x", evidence=READ)(lambda LK: LK)
    after = {one.key: one for one in statements(m)}
    for name in ("criteria", "parameters", "equations"):
        key = ("list", name, "")
        assert before[key].fingerprint != after[key].fingerprint
        assert before[key].reading != after[key].reading


def test_a_rule_book_that_has_read_the_whole_document_says_so():
    m = methodology("ID_AM004").corrected(by="x")
    m.complete("criteria", "equations", evidence=READ)
    assert {one.name for one in statements(m) if one.kind == "list" and one.confirmed} == {"criteria", "equations"}
    # of what is then changed, nobody has said that it is complete
    assert not any(one.confirmed for one in statements(m.corrected(by="y")) if one.kind == "list")
    with pytest.raises(DeclarationError, match="complete are criteria, parameters, equations"):
        m.complete("criterias", evidence=READ)


MORE = [f"ID_AM{number:03}" for number in range(4, 11)] + ["MN_AM002", "VN_AM001", "VN_AM002", "VN_AM003", "VN_AM005"]


@pytest.mark.parametrize("number", MORE)
def test_criteria_that_are_known_to_exist_and_were_not_read_are_declared(number):
    for m in rulebooks.versions(number).values():
        (others,) = [one for one in m.conditions if one.number == "others"]
        assert not others.evidence.confirmed
        assert "criteria_of_the_document" in m.facts


# Periods over New Year


SEASON = {"p": "2023-10-01/2024-03-31", "split": "days", "EC_PJ": 100.0, "capacity": 20.0, "COP_PJ": 5.0}


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_amounts_that_are_shared_by_days_need_a_confirmed_rule():
    m = methodology("ID_AM004")
    given = {**SEASON, "EF_elec": 0.8, "facts": yes(m)}
    file = with_threshold(m, "COP_min", 3.0)
    result = calculate("ID_AM004", evidence=file, **given)
    assert [(item.kind, item.name, item.detail) for item in result.blockers] == [
        ("scheme rule", "over New Year: shared by days", "EC_PJ,i,p")
    ]
    with pytest.raises(UnconfirmedError, match="shared by days"):
        result.credits()
    assert not result.manifest()["issuable"]
    for season in (["2023-10-01/2023-12-31", "2024-01-01/2024-03-31"], "2024"):
        energy = [[50.0, 50.0]] if isinstance(season, list) else 100.0
        calculate("ID_AM004", evidence=file, **{**given, "p": season, "EC_PJ": energy}).credits()
    content = file.as_data()["content"]
    content["rule"].append({
        "name": BY_DAYS.name, "reading": BY_DAYS.reading, "fingerprint": BY_DAYS.fingerprint, "agrees": "yes",
        "page": "page 3", "person": "Test Reader (invented)", "date": "2024-05-17", "document": "document 1",
    })  # fmt: skip
    assert calculate("ID_AM004", evidence=evidence(content), **given).credits().index.tolist() == [2023, 2024]


def test_the_evidence_file_of_a_case_asks_for_the_sharing_by_days(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(
        'methodology = "ID_AM004"\np = "2023-10-01/2024-03-31"\nsplit = "days"\n'
        "[inputs]\nEC_PJ = 100\ncapacity = 20\nCOP_PJ = 5\nEF_elec = 0.8\n"
    )
    written = CliRunner().invoke(jcm, ["evidence", "new", "ID_AM004", "--case", str(path)]).output
    assert f'name = "{BY_DAYS.name}"' in written
    assert f'fingerprint = "{BY_DAYS.fingerprint}"' in written
