"""A table of a filled workbook, which a calculation takes without pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FilledTable:
    """Columns of a workbook, which complaints call by file and cell.

    Attributes
    ----------
    source : str
        The name of the file.
    columns : dict
        From heading to cells, in the order of rows; a heading that is the letter of an index has its labels.
    cells : dict
        From the heading of a parameter to the `jcm_calc.inputs.values.CellAddresses` of its cells.
    """

    source: str
    columns: Mapping[str, list[Any]]
    cells: Mapping[str, Any]

    def to_pandas(self) -> pd.DataFrame:
        """Return the same as a DataFrame, with file and cells in its ``attrs``."""
        import pandas as pd

        frame = pd.DataFrame(self.columns)
        frame.attrs = {"source": self.source, "cells": self.cells}
        return frame
