from types import SimpleNamespace

import pytest

from pages.shared.lesson_plan import LESSON
from pages.shared.links import MENU, PAGES


def test_only_a_browser_that_has_just_come_is_given_time_for_the_heading(home, small_demo, open_page, monkeypatch):
    waits = []
    monkeypatch.setattr("pages.shared.navigation.time", SimpleNamespace(sleep=waits.append))
    page = open_page("about")
    assert page.title[0].value == "About"
    assert len(waits) == 1
    page.run()
    page.switch_page("pages/photos.py").run()
    assert page.title[0].value == "Photos"
    assert len(waits) == 1


def test_every_page_stands_once_in_the_menu_under_a_heading(home, open_page):
    assert sorted(name for names in MENU.values() for name in names) == sorted(PAGES)
    sidebar = open_page("about").sidebar
    assert [heading.value for heading in sidebar.subheader] == ["Try it", "Learn", "Lab", "Operate"]
    titles = [link.proto.label for link in sidebar.get("page_link")]
    assert titles[: len(PAGES)] == [PAGES[name].title for names in MENU.values() for name in names]


def test_visitors_of_a_server_are_not_offered_its_page(home, open_page, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", "education")
    sidebar = open_page("about").sidebar
    assert "Operate" not in [heading.value for heading in sidebar.subheader]
    assert "Server" not in [link.proto.label for link in sidebar.get("page_link")]


def test_the_lesson_begins_on_about(home_with_checkpoint, open_page):
    page = open_page("about")
    page.button(key="lesson_start").click().run()
    assert not page.exception
    assert page.title[0].value == PAGES[LESSON[0].page].title
    assert page.query_params["lesson"] == "1"


@pytest.mark.parametrize(("number", "stop"), list(enumerate(LESSON, start=1)))
def test_the_lesson_leads_from_page_to_page(home_with_checkpoint, open_page, number, stop):
    page = open_page(stop.page, lesson=str(number), **stop.query)
    shown = " ".join(text.value for text in page.markdown)
    assert f"**Step {number} of {len(LESSON)}: {stop.title}**" in shown
    assert stop.text in shown
    page.button(key="lesson_next" if number < len(LESSON) else "lesson_end").click().run()
    assert not page.exception
    following = LESSON[number].page if number < len(LESSON) else "about"
    assert page.title[0].value == PAGES[following].title


def test_a_step_that_is_not_this_pages_shows_no_bar(home_with_checkpoint, open_page):
    page = open_page("photos", lesson="1")
    assert "lesson_next" not in [button.key for button in page.button]
    assert "lesson_next" not in [button.key for button in open_page("quiz", lesson="99").button]


def test_it_goes_on_where_it_was_left(home_with_checkpoint, open_page):
    page = open_page("dataset", lesson="2", view="Faces")
    page.switch_page("pages/about.py").run()
    assert page.button(key="lesson_start").label == "Continue the lesson: step 2 of 6"
