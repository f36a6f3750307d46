"""House words stay out of documents, docstrings and messages: docs/style.md lists them."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STYLE = ROOT / "docs" / "style.md"
# The pages of methodologies and the checks print what the code declares.
GENERATED = {STYLE, ROOT / "docs" / "checks.md", *(ROOT / "docs" / "methodologies").glob("*.md")}
DOCUMENTS = [
    path
    for path in [*ROOT.glob("*.md"), ROOT / "methodologies" / "README.md", *(ROOT / "docs").rglob("*.md")]
    if path not in GENERATED
]
SOURCES = sorted([*(ROOT / "src" / "jcm_calc").rglob("*.py"), *(ROOT / "methodologies").rglob("*.py")])


def forms():
    """The words of the first column of the table in the style guide."""
    table = STYLE.read_text("utf-8").partition("## Words")[2]
    return [
        form
        for line in table.splitlines()
        if line.startswith("| `")
        for form in re.findall("`(.+?)`", line.split("|")[1])
    ]


def pattern(words):
    """A regular expression for any of the words, in any capitals and over the end of a line."""
    alternatives = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    return re.compile(rf"(?<!there )(?<!There )(?<![\w-])(?:{alternatives})(?![\w-]| longer)", re.IGNORECASE)


HOUSE = pattern(forms())


def prose(text):
    """Markdown without code, console output, tables of contents and addresses."""
    text = re.sub(r"^(```+|~~~+).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`]*`", "", text)
    return re.sub(r"\]\([^)]*\)", "]", text)


def texts(source):
    """Docstrings without their examples, and what is marked for translation."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            docstring = ast.get_docstring(node) or ""
            yield re.sub(r"^ *>>> .*?(?:\n\s*\n|\Z)", "", docstring, flags=re.MULTILINE | re.DOTALL)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "n_", "ngettext"):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def found(path):
    """The house words in a file."""
    text = path.read_text("utf-8")
    pieces = map(prose, texts(text)) if path.suffix == ".py" else [prose(text)]
    return [word for piece in pieces for word in HOUSE.findall(piece)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_has_no_house_words(path):
    assert not found(path), "docs/style.md says what to write"


def test_sources_have_no_house_words():
    counts = {path.relative_to(ROOT).as_posix(): found(path) for path in SOURCES}
    assert not {name: words for name, words in counts.items() if words}


def test_what_users_see_has_no_house_words():
    """Help of commands, texts of checks and rules of the scheme, too, which no call marks."""
    catalogue = ROOT / "src" / "jcm_calc" / "locale" / "ja" / "LC_MESSAGES" / "jcm_calc.po"
    written = re.findall(r'^msgid(?:_plural)? ((?:".*"\n)+)', catalogue.read_text("utf-8"), re.MULTILINE)
    said = [ast.literal_eval(f"({text})") for text in written]
    assert len(said) > 3000
    assert not {text for text in said if HOUSE.search(prose(text))}


@pytest.mark.parametrize("form", forms())
def test_each_form_is_found(form):
    assert HOUSE.findall(f"This {form} x, and ({form.capitalize()})") == [form, form.capitalize()]


def test_ordinary_english_is_left_alone():
    ordinary = "There is no file. A cut-off; the power was cut. He became. `claim nothing` [the page](a/claim.md). "
    assert not HOUSE.findall(prose(ordinary + "Reclaimed, understands.\n```\ncame\n```\n"))
    assert HOUSE.findall(prose("it is\nno manifest")) == ["is\nno"]


def test_docstrings_and_messages_are_read_and_examples_are_not():
    source = 'def f():\n    """Whoever.\n\n    >>> f()\n    came\n    """\n    return _("is no file") + "came"\n'
    assert [word for text in texts(source) for word in HOUSE.findall(text)] == ["Whoever", "is no"]
