"""`jcm evidence`: files in which a reader of the approved document confirms what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from jcm_calc.case_file import read_case
from jcm_calc.cli import DIFFERS, output
from jcm_calc.confirmation import EvidenceError, EvidenceFile, Statement, blank_file, statements, with_evidence
from jcm_calc.confirmation.applying import evidence_folder, named_files
from jcm_calc.credits import BY_DAYS, treatments
from jcm_calc.declarations import Methodology
from jcm_calc.files import save
from jcm_calc.languages import Message, _, ngettext, translated
from jcm_calc.problems import InputError, Problem
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology


def new_file(
    number: str,
    version: str | None,
    case: Path | None,
    document: Path | None,
    target: Path | None,
    every: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write an evidence file to be filled in: what is not confirmed yet, or every statement."""
    if target is not None:
        output.check_target(target, force, (".toml",))
    m = methodology(number, version)
    found = [statement for statement in statements(m) if every or not statement.confirmed]
    if case is not None:
        found += _treatments(m, case, every)
    try:
        text = blank_file(m, found, document)
    except OSError as error:
        complaint = _("{path} cannot be read: {reason}").format(path=document, reason=error.strerror)
        raise click.BadParameter(translated(complaint), param_hint="--document") from None
    if target is not None:
        try:
            save(target, text.encode(), overwrite=force)
        except OSError as error:
            raise output.unwritable(target, error) from None
    if as_json:
        output.data({"written": target and str(target), "items": [str(one) for one in found], "text": text})
        return
    if target is None:
        output.write(text.rstrip())
        return
    kinds = Counter(one.kind for one in found).items()
    counts = Message(", ").join(_("{count} {kind}").format(count=count, kind=Message(kind)) for kind, count in kinds)
    told = _("{path}: {counts}; then run: jcm evidence check {path}")
    output.paragraph(told.format(path=target, counts=counts or _("nothing is left to confirm")))


def _treatments(m: Methodology, path: Path, every: bool) -> list[Statement]:
    """Return the rules by which the readings and the periods of a case were treated."""
    case = read_case(path)
    if case.methodology != m.number:
        complaint = _("is a case of {given}, not of {number}").format(given=case.methodology, number=m.number)
        raise InputError(path.name, [Problem(path.name, complaint)])
    found = [BY_DAYS] if case.split == "days" else []
    if case.meters:
        found += treatments(case.monitor().tables)
    return [one for one in found if every or not one.confirmed]


def check_files(paths: Sequence[Path], as_json: bool) -> int:
    """Check evidence files against the rule book and each other; return the exit code."""
    files = named_files(paths)
    groups: dict[tuple[str, str], list[EvidenceFile]] = {}
    for file in files:
        groups.setdefault((file.methodology, file.version), []).append(file)
    found, problems, missing = [], list[Problem](), list[Problem]()
    for (number, version), own in groups.items():
        try:
            m = methodology(number, version)
        except MethodologyNotFoundError as error:
            missing += [Problem(file.name, str(error)) for file in own]
            continue
        try:
            confirmed = with_evidence(m, own)
        except EvidenceError as error:
            problems += error.problems
            continue
        left = [statement for statement in statements(confirmed) if not statement.confirmed]
        found.append((m, [file.name for file in own], sum(len(file.entries) for file in own), left))
    if missing:
        raise InputError(_("evidence"), [*missing, *problems])
    if as_json:
        output.data(
            {
                "agrees": not problems,
                "problems": [str(problem) for problem in problems],
                "files": [
                    {"methodology": m.number, "version": m.version, "files": names, "filled in": count}
                    | {"left": [str(one) for one in left]}
                    for m, names, count, left in found
                ],
            }
        )
    for m, names, count, left in found if not as_json else ():
        told = _("{files}: {methodology}, {count} items filled in, {left} left to confirm")
        told = told.format(files=", ".join(names), methodology=m, count=count, left=len(left))
        output.paragraph(told, bold=True)
        output.table([_("kind"), "", _("should stand in")], _rows(left))
    if problems:
        title = ngettext(
            "The evidence differs from the rule book, or from itself, in {count} item",
            "The evidence differs from the rule book, or from itself, in {count} items",
            len(problems),
        )
        output.complaints(title.format(count=len(problems)), problems)
    return DIFFERS if problems else 0


def _rows(left: Iterable[Statement]) -> list[list[str]]:
    return [
        [Message(one.kind), Message("{} {}").format(one.name, one.case) if one.case else one.name, one.section]
        for one in left
    ]


def show_folder(as_json: bool) -> None:
    """Say where evidence files are looked for when none is named, and which are there."""
    folder = evidence_folder()
    names = [path.name for path in sorted(folder.glob("*.toml"))]
    if as_json:
        output.data({"folder": str(folder), "files": names})
    else:
        output.write("\n".join([str(folder), *(f"  {name}" for name in names)]))
