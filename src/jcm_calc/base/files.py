"""Files: written whole or not at all, never over another one unasked; and read only where an input may point."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.base.problems import InputError

if TYPE_CHECKING:
    import pandas as pd

# How a cell of CSV begins that a spreadsheet program calculates.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def save(path: str | os.PathLike[str], content: bytes, *, overwrite: bool = False) -> None:
    """Write a file under its name only once it is complete.

    A reader sees the old file or the new one; a full disk, or an end in the middle of writing,
    leaves what was there.

    A FileExistsError says that there is such a file already; an OSError names the path that was given.
    """
    target = Path(path).resolve()
    if not overwrite and target.exists():
        raise _exists(path)
    draft = target.with_name(f".{target.name[:60]}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            if target.exists():  # who may read the file stays as it is
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            draft.replace(target)
        else:
            _put(draft, target)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise type(error)(error.errno, error.strerror, os.fspath(path)) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def check_ending(path: str | os.PathLike[str], *endings: str) -> None:
    """Refuse a name that ends otherwise than what is written, before anything is calculated for it."""
    if Path(path).suffix.casefold() not in endings:
        names = Message(", ").join(endings)
        complaint = _("must end with one of {names}") if len(endings) > 1 else _("must end with {names}")
        raise InputError.of(os.fspath(path), complaint.format(names=names))


def guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts a spreadsheet program does not take for formulas: these start with an apostrophe."""
    return frame.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell)


def within(folder: Path, name: str) -> Path:
    """Return the file that an input names, which must lie in the folder of the input.

    Somebody else may have written the input: it must not read what lies elsewhere, on whichever system.
    """
    both = PureWindowsPath(name)  # knows \\ and / and drives
    if "\0" in name or both.drive or both.root or ".." in both.parts:
        raise ValueError(_("leads out of the folder of the file that names it: put it there, and name it without .."))
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(_("is a link that leads out of the folder of the file that names it"))
    return path


def _put(draft: Path, target: Path) -> None:
    """Give the draft its name, unless somebody else has taken it by now."""
    if os.name == "nt":
        draft.rename(target)  # refuses where the target is there; elsewhere it would replace it
        return
    try:
        target.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        target.touch(exist_ok=False)
        draft.replace(target)


def _exists(path: str | os.PathLike[str]) -> FileExistsError:
    return FileExistsError(translated(_("{path} exists already: overwrite=True replaces it").format(path=path)))
