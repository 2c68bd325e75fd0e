"""A store of its own for a measurement, so that the user's is left alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def home_of(folder: str) -> Iterator[None]:
    """Makes a folder the ``FER_HOME`` of this process and its children during the block."""
    before = os.environ.get("FER_HOME")
    os.environ["FER_HOME"] = folder
    try:
        yield
    finally:
        os.environ.pop("FER_HOME")
        if before is not None:
            os.environ["FER_HOME"] = before
