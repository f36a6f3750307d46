"""The case file: what it may hold, what is refused, and the published cases."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from jcm_calc.api.case_file import CaseFile, read_case
from jcm_calc.base.problems import InputError, RemarkWarning
from jcm_calc.evidence import Grade
from jcm_calc.inputs.case import published_outputs
from jcm_calc.rulebooks import methodology, modules
from jcm_calc.units import dates

CASES = Path(str(files("jcm_methodologies") / "cases"))
FREEZER = """
methodology = "ID_AM003"
version = "1.0"

[inputs]
EC_PJ = "135 MWh"
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = "0.814 tCO2/MWh"
"""


@pytest.fixture
def case(tmp_path):
    """Return a function that reads a case file with the text given."""

    def read(text: str | bytes, name: str = "case.toml") -> CaseFile:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_case(path)

    return read


ROOF = """
methodology = "PW_AM001"
version = "1.0"
p = "2024"
[inputs]
EG = "500 MWh"
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[project]\nstart = 2024-03-01", "p: 2024 begins before the crediting period, 2024-03-01"),
        ("[project]\nend = 2024-11-30", "p: 2024 ends after the crediting period, 2024-11-30"),
        ("[project]\nsubmitted = 2022-01-01", "submitted: got 2022-01-01, which is after today; must be"),
        ("[allocation]\nFOO = 3", "allocation 2024: the parts add up to 3 t, and there are 266 whole tonnes"),
        ("[allocation]\n2023 = {JP = 'rest'}", "allocation 2023: no result has this year; there are 2024"),
    ],
)
def test_what_does_not_fit_the_result_is_remarked_on(case, said, told, monkeypatch):
    monkeypatch.setattr(dates, "today", lambda: date(2021, 12, 31))
    given = case(ROOF + said)
    with pytest.warns(RemarkWarning, match=told):
        result = given.calculate()
    assert any(told in str(one) for one in result.remarks)
    with pytest.raises(InputError, match=told):
        given.calculate(strict=True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2024 = {JP = 1.2}", r"\[allocation\] 2024, JP: got 1.2; must be whole tonnes such as 201"),
        ("2024 = {JP = 'rest'}\n2025 = 3", r"\[allocation\] 2025: got 3; must be a table of accounts"),
        ("JP = 'half'", r"\[allocation\], JP: got 'half'; must be a share"),
    ],
)
def test_an_allocation_that_is_none_is_refused_by_every_calculation(case, said, told):
    with pytest.raises(InputError, match=told):
        case(f"{ROOF}[allocation]\n{said}").calculate()


def test_a_crediting_period_that_ends_before_it_starts_is_refused(case):
    told = "[project] end: got 2019-12-31; must not be before the first day of the crediting period, 2020-01-01"
    assert problems(case, f"{ROOF}[project]\nstart = 2020-01-01\nend = 2019-12-31") == [told]


def problems(read, text):
    """Return what is complained of, as texts."""
    with pytest.raises(InputError) as raised:
        read(text)
    return [str(problem) for problem in raised.value.problems]


# The published cases


def test_frozen_food_plant():
    case = read_case(CASES / "id_am003_frozen_food.toml")
    result = case.calculate()
    # project design document: RE 136 tCO2, "expected to reduce 25 tCO2e"
    assert round(result.RE.magnitude.item()) == 136
    assert result.by_year()["tonnes"].tolist() == [25]
    assert case.source is not None
    assert case.source.grade is Grade.PRIMARY
    assert case.source.source is not None
    assert "91152413" in case.source.source.url


def test_bornuur():
    result = read_case(CASES / "mn_am002_bornuur.toml").calculate()
    # the study: (1/0.50 − 1/0.67) × 15,200 × 0.099 − 2.3 × 5,088 × 1.1501/1000 = 750 t
    by_hand = (1 / 0.50 - 1 / 0.67) * 15_200 * 0.099 - 2.3 * 5_088 * 1.1501 / 1000
    assert result.ER.magnitude.item() == pytest.approx(by_hand, rel=1e-12)
    assert result.by_year()["tonnes"].tolist() == [750]


def test_incomplete_sheet_of_2017():
    case = read_case(CASES / "id_am002_id009_2017.toml")
    with pytest.raises(InputError) as raised:
        case.calculate()
    # neither a COP nor a temperature nor an emission factor was readable
    missing = {problem.subject for problem in raised.value.problems}
    assert {"COP_PJ,i", "T_cooling-out,i", "T_chilled-out,i", "x_i", "EF_grid", "power_source"} <= missing
    slip = [warning for warning in raised.value.warnings if warning.subject == "EI_grid,p"]
    assert "looks like kWh, which would be 42,826.88 MWh" in slip[0].complaint


@pytest.mark.parametrize("path", sorted(CASES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_case_keeps_what_it_expects(path):
    case = read_case(path)
    assert case.source is not None
    assert case.source.source is not None
    # what has no address is no more than an estimate
    assert case.source.source.url.startswith("https://") or not case.source.confirmed
    if "missing" in case.expected:
        with pytest.raises(InputError) as raised:
            case.calculate()
        assert tuple(problem.subject for problem in raised.value.problems) == case.expected["missing"]
        assert {warning.subject for warning in raised.value.warnings} == set(case.expected["warnings"])
    else:
        comparisons = case.compare(case.calculate())
        assert comparisons
        assert all(comparison.agrees for comparison in comparisons)


# Comparing with published figures


@pytest.mark.parametrize(
    ("expected", "agrees"),
    [
        ('RE = "136"', True),
        ('RE = "135.7"', True),
        ('RE = "135.70"', True),
        ('RE = "135.71"', False),
        ('RE = "135"', False),
        ('RE = ["136", "136"]', False),  # one period was calculated
        ("tonnes = 25", True),
        ("tonnes = 26", False),  # 25.81 is cut, not rounded
        ('PE = "110"', True),
        ('ER = "26"', True),
    ],
)
def test_printed_decimals_decide(case, expected, agrees):
    found = case(f"{FREEZER}\n[expected]\n{expected}")
    (comparison,) = found.compare(found.calculate())
    assert comparison.agrees is agrees


def test_whole_tonnes_cannot_agree_without_calendar_years(case):
    text = (
        FREEZER.replace("[inputs]", 'p = "2023-04-01/2024-03-31"\nsplit = "whole"\n[inputs]')
        + "[expected]\ntonnes = 25"
    )
    found = case(text)
    (comparison,) = found.compare(found.calculate())
    assert not comparison.agrees


# What it may hold


def test_tables_are_looked_for_beside_the_case_file(case, tmp_path, monkeypatch):
    (tmp_path / "meter.csv").write_text("p,EC_PJ [kWh]\n2023,100000\n2024,35000\n", encoding="utf-8")
    found = case(FREEZER.replace('EC_PJ = "135 MWh"', 'tables = ["meter.csv"]'))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    result = found.calculate()
    assert result["EC_PJ"].magnitude.tolist() == [100, 35]
    assert Path(result.manifest()["call"]["tables"][0]["path"]) == tmp_path / "meter.csv"


def test_values_by_class(case):
    result = case(FREEZER + '[inputs.COP_RE]\n"individual quick freezer" = 1.5').calculate()
    assert result.RE.magnitude.item() == pytest.approx(135 * 1.63 / 1.5 * 0.814)


def test_symbols_name_parameters_too(case):
    result = case(FREEZER.replace("COP_PJ =", '"COP_PJ,i" =')).calculate()
    assert result["COP_PJ"].magnitude.item() == 1.63


def test_lists_and_periods(case):
    text = FREEZER.replace('"135 MWh"', "[100, 35]").replace("[inputs]", 'p = ["2023", "2024"]\n[inputs]')
    result = case(text).calculate()
    assert result.by_year().index.tolist() == [2023, 2024]
    assert result.PE.magnitude.tolist() == pytest.approx([100 * 0.814, 35 * 0.814])


def test_choices_and_facts(case):
    text = """
    methodology = "ID_AM002"
    [choices]
    power_source = "grid"
    [inputs]
    EC_PJ = 100
    COP_PJ = 6.5
    T_cooling_out = 37
    T_chilled_out = 7
    capacity = 500
    EF_grid = 0.8
    [facts]
    centrifugal = true
    ODP = 0
    """
    assessments = case(text).calculate().eligibility()["answer"]
    assert (assessments["1"], assessments["4"], assessments["5"]) == ("met", "met", "not shown")


def test_everything_about_the_project_is_kept(case):
    found = case(
        FREEZER
        + """
        [project]
        title = "冷凍機"
        participants = ["one", "another"]
        start = 2024-04-01
        [project.personnel]
        "site manager" = "reads the meters"
        [sources]
        EC_PJ = { option = "C", frequency = "continuously" }
        """
    )
    assert found.project["title"] == "冷凍機"
    assert found.project["personnel"] == {"site manager": "reads the meters"}
    assert found.sources["EC_PJ"]["option"] == "C"


@pytest.mark.parametrize("encoded", [FREEZER.encode("utf-8-sig"), FREEZER.replace("\n", "\r\n").encode()])
def test_byte_order_mark_and_windows_line_ends_are_read(case, encoded):
    assert case(encoded).methodology == "ID_AM003"


# What is refused


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('methodology = "ID_AM003"', "", "methodology: missing"),
        ("[inputs]", "[imputs]", "imputs: unknown; did you mean inputs?"),
        ("version =", "versoin =", "versoin: unknown; did you mean version?"),
        ('"1.0"', "1.0", "version: got 1.0; must be a text in quotes"),
        ("[inputs]", '[project]\ntilte = "x"\n[inputs]', "[project] tilte: unknown; did you mean title?"),
        ("[inputs]", "[project]\nnumber = 3\n[inputs]", "[project] number: got 3; must be a text"),
        ("[inputs]", '[project]\np = "2024"\n[inputs]', "[project] p: belongs above the first [section]"),
        ("[inputs]", '[inputs]\np = "2024"', "[inputs] p: belongs above the first [section]"),
        ("[inputs]", "[inputs]\nfacts = 1", "[inputs] facts: is not a name of a parameter"),
        ("[inputs]", '[facts]\ntables = ["a.csv"]\n[inputs]', "[facts] tables: tables are named in [inputs]"),
        ("[inputs]", 'inputs = "fleet.csv"\n[project]', "inputs: got 'fleet.csv'; must be a section"),
        ("[inputs]", '[inputs]\ntables = "fleet.csv"', "[inputs] tables: got 'fleet.csv'; must be a list of texts"),
        ("[inputs]", "p = 1.5\n[inputs]", "p: got 1.5; must be a period"),
        ("1.63", "2024-01-01", "[inputs] COP_PJ: got 2024-01-01; must be a number"),
        ("1.63", "[{ a = 1 }]", "[inputs] COP_PJ: got [{'a': 1}]; must be a number"),
        ("[inputs]", "[facts]\nCOP_PJ = 2\n[inputs]", "COP_PJ: is given twice: in [inputs] and in [facts]"),
        ("[inputs]", '[source]\ntitle = "x"\n[inputs]', "[source] grade: missing: one of primary, secondary"),
        ("[inputs]", '[source]\ngrade = "A"\n[inputs]', "[source] grade: got 'A'; must be one of primary"),
        ("[inputs]", "[expected]\nRE = 136.0\n[inputs]", "[expected] RE: got 136.0; must be the figure as printed"),
        ("[inputs]", '[expected]\nRE = "about 9"\n[inputs]', "[expected] RE: got 'about 9'; must be the figure"),
        ("[inputs]", "[expected]\ntonnes = 25.8\n[inputs]", "[expected] tonnes: got 25.8; must be a whole number"),
        ("[inputs]", '[sources]\nEC_PJ = "meter"\n[inputs]', "[sources] EC_PJ: got 'meter'; must be a section"),
        (
            "[inputs]",
            '[sources]\nEC_PJ = { opton = "C" }\n[inputs]',
            "[sources] EC_PJ, opton: unknown; did you mean option?",
        ),
    ],
)
def test_form(case, before, after, complaint):
    assert before in FREEZER
    found = problems(case, FREEZER.replace(before, after))
    assert any(text.startswith(complaint) for text in found), found


def test_everything_at_once(case):
    text = FREEZER.replace("COP_PJ = 1.63", "COP_JP = 1.63").replace("135 MWh", "135 kg")
    found = problems(case, text + '[project]\ntilte = "x"\n[expectd]\nRE = "1"')
    for subject in ("[project] tilte", "expectd", "COP_JP", "COP_PJ,i", "EC_PJ,i,p"):
        assert any(one.startswith(f"{subject}: ") for one in found), subject


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("COP_PJ = 1.63", "COP_PJ = 2024-01-31"),
        ("COP_PJ = 1.63", "COP_PJ = 07:30:00"),
        ("COP_PJ = 1.63", '"COP_PJ,i" = 2024-01-31'),
        ("COP_PJ = 1.63", "COP_PJ = { a = { b = { c = 1 } } }"),
        ("COP_PJ = 1.63", 'tables = "units.csv"'),
        ("COP_PJ = 1.63", 'tables = ["../units.csv"]'),
        ("COP_PJ = 1.63", 'tables = ["units.csv", 3]'),
    ],
)
def test_what_is_refused_is_not_called_missing(case, given, wrong):
    found = problems(case, FREEZER.replace(given, wrong))
    assert [one for one in found if "COP_PJ" in one or "tables" in one]
    assert not [one for one in found if "missing" in one]
    found = problems(case, FREEZER.replace(given, wrong).replace('EF_elec = "0.814 tCO2/MWh"', ""))
    assert [one for one in found if one.startswith("EF_elec: missing")] or "tables" in wrong


def test_problems_of_the_input_come_with_the_calculation(case):
    found = case(FREEZER.replace("COP_PJ = 1.63", ""))
    with pytest.raises(InputError, match="COP_PJ,i: missing"):
        found.calculate()


def test_missing_table(case):
    found = case(FREEZER.replace("[inputs]", '[inputs]\ntables = ["nowhere.csv"]'))
    with pytest.raises(InputError, match=r"nowhere\.csv: there is no such file"):
        found.calculate()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('methodology = "ID_AM003"\n[inputs\n', "line 2, column 8"),
        ("[inputs]\nEC_PJ = 135 MWh\n", "line 2, column 13): 'EC_PJ = 135 MWh'; write a value with a unit in quotes"),
        ("[inputs]\nη_RE = 0.5\n", "line 2, column 1): 'η_RE = 0.5'"),
        ('title = "open', "is not valid TOML"),
        ("a = " + "[" * 5000, "is not valid TOML"),
    ],
)
def test_syntax(case, text, complaint):
    (found,) = problems(case, text)
    assert complaint in found


@pytest.mark.parametrize(
    ("encoded", "complaint"),
    [
        (FREEZER.encode("utf-16"), "the file is in UTF-16: save it as UTF-8"),
        (b'a = 1\ntitle = "' + "冷凍機".encode("cp932") + b'"', "line 2 is in cp932 (Shift-JIS) or another encoding"),
    ],
)
def test_encoding(case, encoded, complaint):
    (found,) = problems(case, encoded)
    assert complaint in found


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_case(tmp_path / "case.toml")


def test_directory(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_case(tmp_path)


# Published results without inputs


def test_outputs_without_inputs_are_kept_with_their_source():
    rows = [row for number in modules() for row in published_outputs(methodology(number))]
    assert len(rows) == 43
    assert all(int(row["tonnes"]) > 0 and row["source"] and row["grade"] in ("primary", "secondary") for row in rows)


@pytest.mark.parametrize(("number", "months"), [("PW_AM001", 13), ("MV_AM001", 15)])
def test_the_yield_that_an_issuance_implies_is_one_of_the_tropics(number, months):
    (issued,) = [row for row in published_outputs(methodology(number)) if row["what"] == "issued"]
    capacity = float(issued["known"].split(" kW")[0])
    generated = int(issued["tonnes"]) / 0.533 * 1000  # kWh, if the recalled factor is right
    assert 1000 < generated / capacity / months * 12 < 1700


def test_the_yield_that_an_issuance_implies_is_one_of_mongolia():
    (issued,) = [row for row in published_outputs(methodology("MN_AM003")) if row["period"] == "seven months"]
    capacity = float(issued["known"].split(" MW")[0])
    hours = 7 / 12 * 8760
    share = {factor: int(issued["tonnes"]) / factor / capacity / hours for factor in (0.797, 0.533)}
    assert 0.18 < share[0.797] < 0.26  # panels that do not turn
    assert share[0.533] > 0.3
