"""Checkpoints: a folder with a network in three formats and ``card.json``, there whole or not at all."""

import functools
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.classifier import Adjustment, Classifier
from fer_core.checkpoints.priors import AnsweredBy, PriorAdjustment
from fer_core.checkpoints.spec import DEFAULT_SPEC, Runtime
from fer_core.errors import CheckpointError, Damage
from fer_core.storage.files import (
    LONGEST_NAME,
    NAME_RULE,
    checked_name,
    home,
    is_folder_name,
    models_folders,
    read_json,
    stamp,
    storage_remedy,
    write_json,
)
from fer_core.storage.folders import new_folder, only_writer, read_settled, remove_folder

SHIPPED = ("fer-lab", "paper-cnn-plus", "paper-cnn")
"""The checkpoints that come with the project, the best first."""

DEFAULT_CHECKPOINT = SHIPPED[0]
"""The checkpoint used where none is chosen."""

KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
INT8_FILE = "model.int8.tflite"
ONNX_FILE = "model.onnx"
NETWORK_FILES: dict[Runtime, str] = {"litert": LITERT_FILE, "onnx": ONNX_FILE}
"""The file that predicts, by what runs it."""
CARD_FILE = "card.json"
_BYTES_A_WEIGHT = 9  # in the three formats: float32 twice and eight bits


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk."""

    directory: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """The name it is chosen by."""
        return self.card.name

    @property
    def is_own(self) -> bool:
        """Whether it was made or imported here; those that come with the project stay."""
        return self.directory.parent == home() / "models" and self.name not in SHIPPED

    @property
    def is_there(self) -> bool:
        """Whether it has not been deleted meanwhile."""
        return (self.directory / CARD_FILE).exists()

    @property
    def network_file(self) -> str:
        """The name of the file with the network for prediction."""
        return NETWORK_FILES[self.card.spec.runtime]

    @property
    def network_path(self) -> Path:
        """The file with the network for prediction."""
        return self.directory / self.network_file

    @property
    def network_hash(self) -> str:
        """A hash of the network and its input spec: the same hash means the same answers."""
        digest = self.card.files.get(self.network_file, "")
        return digest if self.card.spec == DEFAULT_SPEC else f"{digest} {self.card.spec}"

    def open_classifier(
        self, *, threads: int = 1, live: bool = False, prior_adjustment: PriorAdjustment = "training"
    ) -> Classifier:
        """Open the network for prediction, with its card's calibration, after verifying its file.

        An imported network runs in a limited process of its own, which ends with the classifier. Live, as for a
        stream's frames, the network in eight bits is taken where there is one: speed counts more than the last decimal.
        The class prior has no effect where the card knows no training shares.

        Raises:
            CheckpointError: The file is missing or damaged.
        """
        calibration = self.card.calibration
        weights = self.card.class_weights(prior_adjustment)
        file = INT8_FILE if live and INT8_FILE in self.card.files else self.network_file
        return Classifier(
            verified_bytes(self, file),
            self.card.class_names,
            threads=threads,
            preprocessing=self.card.preprocessing,
            adjustment=Adjustment(calibration.temperature, weights, calibration.not_sure_below),
            answered_by=AnsweredBy(self.name, self.card.known_prior(prior_adjustment)),
            spec=self.card.spec,
            isolated=self.card.is_isolated,
        )


def list_checkpoints() -> tuple[Checkpoint, ...]:
    """List the readable checkpoints, the default one first, then the newest; a user's own hides a shipped one."""
    found: dict[str, Checkpoint] = {}
    for directory in _directories():
        try:
            found.setdefault(directory.name, _read(directory))
        except CheckpointError:  # damaged_checkpoints() tells of it
            continue
    newest_first = sorted(found.values(), key=lambda c: c.card.created_at, reverse=True)
    return tuple(sorted(newest_first, key=lambda c: c.name != DEFAULT_CHECKPOINT))


def damaged_checkpoints() -> tuple[Damage, ...]:
    """The checkpoints whose card cannot be read, or whose network is not the one that was saved, by name."""
    found: dict[str, Damage] = {}
    for directory in _directories():
        try:
            verify(_read(directory))
        except CheckpointError as error:
            found.setdefault(directory.name, Damage(directory.name, str(error)))
    return tuple(found[name] for name in sorted(found))


def _directories() -> Iterator[Path]:
    """Every folder with a card, a user's own before the shipped ones."""
    for folder in models_folders():
        for card in folder.glob(f"[!.]*/{CARD_FILE}"):
            yield card.parent


def verify(checkpoint: Checkpoint) -> None:
    """Compare the network that predicts with the card; one that has not changed since is not read again.

    Raises:
        CheckpointError: It is missing or is not the one that was saved.
    """
    try:
        known = _digest(checkpoint.network_path, stamp(checkpoint.network_path))
    except OSError as error:
        raise _unreadable(checkpoint, checkpoint.network_file, error) from error
    if known != checkpoint.card.files.get(checkpoint.network_file):
        raise _damaged(checkpoint, checkpoint.network_file)


@functools.lru_cache(maxsize=256)
def _digest(path: Path, written: tuple[int, ...]) -> str:
    """SHA-256 of a file, read again only when its stamp changes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(checkpoint: Checkpoint, file: str, error: OSError) -> CheckpointError:
    return CheckpointError(
        f"{file} of the checkpoint “{checkpoint.name}” cannot be read ({error.strerror}). Train or copy it again."
    )


def _damaged(checkpoint: Checkpoint, file: str) -> CheckpointError:
    return CheckpointError(
        f"{file} of the checkpoint “{checkpoint.name}” is damaged: its contents changed after it was saved. Train or "
        "copy it again."
    )


def load_checkpoint(name: str) -> Checkpoint:
    """Find a checkpoint by name.

    Raises:
        CheckpointError: There is none of that name, or its card is damaged.
    """
    if is_folder_name(name) and (directory := read_settled(home() / "models" / name, lambda: _directory(name))):
        return _read(directory)
    names = ", ".join(c.name for c in list_checkpoints()) or "none yet"
    raise CheckpointError(f"There is no checkpoint “{name}” (there are: {names}). Choose one of these or train it.")


def _directory(name: str) -> Path | None:
    return next((folder / name for folder in models_folders() if (folder / name / CARD_FILE).exists()), None)


def verified_bytes(checkpoint: Checkpoint, file: str = "") -> bytes:
    """Read one of a checkpoint's files, by default the network that predicts, and compare it with the card's hash.

    Raises:
        CheckpointError: The file is missing or is not the one that was saved.
    """
    file = file or checkpoint.network_file
    try:
        content = (checkpoint.directory / file).read_bytes()
    except OSError as error:
        raise _unreadable(checkpoint, file, error) from error
    if hashlib.sha256(content).hexdigest() != checkpoint.card.files.get(file):
        raise _damaged(checkpoint, file)
    return content


def save_checkpoint(card: ModelCard, write_files: Callable[[Path], object]) -> Checkpoint:
    """Store a checkpoint under ``models/``, all or nothing.

    One of the same name is replaced when it is of the same run; beside any other one it gets a number behind its name.
    The hashes of what ``write_files`` writes into the folder it is given are added to the card.

    Raises:
        CheckpointError: The name is not allowed, or the disk is full or read-only; nothing was changed.
    """
    if checked_name(card.name, CheckpointError) != card.name:
        raise CheckpointError(f"“{card.name[:60]}” is not a valid name. {NAME_RULE}")
    models = home() / "models"
    check_own(Checkpoint(models / card.name, card))
    try:
        with only_writer(models / "_names"):  # one at a time, or two would take the same free name
            card = replace(card, name=_name_for(card))
            with new_folder(models / card.name) as folder:
                write_files(folder)
                hashes = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir())}
                card = replace(card, files=hashes)
                write_json(folder / CARD_FILE, asdict(card))
    except OSError as error:
        raise CheckpointError(
            f"The checkpoint “{card.name}” could not be saved ({error.strerror or error}). "
            f"{storage_remedy(error, home(), _BYTES_A_WEIGHT * card.weights)}"
        ) from error
    return Checkpoint(models / card.name, card)


def _name_for(card: ModelCard) -> str:
    known = next((checkpoint.card for checkpoint in list_checkpoints() if checkpoint.name == card.name), card)
    return card.name if known.provenance.get("run") == card.provenance.get("run") else free_name(card.name)


def update_card(checkpoint: Checkpoint, card: ModelCard) -> Checkpoint:
    """Replace a checkpoint's card; the networks stay unchanged.

    Raises:
        CheckpointError: It is shipped, or the card cannot be written.
    """
    check_own(checkpoint)
    try:
        write_json(checkpoint.directory / CARD_FILE, asdict(card))
    except OSError as error:
        raise CheckpointError(
            f"The card of “{card.name}” could not be written ({error.strerror or error}). "
            f"Allow writing in {checkpoint.directory}."
        ) from error
    return Checkpoint(checkpoint.directory, card)


def delete_checkpoint(checkpoint: Checkpoint) -> None:
    """Delete a checkpoint of the user's own for good, if it is still there; shipped ones stay.

    Raises:
        CheckpointError: It is shipped, or its folder cannot be removed.
    """
    check_own(checkpoint)
    try:
        remove_folder(checkpoint.directory)
    except FileNotFoundError:
        return  # somebody else deleted it
    except OSError as error:
        raise CheckpointError(
            f"“{checkpoint.name}” could not be removed ({error.strerror or error}). Close programs that use its files."
        ) from error


def check_own(checkpoint: Checkpoint) -> None:
    """Refuse to write to a checkpoint that comes with the app: everything that changes one asks here.

    Raises:
        CheckpointError: It is shipped.
    """
    if not checkpoint.is_own:
        raise CheckpointError(
            f"“{checkpoint.name}” ships with the app and cannot be changed. Train or import your own, or copy the "
            "folder under another name."
        )


def free_name(wanted: str) -> str:
    """The wanted name, or that with a number behind it if a checkpoint has it already."""
    taken = {c.name for c in list_checkpoints()}
    names = (wanted, *(f"{wanted[: LONGEST_NAME - len(str(i)) - 1]}-{i}" for i in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


@functools.lru_cache(maxsize=256)
def _card(directory: Path, written: tuple[int, ...]) -> ModelCard:
    # A folder that was renamed or copied goes by its new name.
    return ModelCard.from_dict(read_json(directory / CARD_FILE) | {"name": directory.name})


def _read(directory: Path) -> Checkpoint:
    try:
        return Checkpoint(directory, _card(directory, stamp(directory / CARD_FILE)))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"The card of the checkpoint “{directory.name}” is damaged ({error}). Train or copy the checkpoint again."
        ) from error
