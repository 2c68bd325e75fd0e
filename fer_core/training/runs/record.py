"""What is known of a run beside its settings: who it is, what was written about it, what it belongs to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fer_core.errors import TrainingError
from fer_core.storage.records import read_record

RECORD_FILE = "about.json"
Assignments = dict[str, str]
"""Settings as the command line's ``--set`` takes them: text by dotted name."""


@dataclass(frozen=True)
class Ambition:
    """What a run is to reach, and what is tried when it does not: "restart if not good enough" (the paper, section 5).

    Attributes:
        target: The validation accuracy that is good enough, 0 to 1; 0 asks for nothing.
        attempts: Settings to change, one further run after the other.
    """

    target: float = 0.0
    attempts: tuple[Assignments, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.target <= 1:
            raise TrainingError(f"The target is {self.target!s:.20}; choose an accuracy from 0 to 1, such as 0.85.")


NO_AMBITION = Ambition()
"""Of a run that is good enough as it ends."""


@dataclass(frozen=True)
class RunRecord:
    """What is known of a run.

    Attributes:
        id: A name nothing else ever has, so that a checkpoint can tell which run it came from.
        created_at: UTC, ISO 8601.
        note: What somebody wrote about it.
        search: The search it is a trial of, or "".
        parent: ``id`` of the run it tries to do better than, or "".
        experiment: The experiment it is half of, or ""; such a run leaves no checkpoint.
        ambition: What it is to reach.
        taken_over: SHA-256 of each checkpoint's network that it begins with or is taught by, by name.
    """

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    note: str = ""
    search: str = ""
    parent: str = ""
    experiment: str = ""
    ambition: Ambition = NO_AMBITION
    taken_over: dict[str, str] = field(default_factory=dict)


def read_run_record(folder: Path) -> RunRecord:
    """Read a run's record; where it is missing or damaged, return what the folder tells."""
    try:
        return read_record(folder / RECORD_FILE, RunRecord)
    except (OSError, ValueError, TrainingError):
        changed = datetime.fromtimestamp(folder.stat().st_mtime if folder.exists() else 0.0, UTC)
        return RunRecord(id=f"folder {folder.name}", created_at=changed.isoformat(timespec="seconds"))


def one_line(note: str, longest: int = 500) -> str:
    """A note without line breaks and control characters, cut where it is too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in note).split())[:longest]


def ambition_of(target: float, attempts: Sequence[Assignments]) -> Ambition:
    """What a run is to reach.

    Raises:
        TrainingError: There are settings to try next but no target, or the target is no accuracy.
    """
    if attempts and not target:
        raise TrainingError("There are settings to try next but no target that says when. Give a target such as 0.85.")
    return Ambition(target, tuple(attempts))
