"""`jcm import` on twelve workbooks in seven layouts: what is translated gives what was worked out without it."""

import shutil

import numpy as np
import pytest
import stand_ins
from stand_ins import BENT, NUMBER, ROWS, STAND_INS, stand_in

from jcm_calc.authoring.official_files import importing
from jcm_calc.base.problems import InputError

# Each workbook in its plain layout, and each layout of some; `python tests/stand_ins.py` has all.
SAMPLE = [(name, "plain") for name in STAND_INS] + [
    (name, bent)
    for number, name in enumerate(STAND_INS)
    for place, bent in enumerate(BENT)
    if bent not in ("plain", "saved again") and (number + place) % 4 == 0
]
SAVED = ["temperatures typed in", "names of cells"]


def module(found):
    scope = {"__name__": "m"}
    exec(compile(found.source, "m.py", "exec"), scope)
    return scope["m"]


def drawn(m, seed=5):
    """Return inputs for the module, drawn without a look at the workbook."""
    rng, values = np.random.default_rng(seed), {}
    for one in m.inputs.values():
        if one.supplied or one.name in values:
            continue
        tables = [other.table for other in m.inputs.values() if other.by == one.name and other.table is not None]
        size = ROWS if "i" in one.indices else None
        if one.is_class:
            values[one.name] = list(rng.choice([str(key) for key in tables[0].entries], ROWS))
        elif tables:
            values[one.name] = list(rng.uniform(1, 700, ROWS))
        else:
            low, high = (0.01, 0.9) if one.unit == "" else (5.0, 50.0)
            values[one.name] = rng.uniform(low, high, size).tolist() if size else float(rng.uniform(low, high))
    return values


def agrees(found, name):
    m = module(found)
    for seed in range(3):
        values = drawn(m, seed)
        result = m.calculate(**values, p="2020")
        own = [float(np.sum(getattr(result, one).magnitude)) for one in ("RE", "PE")]
        assert own == pytest.approx([float(one) for one in STAND_INS[name]["truth"](values)], rel=1e-9)


@pytest.mark.parametrize(("name", "bent"), SAMPLE)
def test_a_workbook_is_translated_to_what_was_worked_out_or_refused(name, bent, tmp_path):
    path = stand_in(tmp_path / f"{NUMBER}.xlsx", name, bent)
    if bent == "values":
        with pytest.raises(InputError, match="holds no formula"):
            importing.import_workbook(path, with_office=False)
        return
    found = importing.import_workbook(path, with_office=False)
    assert found.proof.equal >= 200
    assert found.proof.worst < 1e-9
    assert STAND_INS[name].get("remark", "") in " ".join(map(str, found.remarks))
    if bent != "no unit symbols":
        agrees(found, name)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="without LibreOffice")
@pytest.mark.parametrize("name", SAVED)
def test_a_workbook_saved_again_is_the_same(name, tmp_path):
    agrees(importing.import_workbook(stand_in(tmp_path / f"{NUMBER}.xlsx", name, "saved again")), name)


def test_every_way_to_bend_is_tried():
    assert {bent for _name, bent in SAMPLE} | {"saved again"} == set(stand_ins.BENT)
