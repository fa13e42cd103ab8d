"""The machine's own Chromium, without a window: for the PDF and the page tests."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "CHROMIUM"  # in the environment: its path, if it has another name


def find() -> str:
    """Path of Chromium or Chrome; FileNotFoundError if none is installed."""
    for name in filter(None, (os.environ.get(VARIABLE), *NAMES)):
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(
        f"no browser under the names {', '.join(NAMES)}; install one ('apt-get install"
        f" chromium' on Debian and Ubuntu) or set {VARIABLE} to the path of one"
    )


@contextmanager
def started() -> Iterator[Browser]:
    """A running browser, closed at the end."""
    options = {"executable_path": find()}
    with sync_playwright() as driver, driver.chromium.launch(**options) as browser:
        yield browser
