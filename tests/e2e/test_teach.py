"""In a real browser: a beginner's way through Teach it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

_SOON = 60_000  # ms


def test_drawn_faces_are_taught_and_the_box_names_a_class_that_is_there(lab, open_browser):
    page = open_browser()
    page.goto(f"{lab}/teach")
    page.get_by_role("button", name="Use drawn faces").click(timeout=_SOON)
    page.get_by_text("12 examples").first.wait_for(timeout=_SOON)
    expect(page.get_by_role("combobox", name="Class", exact=True)).to_have_value("smiling")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Held-out accuracy: 95% CI")).to_be_visible(timeout=_SOON)
