"""A methodology that is begun without Python: declarations in a TOML file, equations as they are printed.

The module that is written from it is then the methodology; the file is needed no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

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
from jcm_calc.evidence import Evidence, Source, primary, unconfirmed

TOP = ("number", "version", "title", "country", "sectoral_scope", "indices", "optional", "terms", "note", "document")
SECTIONS = {
    "choices": ("name", "options", "text", "page"),
    "coordinates": ("name", "of", "what"),
    "parameters": ("symbol", "kind", "unit", "page"),  # and what its kind takes
    "equations": ("equation", "unit", "text", "name", "index", "when", "page"),
    "criteria": ("number", "text", "condition", "page"),
}
KINDS = ("monitored", "fixed", "default", "constant", "class_key", "fact")
UNREAD = unconfirmed("FILL IN: where it was read")
IN_LINE = re.compile(r" \([^()]* line \d+\)$")


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
    return _Reader(data, file).methodology()


class _Reader:
    def __init__(self, data: Mapping[str, Any], file: str) -> None:
        self.data, self.file = data, file
        self.problems = list(_unknown("", data, (*TOP, *SECTIONS)))
        self.source = Source(str(data["document"])) if data.get("document") else None

    def methodology(self) -> Methodology:
        """Declare everything, and raise an error with all that is wrong."""
        given = {name: self.data[name] for name in TOP if name in self.data and name not in ("number", "document")}
        if missing := [name for name in TOP[:6] if name not in self.data]:
            self.problems.append(Problem(", ".join(missing), _("missing")))
            raise InputError(self.file, self.problems)
        identity = {"version": unconfirmed("FILL IN: where number, title and version were read")}
        try:
            self.m = Methodology(self.data["number"], **given, identity=identity)
        except (DeclarationError, TypeError, ValueError, AttributeError) as error:
            raise InputError(self.file, [*self.problems, Problem(self.file, Message(_reason(error)))]) from None
        for section, declare in (
            ("choices", self.choice),
            ("coordinates", self.coordinate),
            ("parameters", self.parameter),
        ):
            self.each(section, declare)
        self.names = self.m.names()
        self.name_results()
        self.each("equations", self.equation)
        self.each("criteria", self.criterion)
        if not self.problems:
            try:
                self.m.check()
            except DeclarationError as error:
                self.problems.append(Problem(self.file, Message(_reason(error))))
        if self.problems:
            raise InputError(self.file, self.problems)
        return self.m

    def entries(self, section: str) -> list[dict[str, Any]]:
        """Return the entries of a section that are tables."""
        found = self.data.get(section, [])
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def each(self, section: str, declare: Callable[[dict[str, Any], Evidence], None]) -> None:
        """Declare each entry of a section."""
        found = self.data.get(section, [])
        if not isinstance(found, list) or len(self.entries(section)) < len(found):
            self.problems.append(
                Problem(section, _("must be a list of tables: begin each with [[{0}]]").format(section))
            )
        for number, entry in enumerate(self.entries(section), 1):
            subject = f"[[{section}]] {number}"
            known = SECTIONS[section]
            if section != "parameters" and (odd := list(_unknown(subject, entry, known))):
                self.problems += odd
                continue
            try:
                evidence = self.evidence(entry.pop("page", ""))
                declare(dict(entry), evidence)
            except KeyError as error:
                self.problems.append(Problem(subject, _("lacks {key}").format(key=error.args[0])))
            except (DeclarationError, ExpressionError, TypeError, ValueError, AttributeError) as error:
                self.problems.append(Problem(subject, Message(_reason(error))))

    def evidence(self, page: object) -> Evidence:
        """Return the evidence of what was read on a page of the document, or was not."""
        if not page:
            return UNREAD
        if self.source is None:
            raise ValueError("has a page, but the file names no document")
        return primary(self.source, f"page {page}" if str(page).isdecimal() else str(page))

    def name_results(self) -> None:
        """Name what equations give: without indices, unless these alone tell it from another one, as RE_i from RE."""
        left = {str(one.get("equation", "")).partition(" = ")[0].strip(): one for one in self.entries("equations")}
        stems = {symbol: self.m._split(symbol, entry.get("index"))[0] for symbol, entry in left.items()}
        known = [*self.names.values(), *stems.values()]
        for symbol, entry in left.items():
            alone = known.count(stems[symbol]) == 1
            name = stems[symbol] if alone else plain(re.sub(r"[_,]p$", "", symbol))
            self.names[symbol] = str(entry.get("name") or name)

    # Entries

    def choice(self, entry: dict[str, Any], evidence: Evidence) -> None:
        self.m.choice(entry["name"], entry["options"], text=entry["text"], evidence=evidence)

    def coordinate(self, entry: dict[str, Any], _evidence: Evidence) -> None:
        self.m.coordinate(entry["name"], of=entry["of"], what=entry["what"])

    def parameter(self, entry: dict[str, Any], evidence: Evidence) -> None:
        kind, symbol = entry.pop("kind"), entry.pop("symbol")
        if kind not in KINDS:
            raise ValueError(f"got the kind {kind!r}{suggestion(kind, KINDS)}; must be one of {', '.join(KINDS)}")
        if kind == "constant":
            self.m.constant(symbol, entry.pop("value"), entry.pop("unit"), **entry)
            return
        unit = [] if kind == "class_key" else [entry.pop("unit")]
        if "categories" in entry:
            entry["categories"] = tuple(entry["categories"])
        getattr(self.m, kind)(
            symbol, *unit, **entry, **({} if kind in ("class_key", "fact") else {"evidence": evidence})
        )

    def equation(self, entry: dict[str, Any], evidence: Evidence) -> None:
        found = equation(entry["equation"])
        function, _operands = self.function(found.expression)
        given = {key: entry[key] for key in ("index", "when") if key in entry}
        name = entry.get("name") or self.names[found.symbol]
        declare = self.m.equation(
            found.symbol, entry["unit"], name=name, total=found.total, text=entry["text"], evidence=evidence, **given
        )
        declare(function)

    def criterion(self, entry: dict[str, Any], evidence: Evidence) -> None:
        number, text = entry["number"], entry["text"]
        if "condition" in entry:
            self.m.criterion(number, text, evidence=evidence)(self.function(parsed(entry["condition"]))[0])
        else:
            self.m.attested(number, plain(f"criterion_{number}"), text, evidence=evidence)

    def function(self, expression: Expression) -> tuple[Callable[..., Any], tuple[str, ...]]:
        """Return an expression of symbols as a function of names."""
        used = tuple(dict.fromkeys(symbols(expression)))
        if unknown := [one for one in used if one not in self.names]:
            told = "; ".join(f"{one} is not declared{suggestion(one, self.names)}" for one in unknown)
            raise ExpressionError(told)
        operands = tuple(dict.fromkeys(self.names[one] for one in used))
        return as_function(renamed(expression, self.names), operands), operands


def _unknown(subject: str, entry: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Problem]:
    for name in entry:
        if name not in known:
            told = _("there is no {name}{hint}; known are {known}")
            hint = suggestion(name, known)
            yield Problem(subject or name, told.format(name=name, hint=hint, known=", ".join(known)))


def _reason(error: Exception) -> str:
    """Return what an error says, without a line of this library's own."""
    return IN_LINE.sub("", str(error))
