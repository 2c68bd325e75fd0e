"""The About page explains, warns and finds words."""

import pytest

from fer_core.lessons.glossary import GLOSSARY
from fer_core.plots.emotions import plutchik_wheel


def texts(app):
    return " ".join(element.value for kind in (app.markdown, app.caption) for element in kind)


VIEWS = {"History": "Darwin", "The paper": "35,887", "Law and limits": "Article 5(1)(f)", "Glossary": "**dropout**"}


@pytest.mark.parametrize(("view", "words"), list(VIEWS.items()))
def test_each_view_says_its_part(home, open_page, view, words):
    assert words in texts(open_page("about", about_view=view))


def test_every_word_is_explained(home, open_page):
    said = texts(open_page("about", about_view="Glossary"))
    assert [word for word, text in GLOSSARY.items() if f"**{word}**  \n{text}" not in said] == []


def test_a_word_of_the_address_opens_the_glossary_with_that_word_first(home, open_page):
    app = open_page("about", word="F1")
    assert next(text.value for text in app.markdown if "**" in text.value).startswith("**F1**")
    app.button_group(key="about_view").set_value("History").run()  # and does not hold it there
    assert "Darwin" in texts(app)


def test_a_word_is_found_or_not(home, open_page):
    app = open_page("about", about_view="Glossary")
    app.text_input(key="word").set_value("DROPOUT").run()
    assert "**dropout**" in texts(app)
    assert "**epoch**" not in texts(app)
    app.text_input(key="word").set_value("<b>zzz").run()
    assert not app.exception
    assert "Not in the glossary yet" in texts(app)


def test_the_wheel_has_eight_petals_in_three_degrees_and_tells_opposites():
    rings = [trace for trace in plutchik_wheel().data if trace.type == "barpolar"]
    assert [len(ring.r) for ring in rings] == [8, 8, 8]
    opposite = {name: other for ring in rings for name, _, other, _ in ring.customdata}
    assert len(opposite) == 24
    assert opposite["joy"] == "sadness"
    assert all(opposite[opposite[name]] == name for name in opposite)
