"""Tables of defaults as CSV files: those of the rule book round trip, and each mistake is told with its line."""

import csv

import pytest
from authoring.test_author_mistakes import READ, SAID

from jcm_calc import Methodology, calculate, rulebooks
from jcm_calc.declarations import DeclarationError, Interval
from jcm_calc.declarations.items import Table
from jcm_calc.declarations.table_file import EVIDENCE, entries
from jcm_calc.reports.workbook.contents import written_class

TABLES = [
    (f"{m} {parameter.symbol} {name}", table)
    for number in rulebooks.modules()
    for m in rulebooks.versions(number).values()
    for parameter in m.inputs.values()
    for name, table in (("", parameter.table), *parameter.candidates.items())
    if isinstance(table, Table)
]


@pytest.mark.parametrize(("name", "table"), TABLES, ids=[name for name, _ in TABLES])
def test_every_table_of_the_rule_book_survives_a_file(name, table, tmp_path):
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "value", *EVIDENCE])
        for key, one in table.entries.items():
            source = one.evidence.source
            told = (source.title, source.url, source.place) if source else ("", "", "")
            certainty = "" if one.evidence.certainty is None else one.evidence.certainty
            writer.writerow(
                [written_class(key), repr(one.value), one.evidence.grade, *told, certainty, one.evidence.note]
            )
    found = entries(path, ("key",), SAID)
    again = {Interval.parse(key) if key[:1] in "[(" else key: value for key, value in found.items()}
    assert again == dict(table.entries)


def declare(tmp_path, text, by="region, regime", **more):
    (tmp_path / "factors.csv").write_text(text, encoding="utf-8")
    m = Methodology("XX_AM001", version="1.0", title="Example", country="XX", sectoral_scope=15,
                    indices={"i": "field", "p": "period"}, identity={"version": READ})  # fmt: skip
    m.monitored("A_i,p", "ha", extensive=True, raises="RE", text="area", evidence=READ)
    m.class_key("region_i", text="region")
    m.class_key("regime_i", text="regime")
    m.default("EF_i,p", "tCO2/ha", by=by, values=tmp_path / "factors.csv", text="factor", evidence=SAID, **more)
    m.equation("RE_p", "tCO2", name="RE", total="i", text="", evidence=READ)(lambda A, EF: A * EF)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=READ)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=READ)(lambda RE, PE: RE - PE)
    return m


TEXT = """region,regime,value,grade,source,place,note
north,wet,0.5,primary,Approved text,table 2,
north,dry,0.25,,,,
south,wet,1.5,unconfirmed,,,recalled
south,dry,1.25,,,,
"""


def test_rows_have_evidence_of_their_own_or_that_of_the_table(tmp_path):
    m = declare(tmp_path, TEXT)
    result = calculate(m, A=[10.0, 100.0], region=["north", "south"], regime=["wet", "dry"], p="2024")
    assert result.RE.magnitude == 10 * 0.5 + 100 * 1.25
    known = {key: value.evidence for key, value in m.inputs["EF"].table.entries.items()}
    assert str(known["north × wet"].source) == "Approved text, table 2"
    assert known["north × dry"] == SAID
    assert known["south × wet"].note == "recalled"


def test_a_file_by_date_and_one_by_bins(tmp_path):
    m = declare(tmp_path, "p,value\n2013-01-01,25\n2021-01-01,28\n", by="p")
    assert calculate(m, A=[1.0], p="2020").RE.magnitude == 25
    assert calculate(m, A=[1.0], p="2021").RE.magnitude == 28


MISTAKES = {
    "column missing": ("region,value\nnorth,1\n", "lacks the column regime"),
    "column misspelt": (
        "region,regime,valeu\nnorth,wet,1\n",
        "lacks the column value; did you mean valeu.*unknown column 'valeu'",
    ),
    "column twice": ("region,regime,value,value\nnorth,wet,1,2\n", "has two columns 'value'"),
    "no number": (TEXT.replace("0.25", "a half"), "line 3: got the value 'a half'; must be a number"),
    "decimal comma": (TEXT.replace("0.25", '"0,25"'), "line 3: got the value '0,25'"),
    "not finite": (TEXT.replace("0.25", "inf"), "line 3: got the value 'inf'"),
    "underscore": (TEXT.replace("0.25", "1_0"), "line 3: got the value '1_0'"),
    "no value": (TEXT.replace("0.25", ""), "line 3: lacks a value: leave the row out"),
    "no key": (TEXT.replace("north,dry", "north,"), "line 3: lacks a key"),
    "row twice": (TEXT.replace("north,dry", "north,wet"), "line 3: north, wet is there already"),
    "grade": (TEXT.replace("primary", "certain"), "line 2: got the grade 'certain'; must be primary, secondary"),
    "grade by hand": (TEXT.replace("primary", "confirmed"), "line 2: got the grade 'confirmed'"),
    "grade without a source": (TEXT.replace("Approved text", ""), "line 2: primary evidence needs the document"),
    "source without a grade": (TEXT.replace("0.25,,,,", "0.25,,text,,"), "line 3: has evidence without a grade"),
    "too many cells": (TEXT.replace("0.25,,,,", "0.25,,,,,,,x"), "line 3: has more cells than the heading"),
    "out of bounds": (TEXT.replace("0.25", "-1"), r"-1 \(north × dry\) must lie within"),
    "empty": ("region,regime,value\n", "has no rows"),
    "nothing": ("", "lacks the column region"),
    "two at once": (TEXT.replace("0.25", "x").replace("1.25", "y"), "line 3: .*; line 5: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_file_is_told_with_its_line(mistake, tmp_path):
    text, told = MISTAKES[mistake]
    with pytest.raises(DeclarationError, match=told):
        declare(tmp_path, text)


def test_a_file_that_is_not_there_is_told(tmp_path):
    m = declare(tmp_path, TEXT)
    with pytest.raises(
        DeclarationError, match=r"the table nowhere.csv cannot be read.*\(test_table_files.py line \d+\)"
    ):
        m.default("x_i", "", by="region", values="nowhere.csv", text="", evidence=SAID)
