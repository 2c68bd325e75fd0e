"""A run's state after each epoch, saved so that a crash at any instant costs at most the epoch in flight.

The arrays go to a new file first, that file is made durable, and only then is a small JSON file with its hash
put beside it. The previous epoch stays until then.
"""

import hashlib
import io
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fer_core.storage.records import read_record, write_record

if TYPE_CHECKING:  # a state is read without Keras
    from fer_core.training.network.heads import Arrays

_GROUPS = {"weights": "weights", "average": "average", "optimizer": "optimizer", "best": "best_weights"}
"""The fields that hold arrays, by the beginning of their names in the file."""


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything one epoch passes on to the next, and what comes of a run after its last.

    Attributes:
        epoch: Epochs complete.
        average: The weights' running average, or empty when none is kept.
        optimizer: The optimizer's variables.
        best_epoch: Counted from 1; 0 before the first.
        best_value: Its validation figure.
    """

    epoch: int
    weights: "Arrays"
    average: "Arrays"
    optimizer: "Arrays"
    best_weights: "Arrays"
    best_epoch: int
    best_value: float
    seconds: float

    @property
    def final_weights(self) -> "Arrays":
        """The weights that are validated and kept: the average where there is one."""
        return self.average or self.weights


@dataclass(frozen=True)
class _Entry:
    epoch: int
    file: str
    sha256: str
    best_epoch: int
    best_value: float
    seconds: float
    check: str = ""  # of the other fields; states saved before it existed have none

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(replace(self, check=""))).encode()).hexdigest()


def save_state(folder: Path, state: TrainingState) -> None:
    """Save the state durably; the one before it stays valid until this one is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    groups = {group: getattr(state, field) for group, field in _GROUPS.items()}
    arrays = {f"{group}_{i:05}": array for group, members in groups.items() for i, array in enumerate(members)}
    np.savez(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    file = folder / f"epoch-{state.epoch:04}.npz"
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    digest = hashlib.sha256(content).hexdigest()
    entry = _Entry(state.epoch, file.name, digest, state.best_epoch, state.best_value, state.seconds)
    write_record(file.with_suffix(".json"), replace(entry, check=entry.digest()))
    for old in sorted(folder.glob("epoch-*.json"))[:-2]:
        old.with_suffix(".npz").unlink(missing_ok=True)
        old.unlink()


def load_state(folder: Path) -> TrainingState | None:
    """Load the newest state that is whole, or None when there is none; a damaged one falls back to the one before."""
    for path in sorted(folder.glob("epoch-*.json"), reverse=True):
        try:
            entry = read_record(path, _Entry)
            content = path.with_suffix(".npz").read_bytes()
        except (OSError, ValueError, TypeError):
            continue
        belongs = entry.file == f"epoch-{entry.epoch:04}.npz" == path.with_suffix(".npz").name
        if belongs and entry.check in ("", entry.digest()) and hashlib.sha256(content).hexdigest() == entry.sha256:
            return _unpack(entry, content)
    return None


def _unpack(entry: _Entry, content: bytes) -> TrainingState:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {field: [file[k] for k in sorted(file) if k.startswith(group)] for group, field in _GROUPS.items()}
    return TrainingState(
        epoch=entry.epoch, best_epoch=entry.best_epoch, best_value=entry.best_value, seconds=entry.seconds, **arrays
    )
