"""How fast a video is looked at, and that a long one needs no more memory than a short one."""

import gc
import tempfile
import time
from math import inf
from pathlib import Path

import numpy as np
import psutil

from fer_core.datasets.drawn.scene import draw_scene
from fer_core.recognition.videos.analysis import AnalysisOptions, Progress, analyze_video
from fer_core.recognition.videos.reader import VideoFrame
from fer_core.recognition.videos.writer import VideoWriter
from tests.benchmark.figure import Bench
from tests.benchmark.subjects import live_classifier

_RATE, _WARM_FRAMES, _FRAMES = 30, 1000, 3000


def frames_per_second() -> float:
    """Frames of 640x480 with one face that are decoded, looked at, drawn and coded in a second."""
    with tempfile.TemporaryDirectory() as folder:
        clip = _clip(Path(folder), 300)
        start = time.perf_counter()
        result = analyze_video(clip, live_classifier(), options=_OPTIONS, annotated=clip.with_name("annotated.mp4"))
        return result.frames / (time.perf_counter() - start)


def growth_megabytes() -> float:
    """How much memory 2,000 frames add after the first 1,000."""
    memory, sizes = psutil.Process().memory_info, list[int]()

    def note(progress: Progress, _: VideoFrame) -> None:
        if progress.frames in (_WARM_FRAMES, _FRAMES):
            gc.collect()
            sizes.append(memory().rss)

    with tempfile.TemporaryDirectory() as folder:
        analyze_video(_clip(Path(folder), _FRAMES + 10), live_classifier(), options=_OPTIONS, on_progress=note)
    return (sizes[1] - sizes[0]) / 1e6


def _clip(folder: Path, frames: int) -> Path:
    """A face that sways."""
    scene, path = draw_scene(5, faces=1, size=(480, 640)).image, folder / "clip.mp4"
    with VideoWriter(path) as writer:
        for number in range(frames):
            writer.add(number / _RATE, np.roll(scene, round(20 * np.sin(number / _RATE)), axis=1))
    return path


_OPTIONS = AnalysisOptions(float(_RATE), "near")

VIDEO_BENCHES = (
    Bench("videos.frames_per_second", "frames analyzed and annotated a second", 30.0, inf, frames_per_second),
    Bench("videos.growth_mb", "MB more after 2,000 frames", 0.0, 10.0, growth_megabytes),
)
"""What is measured of videos."""
