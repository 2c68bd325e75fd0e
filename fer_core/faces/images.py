"""The only place where picture files are decoded."""

import io
import os
import struct
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from fer_core.errors import ImageError
from fer_core.faces.scans import MAX_SCANS, count_scans
from fer_core.storage.plaintext import file_title

MAX_PIXELS = 50_000_000
"""Larger pictures are refused from their header, before memory is set aside for them."""

MAX_SIDE = 32_000
"""The same for wider or higher ones, which OpenCV cannot warp."""

IMAGE_EXTENSIONS = ("jpg", "jpeg", "png", "webp")
"""The kinds of pictures the app invites; the content decides, not the extension."""

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
"""What the files of most phones' cameras say they are, in their bytes 8 to 11 (ISO 23008-12)."""

_SIGNATURES = (b"\xff\xd8", b"\x89PNG", b"RIFF", b"BM", b"GIF8")

# What Pillow's decoders may throw: at 400,000 mutated files the first three (OSError: also "unidentified"), and one
# AssertionError.
_DECODER_ERRORS = (
    OSError, ValueError, SyntaxError, RuntimeError, TypeError, LookupError, MemoryError, AssertionError, AttributeError,
    ArithmeticError, EOFError, struct.error,
)  # fmt: skip

# EXIF 2.32, tag 0x0112: how a stored picture has to be turned to stand upright.
_ORIENTATION_TAG = 0x0112
_ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def as_image(picture: str | os.PathLike[str] | bytes | Image.Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of any common kind as RGB ``(height, width, 3)`` uint8.

    A path or a file's bytes are decoded (:func:`read_image`); arrays are RGB or gray ``(height, width)``, uint8.

    Raises:
        ImageError: The file cannot be read.
        ValueError: The array has another shape or dtype.
    """
    if isinstance(picture, bytes):
        return read_image(picture)
    if isinstance(picture, Image.Image):
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    if not isinstance(picture, np.ndarray):
        return read_image(Path(picture))
    if picture.dtype != np.uint8 or picture.shape[2:] not in ((), (3,)) or picture.ndim < 2:
        raise ValueError(f"Expected RGB (h, w, 3) or gray (h, w) uint8. Received {picture.shape} {picture.dtype}.")
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def read_image(source: bytes | Path, *, name: str = "") -> NDArray[np.uint8]:
    """Decode a JPEG, PNG, WebP, BMP or GIF picture, whatever its extension says.

    The picture stands upright (EXIF orientation), transparent parts are white, 16 bits are scaled to 8, an animation
    is its first frame and color profiles are ignored. Metadata is dropped.

    The name is for error messages; by default the file's name, or "The picture".

    Returns:
        RGB, shape (height, width, 3), uint8, read-only.

    Raises:
        ImageError: It is missing, empty, of another kind, incomplete, damaged or too large.
    """
    title = file_title(name or (source.name if isinstance(source, Path) else ""), "The picture")
    with _open_source(source, title) as file:
        beginning = file.read(12)
        file.seek(0)
        signature, is_heic = beginning[:4], beginning[4:8] == b"ftyp" and beginning[8:12] in _HEIC
        if not signature:
            raise ImageError(f"{title} is empty (0 bytes); choose the original file again.")
        try:
            return _decode(file, title)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(title) from error
        except _DECODER_ERRORS as error:
            if signature.startswith(_SIGNATURES):
                problem = "is incomplete or damaged; save or download it again, then choose it again."
            elif is_heic:
                problem = "is a HEIC photo, which is not supported; save it as JPEG and choose that file."
            else:
                problem = "is not a supported picture; save it as JPEG, PNG or WebP and choose that file."
            raise ImageError(f"{title} {problem}") from error


def to_gray(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a picture, RGB (height, width, 3) or gray (height, width), uint8, into gray, by the luma of ITU-R BT.601."""
    if image.dtype != np.uint8 or image.size == 0 or image.shape[2:] not in {(), (3,)} or image.ndim < 2:
        raise ValueError(f"Expected (height, width, 3) or (height, width) uint8. Received {image.shape} {image.dtype}.")
    if image.ndim == 2:
        return image
    gray: NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    return gray


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """Encode a picture, RGB(A) (height, width, 3 or 4) or gray (height, width), uint8, as a PNG without metadata."""
    if image.ndim == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGRA))
    return cv2.imencode(".png", image)[1].tobytes()


def _open_source(source: bytes | Path, title: str) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return source.open("rb")
    except OSError as error:
        raise ImageError(f"{title} cannot be opened ({error.strerror}); check that the file is there.") from error


def _decode(file: BinaryIO, title: str) -> NDArray[np.uint8]:
    with Image.open(file, formats=_FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS or max(picture.size) > MAX_SIDE:
            raise _too_large(title)
        if picture.format == "JPEG":
            _check_scans(file, title)
        picture.load()
        orientation = _orientation(picture)
        upright = _to_rgb(picture)
    if orientation in _ORIENTATIONS:
        upright = upright.transpose(_ORIENTATIONS[orientation])
    return np.asarray(upright)


def _check_scans(file: BinaryIO, title: str) -> None:
    place = file.tell()
    file.seek(0)
    if count_scans(file.read()) > MAX_SCANS:
        raise ImageError(
            f"{title} is a JPEG of more than {MAX_SCANS} scans; cameras write far fewer. Save it again and choose "
            "that file."
        )
    file.seek(place)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation; damaged metadata is no reason to refuse a picture that is whole."""
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except _DECODER_ERRORS:
        return 1


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # Pillow's own conversion cuts 16-bit values off at 255, which leaves a white picture.
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(layers, mask=layers.getchannel("A"))
        return white
    return picture.convert("RGB")


def _too_large(title: str) -> ImageError:
    limits = f"{MAX_PIXELS // 1_000_000} million pixels or a side of {MAX_SIDE}"
    return ImageError(f"{title} has more than {limits}; scale it down and choose it again.")
