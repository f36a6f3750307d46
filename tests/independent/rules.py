"""Rounding to whole tonnes and a check of shapes, written from the published facts alone."""

from math import floor


def whole_tonnes(er: float) -> int:
    """Round down to whole tonnes, none below zero.

    A hair is added first, so that 25.999999999999 from binary arithmetic counts as 26.
    """
    hair = max(1e-9, 1e-11 * abs(er))
    return max(0, floor(er + hair))


def count_periods(*tables: list[list[float]]) -> int:
    """Count the periods of tables laid out as unit × period, refusing ragged ones."""
    lengths = set()
    for table in tables:
        for row in table:
            lengths.add(len(row))
    if len(lengths) != 1:
        raise ValueError(f"every unit needs the same number of periods, got {sorted(lengths)}")
    return lengths.pop()


def same_length(*columns: list) -> int:
    """Count the units of columns that have one entry for each unit."""
    lengths = set()
    for column in columns:
        lengths.add(len(column))
    if len(lengths) != 1:
        raise ValueError(f"every column needs the same number of units, got {sorted(lengths)}")
    return lengths.pop()
