"""Earlier requests, against which a new one is held."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jcm_calc.inputs import Period
from jcm_calc.languages import _
from jcm_calc.manifest import digest
from jcm_calc.problems import Problem

WANTED = {"schema": int, "project": dict, "periods": list, "years": list, "calculations": list, "hash": str}


@dataclass(frozen=True)
class Earlier:
    """An earlier request.

    Attributes
    ----------
    name : str
        Of its file.
    number : str
        Of its project.
    periods : tuple of Period
    inputs : tuple of str
        What was calculated with, as the manifests name it.
    tonnes : mapping
        Whole tonnes by calendar year.
    hash : str
    """

    name: str
    number: str
    periods: tuple[Period, ...]
    inputs: tuple[str, ...]
    tonnes: Mapping[int, int]
    hash: str


def request_digest(data: Mapping[str, Any]) -> str:
    """Return the hash of a request: over what it asks for and the calculations, not over emissions.

    Emissions are floats, whose last digit may depend on the machine; the hash of each calculation is
    over its input and rules.
    """
    years = [{key: year[key] for key in ("year", "tonnes", "parts")} for year in data["years"]]
    hashes = [manifest["hash"] for manifest in data["calculations"]]
    inputs = [manifest["inputs"] for manifest in data["calculations"]]
    return digest([data["project"], data["periods"], years, data["earlier"], hashes, inputs])


def read_earlier(given: str | os.PathLike[str] | Mapping[str, Any], problems: list[Problem]) -> Earlier | None:
    """Read an earlier request; complaints are appended to ``problems``.

    Parameters
    ----------
    given : path or mapping
        As `IssuanceRequest.to_json` or `IssuanceRequest.as_data` gives it.
    problems : list of Problem
    """
    name = _("earlier request") if isinstance(given, Mapping) else Path(given).name
    try:
        data = given if isinstance(given, Mapping) else json.loads(Path(given).read_text(encoding="utf-8"))
        return _checked(name, data)
    except OSError as error:
        problems.append(Problem(name, _("cannot be read: {reason}").format(reason=error.strerror)))
    except (ValueError, RecursionError) as error:
        problems.append(Problem(name, _("is no request for issuance: {error}").format(error=error)))
    except (KeyError, TypeError, AttributeError):
        problems.append(Problem(name, _("is no request for issuance: something of it is missing or of another kind")))
    return None


def _checked(name: str, data: Any) -> Earlier:
    """Return an earlier request, if it is what it was when it was written."""
    if not isinstance(data, Mapping) or not all(isinstance(data.get(key), kind) for key, kind in WANTED.items()):
        raise ValueError(_("it must have {names}, as `jcm issue -o` writes them").format(names=", ".join(WANTED)))
    if data["schema"] != 1:
        raise ValueError(
            _("it has schema {schema}; this version of jcm_calc reads schema 1").format(schema=data["schema"])
        )
    if request_digest(data) != data["hash"]:
        raise ValueError(_("it was changed after it was written, for its hash does not fit"))
    return Earlier(
        name,
        str(data["project"]["number"]),
        tuple(Period.parse(period) for period in data["periods"]),
        tuple(str(manifest["inputs"]) for manifest in data["calculations"]),
        {int(year["year"]): int(year["tonnes"]) for year in data["years"]},
        data["hash"],
    )
