"""What a notebook shows: well-formed, with links that lead somewhere, and nothing that was not escaped."""

import subprocess
import sys

import html5lib
import pandas as pd
import pytest
from test_explanation import FREEZER, results

from jcm_calc import calculate, methodologies, methodology
from jcm_calc.declarations import Methodology
from jcm_calc.evidence import Source, unconfirmed

HOSTILE = "--><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.problems.InputWarning")


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
    assert all(link.startswith(("#", "https://", "http://")) for link in links)
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
