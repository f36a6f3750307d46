"""Numbers as text in the ways of several countries, through every carrier: the right number, or a refusal."""

import random
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from jcm_calc import InputError, calculate, read_workbook
from jcm_calc.api.case_file import read_case
from jcm_calc.units import UnitError, dots_complaint, parse_number, split, unclear_dots
from jcm_calc.units.numbers import BELOW_THOUSAND, DECIMAL_COMMA, DECIMAL_POINT, ENGLISH_NUMBER, GROUPED, PADDED

# PW_AM001 at 0.5 tCO2/MWh: RE is half of the sum of EG
FACTOR = {"EF_RE": 0.5, "p": "2024"}


def plain(number):
    return f"{number:.10g}"


def english(number):
    return f"{number:,}"


def three_decimals(number):
    return f"{number:.3f}"


def indonesian(number):
    """1400 is 1.400, and 1347.25 is 1.347,25."""
    return english(number).translate(str.maketrans(",.", ".,"))


def swiss(number):
    return english(number).replace(",", "'")


def french(number):
    return english(number).translate(str.maketrans(",.", " ,"))


COUNTRIES = (plain, english, three_decimals, indonesian, swiss, french)
DRAWN = random.Random(7)
AMOUNTS = [
    *([1400, 950, 1450, 980], [1400, 1900], [1400], [135000], [300000, 450000], [1234.5, 950], [141.25, 1400]),
    *([0.814, 1.4], [1234567, 1400], [1347, 950], [1347.25, 1400], [12500, 141.25], [1.347, 2.118], [12.5, 1347]),
    *([DRAWN.randrange(1, 10 ** DRAWN.randrange(1, 6)) for _ in range(DRAWN.randrange(1, 13))] for _ in range(20)),
    *([round(DRAWN.uniform(1, 2000), 2) for _ in range(DRAWN.randrange(1, 13))] for _ in range(10)),
]


def frame(texts):
    return pd.DataFrame({"i": [f"u{number}" for number in range(len(texts))], "EG": texts})


def by_list(texts, folder):
    return calculate("PW_AM001", EG=[[text] for text in texts], **FACTOR)


def by_series(texts, folder):
    return calculate("PW_AM001", EG=frame(texts).set_index("i")["EG"], **FACTOR)


def by_frame(texts, folder):
    return calculate("PW_AM001", frame(texts), **FACTOR)


def by_arrow(texts, folder):
    table = frame(texts)
    return calculate("PW_AM001", table.astype({"EG": pd.ArrowDtype(pa.string())}), **FACTOR)


def by_category(texts, folder):
    return calculate("PW_AM001", frame(texts).astype({"EG": "category"}), **FACTOR)


def by_csv(texts, folder):
    frame(texts).to_csv(folder / "table.csv", index=False)
    return calculate("PW_AM001", folder / "table.csv", **FACTOR)


def by_parquet(texts, folder):
    pl.DataFrame({"i": [str(number) for number in range(len(texts))], "EG": texts}).write_parquet(folder / "t.parquet")
    return calculate("PW_AM001", folder / "t.parquet", **FACTOR)


def by_excel(texts, folder):
    book = openpyxl.Workbook()
    for row in (("i", "EG"), *((f"u{number}", text) for number, text in enumerate(texts))):
        book.active.append(row)
    book.save(folder / "table.xlsx")
    return calculate("PW_AM001", folder / "table.xlsx", **FACTOR)


def by_case_file(texts, folder):
    rows = ", ".join(f'["{text} MWh"]' for text in texts)
    content = f'methodology = "PW_AM001"\np = "2024"\n[inputs]\nEF_RE = 0.5\nEG = [{rows}]\n'
    (folder / "case.toml").write_text(content)
    return read_case(folder / "case.toml").calculate()


@cache
def written(count):
    """A workbook of so many units, with 7001, 7002, … for their amounts."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        calculate("PW_AM001", EG=[[7001.0 + number] for number in range(count)], **FACTOR).to_excel(path)
        return path.read_bytes()


def by_workbook(texts, folder):
    """Texts in the cells of the amounts, as they are within the XML of a sheet."""
    content, typed = written(len(texts)), 0
    with ZipFile(BytesIO(content)) as book, ZipFile(folder / "sheet.xlsx", "w") as changed:
        for part in book.namelist():
            xml = book.read(part).decode() if part.startswith("xl/worksheets/") else ""
            for number, text in enumerate(texts):
                cell = rf'(<c r="\w+"(?: s="\d+")?)><v>{7001 + number}(?:\.0)?</v>'
                xml, count = re.subn(cell, rf'\1 t="inlineStr"><is><t xml:space="preserve">{text}</t></is>', xml)
                typed += count
            changed.writestr(part, xml or book.read(part))
    assert typed == len(texts)
    return read_workbook(folder / "sheet.xlsx").calculate()


CARRIERS = (
    by_list,
    by_series,
    by_frame,
    by_arrow,
    by_category,
    by_csv,
    by_parquet,
    by_excel,
    by_case_file,
    by_workbook,
)


def plainly_decimal(texts):
    """Whether nothing suggests thousands: no last zero, no whole number, no comma; the page says they are decimals."""
    return all(re.fullmatch(r"[1-9]\d{0,2}\.\d\d[1-9]", text) for text in texts)


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_number_of_any_country_is_read_as_it_is_meant_or_refused(country, carrier, tmp_path):
    read = 0
    # a workbook takes its time
    for number, amounts in enumerate(AMOUNTS[:12] if carrier is by_workbook else AMOUNTS):
        texts = [country(amount) for amount in amounts]
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            result = carrier(texts, folder)
        except InputError:
            continue
        read += 1
        right = (
            0.5 * sum(float(country(amount)) for amount in amounts) if plainly_decimal(texts) else 0.5 * sum(amounts)
        )
        assert result.RE.magnitude == pytest.approx(right, rel=1e-9), texts
    assert read > 0 or country in (swiss, french)


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")  # of numbers that are far from each other
@pytest.mark.parametrize("carrier", CARRIERS)
def test_numbers_with_points_are_not_refused_without_need(carrier, tmp_path):
    for number, texts in enumerate((["1.347", "2.118"], ["0.500", "1.500"], ["12.5", "1.500"], ["1400", "1.500"])):
        (tmp_path / str(number)).mkdir()
        result = carrier(texts, tmp_path / str(number))
        assert result.RE.magnitude == pytest.approx(0.5 * sum(map(float, texts)))


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("texts", [["1.400", "950"], ["1.347", "950"], ["1.400", "1.900"], ["1.400", "141,25"]])
def test_points_that_can_be_thousands_are_refused_with_both_numbers(carrier, texts, tmp_path):
    with pytest.raises(InputError) as refused:
        carrier(texts, tmp_path)
    complaint = dots_complaint(texts[0])
    assert complaint.rpartition("'")[2] in str(refused.value) or "decimal comma" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("135.000", "135.0 or 135000"),
        ("1.400", "1.4 or 1400"),
        ("6.500", "6.5 or 6500"),
        ("-1.400", "-1.4 or -1400"),
        ("1.234.567", "1234567"),
        ("1.234.000", "1234000"),
    ],
)
def test_a_single_text_is_refused_with_what_to_write(text, write):
    with pytest.raises(UnitError, match=re.escape(f": write {write}")):
        parse_number(text)


@pytest.mark.parametrize("whole", ["1", "135", "-6"])
@pytest.mark.parametrize("rest", ["000", "400", "500", "347"])
@pytest.mark.parametrize("sign", [".", ","])
def test_every_number_that_a_complaint_says_to_write_is_read(whole, rest, sign):
    with_sign = f"{whole}{sign}{rest}"
    if with_sign.endswith(".347"):
        assert parse_number(with_sign) == float(with_sign)
        return
    with pytest.raises(UnitError) as refused:
        parse_number(with_sign)
    decimal, grouped = str(refused.value).partition(": write ")[2].split(" or ")
    assert parse_number(decimal) == float(f"{whole}.{rest}")
    assert parse_number(grouped) == float(whole + rest)


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2009", "\u202f", "'", "_"])
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1 000", "1000"),
        ("-12 345 678,5 kWh", "-12345678.5 kWh"),
        ("135 000.25MWh", "135000.25 MWh"),
        ("1 000 %", "1000 %"),
    ],
)
def test_blanks_between_thousands_are_refused_with_what_to_write(blank, text, plain):
    with pytest.raises(UnitError, match=re.escape(f"between thousands: write {plain}")):
        split(re.sub(r"(?<=\d) (?=\d)", blank, text))
    assert split(plain)[0] == float(plain.partition(" ")[0])


@pytest.mark.parametrize("text", ["1.347", "0.500", "0.814", "1234.500", "12.50", "1.5000", "100.5", "1.400e3", "950"])
def test_a_single_text_that_is_plain_is_read(text):
    assert parse_number(text) == float(text)


def test_every_english_number_shows_one_thing_about_dots():
    """The patterns that DuckDB reads share no number, and leave out only zero and a single comma."""
    digits = ["0", "5", "12", "950", "1400", "135000"]
    texts = [
        f"{sign}{whole}{after}"
        for sign in ("", "-", "+")
        for whole in (*digits, "1,400", "12,345,678", "")
        for after in ("", ".", ".5", ".50", ".500", ".512", ".5125", ".512.000", "e3", ".512e3")
        if whole or after.startswith(".5")
    ]
    for text in texts:
        kinds = [kind for kind in (GROUPED, BELOW_THOUSAND, DECIMAL_POINT) if re.fullmatch(kind, text)]
        assert len(kinds) <= 1, text
        if ENGLISH_NUMBER.fullmatch(text):
            assert kinds or text.lstrip("+-") == "0", text
        assert not DECIMAL_COMMA.fullmatch(text) or not kinds, text
        assert bool(re.fullmatch(PADDED, text)) <= bool(re.fullmatch(GROUPED, text))


def test_other_units_in_a_column_say_nothing_about_thousands():
    assert unclear_dots(["1.347 MWh", "950 kWh"]) == ""
    assert unclear_dots(["1.347 MWh", "950 MWh"]) == "1.347"


def test_a_number_below_a_thousand_among_the_texts_says_the_same_as_a_text():
    for whole in (950, 950.0, "950"):
        with pytest.raises(InputError, match=r"'1\.347' has a dot that can be read in two ways"):
            calculate("PW_AM001", EG=["1.347", whole], **FACTOR)
    assert calculate("PW_AM001", EG=["1.347", 2500], **FACTOR).RE.m.sum() == pytest.approx(2501.347 / 2)
