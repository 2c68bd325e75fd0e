"""What the Evaluation page shows: one checkpoint on one split, and what came of it."""

from dataclasses import dataclass

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.store import DatasetCard
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import LabelScheme
from pages.shared import cached


@dataclass(frozen=True, eq=False)
class Evaluated:
    """One evaluation on the page.

    Attributes:
        checkpoint: The checkpoint.
        dataset: The dataset.
        scheme: What labels its images.
        split: Which split.
        report: What the checkpoint said.
        faces: The images that were scored, at the report's positions.
        exclude: Name of the exclusion list whose rows are left out, or "".
    """

    checkpoint: Checkpoint
    dataset: DatasetCard
    scheme: LabelScheme
    split: str
    report: EvaluationReport
    faces: FerDataset
    exclude: str = ""

    @classmethod
    def of(
        cls, checkpoint: Checkpoint, dataset: DatasetCard, scheme: LabelScheme, split: str, *, exclude: str = ""
    ) -> "Evaluated":
        """Evaluates, or finds what was evaluated before.

        Raises:
            FerError: The checkpoint or the dataset cannot be used.
        """
        report = cached.report(checkpoint, dataset.name, split, scheme.name, exclude=exclude)
        faces = cached.scored(report, dataset.name, split, scheme.name, exclude)
        return cls(checkpoint, dataset, scheme, split, report, faces, exclude)

    def raw_report(self) -> EvaluationReport:
        """The same before calibration."""
        names = self.dataset.name, self.split, self.scheme.name
        return cached.report(self.checkpoint, *names, exclude=self.exclude, raw=True)

    @property
    def key(self) -> str:
        """What changes whenever something else is shown."""
        return f"{self.checkpoint.name} {self.dataset.name} {self.split} {self.scheme.name} {self.exclude}"

    @property
    def file_stem(self) -> str:
        """The beginning of the names of files to take away."""
        return f"{self.checkpoint.name}-{self.dataset.name}-{self.split}"
