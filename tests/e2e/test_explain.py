"""Explain in a real browser: blocks, maps and values answer to mouse, keyboard and touch, with the right numbers."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.demo import read_demo
from fer_core.explain.arithmetic import sliding_window
from fer_core.explain.pictures import strongest
from fer_core.explain.worker import open_layer_reader
from tests.e2e.conftest import accept_notice
from tests.e2e.test_pages import grave_violations
from tests.tools.visits import settle_down

pytestmark = pytest.mark.browser

SLOW = 60_000
ROW = 12


@pytest.fixture(scope="module")
def layers():
    """What the page is going to show."""
    seen = np.asarray(read_demo().images[ROW])
    return {layer.title: layer for layer in open_layer_reader(load_checkpoint("fer-lab")).layers(seen)}


@pytest.fixture
def opened(lab, open_browser):
    """Opens Explain with a face of the demo."""

    def opened(layer="", **options):
        page = open_browser(**options)
        page.goto(f"{lab}/explain?dataset=demo&row={ROW}&checkpoint=fer-lab&layer={layer}")
        page.get_by_role("button", name="Softmax 1").wait_for(timeout=SLOW)
        settle_down(page)
        return page

    return opened


def canvas(page):
    return page.get_by_role("application")


def point(page, shape, row, column, act="hover"):
    """Points at a value of the enlarged map."""
    box = canvas(page).bounding_box()
    place = {"x": (column + 0.5) * box["width"] / shape[1], "y": (row + 0.5) * box["height"] / shape[0]}
    getattr(canvas(page), act)(position=place)
    page.get_by_text(f"Row {row}, column {column}:").wait_for(timeout=SLOW)


def numbers(page):
    """The tables of numbers beside the map."""
    tables = page.locator(".table").evaluate_all("tables => tables.map(t => [...t.children].map(c => c.textContent))")
    return [[float(text.replace("−", "-")) for text in table] for table in tables]


def value(page):
    return float(page.locator(".place").inner_text().rsplit(": ", 1)[1].replace("−", "-"))


def enlarged(page):
    return int(re.match(r"Map (\d+)", page.locator(".made figcaption").inner_text())[1]) - 1


def test_a_block_opens_its_layer_a_map_is_enlarged_and_a_value_tells_its_products(opened, layers):
    page = opened()
    page.get_by_role("button", name="Convolution 2").click()
    page.get_by_text("Slides small").wait_for(timeout=SLOW)
    assert "layer=Convolution+2" in page.url
    layer, source = layers["Convolution 2"], layers["Convolution 1"].output
    number = int(strongest(layer)[3])
    page.get_by_role("button", name=f"Map {number + 1}", exact=True).click()
    page.get_by_text(f"Map {number + 1} of Convolution 2").wait_for(timeout=SLOW)
    window = sliding_window(layer, source, number)
    for row, column in ((20, 31), (0, 0), (47, 10)):
        point(page, (48, 48), row, column)
        channel = int(page.locator("[data-channel][aria-pressed=true]").get_attribute("data-channel"))
        patch = np.pad(source, [(1, 1), (1, 1), (0, 0)])[row : row + 3, column : column + 3, channel]
        kernel = window.kernel[..., channel]
        for shown, expected in zip(numbers(page), (patch, kernel, patch * kernel), strict=True):
            np.testing.assert_allclose(shown, expected.ravel(), rtol=5.1e-3, atol=1e-6)
        assert value(page) == pytest.approx(layer.output[row, column, number], rel=5.1e-3, abs=1e-6)
        total = float(page.locator(".sum strong").inner_text().replace("−", "-"))
        assert max(total, 0) == pytest.approx(layer.output[row, column, number], rel=5.1e-3, abs=2e-3)
    page.go_back()
    page.get_by_text("2,304 gray values").wait_for(timeout=SLOW)


def test_pooling_shows_what_it_takes_from(opened, layers):
    page = opened("Pooling 2")
    point(page, (24, 24), 5, 9)
    number = enlarged(page)
    patch = layers["Pooling 1"].output[10:12, 18:20, number]
    np.testing.assert_allclose(numbers(page)[0], patch.ravel(), rtol=5.1e-3, atol=1e-6)
    assert value(page) == pytest.approx(patch.mean(), rel=5.1e-3, abs=1e-6)


def test_the_keyboard_alone_walks_blocks_maps_and_values(opened):
    page = opened()
    page.get_by_role("button", name=re.compile("^The face")).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("Map 1 of Convolution 1").or_(page.get_by_text(re.compile(r"Map \d+ of Conv"))).first.wait_for()
    settle_down(page)
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.place") == "1"  # it keeps the focus
    canvas(page).focus()
    for key in ("Home", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert re.match(r"Row \d+, column 1:", page.locator(".place").inner_text())
    page.locator("button[data-place='0']").nth(1).focus()
    page.keyboard.press("ArrowRight")
    before = enlarged(page)
    page.keyboard.press("Enter")
    page.wait_for_function(
        f"() => ![...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector('.made figcaption')"
        f"?.textContent.startsWith('Map {before + 1} '))"
    )
    assert enlarged(page) != before


def test_the_filter_slides_and_steps(opened):
    page = opened("Convolution 7")  # 6x6 values
    page.get_by_role("button", name="Step").click()
    assert "Row 0, column 0:" in page.locator(".place").inner_text()
    page.get_by_role("button", name="Step").click()
    assert "Row 0, column 1:" in page.locator(".place").inner_text()
    page.get_by_role("button", name="Play").click()
    page.get_by_text(re.compile("Row [1-4], column")).wait_for(timeout=SLOW)
    page.get_by_role("button", name="Pause").click()
    stopped = page.locator(".place").inner_text()
    page.wait_for_timeout(1000)
    assert page.locator(".place").inner_text() == stopped
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Row 5, column 5:").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Play").wait_for()  # at the end it stops by itself


def test_who_wants_less_motion_has_steps_only(opened):
    page = opened("Convolution 7", reduced_motion="reduce")
    assert not page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("button", name="Step").click()
    assert "Row 0, column 0:" in page.locator(".place").inner_text()


def test_on_a_dark_phone_a_finger_is_enough(opened):
    page = opened("Convolution 7", color_scheme="dark", has_touch=True, is_mobile=True)
    page.set_viewport_size({"width": 390, "height": 844})
    settle_down(page)
    canvas(page).scroll_into_view_if_needed()
    point(page, (6, 6), 2, 4, act="tap")
    page.get_by_role("button", name="Convolution 8").tap()
    page.get_by_text(re.compile(r"Map \d+ of Convolution 8")).wait_for(timeout=SLOW)
    settle_down(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert grave_violations(page) == []


def test_face_network_and_answer_are_in_view_at_1280_x_800(opened):
    page = opened("Convolution 2")
    page.set_viewport_size({"width": 1280, "height": 800})
    settle_down(page)
    last_class = page.get_by_text("contempt", exact=True)
    for element in (last_class, page.get_by_role("button", name="Softmax 1"), canvas(page)):
        box = element.bounding_box()
        assert box["y"] + box["height"] <= 800
    assert grave_violations(page) == []


def test_a_face_of_a_photo_opens_and_the_way_back_leads_to_that_photo(lab, open_browser):
    page = open_browser()
    page.goto(f"{lab}/photos")
    accept_notice(page)
    page.get_by_role("button", name="Three friends", exact=True).click(timeout=SLOW)
    page.get_by_text("Look inside at face").wait_for(timeout=SLOW)
    page.get_by_role("button", name="A quarrel", exact=True).click()
    second = page.get_by_text("Look inside at face").nth(1)
    second.wait_for(timeout=SLOW)
    settle_down(page)
    second.scroll_into_view_if_needed()
    place = page.get_by_test_id("stMain").evaluate("main => main.scrollTop")
    assert place > 200
    for go_back in (page.get_by_role("link", name="Back to Photos").click, page.go_back):
        page.get_by_role("radio", name="2", exact=True).nth(1).click()
        page.get_by_text("Face 2 of A quarrel").wait_for(timeout=SLOW)
        go_back()
        page.wait_for_function(
            "place => document.querySelector('.stMain').scrollTop === place", arg=place, timeout=SLOW
        )
        expect(second).to_be_in_viewport()
        settle_down(page)
