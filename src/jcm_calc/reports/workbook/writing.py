"""The workbook as a whole: monitoring plan, monitoring structure, and a set of report sheets a year."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jcm_calc.base.files import check_ending, save
from jcm_calc.base.languages import Message, _, in_language, translated
from jcm_calc.base.problems import InputError, Problem, shown
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import Period
from jcm_calc.inputs.confirmation import EvidenceFile
from jcm_calc.inputs.project import LABELS, Sources, checked, without_column
from jcm_calc.readings import record
from jcm_calc.reports.workbook import evidence_sheet, input_sheet, record_sheet
from jcm_calc.reports.workbook.calculation_sheet import WIDTHS, CalculationSheet
from jcm_calc.reports.workbook.contents import Contents, of_result, of_template, without_plan
from jcm_calc.reports.workbook.input_sheet import InputSheet
from jcm_calc.reports.workbook.layout import FIRST, LEFT, SheetLayout
from jcm_calc.reports.workbook.page import Page
from jcm_calc.reports.workbook.sheet import Column, NewBook
from jcm_calc.reports.workbook.sheet_sets import KINDS, ON_STRUCTURE, ROLES
from jcm_calc.results.calculation import Calculation, check_result

USES = {"MPS": _("[Attachment to Project Design Document]"), "MRS": _("[For Verification]")}
BLANK_ROLES = 6
STAGES = ("report", "plan")


def write_result(
    path: str | os.PathLike[str],
    result: Calculation,
    plan: Calculation | None,
    stage: str,
    project: Mapping[str, Any] | None,
    sources: Sources | None,
    overwrite: bool,
    language: str | None,
) -> None:
    """Write the workbook of a result; see `jcm_calc.Result.to_excel`."""
    check_ending(path, ".xlsx")
    said, monitoring = checked(result.methodology, project, sources)
    published = {name: {"source": translated(result.source(name))} for name in result.inputs.published}
    monitoring = {**published, **monitoring}
    InputError.raise_for(_("workbook"), _stage_problems(stage, result, plan))
    readings = record.of_tables(result.call["tables"])
    if stage == "plan":
        sets = of_result(result, "MPS")
    else:
        reports = of_result(result, "MRS")
        plans = of_result(plan, "MPS") if plan is not None else [without_plan(reports[0])]
        sets = [*plans, *reports]
    entered = {name for contents in sets for name in contents.entries}
    InputError.raise_for(str(result.methodology), without_column(result.methodology, monitoring, entered))
    evidence = result.call["evidence"]
    with in_language(language):
        content = _written(sets, said, monitoring, evidence, readings)
    save(path, content, overwrite=overwrite)


def _stage_problems(stage: str, result: Calculation, plan: Calculation | None) -> Iterator[Problem]:
    """Yield what keeps a workbook of this stage from being written."""
    if stage not in STAGES:
        complaint = _("got {given}; must be one of {names}")
        yield Problem("stage", complaint.format(given=shown(stage), names=", ".join(STAGES)))
    if plan is not None:
        check_result("plan", plan)
    if plan is not None and stage == "plan":
        yield Problem(_("plan"), _("fills the plan of a report: leave it out, or write the report"))
    if plan is not None and str(plan.methodology) != str(result.methodology):
        complaint = _("follows {plan}, and the report {report}")
        yield Problem(_("plan"), complaint.format(plan=plan.methodology, report=result.methodology))
    if stage == "plan" and record.of_tables(result.call["tables"]) is not None:
        yield Problem("stage", _("the values were read from meters: this is a report and not a plan"))


def write_template(
    path: str | os.PathLike[str],
    methodology: Declarations,
    units: int | Mapping[str, int],
    years: Sequence[int],
    overwrite: bool,
    language: str | None,
) -> None:
    """Write the empty workbook; see `jcm_calc.Methodology.template`."""
    check_ending(path, ".xlsx")
    others = [letter for letter in methodology.indices if letter != "p"]
    counts = dict(units) if isinstance(units, Mapping) else dict.fromkeys(others, units)
    InputError.raise_for(str(methodology), _template_problems(methodology, others, counts, years))
    blank = [Period(None, None, "")]
    plan = of_template(methodology, counts, blank, "MPS")
    periods = [[Period.parse(str(year))] for year in sorted(years)] or [blank]
    reports = [of_template(methodology, counts, own, "MRS") for own in periods]
    with in_language(language):
        content = _written([plan, *reports], {}, {})
    save(path, content, overwrite=overwrite)


def _template_problems(
    methodology: Declarations, others: Sequence[str], counts: Mapping[str, Any], years: Sequence[int]
) -> Iterator[Problem]:
    no_index, known = _("{letter} is not an index of {methodology}, which has {known}"), ", ".join(others) or _("none")
    for letter in (letter for letter in counts if letter not in others):
        yield Problem(_("units"), no_index.format(letter=repr(letter), methodology=methodology, known=known))
    for count in counts.values():
        if isinstance(count, bool) or not isinstance(count, int):
            yield Problem(_("units"), _("got {count}; must be a whole number").format(count=shown(count)))
        elif count < 1:
            yield Problem(_("units"), _("got {count}; must be 1 or more").format(count=count))
    if len(set(years)) < len(years):
        yield Problem(_("years"), _("got a year twice; must be given once"))


def _written(
    sets: Sequence[Contents],
    project: Mapping[str, Any],
    sources: Sources,
    evidence: Sequence[EvidenceFile] = (),
    readings: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the file."""
    m = sets[0].methodology
    symbols = [*(one.symbol for one in m.inputs.values()), *(rule.symbol for rule in m.rules)]
    book = NewBook(file_name(m), m.title, symbols)
    metered = sources if readings is None else record_sheet.monitoring_columns(readings, sources, m)
    plan: SheetLayout | None = None
    for number, contents in enumerate(sets):
        layout = SheetLayout(contents, _suffix(sets, number))
        shown = sources if contents.kind == "MPS" else metered
        _write_set(book, layout, plan, head(m, project), shown)
        if contents.kind == "MPS":
            plan = layout
            _structure(book, head(m, project), project)
        elif number == 1:
            book.book.get_worksheet_by_name(layout.input).activate()
    if readings is not None:
        title, note = record_sheet.TITLE, record_sheet.NOTE
        record_sheet.write(Page(book, record_sheet.SHEET, title, head(m, project), record_sheet.WIDTHS, note), readings)
    if evidence:
        title, widths = evidence_sheet.TITLE, evidence_sheet.WIDTHS
        evidence_sheet.write(Page(book, evidence_sheet.NAME, title, head(m, project), widths), evidence)
    return book.content()


def _suffix(sets: Sequence[Contents], number: int) -> str:
    """Return what further years add to the names of sheets."""
    contents = sets[number]
    if contents.kind == "MPS" or number < 2:
        return ""
    year = contents.periods[0].year
    return f" {year}" if year else f" {contents.periods[0].label or number}"


def _write_set(
    book: NewBook, layout: SheetLayout, plan: SheetLayout | None, lines: Sequence[str], sources: Sources
) -> None:
    kind, note = layout.contents.kind, layout.contents.note

    def page(name: str, role: str, widths: tuple[float, ...], end: int = 0) -> Page:
        title = Message("{} ({}) {}").format(KINDS[kind], ROLES[role], USES[kind])
        return Page(book, name, title, lines, [*widths, *widths[-1:] * (end + 1 - len(widths))], note)

    sheet = page(layout.input, "input", input_sheet.WIDTHS)
    InputSheet(sheet, layout, plan, sources).write()
    if layout.entry_blocks or layout.class_tables:
        sheet = page(layout.separate, "separate", input_sheet.WIDTHS_OF_UNITS, layout.separate_end)
        InputSheet(sheet, layout, plan, sources).write_units()
    CalculationSheet(page(layout.calc, "calc", WIDTHS, layout.calc_end), layout).write()


def _structure(book: NewBook, lines: Sequence[str], project: Mapping[str, Any]) -> None:
    """Write the monitoring structure: who is responsible for what."""
    title = Message("{} {}").format(_("Monitoring Structure Sheet"), USES["MPS"])
    page = Page(book, "MSS", title, lines, (1.5, 40, 90))
    said = {LABELS[key]: project[key] for key in ON_STRUCTURE if key in project}
    heads = FIRST + (len(said) + 2 if said else 0)
    if said:
        page.caption(FIRST, _("Project"))
    for row, (label, value) in enumerate(said.items(), FIRST + 1):
        page.text(row, LEFT, label, "label")
        parts = [f"{year}: {one}" for year, one in value.items()] if isinstance(value, Mapping) else value
        page.text(row, LEFT + 1, "\n".join(parts) if isinstance(parts, list | tuple) else str(parts), "entered text")
    people = list(project.get("personnel", {}).items()) or [("", "")] * BLANK_ROLES
    columns = [Column(_("Responsible personnel"), "entered text"), Column(_("Role"), "entered text")]
    page.table(heads, columns, people)
    for row in range(heads + 1, heads + 1 + len(people)):
        page.set_height(row, 30)


def head(methodology: Declarations, project: Mapping[str, Any]) -> list[str]:
    """Return the lines at the top right of each sheet."""
    number = project.get("number")
    scope = _("Sectoral scope: {number:02}").format(number=methodology.sectoral_scope)
    second = Message("{}: {}").format(_("Reference Number"), number) if number else scope
    return [
        _("Monitoring Spreadsheet: {name}").format(name=file_name(methodology)),
        second,
        *([Message("; ").join(methodology.notices)] if methodology.notices else []),
    ]


def file_name(methodology: Declarations) -> str:
    """Return what the official spreadsheet of a methodology is called."""
    return f"JCM_{methodology.number}_ver{version_text(methodology.version)}"


def version_text(version: str) -> str:
    """Write a version as the official sheets do.

    Examples
    --------
    >>> version_text("2.0")
    '02.0'
    """
    major, _, minor = version.partition(".")
    return f"{int(major):02}.{minor or 0}"
