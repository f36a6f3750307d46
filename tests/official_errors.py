"""Single errors in blank official spreadsheets: `python tests/official_errors.py` plants all, and counts what is found.

Whether an error changes anything is decided without the library's comparison: the spreadsheet with the error and the
one without are calculated for the same inputs, drawn here.
"""

import math
import random
import re
import sys
import tempfile
from pathlib import Path

import official_forms
import openpyxl

import jcm_calc
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.spreadsheet import Calculator, FormulaError

TEMPLATES = ("ID_AM004", "MM_AM002", "TH_AM009")  # written by the library itself, in a layout of their own
WORKBOOKS = (*official_forms.FORMS, *TEMPLATES)
OUTSIDE_TEXTS = r'(?=(?:[^"]*"[^"]*")*[^"]*$)(?=(?:[^\']*\'[^\']*\')*[^\']*$)'
OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*"}
OPERATOR = re.compile(r"(?<=[\w)])[+\-*/](?=[\w('$])" + OUTSIDE_TEXTS)
NUMBER = re.compile(r"(?<![\w.$!])(?<!E-)\d+(?:\.\d+)?(?![\w.(!])" + OUTSIDE_TEXTS)
RANGE = re.compile(r"(\$?[A-Z]+\$?\d+):(\$?[A-Z]+\$?)(\d+)")
RELATIVE = re.compile(r"(?<![\w$!':])([A-Z])(\d+)(?![\w(:])" + OUTSIDE_TEXTS)
UNITS = {"MWh/p": "kWh/p", "tCO2/p": "kgCO2/p", "tCO2/MWh": "kgCO2/MWh", "hours/p": "days/p", "W": "kW", "MW": "kW"}
UNITS |= {"MWh": "kWh", "t/p": "kg/p"}
DRAWS = 60


def blank(number, path):
    """Write a blank spreadsheet of the report alone."""
    if number in official_forms.FORMS:
        official_forms.form(number).save(path)
        return
    jcm_calc.methodology(number).template(path, units=3, overwrite=True)


def cells(book):
    report = [sheet for sheet in book if sheet.title.startswith("MRS")]
    return [
        (sheet.title, cell.coordinate)
        for sheet in report
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def of_formula(formula):
    """Yield kinds of errors and the formula with each."""
    for match in OPERATOR.finditer(formula):
        yield "operator", formula[: match.start()] + OPERATORS[match[0]] + formula[match.end() :]
    for match in NUMBER.finditer(formula):
        changed = f"{float(match[0]) * 1.01 + 0.01:.12g}"
        yield "constant", formula[: match.start()] + changed + formula[match.end() :]
    for match in RANGE.finditer(formula):
        yield "range one row short", formula[: match.start(3)] + str(int(match[3]) - 1) + formula[match.end(3) :]
    for match in RELATIVE.finditer(formula):
        yield "another row", formula[: match.start(2)] + str(int(match[2]) + 1) + formula[match.end(2) :]
    yield "extra term", f"{formula}+1"
    yield "sign", f"=-({formula[1:]})"


def errors(number, path):
    """Yield kind, cell and the changed value of every single error."""
    book = openpyxl.load_workbook(path)
    for sheet, cell in cells(book):
        value = book[sheet][cell].value
        if number == "VN_AM005" and sheet == official_forms.SEPARATE:
            continue  # a table of which the library has no values is not compared
        if isinstance(value, str) and value.startswith("="):
            if len(value) < 400:
                yield from ((kind, sheet, cell, changed) for kind, changed in of_formula(value))
            yield "overwritten", sheet, cell, 7
        elif isinstance(value, str) and value in UNITS and "input" in sheet:
            yield "unit", sheet, cell, UNITS[value]
        elif isinstance(value, int | float) and number != "VN_AM005" and "calc" in sheet and value > 0:
            yield ("limit" if value in (300, 450, 550, 825) else "value"), sheet, cell, value * 1.01
    for sheet, cell in cells(book):
        if book[sheet][cell].value in ("Cold storage", "50 kVA") and number != "VN_AM005":
            yield "class", sheet, cell, "Warm storage"


def inputs(path):
    """Return draws for the cells that a blank spreadsheet leaves open below and beside its labels."""
    found = jcm_calc.confirm(number_of(path), path)
    one = found.comparison
    layout = one.layout
    rng, draws = random.Random(5), []
    for at in range(DRAWS):
        options = {name: rng.choice(list(choice.options)) for name, choice in found.m.choices.items()}
        draw = {place: options[name] for place, name in layout.choices.items() if name in options}
        for name, many in one.found.found.items():
            for place in map(layout.entry, many[0].places):
                if name in found.m.inputs and place is not None and layout.value(place) is None:
                    texts = one.inputs.classes.get(name)
                    number = rng.choice([0, 1, 299.9, 300, 302.9, 450, 454, 550, 555, 825, 833]) if at % 2 else 0
                    number = number or rng.uniform(0.01, 0.99) if at % 3 else number or rng.uniform(1, 900)
                    draw[place] = rng.choice(texts) if texts else number
        draws.append(draw)
    # each row blank, and each column or single amount at 0, in turn
    for row in sorted({place[:2] for place in draws[0]}):
        draws.append({place: None if place[:2] == row else value for place, value in draws[len(draws) % DRAWS].items()})
    for column in sorted({place[::2] for place in draws[0]}):
        draws.append({place: 0 if place[::2] == column and not isinstance(value, str) else value
                      for place, value in draws[len(draws) % DRAWS].items()})  # fmt: skip
    quantities = [place for name, many in one.found.found.items() for cells_ in many
                  for place in cells_.places if name not in found.m.inputs or layout.formula(place)]  # fmt: skip
    return draws, [*quantities, *one.found.amounts]


def number_of(path):
    return re.search(r"[A-Z]{2}_AM\d{3}", Path(path).name)[0]


def values(path, draws, places):
    """Return what the quantities are; what rounds below a tonne is left out."""
    book, found = Book(path), []
    for draw in draws:
        calculator = Calculator(book, draw)
        for place in places:
            try:
                value = calculator.value(place)
            except FormulaError:
                value = "#"
            found.append(value if isinstance(value, int | float) else str(value))
    return found


def same(one, other):
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) if {type(a), type(b)} <= {int, float, bool} else a == b
        for a, b in zip(one, other, strict=True)
    )


def outcome(number, path):
    """Return "refused", "differs", "not proposed" or "agrees" of a spreadsheet."""
    try:
        found = jcm_calc.confirm(number, path)
    except jcm_calc.InputError:
        return "refused", 0
    return ("differs" if found.differs else "agrees"), len(found.proposed) - len(found.remarks)


def planted(number, folder, every=1, start=0):
    """Yield every so many of the errors in a spreadsheet: what it is, whether it changes anything, and what is said."""
    path = folder / f"{number}.xlsx"
    blank(number, path)
    draws, places = inputs(path)
    before = values(path, draws, places)
    _said, agreeing = outcome(number, path)
    for kind, sheet, cell, changed in list(errors(number, path))[start::every]:
        book = openpyxl.load_workbook(path)
        book[sheet][cell].value = changed
        other = folder / f"{number}_error.xlsx"
        book.save(other)
        effective = kind == "unit" or not same(before, values(other, draws, places))
        said, left = outcome(number, other)
        found = said != "agrees" or left < agreeing
        yield kind, f"{sheet}!{cell}", changed, effective, found, said


def main():
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        total = {"planted": 0, "effective": 0, "found": 0, "false": 0}
        for number in WORKBOOKS:
            counts = dict.fromkeys(total, 0)
            for kind, place, changed, effective, found, said in planted(number, Path(folder), every):
                counts["planted"] += 1
                counts["effective"] += effective
                counts["found"] += effective and found
                counts["false"] += said == "differs" and not effective
                if effective != found:
                    print("  ", "MISSED" if effective else "without effect", number, kind, place, changed, said)
            print(number, counts, flush=True)
            total = {key: total[key] + counts[key] for key in total}
        print("all", total)


if __name__ == "__main__":
    main()
