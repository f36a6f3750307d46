"""Approved methodologies as PDF and DOCX: what they say is read whole, or what is not read is said."""

import dataclasses
import io
import random
import zipfile
import zlib

import documents
import docx
import official
import pytest
import typeset
from browser import chromium
from click.testing import CliRunner
from documents import CRITERIA, EX_ANTE, Written
from docx.oxml import parse_xml

import jcm_calc
from jcm_calc.authoring.official_files import document as reader
from jcm_calc.authoring.official_files import importing, pdf_pages
from jcm_calc.authoring.official_files.document import Document, DocumentRow, ParameterRow, read_document
from jcm_calc.authoring.official_files.document_comparing import match_criteria, match_equations, match_parameters
from jcm_calc.authoring.official_files.office_math import equation
from jcm_calc.authoring.official_files.word import word_blocks
from jcm_calc.base import archives
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.declarations.expression import Expression, record

LABELS = [("Criterion {}", True), ("Eligibility criterion {}", True), ("{}", True), ("Criterion {}:", False),
          ("Eligibility Criterion {}", False), ("{}.", False), ("({1})", False), ("List Bullet", False),
          ("List Number", False)]  # fmt: skip
printed = pytest.mark.flaky(reruns=1)  # a browser may fail to answer on a busy machine
HEADERS = ("no", "text", "table", "page")
# Found to break a label, a row after repeated headings, and a line that begins with "criterion 4".
FOUND = [
    {"labels": "Eligibility criterion {}", "filler": 38, "repeated": True, "seed": 24},
    {"labels": "Criterion {}", "table": False, "filler": 50, "font": "DejaVu Sans Mono", "seed": 75},
    {"labels": "({})", "table": False, "header": "table", "filler": 40, "repeated": True, "font": "DejaVu Sans",
     "seed": 23},
]  # fmt: skip


def drawn(number, seed):
    """Return a document of a layout; the text before its tables has a length at random."""
    draw = random.Random(seed + number)
    labels, table = LABELS[number % len(LABELS)]
    return Written(
        labels=labels, table=table, header=HEADERS[number % 4], filler=draw.randrange(50), split=draw.random() < 0.8,
        centred=draw.random() < 0.5, repeated=draw.random() < 0.5, seed=draw.randrange(99),
        font=draw.choice(["DejaVu Serif", "DejaVu Sans", "DejaVu Sans Mono"]),
    )  # fmt: skip


def says_all(found):
    assert (found.number, found.version, found.title) == ("XX_AM001", "1.0", Written.title)
    assert [one.text for one in found.criteria] == list(CRITERIA)
    assert [one.label for one in found.criteria] == [f"Criterion {number}" for number in range(1, len(CRITERIA) + 1)]
    assert [(one.symbol, one.description, one.source) for one in found.ex_ante] == list(EX_ANTE)
    assert found.remarks == ()


@pytest.fixture(autouse=True)
def no_limit_of_time(monkeypatch):
    monkeypatch.setattr(reader, "LONGEST", 3600.0)  # on a busy machine a process may wait


@pytest.fixture(scope="module")
def driver():
    with chromium() as found:
        yield found


@pytest.mark.parametrize("number", range(len(LABELS)))
def test_a_docx_is_read_whole(number, tmp_path):
    found = read_document(drawn(number, 7).save(tmp_path / "a.docx"))
    says_all(found)
    assert {one.page for one in found.criteria} == {None}
    assert found.criteria[2].place == "Criterion 3"


@printed
@pytest.mark.parametrize("number", range(5))
def test_a_pdf_is_read_whole_over_its_pages(number, driver, tmp_path):
    says_all(read_document(drawn(number, 20).print(driver, tmp_path / "a.pdf")))


@printed
@pytest.mark.parametrize("known", FOUND, ids=lambda one: one["labels"])
def test_rows_and_labels_broken_over_pages_are_whole(known, driver, tmp_path):
    says_all(read_document(Written(**known).print(driver, tmp_path / "a.pdf")))


@printed
def test_a_typeset_equation_of_a_pdf_is_a_picture_that_is_not_read(driver, tmp_path):
    fraction = (
        "<math display='block'><mi>RE</mi><mo>=</mo><mi>EC</mi><mo>×</mo><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"
    )
    found = read_document(Written(typeset=(fraction,)).print(driver, tmp_path / "a.pdf"))
    says_all(found)
    (one,) = found.equations
    assert one.picture.startswith(b"\x89PNG")
    assert one.expression is None
    assert "by eye" in one.unread
    (saved,) = found.save_pictures(tmp_path / "evidence")
    assert saved.name == f"evidence-equation-1-page-{one.page}.png"
    assert saved.read_bytes() == one.picture
    with pytest.raises(FileExistsError):
        found.save_pictures(tmp_path / "evidence")
    width, height = (int.from_bytes(one.picture[at : at + 4]) * 72 / pdf_pages.RESOLUTION for at in (16, 20))
    assert width > 20
    assert 28 < height < 88  # numerator and denominator are in it, and no line of text


# Pieces: tables whose rules or first cells are broken in other ways, as blocks of a page


def rows(*pages):
    return [
        reader.DocumentBlock(number, cells=row, begins=not at)
        for number, table in enumerate(pages, 1)
        for at, row in enumerate(table)
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [[("Criterion 1", "A is so,")], [("", "and B is so.")]],
        [[("", "A is so,")], [("Criterion 1", "and B is so.")]],
        [[("Criterion", "A is so,")], [("1", "and B is so.")]],
        [[("Eligibility", "A is so,")], [("criterion 1", "and B is so.")]],
        [[("Criterion 1", "A is")], [("", "so, and")], [("", "B is so.")]],
        [[("Criterion 1", "")], [("", "A is so,\nand B is so.")]],
        [[("1", "A is so, and B is so.")]],
        [[("No.", "Criterion"), ("1", "A is so, and B is so.")]],
        [[("Criterion 1: A is so,",)], [("", ), ("and B is so.",)]],
        [[("Criterion 1", "A is so,"), (None, "and B is so.")]],
        [[("Criterio\nn 1:", "A is so, and B is so.")]],
    ],
)  # fmt: skip
def test_a_criterion_is_whole_and_has_the_page_of_its_first_line(pages):
    found = reader._criteria(rows([("Criterion 0", "x")], *pages)[1:], "a.pdf", [])
    assert [(one.label, one.text, one.page) for one in found] == [("Criterion 1", "A is so, and B is so.", 2)]


def test_a_criterion_that_is_missing_is_said():
    remarks = []
    reader._criteria(rows([("Criterion 1", "A."), ("Criterion 3", "C.")]), "a.pdf", remarks)
    assert "got the numbers 1, 3" in str(remarks[0])


def test_columns_go_by_their_headings_and_nothing_is_dropped():
    table = [("Parameters", "Unit", "Description of data", "Source of data", "Remark"),
             ("EF_elec", "tCO2/MWh", "factor", "IFI", "once"), ("COP_RE,i", "-", "ratio", "survey", "")]  # fmt: skip
    found = list(reader._parameters(rows(table), "a.pdf", []))
    assert found == [
        ParameterRow("EF_elec", "factor", "IFI", 1, unit="tCO2/MWh", others=(("Remark", "once"),)),
        ParameterRow("COP_RE,i", "ratio", "survey", 1, unit="-"),
    ]
    remarks = []
    assert list(reader._parameters(rows([("EF_elec", "factor")]), "a.pdf", remarks)) == []
    assert "EF_elec" in str(remarks[0])


def test_headings_that_are_repeated_without_a_rule_below_them_are_no_part_of_a_row():
    heads = ("Parameter", "Description of data", "Source")
    pages = [heads, ("COP_RE,i", "", "")], [("Parameter", "Description of data\nratio", "Source\nsurvey")]
    assert list(reader._parameters(rows(*pages), "a.pdf", [])) == [ParameterRow("COP_RE,i", "ratio", "survey", 1)]
    broken = [heads, ("T_std,cooling-", "the", "JIS")], [("out", "temperature", "")]
    (row,) = reader._parameters(rows(*broken), "a.pdf", [])
    assert row.symbol == "T_std,cooling-out"
    remarks = []
    list(reader._parameters(rows(pages[0]), "a.pdf", remarks))
    assert "has no text" in str(remarks[0])


@pytest.mark.parametrize("rise", [-1.5, -4.5], ids=["matrix", "drawn below"])
def test_an_index_is_found_however_it_is_lowered(rise):
    def letter(text, left, size, origin, drawn):
        bottom = 100 - origin - drawn + 0.2 * size
        return {"text": text, "x0": left, "x1": left + 0.6 * size, "top": bottom - size, "bottom": bottom, "size": size,
                "matrix": (1, 0, 0, 1, left, origin)}  # fmt: skip

    origin, drawn = (rise, 0) if rise > -2 else (0, rise)
    below = (("e", 12), ("l", 16.2), ("2", 36))
    chars = [letter(text, left, 10, 0, 0) for text, left in (("E", 0), ("F", 6), ("C", 30))]
    chars += [letter(text, left, 7, origin, drawn) for text, left in below]
    assert [one.text for one in pdf_pages.lines(chars)] == ["EF_el C2"]


def test_two_versions_are_not_guessed_at(tmp_path):
    one = Written(version="2.0", header="text")
    one.document.add_paragraph("JCM_XX_AM001_ver01.0")
    found = read_document(one.save(tmp_path / "a.docx"))
    assert found.version == ""
    assert "2.0" in str(found.remarks[0])


# Equations


def read(xml):
    return equation(list(parse_xml(xml)))


@pytest.mark.parametrize("way", typeset.WAYS)
@pytest.mark.parametrize("summed", typeset.SUMS)
@pytest.mark.parametrize(
    "function",
    [
        lambda a, b, c: a * b / c,
        lambda a, b, c: a / (b * c) - (b - c) * 1.5,
        lambda a, b, c: -a + (b + c) / 1000 * a,
        lambda a, b, c: (a + b) ** 2 / c**0.5,
    ],
)
def test_an_equation_is_read_as_it_was_written(function, summed, way):
    written = record(function, {"a": "EC_PJ,i,p", "b": "SEC_RE,i", "c": "η_PJ,i"})
    found = read(typeset.equation("RE_p", "i", written, way, summed))
    assert found.unread == ""
    assert found.symbol == "RE_p"
    operation, (index, body) = found.expression.operation, found.expression.arguments
    assert (operation, index.arguments) == ("sum", ("i",))
    draw = random.Random(5)
    for _ in range(20):
        values = {name: draw.uniform(0.5, 9.0) for name in ("EC_PJ,i,p", "SEC_RE,i", "η_PJ,i")}
        assert body.value(values) == pytest.approx(written.value(values), rel=1e-12)


def run(text):
    return typeset.run(text)


def line(*parts):
    return f"<m:oMathPara {typeset.SPACE}><m:oMath>{''.join(parts)}</m:oMath></m:oMathPara>"


def summed(below, body, above=""):
    sign = '<m:naryPr><m:chr m:val="∑"/></m:naryPr>'
    return f"<m:nary>{sign}<m:sub>{below}</m:sub><m:sup>{above}</m:sup><m:e>{body}</m:e></m:nary>"


RAISED = f"<m:sSup><m:e>{run('10')}</m:e><m:sup>{run('-6')}</m:sup></m:sSup>"
EC, EF = (typeset.symbol(one) for one in ("EC_i", "EF_e"))


@pytest.mark.parametrize(
    ("parts", "right"),
    [
        ([run("2"), EC, EF, run("(1-x)(1+y)")], "2 × EC_i × EF_e × (1 − x) × (1 + y)"),
        ([EC, run("*EF/1000")], "EC_i × EF ÷ 1000"),
        ([EC, run("×"), RAISED], "EC_i × 10^(-6)"),
        ([run("max(a,3,b_i)−−c")], "maximum(maximum(a, 3), b_i) − -c"),
        ([run("0.8 x ×[a+{b−(c)}]")], "0.8 × x × (a + (b − c))"),
        ([summed(run("i=1"), EC + run("×x"), run("n")), run("-"), summed(run("j"), EF)],
         "sum(i, EC_i × x) − sum(j, EF_e)"),
        ([summed(run("i"), EC), run("× x + 1")], "sum(i, EC_i × x) + 1"),
    ],
)  # fmt: skip
def test_signs_and_products_are_read_as_they_are_meant(parts, right):
    found = read(line(run("RE="), *parts))
    assert (found.unread, str(found.expression)) == ("", right)


@pytest.mark.parametrize(
    "parts",
    [
        [run("RE = "), summed(run("i=2"), EC)],
        [run("RE = "), summed(run("i"), EC, run("12"))],
        [run("RE = system(a)")],
        [run("RE = where(a, b, c)")],
        [run("RE = a × (1 > 2)")],
        [run("RE = "), '<w:r xmlns:w="x"><w:t>5</w:t></w:r>', run("× x")],
        [run("RE = " + "a + " * 400 + "a")],
        [run("RE = "), "<m:nary><m:sub>" * 40, run("i"), "</m:sub></m:nary>" * 40],
        [run("RE = EF elec")],  # one name, or a product
        [run("RE = f (x)")],
        [run("RE = 1 000 × x")],
        [run("RE = a = b")],
        [run("a + b = c")],
        [run("RE = a × ")],
        [run("RE = a ± b")],
        [run("RE = "), "<m:sSup><m:e>", run("EC"), "</m:e><m:sup>", run("RE"), "</m:sup></m:sSup>"],
        [run("RE = "), "<m:nary><m:naryPr/><m:sub/><m:sup/><m:e>", run("x"), "</m:e></m:nary>"],  # an integral
        [run("RE = "), '<m:d><m:dPr><m:begChr m:val="{"/><m:endChr m:val=""/></m:dPr><m:e>', run("x"), "</m:e></m:d>"],
        [run("RE = "), "<m:eqArr><m:e>", run("x"), "</m:e><m:e>", run("y"), "</m:e></m:eqArr>"],
        [run("RE = "), "<m:acc><m:e>", run("x"), "</m:e></m:acc>"],
        [run("RE = " + "(" * 5000 + "x")],
        [run("RE = "), "<m:f><m:num>" * 100, run("x"), "</m:num><m:den/></m:f>" * 100],
    ],
)  # fmt: skip
def test_what_may_mean_two_things_is_not_read(parts):
    found = read(line(*parts))
    assert found.expression is None
    assert found.unread


def test_an_equation_over_two_lines_and_one_with_its_number_are_whole(tmp_path):
    broken = line(run("ER_p = RE_p"), "</m:oMath><m:oMath>", run("−PE_p"))
    numbered = line("<m:eqArr><m:e>", run("PE_p = EC_p × EF#(2)"), "</m:e></m:eqArr>")
    found = read_document(Written(equations=(broken, numbered)).save(tmp_path / "a.docx"))
    assert [(one.symbol, str(one.expression)) for one in found.equations] == [
        ("ER_p", "RE_p − PE_p"),
        ("PE_p", "EC_p × EF"),
    ]
    says_all(found)


NUMBERS = ["ID_AM003", "PW_AM001", "VN_AM005", "ID_AM006", "TH_AM005", "KH_AM002"]


def declared(number):
    """Yield the equations of a methodology; what holds by definition is a number."""
    m = jcm_calc.methodology(number)
    operands = {
        name: Expression("number", (one.value.value,)) for name, one in m.inputs.items() if one.kind == "constant"
    }
    for rule in m.rules:
        yield m, rule, rule.expression(m.symbols() | operands)


def compared(m, xml):
    found = read(xml)
    assert not found.unread, found
    (match,) = match_equations(Document("", "", "", "", "", equations=(found,)), m)
    return match


def in_its_case(match, rule):
    return [
        one for one in match.cases if all(one.options.get(key, option) == option for key, option in rule.when.items())
    ]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_typeset_equation_agrees_with_the_declared_one(number):
    counted = 0
    for at, (m, rule, expression) in enumerate(declared(number)):
        try:
            xml = typeset.equation(rule.symbol, rule.total, expression, typeset.WAYS[at % 3], typeset.SUMS[at % 4])
        except typeset.CannotWriteError:
            continue
        match = compared(m, xml)
        assert match.name == rule.name
        assert match.unmatched == ()
        assert in_its_case(match, rule)
        assert all(one.agrees for one in in_its_case(match, rule)), (rule.symbol, match.cases)
        counted += 1
    assert counted >= 3


def spoilt(expression):
    """Yield an expression with one error each."""
    operation, arguments = expression.operation, expression.arguments
    other = {"multiply": "divide", "divide": "multiply", "add": "subtract", "subtract": "add"}
    if operation == "number":
        yield Expression("number", (arguments[0] * 1.01 + 0.01,))
    if operation in ("symbol", "number"):
        return
    if operation in other:
        yield Expression(other[operation], arguments)
        yield from arguments  # a term or a factor left out
    for at, one in enumerate(arguments):
        for wrong in spoilt(one):
            yield Expression(operation, (*arguments[:at], wrong, *arguments[at + 1 :]))


@pytest.mark.parametrize("number", NUMBERS)
def test_one_error_in_an_equation_is_a_difference(number):
    every = [(m, rule, wrong) for m, rule, expression in declared(number) for wrong in spoilt(expression)]
    assert len(every) >= 5
    for m, rule, wrong in random.Random(3).sample(every, min(len(every), 10)):
        try:
            xml = typeset.equation(rule.symbol, rule.total, wrong)
        except typeset.CannotWriteError:
            continue
        cases = in_its_case(compared(m, xml), rule)
        assert not any(one.agrees for one in cases), (rule.symbol, rule.written(m.symbols()), str(wrong))


def test_a_sum_left_out_a_factor_of_units_an_unknown_symbol_and_an_unknown_index_are_said():
    m = jcm_calc.methodology("ID_AM003")
    factors = record(
        lambda a, b, c, d: a * b / c * d,
        dict(zip("abcd", ("EC_PJ,i,p", "COP_PJ,i", "COP_RE,i", "EF_elec"), strict=True)),
    )
    (right,) = compared(m, typeset.equation("RE_p", "i", factors)).cases
    assert right.agrees
    (case,) = compared(m, typeset.equation("RE_p", "", factors)).cases
    assert not case.agrees
    (case,) = compared(m, typeset.equation("RE_p", "i", factors * 1000)).cases
    assert case.there == pytest.approx(1000 * case.here)
    match = compared(m, typeset.equation("RE_p", "j", factors))
    assert (match.unmatched, match.cases) == (("j",), ())
    match = compared(m, typeset.equation("RE_p", "i", factors * Expression("symbol", ("XY_z",))))
    assert match.unmatched == ("XY_z",)
    assert match.cases == ()


# Rows next to what is declared


def test_numbers_agree_as_numbers_and_not_nearly():
    m = jcm_calc.methodology("ID_AM003")
    agreeing = "COP of the reference refrigerator i. Individual quick freezer 1.32; cold storage 1.71"
    near = agreeing.replace("1.71", "1.710001")
    turned = "Individual quick freezer 1.71; cold storage 1.32"
    for text, only_here, is_turned in ((agreeing, [], False), (near, ["1.71"], False), (turned, [], True)):
        document = Document("", "", "", "", "", ex_ante=(ParameterRow("COP_RE,i", text, "Survey", 3),))
        match = next(one for one in match_parameters(document, m) if one.name == "COP_RE")
        assert [str(one) for one in match.only_here] == only_here
        assert match.turned is is_turned
        assert match.uncertain is False


def test_criteria_are_matched_by_words_before_numbers_and_all_of_both_sides_are_listed():
    m = jcm_calc.methodology("ID_AM003")
    texts = [
        "Periodical check is planned at least once a year.",
        "A secondary loop cooling system with CO2 and NH3",
        "COP_PJ,i is above 1.5 for individual quick freezer, above 2.5 for cold storage",
        "Something else",
    ]
    rows_of = tuple(DocumentRow(f"Criterion {at}", text, at) for at, text in enumerate(texts, 1))
    document = Document("", "", "", "", "", criteria=rows_of)
    found = {one.name: one for one in match_criteria(document, m)}
    assert found["4"].row.text == texts[0]
    assert found["2"].row.text == texts[1]
    assert [str(one) for one in (*found["3"].only_here, *found["3"].only_there)] == ["2.0", "2.5"]
    assert {one.name for one in match_criteria(document, m)} >= {"1", "2", "3", "4", "5"}
    assert texts[3] in [one.row.text for one in match_criteria(document, m) if one.row and one.uncertain]


# Into a module


def of_machines(**more):
    said = {"number": "TH_AM999", "criteria": CRITERIA[:3], "ex_ante": (
        ("SEC_RE,i", "Specific consumption: small 0.118; medium 0.112; large 0.109", "Survey of machines on sale"),
        ("EF_elec", "CO2 emission factor", "IFI"),
    )}  # fmt: skip
    return Written(**{**said, **more})


def test_an_imported_module_has_title_criteria_and_sources_of_the_text(tmp_path):
    names = dict(zip("abcd", ("EC_PJ,i,p", "SEC_RE,i", "SEC_PJ,i", "EF_elec"), strict=True))
    right, wrong = record(lambda a, b, c, d: a * b / c * d, names), record(lambda a, b, c, d: a * c / b * d, names)
    text = of_machines(equations=(typeset.equation("RE_p", "i", right), typeset.equation("RE_p", "i", wrong)))
    workbook = official.blank(tmp_path / "a.xlsx")
    document = text.save(tmp_path / "a.docx")
    found = importing.import_workbook(workbook, document=document, with_office=False)
    scope = {"__name__": "m"}
    exec(compile(found.source, "m.py", "exec"), scope)
    m = scope["m"]
    assert str(m.title) == Written.title
    assert [(one.number, one.text) for one in m.conditions] == [(str(at), CRITERIA[at - 1]) for at in (1, 2, 3)]
    assert "Criterion 2, read by a program" in m.conditions[1].evidence.note
    assert "Survey of machines on sale" in m.inputs["SEC_RE"].evidence.note
    assert not any(item.evidence.grade.confirms for item in m.conditions)
    assert (found.added.criteria, found.added.parameters, found.added.equations, found.added.equal) == (3, 2, 2, 1)
    assert [str(one) for one in found.remarks if "differs from the spreadsheet" in str(one)]
    run = CliRunner().invoke(jcm, ["import", str(workbook), str(document), "-o", str(tmp_path / "rules")])
    assert run.exit_code == 0, run.output
    assert "3 criteria" in run.output


@pytest.mark.parametrize("other", [{"number": "TH_AM998"}, {"version": "2.0"}])
def test_a_document_of_another_methodology_or_version_is_refused(other, tmp_path):
    document = of_machines(**other).save(tmp_path / "a.docx")
    with pytest.raises(InputError, match=r"the spreadsheet is for TH_AM999 ver 1\.0"):
        importing.import_workbook(official.blank(tmp_path / "a.xlsx"), document=document, with_office=False)


def test_a_value_that_the_document_has_not_is_said(tmp_path):
    near = (("SEC_RE,i", "small 0.118; medium 0.1125; large 0.109", "Survey"), ("EF_elec", "factor", "IFI"))
    document = of_machines(ex_ante=near).save(tmp_path / "a.docx")
    found = importing.import_workbook(official.blank(tmp_path / "a.xlsx"), document=document, with_office=False)
    assert [str(one) for one in found.remarks if "the document does not have 0.112" in str(one)]


# How a word processor wraps and marks what it holds

SPACES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def words(text, before=""):
    return f'<w:r>{before}<w:t xml:space="preserve">{text}</w:t></w:r>'


def a_paragraph(*parts):
    return f"<w:p>{''.join(parts)}</w:p>"


def a_row(*cells):
    return f"<w:tr>{''.join(f'<w:tc>{one}</w:tc>' for one in cells)}</w:tr>"


def controlled(inner):
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def read_body(tmp_path, *body):
    """Return the blocks of a DOCX with some elements before its last section."""
    document = docx.Document()
    for one in body:
        element = parse_xml(one.replace(">", f" {SPACES}>", 1))
        document.element.body.insert(len(document.element.body) - 1, element)
    document.save(tmp_path / "a.docx")
    blocks, _heads = word_blocks((tmp_path / "a.docx").read_bytes(), lambda complaint: InputError.of("a", complaint))
    return [(one.text, one.cells) for one in blocks]


BELOW = '<w:rPr><w:vertAlign w:val="subscript"/></w:rPr>'
LOWERED = '<w:rPr><w:position w:val="-4"/></w:rPr>'
TEXT_BOX = f"<w:r><w:pict><w:txbxContent>{a_paragraph(words('aside'))}</w:txbxContent></w:pict></w:r>"
SPAN = '<w:tcPr><w:gridSpan w:val="{}"/></w:tcPr>'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (controlled(a_paragraph(words("A"))), [("A", ())]),
        (controlled(controlled(a_paragraph(words("A"), controlled(words(" B"))))), [("A B", ())]),
        (a_paragraph(f"<w:ins>{words('A')}</w:ins><w:del>{words('B')}</w:del>", words("C")), [("AC", ())]),
        (a_paragraph(f"<w:moveFrom>{words('A')}</w:moveFrom><w:moveTo>{words('B')}</w:moveTo>"), [("B", ())]),
        (a_paragraph(f"<w:hyperlink>{words('A')}</w:hyperlink>", TEXT_BOX, words("B", "<w:br/>")), [("A B", ())]),
        (a_paragraph("<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>", words("A"), "<w:r><w:tab/></w:r>", words("B")),
         [("A B", ())]),
        (a_paragraph(words("COP"), words("PJ, ", BELOW), words("i", LOWERED), words(" is")), [("COP_PJ,i is", ())]),
        (f"<w:tbl>{controlled(a_row(a_paragraph(words('A')), a_paragraph(words('B'))))}</w:tbl>", [("", ("A", "B"))]),
        (f"<w:tbl>{a_row(SPAN.format(2) + a_paragraph(words('A')), a_paragraph(words('B')))}</w:tbl>",
         [("", ("A", "", "B"))]),
        (f"<w:tbl>{a_row(f'<w:tbl>{a_row(a_paragraph(words(1)))}</w:tbl>' + a_paragraph(words('A')))}</w:tbl>",
         [("", ("1\nA",))]),
        (f"<w:tbl>{a_row(SPAN.format(2_000_000_000) + a_paragraph(words('A')))}</w:tbl>",
         [("", ("A", *[""] * 99))]),
    ],
)  # fmt: skip
def test_what_a_word_processor_shows_is_read_and_nothing_else(body, found, tmp_path):
    assert read_body(tmp_path, body) == found


def test_numbers_of_lists_are_those_that_are_shown_and_a_style_may_be_based_on_itself(tmp_path):
    document = docx.Document()
    for style in ("List Number", "List Number", "List Bullet"):
        document.add_paragraph("A", style=style)
    style = document.styles["List Number 2"]
    style.element.pPr.remove(style.element.pPr.numPr)
    style.base_style = style
    document.add_paragraph("B", style="List Number 2")
    document.save(tmp_path / "a.docx")
    content = (tmp_path / "a.docx").read_bytes()
    blocks, _heads = word_blocks(content, lambda complaint: InputError.of("a", complaint))
    assert [one.text for one in blocks] == ["1. A", "2. A", "• A", "B"]


# Files that are something else, or cost too much


def many_pages(count):
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * count
    return documents.pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), *pages)


def one_page(content, more=b""):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R%s>>" % more
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return documents.pdf(b"<</Type/Catalog/Pages 2 0 R>>", pages, page, content)


def scanned():
    image = documents.stream(
        b"\0" * 64, b"/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    draw = documents.stream(b"90 0 0 90 0 0 cm /I Do")
    return documents.pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, draw, image)


def encrypted():
    key = b"/Encrypt <</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>> /ID[<00><00>]" % (b"41" * 32, b"42" * 32)
    plain = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"
    return documents.pdf(*plain, trailer=key)


def bomb():
    packed = zlib.compress(b"0 0 m " * 50_000_000)
    return one_page(documents.stream(zlib.compress(packed, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def replaced(content):
    """Return a DOCX with another text."""
    file, result = io.BytesIO(), io.BytesIO()
    docx.Document().save(file)
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as written:
        for name in whole.namelist():
            written.writestr(name, content(whole.read(name)) if name == "word/document.xml" else whole.read(name))
    return result.getvalue()


def with_entity(text):
    return text.replace(b"<w:document", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document', 1)


HOSTILE = {
    "encrypted": (encrypted, "password"),
    "scanned": (scanned, "pages are pictures"),
    "10,000 pages": (lambda: many_pages(10_000), "more than 300 pages"),
    "no pages": (lambda: many_pages(0), "text"),
    "bomb": (bomb, "memory"),
    "cut": (lambda: one_page(documents.stream(b"BT ET"))[:120], ""),
    "not of a methodology": (lambda: replaced(lambda text: text), "not an approved methodology"),
    "entities": (lambda: replaced(with_entity), "entities"),
    "zip bomb": (lambda: replaced(lambda text: text + b" " * 3_000_000), "unpacks to more"),
    "no XML": (lambda: replaced(lambda text: b"\xff\xfe nothing"), ""),
    "spreadsheet": (lambda: archive(xl__workbook_xml="<a/>"), "something else"),
    "old": (lambda: b"\xd0\xcf\x11\xe0 old", "old format"),
    "text": (lambda: b"Criterion 1", "must be a PDF or a Word document"),
    "empty": (lambda: b"", "must be a PDF or a Word document"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MOST_MEMORY", 450_000_000)
    monkeypatch.setattr(archives, "MOST_UNPACKED", 2_000_000)
    content, said = HOSTILE[kind]
    path = tmp_path / "a.pdf"
    path.write_bytes(content())
    with pytest.raises(InputError) as error:
        read_document(path)
    (problem,) = error.value.problems
    assert said in str(problem)
    assert "\n" not in str(problem)


def test_a_file_that_is_not_there_or_takes_too_long_is_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "a.pdf")
    with pytest.raises(InputError, match="is not a file"):
        read_document(tmp_path)
    monkeypatch.setattr(reader, "LONGEST", 0.001)
    (tmp_path / "a.pdf").write_bytes(scanned())
    with pytest.raises(InputError, match="takes longer"):
        read_document(tmp_path / "a.pdf")


def test_a_row_says_where_it_is():
    assert DocumentRow("Criterion 3", "x", 2).place == "page 2, Criterion 3"
    assert dataclasses.replace(ParameterRow("EF", "x", "y", None)).place == "EF"
