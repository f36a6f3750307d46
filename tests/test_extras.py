"""A package that an extra installs and that is missing is named with the line that installs it, at every door."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
METERED = ROOT / "docs" / "examples" / "metered_year" / "case.toml"
PACKAGES = {
    "plot": ["matplotlib"],
    "parquet": ["pyarrow"],
    "monitoring": ["duckdb"],
    "postgresql": ["adbc_driver_postgresql"],
    "documents": ["pdfplumber", "docx"],
    "uncertainty": ["scipy"],
    "xarray": ["xarray"],
    "check": ["hypothesis"],
    "dask": ["dask"],
}
EVERY = [package for packages in PACKAGES.values() for package in packages]
# What each extra is needed for; a door is Python, or the words of the command.
DOORS = {
    "plot": [
        "jcm_calc.plots.contributions(roof)",
        "jcm_calc.plots.waterfall(roof)",
        "jcm_calc.plots.equations(jcm_calc.methodology('PW_AM001'))",
    ],
    "parquet": [
        "jcm_calc.calculate('PW_AM001', 't.parquet')",
        "jcm_calc.portfolio('t.parquet')",
        "roofs.to_file('a.parquet')",
        ["portfolio", "t.parquet"],
        ["portfolio", "roofs.csv", "-o", "a.parquet"],
    ],
    "monitoring": [
        "jcm_calc.monitor({'M': {'parameter': 'EG', 'unit': 'kWh'}}, {'timezone': 'UTC', "
        "'sources': [{'files': 't.csv', "
        "'kind': 'interval', 'stamp': 'start', 'step': '1d', 'time': 'p', 'columns': {'M': 'EG'}}]}, p='2024')",
        "read_case(Path(metered)).monitor()",
        ["monitor", "METERED"],
        ["calc", "METERED"],
        ["verify", "report.xlsx", "--case", "METERED"],
    ],
    "postgresql": [
        "jcm_calc.monitor({'M': {'parameter': 'EG', 'unit': 'kWh'}}, {'timezone': 'UTC', "
        "'sources': [{'service': 'plant', "
        "'query': 'SELECT 1', 'kind': 'register', 'time': 'p', 'columns': {'M': 'EG'}}]}, p='2024')",
    ],
    "documents": ["read_document('text.pdf')", "read_document('text.docx')"],
    "uncertainty": [
        "jcm_calc.uncertainty(roof, {'EG': '±5 % (95 %)'}, draws=100)",
        "jcm_calc.break_even('ID_AM003', {'EC_PJ': '135 MWh', 'application': 'cold storage', 'EF_elec': 0.8}, "
        "'COP_PJ', between=(1, 5))",
    ],
    "xarray": ["roof.to_xarray()"],
    "check": [["check", "PW_AM001"], "from jcm_calc.authoring.conformance import conform"],
    "dask": [],  # its arrays cannot be made without it
}
PLAIN = [
    "roof.to_excel('b.xlsx')",
    "roof.to_html('a.html')",
    "roof.explain('ER')",
    "roof.manifest()",
    "jcm_calc.verify('report.xlsx')",
    "roofs.to_file('b.csv')",
    ["calc", "case.toml", "--trace"],
    ["list"],
    ["verify", "report.xlsx"],
    ["report", "case.toml", "-o", "b.html"],
    ["template", "PW_AM001", "-o", "c.xlsx"],
]
# As in an environment where these were never installed: neither imported nor found.
SCRIPT = """
import importlib.machinery, json, sys, traceback, warnings
from pathlib import Path
missing, doors, metered = json.loads(sys.argv[1])
found = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in missing else found(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
warnings.simplefilter("ignore")
from click.testing import CliRunner
import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.authoring.official_files.document import read_document
from jcm_calc.cli import jcm
roof = jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024")
roof.to_excel("report.xlsx")
roofs = jcm_calc.portfolio("roofs.csv")
said = []
for door in doors:
    if isinstance(door, list):
        done = CliRunner().invoke(jcm, [metered if word == "METERED" else word for word in door])
        said.append([done.exit_code, done.output + done.stderr])
        continue
    try:
        exec(door)
        said.append([0, ""])
    except jcm_calc.InputError as error:
        said.append([2, str(error)])
    except BaseException as error:
        said.append([70, traceback.format_exc()])
print(json.dumps(said))
"""


def behind(doors, missing, folder):
    """Return exit code and text of each door, where some packages are missing."""
    (folder / "case.toml").write_text('methodology = "PW_AM001"\np = "2024"\n[inputs]\nEG = 600\n')
    (folder / "t.csv").write_text("p,EG\n2024,600\n")
    (folder / "text.pdf").write_bytes(b"%PDF-1.7")
    (folder / "text.docx").write_bytes(b"PK")
    (folder / "roofs.csv").write_text("project,methodology,p,EG [MWh]\nroof,PW_AM001,2024,600\n")
    pd.DataFrame({"p": ["2024"], "EG [MWh]": [600.0]}).to_parquet(folder / "t.parquet")
    arguments = json.dumps([missing, doors, str(METERED)])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, arguments], capture_output=True, text=True, cwd=folder, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_extra_is_looked_at():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(declared) == {*PACKAGES, "all"}


@pytest.mark.parametrize("extra", [extra for extra in DOORS if DOORS[extra]])
def test_what_is_missing_is_said_with_the_line_that_installs_it(extra, tmp_path):
    for door, (code, text) in zip(DOORS[extra], behind(DOORS[extra], PACKAGES[extra], tmp_path), strict=True):
        assert code == 2, (door, text)
        assert "pip install" in text, (door, text)
        assert f"jcm-calc[{extra}]" in text, (door, text)


def test_a_plain_installation_calculates_writes_and_verifies_and_says_what_the_rest_needs(tmp_path):
    refused = [door for doors in DOORS.values() for door in doors]
    answers = behind([*PLAIN, *refused], EVERY, tmp_path)
    for door, (code, text) in zip(PLAIN, answers, strict=False):
        assert code in (0, 1), (door, text)
        assert "ModuleNotFoundError" not in text, (door, text)
    for door, (code, text) in zip(refused, answers[len(PLAIN) :], strict=True):
        assert code == 2, (door, text)
        assert "pip install" in text, (door, text)
