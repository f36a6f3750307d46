"""PW_AM001, small-scale solar PV in Palau, written from the published facts alone.

The form is that of the sister methodology of the Maldives. The factor 0.533 tCO2/MWh is published for the
most efficient diesel generator; that it is the factor of this methodology is not confirmed.
"""

from math import fsum

from independent.rules import count_periods


def reference_project_reductions(
    EG: list[list[float]],
    EF_RE: float = 0.533,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EG`` is the AC output in MWh by unit and period, ``EF_RE`` is in tCO2/MWh.
    """
    periods = count_periods(EG)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference = []
        for i in range(len(EG)):
            reference.append(EG[i][p] * EF_RE)  # noqa: PERF401
        RE.append(fsum(reference))
        PE.append(0.0)
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
