"""The `jcm` command. Its exit codes are in its help, and in docs/how_to/command.md.

Results go to standard output, complaints and progress to standard error.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from jcm_calc.base.languages import LANGUAGES, _, in_language, preferred, translated
from jcm_calc.cli import surroundings
from jcm_calc.cli.codes import FAULT, INTERRUPTED, UNUSABLE
from jcm_calc.cli.helping import CommandGroup

# What a command needs beyond click is imported when it runs: `jcm list` takes no pandas.


FILE = click.Path(path_type=Path)
SHARE, WHOLE, SCOPE = click.FloatRange(0, 1), click.IntRange(min=1), click.IntRange(0, 99)
# click names them in complaints
SHARE.name, WHOLE.name, SCOPE.name = "number from 0 to 1", "whole number from 1 on", "whole number from 0 to 99"
# What to do with more arguments than a command takes.
ONE_OF_LIST = _("`jcm show NUMBER` shows one methodology.")
SELECTED = _("--country, --methodology and --status select projects.")
OF_FOLDER = _("`jcm portfolio FOLDER` calculates all files of a folder.")
OTHER_FILES = _(
    "For several reports, name their folder; the plan goes after --plan, an earlier report after --previous, and a "
    "case file after --case."
)
ONE_FOLDER = _("For several projects, name the folder of their case files.")
ONE_PATTERN = _("Name a folder, or a pattern in quotation marks.")

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
strictly = click.option("--strict", is_flag=True, help="Exit with 1 where anything has a remark or is left open.")
with_evidence = click.option(
    "--evidence",
    metavar="FILE",
    multiple=True,
    type=FILE,
    callback=lambda ctx, option, files: files or None,
    help="Evidence file to use, instead of all in the folder that `jcm evidence folder` names.",
)
require_confirmed = click.option(
    "--require-confirmed",
    is_flag=True,
    help="Fail with exit code 3 if an issuance request would rest on anything unconfirmed.",
)
of_version = click.option("--version", metavar="V", help="This version instead of the latest.")
case_argument = click.argument("path", metavar="CASE", type=FILE)


def number_argument(**settings: Any) -> Callable[[Any], Any]:
    """Return the argument that names a methodology, in capitals or not."""
    return click.argument("number", callback=lambda ctx, option, number: number and number.upper(), **settings)


def file_option(*names: str, help: str, metavar: str = "FILE", **settings: Any) -> Callable[[Any], Any]:
    """Return an option that takes the path of a file."""
    return click.option(*names, metavar=metavar, type=FILE, help=help, **settings)


def output_option(help: str, name: str = "target", **settings: Any) -> Callable[[Any], Any]:
    """Return the option that says where to write."""
    return file_option("-o", "--output", name, help=help, **settings)


def force_option(what: str = "FILE") -> Callable[[Any], Any]:
    """Return the option that overwrites a file."""
    return click.option("--force", is_flag=True, help=f"Overwrite {what}.")


class _Group(CommandGroup):
    """A group of commands that turns every outcome into an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            code = INTERRUPTED
        except Exception as error:
            if (code := surroundings.ended()) is not None:
                ctx.exit(code)
            if (refused := surroundings.refusal(error)) is not None:
                surroundings.complain(error, refused)
                code = UNUSABLE
            else:
                code = _complain(error)
        ctx.exit(code or 0)


def _complain(error: Exception) -> int:
    """Report an exception; return the exit code."""
    from jcm_calc.base.problems import LINES, InputError, Problem
    from jcm_calc.cli import output
    from jcm_calc.engine.evaluation import EvaluationError
    from jcm_calc.rulebooks import MethodologyNotFoundError, by_author

    if isinstance(error, InputError):
        output.complaints(error.headline, error.problems[:LINES], error.warnings[:LINES])
        if len(error.problems) > LINES:
            output.show(_("  and {count:,} more").format(count=len(error.problems) - LINES), err=True)
    elif isinstance(error, MethodologyNotFoundError):
        output.complaints(_("The methodology was not found"), [Problem(_("methodology"), str(error))])
    elif isinstance(error, EvaluationError):
        output.complaints(_("There is no result"), [Problem(_("equations"), str(error))])
    elif (broken := by_author(error)) is not None:
        output.complaints(
            _("The methodology cannot be used; this is for its author"), [Problem(broken.module, broken.said)]
        )
    else:
        _report_fault(error)
        return FAULT
    return UNUSABLE


def _report_fault(error: Exception) -> None:
    import platform
    import traceback
    from importlib.metadata import version

    if os.environ.get("JCM_DEBUG"):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    lines = [
        translated(_("This is a fault of jcm_calc, not of your input.")),
        translated(_("Please report this with the case file and the text below.")),
        "",
        f"  {type(error).__name__}: {error}",
        f"  in {frame.name}, {Path(frame.filename).name} line {frame.lineno}",
        f"  jcm_calc {version('jcm-calc')}, Python {platform.python_version()}, {platform.system()}",
        "",
        translated(_("JCM_DEBUG=1 shows where it comes from.")),
    ]
    surroundings.say("\n".join(lines))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jcm-calc", prog_name="jcm")
@click.option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    is_eager=True,
    expose_value=False,
    default=lambda: preferred(os.environ.get),
    callback=lambda ctx, option, code: ctx.with_resource(in_language(code)),
    help="The language; without it JCM_LANG, LANGUAGE, LC_ALL or LANG decides.",
)
def jcm() -> None:
    """Emission reductions under the Joint Crediting Mechanism.

    \b
    Exit codes:
      0   done
      1   checked, and something differs; with --strict, something has a remark
      2   the input cannot be used, or the system refuses: no space, no memory, no right to write
      3   --require-confirmed or an issuance request was refused
      70  a fault of this program
      130 interrupted
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command("list", runs="catalogue.list_methodologies", several=ONE_OF_LIST)
@click.option("--all", "with_known", is_flag=True, help="Also those that are known and not implemented.")
@as_json
def list_() -> None:
    """List the methodologies, and how much of each is confirmed.

    A module of a methodology package that cannot be used is named below, with file and line, and gives exit code 1.

    \b
    Examples:
      jcm list
      jcm list --all --json
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="catalogue.show_methodology")
@click.argument("subject", metavar="NUMBER|MODULE.py")
@of_version
@file_option("--html", "page", metavar="FILE.html", help="Write the methodology as a page.")
@force_option("FILE.html")
@as_json
def show() -> None:
    """Show what methodology NUMBER, or that of a module, declares, each item with its evidence.

    \b
    Examples:
      jcm show ID_AM002
      jcm show ID_AM002 --version 2.0 --json
      jcm show my_rules/xx_am001.py --html xx_am001.html
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="factors.list_factors")
@click.argument("country")
@click.option("--grid", metavar="NAME", help="Only this grid.")
@click.option("--year", metavar="YYYY", help="Only data of this year.")
@click.option(
    "--kind",
    type=click.Choice(["national", "solar", "application", "international", "captive"]),
    help="Only factors of this kind; kinds are never mixed.",
)
@as_json
def factors() -> None:
    """List the published emission factors of electricity of COUNTRY, in tCO2/MWh, each with source and grade.

    A case file names one of them instead of a number: EF_grid = "Viet Nam 2023, combined margin". No factor is
    taken unless it is named.

    \b
    Examples:
      jcm factors VN
      jcm factors ID --grid Jamali --year 2016
      jcm factors Thailand --kind solar --json
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="projects.list_projects", several=SELECTED)
@click.option("--country", metavar="XX", help="Only projects of this partner country, by code or name.")
@click.option("--methodology", metavar="NUMBER", help="Only projects that use this methodology, in any version.")
@click.option(
    "--status", type=click.Choice(["registered", "validation", "withdrawn"]), help="Only projects of this status."
)
@as_json
def projects() -> None:
    """List the projects of the scheme, with the methodologies and versions that they use, as of June 2026.

    \b
    Examples:
      jcm projects --country TH
      jcm projects --methodology TH_AM001 --status registered
      jcm projects --json
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="calculating.calculate_case", several=OF_FOLDER)
@case_argument
@require_confirmed
@click.option("--trace", is_flag=True, help="Show every quantity in the order of calculation.")
@click.option("--candidates", is_flag=True, help="Show RE, PE and ER for all candidates of the values chosen by name.")
@output_option("Write the monitoring spreadsheet (FILE.xlsx) or the manifest (FILE.json).")
@file_option(
    "--plan", metavar="PLAN", help="The case file or workbook whose estimates fill the monitoring plan of FILE.xlsx."
)
@click.option(
    "--stage",
    type=click.Choice(["plan", "report"]),
    help="Write FILE.xlsx as the plan of a project design document, or as a report (the default).",
)
@file_option(
    "--previous",
    metavar="EARLIER",
    help="The report before (.xlsx, .toml, or its manifest .json): its last values are the first values of this one.",
)
@force_option()
@strictly
@with_evidence
@as_json
def calc() -> None:
    """Calculate CASE: a case file (.toml) or a filled monitoring spreadsheet (.xlsx).

    Where it holds published figures, they are compared, and a difference gives exit code 1.

    \b
    Examples:
      jcm calc case.toml --trace
      jcm calc case.toml --candidates
      jcm calc plan.toml -o plan.xlsx --stage plan
      jcm calc case.toml -o report.xlsx --plan plan.toml
      jcm calc filled.xlsx --require-confirmed
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="templates.write_template")
@number_argument()
@click.argument("more_years", nargs=-1, metavar="")
@output_option("The .xlsx or .toml to write.", required=True)
@click.option("--units", metavar="N", multiple=True, help="Rows along every index (1 by default), or i=N along one.")
@click.option("--years", metavar="YEAR ...", multiple=True, help="The calendar years of the report.")
@force_option()
@as_json
def template() -> None:
    """Write an empty monitoring spreadsheet or case file of methodology NUMBER, to be filled in for `jcm calc`.

    \b
    Examples:
      jcm template ID_AM002 -o input.xlsx --units 3 --years 2024 2025
      jcm template ID_AM002 -o case.toml --years 2024
      jcm --lang ja template VN_AM001 -o input.xlsx --units i=40 --units k=5
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="monitoring.monitor_case")
@case_argument
@output_option("Write the monitored parameters to a .csv or .xlsx file.")
@force_option()
@strictly
@with_evidence
@as_json
def monitor() -> None:
    """Turn the readings of the case file CASE into monitored parameters.

    A finding without a treatment, or a cross-check that differs, gives exit code 1. Needs
    `pip install jcm-calc[monitoring]`.

    \b
    Examples:
      jcm monitor case.toml
      jcm monitor case.toml -o monitored.xlsx
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="status.status_of", several=ONE_FOLDER)
@click.argument("path", metavar="CASE|FOLDER", type=FILE)
@click.option("--on", metavar="DATE", help="As of the end of this day instead of today, such as 2024-09-30.")
@click.option(
    "--since", metavar="last|FILE", help="Print only what has changed since the run before, which this file records."
)
@click.option("--store/--no-store", default=True, help="Keep readings next to the case file, to read each file once.")
@output_option("Write a page (.html).", name="page")
@force_option()
@with_evidence
@as_json
def status() -> None:
    """Show the status of the monitoring of the case file CASE, or of every case file in FOLDER.

    Exit code 1 means that something needs a person; with --since, that something new does. It is an estimate, not a
    verification. Needs `pip install jcm-calc[monitoring]`.

    \b
    Examples:
      jcm status case.toml
      jcm status case.toml --on 2024-09-30 --json
      jcm status projects -o status.html --force
      jcm status projects --since last
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="explaining.explain_case")
@case_argument
@click.argument("name", default="ER")
@click.option("--at", "at", metavar="INDEX=LABEL", multiple=True, help="Follow this unit or period, such as p=2024.")
@with_evidence
@as_json
def explain() -> None:
    """Explain how NAME is calculated in the case file CASE.

    From the equation in symbols, with the numbers in place, to its value, down to what was given.
    NAME is RE, PE, ER or anything on the way, by name or symbol.

    \b
    Examples:
      jcm explain case.toml RE
      jcm explain case.toml RE_i --at i="chiller 2" --at p=2024
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="explaining.report_case")
@case_argument
@output_option("The .html to write.", required=True)
@force_option()
@strictly
@with_evidence
@as_json
def report() -> None:
    """Write the report of the case file CASE: one HTML file, for a browser and for paper.

    It needs no network.

    \b
    Example:
      jcm report case.toml -o report.html
    """  # noqa: D301 (\b keeps click from filling the lines)


def _explained(context: click.Context, option: click.Parameter, value: str | bool | None) -> None:
    """Write about the checks, instead of verifying."""
    if not value or context.resilient_parsing:
        return
    from jcm_calc.cli.verifying import explain_checks, list_checks

    if isinstance(value, str):
        explain_checks(value)
    else:
        list_checks()
    context.exit()


@jcm.command(runs="verifying.verify_files", several=OTHER_FILES)
@click.argument("report", type=FILE)
@file_option("--plan", metavar="PLAN.xlsx", help="The registered plan, to compare with.")
@file_option("--case", metavar="CASE.toml", help="Case file with meters, readings and periods to compare with.")
@file_option("--previous", metavar="EARLIER.xlsx", multiple=True, help="An earlier report, to compare with.")
@click.option(
    "--materiality",
    metavar="SHARE",
    type=SHARE,
    default=0.05,
    show_default=True,
    help="Materiality threshold, as a share of ER.",
)
@click.option("--select", metavar="CODES", multiple=True, help="Only these checks, such as A1,C5, or C for a group.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Not these checks; they are named in every output.")
@click.option("--list", is_flag=True, expose_value=False, is_eager=True, callback=_explained, help="List the checks.")
@click.option(
    "--explain",
    metavar="CODES",
    expose_value=False,
    is_eager=True,
    callback=_explained,
    help="Explain checks, such as C5: what they look for, why, and how to answer a finding.",
)
@file_option(
    "--accepted", metavar="FILE.toml", help="Findings that were accepted, with reason and person; they stay on record."
)
@click.option("--person", metavar="NAME", default="", help="Who verifies, for the working paper.")
@require_confirmed
@file_option("--html", "as_html", metavar="FILE.html", help="Write the working paper.")
@output_option("Write the working paper.", metavar="FILE.xlsx")
@force_option("the working paper")
@strictly
@with_evidence
@as_json
def verify() -> None:
    """Re-run the calculation in REPORT, a filled monitoring spreadsheet, and find what is wrong.

    A folder verifies all its workbooks on all cores. Exit code 0 means that no misstatement was found: the reported
    reductions were read for every year and equal the recalculated ones. Anything else gives exit code 1.
    With meters and readings in CASE.toml, the amounts are compared with them.

    \b
    Examples:
      jcm verify report.xlsx --plan plan.xlsx -o findings.xlsx
      jcm verify report.xlsx --select C,H --ignore C10 --json
      jcm verify report.xlsx --accepted accepted.toml --html paper.html
      jcm verify --explain C5
      jcm verify reports/
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="authoring.new_methodology")
@number_argument()
@output_option("The folder of the package to write to.", name="folder", metavar="FOLDER")
@click.option("--package", "project", metavar="NAME", help="Begin a methodology package, such as my-rules.")
@click.option("--revises", metavar="V", help="Begin a revision of this version.")
@file_option("--from", "source", metavar="FILE.toml", help="A file with what it declares, without Python.")
@click.option(
    "--version", metavar="V", help="New version number. With --revises, leave it out to correct the existing version."
)
@click.option("--title", default="", help="The official title.")
@click.option("--scope", type=SCOPE, default=0, help="The sectoral scope.")
@click.option("--index", metavar="TEXT", default="", help="What the index i means.")
@as_json
def new() -> None:
    """Write the skeleton of methodology NUMBER: a module, a case and a test, to be filled in.

    \b
    Examples:
      jcm new XX_AM001 --package my-rules         a new methodology package
      jcm new XX_AM002 -o my-rules/src/my_rules   one more methodology in it
      jcm new XX_AM003 --from pumps.toml -o …     what a file declares, equations as they are printed
      jcm new ID_AM004 --revises 2.0 -o …         what the document says otherwise
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command("import", runs="importing.import_module")
@click.argument("workbook", metavar="FILE.xlsx", type=FILE)
@click.argument("document", metavar="[DOCUMENT]", type=FILE, required=False)
@output_option("The folder of the package to write to.", name="folder", metavar="FOLDER")
@file_option("--names", metavar="FILE.toml", help="Answers to the questions of an earlier run.")
@force_option("what is there")
@as_json
def import_() -> None:
    """Translate an official monitoring spreadsheet into a methodology module.

    Formulas become equations, look-ups become tables. No module is written that differs from its workbook. DOCUMENT,
    the approved text as PDF or DOCX, adds title, criteria and sources; it needs the extra documents.

    \b
    Examples:
      jcm import JCM_TH_AM002_ver01.0.xlsx -o my-rules/src/my_rules
      jcm import JCM_TH_AM002_ver01.0.xlsx JCM_TH_AM002_ver01.0.docx -o …
      jcm import JCM_TH_AM002_ver01.0.xlsx -o … --names th_am002.names.toml --force
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="proposing.confirm_files")
@number_argument()
@click.argument("workbook", metavar="FILE.xlsx", type=FILE)
@click.argument("document", metavar="[DOCUMENT.pdf|.docx]", type=FILE, required=False)
@of_version
@output_option("The evidence file with what is proposed.", metavar="FILE.toml")
@force_option("FILE.toml")
@as_json
def confirm() -> None:
    """Compare methodology NUMBER with its official files, and propose what agrees.

    Formulas of the monitoring spreadsheet are compared by meaning, default values and tables with their limits, units
    with their factors. Criteria and parameters of the document are put next to the declared ones, with page. The
    evidence file confirms nothing until a person signs it. Exit code 0 means that nothing differs.

    \b
    Examples:
      jcm confirm ID_AM003 JCM_ID_AM003_ver01.0.xlsx
      jcm confirm ID_AM003 JCM_ID_AM003_ver01.0.xlsx JCM_ID_AM003_ver01.0.pdf -o id_am003.toml
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="comparing.compare_versions")
@number_argument()
@click.argument("before")
@click.argument("after")
@file_option("--case", metavar="CASE.toml", help="Show what the change does to the result of this case file.")
@as_json
def diff() -> None:
    """Show what changed in methodology NUMBER from version BEFORE to version AFTER.

    \b
    Example:
      jcm diff ID_AM006 2.0 2.1 --case case.toml
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.group()
def evidence() -> None:
    """Confirm, item by item, what the approved document says.

    The file is filled in by somebody who has the document in hand.
    """


@evidence.command("new", runs="confirming.new_file")
@number_argument(required=False)
@click.option("--guidelines", is_flag=True, help="A file for the rules of the scheme, which serves every methodology.")
@of_version
@file_option("--case", metavar="CASE.toml", help="Include the rules for the readings of this case file.")
@file_option("--document", metavar="FILE.pdf", help="The approved document.")
@click.option("--all", "every", is_flag=True, help="Include what is confirmed already.")
@output_option("The evidence file to write.", metavar="FILE.toml")
@force_option("FILE.toml")
@as_json
def new_evidence() -> None:
    """Write a file with every statement of methodology NUMBER that is not confirmed, to be filled in.

    \b
    Example:
      jcm evidence new ID_AM003 --document approved.pdf -o id_am003.toml
    """  # noqa: D301 (\b keeps click from filling the lines)


@evidence.command("ask", runs="confirming.ask_questions")
@number_argument(required=False)
@click.option("--guidelines", is_flag=True, help="The rules of the scheme, once for every methodology.")
@of_version
@file_option("--document", metavar="FILE.pdf", required=True, help="The approved document that you read.")
@click.option("--reader", metavar="NAME", prompt="Name of the reader", help="Who reads it.")
@output_option("The evidence file to write.", metavar="FILE.toml")
@force_option("FILE.toml")
@as_json
def ask_evidence() -> None:
    """Ask for what is not confirmed of methodology NUMBER, item by item, and write the evidence file.

    Each answer is the page on which the document says so.

    \b
    Example:
      jcm evidence ask ID_AM003 --document approved.pdf --reader "A. Reader"
    """  # noqa: D301 (\b keeps click from filling the lines)


@evidence.command("check", runs="confirming.check_files")
@click.argument("paths", metavar="FILE ...", nargs=-1, required=True, type=FILE)
@as_json
def check_evidence() -> None:
    """Compare evidence files with the methodologies and with each other, and say what is left to confirm.

    A contradiction, or a reading that has changed since, gives exit code 1.

    \b
    Example:
      jcm evidence check id_am003.toml
    """  # noqa: D301 (\b keeps click from filling the lines)


@evidence.command("folder", runs="confirming.show_folder")
@as_json
def evidence_folder() -> None:
    """Say where evidence files are looked for when none is named.

    \b
    Example:
      jcm evidence folder
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="issuing.issue_cases")
@click.argument("paths", metavar="CASE ...", nargs=-1, required=True, type=FILE)
@file_option("--previous", metavar="REQUEST.json", multiple=True, help="An earlier request.")
@output_option(
    "Write the request as JSON (FILE.json) or as a page of a workbook (FILE.xlsx).", name="targets", multiple=True
)
@force_option()
@with_evidence
@as_json
def request_issuance() -> None:
    """Ask for the credits of a project, from its case files.

    The section [allocation] says who gets how much of each calendar year. Refused while anything
    underneath is unconfirmed, with exit code 3 and the reasons.

    \b
    Example:
      jcm request-issuance 2024.toml --previous 2023.json -o 2024.json -o 2024.xlsx
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="portfolios.calculate_portfolio", several=ONE_PATTERN)
@click.argument("source")
@click.option(
    "--by", metavar="COLUMN", multiple=True, help="Sums by country, scope, methodology, version, year or project."
)
@output_option("Write a workbook (.xlsx), a page (.html), or the table of projects (.parquet, .csv).")
@force_option()
@strictly
@with_evidence
@as_json
def portfolio() -> None:
    """Calculate all projects of SOURCE: a folder of case files and workbooks, a pattern, or a table.

    A table (.csv, .xlsx, .parquet) has a row for each project, with the columns project and methodology. What is wrong
    with a project is shown next to its name, and the others are calculated; the exit code is 2.

    \b
    Examples:
      jcm portfolio reports --by country --by year
      jcm portfolio projects.csv -o portfolio.xlsx
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="calculating.replay_manifest")
@click.argument("path", metavar="MANIFEST", type=FILE)
@as_json
def replay() -> None:
    """Calculate again what MANIFEST describes, and compare exactly.

    \b
    Example:
      jcm replay manifest.json
    """  # noqa: D301 (\b keeps click from filling the lines)


@jcm.command(runs="checking.check")
@click.argument("subject", metavar="[NUMBER|MODULE.py]", required=False)
@click.option("--all", "all_", is_flag=True, help="Check every methodology.")
@click.option("--examples", metavar="N", type=WHOLE, default=25, help="Inputs drawn for each case.")
@click.option(
    "--watch", "watching", is_flag=True, help="Check again whenever a file in the folder of the module changes."
)
@file_option("--html", "page", metavar="FILE.html", help="With --watch: write the page of the methodology, too.")
@as_json
def check() -> None:
    """Validate a methodology module, for its author.

    Inputs are drawn from what is declared. Needs `pip install jcm-calc[check]`.

    \b
    Examples:
      jcm check ID_AM002
      jcm check my_rules/xx_am001.py --examples 100
      jcm check my_rules/xx_am001.py --watch --html xx_am001.html
      jcm check --all
    """  # noqa: D301 (\b keeps click from filling the lines)


def main() -> None:
    """Run the command line."""
    surroundings.prepare()
    # what imports make lives as long as the command: to look for garbage among it takes a seventh of a short command
    gc.set_threshold(100_000)
    try:
        jcm(prog_name="jcm")
    except (OSError, MemoryError) as error:  # on the way to a command or back: help, usage
        surroundings.to_nowhere(sys.stdout)
        if surroundings.ended() is None:
            surroundings.complain(error, surroundings.refusal(error) or "")
        sys.exit(surroundings.ended() or UNUSABLE)
