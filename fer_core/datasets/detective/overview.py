"""Looking at many images at once: the mean face of each class, and a map on which alike images lie together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.summary import LabelOutcomes

_WIDE = 600  # numbers per image from which a randomized search for the axes is quicker


@dataclass(frozen=True, eq=False)
class ImageMap:
    """Images as points of a plane.

    Attributes:
        xy: ``(n, 2)`` float32 coordinates, the first axis the one along which the images differ most.
        shares: The part of all differences that each axis shows, 0 to 1.
    """

    rows: NDArray[np.int64]
    xy: NDArray[np.float32]
    shares: tuple[float, float]


def mean_faces(
    images: NDArray[np.uint8], outcomes: LabelOutcomes, splits: Sequence[str]
) -> dict[str, NDArray[np.uint8]]:
    """The mean of all images of each class in some splits, ``(48, 48)``; classes without images are missing."""
    found = {name: outcomes.rows(splits, [name]) for name in outcomes.class_names}
    return {
        name: images[rows].mean(axis=0, dtype=np.float32).round().astype(np.uint8)
        for name, rows in found.items()
        if len(rows)
    }


def sample_rows(rows: NDArray[np.int64], labels: NDArray[np.int64], count: int, seed: int = 0) -> NDArray[np.int64]:
    """Some rows of each class, the same number where there are enough; the same seed always takes the same."""
    if len(rows) <= count:
        return np.sort(rows)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(rows))
    classes = labels[order]
    # The k-th row of its class comes before the (k+1)-th of any: all classes grow together until there are enough.
    rank = np.empty(len(rows), np.int64)
    for label in np.unique(classes):
        members = np.flatnonzero(classes == label)
        rank[members] = np.arange(len(members))
    return np.sort(rows[order[np.argsort(rank, kind="stable")[:count]]])


def map_images(rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> ImageMap:
    """Place images so that the two main directions of their differences become the axes (PCA of ``(n, d)``)."""
    from sklearn.decomposition import PCA  # noqa: PLC0415 (takes a second, and pages should open before)

    if len(rows) < 3 or vectors.shape[1] < 2:
        raise ValueError("Expected at least three images and two numbers for each.")
    solver = "covariance_eigh" if vectors.shape[1] < _WIDE else "randomized"
    fitted = PCA(n_components=2, svd_solver=solver, random_state=0)
    xy = fitted.fit_transform(vectors)
    shares = np.nan_to_num(fitted.explained_variance_ratio_)
    return ImageMap(rows, xy.astype(np.float32), (float(shares[0]), float(shares[1])))


def pixel_vectors(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """``(n, 2304)`` pixels with each image's brightness and contrast taken out, so that they do not rule the map."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(flat.std(axis=1, keepdims=True), 1), np.float32)
