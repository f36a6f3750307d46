"""Every way in: each carrier x each way that a unit travels x each kind of parameter, against numbers by hand.

Each cell of the matrix gives the right number, or is refused with the name of the parameter; what is accepted is
recorded in a manifest and read again as the same. `python tests/test_ways_in.py` prints the size of the matrix.
"""

import datetime
import warnings
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pint
import pint_pandas  # noqa: F401  (registers the dtype)
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

from jcm_calc import InputError, methodology, units
from jcm_calc.inputs import bind
from jcm_calc.manifest import frozen, recall, record, record_table

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
    by_place = isinstance(value, list | tuple | np.ndarray) or units.is_quantity(value)
    periods = YEARS if "p" in kind.indices and by_place and np.ndim(value) else None
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


def with_attrs(attrs):
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
        with_attrs({"EC_PJ": "kWh"}),
        with_attrs("kWh")["EC_PJ"],
        with_attrs({"EC_PJ": pint.UnitRegistry().kWh})["EC_PJ"],
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


if __name__ == "__main__":
    sizes = {carrier: len(list(cells(carrier))) for carrier in CARRIERS}
    print(f"{sum(sizes.values())} cells of {len(CARRIERS)} carriers and {len(KINDS)} kinds of parameters")
