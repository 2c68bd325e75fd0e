"""Times until each page's heading can be read, on a cold and on a warm server: ``python -m tests.first_paint``."""

import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.e2e.conftest import CHROMIUM_FLAGS, find_chromium, running
from tests.visits import PAGES, draw_demo, visiting

WARM, COLD = 1000.0, 3000.0
"""Milliseconds."""
_REPEATS = 3


def first_read(browser, address, page):
    """Milliseconds until a page can be read by a browser that has nothing of it yet."""
    with visiting(browser, address, page, settle=False) as visit:
        return visit.first_read()


def cold(browser, page):
    """The same for the first visitor of a server that has just been started."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        return first_read(browser, f"http://localhost:{server.port}", page)


def warm(browser, pages):
    """The same for later visitors, by page: the median of three visits after a first one."""
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        draw_demo(folder)
        with running(Path(folder)) as server:
            address = f"http://localhost:{server.port}"
            for page in pages:
                with visiting(browser, address, page):
                    pass
                times[page] = median(first_read(browser, address, page) for _ in range(_REPEATS))
    return times


def main():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        first = {page: cold(browser, page) for page in PAGES}
        later = warm(browser, PAGES)
        browser.close()
    for page in PAGES:
        sys.stdout.write(f"{page:12} cold {first[page]:5.0f} ms   warm {later[page]:5.0f} ms\n")
    return 0 if max(first.values()) <= COLD and max(later.values()) <= WARM else 1


if __name__ == "__main__":
    sys.exit(main())
