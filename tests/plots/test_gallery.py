"""The validation faces, epoch by epoch, as HTML."""

import numpy as np

from fer_core.plots.gallery import followed_strip
from fer_core.training.runs.validation import EpochView, FollowedFaces

NAMES = ("calm", "<b>glad</b>")
FACES = FollowedFaces(np.zeros((2, 48, 48), np.uint8), np.array([0, 1]))


def view(epoch, *sure):
    return EpochView(epoch, [[1, 0], [0, 1]], [[share, 1 - share] for share in sure])


def test_a_face_shows_what_it_is_taken_for_and_whether_that_is_right():
    html = followed_strip(FACES, [view(1, 0.6, 0.9)], NAMES)
    assert "<b>calm</b> 60%" in html
    assert "<b>calm</b> 90%" in html
    assert html.count("✓") == 1
    assert html.count("✗") == 1
    assert "is &lt;b&gt;glad" in html


def test_each_epoch_is_a_square_until_there_are_too_many():
    few = followed_strip(FACES, [view(e, 0.6, 0.9) for e in range(1, 11)], NAMES)
    assert few.count('title="Epoch') == 20
    many = followed_strip(FACES, [view(e, 0.6, 0.9) for e in range(1, 201)], NAMES)
    assert many.count('title="Epoch') == 48
    assert "Epoch 1:" in many
    assert "Epoch 200:" in many


def test_before_the_first_epoch_faces_say_what_they_are():
    html = followed_strip(FACES, [], NAMES)
    assert html.count("<img") == 2
    assert "Epoch" not in html
