"""Readings in a database: one query that can only read, copied into the store with the SHA-256 of its rows.

A case file may be written by another person. It therefore names a PostgreSQL server only by a connection service of
libpq: the address and the way to log in are those that the user of this computer has set up, and no secret passes
through the library.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.readings.files import ReadFile, ReadingsTable
from jcm_calc.readings.plan import Readings
from jcm_calc.readings.store import Store

ROWS = 100_000  # that are taken at once
STEPS, MOST = 1_000_000, 5_000  # of SQLite: between two looks, and looks; some minutes, or a hundred million rows
ALL = "rows_of_the_query"
SECONDS = 30  # to wait for a server
NUMERIC = (b"ADBC:postgresql:typname", b"numeric")  # numbers that are exact in the database, and travel as texts


class QueryTable(ReadingsTable):
    """The rows of a query, and what was read: the database, the query and the SHA-256 of its rows."""

    where = _("row {line}")

    def __init__(self, store: Store, readings: Readings) -> None:
        super().__init__()
        self.name, self.relation = readings.name, store.name()
        copied = _from_sqlite if readings.database else _from_postgresql
        self.headings, self.exact, database = copied(store, self.relation, readings)
        self.rows = store.number(f"SELECT count(*) FROM {self.relation}")
        self.read = ReadFile(database, _digest(store, self.relation), self.rows, query=readings.query)

    def load(self, store: Store, numbers: Sequence[int], problems: list[Problem]) -> str:
        """Return SQL of the columns that are wanted, with the number of each row."""
        cells = [f"CAST(c{one} AS DOUBLE) AS c{one}" if one in self.exact else f"c{one}" for one in numbers]
        return f"(SELECT {', '.join(['rowid + 1 AS line', *cells])} FROM {self.relation})"


Copied = tuple[tuple[str, ...], set[int], str]  # headings, the columns of exact numbers, what to call the database


def _named_query(query: str, headings: Sequence[str]) -> str:
    """Return a query whose columns are called c1, c2 …; only what can be part of a SELECT is one."""
    names = f"({', '.join(f'c{number}' for number in range(1, len(headings) + 1))})" if headings else ""
    return f"WITH {ALL}{names} AS (\n{query.strip().rstrip(';')}\n)"


def _headings(name: str, description: Sequence[Sequence[Any]] | None) -> tuple[str, ...]:
    if not description:
        raise InputError.of(name, _("the query returns no columns"))
    return tuple(str(column[0]) for column in description)


def _cannot(name: str, reason: str) -> InputError:
    return InputError.of(name, _("the query cannot be run: {reason}").format(reason=reason))


# SQLite


def _from_sqlite(store: Store, relation: str, readings: Readings) -> Copied:
    assert readings.database is not None
    try:
        with closing(sqlite3.connect(f"{readings.database.absolute().as_uri()}?mode=ro", uri=True)) as db:
            # a view of the file must not do more than read, and all that follows sees the same rows
            for setting in ("PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON", "BEGIN"):
                db.execute(setting)
            looks = iter(range(MOST))
            db.set_progress_handler(lambda: next(looks, None) is None, STEPS)  # a query may have no end
            found = db.execute(f"{_named_query(readings.query, ())} SELECT * FROM {ALL} LIMIT 0")
            headings = _headings(readings.name, found.description)
            _copy_sqlite(store, relation, db, readings, headings)
    except sqlite3.Error as error:
        raise _cannot(readings.name, str(error)) from None
    return headings, set(), readings.name


def _copy_sqlite(
    store: Store, relation: str, db: sqlite3.Connection, readings: Readings, headings: Sequence[str]
) -> None:
    """Copy rows; a column is of whole numbers, of numbers or of texts, as all its cells are."""
    query = _named_query(readings.query, headings)
    names = [f"c{number}" for number in range(1, len(headings) + 1)]
    asked = ", ".join(f"max(typeof({name}) = '{kind}')" for name in names for kind in ("text", "real", "blob"))
    holds = iter(db.execute(f"{query} SELECT {asked} FROM {ALL}").fetchone())
    kinds = {}
    for name, heading in zip(names, headings, strict=True):
        texts, reals, blobs = next(holds), next(holds), next(holds)
        if blobs:
            raise InputError.of(readings.name, _("the column {heading!r} holds binary data").format(heading=heading))
        kinds[name] = str if texts else float if reals else int
    types = {str: "VARCHAR", float: "DOUBLE", int: "BIGINT"}
    columns = ", ".join(f"{name} {types[kind]}" for name, kind in kinds.items())
    store.db.execute(f"CREATE TABLE {relation} ({columns})")
    rows = db.execute(f"{query} SELECT * FROM {ALL}")
    while part := rows.fetchmany(ROWS):
        _append(store, relation, kinds, part)


def _append(store: Store, relation: str, kinds: dict[str, Any], rows: Sequence[tuple[Any, ...]]) -> None:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(kinds), dtype=object)
    texts = [name for name, kind in kinds.items() if kind is str]  # of which some cells may be numbers
    frame[texts] = frame[texts].map(str, na_action="ignore")
    types = {float: "float64", int: "Int64"}
    store.register("given", frame.astype({name: types[kind] for name, kind in kinds.items() if kind is not str}))
    store.db.execute(f"INSERT INTO {relation} SELECT * FROM given")
    store.db.unregister("given")


# PostgreSQL


def _from_postgresql(store: Store, relation: str, readings: Readings) -> Copied:
    try:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
        from pyarrow.lib import ArrowException
    except ModuleNotFoundError:
        complaint = _("PostgreSQL needs its driver: install it with pip install 'jcm-calc[postgresql]'")
        raise InputError.of("[[readings.sources]]", complaint) from None
    address = f"postgresql:///?service={readings.service}&connect_timeout={SECONDS}&fallback_application_name=jcm"
    try:
        with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
            # nothing but the query depends on settings of the user or the server
            for setting in ("BEGIN TRANSACTION READ ONLY ISOLATION LEVEL REPEATABLE READ", "SET LOCAL TIME ZONE 'UTC'"):
                cursor.execute(setting)
            cursor.execute("SELECT current_database()")
            database = cursor.fetchone()[0]
            cursor.execute(f"{_named_query(readings.query, ())} SELECT * FROM {ALL} LIMIT 0")
            headings = _headings(readings.name, cursor.description)
            cursor.execute(f"{_named_query(readings.query, headings)} SELECT * FROM {ALL}")
            rows = cursor.fetch_record_batch()
            kinds = (field.metadata or {} for field in rows.schema)
            exact = {number for number, kind in enumerate(kinds, 1) if NUMERIC in kind.items()}
            store.db.register("given", rows.schema.empty_table())
            store.db.execute(f"CREATE TABLE {relation} AS SELECT * FROM given")
            for part in rows:
                store.db.register("given", part)
                store.db.execute(f"INSERT INTO {relation} SELECT * FROM given")
            store.db.unregister("given")
    except (Error, ArrowException) as error:
        raise _cannot(readings.name, _reason(error)) from None
    return headings, exact, f"{database} ({readings.name})"


def _reason(error: Exception) -> str:
    """Return what the server says, without the words of the driver."""
    said = str(error).partition("\nQuery was:")[0]
    for sign in ("ERROR:", "FATAL:"):
        said = said.rpartition(sign)[2]
    return " ".join(said.split())


# Repeating


def _digest(store: Store, relation: str) -> str:
    """Return the SHA-256 of rows as lines in UTF-8, with tabs between cells, in the order of their bytes.

    The cells are as psql shows them without alignment, so that ``psql | sort | sha256sum`` repeats the number.
    """
    line = " || chr(9) || ".join(f"coalesce({sql}, '')" for sql in _cells_sql(store.types(relation)))
    lines = store.db.execute(f"SELECT {line} AS line FROM {relation} ORDER BY line")
    found = hashlib.sha256()
    while rows := lines.fetchmany(ROWS):
        found.update("".join(f"{line}\n" for (line,) in rows).encode())
    return found.hexdigest()


def _cells_sql(kinds: dict[str, str]) -> Iterator[str]:
    """Yield SQL of the text of each cell: as psql shows it."""
    for name, kind in kinds.items():
        if kind == "BOOLEAN":
            yield f"CASE WHEN {name} THEN 't' WHEN NOT {name} THEN 'f' END"
        elif kind in ("DOUBLE", "FLOAT"):
            yield f"regexp_replace(CAST({name} AS VARCHAR), '\\.0$', '')"
        else:
            yield f"CAST({name} AS VARCHAR)"
