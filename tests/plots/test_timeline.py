import numpy as np
import pytest

from fer_core.labels import EMOTION_COLORS
from fer_core.plots.timeline import emotion_timeline, face_in_words, longest_seen
from fer_core.recognition.timelines import FaceTimeline

NAMES = ("neutral", "happiness", "fear")


def timeline(number, times):
    times = np.array(times, float)
    probabilities = np.tile(np.array([0.2, 0.7, 0.1], np.float32), (len(times), 1))
    return FaceTimeline(number, times, probabilities, np.ones(len(times), np.int64), NAMES)


def test_each_face_has_a_band_of_all_classes():
    figure = emotion_timeline([timeline(1, [0, 0.1, 0.2]), timeline(4, [0.1, 0.2])], 0.3)
    assert [trace.name for trace in figure.data] == [*NAMES, *NAMES]
    assert [trace.showlegend for trace in figure.data] == [True] * 3 + [False] * 3
    assert {trace.stackgroup for trace in figure.data} == {"face 1", "face 2"}
    assert figure.data[1].fillcolor == EMOTION_COLORS["happiness"]
    assert [a.text for a in figure.layout.annotations] == [
        "<b>Face 1</b> · labeled happiness 100% of the time",
        "<b>Face 4</b> · labeled happiness 100% of the time",
    ]


def test_a_band_falls_to_nothing_where_the_face_is_gone():
    figure = emotion_timeline([timeline(1, [0, 0.1, 0.2, 5.0, 5.1])], 6)
    happiness = figure.data[1]
    assert list(happiness.x) == sorted(happiness.x)
    at = dict(zip(happiness.x, happiness.y, strict=True))
    assert at[0.1] == pytest.approx(0.7)
    assert at[0.3] == 0
    assert happiness.y[list(happiness.x).index(5.0)] == 0
    assert happiness.y[-1] == 0


def test_one_moment_is_seen():
    figure = emotion_timeline([timeline(1, [2.0])], 6, interval=0.5)
    assert [*figure.data[1].x] == [2.0, 2.0, 2.5, 2.5]
    assert figure.data[1].y == pytest.approx([0, 0.7, 0.7, 0])


def test_long_videos_stay_light():
    figure = emotion_timeline([timeline(1, np.arange(6000) / 10)], 600)
    assert len(figure.data[0].x) < 500
    assert figure.data[1].y[10] == pytest.approx(0.7)


def test_the_longest_seen_are_listed_by_number():
    faces = [timeline(number, np.arange(length)) for number, length in ((1, 2), (2, 9), (3, 1), (4, 5))]
    assert [one.number for one in longest_seen(faces, 2)] == [2, 4]
    assert longest_seen([]) == ()


def test_a_face_in_words_names_three_classes_at_most():
    labels = np.array([0, 1, 1, 2], np.int64)
    face = FaceTimeline(2, np.arange(4.0), np.full((4, 3), 1 / 3, np.float32), labels, NAMES)
    assert face_in_words(face) == "<b>Face 2</b> · labeled happiness 50%, neutral 25%, fear 25% of the time"


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="Expected"):
        FaceTimeline(1, np.zeros(0), np.zeros((0, 3), np.float32), np.zeros(0, np.int64), NAMES)
