"""What is found in the frames of a live stream, as values."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.faces.detection import DEFAULT_MINIMUM_SIZE, Detector, Face
from fer_core.recognition.drawing import draw_recognitions
from fer_core.recognition.recognize import DEFAULT_MARGIN, Recognition
from fer_core.recognition.tracking import DEFAULT_SMOOTHING, TrackedFace

EMPTY_FRAME = np.zeros((0, 0, 3), np.uint8)


@dataclass(frozen=True)
class StreamSettings:
    """What decides how a frame is looked at; replaced as a whole.

    Attributes:
        detector: Finds the faces.
        classifier: Names their expressions.
        margin: What a crop shows beyond the detector's box on each side, as a part of the box.
        minimum_size: Faces narrower or lower than this are left out, in pixels.
        smoothing: Time constant of the probabilities in seconds; 0 is raw.
        mirrored: Whether frames are shown as in a mirror.
    """

    detector: Detector
    classifier: Classifier
    margin: float = DEFAULT_MARGIN
    minimum_size: int = DEFAULT_MINIMUM_SIZE
    smoothing: float = DEFAULT_SMOOTHING
    mirrored: bool = True

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """The faces that are large enough, from left to right."""
        faces = self.detector.detect(image)
        return tuple(face for face in faces if min(face.width, face.height) >= self.minimum_size)


@dataclass(frozen=True, eq=False)
class StreamResult:
    """What was found in one frame.

    Attributes:
        number: How many frames were looked at, this one included; 0 before the first.
        time: When it was looked at, in seconds of the analyser's clock.
        image: The frame as it is shown but without drawings, RGB, shape (height, width, 3).
        faces: The faces in it.
        milliseconds: How long it took, from the frame to the drawn overlay.
    """

    number: int = 0
    time: float = 0.0
    image: NDArray[np.uint8] = field(default_factory=lambda: EMPTY_FRAME)
    faces: tuple[TrackedFace, ...] = ()
    milliseconds: float = 0.0

    @property
    def recognitions(self) -> tuple[Recognition, ...]:
        """The faces from left to right, with their smoothed probabilities."""
        return tuple(replace(face.recognition, prediction=face.prediction) for face in self.faces)


@dataclass(frozen=True, eq=False)
class Moment:
    """A face at one moment of the history.

    Attributes:
        time: In seconds of the analyser's clock.
        face: The face's number.
        prediction: Its smoothed probabilities.
        class_name: Its steady label.
    """

    time: float
    face: int
    prediction: Prediction
    class_name: str


@dataclass(frozen=True)
class StreamRate:
    """How fast a stream is looked at.

    Attributes:
        frames_per_second: Frames looked at in each of the last seconds.
        milliseconds: The median time of one frame.
    """

    frames_per_second: float
    milliseconds: float


def annotated(result: StreamResult) -> NDArray[np.uint8]:
    """A frame with its faces boxed and numbered from left to right."""
    return draw_recognitions(result.image, result.recognitions)


def picture_png(result: StreamResult) -> bytes:
    """The same as a PNG without metadata."""
    return cv2.imencode(".png", cv2.cvtColor(annotated(result), cv2.COLOR_RGB2BGR))[1].tobytes()
