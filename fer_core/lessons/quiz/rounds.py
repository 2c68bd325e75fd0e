"""Rounds of the quiz: faces to judge, and points for every one of ten voters who agrees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.votes import majority
from fer_core.labels import EMOTIONS, SPLITS, VOTE_COLUMNS

QUESTIONS = 10
"""Faces of a round, unless a host chooses fewer."""


@dataclass(frozen=True, eq=False)
class Question:
    """A face to judge.

    Attributes:
        face: ``(48, 48)`` uint8.
        votes: ``(10,)`` counts in the order of ``VOTE_COLUMNS``.
        prediction: The network's answer, or None without a network.
    """

    face: NDArray[np.uint8]
    votes: NDArray[np.uint8]
    prediction: Prediction | None = None

    def points(self, answer: str) -> int:
        """Return how many of the ten voters gave the same answer; "not a face" and unknown classes have none."""
        return int(self.votes[VOTE_COLUMNS.index(answer)]) if answer in EMOTIONS else 0

    @property
    def best_points(self) -> int:
        """Return the points of the answer most voters gave."""
        return int(self.votes[: len(EMOTIONS)].max())

    @property
    def network_points(self) -> int:
        """Return the points of the network's most probable class; 0 without a network."""
        return self.points(self.prediction.class_name) if self.prediction else 0


@dataclass(frozen=True, eq=False)
class QuizRound:
    """The questions of a round.

    Attributes:
        is_simulated: Whether the votes belong to drawn faces, so that no person ever gave them.
    """

    questions: tuple[Question, ...]
    is_simulated: bool = False

    @property
    def has_voters(self) -> bool:
        """Return whether ten voters judged the faces before; without them there are no points."""
        return any(question.votes.any() for question in self.questions)

    @property
    def voters(self) -> str:
        """Return who voted: "people" or "simulated voters"."""
        return "simulated voters" if self.is_simulated else "people"

    @property
    def has_network(self) -> bool:
        """Return whether a network answered too."""
        return any(question.prediction for question in self.questions)


def draw_round(
    records: FaceRecords,
    seed: int,
    classifier: Classifier | None = None,
    *,
    count: int = QUESTIONS,
    is_simulated: bool = False,
) -> QuizRound:
    """Draw a round from the test split: faces with an emotion as majority, so that rare ones come up as well.

    The same seed gives the same faces in the same order.

    Raises:
        ValueError: The records have no votes.
    """
    rows = draw_rows(records, seed, count)
    faces = np.asarray(records.images[rows])
    predictions = classifier.predictions(faces) if classifier else (None,) * len(rows)
    questions = map(Question, faces, np.asarray(records.votes[rows]), predictions)
    return QuizRound(tuple(questions), is_simulated)


def round_without_voters(face: NDArray[np.uint8], prediction: Prediction | None) -> QuizRound:
    """Return a round of one face, ``(48, 48)`` uint8, that nobody has judged before."""
    return QuizRound((Question(face, np.zeros(len(VOTE_COLUMNS), np.uint8), prediction),))


def draw_rows(records: FaceRecords, seed: int, count: int = QUESTIONS) -> NDArray[np.int64]:
    """Return the rows of a round's faces, ``(count,)`` int64, fewer where the test split has no more.

    Raises:
        ValueError: The records have no votes.
    """
    if not records.has_votes:
        raise ValueError("Expected records with votes.")
    keep, labels = majority(records.votes)
    fitting = np.flatnonzero(keep & (records.split == SPLITS.index("test")))
    rng = np.random.default_rng(seed)
    # The square root lies between the classes' own frequencies and equal ones.
    chance = 1 / np.sqrt(np.bincount(labels[fitting])[labels[fitting]])
    size = min(count, len(fitting))
    return rng.choice(fitting, size, replace=False, p=chance / chance.sum()) if size else fitting


def verdict(mine: Sequence[int], theirs: Sequence[int], voters: str) -> str:
    """Return the player's and the network's points for the same faces, compared in words; see ``QuizRound.voters``."""
    difference = sum(mine) - sum(theirs)
    if difference == 0:
        return f"You and the network agree equally often with the ten {voters}."
    better, by = ("You agree", difference) if difference > 0 else ("The network agrees", -difference)
    return f"{better} more often with the ten {voters}, by {by} point{'s' if by > 1 else ''}."
