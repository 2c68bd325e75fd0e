"""In real browsers: notes on a phone lead the projector, and nothing of a lesson page is cut on it."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from fer_core.lessons.glossary import GLOSSARY
from fer_core.lessons.plan import LESSON
from fer_core.reports.handouts import plan_html, worksheet_html
from tests.e2e.conftest import CHROMIUM_FLAGS
from tests.e2e.test_pages import grave_violations
from tests.tools.visits import settle_down, visiting

pytestmark = pytest.mark.browser

_SIZE = {"width": 1280, "height": 720}
_FIRST, _SOON = 60_000, 15_000  # ms
_GUESSED = {"dataset": "demo", "experiment": "order", "guess": "order-0"}

MAIN = {
    "quiz": ["text=Play with a class", "button:has-text('Open a room')"],
    "dataset": [".st-key-lesson_bar", "text=click a face for its votes"],
    "training": ["text=One-minute demo", "button:has-text('Start') >> nth=0"],
    "teach": ["button:has-text('Use drawn faces')", "button:has-text('Add drawn faces')", "button:has-text('Train')"],
    "break_it": ["text=Why.", "table >> nth=0", "table >> nth=1", "button:has-text('Guess again')"],
    "evaluation": ["[data-testid=stMetric] >> nth=2", ".js-plotly-plot", "text=were called"],
    "build_face": [".st-key-build_face_look", "text=Sliders moved", "button:has-text('Class vote')"],
}
"""What a class has to see of each lesson page."""


@pytest.fixture(scope="module")
def browser(playwright, chromium):
    started = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
    yield started
    started.close()


def projected(number, step):
    """Address of a step in the projector layout, where it has something to show."""
    more = _GUESSED if step.page == "break_it" else {"dataset": "demo"} if step.page in ("quiz", "dataset") else {}
    return f"{step.page}?{urlencode(step.query | more | {'lesson': number, 'projector': 'on'})}"


def cut(page, selectors):
    """Which of some elements are not wholly within the window, with where they are."""
    boxes = {selector: page.locator(selector).first.bounding_box(timeout=_SOON) for selector in selectors}
    return {
        selector: box
        for selector, box in boxes.items()
        if min(box["x"], box["y"]) < 0
        or box["x"] + box["width"] > _SIZE["width"] + 1
        or box["y"] + box["height"] > _SIZE["height"] + 1
    }


@pytest.mark.parametrize(
    ("number", "step"), list(enumerate(LESSON, start=1)), ids=lambda value: getattr(value, "page", "")
)
def test_nothing_of_a_step_is_cut_on_a_projector(browser, lab, number, step):
    with visiting(browser, lab, projected(number, step), **_SIZE) as visit:
        expect(visit.page.get_by_text(step.asks)).to_be_visible(timeout=_FIRST)
        assert cut(visit.page, [".st-key-lesson_bar", *MAIN[step.page]]) == {}
        expect(visit.page.get_by_role("link", name="Overview")).not_to_be_in_viewport()
        assert visit.overflow() <= 0
        assert grave_violations(visit.page) == []
        assert [*visit.complaints, *visit.exceptions()] == []


def test_half_of_the_projected_faces_page_is_faces(browser, lab):
    with visiting(browser, lab, projected(2, LESSON[1]), **_SIZE) as visit:
        caption = visit.page.get_by_text("click a face for its votes").bounding_box(timeout=_FIRST)
        assert _SIZE["height"] - caption["y"] - caption["height"] > 300


def test_a_class_sees_a_large_code_its_votes_and_the_score_without_scrolling(browser, lab):
    with visiting(browser, lab, projected(1, LESSON[0]), **_SIZE) as visit:
        page = visit.page
        page.get_by_role("button", name="Open a room").click(timeout=_FIRST)
        code = page.get_by_alt_text("The address as a QR code")
        assert code.bounding_box(timeout=_SOON)["width"] >= 300
        assert cut(page, ["img[alt='The address as a QR code']", "button:has-text('Show first face')"]) == {}
        page.get_by_role("button", name="Show first face").click()
        page.get_by_role("button", name="Reveal").click(timeout=_SOON)
        expect(page.get_by_text("Best possible")).to_be_visible(timeout=_SOON)
        assert cut(page, ["text=The network >> nth=0", "text=Best possible", "text=After 1 face"]) == {}
        expect(page.get_by_role("button", name="Next", exact=True)).to_be_visible()  # the lesson goes on from here


def test_notes_on_a_phone_lead_the_projector(lab, open_browser):
    projector, phone = open_browser(), open_browser()
    phone.set_viewport_size({"width": 390, "height": 844})
    projector.goto(f"{lab}/dataset?lesson=2&view=Faces&dataset=demo")
    notes = projector.get_by_role("link", name="Notes").get_attribute("href", timeout=_FIRST)
    phone.goto(notes)
    expect(phone.get_by_text("2. The faces")).to_be_visible(timeout=_FIRST)
    expect(phone.get_by_text("left of 8 min")).to_be_visible()
    for question in LESSON[1].questions:
        expect(phone.get_by_text(question.answer)).to_be_visible()
        expect(projector.get_by_text(question.answer)).to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert grave_violations(phone) == []
    phone.get_by_role("button", name="Next", exact=True).click()
    expect(projector.get_by_text(f"Step 3 of {len(LESSON)}")).to_be_visible(timeout=_SOON)
    projector.reload()
    settle_down(projector)
    projector.get_by_role("button", name="Back", exact=True).click()
    expect(phone.get_by_text("2. The faces")).to_be_visible(timeout=_SOON)


@pytest.mark.parametrize(
    ("address", "heading"),
    [("about#glossary", "Glossary"), ("about#not-for", "Prohibited uses"),
     ("about#tour", "A five-minute tour"), ("about?view=Glossary", "Glossary")],
)  # fmt: skip
def test_old_addresses_of_about_lead_to_what_they_named(browser, lab, address, heading):
    with visiting(browser, lab, address, settle=False) as visit:
        expect(visit.page.get_by_role("heading", name=heading)).to_be_in_viewport(timeout=_FIRST)


@pytest.mark.parametrize("view", ["History", "The paper", "Law and limits", "Glossary"])
def test_each_view_of_about_is_for_everybody(browser, lab, view):
    with visiting(browser, lab, f"about?{urlencode({'about_view': view})}", width=390, scheme="dark") as visit:
        assert visit.overflow() <= 0
        assert grave_violations(visit.page) == []


def test_a_words_link_lands_on_its_definition(browser, lab):
    with visiting(browser, lab, "about?word=F1") as visit:
        expect(visit.page.get_by_text(GLOSSARY["F1"])).to_be_in_viewport(timeout=_FIRST)
        visit.page.get_by_role("radio", name="History").click()
        expect(visit.page.get_by_text("Charles Darwin")).to_be_visible(timeout=_SOON)


@pytest.mark.parametrize(("document", "pages"), [(plan_html(), 1), (worksheet_html(), 2)], ids=["plan", "worksheet"])
def test_handouts_fit_their_sheets(browser, document, pages):
    page = browser.new_page()
    page.set_content(document)
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type /Page\b", printed)) == pages
