"""The campaign of `fuzz.py`, cut short; and what it has found, each by itself."""

import json
import re
import struct
import tempfile
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

fuzz = pytest.importorskip("fuzz", exc_type=ImportError)  # needs limits and alarms of POSIX

import fuzz_evidence  # noqa: E402
import fuzz_readers  # noqa: E402
import hostile  # noqa: E402

from jcm_calc import InputError, calculate, methodology, replay  # noqa: E402
from jcm_calc.api.case_file import read_case  # noqa: E402
from jcm_calc.api.issuance.previous import read_previous  # noqa: E402
from jcm_calc.api.workbook import read_workbook  # noqa: E402
from jcm_calc.inputs.confirmation import read_evidence, with_evidence  # noqa: E402

# As many as take some ten seconds each on one core.
INPUTS = {"case": 500, "table": 400, "evidence": 400, "readings": 150, "workbook": 150, "manifest": 400, "request": 800}


def test_every_reader_is_in_the_short_campaign():
    assert INPUTS.keys() == fuzz.READERS.keys()


@pytest.mark.parametrize("reader", INPUTS)
@pytest.mark.filterwarnings("ignore")
def test_no_spoilt_file_breaks_a_reader(reader):
    _, outcomes = fuzz.examine((reader, 1_000_000, INPUTS[reader]))
    assert outcomes.failures == {}
    assert outcomes.counts["refused"] > 0
    assert outcomes.counts["accepted"] > 0


@pytest.mark.parametrize("reader", INPUTS)
def test_what_is_spoilt_was_good(reader, tmp_path):
    for place, seed in enumerate(fuzz.READERS[reader].seeds()):
        folder = tmp_path / str(place)
        folder.mkdir()
        for name, content in seed.items():
            (folder / name).write_bytes(content)
        assert fuzz.judged(reader, folder) == "accepted"


def broken(monkeypatch, read):
    """The outcome of a reader that does something else than it should."""
    monkeypatch.setitem(
        fuzz.READERS, "broken", fuzz_readers.Reader(lambda: [{"a": b"a"}], lambda rng, files: files, read)
    )
    _, outcomes = fuzz.examine(("broken", 0, 2))
    assert outcomes.counts["failed"] == 2
    ((place, number),) = outcomes.failures.items()
    assert number == 0
    return place


@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError, StopIteration, KeyError])
def test_the_oracle_notices_other_errors(monkeypatch, error):
    def read(folder):
        raise error

    assert broken(monkeypatch, read).startswith(error.__name__)


def test_the_oracle_notices_what_never_ends(monkeypatch):
    monkeypatch.setattr(fuzz, "SECONDS", 1)
    assert broken(monkeypatch, lambda folder: [None for _ in iter(int, 1)]).startswith("Hang")


def test_the_oracle_accepts_no_number_that_is_none():
    class Result:
        def full(self, name):
            import numpy as np

            return np.array([[1.0, float("nan")]])

    with pytest.raises(fuzz.Nonsense):
        fuzz.check(Result())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('version = "2.0"', 'version = "1.0"'),
        ('methodology = "ID_AM004"', 'methodology = "ID_AM003"'),
        ('symbol = "RE_p"', 'symbol = "RE_q"'),
        ('symbol = "RE_p"', 'symbol = "RE_i,p"'),
        (r'fingerprint = "\w', 'fingerprint = "x'),
        ('reading = "COP', 'reading = "other COP'),
        ('agrees = "yes"', 'agrees = "no"'),
        ('agrees = "yes"', 'agrees = ""'),
        ('page = "page 2"', 'page = "page 3"'),
        (r"value = 3\.5", "value = 3.6"),
        (r"value = 3\.5", 'value = ""'),
        ('sha256 = "0', 'sha256 = "1'),
        ('sha256 = "0', 'sha256 = "'),
        ('person = "Test', 'person = "Another Test'),
        ('date = "2025-05-17"', 'date = "2025-05-18"'),
    ],
)
def test_the_oracle_notices_what_evidence_does_not_say(tmp_path, before, after):
    m, good = methodology("ID_AM004"), fuzz_evidence.filled("ID_AM004", "3.5")
    (tmp_path / "a.toml").write_bytes(good)
    found = with_evidence(m, [read_evidence(tmp_path / "a.toml")])
    fuzz_evidence.check(m, found, {"a.toml": good})
    other = re.sub(before, after, good.decode(), count=1)
    assert other.encode() != good
    with pytest.raises(fuzz_evidence.Lifted):
        fuzz_evidence.check(m, found, {"a.toml": other.encode()})


# What was found


@pytest.mark.parametrize("place", ["facts", "values"])
@pytest.mark.parametrize(
    "junk", [1e308, [], None, "x", {"COP_PJ": {"quantity": 1}}, {"version": "1.0"}, {"": {"by": 3}}]
)
def test_a_manifest_whose_call_is_none_is_refused(place, junk):
    result = calculate("ID_AM003", EC_PJ=1, COP_PJ=1.6, application="cold storage", EF_elec=1)
    manifest = json.loads(json.dumps(result.manifest()))
    manifest["call"][place] = junk
    with pytest.raises(InputError):
        replay(manifest)


def test_a_workbook_whose_directory_points_before_its_beginning(tmp_path):
    content = bytearray(hostile.written())
    end = content.rindex(b"PK\5\6")
    (directory,) = struct.unpack_from("<I", content, end + 16)
    struct.pack_into("<I", content, end + 16, directory + 1000)  # all parts now begin 1,000 bytes earlier
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises((zipfile.BadZipFile, ValueError)), zipfile.ZipFile(BytesIO(content)) as archive:
        archive.read(archive.infolist()[0])
    with pytest.raises(InputError, match="is damaged"):
        read_workbook(path)


@pytest.mark.parametrize("name", ["a" * 5000 + ".csv", "a" * 5000, "b/" * 3000 + "c.csv"])
def test_a_name_that_no_file_can_have(tmp_path, name):
    path = tmp_path / "case.toml"
    path.write_text(f'methodology = "ID_AM003"\n[inputs]\ntables = ["{name}"]\n', encoding="utf-8")
    with pytest.raises(InputError):
        read_case(path).calculate()


@pytest.mark.parametrize(
    ("name", "before", "after", "complaint"),
    [
        ("S1.csv", "2024-01-01 05:00,", ",", "1 reading has no time: line"),
        ("S3.csv", "2024-01-02 07:00,", ",", "1 reading has no time: line"),
        ("case.toml", 'rated = "25 kW"', 'rated = "21_05 kW"', "rated: got '21_05 kW'; must be a power"),
        ("case.toml", 'rated = "25 kW"', 'rated = "25 iW"', "rated: got '25 iW'; must be a power"),
        ("case.toml", 'rated = "25 kW"', 'rated = "25 kg"', "[meters.S1] rated: "),
        ("case.toml", 'time = "time"', 'time = ""', "has no column ''"),
        (
            "case.toml",
            "methodology",
            "[project]\nstart = 2024-01-01T07:30:00\n[x]\nmethodology",
            "is a time of day, not a day",
        ),
    ],
)
def test_readings(name, before, after, complaint):
    files = fuzz_readers.reading_seeds()[-1]
    assert before in files[name].decode()
    with tempfile.TemporaryDirectory() as folder:
        for other, content in files.items():
            text = content.decode().replace(before, after, 1) if other == name else content.decode()
            Path(folder, other).write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_case(Path(folder, "case.toml")).calculate()
    assert complaint in str(caught.value)


@pytest.mark.parametrize("encoding", ["EC_PJ", "utf-7", "utf-16", "cp037", "rot13", "x" * 300])
def test_parts_of_a_workbook_in_an_encoding_that_does_not_exist(tmp_path, encoding):
    good, path = hostile.written(), tmp_path / "book.xlsx"
    with zipfile.ZipFile(BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for spoilt in parts:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                body = re.sub(rb"^<\?xml.*?\?>", b"", content)
                head = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
                archive.writestr(name, head + body if name == spoilt else content)
        with suppress(InputError):
            read_workbook(path).calculate()


@pytest.mark.parametrize("junk", [[1], ["a"], [["a", "b"]], [[["a", 1]]], [None], "ab", {"a": 1}, 1])
@pytest.mark.parametrize("place", ["years", "parts", "periods", "calculations", "previous"])
def test_a_request_that_is_another_thing_within(place, junk):
    earlier = json.loads(fuzz_readers.request_seeds()[-1]["request.json"])
    (earlier["years"][0] if place == "parts" else earlier)[place] = junk
    problems = []
    assert read_previous(earlier, problems) is None
    assert problems
