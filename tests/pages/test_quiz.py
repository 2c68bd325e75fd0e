"""A round is played alone or led by a host; votes are hidden until they are revealed, and nothing is kept."""

import pytest

from fer_core.datasets.store import load_records
from fer_core.lessons.quiz.rounds import QUESTIONS, draw_round
from pages.parts.quiz.answers import in_points
from pages.shared import browser_token

HOST, FIRST, SECOND = "0" * 32, "1" * 32, "2" * 32


@pytest.fixture
def seen_as(monkeypatch):
    """Gives the pages that run next another browser's token."""
    return lambda token: monkeypatch.setattr(browser_token, "browser_token", lambda: token)


@pytest.fixture
def page(home_with_checkpoint, open_page, seen_as):
    seen_as(HOST)
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
    kinds = (app.markdown, app.caption, app.info, app.success, app.warning, app.title)
    return " ".join(element.value for kind in kinds for element in kind)


def labels(app):
    return [button.label for button in app.button]


def tiles(app):
    return {metric.label: metric.value for metric in app.metric}


def test_a_round_played_to_its_end_is_counted(page):
    press(page, "Play a round")
    questions = draw_round(load_records("demo"), int(asked(page, "round"))).questions
    for index in range(QUESTIONS):
        answer(page, index, "happiness")
        assert "You said **happiness**" in texts(page)
        if index + 1 < QUESTIONS:
            press(page, "Next face")
    assert tiles(page)["You"] == in_points(sum(question.points("happiness") for question in questions))
    assert tiles(page)["Best possible"] == in_points(sum(question.best_points for question in questions))
    assert "more often with" in page.success[0].value or "equally often" in page.success[0].value
    assert tiles(page)["The network"].endswith(" points")
    assert [button.label for button in page.get("download_button")] == ["Your lesson (HTML)"]


def test_the_votes_are_hidden_until_the_visitor_has_answered(page):
    press(page, "Play a round")
    assert "Ten simulated voters" not in texts(page)
    answer(page, 0, "fear")
    assert "Ten simulated voters" in texts(page)


def test_votes_of_drawn_faces_are_never_called_peoples(page):
    press(page, "Play a round")
    answer(page, 0, "fear")
    said = texts(page)
    assert "no person gave them" in said
    assert "people agree" not in said
    assert "Ten people**" not in said


def test_no_sentence_of_a_room_calls_simulated_votes_peoples(page, open_page, seen_as):
    press(page, "Open a room")
    code, said = asked(page, "room"), []
    seen_as(FIRST)
    pupil = open_page("quiz", room=code)
    for label in ("Show first face", *["Reveal", "Next face"] * 4, "Reveal", "Final score"):
        seen_as(HOST)
        press(page, label)
        seen_as(FIRST)
        pupil.run()
        if "happiness" in labels(pupil):
            press(pupil, "happiness")
        said += [texts(page), texts(pupil)]
    assert [text for text in said if "no person gave them" not in text] == []
    whole = " ".join(said).replace("no person gave them", "")
    assert "the ten simulated voters" in whole
    assert "people" not in whole


def test_another_dataset_ends_a_round(page, tmp_path):
    press(page, "Play a round")
    page.session_state["quiz_round_of"] = int(asked(page, "round")), "another dataset's fingerprint"
    page.run()
    assert "Play a round" in labels(page)
    assert "round" not in page.query_params


@pytest.mark.parametrize("round_", ["<script>", "-1", "9" * 40, ""])
def test_a_round_that_is_none_is_not_played(home_with_checkpoint, open_page, seen_as, round_):
    seen_as(HOST)
    assert "Play a round" in labels(open_page("quiz", round=round_))


def test_a_class_is_led_from_the_code_to_the_score(page, open_page, seen_as):
    press(page, "Open a room")
    code = asked(page, "room")
    assert page.code[0].value.endswith(f"?room={code}")
    assert "**0 joined**" in texts(page)
    seen_as(FIRST)
    pupil = open_page("quiz", room=code)
    assert "Wait for the first face" in texts(pupil)
    assert not pupil.selectbox  # nothing to choose
    seen_as(HOST)
    press(page, "Show first face")
    assert tiles(page) == {"Joined": "1", "Voted": "0"}
    seen_as(FIRST)
    press(pupil.run(), "fear")
    assert "You said **fear**. Wait for the others" in texts(pupil)
    again = open_page("quiz", room=code)  # the same browser reloads
    assert "You said **fear**" in texts(again)
    assert "anger" not in labels(again)
    seen_as(SECOND)
    late = press(open_page("quiz", room=code), "anger")
    assert "said**" not in texts(late)  # nothing reveals itself
    seen_as(HOST)
    page.run()
    assert tiles(page) == {"Joined": "2", "Voted": "2"}
    assert "said" not in texts(page)
    press(page, "Reveal")
    assert "**The class** · 2 votes" in texts(page)
    assert "**Ten simulated voters**" in texts(page)
    assert {"The class", "The network", "Best possible"} <= set(tiles(page))
    seen_as(FIRST)
    assert "of ten simulated voters agree" in texts(pupil.run())
    seen_as(HOST)
    for _ in range(4):
        press(press(page, "Next face"), "Reveal")
    press(page, "Final score")
    assert "Another round" in labels(page)
    seen_as(FIRST)
    assert {"You", "Best possible"} <= set(tiles(pupil.run()))
    seen_as(HOST)
    press(page, "Another round")
    assert asked(page, "room") == code
    assert "**2 joined**" in texts(page)


def test_a_room_that_is_not_open_says_so_and_leads_back(home_with_checkpoint, open_page, seen_as):
    seen_as(FIRST)
    app = open_page("quiz", room="<b>no</b>")
    assert "This room is not open" in texts(app)
    press(app, "Back to quiz")
    assert "Join" in labels(app)
    app.text_input(key="quiz_room_code").set_value("QQQQQ").run()
    assert "This room is not open" in texts(press(app, "Join"))


def test_a_browser_without_its_token_yet_waits(home_with_checkpoint, open_page, seen_as):
    seen_as(HOST)
    room = asked(press(open_page("quiz", dataset="demo"), "Open a room"), "room")
    seen_as(None)
    assert "Joining" in texts(open_page("quiz", room=room))
    assert next(b for b in open_page("quiz", dataset="demo").button if b.label == "Open a room").disabled
