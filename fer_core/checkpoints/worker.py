"""Ask an imported network in a limited process of its own, over pipes: a length and that many bytes, never executed."""

import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import CheckpointError
from fer_core.storage.sandbox import GIB, end_limited, limit_resources, start_limited

LONGEST = 1 << 29
_MEGABYTE = 1 << 20
_MEMORY = 3 * GIB  # bytes of address space; the process itself needs about one
_START_SECONDS = 60.0
_LENGTH = struct.Struct("<I")
_OK, _REFUSED = b"\0", b"\1"  # the first byte of an answer: content follows, or a sentence in UTF-8


class Worker:
    """A network in a limited process of its own; safe to share between threads.

    The module runs :func:`serve` there and opens the network from the opening messages; an answer has at most the
    longest number of bytes. A process that dies or hangs costs the question in flight; the next one starts another.

    Raises:
        CheckpointError: It cannot open the network, or dies of it.
    """

    def __init__(
        self, module: str, opening: Sequence[bytes], *, longest: int = _MEGABYTE, answer_seconds: float = 30.0
    ) -> None:
        self._module, self._opening, self._longest, self._answer_seconds = module, opening, longest, answer_seconds
        self._lock = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="fer-worker-"))
        self._running: list[subprocess.Popen[bytes]] = []  # none or one; shared with the finalizer
        self.close = weakref.finalize(self, _end, self._running, self._folder)
        with self._lock:
            self._child()

    @property
    def pid(self) -> int:
        """The process's number; 0 when none is running."""
        return self._running[0].pid if self._running else 0

    def ask(self, question: bytes) -> bytes:
        """Return the answer to a question.

        Raises:
            CheckpointError: The process died, took too long or refused; the next call starts another one.
        """
        with self._lock:
            return self._ask(self._child(), [question], self._answer_seconds)

    def _child(self) -> "subprocess.Popen[bytes]":
        """The process, started anew when it is gone."""
        if self._running and self._running[0].poll() is None:
            return self._running[0]
        _close(self._running)
        child = start_limited(
            self._module, self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._running.append(child)
        self._ask(child, self._opening, _START_SECONDS)
        return child

    def _ask(self, child: "subprocess.Popen[bytes]", messages: Sequence[bytes], seconds: float) -> bytes:
        """Send messages and return the answer to them, without its first byte."""
        if child.stdin is None or child.stdout is None:
            raise ValueError("Expected a child with pipes.")
        watch = threading.Timer(seconds, child.kill)
        watch.start()
        try:
            for message in messages:
                _send(child.stdin, message)
            answer = _receive(child.stdout, self._longest)
        except (OSError, EOFError) as error:
            _close(self._running)
            raise CheckpointError(
                "The process of this imported network ended during prediction, because time or memory ran out. Try "
                "again; if it recurs, use another checkpoint."
            ) from error
        finally:
            watch.cancel()
        if not answer.startswith(_OK):
            _close(self._running)
            raise CheckpointError(answer[1:].decode("utf-8", "replace"))
        return answer[len(_OK) :]


def serve(open_network: Callable[..., Callable[[bytes], bytes]], *, messages: int = 1) -> int:
    """Run the child's end until the parent is gone and return the process's exit code.

    The first messages open the network; what that returns answers each of the later ones.
    """
    limit_resources(_MEMORY)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        answer = open_network(*(_receive(questions, LONGEST) for _ in range(messages)))
        _send(answers, _OK)
        while True:
            _send(answers, _OK + answer(_receive(questions, LONGEST)))
    except CheckpointError as error:
        _send(answers, _REFUSED + str(error).encode())
    except (EOFError, OSError):  # the parent is gone
        return 0
    return 1


def floats(answer: bytes, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Read an answer's float32 values in a shape, of which -1 is whatever is left.

    Raises:
        CheckpointError: They are of another shape, or not finite.
    """
    try:
        values = np.frombuffer(answer, np.float32).reshape(shape)
    except ValueError:
        values = np.full((1, 1), np.nan, np.float32)
    if not np.isfinite(values).all():
        raise CheckpointError("The imported network answered with something that is not a number. Import it again.")
    return values


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes], longest: int) -> bytes:
    """Read one message; EOFError when the other side has ended or exceeds the limit."""
    length = _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0]
    if length > longest:
        raise EOFError
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _end(running: "list[subprocess.Popen[bytes]]", folder: Path) -> None:
    _close(running)
    shutil.rmtree(folder, ignore_errors=True)


def _close(running: "list[subprocess.Popen[bytes]]") -> None:
    while running:
        child = running.pop()
        end_limited(child)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not sent any more
                    continue
