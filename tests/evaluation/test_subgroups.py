import numpy as np
import pytest

from fer_core.evaluation.subgroups import (
    accuracy_by_agreement,
    accuracy_by_bucket,
    agreement,
    brightness,
    contrast,
    random_tagger,
)
from tests.evaluation.votes import faces, vote


@pytest.fixture
def some():
    return faces(
        [vote(neutral=10), vote(happiness=6, neutral=4), vote(sadness=6, unknown=4), vote(surprise=9, fear=1)],
        [0, 1, 3, 2],
    )


def test_agreement_is_the_labels_share_of_all_votes(some):
    assert agreement(some).tolist() == pytest.approx([1.0, 0.6, 0.6, 0.9])
    assert random_tagger(some) == pytest.approx(3.1 / 4)


def test_accuracy_among_equally_clear_faces(some, make_report):
    table = accuracy_by_agreement(make_report([0, 1, 3, 2], [0, 1, 0, 2]), some).set_index("bucket")
    assert table.index.tolist() == ["6 of 10", "9 of 10", "10 of 10"]
    assert table["accuracy"].tolist() == [0.5, 1, 1]
    assert table["n"].tolist() == [2, 1, 1]
    assert table["tagger"].tolist() == pytest.approx([0.6, 0.9, 1.0])


def test_buckets_hold_every_image_once(make_report):
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 203)
    report = make_report(true, rng.integers(0, 4, 203))
    values = rng.normal(100, 30, 203)
    table = accuracy_by_bucket(report, values)
    assert len(table) == 5
    assert table["n"].sum() == 203
    assert (table["accuracy"] * table["n"]).sum() == pytest.approx(report.is_right.sum())
    assert table["n"].between(40, 41).all()


def test_unknown_values_are_a_bucket_of_their_own(make_report):
    report = make_report([0, 1, 2, 3], [0, 1, 2, 0])
    table = accuracy_by_bucket(report, np.array([5.0, 9, 13, 0]), known=np.array([True, True, True, False]))
    assert table["bucket"].iloc[-1] == "none found"
    assert table["n"].iloc[-1] == 1
    assert table["accuracy"].iloc[-1] == 0
    assert table["n"].sum() == 4


def test_equal_values_are_one_bucket(make_report):
    table = accuracy_by_bucket(make_report([0, 1], [0, 1]), np.array([7.0, 7.0]), unit=" px")
    assert table["bucket"].tolist() == ["7 px"]
    assert table["n"].tolist() == [2]


def test_brightness_and_contrast_are_mean_and_spread():
    images = np.stack([np.full((48, 48), 200, np.uint8), np.tile([0, 100], (48, 24)).astype(np.uint8)])
    assert brightness(images).tolist() == [200, 50]
    assert contrast(images).tolist() == [0, 50]
