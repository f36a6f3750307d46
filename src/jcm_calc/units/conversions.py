"""Units as people write them, and the maps from one into another."""

from __future__ import annotations

import copyreg
import re
import unicodedata
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jcm_calc.base.languages import _
from jcm_calc.base.problems import suggestion
from jcm_calc.units.numbers import UnitError, split
from jcm_calc.units.trade import CARBON_DIOXIDE, spellings, words

if TYPE_CHECKING:
    import pint

DEFINITIONS = Path(__file__).with_name("definitions.txt")
USUAL = (
    *("MWh", "kWh", "GWh", "GJ", "MJ", "TJ", "t", "kg", "kL", "L", "m3", "km", "h", "kW", "MW", "degC"),
    *("tCO2", "kgCO2", "tCO2/MWh", "USRt", "yr"),
)
NONE = ("", "-", "–", "N/A", "fraction", "dimensionless", "1")

PER_PERIOD = re.compile(r"\s*/\s*p\b")
PER_YEAR = re.compile(r"/\s*(?:years?|annum|y|a)\b")
# What pint reads besides the names of units.
PINT_WORDS = {"delta_", "per", "square", "squared", "sq", "cubic", "cubed", "dimensionless"}
NAME = re.compile(r"(?<![\w°])[^\W\d]\w*")
EXPONENT = re.compile(r"(\*\*|\^)\s*-?\d(?!\d)")
MASS = re.compile(r"\b(k?g|t|lb)\b")
VOLUME = re.compile(r"\b(N?)m3\b")
CUBED = re.compile(r"\b([kcdm]?m|ft|mi)([23])\b")
# Cooling for electric power, which chiller documents state as its reciprocal, kW/USRt.
REFRIGERATION = ("USRt", "JRT")


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the registry all quantities of the library belong to.

    Returns
    -------
    pint.UnitRegistry
        With the units of ``definitions.txt``, and no others.

    Examples
    --------
    >>> from jcm_calc import units
    >>> units.registry().Quantity(2, "tCO2e").to("kgCO2").magnitude
    2000.0
    """
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(DEFINITIONS)
    ureg.formatter.default_format = "~P"
    # pint would look for their units in its own registry
    copyreg.pickle(ureg.Quantity, lambda quantity: (_quantity, (quantity.to_tuple(),)))
    copyreg.pickle(ureg.Unit, lambda unit: (_unit, (ureg.Quantity(1, unit).to_tuple(),)))
    return ureg


def _quantity(parts: Any) -> Any:
    """Return a quantity that was pickled as the parts that pint writes."""
    quantity: Any = registry().Quantity
    return quantity.from_tuple(parts)


def _unit(parts: Any) -> Any:
    return _quantity(parts).units


def is_quantity(value: Any) -> bool:
    """Whether a value is a pint Quantity; by its attributes, so that one of another registry is understood too."""
    return hasattr(value, "magnitude") and hasattr(value, "units")


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


class Reciprocal(NamedTuple):
    """The map ``factor / value`` from a unit into its reciprocal: km/L into L/km, kW/USRt into a COP.

    What converts with it says so, with `unit` and `declared`.
    """

    factor: float
    unit: str
    declared: str

    def __call__(self, value: Any) -> Any:
        """Convert a number or an array; 0 has no reciprocal and becomes infinite."""
        import numpy as np

        with np.errstate(divide="ignore"):
            return self.factor / np.asarray(value, dtype=np.float64)


def normalise(unit: str) -> str:
    """Rewrite the spellings of official sheets and of the trade in those of ``definitions.txt``.

    Raises
    ------
    UnitError
        If a spelling means different units in different places; see `jcm_calc.units.trade`.

    Examples
    --------
    >>> normalise("[MWh/p]"), normalise("t-CO2e/MWh"), normalise("L/100 km"), normalise("°C")
    ('MWh', 'tCO2/MWh', 'L/hundred_km', 'degC')
    """
    text = unicodedata.normalize("NFKC", unit).strip()
    if match := re.fullmatch(r"\[([^\[\]]*)\]|\(([^()]*)\)", text):
        text = (match[1] or match[2] or "").strip()
    text = PER_PERIOD.sub("", text)
    if text in NONE:
        return ""
    text = text.replace("%", " percent").strip().replace("·", "*").replace("⋅", "*")
    text = CARBON_DIOXIDE.sub(lambda match: ("t" if "ton" in match[1] else match[1]) + "CO2", text)
    text = PER_YEAR.sub("/yr", text)
    text = words().sub(lambda match: _meaning(unit, match[1]), text)
    return CUBED.sub(r"\1**\2", text)


def _meaning(unit: str, written: str) -> str:
    row = spellings()[written]
    if not row.means:
        complaint = _("the unit {unit} is refused: {written} {why}")
        raise UnitError(complaint.format(unit=repr(unit), written=written, why=row.word))
    return row.means if row.means.isidentifier() else f"({row.means})"


@lru_cache(maxsize=4096)
def parse_unit(unit: str) -> pint.Unit:
    """Parse a unit as the official sheets or the trade write it.

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
        If the unit is unknown, or its spelling means different units in different places.

    Examples
    --------
    >>> str(parse_unit("tCO2/MWh"))
    'tCO2/MWh'
    >>> parse_unit("5 t")
    Traceback (most recent call last):
    jcm_calc.units.UnitError: unknown unit '5 t': a unit holds no number
    """
    text = normalise(unit)
    # single exponents of one digit: pint would work on 9**9**9 for ever
    skeleton = EXPONENT.sub("²", re.sub(r"^1\s*/", "", text))
    if re.search(r"(?<!\w)\d|\*\*|\^|²\s*²", skeleton):
        raise UnitError(_("unknown unit {unit}: a unit holds no number").format(unit=repr(unit)))
    if undefined := [name for name in NAME.findall(text) if not _names().fullmatch(name)]:
        complaint = _("unknown unit {unit}: {names} is not defined{hint}")
        raise UnitError(complaint.format(unit=repr(unit), names=undefined[0], hint=_hint(undefined[0])))
    known = registry()
    try:
        return known.parse_units(text)
    except Exception:
        # pint's parser raises tokenizer, value and attribute errors of many kinds on odd text
        raise UnitError(_("unknown unit {unit}").format(unit=repr(unit))) from None


@cache
def _names() -> re.Pattern[str]:
    """Return what every name of a unit matches: a text that holds another one is refused without loading pint."""
    words = set(re.findall(r"(?<!\w)[^\W\d]\w*-?", re.sub("#.*", "", DEFINITIONS.read_text("utf-8"))))
    before = "|".join(word[:-1] for word in words if word.endswith("-"))
    names = "|".join(word for word in words | PINT_WORDS if not word.endswith("-"))
    return re.compile(f"(?:{before}|delta_|Δ)*(?:{names})s?")


def _hint(name: str) -> str:
    """Return the usual unit that differs in capitals, or in ``hr`` for ``h``; otherwise a similar one."""
    plain = re.sub(r"hrs?$", "h", name.casefold())
    same = [usual for usual in USUAL if usual.casefold() == plain]
    return _(": write {unit}").format(unit=same[0]) if len(same) == 1 else suggestion(name, USUAL)


@lru_cache(maxsize=4096)
def conversion(unit: str, declared: str) -> Linear:
    """Return the map from ``unit`` into the ``declared`` one.

    Raises
    ------
    UnitError
        If ``unit`` is unknown, its dimension is not that of ``declared``, or the two are not
        proportional: a temperature is not a temperature difference, and km/L are not L/km.

    Examples
    --------
    >>> conversion("kWh", "MWh")(135000)
    135.0
    >>> round(conversion("degF", "degC")(212), 9)
    100.0
    """
    found = reading(unit, declared)
    if isinstance(found, Reciprocal):
        complaint = _(
            "{unit} cannot be converted to {wanted}: it is the reciprocal, and 1 {plain} is {number:.6g} {declared}"
        )
        fields = {"unit": repr(unit), "wanted": _wanted(declared), "plain": unit, "declared": declared}
        raise UnitError(complaint.format(number=found.factor, **fields))
    return found


@lru_cache(maxsize=4096)
def has_offset(unit: str) -> bool:
    """Whether the zero of a unit is not the zero of the quantity, as with degrees Celsius and Fahrenheit.

    A share of such a value has no meaning: it depends on where the scale begins.

    Examples
    --------
    >>> has_offset("°C"), has_offset("K"), has_offset("MWh")
    (True, False, False)
    """
    parsed = parse_unit(unit)
    try:
        return bool(registry().Quantity(0, parsed).to_base_units().magnitude)
    except Exception:  # pint has no zero for a unit such as °C/h
        return False


def difference(unit: str, declared: str) -> Linear:
    """Return the map between differences of values: of temperatures in kelvin, where their units have an offset.

    Examples
    --------
    >>> difference("K", "°C")(1.5), difference("°C", "°C")(0.5), round(difference("degF", "degC")(1.8), 9)
    (1.5, 0.5, 1.0)
    """
    return conversion(_of_differences(unit), _of_differences(declared))


def _of_differences(unit: str) -> str:
    return f"delta_{parse_unit(unit):D}" if has_offset(unit) else unit


@lru_cache(maxsize=4096)
def reading(unit: str, declared: str) -> Linear | Reciprocal:
    """Return the map from ``unit`` into the ``declared`` one or, where it is the other way up, its reciprocal.

    Raises
    ------
    UnitError
        As in `conversion`.

    Examples
    --------
    >>> reading("km/L", "kL/km")
    Reciprocal(factor=0.001, unit='km/L', declared='kL/km')
    >>> round(float(reading("kW/USRt", "")(0.558)), 3)
    6.302
    """
    if normalise(unit) == normalise(declared):
        return Linear(1, 1, 0.0)
    source, target = parse_unit(unit), parse_unit(declared)
    if _is_reciprocal(source, target):
        factor = float(registry().Quantity(1, 1 / source).to(target).magnitude)
        return Reciprocal(_nearest(factor), unit, declared)
    if source.dimensionality != target.dimensionality:
        hint = _other_dimension(unit, source, target)
        complaint = _("{unit} cannot be converted to {wanted}{hint}")
        raise UnitError(complaint.format(unit=_wanted(unit), wanted=_wanted(declared), hint=hint))
    _refuse_apparent(unit, declared, source, target)
    return _linear(unit, declared, source, target)


def _is_reciprocal(source: pint.Unit, target: pint.Unit) -> bool:
    if target.dimensionless:
        powers: dict[str, Any] = dict(source._units)
        return bool(source.dimensionless) and any(powers.get(name, 0) < 0 for name in REFRIGERATION)
    return bool(source.dimensionality == (1 / target).dimensionality)


def _wanted(unit: str) -> str:
    return repr(unit) if normalise(unit) else _("a plain number")


def _linear(unit: str, declared: str, source: pint.Unit, target: pint.Unit) -> Linear:
    quantity = registry().Quantity
    try:
        offset = float(quantity(0, source).to(target).magnitude)
        scale = float(quantity(1, source).to(target).magnitude) - offset
        shifted = offset != 0 and quantity(0, target).to_base_units().magnitude == 0
    except Exception:
        shifted = True  # pint refuses to mix temperatures with differences of temperature
    if shifted:
        complaint = _("{unit} has another zero than {wanted} and cannot be converted: give the number in {declared}")
        wanted = declared or _("a plain number")
        raise UnitError(complaint.format(unit=repr(unit), wanted=repr(wanted), declared=wanted))
    # Dividing by a whole number keeps 347200 kWh at 347.2 MWh, which 347200 * 0.001 need not do.
    ratio = Fraction(scale).limit_denominator(10**9)
    if ratio and abs(float(ratio) / scale - 1) < (1e-12 if offset else 1e-15):
        return Linear(ratio.numerator, ratio.denominator, offset)
    return Linear(scale, 1, offset)


def _nearest(factor: float) -> float:
    """Return a factor without the last bits that pint's arithmetic leaves."""
    return float(Fraction(factor).limit_denominator(10**9)) if abs(factor) > 1e-6 else float(f"{factor:.15g}")


def _other_dimension(unit: str, source: pint.Unit, target: pint.Unit) -> str:
    """Say what to write instead of a unit of another dimension, where that is known."""
    if source.dimensionality == (target / registry().Unit("hour")).dimensionality:
        return _(": give the amount of the whole monitoring period, not a rate")
    carbon_dioxide = MASS.sub(r"\1CO2", unit, count=1)
    if carbon_dioxide != unit and parse_unit(carbon_dioxide).dimensionality == target.dimensionality:
        return _(": write {meant} if it is a mass of carbon dioxide").format(meant=repr(carbon_dioxide))
    other = VOLUME.sub(lambda match: "m3" if match[1] else "Nm3", unicodedata.normalize("NFKC", unit))
    if other != unit and parse_unit(other).dimensionality == target.dimensionality:
        return _(": Nm3 is a volume at 0 °C and 101.325 kPa, and m3 at the conditions of the parameter")
    return ""


def _refuse_apparent(unit: str, declared: str, source: pint.Unit, target: pint.Unit) -> None:
    """Refuse volts times amperes for watts: it is apparent power."""
    names = {name for name in source._units if name.endswith(("volt", "ampere"))}
    if len(names) == 2 and not any(name.endswith(("volt", "ampere")) for name in target._units):
        complaint = _("{unit} cannot be converted to {wanted}: {unit} {why}")
        raise UnitError(complaint.format(unit=repr(unit), wanted=_wanted(declared), why=spellings()["kVA"].word))


def unit_of(quantity: Any) -> str:
    """Return the unit of a Quantity as a text that `conversion` takes.

    Raises
    ------
    UnitError
        If its own registry has the unit as another amount than ours: pint's calorie is 4.184 J, its
        ``mt`` a millitonne.

    Examples
    --------
    >>> unit_of(registry().Quantity(2, "kWh"))
    'kilowatt_hour'
    """
    unit = f"{quantity.units:D}"
    theirs = getattr(quantity, "_REGISTRY", None)
    if theirs is None or theirs is registry():
        return unit
    factor, root = theirs.get_root_units(quantity.units)
    own_factor: Any
    own_factor, own_root = registry().get_root_units(parse_unit(unit))
    if f"{root:D}" == f"{own_root:D}" and abs(float(factor) / float(own_factor) - 1) > 1e-6:
        complaint = _(
            "the unit {unit} is {theirs:.6g} {root} in the registry of the Quantity, and {own:.6g} {root} here"
        )
        raise UnitError(
            complaint.format(unit=repr(unit), theirs=float(factor), own=float(own_factor), root=str(own_root))
        )
    return unit


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
        If the unit is unknown, of another dimension, or that of another library than pint.

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
        return conversion(unit_of(value), declared)(value.magnitude)
    refuse_foreign(value)
    return value


def refuse_foreign(value: Any) -> None:
    """Refuse a quantity or an array that has a unit of a library other than pint."""
    if hasattr(value, "unit") or hasattr(value, "units"):
        complaint = _("got a {type}: give a pint Quantity, or plain numbers in the declared unit")
        raise UnitError(complaint.format(type=type(value).__name__))
