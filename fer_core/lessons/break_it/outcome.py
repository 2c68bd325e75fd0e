"""What came of one side of an experiment, and what two sides tell together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from numpy.typing import NDArray

from fer_core.storage.plaintext import percent
from fer_core.training.runs.store import Run
from fer_core.training.runs.validation import read_views
from fer_core.training.settings.metrics import NO_NUMBER, EpochMetrics

_SAME = 0.05  # accuracies nearer than this are told apart by no experiment of a minute


@dataclass(frozen=True, eq=False)
class Outcome:
    """One side of an experiment.

    Attributes:
        matrix: ``(classes, classes)`` int64 counts, rows true, columns what they were taken for; zeros when the run
            broke down before its first epoch was over.
        class_names: In the same order.
        curve: The epochs, in order; empty where nothing was trained.
        confidence: Mean probability of the answers, 0 to 1; 0 when it was not measured.
        broke_down: Whether the loss was no longer a number.
    """

    matrix: NDArray[np.int64]
    class_names: tuple[str, ...]
    curve: tuple[EpochMetrics, ...] = field(default=())
    confidence: float = 0.0
    broke_down: bool = False

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
        faces = self.matrix.sum(axis=1)
        rare = (faces > 0) & (faces < faces[faces > 0].mean()) if faces.any() else faces > 0
        return float((np.diag(self.matrix)[rare] / faces[rare]).mean()) if rare.any() else 0.0

    @property
    def epoch_seconds(self) -> float:
        """Time of an epoch: the median of those after the first, which also builds the network."""
        times = [metrics.seconds for metrics in self.curve]
        return median(times[1:] or times or [0.0])


def outcome_of(run: Run) -> Outcome:
    """What a run left, of its last epoch."""
    views, names = read_views(run.folder), run.config.class_names
    empty = np.zeros((len(names), len(names)), np.int64)
    return Outcome(
        matrix=np.asarray(views[-1].matrix, np.int64) if views else empty,
        class_names=names,
        curve=run.metrics(),
        broke_down=run.status.state == "failed" and run.status.message.startswith(NO_NUMBER),
    )


def compared(usual: float, changed: float, margin: float = _SAME) -> int:
    """0 where the second is lower by more than the margin, 1 where it is about the same, 2 where it is higher."""
    return 1 + (changed - usual > margin) - (usual - changed > margin)


def figures(outcome: Outcome) -> Sequence[tuple[str, str, str]]:
    """What is worth saying of an outcome: label, value and explanation of each figure."""
    if outcome.broke_down:
        return [("Accuracy", "none", "The loss was no longer a number, so the run had to end.")]
    found = [("Accuracy", percent(outcome.accuracy), "Share of the faces that got their own class.")]
    if outcome.curve:
        training = percent(outcome.curve[-1].accuracy)
        found.append(("On training", training, "Accuracy in the last epoch on the faces it learned from."))
        found.append(("Rare classes", percent(outcome.rare_recall), "Mean recall of the classes with few faces."))
        found.append(("An epoch", f"{outcome.epoch_seconds:.1f} s", "Median time of the epochs after the first."))
    else:
        found.append(("Sureness", percent(outcome.confidence), "Mean probability of its answers."))
    return found
