"""`jcm import`: a module from the official monitoring spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jcm_calc.authoring.official_files.importing import Imported, import_workbook
from jcm_calc.authoring.official_files.questions import RANGE_OF
from jcm_calc.base.files import save
from jcm_calc.base.languages import _, translated
from jcm_calc.cli import output


def import_module(
    workbook: Path, document: Path | None, folder: Path, names: Path | None, force: bool, as_json: bool
) -> None:
    """Translate, prove and write; say what is still open."""
    asked = None if names is not None or not sys.stdin.isatty() or as_json else _prompt
    found = import_workbook(workbook, names, asked, document=document)
    paths = [folder / found.file]
    texts = [found.source]
    if found.names:
        paths.append(folder / f"{Path(found.file).stem}.names.toml")
        texts.append(found.names)
    if found.revision:
        paths.append(folder / f"{found.number.lower()}_corrected.py")
        texts.append(found.revision)
    if names is not None and len(paths) > 1 and paths[1].resolve() == names.resolve():
        del paths[1], texts[1]
    if not force and (there := [str(path) for path in paths if path.exists()]):
        complaint = _("exists already: {paths}; --force replaces it").format(paths=", ".join(there))
        raise output.bad("--output", complaint)
    with output.writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, texts, strict=True):
            save(path, text.encode(), overwrite=force)
    _tell(found, paths, as_json)


def _prompt(question: str, proposal: str) -> str:
    asked = _("{question}, such as [0, 1]; empty if it is not known") if question.startswith(RANGE_OF) else None
    text = (asked or _("{question}: its symbol?")).format(question=question)
    answer: str = click.prompt(translated(text), default=proposal, show_default=bool(proposal))
    return answer


def _tell(found: Imported, paths: list[Path], as_json: bool) -> None:
    if as_json:
        output.data(
            {
                "written": [str(path) for path in paths],
                "number": found.number,
                "version": found.version,
                "equal_inputs": found.equal,
                "largest_difference": found.worst,
                "difference_from_libreoffice": found.office,
                "document": None
                if found.added is None
                else {
                    "criteria": found.added.criteria,
                    "parameters": found.added.parameters,
                    "equations": found.added.equations,
                    "equal_equations": found.added.equal,
                },
                "open": list(found.open),
                "remarks": [str(remark) for remark in found.remarks],
            }
        )
        return
    output.write("\n".join(map(str, paths)))
    told = _("{number} ver {version}: module and workbook are equal for {count} inputs (largest difference {worst}).")
    if found.revision:
        written = _(
            "{path} revises the installed methodology with tables of the workbook. Fill in who has read the document."
        )
        output.paragraph(written.format(path=f"{found.number.lower()}_corrected.py"))
    office = _("LibreOffice was not compared.")
    if found.office is not None:
        office = _("LibreOffice gives the same (largest difference {worst}).").format(worst=f"{found.office:.1g}")
    output.paragraph(
        told.format(number=found.number, version=found.version, count=found.equal, worst=f"{found.worst:.1g}")
    )
    output.paragraph(office)
    if found.added is not None:
        added = _(
            "The document adds title, {criteria} criteria and the sources of {parameters} parameters. "
            "{equal} of its {equations} equations were read and say the same."
        )
        output.paragraph(
            added.format(
                criteria=found.added.criteria,
                parameters=found.added.parameters,
                equal=found.added.equal,
                equations=found.added.equations,
            )
        )
    for remark in found.remarks:
        output.paragraph(str(remark))
    if found.open:
        output.paragraph(
            _("Names that were proposed, not given: answer them in {file}, and import again with --names:").format(
                file=f"{Path(found.file).stem}.names.toml"
            )
        )
        output.write("\n".join(f"  {one}" for one in found.open))
    output.paragraph(_("Nothing of it is confirmed. Next: `jcm check {number}`.").format(number=found.number))
