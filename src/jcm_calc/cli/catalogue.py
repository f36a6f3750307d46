"""`jcm list` and `jcm show`: the methodologies, and what each one declares."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jcm_calc.cli import output
from jcm_calc.declarations import Methodology
from jcm_calc.evidence import Evidence, Grade
from jcm_calc.reference_data import partner_countries
from jcm_calc.rulebooks import every, methodology, overview

if TYPE_CHECKING:
    import pandas as pd

LEGEND = {
    "primary": "read in a primary document of the approved methodology or of a project that applies it",
    "secondary": "read in a secondary source that describes the approved methodology",
    "unconfirmed": "everything else: recalled (how surely, in per cent), drafts, studies before approval, sister "
    "methodologies, analogies, derivations; it may estimate, it never certifies a claim",
}


def list_methodologies(as_json: bool) -> None:
    """List every methodology."""
    countries = partner_countries()
    rows = [{**overview(item), "country name": countries.get(item.country, "")} for item in every()]
    if as_json:
        output.data(rows)
        return
    counted = ("equations", "defaults", "criteria")
    output.table(
        ["number", "ver", "country", "scope", *counted],
        [
            [str(row["number"]), str(row["version"]), str(row["country name"] or row["country"]), str(row["scope"])]
            + ["/".join(str(row[f"{what} {grade}"]) for grade in Grade) for what in counted]
            for row in rows
        ],
        [[str(row["title"])] for row in rows],
    )
    if output.width():
        output.heading("Evidence is counted as primary/secondary/unconfirmed")
        _legend()


def show_methodology(number: str, version: str | None, as_json: bool) -> None:
    """Show one methodology."""
    m = methodology(number, version)
    if as_json:
        output.data(_as_data(m))
        return
    output.paragraph(f"{m}: {m.title}", bold=True)
    if m.note:
        output.write()
        output.paragraph(m.note)
    sources = _Sources()
    for title, part in PARTS.items():
        part(m, title, sources)
    sources.write()
    output.heading("Grades")
    _legend()


def _legend() -> None:
    output.table(["", ""], list(LEGEND.items()))


class _Sources:
    """Sources by number, in the order in which they are first referred to."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def note(self, evidence: Evidence | None) -> str:
        """Return what is known about a statement, with the number of its source."""
        if evidence is None:
            return ""
        parts = [evidence.note] if evidence.note else []
        if evidence.certainty is not None:
            parts.append(f"({evidence.certainty} %)")
        if evidence.source is not None:
            number = self.numbers.setdefault(str(evidence.source), len(self.numbers) + 1)
            parts.append(f"[{number}]")
        return f"Evidence: {' '.join(parts)}" if parts else ""

    def write(self) -> None:
        """Write the list of sources."""
        if self.numbers:
            output.heading("Sources")
            output.table(["", ""], [[f"[{number}]", source] for source, number in self.numbers.items()])


def _grade(evidence: Evidence | None) -> str:
    return "" if evidence is None else str(evidence.grade)


def _unit(unit: str) -> str:
    return unit or "-"


# The parts of a methodology, each a function that writes one section


def _identity(m: Methodology, title: str, sources: _Sources) -> None:
    output.heading(title)
    items = _identity_items(m)
    output.table(
        ["", "", "grade"],
        [[item, "see above" if item == "title" else value, _grade(evidence)] for item, value, evidence in items],
        [[sources.note(evidence)] for _, _, evidence in items],
    )


def _identity_items(m: Methodology) -> list[tuple[str, str, Evidence | None]]:
    country = partner_countries().get(m.country, "")
    values = {
        "number": m.number,
        "title": m.title,
        "country": f"{country} ({m.country})" if country else m.country,
        "sectoral scope": str(m.sectoral_scope),
        "version": m.version,
        "approved": str(m.approved or "date not known"),
    }
    others = {item: "" for item in m.identity if item not in values}
    return [(item, value, m.identity.get(item)) for item, value in (values | others).items()]


def _versions(m: Methodology, title: str, sources: _Sources) -> None:
    if not m.other_versions:
        return
    output.heading(title)
    output.table(
        ["version", "approved", "grade"],
        [[item.number, str(item.approved or "not known"), _grade(item.evidence)] for item in m.other_versions],
        [[item.text, sources.note(item.evidence)] for item in m.other_versions],
    )


def _indices(m: Methodology, title: str, sources: _Sources) -> None:
    output.heading(title)
    output.table(["", ""], list(m.indices.items()))


def _choices(m: Methodology, title: str, sources: _Sources) -> None:
    if not m.choices:
        return
    output.heading(title)
    choices, note = m.choices.values(), sources.note
    output.table(
        ["name", "options", "grade"],
        [[choice.name, ", ".join(choice.options), _grade(choice.evidence)] for choice in choices],
        [
            [choice.text, *(f"{option}: {text}" for option, text in choice.options.items()), note(choice.evidence)]
            for choice in choices
        ],
    )


def _parameters(m: Methodology, title: str, sources: _Sources) -> None:
    output.heading(title)
    output.table(
        ["symbol", "name", "unit", "of", "kind", "grade"],
        [
            [item.symbol, item.name, _unit(item.unit), item.indices, str(item.kind), _grade(item.evidence)]
            for item in m.inputs.values()
        ],
        [[item.text, sources.note(item.evidence)] for item in m.inputs.values()],
    )


def _equations(m: Methodology, title: str, sources: _Sources) -> None:
    output.heading(title)
    symbols = m.symbols()
    output.table(
        ["symbol", "unit", "case", "grade"],
        [
            [rule.symbol, _unit(rule.unit), ", ".join(map(" = ".join, rule.when.items())), _grade(rule.evidence)]
            for rule in m.rules
        ],
        [[rule.written(symbols), rule.text, sources.note(rule.evidence)] for rule in m.rules],
    )


def _defaults(m: Methodology, title: str, sources: _Sources) -> None:
    from jcm_calc.declarations.views import entries

    known = [(item, *entry) for item in m.inputs.values() if item.kind == "default" for entry in entries(item)]
    if not known:
        return
    output.heading(title)
    output.table(
        ["symbol", "class", "value", "grade"],
        [
            [item.symbol, key, f"{value.value:.15g} {item.unit}", _grade(value.evidence)]
            for item, _, key, value in known
        ],
        [
            [f"candidate {candidate!r}" if candidate else "", sources.note(value.evidence)]
            for _, candidate, _, value in known
        ],
    )


def _criteria(m: Methodology, title: str, sources: _Sources) -> None:
    if not m.conditions:
        return
    output.heading(title)
    output.table(
        ["no.", "looks at", "grade"],
        [[item.number, ", ".join(item.arguments), _grade(item.evidence)] for item in m.conditions],
        [[item.text, sources.note(item.evidence)] for item in m.conditions],
    )


def _facts(m: Methodology, title: str, sources: _Sources) -> None:
    if not m.facts:
        return
    output.heading(title)
    output.table(
        ["name", "unit", "of"],
        [[item.name, _unit(item.unit), item.indices] for item in m.facts.values()],
        [[item.text, f"one of: {', '.join(item.categories)}" if item.categories else ""] for item in m.facts.values()],
    )


def _derivations(m: Methodology, title: str, sources: _Sources) -> None:
    if not m.derivations:
        return
    output.heading(title)
    output.table(
        ["of", ""],
        [[item.of, str(item)] for item in m.derivations],
        [
            [
                item.text,
                *(
                    f"{name}: {_grade(value.evidence)} {sources.note(value.evidence)}"
                    for name, value in item.values.items()
                ),
            ]
            for item in m.derivations
        ],
    )


PARTS: dict[str, Callable[[Methodology, str, _Sources], None]] = {
    "Identity": _identity,
    "Other versions, of which only the identity is known": _versions,
    "Indices": _indices,
    "Choices": _choices,
    "Parameters": _parameters,
    "Equations": _equations,
    "Default values and candidates": _defaults,
    "How defaults can be derived": _derivations,
    "Eligibility criteria": _criteria,
    "Facts that the criteria look at": _facts,
}


def _as_data(m: Methodology) -> dict[str, Any]:
    """Return a methodology as data for JSON."""
    return {
        "number": m.number,
        "version": m.version,
        "title": m.title,
        "country": m.country,
        "sectoral_scope": m.sectoral_scope,
        "note": m.note,
        "indices": m.indices,
        "identity": {item: {"value": value, **_graded(evidence)} for item, value, evidence in _identity_items(m)},
        "other_versions": [
            {"version": item.number, "approved": item.approved and str(item.approved), "text": item.text}
            | _graded(item.evidence)
            for item in m.other_versions
        ],
        "choices": [
            {"name": item.name, "text": item.text, "options": dict(item.options)} | _graded(item.evidence)
            for item in m.choices.values()
        ],
        "parameters": _records(m.parameters),
        "equations": _records(m.equations),
        "defaults": _records(m.defaults),
        "criteria": _records(m.criteria),
        "derivations": [
            {"of": item.of, "derivation": str(item), "text": item.text}
            | {"values": {name: {"value": one.value, **_graded(one.evidence)} for name, one in item.values.items()}}
            for item in m.derivations
        ],
        "grades": LEGEND,
    }


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


def _records(frame: pd.DataFrame) -> Any:
    return json.loads(frame.reset_index().to_json(orient="records"))
