"""Tables of defaults from CSV files next to a module: a column for each key, the value, and its evidence."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jcm_calc.base.problems import suggestion
from jcm_calc.declarations.frozen import DeclarationError
from jcm_calc.declarations.items import Value
from jcm_calc.evidence import GRADES, Evidence, Grade, Source

VALUE = "value"
EVIDENCE = ("grade", "source", "address", "place", "certainty", "note")


def entries(path: Path, keys: tuple[str, ...], evidence: Evidence) -> dict[Any, Value]:
    """Return the rows of a table: by the class of its key, or by a tuple with a part for each key.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8, with a column for each key, the column ``value``, and where rows have separate evidence
        the columns ``grade``, ``source``, ``address``, ``place``, ``certainty`` and ``note``.
    keys : tuple of str
    evidence : Evidence
        Of rows without a grade.

    Raises
    ------
    DeclarationError
        With everything that is wrong, each with its line.

    Examples
    --------
    >>> import tempfile
    >>> from jcm_calc.evidence import unconfirmed
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "factors.csv"
    ...     text = ["region,regime,value,grade,source,place", "north,wet,0.5,primary,Approved text,table 2"]
    ...     _ = path.write_text(chr(10).join(text))
    ...     found = entries(path, ("region", "regime"), unconfirmed("from recollection"))
    >>> print(*found, found["north", "wet"].value, found["north", "wet"].evidence.source)
    ('north', 'wet') 0.5 Approved text, table 2
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = [heading.strip() for heading in reader.fieldnames or ()]
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(f"the table {path.name} cannot be read: {error}") from None
    wrong = list(_columns(columns, keys))
    found: dict[Any, Value] = {}
    for line, row in enumerate(rows if not wrong else (), 2):
        try:
            cells = {str(heading).strip(): str(cell or "").strip() for heading, cell in row.items()}
            if None in row:
                raise ValueError("has more cells than the heading")
            key = tuple(cells[name] for name in keys)
            if not all(key):
                raise ValueError("lacks a key")
            if key in {one if len(keys) > 1 else (one,) for one in found}:
                raise ValueError(f"{', '.join(key)} is there already")
            found[key if len(keys) > 1 else key[0]] = Value(_number(cells[VALUE]), _evidence(cells, evidence))
        except (TypeError, ValueError) as error:
            wrong.append(f"line {line}: {error}")
    if not found and not wrong:
        wrong = ["has no rows"]
    if wrong:
        raise DeclarationError(f"the table {path.name}: {'; '.join(wrong)}")
    return found


def _columns(columns: list[str], keys: tuple[str, ...]) -> Iterator[str]:
    """Complain of columns that are lacking, unknown or there twice."""
    known = (*keys, VALUE, *EVIDENCE)
    for name in (*keys, VALUE):
        if name not in columns:
            yield f"lacks the column {name}{suggestion(name, columns)}"
    for name in dict.fromkeys(columns):
        if name not in known:
            yield f"has an unknown column {name!r}{suggestion(name, known)}"
        elif columns.count(name) > 1:
            yield f"has two columns {name!r}"


def _number(text: str) -> float:
    if not text:
        raise ValueError("lacks a value: leave the row out where the document has none")
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"got the value {text!r}; must be a number such as 0.85") from None
    if not math.isfinite(number) or "_" in text:
        raise ValueError(f"got the value {text!r}; must be a number such as 0.85")
    return number


def _evidence(cells: Mapping[str, str], evidence: Evidence) -> Evidence:
    """Return the evidence of a row; that of the whole table where it has no grade."""
    own = {name: cells.get(name, "") for name in EVIDENCE}
    if not own["grade"]:
        if any(own.values()):
            raise ValueError(f"has evidence without a grade: write {', '.join(GRADES)}")
        return evidence
    if own["grade"] not in GRADES:
        raise ValueError(f"got the grade {own['grade']!r}; must be {', '.join(GRADES)}")
    source = Source(own["source"], own["address"], own["place"]) if own["source"] else None
    certainty = int(own["certainty"]) if own["certainty"] else None
    return Evidence(Grade(own["grade"]), own["note"], source, certainty)
