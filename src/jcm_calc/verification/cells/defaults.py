"""The lists of default values of a calculation sheet, and what the document has for each of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import Message, spellings
from jcm_calc.declarations.items import Parameter, Table, Value
from jcm_calc.inputs import Inputs, Period
from jcm_calc.reports.workbook.contents import written_class
from jcm_calc.reports.workbook.tables import ONLY_VALUE, OWN_VALUE, in_english
from jcm_calc.reports.workbook.written_units import plain_unit
from jcm_calc.units import conversion
from jcm_calc.verification.quantities import ShownQuantity, converts
from jcm_calc.verification.spreadsheet import close, is_number

if TYPE_CHECKING:
    from jcm_calc.verification.submission import Submission


@dataclass(frozen=True, eq=False)
class ListedDefault(ShownQuantity):
    """A cell of a list of default values with what it holds, and the texts before its row and above its column.

    ``row`` is a class, or a candidate where the values have no classes; ``column`` a candidate. No text is the
    document's own value.
    """

    parameter: Parameter
    row: str
    column: str
    found: Any
    inputs: Inputs

    @cached_property
    def known(self) -> list[float]:
        """What the document, its candidates and evidence files have for it; all their values for an unknown row."""
        named = [*self._of_document, *self._of_files]
        own = [value for one, key, value in named if self._is_own(one, key)]
        in_row = [value for one, key, value in named if self.row and self.row in (one, key)]
        values = own or in_row or [value for *_names, value in named]
        return list(dict.fromkeys(value.value for value in values))

    @property
    def is_value(self) -> bool:
        """Whether it has a number, or should have one."""
        return is_number(self.found) or any(self._is_own(one, key) for one, key, _value in self._of_document)

    def _is_own(self, candidate: str, key: str) -> bool:
        return (candidate, key) in ((self.column, self.row), (self.row, self.column))

    @property
    def _of_document(self) -> Iterator[tuple[str, str, Value]]:
        """Yield the values of the document and its candidates, with candidate and class."""
        for candidate, values in self.parameter.by_candidate():
            yield from ((candidate, key, value) for key, value in values.items())

    @property
    def _of_files(self) -> Iterator[tuple[str, str, Value]]:
        """Yield the values of evidence files, as those of the candidate of the column."""
        for found in (self.inputs.tables.get(self.name), self.inputs.replaced.get(self.name)):
            entries = found.entries if isinstance(found, Table) else {"": found} if isinstance(found, Value) else {}
            yield from ((self.column, written_class(key), value) for key, value in entries.items())

    @cached_property
    def converted(self) -> list[float]:
        """The same in the unit of its row; none where that is of another kind."""
        if not self.unit or not converts(self.parameter.unit, self.unit):
            return []
        in_unit = conversion(self.parameter.unit, self.unit)
        return [float(in_unit(value)) for value in self.known]

    @property
    def right(self) -> bool:
        """Whether the document has its value, in the declared unit or in that of its row."""
        return not self.known or self.among(self.known) or self.among(self.converted)

    def among(self, values: list[float]) -> bool:
        """Whether its value is one of some values."""
        return is_number(self.found) and any(close(self.found, value) for value in values)


def listed_defaults(report: Submission, inputs: Inputs) -> Iterator[ListedDefault]:
    """Yield the values of the lists of default values; the title of a list has the symbol."""
    for part, sheet in report.with_sheet("calc"):
        yield from (one for one in _on_sheet(sheet, part.periods, report, inputs) if one.is_value)


def _on_sheet(sheet: str, periods: Sequence[Period], report: Submission, inputs: Inputs) -> Iterator[ListedDefault]:
    title, heads, units, known = "", dict[int, str](), -1, None
    for row, cells in enumerate(report.book.grid(sheet)):
        texts = {in_english(cell): at for at, cell in enumerate(cells) if cell != ""}
        first = str(next((cell for cell in cells if cell != ""), "")).strip()
        if "units" in texts and texts.keys().isdisjoint(("parameter", "parameters")):
            heads = {at: _without(head, ONLY_VALUE) for at, head in enumerate(cells) if head != ""}
            units = texts["units"]
            known = report.reader.symbols.find(title.partition(":")[0].strip())
        elif len(texts) < 2:
            title, known = first, None
        elif known is not None and units < len(cells):
            unit = plain_unit(str(cells[units]).strip(), known.unit, periods)
            for at, value in enumerate(cells[units + 1 :], units + 1):
                if at in heads or is_number(value):
                    shown = known.name, dict[str, str](), unit, (sheet, row, at), (sheet, row, units)
                    names = _without(first, OWN_VALUE), heads.get(at, "")
                    yield ListedDefault(*shown, known, *names, value, inputs)


def _without(text: object, none: Message) -> str:
    """Return the class or candidate that a text names; nothing if it is the label for no class, in any language."""
    name = str(text).strip()
    return "" if name in spellings(none) else name
