"""Visits to every page in a real Chromium: what is there, what went wrong, and when it was first to be read."""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pages.shared.links import PAGES as ALL_PAGES

_SOMETHING_TO_SHOW = {
    "overview": "",
    "dataset": "dataset?dataset=demo",
    "training": "training?dataset=demo",
    "evaluation": "evaluation?dataset=demo",
    "comparison": "comparison?dataset=demo",
    "explain": "explain?dataset=demo&row=12",
    "quiz": "quiz?dataset=demo&round=7",
    "build_face": "build_face?face=4:100+5:30+7:100+23:100",
    "break_it": "break_it?dataset=demo&experiment=order&guess=order-0",
}
PAGES = {page: _SOMETHING_TO_SHOW.get(page, page) for page in ALL_PAGES}
"""The address of each page at a place where it has something to show."""

WIDTHS, SCHEMES = (1280, 768, 390), ("light", "dark")
SLOW = 120_000
"""Milliseconds that a page may take where the machine is busy with other things."""

_SETTLED = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const working = '[data-testid="stSkeleton"], [data-testid="stSpinner"], [data-testid="stAppSkeleton"]';
  return app && app.dataset.testScriptState === 'notRunning' && document.querySelector('h1')
    && !document.querySelector(working);
}
"""
_HEADING_SEEN = """
new MutationObserver((_, observer) => {
  const heading = document.querySelector('[data-testid="stMain"] h1');
  if (heading && heading.textContent && heading.getBoundingClientRect().height) {
    requestAnimationFrame(() => { window.firstRead ??= performance.now(); });
    observer.disconnect();
  }
}).observe(document, {childList: true, subtree: true, characterData: true});
"""
_HARMLESS = ("WebSocket is closed before the connection", "ResizeObserver loop", "/_stcore/")
"""A page that is left, a chart that fits itself in, Streamlit that looks for its server below a page's address."""


def draw_demo(home):
    """Draws the demo faces into a home beforehand, however long a busy machine takes for it."""
    words = [sys.executable, "-c", "from fer_core.datasets.store import ensure_demo; ensure_demo()"]
    subprocess.run(words, env=os.environ | {"FER_HOME": str(home)}, cwd=Path(__file__).parents[2], check=True)


@dataclass
class Visit:
    """An open page.

    Attributes:
        page: Playwright's.
        complaints: What the console called an error, requests to other hosts, and errors of scripts.
    """

    page: object
    complaints: list = field(default_factory=list)

    def exceptions(self):
        """Texts of what the page shows in place of a traceback."""
        return self.page.locator('[data-testid="stException"]').all_inner_texts()

    def first_read(self):
        """Milliseconds from the request until the heading could be read."""
        return self.page.evaluate("() => window.firstRead")

    def come_back(self):
        """The same when the page is opened again by a browser that has kept what it fetched."""
        self.page.goto(self.page.url, timeout=SLOW)
        self.page.wait_for_function("() => window.firstRead", timeout=SLOW)
        return self.first_read()

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")


@contextmanager
def visiting(browser, address, page, *, width=1280, height=900, scheme="light", settle=True):
    """A page in a context of its own, with an empty cache.

    Args:
        browser: Playwright's.
        address: Of the server.
        page: One of ``PAGES``, or an address of its own.
        width: Of the window, in pixels.
        height: Likewise.
        scheme: ``light`` or ``dark``.
        settle: Whether to wait until everything is there; else until the heading is.
    """
    context = new_context(browser, width=width, height=height, scheme=scheme)
    try:
        with visiting_in(context, address, page, settle=settle) as visit:
            yield visit
    finally:
        context.close()


def new_context(browser, *, width=1280, height=900, scheme="light"):
    """A context that notes when a page's heading can be read."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.add_init_script(_HEADING_SEEN)
    return context


@contextmanager
def visiting_in(context, address, page, *, settle=True):
    """A page in a context that may have been to others, and keeps what they fetched."""
    visit = Visit(context.new_page())
    host = address.split("//")[1]
    visit.page.on("console", lambda message: _listen(visit, message))
    visit.page.on("pageerror", lambda error: visit.complaints.append(f"script: {error}"))
    visit.page.on(
        "request",
        lambda request: (
            visit.complaints.append(f"foreign: {request.url}")
            if request.url.startswith("http") and host not in request.url
            else None
        ),
    )
    try:
        visit.page.goto(f"{address}/{PAGES.get(page, page)}", timeout=SLOW)
        if settle:
            settle_down(visit.page)
        else:
            visit.page.wait_for_function("() => window.firstRead", timeout=SLOW)
        yield visit
    finally:
        visit.page.close()


def settle_down(page):
    """Waits until a page has drawn what it has to draw."""
    page.wait_for_function(_SETTLED, timeout=SLOW)
    page.wait_for_timeout(600)
    page.wait_for_function(_SETTLED, timeout=SLOW)


def _listen(visit, message):
    words = f"{message.text} {message.location['url']}"
    if message.type == "error" and not any(harmless in words for harmless in _HARMLESS):
        visit.complaints.append(f"console: {words}")
