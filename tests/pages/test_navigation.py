from types import SimpleNamespace

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
