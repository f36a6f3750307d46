"""Verification: the calculation in somebody's workbook is done again, cell by cell, and compared with plan and rules.

`jcm_calc.verification.verifying.verify` makes the checks. What they are is data, in `catalogue.toml`. They look at the
`documents`: the report as a `submission`, and what it is compared with. The `analyses` find most of it: `cells` of the
calculation sheets (with `spreadsheet`, which evaluates their formulas), `dated_rows` behind the amounts, and amounts
`against_readings`. A module for each thing that the report is compared with makes the other checks: its own `sheets`,
`values`, `magnitudes`, `formulas`, `periods` and `totals`; and, `against_plan`, `against_meters` and `against_case`,
another document. Each declares its checks at its functions, see `declared_checks`; `applicability` says which of them
have nothing to compare. `effects` say what a finding does to the reductions, `root_causes` leaves one finding for one
cause, `basis` says what the values rest on, `conclusion` has the result, and `paper` writes it down.
"""
