"""The readers that `fuzz.py` tries: good files of each, how they are spoilt, and what reads them."""

from __future__ import annotations

import io
import itertools
import json
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import fuzz_evidence
import hostile
from spoiling import Files, Spoil, spoilt_json, spoilt_statements, spoilt_text, spoilt_workbook

from jcm_calc import InputError, calculate
from jcm_calc.api.case_file import read_case
from jcm_calc.api.issuance.previous import read_previous, request_digest
from jcm_calc.api.workbook import read_workbook
from jcm_calc.cli.calculating import replay_manifest
from jcm_calc.results.manifest import input_digest

connect = duckdb.connect
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Reader:
    """A reader of files: good ones to begin with, how they are spoilt, and what reads them.

    ``seeds`` are files by name. ``spoil`` takes a random source and the files and returns spoilt ones;
    ``read`` takes their folder, and returns results if there are any.
    """

    seeds: Callable[[], list[Files]]
    spoil: Spoil
    read: Callable[[Path], Any]


READERS: dict[str, Reader] = {}


def _files(*contents: tuple[str, str]) -> Files:
    return {name: content.encode() for name, content in contents}


SHIPPED = ("id_am003_frozen_food", "mn_am002_bornuur")
UNITS = "i,COP_PJ,application\na,1.63,individual quick freezer\nb,2.19,cold storage\n"
METERS = "i,p,EC_PJ [MWh]\n" + "".join(
    f"{i},{p},{v}\n" for i, p, v in [("a", 2023, 1.5), ("b", 2023, 2), ("a", 2024, 3), ("b", 2024, 0)]
)
FLEET = 'methodology = "ID_AM003"\n[inputs]\ntables = ["units.csv", "meters.csv"]\nEF_elec = "0.814 tCO2/MWh"\n'
TRUCK = """methodology = "VN_AM001"
version = "1.0"
p = ["2023", "2024-01-01/2024-06-30"]
[project]
title = "Trucks"
number = "VN001"
participants = ["a", "b"]
personnel = { "A. Person" = "measures" }
start = 2020-01-01
end = 2030-12-31
[choices]
basis = "distance"
fuel_measured_as = "volume"
[inputs]
fuel = ["Gas/diesel oil", "Motor gasoline"]
V_PJ = [[11.0, "12 L"], [3, 4]]
D_PJ = [[50000.0, 2], [3, 4]]
SV_RE = 2.5e-4
"ρ_i" = { "Gas/diesel oil" = "0.84 t/kL", "Motor gasoline" = 0.74 }
"NCV_i" = "IPCC 2006, lower"
"EF_CO2,i" = "IPCC 2006, default"
[facts]
[sources]
V_PJ = { option = "B", source = "invoices" }
[allocation]
Japan = "1/2 up"
[source]
title = "none"
grade = "unconfirmed"
[expected]
ER = ["1.5", "2"]
tonnes = [1, 2]
"""


def case_seeds() -> list[Files]:
    shipped = [ROOT / "methodologies/jcm_methodologies/cases" / f"{name}.toml" for name in SHIPPED]
    fleet = [("case.toml", FLEET), ("units.csv", UNITS), ("meters.csv", METERS)]
    return [
        *({"case.toml": path.read_bytes()} for path in shipped),
        _files(("case.toml", TRUCK)),
        _files(*fleet),
    ]


def read_a_case(folder: Path) -> Any:
    case = read_case(folder / "case.toml")
    result = case.calculate()
    case.compare(result)
    return result


def table_seeds() -> list[Files]:
    return [_files(("units.csv", UNITS), ("meters.csv", METERS))]


def read_tables(folder: Path) -> Any:
    return calculate("ID_AM003", folder / "units.csv", folder / "meters.csv", EF_elec=0.8)


class Database:
    """A database of an engine that others use too: to start one takes longer than to read most inputs."""

    count = itertools.count()

    def __init__(self, path: str) -> None:
        self.connection, self.name = engine().cursor(), f"input{next(self.count)}"
        self.connection.execute(f"ATTACH '{path}' AS {self.name}")
        self.connection.execute(f"USE {self.name}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def close(self) -> None:
        self.connection.execute("USE memory")
        self.connection.execute(f"DETACH {self.name}")
        self.connection.close()


@cache
def engine() -> duckdb.DuckDBPyConnection:
    return connect(config={"threads": 1})


def read_metered(folder: Path) -> Any:
    with mock.patch("duckdb.connect", Database):
        try:
            return read_a_case(folder)
        except InputError:
            raise
        except BaseException:  # what may have come of the engine is not the next input's fault
            engine.cache_clear()
            raise


READINGS = """methodology = "ID_AM003"
p = "2024-01-01/2024-01-02"
[inputs]
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = "0.814 tCO2/MWh"
[meters.S1]
parameter = "EC_PJ"
labels = { i = 1 }
rated = "25 kW"
maximum_permissible_error = "0.5 %"
calibration_interval = "12 months"
calibrations = [{ on = 2023-06-20 }]
[meters.S3]
parameter = "EC_PJ"
labels = { i = 2 }
unit = "kWh"
rated = "20 kW"
rollover = 100000
replaced = [{ at = 2024-01-01T12:00:00, final = 61010.0, initial = 25.0, serial = "B-91" }]
[readings]
timezone = "Asia/Jakarta"
rules = "CDM"
[[readings.sources]]
files = "S1.csv"
kind = "interval"
step = "1 h"
stamp = "start"
time = "time"
columns = { S1 = "kWh" }
unit = "kWh"
[[readings.sources]]
files = "S3.csv"
kind = "register"
time = "time"
columns = { S3 = "kWh" }
[[readings.treatments]]
finding = "boundary"
treatment = "split by time"
[[readings.checks]]
name = "within rated power"
kind = "rated power × hours"
left = ["S1", "S3"]
tolerance = "0 %"
"""
HOURS = "time,kWh\n" + "".join(f"2024-01-0{1 + hour // 24} {hour % 24:02}:00,{10 + hour % 3}\n" for hour in range(48))
DAYS = "time,kWh\n2023-12-31 07:00,61000\n2024-01-01 07:00,61005\n2024-01-02 07:00,120\n2024-01-03 07:00,300.5\n"


# The same in a few lines each: one meter and one kind of readings, a case without anything else.
PLANT = READINGS[: READINGS.index("[meters.S1]")]
ONE = """[meters.M]
parameter = "EC_PJ"
labels = { i = 1 }
[readings]
timezone = "Asia/Jakarta"
[[readings.sources]]
files = "M.csv"
"""
POWER = """kind = "power"
step = "6 h"
stamp = "end"
time = "when"
columns = { M = "kW" }
unit = "kW"
delimiter = ";"
decimal = ","
"""
QUARTERS = "when;kW\n" + "".join(f"2024-01-0{1 + n // 4} {n % 4 * 6:02}:00;{n},5\n" for n in range(1, 9))
COUNTED = """kind = "register"
stamp = "end"
time = "day"
times = "japanese"
columns = { M = "MWh" }
unit = "MWh"
"""
COUNTS = "day,MWh\n令和5年12月31日,12.5\n令和6年1月1日,13\n令和6年1月2日,15.25\n"
INVOICED = """kind = "total"
time = "from"
until = "to"
columns = { M = "kWh" }
unit = "kWh"
"""
INVOICES = "from,to,kWh\n2024-01-01,2024-01-02,1000\n"
LONG = """kind = "interval"
step = "12 h"
stamp = "start"
time = "time"
meter = "meter"
value = "value"
unit = "kWh"
"""
ROWS = "time,meter,value\n2024-01-01 00:00,M,5\n2024-01-01 12:00,M,7\n2024-01-02 00:00,M,0\n2024-01-02 12:00,M,7.5\n"


def reading_seeds() -> list[Files]:
    one = [
        _files(("M.csv", rows), ("case.toml", PLANT + ONE + kind))
        for kind, rows in [(POWER, QUARTERS), (COUNTED, COUNTS), (INVOICED, INVOICES), (LONG, ROWS)]
    ]
    return [*one, _files(("S1.csv", HOURS), ("S3.csv", DAYS), ("case.toml", READINGS))]


@cache
def workbook_seeds() -> list[Files]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filled.xlsx"
        calculate(
            "ID_AM003", EC_PJ=[[1.5, 2]], COP_PJ=1.63, application="cold storage", EF_elec=0.8, p=["2023", "2024"]
        ).to_excel(path)
        own = path.read_bytes()
    return [{"book.xlsx": hostile.written()}, {"book.xlsx": own}]


def read_a_workbook(folder: Path) -> Any:
    return read_workbook(folder / "book.xlsx").calculate()


@cache
def manifest_seeds() -> list[Files]:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in _files(("units.csv", UNITS), ("meters.csv", METERS)).items():
            (Path(folder) / name).write_bytes(content)
        results = [
            read_tables(Path(folder)),
            calculate(
                "ID_AM003",
                EC_PJ=[[1.5, 2]],
                COP_PJ="1.63",
                application="cold storage",
                EF_elec=0.8,
                p=["2023", "2024"],
                facts={"site": "food industry cold storage"},
            ),
            calculate(
                "ID_AM003", EC_PJ=1, COP_PJ=1.6, COP_RE={"cold storage": 1.4}, application="cold storage", EF_elec=1
            ),
        ]
        return [{"manifest.json": json.dumps(result.manifest()).encode()} for result in results]


def replay_it(folder: Path) -> None:
    quiet = io.StringIO()
    with redirect_stdout(quiet), redirect_stderr(quiet):
        replay_manifest(folder / "manifest.json", as_json=True)


def request_seeds() -> list[Files]:
    manifest = calculate("PW_AM001", EG=[[600.0]], p=["2024"]).manifest()
    years = [{"year": 2024, "tonnes": 5, "parts": [{"account": "a", "tonnes": 5, "asked": "5"}]}]
    data = {
        "schema": 2,
        "project": {"number": "XX001"},
        "periods": ["2024"],
        "years": years,
        "previous": [],
        "calculations": [manifest],
    }
    return [{"request.json": json.dumps({**data, "hash": request_digest(data)}).encode()}]


def read_request(folder: Path) -> None:
    problems: list[Any] = []
    earlier = read_previous(folder / "request.json", problems)
    assert (earlier is None) == bool(problems)
    if problems:
        raise InputError("request.json", problems)


ENCODINGS = ("cp932", "utf-16", "utf-8-sig", "latin-1")
READERS["case"] = Reader(case_seeds, spoilt_text('\n="[]{},', *ENCODINGS), read_a_case)
READERS["table"] = Reader(table_seeds, spoilt_text("\n,", *ENCODINGS), read_tables)
READERS["evidence"] = Reader(fuzz_evidence.seeds, spoilt_statements, fuzz_evidence.read)
READERS["readings"] = Reader(reading_seeds, spoilt_text('\n,="{}', *ENCODINGS[:3]), read_metered)
READERS["workbook"] = Reader(workbook_seeds, spoilt_workbook, read_a_workbook)
READERS["manifest"] = Reader(
    manifest_seeds, spoilt_json(lambda data: input_digest(data["call"], data["methodology"]["rules"])), replay_it
)
READERS["request"] = Reader(request_seeds, spoilt_json(request_digest), read_request)
