"""Earlier requests, with which a new one is compared: no day is in two requests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jcm_calc.base.hashes import digest
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import read_json
from jcm_calc.inputs import Period
from jcm_calc.inputs.schema import Field, filled_text, list_of, only, read_table, table_of, whole

YEAR = {
    "year": Field(whole, required=True),
    "tonnes": Field(whole, required=True),
    "parts": Field(list_of(table_of({})), required=True),
}
CALCULATION = {key: Field(filled_text, required=True) for key in ("hash", "inputs")}
REQUEST = {
    "schema": Field(only(2), required=True),
    "project": Field(table_of({"number": Field(filled_text, required=True)}), required=True),
    "periods": Field(list_of(Period.parse), required=True),
    "years": Field(list_of(table_of(YEAR)), required=True),
    "calculations": Field(list_of(table_of(CALCULATION)), required=True),
    "previous": Field(list_of(filled_text), required=True),
    "hash": Field(filled_text, required=True),
}


@dataclass(frozen=True)
class PreviousRequest:
    """An earlier request."""

    name: str  # of its file
    number: str  # of its project
    periods: tuple[Period, ...]
    inputs: tuple[str, ...]  # what was calculated with, as the manifests name it
    tonnes: Mapping[int, int]  # whole tonnes by calendar year
    hash: str


def request_digest(data: Mapping[str, Any]) -> str:
    """Return the hash of a request: over what it asks for and the calculations, not over emissions.

    Emissions are floats, whose last digit may depend on the machine; the hash of each calculation is
    over its input and rules.
    """
    years = [{key: year[key] for key in ("year", "tonnes", "parts")} for year in data["years"]]
    hashes = [manifest["hash"] for manifest in data["calculations"]]
    inputs = [manifest["inputs"] for manifest in data["calculations"]]
    return digest([data["project"], data["periods"], years, data["previous"], hashes, inputs])


def read_previous(given: str | os.PathLike[str] | Mapping[str, Any], problems: list[Problem]) -> PreviousRequest | None:
    """Read an earlier request, from its file or as `IssuanceRequest.as_data` gives it."""
    name = _("earlier request") if isinstance(given, Mapping) else Path(given).name
    try:
        data = given if isinstance(given, Mapping) else read_json(Path(given))
    except InputError as error:
        problems += error.problems
        return None
    known = len(problems)
    found = read_table(name, data, REQUEST, problems, other_keys=True)
    if len(problems) == known and request_digest(data) != found["hash"]:
        problems.append(Problem(name, _("was changed after it was written: its hash does not fit")))
    if len(problems) > known:
        return None
    return PreviousRequest(
        name=name,
        number=found["project"]["number"],
        periods=tuple(found["periods"]),
        inputs=tuple(one["inputs"] for one in found["calculations"]),
        tonnes={year["year"]: year["tonnes"] for year in found["years"]},
        hash=found["hash"],
    )
