"""Modules that are named by their files, such as one that its author is at work on."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from jcm_calc.cli import UNUSABLE, output
from jcm_calc.declarations import Methodology
from jcm_calc.languages import Message, _
from jcm_calc.rulebooks import all_broken_by


class UnusableError(Exception):
    """There is nothing to check or to show; the message has a line for each thing that is wrong."""

    def told(self) -> int:
        """Write it to standard error; return the exit code."""
        for line in str(self).splitlines():
            output.write(output.clean(line), err=True)
        return UNUSABLE


def is_path(subject: str) -> bool:
    """Whether a file is named, not the number of a methodology."""
    return subject.endswith(".py") or len(Path(subject).parts) > 1


def of_file(path: Path, version: str | None = None) -> Methodology:
    """Return the latest methodology of a module, or a version of it.

    Raises
    ------
    UnusableError
        If it cannot be imported, or declares none.
    """
    found = {item.version: item for item in every_of_file(path)}
    if version is not None and version not in found:
        told = _("{path}: there is no version {version}; known are {known}")
        raise UnusableError(told.format(path=path, version=version, known=", ".join(found)))
    return found[version] if version is not None else list(found.values())[-1]


def every_of_file(path: Path) -> list[Methodology]:
    """Return the methodologies that a module declares."""
    if not path.is_file():
        raise UnusableError(_("{path}: there is no such file").format(path=path))
    try:
        module = _import(path.resolve())
        found = [item for item in vars(module).values() if isinstance(item, Methodology)]
        for item in found:
            item.check()
    except (Exception, SystemExit) as error:
        faults = all_broken_by("", str(path), error, path.resolve())
        raise UnusableError(Message("\n").join(one.text for one in faults)) from None
    if not found:
        raise UnusableError(_("{path}: declares no Methodology").format(path=path))
    return list({id(item): item for item in found}.values())


def _import(path: Path) -> ModuleType:
    """Import a file by the name that it has in its package, so that it finds its neighbours."""
    package, root = [path.stem], path.parent
    while (root / "__init__.py").is_file():
        package, root = [root.name, *package], root.parent
    name = ".".join(package)
    known = sys.modules.get(name)
    if known is not None and Path(known.__file__ or "").resolve() == path:
        return known
    sys.path.insert(0, str(root))
    try:
        if len(package) > 1:
            importlib.import_module(name.rpartition(".")[0])
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(root))
