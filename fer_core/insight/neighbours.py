"""Which training faces a network sees as alike: nearest by what it knows of a face just before it answers."""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import CheckpointError
from fer_core.files import new_folder
from fer_core.home import cache_folder

_BATCH = 64
_FILE = "features.npy"


class FeatureExtractor:
    """A network without its output layer: from faces to the features that the answer is made of.

    Args:
        model: The content of a float32 ``.tflite`` file that ends in a dense layer.
        threads: Processor threads.

    Raises:
        CheckpointError: It ends in no dense layer, or LiteRT cannot open it.
    """

    def __init__(self, model: bytes, *, threads: int = 1) -> None:
        try:
            self._interpreter = Interpreter(model_content=_without_output(model), num_threads=threads)
        except (ValueError, RuntimeError, struct.error) as error:
            raise CheckpointError(f"The network cannot be opened by LiteRT ({error}). Train it again.") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def batches(self, images: NDArray[np.uint8]) -> Iterator[NDArray[np.float32]]:
        """Features of some faces, batch by batch, so that a caller can tell how far it is.

        Args:
            images: ``(n, 48, 48)`` uint8.

        Yields:
            ``(up to 64, features)`` float32, rows of length one.
        """
        for start in range(0, len(images), _BATCH):
            batch = images[start : start + _BATCH, ..., None].astype(np.float32)
            self._interpreter.resize_tensor_input(self._input, batch.shape)
            self._interpreter.allocate_tensors()
            self._interpreter.set_tensor(self._input, batch)
            self._interpreter.invoke()
            features = np.array(self._interpreter.get_tensor(self._output), np.float32)
            yield features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)


def nearest(features: NDArray[np.float32], all_features: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The places of the ``k`` faces most alike, the most alike first, by the cosine of their features.

    Args:
        features: ``(d,)`` of one face, of length one.
        all_features: ``(n, d)``, rows of length one.
        k: How many.
    """
    return np.argsort(-(all_features @ features), kind="stable")[:k]


def stored_features(model: bytes, fingerprint: str) -> NDArray[np.float32] | None:
    """Features that :func:`store_features` kept, or None.

    Args:
        model: The network they are of.
        fingerprint: Of the faces they are of.
    """
    try:
        return np.asarray(np.load(_folder(model, fingerprint) / _FILE, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError):
        return None


def store_features(model: bytes, fingerprint: str, features: NDArray[np.float32]) -> None:
    """Keeps features for the next time.

    Raises:
        OSError: The disk is full or read-only.
    """
    with new_folder(_folder(model, fingerprint)) as folder:
        np.save(folder / _FILE, features, allow_pickle=False)


def _folder(model: bytes, fingerprint: str) -> Path:
    return cache_folder() / f"features-{hashlib.sha256(model + fingerprint.encode()).hexdigest()[:32]}"


def _without_output(model: bytes) -> bytes:
    """The same file, its output being what the last dense layer reads."""
    network = schema.ModelT.InitFromPackedBuf(model, 0)
    graph = network.subgraphs[0]
    dense = network.operatorCodes
    last = [op for op in graph.operators if _is_dense(dense[op.opcodeIndex])]
    if not last:
        raise CheckpointError("The network ends in no dense layer, so it has no features to compare.")
    graph.outputs = np.array([last[-1].inputs[0]], np.int32)
    network.signatureDefs = None
    builder = flatbuffers.Builder(len(model))
    builder.Finish(network.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _is_dense(code: schema.OperatorCodeT) -> bool:
    return schema.BuiltinOperator.FULLY_CONNECTED in (code.builtinCode, code.deprecatedBuiltinCode)
