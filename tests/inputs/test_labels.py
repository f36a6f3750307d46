"""Labels of long tables: in one thread or in several, and by the quick way of plain texts or one by one."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

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
