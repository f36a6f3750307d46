"""Planting faults: a clean workbook is edited as people edit it, and calculated again as a spreadsheet would."""

import re
import shutil
import zipfile
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from jcm_calc.declarations.items import Equation, Kind
from jcm_calc.verification.material import Material, Submission
from jcm_calc.verification.quantities import address
from jcm_calc.verification.spreadsheet import REFERENCE, Calculator, FormulaError
from jcm_calc.workbook.opening import Book

CELL = r'<c r="{}"((?: s="\d+")?)(?: t="\w+")?(?:/>|>.*?</c>)'
FORMULA = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)(?: t="\w+")?><f>(.*?)</f>(?:<v>.*?</v>|<v ?/>)?</c>')


def edit(source, target, changes, again=True, replaced=()):
    """Copy a workbook with some cells changed.

    ``changes`` goes from sheet and cell to a number, a text, ``"=formula"``, ``"#N/A"`` or None;
    a pair of a formula and a value stores that value beside it. ``again`` calculates every formula
    again; ``replaced`` are pairs of texts to be exchanged in any sheet whose name is given.
    """
    parts = _parts(source)
    files = _files(source)
    for (sheet, cell), value in changes.items():
        text, count = re.subn(CELL.format(cell), lambda m, v=value, c=cell: _cell(c, m[1], v), parts[files[sheet]])
        assert count == 1, f"no cell {sheet}!{cell}"
        parts[files[sheet]] = text
    for sheet, old, new in replaced:
        name = files.get(sheet, sheet)
        assert old in parts[name], f"{old!r} is not in {sheet}"
        parts[name] = parts[name].replace(old, new)
    _write(source, target, parts)
    if again:
        calculate_again(target, {place for place, value in changes.items() if isinstance(value, tuple)})


def calculate_again(path, kept=()):
    """Store beside every formula of a workbook what it gives."""
    calculator, files, parts = Calculator(Book(path)), _files(path), _parts(path)
    for sheet, file in files.items():

        def stored(match, sheet=sheet):
            if (sheet, match[1]) in kept:
                return match[0]
            letters, row = re.fullmatch(r"([A-Z]+)(\d+)", match[1]).groups()
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
            try:
                value = calculator.value((sheet, int(row) - 1, column - 1))
            except FormulaError as error:
                return f'<c r="{match[1]}"{match[2]} t="e"><f>{match[3]}</f><v>{escape(str(error))}</v></c>'
            if value is None or isinstance(value, str):
                return f'<c r="{match[1]}"{match[2]} t="str"><f>{match[3]}</f><v>{escape(value or "")}</v></c>'
            return f'<c r="{match[1]}"{match[2]}><f>{match[3]}</f><v>{float(value)!r}</v></c>'

        parts[file] = FORMULA.sub(stored, parts[file])
    shutil.move(path, f"{path}.old")
    _write(f"{path}.old", path, parts)
    Path(f"{path}.old").unlink()


def move(source, target, rows, sheets):
    """Copy a workbook with the tables of some sheets moved down, as a spreadsheet does when rows are put in above."""
    files, parts = _files(source), _parts(source)

    def moved(match, sheet):
        if match["text"] is not None or (match["quoted"] or match["plain"] or sheet) not in sheets:
            return match[0]
        return re.sub(r"(?<=[A-Z])(\$?)(\d+)(?=:|$)", lambda m: f"{m[1]}{int(m[2]) + rows}", match[0])

    for sheet, file in files.items():

        def formula(m, s=sheet):
            return f"<f>{escape(REFERENCE.sub(lambda r: moved(r, s), unescape(m[1])), quote=False)}</f>"

        text = re.sub(r"<f>(.*?)</f>", formula, parts[file])
        if sheet in sheets:
            text = re.sub(r'<row r="(\d+)"', lambda m: f'<row r="{int(m[1]) + rows}"', text)
            text = re.sub(r'<c r="([A-Z]+)(\d+)"', lambda m: f'<c r="{m[1]}{int(m[2]) + rows}"', text)
        parts[file] = text
    _write(source, target, parts)


def _cell(cell, style, value):
    stored = None
    if isinstance(value, tuple):
        value, stored = value
    if value is None:
        return f'<c r="{cell}"{style}/>'
    if isinstance(value, str) and value.startswith("="):
        formula, result = escape(value[1:], quote=False), 0 if stored is None else stored
        return f'<c r="{cell}"{style}><f>{formula}</f><v>{result!r}</v></c>'
    if isinstance(value, str) and value.startswith("#"):
        return f'<c r="{cell}"{style} t="e"><v>{value}</v></c>'
    if isinstance(value, str):
        return f'<c r="{cell}"{style} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{cell}"{style}><v>{value!r}</v></c>'


def _files(path):
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    return {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(names, 1)}


def _parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def _write(source, target, parts):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))


# Kinds of faults, each drawn at random from what a workbook has


@dataclass(frozen=True)
class Fault:
    """What was planted, and the codes of which one must be found, with a cell that must be named."""

    changes: dict
    codes: tuple[str, ...]
    cell: str = ""
    again: bool = True
    replaced: tuple = ()


class Site:
    """A clean workbook in which faults can be planted."""

    def __init__(self, path):
        self.path = path
        self.material = Material(Submission(path, "MRS"))
        self.sheet = self.material.sheet
        self.report = self.material.report
        self.steps = [step for step in self.sheet.steps if self.sheet.formula(step.place)]
        nodes = self.sheet.nodes
        self.plain = [s for s in self.steps if _plain(nodes.get(s.name)) and self._counts(s)]
        self.totals = [s for s in self.steps if s.name in nodes and _total(nodes[s.name])]
        derivatives = self.material.result.derivatives()
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
            for s in site.sheet.steps
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


def missed_row(rng, site):
    totals = [s for s in site.totals if re.fullmatch(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)", site.sheet.formula(s.place).text)]
    for number in rng.permutation(len(totals)):
        step = totals[number]
        column, first, last = re.fullmatch(
            r"SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", site.sheet.formula(step.place).text
        ).groups()
        if int(last) > int(first) and site.report.book.value(step.place[0], int(last) - 1, _number(column)):
            return Fault(
                {_cellname(step.place): f"=SUM({column}{first}:{column}{int(last) - 1})"}, ("C5",), step.address
            )
    return None


def _number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


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
    return entry and Fault({_cellname(entry.place): entry.written * factor}, codes)


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


def claim_raised(rng, site):
    claims = list(site.report.claims())
    _part, cell, _ = claims[rng.integers(len(claims))]
    return Fault({_cellname((cell.sheet, cell.row, cell.column)): float(cell.value) + 1}, ("H1", "H5"), cell.address)


def other_file(rng, site):
    found = _operand(rng, site, lambda site, step, reference: "[1]Factors!$B$3")
    return found and Fault({_cellname(found[0].place): f"={found[1]}"}, ("A4",), found[0].address, again=False)


KINDS = {
    "sign": _of_formula(("C1",), lambda site, step, reference: f"(-{reference})"),
    "inverted": _of_formula(("C1",), lambda site, step, reference: f"(1/{reference})"),
    "factor left out": _of_formula(("C2", "C12"), lambda site, step, reference: "1"),
    "literal": _of_formula(("A2",), lambda site, step, reference: "0.8771"),
    "wrong operand": wrong_operand,
    "missed row": missed_row,
    "unit factor": unit_factor,
    "pasted": pasted,
    "stale": stale,
    "rounded": rounded,
    "changed constant": changed_constant,
    "slipped constant": slipped_constant,
    "kWh for MWh": kilowatt_hours,
    "emptied": emptied,
    "error value": error_value,
    "words": words,
    "claim raised": claim_raised,
    "other file": other_file,
}
