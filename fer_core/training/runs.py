"""The parent's view of the runs: start, follow, stop, resume. No Keras here; the children speak through files."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from filelock import FileLock

from fer_core.errors import TrainingError
from fer_core.files import write_text
from fer_core.home import PROJECT, home, runs_folder
from fer_core.training.config import TrainingConfig
from fer_core.training.metrics import EpochMetrics, RunStatus, read_metrics, read_status, write_status

_INTERRUPTED = "Interrupted after epoch {epoch}. Resume it to go on from there."
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"


@dataclass(frozen=True)
class Run:
    """A training run on disk.

    Attributes:
        folder: Its folder, named after the run.
        config: Its settings.
        status: Where it stands.
    """

    folder: Path
    config: TrainingConfig
    status: RunStatus

    @property
    def name(self) -> str:
        """The name it is chosen by."""
        return self.folder.name

    def metrics(self) -> tuple[EpochMetrics, ...]:
        """The figures of all its complete epochs."""
        return read_metrics(self.folder)


def create_run(config: TrainingConfig, name: str | None = None) -> Run:
    """Makes a run's folder; nothing trains yet.

    Args:
        config: Its settings.
        name: Letters, digits, ``.``, ``-`` and ``_``; by default the architecture and the time.

    Raises:
        TrainingError: The name is not allowed or taken, or the folder cannot be written.
    """
    name = name or f"{config.architecture}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if not re.fullmatch(_NAME, name):
        raise TrainingError(
            f"“{name[:60]}” cannot be a name. Use up to 60 letters, digits, dots, hyphens and underscores."
        )
    folder = runs_folder() / name
    try:
        folder.mkdir(parents=True)
        write_text(folder / "config.json", config.to_json())
        write_status(folder, _starting(config.epochs, psutil.Process()))
    except FileExistsError as error:
        raise TrainingError(f"There is a run called “{name}” already. Choose another name.") from error
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise TrainingError(
            f"The run could not be stored under {folder.parent} ({error.strerror or error}). Free some space."
        ) from error
    return find_run(name)


def start_run(config: TrainingConfig, name: str | None = None) -> Run:
    """Makes a run and starts its child process, which lives on when the caller ends.

    Raises:
        TrainingError: See :func:`create_run`.
    """
    return _launch(create_run(config, name))


def resume_run(name: str) -> Run:
    """Starts the child process of a run that is not active; it goes on after its last complete epoch.

    Raises:
        TrainingError: There is no such run, or it is active or finished.
    """
    with FileLock(find_run(name).folder / ".starting.lock"):  # two at once start one child
        run = find_run(name)
        if run.status.is_active:
            raise TrainingError(f"The run “{name}” is active already. Wait for it to end, or stop it.")
        if run.status.state == "finished":
            raise TrainingError(f"The run “{name}” is finished. Start a new one with more epochs.")
        (run.folder / "stop").unlink(missing_ok=True)
        return _launch(run)


def _launch(run: Run) -> Run:
    """Starts a run's child and records its process."""
    with (run.folder / "log.txt").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "fer_core", "train", "--run", run.name],
            cwd=PROJECT,
            env=os.environ | {"FER_HOME": str(home())},  # a relative one means another folder to the child
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Somebody has to wait for the child, or it stays in the process table as a zombie when it ends.
    threading.Thread(target=child.wait, name=f"run {run.name}", daemon=True).start()
    with contextlib.suppress(psutil.NoSuchProcess):
        status = replace(_starting(run.config.epochs, psutil.Process(child.pid)), epoch=run.status.epoch)
        write_status(run.folder, status)
    return find_run(run.name)


def _starting(epochs: int, process: psutil.Process) -> RunStatus:
    created = process.create_time()
    return RunStatus("queued", epochs=epochs, message="Starting", pid=process.pid, pid_created=created)


def stop_run(name: str) -> None:
    """Asks a run to stop after the batch in flight; its best weights become a checkpoint.

    Raises:
        TrainingError: There is no such run.
    """
    (find_run(name).folder / "stop").touch()


def list_runs() -> tuple[Run, ...]:
    """All readable runs, the newest first."""
    runs = []
    for path in sorted(runs_folder().glob("[!.]*/config.json"), key=lambda p: p.stat().st_mtime, reverse=True):
        with contextlib.suppress(TrainingError):
            runs.append(find_run(path.parent.name))
    return tuple(runs)


def find_run(name: str) -> Run:
    """A run by name, as it stands now; one whose process is gone is told to be interrupted.

    Raises:
        TrainingError: There is no such run, or its settings cannot be read.
    """
    folder = runs_folder() / (name if re.fullmatch(_NAME, name) else ".none")
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
    if status.is_active and not _is_alive(status):
        message = _INTERRUPTED.format(epoch=status.epoch)
        status = replace(status, state="failed", eta_seconds=0.0, progress=0.0, message=message)
    return Run(folder, config, status)


def _is_alive(status: RunStatus) -> bool:
    """Whether the recorded process still runs: the same number and the same start, and not a zombie of ours."""
    try:
        process = psutil.Process(status.pid)
        same = abs(process.create_time() - status.pid_created) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return False  # gone, somebody else's, or no number of a process
