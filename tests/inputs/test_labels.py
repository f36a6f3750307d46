"""Labels of long tables: in one thread or in several, and by the quick way of plain texts or one by one."""

import json
import unicodedata

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from jcm_calc import calculate, portfolio, replay, scenarios
from jcm_calc.base.languages import in_language
from jcm_calc.base.problems import InputError
from jcm_calc.inputs import tables

PLAIN = st.text("ab1 -", min_size=1, max_size=4)
ODD = st.sampled_from(
    [
        "7",
        "07",
        "7 ",
        "Total",
        "sum",
        "a\u00a0b",
        "a b",
        "a  b",
        "é",
        "e\u0301",
        "Ａ",
        "A",
        "",
        " ",
        "小計",
        "٣",
        "x\ny",
    ]
)
OTHER = st.sampled_from([7, 7.0, 7.5, None, float("inf"), True])
CELLS = st.lists(PLAIN, min_size=1, max_size=12) | st.lists(PLAIN | ODD | OTHER, min_size=1, max_size=8)


def arranged(frame):
    """Return the labels and values of a dense table, or the complaints about it."""
    try:
        columns = tables.dense(frame, ["i", "p"], "the table")
    except InputError as error:
        return list(map(str, error.problems))
    return [(column.labels, column.values.tolist()) for column in columns.values()]


def expected(cells):
    """Return the label of each cell, as a person writes them down."""
    found = []
    for cell in cells:
        text = unicodedata.normalize("NFC", cell.strip()) if isinstance(cell, str) else cell
        whole = isinstance(text, str) and text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0")
        found.append(int(text) if whole else text)
    return found


@pytest.fixture(params=[True, False], ids=["threads", "one thread"])
def threads(request, monkeypatch):
    monkeypatch.setattr("jcm_calc.base.cores.count", lambda: 2)
    monkeypatch.setattr(tables, "MANY", 0 if request.param else 10**9)


@given(CELLS, st.lists(st.sampled_from(["2023", "2024", "2024-01", "month", ""]), min_size=1, max_size=8))
@example(["a", "a "], ["2024", "2024"])
@example(["Total", "Total"], ["x", ""])
def test_threads_change_nothing(cells, periods):
    rows = min(len(cells), len(periods))
    frame = pd.DataFrame({"i": cells[:rows], "p": periods[:rows], "EC_PJ": range(rows)})
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jcm_calc.base.cores.count", lambda: 2)
        for many in (-1, 10**9):
            patch.setattr(tables, "MANY", many)
            found.append(arranged(frame))
    assert found[0] == found[1]


@given(st.lists(PLAIN | st.sampled_from(["7", "07", "0", "7 ", " 7", "x y", "CH-1"]), min_size=1, max_size=12))
@example(["7", "07"])
@example(["a", "a ", "b"])
@example([" a", "b"])
def test_labels_of_texts_are_those_of_each_text(cells):
    kept = [cell for cell in cells if cell.strip()]
    assume(kept)
    want = expected(kept)
    for dtype in ("str", object):
        column = pd.Series(kept, dtype=dtype)
        if len({" ".join(str(one).split()) for one in want}) < len(set(want)):  # they differ by blanks alone
            with pytest.raises(ValueError, match="look the same"):
                tables._labels(column)
            continue
        codes, labels = tables._labels(column)
        assert len(set(labels)) == len(labels)
        assert [labels[code] for code in codes] == want
        assert [type(labels[code]) for code in codes] == list(map(type, want))


@pytest.mark.parametrize(("language", "word"), [("en", "column"), ("ja", "列")])
def test_complaints_of_all_columns_come_in_the_language_of_the_caller(threads, language, word):
    frame = pd.DataFrame({"i": ["a", "Total", "b"], "p": ["2024", "", "2024"], "EC_PJ": [1, 2, 3]})
    with in_language(language), pytest.raises(InputError) as error:
        tables.dense(frame, ["i", "p"], "the table")
    with in_language(language):
        assert [word in line for line in str(error.value).splitlines()[1:]] == [True, True]


ALIKE = [
    ("0405", "405"),
    ("00405", "00406"),
    ("1.10", "1.1"),
    ("1E3", "1000"),
    ("+5", "5"),
    ("12345678901234567890", "1"),
]


def given_as(carrier, frame, folder):
    """Return a table as it is given: a frame of texts, or a file of it."""
    path = folder / f"{frame.columns[-1]}.{carrier}"
    if carrier == "frame":
        return frame
    write = {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}[carrier]
    write(path, index=False)
    return path


def units_of(result):
    return result.by_unit()["RE"].droplevel(0).to_dict()


@pytest.mark.parametrize("labels", ALIKE, ids=" ".join)
@pytest.mark.parametrize("carrier", ["csv", "xlsx", "parquet", "frame"])
def test_labels_are_the_texts_of_every_table(carrier, labels, tmp_path):
    # a year with each label alone: were they one label, nothing would be refused
    energy = pd.DataFrame({"i": labels * 2, "p": ["2023"] * 2 + ["2024"] * 2, "EG": [100.0, 200, 300, 400]})
    result = calculate("PW_AM001", given_as(carrier, energy, tmp_path))
    assert list(units_of(result)) == list(labels)
    assert units_of(replay(json.loads(json.dumps(result.manifest())))) == units_of(result)


@pytest.mark.parametrize("labels", [*ALIKE, ("1", "2"), ("a", "07"), ("1.5", "2.5")], ids=" ".join)
@pytest.mark.parametrize("carrier", ["xlsx", "parquet", "frame"])
def test_labels_of_a_csv_file_are_those_of_another_table(carrier, labels, tmp_path):
    energy = pd.DataFrame({"i": labels, "p": "2024", "EC_PJ": [100.0, 200]})
    units = pd.DataFrame({"i": labels[::-1], "COP_PJ": [2.0, 3.0], "application": "cold storage"})
    tables = [given_as("csv", energy, tmp_path), given_as(carrier, units, tmp_path)]
    swapped = [given_as(carrier, energy, tmp_path), given_as("csv", units, tmp_path)]
    found = [units_of(calculate("ID_AM003", *two, EF_elec=0.8)) for two in (tables, [energy, units], swapped)]
    assert found[0] == found[1] == found[2]
    assert list(found[0]) == list(labels)


@pytest.mark.parametrize("texts", [["1", "2", "3"], ["1.0", "2.0", "3.0"], [" 1", "2", "3 "]], ids=" ".join)
def test_whole_numbers_of_a_csv_file_are_those_of_a_frame(texts, tmp_path):
    path = tmp_path / "energy.csv"
    path.write_text("i,p,EC_PJ\n" + "".join(f"{text},2024,100\n" for text in texts), encoding="utf-8")
    units = pd.DataFrame({"i": [1, 2, 3], "COP_PJ": 2.0, "application": "cold storage"})
    assert list(units_of(calculate("ID_AM003", path, units, EF_elec=0.8))) == ["1", "2", "3"]


WHOLE = [(1234567890123456789, 1234567890123456780), (12345678901234567890, 1), (-1, 2), (999999999999999999, 10**18)]


@pytest.mark.parametrize("carrier", ["csv", "parquet", "frame"])
@pytest.mark.parametrize("labels", WHOLE, ids=str)
def test_whole_numbers_of_any_length_are_one_label_in_every_form(labels, carrier, tmp_path):
    energy = pd.DataFrame({"i": labels, "p": "2024", "EC_PJ": [100.0, 200]})
    units = pd.DataFrame({"i": list(map(str, labels[::-1])), "COP_PJ": [2.0, 3.0], "application": "cold storage"})
    want = None
    for table in (given_as(carrier, energy, tmp_path), energy.astype({"i": str}), energy.astype({"i": object})):
        for values in ({"COP_PJ": dict(zip(labels, [3.0, 2.0], strict=True)), "application": "cold storage"}, {}):
            found = units_of(calculate("ID_AM003", table, *([] if values else [units]), EF_elec=0.8, **values))
            want = want or found
            assert found == want
    assert list(want) == list(map(str, labels))


@pytest.mark.parametrize("before", ["", "\n", "\r\n", "  \n\n", "\ufeff", "\ufeff\n"], ids=repr)
def test_blank_lines_before_the_headings_of_a_csv_file_change_no_label(before, tmp_path):
    path = tmp_path / "energy.csv"
    path.write_text(f"{before}i,p,EG\n0405,2024,100\n405,2024,200\n", encoding="utf-8", newline="")
    assert list(units_of(calculate("PW_AM001", path))) == ["0405", "405"]


def test_classes_of_a_csv_file_are_its_texts(tmp_path):
    path = tmp_path / "fuels.csv"
    path.write_text("application,COP_PJ,EC_PJ\n01,2,100\n", encoding="utf-8")
    with pytest.raises(InputError, match="got '01', which has no value"):
        calculate("ID_AM003", path, EF_elec=0.8, p="2024")


def test_names_of_projects_and_scenarios_are_the_texts_of_a_csv_file(tmp_path):
    plants, labels = tmp_path / "plants.csv", ["00405", "405"]
    for heading in ("Project", "ProJect "):
        plants.write_text(f"{heading},methodology,p,EG\n" + "".join(f"{one},PW_AM001,2024,100\n" for one in labels))
        assert portfolio(plants, processes=1).table["project"].tolist() == labels
    plants.write_text("project,methodology,p,i,EG\n" + "".join(f"07,PW_AM001,2024,{one},100\n" for one in labels))
    assert list(units_of(portfolio(plants, processes=1)["07"])) == labels
    cases = tmp_path / "scenarios.csv"
    cases.write_text("scenario,EG\n" + "".join(f"{one},100\n" for one in labels))
    assert list(map(str, scenarios("PW_AM001", {"p": "2024"}, cases).index)) == labels
