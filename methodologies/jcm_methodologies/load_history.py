"""Emissions of a process unit whose reference is its own history, averaged by range of load.

Records of the history are sorted into load ranges by their mean daily load. Each range has the average
of the specific emissions of its records, and a period takes the average of the range that holds its own
mean daily load. A load that no range with history holds has no reference: the number of such ranges is a
divisor, so that the result is an error and never 0.

In every symbol u means the process unit, and `of_unit` puts its name there. `days_recorded` is what
ver 2.1 of ID_AM006 adds.
"""

import numpy as np

from jcm_calc.declarations import Group
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.fuels import MASS, VOLUME, declare_fuels

SUMMARY = Source(
    "official summaries of ID_AM006 ver 2.0 and ver 2.1, the same word for word but for the days recorded",
    "www.jcm.go.jp/id-jp/methodologies/54 and /96",
)
SUMMARY_2_1 = Source("official summary of ID_AM006 ver 2.1", "www.jcm.go.jp/id-jp/methodologies/96")
BY_RANGE = unconfirmed(
    "that historical specific emissions are averaged by variation of the feed input was read in the official "
    "summary; form, limits of the ranges, and a discount are not known",
    60,
    SUMMARY,
)
BY_DAY = unconfirmed(
    "that days are recorded was read for ver 2.1; their use for a mean daily load is inferred", 60, SUMMARY_2_1
)
HISTORY = unconfirmed(
    "fuel and feed of a historical period were read as the basis; which records, and that they are fixed before the "
    "start, is inferred",
    90,
    SUMMARY,
)
FUEL = unconfirmed(
    "fuel consumption was read as the basis; the product with calorific value and factor is inferred", 60, SUMMARY
)

load_history = Group(
    {"h": "record of the history", "r": "load range", "f": "fuel", "p": "monitoring period"},
)
declare_fuels(load_history, raises="RE PE")

load_history.choice(
    "reference_from",
    {
        "records": "records of the history, averaged here by load range",
        "averages": "specific emissions of each load range, as fixed by the project",
    },
    text="in which form the historical specific emissions are given",
    evidence=HISTORY,
)
RECORDS, AVERAGES = {"reference_from": "records"}, {"reference_from": "averages"}

load_history.monitored(
    "F_u,p",
    "m³",
    extensive=True,
    raises="RE",
    plausible="[0, 1e10]",
    text="feed input, or production volume, in the period, measured as in the history",
    evidence=primary(SUMMARY, "quantity of feed input (or production volume); its unit was not read"),
)
load_history.coordinate("D_p", of="p", what="days")
load_history.monitored(
    "FC_u,f,p",
    "t",
    extensive=True,
    raises="PE",
    plausible="[0, 5e6]",
    text="fuel f burnt in the period, by mass",
    evidence=primary(SUMMARY, "fuel consumption; its unit was not read"),
)
load_history.monitored(
    "V_u,f,p",
    "m³",
    extensive=True,
    raises="PE",
    plausible="[0, 1e10]",
    text="fuel f burnt in the period, by volume",
    evidence=primary(SUMMARY, "fuel consumption; its unit was not read"),
)
load_history.fixed(
    "lower_u,r",
    "m³/d",
    plausible="[0, 1e8]",
    text="lower limit of the load range, which belongs to it",
    evidence=BY_RANGE,
)
load_history.fixed(
    "upper_u,r",
    "m³/d",
    bounds="(0, inf)",
    plausible="(0, 1e8]",
    text="upper limit of the load range, which does not belong to it",
    evidence=BY_RANGE,
)
load_history.fixed(
    "F_u-hist,h",
    "m³",
    extensive=True,
    lowers="RE",
    plausible="[0, 1e10]",
    text="feed input, or production volume, of the record of history",
    evidence=HISTORY,
)
load_history.fixed(
    "d_u-hist,h",
    "d",
    extensive=True,
    bounds="(0, inf)",
    plausible="(0, 3660]",
    text="days of the record of history",
    evidence=BY_DAY,
)
load_history.fixed(
    "FC_u-hist,h,f",
    "t",
    extensive=True,
    raises="RE",
    plausible="[0, 5e6]",
    text="fuel f burnt in the record of history, by mass",
    evidence=HISTORY,
)
load_history.fixed(
    "V_u-hist,h,f",
    "m³",
    extensive=True,
    raises="RE",
    plausible="[0, 1e10]",
    text="fuel f burnt in the record of history, by volume",
    evidence=HISTORY,
)
load_history.fixed(
    "SE_u-fixed,r",
    "tCO2/m³",
    raises="RE",
    plausible="[0, 10]",
    text="historical specific emissions of the load range, as fixed by the project",
    evidence=HISTORY,
)


@load_history.equation(
    "x_u-hist,h",
    "m³/d",
    name="x_u_hist",
    when=RECORDS,
    text="mean daily load of the record of history",
    evidence=BY_DAY,
)
def load_of_record(F_u_hist, d_u_hist):
    return F_u_hist / d_u_hist


@load_history.equation(
    "w_u,h,r",
    "",
    name="w_u",
    when=RECORDS,
    text="1 where the load range holds the record of history, else 0",
    evidence=BY_RANGE,
)
def record_in_range(x_u_hist, lower_u, upper_u):
    return np.where(np.logical_and(x_u_hist >= lower_u, x_u_hist < upper_u), 1, 0)


@load_history.equation(
    "n_u,r", "", name="n_u", total="h", when=RECORDS, text="number of records in the load range", evidence=BY_RANGE
)
def records_in_range(w_u):
    return w_u


@load_history.equation(
    "E_u-hist,h",
    "tCO2",
    name="E_u_hist",
    total="f",
    when=RECORDS | MASS,
    text="emissions of the fuels of the record of history",
    evidence=FUEL,
)
def emissions_of_record_mass(FC_u_hist, NCV, EF):
    return FC_u_hist * NCV * EF


@load_history.equation(
    "E_u-hist,h",
    "tCO2",
    name="E_u_hist",
    total="f",
    when=RECORDS | VOLUME,
    text="emissions of the fuels of the record of history",
    evidence=FUEL,
)
def emissions_of_record_volume(V_u_hist, NCV_V, EF):
    return V_u_hist * NCV_V * EF


@load_history.equation(
    "SE_u-hist,r",
    "tCO2/m³",
    name="SE_u_hist",
    total="h",
    when=RECORDS,
    text="average specific emissions of the records in the load range; 0 without any, and then never used",
    evidence=BY_RANGE,
)
def average_of_range(w_u, E_u_hist, F_u_hist, n_u):
    return np.where(w_u > 0, E_u_hist / F_u_hist, 0) / np.maximum(n_u, 1)


@load_history.equation(
    "SE_u-hist,r",
    "tCO2/m³",
    name="SE_u_hist",
    when=AVERAGES,
    text="historical specific emissions of the load range",
    evidence=HISTORY,
)
def average_given(SE_u_fixed):
    return SE_u_fixed


@load_history.equation(
    "x_u,p",
    "m³/d",
    name="x_u",
    text="mean daily load of the period",
    evidence=unconfirmed("no days are recorded in ver 2.0; that those of the period take their place is inferred"),
)
def load_of_period(F_u, D_p):
    return F_u / D_p


@load_history.equation(
    "v_u,r,p",
    "",
    name="v_u",
    when=RECORDS,
    text="1 where the load range has records and holds the load of the period, else 0",
    evidence=BY_RANGE,
)
def range_of_period(x_u, lower_u, upper_u, n_u):
    return np.where(np.logical_and(np.logical_and(x_u >= lower_u, x_u < upper_u), n_u > 0), 1, 0)


@load_history.equation(
    "v_u,r,p",
    "",
    name="v_u",
    when=AVERAGES,
    text="1 where the load range holds the load of the period, else 0",
    evidence=BY_RANGE,
)
def range_of_period_given(x_u, lower_u, upper_u):
    return np.where(np.logical_and(x_u >= lower_u, x_u < upper_u), 1, 0)


@load_history.equation(
    "m_u,p",
    "",
    name="m_u",
    total="r",
    text="number of load ranges with history that hold the load of the period: 1, or 0 where it has no reference",
    evidence=BY_RANGE,
)
def ranges_of_period(v_u):
    return v_u


@load_history.equation(
    "SE_u,p",
    "tCO2/m³",
    name="SE_u",
    total="r",
    text="historical specific emissions at the load of the period",
    evidence=BY_RANGE,
)
def specific_emissions(v_u, SE_u_hist, m_u):
    return np.where(v_u > 0, SE_u_hist, 0) / m_u


@load_history.equation(
    "RE_u,p",
    "tCO2",
    name="RE_u",
    text="reference emissions; none where nothing was fed or produced",
    evidence=unconfirmed(
        "specific emissions × feed input or production volume was read in the official summary; the form is inferred",
        60,
        SUMMARY,
    ),
)
def reference(F_u, SE_u):
    return np.where(F_u > 0, F_u * SE_u, 0)


@load_history.equation(
    "PE_u,p", "tCO2", name="PE_u", total="f", when=MASS, text="project emissions: its fuels", evidence=FUEL
)
def project_mass(FC_u, NCV, EF):
    return FC_u * NCV * EF


@load_history.equation(
    "PE_u,p", "tCO2", name="PE_u", total="f", when=VOLUME, text="project emissions: its fuels", evidence=FUEL
)
def project_volume(V_u, NCV_V, EF):
    return V_u * NCV_V * EF


days_recorded = Group(load_history.indices)
days_recorded.monitored(
    "d_u,p",
    "d",
    extensive=True,
    plausible="[0, 366]",
    text="days recorded for the feed input or production volume of the period; they select the load range",
    evidence=primary(SUMMARY_2_1, "number of days recorded, new in ver 2.1; its use is inferred"),
)


@days_recorded.equation("x_u,p", "m³/d", name="x_u", text="mean daily load of the period", evidence=BY_DAY)
def load_of_recorded_days(F_u, d_u):
    return F_u / d_u


def of_unit(unit: str, index: dict[str, str]) -> dict[str, str]:
    """Return the symbols of everything that belongs to one process unit, to include the groups for it.

    Parameters
    ----------
    unit : str
        What replaces u.
    index : dict
        From the group's indices to those of the unit.

    Examples
    --------
    >>> of_unit("HCU", {"h": "k", "r": "s"})["FC_u_hist"]
    'FC_HCU-hist,k,f'
    """
    renamed = {}
    for item in [*load_history.inputs.values(), *load_history.rules, *days_recorded.inputs.values()]:
        stem, comma, letters = item.symbol.partition(",")
        if "_u" in stem:
            renamed[item.name] = stem.replace("_u", f"_{unit}") + comma + letters.translate(str.maketrans(index))
    return renamed
