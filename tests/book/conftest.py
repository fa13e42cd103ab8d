"""The browser and the server that the checks of the built site share."""

import re
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent))

import site_files

from antispoof_book import chromium

ELSEWHERE = re.compile(r"^(?!http://127\.0\.0\.1|file:|data:|blob:)")
PATIENCE = 120_000  # milliseconds; a busy machine opens pages slowly
PHONE = {"width": 360, "height": 740}


def pytest_sessionstart():
    if not (site_files.HTML / "index.html").is_file():
        raise pytest.UsageError(f"{site_files.HTML}: no book here; run 'make book'")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Nothing: what is asked for is seen from the browser."""


@pytest.fixture(scope="session")
def address():
    """Where the site is served on this machine."""
    handler = partial(Quiet, directory=site_files.HTML)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    with chromium.started() as running:
        yield running


@dataclass
class Visit:
    """A loaded page, and what happened while it was loaded."""

    page: object
    requests: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    messages: list = field(default_factory=list)  # console errors and warnings


@pytest.fixture(scope="session")
def visit(browser):
    """Open an address in a fresh context that sees no network but this machine's."""

    @contextmanager
    def opened(address, **options):
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        visit = Visit(context.new_page())
        context.route(ELSEWHERE, lambda route: route.abort())
        seen, loud = visit.messages, ("error", "warning")
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("requestfailed", lambda request: visit.failed.append(request.url))
        visit.page.on("response", lambda r: r.ok or visit.failed.append(r.url))
        visit.page.on("pageerror", lambda error: seen.append(str(error)))
        visit.page.on("console", lambda m: m.type in loud and seen.append(m.text))
        visit.page.goto(address, wait_until="load")
        visit.page.evaluate("window.MathJax?.startup?.promise.then(() => 0)")
        visit.page.evaluate("document.fonts.ready.then(() => 0)")
        yield visit
        context.close()

    return opened


# pytest groups tests by these, so that each page is opened once from each side.
@pytest.fixture(scope="session", params=site_files.names())
def served(request, visit, address):
    """A page from a server, on a desk."""
    with visit(f"{address}/{request.param}", color_scheme="light") as opened:
        yield opened


@pytest.fixture(scope="session", params=site_files.names())
def offline(request, visit):
    """A page from disk, on a phone."""
    url = f"{site_files.HTML.as_uri()}/{request.param}"
    with visit(url, viewport=PHONE, has_touch=True) as opened:
        yield opened
