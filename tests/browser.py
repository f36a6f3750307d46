"""A headless Chromium that is looked over the shoulder: its console, its network, its layout."""

import os
import shutil
from contextlib import contextmanager

import pytest


@contextmanager
def chromium():
    """Yield a driver; without Chromium the test is skipped, in continuous integration it fails."""
    paths = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if not all(paths.values()):
        missing = "Chromium is missing: apt-get install --no-install-recommends chromium chromium-driver"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = paths["chromium"]
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(paths["chromedriver"]))
    try:
        yield driver
    finally:
        driver.quit()


def wide(driver, width):
    """Set the width of the window, as a telephone has it."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def dark(driver, on):
    """Ask for dark mode, or for light."""
    feature = {"name": "prefers-color-scheme", "value": "dark" if on else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
