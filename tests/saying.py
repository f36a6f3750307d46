"""English that is left in what is shown in Japanese, whatever the catalogue holds."""

import dataclasses
import json
import re
from collections.abc import Mapping
from functools import cache

import pytest

from jcm_calc.confirmation.statements import NOT_READ, lists
from jcm_calc.languages import in_language, translated
from jcm_calc.readings import rule_sets
from jcm_calc.rulebooks import methodology
from jcm_calc.verification import verifying

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
# Words without which English has hardly a sentence; no symbol, unit or function of a spreadsheet is one of them.
ENGLISH = re.compile(
    r"\b(an|and|are|as|asked|at|because|by|for|from|gives|has|have|in|is|it|its|more|not|nothing|of|on|or|than|that"
    r"|the|times|to|was|were|which|with|without)\b"
)
QUOTED = re.compile(r"'[^']*'")


def left_in_english(text, m):
    """Return the English words of a text that are neither in quotes nor what a methodology says."""
    for own in own_texts(m.number, m.version):
        text = text.replace(own, "")
    return ENGLISH.findall(QUOTED.sub("", text))


@cache
def own_texts(number, version):
    """What a methodology and the rules for readings say in their own words: they stay as they are."""
    m = methodology(number, version)
    found, seen = {rule_sets.ARITHMETIC.note, NOT_READ.note, *(one.reading for one in lists(m))}, set()
    for thing in (m, *map(rule_sets.rule_set, rule_sets.shipped())):
        _collect(thing, found, seen)
    return sorted((text for text in found if " " in text), key=len, reverse=True)


def _collect(thing, found, seen):
    if isinstance(thing, str):
        found.add(str.__str__(thing))
    elif id(thing) not in seen:
        seen.add(id(thing))
        if isinstance(thing, Mapping):
            parts = [*thing.keys(), *thing.values()]
        elif isinstance(thing, list | tuple | set | frozenset):
            parts = list(thing)
        elif dataclasses.is_dataclass(thing):
            parts = [getattr(thing, field.name) for field in dataclasses.fields(thing)]
        else:
            own = type(thing).__module__.startswith("jcm_calc")
            slots = [getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())] if own else []
            parts = [*getattr(thing, "__dict__", {}).values(), *slots] if own else []
        for part in parts:
            _collect(part, found, seen)


def sentences(finding):
    """What is shown of a finding besides its name and numbers."""
    texts = [finding.message, finding.place, finding.because, finding.cause, finding.unconfirmed]
    texts += [finding.check.title, str(finding.effect or ""), *finding.consequences]
    return [text for text in texts if text]


def untranslated(findings, m):
    """Return each sentence of some findings that is not wholly Japanese, and each with Japanese in its data."""
    found = []
    with in_language("ja"):
        for one in findings:
            said = [translated(text) for text in sentences(one)]
            found += [f"{one.code}: {text}" for text in said if left_in_english(text, m)]
            if not JAPANESE.search(translated(one.message)):
                found.append(f"{one.code}: {translated(one.message)}")
            data = json.dumps(one.as_data(), ensure_ascii=False)
            found += [f"{one.code}: {data}"] if JAPANESE.search(data) else []
    return found


@pytest.fixture(autouse=True)
def findings_are_said_in_japanese(monkeypatch):
    """Whatever a test verifies, look at the sentences of its findings in Japanese."""
    linked = verifying.linked

    def looked_at(found, material):
        findings = linked(found, material)
        left = untranslated(findings, material.m)
        assert not left, "\n".join(left)
        return findings

    monkeypatch.setattr(verifying, "linked", looked_at)
