"""The page's view of an analysis: a private folder and a child process, both gone when nobody looks any more."""

import os
import shutil
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from fer_core.errors import VideoError
from fer_core.recognition.timelines import VideoResult
from fer_core.storage.files import PROJECT, home
from fer_core.storage.records import read_record, write_record

VIDEO_FILE, JOB_FILE, STATUS_FILE = "video", "job.json", "status.json"
ANNOTATED_FILE, PREVIEW_FILE = "annotated.mp4", "preview.jpg"
_PREFIX = "fer-video"
_LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}  # glibc gives the memory of frames back at once
_DIED = (
    "The analysis ended unexpectedly, perhaps because the file is damaged or needs too much memory. "
    "Save the video as MP4 in a smaller size and try again."
)


@dataclass(frozen=True)
class JobStatus:
    """Where an analysis stands.

    Attributes:
        state: ``waiting`` for others to end, ``running``, ``finished`` or ``failed``.
        fraction: How far it is, 0 to 1; 0 also while the video does not say how long it is.
        frames: How many frames have been analysed.
        eta_seconds: How long the rest will take; 0 if that is not known.
        message: Why it failed.
    """

    state: Literal["waiting", "running", "finished", "failed"]
    fraction: float = 0.0
    frames: int = 0
    eta_seconds: float = 0.0
    message: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it is still to come to an end."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True)
class VideoOrder:
    """What a child is to do.

    Attributes:
        name: The file's name, for messages.
        checkpoint: The checkpoint's name.
        options: Of the analysis, as JSON types.
        slots: The folder of the locks by which the children of a server take turns.
    """

    name: str
    checkpoint: str
    options: dict[str, Any]
    slots: str


class VideoJob:
    """An analysis in a child process, with the video and everything found in a folder that only this user can open.

    The child ends and the folder is deleted by :meth:`close`, when this object is forgotten, and when the server ends.

    Args:
        name: The file's name, for messages.
        chunks: The file's content, piece by piece.
        checkpoint: The checkpoint's name.
        options: Of the analysis, as JSON types; see ``AnalysisOptions``.

    Raises:
        VideoError: The video cannot be stored.
    """

    def __init__(self, name: str, chunks: Iterable[bytes], checkpoint: str, options: dict[str, Any]) -> None:
        self.name = name
        self.checkpoint = checkpoint
        _remove_left_over()
        root = Path(tempfile.gettempdir())
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{os.getpid()}-", dir=root))
        self._result: VideoResult | None = None
        try:
            with (self.folder / VIDEO_FILE).open("wb") as file:
                file.writelines(chunks)
            order = VideoOrder(name, checkpoint, options, str(root / f"{_PREFIX}-{os.getpid()}-turns"))
            write_record(self.folder / JOB_FILE, order)
            write_status(self.folder, JobStatus("waiting"))
            self._child = _start(self.folder)
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise VideoError(f"The video cannot be stored ({error.strerror or error}). Free some space.") from error
        self.close = weakref.finalize(self, _end, self._child, self.folder)

    @property
    def status(self) -> JobStatus:
        """Where it stands now."""
        has_ended = self._child.poll() is not None
        try:
            status = read_record(self.folder / STATUS_FILE, JobStatus)
        except (OSError, ValueError, TypeError):
            status = JobStatus("waiting")
        return JobStatus("failed", message=_DIED) if has_ended and status.is_active else status

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
        """The latest analysed frame with its faces boxed, a JPEG; empty before the first one."""
        try:
            return (self.folder / PREVIEW_FILE).read_bytes()
        except OSError:
            return b""

    def annotated(self) -> bytes:
        """The annotated video, an MP4.

        Raises:
            VideoError: It is not there.
        """
        try:
            return (self.folder / ANNOTATED_FILE).read_bytes()
        except OSError as error:
            raise VideoError("The annotated video is gone; analyse the video again.") from error


def write_status(folder: Path, status: JobStatus) -> None:
    """Replaces a job's status in one step."""
    write_record(folder / STATUS_FILE, status)


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "fer_core.recognition.videos.job", str(folder)],
            cwd=PROJECT,
            env=os.environ | {"FER_HOME": str(home())} | _LEAN,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _end(child: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Ends a child at once (everything it writes is thrown away) and deletes its folder."""
    with suppress(OSError, subprocess.TimeoutExpired):
        child.kill()
        child.wait(timeout=10)
    shutil.rmtree(folder, ignore_errors=True)


def _remove_left_over() -> None:
    """Deletes the folders of servers that ended too suddenly to do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*-*"):
        number = folder.name.removeprefix(f"{_PREFIX}-").split("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
