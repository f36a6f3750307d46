"""`jcm import`: a module from the official monitoring spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jcm_calc.authoring.official_files.importing import Imported, import_workbook
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
    answer: str = click.prompt(translated(_("{question}: its symbol?").format(question=question)), default=proposal)
    return answer


def _tell(found: Imported, paths: list[Path], as_json: bool) -> None:
    if as_json:
        output.data(
            {
                "written": [str(path) for path in paths],
                "number": found.number,
                "version": found.version,
                "equal_inputs": found.proof.equal,
                "largest_difference": found.proof.worst,
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
    office = _("LibreOffice was not compared.")
    if found.office is not None:
        office = _("LibreOffice gives the same (largest difference {worst}).").format(worst=f"{found.office:.1g}")
    output.paragraph(
        told.format(
            number=found.number, version=found.version, count=found.proof.equal, worst=f"{found.proof.worst:.1g}"
        )
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
                file=str(paths[-1])
            )
        )
        output.write("\n".join(f"  {one}" for one in found.open))
    output.paragraph(_("Nothing of it is confirmed. Next: `jcm check {number}`.").format(number=found.number))
