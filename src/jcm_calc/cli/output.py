"""How the command writes: tables in colour, as wide as the terminal; plain, one line a record, in a pipe.

Messages of the library are written in the language of the context, JSON in English.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.base.problems import ArgumentKey, Problem, Remark, Topic
from jcm_calc.cli import surroundings
from jcm_calc.rulebooks import BrokenModule

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.results.credits import UnconfirmedError

MAX_WIDTH = 120
MOMENT = 1.0  # seconds
# A text next to a table needs at least this many columns to be readable.
NARROW = 45
# In a pipe nothing is wrapped, so that every record can be found by its line.
UNBOUNDED = 100_000
STAGES = 4
NUMBER = re.compile(r"[-−]?[\d,]+(\.\d+)?|")
# What makes a result void, rather than doubtful.
GRAVE = (Topic.NOT_MET, Topic.CROSS_CHECK)
STYLES = {
    "primary": "green",
    "secondary": "cyan",
    "unconfirmed": "yellow",
    "met": "green",
    "not met": "red",
    "not shown": "yellow",
    "passed": "green",
    "waived": "yellow",
    "failed": "red",
    "agrees": "green",
    "differs": "red",
}


def width(err: bool = False) -> int | None:
    """Return the width of the terminal, or None in a pipe or file."""
    stream = sys.stderr if err else sys.stdout
    return min(Console(file=stream).width, MAX_WIDTH) if stream.isatty() else None


def show(renderable: Any = "", err: bool = False) -> None:
    """Write something that rich can lay out; a reader who has gone away is not an error."""
    stream = sys.stderr if err else sys.stdout
    console = Console(file=stream, width=width(err) or UNBOUNDED, highlight=False)
    with _standard_output(), console.capture() as captured:
        console.print(renderable)
    lines = captured.get().splitlines()
    write("\n".join(line.rstrip() for line in lines), err)


def write(text: str = "", err: bool = False) -> None:
    """Write text as it is."""
    if err:
        surroundings.say(translated(text))
        return
    with _standard_output():
        print(translated(text), flush=True)


@contextmanager
def _standard_output() -> Iterator[None]:
    """Go on where the reader has gone away, and say where there is no room that it is standard output."""
    try:
        yield
    except BrokenPipeError:
        surroundings.to_nowhere(sys.stdout)
    except OSError as error:
        surroundings.to_nowhere(sys.stdout)
        raise OSError(error.errno, error.strerror, translated(_("standard output"))) from None


def data(content: Any) -> None:
    """Write JSON."""
    unicode = (sys.stdout.encoding or "").casefold().replace("-", "").startswith("utf")
    write(json.dumps(content, indent=2, ensure_ascii=not unicode))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as data for JSON."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return found


def heading(text: str) -> None:
    """Write the heading of a section."""
    write()
    show(Text(clean(text), "bold"))


def paragraph(text: str, indent: int = 0, bold: bool = False) -> None:
    """Write text, wrapped on a terminal."""
    show(Padding(Text(clean(text), "bold" if bold else ""), (0, 0, 0, indent)))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], details: Iterable[Sequence[str]] = ()) -> None:
    """Write rows of cells, an empty one for None; the texts of ``details`` are at the end of each line."""
    headings = [clean(text) for text in headings]
    cells = [
        [clean("" if cell is None else cell if isinstance(cell, str) else str(cell)) for cell in row] for row in rows
    ]
    if not cells:
        return
    texts = ["; ".join(clean(text) for text in found if text) for found in details] or [""] * len(cells)
    room, taken = width(), sum(map(max, zip(*([cell_len(cell) for cell in row] for row in cells), strict=True)))
    if room and any(texts) and room - taken - 3 * len(headings) < NARROW:
        _below(headings, cells, texts)
        return
    if any(texts):
        headings = [*headings, ""]
        cells = [[*row, text] for row, text in zip(cells, texts, strict=True)]
    laid_out = _columns(headings, cells)
    for row in cells:
        laid_out.add_row(*_styled(row))
    show(laid_out)


def _columns(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> Table:
    laid_out = Table(box=box.SIMPLE_HEAD if width() else None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    laid_out.show_header = any(headings)
    for number, name in enumerate(headings):
        column = [row[number] for row in cells]
        right = all(NUMBER.fullmatch(cell) for cell in column)
        longest = max(map(cell_len, [name, *column]))
        laid_out.add_column(
            name,
            justify="right" if right else "left",
            no_wrap=longest <= 30,
            min_width=min(longest, 30),
            overflow="fold",
        )
    return laid_out


def _styled(row: Sequence[str]) -> list[Text]:
    styles = {translated(Message(word)): style for word, style in STYLES.items()}
    return [Text(cell, styles.get(cell, "")) for cell in row]


def _below(headings: Sequence[str], cells: Sequence[Sequence[str]], texts: Sequence[str]) -> None:
    """Write each row with its text below it, where next to it the text would be a narrow strip."""
    for number, (row, text) in enumerate(zip(cells, texts, strict=True)):
        line = _columns(headings, cells)
        line.show_header = number == 0 and any(headings)
        line.add_row(*_styled(row))
        show(line)
        if text:
            show(Padding(Text(text, "dim"), (0, 0, 0, 4)))


@contextmanager
def working(text: str) -> Iterator[None]:
    """Show on a terminal what takes more than a moment; in a pipe or a file nothing."""
    if not sys.stderr.isatty():
        yield
        return
    status = Console(stderr=True).status(clean(text))
    timer = Timer(MOMENT, status.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


def check_target(path: Path | None, force: bool, suffixes: Sequence[str], option: str = "--output") -> None:
    """Refuse to overwrite a file, and a name that ends otherwise than what is written; nothing where none is named."""
    if path is None:
        return
    if path.suffix.casefold() not in suffixes:
        complaint = _("{path} must end with {endings}").format(path=path, endings=_(" or ").join(suffixes))
        raise bad(option, complaint)
    if path.exists() and not force:
        raise bad(option, _("{path} exists already; --force overwrites it").format(path=path))


@contextmanager
def writing(path: Path, option: str = "--output") -> Iterator[None]:
    """Show that a file is being written; complain where it cannot be."""
    try:
        with working(_("writing")):
            yield
    except FileExistsError:
        raise bad(option, _("{path} exists already; --force overwrites it").format(path=path)) from None
    except OSError as error:
        message = _("{path} cannot be written: {reason}").format(path=path, reason=error.strerror or error)
        raise bad(option, message) from None


def bad(option: str, complaint: str) -> click.BadParameter:
    """Return the complaint about an option or an argument, in the language of the context."""
    return click.BadParameter(translated(complaint), param_hint=option)


def complaints(title: str, problems: Sequence[Problem], warnings: Sequence[Problem] = ()) -> None:
    """Write all that is wrong with an input to standard error."""
    show(Text(clean(title), "bold red"), err=True)
    for problem in problems:
        _complaint(problem, "bold red")
    remarks(warnings)


def refusal(title: str, error: UnconfirmedError) -> None:
    """Write what a request for issuance lacks, in the order of the document, and how to begin to confirm it."""
    from jcm_calc.results.credits import by_section

    problems = [
        Problem(
            Message("{} {}").format(item.kind, item.name),
            Message(": ").join(part for part in (item.lacks, item.detail, str(item.evidence)) if part),
            _("should be in: {section}").format(section=section),
        )
        for section, items in by_section(error.missing).items()
        for item in items
    ]
    complaints(title.format(count=len(problems)), problems)
    for command in error.commands:
        show(Text(clean(_("To confirm them with the document in hand: {command}").format(command=command))), err=True)


def broken(modules: Iterable[BrokenModule]) -> None:
    """Write which modules of methodology packages cannot be used, and why; nothing where all can."""
    found = list(modules)
    if found:
        heading(_("Modules of methodology packages that cannot be used"))
        table([_("number"), _("problem")], [[one.number or "-", one.text] for one in found])


def remarks(warnings: Iterable[Problem]) -> None:
    """Write warnings to standard error."""
    for warning in warnings:
        _complaint(warning, "bold yellow", _("warning: "))


def remarked(found: Iterable[Problem]) -> None:
    """Write what has to be looked at first, a line each, with the result."""
    for one in found:
        remark = Remark.of(one)
        style = "bold red" if remark.topic in GRAVE else "bold yellow"
        show(Text(clean(remark.line), style))


def _complaint(problem: Problem, style: str, before: str = "") -> None:
    key = problem.subject
    head = f"{translated(before)}{clean(key.in_file if isinstance(key, ArgumentKey) else key)}"
    subject = Text.assemble((head, style), f": {clean(problem.complaint)}")
    if problem.place:
        subject.append(f" [{clean(problem.place)}]", "dim")
    show(Padding(subject, (0, 0, 0, 2)), err=True)


def clean(text: str) -> str:
    """Return a text in the language of the context on one line, without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in translated(text)).split())


@contextmanager
def bar(text: str = "", total: int | None = None) -> Iterator[Callable[..., None]]:
    """Show a bar on a terminal, nothing in a pipe; yield what takes ``description``, ``completed`` or ``advance``."""
    if not sys.stderr.isatty():
        yield lambda **changed: None
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        yield partial(shown.update, shown.add_task(translated(text), total=total))


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Show which stage of monitoring is under way."""
    with bar(total=STAGES) as update:
        yield lambda stage: update(description=translated(stage), advance=1)
