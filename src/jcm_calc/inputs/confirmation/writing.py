"""An evidence file with every statement that is not confirmed, to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jcm_calc.base.hashes import of_file
from jcm_calc.base.toml import written
from jcm_calc.declarations.items import Value
from jcm_calc.inputs.confirmation.file import KINDS, SCHEMA
from jcm_calc.inputs.confirmation.statements import Statement, Versioned, order
from jcm_calc.inputs.confirmation.supplied import values_digest

HEAD = """\
# Read in {of}, by somebody who has the document.
#
# Fill in only what you have read in the document itself: an item that is left blank confirms nothing.
# Where it says something else than the reading here, write agrees = "no": the equation or criterion is
# then corrected by a revision module, never in this file. A [[list]] says that the document has
# these criteria, parameters or equations and no others. Where a value differs much from the one of the
# library, add note = "…". Where the document has a table and the library a single value, write
# by = "capacity" (or a name for the classes) and values in place of value. Where it has other classes
# than the library, give its whole table and add whole = "yes". How: docs/how_to/confirm.md.
#
# Check it with: jcm evidence check FILE{proposed}

schema = {schema}{about}

[reader]                # an item may state its own person and date
person = {person}             # who has read
date = {date}               # when, such as "2024-05-17"
"""
PROPOSED = """
#
# What a program proposes confirms nothing until [reader] has a person and a date. Who signs has looked at each
# cell that is named. Where a proposal is wrong, write agrees = "no", or another value, or delete it."""
ABOUT = """
methodology = {number}
version = {version}"""
DOCUMENT = """
[documents.{key}] # {what}
title = {name}
file = {name}
sha256 = {sha256}
"""
WHAT = {
    **{"methodology": "the approved methodology", "guidelines": "where the rules of the scheme are"},
    "workbook": "the official monitoring spreadsheet",
}


Answers = Mapping[tuple[str, str, str], Mapping[str, Any]]


def blank_file(
    m: Versioned | None,
    statements: Iterable[Statement],
    document: Path | None = None,
    answers: Answers = MappingProxyType({}),
    person: str = "",
    day: str = "",
    workbook: Path | None = None,
) -> str:
    """Return the text of an evidence file in which nothing is filled in but what is answered.

    Without a methodology it is for the rules of the scheme, which serve every one. Of the document that was read, and
    of the spreadsheet in which proposals were found, it states name and SHA-256. The answers are, by the key of a
    statement, what its item says: ``agrees`` or ``value`` or ``values``, ``page``, ``note``; what is ``proposed`` for
    it; ``seen``, what a reader may look at first. Statements are written in the order of a methodology document.
    """
    found = sorted(statements, key=lambda one: order(one.section))
    text = HEAD.format(
        of=m or "the guidelines of the scheme",
        proposed=PROPOSED if any("proposed" in one for one in answers.values()) else "",
        schema=SCHEMA,
        about="" if m is None else ABOUT.format(number=written(m.number), version=written(m.version)),
        person=written(person),
        date=written(day),
    )
    of_scheme = m is None or any(one.kind == "rule" for one in found)
    keys = [*(["methodology"] if m is not None else []), *(["guidelines"] if of_scheme else [])]
    files = dict.fromkeys(keys) | {keys[0]: document} | ({} if workbook is None else {"workbook": workbook})
    for key, read in files.items():
        name, sha256 = ("", "") if read is None else (read.name, of_file(read))
        text += DOCUMENT.format(key=key, what=WHAT[key], name=written(name), sha256=written(sha256))
    lines = [text.rstrip()]
    for section, of_section in groupby(found, key=lambda one: one.section):
        lines += ["", f"# {section}", ""] if section else []
        for statement in of_section:
            lines += [*_item(statement, answers.get(statement.key, {})), ""]
    return "\n".join(lines).rstrip() + "\n"


def _item(statement: Statement, answer: Mapping[str, Any]) -> Iterator[str]:
    number = statement.name.isdecimal() and statement.kind == "criterion"
    yield f"[[{statement.kind}]]"
    yield f"{KINDS[statement.kind]} = {statement.name if number else written(statement.name)}"
    if statement.case:
        yield f"case = {written(statement.case)}"
    yield f"reading = {written(statement.reading)}"
    yield f"fingerprint = {written(statement.fingerprint)}"
    yield from (f"# {_comment(line)}" for line in answer.get("seen", ()))
    if not statement.values:
        yield f"# here {statement.evidence}"
    if statement.kind != "default":
        yield f"agrees = {written(answer.get('agrees', ''))}"
    elif statement.item.by:
        yield "# a line for each class or bin that the document has"
        given = answer.get("values", {})
        if not statement.values and not given:
            yield f'values.{written(statement.example)} = ""'
        for key, value in statement.values.items():
            yield f"values.{written(key)} = {written(given.get(key, ''))}  # here {_known(value, statement.item.unit)}"
        yield from (
            f"values.{written(key)} = {written(one)}" for key, one in given.items() if key not in statement.values
        )
    else:
        known = [_known(value, statement.item.unit) for value in statement.values.values()]
        yield f"value = {written(answer.get('value', ''))}" + (f"  # here {known[0]}" if known else "")
    if statement.kind == "default":
        for name, known_table in statement.item.candidates.items():
            table = f"{{ name = {written(name)}, fingerprint = {written(values_digest(known_table))} }}"
            yield f"# candidate = {table}  # where the document gives these values"
    yield f"page = {written(answer.get('page', ''))}"
    if proposed := answer.get("proposed"):
        yield f"proposed = {written(proposed)}"
    yield from (f"{key} = {written(answer[key])}" for key in ("note", "person", "date") if answer.get(key))


def _known(value: Value, unit: str) -> str:
    return f"{f'{value.value:.15g} {unit}'.strip()}, {' '.join(str(value.evidence).split())}"


def _comment(line: str) -> str:
    """Return a text of another file on one line, without what a comment must not have."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())
