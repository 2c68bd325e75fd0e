"""What a command of the command line has to say."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a command has to say.

    Attributes:
        document: For ``--json``: JSON types.
        text: For people.
        problems: Sentences about what failed while the rest went on.
    """

    document: Any
    text: str
    problems: tuple[str, ...] = ()


Command = Callable[[argparse.Namespace], Answer]
