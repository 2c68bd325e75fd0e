"""Each finding names the rows it should, the most doubtful first, and what leaving them out changes."""

import numpy as np
import pytest

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.detective.duplicates import find_duplicates
from fer_core.datasets.detective.findings import duplicate_findings, exclusion_effect, image_findings, vote_findings
from fer_core.datasets.detective.overview import map_images, mean_faces, pixel_vectors, sample_rows
from fer_core.datasets.summary import label_outcomes
from fer_core.labels import LABEL_SCHEMES, SPLITS, VOTE_COLUMNS
from tests.datasets.detective.test_duplicates import faces


def votes(**counts):
    return [counts.get(name, 0) for name in VOTE_COLUMNS]


def records(images, split, emotion, crowd):
    return FaceRecords(
        images,
        np.array(emotion, np.uint8),
        np.array(split, np.uint8),
        np.array(crowd, np.uint8).reshape(-1, 10),
        "f" * 64,
    )


@pytest.fixture
def eight():
    images = faces(8)
    images[5], images[6] = images[0], images[0]
    images[7] = 90
    crowd = [
        votes(anger=10),
        votes(happiness=5, neutral=5),
        votes(NF=8, neutral=2),
        votes(unknown=6, fear=4),
        votes(neutral=3, sadness=3, fear=2, anger=2),
        votes(anger=9, fear=1),
        votes(fear=6, anger=4),
        votes(NF=10),
    ]
    #        train, train, val, test, train, test, train, train; FER2013 ids: 0 anger, 2 fear, 3 happiness, 6 neutral
    return records(images, [0, 0, 1, 2, 0, 2, 0, 0], [0, 3, 6, 2, 6, 2, 0, 6], crowd)


def by_name(found):
    return {finding.name: finding.rows.tolist() for finding in found}


def test_votes(eight):
    found = by_name(vote_findings(eight))
    assert found == {
        "not-a-face": [7, 2],
        "unknown": [3],
        "ties": [1, 4],
        "low-agreement": [4],
        "label-conflicts": [5, 6],
    }


def test_duplicates(eight):
    found = by_name(duplicate_findings(eight, find_duplicates(eight.images)))
    assert found["clean-test"] == [5]
    assert found["clean-validation"] == []
    assert found["clean-training"] == [0, 6]
    assert found["copies"] == [6]
    assert found["copies-at-odds"] == [0, 5, 6]


def test_flat_images(eight):
    assert by_name(image_findings(eight)) == {"flat": [7]}


def test_without_votes_only_pictures_speak(eight):
    silent = FaceRecords(eight.images, eight.emotion, eight.split, eight.votes[:0], eight.fingerprint)
    assert vote_findings(silent) == ()
    assert by_name(duplicate_findings(silent, find_duplicates(silent.images)))["clean-test"] == [5]


def test_what_an_exclusion_changes(eight):
    effect = exclusion_effect(label_outcomes(eight, LABEL_SCHEMES["majority-7"]), [5, 0, 7])
    assert effect.index.tolist() == list(SPLITS)
    assert effect["left out"].tolist() == [1, 0, 1]
    assert (effect["remaining"] == effect["labeled"] - effect["left out"]).all()


def test_mean_faces_are_means(eight):
    outcomes = label_outcomes(eight, LABEL_SCHEMES["fer2013"])
    means = mean_faces(eight.images, outcomes, ["train"])
    assert set(means) == {"anger", "happiness", "neutral"}
    np.testing.assert_allclose(means["neutral"], eight.images[[4, 7]].mean(axis=0), atol=0.5)


def test_samples_take_the_same_number_of_each_class():
    labels = np.array([0] * 900 + [1] * 90 + [2] * 10)
    chosen = sample_rows(np.arange(1000), labels, 100)
    assert np.bincount(labels[chosen]).tolist() == [45, 45, 10]
    assert chosen.tolist() == sample_rows(np.arange(1000), labels, 100).tolist() == sorted(set(chosen.tolist()))
    assert sample_rows(np.arange(5), labels[:5], 100).tolist() == [0, 1, 2, 3, 4]


def test_the_map_puts_alike_images_together():
    images = np.concatenate([np.repeat(faces(1, seed), 20, axis=0) for seed in (1, 2)])
    images = np.clip(images + np.random.default_rng(0).normal(0, 10, images.shape), 0, 255).astype(np.uint8)
    placed = map_images(np.arange(40), pixel_vectors(images))
    first = placed.xy[:, 0]
    assert (first[:20] > 0).all() != (first[20:] > 0).all()
    assert placed.shares[0] > 0.8
    with pytest.raises(ValueError, match="three images"):
        map_images(np.arange(2), pixel_vectors(images[:2]))
