"""From results to an issuance request: whole tonnes to accounts, no day claimed twice, and refusals with reasons."""

import copy
import json
import pickle
from datetime import date
from fractions import Fraction

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import jcm_calc
from jcm_calc import InputError, UnconfirmedError, calculate, issuance_request, replay
from jcm_calc.api.issuance.allocation import Share, allocate, cap_problems, ceil, floor, largest_remainder, share_of
from jcm_calc.api.issuance.request import NEGATIVE
from jcm_calc.cli import jcm
from jcm_calc.evidence import Grade, Source, primary
from jcm_calc.reference_data import issuances, listed_projects

READ = primary(Source("the approved document"))
PROJECT = {"number": "XX001", "start": date(2015, 1, 1), "end": date(2030, 12, 31)}
HALVES = {"Government of Japan": "1/2 up", "participants": "rest"}


def parts(tonnes, wanted):
    """The tonnes of each account, where nothing is wrong with the allocation."""
    problems = []
    found = allocate(tonnes, wanted, problems, "2024")
    assert problems == []
    return {part.account: part.tonnes for part in found}


def complaints(tonnes, wanted):
    problems = []
    assert allocate(tonnes, wanted, problems, "2024") == ()
    return "\n".join(map(str, problems))


# What was published: total, share of the financial support, rounding that gives the published part, and that part.
# In the last two rows the years are not known; those of the test have the published total.
PUBLISHED = [
    (296, "75 % down", 222),
    (288, "70 % down", 201),
    (288, "10 % up", 29),
    (151, "50 % up", 76),
    (151, "10 % up", 16),
    (5_300, "50 % down", 2_650),
    (355, "50 % up", 178),
    (705, "50 % up", 353),
    (17_673, "50 % up", 8_837),
    (1_213, "50 % down", 606),
    (8_947, "70 % up", 6_263),
    (157, "70 % down", 109),
    (118, "70 % down", 82),
    (35_419, "60 % down", 21_251),
    (189, "50 % up", 95),
]


@pytest.mark.parametrize(("total", "share", "published"), PUBLISHED)
def test_published_parts(total, share, published):
    assert parts(total, {"a government": share, "others": "rest"}) == {
        "a government": published,
        "others": total - published,
    }


def test_published_parts_of_one_issuance():
    wanted = {"Japan": "70 % down", "Viet Nam": "10 % up", "companies": "rest"}
    assert parts(288, wanted) == {"Japan": 201, "Viet Nam": 29, "companies": 58}
    assert parts(151, {"Japan": "1/2 up", "Viet Nam": "0.1 up", "companies": "rest"})["companies"] == 59
    # the first issuance of all, and one whose parts no share of the total explains (70 % are 6,444.2 t)
    agreed = {"Government of Japan": 27, "Mayekawa": 4, "Government of Indonesia": 5, "PT Adib": 4}
    assert parts(40, agreed) == agreed
    assert parts(9_206, {"Government of Japan": 6_442, "others": "rest"})["others"] == 2_764


@pytest.mark.parametrize(("total", "published"), [(144, 73), (974, 488)])
def test_parts_above_one_half_are_halves_of_two_odd_years_rounded_up(total, published):
    for first in range(1, total, 2):
        years = [parts(tonnes, HALVES)["Government of Japan"] for tonnes in (first, total - first)]
        assert sum(years) == published


# Helpers


@pytest.mark.parametrize(("text", "share"), [("70 %", "7/10"), ("70%", "7/10"), ("1/3", "1/3"), ("0.1", "1/10")])
def test_shares_are_exact(text, share):
    assert share_of(text) == Fraction(share)


def test_a_share_that_a_float_would_miss():
    # 0.07 × 100 is 7.000000000000001 in floating point, and 0.29 × 100 is 28.999999999999996
    assert ceil(100, "7 %") == 7
    assert floor(100, "29 %") == 29


def test_equal_remainders_go_to_who_is_named_first():
    assert largest_remainder(101, {"b": "1/2", "a": "1/2"}) == {"b": 51, "a": 50}
    assert largest_remainder(10, {"a": "1/3", "b": "1/3", "c": "1/3"}) == {"a": 4, "b": 3, "c": 3}


weights = st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any)


@given(st.integers(0, 10**9), weights)
def test_the_largest_remainder_adds_up_and_moves_no_part_by_a_tonne(tonnes, weights):
    shares = {str(place): f"{weight}/{sum(weights)}" for place, weight in enumerate(weights)}
    found = parts(tonnes, shares)
    assert sum(found.values()) == tonnes
    for account, share in shares.items():
        assert abs(found[account] - tonnes * Fraction(share)) < 1


@given(st.integers(0, 10**9), weights, st.sampled_from(["down", "up"]))
def test_rounded_shares_and_the_rest_add_up_or_are_refused(tonnes, weights, rounding):
    shares = {str(place): f"{weight}/{sum(weights)} {rounding}" for place, weight in enumerate(weights)}
    problems = []
    found = allocate(tonnes, {**shares, "rest of it": "rest"}, problems, "2024")
    if problems:
        assert rounding == "up"
        assert "too many" in problems[0].complaint
    else:
        assert sum(part.tonnes for part in found) == tonnes
        assert all(part.tonnes >= 0 for part in found)


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({"a": 5, "b": 4}, "the parts add up to 9 t, and there are 10 whole tonnes: 1 t are left over"),
        ({"a": 5, "b": 6}, "1 t too many"),
        ({"a": 11, "b": "rest"}, "1 t too many"),
        ({"a": "50 % down"}, "5 t are left over"),
        ({"a": "50 %", "b": "40 %"}, "the shares add up to 90 %; must be 100 %"),
        ({"a": "50 %", "b": 5}, "stand alone"),
        ({"a": "50 %", "b": "rest"}, "stand alone"),
        ({"a": "rest", "b": "rest"}, "cannot each get the rest"),
        ({"a": 5.0, "b": 5}, "got 5.0; must be whole tonnes"),
        ({"a": 0.5, "b": "rest"}, "got 0.5; must be whole tonnes"),
        ({"a": True, "b": "rest"}, "got True"),
        ({"a": None, "b": "rest"}, "got None"),
        ({"a": -1, "b": 11}, "got -1"),
        ({"a": "half", "b": "rest"}, "got 'half'; must be a share"),
        ({"a": "", "b": "rest"}, "got ''; must be a share"),
        ({"a": "1/0", "b": "rest"}, "got '1/0'; must be a share"),
        ({"a": "120 % down"}, "got '120 %'; must be a share of at most the whole"),
        ({"a": "-10 % down", "b": "rest"}, "must be a share"),
        ({"a": "1e9 down", "b": "rest"}, "must be a share"),
        ({"": 10}, "must be the name of an account"),
        ({3: 10}, "must be the name of an account"),
        ({"Japan": 5, " japan": 5}, "are the same account"),
    ],
)
def test_allocations_that_are_none(wanted, complaint):
    assert complaint in complaints(10, wanted)


def test_everything_wrong_with_an_allocation_comes_at_once():
    assert complaints(10, {"a": "half", "b": -1, "c": 3}).count("\n") == 1


# The request


def as_measured_before(RC):
    return RC


def as_measured_now(PC):
    return PC


def reductions(RE, PE):
    return RE - PE


@pytest.fixture
def measured(monkeypatch):
    """A methodology that has been read in full: RE and PE as measured; and the scheme's rules read, too."""
    monkeypatch.setattr("jcm_calc.declarations.methodology.SCHEME_RULES", ())
    m = jcm_calc.Methodology(
        "XX_AM001",
        version="1.0",
        title="Example",
        country="XX",
        sectoral_scope=1,
        indices={"p": "period"},
        identity={"version": READ},
    )
    m.choice("site", {"a": "plant A", "b": "plant B"}, text="the part of the project", evidence=READ)
    m.monitored("RC_p", "tCO2", extensive=True, text="reference emissions as measured")
    m.monitored("PC_p", "tCO2", extensive=True, text="project emissions as measured")
    for site in ("a", "b"):
        m.equation("RE_p", "tCO2", evidence=READ, text="", name="RE", when={"site": site})(as_measured_before)
    m.equation("PE_p", "tCO2", evidence=READ, text="", name="PE")(as_measured_now)
    m.equation("ER_p", "tCO2", evidence=READ, text="", name="ER")(reductions)
    m.attested(1, "registered", "The project is registered", evidence=READ)
    m.complete("criteria", "parameters", "equations", evidence=READ)
    return m


@pytest.fixture
def negative_years_read(monkeypatch):
    from dataclasses import replace

    from jcm_calc.api.issuance import request

    monkeypatch.setattr(request, "NEGATIVE", replace(NEGATIVE, evidence=READ))


def emitted(m, amounts, p, site="a", **facts):
    """A result with these reductions."""
    given = {"RC": [amount + 1000 for amount in amounts], "PC": [1000.0] * len(amounts)}
    return calculate(m, **given, p=p, site=site, split="whole", facts={"registered": True, **facts})


def test_tonnes_are_cut_by_year_over_all_periods_and_results(measured):
    results = [
        emitted(measured, [0.6, 0.6, 10.9], ["2023-01-01/2023-06-30", "2023-07-01/2023-12-31", "2024"]),
        emitted(measured, [0.9, 5.3], ["2023", "2024"], site="b"),
    ]
    request = issuance_request(results, HALVES, project=PROJECT)
    assert [(year.year, year.tonnes) for year in request.years] == [(2023, 2), (2024, 16)]
    assert request.years[0].emissions["ER"] == pytest.approx(2.1)
    assert pickle.loads(pickle.dumps(request)).as_data() == copy.deepcopy(request).as_data() == request.as_data()
    assert request.tonnes == 18
    assert request.table().to_dict("index") == {
        2023: {"total": 2, "Government of Japan": 1, "participants": 1},
        2024: {"total": 16, "Government of Japan": 8, "participants": 8},
    }
    assert request.remarks == ()


def test_each_year_may_have_parts_of_its_own(measured):
    result = emitted(measured, [10, 20], ["2023", "2024"])
    request = issuance_request(result, {2023: {"Japan": 7, "others": 3}, "2024": {"Japan": 20}}, project=PROJECT)
    assert request.table()["Japan"].to_dict() == {2023: 7, 2024: 20}


def test_rules_of_the_scheme_carry_their_grades(measured):
    rules = issuance_request(emitted(measured, [10], ["2024"]), HALVES, project=PROJECT).as_data()["rules"]
    grades = {rule["name"]: rule["grade"] for rule in rules}
    assert grades["break at the end of 2020"] == "primary"
    assert grades["no double request"] == grades["crediting period"] == grades["allocation"] == "unconfirmed"
    assert all(rule["section"] and rule["note"] and rule["text"] for rule in rules)


def refusal(*results, allocation=HALVES, project=PROJECT, previous=()):
    with pytest.raises(InputError) as caught:
        issuance_request(results, allocation, project=project, previous=previous)
    return str(caught.value)


def test_a_request_lies_on_one_side_of_the_end_of_2020(measured):
    assert "2020 lies before 2021 and 2021 after it: these are two requests" in refusal(
        emitted(measured, [1, 1], ["2020", "2021"])
    )
    for year in ("2020", "2021"):
        assert issuance_request(emitted(measured, [1], [year]), HALVES, project=PROJECT).tonnes == 1


@pytest.mark.parametrize(
    ("p", "complaint"),
    [
        (["2014-12-31/2015-06-30"], "2014-12-31/2015-06-30 begins before the crediting period, 2015-01-01"),
        (["2030-12-31/2031-01-01"], "2030-12-31/2031-01-01 ends after the crediting period, 2030-12-31"),
        (["2023-07-01/2024-06-30"], "2023-07-01/2024-06-30 lies in several calendar years"),
        (["1"], "period 1 has no dates"),
    ],
)
def test_periods_that_earn_nothing(measured, p, complaint):
    assert complaint in refusal(emitted(measured, [5], p))


def test_the_first_and_last_day_of_the_crediting_period_count(measured):
    short = {**PROJECT, "start": date(2024, 3, 1), "end": date(2024, 3, 31)}
    assert issuance_request(emitted(measured, [5], ["2024-03"]), HALVES, project=short).tonnes == 5
    assert "begins before" in refusal(emitted(measured, [5], ["2024-03"]), project={**short, "start": date(2024, 3, 2)})
    assert "ends after" in refusal(emitted(measured, [5], ["2024-03"]), project={**short, "end": date(2024, 3, 30)})


def test_the_same_part_of_a_project_is_not_added_up_twice(measured):
    one, other = emitted(measured, [5], ["2024"]), emitted(measured, [7], ["2024-06-01/2024-12-31"])
    assert "2024-06-01/2024-12-31 is in two results" in refusal(one, other)
    assert refusal(one, one)
    assert "period 1 has no dates" in refusal(one, emitted(measured, [7], ["1"]))


def test_everything_wrong_with_a_request_comes_at_once_with_what_is_unconfirmed(measured):
    result = calculate("PW_AM001", EG=[[5.0]], p=["2041"])
    text = refusal(result, allocation={"2024": {"Japan": 1}}, project={"end": date(2040, 1, 1)})
    for word in (
        "project['number']: missing",
        "project['start']: missing",
        "2041 ends after the crediting period",
        "allocation 2041: missing",
        "allocation 2024: no result has this year",
        "warning: equation ER_p: Not verified against the methodology",
        "warning: criterion 1: not shown",
    ):
        assert word in text


def test_a_number_of_results_of_none_is_refused(measured):
    assert "results: missing" in refusal()
    assert "no whole tonne to ask for" in refusal(emitted(measured, [0.5], ["2024"]))


# What is unconfirmed


def test_what_is_unconfirmed_underneath_refuses_and_is_listed(measured):
    result = calculate("ID_AM003", EC_PJ=135, COP_PJ=1.63, application="individual quick freezer", EF_elec=1, p="2024")
    with pytest.raises(UnconfirmedError) as caught:
        issuance_request([emitted(measured, [5], ["2024"]), result], HALVES, project=PROJECT)
    assert caught.value.missing == result.blockers
    assert "XX001 supports an estimate, not an issuance request" in str(caught.value)
    assert "criterion 2" in str(caught.value)


@pytest.mark.parametrize("registered", [False, None])
def test_eligibility_must_be_shown(measured, registered):
    facts = {} if registered is None else {"registered": registered}
    result = calculate(measured, RC=[5.0], PC=[1.0], p=["2024"], site="a", facts=facts)
    with pytest.raises(UnconfirmedError, match="criterion 1"):
        issuance_request(result, HALVES, project=PROJECT)


def test_a_negative_year_is_refused_while_the_rule_about_it_is_unconfirmed(measured):
    assert not NEGATIVE.evidence.confirmed
    with pytest.raises(UnconfirmedError) as caught:
        issuance_request(emitted(measured, [-5.5, 10], ["2023", "2024"]), HALVES, project=PROJECT)
    assert caught.value.missing == (NEGATIVE,)


def test_a_negative_year_is_reported_and_not_netted(measured, negative_years_read):
    request = issuance_request(emitted(measured, [-5.5, 10], ["2023", "2024"]), HALVES, project=PROJECT)
    assert {year.year: year.tonnes for year in request.years} == {2023: 0, 2024: 10}
    assert request.years[0].emissions["ER"] == -5.5
    (remark,) = request.remarks
    assert str(remark) == "ER 2023: -5.500 tCO2: no credits, and not set off against another year"
    assert "negative years" in [rule.name for rule in request.rules]


@pytest.mark.parametrize("small", [0.0, 0.5])
def test_a_year_of_less_than_a_tonne_is_not_negative(measured, small):
    request = issuance_request(emitted(measured, [small, 10], ["2023", "2024"]), HALVES, project=PROJECT)
    assert request.remarks == ()
    assert "negative years" not in [rule.name for rule in request.rules]
    assert [(year.tonnes, [part.tonnes for part in year.parts]) for year in request.years] == [
        (0, [0, 0]),
        (10, [5, 5]),
    ]


# Earlier requests


@pytest.fixture
def earlier(measured, tmp_path):
    """The request of the first half of 2024."""
    path = tmp_path / "first_half.json"
    issuance_request(emitted(measured, [40], ["2024-01-01/2024-06-30"]), HALVES, project=PROJECT).to_json(path)
    return path


def test_no_day_is_claimed_twice(measured, earlier):
    again = emitted(measured, [9], ["2024-06-30/2024-12-31"], site="b")
    assert "p: 2024-06-30/2024-06-30 is in an earlier request: first_half.json" in refusal(again, previous=[earlier])
    following = emitted(measured, [9], ["2024-07-01/2024-12-31"])
    request = issuance_request(following, HALVES, project=PROJECT, previous=[earlier])
    assert request.as_data()["previous"] == [json.loads(earlier.read_text(encoding="utf-8"))["hash"]]


def test_no_calculation_is_claimed_for_two_projects(measured, earlier):
    other = {**PROJECT, "number": "XX002"}
    twice = emitted(measured, [40], ["2024-01-01/2024-06-30"])
    assert "the same calculation is in an earlier request for XX001" in refusal(
        twice, project=other, previous=[earlier]
    )
    own = emitted(measured, [41], ["2024-01-01/2024-06-30"])
    assert issuance_request(own, HALVES, project=other, previous=[earlier]).tonnes == 41


def test_a_negative_rest_of_a_year_that_was_claimed_in_part_is_reported(measured, earlier, negative_years_read):
    rest = emitted(measured, [-3, 10], ["2024-07-01/2024-12-31", "2025"])
    remarks = issuance_request(rest, HALVES, project=PROJECT, previous=[earlier]).remarks
    assert [str(remark) for remark in remarks][1] == (
        "ER 2024: an earlier request has 40 t of this year, and what is added now is negative"
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data.update(periods=["2023"]), "was changed after it was written"),
        (lambda data: data["project"].update(number="XX009"), "was changed after it was written"),
        (lambda data: data["years"][0]["parts"][0].update(tonnes=1), "was changed after it was written"),
        (lambda data: data["calculations"][0].update(inputs="0"), "was changed after it was written"),
        (lambda data: data.update(schema=3), "schema: got 3; must be 2"),
        (lambda data: data.pop("years"), "years: missing"),
        (lambda data: data.update(schema=True), "schema: got True; must be 2"),
        (lambda data: data.update(years=[1]), "years no. 1: got 1; must be a section with keys"),
        (lambda data: data["years"][0].update(tonnes=-1), "years no. 1, tonnes: got -1; must be a whole number"),
        (lambda data: data.update(periods="2024"), "periods: got '2024'; must be a list"),
        (lambda data: data.update(periods=["yesterday"]), "periods no. 1: "),
        (
            lambda data: data.update(calculations=[{}]),
            "first_half.json, calculations no. 1, inputs: missing",
        ),
    ],
)
def test_an_earlier_request_that_was_changed_is_refused(measured, earlier, change, complaint):
    data = json.loads(earlier.read_text(encoding="utf-8"))
    change(data)
    earlier.write_text(json.dumps(data), encoding="utf-8")
    assert complaint in refusal(emitted(measured, [9], ["2025"]), previous=[earlier])


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "[" * 100_000, "\x00"])
def test_what_is_no_request_is_refused(measured, tmp_path, content):
    path = tmp_path / "request.json"
    path.write_text(content, encoding="utf-8")
    text = refusal(emitted(measured, [9], ["2025"]), previous=[path, tmp_path / "none.json"])
    assert "request.json: is not valid JSON" in text or "request.json: got " in text
    assert "none.json: there is no such file" in text


# As files


def test_json_holds_what_is_asked_for_and_the_calculations(measured, tmp_path):
    result = emitted(measured, [288.7], ["2016"])
    wanted = {"Japan": "70 % down", "Viet Nam": "10 % up", "companies": "rest"}
    issuance_request(result, wanted, project=PROJECT).to_json(tmp_path / "request.json")
    data = json.loads((tmp_path / "request.json").read_text(encoding="utf-8"))
    assert data["project"] == {"number": "XX001", "start": "2015-01-01", "end": "2030-12-31"}
    assert data["years"][0]["parts"] == [
        {"account": "Japan", "tonnes": 201, "asked": "70 % down", "exact": "1008/5"},
        {"account": "Viet Nam", "tonnes": 29, "asked": "10 % up", "exact": "144/5"},
        {"account": "companies", "tonnes": 58, "asked": "rest"},
    ]
    assert data["tonnes"] == 288
    (manifest,) = data["calculations"]
    assert manifest == result.manifest()
    with pytest.raises(FileExistsError):
        issuance_request(result, wanted, project=PROJECT).to_json(tmp_path / "request.json")


def test_the_page_has_every_tonne_and_texts_stay_texts(measured, tmp_path, negative_years_read):
    wanted = {2024: {'=HYPERLINK("http://x")': 4, "@others": 6}, 2025: {"+1": "rest"}}
    result = emitted(measured, [-2.5, 10.9, 3.2], ["2023", "2024", "2025"])
    issuance_request(result, wanted, project=PROJECT).to_excel(tmp_path / "request.xlsx")
    (sheet,) = openpyxl.load_workbook(tmp_path / "request.xlsx").worksheets
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert [2023, 997.5, 1000, -2.5, 0] in rows
    assert ['=HYPERLINK("http://x")', 2024, "4", 4] in rows
    assert ["@others", 2024, "6", 6] in rows
    assert ["+1", 2025, "rest", 3] in rows
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) == 2
    assert all(formula.startswith("=SUM(F") for formula in formulas)
    (stored,) = openpyxl.load_workbook(tmp_path / "request.xlsx", data_only=True).worksheets
    assert [stored[cell.coordinate].value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == [
        13,
        13,
    ]
    assert any("not set off against another year" in str(row) for row in rows)


def tables(sheet):
    """The tables of a page by caption: their rows by heading, and the row of the total; no row is left out."""
    rows = [[cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=7)]
    found, place = {}, 0
    while place < len(rows):
        end = next((at for at in range(place, len(rows)) if not any(rows[at])), len(rows))
        caption, *body = rows[place:end]
        assert not any(caption[1:])
        found[caption[0]] = body
        place = end + 1  # one empty row between two tables
    return found


def test_the_page_has_tables_whose_columns_stand_under_their_headings(measured, tmp_path, negative_years_read):
    result = emitted(measured, [-2.5, 10.5, 3.25], ["2023", "2024", "2025"])
    wanted = {2024: {"Japan": "50 % down", "others": "rest"}, 2025: {"Japan": 1, "others": 2}}
    request = issuance_request(result, wanted, project={**PROJECT, "title": "A plant"})
    request.to_excel(tmp_path / "request.xlsx")
    (sheet,) = openpyxl.load_workbook(tmp_path / "request.xlsx").worksheets
    found = tables(sheet)
    headings, *years, total = found["Whole tonnes by calendar year"]
    assert headings == ["Calendar year", "RE, tCO2", "PE, tCO2", "ER, tCO2", "Whole tonnes", None]
    assert [dict(zip(headings, year, strict=True)) for year in years] == [
        {"Calendar year": one, "RE, tCO2": 1000 + er, "PE, tCO2": 1000, "ER, tCO2": er, "Whole tonnes": t, None: None}
        for one, er, t in [(2023, -2.5, 0), (2024, 10.5, 10), (2025, 3.25, 3)]
    ]
    headings, *parts, allocated = found["Allocation"]
    assert headings == ["Account", "Calendar year", "Asked for", "Exact, t", "Whole tonnes", None]
    assert parts == [
        ["Japan", 2024, "50 % down", 5, 5, None],
        ["others", 2024, "rest", None, 5, None],
        ["Japan", 2025, "1", None, 1, None],
        ["others", 2025, "2", None, 2, None],
    ]
    # a total is the sum of just the whole tonnes above it
    for row in (total, allocated):
        (cell,) = [one for line in sheet.iter_rows() for one in line if one.value == row[4] and one.data_type == "f"]
        above = [one.value for (one,) in sheet[cell.value.removeprefix("=SUM(").removesuffix(")")]]
        assert above == [line[4] for line in (years if row is total else parts)]
        assert sheet.cell(cell.row, 2).value == "Total"
    assert found["Project"][0][:2] == ["Title", "A plant"]
    assert [line[0] for line in found["Rules of the scheme that were used"]] == [rule.name for rule in request.rules]
    assert [line[0] for line in found["Remarks"]] == ["ER 2023"]
    assert [line[0] for line in found["Calculations"]] == ["XX_AM001 ver 1.0"]


def test_rows_of_the_page_are_as_tall_as_their_texts(measured, tmp_path):
    accounts = {"Japan": "rest"}
    for length in (20, 110, 140, 200, 240, 270):
        project = {**PROJECT, "title": "a" * length}
        path = tmp_path / f"{length}.xlsx"
        issuance_request(emitted(measured, [5], ["2024"]), accounts, project=project).to_excel(path)
        (sheet,) = openpyxl.load_workbook(path).worksheets
        (cell,) = [one for row in sheet.iter_rows() for one in row if one.value == "a" * length]
        (merged,) = [one for one in sheet.merged_cells.ranges if cell.coordinate in one]
        assert (merged.min_col, merged.max_col) == (3, 7)
        widths = {at: one.width for one in sheet.column_dimensions.values() for at in range(one.min, one.max + 1)}
        width = sum(widths[column] for column in range(merged.min_col, merged.max_col + 1))
        assert cell.font.size == 9
        lines = -(-length // int(width * 10 / 9))
        assert 9 * 1.2 * lines < (sheet.row_dimensions[cell.row].height or 15) < 9 * 1.2 * (lines + 1) + 5


def test_an_account_without_a_part_of_a_year_has_no_tonnes_in_it(measured):
    result = emitted(measured, [5, 7], ["2023", "2024"])
    table = issuance_request(result, {2023: {"a": 5}, 2024: {"b": 7}}, project=PROJECT).table()
    assert list(table.columns) == ["total", "a", "b"]
    assert table.to_numpy().tolist() == [[5, 5, 0], [7, 0, 7]]


def test_the_manifests_of_a_request_can_be_replayed(tmp_path):
    result = calculate("PW_AM001", EG=[[600.0]], p=["2024"])
    assert replay(json.loads(json.dumps(result.manifest()))).manifest() == result.manifest()


# The command


def run(*arguments, code):
    found = CliRunner().invoke(jcm, ["request-issuance", *map(str, arguments)])
    assert found.exit_code == code, found.output
    return found


@pytest.fixture
def case(measured, tmp_path, monkeypatch):
    """Return a function that writes the case file of a year."""
    monkeypatch.setattr("jcm_calc.rulebooks.versions", lambda number: {"1.0": measured})

    def written(year, tail="", inputs="RC = 1100.5\nPC = 1000\n", **changed):
        facts = changed.get("facts", "registered = true\n")
        path = tmp_path / f"{year}.toml"
        path.write_text(
            f'methodology = "XX_AM001"\np = "{year}"\n'
            '[project]\nnumber = "XX001"\nstart = 2015-01-01\nend = 2030-12-31\n[choices]\nsite = "a"\n'
            f"[inputs]\n{inputs}[facts]\n{facts}[allocation]\nJapan = '1/2 up'\nothers = 'rest'\n{tail}",
            encoding="utf-8",
        )
        return path

    return written


def test_issue_writes_both_files(case, tmp_path):
    request, page = tmp_path / "request.json", tmp_path / "request.xlsx"
    text = run(case(2023), case(2024), "-o", request, "-o", page, code=0).stdout
    assert "Japan" in text
    data = json.loads(request.read_text(encoding="utf-8"))
    assert [(year["year"], year["tonnes"]) for year in data["years"]] == [(2023, 100), (2024, 100)]
    assert page.read_bytes().startswith(b"PK")
    again = run(case(2024), "--previous", request, code=2)
    assert "2024 is in an earlier request" in " ".join(again.stderr.split())
    assert json.loads(run(case(2025), "--previous", request, "--json", code=0).stdout)["tonnes"] == 100


def test_issue_refuses_with_reasons(case):
    found = run(case(2024, facts=""), code=3)
    assert "No request for XX001" in found.stderr
    assert "criterion 1: not shown: give registered" in " ".join(found.stderr.split())
    assert json.loads(run(case(2024, facts=""), "--json", code=3).stdout)["refused"] is True


def test_issue_of_case_files_that_contradict_each_other(case, tmp_path):
    other = case(2023)
    other.write_text(other.read_text(encoding="utf-8").replace("XX001", "XX002"), encoding="utf-8")
    assert "[project] number: 2024.toml says otherwise" in " ".join(run(other, case(2024), code=2).stderr.split())


def test_issue_names_the_keys_of_the_case_file(case):
    path = case(2024)
    said = path.read_text(encoding="utf-8").replace('number = "XX001"\n', "").replace("end = 2030", "end = 2014")
    path.write_text(said, encoding="utf-8")
    text = " ".join(run(path, code=2).stderr.split())
    assert "[project] end: got 2014-12-31" in text
    path.write_text(said.replace("end = 2014", "end = 2030"), encoding="utf-8")
    text = " ".join(run(path, code=2).stderr.split())
    assert "[project] number: missing" in text
    assert "project['" not in text


# What was issued, and what a host country keeps


def years_of(issued):
    """How many calendar years an issuance touches; two where its period was not read."""
    first, last = issued.first[:4], issued.last[:4]
    return int(last) - int(first) + 1 if first and last else 2


MONGOLIAN = [one for one in issuances() if one.project.startswith("MN") and one.host is not None]


@pytest.mark.parametrize("issued", MONGOLIAN, ids=lambda one: f"{one.project} {one.decided}")
def test_mongolia_keeps_20_per_cent_of_every_issuance_rounded_year_by_year(issued):
    assert issued.host + issued.japan == issued.issued
    # each calendar year is rounded up or down by less than a tonne
    assert abs(issued.host - Fraction(issued.issued, 5)) < years_of(issued)
    assert floor(issued.issued, "20 %") <= issued.host <= ceil(issued.issued, "20 %") + years_of(issued) - 1
    if issued.japan_government is not None:
        assert issued.japan_government <= issued.japan


def test_all_twelve_mongolian_issuances_add_up():
    """By hand: 50+118+139+107+208+322+8880+35419+8947+44817+30312+1, and so for both sides."""
    assert len(MONGOLIAN) == 12
    assert sum(one.issued for one in MONGOLIAN) == 129_320
    assert sum(one.host for one in MONGOLIAN) == 25_869
    assert sum(one.japan for one in MONGOLIAN) == 103_451


def test_id015_earned_96_per_cent_of_its_plan():
    """The programme's page: RE 3,058.5 − PE 2,316.2 = 742.3, cut to 742 t a year; 1,244 t for 21 months."""
    (issued,) = [one for one in issuances() if one.project == "ID015"]
    project = listed_projects()["ID015"]
    assert (issued.methodology, issued.version) in project.uses == (("ID_AM011", "1.0"),)
    assert project.planned == floor(Fraction("3058.5") - Fraction("2316.2"), "100 %") == 742
    assert (issued.first, issued.last, issued.issued) == ("2017-01-01", "2018-09-30", 1244)
    planned = Fraction(742 * 21, 12)
    assert round(planned) == 1298  # 1,298.5
    assert 0.955 < issued.issued / planned < 0.965
    assert issued.evidence.grade is Grade.PRIMARY
    # neither side's share was read: nothing is made up
    assert (issued.host, issued.japan, issued.japan_government) == (None, None, None)


@pytest.mark.parametrize("issued", [one for one in issuances() if ";" not in one.project and one.version])
def test_an_issuance_is_under_the_version_of_the_list(issued):
    """Two lists that were read apart agree: the register of issuances, and the list of projects."""
    assert (issued.methodology, issued.version) in listed_projects()[issued.project].uses


def test_what_was_issued_is_graded_by_its_source():
    found = issuances()
    assert len(found) == 43
    assert {one.evidence.grade for one in found} <= {Grade.PRIMARY, Grade.SECONDARY}
    assert all(one.evidence.source.title for one in found)
    both = [one for one in found if None not in (one.issued, one.host, one.japan)]
    assert all(one.host + one.japan == one.issued for one in both)
    assert all(one.japan_government <= one.issued for one in found if one.japan_government and one.issued)


def capped(parts_, today=date(2026, 6, 1), **project):
    """What is said of a request where the host country is Viet Nam: what refuses it, and remarks."""
    years = {2024: (100, [Share(account, tonnes, str(tonnes)) for account, tonnes in parts_.items()])}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jcm_calc.units.dates.today", lambda: today)
        problems, remarks = cap_problems(project, "VN", years)
    return [str(one) for one in problems], [str(one) for one in remarks]


@pytest.mark.parametrize(
    ("leaving", "of_list", "refused", "remarked"),
    [
        (90, None, 0, 1),  # more than list 2 allows, and it is not said on which list the activity is
        (91, None, 1, 1),
        (50, None, 0, 0),
        (90, "1", 0, 0),
        (91, "1", 1, 0),
        (50, "2", 0, 0),
        (51, "2", 1, 0),
    ],
)
def test_no_more_leaves_viet_nam_than_its_decree_allows(leaving, of_list, refused, remarked):
    project = {"host_accounts": ["Viet Nam"], **({"transfer_list": of_list} if of_list else {})}
    problems, remarks = capped({"Japan": leaving, "Viet Nam": 100 - leaving}, **project)
    assert (len(problems), len(remarks)) == (refused, remarked)
    assert all(f"2024: {leaving} of 100 t leave the country" in one for one in problems + remarks)


def test_a_cap_is_checked_where_the_accounts_are_named_and_said_where_they_are_not():
    assert capped({"Japan": 100}, today=date(2026, 5, 18)) == ([], [])  # not in force
    problems, (remark,) = capped({"Japan": 100})
    assert problems == []
    assert "at most 90 % (list 1), 50 % (list 2) of the credits may leave the country" in remark
    assert "Not verified against the methodology" in remark
    (problem,), _ = capped({"Japan": 100}, host_accounts=["Vietnam"])
    assert "Vietnam is not an account of the allocation; there are Japan" in problem
    (problem,), _ = capped({"Japan": 100}, host_accounts=["Japan"], transfer_list="3")
    assert "got '3'; must be one of 1, 2" in problem
