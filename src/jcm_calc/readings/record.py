"""The record of readings that travels with monitored values: files, meters, amounts, findings, rules, cross-checks.

It is plain data, and part of a monitored table: the manifest writes it as JSON, the workbook as
a sheet. An issuance request asks it for the rules by which readings were treated.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from jcm_calc.base import hashes
from jcm_calc.base.problems import listed
from jcm_calc.inputs.metered import DOUBTFUL, LISTS, NAMED, Record, merged, record_of

# what a spreadsheet that is saved again may still change of a number is no change
DIGITS = 12
SHOWN = 20  # meters named in one cell


def of_tables(tables: Iterable[Any]) -> dict[str, Any] | None:
    """Return the record of the readings of monitored tables, if they have one."""
    found = [record for record in map(record_of, tables) if record is not None]
    return merged(found) if found else None


def restricted(record: Record, meters: Container[str]) -> dict[str, Any]:
    """Return what a record says of some meters, with the files and cross-checks of all.

    Examples
    --------
    >>> gap = {"meter": "S2", "what": "gap", "treatment": "comparable period"}
    >>> both = {"meters": {"S1": {}, "S2": {}}, "rules": {"gap: comparable period": {}}, "findings": [gap]}
    >>> restricted(both, ["S1"])
    {'meters': {'S1': {}}, 'rules': {}, 'findings': []}
    """
    found = dict(record)
    found["meters"] = {name: meter for name, meter in record["meters"].items() if name in meters}
    for key in ("amounts", "findings"):
        if key in record:
            found[key] = [row for row in record[key] if row["meter"] in meters]
    others = {rule_of(row) for row in record["findings"]} - {rule_of(row) for row in found["findings"]}
    found["rules"] = {name: rule for name, rule in record["rules"].items() if name not in others}
    return found


def rule_of(finding: Mapping[str, Any]) -> str:
    """Return the name of the rule by which a finding was treated."""
    return f"{finding['what']}: {finding['treatment']}"


def digest(record: Record) -> str:
    """Return the SHA-256 of a record, to twelve digits of each number."""
    plain = {key: record[key] for key in ("rule_set", *LISTS, *NAMED) if key != "queries" or record.get(key)}
    return hashes.digest(_plain(plain))


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, str):
        return " ".join(data.split())
    if isinstance(data, int | float) and not isinstance(data, bool):
        return f"{data + 0.0:.{DIGITS}g}"
    return data


def doubtful(complaint: str) -> dict[str, Any]:
    """Return what takes the place of a record that cannot be relied on: a rule that cannot be confirmed.

    Examples
    --------
    >>> doubtful("the record is missing")["rules"]["record of readings"]["grade"]
    'unconfirmed'
    """
    rule = {"grade": "unconfirmed", "note": complaint, "certainty": None, "source": "the record of readings"}
    return merged([{"rules": {DOUBTFUL: rule}}])


def sources(record: Record) -> dict[str, dict[str, str]]:
    """Return, for each parameter, how it was monitored: columns (h) to (k) of the report sheet."""
    found: dict[str, dict[str, str]] = {}
    names = [*(file["file"] for file in record["files"]), *(one["database"] for one in record.get("queries", ()))]
    files = listed(names, limit=3) or "a DataFrame"
    for parameter in dict.fromkeys(meter["parameter"] for meter in record["meters"].values()):
        meters = {name: meter for name, meter in record["meters"].items() if meter["parameter"] == parameter}
        devices = [meter["devices"] for meter in meters.values()]
        kinds = dict.fromkeys(
            f"{row['what']}: {row['treatment'] or 'open'}" for row in record["findings"] if row["meter"] in meters
        )
        found[parameter] = {
            "source": f"monitored data: {files}",
            "procedure": "; ".join(
                [*devices[:SHOWN], *([f"and {more} more"] if (more := len(devices) - SHOWN) > 0 else [])]
            ),
            "frequency": ", ".join(dict.fromkeys(meter["frequency"] for meter in meters.values())),
            "comment": listed(kinds, limit=9),
        }
    return found


def how_monitored(
    record: Record | None, instead: Mapping[str, Mapping[str, str]], names: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Return how each parameter was monitored: as the record tells, and as the user says instead."""
    given = {names.get(name, name): dict(one) for name, one in instead.items()}
    for symbol, one in (sources(record) if record is not None else {}).items():
        name = names.get(symbol, symbol)
        given[name] = {**one, **given.get(name, {})}
    return given
