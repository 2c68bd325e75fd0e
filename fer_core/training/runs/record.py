"""A run's record beside its settings: its identity, note, target and group."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from fer_core.errors import TrainingError
from fer_core.storage.files import read_json
from fer_core.storage.records import as_record
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import Assignments

RECORD_FILE = "about.json"

Exam = Literal["", "test", "people"]


@dataclass(frozen=True)
class RunTarget:
    """What a run is to reach, and what is tried when it does not: "restart if not good enough" (the paper, section 5).

    Attributes:
        accuracy: The validation accuracy that is good enough, 0 to 1; 0 asks for nothing.
        attempts: Settings to change, one further run after the other.
    """

    accuracy: float = 0.0
    attempts: tuple[Assignments, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.accuracy <= 1:
            raise TrainingError(f"The target is {self.accuracy!s:.20}; choose an accuracy from 0 to 1, such as 0.85.")
        if self.attempts and not self.accuracy:
            raise TrainingError("Retries need a target accuracy, such as 0.85.")

    def check_attempts(self, config: TrainingConfig) -> None:
        """Make sure that every attempt can be started, before the first run is.

        Raises:
            TrainingError: The settings of an attempt are unknown, unreadable or contradict each other.
        """
        for number, attempt in enumerate(self.attempts, 1):
            try:
                config.with_settings(attempt)
            except TrainingError as error:
                raise TrainingError(f"Retry {number}: {error}") from error


NO_TARGET = RunTarget()
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
        exam: What an experiment's network is asked after its last epoch: test faces, groups of drawn people, or
            nothing.
        target: What it is to reach.
        taken_over: SHA-256 of each checkpoint's network that it begins with or is taught by, by name.
    """

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    note: str = ""
    search: str = ""
    parent: str = ""
    experiment: str = ""
    exam: Exam = ""
    target: RunTarget = NO_TARGET
    taken_over: dict[str, str] = field(default_factory=dict)


def read_run_record(folder: Path) -> RunRecord:
    """Read a run's record; where it is missing or damaged, return what the folder tells."""
    try:
        document = read_json(folder / RECORD_FILE)
        if isinstance(former := document.pop("ambition", None), dict):  # what "target" was called
            document["target"] = {"accuracy": former.pop("target", 0.0), **former}
        return as_record(RunRecord, document)
    except (OSError, ValueError, TrainingError):
        changed = datetime.fromtimestamp(folder.stat().st_mtime if folder.exists() else 0.0, UTC)
        return RunRecord(id=f"folder {folder.name}", created_at=changed.isoformat(timespec="seconds"))
