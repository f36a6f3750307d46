"""The same input gives the same bytes: on any number of cores, in any locale and time zone, for any hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import hashlib, json, os, sys, warnings
from pathlib import Path

warnings.simplefilter("ignore")
if sys.argv[2] == "one core" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import numpy as np
import jcm_calc
from jcm_calc.api.case_file import read_case

folder = Path(sys.argv[1])
os.chdir(folder)
numbers = np.random.default_rng(7)
fleet = jcm_calc.calculate(
    "VN_AM001", basis="distance", fuel_measured_as="volume", fuel=["Gas/diesel oil"] * 40_000,
    V_PJ=numbers.uniform(1, 30, (40_000, 2)), D_PJ=numbers.uniform(1e4, 2e5, (40_000, 2)), SV_RE=2.5e-4,
    NCV_i="IPCC 2006, lower", EF_CO2_i="IPCC 2006, lower", ρ_i=0.84, p=["2023", "2024"],
)
plant = jcm_calc.calculate("PW_AM001", EG=[[350.5, 349.25]], p=["2023", "2024"])
made = {"fleet": repr([fleet.full(name).tolist() for name in ("RE", "PE", "ER")]).encode()}
for name, result in (("fleet", fleet), ("plant", plant)):
    made[f"{name} manifest"] = json.dumps(result.manifest(), indent=2, ensure_ascii=False).encode()
plant.to_html("report.html", project={"title": "日本 <Σ>"}, overwrite=True)
plant.to_excel("report.xlsx", overwrite=True)
found = jcm_calc.verify("report.xlsx")
found.to_html("paper.html", overwrite=True)
found.to_excel("paper.xlsx", overwrite=True)
made |= {name: Path(name).read_bytes() for name in ("report.html", "report.xlsx", "paper.html", "paper.xlsx")}
print(json.dumps({name: hashlib.sha256(content).hexdigest() for name, content in made.items()}, indent=1))
"""
# Variables, and on how many cores. The last locales are set where the system has them.
SURROUNDINGS = {
    "another hash seed": ({"PYTHONHASHSEED": "1"}, "all cores"),
    "yet another hash seed": ({"PYTHONHASHSEED": "4242"}, "all cores"),
    "one core and one thread": ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, "one core"),
    "Tokyo": ({"TZ": "Asia/Tokyo", "LC_ALL": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8", "LANGUAGE": "ja"}, "all cores"),
    "New York, plain ASCII": ({"TZ": "America/New_York", "LC_ALL": "C", "PYTHONUTF8": "0"}, "all cores"),
    "a Japanese console": ({"PYTHONIOENCODING": "cp932", "PYTHONUTF8": "0", "LC_ALL": "ja_JP.SJIS"}, "all cores"),
    "decimal commas": ({"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, "all cores"),
}


def digests(folder, surroundings, cores):
    """What a process of its own makes of the same input."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON", "TZ"))}
    script = folder / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(folder), cores],
        env={**inherited, **surroundings},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return digests(tmp_path_factory.mktemp("usual"), {"PYTHONHASHSEED": "0", "TZ": "UTC"}, "all cores")


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_the_same_bytes(usual, tmp_path, surroundings):
    assert digests(tmp_path, *SURROUNDINGS[surroundings]) == usual


def test_no_writer_of_a_workbook_stamps_it_with_the_time_of_day():
    """XlsxWriter does, unless it is told a time; `workbook.sheet.NewBook` gives it one."""
    source = Path(__file__).parents[1] / "src"
    makers = [path.name for path in source.rglob("*.py") if "xlsxwriter.Workbook(" in path.read_text(encoding="utf-8")]
    assert makers == ["sheet.py"]
