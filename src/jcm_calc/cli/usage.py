"""What is wrong with a command line, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

import click

from jcm_calc.base.languages import Message, _, translated

ONE_BY_ONE = _("Run the command once for each, and put what has blanks in quotation marks.")


def explained(error: click.UsageError, context: click.Context) -> click.UsageError:
    """Return a complaint of click with what to do about it."""
    if isinstance(error, click.NoSuchOption):
        complaint = _no_such_option(error, context)
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        complaint = _missing(error.param, context)
    elif isinstance(error, click.BadOptionUsage):
        complaint = _of_option(error, context)
    else:
        return error
    return click.UsageError(translated(complaint), context)


def too_many(extra: list[str], hint: str, context: click.Context) -> click.UsageError:
    """Return a complaint about arguments that a command does not take."""
    names = ", ".join(_metavar(one) for one in context.command.params if isinstance(one, click.Argument))
    message = _("`{command}` takes {arguments} only: got {extra}, too. {hint}")
    if not names:
        message = _("`{command}` takes no arguments: got {extra}. {hint}")
    values = {"command": context.command_path, "arguments": names, "extra": " ".join(extra), "hint": Message(hint)}
    return click.UsageError(translated(message.format(**values)), context)


def _no_such_option(error: click.NoSuchOption, context: click.Context) -> Message:
    name, command = error.option_name, context.command_path
    root, others = context.find_root(), [one for one, options in _options(context.find_root()) if name in options]
    if context is not root and name in _names(root.command):
        message = _("{name}: is written before the command: `{root} {name} … {rest}`")
        return message.format(name=name, root=root.info_name, rest=command.removeprefix(f"{root.info_name} "))
    if others and isinstance(context.command, click.Group):
        return _("{name}: is an option of a command; write it after the name of the command").format(name=name)
    if others:
        message = _("{name}: is not an option of `{command}`, but of {others}. Leave it out.")
        shown = Message(", ").join(f"`{one}`" for one in others)
        return message.format(name=name, command=command, others=shown)
    if error.possibilities:
        message = _("{name}: there is no such option; similar: {similar}")
        return message.format(name=name, similar=", ".join(sorted(error.possibilities)))
    return _("{name}: there is no such option. `{command} --help` lists the options.").format(
        name=name, command=command
    )


def _missing(parameter: click.Parameter, context: click.Context) -> Message:
    if isinstance(parameter, click.Option):
        name, text = " / ".join(parameter.opts), Message(parameter.help or "")
        return _("missing: {name} {metavar}. {text}").format(name=name, metavar=_metavar(parameter), text=text)
    example = next(_examples(context.command), context.command_path)
    message = _("missing: {name}. Example: `{example}`")
    return message.format(name=_metavar(parameter), example=example)


def _of_option(error: click.BadOptionUsage, context: click.Context) -> Message:
    option = next((one for one in context.command.params if error.option_name in one.opts), None)
    if not isinstance(option, click.Option):
        return Message(error.format_message())
    if option.is_flag:
        return _("{name}: takes no value; write it alone").format(name=error.option_name)
    message = _("{name}: needs a value: {name} {metavar}. {text}")
    text = Message(option.help or "")
    return message.format(name=error.option_name, metavar=_metavar(option), text=text)


def _examples(command: click.Command) -> Iterator[str]:
    """Yield the examples in the help of a command, without what is explained after them."""
    for line in (command.help or "").splitlines():
        if line.strip().startswith("jcm "):
            yield line.strip().split("   ")[0]


def _options(root: click.Context) -> Iterator[tuple[str, set[str]]]:
    """Yield every command, as it is written, with its options."""
    waiting = [(root.info_name or "", root.command)]
    for path, command in waiting:
        if isinstance(command, click.Group):
            waiting += [(f"{path} {name}", one) for name, one in command.commands.items()]
        else:
            yield path, _names(command)


def _names(command: click.Command) -> set[str]:
    return {
        name for one in command.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)
    }


def _metavar(parameter: click.Parameter) -> str:
    """Return what the help writes for a value."""
    if isinstance(parameter.type, click.Choice):
        return "|".join(map(str, parameter.type.choices))
    return (parameter.metavar or (parameter.name or "").upper()).removesuffix(" ...").strip("[]")
