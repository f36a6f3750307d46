"""`jcm monitor`: from the readings of a case file to monitored parameters, with all that was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.api.case_file import read_case
from jcm_calc.base.files import guarded, save
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.reports.workbook.sheet import Column, NewBook

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.readings import Monitored
    from jcm_calc.readings.files import ReadFile

SINCE = _("from{}").format("")  # a time: another word, in Japanese, than that for where a value is from
FORMATS = (".csv", ".xlsx")


def monitor_case(
    path: Path, target: Path | None, force: bool, evidence: EvidenceFiles, strict: bool, as_json: bool
) -> int:
    """Monitor a case file and write what comes out; return the exit code."""
    if target is not None:
        output.check_target(target, force, FORMATS)
        if target.suffix.casefold() == ".csv":
            output.check_target(_findings_file(target), force, FORMATS)
    case = read_case(path)
    with output.stages() as progress:
        monitored = case.monitor(progress, evidence)
    if target is not None and not monitored.open:
        _save(monitored, target, force)
    if as_json:
        output.data(_as_data(monitored))
    else:
        _page(monitored)
    if monitored.open:
        title = ngettext(
            "{count} finding has no treatment{unsaved}; choose one in [[readings.treatments]]",
            "{count} findings have no treatment{unsaved}; choose one in [[readings.treatments]]",
            len(monitored.open),
        )
        unsaved = _(", so {path} is not written").format(path=target) if target is not None else ""
        output.complaints(title.format(count=len(monitored.open), unsaved=unsaved), monitored.open_problems())
    if monitored.open or any(not one.agrees for one in monitored.comparisons):
        return DIFFERS
    return DIFFERS if strict and (monitored.findings or monitored.questions) else 0


def _findings_file(path: Path) -> Path:
    """Return the second file that goes with amounts in CSV: the findings."""
    return path.with_name(f"{path.stem}_findings.csv")


def _save(monitored: Monitored, path: Path, force: bool) -> None:
    """Write amounts and findings: two sheets of a workbook, or two CSV files."""
    amounts, findings = monitored.table(), monitored.findings_table()
    with output.writing(path):
        if path.suffix.casefold() == ".csv":
            save(_findings_file(path), guarded(findings).to_csv(index=False).encode(), overwrite=force)
            save(path, guarded(amounts).to_csv(index=False).encode(), overwrite=force)
        else:
            save(path, _workbook(monitored=amounts, findings=findings), overwrite=force)


def _workbook(**tables: pd.DataFrame) -> bytes:
    """Return a workbook with a sheet for each table, which has names as in a file for programs."""
    book = NewBook("")
    for name, table in tables.items():
        columns = [Column(str(heading), "exact" if table[heading].dtype.kind in "fi" else "text") for heading in table]
        book.listing(name, columns, table.itertuples(index=False))
    return book.content()


def _as_data(monitored: Monitored) -> dict[str, Any]:
    return {
        "amounts": output.records(monitored.table()),
        **monitored.provenance(),
        "sources": monitored.sources(),
        "outside": {
            meter: {"readings": count, "first": monitored.shown(first), "last": monitored.shown(last)}
            for meter, (count, first, last) in monitored.outside.items()
        },
        "complete": not monitored.open,
    }


def _page(monitored: Monitored) -> None:
    output.heading(_("Amounts"))
    output.table(
        [_("meter"), _("parameter"), "p", _("read"), _("amount"), _("unit")],
        [
            [row["meter"], row["parameter"], row["p"], _number(row["read"]), _number(row["amount"]), row["unit"]]
            for row in monitored.table().to_dict("records")
        ],
    )
    _findings(monitored)
    _comparisons(monitored)
    for finding in monitored.questions:
        fields = {"meter": finding.meter, "kind": finding.kind, "question": finding.question}
        output.paragraph(_("Open question: {meter}, {kind}: {question}").format(**fields))
    files = listed(map(_file, monitored.files), limit=3)
    output.write()
    read = _("Read: {files}. Rules: {rules}.")
    output.paragraph(read.format(files=files or _("a DataFrame"), rules=monitored.plan.rules.title))
    if waiting := [path.name for one in monitored.plan.readings for path in one.waiting]:
        left = _("Not read, because they may still be written: {files}.")
        output.paragraph(left.format(files=listed(waiting, limit=9)))
    for meter, (count, first, last) in monitored.outside.items():
        outside = _("Outside the period, readings of {meter}: {count:,}, {first} to {last}.")
        said = {"first": monitored.shown(first), "last": monitored.shown(last)}
        output.paragraph(outside.format(count=count, meter=meter, **said))


def _file(file: ReadFile) -> str:
    """Return the name of a file, and what became of its lines."""
    counts = [_("{rows:,} rows").format(rows=file.rows)]
    if file.skipped:
        counts.append(_("{rows:,} left out as stated").format(rows=file.skipped))
    if file.blank:
        counts.append(_("{rows:,} blank").format(rows=file.blank))
    return Message("{} ({})").format(file.name, ", ".join(counts))


def _findings(monitored: Monitored) -> None:
    if not monitored.findings:
        output.heading(_("No findings"))
        return
    output.heading(_("Findings: {count}").format(count=len(monitored.findings)))
    output.table(
        [_("code"), _("meter"), SINCE, _("to"), _("what"), _("treatment"), _("effect"), _("on ER, tCO2e")],
        [
            [
                one.code,
                one.meter,
                monitored.shown(one.start),
                monitored.shown(one.end),
                one.kind,  # a name to be written in the case file, as a treatment is
                one.treatment or _("open"),
                None if one.effect is None else f"{_number(one.effect)} {monitored.units[one.meter]}",
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
    output.heading(_("Cross-checks"))
    output.table(
        ["", "p", _("left"), _("right"), _("difference"), _("tolerance"), "", _("on ER, tCO2e")],
        [
            [
                one.name,
                one.period,
                f"{_number(one.left)} {one.unit}",
                f"{_number(one.right)} {one.unit}",
                f"{one.difference:+.3%}",
                f"{one.tolerance:.3%}",
                _("agrees") if one.agrees else _("differs"),
                "" if one.tonnes is None else f"{one.tonnes:+,.3f}",
            ]
            for one in shown
        ],
    )
    for name, periods in kept.items():
        message = _("Kept, as declared by {name}, in {periods}").format(name=name, periods=", ".join(periods))
        output.paragraph(message, 2)


def _number(amount: float) -> str:
    return f"{amount:,.10g}"
