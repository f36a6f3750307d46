"""A report held against readings: planted faults with the numbers that are due, and what must stay silent."""

import json
from datetime import date

import metered
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from faults import edit
from metered import FACTS, MONTHS, UNITS, case, corrected, energy, late, registers, report, result, sources
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from workbooks import PERIODS, drawn_result, every_case, label

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.declarations.items import Kind
from jcm_calc.verification.location import address
from jcm_calc.verification.submission import Submission

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
# tCO2/MWh: (1.63 / 1.32 − 1) × 0.814
SLOPE = (1.63 / 1.32 - 1) * 0.814
WINDOW = "2020-06-15 00:00 to 2020-08-20 00:00"


def grave(found):
    return [one for one in found.findings if one.severity != "question"]


def only(found, code):
    """The one finding that is more than a question, if there is any, and else the one with the code."""
    said = [str(one) for one in found.findings]
    assert {one.code for one in grave(found)} <= {code}, said
    (finding,) = (one for one in found.findings if one.code == code)
    return finding


def by_year(finding, **due):
    assert {f"y{year}": tonnes for year, tonnes in finding.effect.tonnes.items() if tonnes} == due


@pytest.fixture
def clean(tmp_path):
    return report(tmp_path / "clean.xlsx")


def test_case_b_agrees_with_its_readings(clean, tmp_path):
    found = jcm_calc.verify(clean, case=case(tmp_path / "case.toml"))
    assert grave(found) == []
    assert (found.result, found.reported, found.recalculated) == ("no misstatement found", 42 + 84, 42 + 84)
    assert {"E1", "F1"} <= {check.code for check in found.made}
    assert "I4" in found.inapplicable
    alone = jcm_calc.verify(clean)
    assert "meters with their calibration" in alone.skipped["E1"]
    assert "readings" in alone.skipped["I4"]


# Late calibration: 79,530 kWh in 66 days, of which 0.5 % is due


@pytest.mark.parametrize(
    ("error", "code", "applied", "exact", "tonnes"),
    [
        (0.5, "B1", 0.5, -(0.5 - 0.005) * 79.53 * SLOPE, {"y2020": -7}),
        (0.00005, "B2", 0.00005, (0.005 - 0.00005) * 79.53 * SLOPE, {}),
        (0.002, "E5", 0.002, (0.005 - 0.002) * 79.53 * SLOPE, {}),
        (-0.005, "C14", -0.005, 0.01 * 79.53 * SLOPE, {}),
        (0, "E1", 0, 0.005 * 79.53 * SLOPE, {}),
    ],
    ids=["typed as 0.5", "divided once more", "too small", "raised", "not corrected"],
)
def test_case_b_late(error, code, applied, exact, tonnes, tmp_path):
    path = report(tmp_path / "report.xlsx", formula=corrected(error))
    finding = only(jcm_calc.verify(path, case=late(tmp_path / "case.toml")), code)
    assert finding.severity == "error"
    assert WINDOW in finding.place
    assert "S1, S2, S3" in finding.place
    assert (finding.found, finding.expected) == (pytest.approx(applied), 0.005)
    assert finding.effect.exact == pytest.approx(exact, rel=1e-6)
    assert "79.53 MWh were read in 66 days" in finding.because
    by_year(finding, **tonnes)


def test_the_right_correction_is_silent(tmp_path):
    path = report(tmp_path / "report.xlsx", formula=corrected(0.005))
    found = jcm_calc.verify(path, case=late(tmp_path / "case.toml"))
    assert grave(found) == []
    assert found.recalculation.by_year().loc[2020, "ER"] == pytest.approx(84.745, abs=5e-4)


def test_a_whole_month_at_nought_is_not_the_window(tmp_path):
    path = report(tmp_path / "report.xlsx", edit=metered.zeroed)
    found = jcm_calc.verify(path, case=late(tmp_path / "case.toml"))
    finding = only(found, "E7")
    assert finding.severity == "warning"
    assert "2020-08-01 00:00 to 2020-09-01 00:00 set to zero" in finding.message
    assert WINDOW in finding.message
    assert found.recalculation.by_year().loc[2020, "ER"] == pytest.approx(77.71, abs=5e-3)
    assert finding.effect.exact == pytest.approx((0.005 * 79.53 - 37.2) * SLOPE, rel=1e-9)
    by_year(finding, y2020=-7)


def test_a_correction_that_is_only_announced_is_another_finding_than_none(clean, tmp_path):
    announced = late(tmp_path / "case.toml", readings=metered.TREATED)
    assert only(jcm_calc.verify(clean, case=announced), "E8").effect.exact == pytest.approx(0.005 * 79.53 * SLOPE)


def test_a_unit_that_is_corrected_without_need_is_named(tmp_path):
    path = report(tmp_path / "report.xlsx", formula=corrected(0.005))
    dates = {1: "2020-08-20", 2: "2020-06-12", 3: "2020-08-20"}
    finding = only(jcm_calc.verify(path, case=case(tmp_path / "case.toml", second=dates, found="0 %")), "E7")
    assert finding.severity == "warning"
    assert finding.place.startswith("S2, ")
    assert "was not late" in finding.message


# Sums over months


def test_a_sum_that_ends_in_november(tmp_path):
    def november(column, rows, year):
        return metered.plain(column, (rows[0], rows[1] - (year == 2020)), year)

    path = report(tmp_path / "report.xlsx", formula=november)
    for given in ({}, {"case": case(tmp_path / "case.toml")}):
        found = jcm_calc.verify(path, **given)
        finding = only(found, "C5")
        assert "11 of 12" in finding.message
        assert "2020-12" in finding.message
        assert "Monthly kWh!B19" in finding.place
        assert finding.effect.exact == pytest.approx(-37.8 * SLOPE)
        by_year(finding, y2020=-7)
        assert found.reported == 42 + 77


def test_a_typed_amount_without_december(tmp_path):
    amounts = [
        [sum(energy(u, k) for y, k in MONTHS if y == 2019), sum(energy(u, k) for k in range(1, 12))] for u in UNITS
    ]
    found = result(amounts=[[kwh / 1000 for kwh in pair] for pair in amounts])
    found.to_excel(tmp_path / "report.xlsx", plan=result(), sources=sources())
    finding = only(jcm_calc.verify(tmp_path / "report.xlsx", case=case(tmp_path / "case.toml")), "C5")
    assert "11 of 12 months" in finding.message
    by_year(finding, y2020=-7)


def twice(book):
    """June 2020 in two rows; the sum, of twelve rows still, ends in November."""
    sheet = book["Monthly kWh"]
    for row in range(19, 12, -1):
        for column in "ABCD":
            sheet[f"{column}{row + 1}"] = sheet[f"{column}{row}"].value


def test_a_month_twice_and_another_one_left_out_are_two_findings(tmp_path):
    found = jcm_calc.verify(report(tmp_path / "report.xlsx", edit=twice), case=case(tmp_path / "case.toml"))
    findings = {one.code: one for one in grave(found)}
    assert findings.keys() == {"A10", "C5"}
    assert "2020-06 is in two rows" in findings["A10"].message
    assert "11 of 12 rows: 2020-12" in findings["C5"].message
    assert findings["A10"].effect.exact == pytest.approx(36.9 * SLOPE)
    assert findings["C5"].effect.exact == pytest.approx(-37.8 * SLOPE)


def test_unit_3_left_out_of_the_sums(clean, tmp_path):
    calc = ("MRS(calc_process)", "MRS(calc_process) 2020")
    cells = {"D14": "=SUM(G35:G36)", "D18": "=SUM(H35:H36)"}
    edit(clean, tmp_path / "fault.xlsx", {(sheet, cell): text for sheet in calc for cell, text in cells.items()})
    found = jcm_calc.verify(tmp_path / "fault.xlsx", case=case(tmp_path / "case.toml"))
    assert {one.code for one in grave(found)} == {"C5"}
    assert all("1 of 3 rows" in one.message for one in grave(found))
    assert (found.reported, found.recalculated) == (28 + 55, 42 + 84)


def test_march_is_blank(tmp_path):
    def blank(book):
        for column in "BCD":
            book["Monthly kWh"][f"{column}10"] = None

    path = report(tmp_path / "report.xlsx", edit=blank)
    unread = [row for row in registers() if row[1] != date(2020, 3, 31)]
    for name, rows in (("read", None), ("unread", unread)):
        found = jcm_calc.verify(path, case=case(tmp_path / f"{name}.toml", rows=rows))
        assert grave(found) == []
        finding = only(found, "A9")
        assert "gap of 31 days" in finding.message
        assert finding.effect.exact == pytest.approx(-36.45 * SLOPE)
        assert found.recalculation.by_year().loc[2020, "ER"] == pytest.approx(77.85, abs=5e-3)


def test_a_month_that_nobody_read_is_filled_silently(clean, tmp_path):
    def mean(book):
        for column in "BCD":
            book["Monthly kWh"][f"{column}10"] = f"=AVERAGE({column}9,{column}11)"

    unread = case(tmp_path / "case.toml", rows=[row for row in registers() if row[1] != date(2020, 3, 31)])
    for path in (clean, report(tmp_path / "mean.xlsx", edit=mean)):
        found = jcm_calc.verify(path, case=unread)
        assert grave(found) == []
        finding = only(found, "F2")
        assert "2020-03" in finding.message
        assert "the mean of the rows before and after it" in finding.message
    # the same report with every reading
    assert not jcm_calc.verify(clean, case=case(tmp_path / "all.toml")).of("question")


# Years and periods


def test_one_cut_over_18_months(tmp_path):
    amounts = [[sum(energy(u, k) for _, k in MONTHS) / 1000] for u in UNITS]
    found = result(p="2019-07-01/2019-12-31", amounts=amounts)
    found.to_excel(tmp_path / "half.xlsx", plan=result(), sources=sources())
    end = {("MRS(input)", "G31"): 44196.0, ("MRS(input)", "B21"): "1/Jul/2019-31/Dec/2020"}
    edit(tmp_path / "half.xlsx", tmp_path / "report.xlsx", end)
    finding = only(jcm_calc.verify(tmp_path / "report.xlsx", case=case(tmp_path / "case.toml")), "G2")
    assert (finding.found, finding.expected) == (127, "42 + 84")
    assert finding.effect.total == 1


def with_30_june(folder):
    """A report that has 30 June 2019, the earlier report, and the case file."""
    days = [[f"S{unit}", date(2019, 6, 29), 9_590] for unit in UNITS]
    half = result(p="2019-01-01/2019-06-30", amounts=[[60.0], [61.0], [62.0]])
    half.to_excel(folder / "earlier.xlsx", plan=half, sources=sources())
    amounts = [[sum(energy(u, k) for y, k in MONTHS if y == year) / 1000 for year in (2019, 2020)] for u in UNITS]
    return [[first + 0.41, second] for first, second in amounts], case(folder / "case.toml", rows=registers() + days)


@pytest.mark.parametrize("first", ["2019-06-30", "2019-07-01"])
def test_a_day_of_the_earlier_report(first, tmp_path):
    amounts, filed = with_30_june(tmp_path)
    found = result(p=(f"{first}/2019-12-31", "2020"), amounts=amounts)
    found.to_excel(tmp_path / "report.xlsx", plan=result(), sources=sources())
    verified = jcm_calc.verify(tmp_path / "report.xlsx", case=filed, previous=[tmp_path / "earlier.xlsx"])
    finding = only(verified, "G3")
    assert "by 1 day" in finding.message
    assert finding.effect.exact == pytest.approx(1.230 * SLOPE)
    by_year(finding, y2019=1)
    assert verified.recalculation.by_year().loc[2019, "ER"] == pytest.approx(43.16, abs=5e-3)


# Meters


def replaced(meter, value=0.0):
    """Registers with a new meter for unit 1 from 11 October 2019 on."""
    rows = []
    for name, day, register in registers():
        if name == "S1" and day > date(2019, 10, 11):
            value += energy(1, day.month) * (21 / 31 if day == date(2019, 10, 31) else 1)
            rows.append([meter, day, round(value, 3)])
        else:
            rows.append([name, day, register])
    return rows


@pytest.mark.parametrize("name", ["S9", "Spare meter", "M 1/2", "50%{x}", "S 9 (new)"])
def test_a_meter_that_the_plan_does_not_know(name, clean, tmp_path):
    """Whatever it is called: its name is a value, and is not fished out of a sentence."""
    found = jcm_calc.verify(clean, case=case(tmp_path / "case.toml", rows=replaced(name)))
    findings = {one.code: one for one in grave(found)}
    assert findings.keys() == {"E11", "F2"}
    assert findings["E11"].found == name
    assert "where those of S1 end" in findings["E11"].message
    assert "2019-10-01 00:00 to 2019-11-01 00:00" in findings["F2"].place
    assert findings["F2"].severity == "error"
    assert findings["F2"].found - findings["F2"].expected == pytest.approx(3.952, abs=5e-4)
    assert findings["F2"].effect.exact == pytest.approx(0.76, abs=5e-3)


def test_a_meter_replaced_with_both_readings_on_the_same_minute_is_silent(clean, tmp_path):
    used = 10_000 + sum(energy(1, k) for k in (7, 8, 9)) + energy(1, 10) * 10 / 31
    rows = [["S1" if name == "S9" else name, *rest] for name, *rest in replaced("S9")]
    filed = case(tmp_path / "case.toml", rows=rows)
    change = f"replaced = [{{ at = 2019-10-11T00:00:00, final = {used:.3f}, initial = 0.0, serial = 'B-1', "
    change += "calibrations = [{ on = 2019-10-01 }, { on = 2020-10-01 }] }]\n[meters.S2]"
    filed.write_text(filed.read_text().replace("[meters.S2]", change, 1))
    amounts = [[sum(energy(u, k) for y, k in MONTHS if y == year) / 1000 for year in (2019, 2020)] for u in UNITS]
    found = result(amounts=[[round(amount, 3) for amount in pair] for pair in amounts])
    found.to_excel(tmp_path / "report.xlsx", plan=found, sources=sources())
    verified = jcm_calc.verify(tmp_path / "report.xlsx", case=filed)
    assert grave(verified) == [], [str(one) for one in verified.findings]


def test_a_worse_class_doubles_a_correction(clean, tmp_path):
    path = report(tmp_path / "report.xlsx", procedure=metered.PROCEDURE.replace("0.5", "1.0"))
    finding = only(jcm_calc.verify(path, plan=clean, case=case(tmp_path / "case.toml")), "E10")
    assert finding.severity == "error"
    assert "2 times as large" in finding.because


def metered_a(folder, amount, unit="MWh", read=135_000):
    """Case A, with a register of 135,000 kWh and a rated power of 25 kW."""
    found = jcm_calc.calculate(
        "ID_AM003",
        EC_PJ=[f"{amount} {unit}"],
        COP_PJ=[1.63],
        application=["individual quick freezer"],
        EF_elec=0.814,
        p="2017",
        facts=FACTS,
    )
    found.to_excel(folder / "report.xlsx", plan=found, sources=sources(frequency="yearly", source="meter S1"))
    (folder / "case.csv").write_text(f"meter,day,kWh\nS1,2016-12-31,0\nS1,2017-12-31,{read}\n")
    (folder / "case.toml").write_text("""methodology = "ID_AM003"
p = "2017"
[inputs]
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = 0.814
[meters.S1]
parameter = "EC_PJ"
labels = { i = 1 }
unit = "kWh"
rated = "25 kW"
[readings]
timezone = "Asia/Jakarta"
[[readings.sources]]
files = "case.csv"
kind = "register"
stamp = "end"
time = "day"
meter = "meter"
value = "kWh"
""")
    return folder / "report.xlsx", folder / "case.toml"


def test_kilowatt_hours_in_plan_and_report_are_more_than_the_rated_power_gives(tmp_path):
    """The readings give the amount; where they are as much too high, the rated power of 219 MWh a year shows it."""
    (tmp_path / "high").mkdir()
    path, filed = metered_a(tmp_path / "high", 135_000, read=135_000_000)
    verification = jcm_calc.verify(path, case=filed)
    finding = next(one for one in verification.findings if one.code == "B4")
    assert "219" in finding.message
    path, filed = metered_a(tmp_path, 135_000)
    finding = only(jcm_calc.verify(path, case=filed), "B4")
    assert "1000 times what the readings give" in finding.message
    assert "kWh" in finding.cause
    assert finding.expected == pytest.approx(135)
    by_year(finding, y2017=25_807 - 25)


def test_135000_kwh_with_its_unit_is_silent(tmp_path):
    path, filed = metered_a(tmp_path, 135_000, "kWh")
    assert grave(jcm_calc.verify(path, case=filed)) == []


# What must stay silent


def test_an_invoice_within_its_tolerance_is_silent_and_in_place_of_the_meter_is_not(clean, tmp_path):
    assert grave(jcm_calc.verify(clean, case=metered.beside(1.0002)(tmp_path / "case.toml"))) == []
    amounts = [[sum(energy(u, k) for y, k in MONTHS if y == year) / 1000 for year in (2019, 2020)] for u in UNITS]
    amounts[0] = [round(amount * 1.0002, 6) for amount in amounts[0]]
    found = result(amounts=amounts)
    found.to_excel(tmp_path / "invoiced.xlsx", plan=result(), sources=sources())
    verified = jcm_calc.verify(tmp_path / "invoiced.xlsx", case=tmp_path / "case.toml")
    assert {one.code for one in grave(verified)} == {"I1"}
    assert all("+0.020%" in one.message for one in grave(verified))


def test_a_month_at_nought_with_a_declared_stop_is_silent(tmp_path):
    rows, lost = [], energy(2, 5)
    for name, day, register in registers():
        rows.append([name, day, register - lost * (name == "S2" and day >= date(2020, 5, 31))])
    stop = '[[readings.stops]]\nmeter = "S2"\nfrom = 2020-05-01\nto = 2020-06-01\nreason = "overhaul"\n'

    def stopped(book):
        book["Monthly kWh"]["C12"] = 0

    path = report(tmp_path / "report.xlsx", edit=stopped)
    assert grave(jcm_calc.verify(path, case=case(tmp_path / "case.toml", rows=rows, readings=stop))) == []
    undeclared = jcm_calc.verify(path, case=case(tmp_path / "undeclared.toml", rows=rows))
    assert "F2" in {one.code for one in undeclared.findings}


def test_a_calibration_on_the_due_date_is_silent(clean, tmp_path):
    assert grave(jcm_calc.verify(clean, case=case(tmp_path / "case.toml", second="2020-06-15"))) == []


def test_a_year_end_between_two_readings_is_an_assumption_where_the_plan_declares_it(tmp_path):
    rows = [row for row in registers() if row[1] != date(2019, 12, 31)]
    declared = '[[readings.treatments]]\nfinding = "boundary"\ntreatment = "split by time"\n'
    halves = [energy(u, 12) + energy(u, 1) for u in UNITS]
    amounts = []
    for unit, both in zip(UNITS, halves, strict=True):
        first = sum(energy(unit, k) for k in range(7, 12)) + both * 31 / 62
        second = sum(energy(unit, k) for k in range(2, 13)) + both * 31 / 62
        amounts.append([first / 1000, second / 1000])
    found = result(amounts=amounts)
    found.to_excel(tmp_path / "report.xlsx", plan=found, sources=sources())
    verified = jcm_calc.verify(
        tmp_path / "report.xlsx", case=case(tmp_path / "case.toml", rows=rows, readings=declared)
    )
    assert grave(verified) == []
    assert any("an assumption" in one.message for one in verified.of("question"))
    assert grave(jcm_calc.verify(tmp_path / "report.xlsx", case=case(tmp_path / "not.toml", rows=rows)))


def test_rows_in_another_order_are_silent(tmp_path):
    def turned(book):
        sheet = book["Monthly kWh"]
        rows = [[cell.value for cell in row] for row in sheet["A8:D19"]]
        for line, row in zip(sheet["A8:D19"], reversed(rows), strict=True):
            for cell, value in zip(line, row, strict=True):
                cell.value = value

    path = report(tmp_path / "report.xlsx", edit=turned)
    assert grave(jcm_calc.verify(path, case=case(tmp_path / "case.toml", rows=registers()[::-1]))) == []


# The two ways to give readings


def test_monitored_readings_may_be_given_in_place_of_a_case_file(clean, tmp_path):
    monitored = read_case(late(tmp_path / "case.toml")).monitor()
    assert only(jcm_calc.verify(clean, readings=monitored), "E1").expected == 0.005


def test_readings_that_cannot_be_used_are_refused(clean, tmp_path):
    filed = case(tmp_path / "case.toml", source='unit = "kg"')
    filed.with_suffix(".csv").write_text("meter,day\nS1,2019-06-30\n")
    with pytest.raises(InputError, match="has no column 'kWh'"):
        jcm_calc.verify(clean, case=filed)


def test_the_command_takes_meters_and_readings_from_the_case_file(clean, tmp_path):
    done = CliRunner().invoke(jcm, ["verify", str(clean), "--case", str(late(tmp_path / "case.toml")), "--json"])
    assert done.exit_code == 1
    assert [finding["code"] for finding in json.loads(done.stdout)["findings"]] == ["E1"]
    alone = CliRunner().invoke(jcm, ["verify", str(clean)])
    assert alone.exit_code == 0


# Every methodology, with random amounts


def registers_of(found):
    """Registers that have counted the amounts of a result, for every amount that is monitored."""
    meters, rows = {}, []
    for name, parameter in found.methodology.inputs.items():
        if parameter.kind is not Kind.MONITORED or not parameter.adds_over_time or name not in found.inputs.values:
            continue
        letters = [letter for letter in parameter.indices if letter != "p"]
        if "p" not in parameter.indices or parameter.indices != f"{''.join(letters)}p":
            continue
        axes = found.inputs.axes
        shape = [len(axes[letter].labels) for letter in (*letters, "p")]
        array = np.broadcast_to(np.squeeze(found.inputs.values[name]), shape)
        for place in np.ndindex(*shape[:-1]):
            meter = f"M{len(meters)}"
            labels = {letter: axes[letter].labels[at] for letter, at in zip(letters, place, strict=True)}
            meters[meter] = {"parameter": name, "labels": labels, "unit": parameter.unit or "1"}
            rows.append([meter, "2022-12-31", 0.0])
            for period, total in zip(found.inputs.periods, np.cumsum(array[place]), strict=True):
                rows.append([meter, str(period.last), float(total)])
    frame = pd.DataFrame(rows, columns=["meter", "day", "value"])
    source = {"frame": frame, "kind": "register", "stamp": "end", "time": "day", "meter": "meter"}
    limits = {"stuck": "100000 h", "above_usual": 1e12, "slip": 1e12}
    return jcm_calc.monitor(meters, {"timezone": "UTC", "sources": [source], "limits": limits}, p=PERIODS)


def one_of_each():
    """Every methodology, with the first of its cases that monitors an amount."""
    seen = set()
    for m, options in every_case():
        amounts = any(one.kind is Kind.MONITORED and one.extensive for one in m.graph(options).parameters)
        if amounts and m.number not in seen:
            seen.add(m.number)
            yield pytest.param(m, options, id=label(m, options))


@pytest.mark.parametrize(("m", "options"), list(one_of_each()))
def test_readings_that_give_the_report_are_silent_and_others_are_not(m, options, tmp_path):
    found = drawn_result(m, options, 5)
    found.to_excel(tmp_path / "report.xlsx", plan=found)
    monitored = registers_of(found)
    alone = {one.code for one in grave(jcm_calc.verify(tmp_path / "report.xlsx"))}
    agreed = jcm_calc.verify(tmp_path / "report.xlsx", readings=monitored)
    assert {one.code for one in grave(agreed)} == alone, [str(one) for one in grave(agreed)]
    site = Submission(tmp_path / "report.xlsx", "MRS")
    counted = {meter.parameter for meter in monitored.plan.meters.values()}
    entry = next(e for e in site.entries() if e.parameter.name in counted and e.written)
    where = (entry.place[0], address(entry.place).rpartition("!")[2])
    edit(tmp_path / "report.xlsx", tmp_path / "wrong.xlsx", {where: entry.written * 1.0371})
    wrong = jcm_calc.verify(tmp_path / "wrong.xlsx", readings=monitored)
    (finding,) = (one for one in wrong.findings if one.code == "A10" and entry.address in one.place)
    assert finding.found / finding.expected == pytest.approx(1.0371)
