"""`jcm import` on twelve workbooks in seven layouts: what is translated gives what was worked out without it."""

import shutil

import numpy as np
import openpyxl
import pytest
import stand_ins
from stand_ins import BENT, NUMBER, ROWS, STAND_INS, stand_in

from jcm_calc.authoring.conformance import conform
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
    refused = "holds no formula" if bent == "values" else STAND_INS[name].get("refused")
    if refused:
        with pytest.raises(InputError, match=refused):
            importing.import_workbook(path, with_office=False)
        return
    found = importing.import_workbook(path, with_office=False)
    assert found.equal >= 200
    assert found.worst < 1e-9
    assert STAND_INS[name].get("remark", "") in " ".join(map(str, found.remarks))
    if bent != "no unit symbols":
        agrees(found, name)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="without LibreOffice")
@pytest.mark.parametrize("name", SAVED)
def test_a_workbook_saved_again_is_the_same(name, tmp_path):
    agrees(importing.import_workbook(stand_in(tmp_path / f"{NUMBER}.xlsx", name, "saved again")), name)


def test_every_way_to_bend_is_tried():
    assert {bent for _name, bent in SAMPLE} | {"saved again"} == set(stand_ins.BENT)


def test_a_table_becomes_a_revision_of_the_methodology_that_has_none(tmp_path):
    name = "one and a range"
    path = stand_in(tmp_path / "JCM_VN_AM005_ver01.0.xlsx", name, "no header")
    book = openpyxl.load_workbook(path)
    for column, symbol in zip("CDEFG", ("type,u", "NLL_PJ,u", "UNC_u", "H_u,p", "NLL_RE,u"), strict=True):
        book["MRS(input_separate)"][f"{column}5"] = symbol
    book["MRS(input)"]["C9"] = "H_u,p"
    book.save(path)
    found = importing.import_workbook(path, with_office=False)
    assert found.file == "vn_am005_ver1_0.py"
    scope = {"__name__": "m"}
    exec(compile(found.revision, "m.py", "exec"), scope)
    values = {"EF_grid": 0.8, "Br": 0.02, "NLL_PJ": [20, 30], "UNC": [0.1, 0.15], "type": ["large", "small"]}
    hours = [8000, 8760]
    result = scope["m"].calculate(**values, H_given=hours, service_hours="given", removals="none", p="2020")
    own = [float(np.sum(getattr(result, one).magnitude)) for one in ("RE", "PE")]
    assert own == pytest.approx(STAND_INS[name]["truth"](values | {"H": hours}), rel=1e-12)
    assert {item.evidence.grade for item in scope["m"].rules} == {"unconfirmed"}


def test_ranges_are_asked_where_checks_draw_what_no_project_has_and_answered_by_a_file(tmp_path):
    path = stand_in(tmp_path / f"{NUMBER}.xlsx", "smaller of grid and captive")
    first = importing.import_workbook(path, with_office=False)
    answers = {"EF_grid [tCO2/MWh]": "[0, 2]", "NCV_fuel [GJ/kL]": "[30, 45]", "EF_fuel [tCO2/GJ]": "[0.05, 0.1]"}
    text = first.names
    for of, answer in answers.items():
        assert f'"plausible range of {of}" = ""' in text
        text = text.replace(f'range of {of}" = ""', f'range of {of}" = "{answer}"')
    names = tmp_path / "names.toml"
    names.write_text(text)
    second, third = (importing.import_workbook(path, names, with_office=False) for _run in range(2))
    assert not second.open
    assert (second.source, second.names) == (third.source, third.names)
    failed = {one.check: one.failure for one in conform(module(second)) if one.failure}
    assert not {key: told for key, told in failed.items() if key != "filled in"}
    names.write_text(text.replace("[0, 2]", "about 1"))
    with pytest.raises(InputError, match="must be a range"):
        importing.import_workbook(path, names, with_office=False)
