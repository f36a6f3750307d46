"""`jcm explain` and `jcm report`: a result made plain, at the terminal and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import _, translated
from jcm_calc.cli import output
from jcm_calc.cli.calculating import monitored_shown, read
from jcm_calc.cli.codes import DIFFERS
from jcm_calc.results.calculating import without_warnings

if TYPE_CHECKING:
    from jcm_calc.reports.explanation import Explanation, Step


def explain_case(path: Path, name: str, at: Sequence[str], evidence: Sequence[Path] | None, as_json: bool) -> None:
    """Explain a quantity of a case file."""
    pairs = [one.partition("=") for one in at]
    if wrong := [one for one, (letter, sign, label) in zip(at, pairs, strict=True) if not (letter and sign and label)]:
        complaint = _("{wrong}: write an index and a label, such as p=2024").format(wrong=", ".join(wrong))
        raise output.bad("--at", complaint)
    with without_warnings(), output.working(_("calculating")):
        given = read(path)
        result = given.case.calculate(evidence=evidence)
    found = result.explain(name, **{letter: label for letter, _, label in pairs})
    if as_json:
        output.data(_as_data(found))
    else:
        output.write("\n".join(_printable(line) for line in translated(str(found)).splitlines()))
    output.remarks([*given.remarks, *result.remarks])


def _printable(line: str) -> str:
    """Return a line, with its indent, without control characters."""
    return line[: len(line) - len(line.lstrip())] + output.clean(line)


def _as_data(found: Explanation) -> dict[str, Any]:
    return {
        "title": found.title,
        "followed": {letter: {"label": label, "of": count} for letter, (label, count) in found.place.items()},
        "steps": [_step(found, step) for step in found.steps],
    }


def _step(found: Explanation, step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "symbol": step.symbol,
        "text": step.text,
        "equation": step.equation.written(found.symbols) if step.equation else None,
        "numbers": str(step.numbers) if step.numbers is not None else None,
        "value": step.value,
        "from": step.source,
        "operands": step.operands,
        "note": step.note,
        "section": step.section,
        "grade": step.grade or None,
        "evidence": step.because,
    }


def report_case(
    path: Path, target: Path, force: bool, evidence: Sequence[Path] | None, strict: bool, as_json: bool
) -> int:
    """Write the report of a case file; return the exit code."""
    output.check_target(target, force, (".html",))
    with without_warnings():
        with output.working(_("reading")):
            given = read(path)
        monitored = monitored_shown(given.case, evidence)
        with output.working(_("calculating")):
            result = given.case.calculate(monitored, evidence)
    case, published = given.case, given.case.compare(result)
    with output.writing(target):
        result.to_html(target, project=case.project, sources=case.sources, published=published, overwrite=force)
    if as_json:
        data = {"written": str(target), "unconfirmed": len(result.unconfirmed)}
        output.data({**data, "remarks": [remark.as_data() for remark in result.remarks]})
    else:
        output.write(_("{path} is written").format(path=output.clean(str(target))))
    output.remarks([*given.remarks, *result.remarks])
    return DIFFERS if strict and (given.remarks or result.remarks) else 0
