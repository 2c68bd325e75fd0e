"""An analysis of a video in a child process, so that hostile files and long work stay out of the web process.

The page holds a :class:`VideoJob`: a private folder and a child, both gone when nobody looks any more. The child runs
this module on the folder.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import psutil
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint, load_checkpoint
from fer_core.checkpoints.priors import AnsweredBy
from fer_core.errors import FerError, VideoError
from fer_core.faces.crops import IMAGE_SIZE
from fer_core.recognition.timelines import VideoResult
from fer_core.recognition.videos.analysis import AnalysisCanceledError, AnalysisOptions, Progress, analyze_video
from fer_core.recognition.videos.reader import VideoFrame
from fer_core.storage.files import PROJECT, home, storage_remedy
from fer_core.storage.records import read_record, write_record
from fer_core.storage.sandbox import GIB, limit_resources

_VIDEO, _JOB, _STATUS, _ANNOTATED, _PREVIEW = "video", "job.json", "status.json", "annotated.mp4", "preview.jpg"
_CROPS = "crops"
_PREFIX = "fer-video"
_LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}  # glibc gives the memory of frames back at once
_DIED = (
    "The analysis ended unexpectedly; the file may be damaged or need too much memory. Save the video as a smaller "
    "MP4 and try again."
)
_CHUNK = 2**20
_SLOTS = 2  # analyses of one server at a time; the next ones wait
_UPDATE_SECONDS = 0.4
_PREVIEW_SIDE = 640
_LOW_PRIORITY = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 5)  # its name on Windows, else a nice value


@dataclass(frozen=True)
class JobStatus(Progress):
    """Where an analysis stands.

    Attributes:
        state: ``waiting`` for others to end, ``running``, ``finished`` or ``failed``.
        message: Why it failed.
    """

    state: Literal["waiting", "running", "finished", "failed"] = "waiting"
    message: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it is still to come to an end."""
        return self.state in ("waiting", "running")

    def save(self, folder: Path) -> None:
        """Replace a job's status in one step."""
        write_record(folder / _STATUS, self)


@dataclass(frozen=True)
class JobSpec:
    """What a child is to do.

    Attributes:
        name: The file's name, for messages.
        checkpoint: The checkpoint's name.
        slots: The folder of the locks by which the children of a server take turns.
    """

    name: str
    checkpoint: str
    options: AnalysisOptions
    slots: str


class VideoJob:
    """An analysis in a child process, with the video and everything found in a folder that only this user can open.

    The child ends and the folder is deleted by :meth:`close`, when this object is forgotten, and when the server ends.

    Args:
        name: The file's name, for messages.
        chunks: The file's content, piece by piece.
        checkpoint: Classifies the faces.
        options: Of the analysis.

    Raises:
        VideoError: The video cannot be stored.
    """

    def __init__(self, name: str, chunks: Iterable[bytes], checkpoint: Checkpoint, options: AnalysisOptions) -> None:
        self.name = name
        self.checkpoint = checkpoint
        self.answered_by = AnsweredBy(checkpoint.name, checkpoint.card.known_prior(options.prior_adjustment))
        self.options = options
        _delete_orphaned_folders()
        root = Path(tempfile.gettempdir())
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{os.getpid()}-", dir=root))
        self._result: VideoResult | None = None
        try:
            with (self.folder / _VIDEO).open("wb") as file:
                file.writelines(chunks)
            spec = JobSpec(name, checkpoint.name, options, str(root / f"{_PREFIX}-{os.getpid()}-turns"))
            write_record(self.folder / _JOB, spec)
            JobStatus().save(self.folder)
            self.child = _start(self.folder)
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            remedy = storage_remedy(error, root)
            raise VideoError(f"The video cannot be stored ({error.strerror or error}). {remedy}") from error
        self.close = weakref.finalize(self, _end, self.child, self.folder)

    def video(self) -> Iterator[bytes]:
        """The file's content, piece by piece."""
        with (self.folder / _VIDEO).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    @property
    def status(self) -> JobStatus:
        """Where it stands now."""
        has_ended = self.child.poll() is not None
        try:
            status = read_record(self.folder / _STATUS, JobStatus)
        except (OSError, ValueError):
            status = JobStatus()
        return JobStatus(state="failed", message=_DIED) if has_ended and status.is_active else status

    @property
    def result(self) -> VideoResult:
        """What was found, once it is finished.

        Raises:
            VideoError: It is not there.
        """
        if self._result is None:
            self._result = VideoResult.load(self.folder)
        return self._result

    def preview(self) -> bytes:
        """The latest analyzed frame with its faces boxed, a JPEG; empty before the first one."""
        try:
            return (self.folder / _PREVIEW).read_bytes()
        except OSError:
            return b""

    def crop(self, row: int) -> NDArray[np.uint8]:
        """What the classifier saw of the face of a row of the result: ``(48, 48)`` uint8.

        Raises:
            VideoError: It is not there.
        """
        try:
            with (self.folder / _CROPS).open("rb") as file:
                file.seek(row * IMAGE_SIZE**2)
                return np.frombuffer(file.read(IMAGE_SIZE**2), np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
        except (OSError, ValueError) as error:
            raise VideoError("The faces of the video are missing. Analyze the video again.") from error

    def annotated(self) -> bytes:
        """The annotated video, an MP4.

        Raises:
            VideoError: It is not there.
        """
        try:
            return (self.folder / _ANNOTATED).read_bytes()
        except OSError as error:
            raise VideoError("The annotated video is missing; analyze the video again.") from error


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "fer_core.recognition.videos.jobs", str(folder)],
            cwd=PROJECT,
            env=os.environ | {"FER_HOME": str(home())} | _LEAN,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _end(child: "subprocess.Popen[bytes]", folder: Path) -> None:
    """End a child at once, as everything it writes is thrown away, and delete its folder."""
    with suppress(OSError, subprocess.TimeoutExpired):
        child.kill()
        child.wait(timeout=10)
    shutil.rmtree(folder, ignore_errors=True)


def _delete_orphaned_folders() -> None:
    """Delete the folders of servers that ended too suddenly to do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*-*"):
        number = folder.name.removeprefix(f"{_PREFIX}-").split("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path) -> None:
    """In the child: analyze the video in a folder and write there what was found, or why nothing could be."""
    with suppress(psutil.Error, OSError, ValueError):
        psutil.Process().nice(_LOW_PRIORITY)
    limit_resources(6 * GIB, seconds=3600, file_size=2 * GIB, strict=False)  # macOS refuses some
    parent = psutil.Process(os.getppid())
    try:
        spec = read_record(folder / _JOB, JobSpec)
        with _slot(folder, Path(spec.slots), parent):
            _analyze(folder, spec, parent)
        JobStatus(state="finished", fraction=1.0).save(folder)
    except FerError as error:
        JobStatus(state="failed", message=str(error)).save(folder)


@contextmanager
def _slot(folder: Path, slots: Path, parent: psutil.Process) -> Iterator[None]:
    """Wait until fewer than ``_SLOTS`` analyses of this server run."""
    slots.mkdir(exist_ok=True)
    for number in cycle(range(_SLOTS)):
        if not parent.is_running():
            raise AnalysisCanceledError("The app has ended.")
        with suppress(Timeout), FileLock(slots / f"{number}.lock", timeout=0.2):
            JobStatus(state="running").save(folder)
            yield
            return
        JobStatus().save(folder)


def _analyze(folder: Path, spec: JobSpec, parent: psutil.Process) -> None:
    updated = 0.0

    def update(progress: Progress, frame: VideoFrame) -> None:
        nonlocal updated
        if time.monotonic() - updated > _UPDATE_SECONDS:
            updated = time.monotonic()
            _write_preview(folder, frame)
            JobStatus(**asdict(progress), state="running").save(folder)

    result = analyze_video(
        folder / _VIDEO,
        load_checkpoint(spec.checkpoint).open_classifier(live=True, prior_adjustment=spec.options.prior_adjustment),
        name=spec.name,
        options=spec.options,
        annotated=folder / _ANNOTATED,
        crops=folder / _CROPS,
        on_progress=update,
        is_cancelled=lambda: not parent.is_running(),
    )
    result.save(folder)


def _write_preview(folder: Path, frame: VideoFrame) -> None:
    height, width = frame.image.shape[:2]
    scale = min(1.0, _PREVIEW_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
    scratch = folder / f".{_PREVIEW}"
    scratch.write_bytes(cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1].tobytes())
    scratch.replace(folder / _PREVIEW)


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
