"""Adding over units and adding over time are two properties, wherever finer rows are brought together.

Six months of two fields. By hand, for the half year: the areas are 120 and 80 ha all the time; 31 + 29 + 31 + 30 +
31 + 30 = 182 d; pump a uses 10, 20, … 60 = 210 MWh, pump b half of it; the share of the grid of pump a in month k is
k ÷ 10, weighted by electricity (10·1·0.1 + … + 10·6·0.6) ÷ 210 = 91 ÷ 210, that of pump b is 0.5 throughout; the
emission rate in month k is k ÷ 1000 t/ha/d, by days (31·1 + 29·2 + 31·3 + 30·4 + 31·5 + 30·6) ÷ 182
= 637 ÷ 182 thousandths.
RE = 200 × 637 ÷ 1000 + 0.8 × (91 + 52.5) = 127.4 + 114.8 = 242.2 t.
"""

import ast
import warnings
from pathlib import Path

import dask.dataframe as dd
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest
from faults import calculate_again
from workbooks import office, recalculated_by_office

import jcm_calc
from jcm_calc import InputError, Methodology, calculate, methodology, monitor, portfolio, read_workbook, rulebooks
from jcm_calc.api.case_file import read_case
from jcm_calc.authoring.conformance import calculations, conform
from jcm_calc.authoring.conformance.subject import ConformanceError, Subject
from jcm_calc.declarations import DeclarationError
from jcm_calc.declarations.items import Kind
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_calc.inputs import bind
from jcm_calc.results import calculating

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")
HALF = "2024-01-01/2024-06-30"
MONTHS = [f"2024-{month:02}" for month in range(1, 7)]
DAYS = [31, 29, 31, 30, 31, 30]
RE = 242.2
GUESS = unconfirmed("made up")


@pytest.fixture(autouse=True)
def rule_book(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "rule_book")
    rulebooks.forget()
    yield
    rulebooks.forget()


def fields(months=MONTHS):
    """One row for each field and month."""
    rows = []
    for number, p in enumerate(months, 1):
        rows.append({"i": "a", "p": p, "A": 120.0, "E": 10.0 * number, "S": number / 10})
        rows.append({"i": "b", "p": p, "A": 80.0, "E": 5.0 * number, "S": 0.5})
    return pd.DataFrame(rows)


def months(labels=MONTHS):
    """One row for each month."""
    return pd.DataFrame({"p": labels, "D": np.array(DAYS, float), "T": np.arange(1, 7) / 1000})


def whole():
    """The same by hand, one row for the half year."""
    table = pd.DataFrame({"i": ["a", "b"], "p": HALF, "A": [120.0, 80.0], "E": [210.0, 105.0], "S": [91 / 210, 0.5]})
    return table, {"D": [182.0], "T": [637 / 182 / 1000]}


def by_frames(folder):
    return calculate("XX_AM003", fields(), months(), F=0.8, p=HALF).RE.magnitude.sum()


def by_files(folder):
    fields().to_csv(folder / "fields.csv", index=False)
    months().to_parquet(folder / "months.parquet")
    return calculate("XX_AM003", folder / "fields.csv", folder / "months.parquet", F=0.8, p=HALF).RE.magnitude.sum()


def by_polars(folder):
    return calculate("XX_AM003", pl.DataFrame(fields()), pl.DataFrame(months()), F=0.8, p=HALF).RE.magnitude.sum()


def by_shuffled_rows(folder):
    shuffled = fields().sample(frac=1, random_state=3)
    return calculate("XX_AM003", shuffled, months().iloc[::-1], F=0.8, p=HALF).RE.magnitude.sum()


def by_separate_tables(folder):
    energy, rest = fields()[["p", "i", "E"]][::-1], fields()[["i", "p", "A", "S"]]
    return calculate("XX_AM003", energy, rest, months(), F=0.8, p=HALF).RE.magnitude.sum()


def by_years_of_rows(folder):
    """Without p=, rows fill the period that they cover."""
    return calculate("XX_AM003", fields(), months(), F=0.8).by_year()["RE"].sum()


def by_area_once(folder):
    area = pd.DataFrame({"i": ["a", "b"], "A": [120.0, 80.0]})
    return calculate("XX_AM003", fields().drop(columns="A"), months(), area, F=0.8, p=HALF).RE.magnitude.sum()


def by_case_file(folder):
    fields().to_csv(folder / "fields.csv", index=False)
    months().to_csv(folder / "months.csv", index=False)
    text = f'methodology = "XX_AM003"\np = "{HALF}"\n[inputs]\ntables = ["fields.csv", "months.csv"]\nF = 0.8\n'
    (folder / "case.toml").write_text(text)
    return read_case(folder / "case.toml").calculate().RE.magnitude.sum()


def by_dask(folder):
    lazy = calculate(  # partitions by field
        "XX_AM003", dd.from_pandas(fields().set_index("i").sort_index(), npartitions=2), months(), F=0.8, p=HALF
    )
    return lazy.by_year()["RE"].sum()


def by_portfolio(folder):
    fields().to_csv(folder / "fields.csv", index=False)
    months().to_csv(folder / "months.csv", index=False)
    text = f'methodology = "XX_AM003"\np = "{HALF}"\n[inputs]\ntables = ["fields.csv", "months.csv"]\nF = 0.8\n'
    (folder / "case.toml").write_text(text)
    return portfolio([folder / "case.toml"]).table["RE"].sum()


def by_workbook(folder):
    calculate("XX_AM003", fields(), months(), F=0.8, p=HALF).to_excel(folder / "report.xlsx")
    return read_workbook(folder / "report.xlsx").calculate().RE.magnitude.sum()


def by_replay(folder):
    result = calculate("XX_AM003", fields(), months(), F=0.8, p=HALF)
    return jcm_calc.replay(result.manifest()).RE.magnitude.sum()


WAYS = [way for name, way in list(globals().items()) if name.startswith("by_")]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_six_months_of_two_fields_give_the_half_year_by_hand(way, tmp_path):
    assert way(tmp_path) == pytest.approx(RE, rel=1e-12)


def test_the_whole_half_year_in_one_row_is_the_same():
    table, values = whole()
    assert calculate("XX_AM003", table, p=HALF, F=0.8, **values).RE.magnitude.sum() == pytest.approx(RE, rel=1e-12)


@pytest.mark.parametrize("split", ["years", "days", "whole"])
def test_seasons_over_a_new_year(split):
    """October to March: the same numbers as from January to June, months of other lengths."""
    labels = ["2023-10", "2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]
    result = calculate("XX_AM003", fields(labels), months(labels), F=0.8, p="2023-10-01/2024-03-31", split=split)
    areas = result["A"].magnitude
    assert {tuple(row) for row in areas.reshape(2, -1).T.tolist()} == {(120.0, 80.0)}
    days, energy = result["D"].magnitude, result["E"].magnitude
    rates, shares = result["T"].magnitude, result["S"].magnitude
    apart = [remark for remark in result.remarks if remark.subject == "split"]
    assert len(apart) == (split != "whole")  # products of means by month are not those of the whole
    if split == "whole":
        assert (days.sum(), energy.sum()) == (182.0, 315.0)
        assert float(rates) == pytest.approx((31 + 60 + 93 + 124 + 5 * 29 + 6 * 31) / 183 / 1000)
    else:
        assert days.tolist() == [91.0, 91.0]
        assert energy.tolist() == [[60.0, 150.0], [30.0, 75.0]]
        assert rates.tolist() == pytest.approx([(31 + 60 + 93) / 92 / 1000, (124 + 145 + 186) / 91 / 1000])
        assert shares[0].tolist() == pytest.approx([14 / 60, (16 + 25 + 36) / 150])


def test_an_area_for_a_period_over_new_year_holds_in_both_years_and_is_never_shared():
    table = pd.DataFrame({"i": ["a", "b"], "p": "2023-10-01/2024-03-31", "A": [120, 80], "E": [60, 30], "S": 0.5})
    result = calculate("XX_AM003", table, D=[183.0], T=[0.001], F=0.8, p="2023-10-01/2024-03-31", split="days")
    assert result["A"].magnitude.tolist() == [[120, 120], [80, 80]]
    assert result["E"].magnitude.sum(axis=1).tolist() == pytest.approx([60, 30])
    assert result["D"].magnitude.tolist() == pytest.approx([92, 91])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"A": 90.0}, "A_i,p.*changes within a period"),
        ({"E": 0.0, "weightless": True}, "S_i,p.*E, its weight, is 0"),
    ],
)
def test_what_cannot_be_brought_together_is_refused(change, complaint):
    table = fields()
    if change.pop("weightless", False):
        table["E"] = 0.0
    else:
        table.loc[2, "A"] = change["A"]
    with pytest.raises(InputError, match=complaint):
        calculate("XX_AM003", table, months(), F=0.8, p=HALF)


def test_a_weight_that_is_known_for_the_whole_period_alone_is_not_enough():
    table, values = whole()
    shares = fields()[["i", "p", "S"]]
    with pytest.raises(InputError, match=r"S_i,p.*is averaged by E: give E in the same rows"):
        calculate("XX_AM003", table.drop(columns="S"), shares, F=0.8, p=HALF, **values)


def test_a_level_that_does_not_change_needs_no_weight():
    table, values = whole()
    shares = fields()[["i", "p", "S"]].assign(S=[0.25, 0.5] * 6)
    result = calculate("XX_AM003", table.drop(columns="S"), shares, F=0.8, p=HALF, **values)
    assert result["S"].magnitude.ravel().tolist() == [0.25, 0.5]


def test_one_amount_for_several_is_refused_only_where_it_would_be_counted_twice():
    table = fields()
    common = {"F": 0.8, "p": MONTHS, "T": list(np.arange(1, 7) / 1000)}
    with pytest.raises(InputError, match=r"E_i,p.*one amount"):
        calculate("XX_AM003", table.drop(columns="E"), E=[[10.0] * 6], D=DAYS, **common)
    with pytest.raises(InputError, match=r"A_i,p.*one amount.*of i"):
        calculate("XX_AM003", table.drop(columns="A"), A=[[100.0] * 6], D=DAYS, **common)
    with pytest.raises(InputError, match=r"D_p.*one amount.*of p"):
        calculate("XX_AM003", table, D=[31.0], **common)


def test_units_of_the_workbook_say_per_period_only_of_what_adds_over_time(tmp_path):
    calculate("XX_AM003", fields(), months(), F=0.8, p=HALF).to_excel(tmp_path / "report.xlsx")
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(tmp_path / "report.xlsx")
    texts = {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    assert {"ha", "MWh/p", "d/p"} <= texts
    assert not {"ha/p", "tCO2/ha/d/p"} & texts


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_the_workbook_recalculates_and_is_verified(tmp_path):
    result = calculate("XX_AM003", fields(), months(), F=0.8, p=HALF)
    result.to_excel(tmp_path / "report.xlsx", plan=result)
    (grids,) = recalculated_by_office([tmp_path / "report.xlsx"], tmp_path).values()
    numbers = [cell for rows in grids.values() for row in rows for cell in row if isinstance(cell, int | float)]
    assert any(abs(number - RE) < 1e-9 for number in numbers)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert [str(one) for one in found.findings if one.severity != "question"] == []


def test_readings_do_not_add_up_to_an_area_or_to_a_level():
    hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=24, freq="h"), "x": 1.0})
    sources = [
        {"frame": hours, "kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S": "x"}}
    ]
    for name, unit in (("A", "ha"), ("T", "tCO2/ha/d")):
        labels = {"i": "a"} if name == "A" else {}
        meters = {"S": {"parameter": name, "unit": unit, "labels": labels}}
        with pytest.raises(InputError, match="does not add over time"):
            monitor(
                meters, {"timezone": "UTC", "sources": sources}, p="2024-01-01", methodology=methodology("XX_AM003")
            )


# What an author declares


def declared(**words):
    m = Methodology("XX_AM009", version="1.0", title="", country="XX", sectoral_scope=1, indices={"i": "", "p": ""})
    m.monitored("E_i,p", "MWh", extensive=True, text="")
    m.monitored("x_p", words.pop("unit", ""), text="", **words)
    m.equation("RE_p", "MWh", name="RE", text="", total="i", evidence=GUESS)(lambda E, x: E * x)
    return m


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"extensive": "area"}, "extensive='area' must be True"),
        ({"weighted_by": "Q"}, "weighted by 'Q', which is not declared"),
        ({"weighted_by": "E"}, "must add over time and depend on p"),
        ({"weighted_by": "days", "extensive": True}, "only a level that depends on p"),
    ],
)
def test_a_wrong_declaration_is_refused(words, complaint):
    with pytest.raises(DeclarationError, match=complaint):
        declared(**words).graph({}, targets=("RE",))


def test_the_check_of_an_author_passes_and_finds_an_area_that_would_add_over_months():
    passed = {outcome.check: outcome.failure for outcome in conform(methodology("XX_AM003"), 5)}
    assert not any(passed.values()), passed
    for unit in ("ha", "m2", "kW", "MW"):
        with pytest.raises(ConformanceError, match="does not add over months: declare extensive='units'"):
            calculations.stocks(Subject(declared(extensive=True, unit=unit)))
    calculations.stocks(Subject(declared(extensive="units", unit="ha")))


@pytest.mark.parametrize("unit", ["ha", "kW"])
def test_the_check_of_an_author_finds_an_area_that_adds_over_nothing(unit):
    """Nothing else is shared between two rows of one unit then, so that splitting it shows nothing."""
    m = Methodology("XX_AM009", version="1.0", title="", country="XX", sectoral_scope=1, indices={"i": "", "p": ""})
    m.monitored("A_i,p", unit, text="")
    m.monitored("D_i,p", "d", extensive="time", text="")
    with pytest.raises(ConformanceError, match=rf"A_i,p in {unit} adds over i \(.*\): declare extensive='units'"):
        calculations.stocks(Subject(m))


# Wherever a methodology is read


def test_no_place_asks_for_both_properties_at_once_but_to_write_them_down():
    """Who brings rows together has to say over what: `adds_over_time`, `adds_over_units`."""
    engine = Path(jcm_calc.__file__).parent
    found = set()
    for path in engine.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "extensive":
                found.add(path.relative_to(engine).as_posix())
    assert found == {
        *("declarations/items.py", "api/views.py", "results/manifest.py", "inputs/confirmation/statements.py"),
        # is it an amount at all
        *("inputs/checks.py", "api/portfolios/batches.py", "reports/workbook/filled_sheets.py"),
        "verification/cells/sheet.py",
        "authoring/conformance/calculations.py",
        *(f"authoring/official_files/{name}.py" for name in ("declaring", "document_comparing", "importing")),
    }


def test_amounts_of_rice_add_over_fields_or_over_the_season():
    inputs = methodology("PH_AM004").inputs.values()
    found = {one.name: (one.adds_over_units, one.adds_over_time) for one in inputs if one.extensive}
    units = {name for name, adds in found.items() if adds == (True, False)}
    both = {name for name, adds in found.items() if adds == (True, True)}
    assert (units, both) == ({"A"}, {"Q_F_R", "Q_F_P"})
    assert found.keys() - units - both == {
        "D", "EF_CH4_R", "EF_CH4_P", "EF_N2O_R", "EF_N2O_P", "Q_N2O_R", "Q_N2O_P",
    }  # fmt: skip


@pytest.mark.parametrize("number", sorted({*rulebooks.modules()} - {"PH_AM004"}))
def test_every_amount_of_the_methodologies_adds_over_both_as_before(number):
    amounts = (one for one in methodology(number).inputs.values() if not one.otherwise)  # days add over time alone
    for parameter in amounts:
        assert parameter.adds_over_time == parameter.adds_over_units == (parameter.extensive is True)
        assert not parameter.weighted_by
        assert not (parameter.kind is Kind.CONSTANT and parameter.extensive)


# A verification


def test_verification_finds_an_area_that_is_the_sum_of_its_months(tmp_path):
    """Field 1 has 120 ha in each of six months: 720 ha in the report, 600 ha × 637 ÷ 1000 = 382.2 t too much."""
    table, values = whole()
    result = calculate("XX_AM003", table, p=HALF, F=0.8, **values)
    result.to_excel(tmp_path / "clean.xlsx", plan=result)
    assert [str(one) for one in jcm_calc.verify(tmp_path / "clean.xlsx").findings if one.severity != "question"] == []
    book = openpyxl.load_workbook(tmp_path / "clean.xlsx")
    sheet = book.create_sheet("Areas by month")
    sheet.append(["Month", "Area of field a [ha]"])
    for month in MONTHS:
        sheet.append([month, 120.0])
    place = next(
        cell for name in book.sheetnames if name.startswith("MRS(input_separate)") for row in book[name].iter_rows()
        for cell in row if cell.value == 120
    )  # fmt: skip
    place.value = "=SUM('Areas by month'!B2:B7)"
    book.save(tmp_path / "fault.xlsx")
    calculate_again(tmp_path / "fault.xlsx")
    found = jcm_calc.verify(tmp_path / "fault.xlsx")
    (error,) = [one for one in found.of("error") if one.code == "C5"]
    assert "A_i,p is the sum of 6 rows of different times, but does not add over time" in str(error)
    assert (error.found, error.expected) == (720, 120)
    assert error.effect.exact == pytest.approx(600 * 637 / 1000)


@pytest.mark.parametrize(("extensive", "remarks"), [("units", 1), (True, 0)])
def test_a_split_that_cannot_be_compared_is_remarked_on_where_an_area_may_count_twice(extensive, remarks):
    read = primary(Source("made for this test", place="page 1"))
    m = Methodology("XX_AM001", version="1.0", title="", country="XX", sectoral_scope=14, indices={"i": "", "p": ""})
    m.monitored("A_i,p", "ha", extensive=extensive, raises="RE", text="area", evidence=read)
    m.default("EF", "tCO2/ha", value=1.0, raises="RE", text="factor", evidence=read)
    m.equation("RE_p", "tCO2", name="RE", total="i", text="", evidence=read)(lambda A, EF: A * EF)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=read)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=read)(lambda RE, PE: RE - PE)
    inputs = bind(m, values={"A": [[1.0, 1.0]]}, p=["2023", "2024"])

    def bind_whole():
        raise jcm_calc.InputError("", [])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = calculating._compared_with_whole(inputs, bind_whole)
    assert len(found.warnings) - len(inputs.warnings) == remarks
