"""A network from 48x48 gray faces to probabilities, in this process or in a limited one of its own.

``python -m fer_core.checkpoints.network FOLDER`` is the limited process: it gets the network, the number of classes and
what the network expects, then batch after batch; it ends when its parent does.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.sessions import open_session
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec
from fer_core.checkpoints.worker import Worker, floats, serve
from fer_core.errors import CheckpointError


class Network(Protocol):
    """What answers faces; safe to share between threads."""

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 gray values 0-255; n is at least 1."""
        ...


class LocalNetwork:
    """A network in this process; safe to share between threads.

    Raises:
        CheckpointError: The model is no network from the pictures it is said to expect to ``(n, classes)``.
    """

    def __init__(self, model: bytes, classes: int, *, spec: NetworkSpec = DEFAULT_SPEC, threads: int = 1) -> None:
        self._lock = threading.Lock()
        self._spec = spec
        self._session = open_session(model, spec.runtime, threads=threads)
        shapes = self._session.input_shape, self._session.output_shape
        if not _fits(shapes[0], spec.shape) or shapes[1] != (classes,):
            raise CheckpointError(
                f"The network maps {shapes[0]} to {shapes[1]} where {spec.shape} to ({classes},) belongs. "
                "Export it again from the run that trained it."
            )

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 gray values 0-255; n is at least 1.

        Rows of independent probabilities do not sum to one yet.
        """
        with self._lock:
            return self._spec.probabilities(self._session.run(self._spec.prepare(batch)))


def _fits(found: Sequence[object], wanted: Sequence[int]) -> bool:
    """Whether a shape is the wanted one where the file says a number; a side may be left open."""
    return len(found) == len(wanted) and all(
        not isinstance(side, int) or side == length for side, length in zip(found, wanted, strict=True)
    )


class WorkerNetwork(Worker):
    """As :class:`LocalNetwork`, in a limited process of its own; ``answer_seconds`` bound one batch."""

    def __init__(
        self, model: bytes, classes: int, *, spec: NetworkSpec = DEFAULT_SPEC, answer_seconds: float = 30.0
    ) -> None:
        self._classes = classes
        opening = [model, str(classes).encode(), spec.to_bytes()]
        super().__init__("fer_core.checkpoints.network", opening, answer_seconds=answer_seconds)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """As :meth:`LocalNetwork.run`.

        Raises:
            CheckpointError: The process died, took too long or answered nonsense; the next call starts another one.
        """
        return floats(self.ask(np.ascontiguousarray(batch).tobytes()), (len(batch), self._classes))


def _open(model: bytes, classes: bytes, spec: bytes) -> Callable[[bytes], bytes]:
    network = LocalNetwork(model, int(classes), spec=NetworkSpec.from_bytes(spec))
    return lambda faces: network.run(np.frombuffer(faces, np.float32).reshape(-1, 48, 48)).tobytes()


if __name__ == "__main__":
    sys.exit(serve(_open, messages=3))
