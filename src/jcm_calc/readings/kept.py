"""Readings of files that were read before, in one database next to the case file.

The database is a copy that can be made again from the files at any time. A file is read again unless its name, its
SHA-256, what the plan says about reading it and the version of the library are those of the copy. A copy that is
damaged, of another form, or has other rows than were written is not used.

It is a database of DuckDB and not a set of Parquet files, because DuckDB adds and removes the rows of one file in
a transaction: a process that is killed leaves the state before or after it, and nothing has to be written twice.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.base import hashes
from jcm_calc.readings import clock
from jcm_calc.readings.plan import Meter, Readings

if TYPE_CHECKING:
    import duckdb

FORM = 2  # of the tables below
PROGRAM = "jcm_calc: copy of readings"
COLUMNS = "meter VARCHAR, stamp BIGINT, until BIGINT, value DOUBLE, flag INTEGER"
NAMES = "meter, stamp, until, value, flag"
ROWS = "count(*), CAST(coalesce(sum(hash(meter, stamp, until, value, flag) >> 24), 0) AS VARCHAR)"
MAGIC = b"DUCK"  # at byte 8 of a database
# What the database says where another process, or another part of this one, has it open.
IN_USE = ("Could not set lock", "already attached", "file handle conflict", "being used by another process")

_open: set[Path] = set()  # by this process, for which the lock of the file does not count
_opening = threading.Lock()


@dataclass(frozen=True)
class FileReadings:
    """What was read of one file."""

    points: str  # SQL of its readings: meter, stamp, until, value and flag, in the order of the file
    units: Mapping[str, str]  # the unit that a heading states, by meter
    counts: tuple[int, int, int] = (0, 0, 0)  # of its lines: read, left out as the plan says, blank


class KeptReadings:
    """Copies of readings in an attached database, by the key of a file; `writable` says whether more can be kept."""

    def __init__(self, db: duckdb.DuckDBPyConnection, writable: bool) -> None:
        self.db, self.writable = db, writable
        self.used: set[str] = set()

    def find(self, key: str) -> FileReadings | None:
        """Return what is kept of a file; None where nothing is."""
        found = self.db.execute("SELECT number, stated FROM kept.files WHERE key = ?", [key]).fetchall()
        if not found:
            return None
        ((number, stated),) = found
        self.used.add(key)
        of_file = json.loads(stated)
        return FileReadings(f"SELECT {NAMES} FROM kept.p{number}", of_file["units"], tuple(of_file["counts"]))

    def changed(self) -> list[str]:
        """Return the keys of files of which something else is here than was written; fails on a damaged database."""
        files = self.db.execute("SELECT key, number, content, stated FROM kept.files").fetchall()
        return [key for key, number, content, stated in files if content != self._content(key, number, stated)]

    def _content(self, key: str, number: int, stated: str) -> str:
        """Return a digest of what is kept of a file."""
        return hashes.digest([key, stated, *self.db.execute(f"SELECT {ROWS} FROM kept.p{number}").fetchall()[0]])

    def keep(self, key: str, one: FileReadings) -> FileReadings | None:
        """Copy the readings of a file, in one transaction; None where that fails, on a full disk for example."""
        import duckdb

        if not self.writable:
            return None
        stated = json.dumps({"units": dict(one.units), "counts": one.counts})
        try:
            with self._transaction():
                ((number,),) = self.db.execute("SELECT coalesce(max(number), 0) + 1 FROM kept.files").fetchall()
                self.db.execute(f"CREATE TABLE kept.p{number} ({COLUMNS})")
                self.db.execute(f"INSERT INTO kept.p{number} SELECT {NAMES} FROM ({one.points})")
                content = self._content(key, number, stated)
                self.db.execute("INSERT INTO kept.files VALUES (?, ?, ?, ?)", [key, number, content, stated])
        except duckdb.Error:
            return None
        return self.find(key)

    def drop_unused(self) -> None:
        """Remove what is kept of files that are not read any more, or not with this content."""
        keys = {key for (key,) in self.db.execute("SELECT key FROM kept.files").fetchall()}
        self.drop(keys - self.used)

    def drop(self, keys: Collection[str]) -> None:
        """Remove what is kept of some files, in one transaction."""
        if keys:
            with self._transaction():
                for key in keys:
                    for (number,) in self.db.execute("SELECT number FROM kept.files WHERE key = ?", [key]).fetchall():
                        self.db.execute(f"DROP TABLE IF EXISTS kept.p{number}")
                        self.db.execute("DELETE FROM kept.files WHERE number = ?", [number])

    def begin(self) -> None:
        """Make the tables anew, in one transaction."""
        tables = self.db.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept'").fetchall()
        with self._transaction():
            for (name,) in tables:
                self.db.execute(f'DROP TABLE kept."{name}"')
            self.db.execute("CREATE TABLE kept.about (program VARCHAR, form INTEGER)")
            self.db.execute("INSERT INTO kept.about VALUES (?, ?)", [PROGRAM, FORM])
            columns = "key VARCHAR, number INTEGER, content VARCHAR, stated VARCHAR"
            self.db.execute(f"CREATE TABLE kept.files ({columns})")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")


def keys_of(files: Mapping[Path, str], readings: Readings, meters: Mapping[str, Meter]) -> dict[Path, str]:
    """Return the key of each file: of its name, its SHA-256, and all else that its readings depend on."""
    where = readings.where
    changes: list[Any] = []
    if where is not None:  # the rules of a zone are data that may change
        shifts = clock.changes(where, clock.FIRST, clock.LAST)
        changes = [clock.offset(clock.FIRST, where), *([one.instant, one.after] for one in shifts)]
    units = {name: meter.unit for name, meter in meters.items()}
    same = [FORM, _version(), repr(replace(readings, files=(), waiting=(), frame=None)), changes, units]
    return {path: hashes.digest([*same, path.name, sha256]) for path, sha256 in files.items()}


@cache
def _version() -> str:
    """Return the version of this package, which is read from a file."""
    return metadata.version("jcm-calc")


@contextmanager
def opened(db: duckdb.DuckDBPyConnection, path: Path | None) -> Iterator[KeptReadings | None]:
    """Attach the database of a case and yield it; None where it cannot be used, so that all files are read.

    It cannot be used while another process has it, or in a folder that cannot be written and has none. A file of that
    name that is not such a database is left as it is. One that is damaged is put aside under another name.
    """
    import duckdb

    path = None if path is None else path.absolute()
    with _opening:
        free = path is not None and path not in _open
        if path is not None and free:
            _open.add(path)
    kept = None
    try:
        if path is not None and free:
            with suppress(duckdb.Error, OSError):
                kept = _attached(db, path)
        yield kept
        if kept is not None and kept.writable:
            with suppress(duckdb.Error):  # a full disk, for example: what is kept is a copy
                kept.drop_unused()
    finally:
        if kept is not None:
            _detach(db)
        if path is not None and free:
            with _opening:
                _open.discard(path)


def _attached(db: duckdb.DuckDBPyConnection, path: Path) -> KeptReadings | None:
    """Attach a database of ours, or a new one; None where the file is another one, or cannot be used."""
    import duckdb

    there = path.exists()
    if there and path.stat().st_size and not _is_database(path):
        return None
    writable = os.access(path.parent, os.W_OK) and (not there or os.access(path, os.W_OK))
    if not writable and not there:
        return None
    name = str(path).replace("'", "''")
    try:
        db.execute(f"ATTACH '{name}' AS kept{'' if writable else ' (READ_ONLY)'}")
        found = _checked(KeptReadings(db, writable))
    except duckdb.Error as error:
        _detach(db)
        if not writable or not there or any(sign in str(error) for sign in IN_USE):
            return None
        _put_aside(path)
        return _attached(db, path)
    if found is None:
        _detach(db)
    return found


def _checked(kept: KeptReadings) -> KeptReadings | None:
    """Return what is kept, without rows that have changed; None where the database is not ours, or cannot be used."""
    db = kept.db
    named = "SELECT table_name, column_count FROM duckdb_tables() WHERE database_name = 'kept'"
    tables = dict(db.execute(named).fetchall())
    views = db.execute("SELECT count(*) FROM duckdb_views() WHERE database_name = 'kept' AND NOT internal").fetchall()
    if views != [(0,)] or (tables and tables.get("about") != 2):
        return None  # a process may end before the first transaction: there are no tables then
    about = db.execute("SELECT * FROM kept.about").fetchall() if tables else []
    if tables and [one[0] for one in about] != [PROGRAM]:
        return None
    if about != [(PROGRAM, FORM)]:
        if not kept.writable:
            return None
        kept.begin()
    changed = kept.changed()
    if changed and not kept.writable:
        return None
    kept.drop(changed)
    return kept


def _detach(db: duckdb.DuckDBPyConnection) -> None:
    import duckdb

    with suppress(duckdb.Error):
        db.execute("DETACH kept")


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[8:] == MAGIC


def _put_aside(path: Path) -> None:
    """Give a damaged database another name, so that nothing is lost even if it was not ours."""
    for name in (path, path.with_name(path.name + ".wal")):
        if name.exists():
            name.replace(name.with_name(name.name + ".damaged"))
