"""Where accuracy comes from: how much people agreed, how bright the picture is, how large the face."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import EMOTIONS

LOW_AGREEMENT = 0.7
"""Below this share of the votes for the label, people did not agree well."""

_BUCKETS = 5


def agreement(dataset: FerDataset) -> NDArray[np.float64]:
    """Which share of all votes went to each image's label.

    Args:
        dataset: Labelled images with votes.

    Returns:
        ``(n,)``, 0 to 1; 0 where the label is no emotion of FER+.
    """
    votes = np.asarray(dataset.votes, np.float64)
    columns = np.array([EMOTIONS.index(name) if name in EMOTIONS else -1 for name in dataset.class_names])
    chosen = columns[dataset.labels]
    shares = votes[np.arange(len(votes)), np.maximum(chosen, 0)] / np.maximum(votes.sum(axis=1), 1)
    return np.where(chosen >= 0, shares, 0.0)


def random_tagger(dataset: FerDataset) -> float:
    """How often the vote of one of the people, drawn at random, is the label that all of them gave together."""
    return float(agreement(dataset).mean())


def accuracy_by_agreement(report: EvaluationReport, dataset: FerDataset) -> pd.DataFrame:
    """Accuracy among images on which equally many people agreed.

    Args:
        report: What a checkpoint said of the dataset.
        dataset: The images that were scored, with votes.

    Returns:
        As :func:`accuracy_by_bucket`; buckets are named "8 of 10", and ``tagger`` is what a random person scores.
    """
    shares = agreement(dataset)
    tenths = np.round(10 * shares).astype(int)
    lines = []
    for votes in np.unique(tenths):
        chosen = tenths == votes
        lines.append((f"{votes} of 10", *_accuracy(report, chosen), float(shares[chosen].mean())))
    return pd.DataFrame(lines, columns=["bucket", "accuracy", "low", "high", "n", "tagger"])


def accuracy_by_bucket(
    report: EvaluationReport, values: NDArray[np.float64], *, unit: str = "", known: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Accuracy among the images in each fifth of some quantity.

    Args:
        report: What a checkpoint said.
        values: ``(n,)`` the quantity of each image.
        unit: Written behind the ends of the buckets.
        known: ``(n,)`` for which images the quantity is known; the others are a bucket of their own, "none found".

    Returns:
        ``bucket`` in words, ``accuracy`` with ``low`` and ``high``, and ``n``, from the smallest values to the largest.
    """
    known = np.ones(len(values), bool) if known is None else known
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _BUCKETS + 1))) if known.any() else np.zeros(0)
    lines = []
    for number, (low, high) in enumerate(pairwise(edges)):
        last = number == len(edges) - 2
        chosen = known & (values >= low) & ((values <= high) if last else (values < high))
        lines.append((f"{low:.0f} to {high:.0f}{unit}", *_accuracy(report, chosen)))
    if len(edges) == 1:
        lines.append((f"{edges[0]:.0f}{unit}", *_accuracy(report, known)))
    if not known.all():
        lines.append(("none found", *_accuracy(report, ~known)))
    return pd.DataFrame(lines, columns=["bucket", "accuracy", "low", "high", "n"])


def brightness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """``(n,)`` mean grey value of each picture, 0 to 255."""
    return np.asarray(images.mean(axis=(1, 2), dtype=np.float64))


def contrast(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """``(n,)`` standard deviation of each picture's grey values, 0 to 128."""
    return np.asarray(images.std(axis=(1, 2), dtype=np.float64))


def _accuracy(report: EvaluationReport, chosen: NDArray[np.bool_]) -> tuple[float, float, float, int]:
    n, hits = int(chosen.sum()), int(report.is_right[chosen].sum())
    return (hits / max(n, 1), *wilson(hits, n), n)
