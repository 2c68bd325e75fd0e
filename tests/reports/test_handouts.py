"""What is printed for the lesson: a plan of one page, a worksheet of two without answers; neither needs a script."""

import re

import pytest

from fer_core.lessons.plan import LESSON
from fer_core.reports.handouts import plan_html, worksheet_html

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
