"""The smallest change of an expression that makes a network say another class."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.drawn.expression import UNITS, blend
from fer_core.datasets.drawn.face import Face
from fer_core.lessons.build_face.curves import probabilities, with_unit

_AMOUNTS = (0.0, 0.35, 0.65, 1.0)
_MOST_MOVES = 4
_BEAM = 4  # faces from which each further move is tried
_STEP = 0.05  # to multiples of which a move is made as small as it can be


@dataclass(frozen=True)
class Move:
    """One action unit's way: its name, and the mean of both sides before and after, 0 to 1."""

    unit: str
    before: float
    after: float

    @property
    def in_words(self) -> str:
        """The move as an imperative, such as "raise the outer brows by 40%"."""
        unit, change = UNITS[self.unit], self.after - self.before
        return f"{unit.more if change > 0 else unit.less} by {abs(change):.0%} (AU{unit.number})"


@dataclass(frozen=True, eq=False)
class Change:
    """Moves that make a network say a class, one after the other.

    Attributes:
        moves: What is moved, in order.
        faces: The face before, after each move and thus at the end: one more than the moves.
        probability: Of the class at the end.
    """

    moves: tuple[Move, ...]
    faces: tuple[Face, ...]
    probability: float

    @property
    def size(self) -> float:
        """The sum of all moves; 1 is one action unit from rest to full contraction."""
        return sum(abs(move.after - move.before) for move in self.moves)


def smallest_change(network: Classifier, face: Face, target: str) -> Change | None:
    """Find the fewest and then the smallest moves of action units after which a network says a class.

    A beam search: every unit is moved alone, then every second one from the most promising faces, up to four; what
    flips the answer is then made as small as it can be. None when four moves do not do it.
    """
    index = network.class_names.index(target)
    if probabilities(network, [face]).argmax() == index:
        return _as_change(network, face, {}, index)
    beam: list[dict[str, float]] = [{}]
    for _ in range(_MOST_MOVES):
        tried = [moved | {unit: amount} for moved in beam for unit in UNITS if unit not in moved for amount in _AMOUNTS]
        tried = [moved for moved in tried if _changes(face, moved)]
        answers = probabilities(network, [_moved(face, moved) for moved in tried])
        flips = [moved for moved, answer in zip(tried, answers, strict=True) if answer.argmax() == index]
        if flips:
            nearest = sorted(flips, key=lambda moved: _size(face, moved))[:_BEAM]
            shrunk = [_shrunk(network, face, moved, index) for moved in nearest]
            return _as_change(network, face, min(shrunk, key=lambda moved: _size(face, moved)), index)
        lead = np.log(answers[:, index]) - np.log(answers.max(axis=1))
        beam = [tried[place] for place in np.argsort(-lead)[:_BEAM]]
    return None


def _mean(face: Face, unit: str) -> float:
    return float(getattr(face.expression.middle, unit))


def _changes(face: Face, moved: dict[str, float]) -> bool:
    return all(abs(amount - _mean(face, unit)) >= _STEP for unit, amount in moved.items())


def _moved(face: Face, moved: dict[str, float]) -> Face:
    for unit, amount in moved.items():
        face = with_unit(face, unit, amount)
    return face


def _size(face: Face, moved: dict[str, float]) -> float:
    return sum(abs(amount - _mean(face, unit)) for unit, amount in moved.items())


def _shrunk(network: Classifier, face: Face, moved: dict[str, float], index: int) -> dict[str, float]:
    """Each move in turn, the largest first, made as small as the class still allows; one that is not needed goes."""
    for unit in sorted(moved, key=lambda name: -abs(moved[name] - _mean(face, name))):
        start, end = _mean(face, unit), moved[unit]
        grid = [round(_STEP * place, 2) for place in range(round(1 / _STEP) + 1)]
        between = sorted((a for a in grid if min(start, end) < a < max(start, end)), key=lambda a: abs(a - start))
        ways = [{name: amount for name, amount in moved.items() if name != unit}]
        ways += [moved | {unit: amount} for amount in (*between, end)]
        answers = probabilities(network, [_moved(face, way) for way in ways])
        moved = next(way for way, answer in zip(ways, answers, strict=True) if answer.argmax() == index)
    return moved


def _as_change(network: Classifier, face: Face, moved: dict[str, float], index: int) -> Change:
    moves = tuple(Move(unit, _mean(face, unit), amount) for unit, amount in moved.items())
    faces = [face]
    for unit, amount in moved.items():
        faces.append(with_unit(faces[-1], unit, amount))
    return Change(moves, tuple(faces), float(probabilities(network, faces[-1:])[0, index]))


def frames(faces: Sequence[Face], between: int) -> Iterator[Face]:
    """The faces on the way from each face to the next, ``between`` for each, for an animation; the last is the last."""
    for before, after in pairwise(faces):
        for step in range(1, between + 1):
            share = step / between
            yield replace(after, expression=blend({before.expression: 1 - share, after.expression: share}))
