"""The webcam page without a browser: its states, its settings, and what it keeps; tests/e2e has the real video."""

import numpy as np
import pytest

from fer_core.service.webcam_slots import WebcamSlots
from pages.shared.webcam import camera as webcam_camera
from pages.shared.webcam import stream as webcam_stream
from tests.pages.conftest import OneFace

FRAME = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)


pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture
def page(home_with_checkpoint, open_page):
    return open_page("webcam")


def button(page, label):
    return next(b for b in page.button if b.label == label)


def labels(page):
    return [b.label for b in page.button]


def text(page):
    return " ".join(e.value for e in (*page.markdown, *page.caption, *page.info, *page.warning, *page.error))


def analyzer(page):
    return page.session_state["webcam_analyzer"]


def test_the_camera_is_off_and_nothing_is_stored(page):
    assert page.title[0].value == "Webcam"
    assert "The camera is off" in text(page)
    assert "an expression is not a feeling" in text(page)
    assert "and not stored. Pictures and logs you ask for" in text(page)
    assert "Start the camera" in labels(page)
    assert "Take a picture" not in labels(page)


def test_without_a_checkpoint_it_leads_to_training(home, small_demo, open_page):
    assert "No checkpoint yet" in text(open_page("webcam"))


def test_starting_asks_for_the_camera(page, browser):
    button(page, "Start the camera").click().run()
    assert "Waiting for the camera" in text(page)
    browser.says = webcam_camera.WAITING
    page.run()
    assert "No answer from your browser" in text(page)
    button(page, "Stop the camera").click().run()
    assert "The camera is off" in text(page)


def test_who_starts_the_camera_before_the_page_is_whole_gets_it_too(home_with_checkpoint, open_page, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("pages.parts.webcam.kept.offer_log", lambda analyzer: None)  # what stands below the button
        page = open_page("webcam")
    button(page, "Start the camera").click().run()
    assert "Waiting for the camera" in text(page)


@pytest.mark.parametrize(
    ("answer", "words", "has_camera"),
    [
        ("NotAllowedError", "Camera access is denied", False),
        ("NotFoundError", "No camera found", False),
        ("NotReadableError", "The camera does not answer", False),
        ("OverconstrainedError", "No camera found", False),
        ("Insecure", "No camera at this address", False),
        ("NoWebRTC", "No live video in this browser", True),
        ("SomethingNew", "The camera cannot be used (SomethingNew)", True),
    ],
)
def test_a_refusal_is_said_with_what_works_all_the_same(page, browser, answer, words, has_camera):
    browser.says = answer
    button(page, "Start the camera").click().run()
    assert not page.exception
    assert words in text(page)
    assert bool(page.get("camera_input")) == has_camera
    assert {"Upload pictures", "Upload a video"} <= {link.proto.label for link in page.get("page_link")}
    assert "Start the camera" in labels(page)
    browser.says = webcam_camera.PENDING
    button(page, "Start the camera").click().run()
    assert words not in text(page)


def test_a_stream_without_frames_is_a_network_that_blocks(page, browser, monkeypatch):
    browser.offers = True
    button(page, "Start the camera").click().run()
    assert not page.exception
    assert "network blocks" not in text(page)
    monkeypatch.setattr(webcam_stream, "CONNECTING_SECONDS", 0)
    page.run()
    assert "network blocks" not in text(page)  # connected: the first frame may take longer
    browser.connected = False
    page.run()
    assert "network blocks live video" in text(page)
    assert browser.closed == 1


def test_an_offer_that_cannot_be_answered_is_a_network_that_blocks(page, browser):
    browser.offers = "broken"
    button(page, "Start the camera").click().run()
    assert not page.exception
    assert "network blocks live video" in text(page)
    assert browser.closed == 1


def test_a_stream_that_stops_is_said(page, browser, monkeypatch):
    browser.offers = True
    button(page, "Start the camera").click().run()
    analyzer(page).annotate(FRAME)
    page.run()
    assert "has stopped" not in text(page)
    monkeypatch.setattr(webcam_stream, "STALLED_SECONDS", -1)
    page.run()
    assert "The video has stopped" in text(page)
    assert browser.closed == 1


def test_starting_again_makes_a_new_connection(page, browser):
    browser.offers = True
    for times in (1, 2):
        button(page, "Start the camera").click().run()
        page.run()
        button(page, "Stop the camera").click().run()
        assert browser.closed == times
        assert "The camera is off" in text(page)


def test_settings_reach_the_analyzer(page):
    page.slider[0].set_value(1.5)
    page.slider[1].set_value(20)
    page.slider[2].set_value(80).run()
    settings = analyzer(page).settings
    assert (settings.smoothing, settings.margin, settings.minimum_size) == (1.5, 0.2, 80)
    before = settings.detector
    page.segmented_control[0].set_value("full").run()
    assert analyzer(page).settings.detector is not before


def test_a_picture_and_a_log_are_kept_on_request_until_they_are_cleared(page, browser):
    browser.offers = True
    button(page, "Start the camera").click().run()
    stream = analyzer(page)
    page.toggle[0].set_value(True).run()
    stream.settings = type(stream.settings)(OneFace(), stream.settings.classifier)
    for _ in range(3):
        stream.annotate(FRAME)
    assert stream.problem() == ""
    button(page, "Take a picture").click().run()
    assert not page.exception
    assert "Your picture" in text(page)
    assert "1 face" in text(page).replace("\\", "")
    page.switch_page("pages/photos.py").run()
    assert browser.closed == 1
    assert not stream.history()
    page.switch_page("pages/webcam.py").run()
    assert "Your picture" in text(page)
    assert "The camera is off" in text(page)
    assert [b.proto.label for b in page.get("download_button")] == ["Download log", "Download PNG"]
    assert len(stream.log_rows())
    assert not page.toggle  # there is nothing to log
    button(page, "Clear picture").click().run()
    button(page, "Clear log").click().run()
    assert "Your picture" not in text(page)
    assert not page.get("download_button")


def test_present_faces_come_first_and_gone_ones_are_folded_until_the_stop(page, browser):
    browser.offers = True
    button(page, "Start the camera").click().run()
    stream, faces = analyzer(page), OneFace()
    stream.settings = type(stream.settings)(faces, stream.settings.classifier)
    stream.annotate(FRAME)
    page.run()
    assert cards(page) == ["1"]
    with_earlier = [e.label for e in page.expander]
    assert "Earlier faces" not in with_earlier
    button(page, "Stop the camera").click().run()
    assert not cards(page)
    assert not stream.history()
    assert stream.latest().number == 0


def cards(page):
    """The numbers of the faces that are shown, in order."""
    bodies = [e.proto.body for e in page.get("html")]
    return [body.partition("</span>")[0].rpartition(">")[2] for body in bodies if "a minute ago" in body]


def test_the_browser_says_whether_the_picture_is_a_mirror(page):
    assert analyzer(page).settings.mirrored
    page.session_state["camera"] = {"mirrored": False}
    page.run()
    assert not analyzer(page).settings.mirrored


def test_a_face_of_the_frozen_frame_is_looked_into(page, browser):
    browser.offers = True
    button(page, "Start the camera").click().run()
    stream = analyzer(page)
    stream.settings = type(stream.settings)(OneFace(), stream.settings.classifier)
    stream.annotate(FRAME)
    button(page, "Take a picture").click().run()
    button(page, "Look inside").click().run()
    assert not page.exception
    assert page.title[0].value == "Explain"
    assert "mirror images, as on Photos" in text(page).replace("\\", "")


def test_a_failing_frame_is_said(page, browser):
    browser.offers = True
    button(page, "Start the camera").click().run()
    stream = analyzer(page)
    stream.settings = type(stream.settings)(None, stream.settings.classifier)
    stream.annotate(FRAME)
    page.run()
    assert "Some frames could not be analyzed" in text(page)


def test_a_server_without_live_video_says_so_and_offers_pictures(home_with_checkpoint, open_page, monkeypatch):
    monkeypatch.setenv("FER_WEBCAMS", "0")
    page = open_page("webcam")
    button(page, "Start the camera").click().run()
    assert "Live video is off on this server" in text(page)
    assert not page.error
    assert page.get("camera_input")
    page.switch_page("pages/explain.py").run()  # where a single picture's face leads to; one comes back to the picture
    assert page.switch_page("pages/webcam.py").run().get("camera_input")


def test_one_webcam_more_than_there_are_places_is_told_kindly(home_with_checkpoint, open_page, monkeypatch):
    monkeypatch.setenv("FER_WEBCAMS", "2")
    sessions = [open_page("webcam") for _ in range(3)]
    for session in sessions:
        button(session, "Start the camera").click().run()
    assert ["Stop the camera" in labels(session) for session in sessions] == [True, True, False]
    last = sessions[-1]
    assert "webcam limit is reached" in text(last)
    assert not last.error
    assert last.get("camera_input")
    assert any("Upload" in link.proto.label for link in last.get("page_link"))

    button(sessions[0], "Stop the camera").click().run()
    button(last, "Start the camera").click().run()
    assert "Stop the camera" in labels(last)
    button(sessions[0], "Start the camera").click().run()
    assert "webcam limit is reached" in text(sessions[0])


def test_frames_keep_a_place_whose_page_is_silent(home_with_checkpoint, open_page, browser, monkeypatch):
    monkeypatch.setenv("FER_WEBCAMS", "1")
    callbacks, now = [], [0.0]
    places = WebcamSlots(1, clock=lambda: now[0])
    monkeypatch.setattr(webcam_stream, "slots", lambda: places)
    monkeypatch.setattr(webcam_stream, "Peer", lambda on_frame, servers: callbacks.append(on_frame) or browser)
    browser.offers = True
    page = open_page("webcam")
    button(page, "Start the camera").click().run()
    for now[0] in (15.0, 30.0, 45.0):
        callbacks[0](None)
    assert places.taken == 1
    now[0] = 70.0
    assert places.taken == 0


@pytest.mark.parametrize("value", ["stun:stun.example.org:3478", ""])
def test_ice_servers_come_from_the_environment(monkeypatch, value):
    monkeypatch.setenv("FER_ICE_SERVERS", value)
    assert webcam_stream.ice_servers() == ([{"urls": value}] if value else [])


def test_a_broken_setting_is_a_sentence(home_with_checkpoint, monkeypatch, open_page):
    monkeypatch.setenv("FER_ICE_SERVERS", "http://wrong")
    app = open_page("webcam")
    assert "FER\\_ICE\\_SERVERS" in text(app)
