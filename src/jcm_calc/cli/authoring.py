"""`jcm new`: a skeleton for a methodology, a revision, or a methodology package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from jcm_calc.authoring import (
    NUMBER,
    methodology_files,
    package_files,
    package_name,
    revision_files,
    written_files,
)
from jcm_calc.authoring.from_file import read_methodology
from jcm_calc.base.files import save
from jcm_calc.base.languages import _, translated
from jcm_calc.cli import output, surroundings
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.rulebooks import modules


def new_methodology(
    number: str,
    folder: Path | None,
    project: str | None,
    revises: str | None,
    version: str | None,
    source: Path | None,
    title: str,
    scope: int,
    index: str,
    as_json: bool,
) -> None:
    """Write the files, and say what to do with them."""
    known: dict[str, Any] = {"title": title, "scope": scope, "index": index}
    if source is not None and (twice := [name for name, one in {**known, "revises": revises}.items() if one]):
        message = _("--from FILE holds everything: leave out {given}")
        raise click.UsageError(translated(message.format(given=", ".join(f"--{one}" for one in twice))))
    if not NUMBER.fullmatch(number):
        complaint = _("got {number}; must be a number such as XX_AM001").format(number=number)
        raise output.bad("NUMBER", complaint)
    if revises is not None:
        try:
            found = revision_files(number, revises, version or "")
        except KeyError as error:
            raise output.bad("--revises", error.args[0]) from None
    else:
        if number in modules():
            held = _("{number} is in the methodology package {module}: --revises VERSION begins a revision of it")
            raise output.bad("NUMBER", held.format(number=number, module=modules()[number]))
        package = package_name(project) if project else _package(folder).name
        if source is not None:
            found = written_files(_from_file(number, source), package)
        else:
            _ask(known)
            found = methodology_files(number, package, version=version or "1.0", **known)
    if project:
        found = package_files(project, number, found)
        folder = folder or Path(project)
    else:
        folder = _package(folder)
        found = {_target(folder, path): text for path, text in found.items()}
    texts = {folder / path: text for path, text in found.items()}
    write_files(folder, texts)
    if as_json:
        output.data({"written": [*map(str, texts)]})
        return
    output.write("\n".join(map(str, texts)))
    plain = _("Fill in what is marked FILL IN: `jcm check {number}` says what is left.")
    install = _("Fill in what is marked FILL IN: pip install -e {folder}, then `jcm check {number}` says what is left.")
    output.paragraph((install if project else plain).format(folder=folder, number=number))


def _from_file(number: str, source: Path) -> Declarations:
    """Return the methodology that a file describes; its number must be the one that is asked for."""
    m = read_methodology(source)
    if m.number != number:
        complaint = _("{file}: got number = {found!r}; must be {number!r}, as in the command")
        raise output.bad("--from", complaint.format(file=source.name, found=m.number, number=number))
    return m


def _ask(known: dict[str, Any]) -> None:
    """Ask for what is not given, where somebody is there to answer."""
    asked: dict[str, tuple[str, Any, Any]] = {
        "title": (_("Official title"), str, ""),
        "scope": (_("Sectoral scope"), click.IntRange(0, 99), 0),
        "index": (_("What the index i means"), str, ""),
    }
    for name, (text, kind, default) in asked.items() if surroundings.at_terminal() else ():
        known[name] = known[name] or click.prompt(translated(text), type=kind, default=default, show_default=False)


def _package(folder: Path | None) -> Path:
    """Return the folder of a package, that holds the modules of a methodology package."""
    folder = (folder or Path()).resolve()
    if not (folder / "__init__.py").is_file():
        complaint = _("got {folder}; must be a methodology package. Give its folder, or begin one with --package NAME")
        raise output.bad("--output", complaint.format(folder=folder))
    return folder


def _target(folder: Path, path: str) -> str:
    """Return where a file goes: a test to the tests of the project, if there is such a folder."""
    if not path.startswith("tests/"):
        return path
    for parent in folder.parents:
        if (parent / "pyproject.toml").is_file():
            return str(parent / path) if (parent / "tests").is_dir() else path
    return path


def write_files(folder: Path, texts: Mapping[Path, str], force: bool | None = None) -> None:
    """Write the files of a methodology; refuse what is there, or else replace it, where the command has --force."""
    if not force and (there := [str(path) for path in texts if path.exists()]):
        complaint = _("exists already: {paths}") if force is None else _("exists already: {paths}; --force replaces it")
        raise output.bad("--output", complaint.format(paths=", ".join(there)))
    with output.writing(folder):
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            save(path, text.encode(), overwrite=bool(force))
