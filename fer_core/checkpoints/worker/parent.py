"""The web process's end: starts the child when it is needed, asks it, and outlives whatever happens to it."""

import shutil
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.worker.messages import OK, receive, send
from fer_core.errors import CheckpointError
from fer_core.storage.sandbox import end_limited, start_limited

_MEGABYTE = 1 << 20
START_SECONDS, ANSWER_SECONDS = 60.0, 30.0
"""What opening a network and answering one question may take."""


class Worker:
    """A network in a limited process of its own; safe to share between threads.

    A process that dies or hangs costs the question in flight; the next one starts another process.

    Args:
        module: What runs there, by :func:`~fer_core.checkpoints.worker.serving.serve`.
        opening: The messages from which it opens the network.
        longest: Bytes an answer may have.

    Raises:
        CheckpointError: It cannot open the network, or dies of it.
    """

    def __init__(self, module: str, opening: Sequence[bytes], *, longest: int = _MEGABYTE) -> None:
        self._module, self._opening, self._longest = module, opening, longest
        self._lock = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="fer-worker-"))
        self._running: list[subprocess.Popen[bytes]] = []  # none or one; shared with what ends it
        self.close = weakref.finalize(self, _end, self._running, self._folder)
        with self._lock:
            self._child()

    @property
    def pid(self) -> int:
        """The number of the process it runs in; 0 when there is none just now."""
        return self._running[0].pid if self._running else 0

    def ask(self, question: bytes) -> bytes:
        """The answer to a question.

        Raises:
            CheckpointError: The process died, took too long or refused; the next call starts another one.
        """
        with self._lock:
            return self._ask(self._child(), [question], ANSWER_SECONDS)

    def _child(self) -> "subprocess.Popen[bytes]":
        """The process, started anew when it is gone."""
        if self._running and self._running[0].poll() is None:
            return self._running[0]
        self._forget()
        child = start_limited(
            self._module, self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._running.append(child)
        self._ask(child, self._opening, START_SECONDS)
        return child

    def _ask(self, child: "subprocess.Popen[bytes]", messages: Sequence[bytes], seconds: float) -> bytes:
        """Sends messages and returns the answer to them, without its first byte."""
        if child.stdin is None or child.stdout is None:
            raise ValueError("Expected a child with pipes.")
        watch = threading.Timer(seconds, child.kill)
        watch.start()
        try:
            for message in messages:
                send(child.stdin, message)
            answer = receive(child.stdout, self._longest)
        except (OSError, EOFError) as error:
            self._forget()
            raise CheckpointError(
                "The process of this imported network ended while it was asked, for want of time or memory. "
                "Try again; if it happens again, use another checkpoint."
            ) from error
        finally:
            watch.cancel()
        if not answer.startswith(OK):
            self._forget()
            raise CheckpointError(answer[1:].decode("utf-8", "replace"))
        return answer[len(OK) :]

    def _forget(self) -> None:
        while self._running:
            _close(self._running.pop())


class WorkerNetwork(Worker):
    """A network in a limited process of its own, asked for scores.

    Args:
        model: The content of a ``.tflite`` file that maps ``(n, 48, 48, 1)`` grey values 0-255 to ``(n, classes)``.
        classes: How many outputs it has to have.

    Raises:
        CheckpointError: The file is no such network, or kills who opens it.
    """

    def __init__(self, model: bytes, classes: int) -> None:
        self._classes = classes
        super().__init__("fer_core.checkpoints.worker.child", [model, str(classes).encode()])

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 grey values 0-255.

        Raises:
            CheckpointError: The process died, took too long or answered nonsense; the next call starts another one.
        """
        return numbers(self.ask(np.ascontiguousarray(batch).tobytes()), (len(batch), self._classes))


def numbers(answer: bytes, shape: tuple[int, int]) -> NDArray[np.float32]:
    """An answer's float32 values in a shape, of which -1 is whatever is left.

    Raises:
        CheckpointError: They are of another shape, or no numbers.
    """
    try:
        values = np.frombuffer(answer, np.float32).reshape(shape)
    except ValueError:
        values = np.full((1, 1), np.nan, np.float32)
    if not np.isfinite(values).all():
        raise CheckpointError("The imported network answered with something that is no number. Import it again.")
    return values


def _end(running: "list[subprocess.Popen[bytes]]", folder: Path) -> None:
    """Ends the process when nobody needs the network any more, or the program ends."""
    while running:
        _close(running.pop())
    shutil.rmtree(folder, ignore_errors=True)


def _close(child: "subprocess.Popen[bytes]") -> None:
    end_limited(child)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # what was not sent any more
                continue
