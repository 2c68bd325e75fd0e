"""Writing an MP4 that browsers play (H.264 and AAC), frame by frame, with the audio of another file."""

import math
from collections.abc import Iterable, Iterator
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
from fer_core.recognition.videos.container import DECODER_ERRORS, open_container, open_file

_TICKS = 90_000  # of the clock, in a second: every usual frame rate divides it
_OPTIONS = {"preset": "veryfast", "crf": "23"}
_BT709 = 1  # the colors that browsers assume
_AUDIO_CODECS = frozenset(["aac", "mp3", "mp2", "opus", "vorbis", "ac3", "eac3", "flac", "alac", "amr_nb", "amr_wb"])
_PIECE = 1024  # samples that AAC codes at once
_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_GAP = 0.1  # seconds of silence in the file from which on the sound is put back in step


class AudioTrack:
    """The first audio stream of a video file, decoded on demand; a context manager.

    Attributes:
        rate: Samples a second; 0 when there is no audio that can be read.
        layout: ``mono`` or ``stereo``.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.rate, self.layout = 0, "stereo"
        self._file = open_file(path, path.name, max_bytes)
        try:
            self._container = open_container(self._file, path.name)
        except VideoError:
            self._file.close()
            raise
        self._stream: Any = next((one for one in self._container.streams.audio if _is_readable(one)), None)
        self._pieces = self._decode()
        self._written = 0  # samples, which tell the time of the next one
        self._waiting: Any = None
        if self._stream is not None:
            context = self._stream.codec_context
            self.layout = "mono" if context.channels == 1 else "stereo"
            self.rate = min(_RATES, key=lambda rate: abs(rate - context.sample_rate))
            self._resampler = av.AudioResampler("fltp", self.layout, self.rate, _PIECE)

    def __enter__(self) -> "AudioTrack":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()
        self._file.close()

    def until(self, time: float, origin: float) -> Iterator[Any]:
        """The pieces not taken yet that begin before a time.

        Args:
            time: Seconds since the first frame of the pictures.
            origin: Time of that frame by the file's own clock, in seconds.

        Yields:
            PyAV's ``AudioFrame``, with its time in samples since the first frame.
        """
        while self._written < time * self.rate:
            frame, self._waiting = self._waiting or next(self._pieces, None), None
            if frame is None:
                return
            begins = math.nan if frame.time is None else frame.time - origin
            if begins + frame.samples / frame.sample_rate <= 0:
                continue
            if begins >= time:
                self._waiting = frame
                return
            if begins - self._written / self.rate > _GAP:
                self._written = round(begins * self.rate)
            yield from self._resampled(frame)

    def _resampled(self, frame: Any) -> Iterator[Any]:  # noqa: ANN401
        frame.pts = None  # counted here: those of files have holes and jump back
        try:
            pieces = self._resampler.resample(frame)
        except DECODER_ERRORS:  # another number of channels, in the middle
            return
        for piece in pieces:
            piece.pts, piece.time_base = self._written, Fraction(1, self.rate)
            self._written += piece.samples
            yield piece

    def _decode(self) -> Iterator[Any]:
        """What can be decoded of the sound; where it is damaged it ends."""
        if self._stream is None:
            return
        try:
            yield from self._container.decode(self._stream)
        except DECODER_ERRORS:
            return


def _is_readable(stream: Any) -> bool:  # noqa: ANN401
    context = stream.codec_context
    if context is None or not context.sample_rate:
        return False
    name = context.codec.canonical_name
    return name in _AUDIO_CODECS or name.startswith("pcm_")


class VideoWriter:
    """An MP4 that is being written; a context manager that leaves a whole file or none.

    Args:
        path: Where it goes; a file there is replaced.
        audio: What goes with the pictures, if anything.

    Raises:
        VideoError: It cannot be written there.
    """

    def __init__(self, path: Path, audio: AudioTrack | None = None) -> None:
        self._path = path
        self._audio = audio if audio is not None and audio.rate else None
        self._audio_stream: Any = None
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

    def add_audio(self, pieces: Iterable[Any]) -> None:
        """Append pieces of :meth:`AudioTrack.until`, after the first frame.

        Raises:
            VideoError: The disk is full or the file is gone.
        """
        try:
            for piece in pieces:
                self._container.mux(self._audio_stream.encode(piece))
        except (OSError, av.FFmpegError) as error:
            raise self._not_written(error) from error

    def _new_stream(self, image: NDArray[np.uint8]) -> Any:  # noqa: ANN401 (PyAV's types are not followed)
        stream = self._container.add_stream("libx264", rate=30, options=_OPTIONS)
        # Each half-resolution color pixel covers two pixels, so both sides are even.
        stream.height, stream.width = (max(2, side // 2 * 2) for side in image.shape[:2])
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.thread_count = 2
        for attribute in ("colorspace", "color_primaries", "color_trc"):
            setattr(stream.codec_context, attribute, _BT709)
        if self._audio is not None:
            self._audio_stream = self._container.add_stream("aac", rate=self._audio.rate)
            self._audio_stream.layout = self._audio.layout
        return stream

    def _finish(self) -> None:
        try:
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
            if self._audio_stream is not None:
                self._container.mux(self._audio_stream.encode(None))
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
