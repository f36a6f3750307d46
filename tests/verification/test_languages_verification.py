"""A verification in Japanese: its papers, the command, and the catalogue of checks.

The sentences of findings are looked at wherever findings are tested, see `saying`.
"""

import json

import pytest
from click.testing import CliRunner
from faults import edit
from openpyxl import load_workbook
from reports.test_display import parsed, text_of
from saying import JAPANESE, left_in_english, untranslated
from verification.test_planted_faults import FAULTS
from verification.test_verification import MRS, write

import jcm_calc
from jcm_calc import in_language
from jcm_calc.base.languages import Message, translated
from jcm_calc.cli import jcm
from jcm_calc.verification.catalogue import checks, not_checked
from jcm_calc.verification.findings import Finding

# A wrong ratio, a number in a formula, a claim that is rounded up: nothing that other modules would tell of.
WRONG = {**FAULTS[9].changes, **FAULTS[6].changes, (MRS, "F21"): 26.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("files")
    write(path / "clean.xlsx")
    edit(path / "clean.xlsx", path / "wrong.xlsx", WRONG)
    return path


def run(*arguments):
    return CliRunner().invoke(jcm, [str(argument) for argument in arguments])


def lines_in_english(text):
    m = jcm_calc.methodology("ID_AM003")
    return [line for line in text.splitlines() if left_in_english(line, m)]


def test_what_is_left_in_english_is_noticed():
    """The measure itself: a sentence that nobody marked, and one that is half translated."""
    m = jcm_calc.methodology("ID_AM003")
    assert left_in_english("COP_PJ,i is 163 in the report", m) == ["is", "in", "the"]
    assert left_in_english("ER_p は 25 t in place of 26 t", m) == ["in", "of"]
    assert not left_in_english("デフォルト値 COP_RE,i の根拠は " + m.inputs["COP_RE"].text, m)
    assert untranslated([Finding("A1", Message("COP_PJ,i is wrong"))], m) == 2 * ["A1: COP_PJ,i is wrong"]


@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.code)
def test_the_name_and_the_rule_of_a_check(check):
    with in_language("ja"):
        for text in (check.title, check.rule, check.group):
            assert JAPANESE.search(translated(text))
            assert not left_in_english(translated(text), jcm_calc.methodology("ID_AM003"))


def test_what_is_not_checked_has_its_reason_in_japanese():
    with in_language("ja"):
        said = [translated(text) for texts in not_checked().values() for text in texts]
    assert [text for text in said if not JAPANESE.search(text)] == []


def test_the_command_is_wholly_japanese(folder):
    found = run("--lang", "ja", "verify", folder / "wrong.xlsx")
    assert found.exit_code == 1
    assert lines_in_english(found.output) == []
    texts = (
        "A2 誤り: PE_i,p の数式に、EF_elec",
        "C1 誤り: RE_i,p: COP_PJ,i",
        "正しい値: 13",
        "算定根拠: RE_i,p = EC_PJ",
    )
    for part in texts:
        assert part in found.output


def test_a_folder_and_a_wrong_code(folder):
    table = run("--lang", "ja", "verify", folder).output
    assert "誤りは検出されず" in table
    assert "重要な誤りあり" in table
    assert lines_in_english(table) == []
    assert "検査のコードではなく" in run("--lang", "ja", "verify", folder / "clean.xlsx", "--select", "Z9").output


def test_the_page_is_wholly_japanese(folder):
    jcm_calc.verify(folder / "wrong.xlsx").to_html(folder / "ja.html", language="ja")
    page = parsed((folder / "ja.html").read_text(encoding="utf-8"))
    (main,) = page.iter("main")
    assert lines_in_english(text_of(main)) == []
    assert "検証結果: 重要な誤りあり" in " ".join(text_of(main).split())
    rules = ["".join(row.itertext()) for row in main.iter("tr") if len(list(row)) == 4]
    assert len(rules) > len(checks())
    assert [rule for rule in rules if not JAPANESE.search(rule)] == []


def test_the_workbook_of_findings_is_wholly_japanese(folder):
    jcm_calc.verify(folder / "wrong.xlsx").to_excel(folder / "ja.xlsx", language="ja")
    book = load_workbook(folder / "ja.xlsx")
    assert book.properties.title == "wrong.xlsx の検証"
    cells = [str(cell.value) for row in book["指摘"].iter_rows() for cell in row if cell.value is not None]
    assert [line for text in cells for line in lines_in_english(text)] == []


def test_data_stays_english(folder):
    english = run("verify", folder / "wrong.xlsx", "--json").stdout
    assert english == run("--lang", "ja", "verify", folder / "wrong.xlsx", "--json").stdout
    with in_language("ja"):
        table = jcm_calc.verify(folder / "wrong.xlsx").table().to_csv()
    assert not JAPANESE.search(table + json.dumps(json.loads(english), ensure_ascii=False))
