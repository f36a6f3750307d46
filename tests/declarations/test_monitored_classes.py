"""Classes that are observed in each period, several seasons a year, and seasons over a New Year: rice of docs/examples.

One hectare in a dry season of 100 d, flooded continuously before the project and drained several times in it:
RE = 1.46 × 100 ÷ 1000 × 28 = 4.088 t, PE = 0.55 of it = 2.2484 t, ER = 1.8396 × 0.85 = 1.56366 t. With 5 t/ha of straw
shortly before the season, 6^0.59 = 2.878123… times as much: ER = 4.500…
"""

import re

import numpy as np
import pandas as pd
import pytest
from faults import edit
from land_use import RICE, SEASONS, land_use  # noqa: F401
from python_calamine import CalamineWorkbook
from workbooks import grids, office, recalculated_by_office

import jcm_calc
from jcm_calc import InputError, Methodology, calculate, methodology, portfolio, read_workbook
from jcm_calc.authoring.conformance import conform
from jcm_calc.evidence import unconfirmed

pytestmark = [
    pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning"),
    pytest.mark.usefixtures("land_use"),
]
GUESS = unconfirmed("made up")
HECTARE = {
    "A": [[1.0]],
    "D": [[100.0]],
    "season": ["dry"],
    "w_PJ": [["multiple drainage"]],
    "w_RE": ["continuous flooding"],
    "s_pre": ["not flooded < 180 d"],
    "Q_N": [[0.0]],
    "p": ["2024-01-01/2024-06-30"],
}
FACTORS = {"continuous flooding": 1.0, "single drainage": 0.71, "multiple drainage": 0.55}


def by_hand(days=None):
    """RE and PE of each season of `RICE`, with arithmetic of plain Python."""
    days = days or RICE["D"]
    re = pe = ()
    for season, daily in enumerate((2.95, 1.46)):
        reference = project = 0.0
        for stratum in (0, 1):
            regime = RICE["w_PJ"][stratum][season]
            straw = (1 + RICE["ROA"][stratum][0][season] * 1.0) ** 0.59
            before = (1.0, 0.89)[stratum]
            methane = daily * before * straw * RICE["A"][stratum][season] * days[stratum][season] / 1000 * 28
            nitrous = RICE["Q_N"][stratum][season] * 44 / 28 * 265
            reference += methane + nitrous * 0.003
            project += methane * FACTORS[regime] + nitrous * 0.005
        re, pe = (*re, reference), (*pe, project)
    return np.array(re), np.array(pe)


def test_one_hectare_by_hand():
    result = calculate("XX_AM010", **HECTARE)
    assert [float(result[name].magnitude.sum()) for name in ("RE", "PE", "ER")] == pytest.approx(
        [4.088, 2.2484, 1.56366]
    )
    straw = calculate("XX_AM010", **HECTARE, ROA=[[[5.0]]], kind=["straw < 30 d"])
    assert straw.ER.magnitude.sum() == pytest.approx(1.56366 * 6**0.59, rel=1e-12)


def test_two_seasons_of_two_strata_by_hand():
    result = calculate("XX_AM010", **RICE, split="whole")
    re, pe = by_hand()
    assert result.RE.magnitude == pytest.approx(re, rel=1e-12)
    assert result.PE.magnitude == pytest.approx(pe, rel=1e-12)
    assert result.ER.magnitude == pytest.approx((re - pe) * 0.85, rel=1e-12)


def test_the_module_conforms_with_its_classes_drawn():
    assert {outcome.state for outcome in conform(methodology("XX_AM010"), 8)} == {"passed"}
    assert {outcome.state for outcome in conform(methodology("XX_AM011"), 8)} == {"passed"}


# Seasons


def test_a_season_over_new_year_is_shared_between_its_years():
    """The dry season has 61 d in 2024 and 90 d in 2025: both fields stay, days and nitrogen are shared."""
    result = calculate("XX_AM010", **RICE, split="days")
    assert [str(period) for period in result.inputs.periods] == [
        "2024-06-01/2024-09-30", "2024-11-01/2024-12-31", "2025-01-01/2025-03-31",
    ]  # fmt: skip
    assert result["A"].magnitude.tolist() == [[2.0] * 3, [3.0] * 3]
    assert result["D"].magnitude[0].tolist() == pytest.approx([110, 120 * 61 / 151, 120 * 90 / 151])
    re, pe = by_hand()
    wet, dry = (re - pe) * 0.85
    years = result.by_year()
    assert years.index.tolist() == [2024, 2025]
    assert years["ER"].tolist() == pytest.approx([wet + dry * 61 / 151, dry * 90 / 151], rel=1e-12)
    assert years["tonnes"].tolist() == [int(wet + dry * 61 / 151), int(dry * 90 / 151)]


def test_monthly_rows_of_a_season_over_new_year_are_summed_within_each_year():
    months = pd.period_range("2024-11", "2025-03", freq="M").astype(str)
    rows = pd.DataFrame(
        {
            "i": [one for one in ("a", "b") for _ in months], "p": [*months, *months],
            "A": [2.0] * 5 + [3.0] * 5, "D": [24.0] * 5 + [20.0] * 5, "Q_N": [0.04] * 5 + [0.0] * 5,
            "w_PJ": ["multiple drainage"] * 5 + ["single drainage"] * 5,
        }
    )  # fmt: skip
    strata = pd.DataFrame({"i": ["a", "b"], "w_RE": RICE["w_RE"], "s_pre": RICE["s_pre"]})
    straw = pd.DataFrame({"i": ["a", "b"], "o": "x", "p": SEASONS[1], "ROA": [5.0, 0.0]})
    result = calculate(
        "XX_AM010", rows, strata, straw, kind={"x": "straw < 30 d"}, season=["dry"], p=[SEASONS[1]], split="years",
    )  # fmt: skip
    assert result["D"].magnitude.tolist() == [[48, 72], [40, 60]]
    assert result["A"].magnitude.tolist() == [[2, 2], [3, 3]]
    re, pe = by_hand()
    assert result.ER.magnitude.sum() == pytest.approx((re - pe)[1] * 0.85, rel=1e-12)


def test_a_class_that_changes_within_a_period_is_refused():
    rows = pd.DataFrame(
        {"i": "a", "p": ["2024-01", "2024-02"], "w_PJ": ["single drainage", "multiple drainage"], "A": 1.0, "D": 20.0}
    )
    given = {**HECTARE, "p": ["2024-01-01/2024-02-29"]}
    for name in ("A", "D", "w_PJ"):
        del given[name]
    with pytest.raises(InputError, match=r"w_PJ,i,p.*changes within a period"):
        calculate("XX_AM010", rows, **given)


def per_season(unit="tCO2/ha"):
    """RE is an amount for each hectare and season: nothing in it adds over time."""
    m = Methodology("XX_AM091", version="1.0", title="", country="XX", sectoral_scope=15, indices={"p": "season"})
    m.monitored("A_p", "ha", extensive="units", raises="RE", text="area", evidence=GUESS)
    m.fixed("E", unit, raises="RE", text="emissions of a season", evidence=GUESS)
    m.equation("RE_p", "tCO2", name="RE", text="", evidence=GUESS)(lambda A, E: A * E)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=GUESS)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=GUESS)(lambda RE, PE: RE - PE)
    return m


def test_an_amount_for_each_season_is_never_counted_in_both_years():
    assert calculate(per_season(), A=[10.0], E=2.0, p=SEASONS[1], split="whole").ER.magnitude.sum() == 20
    with pytest.raises(InputError, match="ER of the parts in each year is 40 tCO2, of the whole periods 20 tCO2"):
        calculate(per_season(), A=[10.0], E=2.0, p=SEASONS[1], split="days")
    rows = pd.DataFrame({"p": ["2024-11", "2024-12", "2025-01", "2025-02", "2025-03"], "A": 10.0})
    with pytest.raises(InputError, match="ER of the parts in each year is 40 tCO2"):
        calculate(per_season(), rows, E=2.0, p=SEASONS[1], split="years")


# Ways in


@pytest.mark.parametrize("way", ["arrays", "frame", "csv", "portfolio", "labels"])
def test_a_monitored_class_is_given_as_any_other_value(way, tmp_path):
    rows = pd.DataFrame(
        [
            {"i": i, "p": p, **{name: RICE[name][n][k] for name in ("A", "D", "Q_N", "w_PJ")}}
            for n, i in enumerate("ab")
            for k, p in enumerate(SEASONS)
        ]
    )
    strata = pd.DataFrame({"i": ["a", "b"], "w_RE": RICE["w_RE"], "s_pre": RICE["s_pre"]})
    straw = pd.DataFrame(
        [
            {"i": i, "o": "x", "p": p, "ROA": RICE["ROA"][n][0][k]}
            for n, i in enumerate("ab")
            for k, p in enumerate(SEASONS)
        ]
    )
    given = {"season": RICE["season"], "kind": {"x": "straw < 30 d"}, "p": SEASONS, "split": "whole"}
    if way == "arrays":
        result = calculate("XX_AM010", **RICE, split="whole")
    elif way == "frame":
        result = calculate("XX_AM010", rows, strata, straw, **given)
    elif way == "csv":
        rows.to_csv(tmp_path / "rows.csv", index=False)
        result = calculate("XX_AM010", tmp_path / "rows.csv", strata, straw, **given)
    elif way == "labels":
        wide = rows.pivot(index="i", columns="p", values="w_PJ")
        result = calculate("XX_AM010", rows.drop(columns="w_PJ"), strata, straw, w_PJ=wide, **given)
    else:
        rows.to_csv(tmp_path / "rows.csv", index=False)
        strata.to_csv(tmp_path / "strata.csv", index=False)
        (tmp_path / "case.toml").write_text(
            'methodology = "XX_AM010"\np = "2024-06-01/2024-09-30"\n[inputs]\n'
            'tables = ["rows.csv", "strata.csv", "straw.csv"]\nseason = ["wet"]\nkind = { x = "straw < 30 d" }\n'
        )
        rows[rows["p"] == SEASONS[0]].to_csv(tmp_path / "rows.csv", index=False)
        straw[straw["p"] == SEASONS[0]].to_csv(tmp_path / "straw.csv", index=False)
        assert portfolio([tmp_path / "case.toml"]).table["RE"].sum() == pytest.approx(by_hand()[0][0])
        return
    assert result.RE.magnitude == pytest.approx(by_hand()[0], rel=1e-12)
    assert result.PE.magnitude == pytest.approx(by_hand()[1], rel=1e-12)


def test_an_unknown_class_is_refused_with_its_place_and_those_that_are_known():
    regimes = [["single drainage", "multiple draining"], ["multiple drainage", "single drainage"]]
    with pytest.raises(InputError, match=r"w_PJ,i,p: got 'multiple draining'.*known: continuous flooding"):
        calculate("XX_AM010", **{**RICE, "w_PJ": regimes}, split="whole")


# Papers


@pytest.fixture
def workbook(tmp_path):
    result = calculate("XX_AM010", **RICE, split="days")
    result.to_excel(tmp_path / "clean.xlsx", plan=result)
    return tmp_path / "clean.xlsx"


def test_a_monitored_class_is_among_the_parameters_that_are_monitored(workbook):
    m = methodology("XX_AM010")
    assert "table 1" in m.inputs["w_PJ"].section
    assert m.inputs["w_PJ"].kind == "monitored"
    for name, rows in grids(workbook).items():
        if not name.startswith(("MPS(input)", "MRS(input)")) or "separate" in name:
            continue
        texts = [" ".join(map(str, row)) for row in rows]
        first, second, third = (next(n for n, text in enumerate(texts) if f"Table {k}" in text) for k in (1, 2, 3))
        own = [n for n, text in enumerate(texts) if "w_PJ,i,p" in text]  # a row for each period
        assert own
        assert all(first < n < second for n in own)
        assert any("w_RE,i" in text for text in texts[second:third])


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_the_workbook_follows_a_class_that_is_changed(workbook, tmp_path):
    """Stratum a drains several times in the wet season too: its methane is 0.55 in place of 0.71 of the reference."""
    sheet = next(name for name in grids(workbook) if name.startswith("MRS(input_separate)"))
    rows = grids(workbook)[sheet]
    places = [(n, k) for n, row in enumerate(rows, 1) for k, cell in enumerate(row) if cell == "single drainage"]
    (row, column) = places[0]
    edit(workbook, tmp_path / "changed.xlsx", {(sheet, f"{chr(65 + column)}{row}"): "multiple drainage"}, again=False)
    (found,) = recalculated_by_office([tmp_path / "changed.xlsx"], tmp_path).values()
    regimes = [["multiple drainage", "multiple drainage"], ["multiple drainage", "single drainage"]]
    expected = calculate("XX_AM010", **{**RICE, "w_PJ": regimes}, split="days")
    numbers = [cell for rows in found.values() for one in rows for cell in one if isinstance(cell, float)]
    changed = float(expected["PE"].magnitude[0])
    assert any(abs(one - changed) < 1e-9 * changed for one in numbers)
    again = read_workbook(tmp_path / "changed.xlsx").calculate()
    assert again.ER.magnitude == pytest.approx(expected.ER.magnitude, rel=1e-12)


def test_the_empty_workbook_offers_the_classes(tmp_path):
    m = methodology("XX_AM010")
    m.template(tmp_path / "empty.xlsx", units=2, years=[2024])
    assert CalamineWorkbook.from_path(tmp_path / "empty.xlsx").sheet_names
    import zipfile

    with zipfile.ZipFile(tmp_path / "empty.xlsx") as archive:
        texts = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name)
    offered = list(re.findall(r"<dataValidation [^>]*type=\"list\".*?</dataValidation>", texts))
    assert len(offered) >= 5  # season, w_PJ, w_RE, s_pre, kind


def test_verification_is_silent_on_the_clean_workbook(workbook):
    found = jcm_calc.verify(workbook)
    assert [str(one) for one in found.findings if one.severity != "question"] == []


def test_verification_finds_a_regime_whose_factor_was_changed(workbook, tmp_path):
    """The factor of multiple drainage in the list of the calculation sheet is 0.35 in place of 0.55."""
    sheet = next(name for name in grids(workbook) if name.startswith("MRS(calc_process)"))
    rows = grids(workbook)[sheet]
    # that of the project: nothing looks up the one before the project for this regime
    *_first, row = [n for n, one in enumerate(rows, 1) if "multiple drainage" in one and 0.55 in one]
    column = rows[row - 1].index(0.55)
    edit(workbook, tmp_path / "fault.xlsx", {(sheet, f"{chr(65 + column)}{row}"): 0.35})
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    assert found.of("error"), [str(one) for one in found.findings]


def test_verification_finds_a_regime_that_does_not_exist(workbook, tmp_path):
    sheet = next(name for name in grids(workbook) if name.startswith("MRS(input_separate)"))
    rows = grids(workbook)[sheet]
    row, column = next(
        (n, k) for n, one in enumerate(rows, 1) for k, cell in enumerate(one) if cell == "single drainage"
    )
    edit(workbook, tmp_path / "fault.xlsx", {(sheet, f"{chr(65 + column)}{row}"): "no drainage"})
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    assert any("no drainage" in str(one) for one in found.findings)
    assert found.result != "no misstatement found"
