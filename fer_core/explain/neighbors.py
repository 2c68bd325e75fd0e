"""The training faces most similar to a face, by the features before the output layer."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.features import Features
from fer_core.errors import CheckpointError
from fer_core.storage.files import cache_folder, storage_remedy
from fer_core.storage.folders import new_folder

_FILE = "features.npy"
_CHUNK = 1024


def nearest(features: NDArray[np.float32], all_features: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The places of the ``k`` faces most alike, the most alike first, by the cosine of their features.

    The face's features are ``(d,)``, all others' ``(n, d)``.
    """
    lengths = np.linalg.norm(all_features, axis=1) * np.linalg.norm(features)
    return np.argsort(-(all_features @ features) / np.maximum(lengths, 1e-12), kind="stable")[:k]


def look_at_all(
    checkpoint: Checkpoint, images: NDArray[np.uint8], *, progress: Callable[[float], object]
) -> NDArray[np.float32]:
    """The ``(n, d)`` features of many ``(n, 48, 48)`` uint8 faces; ``progress`` is called with the share that is done.

    Raises:
        CheckpointError: The checkpoint's file is missing or damaged.
    """
    chunks, network = [], Features(checkpoint)
    for start in range(0, len(images), _CHUNK):
        chunks.append(network.of(images[start : start + _CHUNK]))
        progress(min(1.0, (start + _CHUNK) / len(images)))
    return np.concatenate(chunks)


def stored_features(checkpoint: Checkpoint, fingerprint: str) -> NDArray[np.float32] | None:
    """Features that :func:`store_features` kept for a network and the fingerprint of the faces, or None."""
    try:
        return np.asarray(np.load(_folder(checkpoint, fingerprint) / _FILE, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError):
        return None


def store_features(checkpoint: Checkpoint, fingerprint: str, features: NDArray[np.float32]) -> None:
    """Keep features for the next time.

    Raises:
        CheckpointError: The disk is full or read-only.
    """
    try:
        with new_folder(_folder(checkpoint, fingerprint)) as folder:
            np.save(folder / _FILE, features, allow_pickle=False)
    except OSError as error:
        raise CheckpointError(
            f"The features of the faces could not be stored ({error.strerror or 'not all of it was written'}). "
            f"{storage_remedy(error, cache_folder(), features.nbytes)}"
        ) from error


def _folder(checkpoint: Checkpoint, fingerprint: str) -> Path:
    parts = [checkpoint.network_hash, str(checkpoint.card.preprocessing), fingerprint]
    return cache_folder() / "features" / hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
