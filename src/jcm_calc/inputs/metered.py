"""The record of readings that monitored amounts carry into a calculation, and which tables have one.

The record says from which files, by which meters and under which treatments the amounts were calculated; an
issuance request rests on it. It is part of a table's own type (`jcm_calc.inputs.monitored_table`): what pandas makes
of such a table has the record too, or is known to have lost it. A column names the meters, so that rows which end up
in an ordinary table, or in a file, still show their origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]
METERS = "meters"  # the heading of the column that names them
LISTS = ("files", "queries", "amounts", "stops", "findings", "cross_checks")
NAMED = ("meters", "rules")


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
