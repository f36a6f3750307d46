"""The declarations of a methodology as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from jcm_calc.declarations.statements import Stated, declared, values_of

if TYPE_CHECKING:
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


def _frame(rows: list[dict[str, Any]], index: str | list[str]) -> pd.DataFrame:
    names = [index] if isinstance(index, str) else index
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else names).set_index(index)


def parameters(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every parameter and fact, by name."""
    rows = [
        {
            "name": item.name,
            "symbol": item.symbol,
            "kind": str(item.kind),
            "unit": item.unit,
            "indices": item.indices,
            "text": item.text,
            "extensive": item.extensive,
            "options": item.options,
            **{effect: " ".join(sorted(getattr(item, effect))) for effect in ("raises", "lowers", "either")},
            "bounds": "" if item.textual else str(item.bounds),
            "plausible": str(item.plausible or ""),
            "value": item.value.value if item.value else pd.NA,
            "by": item.by,
            "section": item.section,
            **graded(item.evidence),
        }
        for item in (one.item for one in declared(methodology, Stated.PARAMETER, Stated.FACT))
    ]
    return _frame(rows, "name")


def equations(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every equation, by name and case."""
    symbols = methodology.symbols()
    rows = [
        {
            "name": rule.name,
            "case": rule.case,
            "equation": rule.written(symbols),
            "unit": rule.unit,
            "text": rule.text,
            "section": methodology.section(rule),
            **graded(rule.evidence),
        }
        for rule in (one.item for one in declared(methodology, Stated.EQUATION))
    ]
    return _frame(rows, ["name", "case"])


def defaults(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every value and candidate, by name, candidate and class."""
    rows = [
        {
            **{"name": item.name, "candidate": one.case, "class": one.key, "symbol": item.symbol},
            **{"value": one.value, "unit": item.unit, **graded(one.evidence)},
        }
        for item in methodology.inputs.values()
        for one in values_of(item)
    ]
    columns = ["name", "candidate", "class", "symbol", "value", "unit", "grade", "certainty", "evidence", "source"]
    return pd.DataFrame(rows, columns=columns).set_index(["name", "candidate", "class"])


def criteria(methodology: Declarations) -> pd.DataFrame:
    """Tabulate every eligibility criterion, by number."""
    rows = [
        {
            "number": one.name,
            "text": one.text,
            "looks at": ", ".join(one.item.arguments),
            "section": one.item.section,
            **graded(one.evidence),
        }
        for one in declared(methodology, Stated.CRITERION)
    ]
    return _frame(rows, "number")
