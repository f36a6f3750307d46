"""Faults of every kind, planted one at a time into clean workbooks with random inputs."""

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from draws import cases
from fault_kinds import KINDS, MORE_KINDS, WITH_PLAN, WITH_ROWS, Site, with_rows
from faults import edit
from saying import untranslated
from workbooks import label, sensible_result

from jcm_calc import Topic
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
    return _outcome(number, kind, plant, files, rng)


def outcome_of_cells(number, seed=19):
    """The same of kinds about amounts and single cells: found, and the result is not that nothing is misstated."""
    kind = list(MORE_KINDS)[number % len(MORE_KINDS)]
    plant, files = MORE_KINDS[kind]
    return _outcome(number, kind, plant, files, np.random.default_rng([seed, number]), open_=True)


def _outcome(number, kind, plant, files, rng, open_=False):
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        clean, wrong, plan = (Path(folder) / f"{name}.xlsx" for name in ("clean", "wrong", "plan"))
        fault = None
        while fault is None:
            m = METHODOLOGIES[rng.integers(len(METHODOLOGIES))]
            case = cases(m)[rng.integers(len(cases(m)))]
            result = sensible_result(m, case, int(rng.integers(2**32)))
            if open_ and any(remark.topic is Topic.IMPLAUSIBLE for remark in result.remarks):
                continue  # a ratio is odd as it is
            result.to_excel(clean, overwrite=True)
            site = Site(clean)
            if files == WITH_ROWS:
                entry = with_rows(rng, site, clean)
                fault = entry and plant(rng, Site(clean), entry)
            else:
                fault = plant(rng, site)
        edit(clean, wrong, fault.changes, fault.again)
        if files == WITH_PLAN:
            result.to_excel(plan, plan=result)
        given = plan if files == WITH_PLAN else None
        assert not _named(fault, verify(clean, given), open_), "found before it was planted"
        found = verify(wrong, given)
    changed = ", ".join(f"{sheet}!{cell} {value!r}" for (sheet, cell), value in fault.changes.items())
    told = f"{number} {label(m, case)}: {changed}; due {fault.codes}; found {[*map(str, _grave(found))]}"
    told += f"; {found.result}" if open_ else ""
    named = bool(_named(fault, found, open_)) and not (open_ and found.clean)
    return Outcome(kind, m.number, named, told, tuple(untranslated(found.findings, m)))


def _named(fault, verification, open_=False):
    cell = fault.cell.partition("!")[2]
    found = [one for one in verification.findings if one.unresolved] if open_ else []
    found = [*_grave(verification), *found]
    return [one for one in found if one.code in fault.codes and cell in one.place]


def _grave(verification):
    return [one for one in verification.findings if one.severity != "question"]


def table(outcomes, kinds=None):
    """A line for each kind: how many were planted and found, and in how many methodologies."""
    lines = []
    for kind, (_, files) in (kinds or KINDS).items():
        own = [one for one in outcomes if one.kind == kind]
        found, numbers = sum(one.found for one in own), len({one.methodology for one in own})
        lines.append(f"{kind:18} {found:3} of {len(own):3}   in {numbers:2} methodologies   {files}")
    found = sum(one.found for one in outcomes)
    return "\n".join([*lines, f"{'all':17} {found:3} of {len(outcomes):3}   {found / len(outcomes):.1%}"])
