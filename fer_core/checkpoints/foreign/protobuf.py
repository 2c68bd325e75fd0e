"""The wire format of Protocol Buffers, read with bounds and without knowing a schema."""

import struct
from collections import defaultdict
from collections.abc import Collection

Value = int | memoryview
"""A number, or the bytes of a text, of a message or of packed numbers."""

_MOST_FIELDS = 2_000_000
_FIXED = {1: 8, 5: 4}


class Message:
    """The fields of one message by their numbers, in the order of the file.

    Raises:
        ValueError: It is cut off, or has a field that it may not have.
    """

    def __init__(self, content: memoryview, known: Collection[int]) -> None:
        self._fields: dict[int, list[Value]] = defaultdict(list)
        place, count = 0, 0
        while place < len(content):
            tag, place = _varint(content, place)
            value, place = _value(content, place, tag & 7)
            count += 1
            if tag >> 3 not in known or count > _MOST_FIELDS:
                raise ValueError(f"Unexpected field {tag >> 3}.")
            self._fields[tag >> 3].append(value)

    def messages(self, field: int, known: Collection[int]) -> "list[Message]":
        """The messages of a field."""
        return [Message(content, known) for content in self.contents(field)]

    def contents(self, field: int) -> list[memoryview]:
        """The bytes of a field, once for each time it occurs."""
        values = self._fields.get(field, [])
        if not all(isinstance(value, memoryview) for value in values):
            raise ValueError(f"Expected bytes in field {field}.")
        return [value for value in values if isinstance(value, memoryview)]

    def text(self, field: int) -> str:
        """The last text of a field, or ""."""
        contents = self.contents(field)
        return bytes(contents[-1][:1000]).decode("utf-8", "replace") if contents else ""

    def texts(self, field: int) -> list[str]:
        """All texts of a field."""
        return [bytes(content[:1000]).decode("utf-8", "replace") for content in self.contents(field)]

    def number(self, field: int) -> int:
        """The last number of a field, or 0."""
        numbers = self.numbers(field)
        return numbers[-1] if numbers else 0

    def numbers(self, field: int) -> list[int]:
        """The whole numbers of a field, packed or one by one."""
        numbers: list[int] = []
        for value in self._fields.get(field, []):
            if isinstance(value, int):
                numbers.append(value)
                continue
            place = 0
            while place < len(value):
                number, place = _varint(value, place)
                numbers.append(number)
        return numbers

    def size(self, field: int) -> int:
        """How many bytes or numbers a field has in all."""
        return sum(1 if isinstance(value, int) else len(value) for value in self._fields.get(field, []))

    def has(self, *fields: int) -> bool:
        """Whether one of the fields is there."""
        return any(field in self._fields for field in fields)


def _value(content: memoryview, place: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return _varint(content, place)
    if kind == 2:
        length, place = _varint(content, place)
    elif kind in _FIXED:
        length = _FIXED[kind]
    else:
        raise ValueError(f"Unexpected value of kind {kind}.")
    if length > len(content) - place:
        raise ValueError("Expected a value within the message.")
    value = content[place : place + length]
    return (value if kind == 2 else struct.unpack("<Q" if length == 8 else "<I", value)[0]), place + length


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(content):
            break
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
    raise ValueError("Expected a whole number.")
