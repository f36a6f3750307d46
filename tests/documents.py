"""Approved methodologies as people write them, with what they say: DOCX by python-docx, equations as OMML."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.shared import Pt

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
FILLER = "Reference emissions are calculated with the efficiency of the reference equipment. "
CRITERIA = (
    "The project installs chillers whose COP is more than 3.5 at the standard conditions of the catalogue.",
    "Project chiller is a centrifugal one with a capacity of less than 1,250 USRt.",
    "Periodical check is planned at least four (4) times annually by the manufacturer or its agent, and records of it are "
    "kept for two years after the end of the project. The plan has: (a) the name of the agent; (b) the day of each check; "
    "(c) what is done where the check finds a leak of refrigerant (CO2, NH3 or an HFC).",
    "Ozone Depletion Potential (ODP) of the refrigerant used for project chiller is zero.",
    "A plan for not releasing the refrigerant used for project chiller is prepared. In the case of replacing the existing "
    "chiller with the project chiller, a plan for prevention of releasing refrigerant used in the existing chiller to the "
    "air (e.g. re-use of the equipment) is prepared. Execution of this plan is checked at the time of verification.",
    "Version 2.0 of the plan, or a later one, applies where criterion 4 is not met.",
)
EX_ANTE = (
    ("COP_RE,i", "COP of the reference chiller i: x < 300 USRt 4.92; 300 ≤ x < 450 USRt 5.33; 450 ≤ x USRt 5.59",
     "Survey of chillers on sale. The survey should prove the use of clear methodology. The COP_RE,i should be revised if "
     "necessary from survey result which is conducted by the Joint Committee or project participants every three years."),
    ("EF_elec", "CO2 emission factor for consumed electricity [tCO2/MWh]. When the project chiller consumes only grid "
     "electricity or captive electricity, the project participant applies the factor respectively.",
     "[Grid electricity] The most recent value available at the time of validation. [Captive electricity] 0.8 tCO2/MWh, "
     "AMS-I.A of the Clean Development Mechanism."),
    ("η_gen", "Efficiency of the captive generator", "Specification"),
    ("T_std,cooling-out", "Standard temperature of the cooling water at its exit: 37 °C", "JIS B8621"),
)  # fmt: skip


@dataclass
class Written:
    """A document and what it says."""

    number: str = "XX_AM001"
    version: str = "1.0"
    title: str = "Energy Saving by Introduction of High Efficiency Centrifugal Chiller to Factories, Offices and Malls"
    labels: str = "Criterion {}"  # or "Eligibility criterion {}", "{}.", "({})", "•", "numbered", "bullets"
    table: bool = True
    header: str = "no"  # "text", "table", "page" numbers below
    font: str = "DejaVu Serif"
    filler: int = 0  # lines before the criteria and before the parameters fixed ex ante
    split: bool = True  # rows may be broken over pages
    centred: bool = False  # the first cell of a row is in the middle of its height
    repeated: bool = False  # the headings of a table on each page
    criteria: tuple[str, ...] = CRITERIA
    ex_ante: tuple[tuple[str, str, str], ...] = EX_ANTE
    equations: tuple[str, ...] = ()
    seed: int = 0
    document: Any = field(default_factory=docx.Document)

    def save(self, path: Path) -> Path:
        self.document.styles["Normal"].font.name = self.font
        self.document.styles["Normal"].font.size = Pt(random.Random(self.seed).choice([9, 10, 11, 12]))
        for kind in range(1, 4):
            self.document.styles[f"Heading {kind}"].font.name = self.font
        self._header()
        add = self.document.add_paragraph
        add(f"Joint Crediting Mechanism Approved Methodology {self.number}")
        self.document.add_heading(self.title, 1)
        self._section("A. Title of the methodology")
        add(f"{self.title}, Version {int(float(self.version)):02d}.{self.version.partition('.')[2]}")
        self._section("B. Terms and definitions")
        self._rows([("Terms", "Definitions"), ("Chiller", "A machine that cools water.")])
        self._section("C. Summary of the methodology")
        self._filler(self.filler)
        self._section("D. Eligibility criteria")
        add("This methodology is applicable to projects that satisfy all of the following criteria.")
        self._criteria()
        self._section("E. Emission Sources and GHG types")
        self._rows([("Reference emissions", ""), ("Emission sources", "GHG types"), ("Electricity", "CO2")])
        self._section("F. Establishment and calculation of reference emissions")
        for one in self.equations:
            add()._p.append(parse_xml(one))
        self._filler(self.filler)
        self._section("I. Data and parameters fixed ex ante")
        add("The source of each data and parameter fixed ex ante is listed as below.")
        self._rows([("Parameter", "Description of data", "Source"), *self.ex_ante], widths=(2.2, 6, 7))
        self._section("History of the document")
        self._rows([("Version", "Date", "Contents revised"), ("01.0", "2014", "Initial approval")])
        self.document.save(path)
        return path

    def _section(self, text: str) -> None:
        self.document.add_heading(text, 2)

    def _filler(self, lines: int) -> None:
        for _ in range(lines):
            self.document.add_paragraph(FILLER)

    def _header(self) -> None:
        section = self.document.sections[0]
        if self.header == "table":
            table = section.header.add_table(1, 2, section.page_width)
            table.style = "Table Grid"
            for cell, text in zip(table.rows[0].cells, (f"JCM_{self.number}_ver{self.version}", "Sectoral scope: 03"), strict=True):
                cell.text = text
        elif self.header in ("text", "page"):
            section.header.paragraphs[0].text = f"JCM_{self.number}_ver{self.version}"
            section.header.add_paragraph("Sectoral scope: 03")
        if self.header == "page":
            foot = section.footer.paragraphs[0]
            foot.add_run("Page ")
            foot._p.append(parse_xml(f'<w:fldSimple {W} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
            section.footer.add_paragraph("Joint Committee, secretariat")

    def _criteria(self) -> None:
        labels = [self.labels.format(number, chr(96 + number)) for number in range(1, len(self.criteria) + 1)]
        if self.table:
            self._rows([*zip(labels, self.criteria, strict=True)], widths=(2.6, 13))
            return
        for label, text in zip(labels, self.criteria, strict=True):
            if self.labels in ("List Number", "List Bullet"):
                self.document.add_paragraph(text, style=self.labels)
            else:
                self.document.add_paragraph(f"{label} {text}")

    def _rows(self, rows: list[tuple[str, ...]], widths: tuple[float, ...] = ()) -> None:
        table = self.document.add_table(0, len(rows[0]))
        table.style = "Table Grid"
        table.autofit = False
        for number, row in enumerate(rows):
            added = table.add_row()
            if not self.split:
                added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            if self.repeated and not number and len(row) == 3:
                added._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for at, (cell, text) in enumerate(zip(added.cells, row, strict=True)):
                if widths:
                    cell.width = docx.shared.Cm(widths[at])
                if self.centred and not at:
                    cell.vertical_alignment = docx.enum.table.WD_ALIGN_VERTICAL.CENTER
                with_indices(cell.paragraphs[0], text)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def with_indices(paragraph: Any, text: str) -> None:
    """Write a text in which what follows ``_`` is set below the line, and the number of a formula, too."""
    for at, word in enumerate(text.split(" ")):
        base, mark, below = word.partition("_")
        blank = " " if at else ""
        if mark:
            paragraph.add_run(f"{blank}{base}")
            paragraph.add_run(below).font.subscript = True
        elif word.startswith("CO2"):
            paragraph.add_run(f"{blank}CO")
            paragraph.add_run("2").font.subscript = True
            paragraph.add_run(word[3:])
        else:
            paragraph.add_run(f"{blank}{word}")
