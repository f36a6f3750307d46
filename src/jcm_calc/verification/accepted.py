"""Findings that somebody accepted, with the reason: they stay on record, and are not open any more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, listed, shown
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.findings import Acceptance

REQUIRED = ("code", "reason", "person")
KEYS = (*REQUIRED, "place", "subject", "date")


def read_accepted(path: str | os.PathLike[str]) -> tuple[Acceptance, ...]:
    """Read a file of accepted findings.

    Each stands in a table ``[[accepted]]`` with ``code``, ``place`` (sheet and cell, as the finding has them) or
    ``subject`` (the symbol), ``reason`` and ``person``, and, if known, ``date``.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    path = Path(path)
    content = parse_toml(path.name, read_text(path))
    entries = content.pop("accepted", [])
    problems = [Problem(key, _("unknown key; write tables [[accepted]]")) for key in content]
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        problems.append(Problem("accepted", _("must be tables: write [[accepted]] before each finding")))
        entries = []
    found = []
    for number, entry in enumerate(entries, 1):
        wrong = list(_problems(entry))
        problems += [Problem(Message("accepted {}").format(number), one) for one in wrong]
        if not wrong:
            texts = {key: str(entry.get(key, "")) for key in KEYS}
            found.append(Acceptance(**{**texts, "code": texts["code"].upper()}))
    if problems:
        raise InputError(path.name, problems)
    return tuple(found)


def _problems(entry: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    if unknown := [key for key in entry if key not in KEYS]:
        said = _("unknown: {keys}; known are {known}")
        found.append(said.format(keys=listed(unknown), known=listed(KEYS, limit=len(KEYS))))
    if missing := [key for key in REQUIRED if not str(entry.get(key, "")).strip()]:
        found.append(_("missing: {keys}").format(keys=listed(missing)))
    if not entry.get("place") and not entry.get("subject"):
        found.append(_("missing: place or subject, so that it is clear which finding is accepted"))
    code = entry.get("code", "")
    if code and str(code).upper() not in checks():
        found.append(
            _("code: got {code}; must be the code of a check, see `jcm verify --list`").format(code=shown(code))
        )
    return found
