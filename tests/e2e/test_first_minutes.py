"""What somebody reaches in the first minutes, in an empty home, with nothing imported and nothing read."""

import pytest

from fer_core.lessons.plan import LESSON
from tests.e2e.conftest import CHROMIUM_FLAGS, running
from tests.tools.visits import SLOW, settle_down

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running(tmp_path_factory.mktemp("empty-home")) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture(scope="module")
def browser(playwright, chromium):
    started = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
    yield started
    started.close()


@pytest.fixture
def page(browser, address):
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        opened = context.new_page()
        opened.goto(address)
        opened.get_by_role("heading", name="FER Lab", level=1).wait_for(timeout=SLOW)
        settle_down(opened)
        yield opened


def in_view(page, locator):
    box = locator.bounding_box()
    return box is not None and box["y"] + box["height"] <= page.viewport_size["height"]


def test_the_first_thing_to_see_is_an_answered_picture(page):
    answer = page.get_by_text("looks like: happiness")
    assert in_view(page, answer)
    assert in_view(page, page.get_by_role("button", name="Your own picture"))
    page.get_by_role("button", name="A quarrel", exact=True).click()
    page.get_by_text("Face 2").first.wait_for(timeout=SLOW)


def test_a_labeled_photo_is_two_clicks_away(page):
    page.get_by_role("button", name="Your own picture").click()
    page.get_by_role("button", name="Astronaut", exact=True).click(timeout=SLOW)
    page.get_by_text("1 face, apparent expression").wait_for(timeout=SLOW)


def test_a_cell_of_the_real_matrix_is_two_clicks_away(page):
    page.get_by_test_id("stMain").get_by_role("link", name="Evaluation").click()
    page.get_by_text("n = 3,153").first.wait_for(timeout=SLOW)
    settle_down(page)
    assert in_view(page, page.locator(".js-plotly-plot").first)  # all eight rows
    cells = page.locator(".js-plotly-plot .scatterlayer").first
    box = cells.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 16, box["y"] + box["height"] / 16)
    page.get_by_text("1,090 neutral faces").first.wait_for(timeout=SLOW)
    page.wait_for_url("**cell=neutral~neutral**", timeout=SLOW)


@pytest.mark.child  # a whole training: 20 s on two idle cores
def test_a_finished_training_is_two_clicks_away_and_its_test_a_third(page):
    page.get_by_test_id("stMain").get_by_role("link", name="Training").first.click()
    start = page.get_by_role("button", name="Start (≈").first
    start.wait_for(timeout=SLOW)
    settle_down(page)
    assert in_view(page, start)
    start.click()
    page.get_by_text("Best so far").wait_for(timeout=3 * SLOW)
    assert in_view(page, page.locator(".js-plotly-plot").last)  # the curves
    evaluate = page.get_by_role("link", name="Evaluate it")
    evaluate.wait_for(timeout=5 * SLOW)
    assert in_view(page, evaluate)
    evaluate.click()
    page.wait_for_url("**/evaluation?checkpoint=paper-cnn-*&dataset=demo", timeout=SLOW)
    page.get_by_text("n = ").first.wait_for(timeout=SLOW)


def test_the_lesson_is_the_same_step_on_a_second_screen(page, browser):
    page.get_by_role("button", name="Start the lesson").click()
    page.get_by_text(f"Step 1 of {len(LESSON)}").wait_for(timeout=SLOW)
    with browser.new_context() as other:
        screen = other.new_page()
        screen.goto(page.url)
        screen.get_by_text(f"Step 1 of {len(LESSON)}").wait_for(timeout=SLOW)


def test_a_link_closes_the_menu_on_a_phone(browser, address):
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        phone = context.new_page()
        phone.goto(address)
        phone.get_by_test_id("stExpandSidebarButton").click(timeout=SLOW)
        phone.get_by_test_id("stSidebar").get_by_role("link", name="About").click(timeout=SLOW)
        phone.get_by_role("heading", name="About", level=1).wait_for(timeout=SLOW)
        phone.get_by_test_id("stExpandSidebarButton").wait_for(timeout=SLOW)
