"""Interpreters of one LiteRT network for several threads: each serves one thread at a time."""

import os
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ai_edge_litert.interpreter import Interpreter


class InterpreterPool:
    """As many interpreters of a network as threads use at once, but no more than the machine has cores.

    The first is opened at once, the others when they are needed.

    Raises:
        CheckpointError: The network does not load.
    """

    def __init__(self, load: Callable[[], Interpreter]) -> None:
        self._load = load
        # The last one returned is the next one lent, so that one thread alone always gets the same.
        self._idle: queue.LifoQueue[Interpreter | None] = queue.LifoQueue()
        for _ in range((os.cpu_count() or 1) - 1):
            self._idle.put(None)
        self._idle.put(load())

    @contextmanager
    def borrowed(self) -> Iterator[Interpreter]:
        """An interpreter for one thread; waits while all are lent."""
        interpreter = self._idle.get()
        try:
            interpreter = interpreter or self._load()
            yield interpreter
        finally:
            self._idle.put(interpreter)
