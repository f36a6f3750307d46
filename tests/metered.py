"""Case B of three metered refrigerators: plan, report with a sheet of months, readings and case file, and faults in them.

Kilowatt hours of unit u in the k-th month of a calendar year are 11,500 + 250·u + 50·k, from July 2019 to
December 2020; registers begin at 10,000 kWh and are read at the end of each month.
"""

from calendar import monthrange
from datetime import date, timedelta

import openpyxl
from faults import calculate_again

import jcm_calc

UNITS = (1, 2, 3)
MONTHS = [(2019, k) for k in range(7, 13)] + [(2020, k) for k in range(1, 13)]
SHEETS = {2019: "MRS(input_separate)", 2020: "MRS(input_separate) 2020"}
FACTS = {
    "site": "frozen food processing plant",
    "checks_per_year": 4,
    "release_prevented": True,
    "secondary_loop": True,
}
PROCEDURE = "Class 0.5. Calibrated every year. Read monthly."
# the days of June, July and August in which the calibration of case B late was due
WINDOW = {6: "16/30", 7: "1", 8: "19/31"}


def energy(unit, month):
    """kWh of a unit in a month of a calendar year."""
    return 11_500 + 250 * unit + 50 * month


def sources(**changed):
    """What a report says of its measurements."""
    own = {
        "option": "C",
        "source": "meters S1, S2 and S3",
        "procedure": PROCEDURE,
        "frequency": "monthly",
    }
    known = {"COP_PJ": {"source": "quotation of the maker"}, "EF_elec": {"source": "published by the government"}}
    return {"EC_PJ": {**own, **changed}, **known}


def result(p=("2019-07-01/2019-12-31", "2020"), amounts=None):
    """Case B as the library calculates it."""
    if amounts is None:
        amounts = [[sum(energy(u, k) for y, k in MONTHS if y == year) / 1000 for year in (2019, 2020)] for u in UNITS]
    return jcm_calc.calculate(
        "ID_AM003",
        EC_PJ=amounts,
        COP_PJ=[1.63] * 3,
        application=["individual quick freezer"] * 3,
        EF_elec=0.814,
        p=list(p) if isinstance(p, tuple) else p,
        facts=FACTS,
    )


def report(path, edit=None, formula=None, **changed):
    """Write a report whose amounts are sums over a sheet of months.

    ``edit`` changes the sheet; ``formula`` gives that of a unit and year from its rows and column.
    """
    found = result()
    found.to_excel(path, plan=found, sources=sources(**changed), project={"number": "ID009"})
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("Monthly kWh")
    sheet.append(["month", "unit 1", "unit 2", "unit 3"])
    for year, month in MONTHS:
        sheet.append([f"{year}-{month:02}", *(energy(unit, month) for unit in UNITS)])
    for year, rows in ((2019, (2, 7)), (2020, (8, 19))):
        for unit, column in zip(UNITS, "BCD", strict=True):
            write = formula or plain
            book[SHEETS[year]][f"C{10 + unit}"] = write(column, rows, year)
    if edit is not None:
        edit(book)
    book.save(path)
    calculate_again(path)
    return path


def plain(column, rows, year):
    """Add up the months of a year."""
    return f"=SUM('Monthly kWh'!{column}{rows[0]}:{column}{rows[1]})/1000"


def corrected(error):
    """A formula that takes an error off the energy of the window of case B late."""

    def write(column, rows, year):
        if year == 2019:
            return plain(column, rows, year)
        parts = "+".join(f"'Monthly kWh'!{column}{7 + month}*{share}" for month, share in WINDOW.items())
        return f"=(SUM('Monthly kWh'!{column}{rows[0]}:{column}{rows[1]})-{error}*({parts}))/1000"

    return write


def registers(units=UNITS, start=10_000):
    """The readings of the registers: meter, day at whose end it was read, kWh."""
    rows = []
    for unit in units:
        value = start
        rows.append([f"S{unit}", date(2019, 6, 30), value])
        for year, month in MONTHS:
            value += energy(unit, month)
            rows.append([f"S{unit}", date(year, month, monthrange(year, month)[1]), value])
    return rows


def case(path, rows=None, second="2020-06-12", found="", meters="", readings="", project="", source="", late=None):
    """Write the case file of case B, with its readings beside it."""
    data = path.with_suffix(".csv")
    lines = [",".join(map(str, row)) for row in (registers() if rows is None else rows)]
    data.write_text("\n".join(["meter,day,kWh", *lines]) + "\n")
    error = f', found = "{found}"' if found else ""
    parts = [
        'methodology = "ID_AM003"\np = "2019-07-01/2020-12-31"\n[project]',
        project,
        '[inputs]\nCOP_PJ = 1.63\napplication = "individual quick freezer"\nEF_elec = 0.814',
    ]
    for unit in UNITS:
        dates = second if isinstance(second, str) else second[unit]
        parts.append(f"""[meters.S{unit}]
parameter = "EC_PJ"
labels = {{ i = {unit} }}
unit = "kWh"
rated = "25 kW"
serial = "A-{unit}"
accuracy_class = "0.5"
maximum_permissible_error = "0.5 %"
calibration_interval = "12 months"
calibrations = [{{ on = 2019-06-15 }}, {{ on = {dates}{error} }}]""")
    parts += [meters, '[readings]\nzone = "Asia/Jakarta"', "" if "rules =" in readings else 'rules = "CDM"', readings]
    parts.append(f"""[[readings.sources]]
files = "{data.name}"
kind = "register"
stamp = "end"
time = "day"
meter = "meter"
value = "kWh"
{source}""")
    path.write_text("\n".join(parts))
    return path


def late(path, **more):
    """The case file of case B late: the second calibration came on 20 August 2020, and found no error."""
    return case(path, second="2020-08-20", found="0 %", **more)


def day(year, month, number):
    """The end of a day before which a register is read, written as such."""
    return date(year, month, number) - timedelta(days=1)
