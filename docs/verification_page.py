"""Write the page of the checks from the checks themselves: `make pages`."""

from __future__ import annotations

from pathlib import Path

from jcm_calc.verification.catalogue import GROUPS, NEEDS, Check, checks, not_checked

PAGE = Path(__file__).parent / "checks.md"
HEAD = """# The checks of `jcm verify`

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
    """Return the text of the page of checks."""
    needs = "\n".join(f"* `{name}`: {text}" for name, text in NEEDS.items())
    blocks = [HEAD.format(count=len(checks()), needs=needs)]
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
            *([f"* [Review of another project]({check.review}): {check.case}"] if check.review else []),
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
