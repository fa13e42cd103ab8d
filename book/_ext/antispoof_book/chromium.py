"""The machine's own Chromium, driven without a window: for the PDF and the checks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "CHROMIUM"  # in the environment: where it is, if under no usual name


class BrowserMissingError(RuntimeError):
    """There is no Chromium on this machine."""


def find() -> str:
    """Path of Chromium or Chrome.

    Raises BrowserMissingError if there is none.
    """
    for name in (os.environ.get(VARIABLE, ""), *NAMES):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise BrowserMissingError(
        f"no browser under the names {', '.join(NAMES)}; install one "
        f"('apt-get install chromium' on Debian and Ubuntu) or give the path of one "
        f"in the environment as {VARIABLE}=..."
    )


@contextmanager
def started() -> Iterator[Browser]:
    """A running browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find())
        try:
            yield browser
        finally:
            browser.close()
