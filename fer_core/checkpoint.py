"""Checkpoints: a folder with ``model.keras``, ``model.tflite`` and ``card.json``, there whole or not at all."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from fer_core.classifier import Classifier
from fer_core.errors import CheckpointError
from fer_core.files import as_record, new_folder, read_json, write_json
from fer_core.home import home, models_folders
from fer_core.labels import LABEL_SCHEMES

DEFAULT_CHECKPOINT = "paper-cnn"
"""The checkpoint used where none is chosen."""

KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
CARD_FILE = "card.json"
_SCHEMA = 1
_LONGEST_NAME = 60


@dataclass(frozen=True)
class EpochScores:
    """Accuracies of one epoch's weights, each measured without dropout on a whole split.

    Attributes:
        epoch: Counted from 1.
        train_accuracy: On the images it was trained on.
        validation_accuracy: On the validation split, which chose the best epoch.
        test_accuracy: On the test split, which chose nothing.
    """

    epoch: int
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float


@dataclass(frozen=True)
class ModelCard:
    """What must be known to use a checkpoint and to judge it.

    Attributes:
        name: The checkpoint's folder name.
        created_at: UTC, ISO 8601.
        class_names: The outputs, in order.
        input: What the network eats.
        config: The run's settings (a ``TrainingConfig`` as JSON types).
        weights: How many numbers were learned.
        dataset: Name of the dataset it was trained on.
        dataset_fingerprint: SHA-256 of that dataset's records.
        label_file: Name of the votes file, or "" for FER2013's own labels.
        label_file_sha256: Its content, or "".
        counts: Labelled images per split.
        last: Scores of the last epoch.
        best: Scores of the epoch that was best on validation; these are the weights in the files.
        precision: Number format of the training arithmetic.
        seconds: Training time.
        hardware: What it was trained on.
        versions: Versions of the libraries.
        command: What repeats the training.
        limits: What it must not be trusted with.
        provenance: What else it was made from and made on (a ``Provenance`` as JSON types).
        files: SHA-256 of each file.
        schema_version: Of this card.
    """

    name: str
    created_at: str
    class_names: tuple[str, ...]
    input: str
    config: dict[str, Any]
    weights: int
    dataset: str
    dataset_fingerprint: str
    label_file: str
    label_file_sha256: str
    counts: dict[str, int]
    last: EpochScores
    best: EpochScores
    precision: str
    seconds: float
    hardware: str
    versions: dict[str, str]
    command: str
    limits: str
    provenance: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    schema_version: int = _SCHEMA

    @property
    def scheme(self) -> str:
        """Name of the label scheme the network was trained with."""
        return str(self.config["scheme"])

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "ModelCard":
        """Reads a card as JSON has it.

        Raises:
            ValueError: It is of another version, or of an unknown label scheme.
            TypeError: Something is missing, superfluous or of another type.
        """
        if document.get("schema_version") != _SCHEMA:
            raise ValueError(f"Expected a card of version {_SCHEMA}. Received {document.get('schema_version')}.")
        scores = {key: as_record(EpochScores, document[key]) for key in ("last", "best") if key in document}
        card = as_record(cls, document | scores | {"class_names": tuple(document.get("class_names", ()))})
        if card.config.get("scheme") not in LABEL_SCHEMES:
            raise ValueError("Its label scheme is unknown.")
        return card


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk.

    Attributes:
        directory: Its folder.
        card: Its card.
    """

    directory: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """The name it is chosen by."""
        return self.card.name

    @property
    def keras_path(self) -> Path:
        """The network for further training, in Keras' format."""
        return self.directory / KERAS_FILE

    @property
    def litert_path(self) -> Path:
        """The network for prediction, in LiteRT's format."""
        return self.directory / LITERT_FILE

    def open_classifier(self, *, threads: int = 1) -> Classifier:
        """Opens the network for prediction, after verifying its file.

        Raises:
            CheckpointError: The file is missing or damaged.
        """
        return Classifier(verified_bytes(self), self.card.class_names, threads=threads)


def list_checkpoints() -> tuple[Checkpoint, ...]:
    """All readable checkpoints, the default one first, then the newest; a user's own hides a shipped one."""
    found: dict[str, Checkpoint] = {}
    for folder in models_folders():
        for card in folder.glob(f"[!.]*/{CARD_FILE}"):
            try:
                found.setdefault(card.parent.name, _read(card.parent))
            except CheckpointError:
                continue
    newest_first = sorted(found.values(), key=lambda c: c.card.created_at, reverse=True)
    return tuple(sorted(newest_first, key=lambda c: c.name != DEFAULT_CHECKPOINT))


def load_checkpoint(name: str) -> Checkpoint:
    """Finds a checkpoint by name.

    Raises:
        CheckpointError: There is none of that name, or its card is damaged.
    """
    for folder in models_folders():
        if _is_name(name) and (folder / name / CARD_FILE).exists():
            return _read(folder / name)
    names = ", ".join(c.name for c in list_checkpoints()) or "none yet"
    raise CheckpointError(
        f"There is no checkpoint called “{name}” (there are: {names}). Choose one of these or train it."
    )


def verified_bytes(checkpoint: Checkpoint, file: str = LITERT_FILE) -> bytes:
    """The content of one of a checkpoint's files, after comparing it with the card's hash.

    Raises:
        CheckpointError: The file is missing or is not the one that was saved.
    """
    try:
        content = (checkpoint.directory / file).read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{file} of the checkpoint “{checkpoint.name}” cannot be read ({error.strerror}). Train or copy it again."
        ) from error
    if hashlib.sha256(content).hexdigest() != checkpoint.card.files.get(file):
        raise CheckpointError(
            f"{file} of the checkpoint “{checkpoint.name}” is damaged: it is not the file that was saved. "
            "Train or copy it again."
        )
    return content


def save_checkpoint(card: ModelCard, write_files: Callable[[Path], None]) -> Checkpoint:
    """Stores a checkpoint under ``models/``, all or nothing, replacing one of the same name.

    Args:
        card: Everything but the hashes of the files.
        write_files: Writes ``model.keras`` and ``model.tflite`` into the folder it is given.

    Raises:
        CheckpointError: The name is not allowed, or the disk is full or read-only; nothing was changed.
    """
    if not _is_name(card.name):
        raise CheckpointError(
            f"“{card.name[:60]}” cannot be a name. Use up to 60 letters, digits, dots, hyphens and underscores."
        )
    target = home() / "models" / card.name
    try:
        with new_folder(target) as folder:
            write_files(folder)
            hashes = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir())}
            card = replace(card, files=hashes)
            write_json(folder / CARD_FILE, asdict(card))
    except OSError as error:
        raise CheckpointError(
            f"The checkpoint “{card.name}” could not be saved ({error.strerror or error}). "
            f"Free some space under {home()}."
        ) from error
    return Checkpoint(target, card)


def free_name(wanted: str) -> str:
    """The wanted name, or that with a number behind it if a checkpoint has it already."""
    taken = {c.name for c in list_checkpoints()}
    names = (wanted, *(f"{wanted[: _LONGEST_NAME - len(str(i)) - 1]}-{i}" for i in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", name) is not None


def _read(directory: Path) -> Checkpoint:
    try:
        # A folder that was renamed or copied goes by its new name.
        return Checkpoint(directory, ModelCard.from_dict(read_json(directory / CARD_FILE) | {"name": directory.name}))
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(
            f"The card of the checkpoint “{directory.name}” is damaged ({error}). Train or copy the checkpoint again."
        ) from error
