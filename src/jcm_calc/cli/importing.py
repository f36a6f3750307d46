"""`jcm import`: a module from the official monitoring spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from jcm_calc.authoring.official_files.importing import Imported, import_workbook
from jcm_calc.authoring.official_files.questions import RANGE_OF
from jcm_calc.base.languages import _, translated
from jcm_calc.cli import output, surroundings
from jcm_calc.cli.authoring import write_files


def import_module(
    workbook: Path, document: Path | None, folder: Path | None, names: Path | None, force: bool, as_json: bool
) -> None:
    """Translate, prove and write; say what is still open."""
    if folder is None:
        complaint = _("must be the folder of a methodology package. Type: jcm import {file} -o FOLDER")
        raise output.bad("--output", complaint.format(file=workbook))
    asked = None if names is not None or not surroundings.at_terminal() or as_json else _prompt
    found = import_workbook(workbook, names, asked, document=document)
    texts = {folder / found.file: found.source}
    answers = folder / f"{Path(found.file).stem}.names.toml"
    if found.names and (names is None or answers.resolve() != names.resolve()):
        texts[answers] = found.names
    if found.revision:
        texts[folder / f"{found.number.lower()}_corrected.py"] = found.revision
    write_files(folder, texts, force)
    if as_json:
        output.data(_as_data(found, [*texts]))
        return
    output.write("\n".join(map(str, texts)))
    for text in _proved(found):
        output.paragraph(text)
    if found.open:
        message = _("Names that were proposed, not given: answer them in {file}, and import again with --names:")
        output.paragraph(message.format(file=answers.name))
        output.write("\n".join(f"  {one}" for one in found.open))
    output.paragraph(_("Nothing of it is confirmed. Next: `jcm check {number}`.").format(number=found.number))


def _prompt(question: str, proposal: str) -> str:
    asked = _("{question}, such as [0, 1]; empty if it is not known") if question.startswith(RANGE_OF) else None
    text = (asked or _("{question}: its symbol?")).format(question=question)
    answer: str = click.prompt(translated(text), default=proposal, show_default=bool(proposal))
    return answer


def _as_data(found: Imported, paths: list[Path]) -> dict[str, Any]:
    added = found.added
    return {
        "written": [str(path) for path in paths],
        "number": found.number,
        "version": found.version,
        "equal_inputs": found.equal,
        "largest_difference": found.worst,
        "difference_from_libreoffice": found.office,
        "document": added and {
            "criteria": added.criteria,
            "parameters": added.parameters,
            "equations": added.equations,
            "equal_equations": added.equal,
        },
        "open": list(found.open),
        "remarks": [str(remark) for remark in found.remarks],
    }  # fmt: skip


def _proved(found: Imported) -> Iterator[str]:
    """Yield what was proved, and what a reader must know."""
    if found.revision:
        written = _(
            "{path} revises the installed methodology with tables of the workbook. Fill in who has read the document."
        )
        yield written.format(path=f"{found.number.lower()}_corrected.py")
    message = _(
        "{number} ver {version}: module and workbook are equal for {count} inputs (largest difference {worst})."
    )
    yield message.format(number=found.number, version=found.version, count=found.equal, worst=f"{found.worst:.1g}")
    same = _("LibreOffice gives the same (largest difference {worst}).")
    yield _("LibreOffice was not compared.") if found.office is None else same.format(worst=f"{found.office:.1g}")
    if found.added is not None:
        added = _(
            "The document adds title, {criteria} criteria and the sources of {parameters} parameters. "
            "{equal} of its {equations} equations were read and say the same."
        )
        yield added.format(
            **{one: getattr(found.added, one) for one in ("criteria", "parameters", "equal", "equations")}
        )
    yield from map(str, found.remarks)
