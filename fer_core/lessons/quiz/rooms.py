"""Rooms: a class answers a round together, led by a host; kept in memory only, and nothing of a person but a token."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fer_core.labels import EMOTIONS
from fer_core.lessons.quiz.rounds import Question, QuizRound

MOST_SEATS = 250
"""Browsers that one room takes."""

Phase = Literal["lobby", "voting", "revealed", "over"]
"""Before the first face; a face that is voted on; its answers shown; after the last one."""


@dataclass(frozen=True)
class Standing:
    """Where a room is.

    Attributes:
        question: Place of the present face in the round.
        joined: Browsers in the room, without the host's.
        voted: How many of them have answered the present face.
        played: Rounds begun, so that another round is told from the last.
    """

    phase: Phase
    question: int
    joined: int
    voted: int
    played: int


@dataclass(frozen=True)
class Score:
    """Points after the revealed faces: the class's mean, the network's, and those of the best answers."""

    room: float
    network: int
    best: int
    faces: int


@dataclass(frozen=True, eq=False)
class Ballot:
    """A face and how often a class answered each emotion."""

    question: Question
    counts: dict[str, int]


class Room:
    """A class with a host; safe to share between sessions.

    A seat is the token of a browser. It votes once a face, whatever it sends again after a reload or a lost connection.
    """

    def __init__(self, code: str, host: str, draw: Callable[[], QuizRound]) -> None:
        """Open a room in its lobby; ``host`` is the token of the browser that leads it, ``draw`` makes its rounds."""
        self.code, self.host = code, host
        self._draw = draw
        self._lock = threading.Lock()
        self._seats: set[str] = set()
        self._rounds = 0
        self._phase: Phase = "lobby"
        self._earlier: tuple[Ballot, ...] = ()
        self._begin(draw())

    def _begin(self, played: QuizRound) -> None:
        if not played.questions:
            raise ValueError("Expected at least one question. Received none.")
        if self._rounds:
            self._earlier += self._revealed()
        self._round, self._phase, self._question = played, "lobby", 0
        self._answers: list[dict[str, str]] = [{} for _ in played.questions]
        self._rounds += 1

    @property
    def round(self) -> QuizRound:
        """Return the round that is played."""
        return self._round

    def join(self, seat: str) -> bool:
        """Take a seat, also in the middle of a round; False when the room is full."""
        with self._lock:
            if seat != self.host and len(self._seats) < MOST_SEATS:
                self._seats.add(seat)
            return seat in self._seats

    def vote(self, seat: str, question: int, answer: str) -> bool:
        """Count a seat's first answer to the present face; False for all others, which change nothing."""
        if answer not in EMOTIONS:
            raise ValueError(f"Expected an emotion. Received {answer!r:.40}.")
        with self._lock:
            is_open = self._phase == "voting" and question == self._question and seat in self._seats
            if not is_open or seat in self._answers[question]:
                return False
            self._answers[question][seat] = answer
            return True

    def advance(self, seen: Standing) -> None:
        """Begin, reveal the present face's answers, or show the next face, if the room is still where the host saw it.

        A second click on a button that is on its way changes nothing.
        """
        with self._lock:
            if (seen.phase, seen.question, seen.played) != (self._phase, self._question, self._rounds):
                return
            is_last = self._question + 1 == len(self._answers)
            self._question += self._phase == "revealed" and not is_last
            after: dict[Phase, Phase] = {"lobby": "voting", "voting": "revealed", "over": "over"}
            self._phase = after.get(self._phase, "over" if is_last else "voting")

    def play_again(self) -> None:
        """Draw another round and begin it in its lobby; the seats and the code stay."""
        played = self._draw()
        with self._lock:
            self._begin(played)

    def standing(self) -> Standing:
        """Return where the room is now."""
        with self._lock:
            voted = len(self._answers[self._question])
            return Standing(self._phase, self._question, len(self._seats), voted, self._rounds)

    def answer_of(self, seat: str, question: int) -> str | None:
        """Return what a seat answered, or None."""
        with self._lock:
            return self._answers[question].get(seat)

    def counts(self, question: int) -> dict[str, int]:
        """Return how often each emotion was answered, in the order of ``EMOTIONS``."""
        with self._lock:
            counted = Counter(self._answers[question].values())
        return {emotion: counted[emotion] for emotion in EMOTIONS}

    def ballots(self) -> tuple[Ballot, ...]:
        """Return the faces whose answers are revealed, of all rounds, with what the class answered."""
        with self._lock:
            return self._earlier + self._revealed()

    def _revealed(self) -> tuple[Ballot, ...]:
        done = self._question + (self._phase in ("revealed", "over"))
        answered = zip(self._round.questions[:done], self._answers, strict=False)
        return tuple(Ballot(question, dict(Counter(answers.values()))) for question, answers in answered if answers)

    def score(self) -> Score:
        """Return the points of the faces whose answers are revealed."""
        standing = self.standing()
        done = standing.question + (standing.phase in ("revealed", "over"))
        questions = self._round.questions[:done]
        means = []
        for index, question in enumerate(questions):
            counts = self.counts(index)
            points = sum(n * question.points(answer) for answer, n in counts.items())
            means.append(points / max(sum(counts.values()), 1))
        network, best = (sum(getattr(q, name) for q in questions) for name in ("network_points", "best_points"))
        return Score(sum(means), network, best, done)
