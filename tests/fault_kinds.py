"""Kinds of faults that are planted at random: which cells are changed, and which finding is due.

Each kind is drawn equally often. Its files are those that make it decidable: a workbook whose plan sheets hold
the registered values, or its report sheets alone.
"""

import re
from dataclasses import dataclass
from datetime import date

import openpyxl
from faults import calculate_again

from jcm_calc.base.sheet_xml import column_number
from jcm_calc.declarations.items import Equation, Kind
from jcm_calc.inputs import Period
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import REFERENCE, Calculator
from jcm_calc.verification.submission import Submission


@dataclass(frozen=True)
class Fault:
    """What was planted, and the codes of which one must be found, with a cell that must be named."""

    changes: dict
    codes: tuple[str, ...]
    cell: str
    again: bool = True


class Site:
    """A clean workbook in which faults can be planted."""

    def __init__(self, path):
        self.path = path
        self.material = Analyses(Submission(path, "MRS"))
        self.sheet = self.material.sheet
        self.report = self.material.report
        self.steps = [step for step in self.sheet.cells if self.sheet.formula(step.place)]
        nodes = self.sheet.nodes
        self.plain = [s for s in self.steps if _plain(nodes.get(s.name)) and self._counts(s)]
        self.totals = [s for s in self.steps if s.name in nodes and _total(nodes[s.name])]
        derivatives = self.material.result.derivatives()
        self.keys = {getattr(node, "by", "") for node in nodes.values()} - {""}
        self.counting = {name for name, array in derivatives.items() if (abs(array) > 1e-9).any()}
        self.numbers = [
            e
            for e in self.report.entries()
            if isinstance(e.value, float) and e.value and e.parameter.name in self.counting
        ]

    def _counts(self, step):
        """Whether a cell shows a number other than 0 and 1, so that a fault in it shows."""
        value = self.sheet.stored(step.place)
        return isinstance(value, float) and value not in (0.0, 1.0)


def _plain(node):
    return isinstance(node, Equation) and not node.total and node.arguments


def _total(node):
    return isinstance(node, Equation) and bool(node.total)


def _cellname(place):
    return place[0], address(place).rpartition("!")[2]


def _operand(rng, site, replacement, choose=lambda site, step: True):
    """Replace one reference in a formula of an equation whose operands are neither 0 nor 1."""
    steps = [step for step in site.plain if choose(site, step)]
    for step in rng.permutation(len(steps)):
        step = steps[step]
        text = site.sheet.formula(step.place).text
        refs = [m for m in REFERENCE.finditer(text) if m["text"] is None and _moves(site, step, m[0], text)]
        if refs:
            match = refs[rng.integers(len(refs))]
            new = replacement(site, step, match[0])
            if new is None:
                continue
            return step, text[: match.start()] + new + text[match.end() :]
    return None


def _moves(site, step, reference, text):
    """Whether a cell is used in one place and its value bears on the result."""
    value = Calculator(site.report.book).evaluate(reference, step.place[0])
    if not isinstance(value, float) or value in (0.0, 1.0, -1.0) or text.count(reference) > 1:
        return False
    own = Calculator(site.report.book).evaluate(text, step.place[0])
    moved = Calculator(site.report.book).evaluate(text.replace(reference, f"({reference}*1.3)"), step.place[0])
    return isinstance(own, float) and isinstance(moved, float) and abs(own - moved) > 1e-6 * abs(own)


def _of_formula(codes, replacement):
    def plant(rng, site):
        found = _operand(rng, site, replacement)
        if found is None:
            return None
        step, text = found
        return Fault({_cellname(step.place): f"={text}"}, codes, step.address)

    return plant


def wrong_operand(rng, site):
    def other(site, step, reference):
        candidates = [
            s
            for s in site.sheet.cells
            if s.place[0] == step.place[0]
            and s.name in site.sheet.nodes
            and s.name not in _arguments(site, step)
            and step.name not in site.material.result.inputs.graph.upstream(s.name).nodes
        ]
        candidates = [
            s for s in candidates if isinstance(site.sheet.stored(s.place), float) and _apart(site, s, step, reference)
        ]
        return address(candidates[rng.integers(len(candidates))].place).rpartition("!")[2] if candidates else None

    found = _operand(rng, site, other)
    return found and Fault({_cellname(found[0].place): f"={found[1]}"}, ("A8", "A7"), found[0].address)


def _arguments(site, step):
    return site.sheet.nodes[step.name].arguments


def _apart(site, other, step, reference):
    value = Calculator(site.report.book).evaluate(reference, step.place[0])
    return abs(site.sheet.stored(other.place) - value) > 1e-6 * abs(value)


def other_row(rng, site):
    def other(site, step, reference):
        column = re.match(r"[A-Z]+", reference)
        beside = [s for s in site.sheet.cells if s.place[0] == step.place[0] and column and _column(s) == column[0]]
        name = next((s.name for s in beside if address(s.place).endswith(f"!{reference}")), None)
        candidates = [s for s in beside if s.name == name and _apart(site, s, step, reference)]
        return address(candidates[rng.integers(len(candidates))].place).rpartition("!")[2] if candidates else None

    found = _operand(rng, site, other)
    return found and Fault({_cellname(found[0].place): f"={found[1]}"}, ("A8",), found[0].address)


def _column(step):
    return re.match(r"[A-Z]+", _cellname(step.place)[1])[0]


def missed_row(rng, site):
    return _of_sum(rng, site, lambda column, first, last: f"=SUM({column}{first}:{column}{last - 1})")


def doubled_row(rng, site):
    return _of_sum(rng, site, lambda column, first, last: f"=SUM({column}{first}:{column}{last})+{column}{last}")


def _of_sum(rng, site, changed):
    """Change the sum of a column of which the last row counts."""
    for number in rng.permutation(len(site.totals)):
        step = site.totals[number]
        match = re.fullmatch(r"SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", site.sheet.formula(step.place).text)
        if match is None:
            continue
        column, first, last = match[1], int(match[2]), int(match[3])
        if last > first and site.report.book.value(step.place[0], last - 1, column_number(column)):
            return Fault({_cellname(step.place): changed(column, first, last)}, ("C5",), step.address)
    return None


def unit_factor(rng, site):
    if not site.plain:
        return None
    step = site.plain[rng.integers(len(site.plain))]
    factor, codes = [
        ("*1000", ("B7", "B4")),
        ("/1000", ("B7", "B4")),
        ("*100", ("B1",)),
        ("/100", ("B2",)),
        ("*3.6", ("B3",)),
        ("*-1", ("C1",)),
    ][rng.integers(6)]
    return Fault({_cellname(step.place): f"=({site.sheet.formula(step.place).text}){factor}"}, codes, step.address)


def pasted(rng, site):
    steps = [s for s in site.plain + site.totals if site._counts(s)]
    if not steps:
        return None
    step = steps[rng.integers(len(steps))]
    value = site.sheet.stored(step.place) * 1.13
    return Fault({_cellname(step.place): value}, ("A1", "A2"), step.address)


def stale(rng, site):
    steps = [s for s in site.plain + site.totals if site._counts(s)]
    if not steps:
        return None
    step = steps[rng.integers(len(steps))]
    value = site.sheet.stored(step.place) * 1.13
    return Fault(
        {_cellname(step.place): (f"={site.sheet.formula(step.place).text}", value)}, ("A1",), step.address, again=False
    )


def rounded(rng, site):
    steps = [s for s in site.plain if abs(site.sheet.stored(s.place) % 1) > 1e-6]
    if not steps:
        return None
    step = steps[rng.integers(len(steps))]
    return Fault({_cellname(step.place): f"=ROUND({site.sheet.formula(step.place).text},0)"}, ("H5",), step.address)


def _entry(rng, site, allowed):
    entries = [e for e in site.numbers if allowed(e)]
    return entries[rng.integers(len(entries))] if entries else None


def _is_fixed(entry):
    return "p" not in entry.parameter.indices and entry.parameter.kind is not Kind.MONITORED


def changed_constant(rng, site):
    entry = _entry(rng, site, lambda e: _is_fixed(e) and e.value * 1.07 in e.parameter.bounds)
    codes = ("D2", "J1", "D12", "D1", "D6")
    return entry and Fault({_cellname(entry.place): entry.written * 1.07}, codes, entry.address)


def slipped_constant(rng, site):
    factor, codes = [(1000.0, ("B7",)), (100.0, ("B1",)), (0.01, ("B2",)), (10.0, ("B7",))][rng.integers(4)]
    entry = _entry(rng, site, _is_fixed)
    codes = (*codes, "B6") if entry and entry.value * factor not in entry.parameter.bounds else codes
    return entry and Fault({_cellname(entry.place): entry.written * factor}, codes, entry.address)


def kilowatt_hours(rng, site):
    entry = _entry(
        rng, site, lambda e: e.parameter.kind is Kind.MONITORED and e.parameter.unit in ("MWh", "t", "GJ", "kL")
    )
    return entry and Fault({_cellname(entry.place): entry.written * 1000}, ("B4",), entry.address)


def emptied(rng, site):
    entry = _entry(rng, site, lambda e: True)
    return entry and Fault({_cellname(entry.place): None}, ("A9",), entry.address)


def error_value(rng, site):
    entry = _entry(rng, site, lambda e: True)
    return entry and Fault({_cellname(entry.place): "#REF!"}, ("A7",), entry.address)


def words(rng, site):
    entry = _entry(rng, site, lambda e: True)
    return entry and Fault({_cellname(entry.place): "no data"}, ("A7",), entry.address)


def reductions_raised(rng, site):
    # a tonne more is another number only where the claim is not enormous
    claims = [cell for _, cell, _ in site.report.reported_cells() if float(cell.value) + 1 > float(cell.value)]
    if not claims:
        return None
    cell = claims[rng.integers(len(claims))]
    return Fault({_cellname((cell.sheet, cell.row, cell.column)): float(cell.value) + 1}, ("H1",), cell.address)


def other_file(rng, site):
    found = _operand(rng, site, lambda site, step, reference: "[1]Factors!$B$3")
    return found and Fault({_cellname(found[0].place): f"={found[1]}"}, ("A4",), found[0].address, again=False)


# What stands in place of a monitored amount: numbers typed into a formula


def _monitored(rng, site):
    """A monitored amount of which the entry is a number, large enough that a hundredth of it counts."""
    return _entry(rng, site, lambda e: e.parameter.kind is Kind.MONITORED and e.parameter.extensive and e.written >= 1)


def _typed(codes, formula):
    def plant(rng, site):
        entry = _monitored(rng, site)
        if entry is None:
            return None
        change = {_cellname(entry.place): "=" + formula.format(v=round(entry.written, 4), less=entry.written * 0.004)}
        return Fault(change, codes, entry.address)

    return plant


def typed_rounding(rng, site):
    entry = _monitored(rng, site)
    written = entry and round(entry.written) + 0.37
    return entry and Fault({_cellname(entry.place): f"=ROUND({written},0)"}, ("H5",), entry.address)


# Dated rows behind a monitored amount

ROWS = "Rows"


def with_rows(rng, site, path):
    """Put a sheet of months behind a monitored amount, with two months of another period; return its entry."""
    entries = [e for e in site.numbers if e.parameter.kind is Kind.MONITORED and e.parameter.extensive]
    entries = [e for e in entries if e.written > 0 and Period.parse(e.labels.get("p", "1")).dated]
    if not entries:
        return None
    entry = entries[rng.integers(len(entries))]
    first = Period.parse(entry.labels["p"]).first
    shares = rng.uniform(0.85, 1.15, 6)
    amounts = [float(amount) for amount in entry.written * shares / shares.sum()]
    book = openpyxl.load_workbook(site.path)
    sheet = book.create_sheet(ROWS)
    sheet.append(["month", "amount"])
    for number, amount in enumerate([*amounts, amounts[0], amounts[1]], first.month - 1):
        sheet.append([f"{first.year + number // 12}-{number % 12 + 1:02}", amount])
    book[entry.place[0]][_cellname(entry.place)[1]] = "=SUM(Rows!B2:B7)"
    book.save(path)
    calculate_again(path)
    # a value at the very limit of its range may lie beyond it when its parts are added up
    return entry if Submission(path, "MRS").result is not None else None


def _rows(codes, formula="", cell="", value=None):
    """Change the formula of the amount, or a cell of the rows."""

    def plant(rng, site, entry):
        if formula:
            return Fault({_cellname(entry.place): formula}, codes, "")
        change = value(site.report.book.value(ROWS, 3, 1)) if callable(value) else value
        return Fault({(ROWS, cell): change}, codes, "")

    return plant


# One cell that cannot be used, or that somebody wrote over


def ambiguous(rng, site):
    entry = _entry(rng, site, lambda e: not e.parameter.textual and e.parameter.unit != "date")
    return entry and Fault({_cellname(entry.place): "1,234"}, ("E9", "D2"), "", again=False)


def later_error(rng, site):
    entry = _entry(rng, site, lambda e: True)
    return entry and Fault({_cellname(entry.place): "#SPILL!"}, ("A7",), entry.address, again=False)


def misspelt_class(rng, site):
    entries = [e for e in site.report.entries() if isinstance(e.written, str) and e.parameter.name in site.keys]
    if not entries:
        return None
    entry = entries[rng.integers(len(entries))]
    return Fault({_cellname(entry.place): entry.written + " x"}, ("B6", "K1", "J6", "C9"), "", again=False)


def other_version(rng, site):
    sheets = sorted({part.roles[role] for part in site.report.examined for role in part.roles})
    sheet = sheets[rng.integers(len(sheets))]
    for row, cells in enumerate(site.report.book.grid(sheet)):
        for column, text in enumerate(cells):
            if isinstance(text, str) and (match := re.search(r"_ver(\d+\.\d+)", text)):
                changed = text.replace(match[1], "97.0")
                return Fault({_cellname((sheet, row, column)): changed}, ("J4",), "", again=False)
    return None


def unit_of_reductions(rng, site):
    part = site.report.examined[rng.integers(len(site.report.examined))]
    claim = part.reported
    row = claim.cell.row
    column = next(at for at, cell in enumerate(site.report.book.grid(claim.sheet)[row]) if cell == claim.unit)
    unit = ["kt", "ktCO2/p", "kgCO2", "MWh", None][rng.integers(5)]
    return Fault({_cellname((claim.sheet, row, column)): unit}, ("H1",), claim.cell.address)


def unit_over_link(rng, site):
    separate = {part.roles["input"]: part.roles.get("separate") for part in site.report.examined}
    own = {entry.parameter.name for entry in site.report.entries() if entry.place[0] in separate.values()}
    rows = [
        (parameter, row.cells["unit"])
        for parameter, row in site.report.rows()
        if parameter.name in own and parameter.unit in OTHER_UNITS and row.text("unit")
    ]
    if not rows:
        return None
    parameter, cell = rows[rng.integers(len(rows))]
    return Fault({_cellname((cell.sheet, cell.row, cell.column)): OTHER_UNITS[parameter.unit]}, ("B3",), "")


OTHER_UNITS = {"MWh": "kWh/p", "t": "kg/p", "GJ": "MJ/p", "kL": "L/p", "kWh": "MWh/p", "m3": "kL/p"}


def _day(value, codes):
    def plant(rng, site):
        part = site.report.examined[rng.integers(len(site.report.examined))]
        tables = site.report.sheets.tables(part.roles["input"])
        firsts = [row.cells["first"] for kind, rows in tables if kind == "periods" for row in rows]
        cells = [cell for cell in firsts if isinstance(cell.value, date)]
        if not cells:
            return None
        cell = cells[rng.integers(len(cells))]
        return Fault({_cellname((cell.sheet, cell.row, cell.column)): value}, codes, "", again=False)

    return plant


REPORT, WITH_PLAN, WITH_ROWS = "the report", "the report and the registered plan", "the report and its dated rows"

# What is planted, and which files make it decidable.
KINDS = {
    "sign": (_of_formula(("C1",), lambda site, step, reference: f"(-{reference})"), REPORT),
    "inverted": (_of_formula(("C1",), lambda site, step, reference: f"(1/{reference})"), REPORT),
    "factor left out": (_of_formula(("C2", "C12"), lambda site, step, reference: "1"), REPORT),
    "literal": (_of_formula(("A2",), lambda site, step, reference: "0.8771"), REPORT),
    "wrong operand": (wrong_operand, REPORT),
    "other row": (other_row, REPORT),
    "missed row": (missed_row, REPORT),
    "doubled row": (doubled_row, REPORT),
    "unit factor": (unit_factor, REPORT),
    "pasted": (pasted, REPORT),
    "stale": (stale, REPORT),
    "rounded": (rounded, REPORT),
    "changed constant": (changed_constant, WITH_PLAN),
    "slipped constant": (slipped_constant, WITH_PLAN),
    "kWh for MWh": (kilowatt_hours, WITH_PLAN),
    "emptied": (emptied, REPORT),
    "error value": (error_value, REPORT),
    "words": (words, REPORT),
    "reported reductions raised": (reductions_raised, REPORT),
    "other file": (other_file, REPORT),
}

# Kinds that have no cell, or whose finding may be a question: the verification must not end without it.
SUM = "=SUM(Rows!B2:B7)"
MORE_KINDS = {
    "typed factor": (_typed(("C13",), "{v}*1.02"), REPORT),
    "typed divisor": (_typed(("C13",), "{v}/0.96"), REPORT),
    "typed per cent": (_typed(("C13",), "{v}*110%"), REPORT),
    "typed addend": (_typed(("C13",), "{v}+{less}"), REPORT),
    "typed choice": (_typed(("C13",), "MAX({v},{less})"), REPORT),
    "typed sum": (_typed(("C13",), "{v}/2+{v}/3+{v}/4"), REPORT),
    "typed rounding": (typed_rounding, REPORT),
    "rows, factor": (_rows(("C13",), f"{SUM}*1.02"), WITH_ROWS),
    "rows, far factor": (_rows(("C13",), f"{SUM}*1.4"), WITH_ROWS),
    "rows, addend": (_rows(("C13",), f"{SUM}*1+SUM(Rows!B2:B7)*0+0.5"), WITH_ROWS),
    "rows, one weighted": (_rows(("C13",), "=SUM(Rows!B2:B6)+Rows!B7*0.4"), WITH_ROWS),
    "rows, at least": (_rows(("C13",), f"=MAX(SUM(Rows!B2:B7),{'9' * 9})"), WITH_ROWS),
    "rows, difference": (_rows(("C13",), "=Rows!B7-Rows!B2"), WITH_ROWS),
    "rows, one left out": (_rows(("C5",), "=SUM(Rows!B2:B6)"), WITH_ROWS),
    "rows, one twice": (_rows(("C5",), f"{SUM}+Rows!B3"), WITH_ROWS),
    "rows, other period": (_rows(("C5",), "=SUM(Rows!B2:B8)"), WITH_ROWS),
    "rows, OFFSET": (_rows(("C5",), "=SUM(OFFSET(Rows!B2,0,0,5,1))"), WITH_ROWS),
    "rows, INDIRECT": (_rows(("C13",), '=SUM(INDIRECT("Rows!B2:B7"))*1.03'), WITH_ROWS),
    "rows, SUMPRODUCT": (_rows(("C5",), "=SUMPRODUCT((ROW(Rows!B2:B7)<7)*Rows!B2:B7)"), WITH_ROWS),
    "rows, text": (_rows(("A7",), cell="B4", value=lambda amount: f"{amount:.1f}".replace(".", ",")), WITH_ROWS),
    "rows, negative": (_rows(("B6",), cell="B4", value=lambda amount: -abs(amount)), WITH_ROWS),
    "rows, thousandfold": (_rows(("B6", "B4", "B5"), cell="B4", value=lambda amount: amount * 1000), WITH_ROWS),
    "rows, blank": (_rows(("A9",), cell="B4", value=None), WITH_ROWS),
    "ambiguous number": (ambiguous, REPORT),
    "later error": (later_error, REPORT),
    "misspelt class": (misspelt_class, REPORT),
    "other version": (other_version, REPORT),
    "unit of the reported reductions": (unit_of_reductions, REPORT),
    "unit over a link": (unit_over_link, REPORT),
    "blank day": (_day(None, ("K1", "G5")), REPORT),
    "ambiguous day": (_day("03/04/2023", ("E9",)), REPORT),
}
