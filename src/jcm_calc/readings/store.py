"""The database in a temporary folder that holds readings while they are looked at."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.base import cores
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.readings.kept import opened

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


class Store:
    """A database in a temporary folder, with readings that were kept next to the case file if there are any."""

    def __init__(self, memory: str = "1GB", kept: Path | None = None) -> None:
        try:
            import duckdb
        except ModuleNotFoundError:
            complaint = _("readings need DuckDB: install it with pip install 'jcm-calc[monitoring]'")
            raise InputError(_("the readings"), [Problem("[readings]", complaint)]) from None
        self.folder = tempfile.TemporaryDirectory(prefix="jcm_calc_")
        try:
            self.db: duckdb.DuckDBPyConnection = duckdb.connect(str(Path(self.folder.name) / "readings.duckdb"))
        except duckdb.Error as error:
            self.folder.cleanup()
            raise _refused(error, self.folder.name) or error from None
        self.db.execute(f"SET memory_limit = '{memory}'")
        self.db.execute(f"SET threads = {cores.count()}")
        _prepare(self.db)
        # there is one of our own; in a notebook without ipywidgets it is off, and cannot even be turned off
        if self.db.execute("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
            self.db.execute("SET enable_progress_bar = false")
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            self.db.execute(f"SET {setting} = false")  # nothing is fetched, whatever a file is called
        with suppress(duckdb.Error):  # which fails on the order of rows by their number; older ones have none
            self.db.execute("SET disabled_optimizers = 'late_materialization'")
        self.count = 0
        self._closing = ExitStack()
        self.kept = self._closing.enter_context(opened(self.db, kept))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        import duckdb

        self._closing.__exit__(kind, error, trace)
        with suppress(duckdb.Error):  # after one that ends all others
            self.db.execute("PRAGMA disable_checkpoint_on_shutdown")  # its file is deleted
        self.db.close()
        self.folder.cleanup()
        if refused := _refused(error, self.folder.name):
            raise refused from None
        ours = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
        # a Parquet file, which is read as it is needed, may be damaged anywhere
        if isinstance(error, duckdb.Error) and not isinstance(error, ours):
            complaint = _("cannot be read; is a file damaged? {reason}").format(reason=str(error).splitlines()[0])
            raise InputError(_("the readings"), [Problem("[[readings.sources]]", complaint)]) from None

    def name(self) -> str:
        """Return a name for another table."""
        self.count += 1
        return f"t{self.count}"

    def path(self, suffix: str) -> Path:
        """Return the path of another file in the folder."""
        return Path(self.folder.name) / f"{self.name()}{suffix}"

    def register(self, name: str, frame: pd.DataFrame) -> None:
        """Make a DataFrame known by a name."""
        import pandas as pd

        # not every DuckDB knows every pandas' own type for texts
        texts = [heading for heading in frame if isinstance(frame[heading].dtype, pd.StringDtype)]
        self.db.register(name, frame.astype(dict.fromkeys(texts, object)) if texts else frame)

    def keep(self, frame: pd.DataFrame) -> str:
        """Copy a DataFrame into the database; return the name of the table."""
        name = self.name()
        self.register("given", frame)
        self.db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        self.db.unregister("given")
        return name

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the rows of a query as a DataFrame."""
        found: pd.DataFrame = self.db.sql(sql).df()
        return found

    def let(self, files: Sequence[Path]) -> str:
        """Return the name of a variable that holds the paths of files."""
        name = self.name()
        self.db.execute(f"SET VARIABLE {name} = [{', '.join(map(path_sql, files))}]")
        return name

    def by_file(self, sql: str, name: str, files: Sequence[Path]) -> list[pd.DataFrame]:
        """Return the rows of a query for each file by itself, on all cores: of what takes rows one after the other.

        The query reads the files by a variable of some name.
        """

        def alone(file: Path) -> pd.DataFrame:
            with self.db.cursor() as db:
                _prepare(db)
                db.execute(f"SET VARIABLE {name} = [{path_sql(file)}]")
                found: pd.DataFrame = db.execute(sql).df()
                return found

        with ThreadPoolExecutor(self.number("SELECT current_setting('threads')")) as pool:
            return list(pool.map(alone, files))

    def first(self, rows: str, columns: str, limit: int) -> tuple[int, list[tuple[Any, ...]]]:
        """Return how many rows there are, and some columns of the first of them, in the order of these columns."""
        found = self.db.execute(f"SELECT count(*) OVER (), {columns} FROM {rows} ORDER BY ALL LIMIT {limit}").fetchall()
        return (found[0][0] if found else 0), [row[1:] for row in found]

    def number(self, sql: str) -> int:
        """Return the single number that a query gives."""
        return int(self.db.execute(sql).fetchall()[0][0] or 0)

    def types(self, relation: str) -> dict[str, str]:
        """Return the type of each column."""
        return {row[0]: row[1] for row in self.db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}


def _prepare(db: duckdb.DuckDBPyConnection) -> None:
    """Set what each connection has for itself."""
    db.execute("SET TimeZone = 'UTC'")


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def named(heading: str) -> str:
    """Return the name of a column as SQL writes it."""
    return '"' + heading.replace('"', '""') + '"'


def path_sql(path: Path) -> str:
    """Return a path as the database reads it: whole, and with each sign of a name as it is."""
    return quoted(re.sub(r"[\[*?]", lambda sign: f"[{sign[0]}]", str(path.absolute())))


def _refused(error: object, folder: str) -> Exception | None:
    """Return what the system refuses the database, as Python says it; its own files lie in the folder."""
    import duckdb

    if not isinstance(error, duckdb.Error):
        return None
    reason = str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfMemoryException) or re.search("bad.alloc|failed to alloc", reason, re.I):
        return MemoryError(reason)
    return OSError(reason) if folder in reason else None
