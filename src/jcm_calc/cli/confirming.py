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
from jcm_calc.credits import treatments
from jcm_calc.declarations import Methodology
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
        raise click.BadParameter(f"{document} cannot be read: {error.strerror}", param_hint="--document") from None
    if target is not None:
        try:
            target.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise click.BadParameter(f"{target} cannot be written: {error.strerror}", param_hint="--output") from None
    if as_json:
        output.data({"written": target and str(target), "items": [str(one) for one in found], "text": text})
        return
    if target is None:
        output.write(text.rstrip())
        return
    counts = ", ".join(f"{count} {kind}" for kind, count in Counter(one.kind for one in found).items())
    output.paragraph(f"{target}: {counts or 'nothing is left to confirm'}; then run: jcm evidence check {target}")


def _treatments(m: Methodology, path: Path, every: bool) -> list[Statement]:
    """Return the rules by which the readings of a case were treated."""
    case = read_case(path)
    if case.methodology != m.number:
        raise InputError(path.name, [Problem(path.name, f"is a case of {case.methodology}, not of {m.number}")])
    if not case.meters:
        return []
    return [one for one in treatments(case.monitor().tables) if every or not one.confirmed]


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
        raise InputError("evidence", [*missing, *problems])
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
        output.paragraph(f"{', '.join(names)}: {m}, {count} items filled in, {len(left)} left to confirm", bold=True)
        output.table(["kind", "", "should stand in"], _rows(left))
    if problems:
        output.complaints(
            f"The evidence differs from the rule book, or from itself, in {len(problems)} items", problems
        )
    return DIFFERS if problems else 0


def _rows(left: Iterable[Statement]) -> list[list[str]]:
    return [[one.kind, f"{one.name} {one.case}".strip(), one.section] for one in left]


def show_folder(as_json: bool) -> None:
    """Say where evidence files are looked for when none is named, and which are there."""
    folder = evidence_folder()
    names = [path.name for path in sorted(folder.glob("*.toml"))]
    if as_json:
        output.data({"folder": str(folder), "files": names})
    else:
        output.write("\n".join([str(folder), *(f"  {name}" for name in names)]))
