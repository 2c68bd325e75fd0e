"""Where everything lives: ``FER_HOME`` (default: the project folder) with ``data/``, ``runs/`` and ``models/``."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
"""The folder that holds ``app.py``, ``fer_core`` and the shipped ``models``."""


def home() -> Path:
    """The folder under which datasets, runs and checkpoints are kept."""
    return Path(os.environ.get("FER_HOME") or PROJECT).expanduser().resolve()


def data_folder() -> Path:
    """The folder of the imported datasets, one subfolder each."""
    return home() / "data"


def runs_folder() -> Path:
    """The folder of the training runs, one subfolder each."""
    return home() / "runs"


def cache_folder() -> Path:
    """The folder of what was computed and can be computed again: deleting it costs only time."""
    return home() / "cache"


def logs_folder() -> Path:
    """The folder of the logs, which name no person, file or picture."""
    return home() / "logs"


def searches_folder() -> Path:
    """The folder of the searches for better settings, one subfolder each; their runs are among the runs."""
    return home() / "searches"


def models_folders() -> tuple[Path, ...]:
    """The folders searched for checkpoints: the user's own first, then the shipped ones (once if they are the same)."""
    return tuple(dict.fromkeys((home() / "models", PROJECT / "models")))
