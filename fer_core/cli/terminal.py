"""The terminal of a command: characters it cannot show, and Ctrl-C."""

import codecs
import io
import os
import signal
import sys
import threading
import unicodedata
from types import FrameType, TracebackType
from typing import Self

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it: 128 and the number of the signal."""

_PLAIN = {
    "“": '"', "”": '"', "’": "'", "→": "->", "–": "-", "−": "-", "…": "...", "·": "-", "×": "x", "±": "+/-",
}  # fmt: skip
_ERRORS = "fer-plain"


def show_plainly() -> None:
    """Let standard output and standard error show what their encoding lacks by its nearest plain letters."""
    codecs.register_error(_ERRORS, _plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def shows_everything() -> bool:
    """Whether standard output can show every letter; JSON is escaped where it cannot, so that it stays the same."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def _plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    bare = "".join(_PLAIN.get(letter) or unicodedata.normalize("NFKD", letter)[0] for letter in letters)
    return "".join(letter if letter.isascii() else "?" for letter in bare), error.end


class Interruptible:
    """A block that Ctrl-C ends, whatever libraries do with the signal; a second one ends the process.

    Attributes:
        was_interrupted: Whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.was_interrupted = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # signals reach no other
            self._before = signal.signal(signal.SIGINT, self._end)
        return self

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self.was_interrupted:
            os._exit(INTERRUPTED)
        self.was_interrupted = True
        raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)
        return self.was_interrupted
