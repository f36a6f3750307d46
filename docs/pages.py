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
from jcm_calc.declarations.items import Kind, Listed, Parameter, Table
from jcm_calc.declarations.scheme import SCHEME_RULES
from jcm_calc.declarations.statements import Stated, declared
from jcm_calc.evidence import Evidence, unconfirmed
from jcm_calc.inputs.case import Case, published
from jcm_calc.reference_data import electricity, listed_projects, partner_countries
from jcm_calc.reference_data.electricity_factors import FactorKind
from jcm_calc.reports.html.sections import LEGEND, Code, Formula, Section, Sources, is_long, sections
from jcm_calc.rulebooks import calculable, every, is_covered, known, modules, versions

PAGES = Path(__file__).parent / "methodologies"
KINDS = {
    "equations": Stated.EQUATION,
    "values": Stated.VALUE,
    "choices": Stated.CHOICE,
    "criteria": Stated.CRITERION,
}
UNREAD = "criteria_of_the_document"  # the fact that marks criteria that were not read
MODULES = "../../methodologies/jcm_methodologies"
WRITTEN = "<!-- Written from the module by `make pages`: change the module, not the page. -->"

# A gas engine: 40 % of its gas becomes electricity, 40 % heat.
GAS = {"EC_CGS": 6000.0, "HC_CGS": 21600.0, "FC_gas": 1125.0, "NCV_gas": 48.0, "η_RE": 0.9, "EF_fuel_RE": 0.0543}
GAS |= {"EF_gas": 0.0583}

USUAL_FUEL = "Gas/diesel oil"
# A chiller of some 500 USRt; a plant of 1.2 MW of solar modules.
CHILLER = {"EC_PJ": 1500.0, "COP_PJ": 6.6, "COP_RE": 5.9}
SOLAR = {"EG": 1500.0}
DIESEL = {"NCV_i": 43.0, "NCV_f": 43.0, "EF_CO2_i": 0.0726, "EF_CO2_f": 0.0726, "fuel": "Gas/diesel oil"}

# Numbers that fit each other, of the size of real projects, where no published case has its inputs.
FITTING = {
    "BD_AM002": {**SOLAR, "connection": "national grid", "EF_RE": {"national grid": 0.4}},
    "CL_AM001": {**SOLAR, "EF_RE": 0.4},
    "CR_AM001": {**SOLAR, "EF_RE": 0.2},
    "CR_AM002": CHILLER,
    "ID_AM001": {"EG_SUP": 30000.0, "EC_CAP": 0.5},
    "ID_AM002": {"EC_PJ": 1500.0, "COP_PJ": 6.5, "T_cooling_out": 37.0, "T_chilled_out": 7.0, "capacity": 500.0},
    "ID_AM004": {"EC_PJ": 60.0, "COP_PJ": 4.6, "COP_RE": 3.9},
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
    }
    | {"NCV": 49.5, "EF": 0.0576},
    "ID_AM007": {
        **{"a_fixed": 0.2, "b_fixed": 3.0, "x_lowest": 50.0, "x_highest": 200.0, "SG": 8e5, "h": 8000.0},
        **{"FC": 5e4, "NCV": 45.0, "EF": 0.056},
    },
    "ID_AM008": {"RE_given": 100.0, "EC_PJ": 110.0},
    "ID_AM009": {
        **{"FC_PJ": 400.0, "NCV_NG": 48.0, "η_PJ": 0.45, "η_RE": 0.36, "EF_NG": 0.0561, "RP": 0.02, "H": 7000.0},
    },
    "ID_AM010": {
        **{"Q_heat": 4000.0, "η_RE_boiler": 0.89, "EF_oil": 0.0741, "Q_cool": 900.0, "COP_RE": 3.0, "EC_HP": 420.0},
        **{"EC_HP_aux": 40.0, "EC_OC": 20.0, "EC_OC_aux": 5.0, "FC_oil": 8.0, "NCV_oil": 43.0},
    },
    "ID_AM016": GAS,
    "ID_AM017": {
        **{"connection": "Jamali, case 2", "EG": 900.0},
        "EF_RE": "additional information on Indonesian grids, edition with 0.458 for Sumatra",
    },
    "ID_AM019": {"EG": 60000.0, "EF_RE": "Sumatra, edition with 0.458"},
    "ID_AM022": {"Q": 2400.0, "COP_RE": 5.0, "EC_PJ": 80.0, "FC_PJ": 30.0, "NCV_fuel": 48.0, "EF_fuel": 0.0561},
    "KE_AM002": {**SOLAR, "EF_RE": 0.4},
    "KE_AM003": {"EG_gross": 8000.0, "EC_AUX": 100.0, "EF_RE": "from recollection"},
    "KH_AM002": {"c": 1.0, "EG_day": 1500.0, "connection": "national grid", "EF_RE": {"national grid": 0.4}},
    "LA_AM002": {"EG": 15000.0, "EF_RE": 0.3},
    "MM_AM002": {"EC_PJ": 200.0, "COP_PJ": 2.2, "COP_RE": 1.8},
    "MM_AM005": {"EG_SUP": 60000.0, "EC_CAP": 0.8},
    "MN_AM001": {"ES": 50000.0, "received": 49000.0, "R_RF": 0.12, "R_PJ": 0.08},
    "MN_AM004": {"EG": 7000.0, "EF_RE": "as MN_AM003 version 2.0, national grid"},
    "MV_AM001": SOLAR,
    "PH_AM001": {"EG": 80000.0, "EF_RE": "as PH_AM002, Mindanao"},
    "PH_AM002": {**SOLAR, "connection": "Mindanao", "EF_RE": "design documents at second hand"},
    "PW_AM001": SOLAR,
    "SA_AM001": {"EC_PJ": 150000.0, "SEC_RE": 2.45, "SEC_PJ": 2.15},
    "TH_AM001": {"EG": 7293.0, "EF_RE": 0.319},
    "TH_AM003": CHILLER,
    "TH_AM009": GAS,
    "TH_AM013": CHILLER,
    **{number: {"EC_PJ": 100.0, "η_PJ": 120.0, "η_RE": 90.0} for number in ("ID_AM005", "ID_AM020", "TH_AM016")},
    "VN_AM001": {**DIESEL, "FC_hist": 30.0, "TK_hist": 1.2e6, "FC_PJ": 29.5, "TK_PJ": 1.25e6},
    "VN_AM002": {"EC_PJ": 200.0, "η_PJ": 4.5, "η_RE": 3.4},
    "VN_AM003": {
        **{"EC_PJ": 500.0, "η_PJ_elec": 4.5, "η_RE_elec": 3.5, "FC_PJ": 100.0, "fuel": "Liquefied petroleum gases"},
        **{"NCV_fuel": {"Liquefied petroleum gases": 47.3}, "EF_fuel": {"Liquefied petroleum gases": 0.0631}},
        **{"η_PJ_fuel": 0.92, "η_RE_fuel": 0.85, "EC_sub": 100.0, "COP_PJ": 4.0, "η_RE_boiler": 0.85},
        **{"fuel_RE": "Gas/diesel oil", "EF_fuel_RE": {"Gas/diesel oil": 0.0741}, "P_RE": 40.0, "P_PJ": 18.0},
        **{"N": 500.0, "OH": 4000.0, "P_AUX": 5.0, "OH_AUX": 4000.0},
    },
    "VN_AM004": {
        **{"W": 5000.0, "x_year": 2024.0, "φ": 0.75, "f": 0.0, "GWP_CH4": 28.0, "OX": 0.0, "F": 0.5, "DOC_f": 0.5},
        **{"MCF": 0.8, "DOC": 0.15, "k": 0.4, "BG": 400000.0, "EC_PJ": 200.0},
    },
    "VN_AM005": {
        **{"type": "3 phase 160 kVA", "NLL_RE": 410.0, "NLL_PJ": 130.0, "t_on": "2023-07-01", "Br": 0.03},
    },
}

# Where a reader looks for a methodology first.
TECHNIQUES = {
    "solar power": "BD_AM002 CL_AM001 CR_AM001 ID_AM013 ID_AM017 KE_AM002 KH_AM002 LA_AM002 MN_AM003 MN_AM004 MV_AM001 "
    "PH_AM002 PW_AM001 TH_AM001 VN_AM007",
    "run-of-river hydropower": "ID_AM019 KE_AM003 PH_AM001",
    "cogeneration by gas engines": "ID_AM016 TH_AM009",
    "waste heat of cement production": "ID_AM001 MM_AM005",
    "chillers and refrigerators": "CR_AM002 ID_AM002 ID_AM003 ID_AM008 ID_AM022 MM_AM002 TH_AM003 TH_AM005 TH_AM013",
    "air conditioning and heat pumps": "ID_AM004 ID_AM010 VN_AM002",
    "lighting": "ID_AM005 ID_AM020 TH_AM016",
    "buildings, boilers, burners, refineries": "ID_AM006 ID_AM007 ID_AM009 MN_AM002 VN_AM003",
    "transmission lines and transformers": "MN_AM001 VN_AM005",
    "electrolysers": "SA_AM001",
    "transport": "VN_AM001",
    "waste": "VN_AM004",
    "rice fields": "PH_AM004",
}

# How sure an author is, which is data of the module: a page says that a statement is not verified.
CERTAINTY = re.compile(r"\s*\(\d+(?:-\d+)? %\)")

Statements = dict[str, list[Evidence]]


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    found = {f"{number}.md": _page(number) for number in modules()}
    return {"README.md": _index(), "coverage.md": _coverage(), **found}


def write() -> None:
    """Write every page, and delete those of removed methodologies."""
    PAGES.mkdir(exist_ok=True)
    texts = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (PAGES / name).write_text(text, encoding="utf-8", newline="\n")


def _index() -> str:
    countries = partner_countries()
    latest = {m.number: m for m in every()}
    blocks = [
        "# Methodologies",
        "By technique, each with what its page declares, statement by statement. **Status** says how far a calculation "
        "rests on sources that describe the approved methodology: *ready* for an issuance request, *read* (every "
        "equation and value of the calculation), *partly read*, or *not read*; [coverage](coverage.md) counts all. "
        "Official texts are on [jcm.go.jp](https://www.jcm.go.jp/).",
    ]
    for technique, numbers in TECHNIQUES.items():
        rows = []
        for number in numbers.split():
            m = latest[number]
            country = countries.get(m.country, m.country)
            rows.append([f"[{number}]({number}.md)", m.version, country, _status(m), m.title])
        blocks += [f"## {technique.capitalize()}", _table(["number", "version", "country", "status", "title"], rows)]
    blocks += ["## Grades", _table(["grade", "meaning"], LEGEND.items())]
    return _joined(blocks)


def _status(m: Methodology) -> str:
    """Return how far the calculation of a methodology was read, as a badge."""
    statements = _statements(m)
    counted = [one for kind in [*KINDS][:-1] for one in statements[kind]]
    read = sum(one.confirmed for one in counted)
    if not _open(statements, KINDS):
        return "● ready"
    if read == len(counted):
        return "◕ read"
    return f"◐ partly read ({read}/{len(counted)})" if read else "○ not read"


def _coverage() -> str:
    """Return the page that says what is ready for an issuance request, what is an estimate, and what else exists."""
    statements = {m.number: _statements(m) for m in every()}
    ready = [number for number, found in statements.items() if not _open(found, KINDS)]
    calculation = sorted((_open(found, [*KINDS][:-1]), number) for number, found in statements.items())
    near = ", ".join(f"[{number}]({number}.md) ({count})" for count, number in calculation[:5])
    rules = sum(rule.evidence.confirmed for rule in SCHEME_RULES)
    live = [one for one in listed_projects().values() if one.live]
    covered = [one for one in live if is_covered(one)]
    lacking = sorted({f"{number} {version}" for one in live for number, version in one.uses if number in modules() and
                      not calculable(number, version)})  # fmt: skip
    blocks = [
        "# Coverage",
        f"{len(statements) + len(known())} methodologies of the scheme are known here: {len(statements)} are "
        f"implemented, {len(known())} are not. The scheme has more; the list has those that were read in a source.",
        "## The projects of the scheme",
        f"Of the {len(live)} projects that are registered or in validation (list of June 2026), {len(covered)} use "
        "only methodologies that are implemented here in the version that the list names. Of the methodologies that "
        f"are implemented, projects use these versions that are not: {', '.join(lacking) or 'none'}.",
        "## Ready for an issuance request",
        f"With what the library itself has read: {', '.join(ready) or 'none'} of the {len(statements)}. All of them "
        "give estimates. An issuance request needs every equation, value, choice and criterion confirmed, and the "
        f"scheme's rules of whole tonnes and calendar years, of which {rules} of {len(SCHEME_RULES)} are. The "
        f"calculations with the fewest open statements, without criteria: {near}. The page of a methodology lists "
        "what is missing; "
        "[how to confirm](../how_to/confirm.md) says what to do.",
        "## Implemented",
        "The first number counts what was read in the document, in a project that applies it, or in a source that "
        "describes it; the second counts all. Values are those that the document fixes; one without a source must be "
        "given, and counts as open. A + marks criteria that exist and are not known here.",
        _table(
            ["number", "version", "country", "ready", *KINDS, "confirmed by", "title"],
            [_coverage_row(m, statements[m.number]) for m in every()],
        ),
        "## Known, not implemented",
        "Sources say that they exist. What a calculation needs was not read, or not in full.",
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
    ready = "no" if _open(statements, KINDS) else "yes"
    country = partner_countries().get(m.country, m.country)
    return [
        f"[{m.number}]({m.number}.md)",
        m.version,
        country,
        ready,
        *counts,
        _text("; ".join(sources)),
        _text(m.title),
    ]


def _statements(m: Methodology) -> Statements:
    """Return the evidence that an issuance request rests on, by kind; a default without a value counts as one."""
    found = {name: [one.evidence for one in declared(m, kind) if one.evidence] for name, kind in KINDS.items()}
    unread = [one for one in m.inputs.values() if one.kind is Kind.DEFAULT and not one.supplied]
    found["values"] += [unconfirmed("no value was read")] * len(unread)
    return found


def _open(statements: Statements, kinds: Iterable[str]) -> int:
    return sum(not one.confirmed for kind in kinds for one in statements[kind])


def _page(number: str) -> str:
    """Return the page of a methodology, with every version that can be calculated, the latest first."""
    return "\n".join(_joined(_version(m)) for m in reversed(versions(number).values()))


class Notes(Sources):
    """Notes on evidence, each once, by number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, int] = {}

    def note(self, evidence: Evidence | None) -> str:
        """Return the number of a note, or of a source alone."""
        if evidence is None:
            return ""
        source = ""
        if evidence.source is not None:
            source = f"[{self.numbers.setdefault(str(evidence.source), len(self.numbers) + 1)}]"
        text = CERTAINTY.sub("", evidence.note)
        if not text:
            return f"source {source}" if source else ""
        if not evidence.confirmed:
            text = f"Not verified against the methodology. Basis: {text}"
        return f"note {self.texts.setdefault(f'{text} {source}'.strip(), len(self.texts) + 1)}"


def _version(m: Methodology) -> Iterator[str]:
    module = modules()[m.number].rpartition(".")[2]
    yield f"# {_text(f'{m}: {m.title}')}"
    if m.note:
        yield _text(m.note)
    yield (
        f"Status: {_status(m)}. Module: [{module}.py]({MODULES}/{module}.py). "
        f"[What the grades mean](README.md#grades). [All methodologies](README.md). "
        "[Official texts](https://www.jcm.go.jp/)."
    )
    yield WRITTEN
    yield from _example(m)
    notes = Notes()
    for section in sections(m, notes):
        yield from _section(section, m)
        if section.title == "Default values and candidates":
            yield from _candidates(m)
    if notes.texts:
        yield "## Notes on evidence"
        yield "\n".join(f"{number}. {_text(text)}" for text, number in notes.texts.items())
    if notes.numbers:
        yield "## Sources"
        yield _table(["no.", "source"], [[str(number), _text(source)] for source, number in notes.numbers.items()])


def _example(m: Methodology) -> Iterator[str]:
    """Yield a calculation: with the inputs of a published case, or with numbers of their size."""
    case = _case(m)
    given = _inputs(case) if case else example(m)
    lines = ["import jcm_calc", "", "result = jcm_calc.calculate(", f'    "{m.number}",', f'    version="{m.version}",']
    lines += [f"    {name}={json.dumps(value, ensure_ascii=False)}," for name, value in given.items()]
    lines += [")", "print(result)"]
    yield "## Example"
    if case:
        yield f"The inputs are those of this source: {_text(str(case.source.source))}."
    else:
        yield "The numbers are made up, of the size of a real project. They show the inputs and their form."
    yield "\n".join(["```python", *lines, "```"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield f"prints `{calculate(m, **given)!r}`".replace("|", r"\|")


def _case(m: Methodology) -> Case | None:
    """Return the first published case of a version from which it can be calculated."""
    for case in published(m, Case):
        if case.source and not case.expected.get("missing") and not case.tables:
            return case
    return None


def _inputs(case: Case) -> dict[str, Any]:
    period = {} if case.p is None else {"p": case.p}
    return {**period, **case.choices, **case.inputs}


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


def _grid_factor(country: str) -> float:
    """Return the latest combined margin that a country publishes, or the average of its registered projects."""
    combined = [one for one in electricity(country) if "combined margin" in one.name]
    national = [one.value for one in combined if one.kind is FactorKind.NATIONAL]
    return [0.5, *(one.value for one in combined), *national][-1]


def _made_up(m: Methodology, parameter: Parameter) -> Any:
    """Return a number in the middle of what is plausible, or the first class."""
    if parameter.kind is Kind.CLASS_KEY:
        own = [other for other in m.inputs.values() if other.by == parameter.name]
        known = [one for other in own for one in (other.table, *other.candidates.values()) if isinstance(one, Table)]
        if known and USUAL_FUEL in known[0].entries:
            return USUAL_FUEL
        return next(iter(known[0].entries)) if known else "some class"
    if parameter.unit == "date":
        return "2020-07-01"
    key = m.inputs.get(parameter.by)
    if key and key.kind is Kind.CLASS_KEY and parameter.candidates:
        return next(iter(parameter.candidates))
    number = _grid_factor(m.country) if Listed.GRID in parameter.listed else _middle(parameter)
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
