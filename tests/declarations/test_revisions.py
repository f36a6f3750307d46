"""Versions of a methodology that are declared by what changed, and the days on which they were valid."""

from datetime import date

import numpy as np
import pytest

from jcm_calc import InputWarning, Methodology, MethodologyNotFoundError, calculate, methodology, replay, rulebooks
from jcm_calc.api.case_file import read_case
from jcm_calc.declarations import DeclarationError
from jcm_calc.declarations.items import Version
from jcm_calc.evidence import Grade, Source, primary, secondary, unconfirmed

READ = primary(Source("the document"), "page 7")
SAME = primary(Source("the list of changes"), "nothing else changed")


def pumps(**identity):
    """Return a small methodology with a choice, a table, criteria and a coordinate."""
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Pumps",
        country="XX",
        sectoral_scope=3,
        indices={"i": "pump", "p": "monitoring period"},
        identity={"version": READ},
        **identity,
    )
    m.choice("source", {"grid": "the grid", "captive": "a generator"}, text="power source", evidence=READ)
    m.monitored("EC,i,p", "MWh", extensive=True, raises="RE PE", text="electricity", evidence=READ)
    m.class_key("kind,i", text="kind of pump")
    m.default("η_RE,i", "", by="kind", values={"a": 0.6, "b": 0.7}, lowers="RE", text="efficiency", evidence=READ)
    m.fixed("EF_grid", "tCO2/MWh", raises="RE PE", text="factor of the grid", evidence=READ)
    m.default("EF_captive", "tCO2/MWh", value=0.8, raises="RE PE", text="factor of a generator", evidence=READ)

    @m.equation("EF", "tCO2/MWh", when={"source": "grid"}, text="factor", evidence=READ, name="EF")
    def of_grid(EF_grid):
        return EF_grid

    @m.equation("EF", "tCO2/MWh", when={"source": "captive"}, text="factor", evidence=READ, name="EF")
    def of_generator(EF_captive):
        return EF_captive

    @m.equation("RE_p", "tCO2", total="i", text="reference", evidence=READ)
    def RE(EC, η_RE, EF):
        return EC * 0.9 / η_RE * EF

    @m.equation("PE_p", "tCO2", total="i", text="project", evidence=READ)
    def PE(EC, EF):
        return EC * EF

    @m.equation("ER_p", "tCO2", text="reductions", evidence=READ)
    def ER(RE, PE):
        return RE - PE

    m.attested(1, "new", "The pump is new", evidence=READ)
    m.attested(2, "sold", "The old pump is sold", evidence=READ)
    return m


def later(unchanged=SAME, **identity):
    return (first := pumps()), first.revised("1.1", unchanged=unchanged, identity={"version": READ}, **identity)


def test_a_revision_without_changes_is_the_earlier_version_in_all_but_its_number():
    first, second = later()
    assert second.version == "1.1"
    for view in ("parameters", "equations", "defaults", "criteria"):
        assert getattr(first, view).equals(getattr(second, view))
    given = {"EC": 10.0, "kind": "a", "source": "captive", "p": "2024"}
    assert calculate(second, **given).ER == calculate(first, **given).ER


def test_what_is_declared_again_stands_in_the_place_of_what_was_there():
    first, second = later()
    second.default("η_RE,i", "", by="kind", values={"a": 0.65}, lowers="RE", text="efficiency", evidence=READ)
    second.criterion(1, "The pump is efficient", evidence=READ)(lambda η_RE: η_RE > 0.5)

    @second.equation("EF", "tCO2/MWh", when={"source": "captive"}, text="factor", evidence=READ, name="EF")
    def of_generator(EF_captive):
        return EF_captive / 2

    for view in ("parameters", "equations", "criteria"):
        assert list(getattr(first, view).index) == list(getattr(second, view).index)
    given = {"EC": 13.0, "kind": "a", "source": "captive", "p": "2024"}
    assert calculate(second, **given).ER.magnitude == pytest.approx(13 * (0.9 / 0.65 - 1) * 0.4)
    assert calculate(first, **given).ER.magnitude == pytest.approx(13 * (0.9 / 0.6 - 1) * 0.8)
    assert [one.text for one in second.conditions] == ["The pump is efficient", "The old pump is sold"]
    assert [one.text for one in first.conditions] == ["The pump is new", "The old pump is sold"]


def test_what_fell_away_is_removed_and_the_earlier_version_keeps_it():
    first, second = later()
    second.remove("EF", "EF_captive", "source", "sold", criteria=[2])

    @second.equation("EF", "tCO2/MWh", text="factor", evidence=READ)
    def EF(EF_grid):
        return EF_grid

    assert calculate(second, EC=1.0, kind="a", EF_grid=0.5).RE.magnitude == pytest.approx(0.75)
    assert {"EF_captive"} <= first.inputs.keys() - second.inputs.keys()
    assert (len(first.rules), len(second.rules)) == (5, 4)
    assert calculate(first, EC=1.0, kind="a", source="captive").RE.magnitude == pytest.approx(1.2)


@pytest.mark.parametrize("again", [0, 1])
def test_a_revision_declares_nothing_twice(again):
    _, second = later()
    slips = [
        lambda: second.monitored("EC,i,p", "MWh", extensive=True, text="electricity", evidence=READ),
        lambda: second.equation("ER_p", "tCO2", text="reductions", name="ER", evidence=READ)(lambda RE, PE: RE - PE),
    ]
    slips[again]()
    with pytest.raises(DeclarationError, match="is declared twice"):
        slips[again]()


def test_a_name_does_not_change_from_a_parameter_to_an_equation_unseen():
    _, second = later()
    with pytest.raises(DeclarationError, match="is declared twice"):
        second.equation("EF_grid", "tCO2/MWh", text="factor", name="EF_grid", evidence=READ)(
            lambda EF_captive: EF_captive
        )


def test_what_is_not_there_cannot_be_removed():
    _, second = later()
    with pytest.raises(DeclarationError, match="there is no 'COP' to remove"):
        second.remove("COP")
    with pytest.raises(DeclarationError, match="there is no criterion 3 to remove"):
        second.remove(criteria=[3])


@pytest.mark.parametrize("unchanged", [secondary(Source("a list"), "as before"), unconfirmed("supposed", 40)])
def test_a_statement_that_is_taken_over_has_no_better_grade_than_that_it_is_unchanged(unchanged):
    first, second = later(unchanged)
    found = {known.evidence.grade for item in second.inputs.values() for known in item.known()}
    found |= {one.evidence.grade for one in (*second.rules, *second.conditions, *second.choices.values())}
    assert found == {unchanged.grade}
    assert all("page 7; of version 1.0, taken over" in rule.evidence.note for rule in second.rules)
    assert {rule.evidence for rule in first.rules} == {READ}


def test_a_weak_statement_is_not_made_stronger():
    first = pumps()
    first.default("extra", "", value=2.0, text="something", evidence=unconfirmed("recalled", 30))
    second = first.revised("2.0", unchanged=SAME, identity={"version": READ})
    assert second.inputs["extra"].value.evidence == unconfirmed("recalled", 30)


def test_versions_of_a_revision_are_all_that_are_known():
    first = pumps(approved=date(2014, 1, 1), versions=[Version("0.9", None, "a draft", READ)])
    second = first.revised("1.1", unchanged=SAME, identity={"version": READ}, approved=date(2016, 1, 1))
    assert [(one.number, one.approved) for one in second.versions] == [
        ("0.9", None),
        ("1.0", date(2014, 1, 1)),
        ("1.1", date(2016, 1, 1)),
    ]


# Days


@pytest.mark.parametrize(
    ("approved", "until", "on", "told"),
    [
        (date(2015, 1, 1), None, date(2015, 1, 1), ""),
        (date(2015, 1, 2), None, date(2015, 1, 1), "approved on 2015-01-02, after"),
        (None, date(2018, 3, 3), date(2018, 3, 3), ""),
        (None, date(2018, 3, 3), date(2018, 3, 4), "valid until 2018-03-03, before"),
        (None, None, date(2018, 3, 4), ""),
    ],
)
def test_a_version_outside_its_days_is_remarked_on(approved, until, on, told):
    m = pumps(approved=approved, until=until)
    assert told in rulebooks.outside_validity(m, on)
    assert bool(told) == bool(rulebooks.outside_validity(m, on))
    given = {"EC": 1.0, "kind": "a", "source": "captive", "p": "2024"}
    if not told:
        assert calculate(m, on=on, **given).inputs.warnings == ()
        return
    with pytest.warns(InputWarning, match=told):
        result = calculate(m, on=on, **given)
    assert [told in str(one) for one in result.inputs.warnings] == [True]


REFINERY = {
    f"{name}_{unit}{when}": number
    for unit in ("HPU", "HCU")
    for name, when, number in (
        ("F", "", 300.0),
        ("F", "_hist", 100.0),
        ("d", "", 300.0),
        ("d", "_hist", 100.0),
        ("lower", "", 0.5),
        ("upper", "", 1.5),
        ("FC", "", 4.0),
        ("FC", "_hist", 2.0),
    )
} | {"NCV": 40.0, "EF": 0.05, "fuel_measured_as": "mass", "reference_from": "records", "p": "2024"}
NO_DAYS = {name: value for name, value in REFINERY.items() if name not in ("d_HPU", "d_HCU")}


def test_the_two_versions_of_id_am006_differ_in_the_days_recorded():
    earlier, latest = (methodology("ID_AM006", version) for version in ("2.0", "2.1"))
    assert earlier.inputs.keys() ^ latest.inputs.keys() == {"d_HPU", "d_HCU"}
    assert latest.inputs["d_HPU"].evidence.grade is Grade.PRIMARY
    # 300 m³ in 300 days recorded, and in the 366 days of the year: one and the same load range here
    for version, given in (("2.0", NO_DAYS), ("2.1", REFINERY)):
        result = calculate("ID_AM006", version=version, **given)
        assert result.RE.magnitude == pytest.approx(2 * 300 * (2 * 40 * 0.05 / 100))
    assert np.isclose(calculate("ID_AM006", version="2.0", **NO_DAYS)["x_HPU"].magnitude, 300 / 366)
    assert np.isclose(calculate("ID_AM006", **REFINERY)["x_HPU"].magnitude, 1.0)


def test_the_day_of_submission_decides_between_versions_where_all_dates_are_known(monkeypatch):
    versions = {m.version: m for m in dated()}
    monkeypatch.setattr(rulebooks, "versions", lambda number: versions)
    assert methodology("XX_AM001", on=date(2015, 12, 31)).version == "1.0"
    assert methodology("XX_AM001", on=date(2016, 1, 1)).version == "1.1"
    assert methodology("XX_AM001", "1.0", date(2020, 1, 1)).version == "1.0"
    with pytest.raises(MethodologyNotFoundError, match="no version was valid on 2013-01-01"):
        methodology("XX_AM001", on=date(2013, 1, 1))


def dated():
    first = pumps(approved=date(2014, 1, 1), until=date(2016, 6, 30))
    return first, first.revised("1.1", unchanged=SAME, identity={"version": READ}, approved=date(2016, 1, 1))


def test_a_version_after_a_later_one_was_approved_is_remarked_on_and_replayed():
    with pytest.warns(InputWarning, match=r"ver 2\.1 had been approved on 2019-05-09"):
        result = calculate("ID_AM006", version="2.0", on=date(2020, 1, 1), **NO_DAYS)
    manifest = result.manifest()
    assert manifest["call"]["on"] == "2020-01-01"
    with pytest.warns(InputWarning, match="had been approved"):
        assert replay(manifest).manifest() == manifest


def test_a_case_file_says_when_the_project_was_submitted(tmp_path):
    lines = ['methodology = "ID_AM006"', 'p = "2024"', "[project]", "submitted = 2018-05-04", "[inputs]"]
    lines += [f'{name} = "{value}"' for name, value in NO_DAYS.items() if name != "p"]
    path = tmp_path / "case.toml"
    path.write_text("\n".join(lines))
    with pytest.raises(
        MethodologyNotFoundError, match=r"date of approval of version 1\.0 is not known; name the version"
    ):
        read_case(path).calculate()
