"""The predictions for a video over time: one value for all of it, one for each face."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.errors import VideoError
from fer_core.storage.files import read_json, write_json


@dataclass(frozen=True, eq=False)
class FaceTimeline:
    """One face over time.

    Attributes:
        number: The face's, from 1.
        times: Seconds, rising, shape (n,), n at least 1.
        probabilities: Shape (n, classes), rows summing to one.
        labels: Index of the class the face is labeled with, shape (n,), int.
    """

    number: int
    times: NDArray[np.float64]
    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.times)
        if n == 0 or self.probabilities.shape != (n, len(self.class_names)) or self.labels.shape != (n,):
            raise ValueError(f"Expected {n} rows of {len(self.class_names)}. Received {self.probabilities.shape}.")

    @property
    def shares(self) -> dict[str, float]:
        """The part of its frames with each label, the most frequent first; none of 0."""
        counts = np.bincount(self.labels, minlength=len(self.class_names))
        order = np.argsort(-counts, kind="stable")
        return {self.class_names[i]: float(counts[i]) / len(self.labels) for i in order if counts[i]}


@dataclass(frozen=True, eq=False)
class VideoResult:
    """Every face in every analyzed frame of a video: five columns of n rows, sorted by time.

    Attributes:
        name: The file's name.
        seconds: Time of the last analyzed frame.
        frames: Number of analyzed frames.
        decoded: Number of frames read, with those between the analyzed ones.
        times: Seconds since the first frame, shape (n,).
        faces: Numbers of the faces, from 1, shape (n,), int.
        labels: Index of the class each face is labeled with, shape (n,), int.
        probabilities: Shape (n, classes), float32, smoothed.
        boxes: Left, top, right, bottom in pixels, shape (n, 4), int.
        notes: What was left out and why, a sentence each.
    """

    name: str
    class_names: tuple[str, ...]
    seconds: float
    frames: int
    decoded: int
    times: NDArray[np.float64]
    faces: NDArray[np.int64]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    boxes: NDArray[np.int64]
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        n = len(self.times)
        shapes = [self.faces.shape, self.labels.shape, self.probabilities.shape, self.boxes.shape]
        if shapes != [(n,), (n,), (n, len(self.class_names)), (n, 4)]:
            raise ValueError(f"Expected columns of {n} rows. Received {shapes}.")

    @cached_property
    def timelines(self) -> tuple[FaceTimeline, ...]:
        """The same by face, in the order in which they appeared."""
        rows = {int(number): self.faces == number for number in np.unique(self.faces)}
        return tuple(
            FaceTimeline(number, self.times[of], self.probabilities[of], self.labels[of], self.class_names)
            for number, of in rows.items()
        )

    def nearest_row(self, face: int, seconds: float) -> int | None:
        """The row in which a face is seen nearest to a time; None where there is no such face."""
        rows = np.flatnonzero(self.faces == face)
        return int(rows[np.abs(self.times[rows] - seconds).argmin()]) if len(rows) else None

    @property
    def faces_in_words(self) -> str:
        """How many faces there are, such as "2 faces"."""
        count = len(self.timelines)
        return {0: "No face found", 1: "1 face"}.get(count, f"{count:,} faces")

    @property
    def frames_in_words(self) -> str:
        """How many frames were looked at, such as "80 of 240 frames analyzed"."""
        return f"{self.frames:,} of {self.decoded:,} frames analyzed"

    @property
    def summary(self) -> str:
        """What was found in one line, such as "2 faces · 80 of 240 frames analyzed · 8.0 s"."""
        return f"{self.faces_in_words} · {self.frames_in_words} · {self.seconds:.1f} s"

    def table(self) -> pd.DataFrame:
        """A row for each face in each analyzed frame.

        The columns are time (seconds), face, class_name, confidence, each class's probability, x1, y1, x2, y2 (pixels).
        """
        names = np.array(self.class_names, dtype=object)
        table = pd.DataFrame({"time": self.times.round(3), "face": self.faces, "class_name": names[self.labels]})
        probabilities = pd.DataFrame(self.probabilities.astype(float), columns=list(self.class_names))
        table["confidence"] = probabilities.to_numpy()[np.arange(len(table)), self.labels]
        boxes = pd.DataFrame(self.boxes, columns=["x1", "y1", "x2", "y2"])
        return pd.concat([table, probabilities, boxes], axis=1)

    def save(self, folder: Path) -> None:
        """Writes it into a folder, as ``result.json`` and ``result.npz``."""
        columns = {name: getattr(self, name) for name in _COLUMNS}
        np.savez_compressed(folder / "result.npz", allow_pickle=False, **columns)
        write_json(folder / "result.json", {name: getattr(self, name) for name in _FIELDS})

    @classmethod
    def load(cls, folder: Path) -> "VideoResult":
        """Reads what :meth:`save` wrote.

        Raises:
            VideoError: It is not there, or damaged.
        """
        try:
            document = read_json(folder / "result.json")
            with np.load(folder / "result.npz", allow_pickle=False) as archive:
                columns = {name: archive[name] for name in _COLUMNS}
            lists = {name: tuple(document[name]) for name in ("class_names", "notes")}
            return cls(**{name: document[name] for name in _FIELDS} | lists | columns)
        except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise VideoError("The result is missing or damaged; analyze the video again.") from error


_COLUMNS = ("times", "faces", "labels", "probabilities", "boxes")
_FIELDS = ("name", "class_names", "seconds", "frames", "decoded", "notes")
