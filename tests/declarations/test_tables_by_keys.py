"""Tables by several keys and by dates: every combination of kinds of keys, through every way in and out."""

import itertools
import json
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from filling import evidence, filled
from workbooks import at, formulas, office, recalculated_by_office

import jcm_calc
from jcm_calc import (
    InputError,
    Methodology,
    calculate,
    methodology,
    portfolio,
    read_workbook,
    replay,
    rulebooks,
    verify,
)
from jcm_calc.api.case_file import read_case
from jcm_calc.authoring.conformance import conform
from jcm_calc.declarations import DeclarationError
from jcm_calc.declarations.rows import Span
from jcm_calc.evidence import Source, primary

pytestmark = pytest.mark.filterwarnings("ignore")

READ = primary(Source("the document"), "page 7")
# What each key can be, and on what it depends.
KEYS = {
    "region": (["north", "south"], "i"),
    "regime": (["wet", "dry"], "sp"),
    "season": (["main", "late"], "p"),
    "i": (["a", "b"], "i"),
    "p": (["2023", "2024"], "p"),
}
KINDS = [keys for size in (1, 2, 3) for keys in itertools.combinations(KEYS, size) if size > 1 or len(keys[0]) == 1]
# The same rows of dates, as a document may write them.
DATES = [
    {"2023": 2023, "2024": 2024},
    {"2023": "2023", "2024": "2024-01-01/2024-12-31"},
    {"2023": "[2023, 2024)", "2024": "[2024, inf)"},
    {"2023": "[2022-04-01, 2024-01-01)", "2024": "from 2024-01-01"},
]
PERIODS = ["2023", "2024"]
LABELS = {"i": ["a", "b"], "s": ["1", "2"], "p": PERIODS}


def numbers(keys):
    """A value for each combination of classes."""
    rng = np.random.default_rng(len("".join(keys)) + 31 * KINDS.index(keys))
    rows = itertools.product(*(KEYS[key][0] for key in keys))
    return {row: round(float(rng.uniform(0.1, 2.0)), 3) for row in rows}


def written(keys):
    """The table as an author writes it: tuples, texts or nested."""
    dates = DATES[KINDS.index(keys) % len(DATES)]
    rows = {
        tuple(dates[part] if key == "p" else part for key, part in zip(keys, row, strict=True)): value
        for row, value in numbers(keys).items()
    }
    if len(keys) == 1:
        return {row[0]: value for row, value in rows.items()}
    if KINDS.index(keys) % 3 == 0:
        return {" × ".join(map(str, row)): value for row, value in rows.items()}
    if KINDS.index(keys) % 3 == 1 and len(keys) == 2:
        nested = {}
        for (first, second), value in rows.items():
            nested.setdefault(first, {})[second] = value
        return nested
    return rows


def number_of(keys):
    return f"XX_AM{100 + KINDS.index(keys)}"


def module(keys):
    indices = "".join(letter for letter in "isp" if any(letter in KEYS[key][1] for key in keys))
    symbol = "EF" + "".join(f",{letter}" for letter in indices)
    lines = [
        "from jcm_calc import Methodology",
        "from jcm_calc.evidence import Source, primary",
        'READ = primary(Source("the document"), "page 7")',
        f'm = Methodology("{number_of(keys)}", version="1.0", title="Example", country="XX", sectoral_scope=15,',
        '    indices={"i": "field", "s": "stratum", "p": "season"}, identity={"version": READ})',
        'm.monitored("A_i,s,p", "ha", extensive="units time", raises="RE PE", text="cleared area", evidence=READ)',
        'm.default("F", "tCO2/ha", value=0.05, raises="PE", text="factor", evidence=READ)',
        *(
            f'm.class_key("{key}_{",".join(KEYS[key][1])}", text="{key}", evidence=READ)'
            for key in keys
            if len(key) > 1
        ),
        f'm.default("{symbol}", "tCO2/ha", by={", ".join(keys)!r}, values={written(keys)!r}, raises="RE",'
        ' text="emission factor", evidence=READ)',
        'm.equation("RE_p", "tCO2", name="RE", total="is", text="ref", evidence=READ)(lambda A, EF: A * EF)',
        'm.equation("PE_p", "tCO2", name="PE", total="is", text="pro", evidence=READ)(lambda A, F: A * F)',
        'm.equation("ER_p", "tCO2", name="ER", text="red", evidence=READ)(lambda RE, PE: RE - PE)',
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module", autouse=True)
def book(tmp_path_factory):
    """A rule book with a methodology for each combination of keys."""
    folder = tmp_path_factory.mktemp("books")
    home = folder / "book_of_tables"
    home.mkdir()
    (home / "__init__.py").write_text("")
    for keys in KINDS:
        (home / f"{number_of(keys).lower()}.py").write_text(module(keys))
    sys.path.insert(0, str(folder))
    known = rulebooks.entry_points
    entry = SimpleNamespace(load=lambda: __import__("book_of_tables"), value="book_of_tables")
    rulebooks.entry_points = lambda group: [*known(group=group), entry]
    rulebooks.forget()
    yield
    rulebooks.entry_points = known
    sys.path.remove(str(folder))
    rulebooks.forget()


def drawn(keys, seed=0):
    """What a project gives: classes at random, and the area; as arrays by index, and what is expected."""
    rng = np.random.default_rng([seed, KINDS.index(keys)])
    given = {"A": rng.uniform(1, 100, (2, 2, 2)).round(2)}
    for key in keys:
        if len(key) > 1:
            given[key] = rng.choice(np.array(KEYS[key][0], dtype=object), (2,) * len(KEYS[key][1]))
    table, re = numbers(keys), np.zeros(2)
    for i, s, p in itertools.product(range(2), repeat=3):
        place = {"i": i, "s": s, "p": p}
        row = tuple(
            LABELS[key][place[key]] if len(key) == 1 else given[key][tuple(place[one] for one in KEYS[key][1])]
            for key in keys
        )
        re[p] += given["A"][i, s, p] * table[row]
    return given, re, 0.05 * given["A"].sum((0, 1))


def tables(keys, given):
    """The same as long tables with labels, one for each set of indices."""
    found = {}
    for name, array in given.items():
        letters = "isp" if name == "A" else KEYS[name][1]
        index = pd.MultiIndex.from_product([LABELS[one] for one in letters], names=list(letters))
        found.setdefault(letters, pd.DataFrame(index=index))[name] = array.ravel()
    return [frame.reset_index() for frame in found.values()]


def agree(result, re, pe):
    np.testing.assert_allclose(result["RE"].magnitude, re, rtol=1e-12)
    np.testing.assert_allclose(result["PE"].magnitude, pe, rtol=1e-12)


@pytest.mark.parametrize("keys", KINDS, ids=" ".join)
def test_every_way_gives_what_the_table_has(keys, tmp_path):
    given, re, pe = drawn(keys)
    number = number_of(keys)
    frames = tables(keys, given)
    result = calculate(number, *frames)
    agree(result, re, pe)
    # out and in again: manifest, case file, workbook, report, xarray
    agree(replay(json.loads(json.dumps(result.manifest()))), re, pe)
    frames[0].to_csv(tmp_path / "areas.csv", index=False)
    names = ["areas.csv"]
    for place, frame in enumerate(frames[1:]):
        frame.to_csv(tmp_path / f"{place}.csv", index=False)
        names.append(f"{place}.csv")
    (tmp_path / "case.toml").write_text(f'methodology = "{number}"\n[inputs]\ntables = {json.dumps(names)}\n')
    agree(read_case(tmp_path / "case.toml").calculate(), re, pe)
    result.to_excel(tmp_path / "report.xlsx")
    again = read_workbook(tmp_path / "report.xlsx").calculate()
    np.testing.assert_allclose(np.ravel(again["RE"].magnitude), re, rtol=1e-12)
    assert "EF" in result.to_xarray()
    result.to_html(tmp_path / "report.html")
    row = result.explain("RE", p="2024")
    assert f"{' × '.join(keys)} (EF) = " in str(row)
    # what is confirmed of it is by row
    file = evidence(filled(methodology(number)))
    confirmed = calculate(number, *frames, evidence=file)
    used = [item for item in confirmed.items if item.name.startswith("EF")]
    assert used
    assert all(item.evidence.confirmed for item in used)
    assert len({item.detail for item in used}) <= len(numbers(keys))


@pytest.mark.parametrize("keys", KINDS, ids=" ".join)
def test_a_portfolio_and_dask_give_the_same(keys):
    rows = []
    expected = {}
    for seed in range(6):
        given, re, pe = drawn(keys, seed)
        frame = None
        for one in tables(keys, given):
            frame = one if frame is None else frame.merge(one, how="left")
        rows.append(frame.assign(project=f"project {seed}", methodology=number_of(keys)))
        expected[f"project {seed}"] = re - pe
    found = portfolio(pd.concat(rows, ignore_index=True))
    for project, er in expected.items():
        own = found.table[found.table["project"] == project].sort_values("year")
        np.testing.assert_allclose(own["ER"], er, rtol=1e-9)
    if "i" in keys:
        return  # labels of partitions come with Dask DataFrames only
    import dask.array as da

    given, re, pe = drawn(keys)
    lazy = {
        name: da.from_array(array, chunks=(1, *array.shape[1:])) if name in ("A", "region") else array
        for name, array in given.items()
    }
    result = calculate(number_of(keys), **lazy, p=PERIODS)
    np.testing.assert_allclose(result["RE"].magnitude.compute(), re, rtol=1e-12)


@pytest.mark.parametrize("keys", KINDS, ids=" ".join)
def test_every_methodology_conforms(keys):
    failed = [(one.check, str(one.failure)) for one in conform(methodology(number_of(keys)), 2) if one.failure]
    assert failed == []


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_looks_every_row_up_again(tmp_path):
    paths = []
    for keys in KINDS:
        given, _, _ = drawn(keys)
        path = tmp_path / f"{number_of(keys)}.xlsx"
        result = calculate(number_of(keys), *tables(keys, given))
        result.to_excel(path, plan=result)
        paths.append(path)
    found = recalculated_by_office(paths, tmp_path)
    for path in paths:
        for (sheet, *cell), (text, value) in formulas(path).items():
            again = at(found[path.name][sheet], *cell)
            told = (path.name, sheet, cell, text, value, again)
            try:
                assert float(again) == pytest.approx(float(value), rel=1e-12), told
            except ValueError:
                assert str(again) == value, told


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_a_class_that_is_changed_in_the_spreadsheet_selects_another_row(tmp_path):
    """The formulas are live: another class, and another year, give the value of another row."""
    import openpyxl

    keys = ("region", "p")
    given, _, _ = drawn(keys)
    given["region"] = np.array(["north", "south"], dtype=object)
    path = tmp_path / "live.xlsx"
    calculate(number_of(keys), *tables(keys, given)).to_excel(path)
    book = openpyxl.load_workbook(path)
    (cell,) = (cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value == "south")
    cell.value = "north"
    book.save(path)
    found = recalculated_by_office([path], tmp_path)[path.name]
    cells = [one for sheet in found.values() for one in itertools.chain(*sheet)]
    assert cells.count("south × 2023") == 3  # in the lists of default values of three sheets, and no longer selected
    given["region"][1] = "north"
    table = numbers(keys)
    re = sum(given["A"][i, s, 0] * table["north", "2023"] for i in range(2) for s in range(2))
    assert any(isinstance(one, float) and one == pytest.approx(re, rel=1e-12) for one in cells)


@pytest.mark.parametrize("keys", KINDS, ids=" ".join)
def test_the_verification_of_a_workbook_finds_nothing_wrong_with_the_table(keys, tmp_path):
    given, _, _ = drawn(keys)
    calculate(number_of(keys), *tables(keys, given)).to_excel(tmp_path / "report.xlsx")
    found = verify(tmp_path / "report.xlsx")
    assert [str(one) for one in found.errors] == []


# Outside of the table


def by_date(values, by="p", symbol="GWP_p", **more):
    m = Methodology("XX_AM001", version="1.0", title="Example", country="XX", sectoral_scope=15,
                    indices={"p": "period"}, identity={"version": READ})  # fmt: skip
    m.monitored("CH4_p", "t", extensive=True, raises="RE", text="methane", evidence=READ)
    m.class_key("grid", text="grid")
    m.default(symbol, "tCO2/t", by=by, values=values, raises="RE", text="GWP", evidence=READ, **more)
    m.equation("RE_p", "tCO2", name="RE", text="", evidence=READ)(lambda CH4, GWP: CH4 * GWP)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=READ)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=READ)(lambda RE, PE: RE - PE)
    return m


WAYS = [
    {2020: 25, 2021: 28, 2022: 28},
    {"[2013, 2021)": 25, "[2021, 2100)": 28},
    {"2013-01-01": 25, "2021-01-01": 28},
    {"2021-01-01": 28, "2013-01-01": 25},
    {"[2013-01-01, 2021-01-01)": 25, "[2021-01-01, inf)": 28},
    {"until 2020-12-31": 25, "from 2021-01-01": 28},
    {"2019-04-01/2020-12-31": 25, "2021-01-01/2023-03-31": 28},
    {"2020": 25, "2021-01": 28, "2021-02-01/2030-12-31": 28},
]


@pytest.mark.parametrize("values", WAYS, ids=str)
def test_every_way_to_write_dates_gives_the_value_that_held(values):
    m = by_date(values)
    assert calculate(m, CH4=2.0, p="2020").RE.magnitude == 50
    assert calculate(m, CH4=2.0, p="2020-12").RE.magnitude == 50
    assert calculate(m, CH4=2.0, p="2021-01").RE.magnitude == 56
    found = calculate(m, CH4=[2.0, 3.0], p=["2020-07-01/2020-12-31", "2021-01-01/2021-01-31"])
    assert found.RE.magnitude.tolist() == [50, 84]
    with pytest.raises(InputError, match=r"GWP_p: 2020-07-01/2021-06-30 lies in several rows.*split at 2021-01-01"):
        calculate(m, CH4=2.0, p="2020-07-01/2021-06-30", split="whole")


@pytest.mark.parametrize(
    ("p", "told"),
    [
        ("2019", "GWP_p: 2019 lies outside of the table, which has 2020, 2021, 2022"),
        ("2023", "GWP_p: 2023 lies outside of the table, which has 2020, 2021, 2022"),
        ("2022-07-01/2023-06-30", "lies in 2022 in part only, and has no value for its other days"),
        (None, "has a value for dates, but 1 has none: name the periods with p="),
    ],
)
def test_outside_of_the_table_is_an_error_that_says_what_the_table_has(p, told):
    with pytest.raises(InputError, match=told):
        calculate(by_date(WAYS[0]), CH4=2.0, p=p, split="whole")


@pytest.mark.parametrize(
    ("values", "by", "told"),
    [
        ({2020: 25, "[2020, 2022)": 28}, "p", "the rows 2020 and 2020-01-01/2021-12-31 have days in common"),
        ({2020: 25, "2020": 28}, "p", "the row 2020 is declared twice"),
        ({"spring": 25}, "p", "got 'spring'; must be a year"),
        ({"2020-13": 25}, "p", "got '2020-13'; must be a year"),
        ({"[2021, 2020)": 25}, "p", r"got '\[2021, 2020\)'; must be a year"),
        ({("north", 2020): 25, "south": 28}, "grid, p", "got 'south'; must have a part for each of grid, p"),
        ({("north", ""): 25}, "grid, p", "must have a part for each of grid, p"),
        ({("a", "b", "c"): 25}, "grid, p", "must have a part for each of grid, p"),
        ({("north", "north"): 25}, "grid, grid", "names a key twice"),
        ({("north", 2020): 25}, "grid", r"the class \('north', 2020\) must be a text"),
        ({2020: 25}, "grid", "the class 2020 must be a text"),
    ],
)
def test_a_table_that_is_ambiguous_is_refused_when_it_is_declared(values, by, told):
    with pytest.raises(DeclarationError, match=told):
        by_date(values, by)


def test_a_table_by_date_depends_on_the_period():
    with pytest.raises(DeclarationError, match=r"GWP: is looked up by p, and must depend on p.*write GWP,p"):
        by_date({2020: 25}, symbol="GWP")


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("grid, yaer", "'yaer' is used by 'GWP' but not declared"),
        ("grid, CH4", "'GWP' is looked up by 'CH4', which must be a class key where there are several keys"),
    ],
)
def test_keys_that_are_not_declared_are_told(by, told):
    with pytest.raises(DeclarationError, match=told):
        by_date({("north", "x"): 25}, by).graph({})


def test_the_year_as_a_coordinate_is_the_date():
    m = by_date({2020: 25, 2021: 28})
    m.coordinate("year", of="p", what="year")
    m.default("F_p", "", by="year", values={"[2013, 2021)": 1, "[2021, inf)": 2}, text="", evidence=READ)
    assert m.coordinates["p (F)"].keys == ("p",)


def test_a_user_gives_rows_of_a_year_that_the_table_lacks():
    m = by_date({2020: 25, 2021: 28})
    assert calculate(m, CH4=2.0, p="2023", GWP={"2023": 30.0}).RE.magnitude == 60
    assert calculate(m, CH4=2.0, p="2023", GWP={2023: 30.0}).RE.magnitude == 60
    with pytest.raises(InputError, match="the rows 2021 and 2021-01-01/2022-12-31 have days in common"):
        calculate(m, CH4=2.0, p="2021", GWP={"[2021, 2023)": 30.0})
    with pytest.raises(InputError, match="got 'spring'; must be a year"):
        calculate(m, CH4=2.0, p="2021", GWP={"spring": 30.0})


def test_a_revision_replaces_the_rows():
    m = by_date({2020: 25, 2021: 28})
    later = m.revised("2.0", unchanged=READ, identity={"version": READ})
    later.default("GWP_p", "tCO2/t", by="p", values={"2013-01-01": 25, "2020-01-01": 30}, text="GWP", evidence=READ)
    assert calculate(later, CH4=2.0, p="2020").RE.magnitude == 60
    assert calculate(m, CH4=2.0, p="2020").RE.magnitude == 50
    one = m.revised("3.0", unchanged=READ, identity={"version": READ})
    one.default("GWP", "tCO2/t", value=27, text="GWP", evidence=READ)
    assert list(one.coordinates) == []
    assert calculate(one, CH4=2.0, p="2020").RE.magnitude == 54


def test_days_of_a_span():
    for text in ("2023", "2024-02", "2023-04-01/2024-03-31", "from 2021-01-01", "until 2020-12-31"):
        assert str(Span.parse(text)) == text


def test_a_template_looks_a_row_up_as_it_is_filled_in(tmp_path):
    methodology(number_of(("region", "p"))).template(tmp_path / "empty.xlsx", units=2, years=[2023, 2024])
    texts = [text for text, _ in formulas(tmp_path / "empty.xlsx").values()]
    assert any('&" × "&' in text and '"2023"' in text for text in texts)


def test_a_period_as_a_label_is_written_in_the_spreadsheet(tmp_path):
    m = by_date({2020: 25, 2021: 28})
    m.coordinate("vintage", of="p", what="label")
    m.default("F_p", "", by="vintage", values={"2020": 1.0, "2021": 2.0}, text="", evidence=READ)
    m.rules.clear()
    m.equation("RE_p", "tCO2", name="RE", text="", evidence=READ)(lambda CH4, GWP, F: CH4 * GWP * F)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=READ)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=READ)(lambda RE, PE: RE - PE)
    calculate(m, CH4=[2.0, 3.0], p=["2020", "2021"]).to_excel(tmp_path / "report.xlsx")
    m.template(tmp_path / "empty.xlsx")
    assert any('"2020"' in text for text, _ in formulas(tmp_path / "report.xlsx").values())


# Rows that the user gives


@pytest.mark.parametrize("keys", KINDS, ids=" ".join)
def test_rows_that_the_user_gives_come_back_from_every_file(keys, tmp_path):
    """Other values for all rows, in a case file, and out of a workbook that LibreOffice would recalculate."""
    given, _, pe = drawn(keys)
    own = {" × ".join(row): value + 1 for row, value in numbers(keys).items()}
    own = {dated(keys, row): value for row, value in own.items()}
    result = calculate(number_of(keys), *tables(keys, given), EF=own, override="a test")
    re = calculate(number_of(keys), *tables(keys, given))["RE"].magnitude + given["A"].sum((0, 1))
    agree(result, re, pe)
    result.to_excel(tmp_path / "report.xlsx")
    again = read_workbook(tmp_path / "report.xlsx").calculate()
    np.testing.assert_allclose(np.ravel(again["RE"].magnitude), re, rtol=1e-12)
    agree(replay(json.loads(json.dumps(result.manifest()))), re, pe)


def dated(keys, row):
    """The row as the table has it: with the dates that the document has."""
    parts = row.split(" × ")
    if "p" not in keys:
        return row
    place = keys.index("p")
    parts[place] = str(Span.parse(DATES[KINDS.index(keys) % len(DATES)][parts[place]]))
    return " × ".join(parts)


def test_months_are_summed_into_the_years_of_a_table():
    table = numbers(("p",))
    months = pd.DataFrame({"i": "a", "s": "1", "p": ["2023-11", "2023-12", "2024-01"], "A": [1.0, 2.0, 4.0]})
    result = calculate(number_of(("p",)), months)
    assert result["RE"].magnitude.tolist() == pytest.approx([3 * table["2023",], 4 * table["2024",]])
    split = calculate(number_of(("p",)), months.assign(p=["2023-11", "2023-12-01/2024-01-31", "2024-02"]), split="days")
    assert split["RE"].magnitude.sum() == pytest.approx((1 + 1) * table["2023",] + (1 + 4) * table["2024",])


METERED = """
from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary
READ = primary(Source("the document"), "page 7")
m = Methodology("XX_AM199", version="1.0", title="Example", country="XX", sectoral_scope=3,
    indices={"i": "pump", "p": "period"}, identity={"version": READ})
m.monitored("EC_i,p", "MWh", extensive=True, raises="RE", text="electricity", evidence=READ)
m.default("EF,i,p", "tCO2/MWh", by="i, p", values={("M1", 2023): 0.5, ("M1", 2024): 0.25, ("M2", 2023): 1.0,
    ("M2", 2024): 2.0}, raises="RE", text="factor of the grid", evidence=READ)
m.equation("RE_p", "tCO2", name="RE", total="i", text="", evidence=READ)(lambda EC, EF: EC * EF)
m.equation("PE_p", "tCO2", name="PE", text="", evidence=READ)(lambda: 0)
m.equation("ER_p", "tCO2", name="ER", text="", evidence=READ)(lambda RE, PE: RE - PE)
"""


def test_readings_of_meters_find_the_row_of_their_label_and_year():
    scope = {}
    exec(METERED, scope)
    times = pd.date_range("2023-12-31", "2024-01-02", freq="h", inclusive="left")
    odd = np.arange(len(times)) % 2 * 200.0 - 100
    frame = pd.DataFrame({"time": times, "M1": 1000 + odd, "M2": 2000 - odd})
    meters = {name: {"parameter": "EC", "labels": {"i": name}, "unit": "kWh"} for name in ("M1", "M2")}
    source = {"kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "columns": {"M1": "M1", "M2": "M2"}}
    source["frame"] = frame
    monitored = jcm_calc.monitor(
        meters, {"timezone": "UTC", "sources": [source]}, p=["2023-12-31", "2024-01-01"], methodology=scope["m"]
    )
    result = calculate(scope["m"], monitored)
    assert result["RE"].magnitude.tolist() == pytest.approx([24 * 0.5 + 48 * 1.0, 24 * 0.25 + 48 * 2.0])
