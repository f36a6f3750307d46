"""The declarations of a methodology as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from jcm_calc.declarations.statements import Stated, declared, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jcm_calc.declarations.methodology import Declarations
    from jcm_calc.evidence import Evidence


def graded(evidence: Evidence | None) -> dict[str, Any]:
    """Return the columns that tell how far a statement can be trusted."""
    if evidence is None:
        return {"grade": "", "certainty": pd.NA, "evidence": "", "source": ""}
    return {
        "grade": str(evidence.grade),
        "certainty": pd.NA if evidence.certainty is None else evidence.certainty,
        "evidence": evidence.note,
        "source": str(evidence.source or ""),
    }


def _frame(rows: Iterator[dict[str, Any]], index: str | list[str]) -> pd.DataFrame:
    found = list(rows)
    names = [index] if isinstance(index, str) else index
    return pd.DataFrame(found, columns=list(found[0]) if found else names).set_index(index)


def parameters(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every parameter and fact, by name."""

    def rows() -> Iterator[dict[str, Any]]:
        for item in (one.item for one in declared(methodology, Stated.PARAMETER, Stated.FACT)):
            yield {
                "name": item.name,
                "symbol": item.symbol,
                "kind": str(item.kind),
                "unit": item.unit,
                "indices": item.indices,
                "text": item.text,
                "extensive": item.extensive,
                "options": item.options,
                "raises": " ".join(sorted(item.raises)),
                "lowers": " ".join(sorted(item.lowers)),
                "either": " ".join(sorted(item.either)),
                "bounds": "" if item.textual else str(item.bounds),
                "plausible": str(item.plausible or ""),
                "value": item.value.value if item.value else pd.NA,
                "by": item.by,
                "section": item.section,
                **graded(item.evidence),
            }

    return _frame(rows(), "name")


def equations(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every equation, by name and case."""
    symbols = methodology.symbols()

    def rows() -> Iterator[dict[str, Any]]:
        for rule in (one.item for one in declared(methodology, Stated.EQUATION)):
            yield {
                "name": rule.name,
                "case": rule.case,
                "equation": rule.written(symbols),
                "unit": rule.unit,
                "text": rule.text,
                "section": methodology.section(rule),
                **graded(rule.evidence),
            }

    return _frame(rows(), ["name", "case"])


def defaults(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every value and candidate, by name, candidate and class."""

    def rows() -> Iterator[dict[str, Any]]:
        for item in methodology.inputs.values():
            for one in values_of(item):
                names = {"name": item.name, "candidate": one.case, "class": one.key, "symbol": item.symbol}
                yield {**names, "value": one.value, "unit": item.unit, **graded(one.evidence)}

    columns = ["name", "candidate", "class", "symbol", "value", "unit", "grade", "certainty", "evidence", "source"]
    return pd.DataFrame(list(rows()), columns=columns).set_index(["name", "candidate", "class"])


def criteria(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every eligibility criterion, by number."""

    def rows() -> Iterator[dict[str, Any]]:
        for one in declared(methodology, Stated.CRITERION):
            yield {
                "number": one.name,
                "text": one.text,
                "looks at": ", ".join(one.item.arguments),
                "section": one.item.section,
                **graded(one.evidence),
            }

    return _frame(rows(), "number")
