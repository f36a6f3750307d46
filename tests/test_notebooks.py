"""Notebooks of a project developer, in a kernel that has what `pip install jcm-calc[all]` brings, and no more."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import kernels
import pytest

import jcm_calc

pytestmark = pytest.mark.flaky(reruns=1)  # a kernel may fail to start on a busy machine
ROOT = Path(__file__).parents[1]
ENVIRONMENT = ROOT / "build" / "notebook"
PICTURES = runpy.run_path(str(ROOT / "docs" / "pictures.py"))
JOBS = sorted((ROOT / "tests" / "notebooks").glob("*.md"))
PAGES = [path for folder in ("tutorials", "how_to") for path in sorted((ROOT / "docs" / folder).glob("*.*"))]
PAGES = [path for path in PAGES if path.suffix in (".md", ".ipynb") and PICTURES["cells_of"](path)]
WHERE = "import jcm_calc, jcm_methodologies; print(jcm_calc.__path__[0]); print(jcm_methodologies.__path__[0])"


def lacking(reason):
    """Skip, or fail where all must be there."""
    told = f"{reason}: `make notebook` installs it into {ENVIRONMENT.relative_to(ROOT)}"
    pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of a user, in whose environment this very code is installed."""
    found = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not found.exists():
        lacking("there is no environment of a user")
    folder = tmp_path_factory.mktemp("elsewhere")
    done = subprocess.run(
        [found, "-c", WHERE],
        cwd=folder, env=kernels.environment(folder, found), capture_output=True, text=True, check=False,
    )  # fmt: skip
    installed = [Path(line) for line in done.stdout.splitlines()]
    if len(installed) != 2:
        lacking("jcm_calc is not installed in the environment of a user")
    for here, there in zip([ROOT / "src/jcm_calc", ROOT / "methodologies/jcm_methodologies"], installed, strict=True):
        assert ROOT / "build" in there.parents
        if content(here) != content(there):
            lacking("the environment of a user has other code than this")
    return str(found)


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def check(cells, python, meant=()):
    """Run cells: each shows the pictures that it draws, and nothing in red but what is meant."""
    for cell, outputs in zip(cells, kernels.run(cells, python), strict=True):
        red = [one for one in kernels.errors(outputs) if not any(word in one for word in meant)]
        assert not red, f"{cell}\n\n{red[0]}"
        assert kernels.pictures(outputs) == PICTURES["expected"](cell), cell


def test_the_environment_has_nothing_but_the_extras_and_a_kernel(python):
    others = ["ipywidgets", "pytest", "sphinx", "polars", "pint_pandas", "mypy", "babel", "hatchling"]
    needed = ["duckdb", "matplotlib", "scipy", "pyarrow", "dask", "hypothesis", "xarray"]
    there = "from importlib.util import find_spec; print([name for name in {} if find_spec(name)])"
    found = [kernels.text(shown) for shown in kernels.run([there.format(others), there.format(needed)], python)]
    assert found == ["[]", str(needed)]


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_of_a_developer(path, python):
    cells = PICTURES["cells"](path.read_text(encoding="utf-8"))
    assert any("assert" in cell for cell in cells)
    check(cells, python)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_the_documentation(path, python):
    cells = PICTURES["cells_of"](path)
    of_the_extras = [cell for cell in cells if "dask.distributed" not in cell]  # for which the page names a package
    check(of_the_extras, python, meant=("InputWarning", "IneligibleWarning"))


EXAMPLES = """
import doctest, inspect, warnings
import jcm_calc
warnings.simplefilter("ignore", jcm_calc.UnconfirmedWarning)
warnings.simplefilter("ignore", jcm_calc.IneligibleWarning)
runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
for name in jcm_calc.__all__:
    public = getattr(jcm_calc, name)
    if inspect.isroutine(public) or inspect.isclass(public):
        for example in doctest.DocTestFinder().find(public, name, globs=dict(vars(inspect.getmodule(public)))):
            runner.run(example)
assert runner.tries > 50
assert not runner.failures
"""


def test_the_docstring_examples_of_every_public_name(python):
    (outputs,) = kernels.run([EXAMPLES], python)
    assert not kernels.errors(outputs), kernels.text(outputs)


# What a notebook completes


@pytest.fixture(scope="module")
def completed():
    """Ask a kernel for what it completes."""
    (shown,) = kernels.run([f"import json\n{COMPLETE}\nprint(json.dumps(found))"])
    return json.loads(kernels.text(shown).splitlines()[-1])


TYPED = ["m.calculate(", "m.calculate(e", "m['", "r['", "jcm_calc.", "jcm_calc.plots."]
COMPLETE = f"""
import warnings, jcm_calc
warnings.simplefilter("ignore")
m = jcm_calc.methodology("ID_AM009")
r = jcm_calc.calculate("PW_AM001", EG=500.0)
jcm_calc.plots
get_ipython().user_ns.update(m=m, r=r, jcm_calc=jcm_calc)
kernel = get_ipython().kernel
found = {{text: kernel.do_complete(text, len(text))["matches"] for text in {TYPED}}}
"""


def test_names_of_parameters_are_completed_without_greek_letters(completed):
    parameters = {"FC_PJ=", "EF_elec=", "eta_PJ=", "eta_RE=", "running_time=", "p=", "facts="}
    assert parameters <= set(completed["m.calculate("])
    assert {"eta_PJ=", "eta_RE="} <= set(completed["m.calculate(e"])
    assert all(one.isascii() for text in TYPED for one in completed[text])


def test_keys_are_completed(completed):
    assert {"eta_PJ", "RE_fuel_i", "ER"} <= set(completed["m['"])
    assert {"EG", "EF_RE", "RE_i", "RE", "PE", "ER"} <= set(completed["r['"])


def test_only_public_names_are_completed(completed):
    assert set(completed["jcm_calc."]) == set(jcm_calc.__all__)
    assert set(completed["jcm_calc.plots."]) == set(jcm_calc.plots.__all__)


# What is said below a cell


def test_that_it_is_an_estimate_is_said_once_and_quietly():
    result = 'jcm_calc.calculate("PW_AM001", EG=500.0, p="2024")'
    other = 'jcm_calc.calculate("MV_AM001", EG=500.0, p="2024")'
    shown = kernels.run([f"import jcm_calc\n{result}", f"r = {other}", f"r = {other}", "r"])
    assert not any(map(kernels.errors, shown))
    page, note, nothing, again = ([one for one in outputs if one.output_type != "stream"] for outputs in shown)
    assert [len(outputs) for outputs in (page, note, nothing, again)] == [1, 1, 0, 1]
    assert "not confirmed" in page[0].data["text/html"]
    assert note[0].data["text/plain"].startswith("MV_AM001 ver 1.0: an estimate")


def test_filters_of_warnings_hold_in_a_notebook():
    result = '_ = jcm_calc.calculate("PW_AM001", EG=500.0, p="2024")'
    filters = "import jcm_calc, warnings\nwarnings.simplefilter('{}', jcm_calc.UnconfirmedWarning)"
    _, ignored = kernels.run([filters.format("ignore"), result])
    assert ignored == []
    _, refused = kernels.run([filters.format("error"), result])
    assert kernels.errors(refused)[0].startswith("UnconfirmedWarning: PW_AM001")


# The built documentation


def test_the_quickstart_has_no_outputs_and_needs_no_other_file():
    notebook = json.loads((ROOT / "docs" / "tutorials" / "quickstart.ipynb").read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 6
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert not any(name in "".join(cell["source"]) for cell in code for name in ("..", "docs/", "open("))


def test_pictures_are_counted():
    count = PICTURES["expected"]
    assert count("plots.waterfall(report);") == 1
    assert (
        count("figure, axes = plt.subplots(1, 2)\nplots.emissions(r, ax=axes[0])\nplots.waterfall(r, ax=axes[1])") == 1
    )
    assert count("r.plots\nprint('plots.waterfall(r)')") == 0


def test_a_page_that_lacks_a_picture_is_named(tmp_path):
    (tmp_path / "tutorials").mkdir()
    drawn = {"tutorials/estimate_and_report": 2, "tutorials/add_a_methodology": 1, "tutorials/verify": 0}
    drawn |= {"tutorials/quickstart": 1, "gallery": 9}
    executed = [path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in PICTURES["executed"]()]
    assert sorted(executed) == sorted(drawn)
    for name, count in drawn.items():
        page = '<img src="logo.png">' + '<img alt="" src="../_images/1.png" />' * count
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    assert PICTURES["lacking"](tmp_path) == []
    command = [sys.executable, ROOT / "docs" / "pictures.py", tmp_path]
    assert subprocess.run(command, check=False).returncode == 0
    (tmp_path / "tutorials" / "estimate_and_report.html").write_text('<img src="../_images/1.png">', encoding="utf-8")
    (found,) = PICTURES["lacking"](tmp_path)
    assert found.endswith("estimate_and_report.html: its cells draw 2 pictures, and it shows 1")
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.strip()) == (1, found)
