"""A round is played, counted and shared; nothing about the visitor is kept."""

import pytest

from fer_core.datasets.store import load_records
from fer_core.lessons.quiz import QUESTIONS, best_points, draw_round, points


@pytest.fixture
def page(home_with_checkpoint, open_page):
    return open_page("quiz", dataset="demo")


def asked(app, name):
    """A query parameter of the page's address."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def answer(app, question, emotion):
    app.button_group(key=f"quiz_answer_{question}").set_value(emotion).run()
    assert not app.exception


def texts(app):
    return " ".join(element.value for kind in (app.markdown, app.caption, app.info, app.success) for element in kind)


def test_a_round_played_to_its_end_is_counted(page):
    press(page, "Play a round")
    records = load_records("demo")
    rows = draw_round(records, int(asked(page, "round")))
    for question in range(QUESTIONS):
        answer(page, question, "happiness")
        assert "You said **happiness**" in texts(page)
        if question + 1 < QUESTIONS:
            press(page, "Next face")
    tiles = {metric.label: metric.value for metric in page.metric}
    assert tiles["You"] == f"{sum(points(records.votes[row], 'happiness') for row in rows)} points"
    assert tiles["Best possible"] == f"{sum(best_points(records.votes[row]) for row in rows)} points"
    assert "these faces" in page.success[0].value or "equally often" in page.success[0].value
    assert tiles["The network"].endswith(" points")
    assert [button.label for button in page.get("download_button")] == ["Your lesson so far (HTML)"]


def test_the_votes_are_hidden_until_the_visitor_has_answered(page):
    press(page, "Play a round")
    assert "Ten people said" not in texts(page)
    answer(page, 0, "fear")
    assert "Ten people said" in texts(page)


def test_a_class_votes_by_one_link(page, open_page):
    press(page, "Play with a class")
    link = page.code[0].value
    assert "class=" in link
    query = {name: asked(page, name) for name in ("round", "class")} | {"dataset": "demo"}
    other = open_page("quiz", **query)
    answer(page, 0, "fear")
    answer(other, 0, "anger")
    assert "(2 votes)" in texts(other)


@pytest.mark.parametrize("round_", ["<script>", "-1", "9" * 40, ""])
def test_a_round_that_is_none_is_not_played(home_with_checkpoint, open_page, round_):
    page = open_page("quiz", round=round_)
    assert any(button.label == "Play a round" for button in page.button)
