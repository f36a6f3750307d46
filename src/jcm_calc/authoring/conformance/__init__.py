"""Checks that hold for every methodology, for its author to run: `jcm check`.

Inputs are drawn by hypothesis from what the methodology declares, for every combination of its
choices. A property that does not hold of one item by the document's own logic is waived in the module, with a
reason: ``m.waive("zero activity", "…", of="RE")``.
"""
# ruff: noqa: E402 (without hypothesis nothing below can be imported)

from __future__ import annotations

from jcm_calc.base.problems import require

require("hypothesis", "check")

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jcm_calc.authoring.conformance import calculations, declared
from jcm_calc.authoring.conformance.subject import CHECKS, ConformanceError, Subject
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError
from jcm_calc.declarations.faults import place_of
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import DeclarationError
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError

__all__ = ["CHECKS", "CheckOutcome", "ConformanceError", "calculations", "conform", "declared"]

FIRST = "graph closed"
# What a check can be waived of; every other one always holds.
WAIVABLE = {
    **dict.fromkeys(("zero activity", "units split", "periods add up", "unit invariance"), "results"),
    **dict.fromkeys(("directions", "conservative defaults"), "parameters"),
}


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one check found: why the property does not hold, or the module's reason where it is not asked for."""

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


def conform(methodology: Declarations, examples: int = 25) -> list[CheckOutcome]:
    """Run every check on a methodology.

    Parameters
    ----------
    methodology : Methodology
    examples : int
        Inputs drawn for each case.

    Returns
    -------
    list of CheckOutcome

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
            waived = [str(one) for one in methodology.waivers if one.check == name]
            outcomes.append(CheckOutcome(name, _failure(function, subject), "; ".join(waived)))
            if name == FIRST and outcomes[-1].failure:
                break  # equations that do not hang together have no other properties
    return outcomes + list(_pointless(methodology))


def _pointless(m: Declarations) -> Iterator[CheckOutcome]:
    """Yield the waivers that waive nothing: an unknown check, or one that is not asked of the item."""
    items = {"results": (*RESULTS, *m.terms), "parameters": tuple(m.inputs)}
    for waiver in m.waivers:
        known = items[WAIVABLE[waiver.check]] if waiver.check in WAIVABLE else ()
        if not known:
            complaint = _("the module waives {name!r}; it must be one of {known}")
            yield CheckOutcome(waiver.check, complaint.format(name=waiver.check, known=", ".join(WAIVABLE)))
        elif waiver.of not in known:
            complaint = _("the module waives it of {of!r}; it must be one of {known}")
            yield CheckOutcome(waiver.check, complaint.format(of=waiver.of, known=", ".join(known)))


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
        message = Message("{}: {}").format(type(error).__name__, str(error))
        return message + (_(" ({file} line {line})").format(file=file, line=line) if file else "")
    return ""
