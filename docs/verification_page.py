"""Write the pages on verification and of the checks from the checks themselves: `make pages`."""

from __future__ import annotations

from pathlib import Path

from jcm_calc.verification.catalogue import GROUPS, NEEDS, Check, checks, not_checked

PAGE, CHECKS_PAGE = (Path(__file__).parent / name for name in ("verification.md", "checks.md"))
HEAD = """# Verification

`jcm verify REPORT.xlsx` re-runs the calculation in a filled monitoring spreadsheet and says what is wrong with it:

```
jcm verify REPORT.xlsx --against PLAN.xlsx --case CASE.toml --previous EARLIER.xlsx \\
           -o findings.xlsx --html findings.html
jcm verify FOLDER                      # every workbook of a folder, on all cores
jcm verify REPORT.xlsx --select C,H --ignore C16
jcm verify --list                      # every check; --explain C5 says what one is about
```

In Python it is `jcm_calc.verify(report, plan, readings, previous=…, case=…, evidence=…)`; its `findings` are
objects, and `table()` is a DataFrame.

The case file (`--case`) completes a report that has no place for a value: its `[choices]`, `p`, `[inputs]` and
`[facts]` are taken where the workbook lacks them, and are named in every output. Where both have a value, they must
agree (K2).

One bad cell does not stop a verification. Units that cannot be used are left out of the recalculation and named, the
rest is recalculated, and every other check is made; the result is then `incomplete`. What a number such as `1,234` gives
in both readings is said; of a day of the case file that can be read in two ways the later one is taken, and asked about.

A workbook may carry evidence of its own, on the sheet *Evidence*. It is not relied on: what the verifier has read in
the approved document comes with `--evidence FILE` ([how it is written](how_to/confirm.md)).

* Every cell of the calculation sheets is judged by itself. Its formula is evaluated while the cells that it
  may refer to hold what the library gives for them: once for inputs changed at random, and for the inputs
  as they are where its stored value differs. Where the equation has a condition, its operands are changed much
  more, so that the branch that these inputs do not take is looked at, too. A formula is right if it means the
  declared equation, however it is spelled, and a wrong cell does not make those that depend on it wrong:
  they are listed as its consequences.
* A finding is an **error** (the number is wrong, or a binding rule is broken), a **warning** (not as
  planned or not supported), or a **question** (only a person can settle it). It says what was found and
  expected, how the expected value comes about, what it does to ER unrounded and in whole tonnes by calendar
  year, and the likely cause.
* **The result comes from numbers.** For each calendar year and in total, the first table of every output has RE, PE,
  ER and whole tonnes *as reported* (table 3 and the calculation sheet), *as recalculated* from what is entered, and
  *as adjusted* after the corrections of all errors. What several findings say of one value is corrected once.

| result | when |
| --- | --- |
| `no misstatement found` | the reported reductions were read for every year and equal the recalculated ones, there is no error, and no check was switched off |
| `material misstatement` | the difference between reported and adjusted reductions reaches the share of ER given by `--materiality`; the differences of calendar years do not cancel each other, and a single cause that reaches it is material by itself |
| `misstatement, not material` | there are errors, and they do not reach it |
| `misstatement, not quantified` | the effect of an error cannot be calculated, such as a criterion that is not met or a sheet of another version; a person has to decide |
| `incomplete` | something is missing for a conclusion, and is named: reported reductions that cannot be read, a formula that cannot be followed, a day or number that can be read in two ways, a check that was switched off; with `--strict`, also warnings and questions that are open |
| `recalculation not possible` | a value is missing or unusable |

* **Scope.** The result is about the recalculation. How many eligibility criteria are met, and how many rules and
  values of the calculation are not confirmed, is said beside it and is no part of it. Checks that could not be made,
  and what they need, are listed in every output, and so are those that are not applicable: they found nothing to
  compare, which is not the same as "made". So are checks that were switched off with `--select` or `--ignore`:
  they are made all the same, their errors count for the adjusted amounts, and `--certify` goes by them.
* Errors are candidates for corrective action requests (CAR), questions for clarification requests (CL), and warnings
  for forward action requests (FAR) or observations. The verifier decides. Findings are numbered so (`CAR 01`), the
  gravest first, and among these those with the largest effect on ER.
* Rules that nobody has confirmed, such as the rounding down to whole tonnes and the materiality threshold, are named
  as such in the finding, and apart from the result.
* Exit codes: 0 no misstatement found; 1 any other result; 2 the file cannot be used; 3 `--certify` was asked for and
  refused.

The published report sheet of project ID009 has 42,826,880 under MWh, which is in kWh. The slip (B4) bears on
nothing where all electricity comes from the grid; with a captive generator it changes the shares of both, and
for a chiller of 347.2 MWh and a generator of 1 MW that runs 100 h raises ER by 0.001 t.

How well errors are found is tested with every change: no error and no warning in clean workbooks of all
methodologies and choices with random inputs (`python tests/clean_workbooks.py` makes 1,000), a third of them as written, a third with all tables moved, and a third with rows
and columns put in anywhere; and, of 300 faults of 20 kinds planted one at a time into such workbooks, at least
97 % found with their own code at the cell that was changed. Of 62 faults of 31 further kinds, in the formulas of amounts,
in dated rows and in single cells, all are found, and none ends with `no misstatement found`.

[The checks](checks.md) are listed on a page of their own, with a section for each.

## The working paper

`-o PAPER.xlsx` and `--html PAPER.html` write a working paper that can be filed and printed on A4: who verified what
(project, period, every file with its SHA-256, options, version, date, and the person given by `--person`), the result,
the amounts by year, the findings, and what the values rest on. In the workbook, the place of a finding is a link to the
cell, as long as the report stays where it was; the sheet *Responses* has room for the response of the project
participant, the conclusion of the verifier, status, date and signature.

*Basis of the values* shows for each parameter which cells have its values, how many of them are compared with the
readings of which meters, come from dated rows, or are typed numbers with nothing behind them in the files, and with
which meters or invoices the readings are compared.

In JSON each finding has its places as data: file, sheet, cells, meters and period.

A finding that a verifier accepts, and why, is written down in a file for `--accepted`:

```toml
[[accepted]]
code = "I12"
place = "MRS(input)!I10"        # as the finding has it; or subject = "EC_PJ,i,p"
reason = "The log book was seen on site."
person = "A. Verifier"
date = 2024-05-31
```

It stays in every output with reason and person. A warning or question that is accepted is not open any more, which
matters with `--strict`; an error counts for amounts and result all the same. What is accepted and not found is named.

## With readings

The meters and readings of the case file ([how they are written](monitoring.md)) are held against the report;
in Python, what `jcm_calc.monitor` returns may be given as `readings` in their place. For each amount it is asked
what must have been done with the readings to give just this number: everything right, a correction for a late
calibration left out, applied per cent for fraction, in the wrong direction or to whole months, a month left out
or counted twice, days of another period, the invoice in place of the meter, a gap filled with a mean. So a
finding says what was done, with meter and time. Where no known slip gives the number, it says by how much the two
differ.

This report of the [worked year](monitoring.md) is as read where a calibration was late:

```python
>>> import jcm_calc
>>> from jcm_calc.api.case_file import read_case
>>> case = read_case("docs/examples/metered_year/case.toml")
>>> monitored = case.monitor()
>>> amounts = [monitored.amounts[name][0] for name in ("S1", "S2", "S3")]
>>> late = next(one for one in monitored.findings if one.kind == "late calibration")
>>> amounts[1] -= late.effect
>>> units = {"COP_PJ": [1.63] * 3, "application": ["individual quick freezer"] * 3}
>>> handed_in = jcm_calc.calculate("ID_AM003", EC_PJ=amounts, EF_elec=0.814, p="2024", **units)
>>> handed_in.to_excel("late.xlsx", plan=handed_in, sources=monitored.sources())
>>> found = jcm_calc.verify("late.xlsx", readings=monitored)
>>> (error,) = found.of("error")
>>> print(error.code, error.message)
E8 EC_PJ,i,p of S2: 'maximum permissible error' is announced and not carried out
>>> print(error.place)
S2, 2024-06-20 00:00 to 2024-07-11 00:00 (MRS(input_separate)!C12)
>>> print(error.effect)
ER too high by 0.00552555 tCO2; whole tonnes +0 (2024: +0)

```

An amount may be a sum over a sheet of months, or of days, beside the official ones: rows are known by the time that
stands left of them or above. The formula of the amount is audited, also without readings: it must be the conversion of
the unit times the sum of the rows of its period, each once. Rows that the sum leaves out, counts twice, or that are
blank are findings, and so are a factor, a constant, rounding, a total, an undated number or a text among the rows, rows
of another period, days without rows, a row far above the others, and a link to the estimate of the plan. SUM, SUMIF,
SUMIFS, SUMPRODUCT, SUBTOTAL, AGGREGATE, OFFSET and INDIRECT are followed, and so are operations on ranges, defined names,
columns of tables, whole columns and spans of sheets. A formula that cannot be followed, or that chooses or combines
numbers typed into it, is a finding, and the result is `incomplete` until somebody has said what it is (`--accepted`).

Sheets that people made are read as they are written: headings with a number, in two languages or in the singular, units
in brackets, per period and per year (where the period is a year), tons of CO2, symbols among words, and periods such as
`2017/1/1~2017/12/31`, `1 January 2017 to 31 December 2017` or `2017年1月1日～2017年12月31日`. A heading that is not known is
named. An equation is compared in the quantities that the sheet shows, so that a sheet of one unit needs no column for it.
"""


CHECKS_HEAD = """# The checks of `jcm verify`

{count} checks, each with what must hold, why, an example, and how to answer a finding; `jcm verify --explain C5` shows
the same. What a check needs besides the report's workbook:

{needs}

**Codes are stable.** A code keeps its meaning: it is not given to another check, and the code of a check that is taken
out is not used again. Severities, titles and texts may change between versions, and new checks may be added; the
changelog names both. In JSON, `code`, `severity`, `places`, `found`, `expected`, `unit` and `effect` keep their
meaning within one `schema` number.

The reviews that are named are of projects of another mechanism. They show that a reviewer raised such a finding once;
they say nothing about the project that is verified.
"""


def page() -> str:
    """Return the text of the page on verification."""
    return HEAD


def checks_page() -> str:
    """Return the text of the page of checks."""
    needs = "\n".join(f"* `{name}`: {text}" for name, text in NEEDS.items())
    blocks = [CHECKS_HEAD.format(count=len(checks()), needs=needs)]
    for letter, title in GROUPS.items():
        own = [check for check in checks().values() if check.code[0] == letter]
        blocks += [f"## {letter}. {title}", *map(_section, own)]
    lines = ["## Not checked", "", "Findings that reviewers raised and no check makes, with the reason.", ""]
    lines += ["| code | finding | reason |", "| --- | --- | --- |"]
    lines += [f"| {code} | {name} | {reason} |" for code, (name, reason) in not_checked().items()]
    return "\n\n".join([*blocks, "\n".join(lines)]) + "\n"


def _plain(text: str) -> str:
    """Return a text in which the signs of a formula do not mark it up."""
    return "".join(f"\\{sign}" if sign in "*_[]" else sign for sign in text)


def _section(check: Check) -> str:
    needs = f"; needs {', '.join(f'`{need}`' for need in check.needs)}" if check.needs else ""
    return "\n".join(
        [
            f"({check.code.lower()})=",
            f"### {check.code} {check.title}",
            "",
            f"{check.rule} {check.why}",
            "",
            f"* Example: {_plain(check.example)}",
            f"* How to answer: {check.answer}",
            f"* Severity: {check.severity}{needs}",
            f"* [Review of another project]({check.review}): {check.case}",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    CHECKS_PAGE.write_text(checks_page(), encoding="utf-8", newline="\n")
