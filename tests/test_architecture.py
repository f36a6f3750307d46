"""The architecture: no import circle of any kind, few rooms, each with its one job in its first line."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import jcm_calc

PACKAGE = Path(jcm_calc.__file__).parent
FILES = {
    ".".join(("jcm_calc", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
ROOMS = sorted({name.split(".")[1] for name in FILES if "." in name})


def home(name):
    """The module that an imported name is, or is in."""
    while name and name not in FILES:
        name = name.rpartition(".")[0]
    return name


def imports(path):
    """The modules of the package that a file imports: when it is loaded, in a function, or for types only."""
    return set(imported(path)) - {"", "jcm_calc"}


def imported(path):
    """The modules that a file imports: when it is loaded, in a function, or for types only."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (home(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write the whole name of a module"
            yield from (home(f"{node.module}.{alias.name}") for alias in node.names)


def test_no_module_imports_itself_through_others():
    edges = {name: imports(path) - {name} for name, path in FILES.items()}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


def test_a_circle_would_be_found(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from jcm_calc.units import x\n"
        "def f():\n    import jcm_calc.evidence\n    from jcm_calc import plots\n"
    )
    assert imports(path) == {"jcm_calc.units", "jcm_calc.evidence", "jcm_calc.plots"}


def test_there_are_at_most_sixteen_rooms():
    assert len(ROOMS) <= 16, ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_its_one_job_and_is_on_the_page(room):
    path = PACKAGE / room / "__init__.py"
    told = ast.get_docstring(ast.parse((path if path.exists() else PACKAGE / f"{room}.py").read_text("utf-8")))
    assert told.splitlines()[0].endswith(".")
    page = Path(__file__).parents[1] / "docs" / "architecture.md"
    assert f"| `{room}` |" in page.read_text("utf-8")


# Two classes of one name that are still to be told apart: the list can only become shorter.
SAME_NAME = {"Choice", "Comparison", "Finding", "Rows", "Source", "Table"}


def test_no_class_name_means_two_things():
    names = [
        node.name
        for path in FILES.values()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert {name for name in names if names.count(name) > 1} == SAME_NAME
