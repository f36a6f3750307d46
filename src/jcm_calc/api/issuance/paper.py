"""The issuance request as a page of a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.inputs.project import LABELS, as_text
from jcm_calc.reports.workbook.layout import FIRST, LEFT
from jcm_calc.reports.workbook.page import Page
from jcm_calc.reports.workbook.sheet import Column, NewBook

if TYPE_CHECKING:
    from jcm_calc.api.issuance.allocation import Year
    from jcm_calc.base.problems import Problem
    from jcm_calc.inputs import Period
    from jcm_calc.results.calculation import Calculation
    from jcm_calc.results.credits import Item

NAME, TITLE = _("Issuance request"), _("Issuance request of credits")
WIDTHS = (1.5, 30, 16, 16, 16, 16, 60)


class Request(Protocol):
    """What the page shows; see `jcm_calc.api.issuance.request.IssuanceRequest`."""

    @property
    def project(self) -> Mapping[str, Any]: ...  # noqa: D102

    @property
    def periods(self) -> Sequence[Period]: ...  # noqa: D102

    @property
    def results(self) -> Sequence[Calculation]: ...  # noqa: D102

    @property
    def years(self) -> Sequence[Year]: ...  # noqa: D102

    @property
    def tonnes(self) -> int: ...  # noqa: D102

    @property
    def has_other_terms(self) -> bool: ...  # noqa: D102

    @property
    def rules(self) -> Sequence[Item]: ...  # noqa: D102

    @property
    def remarks(self) -> Sequence[Problem]: ...  # noqa: D102


def workbook(request: Request) -> bytes:
    """Return the file."""
    number = str(request.project["number"])
    book = NewBook(f"{TITLE} {number}")
    head = [Message("{}: {}").format(_("Reference Number"), number)]
    page = Page(book, translated(NAME), TITLE, head, WIDTHS)
    row = _project(page, request, FIRST)
    row = _years(page, request, row)
    row = _parts(page, request, row)
    row = _lines(
        page,
        _("Rules of the scheme that were used"),
        [(i.name, Message("{}: {}").format(i.detail, i.evidence)) for i in request.rules],
        row,
    )
    row = _lines(page, _("Remarks"), [(one.subject, one.complaint) for one in request.remarks], row)
    _lines(page, _("Calculations"), list(_calculations(request)), row)
    return book.content()


def _project(page: Page, request: Request, row: int) -> int:
    project = request.project
    told = [(label, as_text(project[key])) for key, label in LABELS.items() if key in project and key != "number"]
    covers = ", ".join(map(str, request.periods))
    return _lines(page, _("Project"), [*told, (_("monitoring periods"), covers)], row)


def _years(page: Page, request: Request, row: int) -> int:
    page.caption(row, _("Whole tonnes by calendar year"))
    columns = [Column(_("Calendar year"), "label"), *(Column(f"{name}, tCO2", "emissions") for name in RESULTS)]
    columns.append(Column(_("Whole tonnes"), "tonnes", total=True))
    if request.has_other_terms:
        columns.append(Column(_("Other terms of emission reductions, tCO2 (RE − PE − ER)"), "emissions"))
    rows = [
        [year.year, *(year.emissions[name] for name in RESULTS), year.tonnes, year.other_terms][: len(columns)]
        for year in request.years
    ]
    return page.table(row + 1, columns, rows, _("Total")) + 1


def _parts(page: Page, request: Request, row: int) -> int:
    page.caption(row, _("Allocation"))
    columns = [
        Column(_("Account"), "label"),
        Column(_("Calendar year"), "label"),
        Column(_("Asked for"), "symbol"),
        Column(_("Exact, t"), "exact"),
        Column(_("Whole tonnes"), "tonnes", total=True),
    ]
    rows = [
        [part.account, year.year, part.asked, None if part.exact is None else float(part.exact), part.tonnes]
        for year in request.years
        for part in year.parts
    ]
    return page.table(row + 1, columns, rows, _("Total")) + 1


def _lines(page: Page, caption: str, lines: Sequence[tuple[str, str]], row: int) -> int:
    """Write a table of names and texts; return the row after the next one."""
    page.caption(row, caption)
    for number, (name, text) in enumerate(lines or [(_("none"), "")], row + 1):
        page.text(number, LEFT, name, "label")
        page.merge(number, LEFT + 1, page.last, text, "text")
    return row + 2 + max(1, len(lines))


def _calculations(request: Request) -> Any:
    for result in request.results:
        yield result.methodology.heading, _("manifest {hash}").format(hash=result.manifest()["hash"])
