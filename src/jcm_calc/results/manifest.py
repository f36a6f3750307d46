"""The record of a calculation: what was given, by which rules, as data for JSON."""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from jcm_calc.base.hashes import digest, of_file
from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, listed, shown
from jcm_calc.declarations.items import Parameter, Table, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import Inputs, Period
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.binding import RESERVED
from jcm_calc.inputs.carriers import as_pandas, carried, is_array
from jcm_calc.inputs.metered import record_of
from jcm_calc.inputs.schema import Field, anything, list_of, read_table, section, table_of, text
from jcm_calc.units import conversion, is_quantity

SCHEMA = 2
# Larger arrays and tables are named by path and hash instead of being written out.
INLINE = 10_000
# Arrays with more numbers are not copied: a copy of a large fleet takes as long as a third of its calculation.
LARGE = 1_000_000
# Longer lists are kept as arrays, which takes less time than to copy them cell by cell.
FEW = 100


@cache
def library_version() -> str:
    """Return the version of this library; to look it up takes as long as a small calculation."""
    from importlib.metadata import version

    return version("jcm-calc")


def rules_digest(methodology: Declarations) -> str:
    """Return a hash over everything in a methodology that decides a result."""
    symbols = methodology.symbols()
    rules = [[r.name, r.written(symbols), r.unit, r.indices, r.total, dict(r.when)] for r in methodology.rules]
    inputs = [
        [p.name, p.unit, p.indices, str(p.kind), p.extensive, p.by, _known(p.value or p.table)]
        + [
            f"{how} {name}"
            for how, name in (
                *(("weighted by", p.weighted_by), ("previous of", p.previous_of), ("otherwise", p.otherwise)),
            )
            if name
        ]
        + [[name, _known(candidate)] for name, candidate in p.candidates.items()]
        for p in methodology.inputs.values()
    ]
    coordinates = [[c.name, c.of, c.what, *c.keys] for c in methodology.coordinates.values()]
    return digest([methodology.number, methodology.version, rules, inputs, coordinates])


def _known(value: Value | Table | None) -> Any:
    if isinstance(value, Table):
        return [[str(key), entry.value] for key, entry in value.entries.items()]
    return None if value is None else value.value


def is_large(given: Any) -> bool:
    """Whether an argument of `jcm_calc.calculate` is an array that is too large to be copied."""
    return type(given) is np.ndarray and given.dtype == np.float64 and given.size > LARGE


def frozen(given: Any) -> Any:
    """Return an argument of `jcm_calc.calculate` as it is now, whatever its owner does with it later.

    Examples
    --------
    >>> energy = np.array([1.0, 2.0])
    >>> kept = frozen(energy)
    >>> energy *= 1000
    >>> kept
    array([1., 2.])
    """
    if given is None or isinstance(given, str | int | float | date | os.PathLike):
        return given
    if is_quantity(given) or hasattr(given, "dims"):  # of pint, of xarray
        return copy.deepcopy(given)
    if isinstance(given, Mapping):
        return {key: frozen(one) for key, one in given.items()}
    if isinstance(given, list | tuple):
        try:
            return type(given)(map(frozen, given)) if len(given) <= FEW else carried(given).cells
        except ValueError:  # which is said when it is read
            return given
    if isinstance(given, np.ndarray | np.generic):
        return given.copy()
    if not hasattr(given, "iloc"):
        return given
    import pandas as pd

    # from version 3 on, pandas copies what is shared before it changes it
    return given.copy(deep=int(pd.__version__.partition(".")[0]) < 3)


def record(value: Any, name: str = "", parameter: Parameter | None = None) -> Any:
    """Return an argument of `jcm_calc.calculate` as data for JSON; ``name`` is the argument's.

    Examples
    --------
    >>> record("135 MWh"), record([1.5, 2.5])
    ('135 MWh', {'array': [1.5, 2.5]})
    """
    if isinstance(value, Mapping):
        return {"by": {_label(key): record(one) for key, one in value.items()}}
    if hasattr(value, "iloc") or hasattr(value := as_pandas(value), "iloc"):
        return _record_labelled(value, name, parameter)
    cells, unit = carried(value)
    if unit is not None:
        return {"quantity": record(cells), "unit": unit}
    if is_array(cells):
        if cells.size <= INLINE:
            return {"array": _cell(cells.tolist())}
        return {"sha256": array_digest(cells), "shape": list(cells.shape)}
    return _cell(cells)


def _record_labelled(value: Any, name: str, parameter: Parameter | None) -> Any:
    """Return a Series or DataFrame by name as data for JSON, with the labels that it has."""
    from jcm_calc.inputs import shapes

    shaped = value if parameter is None else shapes.labelled(value, parameter)
    return record(shaped) if isinstance(shaped, Mapping) else record_table(shaped, name)


def _python(cell: Any) -> Any:
    """Return the Python value of a NumPy one; of a time in nanoseconds NumPy makes a number."""
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[us]")
    return cell.item() if isinstance(cell, np.generic) else cell


def _label(label: Any) -> Any:
    """Return a label, of a date the period of one day that it is."""
    return str(Period.parse(label)) if isinstance(label, date) or hasattr(label, "start_time") else label


def _cell(cell: Any) -> Any:
    """Return a cell, or nested lists of cells, as JSON has it, or as a text that is read as the same."""
    if isinstance(cell, list):
        return [_cell(one) for one in cell]
    cell = _python(cell)
    if is_quantity(cell):
        return f"{cell:D}"
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)


def record_periods(p: Any) -> Any:
    """Return the ``p`` argument as data for JSON: texts that are read as the same periods."""
    if p is None or isinstance(p, str):
        return p
    named = named_periods(p)
    return str(named.labels[0]) if named.scalar else [str(period) for period in named.labels]


def record_table(table: Any, name: str = "", m: Declarations | None = None) -> dict[str, Any]:
    """Return a table, or the file that holds one for a methodology, as data for JSON."""
    recorded: dict[str, Any] = {}
    if isinstance(table, str | os.PathLike):
        from jcm_calc.inputs.tables import label_headings, read

        recorded = {"path": str(table), "sha256": file_digest(table)}
        table = read(table, () if m is None else label_headings(m))
    table = as_pandas(table)
    if (record := record_of(table)) is not None:
        recorded |= {"source": table.attrs.get("source", name), "monitoring": record}
    frame = _flat(table, name)
    if frame.size <= INLINE:
        columns = {str(heading): _column(frame, heading) for heading in frame}
        return {**recorded, "columns": columns}
    return {"sha256": table_digest(frame), "rows": len(frame), "argument": name, **recorded}


def form_problems(manifest: Any) -> list[Problem]:
    """Return what keeps data from being a manifest as `jcm calc -o` writes it.

    Examples
    --------
    >>> for problem in form_problems({"schema": 2, "call": {}, "periods": [], "results": {}, "hash": ""}):
    ...     print(problem)
    manifest, call, tables: missing
    manifest, call, values: missing
    manifest, call, facts: missing
    manifest, call, p: missing
    manifest, methodology: missing
    """
    problems: list[Problem] = []
    read_table("manifest", manifest, MANIFEST, problems, other_keys=True)
    return problems


def _schema(given: Any) -> int:
    if type(given) is not int or given != SCHEMA:
        raise ValueError(_("got {given}; this version of jcm_calc reads {own}").format(given=shown(given), own=SCHEMA))
    return given


def _day(given: Any) -> date:
    try:
        return date.fromisoformat(text(given))
    except ValueError:
        raise ValueError(_("got {given}; must be a day such as 2024-01-31").format(given=shown(given))) from None


def _values(given: Any) -> Mapping[str, Any]:
    if reserved := [name for name in section(given) if name in RESERVED]:
        raise ValueError(_("{names} cannot be the name of an input").format(names=listed(reserved)))
    return dict(given)


# What `replay` relies on.
EVIDENCE = {"content": Field(section, required=True)} | dict.fromkeys(("file", "sha256"), Field(text, required=True))
CALL = {
    "tables": Field(list_of(section), required=True),
    "values": Field(_values, required=True),
    "facts": Field(section, required=True),
    "p": Field(anything, required=True),
    "on": Field(_day),
    "evidence": Field(list_of(table_of(EVIDENCE))),
    "split": Field(text),
    "override": Field(section),
}
MANIFEST = {
    "schema": Field(_schema, required=True),
    "methodology": Field(
        table_of(dict.fromkeys(("number", "version", "rules"), Field(text, required=True))), required=True
    ),
    "call": Field(table_of(CALL), required=True),
    "periods": Field(list_of(anything), required=True),
    "results": Field(section, required=True),
    "hash": Field(text, required=True),
}


def input_digest(call: Mapping[str, Any], rules: str) -> str:
    """Return the hash of a manifest: over what was given, wherever its files lie, and over the rules."""
    return digest({"call": {**call, "tables": [content(table) for table in call["tables"]]}, "rules": rules})


def bound_digest(inputs: Inputs) -> str:
    """Return a hash over what was calculated with, in declared units, however and wherever it was written."""
    m = inputs.methodology
    declared = {**m.inputs, **m.facts}
    given: dict[str, Any] = {
        name: inputs.plain(name, inputs.values[name]) for name in inputs.origins if name in inputs.values
    }
    arrays = {}
    for name, array in {**given, **inputs.facts}.items():
        sizes = [size if letter in declared[name].indices else 1 for letter, size in inputs.sizes.items()]
        whole = np.broadcast_to(array, sizes)
        arrays[name] = array_digest(whole if whole.dtype == object else whole + 0.0)
    return digest(
        {
            "periods": [str(period) for period in inputs.periods],
            "labels": {letter: [str(label) for label in axis.labels] for letter, axis in inputs.axes.items()},
            "choices": inputs.choices,
            "arrays": arrays,
            "tables": {name: _known(table) for name, table in inputs.tables.items() if name in inputs.origins},
            "candidates": {name: one.written for name, one in inputs.origins.items() if one.source == "candidate"},
        }
    )


def content(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a recorded table holds, wherever its file lies."""
    file = {"path", "sha256"} if "columns" in recorded else {"path"}
    return {key: value for key, value in recorded.items() if key not in file}


def _flat(table: Any, name: str) -> Any:
    """Return a DataFrame with indices as columns and units in headings; a Series is called after the argument."""
    from jcm_calc.inputs.shapes import framed, with_units_in_headings
    from jcm_calc.inputs.tables import flat, with_units

    if hasattr(table, "to_frame"):
        table = framed(table, name or table.name)
    return with_units(flat(with_units_in_headings(table)))


def _column(frame: Any, heading: Any) -> list[Any]:
    """Return the cells of a column; a date is a period of one day in the index p, and a date in any other column."""
    cells = map(_python, carried(frame[heading]).cells.tolist())
    return [_cell(_label(cell) if heading == "p" else cell) for cell in cells]


def recall(name: str, recorded: Any, handed: list[Any], problems: list[Problem]) -> Any:
    """Return the argument that was recorded; complaints are appended to ``problems``.

    What was too large to be written out is the first of ``handed``, which is taken.
    """
    try:
        return _recalled(name, recorded, handed, problems)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        problems.append(Problem(name, _("is not recorded as `Result.manifest` writes it")))
    return None


def _recalled(name: str, recorded: Any, handed: list[Any], problems: list[Problem]) -> Any:
    if not isinstance(recorded, Mapping):
        return recorded
    if "quantity" in recorded:
        from jcm_calc.units import registry

        unit = recorded["unit"]
        bare = [_in_unit(one, unit) for one in handed]
        value = recall(name, recorded["quantity"], bare, problems)
        del handed[: len(handed) - len(bare)]
        return None if value is None else registry().Quantity(value, unit)
    if "by" in recorded:
        return {key: recall(name, one, handed, problems) for key, one in recorded["by"].items()}
    if "array" in recorded:
        return np.asarray(recorded["array"])
    if "columns" in recorded:
        import pandas as pd

        from jcm_calc.inputs.monitored_table import MonitoredTable

        frame = pd.DataFrame(recorded["columns"])
        frame.attrs.update({key: recorded[key] for key in ("source",) if key in recorded})
        return MonitoredTable.of(frame, recorded["monitoring"]) if "monitoring" in recorded else frame
    return _recall_large(name, recorded, handed, problems)


def _in_unit(handed: Any, unit: str) -> Any:
    """Return an array that is given again, in the unit in which it was recorded."""
    cells, own = carried(handed)
    return cells if own is None else conversion(own, unit)(cells)


def _recall_large(name: str, recorded: Mapping[str, Any], handed: list[Any], problems: list[Problem]) -> Any:
    if "path" in recorded:
        path = Path(recorded["path"])
        found = file_digest(path)
        if not found:
            problems.append(Problem(name, _("there is no such file: {file}").format(file=path)))
        elif found != recorded["sha256"]:
            message = _("{path} is not the file that was calculated with: its SHA-256 differs")
            problems.append(Problem(name, message.format(path=path)))
        return path
    if not handed:
        problems.append(Problem(name, _("was too large to be written into the manifest: give it again")))
        return None
    value = handed.pop(0)
    if hasattr(value, "iloc"):
        same = table_digest(_flat(value, recorded.get("argument", ""))) == recorded["sha256"]
    else:
        array = carried(value).cells
        same = array_digest(array) == recorded["sha256"] and list(array.shape) == recorded.get("shape")
    if not same:
        problems.append(Problem(name, _("is not what was calculated with: its SHA-256 differs")))
    return value


def file_digest(table: Any) -> str:
    """Return the SHA-256 of a file; nothing for what is not a file, or cannot be read."""
    if not isinstance(table, str | os.PathLike):
        return ""
    path = Path(table)
    try:
        return of_file(path) if path.is_file() else ""
    except (OSError, ValueError):  # a name that no file can have
        return ""


def array_digest(array: Any) -> str:
    """Return the SHA-256 of the numbers of an array."""
    if array.dtype == object or array.dtype.kind in "US":
        return digest([str(cell) for cell in array.ravel()])
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def table_digest(frame: Any) -> str:
    """Return the SHA-256 of headings and columns of a DataFrame."""
    return digest([[str(name), array_digest(carried(frame[name]).cells)] for name in frame])
