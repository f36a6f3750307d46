"""Which slip a wrong cell of the calculation sheet is: three refrigerators, two of them quick freezers.

RE of unit i is EC_PJ × COP_PJ ÷ COP_RE × EF_elec in columns C, D, F and cell D15, PE of it C × D15.
"""

import pytest
from fault_kinds import Site
from faults import edit
from verification.test_verification import CALC, CHILLER, SEPARATE, write
from workbooks import drawn_result, every_case

import jcm_calc
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reference_data import ipcc_2006
from jcm_calc.verification.location import address

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

UNITS = {
    "EC_PJ": [45, 40, 50],
    "COP_PJ": [1.63, 2.1, 1.8],
    "application": ["individual quick freezer", "cold storage", "individual quick freezer"],
    "EF_elec": 0.814,
    "p": "2017",
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return write(tmp_path_factory.mktemp("clean") / "units.xlsx", **UNITS)


@pytest.fixture(scope="module")
def chiller(tmp_path_factory):
    return write(tmp_path_factory.mktemp("clean") / "chiller.xlsx", "ID_AM002", sources={}, **CHILLER)


def only(path, changes, folder, **more):
    """The one finding of a workbook with changed cells that is no question, warning or consequence."""
    edit(path, folder / "fault.xlsx", {(CALC, cell): value for cell, value in changes.items()}, **more)
    errors = jcm_calc.verify(folder / "fault.xlsx").of("error")
    errors = [one for one in errors if not (one.code == "H1" and "no number" in one.message)]  # follows from an error
    assert len(errors) == 1, [str(error) for error in errors]
    return errors[0]


@pytest.mark.parametrize(
    ("cell", "formula", "code", "told"),
    [
        ("G35", "=NA()", "A7", "the formula of RE_i,p gives #N/A"),
        ("G35", "=Z99", "A7", "the formula of RE_i,p gives nothing"),
        (
            "G35",
            "=ROUND(C35*D35/F35*D15,1)",
            "H5",
            "RE_i,p is rounded by ROUND before ER is rounded down to whole tonnes",
        ),
        ("G35", "=AVERAGE(C35,D35)", "C6", "RE_i,p is a plain mean"),
        ("G35", "=1.07*C35*D35/F35*D15", "A2", "RE_i,p is multiplied by 1.07, which the equation does not have"),
        ("G35", "=C35*D35/F35*D15+1.5", "C1", "RE_i,p has 1.5 added to it, which the equation does not have"),
        ("G35", "=0.01*C35*D35/F35*D15", "B2", "RE_i,p is 0.01 times what the equation gives"),
        ("G35", "=-C35*D35/F35*D15", "C1", "RE_i,p has the wrong sign of EC_PJ,i,p"),
        ("G35", "=C35*F35/D35*D15", "C1", "RE_i,p divides by COP_PJ,i and COP_RE,i where the equation multiplies"),
        ("G35", "=C35*D35/F35/D15", "C1", "RE_i,p divides by EF_elec where the equation multiplies"),
        ("G35", "=C35*D35*D15", "C2", "RE_i,p leaves out the factor COP_RE,i"),
        (
            "G35",
            "=C36*D35/F35*D15",
            "A8",
            f"RE_i,p uses the value of another unit or period ({CALC}!C36) instead of EC_PJ,i,p",
        ),
        ("G35", "=C35*D35/F35*H36", "A8", f"RE_i,p uses PE_i,p ({CALC}!H36) instead of EF_elec"),
        (
            "G35",
            f"=C35*D35/F35*'{SEPARATE}'!D12",
            "A8",
            f"RE_i,p uses another cell ({SEPARATE}!D12) instead of EF_elec",
        ),
        ("G35", "=C35*1.9/F35*D15", "A2", "RE_i,p has 1.9 written in its formula instead of COP_PJ,i, which is 1.63"),
        ("G35", "=C35*D35/F35*D15+EXP(C35/50)", "C1", "the formula of RE_i,p is not the declared equation"),
        ("D9", "=D14", "C12", "ER_p leaves out the emission source PE_p"),
        ("D14", "=SUM(G35:G36)", "C5", f"the sum of RE_p leaves out 1 of 3 rows ({CALC}!G37)"),
        ("D14", "=SUM(G35:G37)+G36", "C5", f"the sum of RE_p counts {CALC}!G36 twice"),
        ("D14", "=SUM(G35:G37,C36)", "C5", f"the sum of RE_p includes cells that do not belong to it ({CALC}!C36)"),
        ("D14", "=SUM(G35:G37,D18)", "C5", f"the sum of RE_p includes a total ({CALC}!D18)"),
        (
            "D14",
            "=SUM(G36:G37)+G36",
            "C5",
            f"the sum of RE_p leaves out 1 of 3 rows ({CALC}!G35), and counts {CALC}!G36 twice",
        ),
        ("D14", "=AVERAGE(G35:G37)", "C6", "RE_p is a plain mean, where the equation adds or weights"),
        ("D14", "=1000*SUM(G35:G37)", "B7", "RE_p is 1,000 times what the equation gives"),
        ("D14", "=ROUND(SUM(G35:G37),0)", "H5", "RE_p is rounded by ROUND before ER"),
        ("D14", "=SUM(G35:G37)/0", "A7", "the formula of RE_p gives #DIV/0!"),
        ("C35", f"='{SEPARATE}'!C12", "A8", "EC_PJ,i,p refers to the value of another unit or period"),
        ("C35", "=D35", "A8", f"EC_PJ,i,p uses the value of COP_PJ,i ({CALC}!D35)"),
        ("C35", f"=1000*'{SEPARATE}'!C11", "B3", "EC_PJ,i,p is 45,000 on the calculation sheet, and 45 where it is"),
        ("D35", f"=100*'{SEPARATE}'!D11", "B1", "COP_PJ,i is 163 on the calculation sheet, and 1.63 where it is"),
        ("D15", "=0.9", "A10", "EF_elec is 0.9 on the calculation sheet, and 0.814 where it is entered"),
        ("D35", '=""', "A7", "COP_PJ,i shows nothing on the calculation sheet"),
        ("D35", '="none"', "A7", "COP_PJ,i shows none on the calculation sheet"),
        (
            "F35",
            "=$D$25",
            "C9",
            "COP_RE,i is 1.71, and the document has 1.32: the value of another class of application",
        ),
        ("F35", "=1.4", "D7", "COP_RE,i is 1.4, and the document has 1.32"),
        ("F35", "=100*$D$24", "B1", "COP_RE,i is 132, and the document has 1.32"),
        ("F35", "=1000*$D$24", "B7", "COP_RE,i is 1,320, and the document has 1.32"),
    ],
)
def test_which_slip_a_cell_is(clean, tmp_path, cell, formula, code, told):
    error = only(clean, {cell: formula}, tmp_path)
    assert error.code == code, error
    assert told in error.message
    assert error.place == f"{CALC}!{cell}"


@pytest.mark.parametrize(
    ("cell", "formula", "code", "told"),
    [
        ("D16", "=74.1*3.6/0.49/1000", "D7", "EF_captive is 0.5444081633, and the document has 0.8"),
        ("I70", "=$D$55", "C9", "COP_RE,i is 5.69, and the document has 5.59: the value of another class of capacity"),
        ("G70", "=D70*(E70-F70)/(D14-D15)", "C1", "the formula of COP_PJ,tc,i is not the declared equation"),
    ],
)
def test_which_slip_a_cell_of_a_chiller_is(chiller, tmp_path, cell, formula, code, told):
    error = only(chiller, {cell: formula}, tmp_path)
    assert error.code.startswith(code), error
    assert told in error.message


def test_an_import_that_is_left_out(monkeypatch, tmp_path):
    from verification.test_planted_faults import C, Path, rulebooks

    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "rule_book")
    rulebooks.forget()
    write(tmp_path / "clean.xlsx", "XX_AM001", sources={}, **C)
    error = only(tmp_path / "clean.xlsx", {"D17": "=D15"}, tmp_path)
    rulebooks.forget()
    assert (error.code, error.found, error.expected) == ("C2", 1260, 1200)
    assert "EG_net,p leaves out the term EG_import,p" in error.message


def test_a_number_that_nobody_calculated_again(clean, tmp_path):
    error = only(clean, {"G35": ("=C35*D35/F35*D15", 99.0)}, tmp_path, again=False)
    assert (error.code, error.found) == ("A1", 99.0)
    assert "the stored value of RE_i,p is not what its formula gives" in error.message
    assert error.expected == pytest.approx(45 * 1.63 / 1.32 * 0.814)


@pytest.mark.parametrize(
    ("cell", "value", "code", "told"),
    [
        ("G35", 0.0, "C11", "RE_i,p is typed in, not calculated, and the equation gives another value"),
        ("G35", 40.0, "A2", "RE_i,p is typed in, not calculated, and the equation gives another value"),
        ("D14", 0.0, "A1", "RE_p is typed in, not calculated, and the equation gives another value"),
    ],
)
def test_a_number_that_was_typed_in(clean, tmp_path, cell, value, code, told):
    error = only(clean, {cell: value}, tmp_path)
    assert (error.code, error.found) == (code, value)
    assert error.message == told


def test_a_formula_that_cannot_be_followed_is_asked_about(clean, tmp_path):
    edit(
        clean,
        tmp_path / "odd.xlsx",
        {(CALC, "G35"): ("=SUM(FILTER(C35:C35,C35>0))", 45 * 1.63 / 1.32 * 0.814)},
        again=False,
    )
    verification = jcm_calc.verify(tmp_path / "odd.xlsx")
    (question,) = (one for one in verification.of("question") if one.code == "A3")
    assert "cannot be evaluated here: the function FILTER is not known here" in question.message
    assert verification.result == "incomplete"
    assert question.place == f"{CALC}!G35"
    assert not verification.of("error")


def test_the_same_slip_in_several_cells_is_one_finding(clean, tmp_path):
    changes = {f"G{row}": f"=C{row}*D{row}*D15" for row in (35, 36, 37)}
    error = only(clean, changes, tmp_path)
    assert error.place == f"{CALC}!G35:G37"
    apart = {cell: formula for cell, formula in changes.items() if cell != "G36"}
    (tmp_path / "apart").mkdir()
    assert only(clean, apart, tmp_path / "apart").place == f"{CALC}!G35, {CALC}!G37"


def test_values_typed_into_several_cells_are_one_finding_with_the_sum_of_their_effects(clean, tmp_path):
    # 45.2325 and 55.5 t, typed in as 50 and 60
    error = only(clean, {"G35": 50.0, "G37": 60.0}, tmp_path)
    assert error.place == f"{CALC}!G35, {CALC}!G37"
    assert error.effect.exact == pytest.approx(50 + 60 - (45 * 1.63 + 50 * 1.8) / 1.32 * 0.814)


def test_a_factor_from_another_column_of_the_table_of_the_ipcc(tmp_path):
    """The emission factor of a fuel on the calculation sheet, where the lower bound of another one is typed."""
    for m, case in every_case():
        result = drawn_result(m, case, 1)
        result.to_excel(tmp_path / "clean.xlsx", plan=result, overwrite=True)
        sheet = Site(tmp_path / "clean.xlsx").sheet
        shown = [step for step in sheet.cells if _of_ipcc(sheet, step)]
        if shown:
            break
    cell = address(shown[0].place).rpartition("!")[2]
    gas = ipcc_2006("EF", "lower")["Natural gas liquids"].value
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", {(shown[0].place[0], cell): f"={gas!r}"})
    found = [one for one in jcm_calc.verify(tmp_path / "fault.xlsx").findings if one.code == "D6"]
    assert any("the value of IPCC 2006, lower" in one.message for one in found), [str(one) for one in found]
    assert {one.cause for one in found} == {"looked up in the wrong column, or the table on the sheet is wrong"}


def _of_ipcc(sheet, step):
    node = sheet.nodes.get(step.name)
    default = isinstance(node, Parameter) and node.kind is Kind.DEFAULT and node.unit == "tCO2/GJ"
    return default and step.name not in sheet.entered and sheet.formula(step.place) is not None
