"""Faces keep their numbers and their labels do not flicker; properties over random inputs."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.checkpoints.classifier import Prediction
from fer_core.faces.detection import Face
from fer_core.labels import EMOTIONS, PAPER_EMOTIONS
from fer_core.recognition.recognize import Recognition
from fer_core.recognition.tracking import MEMORY, Tracking, smoothed

CROP = np.zeros((48, 48), np.uint8)


def seen(x, y=100, size=100, probabilities=None, class_names=PAPER_EMOTIONS):
    if probabilities is None:
        probabilities = np.full(len(class_names), 1 / len(class_names))
    prediction = Prediction(np.asarray(probabilities, np.float32), class_names)
    return Recognition(Face((x, y, x + size, y + size)), prediction, CROP)


def follow(frames, *, fps=15, **options):
    """The tracking after each of some frames."""
    tracking, steps = Tracking(), []
    for index, frame in enumerate(frames):
        tracking = tracking.updated(frame, index / fps, **options)
        steps.append(tracking)
    return steps


def numbers(tracking):
    return [face.number for face in tracking.faces]


def test_nothing_is_tracked_in_an_empty_stream():
    assert numbers(follow([[], [], []])[-1]) == []


def test_faces_are_numbered_as_they_appear():
    steps = follow([[seen(0)], [seen(0), seen(300)], [seen(0), seen(150), seen(300)]])
    assert [numbers(step) for step in steps] == [[1], [1, 2], [1, 3, 2]]


def test_two_faces_that_pass_each_other_slowly_keep_their_numbers():
    frames = [[seen(20 + 8 * i, 60), seen(420 - 8 * i, 190)] for i in range(50)]
    assert {tuple(numbers(step)) for step in follow(frames)} == {(1, 2)}


def test_a_face_that_comes_back_within_a_second_keeps_its_number():
    steps = follow([[seen(200)]] * 3 + [[]] * 12 + [[seen(260)]])
    assert numbers(steps[-1]) == [1]
    assert [face.number for face in steps[10].gone] == [1]


def test_a_face_that_comes_back_later_is_new():
    steps = follow([[seen(200)]] + [[]] * 20 + [[seen(200)]])
    assert numbers(steps[-1]) == [2]
    assert steps[19].gone == ()


def test_the_face_that_stayed_is_not_taken_for_the_one_that_left():
    steps = follow([[seen(0), seen(300)], [seen(5)], [seen(5), seen(310)], [seen(310)], [seen(310), seen(2)]])
    assert [numbers(step) for step in steps] == [[1, 2], [1], [1, 2], [2], [2, 1]]


def test_a_face_far_away_or_of_another_size_is_another_face():
    assert numbers(follow([[seen(0)], [seen(400)]])[-1]) == [2]
    assert numbers(follow([[seen(0, size=60)], [seen(0, size=180)]])[-1]) == [2]


@given(st.lists(st.lists(st.integers(0, 5), max_size=6, unique=True), max_size=20))
def test_numbers_are_unique_and_never_taken_by_another_face(frames):
    steps = follow([[seen(place * 400) for place in frame] for frame in frames])
    places = {}
    for frame, step in zip(frames, steps, strict=True):
        assert len(set(numbers(step))) == len(frame)
        for place, number in zip(frame, numbers(step), strict=True):
            assert places.setdefault(number, place) == place


@given(st.integers(2, 60), st.floats(0.05, 3), st.floats(0.2, 2))
def test_smoothing_does_not_depend_on_the_frame_rate(fps, smoothing, seconds):
    values, target, steps = np.float32([1, 0]), np.float32([0, 1]), max(1, round(fps * seconds))
    for _ in range(steps):
        values = smoothed(values, target, 1 / fps, smoothing)
    assert values[0] == pytest.approx(math.exp(-steps / fps / smoothing), abs=1e-4)


@given(st.floats(0, 5), st.floats(0, 3), st.integers(0, 1000))
def test_smoothed_probabilities_stay_probabilities(seconds, smoothing, seed):
    before, now = np.random.default_rng(seed).dirichlet(np.ones(7), 2).astype(np.float32)
    values = smoothed(before, now, seconds, smoothing)
    assert values.sum() == pytest.approx(1, abs=1e-5)
    assert (values >= np.minimum(before, now) - 1e-6).all()
    assert (values <= np.maximum(before, now) + 1e-6).all()


@given(st.integers(0, 1000))
def test_without_smoothing_the_answers_are_raw(seed):
    rows = np.random.default_rng(seed).dirichlet(np.ones(7), 5).astype(np.float32)
    for row, step in zip(rows, follow([[seen(0, probabilities=row)] for row in rows], smoothing=0), strict=True):
        assert (step.faces[0].prediction.probabilities == row).all()
        assert step.faces[0].class_name == PAPER_EMOTIONS[row.argmax()]
        assert step.faces[0].confidence == row.max()


def noisy(seed, frames=150):
    """A still face between two classes, as a network sees it: noise flips the raw label again and again."""
    rng = np.random.default_rng(seed)
    base = np.array([0.42, 0.4, 0.06, 0.03, 0.03, 0.03, 0.03])
    return [[seen(100, probabilities=rng.dirichlet(40 * base))] for _ in range(frames)]


def changes(steps):
    labels = [step.faces[0].class_name for step in steps]
    return sum(a != b for a, b in pairwise(labels))


@pytest.mark.parametrize("seed", range(10))
def test_the_label_of_a_still_face_does_not_flicker(seed):
    assert changes(follow(noisy(seed), smoothing=0)) > 20
    assert changes(follow(noisy(seed))) <= 1


def test_a_true_change_of_expression_comes_through_within_a_second():
    happy, angry = np.eye(7)[1] * 0.9 + 0.1 / 7, np.eye(7)[4] * 0.9 + 0.1 / 7
    steps = follow([[seen(0, probabilities=happy)]] * 30 + [[seen(0, probabilities=angry)]] * 15)
    assert steps[29].faces[0].class_name == "happiness"
    assert steps[-1].faces[0].class_name == "anger"


def test_another_checkpoint_starts_the_probabilities_anew():
    steps = follow([[seen(0)], [seen(0, class_names=EMOTIONS, probabilities=np.eye(8)[7])]])
    assert numbers(steps[-1]) == [1]
    assert steps[-1].faces[0].class_name == "contempt"
    assert steps[-1].faces[0].first_seen == 0


def test_values_are_never_changed():
    first = Tracking().updated([seen(0)], 0.0)
    first.updated([], MEMORY / 2)
    assert numbers(first) == [1]
    assert first.gone == ()


def test_a_negative_smoothing_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="at least 0"):
        Tracking().updated([], 0.0, smoothing=-1)


def test_a_label_that_is_not_probable_enough_is_not_sure():
    sure, unsure = np.eye(7)[1] * 0.6 + 0.4 / 7, np.full(7, 1 / 7)
    faces = [
        replace(seen(10, probabilities=p), prediction=Prediction(p.astype(np.float32), PAPER_EMOTIONS, 0.5))
        for p in (sure, unsure)
    ]
    first, *_, last = follow([[faces[0]], *[[faces[1]]] * 60], smoothing=0.3)
    assert first.faces[0].answer == first.faces[0].class_name == PAPER_EMOTIONS[1]
    assert last.faces[0].answer == "not sure"
    assert last.faces[0].prediction.not_sure_below == 0.5
