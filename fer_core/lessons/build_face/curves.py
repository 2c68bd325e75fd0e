"""How a network's answer follows one action unit while the others are held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.drawn.expression import UNITS
from fer_core.datasets.drawn.face import Face

_COARSE = (0.0, 0.25, 0.5, 0.75, 1.0)
_STEP = 0.05  # of a contraction


def probabilities(network: Classifier, faces: Sequence[Face]) -> NDArray[np.float32]:
    """What a network answers on drawn faces, at least one: ``(n, classes)``, rows summing to one."""
    return network.predict(np.stack([face.seen() for face in faces]))


def with_unit(face: Face, name: str, amount: float) -> Face:
    """A face with one action unit set anew; the amount, from 0 to 1, is the mean of both sides.

    Where they differ, both go the same share of their ways to rest or to full contraction, so that a one-sided smile
    stays one; each is a multiple of 5%, as the sliders are.
    """
    mean = getattr(face.expression.middle, name)
    end, share = (0.0, 1 - amount / mean) if amount < mean else (1.0, (amount - mean) / (1 - mean) if mean < 1 else 0.0)
    sides = (getattr(face.expression.on(side), name) for side in (-1, 1))
    left, right = (round(round((old + share * (end - old)) / _STEP) * _STEP, 2) for old in sides)
    return replace(face, expression=face.expression.moved(name, left, right))


@dataclass(frozen=True, eq=False)
class Response:
    """A network's answers while one action unit moves (partial dependence at one face).

    Attributes:
        unit: The action unit's name.
        amounts: ``(n,)`` its contractions, from 0 to 1.
        probabilities: ``(n, classes)`` the answers, rows summing to one.
    """

    unit: str
    amounts: NDArray[np.float64]
    probabilities: NDArray[np.float32]

    @property
    def influence(self) -> float:
        """How far the answer moves, 0 to 1: the largest total variation distance between two of the answers."""
        apart = self.probabilities[:, None] - self.probabilities[None]
        return float(np.abs(apart).sum(axis=2).max() / 2)


def response(network: Classifier, face: Face, unit: str, points: int = 21) -> Response:
    """Move one action unit of a face from 0 to 1, both sides together, all else held."""
    amounts = np.linspace(0.0, 1.0, points)
    return Response(unit, amounts, probabilities(network, [with_unit(face, unit, float(a)) for a in amounts]))


def influences(network: Classifier, face: Face) -> dict[str, float]:
    """How far each action unit can move a network's answer at a face, 0 to 1; the strongest first."""
    moved = [with_unit(face, unit, amount) for unit in UNITS for amount in _COARSE]
    answers = probabilities(network, moved).reshape(len(UNITS), len(_COARSE), -1)
    found = {
        unit: Response(unit, np.array(_COARSE), answer).influence for unit, answer in zip(UNITS, answers, strict=True)
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))
