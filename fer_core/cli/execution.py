"""Runs that are carried out in this very process, as the command line does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.errors import TrainingError
from fer_core.storage.files import runs_folder
from fer_core.training.runs.lifecycle import clear_requests, start_next_attempt
from fer_core.training.runs.run_queue import wait_for_turn
from fer_core.training.runs.searches import Search
from fer_core.training.runs.store import Run, find_run
from fer_core.training.settings.cluster import StrategyName, read_cluster
from fer_core.training.settings.config import TrainingConfig


def train_run(run: Run, strategy: StrategyName = "auto") -> Checkpoint | None:
    """Waits for a run's turn and trains it; where it falls short of its target, the next one is started.

    TensorFlow is loaded when its turn has come: until then it waits in little memory.

    Args:
        run: Prepared by ``create_run``, or interrupted.
        strategy: How the arithmetic is shared out.

    Returns:
        Its checkpoint, or None when it was paused or is half of an experiment.

    Raises:
        FerError: It could not be finished; what was saved stays usable.
    """
    from fer_core.training.child.status import Report  # noqa: PLC0415

    with (
        _alone(run.folder),
        Report(run.folder, run.config.epochs) as report,
        wait_for_turn(run, lambda message: report.set(message=message)),
    ):
        from fer_core.training.child.job import run_job  # noqa: PLC0415

        checkpoint = run_job(run, report, strategy)
    start_next_attempt(find_run(run.name))
    return checkpoint


def search_runs(search: Search) -> Search:
    """Carries a search out in this process; its runs are children.

    Raises:
        TrainingError: Another process carries it out already.
    """
    from fer_core.training.runs.coordinator import run_search  # noqa: PLC0415

    with _alone(search.folder):
        return run_search(search)


def reopen(name: str) -> Run:
    """A run to go on with; a person goes on with one that was stopped or paused, a child with the one it was made for.

    Raises:
        TrainingError: There is no such run.
    """
    run = find_run(name)
    if not run.status.is_active:
        clear_requests(run)
    return run


def is_assistant() -> bool:
    """Whether this machine only helps another one, by ``TF_CONFIG``.

    Raises:
        TrainingError: ``TF_CONFIG`` cannot be read.
    """
    return not read_cluster().is_chief


def assist_run(config: TrainingConfig, name: str) -> None:
    """Trains along with the machine that writes the run's files.

    Args:
        config: The run's settings.
        name: Of the run; its saved states are read where they are there.

    Raises:
        FerError: It could not be finished.
    """
    from fer_core.training.child.job import assist  # noqa: PLC0415

    assist(config, runs_folder() / name / "backup")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Makes sure that no other process carries the same run or search out.

    Raises:
        TrainingError: Another one does.
    """
    lock = FileLock(folder.with_name(f".{folder.name}.training.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise TrainingError(f"Another process is busy with “{folder.name}” already. Wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()
