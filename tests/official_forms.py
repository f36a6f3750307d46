"""Blank spreadsheets in the layout of the official ones, for methodologies of the library, made by hand."""

import openpyxl

ROWS = 5
INPUT, SEPARATE, CALC = "MRS(input)", "MRS(input_separate)", "MRS(calc_process)"
OF_INPUT, C = f"'{INPUT}'!", f"'{CALC}'!"

# Symbols, words and units of single inputs (from C3 on), of the columns of the table of units (from B on, in rows 5 to
# 9), and of the rows under Value, Units and Parameter (from B3 on); a formula of a column has {r} for its row.
FORMS = {
    "ID_AM003": {
        "version": "1.0",
        "inputs": [("EFelec", "CO2 emission factor for consumed electricity", "tCO2/MWh")],
        "columns": [
            ("Type", "Type of the refrigerator: application", "-", None),
            ("COPPJ,i", "COP", "-", None),
            ("EC PJ,i,p", "electricity", "MWh/p", None),
            ("COPRE,i", "COP", "-",
             f'=IF(B{{r}}="Individual quick freezer",{C}$B$12,IF(B{{r}}="Cold storage",{C}$B$13,""))'),
            ("REi,p", "reference", "tCO2/p", f'=IF(D{{r}}="",0,D{{r}}*C{{r}}/E{{r}}*{OF_INPUT}$C$3)'),
            ("PEi,p", "project", "tCO2/p", f"=D{{r}}*{OF_INPUT}$C$3"),
        ],
        "calculation": [
            ("ERp", "=B4-B5", "tCO2/p"),
            ("REp", f"=SUM('{SEPARATE}'!F5:F9)", "tCO2/p"),
            ("PEp", f"=SUM('{SEPARATE}'!G5:G9)", "tCO2/p"),
        ],
        "list": [("Individual quick freezer", 1.32), ("Cold storage", 1.71)],
    },
    "VN_AM005": {
        "version": "1.0",
        "inputs": [("EFgrid", "CO2 emission factor of the grid", "tCO2/MWh"), ("Brp", "Blackout rate", "-")],
        "columns": [
            ("Type", "Type of transformer u", "-", None),
            ("NLLPJ,u", "No-load loss of project transformer u", "W", None),
            ("UNCu", "Allowance for uncertainty", "fraction", None),
            ("Hu,p", "Hours in service of transformer u, given", "hours", None),
            ("NLLRE,u", "No-load loss of the reference transformer", "W",
             f"=IFERROR(INDEX({C}$B$12:$B$14,MATCH(B{{r}},{C}$A$12:$A$14,0)),0)"),
        ],
        "calculation": [
            ("ERp", "=B4-B6", "tCO2/p"),
            ("REp", f"={OF_INPUT}C3*(1-{OF_INPUT}C4)*B5", "tCO2/p"),
            ("LRE,p", f"=SUMPRODUCT('{SEPARATE}'!F5:F9,'{SEPARATE}'!E5:E9)*10^(-6)", "MWh/p"),
            ("PEp", f"={OF_INPUT}C3*(1-{OF_INPUT}C4)*B7", "tCO2/p"),
            ("LPJ,p", f"=SUMPRODUCT('{SEPARATE}'!C5:C9,1+'{SEPARATE}'!D5:D9,'{SEPARATE}'!E5:E9)/1000000", "MWh/p"),
        ],
        "list": [("25 kVA", 67), ("50 kVA", 108), ("100 kVA", 205)],
    },
    "ID_AM002": {
        "version": "2.0",
        "inputs": [
            ("EIgrid,p", "Electricity from the grid", "MWh/p"),
            ("hgen,p", "Operating time of the captive generator", "hours/p"),
            ("RCgen", "Rated capacity of the captive generator", "MW"),
            ("EFgrid", "CO2 emission factor of the grid", "tCO2/MWh"),
        ],
        "columns": [
            ("xi", "Cooling capacity of project chiller i", "USRt", None),
            ("COPPJ,i", "COP of project chiller i", "-", None),
            ("Tcooling-out,i", "Output cooling water temperature", "degree Celsius", None),
            ("Tchilled-out,i", "Output chilled water temperature", "degree Celsius", None),
            ("ECPJ,i,p", "Power consumption of project chiller i", "MWh/p", None),
            ("COPPJ,tc,i", "COP under standardizing conditions", "-",
             "=C{r}*((D{r}-E{r}+1.5+1.5)/(37-7+1.5+1.5))"),
            ("COPRE,i", "COP of reference chiller", "-", f"=VLOOKUP(B{{r}},{C}$A$12:$B$16,2,TRUE)"),
            ("REi,p", "Reference emissions of i", "tCO2/p", f'=IF(F{{r}}="",0,F{{r}}*G{{r}}/H{{r}}*{C}$B$6)'),
        ],
        "calculation": [
            ("ERp", "=B4-B5", "tCO2/p"),
            ("REp", f"=SUM('{SEPARATE}'!I5:I9)", "tCO2/p"),
            ("PEp", f"=SUM('{SEPARATE}'!F5:F9)*B6", "tCO2/p"),
            ("EFelec,p",
             f"=IF({OF_INPUT}C4=0,{OF_INPUT}C6,({OF_INPUT}C3*{OF_INPUT}C6+B8*B7)/({OF_INPUT}C3+B8))", "tCO2/MWh"),
            ("EFcaptive", 0.8, "tCO2/MWh"),
            ("EIgen,p", f"={OF_INPUT}C4*{OF_INPUT}C5", "MWh/p"),
        ],
        "list": [(0, 4.92), (300, 5.33), (450, 5.59), (550, 5.69), (825, 5.85)],
    },
    "PW_AM001": {
        "version": "1.0",
        "inputs": [],
        "columns": [("EGi,p", "Quantity of electricity supplied by system i", "MWh/p", None)],
        "calculation": [
            ("ERp", "=B4-B5", "tCO2/p"),
            ("REp", f"=SUM('{SEPARATE}'!B5:B9)*B6", "tCO2/p"),
            ("PEp", 0, "tCO2/p"),
            ("EFRE", 0.533, "tCO2/MWh"),
        ],
        "list": [],
    },
}  # fmt: skip


def form(number, version=None):
    """Return a blank spreadsheet; its calculation process begins in row 2, its list of default values in row 12."""
    of = FORMS[number]
    book = openpyxl.Workbook()
    book.active.title = INPUT
    inputs, separate, calc = book.active, book.create_sheet(SEPARATE), book.create_sheet(CALC)
    for sheet in book:
        sheet["M1"] = f"Monitoring Spreadsheet: JCM_{number}_ver0{version or of['version']}"
    inputs.append(["Parameters", "Description of data", "Estimated Values", "Units"])
    for symbol, words, unit in of["inputs"]:
        inputs.append([symbol, words, None, unit])
    inputs.append([])
    inputs.append(["CO2 emission reductions", "Units"])
    inputs.append([f"=ROUNDDOWN({C}B3,0)", "tCO2/p"])
    separate.append(["i", *(column[0] for column in of["columns"])])
    separate.append(["No.", *(column[1] for column in of["columns"])])
    separate.append(["-", *(column[2] for column in of["columns"])])
    for row in range(5, 5 + ROWS):
        formulas = [column[3] and column[3].format(r=row) for column in of["columns"]]
        separate.append([row - 4, *formulas])
    calc.append(["1. Calculations", "Value", "Units", "Parameter"])
    for symbol, value, unit in of["calculation"]:
        calc.append([symbol, value, unit, symbol])
    for row, pair in enumerate(of["list"], 12):
        calc.cell(row, 1).value, calc.cell(row, 2).value = pair
    return book
