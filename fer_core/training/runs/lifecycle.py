"""What is done with a run: start, stop, pause and resume its child; rename, annotate, pack and delete it; try again."""

import contextlib
import io
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fer_core.checkpoints.checkpoint import list_checkpoints, load_checkpoint
from fer_core.errors import CheckpointError, TrainingError
from fer_core.storage.files import LONGEST_NAME, SMALL_FILE, checked_name, storage_remedy
from fer_core.storage.folders import only_writer, remove_folder
from fer_core.storage.plaintext import percent
from fer_core.storage.records import write_record
from fer_core.training.runs.launch import end_process, launch_child
from fer_core.training.runs.record import RECORD_FILE, RunRecord
from fer_core.training.runs.store import PAUSE, STOP, Run, create_run, find_run, list_runs, name_taken
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import assignments_text
from fer_core.training.settings.metrics import write_status

_PACKED = {".npz", ".keras", ".tflite"}  # compressing these again gains nothing
_LONGEST_NOTE = 500


def start_run(config: TrainingConfig, name: str | None = None, record: RunRecord | None = None) -> Run:
    """Make a run and start its child process, which lives on when the caller ends.

    Raises:
        TrainingError: See :func:`~fer_core.training.runs.store.create_run`.
    """
    run = create_run(config, name, record)
    return replace(run, status=launch_child("train", run.folder, run.status))


@contextmanager
def idle_run(run: Run) -> Iterator[Run]:
    """Yield a run as it stands, which nobody else starts, renames or deletes during the block.

    Raises:
        TrainingError: It is gone, or it is active.
    """
    with only_writer(run.folder):
        run = find_run(run.name)
        if run.status.is_active:
            raise TrainingError(f"The run “{run.name}” is already active. Wait for it to end, or stop it.")
        yield run


def resume_run(run: Run) -> Run:
    """Start the child process of a run that is not active; it continues after its last complete epoch.

    Raises:
        TrainingError: The run is gone, active or finished.
    """
    with idle_run(run) as idle:
        if idle.status.state == "finished":
            raise TrainingError(f"The run “{idle.name}” is finished. Start a new one with more epochs.")
        clear_requests(idle)
        status = replace(idle.status, epochs=idle.config.epochs)
        return replace(idle, status=launch_child("train", idle.folder, status))


def clear_requests(run: Run) -> None:
    """Clear a run's stop and pause requests."""
    for word in (STOP, PAUSE):
        (run.folder / word).unlink(missing_ok=True)


def stop_run(run: Run) -> None:
    """Ask a run to stop after the batch in flight; its best weights become a checkpoint.

    One that does not respond is ended, and killed ten seconds later if need be; its complete epochs are kept.

    Raises:
        TrainingError: Its folder cannot be written.
    """
    _request(run, STOP)
    if run.is_silent:
        process = (run.status.pid, run.status.pid_created)
        threading.Thread(target=end_process, args=process, name=f"end {run.name}", daemon=True).start()


def pause_run(run: Run) -> None:
    """Ask a run to end after the current epoch without a checkpoint; :func:`resume_run` continues it.

    Raises:
        TrainingError: Its folder cannot be written.
    """
    _request(run, PAUSE)


def _request(run: Run, word: str) -> None:
    try:
        (run.folder / word).touch()
    except OSError as error:
        raise TrainingError(
            f"“{run.name}” could not be told to {word} ({error.strerror or error}). "
            f"{storage_remedy(error, run.folder.parent, SMALL_FILE)}"
        ) from error


def rename_run(run: Run, new_name: str) -> Run:
    """Give a run another name; its checkpoint keeps its own.

    Raises:
        TrainingError: The run is gone or active, or the new name is not allowed or taken.
    """
    new_name = checked_name(new_name, TrainingError)
    with idle_run(run) as idle:
        target = idle.folder.with_name(new_name)
        if target.exists():
            raise name_taken(new_name)
        with _moves_in_words(idle.folder):
            idle.folder.rename(target)
    return replace(idle, folder=target)


def annotate_run(run: Run, note: str) -> Run:
    """Write a note about a run, of one line without control characters and at most 500 characters.

    Raises:
        TrainingError: The note cannot be stored.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in note).split())[:_LONGEST_NOTE]
    record = replace(run.record, note=line)
    try:
        write_record(run.folder / RECORD_FILE, record)
    except OSError as error:
        remedy = storage_remedy(error, run.folder, SMALL_FILE)
        raise TrainingError(f"The note could not be stored ({error.strerror or error}). {remedy}") from error
    return replace(run, record=record)


def delete_run(run: Run) -> None:
    """Delete a run that is not active; its checkpoint stays.

    Raises:
        TrainingError: It is gone or active, or it cannot be deleted.
    """
    with idle_run(run), _moves_in_words(run.folder):
        remove_folder(run.folder)


def drop_backup(run: Run) -> None:
    """Delete the saved states of a run that is finished and whose checkpoint is there: nothing resumes from them."""
    if run.status.state != "finished":
        return
    with contextlib.suppress(CheckpointError):
        if load_checkpoint(run.status.checkpoint).card.provenance.get("run") == run.record.id:
            shutil.rmtree(run.folder / "backup", ignore_errors=True)


@contextmanager
def _moves_in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{folder} could not be moved ({error.strerror or error}). Close programs that use its files and try again."
        ) from error


def pack_run(run: Run) -> bytes:
    """Return everything of a run as a zip file: settings, figures, log, saved states and its checkpoint."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _pack(archive, run.folder, Path(run.name))
        for checkpoint in list_checkpoints():
            if checkpoint.name == run.status.checkpoint:
                _pack(archive, checkpoint.directory, Path(run.name) / "checkpoint")
    return buffer.getvalue()


def _pack(archive: zipfile.ZipFile, folder: Path, place: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            kind = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
            archive.write(path, str(place / path.relative_to(folder)), kind)


def start_next_attempt(run: Run) -> Run | None:
    """Start the next attempt when a run is finished and falls short of its target; None when there is none to start."""
    best, target = run.best_accuracy(), run.record.target
    if run.status.state != "finished" or best >= target.accuracy:
        return None
    shortfall = f"{percent(best)} validation accuracy is below the target of {percent(target.accuracy)}"
    if not target.attempts:
        _add_to_message(run, f"{shortfall}, and no retry is left.")
        return None
    attempt, *later = target.attempts
    changes = assignments_text(attempt)
    record = RunRecord(
        note=f"After {run.name}: {changes}", parent=run.record.id, target=replace(target, attempts=tuple(later))
    )
    following = start_run(run.config.with_settings(attempt), _next_name(run.name), record)
    _add_to_message(run, f"{shortfall}, so “{following.name}” tries {changes}.")
    return following


def _add_to_message(run: Run, sentence: str) -> None:
    write_status(run.folder, replace(run.status, message=f"{run.status.message}. {sentence}"))


def _next_name(name: str) -> str:
    """A name for the next attempt: after "mine" and "mine-try2" comes "mine-try3"."""
    stem, _, number = name.rpartition("-try")
    stem, first = (stem, int(number) + 1) if stem and number.isdecimal() else (name, 2)
    taken = {run.name for run in list_runs()}
    names = (f"{stem[: LONGEST_NAME - 4 - len(str(n))]}-try{n}" for n in range(first, first + len(taken) + 1))
    return next(candidate for candidate in names if candidate not in taken)
