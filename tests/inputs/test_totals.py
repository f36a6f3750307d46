"""A row that sums up others is never counted as one more unit: in whatever language, place, table or file."""

import itertools
import warnings

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl.utils import get_column_letter

import jcm_calc
from jcm_calc import InputError, read_workbook
from jcm_calc.cli import jcm
from jcm_calc.inputs.totals import FIGURES, TOTALS, is_total

pytestmark = [
    pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning"),
    pytest.mark.filterwarnings("ignore::jcm_calc.UnconfirmedWarning"),
]

LABELS = {
    "English": [
        "Total",
        "TOTAL:",
        "Sub-total",
        "Grand total (MWh)",
        "Sum",
        "Site A total",
        "Total of all units",
        "Average",
    ],
    "Japanese": ["合計", "合 計", "計", "小計", "総計", "A工場合計", "平均"],
    "Vietnamese": ["Tổng", "Tổng cộng", "Trung bình"],
    "Indonesian": ["Jumlah", "Jumlah total", "Rata-rata"],
    "Thai": ["รวม", "ผลรวม", "ค่าเฉลี่ย"],
    "Spanish": ["Suma", "Total general", "Promedio"],
    "Mongolian": ["Нийт", "Дүн"],
    "others": ["សរុប", "ລວມ", "စုစုပေါင်း", "মোট", "المجموع", "Итого", "Σ"],
}
WORDS = [word for words in LABELS.values() for word in words]
AMOUNTS = {"a": 100.0, "b": 120.5, "c": 69.167}
SUM = sum(AMOUNTS.values())
RIGHT = (AMOUNTS, 1.63)
PLACES = {"first": 0, "middle": 2, "last": 3}
FORMULAS = {
    "SUM": "=SUM({column}{first}:{column}{last})",
    "SUBTOTAL": "=SUBTOTAL(9,{column}{first}:{column}{last})",
    "plus": "={column}{first}+{column}{middle}+{column}{last}",
    "typed": None,
}


def rows(label, place, value=SUM):
    """Labels and amounts with a total put in."""
    found = list(AMOUNTS.items())
    found.insert(PLACES[place], (label, value))
    return found


def right(number="ID_AM003"):
    """ER of the units alone, worked out by the equation of the methodology."""
    given = {"EC_PJ": list(AMOUNTS.values()), "COP_PJ": [1.63] * 3, "application": ["individual quick freezer"] * 3}
    return jcm_calc.calculate(number, EF_elec=0.814, p="2024", **given)


def frame(label, place, **more):
    found = rows(label, place)
    return pd.DataFrame({
        "i": [name for name, _ in found],
        "EC_PJ": [value for _, value in found],
        "COP_PJ": 1.63,
        "application": "individual quick freezer",
        **more,
    })  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A report of four units, of which one is made a total; its input sheet and the head of its table."""
    path = tmp_path_factory.mktemp("totals") / "four.xlsx"
    four = {"EC_PJ": [1.0, 2.0, 3.0, 4.0], "COP_PJ": [1.63] * 4, "application": ["individual quick freezer"] * 4}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        jcm_calc.calculate("ID_AM003", EF_elec=0.814, p="2024", **four).to_excel(path)
    return path


def filled(template, path, label, place, formula, blank_rest=True, value=SUM):
    """Write the units and a total into the table of units."""
    book = openpyxl.load_workbook(template)
    sheet = book["MRS(input_separate)"]
    (head,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == "EC_PJ,i,p")
    column, first = get_column_letter(head.column), head.row
    while not isinstance(sheet.cell(first, head.column).value, float | int):
        first += 1
    numbers = [at for at in range(4) if at != PLACES[place]]
    ends = {"first": first + numbers[0], "middle": first + numbers[1], "last": first + numbers[-1], "column": column}
    for at, (name, amount) in enumerate(rows(label, place, value)):
        sheet.cell(first + at, 2).value = name
        total = at == PLACES[place]
        sheet.cell(first + at, head.column, formula.format(**ends) if total and formula else amount)
        if total and blank_rest:
            for other in range(3, sheet.max_column + 1):
                if other != head.column:
                    sheet.cell(first + at, other).value = None
    book.save(path)
    return path


@pytest.mark.parametrize("word", WORDS)
def test_the_words_are_known_however_they_are_spelled(word):
    assert all(map(is_total, (word, word.upper(), f"  {word} ")))


def test_names_of_units_are_no_totals():
    names = [
        "chiller 1",
        "TotalEnergies depot",
        "Sumatra",
        "Allison",
        "電力計",
        "温度計",
        "計器 1",
        "Minato",
        "Max 3000",
        "S-1",
    ]
    assert [name for name in names if is_total(name)] == []
    assert all(is_total(word) for word in (*TOTALS, *FIGURES))


def each_word():
    """Every word by formula and typed, at a place in turn; one word at all places."""
    turns = itertools.cycle(PLACES)
    yield from ((word, next(turns), how) for word in WORDS for how in ("SUM", "typed"))
    yield from itertools.product(["Total"], PLACES, FORMULAS)


@pytest.mark.parametrize(("word", "place", "how"), [*each_word()])
def test_a_total_in_a_workbook_is_left_out_with_a_remark(word, place, how, template, tmp_path):
    path = filled(template, tmp_path / "report.xlsx", word, place, FORMULAS[how])
    workbook = read_workbook(path)
    assert any("sum up others are left out" in str(remark) for remark in workbook.remarks)
    assert workbook.calculate().ER.item().magnitude == pytest.approx(right().ER.item().magnitude, rel=1e-12)


@pytest.mark.parametrize(
    ("how", "place", "label"),
    [
        (how, place, label)
        for how, place, label in itertools.product(FORMULAS, PLACES, ("", "Whole plant", "All 3 chillers"))
        if label or how != "typed"
    ],
)
def test_a_formula_or_the_value_says_it_where_the_label_does_not(how, place, label, template, tmp_path):
    path = filled(template, tmp_path / "report.xlsx", label or None, place, FORMULAS[how])
    assert read_workbook(path).calculate().ER.item().magnitude == pytest.approx(right().ER.item().magnitude)


@pytest.mark.parametrize(("how", "place"), [*itertools.product(("SUM", "SUBTOTAL", "plus"), PLACES)])
def test_a_unit_that_adds_up_the_others_is_refused(how, place, template, tmp_path):
    path = filled(template, tmp_path / "report.xlsx", "d", place, FORMULAS[how], blank_rest=False)
    with pytest.raises(InputError, match=r"EC_PJ,i,p: adds up other rows of its table \(MRS\(input_separate\)!C\d+\)"):
        read_workbook(path)


@pytest.mark.parametrize("place", PLACES)
def test_a_number_without_a_label_is_refused(place, template, tmp_path):
    path = filled(template, tmp_path / "report.xlsx", None, place, None, blank_rest=False)
    with pytest.raises(InputError, match=r"i: has no label \(MRS\(input_separate\)!B\d+\), and its row has values"):
        read_workbook(path)


@pytest.mark.parametrize("label", ["TotalEnergies", "Total 3", "whole chiller"])
def test_a_unit_with_such_a_name_counts_where_its_value_is_no_sum(label, template, tmp_path):
    path = filled(template, tmp_path / "report.xlsx", label, "last", None, blank_rest=False, value=50.0)
    assert read_workbook(path).calculate()["EC_PJ"].size == 4


@pytest.mark.parametrize("how", ["SUM", "typed"])
def test_verification_and_the_command_leave_it_out_too(how, template, tmp_path):
    path = filled(template, tmp_path / "report.xlsx", "Total", "last", FORMULAS[how])
    found = jcm_calc.verify(path)
    assert found.recalculation.ER.item().magnitude == pytest.approx(right().ER.item().magnitude)
    assert not [one for one in found.findings if one.code == "A9"]
    result = CliRunner().invoke(jcm, ["calc", str(path)], env={"COLUMNS": "200"})
    assert f"{right().ER.item().magnitude:.4g}" in result.output


def test_a_total_of_months_is_refused():
    months = pd.DataFrame({"p": ["2024-01", "2024-02", "Total"], "EG": [1.0, 2.0, 3.0]})
    with pytest.raises(InputError, match="Total"):
        jcm_calc.calculate("PW_AM001", months)


@pytest.mark.parametrize(("word", "place"), [*itertools.product(WORDS, PLACES)])
def test_a_table_with_a_total_is_refused_by_name(word, place):
    with pytest.raises(InputError, match="sums up other rows"):
        jcm_calc.calculate("ID_AM003", frame(word, place), EF_elec=0.814, p="2024")


@pytest.mark.parametrize(("suffix", "place"), [*itertools.product((".csv", ".xlsx", ".parquet"), PLACES)])
def test_a_file_with_a_total_is_refused(suffix, place, tmp_path):
    path, table = tmp_path / f"units{suffix}", frame("Total", place)
    {".csv": table.to_csv, ".xlsx": table.to_excel, ".parquet": table.to_parquet}[suffix](path, index=False)
    with pytest.raises(InputError, match=f"units{suffix}: column 'i': 'Total' sums up other rows"):
        jcm_calc.calculate("ID_AM003", path, EF_elec=0.814, p="2024")


@pytest.mark.parametrize("place", PLACES)
def test_a_portfolio_with_a_total_is_refused(place, tmp_path):
    units = frame("合計", place, methodology="ID_AM003", p="2024", EF_elec=0.814, project="one")
    assert "sums up other rows" in str(jcm_calc.portfolio(units, errors="collect").problems.to_dict())
    projects = frame("x", place).drop(columns="i").rename(columns={"EC_PJ": "EC_PJ"})
    projects["project"] = [name for name, _ in rows("Total", place)]
    projects = projects.assign(methodology="ID_AM003", p="2024", EF_elec=0.814)
    with pytest.raises(InputError, match="'Total' sums up other projects"):
        jcm_calc.portfolio(projects)
