"""How fast and how steadily webcam frames are looked at."""

import gc
import os
import statistics
from collections.abc import Sequence
from functools import partial
from math import inf

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import DEFAULT_CHECKPOINT
from fer_core.datasets.drawn.scene import draw_scene
from fer_core.faces.detection import FaceDetector
from fer_core.recognition.webcam import FrameAnalyzer, StreamSettings
from tests.benchmark.figure import AbsentError, Bench, seconds
from tests.benchmark.rival import Rival
from tests.benchmark.subjects import live_classifier

_FRAMES, _WARM_TURNS = 330, 30
_ROWS, _ROW = 9, 30  # frames after another, ours and then theirs
_SOAK_FRAMES, _WARM_FRAMES = 10_000, 1_000
_SIZE = (480, 640)
_PAPER_CHECKPOINT = "paper-cnn"


def frame_milliseconds() -> float:
    """Median time of one 640x480 frame with one face, from detection to the drawn overlay, on one thread."""
    return statistics.median(_times())


def frame_milliseconds_p95() -> float:
    """The same, slower than 95% of the frames."""
    return float(np.percentile(_times(), 95))


def further_face_milliseconds() -> float:
    """What each further face adds, from frames with three faces and with one, looked at in turns."""
    one, three = zip(*_turns(1, 3), strict=True)
    return float(statistics.median(three) - statistics.median(one)) / 2


def soak_megabytes() -> float:
    """How much memory 9,000 frames add after the first 1,000, with none to three faces in them."""
    analyzer, frames = _analyzer(), [frame_with(faces) for faces in (0, 1, 2, 3)]
    memory = psutil.Process().memory_info
    before = 0
    for number in range(_SOAK_FRAMES):
        if number == _WARM_FRAMES:
            gc.collect()
            before = memory().rss
        analyzer.annotate(frames[number // 50 % len(frames)])
    gc.collect()
    return (memory().rss - before) / 1e6


def fer_ratio() -> float:
    """How many times as many frames with one face as the PyPI package ``fer``, with the paper's network."""
    return _fer_ratio(_PAPER_CHECKPOINT)


def fer_ratio_default() -> float:
    """The same with the checkpoint that pages choose by default."""
    return _fer_ratio(DEFAULT_CHECKPOINT)


def _fer_ratio(checkpoint: str) -> float:
    """The ratio of the times for rows of the same frame, as in a stream; rows in turns, all cores for both."""
    analyzer, frame = _analyzer(checkpoint, threads=os.cpu_count() or 1), frame_with(1)
    with Rival(np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), np.uint8)) as rival:
        rows = [
            (
                sum(seconds(partial(analyzer.annotate, frame)) for _ in range(_ROW)),
                sum(rival.seconds() for _ in range(_ROW)),
            )
            for _ in range(1 + _ROWS)
        ]
    _check(analyzer, 1)
    return statistics.median(theirs / ours for ours, theirs in rows[1:])  # the first warms up


def _analyzer(checkpoint: str = DEFAULT_CHECKPOINT, *, threads: int = 1) -> FrameAnalyzer:
    classifier = live_classifier(checkpoint, threads=threads)
    return FrameAnalyzer(StreamSettings(FaceDetector(threads=threads), classifier))


def frame_with(faces: int) -> NDArray[np.uint8]:
    """A frame with drawn faces, or a gray one, RGB (480, 640, 3)."""
    if faces == 0:
        return np.full((*_SIZE, 3), 128, np.uint8)
    return draw_scene(5, faces=faces, size=_SIZE).image


def _times() -> list[float]:
    """Milliseconds of each of many frames with one face, after some that are not counted."""
    return [times[0] for times in _turns(1)]


def _turns(*faces: int) -> list[tuple[float, ...]]:
    """Milliseconds per frame by number of faces."""
    lookers = [(_analyzer(), frame_with(count)) for count in faces]
    turns = turns_of(lookers)
    for (analyzer, _), count in zip(lookers, faces, strict=True):
        _check(analyzer, count)
    return turns


def turns_of(lookers: Sequence[tuple[FrameAnalyzer, NDArray[np.uint8]]]) -> list[tuple[float, ...]]:
    """Milliseconds of each analyzer for its frame, interleaved, so that all meet the same load, after a warm-up."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        turns = [tuple(1000 * seconds(partial(one.annotate, frame)) for one, frame in lookers) for _ in range(_FRAMES)]
    finally:
        cv2.setNumThreads(threads)
    return turns[_WARM_TURNS:]


def _check(analyzer: FrameAnalyzer, faces: int) -> None:
    if len(analyzer.latest().faces) != faces:
        raise AbsentError(f"The detector finds {len(analyzer.latest().faces)} of {faces} drawn faces.")


WEBCAM_BENCHES = (
    Bench("webcam.frame_ms", "ms in the median", 0.0, 10.0, frame_milliseconds),
    Bench("webcam.frame_ms_p95", "ms at the 95th percentile", 0.0, 15.0, frame_milliseconds_p95),
    Bench("webcam.further_face_ms", "ms more", 0.0, 2.0, further_face_milliseconds),
    Bench("webcam.soak_mb", "MB more after 9,000 frames", 0.0, 10.0, soak_megabytes),
    Bench("webcam.fer_ratio", "times the frames of fer", 8.0, inf, fer_ratio),
    Bench("webcam.fer_ratio_default", "times the frames of fer", 5.0, inf, fer_ratio_default),
)
"""What is measured of the webcam, frame by frame; tests/e2e measures the browser's side."""
