"""The published FER+ rules: from ten votes to a majority label or a distribution.

Source: E. Barsoum et al., "Training deep networks for facial expression recognition with crowd-sourced label
distribution", ICMI 2016, and the authors' ``ferplus.py``.
"""

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, VOTE_COLUMNS

_EMOTIONS = len(EMOTIONS)
_MOST_CLASSES = 3
_VOTERS = 10
_COVERED = 0.75


def incomplete_votes(votes: NDArray[np.uint8]) -> str:
    """Say how many rows have fewer than ten votes, of ``(n, 10)``; "" where none has, as in FER+ all rows but one."""
    total = votes.sum(axis=1)
    few, none = int((total < _VOTERS).sum()), int((total == 0).sum())
    if not few:
        return ""
    rows = "1 row has" if few == 1 else f"{few:,} rows have"
    empty = f", {none:,} of them none at all" if none else ""
    return (
        f"{rows} fewer than ten votes{empty}. They are stored unchanged; label rules leave out rows without agreement. "
        "FER+ itself has one such row; more mean that the file was modified."
    )


def without_outliers(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Set single votes to zero, in all ten columns, as the authors do: ``(n, 10)`` int64, none of them 1."""
    if votes.ndim != 2 or votes.shape[1] != len(VOTE_COLUMNS):
        raise ValueError(f"Expected votes of shape (n, 10). Received {votes.shape}.")
    return np.where(votes <= 1, 0, votes).astype(np.int64)


def majority(votes: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Keep rows of which more than half of the remaining votes agree on one of the eight emotions.

    "unknown" and "NF" count against the majority and never win it.

    Returns:
        ``keep`` (n,) bool and ``labels`` (n,) int64, indices into ``EMOTIONS``, meaningful where ``keep`` holds.
    """
    clean = without_outliers(votes)
    top = clean.argmax(axis=1)
    count = np.take_along_axis(clean, top[:, None], axis=1)[:, 0]
    keep = (2 * count > clean.sum(axis=1)) & (top < _EMOTIONS)
    return keep, np.where(top < _EMOTIONS, top, 0)


def vote_distribution(votes: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """The official distribution ("probability") rule.

    Classes are added from the top, tied ones together, until three quarters of the remaining votes are covered or three
    classes are in, stopping at "unknown" or "NF". Rows are dropped that keep half of their votes or less, that would
    need more than three classes, or that "unknown" or "NF" lead.

    Returns:
        ``keep`` (n,) bool and ``shares`` (n, 8) float64 over ``EMOTIONS``, rows summing to one where ``keep`` holds.
    """
    clean = without_outliers(votes)
    total = clean.sum(axis=1)
    above = clean[:, None, :] > clean[:, :, None]  # above[n, i, j]: in row n, class j has more votes than class i
    covered_above = np.einsum("nij,nj->ni", above, clean)
    taken = (clean > 0) & (covered_above < _COVERED * total[:, None]) & (above.sum(axis=2) < _MOST_CLASSES)
    taken &= ~above[:, :, _EMOTIONS:].any(axis=2)
    taken[:, _EMOTIONS:] = False
    kept = np.where(taken, clean, 0)[:, :_EMOTIONS]
    kept_sum = kept.sum(axis=1)
    keep = (2 * kept_sum > total) & (taken.sum(axis=1) <= _MOST_CLASSES)
    return keep, kept / np.maximum(kept_sum, 1)[:, None]
