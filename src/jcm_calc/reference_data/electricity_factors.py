"""Emission factors of electricity, by country, grid, year of data and margin.

They are of five kinds that must not be mixed: what a country publishes, what a methodology sets below that on purpose,
what an application or a study used, what an international list compiles, and what a captive generator emits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import shown
from jcm_calc.declarations.items import Listed, Value
from jcm_calc.evidence import Evidence, Grade, Source, unconfirmed
from jcm_calc.reference_data.tables import evidence, folded, partner_countries, record, rows

# How many rows a complaint names.
NAMED = 12
# What a methodology takes only where nothing better is named, and what it never takes.
APART = ("inventories", "plausibility only", "do not use")
# Other names of grids.
ALSO = {"Jamali": ("Jawa-Madura-Bali", "Java-Madura-Bali", "Java-Bali"), "Sumatra": ("Sumatera",)}


class FactorKind(StrEnum):
    """What an emission factor of electricity is for; factors of two kinds are never mixed."""

    NATIONAL = _("national publication")
    SOLAR = _("solar reference factor")
    APPLICATION = _("factor of an application or study")
    INTERNATIONAL = _("international compilation")
    CAPTIVE = _("captive generator")


KINDS = {
    "national": FactorKind.NATIONAL,
    "solar reference": FactorKind.SOLAR,
    "application": FactorKind.APPLICATION,
    "international": FactorKind.INTERNATIONAL,
    "captive": FactorKind.CAPTIVE,
}


@dataclass(frozen=True)
class ElectricityFactor:
    """A CO2 emission factor of electricity.

    Attributes
    ----------
    country : str
        ISO code; empty where it holds for any.
    grid : str
        Empty where it is that of the whole country.
    year : str
        The year, years or edition of the data, as printed; empty where unknown.
    margin : str
        Such as ``"combined margin, ex-ante"``; empty where unknown.
    of : str
        The methodology of a solar reference factor, or the application or study.
    value : float
        tCO2/MWh.
    end : str
        Where the electricity is counted: at the generating or the consuming end.
    kind : FactorKind
    use : str
        What it is for, as far as that was read.
    evidence : Evidence
    """

    country: str
    grid: str
    year: str
    margin: str
    of: str
    value: float
    end: str
    kind: FactorKind
    use: str
    evidence: Evidence

    @cached_property
    def name(self) -> str:
        """What it is called, which no other factor of the country is.

        Examples
        --------
        >>> print([one.name for one in electricity("VN") if one.year == "2022"])
        ['Viet Nam 2022, combined margin']
        """
        place = self.grid or partner_countries().get(self.country, "")
        kind = "" if self.kind in (FactorKind.NATIONAL, FactorKind.CAPTIVE) else str(self.kind)
        return ", ".join(part for part in (f"{place} {self.year}".strip(), self.margin, self.of, kind) if part)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every part that a name of it can have."""
        country = partner_countries().get(self.country, "")
        places = [country, self.country, self.grid, *self.grid.split("; "), self.grid.removeprefix("captive ")]
        places += [self.grid.removesuffix(" generator"), *ALSO.get(self.grid, ())]
        margins = [self.margin, *self.margin.split(", "), *_beginnings(self.margin)]
        dated = [f"{place} {self.year}" for place in places if place]
        every = [*places, *dated, self.year, *margins, self.of, str(self.kind)]
        return frozenset(folded(one) for one in every if one)

    @property
    def used(self) -> Value:
        """The factor as a value of a calculation, whose grade is at most that of the use of its kind."""
        source = self.evidence.source
        if self.kind in (FactorKind.NATIONAL, FactorKind.SOLAR):
            return Value(self.value, replace(self.evidence, note=_noted(self.name, self.evidence.note)))
        note = {
            FactorKind.CAPTIVE: _("that the methodology takes this factor of captive electricity was not read"),
            FactorKind.APPLICATION: _("of an application or study: for planning only"),
            FactorKind.INTERNATIONAL: _("of an international compilation, which a methodology must name"),
        }[self.kind]
        return Value(self.value, unconfirmed(_noted(self.name, note), None, source))


def _noted(name: str, note: str) -> str:
    return Message("{}: {}").format(name, note) if note else name


def _beginnings(margin: str) -> Iterator[str]:
    """Yield a margin without its weights: ``combined margin`` of ``combined margin 50/50``."""
    for part in margin.split(", "):
        plain = part.partition(" (")[0]
        yield from (plain, plain.rstrip("0123456789/ "))


@cache
def _every() -> tuple[ElectricityFactor, ...]:
    sources = {row["source"]: row for row in rows("electricity_sources.csv")}
    found = []
    for row in rows("electricity.csv"):
        source = sources[row["source"]]
        note = "; ".join(part for part in (row["note"], source["note"]) if part)
        read = Evidence(Grade(row["grade"]), note, Source(source["title"], source["address"]))
        found.append(record(ElectricityFactor, {**source, **row}, kind=KINDS[source["kind"]], evidence=read))
    return (*found, *map(_of_solar_table, rows("solar_grid_factors.csv")))


def _of_solar_table(row: dict[str, str]) -> ElectricityFactor:
    """Return a reference factor of the tables by grid."""
    return ElectricityFactor(
        country=row["country"],
        grid=row["grid"],
        year="",
        margin=f"case {row['case']}",
        of={"ID": "ID_AM017", "MN": "MN_AM003"}[row["country"]],
        value=float(row["value"]),
        end="AC output of the plant",
        kind=FactorKind.SOLAR,
        use="renewable energy only; never for energy saving",
        evidence=evidence(row, "read"),
    )


@cache
def electricity(country: str = "") -> tuple[ElectricityFactor, ...]:
    """Return the emission factors of electricity that are known of a country, and those of captive generators.

    Nothing is chosen: which kind, grid, year and margin a methodology takes, its document says.

    Parameters
    ----------
    country : str
        ISO code, or the name in English; empty for all.

    Raises
    ------
    LookupError
        If it is not a country of the scheme.

    Examples
    --------
    >>> factor = electricity("VN")[30]
    >>> factor.name, factor.value, factor.kind.value, factor.evidence.grade.value
    ('Viet Nam 2022, combined margin', 0.6766, 'national publication', 'secondary')
    """
    if not country:
        return _every()
    codes = {folded(word): code for code, name in partner_countries().items() for word in (code, name)}
    code = codes.get(folded(country))
    if code is None:
        complaint = _("country: got {got}; must be one of {codes}, or its name")
        raise LookupError(complaint.format(got=shown(country), codes=", ".join(sorted(partner_countries()))))
    return tuple(one for one in _every() if one.country in (code, ""))


def electricity_for(country: str, methodology: str, listed: Iterable[Listed]) -> tuple[ElectricityFactor, ...]:
    """Return the factors that a parameter of a methodology can be given by name.

    Parameters
    ----------
    country : str
        Its ISO code.
    methodology : str
        Its number: a solar reference factor is that of one methodology.
    listed : iterable of Listed
        What the parameter takes.
    """
    wanted = frozenset(listed)

    def fits(one: ElectricityFactor) -> bool:
        if one.use.startswith(APART):
            return False
        if one.kind is FactorKind.SOLAR:
            return Listed.SOLAR in wanted and one.of == methodology
        if one.kind is FactorKind.CAPTIVE:
            return (Listed.SOLAR if one.use == "renewable energy only" else Listed.CAPTIVE) in wanted
        return Listed.GRID in wanted

    return tuple(one for one in _every() if one.country in (country, "") and fits(one))


def electricity_named(text: str, country: str, methodology: str, listed: Iterable[Listed]) -> ElectricityFactor:
    """Return the one factor that a name means.

    A name has parts with commas between them: grid or country, with or without the year; margin; kind. Where it does
    not say the kind, an application and an international compilation are not meant.

    Parameters
    ----------
    text : str
    country, methodology, listed
        As of `electricity_for`.

    Raises
    ------
    LookupError
        If it means none or several, with the possible ones.

    Examples
    --------
    >>> electricity_named("Viet Nam 2023, combined margin", "VN", "VN_AM005", [Listed.GRID]).value
    0.6592
    >>> electricity_named("JAMALI 2012", "ID", "ID_AM002", [Listed.GRID])
    Traceback (most recent call last):
    LookupError: 'JAMALI 2012' means several factors: Jamali 2012, combined margin, ex-ante (0.814); \
Jamali 2012, combined margin, ex-post (0.823); write the name of one
    """
    known = electricity_for(country, methodology, listed)
    whole = folded(text)
    for one in known:
        if folded(one.name) == whole:
            return one
    parts = [folded(part) for part in text.split(",") if part.strip()]
    found = [one for one in known if all(part in one.words for part in parts)]
    apart = (FactorKind.APPLICATION, FactorKind.INTERNATIONAL)
    if not any(folded(kind) in parts for kind in apart):
        found = [one for one in found if one.kind not in apart]
    if len(found) == 1:
        return found[0]
    if found:
        complaint = _("{got} means several factors: {names}; write the name of one")
        raise LookupError(complaint.format(got=shown(text), names=_named(found)))
    raise LookupError(_unknown(text, parts, country, known))


def is_factor_name(text: str, country: str) -> bool:
    """Whether a text has a word of the name of a factor of a country.

    Examples
    --------
    >>> is_factor_name("Jamali, of 2012", "ID"), is_factor_name("unknown", "ID")
    (True, False)
    """
    parts = [folded(part) for part in text.split(",") if part.strip()]
    return any(_likeness(parts, one) for one in electricity(country))


def _newest(one: ElectricityFactor) -> tuple[bool, bool, int]:
    """Return what sorts national publications first, the newest before the others."""
    year = one.year[-4:]
    return one.kind is not FactorKind.NATIONAL, one.country == "", -int(year) if year.isdigit() else 0


def _likeness(parts: list[str], one: ElectricityFactor) -> int:
    """Return how many parts of a name, and words in them, are those of a factor."""
    words = {word for own in one.words for word in own.split()}
    return 3 * sum(part in one.words for part in parts) + sum(word in words for part in parts for word in part.split())


def _named(found: list[ElectricityFactor]) -> str:
    few = "; ".join(f"{one.name} ({one.value:g})" for one in found[:NAMED])
    more = _("; and {count:,} more").format(count=len(found) - NAMED) if len(found) > NAMED else ""
    return few + more


def _unknown(text: str, parts: list[str], country: str, known: tuple[ElectricityFactor, ...]) -> str:
    """Say that no factor has this name: that it is of a kind that the parameter does not take, or what there is."""
    other = [one for one in electricity(country) if one not in known and all(part in one.words for part in parts)]
    if other:
        complaint = _("{got} is {name}: {kind} ({use}), which this parameter does not take")
        first = other[0]
        return complaint.format(got=shown(text), name=first.name, kind=first.kind, use=first.use or _("use unknown"))
    near = sorted(
        (one for one in known if _likeness(parts, one)), key=lambda one: (-_likeness(parts, one), *_newest(one))
    )
    near = near or sorted(known, key=_newest)
    complaint = _("{got} is not the name of one factor; known are {names}: see `jcm factors {country}`")
    return complaint.format(got=shown(text), names=_named(near) if near else _("none"), country=country)
