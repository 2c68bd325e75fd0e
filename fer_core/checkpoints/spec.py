"""What a network expects of a picture and what it answers with: recorded in the card, applied at the one door."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Literal, get_args

import cv2
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fer_core.checkpoints.priors import softmax
from fer_core.faces.crops import IMAGE_SIZE
from fer_core.storage.records import as_record

Scaling = Literal["unit", "raw", "symmetric", "standardized", "imagenet", "custom"]
"""How gray values 0 to 255 become what a network was trained on."""

SCALINGS: tuple[Scaling, ...] = get_args(Scaling)

SCALING_TITLES: dict[Scaling, str] = {
    "unit": "0 to 1 (divided by 255)",
    "raw": "0 to 255 (unscaled, or scaled by the network)",
    "symmetric": "−1 to 1 (divided by 127.5, minus 1)",
    "standardized": "each picture to mean 0 and variance 1",
    "imagenet": "ImageNet mean and standard deviation (torchvision)",
    "custom": "custom mean and standard deviation",
}
"""What people choose from, the most frequent first."""

Output = Literal["softmax", "sigmoid", "logits"]
"""The end of a network: probabilities that sum to one, independent ones, or any numbers."""

Runtime = Literal["litert", "onnx"]

SMALLEST, LARGEST = 32, 260
"""Pixels of a side that an imported network may expect."""

_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # torchvision's Normalize, of values 0 to 1
_FLAT = 1e-3  # a standard deviation below which a face is one gray, of which nothing is left


@dataclass(frozen=True)
class NetworkSpec:
    """What lies between 48x48 gray faces and a network's own numbers; the default is a network trained here.

    Attributes:
        size: Pixels of a side of the square pictures it takes.
        channels: 1 for gray, 3 for color; a gray face fills all three.
        channels_first: Whether a picture is ``(channels, size, size)``.
        mean: Of "custom", what is subtracted from values 0 to 1: one number, or one for each channel.
        deviation: Of "custom", what they are then divided by, likewise.
        output: What its answers are before they become probabilities.
        runtime: What runs its file.
    """

    size: Annotated[int, Meta(ge=1, le=LARGEST)] = IMAGE_SIZE
    channels: Literal[1, 3] = 1
    channels_first: bool = False
    scaling: Scaling = "raw"
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    output: Output = "softmax"
    runtime: Runtime = "litert"

    def __post_init__(self) -> None:
        wanted = (1, self.channels) if self.scaling == "custom" else (0,)
        if len(self.mean) not in wanted or len(self.deviation) not in wanted:
            raise ValueError(f"Expected a mean and a standard deviation for {self.channels} channels.")
        if not np.isfinite([*self.mean, *self.deviation]).all() or not all(value > 0 for value in self.deviation):
            raise ValueError("Expected finite means and standard deviations above 0.")

    def to_bytes(self) -> bytes:
        """Return what :meth:`from_bytes` reads."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "NetworkSpec":
        """Read what :meth:`to_bytes` has made."""
        return as_record(cls, json.loads(content))

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of one picture as the network takes it."""
        sides = self.size, self.size
        return (self.channels, *sides) if self.channels_first else (*sides, self.channels)

    @property
    def in_words(self) -> str:
        """What a face becomes, such as "64×64 RGB, −1 to 1 (divided by 127.5, minus 1)"."""
        color = "RGB" if self.channels == 3 else "gray"
        numbers = f": mean {_listed(self.mean)}, deviation {_listed(self.deviation)}" if self.mean else ""
        return f"{self.size}×{self.size} {color}, {SCALING_TITLES[self.scaling]}{numbers}"

    @property
    def options(self) -> str:
        """The options of ``import-checkpoint`` that ask for this scaling."""
        numbers = f" --mean={_listed(self.mean)} --deviation={_listed(self.deviation)}" if self.mean else ""
        return f"--scaling {self.scaling}{numbers}"

    def prepare(self, faces: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn ``(n, 48, 48)`` gray values 0-255 into the ``(n, *shape)`` pictures the network takes."""
        pictures = self._scaled(_resized(faces, self.size)[..., None])
        filled = np.broadcast_to(pictures, (*pictures.shape[:3], self.channels))
        return np.ascontiguousarray(filled.transpose(0, 3, 1, 2) if self.channels_first else filled, np.float32)

    def probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn the network's ``(n, classes)`` answers into probabilities; independent ones stay unchanged."""
        return softmax(scores) if self.output == "logits" else scores

    def _scaled(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scale ``(n, size, size, 1)`` gray values; by means of several channels there are as many after it."""
        if self.scaling == "standardized":
            mean, deviation = (f(pictures, axis=(1, 2, 3), keepdims=True) for f in (np.mean, np.std))
            return np.asarray((pictures - mean) / np.maximum(deviation, _FLAT), np.float32)
        if self.scaling == "raw":
            return pictures
        mean, deviation = self.normalization()
        return np.asarray((pictures / 255 - mean) / deviation, np.float32)

    def normalization(self) -> NDArray[np.float32]:
        """Return the mean and the deviation of values 0 to 1, ``(2, 1)`` or ``(2, channels)``, where there are some."""
        known = {"unit": ([0.0], [1.0]), "symmetric": ([0.5], [0.5]), "imagenet": _IMAGENET}
        numbers = np.array(np.broadcast_arrays(*known.get(self.scaling, (self.mean, self.deviation))), np.float32)
        return numbers if numbers.shape[1] <= self.channels else numbers.mean(axis=1, keepdims=True)


@dataclass(frozen=True)
class Reading:
    """One order of classes and one scaling that an imported network was tried with on labeled faces.

    Attributes:
        order: The order's name; "yours" for the one that was asked for, "fitted" for the one its answers suggest.
        accuracy: Share of the faces it is right about, each class with equal weight.
    """

    order: str
    class_names: tuple[str, ...]
    spec: NetworkSpec
    accuracy: Annotated[float, Meta(ge=0, le=1)]


DEFAULT_SPEC = NetworkSpec()
"""What networks trained here expect: raw gray values, scaled and ended by layers of their own."""


def output_of(answers: NDArray[np.float32]) -> Output:
    """Tell the kind of a network's answers, ``(..., classes)``, by their range and their sums."""
    if answers.min() < -1e-6 or answers.max() > 1 + 1e-4:
        return "logits"
    return "softmax" if np.abs(answers.sum(axis=-1) - 1).max() < 0.02 else "sigmoid"


def _resized(faces: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    if size == IMAGE_SIZE:
        return faces
    kind = cv2.INTER_AREA if size < IMAGE_SIZE else cv2.INTER_LINEAR
    resized = [cv2.resize(face, (size, size), interpolation=kind) for face in faces]
    return np.array(resized, np.float32).reshape(-1, size, size)


def _listed(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:g}" for number in numbers)
