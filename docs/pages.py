"""Write the page of each methodology, their index and their coverage, from what the modules declare: `make pages`."""

from __future__ import annotations

import itertools
import json
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jcm_calc import Methodology, calculate
from jcm_calc.base.problems import InputError
from jcm_calc.declarations import Value
from jcm_calc.declarations.graph import is_user_supplied
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.scheme import SCHEME_RULES
from jcm_calc.evidence import GRADES, Evidence, unconfirmed
from jcm_calc.reference_data import listed_projects, partner_countries
from jcm_calc.reports.html.sections import LEGEND, Code, Formula, Section, Sources, is_long, sections
from jcm_calc.rulebooks import calculable, every, is_covered, known, modules, overview, versions

PAGES = Path(__file__).parent / "methodologies"
KINDS = ("equations", "values", "choices", "criteria")
UNREAD = "criteria_of_the_document"  # the fact that stands for criteria nobody has read
MODULES = "../../methodologies/jcm_methodologies"
WRITTEN = "This page is written from the module by `make pages`: change the module, not the page."

# A gas engine: 40 % of its gas becomes electricity, 40 % heat.
GAS = {"EC_CGS": 6000.0, "HC_CGS": 21600.0, "FC_gas": 1125.0, "NCV_gas": 48.0, "η_RE": 0.9, "EF_fuel_RE": 0.0543}
GAS |= {"EF_gas": 0.0583}

# What the middle of the plausible ranges does not give: numbers that fit each other.
FITTING = {
    "ID_AM001": {"EG_SUP": 30000.0, "EC_CAP": 0.5},
    "ID_AM002": {"COP_PJ": 6.5, "T_cooling_out": 37.0, "T_chilled_out": 7.0},
    "ID_AM017": {
        "connection": "Jamali, case 2",
        "EF_RE": "additional information on Indonesian grids, edition with 0.458 for Sumatra",
        "EG": 900.0,
    },
    "ID_AM006": {
        f"{name}_{unit}{when}": number
        for unit in ("HPU", "HCU")
        for name, when, number in (
            ("F", "", 3e6),
            ("F", "_hist", 3e6),
            ("d", "", 366.0),
            ("d", "_hist", 366.0),
            ("lower", "", 5000.0),
            ("upper", "", 12000.0),
            ("FC", "", 40000.0),
            ("FC", "_hist", 45000.0),
        )
    },
    "ID_AM007": {
        "a_fixed": 0.2,
        "b_fixed": 3.0,
        "x_lowest": 50.0,
        "x_highest": 200.0,
        "SG": 8e5,
        "h": 8000.0,
        "FC": 5e4,
        "NCV": 45.0,
        "EF": 0.056,
    },
    "ID_AM013": {"connection": "Sumatra, case 1", "EF_RE": "edition with 0.477 for Sumatra", "EG": 1922.0},
    **{number: {"EG": 1500.0, "EF_RE": 0.4} for number in ("CL_AM001", "CR_AM001", "KE_AM002")},
    **{number: {"EG": 1500.0} for number in ("MN_AM003", "MV_AM001", "PW_AM001")},
    "BD_AM002": {"EG": 1500.0, "connection": "national grid", "EF_RE": {"national grid": 0.4}},
    "VN_AM007": {"EG": 1500.0, "connection": "grid", "EF_RE": "printed pairs"},
    "TH_AM001": {"EG": 7293.0, "EF_RE": 0.319},
    **{
        number: {"EC_PJ": 100.0, "η_PJ": 120.0, "η_RE": 90.0, "EF_elec": 0.8}
        for number in ("ID_AM005", "ID_AM020", "TH_AM016")
    },
    "ID_AM008": {"RE_given": 100.0, "EC_PJ": 110.0, "EF_elec": 0.8},
    "ID_AM009": {
        **{"FC_PJ": 400.0, "NCV_NG": 48.0, "η_PJ": 0.45, "η_RE": 0.36, "EF_NG": 0.0561, "RP": 0.02, "H": 7000.0},
        "EF_elec": 0.8,
    },
    "MN_AM002": {
        **{"PH": 15200.0, "HMP": 5088.0, "RPC": 2.3, "η_RE": 0.61, "η_PJ": 0.67, "EF_CO2_coal": 0.0909},
        "EF_CO2_grid": 1.0,
    },
    "ID_AM016": {**GAS, "EF_elec": 0.75},
    "ID_AM019": {"EG": 60000.0, "EF_RE": "Sumatra, edition with 0.458"},
    "KE_AM003": {"EG_gross": 8000.0, "EC_AUX": 100.0, "EF_RE": "recalled"},
    "KH_AM002": {"c": 1.0, "EG_day": 1500.0, "connection": "national grid", "EF_RE": {"national grid": 0.4}},
    "LA_AM002": {"EG": 15000.0, "EF_RE": 0.3},
    "MM_AM005": {"EG_SUP": 60000.0, "EC_CAP": 0.8, "EF_elec": 0.5},
    "MN_AM004": {"EG": 7000.0, "EF_RE": "as MN_AM003 version 2.0, national grid"},
    "PH_AM001": {"EG": 80000.0, "EF_RE": "as PH_AM002, Mindanao"},
    "PH_AM004": {
        **{"A": 1000.0, "EF_CH4_R": 150.0, "EF_CH4_P": 85.0, "EF_N2O_R": 0.4, "EF_N2O_P": 0.7, "Q_F_R": 1.0},
        **{"Q_F_P": 1.0, "EF_F": 74.1},
    },
    "PH_AM002": {"connection": "Mindanao", "EF_RE": "design documents at second hand", "EG": 1500.0},
    "TH_AM009": {**GAS, "EF_elec": 0.5},
    "VN_AM001": {
        **{"FC_hist": 30.0, "TK_hist": 1.2e6, "FC_PJ": 29.5, "TK_PJ": 1.25e6},
        **{"NCV_f": 43.0, "NCV_i": 43.0, "EF_CO2_f": 0.0726, "EF_CO2_i": 0.0726},
    },
    "VN_AM004": {"W": 5000.0},
    "VN_AM005": {"NLL_RE": 100.0, "NLL_PJ": 40.0},
    "MN_AM001": {"ES": 50000.0, "received": 49000.0, "R_RF": 0.12, "R_PJ": 0.08},
}

Statements = dict[str, list[Evidence]]


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    found = {f"{number}.md": _page(number) for number in modules()}
    return {"README.md": _index(), "coverage.md": _coverage(), **found}


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
        grades = ["/".join(str(row[f"{what} {grade}"]) for grade in GRADES) for what in counted]
        link = f"[{m.number}]({m.number}.md)"
        rows.append([link, m.version, countries.get(m.country, m.country), str(m.sectoral_scope), *grades, m.title])
    blocks = [
        "# Methodologies",
        "What each methodology declares, statement by statement, and how far each can be trusted. Evidence is "
        f"counted as {'/'.join(LEGEND)}. What can be certified today, and what else exists: [coverage](coverage.md). "
        "The pages are written from the modules by `make pages`.",
        _table(["number", "version", "country", "scope", *counted, "title"], rows),
        "## Grades",
        _table(["grade", "meaning"], LEGEND.items()),
    ]
    return _joined(blocks)


def _coverage() -> str:
    """Return the page that says what can be certified today, what is only estimated, and what else exists."""
    statements = {m.number: _statements(m) for m in every()}
    ready = [number for number, found in statements.items() if not _open(found, KINDS)]
    calculation = sorted((_open(found, KINDS[:-1]), number) for number, found in statements.items())
    near = ", ".join(f"[{number}]({number}.md) ({count})" for count, number in calculation[:5])
    rules = sum(rule.evidence.confirmed for rule in SCHEME_RULES)
    live = [one for one in listed_projects().values() if one.live]
    covered = [one for one in live if is_covered(one)]
    lacking = sorted({f"{number} {version}" for one in live for number, version in one.uses if number in modules() and
                      not calculable(number, version)})  # fmt: skip
    blocks = [
        "# Coverage",
        f"{len(statements) + len(known())} methodologies of the scheme are known here: {len(statements)} are "
        f"implemented, {len(known())} are not. The scheme has more of them: listed is what was read, not what is "
        "recalled. The page is written from the modules by `make pages`.",
        "## The projects of the scheme",
        f"Of the {len(live)} projects that are registered or in validation (list of June 2026), {len(covered)} use "
        "only methodologies that are implemented here in the version that the list names. Of the methodologies that "
        f"are implemented, projects use these versions that are not: {', '.join(lacking) or 'none'}.",
        "## What can be certified today",
        f"With what the library itself has read: {', '.join(ready) or 'none'} of the {len(statements)}. All of them "
        "estimate. A claim needs every equation, value, choice and criterion confirmed, and the scheme's own rules of "
        f"whole tonnes and calendar years, of which {rules} of {len(SCHEME_RULES)} are. In the calculation, criteria "
        f"apart, the fewest statements are open in {near}. The page of a methodology says what is missing, "
        "[how to confirm](../how_to/confirm.md) what to do about it.",
        "## Implemented",
        "Confirmed is what was read in the document, in a project that applies it, or in a source that describes it; "
        "of how many, says the second number. Values are those that the document fixes: one that nobody has read has "
        "to be given, and counts as open. A + marks criteria that exist and are not known here.",
        _table(
            ["number", "version", "country", "claim", *KINDS, "confirmed by", "title"],
            [_coverage_row(m, statements[m.number]) for m in every()],
        ),
        "## Known, not implemented",
        "That they exist was read; what a calculation needs was not, or not in full.",
        _table(
            ["number", "version", "country", "scope", "approved", "grade", "what was read", "source", "title"],
            [
                [
                    item.number,
                    item.version,
                    partner_countries().get(item.country, item.country),
                    str(item.sectoral_scope or ""),
                    str(item.approved or ""),
                    str(item.evidence.grade),
                    *map(_text, (item.evidence.note, str(item.evidence.source), item.title)),
                ]
                for item in known()
            ],
        ),
    ]
    return _joined(blocks)


def _coverage_row(m: Methodology, statements: Statements) -> list[str]:
    confirmed = [one for found in statements.values() for one in found if one.confirmed]
    sources = dict.fromkeys(one.source.title for one in confirmed if one.source)
    counts = [f"{sum(one.confirmed for one in found)}/{len(found)}" if found else "" for found in statements.values()]
    if UNREAD in m.facts:  # one statement stands for all that are not known
        criteria = statements["criteria"]
        counts[-1] = f"{sum(one.confirmed for one in criteria)}/{len(criteria) - 1}+" if criteria[1:] else "not known"
    claim = "no" if _open(statements, KINDS) else "yes"
    country = partner_countries().get(m.country, m.country)
    return [
        f"[{m.number}]({m.number}.md)",
        m.version,
        country,
        claim,
        *counts,
        _text("; ".join(sources)),
        _text(m.title),
    ]


def _statements(m: Methodology) -> Statements:
    """Return the evidence of everything that a claim can rest on, by kind; a default without a value counts as one."""
    values = [
        evidence
        for parameter in m.inputs.values()
        if parameter.kind is Kind.DEFAULT
        for evidence in [value.evidence for value in parameter.known()] or [unconfirmed("no value was read")]
    ]
    rest = ([one.evidence for one in items] for items in (m.choices.values(), m.conditions))
    return dict(zip(KINDS, ([rule.evidence for rule in m.rules], values, *rest), strict=True))


def _open(statements: Statements, kinds: Sequence[str]) -> int:
    return sum(not one.confirmed for kind in kinds for one in statements[kind])


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
        f"[What the grades mean](README.md#grades). [All methodologies](README.md). {WRITTEN}"
    )
    yield from _example(m)
    sources = Sources()
    for section in sections(m, sources):
        yield from _section(section, m)
        if section.title == "Default values and candidates":
            yield from _candidates(m)
    if sources.numbers:
        yield "## Sources"
        yield _table(["no.", "source"], [[str(number), _text(source)] for source, number in sources.numbers.items()])


def _example(m: Methodology) -> Iterator[str]:
    """Yield a calculation with made-up numbers, to show what has to be given."""
    given = example(m)
    lines = ["import jcm_calc", "", "result = jcm_calc.calculate(", f'    "{m.number}",', f'    version="{m.version}",']
    lines += [f"    {name}={json.dumps(value, ensure_ascii=False)}," for name, value in given.items()]
    lines += [")", "print(result)"]
    yield "## Example"
    yield "The numbers are made up: they show what has to be given, and in which shape."
    yield "\n".join(["```python", *lines, "```"])
    yield f"prints `{calculate(m, **given)!r}`".replace("|", r"\|")


def example(m: Methodology) -> dict[str, Any]:
    """Return an input with one unit and one period: the first choices under which the project reduces emissions."""
    found = []
    for options in itertools.product(*(choice.options for choice in m.choices.values())):
        choices = dict(zip(m.choices, options, strict=True))
        wanted = filter(is_user_supplied, m.graph(choices).parameters)
        given = {
            "p": "2024",
            **choices,
            **{one.name: FITTING.get(m.number, {}).get(one.name, _made_up(m, one)) for one in wanted},
        }
        with warnings.catch_warnings(), suppress(InputError):
            warnings.simplefilter("ignore")
            found.append((float(calculate(m, **given).ER.magnitude) <= 0, len(found), given))
    return min(found)[2]


def _made_up(m: Methodology, parameter: Parameter) -> Any:
    """Return a number in the middle of what is plausible, or the first class."""
    if parameter.kind is Kind.CLASS_KEY:
        tables = [other.table for other in m.inputs.values() if other.by == parameter.name and other.table]
        return next(iter(tables[0].entries)) if tables else "some class"
    if parameter.unit == "date":
        return "2020-07-01"
    key = m.inputs.get(parameter.by)
    number = _middle(parameter)
    return {_made_up(m, key): number} if key and key.kind is Kind.CLASS_KEY else number


def _middle(parameter: Parameter) -> float:
    """Return a plausible number, a little on the side of less emissions."""
    bounds = parameter.plausible or parameter.bounds
    high = min(bounds.upper, 1000 * max(bounds.lower, 1.0))
    low = max(bounds.lower, high / 100)
    number = math.sqrt(low * high)
    if parameter.raises == {"PE"} or parameter.lowers == {"RE"}:
        number = max(low, number * (0.02 if parameter.extensive else 0.8))
    return float(f"{number:.2g}")


def _section(section: Section, m: Methodology) -> Iterator[str]:
    yield f"## {section.title}"
    if section.note:
        yield section.note
    rows = [[_cell(cell, m) for cell in row] for row in section.rows]
    texts = ["<br>".join(_cell(text, m) for text in found if text) for found in section.details]
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


def _cell(text: str, m: Methodology | None = None) -> str:
    if isinstance(text, Formula) and m is not None:
        return f"${text.rule.latex(m.symbols())}$"
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
