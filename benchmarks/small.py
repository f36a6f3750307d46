"""One project, one period: strings with units in, a Result out; the numbers change each time."""

from __future__ import annotations

from collections.abc import Iterator

import jcm_calc


def project() -> Iterator[float]:
    """Yield the emission reductions of one project after another."""
    number = 0
    while True:
        number += 1
        result = jcm_calc.calculate(
            "ID_AM003",
            EC_PJ=f"{100 + number * 0.001} MWh",
            COP_PJ=f"{1.6 + number * 1e-7}",
            application="individual quick freezer",
            EF_elec=f"{814 + number * 1e-4} kgCO2/MWh",
        )
        yield result.ER.magnitude
