"""Write the page of each methodology and their index, from what the modules declare: `make pages`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jcm_calc.declarations import Methodology, Value
from jcm_calc.evidence import Grade
from jcm_calc.reference_data import partner_countries
from jcm_calc.report.sections import LEGEND, Code, Section, Sources, is_long, sections
from jcm_calc.rulebooks import every, modules, overview, versions

PAGES = Path(__file__).parent / "methodologies"
MODULES = "../../methodologies/jcm_methodologies"
WRITTEN = "This page is written from the module by `make pages`: change the module, not the page."


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    found = {f"{number}.md": _page(number) for number in modules()}
    return {"README.md": _index(), **found}


def write() -> None:
    """Write every page, and delete the pages of methodologies that are no more."""
    PAGES.mkdir(exist_ok=True)
    texts = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (PAGES / name).write_text(text, encoding="utf-8", newline="\n")


def _index() -> str:
    countries = partner_countries()
    counted = ("equations", "defaults", "criteria")
    rows = []
    for m in every():
        row = overview(m)
        grades = ["/".join(str(row[f"{what} {grade}"]) for grade in Grade) for what in counted]
        link = f"[{m.number}]({m.number}.md)"
        rows.append([link, m.version, countries.get(m.country, m.country), str(m.sectoral_scope), *grades, m.title])
    blocks = [
        "# Methodologies",
        "What each methodology declares, statement by statement, and how far each can be trusted. Evidence is "
        f"counted as {'/'.join(LEGEND)}. The pages are written from the modules by `make pages`.",
        _table(["number", "version", "country", "scope", *counted, "title"], rows),
        "## Grades",
        _table(["grade", "meaning"], LEGEND.items()),
    ]
    return _joined(blocks)


def _page(number: str) -> str:
    """Return the page of a methodology, with every version that can be calculated, the latest first."""
    return "\n".join(_joined(_version(m)) for m in reversed(versions(number).values()))


def _version(m: Methodology) -> Iterator[str]:
    module = modules()[m.number].rpartition(".")[2]
    yield f"# {_text(f'{m}: {m.title}')}"
    if m.note:
        yield _text(m.note)
    yield (
        f"Module: [{module}.py]({MODULES}/{module}.py). "
        f"What the grades mean: [index](README.md#grades). All pages: [index](README.md). {WRITTEN}"
    )
    sources = Sources()
    for section in sections(m, sources):
        yield from _section(section)
        if section.title == "Default values and candidates":
            yield from _candidates(m)
    if sources.numbers:
        yield "## Sources"
        yield _table(["no.", "source"], [[str(number), _text(source)] for source, number in sources.numbers.items()])


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    if section.note:
        yield section.note
    rows = [[_cell(cell) for cell in row] for row in section.rows]
    texts = ["<br>".join(_cell(text) for text in found if text) for found in section.details]
    headings = list(section.headings)
    if any(texts):
        headings.append("")
        rows = [[*row, text] for row, text in zip(rows, texts, strict=True)]
    yield _table(headings, rows)


def _candidates(m: Methodology) -> Iterator[str]:
    """Yield the tables of which the section names a few classes only, each once, in full."""
    found: dict[tuple[str, str], tuple[list[str], dict[str, dict[str, Value]]]] = {}
    for item in m.inputs.values():
        tables = {name: known for name, known in item.by_candidate() if is_long(name, known)}
        if tables:
            alike = repr([(name, {key: value.value for key, value in known.items()}) for name, known in tables.items()])
            found.setdefault((item.unit, alike), ([], tables))[0].append(item.symbol)
    for (unit, _), (symbols, tables) in found.items():
        yield f"### Candidates of {' and '.join(_cell(Code(symbol)) for symbol in symbols)}, {_text(unit or '-')}"
        classes = dict.fromkeys(key for known in tables.values() for key in known)
        rows = [[_text(key), *(_number(known.get(key)) for known in tables.values())] for key in classes]
        yield _table(["class", *map(_text, tables)], rows)


def _number(value: Value | None) -> str:
    return f"{value.value:.15g}" if value else ""


# Markdown


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _cell(text: str) -> str:
    if isinstance(text, Code):
        return f"`{text}`".replace("|", r"\|") if text else ""
    return _text(text)


def _text(text: str) -> str:
    """Return a text on one line in which no sign means anything to Markdown."""
    return re.sub(r"([\\|*~<`$])", r"\\\1", " ".join(text.split()))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(" ".join(["|", " | ".join(line), "|"]).replace("  ", " ") for line in lines)


if __name__ == "__main__":
    write()
