"""How many scans a JPEG has: each is a pass over the whole picture, and a small file may ask for thousands."""

import re

MAX_SCANS = 50
"""Encoders write 1 to 20; libjpeg decodes whatever is there."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # none of the bytes that stand for themselves among the pixels
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def count_scans(content: bytes, *, most: int = MAX_SCANS) -> int:
    """Count the scans of a JPEG file, up to one more than ``most``; previews in its metadata are not its own.

    Source: ITU-T T.81, B.1.1 and B.2.
    """
    count, position = 0, 2
    while count <= most and (found := _MARKER.search(content, position)):
        marker, position = content[found.start() + 1], found.end()
        if marker == _END_OF_IMAGE:
            break
        count += marker == _START_OF_SCAN
        position += int.from_bytes(content[position : position + 2])  # over the marker's own data
    return count
