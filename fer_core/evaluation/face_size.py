"""How large the face in each picture is, as the detector sees it."""

import contextlib
import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset, fingerprint_of
from fer_core.faces.detection import Detector, FaceDetector
from fer_core.faces.images import IMAGE_SIZE
from fer_core.storage.files import cache_folder

_ENLARGED, _BORDER = 4, 0.5  # the detector wants larger faces with something around them


def face_sizes(
    dataset: FerDataset,
    *,
    detector: Detector | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> NDArray[np.float64]:
    """The side of the detector's box in each picture; kept on disk, since it takes some milliseconds a picture.

    Args:
        dataset: Labelled images.
        detector: Finds the faces; by default the one for webcams.
        progress: Told the share of the pictures that were looked at.

    Returns:
        ``(n,)`` in pixels of the picture, whose side is 48; 0 where the detector finds no face.
    """
    path = _path(dataset)
    with contextlib.suppress(OSError, ValueError, EOFError):
        kept = np.load(path, allow_pickle=False)
        if kept.shape == (len(dataset),) and kept.dtype == np.float64:
            return np.asarray(kept)
    detector = detector or FaceDetector()
    sizes = np.zeros(len(dataset))
    for index, image in enumerate(dataset.images):
        sizes[index] = _size(detector, image)
        if index % 100 == 0:
            progress(index / len(dataset))
    _keep(path, sizes)
    return sizes


def are_kept(dataset: FerDataset) -> bool:
    """Whether the sizes are known already."""
    return _path(dataset).exists()


def _size(detector: Detector, image: NDArray[np.uint8]) -> float:
    border = round(_BORDER * IMAGE_SIZE)
    framed = cv2.copyMakeBorder(image, border, border, border, border, cv2.BORDER_CONSTANT)
    large = cv2.resize(framed, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    faces = detector.detect(np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2RGB), np.uint8))
    sides = [(face.width * face.height) ** 0.5 for face in faces]
    return max(sides, default=0.0) / _ENLARGED


def _path(dataset: FerDataset) -> Path:
    key = f"{dataset.fingerprint} {fingerprint_of(dataset.rows)} 1"
    return cache_folder() / "faces" / f"{hashlib.sha256(key.encode()).hexdigest()}.npy"


def _keep(path: Path, sizes: NDArray[np.float64]) -> None:
    scratch = path.with_name(f".{uuid.uuid4().hex}.npy")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(scratch, sizes, allow_pickle=False)
        scratch.replace(path)
