"""What a checkpoint's network makes of faces before it decides: the numbers that go into its last layer."""

import warnings

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.checkpoint import Checkpoint, verified_bytes

_BATCH = 64
_LAST_LAYER = "FULLY_CONNECTED"


def face_features(checkpoint: Checkpoint, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The inputs of the network's last layer, in which alike expressions lie close together.

    Of a network without such a layer, the logarithms of its probabilities, centred.

    Args:
        checkpoint: Whose network.
        images: ``(n, 48, 48)`` uint8 faces, before the checkpoint's own pre-processing.

    Returns:
        ``(n, d)`` float32.

    Raises:
        CheckpointError: The checkpoint's file is missing or damaged.
    """
    interpreter = _open(verified_bytes(checkpoint))
    tensor = _last_input(interpreter)
    if tensor < 0:
        logs = np.log(np.maximum(checkpoint.open_classifier(threads=2).predict(images), 1e-6))
        return np.asarray(logs - logs.mean(axis=1, keepdims=True), np.float32)
    faces = checkpoint.card.preprocessing.apply(images)
    batches = [_run(interpreter, tensor, faces[i : i + _BATCH]) for i in range(0, len(faces), _BATCH)]
    return np.concatenate(batches) if batches else np.empty((0, 0), np.float32)


def _open(model: bytes) -> Interpreter:
    with warnings.catch_warnings():
        # LiteRT warns that keeping what lies between the layers takes memory, which is wanted here, batch by batch.
        warnings.simplefilter("ignore", UserWarning)
        return Interpreter(model_content=model, num_threads=2, experimental_preserve_all_tensors=True)


def _last_input(interpreter: Interpreter) -> int:
    """Index of the tensor that goes into the last dense layer, or -1 when there is none."""
    dense = [op for op in interpreter._get_ops_details() if op["op_name"] == _LAST_LAYER]
    return int(dense[-1]["inputs"][0]) if dense else -1


def _run(interpreter: Interpreter, tensor: int, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
    entry = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(entry, (len(batch), 48, 48, 1))
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry, batch[..., None].astype(np.float32))
    interpreter.invoke()
    return np.array(interpreter.get_tensor(tensor), np.float32).reshape(len(batch), -1)
