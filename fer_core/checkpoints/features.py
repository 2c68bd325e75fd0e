"""The inputs of a checkpoint's last layer: its features of a face.

``python -m fer_core.checkpoints.features FOLDER`` is the limited process in which imported networks are asked for them.
"""

import sys
import threading
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint, verified_bytes
from fer_core.checkpoints.sessions import LiteRtSession
from fer_core.checkpoints.spec import NetworkSpec
from fer_core.checkpoints.worker import Worker, floats, serve
from fer_core.faces.crops import IMAGE_SIZE

_BATCH = 16  # everything between the layers is kept, for each face some megabytes
_LONGEST = 1 << 26


class Features:
    """A checkpoint's network, opened for the inputs of its last layer; an imported one in a process of its own.

    Safe to share between threads.

    Raises:
        CheckpointError: The checkpoint's file is missing or damaged.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        spec = checkpoint.card.spec
        self._ask: Callable[[bytes], bytes] = lambda _: b""  # ONNX Runtime shows nothing of what lies inside
        if spec.runtime == "litert" and checkpoint.card.is_isolated:
            opening = [verified_bytes(checkpoint), spec.to_bytes()]
            self._ask = Worker("fer_core.checkpoints.features", opening, longest=_LONGEST).ask
        elif spec.runtime == "litert":
            self._ask = _answering(verified_bytes(checkpoint), spec)

    def of(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the inputs ``(n, d)`` of the last layer; of a network without a dense one, centered log probabilities.

        The faces are ``(n, 48, 48)`` uint8, before the checkpoint's own pre-processing.

        Raises:
            CheckpointError: The process of an imported network died, or answered with something that is not a number.
        """
        features = self.of_preprocessed(self._checkpoint.card.preprocessing.apply(images))
        if features.shape[1] or not len(images):
            return features
        logs = np.log(np.maximum(self._checkpoint.open_classifier(threads=2).predict(images), 1e-6))
        return np.asarray(logs - logs.mean(axis=1, keepdims=True), np.float32)

    def of_preprocessed(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the inputs ``(n, d)`` of the last dense layer for faces that went through the card's steps.

        Without such a layer, d is 0. The faces and errors are those of :meth:`of`.
        """
        batches = [faces[i : i + _BATCH] for i in range(0, len(faces), _BATCH)]
        found = [floats(self._ask(batch.tobytes()), (len(batch), -1)) for batch in batches]
        return np.concatenate(found) if found else np.empty((0, 0), np.float32)


def _answering(model: bytes, spec: NetworkSpec) -> Callable[[bytes], bytes]:
    """From ``(n, 48, 48)`` uint8 faces to the ``(n, d)`` float32 before the last dense layer; nothing without one."""
    with warnings.catch_warnings():
        # LiteRT warns that keeping what lies between the layers takes memory, which is wanted here, batch by batch.
        warnings.simplefilter("ignore", UserWarning)
        session = LiteRtSession(model, threads=2, experimental_preserve_all_tensors=True)
    dense = [op for op in session.interpreter._get_ops_details() if op["op_name"] == "FULLY_CONNECTED"]

    lock = threading.Lock()

    def features(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        with lock:
            session.run_at_once(pictures)
            source = int(dense[-1]["inputs"][0])
            return session.tensor(session.details(source))

    def answer(faces: bytes) -> bytes:
        if not dense:
            return b""
        batch = np.frombuffer(faces, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE).astype(np.float32)
        return np.concatenate([features(part) for part in session.parts(spec.prepare(batch))]).tobytes()

    return answer


def _open(model: bytes, spec: bytes) -> Callable[[bytes], bytes]:
    return _answering(model, NetworkSpec.from_bytes(spec))


if __name__ == "__main__":
    sys.exit(serve(_open, messages=2))
