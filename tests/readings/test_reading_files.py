"""Which file readings come from: the one that is named and recorded, whatever signs stand in its name or path."""

import hashlib

import nbclient
import nbformat
import pandas as pd
import pytest

import jcm_calc
from jcm_calc.base.problems import InputError

HOURS = pd.date_range("2024-01-01", periods=48, freq="h")
NAMES = [
    "meter[1]",
    "a*b",
    "what?",
    "[!a]",
    "m{1,2}",
    "a'b",
    "100%",
    "x;y",
    "**",
    "[",
    "]",
    "#1",
    "kWh=500",
    "a b",
    "é",
    "\\d",
]


def write(path, kilowatt_hours):
    """Write two days of equal hours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame({"time": HOURS.strftime("%Y-%m-%d %H:%M"), "kWh": float(kilowatt_hours)})
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_excel(path, index=False)


def read(folder, files):
    """Return the amount of the two days and the files that are recorded."""
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"M": "kWh"}}
    monitored = jcm_calc.monitor(
        {"M": {"parameter": "E", "unit": "kWh"}},
        {"timezone": "Asia/Jakarta", "limits": {"stuck": "96 h"}, "sources": [{**source, "files": files}]},
        p="2024-01-01/2024-01-02",
        folder=folder,
    )
    return monitored.amounts["M"][0], monitored.files


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_under_its_own_name_and_no_other_that_the_name_would_match(tmp_path, name, suffix):
    for other in ("meter1", "aXb", "whatX", "b", "m1", "m2", "500"):
        write(tmp_path / f"{other}{suffix}", 99)
    write(tmp_path / f"{name}{suffix}", 10)
    amount, (file,) = read(tmp_path, f"{name}{suffix}")
    assert amount == pytest.approx(480)
    assert file.name == f"{name}{suffix}"
    assert file.sha256 == hashlib.sha256((tmp_path / f"{name}{suffix}").read_bytes()).hexdigest()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize("name", [*NAMES, "time=2020-01-01", "M=1", "kWh=7"])
def test_the_name_of_a_folder_replaces_no_column(tmp_path, name, suffix):
    write(tmp_path / name / f"a{suffix}", 10)
    assert read(tmp_path, f"{name}/a{suffix}")[0] == pytest.approx(480)
    assert read(tmp_path / name, f"a{suffix}")[0] == pytest.approx(480)
    assert read("/", str(tmp_path / name / f"a{suffix}"))[0] == pytest.approx(480)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_pattern_takes_each_file_once(tmp_path, suffix):
    for name, hours in (("log1", slice(24)), ("log[1]", slice(24, None))):
        frame = pd.DataFrame({"time": HOURS[hours], "kWh": 10.0 if name == "log1" else 20.0})
        {".csv": frame.to_csv, ".parquet": frame.to_parquet, ".xlsx": frame.to_excel}[suffix](
            tmp_path / f"{name}{suffix}", index=False
        )
    amount, files = read(tmp_path, f"*{suffix}")
    assert amount == pytest.approx(24 * 10 + 24 * 20)
    assert sorted(file.name for file in files) == sorted([f"log1{suffix}", f"log[1]{suffix}"])


@pytest.mark.parametrize("address", ["s3://bucket/a.csv", "https://a.example/a.csv", "hf://datasets/a/a.parquet"])
def test_an_address_elsewhere_is_refused(tmp_path, address):
    with pytest.raises(InputError, match="is an address; nothing is read from a network"):
        read(tmp_path, address)


NOTEBOOK = """
import sys
{without}
import pandas as pd, jcm_calc
hours = pd.DataFrame({{"time": pd.date_range("2024-01-01", periods=48, freq="h"), "kW": [10.0, 12.0] * 24}})
jcm_calc.monitor(
    {{"S1": {{"parameter": "EC_PJ", "unit": "kW"}}}},
    {{"timezone": "Asia/Jakarta", "sources": [{{"frame": hours, "kind": "power", "step": "1 h", "stamp": "start",
      "time": "time", "columns": {{"S1": "kW"}}}}]}},
    p="2024-01-01/2024-01-02",
).amounts["S1"]
"""


@pytest.mark.parametrize("without", ["sys.modules['ipywidgets'] = None", ""])
def test_readings_in_a_notebook_need_no_widgets(without):
    cell = nbformat.v4.new_code_cell(NOTEBOOK.format(without=without))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    (output,) = (one for one in notebook.cells[0].outputs if one.output_type == "execute_result")
    assert output["data"]["text/plain"] == "[528.0]"
