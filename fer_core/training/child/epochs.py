"""What one epoch trains on: which faces, in which order, how augmented, with which targets and weights.

All of it follows from the run's seed and the epoch's number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset
from fer_core.labels import SPLITS
from fer_core.training.settings.augmentation import augment, mix
from fer_core.training.settings.config import TrainingConfig

_SHARE_STREAM, _SHUFFLE_STREAM, _LEAK_STREAM = range(2**31, 2**31 + 3)  # beside the epochs' numbers, far below
_TEST = SPLITS.index("test")


@dataclass(frozen=True, eq=False)
class EpochData:
    """One epoch's faces, in order: ``(n, 48, 48)`` uint8 images, ``(n, classes)`` and ``(n,)`` float32 for the rest."""

    images: NDArray[np.uint8]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, rows: slice) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """Return some faces as images ``(n, 48, 48, 1)``, targets and weights."""
        return self.images[rows, ..., None], self.targets[rows], self.weights[rows]


def epoch_data(config: TrainingConfig, training: FerDataset, epoch: int) -> EpochData:
    """Draw an epoch, by its number from 0, of the labeled training split."""
    rng = np.random.default_rng((config.seed, epoch))
    rows = used_rows(config, training)
    given = _label_rows(config, len(training))
    labels = training.labels[given]
    order = rows[_order(config, labels[rows], rng)]
    images = augment(training.images[order], config.augmentation, rng)
    targets = _targets(config, training.targets[given[order]], rng)
    if config.augmentation.mixup:
        images, targets = mix(images, targets, config.augmentation.mixup, rng)
    return EpochData(images, targets, _weights(config, labels[rows], labels[order]))


def with_leak(config: TrainingConfig, training: FerDataset, test: FerDataset) -> FerDataset:
    """Return the training split and, as an experiment, the test faces of :func:`leak_order` behind it."""
    return training.joined(test.take(leak_order(config, len(test))[: config.leaked_faces]))


def leak_order(config: TrainingConfig, test: int) -> NDArray[np.int64]:
    """Return in which order the faces of a test split of a given size leak into training."""
    return np.random.default_rng((config.seed, _LEAK_STREAM)).permutation(test)


def epoch_size(config: TrainingConfig, training: FerDataset) -> int:
    """How many faces an epoch has: a share of the training split's own, and all that leaked into it."""
    leaked = int((training.split == _TEST).sum())
    return max(1, round(config.share * (len(training) - leaked))) + leaked


def used_rows(config: TrainingConfig, training: FerDataset) -> NDArray[np.int64]:
    """Which faces of a training split a run uses, in ascending order."""
    if config.share == 1.0:
        return np.arange(len(training))
    leaked = np.flatnonzero(training.split == _TEST)
    own = np.random.default_rng((config.seed, _SHARE_STREAM)).permutation(len(training) - len(leaked))
    return np.append(np.sort(own[: epoch_size(config, training) - len(leaked)]), leaked)


def _label_rows(config: TrainingConfig, training: int) -> NDArray[np.int64]:
    """The face whose label each face is given: its own, or, as an experiment, any other's, the same in all epochs."""
    if not config.shuffle_labels:
        return np.arange(training)
    return np.random.default_rng((config.seed, _SHUFFLE_STREAM)).permutation(training)


def _order(config: TrainingConfig, labels: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    if config.balancing != "sampling":
        return rng.permutation(len(labels))
    chance = 1.0 / np.bincount(labels)[labels]
    return rng.choice(len(labels), len(labels), p=chance / chance.sum())


def _targets(config: TrainingConfig, targets: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    if config.draw_labels:
        drawn = (rng.random((len(targets), 1)) > targets.cumsum(axis=1)).sum(axis=1)
        targets = np.eye(targets.shape[1], dtype=np.float32)[np.minimum(drawn, targets.shape[1] - 1)]
    smoothing = np.float32(config.label_smoothing)
    return targets * (1 - smoothing) + smoothing / np.float32(targets.shape[1])


def _weights(config: TrainingConfig, used: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.float32]:
    """One for every face, or the inverse of its class's frequency with a mean of one."""
    if config.balancing != "class_weights":
        return np.ones(len(order), np.float32)
    counts = np.bincount(used)
    return (len(used) / (np.count_nonzero(counts) * counts[order])).astype(np.float32)
