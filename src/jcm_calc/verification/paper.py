"""The working paper: what it says, and the page that can be filed as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from jcm_calc.base.files import check_ending, save
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.reports.html.pages import DISCLAIMER, page
from jcm_calc.verification.basis import Support
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.conclusion import Conclusion
from jcm_calc.verification.findings import Finding, Severity, shown_number, with_unit
from jcm_calc.verification.location import Location

# What a finding is a candidate for; the verifier decides.
REQUESTS = {
    Severity.ERROR: _("corrective action request (CAR)"),
    Severity.QUESTION: _("clarification request (CL)"),
    Severity.WARNING: _("forward action request (FAR), or an observation"),
}
SIGNATURES = (_("Verified by"), _("Independent review"))


def result(verification: Conclusion) -> tuple[str, str]:
    """Return the result of a verification under its name."""
    return _("Verification result"), Message(verification.result)


def summary(verification: Conclusion, checked: bool = True) -> Iterator[tuple[str, str]]:
    """Yield what the head of the paper has, in addition to the result and the table of `amounts`.

    ``checked`` says whether the checks that are not applicable are listed; the papers have a table of all checks.
    """
    yield from verification.identity.lines()
    for text in verification.missing:
        yield _("Missing"), text
    scope = _("recalculation from the entered values; eligibility: {criteria}")
    yield _("Scope"), scope.format(criteria=verification.criteria)
    yield _("Disclaimer"), DISCLAIMER
    if verification.completed:
        yield _("Taken from the case file"), ", ".join(verification.completed)
    for name, tonnes in (
        (_("Reported reductions"), verification.reported),
        (_("Recalculated from the entered values"), verification.recalculated),
        (_("Adjusted for all errors"), verification.adjusted),
    ):
        yield name, _("not known") if tonnes is None else Message("{} t").format(shown_number(tonnes))
    yield _("Misstatement"), _misstatement(verification)
    counts = _(", ").join(_counted(severity, len(verification.of(severity))) for severity in Severity)
    yield _("Findings"), _("{counts}; candidates for CAR, FAR and CL").format(counts=counts)
    if accepted := [one for one in verification.findings if one.accepted is not None]:
        yield _("Accepted"), Message(", ").join(one.number for one in accepted)
    yield _("Basis of the values"), basis(verification)
    yield _("Checks made"), _("{count} of {every}").format(count=len(verification.made), every=len(checks()))
    for need, codes in _by_text(verification.skipped):
        yield _("Checks not made"), _("{codes}: needs {need}").format(codes=codes, need=need)
    for absent, codes in _by_text(verification.inapplicable) if checked else ():
        yield _("Not applicable"), Message("{}: {}").format(codes, absent)
    if verification.ignored:
        codes = ", ".join(check.code for check in verification.ignored)
        counted = _counted(Severity.ERROR, sum(one.severity is Severity.ERROR for one in verification.passed_over))
        yield _("Checks switched off"), _("{codes} ({errors} found by them)").format(codes=codes, errors=counted)
    unconfirmed = _("{count} rules and values of the calculation")
    count = len(verification.unconfirmed)
    yield (
        _("Not confirmed"),
        _("not assessed") if verification.recalculation is None else unconfirmed.format(count=count),
    )


def _misstatement(verification: Conclusion) -> str:
    threshold = verification.threshold
    if threshold is None or verification.recalculation is None:
        return _("not known")
    said = _("{share:.4g} % of ER; materiality threshold {materiality:.4g} % = {threshold:,.6g} tCO2 (not verified)")
    share, materiality = 100 * verification.share, 100 * verification.materiality
    return said.format(share=share, materiality=materiality, threshold=threshold)


def _by_text(checks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each text that is said of checks, with their codes."""
    codes: dict[str, list[str]] = {}
    for code, text in checks.items():
        codes.setdefault(text, []).append(code)
    yield from ((text, ", ".join(own)) for text, own in codes.items())


def amounts(verification: Conclusion) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the table of reported, recalculated and adjusted amounts."""
    columns = _("Reported"), _("Recalculated"), _("Adjusted"), _("Difference"), _("Share of the materiality threshold")
    rows = []
    for one in (*verification.years, verification.total):
        kinds = (one.reported, one.recalculated, one.adjusted)
        for name in ("RE", "PE", "ER"):
            values = [getattr(kind, name) for kind in kinds]
            more = None if None in (values[0], values[2]) else values[0] - values[2]
            shown = (_number(value, ",.3f") for value in (*values, more))
            rows.append([one.year, Message("{} [tCO2]").format(name), *shown, ""])
        tonnes = [kind.tonnes for kind in kinds]
        limit, most = verification.threshold, one.misstatement
        share = "" if most is None or not limit else f"{100 * most / limit:+,.4g} %"
        rows.append([one.year, _("whole tonnes"), *map(_number, (*tonnes, one.difference)), share])
    return [_("Year"), _("Amount"), *columns], rows


def _number(value: float | None, how: str = ",.10g") -> str:
    return "–" if value is None else format(value, how)


def _counted(severity: Severity, count: int) -> str:
    return {
        Severity.ERROR: ngettext("{count} error", "{count} errors", count),
        Severity.WARNING: ngettext("{count} warning", "{count} warnings", count),
        Severity.QUESTION: ngettext("{count} question", "{count} questions", count),
    }[severity].format(count=count)


def details(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what a finding says in addition to its message, each under its name."""
    values = ((_("Found"), finding.found), (_("Expected"), finding.expected))
    yield from ((name, with_unit(value, finding.unit)) for name, value in values if value is not None)
    texts = (
        (_("Basis"), finding.because),
        (_("Effect"), effect(finding)),
        (_("Likely cause"), finding.cause),
        (_("Question to the project participant"), finding.question),
        (_("Not confirmed"), finding.unconfirmed),
        (_("On record"), "" if finding.accepted is None else Message(finding.accepted)),
    )
    yield from ((name, text) for name, text in texts if text)


def effect(finding: Finding) -> str:
    """Say what a finding does to ER; of an error also that it is not known."""
    if finding.effect is not None:
        return str(finding.effect)
    return _("not known") if finding.severity is Severity.ERROR else ""


def basis(verification: Conclusion) -> str:
    """Say how many values rest on what."""
    kinds = {
        "by_readings": _("{count} compared with readings"),
        "by_rows": _("{count} from dated rows"),
        "by_formula": _("{count} from another formula"),
        "typed": _("{count} typed numbers without support in the files"),
    }
    counts = {name: sum(getattr(one, name) for one in verification.support) for name in kinds}
    said = [kinds[name].format(count=count) for name, count in counts.items() if count]
    return _(", ").join(said) or _("none")


def support_table(verification: Conclusion) -> tuple[list[Message], list[list[str]]]:
    """Return headings and rows of the table of what the values rest on."""
    headings = [
        *(_("Parameter"), _("Kind"), _("Cells"), _("Number of values"), _("Support"), _("Cross-check")),
        *(_("Option"), _("Named source")),
    ]
    rows = [
        [
            one.symbol,
            one.kind,
            Message(", ").join(one.cells),
            str(one.count),
            Message("; ").join(_rest_on(one)),
            Message(", ").join(one.cross_checks) or "–",
            one.option or "–",
            Message("'{}'").format(one.source) if one.source else "–",
        ]
        for one in verification.support
    ]
    return headings, rows


def _rest_on(one: Support) -> Iterator[str]:
    """Yield on what the values of a parameter rest, and how many of them."""
    if one.by_readings:
        said = _("readings of {meters}: {count}")
        yield said.format(meters=listed(one.meters, limit=6), count=one.by_readings)
    for said, count in (
        (_("dated rows: {count}"), one.by_rows),
        (_("another formula: {count}"), one.by_formula),
        (_("typed, without support in the files: {count}"), one.typed),
    ):
        if count:
            yield said.format(count=count)
    if one.document:
        yield one.document


def link(verification: Conclusion, place: Location, folder: Path) -> str:
    """Return where a cell is, as seen from a folder: a relative path with sheet and cell; nothing for a meter."""
    if not place.sheet:
        return ""
    named = [one.path for one in verification.identity.files if one.path.name == place.file]
    path = named[0] if named else verification.path
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on another drive
        relative = str(path)
    sheet, cells = place.sheet.replace("'", "''"), place.cells or "A1"
    return f"{relative.replace(os.sep, '/')}#'{sheet}'!{cells}"


def write_page(path: str | os.PathLike[str], verification: Conclusion, overwrite: bool = False) -> None:
    """Write a page of HTML; see `jcm_calc.verification.verifying.Verification.to_html`."""
    check_ending(path, ".html")
    folder = Path(path).resolve().parent

    def linked(place: Location) -> str:
        file, _hash, cell = link(verification, place, folder).partition("#")
        return f"{quote(file)}#{quote(cell)}" if file else ""

    save(path, _filled("verification.html", verification, linked, checked=False).encode(), overwrite=overwrite)


def in_notebook(verification: Conclusion) -> str:
    """Return what a notebook shows of a verification."""
    return _filled("verified.html", verification, lambda place: "")


def _filled(template: str, verification: Conclusion, linked: Callable[[Location], str], checked: bool = True) -> str:
    return page(
        template,
        verification=verification,
        amounts=amounts(verification),
        summary=list(summary(verification, checked)),
        checks=list(check_rows(verification)),
        support=support_table(verification),
        findings={severity: found for severity in Severity if (found := verification.of(severity))},
        requests=REQUESTS,
        signatures=SIGNATURES,
        about=[check for code, check in checks().items() if code in {one.code for one in verification.findings}],
        details=details,
        linked=linked,
    )


def check_rows(verification: Conclusion) -> Iterator[list[str]]:
    """Yield code, title, result, and rule of each check; of one that was not made, why."""
    found: dict[str, list[str]] = {}
    for one in verification.findings:
        found.setdefault(one.code, []).append(one.number)
    off = {check.code for check in verification.ignored}
    for code, check in checks().items():
        if code in off:
            yield [code, check.title, _("switched off"), check.rule]
        elif code in verification.skipped:
            yield [code, check.title, _("not made"), _("needs {need}").format(need=verification.skipped[code])]
        elif code in verification.inapplicable:
            yield [code, check.title, _("not applicable"), verification.inapplicable[code]]
        else:
            yield [code, check.title, Message(", ").join(found.get(code, [])) or _("nothing found"), check.rule]
