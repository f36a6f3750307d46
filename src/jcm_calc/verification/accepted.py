"""Findings that somebody accepted, with the reason: they stay on record, and are not open any more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.inputs.schema import (
    Field,
    filled_text,
    got,
    numbered,
    past_day,
    read_table,
    read_tables,
    tables,
    text,
)
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.findings import Acceptance


def code_of_check(given: Any) -> str:
    """Return the code of a check, in capitals."""
    if text(given).upper() not in checks():
        raise ValueError(got(given, _("the code of a check, see `jcm verify --list`")))
    return str(given).upper()


FILE = {"accepted": Field(tables)}
ACCEPTED = {
    "code": Field(code_of_check, required=True),
    **dict.fromkeys(("place", "subject"), Field(text)),
    "reason": Field(filled_text, required=True),
    "person": Field(filled_text, required=True),
    "date": Field(past_day),
}


def read_accepted(path: str | os.PathLike[str]) -> tuple[Acceptance, ...]:
    """Read a file of accepted findings.

    Each is a table ``[[accepted]]`` with ``code``, ``place`` (sheet and cell, as the finding has them) or
    ``subject`` (the symbol), ``reason`` and ``person``, and, if known, ``date``.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    path = Path(path)
    problems: list[Problem] = []
    entries = read_table(path.name, parse_toml(path.name, read_text(path)), FILE, problems).get("accepted", ())
    found = read_tables("[[accepted]]", entries, ACCEPTED, problems)
    for number, entry in enumerate(entries, 1):
        if all(entry.get(key, "") == "" for key in ("place", "subject")):
            complaint = _("missing: place or subject, so that it is clear which finding is accepted")
            problems.append(Problem(numbered("[[accepted]]", number), complaint))
    if problems:
        raise InputError(path.name, problems)
    return tuple(Acceptance(**{"place": "", "subject": "", **one, "date": str(one.get("date") or "")}) for one in found)
