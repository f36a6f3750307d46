"""Sheets that somebody typed: one unit, blocks 1 to 4 in columns item, value, units, parameter."""

from datetime import date

import openpyxl

# ID_AM003, one individual quick freezer; the cells of the calculation sheet that formulas refer to.
RE, PE, ER = 135 * 1.63 / 1.32 * 0.814, 135 * 0.814, 135 * 1.63 / 1.32 * 0.814 - 135 * 0.814
VALUES = {"EC": 135.0, "COP": 1.63, "EF": 0.814, "CLASS": "individual quick freezer"}
RIGHT = {
    "ER": "=C7-C15",
    "RE": "=C10*C11/C12*C13",
    "PE": "=C16*C17",
    "EC": "='MRS(input)'!E6",
    "COP": "='MRS(input)'!E11",
    "COP_RE": "=IF('MRS(input)'!E12=\"individual quick freezer\",1.32,1.71)",
    "EF": "='MRS(input)'!E13",
    "EC2": "=C10",
    "EF2": "=C13",
    "claim": "=ROUNDDOWN('MRS(calc_process)'!C4,0)",
}


def hand_made(path, values=None, formulas=None, **words):
    """Write a report of one unit; words replace headings, units and symbols that are typed in it."""
    v, f = {**VALUES, **(values or {})}, {**RIGHT, **(formulas or {})}

    def w(text):
        return words.get(text, text)

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "MRS(input)"
    period = words.get("period", "1/Jan/2017-31/Dec/2017")
    rows = [
        ["Monitoring Spreadsheet: JCM_ID_AM003_ver01.0"],
        ["Reference Number: ID099"],
        [],
        ["Table 1: Parameters monitored ex post"],
        [w("Monitoring period"), w("Parameters"), w("Description of data"), "No.", w("Monitored Values"), w("Units")],
        [period, w("EC_PJ,i,p"), "electricity", 1, v["EC"], w("MWh/p")],
        [],
        [],
        ["Table 2: Project-specific parameters fixed ex ante"],
        ["", w("Parameters"), w("Description of data"), "No.", w("Estimated Values"), w("Units")],
        ["", w("COP_PJ,i"), "coefficient of performance", 1, v["COP"], "-"],
        ["", "application,i", "kind", 1, v["CLASS"], "-"],
        ["", w("EF_elec"), "grid factor", 1, v["EF"], w("tCO2/MWh")],
        [],
        ["Table 3: Ex-post calculation of CO2 emission reductions"],
        [w("Monitoring period"), "", "", "", w("CO2 emission reductions"), w("Units")],
        [period, "", "", "", f["claim"], w("tCO2/p")],
    ]
    for row in rows:
        sheet.append(row)
    calc = book.create_sheet("MRS(calc_process)")
    head = [w("Value"), w("Units"), w("Parameter")]
    for row in [
        ["Monitoring Spreadsheet: JCM_ID_AM003_ver01.0"],
        [],
        ["1. Calculations for emission reductions", "Fuel type", *head],
        ["Emission reductions", "N/A", f["ER"], w("tCO2/p"), "ER_p"],
        [],
        ["2. Reference emissions", "Fuel type", *head],
        ["Reference emissions", "N/A", f["RE"], w("tCO2/p"), "RE_p"],
        [],
        ["3. Values of it", "Fuel type", *head],
        ["Electricity", "Electricity", f["EC"], w("MWh/p"), w("EC_PJ,i,p")],
        ["COP", "N/A", f["COP"], "-", w("COP_PJ,i")],
        ["COP of the reference", "N/A", f["COP_RE"], "-", w("COP_RE,i")],
        ["Factor", "Electricity", f["EF"], w("tCO2/MWh"), w("EF_elec")],
        ["4. Project emissions", "Fuel type", *head],
        ["Project emissions", "N/A", f["PE"], w("tCO2/p"), "PE_p"],
        ["Electricity", "Electricity", f["EC2"], w("MWh/p"), w("EC_PJ,i,p")],
        ["Factor", "Electricity", f["EF2"], w("tCO2/MWh"), w("EF_elec")],
    ]:
        calc.append(row)
    moved(book, words.get("dates"))
    book.save(path)
    stored(path)
    return path


# Two units side by side, without a table: the cells of the input sheet by quantity and unit
EC1, EC2, COP1, COP2, EF_ELEC = (f"'MRS(input)'!E{row}" for row in (6, 7, 11, 12, 15))
RE_OF_TWO, PE_OF_TWO = f"={EC1}*{COP1}/C10*{EF_ELEC}+{EC2}*{COP2}/C11*{EF_ELEC}", f"=({EC1}+{EC2})*{EF_ELEC}"


def two_units(path, reference=RE_OF_TWO, project=PE_OF_TWO):
    """Write a report of a freezer and a cold storage whose sums are written out."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "MRS(input)"
    period, head = "1/Jan/2017-31/Dec/2017", ["Description of data", "No."]
    for row in [
        ["Monitoring Spreadsheet: JCM_ID_AM003_ver01.0"],
        ["Reference Number: ID099"],
        [],
        ["Table 1: Parameters monitored ex post"],
        ["Monitoring period", "Parameters", *head, "Monitored Values", "Units"],
        [period, "EC_PJ,1,p", "electricity", 1, 135.0, "MWh/p"],
        [period, "EC_PJ,2,p", "electricity", 2, 150.0, "MWh/p"],
        [],
        ["Table 2: Project-specific parameters fixed ex ante"],
        ["", "Parameters", *head, "Estimated Values", "Units"],
        ["", "COP_PJ,1", "coefficient of performance", 1, 1.63, "-"],
        ["", "COP_PJ,2", "coefficient of performance", 2, 2.2, "-"],
        ["", "application,1", "kind", 1, "individual quick freezer", "-"],
        ["", "application,2", "kind", 2, "cold storage", "-"],
        ["", "EF_elec", "grid factor", 1, 0.814, "tCO2/MWh"],
        [],
        ["Table 3: Ex-post calculation of CO2 emission reductions"],
        ["Monitoring period", "", "", "", "CO2 emission reductions", "Units"],
        [period, "", "", "", "=ROUNDDOWN('MRS(calc_process)'!C4,0)", "tCO2/p"],
    ]:
        sheet.append(row)
    calc = book.create_sheet("MRS(calc_process)")
    head = ["Fuel type", "Value", "Units", "Parameter"]
    for row in [
        ["Monitoring Spreadsheet: JCM_ID_AM003_ver01.0"],
        [],
        ["1. Calculations for emission reductions", *head],
        ["Emission reductions", "N/A", "=C7-C15", "tCO2/p", "ER_p"],
        [],
        ["2. Reference emissions", *head],
        ["Reference emissions", "N/A", reference, "tCO2/p", "RE_p"],
        [],
        ["3. Values of it", *head],
        ["COP of the reference, freezer", "N/A", 1.32, "-", ""],
        ["COP of the reference, storage", "N/A", 1.71, "-", ""],
        [],
        [],
        ["4. Project emissions", *head],
        ["Project emissions", "N/A", project, "tCO2/p", "PE_p"],
    ]:
        calc.append(row)
    book.save(path)
    stored(path)
    return path


def moved(book, dates):
    """Put in a table of the first and last day."""
    if dates:
        sheet = book["MRS(input)"]
        for row in ([], ["[Monitoring period]"], ["No.", "", "", "", "First day", "Last day"], [1, "", "", "", *dates]):
            sheet.append(row)


def stored(path):
    """Store beside each formula what it gives, as a spreadsheet program does when it saves."""
    import re
    import shutil
    from xml.sax.saxutils import escape

    from faults import _files, _parts, _write
    from openpyxl.utils import coordinate_to_tuple

    from jcm_calc.reports.workbook.opening import Book
    from jcm_calc.verification.spreadsheet import Calculator, FormulaError

    calculator, files, parts = Calculator(Book(path)), _files(path), _parts(path)
    for sheet, file in files.items():

        def with_value(match, sheet=sheet):
            row, column = coordinate_to_tuple(match[1])
            try:
                value = calculator.value((sheet, row - 1, column - 1))
            except FormulaError as error:
                return f'<c r="{match[1]}" t="e"><f>{match[2]}</f><v>{escape(str(error))}</v></c>'
            if isinstance(value, str):
                return f'<c r="{match[1]}" t="str"><f>{match[2]}</f><v>{escape(value)}</v></c>'
            return f'<c r="{match[1]}"><f>{match[2]}</f><v>{float(value)!r}</v></c>'

        parts[file] = re.sub(r'<c r="([A-Z]+\d+)"[^>]*><f>(.*?)</f><v ?/?>(?:</v>)?</c>', with_value, parts[file])
    shutil.move(path, f"{path}.old")
    _write(f"{path}.old", path, parts)


DAYS = (date(2017, 1, 1), date(2017, 12, 31))
