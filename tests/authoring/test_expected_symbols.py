"""A worked case may expect any quantity of the calculation: as a list, or by label."""

from dataclasses import replace

import numpy as np
import pytest

from jcm_calc import InputError, rulebooks
from jcm_calc.api.case_file import published, read_case

pytestmark = pytest.mark.filterwarnings("ignore")

CASES = [
    case
    for number in rulebooks.modules()
    for m in rulebooks.versions(number).values()
    for case in published(m)
    if not case.expected.get("missing")
]


def figure(value):
    return f"{value:.9g}" if abs(value) < 1e9 and "e" not in f"{value:.9g}" else f"{value:.0f}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path.stem)
def test_every_quantity_of_every_worked_case_can_be_expected(case):
    result = case.calculate()
    lists, labels = {}, {}
    for name in result:
        values = np.asarray(result[name].magnitude)
        lists[name] = tuple(map(figure, values.ravel().tolist()))
        letters = [
            letter
            for letter, axis in result.inputs.axes.items()
            if letter in result.graph.nodes[name].indices and not axis.scalar
        ]
        if letters:
            known = [[str(one) for one in result.inputs.axes[letter].labels] for letter in letters]
            labels[name] = {
                ", ".join(axis[at] for axis, at in zip(known, place, strict=True)): figure(float(values[place]))
                for place in np.ndindex(values.shape)
            }
    assert len(lists) > 3
    assert replace(case, expected=lists).differences() == []
    if labels:
        assert replace(case, expected=labels).differences() == []
    for name, figures in lists.items():
        wrong = (figure(1.5 * float(figures[0]) + 1), *figures[1:])
        (difference,) = replace(case, expected={name: wrong}).differences()
        assert name in difference


TEXT = """
methodology = "ID_AM003"
[inputs]
EC_PJ = {"a" = 135, "b" = 100}
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = 0.814
[expected]
"""


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ('PE_i = {"a" = "109.89", "b" = "81.4"}', ""),
        ('PE_i = ["109.89", "81.4"]', ""),
        ('COP_RE = ["1.32", "1.32"]', ""),
        ('COP_PJ = ["1.63", "1.63"]', ""),
        ('PE_i = {"a" = "109.8", "b" = "81.4"}', "PE_i [a]"),
        ('PE_i = {"c" = "109.8"}', "[expected] PE_i: got 'c'; must have a label for each of i, such as 'a'"),
        ('PE_i = {"a, b" = "109.8"}', "[expected] PE_i: got 'a, b'"),
        ('PE_x = "1"', "[expected] PE_x: takes no part in this calculation; did you mean PE"),
        ('application = "1"', "[expected] application: takes no part in this calculation"),
    ],
)
def test_a_figure_that_differs_or_that_nothing_has_is_told(expected, told, tmp_path):
    (tmp_path / "case.toml").write_text(TEXT + expected + "\n", encoding="utf-8")
    differences = read_case(tmp_path / "case.toml").differences()
    assert (differences == []) if not told else told in " ".join(" ".join(differences).split())


@pytest.mark.parametrize("expected", ["PE_i = 109.89", 'PE_i = "about 110"', 'PE_i = {a = "x"}', "PE_i = [true]"])
def test_a_figure_is_given_as_it_was_printed(expected, tmp_path):
    (tmp_path / "case.toml").write_text(TEXT + expected + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"\[expected\] PE_i.*the figure as printed"):
        read_case(tmp_path / "case.toml")
