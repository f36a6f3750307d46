"""Published figures that methodologies refer to, each with its source and grade.

The grade of a figure tells how it was read, not that a methodology uses it: which set of fuel
factors a methodology takes is decided, or left open, by its own module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.declarations.items import Value
from jcm_calc.evidence import Evidence
from jcm_calc.reference_data.electricity_factors import ElectricityFactor as ElectricityFactor
from jcm_calc.reference_data.electricity_factors import FactorKind as FactorKind
from jcm_calc.reference_data.electricity_factors import electricity as electricity
from jcm_calc.reference_data.electricity_factors import electricity_for as electricity_for
from jcm_calc.reference_data.electricity_factors import electricity_named as electricity_named
from jcm_calc.reference_data.electricity_factors import is_factor_name as is_factor_name
from jcm_calc.reference_data.fuel_data import are_fuels as are_fuels
from jcm_calc.reference_data.fuel_data import biogenic_fuels as biogenic_fuels
from jcm_calc.reference_data.fuel_data import by_volume as by_volume
from jcm_calc.reference_data.fuel_data import fuel_hints as fuel_hints
from jcm_calc.reference_data.fuel_data import fuels_named as fuels_named
from jcm_calc.reference_data.project_list import AS_OF as AS_OF
from jcm_calc.reference_data.project_list import LIST_DAY as LIST_DAY
from jcm_calc.reference_data.project_list import STATUSES as STATUSES
from jcm_calc.reference_data.project_list import Project as Project
from jcm_calc.reference_data.project_list import listed_project as listed_project
from jcm_calc.reference_data.project_list import listed_projects as listed_projects
from jcm_calc.reference_data.project_list import versions_in_use as versions_in_use
from jcm_calc.reference_data.refrigeration import ReferenceEfficiency as ReferenceEfficiency
from jcm_calc.reference_data.refrigeration import Refrigerant as Refrigerant
from jcm_calc.reference_data.refrigeration import reference_efficiencies as reference_efficiencies
from jcm_calc.reference_data.refrigeration import refrigerant as refrigerant
from jcm_calc.reference_data.refrigeration import refrigerants as refrigerants
from jcm_calc.reference_data.tables import evidence as _evidence
from jcm_calc.reference_data.tables import partner_countries as partner_countries
from jcm_calc.reference_data.tables import record as _record
from jcm_calc.reference_data.tables import rows as _rows


@cache
def ipcc_2006(quantity: Literal["NCV", "EF"], bound: Literal["default", "lower", "upper"]) -> dict[str, Value]:
    """Return the IPCC 2006 figures of all fuels.

    Parameters
    ----------
    quantity : {"NCV", "EF"}
        Net calorific value in GJ/t, or CO2 emission factor in tCO2/GJ.
    bound : {"default", "lower", "upper"}
        The default, or an end of its 95 % interval.

    Returns
    -------
    dict
        From the fuel's IPCC name to a value with its evidence.

    Examples
    --------
    >>> ipcc_2006("EF", "lower")["Gas/diesel oil"].value
    0.0726
    """
    return FrozenDict(
        {
            row["fuel"]: Value(float(row["value"]), _evidence(row, "IPCC 2006 Guidelines"))
            for row in _rows("fuels.csv")
            if row["quantity"] == quantity and row["bound"] == bound
        }
    )


@cache
def scheme_began(country: str) -> date:
    """Return the day from which the scheme can exist with a country: when the bilateral document was signed.

    Parameters
    ----------
    country : str
        ISO code; of one that is not listed, the day of the first country of all.

    Examples
    --------
    >>> scheme_began("VN")
    datetime.date(2013, 7, 2)
    """
    days = {row["code"]: date.fromisoformat(row["date"]) for row in _rows("partner_countries.csv") if row["date"]}
    return days.get(country, min(days.values()))


@cache
def solar_grid_factors(country: Literal["ID", "MN"], case: Literal[1, 2]) -> dict[str, Value]:
    """Return the reference emission factors of solar power by grid, in tCO2/MWh.

    They are low on purpose, and belong to renewable energy only: the factors of energy saving, and
    those of subsidy applications, are others. The Indonesian table was read in part.

    Parameters
    ----------
    country : {"ID", "MN"}
    case : {1, 2}
        1 where the plant feeds the grid, or an internal grid without a captive generator; 2 where
        its internal grid has both.

    Returns
    -------
    dict
        From the name of a grid to a value with its evidence.

    Examples
    --------
    >>> solar_grid_factors("ID", 1)["Jamali"].value, solar_grid_factors("ID", 2)["Jamali"].value
    (0.619, 0.533)
    """
    return FrozenDict(
        {
            row["grid"]: Value(float(row["value"]), _evidence(row, "read"))
            for row in _rows("solar_grid_factors.csv")
            if (row["country"], row["case"]) == (country, str(case))
        }
    )


@dataclass(frozen=True, slots=True)
class Issuance:
    """Credits that were issued, as far as they were read.

    Attributes
    ----------
    project, methodology, version : str
        Several with ``;`` between them where only their sum was read; empty where unknown.
    first, last, decided : str
        Days, or years, of the period and of the decision; empty where unknown.
    issued, host, japan, japan_government : int or None
        Tonnes of CO2: all, those of the host country's side and of Japan's, and of the latter the government's.
    evidence : Evidence
    """

    project: str
    methodology: str
    version: str
    first: str
    last: str
    decided: str
    issued: int | None
    host: int | None
    japan: int | None
    japan_government: int | None
    evidence: Evidence


@cache
def issuances() -> tuple[Issuance, ...]:
    """Return the issuances that were read, those of one project together.

    Examples
    --------
    >>> first = issuances()[0]
    >>> first.project, first.decided, first.issued, first.host, first.japan
    ('MN001', '2016-09-29', 50, 10, 40)
    """
    return tuple(_record(Issuance, row) for row in _rows("issuances.csv"))


@dataclass(frozen=True, slots=True)
class TransferCap:
    """The largest part of the credits that a host country lets leave it.

    Attributes
    ----------
    country : str
        ISO code.
    of_list : str
        The list of activities to which it applies.
    share : str
    in_force : date
    evidence : Evidence
    """

    country: str
    of_list: str
    share: str
    in_force: date
    evidence: Evidence


@cache
def transfer_caps(country: str) -> tuple[TransferCap, ...]:
    """Return the caps that a host country sets, the widest first.

    Examples
    --------
    >>> [(cap.of_list, cap.share) for cap in transfer_caps("VN")], transfer_caps("MN")
    ([('1', '90 %'), ('2', '50 %')], ())
    """
    caps = (row for row in _rows("transfer_caps.csv") if row["country"] == country)
    return tuple(_record(TransferCap, row, of_list=row["list"]) for row in caps)


def gwp(gas: str, report: Literal["SAR", "AR4", "AR5"]) -> float:
    """Return the global warming potential of a gas over 100 years, in tCO2 for each tonne.

    Which assessment report a methodology follows is for its module, or its user, to say. For AR5
    these are the values without climate-carbon feedback.

    Parameters
    ----------
    gas : str
        For example ``"CH4"``, ``"HFC134a"``, or a blend such as ``"R410A"`` all of whose components have a value.
    report : {"SAR", "AR4", "AR5"}

    Raises
    ------
    KeyError
        If the report has no value for the gas.

    Examples
    --------
    >>> gwp("CH4", "SAR"), gwp("CH4", "AR4"), gwp("CH4", "AR5")
    (21.0, 25.0, 28.0)
    >>> gwp("R-410A", "AR4")
    2087.5
    """
    # this package keeps the tables of the assessment reports; it is read only where a gas is asked for
    from globalwarmingpotentials import data

    known = data[f"{report}GWP100"]
    if gas in known:
        return float(known[gas])
    try:
        one = refrigerant(gas)
    except LookupError:
        raise KeyError(gas) from None
    parts = one.composition or {one.designation: 1.0}
    # a component without a value, of which nothing says that it is 0, leaves the blend without one
    return float(sum(share * known[refrigerants()[name].names[0]] for name, share in parts.items()))
