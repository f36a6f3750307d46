"""Tables of readings in files: each line or row is read, blank, or left out because the plan says so.

Nothing is guessed: the first line is the heading unless another is stated, and a line that does not fit is named. A
line of a text file is a row; a quote that is opened in it must be closed in it.
"""

from __future__ import annotations

import codecs
import csv
import fnmatch
import gzip
import itertools
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from jcm_calc.base import archives
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, listed
from jcm_calc.inputs.carriers import agreed, carried, split_heading, stated
from jcm_calc.readings import stamps
from jcm_calc.readings.plan import Readings
from jcm_calc.readings.store import Store, named, path_sql, quoted

TEXTS = (".csv", ".txt", ".tsv", ".lp")
SHEETS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # what files of these formats begin with
PACKED = (".gz", ".zip")
KNOWN = (*TEXTS, *SHEETS, ".parquet", *PACKED)
CHUNK = 1 << 20
LARGEST = 1 << 36  # bytes that a packed file may unfold to
HEAD = 100  # lines in which headings are looked for
NEM12_UNITS = {unit.upper(): unit for unit in ("Wh", "kWh", "MWh", "GWh", "W", "kW", "MW")}
NO_SIGN = "\x1f"  # which no line of text holds


@dataclass(frozen=True)
class ReadFile:
    """A file or a query that was read, and the count of its lines by what happened to them."""

    name: str  # of the file or the database
    sha256: str  # of the file, or of the rows that the query returned
    rows: int
    skipped: int = 0  # left out by the plan: above the headings, a row of units, a footer, and what ``skip`` names
    blank: int = 0
    query: str = ""  # empty for a file


class ReadingsTable:
    """Rows with headings: of a text file, a sheet, a Parquet file, a DataFrame or a query."""

    name: str  # what to call it
    path: Path | None = None  # the file that it is in
    headings: tuple[str, ...] = ()
    heading_line = 0  # 0 for none
    rows = 0  # how many are read once it is loaded
    skipped = 0
    blank = 0
    where = _("line {line}")  # says where a cell is

    def __init__(self) -> None:
        self.units: dict[int, str] = {}  # that a row of units states, by the number of its column
        self.head: list[tuple[int, list[str]]] = []  # the first lines, in which headings may be looked for

    def load(self, store: Store, numbers: Sequence[int], problems: list[Problem]) -> str:
        """Return SQL of a relation with the column ``line`` and a column ``c3`` for each number that is wanted."""
        import pandas as pd

        cells = {f"c{number}": self.cells(number) for number in numbers}
        return store.keep(pd.DataFrame({"line": self.lines(), **cells}))

    def lines(self) -> Any:
        """Return the number of each row, of a table that is in memory."""
        raise NotImplementedError

    def cells(self, number: int) -> Any:
        """Return the cells of a column, of a table that is in memory."""
        raise NotImplementedError

    def place(self, line: int, number: int) -> str:
        """Say where a cell is."""
        return self.where.format(line=line)

    def begin(self, readings: Readings) -> None:
        """Find the headings, and the units that a row states, in the first lines."""
        self.heading_line = readings.heading_line
        if readings.first_line:
            filled = (number for number, cells in self.head if any(cells))
            self.heading_line = next((number for number in filled if number not in readings.skipped_lines), 1)
        self.headings = _headings(self.name, self.head, self.heading_line)
        if readings.units_row:
            found = next((cells for number, cells in self.head if number == readings.units_row), [])
            named = ((number, cell.strip("[]() ")) for number, cell in enumerate(found, 1))
            self.units = {number: unit for number, unit in named if unit}


def tables(store: Store, readings: Readings) -> Iterator[ReadingsTable]:
    """Yield each table that a source names."""
    if readings.frame is not None:
        yield FrameTable(readings)
    for path in readings.files:
        try:
            yield from _tables_of(store, path, readings)
        except (InputError, MemoryError):
            raise
        except Exception as error:  # the readers of broken files raise errors of many kinds
            complaint = _("cannot be read: {reason}").format(reason=(str(error).splitlines() or [""])[0])
            raise InputError.of(path.name, complaint) from None


def _tables_of(store: Store, path: Path, readings: Readings) -> Iterator[ReadingsTable]:
    if not path.is_file():
        raise InputError.of(path.name, _("is not a file but a folder, a device or a pipe"))
    source, suffix = _unpacked(store, path)
    if suffix in TEXTS:
        if readings.format == "NEM12":
            yield NEM12Table(path, source)
        else:
            yield TEXT_FORMATS.get(readings.format, TextTable)(store, path, source, readings)
    elif suffix in SHEETS:
        yield from _sheets(path, source, readings)
    elif suffix == ".parquet":
        yield ParquetTable(store, path, source)
    else:
        raise InputError.of(path.name, _("is not in a format that is read: {names}").format(names=", ".join(KNOWN)))


def _unpacked(store: Store, path: Path) -> tuple[Path, str]:
    """Return the file itself, or what is packed in it, and the suffix that says what it is."""
    suffix = path.suffix.casefold()
    if suffix == ".gz":
        inner = Path(path.stem).suffix.casefold()
        with gzip.open(path) as packed:
            return _copied(store, path, cast("IO[bytes]", packed), inner), inner
    if suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            if len(files) != 1:
                names = listed(info.filename for info in files) or _("none")
                raise InputError.of(path.name, _("must hold one file, got {names}").format(names=names))
            inner = Path(files[0].filename).suffix.casefold()
            with archive.open(files[0]) as packed:
                return _copied(store, path, packed, inner), inner
    return path, suffix


def _copied(store: Store, path: Path, packed: IO[bytes], suffix: str) -> Path:
    target = store.path(suffix)
    with target.open("wb") as copy:
        while part := packed.read(CHUNK):
            if copy.tell() > LARGEST:
                raise InputError.of(path.name, _("unfolds to more than {size} GiB").format(size=LARGEST >> 30))
            copy.write(part)
    return target


# Text


class TextTable(ReadingsTable):
    """A text file with a sign between cells."""

    def __init__(self, store: Store, path: Path, source: Path, readings: Readings) -> None:
        super().__init__()
        self.name, self.path, self.readings = path.name, path, readings
        self.source = _as_utf8(store, path, source, readings.encoding)
        with self.source.open(encoding="utf-8-sig") as file:
            wanted = max(HEAD, readings.heading_line, readings.units_row)
            self.head = [(number, self._cells(line)) for number, line in enumerate(itertools.islice(file, wanted), 1)]
        self.begin(readings)

    def _cells(self, line: str) -> list[str]:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=self.readings.delimiter, skipinitialspace=True), [])
        return [cell.strip() for cell in cells]

    def load(
        self, store: Store, numbers: Sequence[int], problems: list[Problem], parsed: Mapping[str, str] | None = None
    ) -> str:
        """Return SQL of the columns that are wanted, with the number of each line.

        ``parsed`` names further columns and the SQL that they are made of, so that no text is read twice.
        """
        name, sign = store.name(), self.readings.delimiter
        cells = ", ".join(f"{_cell_sql(number, sign)} AS c{number}" for number in numbers)
        options = f"columns = {{'text': 'VARCHAR'}}, delim = {quoted(NO_SIGN)}, quote = '', escape = '', comment = ''"
        lines = (
            f"SELECT {cells}, {_count_sql(sign)} AS cells, {_whole_sql(sign)} AS whole, "
            f"{_surplus_sql(sign, len(self.headings))} AS surplus, {self.left_out_sql()} AS left_out FROM read_csv("
            f"{path_sql(self.source)}, {options}, header = false, auto_detect = false, strict_mode = false, "
            "hive_partitioning = false)"
        )
        more = "".join(f", {sql} AS {column}" for column, sql in (parsed or {}).items())
        store.db.execute(f"CREATE TABLE {name} AS SELECT *{more} FROM ({lines})")
        # tables keep the order of the lines they are made from, so that the number of a row is that of its line
        lines = f"(SELECT rowid + 1 AS line, * FROM {name})"
        kept = self._kept(store, lines)
        self._account(store, lines, kept)
        rows = f"(SELECT * FROM {lines} WHERE {kept} AND cells > 0)"
        self._complain(store, rows, problems)
        return rows

    def left_out_sql(self) -> str:
        """Return an SQL condition for the lines that are left out by how they begin."""
        return f"starts_with(text, {quoted(self.readings.skip)})" if isinstance(self.readings.skip, str) else "FALSE"

    def _kept(self, store: Store, lines: str) -> str:
        """Return an SQL condition for the lines that are not left out by the plan."""
        parts = [f"line > {self.heading_line}", "NOT coalesce(left_out, FALSE)"]
        without = [*self.readings.skipped_lines, *([self.readings.units_row] if self.readings.units_row else [])]
        if without:
            parts.append(f"line NOT IN ({', '.join(map(str, without))})")
        if self.readings.footer:
            last = f"SELECT line FROM {lines} WHERE cells > 0 ORDER BY line DESC LIMIT {self.readings.footer}"
            parts.append(f"line < {store.number(f'SELECT min(line) FROM ({last})')}")
        return " AND ".join(parts)

    def _account(self, store: Store, lines: str, kept: str) -> None:
        counts = ", ".join(
            f"count(*) FILTER ({which})"
            for which in (f"cells > 0 AND {kept}", f"cells > 0 AND NOT ({kept})", "cells = 0")
        )
        ((self.rows, self.skipped, self.blank),) = store.db.execute(f"SELECT {counts} FROM {lines}").fetchall()
        if self.heading_line:
            self.skipped -= 1  # the headings are read

    def _complain(self, store: Store, rows: str, problems: list[Problem]) -> None:
        known = len(self.headings)
        faults = {
            "NOT whole": _("{lines}: a quote is opened and not closed in the line"),
            f"whole AND cells < {known}": _(
                "{lines}: fewer cells than headings ({known}); leave such lines out by skip or footer"
            ),
            "whole AND surplus": _(
                "{lines}: more cells than headings ({known}); leave such lines out by skip or footer"
            ),
        }
        if not store.number(f"SELECT count(*) FROM {rows} WHERE {' OR '.join(map('({})'.format, faults))}"):
            return
        for condition, complaint in faults.items():
            count, found = store.first(f"{rows} WHERE {condition}", "line", 5)
            if count:
                where = _("line {lines}") if count == 1 else _("lines {lines}")
                lines = where.format(lines=listed([line for (line,) in found], count))
                problems.append(Problem(self.name, complaint.format(lines=lines, known=known)))


class InfluxTable(TextTable):
    """Annotated CSV of InfluxDB: tables one after the other, each below lines that begin with # and its headings."""

    def begin(self, readings: Readings) -> None:
        """Find the headings: the first line that is not an annotation."""
        found = ((number, cells) for number, cells in self.head if any(cells) and not cells[0].startswith("#"))
        self.heading_line, headings = next(found, (0, []))
        if "error" in headings:
            raise InputError.of(self.name, _("line {line} holds an error of InfluxDB").format(line=self.heading_line))
        if not self.heading_line:
            raise InputError.of(self.name, _("is empty"))
        self.headings = _headings(self.name, self.head, self.heading_line)
        defaults = next((cells for _number, cells in self.head if cells and cells[0] == "#default"), [])
        self.defaults = {name for name, default in zip(self.headings[1:], defaults[1:], strict=False) if default}

    def left_out_sql(self) -> str:
        """Return an SQL condition for annotations, and for the headings of further tables."""
        with self.source.open(encoding="utf-8-sig") as file:
            headings = next(itertools.islice(file, self.heading_line - 1, None)).rstrip("\r\n")
        return f"starts_with(text, '#') OR rtrim(text, chr(13)) = {quoted(headings)}"

    def load(
        self, store: Store, numbers: Sequence[int], problems: list[Problem], parsed: Mapping[str, str] | None = None
    ) -> str:
        """Return SQL of the columns that are wanted, with the number of each line."""
        found = [self.headings[number - 1] for number in numbers if self.headings[number - 1] in self.defaults]
        if found:
            complaint = _("states default values for {names}: export them in each row")
            problems.append(Problem(self.name, complaint.format(names=listed(map(repr, found)))))
        return super().load(store, numbers, problems, parsed)


LINE_PART = re.compile(r'(?:\\.|"(?:\\.|[^"\\])*"|[^ "\\])+')  # up to a blank that is not escaped or quoted
LINE_ITEM = re.compile(r'(?:\\.|"(?:\\.|[^"\\])*"|[^,"\\])+')
LINE_ESCAPE = re.compile(r"\\(.)")
LINE_INTEGER = re.compile(r"[-+]?\d+[iu]")
OF_EXPORTS = ("#", "CREATE DATABASE")  # how lines of an export begin that hold no point


class LineProtocolTable(TextTable):
    """Points in line protocol, as InfluxDB exports them: a column for the time, the measurement, each tag and field."""

    def __init__(self, store: Store, path: Path, source: Path, readings: Readings) -> None:
        plain = _as_utf8(store, path, source, readings.encoding)
        columns: dict[str, None] = dict.fromkeys(("time", "measurement"))
        with plain.open(encoding="utf-8-sig") as lines:
            for point in self._points(path.name, lines):
                columns |= dict.fromkeys(point)
        table = store.path(".csv")
        with plain.open(encoding="utf-8-sig") as lines, table.open("w", encoding="utf-8", newline="") as copy:
            writer = csv.DictWriter(copy, columns, restval="")
            writer.writeheader()
            writer.writerows(self._points(path.name, lines))
        super().__init__(store, path, table, replace(readings, encoding="utf-8"))

    def _points(self, name: str, lines: Iterable[str]) -> Iterator[dict[str, str]]:
        """Yield the point of each line, and nothing in it for a line without one."""
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text or text.startswith(OF_EXPORTS):
                yield {}
                continue
            parts = LINE_PART.findall(text)
            series, fields = (LINE_ITEM.findall(part) for part in parts[:2]) if len(parts) == 3 else ([], [])
            items = [_item(item) for item in (*series[1:], *fields)]
            if not series or not fields or None in items:
                complaint = _("line {line} is not a point in line protocol with a time")
                raise InputError.of(name, complaint.format(line=number))
            yield {"time": parts[2], "measurement": LINE_ESCAPE.sub(r"\1", series[0]), **dict(filter(None, items))}

    def place(self, line: int, number: int) -> str:
        """Say where a cell is: the copy has a line of headings before the points."""
        return super().place(line - 1, number)


def _item(text: str) -> tuple[str, str] | None:
    """Return the name and the value of a tag or a field."""
    name, sign, value = re.sub(r"(?<!\\)=", "\0", text, count=1).partition("\0")
    if value.startswith('"'):
        value = value[1:-1]
    elif LINE_INTEGER.fullmatch(value):
        value = value[:-1]
    return (LINE_ESCAPE.sub(r"\1", name), LINE_ESCAPE.sub(r"\1", value)) if name and sign else None


TEXT_FORMATS: dict[str, type[TextTable]] = {"InfluxDB": InfluxTable, "line protocol": LineProtocolTable}


def _blank(sign: str) -> str:
    return "" if sign == " " else " *"


def _list_sql(sign: str) -> str:
    """Return SQL of the cells of a line with quotes, each with the sign before it."""
    one, space = re.escape(sign), _blank(sign)
    quoted_cell = f'{space}"(?:[^"]|"")*"{space}'
    plain = f'{space}[^{one}" ][^{one}]*' if space else f'[^{one}"][^{one}]*'
    return f"regexp_extract_all({quoted(sign)} || text, {quoted(f'{one}(?:{quoted_cell}|{plain}|{space})')})"


def _quotes() -> str:
    return "contains(text, '\"')"


def _whole_sql(sign: str) -> str:
    # CASE alone evaluates a part for the lines it is about; a list is needed for few
    return f"CASE WHEN {_quotes()} THEN array_to_string({_list_sql(sign)}, '') = {quoted(sign)} || text ELSE TRUE END"


def _count_sql(sign: str) -> str:
    """Return SQL of the number of cells; 0 of a line with nothing in any cell."""
    plain = f"length(text) - length(replace(text, {quoted(sign)}, '')) + 1"
    return (
        f"CASE WHEN trim(coalesce(text, ''), {quoted(sign + ' ')}) = '' THEN 0 "
        f"WHEN {_quotes()} THEN len({_list_sql(sign)}) ELSE {plain} END"
    )


def _cell_sql(number: int, sign: str) -> str:
    with_sign = f"trim(substr({_list_sql(sign)}[{number}], 2))"
    inner = f"replace(substr({with_sign}, 2, length({with_sign}) - 2), '\"\"', '\"')"
    quoted_cell = f"CASE WHEN starts_with({with_sign}, '\"') THEN {inner} ELSE {with_sign} END"
    plain = f"trim(split_part(text, {quoted(sign)}, {number}))"
    return f"nullif(CASE WHEN {_quotes()} THEN {quoted_cell} ELSE {plain} END, '')"


def _surplus_sql(sign: str, known: int) -> str:
    """Return SQL for whether a line has something in cells that have no heading."""
    more = f"array_to_string(({_list_sql(sign)})[{known + 1}:], '')"
    filled = f"trim({more}, {quoted(sign + ' ')} || '\"') <> ''"
    return f"CASE WHEN {_count_sql(sign)} > {known} THEN {filled} ELSE FALSE END"


def _as_utf8(store: Store, path: Path, source: Path, encoding: str) -> Path:
    """Return the file, or a copy of it in UTF-8."""
    if encoding in ("utf-8", "utf-8-sig"):
        if line := _first_undecodable(source):
            known = _(" or ").join(("cp932", "cp1252"))
            complaint = _("line {line} is not in UTF-8: state the encoding, such as {known}")
            raise InputError.of(path.name, complaint.format(line=line, known=known))
        return source
    target = store.path(".csv")
    try:
        with source.open(encoding=encoding, newline="") as text, target.open("w", encoding="utf-8", newline="") as copy:
            shutil.copyfileobj(text, copy, CHUNK)
    except (UnicodeDecodeError, LookupError):
        known = _(" or ").join(("utf-8", "cp932"))
        complaint = _(
            "is not in the encoding {encoding!r} that is stated for it: state another, such as {known}"
        ).format(encoding=encoding, known=known)
        raise InputError.of(path.name, complaint) from None
    return target


def _first_undecodable(path: Path) -> int:
    """Return the number of the first line that is not in UTF-8, or 0."""
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            try:
                decoder.decode(part)
            except UnicodeDecodeError as error:  # of the bytes that were left over, and the part
                return line + error.object.count(b"\n", 0, error.start)
            line += part.count(b"\n")
        return line if decoder.getstate()[0] else 0


def _headings(name: str, head: Sequence[tuple[int, list[str]]], line: int) -> tuple[str, ...]:
    """Return the headings, or where there are none as many numbers as the first row has cells."""
    if any(len(cells) > archives.LAST_COLUMN for _number, cells in head):
        raise InputError.of(name, _("has more than {most:,} columns").format(most=archives.LAST_COLUMN))
    if not line:
        first = next((cells for _number, cells in head if any(cells)), [])
        return tuple(map(str, range(1, len(first) + 1)))
    found = next((cells for number, cells in head if number == line), None)
    if found is None or not any(found):
        other = next((number for number, cells in head if any(cells)), None)
        if other is None:
            raise InputError.of(name, _("is empty"))
        complaint = _("line {line} has no headings; the first line that is not blank is {other}: state header_row")
        raise InputError.of(name, complaint.format(line=line, other=other))
    while found and not found[-1]:
        found = found[:-1]
    return tuple(found)


# Sheets


def _sheets(path: Path, source: Path, readings: Readings) -> Iterator[ReadingsTable]:
    import python_calamine

    with source.open("rb") as file:
        if not file.read(8).startswith(WORKBOOKS):
            complaint = _("is not a workbook with sheets: a text that is called {suffix} is read as .csv or .tsv")
            raise InputError.of(path.name, complaint.format(suffix=path.suffix))
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(archives.workbook(source)))
    rows = {sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in book.sheet_names}
    filled = [sheet for sheet, content in rows.items() if any(cell != "" for row in content for cell in row)]
    wanted = [sheet for sheet in rows for pattern in readings.sheet if sheet == pattern]
    wanted += [sheet for sheet in filled for pattern in readings.sheet if fnmatch.fnmatchcase(sheet, pattern)]
    wanted = list(dict.fromkeys(wanted)) if readings.sheet else filled
    if readings.sheet and not wanted:
        complaint = _("has no sheet {sheet}; it has {names}")
        raise InputError.of(
            path.name, complaint.format(sheet=listed(map(repr, readings.sheet)), names=listed(map(repr, rows)))
        )
    if not readings.sheet and len(filled) > 1:
        complaint = _("has the sheets {names}: state which hold readings, such as sheet = {first}")
        raise InputError.of(path.name, complaint.format(names=listed(map(repr, filled)), first=repr(filled[0])))
    for sheet in wanted:
        yield WorksheetTable(path, source, sheet, rows[sheet], readings, alone=len(rows) == 1)


class WorksheetTable(ReadingsTable):
    """A sheet of a workbook."""

    def __init__(
        self, path: Path, source: Path, sheet: str, rows: list[list[Any]], readings: Readings, alone: bool
    ) -> None:
        super().__init__()
        self.path, self.source, self.sheet, self.content, self.readings = path, source, sheet, rows, readings
        self.name = path.name if alone else _("{file}, sheet {sheet}").format(file=path.name, sheet=sheet)
        wanted = max(HEAD, readings.heading_line, readings.units_row)
        self.head = [(number, [str(cell).strip() for cell in row]) for number, row in enumerate(rows[:wanted], 1)]
        self.begin(readings)

    def load(self, store: Store, numbers: Sequence[int], problems: list[Problem]) -> str:
        """Return SQL of the columns that are wanted, with the number of each line."""
        self.kept = list(self._kept())
        self.rows = len(self.kept)
        self._refuse_unstored(numbers, problems)
        return super().load(store, numbers, problems)

    def lines(self) -> list[int]:
        """Return the number of each row."""
        return [line for line, _row in self.kept]

    def cells(self, number: int) -> Any:
        """Return the cells of a column."""
        cells = [row[number - 1] if number <= len(row) else "" for _line, row in self.kept]
        return _column([None if cell == "" else cell for cell in cells], self.readings)

    def _kept(self) -> Iterator[tuple[int, list[Any]]]:
        filled = [number for number, row in enumerate(self.content, 1) if any(cell != "" for cell in row)]
        last = filled[-self.readings.footer] if self.readings.footer and filled else len(self.content) + 1
        skip = self.readings.skip if isinstance(self.readings.skip, str) else None
        without = {*self.readings.skipped_lines, self.readings.units_row}
        for number in filled:
            row = self.content[number - 1]
            if number == self.heading_line:
                continue
            out = number < self.heading_line or number >= last or number in without
            if out or (skip is not None and str(row[0]).startswith(skip)):
                self.skipped += 1
            else:
                yield number, row
        self.blank = len(self.content) - len(filled)

    def place(self, line: int, number: int) -> str:
        """Say where a cell is."""
        from openpyxl.utils import get_column_letter

        return _("cell {cell}").format(cell=f"{get_column_letter(number)}{line}")

    def _refuse_unstored(self, numbers: Sequence[int], problems: list[Problem]) -> None:
        """Complain of formulas whose values no spreadsheet program has stored: they would count as blank."""
        empty = [
            (line, number)
            for line, row in self.kept
            for number in numbers
            if number > len(row) or row[number - 1] == ""
        ]
        if not empty or self.source.suffix.casefold() not in (".xlsx", ".xlsm"):
            return
        from openpyxl import load_workbook

        book = load_workbook(self.source, read_only=True)
        blank = set(empty)
        cells = (cell for row in book[self.sheet].iter_rows() for cell in row if cell.value is not None)
        found = [cell.coordinate for cell in cells if (cell.row, cell.column) in blank and cell.data_type == "f"]
        book.close()
        if found:
            complaint = _(
                "{cells}: a formula whose value is not stored; open the file in a spreadsheet program and save it"
            )
            problems.append(Problem(self.name, complaint.format(cells=listed(found))))


def _column(cells: list[Any], readings: Readings) -> Any:
    """Return a column of cells: times or numbers where all are, else texts."""
    import pandas as pd

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {date, datetime}:
        moments = [None if cell is None else pd.Timestamp(cell) for cell in cells]
        return pd.to_datetime(pd.Series(moments, dtype=object)).dt.round("ms")
    if kinds <= {int, float} and kinds:
        return pd.Series([None if cell is None else float(cell) for cell in cells], dtype=float)
    return pd.Series([None if cell is None else _text(cell, readings) for cell in cells], dtype=object)


def _to_the_second(cell: datetime | time) -> datetime | time:
    """Return a time whose fraction of a day is off by less than a millisecond as it is shown."""
    moment = cell if isinstance(cell, datetime) else datetime.combine(date(2000, 1, 1), cell)
    near = (moment + timedelta(milliseconds=1)).replace(microsecond=0)
    if abs(near - moment) > timedelta(milliseconds=1):
        return cell
    return near if isinstance(cell, datetime) else near.time()


def _text(cell: Any, readings: Readings) -> str:
    """Return a cell among texts as it would be typed; a time of a sheet has no stated form."""
    if isinstance(cell, datetime | time):
        cell = _to_the_second(cell)
    if isinstance(cell, datetime) or (isinstance(cell, date) and not isinstance(cell, datetime)):
        typed = readings.times and readings.times not in stamps.OWN and len(readings.time) == 1
        return cell.strftime(
            readings.times if typed else "%Y-%m-%d %H:%M:%S" if isinstance(cell, datetime) else "%Y-%m-%d"
        )
    if isinstance(cell, time):
        return cell.strftime("%H:%M:%S")
    if isinstance(cell, timedelta):
        hours, rest = divmod(round(cell.total_seconds()), 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


# Parquet and DataFrames


class ParquetTable(ReadingsTable):
    """A Parquet file, which stays where it is; several of the same columns are read as one."""

    where = _("row {line}")

    def __init__(self, store: Store, path: Path, source: Path) -> None:
        super().__init__()
        self.name, self.path, self.sources, self.variable = path.name, path, [source], ""
        self.kinds = store.types(self._rows())
        self.headings = tuple(self.kinds)
        self.rows = store.number(f"SELECT count(*) FROM {self._rows()}")

    def _rows(self) -> str:
        """Return SQL of the rows; the name of a folder such as ``kWh=500`` is not a column."""
        return f"read_parquet([{', '.join(map(path_sql, self.sources))}], hive_partitioning = false)"

    def load(self, store: Store, numbers: Sequence[int], problems: list[Problem]) -> str:
        """Return SQL of the columns that are wanted, with the number of each line."""
        cells = ", ".join(f"{named(self.headings[number - 1])} AS c{number}" for number in numbers)
        self.variable = store.let(self.sources)
        rows = f"read_parquet(getvariable('{self.variable}'), hive_partitioning = false, file_row_number = true)"
        return f"(SELECT file_row_number + 1 AS line, {cells} FROM {rows})"

    def all_within(self, store: Store, number: int, first: int, last: int) -> bool:
        """Whether the footers of the files say that a column of times has no empty cell, and none outside of a span."""
        edges = [f"epoch_us(TRY_CAST(stats_{edge}_value AS TIMESTAMP))" for edge in ("min", "max")]
        fits = " AND ".join(f"{edge} BETWEEN {first} AND {last}" for edge in edges)
        return bool(
            store.number(
                f"SELECT bool_and(coalesce(stats_null_count = 0 AND {fits}, FALSE)) "
                f"FROM parquet_metadata(getvariable('{self.variable}')) "
                f"WHERE path_in_schema = {quoted(self.headings[number - 1])}"
            )
        )


def together(opened: Sequence[ReadingsTable]) -> Sequence[ReadingsTable]:
    """Return Parquet files with the same columns as one table, which is read faster than each by itself."""
    tables = [one for one in opened if isinstance(one, ParquetTable)]
    if not tables or len(tables) < len(opened) or any(one.kinds != tables[0].kinds for one in tables):
        return opened
    tables[0].sources = [source for one in tables for source in one.sources]
    return tables[:1]


class FrameTable(ReadingsTable):
    """A DataFrame, of pandas or of another library that can be turned into one."""

    where = _("row {line}, counted from 0")

    def __init__(self, readings: Readings) -> None:
        import pandas as pd

        super().__init__()
        frame = readings.frame
        if not isinstance(frame, pd.DataFrame):
            import narwhals as nw

            frame = nw.from_native(frame, eager_only=True).to_pandas()
        levels = [level for level in frame.index.names if level is not None]
        if not levels and isinstance(frame.index, pd.DatetimeIndex) and readings.time[0] not in frame.columns:
            frame = frame.rename_axis(str(readings.time[0]))
            levels = [str(readings.time[0])]
        self.frame = frame.reset_index(levels) if levels else frame
        self.name = readings.name
        self.headings = tuple(
            _with_unit(str(heading).strip(), self.frame.iloc[:, place])
            for place, heading in enumerate(self.frame.columns)
        )

    def lines(self) -> range:
        """Return the number of each row."""
        return range(len(self.frame))

    def cells(self, number: int) -> Any:
        """Return the cells of a column."""
        return _plain(self.frame.iloc[:, number - 1]).reset_index(drop=True)


def _with_unit(heading: str, column: Any) -> str:
    """Return a heading with the unit that its column states by itself, instead of the text in brackets."""
    own = getattr(column.dtype, "units", None)
    unit = agreed(stated(column.attrs, column.name), None if own is None else f"{own:D}")
    return heading if unit is None else f"{split_heading(heading)[0]} [{unit}]"


def _plain(column: Any) -> Any:
    """Return a column of times, numbers or texts that the database knows."""
    import pandas as pd

    if hasattr(column.dtype, "units"):  # of pint-pandas; the heading states it now
        return pd.Series(carried(column).cells)
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if column.dtype != object:
        return column
    kinds = {type(cell).__name__ for cell in column if cell is not None and cell == cell}
    if kinds and kinds <= {"datetime", "Timestamp", "NaTType"}:
        return pd.to_datetime(column).dt.round("ms")
    if kinds <= {"int", "float"}:
        return column.astype(float)
    return column.map(lambda cell: None if cell is None or cell != cell else str(cell).strip() or None)


# NEM12


class NEM12Register(NamedTuple):
    """What a record 200 says of the days below it."""

    nmi: str
    suffix: str
    unit: str
    minutes: int


class NEM12Table(ReadingsTable):
    """A file in the form of the Australian market operator: a record 300 for each day, of a register that 200 names.

    Its columns are ``time``, and for each register its suffix with the unit and the flags: ``E1 [kWh]``,
    ``E1 quality``; the NMI is before the suffix where there are several.
    """

    def __init__(self, path: Path, source: Path) -> None:
        super().__init__()
        self.name, self.path = path.name, path
        self.days: list[tuple[int, datetime, NEM12Register, list[str], list[str]]] = []  # line, day, …, values, flags
        registers: list[NEM12Register] = []
        with source.open(encoding="utf-8-sig", newline="") as file:
            for line, record in enumerate(csv.reader(file), 1):
                cells = [cell.strip() for cell in record]
                kind = cells[0] if cells else ""
                if kind == "200":
                    registers.append(self._register(line, cells))
                elif kind == "300":
                    self._day(line, cells, registers)
                elif kind == "400":
                    self._qualities(line, cells)
                elif kind not in ("", "100", "500", "900"):
                    raise self._refuse(line, _("is not a record of NEM12"))
        several = len({one.nmi for one in registers}) > 1
        rows: dict[datetime, list[dict[str, Any]]] = {}
        for line, day, register, values, flags in self.days:
            prefix = f"{register.nmi} {register.suffix}" if several else register.suffix
            heading = f"{prefix} [{register.unit}]"
            for number, (value, flag) in enumerate(zip(values, flags, strict=True)):
                moment = day + timedelta(minutes=register.minutes * number)
                found = rows.setdefault(moment, [])
                row = next((row for row in found if heading not in row), None)
                if row is None:  # the first register, or a reading that is there twice
                    row = {"line": line, "time": moment}
                    found.append(row)
                row |= {heading: value or None, f"{prefix} quality": flag}
        self.content = [row for found in rows.values() for row in found]
        self.rows = len(self.content)
        self.headings = tuple(dict.fromkeys(key for row in self.content for key in row if key != "line"))

    def _refuse(self, line: int, complaint: str) -> InputError:
        return InputError.of(self.name, Message("{}: {}").format(self.where.format(line=line), complaint))

    def _register(self, line: int, cells: list[str]) -> NEM12Register:
        if len(cells) < 9 or not cells[8].isdigit() or not int(cells[8]) or 1440 % int(cells[8]):
            raise self._refuse(line, _("does not state the length of its intervals in minutes"))
        return NEM12Register(cells[1], cells[4], NEM12_UNITS.get(cells[7].upper(), cells[7]), int(cells[8]))

    def _day(self, line: int, cells: list[str], registers: Sequence[NEM12Register]) -> None:
        if not registers:
            raise self._refuse(line, _("has readings before any register was named"))
        count = 1440 // registers[-1].minutes
        if len(cells) < count + 3 or not re.fullmatch(r"\d{8}", cells[1]):
            raise self._refuse(line, _("must hold a day and {count} readings").format(count=count))
        day, flag = datetime.strptime(cells[1], "%Y%m%d"), cells[count + 2][:1]
        self.days.append((line, day, registers[-1], cells[2 : count + 2], [flag] * count))

    def _qualities(self, line: int, cells: list[str]) -> None:
        if not self.days or len(cells) < 4 or not (cells[1].isdigit() and cells[2].isdigit()):
            raise self._refuse(line, _("does not state the intervals of a day, and their flag"))
        flags = self.days[-1][-1]
        for number in range(int(cells[1]), min(int(cells[2]), len(flags)) + 1):
            flags[number - 1] = cells[3][:1]

    def lines(self) -> list[int]:
        """Return the number of each row."""
        return [row["line"] for row in self.content]

    def cells(self, number: int) -> Any:
        """Return the cells of a column."""
        import pandas as pd

        heading = self.headings[number - 1]
        kind = "datetime64[us]" if heading == "time" else object
        return pd.Series([row.get(heading) for row in self.content], dtype=kind)
