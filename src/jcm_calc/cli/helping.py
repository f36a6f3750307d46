"""The help pages of the command, in the language of the context."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from contextvars import copy_context
from pkgutil import resolve_name
from typing import Any

import click
from click.formatting import HelpFormatter

from jcm_calc.base.languages import Message, _, language, translated
from jcm_calc.cli import usage

# What click says by itself.
WORDS = (_("Usage"), _("Options"), _("Commands"), _("Show this message and exit."))
UNFILLED = "\b\n"  # click leaves the lines of such a paragraph as they are
CLOSING = re.compile(r"\n( +)([、。）」]+)")
SHARE = 0.6  # of the lines of English that Japanese fills: its signs are twice as wide


def paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of a help text as they are translated, each after the marks that click needs."""
    for part in inspect.cleandoc(text).split("\n\n"):
        if part.startswith(UNFILLED):
            yield UNFILLED, textwrap.dedent(part.removeprefix(UNFILLED))
        else:
            yield "", " ".join(part.split())


class _Formatter(HelpFormatter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if language() == "ja":
            self.width = int(self.width * SHARE)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, f"{translated(WORDS[0])}: " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(translated(Message(heading)))

    def write_text(self, text: str) -> None:
        parts = (f"{mark}{translated(Message(part))}" for mark, part in paragraphs(text))
        super().write_text("\n\n".join(parts))

    def write_dl(self, rows: Iterable[tuple[str, str]], *widths: Any, **options: Any) -> None:
        said = []
        for term, text in rows:
            words, bracket, extra = text.partition("  [")
            said.append((term, f"{translated(Message(words))}{bracket}{extra}"))
        super().write_dl(said, *widths, **options)

    def getvalue(self) -> str:
        """Return the page; no line begins with a sign that ends a phrase."""
        return CLOSING.sub(r"\2\n\1", super().getvalue())


class _Context(click.Context):
    formatter_class = _Formatter


class _Short(click.Command):
    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of the help, whole."""
        _mark, text = next(paragraphs(self.help or ""))
        return text.partition(". ")[0].removesuffix(".") if language() == "en" else translated(Message(text))


class Command(_Short):
    """A command whose help is translated.

    ``runs`` names what it runs, as ``file.function`` of this room: it is imported when the command runs, and takes the
    arguments and options by name. ``several`` says what to do with more arguments than it takes.
    """

    context_class = _Context

    def __init__(self, *arguments: Any, runs: str = "", several: str = usage.ONE_BY_ONE, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.runs, self.several = runs, several

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; complaints say what to do."""
        ctx.allow_extra_args = True
        try:
            super().parse_args(ctx, args)
        except click.UsageError as error:
            raise usage.explained(error, ctx) from error
        if ctx.args and not ctx.resilient_parsing:
            raise usage.too_many(ctx.args, self.several, ctx)
        return ctx.args

    def function(self) -> Any:
        """Return what the command runs."""
        return resolve_name(f"{__package__}.{self.runs.replace('.', ':')}") if self.runs else self.callback

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        return ctx.invoke(self.function(), **ctx.params)


class CommandGroup(_Short, click.Group):
    """A group of such commands; what it does to the language ends with it."""

    context_class = _Context
    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the name of a command; complaints say what to do."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise usage.explained(error, ctx) from error

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line."""
        return copy_context().run(super().main, *args, **options)


CommandGroup.group_class = CommandGroup
