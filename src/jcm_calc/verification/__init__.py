"""Verification: the calculation in somebody's workbook is done again, cell by cell, and compared with plan and rules.

`jcm_calc.verification.verifying.verify` makes the checks. What they are is data, in `catalogue.toml`. They look at the
`documents`: the report as a `submission`, and what it is compared with. The `analyses` find most of it: `cells` of the
calculation sheets (with `spreadsheet`, which evaluates their formulas), `dated_rows` behind the amounts, deviations
from the plan, and amounts `against_readings`; a module for each group of the catalogue makes the other checks.
`effects` say what a finding does to the reductions, `root_causes` leaves one finding for one cause, and `paper` writes
it down.
"""
