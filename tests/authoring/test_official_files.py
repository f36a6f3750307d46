"""`jcm import`: what is written equals its workbook, and what cannot be translated is refused with its cell."""

import contextlib
import hashlib
import shutil

import numpy as np
import official
import openpyxl
import pytest
from click.testing import CliRunner

import jcm_calc
from jcm_calc.authoring.official_files import comparing, dimensions, importing
from jcm_calc.authoring.official_files.layout import spelled, unit_of
from jcm_calc.authoring.official_files.plain_text import unexpected
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.declarations.expression import record
from jcm_calc.rulebooks import modules

LIMITS = {
    "if at most": {110: 0.118, 110.001: 0.112, 200: 0.112, 200.001: 0.109},
    "if below": {109.999: 0.118, 110: 0.112, 200: 0.109},
    "if falling": {200: 0.118, 199.999: 0.112, 110: 0.112, 109.999: 0.109},
    "both limits": {0: 0.118, 299.999: 0.118, 300: 0.112, 450: 0.112},
    "vlookup near": {0: 0.118, 109.999: 0.118, 110: 0.112, 200: 0.109, 1e6: 0.109},
    "match near": {109.999: 0.118, 110: 0.112},
    "lookup": {109.999: 0.118, 110: 0.112, 200: 0.109},
    "choose": {1: 0.118, 2: 0.112, 3: 0.109},
    "if text": {"small": 0.118, "medium": 0.112, "large": 0.109},
    "vlookup exact": {"small": 0.118, "large": 0.109},
    "is error": {"small": 0.118, "large": 0.109},
    "is not there": {"small": 0.118, "large": 0.109},
    "is number": {"small": 0.118, "large": 0.109},
    "index match": {"small": 0.118, "large": 0.109},
}


def module(found):
    scope = {"__name__": "m"}
    exec(compile(found.source, "m.py", "exec"), scope)
    return scope["m"]


def imported(path, **more):
    return importing.import_workbook(path, with_office=False, **more)


@pytest.mark.parametrize("look_up", official.LOOK_UPS)
def test_every_look_up_becomes_a_table_with_its_limits(look_up, tmp_path):
    found = imported(official.blank(tmp_path / "f.xlsx", look_up))
    assert found.equal >= 200
    assert found.worst < 1e-9
    m = module(found)
    table = m.inputs["SEC_RE"].table
    for key, value in LIMITS.get(look_up, {}).items():
        given = [key] * 4
        result = m.calculate(EC_PJ=[1.0] * 4, SEC_PJ=[0.1] * 4, P=given, EF_elec=0.5, p="2020")
        assert float(np.sum(result.RE.magnitude)) == pytest.approx(4 * value / 0.1 * 0.5)
    if look_up.startswith("is "):
        assert any("what is not in the table" in str(remark) for remark in found.remarks)
    assert len(table.entries) == (2 if look_up == "both limits" else 3)


@pytest.mark.parametrize("bent", official.BENT)
@pytest.mark.parametrize("look_up", ["if text", "if at most", "lookup"])
def test_a_bent_layout_is_translated_or_refused(bent, look_up, tmp_path):
    path = official.blank(tmp_path / "JCM_TH_AM999_ver01.0.xlsx", look_up, bent)
    if bent == "values":
        with pytest.raises(InputError, match=r"F9.*holds no formula"):
            imported(path)
        return
    found = imported(path)
    assert (found.number, found.version) == ("TH_AM999", "1.0")
    assert found.worst < 1e-9
    assert all(item.evidence.grade == "unconfirmed" for item in module(found).rules)
    assert bool(found.open) == (bent == "no unit symbols")


def test_a_workbook_without_any_name_of_its_methodology_is_refused(tmp_path):
    with pytest.raises(InputError, match="names no methodology"):
        imported(official.blank(tmp_path / "other.xlsx", bent="no header line"))


def test_what_is_not_the_same_in_every_row_is_refused_with_both_cells(tmp_path):
    def overwritten(book):
        book["MRS(input_separate)"]["G10"] = 12.5

    def other_sign(book):
        book["MRS(input_separate)"]["G10"] = "=IF(E10=\"\",0,E10*F10*D10*'MRS(calc_process)'!$F$15)"

    def short(book):
        book["MRS(input_separate)"]["G12"] = "=SUM(G8:G10)"

    def other_row(book):
        book["MRS(input_separate)"]["G10"] = "=IF(E9=\"\",0,E10*F10/D10*'MRS(calc_process)'!$F$15)"

    def first_row(book):
        book["MRS(input_separate)"]["G10"] = "=IF(E10=\"\",0,E8*F10/D10*'MRS(calc_process)'!$F$15)"

    def extra(book):
        book["MRS(calc_process)"]["F6"] = "=F9-F12+1"

    told = {
        overwritten: "G10.*G8",
        other_sign: "G10.*G8",
        short: "3 rows|4 rows",
        other_row: "G10.*G8",
        first_row: "G10: .* refers to other cells than its column",
        extra: r"RE − PE",
    }
    for number, (edit, words) in enumerate(told.items()):
        with pytest.raises(InputError, match=words):
            imported(official.blank(tmp_path / f"{number}.xlsx", edit=edit))


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("VLOOKUP(F15,A1:B2)", "VLOOKUP does not take 2"),
        ("LOOKUP(F15)", "LOOKUP does not take 1"),
        ("INDEX(A1:A2,MATCH(F15))", "INDEX does not take"),
        ("1+IF(F15)", "IF does not take 1"),
        ("ROUND()", "ROUND does not take 0"),
        *(
            (f"{name}()", f"{name} does not take 0")
            for name in ("EXP", "LN", "SQRT", "ABS", "POWER", "AND", "OR", "MIN")
        ),
        *((f"{name}(F15,F15)", f"{name} does not take 2") for name in ("EXP", "LN", "SQRT", "ABS")),
        ("POWER(F15)", "POWER does not take 1"),
        ("POWER(F15,2,3)", "POWER does not take 3"),
    ],
)
def test_a_function_that_lacks_an_argument_is_refused_with_its_cell(formula, told, tmp_path):
    def edit(book):
        book["MRS(calc_process)"]["F9"] = f"={formula}"

    with pytest.raises(InputError, match=f"F9.*{told}"):
        imported(official.blank(tmp_path / "f.xlsx", edit=edit))


def test_a_filled_workbook_is_said_not_to_be_the_blank_one(tmp_path):
    def filled(book):
        book["MRS(input_separate)"]["D8"] = 0.2

    found = imported(official.blank(tmp_path / "f.xlsx", edit=filled))
    assert any("not the official blank one" in str(remark) for remark in found.remarks)


def test_a_module_that_differs_is_not_given(tmp_path, monkeypatch):
    real = comparing.evaluate

    def another(*given):
        return {name: array * (1 + 1e-8) for name, array in real(*given).items()}

    monkeypatch.setattr(comparing, "evaluate", another)
    with pytest.raises(InputError, match=r"RE is .* by the module"):
        imported(official.blank(tmp_path / "f.xlsx"))


def test_the_names_file_answers_what_is_asked_and_the_second_run_is_identical(tmp_path):
    path = official.blank(tmp_path / "f.xlsx", bent="no unit symbols")
    first = imported(path)
    names = tmp_path / "names.toml"
    names.write_text(first.names.replace('"MRS(input_separate)!F8" = "SCOR"', '"MRS(input_separate)!F8" = "SEC_RE,i"'))
    second, third = imported(path, names=names), imported(path, names=names)
    assert not second.open
    assert second.source == third.source
    assert second.names == names.read_text()
    assert "SEC_RE" in module(second).inputs
    other = official.blank(tmp_path / "other.xlsx", "lookup")
    with pytest.raises(InputError, match="names of another file"):
        imported(other, names=names)


def test_the_command_writes_module_and_names(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)  # without LibreOffice
    path = official.blank(tmp_path / "f.xlsx", bent="no unit symbols")
    run = CliRunner().invoke(jcm, ["import", str(path), "-o", str(tmp_path / "rules")])
    assert run.exit_code == 0, run.output
    assert {one.name for one in (tmp_path / "rules").iterdir()} == {"th_am999.py", "th_am999.names.toml"}
    assert "228 inputs" in run.output
    again = CliRunner().invoke(jcm, ["import", str(path), "-o", str(tmp_path / "rules")])
    assert again.exit_code == 2
    assert "exists already" in again.output


def test_the_command_says_what_to_type_where_no_folder_is_given(tmp_path):
    path = official.blank(tmp_path / "f.xlsx")
    run = CliRunner().invoke(jcm, ["import", str(path)])
    assert run.exit_code == 2
    assert "--output: must be the folder of a methodology package" in run.output
    assert f"jcm import {path} -o FOLDER" in "".join(run.output.splitlines())


def test_the_libraries_own_templates_are_translated_or_refused(tmp_path):
    translated, refused = [], {}
    for number in sorted(modules()):
        path = tmp_path / f"{number}.xlsx"
        jcm_calc.methodology(number).template(path, units=1)
        try:
            found = imported(path)
        except InputError as error:
            refused[number] = str(error)
            continue
        assert found.worst < 1e-9, number
        translated.append(number)
    assert len(translated) >= 36, refused
    assert {"BD_AM002", "VN_AM005"} <= set(translated)  # with tables that the project fills in
    assert all("!" in told for told in refused.values())  # each names a cell


def test_a_table_that_the_project_fills_in_is_given_by_class(tmp_path):
    path = tmp_path / "BD_AM002.xlsx"
    jcm_calc.methodology("BD_AM002").template(path, units=2)
    m = module(imported(path))
    result = m.calculate(EG=[10, 30], connection=["grid", "diesel"], EF_RE={"grid": 0.5, "diesel": 0.8}, p="2020")
    assert float(np.sum(result.RE.magnitude)) == pytest.approx(10 * 0.5 + 30 * 0.8)


@pytest.mark.parametrize(
    ("formula", "unit", "operands", "found"),
    [
        (lambda P, h: P * h / 1000, "MWh", {"P": "kW", "h": "h"}, {1000.0: "kWh/MWh"}),
        (lambda P, h: P * h / 1e6, "MWh", {"P": "W", "h": "h"}, {1e6: "Wh/MWh"}),
        (lambda b, c: b - c + 1.5, "K", {"b": "°C", "c": "°C"}, {1.5: "K"}),
        (lambda a, b, c: a * (b - c + 1.5 + 1.5), "", {"a": "K**-1", "b": "°C", "c": "°C"}, {1.5: "K"}),
        (lambda a, b, c: a * (b - c + 1.5) / (b - 7 + 1.5), "", {"a": "", "b": "°C", "c": "°C"}, {1.5: "K", 7: "°C"}),
        (lambda b: b - 20, "K", {"b": "°C"}, {20: "°C"}),
        (lambda a, b: a * (18 - b), "MWh", {"a": "MWh/K", "b": "°C"}, {18: "°C"}),
        (lambda a, b: a + b, "t", {"a": "t", "b": "MWh"}, None),
    ],
)
def test_typed_numbers_have_the_units_with_which_dimensions_come_out(formula, unit, operands, found):
    assert dimensions.units_of(record(formula), unit, operands) == found


def test_symbols_and_units_of_the_sheets():
    assert [spelled(text) for text in ("ECPJ,i,p", "EC PJ,i,p", "NLLRE,u", "Hu,p", "Units", "1.5")] == [
        "EC_PJ,i,p", "EC_PJ,i,p", "NLL_RE,u", "H_u,p", "", "",
    ]  # fmt: skip
    assert [unit_of(text) for text in ("MWh/p", "degree Celsius", "-", "hours", "words")] == [
        ("MWh", True), ("°C", False), ("", False), ("h", False), (None, False),
    ]  # fmt: skip


UNTAKEN = {  # a formula of RE with a side that no project can take, and whether a person can say so
    "IF(F9x>=0,{re},0)": "second side",
    "IF(F9x<0,5,{re})": "first side",
    "MAX({re},-1)": "second side",
    "IF(AND(F9x>=0,F9x<1E+30),{re},0)": "not",
    "IF(F9x>5,IF(F9x<3,7,{re}),{re})": "first side",
}


@pytest.mark.parametrize("formula", UNTAKEN)
def test_a_side_that_no_input_takes_is_refused_until_a_person_says_that_none_can(formula, tmp_path):
    def edit(book):
        calc = book["MRS(calc_process)"]
        own = formula.replace("F9x", "F15").format(re=calc["F9"].value.removeprefix("="))
        calc["F9"] = f"={own}"

    path = official.blank(tmp_path / "f.xlsx", "if at most", edit=edit)
    with pytest.raises(InputError, match=r"F9: RE_p: .*no input took it") as refused:
        imported(path)
    assert UNTAKEN[formula] in str(refused.value)
    keys = [one.complaint.partition("answer ")[2].partition(" = ")[0] for one in refused.value.problems]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lines = [f'sha256 = "{digest}"', "[names]", *(f'{key} = "never"' for key in keys)]
    (tmp_path / "names.toml").write_text("\n".join(lines))
    found = imported(path, names=tmp_path / "names.toml")
    assert any("a person says" in str(remark) for remark in found.remarks)


@pytest.mark.parametrize(
    "formula",
    [
        "IF(F15>0.3,{re},{re}*2)",
        "IF(F15=0.25,{re}*3,{re})",
        "IF(AND(F15>=20,F15<21),0,{re})",
        "MIN({re},1E+60)",
        "MAX({re},0.000001)",
        "IF(OR(F15>4000,F15<0.001),0,{re})",
        "IF({re}>F15,{re},F15)",
    ],
)
def test_a_rare_side_is_found(formula, tmp_path):
    def edit(book):
        calc = book["MRS(calc_process)"]
        calc["F9"] = f"={formula.format(re=calc['F9'].value.removeprefix('='))}"

    found = imported(official.blank(tmp_path / "f.xlsx", "if at most", edit=edit))
    assert found.worst < 1e-9


def test_a_question_for_0_that_guards_no_division_is_a_decision(tmp_path):
    def edit(book):
        for row in range(8, 8 + official.ROWS):
            own = f"IF(E{row}=0,0,E{row}*F{row}*'MRS(calc_process)'!$F$15)"
            book["MRS(input_separate)"][f"G{row}"] = f"={own}"

    found = imported(official.blank(tmp_path / "f.xlsx", edit=edit))
    assert "np.where(EC_PJ == 0, 0, EC_PJ * SEC_RE * EF_elec)" in found.source
    assert found.worst < 1e-9


HOSTILE = (
    *('"""', "'''", "\\", "\n", "\\N{DIGIT ONE}", "{m}", "# x"),
    *('x")\nimport os\nos.abort()\n("', "x'); __import__('os').abort() #", "a\r\nb", "EC\u2028PJ", "lambda: 1"),
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_spreadsheet_becomes_a_program(text, tmp_path, monkeypatch):
    """Every text in turn: put behind what is there, and in its place. What is quoted well is never refused."""
    monkeypatch.setattr(importing, "unexpected", lambda source: [])
    official.blank(tmp_path / "good.xlsx")
    places = [
        (sheet.title, cell.coordinate)
        for sheet in openpyxl.load_workbook(tmp_path / "good.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and not cell.value.startswith("=")
    ]
    for behind in (True, False):
        for start in range(0, len(places), 24):

            def spoil(book, start=start, behind=behind):
                for sheet, cell in places[start : start + 24]:
                    book[sheet][cell].value = f"{book[sheet][cell].value} {text}" if behind else text

            path = official.blank(tmp_path / "spoilt.xlsx", edit=spoil)
            with contextlib.suppress(InputError):
                assert unexpected(imported(path).source) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import os", "import os"),
        ("from os import path", "from os import path"),
        ("from . import x", "from . import x"),
        ("m.template(1)", "m.template"),
        ("np.load(1)", "np.load"),
        ("open(1)", "open"),
        ("__builtins__", "__builtins__"),
        ("x = lambda: 1", "lambda: 1"),
        ("m.title.format", "m.title.format"),
        ("[a for a in b]", "[a for a in b]"),
        ("class A: pass", "class A"),
        ("while 1: pass", "while 1"),
        ("f'{1}'", "f'{1}'"),
    ],
)
def test_what_a_module_does_besides_is_found(source, what):
    (first, *_) = unexpected(source)
    assert what in first
