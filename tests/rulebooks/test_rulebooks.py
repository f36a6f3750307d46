"""Finding methodologies and versions, and what an import costs."""

import csv
import subprocess
import sys
from datetime import date
from importlib.resources import files
from types import SimpleNamespace

import pytest

import jcm_calc
from jcm_calc import MethodologyNotFoundError, methodology, rulebooks

FIVE = ["ID_AM002", "ID_AM003", "MN_AM002", "PW_AM001", "VN_AM001"]

MODULE = """
from datetime import date
from jcm_calc import Methodology
from jcm_calc.declarations.items import Version
from jcm_calc.evidence import Source, primary

READ = primary(Source("the document"))
versions = [Version("1.0", date(2014, 8, 1), "", READ), Version("3.0", date(2020, 5, 5), "not read", READ)]


def declare(version, approved, versions):
    return Methodology("{number}", version=version, title="Test", country="XX", sectoral_scope=1,
                       indices={{"p": ""}}, identity={{"version": READ}}, approved=approved, versions=versions)


first = declare("1.0", date(2014, 8, 1), ())
second = declare("2.0", date(2016, 2, 29), versions)
"""


@pytest.fixture
def fresh():
    """Forget what has been found, before and after."""
    rulebooks.forget()
    yield
    rulebooks.forget()


@pytest.fixture
def rule_books(fresh, tmp_path, monkeypatch):
    """Return a function that installs rule books, each with one module a number."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(**books):
        for book, numbers in books.items():
            folder = tmp_path / book
            folder.mkdir()
            (folder / "__init__.py").touch()
            (folder / "shared.py").write_text("raise RuntimeError('imported without need')")
            for number in numbers:
                (folder / f"{number.lower()}.py").write_text(MODULE.format(number=number))
        entries = [SimpleNamespace(load=lambda book=book: __import__(book)) for book in books]
        monkeypatch.setattr(rulebooks, "entry_points", lambda group: entries)

    return install


def test_the_nineteen_methodologies_of_the_source_documents_are_listed():
    frame = jcm_calc.methodologies()
    numbers = [f"ID_AM{n:03}" for n in range(1, 11)] + ["MN_AM001", "MN_AM002", "MV_AM001", "PW_AM001"]
    numbers += [f"VN_AM{n:03}" for n in range(1, 6)]
    assert [number for number in frame.index if number in numbers] == numbers


def test_what_is_known_and_what_is_implemented_are_told_apart():
    """Every row says what was read and where; nothing that is only recalled is among them."""
    listed = rulebooks.known()
    assert {"TH_AM008", "TH_AM011", "ET_AM002"} <= {item.number for item in listed}
    assert {item.number for item in listed}.isdisjoint(rulebooks.modules())
    assert all(item.evidence.confirmed and item.evidence.note and item.evidence.source for item in listed)
    # rows whose number, or whose approval, is recalled only
    assert {item.number for item in listed}.isdisjoint({"ET_AM001", "ET_AM003", "MM_AM003", "TN_PM001"})


def test_the_table_of_what_is_known_names_nothing_that_is_implemented():
    path = files("jcm_methodologies") / "known.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [row["number"] for row in rows] == [item.number for item in rulebooks.known()]


def test_a_methodology_that_is_known_says_so_when_it_is_asked_for():
    with pytest.raises(MethodologyNotFoundError, match="TH_AM008 is known, but not implemented"):
        methodology("TH_AM008")


@pytest.mark.parametrize("number", FIVE)
def test_a_number_gives_the_latest_version(number):
    m = methodology(number)
    assert m.number == number
    assert m.version == jcm_calc.methodologies().loc[number, "version"]
    assert methodology(number, m.version) is m
    assert m.country == number[:2]


def test_a_version_of_which_only_the_identity_is_known_cannot_be_calculated():
    assert [version.number for version in methodology("ID_AM002").versions] == ["1.0", "2.0"]
    with pytest.raises(MethodologyNotFoundError, match=r"only its identity is known.*calculable: 2\.0"):
        methodology("ID_AM002", version="1.0")


def test_an_unknown_version_names_the_known_ones():
    with pytest.raises(MethodologyNotFoundError, match=r"no version '3\.0'; known are 1\.0, 2\.0"):
        methodology("ID_AM002", version="3.0")


@pytest.mark.parametrize("number", [number for number in FIVE if number != "MN_AM002"])
def test_a_day_does_not_decide_where_dates_of_approval_are_unknown(number):
    with pytest.raises(MethodologyNotFoundError, match=r"date of approval.*not known; name the version"):
        methodology(number, on=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("number", "suggested"), [("ID_AM0006", "ID_AM006"), ("id_am003", "ID_AM003"), ("VN-AM001", "VN_AM001")]
)
def test_an_unknown_number_suggests_the_nearest_one(number, suggested):
    with pytest.raises(MethodologyNotFoundError, match=f"did you mean {suggested}"):
        methodology(number)


def test_a_number_like_no_other_suggests_nothing():
    with pytest.raises(MethodologyNotFoundError) as caught:
        methodology("electricity")
    assert "did you mean" not in str(caught.value)


# Other rule books


def test_a_rule_book_of_somebody_else_plugs_in(rule_books):
    rule_books(book_one=["XX_AM002", "XX_AM001"], book_two=["YY_AM001"])
    assert list(rulebooks.modules()) == ["XX_AM001", "XX_AM002", "YY_AM001"]
    assert methodology("YY_AM001", "2.0").number == "YY_AM001"
    assert [m.number for m in rulebooks.every()] == ["XX_AM001", "XX_AM002", "YY_AM001"]
    assert rulebooks.modules()["YY_AM001"] == "book_two.yy_am001"


def test_a_rule_book_that_holds_what_another_only_knows_comes_first(rule_books, tmp_path):
    rule_books(book_ten=["XX_AM002"], book_eleven=["YY_AM001"])
    table = "number,title,sectoral_scope,version,approved,grade,read,source\n"
    table += "XX_AM002,Held elsewhere,3,1.0,2020-02-02,primary,number,a list\nXX_AM003,Pumps,,,,secondary,title,news\n"
    (tmp_path / "book_eleven" / "known.csv").write_text(table)
    (found,) = rulebooks.known()
    assert (found.number, found.country, found.sectoral_scope, found.version, found.approved) == (
        "XX_AM003", "XX", None, "", None,
    )  # fmt: skip
    assert str(found.evidence) == "secondary: title"


def test_a_number_in_two_rule_books_is_an_error_that_names_both(rule_books):
    rule_books(book_three=["XX_AM001"], book_four=["XX_AM001"])
    with pytest.raises(MethodologyNotFoundError, match=r"book_three\.xx_am001 and book_four\.xx_am001: uninstall one"):
        methodology("XX_AM001")


def test_versions_are_chosen_by_name_or_by_the_day(rule_books):
    rule_books(book_five=["XX_AM001"])
    assert methodology("XX_AM001", "1.0").version == "1.0"
    assert methodology("XX_AM001", "2.0").version == "2.0"
    assert methodology("XX_AM001", on=date(2014, 8, 1)).version == "1.0"
    assert methodology("XX_AM001", on=date(2016, 2, 28)).version == "1.0"
    assert methodology("XX_AM001", on=date(2016, 2, 29)).version == "2.0"
    with pytest.raises(MethodologyNotFoundError, match="no version was valid on 2014-07-31"):
        methodology("XX_AM001", on=date(2014, 7, 31))
    with pytest.raises(MethodologyNotFoundError, match=r"version 3\.0 cannot be calculated"):
        methodology("XX_AM001", on=date(2021, 1, 1))


def test_the_latest_version_is_asked_for_even_if_only_its_identity_is_known(rule_books):
    rule_books(book_six=["XX_AM001"])
    with pytest.raises(MethodologyNotFoundError, match=r"3\.0 cannot be calculated.*calculable: 1\.0, 2\.0"):
        methodology("XX_AM001")


def test_a_module_that_declares_another_number_is_an_error(rule_books, tmp_path):
    rule_books(book_seven=["XX_AM001"])
    (tmp_path / "book_seven" / "xx_am001.py").write_text(MODULE.format(number="XX_AM009"))
    with pytest.raises(MethodologyNotFoundError, match="declares no methodology XX_AM001"):
        methodology("XX_AM001")


# What an import costs


def modules_after(code):
    listed = f"{code}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_library_loads_no_heavy_package_and_no_methodology():
    loaded = modules_after("import jcm_calc; dir(jcm_calc)")
    assert loaded.isdisjoint(
        {"numpy", "pandas", "pint", "openpyxl", "rich", "click", "jcm_methodologies", "importlib.metadata"}
    )


def test_a_calculation_from_arrays_loads_no_tables():
    loaded = modules_after(
        "import jcm_calc, warnings; warnings.simplefilter('ignore')\njcm_calc.calculate('PW_AM001', EG=[[1.0, 2.0]])"
    )
    assert "numpy" in loaded
    assert loaded.isdisjoint({"pandas", "openpyxl", "rich", "click"})
    assert "jcm_methodologies.pw_am001" in loaded
    assert "jcm_methodologies.vn_am001" not in loaded


def test_a_case_of_single_values_is_calculated_without_tables_and_units():
    case = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
    command = f"import sys\nfrom jcm_calc.cli import main\nsys.argv = ['jcm', 'calc', {case!r}]"
    loaded = modules_after(f"{command}\ntry:\n    main()\nexcept SystemExit:\n    pass")
    assert "jcm_methodologies.id_am003" in loaded
    assert loaded.isdisjoint({"pandas", "pint", "jinja2", "openpyxl", "xlsxwriter", "matplotlib"})


def test_every_public_name_can_be_imported():
    for name in jcm_calc.__all__:
        assert getattr(jcm_calc, name) is not None
        assert name in dir(jcm_calc)
    with pytest.raises(AttributeError, match="no attribute 'calculat'"):
        jcm_calc.calculat  # noqa: B018
