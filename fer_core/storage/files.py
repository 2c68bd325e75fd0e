"""The folders of data, runs and models under ``FER_HOME``, and files that are written whole or not at all."""

import errno
import json
import math
import os
import re
import uuid
from pathlib import Path
from typing import Any

from fer_core.errors import FerError

PROJECT = Path(__file__).resolve().parents[2]
"""The folder that holds ``app.py``, ``fer_core`` and the shipped ``models``."""

SMALL_FILE = 1_000_000
"""Bytes that let any note, list of rows, settings or status be written."""

LONGEST_NAME = 60
"""Characters of a folder that people name."""

NAME_RULE = "Use up to 60 letters, digits, dots, hyphens and underscores, and no reserved Windows name such as con."
"""What is said of a name that is refused."""

_FULL = {None, errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # NumPy counts bytes and names none
_DEVICES = r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?"  # which Windows opens in place of a folder


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


def folder_name(text: str) -> str:
    """A typed name as a folder's: without blanks around it and with hyphens for those within; it may still be none."""
    return "-".join(text.split())


def is_folder_name(name: str) -> bool:
    """Whether a name is safe as a folder on every system."""
    is_plain = re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?", name) is not None
    return is_plain and not re.fullmatch(_DEVICES, name)


def checked_name(text: str, refusal: type[FerError]) -> str:
    """Return a typed name as a folder's, with hyphens for blanks.

    Raises:
        FerError: It is no folder's name everywhere; of the type that is given.
    """
    name = folder_name(text)
    if not is_folder_name(name):
        raise refusal(f"“{name[:60]}” is not a valid name. {NAME_RULE}", is_hint=True)
    return name


def write_text(path: Path, text: str) -> None:
    """Replaces a file in one step; readers see the old text or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with scratch.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def write_json(path: Path, document: object) -> None:
    """Replaces a JSON file in one step."""
    write_text(path, json.dumps(document, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Reads a JSON object.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds no JSON object.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply.") from error
    if not isinstance(document, dict):
        raise ValueError(f"Expected a JSON object in {path}. Received {type(document).__name__}.")
    return document


def stamp(path: Path) -> tuple[int, int, int]:
    """What changes when a file is replaced or written to, for whatever is kept of its content.

    Raises:
        OSError: It is not there.
    """
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def storage_remedy(error: OSError, folder: Path, needed: int = 0) -> str:
    """What helps where something could not be stored below a folder: by the error, not by guess.

    Args:
        error: What the system said.
        folder: Where it was to be stored.
        needed: Bytes it takes, where that is known.
    """
    if error.errno in _FULL:
        megabytes = math.ceil(needed / 1e6)
        amount = f": about {megabytes:,} MB {'is' if megabytes == 1 else 'are'} needed" if needed else ""
        return f"Free some space under {folder}{amount}."
    return f"Allow writing in {folder}, or set FER_HOME to a writable folder."
