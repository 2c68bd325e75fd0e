"""Where the splits of a dataset of pictures come from: its folders, or a stratified draw with a seed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import DatasetError
from fer_core.labels import SPLITS
from fer_core.storage.plaintext import percent

SPLIT_WORDS = {
    "train": ("train", "training", "trainset", "training set"),
    "validation": ("validation", "valid", "val", "dev", "public test", "publictest"),
    "test": ("test", "testing", "testset", "test set", "private test", "privatetest"),
}
"""By split: what folders of that split are called."""

UNCLEAR_WORDS = ("eval", "evaluation", "holdout", "hold out")
"""What some call validation and others test: a person has to say which."""

_TRAIN, _VALIDATION, _TEST = range(3)


def folder_word(folder: str) -> str:
    """Return a folder's name in lower case without numbers, dots, hyphens and underscores: ``03_Happy`` is "happy"."""
    composed = unicodedata.normalize("NFC", folder)  # macOS keeps an accent apart from its letter
    return re.sub(r"[\W\d_]+", " ", composed.casefold()).strip()


def split_of(folder: str) -> str:
    """Return the split a folder's name means, or "" if it means none."""
    return next((split for split, words in SPLIT_WORDS.items() if folder_word(folder) in words), "")


@dataclass(frozen=True)
class SplitRule:
    """How pictures are divided into training, validation and test.

    Attributes:
        use_folders: Whether splits that the folders name are kept; those they lack are drawn from training.
        validation: Share of the pictures that validation gets where it is drawn, 0 to 0.5.
        test: The same for test.
    """

    use_folders: bool = True
    validation: float = 0.1
    test: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.validation <= 0.5 and 0 <= self.test <= 0.5):
            raise DatasetError("Validation and test may each take up to 50%. Choose smaller shares.")

    def assign(self, named: Sequence[int], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The split of each picture, an index into ``SPLITS``, from those the folders name (``len(SPLITS)`` for none).

        Each class is divided in the same proportion (stratified), at random with the seed; one that is large enough
        gives at least one picture to every split. Pictures in no split's folder belong to the pool that is drawn from,
        as training does.
        """
        split = np.array(named if self.use_folders else [len(SPLITS)] * len(labels), np.uint8)
        pool = np.isin(split, (_TRAIN, len(SPLITS)))
        shares = {s: x for s, x in ((_VALIDATION, self.validation), (_TEST, self.test)) if x and s not in split}
        split[pool] = _TRAIN
        rng = np.random.default_rng(self.seed)
        for label in np.unique(labels[pool]):
            rows = rng.permutation(np.flatnonzero(pool & (labels == label)))
            start = 0
            for which, share in shares.items():
                count = max(round(share * len(rows)), len(rows) > len(shares))
                split[rows[start : start + count]] = which
                start += count
        return split

    def in_words(self, named_sizes: Mapping[str, int]) -> str:
        """Where the splits come from, for a card."""
        named = [s for s in SPLITS if named_sizes.get(s)] if self.use_folders else []
        drawn = [
            f"{name} ({percent(share, 0)})"
            for name, share in (("validation", self.validation), ("test", self.test))
            if name not in named
        ]
        folders = f"{', '.join(named)} from the folders" if named else ""
        draw = f"{' and '.join(drawn)} drawn class by class, seed {self.seed}" if drawn else ""
        return "; ".join(filter(None, (folders, draw)))


DEFAULT_SPLITS = SplitRule()
"""The folders' splits; 10% each for what they lack."""
