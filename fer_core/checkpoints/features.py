"""The inputs of a checkpoint's last layer: its features of a face.

``python -m fer_core.checkpoints.features FOLDER`` is the limited process in which imported networks are asked for them.
"""

import sys
import warnings
from collections.abc import Callable

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint, verified_bytes
from fer_core.checkpoints.worker import Worker, floats, serve
from fer_core.errors import CheckpointError

_BATCH = 64
_LONGEST = 1 << 26


class Features:
    """A checkpoint's network, opened for the inputs of its last layer; an imported one in a process of its own.

    Raises:
        CheckpointError: The checkpoint's file is missing or damaged.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        model = verified_bytes(checkpoint)
        self._ask: Callable[[bytes], bytes] = (
            Worker("fer_core.checkpoints.features", [model], longest=_LONGEST).ask
            if checkpoint.card.is_imported
            else _answering(model)
        )

    def of(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the inputs ``(n, d)`` of the last layer; of a network without a dense one, centered log probabilities.

        The faces are ``(n, 48, 48)`` uint8, before the checkpoint's own pre-processing.

        Raises:
            CheckpointError: The process of an imported network died, or answered with something that is no number.
        """
        faces = self._checkpoint.card.preprocessing.apply(images)
        batches = [faces[i : i + _BATCH] for i in range(0, len(faces), _BATCH)]
        found = [floats(self._ask(batch.tobytes()), (len(batch), -1)) for batch in batches]
        features = np.concatenate(found) if found else np.empty((0, 0), np.float32)
        if features.shape[1] or not found:
            return features
        logs = np.log(np.maximum(self._checkpoint.open_classifier(threads=2).predict(images), 1e-6))
        return np.asarray(logs - logs.mean(axis=1, keepdims=True), np.float32)


def _answering(model: bytes) -> Callable[[bytes], bytes]:
    """From ``(n, 48, 48)`` uint8 faces to the ``(n, d)`` float32 before the last dense layer; nothing without one."""
    with warnings.catch_warnings():
        # LiteRT warns that keeping what lies between the layers takes memory, which is wanted here, batch by batch.
        warnings.simplefilter("ignore", UserWarning)
        try:
            interpreter = Interpreter(model_content=model, num_threads=2, experimental_preserve_all_tensors=True)
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(f"The network cannot be opened by LiteRT ({error}). Train it again.") from error
    dense = [op for op in interpreter._get_ops_details() if op["op_name"] == "FULLY_CONNECTED"]

    def answer(faces: bytes) -> bytes:
        if not dense:
            return b""
        batch = np.frombuffer(faces, np.uint8).reshape(-1, 48, 48, 1)
        entry = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(entry, batch.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(entry, batch.astype(np.float32))
        interpreter.invoke()
        return np.array(interpreter.get_tensor(int(dense[-1]["inputs"][0])), np.float32).tobytes()

    return answer


if __name__ == "__main__":
    sys.exit(serve(_answering))
