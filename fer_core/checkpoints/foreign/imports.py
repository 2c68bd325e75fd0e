"""Importing a checkpoint from elsewhere: the parent's side, which never opens the file."""

import platform
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from fer_core.checkpoints.card import UNKNOWN_SCORES, ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint, free_name, save_checkpoint
from fer_core.checkpoints.foreign import SCALING_TITLES, SCALINGS, Scaling
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import DEMO, list_datasets, load_records
from fer_core.errors import CheckpointError
from fer_core.labels import EMOTIONS, KNOWN_ORDERS, class_of
from fer_core.storage.files import cache_folder, checked_name, read_json, write_json
from fer_core.storage.plaintext import percent
from fer_core.storage.sandbox import run_limited

_TIMEOUT = 180.0
_KNOWN_FACES = 280
_SUSPICIOUS = 0.08
_LIMITS = (
    "Imported from a file of unknown provenance: who trained it, on which faces, with whose consent and how well is "
    "unknown. It says which expression a face seems to show, not what a person feels. Not for decisions about people."
)


@dataclass(frozen=True)
class ForeignFile:
    """A file from elsewhere and what its owner says of it: the checkpoint's name, the outputs in order, the scaling.

    Attributes:
        replaces: Whether it takes the place of the checkpoint of that name, if there is one.
    """

    path: Path
    name: str
    class_names: tuple[str, ...]
    scaling: Scaling
    replaces: bool = False


def parse_classes(text: str) -> tuple[str, ...]:
    """Class names from text: the name of a known order, or names separated by commas.

    Names of other projects become this one's (``happy`` is ``happiness``), so that checkpoints can be compared.

    Raises:
        CheckpointError: There are fewer than two, one occurs twice, or one is no word.
    """
    if text.strip() in KNOWN_ORDERS:
        return KNOWN_ORDERS[text.strip()]
    names = tuple(class_of(name) or name for name in (part.strip().lower() for part in text.split(",")))
    if len(names) < 2 or len(set(names)) != len(names) or not all(_is_word(name) for name in names):
        raise CheckpointError(
            "Name the classes in the order of the network's outputs, separated by commas and each once, for example "
            "“anger, disgust, fear, happiness, sadness, surprise, neutral”; or one of the known orders: "
            f"{', '.join(KNOWN_ORDERS)}.",
            is_hint=True,
        )
    return names


def import_checkpoint(
    file: ForeignFile, *, timeout: float = _TIMEOUT, converter: str = "fer_core.training.child.conversion"
) -> Checkpoint:
    """Checks, opens, tries and converts a foreign ``.keras`` file in a limited child and stores what comes of it.

    The child runs the converter module and is killed after ``timeout`` seconds.

    Raises:
        CheckpointError: The file is refused, with the reason; nothing was changed.
    """
    _check_ending(file.path)
    file = replace(file, name=checked_name(file.name, CheckpointError))
    faces, labels = _known_faces()
    folder = Path(tempfile.mkdtemp(prefix="fer-import-"))
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(cache_folder() / ".import.lock"):  # one at a time: each may need gigabytes
            answer = _ask_child(folder, file, faces, timeout, converter)
        card = _card(file, answer, labels)
        return save_checkpoint(card, lambda target: _take(folder / "result", target))
    except OSError as error:
        raise CheckpointError(
            f"{file.path.name} could not be imported ({error.strerror or error}). Check the path and the free space."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_ending(path: Path) -> None:
    """By the name alone: what the file holds, only the child looks at."""
    if path.suffix.lower() != ".keras" and path.suffix.lower() in (".h5", ".hdf5", ".pb", ".pkl", ".pickle", ".pt"):
        raise CheckpointError(
            f"{path.suffix} files are not opened here. Load the model where it was made and save it with "
            "model.save('model.keras') in Keras 3; for an .h5 file: python -c \"import keras; "
            "keras.models.load_model('model.h5', compile=False).save('model.keras')\""
        )


def _ask_child(
    folder: Path, file: ForeignFile, faces: NDArray[np.uint8], timeout: float, converter: str
) -> dict[str, Any]:
    shutil.copyfile(file.path, folder / "upload")
    np.save(folder / "faces.npy", faces, allow_pickle=False)
    write_json(folder / "order.json", {"class_names": file.class_names, "scaling": file.scaling})
    run_limited(converter, folder, timeout=timeout)
    try:
        answer = read_json(folder / "answer.json")
    except (OSError, ValueError) as error:
        raise CheckpointError(
            "This file could not be read: the process that opened it came to an end, for want of memory or because the "
            "file is damaged. Save the model again, or import a smaller one."
        ) from error
    if "refused" in answer:
        raise CheckpointError(str(answer["refused"]))
    return answer


def _take(result: Path, target: Path) -> None:
    for path in sorted(result.glob("model.*")):
        shutil.copyfile(path, target / path.name)


def _known_faces() -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Faces whose labels are known, as many of each class as there are: imported validation faces, or drawn ones."""
    imported = next((card.name for card in list_datasets() if not card.is_drawn), None)
    records = load_records(imported or DEMO)
    dataset = label_records(records, records.schemes[0], ["validation"])
    each = -(-_KNOWN_FACES // len(dataset.class_names))
    chosen = [np.flatnonzero(dataset.labels == label)[:each] for label in range(len(dataset.class_names))]
    known = dataset.take(np.concatenate(chosen))
    return known.images, tuple(dataset.class_names[label] for label in known.labels)


def _card(file: ForeignFile, answer: dict[str, Any], labels: Sequence[str]) -> ModelCard:
    height, width, channels = answer["input_shape"]
    inside = f"{height}x{width}" + (" RGB" if channels == 3 else " gray")
    known = [name for name in file.class_names if name in EMOTIONS]
    called = np.array(answer["called"], np.int64)
    notes, doubts, better = probe_notes(file, called, labels, makes_logits=answer["makes_logits"])
    return ModelCard(
        name=file.name if file.replaces else free_name(file.name),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        class_names=file.class_names,
        input=f"48x48 gray faces, raw values 0 to 255; inside they become {inside}, {SCALING_TITLES[file.scaling]}",
        config={"scheme": "majority-8" if "contempt" in known else "majority-7", "scaling": file.scaling},
        weights=int(answer["weights"]),
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
        versions={"python": platform.python_version()} | {n: version(n) for n in ("tensorflow", "keras")},
        command=f"python -m fer_core import-checkpoint {file.path.name} --classes {','.join(file.class_names)} "
        f"--scaling {file.scaling}",
        limits=_LIMITS,
        origin="imported",
        notes=notes,
        doubts=doubts,
        better_reading=better,
    )


def probe_notes(
    file: ForeignFile, called: NDArray[np.int64], labels: Sequence[str], *, makes_logits: bool
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """Return what trying the network on known faces tells.

    ``called`` is ``(scalings, n)``: which output was largest, under each scaling and for each face.

    Returns:
        All notes; those that warn of a wrong order or scaling; and what fits better, as ``ModelCard.better_reading``.
    """
    orders = {"the chosen order": file.class_names}
    orders |= {f"the order “{key}”": o for key, o in KNOWN_ORDERS.items() if len(o) == len(file.class_names)}
    scores = {
        (order, scaling): _share_right(called[number], names, labels)
        for order, names in orders.items()
        for number, scaling in enumerate(SCALINGS)
    }
    chosen = scores["the chosen order", file.scaling]
    notes = [f"On {len(labels)} known faces it was right for {percent(chosen)}, as many of each class as there are."]
    (order, scaling), best = max(scores.items(), key=lambda item: item[1])
    doubts, better = [], {}
    if best > chosen + _SUSPICIOUS:
        doubts.append(
            f"With {order} and the scaling {SCALING_TITLES[scaling]} it would have been right for {percent(best)}: "
            "perhaps it was trained with that."
        )
        better = {"classes": ",".join(orders[order]), "scaling": scaling}
    notes += doubts
    if makes_logits:
        notes.append("Its outputs were no probabilities; a softmax was added.")
    return tuple(notes), tuple(doubts), better


def _share_right(called: NDArray[np.int64], class_names: Sequence[str], labels: Sequence[str]) -> float:
    """Among the faces whose class the network has."""
    pairs = [(class_names[output], label) for output, label in zip(called, labels, strict=True) if label in class_names]
    return float(np.mean([name == label for name, label in pairs])) if pairs else 0.0


def _is_word(name: str) -> bool:
    return 0 < len(name) <= 40 and name.replace("-", "").replace("_", "").replace(" ", "").isalnum()
