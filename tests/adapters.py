"""What a draw looks like to the independent recalculation of each methodology.

An adapter takes a draw (values by name, as the library is given them) and the case, and calls the
functions of ``tests/independent``. Where library and script read a document differently, its docstring
says so and why; what the script does not cover is not made up here, except where said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import fsum, sqrt

import numpy as np
from draws import PERIODS
from independent import (
    cogeneration,
    equal_service,
    id_am001,
    id_am002,
    id_am003,
    id_am004,
    id_am005,
    id_am006,
    id_am007,
    id_am008,
    id_am009,
    id_am010,
    id_am022,
    mm_am005,
    mn_am001,
    mn_am002,
    mv_am001,
    ph_am004,
    pw_am001,
    solar_pv,
    vn_am001,
    vn_am002,
    vn_am003,
    vn_am004,
    vn_am005,
)


@dataclass(frozen=True)
class Recalculated:
    """Emissions by period, and what they are compared by.

    ``size`` is by period the sum of the absolute terms where large numbers cancel, else the larger of
    RE and PE. ``shown`` holds quantities that the library shows beside the way to ER, ``shown_size`` what
    some of them are small differences of.
    """

    RE: list
    PE: list
    ER: list
    size: list = field(default_factory=list)
    shown: dict = field(default_factory=dict)
    shown_size: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Adapter:
    """How to recalculate a methodology, and how to make a draw fit.

    ``fit`` changes a draw where values must suit each other. ``overrides`` names what the library could
    supply and the script takes as well.
    """

    recalculate: Callable
    fit: Callable = lambda rng, draw, case: None
    overrides: tuple = ()


ADAPTERS = {}


def adapter(number, *, fit=None, overrides=()):
    """Register the decorated function as the adapter of a methodology."""

    def register(function):
        more = {"fit": fit} if fit else {}
        ADAPTERS[number] = Adapter(function, overrides=overrides, **more)
        return function

    return register


def plain(value):
    """Return arrays as lists, everything else as it is."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def lists(draw, *names):
    """Return the named values of a draw, arrays as lists."""
    return [plain(draw[name]) for name in names]


def named(draw, *names):
    """Return the named values of a draw by name, arrays as lists; the ones not drawn are left out."""
    return {name: plain(draw[name]) for name in names if name in draw}


def days(draw):
    """Return the days of each period; the first and the last both count."""
    return [float((last - first).days + 1) for first, last in draw["p"]]


def by_label(values):
    """Return values of the rows of an index by the labels that rows of an array have."""
    return {str(row + 1): value for row, value in enumerate(plain(values))}


def fuels_of(table):
    """Return a table of fuel by its column as dictionaries of fuels."""
    return [by_label(row) for row in plain(table)]


def all_of(draw, mass, volume, case):
    """Return the quantity that is drawn under the case, by mass or by volume."""
    return plain(draw[mass if case["fuel_measured_as"] == "mass" else volume])


# Indonesia


def waste_heat(recalculate, draw, EF):
    """Net generation can cancel, so differences are held against supply and own consumption."""
    EC_CAP, EG_SUP = draw["EC_CAP"], plain(draw["EG_SUP"])
    emissions = recalculate([EG_SUP], [EC_CAP], days(draw), EF)
    size = [(EG + id_am001.own_consumption(EC_CAP, D)) * EF for EG, D in zip(EG_SUP, days(draw), strict=True)]
    return Recalculated(*emissions, size)


@adapter("ID_AM001")
def ID_AM001(draw, case):
    """The same reading."""
    return waste_heat(id_am001.reference_project_reductions, draw, draw["EF_grid"])


@adapter("MM_AM005")
def MM_AM005(draw, case):
    """The same reading."""
    return waste_heat(mm_am005.reference_project_reductions, draw, draw["EF_elec"])


def chillers_beyond_the_table(rng, draw, case):
    """Now and then a chiller of 1,250 USRt or more, for which there is no reference COP."""
    if rng.random() < 0.02 and "COP_RE" not in draw:
        draw["capacity"][0] = rng.choice([1250.0, 1400.0])
    if case["power_source"] == "both":
        draw["EI_grid"] = np.maximum(draw["EI_grid"], 1.0)


@adapter("ID_AM002", fit=chillers_beyond_the_table, overrides=("COP_RE", "EF_captive", "TD_cooling", "TD_chilled"))
def ID_AM002(draw, case):
    """The same reading. The script's whole calculation knows the temperature differences only as defaults.

    So its own conversion is called with those drawn, and the result goes in at standard temperatures.
    """
    used = named(draw, "EC_PJ", "capacity", "EF_captive", "COP_RE", "EI_grid", "h_gen", "RC_gen")
    differences = named(draw, "TD_cooling", "TD_chilled")
    chillers = zip(*lists(draw, "COP_PJ", "T_cooling_out", "T_chilled_out"), strict=True)
    used["COP_PJ"] = [id_am002.converted_cop(*chiller, **differences) for chiller in chillers]
    count = len(used["COP_PJ"])
    standard = {"T_cooling_out": [37.0] * count, "T_chilled_out": [7.0] * count}
    # a capacity is not asked for where the COP is given
    used.setdefault("capacity", [1.0] * count)
    EF_grid = draw.get("EF_grid", 0.0)
    return Recalculated(*id_am002.reference_project_reductions(**used, **standard, **case, EF_grid=EF_grid))


@adapter("ID_AM003")
def ID_AM003(draw, case):
    """The same reading."""
    used = named(draw, "EC_PJ", "COP_PJ", "application", "EF_elec")
    return Recalculated(*id_am003.reference_project_reductions(**used))


@adapter("ID_AM004")
def ID_AM004(draw, case):
    """The same reading."""
    used = named(draw, "EC_PJ", "COP_PJ", "COP_RE", "EF_elec")
    return Recalculated(*id_am004.reference_project_reductions(**used))


@adapter("ID_AM005")
def ID_AM005(draw, case):
    """By luminous efficiency; the script's other reading, by rated power, is not in the library."""
    EC_PJ, η_PJ, η_RE, EF_elec = lists(draw, "EC_PJ", "η_PJ", "η_RE", "EF_elec")
    return Recalculated(*id_am005.by_luminous_efficiency(EC_PJ, η_PJ, η_RE, EF_elec))


UNITS = ("HPU", "HCU")


def loads_and_ranges(rng, draw, case):
    """Ranges of load for both units, and periods in them or at their ends; now and then one that has no reference."""
    for unit in UNITS:
        loads, filled = recorded_loads(rng, draw, unit)
        keep = np.append(rng.random(len(loads) - 1) < 0.6, True)
        keep[0] = True
        bounds = np.append(loads[keep], loads[-1] * 2)
        draw[f"lower_{unit}"], draw[f"upper_{unit}"] = bounds[:-1], bounds[1:]
        if case["reference_from"] == "averages":
            draw[f"SE_{unit}_fixed"] = rng.uniform(1e-4, 1e-2, len(bounds) - 1)
        place = rng.integers(0, np.count_nonzero(keep[:filled]), PERIODS)
        if rng.random() < 0.05:
            place[0] = len(bounds) - 2
        inside = rng.uniform(0, 0.999, PERIODS) * (rng.random(PERIODS) < 0.7)
        # a power of two divides exactly, so that a load can stand at the end of a range
        draw[f"d_{unit}"] = 2.0 ** rng.integers(0, 9, PERIODS)
        draw[f"F_{unit}"] = (bounds[place] + inside * np.diff(bounds)[place]) * draw[f"d_{unit}"]
        if rng.random() < 0.03:
            draw[f"F_{unit}"][0] = rng.choice([0.5 * bounds[0], bounds[-1]]) * draw[f"d_{unit}"][0]


def recorded_loads(rng, draw, unit):
    """Return loads at which ranges can begin, in order, and how many of them a record has."""
    if f"F_{unit}_hist" not in draw:
        loads = np.cumsum(rng.uniform(1e3, 1e6, int(rng.integers(1, 4))))
        return loads, len(loads)
    draw[f"F_{unit}_hist"] = np.maximum(draw[f"F_{unit}_hist"], 1.0)
    draw[f"d_{unit}_hist"] = np.floor(draw[f"d_{unit}_hist"]) + 1
    loads = np.unique(draw[f"F_{unit}_hist"] / draw[f"d_{unit}_hist"])
    beyond = [loads[-1] * 1.5] if rng.random() < 0.2 else []
    return np.append(loads, beyond), len(loads)


@adapter("ID_AM006", fit=loads_and_ranges)
def ID_AM006(draw, case):
    """The same reading: records of a range weigh alike, and a load that no range with records holds is refused.

    Averages fixed by the project go into the script as one record for each range that has them. A period
    without activity is left out: the library gives it no reference emissions, the script looks for its load.
    """
    arguments = {name: [] for name in ("F", "d", "FC_PJ", "F_hist", "d_hist", "FC_hist", "bounds")}
    NCV, EF = by_label(all_of(draw, "NCV", "NCV_V", case)), by_label(draw["EF"])
    for unit in UNITS:
        bounds = [*plain(draw[f"lower_{unit}"]), plain(draw[f"upper_{unit}"])[-1]]
        arguments["bounds"].append(bounds)
        arguments["F"].append(plain(draw[f"F_{unit}"]))
        arguments["d"].append(plain(draw[f"d_{unit}"]))
        arguments["FC_PJ"].append(by_label(all_of(draw, f"FC_{unit}", f"V_{unit}", case)))
        if case["reference_from"] == "records":
            arguments["F_hist"].append(plain(draw[f"F_{unit}_hist"]))
            arguments["d_hist"].append(plain(draw[f"d_{unit}_hist"]))
            arguments["FC_hist"].append(fuels_of(all_of(draw, f"FC_{unit}_hist", f"V_{unit}_hist", case)))
        else:
            SE = plain(draw[f"SE_{unit}_fixed"])
            arguments["F_hist"].append(bounds[:-1])
            arguments["d_hist"].append([1.0] * len(SE))
            arguments["FC_hist"].append([{"any": SE[r] * bounds[r]} for r in range(len(SE))])
    tables = {"NCV": {**NCV, "any": 1.0}, "EF": {**EF, "any": 1.0}}
    return Recalculated(*id_am006.reference_project_reductions(**arguments, **tables))


def steam_within_the_history(rng, draw, case):
    """Records apart from each other, and periods between the least and the most steam, also exactly there."""
    if case["reference_from"] == "records":
        count = max(3, len(draw["h_hist"]))
        loads = rng.uniform(1, 100, count).cumsum()
        rng.shuffle(loads)
        draw["h_hist"] = rng.uniform(1, 24, count)
        draw["h_hist"][[loads.argmin(), loads.argmax()]] = 2.0
        draw["SG_hist"] = loads * draw["h_hist"]
        name = "FC_hist" if case["fuel_measured_as"] == "mass" else "V_hist"
        burnt = rng.uniform(0, 10, (count, len(plain(draw["EF"]))))
        draw[name] = burnt * (draw["SG_hist"] + 5 * draw["h_hist"])[:, None]
        low, high = loads.min(), loads.max()
    else:
        low, high = sorted(rng.uniform(1, 500, 2).tolist())
        draw["x_lowest"], draw["x_highest"] = low, high
    load = np.where(rng.random(PERIODS) < 0.3, rng.choice([low, high], PERIODS), rng.uniform(low, high, PERIODS))
    if rng.random() < 0.15:
        load[0] = rng.choice([0.5 * low, 2 * high])
    draw["h"] = 2.0 ** rng.integers(4, 13, PERIODS)
    draw["SG"] = load * draw["h"]


@adapter("ID_AM007", fit=steam_within_the_history)
def ID_AM007(draw, case):
    """The same line. The script takes hourly records, so each record is divided by its hours.

    A line fixed by the project goes into the script as two records on it. The script knows no limits: that
    steam outside the history is refused is checked here. A period without steam is left out, because the
    script gives it the emissions without steam and the library none. The line can be steep, so differences
    are held against the sum of the absolute terms.
    """
    NCV, EF = by_label(all_of(draw, "NCV", "NCV_V", case)), by_label(draw["EF"])
    SG, h = lists(draw, "SG", "h")
    if case["reference_from"] == "records":
        hours = plain(draw["h_hist"])
        SG_hist = [steam / time for steam, time in zip(plain(draw["SG_hist"]), hours, strict=True)]
        FC_hist = [
            {fuel: amount / time for fuel, amount in record.items()}
            for record, time in zip(fuels_of(all_of(draw, "FC_hist", "V_hist", case)), hours, strict=True)
        ]
        low, high = min(SG_hist), max(SG_hist)
    else:
        SG_hist, FC_hist = [-1.0, 1.0], [{"any": draw["b_fixed"] + sign * draw["a_fixed"]} for sign in (-1, 1)]
        low, high = draw["x_lowest"], draw["x_highest"]
    if not all(low <= steam / time <= high for steam, time in zip(SG, h, strict=True)):
        raise ValueError("steam outside the history")
    factors = ({**NCV, "any": 1.0}, {**EF, "any": 1.0})
    FC = by_label(all_of(draw, "FC", "V", case))
    RE, PE, ER = id_am007.reference_project_reductions(SG, h, FC, SG_hist, FC_hist, *factors)
    E_hist = id_am007.hourly_emissions(FC_hist, *factors)
    a, b = id_am007.least_squares(SG_hist, E_hist)
    slope_size = max(map(abs, E_hist)) / (max(SG_hist) - min(SG_hist))
    size = [
        max(abs(a), slope_size) * steam + max(abs(b), *map(abs, E_hist)) * time + project
        for steam, time, project in zip(SG, h, PE, strict=True)
    ]
    shown = {}
    if case["reference_from"] == "records":
        residuals = fsum((E - (a * steam + b)) ** 2 for steam, E in zip(SG_hist, E_hist, strict=True))
        shown = {"R2": id_am007.r_squared(SG_hist, E_hist), "s_e": sqrt(residuals / (len(E_hist) - 2))}
    return Recalculated(RE, PE, ER, size, shown, {"s_e": max(map(abs, E_hist))} if shown else {})


@adapter("ID_AM008")
def ID_AM008(draw, case):
    """The same reading: reference emissions are given."""
    RE, EC_PJ, EF_elec = lists(draw, "RE_given", "EC_PJ", "EF_elec")
    return Recalculated(*id_am008.reference_project_reductions(RE, EC_PJ, EF_elec))


@adapter("ID_AM009")
def ID_AM009(draw, case):
    """The same readings, by days and by hours; the script's third, metered electricity, is not in the library."""
    NCV = draw["NCV_NG" if case["fuel_measured_as"] == "mass" else "NCV_V_NG"]
    burnt = all_of(draw, "FC_PJ", "V_PJ", case)
    η_PJ, η_RE, RP = lists(draw, "η_PJ", "η_RE", "RP")
    by_time, time = (id_am009.by_days, days(draw)) if case["running_time"] == "days" else (id_am009.by_hours, None)
    time = plain(draw["H"]) if time is None else time
    return Recalculated(*by_time(burnt, η_PJ, η_RE, NCV, draw["EF_NG"], RP, time, draw["EF_elec"]))


# The figures of the script's tables, by the names that the library's candidates have.
BOILERS = {
    "CDM tool 09, "
    + {"other": "others (not listed)"}.get(
        kind, kind.replace("gas fired boiler", "gas fired boiler (without condenser)")
    ): figure
    for kind, figure in id_am010.BOILER_EFFICIENCY.items()
}
CHILLERS = {}
for kind, figure in id_am010.CHILLER_COP.items():
    cooling, compressor, side, tons, _ = kind.split()
    sign = {"below": "<", "above": ">"}[side]
    CHILLERS[f"SNI 6390:2011, {cooling} chiller {sign} {tons} TR ({compressor})"] = figure


def efficiencies_by_name(rng, draw, case):
    """Half of the time efficiencies by the names of their candidates."""
    if rng.random() < 0.5:
        draw["η_RE_boiler"] = str(rng.choice(list(BOILERS)))
        draw["COP_RE"] = str(rng.choice(list(CHILLERS)))


@adapter("ID_AM010", fit=efficiencies_by_name)
def ID_AM010(draw, case):
    """The same reading, heat in GJ and cold in MWh; each total of the library is one unit of the script.

    Efficiencies are drawn as numbers and as candidates by name, which the script has from its own tables.
    """
    boiler, COP_RE = draw["η_RE_boiler"], draw["COP_RE"]
    boiler = BOILERS.get(boiler, boiler)
    COP_RE = CHILLERS.get(COP_RE, COP_RE)
    electricity = [[plain(draw[name])] for name in ("EC_HP", "EC_HP_aux", "EC_OC", "EC_OC_aux")]
    NCV = draw["NCV_oil" if case["fuel_measured_as"] == "mass" else "NCV_V_oil"]
    return Recalculated(
        *id_am010.reference_project_reductions(
            plain(draw["Q_heat"]), "GJ", plain(draw["Q_cool"]), "MWh", boiler, COP_RE, *electricity,
            all_of(draw, "FC_oil", "V_oil", case), NCV, draw["EF_oil"], draw["EF_elec"],
        )
    )  # fmt: skip


# Solar power


@adapter("CL_AM001")
@adapter("CR_AM001")
@adapter("ID_AM019")
@adapter("KE_AM002")
@adapter("LA_AM002")
@adapter("PH_AM001")
@adapter("TH_AM001")
def solar_of_one_factor(draw, case):
    """The same reading: a factor for each system; run-of-river hydropower has the same core."""
    return Recalculated(*solar_pv.reference_project_reductions(**named(draw, "EG", "EF_RE")))


@adapter("BD_AM002")
@adapter("ID_AM013")
@adapter("PH_AM002")
@adapter("VN_AM007")
def solar_by_connection(draw, case):
    """The same reading: factors by connection."""
    EF_RE = solar_pv.factors_by_connection(plain(draw["connection"]), draw["EF_RE"])
    return Recalculated(*solar_pv.reference_project_reductions(plain(draw["EG"]), EF_RE))


@adapter("MN_AM003")
def MN_AM003(draw, case):
    """The same reading: the script has the factors of the published paper."""
    EF_RE = solar_pv.factors_by_connection(plain(draw["connection"]), solar_pv.MONGOLIA)
    return Recalculated(*solar_pv.reference_project_reductions(plain(draw["EG"]), EF_RE))


@adapter("KH_AM002")
def KH_AM002(draw, case):
    """The same reading of the category of a day, which nobody has read."""
    EF_RE = solar_pv.factors_by_connection(plain(draw["connection"]), draw["EF_RE"])
    EG = solar_pv.counted_days(plain(draw["EG_day"]), plain(draw["c"]))
    return Recalculated(*solar_pv.reference_project_reductions(EG, EF_RE))


def grids_by_name(rng, draw, case):
    """Half of the time factors by the name of the published table, for grids that the script has."""
    if rng.random() < 0.5:
        draw["EF_RE"] = "additional information on Indonesian grids, edition with 0.458 for Sumatra"
        names = [f"{grid}, case {number}" for grid in solar_pv.INDONESIA for number in (1, 2)]
        draw["connection"] = rng.choice(np.array(names, dtype=object), len(draw["connection"]))


def with_storage(draw, case, EF_RE):
    """The same readings of the two options. Storage can cancel, so differences are held against all that is metered."""
    EG = plain(draw["EG"])
    if case["displaced_electricity"] == "metered":
        return Recalculated(*solar_pv.reference_project_reductions(EG, EF_RE))
    EC, ED = lists(draw, "EC", "ED")
    nothing = [[0.0] * len(row) for row in EG]
    gross = [solar_pv.reference_project_reductions(flow, EF_RE)[0] for flow in (EG, EC, ED, nothing)]
    size = [sum(flows) for flows in zip(*gross, strict=True)]
    return Recalculated(*solar_pv.reference_project_reductions(solar_pv.after_storage(EG, EC, ED), EF_RE), size)


@adapter("MN_AM004")
def MN_AM004(draw, case):
    """The same reading as of ID_AM017, with a factor for each system."""
    return with_storage(draw, case, plain(draw["EF_RE"]))


@adapter("KE_AM003")
def KE_AM003(draw, case):
    """Own use of the plant is taken off as what a battery takes is."""
    gross, own = lists(draw, "EG_gross", "EC_AUX")
    nothing = [[0.0] * len(row) for row in gross]
    net = solar_pv.after_storage(gross, own, nothing)
    EF_RE = plain(draw["EF_RE"])
    size = [
        sum(flows)
        for flows in zip(*(solar_pv.reference_project_reductions(flow, EF_RE)[0] for flow in (gross, own)), strict=True)
    ]
    return Recalculated(*solar_pv.reference_project_reductions(net, EF_RE), size)


@adapter("ID_AM017", fit=grids_by_name)
def ID_AM017(draw, case):
    """The same readings of the options and of the table by name."""
    factors = draw["EF_RE"]
    if isinstance(factors, str):
        factors = {
            f"{grid}, case {number}": pair[number - 1]
            for grid, pair in solar_pv.INDONESIA.items()
            if pair is not None
            for number in (1, 2)
        }
    return with_storage(draw, case, solar_pv.factors_by_connection(plain(draw["connection"]), factors))


# Machines that do the same with less electricity


@adapter("CR_AM002")
@adapter("MM_AM002")
@adapter("TH_AM003")
@adapter("TH_AM013")
def by_COP(draw, case):
    """The same reading: one factor for all periods."""
    EC_PJ, COP_PJ, COP_RE = lists(draw, "EC_PJ", "COP_PJ", "COP_RE")
    return Recalculated(*equal_service.by_efficiency(EC_PJ, COP_PJ, COP_RE, [draw["EF_elec"]] * PERIODS))


@adapter("ID_AM020")
@adapter("TH_AM016")
def by_luminous_efficiency(draw, case):
    """The same reading."""
    EC_PJ, η_PJ, η_RE = lists(draw, "EC_PJ", "η_PJ", "η_RE")
    return Recalculated(*equal_service.by_efficiency(EC_PJ, η_PJ, η_RE, [draw["EF_elec"]] * PERIODS))


def factors_by_source(draw, case):
    """Return the factor of electricity of each period, with fuel by mass or by volume."""
    if case["power_source"] == "grid":
        return equal_service.electricity_factors("grid", PERIODS, draw["EF_grid"])
    NCV = draw["NCV_gen" if case["fuel_measured_as"] == "mass" else "NCV_V_gen"]
    energy = [amount * NCV for amount in all_of(draw, "FC_gen", "V_gen", case)]
    return equal_service.electricity_factors(
        case["power_source"], PERIODS, draw.get("EF_grid"), energy, draw["EF_gen"], plain(draw["EG_gen"])
    )


@adapter("TH_AM005")
def TH_AM005(draw, case):
    """The same reading, and of grid and captive power the lower factor."""
    EC_PJ, COP_PJ, COP_RE = lists(draw, "EC_PJ", "COP_PJ", "COP_RE")
    return Recalculated(*equal_service.by_efficiency(EC_PJ, COP_PJ, COP_RE, factors_by_source(draw, case)))


@adapter("SA_AM001")
def SA_AM001(draw, case):
    """The same reading: by what each tonne takes."""
    EC_PJ, SEC_PJ, SEC_RE = lists(draw, "EC_PJ", "SEC_PJ", "SEC_RE")
    return Recalculated(*equal_service.by_specific_consumption(EC_PJ, SEC_PJ, SEC_RE, factors_by_source(draw, case)))


@adapter("ID_AM022")
def ID_AM022(draw, case):
    """The same reading."""
    Q, COP_RE, EC_PJ = lists(draw, "Q", "COP_RE", "EC_PJ")
    if case["driven_by"] == "heat":
        no_gas = [[0.0] * len(row) for row in Q]
        return Recalculated(*id_am022.reference_project_reductions(Q, COP_RE, EC_PJ, no_gas, 0.0, 0.0, draw["EF_elec"]))
    NCV = draw["NCV_fuel" if case["fuel_measured_as"] == "mass" else "NCV_V_fuel"]
    gas = all_of(draw, "FC_PJ", "V_PJ", case)
    return Recalculated(
        *id_am022.reference_project_reductions(Q, COP_RE, EC_PJ, gas, NCV, draw["EF_fuel"], draw["EF_elec"])
    )


@adapter("ID_AM016")
@adapter("TH_AM009")
def by_gas_engines(draw, case):
    """The same reading, period by period."""
    NCV = draw["NCV_gas" if case["fuel_measured_as"] == "mass" else "NCV_V_gas"]
    gas = all_of(draw, "FC_gas", "V_gas", case)
    RE, PE = [], []
    for electricity, heat, fuel in zip(plain(draw["EC_CGS"]), plain(draw["HC_CGS"]), gas, strict=True):
        RE.append(cogeneration.displaced(electricity, draw["EF_elec"], heat, draw["η_RE"], draw["EF_fuel_RE"]))
        PE.append(cogeneration.burnt(fuel, NCV, draw["EF_gas"]))
    return Recalculated(RE, PE, [reference - project for reference, project in zip(RE, PE, strict=True)])


# The Philippines


BEFORE = {
    "not flooded, less than 180 d": "drained under 180 d",
    "not flooded, more than 180 d": "drained over 180 d",
    "flooded, more than 30 d": "flooded over 30 d",
    "not flooded, more than 365 d": "drained over 365 d",
}
AMENDMENTS = {
    "straw, less than 30 d before cultivation": "straw_lately",
    "straw, more than 30 d before cultivation": "straw_before",
    "compost": "compost",
    "farmyard manure": "farmyard_manure",
    "green manure": "green_manure",
}


@adapter("PH_AM004")
def PH_AM004(draw, case):
    """The same reading, field by field: each is a stratum, each period a season."""
    measured = case["methane"] != "country-specific factors"
    of = "country" if not measured else str(draw["measured_every"])
    uncertainty = {
        "3 years": "measured every 3 years",
        "4 or 5 years": "measured every 4 or 5 years",
        "country": "factors of the country",
    }[of]
    found = {letter: [of_rice(draw, case, letter, p) for p in range(PERIODS)] for letter in "RP"}
    ER = [ph_am004.reduction(*both, uncertainty) for both in zip(found["R"], found["P"], strict=True)]
    return Recalculated(found["R"], found["P"], ER)


def of_rice(draw, case, letter, p):
    """TCO2 of all fields and pumps in one period: of the reference (R) or the project (P)."""
    total = float(plain(draw[f"Q_F_{letter}"])[p]) * float(draw["EF_F"])
    for f, hectares in enumerate(row[p] for row in plain(draw["A"])):
        if case["methane"] == "seasonal factors":
            kg_CH4 = draw[f"EF_CH4_{letter}"][f][p]
        elif case["methane"] == "daily factors":
            kg_CH4 = draw[f"EF_CH4_{letter}_d"][f] * draw["D"][f][p]
        else:
            kg_CH4 = ph_am004.methane(season_of(draw, letter, f, p))
        if case["nitrous_oxide"] == "measured":
            kg_N2O = draw[f"EF_N2O_{letter}"][f][p]
        else:
            drained = letter == "P" or str(draw["w_R"][f]) != "continuous flooding"
            kg_N2O = ph_am004.nitrous_oxide(draw[f"Q_N2O_{letter}"][f][p], drained)
        total += ph_am004.of_stratum(hectares, float(kg_CH4), float(kg_N2O))
    return total


def season_of(draw, letter, f, p):
    """One season of a field, in the words of the script."""
    regime = str(draw[f"w_{letter}"][f])
    amendments = {}
    for tonnes, kind in zip(draw["ROA"][f], draw["kind"], strict=True) if "ROA" in draw else ():
        name = AMENDMENTS[str(kind)]
        amendments[name] = amendments.get(name, 0.0) + float(tonnes[p])
    return ph_am004.Season(
        dry=str(draw["season"][f]) == "dry season",
        drainages="none" if regime == "continuous flooding" else regime.partition(" ")[0],
        before=BEFORE[str(draw["before_season"][f])],
        days=float(draw["D"][f][p]),
        **amendments,
    )


# Mongolia


@adapter("MN_AM001")
def MN_AM001(draw, case):
    """The same reading. The script has one resistance a line, the library one a line and period: one call a period.

    Losses can be negative and cancel, so differences are held against all that is sent and received.
    """
    sent, received, R_RF, R_PJ, EF = lists(draw, "ES", "received", "R_RF", "R_PJ", "EF_grid")
    RE, PE, ER, size = [], [], [], []
    for p in range(len(EF)):
        column = [[row[p]] for row in sent], [[row[p]] for row in received], R_RF, [row[p] for row in R_PJ]
        for found, (value,) in zip((RE, PE, ER), mn_am001.reference_project_reductions(*column, [EF[p]]), strict=True):
            found.append(value)
        gross = [[here[0] + there[0]] for here, there in zip(column[0], column[1], strict=True)]
        nothing = [[0.0]] * len(gross)
        against, project, _ = mn_am001.reference_project_reductions(gross, nothing, *column[2:], [EF[p]])
        size.append(against[0] + project[0])
    return Recalculated(RE, PE, ER, size)


# What the names of its candidates stand for.
MN_AM002_FIGURES = {
    "η_RE": {"FY2013 draft": 0.50, "approved version, from recollection": 0.61},
    "EF_CO2_coal": {"FY2013 draft": 0.099, "IPCC 2006 lignite, default": 0.101, "IPCC 2006 lignite, lower": 0.0909},
}


def figures_by_name(rng, draw, case):
    """Some values by the names of their candidates."""
    for name, figures in MN_AM002_FIGURES.items():
        if rng.random() < 0.3:
            draw[name] = str(rng.choice(list(figures)))


@adapter("MN_AM002", fit=figures_by_name)
def MN_AM002(draw, case):
    """The same reading."""
    PH, HMP, RPC, η_PJ = lists(draw, "PH", "HMP", "RPC", "η_PJ")
    numbers = {}
    for name, figures in MN_AM002_FIGURES.items():
        value = plain(draw[name])
        numbers[name] = figures[value] if isinstance(value, str) else value
    return Recalculated(
        *mn_am002.reference_project_reductions(
            PH, HMP, RPC, numbers["η_RE"], η_PJ, numbers["EF_CO2_coal"], draw["EF_CO2_grid"]
        )
    )


# Maldives and Palau


@adapter("MV_AM001", overrides=("EF_RE",))
def MV_AM001(draw, case):
    """The same reading."""
    return Recalculated(*mv_am001.reference_project_reductions(**named(draw, "EG", "EF_RE")))


@adapter("PW_AM001", overrides=("EF_RE",))
def PW_AM001(draw, case):
    """The same reading."""
    return Recalculated(*pw_am001.reference_project_reductions(**named(draw, "EG", "EF_RE")))


# Viet Nam


@adapter("VN_AM001")
def VN_AM001(draw, case):
    """Both readings of the script, with fuel by mass and by volume."""
    volume = case["fuel_measured_as"] == "volume"
    unit, burnt = ("kL", plain(draw["V_PJ"])) if volume else ("t", plain(draw["FC_PJ"]))
    fuel, NCV, EF, density = [*lists(draw, "fuel", "NCV_i", "EF_CO2_i"), draw.get("ρ_i")]
    if case["basis"] == "distance":
        specific = plain(draw["SV_RE" if volume else "SFC_RE"])
        emissions = vn_am001.by_distance(plain(draw["D_PJ"]), specific, burnt, fuel, NCV, EF, density, unit, unit)
        return Recalculated(*emissions)
    NCV, EF = {**NCV, **by_label(draw["NCV_f"])}, {**EF, **by_label(draw["EF_CO2_f"])}
    density = {**density, **by_label(draw["ρ_f"])} if volume else None
    history = fuels_of(draw["V_hist" if volume else "FC_hist"])
    TK_PJ, TK_hist = lists(draw, "TK_PJ", "TK_hist")
    return Recalculated(*vn_am001.by_freight_work(TK_PJ, history, TK_hist, burnt, fuel, NCV, EF, density, unit, unit))


@adapter("VN_AM002")
def VN_AM002(draw, case):
    """The same reading."""
    EC_PJ, η_PJ, η_RE, EF_elec = lists(draw, "EC_PJ", "η_PJ", "η_RE", "EF_elec")
    return Recalculated(*vn_am002.reference_project_reductions(EC_PJ, η_PJ, η_RE, EF_elec))


# The script's names of what the library calls otherwise.
VN_AM003_NAMES = {
    "eta_PJ_elec": "η_PJ_elec", "eta_RE_elec": "η_RE_elec", "eta_PJ_fuel": "η_PJ_fuel", "eta_RE_fuel": "η_RE_fuel",
    "EC_HP": "EC_sub", "eta_RE_boiler": "η_RE_boiler", "EC_light": "EC_metered_li", "NCV": "NCV_fuel",
    "EC_PJ": "EC_PJ", "FC_PJ": "FC_PJ", "fuel": "fuel", "COP_PJ": "COP_PJ", "P_RE": "P_RE", "N": "N", "OH": "OH",
    "P_PJ": "P_PJ", "OH_AUX": "OH_AUX",
}  # fmt: skip


@adapter("VN_AM003")
def VN_AM003(draw, case):
    """The same reading. The script has auxiliary power in W (the library: kW) and one table of fuels for both uses."""
    used = {theirs: plain(draw[ours]) for theirs, ours in VN_AM003_NAMES.items() if ours in draw}
    used |= {"FC_PJ": plain(draw["V_PJ"]), "NCV": draw["NCV_V_fuel"]} if "V_PJ" in draw else {}
    if "P_AUX" in draw:
        used["P_AUX"] = [1000.0 * power for power in plain(draw["P_AUX"])]
    if "fuel_RE" in draw:
        used["fuel_RE"] = [f"{fuel} of a boiler" for fuel in plain(draw["fuel_RE"])]
    boilers = {f"{fuel} of a boiler": factor for fuel, factor in draw.get("EF_fuel_RE", {}).items()}
    used["EF"] = {**draw.get("EF_fuel", {}), **boilers}
    return Recalculated(*vn_am003.reference_project_reductions(draw.get("EF_elec", 0.0), **used))


def disposals_and_periods(rng, draw, case):
    """Disposals in any order with gaps, and periods after the first: years and parts of them, or months."""
    count = len(draw["p"])
    if case["decay_form"] == "yearly":
        years = 2020 + rng.permutation(count)
        draw["p"] = [(date(year, 1, 1), date(year, 12, 31)) for year in sorted(int(year) for year in years)]
        if rng.random() < 0.5:
            first, last = draw["p"][-1]
            draw["p"][-1] = (first + timedelta(int(rng.integers(0, 100))), last - timedelta(int(rng.integers(0, 100))))
        when, earliest = "x_year", 2020 - 10
    else:
        draw["p"] = [(date(2021, month, 1), date(2021, month + 1, 1) - timedelta(1)) for month in range(1, count + 1)]
        draw["p_month"] = float(rng.integers(10, 60)) + np.arange(float(count))
        when, earliest = "x_month", 1
    latest = 2020 + count + 1 if when == "x_year" else int(draw["p_month"][-1]) + 2
    steps = rng.choice(np.arange(earliest, latest), min(len(draw[when]), latest - earliest), replace=False)
    draw[when] = steps.astype(float)
    draw["GWP_CH4"] = float(rng.uniform(20, 40))


@adapter("VN_AM004", fit=disposals_and_periods)
def VN_AM004(draw, case):
    """The same decay, by year and by month; the script takes every step from the first disposal on.

    The script knows whole years only. For a part of a year the library takes the year's methane by its days,
    which is applied here to the script's methane of that year. One GWP for all periods, as in the script.
    """
    yearly = case["decay_form"] == "yearly"
    steps = [int(step) for step in draw["x_year" if yearly else "x_month"]]
    wanted = [first.year for first, _ in draw["p"]] if yearly else [int(month) for month in draw["p_month"]]
    begin, end = min(steps + wanted), max(steps + wanted)
    W = [[0.0] * (end - begin + 1) for _ in draw["W"]]
    for j, row in enumerate(plain(draw["W"])):
        for x, tonnes in enumerate(row):
            W[j][steps[x] - begin] += tonnes
    varying = {}
    for name in ("φ", "f", "DOC_f", "MCF"):
        varying[name] = [0.0] * (end - begin + 1)
        for p, step in enumerate(wanted):
            varying[name][step - begin] = plain(draw[name])[p]
    methane = vn_am004.methane(
        W, plain(draw["DOC"]), plain(draw["k"]), varying["φ"], varying["f"], draw["GWP_CH4"], draw["OX"], draw["F"],
        varying["DOC_f"], varying["MCF"], 1 if yearly else 12,
    )  # fmt: skip
    RE_CH4 = [methane[step - begin] for step in wanted]
    if yearly:
        RE_CH4 = [
            whole * length / (366 if year % 4 == 0 else 365)  # 1901 to 2099
            for whole, length, year in zip(RE_CH4, days(draw), wanted, strict=True)
        ]
    BG, NCV_BG, EF_RF, EC_PJ, EF_elec = lists(draw, "BG", "NCV_BG", "EF_CO2_RF", "EC_PJ", "EF_elec")
    return Recalculated(*vn_am004.with_fuel_and_electricity(RE_CH4, BG, NCV_BG, EF_RF, EC_PJ, EF_elec))


def days_at_the_ends_of_periods(rng, draw, case):
    """Commissioning and removal often on the first or last day of a period, or a day beside it."""
    ends = [day + timedelta(shift) for period in draw["p"] for day in period for shift in (-1, 0, 1)]
    for name in ("t_on", "t_off"):
        if name in draw:
            for u in range(len(draw[name])):
                if rng.random() < 0.6:
                    draw[name][u] = ends[int(rng.integers(len(ends)))]
    if "t_on" in draw and "t_off" in draw:
        draw["t_off"] = np.maximum(draw["t_off"], draw["t_on"] + timedelta(1))
    if "UNC" in draw:
        draw["UNC"] = rng.uniform(0, 0.5, len(draw["type"]))


@adapter("VN_AM005", fit=days_at_the_ends_of_periods, overrides=("UNC",))
def VN_AM005(draw, case):
    """Hours in service: the library leaves out the day of commissioning, the script counts it in full.

    So the script is given the day after. Service through whole periods is the script's form by number, one
    or none of each transformer. Hours that are given go into its form from hours. Each row is its own type.
    """
    kind = plain(draw["type"])
    rows = [str(row) for row in range(len(kind))]
    NLL_RE = {row: draw["NLL_RE"][name] for row, name in zip(rows, kind, strict=True)}
    NLL_PJ = {row: draw["NLL_PJ"][name] for row, name in zip(rows, kind, strict=True)}
    UNC = dict(zip(rows, plain(draw["UNC"]), strict=True)) if "UNC" in draw else None
    rest = NLL_RE, NLL_PJ, plain(draw["Br"]), draw["EF_grid"], UNC
    if case["service_hours"] == "given":
        return Recalculated(*vn_am005.from_hours(rows, plain(draw["H_given"]), *rest))
    day_after = [day + timedelta(1) for day in draw["t_on"]]
    removed = plain(draw["t_off"]) if case["removals"] == "dated" else [None] * len(rows)
    if case["service_hours"] == "by day":
        return Recalculated(*vn_am005.by_dates(rows, day_after, removed, draw["p"], *rest))
    n = [
        [float(on <= first and (off is None or off > last)) for first, last in draw["p"]]
        for on, off in zip(day_after, removed, strict=True)
    ]
    hours = [24.0 * length for length in days(draw)]
    return Recalculated(*vn_am005.by_number(rows, n, hours, *rest))
