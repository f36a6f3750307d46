"""Checks that hold for every methodology, for its author to run: `jcm check`.

Inputs are drawn by hypothesis from what the methodology declares, for every combination of its
choices. A property that does not hold by the document's own logic is waived in the module, with a
reason: ``m.waive("zero activity", "…")``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from jcm_calc.conformance import calculations, declared, equations
from jcm_calc.conformance.subject import CHECKS, ConformanceError, Subject
from jcm_calc.declarations import DeclarationError, Methodology
from jcm_calc.declarations.faults import place_of
from jcm_calc.evaluation import EvaluationError
from jcm_calc.languages import Message, _
from jcm_calc.problems import InputError

__all__ = ["CHECKS", "ConformanceError", "Outcome", "calculations", "conform", "declared", "equations"]

FIRST = "graph closed"
# What is declared comes before what is calculated with it.
ORDER = {
    name: CHECKS[name]
    for room in (declared, equations, calculations)
    for name in CHECKS
    if CHECKS[name].__module__ == room.__name__
}


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

    @property
    def state(self) -> str:
        """Return ``passed``, ``waived`` or ``failed``."""
        return "failed" if self.failure else "waived" if self.waived else "passed"

    @property
    def asked(self) -> str:
        """What the check asks for."""
        return Message(CHECKS[self.check].__doc__ or "") if self.check in CHECKS else ""


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
        for name, function in ORDER.items():
            if name in methodology.waivers:
                outcomes.append(Outcome(name, waived=methodology.waivers[name]))
                continue
            outcomes.append(Outcome(name, _failure(function, subject)))
            if name == FIRST and outcomes[-1].failure:
                break  # nothing else can be told of equations that do not hang together
    unknown = set(methodology.waivers) - set(CHECKS)
    known = ", ".join(ORDER)
    no_check = _("the module waives {name!r}, but there is no such check: delete it, or name one of {known}")
    return outcomes + [Outcome(name, no_check.format(name=name, known=known)) for name in sorted(unknown)]


def _failure(function: Callable[[Subject], None], subject: Subject) -> str:
    """Return why a check fails, or nothing."""
    try:
        function(subject)
    except InputError as error:
        return error.text
    except (ConformanceError, DeclarationError, EvaluationError) as error:
        return str(error)
    except Exception as error:  # whatever an equation or a unit does to the machinery is for its author
        file, line = place_of(error)
        told = Message("{}: {}").format(type(error).__name__, str(error))
        return told + (_(" ({file} line {line})").format(file=file, line=line) if file else "")
    return ""
