"""Build a face: sliders, presets, the address, the smallest change, curves, challenges and what can be sent."""

import pytest

from fer_core.datasets.drawn.expression import UNITS, emotion_expression, unit_title
from fer_core.datasets.drawn.face import Face, parse_face


@pytest.fixture
def page(home_with_checkpoint, open_page):
    """Opens the page."""
    return lambda **query: open_page("build_face", **query)


def in_address(app):
    asked = app.query_params.get("face", "")
    return parse_face(asked if isinstance(asked, str) else asked[0])


def texts(app):
    kinds = app.markdown, app.caption, app.info, app.success, app.error
    return " ".join(element.value for kind in kinds for element in kind)


def look(app, view):
    app.segmented_control(key="build_face_view").set_value(view).run()
    assert not app.exception
    return app


def test_every_unit_has_a_slider_and_moving_one_moves_the_address(page):
    app = page()
    assert {slider.label for slider in app.slider} >= set(map(unit_title, UNITS))
    assert in_address(app) == Face()
    app.slider(key="build_face_jaw_drop").set_value(80).run()
    assert not app.exception
    assert in_address(app).expression.units() == {"26": 0.8}


def test_a_link_shows_the_same_face(page):
    face = parse_face("person:7 hair:long glasses:1 turn:-8 6:80 12R:55")
    app = page(face=face.text)
    assert in_address(app) == face
    assert app.slider(key="build_face_lip_corner_puller_right").value == 55
    assert app.slider(key="build_face_lip_corner_puller_left").value == 0
    assert app.toggle(key="build_face_apart").value


def test_an_address_that_names_no_face_is_a_sentence(page):
    app = page(face="12:900")
    assert "Invalid face in the address" in app.error[0].value
    assert in_address(app) == Face()


def test_presets_are_the_prototypes(page):
    app = page(face="person:9")
    app.button(key="build_face_preset_anger").click().run()
    assert in_address(app) == Face(person=9, expression=emotion_expression("anger"))
    assert "A drawing: AU4 + AU5 + AU7 + AU23." in texts(app)
    app.button(key="build_face_preset_contempt").click().run()
    assert "AU12R + AU14R" in texts(app)


def test_both_sides_apart_and_together_again(page):
    app = page(face="12:40")
    app.toggle(key="build_face_apart").set_value(True).run()
    app.slider(key="build_face_lip_corner_puller_left").set_value(80).run()
    assert in_address(app).expression.units() == {"12L": 0.8, "12R": 0.4}
    app.toggle(key="build_face_apart").set_value(False).run()
    assert in_address(app).expression.units() == {"12": 0.6}


def test_a_face_by_lot_is_another_face(page):
    app = page()
    next(button for button in app.button if button.label == "Surprise me").click().run()
    assert not app.exception
    assert in_address(app) != Face()


def test_a_second_checkpoint_answers_beside(page, save_tiny):
    save_tiny("other")
    app = page()
    app.selectbox(key="build_face_second").set_value("other").run()
    assert "**tiny**" in texts(app)
    assert "**other**" in texts(app)


def test_the_smallest_change_is_asked_for_and_ends_with_the_face(page):
    app = page()
    next(button for button in app.button if button.label == "Find smallest change").click().run()
    assert not app.exception
    taken = [button for button in app.button if button.label == "Use this face"]
    assert taken or "No four moves" in texts(app)
    app.slider(key="build_face_jaw_drop").set_value(80).run()
    assert "changed. Search again" in texts(app)


def test_curves_show_one_unit_and_the_influence_of_all(page):
    app = look(page(), "Response curves")
    assert len(app.get("plotly_chart")) == 2


def test_a_challenge_begins_and_counts(page):
    app = look(page(face="26:100"), "Challenges")
    next(button for button in app.button if button.label == "Start").click().run()
    assert in_address(app) == Face()
    app.slider(key="build_face_jaw_drop").set_value(50).run()
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Sliders moved"] == "1 (at most 3)"


def test_a_face_goes_to_explain_and_to_photos(page):
    app = look(page(face="12:100"), "Save and send")
    app.button(key="build_face_explain").click().run()
    assert app.title[0].value == "Explain"
    app = look(page(face="12:100"), "Save and send")
    app.button(key="build_face_photos").click().run()
    assert app.title[0].value == "Photos"
    assert "Drawn face" in texts(app)
    app.switch_page("pages/photos.py").run().button(key="look inside 1").click().run()
    assert app.title[0].value == "Explain"
    assert "Drawn face" in texts(app.switch_page("pages/photos.py").run())  # what was sent is still there
    app.switch_page("pages/about.py").run()
    assert "Drawn face" not in texts(app.switch_page("pages/photos.py").run())


def test_it_is_open_where_faces_are_not_admitted(page, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", "workplace")
    app = page()
    assert not app.exception
    assert app.slider(key="build_face_jaw_drop").value == 0


def test_a_class_votes_on_a_face_without_voters(page, app_at):
    app = page(face="12:100")
    app.session_state["browser token"] = "0" * 32
    look(app, "Challenges").selectbox(key="build_face_challenge").set_value("fool").run()
    next(button for button in app.button if button.label == "Class vote").click().run()
    host = app_at("quiz", room=app.query_params["room"])
    host.session_state["browser token"] = "0" * 32
    host.run()
    for step in ("begin", "voting"):
        host.button(key=f"quiz_room_{step}").click().run()
        assert not host.exception
    assert "The class" in texts(host)
    assert "voters" not in texts(host)
    assert not [button for button in host.button if button.label == "Final score"]
