"""What comes of saving on a disk without room.

``python -m tests.tools.small_disk FOLDER full|read-only`` prints it as JSON. The folder has to be the mount point of a
small disk of its own; :mod:`tests.storage.test_full_disk` makes one.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from fer_core.checkpoints.card import UNKNOWN_SCORES, ModelCard
from fer_core.checkpoints.checkpoint import (
    KERAS_FILE,
    LITERT_FILE,
    damaged_checkpoints,
    list_checkpoints,
    save_checkpoint,
)
from fer_core.datasets.demo import write_demo_files
from fer_core.datasets.store import import_dataset, list_datasets, load_records
from fer_core.errors import FerError
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.child.backup import TrainingState, load_state, save_state
from fer_core.training.runs.store import create_run, list_runs
from fer_core.training.settings.config import TrainingConfig

SIZE = 8 << 20
"""Bytes of the disk."""

_WEIGHTS = np.random.default_rng(0).normal(size=50_000).astype(np.float32)


def main(disk, trouble):
    """Saves one of each, takes the room away, tries another of each, gives room back, and tries again."""
    os.environ["FER_HOME"] = str(disk)
    sources = write_demo_files(Path(tempfile.mkdtemp()), {"train": 40, "validation": 20, "test": 20})
    attempts = {
        "dataset": lambda name: import_dataset(*sources, name=name),
        "checkpoint": lambda name: save_checkpoint(_card(name), _network),
        "run": lambda name: create_run(TrainingConfig(dataset="first"), name),
        "state": lambda name: save_state(disk / "backup", _state(2 if name == "second" else 1)),
    }
    for attempt in attempts.values():
        attempt("first")
    before = _files(disk)
    _take_room(disk, trouble)
    said = {what: _sentence(attempt) for what, attempt in attempts.items()}
    whole = _whole(disk)
    _give_room(disk, trouble)
    left = sorted(set(_files(disk)) - set(before))
    again = {what: _sentence(attempt) for what, attempt in attempts.items()}
    sys.stdout.write(json.dumps({"said": said, "whole": whole, "left": left, "again": again, "then": _whole(disk)}))


def _card(name):
    names, config = LABEL_SCHEMES["majority-7"].class_names, TrainingConfig().to_dict()
    return ModelCard(
        name, "2026-01-02T03:04:05+00:00", names, "faces", config, 1, "first",
        "0" * 64, "", "", {"train": 1}, UNKNOWN_SCORES, UNKNOWN_SCORES, "float32", 1.0, "", {}, "", "",
    )  # fmt: skip


def _network(folder):
    for file in (KERAS_FILE, LITERT_FILE):
        (folder / file).write_bytes(_WEIGHTS.tobytes())


def _state(epoch):
    first = TrainingState(1, [_WEIGHTS], [], [], [], 1, 0.5, 1.0)
    return replace(first, epoch=epoch)


def _take_room(disk, trouble):
    if trouble == "read-only":
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        return
    with (disk / "ballast").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


def _give_room(disk, trouble):
    if trouble == "read-only":
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    (disk / "ballast").unlink(missing_ok=True)


def _sentence(attempt):
    """What is said of another attempt; a system's error is marked, since only states may be answered with one."""
    try:
        attempt("second")
    except FerError as error:
        return str(error)
    except OSError as error:
        return f"OSError: {error.strerror}"
    return ""


def _whole(disk):
    """What is there and whole."""
    for card in list_datasets():
        load_records(card.name)
    state = load_state(disk / "backup")
    return {
        "datasets": sorted(card.name for card in list_datasets()),
        "checkpoints": sorted(checkpoint.name for checkpoint in list_checkpoints() if checkpoint.is_own),
        "damaged": [damage.name for damage in damaged_checkpoints()],
        "runs": sorted(run.name for run in list_runs()),
        "epoch": state.epoch if state else 0,
    }


def _files(disk):
    return [str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file() and "cache" not in path.parts]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
