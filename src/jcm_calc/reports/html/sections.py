"""What a methodology declares, section by section: for the terminal (`jcm show`), a notebook, and its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.graph import reachable
from jcm_calc.declarations.items import DocumentSection, Effect, Equation, Kind, Parameter, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.statements import Declaration, Stated, declared
from jcm_calc.evidence import Evidence
from jcm_calc.inputs.case import Case, published, published_outputs
from jcm_calc.reference_data import AS_OF, listed_projects, partner_countries
from jcm_calc.units import with_unit

LEGEND = {
    "primary": _("read in a primary document of the approved methodology or of a project that applies it"),
    "secondary": _("read in a secondary source that describes the approved methodology"),
    "unconfirmed": _(
        "not verified against the methodology: from recollection, drafts, studies before approval, related "
        "methodologies, analogies or derivations; it may be used in an estimate, and never in an issuance request"
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
    """A titled table."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    details: list[list[str]]  # for each row the texts that belong to it
    note: str = ""  # what its reader has to know


class Sources:
    """Sources by number, in the order in which they are first referred to."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def note(self, evidence: Evidence | None) -> str:
        """Return what is known about a statement, with the number of its source."""
        if evidence is None:
            return ""
        parts = [evidence.note] if evidence.note else []
        if evidence.source is not None:
            number = self.numbers.setdefault(str(evidence.source), len(self.numbers) + 1)
            parts.append(f"[{number}]")
        label = _("Evidence: {text}") if evidence.confirmed else _("Basis: {text}")
        return label.format(text=Message(" ").join(parts)) if parts else ""


Cells = tuple[str, ...]
# The cells of a row, and the texts that belong to it.
Rows = Iterator[tuple[Cells, list[str]]]
Part = Callable[[Declarations, Sources], tuple[Cells, Rows]]


def sections(m: Declarations, sources: Sources) -> Iterator[Section]:
    """Yield each section that holds anything, in the order of a methodology document; ``sources`` takes up theirs."""
    for title, part in PARTS.items():
        headings, rows = part(m, sources)
        if found := list(rows):
            cells, details = (list(column) for column in zip(*found, strict=True))
            yield Section(title, headings, cells, details, NOTES.get(title, ""))


def stated(kind: Stated, row: Callable[[Declarations, Declaration], Rows], *headings: str, graded: bool = True) -> Part:
    """Return a part with a row for each statement of a kind: its grade behind its cells, its evidence below."""

    def part(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
        found = ((one.evidence, *line) for one in declared(m, kind) for line in row(m, one))
        if not graded:
            return headings, ((cells, texts) for _evidence, cells, texts in found)
        rows = (((*cells, grade(known)), [*texts, sources.note(known)]) for known, cells, texts in found)
        return (*headings, _("grade")), rows

    return part


def grade(evidence: Evidence | None) -> str:
    """Return the grade, or nothing where there is no evidence."""
    return "" if evidence is None else Message(evidence.grade)


def _unit(unit: str) -> str:
    return Message(unit or "-")


# What else a methodology says of itself.
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
    items = [(item, value, m.identity.get(item)) for item, value in (values | others).items()]
    return [*items, *_users(m, m.version)]


def _users(m: Declarations, version: str) -> Iterator[tuple[str, str, Evidence | None]]:
    """Yield which projects the list of projects has under a version, where it has the methodology at all."""
    if m.in_use:
        users = m.in_use.get(version, ())
        item = _("projects as of {month}").format(month=AS_OF)
        yield item, ", ".join(users) or _("none"), listed_projects()[users[0]].evidence if users else None


def _identity(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
    return ("", "", _("grade")), (
        ((item, _("see above") if item == "title" else value, grade(evidence)), [sources.note(evidence)])
        for item, value, evidence in identity(m)
    )


def _version(m: Declarations, one: Declaration) -> Rows:
    until = _("for validation until {day}").format(day=one.item.until) if one.item.until else ""
    users = [Message("{}: {}").format(name, users) for name, users, _evidence in _users(m, one.item.number)]
    yield (one.name, str(one.item.approved or _("not known"))), [one.text, until, *users]


def _index(m: Declarations, one: Declaration) -> Rows:
    yield (Code(one.name), one.text), [_("a project may lack it")] if one.name in m.optional else []


def _choice(m: Declarations, one: Declaration) -> Rows:
    options = one.item.options
    yield (
        (Code(one.name), ", ".join(options)),
        [one.text, *(Message("{}: {}").format(name, text) for name, text in options.items())],
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


def _parameter(m: Declarations, one: Declaration) -> Rows:
    item: Parameter = one.item
    cells = Named(item.symbol, item.name), Code(item.name), _unit(item.unit), Code(item.indices), Message(item.kind)
    yield (*cells, acts(item)), [item.text, *_ranges(m, item)]


def _ranges(m: Declarations, item: Parameter) -> Iterator[str]:
    """Say what can be given: the monitoring option, the range, the published factors by name."""
    if item.options:
        yield _("monitoring option {options}").format(options=" / ".join(item.options))
    if item.kind is Kind.CONSTANT and item.value:
        yield _("{value:.15g} by definition").format(value=item.value.value)
    elif item.plausible:
        yield _("within {bounds}, plausible {plausible}").format(bounds=item.bounds, plausible=item.plausible)
    elif not item.textual and item.unit != "date":
        yield _("within {bounds}").format(bounds=item.bounds)
    if item.otherwise:
        yield item.unless_given
    if item.listed:
        yield _("or a published factor by its name: jcm factors {country}").format(country=m.country)


def _equations_towards(*targets: str) -> Part:
    """Return the part of the equations that lead to the last of the targets, and to none before it."""

    def part(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
        symbols = m.symbols()
        found = [reachable(m, {}, frozenset(), (target,)) for target in targets]
        earlier, own = set().union(*found[:-1]), found[-1]

        def row(m: Declarations, one: Declaration) -> Rows:
            rule: Equation = one.item
            if rule.name not in earlier and (rule.name in own or targets[-1] == "ER"):
                yield (Named(rule.symbol, rule.name), _unit(rule.unit), rule.case), [Formula(rule, symbols), rule.text]

        return stated(Stated.EQUATION, row, _("symbol"), _("unit"), _("case"))(m, sources)

    return part


def _passages(which: DocumentSection, *headings: str) -> Part:
    """Return a section of the document that describes."""

    def row(m: Declarations, one: Declaration) -> Rows:
        if one.item.part is which:
            source = (one.item.gas, _("yes") if one.item.counted else _("no"))
            yield (one.item.subject, *(source if which is DocumentSection.SOURCES else ())), [one.text]

    return stated(Stated.PASSAGE, row, *headings)


def _term(m: Declarations, one: Declaration) -> Rows:
    effect = m.terms[one.item]
    yield (Named(one.name, one.item), Message(effect), Code(written(one.name, effect))), []


def written(symbol: str, effect: Effect) -> str:
    """Return the effect of a term in the equation of ER."""
    return {
        Effect.DEDUCTION: f"− {symbol}",
        Effect.ADDITION: f"+ {symbol}",
        Effect.DISCOUNT: f"× (1 − {symbol})",
    }[effect]


def _defaults(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
    headings = (_("symbol"), _("class"), _("value"), _("grade"))
    return headings, (line for item in m.inputs.values() for line in _known(item, sources))


def _known(item: Parameter, sources: Sources) -> Rows:
    """Yield each value of a default; of a long table of candidates, whose evidence is one, a few classes."""
    if item.kind is not Kind.DEFAULT:
        return
    for candidate, known in item.by_candidate():
        notes = [_("candidate {name}").format(name=repr(candidate))] if candidate else []
        found = list(known.values())
        symbol = Named(item.symbol, item.name)
        if is_long(candidate, known):
            low, high = min(value.value for value in found), max(value.value for value in found)
            few = ", ".join(f"{key} {value.value:.15g}" for key, value in list(known.items())[:FEW])
            span = with_unit(f"{low:.15g} … {high:.15g}", item.unit)
            classes = _("{count} classes").format(count=len(known))
            row: Cells = (symbol, classes, span, grade(found[0].evidence))
            yield row, [*notes, f"{few}, …", sources.note(found[0].evidence)]
            continue
        for key, value in known.items():
            row = (symbol, key, with_unit(f"{value.value:.15g}", item.unit), grade(value.evidence))
            yield row, [*notes, sources.note(value.evidence)]


def is_long(candidate: str, known: Mapping[str, Value]) -> bool:
    """Whether a table of candidates is named by a few classes only."""
    return bool(candidate) and len(known) > 2 * FEW and len({value.evidence for value in known.values()}) == 1


def _derivations(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
    def row(m: Declarations, one: Declaration) -> Rows:
        values = one.item.values.items()
        known = [(name, grade(value.evidence), sources.note(value.evidence)) for name, value in values]
        yield (Code(one.name), Code(one.item)), [one.text, *(Message("{}: {} {}").format(*found) for found in known)]

    return stated(Stated.DERIVATION, row, _("of"), "", graded=False)(m, sources)


def _criterion(m: Declarations, one: Declaration) -> Rows:
    yield (one.name, Code(", ".join(one.item.arguments))), [one.text]


def _fact(m: Declarations, one: Declaration) -> Rows:
    item: Parameter = one.item
    names = _("one of: {names}").format(names=", ".join(item.categories)) if item.categories else ""
    yield (Code(item.name), _unit(item.unit), Code(item.indices)), [item.text, names]


def _limit(m: Declarations, one: Declaration) -> Rows:
    symbols, rated = m.symbols(), one.item.rated
    message = _("where no rated power is given, it is {product}")
    yield (Code(one.item.written(symbols)),), [message.format(product=rated.written(symbols)) if rated else ""]


def _indicator(m: Declarations, one: Declaration) -> Rows:
    plausible = with_unit(str(one.item.plausible), one.item.unit)
    yield (Code(one.item.written(m.symbols())), plausible), [one.text]


def _waiver(m: Declarations, one: Declaration) -> Rows:
    yield (Message(one.name), one.item.of, grade(one.evidence)), [one.item.reason]


def _cases(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
    return (_("file"), _("prints"), _("grade")), (
        (
            (Code(case.path.name), _prints(case.expected), grade(case.source)),
            [str(case.project.get("title", "")), sources.note(case.source)],
        )
        for case in published(m, Case)
    )


def _outputs(m: Declarations, sources: Sources) -> tuple[Cells, Rows]:
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


PARTS: dict[str, Part] = {
    _("A. Title and identity"): _identity,
    _("B. Terms and definitions"): _passages(DocumentSection.TERMS, _("term")),
    _("C. Summary of the methodology"): _passages(DocumentSection.SUMMARY, ""),
    _("D. Eligibility criteria"): stated(Stated.CRITERION, _criterion, _("no."), _("looks at")),
    _("Information needed for the eligibility criteria and cross-checks"): stated(
        *(Stated.FACT, _fact, _("name"), _("unit"), _("of")), graded=False
    ),
    _("E. Emission sources and GHG types"): _passages(DocumentSection.SOURCES, _("of"), _("gas"), _("included")),
    _("F.1. Establishment of reference emissions"): _passages(DocumentSection.ESTABLISHMENT, ""),
    _("Indices"): stated(Stated.INDEX, _index, "", "", graded=False),
    _("Choices"): stated(Stated.CHOICE, _choice, _("name"), _("options")),
    _("F.2. Calculation of reference emissions"): _equations_towards("RE"),
    _("G. Calculation of project emissions"): _equations_towards("RE", "PE"),
    _("H. Calculation of emission reductions"): _equations_towards("RE", "PE", "ER"),
    _("Terms of ER other than RE and PE"): stated(Stated.TERM, _term, _("symbol"), _("effect"), "", graded=False),
    _("I. Data and parameters"): stated(
        *(Stated.PARAMETER, _parameter, _("symbol"), _("name"), _("unit"), _("of"), _("kind"), _("acts"))
    ),
    _("Default values and candidates"): _defaults,
    _("How defaults can be derived"): _derivations,
    _("Cross-checks of monitored parameters"): stated(Stated.LIMIT, _limit, ""),
    _("Plausible ranges of ratios and intermediates"): stated(Stated.INDICATOR, _indicator, "", _("plausible")),
    _("Checks that do not apply"): stated(Stated.WAIVER, _waiver, _("check"), _("of"), _("grade"), graded=False),
    _("Worked cases"): _cases,
    _("Published results without inputs: they bound what is plausible, and test nothing"): _outputs,
    _("History: other versions"): stated(Stated.VERSION, _version, _("version"), _("approved")),
}
NOTES = {
    "I. Data and parameters": _("Acts: + raises, − lowers, ± either, depending on the rest."),
    "Terms of ER other than RE and PE": _("Applied to RE − PE one after the other, in this order."),
}
