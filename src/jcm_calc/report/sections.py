"""What a methodology declares, section by section: for the terminal (`jcm show`), a notebook, and its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jcm_calc.declarations import Methodology, Value
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.evidence import Evidence
from jcm_calc.reference_data import partner_countries

LEGEND = {
    "primary": "read in a primary document of the approved methodology or of a project that applies it",
    "secondary": "read in a secondary source that describes the approved methodology",
    "unconfirmed": "everything else: recalled (how surely, in per cent), drafts, studies before approval, sister "
    "methodologies, analogies, derivations; it may estimate, it never certifies a claim",
}
# Of a longer table of candidates `sections` names a few classes only.
FEW = 3


class Code(str):
    """A text in the notation of the methodology or of Python."""


class Named(Code):
    """The document's symbol of a name."""

    name: str

    def __new__(cls, symbol: str, name: str) -> Named:  # noqa: D102
        self = super().__new__(cls, symbol)
        self.name = name
        return self


class Formula(Code):
    """An equation as text."""

    rule: Equation

    def __new__(cls, rule: Equation, symbols: Mapping[str, str]) -> Formula:  # noqa: D102
        self = super().__new__(cls, rule.written(symbols))
        self.rule = rule
        return self


@dataclass(frozen=True)
class Section:
    """A titled table.

    Attributes
    ----------
    title : str
    headings : tuple of str
    rows : list of tuple of str
    details : list of list of str
        For each row the texts that belong to it.
    note : str
        What its reader has to know.
    """

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    details: list[list[str]]
    note: str = ""


class Sources:
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


Lines = Iterator[tuple[tuple[str, ...], list[str]]]
Part = tuple[tuple[str, ...], Lines]


def sections(m: Methodology, sources: Sources) -> Iterator[Section]:
    """Yield each section that holds anything, in the order of a methodology document.

    Parameters
    ----------
    m : Methodology
    sources : Sources
        Takes up the sources that the sections refer to.
    """
    for title, part in PARTS.items():
        headings, lines = part(m, sources)
        found = list(lines)
        if found:
            rows, details = [row for row, _ in found], [texts for _, texts in found]
            yield Section(title, headings, rows, details, NOTES.get(title, ""))


def grade(evidence: Evidence | None) -> str:
    """Return the grade, or nothing where there is no evidence."""
    return "" if evidence is None else str(evidence.grade)


def _unit(unit: str) -> str:
    return unit or "-"


# The parts of a methodology: each gives the headings, and row by row the cells and the texts beside them


def identity(m: Methodology) -> list[tuple[str, str, Evidence | None]]:
    """Return item, value and evidence of what identifies a methodology."""
    country = partner_countries().get(m.country, "")
    values = {
        "number": m.number,
        "title": m.title,
        "country": f"{country} ({m.country})" if country else m.country,
        "sectoral scope": str(m.sectoral_scope),
        "version": m.version,
        "approved": str(m.approved or "date not known"),
        **({"for validation until": str(m.until)} if m.until else {}),
    }
    others = {item: "" for item in m.identity if item not in values}
    return [(item, value, m.identity.get(item)) for item, value in (values | others).items()]


def _identity(m: Methodology, sources: Sources) -> Part:
    return ("", "", "grade"), (
        ((item, "see above" if item == "title" else value, grade(evidence)), [sources.note(evidence)])
        for item, value, evidence in identity(m)
    )


def _versions(m: Methodology, sources: Sources) -> Part:
    return ("version", "approved", "grade"), (
        (
            (item.number, str(item.approved or "not known"), grade(item.evidence)),
            [item.text, f"for validation until {item.until}" if item.until else "", sources.note(item.evidence)],
        )
        for item in m.other_versions
    )


def _indices(m: Methodology, sources: Sources) -> Part:
    return ("", ""), (
        ((Code(letter), meaning), ["a project may lack it"] if letter in m.optional else [])
        for letter, meaning in m.indices.items()
    )


def _choices(m: Methodology, sources: Sources) -> Part:
    return ("name", "options", "grade"), (
        (
            (Code(item.name), ", ".join(item.options), grade(item.evidence)),
            [item.text, *(f"{option}: {text}" for option, text in item.options.items()), sources.note(item.evidence)],
        )
        for item in m.choices.values()
    )


def acts(parameter: Parameter) -> str:
    """Return on what a parameter acts and how, such as ``+RE −PE``; ± is either way."""
    signs = {"+": parameter.raises, "−": parameter.lowers, "±": parameter.either}
    return " ".join(
        f"{sign}{target}" for target in ("RE", "PE") for sign, targets in signs.items() if target in targets
    )


def _parameters(m: Methodology, sources: Sources) -> Part:
    return ("symbol", "name", "unit", "of", "kind", "acts", "grade"), (
        (
            (
                Named(item.symbol, item.name),
                Code(item.name),
                _unit(item.unit),
                Code(item.indices),
                str(item.kind),
                acts(item),
                grade(item.evidence),
            ),
            [item.text, *_ranges(item), sources.note(item.evidence)],
        )
        for item in m.inputs.values()
    )


def _ranges(item: Parameter) -> Iterator[str]:
    if item.textual or item.unit == "date":
        return
    if item.kind is Kind.CONSTANT and item.value:
        yield f"{item.value.value:.15g} by definition"
    else:
        yield f"within {item.bounds}" + (f", plausible {item.plausible}" if item.plausible else "")


def _equations(m: Methodology, sources: Sources) -> Part:
    symbols = m.symbols()
    return ("symbol", "unit", "case", "grade"), (
        (
            (Named(rule.symbol, rule.name), _unit(rule.unit), _case(rule.when), grade(rule.evidence)),
            [Formula(rule, symbols), rule.text, sources.note(rule.evidence)],
        )
        for rule in m.rules
    )


def _case(when: Mapping[str, str]) -> str:
    return ", ".join(map(" = ".join, when.items()))


def _defaults(m: Methodology, sources: Sources) -> Part:
    return ("symbol", "class", "value", "grade"), (line for item in m.inputs.values() for line in _known(item, sources))


def _known(item: Parameter, sources: Sources) -> Lines:
    """Yield each value of a default; of a long table of candidates, whose evidence is one, a few classes."""
    if item.kind is not Kind.DEFAULT:
        return
    for candidate, known in item.by_candidate():
        beside = [f"candidate {candidate!r}"] if candidate else []
        found = list(known.values())
        symbol = Named(item.symbol, item.name)
        if is_long(candidate, known):
            low, high = min(value.value for value in found), max(value.value for value in found)
            few = ", ".join(f"{key} {value.value:.15g}" for key, value in list(known.items())[:FEW])
            span = f"{low:.15g} … {high:.15g} {item.unit}".strip()
            row = (symbol, f"{len(known)} classes", span, grade(found[0].evidence))
            yield row, [*beside, f"{few}, …", sources.note(found[0].evidence)]
            continue
        for key, value in known.items():
            row = (symbol, key, f"{value.value:.15g} {item.unit}".strip(), grade(value.evidence))
            yield row, [*beside, sources.note(value.evidence)]


def is_long(candidate: str, known: Mapping[str, Value]) -> bool:
    """Whether a table of candidates is named by a few classes only."""
    return bool(candidate) and len(known) > 2 * FEW and len({value.evidence for value in known.values()}) == 1


def _derivations(m: Methodology, sources: Sources) -> Part:
    return ("of", ""), (
        (
            (Code(item.of), Code(item)),
            [
                item.text,
                *(
                    f"{name}: {grade(value.evidence)} {sources.note(value.evidence)}"
                    for name, value in item.values.items()
                ),
            ],
        )
        for item in m.derivations
    )


def _criteria(m: Methodology, sources: Sources) -> Part:
    return ("no.", "looks at", "grade"), (
        ((item.number, Code(", ".join(item.arguments)), grade(item.evidence)), [item.text, sources.note(item.evidence)])
        for item in m.conditions
    )


def _facts(m: Methodology, sources: Sources) -> Part:
    return ("name", "unit", "of"), (
        (
            (Code(item.name), _unit(item.unit), Code(item.indices)),
            [item.text, f"one of: {', '.join(item.categories)}" if item.categories else ""],
        )
        for item in m.facts.values()
    )


def _limits(m: Methodology, sources: Sources) -> Part:
    symbols = m.symbols()
    return ("", "grade"), (
        ((Code(item.written(symbols)), grade(item.evidence)), [sources.note(item.evidence)]) for item in m.limits
    )


def _waivers(m: Methodology, sources: Sources) -> Part:
    return ("check", ""), (((check, reason), []) for check, reason in m.waivers.items())


def _cases(m: Methodology, sources: Sources) -> Part:
    from jcm_calc.case_file import published

    return ("file", "prints", "grade"), (
        (
            (Code(case.path.name), _prints(case.expected), grade(case.source)),
            [str(case.project.get("title", "")), sources.note(case.source)],
        )
        for case in published(m)
    )


def _outputs(m: Methodology, sources: Sources) -> Part:
    from jcm_calc.case_file import published_outputs

    return ("project", "what", "tonnes", "grade"), (
        (
            (row["project"], row["what"], f"{int(row['tonnes']):,}", row["grade"]),
            [row["period"], row["known"], row["source"]],
        )
        for row in published_outputs(m)
    )


def _prints(expected: Mapping[str, Sequence[str]]) -> str:
    figures = [f"{name} {', '.join(expected[name])}" for name in ("RE", "PE", "ER", "tonnes") if name in expected]
    return ", ".join(figures) or "too little to calculate"


PARTS: dict[str, Callable[[Methodology, Sources], Part]] = {
    "Identity": _identity,
    "Other versions": _versions,
    "Indices": _indices,
    "Choices": _choices,
    "Parameters": _parameters,
    "Equations": _equations,
    "Default values and candidates": _defaults,
    "How defaults can be derived": _derivations,
    "Eligibility criteria": _criteria,
    "Facts that the criteria look at": _facts,
    "Cross-checks of monitored parameters": _limits,
    "Checks that do not apply": _waivers,
    "Worked cases": _cases,
    "Published results without inputs: they bound what is plausible, and test nothing": _outputs,
}
NOTES = {"Parameters": "Acts: + raises, − lowers, ± either, depending on the rest."}
