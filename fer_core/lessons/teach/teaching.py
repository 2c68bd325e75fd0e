"""Teach a head: features once a face, a fit on all examples, and what it answers on recordings that it never saw."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import LITERT_FILE, Checkpoint
from fer_core.checkpoints.classifier import Adjustment, Classifier
from fer_core.checkpoints.features import Features
from fer_core.checkpoints.priors import AnsweredBy, softmax
from fer_core.errors import TeachError
from fer_core.evaluation.calibration import NOT_SURE_BELOW, fit_temperature
from fer_core.evaluation.intervals import Interval, grouped_interval
from fer_core.evaluation.report import EvaluationReport
from fer_core.lessons.teach.examples import Examples
from fer_core.lessons.teach.head import Head, HeadKind, fitted

_MOST_FOLDS, _FEWER_FOLDS = 5, 3
_MANY_VALUES = 600_000  # from which fewer folds have to do, so that training stays below two seconds
_SHARES = 0.1, 0.25, 0.5, 1.0  # of the training recordings in the learning curve


class FeatureStore:
    """The features of a checkpoint's network, each face's computed once and kept while it is an example."""

    def __init__(self, checkpoint: Checkpoint, network: Features) -> None:
        self.checkpoint, self.network = checkpoint, network
        self._kept: dict[bytes, NDArray[np.float32]] = {}

    def of(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the features ``(n, d)`` of ``(n, 48, 48)`` uint8 faces.

        Raises:
            TeachError: The network has no dense layer, on whose inputs a head could be taught.
        """
        keys = [image.tobytes() for image in images]
        new = {key: image for key, image in zip(keys, images, strict=True) if key not in self._kept}
        if new:
            faces = self.checkpoint.card.preprocessing.apply(np.stack(list(new.values())))
            self._kept |= dict(zip(new, self.network.of_preprocessed(faces), strict=True))
        found = np.stack([self._kept[key] for key in keys]) if keys else np.empty((0, 0), np.float32)
        if keys and not found.shape[1]:
            raise TeachError(
                f"“{self.checkpoint.name}” has no dense layer for a head to replace. Choose another checkpoint."
            )
        return found

    def classifier(self, head: Head) -> Classifier:
        """Return what answers faces by a head on this network's features, wherever a checkpoint's classifier does.

        Raises:
            TeachError: The head was taught on another network.
        """
        head.check_fits(self.checkpoint)
        return Classifier(
            _HeadNetwork(self.network, head),
            head.class_names,
            preprocessing=self.checkpoint.card.preprocessing,
            adjustment=Adjustment(not_sure_below=NOT_SURE_BELOW),
            answered_by=AnsweredBy(f"a head on {self.checkpoint.name}"),
        )

    def keep_only(self, images: NDArray[np.uint8]) -> None:
        """Forget the features of all other faces."""
        keys = {image.tobytes() for image in images}
        self._kept = {key: value for key, value in self._kept.items() if key in keys}


@dataclass(frozen=True, eq=False)
class _HeadNetwork:
    """A head behind a network's features, as one network from preprocessed faces to probabilities."""

    features: Features
    head: Head

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.head.probabilities(self.features.of_preprocessed(batch.astype(np.uint8)))


@dataclass(frozen=True, eq=False)
class Taught:
    """A head and how well it does on recordings that it did not learn from.

    Attributes:
        held_out: Its answers to every example by heads that were taught without that example's group; None where a
            class has fewer than two groups.
        interval: Of that accuracy, by groups.
        train_accuracy: On the examples it learned from.
        fingerprint: That of the examples.
    """

    head: Head
    held_out: EvaluationReport | None
    interval: Interval
    train_accuracy: float
    fingerprint: str

    def is_of(self, examples: Examples) -> bool:
        """Return whether it was taught with these very faces, whatever their classes are called now."""
        return self.fingerprint == examples.filled.fingerprint


def teach(store: FeatureStore, examples: Examples, kind: HeadKind, *, name: str = "your head") -> Taught:
    """Fit a head to all examples of classes that have any, after judging it by grouped cross-validation.

    Its probabilities are calibrated on the held-out answers.

    Raises:
        TeachError: Fewer than two classes have examples, or the network has no dense layer.
    """
    examples = examples.ready()
    features, labels, names = store.of(examples.images), examples.labels, examples.class_names
    scores = _held_out_scores(features, examples, kind)
    weights, bias = fitted(features, labels, len(names), kind)
    scale = 1.0 if scores is None else _calibrating_scale(scores, labels)
    head = Head(
        class_names=names,
        kind=kind,
        weights=(scale * weights).astype(np.float32),
        bias=(scale * bias).astype(np.float32),
        base=store.checkpoint.name,
        base_sha256=store.checkpoint.card.files.get(LITERT_FILE, ""),
        examples=examples.counts(),
        recordings=len(np.unique(examples.groups)),
    )
    held_out = None if scores is None else answers(name, softmax(scale * scores), examples)
    interval = grouped_interval(held_out.is_right, examples.groups) if held_out else (0.0, 1.0)
    right = head.scores(features).argmax(axis=1) == labels
    return Taught(head, held_out, interval, float(right.mean()), examples.fingerprint)


def answers(name: str, probabilities: NDArray[np.float32], examples: Examples) -> EvaluationReport:
    """Return ``(n, classes)`` answers to some examples as a report, which figures and comparisons take."""
    return EvaluationReport(
        y_true=examples.labels,
        y_pred=probabilities.argmax(axis=1).astype(np.int64),
        probabilities=probabilities,
        rows=np.arange(len(examples)),
        class_names=examples.class_names,
        fingerprint=examples.fingerprint,
        answered_by=AnsweredBy(name),
    )


@dataclass(frozen=True)
class CurvePoint:
    """A point of the learning curve: examples a class, and the accuracy on held-out groups with its interval."""

    examples: float
    accuracy: float
    interval: Interval


def learning_curve(store: FeatureStore, examples: Examples, kind: HeadKind) -> tuple[CurvePoint, ...]:
    """Return how the held-out accuracy grows with the examples; nothing where a class has fewer than two groups.

    Raises:
        TeachError: See :func:`teach`.
    """
    examples = examples.ready()
    features, labels, groups = store.of(examples.images), examples.labels, examples.groups
    folds, rng = list(folds_of(examples, features.shape[1])), np.random.default_rng(0)
    points = []
    for share in _SHARES if folds else ():
        right, sizes = np.zeros(len(examples), np.bool_), []
        for train, test in folds:
            part = _part(train, labels, groups, share, rng)
            weights, bias = fitted(features[part], labels[part], len(examples.classes), kind)
            right[test] = (features[test] @ weights + bias).argmax(axis=1) == labels[test]
            sizes.append(len(part) / len(examples.classes))
        points.append(CurvePoint(float(np.mean(sizes)), float(right.mean()), grouped_interval(right, groups)))
    return tuple({round(point.examples, 1): point for point in points}.values())


def folds_of(examples: Examples, width: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the places of training and test examples, so that no group is on both sides; together the tests are all.

    Nothing where a class has fewer than two groups. The features' width decides with the number of examples how many
    folds there is time for.
    """
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 (takes a second)

    labels, groups = examples.labels, examples.groups
    fewest = min(len(np.unique(groups[labels == label])) for label in np.unique(labels))
    count = min(fewest, _FEWER_FOLDS if len(examples) * width > _MANY_VALUES else _MOST_FOLDS)
    if count < 2:
        return
    split = StratifiedGroupKFold(count, shuffle=True, random_state=0)
    for train, test in split.split(np.zeros(len(labels)), labels, groups):
        if len(np.unique(labels[train])) > 1 and len(test):
            yield train, test


def _held_out_scores(features: NDArray[np.float32], examples: Examples, kind: HeadKind) -> NDArray[np.float64] | None:
    """The ``(n, classes)`` scores of heads that were taught without each example's group; None without folds."""
    labels, classes = examples.labels, len(examples.classes)
    scores = np.full((len(labels), classes), np.nan)
    for train, test in folds_of(examples, features.shape[1]):
        weights, bias = fitted(features[train], labels[train], classes, kind)
        scores[test] = features[test] @ weights + bias
    return None if np.isnan(scores).any() else scores


def _part(
    train: NDArray[np.int64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    share: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """A share of each class's training groups, at least one."""
    kept = []
    for label in np.unique(labels[train]):
        own = train[labels[train] == label]
        names = rng.permutation(np.unique(groups[own]))
        kept.append(own[np.isin(groups[own], names[: max(1, round(share * len(names)))])])
    return np.concatenate(kept)


def _calibrating_scale(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The factor of held-out scores whose softmax fits the labels best.

    As if one more example of each class had been called by its second best name, so that a perfect score does not
    become certainty (after Platt, "Probabilistic outputs for support vector machines", 1999).
    """
    order = np.argsort(scores.max(axis=1))
    doubles = [own[len(own) // 2] for label in np.unique(labels) if len(own := order[labels[order] == label])]
    second = np.argsort(scores[doubles], axis=1)[:, -2]
    probabilities = softmax(np.concatenate([scores, scores[doubles]]))
    return 1 / fit_temperature(probabilities, np.concatenate([labels, second]))
