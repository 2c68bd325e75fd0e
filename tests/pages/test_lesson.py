"""The lesson leads from page to page; its notes lead and follow; the projector layout is one switch."""

import pytest

from fer_core.lessons.plan import LESSON, time_of
from pages.parts.lesson.stops import TOUR
from pages.shared import cached
from pages.shared.links import PAGES

STEPS = list(enumerate(LESSON, start=1))


def shown(app):
    return " ".join(text.value for kind in (app.markdown, app.caption, app.warning, app.subheader) for text in kind)


def code_of(app):
    value = app.query_params["notes"]
    return value if isinstance(value, str) else value[0]


def keys(app):
    return [button.key for button in app.button]


def test_it_begins_on_its_page(home_with_checkpoint, open_page):
    page = open_page("lesson")
    page.button(key="lesson_start").click().run()
    assert not page.exception
    assert page.title[0].value == PAGES[LESSON[0].page].heading
    assert page.query_params["lesson"] == "1"
    assert cached.presentations().find(code_of(page)).now().step == 1


def test_its_page_leads_to_every_step_and_stop_and_offers_what_is_printed(home, open_page):
    app = open_page("lesson")
    stops = {stop.page for stop in (*LESSON, *TOUR)}
    assert {link.proto.page for link in app.main.get("page_link")} == stops
    labels = [button.label for button in app.get("download_button")]
    assert labels[:2] == ["Plan (HTML)", "Worksheet (HTML)"]
    assert not [q.answer for step in LESSON for q in step.questions if q.answer in shown(app)]


@pytest.mark.parametrize("stop", TOUR, ids=lambda stop: stop.page)
def test_the_stops_of_the_tour_are_there(home_with_checkpoint, open_page, stop):
    open_page(stop.page, **stop.query)


@pytest.mark.parametrize(("number", "step"), STEPS)
def test_it_leads_from_page_to_page(home_with_checkpoint, open_page, number, step):
    page = open_page(step.page, lesson=str(number), **step.query)
    assert f"**Step {number} of {len(LESSON)}: {step.title}** · {time_of(number)}" in shown(page)
    assert step.do in shown(page)
    assert step.asks in shown(page)
    assert not [question for question in step.questions if question.answer in shown(page)]
    page.button(key="lesson_next" if number < len(LESSON) else "lesson_end").click().run()
    assert not page.exception
    following = PAGES[LESSON[number].page if number < len(LESSON) else "lesson"]
    assert page.title[0].value == (following.heading or following.title)


def test_a_step_that_is_not_this_pages_shows_no_bar(home_with_checkpoint, open_page):
    assert "lesson_next" not in keys(open_page("photos", lesson="1"))
    assert "lesson_next" not in keys(open_page("quiz", lesson="99"))


def test_it_goes_on_where_it_was_left(home_with_checkpoint, open_page):
    page = open_page("dataset", lesson="2", view="Faces")
    page.switch_page("pages/about.py").run()
    page.button(key="lesson_return").click().run()
    assert f"**Step 2 of {len(LESSON)}" in shown(page)
    page.query_params.clear()  # as a link does
    page.switch_page("pages/lesson.py").run()
    assert page.button(key="lesson_start").label == f"Continue the lesson: step 2 of {len(LESSON)}"
    page.button(key="lesson_start").click().run()
    assert page.title[0].value == "Dataset"


def test_it_is_over_when_it_is_ended_elsewhere(home_with_checkpoint, open_page):
    page = open_page("dataset", lesson="2", view="Faces")
    page.switch_page("pages/about.py").run()
    page.button(key="lesson_end").click().run()
    assert page.button(key="lesson_start").label == "Start the lesson"
    page.switch_page("pages/about.py").run()
    assert "lesson_return" not in keys(page)


def test_a_room_of_the_quiz_keeps_the_hosts_bar(home_with_checkpoint, open_page, monkeypatch):
    monkeypatch.setattr("pages.shared.browser_token.browser_token", lambda: "0" * 32)
    page = open_page("quiz", lesson="1", dataset="demo")
    next(button for button in page.button if button.label == "Open a room").click().run()
    assert "lesson" not in page.query_params
    assert "lesson_next" in keys(page)


@pytest.mark.parametrize(("number", "step"), STEPS)
def test_the_notes_answer_what_is_asked(home_with_checkpoint, open_page, number, step):
    lesson = open_page(step.page, lesson=str(number), **step.query)
    notes = open_page("lesson", notes=code_of_session(lesson))
    said = shown(notes)
    assert f"{number}. {step.title}" in said
    assert step.do in said
    assert [q for q in step.questions if q.ask not in said or q.answer not in said] == []


def code_of_session(app):
    return app.session_state["notes"]


def test_notes_follow_the_class(home_with_checkpoint, open_page):
    page = open_page("dataset", lesson="2", view="Faces")
    notes = open_page("lesson", notes=code_of_session(page))
    assert "2. The faces" in shown(notes)
    page.button(key="lesson_next").click().run()
    assert "3. A network learns" in shown(notes.run())


def test_notes_lead_the_class(home_with_checkpoint, open_page):
    page = open_page("dataset", lesson="2", view="Faces")
    notes = open_page("lesson", notes=code_of_session(page))
    notes.button(key="notes_next").click().run()
    assert "3. A network learns" in shown(notes)
    page.run()  # which a browser does within a second
    assert not page.exception
    assert page.title[0].value == "Training"
    assert f"**Step 3 of {len(LESSON)}" in shown(page)


def test_notes_of_no_lesson_lead_to_it(home, open_page):
    app = open_page("lesson", notes="<b>QQ</b>")
    assert "not running" in shown(app)
    assert [link.proto.page for link in app.main.get("page_link")] == ["lesson"]


def test_the_projector_is_remembered_by_the_address_and_the_session(home_with_checkpoint, open_page):
    page = open_page("dataset", lesson="2", view="Faces", projector="on")
    assert page.toggle(key="projector").value
    assert LESSON[1].do not in shown(page)
    assert LESSON[1].asks in shown(page)
    page.toggle(key="projector").set_value(False).run()
    assert "projector" not in page.query_params
    assert LESSON[1].do in shown(page)
    page.toggle(key="projector").set_value(True).run()
    page.button(key="lesson_next").click().run()
    assert page.query_params["projector"] == "on"
    assert LESSON[2].do not in shown(page)
