"""Approved methodologies as people write them: a DOCX by python-docx, a PDF printed by Chromium."""

from __future__ import annotations

import base64
import html
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.shared import Pt

FILLER = "Reference emissions are calculated with the efficiency of the reference equipment. "
CRITERIA = (
    "The project installs chillers whose COP is more than 3.5 at the standard conditions of the catalogue.",
    "Project chiller is a centrifugal one with a capacity of less than 1,250 USRt.",
    "Periodical check is planned at least four (4) times annually by the manufacturer or its agent, and records of it "
    "are kept for two years after the end of the project. The plan has: (a) the name of the agent; (b) the day of each "
    "check; (c) what is done where the check finds a leak of refrigerant (CO2, NH3 or an HFC).",
    "Ozone Depletion Potential (ODP) of the refrigerant used for project chiller is zero.",
    "A plan for not releasing the refrigerant used for project chiller is prepared. In the case of replacing the "
    "existing chiller with the project chiller, a plan for prevention of releasing refrigerant used in the existing "
    "chiller to the air (e.g. re-use of the equipment) is prepared. Execution of this plan is checked at the time of "
    "verification.",
    "Version 2.0 of the plan, or a later one, applies where criterion 4 is not met.",
)
EX_ANTE = (
    ("COP_RE,i", "COP of the reference chiller i: x < 300 USRt 4.92; 300 ≤ x < 450 USRt 5.33; 450 ≤ x USRt 5.59",
     "Survey of chillers on sale. The survey should prove the use of clear methodology. The COP_RE,i should be revised "
     "if necessary from survey result which is conducted by the Joint Committee or project participants."),
    ("EF_elec", "CO2 emission factor for consumed electricity [tCO2/MWh]. When the project chiller consumes only grid "
     "electricity or captive electricity, the project participant applies the factor respectively.",
     "[Grid electricity] The most recent value available at the time of validation. [Captive electricity] 0.8 "
     "tCO2/MWh, AMS-I.A of the Clean Development Mechanism."),
    ("η_gen", "Efficiency of the captive generator", "Specification"),
    ("T_std,cooling-out", "Standard temperature of the cooling water at its exit: 37 °C", "JIS B8621"),
)  # fmt: skip
HISTORY = [("Version", "Date", "Contents revised"), ("01.0", "2014", "Initial approval")]
SOURCES = [("Emission sources", "GHG types"), ("Electricity", "CO2")]
TERMS = [("Terms", "Definitions"), ("Chiller", "A machine that cools water.")]


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
    equations: tuple[str, ...] = ()  # OMML
    typeset: tuple[str, ...] = ()  # MathML
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
        self._rows(TERMS)
        self._section("C. Summary of the methodology")
        self._filler(self.filler)
        self._section("D. Eligibility criteria")
        add("This methodology is applicable to projects that satisfy all of the following criteria.")
        self._criteria()
        self._section("E. Emission Sources and GHG types")
        self._rows([("Reference emissions", ""), *SOURCES])
        self._section("F. Establishment and calculation of reference emissions")
        for one in self.equations:
            add()._p.append(parse_xml(one))
        self._filler(self.filler)
        self._section("I. Data and parameters fixed ex ante")
        add("The source of each data and parameter fixed ex ante is listed as below.")
        self._rows([("Parameter", "Description of data", "Source"), *self.ex_ante], widths=(2.2, 6, 7))
        self._section("History of the document")
        self._rows(HISTORY)
        self.document.save(path)
        return path

    def print(self, driver: Any, path: Path) -> Path:
        """Print it as a PDF."""
        source = path.with_suffix(".html")
        source.write_text(self.html(), encoding="utf-8")
        driver.get(source.resolve().as_uri())
        head = f"JCM_{self.number}_ver{self.version}<br>Sectoral scope: 03"
        boxes = "border:1px solid" if self.header == "table" else ""
        page = 'Page <span class="pageNumber"></span><br>Joint Committee, secretariat'
        foot = page if self.header == "page" else "<i></i>"
        style = "font-size:9px;margin:0 2cm"
        shown = {
            "displayHeaderFooter": self.header != "no",
            "headerTemplate": f'<div style="{style};{boxes}">{head}</div>',
            "footerTemplate": f'<div style="{style}">{foot}</div>',
        }
        printed = driver.execute_cdp_cmd(
            "Page.printToPDF", {**shown, "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True}
        )
        path.write_bytes(base64.b64decode(printed["data"]))
        return path

    def html(self) -> str:
        """Return it as a page; the text of a row may be broken over two pages."""
        size = random.Random(self.seed).choice([9, 10, 11, 12])
        middle = "td:first-child{vertical-align:middle}" if self.centred else ""
        whole = "" if self.split else "tr{break-inside:avoid}"
        head = "thead{display:table-header-group}" if self.repeated else "thead{display:table-row-group}"
        css = f"""body{{font:{size}pt '{self.font}';margin:0}} td{{border:1px solid black;padding:3px;
        vertical-align:top}} table{{border-collapse:collapse;width:100%}} sub{{font-size:65%}}
        {middle}{whole}{head} ul,ol{{padding-left:2em}} @page{{margin:2cm 2cm 2.2cm 2cm}} td{{orphans:1;widows:1}}"""
        filler = f"<p>{FILLER}</p>" * self.filler
        labels = [self.labels.format(number, chr(96 + number)) for number in range(1, len(self.criteria) + 1)]
        if self.table:
            criteria = html_table([*zip(labels, self.criteria, strict=True)], (16, 84))
        elif self.labels in ("List Number", "List Bullet"):
            kind = "ol" if self.labels == "List Number" else "ul"
            criteria = f"<{kind}>{''.join(f'<li>{with_sub(text)}</li>' for text in self.criteria)}</{kind}>"
        else:
            pairs = zip(labels, self.criteria, strict=True)
            criteria = "".join(f"<p>{html.escape(label)} {with_sub(text)}</p>" for label, text in pairs)
        fixed = html_table([("Parameter", "Description of data", "Source"), *self.ex_ante], (14, 40, 46), heading=True)
        return f"""<html><meta charset="utf-8"><style>{css}</style>
        <p>Joint Crediting Mechanism Approved Methodology {self.number}</p>
        <h1>{self.title}</h1><h2>A. Title of the methodology</h2><p>{self.title}, Version 0{self.version}</p>
        <h2>B. Terms and definitions</h2>{html_table(TERMS)}
        <h2>C. Summary of the methodology</h2>{filler}<h2>D. Eligibility criteria</h2>
        <p>This methodology is applicable to projects that satisfy all of the following criteria.</p>{criteria}
        <h2>E. Emission Sources and GHG types</h2>{html_table(SOURCES)}
        <h2>F. Establishment and calculation of reference emissions</h2>{"".join(self.typeset)}{filler}
        <h2>I. Data and parameters fixed ex ante</h2>
        <p>The source of each data and parameter fixed ex ante is listed as below.</p>{fixed}
        <h2>History of the document</h2>
        {html_table(HISTORY)}</html>"""

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
            table.rows[0].cells[0].text = f"JCM_{self.number}_ver{self.version}"
            table.rows[0].cells[1].text = "Sectoral scope: 03"
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


def with_sub(text: str) -> str:
    """Return the same in HTML."""
    text = re.sub(r"(?<=CO)2", "<sub>2</sub>", html.escape(text))
    return re.sub(r"_([\w,-]+)", r"<sub>\1</sub>", text)


def html_table(rows: list[tuple[str, ...]], widths: tuple[int, ...] = (), *, heading: bool = False) -> str:
    """Return a table in HTML."""
    columns = "".join(f'<col style="width:{width}%">' for width in widths)
    lines = ["<tr>" + "".join(f"<td>{with_sub(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    head = f"<thead>{lines.pop(0)}</thead>" if heading else ""
    return f"<table>{columns}{head}<tbody>{''.join(lines)}</tbody></table>"


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of objects; the first is its catalogue."""
    text, places = b"%PDF-1.5\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(text)
    text += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    text += b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + b"trailer <</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start)


def stream(content: bytes, more: bytes = b"") -> bytes:
    """Return an object that holds a content."""
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), more, content)
