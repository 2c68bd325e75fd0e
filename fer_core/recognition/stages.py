"""The stages of a face from a photo or dataset to a network, made by the functions that every page uses."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.crops import preprocess_face
from fer_core.faces.detection import Face
from fer_core.faces.images import to_gray
from fer_core.faces.preprocessing import STEPS, Preprocessing

_SHOWN = 320  # pixels of the picture with the detected face
_AROUND = 0.6  # of the face's box is shown around it
_BOX_COLOR, _EYE_COLOR = (31, 95, 191), (214, 128, 10)


@dataclass(frozen=True, eq=False)
class Stage:
    """A picture, RGB (height, width, 3) or gray (height, width), uint8, with what was done and why."""

    title: str
    meaning: str
    image: NDArray[np.uint8]


def photo_stages(image: NDArray[np.uint8], face: Face, steps: Preprocessing) -> tuple[Stage, ...]:
    """A face that a detector found in a photo, RGB (height, width, 3), uint8, down to the last preprocessing step."""
    square, gray = face.framed(), to_gray(image)
    cropped = preprocess_face(gray, replace(square, tilt=0))
    upright = preprocess_face(gray, square)
    return (
        Stage("Face detection", "Finds the face and its eyes.", _marked(image, replace(face, xyxy=square.xyxy))),
        Stage("Crop", "Cropped to the face, gray, 48 × 48.", cropped),
        Stage("Rotation correction", "Rotated until the eyes are level.", upright),
        *_step_stages(upright, steps),
    )


def dataset_stages(image: NDArray[np.uint8], steps: Preprocessing) -> tuple[Stage, ...]:
    """A ``(48, 48)`` uint8 face of a dataset, which is cut out already, and after each preprocessing step."""
    return (Stage("Stored picture", "48 × 48 gray values of the dataset.", image), *_step_stages(image, steps))


def _step_stages(image: NDArray[np.uint8], steps: Preprocessing) -> tuple[Stage, ...]:
    named = zip(map(STEPS.__getitem__, steps.steps), steps.stages(image), strict=True)
    return tuple(Stage(step.title, step.meaning, picture) for step, picture in named)


def _marked(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    """The surroundings of a face with its box and the line through its eyes."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = face.expanded(_AROUND).clipped(width, height).xyxy
    scale = _SHOWN / max(x2 - x1, y2 - y1)
    shown: NDArray[np.uint8] = cv2.resize(
        np.ascontiguousarray(image[y1:y2, x1:x2]), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )

    def place(x: float, y: float) -> tuple[int, int]:
        return round((x - x1) * scale), round((y - y1) * scale)

    left, top, right, bottom = face.xyxy
    cv2.rectangle(shown, place(left, top), place(right, bottom), _BOX_COLOR, 2, cv2.LINE_AA)
    if face.eyes:
        cv2.line(shown, place(*face.eyes[0]), place(*face.eyes[1]), _EYE_COLOR, 2, cv2.LINE_AA)
    return shown
