"""What a workbook does not say: questions with proposals, and the file that answers them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem

Prompt = Callable[[str, str], str]
ANSWER = re.compile(r"[A-Za-zΑ-Ωα-ω][\w,\-{}]*")


class Questions:
    """Questions about one file, known by its hash.

    Parameters
    ----------
    digest : str
        The SHA-256 of the workbook.
    answers : mapping
        From a names file.
    prompt : callable, optional
        Asks a person, who is offered a proposal; without it the proposal is taken.

    Attributes
    ----------
    asked : dict
        Each question with its answer, or the proposal that was taken.
    open : list of str
        The questions to which a proposal was taken without anybody's word.
    """

    def __init__(self, digest: str, answers: Mapping[str, str] | None = None, prompt: Prompt | None = None) -> None:
        self.digest, self.prompt = digest, prompt
        self.given = dict(answers or {})
        self.asked: dict[str, str] = {}
        self.open: list[str] = []
        self._proposed: dict[str, str] = {}

    def ask(self, key: str, proposal: str, sure: bool) -> str:
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
        if not ANSWER.fullmatch(answer):
            complaint = _("got {answer}; must be a symbol such as EC_PJ,i,p").format(answer=repr(answer))
            raise InputError("names", [Problem(key, complaint)])
        self.asked[key] = answer
        return answer

    def proposal(self, words: str, key: str) -> str:
        """Return a symbol for what has none, from the first letters of its words; each is proposed once."""
        letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", words)[:4]).upper() or "X"
        if key not in self._proposed:
            taken = set(self._proposed.values())
            self._proposed[key] = next(
                one for one in (letters, *(f"{letters}{count}" for count in range(2, 1000))) if one not in taken
            )
        return self._proposed[key]
