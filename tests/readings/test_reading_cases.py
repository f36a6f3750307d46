"""Meter files as loggers and portals write them: each is read right, asked about, or refused with its line or cell.

The folders in tests/data/readings hold small files in the shape of exports and of public bug reports, with made-up
numbers. The right amounts in expected.json are sums and differences of the numbers in each file, taken apart from the
library. The lists "asked" are no such expectation: they name the findings that a case had when it was taken in, and
guard against others. A case file careful.toml reads the same file as it is, with everything stated that the first
case file leaves out.
"""

import hashlib
import json
import re
from pathlib import Path

import pytest

from jcm_calc.api.case_file import read_case
from jcm_calc.base.problems import InputError

DATA = Path(__file__).parents[1] / "data" / "readings"
CASES = json.loads((DATA / "expected.json").read_text("utf-8"))
CAREFUL = sorted(path.parent.name for path in DATA.glob("*/careful.toml"))
PLACE = re.compile(r"\blines? \d|\bnot a workbook\b|\bcell [A-Z]+\d|\bcolumns?\b|\bheading|\bsheets? |: [A-Z]+\d+, ")


def total(monitored):
    return sum(sum(amounts) for amounts in monitored.amounts.values())


def right(amount, expected):
    return expected is not None and amount == pytest.approx(expected, rel=2e-9, abs=1e-12)


def complaints_of_files(name):
    """Return what is said of the files of a case that is refused; None of one that is not."""
    try:
        read_case(DATA / name / "case.toml").monitor()
    except InputError as error:
        files = tuple(path.name for path in (DATA / name).iterdir())
        return [str(problem) for problem in error.problems if problem.subject.startswith(files)]
    return None


@pytest.mark.parametrize("name", CASES)
def test_no_wrong_amount_without_a_finding(name):
    case, refused = CASES[name], complaints_of_files(name)
    if refused is not None:
        assert "refuse" in case["should"], refused
        assert [told for told in refused if not PLACE.search(told)] == []
        return
    monitored = read_case(DATA / name / "case.toml").monitor()
    kinds = [one.kind for one in monitored.open]
    if not kinds:
        assert "read" in case["should"], "read without a question"
        assert right(total(monitored), case["amount"]), (total(monitored), case["amount"])
    elif "refuse" not in case["should"]:
        assert kinds == case["asked"]
        # an open finding changes no amount; the one of this case lies across the end of its period
        assert right(total(monitored), case["amount"]) or name == "01_register_0724"


@pytest.mark.parametrize("name", CAREFUL)
def test_a_careful_case_file_reads_the_export_as_it_is(name):
    files = [path for path in (DATA / name).iterdir() if path.suffix != ".toml"]
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    monitored = read_case(DATA / name / "careful.toml").monitor()
    assert not monitored.open, [(one.kind, one.note) for one in monitored.open]
    assert right(total(monitored), CASES[name].get("careful", CASES[name]["amount"]))
    assert {file.name: file.sha256 for file in monitored.files} == before


def test_a_year_of_the_buddhist_era_is_refused_where_no_readings_are():
    with pytest.raises(InputError, match="2024"):
        read_case(DATA / "63_be_year" / "case.toml").calculate()
    # by hand: 100,000 Nm3 x 0.036 GJ x 0.0561 t/GJ = 201.96 t, RE = 201.96 x 0.6 / 0.45 = 269.28 t,
    # electricity 0.02 MW x 24 h x 366 d x 0.8 t/MWh = 140.544 t, ER = 269.28 - 201.96 - 140.544 t
    result = read_case(DATA / "63c_2024" / "case.toml").calculate()
    assert result.ER.m.sum() == pytest.approx(-73.224, abs=5e-4)
