"""The child process that analyses a video for a page: hostile files and long work stay out of the web process."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path

import cv2
import psutil
from filelock import FileLock, Timeout

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.errors import FerError
from fer_core.recognition.videos.analysis import AnalysisCancelledError, AnalysisOptions, Progress, analyse_video
from fer_core.recognition.videos.jobs import (
    ANNOTATED_FILE,
    JOB_FILE,
    PREVIEW_FILE,
    VIDEO_FILE,
    JobStatus,
    VideoOrder,
    write_status,
)
from fer_core.recognition.videos.reader import VideoFrame
from fer_core.storage.records import as_record, read_record

_AT_ONCE = 2  # analyses on one computer; the next ones wait
_TELL_EVERY = 0.4  # seconds
_PREVIEW_SIDE = 640
_MAX_MEMORY = 6 * 2**30
_MAX_FILE = 2 * 2**30
_MAX_PROCESSOR_SECONDS = 3600
_LOW_PRIORITY = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 5)  # its name on Windows, else a nice value


def run_job(folder: Path) -> None:
    """Analyses the video in a folder and writes there what was found, or why nothing could be.

    Args:
        folder: With the video and its order; other files are written beside them.
    """
    _limit_this_process()
    parent = psutil.Process(os.getppid())
    try:
        order = read_record(folder / JOB_FILE, VideoOrder)
        with _turn(folder, Path(order.slots), parent):
            _analyse(folder, order, parent)
        write_status(folder, JobStatus("finished", fraction=1.0))
    except FerError as error:
        write_status(folder, JobStatus("failed", message=str(error)))


def _analyse(folder: Path, order: VideoOrder, parent: psutil.Process) -> None:
    told = 0.0

    def tell(progress: Progress, frame: VideoFrame) -> None:
        nonlocal told
        if time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            _write_preview(folder, frame)
            write_status(folder, JobStatus("running", progress.fraction, progress.frames, progress.eta_seconds))

    options = as_record(AnalysisOptions, order.options)
    result = analyse_video(
        folder / VIDEO_FILE,
        load_checkpoint(order.checkpoint).open_classifier(live=True, prior_adjustment=options.prior_adjustment),
        name=order.name,
        options=options,
        annotated=folder / ANNOTATED_FILE,
        on_progress=tell,
        is_cancelled=lambda: not parent.is_running(),
    )
    result.save(folder)


def _write_preview(folder: Path, frame: VideoFrame) -> None:
    """Replaces the small picture of where the analysis is."""
    height, width = frame.image.shape[:2]
    scale = min(1.0, _PREVIEW_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
    scratch = folder / f".{PREVIEW_FILE}"
    scratch.write_bytes(cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1].tobytes())
    scratch.replace(folder / PREVIEW_FILE)


@contextmanager
def _turn(folder: Path, slots: Path, parent: psutil.Process) -> Iterator[None]:
    """Waits until fewer than ``_AT_ONCE`` analyses of this server run."""
    slots.mkdir(exist_ok=True)
    for number in cycle(range(_AT_ONCE)):
        if not parent.is_running():
            raise AnalysisCancelledError("The app has ended.")
        with suppress(Timeout), FileLock(slots / f"{number}.lock", timeout=0.2):
            write_status(folder, JobStatus("running"))
            yield
            return
        write_status(folder, JobStatus("waiting"))


def _limit_this_process() -> None:
    """Leaves the processor to the pages, and bounds memory, files and time, where the system can."""
    with suppress(psutil.Error, OSError, ValueError):
        psutil.Process().nice(_LOW_PRIORITY)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 (not on Windows)

        limits = (
            (resource.RLIMIT_AS, _MAX_MEMORY),
            (resource.RLIMIT_FSIZE, _MAX_FILE),
            (resource.RLIMIT_CPU, _MAX_PROCESSOR_SECONDS),
        )
        for kind, value in limits:
            with suppress(OSError, ValueError):
                resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    run_job(Path(sys.argv[1]))
