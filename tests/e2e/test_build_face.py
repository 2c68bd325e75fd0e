"""In a real browser: a preset, a slider by keyboard, the smallest change, and the address that shows the same face."""

from urllib.parse import parse_qs, urlsplit

import pytest

from fer_core.datasets.drawn.expression import emotion_expression
from fer_core.datasets.drawn.face import Face, parse_face
from tests.tools.visits import SLOW, settle_down

pytestmark = pytest.mark.browser


def face_of(page):
    return parse_face(parse_qs(urlsplit(page.url).query).get("face", [""])[0])


@pytest.fixture
def page(server, open_browser):
    page = open_browser()
    page.goto(f"http://localhost:{server.port}/build_face")
    settle_down(page)
    return page


def test_muscles_move_and_the_network_changes_its_mind(page, server, open_browser):
    page.get_by_role("button", name="Happiness").click()
    page.get_by_text("looks like: happiness").wait_for(timeout=SLOW)
    settle_down(page)
    assert face_of(page) == Face(expression=emotion_expression("happiness"))
    page.get_by_role("button", name="Neutral").click()
    settle_down(page)
    slider = page.get_by_role("slider", name="AU26 Jaw drop")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('26%3A15')", timeout=SLOW)
    settle_down(page)
    assert face_of(page).expression.units() == {"26": 0.15}
    other = open_browser()
    other.goto(page.url)
    settle_down(other)
    assert other.get_by_role("slider", name="AU26 Jaw drop").input_value() == "15"


def test_the_smallest_change_is_shown_step_by_step_and_taken(page):
    page.get_by_role("button", name="Find smallest change").click()
    page.get_by_role("button", name="Use this face").wait_for(timeout=SLOW)
    settle_down(page)
    target = page.get_by_text("Target class").locator("xpath=following::input[1]").input_value()
    page.get_by_role("button", name="Use this face").click()
    page.get_by_text(f"looks like: {target}").wait_for(timeout=SLOW)
