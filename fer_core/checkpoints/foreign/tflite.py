"""A ``.tflite`` file, looked at before LiteRT does: a FlatBuffer whose every offset stays inside of it.

The field numbers are those of TensorFlow Lite's schema, version 3.
"""

import math
import struct
from collections.abc import Iterator

from fer_core.checkpoints.foreign.network import ForeignNetwork, checked_network
from fer_core.checkpoints.foreign.walk import MAX_LAYERS, MAX_VALUES, MAX_WEIGHTS
from fer_core.errors import CheckpointError

IDENTIFIER = b"TFL3"
"""Bytes 4 to 8 of every such file."""

_MOST = 20_000  # entries of any list but that of bytes
_MOST_SIDES = 6
_BYTES = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 9: 1}  # of float32, float16, int32, uint8, int64, bool and int8
_PICTURES = (0, 3, 9)  # float32, uint8, int8: what a network may take and answer with
_OPERATORS = frozenset({
    0, 1, 2, 3, 4, 6, 9, 11, 14, 17, 18, 19, 20, 21, 22, 23, 25, 28, 34, 36, 37, 38, 39, 40, 41, 42, 43, 45, 47, 49, 50,
    53, 54, 55, 57, 59, 60, 65, 70, 74, 75, 76, 77, 78, 82, 83, 97, 98, 99, 100, 101, 111, 114, 117, 126, 150,
})  # fmt: skip
"""ADD, AVERAGE_POOL_2D, CONCATENATION, CONV_2D … GELU: arithmetic on arrays, without branches, loops or state."""


class _Table:
    """One table of the file; whatever lies outside raises ValueError or struct.error."""

    def __init__(self, content: bytes, place: int) -> None:
        self._content = content
        self._place = place
        self._fields = place - self._number("<i", place)
        self._size = self._number("<H", self._fields)

    def number(self, field: int, layout: str, default: int = 0) -> int:
        """A number among its fields."""
        place = self._of(field)
        return self._number(layout, place) if place else default

    def numbers(self, field: int) -> tuple[int, ...]:
        """A list of int32."""
        start, count = self._list(field)
        return struct.unpack_from(f"<{count}i", self._content, start) if start else ()

    def bytes_in(self, field: int) -> int:
        """The length of a list of bytes or of a text."""
        place = self._of(field)
        if not place:
            return 0
        start = place + self._number("<I", place)
        count = self._number("<I", start)
        if start + 4 + count > len(self._content):
            raise ValueError("Expected bytes within the file.")
        return count

    def tables(self, field: int) -> Iterator["_Table"]:
        """A list of tables."""
        start, count = self._list(field)
        for place in range(start, start + 4 * count, 4):
            yield _Table(self._content, place + self._number("<I", place))

    def has(self, *fields: int) -> bool:
        """Whether one of the fields is there."""
        return any(self._of(field) for field in fields)

    def _list(self, field: int) -> tuple[int, int]:
        place = self._of(field)
        if not place:
            return 0, 0
        start = place + self._number("<I", place)
        count = self._number("<I", start)
        if count > _MOST:
            raise ValueError("Expected a shorter list.")
        return start + 4, count

    def _of(self, field: int) -> int:
        entry = 4 + 2 * field
        offset = self._number("<H", self._fields + entry) if entry + 2 <= self._size else 0
        return self._place + offset if offset else 0

    def _number(self, layout: str, place: int) -> int:
        if place < 0:
            raise ValueError("Expected an offset within the file.")
        return int(struct.unpack_from(layout, self._content, place)[0])


def check_tflite(content: bytes) -> ForeignNetwork:
    """Refuse what is not plainly a network of allowed operators whose numbers all lie in the file.

    Raises:
        CheckpointError: It is damaged, has an operator that is not allowed, or is too large.
    """
    try:
        return _checked(_Table(content, struct.unpack_from("<I", content)[0]))
    except (ValueError, IndexError, struct.error) as error:
        raise CheckpointError("The .tflite file is damaged. Convert the model again.") from error


def _checked(model: _Table) -> ForeignNetwork:
    graphs = list(model.tables(2))
    if model.number(0, "<I") != 3 or len(graphs) != 1 or model.has(8, 9):
        raise _refused("no complete single graph of schema version 3")
    (graph,) = graphs
    buffers = [_buffer_size(buffer) for buffer in model.tables(4)]
    tensors = list(graph.tables(0))
    shapes = [_shape(tensor, buffers) for tensor in tensors]
    _check_operators(model, graph, len(tensors))
    sizes = [math.prod(s) for s, t in zip(shapes, tensors, strict=True) if buffers[t.number(2, "<I")]]
    if sum(sizes) > MAX_WEIGHTS:
        raise CheckpointError("The file has too many weights. Import a smaller network.")
    ends = graph.numbers(1), graph.numbers(2)
    if [len(end) for end in ends] != [1, 1] or not all(0 <= end[0] < len(tensors) for end in ends):
        raise _refused("more than one input or output")
    picture, answer = (shapes[end[0]] for end in ends)
    if any(tensors[end[0]].number(1, "<b") not in _PICTURES for end in ends):
        raise _refused("an input or output that is neither float32 nor 8-bit")
    if not (picture and answer and picture[0] == answer[0] == 1):
        raise _refused("an input or output without batch size 1")
    return checked_network(picture[1:], answer[1:], weights=sum(sizes), layers=sum(1 for _ in graph.tables(3)))


def _buffer_size(buffer: _Table) -> int:
    if buffer.number(1, "<Q") or buffer.number(2, "<Q"):
        raise _refused("weights outside its buffers")
    return buffer.bytes_in(0)


def _shape(tensor: _Table, buffers: list[int]) -> tuple[int, ...]:
    """The shape of a tensor, after comparing it with the bytes that are there for it."""
    shape, kind = tensor.numbers(0), tensor.number(1, "<b")
    stored = buffers[tensor.number(2, "<I")]
    if kind not in _BYTES or tensor.has(6, 9, 10) or tensor.number(5, "<B"):
        raise _refused("a sparse, variable or non-numeric tensor")
    if len(shape) > _MOST_SIDES or min(shape, default=1) < 0:
        raise _refused("a tensor without a shape")
    size = math.prod(shape)
    if stored and stored != size * _BYTES[kind]:
        raise ValueError("Expected the tensor's number of bytes.")
    if not stored and size > MAX_VALUES:
        raise CheckpointError(
            f"The network has more than {MAX_VALUES:,} values between two layers. Import a smaller network."
        )
    return shape


def _check_operators(model: _Table, graph: _Table, tensors: int) -> None:
    codes = []
    for code in model.tables(1):
        codes.append(max(code.number(0, "<b"), code.number(3, "<i")))
        if code.has(1) or codes[-1] not in _OPERATORS:
            raise _refused(f"the operator {'of its own (custom or Flex)' if code.has(1) else codes[-1]}")
    for number, operator in enumerate(graph.tables(3)):
        places = (*operator.numbers(1), *operator.numbers(2))
        is_plain = not operator.has(5, 9, 10, 11, 12) and not operator.bytes_in(7)
        if number >= MAX_LAYERS or not is_plain or operator.number(0, "<I") >= len(codes):
            raise _refused("an operator with custom options or too many inputs")
        if not all(-1 <= place < tensors for place in places):
            raise ValueError("Expected existing tensors.")


def _refused(what: str) -> CheckpointError:
    return CheckpointError(
        f"The .tflite file has {what}, which is not allowed in an imported file. Convert the model with built-in "
        "LiteRT operators only, and with one input and one output."
    )
