"""What an author begins with: skeletons that say what is missing, and a rule book of one's own that works."""

import json
import os
import re
import signal
import site
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from markupsafe import escape

from jcm_calc import methodology
from jcm_calc.api.differences import differences
from jcm_calc.authoring import MARK, methodology_files, package_files, revision_files
from jcm_calc.cli import jcm
from jcm_calc.rulebooks import modules

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "rule_book"
REFINERY = """methodology = "ID_AM006"
p = "2024"
[choices]
fuel_measured_as = "mass"
reference_from = "records"
[inputs]
NCV = 40
EF = 0.05
"""


def run(*arguments, code=0, folder=None):
    before = Path.cwd()
    try:
        os.chdir(folder or before)
        outcome = CliRunner().invoke(jcm, list(map(str, arguments)))
    finally:
        os.chdir(before)
    assert outcome.exit_code == code, outcome.output
    return outcome


# A rule book of one's own, in an environment of its own


class Environment:
    """A temporary environment, with this library and what it needs."""

    def __init__(self, folder):
        venv.create(folder, with_pip=False)
        self.python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        (packages,) = folder.glob("[Ll]ib/**/site-packages")
        ours = [path for path in site.getsitepackages() if Path(path).is_dir()]
        lines = [f"import site; site.addsitedir({path!r})\n" for path in ours]
        (packages / "ours.pth").write_text("".join(lines))

    def install(self, project):
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"]
        offline = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--no-index"]
        subprocess.run([*pip, *offline, str(project)], check=True, timeout=300)

    def run(self, *arguments, code=0, folder=None):
        command = [str(self.python), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder, encoding="utf-8")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def jcm(self, *arguments, **how):
        return self.run("-c", "from jcm_calc.cli import main; main()", *arguments, **how)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Return a temporary environment in which the example of the documentation is installed."""
    found = Environment(tmp_path_factory.mktemp("environment"))
    copied = tmp_path_factory.mktemp("project")
    for path in EXAMPLE.rglob("*"):  # pip writes into what it builds
        if path.is_file() and "__pycache__" not in path.parts:
            target = copied / path.relative_to(EXAMPLE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    found.install(copied)
    return found


def test_the_example_is_found_beside_our_rule_book(environment):
    listed = {row["number"]: row["version"] for row in json.loads(environment.jcm("list", "--json"))}
    assert listed["XX_AM001"] == "1.1"
    assert "ID_AM003" in listed


def test_the_example_passes_its_checks_and_tests(environment):
    checked = json.loads(environment.jcm("check", "XX_AM001", "--examples", "5", "--json"))
    assert [(one["version"], one["failed"]) for one in checked] == [("1.0", 0), ("1.1", 0)]
    told = environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests"), folder=EXAMPLE)
    assert "4 passed" in told


def test_the_example_is_calculated_compared_and_confirmed(environment, tmp_path):
    case = EXAMPLE / "src" / "jcm_example_rules" / "cases" / "xx_am001.toml"
    assert json.loads(environment.jcm("calc", str(case), "--json"))["by_year"][0]["tonnes"] == 75
    # 1.1 asks for the size
    found = json.loads(environment.jcm("diff", "XX_AM001", "1.0", "1.1", "--case", str(case), "--json", code=2))
    assert [one["results"] is None for one in found["case"]] == [False, True]
    assert {one["name"] for one in found["differences"] if one["kind"] == "criterion"} == {"1"}
    environment.jcm("evidence", "new", "XX_AM001", "-o", str(tmp_path / "read.toml"))
    environment.jcm("evidence", "check", str(tmp_path / "read.toml"))


def test_a_new_rule_book_is_installed_and_says_what_is_to_be_filled_in(environment, tmp_path):
    run("new", "XX_AM002", "--package", "more-rules", folder=tmp_path)
    environment.install(tmp_path / "more-rules")
    told = environment.jcm("check", "XX_AM002", "--examples", "2", code=1)
    for part in ("text of EC_PJ,i,p", "evidence of RE_p", "sectoral scope", "[expected] RE", "[source] grade"):
        assert part in told
    tests = str(tmp_path / "more-rules" / "tests")
    assert "3 failed" in environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", tests, code=1, folder=tmp_path)


def test_a_mended_version_of_another_rule_book_takes_its_place(environment, tmp_path):
    run("new", "XX_AM003", "--package", "mending", folder=tmp_path)
    package = tmp_path / "mending" / "src" / "mending"
    run("new", "ID_AM004", "--revises", "2.0", folder=package)
    module = package / "id_am004_corrected.py"
    text = module.read_text(encoding="utf-8").replace("FILL IN: who has read the document", "nobody: a test")
    text += '\n\n@m.equation("ER_p", "tCO2", text="halved", evidence=unconfirmed("a test"))\ndef ER(RE, PE):\n'
    module.write_text(text + "    return (RE - PE) / 2\n", encoding="utf-8")
    environment.install(tmp_path / "mending")
    shown = environment.jcm("show", "ID_AM004")
    assert "Corrected by nobody: a test." in shown
    assert "ER_p = (RE_p − PE_p) ÷ 2" in shown


# Skeletons


def fill_in(text):
    """Fill in a skeleton as far as a script can."""
    text = re.sub(r"sectoral_scope=0,.*", "sectoral_scope=3,", text)
    return text.replace(f"{MARK}: ", "as the document says: ")


def symbols_of(text):
    """The symbols that a skeleton declares, by the words of the kind that it is about."""
    return set(re.findall(r'"([^"\s]+),p"', text))


@pytest.mark.parametrize("scope", range(17))
def test_a_skeleton_passes_the_checks_once_it_is_filled_in(scope, tmp_path):
    files = methodology_files("XX_AM009", "some_rules", scope=scope)
    kind = {13: "W_i", 14: "AL_RL,i", 15: "A_i,s"}.get(scope, "EC_PJ,i")
    assert kind in symbols_of(files["xx_am009.py"])
    case = tomllib.loads(files["cases/xx_am009.toml"])
    scoped = {}
    exec(compile(fill_in(files["xx_am009.py"]), "xx_am009.py", "exec"), scoped)
    asked = {one.name for one in scoped["m"].graph({}).parameters if one.kind != "constant"}
    assert set(case["inputs"]) == asked
    module = tmp_path / "xx_am009.py"
    module.write_text(files["xx_am009.py"], encoding="utf-8")
    told = run("check", module, "--examples", "1", code=1).stdout
    assert "FILL IN: the official title" in told
    module.write_text(fill_in(files["xx_am009.py"]), encoding="utf-8")
    run("check", module, "--examples", "1")


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        ('{"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}',
         "git+https://example.org/x.git@abc"),
        ('{"url": "file:///home", "dir_info": {"editable": true}}', "FILL IN: git+https://"),
        ("", "FILL IN: git+https://"),
        ("{", "FILL IN: git+https://"),
        (None, "FILL IN: git+https://"),
    ],
)  # fmt: skip
def test_the_workflow_installs_from_the_repository_that_this_was_installed_from(recorded, told, monkeypatch):
    found = SimpleNamespace(read_text=lambda name: recorded)
    monkeypatch.setattr("jcm_calc.authoring.distribution", lambda name: found)
    files = package_files("Some Rules", "XX_AM009", methodology_files("XX_AM009", "some_rules"))
    workflow = files[".github/workflows/test.yml"]
    assert f'JCM_CALC: "{told}' in workflow
    assert 'pip install "jcm-calc[check] @ $JCM_CALC" pytest' in workflow


@pytest.mark.parametrize("number", [*modules()])
def test_every_methodology_has_a_page(number, tmp_path):
    run("show", number, "--html", tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    m = methodology(number)
    assert escape(m.title) in text
    assert all(str(escape(rule.text)) in text for rule in m.rules)
    assert "<h2>H. Calculation of emission reductions" in text
    assert "http-equiv" in text
    assert "exists already" in run("show", number, "--html", tmp_path / "page.html", code=2).output
    run("show", number, "--html", tmp_path / "page.html", "--force")


def test_a_module_has_a_page_too(tmp_path):
    module = tmp_path / "xx_am009.py"
    module.write_text(methodology_files("XX_AM009", "some_rules", scope=15)["xx_am009.py"], encoding="utf-8")
    run("show", module, "--html", tmp_path / "page.html")
    assert "FILL IN: region of field i" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "XX_AM009 ver 1.0" in run("show", module).output
    assert "there is no version 2.0" in run("show", module, "--version", "2.0", code=2).output
    module.write_text("x = 1 / 0\ny = 1 / 0\n", encoding="utf-8")
    told = run("show", module, code=2).output.splitlines()
    assert [line.endswith(f"(xx_am009.py line {number})") for number, line in enumerate(told, 1)] == [True, True]


def test_watching_checks_again_when_a_file_changes(tmp_path):
    module, page = tmp_path / "xx_am009.py", tmp_path / "page.html"
    module.write_text(fill_in(methodology_files("XX_AM009", "some_rules")["xx_am009.py"]), encoding="utf-8")
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", "check", str(module), "--watch"]
    command += ["--examples", "1", "--html", str(page)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as watching:
        told = read_until(watching.stdout, "Watching ")
        assert any("passed" in line for line in told)
        assert page.is_file()
        module.write_text(module.read_text(encoding="utf-8") + "\nz = 1 / 0\n", encoding="utf-8")
        assert any("ZeroDivisionError" in line for line in read_until(watching.stdout, "Watching "))
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=60) == 0


def read_until(stream, words):
    found = []
    for line in stream:
        found.append(line)
        if words in line:
            break
    return found


def test_watching_needs_one_module():
    for arguments in (("--all", "--watch"), ("ID_AM003", "--watch", "--json"), ("ID_AM003", "--html", "x.html")):
        assert "--watch goes with one" in " ".join(run("check", *arguments, code=2).output.split())
    assert "there is no such module" in run("check", "XX_AM777", "--watch", code=2).output
    assert "there is no such module" in run("check", "nowhere/xx_am777.py", "--watch", code=2).output


def test_what_is_known_is_written_and_not_asked_for():
    known = {"title": 'Pumps, so "called"', "scope": 7, "index": "pump"}
    text = methodology_files("XX_AM009", "some_rules", version="2.0", **known)["xx_am009.py"]
    for line in ('title="Pumps, so \\"called\\""', "sectoral_scope=7,", '"i": "pump"', 'version="2.0"'):
        assert line in text
    compile(text, "xx_am009.py", "exec")


def test_every_file_of_a_package_can_be_read():
    files = package_files("Some Rules", "XX_AM009", methodology_files("XX_AM009", "some_rules"))
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["entry-points"]["jcm_calc.methodologies"] == {"some_rules": "some_rules"}
    assert "src/some_rules/cases/xx_am009.toml" in files
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
        elif path.endswith(".toml"):
            tomllib.loads(text)
    assert "${{ matrix.python }}" in files[".github/workflows/test.yml"]


def test_the_example_has_the_files_of_the_template():
    files = package_files("jcm-example-rules", "XX_AM001", methodology_files("XX_AM001", "jcm_example_rules"))
    assert {path for path in files if not (EXAMPLE / path).is_file()} == set()
    for path in ("README.md", ".github/workflows/test.yml"):
        assert (EXAMPLE / path).read_text(encoding="utf-8") == files[path]
    filled = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.py"))
    assert MARK not in filled


def test_what_is_not_given_is_asked_for_where_somebody_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr("jcm_calc.cli.surroundings.at_terminal", lambda: True)
    target = ["new", "XX_AM009", "--package", "asked", "-o", str(tmp_path / "asked"), "--scope", "7"]
    outcome = CliRunner().invoke(jcm, target, input="Better pumps\n\n")
    assert outcome.exit_code == 0, outcome.output
    assert "Sectoral scope" not in outcome.output
    text = (tmp_path / "asked" / "src" / "asked" / "xx_am009.py").read_text(encoding="utf-8")
    assert 'title="Better pumps"' in text
    assert "sectoral_scope=7" in text
    assert '"i": "FILL IN' in text


@pytest.mark.parametrize("version", ["", "3.0"])
def test_the_skeleton_of_a_revision_is_the_version_that_it_revises(version, tmp_path):
    ((path, text),) = revision_files("ID_AM004", "2.0", version).items()
    assert path == ("id_am004_ver3_0.py" if version else "id_am004_corrected.py")
    scope = {}
    exec(compile(text, path, "exec"), scope)
    found = {one.kind for one in differences(methodology("ID_AM004"), scope["m"])}
    assert found == ({"identity"} if version else set())
    assert scope["m"].version == (version or "2.0")


def test_what_cannot_be_begun_is_refused(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").touch()
    assert "must be a number" in run("new", "pumps", code=2).output
    assert "--revises VERSION" in run("new", "ID_AM003", "-o", tmp_path / "rules", code=2).output
    assert "must be a methodology package" in run("new", "XX_AM009", "-o", tmp_path, code=2).output
    assert "no version '9.0'" in run("new", "ID_AM003", "--revises", "9.0", "-o", tmp_path / "rules", code=2).output
    run("new", "XX_AM009", "-o", tmp_path / "rules")
    assert "exists already" in run("new", "XX_AM009", "-o", tmp_path / "rules", code=2).output
    there = run("new", "ID_AM004", "--revises", "2.0", "--version", "2.0", "-o", tmp_path / "rules", code=2).output
    assert "ID_AM004 ver 2.0 is there already" in there
    for version in ("1.0", "0.5", "1.9"):
        earlier = run("new", "ID_AM004", "--revises", "2.0", "--version", version, "-o", tmp_path / "rules", code=2)
        assert "is there already" in earlier.output or "must be later than 2.0" in earlier.output
    (tmp_path / "full").touch()
    full = run("new", "XX_AM009", "--package", "full", "-o", tmp_path / "full" / "rules", code=2).output
    assert "cannot be written: Not a directory" in " ".join(full.split())


def test_a_new_methodology_as_data_names_the_files(tmp_path):
    told = json.loads(run("new", "XX_AM009", "--package", "asked", "-o", tmp_path / "asked", "--json").stdout)
    assert {Path(one) for one in told["written"]} == {
        path for path in (tmp_path / "asked").rglob("*") if path.is_file()
    }


# Differences


def refinery(tmp_path, days):
    lines = [REFINERY]
    for unit in ("HPU", "HCU"):
        numbers = {"F": 300, "FC": 4, "d": days, "lower": 0.5, "upper": 1.5}
        history = {"F": 100, "FC": 2, "d": 100}
        lines += [f"{name}_{unit} = {value}" for name, value in numbers.items() if value is not None]
        lines += [f'"{name}_{unit}_hist" = {value}' for name, value in history.items()]
    path = tmp_path / "refinery.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_difference_that_days_recorded_make_to_a_case(tmp_path):
    # 300 m³ in 300 recorded days are 1 m³/d, and in the 366 days of 2024 0.82 m³/d: one load range here
    found = json.loads(run("diff", "ID_AM006", "2.0", "2.1", "--case", refinery(tmp_path, 300), "--json").stdout)
    kinds = [one["kind"] for one in found["differences"]]
    assert kinds == ["identity", "identity", "parameter", "parameter", "equation", "equation"]
    earlier, latest = found["case"]
    assert earlier["left out"] == ["d_HPU", "d_HCU"]
    for outcome in (earlier, latest):
        (row,) = outcome["results"]
        assert row["RE"] == pytest.approx(2 * 300 * 2 * 40 * 0.05 / 100)
        assert row["PE"] == pytest.approx(2 * 4 * 40 * 0.05)
    # in 150 recorded days they are 2 m³/d, for which there is no history
    told = run("diff", "ID_AM006", "2.0", "2.1", "--case", refinery(tmp_path, 150), code=2)
    assert "ver 2.1" in told.stderr
    assert "The case under each version" in told.stdout


def test_a_case_of_another_methodology_and_an_unknown_version_are_refused(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('methodology = "PW_AM001"\n[inputs]\nEG = 1', encoding="utf-8")
    assert "is a case of PW_AM001" in run("diff", "ID_AM006", "2.0", "2.1", "--case", case, code=2).output
    assert "no version '9.9'" in run("diff", "ID_AM006", "2.0", "9.9", code=2).output


def test_differences_of_a_version_from_itself_are_none():
    m = methodology("ID_AM002")
    assert list(differences(m, m)) == []


def test_differences_name_every_kind():
    from jcm_calc.evidence import unconfirmed

    made_up = unconfirmed("made up")
    m = methodology("ID_AM003")
    later = m.revised("9.0", unchanged=made_up, identity={"version": made_up}, title="Another title")
    values = {"cold storage": 1.8, "ice rink": 1.5}
    later.default("COP_RE,i", "", by="application", values=values, lowers="RE", text="COP", evidence=made_up)
    later.equation("ER_p", "tCO2", text="", name="ER", evidence=made_up)(lambda RE, PE: (RE - PE) / 2)
    later.criterion(4, "Checked twice a year", evidence=made_up)(lambda checks_per_year: checks_per_year >= 2)
    found = {(one.kind, one.name): (one.before, one.after) for one in differences(m, later)}
    assert found["equation", "ER_p"] == ("ER_p = RE_p − PE_p [tCO2]", "ER_p = (RE_p − PE_p) ÷ 2 [tCO2]")
    assert found["default", "COP_RE,i (cold storage)"] == ("1.71", "1.8")
    assert found["default", "COP_RE,i (ice rink)"] == ("", "1.5")
    assert found["default", "COP_RE,i (individual quick freezer)"] == ("1.32", "")
    assert found["identity", "title"][1] == "Another title"
    assert "Checked twice a year" in found["criterion", "4"][1]
    assert ("parameter", "COP_RE,i") in found
