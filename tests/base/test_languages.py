"""English and Japanese: the catalogue, the command, the report and the workbook; data is the same in both."""

import json
import os
import pickle
import re
import subprocess
import sys
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from threading import Barrier

import catalogue
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from reports.test_display import parsed, text_of
from workbooks import drawn_result, every_case, formulas, label

import jcm_calc
from jcm_calc import Methodology, calculate, in_language, read_workbook, verify
from jcm_calc.api.case_file import read_case
from jcm_calc.base.languages import Message, TranslatedError, _, language, ngettext, preferred, spellings, translated
from jcm_calc.cli import jcm
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.sheet_sets import sheet_sets
from jcm_calc.rulebooks import every

CASES = Path(str(files("jcm_methodologies") / "cases"))
FREEZER, BORNUUR = CASES / "id_am003_frozen_food.toml", CASES / "mn_am002_bornuur.toml"
METERED = Path(__file__).parents[2] / "docs" / "examples" / "metered_year" / "case.toml"
ROOFS = Path(__file__).parents[2] / "docs" / "examples" / "pw_am001_two_years" / "case.toml"
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
# The ministries' words for the terms of the scheme.
TERMS = ("リファレンス排出量", "プロジェクト排出量", "排出削減量", "デフォルト値", "適格性要件")
SYMBOLS = {"", "RE", "PE", "ER", "p", "t"}
SAME = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")


# The catalogue


ROOTS = pytest.mark.parametrize("root", [catalogue.ROOT, catalogue.METHODOLOGIES], ids=lambda root: root.name)


def known(root=catalogue.ROOT):
    return {message.id: message for message in catalogue.catalogue("ja", root) if message.id}


@ROOTS
def test_every_text_is_translated_and_nothing_else(root):
    """A new or changed text needs `make messages` and a translation in the .po file."""
    texts, held = {message.id for message in catalogue.template(root) if message.id}, known(root)
    assert sorted(map(str, texts - held.keys())) == [], "new texts: run `make messages`, then translate them"
    assert sorted(map(str, held.keys() - texts)) == [], "texts that are gone: run `make messages`"
    empty = [text for text, message in held.items() if not all(catalogue.strings(message))]
    assert empty == [], "not translated"
    assert [text for text, message in held.items() if message.fuzzy] == []
    assert not catalogue.catalogue("ja", root).obsolete


def test_what_methodologies_state_is_shown_in_japanese():
    """Criteria and what they rest on, which a verifier judges; `test_every_text_is_translated` has the other texts."""
    with in_language("ja"):
        for m in every():
            notes = [one.evidence.note for one in (*m.conditions, *m.rules) if one.evidence.note]
            texts = [one.text for one in (*m.conditions, *m.inputs.values(), *m.rules)]
            assert [text for text in (*texts, *notes) if not JAPANESE.search(translated(text))] == [], m


def test_a_translation_of_a_methodology_keeps_its_figures_and_symbols():
    """Numbers, numbers of methodologies and projects, and symbols are the same in both languages."""
    figures = re.compile(
        r"\d+(?:[.,]\d+)*|\b[A-Z]{2}_[AP]M\d{3}\b|(?:COP|EF|R|η|RE|EG)_\w+(?:,\w+)*|CO2|≤|÷|×|−", re.ASCII
    )
    for text, message in known(catalogue.METHODOLOGIES).items():
        assert set(figures.findall(text)) <= set(figures.findall(message.string)), text
        assert JAPANESE.search(message.string), text
        assert " 。" not in message.string, text


@ROOTS
def test_a_translation_has_the_values_of_the_text(root):
    """With their names and the way they are written, so that no message fails when it is made."""
    for text, message in known(root).items():
        for one in text if isinstance(text, tuple) else (text,):
            for translation in catalogue.strings(message):
                assert catalogue.values(one) == catalogue.values(translation), one


@ROOTS
def test_the_compiled_catalogue_is_that_of_the_texts(root):
    texts = {text: message.string for text, message in known(root).items()}
    assert catalogue.compiled("ja", root) == texts, "run `make messages`"


def test_a_translation_begins_and_ends_as_the_text_does():
    """Spaces and line ends at the ends of a text put it beside another one."""
    for text, message in known().items():
        if isinstance(text, str) and text.strip(" ,;:.") and text[0] == " ":
            assert message.string[0] in " 。、(", text


def test_every_methodology_has_a_title_in_japanese():
    assert [m.number for m in every() if not JAPANESE.search(m.title.unofficial.get("ja", ""))] == []


# Messages


def test_a_message_is_english_until_it_is_shown():
    message = _("missing: {text}, {expected}").format(text="x", expected=_("yes or no"))
    assert message == "missing: x, yes or no" == json.loads(json.dumps(message)) == str(message)
    assert translated(message) == message
    with in_language("ja"):
        assert translated(message) == "未入力: x、yes 又は no"
        assert message == "missing: x, yes or no"
        assert translated("missing: x, yes or no") == "missing: x, yes or no"  # somebody else's words


def test_messages_stay_messages_on_their_way():
    text = "a: " + _("is empty") + "!"
    listed = _(", ").join([text, "b", _("is empty")])
    with in_language("ja"):
        assert translated(listed) == "a: 空である!、b、空である"
        assert translated(pickle.loads(pickle.dumps(listed))) == translated(listed)
        assert translated(str(ValueError(listed))) == translated(listed)
    assert pickle.loads(pickle.dumps(listed)) == "a: is empty!, b, is empty"


def test_braces_in_values_are_no_places():
    message = _("{path} is written").format(path="{x}")
    with in_language("ja"):
        assert translated(message + "{y}") == "{x} を書き出した{y}"
        assert translated(Message("{z}")) == "{z}"


def test_numbers_decide_on_the_form():
    forms = [ngettext("{count} error", "{count} errors", count).format(count=count) for count in (0, 1, 2)]
    assert forms == ["0 errors", "1 error", "2 errors"]
    with in_language("ja"):
        assert [translated(form) for form in forms] == ["誤り 0 件", "誤り 1 件", "誤り 2 件"]


def test_a_title_is_shown_as_a_translation():
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Example",
        titles={"ja": "例"},
        country="XX",
        sectoral_scope=3,
        indices={"p": "period"},
    )
    assert (m.title, translated(m.title)) == ("Example", "Example")
    with in_language("ja"):
        assert translated(m.title) == "例 (仮訳。正式名称は英語)"
        assert "仮訳" in text_of(parsed(m._repr_html_()))


# The choice of a language


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "fr_FR"}, "en"),
        ({"LANG": "ja_JP", "LC_ALL": "en_GB"}, "en"),
        ({"LC_ALL": "en_GB", "LANGUAGE": "fr:ja"}, "ja"),
        ({"LANGUAGE": "en", "JCM_LANG": "ja"}, "ja"),
        ({"JCM_LANG": "", "LANG": "ja"}, "ja"),
    ],
)
def test_environment(environment, found):
    assert preferred(environment.get) == found


def test_a_language_that_is_not_there():
    with pytest.raises(ValueError, match="language: got 'fr'; must be en or ja"), in_language("fr"):
        pass
    assert language() == "en"


def test_each_thread_has_its_language():
    together = Barrier(2)

    def said(code):
        with in_language(code):
            together.wait(timeout=20)
            found = translated(_("Inputs"))
            together.wait(timeout=20)
        return found, translated(_("Inputs"))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(said, ["ja", "en"])) == [("入力", "Inputs"), ("Inputs", "Inputs")]


def test_an_error_speaks_the_language_in_which_it_is_read():
    with pytest.raises(jcm_calc.InputError) as caught:
        calculate("ID_AM003", EC_PJ="135 kg", COP_PJ=-1)
    assert "problems with the input of ID_AM003" in str(caught.value)
    assert "missing: " in str(caught.value)
    with in_language("ja"):
        text = str(caught.value)
    for part in ("の入力に 4 件の問題", "'kg' は 'MWh' に換算できない", "0より大きい数値", "未入力: "):
        assert part in text
    assert "got" not in text


def _said_twice(call):
    with pytest.raises(TranslatedError) as caught:
        call()
    with in_language("ja"):
        return str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: calculate("PW_AM001", EG=1, p="2024").credits(), "未確認"),
        (lambda: jcm_calc.methodology("ID_AM099"), "収録されていません"),
        (lambda: jcm_calc.methodology("ID_AM003", version="9.9"), "バージョン"),
    ],
)
def test_every_error_that_is_no_input_error_speaks_it_too(call, words):
    assert words in _said_twice(call)


# The command


def run(*arguments, env=None, code=0):
    result = CliRunner().invoke(jcm, [str(one) for one in arguments], env=env)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """A workbook with a slip that a check finds."""
    path = tmp_path_factory.mktemp("workbook") / "report.xlsx"
    read_case(ROOFS).calculate().to_excel(path)
    book = load_workbook(path)
    sheet = book["MRS(input)"]
    row = next(cell.row for cell in sheet["F"] if cell.value == "CO2 emission reductions")
    sheet.cell(row + 1, 6).value = 1_000
    book.save(path)
    return path


COMMANDS = {
    "list": (["list"], 0),
    "show": (["show", "ID_AM002"], 0),
    "calc": (["calc", FREEZER], 0),
    "trace": (["calc", BORNUUR, "--trace"], 0),
    "certify": (["calc", FREEZER, "--require-confirmed"], 3),
    "explain": (["explain", ROOFS, "ER"], 0),
    "verify": (["verify", "WORKBOOK"], 1),
    "monitor": (["monitor", METERED], 0),
    "portfolio": (["portfolio", CASES], 2),
    "issue": (["request-issuance", ROOFS], 2),
    "check": (["check", "PW_AM001", "--examples", "2"], 0),
    "diff": (["diff", "ID_AM006", "2.0", "2.1"], 0),
    "no readings": (["monitor", FREEZER], 2),
    "no evidence": (["evidence", "check", FREEZER], 2),
    "missing": (["calc", "no.toml"], 2),
    "unknown": (["show", "ID_AM999"], 2),
}
COMMAND = pytest.mark.parametrize("name", COMMANDS)


def both(name, workbook, *more):
    arguments, code = COMMANDS[name]
    arguments = [workbook if one == "WORKBOOK" else one for one in arguments]
    return [run("--lang", one, *arguments, *more, code=code) for one in ("en", "ja")]


@COMMAND
def test_no_label_of_a_command_stays_english(name, workbook):
    english, japanese = both(name, workbook)
    assert not JAPANESE.search(english.output)
    assert JAPANESE.search(japanese.output)
    # whole cells, lines and what stands before a colon
    cells = {
        part.strip()
        for line in japanese.output.splitlines()
        for cell in re.split(r"\s{2,}", line)
        for part in (cell, cell.partition(": ")[0])
    }
    labels = {text for text, message in known().items() if isinstance(text, str) and message.string != text}
    assert cells & labels == set()


def test_the_command_uses_the_words_of_the_ministries():
    said = run("--lang", "ja", "show", "ID_AM003").output + run("--lang", "ja", "explain", FREEZER).output
    assert [term for term in TERMS if term not in said] == []


@COMMAND
def test_json_is_the_same_in_every_language(name, workbook):
    english, japanese = both(name, workbook, "--json")
    assert english.stdout == japanese.stdout


def test_a_manifest_is_the_same_in_every_language(tmp_path):
    for code in ("en", "ja"):
        run("--lang", code, "calc", BORNUUR, "-o", tmp_path / f"{code}.json")
        with in_language(code):
            assert not JAPANESE.search(json.dumps(read_case(BORNUUR).calculate().manifest(), ensure_ascii=False))
    assert (tmp_path / "en.json").read_bytes() == (tmp_path / "ja.json").read_bytes()
    assert "agree exactly" in run("replay", tmp_path / "ja.json").output
    assert "完全に一致する" in run("--lang", "ja", "replay", tmp_path / "ja.json").output


def test_the_environment_chooses_and_the_option_decides():
    assert "番号" in run("list", env={"JCM_LANG": "ja"}).stdout
    assert "番号" in run("list", env={"JCM_LANG": "", "LANGUAGE": "", "LC_ALL": "ja_JP.UTF-8"}).stdout
    assert "number" in run("--lang", "en", "list", env={"JCM_LANG": "ja"}).stdout
    assert "'fr' is not one of 'en', 'ja'" in run("--lang", "fr", "list", code=2).stderr
    assert language() == "en"


def every_command(command=jcm, path=()):
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from every_command(below, (*path, name))


@pytest.mark.parametrize("path", list(every_command()), ids=" ".join)
def test_help_is_translated(path):
    command = jcm
    for name in path:
        command = command.commands[name]
    said = "".join(run("--lang", "ja", *path, "--help").output.split())
    assert said.startswith("使い方:jcm")
    for text in catalogue.helps(command):
        assert "".join(known()[text].string.split()) in said
    assert language() == "en"


def test_lists_of_commands_are_whole_and_in_japanese():
    pages = [run("--lang", "ja", *path, "--help").output for path in ((), ("evidence",))]
    for page in pages:
        assert not re.search(r"(?m)^ *[、。）」]", page)
        commands = page.partition("コマンド:")[2]
        assert "..." not in commands
        assert all(JAPANESE.search(one) for one in re.split(r"(?m)^  (?=[a-z])", commands)[1:])
    assert "承認済み文書の記載を項目ごとに確認する" in pages[0]


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "utf-8"])
@pytest.mark.parametrize(
    "arguments", [["show", "ID_AM002"], ["calc", BORNUUR, "--trace"], ["calc", "no.toml"]], ids=str
)
def test_a_console_that_knows_few_signs(encoding, arguments):
    """Signs that a console of Japanese Windows does not know, such as the power ³, become question marks."""
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", "--lang", "ja", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == (2 if arguments[-1] == "no.toml" else 0)
    said = (done.stdout + done.stderr).decode(encoding)
    assert "Traceback" not in said
    assert JAPANESE.search(said) or encoding == "ascii"


# The report


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    result = read_case(BORNUUR).calculate()
    found = {}
    for code in ("en", "ja"):
        result.to_html(folder / f"{code}.html", language=code)
        found[code] = parsed((folder / f"{code}.html").read_text(encoding="utf-8"))
    return found


def texts(page, *tags):
    return [" ".join(text_of(element).split()) for tag in tags for element in page.iter(tag)]


def test_no_label_of_the_report_stays_english(pages):
    """Headings, captions, heads of tables and links: but for symbols, each is in Japanese."""
    page = pages["ja"]
    assert page.get("lang") == "ja"
    heads = [" ".join(text_of(head).split()) for part in page.iter("thead") for head in part.iter("th")]
    links = [" ".join(text_of(link).split()) for nav in page.iter("nav") for link in nav.iter("a")]
    badges = [text_of(span) for span in page.iter("span") if "badge" in (span.get("class") or "")]
    labels = [*texts(page, "h2", "h3", "caption", "summary"), *heads, *links, *badges]
    assert len(labels) > 60
    assert [text for text in labels if text not in SYMBOLS and not JAPANESE.search(text)] == []
    assert [term for term in TERMS if term not in text_of(page)] == []


def test_the_report_has_the_same_numbers_and_sources_in_every_language(pages):
    """Sentences of the methodology have them in another order, and one of theirs may write a number that is a word."""
    english, japanese = (
        Counter(re.findall(r"\d+(?:[.,]\d+)*", " ".join(texts(pages[code], "td", "strong")))) for code in ("en", "ja")
    )
    assert not english - japanese
    assert english.total() > 50
    assert texts(pages["en"], "pre") == texts(pages["ja"], "pre")
    assert texts(pages["en"], "math") == texts(pages["ja"], "math")


def test_the_language_of_a_page_is_that_of_the_context(tmp_path):
    result = calculate("PW_AM001", EG=500, p="2024")
    with in_language("ja"):
        assert "暦年別" in text_of(parsed(result._repr_html_()))
        result.to_html(tmp_path / "en.html", language="en")
    assert not JAPANESE.search(text_of(parsed((tmp_path / "en.html").read_text(encoding="utf-8"))))


def test_plots_without_a_font_for_japanese_are_in_english(monkeypatch):
    drawing = pytest.importorskip("jcm_calc.plots.drawing")
    result = calculate("PW_AM001", EG=500, p="2024")
    monkeypatch.setattr(drawing, "EAST_ASIAN", set())
    with in_language("ja"):
        assert jcm_calc.plots.waterfall(result).get_title(loc="left") == "From reference emissions to whole tonnes"


def test_the_papers_of_a_verification(workbook, tmp_path):
    found = verify(workbook)
    found.to_html(tmp_path / "ja.html", language="ja")
    found.to_excel(tmp_path / "ja.xlsx", language="ja")
    page = parsed((tmp_path / "ja.html").read_text(encoding="utf-8"))
    labels = texts(page, "h2", "h3", "dt")
    assert len(labels) > 15
    assert [text for text in labels if not JAPANESE.search(text)] == []
    book = load_workbook(tmp_path / "ja.xlsx")
    assert book.sheetnames == ["概要", "指摘", "回答", "値の根拠", "検査"]
    headings = [cell.value for sheet in book.worksheets[1:] for cell in sheet[1]]
    assert [text for text in headings if not JAPANESE.search(text)] == []


# The workbook


def cases():
    """One case of each methodology."""
    return {m.number: (m, case) for m, case in every_case()}.values()


@SAME
@pytest.mark.parametrize(("m", "case"), [pytest.param(m, case, id=label(m, case)) for m, case in cases()])
def test_a_workbook_in_japanese_is_the_same_workbook(m, case, tmp_path):
    """Formulas and values are those of the English one; it is read and verified in the same way."""
    result, plan = drawn_result(m, case, seed=1), drawn_result(m, case, seed=2)
    paths = {code: tmp_path / code / "report.xlsx" for code in ("en", "ja")}
    for code, path in paths.items():
        path.parent.mkdir()
        result.to_excel(path, plan=plan, language=code, project={"number": "XX001", "personnel": {"a b": "c d"}})
    assert formulas(paths["en"]) == formulas(paths["ja"])
    english, japanese = (read_workbook(path) for path in paths.values())
    assert japanese.remarks == ()
    assert japanese.report.project == english.report.project == {"number": "XX001", "personnel": {"a b": "c d"}}
    for one, other in ((japanese.report, english.report), (japanese.plan, english.plan)):
        assert one.calculate().manifest() == other.calculate().manifest()
    found = [verify(path).as_data() for path in paths.values()]
    hashes = [[one.pop("sha256") for one in data["identity"]["files"]] for data in found]
    assert hashes[0] != hashes[1]
    assert found[0] == found[1]


@SAME
@pytest.mark.parametrize("number", [m.number for m in every()])
def test_no_label_of_an_empty_workbook_stays_english(number, tmp_path):
    m = jcm_calc.methodology(number)
    m.template(tmp_path / "ja.xlsx", language="ja")
    labels = {text for text, message in known().items() if isinstance(text, str) and message.string != text}
    # what the rule book says, and what people write, are in its own words
    own = {text for item in (*m.inputs.values(), *m.facts.values(), *m.rules) for text in (item.text, item.unit)}
    own |= {one for choice in m.choices.values() for one in (*choice.options, choice.text)} | {"date"}
    book = load_workbook(tmp_path / "ja.xlsx")
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None}
    assert cells & labels - own == set()
    with zipfile.ZipFile(tmp_path / "ja.xlsx") as archive:
        messages = re.findall(r'error="([^"]*)"', archive.read("xl/worksheets/sheet1.xml").decode())
    assert [text for text in messages if not JAPANESE.search(text)] == []


def test_the_record_of_readings_travels_in_either_language(tmp_path):
    pytest.importorskip("duckdb")
    found = {}
    for code in ("en", "ja"):
        (tmp_path / code).mkdir()
        given = read_case(METERED)
        given.calculate(given.monitor()).to_excel(tmp_path / code / "report.xlsx", sources=given.sources, language=code)
        found[code] = read_workbook(tmp_path / code / "report.xlsx")
    assert found["ja"].remarks == found["en"].remarks == ()
    assert found["ja"].calculate().manifest() == found["en"].calculate().manifest()


def test_sheets_are_known_by_their_titles_in_either_language(tmp_path):
    for code in ("en", "ja"):
        path = tmp_path / f"{code}.xlsx"
        calculate("PW_AM001", EG=500, p="2024").to_excel(path, language=code)
        book = load_workbook(path)
        for number, sheet in enumerate(list(book)):
            sheet.title = f"Sheet {number}"
        book.save(path)
        assert sheet_sets(Book(path)).keys() == {("MPS", ""), ("MRS", "")}
        assert all(len(roles) == 3 for roles in sheet_sets(Book(path)).values())


def test_a_heading_means_one_thing():
    """Two headings that are told apart in English are told apart in Japanese."""
    from jcm_calc.reports.workbook.tables import HEADINGS, WRITTEN

    meant = {}
    for text in WRITTEN:
        for spelling in spellings(text)[1:]:
            meant.setdefault(spelling, set()).add(HEADINGS.get(text, text))
    assert [spelling for spelling, found in meant.items() if len(found) > 1] == []
