"""What a document consists of, in the order of reading: headings, lines, rows of tables, and equations."""

from __future__ import annotations

from dataclasses import dataclass

from jcm_calc.declarations.expression import Expression


@dataclass(frozen=True, slots=True)
class TypesetEquation:
    """An equation of a document.

    Attributes
    ----------
    symbol : str
        What it gives, as on one line; empty where it was not read.
    expression : Expression or None
        Its right side; a sum over an index is ``sum(i, …)``. None where it was not read.
    text : str
        What the document writes, on one line.
    unread : str
        Why it was not read; empty where it was.
    page : int or None
    picture : bytes
        That part of the page as PNG; empty in a DOCX.
    """

    symbol: str = ""
    expression: Expression | None = None
    text: str = ""
    unread: str = ""
    page: int | None = None
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A heading, a line or paragraph, a row of a table, or an equation.

    Attributes
    ----------
    page : int or None
        None in a DOCX, which has no pages.
    text : str
        Of a heading or a line.
    heading : bool
        Whether the file says that it is a heading; a PDF does not.
    cells : tuple of (str or None)
        Of a row; None where a cell of a PDF is merged with the one above.
    begins : bool
        Whether the row is the first one of its table on the page.
    equation : TypesetEquation or None
    """

    page: int | None
    text: str = ""
    heading: bool = False
    cells: tuple[str | None, ...] = ()
    begins: bool = False
    equation: TypesetEquation | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Its line or its cells."""
        return tuple(filter(None, (self.text, *self.cells)))
