"""The made-up examples of the documentation give what a plain computation over their tables gives."""

import importlib.util
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from jcm_calc import InputError, calculate
from jcm_calc.api.case_file import read_case

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


# The case file that is explained


def test_the_case_file_that_is_explained(tmp_path):
    page = (EXAMPLES.parent / "case_file.md").read_text(encoding="utf-8")
    path = tmp_path / "case.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    case = read_case(path)
    result = case.calculate()
    # amount × factor × (1.63 ÷ 1.32 − 1)
    assert result.ER.magnitude.tolist() == pytest.approx(
        [mwh * 0.814 * (1.63 / 1.32 - 1) for mwh in (135, 141)], rel=1e-12
    )
    assert result.eligibility()["answer"].tolist() == ["met", "met", "met", "met", "not shown"]
    assert case.sources["EC_PJ"]["option"] == "C"


# The fleet of trucks


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """Write a smaller fleet, and return the folder."""
    specification = importlib.util.spec_from_file_location("vn_am001_fleet", EXAMPLES / "vn_am001_fleet.py")
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    script.TRUCKS = 300
    return script.write(tmp_path_factory.mktemp("fleet")).parent


def test_the_fleet_has_a_row_for_each_truck_and_for_each_of_its_months(fleet):
    trucks, months = pd.read_csv(fleet / "trucks.csv"), pd.read_csv(fleet / "months.csv")
    assert len(trucks) == trucks["i"].nunique() == 300
    assert len(months) == 300 * 24
    assert not months.duplicated(["i", "p"]).any()
    assert set(trucks["fuel"]) == {"Gas/diesel oil", "Motor gasoline"}


def test_the_fleet_gives_what_pandas_gives(fleet):
    trucks, months = pd.read_csv(fleet / "trucks.csv"), pd.read_csv(fleet / "months.csv")
    rows = months.merge(trucks, on="i")
    # t/kL × GJ/t × tCO2/GJ, the lower bounds of IPCC 2006
    per_kilolitre = rows["fuel"].map({"Gas/diesel oil": 0.84 * 41.4 * 0.0726, "Motor gasoline": 0.74 * 42.5 * 0.0675})
    rows["RE"] = rows["D_PJ [km]"] * rows["SV_RE [L/km]"] / 1000 * per_kilolitre
    rows["PE"] = rows["V_PJ [L]"] / 1000 * per_kilolitre
    expected = rows.groupby(rows["p"].str[:4].astype(int))[["RE", "PE"]].sum()
    found = read_case(str(fleet / "fleet.toml")).calculate().by_year()
    assert found.index.tolist() == [2024, 2025]
    for name in ("RE", "PE"):
        assert found[name].tolist() == pytest.approx(expected[name].tolist(), rel=1e-12)
    reductions = expected["RE"] - expected["PE"]
    assert found["ER"].tolist() == pytest.approx(reductions.tolist(), rel=1e-10)
    assert found["tonnes"].tolist() == [int(tonnes) for tonnes in reductions]
    assert (found["tonnes"] > 0).all()


# Two PV systems over the turn of a year


@pytest.fixture
def output():
    """The readings in kWh, as printed."""
    table = pd.read_csv(EXAMPLES / "pw_am001_two_years" / "output.csv", dtype=str)
    return table.assign(amount=[Decimal(text) for text in table["EG [kWh]"]])


def test_months_become_the_part_of_one_year_and_the_whole_of_the_next(output):
    result = read_case(str(EXAMPLES / "pw_am001_two_years" / "case.toml")).calculate()
    assert [str(period) for period in result.inputs.periods] == ["2023-07-01/2023-12-31", "2024"]
    assert result.ER.magnitude.shape == (2,)
    found = result.by_year()
    assert found.index.tolist() == [2023, 2024]
    for year in (2023, 2024):
        amount = sum(row.amount for row in output.itertuples() if row.p.startswith(str(year)))
        exact = amount / 1000 * Decimal("0.533")
        assert found.loc[year, "ER"] == pytest.approx(float(exact), rel=1e-13)
        assert found.loc[year, "tonnes"] == int(exact)
        assert found.loc[year, "PE"] == 0
    assert found["tonnes"].tolist() == [149, 313]


def test_a_period_over_the_turn_of_the_year_is_refused_or_split_by_its_months():
    months = EXAMPLES / "pw_am001_two_years" / "output.csv"
    with pytest.raises(InputError, match=r"with p=\['2023-07-01/2023-12-31', '2024'\]"):
        calculate("PW_AM001", months, p="2023-07-01/2024-12-31")
    result = calculate("PW_AM001", months, p="2023-07-01/2024-12-31", split="years")
    assert result.by_year()["tonnes"].tolist() == [149, 313]
