"""The sound of a video, piece by piece, as an MP4 takes it: an annotated video is to be heard too."""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av

from fer_core.errors import VideoError
from fer_core.recognition.videos.container import DECODER_ERRORS, open_container, open_file

SOUND_CODEC = "aac"
"""What every browser plays in an MP4."""

_CODECS = frozenset(["aac", "mp3", "mp2", "opus", "vorbis", "ac3", "eac3", "flac", "alac", "amr_nb", "amr_wb"])
_PIECE = 1024  # samples that AAC codes at once
_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_GAP = 0.1  # seconds of silence in the file from which on the sound is put back in step


class Sound:
    """The first sound of a file, decoded as it is asked for; a context manager.

    A file without sound, or with one that cannot be read, has none: the pictures matter more.

    Args:
        path: The file, which is known to be a video.
        max_bytes: Larger files are refused.

    Attributes:
        rate: Samples a second; 0 when there is no sound.
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

    def __enter__(self) -> "Sound":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()
        self._file.close()

    def until(self, time: float, origin: float) -> Iterator[Any]:
        """The pieces that have not been taken yet and begin before a time.

        Args:
            time: Seconds since the first frame of the pictures.
            origin: When that frame comes, in seconds of the file's own clock.

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

    def _resampled(self, frame: Any) -> Iterator[Any]:  # noqa: ANN401 (PyAV's types are not followed)
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
    return name in _CODECS or name.startswith("pcm_")
