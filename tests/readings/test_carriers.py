"""The same readings in every file and database that carries them give the same amounts, findings and refusals."""

import hashlib
import json
import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import postgres
import pytest

import jcm_calc
from jcm_calc.base.problems import InputError
from jcm_calc.readings import databases, record

BERLIN = ZoneInfo("Europe/Berlin")
# Two days of 24 and 23 hours: on 31 March the clocks go from 02:00 to 03:00.
FIRST = datetime(2024, 3, 30, tzinfo=BERLIN).astimezone(UTC)
INSTANTS = [FIRST + timedelta(hours=hour) for hour in range(47)]
# A dot of thousands may be meant in each number, 1.125 to 6.875, but a typed number has none.
AMOUNTS = [Decimal(9 + hour * 7 % 47) / 8 for hour in range(47)]
TOTAL = 9 * 47 / 8 + 47 * 46 / 2 / 8
SOURCE = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time"}


@dataclass(frozen=True)
class Rows:
    """Readings as instants and decimals, and in which form they are carried."""

    instants: list
    amounts: list
    column: str = "number"
    clock: str = "local"
    heading: str = "E"
    shown: list | None = None

    @property
    def moments(self):
        """What the clock shows."""
        if self.shown:
            return self.shown
        local = self.clock == "local"
        return [
            moment and (moment.astimezone(BERLIN).replace(tzinfo=None) if local else moment) for moment in self.instants
        ]

    @property
    def cells(self):
        """Numbers or texts."""
        form = {"number": float, "decimal": lambda one: one, "text": str}[self.column]
        return [None if one is None else form(one) for one in self.amounts]

    @property
    def texts(self):
        """Return the times as texts."""
        return [moment and moment.isoformat(" ") for moment in self.moments]

    @property
    def stated(self):
        """Return what the source says of its clock."""
        return {} if self.clock == "local" else {"clock": "stated"}


def frame(rows):
    cells = [float("nan") if cell is None and rows.column == "number" else cell for cell in rows.cells]
    return pd.DataFrame({"time": rows.moments, rows.heading: pd.Series(cells, dtype=None if cells else float)})


def by_frame(rows, folder, _server):
    return {"frame": frame(rows), **rows.stated}


def by_csv(rows, folder, _server):
    pd.DataFrame({"time": rows.texts, rows.heading: rows.cells}).to_csv(folder / "a.csv", index=False)
    return {"files": "a.csv", **rows.stated, "decimal": "."}


def by_parquet(rows, folder, _server):
    frame(rows).to_parquet(folder / "a.parquet")
    return {"files": "a.parquet", **rows.stated}


def by_excel(rows, folder, _server):
    moments = rows.moments if rows.clock == "local" else rows.texts
    pd.DataFrame({"time": moments, rows.heading: rows.cells}).to_excel(folder / "a.xlsx", index=False)
    return {"files": "a.xlsx", **rows.stated, **({"decimal": "."} if rows.column != "number" else {})}


def by_sqlite(rows, folder, _server):
    kind = {"number": "REAL", "decimal": "NUMERIC", "text": "TEXT"}[rows.column]
    with sqlite3.connect(folder / "a.sqlite") as db:
        db.execute(f'CREATE TABLE readings (time TEXT, "{rows.heading}" {kind})')
        cells = [None if cell is None else str(cell) if rows.column == "decimal" else cell for cell in rows.cells]
        db.executemany("INSERT INTO readings VALUES (?, ?)", zip(rows.texts, cells, strict=True))
    db.close()
    decimal = {"decimal": "."} if rows.column == "text" else {}
    return {"database": "a.sqlite", "query": "SELECT * FROM readings -- all;", **rows.stated, **decimal}


def by_postgresql(rows, folder, server):
    kind = {"number": "double precision", "decimal": "numeric", "text": "text"}[rows.column]
    time = "timestamp" if rows.clock == "local" else "timestamptz"
    table = "\n".join(
        "\t".join("\\N" if cell is None else str(cell) for cell in row)
        for row in zip(rows.texts, rows.cells, strict=True)
    )
    psql = f'DROP TABLE IF EXISTS readings; CREATE TABLE readings (time {time}, "{rows.heading}" {kind});\n'
    postgres.psql(server, f"{psql}COPY readings FROM STDIN;\n{table}\n\\.\n")
    decimal = {"decimal": "."} if rows.column == "text" else {}
    return {"service": "plant", "query": "SELECT * FROM readings;", **rows.stated, **decimal}


def by_copy(rows, folder, server):
    """Return what COPY of PostgreSQL and TimescaleDB writes."""
    by_postgresql(rows, folder, server)
    (folder / "c.csv").write_text(postgres.psql(server, "COPY readings TO STDOUT (FORMAT csv, HEADER)"), "utf-8")
    return {"files": "c.csv", **rows.stated, "decimal": "."}


def by_influx(rows, folder, _server):
    """Return annotated CSV in two tables, as ``influx query --raw`` writes it."""
    kind = "string" if rows.column == "text" else "double"
    head = [
        "#group,false,false,false,false,true",
        f"#datatype,string,long,dateTime:RFC3339,{kind},string",
        "#default,_result,,,,",
        f",result,table,_time,{rows.heading},meter",
    ]
    lines = [
        f",,{number // 20},{moment and moment.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')},"
        f"{'' if cell is None else cell},M"
        for number, (moment, cell) in enumerate(zip(rows.instants, rows.cells, strict=True))
    ]
    text = "\r\n".join([*head, *lines[:20], "", *head, *lines[20:], "", ""])
    (folder / "influx.csv").write_bytes(text.encode())
    return {"files": "influx.csv", "format": "InfluxDB", "time": "_time"}


def by_lines(rows, folder, _server):
    """Return points of a field, as ``influxd inspect export-lp`` writes them."""
    heading = rows.heading.replace(" ", "\\ ")
    mark = '"' if rows.column == "text" else ""
    points = [
        f"plant\\ 1,site=North\\ side {heading}={mark}{cell}{mark} {int(moment.timestamp())}000000000"
        for moment, cell in zip(rows.instants, rows.cells, strict=True)
        if cell is not None  # a point has a value
    ]
    (folder / "a.lp").write_text("\n".join(["# DML", "# CONTEXT-DATABASE: plant", *points, ""]))
    return {"files": "a.lp", "format": "line protocol", "time": "time"}


CARRIERS = {
    "DataFrame": by_frame,
    "CSV": by_csv,
    "Parquet": by_parquet,
    "Excel": by_excel,
    "SQLite": by_sqlite,
    "PostgreSQL": by_postgresql,
    "CSV of COPY": by_copy,
    "InfluxDB": by_influx,
    "line protocol": by_lines,
}
NEEDS_A_SERVER = {"PostgreSQL", "CSV of COPY"}
INSTANTS_ONLY = {"InfluxDB", "line protocol"}


@pytest.fixture(scope="module")
def running():
    with postgres.server() as folder:
        yield folder


@pytest.fixture
def server(running, tmp_path, monkeypatch):
    for name, value in postgres.services(running, tmp_path).items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture
def where(request, tmp_path):
    """Return a function from rows to what carries them."""
    carrier = request.param
    server = request.getfixturevalue("server") if carrier in NEEDS_A_SERVER else None

    def carried(rows):
        (folder := tmp_path / str(len(list(tmp_path.iterdir())))).mkdir()
        source = SOURCE | CARRIERS[carrier](rows, folder, server)
        return {**source, "columns": {"M": rows.heading}}, folder

    carried.carrier = carrier
    return carried


each = pytest.mark.parametrize("where", CARRIERS, indirect=True)


COLD_STORE = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8}
BY_METHODOLOGY = {"methodology": "ID_AM003", **COLD_STORE}  # EC_PJ is in MWh


def monitor(source, folder, unit="kWh", **more):
    meter = {"parameter": "EC_PJ", "labels": {"i": 1}, "rated": "20 kW", **({"unit": unit} if unit else {})}
    readings = {"timezone": "Europe/Berlin", "sources": [source]}
    return jcm_calc.monitor({"M": meter}, readings, p="2024-03-30/2024-03-31", folder=folder, **more)


def refusal(source, folder, **more):
    with pytest.raises(InputError) as refused:
        monitor(source, folder, **more)
    return str(refused.value)


def forms(carrier):
    """Return forms of columns and clocks, in which each occurs with another one."""
    if carrier in INSTANTS_ONLY:
        return [("number", "instant"), ("text", "instant")]
    both = [("number", "instant"), ("decimal", "instant"), ("text", "local")]
    return [pair for pair in both if carrier != "Excel" or pair[0] != "decimal"]


@each
def test_each_carrier_gives_the_same_amount_whatever_its_columns_are(where):
    for column, clock in forms(where.carrier):
        monitored = monitor(*where(Rows(INSTANTS, AMOUNTS, column, clock)))
        assert monitored.amounts["M"] == [pytest.approx(TOTAL, rel=1e-12)], (column, clock)
        assert not monitored.findings
        assert monitored.files or where.carrier == "DataFrame"
        assert sum(file.rows for file in monitored.files) in (0, 47)


# unit of the heading and of the meter, and how many MWh one of it is; None where both cannot be used
UNITS = {
    ("", "kWh"): 1e-3,
    ("GJ", ""): 1 / 3.6,
    ("kWh", "MWh"): None,
    ("kg", ""): None,
}


@each
def test_each_carrier_states_a_unit_in_its_heading(where):
    for (unit, of_meter), factor in UNITS.items():
        heading = f"E [{unit}]" if unit else "E"
        source, folder = where(Rows(INSTANTS, AMOUNTS, "number", "instant", heading))
        if factor is None:
            assert "M" in refusal(source, folder, unit=of_meter, **BY_METHODOLOGY), (unit, of_meter)
        else:
            amounts = monitor(source, folder, unit=of_meter, **BY_METHODOLOGY).amounts["M"]
            assert amounts == [pytest.approx(TOTAL * factor, rel=1e-12)], (unit, of_meter)


FIVE = INSTANTS[5]
# What is wrong with the sixth reading: rows in its place, and the finding; a refusal names the value.
FAULTS = {
    "no value": ([(FIVE, None)], "gap"),
    "two values": ([(FIVE, AMOUNTS[5]), (FIVE, Decimal(9))], "conflict"),
    "a spike": ([(FIVE, Decimal(333))], "spike"),
    "no time": ([(None, AMOUNTS[5])], None),
    "another century": ([(FIVE.replace(year=1824), AMOUNTS[5])], None),
}


def faulty(name):
    rows = list(zip(INSTANTS, AMOUNTS, strict=True))
    rows[5:6] = FAULTS[name][0]
    return [list(column) for column in zip(*rows, strict=True)]


@each
def test_each_carrier_is_checked_alike(where):
    for name, (_rows, finding) in FAULTS.items():
        if where.carrier == "line protocol" and name == "no time":
            continue  # cannot be written
        source, folder = where(Rows(*faulty(name), "number", "instant" if where.carrier in INSTANTS_ONLY else "local"))
        if finding is None:
            assert "time" in refusal(source, folder), name
        else:
            assert [one.kind for one in monitor(source, folder).findings] == [finding], name


@pytest.mark.parametrize("where", [name for name in CARRIERS if name not in INSTANTS_ONLY], indirect=True)
def test_each_carrier_of_local_times_is_asked_about_an_hour_that_never_was(where):
    shown = Rows(INSTANTS, AMOUNTS).moments
    shown[26:27] = [datetime(2024, 3, 31, 2)]
    source, folder = where(Rows(INSTANTS, AMOUNTS, shown=shown))
    told = refusal(source, folder)
    assert "2024-03-31 02:00:00" in told
    assert "never occurred" in told


TYPED = ("DataFrame", "Parquet", "SQLite", "PostgreSQL")


@pytest.mark.parametrize("where", TYPED, indirect=True)
def test_infinite_numbers_are_refused_or_missing_and_never_counted(where):
    for text in ("Infinity", "NaN"):
        amounts = [*AMOUNTS[:5], Decimal(text), *AMOUNTS[6:]]
        source, folder = where(Rows(INSTANTS, amounts, "number", "instant"))
        if text == "Infinity" and where.carrier != "Parquet":
            assert "is not a number" in refusal(source, folder)
        else:
            assert [one.kind for one in monitor(source, folder).findings] == ["gap"], text


# Databases


def made(folder, sql="CREATE TABLE readings (time TEXT, E REAL); INSERT INTO readings VALUES ('2024-03-30 00:00', 1)"):
    db = sqlite3.connect(folder / "a.sqlite")
    db.executescript(sql)
    db.close()
    return {**SOURCE, "database": "a.sqlite", "columns": {"M": "E"}, "query": "SELECT * FROM readings"}


WRITING = [
    "DELETE FROM readings",
    "INSERT INTO readings VALUES ('2024-03-30 01:00', 2) RETURNING *",
    "WITH gone AS (DELETE FROM readings RETURNING *) SELECT * FROM gone",
    "SELECT * FROM readings; DROP TABLE readings",
    "SELECT 1) SELECT 1; DROP TABLE readings; --",
    "DROP TABLE readings",
    "COMMIT",
]


@pytest.mark.parametrize("query", [*WRITING, "ATTACH 'b.sqlite' AS b", "PRAGMA query_only = OFF", "SELECT 1 AS E", ";"])
def test_a_query_of_sqlite_that_does_more_than_read_is_refused(tmp_path, query):
    source = made(tmp_path)
    before = (tmp_path / "a.sqlite").read_bytes()
    assert refusal({**source, "query": query}, tmp_path)
    assert (tmp_path / "a.sqlite").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]


@pytest.mark.parametrize(
    "query", [*WRITING, "SELECT written()", "SET TRANSACTION READ WRITE", "COPY readings TO '/tmp/x'"]
)
def test_a_query_of_postgresql_that_does_more_than_read_is_refused(server, tmp_path, query):
    table = (
        "DROP TABLE IF EXISTS readings; CREATE TABLE readings AS SELECT timestamp '2024-03-30' AS time, 1.0 AS \"E\";"
    )
    function = "CREATE OR REPLACE FUNCTION written() RETURNS int LANGUAGE sql AS 'DELETE FROM readings RETURNING 1';"
    postgres.psql(server, table + function)
    told = refusal({**SOURCE, "service": "plant", "query": query, "columns": {"M": "E"}}, tmp_path)
    assert "PostgreSQL, service plant: the query cannot be run: " in told
    assert postgres.psql(server, "SELECT count(*) FROM readings", "-At") == "1\n"
    if "written" in query or query.startswith("INSERT"):
        assert "read-only transaction" in told


def test_a_password_is_in_no_message_and_in_no_record(server, tmp_path, monkeypatch):
    source, folder = {**SOURCE, "service": "plant", "columns": {"M": "E"}}, tmp_path
    query = "SELECT timestamp '2024-03-30' + n * interval '1 hour' AS time, 1.5 AS \"E\" FROM generate_series(0, 47) n"
    query = f"{query} WHERE n <> 26"
    monitored = monitor({**source, "query": query}, folder)
    (stated,) = monitored.provenance()["queries"]
    assert stated["database"] == "postgres (PostgreSQL, service plant)"
    assert (stated["query"], stated["rows"]) == (query, 47)
    assert monitored.provenance()["files"] == []
    assert postgres.PASSWORD not in json.dumps(monitored.provenance())
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    wrong = "correct horse buttery"
    monkeypatch.setenv("PGPASSWORD", wrong)
    told = refusal({**source, "query": query}, folder)
    assert "password authentication failed" in told
    assert wrong not in told
    assert "not found" in refusal({**source, "service": "plant2", "query": query}, folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("service", "host=10.0.0.1 password=hunter2"),
        ("service", "postgresql://reader:hunter2@10.0.0.1/plant"),
        ("service", "plant&password=hunter2"),
        ("database", "postgresql://reader:hunter2@10.0.0.1/plant"),
        ("database", "postgresql://reader:hunter2@10.0.0.1/../plant"),
    ],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path, key, value):
    from jcm_calc.api.case_file import read_case

    case = tmp_path / "case.toml"
    lines = ['methodology = "ID_AM003"', 'p = "2024"', "[meters.M]", 'parameter = "EC_PJ"', "labels = { i = 1 }"]
    lines += ["[readings]", 'timezone = "UTC"', "[[readings.sources]]", 'kind = "register"', 'time = "time"']
    case.write_text("\n".join([*lines, 'columns = { M = "E" }', 'query = "SELECT 1"', f'{key} = "{value}"']))
    with pytest.raises(InputError) as refused:
        read_case(case).monitor()
    assert "hunter2" not in str(refused.value)
    assert "libpq" in str(refused.value)


def test_psql_and_sort_repeat_the_sha256_of_the_rows(server, tmp_path):
    columns = "t timestamptz, l timestamp, d date, x double precision, n numeric, i bigint, b boolean, m text"
    rows = [
        "('2024-03-30 00:00:00.25+07', '2024-03-30', '2024-03-30', 0.1, 10.50, 3, true, 'Ü \"x\"')",
        "('2024-03-30 01:00+07', '2024-03-30 01:00:30', '2024-12-30', 10, 1e-3, -3, false, 'A')",
        "('2024-03-30 02:00+07', NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
        "('2024-03-30 03:00+07', '2024-03-30', '2024-03-30', 1e-7, 123456789012345678.25, 0, NULL, '')",
    ]
    postgres.psql(
        server, f"DROP TABLE IF EXISTS kinds; CREATE TABLE kinds ({columns}); INSERT INTO kinds VALUES {','.join(rows)}"
    )
    query = "SELECT * FROM kinds ORDER BY x"
    shown = postgres.psql(server, query, "-At", "-F", "\t")
    by_hand = hashlib.sha256("".join(sorted(shown.splitlines(keepends=True), key=str.encode)).encode()).hexdigest()
    source = {**SOURCE, "service": "plant", "query": query, "time": "t", "clock": "stated", "columns": {"M": "n"}}
    (read,) = monitor(source, tmp_path).files
    assert (read.sha256, read.rows) == (by_hand, 4)


def test_the_sha256_of_rows_depends_on_rows_alone(tmp_path):
    def sha256(query):
        (read,) = monitor({**made(tmp_path), "query": query}, tmp_path).files
        (tmp_path / "a.sqlite").unlink()
        return read.sha256

    rows = "SELECT '2024-03-30 0' || value || ':00' AS time, value * 1.5 AS E FROM (VALUES (1), (2), (3))"
    rows = rows.replace("value", "column1")
    assert sha256(rows) == sha256(f"{rows} ORDER BY E DESC") != sha256(f"{rows} LIMIT 2")
    lines = b"2024-03-30 01:00\t1.5\n2024-03-30 02:00\t3\n2024-03-30 03:00\t4.5\n"
    assert sha256(rows) == hashlib.sha256(lines).hexdigest()


def test_a_query_goes_with_one_database(tmp_path):
    source = made(tmp_path)
    both = "either database, a SQLite file, or service"
    assert both in refusal({**source, "service": "plant"}, tmp_path)
    assert both in refusal({key: value for key, value in source.items() if key != "query"}, tmp_path)
    assert both in refusal({key: value for key, value in source.items() if key != "database"}, tmp_path)
    assert "takes no part" in refusal({**source, "sheet": "a"}, tmp_path)
    assert "there is no such file" in refusal({**source, "database": "b.sqlite"}, tmp_path)
    assert "binary data" in refusal({**source, "query": "SELECT time, x'00' AS E FROM readings"}, tmp_path)
    (tmp_path / "a.sqlite").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 9)
    assert "a.sqlite: the query cannot be run: " in refusal(source, tmp_path)


def test_the_record_of_a_query_survives_a_workbook(tmp_path):
    source = {**SOURCE, **by_sqlite(Rows(INSTANTS, AMOUNTS), tmp_path, None), "columns": {"M": "E"}}
    source["query"] = "SELECT *\n  FROM readings\n  WHERE E > 0"
    monitored = monitor(source, tmp_path)
    result = jcm_calc.calculate(
        "ID_AM003",
        *monitored.tables,
        **COLD_STORE,
        p="2024-03-30/2024-03-31",
    )
    result.to_excel(tmp_path / "report.xlsx")
    workbook = jcm_calc.read_workbook(tmp_path / "report.xlsx")
    assert workbook.remarks == ()
    of_both = [record.of_tables(one.call["tables"])["queries"] for one in (result, workbook.calculate())]
    assert of_both[0] == of_both[1]
    ((stated,),) = (of_both[0],)
    assert stated == {
        "database": "a.sqlite",
        "query": source["query"],
        "rows": 47,
        "sha256": monitored.files[0].sha256,
    }
    assert "a.sqlite" in workbook.report.sources["EC_PJ"]["source"]


# Folders and files that are still written


def test_a_folder_holds_the_files_in_it_and_below(tmp_path):
    halves = {"2024/a.csv": slice(0, 20), "2024/03/b.csv": slice(20, None)}
    rows = Rows(INSTANTS, AMOUNTS, "text", "instant")
    for name, part in halves.items():
        path = tmp_path / "logger" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["time,E", *map(",".join, zip(rows.texts[part], rows.cells[part], strict=True))]))
    source = {**SOURCE, "clock": "stated", "decimal": ".", "columns": {"M": "E"}}
    for files in ("logger", "logger/**/*.csv", ["logger/2024/a.csv", "logger"]):
        monitored = monitor({**source, "files": files}, tmp_path)
        assert monitored.amounts["M"] == [pytest.approx(TOTAL)], files
        assert sorted(file.name for file in monitored.files) == ["a.csv", "b.csv"]
    # a program copies another file into it
    for name in (".b.csv.Xy12", "c.csv.part", "~$c.xlsx", "c.CSV.tmp"):
        (tmp_path / "logger" / name).write_text("time,E\n2024-03-31 00:00+01:00,9")
    monitored = monitor({**source, "files": "logger"}, tmp_path)
    assert monitored.amounts["M"] == [pytest.approx(TOTAL)]
    assert sorted(path.name for path in monitored.plan.readings[0].waiting) == [
        ".b.csv.Xy12",
        "c.CSV.tmp",
        "c.csv.part",
        "~$c.xlsx",
    ]
    (tmp_path / "logger" / "notes.docx").write_text("x")
    assert "notes.docx: is not in a format that is read" in refusal({**source, "files": "logger"}, tmp_path)
    (tmp_path / "empty").mkdir()
    assert "the folder empty holds no files" in refusal({**source, "files": "empty"}, tmp_path)


def test_a_file_that_was_written_a_moment_ago_waits_where_that_is_stated(tmp_path):
    source = {**SOURCE, **by_csv(Rows(INSTANTS, AMOUNTS), tmp_path, None), "columns": {"M": "E"}}
    (tmp_path / "b.csv").write_text("time,E\n2024-03-31 23:00,9")
    source["files"] = "*.csv"
    assert [one.kind for one in monitor(source, tmp_path).findings] == ["conflict"]
    hour_ago = (tmp_path / "a.csv").stat().st_mtime - 3600
    os.utime(tmp_path / "a.csv", (hour_ago, hour_ago))
    monitored = monitor({**source, "settled": "30 min"}, tmp_path)
    assert [file.name for file in monitored.files] == ["a.csv"]
    assert [path.name for path in monitored.plan.readings[0].waiting] == ["b.csv"]
    told = refusal({**source, "settled": "2 h"}, tmp_path)
    assert "may still be written: a.csv, b.csv" in told
    assert "belongs to files" in refusal({**made(tmp_path), "settled": "2 h"}, tmp_path)


@pytest.mark.parametrize("carrier", ["CSV", "Excel", "line protocol"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch, carrier):
    from jcm_calc.readings import headings

    source = {**SOURCE, **CARRIERS[carrier](Rows(INSTANTS, AMOUNTS), tmp_path, None), "columns": {"M": "E"}}
    choose = headings.choose

    def writing(*arguments):
        path = tmp_path / source["files"]
        path.write_bytes(path.read_bytes() + b"\n")
        return choose(*arguments)

    monkeypatch.setattr(headings, "choose", writing)
    assert f"changed while it was read: {source['files']}" in refusal(source, tmp_path)


# Exports


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("#datatype,string,long\n", "is empty"),
        ("error,reference\nfailed to run,897", "holds an error of InfluxDB"),
        ("#default,_result,,,9\n,result,table,_time,E\n,,0,2024-03-30T00:00:00Z,1.5", "default values for 'E'"),
        (
            ",result,table,_time,E\n,,0,2024-03-30T00:00:00Z,1.5\n\n,result,table,_time,F\n,,0,2024-03-30T01:00:00Z,1",
            "_time",
        ),
        (",result,table,_time,E\n,,0,2024-03-30 00:00,1.5", "'2024-03-30 00:00' (line 2) is not a time"),
    ],
)
def test_annotated_csv_that_cannot_be_read_is_refused(tmp_path, text, told):
    (tmp_path / "a.csv").write_text(text)
    source = {**SOURCE, "files": "a.csv", "format": "InfluxDB", "time": "_time", "columns": {"M": "E"}}
    assert told in refusal(source, tmp_path)


@pytest.mark.parametrize(
    "line", ["plant E=1.5", "plant,site E=1.5 1711753200000000000", "plant E 1711753200000000000", "E=1,5", '"plant']
)
def test_a_line_that_is_not_a_point_is_named(tmp_path, line):
    (tmp_path / "a.lp").write_text(f"# DML\nplant E=1.5 1711753200000000000\n{line}\n")
    source = {**SOURCE, "files": "a.lp", "format": "line protocol", "columns": {"M": "E"}}
    assert "a.lp: line 3 is not a point in line protocol" in refusal(source, tmp_path)
    (tmp_path / "a.lp").write_text("# DML\n\nplant E=1.5 1711753200000000000\nplant E=x 1711756800000000000\n")
    assert "'x' (line 4) is not a number" in refusal(source, tmp_path)


def test_line_protocol_has_escapes_quotes_and_whole_numbers(tmp_path):
    lines = [
        r'a\,b\ c,meter=M\=1,site=N\ S E=3i,note="x, y=\"z\" 1" 1711753200000000000',
        r"a\,b\ c,meter=M\=1 E=4u 1711756800000000000",
        "other,meter=Q E=9.5 1711756800000000000",
    ]
    (tmp_path / "a.lp").write_text("\n".join(lines))
    source = {**SOURCE, "files": "a.lp", "format": "line protocol", "columns": {"M": "E"}}
    for only in ({"measurement": "a,b c"}, {"meter": ["M=1"]}):
        monitored = monitor({**source, "only": only}, tmp_path)
        assert monitored.read["M"] == [pytest.approx(7)]
        assert monitored.files[0].rows == 2
    assert monitor({**source, "only": {"note": 'x, y="z" 1'}}, tmp_path).read["M"] == [pytest.approx(3)]


def test_the_report_names_the_query(tmp_path):
    source = {**SOURCE, **by_sqlite(Rows(INSTANTS, AMOUNTS), tmp_path, None), "columns": {"M": "E"}}
    source["query"] = "SELECT * FROM readings WHERE E < 99"
    tables = monitor(source, tmp_path).tables
    result = jcm_calc.calculate("ID_AM003", *tables, **COLD_STORE, p="2024-03-30/2024-03-31")
    result.to_html(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "a.sqlite: <code>SELECT * FROM readings WHERE E &lt; 99</code>" in text


def test_a_query_without_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "MOST", 3)
    endless = "WITH RECURSIVE n(time) AS (SELECT 1 UNION ALL SELECT time + 1 FROM n) SELECT time, time AS E FROM n"
    assert "a.sqlite: the query cannot be run: interrupted" in refusal({**made(tmp_path), "query": endless}, tmp_path)
