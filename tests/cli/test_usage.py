"""What is wrong with a command line is named, with what to write instead; every option is explained."""

import click
import pytest
from click.testing import CliRunner

from jcm_calc.cli import jcm
from jcm_calc.cli.usage import _examples as examples


def commands(group=jcm, path=()):
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, (*path, name))
        else:
            yield (*path, name), one


COMMANDS = [pytest.param(path, one, id=" ".join(path)) for path, one in commands()]


def complaint(*arguments):
    result = CliRunner().invoke(jcm, arguments, prog_name="jcm")
    assert result.exit_code == 2
    usage, _, shown = result.stderr.partition("\nError: ")
    assert usage.startswith("Usage: jcm")
    return shown.strip()


def taken(command):
    """Return as many arguments as a command takes, and its required options."""
    for one in command.params:
        if isinstance(one, click.Argument) and one.nargs == 1:
            yield "ID_AM003"
        elif isinstance(one, click.Option) and (one.required or one.prompt):
            yield from (one.opts[0], "some.html")


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_an_argument_too_many(path, command):
    if any(one.nargs == -1 and one.name != "more_years" for one in command.params):
        return
    shown = complaint(*path, *taken(command), "one_more")
    assert shown.startswith(f"`jcm {' '.join(path)}` takes ")
    assert "got one_more" in shown
    assert shown.endswith(".")


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_an_argument_or_an_option_that_is_missing(path, command):
    required = [one for one in command.params if one.required]
    if not required:
        return
    shown = complaint(*path)
    assert shown.startswith("missing: ")
    assert "Example: `jcm" in shown or shown.endswith(".")


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_an_option_that_a_command_does_not_have(path, command):
    own = {name for one in command.params for name in one.opts}
    foreign = next(name for name in ("--previous", "--country") if name not in own)
    assert f"{foreign}: is not an option of `jcm {' '.join(path)}`, but of `jcm " in complaint(*path, foreign, "x")
    assert complaint(*path, "--lang", "ja").startswith(
        f"--lang: is written before the command: `jcm --lang … {path[0]}"
    )
    assert "similar: --json" in complaint(*path, "--jsn")
    assert f"`jcm {' '.join(path)} --help` lists the options" in complaint(*path, "--qqqqq")


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_an_option_without_its_value(path, command):
    for one in command.params:
        if isinstance(one, click.Option):
            name = one.opts[0]
            shown = complaint(*path, f"{name}=yes") if one.is_flag else complaint(*path, name)
            assert (
                shown == f"{name}: takes no value; write it alone"
                if one.is_flag
                else f"{name}: needs a value: " in shown
            )


def test_an_option_of_a_command_before_its_name():
    assert complaint("--json", "list") == "--json: is an option of a command; write it after the name of the command"


def test_several_reports_are_verified_by_their_folder():
    shown = complaint("verify", "a.xlsx", "b.xlsx")
    assert "got b.xlsx, too. For several reports, name their folder; the plan goes after --plan" in shown


def test_years_are_years():
    wrong = complaint("template", "ID_AM002", "-o", "x.xlsx", "--years", "2024", "abc")
    assert wrong == "Invalid value for --years: got 'abc'; must be calendar years such as 2024 2025"
    assert "Calendar years go after --years" in complaint("template", "ID_AM002", "-o", "x.xlsx", "2024")


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_every_option_is_explained_and_every_command_has_an_example(path, command):
    for one in command.params:
        if isinstance(one, click.Option):
            assert (one.help or "").endswith("."), one.name
            assert len(one.help.split()) > 1
    assert [line for line in examples(command) if line.startswith(f"jcm {' '.join(path)}") or "--lang" in line]
