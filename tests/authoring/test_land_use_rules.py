"""The example rule book for land use holds together: its own tests, with the rule book found as if installed."""

import importlib

import pandas as pd
import pytest
from land_use import land_use  # noqa: F401
from workbooks import office, recalculated_by_office

import jcm_calc
from jcm_calc import InputError, calculate
from jcm_calc.api.case_file import published

pytestmark = [
    pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning"),
    pytest.mark.usefixtures("land_use"),
]


@pytest.mark.parametrize("number", ["XX_AM010", "XX_AM011", "XX_AM012", "XX_AM013"])
def test_the_case_by_hand_reproduces(number):
    """The arithmetic stands in the note of each case. Conformance is in the tests of each concept."""
    m = importlib.import_module(f"jcm_land_use_rules.{number.lower()}").m
    cases = list(published(m))
    assert [case.path.name for case in cases] == [f"{number.lower()}.toml"]
    assert [case.differences() for case in cases] == [[]]


RIVER = {"EG": [[30_000.0], [12_000.0]], "EC": [50.0], "P": [4.0, 2.0], "grid": "north", "p": ["2024"]}


def test_the_river_by_hand_in_months_and_in_the_workbook(tmp_path):
    """42,000 MWh × 0.458 less 50 MWh × 0.458 = 19,213.1 t, however it is given."""
    months = [f"2024-{month:02}" for month in range(1, 13)]
    rows = pd.DataFrame([{"i": i, "p": p, "EG": amount} for i, amount in ((1, 2500.0), (2, 1000.0)) for p in months])
    plant = pd.DataFrame({"i": [1, 2], "P": [4.0, 2.0]})
    own = pd.DataFrame({"p": months, "EC": 50 / 12})
    result = calculate("XX_AM011", rows, plant, own, grid="north", p="2024")
    assert result.ER.magnitude.sum() == pytest.approx(19_213.1, rel=1e-12)
    assert calculate("XX_AM011", **RIVER).ER.magnitude.sum() == pytest.approx(19_213.1, rel=1e-12)
    result.to_excel(tmp_path / "clean.xlsx", plan=result)
    found = jcm_calc.verify(tmp_path / "clean.xlsx")
    assert [str(one) for one in found.findings if one.severity != "question"] == []
    assert found.reported == found.recalculated == 19_213


def test_a_river_that_gives_more_than_its_capacity_allows():
    """4 MW give at most 35,136 MWh in the 8,784 h of 2024: the amount is remarked on."""
    given = {**RIVER, "EG": [[41_200.0], [12_000.0]]}
    result = calculate("XX_AM011", **given)
    (remark,) = [one for one in result.remarks if one.subject == "EG_i,p"]
    assert "35,136" in str(remark)


def test_the_river_takes_the_factor_of_each_year():
    """North: 1,000 MWh × 0.471 and 2,000 MWh × 0.458; south: 0.482 and 0.468; no electricity of its own."""
    two = {"EG": [[1000.0, 2000.0]], "EC": [0.0, 0.0], "P": [4.0], "p": ["2023", "2024"]}
    assert calculate("XX_AM011", grid="north", **two).ER.magnitude.tolist() == pytest.approx([471.0, 916.0], rel=1e-12)
    assert calculate("XX_AM011", grid="south", **two).ER.magnitude.tolist() == pytest.approx([482.0, 936.0], rel=1e-12)
    with pytest.raises(InputError, match=r"2025 lies outside of the table, which has 2023, 2024"):
        calculate("XX_AM011", grid="north", **{**two, "p": ["2024", "2025"]})


FIELD = {
    **{"A": [[1.0]], "D": [[100.0]], "season": ["dry"], "w_PJ": [["multiple drainage"]], "Q_N": [[1.0]]},
    **{"w_RE": ["continuous flooding"], "s_pre": ["not flooded < 180 d"]},
}


@pytest.mark.parametrize(
    ("p", "reductions"),
    [
        # 0.146 t CH4 × 0.45 × 25 − 1 t N × 0.002 × 44 ÷ 28 × 298, less 15 %
        ("2019-01-01/2019-06-30", 0.85 * (0.146 * 0.45 * 25 - 0.002 * 44 / 28 * 298)),
        ("2020-07-01/2020-12-31", 0.85 * (0.146 * 0.45 * 25 - 0.002 * 44 / 28 * 298)),
        ("2021-01-01/2021-06-30", 0.85 * (0.146 * 0.45 * 28 - 0.002 * 44 / 28 * 265)),
        ("2024-01-01/2024-06-30", 0.85 * (0.146 * 0.45 * 28 - 0.002 * 44 / 28 * 265)),
    ],
)
def test_the_rice_takes_the_warming_potentials_of_its_season(p, reductions):
    assert calculate("XX_AM010", **FIELD, p=[p]).ER.magnitude.sum() == pytest.approx(reductions, rel=1e-12)


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_the_workbook_of_the_river_recalculates(tmp_path):
    calculate("XX_AM011", **RIVER).to_excel(tmp_path / "river.xlsx")
    (found,) = recalculated_by_office([tmp_path / "river.xlsx"], tmp_path).values()
    numbers = [cell for rows in found.values() for row in rows for cell in row if isinstance(cell, float)]
    assert any(abs(one - 19_213.1) < 1e-6 for one in numbers)
