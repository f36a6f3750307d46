"""What a workbook does not say: questions with proposals, and the file that answers them."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.interval import Interval

Prompt = Callable[[str, str], str]
RANGE_OF = "plausible range of "
ANSWER = re.compile(r"[A-Za-zΑ-Ωα-ω][\w,\-{}]*")


class Questions:
    """Questions about one file, known by its hash: answered by a names file or a person, or else by a proposal.

    Attributes
    ----------
    given : dict
        The answers of a names file.
    asked : dict
        Each question with its answer, or the proposal that was taken.
    open : list of str
        The questions to which a proposal was taken, without an answer of a person.
    """

    def __init__(self, digest: str, answers: Mapping[str, str] | None = None, prompt: Prompt | None = None) -> None:
        self.digest, self.prompt = digest, prompt
        self.given = dict(answers or {})
        self.asked: dict[str, str] = {}
        self.open: list[str] = []
        self._proposed: dict[str, str] = {}

    def ask(self, key: str, proposal: str, sure: bool = False) -> str:
        """Return the answer to a question; one whose answer is sure is not asked, but can be answered."""
        if key in self.given:
            return self._taken(key, self.given[key])
        if sure:
            return proposal
        if key not in self.asked:
            if self.prompt is not None:
                return self._taken(key, self.prompt(key, proposal))
            self.open.append(key)
            self.asked[key] = proposal
        return self.asked[key]

    def _taken(self, key: str, answer: str) -> str:
        fits, expected = bool(ANSWER.fullmatch(answer)), _("got {answer}; must be a symbol such as EC_PJ,i,p")
        if key.startswith(RANGE_OF):
            fits, expected = _is_range(answer), _("got {answer}; must be a range such as [0, 1], or empty")
        if not fits:
            raise InputError("names", [Problem(key, expected.format(answer=repr(answer)))])
        self.asked[key] = answer
        return answer

    def proposal(self, words: str, key: str) -> str:
        """Return a symbol for what has none, from the first letters of its words; each is proposed once."""
        letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", words)[:4]).upper() or "X"
        if key not in self._proposed:
            names = (letters, *(f"{letters}{count}" for count in range(2, 1000)))
            self._proposed[key] = next(one for one in names if one not in self._proposed.values())
        return self._proposed[key]

    def text(self, workbook: str) -> str:
        """Return the text of a names file: every question with its answer, or the proposal that was taken."""
        answers = sorted((self.given | self.asked).items())
        names = [" = ".join(json.dumps(one, ensure_ascii=False) for one in pair) for pair in answers]
        head = f"# Names for what {workbook} does not name: `jcm import {workbook} --names` reads them."
        return "\n".join([head, f'sha256 = "{self.digest}"', "", "[names]", *names]) + "\n" if names else ""


def read_names(path: str | os.PathLike[str], digest: str) -> dict[str, str]:
    """Return the answers of a names file; refuse one that is of another workbook."""
    name = Path(path).name
    content = parse_toml(name, read_text(Path(path)))
    if content.get("sha256") != digest:
        complaint = _("got sha256 {given}; must be {digest}, that of the workbook: these are names of another file")
        raise InputError(name, [Problem("sha256", complaint.format(given=repr(content.get("sha256")), digest=digest))])
    answers = content.get("names", {})
    wrong = [key for key, value in answers.items() if not isinstance(value, str)] if isinstance(answers, dict) else [""]
    if wrong:
        raise InputError(name, [Problem(key, _("must be a symbol in quotation marks")) for key in wrong])
    return dict(answers)


def _is_range(answer: str) -> bool:
    try:
        own = Interval.parse(answer or "[0, 1]")
    except ValueError:
        return False
    return math.isfinite(own.lower) and math.isfinite(own.upper)
