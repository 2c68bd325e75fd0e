"""The queue of runs: one trains at a time under one ``FER_HOME``, the one that has waited longest first."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from fer_core.errors import TrainingError
from fer_core.storage.files import runs_folder
from fer_core.training.runs.store import PAUSE, STOP, Run, find_run, list_runs


def active_runs() -> tuple[Run, ...]:
    """The run that trains, then those that wait, the next one first."""
    active = [run for run in list_runs() if run.status.is_active]
    return tuple(sorted(active, key=lambda run: (run.status.state == "queued", run.status.since, run.name)))


def runs_before(run: Run) -> tuple[Run, ...]:
    """The active runs that come before one that waits."""
    runs = active_runs()
    names = [each.name for each in runs]
    return runs[: names.index(run.name)] if run.name in names else ()


def position_text(before: int) -> str:
    """A place in the queue, for people."""
    return "Next in the queue" if before <= 1 else f"Queued: {before} runs ahead"


@contextmanager
def wait_for_turn(run: Run, report: Callable[[str], None], *, poll: float = 1.0) -> Iterator[None]:
    """Wait until a run may train, trying every ``poll`` seconds, and keep the others waiting during the block.

    Raises:
        TrainingError: The run was asked to stop or to pause while it waited.
    """
    lock = FileLock(runs_folder() / ".training.lock")
    while not _try_lock(lock, run := find_run(run.name), report, poll):
        if run.asked_to(STOP) or run.asked_to(PAUSE):
            raise TrainingError("Removed from the queue before training. Resume it to queue it again.")
    try:
        yield
    finally:
        lock.release()


def _try_lock(lock: FileLock, run: Run, report: Callable[[str], None], poll: float) -> bool:
    before = runs_before(run)
    if before:
        report(position_text(len(before)))
    if any(other.status.state == "queued" for other in before):
        time.sleep(poll)
        return False
    try:
        lock.acquire(timeout=poll)
    except Timeout:
        return False
    return True
