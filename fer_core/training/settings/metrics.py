"""What a run writes of itself: a line an epoch, and a status that is replaced as it changes."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fer_core.storage.records import append_record, read_record, read_records, write_record, write_records

Metric = Literal["accuracy", "macro_f1", "loss"]
State = Literal["queued", "running", "stopping", "paused", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class EpochMetrics:
    """One epoch's figures; those of the validation faces are measured after it.

    Attributes:
        epoch: Counted from 1.
        loss: Mean training loss while the weights were moving, with dropout; the accuracy likewise.
        val_macro_f1: Unweighted mean of the classes' F1.
        seconds: Time of the epoch with its validation.
        images_per_second: Training images per second, without the validation.
        learning_rate: Of the epoch's last step; 0 in records from before it was kept.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    val_macro_f1: float
    seconds: float
    images_per_second: float
    learning_rate: float = 0.0

    def score(self, metric: Metric) -> float:
        """Return one validation figure so that larger is better."""
        return {"accuracy": self.val_accuracy, "macro_f1": self.val_macro_f1, "loss": -self.val_loss}[metric]


@dataclass(frozen=True)
class RunStatus:
    """Where a run stands.

    Attributes:
        epoch: Epochs that are complete, of ``epochs``.
        progress: Share of the epoch in flight that is done, 0 to 1.
        eta_seconds: Estimated time to the end; 0 when it is not known or the run is over.
        checkpoint: Name of the checkpoint that came of it, or "".
        pid: The child's process number, or 0.
        pid_created: When that process began, to tell it from a later one of the same number.
        diverged: Whether it failed because the loss was no longer a number.
        since: When the run joined the queue, in seconds since 1970: the first one trains first.
    """

    state: State
    epoch: int = 0
    epochs: int = 0
    progress: float = 0.0
    eta_seconds: float = 0.0
    message: str = ""
    checkpoint: str = ""
    pid: int = 0
    pid_created: float = 0.0
    since: float = 0.0
    diverged: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the run is waiting, training or stopping."""
        return self.state in ("queued", "running", "stopping")


def write_status(folder: Path, status: RunStatus) -> None:
    """Replace a run's status in one step."""
    write_record(folder / "status.json", status)


def silent_seconds(folder: Path) -> float:
    """Return how long a run has not written its status, which it does twice a second while it trains."""
    try:
        return max(0.0, time.time() - (folder / "status.json").stat().st_mtime)
    except OSError:
        return 0.0


def read_status(folder: Path) -> RunStatus:
    """Read a run's status; a missing or damaged one reads as failed, saying so."""
    try:
        return read_record(folder / "status.json", RunStatus)
    except (OSError, ValueError):
        return RunStatus("failed", message="The status of this run is unreadable; everything saved is kept.")


def append_metrics(folder: Path, metrics: EpochMetrics) -> None:
    """Add an epoch's line to ``metrics.jsonl``."""
    append_record(folder / "metrics.jsonl", metrics)


def read_metrics(folder: Path) -> tuple[EpochMetrics, ...]:
    """Read all complete epochs of a run, in order; a line that was cut by a crash is left out."""
    epochs = {metrics.epoch: metrics for metrics in read_records(folder / "metrics.jsonl", EpochMetrics)}
    return tuple(epochs[e] for e in sorted(epochs))


def keep_metrics(folder: Path, last_epoch: int) -> None:
    """Drop the lines after an epoch, so that a resumed run writes no epoch twice."""
    write_records(folder / "metrics.jsonl", (m for m in read_metrics(folder) if m.epoch <= last_epoch))
