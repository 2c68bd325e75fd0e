"""How fast and how steadily webcam frames are looked at."""

import gc
import importlib
import statistics
import time
import warnings
from collections.abc import Callable

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from fer_core.benchmark.figure import AbsentError, Bench, seconds
from fer_core.checkpoint import DEFAULT_CHECKPOINT, load_checkpoint
from fer_core.data.faces.scene import draw_scene
from fer_core.detection import FaceDetector
from fer_core.errors import CheckpointError
from fer_core.streaming import FrameAnalyser
from fer_core.streamvalues import StreamSettings

_FRAMES = 300
_SOAK_FRAMES, _WARM_FRAMES = 10_000, 1_000
_SIZE = (480, 640)


def frame_milliseconds() -> float:
    """Median time of one 640x480 frame with one face, from detection to the drawn overlay, on one thread."""
    return statistics.median(_times(1))


def frame_milliseconds_p95() -> float:
    """The same, slower than 95 % of the frames."""
    return float(np.percentile(_times(1), 95))


def further_face_milliseconds() -> float:
    """What each further face adds to the median, from frames with three faces and with one."""
    return (statistics.median(_times(3)) - statistics.median(_times(1))) / 2


def soak_megabytes() -> float:
    """How much memory 9,000 frames add after the first 1,000, with none to three faces in them."""
    analyser, frames = _analyser(), [_frame(faces) for faces in (0, 1, 2, 3)]
    memory = psutil.Process().memory_info
    before = 0
    for number in range(_SOAK_FRAMES):
        if number == _WARM_FRAMES:
            gc.collect()
            before = memory().rss
        analyser.annotate(frames[number // 50 % len(frames)])
    gc.collect()
    return (memory().rss - before) / 1e6


def fer_ratio() -> float:
    """How many times as many frames with one face as the PyPI package ``fer`` looks at, in turns in the same run."""
    theirs = _fer()
    analyser, frame = _analyser(), _frame(1)
    other = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    pairs = [(seconds(lambda: analyser.annotate(frame)), seconds(lambda: theirs(other))) for _ in range(60)]
    return statistics.median(slow / quick for quick, slow in pairs[10:])


def _fer() -> Callable[[NDArray[np.uint8]], object]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs: Callable[[NDArray[np.uint8]], object] = importlib.import_module("fer.fer").FER().detect_emotions
            theirs(np.zeros((*_SIZE, 3), np.uint8))
    except (ImportError, AttributeError) as error:  # OpenCV 5 has no CascadeClassifier, which fer needs
        raise AbsentError(
            f"The package fer does not run here ({error}): see tests/benchmark-requirements.txt."
        ) from error
    return theirs


def _analyser() -> FrameAnalyser:
    try:
        classifier = load_checkpoint(DEFAULT_CHECKPOINT).open_classifier()
    except CheckpointError as error:
        raise AbsentError(str(error)) from error
    return FrameAnalyser(StreamSettings(FaceDetector(), classifier))


def _frame(faces: int) -> NDArray[np.uint8]:
    if faces == 0:
        return np.full((*_SIZE, 3), 128, np.uint8)
    return draw_scene(5, faces=faces, size=_SIZE).image


def _times(faces: int) -> list[float]:
    """Milliseconds of each of many frames, after some that are not counted."""
    analyser, frame = _analyser(), _frame(faces)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        times = []
        for _ in range(_FRAMES):
            start = time.perf_counter()
            analyser.annotate(frame)
            times.append(1000 * (time.perf_counter() - start))
    finally:
        cv2.setNumThreads(threads)
    if len(analyser.latest().faces) != faces:
        raise AbsentError(f"The detector finds {len(analyser.latest().faces)} of {faces} drawn faces.")
    return times[30:]


WEBCAM_BENCHES = (
    Bench("webcam.frame_ms", "ms in the median", 0.0, 10.0, frame_milliseconds),
    Bench("webcam.frame_ms_p95", "ms at the 95th percentile", 0.0, 15.0, frame_milliseconds_p95),
    Bench("webcam.further_face_ms", "ms more", 0.0, 2.0, further_face_milliseconds),
    Bench("webcam.soak_mb", "MB more after 9,000 frames", 0.0, 10.0, soak_megabytes),
    Bench("webcam.fer_ratio", "times the frames of fer", 8.0, 1e6, fer_ratio),
)
"""What is measured of the webcam, frame by frame; tests/e2e measures the browser's side."""
