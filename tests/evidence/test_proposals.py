"""What a program proposes in an evidence file confirms nothing until a person signs it."""

import hashlib
import tomllib

import pytest
from filling import TEST_READER

import jcm_calc
from jcm_calc.inputs.confirmation import blank_file, read_evidence, statements

DIGEST = hashlib.sha256(b"x").hexdigest()
READER = TEST_READER["person"]
OTHER = "fedcba9876543210" * 4
PLACE = {"document": "workbook", "page": "MRS(calc_process)!F12", "sha256": DIGEST}
RE, COP = ("equation", "RE_p", ""), ("default", "COP_RE,i", "")
PROPOSALS = {
    RE: {"proposed": {"agrees": "yes", **PLACE}, "seen": ["agrees in 58 of 58 inputs"]},
    COP: {"proposed": {"values": {"individual quick freezer": 1.32, "cold storage": 1.71}, **PLACE}},
}


def written(tmp_path, proposals=PROPOSALS, person="", day="", edit=lambda text: text):
    m = jcm_calc.methodology("ID_AM003")
    workbook = tmp_path / "official.xlsx"
    workbook.write_bytes(b"x")
    text = blank_file(m, statements(m), None, proposals, person, day, workbook)
    path = tmp_path / "id_am003.toml"
    path.write_text(edit(text), encoding="utf-8")
    return path


def confirmed(path):
    result = jcm_calc.calculate(
        "ID_AM003", EC_PJ=135, COP_PJ=1.63, application="individual quick freezer", EF_elec=0.814, p="2024",
        evidence=path,
    )  # fmt: skip
    return {str(item) for item in result.blockers}


def test_a_proposal_confirms_nothing_before_it_is_signed(tmp_path):
    path = written(tmp_path)
    found = read_evidence(path)
    assert found.entries == ()
    assert found.proposed == 2
    assert confirmed(path) == confirmed(())


def test_a_signed_proposal_is_evidence_with_document_cell_person_and_day(tmp_path):
    path = written(tmp_path, person=READER, day="2024-05-17")
    found = read_evidence(path)
    assert found.proposed == 0
    assert {entry.key for entry in found.entries} == {RE, COP}
    for entry in found.entries:
        who = entry.confirmation
        assert (who.document, who.sha256, who.page) == ("official.xlsx", DIGEST, "MRS(calc_process)!F12")
        assert (who.person, str(who.day)) == (READER, "2024-05-17")
    assert len(confirmed(()) - confirmed(path)) == 2


def test_an_item_may_be_signed_alone(tmp_path):
    def sign(text):
        head, found, rest = text.partition("proposed = { agrees")
        return f'{head}person = "{READER}"\ndate = "2024-05-17"\n{found}{rest}'

    found = read_evidence(written(tmp_path, edit=sign))
    assert [entry.key for entry in found.entries] == [RE]
    assert found.proposed == 1


def test_the_answer_of_a_person_takes_the_place_of_a_proposal(tmp_path):
    def disagree(text):
        head, _found, rest = text.partition('agrees = ""\npage = ""\nproposed')
        return f'{head}agrees = "no"\npage = 3\nproposed{rest}'

    path = written(tmp_path, person=READER, day="2024-05-17", edit=disagree)
    head, section, rest = path.read_text().partition("[documents.methodology]")
    _blank, workbook, rest = rest.partition("[documents.guidelines]")
    path.write_text(f'{head}{section}\ntitle = "text"\nsha256 = "{OTHER}"\n{workbook}{rest}')
    entry = next(entry for entry in read_evidence(path).entries if entry.key == RE)
    assert not entry.agrees
    assert (entry.confirmation.page, entry.confirmation.document) == ("page 3", "text")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"sha256": OTHER}, "found in another file"),
        ({"document": "other"}, "found in another file"),
        ({"page": "?"}, "must be a page"),
        ({"agrees": ""}, "must have one answer"),
        ({"value": 3}, "must have one answer"),
        ({"values": {"a": 1}}, "must have one answer"),
        ({"person": READER}, "person: unknown"),
    ],
)
@pytest.mark.parametrize("person", ["", READER])
def test_a_proposal_that_is_wrong_is_refused_signed_or_not(change, complaint, person, tmp_path):
    proposals = {RE: {"proposed": {"agrees": "yes", **PLACE, **change}}}
    with pytest.raises(jcm_calc.InputError, match=complaint):
        read_evidence(written(tmp_path, proposals, person, person and "2024-05-17"))


def test_a_value_is_not_proposed_for_an_equation_nor_agreement_for_a_default(tmp_path):
    for key, answer in ((RE, {"value": 3}), (COP, {"agrees": "yes"})):
        with pytest.raises(jcm_calc.InputError, match="must have one answer"):
            read_evidence(written(tmp_path, {key: {"proposed": {**answer, **PLACE}}}))


@pytest.mark.parametrize(("person", "day", "missing"), [(READER, "", "date"), ("", "2024-05-17", "person")])
def test_half_a_signature_is_refused(person, day, missing, tmp_path):
    with pytest.raises(jcm_calc.InputError, match=f"{missing}: missing"):
        read_evidence(written(tmp_path, person=person, day=day))


def test_a_proposal_is_refused_where_the_file_is_another_one(tmp_path):
    path = written(tmp_path)
    (tmp_path / "official.xlsx").write_bytes(b"y")
    with pytest.raises(jcm_calc.InputError, match="not the file that was read"):
        read_evidence(path)


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\u2028[[equation]]", '"""', "# x", "a\r\nagrees = 1"])
def test_no_text_of_a_document_changes_the_file(text, tmp_path):
    proposals = {key: {**found, "seen": [text]} for key, found in PROPOSALS.items()}
    plain = tomllib.loads(written(tmp_path).read_text())
    assert tomllib.loads(written(tmp_path, proposals).read_text()) == plain


def test_signed_proposals_survive_a_manifest(tmp_path):
    path = written(tmp_path, person=READER, day="2024-05-17")
    result = jcm_calc.calculate(
        "ID_AM003", EC_PJ=135, COP_PJ=1.63, application="cold storage", EF_elec=0.814, p="2024", evidence=path
    )
    again = jcm_calc.replay(result.manifest())
    assert {str(one) for one in again.blockers} == {str(one) for one in result.blockers}
