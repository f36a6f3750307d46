"""What surrounds the command: its streams, the signals that end it, and what the system refuses.

Nothing else is imported here: there may be no memory left for it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from types import FrameType
from typing import TextIO

from jcm_calc.base.languages import _, translated

# How the loader of modules and the threads of a library say that there is no memory.
NO_MEMORY = (
    "failed to map segment",
    "cannot allocate memory",
    "can't start new thread",
    "bad_alloc",
    "failed to allocate",
)


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def prepare() -> None:
    """Open what is closed, so that no file takes its place, and end in order on a signal."""
    closed = sys.stdout is None
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (as long as the process)
    if closed:
        say(translated(_("standard output is closed: nowhere to write to")))
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # a terminal that knows no Σ shows a question mark, not a fault
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) in (
            signal.SIG_DFL,
            signal.default_int_handler,
        ):
            signal.signal(getattr(signal, name), _end)
    sys.unraisablehook = _end_again


_received: list[int] = []


def _end(number: int, frame: FrameType | None) -> None:
    """Leave as after an error, so that drafts and workers go; a second signal ends at once."""
    _received.append(number)
    signal.signal(number, signal.SIG_DFL)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def _end_again(unraisable: sys.UnraisableHookArgs) -> None:
    """End again soon where the signal reached the command in a callback, whose exceptions Python drops."""
    if not _received or not isinstance(unraisable.exc_value, SystemExit | KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    signal.signal(_received[0], _end)
    again = threading.Timer(0.01, os.kill, (os.getpid(), _received[0]))
    again.daemon = True
    again.start()


def ended() -> int | None:
    """Return the exit code of the signal that ends the command; None where there was no signal.

    A library that is being imported may turn the end into another error.
    """
    return 128 + _received[0] if _received else None


def refusal(error: BaseException) -> str | None:
    """Return what the system refused, on one line; None where the error is another one.

    Examples
    --------
    >>> refusal(OSError(28, "No space left on device", "report.xlsx"))
    'report.xlsx: No space left on device'
    >>> refusal(ValueError("no number"))
    """
    if isinstance(error, OSError):
        reason = error.strerror or " ".join(str(error).split())
        return f"{error.filename}: {reason}" if error.filename and error.strerror else reason
    if isinstance(error, MemoryError) or any(text in str(error).casefold() for text in NO_MEMORY):
        return _("there is not enough memory for this")
    if type(error).__name__ == "BrokenProcessPool":  # its import takes time that few commands need
        return _("a process on another core ended before its work was done: there may not be enough memory")
    return None


def say(text: str) -> None:
    """Write a line to standard error, if anything can be written there."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        to_nowhere(sys.stderr)


def to_nowhere(stream: TextIO) -> None:
    """Send what else is written, now or when the interpreter ends, to nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(error: BaseException, refused: str) -> None:
    """Say what the system refused; with JCM_DEBUG also where."""
    if os.environ.get("JCM_DEBUG"):
        traceback.print_exception(error)
    say(translated(_("Stopped by the system: {refused}").format(refused=refused)))
