"""Symbols as people type them: "EC PJ,i,p", "EC_PJ,i,p", "EC_{PJ,i,p}", subscripts lost or spelled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from jcm_calc.declarations.items import Parameter
from jcm_calc.declarations.methodology import Declarations

GREEK = {"η": "eta", "ρ": "rho", "φ": "phi", "Φ": "phi"}

# A symbol behind its name, or before an explanation in brackets.
AMONG_WORDS = re.compile(r"[A-Za-z][A-Za-z ]* ([A-Za-z]+_[\w,{}]+)|([A-Za-z]+_[\w,{}]+) ?\([^()=]*\)")
YEARLY = re.compile(r",y$")


def plain(symbol: str) -> str:
    """Return a symbol without whatever is lost or added in typing.

    Examples
    --------
    >>> plain("EC PJ,i,p") == plain("EC_PJ,i,p") == plain("EC_{PJ,i,p}") == "ECPJip"
    True
    """
    text = unicodedata.normalize("NFKC", symbol)
    for letter, spelled in GREEK.items():
        text = text.replace(letter, spelled)
    return re.sub(r"[^0-9A-Za-z]", "", text)


class Symbols:
    """Finds the parameter that a symbol in a spreadsheet means, which may have other symbols, too."""

    def __init__(self, parameters: Mapping[str, Parameter], others: Mapping[str, Parameter] | None = None) -> None:
        self.parameters = parameters
        self._known: dict[str, Parameter | None] = {}
        # the likelier reading first; a spelling that fits two parameters fits none
        for spelling in (_whole, _stem, _caseless):
            self._learn(spelling)
        for symbol, parameter in (others or {}).items():
            self._known.setdefault(plain(symbol), parameter)

    def _learn(self, spelling: object) -> None:
        found: dict[str, list[Parameter]] = {}
        for parameter in self.parameters.values():
            for text in spelling(parameter):  # type: ignore[operator]
                found.setdefault(text, []).append(parameter)
        for text, parameters in found.items():
            if text:
                one = parameters[0] if all(other is parameters[0] for other in parameters) else None
                self._known.setdefault(text, one)

    def find(self, text: str) -> Parameter | None:
        """Return the parameter, or None where nothing or more than one fits."""
        if text in self.parameters:
            return self.parameters[text]
        found = self._known.get(plain(text)) or self._known.get(plain(text).casefold())
        if found is None and (match := AMONG_WORDS.fullmatch(text.strip())):
            return self.find(match[1] or match[2])
        if found is None and YEARLY.search(text):  # other documents have y for the period
            return self.find(YEARLY.sub(",p", text))
        return found

    def numbered(self, text: str) -> tuple[Parameter, str] | None:
        """Return parameter and label where a number is written instead of an index: EC_PJ,1,p."""
        for parameter in self.parameters.values():
            others = parameter.indices.replace("p", "")
            if len(others) != 1:
                continue
            stem, found, rest = parameter.symbol.partition(f",{others}")
            before, after = (re.sub("[_ ]", "[_ ]", re.escape(part)) for part in (stem, rest))
            if found and (match := re.fullmatch(rf"{before}[,_ ](\d+){after}", text.strip())):
                return parameter, match[1]
        return None


def given_as(m: Declarations) -> dict[str, Parameter]:
    """Return the symbols of equations that one option only hands on, each with the input that is given for it.

    Examples
    --------
    >>> import jcm_calc
    >>> {symbol: one.symbol for symbol, one in given_as(jcm_calc.methodology("VN_AM005")).items()}
    {'H_u,p': 'H_given,u,p'}
    """
    used = [name for rule in m.rules for name in rule.arguments]
    found: dict[str, list[Parameter]] = {}
    for rule in m.rules:
        one = m.inputs.get(rule.arguments[0]) if rule.when and len(rule.arguments) == 1 else None
        handed_on = one is not None and rule.expression({one.name: one.name}).operation == "symbol"
        # what takes part in another equation, too, means something else than what is calculated
        if one is not None and handed_on and one.unit == rule.unit and used.count(one.name) == 1:
            found.setdefault(rule.symbol, []).append(one)
    return {symbol: ones[0] for symbol, ones in found.items() if len(ones) == 1}


def _whole(parameter: Parameter) -> Iterable[str]:
    return {plain(parameter.symbol), plain(parameter.name)}


def _stem(parameter: Parameter) -> Iterable[str]:
    """Without the indices, and with those that the parameter has but the symbol leaves out."""
    stem = plain(parameter.name)
    return {stem, stem + parameter.indices, stem + parameter.indices.replace("p", "")}


def _caseless(parameter: Parameter) -> Iterable[str]:
    return {text.casefold() for text in (*_whole(parameter), *_stem(parameter))}
