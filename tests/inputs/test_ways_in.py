"""Every way in: each carrier x each way that a unit travels x each kind of parameter, against numbers by hand.

Each cell of the matrix gives the right number, or is refused with the name of the parameter; what is accepted is
recorded in a manifest and read again as the same. `python tests/inputs/test_ways_in.py` prints the size of the matrix.
"""

import ast
import datetime
import warnings
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pint
import pint_pandas  # noqa: F401  (registers the dtype)
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

import jcm_calc
from jcm_calc import InputError, InputWarning, calculate, methodology, monitor, portfolio, read_workbook, replay, units
from jcm_calc.api.case_file import read_case
from jcm_calc.inputs import bind
from jcm_calc.results.manifest import frozen, recall, record, record_table

FOREIGN = pint.UnitRegistry()
UNITS, YEARS = ["north", "south"], ["2023", "2024"]


@dataclass(frozen=True)
class Kind:
    """A parameter, two or four numbers of it by hand in two units, and units that it cannot have."""

    number: str
    name: str
    indices: str
    declared: str
    own: Any
    other: str = ""
    others: Any = None
    wrong: str = "kg"
    expected: Any = None
    numeric: bool = True

    def __str__(self):
        return self.name


KINDS = [
    Kind("ID_AM003", "EC_PJ", "ip", "MWh", [[100, 110], [200, 210]], "kWh", [[100e3, 110e3], [200e3, 210e3]]),
    Kind("ID_AM002", "EI_grid", "p", "MWh", [500, 510], "GJ", [1800, 1836]),  # 3.6 GJ a MWh
    Kind("ID_AM002", "capacity", "i", "USRt", [400, 500], "kW", [1406.52, 1758.15]),  # 3.5163 kW a USRt
    Kind("ID_AM003", "EF_elec", "", "tCO2/MWh", 0.75, "kgCO2/MWh", 750),
    Kind("ID_AM002", "T_cooling_out", "i", "degC", [37, 30], "degF", [98.6, 86]),  # 9/5 x 37 + 32, 9/5 x 30 + 32
    Kind("ID_AM003", "COP_PJ", "i", "dimensionless", [2, 3], "percent", [200, 300]),
    Kind("MN_AM002", "η_RE", "", "dimensionless", 0.5, "percent", 50),
    Kind("ID_AM003", "application", "i", "", ["cold storage", "individual quick freezer"], numeric=False),
    Kind("ID_AM003", "secondary_loop", "i", "", ["yes", "no"], expected=[True, False], numeric=False),
    Kind("VN_AM005", "t_on", "u", "", [datetime.date(2020, 5, 17), datetime.date(2021, 6, 18)],
         expected=[737562, 737959], numeric=False),  # days since 31 December of the year 0
]  # fmt: skip


@dataclass(frozen=True)
class Way:
    """What is given: numbers, the unit that is stated for them, and whether it is to be accepted."""

    name: str
    numbers: Any
    unit: str | None
    accepted: bool


def ways(kind):
    if not kind.numeric:
        return [Way("none", kind.own, None, True), Way("a unit", kind.own, "kWh", False)]
    return [
        Way("none", kind.own, None, True),
        Way("declared", kind.own, kind.declared, True),
        Way("other", kind.others, kind.other, True),
        Way("wrong", kind.own, kind.wrong, False),
        Way("unknown", kind.own, "quux", False),
    ]


def mapped(function, numbers):
    return [mapped(function, one) for one in numbers] if isinstance(numbers, list) else function(numbers)


def text(number, unit):
    return str(number) if unit is None else f"{number} {unit}"


def quantity(registry):
    def of(number, unit):
        return number if unit is None else registry.Quantity(number, unit)

    return of


def heading(kind, unit):
    return kind.name if unit is None else f"{kind.name} [{unit}]"


def labels(kind):
    """Return the labels along each index of a kind."""
    return {letter: YEARS if letter == "p" else UNITS for letter in kind.indices}


def flat(numbers):
    return [one for row in numbers for one in flat(row)] if isinstance(numbers, list) else [numbers]


def series(kind, numbers, name=None, dtype=None):
    index = pd.MultiIndex.from_product(labels(kind).values(), names=[*kind.indices])
    index = index if len(kind.indices) > 1 else pd.Index(UNITS if kind.indices != "p" else YEARS, name=kind.indices)
    return pd.Series(flat(numbers), index, name=name, dtype=dtype)


def frame(kind, numbers, unit=None, dtype=None):
    if not kind.indices:
        return pd.DataFrame({heading(kind, unit): pd.Series([numbers], dtype=dtype)})
    return series(kind, numbers, heading(kind, unit), dtype).reset_index()


def wide(kind, numbers, unit=None):
    """Return a column for each unit."""
    marked = [one if unit is None else f"{one} [{unit}]" for one in UNITS]
    return pd.DataFrame(list(zip(*numbers, strict=True)), pd.Index(YEARS, name="p"), marked)


def masked(kind, numbers):
    return np.ma.masked_array(numbers, np.zeros(np.shape(numbers)))


def with_attrs(table, kind, unit, key="units"):
    if unit is not None:
        table.attrs[key] = unit if table.ndim == 1 else {kind.name: unit}
    return table


def arrow(kind, numbers, unit):
    table = pa.Table.from_pandas(frame(kind, numbers), preserve_index=False)
    if unit is None:
        return table
    place = table.schema.get_field_index(kind.name)
    field = table.schema.field(place).with_metadata({"units": unit})
    return table.set_column(place, field, table[place])


def data_array(kind, numbers, unit):
    found = xr.DataArray(numbers, labels(kind), [*kind.indices], name=kind.name)
    found.attrs = {} if unit is None else {"units": unit}
    return found


def mixed(kind, way):
    """Return the first number as a text with the declared unit, all others as Quantities of the other one."""
    own, others = flat(kind.own), flat(kind.others)
    cells = [text(own[0], kind.declared), *(FOREIGN.Quantity(one, kind.other) for one in others[1:])]
    return series(kind, cells, dtype=object)


def nested(kind, cells):
    rows = dict(zip(UNITS if kind.indices != "p" else YEARS, cells, strict=True))
    return {one: dict(zip(YEARS, row, strict=True)) for one, row in rows.items()} if kind.indices == "ip" else rows


def by_table(make):
    return lambda kind, way: ([make(kind, way.numbers, way.unit)], {})


def by_name(make, texts=True):
    return lambda kind, way: ([], {kind.name: make(kind, way.numbers, way.unit)})


def cells_of(wrap, make):
    """Carry cells that state their own units in a carrier that states none."""
    return lambda kind, numbers, unit: make(kind, mapped(lambda one: wrap(one, unit), numbers))


def file_of(suffix):
    def make(kind, way, folder):
        path = folder / f"{kind.name.replace('η', 'eta')}{suffix}"
        table = frame(kind, way.numbers, way.unit)
        write = {".csv": table.to_csv, ".xlsx": table.to_excel, ".parquet": table.to_parquet}[suffix]
        write(path, index=False)
        return [path], {}

    return make


def arrow_file(kind, way, folder):
    from pyarrow import parquet

    path = folder / "metadata.parquet"
    parquet.write_table(arrow(kind, way.numbers, way.unit), path)
    return [path], {}


def excel_of_texts(kind, way, folder):
    path = folder / "texts.xlsx"
    frame(kind, mapped(lambda one: text(one, way.unit), way.numbers)).to_excel(path, index=False)
    return [path], {}


Q, F = quantity(units.registry()), quantity(FOREIGN)
NUMBERS, ARRAYS, FLAT, TWO = "numbers", "arrays", "one index or two", "two indices"
# For each carrier: how it is made, what it can carry besides numbers, and whether it has a place for a unit.
# "single" carries one value, "array" values by place, "labelled" values by label, "wide" values by two labels.
CARRIERS = {
    "scalar": ("single", False, by_name(lambda k, n, u: n)),
    "text": ("single", True, by_name(lambda k, n, u: text(n, u))),
    "Quantity": ("single number", True, by_name(lambda k, n, u: Q(n, u))),
    "Quantity of another registry": ("single number", True, by_name(lambda k, n, u: F(n, u))),
    "Decimal": ("single number", False, by_name(lambda k, n, u: Decimal(str(n)))),
    "float32": ("single number", False, by_name(lambda k, n, u: np.float32(n))),
    "0-d array": ("single number", False, by_name(lambda k, n, u: np.array(n))),
    "0-d array of a text": ("single", True, by_name(lambda k, n, u: np.array(text(n, u), dtype=object))),
    "0-d Quantity": ("single number", True, by_name(lambda k, n, u: F(np.array(float(n)), u))),
    "list": ("array", False, by_name(lambda k, n, u: n)),
    "tuple": ("array", False, by_name(lambda k, n, u: tuple(map(tuple, n)) if k.indices == "ip" else tuple(n))),
    "list of texts": ("array", True, by_name(cells_of(text, lambda k, n: n))),
    "list of Quantities": ("array of numbers", True, by_name(cells_of(Q, lambda k, n: n))),
    "list of other Quantities": ("array of numbers", True, by_name(cells_of(F, lambda k, n: n))),
    "NumPy": ("array", False, by_name(lambda k, n, u: np.array(n))),
    "NumPy float32": ("array of numbers", False, by_name(lambda k, n, u: np.array(n, dtype=np.float32))),
    "NumPy Fortran order": ("array of numbers", False, by_name(lambda k, n, u: np.asfortranarray(n))),
    "NumPy object of texts": (
        "array",
        True,
        by_name(lambda k, n, u: np.array(mapped(lambda one: text(one, u), n), dtype=object)),
    ),
    "NumPy masked": ("array of numbers", False, by_name(lambda k, n, u: masked(k, n))),
    "Quantity of an array": ("array of numbers", True, by_name(lambda k, n, u: F(np.array(n, dtype=float), u))),
    "Quantity of a masked array": ("array of numbers", True, by_name(lambda k, n, u: F(masked(k, n), u))),
    "dict": ("labelled", False, by_name(lambda k, n, u: nested(k, n))),
    "dict of texts": ("labelled", True, by_name(cells_of(text, nested))),
    "dict of Quantities": ("labelled numbers", True, by_name(cells_of(F, nested))),
    "Series": ("labelled", True, by_name(lambda k, n, u: series(k, n, None if u is None else heading(k, u)))),
    "Series, foreign name": (
        "labelled",
        True,
        by_name(lambda k, n, u: series(k, n, None if u is None else f"all of it ({u})")),
    ),
    "Series, attrs": ("labelled", True, by_name(lambda k, n, u: with_attrs(series(k, n), k, u))),
    "Series of texts": ("labelled", True, by_name(cells_of(text, lambda k, n: series(k, n, k.name)))),
    "Series of Quantities": ("labelled numbers", True, by_name(cells_of(F, lambda k, n: series(k, n, dtype=object)))),
    "Series of pint-pandas": (
        "labelled numbers",
        True,
        by_name(lambda k, n, u: series(k, n, dtype=None if u is None else f"pint[{u}]")),
    ),
    "Series, nullable": ("labelled numbers", True, by_name(lambda k, n, u: series(k, n, heading(k, u), "Float64"))),
    "Series, Arrow": (
        "labelled numbers",
        True,
        by_name(lambda k, n, u: series(k, n, heading(k, u), "float64[pyarrow]")),
    ),
    "Series, categorical": ("labelled", True, by_name(lambda k, n, u: series(k, n, heading(k, u)).astype("category"))),
    "Series, categories of texts": (
        "labelled",
        True,
        by_name(cells_of(text, lambda k, n: series(k, n).astype("category"))),
    ),
    "Series of Decimal": (
        "labelled numbers",
        True,
        by_name(lambda k, n, u: series(k, mapped(lambda one: Decimal(str(one)), n), heading(k, u))),
    ),
    "one-column DataFrame": ("labelled", True, by_name(lambda k, n, u: series(k, n, heading(k, u)).to_frame())),
    "DataFrame by name": ("labelled", True, by_name(frame)),
    "xarray": ("labelled numbers", True, by_name(data_array)),
    "polars by name": ("labelled", True, by_name(lambda k, n, u: pl.from_pandas(frame(k, n, u)))),
    "wide DataFrame": ("wide", True, by_name(wide)),
    "wide DataFrame, transposed": ("wide", False, by_name(lambda k, n, u: wide(k, n).T)),
    "wide, PeriodIndex": (
        "wide",
        True,
        by_name(lambda k, n, u: wide(k, n, u).set_axis(pd.PeriodIndex(YEARS, freq="Y"))),
    ),
    "wide, DatetimeIndex": (
        "wide",
        True,
        by_name(lambda k, n, u: wide(k, n, u).set_axis(pd.date_range("2023", periods=2, freq="YS"))),
    ),
    "wide, pint-pandas": (
        "wide",
        True,
        by_name(lambda k, n, u: wide(k, n).astype("float" if u is None else f"pint[{u}]")),
    ),
    "wide, Decimal texts": ("wide", True, by_name(cells_of(text, wide))),
    "table": ("table", True, by_table(frame)),
    "table, shuffled": ("table", True, by_table(lambda k, n, u: frame(k, n, u).iloc[::-1])),
    "table of texts": ("table", True, by_table(cells_of(text, frame))),
    "table of Quantities": ("table of numbers", True, by_table(cells_of(F, frame))),
    "table of pint-pandas": (
        "table of numbers",
        True,
        by_table(lambda k, n, u: frame(k, n, dtype=None if u is None else f"pint[{u}]")),
    ),
    "table, units of pint-pandas as headings": (
        "table of numbers",
        True,
        by_table(lambda k, n, u: frame(k, n, dtype=None if u is None else f"pint[{u}]").pint.dequantify()),
    ),
    "table, attrs": ("table", True, by_table(lambda k, n, u: with_attrs(frame(k, n), k, u))),
    "table, attrs unit": ("table", True, by_table(lambda k, n, u: with_attrs(frame(k, n), k, u, "unit"))),
    "table, indices as levels": ("labelled", True, by_table(lambda k, n, u: series(k, n, heading(k, u)).to_frame())),
    "polars": ("table", True, by_table(lambda k, n, u: pl.from_pandas(frame(k, n, u)))),
    "polars, lazy": ("table", True, by_table(lambda k, n, u: pl.from_pandas(frame(k, n, u)).lazy())),
    "polars of texts": ("table", True, by_table(cells_of(text, lambda k, n: pl.from_pandas(frame(k, n))))),
    "Arrow": ("table", True, by_table(lambda k, n, u: pa.Table.from_pandas(frame(k, n, u)))),
    "Arrow, metadata": ("table", True, by_table(arrow)),
    "xarray Dataset": ("labelled numbers", True, by_table(lambda k, n, u: data_array(k, n, u).to_dataset())),
    "CSV": ("file", True, file_of(".csv")),
    "Excel": ("file", True, file_of(".xlsx")),
    "Excel of texts": ("file", True, excel_of_texts),
    "Parquet": ("file", True, file_of(".parquet")),
    "Parquet, metadata": ("file", True, arrow_file),
}


def fits(carrier, kind):
    """Whether a carrier can hold a kind of parameter."""
    shape = CARRIERS[carrier][0]
    if "number" in shape and not kind.numeric:
        return False
    if shape.startswith("single"):
        return kind.indices != "p" or kind.numeric
    if shape.startswith("wide"):
        return kind.indices == "ip"
    return bool(kind.indices) or shape.startswith(("table", "file"))


def given(carrier, kind, way, folder):
    shape, _stated, make = CARRIERS[carrier]
    if shape.startswith("single") and kind.indices:
        way = Way(way.name, flat(way.numbers)[0], way.unit, way.accepted)
    return make(kind, way, folder) if shape == "file" else make(kind, way)


def bound(kind, tables, values):
    """Return what is bound of a parameter, as plain nested lists."""
    value = values.get(kind.name)
    by_place = isinstance(value, list | tuple) or (
        (isinstance(value, np.ndarray) or units.is_quantity(value)) and np.ndim(value)
    )
    periods = YEARS if "p" in kind.indices and by_place else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = bind(methodology(kind.number), tables, values, periods, whole=False)
    found = inputs.facts[kind.name] if kind.name in inputs.facts else inputs.plain(kind.name, inputs.values[kind.name])
    found, named = np.asarray(found), not by_place
    for place, (letter, axis) in enumerate(inputs.axes.items()):
        if letter in kind.indices and found.shape[place] > 1 and named:
            own = [str(one) for one in axis.labels]
            assert sorted(own) == sorted(labels(kind)[letter])
            found = found.take([own.index(one) for one in labels(kind)[letter]], place)
    return found.ravel().tolist()


def expected(kind, single):
    numbers = flat(kind.own if kind.expected is None else kind.expected)
    return numbers[:1] if single else numbers


def same(found, wanted):
    if len(found) == len(wanted) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in wanted):
        return found == pytest.approx(wanted, rel=1e-12 if max(map(abs, wanted)) != 0.75 else 1e-7)
    return found == wanted


def cells(carrier):
    """Yield kind and way of each cell of the matrix of a carrier."""
    stated = CARRIERS[carrier][1]
    for kind in KINDS:
        if fits(carrier, kind):
            readable = stated and (kind.numeric or "text" not in carrier)  # "cold storage kWh" is another class
            yield from ((kind, way) for way in ways(kind) if way.unit is None or readable)


def outcome(carrier, kind, way, folder):
    """Return what is wrong with a cell of the matrix, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the libraries that make the carrier
            tables, values = given(carrier, kind, way, folder)
    except pint.UndefinedUnitError:  # the carrier itself refuses it
        return ""
    except TypeError as error:
        return "" if way.name == "unknown" or "dtype" in str(error) else f"cannot be made: {error}"
    kept = [frozen(table) for table in tables], {name: frozen(value) for name, value in values.items()}
    try:
        found = bound(kind, *kept)
    except InputError as refused:
        if kind.name not in str(refused):
            return f"refused without its name: {refused}"
        return f"refused: {refused}" if way.accepted else ""
    if not way.accepted:
        return f"taken as {found}"
    wanted = expected(kind, CARRIERS[carrier][0].startswith("single"))
    if not same(found, wanted):
        return f"{found} instead of {wanted}"
    found = bound(kind, *again_from_manifest(kind, kept))
    return "" if same(found, wanted) else f"{found} instead of {wanted} from its manifest"


def again_from_manifest(kind, kept):
    m = methodology(kind.number)
    problems = []
    tables = [recall("table", record_table(table), [], problems) for table in kept[0]]
    values = {
        name: recall(name, record(value, name, {**m.inputs, **m.facts}[name]), [], problems)
        for name, value in kept[1].items()
    }
    assert problems == []
    return tables, values


@pytest.mark.parametrize("carrier", CARRIERS)
def test_each_carrier_gives_the_right_number_or_is_refused(carrier, tmp_path):
    wrong = {f"{kind}, {way.name}": outcome(carrier, kind, way, tmp_path) for kind, way in cells(carrier)}
    assert {cell: told for cell, told in wrong.items() if told} == {}


def test_cells_of_different_units_in_one_column():
    for kind in KINDS:
        if kind.numeric and kind.indices:
            found = bound(kind, [], {kind.name: mixed(kind, None)})
            assert same(found, expected(kind, False)), kind


# What is in no matrix


FREEZER = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8}
LABELS = pd.Index(["a", "b"], name="i")
# 135 MWh and 15 MWh at 0.8 tCO2/MWh are 150 x 0.8 = 120 t
KWH = [135_000.0, 15_000.0]
PROJECT_EMISSIONS = 120.0


def energy_with_attrs(attrs):
    frame = pd.DataFrame({"EC_PJ": KWH}, LABELS)
    frame.attrs["units"] = attrs
    return frame


@pytest.mark.parametrize(
    "energy",
    [
        pd.Series(KWH, LABELS, name="EC_PJ [kWh]"),
        pd.Series(KWH, LABELS, name="EC_PJ,i,p (kWh)"),
        pd.Series(KWH, LABELS, name="electricity [kWh]"),
        pd.Series(KWH, LABELS, dtype="pint[kWh]"),
        pd.Series([135e6, 15e6], LABELS, dtype="pint[Wh]", name="EC_PJ"),
        pd.Series(pd.array([135.0, 15.0], dtype="pint[MWh]"), LABELS),
        pd.Series(pd.Categorical(pd.array(KWH)), LABELS, name="EC_PJ [kWh]"),
        energy_with_attrs({"EC_PJ": "kWh"}),
        energy_with_attrs("kWh")["EC_PJ"],
        energy_with_attrs({"EC_PJ": pint.UnitRegistry().kWh})["EC_PJ"],
        pd.DataFrame({"i": ["a", "b"], "EC_PJ": pd.Series(KWH, dtype="pint[kWh]")}),
        pd.Series(KWH, LABELS, dtype="pint[kWh]").array.quantity[:, np.newaxis],
        [[pint.UnitRegistry().Quantity(135e3, "kWh")], [pint.UnitRegistry().Quantity(15, "MWh")]],
    ],
)
def test_the_unit_that_a_carrier_states_is_converted_and_recorded(energy):
    result = calculate("ID_AM003", **FREEZER, EC_PJ=energy)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)
    assert replay(result.manifest()).PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


@pytest.mark.parametrize(
    "energy",
    [
        *(
            pd.Series(KWH, LABELS, name=name)
            for name in ("kWh", "EC_PJ_kWh", "EC_PJ kWh", "COP_PJ [kWh]", ("EC_PJ", "kWh"))
        ),
        pd.Index(KWH, name="kWh"),
        pd.Series(KWH, LABELS, dtype="pint[km]"),
        pd.Series(KWH, LABELS, dtype="pint[kWh]", name="EC_PJ [MWh]"),
        [pd.Series(KWH, dtype="pint[kWh]").array.quantity],
        [[np.ma.masked], [15.0]],
        np.ma.masked_array([[135.0], [15.0]], [[True], [False]]),
    ],
)
def test_what_may_state_a_unit_is_refused_with_the_name_of_the_parameter(energy):
    with pytest.raises(InputError) as refused:
        calculate("ID_AM003", **FREEZER, EC_PJ=energy)
    assert "EC_PJ" in str(refused.value)


def test_what_pandas_has_not_summed_yet_is_refused_by_its_type():
    grouped = pd.DataFrame({"i": ["a", "a", "b"], "EC_PJ": [1.0, 2.0, 3.0]}).groupby("i")["EC_PJ"]
    with pytest.raises(InputError, match=r"EC_PJ.*got a SeriesGroupBy, which is not numbers"):
        calculate("ID_AM003", EC_PJ=grouped, **FREEZER)


@pytest.mark.parametrize("kind", ["dates", "periods"])
def test_dates_that_are_not_called_p_are_refused_with_the_name(kind):
    days = pd.DataFrame({"time": pd.date_range("2024-01-01", "2024-12-31"), "i": "a", "EC_PJ [kWh]": 1.0})
    time = days["time"].dt.to_period("M") if kind == "periods" else pd.Grouper(key="time", freq="MS")
    months = days.groupby(["i", time])["EC_PJ [kWh]"].sum()
    for tables, values in (((), {"EC_PJ": months}), ((months.reset_index(),), {})):
        with pytest.raises(InputError, match="its dates are called 'time': call them p"):
            calculate("ID_AM003", *tables, **values, **FREEZER)
    result = calculate("ID_AM003", EC_PJ=months.rename_axis(index={"time": "p"}), **FREEZER)
    assert result.PE.magnitude == pytest.approx(0.366 * 0.8)


def test_a_temperature_and_a_capacity_of_pint_pandas_are_converted():
    chillers = pd.DataFrame(
        {
            "i": ["a"],
            "EC_PJ": pd.Series([100_000.0], dtype="pint[kWh]"),
            "COP_PJ": [6.0],
            "capacity": pd.Series([1758.15], dtype="pint[kW]"),  # 500 USRt of 3.5163 kW
            "T_cooling_out": pd.Series([98.6], dtype="pint[degF]"),  # 37 degC
            "T_chilled_out": pd.Series([44.6], dtype="pint[degF]"),  # 7 degC
        }
    )
    plain = pd.DataFrame(
        {
            "i": ["a"],
            "EC_PJ": [100.0],
            "COP_PJ": [6.0],
            "capacity": [500.0],
            "T_cooling_out": [37.0],
            "T_chilled_out": [7.0],
        }
    )
    one, other = (calculate("ID_AM002", table, power_source="grid", EF_grid=0.8) for table in (chillers, plain))
    assert one.ER.magnitude == pytest.approx(other.ER.magnitude, rel=1e-12)


def test_wide_tables_without_a_name_and_two_rows_of_headings_are_refused_with_the_line_to_write():
    kind = KINDS[0]
    with pytest.raises(InputError) as refused:
        calculate("ID_AM003", wide(kind, kind.own).reset_index(), **FREEZER)
    assert "table.melt(id_vars=['p'], var_name='i', value_name='EC_PJ')" in str(refused.value)
    assert "EC_PJ=table" in str(refused.value)
    two = wide(kind, kind.own).set_axis(pd.MultiIndex.from_product([["EC_PJ"], UNITS]), axis=1)
    with pytest.raises(InputError, match=r"first EC_PJ.*table\.stack"):
        calculate("ID_AM003", two, **FREEZER)


# kWh of two freezers in two years: 150 MWh at 0.8 tCO2/MWh
ROWS = pd.DataFrame({"i": ["a", "a", "b", "b"], "p": [2023, 2024] * 2, "EC_PJ [kWh]": [100e3, 35e3, 10e3, 5e3]})
WIDE = ROWS.pivot(index="p", columns="i", values="EC_PJ [kWh]")


def named(table, **names):
    return table.rename_axis(**names)


def above(table, *rows, **names):
    return table.set_axis(pd.MultiIndex.from_product([*rows], **names), axis=1)


def attributed(table, key):
    table = table.copy()
    table.attrs[key] = "kWh"
    return table


STATED = {
    "pivot of a list": ROWS.pivot(index="p", columns="i", values=["EC_PJ [kWh]"]),
    "pivot table": ROWS.pivot_table(index="p", columns="i", values=["EC_PJ [kWh]"], aggfunc="sum"),
    "concat with a key": pd.concat({"EC_PJ [kWh]": WIDE}, axis=1),
    "concat with a unit": pd.concat({"kWh": WIDE}, axis=1),
    "symbol above": above(WIDE, ["EC_PJ,i,p [kWh]"], ["a", "b"]),
    "units below": above(WIDE, ["a", "b"], ["kWh"]),
    "units below, named": above(WIDE, ["a", "b"], ["kWh"], names=["i", "Units"]),
    "rows named": named(named(WIDE, columns=None), index="EC_PJ [kWh]"),
    "columns named": named(WIDE, columns="EC_PJ [kWh]"),
    "columns named otherwise": named(WIDE, columns="energy (kWh)"),
    "each heading": WIDE.set_axis(["a [kWh]", "b [kWh]"], axis=1),
    "reset": above(WIDE, ["EC_PJ [kWh]"], ["a", "b"]).reset_index(),
    "turned": named(WIDE.T, index="EC_PJ [kWh]"),
    **{f"attrs {key}": attributed(WIDE, key) for key in ("units", "unit", "Units", "UNIT")},
}
DOUBTFUL = {
    "columns called kWh": named(WIDE, columns="kWh"),
    "rows called kWh": named(named(WIDE, columns=None), index="kWh"),
    "columns called EC_PJ_kWh": named(WIDE, columns="EC_PJ_kWh"),
    "labels with units": WIDE.set_axis(["a_kWh", "b_kWh"], axis=1),
    "labels with units and blanks": WIDE.set_axis(["a, kWh", "b, kWh"], axis=1),
    "labels with units, long": ROWS.set_axis(["i", "p", "EC_PJ"], axis=1).assign(
        i=["a kWh", "a kWh", "b kWh", "b kWh"]
    ),
    "another parameter above": above(WIDE, ["EG"], ["a", "b"]),
    "what it is above": above(WIDE, ["sum"], ["a", "b"]),
    "three rows": above(WIDE, ["EC_PJ [kWh]"], ["a", "b"], ["x"]),
    "a level more": pd.concat({"kWh": WIDE.T}),
    "a level of units": ROWS.assign(unit="kWh").set_index(["i", "p", "unit"])["EC_PJ [kWh]"].rename("EC_PJ"),
    "two units": above(WIDE, ["EC_PJ [kWh]"], ["a", "b"]).rename_axis(index="EC_PJ [MWh]"),
}


@pytest.mark.parametrize("carrier", STATED)
def test_the_unit_above_or_beside_a_wide_table_is_converted(carrier):
    result = calculate("ID_AM003", EC_PJ=STATED[carrier], **FREEZER)
    assert result.PE.magnitude == pytest.approx([88, 32])
    assert replay(result.manifest()).PE.magnitude == pytest.approx([88, 32])


@pytest.mark.parametrize("carrier", DOUBTFUL)
def test_what_may_be_a_unit_or_an_index_around_a_table_is_refused(carrier):
    with pytest.raises(InputError, match=r"EC_PJ|unit"):
        calculate("ID_AM003", EC_PJ=DOUBTFUL[carrier], **FREEZER)


@pytest.mark.parametrize("label", ["roof A", "unit h", "T 1", "boiler t", "N-min", "site MWh"])
def test_labels_that_end_in_a_word_that_is_a_unit_of_something_else(label):
    result = calculate("ID_AM003", pd.DataFrame({"i": [label], "EC_PJ": [150.0]}), **FREEZER)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


@pytest.mark.parametrize("key", ["units", "unit", "Units", "UNIT"])
def test_arrow_metadata_states_units_in_any_case(key):
    field = pa.field("EC_PJ", pa.float64(), metadata={key: "kWh"})
    table = pa.table([["a", "b"], KWH], schema=pa.schema([pa.field("i", pa.string()), field]))
    result = calculate("ID_AM003", table, **FREEZER)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        (["CH-1", "CH-1\u200b"], "invisible character U\\+200B"),
        (["CH 1", "CH\u00a01"], "look the same"),
        (["CH-1", "CH\u20131"], "look the same"),
        (["CH-1", "CH\u22121"], "look the same"),
        (["caf\u00e9", "cafe\u0301"], "two or more rows"),
        (["CH-1", "CH-1 "], "two or more rows"),
    ],
)
def test_labels_that_look_alike_are_not_two_units(labels, complaint):
    with pytest.raises(InputError, match=complaint):
        calculate("ID_AM003", pd.DataFrame({"i": labels, "EC_PJ": [135.0, 15.0]}), **FREEZER)


@pytest.mark.parametrize(
    "p", [range(2023, 2025), pd.period_range("2023", periods=2, freq="Y"), pd.date_range("2023", periods=2, freq="YS")]
)
def test_periods_named_by_a_range(p):
    result = calculate("ID_AM003", EC_PJ=[[135.0, 15.0]], **FREEZER, p=p)
    assert [str(period) for period in result.inputs.periods] == YEARS
    assert result.PE.magnitude.tolist() == pytest.approx([108.0, 12.0])


def test_a_series_whose_index_has_no_name_goes_by_labels_that_a_table_has():
    table = pd.DataFrame({"i": ["a", "b"], "EC_PJ": [100.0, 50.0]})
    efficiency = pd.Series([4.0, 2.0], ["b", "a"])
    result = calculate("ID_AM003", table, **FREEZER | {"COP_PJ": efficiency})
    assert result["COP_PJ"].magnitude.tolist() == [2.0, 4.0]
    with pytest.raises(InputError, match=r"COP_PJ.*rename_axis\('i'\)"):
        calculate("ID_AM003", table, **FREEZER | {"COP_PJ": efficiency.set_axis(["b", "c"])})


# What is given stays what it was


def test_later_changes_of_what_was_given_change_neither_result_nor_manifest():
    array, cells = np.array([[135.0], [15.0]]), [[135.0], [15.0]]
    table = pd.DataFrame({"i": ["a", "b"], "EC_PJ": [135.0, 15.0]})
    named, given = {"a": 135.0, "b": 15.0}, FOREIGN.Quantity(np.array([[135.0], [15.0]]), "MWh")
    results = [
        calculate("ID_AM003", table, **FREEZER),
        *(
            calculate("ID_AM003", EC_PJ=energy, **FREEZER)
            for energy in (array, cells, table.set_index("i"), named, given)
        ),
    ]
    array *= 1000
    cells[0][0] = 135e3
    table["EC_PJ"] *= 1000
    table.loc[0, "EC_PJ"] = 5.0
    named["a"] = 135e3
    given.magnitude[:] = 0
    for result in results:
        assert result["EC_PJ"].to("MWh").magnitude.ravel().tolist() == [135.0, 15.0]
        assert replay(result.manifest()).PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


# Names


@pytest.mark.parametrize("name", ["η_PJ", "eta_PJ", "η_PJ,i", "eta_PJ,i", " eta_PJ "])
def test_greek_letters_may_be_spelt_out_wherever_a_name_is_typed(name, tmp_path):
    from jcm_calc import scenarios, uncertainty

    boiler = {"PH": 100, "HMP": 10, "RPC": 5, "eta_RE": 0.61, "EF_CO2_grid": 0.8, "EF_CO2_coal": 0.099}
    result = calculate("MN_AM002", **boiler, **{name: 0.67})
    assert result[name].magnitude == 0.67
    assert result["eta_RE"].magnitude == 0.61
    assert "η_PJ" in str(result.explain(name))
    assert calculate("MN_AM002", pd.DataFrame({name: [0.67]}), **boiler).ER == result.ER
    assert scenarios("MN_AM002", boiler, {name: [0.67]})["ER"][0] == pytest.approx(result.ER.magnitude)
    assert list(uncertainty(result, {name: "±1 %"}, draws=100).drivers.index) == ["η_PJ"]
    with pytest.raises(InputError, match="given twice"):
        calculate("MN_AM002", **boiler, **{name: 0.67, "η_PJ" if name != "η_PJ" else "eta_PJ": 0.67})


# Files, and what other parts of the library give


TOML = """
methodology = "ID_AM003"
p = "2024"
[inputs]
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = {factor}
EC_PJ = {energy}
"""


@pytest.mark.parametrize("factor", ["0.8", '"800 kgCO2/MWh"'])
@pytest.mark.parametrize(
    ("energy", "accepted"),
    [
        ("150", True),
        ('"150000 kWh"', True),
        ('{ north = "135000 kWh", south = 15 }', True),
        ("[[135.0], [15.0]]", True),
        ('[["135000 kWh"], ["15 MWh"]]', True),
        ('"150 t"', False),
        ('[["135000 quux"], [15]]', False),
    ],
)
def test_a_case_file(tmp_path, energy, factor, accepted):
    path = tmp_path / "case.toml"
    path.write_text(TOML.format(energy=energy, factor=factor), encoding="utf-8")
    if accepted:
        assert read_case(path).calculate().PE.magnitude == pytest.approx(PROJECT_EMISSIONS)
        return
    with pytest.raises(InputError, match="EC_PJ"):
        read_case(path).calculate()


def test_a_case_file_with_a_table(tmp_path):
    pd.DataFrame({"i": ["a", "b"], "EC_PJ [kWh]": KWH}).to_csv(tmp_path / "energy.csv", index=False)
    content = TOML.replace("EC_PJ = {energy}", 'tables = ["energy.csv"]').format(factor=0.8)
    (tmp_path / "case.toml").write_text(content, encoding="utf-8")
    assert read_case(tmp_path / "case.toml").calculate().PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


def test_an_excel_file_with_several_sheets_says_which_one_was_read(tmp_path):
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        pd.DataFrame({"i": ["a"], "EC_PJ [kWh]": [150e3]}).to_excel(book, sheet_name="energy", index=False)
        pd.DataFrame({"i": ["a"], "COP_PJ": [1.0]}).to_excel(book, sheet_name="machines", index=False)
    with pytest.warns(InputWarning, match="has the sheets 'energy', 'machines'; only 'energy' was read"):
        result = calculate("ID_AM003", tmp_path / "book.xlsx", **FREEZER)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


def test_a_hidden_sheet_of_an_excel_file_is_not_the_first_one(tmp_path):
    with pd.ExcelWriter(tmp_path / "book.xlsx", engine="openpyxl") as book:
        for name, energy in (("old", 1.0), ("older", 2.0), ("energy", 150e3)):
            pd.DataFrame({"i": ["a"], "EC_PJ [kWh]": [energy]}).to_excel(book, sheet_name=name, index=False)
        book.sheets["old"].sheet_state, book.sheets["older"].sheet_state = "hidden", "veryHidden"
        book.book.active = 2
    with pytest.warns(InputWarning, match="has the sheets 'old', 'older', 'energy'; only 'energy' was read"):
        result = calculate("ID_AM003", tmp_path / "book.xlsx", **FREEZER)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


SHOWING = [
    r"General\ \k\W\h",
    '#,##0.0" kWh"',
    r"0.0\ \k\W\h",
    "#,##0 [$kWh]",
    "[$kWh-409] 0",
    '[Red]0" kWh";-0" kWh"',
    r'0_-"kWh"',
    r"\k\W\h* 0",
]


@pytest.mark.parametrize("code", SHOWING)
def test_a_unit_in_a_number_format_of_a_filled_workbook_is_remarked_on(tmp_path, code):
    calculate("ID_AM003", EC_PJ=150, **FREEZER).to_excel(tmp_path / "filled.xlsx")
    book = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    cell = book["MRS(input_separate)"]["C11"]
    assert cell.value == 150
    cell.number_format = code
    book.save(tmp_path / "filled.xlsx")
    with pytest.warns(InputWarning, match="a number format shows the unit kWh,"):
        read_workbook(tmp_path / "filled.xlsx")


@pytest.mark.parametrize("code", ['0.0" MWh"', "0.00%", '0.0" MWh/p"'])
def test_the_declared_unit_in_a_number_format_of_a_filled_workbook_is_no_remark(tmp_path, code):
    calculate("ID_AM003", EC_PJ=150, **FREEZER).to_excel(tmp_path / "filled.xlsx")
    book = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    book["MRS(input_separate)"]["C11"].number_format = code
    book.save(tmp_path / "filled.xlsx")
    assert read_workbook(tmp_path / "filled.xlsx").remarks == ()


@pytest.mark.parametrize("code", SHOWING)
def test_a_unit_in_a_number_format_is_remarked_on_however_excel_writes_it(tmp_path, code):
    path = tmp_path / "shown.xlsx"
    pd.DataFrame({"i": ["a"], "EC_PJ": [150]}).to_excel(path, index=False)
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = code
    book.save(path)
    with pytest.warns(InputWarning, match="a number format shows the unit kWh,"):
        calculate("ID_AM003", path, **FREEZER)


@pytest.mark.parametrize("code", ["0.00%", "#,##0;[Red]-#,##0", "0.0E+00", "0_)", r'_-* #,##0\ "€"_-', '0" of 9"'])
def test_a_number_format_without_a_unit_is_not_remarked_on(tmp_path, code):
    path = tmp_path / "shown.xlsx"
    pd.DataFrame({"i": ["a"], "EC_PJ": [150]}).to_excel(path, index=False)
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = code
    book.save(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calculate("ID_AM003", path, **FREEZER)
    assert not any("number format" in str(one.message) for one in caught)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_another_separator_is_said_also_where_decimals_have_commas(tmp_path, sign):
    path = tmp_path / "table.csv"
    path.write_text(f"i{sign}EC_PJ [MWh]\na{sign}134,5\nb{sign}15,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="its columns are separated by"):
        calculate("ID_AM003", path, **FREEZER)


@pytest.mark.parametrize("heading", ["EC_PJ［kWh］", "EC_PJ（kWh）", "EC_PJ [kWh]", "EC_PJ(kWh)"])
def test_brackets_of_any_width_hold_a_unit(tmp_path, heading):
    (tmp_path / "table.csv").write_text(f"i,{heading}\na,135000\nb,15000\n", encoding="utf-8")
    result = calculate("ID_AM003", tmp_path / "table.csv", **FREEZER)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


@pytest.mark.parametrize(("heading", "told"), [("EC_PJ", True), ("EC_PJ [kWh]", False)])
def test_a_unit_that_only_a_number_format_of_excel_shows_is_remarked_on(tmp_path, heading, told):
    path = tmp_path / "shown.xlsx"
    pd.DataFrame({"i": ["a"], heading: [150]}).to_excel(path, index=False)
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = '#,##0.0" kWh"'
    book.active["D2"].number_format = 'h"h"mm'
    book.save(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calculate("ID_AM003", path, **FREEZER)
    assert any("a number format shows the unit kWh" in str(one.message) for one in caught) is told


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_two_columns_of_one_name_in_a_file(tmp_path, suffix):
    table = pd.DataFrame([["a", 135.0, 135e3]], columns=["i", "EC_PJ", "EC_PJ"])
    path = tmp_path / f"twice{suffix}"
    (table.to_csv if suffix == ".csv" else table.to_excel)(path, index=False)
    with pytest.raises(InputError, match="the columns 2, 3 are all called 'EC_PJ'"):
        calculate("ID_AM003", path, **FREEZER)


@pytest.mark.parametrize(
    ("cell", "accepted"), [(150, True), ("150000 kWh", True), ("150 t", False), ("150 quux", False)]
)
def test_a_workbook_filled_in(tmp_path, cell, accepted):
    path = tmp_path / "filled.xlsx"
    methodology("ID_AM003").template(path, years=[2024])
    book = openpyxl.load_workbook(path)
    book["MRS(input)"]["F17"] = 0.8
    for place, value in {"C11": cell, "D11": 1.63, "E11": "individual quick freezer"}.items():
        book["MRS(input_separate)"][place] = value
    book.save(path)
    if accepted:
        assert read_workbook(path).calculate().PE.magnitude == pytest.approx(PROJECT_EMISSIONS)
        return
    with pytest.raises(InputError, match="EC_PJ"):
        read_workbook(path).calculate()


@pytest.mark.parametrize(
    "energy",
    [
        {"EC_PJ [kWh]": [150e3]},
        {"EC_PJ": ["150000 kWh"]},
        {"EC_PJ": pd.Series([150e3], dtype="pint[kWh]")},
        {"EC_PJ": [FOREIGN.Quantity(150e3, "kWh")]},
        {"EC_PJ [kWh]": [[[135e3], [15e3]]]},
        {"EC_PJ": [{"a": "135000 kWh", "b": 15}]},
    ],
)
@pytest.mark.parametrize("count", [1, 6])
def test_a_table_of_a_portfolio(energy, count):
    rows = pd.DataFrame({"project": ["x"], "methodology": ["ID_AM003"], "p": ["2024"], **FREEZER, **energy})
    whole = pd.concat([rows.assign(project=str(number)) for number in range(count)], ignore_index=True)
    found = portfolio(whole, processes=1).table
    assert found["PE"].tolist() == pytest.approx([PROJECT_EMISSIONS] * count)


def test_a_portfolio_keeps_the_units_that_a_table_states():
    rows = pd.DataFrame({"project": ["x"], "methodology": ["ID_AM003"], "p": ["2024"], **FREEZER, "EC_PJ": [150e3]})
    rows.attrs["units"] = {"EC_PJ": "kWh"}
    assert portfolio(rows, processes=1).table["PE"].tolist() == pytest.approx([PROJECT_EMISSIONS])


@pytest.mark.parametrize(
    ("power", "attrs", "unit"),
    [
        (pd.Series([10.0, 12.0] * 4392), {}, {"unit": "kW"}),
        (pd.Series([10e3, 12e3] * 4392, dtype="pint[W]"), {}, {}),
        (pd.Series([10e3, 12e3] * 4392), {"units": {"power": "W"}}, {}),
    ],
)
def test_what_monitor_returns(power, attrs, unit):
    hours = pd.date_range("2024-01-01", periods=8784, freq="h")
    readings = pd.DataFrame({"time": hours, "power": power})
    readings.attrs = attrs
    source = {"frame": readings, "kind": "power", "step": "1 h", "stamp": "start", "time": "time"}
    source |= {"columns": {"S1": "power"}}
    readings = {"timezone": "Asia/Jakarta", "sources": [source]}
    meters = {"S1": {"parameter": "EC_PJ", "labels": {"i": "a"}} | unit}
    monitored = monitor(meters, readings, p="2024", methodology="ID_AM003", **FREEZER)
    # 4392 h of 10 kW and 4392 h of 12 kW are 96.624 MWh, times 0.8 tCO2/MWh
    assert calculate("ID_AM003", monitored, **FREEZER).PE.magnitude == pytest.approx(77.2992)
    assert calculate("ID_AM003", *monitored.tables, p="2024", **FREEZER).PE.magnitude == pytest.approx(77.2992)


@pytest.mark.parametrize(
    ("column", "attrs"),
    [
        ({"EF_elec [kgCO2/MWh]": [700.0, 800.0]}, {}),
        ({"EF_elec": ["700 kgCO2/MWh", 0.8]}, {}),
        ({"EF_elec": [700.0, 800.0]}, {"units": {"EF_elec": "kgCO2/MWh"}}),
        ({"EF_elec": [units.registry().Quantity(700, "kgCO2/MWh"), 0.8]}, {}),
    ],
)
def test_a_table_of_scenarios(column, attrs):
    table = pd.DataFrame(column)
    table.attrs = attrs
    base = {"EC_PJ": 150, "COP_PJ": 1.63, "application": "individual quick freezer"}
    assert jcm_calc.scenarios("ID_AM003", base, table)["PE"].tolist() == pytest.approx([105.0, 120.0])


VARIED = {
    "heading": pd.Series([7e5, 8e5], name="EF [kgCO2/GWh]"),
    "quantity": units.registry().Quantity([700.0, 800.0], "kgCO2/MWh"),
    "attrs": with_attrs(pd.Series([700.0, 800.0], name="EF_elec"), None, "kgCO2/MWh"),
    "array": np.array([0.7, 0.8]),
    "index": pd.Index([700.0, 800.0], name="EF_elec [kgCO2/MWh]"),
    "xarray": xr.DataArray([700.0, 800.0], dims="case", attrs={"units": "kgCO2/MWh"}),
    "texts": np.array(["0.7", "800 kgCO2/MWh"]),
}


@pytest.mark.parametrize("carrier", VARIED)
def test_the_values_of_scenarios_keep_the_unit_of_what_carries_them(carrier):
    base = {"EC_PJ": 150, "COP_PJ": 1.63, "application": "individual quick freezer"}
    found = jcm_calc.scenarios("ID_AM003", base, {"EF_elec": VARIED[carrier]})
    assert found["PE"].tolist() == pytest.approx([105.0, 120.0])


@pytest.mark.parametrize("name", ["kgCO2/MWh", "EF_kg", "EC_PJ [kWh]"])
def test_values_of_scenarios_whose_name_may_be_a_unit_are_refused(name):
    base = {"EC_PJ": 150, "COP_PJ": 1.63, "application": "individual quick freezer"}
    with pytest.raises(InputError, match="EF_elec: its name is"):
        jcm_calc.scenarios("ID_AM003", base, {"EF_elec": pd.Series([700.0, 800.0], name=name)})


def test_a_column_of_pint_pandas_varies_in_its_unit():
    energy = pd.Series([150e3, 75e3], dtype="pint[kWh]")
    found = jcm_calc.scenarios("ID_AM003", FREEZER, {"EC_PJ": energy})
    assert found["PE"].tolist() == pytest.approx([120.0, 60.0])


def test_scenarios_of_other_libraries_and_of_files_with_a_remark(tmp_path):
    base = {"EC_PJ": 150, "COP_PJ": 1.63, "application": "individual quick freezer"}
    frame = pd.DataFrame({"EF_elec [kgCO2/MWh]": [700.0, 800.0]})
    for table in (pl.from_pandas(frame), pa.Table.from_pandas(frame)):
        assert jcm_calc.scenarios("ID_AM003", base, table)["PE"].tolist() == pytest.approx([105.0, 120.0])
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        frame.to_excel(book, sheet_name="low", index=False)
        frame.to_excel(book, sheet_name="high", index=False)
    with pytest.warns(InputWarning, match="only 'low' was read"):
        jcm_calc.scenarios("ID_AM003", base, tmp_path / "book.xlsx")


@pytest.mark.parametrize("unit", [None, "kWh", "kg"])
def test_dask(unit):
    import dask.array as da
    import dask.dataframe as dd

    numbers = np.array([[135.0], [15.0]]) * (1000 if unit == "kWh" else 1)
    array = da.from_array(numbers, chunks=(1, 1))
    heading = "EC_PJ" if unit is None else f"EC_PJ [{unit}]"
    frame = dd.from_pandas(pd.DataFrame({heading: numbers[:, 0]}, LABELS), npartitions=2)
    energy = array if unit is None else F(array, unit)
    for tables, values in (([], {"EC_PJ": energy}), ([frame], {})):
        lazy = calculate("ID_AM003", *tables, **values, **FREEZER, p="2024")
        if unit == "kg":
            with pytest.raises(InputError, match="EC_PJ"):
                lazy.PE.magnitude.compute()
        else:
            assert lazy.PE.magnitude.compute() == pytest.approx(PROJECT_EMISSIONS)


def test_an_array_beside_dask_arrays_keeps_its_unit():
    import dask.array as da

    energy = da.from_array(np.array([[100.0], [200.0]]), chunks=(1, 1))
    given = {
        "power_source": "grid",
        "EF_grid": 0.8,
        "COP_PJ": 6.0,
        "T_cooling_out": 37,
        "T_chilled_out": 7,
        "p": "2024",
    }
    capacity = FOREIGN.Quantity([1406.52, 1758.15], "kW")  # 400 and 500 USRt of 3.5163 kW
    lazy = calculate("ID_AM002", EC_PJ=energy, capacity=capacity, **given)
    assert lazy["capacity"].magnitude.compute().ravel().tolist() == pytest.approx([400, 500])
    with pytest.raises(InputError, match="capacity: has labels of i"):
        calculate("ID_AM002", EC_PJ=energy, capacity=pd.Series([400.0, 500.0]), **given)


# One place


TAKES = {"to_numpy", "magnitude", "array", "m_as", "asarray", "asanyarray"}
# Where else cells are taken out of something, and of what: of nothing that could still have a unit.
ALLOWED = {
    "inputs/binding.py plain": "classes by code",
    "inputs/carriers.py": "the one place",
    "inputs/cells.py _number": "the number of a cell that is a Quantity, whose unit `read` converts",
    "inputs/cells.py classes": "codes of classes",
    "inputs/cells.py numbers": "what was carried",
    "inputs/cells.py read": "the number of a cell that is a Quantity, whose unit it converts",
    "inputs/cells.py unitless": "what was carried",
    "inputs/cells.py _reader": "the number of a cell that is a Quantity, whose unit it converts",
    "inputs/checks.py": "numbers in the declared unit",
    "inputs/coordinates.py along": "numbers of an axis",
    "inputs/values.py plain": "classes by code",
    "inputs/values.py joined": "numbers in the declared unit",
    "inputs/values.py onto": "places of labels",
    "inputs/shapes.py long": "labels",
    "inputs/tables.py _labels": "codes of labels",
    "inputs/tables.py _three_decimals": "how many decimals cells have",
    "inputs/values.py onto_years": "the share of days of each part of a period",
    "results/what_if.py _table": "which cells are filled",
    "results/what_if.py beyond": "results",
    "results/what_if.py scenarios": "places in a table",
    "inputs/tables.py _periods": "codes of periods",
    "inputs/tables.py _factorize": "labels",
    "inputs/arguments.py _replace": "the number of a candidate in the document",
    "api/case_file.py _comparisons": "results",
    "inputs/coordinates.py selected": "places of rows",
    "inputs/coordinates.py unless_given": "days of the periods",
    "inputs/values.py _mean": "numbers in the declared unit",
    "inputs/values.py _weights": "numbers in the declared unit",
    "results/distributions.py": "numbers that are drawn",
    "results/lazy/__init__.py __getitem__": "a function of that name",
    "results/lazy/partitions.py is_lazy": "only looked at",
    "results/lazy/partitions.py of_arrays": "the Dask array of a Quantity, whose unit is kept in the plan",
    "api/portfolios/batches.py __init__": "labels and estimates",
    "api/portfolios/batches.py _keys": "which cells are filled",
    "api/portfolios/jobs.py arguments": "a single cell, as it is",
    "results/what_if.py break_even": "a number in the declared unit",
    "results/manifest.py _recalled": "what a manifest has recorded",
}


def test_cells_are_taken_out_of_what_was_given_in_one_place():
    home = Path(jcm_calc.__file__).parent
    rooms = ("inputs", "results/lazy", "api/portfolios")
    of_users = [path for room in rooms for path in home.glob(f"{room}/*.py")]
    of_users += [home / "results" / f"{name}.py" for name in ("calculating", "manifest", "what_if", "distributions")]
    of_users += [home / "api" / f"{name}.py" for name in ("calculation", "case_file")]
    found = set()
    for path in of_users:
        name = path.relative_to(home).as_posix()
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                own = [node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr in TAKES]
                found |= {name if name in ALLOWED else f"{name} {function.name}"} if own else set()
    assert found - {*ALLOWED} == set()


if __name__ == "__main__":
    sizes = {carrier: len(list(cells(carrier))) for carrier in CARRIERS}
    print(f"{sum(sizes.values())} cells of {len(CARRIERS)} carriers and {len(KINDS)} kinds of parameters")
