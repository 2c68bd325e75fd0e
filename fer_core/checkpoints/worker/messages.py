"""What parent and child say to each other over pipes: a length and that many bytes, nothing that is ever executed."""

import struct
from typing import IO

OK, REFUSED = b"\0", b"\1"
"""The first byte of an answer: scores as float32 follow, or a sentence in UTF-8."""

_LENGTH = struct.Struct("<I")
LONGEST = 1 << 29


def send(stream: IO[bytes], content: bytes) -> None:
    """Writes one message.

    Raises:
        OSError: The other side is gone.
    """
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes], longest: int = LONGEST) -> bytes:
    """Reads one message.

    Args:
        stream: Where from.
        longest: Bytes a message may have.

    Raises:
        EOFError: The other side is gone, or says more than it may.
    """
    length = _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0]
    if length > longest:
        raise EOFError
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
