"""The only places where picture files are decoded and where anything becomes a network's 48x48 gray picture.

So training and use see the same pixels.
"""

import io
import math
import os
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from fer_core.errors import ImageError
from fer_core.faces.scans import MAX_SCANS, count_scans
from fer_core.storage.plaintext import file_title

Point: TypeAlias = tuple[float, float]
"""A place in a picture: x to the right, y downwards, in pixels."""

Box: TypeAlias = tuple[int, int, int, int]
"""The left, top, right and bottom edge of a box, in pixels; right and bottom are the first pixels outside."""

IMAGE_SIZE = 48
"""Height and width of the pictures a network sees."""

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

# Eyes closer together than this part of the box belong to a face seen from the side: their angle says nothing.
_MIN_EYE_DISTANCE = 0.15

_KEPT = 2  # times the wanted side: larger crops are shrunk, to no less than this, before they are turned
_MARGIN = 4  # pixels that the cubic kernel needs around a crop, and rounding


@dataclass(frozen=True)
class Square:
    """A turned square in a picture, such as a face's, in pixels; it may reach over the picture's edge.

    Attributes:
        x: The center, to the right of the picture's left edge; pixels are one wide, the first from 0 to 1.
        y: The center, below the picture's upper edge.
        side: The length of a side.
        tilt: How far it is turned, in degrees clockwise.
    """

    x: float
    y: float
    side: float
    tilt: float = 0.0

    def __post_init__(self) -> None:
        if not self.side > 0:
            raise ValueError(f"Expected a side above 0. Received {self}.")

    @classmethod
    def around(cls, xyxy: Box, eyes: tuple[Point, Point] | None = None) -> "Square":
        """The square about a box's center, as large as its longer side, turned by the line through the eyes.

        The right eye, on the left of an upright face, is the first.
        """
        x1, y1, x2, y2 = xyxy
        return cls((x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, y2 - y1), tilt_of(xyxy, eyes))

    @property
    def xyxy(self) -> Box:
        """The box of the same center and side that is not turned, in whole pixels."""
        left, top, side = (round(edge) for edge in (self.x - self.side / 2, self.y - self.side / 2, self.side))
        return left, top, left + max(side, 1), top + max(side, 1)

    @property
    def axes(self) -> NDArray[np.float64]:
        """Where its own right and down lie in the picture: the columns of a rotation, shape (2, 2)."""
        sine, cosine = math.sin(math.radians(self.tilt)), math.cos(math.radians(self.tilt))
        return np.array([[cosine, -sine], [sine, cosine]])

    def moved(self, right: float, down: float) -> "Square":
        """The same square further along its own axes, by parts of its side."""
        dx, dy = self.axes @ (right * self.side, down * self.side)
        return replace(self, x=self.x + float(dx), y=self.y + float(dy))

    def scaled(self, factor: float) -> "Square":
        """The square of the same center, its side times ``factor``."""
        return replace(self, side=self.side * factor)


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
                problem = "is a HEIC photo, which this app does not read; save it as JPEG and choose that file."
            else:
                problem = "is not a picture this app reads; save it as JPEG, PNG or WebP and choose that file."
            raise ImageError(f"{title} {problem}") from error


def to_gray(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a picture, RGB (height, width, 3) or gray (height, width), uint8, into gray, by the luma of ITU-R BT.601."""
    if image.dtype != np.uint8 or image.size == 0 or image.shape[2:] not in {(), (3,)} or image.ndim < 2:
        raise ValueError(f"Expected (height, width, 3) or (height, width) uint8. Received {image.shape} {image.dtype}.")
    if image.ndim == 2:
        return image
    gray: NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    return gray


def preprocess_face(image: NDArray[np.uint8], square: Square | None = None) -> NDArray[np.uint8]:
    """Make the 48x48 gray picture that a network sees of a square of a picture, or of the whole picture.

    The picture is (height, width, 3), RGB, or (height, width); uint8, before and after: networks scale it themselves.
    48x48 gray passes unchanged.

    Raises:
        ValueError: The picture has another shape or type.
    """
    gray = to_gray(image)
    return _resize(gray, IMAGE_SIZE) if square is None else cut_square(gray, square, IMAGE_SIZE)


def cut_square(image: NDArray[np.uint8], square: Square, side: int, *, outside: int | None = None) -> NDArray[np.uint8]:
    """Cut a square out of a picture, turned upright, as ``side`` pixels a side.

    Where the square reaches over the picture's edge, it shows the gray ``outside``, 0 to 255, or the outermost pixels
    again. Turning and enlarging are one
    resampling; shrinking averages areas, so large faces do not alias. Of a large face, areas are averaged before it is
    turned too: turning every pixel takes longer than all the rest.
    """
    x1, y1, x2, y2 = square.xyxy
    height, width = image.shape[:2]
    if Square.around(square.xyxy) == square and x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height:
        return _resize(image[y1:y2, x1:x2], side)
    factor = max(1, int(square.side) // (_KEPT * side))
    region, left, top = _surroundings(image, square, _MARGIN * factor)
    region = _shrunk(region, factor)
    crop_side = max(int(square.side) // factor, side)
    # From the crop to the region; pixel centers lie at whole numbers, half a pixel before the edges' numbers.
    to_region = square.axes * square.side / (factor * crop_side)
    center = (np.array([square.x - left, square.y - top]) / factor) - 0.5
    matrix = np.column_stack([to_region, center - to_region @ np.full(2, (crop_side - 1) / 2)])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    crop = cv2.warpAffine(
        region, matrix, (crop_side, crop_side), flags=flags, borderMode=border, borderValue=(outside or 0,) * 3
    )
    return _resize(np.asarray(crop, np.uint8), side)


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
            f"{title} is a JPEG of more than {MAX_SCANS} scans, which no camera writes; save it again and choose that."
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
    return ImageError(f"{title} has more than {limits}; make it smaller and choose it again.")


def tilt_of(xyxy: Box, eyes: tuple[Point, Point] | None) -> float:
    """How far a face leans, in degrees clockwise, by the line through its eyes."""
    if eyes is None:
        return 0.0
    (right_x, right_y), (left_x, left_y) = eyes
    dx, dy = left_x - right_x, left_y - right_y
    if math.hypot(dx, dy) < _MIN_EYE_DISTANCE * (xyxy[2] - xyxy[0]):
        return 0.0
    return math.degrees(math.atan2(dy, dx))


def _surroundings(image: NDArray[np.uint8], square: Square, margin: int) -> tuple[NDArray[np.uint8], int, int]:
    """The part of the picture that a turned square can touch, with its left and top edge: large pictures stay cheap."""
    height, width = image.shape[:2]
    reach = math.ceil(square.side * math.sqrt(0.5)) + margin
    left = min(max(int(square.x) - reach, 0), width - 1)
    top = min(max(int(square.y) - reach, 0), height - 1)
    right, bottom = max(int(square.x) + reach, left + 1), max(int(square.y) + reach, top + 1)
    return image[top:bottom, left:right], left, top


def _shrunk(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The mean of each square of ``factor`` pixels; edge pixels are repeated to fill the last squares."""
    if factor == 1:
        return image
    height, width = image.shape[:2]
    whole = cv2.copyMakeBorder(image, 0, -height % factor, 0, -width % factor, cv2.BORDER_REPLICATE)
    size = whole.shape[1] // factor, whole.shape[0] // factor
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _resize(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    if (height, width) == (side, side):
        return image.copy()
    interpolation = cv2.INTER_AREA if height * width > side * side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (side, side), interpolation=interpolation), np.uint8)
