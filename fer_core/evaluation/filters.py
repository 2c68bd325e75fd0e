"""Which faces of a dataset a saved subset holds: by class, agreement of people and brightness."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.subsets import Subset
from fer_core.errors import EvaluationError
from fer_core.evaluation.subgroups import agreement, brightness

ALL_VOTES = 0, 10
ALL_GRAYS = 0, 255


@dataclass(frozen=True)
class FaceFilter:
    """Bounds on what is known of a face before any network answers; both ends are allowed.

    Answers are no part of it: a subset of the faces that one checkpoint gets wrong would decide the comparison that it
    is made for.

    Attributes:
        class_names: Classes to keep; () for all.
        votes: Of ten people, how many gave the label.
        grays: Mean gray value, 0 black to 255 white.
        within: A saved subset, such as a finding of the detective; None for all faces.
    """

    class_names: tuple[str, ...] = ()
    votes: tuple[int, int] = ALL_VOTES
    grays: tuple[int, int] = ALL_GRAYS
    within: Subset | None = None

    def keeps(self, faces: FerDataset) -> NDArray[np.bool_]:
        """Return which of ``n`` labeled faces the filter keeps, ``(n,)``.

        Raises:
            EvaluationError: It asks for classes, votes or pictures that the dataset does not have.
        """
        self._check(faces)
        kept = np.ones(len(faces), bool)
        if self.class_names:
            kept &= np.isin(faces.labels, [faces.class_names.index(name) for name in self.class_names])
        if self.votes != ALL_VOTES:
            kept &= _between(np.round(10 * agreement(faces)), self.votes)
        if self.grays != ALL_GRAYS:
            kept &= _between(np.round(brightness(faces.images)), self.grays)
        return kept if self.within is None else kept & np.isin(faces.rows, self.within.rows)

    def _check(self, faces: FerDataset) -> None:
        unknown = sorted(set(self.class_names) - set(faces.class_names))
        if unknown:
            raise EvaluationError(
                f"There is no class “{unknown[0]}” under these labels. Choose from {', '.join(faces.class_names)}."
            )
        if self.votes != ALL_VOTES and not len(faces.votes):
            raise EvaluationError("This dataset has no votes to filter by. Import it with fer2013new.csv.")
        if self.grays != ALL_GRAYS and not faces.has_pictures:
            raise EvaluationError("The pictures are missing, so their brightness is unknown. Import FER2013 first.")

    @property
    def in_words(self) -> str:
        """Return what the faces have in common: "happiness, fear; 8 to 10 of 10 votes"."""
        parts = [
            ", ".join(self.class_names),
            f"{_range(self.votes)} of 10 votes" if self.votes != ALL_VOTES else "",
            f"mean gray value {_range(self.grays)}" if self.grays != ALL_GRAYS else "",
            self.within.reason if self.within else "",
        ]
        return "; ".join(filter(None, parts)) or "all faces"


def _between(values: NDArray[np.float64], ends: tuple[int, int]) -> NDArray[np.bool_]:
    return (values >= ends[0]) & (values <= ends[1])


def _range(ends: tuple[int, int]) -> str:
    low, high = ends
    return f"{low}" if low == high else f"{low} to {high}"
