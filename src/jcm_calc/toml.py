"""Reading TOML that people write: what is wrong is said with line and likely cause."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from jcm_calc.languages import _
from jcm_calc.problems import InputError, Problem, no_such_file


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8.

    Raises
    ------
    InputError
        If there is no such file, or it is in another encoding.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise _unusable(path.name or str(path), no_such_file(path)) from None
    except OSError as error:
        raise _unusable(path.name or str(path), _("cannot be read: {reason}").format(reason=error.strerror)) from None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _unusable(path.name or str(path), _("the file is in UTF-16: save it as UTF-8"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        complaint = _(
            "line {line} is in cp932 (Shift-JIS) or another encoding that is not UTF-8: save the file as UTF-8"
        )
        raise _unusable(path.name, complaint.format(line=line)) from None


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Return what a TOML holds.

    Raises
    ------
    InputError
        With the line that cannot be read.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        complaint = _("is no valid TOML: {error}").format(error=error)
        if match := re.search(r"at line (\d+)", str(error)):
            line = text.splitlines()[int(match[1]) - 1].strip()
            complaint += f": {line!r}"
            # the commonest slip: EC_PJ = 135 MWh
            if re.fullmatch(r"[^=]+=\s*[-+\d.,]+\s*[^\s\d.,'\"\[{#].*", line):
                complaint += _("; a value with a unit stands in quotes")
        raise _unusable(name, complaint) from None


def _unusable(name: str, complaint: str) -> InputError:
    return InputError(name, [Problem(name, complaint)])
