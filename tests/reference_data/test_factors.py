"""Published factors of electricity: each row with source and grade, found by name, of one kind, and told where used."""

import csv
import json
import tomllib
from importlib.resources import files

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from draws import cases, draw

import jcm_calc
from jcm_calc import InputError, calculate, methodology
from jcm_calc.cli.commands import jcm
from jcm_calc.declarations.items import Listed
from jcm_calc.evidence import Grade
from jcm_calc.reference_data import FactorKind, electricity, electricity_for, electricity_named, partner_countries
from jcm_calc.reference_data import electricity_factors as tables
from jcm_calc.rulebooks import every

FREEZER = {"EC_PJ": 100, "COP_PJ": 2.1, "application": "individual quick freezer", "p": "2018"}
JAMALI = "Jamali 2012, combined margin, ex-ante"
OF_ELECTRICITY = [(m.number, one) for m in every() for one in m.inputs.values() if one.unit == "tCO2/MWh"]
ASKING = [(number, one.name) for number, one in OF_ELECTRICITY if one.listed]
RENEWABLE = {m.number for m in every() if m.sectoral_scope == 1 and "olar" in m.title}


def rows(name):
    with (files("jcm_calc.reference_data") / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def allowed(number, name):
    """The factors that a parameter can be given by name."""
    m = methodology(number)
    return electricity_for(m.country, number, m.inputs[name].listed)


# The table


def test_every_row_has_a_source_and_a_grade():
    sources = {row["source"]: row for row in rows("electricity_sources.csv")}
    used = {row["source"] for row in rows("electricity.csv")}
    assert used == set(sources)
    assert all(row["title"] and row["kind"] in tables.KINDS and row["end"] for row in sources.values())
    assert all(row["grade"] in ("primary", "secondary", "unconfirmed") for row in rows("electricity.csv"))
    assert all(0 <= one.value <= 2.5 and one.evidence.source for one in electricity())
    assert {one.country for one in electricity()} <= {*partner_countries(), ""}


def test_a_figure_without_a_document_is_unconfirmed():
    told = ("recalled", "inference", "second hand", "one author", "one source")
    for one in electricity():
        text = f"{one.evidence.source} {one.evidence.note}".replace("agrees with the value recalled", "")
        if any(word in text for word in told) and "publishes combined margins (inference)" not in text:
            assert one.evidence.grade is Grade.UNCONFIRMED, one.name


def test_no_two_factors_of_a_country_have_one_name():
    for country in partner_countries():
        names = [one.name.casefold() for one in electricity(country)]
        assert len(names) == len(set(names))


def test_combined_margins_lie_between_operating_and_build_margin():
    """Of one grid, year and source; where the list itself says that it does not, the note says so."""
    groups = {}
    for one in electricity():
        if one.kind is FactorKind.NATIONAL and "adjusted" not in one.margin:
            key = (one.country, one.grid, one.year)
            groups.setdefault(key, {})[one.margin.partition(",")[0].partition(" (")[0]] = one
    checked = 0
    for margins in groups.values():
        if {"operating margin", "build margin"} <= margins.keys():
            ends = sorted(margins[name].value for name in ("operating margin", "build margin"))
            for name, one in margins.items():
                if name.startswith("combined") and "suspect" not in one.evidence.note and one.country != "TH":
                    assert ends[0] - 1e-4 <= one.value <= ends[1] + 1e-4, one.name
                    checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("name", "country", "value"),
    [
        ("Viet Nam 2023, combined margin", "VN", 0.6592),
        ("vietnam 2023, combined margin".replace("vietnam", "viet nam"), "VN", 0.6592),
        ("VN 2010, combined margin", "VN", 0.5408),
        ("2022, combined margin", "VN", 0.6766),
        ("JAMALI 2010, ex-ante", "ID", 0.741),
        ("Java-Madura-Bali 2012, ex-ante", "ID", 0.814),
        ("Sumatera 2019, ex-post", "ID", 0.94),
        ("Mindanao 2017, combined margin 75/25", "PH", 0.7859),
        ("Thailand 2022, operating margin", "TH", 0.5251),
    ],
)
def test_factors_are_found_by_names_that_people_write(name, country, value):
    assert electricity_named(name, country, "XX_AM001", [Listed.GRID]).value == value


# What methodologies take


def test_every_factor_of_electricity_of_a_methodology_can_be_named():
    assert len({number for number, _ in ASKING}) >= 34
    for number, one in OF_ELECTRICITY:
        assert one.listed or one.candidates, f"{number}: {one.name}: listed= is missing"
    for number, name in ASKING:
        assert (Listed.SOLAR in methodology(number).inputs[name].listed) == (number in RENEWABLE), number
        assert len(allowed(number, name)) >= 1


@pytest.mark.parametrize("number", sorted({number for number, _ in ASKING}))
def test_kinds_are_never_mixed(number):
    m = methodology(number)
    few = {(factor.kind, factor.use, factor.of): factor for factor in electricity(m.country)}.values()
    for one in m.inputs.values():
        for factor in few if one.unit == "tCO2/MWh" and one.listed else ():
            solar = factor.kind is FactorKind.SOLAR or factor.use == "renewable energy only"
            other = factor.kind is FactorKind.SOLAR and factor.of != number
            withheld = factor.use.startswith(("inventories", "plausibility only", "do not use"))
            captive = factor.kind is FactorKind.CAPTIVE and not solar and Listed.CAPTIVE not in one.listed
            grid = factor.kind not in (FactorKind.CAPTIVE, FactorKind.SOLAR) and one.listed == {Listed.CAPTIVE}
            fits = (number in RENEWABLE) == solar and not other and not withheld and not captive and not grid
            if fits:
                assert electricity_named(factor.name, m.country, number, one.listed) is factor
            else:
                with pytest.raises(LookupError):
                    electricity_named(factor.name, m.country, number, one.listed)


@pytest.mark.parametrize("country", sorted(partner_countries()))
def test_a_name_without_its_kind_means_a_national_publication(country):
    for one in electricity(country):
        if one.kind in (FactorKind.INTERNATIONAL, FactorKind.APPLICATION):
            bare = one.name.removesuffix(f", {one.kind}")
            try:
                found = electricity_named(bare, country, "XX_AM001", [Listed.GRID, Listed.CAPTIVE])
            except LookupError:
                continue
            assert found.kind is FactorKind.NATIONAL


def drawn(number, name):
    """Inputs of a methodology of which the factor is needed."""
    m = methodology(number)
    for case in cases(m):
        given = draw(np.random.default_rng(7), m, case, for_sheets=True)
        if name in {one.name for one in m.graph(case).parameters}:
            return m, case, given
    raise AssertionError(name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("number", "name"), ASKING)
def test_a_named_factor_calculates_as_its_number_and_is_told(number, name):
    m, case, given = drawn(number, name)
    factor = next(iter(sorted(allowed(number, name), key=lambda one: one.kind is not FactorKind.NATIONAL)))
    shape = tuple(len(given["p"]) if letter == "p" else 1 for letter in m.inputs[name].indices)
    number_given = np.full(shape, factor.value) if shape and m.inputs[name].indices == "p" else factor.value
    by_name = calculate(number, **case, **{**given, name: factor.name})
    by_number = calculate(number, **case, **{**given, name: number_given})
    np.testing.assert_allclose(by_name.full("ER"), by_number.full("ER"), rtol=1e-12)
    source = by_name.manifest()["sources"][name]
    assert factor.name in source
    items = [item for item in by_name.items if item.name == m.inputs[name].symbol]
    assert len(items) == 1
    assert factor.name in items[0].evidence.note
    assert items[0].evidence.grade is factor.used.evidence.grade
    assert not [item for item in by_number.items if item.kind == "published factor"]


def test_a_factor_of_another_kind_is_unconfirmed_whatever_its_grade():
    for one in electricity():
        expected = one.evidence.grade if one.kind in (FactorKind.NATIONAL, FactorKind.SOLAR) else Grade.UNCONFIRMED
        assert one.used.evidence.grade is expected


# Where a name can be written


def test_a_name_that_means_several_rows_lists_them():
    with pytest.raises(InputError) as error:
        calculate("ID_AM003", **FREEZER, EF_elec="JAMALI 2012")
    assert "means several factors" in str(error.value)
    assert f"{JAMALI} (0.814)" in str(error.value)
    assert "ex-post (0.823)" in str(error.value)


def test_a_solar_factor_is_refused_for_energy_saving_and_the_error_says_why():
    with pytest.raises(InputError, match="never for energy saving"):
        calculate("ID_AM003", **FREEZER, EF_elec="Jamali, case 1, ID_AM017")


def test_a_word_that_is_no_name_is_not_a_number():
    with pytest.raises(InputError, match=r"EF_elec: 'unknown' is not a number.*jcm factors ID"):
        calculate("ID_AM003", **FREEZER, EF_elec="unknown")


def test_a_missing_factor_says_where_the_list_is():
    with pytest.raises(InputError, match=r"EF_elec: missing.*jcm factors ID"):
        calculate("ID_AM003", **FREEZER)


def test_a_column_of_a_table_and_values_by_class_take_names():
    table = pd.DataFrame({"EF_elec": [JAMALI]})
    assert calculate("ID_AM003", table, **FREEZER)["EF_elec"].magnitude == 0.814
    by_class = {"EG": [[100.0]], "p": "2018", "connection": "grid", "EF_RE": {"grid": "Viet Nam, VN_AM007"}}
    option = methodology("VN_AM007").choices
    case = {name: next(iter(one.options)) for name, one in option.items()}
    result = calculate("VN_AM007", **{**by_class, **case})
    assert result.full("RE").sum() == pytest.approx(33.3, rel=1e-12)
    note = next(item.evidence.note for item in result.items if item.name == "EF_RE,i")
    assert "Viet Nam, VN_AM007" in note


def test_a_case_file_a_portfolio_and_a_workbook_take_names(tmp_path):
    case = tmp_path / "freezer.toml"
    case.write_text(
        '[methodology]\nnumber = "ID_AM003"\n[inputs]\np = "2018"\nEC_PJ = 100\nCOP_PJ = 2.1\n'
        f'application = "individual quick freezer"\nEF_elec = "{JAMALI}"\n',
        encoding="utf-8",
    )
    assert tomllib.loads(case.read_text(encoding="utf-8"))["inputs"]["EF_elec"] == JAMALI
    result = calculate("ID_AM003", **FREEZER, EF_elec=JAMALI)
    result.to_excel(tmp_path / "plan.xlsx", stage="plan")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx").worksheets[0]
    told = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(JAMALI in text and "secondary" in text for text in told)
    frame = pd.DataFrame(
        {"project": ["A", "B"], "methodology": "ID_AM003", "EF_elec": [JAMALI, 0.814]}
        | {name: [value] * 2 for name, value in FREEZER.items()}
    )
    found = jcm_calc.portfolio(frame)
    assert found["A"].full("ER").sum() == found["B"].full("ER").sum() == result.full("ER").sum()


@pytest.mark.filterwarnings("ignore")
def test_scenarios_and_a_filled_workbook_take_names(tmp_path):
    table = jcm_calc.scenarios("ID_AM003", FREEZER, {"EF_elec": [JAMALI, "Jamali 2012, ex-post", 0.814, 0.823]})
    emissions = table["RE"].tolist()
    assert emissions[:2] == pytest.approx(emissions[2:], rel=1e-12)
    path = tmp_path / "plan.xlsx"
    result = calculate("ID_AM003", **FREEZER, EF_elec=0.814)
    result.to_excel(path, stage="plan")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == 0.814]
    assert len(cells) == 1
    cells[0].value = JAMALI
    book.save(path)
    filled = jcm_calc.read_workbook(path).calculate()
    assert JAMALI in filled.source("EF_elec")
    assert filled.full("ER").sum() == result.full("ER").sum()


def test_no_table_of_factors_is_read_where_none_is_named():
    tables._every.cache_clear()
    calculate("ID_AM003", **FREEZER, EF_elec="0.8 tCO2/MWh")
    assert tables._every.cache_info().currsize == 0


def run(*arguments):
    return CliRunner().invoke(jcm, ["--lang", "en", *arguments])


def test_the_command_lists_what_the_library_has():
    listed = json.loads(run("factors", "Viet Nam", "--json").stdout)
    assert [(row["name"], row["value"]) for row in listed] == [(one.name, one.value) for one in electricity("VN")]
    assert all(row["grade"] and row["source"] and row["kind"] for row in listed)
    few = run("factors", "ID", "--grid", "jamali", "--year", "2012", "--kind", "national")
    assert few.exit_code == 0
    assert JAMALI in few.stdout
    assert "0.814" in few.stdout
    assert "2011" not in few.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["XX"], "must be one of AE, AZ"), (["VN", "--year", "1999"], "got '1999', of which there is no factor")],
)
def test_the_command_says_what_is_not_there(arguments, told):
    refused = run("factors", *arguments)
    assert refused.exit_code == 2
    assert told in refused.output
