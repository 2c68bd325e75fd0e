"""Faces tracked from frame to frame: steady numbers, and probabilities that do not flicker.

A :class:`Tracking`, a frozen value, and the faces of the next frame make the next :class:`Tracking`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import NOT_SURE, Prediction
from fer_core.faces.crops import Box
from fer_core.recognition.recognize import Recognition

DEFAULT_SMOOTHING = 0.4
"""Seconds after which 63% of a change has come through."""

MEMORY = 1.0
"""Seconds for which a face that is gone keeps its number."""

HYSTERESIS = 0.12
"""By how much another class must lead before a smoothed face's label changes."""

_REACH = 0.6  # how far a face may move from one frame to the next, in face sizes …
_REACH_A_SECOND = 3.0  # … and how much farther for each second in which it was not seen
_LARGEST_GROWTH = 2.0  # by which factor its size may change
_IMPOSSIBLE = 1e6


@dataclass(frozen=True, eq=False)
class TrackedFace:
    """A face with a number that it keeps from frame to frame.

    Attributes:
        number: 1, 2, …, in the order in which faces appeared; never used for another face.
        recognition: The face in its latest frame, with the prediction for that frame alone.
        prediction: The probabilities smoothed over time.
        class_name: The steady label: the class that leads in the prediction, or led until a moment ago.
        first_seen: Seconds.
        last_seen: Seconds.
    """

    number: int
    recognition: Recognition
    prediction: Prediction
    class_name: str
    first_seen: float
    last_seen: float

    @property
    def xyxy(self) -> Box:
        """Where it is."""
        return self.recognition.face.xyxy

    @property
    def confidence(self) -> float:
        """The smoothed probability of the label."""
        prediction = self.prediction
        return float(prediction.probabilities[prediction.class_names.index(self.class_name)])

    @property
    def answer(self) -> str:
        """The steady label, or "not sure" while it is not probable enough."""
        return self.class_name if self.confidence >= self.prediction.not_sure_below else NOT_SURE


@dataclass(frozen=True, eq=False)
class Tracking:
    """The faces of a stream at one moment.

    Attributes:
        faces: Those of the latest frame, in the order in which the detector reported them.
        gone: Those seen a moment ago, which get their number back if they return.
        next_number: That of the next new face.
    """

    faces: tuple[TrackedFace, ...] = ()
    gone: tuple[TrackedFace, ...] = ()
    next_number: int = 1

    def updated(
        self, recognitions: Sequence[Recognition], time: float, *, smoothing: float = DEFAULT_SMOOTHING
    ) -> "Tracking":
        """The tracking at the next frame.

        Args:
            recognitions: The faces of the next frame.
            time: Its time in seconds, not before the latest frame's.
            smoothing: Time constant in seconds, whatever the frame rate; 0 leaves the predictions raw.
        """
        if smoothing < 0:
            raise ValueError(f"Expected a smoothing of at least 0 seconds. Received {smoothing}.")
        known = [*self.faces, *(face for face in self.gone if time - face.last_seen <= MEMORY)]
        partners = _matches(known, recognitions, time)
        number, faces = self.next_number, []
        for index, recognition in enumerate(recognitions):
            if index in partners:
                faces.append(_followed(known[partners[index]], recognition, time, smoothing))
            else:
                faces.append(_appeared(number, recognition, time))
                number += 1
        seen = set(partners.values())
        lost = [face for index, face in enumerate(known) if index not in seen]
        gone = tuple(face for face in lost if time - face.last_seen <= MEMORY)
        return Tracking(tuple(faces), gone, number)


def smoothed(
    before: NDArray[np.float32], now: NDArray[np.float32], seconds: float, smoothing: float
) -> NDArray[np.float32]:
    """Exponential smoothing, the same at every frame rate: ``before`` fades as exp(-seconds / smoothing).

    Args:
        before: Smoothed values so far.
        now: The newest values, of the same shape.
        seconds: Between the two.
        smoothing: Time constant in seconds; 0 returns the newest values.
    """
    if smoothing == 0:
        return now
    kept = math.exp(-max(seconds, 0.0) / smoothing)
    return np.asarray(kept * before + (1 - kept) * now, np.float32)


def _appeared(number: int, recognition: Recognition, time: float) -> TrackedFace:
    prediction = recognition.prediction
    return TrackedFace(number, recognition, prediction, prediction.class_name, time, time)


def _followed(face: TrackedFace, recognition: Recognition, time: float, smoothing: float) -> TrackedFace:
    now = recognition.prediction
    if face.prediction.class_names != now.class_names:  # another checkpoint: its answers do not mix with the old ones
        return replace(_appeared(face.number, recognition, time), first_seen=face.first_seen)
    values = smoothed(face.prediction.probabilities, now.probabilities, time - face.last_seen, smoothing)
    prediction = replace(now, probabilities=values)
    label = prediction.class_name
    lead = prediction.confidence - float(values[now.class_names.index(face.class_name)])
    if smoothing > 0 and lead <= HYSTERESIS:
        label = face.class_name
    return replace(face, recognition=recognition, prediction=prediction, class_name=label, last_seen=time)


def _matches(known: Sequence[TrackedFace], recognitions: Sequence[Recognition], time: float) -> dict[int, int]:
    """Which of the known faces each new one is, so that the sum of all distances is least."""
    if not known or not recognitions:
        return {}
    costs = np.array([[_cost(face, item.face.xyxy, time) for face in known] for item in recognitions])
    rows, columns = scipy.optimize.linear_sum_assignment(costs)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {row: column for row, column in pairs if costs[row, column] < _IMPOSSIBLE}


def _cost(face: TrackedFace, box: Box, time: float) -> float:
    """How little a box resembles a face's last one: distance of the centers and growth, in face sizes."""
    (x, y, size), (new_x, new_y, new_size) = _place(face.xyxy), _place(box)
    gap = max(time - face.last_seen, 0.0)
    distance = math.hypot(new_x - x, new_y - y) / max(size, new_size)
    growth = abs(math.log(new_size / size))
    if distance > _REACH + _REACH_A_SECOND * gap or growth > math.log(_LARGEST_GROWTH) * (1 + gap):
        return _IMPOSSIBLE
    return distance + growth / 2 + gap


def _place(box: Box) -> tuple[float, float, float]:
    """The center and the size (the geometric mean of the sides) of a box."""
    x1, y1, x2, y2 = box
    return (x1 + x2) / 2, (y1 + y2) / 2, math.sqrt((x2 - x1) * (y2 - y1))
