"""The list of projects of the scheme: which methodology, in which version, each of them uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.evidence import Evidence, Grade, Source
from jcm_calc.reference_data.tables import record, rows

LIST_DAY = date(2026, 6, 4)
"""The day of the copy of the list."""

AS_OF = _("June 2026")
"""Its month, as messages say it."""

WITHDRAWN = _("withdrawn")
STATUSES = (_("registered"), _("validation"), WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the list.

    Attributes
    ----------
    number, country, title : str
        The country by its ISO code.
    uses : tuple of (str, str)
        Number and version of each methodology that it uses.
    status : str
        ``registered``, ``validation`` or ``withdrawn``.
    registered : date or None
    planned : int
        Planned emission reductions in tCO2 a year.
    page : str
        The page of the project.
    evidence : Evidence
        Of everything but the planned tonnes.
    planned_evidence : Evidence
    """

    number: str
    country: str
    title: str
    uses: tuple[tuple[str, str], ...]
    status: str
    registered: date | None
    planned: int
    page: str
    evidence: Evidence
    planned_evidence: Evidence

    def contradiction(self, number: str, version: str) -> str:
        """Return what contradicts a methodology and version in the list; nothing where the project uses them.

        Examples
        --------
        >>> print(listed_projects()["ID009"].contradiction("ID_AM003", "1.0"))
        the list of projects of June 2026 has ID009 (registered) with ID_AM002 ver 2.0; got ID_AM003 ver 1.0
        """
        if (number, version) in self.uses:
            return ""
        message = _("the list of projects of {month} has {number} ({status}) with {expected}; got {got}")
        expected = Message(", ").join(f"{name} ver {one}" for name, one in self.uses)
        status, got = Message(self.status), f"{number} ver {version}"
        return message.format(month=AS_OF, number=self.number, status=status, expected=expected, got=got)

    @property
    def live(self) -> bool:
        """Whether it is registered or in validation."""
        return self.status != WITHDRAWN


@cache
def listed_projects() -> Mapping[str, Project]:
    """Return the projects of the list by number, as of June 2026.

    Examples
    --------
    >>> listed_projects()["TH022"].uses
    (('TH_AM001', '2.0'), ('TH_AM011', '1.0'))
    """
    return FrozenDict({row["number"]: _project(row) for row in rows("projects.csv")})


def listed_project(number: str) -> Project | None:
    """Return a project of the list by its number as people write it, or None where the list does not have it.

    Examples
    --------
    >>> listed_project(" th022 ").number, listed_project("TH999")
    ('TH022', None)
    """
    return listed_projects().get(number.strip().upper())


def _project(row: dict[str, str]) -> Project:
    uses = (one.partition(" ") for one in row["methodologies"].split(";"))
    return record(
        Project,
        row,
        uses=tuple((number, version) for number, _space, version in uses),
        planned_evidence=Evidence(Grade(row["planned_grade"]), "", Source(row["planned_source"])),
    )


@cache
def versions_in_use() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return for each methodology its versions, each with the projects that use it and are not withdrawn.

    A version that only withdrawn projects name is there, without projects.

    Examples
    --------
    >>> versions_in_use()["TH_AM001"]["1.0"]
    ('TH001', 'TH005', 'TH009', 'TH014')
    >>> dict(versions_in_use()["ID_AM009"])
    {'1.0': (), '3.0': ('ID010',)}
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for project in listed_projects().values():
        for number, version in project.uses:
            users = found.setdefault(number, {})
            users[version] = (*users.get(version, ()), *([project.number] if project.live else ()))
    return FrozenDict({number: FrozenDict(dict(sorted(users.items()))) for number, users in sorted(found.items())})
