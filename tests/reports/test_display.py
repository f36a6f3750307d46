"""What a notebook shows: well-formed, with links that lead somewhere, and nothing that was not escaped."""

import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import html5lib
import pandas as pd
import pytest
from reports.test_explanation import FREEZER, results

import jcm_calc
from jcm_calc import Methodology, calculate, methodologies, methodology, portfolio, read_workbook, uncertainty
from jcm_calc.api.case_file import read_case
from jcm_calc.api.issuance.allocation import Share
from jcm_calc.api.issuance.request import IssuanceRequest, Year
from jcm_calc.base import notebook
from jcm_calc.declarations.names import spelt_out
from jcm_calc.evidence import Source, unconfirmed

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

HOSTILE = "--><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")


def parsed(html):
    """Parse a page or a part of one; any fault is an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html) if html.lstrip().startswith("<!DOCTYPE") else parser.parseFragment(html)


def text_of(tree):
    return " ".join(" ".join(tree.itertext()).split())


def check_links(tree):
    """Every anchor stands once, every link within the page leads to one; return how many there are."""
    anchors = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(anchors) == len(set(anchors))
    links = [element.get("href") for element in tree.iter() if element.tag == "a"]
    inner = [link[1:] for link in links if link.startswith("#")]
    assert set(inner) <= set(anchors)
    assert all(link.startswith(("#", "https://", "http://")) or ".xlsx#" in link for link in links)  # a cell
    return len(inner)


def check_harmless(tree):
    """No element or attribute came out of a text."""
    for element in tree.iter():
        assert element.tag not in ("script", "iframe", "object", "embed")
        assert not any(name.startswith("on") for name in element.keys())  # noqa: SIM118
        assert element.tag != "img" or element.get("src").startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize("number", methodologies().index)
def test_every_methodology_displays_as_its_page(number):
    m = methodology(number)
    tree = parsed(m._repr_html_())
    assert check_links(tree) >= len(m.rules) / 2
    words = text_of(tree)
    for item in (*m.inputs.values(), *m.rules, *m.conditions):
        assert " ".join(item.text.split()) in words
    assert len(tree.findall(".//{*}math")) >= len(m.rules)


@pytest.mark.parametrize("number", methodologies().index)
def test_every_result_displays_with_its_state_and_links_to_the_leaves(number):
    for result in results(number, 3):
        tree = parsed(result._repr_html_())
        # two links to each operand: in the equation and below it
        operands = sum(len(step.operands) for step in result.explain("ER").steps)
        assert check_links(tree) >= operands
        words = text_of(tree)
        assert f"{len(result.unconfirmed)} of {len(result.items)} rules and values are not confirmed" in words
        assert f"{float(result.full('ER').ravel()[0]):,.3f}" in words


def test_a_result_shows_years_and_units():
    units = pd.DataFrame({"i": ["north", "south"], "COP_PJ": [1.63, 2.19], "application": ["cold storage"] * 2})
    use = pd.DataFrame({"i": ["north", "south"] * 2, "p": ["2023"] * 2 + ["2024"] * 2, "EC_PJ": [1.0, 2.0, 3.0, 4.0]})
    r = calculate("ID_AM003", units, use, EF_elec=0.5)
    words = text_of(parsed(r._repr_html_()))
    for year, row in r.by_year().iterrows():
        assert f"{year} {row['RE']:,.3f} {row['PE']:,.3f} {row['ER']:,.3f} {int(row['tonnes'])}" in words
    assert "project refrigerator south" in words
    assert f"{6 * 0.5:,.3f}" in words


def test_periods_that_have_no_years_are_shown_by_period_with_the_reason():
    r = calculate("PW_AM001", EG=500, p="2023-07-01/2024-06-30", split="whole")
    assert "lies in several calendar years" in text_of(parsed(r._repr_html_()))


def test_two_undated_periods_are_two_rows():
    r = calculate("PW_AM001", EG=[[500.0, 600.0]])
    assert text_of(parsed(r._repr_html_())).count("undated") == 2


@pytest.mark.parametrize("name", ["EF_elec", "RE_i", "COP_RE", "EC_PJ,i,p"])
def test_a_parameter_and_an_equation_display_by_name_or_symbol(name):
    m = methodology("ID_AM002")
    entry = m[name]
    words = text_of(parsed(entry._repr_html_()))
    for item in entry.items:
        assert item.text in words
        assert item.text in repr(entry) or item.written(m.symbols()) in repr(entry)
    assert entry._repr_latex_().count("$\\displaystyle") == len(entry.items)


def test_a_name_that_is_not_declared_is_a_key_error_with_a_hint():
    with pytest.raises(KeyError, match="did you mean COP_RE"):
        methodology("ID_AM002")["COP_REE"]


def hostile_methodology():
    """Every text of a methodology as a hostile one."""
    read = unconfirmed(HOSTILE, 50, Source(HOSTILE, "javascript:alert(3)", HOSTILE))
    m = Methodology(
        "XX_AM001", version="1.0", title=HOSTILE, country="XX", sectoral_scope=3, note=HOSTILE,
        indices={"i": HOSTILE, "p": "monitoring period"},
        identity={"version": read},
    )  # fmt: skip
    m.monitored("<b>_i,p", "MWh", name="EC", index="ip", extensive=True, text=HOSTILE, evidence=read)
    m.class_key("kind,i", text=HOSTILE)
    m.default("<i>,i", "tCO2/MWh", name="EF", index="i", by="kind", values={HOSTILE: 0.5}, evidence=read, text=HOSTILE)
    m.fact("site", "category", categories=(HOSTILE,), text=HOSTILE)
    m.choice("way", {HOSTILE: HOSTILE}, text=HOSTILE, evidence=read)

    @m.equation("<u>_i,p", "tCO2", name="RE_i", index="ip", evidence=read, text=HOSTILE, when={"way": HOSTILE})
    def RE_i(EC, EF):
        return EC * EF

    @m.equation("RE_p", "tCO2", total="i", evidence=read, text=HOSTILE)
    def RE(RE_i):
        return RE_i

    @m.equation("PE_p", "tCO2", evidence=read, text=HOSTILE)
    def PE():
        return 0

    @m.equation("ER_p", "tCO2", evidence=read, text=HOSTILE)
    def ER(RE, PE):
        return RE - PE

    @m.criterion(1, HOSTILE, evidence=read)
    def somewhere(site):
        return site == HOSTILE

    return m


def hostile_result():
    """Every label and every text that a user gives as a hostile one too."""
    units = pd.DataFrame({"i": [HOSTILE, f"{HOSTILE}2"], "kind": [HOSTILE] * 2})
    use = pd.DataFrame({"i": [HOSTILE, f"{HOSTILE}2"], "p": ["2024"] * 2, "EC": [3.0, 4.0]})
    return calculate(hostile_methodology(), units, use, way=HOSTILE, facts={"site": HOSTILE})


def test_hostile_names_are_texts_and_nothing_else():
    r = hostile_result()
    pages = [r._repr_html_(), r.methodology._repr_html_(), r.explain("RE")._repr_html_()]
    pages += [r.methodology[name]._repr_html_() for name in ("EC", "EF", "RE_i")]
    for page in pages:
        tree = parsed(page)
        check_harmless(tree)
        check_links(tree)
        assert "<script>alert(1)</script>" in text_of(tree)
        assert "{{7*7}}" in text_of(tree)


def test_two_displays_in_one_notebook_have_anchors_of_their_own():
    r = calculate("ID_AM003", **FREEZER)
    check_links(parsed(r._repr_html_() + r._repr_html_() + r.explain("RE")._repr_html_()))


def test_displays_leave_the_library_light():
    code = "import jcm_calc, sys; print({'pandas', 'pint', 'jinja2', 'matplotlib'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# Short displays


def test_the_reading_of_meters_is_shown_in_short():
    monitored = read_case(EXAMPLES / "metered_year" / "case.toml").monitor()
    assert repr(monitored) == "<Monitored S1, S2, S3; 2024; 16 findings>"
    words = text_of(parsed(monitored._repr_html_()))
    assert "S2 EC_PJ 2 2024 101.512 99.0324 MWh" in words
    assert words.count("unit slip") == 1


def test_a_workbook_says_what_is_filled_in(tmp_path):
    calculate("PW_AM001", EG=[[500.0, 400.0]], p=["2024", "2025"]).to_excel(tmp_path / "filled.xlsx")
    methodology("PW_AM001").template(tmp_path / "empty.xlsx")
    calculate("PW_AM001", EG=500.0, p="2024").to_excel(tmp_path / "one.xlsx")
    filled, empty, one = (read_workbook(tmp_path / name) for name in ("filled.xlsx", "empty.xlsx", "one.xlsx"))
    assert repr(one) == "<Workbook one.xlsx: PW_AM001 ver 1.0; report 2024>"
    assert repr(filled) == "<Workbook filled.xlsx: PW_AM001 ver 1.0; report 2024, 2025>"
    assert repr(empty) == "<Workbook empty.xlsx: PW_AM001 ver 1.0; nothing is filled in>"
    assert text_of(parsed(filled._repr_html_())).startswith("Workbook filled.xlsx")


def test_a_request_for_issuance_is_shown_in_short():
    year = Year(
        2024,
        {"RE": 319.8, "PE": 0.0, "ER": 319.8},
        319,
        (Share("Japan", 160, "1/2 up"), Share("us", 159, "rest")),
    )
    request = IssuanceRequest({"number": "PW001"}, (), (year,), (), (), ())
    assert repr(request) == "<IssuanceRequest PW001: 319 tCO2 of 2024>"
    assert "2024 319 160 159" in text_of(parsed(request._repr_html_()))


def test_a_portfolio_says_how_many_projects_count():
    rows = {"project": ["a", "b"], "methodology": "PW_AM001", "p": "2024", "EG": [100.0, -1.0]}
    both, one = portfolio(pd.DataFrame(rows), errors="collect"), portfolio(pd.DataFrame(rows)[:1])
    assert repr(both) == "<Portfolio of 1 of 2 projects (1 unusable): ER = 53.3 tCO2>"
    assert repr(one) == "<Portfolio of 1 project: ER = 53.3 tCO2>"
    words = text_of(parsed(both._repr_html_()))
    assert "1 of 2 projects (1 unusable)" in words
    assert "b error EG_i,p" in words


def test_an_uncertainty_is_shown_with_its_unit():
    found = uncertainty(calculate("PW_AM001", EG=500.0), {"EG": "±0 %"}, draws=10)
    words = text_of(parsed(found._repr_html_()))
    assert "Uncertainty of PW_AM001 ver 1.0: 10 draws" in words
    assert "ER 266.5 266.5 0 266.5 266.5 266.5" in words


def test_tables_have_texts_to_the_left_numbers_to_the_right_and_say_what_is_left_out():
    frame = pd.DataFrame({"what": ["a < b"] * 25, "how much": [1234.5678] * 24 + [None]})
    tree = parsed(notebook.page("heading & more", ["a note"], [("", frame)]))
    cells = tree.findall(".//td")
    assert [cell.get("style").split(";")[0] for cell in cells[:2]] == ["text-align: left", "text-align: right"]
    assert [cell.text for cell in cells[:2]] == ["a < b", "1,234.57"]
    assert len(cells) == 2 * notebook.ROWS
    assert text_of(tree).endswith("and 5 more")


def test_short_displays_escape_what_users_give():
    rows = {"project": [HOSTILE], "methodology": "PW_AM001", "p": "2024", "EG": [100.0]}
    tree = parsed(portfolio(pd.DataFrame(rows))._repr_html_())
    check_harmless(tree)
    assert "<script>alert(1)</script>" in text_of(tree)


@pytest.mark.parametrize("name", sorted(jcm_calc.__all__))
def test_a_public_name_is_there_and_has_a_documentation(name):
    assert getattr(jcm_calc, name).__doc__
    assert name in dir(jcm_calc)


def test_nothing_but_public_names_is_completed():
    assert {name for name in dir(jcm_calc) if not name.startswith("__")} == set(jcm_calc.__all__)
    assert set(dir(jcm_calc.plots)) == set(jcm_calc.plots.__all__)
    assert version("jcm-calc") == jcm_calc.__version__
    with pytest.raises(AttributeError, match="no attribute 'plotz'"):
        jcm_calc.plotz  # noqa: B018


# Methodologies by word


def test_words_lead_to_methodologies():
    found = jcm_calc.search("chillers")
    chillers = {"CR_AM002", "ID_AM002", "ID_AM022", "TH_AM003", "TH_AM005", "TH_AM013"}
    assert set(found.index[found["found in"] == "title"]) == chillers
    assert found["found in"].tolist() == sorted(found["found in"], reverse=True)
    assert set(jcm_calc.search("STORAGE solar").index) == {"ID_AM017", "MN_AM004"}
    assert len(jcm_calc.search("flux capacitor")) == 0
    assert not jcm_calc.search("electric heat pump").loc["CR_AM003", "calculable"]


def test_methodologies_are_filtered():
    every = jcm_calc.methodologies()
    thai = jcm_calc.methodologies(country="TH")
    assert thai.index.tolist() == [number for number in every.index if number.startswith("TH")]
    assert set(jcm_calc.methodologies("solar", country="TH").index) < set(thai.index)
    assert set(jcm_calc.methodologies(scope=1)["scope"]) == {1}
    page = every._repr_html_()
    assert all(title in text_of(parsed(page)) for title in every["title"][:20])


def test_a_word_in_place_of_a_number_is_answered_with_numbers():
    with pytest.raises(jcm_calc.MethodologyNotFoundError, match=r"'chiller'; found in the texts of CR_AM002, ID_AM002"):
        methodology("chiller")


# Quantities and parameters by name


@pytest.mark.parametrize("number", methodologies().index)
def test_a_result_is_a_mapping_of_its_quantities(number):
    for result in results(number, 1):
        found = dict(result)
        assert list(found) == list(result) == result.keys()
        assert {"RE", "PE", "ER"} <= found.keys()
        assert all(name in result for name in found)
        assert "no such name" not in result
        assert 0 not in result


@pytest.mark.parametrize("number", methodologies().index)
def test_a_methodology_calculates_and_names_its_parameters(number):
    m = methodology(number)
    names = {name for name, one in inspect.signature(m.calculate).parameters.items() if one.kind is one.KEYWORD_ONLY}
    assert all(name.isascii() and name.isidentifier() for name in names)
    for result in results(number, 1):
        given = {spelt_out(name) for name in result.call["values"]}
        assert given <= names
        again = m.calculate(*result.call["tables"], **result.call["values"], p=result.call["p"], split="whole")
        assert again.ER.magnitude.tolist() == result.ER.magnitude.tolist()
    told = inspect.getdoc(m.calculate)
    assert all(one.symbol in told for one in m.inputs.values() if one.kind != "constant")


def test_what_no_equation_on_the_way_takes_is_no_reason_to_fail():
    """A class is given whose table no equation on the way looks up, and there is no row of an optional index."""
    rice = {
        "methane": "seasonal factors", "nitrous_oxide": "fertiliser", "measured_every": "3 years", "EF_CH4_R": [[100]],
        "EF_CH4_P": [[50]], "A": [[1]], "w_R": ["continuous flooding"], "Q_N2O_R": [[0]], "Q_N2O_P": [[0]],
        "Q_F_R": [0], "Q_F_P": [0], "EF_F": 74.1, "p": "2025",
    }  # fmt: skip
    trace = jcm_calc.calculate("PH_AM004", **rice).trace()
    assert trace.loc[["OA", "SF_o"], "value"].tolist() == [0, 1]
    assert "SF_R_w" not in trace.index
