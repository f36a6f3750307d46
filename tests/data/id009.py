"""Types the published monitoring report sheet of project ID009 (2017) again, as a workbook.

The beginning of the sheet is public: pdfslide.net/documents/monitoring-report-sheet-input-sheet-for-verification.html.
What could not be read of it is left empty; where its cells stood is not known.
"""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment

PATH = Path(__file__).with_name("id009_2017.xlsx")
PERIOD = "1/Jan/2017-31/Dec/2017"
HEADINGS = (
    "Monitoring period",
    "Monitoring point No.",
    "Parameters",
    "Description of data",
    "Monitored Values",
    "Units",
    "Monitoring option",
    "Source of data",
    "Measurement methods and procedures",
    "Monitoring frequency",
    "Other comments",
)
ROWS = (
    (
        PERIOD,
        "(1)",
        "EC PJ,i,p",
        "Power consumption of project chiller i during the period p",
        347.2,
        "MWh/p",
        "Option C",
        "Monitored data",
        "Specification of measuring equipments; Measuring and recording; Calibration",
        "Continuously",
        None,
    ),
    (
        PERIOD,
        "(2)",
        "EI grid,p",
        "Electricity imported from the grid to the project site during the period p",
        "42,826,880",
        "MWh/p",
        "Option C",
        "Invoice from the power company for Option B or monitored data for Option C",
        "data collected from invoices (B) / measured (C)",
        None,
        None,
    ),
)


def write(path=PATH):
    """Write the workbook."""
    book = Workbook()
    sheet = book.active
    sheet.title = "MRS(input)"
    sheet["K1"] = "Monitoring Spreadsheet: JCM_ID_AM002_ver02.0"
    sheet["K2"] = "Reference Number: ID009"
    sheet["A3"] = "Monitoring Report Sheet (Input Sheet) [For Verification]"
    sheet["A5"] = "Table 1: Parameters monitored ex post"
    sheet.append([f"({letter})" for letter in "abcdefghijk"])
    sheet.append(HEADINGS)
    for row in ROWS:
        sheet.append(row)
    for column, width in zip("ABCDEFGHIJK", (16, 10, 12, 40, 14, 10, 12, 30, 40, 14, 20), strict=True):
        sheet.column_dimensions[column].width = width
        for cells in sheet[f"{column}6:{column}9"]:
            cells[0].alignment = Alignment(wrap_text=True, vertical="center")
    book.save(path)


if __name__ == "__main__":
    write()
