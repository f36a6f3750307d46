"""Formulas with a branch that the equation does not have, and that nothing takes today; harmless guards."""

import openpyxl
import pytest
from hand_made import RIGHT, hand_made, stored
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
CALC = "MRS(calc_process)"
CELLS = {"ER": "C4", "RE": "C7", "PE": "C15", "COP": "C11"}
# {r} is the right formula. On the sheet Helper are C16 in A1, limits and factors in C1:D2, a criterion in E1.
KINDS = {
    "ER": [
        *("MIN({r},C15)", "MIN({r},Helper!A1)", "MAX({r},C11)", "MEDIAN({r},C11,C7)", "ABS({r})", "MAX({r},0)"),
        *("IF(C7>C15,{r},C7)", "IF(C15<C7,{r},0)", "IF(AND(C7>C15,C15>0),{r},C7)", "({r})*(C7>C15)"),
        *("IFS(C7>C15,{r},TRUE,C7)", "CHOOSE(1+(C15>C7),{r},C7)", "({r})*SIGN(C7-C15)", "IF(C16=100,C7,{r})"),
        *("IFERROR({r}+0*SQRT(C7-C15),C7)", "LOOKUP(C16,{{0,5000}},{{1,2}})*({r})", "IF(Helper!A1>2*C7,C7,{r})"),
        *("VLOOKUP(C16,Helper!C1:D2,2,TRUE)*({r})", "INDEX(Helper!D1:D2,MATCH(C16,Helper!C1:C2,1))*({r})"),
        *('SUMIF(C16,"<5000",C16)/C16*({r})', "COUNTIF(C16,Helper!E1)*({r})", "SUMPRODUCT((C7>C15)*1,C7)/C7*({r})"),
    ],
    "RE": ["MAX({r},C15)", "IF(C11>C12,{r},C10)", "IF(C10>=2*C15,0,{r})", "IFERROR({r}+0*LN(C11-C12),0)"],
    "PE": ["MIN({r},C7)", "IF(C7>C16*C17/2,{r},0)", "IF(C11>C12,{r},0)"],
    "COP": ["MIN({r},C10)", "IF(C10>5,{r},9)", "IF(C16<5000,{r},9)"],
}
HARMLESS = {
    "ER": ['IF(C7="","",{r})', "IFERROR({r},0)", 'IF(ISBLANK(C7),"",{r})', "IF(C7>C15,{r},C7-C15)"],
    "RE": ["IF(C12>0,{r},0)", "IF(C10>0,{r},0)", 'IF(OR(C10="",C11=""),0,{r})', "ABS({r})", "IF(C12=0,0,{r})"],
    "PE": ["MAX({r},0)", "IF(C16=0,0,{r})", "SUM({r})"],
    "COP": ["IF(ISNUMBER({r}),{r},NA())", 'IF({r}="","",{r})'],
}


def written(path, place, kind):
    """Write a report in which one formula is of a kind."""
    hand_made(path)
    book = openpyxl.load_workbook(path)
    helper = book.create_sheet("Helper")
    helper["A1"], helper["E1"] = f"='{CALC}'!C16", "<5000"
    helper["C1"], helper["D1"], helper["C2"], helper["D2"] = 0, 1, 5000, 2
    formula = kind.format(r=RIGHT[place][1:])
    book[CALC][CELLS[place]] = f"={formula}"
    book.save(path)
    stored(path)
    return formula


def cases(kinds):
    return [(place, kind) for place, several in kinds.items() for kind in several]


@pytest.mark.parametrize(("place", "kind"), cases(KINDS))
def test_a_branch_that_the_document_does_not_have_is_named(place, kind, tmp_path):
    formula = written(tmp_path / "report.xlsx", place, kind)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert found.recalculated == found.reported == 25
    (finding,) = found.of("error")
    assert formula[:100] in finding.message
    assert not found.clean


@pytest.mark.parametrize(("place", "kind"), cases(HARMLESS))
def test_a_guard_that_changes_no_result_is_no_finding(place, kind, tmp_path):
    written(tmp_path / "report.xlsx", place, kind)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert found.clean, [str(one) for one in found.findings]
    assert not found.of("warning")
