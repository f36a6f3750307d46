"""Tables: one for each set of indices, as a DataFrame or a file."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from jcm_calc.problems import InputError, Problem, listed

HEADING = re.compile(r"(.+?)\s*[\[(]\s*([^\])]*?)\s*[\])]\s*")


@dataclass(frozen=True)
class Column:
    """One column of a table as a dense array over the table's indices.

    Attributes
    ----------
    values : ndarray
        One axis for each index letter, in the methodology's order.
    labels : dict
        The labels along each index.
    unit : str or None
        From the heading.
    source : str
        The table and the heading.
    """

    values: npt.NDArray[Any]
    labels: dict[str, list[Any]]
    unit: str | None
    source: str


def read(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table from CSV (UTF-8), Excel (first sheet) or Parquet.

    Raises
    ------
    InputError
        If there is no such file, its format or encoding is not understood, or it has no rows.
    """
    file = Path(path)
    try:
        frame = _read(file)
    except FileNotFoundError:
        raise InputError(file.name, [Problem(file.name, f"there is no such file: {file}")]) from None
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            file.name, [Problem(file.name, f"cannot be read as {file.suffix or 'a table'}: {error}")]
        ) from None
    if frame.empty:
        raise InputError(file.name, [Problem(file.name, "the table has no rows")])
    return frame


def _read(file: Path) -> pd.DataFrame:
    suffix = file.suffix.casefold()
    if suffix == ".csv":
        _refuse_encoding(file)
        try:
            return pd.read_csv(file, encoding="utf-8-sig")
        except pd.errors.EmptyDataError:
            return pd.DataFrame()
    if suffix == ".xlsx":
        return pd.read_excel(file)
    if suffix == ".parquet":
        return pd.read_parquet(file)
    raise InputError(file.name, [Problem(file.name, "is none of the formats understood: .csv, .xlsx, .parquet")])


def _refuse_encoding(file: Path) -> None:
    content = file.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found = "UTF-16"
    else:
        try:
            content.decode("utf-8")
            return
        except UnicodeDecodeError:
            found = "cp932 (Shift-JIS) or another encoding that is not UTF-8"
    complaint = f"the file is in {found}: save it as CSV UTF-8 (in Excel: Save As, 'CSV UTF-8')"
    raise InputError(file.name, [Problem(file.name, complaint)])


def dense(frame: pd.DataFrame, letters: Iterable[str], name: str) -> tuple[dict[str, Column], list[Problem]]:
    """Arrange the columns of a table over its indices.

    Parameters
    ----------
    frame : DataFrame
        A column named like an index letter holds its labels; every other column is a parameter,
        with its unit in brackets if it is not the declared one: ``EC_PJ [kWh]``.
    letters : iterable of str
        The methodology's indices in order.
    name : str
        What to call the table in complaints.

    Returns
    -------
    columns : dict
        From the heading without its unit to a `Column`.
    problems : list of Problem
        Duplicate and missing rows, empty labels.
    """
    named = [level for level in frame.index.names if level is not None]
    flat = frame.reset_index(named) if named else frame
    present = [letter for letter in letters if letter in flat.columns]
    if not present and len(flat) != 1:
        wanted = ", ".join(letters)
        return {}, [Problem(name, f"has {len(flat)} rows and no index column (one of {wanted})")]
    codes, labels, problems = _codes(flat, present, name)
    if problems:
        return {}, problems
    shape = tuple(len(labels[letter]) for letter in present)
    position = np.ravel_multi_index(codes, shape) if present else np.zeros(1, dtype=np.intp)
    problems = _sparse(position, shape, labels, name)
    if problems:
        return {}, problems
    order = np.argsort(position, kind="stable")
    columns = {}
    for heading in flat.columns:
        if heading in present:
            continue
        match = HEADING.fullmatch(str(heading))
        stem, unit = (match[1], match[2]) if match else (str(heading).strip(), None)
        if stem in columns:
            return {}, [Problem(name, f"has two columns for {stem}")]
        values = flat[heading].to_numpy()[order].reshape(shape)
        columns[stem] = Column(values, labels, unit, f"{name}, column {heading!r}")
    return columns, []


def _codes(
    flat: pd.DataFrame, present: list[str], name: str
) -> tuple[tuple[npt.NDArray[np.intp], ...], dict[str, list[Any]], list[Problem]]:
    codes, labels, problems = [], {}, []
    for letter in present:
        number, unique = pd.factorize(flat[letter])
        if (number < 0).any():
            rows = listed(int(row) + 1 for row in np.flatnonzero(number < 0))
            problems.append(Problem(name, f"column {letter!r} is empty in row {rows}"))
        codes.append(number)
        labels[letter] = list(unique)
    return tuple(codes), labels, problems


def _sparse(
    position: npt.NDArray[np.intp], shape: tuple[int, ...], labels: dict[str, list[Any]], name: str
) -> list[Problem]:
    count = np.bincount(position, minlength=int(np.prod(shape)))
    problems = []
    for wrong, word in ((count > 1, "two or more rows"), (count == 0, "no row")):
        if wrong.any():
            where = (
                "("
                + ", ".join(f"{letter}={labels[letter][at]}" for letter, at in zip(labels, place, strict=True))
                + ")"
                for place in zip(*np.unravel_index(np.flatnonzero(wrong), shape), strict=True)
            )
            problems.append(Problem(name, f"{word} for {listed(where)}"))
    return problems
