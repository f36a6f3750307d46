"""Evidence files for tests, filled in by a script. Nobody has read anything: the document does not exist."""

import json
import tomllib
from datetime import date

from jcm_calc.inputs.confirmation import blank_file, statements
from jcm_calc.inputs.confirmation.file import from_data

TEST_DOCUMENT = {"title": "Test document (invented, no evidence of anything)", "sha256": "0123456789abcdef" * 4}
TEST_READER = {"person": "Test Reader (invented)", "date": "2025-05-17"}


def document(m, every=True):
    """Return the blank evidence file of a methodology as data, with an invented document and reader."""
    found = tomllib.loads(blank_file(m, [one for one in statements(m) if every or not one.confirmed]))
    found["documents"] = {"methodology": dict(TEST_DOCUMENT), "guidelines": dict(TEST_DOCUMENT)}
    found["reader"] = dict(TEST_READER)
    return found


def items(content):
    """Yield the kind and each item of an evidence file."""
    for kind in ("choice", "equation", "default", "criterion", "list", "waiver", "rule"):
        for item in content.get(kind, []):
            yield kind, item


def fill(m, kind, item, value=2.0):
    """Fill in one item: agreement, or the values that are there, or made-up ones."""
    item["page"] = "page 1 of the test document"
    if kind != "default":
        item["agrees"] = "yes"
        return
    item["note"] = "a value made up for a test"
    statement = next(one for one in statements(m) if one.key == (kind, item["symbol"], ""))
    value = value if value in statement.item.bounds else 0.5
    key = m.inputs.get(statement.item.by)
    textual = key is None or key.textual
    if "values" in item:
        item["values"] = {key: known.value for key, known in statement.values.items()} or (
            {"a": value} if textual else {"[0, inf)": value}
        )
    else:
        item["value"] = next((known.value for known in statement.values.values()), value)


def filled(m, every=True, value=2.0):
    """Return an evidence file of a methodology with everything filled in, as data."""
    content = document(m, every)
    for kind, item in items(content):
        fill(m, kind, item, value)
    return content


def evidence(content, name="test_evidence.toml"):
    """Return data as an evidence file."""
    return from_data(content, name, f"test hash of {name} {content!r}")


def as_toml(content):
    """Write an evidence file as TOML."""
    text = [f"{key} = {json.dumps(content[key])}" for key in ("schema", "methodology", "version") if key in content]
    for name, found in (
        ("reader", content["reader"]),
        *((f"documents.{k}", v) for k, v in content["documents"].items()),
    ):
        text += [f"[{name}]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in found.items())]
    for kind, item in items(content):
        text.append(f"[[{kind}]]")
        for key, value in item.items():
            if isinstance(value, dict):
                text += [f"{key}.{json.dumps(one, ensure_ascii=False)} = {json.dumps(v)}" for one, v in value.items()]
            else:
                text.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(text)


DAY = date.fromisoformat(TEST_READER["date"])
