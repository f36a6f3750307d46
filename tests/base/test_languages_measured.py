"""Findings of meters, readings, periods and the plan, and the sheets of readings and evidence, in Japanese."""

import ast
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from base.test_languages import JAPANESE
from openpyxl import load_workbook
from verification.test_verification import FAULTS

import jcm_calc
from jcm_calc.base.languages import Message, in_language, spellings, translated
from jcm_calc.reports.workbook import evidence_sheet, record_sheet

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

ROOT = Path(jcm_calc.__file__).parent
# These have keys of JSON and headings of sheets, which stay English.
KEYED = {"catalogue", "conclusion", "paper_workbook", "recalculating", "reported", "totals"}
MODULES = sorted(path.stem for path in (ROOT / "verification").glob("*.py") if path.stem not in KEYED)
SOURCES = [
    *(f"verification/{name}.py" for name in MODULES),
    "reports/workbook/record_sheet.py",
    "reports/workbook/evidence_sheet.py",
]
# Checks whose findings come from these modules alone; what the others say is made elsewhere.
CODES = [
    *("A5", "A6", "A7", "A9", "A10", "A11", "C14", "C15", "D2", "D6"),
    *("E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E10", "E11", "E12", "F2", "F4", "F5", "F8", "F9"),
    *("G1", "G2", "G3", "G5", "G6", "G7", "G8", "I1", "I2", "I3", "I4", "I9", "I10", "I11", "I12"),
    *("J1", "J2", "J3", "J4", "J5", "J6"),
]
# English that stays: sheets, tables of a case file, names.
NAMES = re.compile(r"\[\[?[a-z.]+\]\]?|\b(IPCC|start|end)\b")


def words(text):
    """Return three words of English in a row, if a text has them."""
    return re.search(r"\b[a-z]+ [a-z]+ [a-z]+\b", text)


# The code


def unmarked(tree):
    """Yield the texts for people of a module that are not marked: f-strings with words in them, and sentences."""
    marked = {"_", "ngettext", "check", "measured", "compile", "asked"}
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in marked:
            inside |= {id(one) for argument in node.args for one in ast.walk(argument)}
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            inside.add(id(node.body[0].value))
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            texts = [one.value for one in node.values if isinstance(one, ast.Constant)]
            inside |= {id(one) for one in ast.walk(node)}
            if any(re.search("[a-z]{4}", text) for text in texts):
                yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and words(node.value):
            yield node.value


# Kinds of findings, treatments and keys; what is looked for in complaints, which are English until they are shown.
KEYS = {
    *("out of service", "count as zero", "maximum permissible error", "there are no readings of it"),
    *("two or more rows|has two rows", "|is given twice", "f'document {len(documents) + 1}'"),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_of_a_module_is_marked(source):
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    assert [text for text in unmarked(tree) if text not in KEYS] == []


def test_a_sentence_that_is_not_marked_is_seen():
    code = (
        'def f(x):\n    """Say it."""\n    a = _("it is so here")\n    b = f"{x} is blank"\n    return "it is not so"'
    )
    assert list(unmarked(ast.parse(code))) == ["f'{x} is blank'", "it is not so"]


# The findings


def in_place(text):
    """Yield what was put into the places of a text, and is no text of the library."""
    if isinstance(text, Message) and text.template is not None:
        for value in (*text.args, *text.fields.values()):
            if isinstance(value, str):
                yield from in_place(value)
    elif shown(text) == text:
        yield str.__str__(text)


def own_words(path, given, verification):
    """Return what stands in a workbook, its case file, its methodology and the rules for readings."""
    found = [cell.value for sheet in load_workbook(path) for row in sheet for cell in row]
    for assessment in verification.recalculation.assessments if verification.recalculation else ():
        found += [assessment.criterion.text, assessment.criterion.evidence.note]
    if "case" in given:
        found.append(given["case"].read_text(encoding="utf-8"))
    found += [one.read_text("utf-8") for one in (files("jcm_calc") / "readings" / "rules").iterdir()]
    return "\n".join(text for text in found if isinstance(text, str))


@pytest.mark.parametrize("code", CODES)
def test_what_is_said_of_a_planted_fault_is_japanese(code, tmp_path):
    wrong, given, *_control = FAULTS[code](tmp_path)
    verification = jcm_calc.verify(wrong, **given)
    found = [one for one in verification.findings if one.code == code]
    assert found
    own = own_words(wrong, given, verification)
    for one in found:
        assert JAPANESE.search(shown(one.message)), one.message
        for text in (one.message, one.place, one.subject, one.because, one.cause, one.unconfirmed):
            inserted = sorted(in_place(text), key=len, reverse=True)
            assert [part for part in inserted if words(part) and part not in own] == []
            said = shown(text)
            assert JAPANESE.search(said) or not words(text), text
            for part in inserted:
                said = said.replace(part, "")
            assert not re.search("[a-z]{3}", NAMES.sub("", said)), said


def shown(text):
    with in_language("ja"):
        return translated(text)


def test_findings_as_data_are_the_same_in_every_language(tmp_path):
    """Also where they are made while Japanese is spoken."""
    wrong, given, *_control = FAULTS["E1"](tmp_path)
    english = json.dumps(jcm_calc.verify(wrong, **given).as_data(), ensure_ascii=False, default=str)
    with in_language("ja"):
        japanese = json.dumps(jcm_calc.verify(wrong, **given).as_data(), ensure_ascii=False, default=str)
    assert english == japanese
    assert not JAPANESE.search(english)


# The sheets of readings and of evidence


def headings():
    """Return the headings of each table that is found by its headings."""
    tables = {key: list(columns.values()) for key, (_title, columns) in record_sheet.TABLES.items()}
    return tables | {"head": record_sheet.HEAD, "evidence": [text for text, _width in evidence_sheet.COLUMNS.values()]}


@pytest.mark.parametrize("table", headings())
def test_headings_of_a_table_are_told_apart_in_every_language(table):
    written = headings()[table]
    for spelled in zip(*map(spellings, written), strict=True):
        assert len(set(map(str.casefold, spelled))) == len(written)


def test_tables_are_told_apart_by_their_headings_in_every_language():
    spelled = [
        (key, one)
        for key, (_title, columns) in record_sheet.TABLES.items()
        for one in zip(*map(spellings, columns.values()), strict=True)
    ]
    for key, one in spelled:
        assert not [other for other, longer in spelled if other != key and longer[: len(one)] == one]
