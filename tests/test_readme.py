"""The commands in the documents print what the documents show."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from click import Group

from jcm_calc.cli import jcm
from jcm_calc.rulebooks import modules

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "methodologies/README.md"]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
BLOCKS = [(document.name, block) for document in DOCUMENTS for block in CONSOLE.findall(document.read_text("utf-8"))]


@pytest.mark.parametrize(("document", "block"), BLOCKS, ids=[block.splitlines()[0] for _, block in BLOCKS])
def test_a_command_prints_what_is_shown(document, block):
    command, *shown = block.splitlines()
    program, *arguments = shlex.split(command.removeprefix("$ "))
    path = Path(sys.executable).with_name(program)
    done = subprocess.run([path, *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert shown, f"{document} shows no output of {command}"
    assert [line.rstrip() for line in (done.stdout + done.stderr).splitlines()] == shown


PYTHON = [
    (document.name, block)
    for document in [*sorted((ROOT / "docs" / "how_to").glob("*.md"))]
    for block in re.findall(r"```python\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
]


@pytest.mark.parametrize("document", sorted({document for document, _ in PYTHON}))
def test_the_python_of_a_how_to_runs(document, tmp_path, monkeypatch):
    """The blocks of one page run one after the other, as a reader would type them."""
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    scope = {}
    for name, block in PYTHON:
        if name == document:
            exec(block, scope)
    assert "jcm_calc" in scope


SHOWN = r"`(jcm [a-z][^`]*)`|^(?:\$ )?(jcm (?:--lang ja )?[a-z].*)$"
COMMANDS = sorted({a or b for document in DOCUMENTS for a, b in re.findall(SHOWN, document.read_text("utf-8"), re.M)})


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_in_a_document_has_the_options_that_are_shown(line):
    command, words = jcm, line.partition("  ")[0].replace("[", " ").replace("]", " ").split()[1:]
    while isinstance(command, Group):
        words = [word for word in words if word not in ("--lang", "ja")]
        if words[0] not in command.commands:
            assert command is not jcm
            return  # "evidence" alone
        command = command.commands[words.pop(0)]
        if not words:
            return
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {
        "--help",
        "-h",
        "--json",
    }
    assert {word.strip(",;.:)") for word in words if re.match(r"-{1,2}[a-z]", word)} <= known


def test_every_link_to_a_file_leads_somewhere():
    for document in DOCUMENTS:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_readme_is_short_and_says_what_is_true():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) < 150
    coverage = (ROOT / "docs" / "methodologies" / "coverage.md").read_text("utf-8")
    rows = re.findall(r"^\| \[[A-Z]{2}_AM\d{3}\].*", coverage, re.MULTILINE)
    ready = [row for row in rows if row.split("|")[4].strip() == "yes"]
    assert ("**none yet**" in readme) == (not ready)
    assert len(rows) == len(modules())


def test_the_index_names_every_methodology_once():
    index = (ROOT / "docs" / "methodologies" / "README.md").read_text("utf-8")
    assert sorted(re.findall(r"\]\(([A-Z]{2}_AM\d{3})\.md\)", index)) == list(modules())
