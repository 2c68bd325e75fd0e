"""Arrays kept on disk by content, so that a checkpoint classifies the same faces once."""

import contextlib
import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fer_core.checkpoints.answers import rounded, stored_answers
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FerDataset, fingerprint_of
from fer_core.errors import EvaluationError
from fer_core.storage.files import cache_folder

_KEPT = 2000  # files of about 90 KB; the oldest are deleted first


def raw_probabilities(
    checkpoint: Checkpoint,
    dataset: FerDataset,
    *,
    variant: str = "",
    images: Callable[[], NDArray[np.uint8]] | None = None,
    classifier: Callable[[], Classifier] | None = None,
) -> NDArray[np.float32]:
    """Return the network's ``(n, classes)`` probabilities of a dataset's images, before calibration, :func:`rounded`.

    Answers that the checkpoint carries are taken first; with them the pictures need not be here. Others are cached by
    the content of the network's file and the dataset's fingerprint and rows, so a new network, a new import or other
    rows are classified anew; a new temperature or other labels are not. The variant names what was done to the images.
    Its images are made, and the classifier is opened, when they are needed.

    Raises:
        CheckpointError: If a file of the checkpoint is missing or damaged.
        EvaluationError: If the pictures are needed and not here.
    """
    answers = None if variant else stored_answers(checkpoint)
    if answers and answers.fingerprint == dataset.fingerprint:
        known = answers.to(dataset.rows)
        if known is not None:
            return known
    if not dataset.has_pictures:
        raise EvaluationError(
            f"“{checkpoint.name}” has no stored predictions for these faces, and their pictures are missing. Import "
            "FER2013 and the FER+ votes on the Dataset page, or choose another dataset."
        )

    def classified() -> NDArray[np.float32]:
        network = classifier() if classifier else checkpoint.open_classifier(threads=2)
        return rounded(network.predict_raw(images() if images else dataset.images))

    shape = len(dataset), len(checkpoint.card.class_names)
    return cached_array(_path(checkpoint, dataset, variant), shape, np.float32, classified)


def is_kept(checkpoint: Checkpoint, dataset: FerDataset, variant: str = "") -> bool:
    """Return whether the predictions are cached."""
    return _path(checkpoint, dataset, variant).exists()


def _path(checkpoint: Checkpoint, dataset: FerDataset, variant: str) -> Path:
    content = checkpoint.network_hash, dataset.fingerprint, fingerprint_of(dataset.rows), variant
    return array_path("predictions", "\n".join(content))


def array_path(kind: str, key: str) -> Path:
    """Return the file that caches an array of some kind under a key."""
    return cache_folder() / kind / f"{hashlib.sha256(key.encode()).hexdigest()}.npy"


def cached_array(path: Path, shape: tuple[int, ...], dtype: DTypeLike, compute: Callable[[], Any]) -> NDArray[Any]:
    """Return the array in a file, or compute and store it if the file is missing, damaged or of another shape."""
    with contextlib.suppress(OSError, ValueError, EOFError):
        kept = np.load(path, allow_pickle=False)
        if isinstance(kept, np.ndarray) and (kept.shape, kept.dtype) == (shape, dtype) and np.isfinite(kept).all():
            return kept
    computed = np.asarray(compute())
    _write(path, computed)
    return computed


def _write(path: Path, array: NDArray[Any]) -> None:
    """Store an array if the disk allows: nothing depends on it."""
    scratch = path.with_name(f".{uuid.uuid4().hex}.npy")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            np.save(scratch, array, allow_pickle=False)
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
        files = sorted(path.parent.glob("[!.]*.npy"), key=lambda file: file.stat().st_mtime)
        for old in files[:-_KEPT]:
            old.unlink(missing_ok=True)
