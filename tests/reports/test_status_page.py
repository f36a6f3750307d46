"""The page of a status: what it draws is what the status says, in both languages, on any screen, without a network."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from math import nan
from pathlib import Path

import html5lib
import pytest
from browser import chromium, dark, wide
from click.testing import CliRunner
from status_example import EXAMPLE

from jcm_calc.base.languages import in_language
from jcm_calc.base.problems import Problem
from jcm_calc.cli import jcm
from jcm_calc.inputs.periods import Period
from jcm_calc.reports.html import status as pages
from jcm_calc.results.status import Basis, FolderEntry, Forecast, MonthCoverage, MonthReductions, Plan

YEAR = Path(__file__).parents[2] / "docs" / "examples" / "metered_year"
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'x' }} {% raw %}"
BARE = replace(
    EXAMPLE,
    title="",
    so_far=None,
    ER=None,
    meters=(),
    findings=(),
    calibrations=(),
    criteria=(),
    documents=(),
    months=(),
    plan=None,
    forecast=Forecast(Basis.NONE),
    actions=(),
)
QUIET = replace(EXAMPLE, title="Roof B", findings=(), actions=())
UNUSABLE = FolderEntry("broken/case.toml", None, (Problem("[readings] timezone", HOSTILE),))
FOLDER = (FolderEntry("a/case.toml", EXAMPLE), UNUSABLE, FolderEntry("c/case.toml", BARE), FolderEntry("d.toml", QUIET))
PAGES = {
    "example": lambda: pages.project_html(EXAMPLE),
    "bare": lambda: pages.project_html(BARE),
    "not calculated": lambda: pages.project_html(replace(BARE, problems=(Problem("S1", HOSTILE),))),
    "hostile": lambda: pages.project_html(replace(EXAMPLE, title=HOSTILE, case=HOSTILE)),
    "folder": lambda: pages.folder_html(HOSTILE, FOLDER),
    "quiet folder": lambda: pages.folder_html("plants", FOLDER[3:]),
}


def text(html):
    tree = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parse(html)
    return " ".join(" ".join(tree.find("body").itertext()).split())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_needs_nothing_else(name):
    html = PAGES[name]()
    parser = html5lib.HTMLParser()
    parser.parse(html)
    assert [error for _place, error, _more in parser.errors if error != "unknown-doctype"] == []
    assert re.findall(r'(?:src|href)="(?!#|data:)', html) == []
    assert "<script" not in html
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", html)


def test_every_heading_of_the_page_is_in_japanese():
    for name, heads in (("example", 18), ("bare", 6), ("folder", 9)):
        with in_language("ja"):
            html = PAGES[name]()
        found = re.findall(r"<(?:h2|th scope=\"col\"|summary|nav|figcaption)[^>]*>(.*?)</", html)
        found += re.findall(r"<thead>.*?</thead>", html, re.DOTALL)
        found = [cell for one in found for cell in re.sub(r"<[^>]*>", "\n", one).split("\n") if cell.strip()]
        assert len(found) >= heads, name
        data = {"ER", "ER, tCO2", EXAMPLE.title, "c/case.toml"}
        assert [cell for cell in found if cell not in data and not JAPANESE.search(cell)] == [], name


def test_the_chart_draws_the_numbers_of_the_status():
    chart = pages.chart(EXAMPLE)
    # 2024 has 366 days: 10 January is day 9, 1 September day 244; the axis ends at 100
    assert chart.ticks == tuple((float(height), f"{height}") for height in (0, 20, 40, 60, 80, 100))
    actual = [tuple(map(float, point.split(","))) for point in chart.actual.split()]
    assert actual[0] == (2.46, 100.0)
    assert actual[-1] == (66.67, 60.8)  # the months add up to 39.2
    assert len(actual) == 9
    plan = [tuple(map(float, point.split(","))) for point in chart.plan.split()]
    assert plan[-1] == (100.0, 10.5)
    assert plan[-2] == (66.67, 41.0)  # 59.0 to date
    assert chart.forecast.split()[-1] == "100.00,40.20"
    band = chart.band.split()
    assert band[0] == band[-1] == "66.67,60.80"
    assert {"100.00,35.50", "100.00,44.90"} <= set(band)
    assert [(look, said) for *_place, look, said in chart.labels] == [
        ("actual", "39.2"),
        ("forecast", "59.8"),
        ("plan", "89.5"),
    ]


def test_the_line_ends_where_a_month_is_not_known():
    months = [replace(one, ER=None) if one.month.month == 4 else one for one in EXAMPLE.months]
    chart = pages.chart(replace(EXAMPLE, months=tuple(months), forecast=Forecast(Basis.NONE)))
    assert chart.actual.split()[-1].startswith("24.86,")  # the end of March: day 91
    assert (chart.forecast, chart.band) == ("", "")
    assert pages.chart(BARE) is None
    negative = replace(EXAMPLE, months=(MonthReductions(date(2024, 1, 1), 22, -3.0, None),), plan=None)
    negative = replace(negative, forecast=Forecast(Basis.NONE), so_far=Period.parse("2024-01-10/2024-01-31"))
    chart = pages.chart(negative)
    assert chart.ticks[0] == (0.0, "-3")
    assert chart.ticks[-1] == (100.0, "0")
    assert chart.actual.split()[-1] == "8.47,100.00"


def test_the_calendar_shows_every_day_of_every_month():
    s1, s2, _check = EXAMPLE.meters
    months = list(pages.months(s1, EXAMPLE))
    assert [month.days for month in months] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for month in months:
        assert [start for start, _length, _look in month.runs] == [
            sum(length for _start, length, _look in month.runs[:place]) for place in range(len(month.runs))
        ]
        assert sum(length for _start, length, _look in month.runs) == month.days
    assert months[0].runs == ((0, 9, "out"), (9, 22, "full"))
    assert [month.runs[0][2] for month in months[9:]] == ["later"] * 3
    assert [(month.share, month.look) for month in list(pages.months(s2, EXAMPLE))[6:10]] == [
        ("100%", "full"),
        ("90%", "part"),
        ("0%", "none"),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("share", "said"), [(0.9999, "99%"), (0.0001, "1%"), (1.0, "100%"), (0.0, "0%"), (0.5, "50%"), (0.994, "99%")]
)
def test_a_share_is_100_only_where_nothing_is_missing(share, said):
    month = MonthCoverage(date(2024, 2, 1), share, (share,) * 29)
    meter = replace(EXAMPLE.meters[0], coverage=(month,))
    assert list(pages.months(meter, EXAMPLE))[1].share == said
    unneeded = replace(meter, coverage=(replace(month, share=nan, days=(nan,) * 29),))
    assert list(pages.months(unneeded, EXAMPLE))[1].share == ""


def test_the_page_says_what_the_status_says():
    said = text(pages.project_html(EXAMPLE))
    for one in EXAMPLE.actions:
        assert one.text in said
    order = [said.index(one.text) for one in EXAMPLE.actions]
    assert order == sorted(order)
    # 39.2 of 59.0 planned: 33.6 % below
    for words in ("34% below the plan", "55.1 to 64.5 (90% interval)", "55 to 64; rounded down", "102 days overdue"):
        assert words in said
    for words in (
        "comparable period : 1.1352 MWh, effect on ER 0.22 tCO2",
        "substitute : needs value and reason",
        "in 36 days",
    ):
        assert words.replace(" :", ":") in said.replace(" :", ":")
    assert "0% below" not in text(pages.project_html(replace(EXAMPLE, plan=Plan(89.5, 39.2, "x"))))
    assert "as planned" in text(pages.project_html(replace(EXAMPLE, plan=Plan(89.5, 39.2, "x"))))
    assert "31% above the plan" in text(pages.project_html(replace(EXAMPLE, plan=Plan(89.5, 30.0, "x"))))
    assert "Nothing needs a person." in text(pages.project_html(QUIET))


def test_the_page_of_a_folder_keeps_the_order_and_names_what_cannot_be_used():
    said = text(pages.folder_html("plants", FOLDER))
    assert "2 projects need a person." in said
    places = [said.index(words) for words in ("a/case.toml", "broken/case.toml", "c/case.toml", "d.toml")]
    assert places == sorted(places)
    assert "[readings] timezone: <script>" in said
    assert "−34%" in said


def test_a_forecast_without_an_interval_has_no_band():
    months = tuple(replace(one, low=None, high=None) for one in EXAMPLE.forecast.months)
    status = replace(EXAMPLE, forecast=replace(EXAMPLE.forecast, low=None, high=None, months=months))
    chart = pages.chart(status)
    assert (chart.band, chart.forecast.split()[-1]) == ("", "100.00,40.20")
    said = text(pages.project_html(status))
    assert "no interval" in said
    assert "90% interval" not in said


def test_the_command_writes_the_page(tmp_path):
    year = tmp_path / "projects" / "year"
    shutil.copytree(YEAR, year)
    runner = CliRunner()
    for source, name, words in (
        (year / "case.toml", "one.html", "Reductions to date"),
        (year.parent, "all.html", "1 project"),
    ):
        command = ["status", str(source), "--on", "2024-09-30", "-o", str(tmp_path / name), "--no-store"]
        done = runner.invoke(jcm, command)
        assert done.exit_code == 1, done.output
        assert words in text((tmp_path / name).read_text("utf-8"))
    done = runner.invoke(jcm, command)
    assert done.exit_code == 2
    assert "--force" in done.output + done.stderr
    done = runner.invoke(jcm, [*command[:-2], str(tmp_path / "all.pdf"), "--no-store"])
    assert done.exit_code == 2


def test_the_page_fits_a_telephone_and_asks_for_nothing(tmp_path):
    for code in ("en", "ja"):
        with in_language(code):
            (tmp_path / f"one_{code}.html").write_text(pages.project_html(EXAMPLE), "utf-8")
            (tmp_path / f"all_{code}.html").write_text(pages.folder_html("plants", FOLDER), "utf-8")
    with chromium() as driver:
        for name in ("one_en", "one_ja", "all_en", "all_ja"):
            for width in (390, 1200):
                wide(driver, width)
                dark(driver, width == 390)
                driver.get((tmp_path / f"{name}.html").as_uri())
                assert driver.execute_script("return document.documentElement.scrollWidth") <= width, (name, width)
                # labels of the chart lie within the page
                ends = driver.execute_script(
                    "return [...document.querySelectorAll('.chart span')].map(e => e.getBoundingClientRect())"
                    ".map(r => [r.left, r.right])"
                )
                assert all(left >= 0 and right <= width for left, right in ends), (name, width)
                style = "return getComputedStyle(document.documentElement).backgroundColor"
                assert driver.execute_script(style) == ("rgb(21, 24, 28)" if width == 390 else "rgb(255, 255, 255)")
        assert driver.get_log("browser") == []
        sent = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"]
    assert asked
    assert all(url.startswith(("file:", "data:")) for url in asked)
