"""The Explain page walks through a network, and says what cannot be shown."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fer_core.checkpoints.card import Calibration
from fer_core.datasets.store import load_records
from pages.parts.explain.softmax import divided, filled_in
from pages.shared.held_pictures import OWN
from pages.shared.notice import ACCEPTED


@pytest.fixture
def page(home_with_checkpoint, open_page):
    return open_page("explain", dataset="demo", row="3")


def look(app, view):
    app.session_state["explain_view"] = view
    app.run()
    assert not app.exception
    return app


def texts(app):
    return " ".join(element.value for kind in (app.markdown, app.caption, app.info, app.error) for element in kind)


def test_without_a_checkpoint_it_offers_training(home, small_demo, open_page):
    app = open_page("explain")
    assert "No checkpoint yet" in app.info[0].value


def test_it_opens_at_the_linked_face_with_the_answer(page):
    assert page.number_input(key="row").value == 3
    assert "Row 3 of demo" in texts(page).replace("\\", "")
    assert "Looks like" in texts(page)


def blocks(app):
    """The layers that can be clicked, and which is open."""
    data = json.loads(component(app, "fer_network").json)
    return [block["title"] for block in data["blocks"]], data["chosen"]


def component(app, name):
    """What a component of the page was given."""
    return next(c.proto for c in app.get("bidi_component") if c.proto.component_name == name)


def open_layer(app, title):
    app.session_state["explain_layer"] = title
    app.run()
    assert not app.exception
    return app


def test_every_layer_has_its_sentence(page):
    titles, chosen = blocks(page)
    assert (titles[0], titles[-1], chosen) == ("The face", "Softmax 1", 0)
    for place, title in enumerate(titles):
        open_layer(page, title)
        assert f"**{title}.**" in texts(page)
        assert blocks(page)[1] == place


def test_the_address_names_the_layer(home_with_checkpoint, open_page):
    assert "**Softmax 1.**" in texts(open_page("explain", dataset="demo", layer="Softmax 1"))
    app = open_page("explain", dataset="demo", layer="Convolution 99")
    assert "layer “Convolution 99” (shown: The face)" in app.warning[0].value.replace("\\", "")


def test_old_addresses_of_a_view_still_show_it(home_with_checkpoint, open_page):
    app = open_page("explain", dataset="demo", explain_view="What it rests on")
    assert "**Occlusion.**" in texts(app)
    assert not app.warning


def test_softmax_shows_equation_1_with_its_numbers(page):
    open_layer(page, "Softmax 1")
    assert r"\sum_j e^{z_j}" in page.latex[0].value
    table = page.dataframe[0].value
    np.testing.assert_allclose(
        np.exp(table["score z"]) / np.exp(table["score z"]).sum(), table["probability"], rtol=1e-4
    )


def test_the_evidence_names_its_class_and_the_stability(page):
    look(page, "Attribution maps")
    assert "**Occlusion.**" in texts(page)
    assert "**Stability:" in texts(page)
    page.selectbox(key="explain_class").select("fear").run()
    assert not page.exception
    assert "the probability of fear" in texts(page)


def test_a_nudge_changes_what_is_compared(page):
    look(page, "Nudge the face")
    before = [element.proto.body for element in page.get("html")]
    page.slider[0].set_value(0.5).run()
    assert not page.exception
    assert [element.proto.body for element in page.get("html")] != before


def test_nudges_are_set_back(page):
    look(page, "Nudge the face")
    page.slider(key="explain_nudge_blur").set_value(2.0).run()
    next(b for b in page.button if b.label == "Reset").click().run()
    assert not page.exception
    assert page.slider(key="explain_nudge_blur").value == 0.0


def test_the_walk_begins_with_the_face_and_its_pixels(page):
    assert "2,304 gray values" in texts(page)
    data = json.loads(component(page, "fer_window").json)
    pixels = np.frombuffer(base64.b64decode(data["output"]), "<f4").reshape(48, 48)
    np.testing.assert_array_equal(pixels, load_records("demo").images[3])


def test_the_browser_gets_what_makes_the_values_of_a_map(home, small_demo, monkeypatch, open_page):
    monkeypatch.setattr(
        "fer_core.storage.files.PROJECT", Path(__file__).parents[2]
    )  # the shipped networks have convolutions
    page = open_page("explain", dataset="demo", row="3")
    open_layer(page, "Convolution 1")
    data = json.loads(component(page, "fer_window").json)
    assert (data["slide"]["rule"], data["slide"]["size"], data["slide"]["channels"]) == ("sum", [3, 3], 1)
    assert data["title"].endswith("of Convolution 1")
    tiles = [json.loads(c.proto.json) for c in page.get("bidi_component") if "contact_sheet" in c.proto.component_name]
    assert [tile["chosen"] for tile in tiles] == [0, 0]  # of the maps and of their filters


@given(st.lists(st.floats(-15, 15, width=32), min_size=2, max_size=8))
def test_written_numbers_of_softmax_agree(scores):
    powers = np.exp(np.array(scores))
    part, whole, share = divided(float(powers.max()), float(powers.sum()))
    decimals = len(share.partition(".")[2])
    assert decimals >= 3
    assert f"{float(part) / float(whole):.{decimals}f}" == share
    assert (float(share) == 1) <= (powers.max() / powers.sum() > 1 - 1e-14)


def test_127_of_127_is_never_0_998():
    assert divided(126.745, 126.999) == ("126.7", "127", "0.998")
    assert r"\frac{126.7}{127} = 0.998" in filled_in(np.log(np.float32([126.745, 0.254])), "fear", 0)


def test_calibration_is_said_beside_equation_1(home, small_demo, save_tiny, open_page):
    save_tiny(calibration=Calibration(temperature=2.0, not_sure_below=0.0, fitted_on="faces"))
    page = open_page("explain", dataset="demo", row="3")
    open_layer(page, "Softmax 1")
    assert "of 2.00 before equation (1)" in texts(page)
    answer = max(page.dataframe[0].value["calibrated"])
    assert f"({100 * answer:.0f}%)".replace("(", "").replace(")", "") in texts(page).replace("\\", "")


def test_a_frame_of_the_webcam_is_a_source(home_with_checkpoint, app_at):
    app = app_at("explain")
    del app.session_state[ACCEPTED]
    app.session_state["explain_source"] = "Webcam"
    app.run()
    assert not app.get("camera_input")  # the notice comes first
    app.button(key="notice_accept").click().run()
    assert not app.exception
    assert app.get("camera_input")


def test_faces_alike_are_looked_for_once(page):
    look(page, "Similar faces")
    button = next(b for b in page.button if b.label == "Compute features")
    button.click().run()
    assert not page.exception
    assert "with the most similar features" in texts(page)
    assert "The training faces" not in texts(page)  # the network's card names no dataset
    assert "It did not learn from these faces" in texts(page)
    page.run()
    assert all(b.label != "Compute features" for b in page.button)


def test_another_face_is_drawn(page):
    rows = set()
    for _ in range(4):
        next(b for b in page.button if b.label == "Random").click().run()
        rows.add(page.number_input(key="row").value)
    assert len(rows) > 1


def picture(value):
    buffer = io.BytesIO()
    Image.fromarray(np.full((120, 200, 3), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_without_a_face_in_the_picture_it_asks_first(home_with_checkpoint, app_at):
    app = app_at("explain", explain_source="Picture")
    app.session_state["explain_upload_choice"] = OWN
    app.run()
    app.file_uploader[0].set_value(("nobody.png", picture(128), "image/png")).run()
    assert not app.exception
    assert "**No face found" in texts(app)
    assert "looks like" not in texts(app).casefold()
    next(b for b in app.button if b.label == "Classify the whole picture").click().run()
    assert not app.exception
    assert "The whole picture: no face was found in nobody.png" in texts(app).replace("\\", "")
    assert blocks(app)[0][0] == "The face"
    next(b for b in app.button if b.label == "Choose again").click().run()
    assert "**No face found" in texts(app)


def test_a_file_that_is_no_picture_is_refused(home_with_checkpoint, app_at):
    app = app_at("explain", explain_source="Picture")
    app.session_state["explain_upload_choice"] = OWN
    app.run()
    app.file_uploader[0].set_value(("odd.png", b"no picture", "image/png")).run()
    assert not app.exception
    assert "Incident" in app.error[0].value


def test_a_row_that_is_none_is_the_first(home_with_checkpoint, open_page):
    assert open_page("explain", row="<b>").number_input(key="row").value == 0


@pytest.mark.parametrize("view", ["Layer by layer", "Attribution maps", "Nudge the face", "Similar faces"])
def test_an_imported_network_is_never_opened_in_this_process(small_demo, save_tiny, app_at, monkeypatch, view):
    save_tiny("theirs", origin="imported")

    def opened_here(*_, **__):
        raise AssertionError("The imported network was opened in the web process.")

    monkeypatch.setattr("fer_core.checkpoints.sessions.Interpreter", opened_here)
    page = app_at("explain", dataset="demo", row="3")
    page.session_state["explain_view"] = view
    page.run()
    for button in page.button:
        if button.label.startswith("Look"):
            button.click().run()
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("row", ["1e999", "-Infinity", "nan", "9" * 400, ["3", "1e999"]])
def test_a_number_that_is_none_is_no_reason_to_fail(home_with_checkpoint, open_page, row):
    assert 0 <= open_page("explain", dataset="demo", row=row).number_input(key="row").value < 160
