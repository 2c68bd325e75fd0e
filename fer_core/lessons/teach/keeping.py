"""What stays of a lesson: a head as a checkpoint, and examples as a dataset or as a file of pictures."""

import io
import platform
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.card import UNKNOWN_SCORES, Calibration, ModelCard
from fer_core.checkpoints.checkpoint import (
    KERAS_FILE,
    LITERT_FILE,
    Checkpoint,
    free_name,
    save_checkpoint,
    verified_bytes,
)
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.spec import NetworkSpec
from fer_core.datasets.cards import DatasetCard, check_name, keep_records, stored_cards
from fer_core.datasets.dataset import FaceRecords, fingerprint_of
from fer_core.datasets.splits import DEFAULT_SPLITS
from fer_core.errors import CheckpointError, TeachError
from fer_core.evaluation.calibration import NOT_SURE_BELOW
from fer_core.faces.images import encode_png
from fer_core.labels import OWN_LABELS, SPLITS, VOTE_COLUMNS, class_of, majority_scheme
from fer_core.lessons.teach.examples import Examples
from fer_core.lessons.teach.head import HEAD_TITLES
from fer_core.lessons.teach.teaching import FeatureStore, Taught
from fer_core.storage.files import checked_name, read_json
from fer_core.storage.plaintext import interval_text, percent
from fer_core.storage.sandbox import heavy_child_folder, run_limited

MOST_APART = 1e-4
"""How far a saved checkpoint's probabilities may be from the page's."""

_SECONDS = 300.0
_CHECKED = 64  # examples on which both are compared
_LIMITS = (
    "Names which of its few classes a face seems to show, trained on a handful of examples. It may fail on faces "
    "unlike these, and does not know what a person feels. Not for decisions about people."
)


def save_as_checkpoint(store: FeatureStore, taught: Taught, examples: Examples, name: str) -> Checkpoint:
    """Put a head on its base in a limited child and store the whole as a checkpoint.

    Raises:
        TeachError: The head was taught on another network.
        CheckpointError: The name is not allowed, the base has no Keras file, the result answers otherwise than the
            head, or it could not be stored; nothing was changed.
    """
    name = checked_name(name, CheckpointError)
    taught.head.check_fits(store.checkpoint)
    if KERAS_FILE not in store.checkpoint.card.files:
        raise CheckpointError(
            f"“{store.checkpoint.name}” has no Keras file, which saving as a checkpoint needs. Download the head, or "
            "choose another base."
        )
    images = examples.images[np.linspace(0, len(examples) - 1, min(len(examples), _CHECKED)).astype(int)]
    try:
        with heavy_child_folder("fer-teach-") as folder:
            (folder / "base.keras").write_bytes(verified_bytes(store.checkpoint, KERAS_FILE))
            np.savez(folder / "head.npz", weights=taught.head.weights, bias=taught.head.bias)
            weights, result = _composed(folder), folder / "result"
            _check_equal(store, taught, (result / LITERT_FILE).read_bytes(), images)
            card = _card(store.checkpoint, taught, free_name(name), weights)
            return save_checkpoint(card, lambda target: shutil.copytree(result, target, dirs_exist_ok=True))
    except OSError as error:
        raise CheckpointError(
            f"The checkpoint could not be saved ({error.strerror or error}). Check the free space, and try again."
        ) from error


def _composed(folder: Path) -> int:
    """Have a limited child make the checkpoint's files in ``result``; return how many weights it has."""
    run_limited("fer_core.training.network.taught", folder, timeout=_SECONDS)
    try:
        answer = read_json(folder / "answer.json")
    except (OSError, ValueError) as error:
        raise CheckpointError(
            "The process that saves the checkpoint ended. Free some memory, and try again."
        ) from error
    if "refused" in answer:
        raise CheckpointError(str(answer["refused"]))
    return int(answer["weights"])


def _check_equal(store: FeatureStore, taught: Taught, model: bytes, images: NDArray[np.uint8]) -> None:
    """Refuse a network that answers otherwise than the head does on this page."""
    base, head = store.checkpoint.card, taught.head
    made = Classifier(
        model,
        head.class_names,
        preprocessing=base.preprocessing,
        spec=_spec(base),
        isolated=base.is_isolated,
    )
    if np.abs(made.predict(images) - head.probabilities(store.of(images))).max() > MOST_APART:
        raise CheckpointError(
            f"On “{base.name}” the saved checkpoint answers differently from the head. Choose another base, or "
            "download the head."
        )


def _spec(base: ModelCard) -> NetworkSpec:
    """What the whole network expects: what its base does; its answers are a softmax's."""
    return replace(base.spec, output="softmax")


def _card(base: Checkpoint, taught: Taught, name: str, weights: int) -> ModelCard:
    head, card = taught.head, base.card
    return ModelCard(
        name=name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        class_names=head.class_names,
        input=card.input,
        config={
            "scheme": majority_scheme(head.class_names),
            "preprocessing": list(card.preprocessing.steps),
            "base": base.name,
            "head": head.kind,
        },
        weights=weights,
        dataset="",
        dataset_fingerprint="",
        label_file="",
        label_file_sha256="",
        counts={"train": sum(head.examples.values())},
        last=UNKNOWN_SCORES,
        best=UNKNOWN_SCORES,
        precision="float32",
        seconds=0.0,
        hardware="",
        versions={"python": platform.python_version()}
        | {package: version(package) for package in ("scikit-learn", "tensorflow", "keras")},
        command=f"python -m fer_core teach --examples FOLDER --base {base.name} --head {head.kind} --name {name}",
        limits=_LIMITS,
        provenance={"base": base.name, "base_sha256": head.base_sha256, "is_isolated": card.is_isolated},
        origin="taught",
        notes=tuple(_notes(base, taught)),
        spec=_spec(card),
        calibration=Calibration(not_sure_below=NOT_SURE_BELOW),
    )


def _notes(base: Checkpoint, taught: Taught) -> Iterator[str]:
    head = taught.head
    each = ", ".join(f"{number:,} {class_}" for class_, number in head.examples.items())
    yield (
        f"{HEAD_TITLES[head.kind]} on the features of “{base.name}”, taught with {sum(head.examples.values()):,} "
        f"examples from {head.recordings:,} recordings: {each}."
    )
    if taught.held_out:
        yield (
            f"Held-out accuracy on other recordings: {percent(taught.held_out.accuracy)} "
            f"(95% CI {interval_text(*taught.interval, digits=0)}). Expect less on other people."
        )


def pack_examples(examples: Examples) -> bytes:
    """Return a ZIP file with a folder for each class and a folder in it for what belongs together, as PNG pictures.

    ``python -m fer_core teach`` takes it unpacked.
    """
    content, names = io.BytesIO(), np.repeat(examples.class_names, [len(one) for one in examples.classes])
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as file:
        for number, (name, group, image) in enumerate(zip(names, examples.groups, examples.images, strict=True)):
            file.writestr(f"{_file_name(str(name))}/{group:04d}/{number:05d}.png", encode_png(image))
    return content.getvalue()


def _file_name(name: str) -> str:
    return re.sub(r"[^\w -]", "_", name)


def save_as_dataset(examples: Examples, name: str) -> DatasetCard:
    """Store the examples as a dataset with own labels; what belongs together stays in one split.

    Class votes are stored too where every example has some.

    Raises:
        TeachError: A class is none of the eight emotions, which are what datasets know.
        DatasetError: The name is not allowed or taken, or the disk is full.
    """
    name = check_name(name)
    strange = [one for one in examples.class_names if class_of(one.lower()) not in OWN_LABELS]
    if strange:
        raise TeachError(
            f"A dataset allows the eight emotions only, not “{strange[0]}”. Rename the class, or download the "
            "pictures.",
            is_hint=True,
        )
    if any(card.name == name for card in stored_cards()):
        raise TeachError(f"There is already a dataset “{name}”. Choose another name.", is_hint=True)
    emotion = np.array([OWN_LABELS.index(class_of(one.lower())) for one in examples.class_names], np.uint8)
    arrays = {
        "images": examples.images,
        "emotion": emotion[examples.labels],
        "split": _splits(examples),
        "votes": _votes(examples),
    }
    records = FaceRecords(**arrays, fingerprint=fingerprint_of(*arrays.values()))
    return keep_records(
        records,
        name=name,
        source="examples of Teach it",
        images_file="",
        votes_file="class votes" if records.has_votes else "",
        images_sha256=records.fingerprint,
        votes_sha256="",
        images_path="",
        votes_path="",
        kind="pictures",
        mapping={one: class_of(one.lower()) for one in examples.class_names},
        splits="by recording",
    )


def _splits(examples: Examples) -> NDArray[np.uint8]:
    """Whole groups by lot into training, validation and test."""
    _, group = np.unique(examples.groups, return_inverse=True)
    shares = 1 - DEFAULT_SPLITS.validation - DEFAULT_SPLITS.test, DEFAULT_SPLITS.validation, DEFAULT_SPLITS.test
    lots = np.random.default_rng(0).permutation(group.max() + 1) / (group.max() + 1)
    split = np.searchsorted(np.cumsum(shares)[:-1], lots, side="right").astype(np.uint8)
    return np.asarray(split[group].clip(max=len(SPLITS) - 1), np.uint8)


def _votes(examples: Examples) -> NDArray[np.uint8]:
    votes = [recording.votes for recording in examples.recordings]
    is_complete = all(len(own) == len(one) for own, one in zip(votes, examples.recordings, strict=True))
    return np.concatenate(votes) if is_complete else np.zeros((0, len(VOTE_COLUMNS)), np.uint8)
