"""The dataset room in a real browser: faces are clicked, walked by keyboard and scrolled, and a map answers."""

import re
import sys
import zipfile

import cv2
import pytest

from fer_core.datasets.demo import write_demo_files
from fer_core.datasets.store import import_dataset, list_datasets, load_records

pytestmark = pytest.mark.browser

SLOW = 60_000
"""Milliseconds that a page may take where the machine is busy with other things."""

SCROLL = """
async () => {
  const page = document.querySelector('[data-testid="stMain"]');
  const gaps = [];
  let last = performance.now();
  for (let step = 0; step < 60; step++) {
    page.scrollBy(0, 40);
    await new Promise(requestAnimationFrame);
    gaps.push(performance.now() - last);
    last = performance.now();
  }
  return {moved: page.scrollTop, median: gaps.sort((a, b) => a - b)[30]};
}
"""


PAINTED = """
(canvas) => {
  const pixels = canvas.getContext('2d').getImageData(0, canvas.height - 100, canvas.width, 50).data;
  return new Set(pixels).size > 50;
}
"""


@pytest.fixture(scope="module")
def drawn_files(tmp_path_factory):
    """1,200 drawn faces."""
    return write_demo_files(tmp_path_factory.mktemp("drawn"), {"train": 1000, "validation": 100, "test": 100})


@pytest.fixture
def stored(home_with_checkpoint, drawn_files):
    """A home with them and a checkpoint."""
    import_dataset(*drawn_files, name="drawn")
    return home_with_checkpoint


@pytest.fixture
def visit(stored, serve, open_browser):
    """Opens a view of that dataset."""
    address, _ = serve(stored)

    def visit(**query):
        page = open_browser()
        words = "&".join(f"{key}={value}" for key, value in query.items())
        page.goto(f"{address}/dataset?dataset=drawn&{words}")
        page.wait_for_selector("h1", timeout=SLOW)
        return page

    return visit


def test_a_face_is_clicked_walked_to_and_linked(visit):
    page = visit(view="Faces", scheme="fer2013")
    first = page.locator("button[data-place='0']")
    first.click(timeout=SLOW)
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("ten people").wait_for(timeout=SLOW)
    assert "row=0" in page.url
    dialog.get_by_role("button", name="Next").click()
    dialog.get_by_text(re.compile("Row 1,")).wait_for(timeout=SLOW)
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="detached", timeout=SLOW)
    page.wait_for_function("() => !location.search.includes('row=')", timeout=SLOW)
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog.get_by_text(re.compile("Row 2,")).wait_for(timeout=SLOW)


def test_a_thousand_faces_are_one_picture_and_scroll(visit):
    page = visit(view="Faces", size="Small", scheme="fer2013")
    page.locator("button[data-place='999']").wait_for(state="attached", timeout=SLOW)
    assert page.locator("button[data-place]").count() == 1000
    scrolled = page.evaluate(SCROLL)
    assert scrolled["moved"] > 1000
    sys.stdout.write(f"scrolling: {scrolled['median']:.0f} ms a frame in the median, without a graphics card")
    assert page.locator("canvas").evaluate(PAINTED)


def test_the_map_shows_the_face_under_the_pointer_and_opens_it(visit):
    page = visit(view="Detective", look="Map")
    canvas = page.locator(".map canvas")
    canvas.wait_for(timeout=SLOW)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    card = page.locator(".map .card")
    for step in range(400):
        place = {
            "x": box["width"] * (0.1 + 0.8 * (step % 20) / 20),
            "y": box["height"] * (0.1 + 0.8 * (step // 20) / 20),
        }
        canvas.hover(position=place)
        if card.is_visible():
            break
    assert "Row" in card.inner_text()
    row = re.search(r"Row (\d+)", card.inner_text()).group(1)
    canvas.click(position=place)
    page.get_by_role("dialog").get_by_text(re.compile(f"Row {row},")).wait_for(timeout=SLOW)


def test_a_zip_of_pictures_is_uploaded_and_imported(visit, tmp_path):
    records = load_records("drawn")
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for row in range(60):
            png = cv2.imencode(".png", records.images[row])[1].tobytes()
            archive.writestr(f"faces/{['train', 'test'][row % 4 == 0]}/{['angry', 'happy'][row % 2]}/{row}.png", png)
    page = visit(view="Import", import_kind="Folders of pictures")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("60 pictures in 2 class folders").wait_for(timeout=SLOW)
    page.get_by_label("Name", exact=True).fill("mine")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("60 faces with their own labels").wait_for(timeout=SLOW)
    assert "mine" in [card.name for card in list_datasets()]
