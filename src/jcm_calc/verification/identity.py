"""What was verified, with what, by whom: the head of a working paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import Message, _
from jcm_calc.verification.documents import Documents


@dataclass(frozen=True)
class ExaminedFile:
    """A file that was looked at.

    Attributes
    ----------
    role : str
        What it is in the verification.
    path : Path
    sha256 : str
    """

    role: str
    path: Path
    sha256: str

    def as_data(self) -> dict[str, str]:
        """Return it ready for JSON."""
        return {"role": str(self.role), "file": self.path.name, "sha256": self.sha256}


@dataclass(frozen=True)
class Identity:
    """What was verified, with what, by whom.

    Attributes
    ----------
    project, title : str
        Number and title of the project, as the documents say them.
    methodology : str
    periods : tuple of str
    files : tuple of File
    options : mapping
        What was asked for, by the name of the option.
    version : str
        Of jcm_calc.
    date : date
    person : str
        Who verified, as given.
    """

    project: str
    title: str
    methodology: str
    periods: tuple[str, ...]
    files: tuple[ExaminedFile, ...]
    options: Mapping[str, Any]
    version: str
    date: date
    person: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "project": self.project,
            "title": self.title,
            "methodology": self.methodology,
            "periods": list(self.periods),
            "files": [one.as_data() for one in self.files],
            "options": dict(self.options),
            "jcm_calc": self.version,
            "date": str(self.date),
            "person": self.person,
        }

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each part under its name."""
        yield _("Project"), Message(" ").join(filter(None, [self.project, self.title])) or _("not named")
        yield _("Methodology"), self.methodology
        yield _("Monitoring period"), ", ".join(self.periods) or _("not known")
        for file in self.files:
            yield file.role, Message("{} (SHA-256 {})").format(file.path.name, file.sha256)
        options = Message(", ").join(Message("{} {}").format(name, value) for name, value in self.options.items())
        yield _("Options"), options or _("none")
        said = _("{date}, by {person}, with jcm_calc {version}")
        person = self.person or _("(name not given)")
        yield _("Verified"), said.format(date=self.date, person=person, version=self.version)


def identified(
    documents: Documents, others: Sequence[tuple[str, Path]], options: Mapping[str, Any], person: str
) -> Identity:
    """Return what was verified.

    Parameters
    ----------
    documents : Documents
    others : sequence of (str, Path)
        Further files with their role: evidence, accepted findings.
    options : mapping
    person : str
    """
    report, plan, case = documents.report, documents.plan, documents.case
    project = {**({} if case is None else case.project), **report.project}
    m = documents.m
    return Identity(
        str(project.get("number", "")),
        str(project.get("title", "")),
        Message("{} {}").format(m.heading, m.title),
        tuple(str(period) for part in report.own for period in part.periods if period.dated),
        tuple(_files(documents, plan is not None and plan is not report, others)),
        options,
        version("jcm-calc"),
        datetime.now(UTC).date(),
        person,
    )


def _files(documents: Documents, with_plan: bool, others: Sequence[tuple[str, Path]]) -> Iterator[ExaminedFile]:
    named = [(_("Report"), documents.report.book.path)]
    if with_plan and documents.plan is not None:
        named.append((_("Plan"), documents.plan.book.path))
    named += [(_("Earlier report"), one.book.path) for one in documents.previous]
    if documents.case is not None:
        named.append((_("Case file"), documents.case.path))
    for role, path in (*named, *others):
        yield ExaminedFile(role, path, of_file(path) if path.is_file() else "")
    if documents.metered is not None:
        for file in documents.metered.monitored.files:
            yield ExaminedFile(_("Readings"), Path(file.name), file.sha256)
