"""Units as people write them on the sheets of the scheme, where a ton is the metric one and a year is the period."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from jcm_calc.inputs.periods import Period

TON_OF_CO2 = re.compile(r"(?<!\w)(?:metric )?tons?[-_ .]?(?=(?:of )?CO2)(?:of )?", re.I)
WATT_HOURS = re.compile(r"(?<!\w)([kKMG])[wW][hH](?!\w)")
PER_YEAR = re.compile(r"\s*(?:/|\bper\b)\s*(?:years?|yr|y|annum|a|年)(?=\s*[\])]?$)", re.I)
PER_PERIOD = re.compile(r"\s*(?:/|\bper\b)\s*(?:monitoring period|period|期間?)(?=\s*[\])]?$)", re.I)


def plain_unit(unit: str, declared: str, periods: Sequence[Period]) -> str:
    """Return a unit of a sheet as the library writes it.

    Per year is taken as per period only where the periods are years and the declared unit is not per year.

    Examples
    --------
    >>> year = [Period.parse("2017")]
    >>> plain_unit("[MWh/year]", "MWh", year), plain_unit("tonCO2/MWh", "tCO2/MWh", year)
    ('[MWh]', 'tCO2/MWh')
    >>> plain_unit("MWh/year", "MWh", [Period.parse("2017-07-01/2017-12-31")])
    'MWh/year'
    """
    text = PER_PERIOD.sub("", unicodedata.normalize("NFKC", unit))
    if all(period.dated and period.days in (365, 366) for period in periods) and not PER_YEAR.search(declared):
        text = PER_YEAR.sub("", text)
    text = TON_OF_CO2.sub("t", text)
    return WATT_HOURS.sub(lambda match: f"{match[1].replace('K', 'k')}Wh", text)
