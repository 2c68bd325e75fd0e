"""Duplicates are found exactly where they were put, near ones too, and nothing else is."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.datasets.detective.duplicates import (
    MAX_DISTANCE,
    MIN_CORRELATION,
    find_duplicates,
    perceptual_hashes,
)


def faces(count, seed=0):
    """Smooth random pictures, no two alike."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 9, 9)).astype(np.uint8)
    return np.stack([cv2.resize(c, (48, 48), interpolation=cv2.INTER_CUBIC) for c in coarse])


def pairs(found):
    return {tuple(pair) for pair in found.pairs.tolist()}


CHANGES = {
    "darker": lambda i: (i * 0.6).astype(np.uint8),
    "more contrast": lambda i: np.clip((i.astype(float) - 128) * 1.3 + 128, 0, 255).astype(np.uint8),
    "grain": lambda i: np.clip(i + np.random.default_rng(1).normal(0, 8, i.shape), 0, 255).astype(np.uint8),
    "compressed": lambda i: cv2.imdecode(
        cv2.imencode(".jpg", i, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], cv2.IMREAD_GRAYSCALE
    ),
    "cropped": lambda i: cv2.resize(i[1:47, 1:47], (48, 48), interpolation=cv2.INTER_AREA),
    "watermark": lambda i: cv2.putText(i.copy(), "photo", (4, 30), cv2.FONT_HERSHEY_PLAIN, 0.8, 255),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_are_near_duplicates(change):
    images = faces(60)
    images[41] = CHANGES[change](images[7])
    found = find_duplicates(images)
    assert pairs(found) == {(7, 41)}
    assert not found.exact[0]
    assert found.correlation[0] >= 0.9


def compared_one_by_one(images):
    """The pairs by definition: few bits of the hashes differ, and the pixels correlate; or copies."""
    hashes, flat = perceptual_hashes(images), images.reshape(len(images), -1).astype(float)
    centered = flat - flat.mean(axis=1, keepdims=True)
    centered /= np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-9)
    near = (hashes @ hashes.T >= hashes.shape[1] - 2 * MAX_DISTANCE) & (centered @ centered.T >= MIN_CORRELATION)
    same = (flat[:, None] == flat[None]).all(axis=2)
    return {(i, j) for i, j in zip(*np.nonzero(near | same), strict=True) if i < j}


@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.floats(0, 60))
def test_no_pair_is_missed_for_not_comparing_all_with_all(seed, count, noise):
    rng = np.random.default_rng(seed)
    kinds = faces(max(2, count // 4), seed)[rng.integers(0, max(2, count // 4), count)]
    images = np.clip(kinds + rng.normal(0, noise, kinds.shape) * rng.random((count, 1, 1)), 0, 255).astype(np.uint8)
    assert pairs(find_duplicates(images)) == compared_one_by_one(images)


def test_no_pair_is_missed_among_many():
    """The more images, the more blocks the bits are dealt out to."""
    rng = np.random.default_rng(5)
    images = faces(4000, 5)
    images[3000:] = np.clip(images[:1000] + rng.normal(0, 25, (1000, 48, 48)), 0, 255).astype(np.uint8)
    hashes = perceptual_hashes(images)
    first, second = np.nonzero(np.triu(hashes @ hashes.T >= hashes.shape[1] - 2 * MAX_DISTANCE, 1))
    flat = images.reshape(len(images), -1).astype(float)
    right = [np.corrcoef(flat[i], flat[j])[0, 1] >= MIN_CORRELATION for i, j in zip(first, second, strict=True)]
    expected = set(zip(first[right].tolist(), second[right].tolist(), strict=True))
    assert len(expected) > 500
    assert pairs(find_duplicates(images)) == expected


def test_copies_are_exact_and_every_pair_of_a_group_is_listed():
    images = faces(40)
    images[[11, 30]] = images[3]
    found = find_duplicates(images)
    assert pairs(found) == {(3, 11), (3, 30), (11, 30)}
    assert found.exact.all()
    assert (found.correlation == 1).all()
    groups = found.groups()
    assert groups[3] == groups[11] == groups[30]
    assert len(np.unique(groups)) == 38


def test_pictures_of_one_grey_are_duplicates_of_their_copies_only():
    images = faces(10)
    images[2:5] = np.array([0, 0, 200], np.uint8)[:, None, None]
    assert pairs(find_duplicates(images)) == {(2, 3)}


def test_every_pair_of_black_pictures_is_counted_but_not_of_thousands():
    images = faces(12)
    images[:11] = 0
    assert len(find_duplicates(images)) == 55
    many = np.zeros((1002, 48, 48), np.uint8)
    assert pairs(find_duplicates(many)) == {(0, copy) for copy in range(1, 1002)}


def test_mere_relatives_are_no_duplicates():
    images = faces(300)
    images[1] = images[0] // 2 + images[1] // 2
    assert len(find_duplicates(images)) == 0


def test_partners_across_splits_reach_over_a_third_image():
    images = faces(12)
    images[[1, 2]] = images[0]
    split = np.array([0, 1, 2] + [0, 1, 2] * 3, np.uint8)
    found = find_duplicates(images)
    assert found.across(split).sum() == 3
    assert found.partners(split, of=2, among=0).tolist() == [2]
    assert found.partners(split, of=0, among=2).tolist() == [0]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_images(count):
    assert len(find_duplicates(faces(2)[:count])) == 0


def test_blocks_are_compared_with_each_other():
    images = faces(2100)
    images[2050], images[1500] = images[10], images[1030]
    reports = []
    assert pairs(find_duplicates(images, progress=reports.append)) == {(10, 2050), (1030, 1500)}
    assert reports == sorted(reports)
    assert reports[-1] == 1


@given(arrays(np.uint8, (1, 48, 48)), st.integers(-40, 40))
def test_hashes_pass_over_brightness(images, shift):
    brighter = images.astype(int) // 2 + 60
    first, second = (perceptual_hashes(i.astype(np.uint8)) for i in (brighter, brighter + shift))
    np.testing.assert_array_equal(first, second)
