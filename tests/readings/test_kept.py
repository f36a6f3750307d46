"""Readings that are kept: the same as reading all files anew, whatever happens to files, store and process."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jcm_calc.api.case_file import read_case
from jcm_calc.readings import kept
from jcm_calc.readings.plan_file import read_plan
from jcm_calc.readings.steps import last_instants, open_source
from jcm_calc.readings.store import Store
from jcm_calc.rulebooks import methodology

METERS = {"M": {"parameter": "EC_PJ"}, "N": {"parameter": "EC_PJ"}}
ROWS = "SELECT meter, stamp, until, value, flag FROM ({}) ORDER BY ALL"


def write(folder, name, first, values):
    """Write hourly readings of two meters from an hour of 2024 on; M has each value, N twice of it."""
    lines = [f"2024-01-{1 + h // 24:02} {h % 24:02}:00,{v},{2 * v}" for h, v in enumerate(values, first)]
    (folder / name).write_text("\n".join(["time,M [kWh],N", *lines, ""]))


def read(folder, store=None, **more):
    """Return the readings in order, with files, units and what was read now, as a plan reads them."""
    source = {"files": ["*.csv"], "kind": "interval", "step": "1 h", "stamp": "start", "time": "time", "unit": "kWh"}
    plan = read_plan(
        METERS,
        {"timezone": "Asia/Jakarta", "sources": [source | {"columns": {"M": "M", "N": "N"}} | more]},
        folder,
    )
    with Store(kept=store) as database:
        opened = open_source(database, plan.readings[0], plan.meters, {"M": "MWh", "N": "MWh"})
        rows = database.db.execute(ROWS.format(opened.points)).fetchall()
        units = {name: unit(1.0) for name, unit in opened.units.items()}
        reach = last_instants(database, opened)
    return rows, opened.files, units, reach


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that were read, and not taken from the store."""
    names = []
    found = kept.KeptReadings.keep

    def keep(self, key, one):
        names.append(one.counts[0])
        return found(self, key, one)

    monkeypatch.setattr(kept.KeptReadings, "keep", keep)
    return names


OPERATIONS = st.tuples(st.sampled_from("abc"), st.sampled_from(["write", "remove"]), st.integers(0, 3))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(OPERATIONS, min_size=1, max_size=3))
def test_any_order_of_new_corrected_and_removed_files_gives_what_reading_anew_gives(tmp_path_factory, several):
    folder = tmp_path_factory.mktemp("files")
    write(folder, "always.csv", 200, [1.5, 2.5])
    for name, what, content in several:
        if what == "remove":
            (folder / f"{name}.csv").unlink(missing_ok=True)
        else:
            write(folder, f"{name}.csv", 20 * "abc".index(name), [content + 0.25, 3.5, 0.1 * content])
        assert read(folder, folder / "store.duckdb") == read(folder)
    with duckdb.connect(folder / "store.duckdb", read_only=True) as db:
        tables = db.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'p%'").fetchall()
    assert tables == [(len(list(folder.glob("*.csv"))),)]


def test_only_what_has_changed_is_read_again(tmp_path, parsed):
    store = tmp_path / "store.duckdb"
    for number, name in enumerate("abc"):
        write(tmp_path, f"{name}.csv", 10 * number, [1.5] * (number + 1))
    read(tmp_path, store)
    assert parsed == [1, 2, 3]
    read(tmp_path, store)
    assert parsed == [1, 2, 3]
    write(tmp_path, "b.csv", 10, [1.5, 1.75])  # of the same size, and maybe of the same time
    read(tmp_path, store)
    assert parsed == [1, 2, 3, 2]
    read(tmp_path, store, unit="Wh", columns={"N": "N"})  # another plan reads all anew
    assert parsed == [1, 2, 3, 2, 1, 2, 3]
    assert read(tmp_path, store, unit="Wh", columns={"N": "N"}) == read(tmp_path, unit="Wh", columns={"N": "N"})


def test_parquet_is_read_where_it_is(tmp_path, parsed):
    store = tmp_path / "store.duckdb"
    write(tmp_path, "a.csv", 0, [1.5, 2.5])
    duckdb.sql(f"SELECT * FROM '{tmp_path}/a.csv'").write_parquet(str(tmp_path / "a.parquet"))
    assert read(tmp_path, store, files=["a.parquet"]) == read(tmp_path, files=["a.parquet"])
    assert parsed == []


def test_a_file_that_cannot_be_read_is_refused_each_time_and_nothing_of_it_is_kept(tmp_path):
    store = tmp_path / "store.duckdb"
    write(tmp_path, "a.csv", 0, [1.5])
    (tmp_path / "b.csv").write_text("time,M [kWh],N\n2024-01-03 00:00,x,1\n")
    for _ in range(2):
        with pytest.raises(ValueError, match=r"'x' \(line 2\)"):
            read(tmp_path, store)
    write(tmp_path, "b.csv", 40, [2.5])
    assert read(tmp_path, store) == read(tmp_path)


CASES = Path(__file__).parents[1] / "data" / "readings"


@pytest.mark.parametrize(
    "name",
    [
        *("09a_gz", "16e_end_autumn", "22_nem12", "25d_sheet_per_month"),
        *("30a_invoices", "41_second_source", "L46_long_two_units"),
    ],
)
def test_files_of_others_are_the_same_from_the_store(tmp_path, name):
    shutil.copytree(CASES / name, tmp_path / "case")
    careful = tmp_path / "case" / "careful.toml"  # which states what the other one is asked for
    case = read_case(careful if careful.exists() else careful.with_name("case.toml"))
    plan = read_plan(case.meters, case.readings, tmp_path / "case")
    units = {name: methodology(case.methodology).inputs[m.parameter].unit for name, m in plan.meters.items()}
    found = []
    for store in (None, tmp_path / "s.duckdb", tmp_path / "s.duckdb"):
        with Store(kept=store) as database:
            opened = [open_source(database, one, plan.meters, units) for one in plan.readings]
            rows = [database.db.execute(ROWS.format(one.points)).fetchall() for one in opened]
            found.append((rows, [one.files for one in opened]))
            known = database.kept and len(database.kept.used)
    assert found[0] == found[1] == found[2]
    assert found[0][0][0]
    assert known == sum(len(one.files) for one in plan.readings)


# The store


def begun(folder):
    """A folder with two files and a store of them; return what they hold."""
    for number, name in enumerate("ab"):
        write(folder, f"{name}.csv", 10 * number, [1.5, 2.5, 3.5])
    return read(folder, folder / "store.duckdb")


@pytest.mark.parametrize("place", [9, 0.5, "short", "empty"])
def test_a_damaged_store_is_not_used_and_not_lost(tmp_path, place):
    expected, store = begun(tmp_path), tmp_path / "store.duckdb"
    content = bytearray(store.read_bytes())
    if place == "short":
        content = content[: len(content) // 2]
    elif place == "empty":
        content = bytearray()
    else:
        at = int(place * len(content)) if isinstance(place, float) else place
        content[at : at + 64] = bytes(255 - one for one in content[at : at + 64])
    store.write_bytes(content)
    for _ in range(2):
        assert read(tmp_path, store) == expected
    aside = tmp_path / "store.duckdb.damaged"
    assert content in (store.read_bytes(), aside.read_bytes() if aside.exists() else b"") or place == 0.5


@pytest.mark.parametrize("made", ["text", "tables", "view"])
def test_a_file_of_others_is_left_as_it_is(tmp_path, made):
    store = tmp_path / "store.duckdb"
    if made == "text":
        store.write_text("a letter, longer than a few signs")
    else:
        with duckdb.connect(store) as db:
            db.execute("CREATE TABLE about AS SELECT 'something else' AS program, 1 AS form")
            if made == "view":
                db.execute(f"UPDATE about SET program = '{kept.PROGRAM}'")
                db.execute("CREATE VIEW files AS SELECT 1 AS key")
    before = store.read_bytes()
    write(tmp_path, "a.csv", 0, [1.5])
    assert read(tmp_path, store) == read(tmp_path)
    assert store.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "store.duckdb"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE about SET form = form + 1",
        "DELETE FROM p1 WHERE value = 2.5",
        "DROP TABLE p2",
        "UPDATE files SET stated = '{}' WHERE number = 1",
        "DROP TABLE files",
    ],
)
def test_a_store_of_another_form_or_with_other_rows_is_made_anew(tmp_path, statement):
    expected = begun(tmp_path)
    with duckdb.connect(tmp_path / "store.duckdb") as db:
        db.execute(statement)
    for _ in range(2):
        assert read(tmp_path, tmp_path / "store.duckdb") == expected


def test_another_version_of_the_library_reads_all_anew(tmp_path, parsed, monkeypatch):
    expected = begun(tmp_path)
    monkeypatch.setattr(kept, "_version", lambda: "0.0")
    assert read(tmp_path, tmp_path / "store.duckdb") == expected
    assert parsed == [3, 3, 3, 3]


def test_without_the_right_to_write_there_is_no_store_and_an_old_one_is_read(tmp_path, parsed, monkeypatch):
    expected = begun(tmp_path)
    before = (tmp_path / "store.duckdb").read_bytes()
    monkeypatch.setattr(kept.os, "access", lambda path, mode: False)
    write(tmp_path, "b.csv", 10, [4.5, 2.5, 3.5])
    assert read(tmp_path, tmp_path / "store.duckdb") == read(tmp_path) != expected
    assert (tmp_path / "store.duckdb").read_bytes() == before
    assert read(tmp_path, tmp_path / "other.duckdb") == read(tmp_path)
    assert not (tmp_path / "other.duckdb").exists()


def test_one_that_is_in_use_is_not_touched(tmp_path):
    expected, store = begun(tmp_path), tmp_path / "store.duckdb"
    with Store(kept=store) as first:
        assert first.kept is not None
        with Store(kept=store) as second:
            assert second.kept is None
        held = read(tmp_path, store)
    assert held == expected
    other = f"import duckdb, sys; db = duckdb.connect({str(store)!r}); print(1, flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", other], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.read(1) == b"1"
    assert read(tmp_path, store) == expected
    process.communicate()
    assert read(tmp_path, store) == expected
    assert not list(tmp_path.glob("*.damaged"))


def test_a_process_that_is_killed_during_an_update_loses_nothing(tmp_path):
    # each attempt in a process of its own, which forks before it has a database
    begun(tmp_path)
    script = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:2]
import duckdb, pandas, test_kept
from jcm_calc.units import conversion
conversion("kWh", "MWh")  # the units are read once, before the forks
from jcm_calc.readings import kept
folder, store = Path(sys.argv[2]), Path(sys.argv[2], "store.duckdb")

class Counting:
    def __init__(self, db, number):
        self.db, self.left = db, number
    def execute(self, *args):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.db.execute(*args)

def child(work):
    if not (process := os.fork()):
        code = 1
        try:
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return os.waitpid(process, 0)[1]

def killed(number):
    begin = kept.KeptReadings.__init__
    kept.KeptReadings.__init__ = lambda self, db, writable: begin(self, Counting(db, number), writable)
    return test_kept.read(folder, store)

ends = []
for number in range(2, 60, 5):
    test_kept.write(folder, "b.csv", 10, [number + 0.5] * 3)
    test_kept.write(folder, "new.csv", 30, [number + 0.25] * 2)
    if number % 7 == 0:
        store.unlink()
    ends.append(child(lambda: killed(number)))
    assert child(lambda: test_kept.read(folder, store) == test_kept.read(folder)) == 0, number
    if ends[-1] == 0 and number % 7:
        break
assert not list(folder.glob("*.damaged"))
print(ends.count(signal.SIGKILL), ends[-1])
"""
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", script, here, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert not done.stderr
    kills, last = map(int, done.stdout.split())
    assert kills > 4
    assert last == 0
