"""Faces change a little, by chance that can be repeated, and never beyond what was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.training.settings.augmentation import Augmentation, augment, mix

EACH = {
    "flip": True,
    "rotation": 20.0,
    "shift": 0.1,
    "scale": 0.2,
    "shear": 0.2,
    "brightness": 0.2,
    "contrast": 0.4,
    "gamma": 0.5,
    "shade": 0.5,
    "resolution": 0.6,
    "blur": 1.5,
    "noise": 0.1,
    "erasing": 1.0,
}


def faces(n=6):
    """Smooth pictures with a bright square off the center."""
    images = np.full((n, 48, 48), 90, np.uint8)
    images[:, 10:20, 8:16] = 200
    return images


def rng(seed=0):
    return np.random.default_rng(seed)


def test_nothing_asked_changes_nothing():
    np.testing.assert_array_equal(augment(faces(), Augmentation(), rng()), faces())


@pytest.mark.parametrize("name", EACH)
def test_each_changes_faces_and_leaves_the_originals(name):
    originals = faces()
    changed = augment(originals, Augmentation(**{name: EACH[name]}), rng())
    assert (changed.shape, changed.dtype) == (originals.shape, np.uint8)
    assert (changed != originals).any()
    np.testing.assert_array_equal(originals, faces())


@given(st.integers(0, 2**32 - 1))
def test_the_same_chance_gives_the_same_faces(seed):
    everything = Augmentation(**EACH)
    np.testing.assert_array_equal(augment(faces(2), everything, rng(seed)), augment(faces(2), everything, rng(seed)))


def test_a_flip_mirrors_about_half_of_them_exactly():
    changed = augment(faces(400), Augmentation(flip=True), rng())
    mirrored = (changed == faces(1)[0, :, ::-1]).all(axis=(1, 2))
    same = (changed == faces(1)[0]).all(axis=(1, 2))
    assert (mirrored | same).all()
    assert 150 < mirrored.sum() < 250


@pytest.mark.parametrize("limit", [0.05, 0.15])
def test_a_shift_stays_within_its_limit(limit):
    changed = augment(faces(300), Augmentation(shift=limit), rng())
    columns = np.arange(48)
    bright = (changed > 145).sum(axis=1)
    moved = (bright * columns).sum(axis=1) / bright.sum(axis=1) - 11.5
    assert abs(moved).max() <= limit * 48 + 0.6
    assert abs(moved).max() > limit * 48 * 0.8


def test_brightness_moves_the_mean_and_contrast_keeps_it():
    means = augment(faces(300), Augmentation(brightness=0.1), rng()).mean(axis=(1, 2)) - faces(1).mean()
    assert 22 < abs(means).max() <= 26
    changed = augment(faces(300), Augmentation(contrast=0.3), rng())
    assert abs(changed.mean(axis=(1, 2)) - faces(1).mean()).max() < 1
    spread = changed.std(axis=(1, 2)) / faces(1).std()
    assert 0.68 < spread.min() < 0.75
    assert 1.25 < spread.max() < 1.32


def test_erasing_leaves_a_picture_but_for_one_rectangle():
    changed = augment(faces(200), Augmentation(erasing=0.5), rng()) != faces(1)
    touched = changed.any(axis=(1, 2))
    assert 70 < touched.sum() < 130
    for mask in changed[touched]:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        inside = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert inside.mean() > 0.8
        assert inside.size <= 0.27 * 48 * 48


def test_mixing_keeps_the_face_as_the_larger_part_and_labels_as_shares():
    images = np.stack([np.full((48, 48), value, np.uint8) for value in (0, 255)] * 50)
    targets = np.eye(2, dtype=np.float32)[np.arange(100) % 2]
    mixed, shares = mix(images, targets, 1.0, rng())
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(shares.argmax(axis=1), targets.argmax(axis=1))
    np.testing.assert_allclose(mixed[:, 0, 0] / 255, shares[:, 1], atol=0.003)
    assert shares.max(axis=1).min() < 0.7


def test_gamma_keeps_black_and_white_and_the_order_between():
    ramp = np.broadcast_to(np.linspace(0, 255, 48).astype(np.uint8), (5, 48, 48)).copy()
    changed = augment(ramp, Augmentation(gamma=0.8), rng()).astype(int)
    assert (changed[..., 0] == 0).all()
    assert (changed[..., -1] == 255).all()
    assert (np.diff(changed, axis=2) >= 0).all()
    assert len({face.tobytes() for face in changed}) == 5


def test_side_light_leaves_the_middle_as_it_was():
    gray = np.full((20, 48, 48), 100, np.uint8)
    changed = augment(gray, Augmentation(shade=0.6), rng()).astype(int)
    assert np.abs(changed[:, 23:25, 23:25] - 100).max() <= 3
    opposite = changed + changed[:, ::-1, ::-1]
    assert np.abs(opposite - 200).max() <= 1


def test_low_resolution_loses_fine_detail_and_keeps_the_mean():
    stripes = np.zeros((40, 48, 48), np.uint8)
    stripes[:, ::2] = 200
    changed = augment(stripes, Augmentation(resolution=0.6), rng())
    coarse = (changed != stripes).any(axis=(1, 2))
    assert 8 < coarse.sum() < 32
    assert changed[coarse].std(axis=(1, 2)).mean() < 70 < stripes.std()
    assert np.abs(changed.mean(axis=(1, 2)) - 100).max() < 8
