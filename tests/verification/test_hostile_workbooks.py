"""Files that nobody should send: each gives its one clear line, soon, and nothing else happens."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import hostile
import openpyxl
import pandas as pd
import pytest
from watched import digest

import jcm_calc
from jcm_calc import read_workbook

TESTS = Path(__file__).parents[1]
LONGEST_LINE = 600

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the limits need a system with fork")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Return a function that has a watched process read a workbook, and tells what came of it."""
    honest = hostile.save(tmp_path_factory.mktemp("honest"), hostile.written(), "honest.xlsx")
    command = [sys.executable, str(TESTS / "watched.py"), str(honest)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def read(path):
            print(json.dumps(str(path)), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield read
        process.stdin.close()


@pytest.fixture(scope="module")
def right():
    """Return the emission reductions of the honest report, calculated without a workbook."""
    return float(jcm_calc.calculate("ID_AM003", **hostile.RIGHT).ER.magnitude.sum())


def written(name, folder):
    if name == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads everything")
    return hostile.write(name, folder)


def assert_clear(line):
    """A complaint is one line of moderate length in which every character shows."""
    assert line.isprintable(), line
    assert len(line) < LONGEST_LINE, line


@pytest.mark.parametrize("name", hostile.FILES)
def test_hostile(name, reader, right, tmp_path):
    file = hostile.FILES[name]
    path = written(name, tmp_path)
    before = None if name == "sparse" else digest(path)

    answer = reader(path)

    assert "kind" in answer, "ended without an answer"
    if file.expected == "refused":
        assert answer["kind"] == "refused", answer
        assert len(answer["lines"]) == 1, answer["lines"]
        assert re.search(file.line, answer["lines"][0]), answer["lines"]
        assert_clear(answer["lines"][0])
    else:
        assert answer["kind"] == "result", answer
        assert answer["ER"] == right
        assert answer["periods"] == ["2024"]
        matching = [remark for remark in answer["remarks"] if file.line and re.search(file.line, remark)]
        assert len(matching) == (file.expected == "remarked"), answer["remarks"]
        assert matching or not answer["remarks"], answer["remarks"]
        for remark in answer["remarks"]:
            assert_clear(remark)
    assert answer["events"] == []
    assert answer["other warnings"] == []
    assert before == (None if name == "sparse" else digest(path))


def test_collection():
    """There are as many files as promised, each with its reason, and all kinds of outcome."""
    assert len(hostile.FILES) >= 45
    assert all(file.reason.endswith((".", "?")) for file in hostile.FILES.values())
    assert {file.expected for file in hostile.FILES.values()} == {"refused", "remarked", "harmless"}


# The watch itself


@pytest.mark.parametrize(
    ("statement", "event"),
    [
        ("open('/etc/hostname')", "open"),
        ("import socket; socket.socket()", "socket.__new__"),
        ("import os; os.system('true')", "os.system"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("eval('1')", "compile"),
    ],
)
def test_watch_notices(statement, event, tmp_path):
    """The watch would notice: a reader that does these things is caught."""
    honest = hostile.save(tmp_path, hostile.written())
    program = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "import jcm_calc, watched\n"
        "original = jcm_calc.read_workbook\n"
        "def careless(path):\n"
        f"    {statement}\n"
        "    return original(path)\n"
        "def spoil(*_):\n"
        "    jcm_calc.read_workbook = careless\n"
        "watched.after_warming = spoil\n"
        f"watched.serve({str(honest)!r})\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(str(honest)), capture_output=True, text=True, check=True
    )
    assert any(seen.startswith(event) for seen in json.loads(process.stdout)["events"]), process.stdout


# Text that looks like a formula

BEGINNINGS = ("=", "+", "-", "@", "=cmd|' /C calc'!A", "'=", "http://", "{=1}", "_x0041_")


def formulas_of(path):
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_text_is_written_as_text(beginning, tmp_path):
    """Wherever a user can write text it stays text, and is read back the same."""

    def written_with(text, name):
        units = {"i": [text("unit 1"), text("unit 2")], "EC_PJ": [10, 20], "COP_PJ": [1.63, 2.2]}
        units |= {"application": ["individual quick freezer", "cold storage"]}
        result = jcm_calc.calculate("ID_AM003", pd.DataFrame(units), EF_elec=0.8, p="2024")
        sources = {
            "EC_PJ": {key: text(key) for key in ("source", "procedure", "frequency", "comment")},
            "EF_elec": {key: text(f"{key} of EF") for key in ("source", "comment")},
        }
        project = {"number": text("ID099").replace(" ", ""), "personnel": {text("person"): text("role")}}
        path = tmp_path / name
        result.to_excel(path, project=project, sources=sources)
        return path, project, sources

    plain, _, _ = written_with(str, "plain.xlsx")
    path, project, sources = written_with(lambda text: beginning + text, "text.xlsx")
    assert formulas_of(path) == formulas_of(plain)
    workbook = read_workbook(path)
    assert workbook.report is not None
    assert workbook.report.sources == sources
    assert workbook.report.project == project
    labels = workbook.calculate().inputs.axes["i"].labels
    assert [str(label) for label in labels] == [f"{beginning}unit 1", f"{beginning}unit 2"]


# The command line


def jcm_calc_command(path):
    """Run ``jcm calc`` on a file, in lines that are not broken."""
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", "calc", str(path)]
    wide = {**os.environ, "COLUMNS": "1000"}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, env=wide)


@pytest.mark.parametrize("name", ["truncated", "renamed_pdf", "ambiguous_dates", "command_as_text", "newline_in_name"])
def test_command_line(name, tmp_path):
    """The command complains in one line and ends with 2."""
    done = jcm_calc_command(written(name, tmp_path))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if re.search(hostile.FILES[name].line, line)]) == 1
    assert done.stdout == ""
