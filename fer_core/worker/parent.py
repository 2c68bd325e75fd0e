"""The web process's end: starts the child when it is needed, asks it, and outlives whatever happens to it."""

import shutil
import subprocess
import tempfile
import threading
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import CheckpointError
from fer_core.sandbox import end_limited, start_limited
from fer_core.worker.messages import OK, receive, send

_CHILD = "fer_core.worker.child"
_LONGEST_ANSWER = 1 << 20
START_SECONDS, ANSWER_SECONDS = 60.0, 30.0
"""What opening a network and predicting one batch may take."""


class WorkerNetwork:
    """A network in a limited process of its own; safe to share between threads.

    A process that dies or hangs costs the batch in flight; the next one starts another process.

    Args:
        model: The content of a ``.tflite`` file that maps ``(n, 48, 48, 1)`` grey values 0-255 to ``(n, classes)``.
        classes: How many outputs it has to have.

    Raises:
        CheckpointError: The file is no such network, or kills who opens it.
    """

    def __init__(self, model: bytes, classes: int) -> None:
        self._model, self._classes = model, classes
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

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores ``(n, classes)`` float32 of ``(n, 48, 48)`` float32 grey values 0-255.

        Raises:
            CheckpointError: The process died, took too long or answered nonsense; the next call starts another one.
        """
        with self._lock:
            answer = self._ask(self._child(), [np.ascontiguousarray(batch).tobytes()], ANSWER_SECONDS)
        scores = np.frombuffer(answer, np.float32)
        if scores.size != len(batch) * self._classes or not np.isfinite(scores).all():
            raise CheckpointError("The imported network answered with something that is no number. Import it again.")
        return scores.reshape(len(batch), self._classes)

    def _child(self) -> "subprocess.Popen[bytes]":
        """The process, started anew when it is gone."""
        if self._running and self._running[0].poll() is None:
            return self._running[0]
        self._forget()
        child = start_limited(
            _CHILD, self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._running.append(child)
        self._ask(child, [self._model, str(self._classes).encode()], START_SECONDS)
        return child

    def _ask(self, child: "subprocess.Popen[bytes]", messages: list[bytes], seconds: float) -> bytes:
        """Sends messages and returns the answer to them, without its first byte."""
        if child.stdin is None or child.stdout is None:
            raise ValueError("Expected a child with pipes.")
        watch = threading.Timer(seconds, child.kill)
        watch.start()
        try:
            for message in messages:
                send(child.stdin, message)
            answer = receive(child.stdout, _LONGEST_ANSWER)
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
