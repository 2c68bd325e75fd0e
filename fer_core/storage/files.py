"""The folders of data, runs and models under ``FER_HOME``, and files that are written whole or not at all."""

import contextlib
import functools
import json
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

_Record = TypeVar("_Record")

PROJECT = Path(__file__).resolve().parents[2]
"""The folder that holds ``app.py``, ``fer_core`` and the shipped ``models``."""

LONGEST_NAME = 60
"""Characters of a folder that people name."""

NAME_RULE = "Use up to 60 letters, digits, dots, hyphens and underscores, and no word that Windows keeps, such as con."
"""What is said of a name that is refused."""

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


def is_folder_name(name: str) -> bool:
    """Whether a name is safe as a folder on every system."""
    is_plain = re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?", name) is not None
    return is_plain and not re.fullmatch(_DEVICES, name)


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


def as_record(kind: type[_Record], document: object) -> _Record:
    """Builds a dataclass from JSON types, so that nothing of a wrong type gets further than here.

    Raises:
        TypeError: A field is missing, superfluous or of another type.
    """
    if not isinstance(document, dict):
        raise TypeError(f"Expected a JSON object. Received {document!r:.40}.")
    hints = _hints(cast("Hashable", kind))
    for name, value in document.items():
        if name in hints and not _fits(value, hints[name]):
            raise TypeError(f"Expected {name} as {hints[name]}. Received {value!r:.40}.")
    return kind(**document)


def append_json(path: Path, document: object) -> None:
    """Adds a line with a JSON document to a file, after the end of a line that a full disk cut off."""
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        is_cut = size > 0 and file.read(1) != b"\n"
        file.write(("\n" if is_cut else "").encode() + json.dumps(document).encode() + b"\n")
        file.flush()


def read_json_lines(path: Path, kind: type[_Record]) -> tuple[_Record, ...]:
    """The records in a file with one JSON document a line; a line that was cut by a crash is left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    records = []
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            records.append(as_record(kind, json.loads(line)))
    return tuple(records)


_hints = functools.cache(get_type_hints)  # of a class; working them out takes longer than reading most files


def _fits(value: object, hint: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is dict:
        of_key, of_value = get_args(hint)
        return isinstance(value, dict) and all(_fits(k, of_key) and _fits(v, of_value) for k, v in value.items())
    if get_origin(hint) in (tuple, list):
        return isinstance(value, tuple if get_origin(hint) is tuple else list) and all(
            _fits(item, get_args(hint)[0]) for item in value
        )
    if hint is float:
        return type(value) in (int, float)
    return hint is Any or type(value) is hint


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A scratch folder that becomes ``target`` when the block ends well, replacing what was there.

    Nothing is left behind, and ``target`` is untouched, when the block raises.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        yield scratch
        _swap(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _swap(scratch: Path, target: Path) -> None:
    scratch.chmod(0o755)
    if not target.exists():
        scratch.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-old-"))
    try:
        target.rename(old / "it")
        scratch.rename(target)
    finally:
        if not target.exists():
            (old / "it").rename(target)
        shutil.rmtree(old, ignore_errors=True)
