"""Case B, three metered refrigerators: plan, report with a sheet of months, readings, case file; faults in them.

Kilowatt hours of unit u in the k-th month of a calendar year are 11,500 + 250·u + 50·k, from July 2019 to
December 2020; registers begin at 10,000 kWh and are read at the end of each month.
"""

from calendar import monthrange
from datetime import date, timedelta

import openpyxl
from faults import calculate_again

import jcm_calc
from jcm_calc.verification.submission import Submission

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
    found.to_excel(path, plan=found, sources=sources(**changed), project={"number": "ID099"})
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
    parts += [
        meters,
        '[readings]\ntimezone = "Asia/Jakarta"',
        "" if "rules =" in readings else 'rules = "CDM"',
        readings,
    ]
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


# A heat pump, whose heat raises ER and whose electricity lowers it


def heat(month):
    """GJ of heat in a month of 2020."""
    return 3_000 + 40 * month


def power(month):
    """MWh of electricity in a month of 2020."""
    return 80 + month


def pump(path, share_heat=0.0, share_power=0.0, less_power=0.0, rows=None):
    """Write a report of a heat pump in 2020.

    Shares are taken off the energy of June to August, when calibrations were late; ``less_power`` off the year;
    ``rows`` are the months of heat and of power, if the amounts are to be sums over a sheet of months.
    """
    late_heat, late_power = (sum(one(month) for month in (6, 7, 8)) for one in (heat, power))
    found = jcm_calc.calculate(
        "ID_AM010",
        Q_heat=sum(map(heat, range(1, 13))) - share_heat * late_heat,
        EC_HP=sum(map(power, range(1, 13))) - share_power * late_power - less_power,
        Q_cool=0,
        EC_HP_aux=0,
        EC_OC=0,
        EC_OC_aux=0,
        FC_oil=0,
        NCV_oil=40,
        EF_oil=0.0774,
        η_RE_boiler=0.9,
        COP_RE=4.0,
        EF_elec=0.8,
        fuel_measured_as="mass",
        p="2020",
    )
    found.to_excel(path, plan=found)
    if rows is None:
        return path
    places = {entry.parameter.name: entry.place for entry in Submission(path, "MRS").entries()}
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("Months")
    for name, one, months, column in (("Q_heat", heat, rows[0], 1), ("EC_HP", power, rows[1], 4)):
        for row, month in enumerate(months, 2):
            sheet.cell(row, column, f"2020-{month:02}")
            sheet.cell(row, column + 1, one(month))
        letter, (name_of, line, at) = "BE"[column > 1], places[name]
        book[name_of].cell(line + 1, at + 1, f"=SUM(Months!{letter}2:{letter}{len(months) + 1})")
    book.save(path)
    calculate_again(path)
    return path


def pump_case(path, late=False, more=()):
    """Write the case file of the heat pump; ``more`` are further readings."""
    rows = [["meter", "day", "value"]]
    for name, one in (("Q", heat), ("E", power)):
        value = 0
        rows.append([name, date(2019, 12, 31), value])
        for month in range(1, 13):
            value += one(month)
            rows.append([name, date(2020, month, monthrange(2020, month)[1]), value])
    path.with_suffix(".csv").write_text("\n".join(",".join(map(str, row)) for row in [*rows, *more]) + "\n")
    second = "2020-09-01" if late else "2020-06-01"
    meters = [
        f"""[meters.{name}]
parameter = "{parameter}"
unit = "{unit}"
maximum_permissible_error = "1 %"
calibration_interval = "12 months"
calibrations = [{{ on = 2019-06-01 }}, {{ on = {second}, found = "0 %" }}]"""
        for name, parameter, unit in (("Q", "Q_heat", "GJ"), ("E", "EC_HP", "MWh"))
    ]
    given = {"Q_cool": 0, "EC_HP_aux": 0, "EC_OC": 0, "EC_OC_aux": 0, "FC_oil": 0, "NCV_oil": 40, "EF_oil": 0.0774}
    given |= {"η_RE_boiler": 0.9, "COP_RE": 4.0, "EF_elec": 0.8}
    inputs = [f'"{name}" = {value}' for name, value in given.items()]
    path.write_text(
        "\n".join(
            [
                'methodology = "ID_AM010"\np = "2020"\n[choices]\nfuel_measured_as = "mass"\n[inputs]',
                *inputs,
                *meters,
                '[readings]\ntimezone = "Asia/Jakarta"\nrules = "CDM"\n[[readings.sources]]',
                f'files = "{path.with_suffix(".csv").name}"\nkind = "register"\nstamp = "end"\ntime = "day"',
                'meter = "meter"\nvalue = "value"',
            ]
        ),
        encoding="utf-8",
    )
    return path


# A factor of the grid that is determined every month


def grid(path, months, taken=None, frequency="monthly"):
    """Write a report of a transmission line whose grid factor is the mean of monthly ones.

    ``taken`` is how many of the months the mean takes in.
    """
    found = jcm_calc.calculate(
        "MN_AM001", ES=[[1000.0]], received=[[970.0]], R_RF=[0.9], R_PJ=[[0.3]], EF_grid=[0.9], p="2020"
    )
    found.to_excel(path, plan=found, sources={"EF_grid": {"frequency": frequency}})
    place = next(e.place for e in Submission(path, "MRS").entries() if e.parameter.name == "EF_grid")
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("Grid")
    sheet.append(["month", "tCO2/MWh"])
    for month in range(1, months + 1):
        sheet.append([f"2020-{month:02}", 0.8 + month / 100])
    formula = f"=AVERAGE(Grid!B2:B{(taken or months) + 1})"
    book[place[0]].cell(place[1] + 1, place[2] + 1, formula)
    book.save(path)
    calculate_again(path)
    return path


# A meter read every day, with one day missing for which the case file puts in a substitute

MISSING = date(2020, 7, 1)
LEAST = 77.67


def days():
    """kWh of each day of 2020; of the Wednesdays the fourth of March has the least."""
    every = [date(2020, 1, 1) + timedelta(days=number) for number in range(366)]
    return {day: LEAST if day == date(2020, 3, 4) else 80 + day.toordinal() * 7 % 13 for day in every}


def substituted(path, value):
    """Write a report with a substitute in kWh for the missing day, and its case file."""
    read = {day: kwh for day, kwh in days().items() if day != MISSING}
    data = path.with_suffix(".csv")
    data.write_text("\n".join(["day,kWh", *(f"{day},{kwh}" for day, kwh in read.items())]) + "\n")
    found = jcm_calc.calculate(
        "ID_AM003",
        EC_PJ=[(sum(read.values()) + value) / 1000],
        COP_PJ=[1.63],
        application=["individual quick freezer"],
        EF_elec=0.814,
        p="2020",
        facts=FACTS,
    )
    found.to_excel(path, plan=found, sources=sources(frequency="daily", source="meter S1"))
    path.with_suffix(".toml").write_text(f"""methodology = "ID_AM003"
p = "2020"
[inputs]
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = 0.814
[meters.S1]
parameter = "EC_PJ"
labels = {{ i = 1 }}
unit = "kWh"
[readings]
timezone = "Asia/Jakarta"
[[readings.sources]]
files = "{data.name}"
kind = "interval"
step = "1 d"
stamp = "start"
time = "day"
columns = {{ S1 = "kWh" }}
[[readings.treatments]]
finding = "gap"
treatment = "substitute"
value = "{value} kWh"
reason = "the lowest Wednesday"
""")
    return path, {"case": path.with_suffix(".toml")}


# A fault for each check that readings decide: a report with its case, and the same without the fault


def fault(wrong, right, of=report):
    """A fault in the case file of case B, or in its report: each is a case file, and what the report has."""

    def plant(folder):
        found = []
        for name, (write, more) in (("wrong", wrong), ("right", right)):
            own = {"plan": report(folder / f"{name}_plan.xlsx")} if more.get("with_plan") else {}
            more = {key: value for key, value in more.items() if key != "with_plan"}
            found += [of(folder / f"{name}.xlsx", **more), {"case": write(folder / f"{name}.toml"), **own}]
        return tuple(found)

    return plant


def by(write, **more):
    """A case file of some kind."""
    return lambda path: write(path, **more)


def pumps(wrong, right, late=True, more=()):
    """A fault in the report of the heat pump."""
    return fault((by(pump_case, late=late, more=more), wrong), (by(pump_case, late=late, more=more), right), pump)


def filed(change, write=None):
    """A fault in the case file only, by a text of it that is replaced."""

    def plant(folder):
        path = report(folder / "report.xlsx")
        right, wrong = (case(folder / f"{name}.toml", **(write or {})) for name in ("right", "wrong"))
        old, new = change
        assert old in wrong.read_text()
        wrong.write_text(wrong.read_text().replace(old, new, 1))
        return path, {"case": wrong}, path, {"case": right}

    return plant


def beside(share, kind="equal", declared=True):
    """Another meter of unit 1, with a share of what S1 reads, and the check that compares them."""
    rows = registers()
    rows += [["M", day, round(10_000 + (value - 10_000) * share, 3)] for name, day, value in rows if name == "S1"]
    check = f"""[[readings.checks]]
name = "second meter"
kind = "{kind}"
left = "S1"
right = "M"
tolerance = "0.5 %"
"""
    meters = """[meters.M]
parameter = "EC_PJ"
labels = { i = 1 }
unit = "kWh"
check_only = true
"""
    return by(case, rows=rows, meters=meters, readings=check if declared else "")


def zeroed(book):
    """August 2020 at nought in all units."""
    for column in "BCD":
        book["Monthly kWh"][f"{column}15"] = 0


TREATED = """[[readings.treatments]]
finding = "late calibration"
treatment = "maximum permissible error"
"""
STOP = """[[readings.stops]]
from = {0}-08-01
to = {0}-08-03
reason = "cleaning"
"""
HALF = {"formula": corrected(0.002)}
DUE = {"formula": corrected(0.005)}
TWO_YEARS = {"rows": [row for row in registers() if row[1].month in (6, 12)]}
MORE = [["E", date(2020, 12, 30), sum(map(power, range(1, 13))) - 3]]
FAULTS = {
    "C14": fault((late, {"formula": corrected(-0.005)}), (late, DUE)),
    "C15": pumps({"rows": (range(1, 13), range(2, 13))}, {"rows": (range(1, 13), range(1, 13))}, late=False),
    "D10": lambda folder: (grid(folder / "two.xlsx", 2), {}, grid(folder / "twelve.xlsx", 12), {}),
    "E1": fault((late, {}), (case, {})),
    "E2": fault((by(case, second="2019-06-14"), {}), (case, {})),
    "E4": pumps({"share_heat": 0.01, "share_power": 0.01}, {"share_heat": 0.01, "share_power": -0.01}),
    "E5": fault((late, HALF), (late, DUE)),
    "E6": fault(
        (by(case, second="2020-08-20", found="0.8 %"), DUE),
        (by(case, second="2020-08-20", found="0.8 %"), {"formula": corrected(0.008)}),
    ),
    "E7": fault((late, {"edit": zeroed}), (late, DUE)),
    "E8": fault((by(late, readings=TREATED), {}), (by(late, readings=TREATED), DUE)),
    "E11": fault((case, {"source": "meters S1, S2 and X77"}), (case, {})),
    "E12": fault(
        (case, {"procedure": PROCEDURE + " Calibrated on 2019-06-25"}),
        (case, {"procedure": PROCEDURE + " Calibrated on 2019-06-15"}),
    ),
    "F1": filed(('unit = "kWh"\nrated', 'unit = "kWh"\ninstalled = 2019-10-01\nrated')),
    "F5": pumps({"less_power": 3}, {}, late=False, more=MORE),
    "F6": lambda folder: (*substituted(folder / "wrong.xlsx", 90), *substituted(folder / "right.xlsx", 77)),
    "F7": lambda folder: (*substituted(folder / "wrong.xlsx", 78), *substituted(folder / "right.xlsx", 77)),
    "F8": lambda folder: (grid(folder / "ten.xlsx", 12, 10), {}, grid(folder / "twelve.xlsx", 12), {}),
    "F9": fault((by(case, **TWO_YEARS), {"with_plan": True}), (case, {"with_plan": True})),
    "G7": pumps({"less_power": -5}, {}, late=False, more=[["E", date(2021, 1, 2), sum(map(power, range(1, 13))) + 5]]),
    "G8": fault((by(case, readings=STOP.format(2018)), {}), (by(case, readings=STOP.format(2020)), {})),
    "I2": fault((beside(0.9, "at most"), {}), (beside(1.1, "at most"), {})),
    "I3": fault((beside(1.0002, declared=False), {}), (beside(1.0002), {})),
    "I4": fault((beside(0.9), {}), (beside(1.0002), {})),
    "I11": filed(('serial = "A-2"', 'serial = "A-1"')),
}
