"""Monitored days: those of the period unless given, never more than it has, kept by every way out and in."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from jcm_calc import InputError, calculate, methodologies, methodology, read_workbook, replay

GIVEN = {
    "MM_AM005": {"EG_SUP": 5000, "EC_CAP": 0.5, "EF_elec": 0.5},
    "ID_AM001": {"EG_SUP": 5000, "EC_CAP": 0.5, "EF_grid": 0.5},
    "ID_AM009": {
        "running_time": "days",
        "fuel_measured_as": "mass",
        "FC_PJ": [50.0],
        "RP": [0.02],
        "NCV_NG": 48.0,
        "EF_NG": 0.0561,
        "EF_elec": 0.8,
        "η_PJ": [0.4],
        "η_RE": [0.3],
    },
}
# What a day counts, in tCO2: the ceiling of own consumption, or rated power.
A_DAY = {"MM_AM005": -0.5 * 24 * 0.5, "ID_AM001": -0.5 * 24 * 0.5, "ID_AM009": -0.02 * 24 * 0.8}
pytestmark = pytest.mark.filterwarnings("ignore")


def reductions(result):
    return float(result.full("ER").sum())


def test_every_methodology_with_such_a_parameter_is_tried():
    numbers = [row["number"] for row in methodologies().reset_index().to_dict("records")]
    assert {one for one in numbers if any(p.otherwise for p in methodology(one).inputs.values())} == set(GIVEN)


@pytest.mark.parametrize("number", GIVEN)
def test_days_of_the_period_unless_given(number):
    given = GIVEN[number]
    whole = calculate(number, p="2024", **given)
    assert reductions(calculate(number, p="2024", D_p=366, **given)) == reductions(whole)
    part = calculate(number, p="2024", D_p=300, **given)
    assert reductions(part) - reductions(whole) == pytest.approx(-66 * A_DAY[number])
    assert not [one for one in whole.remarks if one.subject == "D_p"]
    assert [str(one) for one in part.remarks if one.subject == "D_p"] == [
        "D_p: 300 d are counted of the 366 d of 2024: show that the document allows it"
    ]
    for result in (whole, part):
        assert reductions(replay(result.manifest())) == reductions(result)


@pytest.mark.parametrize("number", GIVEN)
@pytest.mark.parametrize("days", [366.5, 367, 1e4, "8785 h"])
def test_more_days_than_the_period_has_are_refused(number, days):
    with pytest.raises(InputError, match=r"D_p: got \S+ d; 2024 has 366 d"):
        calculate(number, p="2024", D_p=days, **GIVEN[number])


def test_months_add_up_and_each_has_its_own_limit():
    given = {"EC_CAP": 0.5, "EF_elec": 0.5}
    months = pd.period_range("2023-01", periods=12, freq="M")
    amounts = pd.Series([400.0] * 12, index=months)
    result = calculate("MM_AM005", p="2023", EG_SUP=amounts, D_p=pd.Series([25] * 12, index=months), **given)
    assert reductions(result) == pytest.approx((4800 - 0.5 * 24 * 300) * 0.5)
    with pytest.raises(InputError, match="got 29 d; 2023-02 has 28 d"):
        calculate("MM_AM005", p=["2023-01", "2023-02"], EG_SUP=[400, 400], D_p=[31, 29], **given)


def test_a_period_without_dates_has_no_days_of_its_own():
    with pytest.raises(InputError, match="D_p needs the days of each period"):
        calculate("MM_AM005", **GIVEN["MM_AM005"])
    assert reductions(calculate("MM_AM005", D_p=300, **GIVEN["MM_AM005"])) == pytest.approx(700)


@pytest.mark.parametrize("days", [None, 300])
def test_workbooks_keep_the_days(tmp_path, days):
    given = GIVEN["MM_AM005"] | ({} if days is None else {"D_p": days})
    path = tmp_path / "report.xlsx"
    result = calculate("MM_AM005", p="2024", **given)
    result.to_excel(path)
    again = read_workbook(path).calculate()
    assert reductions(again) == reductions(result)
    assert again.full("D_p").sum() == (days or 366)


def test_the_template_begins_with_the_days_of_the_year_and_takes_others(tmp_path):
    path = tmp_path / "form.xlsx"
    methodology("MM_AM005").template(path, years=[2024])
    enter(path, {"EG_SUP,p": 5000}, {"EC_CAP": 0.5, "EF_elec": 0.5})
    assert reductions(read_workbook(path).calculate()) == pytest.approx(304)
    enter(path, {"D_p": 300}, {})
    assert reductions(read_workbook(path).calculate()) == pytest.approx(700)


def test_days_are_taken_by_dask():
    array = pytest.importorskip("dask.array")
    given = GIVEN["ID_AM009"]
    amounts = {name: np.array(given[name] * 2) for name in ("RP", "η_PJ", "η_RE")} | {
        "FC_PJ": np.array([[50.0], [60.0]])
    }
    arrays = {name: array.from_array(values, chunks=1) for name, values in amounts.items()}
    for days in ({}, {"D_p": 300}):
        expected = reductions(calculate("ID_AM009", p="2024", **given | amounts | days))
        lazy = calculate("ID_AM009", p="2024", **given | arrays | days)
        assert float(np.sum(lazy.ER.magnitude)) == pytest.approx(expected)


def enter(path, monitored, fixed):
    """Enter values in column F of the rows that show a symbol: of the report, and of the plan."""
    book = openpyxl.load_workbook(path)
    for sheet, values, column in (("MRS(input)", monitored, "D"), ("MPS(input)", fixed, "C")):
        for cell in book[sheet][column]:
            if cell.value in values:
                book[sheet][f"F{cell.row}"].value = values[cell.value]
    book.save(path)
