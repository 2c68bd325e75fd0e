"""Challenges: make a network say a class with few moves of a face."""

from dataclasses import dataclass

from fer_core.datasets.drawn.expression import UNITS, Expression, emotion_expression

_LEAST = 0.01  # a smaller difference is none
VISIBLE = 0.2
"""Contraction, from 0 to 1, from which on people see what a fooling has to keep."""


@dataclass(frozen=True)
class Challenge:
    """A task for a class.

    Attributes:
        name: Its identifier in addresses.
        title: What is to be done.
        start: The emotion whose prototype the face shows at the beginning.
        goal: The class that the network has to say, or, of a fooling, the class that it must not say.
        most_units: Action units that may differ from the start.
        keeps: Of a fooling, where the network must say anything but the goal while people still see it: the action
            unit without which they do not. "" for none.
    """

    name: str
    title: str
    start: str
    goal: str
    most_units: int
    keeps: str = ""

    @property
    def beginning(self) -> Expression:
        """The expression at the beginning."""
        return emotion_expression(self.start)


CHALLENGES = (
    Challenge("fear", "From neutral: make it say fear with three sliders", "neutral", "fear", 3),
    Challenge("anger", "From neutral: make it say anger with two sliders", "neutral", "anger", 2),
    Challenge("turn", "From happiness: make it say sadness with three sliders", "happiness", "sadness", 3),
    Challenge("rare", "From neutral: make it say contempt with four sliders", "neutral", "contempt", 4),
    Challenge("fool", "Fool it: people say happiness, the network does not", "happiness", "happiness",
              len(UNITS), keeps="lip_corner_puller"),
)  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """What somebody has done so far.

    Attributes:
        moved: The names of the action units that differ from the challenge's beginning.
        size: The sum of the moves; 1 is one action unit, on both sides, from rest to full contraction.
        is_kept: Whether a fooling's face still shows what it has to keep.
        is_solved: Whether the network says what it should, with no more units than allowed, and that is kept.
    """

    moved: tuple[str, ...]
    size: float
    is_kept: bool
    is_solved: bool


def attempt(challenge: Challenge, expression: Expression, answer: str) -> Attempt:
    """Judge an expression and the network's answer to it."""
    begin = challenge.beginning
    ways = {name: _distance(begin, expression, name) for name in UNITS}
    moved = tuple(name for name, way in ways.items() if way >= _LEAST)
    is_kept = not challenge.keeps or _distance(Expression(), expression, challenge.keeps) >= VISIBLE
    said = (answer == challenge.goal) != bool(challenge.keeps)
    return Attempt(moved, sum(ways.values()), is_kept, said and is_kept and len(moved) <= challenge.most_units)


def _distance(first: Expression, second: Expression, name: str) -> float:
    """How far one unit is from itself in another expression: the mean of both sides."""
    return float(sum(abs(getattr(first.on(side), name) - getattr(second.on(side), name)) for side in (-1, 1)) / 2)
