"""The record of a calculation: what was given, by which rules, as data for JSON."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from jcm_calc.declarations import Methodology
from jcm_calc.problems import Problem

# Larger arrays and tables are named by path and hash instead of being written out.
INLINE = 10_000


def digest(data: Any) -> str:
    """Return the SHA-256 of data in canonical JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def rules_digest(methodology: Methodology) -> str:
    """Return a hash over everything in a methodology that decides a result."""
    symbols = methodology.symbols()
    rules = [[r.name, r.written(symbols), r.unit, r.indices, r.total, dict(r.when)] for r in methodology.rules]
    inputs = [
        [p.name, p.unit, p.indices, str(p.kind), p.extensive, p.by]
        + [[str(key), value.value] for key, value in (p.table.entries.items() if p.table else ())]
        + ([p.value.value] if p.value else [])
        for p in methodology.inputs.values()
    ]
    return digest([methodology.number, methodology.version, rules, inputs])


def record(value: Any) -> Any:
    """Return an argument of `jcm_calc.calculate` as data for JSON.

    Examples
    --------
    >>> record("135 MWh"), record([1.5, 2.5])
    ('135 MWh', {'array': [1.5, 2.5]})
    """
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return {"quantity": record(value.magnitude), "unit": f"{value.units:D}"}
    if isinstance(value, Mapping):
        return {"by": {key: record(one) for key, one in value.items()}}
    if hasattr(value, "iloc"):
        return record_table(value)
    if isinstance(value, list | tuple | np.ndarray) and np.ndim(value):
        array = np.asarray(value)
        if array.size <= INLINE:
            return {"array": array.tolist()}
        return {"sha256": array_digest(array), "shape": list(array.shape)}
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, str | int | float) else str(value)


def record_periods(p: Any) -> Any:
    """Return the ``p`` argument as data for JSON: texts that are read as the same periods."""
    if isinstance(p, tuple):
        return f"{p[0]}/{p[1]}"
    if p is None or isinstance(p, str):
        return p
    if isinstance(p, date | int) or not hasattr(p, "__iter__"):
        return str(p)
    return [record_periods(one) for one in p]


def record_table(table: Any) -> dict[str, Any]:
    """Return a table, or the file that holds one, as data for JSON."""
    recorded: dict[str, Any] = {}
    if isinstance(table, str | os.PathLike):
        from jcm_calc.inputs.tables import read

        recorded = {"path": str(table), "sha256": hashlib.sha256(Path(table).read_bytes()).hexdigest()}
        table = read(table)
    frame = table.to_frame() if hasattr(table, "to_frame") else table
    frame = frame.reset_index([level for level in frame.index.names if level is not None])
    if frame.size <= INLINE:
        columns = {str(name): [_plain(cell) for cell in frame[name].tolist()] for name in frame}
        return {**recorded, "columns": columns}
    return {"sha256": table_digest(frame), "rows": len(frame), **recorded}


def _plain(cell: Any) -> Any:
    return cell if isinstance(cell, str | int | float) else str(cell)


def recall(name: str, recorded: Any, handed: list[Any], problems: list[Problem]) -> Any:
    """Return the argument that was recorded.

    Parameters
    ----------
    name : str
    recorded : object
        From `record` or `record_table`.
    handed : list
        What the user gives for arguments that were too large to be written out; the first one is
        taken when it is needed.
    problems : list of Problem
        Complaints are appended to it.
    """
    if not isinstance(recorded, Mapping):
        return recorded
    if "quantity" in recorded:
        from jcm_calc.units import registry

        return registry().Quantity(recall(name, recorded["quantity"], handed, problems), recorded["unit"])
    if "by" in recorded:
        return {key: recall(name, one, handed, problems) for key, one in recorded["by"].items()}
    if "array" in recorded:
        return np.asarray(recorded["array"])
    if "columns" in recorded:
        import pandas as pd

        return pd.DataFrame(recorded["columns"])
    return _recall_large(name, recorded, handed, problems)


def _recall_large(name: str, recorded: Mapping[str, Any], handed: list[Any], problems: list[Problem]) -> Any:
    if "path" in recorded:
        path = Path(recorded["path"])
        if not path.is_file():
            problems.append(Problem(name, f"there is no such file: {path}"))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != recorded["sha256"]:
            problems.append(Problem(name, f"{path} is not the file that was calculated with: its SHA-256 differs"))
        return path
    if not handed:
        problems.append(Problem(name, "was too large to be written into the manifest: give it again"))
        return None
    value = handed.pop(0)
    found = table_digest(value) if hasattr(value, "iloc") else array_digest(np.asarray(value))
    if found != recorded["sha256"]:
        problems.append(Problem(name, "is not what was calculated with: its SHA-256 differs"))
    return value


def array_digest(array: Any) -> str:
    """Return the SHA-256 of the numbers of an array."""
    if array.dtype == object or array.dtype.kind in "US":
        return digest([str(cell) for cell in array.ravel()])
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def table_digest(frame: Any) -> str:
    """Return the SHA-256 of headings and columns of a DataFrame."""
    return digest([[str(name), array_digest(frame[name].to_numpy())] for name in frame])
