"""The tables of this room, as rows and as records, and the evidence of a row."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.evidence import Evidence, Grade, Source

T = TypeVar("T")
# How a cell is read, by the type of the field that it fills.
READ: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "date": date.fromisoformat}


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, by heading."""
    with (files(__package__) / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def record(kind: type[T], row: dict[str, str], /, **found: Any) -> T:
    """Return a row as a record: its evidence, each other field from the column of its name; None of an empty cell."""
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name == "evidence":
            found.setdefault("evidence", evidence(row))
        elif field.name not in found:
            cell, (known, _or, nothing) = row[field.name], str(field.type).partition(" | ")
            found[field.name] = None if nothing and not cell else READ[known](cell)
    return kind(**found)


def evidence(row: dict[str, str], note: str = "") -> Evidence:
    """Return the evidence of a row that has its grade and its source, and a note if it has one."""
    certainty = int(row["certainty"]) if row.get("certainty") else None
    source = Source(row["source"], row.get("address", ""))
    return Evidence(Grade(row["grade"]), note or row.get("note", ""), source, certainty)


def folded(text: str) -> str:
    """Return a name without what does not tell names apart: capitals, accents, hyphens and repeated spaces.

    Examples
    --------
    >>> folded("Gas/Diesel  Oil"), folded("DIÉSEL"), folded("Sub-bituminous coal")
    ('gas/diesel oil', 'diesel', 'sub bituminous coal')
    """
    letters = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.casefold().replace("-", " ").replace("_", " ").split())


@cache
def partner_countries() -> dict[str, str]:
    """Return the name of each partner country by its ISO code.

    Examples
    --------
    >>> partner_countries()["PW"]
    'Palau'
    """
    return FrozenDict({row["code"]: row["country"] for row in rows("partner_countries.csv")})
