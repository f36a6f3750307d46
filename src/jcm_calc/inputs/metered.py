"""The record of readings that monitored amounts carry into a calculation, and which tables have one.

The record says from which files, by which meters and under which treatments the amounts were calculated; an
issuance request rests on it. It is part of a table's own type (`jcm_calc.inputs.monitored_table`): what pandas makes
of such a table has the record too, or is known to have lost it. A column names the meters, so that rows which end up
in an ordinary table, or in a file, still show their origin.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jcm_calc.inputs.axes import label
from jcm_calc.inputs.periods import Period
from jcm_calc.units import conversion

Record = Mapping[str, Any]
Key = tuple[str, ...]
METERS = "meters"  # the heading of the column that names them
LISTS = ("files", "queries", "amounts", "stops", "findings", "cross_checks")
NAMED = ("meters", "rules")
WRITTEN = re.compile(r", (?=\w=)")  # between the labels of a meter
DOUBTFUL = "record of readings"  # the rule that takes the place of a record that cannot be relied on
# By how much an amount may differ from the record: what a column of 32 bits loses.
TOLERANCE = 1e-6


def record_of(given: Any) -> Record | None:
    """Return the record of the readings behind a table or a column; None for everything else."""
    found = getattr(given, "record", None)
    return found if isinstance(found, Mapping) else None


def lost_record(given: Any) -> bool:
    """Whether an operation has made something of monitored amounts that has no record any more."""
    return getattr(given, "record", given) is None and type(given).__module__ == "jcm_calc.inputs.monitored_table"


def merged(records: Iterable[Record]) -> dict[str, Any]:
    """Put together the records of several tables; a rule of the same name but other evidence gets another name."""
    whole: dict[str, Any] = {"rule_set": ""} | {key: [] for key in LISTS} | {key: {} for key in NAMED}
    sets = []
    for record in records:
        sets.append(record.get("rule_set", ""))
        for key in LISTS:
            whole[key] += [row for row in record.get(key, ()) if row not in whole[key]]
        for key in NAMED:
            for name, row in record.get(key, {}).items():
                while whole[key].setdefault(name, row) != row:
                    name = f"{name}, {record['rule_set']}"
    whole["rule_set"] = ", ".join(dict.fromkeys(filter(None, sets)))
    return whole


def record_key(labels: Mapping[str, Any], letters: str) -> Key:
    """Return the labels of a row along some indices, as texts that are the same however they are written.

    Examples
    --------
    >>> record_key({"i": 2.0, "p": "2024-01-01/2024-12-31"}, "ip")
    ('2', '2024')
    """
    return tuple(
        str(Period.parse(labels[letter])) if letter == "p" else str(label(labels.get(letter))) for letter in letters
    )


def on_record(
    record: Record, name: str, letters: str, unit: str, named: Callable[[str], str | None]
) -> dict[Key, float]:
    """Return the amounts of a parameter that a record has, by their labels along some indices.

    ``named`` returns the name of the parameter that a meter measures, from its name or symbol.
    """
    found: dict[Key, float] = {}
    for row in record.get("amounts", ()):
        meter = record.get("meters", {}).get(row["meter"])
        if meter is not None and named(meter["parameter"]) == name:
            labels = dict(part.split("=", 1) for part in WRITTEN.split(meter["labels"]) if "=" in part)
            key = record_key({**labels, "p": row["p"]}, letters)
            found[key] = found.get(key, 0.0) + float(conversion(row["unit"], unit)(row["amount"]))
    return found


def first_difference(own: Mapping[Key, float], recorded: Mapping[Key, float], tolerance: float) -> Key | None:
    """Return the first row that is on record with another amount. Rows that are not on record are typed by hand."""
    both = (key for key in own if key in recorded)
    return next((key for key in both if not math.isclose(own[key], recorded[key], rel_tol=tolerance)), None)
