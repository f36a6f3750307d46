"""Reading TOML and JSON: what is wrong is said with line and likely cause."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, no_such_file

# Characters of a file; keys of a table and tables of a list; dots of a key, each of which is a table in a table.
LARGEST, MOST_ENTRIES = 20_000_000, 10_000
DEEP = re.compile(r"(?:\.[ \t]*[^\s.=\],\d]+){100}")


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8."""
    name = path.name or str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError.of(name, no_such_file(path, name)) from None
    except OSError as error:
        raise InputError.of(name, _("cannot be read: {reason}").format(reason=error.strerror)) from None
    if content.startswith(b"PK\x03\x04"):
        packed = _(
            "got a workbook or another packed file; must be a text file. `jcm calc` and `jcm verify` read workbooks"
        )
        raise InputError.of(name, packed)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError.of(name, _("the file is in UTF-16: save it as UTF-8"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        complaint = _(
            "line {line} is in cp932 (Shift-JIS) or another encoding that is not UTF-8: save the file as UTF-8"
        )
        raise InputError.of(name, complaint.format(line=line)) from None


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Return what a TOML holds."""
    if len(text) > LARGEST or DEEP.search(text):
        raise InputError.of(name, _("is larger or deeper than any input that people write"))
    if text.lstrip()[:1] == "{":
        complaint = _("is JSON, not TOML. `jcm replay` reads manifests, and `jcm calc` case files (.toml)")
        raise InputError.of(name, complaint)
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        complaint = _("is not valid TOML: {error}").format(error=error)
        if match := re.search(r"at line (\d+)", str(error)):
            line = text.splitlines()[int(match[1]) - 1].strip()
            complaint += f": {line!r}"
            # the commonest slip: EC_PJ = 135 MWh
            if re.fullmatch(r"[^=]+=\s*[-+\d.,]+\s*[^\s\d.,'\"\[{#].*", line):
                complaint += _("; write a value with a unit in quotes")
        raise InputError.of(name, complaint) from None
    if too_many := crowded(found):
        raise InputError.of(name, too_many)
    return found


def read_json(path: Path) -> Any:
    """Return what a JSON file holds."""
    text = read_text(path)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError.of(path.name, _("is not valid JSON: {error}").format(error=error)) from None
    if too_many := crowded(found):
        raise InputError.of(path.name, too_many)
    return found


def crowded(data: Any) -> str:
    """Return what keeps data from being looked at entry by entry: a table with too many keys; or nothing.

    Examples
    --------
    >>> crowded({"inputs": {"EG": 600}})
    ''
    >>> print(crowded({"inputs": {f"key{number}": 1 for number in range(20_000)}}))
    inputs: has 20,000 entries; at most 10,000 are read
    """
    waiting: list[tuple[str, Any]] = [(_("the file"), data)]
    while waiting:
        name, one = waiting.pop()
        tables = isinstance(one, list) and any(isinstance(part, dict) for part in one)
        if (isinstance(one, dict) or tables) and len(one) > MOST_ENTRIES:
            complaint = _("{name}: has {count:,} entries; at most {most:,} are read")
            return complaint.format(name=name if len(name) < 60 else name[:60], count=len(one), most=MOST_ENTRIES)
        if isinstance(one, dict):
            waiting += one.items()
        elif tables:
            waiting += [(name, part) for part in one]
    return ""


def written(value: str | float | Mapping[str, Any]) -> str:
    """Write a text, a number or a table in TOML, on one line."""
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    pairs = (
        (key if key.isidentifier() and key.isascii() else written(key), written(one)) for key, one in value.items()
    )
    return f"{{ {', '.join(f'{key} = {one}' for key, one in pairs)} }}"
