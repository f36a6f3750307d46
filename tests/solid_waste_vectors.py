"""Numbers to hold the first-order decay of solid waste against.

Source: arithmetic done by hand from the equations of CDM TOOL04 as the R package SWDSFODR (version 08.1)
quotes them, before this library was written. They show that the equations are carried out as written; they
are no published results. The inputs of the one with two waste types are the example of that package. Only IPCC,
the last, was calculated by somebody else's program.

Each vector: the form, what was disposed of (tonnes by waste type and step, steps counted from 1), the
factors, and what is emitted (tCO2) in the steps named. Common factors stand in COMMON.
"""

COMMON = {"f": 0.0, "OX": 0.1, "F": 0.5, "DOC_f": 0.5}
FOOD = {"DOC": 0.15, "k": 0.40}
# φ × GWP × (1 − OX) × 16/12 × F × DOC_f of the first vector, MCF 1 and f 0
FACTOR_BEFORE_SUM = 6.375
# what the first vector tends to: FACTOR_BEFORE_SUM × 1000 t × 0.15
LIMIT = 956.25

VECTORS = [
    {
        "name": "constant disposal of food waste",
        "form": "yearly",
        "W": {"food": [1000.0] * 10},
        "waste": {"food": FOOD},
        "factors": {**COMMON, "φ": 0.85, "GWP_CH4": 25.0, "MCF": 1.0},
        "steps": list(range(1, 11)),
        "emitted": [
            315.2565,
            526.5792,
            668.2330,
            763.1865,
            826.8356,
            869.5010,
            898.1004,
            917.2711,
            930.1217,
            938.7357,
        ],
        "decimals": 4,
    },
    {
        "name": "another potential, 21",
        "form": "yearly",
        "W": {"food": [1000.0]},
        "waste": {"food": FOOD},
        "factors": {**COMMON, "φ": 0.85, "GWP_CH4": 21.0, "MCF": 1.0},
        "steps": [1],
        "emitted": [264.8154],
        "decimals": 4,
    },
    {
        "name": "another potential, 28",
        "form": "yearly",
        "W": {"food": [1000.0]},
        "waste": {"food": FOOD},
        "factors": {**COMMON, "φ": 0.85, "GWP_CH4": 28.0, "MCF": 1.0},
        "steps": [1],
        "emitted": [353.0872],
        "decimals": 4,
    },
    {
        "name": "deep unmanaged site",
        "form": "yearly",
        "W": {"food": [1000.0]},
        "waste": {"food": FOOD},
        "factors": {**COMMON, "φ": 0.85, "GWP_CH4": 25.0, "MCF": 0.8},
        "steps": [1],
        "emitted": [252.2052],
        "decimals": 4,
    },
    {
        "name": "a single disposal",
        "form": "yearly",
        "W": {"food": [1000.0]},
        "waste": {"food": FOOD},
        "factors": {**COMMON, "φ": 0.85, "GWP_CH4": 25.0, "MCF": 1.0},
        "steps": [1, 2, 3, 4, 5],
        "emitted": [315.2565, 211.3227, 141.6539, 94.9534, 63.6492],
        "decimals": 4,
    },
    {
        "name": "two waste types, example of the R package",
        "form": "yearly",
        "W": {"food": [100.0, 120.0, 140.0, 160.0, 180.0], "paper": [50.0, 60.0, 70.0, 80.0, 90.0]},
        "waste": {"food": {"DOC": 0.15, "k": 0.06}, "paper": {"DOC": 0.40, "k": 0.04}},
        "factors": {**COMMON, "φ": 1.0, "GWP_CH4": 28.0, "MCF": 1.0},
        "steps": [5],
        "emitted": [89.62365],
        "decimals": 5,
    },
]

# Monthly form: 1000/12 t every month, factors of the first vector; sums over the months of each year.
MONTHLY = {
    "name": "the same waste by month",
    "form": "monthly",
    "W": {"food": [1000.0 / 12] * 24},
    "waste": {"food": FOOD},
    "factors": {**COMMON, "φ": 0.85, "GWP_CH4": 25.0, "MCF": 1.0},
    "summed": [(1, 12, 181.1716), (13, 24, 436.6994)],  # first month, last month, tCO2
    "decimals": 4,
}

# By the equations 3.1, 3.2 and 3.4 to 3.6 of the IPCC 2006 Guidelines, volume 5, as the package bonsai_ipcc 0.5.3 (MIT
# licence) has them, one after the other; DOC, k and MCF are those of its tables for wet weight in a wet tropical
# climate and a deep unmanaged site. `python tests/differential.py --peer bonsai_ipcc` asks it again, at random.
# The IPCC lets nothing decay in the year of disposal: its emissions of a year are the tool's of the year before.
IPCC = {
    "W": {
        "Food, food waste, beverages and tobacco (other than sludge)": [
            12000.0, 12500.0, 13100.0, 0.0, 14000.0, 14600.0, 15100.0, 15800.0,
        ],
        "Garden, yard and park waste": [3000.0, 3100.0, 0.0, 3300.0, 3400.0, 3500.0, 3600.0, 3700.0],
        "Pulp, paper and cardboard (other than sludge)": [
            1500.0, 1450.0, 1400.0, 1380.0, 1350.0, 1300.0, 1290.0, 1275.0,
        ],
        "Textiles": [200.0, 210.0, 220.0, 230.0, 240.0, 250.0, 260.0, 270.0],
        "Wood and wood products": [400.0, 0.0, 0.0, 500.0, 0.0, 0.0, 600.0, 0.0],
    },
    "recovered": 0.2,
    "OX": 0.1,
    # t of methane in the years 1 to 9, the first of disposal being 1
    "emitted": [
        0.0,
        141.49434245427133,
        245.98593799895644,
        307.6088714067554,
        246.56568289351983,
        342.3596973930036,
        416.4805554817436,
        476.6107904586276,
        526.0132546907353,
    ],
}  # fmt: skip
