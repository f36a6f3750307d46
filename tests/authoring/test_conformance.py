"""Every methodology conforms, and each check finds the fault that it is there for."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli.test_cli import run

import jcm_calc
from jcm_calc import Methodology
from jcm_calc.authoring.conformance import CHECKS, CheckOutcome, ConformanceError, conform
from jcm_calc.authoring.conformance.subject import Subject
from jcm_calc.base.problems import InputError
from jcm_calc.declarations import DeclarationError
from jcm_calc.evidence import unconfirmed
from jcm_calc.rulebooks import modules, versions

EXAMPLES = 3
RECALLED = unconfirmed("an example")
NUMBERS = list(modules())


@pytest.mark.parametrize("number", NUMBERS)
def test_methodology_conforms(number):
    for m in versions(number).values():
        failed = [f"{outcome.check}: {outcome.failure}" for outcome in conform(m, EXAMPLES) if outcome.failure]
        assert not failed, "\n".join(failed)


# A small methodology, and one fault at a time


def example(**changed):
    """Declare a methodology of lamps that conforms, but for what is changed: a declaration, or an equation."""
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Example",
        country="XX",
        sectoral_scope=3,
        indices={"i": "lamp", "p": "monitoring period"},
        identity={"version": RECALLED},
    )
    declared = {
        "EC": {"extensive": True, "raises": "RE PE", "plausible": "[1, 1000]", "text": "electricity of lamp i"},
        "EF": {"raises": "RE PE", "plausible": "[0, 2]", "text": "emission factor"},
        "eta": {"value": 0.5, "lowers": "RE", "bounds": "(0, 1]", "text": "efficiency of the reference"},
    }
    for name, words in declared.items():
        words.update(changed.get(f"{name}_declared", {}))
    m.monitored("EC_i,p", changed.get("EC_unit", "MWh"), evidence=RECALLED, **declared["EC"])
    m.fixed("EF", "tCO2/MWh", **{"evidence": RECALLED, **declared["EF"]})
    m.default("η", "", name="eta", **{"evidence": RECALLED, **declared["eta"]})
    m.coordinate("periods", of="p", what="count")
    equations = {
        "RE_i": ("RE_i,p", "tCO2", "", lambda EC, EF, eta: EC / eta * EF),
        "RE": ("RE_p", "tCO2", "i", lambda RE_i: RE_i),
        "PE_i": ("PE_i,p", "tCO2", "", lambda EC, EF: EC * EF),
        "PE": ("PE_p", "tCO2", "i", lambda PE_i: PE_i),
        "ER": ("ER_p", "tCO2", "", lambda RE, PE: RE - PE),
    }
    for name, (symbol, unit, total, function) in equations.items():
        chosen = changed.get(name, function)
        if chosen:
            m.equation(symbol, unit, total=total, name=name, text="emissions", evidence=RECALLED)(chosen)
    if "periods" not in changed:
        del m.coordinates["periods"]
    return m


def test_the_example_conforms():
    assert [outcome for outcome in conform(example(), EXAMPLES) if outcome.state != "passed"] == []


def without_er():
    return example(ER=None)


def undeclared():
    return example(PE_i=lambda EC, EF_captive: EC * EF_captive)


def unused():
    m = example()
    m.fixed("T_out", "°C", text="temperature outside", evidence=RECALLED)
    return m


def without_words():
    return example(EF_declared={"text": ""})


def without_evidence():
    return example(EF_declared={"evidence": None})


def limit_of_another_unit():
    m = example()
    m.at_most("EC", "EF × hours", evidence=RECALLED)
    return m


def left_to_fill_in():
    return example(EF_declared={"text": "FILL IN: what it is"})


def hidden_factor():
    m = example()
    m.monitored("V_i,p", "kL", extensive=True, raises="RE", text="fuel", evidence=RECALLED)
    m.equation("E_i,p", "GJ", name="E", text="energy", evidence=RECALLED)(lambda V: V * 34.2)
    return m


def text_beside_the_number():
    return example(PE_i=lambda EC, EF: EC * EF * (2 if isinstance(EC, np.float64) else 1))


def more_than_a_difference():
    return example(ER=lambda RE, PE: RE - PE - 0.5 * PE)


def rounding_that_shows():
    return example(EC_unit="kWh", PE_i=lambda EC, EF: EC * EF * (1 + np.sin(EC * 1e15)))


def wrong_direction():
    return example(EF_declared={"raises": "RE", "lowers": "PE"})


def no_direction():
    return example(EF_declared={"raises": "RE"})


def idle_direction():
    return example(eta_declared={"lowers": "RE PE"})


def one_direction_of_two():
    """What acts either way is declared so, or found."""
    return example(
        EF_declared={"raises": "PE"},
        RE_i=lambda EC, EF, eta: EC / eta * (EF * (2.1 - EF)),
    )


def standing_losses():
    return example(PE_i=lambda EC, EF: (EC + 1) * EF)


def area_that_adds_over_months():
    m = example()
    m.monitored("A_i,p", "ha", extensive=True, raises="RE", text="area", evidence=RECALLED)
    return m


def squared():
    return example(PE_i=lambda EC, EF: EC * EC * EF)


def mean_of_periods():
    return example(periods=True, PE_i=lambda EC, EF, periods: EC * EF / periods)


def unsafe_default():
    return example(eta_declared={"lowers": "", "raises": "RE"})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("check", "faulty", "words"),
    [
        ("graph closed", without_er, "there is no equation ER"),
        ("graph closed", undeclared, "'EF_captive' is used by 'PE_i' but not declared"),
        ("nothing unused", unused, "declared and never used: T_out"),
        ("described and sourced", without_words, "EF has no text"),
        ("described and sourced", without_evidence, "EF has no evidence"),
        ("limits", limit_of_another_unit, "EC_i,p ≤ EF × hours: "),
        ("filled in", left_to_fill_in, "text of EF: FILL IN: what it is"),
        ("dimensions", hidden_factor, "E_i,p: "),
        ("text form", text_beside_the_number, "PE_i,p: the text"),
        ("reductions", more_than_a_difference, "ER is "),
        ("unit invariance", rounding_that_shows, "PE changes when values are given in base units"),
        ("directions", wrong_direction, "EF raises PE"),
        ("directions", no_direction, "EF raises PE"),
        ("directions", idle_direction, "η is declared to act on PE and does not"),
        ("directions", one_direction_of_two, "EF lowers and raises RE"),
        ("zero activity", standing_losses, "PE is "),
        ("stocks", area_that_adds_over_months, "A_i,p in ha does not add over months"),
        ("units split", squared, "PE changes when each lamp is split in two rows"),
        ("periods add up", mean_of_periods, "PE of 2023 depends on the other period"),
        ("conservative defaults", unsafe_default, "ER rises when η moves to its safe side"),
    ],
)
def test_check_finds_a_fault(check, faulty, words):
    """Each check alone; what `conform` makes of a failure is tested by whole methodologies."""
    with pytest.raises((ConformanceError, DeclarationError, InputError), match=re.escape(words)):
        CHECKS[check](Subject(faulty(), 12))


def test_every_check_is_shown_to_find_a_fault():
    (mark,) = [one for one in test_check_finds_a_fault.pytestmark if one.name == "parametrize"]
    # in test_author_mistakes, and the last one in test_remarks
    elsewhere = {
        "worked cases",
        "literals",
        "number and country",
        "tables without gaps",
        "criteria answered",
        "indicators",
    }
    assert {check for check, *_ in mark.args[1]} | elsewhere == set(CHECKS)


def test_either_direction_is_one():
    m = example(EF_declared={"raises": "PE", "either": "RE"}, RE_i=lambda EC, EF, eta: EC / eta * (EF * (2.1 - EF)))
    assert [outcome.failure for outcome in conform(m, EXAMPLES) if outcome.check == "directions"] == [""]


def test_nothing_is_calculated_where_equations_do_not_hang_together():
    assert [outcome.check for outcome in conform(without_er())] == ["graph closed"]


def test_every_equation_with_a_fault_is_listed():
    m = example()
    for name, unit in (("A", "MWh"), ("B", "MWh"), ("C", "kWh")):
        m.equation(f"{name}_i,p", unit, name=name, text="energy", evidence=RECALLED)(lambda EC: EC * 34.2)
    for check, expected in (("literals", "ABC"), ("dimensions", "C")):
        with pytest.raises(ConformanceError) as error:
            CHECKS[check](Subject(m))
        assert [name for name in "ABC" if f"{name}_i,p" in str(error.value)] == list(expected)


def test_unit_that_cannot_be_read_fails():
    m = example()
    object.__setattr__(m.inputs["EF"], "unit", "splorks")
    outcomes = {outcome.check: outcome for outcome in conform(m, EXAMPLES)}
    assert "splorks" in outcomes["described and sourced"].failure


# Worked cases


@pytest.fixture
def rule_book(monkeypatch, tmp_path):
    """Return a function that ships a worked case of the example with a printed figure."""
    package = tmp_path / "xx_rules"
    (package / "cases").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "xx_rules", raising=False)
    m = example()
    monkeypatch.setattr("jcm_calc.inputs.case.modules", lambda: {"XX_AM001": "xx_rules.xx_am001"})
    monkeypatch.setattr("jcm_calc.rulebooks.versions", lambda number: {"1.0": m})

    def ship(printed):
        text = f'methodology = "XX_AM001"\n[inputs]\nEC = 10\nEF = 0.5\n[expected]\nER = "{printed}"\n'
        (package / "cases" / "lamps.toml").write_text(text, encoding="utf-8")
        return {outcome.check: outcome for outcome in conform(m, EXAMPLES)}["worked cases"]

    return ship


def test_worked_case_that_reproduces(rule_book):
    assert rule_book("5").failure == ""  # 10 ÷ 0.5 × 0.5 − 10 × 0.5


def test_worked_case_that_differs(rule_book):
    failure = rule_book("6").failure
    assert "lamps.toml" in failure
    assert "ER" in failure


# Waivers and fitting


def test_waiver_is_reported_with_its_reason():
    m = standing_losses()
    m.waive("zero activity", "lamps stand by", of="RE")
    (found,) = [outcome for outcome in conform(m, EXAMPLES) if outcome.check == "zero activity"]
    # of PE nothing was waived, and it still fails
    assert found.state == "failed"
    assert found.waived == "RE: lamps stand by"
    assert "PE is" in found.failure
    m = standing_losses()
    for result in ("RE", "PE"):
        m.waive("zero activity", "lamps stand by", of=result)
    (found,) = [outcome for outcome in conform(m, EXAMPLES) if outcome.check == "zero activity"]
    assert found == CheckOutcome("zero activity", waived="RE: lamps stand by; PE: lamps stand by")
    assert found.state == "waived"


def test_unknown_waiver_fails():
    m = example()
    m.waive("zero activty", "lamps stand by", of="RE")
    *_, found = conform(m, EXAMPLES)
    assert found.state == "failed"
    assert "'zero activty'" in found.failure
    assert "zero activity" in found.failure  # the names there are


def test_drawn_values_are_fitted():
    """The root has no value where the factor is above 0.3, as most that are drawn are."""
    rooted = {"PE_i": lambda EC, EF: EC * EF * np.sqrt(0.3 - EF) ** 2, "EF_declared": {"raises": "RE", "either": "PE"}}
    loose, fitted = example(**rooted), example(**rooted)

    @fitted.fitting
    def small(drawn):
        return {**drawn, "EF": 0.1 * drawn["EF"]}

    states = {m: {one.check: one.state for one in conform(m, EXAMPLES)} for m in (loose, fitted)}
    assert states[loose]["units split"] == "failed"
    assert states[fitted]["units split"] == "passed"


# jcm check


def lines(*arguments, code=0):
    return run("check", *arguments, code=code).stdout.splitlines()


def test_check_of_a_number_has_a_line_a_check():
    title, _, *found = lines("id_am003", "--examples", 2)
    assert title == f"ID_AM003 ver 1.0: {len(CHECKS)} passed"
    assert [line.split("  ")[0] for line in found] == list(CHECKS)


def test_check_of_a_number_gives_the_reason_of_a_waiver():
    m = jcm_calc.methodology("ID_AM009")
    text = "\n".join(lines("ID_AM009", "--examples", 2))
    for waiver in m.waivers:
        assert waiver.reason in text
    checks = {waiver.check for waiver in m.waivers}
    assert f"{len(CHECKS) - len(checks)} passed, {len(checks)} waived" in text


def test_check_of_all_has_a_line_a_methodology(monkeypatch):
    some = ["ID_AM003", "ID_AM009", "PW_AM001"]
    monkeypatch.setattr("jcm_calc.cli.checking.modules", lambda: some)
    found = lines("--all", "--examples", 1)
    counts = {line.split()[0]: tuple(map(int, line.split()[2:])) for line in found[1 : len(some) + 1]}
    assert list(counts) == some
    for number, (passed, waived, failed) in counts.items():
        reasons = [str(waiver) for waiver in jcm_calc.methodology(number).waivers]
        assert (passed, waived, failed) == (len(CHECKS) - len(reasons), len(reasons), 0)
        assert all(any(line.startswith(number) and line.endswith(reason) for line in found) for reason in reasons)


MODULE = """
from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed

recalled = unconfirmed("an example")
m = Methodology("XX_AM001", version="1.0", title="Example", country="XX", sectoral_scope=3,
                indices={"p": "monitoring period"}, identity={"version": recalled})
m.monitored("EC_p", "MWh", extensive=True, raises="RE", text="electricity", evidence=recalled)
m.default("EF", "tCO2/MWh", value=0.5, raises="RE", text="emission factor", evidence=recalled)
m.equation("RE_p", "tCO2", name="RE", text="reference", evidence=recalled)(lambda EC, EF: EC * EF)
m.equation("PE_p", "tCO2", name="PE", text="project", evidence=recalled)(lambda: 0)
m.equation("ER_p", "tCO2", name="ER", text="reductions", evidence=recalled)(lambda RE, PE: RE - PE)
"""


@pytest.fixture
def module(tmp_path):
    """Return a function that writes a module."""

    def write(text):
        path = tmp_path / "xx_am001.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_check_of_a_module(module):
    assert lines(module(MODULE), "--examples", 2)[0] == f"XX_AM001 ver 1.0: {len(CHECKS)} passed"


def test_check_of_a_module_of_the_rule_book():
    path = Path(sys.modules["jcm_methodologies"].__path__[0]) / "pw_am001.py"
    assert lines(path, "--examples", 2)[0].startswith("PW_AM001 ver 1.0: ")


def test_failed_check_has_exit_code_1_and_says_what_to_do(module):
    path = module(MODULE.replace('raises="RE"', 'raises="PE"'))
    (line,) = [line for line in lines(path, "--examples", 2, code=1) if line.startswith("directions")]
    assert "failed" in line
    assert "EC_p raises RE" in line
    assert "compare raises=, lowers= and either= with the equations" in line


def test_failed_check_of_all(monkeypatch):
    m = unsafe_default()
    monkeypatch.setattr("jcm_calc.cli.checking.modules", lambda: {"XX_AM001": "x"})
    monkeypatch.setattr("jcm_calc.cli.checking.versions", lambda number: {"1.0": m})
    found = lines("--all", "--examples", 5, code=1)
    assert "Failed" in found
    assert any(line.startswith("XX_AM001") and "ER rises when η" in line for line in found)


def test_check_as_json(module):
    import json

    (found,) = json.loads(run("check", module(MODULE.replace('raises="RE", ', "")), "--json", code=1).stdout)
    assert (found["number"], found["failed"], found["waived"]) == ("XX_AM001", 1, 0)
    (failed,) = [one for one in found["checks"] if one["state"] == "failed"]
    assert failed["check"] == "directions"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("m = 1", "declares no Methodology"),
        (
            "import nowhere_to_be_found",
            "ModuleNotFoundError: No module named 'nowhere_to_be_found' (xx_am001.py line 1)",
        ),
        ("x = (", "cannot be imported: SyntaxError"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit"),
        (MODULE + 'm.fixed("EC", "MWh", text="again")', "DeclarationError: XX_AM001 ver 1.0: 'EC' is declared twice"),
    ],
)
def test_unusable_module_is_one_line(module, text, complaint):
    result = run("check", module(text), code=2)
    (line,) = result.stderr.splitlines()
    assert complaint in line
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("subject", "complaint"),
    [("ID_AM0033", "did you mean ID_AM003?"), ("nowhere.py", "there is no such file"), ("no/where", "no such file")],
)
def test_unusable_subject_is_one_line(subject, complaint):
    (line,) = run("check", subject, code=2).stderr.splitlines()
    assert complaint in line


@pytest.mark.parametrize("arguments", [[], ["ID_AM003", "--all"], ["ID_AM003", "--examples", "0"]])
def test_bad_usage(arguments):
    assert "Usage: jcm check" in run("check", *arguments, code=2).stderr


def test_without_hypothesis_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    (line,) = run("check", "ID_AM003", code=2).stderr.splitlines()
    assert line.endswith("pip install jcm-calc[check]")


def test_check_leaves_nothing_behind_and_prints_nothing_else(module, tmp_path):
    path = module(MODULE.replace('raises="RE", ', ""))
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", "check", path.name]
    work = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert work.returncode == 1
    assert work.stderr == ""
    assert "Falsifying" not in work.stdout
    assert {found.name for found in tmp_path.iterdir()} <= {path.name, "__pycache__"}
