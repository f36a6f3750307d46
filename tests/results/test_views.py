"""Each view of a result, also where an equation has no value that ER does not need: 0 / 0 in an idle period."""

import re

import draws
import numpy as np
import openpyxl
import pytest

import jcm_calc
from jcm_calc import InputError, Methodology
from jcm_calc.evidence import unconfirmed

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.UnconfirmedWarning")
OWN = unconfirmed("made up")


def with_zeros(rng, m, given):
    """Set every third number to 0 that may be 0, as in periods in which a plant does not run."""
    found = dict(given)
    for name, value in given.items():
        declared = m.inputs.get(name)
        if declared is None or declared.textual or declared.unit == "date" or isinstance(value, dict):
            continue
        if 0 in declared.bounds:
            found[name] = np.where(rng.random(np.shape(value)) < 1 / 3, 0.0, value)
    return found


VIEWS = {
    "sensitivity": lambda r: r.sensitivity(),
    "derivatives": lambda r: [r.derivatives(target) for target in ("RE", "PE", "ER")],
    "by_unit": lambda r: r.by_unit(),
    "table": lambda r: r.table(),
    "explain": lambda r: str(r.explain("ER")),
    "trace": lambda r: r.trace(),
    "values": lambda r: [r[name] for name in r],
    "page": lambda r: r._repr_html_(),
}


@pytest.mark.parametrize("number", [*jcm_calc.methodologies().index])
def test_zeros_hide_no_view(number):
    m = jcm_calc.methodology(number)
    for case in draws.cases(m):
        rng = np.random.default_rng(6)
        given = with_zeros(rng, m, draws.draw(rng, m, case, for_sheets=True))
        try:
            result = m.calculate(**case, **given)
        except InputError:  # ER itself has no value
            continue
        for view in VIEWS.values():
            view(result)
        assert all(np.isfinite(slope).all() for slope in result.derivatives().values())


@pytest.fixture
def plant():
    """Fuel a unit of product, and of that the product; a period without product has no specific use."""
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Example",
        country="XX",
        sectoral_scope=1,
        indices={"i": "plant", "p": "period"},
        identity={"version": OWN},
    )
    m.monitored("FC_i,p", "t", extensive=True, text="fuel")
    m.monitored("Q_i,p", "t", extensive=True, text="product")
    m.equation("SE_i,p", "tCO2/t", evidence=OWN, text="specific use", name="SE")(lambda FC, Q: 3 * FC / Q)
    m.equation("RE_i,p", "tCO2", evidence=OWN, text="", name="RE_i")(lambda Q, SE: np.where(Q > 0, Q * SE, 0))
    m.equation("RE_p", "tCO2", evidence=OWN, text="", name="RE", total="i")(lambda RE_i: RE_i)
    m.equation("PE_p", "tCO2", evidence=OWN, text="", name="PE", total="i")(lambda FC: FC)
    m.equation("ER_p", "tCO2", evidence=OWN, text="", name="ER")(lambda RE, PE: RE - PE)
    return m


def written(result, folder):
    result.to_html(folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


def test_what_er_does_not_need_is_missing_where_it_has_no_value(plant, tmp_path):
    result = plant.calculate(FC=[[4.0, 0.0], [6.0, 8.0]], Q=[[2.0, 0.0], [2.0, 2.0]], p=["2023", "2024"])
    specific = [[6.0, np.nan], [9.0, 12.0]]
    assert result.full("ER").ravel().tolist() == [20.0, 16.0]
    np.testing.assert_array_equal(result["SE"].magnitude, specific)
    np.testing.assert_array_equal(result.table("ip")["SE [tCO2/t]"], np.ravel(specific))
    assert result.trace().loc["SE", ["minimum", "maximum", "count"]].tolist() == [6.0, 12.0, 3]
    np.testing.assert_array_equal(result.derivatives()["FC"], [[2.0, -1.0], [2.0, 2.0]])
    assert result.by_unit()["ER"].tolist() == [8.0, 28.0]
    assert result.sensitivity(0.1).loc["FC", ["smaller", "larger", "elasticity"]].tolist() == pytest.approx(
        [-3.6, 3.6, 1]
    )
    explained = str(result.explain("ER", i=1, p="2024"))
    assert re.search(r"= where\(0 > 0, 0 × n/a, 0\)\n *= 0 tCO2\n", explained)
    assert re.search(r"= 3 × 0 ÷ 0\n *= no value\n", explained)
    for page in (result.explain("ER", i=1, p="2024")._repr_html_(), result._repr_html_(), written(result, tmp_path)):
        assert not re.search(r"\bnan\b", page)


def test_a_quantity_without_any_value_is_not_listed(plant):
    result = plant.calculate(FC=0.0, Q=0.0, p="2024")
    assert "SE" not in result
    assert "SE" not in result.trace().index
    assert np.isnan(result["SE"].magnitude)
    assert result.derivatives()["FC"].ravel().tolist() == [-1.0]


@pytest.mark.parametrize("number", ["ID_AM006", "ID_AM007"])
def test_a_workbook_shows_an_error_where_a_quantity_has_no_value(number, tmp_path):
    m = jcm_calc.methodology(number)
    case = draws.cases(m)[0]
    given = draws.draw(np.random.default_rng(6), m, case, for_sheets=True)
    amounts = [one.name for one in m.inputs.values() if one.extensive and 0 in one.bounds and one.name in given]
    idle = {name: np.zeros(np.shape(given[name])) for name in amounts}
    result = m.calculate(**case, **{**given, **idle})
    path = tmp_path / "idle.xlsx"
    result.to_excel(path, plan=result)
    cells = [cell for sheet in openpyxl.load_workbook(path, data_only=True) for row in sheet.values for cell in row]
    assert "#DIV/0!" in cells
    assert "nan" not in map(str, cells)
    found = jcm_calc.verify(path)
    assert found.result == "no misstatement found"
    assert not [one for one in found.findings if one.severity != "question" or one.code == "A3"]
