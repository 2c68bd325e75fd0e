"""Times until each page's heading can be read, on a cold and on a warm server: ``python -m tests.tools.first_paint``.

On the warm one for a new browser, which has to fetch Streamlit's own scripts, and for one that has been there before.
An empty Streamlit page is measured beside them: what it needs, no page can do without.

``--answer`` measures what a fresh clone shows first, and nothing else: the time from the start of a server over an
empty home until Overview's sample picture is answered, and the time from the heading of Dataset, the first page that is
asked of such a server, until its first chart stands, beside those of an empty page with one chart. Medians of five
servers each.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic

from tests.e2e.conftest import CHROMIUM_FLAGS, find_chromium, running
from tests.tools.visits import PAGES, SLOW, draw_demo, visiting

WARM, COLD, CHART = 1000.0, 3000.0, 1000.0
"""Milliseconds that are allowed: until a heading on a warm and on a cold server, and from it to Dataset's chart."""
_REPEATS = 5
_EMPTY = "import streamlit as st; st.title('Empty')"
_CHART = f"{_EMPTY}; import plotly.express as px; st.plotly_chart(px.bar(y=[1, 2]))"


def first_read(browser, address, page):
    """Milliseconds until a page can be read by a browser that has nothing of it yet."""
    with visiting(browser, address, page, settle=False) as visit:
        return visit.first_read()


def cold(browser, page):
    """The same for the first visitor of a server that has just been started."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        return first_read(browser, f"http://localhost:{server.port}", page)


def answered(browser):
    """Milliseconds from the start of a server over an empty home until Overview's sample picture is answered."""
    start = monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as server,
        visiting(browser, f"http://localhost:{server.port}", "overview", settle=False) as visit,
    ):
        visit.page.get_by_text("looks like:").first.wait_for(timeout=SLOW)
        return 1000 * (monotonic() - start)


def charted(browser):
    """Milliseconds from Dataset's heading to its first chart, for the first visitor of a server over an empty home."""
    return _charted(browser, "dataset?view=Overview", "app.py")


def empty_charted(browser):
    """The same for a page of Streamlit's with nothing but a heading and a chart."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "chart.py"
        script.write_text(_CHART, encoding="utf-8")
        return _charted(browser, "", script)


def _charted(browser, page, script):
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), script) as server,
        visiting(browser, f"http://localhost:{server.port}", page, settle=False) as visit,
    ):
        visit.page.locator(".js-plotly-plot .barlayer path").first.wait_for(timeout=SLOW)
        return visit.page.evaluate("() => performance.now() - window.firstRead")


def warm(browser, address, page):
    """The same for later visitors: medians for new browsers, and for one that comes back."""
    new = median(first_read(browser, address, page) for _ in range(_REPEATS))
    with visiting(browser, address, page) as visit:
        return new, median(visit.come_back() for _ in range(_REPEATS))


def empty(browser):
    """The same for a page of Streamlit's with nothing but a heading."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text(_EMPTY, encoding="utf-8")
        with running(Path(folder), script) as server:
            address = f"http://localhost:{server.port}"
            first_read(browser, address, "")
            return warm(browser, address, "")


def main():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        if "--answer" in sys.argv[1:]:
            measures = (answered, charted, empty_charted)
            answer, chart, least = (median(measure(browser) for _ in range(_REPEATS)) for measure in measures)
            sys.stdout.write(f"overview answers {answer:.0f} ms after the server's start\n")
            sys.stdout.write(f"dataset's first chart stands {chart:.0f} ms after its heading, ")
            sys.stdout.write(f"that of an empty page {least:.0f} ms\n")
            return 0 if answer <= COLD and chart <= CHART else 1
        first = {page: cold(browser, page) for page in PAGES}
        draw_demo(folder)
        with running(Path(folder)) as server:
            address = f"http://localhost:{server.port}"
            for page in PAGES:
                with visiting(browser, address, page):
                    pass
            later = {page: warm(browser, address, page) for page in PAGES}
        nothing = empty(browser)
        browser.close()
    for page in PAGES:
        _say(page, f"{first[page]:5.0f}", *later[page])
    _say("(empty)", "    –", *nothing)
    return 0 if max(first.values()) <= COLD and max(map(max, later.values())) <= WARM else 1


def _say(page, cold_server, new, back):
    sys.stdout.write(f"{page:12} cold {cold_server} ms   warm {new:5.0f} ms, coming back {back:5.0f} ms\n")


if __name__ == "__main__":
    sys.exit(main())
