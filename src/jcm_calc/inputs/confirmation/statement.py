"""One thing that a document can confirm, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from jcm_calc.base import hashes
from jcm_calc.declarations.items import Value
from jcm_calc.evidence import Evidence

DIGITS = 16


class Versioned(Protocol):
    """A methodology, as far as its number and version are concerned."""

    number: str
    version: str


@dataclass(frozen=True)
class Statement:
    """One thing that a document can confirm.

    Attributes
    ----------
    kind : str
        ``"equation"``, ``"default"``, ``"choice"``, ``"criterion"``, ``"list"`` (that the document has these
        and no others), ``"waiver"`` (that a check does not hold of an item) or ``"rule"`` of the scheme.
    name : str
        The document's symbol, the number of a criterion, the name of a choice or rule.
    case : str
        Of an equation that holds under some options only, these; of a waiver the symbol of the item.
    reading : str
        What the library takes it to say.
    section : str
        Where it should stand.
    fingerprint : str
    evidence : Evidence
        Of a default without a value, that there is one.
    values : mapping
        Of a default, the values that the library has, by class; under no name a single value.
    item : object
        What is declared.
    example : str
        Of a default by class, how a row of its table is named.
    """

    kind: str
    name: str
    case: str
    reading: str
    section: str
    fingerprint: str
    evidence: Evidence
    values: Mapping[str, Value] = field(default_factory=dict)
    item: Any = None
    example: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other statement of its methodology."""
        return self.kind, self.name, self.case

    @property
    def confirmed(self) -> bool:
        """Whether an issuance request can rest on all of it."""
        if self.kind != "default":
            return self.evidence.confirmed
        return bool(self.values) and all(value.evidence.confirmed for value in self.values.values())

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.case})" if self.case else "")


def order(section: str) -> tuple[bool, str]:
    """Sort by the sections A to I of a methodology; what is in other documents comes last."""
    _before, found, letter = section.partition("section ")
    return not found, letter[:1]


def digest(content: Any) -> str:
    """Return the fingerprint of data."""
    return hashes.digest(content)[:DIGITS]
