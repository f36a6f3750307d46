"""Evidence files for `fuzz.py`, and what an evidence file may lift: worked out here again, from the file alone.

Every file is filled in by a script, by an invented reader of an invented document.
"""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from filling import TEST_DOCUMENT, TEST_READER
from spoiling import Files

from jcm_calc import methodology, replay
from jcm_calc.api.case_file import read_case
from jcm_calc.evidence import Confirmation, Grade
from jcm_calc.inputs.confirmation import Statement, blank_file, statements

STORE = """methodology = "ID_AM004"
version = "2.0"
p = "2024"
evidence = ["a.toml"]
[inputs]
EC_PJ = "100 MWh"
COP_PJ = 5.0
EF_elec = 0.8
capacity = 20
[facts]
inverter_type_in_store = true
capacity_in_range = true
ODP = 0
release_prevented = true
criteria_of_the_document = true
"""
FREEZER = """methodology = "ID_AM003"
version = "1.0"
p = "2024"
evidence = ["a.toml"]
[inputs]
EC_PJ = 1.5
COP_PJ = 1.63
application = "cold storage"
EF_elec = 0.8
"""
TRUCK = """methodology = "VN_AM001"
version = "1.0"
p = "2024"
evidence = ["a.toml", "b.toml"]
[choices]
basis = "distance"
fuel_measured_as = "volume"
[inputs]
fuel = "Gas/diesel oil"
V_PJ = 11
D_PJ = 50000
SV_RE = 2.5e-4
"""
IDENTITY = {
    "equation": "symbol",
    "default": "symbol",
    "choice": "name",
    "criterion": "number",
    "rule": "name",
    "list": "name",
    "waiver": "check",
}


class Lifted(Exception):
    """A mark that a file has lifted, though it does not say so."""


# Good files


@cache
def seeds() -> list[Files]:
    store = {"case.toml": STORE.encode(), "a.toml": filled("ID_AM004", "3.5")}
    freezer = {"case.toml": FREEZER.encode(), "a.toml": filled("ID_AM003")}
    halves = [filled("VN_AM001", every=2, first=first) for first in (0, 1)]
    return [store, freezer, {"case.toml": TRUCK.encode(), "a.toml": halves[0], "b.toml": halves[1]}]


def filled(number: str, value: str = "1", every: int = 1, first: int = 0) -> bytes:
    """Fill in the blank file of a methodology; not all of its items if two files share them."""
    m = methodology(number)
    text = blank_file(m, list(statements(m))[first::every])
    text = re.sub(r'^(values?\S*.*?) = ""  # here (\S+?),? .*$', r"\1 = \2", text, flags=re.MULTILINE)
    text = re.sub(r'^value = ""', f"value = {value}", text, flags=re.MULTILINE)
    text = re.sub(r'^values."\[300, 450\)" = ""', 'values."[0, 100)" = 3.0', text, flags=re.MULTILINE)
    text = re.sub(r'^values."name of the class" = ""', 'values."Gas/diesel oil" = 0.9', text, flags=re.MULTILINE)
    text = text.replace("[[default]]\n", '[[default]]\nnote = "made up for a test"\n')
    for key, content in (TEST_DOCUMENT | TEST_READER | {"agrees": "yes"}).items():
        text = re.sub(rf'^{key} = ""', f'{key} = "{content}"', text, flags=re.MULTILINE)
    pages = itertools.count(1)
    text = re.sub(r'^page = ""', lambda _: f'page = "page {next(pages)}"', text, flags=re.MULTILINE)
    return re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).encode()


# What reads them


def read(folder: Path) -> Any:
    """Calculate with evidence, hold against the file what has been confirmed, and send it on its way."""
    case = read_case(folder / "case.toml")
    result = case.calculate()
    bare = methodology(case.methodology, case.version)
    check(bare, result.methodology, {path.name: path.read_bytes() for path in folder.glob("?.toml")})
    manifest = json.loads(json.dumps(result.manifest()))
    if replay(manifest).manifest() != manifest:
        raise Lifted("another manifest when replayed")
    return result


@cache
def of(m: Any) -> tuple[Statement, ...]:
    return tuple(statements(m))


def check(bare: Any, found: Any, files: Files) -> None:
    """Hold each mark of a methodology with evidence against the same one without it, and what files say."""
    said = [
        one
        for name, content in files.items()
        for one in allowed(bare, tomllib.loads(content.decode("utf-8-sig")), name)
    ]
    before = {one.key: one for one in of(bare)}
    for now in statements(found):
        then = before[now.key]
        if now.fingerprint != then.fingerprint or now.reading != then.reading:
            raise Lifted(f"{now} reads otherwise")
        marks = {"": (now.evidence, None)} if now.kind != "default" else {}
        for name, value in now.values.items():
            marks[name] = (value.evidence, value.value)
        for name, (evidence, amount) in marks.items():
            known = then.values.get(name)
            earlier = (known.evidence if known else None) if now.kind == "default" else then.evidence
            if evidence == earlier and (known is None or known.value == amount):
                continue
            _stated(now, name, evidence, amount, said)


def _stated(now: Statement, name: str, evidence: Any, amount: float | None, said: list[Any]) -> None:
    own = [one for one in said if one[:2] == (now.key, name.replace(" ", ""))]
    if evidence.grade is not Grade.CONFIRMED or evidence.confirmation not in [one[2] for one in own]:
        raise Lifted(f"{now} {name} is {evidence}, which no file says")
    numbers = [one[3] for one in own if isinstance(one[3], int | float)]
    if numbers and len(numbers) == len(own) and amount not in numbers:
        raise Lifted(f"{now} {name} is {amount}, which no file says")


def allowed(m: Any, content: dict[str, Any], file: str) -> Iterator[tuple[Any, str, Confirmation, Any]]:
    """Yield what a file confirms of a methodology: the statement, the class, who says so, the value."""
    about = content.get("methodology"), content.get("version")
    if content["schema"] != 1 or about not in ((m.number, m.version), (None, None)):
        return
    for one in of(m):
        if about == (None, None) and one.kind != "rule":
            continue
        for item in content.get(one.kind, []):
            same = (str(item[IDENTITY[one.kind]]), item.get("case", "")) == (one.name, one.case)
            if not same or (item["reading"], item["fingerprint"]) != (one.reading, one.fingerprint):
                continue
            if one.kind != "default":
                agrees = item.get("agrees")
                values = {"": None} if agrees is True or str(agrees).strip().casefold() == "yes" else {}
            else:
                values = {"": item.get("value", ""), **item.get("values", {})}
            for name, value in values.items():
                if value is None or not isinstance(value, str) or value.strip():
                    same_class = re.sub(r"(?<=[\[( ,])0+(?=\d)", "", name).replace(" ", "")  # [0, 0100) is [0, 100)
                    yield one.key, same_class, _who(content, one.kind, item, file), value


def _who(content: dict[str, Any], kind: str, item: dict[str, Any], file: str) -> Confirmation:
    reader = content.get("reader", {})
    key = item.get("document") or ("guidelines" if kind == "rule" else "methodology")
    document = content["documents"][key]
    sha256 = document["sha256"].strip().lower()
    day = str(item.get("date", "")).strip() or str(reader["date"]).strip()
    page, person = " ".join(str(item["page"]).split()), (item.get("person") or reader["person"]).strip()
    page = f"page {int(page)}" if page.isdecimal() else page
    if date.fromisoformat(day) > date.today() + timedelta(days=1) or not re.search(r"\w", page):
        raise Lifted("read on a day to come, or on no page")
    if not (document["title"].strip() and page.strip() and person.strip() and re.fullmatch("[0-9a-f]{64}", sha256)):
        raise Lifted("nobody has read it, or nowhere")
    return Confirmation(document["title"].strip(), sha256, page, person, date.fromisoformat(day), file)
