"""Faults of every kind, planted one at a time into clean workbooks with random inputs."""

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from draws import cases
from fault_kinds import KINDS, WITH_PLAN, Site
from faults import edit
from saying import untranslated
from workbooks import label, sensible_result

from jcm_calc.rulebooks import every
from jcm_calc.verification.verifying import verify

METHODOLOGIES = list(every())


@dataclass(frozen=True)
class Outcome:
    """Whether a fault was found: with one of the codes that are due, at the cell that was changed.

    And what is left in English of the findings in Japanese.
    """

    kind: str
    methodology: str
    found: bool
    told: str
    english: tuple[str, ...]


def outcome(number):
    """Plant the fault of a number, and look for it.

    The kinds take turns; methodology, choices, inputs and cell are drawn. A workbook that has no place for a fault
    of the kind is drawn again.
    """
    kind = list(KINDS)[number % len(KINDS)]
    plant, files = KINDS[kind]
    rng = np.random.default_rng([300, number])
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        clean, wrong, plan = (Path(folder) / f"{name}.xlsx" for name in ("clean", "wrong", "plan"))
        fault = None
        while fault is None:
            m = METHODOLOGIES[rng.integers(len(METHODOLOGIES))]
            case = cases(m)[rng.integers(len(cases(m)))]
            result = sensible_result(m, case, int(rng.integers(2**32)))
            result.to_excel(clean, overwrite=True)
            fault = plant(rng, Site(clean))
        edit(clean, wrong, fault.changes, fault.again)
        if files == WITH_PLAN:
            result.to_excel(plan, plan=result)
        given = plan if files == WITH_PLAN else None
        assert not _named(fault, verify(clean, given)), "found before it was planted"
        found = verify(wrong, given)
    changed = ", ".join(f"{sheet}!{cell} {value!r}" for (sheet, cell), value in fault.changes.items())
    told = f"{number} {label(m, case)}: {changed}; due {fault.codes}; found {[*map(str, _grave(found))]}"
    return Outcome(kind, m.number, bool(_named(fault, found)), told, tuple(untranslated(found.findings, m)))


def _named(fault, verification):
    cell = fault.cell.partition("!")[2]
    return [one for one in _grave(verification) if one.code in fault.codes and cell in one.place]


def _grave(verification):
    return [one for one in verification.findings if one.severity != "question"]


def table(outcomes):
    """A line for each kind: how many were planted and found, and in how many methodologies."""
    lines = []
    for kind, (_, files) in KINDS.items():
        own = [one for one in outcomes if one.kind == kind]
        found, numbers = sum(one.found for one in own), len({one.methodology for one in own})
        lines.append(f"{kind:17} {found:3} of {len(own):3}   in {numbers:2} methodologies   {files}")
    found = sum(one.found for one in outcomes)
    return "\n".join([*lines, f"{'all':17} {found:3} of {len(outcomes):3}   {found / len(outcomes):.1%}"])
