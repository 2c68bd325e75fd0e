"""Small datasets with votes."""

import numpy as np

from fer_core.datasets.dataset import FerDataset
from fer_core.labels import VOTE_COLUMNS

NAMES = ("neutral", "happiness", "surprise", "sadness")


def faces(votes, labels):
    votes = np.array(votes, np.uint8)
    n = len(votes)
    return FerDataset(
        images=np.zeros((n, 48, 48), np.uint8),
        labels=np.array(labels, np.int64),
        targets=np.eye(len(NAMES), dtype=np.float32)[labels],
        votes=votes,
        split=np.full(n, 2, np.uint8),
        rows=np.arange(n),
        class_names=NAMES,
        scheme="majority-7",
        fingerprint="f" * 64,
    )


def vote(**counts):
    return [counts.get(name, 0) for name in VOTE_COLUMNS]
