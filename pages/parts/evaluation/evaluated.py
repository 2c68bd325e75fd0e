"""What the Evaluation page shows: one checkpoint on one split."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from fer_core.checkpoints.answers import ensure_answers
from fer_core.checkpoints.card import PriorFigures
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.store import DatasetCard
from fer_core.datasets.subsets import Subset, rows_outside
from fer_core.evaluation.calibration import prior_figures
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import LabelScheme
from pages.shared import cached

metric = partial(st.metric, border=True)
"""A figure in a frame."""


@dataclass(frozen=True, eq=False)
class Evaluated:
    """One evaluation on the page.

    ``labeled`` are the images of the split without those left out, perhaps of one subset only; ``faces`` are those that
    were scored, at the report's positions.
    """

    checkpoint: Checkpoint
    dataset: DatasetCard
    scheme: LabelScheme
    split: str
    labeled: FerDataset
    report: EvaluationReport
    faces: FerDataset
    leave_out: Subset | None
    only: Subset | None

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        dataset: DatasetCard,
        scheme: LabelScheme,
        split: str,
        *,
        prior: PriorAdjustment,
        leave_out: Subset | None,
        only: Subset | None,
    ) -> "Evaluated":
        """Evaluate a checkpoint, once per content.

        Raises:
            FerError: If the checkpoint or the dataset cannot be used.
        """
        rows = rows_outside(dataset, leave_out, only)
        records = cached.records(dataset)
        checkpoint = ensure_answers(checkpoint, records)
        labeled = cached.labeled(records, scheme, [split], without=rows)
        report = cached.report(checkpoint, labeled, prior_adjustment=prior)
        faces = cached.scored(labeled, report.class_names)
        return cls(checkpoint, dataset, scheme, split, labeled, report, faces, leave_out, only)

    def raw_report(self) -> EvaluationReport:
        """Return the report before calibration."""
        return cached.report(self.checkpoint, self.labeled, raw=True)

    @property
    def prior(self) -> PriorAdjustment:
        """Return the class prior that the answers assume."""
        return self.report.answered_by.prior

    def figures_by_prior(self) -> dict[PriorAdjustment, PriorFigures]:
        """Return the figures under each class prior; none where the training shares are unknown."""
        return prior_figures(cached.report(self.checkpoint, self.labeled), self.checkpoint.card)

    @property
    def key(self) -> str:
        """Return what changes whenever something else is shown."""
        chosen = " ".join(known.name if known else "" for known in (self.leave_out, self.only))
        return f"{self.checkpoint.name} {self.dataset.name} {self.split} {self.scheme.name} {chosen} {self.prior}"
