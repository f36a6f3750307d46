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
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from inspect import Parameter as Argument
from inspect import Signature
from itertools import accumulate, groupby, pairwise
from typing import Any, TypeAlias

from jcm_calc.declarations import Interval, Value, Version
from jcm_calc.declarations.constants import MASSES
from jcm_calc.declarations.expression import Expression, infix, record
from jcm_calc.declarations.group import SCENARIOS, SUMMARISED, stated
from jcm_calc.declarations.items import Criterion, DocumentSection, Equation, Indicator, Kind, Parameter, Product, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN
from jcm_calc.evidence import Evidence, Source

WIDTH, STEP = 120, 4
# What a module of a methodology has under these names, so that no function of its own may have them.
TAKEN = ("m", "np", "date", "Methodology", "Source", "Value", "Version", "primary", "secondary", "unconfirmed")
# What is written of every statement that has it.
ALWAYS = ("text", "unit", "index")
# Of a parameter, what is not written as it is; all the rest is.
CHANGED = ("name", "symbol", "unit", "indices", "kind", "text", "raises", "lowers", "either", "value", "by", "table",
           "candidates", "evidence", "listed", "aliases")  # fmt: skip
# An evidence that so many statements have gets its own name.
SHARED = 3
PYTHON = infix.Notation(
    signs={
        **{"greater": " > ", "greater_equal": " >= ", "less": " < ", "less_equal": " <= ", "equal": " == "},
        **{"not_equal": " != ", "add": " + ", "subtract": " - ", "multiply": " * ", "divide": " / "},
    },
    function=lambda name, operands: f"np.{name}({', '.join(operands)})",
    power="{} ** {}",
    number=lambda value: number(value),
)


def as_function(expression: Expression, arguments: Sequence[str]) -> Callable[..., Any]:
    """Return an expression as a function of its arguments, which a methodology can declare."""

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


class SourceCode(str):
    """A part of a program; another text is quoted."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SourceCall:
    """What is in brackets, on one line or with a line for each part, such as ``text="…"``."""

    opening: str
    parts: tuple[tuple[str, Piece], ...]
    closing: str = ")"


Piece: TypeAlias = str | SourceCall


def _literal(text: str) -> str:
    return repr(str.__str__(text)) if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)


def _flat(piece: Piece) -> str:
    if isinstance(piece, SourceCall):
        return piece.opening + ", ".join(prefix + _flat(part) for prefix, part in piece.parts) + piece.closing
    return piece if isinstance(piece, SourceCode) else _literal(piece)


def _laid_out(piece: Piece, indent: int = 0, used: int = 0, rest: int = 0) -> str:
    """Return a piece that begins ``used`` characters behind its indent, and has ``rest`` behind it."""
    flat = _flat(piece)
    if isinstance(piece, SourceCode) or indent + used + len(flat) + rest <= WIDTH:
        return flat
    margin = " " * indent
    if isinstance(piece, str):
        words = re.findall(r"\S+\s*|\s+", piece)
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


# Values


@dataclass(slots=True)
class Writer:
    """Writes values as an author does, with the names of documents and of evidence that many statements have."""

    names: dict[Source | Evidence, str] = field(default_factory=dict)
    used: Counter[Evidence] = field(default_factory=Counter)

    def call(self, name: str, /, *given: Any, **named: Any) -> SourceCall:
        """Return a call; what is named and holds nothing is left out, unless every such statement has it."""
        parts = [("", self.piece(one)) for one in given]
        for key, value in named.items():
            nothing = value is None or value is False or (isinstance(value, Sized) and not len(value))
            if not nothing or (key in ALWAYS and value is not None):
                parts.append((f"{key}=", self.piece(value)))
        return SourceCall(f"{name}(", tuple(parts))

    def piece(self, value: Any) -> Piece:
        """Return a value as it is written."""
        if isinstance(value, SourceCode | SourceCall):
            return value
        if isinstance(value, str):
            return value.value if isinstance(value, StrEnum) else str.__str__(value)
        if isinstance(value, bool) or value is None:
            return SourceCode(value)
        if isinstance(value, int | float):
            return SourceCode(number(value))
        if isinstance(value, date):
            return SourceCode(f"date({value.year}, {value.month}, {value.day})")
        if isinstance(value, Interval):
            return _interval(value)
        if isinstance(value, Evidence):
            self.used[value] += 1
            return SourceCode(self.names[value]) if value in self.names else self.evidence(value)
        if isinstance(value, Source):
            return SourceCode(self.names[value]) if value in self.names else self.source("Source", value)
        if isinstance(value, Value):
            return self.call("Value", value.value, value.evidence)
        if isinstance(value, Version):
            given = (value.number, value.approved, value.text, value.evidence)
            return self.call("Version", *given, until=value.until)
        if isinstance(value, Mapping):
            entries = ((f"{_flat(self.piece(key))}: ", self.piece(one)) for key, one in value.items())
            return SourceCall("{", tuple(entries), "}")
        begin, end = "[]" if isinstance(value, list) else ("(", ")" if len(value) > 1 else ",)")
        return SourceCall(begin, tuple(("", self.piece(one)) for one in value), end)

    def source(self, name: str, source: Source) -> SourceCall:
        """Return a document written out."""
        given = [source.title, source.url, source.place] if source.url else [source.title]
        return self.call(name, *filter(None, given), place="" if source.url else source.place)

    def evidence(self, evidence: Evidence) -> SourceCall:
        """Return evidence written out."""
        grade, note, source = evidence.grade.value, evidence.note, evidence.source
        if evidence.grade.confirms and source is not None:
            return self.call(grade, source, *([note] if note else []))
        if evidence.certainty is not None:
            return self.call(grade, note, SourceCode(evidence.certainty), *([source] if source is not None else []))
        return self.call(grade, note, source=source)

    def name(self) -> None:
        """Name every document without a place in it, and what was the evidence of many statements."""
        for one in self.used:
            if one.source is not None and not one.source.place and one.source not in self.names:
                self.names[one.source] = self._name(one.source.title, "DOCUMENT")
        for one, times in self.used.items():
            if times >= SHARED:
                self.names[one] = self._name(one.note, one.grade.value)

    def _name(self, text: str, fallback: str) -> str:
        """Return a name for a constant of the module, from the first words of a text."""
        words = [
            word for word in re.findall(r"[A-Za-z]{3,}", text) if word.lower() not in ("the", "and", "for", "that")
        ]
        return _free("_".join(words[:2] or [fallback]).upper(), {*self.names.values()})

    def named(self) -> Iterator[str]:
        """Yield the statements that give the names."""
        for one, name in self.names.items():
            call = self.source(f"{name} = Source", one) if isinstance(one, Source) else self.evidence(one)
            opening = call.opening if isinstance(one, Source) else f"{name} = {call.opening}"
            yield _laid_out(SourceCall(opening, call.parts))


def _free(stem: str, taken: set[str]) -> str:
    """Return a name that nothing else in the module has, and take it."""
    found = next(one for one in (stem, *(f"{stem}_{count}" for count in range(2, 1000))) if one not in taken)
    taken.add(found)
    return found


def _interval(interval: Interval) -> str:
    """Return an interval without loss; what is shown of it has six digits."""
    lower, upper = (
        f"{edge:.15g}" if float(f"{edge:.15g}") == edge else repr(edge) for edge in (interval.lower, interval.upper)
    )
    return f"{'(['[interval.closed_lower]}{lower}, {upper}{')]'[interval.closed_upper]}"


# Statements


def module_source(m: Declarations) -> str:
    """Return the text of a module that declares the same methodology, without what evidence files confirm.

    A criterion whose function is not an expression, and the function that fits drawn values to each other, cannot be
    written: both are marked ``FILL IN``.
    """
    writer = Writer()
    _body(m, writer)
    writer.name()
    body = _body(m, writer)
    first = re.sub(r'[\\"]', "'", " ".join(f"{m.number}: {m.title}".split()))
    if len(first) + 7 > WIDTH:
        first = textwrap.shorten(first, WIDTH - 8, placeholder=" …")
    return f'"""{first}{"" if first.endswith((".", "…")) else "."}"""\n\n{_imports(body)}\n\n{body}\n'


def _body(m: Declarations, writer: Writer) -> str:
    statements = [*_head(m, writer), *_parameters(m, writer), *_functions(m, writer), *_criteria(m, writer)]
    parts = [*writer.named(), "", *map(_laid_out, [*statements, *_endings(m, writer)])]
    text = parts[0]
    for before, after in pairwise(parts):
        is_function = "\ndef " in before or "\ndef " in after
        text += f"\n\n\n{after}" if is_function else f"\n{after}"
    return text.strip("\n")


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


def _head(m: Declarations, writer: Writer) -> Iterator[Piece]:
    """Yield identity, what the document describes, and what the project decides."""
    yield writer.call(
        "m = Methodology",
        m.number,
        version=m.version,
        title=m.title,
        titles=m.title.unofficial,
        country=m.country,
        sectoral_scope=m.sectoral_scope,
        indices=m.indices,
        optional=m.optional,
        terms=m.terms,
        identity=m.identity,
        approved=m.approved,
        until=m.until,
        versions=list(m.other_versions),
        note=m.note,
    )
    yield SourceCode("")
    yield from _passages(m, writer)
    for choice in m.choices.values():
        yield writer.call("m.choice", choice.name, choice.options, text=choice.text, evidence=choice.evidence)
    for one in m.coordinates.values():
        if one.what != "row":  # that of a table by several keys is declared with its parameter
            yield writer.call("m.coordinate", one.name, of=one.of, what=one.what)


def _passages(m: Declarations, writer: Writer) -> Iterator[Piece]:
    """Yield what the document describes in sections B, C, E and F.1."""
    for (part, evidence), many in groupby(m.passages, lambda one: (one.part, one.evidence)):
        if part is DocumentSection.SUMMARY:
            yield writer.call("m.summarise", evidence, **{_key(SUMMARISED, one.subject): one.text for one in many})
            continue
        for one in many:
            if part is DocumentSection.TERMS:
                yield writer.call("m.define", one.subject, one.text, evidence=evidence)
            elif part is DocumentSection.ESTABLISHMENT:
                yield writer.call("m.establish", one.text, evidence=evidence)
            else:
                counted = None if one.counted else SourceCode(False)
                given = [_key(SCENARIOS, one.subject), one.text, *([one.gas] if one.gas != "CO2" else [])]
                yield writer.call("m.emits", *given, counted=counted, evidence=evidence)


def _key(words: Mapping[str, str], text: str) -> str:
    return next(key for key, one in words.items() if str(one) == str(text))


def parameters_source(m: Declarations, names: Sequence[str]) -> list[str]:
    """Return the statements that declare some parameters, each with its evidence written out."""
    return [_laid_out(_parameter(m, m.inputs[name], Writer())) for name in names]


def _parameters(m: Declarations, writer: Writer) -> Iterator[Piece]:
    attested = {one.arguments[0] for one in m.conditions if _is_statement(m, one)}
    for item in (*m.inputs.values(), *(fact for fact in m.facts.values() if fact.name not in attested)):
        if item.kind is Kind.CONSTANT:
            assert item.value is not None
            yield writer.call("m.constant", item.name, item.value.value, item.unit, text=item.text)
        else:
            yield _parameter(m, item, writer)


def _parameter(m: Declarations, item: Parameter, writer: Writer) -> SourceCall:
    unit = [] if item.kind is Kind.CLASS_KEY or (item.kind is Kind.FACT and item.unit == "yes/no") else [item.unit]
    keys = m.keys_of(item)

    def one(value: Value) -> Value | float:
        return value.value if value.evidence == item.evidence else value

    def known(values: Value | Table | None) -> Any:
        if values is None or isinstance(values, Value):
            return values and one(values)
        rows = values.entries.items()
        return {tuple(str(key).split(SIGN)) if len(keys) > 1 else key: one(value) for key, value in rows}

    found: dict[str, Any] = _read_as(m, item.symbol, item.name, item.indices)
    found |= {"value": known(item.value), "by": ", ".join(keys) or item.by, "values": known(item.table)}
    found |= {"candidates": {name: known(values) for name, values in item.candidates.items()}}
    for name in ("raises", "lowers", "either"):
        found[name] = " ".join(one for one in ("RE", "PE", *m.terms) if one in getattr(item, name))
    usual = Parameter("", "", "", "", item.kind, "")
    own = {one.name: getattr(item, one.name) for one in fields(Parameter) if one.name not in CHANGED}
    found |= {name: value for name, value in own.items() if value != getattr(usual, name)}
    aliases = {name: other[0] if len(other) == 1 else other for name, other in item.aliases.items()}
    found |= {"listed": " ".join(sorted(item.listed)), "aliases": aliases, "text": item.text}
    return writer.call(f"m.{item.kind.name.lower()}", item.symbol, *unit, **found, evidence=item.evidence)


def _read_as(m: Declarations, symbol: str, name: str, indices: str) -> dict[str, Any]:
    """Return ``name=`` and ``index=`` of a symbol that is read differently without them."""
    stem, own = m._split(symbol)
    found: dict[str, Any] = {}
    if own != indices:
        stem = m._split(symbol, indices)[0]
        found["index"] = indices
    return {"name": name, **found} if stem != name else found


# Functions


def _function(decorator: SourceCall, name: str, arguments: Sequence[str], expression: Expression) -> SourceCode:
    """Return a function that is declared, with what it gives."""
    given = infix.written(expression, PYTHON)[0]
    line = f"    return {given}"
    if len(line) > WIDTH:
        line = f"    return (\n{textwrap.indent(chr(10).join(_operands(given)), ' ' * 2 * STEP)}\n    )"
    head = _laid_out(SourceCall(f"def {name}(", tuple(("", SourceCode(one)) for one in arguments)), rest=1)
    return SourceCode(f"{_laid_out(decorator)}\n{head}:\n{line}")


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


def _identifier(name: str, taken: set[str]) -> str:
    """Return a name for a function, which nothing else in the module has."""
    stem = re.sub(r"\W", "_", name)
    return _free(f"_{stem}" if not stem.isidentifier() or keyword.iskeyword(stem) else stem, taken)


def _functions(m: Declarations, writer: Writer) -> Iterator[Piece]:
    """Yield equations, limits and indicators."""
    taken = {*TAKEN, *writer.names.values()}

    def declared(kind: str, item: Equation | Indicator, function: str, **named: Any) -> SourceCode:
        function = _identifier(function, taken)
        name = item.name if function != item.name else None
        decorator = writer.call(f"@m.{kind}", item.symbol, item.unit, name=name, **named, evidence=item.evidence)
        return _function(decorator, function, item.arguments, _own_expression(item))

    for rule in m.rules:
        several = sum(other.name == rule.name for other in m.rules) > 1
        function = "_".join((rule.name, *rule.when.values())) if several else rule.name
        index = _read_as(m, rule.symbol, rule.name, rule.indices).get("index")
        yield declared("equation", rule, function, index=index, total=rule.total, when=rule.when, text=rule.text)
    for limit in m.limits:
        rated = None if limit.rated is None else _product(limit.rated)
        product = _product(limit.product)
        yield writer.call("m.at_most", limit.parameter, product, rated=rated, evidence=limit.evidence)
    taken |= {rule.name for rule in m.rules}
    for one in m.indicators:
        yield declared("indicator", one, one.name, plausible=one.plausible, text=one.text)


def _product(product: Product) -> str:
    return " ÷ ".join((" × ".join(product.factors), *product.divisors))


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


def _criteria(m: Declarations, writer: Writer) -> Iterator[Piece]:
    for condition in m.conditions:
        of = SourceCode(condition.number) if condition.number.isdecimal() else condition.number
        name = re.sub(r"\W", "_", f"criterion_{condition.number}")
        evidence = condition.evidence
        if _is_statement(m, condition):
            symbol = m.facts[condition.arguments[0]].symbol
            yield writer.call("m.attested", of, symbol, condition.text, evidence=evidence)
            continue
        try:
            expression = _own_expression(condition)
        except Exception:  # whatever a function does that is not an expression
            looked_at = ", ".join(condition.arguments) or "nothing"
            yield SourceCode(f"# FILL IN: the condition, which looks at {looked_at}")
            yield writer.call("m.attested", of, name, condition.text, evidence=evidence)
        else:
            decorator = writer.call("@m.criterion", of, condition.text, evidence=evidence)
            yield _function(decorator, name, condition.arguments, expression)


def _endings(m: Declarations, writer: Writer) -> Iterator[Piece]:
    """Yield what is said of the methodology as a whole."""
    for evidence in dict.fromkeys(m.completeness.values()):
        yield writer.call(
            "m.complete", *(one for one in m.completeness if m.completeness[one] == evidence), evidence=evidence
        )
    for waiver in m.waivers:
        yield writer.call("m.waive", waiver.check, waiver.reason, of=waiver.of, evidence=waiver.evidence)
    for one in m.derivations:
        arguments = ", ".join(Signature.from_callable(one.function).parameters)
        written = SourceCode(f"lambda {arguments}: {infix.written(record(one.function), PYTHON)[0]}")
        yield writer.call("m.derivation", one.of, written, values=one.values, unit=one.unit, text=one.text)
    if m.fit is not dict:
        yield SourceCode("# FILL IN: @m.fitting: how values that are drawn for checks are made to fit each other")
