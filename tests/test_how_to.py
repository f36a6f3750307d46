"""The commands of the how-to pages run in order, in an empty folder, as a newcomer types them."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import jcm_calc
from jcm_calc.cli import jcm

HOW_TO = Path(__file__).parents[1] / "docs" / "how_to"
BLOCK = re.compile(r"^```(?:sh|)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PDF = b"%PDF-1.4\n%%EOF\n"  # only its hash is taken


def lines(page):
    """The commands of a page in blocks without output."""
    text = (HOW_TO / page).read_text("utf-8")
    return [line for block in BLOCK.findall(text) for line in block.splitlines() if line.startswith("jcm ")]


PAGES = [page.name for page in sorted(HOW_TO.glob("*.md")) if page.name != "watch.md" and lines(page.name)]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("reports").mkdir()
    jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024").to_excel("reports/roof.xlsx")
    for line in lines(page):
        words = shlex.split(line)[1:]
        for name in (word for word in words if word.endswith(".pdf")):
            Path(name).write_bytes(PDF)
        done = CliRunner().invoke(jcm, words, prog_name="jcm", input="\n" * 100)
        assert done.exit_code == 0, f"{line}\n{done.output}"
        for name in (word for word in words if word.endswith((".toml", ".xlsx"))):
            assert Path(name).exists()


def test_what_the_page_on_evidence_shows_is_what_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (HOW_TO / "confirm.md").read_text("utf-8")
    CliRunner().invoke(jcm, ["evidence", "new", "ID_AM004", "-o", "id_am004.toml"])
    item = next(block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[[equation]]" in block)
    assert item.partition("[[equation]]")[2] in Path("id_am004.toml").read_text("utf-8")
    Path("a.pdf").write_bytes(PDF)
    asked = CliRunner().invoke(
        jcm, ["evidence", "ask", "ID_AM003", "--document", "a.pdf", "--reader", "A"], input="\n" * 100
    )
    (count,) = re.findall(r"0 of (\d+) items answered", asked.output)
    assert f"ID_AM003 has {count} items." in text
