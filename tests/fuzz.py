"""Does any file break a reader? `python tests/fuzz.py [READER ...] [--inputs N]`, and a table of what came of each.

Files are made from good ones: bytes flipped, pieces cut out, moved or doubled, values replaced by what nobody
should write; of workbooks most within the XML, which is then zipped again, and of JSON within the data,
whose hash is then mended. What may come of a file: one of the stated errors, or a result of finite numbers.
Anything else is a failure: another exception, a number that is none, more than `SECONDS`, more than 500 MB.

Each input is made from its number alone: `--only NUMBER` makes it again.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import math
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hostile
import pandas as pd

from jcm_calc import InputError, MethodologyNotFoundError, calculate
from jcm_calc.case_file import read_case
from jcm_calc.cli.calculating import replay_manifest
from jcm_calc.evaluation import EvaluationError
from jcm_calc.issuance.earlier import read_earlier, request_digest
from jcm_calc.manifest import input_digest
from jcm_calc.workbook.reading import read_workbook

ROOT = Path(__file__).parent.parent
STATED = (InputError, MethodologyNotFoundError, EvaluationError)
SECONDS = 20
MEGABYTES = 500
CHUNK = 250
JUNK = [
    "", " ", "0", "-0", "-1", "1e308", "1e-320", "nan", "inf", "-inf", "1e999", "9" * 400, "0x10", "1_0", "1,5",
    "1.5.2", "１２", "²", "½", "٣", "\u202e5", "\ufeff", "\u0000", "\ud7ff", "𝟙", "a" * 5000, "=1+1", "@SUM(A1)",
    "-5 MWh", "5 kg", "5 MWh/yr", "5 %", "5 degC", "1/0", "2024", "2024-02-30", "0000-01-01", "9999-12-31",
    "2024-01-01/2023-01-01", "01/02/2024", "31/Dec/9999", "true", "none", "grid", "i", "p", "ER", "__class__",
    "EC_PJ", "../../etc/passwd", "C:\\x", "\n", "\r", "\t", ";", "'", '"', "<&>", "[[", "{}", "#REF!", "#N/A",
    "1e5 MWh", "1" * 40 + " MWh",
]  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """A reader of files: good ones to begin with, how they are spoilt, and what reads them.

    ``seeds`` are files by name. ``spoil`` takes a random source and the files and returns spoilt ones;
    ``read`` takes their folder, and returns results if there are any.
    """

    seeds: Callable[[], list[dict[str, bytes]]]
    spoil: Callable[[random.Random, dict[str, bytes]], dict[str, bytes]]
    read: Callable[[Path], Any]


READERS: dict[str, Reader] = {}


# Ways to spoil


def spoilt_bytes(rng: random.Random, content: bytes) -> bytes:
    """Flip, cut out, double, move or insert bytes, once or a few times."""
    spoilt = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at, length = rng.randrange(len(spoilt) + 1), min(rng.choice([1, 2, 8, 64, 1000]), len(spoilt))
        match rng.randrange(6):
            case 0 if spoilt:
                spoilt[min(at, len(spoilt) - 1)] ^= 1 << rng.randrange(8)
            case 1:
                del spoilt[at : at + length]
            case 2:
                spoilt[at:at] = spoilt[at : at + length]
            case 3:
                spoilt[at:at] = rng.choice(JUNK).encode("utf-8", "surrogatepass")
            case 4:
                spoilt[at : at + length] = rng.randbytes(length)
            case _:
                del spoilt[at:]
    return bytes(spoilt)


def spoilt_cells(rng: random.Random, content: bytes, separators: str) -> bytes:
    """Replace, swap or double what stands between separators."""
    text = content.decode("utf-8", "surrogateescape")
    for _ in range(rng.choice([1, 1, 2, 4])):
        separator = rng.choice([sign for sign in separators if sign in text] or ["\n"])
        cells = text.split(separator)
        at, other = rng.randrange(len(cells)), rng.randrange(len(cells))
        match rng.randrange(5):
            case 0:
                cells.insert(at, cells[other])
            case 1:
                del cells[at]
            case 2:
                cells[at], cells[other] = cells[other], cells[at]
            case _:
                cells[at] = rng.choice(JUNK)
        text = separator.join(cells)
    return text.encode("utf-8", "surrogatepass")


def spoilt_text(separators: str, *encodings: str) -> Callable[[random.Random, dict[str, bytes]], dict[str, bytes]]:
    """Spoil one of the files: mostly its cells, else its bytes, at times its encoding or line ends."""

    def spoil(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
        name = rng.choice(list(files))
        way = rng.random()
        content = files[name]
        if way < 0.65:
            content = spoilt_cells(rng, content, separators)
        elif way < 0.9:
            content = spoilt_bytes(rng, content)
        else:
            text = spoilt_cells(rng, content, separators).decode("utf-8", "replace")
            content = text.replace("\n", rng.choice(["\n", "\r\n", "\r"])).encode(rng.choice(encodings), "replace")
        return {**files, name: content}

    return spoil


def junk_value(rng: random.Random) -> Any:
    odd = [
        None,
        True,
        -1,
        0,
        1e308,
        float("nan"),
        10**400,
        [],
        {},
        [[]],
        [None],
        {"": 0},
        [1, "a"],
        {"array": [1, [2]]},
    ]
    return rng.choice([rng.choice(JUNK), rng.choice(odd)])


def spoilt_data(rng: random.Random, data: Any) -> Any:
    """Replace, take away or add one value somewhere within JSON."""
    if isinstance(data, dict) and data and rng.random() < 0.9:
        key = rng.choice(list(data))
        way = rng.random()
        if way < 0.7:
            return {**data, key: spoilt_data(rng, data[key])}
        if way < 0.85:
            return {name: value for name, value in data.items() if name != key}
        return {**data, rng.choice([key, *JUNK]): junk_value(rng)}
    if isinstance(data, list) and data and rng.random() < 0.8:
        at = rng.randrange(len(data))
        return [*data[:at], spoilt_data(rng, data[at]), *data[at + rng.choice([1, 1, 0]) :]]
    return junk_value(rng)


def spoilt_json(mend: Callable[[Any], str]) -> Callable[[random.Random, dict[str, bytes]], dict[str, bytes]]:
    """Spoil data; mostly with a hash that fits again, or nothing behind it would ever be reached."""

    def spoil(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
        ((name, content),) = files.items()
        if rng.random() < 0.15:
            return {name: spoilt_bytes(rng, content)}
        data = json.loads(content)
        for _ in range(rng.choice([1, 1, 2])):
            data = spoilt_data(rng, data)
        if rng.random() < 0.9:
            with suppress(LookupError, TypeError, ValueError, AttributeError):
                data["hash"] = mend(data)
        return {name: json.dumps(data).encode()}

    return spoil


def spoilt_workbook(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """Spoil the XML of a part and zip it again; in one case of five spoil the file itself."""
    ((name, content),) = files.items()
    if rng.random() < 0.2:
        return {name: spoilt_bytes(rng, content)}
    parts = hostile.parts_of(content)
    for _ in range(rng.choice([1, 1, 2])):
        inner = [part for part in parts if part.startswith("xl/")] if rng.random() < 0.95 else list(parts)
        part = rng.choice(inner)
        way = rng.random()
        if way < 0.7:
            parts[part] = spoilt_cells(rng, parts[part], '<>"')
        elif way < 0.97:
            parts[part] = spoilt_bytes(rng, parts[part])
        elif len(parts) > 1:
            del parts[part]
    return {name: hostile.archive_of(parts)}


# What is read


def _files(*contents: tuple[str, str]) -> dict[str, bytes]:
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


def case_seeds() -> list[dict[str, bytes]]:
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


def table_seeds() -> list[dict[str, bytes]]:
    return [_files(("units.csv", UNITS), ("meters.csv", METERS))]


def read_tables(folder: Path) -> Any:
    return calculate("ID_AM003", folder / "units.csv", folder / "meters.csv", EF_elec=0.8)


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
zone = "Asia/Jakarta"
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


def reading_seeds() -> list[dict[str, bytes]]:
    return [_files(("S1.csv", HOURS), ("S3.csv", DAYS), ("case.toml", READINGS))]


def workbook_seeds() -> list[dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filled.xlsx"
        calculate(
            "ID_AM003", EC_PJ=[[1.5, 2]], COP_PJ=1.63, application="cold storage", EF_elec=0.8, p=["2023", "2024"]
        ).to_excel(path)
        own = path.read_bytes()
    return [{"book.xlsx": hostile.written()}, {"book.xlsx": own}]


def read_a_workbook(folder: Path) -> Any:
    return read_workbook(folder / "book.xlsx").calculate()


def manifest_seeds() -> list[dict[str, bytes]]:
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


def request_seeds() -> list[dict[str, bytes]]:
    manifest = calculate("PW_AM001", EG=[[600.0]], p=["2024"]).manifest()
    years = [{"year": 2024, "tonnes": 5, "parts": [{"account": "a", "tonnes": 5, "asked": "5"}]}]
    data = {
        "schema": 1,
        "project": {"number": "XX001"},
        "periods": ["2024"],
        "years": years,
        "earlier": [],
        "calculations": [manifest],
    }
    return [{"request.json": json.dumps({**data, "hash": request_digest(data)}).encode()}]


def read_request(folder: Path) -> None:
    problems: list[Any] = []
    earlier = read_earlier(folder / "request.json", problems)
    assert (earlier is None) == bool(problems)
    if problems:
        raise InputError("request.json", problems)


READERS["case"] = Reader(case_seeds, spoilt_text('\n="[]{},', "cp932", "utf-16", "utf-8-sig", "latin-1"), read_a_case)
READERS["table"] = Reader(table_seeds, spoilt_text("\n,", "cp932", "utf-16", "utf-8-sig", "latin-1"), read_tables)
READERS["readings"] = Reader(reading_seeds, spoilt_text('\n,="{}', "cp932", "utf-16", "utf-8-sig"), read_a_case)
READERS["workbook"] = Reader(workbook_seeds, spoilt_workbook, read_a_workbook)
READERS["manifest"] = Reader(
    manifest_seeds, spoilt_json(lambda data: input_digest(data["call"], data["methodology"]["rules"])), replay_it
)
READERS["request"] = Reader(request_seeds, spoilt_json(request_digest), read_request)


# The oracle


class Hang(Exception):
    """A reader that takes too long."""


class Nonsense(Exception):
    """A result that should have been refused."""


@dataclass
class Outcomes:
    """What came of some inputs of a reader."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    megabytes: float = 0.0
    seconds: float = 0.0

    def add(self, other: Outcomes) -> None:
        self.counts += other.counts
        for place, number in other.failures.items():
            self.failures.setdefault(place, number)
        self.slowest, self.megabytes = max(self.slowest, other.slowest), max(self.megabytes, other.megabytes)
        self.seconds += other.seconds


def made(reader: str, number: int, seeds: list[dict[str, bytes]]) -> dict[str, bytes]:
    """Return input number so-and-so of a reader."""
    rng = random.Random(f"{reader} {number}")
    return READERS[reader].spoil(rng, rng.choice(seeds))


def judged(reader: str, folder: Path) -> str:
    """Read what lies in a folder; return what came of it, or raise what should not have come."""
    try:
        result = READERS[reader].read(folder)
        if result is not None:
            check(result)
    except STATED:
        return "refused"
    return "accepted"


def check(result: Any) -> None:
    """Refuse to accept a result that is no number, or that cannot be written down."""
    for name in ("RE", "PE", "ER"):
        if not all(map(math.isfinite, result.full(name).ravel().tolist())):
            raise Nonsense(f"{name} is not finite")
    json.dumps(result.manifest(), allow_nan=False)
    try:
        result.by_year()
    except ValueError as error:
        if "several calendar years" not in str(error):
            raise


def peak() -> float:
    """The most memory that this process has ever taken, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def examine(part: tuple[str, int, int]) -> tuple[str, Outcomes]:
    """Make inputs of a reader and look what comes of each."""
    reader, first, count = part
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(Hang(f"more than {SECONDS} s")))
    seeds, outcomes, begun = READERS[reader].seeds(), Outcomes(), time.perf_counter()
    with tempfile.TemporaryDirectory() as parent:
        for number in range(first, first + count):
            folder = Path(parent) / str(number)
            folder.mkdir()
            for name, content in made(reader, number, seeds).items():
                (folder / name).write_bytes(content)
            before, start = peak(), time.perf_counter()
            signal.alarm(SECONDS)
            try:
                outcomes.counts[judged(reader, folder)] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise
                outcomes.counts["failed"] += 1
                outcomes.failures.setdefault(place_of(error), number)
            finally:
                signal.alarm(0)
            outcomes.slowest = max(outcomes.slowest, time.perf_counter() - start)
            outcomes.megabytes = max(outcomes.megabytes, peak() - before)
            if peak() - before > MEGABYTES:
                outcomes.counts["failed"] += 1
                outcomes.failures.setdefault(f"takes more than {MEGABYTES} MB", number)
            for path in sorted(folder.rglob("*"), reverse=True):
                path.unlink()
            folder.rmdir()
    outcomes.seconds = time.perf_counter() - begun
    return reader, outcomes


def place_of(error: BaseException) -> str:
    """Name an exception and the line of this library that it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "jcm_calc" in frame.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "elsewhere"
    return (
        f"{type(error).__name__} in {place}: {str(error)[:100]!r}"
        if not frames
        else f"{type(error).__name__} in {place}"
    )


def campaign(readers: list[str], inputs: int, first: int = 0) -> dict[str, Outcomes]:
    """Spoil files and read them, on all cores."""
    parts = [
        (reader, start, min(CHUNK, first + inputs - start))
        for reader in readers
        for start in range(first, first + inputs, CHUNK)
    ]
    found = {reader: Outcomes() for reader in readers}
    workers = multiprocessing.get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=20)
    with workers as pool, suppress(KeyboardInterrupt):  # what has been found by then is worth a table
        for done, (reader, outcomes) in enumerate(pool.imap_unordered(examine, parts), 1):
            found[reader].add(outcomes)
            print(f"{done} of {len(parts)} parts", end="\r", file=sys.stderr)
    return found


def report(found: dict[str, Outcomes]) -> str:
    """Return the table, and where failures came from."""
    rows = {
        reader: {
            "inputs": sum(one.counts.values()),
            "accepted": one.counts["accepted"],
            "refused": one.counts["refused"],
            "failed": one.counts["failed"],
            "slowest, s": round(one.slowest, 1),
            "memory, MB": round(one.megabytes),
            "core seconds": round(one.seconds),
        }
        for reader, one in found.items()
    }
    lines = [pd.DataFrame(rows).T.to_string()]
    lines += [
        f"  {reader} {number}: {place}" for reader, one in found.items() for place, number in one.failures.items()
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("readers", nargs="*", default=list(READERS), help="readers, all of them if none is named")
    parser.add_argument("--inputs", type=int, default=1000, help="inputs for each reader")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--only", type=int, help="make this input again, and show what comes of it")
    arguments = parser.parse_args()
    if arguments.only is not None:
        (reader,) = arguments.readers
        folder = Path(tempfile.mkdtemp())
        for name, content in made(reader, arguments.only, READERS[reader].seeds()).items():
            (folder / name).write_bytes(content)
        print(folder)
        faulthandler.enable()
        print(judged(reader, folder))
        return 0
    found = campaign(arguments.readers, arguments.inputs, arguments.first)
    print(report(found))
    return int(any(one.counts["failed"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
