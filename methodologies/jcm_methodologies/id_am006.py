"""ID_AM006: optimised operation of the hydrogen and the hydrocracking unit of a refinery.

No equation or symbol of this methodology was read here. Symbols are placeholders, and the
structure is that which the official summaries imply; they differ in what else ver 2.1 records.
"""

from datetime import date

import numpy as np

from jcm_calc import Methodology
from jcm_calc.declarations import Version
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.load_history import SUMMARY, SUMMARY_2_1, days_recorded, load_history, of_unit
from jcm_methodologies.official_pages import declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_HOURS

SUMMARY_2_0 = Source("official summary of ID_AM006 ver 2.0", "www.jcm.go.jp/id-jp/methodologies/54")
LIST_2015 = Source("list of Indonesian JCM methodologies of 6 February 2015", "123deta.com")

m = Methodology(
    "ID_AM006",
    version="2.0",
    title="GHG emission reductions through optimization of refinery plant operation in Indonesia",
    titles={"ja": "インドネシアにおける製油所プラントの運転最適化による温室効果ガスの排出削減"},
    country="ID",
    sectoral_scope=3,
    indices={
        "h": "record of the history of the hydrogen production unit",
        "r": "load range of the hydrogen production unit",
        "k": "record of the history of the hydrocracking unit",
        "s": "load range of the hydrocracking unit",
        "f": "fuel",
        "p": "monitoring period",
    },
    identity={
        "number": primary(SUMMARY_2_0),
        "title": primary(SUMMARY_2_0),
        "country": primary(SUMMARY_2_0),
        "sectoral scope": primary(SUMMARY_2_0),
        "version": primary(SUMMARY_2_0, "approved on 4 December 2017; proposed as ID_PM019"),
        "proponent": primary(SUMMARY_2_0, "Yokogawa Electric Corporation"),
    },
    approved=date(2017, 12, 4),
    versions=[
        Version(
            "1.0",
            None,
            "only its identity is known: proposed as ID_PM006 under the same title",
            unconfirmed(
                "status proposed on 6 February 2015; approval later in 2015 is from recollection", 60, LIST_2015
            ),
        ),
    ],
    note="The official summary was read; equations, load ranges, the length of the history, a discount, and further "
    "criteria were not: no result conforms to an approved version. Hydrogen consumption of the hydrocracking unit "
    "is monitored, but takes no part here: either it sets the hydrogen production of the reference, or "
    "it allots the emissions of the hydrogen unit (40 % each). Electricity, imported steam and the process CO2 of "
    "the reformer are treated as outside (65 %). That hydrogen production is the activity of one unit and feed that "
    "of the other is inferred (70 %). A load without history is refused, which was not read either.",
)

m.summarise(
    primary(SUMMARY),
    measure="Advanced process control lowers the energy use of the hydrogen production unit and of the hydro "
    "cracking unit of a refinery",
    reference="historical specific emissions of a feed or a production volume × that after implementation",
    project="fuel consumption of both units, monitored",
)
m.emits(
    "reference",
    "fuel of the hydrogen production unit and of the hydro cracking unit",
    evidence=primary(SUMMARY, "fuel is the basis; CO2 is from recollection"),
)
m.emits("project", "fuel of the hydrogen production unit and of the hydro cracking unit", evidence=primary(SUMMARY))
m.emits(
    "project",
    "electricity, imported steam and process CO2 of the reformer: not mentioned",
    counted=False,
    evidence=unconfirmed("left out, because the summary does not name them", 65, SUMMARY),
)
m.establish(
    "Historical specific emissions are averaged within ranges of the feed, so that the reference depends on the "
    "load. What makes it conservative is not stated.",
    evidence=primary(SUMMARY, "the average by ranges of the feed"),
)

UNITS = (("HPU", "hydrogen production unit", {}), ("HCU", "hydrocracking unit", {"h": "k", "r": "s"}))
for unit, name, index in UNITS:
    m.include(load_history, rename=of_unit(unit, index), index=index, of=f"({name})")

SUM = unconfirmed("both units were read in the official summary; the sum is inferred", 60, SUMMARY)


@m.equation("RE_p", "tCO2", text="reference emissions", evidence=SUM)
def RE(RE_HPU, RE_HCU):
    return RE_HPU + RE_HCU


@m.equation("PE_p", "tCO2", text="project emissions", evidence=SUM)
def PE(PE_HPU, PE_HCU):
    return PE_HPU + PE_HCU


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.attested(
    1,
    "control_introduced",
    "Advanced process control is introduced at the hydrogen production unit or the hydrocracking unit of a refinery",
    evidence=unconfirmed("the measure was read in the official summary; inferred as a criterion", 85, SUMMARY),
)


m.attested(
    2,
    "history_exists",
    "The units exist, and fuel consumption and feed input or production of a period before the project are on record",
    evidence=unconfirmed(
        "the reference needs them; length, frequency, number and exclusions are not known", 85, SUMMARY
    ),
)
declare_criteria_not_read(m, further=True)


@m.fitting
def loads_within_the_history(values):
    """Put the limits of the load ranges around the loads of the history, of which each range gets one."""
    for unit in ("HPU", "HCU"):
        if f"lower_{unit}" in values:
            days = values.get(f"d_{unit}_hist", np.ones(2))
            loads = np.sort(values.get(f"F_{unit}_hist", np.array([1.0, 2.0])) / days)
            middle = loads.mean() if loads[1] > loads[0] else 0.0
            values |= {f"lower_{unit}": np.array([0.0, middle]), f"upper_{unit}": np.array([middle or 1e9, 1e9])}
    return values


# What ver 2.1 changed

later = m.revised(
    "2.1",
    unchanged=primary(SUMMARY_2_1, "the rest of the summary is that of ver 2.0 word for word"),
    identity={
        "number": primary(SUMMARY_2_1),
        "title": primary(SUMMARY_2_1),
        "country": primary(SUMMARY_2_1),
        "sectoral scope": primary(SUMMARY_2_1),
        "version": primary(SUMMARY_2_1, "approved on 9 May 2019, valid; proposed as ID_PM029"),
        "proponent": primary(SUMMARY_2_1, "the Joint Committee; of ver 2.0 Yokogawa Electric Corporation"),
    },
    approved=date(2019, 5, 9),
    note=m.note.replace("is monitored, but takes no part", "and its days are monitored, but take no part"),
)
for unit, name, index in UNITS:
    later.include(days_recorded, rename=of_unit(unit, index), index=index, of=f"({name})")
    later.at_most(f"d_{unit}", "hours", evidence=NO_MORE_HOURS)
later.remove("D_p")
