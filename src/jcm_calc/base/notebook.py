"""What a notebook shows: short pages with tables, and texts below a cell that does not show them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from jcm_calc.base import problems
from jcm_calc.base.languages import _, translated

if TYPE_CHECKING:
    import pandas as pd

# More rows than these are for the DataFrame itself.
ROWS = 20
LEFT, RIGHT = 'style="text-align: left; vertical-align: top"', 'style="text-align: right; vertical-align: top"'

# What turns the letters after it around, so that a text reads otherwise than it is.
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SHOWN = {ord(sign): f"[U+{ord(sign):04X}]" for sign in TURNING}

_waiting: dict[str, str] = {}


def page(heading: str, notes: Iterable[str] = (), tables: Iterable[tuple[str, pd.DataFrame]] = ()) -> str:
    """Return a short page: a heading, notes, and tables with captions, texts to the left and numbers to the right."""
    parts = [f"<p><strong>{_shown(heading)}</strong></p>", *(f"<p>{_shown(note)}</p>" for note in notes)]
    parts += [_table(caption, frame) for caption, frame in tables]
    return "\n".join(["<div>", *parts, "</div>"])


def _table(caption: str, frame: pd.DataFrame) -> str:
    """Return a table of the first rows of a DataFrame."""
    index = frame.index.to_frame(index=False) if any(frame.index.names) else None
    columns = [*([] if index is None else index.items()), *frame.items()]
    sides = [RIGHT if column.dtype.kind in "iuf" and name != "year" else LEFT for name, column in columns]
    # a year is a label
    shown = (column.head(ROWS).astype(object if name != "year" else str) for name, column in columns)
    rows = zip(*(map(_cell, column) for column in shown), strict=True)
    caption = f'<caption style="text-align: left; white-space: nowrap">{_shown(caption)}</caption>' if caption else ""
    heads = [_shown(str(name)) for name, _column in columns]
    body = "\n".join(_row("td", sides, cells) for cells in rows)
    lines = [f"<table>{caption}", f"<thead>{_row('th', sides, heads)}</thead>", f"<tbody>{body}</tbody></table>"]
    if len(frame) > ROWS:
        lines.append(f"<p>{_shown(_('and {count:,} more').format(count=len(frame) - ROWS))}</p>")
    return "\n".join(lines)


def _row(tag: str, sides: Iterable[str], cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag} {side}>{cell}</{tag}>" for side, cell in zip(sides, cells, strict=True)) + "</tr>"


def _cell(value: Any) -> str:
    """Write a value: whole numbers with all their digits, others with six, what is missing as nothing."""
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if isinstance(value, float):
        return f"{value:,.6g}".replace("-", "−")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else _shown(str(value))


def _shown(text: str) -> str:
    return visible(escape(translated(text)))


def visible(html: str) -> str:
    """Return HTML in which signs that would turn letters around are written by their number.

    Examples
    --------
    >>> print(visible("<td>roof \N{RIGHT-TO-LEFT OVERRIDE}1</td>"))
    <td>roof [U+202E]1</td>
    """
    return html.translate(_SHOWN)


def warn(about: str, text: str, category: type[Warning]) -> None:
    """Warn the caller of `jcm_calc.calculate`; in a notebook when the cell has run, unless the cell shows it by then.

    Filters of warnings hold in a notebook too: what they ignore is not shown, and what they make an error is one.

    ``about`` is what the text is about, as `note_shown` names it.
    """
    shell = _kernel()
    if shell is None:
        problems.warn(text, category)
        return
    with warnings.catch_warnings(record=True) as seen:
        problems.warn(text, category)
    if seen:
        if not _waiting:
            shell.events.register("post_run_cell", _show_rest)
        _waiting[about] = text


def note_shown(about: str) -> None:
    """Note that the cell shows it: nothing is left to be written below."""
    if about in _waiting:
        _waiting[about] = ""


def _kernel() -> Any:
    """Return the shell of the notebook that this runs in, if any."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None


def _show_rest(_outcome: object) -> None:
    """Show what the cell that has run leaves to be written."""
    from IPython.display import display

    _kernel().events.unregister("post_run_cell", _show_rest)
    texts = [text for text in _waiting.values() if text]
    _waiting.clear()
    for text in texts:
        display({"text/plain": text, "text/html": f"<small>{escape(text)}</small>"}, raw=True)  # type: ignore[no-untyped-call]
