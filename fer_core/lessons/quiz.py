"""Ten people voted: rounds of faces to guess, points by how many of the ten agree, and a class that votes together."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.votes import majority
from fer_core.labels import EMOTIONS, SPLITS, VOTE_COLUMNS

QUESTIONS = 10
"""Faces in a round."""


def draw_round(records: FaceRecords, seed: int) -> tuple[int, ...]:
    """The rows of a round's faces: of the test split, with an emotion as majority, so that rare ones come up as well.

    The same seed gives the same faces in the same order.

    Raises:
        ValueError: The records have no votes.
    """
    if not records.has_votes:
        raise ValueError("Expected records with votes.")
    keep, labels = majority(records.votes)
    fitting = np.flatnonzero(keep & (records.split == SPLITS.index("test")))
    rng = np.random.default_rng(seed)
    # The square root lies between how often classes are and all equally often.
    chance = 1 / np.sqrt(np.bincount(labels[fitting])[labels[fitting]])
    count = min(QUESTIONS, len(fitting))
    rows = rng.choice(fitting, count, replace=False, p=chance / chance.sum()) if count else fitting
    return tuple(int(row) for row in rows)


def points(votes: NDArray[np.uint8], answer: str) -> int:
    """How many of the ten people, ``(10,)`` counts in the order of ``VOTE_COLUMNS``, gave the same answer."""
    return int(votes[VOTE_COLUMNS.index(answer)])


def best_points(votes: NDArray[np.uint8]) -> int:
    """The points of the answer most people gave."""
    return int(votes[: len(EMOTIONS)].max())


class Ballot:
    """What a class answered, counted and nothing else; safe to share between sessions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[int, Counter[str]] = {}

    def vote(self, question: int, answer: str) -> None:
        """Count an answer, one of ``EMOTIONS``, to a question by its place in the round."""
        if answer not in EMOTIONS or not 0 <= question < QUESTIONS:
            raise ValueError(f"Expected an emotion for a question of the round. Received {answer!r:.40}, {question}.")
        with self._lock:
            self._counts.setdefault(question, Counter())[answer] += 1

    def counts(self, question: int) -> dict[str, int]:
        """How often each emotion was answered, in the order of ``EMOTIONS``."""
        with self._lock:
            counted = self._counts.get(question, Counter())
            return {emotion: counted[emotion] for emotion in EMOTIONS}


class Ballots:
    """The ballots of the classes that vote now, in memory only; the most recent are kept, for ``seconds`` each."""

    def __init__(self, most: int = 200, seconds: float = 3 * 3600.0) -> None:
        self._most, self._seconds = most, seconds
        self._lock = threading.Lock()
        self._ballots: OrderedDict[str, tuple[float, Ballot]] = OrderedDict()

    def of(self, code: str) -> Ballot:
        """The ballot of a class by its link's code, made when it is first asked for."""
        now = time.monotonic()
        with self._lock:
            began, ballot = self._ballots.pop(code, (now, None))
            if ballot is None or now - began > self._seconds:
                began, ballot = now, Ballot()
            self._ballots[code] = began, ballot
            while len(self._ballots) > self._most:
                self._ballots.popitem(last=False)
            return ballot


def qr_code(address: str) -> NDArray[np.uint8]:
    """An ASCII address of some hundred characters as ``(side, side)`` uint8: black modules of a pixel, a white edge."""
    code = np.asarray(cv2.QRCodeEncoder.create().encode(address), np.uint8)
    edge = int((code < 128).any(axis=1).argmax())  # white rows on top; readers want four
    return np.pad(code, max(0, 4 - edge), constant_values=255)


def verdict(mine: Sequence[int], theirs: Sequence[int]) -> str:
    """The visitor's and the network's points for the same faces, compared in words."""
    difference = sum(mine) - sum(theirs)
    if difference == 0:
        return "You and the network agree with the ten people equally often."
    better, by = ("You read", difference) if difference > 0 else ("The network reads", -difference)
    return f"{better} these faces more like the ten people do, by {by} point{'s' if by > 1 else ''}."
