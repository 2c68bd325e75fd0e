"""Pictures of the running app: ``python -m tests.tools.screenshots`` makes those of README anew.

``--all FOLDER`` visits every page at three widths, in light and in dark, and ends non-zero where a page shows an
exception, the console an error, or a page is wider than its window.
"""

import argparse
import io
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from fer_core.recognition.photos import sample_photos
from tests.e2e.conftest import CHROMIUM_FLAGS, find_chromium, running
from tests.tools.visits import PAGES, SCHEMES, SLOW, WIDTHS, draw_demo, settle_down, visiting

FOLDER = Path(__file__).parents[2] / ".screenshots"
README = (
    *("overview", "dataset", "training", "evaluation", "photos"),
    *("explain", "build_face", "teach", "break_it", "quiz", "lesson"),
)
"""The pages of README's pictures."""

_REAL = {page: f"{page}?dataset=FER%2B" for page in ("dataset", "evaluation")}
"""Those of them that show figures of FER+, which need no pictures."""


@contextmanager
def browsing():
    """Chromium in front of a server over a fresh home with the demo faces and the shipped checkpoint."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        draw_demo(folder)
        with running(Path(folder)) as server:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
            yield browser, f"http://localhost:{server.port}"
            browser.close()


def shoot_readme():
    """Replaces README's pictures."""
    with browsing() as (browser, address):
        for page in README:
            with visiting(browser, address, _REAL.get(page, page), height=800) as visit:
                prepare(page, visit.page)
                save(visit.page.screenshot(), FOLDER / f"{page}.webp")


def prepare(name, page):
    """Brings a page to where it is worth a picture."""
    if name == "photos":
        page.get_by_role("button", name="I agree").click()
        settle_down(page)
        page.get_by_role("button", name=next(iter(sample_photos())), exact=True).click()
        page.get_by_role("button", name="Look inside").wait_for(timeout=SLOW)
        settle_down(page)
    if name == "quiz":
        page.get_by_text("happiness", exact=True).first.click()
        page.get_by_text("You said").wait_for(timeout=SLOW)
        settle_down(page)
    if name == "teach":
        page.get_by_role("button", name="Use drawn faces").click()
        settle_down(page)
        page.get_by_role("button", name="Train", exact=True).click()
        page.get_by_text("Held-out accuracy").first.wait_for(timeout=SLOW)
        page.locator("h1").scroll_into_view_if_needed()
        settle_down(page)
    if name == "explain":
        page.get_by_role("button", name="Convolution 2").click()
        page.get_by_text("in the window").wait_for(timeout=SLOW)
        settle_down(page)


def shoot_all(folder):
    """Pictures of every page at three widths in two colors; returns what went wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    with browsing() as (browser, address):
        return [
            complaint
            for page in PAGES
            for width in WIDTHS
            for scheme in SCHEMES
            for complaint in shoot(browser, address, page, folder, width=width, scheme=scheme)
        ]


def shoot(browser, address, page, folder, *, width, scheme):
    """One picture of a whole page; returns what is wrong with it."""
    with visiting(browser, address, page, width=width, scheme=scheme) as visit:
        name = f"{page}-{width}-{scheme}"
        tall = visit.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
        visit.page.set_viewport_size({"width": width, "height": min(max(tall, 800), 6000)})
        settle_down(visit.page)
        visit.page.screenshot(path=folder / f"{name}.png")
        wrong = [*visit.complaints, *visit.exceptions()]
        if visit.overflow() > 0:
            wrong.append(f"{visit.overflow()} pixels wider than the window")
        return [f"{name}: {what}" for what in wrong]


def save(png, path):
    """Keeps a picture small."""
    Image.open(io.BytesIO(png)).convert("RGB").save(path, quality=70, method=6)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, three widths, light and dark")
    options = parser.parse_args()
    if options.all is None:
        shoot_readme()
        return 0
    wrong = shoot_all(options.all)
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "nothing is wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
