"""Examples from a live stream: the largest face of its frames, while somebody records."""

import secrets
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.lessons.teach.examples import Recording, together
from fer_core.recognition.recognize import Recognition

MOST_RECORDED = 200
"""Examples up to which a class is filled by recording."""

FACES_A_SECOND = 10
"""At most; more would be almost the same pictures."""


class Recorder:
    """Keeps the largest face of frames until it is full, in memory; a stream's thread adds while a page reads.

    Args:
        room: How many faces fit.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._crops: list[NDArray[np.uint8]] = []
        self._next = 0.0

    @property
    def count(self) -> int:
        """How many faces it has."""
        return len(self._crops)

    @property
    def is_full(self) -> bool:
        """Whether no face more fits."""
        return self.count >= self._room

    def add(self, time: float, faces: Sequence[Recognition]) -> None:
        """Keep the largest of a frame's faces, unless the last one is too recent; the time is in seconds."""
        if not faces or self.is_full or time < self._next:
            return
        self._next = max(self._next, time - 1 / FACES_A_SECOND) + 1 / FACES_A_SECOND
        self._crops.append(max(faces, key=lambda one: one.face.width * one.face.height).crop)

    def recording(self) -> Recording | None:
        """Return the faces as one recording, which is never divided between training and test; None without any."""
        crops = tuple(self._crops)
        return together("Webcam", np.stack(crops), f"webcam {secrets.token_hex(8)}") if crops else None
