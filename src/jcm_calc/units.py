"""Units of the Joint Crediting Mechanism on top of pint.

One registry serves the whole library.  It is pint's own with a few additions:

* ``tCO2`` is a dimension of its own, equal to ``tCO2e`` (one credit is one tonne), so that a tonne
  of coal can never pass for a tonne of carbon dioxide;
* ``USRt`` is the US refrigeration ton of chiller documents, 3.5163 kW;
* ``/p`` ("in the monitoring period") is text, as on the official sheets: ``MWh/p`` is ``MWh``.

Examples
--------
>>> from jcm_calc import units
>>> units.magnitude("135000 kWh", "MWh")
135.0
>>> units.magnitude("347.2 MWh/p", "MWh")
347.2
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from jcm_calc.languages import Message, _
from jcm_calc.problems import ProblemKind, shown, suggestion

if TYPE_CHECKING:
    import pint

# 1 USRt = 3.5163 kW is printed on a programme-office page about an Indonesian chiller project
# (gec.jp/jcm/jp_old/projects/14pro_ina_04.html).
DEFINITIONS = (
    "gCO2 = [carbon_dioxide_equivalent] = _ = gCO2e",
    "tCO2 = 1e6 gCO2 = _ = tCO2e = t_CO2 = t_CO2e",
    "USRt = 3.5163 kW",
)

# Spellings that pint reads as something other than what a reader of these documents means.
AMBIGUOUS = {
    "ton": "'ton' means different masses in different countries: write t for 1000 kg",
    "tons": "'tons' means different masses in different countries: write t for 1000 kg",
    "mWh": "mWh is a milliwatt hour: write MWh for a megawatt hour",
    "mW": "mW is a milliwatt: write MW for a megawatt",
    "mJ": "mJ is a millijoule: write MJ for a megajoule",
    "C": "C is a coulomb: write degC for degrees Celsius",
    "T": "T is a tesla: write t for a tonne",
    "a": "a is an are, not a year: write yr",
    "KWh": "write kWh for a kilowatt hour",
    "Kwh": "write kWh for a kilowatt hour",
    "MWH": "write MWh for a megawatt hour",
    "Mwh": "write MWh for a megawatt hour",
    "mwh": "write MWh for a megawatt hour",
    "KWH": "write kWh for a kilowatt hour",
    "kwh": "write kWh for a kilowatt hour",
}

USUAL = (
    *("MWh", "kWh", "GJ", "MJ", "TJ", "t", "kg", "kL", "L", "km", "h", "kW", "MW", "degC"),
    *("tCO2", "kgCO2", "tCO2/MWh", "USRt", "yr"),
)

# The signs of numbers that East Asian keyboards and word processors put in place of the plain ones.
OTHER_SIGNS = re.compile("[０-９．，－＋−]")
PER_PERIOD = re.compile(r"\s*/\s*p\b")
PER_YEAR = re.compile(r"/\s*(?:years?|annum|y|a)\b")
EXPONENT = re.compile(r"(\*\*|\^)\s*-?\d(?!\d)")
CARBON_DIOXIDE = re.compile(r"\b([kMG]?g|k?t)[- ]CO2")
NUMBER_AND_UNIT = re.compile(r"([-+]?[\d.,'_]*\d[\d.,'_]*(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf|infinity)\b)\s*(.*)", re.I)
ENGLISH_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3}){2,}|\d{1,3}(,\d{3})+(?=\.))(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d+")


# What stands in place of a unit; a symbol is the same in every language.
WORDS = (_("date"), _("category"), _("yes/no"))


def with_unit(number: str, unit: str) -> str:
    """Write a number with its unit.

    Examples
    --------
    >>> with_unit("0.5", "MWh"), with_unit("3", "")
    ('0.5 MWh', '3')
    """
    return Message("{} {}").format(number, Message(unit)) if unit else number


class UnitError(ValueError):
    """A unit or a number with a unit that cannot be understood, or has the wrong dimension."""


class Linear(NamedTuple):
    """The map ``value * numerator / denominator + offset`` from one unit into another."""

    numerator: float
    denominator: float
    offset: float

    def __call__(self, value: Any) -> Any:
        """Convert a number or an array."""
        if self.numerator != 1:
            value = value * self.numerator
        if self.denominator != 1:
            value = value / self.denominator
        return value + self.offset if self.offset else value


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the registry all quantities of the library belong to.

    Returns
    -------
    pint.UnitRegistry

    Examples
    --------
    >>> from jcm_calc import units
    >>> units.registry().Quantity(2, "tCO2e").to("kgCO2").magnitude
    2000.0
    """
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(cache_folder=":auto:")
    for definition in DEFINITIONS:
        ureg.define(definition)
    ureg.formatter.default_format = "~P"
    return ureg


def normalise(unit: str) -> str:
    """Rewrite the spellings of the official sheets in pint's: ``/p``, ``°C``, ``m3``, ``t-CO2``, ``·``, ``-``."""
    text = unicodedata.normalize("NFKC", unit).strip()
    text = PER_PERIOD.sub("", text)
    if text in ("", "-", "–", "N/A", "fraction", "dimensionless", "1"):
        return ""
    if text == "%":
        return "percent"
    text = text.replace("°C", "degC").replace("·", "*").replace("⋅", "*")
    text = PER_YEAR.sub("/yr", CARBON_DIOXIDE.sub(r"\1CO2", text))
    return re.sub(r"\b(m|km|cm)([23])\b", r"\1**\2", text)


@lru_cache(maxsize=4096)
def parse_unit(unit: str) -> pint.Unit:
    """Parse a unit as the official sheets write it.

    Parameters
    ----------
    unit : str
        For example ``"MWh/p"``, ``"tCO2/MWh"``, ``"degC"``; ``""`` and ``"-"`` are dimensionless.

    Returns
    -------
    pint.Unit

    Raises
    ------
    UnitError
        If the unit is unknown, or its spelling stands for different units in different places.

    Examples
    --------
    >>> str(parse_unit("tCO2/MWh"))
    'tCO2/MWh'
    >>> parse_unit("5 tons")
    Traceback (most recent call last):
    jcm_calc.units.UnitError: unknown unit '5 tons': a unit holds no number
    """
    import pint

    text = normalise(unit)
    # single exponents of one digit: pint would work on 9**9**9 for ever
    skeleton = EXPONENT.sub("²", re.sub(r"^1\s*/", "", text))
    if re.search(r"(?<!\w)\d|\*\*|\^|²\s*²", skeleton):
        raise UnitError(_("unknown unit {unit}: a unit holds no number").format(unit=repr(unit)))
    for word in re.findall(r"[^\W\d]+", text):
        if word in AMBIGUOUS:
            raise UnitError(_("unknown unit {unit}: {why}").format(unit=repr(unit), why=AMBIGUOUS[word]))
    try:
        return registry().parse_units(text)
    except pint.UndefinedUnitError as error:
        names = ", ".join(error.unit_names) if not isinstance(error.unit_names, str) else error.unit_names
        complaint = _("unknown unit {unit}: {names} is not defined{hint}")
        hint = suggestion(names, USUAL)
        raise UnitError(complaint.format(unit=repr(unit), names=names, hint=hint)) from None
    except Exception:
        # pint's parser raises tokenizer, value and attribute errors of many kinds on odd text
        raise UnitError(_("unknown unit {unit}").format(unit=repr(unit))) from None


@lru_cache(maxsize=4096)
def conversion(unit: str, declared: str) -> Linear:
    """Return the map from ``unit`` into the ``declared`` one.

    Raises
    ------
    UnitError
        If ``unit`` is unknown, its dimension is not that of ``declared``, or the two are not
        proportional: a temperature is no temperature difference, and decibels are no ratio.

    Examples
    --------
    >>> conversion("kWh", "MWh")(135000)
    135.0
    >>> round(conversion("degF", "degC")(212), 9)
    100.0
    """
    if normalise(unit) == normalise(declared):
        return Linear(1, 1, 0.0)
    source, target = parse_unit(unit), parse_unit(declared)
    wanted = declared or "a plain number"
    if source.dimensionality != target.dimensionality:
        hint = ""
        if source.dimensionality == (target / registry().hour).dimensionality:
            hint = ": give the amount of the whole monitoring period, not a rate"
        complaint = _("{unit} cannot be converted to {wanted}{hint}")
        raise UnitError(complaint.format(unit=repr(unit or "a plain number"), wanted=repr(wanted), hint=hint))
    quantity = registry().Quantity
    try:
        offset = float(quantity(0, source).to(target).magnitude)
        scale = float(quantity(1, source).to(target).magnitude) - offset
        shifted = offset != 0 and quantity(0, target).to_base_units().magnitude == 0
    except Exception:
        shifted = True  # pint refuses to mix temperatures with differences of temperature
    if shifted:
        complaint = _("{unit} has another zero than {wanted} and cannot be converted: give the number in {declared}")
        raise UnitError(complaint.format(unit=repr(unit), wanted=repr(wanted), declared=wanted))
    # Dividing by a whole number keeps 347200 kWh at 347.2 MWh, which 347200 * 0.001 need not do.
    ratio = Fraction(scale).limit_denominator(10**9)
    if ratio and abs(float(ratio) / scale - 1) < (1e-12 if offset else 1e-15):
        return Linear(ratio.numerator, ratio.denominator, offset)
    return Linear(scale, 1, offset)


def is_missing(cell: Any) -> bool:
    """Whether a cell is empty: None, NaN, or pandas' NA and NaT, none of which can be compared."""
    return cell is None or (isinstance(cell, float) and cell != cell) or type(cell).__name__ in ("NAType", "NaTType")


def is_quantity(value: Any) -> bool:
    """Whether a value is a pint Quantity; by its attributes, so that one of another registry is understood too."""
    return hasattr(value, "magnitude") and hasattr(value, "units")


def plain_signs(text: str) -> str:
    """Return the text without blanks around it.

    Raises
    ------
    UnitError
        If digits or signs in it are full-width ones.
    """
    stripped = text.strip()
    if OTHER_SIGNS.search(stripped):
        plain = unicodedata.normalize("NFKC", stripped).replace("−", "-")
        told = _("{came} is written in full-width characters: write {plain}")
        unclear = _("{came} is written in full-width characters, which are not understood")
        raise UnitError((unclear if "," in plain else told).format(came=repr(stripped), plain=plain))
    return stripped


def parse_number(text: str) -> float:
    """Read a number in the form of the official sheets: ``347.2``, ``42,826,880``.

    Raises
    ------
    UnitError
        For full-width digits, decimal commas and single groups such as ``1,234``, which stand for
        different numbers in different countries.

    Examples
    --------
    >>> parse_number("42,826,880")
    42826880.0
    >>> parse_number("0,81")
    Traceback (most recent call last):
    jcm_calc.units.UnitError: '0,81' has a decimal comma: write 0.81
    """
    number = plain_signs(text)
    if number.isascii():
        if ENGLISH_NUMBER.fullmatch(number):
            return float(number.replace(",", ""))
        if number.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
            return float(number)
        if re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", number):
            complaint = _("{came} has a comma that can be read in two ways: write {decimal} or {grouped}").tagged(
                ProblemKind.AMBIGUOUS_NUMBER
            )
            readings = {"decimal": number.replace(",", "."), "grouped": number.replace(",", "")}
            raise UnitError(complaint.format(came=repr(number), **readings))
        if re.fullmatch(r"[-+]?[\d.]*\d,\d+", number):
            whole, _comma, decimals = number.rpartition(",")
            plain = f"{whole.replace('.', '')}.{decimals}"
            raise UnitError(_("{came} has a decimal comma: write {plain}").format(came=repr(number), plain=plain))
    raise UnitError(_("{came} is not a number").format(came=repr(number)))


def split(text: str) -> tuple[float, str | None]:
    """Split ``"135 MWh"`` into a number and a unit (None if there is only a number).

    Examples
    --------
    >>> split("0.814 tCO2/MWh")
    (0.814, 'tCO2/MWh')
    >>> split("1.63")
    (1.63, None)
    """
    match = NUMBER_AND_UNIT.fullmatch(plain_signs(text))
    if match is None:
        complaint = _("{came} is not a number with a unit").format(came=shown(text)) if text.strip() else _("is empty")
        raise UnitError(complaint)
    return parse_number(match[1]), match[2] or None


def magnitude(value: Any, declared: str) -> Any:
    """Return ``value`` as a number in the declared unit.

    Parameters
    ----------
    value : number, str, pint.Quantity or array_like
        A bare number is taken to be in the declared unit, as on the official sheets.
    declared : str
        The unit in which the document states the parameter.

    Returns
    -------
    float or array_like

    Raises
    ------
    UnitError
        If the unit is unknown or of another dimension.

    Examples
    --------
    >>> magnitude("814 kgCO2/MWh", "tCO2/MWh")
    0.814
    >>> magnitude("135 MWh", "tCO2")
    Traceback (most recent call last):
    jcm_calc.units.UnitError: 'MWh' cannot be converted to 'tCO2'
    """
    if isinstance(value, str):
        number, unit = split(value)
        return number if unit is None else conversion(unit, declared)(number)
    if is_quantity(value):
        return conversion(f"{value.units:D}", declared)(value.magnitude)
    return value
