"""`jcm monitor`: from the readings of a case file to monitored parameters, with all that was found."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jcm_calc.case_file import read_case
from jcm_calc.cli import DIFFERS, output
from jcm_calc.problems import Problem, listed

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.monitoring import Monitored

STAGES = 4
FORMATS = (".csv", ".xlsx")
# a reason that begins with = is a text all the same
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False}


def monitor_case(path: Path, *, target: Path | None, force: bool, as_json: bool) -> int:
    """Monitor a case file and write what comes out; return the exit code."""
    if target is not None and target.suffix.casefold() not in FORMATS:
        raise click.BadParameter(f"{target}: write {' or '.join(FORMATS)}", param_hint="--output")
    if target is not None and target.exists() and not force:
        raise click.BadParameter(f"{target} exists already; --force overwrites it", param_hint="--output")
    case = read_case(path)
    with progress_shown() as progress:
        monitored = case.monitor(progress)
    if target is not None and not monitored.open:
        _save(monitored, target)
    if as_json:
        output.data(_as_data(monitored))
    else:
        _page(monitored)
    if monitored.open:
        what = "1 finding has" if len(monitored.open) == 1 else f"{len(monitored.open)} findings have"
        unsaved = f", so {target} is not written" if target is not None else ""
        output.complaints(f"{what} no treatment{unsaved}; choose one in [[readings.treatments]]", _choices(monitored))
    differs = monitored.open or any(not one.agrees for one in monitored.comparisons)
    return DIFFERS if differs else 0


@contextmanager
def progress_shown() -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, nothing in a pipe; yield what to tell it."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=STAGES)
        yield lambda stage: bar.update(task, description=stage, advance=1)


def _save(monitored: Monitored, path: Path) -> None:
    """Write amounts and findings: two sheets of a workbook, or two CSV files."""
    sheets = {"monitored": monitored.table(), "findings": monitored.findings_table()}
    try:
        if path.suffix.casefold() == ".csv":
            sheets["monitored"].to_csv(path, index=False)
            sheets["findings"].to_csv(path.with_name(f"{path.stem}_findings.csv"), index=False)
        else:
            import pandas as pd

            with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": PLAIN}) as writer:
                for name, frame in sheets.items():
                    frame.to_excel(writer, sheet_name=name, index=False)
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be written: {error.strerror}", param_hint="--output") from None


def _as_data(monitored: Monitored) -> dict[str, Any]:
    return {
        "amounts": _records(monitored.table()),
        **monitored.provenance(),
        "sources": monitored.sources(),
        "complete": not monitored.open,
    }


def _records(frame: pd.DataFrame) -> Any:
    return json.loads(frame.to_json(orient="records", double_precision=15))


def _page(monitored: Monitored) -> None:
    output.heading("Amounts")
    rows = monitored.table()
    output.table(
        ["meter", "parameter", "p", "read", "amount", "unit"],
        [
            [row["meter"], row["parameter"], row["p"], _number(row["read"]), _number(row["amount"]), row["unit"]]
            for _, row in rows.iterrows()
        ],
    )
    _findings(monitored)
    _comparisons(monitored)
    for finding in monitored.questions:
        output.paragraph(f"Open question: {finding.meter}, {finding.kind}: {finding.question}")
    files = listed((f"{file.name} ({file.rows:,} rows)" for file in monitored.files), limit=3)
    output.write()
    output.paragraph(f"Read: {files or 'a DataFrame'}. Rules: {monitored.plan.rules.title}.")


def _findings(monitored: Monitored) -> None:
    if not monitored.findings:
        output.heading("No findings")
        return
    output.heading(f"Findings: {len(monitored.findings)}")
    output.table(
        ["code", "meter", "from", "to", "what", "treatment", "effect", "on ER, tCO2e"],
        [
            [
                one.code,
                one.meter,
                monitored.shown(one.start),
                monitored.shown(one.end),
                one.kind,
                one.treatment or "open",
                "" if one.effect is None else f"{_number(one.effect)} {monitored.units[one.meter]}",
                "" if one.tonnes is None else f"{one.tonnes:+,.3f}",
            ]
            for one in monitored.findings
        ],
        [[one.note] for one in monitored.findings],
    )


def _comparisons(monitored: Monitored) -> None:
    if not monitored.comparisons:
        return
    # of the limits that a methodology declares, and that are kept, a line each
    kept: dict[str, list[str]] = {}
    for one in monitored.comparisons:
        if one.declared_by and one.agrees:
            kept.setdefault(f"{one.declared_by}: {one.name.partition(' (')[0]}", []).append(one.period)
    shown = [one for one in monitored.comparisons if not (one.declared_by and one.agrees)]
    output.heading("Cross-checks")
    output.table(
        ["", "p", "left", "right", "difference", "tolerance", "", "on ER, tCO2e"],
        [
            [
                one.name,
                one.period,
                f"{_number(one.left)} {one.unit}",
                f"{_number(one.right)} {one.unit}",
                f"{one.difference:+.3%}",
                f"{one.tolerance:.3%}",
                "agrees" if one.agrees else "differs",
                "" if one.tonnes is None else f"{one.tonnes:+,.3f}",
            ]
            for one in shown
        ],
    )
    for name, periods in kept.items():
        output.paragraph(f"Kept, as declared by {name}, in {', '.join(periods)}", 2)


def _choices(monitored: Monitored) -> list[Problem]:
    return [
        Problem(
            f"{one.meter}, {one.kind}",
            f"{monitored.shown(one.start)} to {monitored.shown(one.end)}: {one.note}; "
            f"one of {', '.join(monitored.plan.rules.treatments.get(one.kind, ())) or 'none in this rule set'}",
            one.code,
        )
        for one in monitored.open
    ]


def _number(amount: float) -> str:
    return f"{amount:,.10g}"
