"""Accuracy by subgroup: by how many people agreed, by brightness, by contrast and by the size of the face."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset, fingerprint_of
from fer_core.evaluation.cache import array_path, cached_array
from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.report import EvaluationReport
from fer_core.faces.crops import IMAGE_SIZE
from fer_core.faces.detection import Detector, FaceDetector
from fer_core.labels import EMOTIONS

_BUCKETS = 5
_ENLARGED, _BORDER = 4, 0.5  # the detector wants larger faces with something around them


def agreement(dataset: FerDataset) -> NDArray[np.float64]:
    """Return ``(n,)`` the share of all votes that went to each image's label; 0 where that is no emotion of FER+."""
    votes = np.asarray(dataset.votes, np.float64)
    columns = np.array([EMOTIONS.index(name) if name in EMOTIONS else -1 for name in dataset.class_names])
    chosen = columns[dataset.labels]
    shares = votes[np.arange(len(votes)), np.maximum(chosen, 0)] / np.maximum(votes.sum(axis=1), 1)
    return np.where(chosen >= 0, shares, 0.0)


def random_tagger(dataset: FerDataset) -> float:
    """Return how often the vote of one person, drawn at random, is the label that all gave together, 0 to 1."""
    return float(agreement(dataset).mean())


def accuracy_by_agreement(report: EvaluationReport, dataset: FerDataset) -> pd.DataFrame:
    """Return the accuracy among images on which equally many people agreed, as :func:`accuracy_by_bucket` does.

    Buckets are named "8 of 10", and ``tagger`` is what a random person scores.
    """
    shares = agreement(dataset)
    tenths = np.round(10 * shares).astype(int)
    groups = [(votes, tenths == votes) for votes in np.unique(tenths)]
    table = _accuracies(report, [(f"{votes} of 10", chosen) for votes, chosen in groups])
    return table.assign(tagger=[float(shares[chosen].mean()) for _, chosen in groups])


def accuracy_by_bucket(
    report: EvaluationReport, values: NDArray[np.float64], *, unit: str = "", known: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Return the accuracy among the images in each fifth of a quantity, whose unit is written behind its ends.

    Images of which the quantity is not ``known`` are a bucket of their own, "none found".

    Returns:
        ``bucket`` in words, ``accuracy`` with ``low`` and ``high``, and ``n``, from the smallest values to the largest.
    """
    known = np.ones(len(values), bool) if known is None else known
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _BUCKETS + 1))) if known.any() else np.zeros(0)
    groups = []
    for number, (low, high) in enumerate(pairwise(edges)):
        last = number == len(edges) - 2
        chosen = known & (values >= low) & ((values <= high) if last else (values < high))
        groups.append((f"{low:.0f} to {high:.0f}{unit}", chosen))
    if len(edges) == 1:
        groups.append((f"{edges[0]:.0f}{unit}", known))
    if not known.all():
        groups.append(("none found", ~known))
    return _accuracies(report, groups)


def _accuracies(report: EvaluationReport, groups: list[tuple[str, NDArray[np.bool_]]]) -> pd.DataFrame:
    lines = []
    for name, chosen in groups:
        n, hits = int(chosen.sum()), int(report.is_right[chosen].sum())
        lines.append((name, hits / max(n, 1), *wilson(hits, n), n))
    return pd.DataFrame(lines, columns=["bucket", "accuracy", "low", "high", "n"])


def brightness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return ``(n,)`` the mean gray value of each picture, 0 to 255."""
    return np.asarray(images.mean(axis=(1, 2), dtype=np.float64))


def contrast(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return ``(n,)`` the standard deviation of each picture's gray values, 0 to 128."""
    return np.asarray(images.std(axis=(1, 2), dtype=np.float64))


def face_sizes(
    dataset: FerDataset, *, detector: Detector | None = None, progress: Callable[[float], object] = lambda share: None
) -> NDArray[np.float64]:
    """Return ``(n,)`` the side of the detector's box, in pixels of the picture; 0 where no face is found.

    The sizes are cached on disk. Progress is called with the share of the pictures done.
    """

    def measured() -> NDArray[np.float64]:
        finder, sizes = detector or FaceDetector(), np.zeros(len(dataset))
        for index, image in enumerate(dataset.images):
            sizes[index] = _face_size(finder, image)
            if index % 100 == 0:
                progress(index / len(dataset))
        return sizes

    return cached_array(_face_sizes_path(dataset), (len(dataset),), np.float64, measured)


def are_face_sizes_kept(dataset: FerDataset) -> bool:
    """Return whether the sizes are cached."""
    return _face_sizes_path(dataset).exists()


def _face_size(detector: Detector, image: NDArray[np.uint8]) -> float:
    border = round(_BORDER * IMAGE_SIZE)
    framed = cv2.copyMakeBorder(image, border, border, border, border, cv2.BORDER_CONSTANT)
    large = cv2.resize(framed, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    faces = detector.detect(np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2RGB), np.uint8))
    return max(((face.width * face.height) ** 0.5 for face in faces), default=0.0) / _ENLARGED


def _face_sizes_path(dataset: FerDataset) -> Path:
    return array_path("faces", f"{dataset.fingerprint} {fingerprint_of(dataset.rows)} 1")
