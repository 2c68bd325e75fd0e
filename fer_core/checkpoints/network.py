"""A LiteRT network from 48x48 gray faces to scores, in this process or in a limited one of its own.

``python -m fer_core.checkpoints.network FOLDER`` is the limited process: it gets the network, then the number of
classes, then batch after batch; it ends when its parent does.
"""

import sys
import threading
from collections.abc import Callable

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.checkpoints.worker import Worker, floats, serve
from fer_core.errors import CheckpointError


class LocalNetwork:
    """A network in this process; safe to share between threads.

    Raises:
        CheckpointError: The model is no LiteRT network from ``(n, 48, 48, 1)`` gray values 0-255 to ``(n, classes)``.
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
        """Scores ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 gray values 0-255; n is at least 1."""
        with self._lock:
            if len(batch) != self._batch:
                self._interpreter.resize_tensor_input(self._input["index"], (len(batch), 48, 48, 1))
                self._interpreter.allocate_tensors()
                self._batch = len(batch)
            self._interpreter.set_tensor(self._input["index"], batch[..., None])
            self._interpreter.invoke()
            return np.array(self._interpreter.get_tensor(self._output["index"]), np.float32)


class WorkerNetwork(Worker):
    """As :class:`LocalNetwork`, in a limited process of its own; ``answer_seconds`` bound one batch."""

    def __init__(self, model: bytes, classes: int, *, answer_seconds: float = 30.0) -> None:
        self._classes = classes
        opening = [model, str(classes).encode()]
        super().__init__("fer_core.checkpoints.network", opening, answer_seconds=answer_seconds)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """As :meth:`LocalNetwork.run`.

        Raises:
            CheckpointError: The process died, took too long or answered nonsense; the next call starts another one.
        """
        return floats(self.ask(np.ascontiguousarray(batch).tobytes()), (len(batch), self._classes))


def _open(model: bytes, classes: bytes) -> Callable[[bytes], bytes]:
    network = LocalNetwork(model, int(classes))
    return lambda faces: network.run(np.frombuffer(faces, np.float32).reshape(-1, 48, 48)).tobytes()


if __name__ == "__main__":
    sys.exit(serve(_open, messages=2))
