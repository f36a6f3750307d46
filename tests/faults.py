"""Planting faults: a clean workbook is edited as people edit it, and calculated again as a spreadsheet would."""

import re
import shutil
import zipfile
from html import escape, unescape
from pathlib import Path

from jcm_calc.base.sheet_xml import column_number
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.spreadsheet import REFERENCE, Calculator, FormulaError

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
            try:
                value = calculator.value((sheet, int(row) - 1, column_number(letters)))
            except FormulaError as error:
                return f'<c r="{match[1]}"{match[2]} t="e"><f>{match[3]}</f><v>{escape(str(error))}</v></c>'
            if value is None or isinstance(value, str):
                return f'<c r="{match[1]}"{match[2]} t="str"><f>{match[3]}</f><v>{escape(value or "")}</v></c>'
            return f'<c r="{match[1]}"{match[2]}><f>{match[3]}</f><v>{float(value)!r}</v></c>'

        parts[file] = FORMULA.sub(stored, parts[file])
    shutil.move(path, f"{path}.old")
    _write(f"{path}.old", path, parts)
    Path(f"{path}.old").unlink()


def insert(source, target, rows=None, columns=None):
    """Copy a workbook with rows and columns put in, as a spreadsheet does: whatever refers to cells follows them.

    ``rows`` and ``columns`` go from a sheet to pairs: before which row or column (1 for the first), and how many.
    """
    rows, columns = rows or {}, columns or {}
    files, parts = _files(source), _parts(source)

    def moved(sheet, column, row):
        number = column_number(column) + 1
        number += sum(count for at, count in columns.get(sheet, ()) if at <= number)
        row = int(row)
        return column_name(number - 1), row + sum(count for at, count in rows.get(sheet, ()) if at <= row)

    def followed(match, own):
        if match["text"] is not None:
            return match[0]
        sheet = (match["quoted"] or match["plain"] or own).replace("''", "'")

        def cell(m):
            column, row = moved(sheet, m[2], m[4])
            return f"{m[1]}{column}{m[3]}{row}"

        before, mark, cells = match[0].rpartition("!")
        return before + mark + re.sub(r"(\$?)([A-Z]{1,3})(\$?)(\d+)", cell, cells)

    for sheet, file in files.items():

        def formula(m, s=sheet):
            text = REFERENCE.sub(lambda r: followed(r, s), unescape(m[2]))
            return f"<{m[1]}>{escape(text, quote=False)}</{m[1]}>"

        def places(m, s=sheet):
            return m[1] + re.sub(r"([A-Z]{1,3})(\d+)", lambda c: "".join(map(str, moved(s, c[1], c[2]))), m[2]) + m[3]

        def row(m, s=sheet):
            return f'<row r="{moved(s, "A", m[1])[1]}"'

        text = re.sub(r"<(f|formula\d?)>(.*?)</\1>", formula, parts[file])
        text = re.sub(r'<row r="(\d+)"(?: spans="[^"]*")?', row, text)
        text = re.sub(r'(<(?:c|mergeCell|dimension)\b[^>]*? ?\br(?:ef)?=")([^"]+)(")', places, text)
        text = re.sub(r'(\bsqref=")([^"]+)(")', places, text)
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
        names = re.findall(r'<sheet [^>]*?name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    return {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(names, 1)}


def _parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def _write(source, target, parts):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
