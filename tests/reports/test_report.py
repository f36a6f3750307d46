"""The report: one file that shows everything, in a browser, on paper and on a telephone."""

import base64
import json
import re
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from browser import chromium, dark, wide
from cli.test_cli import run
from faults import edit
from reports.test_display import HOSTILE, check_harmless, check_links, hostile_result, parsed, text_of
from verification.test_verification import SEPARATE, write

from jcm_calc import calculate, verify
from jcm_calc.api.case_file import read_case
from jcm_calc.cli import output

pytestmark = pytest.mark.flaky(reruns=1)  # a browser may fail to start on a busy machine

CASES = Path(str(files("jcm_methodologies") / "cases"))
BORNUUR = CASES / "mn_am002_bornuur.toml"
PAGES = ["bornuur", "roofs", "hostile", "paper"]
ROOFS = Path(__file__).parents[2] / "docs" / "examples" / "pw_am001_two_years" / "case.toml"


def chillers():
    return calculate(
        "ID_AM002",
        EC_PJ=[["1200 MWh", "1100 MWh"], ["900 MWh", "950 MWh"], ["400 MWh", "410 MWh"]],
        COP_PJ=[6.1, 6.0, 5.8],
        T_cooling_out=[36.0, 37.0, 36.5],
        T_chilled_out=[7.0, 7.0, 8.0],
        capacity=["500 USRt", "400 USRt", "150 USRt"],
        power_source="grid",
        EF_grid=0.8,
        p=["2023", "2024"],
    )


@pytest.fixture(scope="module", autouse=True)
def _one_day():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767312000")  # 2026-01-02
        yield


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Write reports of a published case, two roofs over the turn of a year and hostile names; a verifier's paper."""
    folder = tmp_path_factory.mktemp("reports")
    paths = {name: folder / f"{name}.html" for name in ("bornuur", "roofs", "hostile", "paper")}
    read_case(BORNUUR).calculate().to_html(
        paths["bornuur"], project={"title": "ボイラー 115", "participants": ["a", "b"]}
    )
    read_case(ROOFS).calculate().to_html(paths["roofs"])
    hostile_result().to_html(
        paths["hostile"],
        project={"title": HOSTILE, "participants": [HOSTILE, HOSTILE], "personnel": {HOSTILE: HOSTILE}},
    )
    handed_in = folder / "<b>handed in.xlsx"
    write(folder / "clean.xlsx")
    edit(folder / "clean.xlsx", handed_in, {(SEPARATE, "C11"): HOSTILE, (SEPARATE, "D11"): 1.62})
    verify(handed_in).to_html(paths["paper"])
    return paths


@pytest.fixture(scope="module")
def trees(reports):
    return {name: parsed(path.read_text(encoding="utf-8")) for name, path in reports.items()}


@pytest.fixture(scope="module")
def driver():
    with chromium() as found:
        yield found


# The file


def test_the_report_holds_everything_that_was_calculated(trees):
    result, words = read_case(BORNUUR).calculate(), text_of(trees["bornuur"])
    for name in ("RE", "PE", "ER"):
        assert f"{float(result[name].magnitude):,.3f}" in words
    for item in result.items:
        assert " ".join(item.detail.split()) in words
    for assessment in result.assessments:
        assert f"{assessment.criterion.number} {assessment.answer} {assessment.criterion.text}" in words
    for step in result.explain("ER").steps:
        assert step.value in words
        assert step.text in words
    assert result.manifest()["hash"] in words
    assert "ボイラー 115" in words


def test_the_manifest_in_the_report_is_the_manifest(trees):
    text = next(element.text for element in trees["bornuur"].iter("pre"))
    assert json.loads(text) == json.loads(json.dumps(read_case(BORNUUR).calculate().manifest()))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere_and_nothing_is_loaded(reports, trees, name):
    assert check_links(trees[name]) >= 4
    check_harmless(trees[name])
    text = reports[name].read_text(encoding="utf-8")
    assert not re.search(r"<(link|script)[^>]*(src|href)=(?!.data:)", text)
    assert "@import" not in text
    assert "url(" not in text


def test_every_value_that_was_given_and_the_equations_of_every_unit_are_in_the_report(tmp_path):
    chillers().to_html(tmp_path / "chillers.html")
    tree = parsed((tmp_path / "chillers.html").read_text(encoding="utf-8"))
    words = text_of(tree)
    for row in ("1 2023 1,200", "1 2024 1,100", "2 2023 900", "2 2024 950", "3 2023 400", "3 2024 410"):
        assert row in words
    others = [text_of(element) for element in tree.iter("details")]
    assert [words.split(" ", 6)[:6] for words in others[:5]] == [
        ["i", "=", unit, "p", "=", year]
        for unit, year in (("1,", "2024"), ("2,", "2023"), ("2,", "2024"), ("3,", "2023"), ("3,", "2024"))
    ]
    assert "320 tCO2" in others[3]  # PE of chiller 3 in 2023: 400 MWh × 0.8


def test_the_report_begins_with_what_is_asked_first(trees):
    first = text_of(trees["roofs"]).partition("Summary")[0]
    years = read_case(ROOFS).calculate().by_year()
    assert f"{years['ER'].sum():,.3f} tCO2" in first
    assert f"whole tonnes by calendar year: {years['tonnes'].sum():,}" in first
    assert "2024" in first
    assert "2026-01-02, jcm_calc" in first


def test_hostile_names_are_texts(trees):
    assert text_of(trees["hostile"]).count("<script>alert(1)</script>") > 20


def test_pictures_hold_no_script(trees):
    for picture in trees["hostile"].iter("img"):
        svg = base64.b64decode(picture.get("src").partition(",")[2]).decode()
        assert "<script" not in svg
        check_harmless(ElementTree.fromstring(svg))


def test_the_same_result_gives_the_same_file(reports, tmp_path):
    read_case(ROOFS).calculate().to_html(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == reports["roofs"].read_bytes()


def test_a_report_is_not_overwritten_unless_told(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("mine", encoding="utf-8")
    result = calculate("PW_AM001", EG=500)
    with pytest.raises(FileExistsError):
        result.to_html(path)
    assert path.read_text(encoding="utf-8") == "mine"
    result.to_html(path, overwrite=True)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


# In Chromium


def opened(driver, path):
    driver.get_log("browser")
    driver.get_log("performance")
    driver.get(path.as_uri())


@pytest.mark.parametrize("name", PAGES)
def test_a_browser_has_nothing_to_complain_of_and_asks_for_nothing_else(driver, reports, name):
    opened(driver, reports[name])
    assert driver.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("data:")] == [reports[name].as_uri()]
    assert driver.execute_script("return [...document.images].every(i => i.complete && i.naturalWidth > 100)")
    assert driver.execute_script("return [...document.images].every(i => i.alt.length > 10)")


def test_a_symbol_leads_to_its_equation(driver, reports):
    opened(driver, reports["bornuur"])
    link = "#equations math a[href='#from-RE_i']"
    driver.execute_script("document.querySelector(arguments[0]).click()", link)
    assert driver.execute_script("return document.querySelector(':target').id") == "from-RE_i"
    top = driver.execute_script("return document.querySelector(':target').getBoundingClientRect().top")
    assert -1 < top < driver.execute_script("return window.innerHeight")  # pictures end within a pixel


def test_equations_are_set_as_mathematics(driver, reports):
    """A fraction is higher than a line, and a subscript is smaller than its base."""
    opened(driver, reports["bornuur"])
    heights = driver.execute_script(
        "return ['mfrac', 'mi'].map(t => document.querySelector(`#equations ${t}`).getBoundingClientRect().height)"
    )
    assert heights[0] > 1.5 * heights[1]


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_never_wider_than_the_window(driver, reports, name, width):
    wide(driver, width)
    opened(driver, reports[name])
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    size = driver.execute_script("return parseFloat(getComputedStyle(document.querySelector('#summary p')).fontSize)")
    assert size >= 14
    right = "return Math.max(0, ...[...document.images].map(image => image.getBoundingClientRect().right))"
    assert driver.execute_script(right) <= width
    # what is wider than the window scrolls in itself
    lost = driver.execute_script(
        "return [...document.querySelectorAll('table, math')].filter(e => e.getBoundingClientRect().right > "
        "innerWidth + 1 && !e.closest('.wide, .lines')).length"
    )
    assert lost == 0


def _luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("on", [False, True], ids=["light", "dark"])
def test_text_and_links_have_contrast(driver, reports, on):
    """WCAG 2.2 asks for 4.5 to 1."""
    dark(driver, on)
    opened(driver, reports["bornuur"])
    script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    paper = _luminance(driver.execute_script(script, "html", "backgroundColor"))
    assert (paper < 0.1) is on
    for what in ("#summary p", "nav a", "#inputs td", ".badge"):
        ink = _luminance(driver.execute_script(script, what, "color"))
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5, what
    dark(driver, False)


def printed(driver):
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert pdf.startswith(b"%PDF-")
    return pdf, len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_three_chillers_take_six_pages(driver, tmp_path):
    chillers().to_html(tmp_path / "chillers.html", project={"title": "Chillers of a hotel"})
    opened(driver, tmp_path / "chillers.html")
    assert printed(driver)[1] <= 6


def test_the_report_prints(driver, reports):
    opened(driver, reports["bornuur"])
    pdf, pages = printed(driver)
    assert 3 <= pages <= 12
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf)}
    assert all(box[2:] == pytest.approx((595, 842), abs=2) for box in boxes)  # A4


# The command


def test_the_command_writes_the_report_and_does_not_overwrite_it(tmp_path):
    path = tmp_path / "report.html"
    done = run("report", BORNUUR, "-o", path)
    assert "is written" in done.stdout
    first = path.read_bytes()
    assert "exists already" in run("report", BORNUUR, "-o", path, code=2).output
    assert path.read_bytes() == first
    told = json.loads(run("report", BORNUUR, "-o", path, "--force", "--json").stdout)
    assert told == {"written": str(path), "unconfirmed": 20, "remarks": []}


def test_the_report_of_a_case_names_its_project(tmp_path):
    path = tmp_path / "report.html"
    run("report", BORNUUR, "-o", path)
    title = read_case(BORNUUR).project["title"]
    assert text_of(next(parsed(path.read_text(encoding="utf-8")).iter("h1"))) == title


def test_the_report_of_a_case_tells_how_it_is_monitored_and_what_was_published(tmp_path):
    path, case = tmp_path / "report.html", read_case(BORNUUR)
    run("report", BORNUUR, "-o", path)
    words = text_of(parsed(path.read_text(encoding="utf-8")))
    assert f"ER {case.expected['ER'][0]} 750.171 agrees" in words
    metered = ROOFS.parent.parent / "metered_year" / "case.toml"
    run("report", metered, "-o", path, "--force")
    words = text_of(parsed(path.read_text(encoding="utf-8")))
    assert "meter A-1048, class 0.5, calibrated 2023-06-20, 2024-07-11" in words


def test_a_report_that_cannot_be_written_is_a_complaint(tmp_path):
    assert "cannot be written" in run("report", BORNUUR, "-o", tmp_path / "no" / "report.html", code=2).output


def test_the_command_explains_by_name_and_by_symbol():
    by_name, by_symbol = run("explain", BORNUUR, "RE_i"), run("explain", BORNUUR, "RE_i,p")
    assert by_name.stdout == by_symbol.stdout
    assert "         = 15200 × (1 ÷ 0.5) × 0.099" in by_name.stdout.splitlines()


def test_the_command_explains_one_unit_as_data():
    told = json.loads(run("explain", ROOFS, "RE", "--at", "i=roof B", "--at", "p=2024", "--json").stdout)
    assert told["followed"] == {"i": {"label": "roof B", "of": 2}, "p": {"label": "2024", "of": 2}}
    steps = {step["name"]: step for step in told["steps"]}
    assert steps["RE_i"]["numbers"] == f"{_reading('roof B', '2024'):g} × 0.533"
    assert steps["EF_RE"]["grade"] == "unconfirmed"


def _reading(roof, year):
    table = pd.read_csv(ROOFS.with_name("output.csv"))
    rows = table[(table["i"] == roof) & table["p"].str.startswith(year)]
    return round(rows["EG [kWh]"].sum() / 1000, 9)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("X",), "is not a symbol"),
        (("RE", "--at", "i"), "such as p=2024"),
        (("RE", "--at", "i=9"), "got '9'; must be one of its labels"),
    ],
)
def test_what_cannot_be_explained_is_a_complaint(arguments, word):
    assert word in run("explain", BORNUUR, *arguments, code=2).output


def test_control_characters_of_a_label_do_not_reach_the_terminal(tmp_path):
    table = tmp_path / "output.csv"
    table.write_text('i,p,EG\n"\x1b[31mred",2024,500\nb,2024,300\n', encoding="utf-8")
    case = tmp_path / "case.toml"
    case.write_text('methodology = "PW_AM001"\n[inputs]\ntables = ["output.csv"]\n', encoding="utf-8")
    assert "\x1b" not in run("explain", case).output
    assert output.clean("\x1b[31m") == "[31m"
