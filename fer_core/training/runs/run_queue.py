"""The line in which runs wait: one trains at a time under one ``FER_HOME``, the one that has waited longest first."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from fer_core.errors import TrainingError
from fer_core.storage.files import runs_folder
from fer_core.training.runs.store import PAUSE, STOP, Run, find_run, list_runs

_POLL = 1.0


def runs_in_line() -> tuple[Run, ...]:
    """The active runs: the one that trains, then those that wait, the one that comes next first."""
    active = [run for run in list_runs() if run.status.is_active]
    return tuple(sorted(active, key=lambda run: (run.status.state == "queued", run.status.since, run.name)))


def runs_before(run: Run) -> tuple[Run, ...]:
    """The active runs that come before one that waits."""
    line = runs_in_line()
    names = [each.name for each in line]
    return line[: names.index(run.name)] if run.name in names else ()


def in_words(before: int) -> str:
    """A place in the line, for people."""
    return "Next in line" if before <= 1 else f"Waiting in line: {before} runs come before it"


@contextmanager
def turn(name: str, report: Callable[[str], None]) -> Iterator[None]:
    """Waits until it is a run's turn, and keeps the others waiting during the block.

    Args:
        name: Of the run.
        report: Told how long the line is.

    Raises:
        TrainingError: The run was asked to stop or to pause while it waited.
    """
    lock = FileLock(runs_folder() / ".training.lock")
    while not _taken(lock, name, report):
        run = find_run(name)
        if run.asked_to(STOP) or run.asked_to(PAUSE):
            raise TrainingError("Taken out of the line before it trained. Resume it to let it wait again.")
    try:
        yield
    finally:
        lock.release()


def _taken(lock: FileLock, name: str, report: Callable[[str], None]) -> bool:
    """Tries for a second to get the turn."""
    before = runs_before(find_run(name))
    if before:
        report(in_words(len(before)))
    if any(run.status.state == "queued" for run in before):
        time.sleep(_POLL)
        return False
    try:
        lock.acquire(timeout=_POLL)
    except Timeout:
        return False
    return True
