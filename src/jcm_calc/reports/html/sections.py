"""What a methodology declares, section by section: for the terminal (`jcm show`), a notebook, and its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.graph import reachable
from jcm_calc.declarations.items import Effect, Equation, Kind, Limit, Parameter, Part, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Evidence
from jcm_calc.inputs.case import Case, published, published_outputs
from jcm_calc.reference_data import partner_countries
from jcm_calc.units import with_unit

LEGEND = {
    "primary": _("read in a primary document of the approved methodology or of a project that applies it"),
    "secondary": _("read in a secondary source that describes the approved methodology"),
    "unconfirmed": _(
        "everything else: recalled (how surely, in per cent), drafts, studies before approval, sister "
        "methodologies, analogies, derivations; it may estimate, it never certifies a claim"
    ),
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
        return _("Evidence: {text}").format(text=" ".join(parts)) if parts else ""


Lines = Iterator[tuple[tuple[str, ...], list[str]]]
Rows = tuple[tuple[str, ...], Lines]


def sections(m: Declarations, sources: Sources) -> Iterator[Section]:
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
    return "" if evidence is None else Message(evidence.grade)


def _unit(unit: str) -> str:
    return Message(unit or "-")


# The parts of a methodology: each gives the headings, and row by row the cells and the texts beside them


# What a rule book says besides.
OTHER_WORDS = (_("proponent"), _("plan"), _("issued"))


def identity(m: Declarations) -> list[tuple[str, str, Evidence | None]]:
    """Return item, value and evidence of what identifies a methodology."""
    country = partner_countries().get(m.country, "")
    values = {
        _("number"): m.number,
        _("title"): m.title,
        _("country"): Message("{} ({})").format(Message(country), m.country) if country else m.country,
        _("sectoral scope"): str(m.sectoral_scope),
        _("version"): m.version,
        _("approved"): str(m.approved or _("date not known")),
        **({_("for validation until"): str(m.until)} if m.until else {}),
    }
    others = {Message(item): "" for item in m.identity if item not in values}
    return [(item, value, m.identity.get(item)) for item, value in (values | others).items()]


def _identity(m: Declarations, sources: Sources) -> Rows:
    return ("", "", _("grade")), (
        ((item, _("see above") if item == "title" else value, grade(evidence)), [sources.note(evidence)])
        for item, value, evidence in identity(m)
    )


def _versions(m: Declarations, sources: Sources) -> Rows:
    return (_("version"), _("approved"), _("grade")), (
        (
            (item.number, str(item.approved or _("not known")), grade(item.evidence)),
            [
                item.text,
                _("for validation until {day}").format(day=item.until) if item.until else "",
                sources.note(item.evidence),
            ],
        )
        for item in {one.number: one for one in (*m.later, *m.other_versions)}.values()
    )


def _indices(m: Declarations, sources: Sources) -> Rows:
    return ("", ""), (
        ((Code(letter), meaning), [_("a project may lack it")] if letter in m.optional else [])
        for letter, meaning in m.indices.items()
    )


def _choices(m: Declarations, sources: Sources) -> Rows:
    return (_("name"), _("options"), _("grade")), (
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
        f"{sign}{target}"
        for target in ("RE", "PE", *sorted({*parameter.raises, *parameter.lowers, *parameter.either} - {"RE", "PE"}))
        for sign, targets in signs.items()
        if target in targets
    )


def _parameters(m: Declarations, sources: Sources) -> Rows:
    return (_("symbol"), _("name"), _("unit"), _("of"), _("kind"), _("acts"), _("grade")), (
        (
            (
                Named(item.symbol, item.name),
                Code(item.name),
                _unit(item.unit),
                Code(item.indices),
                Message(item.kind),
                acts(item),
                grade(item.evidence),
            ),
            [item.text, *_ranges(item), *_by_name(m, item), sources.note(item.evidence)],
        )
        for item in m.inputs.values()
    )


def _by_name(m: Declarations, item: Parameter) -> Iterator[str]:
    """Say which published factors can be given by name."""
    if item.listed:
        yield _("or a published factor by its name: jcm factors {country}").format(country=m.country)


def _ranges(item: Parameter) -> Iterator[str]:
    if item.options:
        yield _("monitoring option {options}").format(options=" / ".join(item.options))
    if item.textual or item.unit == "date":
        return
    if item.kind is Kind.CONSTANT and item.value:
        yield _("{value:.15g} by definition").format(value=item.value.value)
    elif item.plausible:
        yield _("within {bounds}, plausible {plausible}").format(bounds=item.bounds, plausible=item.plausible)
    else:
        yield _("within {bounds}").format(bounds=item.bounds)


def _equations_towards(*targets: str) -> Callable[[Declarations, Sources], Rows]:
    """Return the part of the equations that lead to the last of the targets, and to none before it."""

    def part(m: Declarations, sources: Sources) -> Rows:
        symbols = m.symbols()
        found = [reachable(m, {}, frozenset(), (target,)) for target in targets]
        earlier, own = set().union(*found[:-1]), found[-1]
        return (_("symbol"), _("unit"), _("case"), _("grade")), (
            (
                (Named(rule.symbol, rule.name), _unit(rule.unit), _case(rule.when), grade(rule.evidence)),
                [Formula(rule, symbols), rule.text, sources.note(rule.evidence)],
            )
            for rule in m.rules
            if rule.name not in earlier and (rule.name in own or targets[-1] == "ER")
        )

    return part


def _passages(m: Declarations, sources: Sources, which: Part) -> Lines:
    return (
        ((one.subject, grade(one.evidence)), [one.text, sources.note(one.evidence)])
        for one in m.passages
        if one.part is which
    )


def _defined(m: Declarations, sources: Sources) -> Rows:
    return (_("term"), _("grade")), _passages(m, sources, Part.TERMS)


def _summary(m: Declarations, sources: Sources) -> Rows:
    return ("", _("grade")), _passages(m, sources, Part.SUMMARY)


def _established(m: Declarations, sources: Sources) -> Rows:
    return ("", _("grade")), _passages(m, sources, Part.ESTABLISHMENT)


def _emission_sources(m: Declarations, sources: Sources) -> Rows:
    return (_("of"), _("gas"), _("included"), _("grade")), (
        (
            (one.subject, one.gas, _("yes") if one.counted else _("no"), grade(one.evidence)),
            [one.text, sources.note(one.evidence)],
        )
        for one in m.passages
        if one.part is Part.SOURCES
    )


def _case(when: Mapping[str, str]) -> str:
    return ", ".join(map(" = ".join, when.items()))


def _terms(m: Declarations, sources: Sources) -> Rows:
    symbols = m.symbols()
    return (_("symbol"), _("effect"), ""), (
        ((Named(symbols[name], name), Message(effect), Code(written(symbols[name], effect))), [])
        for name, effect in m.terms.items()
    )


def written(symbol: str, effect: Effect) -> str:
    """Return how a term stands in the equation of ER."""
    return {
        Effect.DEDUCTION: f"− {symbol}",
        Effect.ADDITION: f"+ {symbol}",
        Effect.DISCOUNT: f"× (1 − {symbol})",
    }[effect]


def _defaults(m: Declarations, sources: Sources) -> Rows:
    headings = (_("symbol"), _("class"), _("value"), _("grade"))
    return headings, (line for item in m.inputs.values() for line in _known(item, sources))


def _known(item: Parameter, sources: Sources) -> Lines:
    """Yield each value of a default; of a long table of candidates, whose evidence is one, a few classes."""
    if item.kind is not Kind.DEFAULT:
        return
    for candidate, known in item.by_candidate():
        beside = [_("candidate {name}").format(name=repr(candidate))] if candidate else []
        found = list(known.values())
        symbol = Named(item.symbol, item.name)
        if is_long(candidate, known):
            low, high = min(value.value for value in found), max(value.value for value in found)
            few = ", ".join(f"{key} {value.value:.15g}" for key, value in list(known.items())[:FEW])
            span = with_unit(f"{low:.15g} … {high:.15g}", item.unit)
            classes = _("{count} classes").format(count=len(known))
            row: tuple[str, ...] = (symbol, classes, span, grade(found[0].evidence))
            yield row, [*beside, f"{few}, …", sources.note(found[0].evidence)]
            continue
        for key, value in known.items():
            row = (symbol, key, with_unit(f"{value.value:.15g}", item.unit), grade(value.evidence))
            yield row, [*beside, sources.note(value.evidence)]


def is_long(candidate: str, known: Mapping[str, Value]) -> bool:
    """Whether a table of candidates is named by a few classes only."""
    return bool(candidate) and len(known) > 2 * FEW and len({value.evidence for value in known.values()}) == 1


def _derivations(m: Declarations, sources: Sources) -> Rows:
    return (_("of"), ""), (
        (
            (Code(item.of), Code(item)),
            [
                item.text,
                *(
                    Message("{}: {} {}").format(name, grade(value.evidence), sources.note(value.evidence))
                    for name, value in item.values.items()
                ),
            ],
        )
        for item in m.derivations
    )


def _criteria(m: Declarations, sources: Sources) -> Rows:
    return (_("no."), _("looks at"), _("grade")), (
        ((item.number, Code(", ".join(item.arguments)), grade(item.evidence)), [item.text, sources.note(item.evidence)])
        for item in m.conditions
    )


def _facts(m: Declarations, sources: Sources) -> Rows:
    return (_("name"), _("unit"), _("of")), (
        (
            (Code(item.name), _unit(item.unit), Code(item.indices)),
            [item.text, _("one of: {names}").format(names=", ".join(item.categories)) if item.categories else ""],
        )
        for item in m.facts.values()
    )


def _limits(m: Declarations, sources: Sources) -> Rows:
    symbols = m.symbols()
    return ("", _("grade")), (
        ((Code(item.written(symbols)), grade(item.evidence)), [_rated(item, symbols), sources.note(item.evidence)])
        for item in m.limits
    )


def _rated(item: Limit, symbols: Mapping[str, str]) -> str:
    if item.rated is None:
        return ""
    told = _("where no rated power is given, it is {product}")
    return told.format(product=item.rated.written(symbols))


def _indicators(m: Declarations, sources: Sources) -> Rows:
    symbols = m.symbols()
    return ("", _("plausible"), _("grade")), (
        (
            (Code(item.written(symbols)), with_unit(str(item.plausible), item.unit), grade(item.evidence)),
            [item.text, sources.note(item.evidence)],
        )
        for item in m.indicators
    )


def _waivers(m: Declarations, sources: Sources) -> Rows:
    rows = (((Message(one.check), one.of, grade(one.evidence)), [one.reason]) for one in m.waivers)
    return (_("check"), _("of"), _("grade")), rows


def _cases(m: Declarations, sources: Sources) -> Rows:
    return (_("file"), _("prints"), _("grade")), (
        (
            (Code(case.path.name), _prints(case.expected), grade(case.source)),
            [str(case.project.get("title", "")), sources.note(case.source)],
        )
        for case in published(m, Case)
    )


def _outputs(m: Declarations, sources: Sources) -> Rows:
    return (_("project"), _("what"), _("tonnes"), _("grade")), (
        (
            (row["project"], Message(row["what"]), f"{int(row['tonnes']):,}", Message(row["grade"])),
            [row["period"], row["known"], row["source"]],
        )
        for row in published_outputs(m)
    )


def _prints(expected: Mapping[str, Sequence[str]]) -> str:
    figures = [f"{name} {', '.join(expected[name])}" for name in ("RE", "PE", "ER", "tonnes") if name in expected]
    return ", ".join(figures) or _("too little to calculate")


PARTS: dict[str, Callable[[Declarations, Sources], Rows]] = {
    _("A. Title and identity"): _identity,
    _("B. Terms and definitions"): _defined,
    _("C. Summary of the methodology"): _summary,
    _("D. Eligibility criteria"): _criteria,
    _("Information needed for the eligibility criteria and cross-checks"): _facts,
    _("E. Emission sources and GHG types"): _emission_sources,
    _("F.1. Establishment of reference emissions"): _established,
    _("Indices"): _indices,
    _("Choices"): _choices,
    _("F.2. Calculation of reference emissions"): _equations_towards("RE"),
    _("G. Calculation of project emissions"): _equations_towards("RE", "PE"),
    _("H. Calculation of emission reductions"): _equations_towards("RE", "PE", "ER"),
    _("Terms of ER beside RE and PE"): _terms,
    _("I. Data and parameters"): _parameters,
    _("Default values and candidates"): _defaults,
    _("How defaults can be derived"): _derivations,
    _("Cross-checks of monitored parameters"): _limits,
    _("Plausible ranges of ratios and intermediates"): _indicators,
    _("Checks that do not apply"): _waivers,
    _("Worked cases"): _cases,
    _("Published results without inputs: they bound what is plausible, and test nothing"): _outputs,
    _("History: other versions"): _versions,
}
NOTES = {
    "I. Data and parameters": _("Acts: + raises, − lowers, ± either, depending on the rest."),
    "Terms of ER beside RE and PE": _("Applied to RE − PE one after the other, in this order."),
}
