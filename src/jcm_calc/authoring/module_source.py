"""The text of a methodology module, from what it declares: it reads as if it was written by hand.

`module_source` writes it; `as_function` makes an equation that was put together as an expression one that can be
declared. A criterion whose condition cannot be written as an expression becomes a statement to be completed.

Examples
--------
>>> from jcm_calc import Methodology
>>> from jcm_calc.declarations.expression import record
>>> from jcm_calc.evidence import unconfirmed
>>> guess = unconfirmed("an example")
>>> m = Methodology("XX_AM001", version="1.0", title="Pumps", country="XX", sectoral_scope=3,
...                 indices={"i": "pump", "p": "monitoring period"}, identity={"version": guess})
>>> m.monitored("EC_i,p", "MWh", extensive=True, raises="PE", text="electricity of pump i", evidence=guess)
>>> product = record(lambda EC, EF: EC * EF)
>>> _ = m.equation("PE_p", "tCO2", name="PE", total="i", text="project emissions", evidence=guess)(
...     as_function(product, ["EC", "EF"]))
>>> print("@" + module_source(m).partition("@")[2].rstrip())
@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=EXAMPLE)
def PE(EC, EF):
    return EC * EF
"""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from inspect import Parameter as Argument
from inspect import Signature
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

from jcm_calc.declarations.constants import MASSES
from jcm_calc.declarations.expression import Expression, infix, record
from jcm_calc.declarations.group import stated
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import (
    Criterion,
    Derivation,
    Equation,
    Indicator,
    Kind,
    Parameter,
    Product,
    Table,
    Value,
    Version,
)
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN
from jcm_calc.evidence import Evidence, Source

WIDTH, STEP = 120, 4
# What a module of a methodology has under these names, so that no function of its own may have them.
TAKEN = ("m", "np", "date", "Methodology", "Source", "Value", "Version", "primary", "secondary", "unconfirmed")
# A kind of parameter and the method that declares it.
METHODS = {
    Kind.MONITORED: "monitored",
    Kind.FIXED: "fixed",
    Kind.DEFAULT: "default",
    Kind.CLASS_KEY: "class_key",
    Kind.FACT: "fact",
}
# An evidence that so many statements have gets a name of its own.
SHARED = 3
PYTHON = infix.Notation(
    signs={
        "greater": " > ",
        "greater_equal": " >= ",
        "less": " < ",
        "less_equal": " <= ",
        "equal": " == ",
        "not_equal": " != ",
        "add": " + ",
        "subtract": " - ",
        "multiply": " * ",
        "divide": " / ",
    },
    function=lambda name, operands: f"np.{name}({', '.join(operands)})",
    power="{} ** {}",
    number=lambda value: number(value),
)


def as_function(expression: Expression, arguments: Sequence[str]) -> Callable[..., Any]:
    """Return an expression as a function of its arguments, which a methodology can declare.

    Examples
    --------
    >>> float(as_function(record(lambda a, b: a / b), ["a", "b"])(6.0, 4.0))
    1.5
    """

    def calculated(*operands: Any) -> Any:
        return expression.value(dict(zip(arguments, operands, strict=True)))

    named = [Argument(name, Argument.POSITIONAL_OR_KEYWORD) for name in arguments]
    calculated.__signature__ = Signature(named)  # type: ignore[attr-defined]
    return calculated


def number(value: float) -> str:
    """Return a number as an author writes it, without loss.

    Examples
    --------
    >>> number(44 / 12), number(1000.0), number(1e6), number(0.458), number(-7)
    ('44 / 12', '1000', '1e6', '0.458', '-7')
    """
    for one, other in MASSES:
        for above, below in ((one, other), (other, one)):
            if value == above / below != 4:
                return f"{above} / {below}"
    if value == int(value) and abs(value) < 1e15:
        return f"{value:.0e}".replace("e+0", "e").replace("e+", "e") if value and value % 1e5 == 0 else str(int(value))
    return repr(float(value))


# Layout


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text, which may be written as several literals, one below the other."""

    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """What stands in brackets, on one line or with a line for each part, such as ``text="…"``."""

    opening: str
    parts: tuple[tuple[str, Piece], ...]
    closing: str = ")"


Piece: TypeAlias = str | Quoted | Call


def _literal(text: str) -> str:
    return repr(str.__str__(text)) if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)


def _flat(piece: Piece) -> str:
    if isinstance(piece, Quoted):
        return _literal(piece.value)
    if isinstance(piece, Call):
        return piece.opening + ", ".join(prefix + _flat(part) for prefix, part in piece.parts) + piece.closing
    return piece


def _laid_out(piece: Piece, indent: int = 0, used: int = 0, rest: int = 0) -> str:
    """Return a piece that begins ``used`` characters behind its indent, and has ``rest`` behind it."""
    flat = _flat(piece)
    if isinstance(piece, str) or indent + used + len(flat) + rest <= WIDTH:
        return flat
    margin = " " * indent
    if isinstance(piece, Quoted):
        words = re.findall(r"\S+\s*|\s+", piece.value)
        lines, room = [""], WIDTH - indent - used
        for word in words:
            if lines[-1] and len(_literal(lines[-1] + word)) + rest > room:
                lines.append("")
                room = WIDTH - indent
            lines[-1] += word
        return f"\n{margin}".join(map(_literal, lines))
    inner = indent + STEP
    lines = [f"{' ' * inner}{prefix}{_laid_out(part, inner, len(prefix), 1)}," for prefix, part in piece.parts]
    return "\n".join((piece.opening, *lines, margin + piece.closing))


def _call(name: str, /, *given: Piece, **named: Piece | None) -> Call:
    """Return a call; what is named and None is left out."""
    parts = [("", one) for one in given] + [(f"{key}=", one) for key, one in named.items() if one is not None]
    return Call(f"{name}(", tuple(parts))


def _mapping(entries: Iterable[tuple[str, Piece]]) -> Call:
    return Call("{", tuple((f"{key}: ", value) for key, value in entries), "}")


def _text(text: str) -> Quoted | None:
    return Quoted(str.__str__(text)) if text else None


# Evidence


@dataclass(slots=True)
class Names:
    """The names that sources, and evidence of many statements, have in a module."""

    sources: dict[Source, str]
    evidence: dict[Evidence, str]

    @classmethod
    def of(cls, m: Declarations) -> Names:
        """Name every document without a place in it, and what is the evidence of many statements."""
        used = Counter(_all_evidence(m))
        named = cls({}, {})
        for one in used:
            if one.source is not None and not one.source.place and one.source not in named.sources:
                named.sources[one.source] = _name(one.source.title, "DOCUMENT", named.taken())
        for one, times in used.items():
            if times >= SHARED:
                named.evidence[one] = _name(one.note, one.grade.value, named.taken())
        return named

    def taken(self) -> set[str]:
        """Return the names that are in use."""
        return {*self.sources.values(), *self.evidence.values()}

    def __call__(self, evidence: Evidence) -> Piece:
        """Return evidence by its name, or written out."""
        return self.evidence.get(evidence) or self.written(evidence)

    def source(self, source: Source) -> Piece:
        """Return a document by its name, or written out."""
        place = _text(source.place) if source.url or not source.place else None
        named = {"place": _text(source.place)} if source.place and place is None else {}
        given = [one for one in (Quoted(source.title), _text(source.url), place) if one is not None]
        return self.sources.get(source) or _call("Source", *given, **named)

    def written(self, evidence: Evidence) -> Piece:
        """Return evidence written out."""
        grade, note = evidence.grade.value, _text(evidence.note)
        source = self.source(evidence.source) if evidence.source is not None else None
        if evidence.grade.certifies and source is not None:
            return _call(grade, source, *([note] if note else []))
        if evidence.certainty is not None:
            sure = [str(evidence.certainty), *([source] if source is not None else [])]
            return _call(grade, note or '""', *sure)
        return _call(grade, note or '""', source=source)

    def declared(self) -> Iterator[str]:
        """Yield the statements that give them."""
        for source, name in self.sources.items():
            given = [one for one in (Quoted(source.title), _text(source.url)) if one is not None]
            yield _laid_out(_call(f"{name} = Source", *given))
        for evidence, name in self.evidence.items():
            written = self.written(evidence)
            assert isinstance(written, Call)
            yield _laid_out(Call(f"{name} = {written.opening}", written.parts))


def _name(text: str, fallback: str, taken: set[str]) -> str:
    """Return a name for a constant of the module, from the first words of a text."""
    words = [word for word in re.findall(r"[A-Za-z]{3,}", text) if word.lower() not in ("the", "and", "for", "that")]
    stem = "_".join(words[:2] or [fallback]).upper()
    return next(one for one in (stem, *(f"{stem}_{count}" for count in range(2, 1000))) if one not in taken)


def _all_evidence(m: Declarations) -> Iterator[Evidence]:
    """Yield the evidence of everything, as often as a module writes it."""
    yield from m.identity.values()
    for one in m.other_versions:
        yield one.evidence
    for item in (*m.inputs.values(), *m.facts.values()):
        if item.evidence is not None and item.kind is not Kind.CONSTANT:
            yield item.evidence
            for _candidate, values in item.by_candidate():
                yield from (value.evidence for value in values.values() if value.evidence != item.evidence)
    for statements in (m.choices.values(), m.rules, m.limits, m.indicators, m.conditions, m.waivers):
        for statement in statements:
            yield statement.evidence
    for derivation in m.derivations:
        yield from (value.evidence for value in derivation.values.values())
    yield from dict.fromkeys(m.completeness.values())


# Statements


def module_source(m: Declarations, summary: str = "") -> str:
    """Return the text of a module that declares the same methodology.

    Parameters
    ----------
    m : Declarations
        Without what evidence files confirm.
    summary : str, optional
        The first line of the docstring; number and title by default.

    Notes
    -----
    A criterion whose function is not an expression, and the function that fits drawn values to each other, cannot be
    written: both are marked ``FILL IN``.
    """
    names = Names.of(m)
    declared = [*_choices(m, names), *_coordinates(m), *_parameters(m, names)]
    functions = [*_equations(m, names), *_limits(m, names), *_indicators(m, names), *_criteria(m, names)]
    functions += [*_endings(m, names)]
    body = "\n".join((*names.declared(), "", _laid_out(_methodology(m, names)), "", *declared)).lstrip("\n")
    for text, is_function in functions:
        body += f"\n\n\n{text}" if is_function or "\n    return " in body.rpartition("\n\n")[2] else f"\n{text}"
    first = re.sub(r'[\\"]', "'", " ".join((summary or f"{m.number}: {m.title}").split()))
    if len(first) + 7 > WIDTH:
        first = textwrap.shorten(first, WIDTH - 8, placeholder=" …")
    return f'"""{first}{"" if first.endswith((".", "…")) else "."}"""\n\n{_imports(body)}\n\n{body}\n'


def _imports(body: str) -> str:
    """Return the imports that a module needs."""

    def used(*known: str) -> list[str]:
        return [name for name in known if re.search(rf"(?<![\w\"]){name}\(", body)]

    blocks = [["from datetime import date"] if used("date") else [], ["import numpy as np"] if "np." in body else []]
    library = ["from jcm_calc import Methodology"]
    library += [f"from jcm_calc.declarations import {', '.join(found)}"] if (found := used("Value", "Version")) else []
    grades = used("Source", "primary", "secondary", "unconfirmed")
    library += [f"from jcm_calc.evidence import {', '.join(grades)}"] if grades else []
    return "\n\n".join("\n".join(block) for block in (*blocks, library) if block)


def _methodology(m: Declarations, names: Names) -> Call:
    titles = m.title.unofficial
    quoted = {letter: _literal(letter) for letter in m.indices}
    return _call(
        "m = Methodology",
        Quoted(m.number),
        version=Quoted(m.version),
        title=Quoted(m.title),
        titles=_mapping((_literal(code), Quoted(title)) for code, title in titles.items()) if titles else None,
        country=Quoted(m.country),
        sectoral_scope=str(m.sectoral_scope),
        indices=_mapping((quoted[letter], Quoted(meaning)) for letter, meaning in m.indices.items()),
        optional=_text(m.optional),
        terms=_mapping((_literal(name), Quoted(effect.value)) for name, effect in m.terms.items()) if m.terms else None,
        identity=_mapping((_literal(item), names(one)) for item, one in m.identity.items()) if m.identity else None,
        approved=_date(m.approved),
        until=_date(m.until),
        versions=Call("[", tuple(("", _version(one, names)) for one in m.other_versions), "]")
        if m.other_versions
        else None,
        note=_text(m.note),
    )


def _date(day: date | None) -> str | None:
    return f"date({day.year}, {day.month}, {day.day})" if day else None


def _version(version: Version, names: Names) -> Call:
    return _call(
        "Version",
        Quoted(version.number),
        _date(version.approved) or "None",
        Quoted(version.text),
        names(version.evidence),
        until=_date(version.until),
    )


def _choices(m: Declarations, names: Names) -> Iterator[str]:
    for choice in m.choices.values():
        options = _mapping((_literal(name), Quoted(meaning)) for name, meaning in choice.options.items())
        written = _call(
            "m.choice", Quoted(choice.name), options, text=Quoted(choice.text), evidence=names(choice.evidence)
        )
        yield _laid_out(written)


def _coordinates(m: Declarations) -> Iterator[str]:
    for one in m.coordinates.values():
        if one.what != "row":  # that of a table by several keys is declared with its parameter
            yield _laid_out(_call("m.coordinate", Quoted(one.name), of=Quoted(one.of), what=Quoted(one.what)))


def parameters_source(m: Declarations, names: Sequence[str]) -> list[str]:
    """Return the statements that declare some parameters, each with its evidence written out."""
    return [_laid_out(_parameter(m, m.inputs[name], Names({}, {}))) for name in names]


def _parameters(m: Declarations, names: Names) -> Iterator[str]:
    attested = {one.arguments[0] for one in m.conditions if _is_statement(m, one)}
    for item in (*m.inputs.values(), *(fact for fact in m.facts.values() if fact.name not in attested)):
        if item.kind is Kind.CONSTANT:
            assert item.value is not None
            value = number(item.value.value)
            yield _laid_out(_call("m.constant", Quoted(item.name), value, Quoted(item.unit), text=Quoted(item.text)))
        else:
            yield _laid_out(_parameter(m, item, names))


def _parameter(m: Declarations, item: Parameter, names: Names) -> Call:
    unit = [] if item.kind is Kind.CLASS_KEY or (item.kind is Kind.FACT and item.unit == "yes/no") else [item.unit]
    found: dict[str, Piece | None] = {**_read_as(m, item.symbol, item.name, item.indices)}
    found |= _values(m, item, names)
    for name in ("raises", "lowers", "either"):
        acts: frozenset[str] = getattr(item, name)
        found[name] = _text(" ".join(one for one in ("RE", "PE", *m.terms) if one in acts))
    plain = {one.name: one.default for one in fields(Parameter)}
    found |= {
        "extensive": "True" if item.extensive is True else _text(str(item.extensive or "")),
        **{name: _text(getattr(item, name)) for name in ("weighted_by", "previous_of", "options")},
        "bounds": None if item.bounds == Interval.parse("[0, inf)") else Quoted(_interval(item.bounds)),
        "plausible": None if item.plausible is None else Quoted(_interval(item.plausible)),
        "basis": _text(item.basis),
        "otherwise": _text(item.otherwise),
        "factor": None if item.factor == plain["factor"] else number(item.factor),
        **{name: _text(getattr(item, name)) for name in ("comparable", "counts")},
        "categories": _tuple(item.categories) if item.categories else None,
        "listed": _text(" ".join(sorted(item.listed))),
        "aliases": _mapping((_literal(one), _alias(known)) for one, known in item.aliases.items())
        if item.aliases
        else None,
        "text": Quoted(item.text),
        "evidence": None if item.evidence is None else names(item.evidence),
    }
    return _call(f"m.{METHODS[item.kind]}", Quoted(item.symbol), *map(Quoted, unit), **found)


def _alias(known: Sequence[str]) -> Piece:
    return Quoted(known[0]) if len(known) == 1 else _tuple(known)


def _read_as(m: Declarations, symbol: str, name: str, indices: str) -> dict[str, Piece]:
    """Return ``name=`` and ``index=`` of a symbol that is read differently without them."""
    stem, own = m._split(symbol)
    found: dict[str, Piece] = {}
    if own != indices:
        stem = m._split(symbol, indices)[0]
        found["index"] = Quoted(indices)
    return {"name": Quoted(name), **found} if stem != name else found


def _values(m: Declarations, item: Parameter, names: Names) -> dict[str, Piece | None]:
    """Return what a default is declared with besides what every parameter is."""
    keys = m.keys_of(item)
    by = ", ".join(keys) if keys else item.by

    def one(value: Value) -> Piece:
        written = number(value.value)
        return written if value.evidence == item.evidence else _call("Value", written, names(value.evidence))

    def known(values: Value | Table) -> Piece:
        if isinstance(values, Value):
            return one(values)
        return _mapping((_row(key, keys), one(value)) for key, value in values.entries.items())

    return {
        "value": one(item.value) if item.value is not None else None,
        "by": _text(by),
        "values": known(item.table) if item.table is not None else None,
        "candidates": _mapping((_literal(name), known(values)) for name, values in item.candidates.items())
        if item.candidates
        else None,
    }


def _row(key: str | Interval, keys: tuple[str, ...]) -> str:
    if isinstance(key, Interval):
        return _literal(_interval(key))
    return f"({', '.join(map(_literal, key.split(SIGN)))})" if len(keys) > 1 else _literal(key)


def _interval(interval: Interval) -> str:
    """Return an interval without loss; what is shown of it has six digits."""
    lower, upper = (
        f"{edge:.15g}" if float(f"{edge:.15g}") == edge else repr(edge) for edge in (interval.lower, interval.upper)
    )
    return f"{'(['[interval.closed_lower]}{lower}, {upper}{')]'[interval.closed_upper]}"


def _tuple(words: Sequence[str]) -> Call:
    return Call("(", tuple(("", Quoted(word)) for word in words), ")" if len(words) > 1 else ",)")


def _function(decorator: Call, name: str, arguments: Sequence[str], expression: Expression) -> tuple[str, bool]:
    """Return a function that is declared, with what it gives."""
    given = infix.written(expression, PYTHON)[0]
    line = f"    return {given}"
    if len(line) > WIDTH:
        line = f"    return (\n{textwrap.indent(chr(10).join(_operands(given)), ' ' * 2 * STEP)}\n    )"
    head = _laid_out(Call(f"def {name}(", tuple(("", one) for one in arguments)), rest=1)
    return f"{_laid_out(decorator)}\n{head}:\n{line}", True


def _operands(given: str) -> list[str]:
    """Split an expression before the operators that bind least, outside of all brackets."""
    depths = list(accumulate((sign in "([") - (sign in ")]") for sign in given))
    for operators in (r" (?=[+-] )", r" (?=[*/] )"):
        places = [match.start() for match in re.finditer(operators, given) if not depths[match.start()]]
        if places:
            return [given[start:end].strip() for start, end in pairwise([0, *places, len(given)])]
    return [given]


def _own_expression(item: Equation | Criterion | Indicator) -> Expression:
    """Return what a function computes, in the names of what it looks at."""
    own = Signature.from_callable(item.function).parameters
    return record(item.function, dict(zip(own, item.arguments, strict=True)))


def _free(name: str, taken: set[str]) -> str:
    """Return a name for a function, which nothing else in the module has."""
    stem = re.sub(r"\W", "_", name)
    stem = f"_{stem}" if not stem.isidentifier() or keyword.iskeyword(stem) else stem
    found = next(one for one in (stem, *(f"{stem}_{count}" for count in range(2, 1000))) if one not in taken)
    taken.add(found)
    return found


def _equations(m: Declarations, names: Names) -> Iterator[tuple[str, bool]]:
    taken = {*TAKEN, *names.taken()}
    for rule in m.rules:
        several = sum(other.name == rule.name for other in m.rules) > 1
        function = _free("_".join((rule.name, *rule.when.values())) if several else rule.name, taken)
        read = _read_as(m, rule.symbol, rule.name, rule.indices)
        decorator = _call(
            "@m.equation",
            Quoted(rule.symbol),
            Quoted(rule.unit),
            name=Quoted(rule.name) if function != rule.name else None,
            index=read.get("index"),
            total=_text(rule.total),
            when=_mapping((_literal(choice), Quoted(option)) for choice, option in rule.when.items())
            if rule.when
            else None,
            text=Quoted(rule.text),
            evidence=names(rule.evidence),
        )
        yield _function(decorator, function, rule.arguments, _own_expression(rule))


def _limits(m: Declarations, names: Names) -> Iterator[tuple[str, bool]]:
    for limit in m.limits:
        written = _call(
            "m.at_most",
            Quoted(limit.parameter),
            Quoted(_product(limit.product)),
            rated=Quoted(_product(limit.rated)) if limit.rated is not None else None,
            evidence=names(limit.evidence),
        )
        yield _laid_out(written), False


def _product(product: Product) -> str:
    return " ÷ ".join((" × ".join(product.factors), *product.divisors))


def _indicators(m: Declarations, names: Names) -> Iterator[tuple[str, bool]]:
    taken = {*TAKEN, *names.taken(), *(rule.name for rule in m.rules)}
    for one in m.indicators:
        function = _free(one.name, taken)
        decorator = _call(
            "@m.indicator",
            Quoted(one.symbol),
            Quoted(one.unit),
            name=Quoted(one.name) if function != one.name else None,
            plausible=Quoted(_interval(one.plausible)),
            text=Quoted(one.text),
            evidence=names(one.evidence),
        )
        yield _function(decorator, function, one.arguments, _own_expression(one))


def _is_statement(m: Declarations, condition: Criterion) -> bool:
    """Whether a criterion is a statement that the project attests, declared with its fact."""
    if condition.function is not stated:
        return False
    fact = m.facts.get(condition.arguments[0])
    plain = Parameter("", "", "yes/no", "", Kind.FACT, condition.text)
    return fact is not None and all(
        getattr(fact, one.name) == getattr(plain, one.name)
        for one in fields(Parameter)
        if one.name not in ("name", "symbol", "indices")
    )


def _criteria(m: Declarations, names: Names) -> Iterator[tuple[str, bool]]:
    for condition in m.conditions:
        of = condition.number if condition.number.isdecimal() else _literal(condition.number)
        evidence = names(condition.evidence)
        if _is_statement(m, condition):
            symbol = Quoted(m.facts[condition.arguments[0]].symbol)
            yield _laid_out(_call("m.attested", of, symbol, Quoted(condition.text), evidence=evidence)), False
            continue
        name = re.sub(r"\W", "_", f"criterion_{condition.number}")
        try:
            expression = _own_expression(condition)
        except Exception:  # whatever a function does that is not an expression
            told = f"# FILL IN: the condition, which looks at {', '.join(condition.arguments) or 'nothing'}"
            attested = _call("m.attested", of, Quoted(name), Quoted(condition.text), evidence=evidence)
            yield f"{told}\n{_laid_out(attested)}", False
        else:
            decorator = _call("@m.criterion", of, Quoted(condition.text), evidence=evidence)
            yield _function(decorator, name, condition.arguments, expression)


def _endings(m: Declarations, names: Names) -> Iterator[tuple[str, bool]]:
    """Yield what is said of the methodology as a whole."""
    for evidence in dict.fromkeys(m.completeness.values()):
        what = [Quoted(one) for one, its in m.completeness.items() if its == evidence]
        yield _laid_out(_call("m.complete", *what, evidence=names(evidence))), False
    for waiver in m.waivers:
        written = _call(
            "m.waive",
            Quoted(waiver.check),
            Quoted(waiver.reason),
            of=Quoted(waiver.of),
            evidence=names(waiver.evidence),
        )
        yield _laid_out(written), False
    for derivation in m.derivations:
        yield _laid_out(_derivation(derivation, names)), False
    if m.fit is not dict:
        yield "# FILL IN: @m.fitting: how values that are drawn for checks are made to fit each other", False


def _derivation(derivation: Derivation, names: Names) -> Call:
    expression = infix.written(record(derivation.function), PYTHON)[0]
    values: Mapping[str, Value] = derivation.values
    return _call(
        "m.derivation",
        Quoted(derivation.of),
        f"lambda {', '.join(Signature.from_callable(derivation.function).parameters)}: {expression}",
        values=_mapping(
            (_literal(name), _call("Value", number(one.value), names(one.evidence))) for name, one in values.items()
        ),
        unit=Quoted(derivation.unit),
        text=Quoted(derivation.text),
    )
