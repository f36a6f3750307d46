"""A methodology that is begun without Python: declarations in a TOML file, equations as they are printed.

The module that is written from it is then the methodology; the file is no longer needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from jcm_calc.api.methodology import Methodology
from jcm_calc.authoring.module_source import as_function
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, suggestion
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations import DeclarationError
from jcm_calc.declarations.expression import Expression, ExpressionError
from jcm_calc.declarations.expression.parsing import equation, parsed, renamed
from jcm_calc.declarations.expression.products import symbols
from jcm_calc.declarations.faults import plain
from jcm_calc.declarations.group import IN_LINE, WORDS
from jcm_calc.evidence import Evidence, Source, primary, unconfirmed
from jcm_calc.inputs import schema
from jcm_calc.inputs.schema import Field

TEXT, MAYBE, PAGE = Field(schema.filled_text, required=True), Field(schema.text), Field(schema.page)
UNIT, NAMES, BY_NAME = Field(schema.text, required=True), Field(schema.by_name(schema.text)), Field(schema.section)
KINDS = ("monitored", "fixed", "default", "constant", "class_key", "fact")
SECTIONS = {
    "choices": {"name": TEXT, "options": Field(schema.by_name(schema.text), required=True), "text": TEXT, "page": PAGE},
    "coordinates": {"name": TEXT, "of": TEXT, "what": TEXT},
    # the declaration itself checks what depends on the kind of a parameter, and on other parameters
    "parameters": {
        **dict.fromkeys((word for word in WORDS if word != "evidence"), MAYBE),
        **{"symbol": TEXT, "kind": Field(schema.one_of(*KINDS), required=True), "unit": MAYBE, "text": TEXT},
        **dict.fromkeys(("extensive", "by", "values"), Field(schema.anything)),
        **dict.fromkeys(("value", "factor"), Field(schema.number)),
        **{"categories": Field(schema.text_list), "aliases": BY_NAME, "candidates": BY_NAME, "page": PAGE},
    },
    "equations": {
        **{"equation": TEXT, "unit": UNIT, "text": TEXT, "name": MAYBE, "index": MAYBE, "when": NAMES, "page": PAGE}
    },
    "criteria": {
        "number": Field(schema.number_of, required=True), "text": TEXT, "condition": MAYBE, "page": PAGE,
    },
}  # fmt: skip
FILE = {
    **dict.fromkeys(("number", "version", "title", "country"), TEXT),
    **{"sectoral_scope": Field(schema.whole, required=True), "terms": NAMES},
    **{"indices": Field(schema.by_name(schema.text), required=True)},
    **dict.fromkeys(("optional", "note", "document"), MAYBE),
    **dict.fromkeys(SECTIONS, Field(schema.tables)),
}
UNREAD = unconfirmed("FILL IN: where it was read")


def read_methodology(path: Path) -> Methodology:
    """Return the methodology that a file describes.

    Parameters
    ----------
    path : Path
        A TOML with number, version, title, country, ``sectoral_scope``, indices, ``document`` (the title of the
        approved methodology), and the lists ``parameters``, ``equations``, ``criteria``, ``choices``, ``coordinates``.
        What has a ``page`` was read there; everything else is unconfirmed.

    Raises
    ------
    InputError
        With everything that is wrong, by the section and the number of the entry.
    """
    return methodology_of(parse_toml(path.name, read_text(path)), path.name)


def methodology_of(data: Mapping[str, Any], file: str) -> Methodology:
    """Return the methodology that is described; see `read_methodology`."""
    problems: list[Problem] = []
    top = schema.read_table(file, data, FILE, problems)
    document = top.pop("document", "")
    sections = {name: top.pop(name, ()) for name in SECTIONS}
    described = _Described(Source(document) if document else None, problems, sections)
    if not top.keys() >= {name for name, field in FILE.items() if field.required}:
        raise InputError(file, problems)
    identity = {"version": unconfirmed("FILL IN: where number, title and version were read")}
    described.guarded(file, lambda: described.declare(Methodology(top.pop("number"), **top, identity=identity)))
    if not problems:
        described.guarded(file, described.m.check)
    InputError.raise_for(file, problems)
    return described.m


class Entry(NamedTuple):
    """An entry of a section, and whether each of its keys is right."""

    place: str
    keys: dict[str, Any]
    right: bool


class _Described:
    """The methodology `m` of a file, with the name of each symbol."""

    m: Methodology
    names: dict[str, str]

    def __init__(self, source: Source | None, problems: list[Problem], sections: Mapping[str, Any]) -> None:
        self.source, self.problems = source, problems
        self.sections = {name: list(self.read(name, many)) for name, many in sections.items()}

    def read(self, name: str, many: Any) -> Iterator[Entry]:
        """Yield the entries of a section."""
        for at, one in enumerate(many, 1):
            place, before = schema.numbered(f"[[{name}]]", at), len(self.problems)
            keys = schema.read_table(place, one, SECTIONS[name], self.problems)
            if keys.get("page") and self.source is None:
                complaint = _("a page needs the title of its document: give `document` at the head of the file")
                self.problems.append(Problem(place, complaint))
            yield Entry(place, keys, len(self.problems) == before)

    def guarded(self, place: str, declare: Callable[[], object]) -> None:
        """Declare something; what is wrong with it becomes a problem, without a line of this library."""
        try:
            declare()
        except (DeclarationError, ExpressionError, TypeError, ValueError, AttributeError) as error:
            self.problems.append(Problem(place, Message(IN_LINE.sub("", str(error)))))

    def declare(self, m: Methodology) -> None:
        """Declare all entries that are right; a symbol of another one is known, so that it is said once."""
        self.m = m
        self.each("choices", lambda entry, evidence: m.choice(**entry, evidence=evidence))
        self.each("coordinates", lambda entry, _evidence: m.coordinate(**entry))
        self.each("parameters", self.parameter)
        known = {one.keys["symbol"] for one in self.sections["parameters"] if "symbol" in one.keys}
        self.names = {**{symbol: m._split(symbol)[0] for symbol in known}, **m.names()}
        self.name_results([one.keys for one in self.sections["equations"]])
        self.each("equations", self.equation)
        self.each("criteria", self.criterion)

    def each(self, section: str, way: Callable[[dict[str, Any], Evidence], None]) -> None:
        """Declare each entry of a section."""
        for place, keys, right in self.sections[section]:
            if right:
                page = keys.pop("page", "")
                evidence = primary(self.source, page) if page and self.source is not None else UNREAD
                self.guarded(place, partial(way, dict(keys), evidence))

    def name_results(self, equations: list[dict[str, Any]]) -> None:
        """Name what equations give: without indices, unless these alone tell it from another one, as RE_i from RE."""
        left = {str(one.get("equation", "")).partition(" = ")[0].strip(): one for one in equations}
        stems = {symbol: self.m._split(symbol, entry.get("index"))[0] for symbol, entry in left.items()}
        known = [*self.names.values(), *stems.values()]
        for symbol, entry in left.items():
            alone = known.count(stems[symbol]) == 1
            name = stems[symbol] if alone else plain(re.sub(r"[_,]p$", "", symbol))
            self.names[symbol] = entry.get("name") or name

    def parameter(self, entry: dict[str, Any], evidence: Evidence) -> None:
        kind, symbol = entry.pop("kind"), entry.pop("symbol")
        needed = {"class_key": (), "fact": (), "constant": ("value", "unit")}.get(kind, ("unit",))
        if missing := [key for key in needed if key not in entry]:
            raise DeclarationError(_("missing: {what}").format(what=", ".join(missing)))
        if kind == "constant":
            self.m.constant(symbol, entry.pop("value"), entry.pop("unit"), **entry)
            return
        if kind == "class_key" and "unit" in entry:
            raise DeclarationError(_("unit: a class key has none. Leave it out"))
        unit = [entry.pop("unit")] if "unit" in entry else []
        found = {} if kind in ("class_key", "fact") else {"evidence": evidence}
        getattr(self.m, kind)(symbol, *unit, **entry, **found)

    def equation(self, entry: dict[str, Any], evidence: Evidence) -> None:
        found = equation(entry.pop("equation"))
        entry["name"] = self.names[found.symbol]
        declare = self.m.equation(found.symbol, entry.pop("unit"), **entry, total=found.total, evidence=evidence)
        declare(self.function(found.expression))

    def criterion(self, entry: dict[str, Any], evidence: Evidence) -> None:
        if condition := entry.get("condition"):
            self.m.criterion(entry["number"], entry["text"], evidence=evidence)(self.function(parsed(condition)))
        else:
            number = entry["number"]
            self.m.attested(number, plain(f"criterion_{number}"), entry["text"], evidence=evidence)

    def function(self, expression: Expression) -> Callable[..., Any]:
        """Return an expression of symbols as a function of names."""
        used = tuple(dict.fromkeys(symbols(expression)))
        if unknown := [one for one in used if one not in self.names]:
            complaint = _("{symbol} is not declared{hint}")
            message = (complaint.format(symbol=one, hint=suggestion(one, self.names)) for one in unknown)
            raise ExpressionError(Message("; ").join(message))
        operands = tuple(dict.fromkeys(self.names[one] for one in used))
        return as_function(renamed(expression, self.names), operands)
