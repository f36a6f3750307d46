"""Draw the pictures of the README from what the library writes: `make images`, with Chromium installed."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

import jcm_calc
from jcm_calc.api.case_file import read_case

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
WIDTH = 1000


def write_pages(folder: Path) -> dict[str, Path]:
    """Write the report of the example year, and the working paper on a workbook that counts July of one meter twice."""
    case = read_case(str(DOCS / "examples" / "metered_year" / "case.toml"))
    monitored = case.monitor()
    result = case.calculate(monitored)
    result.to_html(folder / "report.html", project=case.project)
    amounts = [float(amounts[0]) for amounts in monitored.amounts.values()]
    amounts[0] += float(monitored.monthly().loc["2024-07", "S1"])
    inputs = {name: case.inputs[name] for name in ("COP_PJ", "application", "EF_elec")}
    reported = jcm_calc.calculate("ID_AM003", EC_PJ=amounts, p="2024", **inputs)
    workbook = folder / "monitoring_report.xlsx"
    reported.to_excel(workbook, plan=reported, project=case.project, sources=monitored.sources())
    jcm_calc.verify(workbook, readings=monitored).to_html(folder / "finding.html")
    return {name: folder / f"{name}.html" for name in ("report", "finding")}


def photograph(pages: dict[str, Path], heights: dict[str, tuple[str, int]]) -> None:
    """Save the part of each page that begins at an element, as a PNG."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        for name, page in pages.items():
            selector, height = heights[name]
            metrics = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            driver.get(page.as_uri())
            driver.execute_script("document.querySelector(arguments[0]).scrollIntoView()", selector)
            driver.save_screenshot(str(IMAGES / f"{name}.png"))
    finally:
        driver.quit()


if __name__ == "__main__":
    if not shutil.which("chromium"):
        sys.exit("Chromium is missing: apt-get install --no-install-recommends chromium chromium-driver")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as written, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        photograph(write_pages(Path(written)), {"report": ("h1", 1235), "finding": ("#findings", 475)})
