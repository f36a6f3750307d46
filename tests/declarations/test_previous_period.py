"""What a period begins with: stocks, a buffer and its use after a loss. The planting of docs/examples.

Two strata hold 130 t of carbon at the start and 170, 250, 210 and 220 t at the ends of four years; machines take 10 GJ,
0.741 t, each year; the buffer holds 5 t. A fifth of removals goes into the buffer, and a loss is taken from it first.

    year   removals              into the buffer   buffer        from it   ER
    2023    40 × 44 ÷ 12 = 146 ⅔   29 ⅓              34 ⅓           0        116 3/5 − 0.0077 = 116.592333
    2024    80 × 44 ÷ 12 = 293 ⅓   58 ⅔              93             0        233.925667
    2025   −40 × 44 ÷ 12 = −146 ⅔   0                 0            93        −54.407667: no tonnes
    2026    10 × 44 ÷ 12 =  36 ⅔    7 ⅓               7 ⅓           0         28.592333
"""

import json

import dask.array as da
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from faults import edit
from hypothesis import given, settings
from hypothesis import strategies as st
from land_use import land_use  # noqa: F401
from workbooks import grids, office, recalculated_by_office

import jcm_calc
from jcm_calc import InputError, Methodology, calculate, methodology, portfolio, read_workbook, uncertainty
from jcm_calc.authoring.conformance import conform
from jcm_calc.cli import jcm
from jcm_calc.declarations import DeclarationError
from jcm_calc.evidence import unconfirmed

pytestmark = [
    pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning"),
    pytest.mark.usefixtures("land_use"),
]
GUESS = unconfirmed("made up")
YEARS = ["2023", "2024", "2025", "2026"]
CARBON = [[130.0, 190.0, 150.0, 160.0], [40.0, 60.0, 60.0, 60.0]]
START = {"C_before": [100.0, 30.0], "B_before": 5.0}
PLANTING = {"C": CARBON, "FC": [10.0] * 4, "p": YEARS, **START}
REDUCTIONS = [116.592333333, 233.925666667, -54.407666667, 28.592333333]
BUFFER = [34 + 1 / 3, 93, 0, 7 + 1 / 3]


def planted(first=0, beyond=4, **more):
    """The calculation of some of the years."""
    own = {"C": [row[first:beyond] for row in CARBON], "FC": [10.0] * (beyond - first), "p": YEARS[first:beyond]}
    return calculate("XX_AM013", **own, **more)


# By hand


def test_four_years_by_hand():
    result = calculate("XX_AM013", **PLANTING)
    assert result.ER.magnitude == pytest.approx(REDUCTIONS, rel=1e-9)
    assert result["B"].magnitude == pytest.approx(BUFFER, abs=1e-9)
    assert result["C_before"].magnitude.tolist() == [[100, 130, 190, 150], [30, 40, 60, 60]]
    assert result["B_before"].magnitude == pytest.approx([5, *BUFFER[:3]], abs=1e-9)
    years = result.by_year()
    assert years["tonnes"].tolist() == [116, 233, 0, 28]
    assert (years["RE"] - years["PE"] + years["RM"] - years["BF"] + years["BU"]).tolist() == pytest.approx(REDUCTIONS)
    assert result.remarks == ()


def test_it_is_said_where_a_value_comes_from():
    result = calculate("XX_AM013", **PLANTING)
    assert result.trace().loc["B_before", "from"] == "given 5.0 at the start, then B_p of the period before"
    assert "B_before,p = 93 tCO2: given 5.0 at the start, then B_p of the period before" in str(
        result.explain("BU", p="2025")
    )
    assert result.to_xarray()["C_before"].values.tolist() == [[100, 130, 190, 150], [30, 40, 60, 60]]
    assert result.table("ip")["C_before [t]"].tolist() == [100, 130, 190, 150, 30, 40, 60, 60]


def test_the_parts_of_strata_add_up():
    parts = calculate("XX_AM013", **PLANTING).by_unit()
    assert parts["ER"].sum() == pytest.approx(sum(REDUCTIONS))
    assert parts["RM"].tolist() == pytest.approx([60 * 44 / 12, 30 * 44 / 12, 0])


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("how", ["result", "manifest", "numbers", "read again"])
def test_reports_one_after_the_other_give_what_all_years_give_at_once(cut, how, tmp_path):
    first = planted(0, cut, **START)
    if how == "numbers":
        more = {"C_before": [row[cut - 1] for row in CARBON], "B_before": BUFFER[cut - 1]}
    elif how == "read again":
        first.to_excel(tmp_path / "earlier.xlsx")
        more = {"previous": read_workbook(tmp_path / "earlier.xlsx").calculate()}
    else:
        more = {"previous": first if how == "result" else json.loads(json.dumps(first.manifest()))}
    second = planted(cut, 4, **more)
    together = [*np.atleast_1d(first.ER.magnitude), *np.atleast_1d(second.ER.magnitude)]
    assert together == pytest.approx(REDUCTIONS, rel=1e-9)
    manifest = second.manifest()  # needs no earlier report again
    assert jcm_calc.replay(manifest).manifest() == manifest


def decay():
    """First-order decay of what is deposited: M_p = M_{p−1} × e^−k + W_p, and E_p = M_{p−1} × (1 − e^−k)."""
    m = Methodology(
        "XX_AM092", version="1.0", title="", country="XX", sectoral_scope=13, indices={"i": "site", "p": "year"},
        identity={"version": GUESS},
    )  # fmt: skip
    m.monitored("W_i,p", "t", extensive=True, raises="", text="waste", evidence=GUESS)
    m.monitored("M_before,i,p", "t", extensive="units", previous_of="M", raises="RE", text="before", evidence=GUESS)
    m.default("k", "", value=0.2, raises="RE", text="decay of a year", evidence=GUESS)
    m.equation("M_i,p", "t", name="M", text="", evidence=GUESS)(lambda M_before, W, k: M_before * np.exp(-k) + W)
    m.default("EF", "tCO2/t", value=2.0, raises="RE", text="emissions", evidence=GUESS)
    m.equation("RE_p", "tCO2", name="RE", total="i", text="", evidence=GUESS)(
        lambda M_before, k, EF: M_before * (1 - np.exp(-k)) * EF
    )
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=GUESS)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=GUESS)(lambda RE, PE: RE - PE)
    return m


@given(
    waste=st.lists(st.floats(0, 1e4), min_size=10, max_size=10),
    start=st.lists(st.floats(0, 1e4), min_size=2, max_size=2),
)
@settings(max_examples=40, deadline=None)
def test_a_recurrence_is_the_sum_over_all_years_before(waste, start):
    """What is left of each year's waste, added up, is what the pool of year by year holds."""
    deposited = np.array(waste).reshape(2, 5)
    result = calculate(decay(), W=deposited, M_before=start, p=[str(year) for year in range(2020, 2025)])
    left = np.exp(-0.2)
    pool = [
        [start[i] * left**y + sum(deposited[i, x] * left ** (y - 1 - x) for x in range(y)) for y in range(5)]
        for i in (0, 1)
    ]
    assert np.allclose(result["M_before"].magnitude, pool, rtol=1e-12)
    assert np.allclose(result.RE.magnitude, np.sum(pool, axis=0) * (1 - left) * 2, rtol=1e-12)


# Derivatives, draws


@pytest.mark.parametrize("make", [lambda: (methodology("XX_AM013"), PLANTING), lambda: (
    decay(), {"W": [[10.0, 20.0, 30.0], [5.0, 3.0, 7.0]], "M_before": [100.0, 50.0], "p": YEARS[:3]})])  # fmt: skip
def test_derivatives_are_differences(make):
    """Each element of each input, moved by a millionth: also what an early stock does to all later years."""
    m, given_values = make()
    result = calculate(m, **given_values)
    slopes = result.derivatives()
    for name in [one for one in given_values if one != "p"]:
        value = np.array(result.inputs.values[name], dtype=float)
        assert slopes.get(name, np.zeros(value.shape)).shape == value.shape or name not in slopes
        for place in np.ndindex(value.shape):
            step = 1e-6 * max(1.0, abs(value[place]))
            ends = []
            for sign in (1, -1):
                moved = value.copy()
                moved[place] += sign * step
                changed = moved.reshape(np.shape(given_values[name]))
                ends.append(float(calculate(m, **{**given_values, name: changed}).ER.magnitude.sum()))
            slope = float(slopes[name][place]) if name in slopes else 0.0
            # at the kink of the buffer that is just used up one side of a derivative is as good as the other
            assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-5), (name, place)


def test_draws_run_through_the_chain():
    """What there is at the start acts in every year, not in the first one alone."""
    m = decay()
    result = calculate(m, W=[[0.0] * 3], M_before=[100.0], p=YEARS[:3])
    found = uncertainty(result, {"M_before": "±10 %"}, draws=4000)
    # ER = 2 × M × (1 − e^(−3k)) is proportional to what there is at the start
    # and any value within 10 % is as likely as another
    assert found.standard() / found.plain() == pytest.approx(0.1 / np.sqrt(3), rel=0.05)
    whole = 2 * 100 * (1 - np.exp(-0.6))
    assert found.plain() == pytest.approx(whole)


def test_sensitivity_moves_the_start_alone():
    result = calculate(decay(), W=[[0.0] * 3], M_before=[100.0], p=YEARS[:3])
    row = result.sensitivity(0.1).loc["M_before"]
    assert row["larger"] == pytest.approx(0.1 * result.ER.magnitude.sum())
    assert row["elasticity"] == pytest.approx(1)


# What is refused, and remarked on


def test_a_start_that_is_not_the_end_before_is_remarked_on():
    rows = [[100.0, 130.0, 190.0, 155.0], [30.0, 40.0, 60.0, 60.0]]
    result = calculate("XX_AM013", **{**PLANTING, "C_before": rows, "B_before": [5.0, *BUFFER[:3]]})
    (remark,) = result.remarks
    assert remark.subject == "C_before,i,p"
    assert "155 t at the start of 2026, but 150 t (C_i,p) at the end of 2025" in str(remark)
    assert result.ER.magnitude[3] == pytest.approx(5 * 44 / 12 * 0.8 - 0.741)
    with pytest.raises(InputError, match="155 t at the start"):
        calculate("XX_AM013", **{**PLANTING, "C_before": rows, "B_before": [5.0, *BUFFER[:3]]}, strict=True)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"C_before": None}, r"C_before,i,p.*missing"),
        (
            {"p": ["2023", "2024", "2026", "2027"]},
            r"is known at the start alone, and there is a gap between 2024 and 2026",
        ),
        ({"C_before": [-1.0, 30.0]}, r"C_before,i,p"),
    ],
)
def test_a_start_that_is_missing_or_does_not_reach(changed, complaint):
    values = {**PLANTING, **changed}
    with pytest.raises(InputError, match=complaint):
        calculate("XX_AM013", **{name: value for name, value in values.items() if value is not None})


def test_an_earlier_report_that_does_not_fit():
    first = planted(0, 1, **START)
    with pytest.raises(InputError, match="previous: ends on 2023-12-31, and the first period begins on 2025-01-01"):
        planted(2, 4, previous=first)
    with pytest.raises(InputError, match="C_before,i,p: is given, and the earlier report has it"):
        planted(1, 4, previous=first, C_before=[1.0, 2.0])
    with pytest.raises(InputError, match="is a report by PW_AM001"):
        planted(1, 4, previous=calculate("PW_AM001", EG=[[5.0]], p=["2023"]))
    with pytest.raises(InputError, match=r"nothing in PW_AM001 ver 1.0 depends on the period before"):
        calculate("PW_AM001", EG=[[5.0]], p=["2024"], previous=calculate("PW_AM001", EG=[[5.0]], p=["2023"]))


def test_dask_is_refused():
    with pytest.raises(InputError, match="follows from the period before"):
        calculate("XX_AM013", **{**PLANTING, "C": da.from_array(np.array(CARBON), chunks=(1, 4))})


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"previous_of": "S"}, "'x' is the previous value of 'S', which is not declared"),
        ({"previous_of": "M", "unit": "kg"}, "must have its unit and indices"),
        ({"previous_of": "M", "extensive": True}, "must be a level that depends on p"),
        ({"previous_of": "k"}, "must have its unit and indices"),
    ],
)
def test_a_wrong_declaration(words, complaint):
    m = decay()
    m.monitored("x_i,p", words.pop("unit", "t"), text="", evidence=GUESS, **words)
    with pytest.raises(DeclarationError, match=complaint):
        m.graph({})


def test_the_module_conforms():
    outcomes = conform(methodology("XX_AM013"), 10)
    assert [f"{one.check}: {one.failure}" for one in outcomes if one.failure] == []


# Labels, files, command, portfolio


def test_labels_of_units_carry_over():
    rows = [
        {"i": i, "p": year, "C": CARBON[n][k]} for n, i in enumerate(("north", "south")) for k, year in enumerate(YEARS)
    ]
    table = pd.DataFrame(rows)
    start = pd.DataFrame({"i": ["south", "north"], "C_before": [30.0, 100.0]})
    common = {"FC": [10.0, 10.0], "B_before": 5.0}
    first = calculate("XX_AM013", table[table["p"] < "2025"], start, **common, p=YEARS[:2])
    later = table[table["p"] >= "2025"].iloc[::-1].sort_values("p", kind="stable")
    second = calculate("XX_AM013", later, FC=[10.0, 10.0], p=YEARS[2:], previous=first)
    assert [*first.ER.magnitude, *second.ER.magnitude] == pytest.approx(REDUCTIONS, rel=1e-9)


def case_text(first, beyond, start):
    lines = [f'methodology = "XX_AM013"\np = {json.dumps(YEARS[first:beyond])}\n[inputs]']
    lines += [f"C = {[row[first:beyond] for row in CARBON]}", f"FC = {[10.0] * (beyond - first)}"]
    return "\n".join(lines + [f"{name} = {value}" for name, value in (START if start else {}).items()]) + "\n"


@pytest.mark.parametrize("suffix", ["json", "xlsx", "toml"])
def test_the_command_takes_the_file_of_the_report_before(suffix, tmp_path):
    (tmp_path / "first.toml").write_text(case_text(0, 2, True))
    (tmp_path / "second.toml").write_text(case_text(2, 4, False))
    earlier = tmp_path / f"first.{suffix}"
    if suffix != "toml":
        CliRunner().invoke(jcm, ["calc", str(tmp_path / "first.toml"), "-o", str(earlier)], catch_exceptions=False)
    command = ["calc", str(tmp_path / "second.toml"), "--previous", str(earlier), "--json"]
    found = json.loads(CliRunner().invoke(jcm, command, catch_exceptions=False).stdout)
    assert found["results"]["ER"] == pytest.approx(REDUCTIONS[2:], rel=1e-9)


def test_projects_of_a_portfolio_each_follow_their_own_start(tmp_path):
    rows = []
    for number, start in enumerate((100.0, 90.0, 80.0)):
        for year, carbon in zip(YEARS, CARBON[0], strict=True):
            rows.append(
                {"project": f"P{number}", "methodology": "XX_AM013", "i": "a", "p": year, "C": carbon, "FC": 0.0,
                 "C_before": np.nan, "B_before": np.nan, "start": start}
            )  # fmt: skip
    frame = pd.DataFrame(rows)
    previous = frame.groupby("project")["C"].shift()
    frame["C_before"] = previous.fillna(frame["start"])
    expected = {}
    for number, start in enumerate((100.0, 90.0, 80.0)):
        own = calculate("XX_AM013", C=[CARBON[0]], FC=[0.0] * 4, C_before=[start], B_before=0.0, p=YEARS)
        expected[f"P{number}"] = own.ER.magnitude.sum()
        frame.loc[frame["project"] == f"P{number}", "B_before"] = own["B_before"].magnitude
    found = portfolio(frame.drop(columns="start")).by("project")["ER"]
    assert found.to_dict() == pytest.approx(expected)


# Workbook and verification


@pytest.fixture
def workbook(tmp_path):
    result = calculate("XX_AM013", **PLANTING)
    result.to_excel(tmp_path / "clean.xlsx", plan=result)
    return tmp_path / "clean.xlsx"


def test_the_workbook_is_read_again(workbook):
    again = read_workbook(workbook).calculate()
    assert again.ER.magnitude == pytest.approx(REDUCTIONS, rel=1e-9)
    assert again.remarks == ()


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_the_workbook_recalculates(workbook, tmp_path):
    (found,) = recalculated_by_office([workbook], tmp_path).values()
    for sheet, rows in grids(workbook).items():
        for one, two in zip(rows, found[sheet], strict=False):
            for before, after in zip(one, two, strict=False):
                if isinstance(before, float) and isinstance(after, float):
                    assert after == pytest.approx(before, rel=1e-12, abs=1e-12)


def test_verification_is_silent_on_the_clean_workbook(workbook):
    found = jcm_calc.verify(workbook)
    assert [str(one) for one in found.findings if one.severity != "question"] == []
    assert found.reported == found.recalculated == 116 + 233 + 28


def test_verification_finds_a_start_that_is_not_the_end_before(workbook, tmp_path):
    """Stratum 1 begins 2026 with 140 t, although it ended 2025 with 150 t: 36.7 t more of removals."""
    sheet = next(name for name in grids(workbook) if name.startswith("MRS(input_separate)") and name.endswith("2026"))
    rows = grids(workbook)[sheet]
    head = next(n for n, row in enumerate(rows) if "C_before,i,p" in row)
    column = rows[head].index("C_before,i,p")
    row = next(n for n in range(head, len(rows)) if rows[n][column] == 150.0)
    edit(workbook, tmp_path / "fault.xlsx", {(sheet, f"{chr(65 + column)}{row + 1}"): 140.0})
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    (told,) = [one for one in found.of("error") if one.code == "G3"]
    assert "C_before,i,p is 140 t at the start of 2026, and C_i,p was 150 t at the end of the one before" in str(told)
    assert told.effect.exact == pytest.approx(10 * 44 / 12 * 0.8)


def test_verification_compares_the_start_with_the_earlier_report(tmp_path):
    planted(0, 2, **START).to_excel(tmp_path / "earlier.xlsx")
    planted(2, 4, C_before=[190.0, 60.0], B_before=93.0).to_excel(tmp_path / "right.xlsx")
    planted(2, 4, C_before=[190.0, 50.0], B_before=93.0).to_excel(tmp_path / "wrong.xlsx")
    right = jcm_calc.verify(tmp_path / "right.xlsx", previous=[tmp_path / "earlier.xlsx"])
    assert not right.of("error")
    wrong = jcm_calc.verify(tmp_path / "wrong.xlsx", previous=[tmp_path / "earlier.xlsx"])
    (told,) = [one for one in wrong.of("error") if one.code == "G3"]
    assert "50 t at the start of 2025, and C_i,p was 60 t" in str(told)
