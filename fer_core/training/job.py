"""The child process: carries out one run from its folder and tells the parent about it through files only."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import tensorflow as tf
from filelock import FileLock, Timeout

from fer_core.checkpoint import Checkpoint
from fer_core.data.dataset import FerDataset, label_records
from fer_core.data.exclusions import excluded_rows
from fer_core.data.store import load_records
from fer_core.errors import FerError, TrainingError
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.preprocessing import Preprocessing
from fer_core.training.backup import saved_epoch
from fer_core.training.callbacks import Observer
from fer_core.training.config import TrainingConfig
from fer_core.training.metrics import EpochMetrics, RunStatus, append_metrics, keep_metrics, write_status
from fer_core.training.result import make_checkpoint
from fer_core.training.trainer import TrainingData, train

_REPORT_EVERY = 0.5
_TURN_POLL = 1.0


class Report:
    """Keeps a run's ``status.json`` and ``metrics.jsonl`` current; what the parent knows, it knows from here."""

    def __init__(self, folder: Path, epochs: int) -> None:
        me = psutil.Process()
        self._folder = folder
        self._status = RunStatus("queued", epochs=epochs, pid=me.pid, pid_created=me.create_time())
        self._written = 0.0
        self._first_batch = (0.0, 0.0)  # when the epoch's first batch was over, and what share it was
        self._pace = 0.0

    def set(self, **changes: object) -> None:
        """Changes some fields of the status."""
        self._status = replace(self._status, **changes)  # type: ignore[arg-type]
        write_status(self._folder, self._status)
        self._written = time.monotonic()

    def start(self, message: str) -> None:
        """Says that training proper begins, after what is already complete."""
        self.set(state="running", message=message)

    def should_stop(self) -> bool:
        """Whether somebody asked the run to stop."""
        return (self._folder / "stop").exists()

    def on_batch(self, share: float) -> None:
        """Reports the progress of an epoch, twice a second at most."""
        now = time.monotonic()
        if not self._first_batch[1]:
            self._first_batch = (now, share)
        if now - self._written < _REPORT_EVERY:
            return
        left = self._status.epochs - self._status.epoch - share
        pace = self._pace or self._pace_so_far(now, share)
        message = f"Training epoch {self._status.epoch + 1} of {self._status.epochs}"
        state = "stopping" if self.should_stop() else "running"
        self.set(state=state, progress=share, eta_seconds=max(pace * left, 0.0), message=message)

    def _pace_so_far(self, now: float, share: float) -> float:
        """Seconds an epoch by the batches after the first, which also compiles the network; 0 while unknown."""
        began, first = self._first_batch
        return (now - began) / (share - first) if share > first else 0.0

    def on_epoch(self, metrics: EpochMetrics) -> None:
        """Reports a complete epoch."""
        append_metrics(self._folder, metrics)
        self._pace = 0.5 * (self._pace + metrics.seconds) if self._pace else metrics.seconds
        eta = self._pace * (self._status.epochs - metrics.epoch)
        self.set(epoch=metrics.epoch, progress=0.0, eta_seconds=eta)


def run_job(folder: Path) -> Checkpoint:
    """Trains the run in a folder that holds ``config.json``, or goes on with it, and makes a checkpoint of it.

    One run trains at a time under one ``FER_HOME``: others wait for their turn. The outcome is in ``status.json`` too.

    Raises:
        FerError: It could not be finished; what was saved stays usable.
    """
    config = TrainingConfig.from_json((folder / "config.json").read_text(encoding="utf-8"))
    report = Report(folder, config.epochs)
    report.set(message="Waiting for the run before it to end")
    try:
        with _turn(folder, report):
            checkpoint = _carry_out(folder, config, report)
    except FerError as error:
        report.set(state="stopped" if report.should_stop() else "failed", eta_seconds=0.0, message=str(error))
        raise
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        message = "The memory was not enough. Choose a smaller batch size and start again; what was saved is kept."
        report.set(state="failed", eta_seconds=0.0, message=message)
        raise TrainingError(message) from error
    except OSError as error:
        message = f"Training could not write its files ({error.strerror or error}). Free some space, then resume it."
        report.set(state="failed", eta_seconds=0.0, message=message)
        raise TrainingError(message) from error
    state = "stopped" if report.should_stop() else "finished"
    report.set(state=state, progress=0.0, eta_seconds=0.0, checkpoint=checkpoint.name, message="Checkpoint saved")
    return checkpoint


def _carry_out(folder: Path, config: TrainingConfig, report: Report) -> Checkpoint:
    report.set(state="running", message="Preparing: reading the dataset and building the network")
    training, validation, test = load_splits(config)  # test is not looked at before training is over
    data = TrainingData(training, validation)
    done = saved_epoch(folder / "backup")
    keep_metrics(folder, done)
    report.set(epoch=done)
    report.start("Preparing: the first batches take longer")
    observer = Observer(report.on_batch, report.on_epoch, report.should_stop)
    trained = train(config, data, backup=folder / "backup", observer=observer)
    report.set(message="Saving the checkpoint", progress=0.0, eta_seconds=0.0)
    return make_checkpoint(folder.name, config, trained, (data.training, data.validation, test))


def load_splits(config: TrainingConfig) -> tuple[FerDataset, FerDataset, FerDataset]:
    """The training, validation and test split a run uses: labelled, without excluded rows, and preprocessed.

    Raises:
        DatasetError: The dataset or the exclusion list is not there, or a split is empty.
    """
    records, scheme = load_records(config.dataset), LABEL_SCHEMES[config.scheme]
    without, steps = excluded_rows(config.dataset, config.exclude), Preprocessing.from_text(config.preprocessing)
    training, validation, test = (
        label_records(records, scheme, [split], without=without).preprocessed(steps) for split in SPLITS
    )
    return training, validation, test


@contextmanager
def _turn(folder: Path, report: Report) -> Iterator[None]:
    """Waits until no other run trains."""
    lock = FileLock(folder.parent / ".training.lock")
    while True:
        try:
            lock.acquire(timeout=_TURN_POLL)
            break
        except Timeout:
            if report.should_stop():
                raise TrainingError("Stopped while it waited for its turn, so there is nothing to keep.") from None
    try:
        yield
    finally:
        lock.release()
