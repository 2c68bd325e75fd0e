"""What an epoch trains on follows from the seed and its number, and is what the settings ask for."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.child.epochs import epoch_data, epoch_size, leak_order, used_rows, with_leak
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.config import TrainingConfig


@pytest.fixture
def training(small_demo):
    return label_records(load_records("demo"), LABEL_SCHEMES["distribution-8"], ["train"])


def same(one, other):
    return np.array_equal(one.images, other.images) and np.array_equal(one.targets, other.targets)


def test_an_epoch_is_every_face_once_in_an_order_of_its_own(training):
    first, second = (epoch_data(TrainingConfig(), training, epoch) for epoch in (0, 1))
    assert len(first) == len(training)
    assert sorted(image.tobytes() for image in first.images) == sorted(image.tobytes() for image in training.images)
    assert not same(first, second)
    assert (first.weights == 1).all()


def test_an_epoch_can_be_repeated_and_another_seed_is_another(training):
    config = TrainingConfig(draw_labels=True, augmentation=Augmentation(flip=True, noise=0.1, mixup=0.3))
    assert same(epoch_data(config, training, 3), epoch_data(config, training, 3))
    assert not same(epoch_data(config, training, 3), epoch_data(replace(config, seed=1), training, 3))


def test_drawn_labels_follow_the_votes(training):
    config = TrainingConfig(draw_labels=True)
    faces = replace(training, targets=np.tile(np.float32([0.75, 0.25, 0, 0, 0, 0, 0, 0]), (len(training), 1)))
    drawn = np.concatenate([epoch_data(config, faces, epoch).targets for epoch in range(40)])
    assert set(drawn.sum(axis=1)) == {1.0}
    assert drawn.max(axis=1).min() == 1
    assert drawn[:, 0].mean() == pytest.approx(0.75, abs=0.05)
    assert drawn[:, 2:].sum() == 0


def test_smoothing_spreads_a_part_of_the_label(training):
    targets = epoch_data(TrainingConfig(label_smoothing=0.2), training, 0).targets
    assert targets.min() == pytest.approx(0.025)
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)


def test_sampling_brings_rare_classes_as_often_as_common_ones(training):
    config = TrainingConfig(balancing="sampling")
    labels = np.concatenate([epoch_data(config, training, e).targets.argmax(axis=1) for e in range(30)])
    counts = np.bincount(labels)
    there = np.bincount(training.labels) > 0
    assert counts[there].min() > 0.75 * counts[there].max()


def test_class_weights_give_every_class_the_same_total(training):
    faces = epoch_data(TrainingConfig(balancing="class_weights"), training, 0)
    totals = np.bincount(faces.targets.argmax(axis=1), faces.weights)
    np.testing.assert_allclose(totals[totals > 0], totals[totals > 0].mean(), rtol=1e-5)
    assert faces.weights.mean() == pytest.approx(1, abs=1e-5)


def test_a_share_is_the_same_faces_in_every_epoch(training):
    config = TrainingConfig(share=0.5)
    sets = [{image.tobytes() for image in epoch_data(config, training, epoch).images} for epoch in range(3)]
    assert sets[0] == sets[1] == sets[2]
    assert len(used_rows(config, training)) == epoch_size(config, training) == round(len(training) / 2)
    assert not np.array_equal(used_rows(config, training), used_rows(replace(config, seed=1), training))


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_leaked_faces_are_trained_on_beside_the_share(training, share):
    test = label_records(load_records("demo"), LABEL_SCHEMES["distribution-8"], ["test"])
    config = TrainingConfig(share=share, leaked_faces=5)
    both = with_leak(config, training, test)
    used = both.take(used_rows(config, both))
    leaked = test.rows[leak_order(config, len(test))[:5]]
    assert set(used.rows) == set(training.rows[used_rows(config, training)]) | set(leaked)
    assert len(used) == epoch_size(config, both) == epoch_size(config, training) + 5
    assert len(epoch_data(config, both, 0)) == len(used)
    assert len(with_leak(TrainingConfig(leaked_faces=10**5), training, test)) == len(training) + len(test)


def test_shuffled_labels_are_the_same_ones_on_other_faces_in_every_epoch(training):
    config = TrainingConfig(shuffle_labels=True)
    own = {image.tobytes(): target.tolist() for image, target in zip(training.images, training.targets, strict=True)}
    given = []
    for epoch in (0, 1):
        data = epoch_data(config, training, epoch)
        given.append({i.tobytes(): t.tolist() for i, t in zip(data.images, data.targets, strict=True)})
    assert given[0] == given[1]
    assert sorted(given[0].values()) == sorted(own.values())
    assert sum(given[0][face] != own[face] for face in own) > len(own) / 2
