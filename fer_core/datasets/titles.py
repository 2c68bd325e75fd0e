"""What people read of a dataset; light, because every checkpoint's card asks for it."""

import functools
from pathlib import Path

import numpy as np

FERPLUS = "FER+"
"""Name of the dataset that ships; no imported one can be called so."""

IMPORTED_FERPLUS = "ferplus"
"""What imported FER+ is called unless a person names it otherwise."""

FERPLUS_VOTES = Path(__file__).parent / "ferplus" / "votes.npz"


@functools.cache
def ferplus_fingerprint() -> str:
    """Return SHA-256 of the records of FER+ with its pictures."""
    with np.load(FERPLUS_VOTES, allow_pickle=False) as stored:
        return str(stored["fingerprint"])


def dataset_in_words(name: str, fingerprint: str) -> str:
    """What people read of the dataset of a card: FER+, whatever it was imported as, or its name in quotes."""
    return FERPLUS if fingerprint == ferplus_fingerprint() else f"“{name}”"
