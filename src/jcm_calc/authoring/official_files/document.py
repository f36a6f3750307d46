"""The approved text of a methodology, as PDF or DOCX: what it says, and where.

Read are number, version and title, the eligibility criteria, the parameters fixed ex ante, and those to be
monitored where a table lists them. Equations of a DOCX are read as expressions; those of a PDF are pictures.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jcm_calc.authoring.official_files.blocks import Block, Equation
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, no_such_file, require

MOST_BYTES = 50_000_000
NUMBER = re.compile(r"(?<![A-Za-z])([A-Z]{2}_[A-Z]{2}\d{3})(?!\d)")
FILE_VERSION = re.compile(r"[A-Z]{2}_[A-Z]{2}\d{3}[ _]*ver\.?\s*0*(\d+\.\d+)", re.I)
VERSION = re.compile(r",?\s*\(?\bver(?:sion|\.)?\s*0*(\d+\.\d+)\)?\.?", re.I)
HEADING = re.compile(r"(?:[A-K]|\d{1,2})\s*\.(?:\d+\.?)*\s+\S")
SECTIONS = {
    "title": re.compile(r"title of (?:the )?methodology$|方法論の名称$", re.I),
    "criteria": re.compile(r"eligibility criteria$|適格性要件$", re.I),
    "ex_ante": re.compile(r"fixed ex[- ]?ante$|事前に(?:設定|固定)", re.I),
    "monitored": re.compile(r"(?:to be |are )monitored(?: ex[- ]?post)?$|モニタリング(?:する)?パラメータ", re.I),
}
# How a criterion begins: by name, or as an item of a list.
BY_NAME = re.compile(r"(?:eligibility\s+)?criterion\s*(?:no\.?\s*)?(\d+|[ivx]+\b|)\s*[:.)]?|(?:適格性)?要件\s*(\d+)\s*[:：.)]?", re.I)
IN_LIST = (re.compile(r"(\d{1,2})[.)](?=\s|$)"), re.compile(r"\((\d{1,2}|[a-z]|[ivx]+)\)(?=\s)"), re.compile(r"([a-z])[.)](?=\s)"), re.compile(r"([•●■▪◦‣·–*\uf0b7\uf0a7-])(?=\s)"))  # fmt: skip
ALONE = re.compile(r"\(?(\d{1,2})[.)]?")
COLUMNS = {
    "symbol": re.compile(r"parameters?(?:no\.?)?|symbols?|データ・パラメータ|パラメータ"),
    "description": re.compile(r"description(?:s|ofdata|ofdataandparameters?|ofparameters?)?|内容|説明"),
    "source": re.compile(r"(?:data)?sources?(?:ofdata)?|出典|情報源"),
    "unit": re.compile(r"units?|単位"),
    "value": re.compile(r"(?:default|estimated)?values?|値"),
}
LONGEST_SYMBOL = 40


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A text of the document with its place: an eligibility criterion.

    Attributes
    ----------
    label : str
        How the document names it, such as ``"Criterion 3"``; an item of a list without numbers is counted.
    text : str
    page : int or None
        The page on which it begins; None in a DOCX, which has no pages.
    """

    label: str
    text: str
    page: int | None

    @property
    def number(self) -> str:
        """Its number alone, such as ``"3"``."""
        return self.label.rpartition(" ")[2]

    @property
    def place(self) -> str:
        """Where it is, such as ``page 2, Criterion 3``."""
        return self.label if self.page is None else f"page {self.page}, {self.label}"


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A row of the table of parameters fixed ex ante, or of those to be monitored.

    Attributes
    ----------
    symbol : str
        As on one line: ``"COP_RE,i"``.
    description, source, unit, value : str
        Empty where the table has no such column.
    page : int or None
        The page on which the row begins; None in a DOCX.
    others : tuple of (str, str)
        Heading and text of each other column.
    """

    symbol: str
    description: str
    source: str
    page: int | None
    unit: str = ""
    value: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """Where it is, such as ``page 3, COP_RE,i``."""
        return self.symbol if self.page is None else f"page {self.page}, {self.symbol}"


@dataclass(frozen=True, slots=True)
class Document:
    """What the approved text of a methodology says.

    Attributes
    ----------
    name, sha256 : str
        Of the file.
    number, version, title : str
        Empty where none was found. The version is written as in the rule book: ``"1.0"``.
    criteria : tuple of DocumentRow
    ex_ante, monitored : tuple of ParameterRow
    equations : tuple of Equation
    remarks : tuple of Problem
        What could not be read, or contradicts itself.
    """

    name: str
    sha256: str
    number: str
    version: str
    title: str
    criteria: tuple[DocumentRow, ...] = ()
    ex_ante: tuple[ParameterRow, ...] = ()
    monitored: tuple[ParameterRow, ...] = ()
    equations: tuple[Equation, ...] = ()
    remarks: tuple[Problem, ...] = ()
