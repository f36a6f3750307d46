"""Tables of monitored amounts, as pandas knows them: with the record of their readings."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, listed
from jcm_calc.inputs.metered import METERS, Record, merged, record_of


class _Recorded:
    """What pandas makes of a table or column has its record too."""

    record: Record | None = None

    def __finalize__(self, other: Any, method: str | None = None, **kwargs: Any) -> Any:
        super().__finalize__(other, method=method, **kwargs)  # type: ignore[misc] # pandas has it
        object.__setattr__(self, "record", _together(other))
        return self


class MonitoredTable(_Recorded, pd.DataFrame):
    """A table of monitored amounts.

    Attributes
    ----------
    record : mapping or None
        The record of the readings from which its amounts follow; None where an operation has lost it.
    """

    _metadata: ClassVar[list[str]] = ["record"]

    @classmethod
    def of(cls, frame: pd.DataFrame, record: Record) -> MonitoredTable:
        """Return a table with its record."""
        table = cls(frame)
        table.attrs.update(frame.attrs)
        object.__setattr__(table, "record", record)
        return table

    @property
    def _constructor(self) -> Any:
        return MonitoredTable

    @property
    def _constructor_sliced(self) -> Any:
        return MonitoredColumn


class MonitoredColumn(_Recorded, pd.Series):
    """A column of monitored amounts, with the record of the table that it was in."""

    _metadata: ClassVar[list[str]] = ["name", "record"]

    @property
    def _constructor(self) -> Any:
        return MonitoredColumn

    @property
    def _constructor_expanddim(self) -> Any:
        return MonitoredTable


def _together(other: Any) -> Record | None:
    """Return the record of all that an operation was about: of one table, those of a concat, or both of a merge."""
    parts = [other]
    if not isinstance(other, pd.DataFrame | pd.Series):
        parts = [*getattr(other, "objs", ()), *getattr(other, "input_objs", ())]
        parts += [getattr(other, side, None) for side in ("left", "right")]
    found: list[Record] = []
    for part in parts:
        record = record_of(part)
        if record is not None and not any(record is one for one in found):
            found.append(record)
    return found[0] if len(found) == 1 else merged(found) if found else None


def refuse_lost(source: str, meters: str = "") -> InputError:
    """Return an error about amounts whose record was lost."""
    complaint = _(
        "its amounts are from meters{names}, but the record of their readings was lost on the way: hand over what "
        "monitor gives, or a table that pandas makes of it with the monitored table first; if the amounts are to "
        "count as typed by hand, leave out the column 'meters'"
    ).format(names=f" ({meters})" if meters else "")
    return InputError.of(source, complaint)


def plain(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return a table as an ordinary one, without the column that names the meters."""
    named = METERS in table.columns or METERS in table.index.names
    if not named and not isinstance(table, MonitoredTable):
        return table
    frame = pd.DataFrame(table)
    if METERS in frame.index.names:
        frame = frame.reset_index(METERS)
    if record_of(table) is None:
        meters = listed(frame[METERS].dropna().astype(str).unique()) if METERS in frame.columns else ""
        raise refuse_lost(source, meters)
    return frame.drop(columns=METERS, errors="ignore")
