"""The runs on disk: make, find, start, pause, stop, resume. No Keras here; the children speak through files."""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from filelock import FileLock

from fer_core.errors import Damage, TrainingError
from fer_core.storage.files import NAME_RULE, is_folder_name, runs_folder, write_text
from fer_core.storage.records import write_record
from fer_core.training.runs.launch import end_process, is_alive, launch_command, started
from fer_core.training.runs.record import RECORD_FILE, RunRecord, read_run_record
from fer_core.training.runs.sources import networks_taken_over
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
    "Interrupted after epoch {epoch}. Resume it to go on from there; if that happens again, the memory may be too "
    "small: choose a smaller batch size."
)
_INTERRUPTED_FULL = "Interrupted after epoch {epoch}: the disk is full. Free some space, then resume it."
_ROOM = 1 << 20  # bytes without which a run can write neither its files nor why it ended
_SILENT = "Not responding: no sign of life for {seconds:.0f} seconds. Wait for it, or press Stop to end it now."
_SILENT_AFTER = 60.0
_PREPARING_AFTER = 600.0  # reading a dataset and compiling a network report nothing
STOP, PAUSE = "stop", "pause"
"""Files in a run's folder that ask its child for something."""


@dataclass(frozen=True)
class Run:
    """A training run on disk.

    Attributes:
        folder: Its folder, named after the run.
        config: Its settings.
        status: Where it stands.
        record: What else is known of it.
    """

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

    def best_of(self, metrics: Sequence[EpochMetrics]) -> EpochMetrics:
        """The epoch whose weights are kept: the first that is best on validation by the figure that decides.

        Args:
            metrics: Of at least one epoch.
        """
        return max(metrics, key=lambda epoch: epoch.worth(self.config.metric))

    @property
    def is_silent(self) -> bool:
        """Whether it trains but has given no sign of life for so long that something must be wrong."""
        patience = _SILENT_AFTER if self.status.progress else _PREPARING_AFTER
        return self.status.state in ("running", "stopping") and silent_seconds(self.folder) > patience

    def asked_to(self, word: str) -> bool:
        """Whether somebody asked it to :data:`STOP` or to :data:`PAUSE`."""
        return (self.folder / word).exists()


def create_run(config: TrainingConfig, name: str | None = None, record: RunRecord | None = None) -> Run:
    """Makes a run's folder; nothing trains yet.

    Args:
        config: Its settings.
        name: Letters, digits, ``.``, ``-`` and ``_``; by default the architecture and the time.
        record: What else is known of it.

    Raises:
        TrainingError: The name is not allowed or taken, the machine is too small, a checkpoint that is to be taken
            over does not fit, or the folder cannot be written.
    """
    name = name or f"{config.architecture}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    check_run_name(name)
    check_memory(config)
    record = replace(record or RunRecord(), taken_over=networks_taken_over(config))
    folder = runs_folder() / name
    try:
        folder.mkdir(parents=True)
        write_text(folder / "config.json", config.to_json())
        write_record(folder / RECORD_FILE, record)
        write_status(folder, _starting(config.epochs, os.getpid()))
    except FileExistsError as error:
        raise TrainingError(f"There is a run called “{name}” already. Choose another name.") from error
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise TrainingError(
            f"The run could not be stored under {folder.parent} ({error.strerror or error}). Free some space."
        ) from error
    return find_run(name)


def check_run_name(name: str) -> None:
    """Refuses names that are no folder's everywhere.

    Raises:
        TrainingError: The name is not allowed.
    """
    if not is_folder_name(name):
        raise TrainingError(f"“{name[:60]}” cannot be a name. {NAME_RULE}")


def start_run(config: TrainingConfig, name: str | None = None, record: RunRecord | None = None) -> Run:
    """Makes a run and starts its child process, which lives on when the caller ends.

    Raises:
        TrainingError: See :func:`create_run`.
    """
    return _launch(create_run(config, name, record))


def resume_run(name: str) -> Run:
    """Starts the child process of a run that is not active; it goes on after its last complete epoch.

    Raises:
        TrainingError: There is no such run, or it is active or finished.
    """
    with idle_run(name) as run:
        if run.status.state == "finished":
            raise TrainingError(f"The run “{name}” is finished. Start a new one with more epochs.")
        for word in (STOP, PAUSE):
            (run.folder / word).unlink(missing_ok=True)
        return _launch(run)


@contextmanager
def idle_run(name: str) -> Iterator[Run]:
    """A run that is not active and that nobody else starts, renames or deletes during the block.

    Raises:
        TrainingError: There is no such run, or it is active.
    """
    folder = find_run(name).folder
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        run = find_run(name)
        if run.status.is_active:
            raise TrainingError(f"The run “{name}” is active already. Wait for it to end, or stop it.")
        yield run


def _launch(run: Run) -> Run:
    """Starts a run's child and records its process."""
    with (run.folder / "log.txt").open("ab") as log:
        child = launch_command(["train", "--run", run.name], log.fileno())
    with contextlib.suppress(psutil.NoSuchProcess):
        status = replace(_starting(run.config.epochs, child.pid), epoch=run.status.epoch)
        write_status(run.folder, status)
    return find_run(run.name)


def _starting(epochs: int, pid: int) -> RunStatus:
    return RunStatus("queued", epochs=epochs, message="Starting", pid=pid, pid_created=started(pid), since=time.time())


def stop_run(name: str) -> None:
    """Asks a run to stop after the batch in flight; its best weights become a checkpoint.

    One that does not respond is ended, and killed ten seconds later if need be; its complete epochs are kept.

    Raises:
        TrainingError: There is no such run, or its folder cannot be written.
    """
    run = find_run(name)
    _leave_word(run, STOP)
    if run.is_silent:
        ended = (run.status.pid, run.status.pid_created)
        threading.Thread(target=end_process, args=ended, name=f"end {name}", daemon=True).start()


def pause_run(name: str) -> None:
    """Asks a run to end after the epoch in flight without a checkpoint; :func:`resume_run` goes on from there.

    Raises:
        TrainingError: There is no such run, or its folder cannot be written.
    """
    _leave_word(find_run(name), PAUSE)


def _leave_word(run: Run, word: str) -> None:
    try:
        (run.folder / word).touch()
    except OSError as error:
        raise TrainingError(
            f"“{run.name}” could not be asked to {word} ({error.strerror or error}). "
            f"Free some space under {run.folder.parent} and allow writing there."
        ) from error


def list_runs() -> tuple[Run, ...]:
    """All readable runs, the newest first."""
    runs = []
    for path in sorted(runs_folder().glob("[!.]*/config.json"), key=_changed, reverse=True):
        with contextlib.suppress(TrainingError):
            runs.append(find_run(path.parent.name))
    return tuple(runs)


def damaged_runs() -> tuple[Damage, ...]:
    """The runs whose settings cannot be read, by name."""
    found = []
    for path in sorted(runs_folder().glob("[!.]*/config.json")):
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
    """A run by name, as it stands now; one whose process is gone is told to be interrupted.

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
        names = ", ".join(p.parent.name for p in sorted(runs_folder().glob("[!.]*/config.json"))) or "none yet"
        raise TrainingError(
            f"There is no run called “{name[:60]}” (there are: {names}). Choose one of these or start it."
        ) from error
    status = read_status(folder)
    if status.is_active and not is_alive(status.pid, status.pid_created):
        sentence = _INTERRUPTED if shutil.disk_usage(folder).free > _ROOM else _INTERRUPTED_FULL
        message = sentence.format(epoch=status.epoch)
        status = replace(status, state="failed", eta_seconds=0.0, progress=0.0, message=message)
    run = Run(folder, config, status, read_run_record(folder))
    return replace(run, status=replace(status, message=_silence(folder))) if run.is_silent else run


def _silence(folder: Path) -> str:
    return _SILENT.format(seconds=silent_seconds(folder))
