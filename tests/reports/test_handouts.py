"""What is printed for the lesson: a plan of one page, a worksheet of two without answers; neither needs a script."""

import re

import pytest

from fer_core.lessons.plan import LESSON
from fer_core.reports.handouts import plan_html, worksheet_html
from tests.e2e.conftest import CHROMIUM_FLAGS, chromium, playwright  # noqa: F401

QUESTIONS = [question for step in LESSON for question in step.questions]


@pytest.mark.parametrize("document", [plan_html(), worksheet_html()], ids=["plan", "worksheet"])
def test_they_ask_everything_answer_nothing_and_need_nothing(document):
    assert [question.ask for question in QUESTIONS if question.ask not in document] == []
    assert [question.answer for question in QUESTIONS if question.answer in document] == []
    assert "<script" not in document
    assert "http" not in document
    assert len(document) < 20_000


def test_the_plan_tells_what_to_do_and_when():
    document = plan_html()
    assert "<em>Open a room</em>" in document
    assert "*" not in re.sub("<style>.*?</style>", "", document)
    assert all(f"<b>{step.title}.</b>" in document for step in LESSON)


def test_the_worksheet_has_room_for_every_answer():
    document = worksheet_html()
    assert document.count('class="line"') == 2 * len(QUESTIONS)
    for step in LESSON:
        assert step.task in document
        assert all(f"<th>{name}</th>" in document for name in step.columns)


@pytest.mark.browser
@pytest.mark.parametrize(("document", "pages"), [(plan_html(), 1), (worksheet_html(), 2)], ids=["plan", "worksheet"])
def test_they_fit_their_sheets(playwright, chromium, document, pages):  # noqa: F811
    browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
    page = browser.new_page()
    page.set_content(document)
    printed = page.pdf(prefer_css_page_size=True)
    browser.close()
    assert len(re.findall(rb"/Type /Page\b", printed)) == pages
