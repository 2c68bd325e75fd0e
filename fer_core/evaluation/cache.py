"""Predictions kept on disk: a checkpoint classifies the same faces once."""

import contextlib
import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import LITERT_FILE, Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FerDataset, fingerprint_of
from fer_core.storage.files import cache_folder

_KEPT = 2000  # files of about 90 KB; the oldest go first


def raw_probabilities(
    checkpoint: Checkpoint,
    dataset: FerDataset,
    *,
    variant: str = "",
    images: Callable[[], NDArray[np.uint8]] | None = None,
    classifier: Callable[[], Classifier] | None = None,
) -> NDArray[np.float32]:
    """The network's own probabilities, before calibration, of every image of a dataset.

    They are kept under the content of the network's file and the dataset's fingerprint and rows, so a new network, a
    new import or other rows are classified anew, and a new temperature or other labels are not.

    Args:
        checkpoint: The checkpoint.
        dataset: Labelled images.
        variant: What was done to the images, in a word; "" for nothing.
        images: Makes the images of the variant, when they are needed; by default the dataset's.
        classifier: Opens the network, when it is needed; by default the checkpoint's file.

    Returns:
        ``(n, classes)`` float32.

    Raises:
        CheckpointError: The network's file is missing or damaged.
    """
    path = _path(checkpoint, dataset, variant)
    shape = len(dataset), len(checkpoint.card.class_names)
    kept = _read(path, shape)
    if kept is not None:
        return kept
    network = classifier() if classifier else checkpoint.open_classifier(threads=2)
    probabilities = network.predict_raw(images() if images else dataset.images)
    _write(path, probabilities)
    return probabilities


def is_kept(checkpoint: Checkpoint, dataset: FerDataset, variant: str = "") -> bool:
    """Whether predictions are there already, so that asking for them costs nothing."""
    return _path(checkpoint, dataset, variant).exists()


def _path(checkpoint: Checkpoint, dataset: FerDataset, variant: str) -> Path:
    parts = [checkpoint.card.files.get(LITERT_FILE, ""), dataset.fingerprint, fingerprint_of(dataset.rows), variant]
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return cache_folder() / "predictions" / f"{name}.npy"


def _read(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """What is kept, or None when it is not there or not whole."""
    try:
        kept = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = isinstance(kept, np.ndarray) and kept.shape == shape and kept.dtype == np.float32
    return kept if whole and bool(np.isfinite(kept).all()) else None


def _write(path: Path, probabilities: NDArray[np.float32]) -> None:
    """Keeps them if the disk allows: nothing depends on it."""
    scratch = path.with_name(f".{uuid.uuid4().hex}.npy")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            np.save(scratch, probabilities, allow_pickle=False)
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
        _prune(path.parent)


def _prune(folder: Path) -> None:
    files = list(folder.glob("[!.]*.npy"))
    if len(files) > _KEPT:
        for old in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) - _KEPT]:
            old.unlink(missing_ok=True)
