"""Terms of ER other than RE and PE: leakage, discounts, buffers, additions, in everything that shows or checks them.

The forest of docs/examples, by hand: RE = 400 × 550 + 100 × 1430 ÷ 3 = 267,666.67 t in each of two years of 365 days;
PE = 90 × 550 + 40 × 1430 ÷ 3 = 68,566.67 t and 120 × 550 + 30 × 1430 ÷ 3 = 80,300 t; LK = 3,600 t and 4,500 t. The map
is uncertain by 12 % (no discount) and 22 % (8 %), and a tenth goes into the buffer:
ER = 195,500 × 0.9 = 175,950 t and 182,866.67 × 0.92 × 0.9 = 151,413.6 t.
"""

import re

import dask.array as da
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from faults import edit
from hypothesis import given, settings
from hypothesis import strategies as st
from land_use import FOREST, land_use  # noqa: F401
from workbooks import formulas, grids, office, recalculated_by_office

import jcm_calc
from jcm_calc import Methodology, calculate, methodology, plots, portfolio, uncertainty
from jcm_calc.api.issuance.request import IssuanceRequest, Year
from jcm_calc.authoring.conformance import conform
from jcm_calc.cli import jcm
from jcm_calc.declarations import DeclarationError
from jcm_calc.evidence import unconfirmed

mpl.use("Agg")
pytestmark = [
    pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning"),
    pytest.mark.usefixtures("land_use"),
]
GUESS = unconfirmed("made up")
REDUCTIONS = [175_950.0, 151_413.6]


def made(terms, reductions, **changed):
    """RE = Σ a, PE = Σ b, LK = Σ c, and what else a test declares."""
    m = Methodology(
        "XX_AM090", version="1.0", title="", country="XX", sectoral_scope=1, terms=terms,
        indices={"i": "stratum", "p": "monitoring period"}, identity={"version": GUESS},
    )  # fmt: skip
    for name, target in (("a", "RE"), ("b", "PE"), ("c", "LK")):
        acts = {"raises": target} if target in ("RE", "PE", *terms) else {}
        m.monitored(f"{name}_i,p", "tCO2", extensive=True, text=name, evidence=GUESS, **acts)
    m.monitored("U_p", "", bounds="[0, 1]", text="U", evidence=GUESS, **({"raises": "U"} if "U" in terms else {}))
    functions = {
        "RE": ("i", lambda a: a),
        "PE": ("i", lambda b: b),
        "LK": ("i", lambda c: c),
        "ER": ("", reductions),
        **changed,
    }
    for name, (total, function) in functions.items():
        m.equation(f"{name}_p", "tCO2", name=name, total=total, text=name, evidence=GUESS)(function)
    return m


TERMS = {"LK": "deduction", "U": "discount"}


def usual(**changed):
    return made(TERMS, lambda RE, PE, LK, U: (RE - PE - LK) * (1 - U), **changed)


def failures(m):
    return {outcome.check: outcome.failure for outcome in conform(m, 10) if outcome.failure}


# By hand


def test_the_forest_by_hand():
    result = calculate("XX_AM012", **FOREST)
    assert result.ER.magnitude.tolist() == pytest.approx(REDUCTIONS, rel=1e-12)
    years = result.by_year()
    assert list(years.columns) == ["RE", "PE", "LK", "UD [tCO2]", "BF [tCO2]", "ER", "tonnes"]
    assert years["tonnes"].tolist() == [175_950, 151_413]
    assert years["LK"].tolist() == [3600, 4500]
    assert years["UD [tCO2]"].tolist() == pytest.approx([0, 182_866 * 0.08 + 2 / 3 * 0.08], rel=1e-12)
    assert years["BF [tCO2]"].tolist() == pytest.approx([19_550, 151_413.6 / 9], rel=1e-12)


@given(
    numbers=st.lists(st.floats(0, 1e6), min_size=6, max_size=6),
    shares=st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
@settings(max_examples=50, deadline=None)
def test_every_row_adds_up(numbers, shares):
    """Two strata, two years."""
    a, b, c = np.array(numbers).reshape(3, 2)
    two = {name: np.array([one, one[::-1]]) for name, one in (("a", a), ("b", b), ("c", c))}
    result = calculate(usual(), U=shares, p=["2023", "2024"], **two)
    years = result.by_year()
    rest = years["RE"] - years["PE"] - years["LK"] - years["U [tCO2]"]
    scale = 1e-12 * (1 + float(sum(numbers)))
    assert np.allclose(rest, years["ER"], rtol=0, atol=scale)
    parts = result.by_unit()
    assert np.allclose(parts["RE"] - parts["PE"] - parts["LK"] - parts["U [tCO2]"], parts["ER"], rtol=0, atol=scale)
    for name in ("RE", "PE", "LK", "ER"):
        assert np.isclose(parts[name].sum(), years[name].sum(), rtol=1e-9, atol=1e3 * scale)


# Parts of units


def test_what_each_stratum_contributes_is_what_it_is_after_the_discounts():
    parts = calculate("XX_AM012", **FOREST).by_unit()
    first = 0.9 * (550 * (400 - 90) + 0.92 * 550 * (400 - 120))
    second = 0.9 * (1430 / 3) * ((100 - 40) + 0.92 * (100 - 30))
    leakage = -0.9 * (3600 + 0.92 * 4500)
    assert parts["ER"].tolist() == pytest.approx([first, second, leakage], rel=1e-12)
    assert parts["ER"].sum() == pytest.approx(sum(REDUCTIONS), rel=1e-12)
    assert parts.index.tolist()[-1] == ("", "not by unit")


def test_a_discount_that_is_none_of_units_has_a_row_of_its_own():
    """The discount depends on the amounts themselves, so that no unit has a part of it: U = PE ÷ RE."""
    m = made({"V": "discount"}, lambda RE, PE, V: (RE - PE) * (1 - V))
    m.remove("c", "U", "LK")
    m.equation("V_p", "", name="V", text="", evidence=GUESS)(lambda RE, PE: PE / RE)
    parts = calculate(m, a=[[60.0], [40.0]], b=[[20.0], [5.0]], p=["2024"]).by_unit()
    assert parts["ER"].tolist() == pytest.approx([40, 35, -0.25 * 75])
    assert parts["V [tCO2]"].tolist() == pytest.approx([0, 0, 0.25 * 75])
    assert parts[["RE", "PE"]].sum().tolist() == [100, 25]


def test_an_addition_and_a_buffer_after_it():
    m = made(
        {"LK": "addition", "U": "discount", "K": "deduction"},
        lambda RE, PE, LK, U, K: (RE - PE + LK) * (1 - U) - K,
    )
    m.default("K_p", "tCO2", value=7.0, raises="K", text="a buffer that is always the same", evidence=GUESS)
    m.waive("zero activity", "the buffer is always the same", of="K")
    result = calculate(m, a=[[100.0]], b=[[10.0]], c=[[30.0]], U=[0.5], p=["2024"])
    assert result.by_year().iloc[0].to_dict() == {
        "RE": 100, "PE": 10, "LK": 30, "U [tCO2]": 60, "K": 7, "ER": 53, "tonnes": 53,
    }  # fmt: skip
    parts = result.by_unit()
    assert parts["ER"].tolist() == [60, -7]
    assert not failures(m)


# What an author declares


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: made({"LK": "leak"}, lambda RE: RE), "must be deduction, addition, discount"),
        (lambda: made({"LEAK": "deduction"}, lambda RE, PE: RE - PE), "the deduction 'LEAK' of ER is not declared"),
        (lambda: made({"LK": "deduction"}, lambda RE, PE: RE - PE), "'LK' takes no part in the equation of ER"),
        (lambda: made({"U": "deduction"}, lambda RE, PE, U: RE - PE), "'U' of ER must be an amount in tCO2"),
        (lambda: made({"LK": "discount"}, lambda RE, PE, LK: RE - LK), "'LK' of ER must be a share without a unit"),
        (lambda: made({"c": "deduction"}, lambda RE, PE, c: RE - c), "depends on nothing but p"),
        (lambda: _wide(), r"the discount 'W' has the bounds \[0, inf\)"),
    ],
)
def test_a_term_that_is_none_is_refused(make, complaint):
    with pytest.raises(DeclarationError, match=complaint):
        make().graph({})


def _wide():
    m = made({"W": "discount"}, lambda RE, PE, W: (RE - PE) * (1 - W))
    m.monitored("W_p", "", raises="W", text="", evidence=GUESS)
    return m


@pytest.mark.parametrize("target", ["ER", "LEAK", "Lk", "PX", "U_p"])
@pytest.mark.parametrize("effect", ["raises", "lowers", "either"])
@pytest.mark.parametrize("declare", ["monitored", "fixed", "default", "class_key"])
def test_a_direction_on_what_does_not_exist_is_an_error(declare, effect, target):
    m = usual()
    words = {"evidence": GUESS} if declare == "default" else {}
    arguments = ("x",) if declare == "class_key" else ("x", "")
    with pytest.raises(DeclarationError, match=f"{effect}='{target}' must name RE, PE, LK, U"):
        getattr(m, declare)(*arguments, text="", **{effect: f"RE {target}"}, **words)


def test_the_usual_conforms():
    assert failures(usual()) == {}
    assert failures(methodology("XX_AM012")) == {}


@pytest.mark.parametrize(
    ("reductions", "words"),
    [
        (lambda RE, PE, LK, U: (RE - PE + LK) * (1 - U), "(RE − PE − LK) × (1 − U) is"),
        (lambda RE, PE, LK, U: (RE - PE - LK) * (1 + U), "(RE − PE − LK) × (1 − U) is"),
        (lambda RE, PE, LK, U: (RE - PE) * (1 - U) - LK, "(RE − PE − LK) × (1 − U) is"),
        (lambda RE, PE, LK, U: RE - PE - LK - U * RE, "(RE − PE − LK) × (1 − U) is"),
        (lambda RE, PE, LK, U, c_i: (RE - PE - LK) * (1 - U) - c_i, "(RE − PE − LK) × (1 − U) is"),
    ],
)
def test_the_check_finds_an_equation_of_er_that_is_another_one(reductions, words):
    m = usual(ER=("", reductions))
    if "c_i" in reductions.__code__.co_varnames:
        m.equation("c_p", "tCO2", name="c_i", total="i", text="", evidence=GUESS)(lambda c: c)
    assert words in failures(m)["reductions"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"c": ""}, "c_i,p raises LK"),
        ({"c": "PE"}, "c_i,p is declared to act on PE and does not"),
        ({"U": ""}, "U_p raises U"),
        ({"a": "RE LK"}, "a_i,p is declared to act on LK and does not"),
    ],
)
def test_directions_on_terms_are_compared_with_their_derivatives(changes, words):
    m = usual()
    for name, raises in changes.items():
        item = m.inputs.pop(name)
        more = {"bounds": "[0, 1]"} if name == "U" else {"extensive": True}
        m.monitored(item.symbol, item.unit, raises=raises, text=name, evidence=GUESS, **more)
    assert words in failures(m)["directions"]


@pytest.mark.parametrize("effect", ["deduction", "addition"])
def test_a_default_is_moved_to_its_safe_side_by_the_sign_of_its_term(effect):
    """A default that raises what is deducted is safe when larger; one that raises what is added, when smaller."""
    m = made({"LK": effect}, lambda RE, PE, LK: RE - PE + (LK if effect == "addition" else -LK))
    m.remove("LK", "U")
    m.default("k", "", value=0.5, raises="LK", text="k", evidence=GUESS)
    m.equation("LK_p", "tCO2", name="LK", total="i", text="LK", evidence=GUESS)(lambda c, k: c * k)
    assert failures(m) == {}
    other = m.corrected(by="somebody")
    other.default("k", "", value=0.5, lowers="LK", text="k", evidence=GUESS)
    assert "ER rises when k moves to its safe side" in failures(other)["conservative defaults"]


def test_terms_are_those_of_the_version():
    m = usual()
    later = m.revised("2.0", unchanged=GUESS, identity={"version": GUESS}, terms={"LK": "deduction"})
    assert (m.terms, later.terms) == (TERMS, {"LK": "deduction"})
    assert m.corrected(by="a reader").terms == TERMS
    with pytest.raises(DeclarationError, match="rebate"):
        m.revised("2.0", unchanged=GUESS, identity={}, terms={"LK": "rebate"})


# What shows them


def test_a_negative_deduction_cannot_be_given():
    with pytest.raises(jcm_calc.InputError, match="AD_LK,p"):
        calculate("XX_AM012", **{**FOREST, "AD_LK": [-12.0, 15.0]})


def test_a_deduction_below_nothing_is_remarked_on():
    """An equation can give what the bounds of no parameter exclude: −20 t of leakage would raise ER."""
    m = usual(LK=("i", lambda c, a: c - a))
    result = calculate(m, a=[[30.0]], b=[[1.0]], c=[[10.0]], U=[0.1], p=["2024"])
    (remark,) = [one for one in result.remarks if one.subject == "LK_p"]
    assert "-20 tCO2" in str(remark)
    assert "[0, inf)" in str(remark)
    with pytest.raises(jcm_calc.InputError, match="LK_p"):
        calculate(m, a=[[30.0]], b=[[1.0]], c=[[10.0]], U=[0.1], p=["2024"], strict=True)


def test_derivatives_run_through_the_terms():
    slopes = calculate("XX_AM012", **FOREST).derivatives()
    assert slopes["LK"].ravel().tolist() == pytest.approx([-0.9, -0.92 * 0.9])
    assert slopes["BF"].ravel().tolist() == pytest.approx([-195_500 - 182_866.6666666667 * 0.92])
    assert calculate("XX_AM012", **FOREST).derivatives("LK")["AD_LK"].ravel().tolist() == [300, 300]


def test_the_waterfall_steps_down_to_er():
    result = calculate("XX_AM012", **FOREST)
    ax = plots.waterfall(result)
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels[:6] == ["RE", "− PE", "− LK", "− UD", "− BF", "ER"]
    bars = ax.patches
    level = 0.0
    for bar in bars[:5]:
        assert bar.get_y() == pytest.approx(level)
        level = bar.get_y() + bar.get_height()
    assert level == pytest.approx(sum(REDUCTIONS)) == pytest.approx(bars[5].get_height())
    legend = plots.emissions(result).get_legend()
    assert [text.get_text().split(",")[0] for text in legend.get_texts()] == [
        "RE", "PE", "LK", "UD [tCO2]", "BF [tCO2]", "ER",
    ]  # fmt: skip


def test_the_report_and_the_command_show_rows_that_add_up(tmp_path):
    result = calculate("XX_AM012", **FOREST)
    result.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    every = re.findall(r'<table class="amounts">.*?</table>', page, re.S)
    tables = [one for one in every if re.search("<th>RE.*<th>ER", one)]
    assert len(tables) == 2  # years, and units
    for table in tables:
        heads = re.findall(r"<th>(.*?)</th>", table.split("</thead>")[0])
        for row in re.findall(r"<tr>(.*?)</tr>", table.split("</thead>")[1], re.S):
            cells = [float(one.replace(",", "")) for one in re.findall(r"<td>(-?[\d,.]+)</td>", row)]
            amounts = dict(zip(heads[1:], cells, strict=False))
            rest = amounts["RE"] - sum(value for name, value in amounts.items() if name not in ("RE", "ER"))
            assert rest == pytest.approx(amounts["ER"], abs=0.003)
    assert "XX_AM012" in result._repr_html_()
    shown = CliRunner().invoke(jcm, ["show", "XX_AM012"]).output
    assert "Terms of ER other than RE and PE" in shown
    assert "× (1 − UD_p)" in shown
    text = 'methodology = "XX_AM012"\np = ["2023", "2025"]\n[inputs]\n' + "".join(
        f"{name} = {value}\n" for name, value in FOREST.items() if name != "p"
    )
    (tmp_path / "case.toml").write_text(text)
    output = CliRunner().invoke(jcm, ["calc", str(tmp_path / "case.toml")]).output
    (line,) = [line for line in output.splitlines() if "151,413" in line and line.rstrip().endswith("151,413")]
    amounts = ["267,666.667", "80,300.000", "4,500.000", "14,629.333", "16,823.733", "151,413.600"]
    assert line.split() == ["2025", *amounts, "151,413"]


def test_draws_keep_the_terms():
    found = uncertainty(calculate("XX_AM012", **FOREST), {"EF_LK": "±10 %"}, draws=2000)
    summary = found.summary()
    assert summary.index.tolist() == ["RE", "PE", "LK", "UD [tCO2]", "BF [tCO2]", "ER"]
    # a tenth is the half-width of 95 %: of 8,100 t a standard uncertainty of 5.1 % in LK, 0.9 and 0.828 of it in ER
    ratio = found.standard() / found.standard("LK")
    assert ratio == pytest.approx(0.9 * (3600 + 0.92 * 4500) / 8100, rel=1e-9)
    drawn = found.samples
    rest = drawn["RE"] - drawn["PE"] - drawn["LK"] - drawn["UD [tCO2]"] - drawn["BF [tCO2]"]
    assert np.allclose(rest, drawn["ER"], rtol=1e-12)


def test_dask_arrays_give_the_same_years():
    lazily = {**FOREST, "AD_PJ": da.from_array(np.array(FOREST["AD_PJ"]), chunks=(1, 2))}
    for name in ("AD_RL", "C_before", "C_after"):
        lazily[name] = da.from_array(np.array(FOREST[name]), chunks=1)
    found, plain = calculate("XX_AM012", **lazily).by_year(), calculate("XX_AM012", **FOREST).by_year()
    assert list(found.columns) == list(plain.columns)
    assert np.allclose(found.to_numpy(float), plain.to_numpy(float), rtol=1e-12)


def test_a_portfolio_has_a_column_for_them(tmp_path):
    frame = pd.DataFrame(
        {
            "project": "forest", "methodology": "XX_AM012", "i": ["a", "a", "b", "b"], "p": ["2025", "2026"] * 2,
            "AD_RL": [400.0, 400, 100, 100], "C_before": [180.0, 180, 150, 150], "C_after": [30.0, 30, 20, 20],
            "AD_PJ": [90.0, 120, 40, 30], "AD_LK": [12.0, 15] * 2, "EF_LK": 300.0, "U": [12.0, 22] * 2,
        }
    )  # fmt: skip
    pumps = pd.DataFrame({"project": ["roof"], "methodology": "PW_AM001", "p": "2025", "EG": [500.0]})
    found = portfolio(pd.concat([frame, pumps]))
    table = found.table
    assert np.allclose(table["RE"] - table["PE"] - table["other terms"], table["ER"])
    assert table["ER"].tolist()[:2] == pytest.approx(REDUCTIONS)
    sums = found.by("year")
    assert sums["other terms"].tolist() == pytest.approx([3600 + 19_550, 4500 + 14_629.333333 + 16_823.733333])
    for suffix in ("xlsx", "html", "csv"):
        found.to_file(tmp_path / f"portfolio.{suffix}")
    assert "other terms" in (tmp_path / "portfolio.html").read_text()
    assert "other terms" not in portfolio(pumps).table


def test_a_request_for_issuance_has_a_column_for_them(tmp_path):
    """What is not confirmed has no request: this one is put together by hand."""
    result = calculate("XX_AM012", **FOREST)
    years = [
        Year(int(year), {name: row[name] for name in ("RE", "PE", "ER")}, int(row["tonnes"]), ())
        for year, row in result.by_year().iterrows()
    ]
    request = IssuanceRequest({"number": "XX001"}, (result,), tuple(years), (), (), ())
    request.to_excel(tmp_path / "request.xlsx")
    rows = [row for sheet in grids(tmp_path / "request.xlsx").values() for row in sheet]
    head = next(row for row in rows if any("Other terms" in str(cell) for cell in row))
    place = next(number for number, cell in enumerate(head) if "Other terms" in str(cell))
    shown = [row[place] for row in rows[rows.index(head) + 1 :][:2]]
    assert shown == pytest.approx([3600 + 19_550, 4500 + 14_629.333333 + 16_823.733333])
    roof = calculate("PW_AM001", EG=[[500.0]], p="2025")
    assert not IssuanceRequest({"number": "XX001"}, (roof,), (), (), (), ()).has_other_terms


def test_a_manifest_replays():
    manifest = calculate("XX_AM012", **FOREST).manifest()
    assert jcm_calc.replay(manifest).manifest() == manifest


# Workbook and verification


@pytest.fixture
def workbook(tmp_path):
    result = calculate("XX_AM012", **FOREST)
    result.to_excel(tmp_path / "clean.xlsx", plan=result)
    return tmp_path / "clean.xlsx"


def cells_of(path, sheet, symbol):
    """The row of a symbol on a calculation sheet, and its first value."""
    for number, row in enumerate(grids(path)[sheet], 1):
        if symbol in row:
            return number
    raise AssertionError(symbol)


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_the_workbook_recalculates_with_its_terms(workbook, tmp_path):
    (found,) = recalculated_by_office([workbook], tmp_path).values()
    stored = grids(workbook)
    for sheet, rows in stored.items():
        for one, two in zip(rows, found[sheet], strict=False):
            for before, after in zip(one, two, strict=False):
                if isinstance(before, float) and isinstance(after, float):
                    assert after == pytest.approx(before, rel=1e-12)
    numbers = {round(cell, 1) for rows in found.values() for row in rows for cell in row if isinstance(cell, float)}
    assert {175_950.0, 151_413.6, 3600.0, 4500.0, 182_866.7 + 80_300 + 4500} <= numbers


def test_rows_of_terms_are_among_those_of_the_reductions(workbook):
    for sheet in [name for name in grids(workbook) if "calc_process" in name]:
        symbols = [
            next((cell for cell in row if cell in ("ER_p", "LK_p", "RE_p", "PE_p")), None)
            for row in grids(workbook)[sheet]
        ]
        assert [one for one in symbols if one] == ["ER_p", "LK_p", "RE_p", "PE_p"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_verification_is_silent_on_the_clean_workbook(language, tmp_path):
    result = calculate("XX_AM012", **FOREST)
    result.to_excel(tmp_path / "clean.xlsx", plan=result, language=language)
    found = jcm_calc.verify(tmp_path / "clean.xlsx")
    assert [str(one) for one in found.findings if one.severity != "question"] == []
    assert found.reported == found.recalculated == 175_950 + 151_413


@pytest.mark.parametrize(
    ("symbol", "change"),
    [
        ("ER_p", lambda formula: formula.replace("-", "+")),  # leakage and project emissions added
        ("ER_p", lambda formula: formula.split("*")[0]),  # no discounts at all
        ("ER_p", lambda formula: re.sub(r"\(1-", "(1+", formula, count=1)),  # a discount that raises
        ("ER_p", lambda formula: formula.rsplit("*", 1)[0]),  # no buffer
        ("LK_p", lambda formula: "0"),
    ],
)
def test_verification_finds_a_term_that_is_changed(symbol, change, workbook, tmp_path):
    *_first, sheet = [name for name in grids(workbook) if name.startswith("MRS(calc_process)")]  # of 2025
    row = cells_of(workbook, sheet, symbol)
    (column, (formula, _)), *_rest = [
        (column, found)
        for (name, column, number), found in formulas(workbook).items()
        if name == sheet and number == row
    ]
    edit(workbook, tmp_path / "fault.xlsx", {(sheet, f"{column}{row}"): "=" + change(formula)})
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    assert found.of("error"), [str(one) for one in found.findings]
    assert found.recalculated == 175_950 + 151_413
    assert found.reported != found.recalculated


def test_the_table_of_years_of_a_plan_has_what_re_less_pe_less_er_is(tmp_path):
    result = calculate("XX_AM012", **FOREST)
    result.to_excel(tmp_path / "plan.xlsx", stage="plan")
    rows = [row for sheet in grids(tmp_path / "plan.xlsx").values() for row in sheet]
    (head,) = [row for row in rows if any("Other terms" in str(cell) for cell in row)]
    place = next(number for number, cell in enumerate(head) if "Other terms" in str(cell))
    shown = [row[place] for row in rows[rows.index(head) + 1 :] if len(row) > place and isinstance(row[place], float)][
        :3
    ]
    first, second = 3600 + 19_550, 4500 + 14_629.333333 + 16_823.733333
    assert shown == pytest.approx([first, second, first + second])
