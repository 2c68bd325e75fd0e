"""The one door by which videos come in: upright RGB frames with their times, one at a time.

Nothing that a file says of itself (its length, number of frames, frame rate) is trusted.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from av.sidedata.sidedata import Type
from numpy.typing import NDArray

from fer_core.errors import VideoError
from fer_core.recognition.videos.container import (
    DECODER_ERRORS,
    claimed_seconds,
    open_container,
    open_file,
    video_stream,
)
from fer_core.storage.plaintext import file_title

VIDEO_EXTENSIONS = ("mp4", "m4v", "webm", "mov", "mkv", "avi")
"""The kinds of videos the app invites; the content decides, not the extension."""

_FAILURES_IN_A_ROW = 100  # unreadable packets after which the rest is not tried
_USUAL_RATE = 30.0  # frames a second, where the file names no believable rate
_COMPLETE = 0.95  # a part of what the header promises: with variable rates its promise is an estimate


@dataclass(frozen=True)
class VideoLimits:
    """How much of a video is analyzed, at most.

    Attributes:
        max_bytes: Larger files are refused.
        max_seconds: What comes later in a video is left out.
        max_frames: Of longer videos fewer frames a second are analyzed.
        long_side: Larger frames are scaled down until their longer side is at most this, in pixels.
        short_side: The same for the shorter side.
        wall_seconds: An analysis that takes longer ends with what it has.
    """

    max_bytes: int = 200 * 2**20
    max_seconds: float = 600.0
    max_frames: int = 6000
    long_side: int = 1920
    short_side: int = 1080
    wall_seconds: float = 1200.0


@dataclass(frozen=True, eq=False)
class VideoFrame:
    """A picture of a video.

    Attributes:
        time: Seconds since the first frame.
        image: RGB, upright, shape (height, width, 3), uint8.
    """

    time: float
    image: NDArray[np.uint8]


class VideoReader:
    """A video file that is being read; a context manager.

    Attributes:
        title: Its name in messages.
        limits: How much of it is read.
        seconds: Its length as it claims; 0 when it does not.
        decoded: Frames decoded so far.
        is_cut: Whether more came after ``limits.max_seconds``.
        origin: Time of the first frame by the file's own clock, in seconds; 0 before it is read.

    Raises:
        VideoError: It is missing, empty, too large, of another kind, damaged, or has no moving pictures.
    """

    def __init__(self, path: Path, *, name: str = "", limits: VideoLimits | None = None) -> None:
        self.limits = limits or VideoLimits()
        self.title = file_title(name or path.name, "The video")
        self.decoded = 0
        self.is_cut = False
        self.origin = 0.0
        self._is_broken = False
        self._last_time = 0.0
        self._rotation = (
            math.nan,
            np.eye(3, dtype=np.int32).ravel(),
        )  # degrees, display matrix
        self._file = open_file(path, self.title, self.limits.max_bytes)
        try:
            self._container = open_container(self._file, self.title)
            self._stream = video_stream(self._container, self.title)
        except VideoError:
            self._file.close()  # the container goes with the last reference to it
            raise
        self.seconds = claimed_seconds(self._container, self._stream)
        rate = self._stream.average_rate
        self._rate = float(rate) if rate and 0 < rate <= 1000 else _USUAL_RATE

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()
        self._file.close()

    def frames(self, interval: float = 0.0) -> Iterator[VideoFrame]:
        """Decode the video once, from its beginning.

        Args:
            interval: Seconds between the frames that are wanted, at least; 0 for every frame.

        Yields:
            Frames with rising times, one at a time in memory.

        Raises:
            VideoError: No frame at all can be decoded.
        """
        due = 0.0
        for time, frame in self._timed():
            if time > self.limits.max_seconds:
                self.is_cut = True
                return
            self.decoded, self._last_time = self.decoded + 1, time
            if time >= due - 1e-6:
                due = max(due + interval, time + interval / 2)
                yield VideoFrame(time, self._picture(frame))
        if not self.decoded:
            raise VideoError(f"{self.title} has no readable frames; save or download it again, then choose it again.")

    @property
    def end(self) -> float:
        """Seconds from the first frame to the end of the last one that was decoded."""
        return self._last_time + 1 / self._rate

    def shortfall(self) -> str:
        """What was missing, once all frames are read, such as "28 of about 60 frames readable"; "" if nothing was."""
        promised = int(self._stream.frames) or round(self.seconds * self._rate)
        is_complete = self.decoded >= _COMPLETE * promised or self.end >= _COMPLETE * self.seconds > 0
        if not self.is_cut and not is_complete:
            return f"{self.decoded} of about {promised} frames readable"
        return "some frames were unreadable" if self._is_broken else ""

    def _timed(self) -> Iterator[tuple[float, Any]]:
        """The decoded frames with their times, which always rise, whatever the file says."""
        start, last = math.nan, -1 / self._rate
        for frame in self._decode():
            time = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else math.nan
            if math.isnan(start) and not math.isnan(time):
                self.origin = start = time
            time -= start
            last = time if time > last else last + 1 / self._rate
            yield last, frame

    def _decode(self) -> Iterator[Any]:
        """What can be decoded; a damaged packet is left out, and a damaged file ends where it is damaged."""
        packets = self._container.demux(self._stream)
        failures = 0
        while failures < _FAILURES_IN_A_ROW:
            try:
                packet = next(packets, None)
            except DECODER_ERRORS:
                self._is_broken = True
                yield from self._buffered()
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
                failures = 0
            except DECODER_ERRORS:
                self._is_broken = True
                frames, failures = [], failures + 1
            yield from frames

    def _buffered(self) -> list[Any]:
        """The frames that the decoder still has."""
        try:
            return list(self._stream.codec_context.decode(None))
        except DECODER_ERRORS:
            return []

    def _picture(self, frame: Any) -> NDArray[np.uint8]:  # noqa: ANN401 (PyAV's types are not followed)
        """A frame as displayed: square pixels, within the limits, upright."""
        shape = self._stream.sample_aspect_ratio
        aspect = float(shape) if shape and 0.25 <= shape <= 4 else 1.0
        width, height = frame.width * aspect, frame.height
        limits = self.limits
        scale = min(1.0, limits.long_side / max(width, height), limits.short_side / min(width, height))
        size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        image: NDArray[np.uint8] = frame.reformat(**size, format="rgb24").to_ndarray()
        return _upright(image, self._matrix(frame))

    def _matrix(self, frame: Any) -> NDArray[np.int32]:  # noqa: ANN401
        """How to turn a frame; read only when its rotation changes, because each read keeps a frame in memory for long.

        (PyAV's frame and its side data refer to each other, so only the garbage collector frees the two.)
        """
        if frame.rotation != self._rotation[0]:
            self._rotation = frame.rotation, _display_matrix(frame)
        return self._rotation[1]


def _display_matrix(frame: Any) -> NDArray[np.int32]:  # noqa: ANN401
    """How a frame is to be turned for display: FFmpeg's 3x3 matrix, row by row."""
    for data in frame.side_data:
        if data.type == Type.DISPLAYMATRIX and data.buffer_size == 36:
            return np.frombuffer(bytes(data), np.int32)
    return np.eye(3, dtype=np.int32).ravel()


def _upright(image: NDArray[np.uint8], matrix: NDArray[np.int32]) -> NDArray[np.uint8]:
    """A picture turned and mirrored as a display matrix asks, in quarter turns: (x, y) goes to (ax + cy, bx + dy)."""
    a, b, _, c, d = matrix[:5].tolist()
    horizontal, vertical = a, d
    if abs(b) > abs(a):
        image, horizontal, vertical = image.transpose(1, 0, 2), c, b
    turned = image[:: -1 if vertical < 0 else 1, :: -1 if horizontal < 0 else 1]
    return np.ascontiguousarray(turned)
