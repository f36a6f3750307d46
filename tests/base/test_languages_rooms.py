"""Japanese of readings, portfolios and requests; of complaints see conftest.py."""

import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from api.test_issuance import HALVES, PROJECT, emitted, measured, negative_years_read
from api.test_portfolio import freezers
from base.test_languages import JAPANESE, texts
from click.testing import CliRunner
from readings.test_monitoring import YEAR, hourly, survey
from reports.test_display import parsed

from jcm_calc import in_language, issuance_request, portfolio
from jcm_calc.api.case_file import read_case
from jcm_calc.authoring.conformance import CHECKS
from jcm_calc.base.languages import Message, translated
from jcm_calc.cli import jcm
from jcm_calc.readings.findings import KINDS
from jcm_calc.readings.rule_sets import TREATMENTS

__all__ = ["measured", "negative_years_read"]
METER = {"parameter": "EC_PJ", "labels": {"i": 1}, "unit": "kWh"}
UNITS = {"MWh", "ER"}


def english(text):
    """Return the words of a sentence that are left in English, beside units and what stands in quotes."""
    return [word for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"'[^']*'", "", text)) if word not in UNITS]


def in_japanese(text):
    with in_language("ja"):
        return translated(text)


# Readings


@pytest.fixture(scope="module")
def findings():
    """Findings of every kind: those of the worked year, and of others."""
    found = [*read_case(YEAR / "case.toml").monitor().findings]
    below = hourly()
    below.loc[500:505, "kWh"] *= -1
    found += survey(below).findings
    found += survey(hourly(), {"S1": {**METER, "installed": pd.Timestamp("2024-02-01").date()}}).findings
    found += survey(hourly(), {"S1": {**METER, "calibration_interval": "12 months"}}).findings
    register = hourly().assign(kWh=lambda frame: frame["kWh"].cumsum())
    register.loc[100, "kWh"] -= 1000
    register.loc[2000:2100, "kWh"] = register.loc[2000, "kWh"]
    again = pd.concat([register, register.iloc[[700, 701]].assign(kWh=lambda frame: frame["kWh"] + [0, 1])])
    change = {"at": pd.Timestamp("2024-08-01 12:30").to_pydatetime(), "serial": "new"}
    meters = {"S1": {**METER, "replaced": [change]}}
    counted = {"kind": "register", "step": None, "stamp": None}
    found += survey(again.sort_values("time", kind="stable"), meters, **counted).findings
    found += survey(hourly(), **counted).findings
    found += survey(hourly(), step="30 min").findings
    found += survey(hourly().assign(kWh=lambda frame: frame["kWh"].cumsum())).findings
    irregular = hourly().iloc[np.cumsum(np.random.default_rng(1).integers(1, 9, 1700))]
    found += survey(irregular, step="5 h").findings
    flags = hourly().assign(q=["E", "S", *["A"] * 8782])
    means = {"A": "measured", "E": "estimated", "S": "substituted"}
    found += survey(flags, quality="q", flags=means).findings
    return found


def test_every_finding_is_told_in_japanese(findings):
    assert {one.kind for one in findings} == KINDS.keys()
    told = {one.note: in_japanese(one.note) for one in findings}
    assert len(told) > 20
    assert {note: said for note, said in told.items() if not JAPANESE.search(said) or english(said)} == {}


def test_every_kind_of_finding_is_described_in_japanese():
    told = [in_japanese(text) for _, _, text in KINDS.values()]
    assert [said for said in told if not JAPANESE.search(said) or english(said)] == []


def test_questions_are_asked_in_japanese():
    late = {**METER, "calibration_interval": "12 months", "maximum_permissible_error": "90 %"}
    late["calibrations"] = [{"on": pd.Timestamp("2022-06-01").date()}, {"on": pd.Timestamp("2024-06-01").date()}]
    gap = hourly().drop(index=range(40, 45))
    choices = [
        {"finding": "late calibration", "treatment": "maximum permissible error"},
        {"finding": "gap", "treatment": "substitute", "value": "90 kWh", "reason": "seen"},
    ]
    asked = [one.question for one in survey(gap, {"S1": late}, treatments=choices).questions]
    assert len(asked) == 2
    assert [said for said in map(in_japanese, asked) if not JAPANESE.search(said) or english(said)] == []


def test_what_is_open_says_in_japanese_what_may_be_chosen(tmp_path):
    hourly().drop(index=range(40, 45)).to_csv(tmp_path / "S1.csv", index=False)
    (tmp_path / "case.toml").write_text(
        'methodology = "ID_AM003"\np = "2024"\n'
        '[inputs]\nCOP_PJ = 1.63\napplication = "cold storage"\nEF_elec = 0.8\n'
        '[meters.S1]\nparameter = "EC_PJ"\nlabels = { i = 1 }\nunit = "kWh"\n[readings]\ntimezone = "Asia/Jakarta"\n'
        '[[readings.sources]]\nfiles = "S1.csv"\nkind = "interval"\nstep = "1 h"\nstamp = "start"\n'
        'time = "time"\ncolumns = { S1 = "kWh" }\n',
        "utf-8",
    )
    both = [CliRunner().invoke(jcm, ["--lang", one, "monitor", str(tmp_path / "case.toml")]) for one in ("en", "ja")]
    assert [one.exit_code for one in both] == [1, 1]
    said = both[1].stderr
    assert "処置のない指摘が 1 件ある" in said
    assert "5 時間にわたり計測値がない" in said
    names = {word for name in ("gap", *TREATMENTS) for word in name.split()} | {"readings", "treatments"}
    assert [word for word in english(said) if word not in names] == []


# Portfolios


@pytest.fixture(scope="module")
def projects():
    return portfolio(
        freezers(**{"application": {1: "attic"}, "EC_PJ [kWh]": {2: 1e12}}),
        {"plant 0": 20},
        errors="collect",
        processes=1,
    )


def test_the_page_of_a_portfolio(projects, tmp_path):
    for code in ("en", "ja"):
        projects.to_file(tmp_path / f"{code}.html", language=code)
    english_page, page = (parsed((tmp_path / f"{code}.html").read_text("utf-8")) for code in ("en", "ja"))
    heads = texts(page, "h1", "h2", "h3", "th", "a", "title")
    assert len(heads) > 30
    assert [text for text in heads if text not in ("RE", "PE", "ER") and not JAPANESE.search(text)] == []
    assert [text for text in texts(english_page, "h1", "h2", "h3", "th", "td", "p") if JAPANESE.search(text)] == []
    numbers = [[text for text in texts(one, "td") if re.fullmatch(r"[\d,.]+", text)] for one in (page, english_page)]
    assert numbers[0] == numbers[1]
    assert any(
        "'attic' は選択肢にない" in text or ("attic" in text and JAPANESE.search(text)) for text in texts(page, "td")
    )


def test_the_workbook_of_a_portfolio(projects, tmp_path):
    for code in ("en", "ja"):
        projects.to_file(tmp_path / f"{code}.xlsx", language=code)
    books = [openpyxl.load_workbook(tmp_path / f"{code}.xlsx") for code in ("en", "ja")]
    assert books[0].sheetnames == [
        *("problems", "projects", "by country", "by methodology", "by year", "against estimates"),
    ]
    assert [name for name in books[1].sheetnames if not JAPANESE.search(name)] == []
    heads = [cell.value for sheet in books[1] for cell in sheet[1]]
    assert [text for text in heads if text not in ("RE", "PE", "ER") and not JAPANESE.search(text)] == []
    numbers = [
        [cell for sheet in book for row in sheet.values for cell in row if isinstance(cell, int | float)]
        for book in books
    ]
    assert numbers[0] == numbers[1]
    complaints = [row[3] for row in books[1][books[1].sheetnames[0]].iter_rows(min_row=2, values_only=True)]
    assert len(complaints) > 1
    assert [text for text in complaints if not JAPANESE.search(text)] == []


def test_tables_of_a_portfolio_are_the_same_in_every_language(projects, tmp_path):
    found = []
    for code in ("en", "ja"):
        projects.to_file(tmp_path / f"{code}.csv", language=code)
        with in_language(code):
            found.append(
                [(tmp_path / f"{code}.csv").read_bytes(), projects.problems.to_json(), projects.table.to_json()]
            )
    assert found[0] == found[1]


# Requests


def test_a_request_says_the_same_in_every_language(measured, tmp_path, negative_years_read):
    request = issuance_request(emitted(measured, [-2.5, 10.9], ["2023", "2024"]), HALVES, project=PROJECT)
    data = []
    for code in ("en", "ja"):
        request.to_excel(tmp_path / f"{code}.xlsx", language=code)
        with in_language(code):
            data.append(json.dumps(request.as_data()))
    assert data[0] == data[1]
    pages = [openpyxl.load_workbook(tmp_path / f"{code}.xlsx").worksheets[0] for code in ("en", "ja")]
    numbers = [
        [cell for row in page.values for cell in row if isinstance(cell, int | float) or str(cell).startswith("=")]
        for page in pages
    ]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 10
    own = {*HALVES, *HALVES.values(), *map(str, PROJECT.values()), "RE, tCO2", "PE, tCO2", "ER, tCO2"}
    labels = [cell for row in pages[1].iter_rows(max_col=3, values_only=True) for cell in row if isinstance(cell, str)]
    left = [text for text in labels if text not in own and not JAPANESE.search(text) and english(text)]
    assert [text for text in left if not text.startswith(("=", "XX_AM001", "2023"))] == []
    assert "負の年" in " ".join(labels)
    assert "クレジットはなく、ほかの年と相殺しない" in " ".join(labels)
    assert not any(JAPANESE.search(str(cell)) for row in pages[0].values for cell in row)


# What jcm check looks at


def test_checks_of_methodologies_are_named_in_japanese_with_the_name_that_is_waived():
    for name, check in CHECKS.items():
        with in_language("ja"):
            named = translated(Message(name))
            asked = translated(Message(check.__doc__))
        assert f"({name})" in named
        assert JAPANESE.search(named)
        assert JAPANESE.search(asked)
