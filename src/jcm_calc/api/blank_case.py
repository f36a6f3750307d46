"""A case file in which nothing is filled in: what a methodology asks for, each with its unit and meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from jcm_calc.base.toml import written
from jcm_calc.declarations.items import Kind, Listed, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN
from jcm_calc.reports.workbook.contents import CLASSES, Contents, of_template

HEAD = """\
# {m}: {title}
#
# Fill in lines such as #EC_PJ = "? MWh": remove the # and write a value instead of the ?, in any unit that
# converts. Lines that you do not change are ignored. Then run: jcm calc FILE
# All keys of a case file: docs/case_file.md. Parameters, equations and evidence: jcm show {m.number}

methodology = {number}
version = {version}
{p}

[project]
#title = "?"
# reference number of the project
#number = "?"
#participants = ["?"]
# submitted for validation, first and last day of the crediting period, such as 2024-01-31 without quotes
#submitted = ?
#start = ?
#end = ?
"""
WIDTH = 110
ORDER = list(Kind)


def blank_case(m: Declarations, years: Sequence[int] = ()) -> str:
    """Return the text of an empty case file; without calendar years the period is to be filled in, too."""
    contents = of_template(m, {}, [], "MRS")
    p = ", ".join(written(str(year)) for year in sorted(years))
    period = f"p = [{p}]" if len(years) > 1 else f"p = {p}" if p else '#p = "?"'
    head = HEAD.format(m=m, title=str(m.title), number=written(m.number), version=written(m.version), p=period)
    sections = {
        "choices": _choices(m),
        "inputs": _inputs(contents),
        "facts": _lines(contents, contents.facts),
        "sources": _sources(contents),
    }
    texts = {name: "\n".join(lines) for name, lines in sections.items()}
    return "\n".join([head, *(f"[{name}]\n{lines}\n" for name, lines in texts.items() if lines)])


def _choices(m: Declarations) -> Iterator[str]:
    for choice in m.choices.values():
        yield from _comment(choice.text)
        for option, text in choice.options.items():
            yield from _comment(f"  {written(option)}: {text}" if text else f"  {written(option)}")
        yield f'#{_key(choice.name)} = "?"'


def _inputs(contents: Contents) -> Iterator[str]:
    used = {letter for one in contents.entered for letter in one.indices}
    letters = [f"{letter} ({text})" for letter, text in contents.methodology.indices.items() if letter in used]
    yield from _comment(f"Values for each of {', '.join(letters)} can be in tables in the folder of this file.")
    yield '#tables = ["?.csv"]'
    for kind, found in groupby(sorted(contents.entered, key=lambda one: ORDER.index(one.kind)), lambda one: one.kind):
        parameters = list(found)
        yield from ("", *_comment(f"{kind}: {parameters[0].section}"))
        yield from _lines(contents, parameters)


def _lines(contents: Contents, parameters: Iterable[Parameter]) -> Iterator[str]:
    for one in parameters:
        each = f"for each {', '.join(one.indices)}" if one.indices else ""
        about = "; ".join(
            part for part in (one.text, each, one.unless_given, contents.conditions.get(one.name, "")) if part
        )
        yield from _comment(about + _possible_words(contents.methodology, one))
        value = written(f"? {one.unit}" if one.unit and one.unit != "date" and not one.textual else "?")
        by_class = CLASSES in contents.entries.get(one.name, ())
        yield f"#{_key(one.name)} = " + (f'{{ "?" = {value} }}' if by_class else value)


def _possible_words(m: Declarations, one: Parameter) -> str:
    """Return what can be written, where that is a word."""
    classes = [
        key for other in m.inputs.values() if other.by == one.name and other.table for key in other.table.entries
    ]
    for other in m.inputs.values():
        keys = m.keys_of(other)
        if one.name in keys and other.table:
            classes += [str(row).split(SIGN)[keys.index(one.name)] for row in other.table.entries]
    words = {"yes/no": ["yes", "no"], "date": ["2024-01-31"]}.get(one.unit, one.categories or dict.fromkeys(classes))
    text = ": " + ", ".join(written(str(word)) for word in words) if words else ""
    candidates = ", ".join(map(written, one.candidates))
    text += f"; or the name of one of: {candidates}" if candidates else ""
    if Listed.ODP in one.listed:
        return text + "; or the name of the refrigerant"
    return text + (f"; or the name of a published factor: jcm factors {m.country}" if one.listed else "")


def _sources(contents: Contents) -> Iterator[str]:
    yield "# where each value comes from; of what is monitored also the option (A, B or C) and how often"
    for one in contents.entered:
        if one.kind is Kind.MONITORED:
            yield f'#{_key(one.name)} = {{ option = "?", source = "?", frequency = "?" }}'
        elif one.kind is not Kind.CLASS_KEY:
            yield f'#{_key(one.name)} = {{ source = "?" }}'


def _comment(text: str) -> Iterator[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    return (f"# {line}" for line in wrap(text, WIDTH, subsequent_indent=indent))


def _key(name: str) -> str:
    """Return a name as TOML takes it: with quotes where it has other letters than a to z."""
    return name if name.isascii() else written(name)
