"""Each way round the gate is refused, and each legitimate way takes no more steps than before.

Evidence files are filled in by a script, by an invented reader of an invented document.
"""

import contextlib
import copy
import json
import runpy
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from adapters import ADAPTERS
from click.testing import CliRunner
from draws import cases, draw
from evidence.test_evidence import READ, RECALLED, boilers, kept
from filling import as_toml, document, evidence, fill, filled, items
from openpyxl import load_workbook

import jcm_calc
from jcm_calc import InputError, UnconfirmedError, calculate, issuance_request, methodology, read_workbook, replay
from jcm_calc.cli import jcm
from jcm_calc.declarations import FrozenError
from jcm_calc.evidence import Grade
from jcm_calc.inputs import Period
from jcm_calc.inputs.confirmation import EvidenceError, read_evidence, statements, with_evidence
from jcm_calc.inputs.confirmation.supplied import values_digest
from jcm_calc.results.credits import not_issuable
from jcm_calc.rulebooks import every, modules
from jcm_calc.units import dates

FREEZER = methodology("ID_AM003")
GIVEN = {
    "EC_PJ": 135,
    "COP_PJ": 1.63,
    "application": "individual quick freezer",
    "EF_elec": 0.814,
    "p": "2024",
    "facts": {"site": "frozen food processing plant", "secondary_loop": "yes", "checks_per_year": 2,
              "release_prevented": "yes"},
}  # fmt: skip
# 135 MWh × (1.63 ÷ 1.32 − 1) × 0.814 t/MWh = 25.81 t
TONNES = 25
REFUSED = (InputError, UnconfirmedError, FrozenError, ValueError)


def content():
    return filled(FREEZER)


def item_of(found, kind, name):
    return next(item for one, item in items(found) if one == kind and name in map(str, item.values()))


def default(found):
    return item_of(found, "default", "COP_RE,i")


def claim(found, **changed):
    return calculate("ID_AM003", evidence=evidence(found), **{**GIVEN, **changed}).credits()


def test_the_honest_way_leads_to_credits():
    assert claim(content()).to_dict() == {2024: TONNES}
    assert calculate("ID_AM003", evidence=evidence(content()), **GIVEN).manifest()["issuable"] is True


# What is changed in a file that is otherwise filled in as it should be. No note: the word of the reader is missing.


def value(number, note=""):
    def change(found):
        default(found).update(values={"individual quick freezer": number, "cold storage": 1.71}, note=note)

    return change


def set_item(kind, name, **keys):
    return lambda found: item_of(found, kind, name).update(keys)


def reader(**keys):
    return lambda found: found["reader"].update(keys)


def read_document(**keys):
    return lambda found: found["documents"]["methodology"].update(keys)


def without(kind, name):
    def change(found):
        found[kind] = [one for one in found[kind] if name not in map(str, one.values())]

    return change


TOMORROW_BUT_ONE = str(date.today() + timedelta(days=2))
CHANGES = {
    # values
    "decimal point in the wrong place": value(0.132),
    "ten times": value(13.2),
    "a thousandth of a thousandth": value(1e-6),
    "twice and a little": value(2.65),
    "less than half": value(0.65),
    "a note that says nothing": value(0.132, "  "),
    "zero": value(0),
    "negative": value(-1.32),
    "not a number": value("nan"),
    "infinite": value("inf"),
    "a text": value("much"),
    "of another unit": value("1.32 MWh"),
    "true": value(True),
    "a list": value([1.32]),
    "a class of the reader's own": lambda found: default(found).update(values={"my class": 0.1, "cold storage": 1.71}),
    "a class in other letters": lambda found: default(found).update(values={"Individual quick freezer": 1.32}),
    "one value for every class": lambda found: (default(found).pop("values"), default(found).update(value=1.32)),
    "bins in place of classes": lambda found: default(found).update(values={"[0, 10)": 1.32}),
    "a table by something else": lambda found: default(found).update(by="COP_PJ"),
    "a candidate that there is not": lambda found: (
        default(found).pop("values"), default(found).update(candidate={"name": "mine", "fingerprint": "0" * 16})
    ),
    "value and values": lambda found: default(found).update(value=1.32),
    # items
    "a class that the document was not read for": lambda found: default(found).update(values={"cold storage": 1.71}),
    "an altered reading": set_item("equation", "RE_p", reading="RE_p = 2 × Σ_i RE_i,p [tCO2]"),
    "an altered fingerprint": set_item("equation", "RE_p", fingerprint="f" * 16),
    "an item under another name": set_item("equation", "RE_p", symbol="RE_pp"),
    "an item in a case that there is not": set_item("equation", "RE_p", case="basis = heat"),
    "the document says something else": set_item("equation", "PE_p", agrees="no"),
    "an answer that is none": set_item("equation", "PE_p", agrees="perhaps"),
    "an answer by number": set_item("equation", "PE_p", agrees=1),
    "an equation left out": without("equation", "RE_p"),
    "a criterion left out": without("criterion", "4"),
    "the list of criteria left out": without("list", "criteria"),
    "the list of parameters left out": without("list", "parameters"),
    "the list of equations left out": without("list", "equations"),
    "a rule of the scheme left out": without("rule", "whole tonnes"),
    "an item twice": lambda found: found["equation"].append(found["equation"][0]),
    "a key that nothing reads": set_item("equation", "RE_p", certain="yes"),
    # where and by whom
    "the page is a question mark": set_item("equation", "RE_p", page="?"),
    "the page is to be found": set_item("equation", "RE_p", page="TBD"),
    "the page is a dash": set_item("equation", "RE_p", page="-"),
    "page zero": set_item("equation", "RE_p", page=0),
    "page minus one": set_item("equation", "RE_p", page=-1),
    "a broken page": set_item("equation", "RE_p", page=7.5),
    "page true": set_item("equation", "RE_p", page=True),
    "no page": set_item("equation", "RE_p", page=""),
    "no reader": reader(person=""),
    "a reader without letters": reader(person="???"),
    "an unknown reader": reader(person="unknown"),
    "read in the year 2199": reader(date="2199-01-31"),
    "read the day after tomorrow": reader(date=TOMORROW_BUT_ONE),
    "one item read the day after tomorrow": set_item("equation", "RE_p", date=TOMORROW_BUT_ONE),
    "read on a day that can be another one": reader(date="01/02/2024"),
    "no day": reader(date=""),
    "no title": read_document(title=""),
    "a title of dots": read_document(title="..."),
    "no hash": read_document(sha256=""),
    "a hash of zeros": read_document(sha256="0" * 64),
    "a short hash": read_document(sha256="ab" * 31),
    "a document that is not there": set_item("equation", "RE_p", document="other"),
    "guidelines without a title": lambda found: found["documents"]["guidelines"].update(title=""),
    # the head
    "another version": lambda found: found.update(version="1.1"),
    "another methodology": lambda found: found.update(methodology="ID_AM004"),
    "no methodology": lambda found: (found.pop("methodology"), found.pop("version")),
    "no version": lambda found: found.pop("version"),
    "another schema": lambda found: found.update(schema=2),
    "schema true": lambda found: found.update(schema=True),
}  # fmt: skip


@pytest.mark.parametrize("way", CHANGES)
@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_file_that_is_not_as_it_should_be_leads_to_no_credits(way):
    found = content()
    default(found)["note"] = ""
    claim(found)  # as the library has it, no word is needed
    CHANGES[way](found)
    with pytest.raises(REFUSED):
        claim(found)


# What is changed in the call, with a file in which everything is confirmed


CALLS = {
    "a value by hand": {"COP_RE": 1.0, "override": "a test"},
    "a value by hand that is almost the document's": {"COP_RE": 1.3199999999, "override": "a test"},
    "a value by class": {"COP_RE": {"individual quick freezer": 1.0}, "override": "a test"},
    "a class of the user's own": {"application": "my freezer", "COP_RE": {"my freezer": 0.1}, "override": "a test"},
    "no facts": {"facts": None},
    "a fact that is not met": {"facts": {**GIVEN["facts"], "secondary_loop": "no"}},
    "a fact that was not looked at": {"facts": {k: v for k, v in GIVEN["facts"].items() if k != "release_prevented"}},
    "a threshold that is not reached": {"COP_PJ": 1.4},
    "no period": {"p": None},
    "a period without dates": {"p": "1"},
    "a period over New Year": {"p": "2023-10-01/2024-03-31", "split": "whole"},
    "amounts shared by days": {"p": "2023-10-01/2024-03-31", "split": "days"},
    "the year 2199": {"p": "2199"},
    "the year 1066": {"p": "1066"},
    "before the scheme": {"p": "2012"},
    "before the document with the country": {"p": "2013-08"},  # signed on 26 August
    "the present year": {"p": str(date.today().year)},
    "a month of next year": {"p": f"{date.today().year + 1}-01"},
    "a day that has not ended": {"p": f"{date.today()}/{date.today()}"},
}


@pytest.mark.parametrize("way", CALLS)
@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.UnconfirmedWarning")
def test_a_call_that_is_not_as_it_should_be_leads_to_no_credits(way):
    given = {key: value for key, value in {**GIVEN, **CALLS[way]}.items() if value is not None}
    with pytest.raises(REFUSED):
        calculate("ID_AM003", evidence=evidence(content()), **given).credits()
    try:
        result = calculate("ID_AM003", evidence=evidence(content()), **given)
    except InputError:
        return
    assert result.manifest()["issuable"] is False


def test_a_period_can_be_claimed_from_the_day_after_its_end(monkeypatch):
    def refused(today):
        monkeypatch.setattr(dates, "today", lambda: today)
        return [str(one) for one in not_issuable(FREEZER, [Period.parse("2024")])]

    assert refused(date(2024, 12, 31)) != []
    assert refused(date(2025, 1, 1)) == []


@pytest.mark.parametrize("m", [methodology("ID_AM009"), methodology("ID_AM001"), methodology("VN_AM005")], ids=str)
def test_a_waiver_is_confirmed_item_by_item(m):
    waivers = [one for one in statements(m) if one.kind == "waiver"]
    assert waivers
    assert all(not one.confirmed and one.case for one in waivers)
    every = {one.key for one in statements(m)}
    for waiver in waivers:
        found = with_evidence(m, [evidence(kept(filled(m), every - {waiver.key}))])
        assert {one.key for one in statements(found) if not one.confirmed} == {waiver.key}
    assert all(one.confirmed for one in statements(with_evidence(m, [evidence(filled(m))])))


def test_a_waiver_that_is_added_later_stops_the_claim():
    m = boilers()
    file = evidence(filled(m))
    given = {"Q": 10.0, "fuel": "coal", "size": 0.5, "basis": "heat", "p": "2024", "facts": {"clean": "yes"}}
    assert calculate(m, evidence=file, **given).blockers == ()
    other = boilers()
    other.waive("zero activity", "a boiler that stands by burns", of="PE")
    result = calculate(other, evidence=file, **given)
    assert [(one.kind, one.name) for one in result.blockers] == [("waiver", "zero activity")]
    with pytest.raises(UnconfirmedError, match="a boiler that stands by burns"):
        result.credits()
    (item,) = [one for one in result.manifest()["evidence"] if one["kind"] == "waiver"]
    assert item["grade"] == "unconfirmed"


def test_a_waiver_travels_into_page_report_and_workbook(tmp_path):
    m = boilers()
    m.waive("zero activity", "a boiler that stands by burns", of="PE")
    given = {"Q": 10.0, "fuel": "coal", "size": 0.5, "basis": "heat", "p": "2024", "facts": {"clean": "yes"}}
    result = calculate(m, evidence=evidence(filled(m)), **given)
    result.to_html(tmp_path / "report.html")
    assert "a boiler that stands by burns" in (tmp_path / "report.html").read_text(encoding="utf-8")
    result.to_excel(tmp_path / "claim.xlsx")
    cells = [cell.value for row in load_workbook(tmp_path / "claim.xlsx")["Evidence"].iter_rows() for cell in row]
    assert "waiver" in cells
    assert any("a boiler that stands by burns" in str(cell) for cell in cells)
    assert "a boiler that stands by burns" in m._repr_html_()
    # and without evidence, above every sheet
    calculate(m, **given).to_excel(tmp_path / "estimate.xlsx")
    for sheet in load_workbook(tmp_path / "estimate.xlsx"):
        if "MSS" not in sheet.title:
            above = [str(cell.value) for row in sheet.iter_rows(max_row=6) for cell in row]
            assert any("not confirmed: zero activity (PE_p)" in text for text in above), sheet.title


def test_a_revision_waives_nothing_that_it_does_not_say_again():
    m = boilers()
    m.waive("zero activity", "a boiler that stands by burns", of="PE")
    assert m.revised("1.1", unchanged=READ, identity={"version": READ}).waivers == []
    assert [one.of for one in m.corrected(by="x").waivers] == ["PE"]


def test_a_frozen_methodology_cannot_be_changed_after_it_was_confirmed():
    found = with_evidence(FREEZER, [evidence(content())])
    for change in (
        lambda: found.inputs.update(COP_RE=None),
        lambda: setattr(found, "completeness", {}),
        lambda: found.waivers.append(None),
        lambda: found.rules.clear(),
    ):
        with pytest.raises(REFUSED):
            change()


# Files that disagree


def test_two_files_that_disagree_are_refused():
    one, other = content(), content()
    default(other)["values"] = {"individual quick freezer": 1.33, "cold storage": 1.71}
    with pytest.raises(EvidenceError, match=r"got 1\.3[23], but"):
        calculate("ID_AM003", evidence=[evidence(one, "a.toml"), evidence(other, "b.toml")], **GIVEN)


def test_evidence_that_was_read_before_the_methodology_was_approved_is_refused():
    m = next(one for number in jcm_calc.methodologies().index if (one := methodology(number)).approved)
    found = filled(m)
    found["reader"]["date"] = str(m.approved - timedelta(days=1))
    with pytest.raises(EvidenceError, match=r"before .* was approved"):
        with_evidence(m, [evidence(found)])
    found["reader"]["date"] = str(m.approved)
    with_evidence(m, [evidence(found)])


@pytest.mark.parametrize("name", ["../secret.pdf", "/etc/passwd", "C:\\secret.pdf", "a/../../b.pdf"])
def test_a_document_is_looked_for_in_the_folder_of_the_file_only(tmp_path, name):
    found = content()
    found["documents"]["methodology"]["file"] = name
    path = tmp_path / "read.toml"
    path.write_text(as_toml(found), encoding="utf-8")
    with pytest.raises(InputError, match="leads out of the folder"):
        read_evidence(path)


# The workbook


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_cell_of_the_sheet_of_evidence_that_contradicts_the_calculation_is_found(tmp_path):
    path = tmp_path / "claim.xlsx"
    calculate("ID_AM003", evidence=evidence(content()), **GIVEN).to_excel(path)
    assert jcm_calc.read_workbook(path).calculate().credits().to_dict() == {2024: TONNES}
    book = load_workbook(path)
    (cell,) = [cell for row in book["Evidence"].iter_rows() for cell in row if cell.value == 1.32]
    cell.value = 0.132
    book.save(path)
    with pytest.raises(InputError) as caught:
        jcm_calc.read_workbook(path)
    told = [str(one) for one in caught.value.problems]
    assert len(told) == 2  # in the plan and in the report
    assert all("D24 has 1.32, and the sheet of evidence says 0.132" in one for one in told)
    for own in (evidence(content()), ()):
        verified = jcm_calc.verify(path, evidence=own)
        found = [one for one in verified.findings if "the sheet of evidence says 0.132" in one.message]
        assert {one.code for one in found} == {"A10"}
        assert verified.result != "no misstatement found"


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_value_by_hand_in_a_workbook_contradicts_no_evidence_and_certifies_nothing(tmp_path):
    path = tmp_path / "estimate.xlsx"
    calculate("ID_AM003", evidence=evidence(content()), COP_RE=1.4, override="a test", **GIVEN).to_excel(path)
    again = jcm_calc.read_workbook(path).calculate()
    assert again["COP_RE"].magnitude == 1.4
    with pytest.raises(UnconfirmedError, match="given by the user"):
        again.credits()


EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "pages.py"))["example"]


@pytest.mark.parametrize("number", modules())
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_honest_workbook_with_evidence_is_read_back(number, tmp_path):
    m = methodology(number)
    result = calculate(m, evidence=evidence(filled(m)), override="an example", **EXAMPLE(m))
    result.to_excel(tmp_path / "claim.xlsx")
    again = jcm_calc.read_workbook(tmp_path / "claim.xlsx").calculate()
    assert again.blockers == result.blockers
    assert float(again.full("ER").sum()) == pytest.approx(float(result.full("ER").sum()), rel=1e-12)


def test_a_manifest_is_not_certified_by_what_is_written_into_it():
    manifest = calculate("ID_AM003", **GIVEN).manifest()
    assert manifest["issuable"] is False
    forged = copy.deepcopy(manifest)
    forged["issuable"] = True
    for one in forged["evidence"]:
        one["grade"] = "primary"
    again = replay(forged)
    assert again.manifest()["issuable"] is False
    with pytest.raises(UnconfirmedError):
        again.credits()


# The issuance request


PROJECT = {"number": "ID003", "start": date(2015, 1, 1), "end": date(2030, 12, 31)}


def confirmed_result(**changed):
    return calculate("ID_AM003", evidence=evidence(content()), **{**GIVEN, **changed})


REQUESTS = {
    "a year to come": ({"p": "2029"}, {}),
    "before the crediting period": ({"p": "2014"}, {}),
    "after the crediting period": ({"p": "2024"}, {"end": date(2023, 12, 31)}),
    "on both sides of the end of 2020": ({"p": "2020-07-01/2021-06-30", "split": "years"}, {}),
    "no number": ({}, {"number": ""}),
    "no crediting period": ({}, {"start": None}),
}


@pytest.mark.parametrize("way", REQUESTS)
@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_request_that_is_not_as_it_should_be_is_refused(way):
    changed, project = REQUESTS[way]
    with pytest.raises(REFUSED):
        issuance_request(confirmed_result(**changed), {"participants": "rest"}, project={**PROJECT, **project})


def test_no_day_is_claimed_twice_and_no_calculation_for_two_projects():
    first = issuance_request(confirmed_result(), {"participants": "rest"}, project=PROJECT)
    earlier = json.loads(json.dumps(first.as_data()))
    with pytest.raises(InputError, match="is in an earlier request"):
        issuance_request(confirmed_result(), {"participants": "rest"}, project=PROJECT, previous=[earlier])
    other = {**PROJECT, "number": "ID099"}
    with pytest.raises(InputError, match="is in an earlier request for ID003"):
        issuance_request(confirmed_result(), {"participants": "rest"}, project=other, previous=[earlier])
    earlier["years"][0]["tonnes"] = 1
    with pytest.raises(InputError, match="changed after it was written"):
        issuance_request(confirmed_result(p="2023"), {"participants": "rest"}, project=PROJECT, previous=[earlier])


# The gate says what to do


def test_the_refusal_names_what_is_missing_by_section_and_the_command_that_begins():
    with pytest.raises(UnconfirmedError) as caught:
        calculate("ID_AM003", **GIVEN).credits()
    first, *lines = str(caught.value).splitlines()
    assert first == "ID_AM003 ver 1.0 supports an estimate, not an issuance request: 13 items are not confirmed"
    sections = [line for line in lines if line.startswith("  ") and not line.startswith("    ")]
    letters = [line.partition("section ")[2][:1] for line in sections if "section " in line]
    assert letters == sorted(set(letters)) == ["D", "F", "G", "H", "I"]
    assert lines[-1].endswith("jcm evidence ask ID_AM003 --version 1.0 --document FILE.pdf")
    assert caught.value.commands == ("jcm evidence ask ID_AM003 --version 1.0 --document FILE.pdf",)
    # a criterion that is not answered is no work for the reader of a document
    with pytest.raises(UnconfirmedError) as caught:
        calculate("ID_AM003", evidence=evidence(content()), **{**GIVEN, "facts": {}}).credits()
    assert caught.value.commands == ()


# Legitimate ways take no more steps than before


def run(*arguments, answers="", code=0):
    outcome = CliRunner().invoke(jcm, list(map(str, arguments)), input=answers)
    assert outcome.exit_code == code, outcome.output
    return outcome.output


def test_thirteen_answers_confirm_the_freezers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "approved.pdf").write_bytes(b"a test document, invented")
    begin = ["evidence", "ask", "ID_AM003", "--document", "approved.pdf", "--reader", "Test Reader (invented)"]
    answers = [*["7"] * 6, "8", "8", "9", "1.32", "1.71", "9", "9"]
    assert len(answers) == 13
    shown = run(*begin, answers="".join(f"{one}\n" for one in answers))
    for one in statements(FREEZER):
        if not one.confirmed and one.kind != "rule":
            assert one.reading in " ".join(shown.split())  # the sentence to look for
    # without intermediate results, as documents print it
    assert "or in one: RE_p = Σ_i (EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec)" in " ".join(shown.split())
    assert "or in one: PE_p = Σ_i (EC_PJ,i,p × EF_elec)" in " ".join(shown.split())
    found = read_evidence("id_am003.toml")
    assert (len(found.entries), found.blank) == (11, 0)
    # the rules of the scheme once, for every methodology
    run("evidence", "ask", "--guidelines", "--document", "approved.pdf", "--reader", "Test Reader", answers="3\n3\n")
    files = ["id_am003.toml", "guidelines.toml"]
    assert calculate("ID_AM003", evidence=files, **GIVEN).credits().to_dict() == {2024: TONNES}
    assert "0 left to confirm" in run("evidence", "check", *files)
    store = methodology("ID_AM004")
    left = {
        one.key for one in statements(with_evidence(store, [read_evidence("guidelines.toml")])) if not one.confirmed
    }
    assert not any(kind == "rule" for kind, *_ in left)
    again = read_evidence("guidelines.toml")
    assert (again.methodology, again.version) == ("", "")
    manifest = json.loads(json.dumps(calculate("ID_AM003", evidence=files, **GIVEN).manifest()))
    assert replay(manifest).credits().to_dict() == {2024: TONNES}
    calculate("ID_AM003", evidence=files, **GIVEN).to_excel(tmp_path / "claim.xlsx")
    assert jcm_calc.read_workbook(tmp_path / "claim.xlsx").calculate().credits().to_dict() == {2024: TONNES}


def test_what_the_folder_of_the_user_confirms_is_not_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "jcm_calc" / "evidence"
    folder.mkdir(parents=True)
    asked = run("evidence", "new", "ID_AM003")
    assert asked.count("[[rule]]") == 2
    (tmp_path / "approved.pdf").write_bytes(b"a test document, invented")
    begin = ["evidence", "ask", "--guidelines", "--document", tmp_path / "approved.pdf", "--reader", "Test Reader"]
    run(*begin, "-o", folder / "guidelines.toml", answers="3\n3\n")
    again = run("evidence", "new", "ID_AM003")
    assert (again.count("[[rule]]"), again.count("\n[[list]]")) == (0, 3)
    assert run("evidence", "new", "ID_AM003", "--all").count("[[rule]]") == 2
    # a file that no longer fits keeps nobody from asking again
    text = (folder / "guidelines.toml").read_text(encoding="utf-8")
    (folder / "guidelines.toml").write_text(text.replace("are rounded down", "are rounded"), encoding="utf-8")
    assert run("evidence", "new", "ID_AM003").count("[[rule]]") == 2


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_one_file_of_the_guidelines_serves_a_portfolio(tmp_path):
    found = content()
    guidelines = {"schema": 1, "reader": found["reader"], "documents": found["documents"], "rule": found.pop("rule")}
    lines = [f"{key} = {json.dumps(value)}" for key, value in GIVEN.items() if key not in ("p", "facts")]
    facts = [f"{key} = {json.dumps(value)}" for key, value in GIVEN["facts"].items()]
    text = ['methodology = "ID_AM003"', 'version = "1.0"', 'p = "2024"', "[inputs]", *lines, "[facts]", *facts]
    (tmp_path / "freezer.toml").write_text("\n".join(text), encoding="utf-8")
    files = [evidence(found, "freezers.toml"), evidence(guidelines, "guidelines.toml")]
    assert jcm_calc.portfolio(tmp_path, evidence=files).table["tonnes"].tolist() == [TONNES]
    with pytest.raises(InputError, match="which no project applies"):
        jcm_calc.portfolio(tmp_path, evidence=[*files, evidence(filled(methodology("PW_AM001")), "pw.toml")])


def test_a_file_without_a_methodology_holds_rules_of_the_scheme_only(tmp_path):
    blank = run("evidence", "new", "--guidelines")
    assert (blank.count("[[rule]]"), blank.count("methodology =")) == (2, 0)
    run("evidence", "new", code=2)
    run("evidence", "new", "ID_AM003", "--guidelines", code=2)


def test_an_answer_of_no_and_a_value_far_from_the_library_s_are_written_down(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "approved.pdf").write_bytes(b"a test document, invented")
    begin = ["evidence", "ask", "ID_AM003", "--document", "approved.pdf", "--reader", "Test Reader (invented)"]
    answers = ["?", "no", "6", *[""] * 8, "13.2", "1.71", "printed so in table 2", "9", ""]
    shown = run(*begin, answers="".join(f"{one}\n" for one in answers), code=1)
    assert "got '?'; must be a page" in shown
    assert "differs by more than a factor of 2" in shown
    assert "the document says something else" in shown
    found = read_evidence("id_am003.toml")
    assert [(entry.kind, entry.agrees, entry.note) for entry in found.entries] == [
        ("default", True, "printed so in table 2"),
        ("criterion", False, ""),
    ]


def test_a_value_far_from_the_library_s_counts_with_a_word():
    found = content()
    default(found).update(values={"individual quick freezer": 0.5, "cold storage": 1.71}, note="printed so in table 2")
    result = calculate("ID_AM003", evidence=evidence(found), **GIVEN)
    assert result.blockers == ()
    assert "printed so in table 2" in str(result.methodology.inputs["COP_RE"].table.entries["individual quick freezer"])


@pytest.mark.parametrize("page", [7, "7", "page 7"])
@pytest.mark.parametrize("agrees", ["yes", "Yes", True])
def test_pages_and_answers_are_taken_as_people_write_them(page, agrees):
    found = content()
    item_of(found, "equation", "RE_p").update(page=page, agrees=agrees)
    entry = next(one for one in evidence(found).entries if one.name == "RE_p")
    assert (entry.confirmation.page, entry.agrees) == ("page 7", True)


# A table where the library has a single value, without a revision module


LINES = {
    "ES": [[40_000.0], [10_000.0]],
    "received": [[38_000.0], [9_500.0]],
    "R_PJ": [[0.08], [0.10]],
    "EF_grid": 0.8,
    "p": "2024",
    "facts": {"in_Mongolian_grid": "yes", "metered_at_both_ends": "yes", "criteria_of_the_document": "yes"},
}


def by_conductor():
    m = methodology("MN_AM001")
    found = filled(m)
    item = item_of(found, "default", "R_RF,L")
    del item["value"]
    item.update(by="conductor", values={"one": 0.0958, "two": "0.12 Ω/km"})
    return m, found


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_table_by_conductor_is_confirmed_without_a_revision_module(tmp_path):
    m, found = by_conductor()
    facts = {name: "yes" for name, fact in m.facts.items() if fact.unit == "yes/no"}
    given = {**LINES, "facts": facts, "conductor": ["one", "two"]}
    result = calculate("MN_AM001", evidence=evidence(found), **given)
    assert result["R_RF"].magnitude.tolist() == [0.0958, 0.12]
    assert result.blockers == ()
    with pytest.raises(InputError, match="conductor"):
        calculate("MN_AM001", evidence=evidence(found), **{**given, "conductor": ["one", "three"]})
    assert replay(json.loads(json.dumps(result.manifest()))).manifest() == result.manifest()
    result.to_excel(tmp_path / "claim.xlsx")
    again = jcm_calc.read_workbook(tmp_path / "claim.xlsx").calculate()
    assert again["R_RF"].magnitude.tolist() == [0.0958, 0.12]
    assert again.credits().to_dict() == result.credits().to_dict()


def test_a_table_by_a_number_of_the_methodology_is_confirmed_without_a_revision_module():
    m = methodology("ID_AM004")
    found = filled(m)
    item = item_of(found, "default", "COP_RE,i")
    del item["value"]
    item.update(by="capacity", values={"[0, 10)": 3.1, "[10, 50)": 3.5})
    given = {"EC_PJ": 100.0, "COP_PJ": 5.0, "EF_elec": 0.8, "p": "2024"}
    facts = {"inverter_type_in_store": "yes", "capacity_in_range": "yes", "ODP": 0, "release_prevented": "yes"}
    facts["criteria_of_the_document"] = "yes"
    for capacity, cop in ((9.9, 3.1), (10.0, 3.5)):
        result = calculate(m, evidence=evidence(found), capacity=capacity, facts=facts, **given)
        # 100 MWh × (5 ÷ COP − 1) × 0.8 t/MWh
        assert result.ER.magnitude == pytest.approx(100 * (5 / cop - 1) * 0.8)
        assert all(one.name != "COP_RE,i" for one in result.blockers)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"by": "RE_L"}, "must be a parameter of the methodology, or a new name"),
        ({"by": "in_Mongolian_grid"}, "must be a parameter of the methodology, or a new name"),
        ({"by": "a b"}, "must be a parameter of the methodology, or a new name"),
        ({"by": "EF_grid"}, "must be a class where the table has classes"),
        ({"by": "diameter", "values": {"[0, 1)": 0.1}}, "intervals need a parameter that the methodology has"),
        ({"values": {"one": 0.1, "[0, 1)": 0.1}}, "got classes and intervals"),
        ({"by": ""}, "say what the table is by"),
        ({"values": {"one": 0.0}}, "one: got 0.0; must be a number"),
        ({"whole": "yes", "by": "", "value": 0.1, "values": {}}, "needs values by class"),
        ({"values": {"one": 20}, "note": ""}, "outside the plausible range"),
    ],
)
def test_a_table_that_cannot_be_is_refused(change, complaint):
    m, found = by_conductor()
    item_of(found, "default", "R_RF,L").update(change)
    with pytest.raises(InputError) as caught:
        with_evidence(m, [evidence(found)])
    assert complaint in str(caught.value)


def test_two_files_with_tables_by_different_things_are_refused():
    m, one = by_conductor()
    _, other = by_conductor()
    item_of(other, "default", "R_RF,L").update(by="cable")
    with pytest.raises(EvidenceError, match="the table is by"):
        with_evidence(m, [evidence(one, "a.toml"), evidence(other, "b.toml")])


# A whole table with other classes than the library's


def test_the_whole_table_of_a_document_replaces_the_classes_of_the_library():
    m, found = boilers(), filled(boilers())
    item = item_of(found, "default", "EF,i")
    item.update(values={"coal": 0.34, "gas": 0.2})
    with pytest.raises(EvidenceError, match="'gas' is not one of the classes of the library: coal, oil"):
        with_evidence(m, [evidence(found)])
    item.update(whole="yes")
    table = with_evidence(m, [evidence(found)]).inputs["EF"].table.entries
    assert {key: one.value for key, one in table.items()} == {"coal": 0.34, "gas": 0.2}
    assert {one.evidence.grade for one in table.values()} == {Grade.CONFIRMED}
    again = copy.deepcopy(evidence(found).as_data()["content"])
    assert evidence(again).as_data()["content"] == again


# Candidates


def trucks(**item):
    m = methodology("VN_AM001")
    found = filled(m)
    for one in found["default"]:
        if one["symbol"] == "NCV_i":
            del one["values"]
            one.update(item)
    return m, found


TRUCK = {"basis": "distance", "fuel_measured_as": "mass", "FC_PJ": 11, "D_PJ": 50_000, "SFC_RE": 2.5e-4, "p": "2024"}


def test_a_candidate_that_the_document_gives_is_confirmed_as_a_table():
    m = methodology("VN_AM001")
    name = "IPCC 2006, lower"
    known = m.inputs["NCV_i"].candidates[name] if "NCV_i" in m.inputs else None
    known = known or next(p for p in m.inputs.values() if p.symbol == "NCV_i").candidates[name]
    m, found = trucks(candidate={"name": name, "fingerprint": values_digest(known)})
    applied = with_evidence(m, [evidence(found)])
    parameter = next(p for p in applied.inputs.values() if p.symbol == "NCV_i")
    assert {key: one.value for key, one in parameter.table.entries.items()} == {
        key: one.value for key, one in known.entries.items()
    }
    assert {one.evidence.grade for one in parameter.table.entries.values()} == {Grade.CONFIRMED}
    again = evidence(evidence(found).as_data()["content"])
    assert [one.supplied for one in again.entries] == [one.supplied for one in evidence(found).entries]
    _, forged = trucks(candidate={"name": name, "fingerprint": "0" * 16})
    with pytest.raises(EvidenceError, match="its values are not the ones that were read"):
        with_evidence(m, [evidence(forged)])
    _, unknown = trucks(candidate={"name": "IPCC 2006, lowest", "fingerprint": "0" * 16})
    with pytest.raises(EvidenceError, match=r"knows none of that name; did you mean IPCC 2006, lower\?"):
        with_evidence(m, [evidence(unknown)])


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_candidate_that_equals_the_confirmed_value_is_confirmed():
    m, fuel = methodology("VN_AM001"), "Gas/diesel oil"
    lower = next(p for p in m.inputs.values() if p.symbol == "NCV_i").candidates["IPCC 2006, lower"].entries[fuel].value
    for stated, lacking in ((lower, False), (lower * 1.01, True)):
        _, found = trucks(values={fuel: stated})
        result = calculate(m, evidence=evidence(found), fuel=fuel, NCV_i="IPCC 2006, lower", override="x", **TRUCK,
                           EF_CO2_i={fuel: 0.0726})  # fmt: skip
        assert ("NCV_i" in {one.name for one in result.blockers}) is lacking


# A candidate that is named in place of a confirmed value


def _named(m, case):
    """The parameters of a case that take a candidate by its name; a table by the labels of an index does not here."""
    graph = m.graph(case).parameters
    return [one for one in graph if one.candidates and (not one.by or one.by in m.inputs)]


def _by_candidate(m, case, evidence_file):
    """A result of drawn inputs in which every parameter that has candidates takes one by its name."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        inputs = draw(rng, m, case, for_sheets=True)
        ADAPTERS[m.number].fit(rng, inputs, case)
        inputs["p"] = ["2021", "2022", "2023", "2024"]
        for parameter in _named(m, case):
            inputs[parameter.name], table = next(iter(parameter.candidates.items()))
            if parameter.by in m.inputs:
                inputs[parameter.by] = next(iter(table.entries))
        with contextlib.suppress(InputError):
            return calculate(m, **inputs, **case, evidence=evidence_file, override="a test")
    raise AssertionError(f"no draw of {m} suits {case}")


def _candidates():
    """Methodologies with candidates, each in the case that has most of them."""
    for m in every():
        if m.number in ADAPTERS:
            case = max(cases(m), key=lambda one: len(_named(m, one)))
            if _named(m, case):
                yield pytest.param(m, case, id=m.number)


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.UnconfirmedWarning")
@pytest.mark.parametrize(("m", "case"), list(_candidates()))
def test_a_candidate_named_against_the_evidence_can_be_read_again(m, case, tmp_path):
    """The evidence states other values: the workbook has both, and no claim rests on the candidates."""
    result = _by_candidate(m, case, evidence(filled(m)))
    path = tmp_path / "named.xlsx"
    result.to_excel(path)
    again = read_workbook(path).calculate()
    for name in ("RE", "PE", "ER"):
        assert np.allclose(again[name].magnitude, result[name].magnitude, rtol=1e-12), name
    assert {one.name for one in again.blockers} == {one.name for one in result.blockers} != set()


# Who has corrected a version, and which one is newer


def test_a_version_that_somebody_has_mended_says_so_wherever_it_is_shown(tmp_path, monkeypatch):
    m = methodology("PW_AM001").corrected(by="A. Author")
    result = calculate(m, EG=500.0, p="2024")
    assert "corrected by A. Author" in repr(result).partition(":")[0]
    assert result.manifest()["methodology"]["notices"] == ["corrected by A. Author in package jcm_methodologies"]
    result.to_html(tmp_path / "report.html")
    assert "corrected by A. Author" in (tmp_path / "report.html").read_text(encoding="utf-8").partition("</h1>")[0]
    result.to_excel(tmp_path / "claim.xlsx")
    for sheet in load_workbook(tmp_path / "claim.xlsx"):
        assert any("corrected by A. Author" in str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row)
    assert "corrected by A. Author" in result._repr_html_()


NEWER = {"ID_AM005": "2.0", "ID_AM008": "2.0", "ID_AM009": "3.0", "MN_AM003": "3.0",
         "VN_AM001": "2.0"}  # fmt: skip


def test_a_superseded_version_says_so_in_its_first_line():
    found = {
        number: m.later[-1].number for number in jcm_calc.methodologies().index if (m := methodology(number)).later
    }
    assert found == NEWER
    assert methodology("ID_AM006", "2.0").notices == (
        "superseded: version 2.1 is newer", "as of June 2026 version 2.0 is that of ID014",
    )  # fmt: skip
    assert methodology("TH_AM001", "1.0").notices == (
        "superseded: version 3.0 is newer", "as of June 2026 version 1.0 is that of TH001, TH005, TH009, TH014",
    )  # fmt: skip
    assert methodology("ID_AM006").notices == ()
    first = repr(calculate("MN_AM003", EG=100.0, p="2024", connection="national grid")).partition(":")[0]
    assert first == "<Result MN_AM003 ver 2.0 (superseded"
    assert "version 3.0 is newer" in run("list")
    assert run("show", "MN_AM003").startswith("MN_AM003 ver 2.0 (superseded: version 3.0 is newer; ")


def test_the_reader_fills_in_nothing_that_is_not_asked(tmp_path):
    """A new file asks for as many items as statements are open, and each needs an answer and a page."""
    for number in ("ID_AM003", "ID_AM004", "ID_AM002"):
        m = methodology(number)
        open_ = [one for one in statements(m) if not one.confirmed]
        found = document(m, every=False)
        assert sum(1 for _ in items(found)) == len(open_)
        for kind, item in items(found):
            before = set(item)
            fill(m, kind, item)
            assert set(item) - before <= {"note"}
    assert RECALLED.grade is Grade.UNCONFIRMED
