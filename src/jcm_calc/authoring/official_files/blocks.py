"""What a document consists of, in the order of reading: lines, tables and equations."""

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
    box : tuple of float or None
        Where it is on the page: left, top, right and bottom, in points.
    picture : bytes
        The same as PNG; empty in a DOCX.
    """

    symbol: str = ""
    expression: Expression | None = None
    text: str = ""
    unread: str = ""
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A line or paragraph, a table or an equation.

    Attributes
    ----------
    page : int or None
        None in a DOCX, which has no pages.
    text : str
    rows : tuple of tuple of str
        The cells of a table.
    equation : TypesetEquation or None
    heading : bool or None
        Whether a line is a heading; None where the file does not say.
    """

    page: int | None
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    equation: TypesetEquation | None = None
    heading: bool | None = None
