"""Small blank workbooks in the form of the official ones, and the ways in which such files differ."""

import openpyxl

ROWS = 4
# How the reference value of unit i is looked up by the class or the size in column C; the list is in K8:L10.
LOOK_UPS = {
    "if text": ('IF(C{r}="small",$L$8,IF(C{r}="medium",$L$9,IF(C{r}="large",$L$10,"")))', "text"),
    "if at most": ("IF(C{r}<=110,$L$8,IF(C{r}<=200,$L$9,$L$10))", "number"),
    "if below": ("IF(C{r}<110,$L$8,IF(C{r}<200,$L$9,$L$10))", "number"),
    "if falling": ("IF(C{r}>=200,$L$8,IF(C{r}>=110,$L$9,$L$10))", "number"),
    "both limits": ("IF(AND(C{r}>=0,C{r}<300),$L$8,IF(AND(C{r}>=300,C{r}<=450),$L$9,NA()))", "number"),
    "vlookup near": ("VLOOKUP(C{r},$K$8:$L$10,2,TRUE)", "limits"),
    "vlookup plain": ("VLOOKUP(C{r},$K$8:$L$10,2)", "limits"),
    "vlookup exact": ("VLOOKUP(C{r},$K$8:$L$10,2,FALSE())", "text"),
    "index match": ("IFERROR(INDEX($L$8:$L$10,MATCH(C{r},$K$8:$K$10,0)),0)", "text"),
    "match near": ("INDEX($L$8:$L$10,MATCH(C{r},$K$8:$K$10,1))", "limits"),
    "lookup": ("LOOKUP(C{r},$K$8:$K$10,$L$8:$L$10)", "limits"),
    "choose": ("CHOOSE(C{r},$L$8,$L$9,$L$10)", "number"),
}
KEYS = {"text": ("small", "medium", "large"), "limits": (0, 110, 200), "number": ("a", "b", "c")}
BENT = ("plain", "no header line", "no calc symbols", "no unit symbols", "values")


def blank(path, look_up="if text", bent="plain", edit=None):
    """Write a workbook with a reference and a project consumption: RE = Σ EC × SEC_RE ÷ SEC_PJ × EF."""
    book = openpyxl.Workbook()
    book.active.title = "MRS(input)"
    for sheet in ("MRS(input_separate)", "MRS(calc_process)"):
        book.create_sheet(sheet)
    entry, units, calc = book.worksheets
    for sheet in book:
        sheet["H1"] = "Monitoring Spreadsheet: JCM_TH_AM999_ver01.0"
        sheet["H2"] = "Sectoral scope: 03"
    _inputs(entry)
    formula, kind = LOOK_UPS[look_up]
    _units(units, formula, bent != "no unit symbols")
    _calculation(calc, kind, bent != "no calc symbols")
    if bent == "no header line":
        for sheet in book:
            sheet["H1"] = sheet["H2"] = None
    if bent == "values":
        calc["F6"], calc["F9"], calc["F12"] = 7, 10, 3
    if edit is not None:
        edit(book)
    book.save(path)
    return path


def _inputs(sheet):
    sheet["A3"] = "Monitoring Report Sheet (Input Sheet) [For Verification]"
    rows = {
        7: (
            "Monitoring period",
            "Monitoring point No.",
            "Parameters",
            "Description of data",
            "Monitored Values",
            "Units",
        ),
        8: ("", "(1)", "ECPJ,i,p", "Consumption of project machine i", "-> input_separate", "MWh/p"),
        12: ("Parameters", "Description of data", "Estimated Values", "Units", "Source of data", "Other comments"),
        13: ("EFelec", "CO2 emission factor", None, "tCO2/MWh"),
        14: ("SECPJ,i", "Specific consumption of project machine i", "-> input_separate", "kWh/m3"),
    }
    for row, cells in rows.items():
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column).value = value


def _units(sheet, formula, symbols):
    heads = [
        ("i", "Pi", "SECPJ,i", "ECPJ,i,p", "SECRE,i", "REi,p"),
        ("No.", "Size of project machine i", "Specific consumption of project machine i",
         "Consumption of project machine i", "Specific consumption of reference machine i", "Reference emissions of i"),
        ("-", "-", "kWh/m3", "MWh/p", "kWh/m3", "tCO2/p"),
    ]  # fmt: skip
    for row, texts in enumerate(heads, 5):
        for column, text in enumerate(texts, 2):
            sheet.cell(row, column).value = text if symbols or row > 5 or column == 2 else None
    for row in range(8, 8 + ROWS):
        sheet.cell(row, 2).value = row - 7
        own = formula.format(r=row)
        for cell in ("$K$8:$L$10", "$K$8:$K$10", "$L$8:$L$10"):
            own = own.replace(cell, f"'MRS(calc_process)'!{cell}")
        for cell in ("$L$8", "$L$9", "$L$10"):
            own = own.replace(f"({cell},", f"('MRS(calc_process)'!{cell},")
            for before in (",",):
                own = own.replace(f"{before}{cell}", f"{before}'MRS(calc_process)'!{cell}")
        sheet.cell(row, 6).value = f"={own}"
        sheet.cell(row, 7).value = f"=IF(E{row}=\"\",0,E{row}*F{row}/D{row}*'MRS(calc_process)'!$F$15)"
    sheet.cell(8 + ROWS, 4).value = "Total"
    sheet.cell(8 + ROWS, 7).value = f"=SUM(G8:G{7 + ROWS})"


def _calculation(sheet, kind, symbols):
    own = "'MRS(input_separate)'!"
    rows = {
        5: ("1. Calculations for emission reductions", "Value", "Units", "Parameter"),
        6: ("Emission reductions during the period p", "=F9-F12", "tCO2/p", "ERp"),
        8: ("3. Calculations for reference emissions", "Value", "Units", "Parameter"),
        9: ("Reference emissions during the period p", f"={own}G{8 + ROWS}", "tCO2/p", "REp"),
        11: ("4. Calculations of the project emissions", "Value", "Units", "Parameter"),
        12: ("Project emissions during the period p", f"=SUMPRODUCT({own}E8:E{7 + ROWS})*F15", "tCO2/p", "PEp"),
        14: ("2. Selected default values, etc.", "Value", "Units", "Parameter"),
        15: ("CO2 emission factor", "='MRS(input)'!C13", "tCO2/MWh", "EFelec"),
    }  # fmt: skip
    for row, cells in rows.items():
        for column, value in zip((2, 6, 7, 8), cells, strict=True):
            sheet.cell(row, column).value = value if symbols or column < 8 or value == "Parameter" else None
    sheet["L7"] = "SECRE,i"
    for row, (key, number) in enumerate(zip(KEYS[kind], (0.118, 0.112, 0.109), strict=True), 8):
        sheet.cell(row, 11).value, sheet.cell(row, 12).value = key, number
