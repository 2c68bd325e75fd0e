"""What can be done with a run that is over: rename it, write about it, take it along, delete it."""

import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.errors import TrainingError
from fer_core.storage.records import write_record
from fer_core.training.runs.record import RECORD_FILE, one_line
from fer_core.training.runs.store import Run, check_run_name, find_run, idle_run

_PACKED = {".npz", ".keras", ".tflite"}  # compressing these again gains nothing


def rename_run(name: str, new_name: str) -> Run:
    """Gives a run another name; its checkpoint keeps its own.

    Raises:
        TrainingError: There is no such run, it is active, or the new name is not allowed or taken.
    """
    check_run_name(new_name)
    with idle_run(name) as run:
        target = run.folder.with_name(new_name)
        if target.exists():
            raise TrainingError(f"There is a run called “{new_name}” already. Choose another name.")
        _move(run.folder, target)
    return find_run(new_name)


def annotate_run(name: str, note: str) -> Run:
    """Writes a note about a run, of one line.

    Raises:
        TrainingError: There is no such run, or the note cannot be stored.
    """
    run = find_run(name)
    try:
        write_record(run.folder / RECORD_FILE, replace(run.record, note=one_line(note)))
    except OSError as error:
        raise TrainingError(f"The note could not be stored ({error.strerror or error}). Free some space.") from error
    return find_run(name)


def delete_run(name: str) -> None:
    """Deletes a run that is not active; its checkpoint stays.

    Raises:
        TrainingError: There is no such run, or it is active, or it cannot be deleted.
    """
    with idle_run(name) as run:
        # Hidden first, so that nobody ever sees half a run.
        gone = run.folder.with_name(f".{run.name}.deleted")
        shutil.rmtree(gone, ignore_errors=True)
        _move(run.folder, gone)
        shutil.rmtree(gone, ignore_errors=True)


def pack_run(name: str) -> bytes:
    """Everything of a run as a zip file: settings, figures, log, saved states and its checkpoint.

    Raises:
        TrainingError: There is no such run.
    """
    run = find_run(name)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _pack(archive, run.folder, Path(name))
        for checkpoint in list_checkpoints():
            if checkpoint.name == run.status.checkpoint:
                _pack(archive, checkpoint.directory, Path(name) / "checkpoint")
    return buffer.getvalue()


def _pack(archive: zipfile.ZipFile, folder: Path, place: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            kind = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
            archive.write(path, str(place / path.relative_to(folder)), kind)


def _move(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except OSError as error:
        raise TrainingError(
            f"{folder} could not be moved ({error.strerror or error}). Close what has its files open and try again."
        ) from error
