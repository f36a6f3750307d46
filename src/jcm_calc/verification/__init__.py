"""Verification: somebody's workbook is calculated again, cell by cell, and held against plan and rules.

`jcm_calc.verification.verifying` makes the checks, which stand in a module for each group of the
catalogue and declare what they need; `material` is what they look at, `steps` judges the cells of
the calculation sheets, `spreadsheet` evaluates their formulas, `linking` leaves one finding for one
cause, `paper` writes it down.
"""
