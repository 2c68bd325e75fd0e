"""The PyPI package ``fer`` in a Python of its own: it needs OpenCV 4, whose Haar cascades OpenCV 5 no longer has."""

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from tests.benchmark.figure import AbsentError

VARIABLE = "FER_BENCHMARK_PYTHON"
"""The environment variable that names a Python in which ``fer`` is installed."""

_TURNS = """
import sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
from fer.fer import FER
looker, frame = FER(mtcnn=False), np.load(sys.argv[1])
for _ in sys.stdin:
    start = time.perf_counter()
    faces = looker.detect_emotions(frame)
    print("turn", time.perf_counter() - start, len(faces), flush=True)
"""


class Rival:
    """A child process that recognizes one frame repeatedly, on demand; a context manager.

    Args:
        frame: BGR, as ``fer`` takes it, shape (height, width, 3), uint8.

    Raises:
        AbsentError: No Python with ``fer`` is named, or it does not start.
    """

    def __init__(self, frame: NDArray[np.uint8]) -> None:
        python = os.environ.get(VARIABLE, "")
        if not python:
            raise AbsentError(
                f"Set {VARIABLE} to the Python of an environment with tests/benchmark/requirements.txt installed."
            )
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "frame.npy"
        np.save(path, frame)
        try:
            self._child = subprocess.Popen(
                [python, "-c", _TURNS, str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
                text=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise AbsentError(f"{VARIABLE} names {python}, which does not start ({error}).") from error

    def __enter__(self) -> "Rival":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.communicate()
        self._folder.cleanup()

    def seconds(self) -> float:
        """How long ``FER(mtcnn=False).detect_emotions`` takes for the frame, measured in the child.

        Raises:
            AbsentError: It finds no face or more than one, or has failed.
        """
        orders, answers = cast("IO[str]", self._child.stdin), cast("IO[str]", self._child.stdout)
        with suppress(BrokenPipeError):  # the missing answer says that it has ended
            orders.write("look\n")
            orders.flush()
        for line in answers:
            if line.startswith("turn "):
                _, seconds, faces = line.split()
                if int(faces) != 1:
                    raise AbsentError(f"fer finds {faces} faces in a frame with one.")
                return float(seconds)
        raise AbsentError(f"fer ended with {self._child.wait()}: is it installed for the Python of {VARIABLE}?")
