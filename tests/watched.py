"""Reads workbooks in a process that is watched: what it opens and starts, how long, how much memory.

Run as a program with the path of an honest workbook, it reads the path of a workbook from each
line of its standard input and answers with a line of JSON. Each workbook is read by a process of
its own, forked after all modules are there.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sys
import warnings
from contextlib import suppress
from pathlib import Path

CPU_SECONDS, MEGABYTES, DEADLINE = 5, 500, 30
WATCHED = (
    *("open", "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.utime"),
    *("shutil.", "tempfile.", "urllib.", "ctypes.dlopen", "exec", "compile", "pty.", "ftplib.", "http."),
)
# Where Python and the installed packages are.
OWN = tuple({str(Path(place).resolve()) for place in (sys.prefix, sys.base_prefix, *sys.path) if place})


def _own(path: object) -> bool:
    return isinstance(path, str) and os.path.isabs(path) and os.path.realpath(path).startswith(OWN)


def read(path: str, reply: int) -> None:
    """Read and calculate one workbook within the limits; tell what came of it and what was done for it."""
    import jcm_calc
    from jcm_calc import InputError, InputWarning
    from jcm_calc.evidence import UnconfirmedWarning

    events: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if not event.startswith(WATCHED):
            return
        first = arguments[0] if arguments else None
        if event == "open" and (first == path or _own(first)):
            return
        if event in ("exec", "compile"):  # modules and dataclasses are code too
            code = getattr(first, "co_filename", "") if event == "exec" else arguments[1]
            if _own(code) or str(code).startswith("<frozen") or (code == "<string>" and event == "exec"):
                return
        events.append(f"{event} {arguments!r:.200}")

    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 1_000_000,) * 2)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # ends the process
    signal.alarm(DEADLINE)
    sys.addaudithook(watch)
    answer: dict[str, object] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = jcm_calc.read_workbook(path).calculate()
            answer |= {
                "kind": "result",
                "ER": float(result.ER.magnitude.sum()),
                "periods": [str(period) for period in result.inputs.periods],
            }
        except InputError as error:
            answer |= {"kind": "refused", "lines": [str(problem) for problem in error.problems], "text": str(error)}
        except BaseException as error:
            answer |= {"kind": type(error).__name__, "text": str(error)}
    seen = list(events)
    remarks = [str(one.message) for one in caught if issubclass(one.category, InputWarning)]
    others = [str(one.message) for one in caught if not issubclass(one.category, InputWarning | UnconfirmedWarning)]
    answer |= {"events": seen, "remarks": remarks, "other warnings": others}
    os.write(reply, json.dumps(answer).encode())


def after_warming() -> None:
    """Do nothing; the test of the watch puts a careless reader in place here."""


def serve(honest: str) -> None:
    """Answer for each path on standard input; the first one is read to have all modules."""
    import openpyxl.formula.translate  # noqa: F401  (which writes out formulas that cells share)

    from jcm_calc import InputError, calculate, read_workbook

    with warnings.catch_warnings():  # all modules are imported, and the units known
        warnings.simplefilter("ignore")
        repr(read_workbook(honest).calculate())
        with suppress(InputError):
            calculate("ID_AM003", EC_PJ="1 foo")
    after_warming()
    for line in sys.stdin:
        path = json.loads(line)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            read(path, theirs)
            os._exit(0)
        os.close(theirs)
        with os.fdopen(ours, "rb") as answer:
            content = answer.read()
        _, status = os.waitpid(child, 0)
        ended = {"kind": f"ended by {signal.Signals(os.WTERMSIG(status)).name}"} if os.WIFSIGNALED(status) else {}
        print(json.dumps((json.loads(content) if content else {}) | ended), flush=True)


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a regular file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


if __name__ == "__main__":
    serve(sys.argv[1])
