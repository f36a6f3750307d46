"""Methane of VN_AM004 by the IPCC's equations of first-order decay, as the package bonsai_ipcc has them.

The package (MIT licence) was written by others for national inventories, from the IPCC 2006 Guidelines, volume 5,
chapter 3: a stock of carbon is carried from year to year. CDM TOOL04 writes the same decay as a sum over all
disposals. Decay, k and DOC by type of waste, DOC_f, MCF, F, OX and the recovered fraction are the same. The rest is
convention, and is allowed for here:

* The IPCC lets waste decay from the year after its disposal, the tool within that year: year y + 1 there is y here.
* The IPCC takes DOC_f and MCF when waste is disposed of, the tool when its methane is emitted: so for each period the
  stock is built up anew with the period's own.
* The IPCC knows years; for the tool's monthly form a step is a month and k a twelfth.
* φ, the global warming potential and the share of a year by days are no part of the IPCC's equations.
"""

import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

MISSING = "bonsai_ipcc is not installed: pip install --no-deps bonsai_ipcc uncertainties"


@cache
def equations() -> Any:
    """Chapter 3 of the package, without the rest of it: that wants fifty packages more, and reads every table."""
    package = find_spec("bonsai_ipcc")
    if package is None:
        raise ModuleNotFoundError(MISSING)
    for name in ("waste", "waste.swd", "waste.waste_generation"):
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = [str(Path(package.origin).parent.joinpath(*name.split(".")))]
    return import_module("waste.swd.elementary")


def methane(given: Mapping[str, Any], decay_form: str) -> list[float]:
    """Methane in tCO2 by period, from the values that a calculation of VN_AM004 is given."""
    yearly = decay_form == "yearly"
    steps = [int(step) for step in given["x_year" if yearly else "x_month"]]
    emitted = []
    for p, (first, last) in enumerate(given["p"]):
        now = first.year if yearly else int(given["p_month"][p])
        days = (last - first).days + 1
        share = days / 366 if yearly and days < 365 else 1.0
        own = {name: float(given[name][p]) for name in ("φ", "f", "DOC_f", "MCF")}
        CH4 = sum(
            of_one_type(dict(zip(steps, tonnes, strict=True)), now, DOC, k if yearly else k / 12, own, given)
            for tonnes, DOC, k in zip(given["W"], given["DOC"], given["k"], strict=True)
        )
        emitted.append(own["φ"] * given["GWP_CH4"] * CH4 * share)
    return emitted


def of_one_type(
    disposed: Mapping[int, float], now: int, DOC: float, k: float, own: Mapping[str, float], given: Mapping[str, Any]
) -> float:
    """Methane in t that one type of waste gives off in a year or month, from what was disposed of in each."""
    ipcc = equations()
    stock = 0.0
    for step in range(min(disposed), now + 1):
        deposited = ipcc.ddoc_from_wd_data(disposed.get(step, 0.0), DOC, own["DOC_f"], own["MCF"])
        stock = ipcc.ddoc_ma_t(deposited, stock, k)
    decomposed = ipcc.ddoc_m_decomp_t(stock, k)
    return ipcc.ch4_emissions(ipcc.ch4_generated(decomposed, given["F"]), given["OX"], own["f"])
