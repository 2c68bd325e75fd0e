"""The command line's commands."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_core.errors import FerError


@dataclass(frozen=True)
class Answer:
    """A command's output: for ``--json``, for people, and sentences about what failed while the rest went on."""

    document: Any
    text: str
    problems: tuple[str, ...] = ()


Command = Callable[[argparse.Namespace], Answer]


def say(sentence: str) -> None:
    """Tell people something at once, on standard error, while the answer is still being made."""
    sys.stderr.write(f"fer_core: {sentence}\n")


def write_file(path: Path, content: bytes) -> str:
    """Write a file and the folders it needs, and return its path.

    Raises:
        FerError: It cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise FerError(f"{path} cannot be written ({error.strerror or error}). Choose another folder.") from error
    return str(path)
