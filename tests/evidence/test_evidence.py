"""Evidence files: what they confirm, what they must not confirm, and how they travel.

Every file here is filled in by a script, by an invented reader of an invented test document.
"""

import copy
import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from filling import DAY, TEST_DOCUMENT, TEST_READER, as_toml, document, evidence, fill, filled, items
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import jcm_calc
from jcm_calc import InputError, Methodology, UnconfirmedError, calculate, methodology, replay
from jcm_calc.api.case_file import read_case
from jcm_calc.base.languages import LANGUAGES, spellings
from jcm_calc.cli import jcm
from jcm_calc.evidence import Grade, Source, primary, secondary, unconfirmed
from jcm_calc.inputs.confirmation import EvidenceError, blank_file, read_evidence, statements, with_evidence
from jcm_calc.inputs.confirmation.applying import evidence_folder
from jcm_calc.inputs.confirmation.conditions import condition
from jcm_calc.inputs.confirmation.file import ANSWERS, KINDS, from_data
from jcm_calc.rulebooks import modules, versions

EVERY = [m for number in modules() for m in versions(number).values()]
STORE = methodology("ID_AM004")
FACTS = {
    "inverter_type_in_store": "yes",
    "capacity_in_range": "yes",
    "ODP": 0,
    "release_prevented": "yes",
    "criteria_of_the_document": "yes",
}
GIVEN = {"EC_PJ": 100.0, "COP_PJ": 5.0, "EF_elec": 0.8, "capacity": 20.0, "p": "2024", "facts": FACTS}
# 100 MWh × (5.0 ÷ 3.5 − 1) × 0.8 t/MWh
TONNES = 34
RECALLED = unconfirmed("recalled")
READ = primary(Source("the document"))


def boilers(power=1.0, unit="MWh", limit=5.0, **declared):
    """Return a small methodology with a statement of every kind."""
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Boilers",
        country="XX",
        sectoral_scope=1,
        indices={"i": "boiler", "p": "monitoring period"},
        identity={"version": RECALLED},
    )
    m.choice("basis", {"heat": "by heat", "fuel": "by fuel"}, text="basis", evidence=RECALLED)
    m.monitored("Q,i,p", unit, extensive=True, text="heat")
    m.class_key("fuel,i", text="fuel")
    m.fixed("size,i", "MW", text="size")
    m.default(
        "EF,i", "tCO2/MWh", by="fuel", text="factor", evidence=RECALLED,
        values=declared.get("by_fuel", {"coal": 0.36, "oil": 0.26}),
    )  # fmt: skip
    m.default("η,i", "", by="size", text="efficiency", values={"[0, 1)": 0.6, "[1, 9)": 0.7}, evidence=RECALLED)
    m.default("f", "", value=0.9, text="discount", evidence=RECALLED)
    m.equation("RE_i,p", "tCO2", name="RE_i", when={"basis": "heat"}, evidence=RECALLED, text="")(
        lambda Q, EF, η, f: Q * EF / η**power * f
    )
    m.equation("RE_i,p", "tCO2", name="RE_i", when={"basis": "fuel"}, evidence=RECALLED, text="")(lambda Q, EF: Q * EF)
    m.equation("RE_p", "tCO2", name="RE", total="i", evidence=RECALLED, text="")(lambda RE_i: RE_i)
    m.equation("PE_p", "tCO2", name="PE", total="i", evidence=RECALLED, text="")(lambda Q, EF: Q * EF)
    m.equation("ER_p", "tCO2", name="ER", evidence=RECALLED, text="")(lambda RE, PE: RE - PE)
    m.attested(1, "clean", "The boiler is clean", evidence=RECALLED)

    def small(size):
        return size < limit

    m.criterion(2, "The boiler is small", evidence=RECALLED)(small)
    return m


def left(m, *files):
    return {one.key for one in statements(with_evidence(m, files)) if not one.confirmed}


def kept(content, keys):
    """Return an evidence file with only some of its items filled in."""
    found = copy.deepcopy(content)
    for kind, item in items(found):
        if (kind, str(item[KINDS[kind]]), item.get("case", "")) not in keys:
            item["page"] = ""
            item |= {"agrees": ""} if kind != "default" else {"value": ""} if "value" in item else {"values": {}}
    return found


# What is confirmed


@pytest.mark.parametrize("m", EVERY, ids=str)
def test_a_new_file_has_what_is_unconfirmed_and_confirms_nothing(m):
    open_ = [one for one in statements(m) if not one.confirmed]
    blank = from_data(tomllib.loads(blank_file(m, open_)), "blank.toml", "")
    assert (blank.entries, blank.blank) == ((), len(open_))
    assert left(m, blank) == left(m)


@pytest.mark.parametrize("m", EVERY, ids=str)
def test_everything_confirmed_lifts_every_mark(m):
    found = with_evidence(m, [evidence(filled(m))])
    assert left(m, evidence(filled(m))) == set()
    graded = [one.evidence for one in (*found.rules, *found.conditions, *found.scheme, *found.choices.values())]
    graded += [known.evidence for item in found.inputs.values() for known in item.known()]
    for one in graded:
        assert one.grade in (Grade.PRIMARY, Grade.CONFIRMED)
        if one.grade is Grade.CONFIRMED:
            who = one.confirmation
            assert (who.document, who.sha256) == (TEST_DOCUMENT["title"], TEST_DOCUMENT["sha256"])
            assert (who.person, who.day, who.page) == (TEST_READER["person"], DAY, "page 1 of the test document")
    # the methodology itself is as it was
    assert {one.key for one in statements(m) if not one.confirmed} == left(m)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data(), m=st.sampled_from([STORE, boilers(), methodology("ID_AM002"), methodology("VN_AM005")]))
def test_a_file_confirms_exactly_what_is_filled_in(data, m):
    content = filled(m)
    every = [(kind, str(item[KINDS[kind]]), item.get("case", "")) for kind, item in items(content)]
    chosen = data.draw(st.sets(st.sampled_from(every)))
    assert left(m, evidence(kept(content, chosen))) == left(m) - chosen


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_order_of_files_and_of_items_does_not_matter(data):
    m, files = boilers(), []
    for number in range(3):
        content = filled(m)
        keys = [(kind, str(item[KINDS[kind]]), item.get("case", "")) for kind, item in items(content)]
        found = kept(content, data.draw(st.sets(st.sampled_from(keys))))
        found["reader"]["date"] = f"2024-05-{data.draw(st.integers(10, 28))}"
        for kind in KINDS:
            found[kind] = data.draw(st.permutations(found.get(kind, [])))
        files.append(evidence(found, f"test {number}.toml"))
    given_ = {"Q": 10.0, "fuel": "coal", "size": 0.5, "basis": "heat", "p": "2024"}
    results = [calculate(m, evidence=order, **given_) for order in (files, files[::-1], [*files[1:], *files[:2]])]
    manifests = [result.manifest() for result in results]
    assert manifests[0] == manifests[1] == manifests[2]


def test_an_estimate_becomes_a_claim():
    with pytest.raises(InputError, match="COP_RE,i"):
        calculate("ID_AM004", **GIVEN)
    with pytest.raises(UnconfirmedError):
        calculate("ID_AM004", COP_RE=3.5, **GIVEN).credits()
    result = calculate("ID_AM004", evidence=evidence(filled(STORE, value=3.5)), **GIVEN)
    assert result.credits().to_dict() == {2024: TONNES}
    assert result.manifest()["issuable"] is True
    assert result.blockers == ()


def test_a_value_given_by_hand_counts_only_where_it_equals_the_confirmed_one():
    read = evidence(filled(STORE, value=3.5))
    assert calculate("ID_AM004", evidence=read, COP_RE=3.5, **GIVEN).credits().to_dict() == {2024: TONNES}
    with pytest.raises(UnconfirmedError, match="given by the user"):
        calculate("ID_AM004", evidence=read, COP_RE=3.6, **GIVEN).credits()


def test_a_criterion_that_is_not_met_still_blocks_the_claim():
    content = filled(STORE, value=3.5)
    threshold = next(one for one in content["default"] if one["symbol"] == "COP_min,i")
    threshold["values"] = {"[0, 10)": 4.0, "[10, 50)": 6.0}
    result = calculate("ID_AM004", evidence=evidence(content), **GIVEN)
    with pytest.raises(UnconfirmedError, match=r"criterion 3.*not met"):
        result.credits()


def test_values_are_supplied_with_their_units_and_tables_by_class_and_by_bin():
    m, content = boilers(), filled(boilers())
    for _, item in items(content):
        if item.get("symbol") == "EF,i":
            item["values"] = {"coal": "340 kgCO2/MWh"}
        if item.get("symbol") == "η,i":
            item["values"] = {"[0, 2)": 0.65}
        if item.get("symbol") == "f":
            item["value"] = "95 %"
    found = with_evidence(m, [evidence(content)])
    factors, efficiencies = found.inputs["EF"].table.entries, found.inputs["η"].table.entries
    assert {key: one.value for key, one in factors.items()} == {"coal": 0.34, "oil": 0.26}
    assert [one.evidence.grade for one in factors.values()] == [Grade.CONFIRMED, Grade.UNCONFIRMED]
    # the bin of the document takes the place of the recalled ones that it overlaps
    assert {str(key): one.value for key, one in efficiencies.items()} == {"[0, 2)": 0.65}
    assert "0.36 is unconfirmed in the methodology package" in str(factors["coal"].evidence)
    given_ = {"Q": 10.0, "size": 1.5, "basis": "heat", "p": "2024", "facts": {"clean": "yes"}}
    result = calculate(m, evidence=evidence(content), fuel="coal", **given_)
    assert result.RE.magnitude == pytest.approx(10 * 0.34 / 0.65 * 0.95)
    assert result.blockers == ()
    assert [one.name for one in calculate(m, evidence=evidence(content), fuel="oil", **given_).blockers] == ["EF,i"]


def test_what_was_read_in_a_primary_document_stays_what_it_is():
    m = methodology("ID_AM003")
    rule = with_evidence(m, [evidence(filled(m))]).rules[0]
    assert rule.evidence.grade is Grade.PRIMARY
    assert rule == m.rules[0]


def test_a_candidate_may_be_named_where_evidence_has_the_value_of_one_class():
    m, fuel = methodology("VN_AM001"), "Gas/diesel oil"
    content = filled(m)
    for item in content["default"]:
        item["values"] = {fuel: 0.5}
    given_ = {"basis": "distance", "fuel_measured_as": "mass", "FC_PJ": 11, "D_PJ": 50_000, "SFC_RE": 2.5e-4}
    given_ |= {"fuel": fuel, "p": "2024"}
    confirmed_ = calculate(m, evidence=evidence(content), **given_)
    assert confirmed_.PE.magnitude == pytest.approx(11 * 0.5 * 0.5)
    named = {"NCV_i": "IPCC 2006, lower", "EF_CO2_i": "IPCC 2006, lower"}
    result = calculate(m, evidence=evidence(content), override="a test", **given_, **named)
    assert result.PE.magnitude == calculate(m, **given_, **named).PE.magnitude
    assert {one.name for one in result.blockers} - {one.name for one in confirmed_.blockers} == {"NCV_i", "EF_CO2,i"}
    # a class that neither document nor vehicles have is still a slip
    with pytest.raises(InputError, match="got a value for the class 'Gas/diesel oill', which no fuel is"):
        calculate(m, evidence=evidence(content), **given_, NCV_i={fuel: 0.5, "Gas/diesel oill": 0.5})


# What must not be confirmed


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        ({"power": 2.0}, {("equation", "RE_i,p", "basis = heat")}),
        ({"limit": 6.0}, {("criterion", "2", "")}),
        (
            {"unit": "GJ"},
            {("equation", name, case) for name, case in (("RE_i,p", "basis = heat"), ("RE_i,p", "basis = fuel"))}
            | {("equation", "PE_p", ""), ("list", "parameters", "")},
        ),
    ],
)
def test_an_old_file_does_not_confirm_what_was_changed_since(other, changed):
    old, new = boilers(), boilers(**other)
    with pytest.raises(EvidenceError) as caught:
        with_evidence(new, [evidence(filled(old))])
    assert len(caught.value.problems) == len(changed)
    assert all("another reading than the present one" in one.complaint for one in caught.value.problems)
    fingerprints = [{one.key: one.fingerprint for one in statements(m)} for m in (old, new)]
    assert {key for key in fingerprints[0] if fingerprints[0][key] != fingerprints[1][key]} == changed


def test_a_file_for_another_version_confirms_nothing():
    m = boilers()
    later = m.revised("1.1", unchanged=READ, identity={"version": READ})
    with pytest.raises(EvidenceError, match=r"is about XX_AM001 ver 1\.0, but XX_AM001 ver 1\.1 is applied"):
        with_evidence(later, [evidence(filled(m))])
    # not even where somebody writes the other number above it
    forged = {**filled(m), "version": "1.1"}
    with pytest.raises(EvidenceError) as caught:
        with_evidence(later, [evidence(forged)])
    rules = sum(1 for _ in m.scheme)
    assert len(caught.value.problems) == len(list(statements(m))) - rules


@pytest.mark.parametrize("key", ["reading", "fingerprint"])
def test_an_item_must_name_reading_and_fingerprint_exactly(key):
    content = filled(STORE)
    content["equation"][1][key] = "ffffffffffffffff"
    with pytest.raises(EvidenceError, match=r"\[\[equation\]\] RE_p: is about another reading"):
        with_evidence(STORE, [evidence(content)])


def test_an_equation_that_the_document_has_otherwise_is_mended_by_a_revision():
    content = filled(STORE)
    content["equation"][1]["agrees"] = "no"
    with pytest.raises(EvidenceError, match=r"says something else.*jcm new ID_AM004 --revises 2\.0"):
        calculate("ID_AM004", evidence=evidence(content), **GIVEN)


def test_a_contradiction_of_what_was_read_is_an_error():
    m = boilers()
    table = m.inputs["EF"].table
    entries = {key: replace(one, evidence=READ) for key, one in table.entries.items()}
    m.inputs["EF"] = replace(m.inputs["EF"], table=replace(table, entries=entries))
    content = filled(m)
    item = next(one for one in content["default"] if one["symbol"] == "EF,i")
    item["values"] = {"coal": 0.36, "oil": "0.27 tCO2/MWh"}
    with pytest.raises(EvidenceError, match=r"oil: got 0\.27, but 0\.26 was read: primary \[the document\]"):
        with_evidence(m, [evidence(content)])
    item["values"] = {"coal": 0.36, "oil": "260 kgCO2/MWh"}
    assert ("default", "EF,i", "") not in left(m, evidence(content))


def test_a_bin_that_overlaps_one_that_was_read_is_an_error():
    m = boilers()
    table = m.inputs["η"].table
    entries = {key: replace(one, evidence=READ) for key, one in table.entries.items()}
    m.inputs["η"] = replace(m.inputs["η"], table=replace(table, entries=entries))
    content = filled(m)
    next(one for one in content["default"] if one["symbol"] == "η,i")["values"] = {"[0, 2)": 0.6}
    with pytest.raises(EvidenceError, match="overlap"):
        with_evidence(m, [evidence(content)])


def test_a_value_of_a_secondary_source_gives_way_to_the_document():
    m = boilers()
    m.inputs["f"] = replace(m.inputs["f"], value=replace(m.inputs["f"].value, evidence=secondary(Source("a list"))))
    content = filled(m)
    next(one for one in content["default"] if one["symbol"] == "f")["value"] = 0.8
    value = with_evidence(m, [evidence(content)]).inputs["f"].value
    assert value.value == 0.8
    assert "0.9 is secondary in the methodology package" in value.evidence.note


@pytest.mark.parametrize(
    ("symbol", "answer", "complaint"),
    [
        ("EF,i", {"coal": "much", "oil": 0.3}, "coal: 'much'"),
        ("EF,i", {"coal": "0.3 MWh", "oil": 0.3}, "coal: "),
        ("EF,i", {"coal": -0.3, "oil": 0.3}, "coal: got -0.3; must be a number"),
        ("η,i", {"[0, one)": 0.6}, "[0, one): "),
        ("η,i", {"[0, 2)": 0.6, "[1, 9)": 0.7}, "overlap"),
        ("EF,i", 0.3, "got a single value; must be values by fuel"),
        ("f", {"coal": 0.3}, "got values by class; must be a single value"),
        ("EF,i", [0.3], "got [0.3]; must be "),
    ],
)
def test_values_of_a_document_that_are_none(symbol, answer, complaint):
    m, content = boilers(), filled(boilers())
    item = next(one for one in content["default"] if one["symbol"] == symbol)
    item.pop("value", None)
    item.pop("values", None)
    item["value" if isinstance(answer, float) else "values"] = answer
    with pytest.raises(InputError) as caught:
        with_evidence(m, [evidence(content)])
    assert complaint in str(caught.value)


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(one=st.floats(0.01, 50), two=st.floats(0.01, 50))
def test_files_that_disagree_are_an_error_and_files_that_agree_are_one(one, two):
    files = [evidence(filled(STORE, value=value), f"{name}.toml") for name, value in (("a", one), ("b", two))]
    if one == two:
        assert left(STORE, *files) == set()
    else:
        with pytest.raises(EvidenceError, match=r"\.toml, \[\[default\]\] COP_RE,i says"):
            with_evidence(STORE, files)


def test_a_single_value_is_no_table_and_a_table_no_single_value():
    content = filled(boilers())
    for item in content["default"]:
        if item["symbol"] == "f":
            del item["value"]
            item["values"] = {"coal": 0.5}
        elif item["symbol"] == "EF,i":
            del item["values"]
            item["value"] = 0.5
    with pytest.raises(EvidenceError) as caught:
        with_evidence(boilers(), [evidence(content)])
    texts = sorted(one.complaint for one in caught.value.problems)
    assert texts[0] == "got a single value; must be values by fuel"
    assert texts[1].startswith("got values by class; must be a single value, or say what the table is by")


def test_what_is_not_there_is_not_confirmed():
    content = filled(STORE)
    content["equation"].append({**content["equation"][1], "symbol": "RE_pp"})
    with pytest.raises(EvidenceError, match="has no equation RE_pp; did you mean RE_p"):
        with_evidence(STORE, [evidence(content)])


# The form of a file


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c.pop("schema"), "schema: missing"),
        (lambda c: c.update(methodology=4), "methodology: got 4"),
        (lambda c: c.update(equations=[]), "equations: unknown; did you mean equation?"),
        (lambda c: c.update(equation="RE"), "must be a list of tables, each below its own [[heading]]"),
        (lambda c: c["reader"].update(data="2024"), "[reader] data: unknown; did you mean date?"),
        (lambda c: c["reader"].update(date="17/5/2024"), "[reader] date: '17/5/2024' is not a date"),
        (lambda c: c["documents"]["methodology"].update(sha256="abc"), "must be the 64 hexadecimal digits"),
        (lambda c: c["documents"].pop("methodology"), "title and sha256 in [documents.methodology]"),
        (lambda c: c["equation"][0].update(agrees="perhaps"), "agrees: got 'perhaps'"),
        (lambda c: c["equation"][0].update(agrees=1), "agrees: got 1"),
        (lambda c: c["equation"][0].update(agrees=""), 'page without agrees = "yes" or "no"'),
        (lambda c: c["equation"][0].update(page=""), "page: missing"),
        (lambda c: c["equation"][0].pop("fingerprint"), "fingerprint: missing"),
        (lambda c: c["equation"][0].update(value=3), "value: unknown"),
        (lambda c: c["equation"].append(c["equation"][0]), "is in this file twice"),
        (lambda c: c["default"][0].update(value=[3.5]), "value: got [3.5]; must be a number"),
        (lambda c: c["default"][0].update(value=""), "page without a value"),
        (lambda c: c["default"][0].update(values={"a": 1}), "value and values: give one of them"),
        (lambda c: c["reader"].update(person=" "), "person: missing"),
    ],
)
def test_a_slip_in_the_form_is_refused_with_file_key_and_what_was_expected(change, told):
    content = filled(STORE)
    change(content)
    with pytest.raises(InputError) as caught:
        evidence(content)
    assert not isinstance(caught.value, EvidenceError)
    assert any(told in str(problem) for problem in caught.value.problems), caught.value
    assert all(problem.subject.startswith("test_evidence.toml, ") for problem in caught.value.problems)


def test_all_problems_come_at_once():
    content = filled(STORE)
    content["reader"]["date"] = "yesterday"
    content["equation"][0]["agrees"] = "perhaps"
    content["default"][0]["value"] = None
    content["unknown"] = 1
    with pytest.raises(InputError) as caught:
        evidence(content)
    assert len(caught.value.problems) == 4


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.dates(), st.datetimes(), st.text(max_size=4),
    st.sampled_from(["yes", "no", "2024-05-17", "page 7", "0.5", "12 kg", "0123456789abcdef" * 4]),
)  # fmt: skip
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_accepted_is_well_formed_and_nothing_else_is_a_fault_of_ours(data):
    content = filled(boilers())
    for _ in range(data.draw(st.integers(1, 3))):
        place = content
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(list(keys)))
            if not isinstance(place[key], dict | list) or data.draw(st.integers(0, 5)) == 0:
                place[key] = data.draw(JUNK)
                break
            place = place[key]
    problems, found = (), None
    try:
        found = evidence(content)
        with_evidence(boilers(), [found])
    except InputError as error:
        problems = error.problems
    assert all(problem.complaint for problem in problems)
    if found is None:
        assert problems
        return
    for entry in found.entries:
        assert entry.kind in KINDS
        assert entry.name
        assert len(entry.confirmation.sha256) == 64
        assert entry.confirmation.page.strip()
        assert entry.confirmation.person.strip()
        assert entry.confirmation.document.strip()
        assert bool(entry.values) == (entry.kind == "default")
    again = from_data(found.as_data()["content"], found.name, found.sha256)
    assert {one.key: (one.values, one.confirmation, one.agrees) for one in again.entries} == {
        one.key: (one.values, one.confirmation, one.agrees) for one in found.entries
    }
    json.dumps(found.as_data())


def test_a_document_that_lies_beside_the_file_must_be_the_one_that_was_read(tmp_path):
    (tmp_path / "test document.pdf").write_bytes(b"invented")
    text = blank_file(STORE, statements(STORE), tmp_path / "test document.pdf")
    (tmp_path / "read.toml").write_text(text, encoding="utf-8")
    assert read_evidence(tmp_path / "read.toml").entries == ()
    (tmp_path / "test document.pdf").write_bytes(b"another one")
    with pytest.raises(InputError, match="this is not the file that was read"):
        read_evidence(tmp_path / "read.toml")


# On their way


def test_a_manifest_carries_who_confirmed_what_and_is_replayed_with_it(tmp_path):
    read = evidence(filled(STORE, value=3.5))
    result = calculate("ID_AM004", evidence=read, **GIVEN)
    manifest = json.loads(json.dumps(result.manifest()))
    confirmed = [one["confirmed"] for one in manifest["evidence"] if one["grade"] == "confirmed"]
    assert confirmed
    assert all(
        one["person"] == TEST_READER["person"] and one["document"] == TEST_DOCUMENT["title"] for one in confirmed
    )
    assert replay(manifest).manifest() == manifest
    assert replay(manifest).credits().to_dict() == {2024: TONNES}


def test_a_manifest_without_its_evidence_is_another_one():
    manifest = calculate("ID_AM004", evidence=evidence(filled(STORE, value=3.5)), COP_RE=3.5, **GIVEN).manifest()
    bare = {**manifest, "call": {key: value for key, value in manifest["call"].items() if key != "evidence"}}
    assert manifest["issuable"] is True
    assert replay(bare).manifest()["issuable"] is False
    assert replay(bare).manifest()["hash"] != manifest["hash"]


def test_a_replay_does_not_confirm_what_has_changed_since():
    manifest = calculate("ID_AM004", evidence=evidence(filled(STORE, value=3.5)), **GIVEN).manifest()
    item = manifest["call"]["evidence"][0]["content"]["equation"][0]
    item["fingerprint"] = "0" * 16
    with pytest.raises(EvidenceError, match="another reading"):
        replay(manifest)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_keeps_its_evidence(tmp_path, language):
    m, content = boilers(), filled(boilers())
    next(one for one in content["default"] if one["symbol"] == "EF,i")["values"] = {"coal": "340 kgCO2/MWh", "oil": 0.3}
    result = calculate("ID_AM004", evidence=evidence(filled(STORE, value=3.5)), **GIVEN)
    result.to_excel(tmp_path / "claim.xlsx", language=language)
    again = jcm_calc.read_workbook(tmp_path / "claim.xlsx").calculate()
    assert again.credits().to_dict() == {2024: TONNES}
    assert again.manifest()["call"]["evidence"] == result.manifest()["call"]["evidence"]
    assert again.manifest()["evidence"] == result.manifest()["evidence"]
    # tables by class too
    from jcm_calc.reports.workbook import evidence_sheet
    from jcm_calc.reports.workbook.opening import Book

    given_ = {"Q": 10.0, "fuel": "coal", "size": 0.5, "basis": "heat", "p": "2024"}
    calculate(m, evidence=evidence(content), **given_).to_excel(tmp_path / "boilers.xlsx", language=language)
    (found,) = evidence_sheet.read(Book(tmp_path / "boilers.xlsx"), m.number, m.version)
    assert found.as_data() == evidence(content).as_data()
    cells = [cell.value for cell in load_workbook(tmp_path / "boilers.xlsx")["Evidence"][evidence_sheet.FIRST]]
    assert [text for text in cells if text] == [
        dict(zip(LANGUAGES, spellings(text), strict=True))[language] for text, _width in evidence_sheet.COLUMNS.values()
    ]


def test_a_workbook_does_not_confirm_what_was_written_into_its_sheet_of_evidence(tmp_path):

    calculate("ID_AM004", evidence=evidence(filled(STORE, value=3.5)), **GIVEN).to_excel(tmp_path / "claim.xlsx")
    book = load_workbook(tmp_path / "claim.xlsx")
    sheet = book["Evidence"]
    for row in sheet.iter_rows(min_row=6):
        for cell in row:
            if cell.value == "RE_p = Σ_i RE_i,p [tCO2]":
                cell.value = "RE_p = 2 × Σ_i RE_i,p [tCO2]"
    book.save(tmp_path / "claim.xlsx")
    with pytest.raises(EvidenceError, match="another reading"):
        jcm_calc.read_workbook(tmp_path / "claim.xlsx").calculate()


def test_a_verifier_takes_the_evidence_that_the_verifier_has(tmp_path):
    read = evidence(filled(STORE, value=3.5))
    calculate("ID_AM004", evidence=read, **GIVEN).to_excel(tmp_path / "claim.xlsx")
    alone = jcm_calc.verify(tmp_path / "claim.xlsx")
    assert alone.result == "recalculation not possible"
    with_own = jcm_calc.verify(tmp_path / "claim.xlsx", evidence=read)
    assert (with_own.result, with_own.unconfirmed) == ("no misstatement found", ())


def test_files_in_the_folder_of_the_user_are_taken_where_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = evidence_folder()
    folder.mkdir(parents=True)
    (folder / "store.toml").write_text(as_toml(filled(STORE, value=3.5)), encoding="utf-8")
    (folder / "boilers.toml").write_text(as_toml(filled(boilers())), encoding="utf-8")
    assert calculate("ID_AM004", **GIVEN).credits().to_dict() == {2024: TONNES}
    with pytest.raises(UnconfirmedError):
        calculate("ID_AM004", evidence=(), COP_RE=3.5, **GIVEN).credits()
    assert calculate("PW_AM001", EG=1.0).unconfirmed


# The command


def run(*arguments, code=0):
    outcome = CliRunner().invoke(jcm, list(map(str, arguments)))
    assert outcome.exit_code == code, outcome.output
    return outcome


CASE = """methodology = "ID_AM004"
version = "2.0"
p = "2024"
[inputs]
EC_PJ = "100 MWh"
COP_PJ = 5.0
EF_elec = 0.8
capacity = 20
[facts]
inverter_type_in_store = true
capacity_in_range = true
ODP = 0
release_prevented = true
criteria_of_the_document = true
"""


@pytest.fixture
def case(tmp_path):
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    return tmp_path / "case.toml"


def test_from_a_new_file_to_credits(case, tmp_path):
    path = tmp_path / "read.toml"
    (tmp_path / "test.pdf").write_bytes(b"Test document, invented")
    run("evidence", "new", "ID_AM004", "--document", tmp_path / "test.pdf", "-o", path)
    text = path.read_text(encoding="utf-8")
    assert "section D" in text
    assert "section F" in text
    assert text.index("section D") < text.index("section F") < text.index("section I") < text.rindex("guidelines")
    assert "left to confirm" in run("evidence", "check", path).stdout
    run("calc", case, code=2)  # COP_RE is not known
    # the blanks are filled in as a person would
    text = text.replace('agrees = ""', 'agrees = "yes"').replace('page = ""', 'page = "page 3"')
    text = text.replace('values."[300, 450)" = ""', 'values."[0, 500)" = 3.5').replace('value = ""', "value = 3.5")
    text = text.replace('person = ""', 'person = "Test Reader (invented)"')
    text = text.replace('date = ""', 'date = "2024-05-17"')
    head, _, tail = text.partition("[documents.guidelines]")
    tail = tail.replace('title = ""', 'title = "Test document"').replace('sha256 = ""', f'sha256 = "{"ab" * 32}"', 1)
    path.write_text(f"{head}[documents.guidelines]{tail}", encoding="utf-8")
    assert "0 left to confirm" in run("evidence", "check", path).stdout
    run("calc", case, "--require-confirmed", code=2)
    done = run("calc", case, "--evidence", path, "--require-confirmed", "-o", tmp_path / "claim.xlsx").stdout
    assert "Confirmed by evidence files" in done
    assert "Test Reader (invented)" in done
    found = json.loads(run("calc", case, "--evidence", path, "--require-confirmed", "--json").stdout)
    assert found["credits"] == {"2024": TONNES}
    json_path = tmp_path / "claim.json"
    run("calc", case, "--evidence", path, "-o", json_path)
    assert "agree exactly" in run("replay", json_path).stdout
    assert json.loads(run("calc", tmp_path / "claim.xlsx", "--json").stdout)["results"] == found["results"]
    run("verify", tmp_path / "claim.xlsx", code=1)
    verified = json.loads(run("verify", tmp_path / "claim.xlsx", "--evidence", path, "--json").stdout)
    assert (verified["result"], verified["unconfirmed"]) == ("no misstatement found", [])
    assert "page 3" in run("explain", case, "COP_RE", "--evidence", path).stdout
    run("report", case, "--evidence", path, "-o", tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert report.count("Test Reader (invented)") > 5
    # the case file may name it
    case.write_text(CASE.replace("[inputs]", 'evidence = ["read.toml"]\n[inputs]', 1), encoding="utf-8")
    assert json.loads(run("calc", case, "--require-confirmed", "--json").stdout)["credits"] == {"2024": TONNES}


def test_check_exits_by_what_is_wrong(tmp_path):
    path = tmp_path / "read.toml"
    content = filled(STORE)
    path.write_text(as_toml(content), encoding="utf-8")
    run("evidence", "check", path)
    content["equation"][1]["agrees"] = ANSWERS[1]
    path.write_text(as_toml(content), encoding="utf-8")
    assert "jcm new ID_AM004 --revises 2.0" in run("evidence", "check", path, code=1).stderr
    assert json.loads(run("evidence", "check", path, "--json", code=1).stdout)["agrees"] is False
    path.write_text(as_toml({**content, "version": "7.0"}), encoding="utf-8")
    run("evidence", "check", path, code=2)
    path.write_text("schema = ", encoding="utf-8")
    run("evidence", "check", path, code=2)
    run("evidence", "check", tmp_path / "nowhere.toml", code=2)


def test_check_holds_files_against_each_other(tmp_path):
    for name, value in (("a.toml", 3.5), ("b.toml", 3.6)):
        (tmp_path / name).write_text(as_toml(filled(STORE, value=value)), encoding="utf-8")
    told = run("evidence", "check", tmp_path / "a.toml", tmp_path / "b.toml", code=1).stderr
    assert "got 3.6, but" in told or "got 3.5, but" in told
    run("evidence", "check", tmp_path / "a.toml")


def test_the_folder_is_told():
    assert run("evidence", "folder").stdout.startswith(str(evidence_folder()))
    assert json.loads(run("evidence", "folder", "--json").stdout) == {"folder": str(evidence_folder()), "files": []}


def test_the_rules_by_which_readings_were_treated_are_confirmed_too():
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    from jcm_calc.results.credits import treatments

    example = Path(__file__).parents[2] / "docs" / "examples" / "metered_year"
    spec = spec_from_file_location("make", example / "make.py")
    assert module_from_spec(spec) is not None
    case_ = read_case(example / "case.toml")
    monitored = case_.monitor()
    m = methodology(case_.methodology)
    rules = {one.key: one for one in treatments(monitored.tables)}
    assert rules
    content = document(m)
    content["rule"] = content.get("rule", []) + tomllib.loads(blank_file(m, rules.values())).get("rule", [])
    for kind, item in items(content):
        fill(m, kind, item)
    before = {one.name for one in case_.calculate(monitored).unconfirmed}
    after = {one.name for one in case_.calculate(monitored, evidence(content)).unconfirmed}
    assert {name for _, name, _ in rules} <= before
    assert after == set()


def test_a_case_with_a_slip_is_not_told_to_give_what_its_evidence_supplies(tmp_path):
    (tmp_path / "read.toml").write_text(as_toml(filled(STORE, value=3.5)), encoding="utf-8")
    case_ = tmp_path / "case.toml"
    case_.write_text(
        CASE.replace("[inputs]", 'evidence = ["read.toml"]\ncolour = "red"\n[inputs]', 1), encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_case(case_)
    assert [problem.subject for problem in caught.value.problems] == ["colour"]


def test_the_sheet_of_evidence_is_refused_where_it_says_what_it_cannot_mean(tmp_path):
    from openpyxl import load_workbook

    path = tmp_path / "claim.xlsx"
    calculate("ID_AM004", evidence=evidence(filled(STORE, value=3.5)), **GIVEN).to_excel(path)
    book = load_workbook(path)
    cells = {cell.value: cell for row in book["Evidence"].iter_rows() for cell in row if cell.value is not None}
    first = cells["Kind"].row + 1
    columns = {name: cells[name].column for name in ("Kind", "Page", "Read on")}
    kind = book["Evidence"].cell(first, columns["Kind"])
    kind.value = "equaton"
    book["Evidence"].cell(first + 1, columns["Read on"]).value = "yesterday"
    book.save(path)
    with pytest.raises(InputError) as caught:
        jcm_calc.read_workbook(path)
    told = [str(one) for one in caught.value.problems]
    assert any(f"claim.xlsx, Evidence, row {first}: got 'equaton'; must be one of" in one for one in told)
    assert any("yesterday" in one for one in told)
    # a sheet of that name with other headings is somebody's own
    for cell in (cells["Kind"], cells["Page"]):
        cell.value = "of the plant"
    book.save(path)
    assert jcm_calc.read_workbook(path).report.evidence == ()


FUELS, LIMITS = {"oil", "coal"}, np.array([1.0, 2.0])


def within(size):
    return size < LIMITS[1]


def test_what_a_criterion_checks_is_its_code_with_all_that_it_looks_up():
    def of_function(fuel, size):
        "Say so."
        return np.isin(fuel, list(FUELS)) & within(size)

    expected = "np.isin(fuel, list(FUELS)) & within(size); FUELS = {'coal', 'oil'}; within: "
    assert condition(of_function) == expected + "size < LIMITS[1]; LIMITS = [1.0, 2.0]"
    of_lambda = lambda fuel: fuel in FUELS  # noqa: E731
    assert condition(of_lambda) == "fuel in FUELS; FUELS = {'coal', 'oil'}"
