"""Every way to give one input leads to the same numbers, which are calculated here by hand."""

from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jcm_calc
from jcm_calc.base.problems import InputError
from jcm_calc.inputs import cells, tables
from jcm_calc.inputs.carriers import split_heading
from jcm_calc.rulebooks import every

FREEZER, STORAGE = "individual quick freezer", "cold storage"
COP_RE = {FREEZER: 1.32, STORAGE: 1.71}
EF = 0.814


def units():
    return pd.DataFrame({"i": [1, 2], "COP_PJ": [1.63, 2.2], "application": [FREEZER, STORAGE]})


def readings():
    return pd.DataFrame({"i": [1, 1, 2, 2], "p": ["2024-01", "2024-02"] * 2, "EC_PJ": [10.0, 11.0, 12.0, 13.0]})


RE = ((10 + 11) * 1.63 / 1.32 + (12 + 13) * 2.2 / 1.71) * EF
PE = (10 + 11 + 12 + 13) * EF


def calculate(*tables, **values):
    return jcm_calc.calculate("ID_AM003", *tables, **{"EF_elec": EF, **values})


def assert_fleet(*tables, **values):
    """Assert that an input is the small fleet above, in one period."""
    result = calculate(*tables, **values)
    found = [float(quantity.magnitude.sum()) for quantity in (result.RE, result.PE, result.ER)]
    assert found == pytest.approx([RE, PE, RE - PE], rel=1e-12)
    return result


# Single values


@pytest.mark.parametrize(
    ("electricity", "source"),
    [
        ("135 MWh", "given 135 MWh"),
        (135, "given 135"),
        ([[135]], "given"),
        ([[1, 2]], "given"),
        ([["1 MWh"]], "given"),
    ],
)
def test_the_source_of_a_single_value_says_what_was_written(electricity, source):
    assert calculate(EC_PJ=electricity, COP_PJ=1.63, application=FREEZER).source("EC_PJ") == source


@pytest.mark.parametrize(
    "electricity",
    [
        *(135, 135.0, "135", "135 MWh", "135 MWh/p", "135,000.0 kWh", "486 GJ", np.float32(135), np.int16(135)),
        *(np.array(135), np.array([[135.0]]), [[135]], [["135 MWh"]], pd.Series([135.0]).iloc[0]),
        *(pint.UnitRegistry().Quantity(135_000, "kWh"), [[pint.UnitRegistry().Quantity(0.135, "GWh")]]),
        pint.UnitRegistry().Quantity(np.array([[135_000]]), "kWh"),
    ],
    ids=repr,
)
def test_one_refrigerator(electricity):
    result = calculate(EC_PJ=electricity, COP_PJ=1.63, application=FREEZER)
    expected = 135 * 1.63 / 1.32 * EF - 135 * EF
    assert float(result.ER.magnitude.sum()) == pytest.approx(expected, rel=1e-12)
    assert result.ER.units == "tCO2"


def test_names_may_be_the_symbols_of_the_document():
    result = calculate(**{"EC_PJ,i,p": 135, "COP_PJ,i": 1.63, "application,i": FREEZER})
    assert result.PE.magnitude == pytest.approx(135 * EF, rel=1e-12)


# Tables


def test_two_tables():
    result = assert_fleet(units(), readings())
    assert [str(period) for period in result.inputs.periods] == ["2024-01-01/2024-02-29"]
    assert result["RE_i"].magnitude.ravel() == pytest.approx([21 * 1.63 / 1.32 * EF, 25 * 2.2 / 1.71 * EF], rel=1e-12)


def test_one_table_may_repeat_what_does_not_change():
    assert_fleet(readings().merge(units(), on="i"))


def test_one_row_needs_no_index():
    result = calculate(pd.DataFrame({"EC_PJ [kWh]": [135_000], "COP_PJ": [1.63], "application": [FREEZER]}))
    assert result.PE.magnitude == pytest.approx(135 * EF, rel=1e-12)


@pytest.mark.parametrize(
    "heading", ["EC_PJ [MWh]", "EC_PJ,i,p [MWh/p]", "EC_PJ,i,p", " EC_PJ (MWh) ", "EC_PJ[MWh]", "EC_PJ_i_p"]
)
def test_headings(heading):
    if heading == "EC_PJ_i_p":
        with pytest.raises(jcm_calc.InputError, match="did you mean EC_PJ"):
            calculate(units(), readings().rename(columns={"EC_PJ": heading}))
    else:
        assert_fleet(units(), readings().rename(columns={"EC_PJ": heading}))


def test_units_of_headings_are_converted():
    table = readings().rename(columns={"EC_PJ": "EC_PJ,i,p [kWh]"})
    table["EC_PJ,i,p [kWh]"] *= 1000
    assert_fleet(units(), table)
    assert split_heading("TK_PJ,k,p [t*km]") == ("TK_PJ,k,p", "t*km")


def test_cells_with_their_own_unit_overrule_the_heading():
    table = readings().astype({"EC_PJ": object}).rename(columns={"EC_PJ": "EC_PJ [kWh]"})
    table["EC_PJ [kWh]"] = ["10 MWh", "11000", 12_000, "13,000.0"]
    assert_fleet(units(), table)


def test_index_levels_are_columns():
    assert_fleet(units().set_index("i"), readings().set_index(["i", "p"]))


def test_a_series_with_named_levels_has_labels():
    table = units().set_index("i")
    values = readings().set_index(["p", "i"])["EC_PJ"].sample(frac=1, random_state=1)
    assert_fleet(EC_PJ=values, COP_PJ=table["COP_PJ"].iloc[::-1], application=table["application"])


def test_a_series_without_labels_is_a_list():
    table = units()
    assert_fleet(readings(), COP_PJ=table["COP_PJ"], application=table["application"].astype("category"))


@pytest.mark.parametrize(
    "dtype", ["int64", "int8", "float32", "Int64", "Float64", "uint8", "object", "string", "category", "int64[pyarrow]"]
)
def test_columns_of_every_type(dtype):
    assert_fleet(units(), readings().astype({"EC_PJ": "int64"}).astype({"EC_PJ": dtype}))


@pytest.mark.parametrize("dtype", ["object", "string", "category", "string[pyarrow]"])
def test_classes_of_every_type(dtype):
    assert_fleet(units().astype({"application": dtype}), readings().astype({"p": dtype, "i": dtype}))


def test_numbers_as_text():
    table = readings()
    table["EC_PJ"] = ["10", " 11.0 ", "12 MWh", "13000 kWh"]
    assert_fleet(units(), table)


@pytest.mark.parametrize(
    "labels",
    [
        pd.period_range("2024-01", periods=2, freq="M"),
        pd.Series(["2024-01", "2024-02"], dtype="category"),
        [(date(2024, 1, 1), date(2024, 1, 31)), (date(2024, 2, 1), date(2024, 2, 29))],
        ["1/Jan/2024-31/Jan/2024", "2024-02"],
    ],
)
def test_periods_of_rows(labels):
    table = readings()
    table["p"] = pd.Series([*labels, *labels])
    result = assert_fleet(units(), table)
    assert [str(period) for period in result.inputs.periods] == ["2024-01-01/2024-02-29"]


def test_years_as_whole_numbers_and_as_decimals():
    for years in ([2023, 2024], [2023.0, 2024.0], ["2023", "2024"]):
        result = calculate(units(), readings().assign(p=years * 2))
        assert result.PE.magnitude == pytest.approx([22 * EF, 24 * EF], rel=1e-12)
        assert list(result.by_year().index) == [2023, 2024]


def test_labels_may_differ_in_type_between_tables():
    for labels in ([1.0, 2.0], ["1", "2"], [" 1", "2 "], np.array([1, 2], dtype="int8")):
        assert_fleet(units().assign(i=labels), readings())


def test_leading_zeros_tell_labels_apart():
    table = pd.DataFrame({"i": ["01", "1"], "COP_PJ": 1.63, "application": FREEZER, "EC_PJ": [1.0, 2.0]})
    result = calculate(table, p="2024")
    assert list(result.table("i").index) == ["01", 1]


# The argument p


def months_by_hand():
    return [22 * EF, 24 * EF]


@pytest.mark.parametrize(
    "p",
    [
        ["2024-01", "2024-02"],
        np.array(["2024-01", "2024-02"]),
        pd.Series(["2024-01", "2024-02"]),
        pd.period_range("2024-01", periods=2, freq="M"),
        [pd.Period("2024-01"), ("2024-02-01", "2024-02-29")],
    ],
)
def test_named_periods(p):
    assert calculate(units(), readings(), p=p).PE.magnitude == pytest.approx(months_by_hand(), rel=1e-12)


def test_one_named_period_gives_one_number():
    for p in ("2024-01-01/2024-02-29", (date(2024, 1, 1), date(2024, 2, 29)), "1/Jan/2024-29/Feb/2024"):
        assert calculate(units(), readings(), p=p).PE.magnitude.shape == ()


def test_a_named_gap_is_meant():
    table = readings().assign(p=["2024-01", "2024-03"] * 2)
    result = calculate(units(), table, p=["2024-01", "2024-03"])
    assert result.PE.magnitude == pytest.approx(months_by_hand(), rel=1e-12)


# Arrays


def test_an_array_by_unit_and_period():
    result = calculate(EC_PJ=[[10, 11], [12, 13]], COP_PJ=[1.63, 2.2], application=[FREEZER, STORAGE])
    assert result.PE.magnitude == pytest.approx([22 * EF, 24 * EF], rel=1e-12)
    assert not any(period.dated for period in result.inputs.periods)


def test_a_list_for_two_indices_where_only_one_reading_is_left():
    by_unit = calculate(EC_PJ=[10, 20], COP_PJ=1.63, application=FREEZER, p="2024")
    assert by_unit["PE_i"].magnitude == pytest.approx([10 * EF, 20 * EF], rel=1e-12)
    by_period = calculate(EC_PJ=[10, 20], COP_PJ=1.63, application=FREEZER, p=["2024", "2025"])
    assert by_period.PE.magnitude == pytest.approx([10 * EF, 20 * EF], rel=1e-12)


def test_a_list_goes_with_labels_that_count_its_values():
    assert_fleet(readings(), COP_PJ=[1.63, 2.2], application=[FREEZER, STORAGE])


def test_values_by_label_go_with_a_table_in_any_order():
    table = readings().iloc[[2, 3, 0, 1]]  # unit 2 comes first
    assert_fleet(table, COP_PJ={1: 1.63, 2: 2.2}, application={"2": STORAGE, "1": FREEZER})


# Values by class and by bin


def test_values_by_class():
    result = calculate(units(), readings(), COP_RE={STORAGE: "190 %"})
    expected = ((10 + 11) * 1.63 / 1.32 + (12 + 13) * 2.2 / 1.9) * EF
    assert float(result.RE.magnitude.sum()) == pytest.approx(expected, rel=1e-12)


def test_values_by_bin():
    result = jcm_calc.calculate(
        "ID_AM002",
        **{"power_source": "grid", "EC_PJ": [100, 100], "COP_PJ": 6, "EF_grid": 0.8},
        **{"T_cooling_out": 37, "T_chilled_out": 7, "capacity": [1249, 1300], "COP_RE": {"[1250, 2000)": 6.1}},
        p="2024",
    )
    assert result["COP_RE"].magnitude == pytest.approx([5.85, 6.1])


def test_classes_that_only_a_users_table_has_may_be_more_than_are_used():
    result = jcm_calc.calculate(
        "VN_AM001",
        **{"basis": "distance", "fuel_measured_as": "volume", "V_PJ": 1, "D_PJ": 1000, "SV_RE": 0.0012},
        **{"fuel": "diesel", "NCV_i": {"diesel": 43, "petrol": 44.3}, "ρ_i": {"diesel": "840 kg/kL", "petrol": 0.74}},
        EF_CO2_i={"diesel": "74.1 tCO2/TJ"},
    )
    # volume × density × calorific value × factor
    assert result.PE.magnitude == pytest.approx(1 * 0.84 * 43 * 0.0741, rel=1e-12)


# Files


def test_csv_files(tmp_path):
    units().to_csv(tmp_path / "units.csv", index=False)
    readings().to_csv(tmp_path / "readings.csv", index=False, encoding="utf-8-sig")
    assert_fleet(tmp_path / "units.csv", str(tmp_path / "readings.csv"))


def test_csv_with_quoted_symbols_thousands_and_blank_lines(tmp_path):
    file = tmp_path / "readings.csv"
    file.write_text(
        ' i , p ,"EC_PJ,i,p [kWh]"\n1,2024-01,"10,000.0"\n\n1,2024-02,11000\n2,2024-01,12000\n2,2024-02,13e3\n'
    )
    assert_fleet(units(), file)


def test_surplus_commas_at_the_ends_of_rows_hold_nothing(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text(f"i,COP_PJ,application\n1,1.63,{FREEZER},\n2,2.2,{STORAGE},\n")
    assert_fleet(file, readings())


def test_a_class_called_na_is_no_empty_cell(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text(f"i,COP_PJ,application\n1,1.63,{FREEZER}\n2,2.2,NA\n")
    result = calculate(file, readings(), COP_RE={"NA": 1.71})
    assert float(result.RE.magnitude.sum()) == pytest.approx(RE, rel=1e-12)


def test_workbooks_with_numbers_as_text_and_dates_as_periods(tmp_path):
    book = openpyxl.Workbook()
    for row in (["i", "COP_PJ", "application"], ["1", "1.63", FREEZER], [2, 2.2, STORAGE]):
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    book = openpyxl.Workbook()
    book.active.append(["i", "p", "EC_PJ [kWh]"])
    for unit, day, amount in ((1, 1, "10000"), (1, 2, 11000), (2, 1, "12 MWh"), (2, 2, 13000.0)):
        book.active.append([unit, date(2024, 1, day), amount])
    book.save(tmp_path / "readings.xlsx")
    result = assert_fleet(tmp_path / "units.xlsx", tmp_path / "readings.xlsx")
    assert [str(period) for period in result.inputs.periods] == ["2024-01-01/2024-01-02"]


def test_parquet_files(tmp_path):
    units().astype({"application": "category"}).to_parquet(tmp_path / "units.parquet")
    table = readings().assign(p=pd.PeriodIndex(["2024-01", "2024-02"] * 2, freq="M"))
    table.set_index(["i", "p"]).to_parquet(tmp_path / "readings.parquet")
    assert_fleet(tmp_path / "units.parquet", tmp_path / "readings.parquet")


def test_tables_are_left_as_they_were():
    tables = units(), readings().set_index(["i", "p"])
    before = [table.copy(deep=True) for table in tables]
    calculate(*tables)
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


# Properties

AMOUNTS = st.floats(min_value=0, max_value=5000, allow_subnormal=False)


@st.composite
def fleets(draw):
    """A table of units and a table of monthly readings over some years, in order."""
    count = draw(st.integers(min_value=1, max_value=4))
    first = draw(st.integers(min_value=0, max_value=11))
    months = pd.period_range(f"2022-{first + 1:02}", periods=draw(st.integers(min_value=1, max_value=20)), freq="M")
    amounts = draw(st.lists(AMOUNTS, min_size=count * len(months), max_size=count * len(months)))
    cops = draw(st.lists(st.floats(min_value=0.5, max_value=10), min_size=count, max_size=count))
    classes = draw(st.lists(st.sampled_from([FREEZER, STORAGE]), min_size=count, max_size=count))
    labels = draw(st.lists(st.integers(min_value=0, max_value=99), min_size=count, max_size=count, unique=True))
    unit_table = pd.DataFrame({"i": labels, "COP_PJ": cops, "application": classes})
    rows = [(label, str(month)) for label in labels for month in months]
    table = pd.DataFrame(rows, columns=["i", "p"]).assign(EC_PJ=amounts)
    return unit_table, table


def by_hand(unit_table, table):
    """Return RE and PE of each calendar year, one row after the other."""
    machine = unit_table.set_index("i")
    re, pe = {}, {}
    for row in table.itertuples():
        year, unit = int(row.p[:4]), machine.loc[row.i]
        re[year] = re.get(year, 0) + row.EC_PJ * unit.COP_PJ / COP_RE[unit.application] * EF
        pe[year] = pe.get(year, 0) + row.EC_PJ * EF
    return re, pe


def assert_as_by_hand(result, unit_table, table):
    re, pe = by_hand(unit_table, table)
    years = result.by_year()
    assert list(years.index) == sorted(re)
    size = max(*re.values(), *pe.values(), 1e-300)
    for year in re:
        assert years.loc[year, "RE"] == pytest.approx(re[year], rel=1e-12)
        assert years.loc[year, "PE"] == pytest.approx(pe[year], rel=1e-12)
        assert years.loc[year, "ER"] == pytest.approx(re[year] - pe[year], rel=1e-12, abs=1e-12 * size)


@settings(deadline=None, max_examples=60)
@given(fleet=fleets(), seed=st.integers(min_value=0, max_value=2**32 - 1))
def test_the_order_of_rows_and_columns_does_not_matter(fleet, seed):
    unit_table, table = fleet
    shuffled = [
        one.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed) for one in (table, unit_table)
    ]
    assert_as_by_hand(calculate(*shuffled), unit_table, table)


@settings(deadline=None, max_examples=40)
@given(fleet=fleets())
def test_columns_may_come_in_any_number_of_tables(fleet):
    unit_table, table = fleet
    assert_as_by_hand(calculate(table.merge(unit_table, on="i")), unit_table, table)
    assert_as_by_hand(
        calculate(unit_table[["i", "application"]].iloc[::-1], table, unit_table[["i", "COP_PJ"]]), unit_table, table
    )


@settings(deadline=None, max_examples=40)
@given(fleet=fleets())
def test_the_unit_of_a_column_does_not_matter(fleet):
    unit_table, table = fleet
    in_kwh = table.assign(EC_PJ=table["EC_PJ"] * 1000).rename(columns={"EC_PJ": "EC_PJ [kWh]"})
    assert_as_by_hand(calculate(unit_table, in_kwh), unit_table, table)
    as_text = table.assign(EC_PJ=[f"{amount * 3.6!r} GJ" for amount in table["EC_PJ"]])
    assert_as_by_hand(calculate(unit_table, as_text), unit_table, table)


@settings(deadline=None, max_examples=40)
@given(fleet=fleets())
def test_months_or_their_sums_do_not_matter(fleet):
    unit_table, table = fleet
    whole = table.groupby(["i", table["p"].str[:4].rename("year")], sort=False)["EC_PJ"].sum().reset_index()
    ends = table.groupby(table["p"].str[:4])["p"].agg(["min", "max"])
    spans = {
        year: f"{pd.Period(first).start_time:%Y-%m-%d}/{pd.Period(last).end_time:%Y-%m-%d}"
        for year, first, last in ends.itertuples()
    }
    sums = whole.assign(p=whole["year"].map(spans)).drop(columns="year")
    assert_as_by_hand(calculate(unit_table, sums), unit_table, table)


@settings(deadline=None, max_examples=40)
@given(fleet=fleets(), kind=st.sampled_from([str, float, "int16", "category", "string"]))
def test_the_type_of_labels_does_not_matter(fleet, kind):
    unit_table, table = fleet
    assert_as_by_hand(calculate(unit_table.astype({"i": kind}), table), unit_table, table)
    assert_as_by_hand(calculate(unit_table, table.astype({"i": kind})), unit_table, table)


@settings(deadline=None, max_examples=40)
@given(fleet=fleets())
def test_calendar_years_add_up_to_the_whole(fleet):
    unit_table, table = fleet
    first, last = pd.Period(table["p"].min()).start_time, pd.Period(table["p"].max()).end_time
    whole = calculate(unit_table, table, p=(first.date(), last.date()), split="whole")
    years = calculate(unit_table, table).by_year()
    for name in ("RE", "PE"):
        assert years[name].sum() == pytest.approx(float(whole[name].magnitude), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(fleet=fleets())
def test_arrays_and_tables_are_the_same_input(fleet):
    unit_table, table = fleet
    months = list(dict.fromkeys(table["p"]))
    array = table["EC_PJ"].to_numpy().reshape(len(unit_table), len(months))
    columns = {name: list(unit_table[name]) for name in ("COP_PJ", "application")}
    assert_as_by_hand(calculate(EC_PJ=array, p=months, **columns), unit_table, table)


@pytest.mark.parametrize("cell", ["0.8", "0.8 tCO2/MWh", "800 kgCO2/MWh", " 0.8 ", 0.8])
def test_a_table_of_one_row_without_indices_holds_whatever_a_cell_may_hold(cell):
    chiller = {"EC_PJ": 347.2, "COP_PJ": 6.5, "T_cooling_out": 36.0, "T_chilled_out": 8.0, "capacity": 300.0}
    table = pd.DataFrame({"EF_grid": [cell]})
    found = jcm_calc.calculate("ID_AM002", table, **chiller, power_source="grid", p="2024")
    assert found["EF_grid"].magnitude == pytest.approx(0.8, rel=1e-15)
    with pytest.raises(jcm_calc.InputError, match=r"EF_grid: 'x' is not a number \(in table 1, column 'EF_grid'\)"):
        jcm_calc.calculate("ID_AM002", pd.DataFrame({"EF_grid": ["x"]}), **chiller, power_source="grid", p="2024")


# Labels by the column and one by one, rows in any order

LABELS = st.text("ab01 .\t\u00a0\u2013-éΑA", min_size=1, max_size=3)


def look(text):
    """How a label looks, worked out character by character."""
    same = {"\u00a0": " ", "\t": " ", "\u2013": "-", "Α": "A"}
    return " ".join("".join(same.get(sign, sign) for sign in text).split())


@given(st.lists(st.one_of(LABELS, st.integers(0, 12), st.sampled_from([1.0, 2.5])), min_size=1, max_size=8))
def test_a_column_of_labels_is_read_as_each_label_alone(cells):
    column = pd.Series(cells, dtype=object)
    alone = [tables.label(cell) for cell in cells]
    texts = {one for one in alone if isinstance(one, str)}
    blank = any(isinstance(cell, str) and not cell.strip() for cell in cells)
    hidden = any("\t" in text and not text.isascii() for text in texts)
    try:
        codes, labels = tables._labels(column)
    except ValueError:
        assert blank or hidden or len({look(text) for text in texts}) < len(texts)
        return
    assert not blank
    assert len({look(text) for text in texts}) == len(texts)
    assert labels == list(dict.fromkeys(alone))
    assert [labels[code] for code in codes] == alone


@given(st.permutations(range(12)), st.integers(0, 11), st.integers(0, 11))
def test_rows_in_any_order_are_arranged_missing_and_repeated_ones_are_named(rows, place, other):
    whole = pd.DataFrame({"i": [n // 3 for n in range(12)], "p": [2020 + n % 3 for n in range(12)], "EC": range(12)})
    frame = whole.iloc[list(rows)].reset_index(drop=True)
    found = tables.dense(frame, "ip", "t")["EC"]
    order = {label: n for n, label in enumerate(found.labels["i"])}
    assert [found.values[order[n // 3], n % 3] for n in range(12)] == list(range(12))
    frame.loc[place, ["i", "p"]] = frame.loc[other, ["i", "p"]]
    if place != other and set(frame["i"]) == set(range(4)) and set(frame["p"]) == {2020, 2021, 2022}:
        with pytest.raises(InputError, match=r"(?s)two or more rows for.*no row for"):
            tables.dense(frame, "ip", "t")


def test_capitals_do_not_tell_categories_apart():
    found = [one for m in every() for one in m.facts.values() if one.categories]
    assert found
    for one in found:
        for known in one.categories:
            for written in (known, known.upper(), known.title(), f" {known.lower()}  "):
                _codes, names, faults = cells.classes(written, one.categories)
                assert (names, faults) == ((known,), {})
        assert cells.classes("another", one.categories)[2]
