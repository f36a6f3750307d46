"""Numbers as people write them, and which of them can be read in two ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import ProblemKind, shown


class UnitError(ValueError):
    """A unit or a number with a unit that cannot be understood, or has the wrong dimension."""


UnitError.__module__ = "jcm_calc.units"  # where users import it from

# The signs of numbers that East Asian keyboards and word processors put in place of the plain ones.
OTHER_SIGNS = re.compile("[０-９．，－＋]")
NUMBER_AND_UNIT = re.compile(r"([-+]?[\d.,'_]*\d[\d.,'_]*(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf|infinity)\b)\s*(.*)", re.I)
ENGLISH_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3}){2,}|\d{1,3}(,\d{3})+(?=\.))(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d+")
SPACED = re.compile(r"([-+]?\d{1,3}(?:[ \u00a0\u2009\u202f'’_]\d{3})+)([.,]\d+)?(?!\d)\s*(.*)")
DECIMAL_COMMA = re.compile(r"[-+]?[\d.]*\d,\d+")

# What the cells of a column say about its dots; `unclear` weighs them. They match whole numbers as
# texts, and are written so that DuckDB understands them too.
GROUPED = r"[-+]?[1-9]\d{0,2}(\.\d{3})+"
PADDED = r"[-+]?[1-9]\d{0,2}(\.\d\d0|(\.\d{3}){2,})"
BELOW_THOUSAND = r"[-+]?[1-9]\d{0,2}"
DECIMAL_POINT = (
    r"[-+]?((0+\.\d+|\.\d+|\d{1,3}\.(\d{0,2}|\d{4,})|\d{4,}(\.\d*)?|\d{1,3}(,\d{3}){2,}(\.\d*)?|\d{1,3},\d{3}\.\d*)"
    r"([eE][-+]?\d+)?|\d+(\.\d*)?[eE][-+]?\d+)"
)


def unclear(grouped: str, padded: bool, below_thousand: bool, decimal_comma: bool, decimal_point: bool) -> bool:
    """Whether dots in a column can stand between thousands as well as before decimals.

    They can where every dot is followed by exactly three digits, nothing else shows that they are
    decimal points (``0.814``, ``12.5``, ``1400``), and something looks like thousands: a last zero,
    which a decimal needs not have (``1.400``), whole numbers below a thousand in the same column (``950``), or
    decimal commas (``141,25``).

    Parameters
    ----------
    grouped : str
        A text that fits `GROUPED`; empty if there is none.
    padded, below_thousand, decimal_comma, decimal_point : bool
        Whether any text fits `PADDED`, `BELOW_THOUSAND`, `DECIMAL_COMMA` and `DECIMAL_POINT`.

    Examples
    --------
    >>> unclear("1.347", padded=False, below_thousand=False, decimal_comma=False, decimal_point=False)
    False
    >>> unclear("1.347", padded=False, below_thousand=True, decimal_comma=False, decimal_point=False)
    True
    """
    return bool(grouped) and not decimal_point and (padded or below_thousand or decimal_comma)


def unclear_dots(texts: Iterable[str]) -> str:
    """Return the first number of a column whose dot can be read in two ways; empty if there is none.

    Parameters
    ----------
    texts : iterable of str
        The numbers of one column, or a single one, with their units if they have any; what is not a
        number is passed over.

    Examples
    --------
    >>> unclear_dots(["1.400", "950"]), unclear_dots(["1.347 MWh"]), unclear_dots(["1.400", "0.950"])
    ('1.400', '', '')
    >>> unclear_dots(["135.000 kWh"])
    '135.000'
    """
    columns: dict[str, list[str]] = {}
    for text in texts:
        if match := NUMBER_AND_UNIT.fullmatch(text.strip()):
            columns.setdefault(match[2], []).append(match[1])
    # kWh next to MWh: whole numbers of another unit say nothing about thousands
    return next((found for numbers in columns.values() if (found := _unclear_of(numbers))), "")


def _unclear_of(numbers: list[str]) -> str:
    def first(sign: str) -> str:
        return next((number for number in numbers if re.fullmatch(sign, number)), "")

    grouped = first(GROUPED)
    if not grouped:
        return ""
    padded = first(PADDED)
    comma = any(map(DECIMAL_COMMA.fullmatch, numbers))
    clear = not unclear(grouped, bool(padded), bool(first(BELOW_THOUSAND)), comma, bool(first(DECIMAL_POINT)))
    return "" if clear else padded or grouped


def dots_complaint(number: str) -> str:
    """Return the complaint about a number that `unclear_dots` has found.

    Examples
    --------
    >>> print(dots_complaint("1.400"))
    '1.400' has a dot that can be read in two ways: write 1.4 or 1400
    """
    grouped = number.replace(".", "")
    if number.count(".") > 1:
        return _("{got} has dots between thousands: write {grouped}").format(got=repr(number), grouped=grouped)
    decimal = _decimal(number)
    decimal = decimal if decimal != number else f"{number}0"
    complaint = _("{got} has a dot that can be read in two ways: write {decimal} or {grouped}").tagged(
        ProblemKind.AMBIGUOUS_NUMBER
    )
    return complaint.format(got=repr(number), decimal=decimal, grouped=grouped)


def _decimal(number: str) -> str:
    """Return a decimal without the last zeros that could be those of thousands."""
    decimal = number.rstrip("0")
    return f"{decimal}0" if decimal.endswith(".") else decimal


def is_missing(cell: Any) -> bool:
    """Whether a cell is empty: None, NaN, or pandas' NA and NaT, none of which can be compared."""
    return cell is None or (isinstance(cell, float) and cell != cell) or type(cell).__name__ in ("NAType", "NaTType")


def plain_signs(text: str) -> str:
    """Return the text without blanks around it, with a hyphen for the minus sign ``−``; refuse full-width signs."""
    stripped = text.strip()
    if OTHER_SIGNS.search(stripped):
        plain = unicodedata.normalize("NFKC", stripped).replace("−", "-")
        message = _("{got} is written in full-width characters: write {plain}")
        unclear = _("{got} is written in full-width characters, which are not understood")
        raise UnitError((unclear if "," in plain else message).format(got=repr(stripped), plain=plain))
    return f"-{stripped[1:]}" if stripped.startswith("−") else stripped


def parse_number(text: str, alone: bool = True) -> float:
    """Read a number in the form of the official sheets: ``347.2``, ``42,826,880``.

    Parameters
    ----------
    text : str
    alone : bool
        Whether the text is a single one; the dots of a column are looked at together, by `unclear_dots`.

    Raises
    ------
    UnitError
        For full-width digits, decimal commas, single groups such as ``1,234``, and dots such as in
        ``1.400``, which stand for different numbers in different countries.

    Examples
    --------
    >>> parse_number("42,826,880")
    42826880.0
    >>> parse_number("0,81")
    Traceback (most recent call last):
    jcm_calc.units.UnitError: '0,81' has a decimal comma: write 0.81
    >>> parse_number("135.000")
    Traceback (most recent call last):
    jcm_calc.units.UnitError: '135.000' has a dot that can be read in two ways: write 135.0 or 135000
    """
    number = plain_signs(text)
    if number.isascii():
        if alone and re.fullmatch(PADDED, number):
            raise UnitError(dots_complaint(number))
        if ENGLISH_NUMBER.fullmatch(number):
            return float(number.replace(",", ""))
        if number.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
            return float(number)
        if re.fullmatch(GROUPED, number):
            raise UnitError(dots_complaint(number))
        if re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", number):
            complaint = _("{got} has a comma that can be read in two ways: write {decimal} or {grouped}").tagged(
                ProblemKind.AMBIGUOUS_NUMBER
            )
            readings = {"decimal": _decimal(number.replace(",", ".")), "grouped": number.replace(",", "")}
            raise UnitError(complaint.format(got=repr(number), **readings))
        if DECIMAL_COMMA.fullmatch(number):
            whole, _comma, decimals = number.rpartition(",")
            plain = f"{whole.replace('.', '')}.{decimals}"
            raise UnitError(_("{got} has a decimal comma: write {plain}").format(got=repr(number), plain=plain))
    raise UnitError(_("{got} is not a number").format(got=repr(number)))


def split(text: str, alone: bool = True) -> tuple[float, str | None]:
    """Split ``"135 MWh"`` into a number and a unit (None if there is only a number).

    Parameters
    ----------
    text : str
    alone : bool
        Whether the text is a single one; the dots of a column are looked at together.

    Examples
    --------
    >>> split("0.814 tCO2/MWh")
    (0.814, 'tCO2/MWh')
    >>> split("1.63")
    (1.63, None)
    """
    signs = plain_signs(text)
    if spaced := SPACED.fullmatch(signs):
        plain = re.sub(r"[^\d+-]", "", spaced[1]) + (spaced[2] or "").replace(",", ".")
        complaint = _("{got} has blanks or other signs between thousands: write {plain}")
        raise UnitError(complaint.format(got=shown(text), plain=f"{plain} {spaced[3]}".strip()))
    match = NUMBER_AND_UNIT.fullmatch(signs)
    if match is None:
        complaint = _("{got} is not a number").format(got=shown(text)) if text.strip() else _("is empty")
        raise UnitError(complaint)
    return parse_number(match[1], alone), match[2] or None
