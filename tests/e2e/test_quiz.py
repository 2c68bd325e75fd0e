"""In real browsers: a host and two pupils play a face together, and a reload does not vote twice."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

_FIRST, _SOON = 40_000, 10_000  # ms


def pupil(open_browser, address):
    page = open_browser()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    return page


def test_a_class_votes_and_a_reload_does_not_vote_twice(lab, open_browser):
    host = open_browser()
    host.goto(f"{lab}/quiz?dataset=demo")
    host.get_by_role("button", name="Open a room").click(timeout=_FIRST)
    address = host.get_by_test_id("stCode").locator("code").inner_text(timeout=_SOON)
    assert re.search(r"/quiz\?room=[2-9A-Z]{5}$", address)

    first, second = pupil(open_browser, address), pupil(open_browser, address)
    for page in (first, second):
        expect(page.get_by_text("Wait for the first face.")).to_be_visible(timeout=_FIRST)
    expect(host.get_by_text("2 joined")).to_be_visible(timeout=_SOON)
    host.get_by_role("button", name="Show first face").click()

    first.get_by_role("button", name="fear").click(timeout=_SOON)
    expect(first.get_by_text("Wait for the others.")).to_be_visible(timeout=_SOON)
    first.reload()
    expect(first.get_by_text("Wait for the others.")).to_be_visible(timeout=_FIRST)
    expect(first.get_by_role("button", name="anger")).to_have_count(0)
    second.get_by_role("button", name="anger").click(timeout=_SOON)
    expect(host.get_by_test_id("stMetricValue").nth(1)).to_have_text("2", timeout=_SOON)
    expect(second.get_by_text("The class")).to_have_count(0)

    host.get_by_role("button", name="Reveal").click()
    for page in (host, first, second):
        expect(page.get_by_text("· 2 votes")).to_be_visible(timeout=_SOON)
    host.reload()  # still the host
    expect(host.get_by_role("button", name="Next face")).to_be_visible(timeout=_FIRST)


def test_who_comes_late_or_loses_the_page_is_where_the_class_is(lab, open_browser):
    host = open_browser()
    host.goto(f"{lab}/quiz?dataset=demo")
    host.get_by_role("button", name="Open a room").click(timeout=_FIRST)
    address = host.get_by_test_id("stCode").locator("code").inner_text(timeout=_SOON)
    host.get_by_role("button", name="Show first face").click()

    late = pupil(open_browser, address)
    late.get_by_role("button", name="sadness").click(timeout=_FIRST)
    expect(host.get_by_test_id("stMetricValue")).to_have_text(["1", "1"], timeout=_SOON)
    late.close()
    host.get_by_role("button", name="Reveal").click()
    host.get_by_role("button", name="Next face").click(timeout=_SOON)

    back = late.context.new_page()
    back.goto(address)
    expect(back.get_by_text("Face 2 of 5")).to_be_visible(timeout=_FIRST)
    back.get_by_role("button", name="anger").click(timeout=_SOON)
    expect(host.get_by_test_id("stMetricValue")).to_have_text(["1", "1"], timeout=_SOON)
