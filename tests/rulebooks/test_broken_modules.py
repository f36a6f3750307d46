"""A broken or clashing module of a rule book is told by name, and stops nothing but its own methodology."""

import json
import pickle
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import jcm_calc
from jcm_calc import BrokenModuleError, BrokenModuleWarning, MethodologyNotFoundError, calculate, methodology, rulebooks
from jcm_calc.api.case_file import published
from jcm_calc.cli import jcm

GOOD = """
from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed

recalled = unconfirmed("an example")
m = Methodology("{number}", version="1.0", title="Example {number}", country="XX", sectoral_scope=3,
                indices={{"p": "monitoring period"}}, identity={{"version": recalled}})
m.monitored("EC_p", "MWh", extensive=True, raises="RE", text="electricity", evidence=recalled)
m.default("EF", "tCO2/MWh", value=0.5, raises="RE", text="emission factor", evidence=recalled)
m.equation("RE_p", "tCO2", name="RE", text="reference", evidence=recalled)(lambda EC, EF: EC * EF)
m.equation("PE_p", "tCO2", name="PE", text="project", evidence=recalled)(lambda: 0)
m.equation("ER_p", "tCO2", name="ER", text="reductions", evidence=recalled)(lambda RE, PE: RE - PE)
"""
BAD = GOOD.format(number="XX_AM002")

# What is wrong with book_b/xx_am002.py, and what is said of it: the file's line where it is about one.
MODULES = {
    "circle": (
        BAD.replace("lambda EC, EF: EC * EF", "lambda ER, EC, EF: ER + EC * EF"),
        r"the equations run in a circle: RE → ER → RE",
    ),
    "syntax error": ("x = (\n" + BAD, r"SyntaxError: .* \(xx_am002\.py line \d+\)"),
    "tabs": ("if 1:\n\tx = 1\n        y = 2\n" + BAD, r"xx_am002\.py line 3"),
    "import error": ("import nowhere_to_be\n" + BAD, r"No module named 'nowhere_to_be' \(xx_am002\.py line 1\)"),
    "import of a name": ("from math import nothing\n" + BAD, r"cannot import name 'nothing'.*\(xx_am002\.py line 1\)"),
    "exception": (BAD + "raise RuntimeError('half done')\n", r"RuntimeError: half done \(xx_am002\.py line 13\)"),
    "exception of its own": (BAD + "class Stop(BaseException): pass\nraise Stop('skipped')\n",
                             r"Stop: skipped \(xx_am002\.py line 14\)"),
    "limit of a result": (BAD + "m.at_most('RE', 'EF', evidence=recalled)\n",
                          r"the limit of RE: only a parameter has one; see indicator \(xx_am002\.py line 13\)"),
    "exit": (BAD + "raise SystemExit(3)\n", r"SystemExit: 3 \(xx_am002\.py line 13\)"),
    "recursion": (BAD + "def f(): f()\nf()\n", r"RecursionError.*\(xx_am002\.py line 13\)"),
    "declaration": (BAD + "m.fixed('EC', 'MWh', text='again')\n", r"'EC' is declared twice.*\(xx_am002\.py line 13\)"),
    "keyword": (BAD.replace("extensive=", "extensiv="), r"did you mean extensive.*\(xx_am002\.py line 8\)"),
    "undeclared": (BAD.replace("EC, EF: EC", "ECC, EF: ECC"), r"'ECC' is used by 'RE' but not declared"),
    "other number": (BAD.replace("XX_AM002", "XX_AM009"), "declares no methodology XX_AM002"),
    "nothing": ("m = 1\n", "declares no methodology XX_AM002"),
    "empty": ("", "declares no methodology XX_AM002"),
    "bytes": (b"\xff\xfe\x00", "cannot be imported: SyntaxError"),
    "version": (BAD.replace('version="1.0"', "version=1.0"), r"version 1\.0 must be a text.*\(xx_am002\.py line 6\)"),
    "words as a version": (BAD.replace('version="1.0"', 'version="draft"'), "version 'draft' must be a text"),
    "identity": (BAD.replace('"version": recalled', '"title": recalled'), "identity lacks the evidence of the version"),
    "equation that looks at its operands": (
        BAD.replace("EC * EF", "EC * EF * (1 if type(EC).__name__ == 'Expression' else 2)"),
        r"equation RE: gives other numbers than the equation that is shown, RE_p = EC × EF.*\(xx_am002\.py line 10\)"),
    "equation that fails with numbers": (
        BAD.replace("EC * EF", "EC * EF if type(EC).__name__ == 'Expression' else 1 / EC.x"),
        r"equation RE: AttributeError.*\(xx_am002\.py line 10\)"),
    "twice": (BAD + "again = Methodology('XX_AM002', version='1.0', title='', country='XX', sectoral_scope=1,"
                    " indices={'p': ''}, identity={'version': recalled})\n", "is declared twice"),
}  # fmt: skip
# Broken in use only: the module can be imported, and listed.
IN_USE = {
    "criterion": (
        BAD + "m.criterion(1, 'Small', evidence=recalled)(lambda EC: EC < LIMITT)\n",
        r"name 'LIMITT' is not defined.*\(xx_am002\.py line 13\)",
    ),
    **{
        f"criterion that gives {what}": (
            BAD + f"import numpy as np\nm.criterion(1, 'Small', evidence=recalled)(lambda EC: {gives})\n",
            rf"criterion 1 gives {told}, and must give true or false for each of \(1,\) \(xx_am002\.py line 14\)",
        )
        for what, gives, told in (
            ("a text", "'no'", r"str\d* of shape \(\)"),
            ("nothing", "None", r"object of shape \(\)"),
            ("a number", "EC", r"float64 of shape \(1,\)"),
            ("an empty array", "np.array([]) > 0", r"bool of shape \(0,\)"),
            ("too many answers", "np.ones(7) > 0", r"bool of shape \(7,\)"),
        )
    },
    "no reductions": (BAD.replace('"ER_p"', '"ZZ_p"').replace('name="ER"', 'name="ZZ"'), "no equation gives ER"),
    "limit of another dimension": (
        BAD + "m.at_most('EC', 'hours', evidence=recalled)\n",
        r"the limit of EC: '\(h\)' cannot be converted to 'MWh'",
    ),
    "equation": (
        BAD.replace("EC * EF", "EC * EF if getattr(EC, 'shape', (2, 2, 3)) == (2, 2, 3) else 1 / EC.x"),
        r"AttributeError.*\(xx_am002\.py line 10\)",
    ),
}  # fmt: skip


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs two packages beside ours: book_a with XX_AM001, book_b with what is given."""
    monkeypatch.syspath_prepend(tmp_path)
    rulebooks.forget()
    kept = list(rulebooks.entry_points(group=rulebooks.GROUP))
    number = install.number = getattr(install, "number", 0) + 1

    def add(files=None, package="", table=None):
        books = {f"book_a{number}": {"xx_am001.py": GOOD.format(number="XX_AM001")}, f"book_b{number}": files or {}}
        entries = []
        for book, held in books.items():
            folder = tmp_path / book
            (folder / "cases").mkdir(parents=True)
            (folder / "__init__.py").write_text(package if book.startswith("book_b") else "")
            for name, text in held.items():
                (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
            entries.append(SimpleNamespace(load=lambda book=book: __import__(book), value=book))
        if table is not None:
            (tmp_path / f"book_b{number}" / "known.csv").write_text(table)
        monkeypatch.setattr(rulebooks, "entry_points", lambda group: [*kept, *entries])
        rulebooks.forget()
        return f"book_b{number}"

    yield add
    rulebooks.forget()


def run(*arguments, code):
    result = CliRunner().invoke(jcm, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    assert "fault of jcm_calc" not in result.output
    return result


def case_of(number, folder):
    path = folder / f"{number}.toml"
    path.write_text(f'methodology = "{number}"\np = "2024"\n[inputs]\nEC = "100 MWh"\n')
    return path


def others_go_on(tmp_path, code, *also):
    """Everything about other methodologies works, with `code` where a command looks at all of them."""
    frame = listed(code)
    assert {"XX_AM001", "ID_AM003", "VN_AM005"} <= set(frame.index)
    assert calculate("XX_AM001", EC=100.0, p="2024").ER.magnitude == 50
    assert calculate("PW_AM001", EG="500 MWh", p="2024").ER.magnitude == 266.5
    assert [m.number for m in rulebooks.every()][-1] == "XX_AM001" or "XX_AM002" in frame.index
    text = run("list", code=code).output
    assert all(f"\n{number} " in text for number in ("ID_AM003", "VN_AM005", "XX_AM001"))
    run("list", "--all", "--json", code=code)
    run("show", "XX_AM001", code=0)
    run("show", "ID_AM003", "--json", code=0)
    run("calc", case_of("XX_AM001", tmp_path), code=0)
    run("check", "XX_AM001", "--examples", 1, code=0)
    run("evidence", "new", "XX_AM001", code=0)
    run("template", "XX_AM001", "-o", tmp_path / "t.toml", "--force", code=0)
    with pytest.raises(MethodologyNotFoundError, match="there is no methodology 'XX_AM777'"):
        methodology("XX_AM777")
    assert len(rulebooks.known()) > 10
    assert list(published(methodology("ID_AM003")))
    portfolio = jcm_calc.portfolio(table_of("XX_AM001", "PW_AM001", *also), errors="collect")
    assert sorted(portfolio.table["methodology"]) == ["PW_AM001", "XX_AM001"]
    assert len(portfolio.problems) == len(also)


def listed(code):
    if not code:
        return jcm_calc.methodologies()
    with pytest.warns(BrokenModuleWarning):
        return jcm_calc.methodologies()


def table_of(*numbers):
    import pandas as pd

    return pd.DataFrame([{"project": one, "methodology": one, "p": "2024", "EC": 100.0 if "XX" in one else None,
                          "EG": 500.0 if "PW" in one else None} for one in numbers])  # fmt: skip


@pytest.mark.parametrize("kind", MODULES)
def test_a_module_that_is_broken_is_told_and_stops_nothing_else(kind, install, tmp_path):
    text, told = MODULES[kind]
    book = install({"xx_am002.py": text})
    (broken,) = rulebooks.broken()
    assert (broken.number, broken.module) == ("XX_AM002", f"{book}.xx_am002")
    with pytest.raises(BrokenModuleError, match=told) as caught:
        methodology("XX_AM002")
    assert caught.value.broken == (broken,)
    assert str(caught.value).startswith(f"XX_AM002 cannot be used: {book}.xx_am002: ")
    # after a recursion CPython 3.11 has no depth left to pickle anything here; tblib pickles the cause as well
    if kind not in ("recursion", "exception of its own"):
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(BrokenModuleError, match=told):
        calculate("XX_AM002", EC=100.0, p="2024")
    with pytest.warns(BrokenModuleWarning, match=told):
        frame = jcm_calc.methodologies()
    assert "XX_AM002" not in frame.index
    commands = {
        ("show", "XX_AM002"): 2,
        ("check", "XX_AM002"): 2,
        ("calc", case_of("XX_AM002", tmp_path)): 2,
        ("explain", case_of("XX_AM002", tmp_path)): 2,
        ("evidence", "new", "XX_AM002"): 2,
        ("template", "XX_AM002", "-o", tmp_path / "t.toml"): 2,
        ("diff", "XX_AM002", "1.0", "2.0"): 2,
        ("list",): 1,
    }
    for arguments, code in commands.items():
        output = " ".join(run(*arguments, code=code).output.split())
        assert __import__("re").search(told, output), (arguments, output)
    rows = json.loads(run("list", "--json", code=1).stdout)
    assert [row["complaint"] for row in rows if row["number"] == "XX_AM002"] == [broken.complaint]
    others_go_on(tmp_path, 1, "XX_AM002")


@pytest.mark.parametrize("kind", IN_USE)
def test_a_methodology_that_fails_in_use_is_told_of_its_author(kind, install, tmp_path):
    text, told = IN_USE[kind]
    install({"xx_am002.py": text})
    assert rulebooks.broken() == ()
    output = " ".join(run("calc", case_of("XX_AM002", tmp_path), code=2).output.split())
    assert "this is for its author" in output
    assert __import__("re").search(told, output), output
    assert run("show", "XX_AM002", code=0).output.startswith("XX_AM002 ver 1.0")
    assert run("check", "XX_AM002", "--examples", 1, code=1).output.count("failed") >= 1
    others_go_on(tmp_path, 0)


def test_every_kind_of_broken_module_at_once(install, tmp_path):
    files = {f"xx_am{number:03}.py": text if isinstance(text, bytes) else text.replace("XX_AM002", f"XX_AM{number:03}")
             for number, (text, _) in enumerate(MODULES.values(), 100)}  # fmt: skip
    install(files)
    assert len({one.number for one in rulebooks.broken()}) == len(MODULES)
    others_go_on(tmp_path, 1)


@pytest.mark.parametrize(
    ("package", "told"),
    [
        ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
        ("x = (", "SyntaxError"),
        ("raise SystemExit(1)", "SystemExit"),
        ("del __path__", "a methodology package must be a folder"),
    ],
)
def test_a_rule_book_that_cannot_be_imported_at_all(package, told, install, tmp_path):
    book = install({"xx_am002.py": BAD}, package=package)
    (broken,) = rulebooks.broken()
    assert (broken.number, broken.module) == ("", book)
    assert told in broken.complaint
    with pytest.raises(MethodologyNotFoundError, match="there is no methodology 'XX_AM002'"):
        methodology("XX_AM002")
    assert told in run("list", code=1).output
    others_go_on(tmp_path, 1)


@pytest.mark.parametrize(
    "table",
    [
        "number,title\nXX_AM003,x\n",
        "number,title,sectoral_scope,version,approved,grade,read,source\nXX_AM003,x,y,,,sure,,\n",
    ],
)
def test_a_table_of_known_methodologies_that_cannot_be_read(table, install, tmp_path):
    book = install({"xx_am002.py": BAD}, table=table)
    (broken,) = rulebooks.broken()
    assert broken.module == f"{book}/known.csv"
    assert methodology("XX_AM002").number == "XX_AM002"
    others_go_on(tmp_path, 1)


def test_a_number_that_two_rule_books_hold_is_refused_with_the_way_to_choose(install, tmp_path):
    book = install({"id_am003.py": GOOD.format(number="ID_AM003"), "xx_am002.py": BAD})
    with pytest.raises(BrokenModuleError) as caught:
        methodology("ID_AM003")
    told = str(caught.value)
    assert f"in two methodology packages, jcm_methodologies.id_am003 and {book}.id_am003: uninstall one of them" in told
    assert "name its module `id_am003_corrected`" in told
    (broken,) = rulebooks.broken()
    assert (broken.number, broken.module) == ("ID_AM003", f"{book}.id_am003")
    assert "in two methodology packages" in run("list", code=1).output
    for arguments in (("show", "ID_AM003"), ("check", "ID_AM003"), ("calc", case_of("ID_AM003", tmp_path))):
        assert "in two methodology packages" in run(*arguments, code=2).output
    # the way to choose: the object itself
    theirs = __import__(f"{book}.id_am003", fromlist=["m"]).m
    assert calculate(theirs, EC=100.0, p="2024").ER.magnitude == 50
    assert methodology("XX_AM002").number == "XX_AM002"
    assert calculate("ID_AM004", EC_PJ=1.0, COP_PJ=5.0, COP_RE=4.0, EF_elec=0.8, p="2024").RE.magnitude == 1.0


def test_an_addition_to_a_methodology_that_nobody_holds_is_told(install):
    book = install({"xx_am005_corrected.py": "from nowhere import m\n"})
    (broken,) = rulebooks.broken() or (None,)
    assert str(broken) == f"{book}.xx_am005_corrected: adds to XX_AM005, which no methodology package holds"


def test_a_broken_addition_refuses_the_methodology_that_it_mends_and_no_other(install, tmp_path):
    """What the addition would have said is not known, so that the numbers without it are not what was asked for."""
    install({"id_am004_corrected.py": "x = ("})
    with pytest.raises(BrokenModuleError, match=r"id_am004_corrected: cannot be imported: SyntaxError"):
        methodology("ID_AM004")
    others_go_on(tmp_path, 1)


def test_a_mended_module_is_found_again(install, tmp_path):
    book = install({"xx_am002.py": "x = ("})
    with pytest.raises(BrokenModuleError):
        methodology("XX_AM002")
    (tmp_path / book / "xx_am002.py").write_text(BAD)
    rulebooks.forget()
    assert methodology("XX_AM002").number == "XX_AM002"
    assert rulebooks.broken() == ()


def test_check_of_all_checks_the_others(install, monkeypatch):
    install({"xx_am002.py": "x = ("})
    some = {"PW_AM001": "jcm_methodologies.pw_am001", "XX_AM001": "", "XX_AM002": ""}
    monkeypatch.setattr("jcm_calc.cli.checking.modules", lambda: some)
    output = run("check", "--all", "--examples", 1, code=1).output
    assert "PW_AM001" in output
    assert "XX_AM001" in output
    assert "SyntaxError" in output
    rows = json.loads(run("check", "--all", "--examples", 1, "--json", code=1).stdout)
    assert [row["number"] for row in rows] == ["PW_AM001", "XX_AM001", "XX_AM002"]


def test_a_case_of_one_methodology_does_not_fail_another(install, tmp_path):
    book = install({"xx_am002.py": BAD})
    folder = tmp_path / book / "cases"
    case_of("XX_AM002", folder)
    (folder / "other.toml").write_text('methodology = "XX_AM001"\np = "FILL IN"\n[inputs]\nEC = "FILL IN"\n')
    assert [case.methodology for case in published(methodology("XX_AM002"))] == ["XX_AM002"]
    run("check", "XX_AM002", "--examples", 1, code=0)
