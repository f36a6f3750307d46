"""A result as an xarray Dataset, and what is said where an optional package is missing."""

import sys
from datetime import date

import numpy as np
import pytest
from workbooks import drawn_result, every_case, label

import jcm_calc
from jcm_calc import InputError, calculate, plots, uncertainty

xr = pytest.importorskip("xarray")
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

CASES = {label(m, case): (m, case) for m, case in every_case()}


@pytest.mark.parametrize("name", CASES)
def test_each_quantity_of_each_methodology_has_its_labels_its_unit_and_its_values(name):
    result = drawn_result(*CASES[name], seed=11)
    data = result.to_xarray()
    assert set(data.data_vars) == {row["name"] for row in result.quantities()}
    periods = [str(period) for period in result.inputs.periods]
    assert data["p"].values.tolist() == periods
    assert data["first_day"].dt.year.values.tolist() == [period.first.year for period in result.inputs.periods]
    for variable, array in data.data_vars.items():
        node = result.graph.nodes[variable]
        assert set(array.dims) == set(node.indices)
        assert array.attrs.get("units", "") == ("" if node.unit in ("category", "date", "yes/no") else node.unit)
        for letter in array.dims:
            assert array[letter].values.tolist() == (
                periods if letter == "p" else list(result.inputs.axes[letter].labels)
            )
        if array.dtype.kind == "f":
            assert array.values.ravel().tolist() == result.full(variable).ravel().tolist()
    assert data["ER"].sum().item() == pytest.approx(float(result.ER.magnitude.sum()))
    assert data["ER"].attrs["units"] == "tCO2"


def test_labels_select_and_dates_are_dates():
    result = calculate("PW_AM001", EG=[[500.0, 510.0], [300.0, 310.0]], p=["2024", "2025"])
    data = result.to_xarray()
    assert data["EG"].sel(i=1, p="2025").item() == 510
    assert data["EG"].attrs["long_name"]
    assert data["last_day"].values.tolist() == np.array(["2024-12-31", "2025-12-31"], "datetime64[ns]").tolist()
    assert data.attrs["methodology"] == "PW_AM001"
    assert "first_day" not in calculate("PW_AM001", EG=500.0).to_xarray().coords
    frame = data["RE_i"].to_dataframe()
    assert frame.loc[(2, "2024"), "RE_i"] == pytest.approx(300 * 0.533)


def test_a_day_that_is_given_is_a_date():
    for m, case in CASES.values():
        names = [one.name for one in m.graph(case).parameters if one.unit == "date"]
        if names:
            result = drawn_result(m, case, seed=2)
            for name in names:
                days = result.full(name).ravel().astype(int).tolist()
                found = result.to_xarray()[name].values.ravel().astype("datetime64[D]").tolist()
                assert found == [date.fromordinal(day) for day in days]
            return
    raise AssertionError("no methodology asks for a date")


# Packages that are not installed


def roof():
    return calculate("PW_AM001", EG=[[500.0, 510.0], [300.0, 310.0]], p=["2024", "2025"])


NEEDED = {
    "to_xarray": ("xarray", "xarray", lambda: roof().to_xarray()),
    "emissions": ("matplotlib", "plot", lambda: plots.emissions(roof())),
    "waterfall": ("matplotlib", "plot", lambda: plots.waterfall(roof())),
    "contributions": ("matplotlib", "plot", lambda: plots.contributions(roof())),
    "sensitivity": ("matplotlib", "plot", lambda: plots.sensitivity(roof())),
    "equations": ("matplotlib", "plot", lambda: plots.equations(jcm_calc.methodology("PW_AM001"))),
    "normal": ("scipy", "uncertainty", lambda: uncertainty(roof(), {"EG": "±2 % (k=2)"}, draws=10)),
    "covered": ("scipy", "uncertainty", lambda: uncertainty(roof(), {"EG": "±2 % (95 %)"}, draws=10)),
    "grouped": ("scipy", "uncertainty", lambda: uncertainty(roof(), {"EG": "±2 %"}, draws=10, groups={"EG": "a"})),
    "break_even": (
        "scipy",
        "uncertainty",
        lambda: jcm_calc.break_even("PW_AM001", {}, "EG", between=(1, 1000), target=100),
    ),
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_package_is_named_with_how_to_install_it(name, monkeypatch, tmp_path):
    package, extra, call = NEEDED[name]
    monkeypatch.chdir(tmp_path)
    for module in [one for one in sys.modules if one.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"{package}: .*pip install 'jcm-calc\[{extra}\]'"):
        call()
    assert not list(tmp_path.iterdir())
