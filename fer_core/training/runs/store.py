"""The runs on disk: make, find and list them."""

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fer_core.errors import Damage, TrainingError
from fer_core.storage.files import (
    SMALL_FILE,
    checked_name,
    is_folder_name,
    runs_folder,
    storage_remedy,
    write_text,
)
from fer_core.storage.records import write_record
from fer_core.training.runs.launch import is_alive, queued_status
from fer_core.training.runs.record import RECORD_FILE, RunRecord, read_run_record
from fer_core.training.runs.sources import source_hashes
from fer_core.training.settings.architecture_summary import check_memory
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import (
    EpochMetrics,
    RunStatus,
    read_metrics,
    read_status,
    silent_seconds,
    write_status,
)

_INTERRUPTED = (
    "Interrupted after epoch {epoch}. Resume it to continue. If it recurs, memory may be too small: choose a smaller "
    "batch size."
)
_INTERRUPTED_FULL = "Interrupted after epoch {epoch}: the disk is full. Free some space, then resume it."
_ROOM = 1 << 20  # bytes without which a run can write neither its files nor why it ended
_SILENT = "Not responding for {seconds:.0f} seconds. Wait for it, or press Stop to end it now."
_SILENT_AFTER = 60.0
_PREPARING_AFTER = 600.0  # reading a dataset and compiling a network report nothing
_CONFIGS = "[!.]*/config.json"
STOP, PAUSE = "stop", "pause"
"""Files in a run's folder that ask its child for something."""


@dataclass(frozen=True)
class Run:
    """A training run on disk, in a folder named after it."""

    folder: Path
    config: TrainingConfig
    status: RunStatus
    record: RunRecord

    @property
    def name(self) -> str:
        """The name it is chosen by."""
        return self.folder.name

    def metrics(self) -> tuple[EpochMetrics, ...]:
        """The figures of all its complete epochs."""
        return read_metrics(self.folder)

    def best_accuracy(self) -> float:
        """The best validation accuracy so far, 0 to 1; 0 before its first epoch."""
        return max((metrics.val_accuracy for metrics in self.metrics()), default=0.0)

    def best_of(self, metrics: Sequence[EpochMetrics]) -> EpochMetrics:
        """Return the epoch whose weights are kept: of at least one, the first with the best deciding figure."""
        return max(metrics, key=lambda epoch: epoch.score(self.config.metric))

    @property
    def is_silent(self) -> bool:
        """Whether it trains but has given no sign of life for so long that something must be wrong."""
        patience = _SILENT_AFTER if self.status.progress else _PREPARING_AFTER
        return self.status.state in ("running", "stopping") and silent_seconds(self.folder) > patience

    def asked_to(self, word: str) -> bool:
        """Whether somebody asked it to :data:`STOP` or to :data:`PAUSE`."""
        return (self.folder / word).exists()


def create_run(config: TrainingConfig, name: str | None = None, record: RunRecord | None = None) -> Run:
    """Make a run's folder, by default named after the architecture and the time; nothing trains yet.

    Raises:
        TrainingError: The name is not allowed or taken, the machine is too small, a checkpoint that is to be taken
            over does not fit, or the folder cannot be written.
    """
    name = checked_name(name or f"{config.architecture}-{datetime.now(UTC):%Y%m%d-%H%M%S}", TrainingError)
    check_memory(config)
    record = replace(record or RunRecord(), taken_over=source_hashes(config))
    folder = runs_folder() / name
    try:
        folder.mkdir(parents=True)
        write_text(folder / "config.json", config.to_json())
        write_record(folder / RECORD_FILE, record)
        write_status(folder, status := queued_status(os.getpid(), config.epochs))
    except FileExistsError as error:
        raise name_taken(name) from error
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise TrainingError(
            f"The run could not be stored under {folder.parent} ({error.strerror or error}). "
            f"{storage_remedy(error, folder.parent, SMALL_FILE)}"
        ) from error
    return Run(folder, config, status, record)


def name_taken(name: str) -> TrainingError:
    """What is raised when there is a run of that name."""
    return TrainingError(f"There is already a run “{name}”. Choose another name.", is_hint=True)


def list_runs() -> tuple[Run, ...]:
    """All readable runs, the newest first."""
    runs = []
    for path in sorted(runs_folder().glob(_CONFIGS), key=_changed, reverse=True):
        with contextlib.suppress(TrainingError):
            runs.append(find_run(path.parent.name))
    return tuple(runs)


def damaged_runs() -> tuple[Damage, ...]:
    """The runs whose settings cannot be read, by name."""
    found = []
    for path in sorted(runs_folder().glob(_CONFIGS)):
        try:
            find_run(path.parent.name)
        except TrainingError as error:
            found.append(Damage(path.parent.name, str(error)))
    return tuple(found)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # deleted by somebody else just now
        return 0.0


def find_run(name: str) -> Run:
    """Find a run by name, as it stands now; one whose process is gone was interrupted.

    Raises:
        TrainingError: There is no such run, or its settings cannot be read.
    """
    folder = runs_folder() / (name if is_folder_name(name) else ".none")
    try:
        config = TrainingConfig.from_json((folder / "config.json").read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise TrainingError(
            f"The settings of the run “{name}” are damaged. Delete {folder} and start again."
        ) from error
    except OSError as error:
        names = ", ".join(p.parent.name for p in sorted(runs_folder().glob(_CONFIGS))) or "none yet"
        raise TrainingError(
            f"There is no run “{name[:60]}” (there are: {names}). Choose one of these or start it."
        ) from error
    status = read_status(folder)
    if status.is_active and not is_alive(status.pid, status.pid_created):
        sentence = _INTERRUPTED if shutil.disk_usage(folder).free > _ROOM else _INTERRUPTED_FULL
        message = sentence.format(epoch=status.epoch)
        status = replace(status, state="failed", eta_seconds=0.0, progress=0.0, message=message)
    run = Run(folder, config, status, read_run_record(folder))
    if not run.is_silent:
        return run
    return replace(run, status=replace(status, message=_SILENT.format(seconds=silent_seconds(folder))))
