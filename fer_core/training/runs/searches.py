"""Searches for better settings: start, stop, resume, find and list them. The trials are ordinary runs."""

import contextlib
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from fer_core.errors import TrainingError
from fer_core.storage.files import SMALL_FILE, checked_name, folder_name, read_json, searches_folder, storage_remedy
from fer_core.storage.records import as_record, write_record
from fer_core.training.runs.launch import is_alive, launch_child, queued_status
from fer_core.training.runs.store import STOP, Run, list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import RunStatus, read_status, write_status
from fer_core.training.settings.space import Axis, grid_size

Method = Literal["grid", "random", "tpe"]
MOST_TRIALS = 1000
_FILE = "search.json"


@dataclass(frozen=True)
class SearchPlan:
    """What is searched.

    Attributes:
        method: All combinations, draws by chance, or draws where earlier trials were good (Bergstra et al.,
            "Algorithms for hyper-parameter optimization", 2011).
        trials: How many runs at most.
    """

    config: TrainingConfig
    axes: tuple[Axis, ...]
    method: Method = "random"
    trials: int = 10

    def __post_init__(self) -> None:
        if not self.axes:
            raise TrainingError("A search needs at least one setting to vary, such as learning_rate=0.0001..0.01.")
        if not 1 <= self.trials <= MOST_TRIALS:
            raise TrainingError(f"A search of {self.trials} trials is not possible; choose 1 to {MOST_TRIALS}.")
        if self.method == "grid":
            grid_size(self.axes)

    @property
    def runs(self) -> int:
        """How many runs there will be."""
        return min(self.trials, grid_size(self.axes)) if self.method == "grid" else self.trials


@dataclass(frozen=True)
class Search:
    """A search on disk; the epochs of its status are trials."""

    folder: Path
    plan: SearchPlan
    status: RunStatus

    @property
    def name(self) -> str:
        """The name it is chosen by, which its runs' names begin with."""
        return self.folder.name

    def trials(self) -> tuple[Run, ...]:
        """Its runs, the best first."""
        runs = [run for run in list_runs() if run.record.search == self.name]
        return tuple(sorted(runs, key=Run.best_accuracy, reverse=True))


def create_search(plan: SearchPlan, name: str | None = None) -> Search:
    """Make a search's folder; nothing trains yet.

    Raises:
        TrainingError: The name is not allowed or taken, or the folder cannot be written.
    """
    name = folder_name(name or f"search-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    checked_name(f"{name}-{MOST_TRIALS}", TrainingError)  # its runs' names must be allowed too
    folder = searches_folder() / name
    try:
        folder.mkdir(parents=True)
        write_record(folder / _FILE, plan)
        write_status(folder, status := queued_status(os.getpid(), plan.runs))
    except FileExistsError as error:
        raise TrainingError(f"There is already a search “{name}”. Choose another name.", is_hint=True) from error
    except OSError as error:
        remedy = storage_remedy(error, folder.parent, SMALL_FILE)
        raise TrainingError(f"The search could not be stored ({error.strerror or error}). {remedy}") from error
    return Search(folder, plan, status)


def start_search(plan: SearchPlan, name: str | None = None) -> Search:
    """Make a search and start the child process that starts its runs, one after the other.

    Raises:
        TrainingError: See :func:`create_search`.
    """
    search = create_search(plan, name)
    return replace(search, status=launch_child("search", search.folder, search.status))


def resume_search(search: Search) -> Search:
    """Go on with a search that was stopped or interrupted.

    Raises:
        TrainingError: It is active or finished.
    """
    if search.status.is_active or search.status.state == "finished":
        raise TrainingError(f"The search “{search.name}” is {search.status.state}. There is nothing to resume.")
    (search.folder / STOP).unlink(missing_ok=True)
    return replace(search, status=launch_child("search", search.folder, search.status))


def stop_search(search: Search) -> None:
    """Ask a search to stop its run and to start no other."""
    (search.folder / STOP).touch()


def list_searches() -> tuple[Search, ...]:
    """All readable searches, the newest first."""
    searches = []
    for path in sorted(searches_folder().glob(f"[!.]*/{_FILE}"), key=lambda p: p.stat().st_mtime, reverse=True):
        with contextlib.suppress(TrainingError):
            searches.append(find_search(path.parent.name))
    return tuple(searches)


def find_search(name: str) -> Search:
    """A search by name, as it stands now.

    Raises:
        TrainingError: There is no such search, or its file cannot be read.
    """
    checked_name(name, TrainingError)
    folder = searches_folder() / name
    try:
        document = read_json(folder / _FILE)
        config = TrainingConfig.from_dict(document.get("config", {}))
        plan = as_record(SearchPlan, document | {"config": config})
    except (OSError, ValueError) as error:
        raise TrainingError(f"There is no readable search “{name}”. Start it again.") from error
    status = read_status(folder)
    if status.is_active and not is_alive(status.pid, status.pid_created):
        status = replace(status, state="failed", message=f"Interrupted after {status.epoch} trials. Resume it.")
    return Search(folder, plan, status)
