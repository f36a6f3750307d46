"""What a notebook says below a cell, quietly and once, where nothing that the cell shows says it already."""

from __future__ import annotations

import sys
import warnings
from html import escape
from typing import Any

_waiting: dict[str, str] = {}


def warn(about: str, text: str, category: type[Warning]) -> None:
    """Warn the caller of a public function; in a notebook when the cell has run, unless it is `said` by then.

    Filters of warnings hold in a notebook too: what they ignore is not shown, and what they make an error is one.

    Parameters
    ----------
    about : str
        What the text is about, as `said` names it.
    text : str
    category : type
    """
    shell = _kernel()
    if shell is None:
        warnings.warn(text, category, stacklevel=3)
        return
    with warnings.catch_warnings(record=True) as seen:
        warnings.warn(text, category, stacklevel=3)
    if seen:
        if not _waiting:
            shell.events.register("post_run_cell", _tell)
        _waiting[about] = text


def said(about: str) -> None:
    """Note that what the cell shows says it: nothing is left to be said below."""
    if about in _waiting:
        _waiting[about] = ""


def _kernel() -> Any:
    """Return the shell of the notebook that this runs in, if any."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None


def _tell(_outcome: object) -> None:
    """Show what is left to be said of the cell that has run."""
    from IPython.display import display

    _kernel().events.unregister("post_run_cell", _tell)
    texts = [text for text in _waiting.values() if text]
    _waiting.clear()
    for text in texts:
        display({"text/plain": text, "text/html": f"<small>{escape(text)}</small>"}, raw=True)  # type: ignore[no-untyped-call]
