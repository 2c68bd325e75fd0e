"""The result of one side of an experiment, and the comparison of both sides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.summary import cross_tabulate
from fer_core.evaluation.intervals import Interval, wilson
from fer_core.labels import FER2013_EMOTIONS
from fer_core.storage.plaintext import interval_text, percent
from fer_core.training.runs.store import Run
from fer_core.training.runs.validation import read_groups, read_views
from fer_core.training.settings.metrics import EpochMetrics

Mistake = Literal["", "no scaling", "scaled twice", "label order"]

_GAINS: dict[Mistake, float] = {"no scaling": 255.0, "scaled twice": 1 / 255}
_MOST_FACES = 1000
_SAME = 0.05  # a one-minute experiment cannot resolve smaller differences of accuracy


@dataclass(frozen=True)
class Group:
    """Of which faces of a group a network is right, the same faces in the same order on both sides."""

    name: str
    right: tuple[bool, ...] = ()

    @property
    def hits(self) -> int:
        """Number of faces that got their own class."""
        return sum(self.right)

    @property
    def n(self) -> int:
        """Number of faces."""
        return len(self.right)

    @property
    def accuracy(self) -> float:
        """Share that got their own class; 0 of none."""
        return self.hits / max(self.n, 1)

    @property
    def interval(self) -> Interval:
        """Wilson's 95% interval of the accuracy."""
        return wilson(self.hits, self.n)


@dataclass(frozen=True, eq=False)
class SideResult:
    """One side of an experiment.

    Attributes:
        matrix: ``(classes, classes)`` int64 counts, rows true, columns what they were taken for; zeros when the run
            broke down before its first epoch was over.
        curve: Empty where nothing was trained.
        confidence: Mean probability of the answers, 0 to 1; 0 when it was not measured.
        wrong_confidence: The same of the wrong answers alone; 0 when there are none.
        broke_down: Whether the loss was no longer a number.
        groups: Other faces it was asked about at its end, group by group.
    """

    matrix: NDArray[np.int64]
    class_names: tuple[str, ...]
    curve: tuple[EpochMetrics, ...] = field(default=())
    confidence: float = 0.0
    wrong_confidence: float = 0.0
    broke_down: bool = False
    groups: tuple[Group, ...] = ()

    @property
    def accuracy(self) -> float:
        """Share of the faces that got their own class; 0 after a breakdown."""
        return 0.0 if self.broke_down else float(np.trace(self.matrix) / max(self.matrix.sum(), 1))

    @property
    def commonest(self) -> float:
        """Share of the commonest class: the accuracy of always answering that."""
        return float(self.matrix.sum(axis=1).max() / max(self.matrix.sum(), 1))

    @property
    def learned_nothing(self) -> bool:
        """Whether it is hardly better than always answering the commonest class, or broke down."""
        return self.accuracy < self.commonest + _SAME

    @property
    def gap(self) -> float:
        """By how much the last epoch was better on the faces it learned from than on validation."""
        return self.curve[-1].accuracy - self.curve[-1].val_accuracy if self.curve else 0.0

    @property
    def rare_recall(self) -> float:
        """Mean recall of the classes with fewer faces than the average class; 0 when there is none."""
        return self._recall_of(self._is_rare)

    @property
    def common_lead(self) -> float:
        """By how much the mean recall of the other classes is higher than :attr:`rare_recall`."""
        return self._recall_of(~self._is_rare) - self.rare_recall

    @property
    def _is_rare(self) -> NDArray[np.bool_]:
        faces = self.matrix.sum(axis=1)
        return np.asarray(faces * np.count_nonzero(faces) < faces.sum(), np.bool_)

    def _recall_of(self, classes: NDArray[np.bool_]) -> float:
        faces = self.matrix.sum(axis=1)
        asked = classes & (faces > 0)
        return float((np.diag(self.matrix)[asked] / faces[asked]).mean()) if asked.any() else 0.0

    @property
    def concentration(self) -> float:
        """Share of all answers that go to the class named most often; 0 without answers."""
        return float(self.matrix.sum(axis=0).max() / max(self.matrix.sum(), 1))

    @property
    def filled_rows(self) -> int:
        """Number of classes that have faces."""
        return int(np.count_nonzero(self.matrix.sum(axis=1)))

    @property
    def misplaced_rows(self) -> int:
        """Number of classes with faces whose largest cell lies off the diagonal."""
        filled = self.matrix.sum(axis=1) > 0
        return int(np.count_nonzero((np.diag(self.matrix) < self.matrix.max(axis=1)) & filled))

    @property
    def roughness(self) -> float:
        """Mean change of direction of the validation accuracy: of its second differences; 0 below three epochs."""
        accuracies = [metrics.val_accuracy for metrics in self.curve]
        return float(np.abs(np.diff(accuracies, 2)).mean()) if len(accuracies) > 2 else 0.0

    @property
    def last_epoch(self) -> EpochMetrics:
        """The last epoch; the curve must not be empty."""
        return self.curve[-1]

    @property
    def best_epoch(self) -> EpochMetrics:
        """The epoch with the highest validation accuracy; the curve must not be empty."""
        return max(self.curve, key=lambda metrics: metrics.val_accuracy)

    @property
    def validation(self) -> Group:
        """The faces of the matrix as a group, for a side that was trained."""
        hits = int(np.trace(self.matrix))
        return Group("validation", (True,) * hits + (False,) * (int(self.matrix.sum()) - hits))

    def group(self, name: str) -> Group:
        """A group by its name, without faces where it was not asked about."""
        return next((group for group in self.groups if group.name == name), Group(name))

    @property
    def shares(self) -> dict[str, float]:
        """Accuracy in each of the groups."""
        return {group.name: group.accuracy for group in self.groups}

    @property
    def epoch_seconds(self) -> float:
        """Time of an epoch: the median of those after the first, which also builds the network."""
        times = [metrics.seconds for metrics in self.curve]
        return median(times[1:] or times or [0.0])


def result_of(run: Run) -> SideResult:
    """What a run left, of its last epoch."""
    views, names = read_views(run.folder), run.config.class_names
    matrix = np.asarray(views[-1].matrix, np.int64) if views else np.zeros((len(names), len(names)), np.int64)
    groups = tuple(Group(view.name, view.right) for view in read_groups(run.folder))
    return SideResult(matrix, names, run.metrics(), broke_down=run.status.diverged, groups=groups)


def compared(usual: float, changed: float, margin: float = _SAME) -> int:
    """0 where the second is lower by more than the margin, 1 where it is about the same, 2 where it is higher."""
    return 1 + (changed - usual > margin) - (usual - changed > margin)


def figures(result: SideResult) -> Sequence[tuple[str, str, str]]:
    """What is worth saying of a result: label, value and explanation of each figure."""
    if result.broke_down:
        return [("Accuracy", "none", "The loss became NaN (not a number), so the run ended.")]
    found = [("Accuracy", percent(result.accuracy), "Share of faces classified correctly.")]
    if result.groups:
        return [_figure(group) for group in (result.validation, *result.groups)]
    if result.curve:
        training = percent(result.curve[-1].accuracy)
        return [
            *found,
            ("Training accuracy", training, "Accuracy on the training faces in the last epoch."),
            ("Rare-class recall", percent(result.rare_recall), "Mean recall of the classes with few faces."),
            ("Epoch time", f"{result.epoch_seconds:.1f} s", "Median time per epoch, without the first."),
        ]
    return [
        *found,
        ("Confidence", percent(result.confidence), "Mean probability of the answers."),
        ("When wrong", percent(result.wrong_confidence), "Mean probability of the wrong answers."),
    ]


def _figure(group: Group) -> tuple[str, str, str]:
    means = f"Share of {group.n:,} faces classified correctly; 95% CI {interval_text(*group.interval)}."
    return group.name.capitalize(), percent(group.accuracy), means


def results_with_mistake(classifier: Classifier, faces: FerDataset, mistake: Mistake) -> tuple[SideResult, SideResult]:
    """Classify the first thousand faces as it should be done, and with a mistake.

    Raises:
        ValueError: The faces have not the classes of the network, in its order.
    """
    if classifier.class_names != faces.class_names:
        raise ValueError(f"Expected faces with the classes {classifier.class_names}. Received {faces.class_names}.")
    images, labels = faces.images[:_MOST_FACES], faces.labels[:_MOST_FACES]
    right = classifier.predict(images)
    if mistake == "label order":
        wrong = right[:, _other_order(faces.class_names)]
    else:
        wrong = classifier.predict(images, gain=_GAINS[mistake])
    return _result(labels, right, faces.class_names), _result(labels, wrong, faces.class_names)


def _other_order(names: tuple[str, ...]) -> list[int]:
    """For each class, the output that is taken for it: FER2013's order, or the alphabet's where that is the network's.

    A class that FER2013 does not have stays at the end, where it is.
    """
    other = [*(name for name in FER2013_EMOTIONS if name in names), *(n for n in names if n not in FER2013_EMOTIONS)]
    if tuple(other) == names:
        other = sorted(names)
    return [other.index(name) for name in names]


def _result(labels: NDArray[np.int64], scores: NDArray[np.float32], names: tuple[str, ...]) -> SideResult:
    answers, confidence = scores.argmax(axis=1), scores.max(axis=1)
    wrong = confidence[answers != labels]
    return SideResult(
        cross_tabulate((labels, answers), [len(names)] * 2),
        names,
        confidence=float(confidence.mean()),
        wrong_confidence=float(wrong.mean()) if len(wrong) else 0.0,
    )
