"""The status of every project of a folder, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from jcm_calc.api import status as of_case
from jcm_calc.base import cores, workers
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.inputs import case
from jcm_calc.inputs.case import Case
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.results.status import FolderEntry
from jcm_calc.rulebooks import MethodologyNotFoundError
from jcm_calc.units import dates


def statuses(
    folder: str | Path,
    on: Any = None,
    *,
    store: bool = True,
    evidence: EvidenceFiles = None,
    processes: int | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[FolderEntry, ...]:
    """Return the status of each case file in a folder and below, those that need a person most first.

    Parameters
    ----------
    folder : path
    on, store, evidence
        As for `jcm_calc.api.case_file.CaseFile.status`.
    processes : int, optional
        All cores by default.
    progress : callable
        Is called with the number of projects that are done, and of all.

    Raises
    ------
    InputError
        If the folder has no case file. A case file that cannot be used is an entry with its problems.
    """
    day = dates.today() if on is None else dates.day_of("on", on)
    top = Path(folder)
    paths = sorted(path for path in top.rglob("*.toml") if not path.name.startswith((".", "~")) and _is_case(path))
    if not paths:
        raise InputError.of(str(folder), _("has no case file (.toml)"))
    task = partial(_entry, top, day=day, store=store, evidence=evidence)
    found: list[FolderEntry] = []
    processes = min(processes or cores.count(), len(paths))
    if processes == 1:
        for path in paths:
            found.append(task(path))
            progress(len(found), len(paths))
    else:
        with workers.pool(processes) as pool:
            for entry in pool.map(task, paths):
                found.append(entry)
                progress(len(found), len(paths))
    return tuple(sorted(found, key=_urgency))


def _is_case(path: Path) -> bool:
    """Whether a TOML file is a case file, or cannot be read and may be one."""
    try:
        document = parse_toml(path.name, read_text(path))
    except (InputError, OSError):
        return True
    return "methodology" in document and "schema" not in document  # evidence files have a schema


def _entry(top: Path, path: Path, *, day: date, store: bool, evidence: EvidenceFiles) -> FolderEntry:
    name = str(path.relative_to(top))
    try:
        return FolderEntry(name, of_case.status(case.read(path, Case), day, store=store, evidence=evidence))
    except InputError as error:
        return FolderEntry(name, None, tuple(error.problems))
    except MethodologyNotFoundError as error:
        return FolderEntry(name, None, (Problem("methodology", str(error)),))
    except Exception as error:  # whatever is wrong with one does not stop the others
        return FolderEntry(name, None, (Problem(name, f"{type(error).__name__}: {error}"),))


def _urgency(entry: FolderEntry) -> tuple[Any, ...]:
    if entry.status is None:
        return 0, 0.0, 0, entry.name
    status = entry.status
    return 1, -(status.tonnes_at_stake or 0.0), -len(status.actions), entry.name
