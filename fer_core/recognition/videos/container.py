"""Opening a video file by its content, and nothing else with it: no playlists, no addresses, no other files."""

from pathlib import Path
from typing import Any, BinaryIO

import av

from fer_core.errors import VideoError

MAX_PIXELS = 4096 * 4096
"""Larger frames are refused before memory is set aside for them."""

CODECS = frozenset(
    [
        "h264",
        "hevc",
        "vp8",
        "vp9",
        "av1",
        "mpeg4",
        "mjpeg",
        "mpeg1video",
        "mpeg2video",
        "h263",
        "msmpeg4v2",
        "msmpeg4v3",
        "dvvideo",
        "prores",
        "ffv1",
    ]
)
"""What cameras, telephones, browsers and editors write; FFmpeg's hundreds of others never see a stranger's file."""

DECODER_ERRORS = (
    av.FFmpegError,
    ValueError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    TypeError,
    OSError,
    MemoryError,
)
"""What PyAV raises for damaged files: FFmpeg's own errors, and Python's for impossible numbers in headers."""

_MP4_ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot")


def open_file(path: Path, title: str, max_bytes: int) -> BinaryIO:
    """Open a file that may be a video; its path is never given to FFmpeg, which would follow addresses.

    Args:
        path: The file.
        title: What messages call it.
        max_bytes: Larger files are refused.

    Raises:
        VideoError: It is missing, empty or too large.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise VideoError(f"{title} cannot be opened ({error.strerror}); check that the file is there.") from error
    size = file.seek(0, 2)
    file.seek(0)
    if 0 < size <= max_bytes:
        return file
    file.close()
    if size:
        raise VideoError(f"{title} is larger than {max_bytes / 2**20:.0f} MB; cut it or save it smaller.")
    raise VideoError(f"{title} is empty (0 bytes); choose the original file again.")


def is_video(path: Path) -> bool:
    """Whether a file begins like one of the containers that are read; not whether it is whole."""
    try:
        with path.open("rb") as file:
            return bool(_kind(file.read(16)))
    except OSError:
        return False


def open_container(file: BinaryIO, title: str) -> Any:  # noqa: ANN401 (PyAV's types are not followed)
    """Open a file as what its first bytes say it is: MP4 or MOV, Matroska or WebM, or AVI.

    Returns:
        PyAV's ``InputContainer``.

    Raises:
        VideoError: It is something else, or damaged.
    """
    kind = _kind(file.read(16))
    file.seek(0)
    if not kind:
        raise VideoError(f"{title} is not a supported video; save it as MP4, WebM, MOV or AVI.")
    options = {"protocol_whitelist": "none", "max_pixels": str(MAX_PIXELS)}
    try:
        return av.open(file, format=kind, options=options, metadata_errors="ignore", io_open=_open_nothing)
    except DECODER_ERRORS as error:
        raise VideoError(
            f"{title} is incomplete or damaged; save or download it again, then choose it again."
        ) from error


def video_stream(container: Any, title: str) -> Any:  # noqa: ANN401
    """The first stream of moving pictures in a container, ready to be decoded; the cover of a song is none.

    Returns:
        PyAV's ``VideoStream``.

    Raises:
        VideoError: There is none, or its coding or size is refused.
    """
    covers = av.stream.Disposition.attached_pic
    stream = next((stream for stream in container.streams.video if not stream.disposition & covers), None)
    if stream is None:
        raise VideoError(f"{title} has no video track; choose a video.")
    context = stream.codec_context
    if context is None or context.codec.canonical_name not in CODECS:
        raise VideoError(f"{title} has an unsupported codec; save it as MP4 with H.264.")
    if context.width * context.height > MAX_PIXELS:
        raise VideoError(f"{title} has frames of {context.width}x{context.height} pixels; save it in 4K or smaller.")
    context.options = {"max_pixels": str(MAX_PIXELS)}
    stream.thread_type, stream.thread_count = "AUTO", 2
    return stream


def claimed_seconds(container: Any, stream: Any) -> float:  # noqa: ANN401
    """How long a video says it is, in seconds; 0 when it does not say, or nonsense."""
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (container.duration or 0) / av.time_base
    return seconds if 0 < seconds < 1e6 else 0.0


def _kind(start: bytes) -> str:
    """FFmpeg's name of a container by its first bytes, or "" if it is none of the four."""
    if start[4:8] in _MP4_ATOMS:
        return "mov"
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    return "avi" if start.startswith(b"RIFF") and start[8:12] == b"AVI " else ""


def _open_nothing(address: str, *_: object) -> None:
    raise PermissionError(f"A video may not refer to other files ({address:.80}).")
