"""What somebody else's file must not be able to do; see SECURITY.md."""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from jcm_calc import InputError, calculate, monitor, portfolio, read_workbook, verify
from jcm_calc.api.case_file import read_case
from jcm_calc.base.files import within
from jcm_calc.base.problems import InputWarning
from jcm_calc.cli import jcm

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "methodologies").rglob("*.py")])

# The source

CALLS = {"eval", "exec", "compile", "__import__", "breakpoint"}
MODULES = {
    *("pickle", "marshal", "shelve", "dill", "joblib", "yaml"),  # would run what a file says
    *("socket", "ssl", "http", "urllib", "requests", "httpx", "ftplib", "smtplib", "xmlrpc", "asyncio"),
    *("subprocess", "ctypes", "pty", "code"),
    *("xml", "lxml", "defusedxml"),  # XML is parsed in one place, which refuses entities
    *("docx", "pdfplumber", "pdfminer"),  # documents of others are read behind limits
    *("sqlite3", "adbc_driver_postgresql", "psycopg"),  # databases are read in one place, which cannot write
}
# What a file needs, and why it does no harm there.
ALLOWED = {
    "jcm_calc/base/sheet_xml.py": {"xml.etree", "xml.parsers"},  # the one place; it refuses entities
    "jcm_calc/cli/checking.py": {"subprocess"},  # `jcm check --watch` starts itself again
    # the text that is written, which is looked at first: it declares and calculates, and does nothing else
    "jcm_calc/authoring/official_files/importing.py": {"exec", "compile"},
    "jcm_calc/authoring/official_files/document.py": {"subprocess"},  # itself: reads a PDF within limits
    "jcm_calc/authoring/official_files/pdf_pages.py": {
        "pdfplumber",
        "pdfminer.pdfpage",
        "pdfplumber.utils.exceptions",
        "pdfplumber.utils.geometry",
    },
    "jcm_calc/authoring/official_files/word.py": {"docx"},  # after the archive was looked at
    "jcm_calc/authoring/official_files/office.py": {"subprocess"},  # LibreOffice, with a profile of its own
    "jcm_calc/declarations/faults.py": {"exec", "compile"},  # an author's module, which importing it runs as well
    "jcm_calc/verification/paper.py": {"urllib.parse"},  # writes addresses, opens none
    # the one place: transactions that can only read, and servers that the user has set up
    "jcm_calc/readings/databases.py": {"sqlite3", "adbc_driver_postgresql"},
}
METHODS = {"read_pickle", "to_pickle", "allow_pickle"}
PROGRAMS = {"os.system", "os.popen", "os.startfile", "os.fork"}


def forbidden(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield node.lineno, node.func.id
        if isinstance(node, ast.Attribute) and (node.attr in METHODS or ast.unparse(node) in PROGRAMS):
            yield node.lineno, node.attr
        if isinstance(node, ast.keyword) and node.arg in METHODS:
            yield node.value.lineno, node.arg
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names if one.name.partition(".")[0] in MODULES)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield node.lineno, node.module


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_runs_text_unpickles_or_reaches_for_the_network(path):
    found = list(forbidden(ast.parse(path.read_text(encoding="utf-8"))))
    allowed = next((names for name, names in ALLOWED.items() if path.as_posix().endswith(name)), set())
    assert [(line, what) for line, what in found if what not in allowed] == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')", "import pickle", "from urllib.request import urlopen", "import xml.etree.ElementTree as e",
        "os.system('x')", "np.load(f, allow_pickle=True)",
    ],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(text):
    assert list(forbidden(ast.parse(text)))


# At work

WATCHED = """
import sys
seen = []
FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec",
             "os.posix_spawn", "urllib.Request")
sys.addaudithook(lambda event, arguments: seen.append((event, arguments)) if event in FORBIDDEN else None)
from click.testing import CliRunner
from jcm_calc.cli import jcm
for arguments in COMMANDS:
    done = CliRunner().invoke(jcm, arguments)
    assert done.exit_code in (0, 1), (arguments, done.output)
print(seen)
"""


def test_no_command_reaches_for_the_network_or_starts_a_program(tmp_path):
    case = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
    meters = ROOT / "docs" / "examples" / "metered_year" / "case.toml"
    commands = [
        ["list"],
        ["calc", case, "-o", str(tmp_path / "r.xlsx")],
        ["calc", case, "-o", str(tmp_path / "r.json")],
        ["calc", str(tmp_path / "r.xlsx")],
        ["report", case, "-o", str(tmp_path / "r.html")],
        ["verify", str(tmp_path / "r.xlsx")],
        ["replay", str(tmp_path / "r.json")],
        ["monitor", str(meters)],
    ]
    script = WATCHED.replace("COMMANDS", repr(commands))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "[]"


# Addresses

SCHEMES = (
    "s3://",
    "http://127.0.0.1:9/",
    "https://127.0.0.1:9/",
    "hf://datasets/",
    "gs://",
    "ftp://127.0.0.1/",
    "file:///",
)
DOORS = {
    "calculate": lambda name: calculate("PW_AM001", name, p="2024"),
    "portfolio": portfolio,
    "case": lambda name: read_case(Path(name)),
    "workbook": read_workbook,
    "verify": verify,
    "monitor": lambda name: monitor(
        {"M": {"kind": "amounts", "column": "kWh"}}, {"sources": [{"files": name, "time": "time"}]}, p="2024"
    ),
}


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "toml"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("door", DOORS)
def test_an_address_is_no_file(door, scheme, ending, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def reached(event, *arguments):
        raise AssertionError(event)

    monkeypatch.setattr("socket.socket", reached)
    with pytest.raises(InputError, match=r"is an address; nothing is read|is not in a format"):
        DOORS[door](f"{scheme}bucket/readings.{ending}")


@pytest.mark.parametrize("scheme", ["http", "s3", "gs"])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_folder_that_is_called_like_an_address_is_a_folder(scheme, ending, tmp_path, monkeypatch):
    """Such a name used to be handed on to readers that take it for an address."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / f"{scheme}:" / "x"
    folder.mkdir(parents=True)
    table = pd.DataFrame({"p": ["2024"], "EG [MWh]": [600.0]})
    write = {"csv": table.to_csv, "xlsx": table.to_excel, "parquet": table.to_parquet}[ending]
    write(folder / f"t.{ending}", index=False)
    assert calculate("PW_AM001", f"{scheme}:/x/t.{ending}").RE == calculate("PW_AM001", table).RE


# Paths


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv", "a/../../secret.csv", "/etc/passwd", "C:\\Users\\x.csv", "C:x.csv", "..\\secret.csv",
        "\\\\host\\share\\x.csv",
        "//host/share/x.csv", "a\0b.csv", "\\x.csv",
    ],
)  # fmt: skip
def test_an_input_names_no_file_elsewhere(tmp_path, name):
    with pytest.raises(ValueError, match="leads out of the folder"):
        within(tmp_path, name)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "case").mkdir()
    (tmp_path / "secret.csv").write_text("i,EC_PJ\n1,2\n", encoding="utf-8")
    (tmp_path / "case" / "table.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(ValueError, match="is a link that leads out"):
        within(tmp_path / "case", "table.csv")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ('[inputs]\ntables = ["../secret.csv"]\n', "[inputs] tables"),
        ('[inputs]\ntables = ["/etc/passwd"]\n', "[inputs] tables"),
        ('[inputs]\n[meters.S]\n[readings]\nrules = "../rules.toml"\n', "[readings] rules"),
        ('[inputs]\n[meters.S]\n[readings]\n[[readings.sources]]\nfiles = "/**/*"\n', "[[readings.sources]] files"),
        ('[inputs]\n[meters.S]\n[readings]\n[[readings.sources]]\nfiles = ["../*"]\n', "[[readings.sources]] files"),
    ],
)  # fmt: skip
def test_a_case_file_reads_nothing_elsewhere(tmp_path, text, subject):
    (tmp_path / "secret.csv").write_text("i,EC_PJ\n1,2\n", encoding="utf-8")
    path = tmp_path / "case" / "case.toml"
    path.parent.mkdir()
    path.write_text(f'methodology = "ID_AM003"\n{text}', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_case(path)
    (found,) = [one for one in caught.value.problems if one.subject == subject]
    assert "leads out of the folder of the file that names it" in found.complaint


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no names there")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "units.csv")
    path = tmp_path / "case.toml"
    path.write_text('methodology = "ID_AM003"\n[inputs]\ntables = ["units.csv"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="is not a file but a folder, a device or a pipe"):
        read_case(path).calculate()


# What is written

SCRIPT = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def test_texts_of_an_input_stay_texts_in_html(tmp_path):
    result = calculate("ID_AM003", EC_PJ="135 MWh", COP_PJ=1.63, application="cold storage", EF_elec=1, p="2024")
    target = tmp_path / "report.html"
    said = {"title": SCRIPT, "number": SCRIPT, "personnel": {SCRIPT: SCRIPT}}
    result.to_html(target, project=said, sources={"EC_PJ": {"source": SCRIPT, "comment": SCRIPT}})
    written = target.read_text(encoding="utf-8")
    assert written.count("<img src=x") == 0
    assert written.count("<script>alert") == 0
    assert "&lt;img src=x onerror=alert(1)&gt;" in written


# The wheel


@pytest.mark.parametrize("epoch", [None, "1700000000"])
def test_the_wheel_of_the_same_source_is_the_same_file(tmp_path, epoch):
    digests = set()
    for place, (zone, age) in enumerate([("UTC", 0), ("Asia/Tokyo", 86_400 * 400)]):
        tree = tmp_path / f"tree {place}"
        for name in ("src", "methodologies"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, tree)
        for path in tree.rglob("*"):
            os.utime(path, (time.time() - age,) * 2)
        surroundings = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(place)} | (
            {"SOURCE_DATE_EPOCH": epoch} if epoch else {}
        )
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / str(place))],
            cwd=tree,
            env=surroundings,
            capture_output=True,
            check=True,
            timeout=120,
        )
        (wheel,) = (tmp_path / str(place)).glob("*.whl")
        digests.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert len(digests) == 1


# Sizes

BEGINNING = 'methodology = "PW_AM001"\np = "2024"\n[inputs]\nEG = 600\n'
CROWDED = {
    "keys": BEGINNING + "".join(f"key{number} = 1\n" for number in range(200_000)),
    "keys of the file": "".join(f"key{number} = 1\n" for number in range(200_000)) + BEGINNING,
    "tables": BEGINNING + "".join(f"[table{number}]\nx = 1\n" for number in range(20_000)),
    "meters": BEGINNING + "".join(f"[meters.m{number}]\nx = 1\n" for number in range(20_000)),
    "list of tables": BEGINNING + "[[readings.sources]]\nx = 1\n" * 20_000,
    "project": BEGINNING + "[project]\n" + "".join(f"key{number} = 1\n" for number in range(20_000)),
    "deep table": BEGINNING + "[a" + ".a" * 50_000 + "]\nx = 1\n",
    "deep key": BEGINNING + "x" + ".a" * 50_000 + " = 1\n",
    "deep list": BEGINNING + "x = " + "[" * 100_000 + "]" * 100_000 + "\n",
    "long": BEGINNING + 'x = "' + "a" * 21_000_000 + '"\n',
}


@pytest.mark.parametrize("name", CROWDED)
def test_a_case_file_that_nobody_writes_is_refused_in_a_line(name, tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(CROWDED[name])
    started = time.process_time()
    with pytest.raises(InputError) as error:
        read_case(path)
    assert len(error.value.problems) == 1
    assert len(str(error.value)) < 1000
    assert time.process_time() - started < 20


@pytest.mark.parametrize("label", ["x" * 300_000, "total" + "(" * 100_000, "合" + "[a" * 100_000], ids=["x", "(", "["])
def test_a_label_of_a_table_may_be_long(label):
    started = time.process_time()
    result = calculate("PW_AM001", pd.DataFrame({"i": [label, "b"], "EG": [1.0, 2.0]}), p="2024")
    assert result.inputs.axes["i"].labels == [label, "b"]
    assert time.process_time() - started < 20


def test_a_manifest_with_too_many_entries_is_refused(tmp_path):
    manifest = calculate("PW_AM001", EG="600 MWh", p="2024").manifest()
    manifest["call"]["values"].update({f"key{number}": 1 for number in range(200_000)})
    (tmp_path / "a.json").write_text(json.dumps(manifest))
    done = CliRunner().invoke(jcm, ["replay", str(tmp_path / "a.json")])
    assert done.exit_code == 2
    assert "at most 10,000 are read" in done.stderr


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_of_a_million_columns_is_refused_before_it_is_read(ending, tmp_path):
    names = [f"c{number}" for number in range(100_000 if ending == "parquet" else 1_000_000)]
    path = tmp_path / f"wide.{ending}"
    if ending == "csv":
        path.write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    else:
        pyarrow.parquet.write_table(pyarrow.table({name: [1] for name in names}), path)
    with pytest.raises(InputError, match="has more than 16,384 columns"):
        calculate("PW_AM001", path)


# What of a table is where


ROOFS = pd.DataFrame({"i": ["a", "b", "c", "d"], "p": "2024", "EG [MWh]": [1.0, 2.0, 3.0, 4.0]})


@pytest.mark.parametrize("hidden", [[], [3], [2, 5], [2, 3, 4, 5]])
@pytest.mark.parametrize("sheet", ["Sheet1", "Ener'gy & <more>", "エネルギー"])
@pytest.mark.parametrize("engine", ["openpyxl", "xlsxwriter"])
def test_hidden_rows_of_a_table_are_named_as_the_spreadsheet_shows_them(hidden, sheet, engine, tmp_path):
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path, engine=engine) as writer:
        ROOFS.to_excel(writer, sheet_name=sheet, index=False)
        for row in hidden:
            if engine == "openpyxl":
                writer.sheets[sheet].row_dimensions[row].hidden = True
            else:
                writer.sheets[sheet].set_row(row - 1, None, None, {"hidden": True})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        result = calculate("PW_AM001", path)
    assert result.RE == calculate("PW_AM001", ROOFS).RE
    told = [remark.complaint for remark in result.remarks if "hidden" in remark.complaint]
    assert len(told) == bool(hidden)
    if hidden:
        assert f"are read: {', '.join(map(str, hidden))}. Show them" in told[0]


@pytest.mark.parametrize("row", [0, 1, 3])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_of_a_file_are_counted_as_the_spreadsheet_shows_them(row, ending, tmp_path):
    table, path = ROOFS.copy(), tmp_path / f"t.{ending}"
    table.loc[row, "i"] = None
    (table.to_csv if ending == "csv" else table.to_excel)(path, index=False)
    with pytest.raises(InputError, match=f"is empty in row {row + 2}$"):
        calculate("PW_AM001", path)
    with pytest.raises(InputError, match=f"is empty in row {row + 1}$"):  # of a DataFrame, which has no heading row
        calculate("PW_AM001", table)


@pytest.mark.parametrize(
    ("one", "other"), [("A1", "\u0391" + "1"), ("Post", "\u0420ost"), ("\u03bfil", "oil"), ("\u0445", "x")]
)
def test_labels_of_two_alphabets_that_look_alike_are_refused(one, other):
    with pytest.raises(InputError, match="look the same"):
        calculate("PW_AM001", pd.DataFrame({"i": [one, other], "p": "2024", "EG [MWh]": [1.0, 2.0]}))
