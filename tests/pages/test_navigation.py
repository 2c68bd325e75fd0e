from types import SimpleNamespace


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
