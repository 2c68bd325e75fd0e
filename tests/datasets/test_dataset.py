"""Label schemes turn records into labeled faces; classes, order and rows stay traceable."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.datasets.dataset import FaceRecords, FerDataset, fingerprint_of, label_records
from fer_core.errors import DatasetError
from fer_core.labels import EMOTIONS, FER2013_EMOTIONS, LABEL_SCHEMES, PAPER_EMOTIONS, SPLITS, VOTE_COLUMNS

VOTES = [
    {"neutral": 10},
    {"contempt": 8, "neutral": 2},
    {"happiness": 6, "contempt": 4},
    {"unknown": 6, "anger": 4},
    {"surprise": 5, "fear": 5},
    {"NF": 10},
]


@pytest.fixture
def records():
    """The six rows above, three times over: as training, validation and test."""
    votes = np.tile([[row.get(name, 0) for name in VOTE_COLUMNS] for row in VOTES], (3, 1)).astype(np.uint8)
    images = np.arange(18, dtype=np.uint8)[:, None, None] * np.ones((48, 48), np.uint8)
    emotion = (np.arange(18) % 7).astype(np.uint8)
    return FaceRecords(images, emotion, np.repeat([0, 1, 2], 6).astype(np.uint8), votes, "f" * 64)


def labeled(records, scheme, *splits):
    return label_records(records, LABEL_SCHEMES[scheme], splits or SPLITS)


def test_majority_with_seven_classes(records):
    dataset = labeled(records, "majority-7", "train")
    assert dataset.class_names == PAPER_EMOTIONS
    assert dataset.rows.tolist() == [0, 2]
    assert [dataset.class_names[label] for label in dataset.labels] == ["neutral", "happiness"]
    np.testing.assert_array_equal(dataset.targets, np.eye(7)[dataset.labels])


def test_majority_with_eight_classes_keeps_contempt(records):
    dataset = labeled(records, "majority-8", "train")
    assert [dataset.class_names[label] for label in dataset.labels] == ["neutral", "contempt", "happiness"]


def test_training_rows_carry_the_crowds_distribution(records):
    dataset = labeled(records, "distribution-8", "train")
    assert dataset.rows.tolist() == [0, 1, 2, 4]
    surprise, fear = EMOTIONS.index("surprise"), EMOTIONS.index("fear")
    assert dataset.targets[3, [surprise, fear]].tolist() == [0.5, 0.5]
    assert dataset.labels.tolist() == dataset.targets.argmax(axis=1).tolist()


def test_with_seven_outputs_the_share_of_contempt_is_spread(records):
    dataset = labeled(records, "distribution-7", "train")
    assert dataset.rows.tolist() == [0, 2, 4]  # row 1, which contempt leads, has nowhere to go
    assert dataset.targets[1].tolist() == [0, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("split", ["validation", "test"])
@pytest.mark.parametrize("classes", [7, 8])
def test_validation_and_test_are_always_majority(records, split, classes):
    crowd = labeled(records, f"distribution-{classes}", split)
    majority = labeled(records, f"majority-{classes}", split)
    np.testing.assert_array_equal(crowd.rows, majority.rows)
    np.testing.assert_array_equal(crowd.targets, majority.targets)


def test_fer2013s_own_labels_keep_every_row(records):
    dataset = labeled(records, "fer2013")
    assert dataset.class_names == FER2013_EMOTIONS
    np.testing.assert_array_equal(dataset.labels, records.emotion)


@pytest.mark.parametrize("scheme", LABEL_SCHEMES)
def test_every_target_sums_to_one_and_every_image_is_its_row(records, scheme):
    dataset = labeled(records, scheme)
    np.testing.assert_allclose(dataset.targets.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(dataset.images[:, 0, 0], dataset.rows)
    np.testing.assert_array_equal(dataset.votes, records.votes[dataset.rows])
    assert dataset.images.dtype == np.uint8
    assert dataset.targets.dtype == np.float32
    assert dataset.fingerprint == records.fingerprint
    assert not set(dataset.rows[dataset.split == 0]) & set(dataset.rows[dataset.split == 2])


@pytest.mark.parametrize("index", [np.arange(18) % 2 == 0, np.arange(0, 18, 2), slice(None, None, 2)])
def test_rows_are_taken_by_mask_position_and_slice(records, index):
    taken = records.take(index)
    assert taken.images[:, 0, 0].tolist() == list(range(0, 18, 2))
    np.testing.assert_array_equal(taken.emotion, records.emotion[::2])
    np.testing.assert_array_equal(taken.votes, records.votes[::2])
    bare = replace(records, votes=records.votes[:0]).take(index)
    assert (len(bare), bare.votes.shape) == (9, (0, 10))
    dataset = labeled(records, "fer2013").take(index)
    np.testing.assert_array_equal(dataset.rows, np.arange(0, 18, 2))
    np.testing.assert_array_equal(dataset.targets, np.eye(7)[records.emotion[::2]])


def test_faces_are_put_into_the_order_of_other_classes(records):
    faces, names = labeled(records, "majority-8"), ("happiness", "nobody", "neutral")
    turned = faces.with_classes(names)
    assert turned.class_names == names
    kept = np.isin(faces.rows, turned.rows)
    assert 0 < kept.sum() < len(faces)
    np.testing.assert_array_equal(
        np.array(faces.class_names)[faces.labels[kept]], np.array(names)[turned.labels], strict=False
    )
    np.testing.assert_array_equal(turned.targets, np.eye(3)[turned.labels])
    assert faces.with_classes(faces.class_names) is faces


def test_without_votes_only_fer2013s_labels_are_offered(records):
    bare = replace(records, votes=records.votes[:0])
    assert [scheme.name for scheme in bare.schemes] == ["fer2013"]
    assert labeled(bare, "fer2013").votes.shape == (0, 10)
    with pytest.raises(DatasetError, match=r"Import it again with fer2013new\.csv"):
        labeled(bare, "majority-7")


def test_a_split_without_a_labelled_row_is_told(records):
    only_nf = replace(records, votes=np.tile(records.votes[5], (18, 1)))
    with pytest.raises(DatasetError, match=r"No row remains for test .*Choose another"):
        labeled(only_nf, "majority-7", "test")


def test_split_sizes(records):
    assert records.split_sizes() == {"train": 6, "validation": 6, "test": 6}


def test_the_raw_sample_is_what_the_file_has(records):
    sample = records.raw_sample(2)
    assert sample["emotion"].tolist() == [0, 1]
    assert sample["meaning"].tolist() == ["anger", "disgust"]
    assert sample["Usage"].tolist() == ["Training", "Training"]
    assert sample["pixels"][1].startswith("1 1 1")


def test_the_statistics_of_the_votes(records):
    table = records.describe_votes()
    assert tuple(table.columns) == VOTE_COLUMNS
    assert table.loc["mean", "neutral"] == pytest.approx(2.0)
    assert table.loc["max", "NF"] == 10


def test_a_fingerprint_sees_content_shape_and_type():
    base = np.arange(6, dtype=np.uint8)
    prints = {
        fingerprint_of(base),
        fingerprint_of(base[::-1]),
        fingerprint_of(base.reshape(2, 3)),
        fingerprint_of(base.astype(np.int8)),
        fingerprint_of(base, base),
    }
    assert len(prints) == 5
    assert fingerprint_of(np.arange(12, dtype=np.uint8)[::2]) == fingerprint_of(np.arange(0, 12, 2, dtype=np.uint8))


@pytest.mark.parametrize(
    "change",
    [
        {"images": np.zeros((18, 48, 47), np.uint8)},
        {"images": np.zeros((18, 48, 48))},
        {"emotion": np.zeros(5, np.uint8)},
        {"votes": np.zeros((7, 10), np.uint8)},
    ],
)
def test_records_that_do_not_fit_together_are_a_mistake(records, change):
    with pytest.raises(ValueError, match="Expected"):
        replace(records, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": np.array([0, 7])},
        {"labels": np.array([-1, 0])},
        {"targets": np.zeros((2, 8), np.float32)},
        {"rows": np.zeros(3)},
    ],
)
def test_a_dataset_that_does_not_fit_together_is_a_mistake(records, change):
    dataset = labeled(records, "majority-7", "train")
    assert isinstance(dataset, FerDataset)
    with pytest.raises(ValueError, match="Expected"):
        replace(dataset, **change)
