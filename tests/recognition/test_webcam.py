"""A stream's frames, looked at in its thread: results, settings that act at once, and failures that stop nothing."""

import threading
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.checkpoints.classifier import Classifier
from fer_core.errors import FerError
from fer_core.faces.detection import Face
from fer_core.faces.images import encode_png, read_image
from fer_core.labels import EMOTIONS, PAPER_EMOTIONS
from fer_core.plots.webcam import face_strip, gone_faces, present_faces
from fer_core.recognition.drawing import FACE_COLORS, draw_faces, face_color
from fer_core.recognition.webcam import HISTORY_SECONDS, MOMENTS_A_SECOND, FrameAnalyzer, StreamResult, StreamSettings
from fer_core.service.deployment import read_ice_servers

FRAME = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)


class Faces:
    """A detector that finds what it is told to, or fails."""

    def __init__(self, *boxes):
        self.boxes, self.error = boxes, None

    def detect(self, image):
        if self.error:
            raise self.error
        return tuple(Face(box) for box in self.boxes)


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="session")
def classifier(tiny_model):
    return Classifier(tiny_model, PAPER_EMOTIONS)


@pytest.fixture
def detector():
    return Faces((100, 100, 200, 200), (400, 120, 480, 200))


@pytest.fixture
def analyzer(detector, classifier):
    clock = Clock()
    analyzer = FrameAnalyzer(StreamSettings(detector, classifier), clock=clock)
    analyzer.clock = clock
    return analyzer


def play(analyzer, frames, *, fps=10):
    for _ in range(frames):
        analyzer.annotate(FRAME)
        analyzer.clock.now += 1 / fps


def test_before_the_first_frame_there_is_an_empty_result(analyzer):
    assert analyzer.latest().number == 0
    assert analyzer.latest().faces == ()
    assert analyzer.rate().frames_per_second == 0
    assert analyzer.history() == ()


def test_frames_are_mirrored_before_they_are_looked_at(analyzer):
    analyzer.annotate(FRAME)
    assert (analyzer.latest().image == FRAME[:, ::-1]).all()
    assert [face.number for face in analyzer.latest().faces] == [1, 2]


def test_a_picture_as_the_camera_sees_it(analyzer, detector, classifier):
    analyzer.settings = StreamSettings(detector, classifier, mirrored=False)
    analyzer.annotate(FRAME)
    assert (analyzer.latest().image == FRAME).all()


def test_the_drawing_is_a_copy(analyzer):
    before = FRAME.copy()
    drawn = analyzer.annotate(FRAME)
    assert drawn.shape == FRAME.shape
    assert (drawn != FRAME[:, ::-1]).any()
    assert (before == FRAME).all()


@pytest.mark.parametrize("kind", ["yuv420p", "yuvj420p", "rgb24"])
@pytest.mark.parametrize(("width", "height"), [(640, 480), (641, 481), (322, 240)])
def test_the_callback_takes_and_gives_video_frames(analyzer, detector, kind, width, height):
    detector.boxes = ()
    picture = cv2.resize(cv2.GaussianBlur(FRAME, (0, 0), 9), (width, height))
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=kind)
    out = analyzer.on_frame(frame)
    assert analyzer.problem() == ""
    assert (out.width, out.height) == (width, height)
    assert np.abs(out.to_ndarray(format="rgb24").astype(int) - picture[:, ::-1]).max() < 12
    assert analyzer.latest().number == 1


def test_who_listens_gets_the_faces_of_each_frame_until_they_are_forgotten(analyzer):
    heard = []
    analyzer.on_faces = lambda time, faces: heard.append((time, [face.crop.shape for face in faces]))
    play(analyzer, 2)
    assert heard == [(100.0, [(48, 48), (48, 48)]), (100.1, [(48, 48), (48, 48)])]
    analyzer.start_log()
    analyzer.forget_faces()
    assert not analyzer.is_logging
    play(analyzer, 1)
    assert len(heard) == 2


def test_a_listener_that_fails_is_said_and_stops_nothing(analyzer):
    analyzer.on_faces = lambda time, faces: 1 / 0
    assert analyzer.annotate(FRAME).shape == FRAME.shape
    assert "ZeroDivisionError" in analyzer.problem()


def test_settings_act_on_the_next_frame(analyzer, detector, classifier):
    analyzer.annotate(FRAME)
    assert len(analyzer.latest().faces) == 2
    analyzer.settings = StreamSettings(detector, classifier, minimum_size=90)
    analyzer.annotate(FRAME)
    assert len(analyzer.latest().faces) == 1
    analyzer.settings = StreamSettings(detector, classifier, margin=0.4)
    analyzer.annotate(FRAME)
    assert analyzer.latest().faces[0].recognition.face.width > 150


def test_every_failing_frame_passes_and_the_next_is_tried(analyzer, detector):
    for number in range(1000):
        detector.error = RuntimeError("the network broke") if number % 3 == 0 else None
        assert analyzer.annotate(FRAME).shape == FRAME.shape
        assert bool(analyzer.problem()) is (number % 3 == 0) or number > 0
    assert analyzer.latest().number == 666
    assert analyzer.problem() == "RuntimeError: the network broke"


def test_a_problem_is_present_for_some_seconds(analyzer, detector):
    detector.error = ValueError("odd")
    analyzer.annotate(FRAME)
    assert analyzer.problem() == "ValueError: odd"
    detector.error = None
    analyzer.clock.now += 6
    assert analyzer.problem() == ""


def test_a_failing_frame_says_that_the_analysis_paused(analyzer, detector):
    detector.error = KeyError("odd")
    drawn = analyzer.annotate(FRAME)
    assert (drawn[60:] == FRAME[60:, ::-1]).all()
    assert (drawn[:10] != FRAME[:10, ::-1]).any()


def test_a_frame_that_cannot_be_read_comes_back_as_it_is(analyzer):
    class Broken:
        format, width, height = SimpleNamespace(name="yuv420p"), 640, 480

        def to_ndarray(self, **_):
            raise av.error.InvalidDataError(1, "broken")

    frame = Broken()
    assert analyzer.on_frame(frame) is frame
    assert "broken" in analyzer.problem()


def test_what_ends_the_program_is_not_caught(analyzer, detector):
    detector.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        analyzer.annotate(FRAME)


def test_the_history_is_the_last_minute_some_times_a_second(analyzer):
    play(analyzer, 900, fps=10)
    history = analyzer.history()
    assert history[0].time >= analyzer.now() - HISTORY_SECONDS - 0.2
    assert len(history) == pytest.approx(2 * HISTORY_SECONDS * MOMENTS_A_SECOND, rel=0.05)


def test_the_rate_counts_frames(analyzer):
    play(analyzer, 50, fps=20)
    assert analyzer.rate().frames_per_second == pytest.approx(20, rel=0.05)
    assert analyzer.rate().milliseconds > 0
    analyzer.clock.now += 10
    assert analyzer.rate().frames_per_second == 0


def test_nothing_is_logged_unless_asked(analyzer):
    play(analyzer, 30)
    assert not analyzer.has_log
    assert list(analyzer.log_rows().columns) == ["time", "face", "class_name"]
    analyzer.start_log()
    play(analyzer, 20)
    analyzer.stop_log()
    play(analyzer, 20)
    rows = analyzer.log_rows()
    assert list(rows.columns) == ["time", "face", "checkpoint", "prior", "class_name", *PAPER_EMOTIONS]
    assert len(rows) == pytest.approx(2 * 2 * MOMENTS_A_SECOND, abs=4)
    assert rows["time"].iloc[0] == 0
    assert np.allclose(rows[list(PAPER_EMOTIONS)].sum(axis=1), 1, atol=1e-5)
    analyzer.start_log()
    assert not analyzer.has_log


def test_pages_read_while_the_stream_writes(analyzer):
    stop, reads = threading.Event(), []

    def read():
        while not stop.is_set():
            analyzer.history(), analyzer.latest(), analyzer.rate(), analyzer.log_rows(), analyzer.problem()
            reads.append(1)  # an exception would be pytest's error: warnings of threads are errors

    readers = [threading.Thread(target=read) for _ in range(3)]
    analyzer.start_log()
    for reader in readers:
        reader.start()
    play(analyzer, 200)
    stop.set()
    for reader in readers:
        reader.join()
    assert reads


def test_a_picture_is_a_png_with_the_faces_drawn(analyzer):
    analyzer.annotate(FRAME)
    result = analyzer.latest()
    assert (read_image(encode_png(result.drawn())) == result.drawn()).all()
    assert [item.prediction.class_name for item in result.recognitions] == [
        f.prediction.class_name for f in result.faces
    ]


def test_an_empty_result_has_no_faces():
    assert StreamResult().recognitions == ()


@given(st.lists(st.tuples(st.integers(-50, 630), st.integers(-50, 470), st.integers(1, 400)), max_size=12))
def test_faces_anywhere_can_be_drawn(tiny_model, boxes):
    faces = Faces(*[(x, y, x + size, y + size) for x, y, size in boxes if x + size > 0 and y + size > 0])
    analyzer = FrameAnalyzer(StreamSettings(faces, Classifier(tiny_model, PAPER_EMOTIONS), minimum_size=1))
    shown = analyzer.annotate(FRAME)
    assert analyzer.problem() == ""
    assert shown.shape == FRAME.shape


def test_a_tiny_frame_can_be_drawn_upon(analyzer):
    analyzer.annotate(FRAME)
    for size in ((1, 1), (8, 200), (200, 8)):
        draw_faces(np.zeros((*size, 3), np.uint8), analyzer.latest().faces)


def test_each_face_has_a_colour_of_its_own():
    assert len({face_color(number) for number in range(1, len(FACE_COLORS) + 1)}) == len(FACE_COLORS)
    assert face_color(1) == face_color(len(FACE_COLORS) + 1)


def test_the_strip_shows_now_and_the_last_minute(analyzer):
    play(analyzer, 100)
    history, now = analyzer.history(), analyzer.now()
    assert present_faces(history, now) == (1, 2)
    html = face_strip(1, history, now)
    assert all(name in html for name in PAPER_EMOTIONS)
    assert "data:image/svg+xml;base64," in html
    assert gone_faces(history, now) == ()
    assert present_faces(history, now + 10) == ()
    assert gone_faces(history, now + 10) == (1, 2)


def test_the_strip_survives_another_checkpoint(analyzer, detector, tiny_model):
    play(analyzer, 20)
    other = Classifier(tiny_model, EMOTIONS[1:])
    analyzer.settings = StreamSettings(detector, other)
    play(analyzer, 20)
    assert "contempt" in face_strip(1, analyzer.history(), analyzer.now())


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("", []),
        ("  ", []),
        ("stun:a:1", [{"urls": "stun:a:1"}]),
        ("stun:a:1, turns:b", [{"urls": "stun:a:1"}, {"urls": "turns:b"}]),
        ('{"urls": "turn:a", "username": "u"}', [{"urls": "turn:a", "username": "u"}]),
        ('[{"urls": ["stun:a", "turn:b"]}]', [{"urls": ["stun:a", "turn:b"]}]),
    ],
)
def test_ice_servers_are_a_setting(text, servers):
    assert read_ice_servers(text) == servers


@pytest.mark.parametrize("text", ["http://a", "[{]", "[1]", '[{"urls": 7}]', "{}", '[{"url": "stun:a"}]'])
def test_a_setting_that_cannot_be_used_names_itself(text):
    with pytest.raises(FerError, match="FER_ICE_SERVERS"):
        read_ice_servers(text)
