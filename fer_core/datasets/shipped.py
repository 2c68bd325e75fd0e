"""FER+ without its pictures: what Microsoft publishes of it ships with the app, the pictures are Kaggle's.

``ferplus/votes.npz`` holds each row's split and votes, and which pictures are copies of others. Records made of it have
no pictures and no labels of FER2013; all else about them is as if both files had been imported.
"""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.cards import DatasetCard
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.titles import FERPLUS, FERPLUS_VOTES, ferplus_fingerprint


@functools.cache
def ferplus_records() -> FaceRecords:
    """Read the splits and votes of FER+; the fingerprint is that of the records with pictures."""
    with np.load(FERPLUS_VOTES, allow_pickle=False) as stored:
        return FaceRecords(
            images=np.zeros((0, 48, 48), np.uint8),
            emotion=np.zeros(0, np.uint8),
            split=stored["split"],
            votes=stored["votes"].T,
            fingerprint=ferplus_fingerprint(),
        )


@functools.cache
def ferplus_copies() -> NDArray[np.int64]:
    """Return for each row ``(35887,)`` the first row that has the very same picture, mostly itself."""
    with np.load(FERPLUS_VOTES, allow_pickle=False) as stored:
        copies = np.arange(len(stored["split"]))
        copies[stored["copies"][:, 0]] = stored["copies"][:, 1]
    return copies


@functools.cache
def ferplus_card() -> DatasetCard:
    """Return the card of FER+ without its pictures."""
    records = ferplus_records()
    return DatasetCard(
        name=FERPLUS,
        source="ships with the app",
        images_file="",
        votes_file="fer2013new.csv",
        images_sha256="",
        votes_sha256="",
        images_path="",
        votes_path="",
        fingerprint=records.fingerprint,
        sizes=records.split_sizes(),
        created_at="",
        arrays={},
        kind="votes",
    )


def is_ferplus(card: DatasetCard) -> bool:
    """Return whether a dataset is FER+, with or without its pictures, under whatever name."""
    return card.fingerprint == ferplus_fingerprint()


def write_votes(records: FaceRecords, path: Path) -> None:
    """Write what ships of FER+, from the records of both imported files."""
    first: dict[bytes, int] = {}
    copies = np.array([first.setdefault(image.tobytes(), row) for row, image in enumerate(records.images)])
    rows = np.flatnonzero(copies != np.arange(len(copies)))
    np.savez_compressed(
        path,
        split=records.split,
        votes=np.ascontiguousarray(records.votes.T),  # answer by answer it takes less room
        copies=np.stack([rows, copies[rows]], axis=1).astype(np.uint16),
        fingerprint=np.array(records.fingerprint),
    )
