"""A LiteRT network that maps 48x48 grey faces to scores: opened, and asked for one batch at a time."""

import threading
from typing import Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import CheckpointError


class Network(Protocol):
    """Maps faces to scores."""

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 grey values 0-255; n is at least 1."""


class LocalNetwork:
    """A network in this process; safe to share between threads.

    Args:
        model: The content of a ``.tflite`` file that maps ``(n, 48, 48, 1)`` grey values 0-255 to ``(n, classes)``.
        classes: How many outputs it has to have.
        threads: Processor threads of one prediction.

    Raises:
        CheckpointError: The file is no such network.
    """

    def __init__(self, model: bytes, classes: int, *, threads: int = 1) -> None:
        self._lock = threading.Lock()
        try:
            self._interpreter = Interpreter(model_content=model, num_threads=threads)
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"The network cannot be opened by LiteRT ({error}). Train or export it again."
            ) from error
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        self._batch = 0  # of the tensors that are allocated: none yet
        shapes = tuple(self._input["shape"][1:].tolist()), tuple(self._output["shape"][1:].tolist())
        if shapes != ((48, 48, 1), (classes,)):
            raise CheckpointError(
                f"The network maps {shapes[0]} to {shapes[1]} where (48, 48, 1) to ({classes},) belongs. "
                "Export it again from the run that trained it."
            )

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 grey values 0-255."""
        with self._lock:
            if len(batch) != self._batch:
                self._interpreter.resize_tensor_input(self._input["index"], (len(batch), 48, 48, 1))
                self._interpreter.allocate_tensors()
                self._batch = len(batch)
            self._interpreter.set_tensor(self._input["index"], batch[..., None])
            self._interpreter.invoke()
            return np.array(self._interpreter.get_tensor(self._output["index"]), np.float32)
