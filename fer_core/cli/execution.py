"""Training in this very process, as the command line does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.errors import TrainingError
from fer_core.storage.files import runs_folder
from fer_core.training.runs.lifecycle import start_next_attempt
from fer_core.training.runs.run_queue import wait_for_turn
from fer_core.training.runs.store import Run, find_run
from fer_core.training.settings.cluster import StrategyName
from fer_core.training.settings.config import TrainingConfig


def train_run(run: Run, strategy: StrategyName = "auto") -> Checkpoint | None:
    """Wait for a run's turn and train it; where it falls short of its target, start the next attempt.

    TensorFlow is loaded when its turn has come: until then it waits in little memory.

    Returns:
        Its checkpoint, or None when it was paused or is half of an experiment.

    Raises:
        FerError: It could not be finished; what was saved stays usable.
    """
    from fer_core.training.child.status import StatusWriter  # noqa: PLC0415

    with (
        only_process(run.folder),
        StatusWriter(run) as status,
        wait_for_turn(run, lambda message: status.set(message=message)),
    ):
        from fer_core.training.child.job import run_job  # noqa: PLC0415

        checkpoint = run_job(run, status, strategy)
    start_next_attempt(find_run(run.name))
    return checkpoint


def assist_run(config: TrainingConfig, name: str) -> None:
    """Train along with the machine that writes the files of the run of that name.

    Raises:
        FerError: It could not be finished.
    """
    from fer_core.training.child.job import assist  # noqa: PLC0415

    assist(config, runs_folder() / name / "backup")


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Ensure that no other process works on the same run or search.

    Raises:
        TrainingError: Another one does.
    """
    lock = FileLock(folder.with_name(f".{folder.name}.training.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise TrainingError(f"“{folder.name}” is already running in another process. Wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()
