"""Each cell of the lists of default values has what the document has, whether or not it is used."""

import pytest
from faults import edit
from workbooks import cases, drawn_result

import jcm_calc
from jcm_calc.verification.verifying import _documents as documents

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
# by classes of numbers, by classes, by candidates, by classes and candidates
METHODOLOGIES = ("ID_AM002", "ID_AM003", "MN_AM002", "VN_AM004")
CHILLER = {"EC_PJ": 1350, "COP_PJ": 6.63, "capacity": 1000, "T_cooling_out": 37, "T_chilled_out": 7, "TD_cooling": 1.5}
SITE = {"EF_grid": 0.814, "power_source": "grid", "p": "2024"}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    for number in METHODOLOGIES:
        m = jcm_calc.methodology(number)
        drawn_result(m, next(iter(cases(m))), 1).to_excel(folder / f"{number}.xlsx")
    jcm_calc.calculate("ID_AM002", **CHILLER, **SITE).to_excel(folder / "ID_AM002.xlsx", overwrite=True)
    return folder


def listed(path):
    return documents(path, None, None, (), None, None).sheet.defaults


@pytest.mark.parametrize("number", METHODOLOGIES)
def test_what_the_library_lists_is_what_the_document_has(number, written):
    found = listed(written / f"{number}.xlsx")
    assert found
    assert all(one.right and one.known == [one.found] for one in found)


@pytest.mark.parametrize(
    ("number", "value"), [("ID_AM002", None), ("ID_AM003", 0), ("MN_AM002", None), ("VN_AM004", 0)]
)
def test_another_value_in_a_list_is_named_at_its_cell(number, value, written, tmp_path):
    path = written / f"{number}.xlsx"
    cells = listed(path)
    before = {str(one) for one in jcm_calc.verify(path).findings}
    for one in (cells[0], cells[-1]):
        edit(path, tmp_path / "wrong.xlsx", {(one.address.sheet, one.address.cells): value})
        found = [new for new in jcm_calc.verify(tmp_path / "wrong.xlsx").findings if str(new) not in before]
        named = [new for new in found if one.address in new.places]
        assert [new.severity for new in named] == ["error"], (one.address, found)
        assert named[0].code in ("A7", "B1", "B2", "B7", "D7")
        assert "C8" not in {new.code for new in found}


def test_each_class_of_numbers_that_nothing_uses_is_listed_otherwise(written, tmp_path):
    path = written / "ID_AM002.xlsx"
    unused = [one for one in listed(path) if one.name == "COP_RE"][:-1]
    assert len(unused) == 4
    for one in unused:
        edit(path, tmp_path / "wrong.xlsx", {(one.address.sheet, one.address.cells): 4.44})
        (found,) = jcm_calc.verify(tmp_path / "wrong.xlsx").of("error")
        message = "COP_RE,i of {!r} is listed as 4.44, and the document has {:.2f}; nothing here uses it"
        assert (found.code, found.message) == ("D7", message.format(one.row, one.known[0]))


def test_two_wrong_values_of_one_list_are_both_named(written, tmp_path):
    path = written / "ID_AM002.xlsx"
    first, *_, last = [one.address for one in listed(path) if one.name == "COP_RE"]
    edit(path, tmp_path / "wrong.xlsx", {(first.sheet, first.cells): 4.55, (last.sheet, last.cells): 4.44})
    (found,) = jcm_calc.verify(tmp_path / "wrong.xlsx").of("error")
    assert last in found.places
    assert any(str(first) in consequence for consequence in found.consequences)


def test_the_value_of_another_candidate_is_not_that_of_the_column(written, tmp_path):
    path = written / "VN_AM004.xlsx"
    cells = listed(path)
    one, other = next(
        (one, other)
        for one in cells
        for other in cells
        if (one.name, one.row) == (other.name, other.row) and one.found != other.found
    )
    edit(path, tmp_path / "wrong.xlsx", {(one.address.sheet, one.address.cells): other.found})
    found = jcm_calc.verify(tmp_path / "wrong.xlsx").of("error")
    assert any(one.address in new.places for new in found)
