"""The tables of this room, as rows, and the evidence of a row."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from importlib.resources import files

from jcm_calc.evidence import Evidence, Grade, Source


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, by heading."""
    with (files(__package__) / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


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
