"""The committed page of each methodology says what its module declares."""

import re
import runpy
from pathlib import Path

import pytest

import jcm_calc
from jcm_calc.rulebooks import versions

FOLDER = Path(__file__).parent.parent / "docs" / "methodologies"
SCRIPT = runpy.run_path(str(FOLDER.parent / "pages.py"))
PAGES = SCRIPT["pages"]()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name):
    path = FOLDER / name
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    assert committed == PAGES[name], f"docs/methodologies/{name} is not what the module declares: run `make pages`"


def test_no_page_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES), "run `make pages`"


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_page_has_everything_that_is_declared(number):
    m, page = jcm_calc.methodology(number), PAGES[f"{number}.md"]
    symbols, in_text = m.symbols(), SCRIPT["_text"]
    code = [item.symbol for item in m.inputs.values()]
    formulas = [f"${rule.latex(symbols)}$" for rule in m.rules]
    texts = [item.text for item in (*m.inputs.values(), *m.rules, *m.conditions)] + [one.reason for one in m.waivers]
    for piece in [
        *formulas,
        *(f"`{one}`".replace("|", r"\|") for one in code),
        *map(in_text, [m.title, m.note, *texts]),
    ]:
        assert piece in page
    for (_, candidate, label), row in m.defaults.iterrows():
        if row["source"] != "by definition":
            assert in_text(candidate) in page
            assert in_text(label) in page
            assert f"{row['value']:.15g}" in page


@pytest.mark.parametrize("name", PAGES)
def test_rows_of_a_table_are_alike(name):
    """Every row has as many cells as the heading: no sign | of a text has split one."""
    for table in re.findall(r"(?:^\|.*\n?)+", PAGES[name], re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_index_leads_to_every_page():
    linked = re.findall(r"\]\((\w+\.md)\)", PAGES["README.md"])
    assert sorted(linked) == sorted(["coverage.md", *(f"{number}.md" for number in jcm_calc.methodologies().index)])


def test_the_status_of_a_methodology_counts_what_was_read():
    """Counted by hand: MN_AM003 3 of 4 equations and 3 of 3 factors; CR_AM001 nothing but its title."""
    rows = {cells[1].strip("[").partition("]")[0]: cells[4] for cells in _rows(PAGES["README.md"]) if len(cells) > 4}
    assert rows["MN_AM003"] == "◐ partly read (6/7)"
    assert rows["CR_AM001"] == "○ not read"


def test_coverage_counts_what_is_confirmed():
    """Counted by hand from two modules, and every methodology has its row."""
    rows = {cells[1].strip("[").partition("]")[0]: cells for cells in _rows(PAGES["coverage.md"])}
    assert set(jcm_calc.methodologies().index) <= set(rows)
    # MN_AM003: all but ER = RE − PE, all three factors, none of the criteria
    assert rows["MN_AM003"][4:9] == ["no", "3/4", "3/3", "", "0/3"]
    # TH_AM016: two equations of five, no value of the reference, no criterion known
    assert rows["TH_AM016"][4:9] == ["no", "2/5", "0/1", "", "not known"]
    assert rows["TH_AM008"][6:7] == ["primary"]


def _rows(page):
    return [[cell.strip() for cell in line.split("|")] for line in page.splitlines() if line.startswith("| ")]


def test_a_sign_of_markdown_is_only_a_sign():
    assert SCRIPT["_text"]("a|b *c*\n<d>") == r"a\|b \*c\* \<d>"
    assert SCRIPT["_cell"](SCRIPT["Code"]("a | b")) == r"`a \| b`"


@pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")
@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_the_example_of_a_page_runs_and_prints_what_is_shown(number, capsys):
    examples = re.findall(r"```python\n(.*?)```", PAGES[f"{number}.md"], re.DOTALL)
    assert len(examples) == len(versions(number))
    for code in examples:
        exec(code, {})
        assert f"prints `{capsys.readouterr().out.strip()}`" in PAGES[f"{number}.md"]


def test_no_example_loses_and_each_is_believable():
    """Where the reference of a page earns nothing, its numbers were drawn badly; a saving is no more than 95 %."""
    for number in jcm_calc.methodologies().index:
        for shown in re.findall(
            r"^prints `.* RE = (\S+) tCO2, PE = (\S+) tCO2, ER = (\S+) tCO2", PAGES[f"{number}.md"], re.M
        ):
            RE, PE, ER = (float(one.replace(",", "")) for one in shown)
            assert ER > 0, number
            assert PE == 0 or PE > 0.05 * RE, number


def test_the_example_is_the_published_case_where_there_is_one():
    """The document of ID_AM003 prints RE 136 and ER 25; of ID_AM002 too little was read to calculate."""
    assert "JCM project design document, frozen food processing plant" in PAGES["ID_AM003.md"].partition("```")[0]
    assert "RE = 135.697 tCO2, PE = 109.89 tCO2" in PAGES["ID_AM003.md"]
    assert "The numbers are made up" in PAGES["ID_AM002.md"].partition("```")[0]


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_a_note_on_evidence_is_there_once_and_says_how_far_it_was_read(number):
    for page in re.split(r"^# ", PAGES[f"{number}.md"], flags=re.MULTILINE)[1:]:
        rows, _, rest = page.partition("\n## Notes on evidence\n\n")
        notes = [line.partition(". ")[2] for line in rest.partition("\n## Sources")[0].splitlines() if line]
        assert len(notes) == len(set(notes))
        assert set(map(int, re.findall(r"note (\d+)(?= \||<br>)", rows))) == set(range(1, len(notes) + 1))
        assert not re.search(r"\(\d+(-\d+)? %\)", "".join(notes))
        unread = [note for note in notes if note.startswith("Not verified against the methodology. Basis: ")]
        assert bool(unread) == ("| unconfirmed |" in rows)


def test_pages_follow_the_order_of_the_document():
    """A to I; every methodology says what the measure is and what emits."""
    for number in jcm_calc.methodologies().index:
        titles = re.findall(r"^## (.+)$", PAGES[f"{number}.md"], re.MULTILINE)
        letters = [title[0] for title in titles if re.match(r"[A-I]\.", title)]
        letters = letters[: len(letters) // len(versions(number))]
        assert letters == sorted(letters), number
        assert {"A", "C", "D", "E", "F", "G", "H", "I"} <= set(letters), (number, letters)
