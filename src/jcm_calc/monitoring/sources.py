"""Readings in: CSV, Excel, Parquet or a DataFrame, long or wide, opened in DuckDB.

Whatever their form, readings become steps: a row for each reading with the meter, the time it stands
for (from and to, as instants) and its amount. Parquet files stay where they are; everything else is
copied once into a database in a temporary folder, so that memory need not hold it.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.inputs.carriers import carried, split_heading
from jcm_calc.languages import Message, _
from jcm_calc.monitoring import clock, stamps
from jcm_calc.monitoring.plan import Meter, Readings
from jcm_calc.monitoring.registers import sorted_steps
from jcm_calc.problems import InputError, Problem, listed, shown, suggestion
from jcm_calc.units import Linear, UnitError, conversion

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
CHUNK = 1 << 20


@dataclass(frozen=True)
class File:
    """A file that was read: its name, its SHA-256, and how many readings it holds."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Source:
    """Readings that have been opened.

    Attributes
    ----------
    readings : Readings
    steps : str
        SQL of the relation with the columns meter, start, stop, raw and value.
    units : mapping
        The conversion from ``raw`` into the unit of the parameter, for each meter.
    files : tuple of File
    rows : int
        How many readings there are.
    points : str
        SQL of the readings themselves: meter, stamp and value.
    """

    readings: Readings
    steps: str
    units: Mapping[str, Linear]
    files: tuple[File, ...]
    rows: int
    points: str

    @property
    def regular(self) -> bool:
        """Whether each reading stands for an interval of the same length."""
        return self.readings.kind in ("interval", "power")


class Store:
    """A database in a temporary folder that holds the readings while they are looked at."""

    def __init__(self, memory: str = "1GB") -> None:
        try:
            import duckdb
        except ImportError:
            complaint = _("readings need DuckDB: install it with pip install 'jcm-calc[monitoring]'")
            raise InputError(_("the readings"), [Problem("[readings]", complaint)]) from None
        self.folder = tempfile.TemporaryDirectory(prefix="jcm_calc_")
        self.db: duckdb.DuckDBPyConnection = duckdb.connect(str(Path(self.folder.name) / "readings.duckdb"))
        self.db.execute(f"SET memory_limit = '{memory}'")
        self.db.execute("SET TimeZone = 'UTC'")
        # there is one of our own; in a notebook without ipywidgets it is off, and cannot even be turned off
        if self.db.execute("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
            self.db.execute("SET enable_progress_bar = false")
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            self.db.execute(f"SET {setting} = false")  # nothing is fetched, whatever a file is called
        self.count = 0

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        import duckdb

        self.db.close()
        self.folder.cleanup()
        ours = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.OutOfMemoryException)
        # a Parquet file, which is read as it is needed, may be damaged anywhere
        if isinstance(error, duckdb.Error) and not isinstance(error, ours):
            complaint = _("cannot be read; is a file damaged? {reason}").format(reason=str(error).splitlines()[0])
            raise InputError(_("the readings"), [Problem("[[readings.sources]]", complaint)]) from None

    def name(self) -> str:
        """Return a name for another table."""
        self.count += 1
        return f"t{self.count}"

    def register(self, name: str, frame: pd.DataFrame) -> None:
        """Make a DataFrame known by a name."""
        import pandas as pd

        # not every DuckDB knows every pandas' own type for texts
        texts = [heading for heading in frame if isinstance(frame[heading].dtype, pd.StringDtype)]
        self.db.register(name, frame.astype(dict.fromkeys(texts, object)))

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the rows of a query as a DataFrame."""
        found: pd.DataFrame = self.db.sql(sql).df()
        return found

    def number(self, sql: str) -> int:
        """Return the single number that a query gives."""
        return int(self.db.execute(sql).fetchall()[0][0] or 0)


def open_source(store: Store, readings: Readings, meters: Mapping[str, Meter], declared: Mapping[str, str]) -> Source:
    """Open one source of readings.

    Parameters
    ----------
    store : Store
    readings : Readings
    meters : mapping
    declared : mapping
        The unit of the parameter that each meter measures.

    Raises
    ------
    InputError
        If its files, columns, cells, times or units cannot be understood.
    """
    problems: list[Problem] = []
    _check_form(store, readings)
    parts, files = [], []
    opened = list(_opened(store, readings))
    for path, relation, __ in opened:
        if path is not None:
            files.append(File(path.name, _sha256(path), store.number(f"SELECT count(*) FROM {relation}")))
    for path, relation, types in _together(opened):
        columns = _columns(list(types), readings, meters, path, problems)
        if problems:
            raise InputError(_("the readings"), problems)
        part = _readings_sql(store, relation, types, columns, readings, path, problems)
        parts.append((part, columns))
    if problems:
        raise InputError(_("the readings"), problems)
    sql = " UNION ALL ".join(f"SELECT * FROM ({part})" for part, _ in parts)
    named = {meter: unit for _, columns in parts for meter, (_, unit) in columns.items()}
    if readings.kind == "total" and store.number(f"SELECT count(*) FROM ({sql}) WHERE until <= stamp"):
        problems.append(Problem(readings.name, _("has totals whose last day is before their first")))
    units = dict(_units(readings, meters, declared, named, problems))
    if problems:
        raise InputError(_("the readings"), problems)
    rows = sum(file.rows for file in files) or store.number(f"SELECT count(*) FROM ({sql})")
    points = f"SELECT meter, stamp, until, value FROM ({sql}) WHERE isfinite(value)"
    return Source(readings, _steps_sql(points, readings), units, tuple(files), rows, points)


def _check_form(store: Store, readings: Readings) -> None:
    """Refuse a form of times that is none."""
    if readings.times in ("", stamps.JAPANESE):
        return
    if fault := stamps.form_fault(readings.times):
        complaint = Message("{!r} {}").format(readings.times, fault)
        raise InputError(_("the readings"), [Problem(readings.name, complaint)])
    try:
        store.db.execute(f"SELECT try_strptime('', {stamps.quoted(stamps.without_offset(readings.times))})").fetchall()
    except Exception as error:  # the database's own error, whose kinds are its business
        complaint = _("{times!r} is no form of times such as '%d.%m.%Y %H:%M': {error}").format(
            times=readings.times, error=str(error).splitlines()[0]
        )
        raise InputError(_("the readings"), [Problem(readings.name, complaint)]) from None


# Files


Opened = tuple[Path | None, str, dict[str, str]]


def _opened(store: Store, readings: Readings) -> Iterator[Opened]:
    """Yield each file, the name or SQL of its rows, and the types of its columns."""
    if readings.frame is not None:
        relation = _from_frame(store, readings.frame)
        yield None, relation, _types(store, relation)
    for path in readings.files:
        try:
            relation = _relation(store, path, readings)
            types = _types(store, relation)
        except InputError:
            raise
        except Exception as error:  # the readers of broken files raise errors of many kinds
            raise InputError(
                path.name,
                [Problem(path.name, _("cannot be read: {reason}").format(reason=str(error).splitlines()[0]))],
            ) from None
        yield path, relation, types


def _types(store: Store, relation: str) -> dict[str, str]:
    return {row[0]: row[1] for row in store.db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}


def _relation(store: Store, path: Path, readings: Readings) -> str:
    """Return the name or SQL of the rows of a file."""
    suffix = path.suffix.casefold()
    if suffix == ".parquet":
        return _parquet([path])
    if suffix in (".csv", ".txt", ".tsv"):
        return _from_csv(store, path, readings)
    from jcm_calc.inputs.tables import read

    return _from_frame(store, read(path))


def _parquet(paths: Iterable[Path]) -> str:
    """Return SQL of the rows of Parquet files; the name of a folder such as ``kWh=500`` is not a column."""
    return f"read_parquet([{', '.join(map(_path, paths))}], hive_partitioning = false)"


def _together(opened: Sequence[Opened]) -> Sequence[Opened]:
    """Return Parquet files with the same columns as one relation, which is read faster than each by itself."""
    paths = [path for path, _, _ in opened if path is not None and path.suffix.casefold() == ".parquet"]
    if len(paths) < max(len(opened), 2) or any(types != opened[0][2] for _, _, types in opened):
        return opened
    return [(None, _parquet(paths), opened[0][2])]


def _from_frame(store: Store, frame: Any) -> str:
    import pandas as pd

    from jcm_calc.inputs.tables import with_units

    plain = with_units(frame).copy(deep=False)
    for heading in plain:
        if hasattr(plain[heading].dtype, "units"):  # of pint-pandas; the heading states it now
            plain[heading] = carried(plain[heading]).cells
        elif plain[heading].dtype == object:
            kinds = {type(cell).__name__ for cell in plain[heading] if cell is not None and cell == cell}
            if kinds and kinds <= {"datetime", "Timestamp", "NaTType"}:
                plain[heading] = pd.to_datetime(plain[heading]).dt.round("ms")
            elif kinds <= {"int", "float"}:
                plain[heading] = plain[heading].astype(float)
            else:
                plain[heading] = plain[heading].map(lambda cell: None if cell is None or cell != cell else str(cell))
    plain.columns = [str(heading) for heading in plain.columns]
    name = store.name()
    store.register("given", plain)
    store.db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    store.db.unregister("given")
    return name


def _from_csv(store: Store, path: Path, readings: Readings) -> str:
    name = store.name()
    source = path if readings.encoding in ("utf-8", "utf-8-sig") else _as_utf8(store, path, readings.encoding)
    options = f"all_varchar = true, header = true, delim = {stamps.quoted(readings.delimiter)}, sample_size = 20480"
    options += ", hive_partitioning = false"
    store.db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv({_path(source)}, {options})")
    return name


def _as_utf8(store: Store, path: Path, encoding: str) -> Path:
    target = Path(store.folder.name) / f"{store.name()}.csv"
    try:
        with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
            while text := source.read(CHUNK):
                copy.write(text)
    except (UnicodeDecodeError, LookupError):
        known = _(" or ").join(("utf-8", "cp932"))
        complaint = _(
            "is not in the encoding {encoding!r} that is stated for it: state another, such as {known}"
        ).format(encoding=encoding, known=known)
        raise InputError(path.name, [Problem(path.name, complaint)]) from None
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Columns


def _columns(
    headings: Sequence[str],
    readings: Readings,
    meters: Mapping[str, Meter],
    path: Path | None,
    problems: list[Problem],
) -> dict[str, tuple[str, str]]:
    """Return heading and unit of the values: of each meter, or under an empty name of a long table."""
    units = {split_heading(heading)[0]: (heading, split_heading(heading)[1] or "") for heading in headings}
    units |= {heading: (heading, split_heading(heading)[1] or "") for heading in headings}
    subject = path.name if path else readings.name

    def known(heading: str) -> bool:
        if heading in units:
            return True
        problems.append(
            Problem(
                subject,
                _("has no column {heading!r}{hint}").format(heading=heading, hint=suggestion(heading, headings)),
            )
        )
        return False

    for heading in filter(None, (readings.time, readings.until, readings.meter)):
        known(heading)
    wanted = readings.columns or {"": readings.value}
    problems += [
        Problem(
            "[[readings.sources]] columns",
            _("{name} is no meter{hint}").format(name=meter, hint=suggestion(meter, meters)),
        )
        for meter in readings.columns
        if meter not in meters
    ]
    return {meter: units[heading] for meter, heading in wanted.items() if known(heading)}


def _readings_sql(
    store: Store,
    relation: str,
    types: Mapping[str, str],
    columns: Mapping[str, tuple[str, str]],
    readings: Readings,
    path: Path | None,
    problems: list[Problem],
) -> str:
    """Return SQL of the rows of one file: meter, stamp as an instant, stop (of totals), value."""
    where = path.name if path else readings.name
    stamp = _time_sql(readings.time, types, readings)
    until = f"{_time_sql(readings.until, types, readings)} + {clock.DAY}" if readings.until else "NULL"
    parts = []
    for meter, (heading, _unit) in columns.items():
        name = f"CAST({_name(readings.meter)} AS VARCHAR)" if readings.meter else stamps.quoted(meter)
        value = _value_sql(heading, types[heading], readings)
        parts.append(
            f"SELECT {name} AS meter, {stamp} AS stamp, {until} AS until, {value} AS value FROM {relation} "
            f"WHERE {_name(heading)} IS NOT NULL" + (f" AND {_name(heading)} <> ''" if _is_text(types[heading]) else "")
        )
        if _is_text(types[heading]):
            complaint = _("{cells} is no number as stated")
            _unreadable(store, relation, heading, types, f"({value}) IS NULL", where, complaint, problems)
    for heading in filter(None, (readings.time, readings.until)):
        _timeless(store, relation, heading, types, [one for one, _unit in columns.values()], where, problems)
        if _has_offsets(store, relation, heading, types, readings, where, problems):
            continue
        wrong = f"coalesce(({_time_sql(heading, types, readings)}) NOT BETWEEN {clock.FIRST} AND {clock.LAST}, TRUE)"
        complaint = _("{cells} is no time of the form {form} in the years {first} to {last}")
        said = {
            "form": stamps.written(readings.times, readings.where is None),
            "first": clock.YEARS[0],
            "last": clock.YEARS[-1],
        }
        _unreadable(store, relation, heading, types, wrong, where, complaint, problems, **said)
    sql = " UNION ALL ".join(parts)
    return sql if problems else _instants_sql(store, sql, types[readings.time], readings, where, problems)


def _has_offsets(
    store: Store,
    relation: str,
    heading: str,
    types: Mapping[str, str],
    readings: Readings,
    where: str,
    problems: list[Problem],
) -> bool:
    """Complain of offsets from UTC, and of names of zones, behind times that are to be local."""
    if not _is_text(types[heading]) or readings.where is None:
        return False
    unread = f"({_time_sql(heading, types, readings)}) IS NULL AND {stamps.offset_behind_sql(_name(heading))}"
    complaint = _(
        "{cells}: something stands behind the time. For an offset from UTC write clock = 'stated'; for a name such as "
        "WIB write the zone as clock, and the name in the form: times = '%Y-%m-%d %H:%M WIB'"
    )
    before = len(problems)
    _unreadable(store, relation, heading, types, unread, where, complaint, problems)
    return len(problems) > before


def _timeless(
    store: Store,
    relation: str,
    heading: str,
    types: Mapping[str, str],
    values: Iterable[str],
    where: str,
    problems: list[Problem],
) -> None:
    """Complain of readings without a time."""

    def empty(column: str) -> str:
        return f"({_name(column)} IS NULL" + (f" OR {_name(column)} = '')" if _is_text(types[column]) else ")")

    given = " OR ".join(f"NOT {empty(value)}" for value in values)
    if count := store.number(f"SELECT count(*) FROM {relation} WHERE {empty(heading)} AND ({given})"):
        problems.append(Problem(_in_column(where, heading), _("{count:,} readings have no time").format(count=count)))


def _unreadable(
    store: Store,
    relation: str,
    heading: str,
    types: Mapping[str, str],
    wrong: str,
    where: str,
    complaint: Message,
    problems: list[Problem],
    **said: Any,
) -> None:
    """Complain of cells that are not empty, and of which an SQL condition says that they are wrong."""
    column = _name(heading)
    written = f"{column} <> ''" if _is_text(types[heading]) else "TRUE"
    faulty = f"FROM {relation} WHERE {column} IS NOT NULL AND {written} AND {wrong}"
    if count := store.number(f"SELECT count(*) {faulty}"):
        cells = [shown(row[0]) for row in store.db.execute(f"SELECT {column} {faulty} LIMIT 5").fetchall()]
        problems.append(Problem(_in_column(where, heading), complaint.format(cells=listed(cells, count), **said)))


def _value_sql(heading: str, kind: str, readings: Readings) -> str:
    column = _name(heading)
    if not _is_text(kind):
        return f"CAST({column} AS DOUBLE)"
    plain = f"trim({column})"
    if readings.times == stamps.JAPANESE:
        plain = f"translate({plain}, {stamps.quoted(stamps.WIDE[0])}, {stamps.quoted(stamps.WIDE[1])})"
    decimal, thousands = readings.decimal, readings.thousands
    if thousands:
        sep, point = re.escape(thousands), re.escape(decimal)
        form = rf"[-+]?\d{{1,3}}({sep}\d{{3}})*({point}\d*)?|[-+]?\d+({point}\d*)?"
        cleared = f"replace({plain}, {stamps.quoted(thousands)}, '')"
        plain = f"CASE WHEN regexp_full_match({plain}, {stamps.quoted(form)}) THEN {cleared} END"
    if decimal != ".":
        plain = f"CASE WHEN NOT contains({plain}, '.') THEN replace({plain}, {stamps.quoted(decimal)}, '.') END"
    return f"CASE WHEN regexp_full_match({plain}, {stamps.quoted(NUMBER)}) THEN TRY_CAST({plain} AS DOUBLE) END"


def _time_sql(heading: str, types: Mapping[str, str], readings: Readings) -> str:
    """Return SQL for a time in microseconds since 1970: local, or of UTC where offsets are stated."""
    column, kind = _name(heading), types[heading]
    if not _is_text(kind):
        return f"epoch_us(CAST({column} AS {kind if 'TIMESTAMP WITH' in kind else 'TIMESTAMP'}))"
    return stamps.time_sql(column, readings.times, stated=readings.where is None)


# Instants


def _instants_sql(store: Store, sql: str, kind: str, readings: Readings, where: str, problems: list[Problem]) -> str:
    """Turn what the clock showed into instants."""
    if readings.kind == "register" and (readings.stamp or _is_text(kind) or kind == "DATE"):
        sql = _days_sql(store, sql, readings, where, problems)
    if kind == "TIMESTAMP WITH TIME ZONE" or readings.where is None:
        if readings.where is None and kind != "TIMESTAMP WITH TIME ZONE" and not _is_text(kind):
            problems.append(Problem(where, _("clock = 'stated' came, but its times state no offset from UTC")))
        return f"SELECT meter, stamp, until, value FROM ({sql})"
    found = clock.changes(readings.where, clock.FIRST, clock.LAST) if clock.changing(readings.where) else ()
    if not found:
        shift = clock.offset(clock.FIRST, readings.where)
        return f"SELECT meter, stamp - {shift} AS stamp, until - {shift} AS until, value FROM ({sql})"
    (span,) = store.db.execute(f"SELECT min(stamp), max(coalesce(until, stamp)) FROM ({sql})").fetchall()
    first, last = (moment if moment is not None else clock.FIRST for moment in span)
    found = clock.changes(readings.where, first - clock.DAY, last + clock.DAY)
    never = clock.within_sql("stamp", [change.never for change in found])
    if count := store.number(f"SELECT count(*) FROM ({sql}) WHERE {never}"):
        cells = store.db.execute(f"SELECT make_timestamp(stamp) FROM ({sql}) WHERE {never} LIMIT 3").fetchall()
        complaint = _(
            "{names}: these times never occurred in {where}, whose clocks went forward; if the clock of the "
            "logger did not, state its own: clock = 'UTC+01:00'"
        ).format(names=listed((str(row[0]) for row in cells), count), where=readings.where)
        problems.append(Problem(where, complaint))
        return sql
    offset = clock.offset_sql("stamp", readings.where, first - clock.DAY, last + clock.DAY, of_local=True)
    until = clock.offset_sql("until", readings.where, first - clock.DAY, last + clock.DAY, of_local=True)
    plain = f"SELECT meter, stamp - {offset} AS stamp, until - {until} AS until, value FROM ({sql})"
    twice = [change for change in found if change.twice[0] < change.twice[1]]
    if not twice:
        return plain
    # of two readings with one local time, the order decides nothing but for registers, which do not run back
    again = clock.within_sql("stamp", [change.twice for change in twice])
    hour = " ".join(f"WHEN stamp < {change.twice[1]} THEN {change.before - change.after}" for change in twice)
    order = "row_number() OVER (PARTITION BY meter, stamp ORDER BY value)"
    second = f"stamp - {offset} + CASE WHEN {order} > 1 THEN CASE {hour} END ELSE 0 END"
    return (
        f"SELECT meter, stamp - {offset} AS stamp, until - {until} AS until, value FROM ({sql}) WHERE NOT ({again}) "
        f"UNION ALL SELECT meter, {second}, until - {until}, value FROM ({sql}) WHERE {again}"
    )


def _days_sql(store: Store, sql: str, readings: Readings, where: str, problems: list[Problem]) -> str:
    """Turn the days on which a register was read into times: their beginning or their end."""
    timed = store.number(f"SELECT count(*) FROM ({sql}) WHERE stamp % {clock.DAY} <> 0")
    if readings.stamp and timed:
        complaint = _("stamp = {stamp!r} came for a register whose readings have times of day: leave it out").format(
            stamp=readings.stamp
        )
        problems.append(Problem(where, complaint))
    elif not readings.stamp and not timed:
        complaint = _("the register was read on days without a time: state stamp = 'start' or 'end' (of the day)")
        problems.append(Problem(where, complaint))
    return f"SELECT meter, stamp + {clock.DAY} AS stamp, until, value FROM ({sql})" if readings.stamp == "end" else sql


def _steps_sql(points: str, readings: Readings) -> str:
    """Return SQL of the steps: what each reading stands for, from and to, and its amount."""
    if readings.kind == "register":
        return sorted_steps(points)
    if readings.kind == "total":
        return f"SELECT meter, stamp AS start, until AS stop, value AS raw, value FROM ({points})"
    assert readings.step is not None
    start, stop = ("stamp", f"stamp + {readings.step}")
    if readings.stamp == "end":
        start, stop = (f"stamp - {readings.step}", "stamp")
    raw = "value" if readings.kind == "interval" else f"value * {readings.step / clock.HOUR!r}"
    return f"SELECT meter, {start} AS start, {stop} AS stop, {raw} AS raw, value FROM ({points})"


# Meters and units


def _units(
    readings: Readings,
    meters: Mapping[str, Meter],
    declared: Mapping[str, str],
    named: Mapping[str, str],
    problems: list[Problem],
) -> Iterator[tuple[str, Linear]]:
    for name, meter in meters.items():
        if readings.columns and name not in readings.columns:
            continue
        stated = [unit for unit in (named.get(name, named.get("", "")), readings.unit, meter.unit) if unit]
        if len(set(stated)) > 1:
            complaint = _("its unit is stated differently: {names} (heading, source, meter)")
            problems.append(Problem(f"[meters.{name}]", complaint.format(names=listed(dict.fromkeys(stated)))))
        elif not stated:
            problems.append(
                Problem(
                    f"[meters.{name}] unit", _("missing: the unit of its readings in {name}").format(name=readings.name)
                )
            )
        else:
            unit = f"{stated[0]}*h" if readings.kind == "power" else stated[0]
            try:
                yield name, conversion(unit, declared[name])
            except UnitError as error:
                problems.append(Problem(f"[meters.{name}] unit", str(error)))


def _in_column(where: str, heading: str) -> str:
    return _("{name}, column {heading}").format(name=where, heading=repr(heading))


def _name(heading: str) -> str:
    return '"' + heading.replace('"', '""') + '"'


def _path(path: Path) -> str:
    """Return a path as the database reads it: whole, and without a meaning of its own in any sign of a name."""
    return stamps.quoted(re.sub(r"[\[*?]", lambda sign: f"[{sign[0]}]", str(path.absolute())))


def _is_text(kind: str) -> bool:
    return kind == "VARCHAR"
