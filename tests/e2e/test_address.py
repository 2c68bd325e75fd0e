"""In a real browser: each choice is one entry of the history, and "Back" undoes one and then leaves the page."""

import re

import pytest

from tests.tools.visits import settle_down

pytestmark = pytest.mark.browser


@pytest.fixture
def page(server, open_browser):
    page = open_browser()
    page.address = f"http://localhost:{server.port}"
    return page


def go(page, act):
    """Acts, waits, and returns the path, the parameters and the heading."""
    act()
    page.wait_for_timeout(500)
    settle_down(page)
    page.wait_for_timeout(500)
    return page.url.removeprefix(page.address), page.locator("h1").first.inner_text()


def choose(page, name):
    return page.get_by_role("radio", name=name, exact=True).first.click


def menu(page, name):
    return page.get_by_role("link", name=name).first.click


def test_back_undoes_one_choice_and_then_leaves_the_page(page):
    assert go(page, lambda: page.goto(page.address)) == ("/", "FER Lab")
    assert go(page, menu(page, "Evaluation")) == ("/evaluation", "Evaluation")
    assert go(page, choose(page, "Classes"))[0] == "/evaluation?evaluation_view=Classes"
    assert go(page, choose(page, "uniform"))[0] == "/evaluation?evaluation_view=Classes&prior=uniform"
    assert go(page, menu(page, "Dataset")) == ("/dataset", "Dataset")  # with its own view
    assert go(page, choose(page, "Import"))[0] == "/dataset?view=Import"
    assert go(page, page.go_back) == ("/dataset", "Dataset")
    assert go(page, page.go_back) == ("/evaluation?evaluation_view=Classes&prior=uniform", "Evaluation")
    assert page.get_by_role("radio", name="uniform").is_checked()
    assert go(page, page.go_back)[0] == "/evaluation?evaluation_view=Classes"
    assert page.get_by_role("radio", name="halfway").is_checked()
    assert go(page, page.go_back) == ("/evaluation", "Evaluation")
    assert go(page, page.go_back) == ("/", "FER Lab")


def test_a_carried_choice_stands_in_the_next_pages_address_without_an_entry_of_its_own(page):
    go(page, lambda: page.goto(f"{page.address}/explain"))
    go(page, choose(page, "training"))
    before = page.evaluate("history.length")
    assert go(page, menu(page, "Evaluation")) == ("/evaluation?prior=training", "Evaluation")
    assert page.get_by_role("radio", name="training").is_checked()
    assert page.evaluate("history.length") == before + 1
    assert go(page, choose(page, "Classes"))[0] == "/evaluation?prior=training&evaluation_view=Classes"
    assert go(page, page.go_back)[0] == "/evaluation?prior=training"
    assert go(page, page.go_back)[0] == "/explain?prior=training"


def test_a_view_without_ferplus_gives_it_back_to_the_next(page):
    """Faces has the demo only; what its box shows there must not stay in the browser."""
    chosen = page.get_by_role("combobox", name="Dataset").first
    assert go(page, lambda: page.goto(f"{page.address}/dataset"))[0] == "/dataset"
    ferplus = chosen.input_value()
    assert go(page, choose(page, "Faces"))[0] == "/dataset?view=Faces"
    assert chosen.input_value() == "demo"
    assert go(page, choose(page, "Overview"))[0] == "/dataset"
    assert chosen.input_value() == ferplus != "demo"


def test_the_lesson_ends_also_where_a_widget_is_bound_to_the_address(page):
    go(page, lambda: page.goto(f"{page.address}/dataset?lesson=2&view=Faces"))
    assert go(page, choose(page, "happiness"))[0] == "/dataset?class=happiness&lesson=2&view=Faces"
    address, heading = go(page, page.get_by_role("button", name="Next").first.click)
    assert re.fullmatch(r"/training\?lesson=3&notes=\w+", address)
    assert heading == "Training"


def test_small_choices_of_a_view_go_with_it(page):
    """They replace the entry of the history: "Back" leaves the view, and then the page, in one step each."""
    go(page, lambda: page.goto(page.address))
    go(page, menu(page, "Dataset"))
    go(page, choose(page, "Training"))
    assert go(page, choose(page, "Shares"))[0] == "/dataset?bars=Training&show=Shares"
    assert go(page, choose(page, "Faces"))[0] == "/dataset?view=Faces"
    assert go(page, choose(page, "sadness"))[0] == "/dataset?class=sadness&view=Faces"
    assert go(page, page.go_back)[0] == "/dataset?bars=Training&show=Shares"
    assert page.get_by_role("radio", name="Shares", exact=True).is_checked()
    assert go(page, page.go_back) == ("/", "FER Lab")
