"""What checkpoints are tested on, by name, as the command line and the Python API have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.answers import ensure_answers
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FaceRecords, FerDataset, label_records
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.subsets import load_subset, rows_outside
from fer_core.evaluation.leaderboard import Leaderboard, compare_checkpoints
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import evaluate_checkpoint, fitting_scheme
from fer_core.labels import LabelScheme


@dataclass(frozen=True)
class EvaluationSet:
    """A split of a dataset, its labels and the class prior of the answers.

    Attributes:
        scheme: What counts as right; None for what fits the (first) checkpoint.
        leave_out: Name of a saved subset to leave out, or "".
        only: Name of a saved subset outside which everything is left out, or "".
    """

    dataset: str
    split: str = "test"
    scheme: LabelScheme | None = None
    leave_out: str = ""
    only: str = ""
    prior: PriorAdjustment = "training"

    @cached_property
    def records(self) -> FaceRecords:
        """Return the dataset's records, with pictures where they are here.

        Raises:
            DatasetError: It is not there, or damaged.
        """
        return load_records(self.dataset, needs_pictures=False)

    def evaluate(self, checkpoint: Checkpoint) -> tuple[EvaluationReport, FerDataset]:
        """Test a checkpoint; return the report and the faces that were scored, at the report's positions.

        Raises:
            FerError: The dataset, a subset or the checkpoint is not there or damaged, or too few classes are in common.
        """
        labeled = label_records(self.records, self._scheme(checkpoint), [self.split], without=self._without)
        checkpoint = ensure_answers(checkpoint, self.records)
        report = evaluate_checkpoint(checkpoint, labeled, prior_adjustment=self.prior)
        return report, labeled.with_classes(report.class_names)

    def compare(self, checkpoints: Sequence[Checkpoint]) -> Leaderboard:
        """Test several checkpoints on the same faces.

        Raises:
            FerError: As for :meth:`evaluate`, or one of them was trained on these faces.
        """
        return compare_checkpoints(
            [ensure_answers(checkpoint, self.records) for checkpoint in checkpoints],
            self.records,
            self.dataset,
            scheme=self._scheme(checkpoints[0]),
            split=self.split,
            without=self._without,
            prior_adjustment=self.prior,
        )

    def _scheme(self, checkpoint: Checkpoint) -> LabelScheme:
        return self.scheme or fitting_scheme(checkpoint.card, self.records)

    @property
    def _without(self) -> NDArray[np.int64]:
        card = dataset_card(self.dataset)
        leave_out, only = (load_subset(card, name) if name else None for name in (self.leave_out, self.only))
        return rows_outside(card, leave_out, only)
