"""Teach it: classes, sources, training, what it shows, swapping and keeping."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fer_core.datasets.drawn.face import Face
from fer_core.datasets.store import dataset_card, load_records
from fer_core.faces.images import encode_png
from fer_core.labels import VOTE_COLUMNS
from fer_core.lessons.quiz.rooms import Room
from fer_core.lessons.quiz.rounds import Question, QuizRound
from pages.shared import cached, seen_pictures
from pages.shared.navigation import SENT_EXAMPLE
from pages.shared.notice import ACCEPTED
from tests.pages.conftest import OneFace

LESSON = "teach lesson"


@pytest.fixture
def page(home_with_checkpoint, open_page):
    """Opens the page."""
    return lambda **query: open_page("teach", **query)


def texts(app):
    kinds = app.markdown, app.caption, app.info, app.success, app.error, app.warning
    return " ".join(element.value for kind in kinds for element in kind)


def click(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def counts(app):
    return app.session_state[LESSON].examples.counts()


def filled(page):
    return click(page(), "teach_fill")


def trained(page):
    return click(filled(page), "teach_train")


def look(app, view):
    app.segmented_control(key="teach_view").set_value(view).run()
    assert not app.exception
    return app


def come_from(app, source):
    app.segmented_control(key="teach_source").set_value(source).run()
    assert not app.exception
    return app


def test_the_first_visit_says_what_is_missing_and_offers_a_beginning(page):
    app = page()
    assert app.button(key="teach_train").disabled
    assert "Add examples to at least two classes first" in texts(app)
    assert counts(click(app, "teach_fill")) == {"smiling": 12, "frowning": 12}
    assert not app.button(key="teach_train").disabled


def test_a_class_is_renamed_and_undone(page):
    app = filled(page)
    app.text_input(key="teach_name_0_smiling_0").set_value("poker face").run()
    assert counts(app) == {"poker face": 12, "frowning": 12}
    assert app.selectbox(key="teach_class").options == ["poker face", "frowning"]
    click(app, "teach_undo")
    assert counts(app) == {"smiling": 12, "frowning": 12}


def test_a_name_that_is_taken_is_a_sentence_and_the_old_one_stays(page):
    app = filled(page)
    app.text_input(key="teach_name_0_smiling_0").set_value("Frowning").run()
    assert not app.exception
    assert "There is already a class" in texts(app)
    assert counts(app) == {"smiling": 12, "frowning": 12}
    assert app.text_input(key="teach_name_0_smiling_1").value == "smiling"


def test_classes_and_recordings_are_deleted_and_come_back(page):
    app = filled(page)
    recording = app.session_state[LESSON].examples.classes[0].recordings[0].key
    click(app, f"teach_recording_{recording}")
    assert counts(app) == {"smiling": 0, "frowning": 12}
    click(app, "teach_delete_0")
    assert counts(app) == {"frowning": 12}
    click(click(app, "teach_undo"), "teach_undo")
    assert counts(app) == {"smiling": 12, "frowning": 12}


def test_there_are_ten_classes_at_most(page):
    app = page()
    for _ in range(8):
        click(app, "teach_add_class")
    assert len(counts(app)) == 10
    assert app.button(key="teach_add_class").disabled


def test_drawn_faces_and_the_face_that_was_built(page):
    app = page()
    click(app, "teach_add_drawn")
    click(app, "teach_add_drawn")  # other people each time
    assert counts(app)["Class 1"] == 24
    app.session_state[SENT_EXAMPLE] = Face(person=7).text
    app.selectbox(key="teach_class").set_value("Class 2").run()
    click(app, "teach_add_built")
    assert counts(app) == {"Class 1": 24, "Class 2": 1}
    np.testing.assert_array_equal(app.session_state[LESSON].examples.classes[1].images[0], Face(person=7).seen())
    assert SENT_EXAMPLE not in app.session_state


def test_rows_of_a_dataset_are_training_rows(page):
    app = come_from(page(), "Dataset")
    app.number_input(key="teach_rows_count").set_value(5).run()
    app.slider(key="teach_agreement").set_value(50).run()
    click(app, "teach_add_rows")
    (recording,) = app.session_state[LESSON].examples.classes[0].recordings
    records = load_records("demo")
    training = {image.tobytes() for image in records.images[records.split == 0]}
    assert len(recording) == len(recording.votes) > 0
    assert all(image.tobytes() in training for image in recording.images)


def test_pictures_are_cropped_faces_or_said(page):
    app = come_from(page(), "Pictures")
    face = Face(person=3).portrait(240)
    app.file_uploader(key="teach_upload").upload("face.png", encode_png(face), "image/png")
    app.file_uploader(key="teach_upload").upload(
        "gray.png", encode_png(np.full((90, 90, 3), 120, np.uint8)), "image/png"
    )
    app.run()
    click(app, "teach_add_pictures")
    assert counts(app)["Class 1"] == 1
    assert "No face was found in gray" in texts(app)


@pytest.mark.parametrize("kind", ["softmax", "svm"])
def test_training_shows_what_was_held_out(page, kind):
    app = filled(page)
    app.segmented_control(key="teach_kind").set_value(kind).run()
    click(app, "teach_train")
    taught = app.session_state[LESSON].taught
    assert {metric.label for metric in app.metric} == {"Held-out accuracy", "Training accuracy", "Recordings"}
    assert taught.held_out is not None
    look(app, "How good is it?")
    assert {subheader.value for subheader in app.subheader} >= {"Confusions", "Learning curve"}


def test_what_changed_since_is_said(page):
    app = trained(page)
    assert "Examples or settings have changed" not in texts(app)
    app.text_input(key="teach_name_0_smiling_0").set_value("grin").run()
    assert "Examples or settings have changed" in texts(app)


def test_a_head_goes_to_a_classmate_and_theirs_comes_back(page):
    app = look(trained(page), "Swap")
    head = app.session_state[LESSON].taught.head
    app.file_uploader(key="teach_load_head").upload("theirs.json", head.to_json(), "application/json").run()
    assert not app.exception
    assert "On the same 24 examples" in texts(app)
    broken = json.dumps({"file": "FER Lab head"}).encode()
    app.file_uploader(key="teach_load_head").set_value(("broken.json", broken, "application/json")).run()
    assert "is not a FER Lab head" in texts(app)


def test_a_head_answers_photos(page):
    app = trained(page)
    title = app.pills(key="teach_samples").options[0]
    app.pills(key="teach_samples").set_value(title).run()
    assert not app.exception
    assert app.session_state[LESSON].taught.head.class_names == ("smiling", "frowning")


def test_examples_become_a_dataset_only_when_asked(page):
    app = look(filled(page), "Keep")
    click(app, "teach_dataset")
    click(app, "teach_dataset_store")
    assert "allows the eight emotions only" in texts(app)
    for place, (old, new) in enumerate([("smiling", "happiness"), ("frowning", "anger")]):
        app.text_input(key=f"teach_name_{place}_{old}_0").set_value(new).run()
    click(app, "teach_dataset")
    click(app, "teach_dataset_store")
    assert sum(dataset_card("my-examples").sizes.values()) == 24


def test_votes_of_a_class_are_labels(page):
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48)).astype(np.uint8)
    votes = np.eye(10, dtype=np.uint8)[[1, 1, 3]] * 10
    draw = lambda: QuizRound(tuple(map(Question, faces, votes)))  # noqa: E731
    room = cached.quiz_rooms().open(lambda code: Room(code, "a" * 32, draw))
    for seat in "123":
        room.join(seat)
    for question, answer in enumerate(["happiness", "sadness", "sadness"]):
        room.advance(room.standing())
        for seat in "123":
            room.vote(seat, question, answer)
        room.advance(room.standing())
    app = page()
    app.session_state["browser token"] = "a" * 32
    come_from(app, "Class votes")
    assert "2 of 3 faces" in texts(app)
    click(app, "teach_add_votes")
    assert counts(app) == {"happiness": 1, "sadness": 2}
    recording = app.session_state[LESSON].examples.classes[0].recordings[0]
    assert recording.votes[0, VOTE_COLUMNS.index("happiness")] == 3


@pytest.mark.parametrize("context", ["education", "workplace"])
def test_own_faces_need_the_operators_opening(page, monkeypatch, context):
    monkeypatch.setenv("FER_CONTEXT", context)
    app = trained(page)
    come_from(app, "Pictures")
    assert "switched off" in texts(app)
    assert not app.get("file_uploader")
    come_from(app, "Dataset")
    click(app, "teach_add_rows")
    monkeypatch.setenv("FER_OWN_FACES", "enabled")
    assert come_from(app, "Pictures").get("file_uploader")


def test_the_notice_stands_once_on_the_page(page):
    app = trained(page)
    del app.session_state[ACCEPTED]
    come_from(app, "Pictures")
    assert [button.key for button in app.button].count("notice_accept") == 1
    click(app, "notice_accept")
    assert app.file_uploader(key="teach_upload")
    assert app.file_uploader(key="teach_try")


def test_pictures_are_looked_at_once_a_head(page, monkeypatch):
    looked = []
    look = seen_pictures.recognize_photos
    monkeypatch.setattr(
        seen_pictures, "recognize_photos", lambda files, *who: looked.append(len(files)) or look(files, *who)
    )
    app = trained(page)
    app.pills(key="teach_samples").set_value(app.pills(key="teach_samples").options[0]).run()
    click(app, "teach_add_class")
    assert sum(looked) == 1
    app.segmented_control(key="teach_kind").set_value("svm").run()
    click(app, "teach_train")
    assert sum(looked) == 2


ONE_FACE = OneFace()


class Hand:
    """Stands in for the button that only a browser can hold."""

    def show_hold_button(self, label, recording, *, is_disabled, on_press, on_release):
        self.label, self.recording, self.is_disabled = label, recording, is_disabled
        self.press, self.release = on_press, on_release


@pytest.fixture
def hand(browser, monkeypatch):
    browser.offers, hand = True, Hand()
    monkeypatch.setattr("pages.parts.teach.webcam.show_hold_button", hand.show_hold_button)
    monkeypatch.setattr("pages.shared.webcam.stream.STALLED_SECONDS", 600.0)  # between two frames of a test
    return hand


def with_camera(page):
    app = come_from(page(), "Webcam")
    click(app, "teach_camera_record_on")
    see(app)
    app.run()
    return app


def see(app, detector=ONE_FACE):
    stream = app.session_state["webcam_analyzer"]
    stream.settings = replace(stream.settings, detector=detector)
    stream.annotate(np.random.default_rng().integers(0, 256, (480, 640, 3), np.uint8))
    return stream


def record(app, hand, faces):
    """Holds the button while a number of faces are seen."""
    hand.press()
    app.run()
    assert not app.exception
    stream, rng = app.session_state["webcam_analyzer"], np.random.default_rng()
    (seen,) = stream.latest().recognitions
    for number in range(faces):
        stream.on_faces(1e6 + number, [replace(seen, crop=rng.integers(0, 256, (48, 48)).astype(np.uint8))])
    app.run()
    assert hand.recording == f"Recording: {faces}"
    hand.release()
    app.run()
    assert not app.exception


def test_each_hold_is_one_recording_of_the_chosen_class(page, hand):
    app = with_camera(page)
    assert "“Class 1”: 0 of 200 examples" in texts(app).replace("\\", "")
    assert "Until you train, the label is tiny" in texts(app)
    record(app, hand, 7)
    record(app, hand, 5)
    app.selectbox(key="teach_class").set_value("Class 2").run()
    record(app, hand, 6)
    examples = app.session_state[LESSON].examples
    assert examples.counts() == {"Class 1": 12, "Class 2": 6}
    assert [len({*one.groups}) for one in examples.recordings] == [1, 1, 1]
    assert len(np.unique(examples.groups)) == 3
    assert app.session_state["webcam_analyzer"].on_faces is None


def test_a_class_is_full_at_two_hundred(page, hand):
    app = with_camera(page)
    record(app, hand, 150)
    hand.press()
    app.run()
    stream, rng = app.session_state["webcam_analyzer"], np.random.default_rng(1)
    (seen,) = stream.latest().recognitions
    for number in range(80):
        stream.on_faces(2e6 + number, [replace(seen, crop=rng.integers(0, 256, (48, 48)).astype(np.uint8))])
    app.run()  # ends by itself
    assert counts(app)["Class 1"] == 200
    assert hand.is_disabled
    assert "has 200 examples, the most for recording" in texts(app)


def test_holding_before_nobody_records_nothing_and_says_so(page, hand):
    app = with_camera(page)
    see(app, SimpleNamespace(detect=lambda image: ()))
    app.run()
    assert "No face found" in texts(app)
    hand.press()
    app.run()
    hand.release()
    app.run()
    assert "No face was recorded" in texts(app)
    assert counts(app) == {"Class 1": 0, "Class 2": 0}


@pytest.mark.parametrize("end", ["stop", "leave", "another source"])
def test_what_was_recorded_stays_when_the_camera_goes(page, hand, browser, end):
    app = with_camera(page)
    hand.press()
    app.run()
    see(app)
    if end == "stop":
        click(app, "teach_camera_record_off")
    elif end == "leave":
        app.switch_page("pages/photos.py").run()
    else:
        come_from(app, "Dataset")
    assert browser.closed == 1
    assert not app.session_state["webcam_on"]
    assert counts(app) == {"Class 1": 1, "Class 2": 0}


def test_where_live_video_is_off_single_pictures_are_examples(page, browser, monkeypatch):
    monkeypatch.setenv("FER_WEBCAMS", "0")
    app = come_from(page(), "Webcam")
    assert not app.get("camera_input")
    click(app, "teach_camera_record_on")
    assert "Live video is off on this server" in texts(app)
    assert app.get("camera_input")
    content = encode_png(Face(person=3).portrait(240))
    shot = SimpleNamespace(name="camera.png", file_id="1", getvalue=lambda: content)
    monkeypatch.setattr("pages.shared.held_pictures.st.camera_input", lambda label, key: shot)
    click(app.run(), "teach_add_pictures")
    assert counts(app) == {"Class 1": 1, "Class 2": 0}


def test_a_head_answers_live_and_the_camera_is_in_one_place(page, hand, browser):
    app = click(filled(page), "teach_train")
    come_from(app, "Webcam")
    click(app, "teach_camera_record_on")
    assert app.session_state["webcam_analyzer"].settings.classifier.class_names == ("smiling", "frowning")
    app.segmented_control(key="teach_try_on").set_value("Webcam").run()  # which brings the camera
    assert browser.closed == 1
    assert app.button(key="teach_camera_record").label == "Use camera here"
    see(app)
    app.run()
    assert not app.exception
    assert any("smiling" in element.proto.body for element in app.get("html"))
    look(app, "Swap")
    assert not app.session_state["webcam_on"]
    assert browser.closed == 2
    assert app.button(key="teach_camera_record_on").label == "Start the camera"


def test_a_refused_camera_is_said_and_the_rest_of_the_page_works(page, browser):
    app = come_from(page(), "Webcam")
    browser.says = "NotAllowedError"
    click(app, "teach_camera_record_on")
    assert "Camera access is denied" in texts(app)
    assert app.button(key="teach_camera_record_on")
    assert counts(click(app, "teach_fill"))["smiling"] == 12


@pytest.mark.parametrize("context", ["education", "workplace"])
def test_the_webcam_needs_the_operators_opening(page, browser, monkeypatch, context):
    monkeypatch.setenv("FER_CONTEXT", context)
    app = come_from(trained(page), "Webcam")
    app.segmented_control(key="teach_try_on").set_value("Webcam").run()
    assert not app.exception
    assert "switched off" in texts(app)
    assert "Start the camera" not in [button.label for button in app.button]
