"""Tables: one for each set of indices, as a DataFrame or a file."""

from __future__ import annotations

import csv
import html
import math
import os
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence, Set
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base import archives
from jcm_calc.base.cores import on_all_cores
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, ProblemKind, listed, no_such_file
from jcm_calc.base.sheet_xml import LAST_COLUMN, parse, sheet_files
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.axes import MOST, WHOLE, label
from jcm_calc.inputs.carriers import (
    FilledTable,
    arrow_units,
    carried,
    column_unit,
    is_unit,
    is_unit_key,
    objects,
    split_heading,
)
from jcm_calc.inputs.periods import Period, several
from jcm_calc.inputs.totals import texts, totals_among
from jcm_calc.inputs.values import CellAddresses, GivenCells
from jcm_calc.units import dots_complaint, is_missing, unclear_dots

if TYPE_CHECKING:
    import pandas as pd

TOO_MANY = 2**62
# Rows whose labels are worth a thread for each index.
MANY = 20_000
# Letters of Greek and Cyrillic that look like Latin ones.
TWINS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕЅІЈКМНОРСТУХаеіјорсухѕ", "ABEZHIKMNOPTYXoABESIJKMHOPCTYXaeijopcyxs")
# What a text without a letter beyond ASCII must hold to look like another one.
ODD_BLANKS = ("  ", *"\t\v\f\r\x1c\x1d\x1e\x1f")
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
# What a number format shows as it is: "kWh", \k\W\h, [$kWh]; any other text in brackets is a colour or a condition.
LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].')
# Which row of its file the first row of a table is: the heading is row 1, as a spreadsheet program shows it.
FIRST_ROW = "first_row"
AS_WRITTEN: Mapping[str, Any] = {"encoding": "utf-8-sig", "keep_default_na": False}
WHOLE_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,14})\.0+", re.ASCII)
# More bytes than the formats of any table take.
STYLES = 10_000_000


def read(path: str | os.PathLike[str], labels: Iterable[str] = ()) -> pd.DataFrame:
    """Read a table from CSV (UTF-8), Excel (first sheet) or Parquet; ``labels`` are the headings of its labels."""
    file = Path(path)
    readers = {".csv": lambda file: _read_csv(file, frozenset(labels)), ".xlsx": _read_excel, ".parquet": _read_parquet}
    reader = readers.get(file.suffix.casefold())
    complaint: str
    if os.path.exists(file) and not file.is_file():
        complaint = _("is not a file but a folder, a device or a pipe")
    elif reader is None:
        complaint = _("is not in a format that is read: .csv, .xlsx, .parquet")
    else:
        try:
            return reader(file)
        except FileNotFoundError:
            complaint = no_such_file(path, file.name)
        except ModuleNotFoundError:
            complaint = _("cannot be read without pyarrow: install it with pip install 'jcm-calc[parquet]'")
        except (InputError, MemoryError):
            raise
        except Exception as error:
            # the readers of broken files raise errors of many kinds, each with a message of some use
            complaint = _("cannot be read as {format}: {error}").format(format=file.suffix, error=error)
    raise InputError.of(file.name, complaint)


def label_headings(m: Declarations) -> set[str]:
    """Return the headings of columns that name things: units along an index, and classes."""
    classes = [one for one in (*m.inputs.values(), *m.facts.values()) if one.unit == "category"]
    return {*m.indices, *(heading for one in classes for heading in (one.name, one.symbol))} - {"p"}


def _read_excel(file: Path) -> pd.DataFrame:
    """Read the first sheet that is shown; say which one it is where there are others, and what of it is hidden."""
    import pandas as pd

    content = archives.workbook(file)
    with pd.ExcelFile(BytesIO(content), engine="calamine") as book:
        sheets: Any = book.book
        seen = [sheet.name for sheet in sheets.sheets_metadata if "Hidden" not in str(sheet.visible)]
        first = seen[0] if seen else book.sheet_names[0]
        # cells as they are: pandas would take "NA" for an empty cell, TRUE among numbers for 1, and rename headings
        cells = pd.read_excel(book, sheet_name=first, header=None, dtype=object, keep_default_na=False, na_values=[""])
    if cells.empty:
        raise InputError.of(file.name, _("the sheet {sheet} is empty").format(sheet=repr(first)))
    frame = cells.iloc[1:].reset_index(drop=True).set_axis(pd.Index(cells.iloc[0].tolist(), dtype=object), axis=1)
    frame.attrs[FIRST_ROW] = 2
    remarks: list[str] = []
    if len(book.sheet_names) > 1:
        complaint = _("has the sheets {sheets}; only {first} was read: give another as pd.read_excel(file, sheet)")
        remarks.append(complaint.format(sheets=listed(map(repr, book.sheet_names)), first=repr(first)))
    if hidden := _hidden_rows(content, str(first), cells):
        complaint = _(
            "hidden rows of the sheet {sheet} are read: {rows}. Show them and check that they belong to the table"
        )
        remarks.append(complaint.format(rows=listed(hidden), sheet=repr(first)))
    if unread := unread_units(file, frame.columns):
        remarks.append(unread)
    frame.attrs |= {"remarks": remarks} if remarks else {}
    return frame


def _hidden_rows(content: bytes, sheet: str, cells: pd.DataFrame) -> list[int]:
    """Return the numbers of the rows of a sheet that are hidden, by hand or by a filter, and hold something."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        part = sheet_files(archive).get(sheet)
        text = b"" if part is None else archive.read(part)
    hidden = sorted(parse(text).rows) if b"hidden" in text else []
    return [row + 1 for row in hidden if row < len(cells) and cells.iloc[row].notna().any()]


def unread_units(file: Path, headings: Iterable[Any]) -> str:
    """Say which units number formats of an Excel file show that no heading states."""
    stated = [split_heading(str(heading))[1] for heading in headings]
    unstated = [unit for unit in displayed_units(file) if unit not in stated]
    complaint = _("a number format shows the unit {units}, which is not read: state it in the heading, as EC_PJ [kWh]")
    return complaint.format(units=listed(unstated)) if unstated else ""


def displayed_units(file: Path) -> list[str]:
    """Return the units that custom number formats of an Excel file add to what its cells hold: ``0.0" kWh"``."""
    with zipfile.ZipFile(file) as parts:
        styles = [part for part in parts.infolist() if part.filename == "xl/styles.xml" and part.file_size < STYLES]
        text = parts.read(styles[0]).decode("utf-8", "replace") if styles else ""
    found = []
    for code in map(html.unescape, re.findall(r'formatCode="([^"]*)"', text)):
        bare = LITERAL.sub("", code)
        if re.search("0|#|General", bare) and not re.search("[ymdhs]", bare, re.I):
            for section in code.split(";"):
                shown = LITERAL.sub(lambda match: match[1] or match[2] or match[3] or "", section)
                found += [literal.strip() for literal in re.split(r"[0#?.,+-]+|General", shown)]
    return [unit for unit in dict.fromkeys(found) if is_unit(unit)]


def _read_parquet(file: Path) -> pd.DataFrame:
    import pandas as pd
    import pyarrow.parquet

    # opened here: by a name such as s3:/x or http:/x pandas and Arrow would reach for a network
    with file.open("rb") as content:
        schema = pyarrow.parquet.read_schema(content)
        _refuse_width(file, len(schema))
        units = arrow_units(schema)
        content.seek(0)
        frame = pd.read_parquet(content)
    if units:
        frame.attrs["units"] = units
    return frame


def _read_csv(file: Path, of_labels: Set[str]) -> pd.DataFrame:
    import pandas as pd

    _refuse_encoding(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        # pandas passes over lines of blanks
        written = next((row for row in csv.reader(lines) if len(row) > 1 or "".join(row).strip()), [])
    headings = [heading.strip() for heading in written]
    labels = [own for own, heading in zip(written, headings, strict=True) if heading in of_labels]
    _refuse_width(file, len(headings))
    if repeated := _twice([heading for heading in headings if heading]):
        raise InputError.of(file.name, repeated)
    try:
        with warnings.catch_warnings(), file.open("rb") as content:
            # pandas would take surplus cells for the labels of rows, or drop them
            warnings.simplefilter("error", pd.errors.ParserWarning)
            kinds = dict.fromkeys(labels, str)
            frame: pd.DataFrame = pd.read_csv(
                content, index_col=False, low_memory=False, na_values=[""], dtype=kinds, **AS_WRITTEN
            )
    except pd.errors.EmptyDataError:
        raise InputError.of(file.name, _("the file is empty")) from None
    except (pd.errors.ParserWarning, pd.errors.ParserError) as error:
        _refuse_separator(file, headings)
        complaint = _("its rows differ in length: is there a decimal comma, or a comma at their ends? ({error})")
        raise InputError.of(file.name, complaint.format(error=error)) from None
    _refuse_separator(file, list(map(str, frame.columns)))
    for heading in labels:
        frame[heading] = _as_labels(frame[heading])
    _refuse_unclear(file, frame)
    with file.open("rb") as lines_of_bytes:
        if sum(1 for _line in lines_of_bytes) == len(frame) + 1:  # else a blank line, or a cell of several
            frame.attrs[FIRST_ROW] = 2
    return frame


def _as_labels(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of texts of labels; where all are numbers, whole ones as numbers."""
    import pandas as pd

    codes, written = pd.factorize(column)
    try:
        cells = [_as_label(text.strip()) for text in written]
    except ValueError:
        return column
    cells.append(math.nan)  # has the code −1
    return pd.Series(objects(cells)[codes], column.index).infer_objects()


def _as_label(text: str) -> int | float | str:
    """Return 405 and 1.0 as numbers, anything else as the text that it is: 0405, 1.10 and 1E3."""
    float(text)  # in a column of texts 1.0 is a text
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if WHOLE_DECIMAL.fullmatch(text) else text


def _refuse_width(file: Path, columns: int) -> None:
    if columns > LAST_COLUMN:
        raise InputError.of(file.name, _("has more than {most:,} columns").format(most=LAST_COLUMN))


def _refuse_separator(file: Path, headings: Sequence[str]) -> None:
    """Refuse columns that are separated by another sign than a comma."""
    found = re.search(r"[;\t|]", headings[0]) if len(headings) == 1 else None
    if found is not None:
        complaint = _("its columns are separated by {sign}: separate them by commas").format(sign=repr(found[0]))
        raise InputError.of(file.name, complaint)


def _refuse_unclear(file: Path, frame: pd.DataFrame) -> None:
    """Refuse a column of numbers whose dots can stand between thousands: pandas has taken them for decimals."""
    import pandas as pd

    suspected = [place for place, column in enumerate(frame.columns) if _three_decimals(frame[column])]
    if not suspected:
        return
    with file.open("rb") as content:
        texts = pd.read_csv(content, index_col=False, usecols=suspected, dtype=str, **AS_WRITTEN)
    found = {heading: unclear_dots(texts[heading].unique().tolist()) for heading in texts.columns}
    if problems := [Problem(heading, dots_complaint(number)) for heading, number in found.items() if number]:
        raise InputError(file.name, problems)


def _three_decimals(column: pd.Series[Any]) -> bool:
    """Whether no number of a column shows that its dots are decimal points."""
    if column.dtype != np.float64:
        return False
    numbers = np.abs(column.to_numpy()[~np.isnan(column.to_numpy())])
    if not np.all((numbers < 1000) & ((numbers >= 1) | (numbers == 0))):
        return False
    return bool(np.all(np.abs(np.round(numbers * 1000) - numbers * 1000) < 1e-6))


def _refuse_encoding(file: Path) -> None:
    content = file.read_bytes()
    found = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content else ""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        found = found or "cp932 (Shift-JIS) or another encoding that is not UTF-8"
    if not found:
        return
    complaint = _("the file is in {found}: save it as CSV UTF-8 (in Excel: Save As, 'CSV UTF-8')").format(found=found)
    raise InputError.of(file.name, complaint)


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index levels, where they have names, are columns, with headings as stripped text."""
    import pandas as pd

    if table.columns.nlevels > 1:
        message = _(
            "its headings take several rows, first {names}: give one heading for each column; if the second row is the "
            "labels of an index, write table.stack(1, future_stack=True).rename_axis(['p', 'i'])"
        )
        raise ValueError(message.format(names=listed(dict.fromkeys(map(str, table.columns.get_level_values(0))))))
    levels = [level for level in table.index.names if level is not None]
    named = [*levels, *table.columns]
    headings = [str(heading).strip() for heading in named]
    for number, heading in enumerate(headings, 1):
        if is_missing(named[number - 1]) or heading == "" or heading.startswith("Unnamed: "):
            raise ValueError(_("column {number} has no heading: name it or delete it").format(number=number))
    if complaint := _twice(headings):
        raise ValueError(complaint)
    frame = table.reset_index(levels) if levels else table.copy(deep=False)
    frame.columns = pd.Index(headings, dtype=object)
    frame.attrs = _attrs(table)
    return frame


def with_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table, from `flat`, that states the units of its columns in their headings."""
    units = {heading: column_unit(frame[heading]) for heading in frame}
    named = {
        heading: f"{split_heading(str(heading))[0]} [{unit}]" for heading, unit in units.items() if unit is not None
    }
    found = frame.rename(columns=named)
    found.attrs = {key: one for key, one in frame.attrs.items() if not is_unit_key(key)}
    return found


def _twice(headings: Sequence[str]) -> str:
    """Return a complaint about headings that several columns have."""
    places: dict[str, list[int]] = {}
    for number, heading in enumerate(headings, 1):
        places.setdefault(heading, []).append(number)
    complaint = _("the columns {numbers} are all called {heading}: rename or delete all but one")
    several = {heading: numbers for heading, numbers in places.items() if len(numbers) > 1}
    found = (complaint.format(numbers=listed(numbers), heading=repr(heading)) for heading, numbers in several.items())
    return listed(found)


def _attrs(table: pd.DataFrame) -> dict[Any, Any]:
    """Return the attributes of a table, with its units by heading."""
    attrs = dict(table.attrs)
    for key in filter(is_unit_key, table.attrs):
        unit = attrs[key]
        if unit is not None and not isinstance(unit, Mapping):
            if len(table.columns) != 1:
                complaint = _("its attrs state {key} = {unit} for all columns: state it for each column, as a mapping")
                raise ValueError(complaint.format(key=key, unit=repr(str(unit))))
            unit = {table.columns[0]: unit}
        if unit is not None:
            attrs[key] = {str(heading).strip(): one for heading, one in unit.items()}
    return attrs


def dense(frame: pd.DataFrame | FilledTable, letters: Iterable[str], name: str) -> dict[str, GivenCells]:
    """Arrange the columns of a table over its indices.

    A column named like an index letter holds its labels; every other column is a parameter, with its unit in brackets
    if it is not the declared one: ``EC_PJ [kWh]``.
    """
    if isinstance(frame, FilledTable):
        table: Mapping[str, Any] = {heading: carried(cells).cells for heading, cells in frame.columns.items()}
        addresses: Mapping[str, CellAddresses] = frame.cells
    else:
        table, addresses = {heading: frame[heading] for heading in frame.columns}, frame.attrs.get("cells", {})
    present = [letter for letter in letters if letter in table]
    if not (rows := max(map(len, table.values()), default=0)):
        raise InputError.of(name, _("the table has no rows"))
    if not present and rows != 1:
        complaint = _("has {count} rows and no index column (one of {letters})")
        complaint = complaint.format(count=rows, letters=", ".join(letters))
        raise InputError.of(name, complaint)
    codes, labels, problems = [], {}, list[Problem]()
    indices = [(letter, table[letter]) for letter in present]
    for letter, coded in zip(
        present, on_all_cores(_coded, indices) if rows > MANY else map(_coded, indices), strict=True
    ):
        if isinstance(coded, ValueError):
            problems.append(Problem(name, _("column {letter}: {error}").format(letter=repr(letter), error=coded)))
        else:
            code, labels[letter] = coded
            codes.append(code)
    if not problems:
        order, problems = _order(codes, labels, rows, name)
    InputError.raise_for(name, problems)
    shape = tuple(len(labels[letter]) for letter in present)
    columns = {}
    for heading, column in table.items():
        if heading not in present:
            try:
                own, unit = carried(column)
                unit = split_heading(heading)[1] if isinstance(frame, FilledTable) else unit
            except ValueError as error:
                problems.append(Problem(name, _("column {letter}: {error}").format(letter=repr(heading), error=error)))
                continue
            values = own[order].reshape(shape)
            cells = addresses[heading].arranged(order, shape) if heading in addresses else None
            source = _("{name}, column {heading}").format(name=name, heading=repr(heading))
            source = source if cells is None else Message("{}, {}").format(name, cells)
            columns[heading] = GivenCells(values, source, unit, labels, cells, of_table=True)
    InputError.raise_for(name, problems)
    return columns


def _coded(index: tuple[str, pd.Series[Any]]) -> tuple[npt.NDArray[np.intp], list[Any]] | ValueError:
    """Return a code for each row of an index column, and the label of each code; or what is wrong with it."""
    letter, column = index
    try:
        return _periods(column) if letter == "p" else _labels(column)
    except ValueError as error:
        return error


def _labels(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Any]]:
    """Return a code for each row, and the label of each code: 1, 1.0 and "1" are one label."""
    codes, cells = _factorize(column)
    if column.dtype.kind in "iu" and min(cells) >= 0 and max(cells) < MOST:
        return codes, cells
    among = texts(cells)
    if sums := totals_among(among):
        complaint = _("{names} sums up other rows and would count once more: delete its row, or rename the unit")
        raise ValueError(complaint.format(names=listed(map(repr, sorted(sums)))))
    together = "\n".join(among)
    plain = together.isascii() and not any(sign in together for sign in ODD_BLANKS)
    if plain and among is cells and list(map(str.strip, among)) == cells and not any(map(str.isdecimal, among)):
        return codes, cells  # each cell is its label
    labels = list(map(label, cells))
    if not plain:
        _refuse_lookalikes(texts(labels))
    number = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    return np.array([number[label] for label in labels], dtype=np.intp)[codes], list(number)


def _refuse_lookalikes(labels: Sequence[str]) -> None:
    """Refuse labels with invisible characters, and different ones that look the same."""
    seen: dict[str, str] = {}
    for text in labels:
        if text.isascii():
            continue
        if hidden := [sign for sign in text if unicodedata.category(sign) in ("Cf", "Cc")]:
            complaint = _("the label {label} holds the invisible character {code}: delete it")
            raise ValueError(complaint.format(label=ascii(text), code=f"U+{ord(hidden[0]):04X}"))
    for text in dict.fromkeys(labels):
        plain = " ".join(DASHES.sub("-", unicodedata.normalize("NFKC", text)).split()).translate(TWINS)
        if seen.setdefault(plain, text) != text:
            complaint = _("the labels {one} and {other} look the same: write them in one way")
            raise ValueError(complaint.format(one=ascii(seen[plain]), other=ascii(text)))


def _periods(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Period]]:
    """Return a code for each row, and the period of each code in order of time."""
    codes, unique = _factorize(column)
    periods = several([label(cell) for cell in unique])
    ordered = sorted(set(periods), key=lambda period: period.order)
    number = {period: place for place, period in enumerate(ordered)}
    return np.array([number[period] for period in periods], dtype=np.intp)[codes], ordered


def _factorize(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Any]]:
    """Return a code for each row, and the cell of each code."""
    try:
        codes, unique = _numbered(column)
    except TypeError:
        raise ValueError(_("holds something that is not a label")) from None
    cells = np.asarray(unique, dtype=object).tolist()
    kinds = set(map(type, cells))
    if float in kinds and any(isinstance(cell, float) and math.isinf(cell) for cell in cells):
        raise ValueError(_("holds something that is not a label"))
    empty = codes < 0
    if str in kinds and not (kinds == {str} and all(map(str.strip, cells))):
        blank = [place for place, cell in enumerate(cells) if isinstance(cell, str) and not cell.strip()]
        empty |= np.isin(codes, blank) if blank else False
    if empty.any():
        rows, first = np.flatnonzero(empty), getattr(column, "attrs", {}).get(FIRST_ROW, 1)
        shown = listed((int(row) + first for row in rows[:5]), len(rows))
        raise ValueError(_("is empty in row {rows}").format(rows=shown))
    return codes, cells


def _numbered(column: pd.Series[Any] | npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], Any]:
    if isinstance(column, np.ndarray):  # of a workbook: too short to be worth the import of pandas
        known: dict[Any, int] = {}
        codes = (-1 if is_missing(cell) else known.setdefault(cell, len(known)) for cell in column.astype(object))
        return np.fromiter(codes, dtype=np.intp), list(known)
    import pandas as pd

    return pd.factorize(column)


def _order(
    codes: list[npt.NDArray[np.intp]], labels: Mapping[str, list[Any]], rows: int, name: str
) -> tuple[npt.NDArray[np.intp], list[Problem]]:
    """Return the order of the rows in the dense array; report one that is missing or is there twice."""
    if not codes:
        return np.zeros(1, dtype=np.intp), []
    shape = tuple(len(unique) for unique in labels.values())
    size = math.prod(shape)
    if size > TOO_MANY:
        complaint = _("its {rows} rows are not the combinations of {letters}")
        return codes[0], [Problem(name, complaint.format(rows=rows, letters=", ".join(labels)))]
    position = np.ravel_multi_index(tuple(codes), shape)
    if rows == size:
        row = np.full(size, -1)
        row[position] = np.arange(rows)
        if row.min() >= 0:  # each place has a row, and so no place has two
            return row, []
    order = np.argsort(position, kind="stable")
    ranked = position[order]
    again = ranked[1:] == ranked[:-1]
    present = rows - np.count_nonzero(again)
    repeated = np.unique(ranked[1:][again])
    # among the first present + 5 places, five at least are absent
    absent = np.setdiff1d(np.arange(present + 5), ranked) if present < size else repeated[:0]
    problems = []
    twice, never = _("two or more rows for {places}").tagged(ProblemKind.DUPLICATE), _("no row for {places}")
    for found, count, complaint in ((repeated, len(repeated), twice), (absent, size - present, never)):
        if count:
            places = (_place(int(number), shape, labels) for number in found[:5] if number < size)
            problems.append(Problem(name, complaint.format(places=listed(places, int(count)))))
    return order, problems


def _place(position: int, shape: tuple[int, ...], labels: Mapping[str, list[Any]]) -> str:
    at = np.unravel_index(position, shape)
    return "(" + ", ".join(f"{letter}={labels[letter][n]}" for letter, n in zip(labels, at, strict=True)) + ")"
