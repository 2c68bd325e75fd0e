"""The only place where anything becomes a network's 48x48 gray picture: training and use see the same pixels."""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.images import to_gray

Point: TypeAlias = tuple[float, float]
"""A place in a picture: x to the right, y downwards, in pixels."""

Box: TypeAlias = tuple[int, int, int, int]
"""The left, top, right and bottom edge of a box, in pixels; right and bottom are the first pixels outside."""

IMAGE_SIZE = 48
"""Height and width of the pictures a network sees."""

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
    again. Turning and enlarging are one resampling; shrinking averages areas, so large faces do not alias. Of a large
    face, areas are averaged before it is turned too: turning every pixel takes longer than all the rest.
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
