"""The About page explains, warns and finds words."""

from fer_core.lessons.glossary import GLOSSARY
from fer_core.plots.emotions import plutchik_wheel
from pages.shared.lesson_plan import LESSON, TOUR


def texts(app):
    return " ".join(element.value for kind in (app.markdown, app.caption) for element in kind)


def test_it_says_what_it_is_not_for_and_explains_every_word(home, open_page):
    app = open_page("about")
    assert "Article 5(1)(f)" in texts(app)
    for word, text in GLOSSARY.items():
        assert f"**{word}**  \n{text}" in texts(app)


def test_a_word_is_found_or_not(home, open_page):
    app = open_page("about")
    app.text_input(key="word").set_value("DROPOUT").run()
    assert "**dropout**" in texts(app)
    assert "**epoch**" not in texts(app)
    app.text_input(key="word").set_value("<b>zzz").run()
    assert not app.exception
    assert "not explained here yet" in texts(app)


def test_the_wheel_has_eight_petals_in_three_degrees_and_tells_opposites():
    rings = [trace for trace in plutchik_wheel().data if trace.type == "barpolar"]
    assert [len(ring.r) for ring in rings] == [8, 8, 8]
    opposite = {name: other for ring in rings for name, _, other, _ in ring.customdata}
    assert len(opposite) == 24
    assert opposite["joy"] == "sadness"
    assert all(opposite[opposite[name]] == name for name in opposite)


def test_the_tour_and_the_lesson_lead_to_pages_that_are_there(home_with_checkpoint, open_page):
    app = open_page("about")
    links = [link.proto.page for link in app.main.get("page_link")]
    for stop in (*TOUR, *LESSON):
        assert stop.page in links
        open_page(stop.page, **stop.query)
    assert [stop.time.split()[0] for stop in LESSON[1:]] == [stop.time.split()[2] for stop in LESSON[:-1]]
    assert LESSON[-1].time == "52 to 60 min"
