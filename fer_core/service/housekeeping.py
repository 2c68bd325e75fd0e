"""What dead processes and finished runs have left on the disk, removed as a server starts."""

from fer_core.storage.files import data_folder, home, runs_folder
from fer_core.storage.folders import sweep
from fer_core.training.runs.lifecycle import drop_backup
from fer_core.training.runs.store import list_runs


def tidy_up() -> None:
    """Remove half-written folders whose writers are dead, and the saved states of runs that have a checkpoint."""
    for folder in (data_folder(), home() / "models", runs_folder()):
        sweep(folder)
    for run in list_runs():
        drop_backup(run)
