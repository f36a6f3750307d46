"""The record of readings in the hands of a pandas user: it is carried, or the table is refused."""

import io
import pickle

import pandas as pd
import pytest

import jcm_calc
from jcm_calc.base.problems import InputError
from jcm_calc.inputs.monitored_table import MonitoredColumn, MonitoredTable

GIVEN = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
RULE = "gap: count as zero"
HEADING = "EC_PJ [MWh]"


@pytest.fixture(scope="module")
def monitored():
    hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "kWh": [10.0, 12.0] * 4392})
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kWh"}}
    return jcm_calc.monitor(
        {"S1": {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}},
        {
            "timezone": "Asia/Jakarta",
            "sources": [{**source, "frame": hours.drop(index=range(100, 130))}],
            "treatments": [{"finding": "gap", "treatment": "count as zero"}],
        },
        p="2024",
        methodology="ID_AM003",
        **GIVEN,
    )


OTHER = pd.DataFrame({"i": [2], "p": ["2024"], HEADING: [100.0]})
FACTS = pd.DataFrame({"i": [1], "note": ["roof"]})


def csv(table):
    return pd.read_csv(io.StringIO(table.to_csv(index=False)))


# An operation, and whether the record is carried (True), or the table is refused (False).
OPERATIONS = {
    "as it is": (lambda t: t, True),
    "copy": (lambda t: t.copy(), True),
    "concat": (lambda t: pd.concat([t, OTHER]), True),
    "concat, ignore index": (lambda t: pd.concat([t, OTHER], ignore_index=True), True),
    "concat, the other first": (lambda t: pd.concat([OTHER, t]), False),
    "concat of columns": (lambda t: pd.concat([t, pd.DataFrame({"x": [1]})], axis=1).drop(columns="x"), True),
    "merge": (lambda t: t.merge(FACTS, on="i").drop(columns="note"), True),
    "merge, the other first": (lambda t: FACTS.merge(t, on="i").drop(columns="note"), False),
    "join": (lambda t: t.set_index("i").join(FACTS.set_index("i")).reset_index().drop(columns="note"), True),
    "groupby and sum": (lambda t: t.groupby(["i", "p"], as_index=False)[[HEADING]].sum(), True),
    "groupby and sum into an index": (lambda t: t.groupby(["i", "p"]).sum(), True),
    "groupby and agg": (lambda t: t.groupby(["i", "p"]).agg({HEADING: "sum"}).reset_index(), True),
    "pivot and melt": (
        lambda t: (
            t.pivot_table(index="i", columns="p", values=HEADING)
            .reset_index()
            .melt(id_vars="i", var_name="p", value_name=HEADING)
        ),
        True,
    ),
    "filter": (lambda t: t[t["i"] == 1], True),
    "loc": (lambda t: t.loc[:, ["i", "p", HEADING]], True),
    "query": (lambda t: t.query("i == 1"), True),
    "assign": (lambda t: t.assign(**{HEADING: t[HEADING] * 1.0}), True),
    "rename": (lambda t: t.rename(columns={HEADING: "EC_PJ"}), True),
    "drop the meters": (lambda t: t.drop(columns="meters"), True),
    "set index": (lambda t: t.set_index(["i", "p"]), True),
    "set index with the meters": (lambda t: t.set_index(["i", "p", "meters"]), True),
    "sort": (lambda t: t.sort_values("i"), True),
    "reset index": (lambda t: t.reset_index(drop=True), True),
    "astype": (lambda t: t.astype({HEADING: "float32"}).astype({HEADING: "float64"}), True),
    "convert dtypes": (lambda t: t.convert_dtypes(), True),
    "apply": (lambda t: t.apply(lambda column: column), True),
    "map a column": (lambda t: t.assign(i=t["i"].map(int)), True),
    "where": (lambda t: t.where(t.notna()), True),
    "reindex": (lambda t: t.reindex(t.index), True),
    "iloc": (lambda t: t.iloc[:1], True),
    "sample": (lambda t: t.sample(frac=1), True),
    "drop duplicates": (lambda t: t.drop_duplicates(), True),
    "pickle": (lambda t: pickle.loads(pickle.dumps(t)), True),
    "a file": (csv, False),
    "records": (lambda t: pd.DataFrame(t.to_dict("records")), False),
    "an ordinary table": (lambda t: pd.DataFrame(t), False),
    "from arrays": (lambda t: pd.DataFrame(t.to_numpy(), columns=list(t.columns)), False),
    "transposed twice": (lambda t: t.T.T.infer_objects(), True),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_record_is_carried_or_the_table_is_refused(monitored, name):
    operation, carried = OPERATIONS[name]
    table = operation(monitored.tables[0])
    if carried:
        result = jcm_calc.calculate("ID_AM003", table, **GIVEN)
        assert RULE in {item.name for item in result.unconfirmed}
    else:
        with pytest.raises(InputError, match=r"are from meters \(S1\), but the record of their readings was lost"):
            jcm_calc.calculate("ID_AM003", table, **GIVEN)


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_leaves_an_ordinary_table_that_does_not_name_its_meters(monitored, name):
    table = OPERATIONS[name][0](monitored.tables[0])
    assert isinstance(table, MonitoredTable) or "meters" in [*table.columns, *table.index.names]


# Changes of the amounts, the labels or the unit in the heading.
CHANGES = {
    "another amount": lambda t: t.assign(**{HEADING: t[HEADING] * 2}),
    "a rounded amount": lambda t: t.round(1),
    "another unit": lambda t: t.rename(columns={HEADING: "EC_PJ [kWh]"}),
    "rows of other units": lambda t: t.assign(i=t["i"].map({1: 2, 2: 1})),
    "two units as one": lambda t: t.groupby("p", as_index=False)[[HEADING]].sum().assign(i=1),
    "in an index": lambda t: t.assign(**{HEADING: t[HEADING] + 1}).set_index(["i", "p"]),
}
# What leaves every amount where it is.
SELECTIONS = {
    "one unit": lambda t: t[t["i"] == 1],
    "another unit, with the number": lambda t: (
        t.assign(**{"EC_PJ [kWh]": t[HEADING] * 1000}).drop(columns=HEADING)
    ),
    "a unit that is typed by hand": lambda t: pd.concat([t, OTHER.assign(i=3)]),
}  # fmt: skip


@pytest.fixture(scope="module")
def two():
    """Two units, with a year of readings each."""
    hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "a": [10.0, 12.0] * 4392})
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "a", "S2": "b"}}
    monitored = jcm_calc.monitor(
        {name: {"parameter": "EC_PJ", "labels": {"i": i}, "unit": "kWh"} for name, i in (("S1", 1), ("S2", 2))},
        {"timezone": "Asia/Jakarta", "sources": [{**source, "frame": hours.assign(b=hours["a"] * 3)}]},
        p="2024",
        methodology="ID_AM003",
        **GIVEN,
    )
    return monitored.tables[0]


@pytest.mark.parametrize("name", CHANGES)
def test_an_amount_that_is_not_the_one_on_record_is_refused(two, name):
    with pytest.raises(InputError, match=r"EC_PJ.*, but the record of its readings has [\d,.]+: hand over"):
        jcm_calc.calculate("ID_AM003", CHANGES[name](two), **GIVEN)


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_part_of_what_is_on_record_is_taken(two, name):
    assert jcm_calc.calculate("ID_AM003", SELECTIONS[name](two), **GIVEN).ER.m.size == 1


def test_a_workbook_whose_metered_amounts_changed_places_is_doubtful(two, tmp_path):
    from openpyxl import load_workbook

    path = tmp_path / "report.xlsx"
    jcm_calc.calculate("ID_AM003", two, **GIVEN).to_excel(path)
    book = load_workbook(path)
    sheet = book["MRS(input_separate)"]
    amounts = {round(amount, 6) for amount in two[HEADING]}
    found = [cell for row in sheet for cell in row if isinstance(cell.value, float) and round(cell.value, 6) in amounts]
    found[0].value, found[1].value = found[1].value, found[0].value
    book.save(path)
    with pytest.warns(jcm_calc.InputWarning, match=r"EC_PJ of i=1, p=2024 is .*, and by the record of readings"):
        result = jcm_calc.read_workbook(path).calculate()
    assert "record of readings" in {item.name for item in result.unconfirmed}


def test_monitored_parameters_are_handed_over_as_a_whole(monitored):
    whole = jcm_calc.calculate("ID_AM003", monitored, **GIVEN)
    tables = jcm_calc.calculate("ID_AM003", *monitored.tables, p=["2024"], **GIVEN)
    assert whole.manifest() == tables.manifest()
    assert RULE in {item.name for item in whole.unconfirmed}
    assert jcm_calc.replay(whole.manifest()).manifest() == whole.manifest()


def test_a_column_that_is_given_by_its_keyword_keeps_its_record(monitored):
    column = monitored.tables[0].set_index(["i", "p"])[HEADING]
    result = jcm_calc.calculate("ID_AM003", EC_PJ=column, **GIVEN)
    assert RULE in {item.name for item in result.unconfirmed}


def test_a_column_that_lost_its_record_is_refused(monitored):
    column = monitored.tables[0].set_index(["i", "p"])[HEADING]
    bare = MonitoredColumn(column.to_numpy(), index=column.index)
    with pytest.raises(InputError, match="EC_PJ: its amounts are from meters"):
        jcm_calc.calculate("ID_AM003", EC_PJ=bare, **GIVEN)


def test_records_of_two_tables_are_put_together(monitored):
    second = monitored.tables[0].assign(i=2)
    record = {**monitored.tables[0].record, "rules": {"gap: comparable period": {"grade": "unconfirmed"}}}
    both = pd.concat([monitored.tables[0], MonitoredTable.of(second, record)])
    assert set(both.record["rules"]) == {RULE, "gap: comparable period"}


def test_an_amount_typed_by_hand_needs_an_explicit_step(monitored):
    plain = pd.DataFrame(monitored.tables[0]).drop(columns="meters")
    result = jcm_calc.calculate("ID_AM003", plain, **GIVEN)
    assert RULE not in {item.name for item in result.unconfirmed}
    assert result["EC_PJ"].m.sum() == pytest.approx(monitored.amounts["S1"][0])
