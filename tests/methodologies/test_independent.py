"""Every methodology against the recalculation by plain loops that was written from the published facts alone.

A thousand calculations of each methodology, in turn over the combinations of its choices, each of up to
four units and of four periods. Differences are relative to the larger of RE and PE; where large numbers
cancel, to the sum of the absolute terms, which the adapter of the methodology gives as ``size``.
"""

import pytest
from adapters import ADAPTERS
from agreement import TOLERANCE, difference, examples
from draws import cases
from independent import vn_am004

from jcm_calc import methodologies, methodology

CALCULATIONS = 1000

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")


def test_there_is_an_adapter_for_every_methodology():
    assert set(ADAPTERS) == set(methodologies().index)


@pytest.mark.parametrize("number", ADAPTERS)
def test_the_library_and_the_loops_agree(number):
    m = methodology(number)
    seen = set()
    for example in examples(m, CALCULATIONS):
        assert difference(m, example) <= TOLERANCE, (example.case, example.given, example.expected)
        if example.expected is not None:
            seen.add(tuple(example.case.values()))
    assert len(seen) == len(cases(m))


def test_inputs_that_both_refuse_are_among_the_examples():
    """Chillers beyond the table, loads outside every range or without history, steam outside the history."""
    for number in ("ID_AM002", "ID_AM006", "ID_AM007"):
        assert any(example.expected is None for example in examples(methodology(number), CALCULATIONS))


# The tables of TOOL04, which the library offers by name


def figures(name, candidate):
    table = methodology("VN_AM004").inputs[name].candidates[candidate]
    return sorted(value.value for value in table.entries.values())


def test_correction_factors_of_the_tool_are_those_of_the_script():
    candidates = methodology("VN_AM004").inputs["MCF"].candidates
    assert sorted(value.value for value in candidates.values()) == sorted(vn_am004.MCF.values())
    phi = {name: value.value for name, value in methodology("VN_AM004").inputs["φ"].candidates.items()}
    assert phi["TOOL04 application B, humid or wet"] == vn_am004.PHI["B", "wet"]
    assert phi["TOOL04 application B, dry"] == vn_am004.PHI["B", "dry"]
    assert phi["TOOL04 application A"] == vn_am004.PHI["A", "wet"] == vn_am004.PHI["A", "dry"]


@pytest.mark.parametrize(
    ("library", "script"),
    [
        ("boreal and temperate, dry", "temperate dry"),
        ("boreal and temperate, wet", "temperate wet"),
        ("tropical, dry", "tropical dry"),
        ("tropical, wet", "tropical wet"),
    ],
)
def test_decay_rates_of_the_tool_are_those_of_the_script(library, script):
    # the library also has domestic sludge, which decays as food
    rates = [rates[script] for rates in vn_am004.K.values()] + [vn_am004.K["food"][script]]
    assert figures("k", library) == sorted(rates)


def test_degradable_carbon_of_the_tool_is_that_of_the_script():
    assert set(vn_am004.DOC.values()) <= set(figures("DOC", "TOOL04, wet basis"))
