"""Empty case files: they ask for what a calculation needs, and are calculated once they are filled in."""

import json
import re
import tomllib

import numpy as np
import pytest
from workbooks import drawn_result, every_case, label

from jcm_calc import InputError, calculate, methodology
from jcm_calc.api.blank_case import blank_case
from jcm_calc.api.case_file import read_case
from jcm_calc.rulebooks import every

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
LINE = re.compile(r'^#(?:"([^"]+)"|([\w-]+)) = ', re.MULTILINE)
CASES = [pytest.param(m, case, id=label(m, case)) for m, case in every_case()]


def in_toml(value):
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {number}" for key, number in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False, default=str)


def fill(text, values):
    """Take the # from the lines of what is given, and write its value; return the names of the lines too."""
    found = []

    def line(match):
        name = match[1] or match[2]
        found.append(name)
        return f"{match[0][1:]}{in_toml(values[name])}\n#" if name in values else match[0]

    head, sources = text[: text.index("[sources]")], text[text.index("[sources]") :]
    return LINE.sub(line, head) + sources, found


@pytest.mark.parametrize(("m", "case"), CASES)
def test_a_blank_case_filled_in_is_calculated(m, case, tmp_path):
    result = drawn_result(m, case, 1)
    values = {**result.call["values"], "p": result.call["p"]}
    supplied = {name for name in values if name in m.inputs and m.inputs[name].supplied}  # given over a default
    text, lines = fill(blank_case(m), {name: value for name, value in values.items() if name not in supplied})
    assert values.keys() - supplied <= set(lines)
    if supplied:
        return
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    assert read_case(path).calculate().ER.tolist() == result.ER.tolist()


@pytest.mark.parametrize("m", list(every()), ids=str)
def test_a_blank_case_gives_nothing(m, tmp_path):
    """What is missing is what is missing from an empty call."""
    path = tmp_path / "case.toml"
    path.write_text(blank_case(m), encoding="utf-8")
    with pytest.raises(InputError) as found:
        read_case(path).calculate()
    with pytest.raises(InputError) as expected:
        calculate(m)
    assert list(map(str, found.value.problems)) == list(map(str, expected.value.problems))


@pytest.mark.parametrize(("m", "case"), CASES)
def test_a_line_that_is_not_filled_in_is_refused(m, case, tmp_path):
    """A ? is never taken for a number, a fact or a date."""
    text, _ = fill(blank_case(m), case)
    inputs, sources = text.index("[inputs]"), text.index("[sources]")
    opened = re.sub(r"^#(?! |tables)", "", text[inputs:sources], flags=re.MULTILINE)
    path = tmp_path / "case.toml"
    path.write_text(text[:inputs] + opened + text[sources:], encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_case(path).calculate()
    needed = [one.symbol for one in m.graph(case).parameters if f"#{one.name} =" in text and not one.textual]
    assert set(needed) <= {problem.subject for problem in error.value.problems}
    assert needed


def test_years_that_are_named_stand_in_it():
    m = methodology("ID_AM003")
    assert tomllib.loads(blank_case(m, [2025, 2024]))["p"] == ["2024", "2025"]
    assert tomllib.loads(blank_case(m, [2024]))["p"] == "2024"
    assert "p" not in tomllib.loads(blank_case(m))


def test_it_says_which_option_needs_what_and_which_words_can_be_written():
    text = " ".join(blank_case(methodology("VN_AM001")).replace("\n# ", " ").split())
    assert 'by volume; for each i, p; only if fuel_measured_as = volume #V_PJ = "? kL"' in text
    assert '"IPCC 2006, default", "IPCC 2006, lower", "IPCC 2006, upper" #NCV_i' in text
    text = " ".join(blank_case(methodology("ID_AM003")).replace("\n# ", " ").split())
    assert '"individual quick freezer", "cold storage" #application = "?"' in text
