"""Numbers to hold the first-order decay of solid waste against.

Source: arithmetic done by hand from the equations of CDM TOOL04 as the R package SWDSFODR (version 08.1)
quotes them, before this library was written. They show that the equations are carried out as written; they
are no published results. The inputs of the last one are the example of that package.

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
