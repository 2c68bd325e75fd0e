"""Recording from a live stream: which faces are kept, how many, and that they stay together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fer_core.checkpoints.classifier import Prediction
from fer_core.faces.detection import Face
from fer_core.lessons.teach.examples import ExampleClass, Examples
from fer_core.lessons.teach.recorder import FACES_A_SECOND, Recorder
from fer_core.lessons.teach.teaching import folds_of
from fer_core.recognition.recognize import Recognition

ANSWER = Prediction(np.array([1.0, 0.0], np.float32), ("a", "b"))


def face(size, gray, at=10):
    return Recognition(Face((at, at, at + size, at + size)), ANSWER, np.full((48, 48), gray, np.uint8))


def grays(recorder):
    return [int(image[0, 0]) for image in recorder.recording().images]


def test_the_largest_face_is_kept():
    recorder = Recorder(10)
    recorder.add(0.0, [face(40, 1), face(90, 2), face(60, 3)])
    recorder.add(1.0, [])
    assert grays(recorder) == [2]


@given(fps=st.floats(1, 60), frames=st.integers(1, 120), room=st.integers(1, 30))
def test_no_more_than_its_room_and_ten_a_second(fps, frames, room):
    recorder = Recorder(room)
    for number in range(frames):
        recorder.add(1000 + number / fps, [face(40, number % 256)])
    seconds = frames / fps
    assert 1 <= recorder.count <= min(room, frames, np.ceil(seconds * FACES_A_SECOND) + 1)
    if fps <= FACES_A_SECOND:
        assert recorder.count == min(frames, room)
    assert recorder.is_full == (recorder.count == room)


def test_nothing_recorded_is_no_recording():
    assert Recorder(5).recording() is None


def test_recordings_are_divided_between_training_and_test_as_wholes():
    examples, rng = Examples((ExampleClass("a"), ExampleClass("b"))), np.random.default_rng(0)
    for place in (0, 1, 0, 1, 0, 1):
        recorder = Recorder(20)
        for number in range(8):
            crop = rng.integers(0, 256, (48, 48)).astype(np.uint8)
            recorder.add(float(number), [Recognition(Face((0, 0, 50, 50)), ANSWER, crop)])
        examples = examples.added(place, recorder.recording())
    recorded = np.repeat([recording.key for recording in examples.recordings], 8)
    folds = list(folds_of(examples, 4))
    assert len(folds) == 3
    for train, test in folds:
        assert not set(recorded[train]) & set(recorded[test])
