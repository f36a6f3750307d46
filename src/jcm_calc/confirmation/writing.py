"""An evidence file with every statement that nobody has confirmed, to be filled in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from jcm_calc.confirmation.file import KINDS, SCHEMA
from jcm_calc.confirmation.statements import Statement
from jcm_calc.declarations import Methodology
from jcm_calc.declarations.items import Kind, Value
from jcm_calc.declarations.rows import SIGN

HEAD = """\
# What {m} says, by a reader of the approved document.
#
# Fill in only what you have read in the document itself: an item that is left blank confirms nothing.
# Where it says something else than the reading here, write agrees = "no": the equation or criterion is
# then mended by a revision module, never in this file. A [[list]] says that the document has
# these criteria, parameters or equations and no others. How: docs/how_to/confirm.md.
#
# Check it with: jcm evidence check FILE

schema = {schema}
methodology = {number}
version = {version}

[reader]                # an item may state its own person and date
person = ""             # who has read
date = ""               # when, such as "2024-05-17"

[documents.methodology] # the approved methodology
title = {title}
file = {file}
sha256 = {sha256}

[documents.guidelines]  # where the rules of the scheme stand
title = ""
file = ""
sha256 = ""
"""


def blank_file(m: Methodology, statements: Iterable[Statement], document: Path | None = None) -> str:
    """Return the text of an evidence file in which nothing is filled in.

    Parameters
    ----------
    m : Methodology
    statements : iterable of Statement
        In any order; they are written in the order of a methodology document.
    document : Path, optional
        The approved document, whose name and SHA-256 are then filled in.
    """
    found = sorted(statements, key=_place)
    name = "" if document is None else document.name
    sha256 = "" if document is None else hashlib.sha256(document.read_bytes()).hexdigest()
    head = HEAD.format(
        m=m,
        schema=SCHEMA,
        number=_text(m.number),
        version=_text(m.version),
        title=_text(name),
        file=_text(name),
        sha256=_text(sha256),
    )
    lines = [head]
    section = ""
    for statement in found:
        if statement.section != section:
            section = statement.section
            lines += ["", f"# {section}", ""]
        lines += [*_item(m, statement), ""]
    return "\n".join(lines).rstrip() + "\n"


def _place(statement: Statement) -> tuple[bool, str]:
    """Sort by the sections A to I; what stands in other documents comes last."""
    _, section, letter = statement.section.partition("section ")
    return not section, letter[:1]


def _item(m: Methodology, statement: Statement) -> Iterator[str]:
    number = statement.name.isdecimal() and statement.kind == "criterion"
    yield f"[[{statement.kind}]]"
    yield f"{KINDS[statement.kind]} = {statement.name if number else _text(statement.name)}"
    if statement.case:
        yield f"case = {_text(statement.case)}"
    yield f"reading = {_text(statement.reading)}"
    yield f"fingerprint = {_text(statement.fingerprint)}"
    if not statement.values:
        yield f"# here {statement.evidence}"
    if statement.kind != "default":
        yield 'agrees = ""'
    elif statement.item.by:
        yield "# a line for each class or bin that the document has"
        if not statement.values:
            yield f'values.{_text(_example(m, statement))} = ""'
        for key, value in statement.values.items():
            yield f'values.{_text(key)} = ""  # here {_known(value, statement.item.unit)}'
    else:
        known = [_known(value, statement.item.unit) for value in statement.values.values()]
        yield 'value = ""' + (f"  # here {known[0]}" if known else "")
    yield 'page = ""'


def _example(m: Methodology, statement: Statement) -> str:
    """Return how a row of the table of a default is named: a class, a bin of numbers, or a part for each key."""
    by = statement.item.by
    if keys := m.keys_of(statement.item):
        return SIGN.join("2024" if key == "p" else key for key in keys)
    return "name of the class" if by not in m.inputs or m.inputs[by].kind is Kind.CLASS_KEY else "[300, 450)"


def _known(value: Value, unit: str) -> str:
    return f"{f'{value.value:.15g} {unit}'.strip()}, {' '.join(str(value.evidence).split())}"


def _text(text: str) -> str:
    """Write a text in TOML."""
    return json.dumps(text, ensure_ascii=False)
