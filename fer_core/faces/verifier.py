"""A small network of our own on LiteRT: whether a 48x48 crop shows an upright face.

The face mesh asks for resolution and for something around the face; this one learned from the 48x48 faces of FER2013,
and from what the detector takes for faces in pictures without any (see ``tests/benchmark/verifier.py``).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.faces.blazeface import open_network
from fer_core.faces.interpreters import InterpreterPool

_FILE = Path(__file__).with_name("verifier.tflite")


class FaceVerifier:
    """The network and its interpreters, one for each thread.

    Raises:
        CheckpointError: Its file is missing or damaged.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._interpreters = InterpreterPool(lambda: open_network(_FILE, threads))
        with self._interpreters.borrowed() as interpreter:
            self._input = interpreter.get_input_details()[0]["index"]
            self._output = interpreter.get_output_details()[0]["index"]

    def __call__(self, crop: NDArray[np.uint8]) -> float:
        """The logit of the probability that a crop, gray (48, 48) uint8, shows an upright face."""
        with self._interpreters.borrowed() as interpreter:
            interpreter.set_tensor(self._input, crop[None, :, :, None].astype(np.float32))
            interpreter.invoke()
            return float(interpreter.get_tensor(self._output).item())
