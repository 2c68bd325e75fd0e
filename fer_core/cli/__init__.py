"""The command line's commands."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """A command's output: for ``--json``, for people, and sentences about what failed while the rest went on."""

    document: Any
    text: str
    problems: tuple[str, ...] = ()


Command = Callable[[argparse.Namespace], Answer]


def say(sentence: str) -> None:
    """Print a sentence on standard error at once, while the command is still running."""
    sys.stderr.write(f"fer_core: {sentence}\n")
