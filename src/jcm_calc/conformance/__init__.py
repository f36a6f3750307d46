"""Checks that hold for every methodology, for its author to run: `jcm check`.

Inputs are drawn by hypothesis from what the methodology declares, for every combination of its
choices. A property that does not hold by the document's own logic is waived in the module, with a
reason: ``m.waive("zero activity", "…")``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from jcm_calc.conformance import calculations, declared, equations
from jcm_calc.conformance.subject import CHECKS, ConformanceError, Subject
from jcm_calc.declarations import DeclarationError, Methodology
from jcm_calc.problems import InputError

__all__ = ["CHECKS", "ConformanceError", "Outcome", "calculations", "conform", "declared", "equations"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found.

    Attributes
    ----------
    check : str
    failure : str
        Empty where the property holds.
    waived : str
        The module's reason where it is not asked for.
    """

    check: str
    failure: str = ""
    waived: str = ""


def conform(methodology: Methodology, examples: int = 25) -> list[Outcome]:
    """Run every check on a methodology.

    Parameters
    ----------
    methodology : Methodology
    examples : int
        Inputs drawn for each case.

    Returns
    -------
    list of Outcome

    Examples
    --------
    >>> import jcm_calc
    >>> [outcome.check for outcome in conform(jcm_calc.methodology("PW_AM001"), 5) if outcome.failure]
    []
    """
    subject = Subject(methodology, examples)
    outcomes = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, function in CHECKS.items():
            if name in methodology.waivers:
                outcomes.append(Outcome(name, waived=methodology.waivers[name]))
                continue
            try:
                function(subject)
                outcomes.append(Outcome(name))
            except (ConformanceError, DeclarationError, InputError) as error:
                outcomes.append(Outcome(name, str(error)))
    unknown = set(methodology.waivers) - set(CHECKS)
    outcomes += [Outcome(name, f"the module waives {name!r}, but there is no such check") for name in sorted(unknown)]
    return outcomes
