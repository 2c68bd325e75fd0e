"""Importing a checkpoint from elsewhere: the parent's side, which never opens the file."""

import platform
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.card import UNKNOWN_SCORES, ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint, free_name, save_checkpoint
from fer_core.checkpoints.foreign.exchange import ANSWER_FILE, ORDER_FILE, ImportAnswer, ImportOrder
from fer_core.checkpoints.foreign.readings import best_reading, tried_readings, with_reading
from fer_core.checkpoints.spec import SCALINGS, NetworkSpec, Output, Reading, Runtime, Scaling
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import DEMO, list_datasets, load_records
from fer_core.errors import CheckpointError
from fer_core.labels import KNOWN_ORDERS, class_of
from fer_core.storage.files import checked_name
from fer_core.storage.plaintext import percent
from fer_core.storage.records import read_record, write_record
from fer_core.storage.sandbox import heavy_child_folder, run_limited

AUTO = "auto"
"""What asks for the order or the scaling that fits best."""

_TIMEOUT = 300.0
_KNOWN_FACES = 280
_NOTES: dict[Output, tuple[str, ...]] = {
    "softmax": (),
    "sigmoid": ("Its outputs are independent probabilities; they are normalized to sum to 1.",),
    "logits": ("Its outputs are logits; a softmax is added.",),
}
_LIBRARIES: dict[Runtime, tuple[str, ...]] = {"litert": ("keras", "ai-edge-litert"), "onnx": ("onnxruntime",)}
_POOR = 2.0  # times what guessing reaches
_UNFIT = (
    "No class order and scaling does much better than guessing. It may have been trained on other pictures or "
    "classes. Set its classes and scaling, or do not rely on it."
)
_LIMITS = (
    "Imported from a file of unknown provenance: its author, training faces, their consent and its accuracy are "
    "unknown. It names the expression a face seems to show, not what a person feels. Not for decisions about people."
)


@dataclass(frozen=True)
class ForeignFile:
    """A foreign file and what the user states about it.

    Attributes:
        name: What the checkpoint is to be called.
        class_names: The classes in the order of its outputs; none to take the known order that fits best.
        scaling: What it was trained on; None to take the one that fits best.
        mean: Of a "custom" scaling, as ``NetworkSpec.mean``; likewise ``deviation``.
        size: Pixels of a side of its pictures, where the file leaves that open.
    """

    path: Path
    name: str
    class_names: tuple[str, ...] = ()
    scaling: Scaling | None = None
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    size: int | None = None


def parse_classes(text: str) -> tuple[str, ...]:
    """Class names from text: the name of a known order, or names separated by commas.

    Names of other projects become this one's (``happy`` is ``happiness``), so that checkpoints can be compared.

    "auto" is none: the known order that fits best.

    Raises:
        CheckpointError: There are fewer than two, one occurs twice, or one is no word.
    """
    if text.strip() == AUTO:
        return ()
    if text.strip() in KNOWN_ORDERS:
        return KNOWN_ORDERS[text.strip()]
    names = tuple(class_of(name) or name for name in (part.strip().lower() for part in text.split(",")))
    if len(names) < 2 or len(set(names)) != len(names) or not all(_is_word(name) for name in names):
        raise CheckpointError(
            "List each class once, in the order of the network's outputs and separated by commas, for example "
            "“anger, disgust, fear, happiness, sadness, surprise, neutral”; or choose a known order: "
            f"{', '.join(KNOWN_ORDERS)}.",
            is_hint=True,
        )
    return names


def import_checkpoint(
    file: ForeignFile, *, timeout: float = _TIMEOUT, converter: str = "fer_core.training.child.conversion"
) -> Checkpoint:
    """Check, open, try and convert a foreign network in a limited child and store the result.

    The child runs the converter module and is killed after ``timeout`` seconds.

    Raises:
        CheckpointError: The file is refused, with the reason; nothing was changed.
    """
    file = replace(file, name=checked_name(file.name, CheckpointError))
    known = _known_faces()
    try:
        with heavy_child_folder("fer-import-") as folder:
            answer = _ask_child(folder, file, known.faces, timeout, converter)
            card, result = _card(file, answer, known), folder / "result"
            return save_checkpoint(card, lambda target: _take(result, target))
    except OSError as error:
        raise CheckpointError(
            f"{file.path.name} could not be imported ({error.strerror or error}). Check the path and the free space."
        ) from error


def _ask_child(
    folder: Path, file: ForeignFile, faces: NDArray[np.uint8], timeout: float, converter: str
) -> ImportAnswer:
    shutil.copyfile(file.path, folder / "upload")
    np.save(folder / "faces.npy", faces, allow_pickle=False)
    order = ImportOrder(len(file.class_names), specs_to_try(file), file.size)
    write_record(folder / ORDER_FILE, order)
    run_limited(converter, folder, timeout=timeout)
    try:
        answer = _checked(read_record(folder / ANSWER_FILE, ImportAnswer), len(faces))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            "The file could not be read: the process that opened it ended, because memory ran out or the file is "
            "damaged. Save the model again, or import a smaller one."
        ) from error
    if answer.refused:
        raise CheckpointError(answer.refused)
    return answer


def _checked(answer: ImportAnswer, faces: int) -> ImportAnswer:
    """Check that the answer of a child that opened an unknown file is consistent."""
    lengths = {len(row) for row in answer.called}
    largest = max((called for row in answer.called for called in row), default=-1)
    fits = len(answer.specs) == len(answer.called) and lengths == {-(-faces // answer.every)}
    if not answer.refused and not (fits and largest < answer.outputs):
        raise ValueError("Expected one answer per face.")
    return answer


def specs_to_try(file: ForeignFile) -> tuple[NetworkSpec, ...]:
    """Return the scalings a network is tried with, each as a spec without other settings.

    Raises:
        CheckpointError: A scaling of one's own lacks its mean or its deviation, or has it without being asked for.
    """
    usual = tuple(NetworkSpec(scaling=scaling) for scaling in SCALINGS if scaling != "custom")
    if file.scaling != "custom" and not (file.mean or file.deviation):
        return usual
    try:
        own = NetworkSpec(channels=3, scaling="custom", mean=file.mean, deviation=file.deviation)
    except ValueError as error:
        raise CheckpointError(
            "Custom scaling needs a mean and a standard deviation above 0, of values 0 to 1: one number or one per "
            "channel, such as 0.5 and 0.5.",
            is_hint=True,
        ) from error
    return (own, *usual)


def _take(result: Path, target: Path) -> None:
    for path in sorted(result.glob("model.*")):
        shutil.copyfile(path, target / path.name)


class _KnownFaces(NamedTuple):
    """Faces whose labels are known, ``(n, 48, 48)`` uint8, and the name of the dataset they are of."""

    faces: NDArray[np.uint8]
    labels: tuple[str, ...]
    dataset: str


def _known_faces() -> _KnownFaces:
    """As many faces of each class as there are: imported validation faces, or drawn ones."""
    imported = next((card.name for card in list_datasets() if not card.is_drawn), None)
    records = load_records(imported or DEMO)
    dataset = label_records(records, records.schemes[0], ["validation"])
    each = -(-_KNOWN_FACES // len(dataset.class_names))
    chosen = [np.flatnonzero(dataset.labels == label)[:each] for label in range(len(dataset.class_names))]
    known = dataset.take(np.concatenate(chosen))
    return _KnownFaces(known.images, tuple(dataset.class_names[label] for label in known.labels), imported or DEMO)


def _card(file: ForeignFile, answer: ImportAnswer, known: _KnownFaces) -> ModelCard:
    called = {spec: np.array(row, np.int64) for spec, row in zip(answer.specs, answer.called, strict=True)}
    labels = known.labels[:: answer.every]
    readings = tried_readings(called, labels, file.class_names, answer.outputs)
    chosen = best_reading([r for r in readings if _was_asked_for(file, r)])
    notes = [
        f"Tried on {len(labels)} labeled validation faces of “{known.dataset}”, balanced by class: accuracy about "
        f"{percent(chosen.accuracy)}.",
        *_NOTES[chosen.spec.output],
        *([_UNFIT] if readings[0].accuracy < _POOR / answer.outputs else []),
    ]
    libraries = _LIBRARIES[chosen.spec.runtime]
    card = ModelCard(
        name=free_name(file.name),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        class_names=chosen.class_names,
        input="",
        config={"scheme": "majority-7"},
        weights=answer.weights,
        dataset="",
        dataset_fingerprint="",
        label_file="",
        label_file_sha256="",
        counts={},
        last=UNKNOWN_SCORES,
        best=UNKNOWN_SCORES,
        precision="float32",
        seconds=0.0,
        hardware="",
        versions={"python": platform.python_version()} | {name: version(name) for name in libraries},
        command=f"python -m fer_core import-checkpoint {file.path.name} --classes {','.join(chosen.class_names)} "
        f"{chosen.spec.options}",
        limits=_LIMITS,
        origin="imported",
        notes=tuple(notes),
        readings=readings,
    )
    return with_reading(card, chosen)


def _was_asked_for(file: ForeignFile, reading: Reading) -> bool:
    return (not file.class_names or reading.class_names == file.class_names) and (
        file.scaling is None or reading.spec.scaling == file.scaling
    )


def _is_word(name: str) -> bool:
    return 0 < len(name) <= 40 and name.replace("-", "").replace("_", "").replace(" ", "").isalnum()
