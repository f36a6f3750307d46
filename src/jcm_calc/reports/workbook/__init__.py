"""The official monitoring spreadsheet: written with live formulas, empty or filled in, and read."""
