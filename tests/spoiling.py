"""Ways to spoil a good file, for `fuzz.py`: its bytes, cells and numbers, JSON, XML within a workbook."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import hostile

Files = dict[str, bytes]
Spoil = Callable[[random.Random, Files], Files]
NUMBER = re.compile(r"\d+(?:\.\d+)?")
FASTEST = 1  # level of compression
QUOTED = re.compile(r'"[^"\n]+"')
LINE = re.compile(r"^(\S+) *= *(.+)$", re.MULTILINE)
JUNK = [
    "", " ", "0", "-0", "-1", "1e308", "1e-320", "nan", "inf", "-inf", "1e999", "9" * 400, "0x10", "1_0", "1,5",
    "1.5.2", "１２", "²", "½", "٣", "\u202e5", "\ufeff", "\u0000", "\ud7ff", "𝟙", "a" * 5000, "=1+1", "@SUM(A1)",
    "-5 MWh", "5 kg", "5 MWh/yr", "5 %", "5 degC", "1/0", "2024", "2024-02-30", "0000-01-01", "9999-12-31",
    "2024-01-01/2023-01-01", "01/02/2024", "31/Dec/9999", "true", "none", "grid", "i", "p", "ER", "__class__",
    "EC_PJ", "../../etc/passwd", "C:\\x", "\n", "\r", "\t", ";", "'", '"', "<&>", "[[", "{}", "#REF!", "#N/A",
    "1e5 MWh", "1" * 40 + " MWh",
]  # fmt: skip


def spoilt_bytes(rng: random.Random, content: bytes) -> bytes:
    """Flip, cut out, double, move or insert bytes, once or a few times."""
    spoilt = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at, length = rng.randrange(len(spoilt) + 1), min(rng.choice([1, 2, 8, 64, 1000]), len(spoilt))
        match rng.randrange(6):
            case 0 if spoilt:
                spoilt[min(at, len(spoilt) - 1)] ^= 1 << rng.randrange(8)
            case 1:
                del spoilt[at : at + length]
            case 2:
                spoilt[at:at] = spoilt[at : at + length]
            case 3:
                spoilt[at:at] = rng.choice(JUNK).encode("utf-8", "surrogatepass")
            case 4:
                spoilt[at : at + length] = rng.randbytes(length)
            case _:
                del spoilt[at:]
    return bytes(spoilt)


def spoilt_cells(rng: random.Random, content: bytes, separators: str) -> bytes:
    """Replace, swap or double what stands between separators."""
    text = content.decode("utf-8", "surrogateescape")
    for _ in range(rng.choice([1, 1, 2, 4])):
        separator = rng.choice([sign for sign in separators if sign in text] or ["\n"])
        cells = text.split(separator)
        at, other = rng.randrange(len(cells)), rng.randrange(len(cells))
        match rng.randrange(5):
            case 0:
                cells.insert(at, cells[other])
            case 1:
                del cells[at]
            case 2:
                cells[at], cells[other] = cells[other], cells[at]
            case _:
                cells[at] = rng.choice(JUNK)
        text = separator.join(cells)
    return text.encode("utf-8", "surrogatepass")


def spoilt_numbers(rng: random.Random, content: bytes) -> bytes:
    """Put another number in the place of one or a few: what is then read may well make sense, and be calculated."""
    text = content.decode("utf-8", "surrogateescape")
    for _ in range(rng.choice([1, 1, 2, 4])):
        places = list(NUMBER.finditer(text))
        if not places:
            break
        match, other = rng.choice(places), rng.choice(places)[0]
        number = match[0]
        digit = rng.randrange(len(number))
        changed = rng.choice(
            [other, f"-{number}", f"{number}000", f"{number}.5", "0", number[:digit] + rng.choice("0123456789.")
             + number[digit + 1 :], number[digit:], f"{number}e3"]
        )  # fmt: skip
        text = text[: match.start()] + changed + text[match.end() :]
    return text.encode("utf-8", "surrogateescape")


def spoilt_text(separators: str, *encodings: str) -> Spoil:
    """Spoil one of the files: mostly its cells or numbers, else its bytes, at times its encoding or line ends."""

    def spoil(rng: random.Random, files: Files) -> Files:
        name = rng.choice(list(files))
        way = rng.random()
        content = files[name]
        if way < 0.4:
            content = spoilt_cells(rng, content, separators)
        elif way < 0.7:
            content = spoilt_numbers(rng, content)
        elif way < 0.9:
            content = spoilt_bytes(rng, content)
        else:
            text = spoilt_cells(rng, content, separators).decode("utf-8", "replace")
            content = text.replace("\n", rng.choice(["\n", "\r\n", "\r"])).encode(rng.choice(encodings), "replace")
        return {**files, name: content}

    return spoil


def spoilt_statements(rng: random.Random, files: Files) -> Files:
    """Spoil a TOML with many items of one form: mostly what tells one of them from the others, or who says it."""
    name = rng.choice([name for name in files if name != "case.toml"])
    text = files[name].decode()
    way = rng.random()
    if way < 0.45:
        for _ in range(rng.choice([1, 1, 2, 3])):
            text = _other_value(rng, text)
    elif way < 0.7:
        text = _misspelt(rng, text)
    elif way < 0.85:
        text = spoilt_cells(rng, text.encode(), '\n="').decode("utf-8", "replace")
    else:
        return {**files, name: spoilt_bytes(rng, text.encode())}
    return {**files, name: text.encode()}


def _other_value(rng: random.Random, text: str) -> str:
    """Give a key the value that the same key has in another place."""
    places = defaultdict(list)
    for match in LINE.finditer(text):
        places[match[1]].append(match)
    several = [matches for matches in places.values() if len({match[2] for match in matches}) > 1]
    if not several:
        return text
    one, other = rng.sample(rng.choice(several), 2)
    return text[: one.start(2)] + other[2] + text[one.end(2) :]


def _misspelt(rng: random.Random, text: str) -> str:
    """Change, add or take away one sign of what stands in quotes."""
    places = list(QUOTED.finditer(text))
    if not places:
        return text
    match = rng.choice(places)
    at = rng.randrange(match.start() + 1, match.end() - 1)
    sign = rng.choice([*match[0].strip('"'), "0", "a", " ", ""])
    return text[:at] + sign + text[at + rng.choice([0, 1]) :]


def junk_value(rng: random.Random) -> Any:
    odd = [
        None,
        True,
        -1,
        0,
        1e308,
        float("nan"),
        10**400,
        [],
        {},
        [[]],
        [None],
        {"": 0},
        [1, "a"],
        {"array": [1, [2]]},
    ]
    return rng.choice([rng.choice(JUNK), rng.choice(odd)])


def spoilt_data(rng: random.Random, data: Any) -> Any:
    """Replace, take away or add one value somewhere within JSON."""
    if isinstance(data, dict) and data and rng.random() < 0.9:
        key = rng.choice(list(data))
        way = rng.random()
        if way < 0.7:
            return {**data, key: spoilt_data(rng, data[key])}
        if way < 0.85:
            return {name: value for name, value in data.items() if name != key}
        return {**data, rng.choice([key, *JUNK]): junk_value(rng)}
    if isinstance(data, list) and data and rng.random() < 0.8:
        at = rng.randrange(len(data))
        return [*data[:at], spoilt_data(rng, data[at]), *data[at + rng.choice([1, 1, 0]) :]]
    return junk_value(rng)


def spoilt_json(mend: Callable[[Any], str]) -> Spoil:
    """Spoil data; mostly with a hash that fits again, or nothing behind it would ever be reached."""

    def spoil(rng: random.Random, files: Files) -> Files:
        ((name, content),) = files.items()
        if rng.random() < 0.15:
            return {name: spoilt_bytes(rng, content)}
        data = json.loads(content)
        for _ in range(rng.choice([1, 1, 2])):
            data = spoilt_data(rng, data)
        if rng.random() < 0.9:
            with suppress(LookupError, TypeError, ValueError, AttributeError):
                data["hash"] = mend(data)
        return {name: json.dumps(data).encode()}

    return spoil


@lru_cache
def _parts(content: bytes) -> Files:
    return hostile.parts_of(content)


def spoilt_workbook(rng: random.Random, files: Files) -> Files:
    """Spoil the XML of a part and zip it again; in one case of five spoil the file itself."""
    ((name, content),) = files.items()
    if rng.random() < 0.2:
        return {name: spoilt_bytes(rng, content)}
    parts = dict(_parts(content))
    for _ in range(rng.choice([1, 1, 2])):
        inner = [part for part in parts if part.startswith("xl/")] if rng.random() < 0.95 else list(parts)
        part = rng.choice(inner)
        way = rng.random()
        if way < 0.7:
            parts[part] = spoilt_cells(rng, parts[part], '<>"')
        elif way < 0.97:
            parts[part] = spoilt_bytes(rng, parts[part])
        elif len(parts) > 1:
            del parts[part]
    return {name: hostile.archive_of(parts, FASTEST)}
