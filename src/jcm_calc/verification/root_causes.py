"""One finding for one cause: what follows from it is named there, without a separate finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from jcm_calc.base.languages import Message
from jcm_calc.verification.against_plan import MUCH
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import ORDER, Finding, Severity
from jcm_calc.verification.location import joined
from jcm_calc.verification.totals import following

# Of two findings on one value, the one that names the cause goes before the one that only notes a symptom.
SYMPTOMS = ("B5", "B8", "K1", "D7", "D11", "C3", "K2", "B6", "H2")
OF_VALUES = "ABCDFGHJK"
LABEL = "C7"  # of a unit on the calculation sheet
TYPED = ("A1", "A2")  # where they are no errors, the value that is typed in is the right one
RATIO = ("I9", "I10")


def linked(findings: Iterable[Finding], documents: Analyses) -> list[Finding]:
    """Return findings without the symptoms of others, the gravest first."""
    found = _merged(list(findings))
    if "result" in documents.has:
        found = _with_following(found, documents)
        found = _explained(found)
    return sorted(found, key=_weight)


def _size(finding: Finding) -> float:
    """Return how much ER changes with it, in tCO2."""
    return 0.0 if finding.effect is None else abs(finding.effect.exact)


def _weight(finding: Finding) -> tuple[int, float, str, int]:
    """Return a key by which the gravest findings sort first, and those with the largest effect among them."""
    return _gravity(finding), -_size(finding), finding.code[0], int(finding.code[1:])


def _gravity(finding: Finding) -> int:
    """Return the place of its severity, from the gravest on."""
    return ORDER.index(finding.severity or Severity.ERROR)


def _merged(found: Sequence[Finding]) -> list[Finding]:
    """Join what several checks say of one value: what is closest to the cause keeps the rest.

    A finding is never joined to a milder one: an error stays an error.
    """
    causes: dict[str, int] = {}
    for at, finding in sorted(enumerate(found), key=lambda pair: _rank(pair[1])):
        if finding.subject and _changes_values(finding):
            causes.setdefault(finding.subject, at)
    kept = dict(enumerate(found))
    for at, finding in enumerate(found):
        cause = causes.get(finding.subject, at)
        follows = finding.code in SYMPTOMS or (finding.code == "A7" and found[cause].code == "A9")
        if cause != at and follows and _gravity(found[cause]) <= _gravity(finding):
            consequences = (*kept[cause].consequences, _symptom(finding, kept[cause]))
            unresolved = kept[cause].unresolved or finding.unresolved
            kept[cause] = replace(kept[cause], consequences=consequences, unresolved=unresolved)
            del kept[at]
    return list(kept.values())


def _changes_values(finding: Finding) -> bool:
    """Whether a value is another one because of what is found, so that it can be the cause of other findings."""
    if finding.severity is Severity.QUESTION or finding.code[0] not in OF_VALUES or finding.code == LABEL:
        return False
    return finding.severity is Severity.ERROR or finding.code not in TYPED


def _symptom(finding: Finding, cause: Finding) -> str:
    """Return what a finding says, and its cells where these are other ones than those of its cause."""
    message = Message("{}: {}").format(finding.code, finding.message)
    elsewhere = [place for place in finding.places if place.cells and place not in cause.places]
    return Message("{} ({})").format(message, joined(elsewhere)) if elsewhere else message


def _rank(finding: Finding) -> tuple[int, int]:
    """Return a key by which causes sort before symptoms."""
    symptom = SYMPTOMS.index(finding.code) + 1 if finding.code in SYMPTOMS else 0
    return symptom, 0 if finding.code == "A9" else _gravity(finding) + 1


def _with_following(found: list[Finding], documents: Analyses) -> list[Finding]:
    """Name the reported reductions that follow from a slip on the calculation sheet with that slip."""
    consequences, places = tuple(following(documents)), {slip.finding.places for slip in documents.slips}
    slips = [one for one in found if one.places in places and one.severity is Severity.ERROR]
    return _named_with(max(slips, key=_size), consequences, found) if consequences and slips else found


def _explained(found: list[Finding]) -> list[Finding]:
    """Name an excess over the plan with the error that explains it."""
    for ratio in [one for one in found if one.code in RATIO]:
        errors = [one for one in found if one.effect and one.effect.exact > 0 and one.severity is Severity.ERROR]
        cause = max(errors, key=_size, default=None)
        numeric = isinstance(ratio.expected, int | float) and isinstance(ratio.found, int | float)
        if cause is not None and numeric and ratio.found - _size(cause) <= (1 + MUCH) * ratio.expected:
            found = [one for one in _named_with(cause, (_symptom(ratio, cause),), found) if one is not ratio]
    return found


def _named_with(cause: Finding, consequences: tuple[str, ...], found: list[Finding]) -> list[Finding]:
    """Return findings with further consequences of one of them."""
    return [replace(one, consequences=(*one.consequences, *consequences)) if one is cause else one for one in found]
