"""`jcm list` and `jcm show`: the methodologies, and what each one declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import GRADES, Evidence
from jcm_calc.reference_data import partner_countries
from jcm_calc.rulebooks import broken, every, known, methodology, not_calculated, overview


def list_methodologies(as_json: bool, with_known: bool) -> int:
    """List every methodology, and those that are known and not implemented, where asked for; return the exit code."""
    countries = partner_countries()
    methodologies = list(every())
    rows = [{**overview(item), "country name": countries.get(item.country, "")} for item in methodologies]
    unusable = broken()
    code = DIFFERS if unusable else 0
    if as_json:
        output.data([*rows, *(_known_as_data() if with_known else ()), *map(asdict, unusable)])
        return code
    counted = (_("equations"), _("defaults"), _("criteria"))
    output.table(
        [_("number"), _("ver"), _("country"), _("scope"), *counted],
        [
            [row["number"], row["version"], Message(str(row["country name"] or row["country"])), row["scope"]]
            + ["/".join(str(row[f"{what} {grade}"]) for grade in GRADES) for what in counted]
            for item, row in zip(methodologies, rows, strict=True)
        ],
        [[item.title, *item.notices, *_not_calculated(item)] for item in methodologies],
    )
    if output.width():
        output.heading(_("Evidence is counted as primary/secondary/unconfirmed"))
        _legend()
    if with_known:
        output.heading(_("Known, not implemented"))
        output.table(
            [_("number"), _("ver"), _("country"), _("scope"), _("approved"), _("grade")],
            [
                [
                    *(one.number, one.version, Message(countries.get(one.country, one.country))),
                    *(one.sectoral_scope, one.approved, one.evidence.grade),
                ]
                for one in known()
            ],
            [
                [one.title, _("read: {text}").format(text=f"{one.evidence.note} [{one.evidence.source}]")]
                for one in known()
            ],
        )
    output.broken(unusable)
    return code


def _not_calculated(item: Declarations) -> Iterator[str]:
    if versions := not_calculated(item):
        yield _("known, not calculated: {versions}").format(versions=", ".join(versions))


def _known_as_data() -> list[dict[str, Any]]:
    """Return what is known and not implemented as rows for JSON."""
    return [
        {
            "number": item.number,
            "version": item.version or None,
            "title": item.title,
            "country": item.country,
            "scope": item.sectoral_scope,
            "approved": item.approved and str(item.approved),
            "implemented": False,
            **_graded(item.evidence),
        }
        for item in known()
    ]


def show_methodology(subject: str, version: str | None, page: Path | None, force: bool, as_json: bool) -> int:
    """Show one methodology, by its number or by the file of its module; return the exit code."""
    from jcm_calc.cli.checking import UnusableError, is_path, of_file

    output.check_target(page, force, (".html",), "--html")
    try:
        m = of_file(Path(subject), version) if is_path(subject) else methodology(subject.upper(), version)
    except UnusableError as error:
        return error.write()
    if page is not None:
        from jcm_calc.reports.html.display import methodology_file

        with output.writing(page, "--html"):
            save(page, methodology_file(m).encode(), overwrite=force)
    if as_json:
        output.data(_as_data(m) if page is None else {"written": str(page), "methodology": m.number})
    elif page is None:
        _every_section(m)
    return 0


def _every_section(m: Declarations) -> None:
    from jcm_calc.reports.html.sections import Sources, sections

    output.paragraph(Message("{}: {}").format(m.heading, m.title), bold=True)
    if m.note:
        output.write()
        output.paragraph(m.note)
    sources = Sources()
    for section in sections(m, sources):
        output.heading(section.title)
        output.table(section.headings, section.rows, section.details)
        if section.note:
            output.paragraph(section.note, 2)
    if sources.numbers:
        output.heading(_("Sources"))
        output.table(["", ""], [[f"[{number}]", source] for source, number in sources.numbers.items()])
    output.heading(_("Grades"))
    _legend()


def _legend() -> None:
    from jcm_calc.reports.html.sections import LEGEND

    output.table(["", ""], [[Message(word), text] for word, text in LEGEND.items()])


def _as_data(m: Declarations) -> dict[str, Any]:
    """Return a methodology as data for JSON."""
    from jcm_calc.api import views
    from jcm_calc.reports.html.sections import LEGEND, identity

    return {
        "number": m.number,
        "version": m.version,
        "title": m.title,
        "country": m.country,
        "sectoral_scope": m.sectoral_scope,
        "notices": list(map(str, m.notices)),
        "in_use": {version: list(users) for version, users in m.in_use.items()},
        "note": m.note,
        "indices": m.indices,
        "identity": {item: {"value": value, **_graded(evidence)} for item, value, evidence in identity(m)},
        "other_versions": [
            {"version": item.number, "approved": _day(item.approved), "until": _day(item.until), "text": item.text}
            | _graded(item.evidence)
            for item in m.other_versions
        ],
        "choices": [
            {"name": item.name, "text": item.text, "options": dict(item.options)} | _graded(item.evidence)
            for item in m.choices.values()
        ],
        "parameters": output.records(views.parameters(m).reset_index()),
        "equations": output.records(views.equations(m).reset_index()),
        "defaults": output.records(views.defaults(m).reset_index()),
        "criteria": output.records(views.criteria(m).reset_index()),
        "derivations": [
            {"of": item.of, "derivation": str(item), "text": item.text}
            | {"values": {name: {"value": one.value, **_graded(one.evidence)} for name, one in item.values.items()}}
            for item in m.derivations
        ],
        "passages": [
            {"section": str(one.part), "subject": str(one.subject), "text": one.text, "gas": one.gas or None}
            | {"counted": one.counted, **_graded(one.evidence)}
            for one in m.passages
        ],
        "waivers": [
            {"check": one.check, "of": one.of, "reason": one.reason, **_graded(one.evidence)} for one in m.waivers
        ],
        "grades": LEGEND,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)


def _graded(evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        return {"grade": None}
    source = str(evidence.source) if evidence.source else None
    return {
        "grade": str(evidence.grade),
        "certainty": evidence.certainty,
        "evidence": evidence.note,
        "source": source,
    }
