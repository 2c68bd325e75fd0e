"""Writing an MP4 that browsers play (H.264), frame by frame."""

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import VideoError
from fer_core.recognition.videos.sound import SOUND_CODEC, Sound

_TICKS = 90_000  # of the clock, in a second: every usual frame rate divides it
_OPTIONS = {"preset": "veryfast", "crf": "23"}
_BT709 = 1  # what browsers take colours for


class VideoWriter:
    """An MP4 that is being written; a context manager that leaves a whole file or none.

    Args:
        path: Where it goes; a file there is replaced.
        sound: What kind of sound goes with it, if one does.

    Raises:
        VideoError: It cannot be written there.
    """

    def __init__(self, path: Path, sound: Sound | None = None) -> None:
        self._path = path
        self._sound = sound if sound is not None and sound.rate else None
        self._sound_stream: Any = None
        self._scratch = path.with_name(f".{path.name}.part")
        self._stream: Any = None
        self._last_tick = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(self._scratch), "w", format="mp4", options={"movflags": "faststart"})
        except (OSError, av.FFmpegError) as error:
            raise self._not_written(error) from error

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            with suppress(OSError, av.FFmpegError):
                self._container.close()
            self._scratch.unlink(missing_ok=True)

    def add(self, time: float, image: NDArray[np.uint8]) -> None:
        """Append a frame; the first one decides the size, and others are fitted into it on black.

        Args:
            time: Seconds from the beginning, later than the frame before.
            image: RGB, shape (height, width, 3), uint8.

        Raises:
            VideoError: The disk is full or the file is gone.
        """
        try:
            if self._stream is None:
                self._stream = self._new_stream(image)
            size = self._stream.height, self._stream.width
            frame = av.VideoFrame.from_ndarray(_fitted(image, size), "rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
            self._last_tick = max(self._last_tick + 1, round(time * _TICKS))
            frame.pts, frame.time_base = self._last_tick, Fraction(1, _TICKS)
            self._container.mux(self._stream.encode(frame))
        except (OSError, av.FFmpegError) as error:
            raise self._not_written(error) from error

    def add_sound(self, pieces: Iterable[Any]) -> None:
        """Append pieces of sound, as :meth:`Sound.until` gives them; before the first frame there is no place for them.

        Raises:
            VideoError: The disk is full or the file is gone.
        """
        try:
            for piece in pieces:
                self._container.mux(self._sound_stream.encode(piece))
        except (OSError, av.FFmpegError) as error:
            raise self._not_written(error) from error

    def _new_stream(self, image: NDArray[np.uint8]) -> Any:  # noqa: ANN401 (PyAV's types are not followed)
        stream = self._container.add_stream("libx264", rate=30, options=_OPTIONS)
        # Each half-resolution colour pixel covers two pixels, so both sides are even.
        stream.height, stream.width = (max(2, side // 2 * 2) for side in image.shape[:2])
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.thread_count = 2
        for attribute in ("colorspace", "color_primaries", "color_trc"):
            setattr(stream.codec_context, attribute, _BT709)
        if self._sound is not None:
            self._sound_stream = self._container.add_stream(SOUND_CODEC, rate=self._sound.rate)
            self._sound_stream.layout = self._sound.layout
        return stream

    def _finish(self) -> None:
        try:
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
            if self._sound_stream is not None:
                self._container.mux(self._sound_stream.encode(None))
            self._container.close()
            self._scratch.replace(self._path)
        except (OSError, av.FFmpegError) as error:
            raise self._not_written(error) from error

    def _not_written(self, error: Exception) -> VideoError:
        reason = getattr(error, "strerror", None) or error
        return VideoError(f"{self._path.name} cannot be written ({reason}); free some space or choose another folder.")


def _fitted(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture in the middle of a black one of another size (height, width), as large as fits."""
    height, width = size
    if abs(image.shape[0] - height) < 2 and abs(image.shape[1] - width) < 2:
        cut = image[:height, :width]
        short = height - cut.shape[0], width - cut.shape[1]
        if short == (0, 0):
            return np.ascontiguousarray(cut)
    scale = min(height / image.shape[0], width / image.shape[1])
    inner = [min(side, max(1, round(scale * old))) for side, old in zip(size, image.shape[:2], strict=True)]
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    small = cv2.resize(image, inner[::-1], interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    borders = top, height - inner[0] - top, left, width - inner[1] - left
    return np.asarray(cv2.copyMakeBorder(small, *borders, cv2.BORDER_CONSTANT), np.uint8)
