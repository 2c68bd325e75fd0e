"""Read the layers of an imported network in a limited process of its own, and check them on their way back.

The process runs ``python -m fer_core.explain.worker``.
"""

import json
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint, verified_bytes
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec
from fer_core.checkpoints.worker import LONGEST, Worker, serve
from fer_core.errors import CheckpointError
from fer_core.explain.layers import Kind, Layer, LayerReader
from fer_core.storage.records import as_record

_LENGTH = struct.Struct("<I")
_MAP, _ROW = 3, 1  # dimensions a layer's output may have


class IsolatedLayerReader(Worker):
    """As :class:`~fer_core.explain.layers.LayerReader`, with the network in a limited process.

    Raises:
        CheckpointError: LiteRT cannot open it, or dies of it.
    """

    def __init__(self, model: bytes, spec: NetworkSpec = DEFAULT_SPEC) -> None:
        super().__init__("fer_core.explain.worker", [model, spec.to_bytes()], longest=LONGEST)

    def layers(self, face: NDArray[np.uint8]) -> tuple[Layer, ...]:
        """Every layer with what one ``(48, 48)`` uint8 face leaves in it, from the face to the answer.

        Raises:
            CheckpointError: The process died, took too long or answered nonsense; the next call starts another one.
        """
        try:
            return unpacked(self.ask(np.ascontiguousarray(face).tobytes()))
        except (ValueError, TypeError, OverflowError, RecursionError, struct.error) as error:
            raise CheckpointError("The layers of the imported network cannot be read. Import it again.") from error


def open_layer_reader(checkpoint: Checkpoint) -> LayerReader | IsolatedLayerReader:
    """A checkpoint's network, opened so that every layer can be read; an imported one in a limited process.

    Raises:
        CheckpointError: The checkpoint's file is missing or damaged, or is none whose layers can be read.
    """
    card = checkpoint.card
    if card.spec.runtime == "onnx":
        raise CheckpointError(
            f"“{checkpoint.name}” is an ONNX network, whose layers cannot be read. Nudge the face instead, or import "
            "the network as .tflite or .keras.",
            is_hint=True,
        )
    return (IsolatedLayerReader if card.is_isolated else LayerReader)(verified_bytes(checkpoint), card.spec)


@dataclass(frozen=True)
class _Heading:
    """A layer without its numbers, whose shapes stand here instead."""

    kind: Kind
    number: int
    operation: str
    sources: list[int]
    shapes: list[list[int]]


def packed(layers: Sequence[Layer]) -> bytes:
    """Layers as bytes: a length, as much JSON, then every number as float32."""
    headings, values = [], []
    for layer in layers:
        arrays = layer.output, layer.weights, layer.bias
        shapes = [list(array.shape) for array in arrays]
        headings.append(asdict(_Heading(layer.kind, layer.number, layer.operation, list(layer.sources), shapes)))
        values += [np.asarray(array, np.float32).tobytes() for array in arrays]
    text = json.dumps(headings).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *values])


def unpacked(content: bytes) -> tuple[Layer, ...]:
    """Layers from what :func:`packed` made of them, in a process that is not to be trusted.

    Raises:
        ValueError: They are not what layers can be; likewise TypeError, OverflowError, RecursionError, struct.error.
    """
    start = _LENGTH.size + _LENGTH.unpack_from(content)[0]
    headings = [as_record(_Heading, document) for document in json.loads(content[_LENGTH.size : start])]
    sizes = [int(np.prod(shape, dtype=object)) for heading in headings for shape in heading.shapes]
    if min((side for h in headings for shape in h.shapes for side in shape), default=0) < 0 or not headings:
        raise ValueError("Expected layers with shapes.")
    values = np.frombuffer(content[start:], np.float32)
    if sum(sizes) != values.size or not np.isfinite(values).all():
        raise ValueError(f"Expected {sum(sizes)} numbers. Received {values.size}, perhaps not finite.")
    ends = [0, *np.cumsum(sizes).tolist()]
    parts = iter([values[begin:end] for begin, end in pairwise(ends)])
    return tuple(_layer(place, heading, parts) for place, heading in enumerate(headings))


def _layer(place: int, heading: _Heading, parts: Iterator[NDArray[np.float32]]) -> Layer:
    output, weights, bias = (next(parts).reshape(shape) for shape in heading.shapes)
    if output.ndim not in (_MAP, _ROW) or not all(-1 <= source < place for source in heading.sources):
        raise ValueError(f"Expected a layer that reads others before it. Received {heading}.")
    return Layer(heading.kind, heading.number, heading.operation[:40], tuple(heading.sources), output, weights, bias)


def _open(model: bytes, spec: bytes) -> Callable[[bytes], bytes]:
    reader = LayerReader(model, NetworkSpec.from_bytes(spec))
    return lambda face: packed(reader.layers(np.frombuffer(face, np.uint8).reshape(48, 48)))


if __name__ == "__main__":
    sys.exit(serve(_open, messages=2))
