"""Every mapping that a user gives: what is unknown or of another kind is refused by name, and the rest is used."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from api.test_issuance import emitted, measured  # noqa: F401  a fixture, by which a request can be made

from jcm_calc import InputError, calculate, issuance_request, monitor, portfolio, scenarios, uncertainty
from jcm_calc.api.case_file import read_case
from jcm_calc.inputs.project import MONITORING, PROJECT

FREEZERS = {"EC_PJ": 135, "COP_PJ": 2.0, "application": "cold storage", "EF_elec": 0.814, "p": "2024"}
SAID = {
    "title": "A cold store",
    "number": "ID123",
    "participants": ["First, Inc.", "Second"],
    "personnel": {"Site manager": "reads the meters"},
    "submitted": date(2019, 3, 4),
    "start": date(2020, 5, 6),
    "end": date(2031, 7, 8),
    "estimate": {"2024": "65 tCO2", "2025": "64.5 tCO2"},
    "note": "as agreed",
    "host_accounts": ["Ministry of Energy"],
    "transfer_list": "list B",
}
MONITORED = {
    "option": "B",
    "source": "invoices",
    "procedure": "added up",
    "frequency": "monthly",
    "comment": "sealed",
}
ROOFS = pd.DataFrame({"project": ["roof"], "methodology": ["PW_AM001"], "p": ["2024"], "EG [MWh]": [500.0]})
HOURS = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "kW": [10.0, 12.0] * 4392})
READ = {"frame": HOURS, "kind": "power", "step": "1 h", "stamp": "start", "time": "time", "columns": {"S1": "kW"}}


@dataclass
class Way:
    """One mapping of one function.

    ``call`` takes the mapping, ``good`` is one that is taken, ``inner`` the keys that lead to the level looked at.
    """

    argument: str
    call: Callable[[Any], Any]
    good: Mapping[Any, Any]
    inner: tuple[Any, ...] = ()
    named: bool = True
    wrong_values: tuple[Any, ...] = (object(),)
    optional: bool = field(default=False)

    def known(self) -> list[Any]:
        level = self.good
        for key in self.inner:
            level = level[key]
        return list(level)

    def changed(self, change: Callable[[dict[Any, Any]], Any]) -> Any:
        def at(level: Any, inner: tuple[Any, ...]) -> Any:
            if not inner:
                return change(dict(level))
            return {**level, inner[0]: at(level[inner[0]], inner[1:])}

        return at(self.good, self.inner)


def freezers():
    return calculate("ID_AM003", **FREEZERS)


def workbook(**given: Any) -> None:
    freezers().to_excel("out.xlsx", overwrite=True, **given)


def page(**given: Any) -> None:
    freezers().to_html("out.html", overwrite=True, **given)


def case_file(section: str) -> Callable[[Any], Any]:
    def call(mapping: Any) -> Any:
        text = 'methodology = "ID_AM003"\nversion = "1.0"\np = "2024"\n'
        rest = {
            "inputs": {name: value for name, value in FREEZERS.items() if name != "p"},
            "project": {"number": "ID123"},
            section: mapping,
        }
        for name, content in rest.items():
            text += f"[{name}]\n" + "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in content.items())
        Path("case.toml").write_text(text, encoding="utf-8")
        return read_case("case.toml").calculate()

    return call


def toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def metered(**given: Any) -> Any:
    meters = {"S1": {"parameter": "EC_PJ", "unit": "kW"}}
    readings = {"timezone": "Asia/Jakarta", "sources": [READ]}
    return monitor(**{"meters": meters, "readings": readings, "p": "2024", **given})


def drawn(**given: Any) -> Any:
    return uncertainty(freezers(), **{"distributions": {"EC_PJ": "±2 %", "COP_PJ": "±3 %"}, "draws": 10, **given})


BY_NAME = {"named": False}  # the key is the name of a parameter, which is enough
WAYS = {
    "to_excel project": Way("project", lambda m: workbook(project=m), SAID, optional=True),
    "to_excel personnel": Way("project['personnel']", lambda m: workbook(project=m), SAID, ("personnel",)),
    "to_excel sources": Way("sources", lambda m: workbook(sources=m), {"EC_PJ": MONITORED}, optional=True),
    "to_excel source": Way("sources['EC_PJ']", lambda m: workbook(sources=m), {"EC_PJ": MONITORED}, ("EC_PJ",)),
    "to_html project": Way("project", lambda m: page(project=m), SAID, optional=True),
    "to_html sources": Way("sources", lambda m: page(sources=m), {"EC_PJ": MONITORED}, optional=True),
    "to_html source": Way("sources['EC_PJ']", lambda m: page(sources=m), {"EC_PJ": MONITORED}, ("EC_PJ",)),
    "case project": Way("[project]", case_file("project"), SAID, wrong_values=(1.5,)),
    "case sources": Way("[sources]", case_file("sources"), {"EC_PJ": MONITORED}, wrong_values=(1.5,)),
    "case source": Way("[sources] EC_PJ", case_file("sources"), {"EC_PJ": MONITORED}, ("EC_PJ",), wrong_values=(1.5,)),
    "case inputs": Way(
        "",
        case_file("inputs"),
        {name: value for name, value in FREEZERS.items() if name != "p"},
        **BY_NAME,
        wrong_values=([{"a": 1.5}],),
    ),
    "facts": Way(
        "",
        lambda m: calculate("ID_AM003", **FREEZERS, facts=m),
        {"site": "frozen food processing plant"},
        **BY_NAME,
        wrong_values=(),
        optional=True,
    ),
    "uncertainty": Way(
        "distributions", lambda m: drawn(distributions=m), {"EC_PJ": "±2 %", "COP_PJ": "±3 %"}, **BY_NAME
    ),
    "uncertainty groups": Way(
        "groups", lambda m: drawn(groups=m), {"EC_PJ": "a", "COP_PJ": "a"}, wrong_values=(), **BY_NAME, optional=True
    ),
    "uncertainty correlation": Way(
        "",
        lambda m: drawn(groups={"EC_PJ": "alpha", "COP_PJ": "omega"}, correlation=m),
        {"alpha": 0.5, "omega": 0.1},
        **BY_NAME,
    ),
    "scenarios base": Way(
        "base",
        lambda m: scenarios("ID_AM003", m, {"EF_elec": [0.7, 0.8]}),
        {name: value for name, value in FREEZERS.items() if name != "EF_elec"},
        **BY_NAME,
    ),
    "scenarios varied": Way(
        "varied",
        lambda m: scenarios("ID_AM003", {name: FREEZERS[name] for name in ("EC_PJ", "application")}, m),
        {"COP_PJ": [2.0, 2.1], "EF_elec": [0.7]},
        **BY_NAME,
    ),
    "estimates": Way("estimates", lambda m: portfolio(ROOFS, m), {"roof": 200.0}, optional=True),
    "estimates by year": Way("estimates['roof']", lambda m: portfolio(ROOFS, m), {"roof": {2024: 200.0}}, ("roof",)),
    "meters": Way("meters", lambda m: metered(meters=m), {"S1": {"parameter": "EC_PJ", "unit": "kW"}}, **BY_NAME),
    "meter": Way("meters.S1", lambda m: metered(meters=m), {"S1": {"parameter": "EC_PJ", "unit": "kW"}}, ("S1",)),
    "readings": Way("readings", lambda m: metered(readings=m), {"timezone": "Asia/Jakarta", "sources": [READ]}),
}
OPEN = ("to_excel personnel",)  # any key is a person
cases = pytest.mark.parametrize("name", WAYS)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(way: Way, mapping: Any) -> str:
    with pytest.raises(InputError) as error:
        way.call(mapping)
    return error.value.text


@cases
@pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")  # the version was not valid on that day
def test_what_is_right_is_taken(name):
    WAYS[name].call(WAYS[name].good)


@cases
def test_an_unknown_key_is_refused_by_argument_and_key(name):
    way = WAYS[name]
    if name in OPEN:
        return
    text = refused(way, way.changed(lambda level: {**level, "qqq zzz": next(iter(level.values()))}))
    assert "qqq zzz" in text
    assert way.argument in text or not way.named


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (name, key)
        for name, way in WAYS.items()
        if name not in OPEN
        for key in way.known()
        if isinstance(key, str) and len(key) > 3
    ],
)
@pytest.mark.parametrize(
    "slip", [lambda word: word[:-1], lambda word: word[0] + word, lambda word: word[:2] + word[3:]]
)
def test_a_misspelt_key_is_refused_with_the_right_one(name, key, slip):
    way = WAYS[name]
    text = refused(
        way, way.changed(lambda level: {slip(one) if one == key else one: value for one, value in level.items()})
    )
    assert slip(key) in text
    if not name.startswith("estimates by"):
        assert key in text


@cases
@pytest.mark.parametrize("wrong", [["a"], "a text", 5, None], ids=str)
def test_what_is_no_mapping_is_refused_by_the_name_of_the_argument(name, wrong):
    way = WAYS[name]
    if way.inner or name.startswith("case") or (wrong is None and way.optional):
        return
    if name == "uncertainty correlation" and wrong is None:
        return
    text = refused(way, wrong)
    assert way.argument in text


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, way in WAYS.items() for key in way.known()])
def test_a_value_of_another_kind_is_refused_by_its_key(name, key):
    way = WAYS[name]
    for wrong in way.wrong_values:
        if key == "estimate" and wrong == 1.5:  # tCO2 a year
            continue
        text = refused(way, way.changed(lambda level, wrong=wrong: {**level, key: wrong}))
        assert str(key) in text or "COP_PJ" in text


# What is taken is used


def words(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [*value, *value.values()]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def cells(path: str) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)


@pytest.mark.parametrize("key", PROJECT)
def test_what_is_said_about_the_project_is_in_each_document(key, measured):  # noqa: F811
    workbook(project={key: SAID[key]})
    page(project={key: SAID[key]})
    request = issuance_request(
        emitted(measured, [5], ["2024"]), {"Japan": "rest"}, project={**SAID, "number": "XX001", key: SAID[key]}
    )
    request.to_excel("request.xlsx")
    request.to_json("request.json")
    documents = cells("out.xlsx"), Path("out.html").read_text(encoding="utf-8"), cells("request.xlsx")
    for word in words(SAID[key]):
        assert all(word in document for document in documents)
        assert word in Path("request.json").read_text(encoding="utf-8")


def test_a_workbook_gives_the_project_back():
    from jcm_calc import read_workbook

    workbook(project=SAID)
    assert read_workbook("out.xlsx").report.project == SAID


@pytest.mark.parametrize("key", MONITORING)
def test_what_is_said_about_monitoring_is_in_each_document(key):
    workbook(sources={"EC_PJ": {key: MONITORED[key]}})
    page(sources={"EC_PJ,i,p": {key: MONITORED[key]}})
    word = "Option B" if key == "option" else MONITORED[key]
    assert word in cells("out.xlsx")
    assert f"<td>{MONITORED[key]}</td>" in Path("out.html").read_text(encoding="utf-8")


def test_what_has_no_cell_is_refused_and_not_dropped():
    way = WAYS["to_excel sources"]
    assert "sources['EF_elec']['procedure']" not in refused(way, {"COP_PJ": {"procedure": "catalogue"}})
    assert "sources['COP_PJ']['procedure']: has no column" in refused(way, {"COP_PJ": {"procedure": "catalogue"}})
    assert "sources['COP_RE']: has no row" in refused(way, {"COP_RE": {"source": "survey"}})
    assert "must be one of A, B, C" in refused(way, {"EC_PJ": {"option": "D"}})
    assert "is given twice" in refused(way, {"EC_PJ": {"option": "B"}, "EC_PJ,i,p": {"option": "C"}})


@pytest.mark.parametrize("key", ["nummber", "titel", "personel"])
def test_a_request_for_issuance_refuses_what_it_does_not_know(key, measured):  # noqa: F811
    project = {"number": "XX001", "start": SAID["start"], "end": SAID["end"]}
    result = emitted(measured, [5], ["2024"])
    with pytest.raises(InputError, match=rf"project\['{key}'\]: unknown; did you mean"):
        issuance_request(result, {"Japan": "rest"}, project={**project, key: "x"})
    for wrong in (["a"], "a text", 5, None):
        with pytest.raises(InputError, match="allocation: got"):
            issuance_request(result, wrong, project=project)
        with pytest.raises(InputError, match="project: got"):
            issuance_request(result, {"Japan": "rest"}, project=wrong)


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("override", {"COP_RE": "a study"}),
        ("override", ["COP_RE"]),
        ("override", 7),
        ("strict", "no"),
        ("strict", None),
        ("version", 1.0),
        ("version", 1),
    ],
)
def test_an_argument_that_would_do_nothing_or_something_else_is_refused(argument, given):
    with pytest.raises(InputError, match=rf"(?m)^  {argument}: |COP_RE: override"):
        calculate("ID_AM003", **FREEZERS, **{argument: given})


@pytest.mark.parametrize("given", ["Grid", "grid + captive", 1, None])
def test_a_choice_that_is_misspelt_asks_for_nothing_that_may_not_be_needed(given):
    values = {"EC_PJ": 1, "COP_PJ": 6, "capacity": 500, "EF_grid": 0.8, "T_cooling_out": 37, "T_chilled_out": 7}
    with pytest.raises(InputError) as refused:
        calculate("ID_AM002", **values, power_source=given, p="2024")
    assert [problem.subject for problem in refused.value.problems] == ["power_source"]


@pytest.mark.parametrize("number", [None, 7, ["ID_AM003"]])
def test_a_methodology_that_is_not_named_by_a_text_is_refused(number):
    with pytest.raises(InputError, match=r"methodology: got .*; must be a text such as 'ID_AM003'"):
        calculate(number, **FREEZERS)


def test_a_version_beside_a_methodology_or_in_a_base_is_not_dropped():
    from jcm_calc import methodology

    m = methodology("ID_AM003")
    with pytest.raises(InputError, match=r"version: got '7.0', but the methodology"):
        calculate(m, version="7.0", **FREEZERS)
    assert calculate(m, version=m.version, **FREEZERS).methodology.version == m.version
    with pytest.raises(InputError, match=r"base\['version'\]: is a separate argument"):
        scenarios("ID_AM003", {**FREEZERS, "version": "7.0"}, {"COP_PJ": [2]})


def test_a_replay_refuses_what_it_does_not_need():
    from jcm_calc import replay

    manifest = freezers().manifest()
    with pytest.raises(InputError, match="1 table is not needed"):
        replay(manifest, ROOFS)
    with pytest.raises(InputError, match="EC_PJ: is not needed"):
        replay(manifest, EC_PJ=135)
