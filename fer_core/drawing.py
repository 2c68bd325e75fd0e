"""Recognitions drawn into pictures, and many small pictures laid out as one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer_core.images import Box
from fer_core.palette import class_colors
from fer_core.recognition import Recognition

_DARK = "#14161a"
_SMALLEST_FONT = 9
_WIDE_LABEL = 2.5  # a label wider than so many faces is cut to its number: a group would drown in text


@dataclass(frozen=True)
class _Label:
    """A number on dark ground, then the class on the emotion's ground: legible on any picture."""

    number: str
    text: str
    color: str
    font: ImageFont.FreeTypeFont
    pad: int

    @property
    def height(self) -> int:
        return sum(self.font.getmetrics()) + self.pad

    @property
    def badge_width(self) -> int:
        return max(math.ceil(self.font.getlength(self.number)) + 2 * self.pad, self.height)

    @property
    def width(self) -> int:
        return self.badge_width + (math.ceil(self.font.getlength(self.text)) + 2 * self.pad if self.text else 0)

    def draw(self, canvas: ImageDraw.ImageDraw, left: int, top: int) -> None:
        middle, bottom, badge = top + self.height / 2, top + self.height - 1, left + self.badge_width
        canvas.rounded_rectangle((left, top, left + self.width - 1, bottom), radius=self.pad, fill=_DARK)
        canvas.text((left + self.badge_width / 2, middle), self.number, "white", self.font, anchor="mm")
        if self.text:
            right_corners = (False, True, True, False)
            area = (badge, top, left + self.width - 1, bottom)
            canvas.rounded_rectangle(area, radius=self.pad, fill=self.color, corners=right_corners)
            canvas.text((badge + self.pad, middle), self.text, _ink(self.color), self.font, anchor="lm")


def draw_recognitions(image: NDArray[np.uint8], recognitions: Sequence[Recognition]) -> NDArray[np.uint8]:
    """Draw a box and a label such as "1 happiness 92 %" for each face.

    Lines and text grow with the picture. Where faces are too small or the picture too narrow for the text, the label is
    the number alone; labels stay inside the picture and, where there is room, off each other.

    Args:
        image: RGB, shape (height, width, 3), uint8; stays as it is.
        recognitions: Its faces; the first has the number 1.

    Returns:
        A copy with the drawings, of the same shape.
    """
    picture = Image.fromarray(image)
    canvas = ImageDraw.Draw(picture)
    size = math.sqrt(picture.width * picture.height)
    line = max(2, round(size / 350))
    taken: list[Box] = []
    for recognition in recognitions:
        _draw_box(canvas, recognition, line)
    for number, recognition in enumerate(recognitions, start=1):
        label = _fitting_label(number, recognition, picture.width, max(12, round(size / 42)))
        taken.append(_place(label, recognition.face.xyxy, picture.size, taken, line))
        label.draw(canvas, *taken[-1][:2])
    return np.array(picture)


def contact_sheet(images: NDArray[np.uint8], *, columns: int = 8, scale: int = 2, gap: int = 4) -> NDArray[np.uint8]:
    """Lay small grey pictures out as one, row by row: one picture costs a page less than a widget for each.

    Args:
        images: Shape (n, height, width), uint8, n at least 1.
        columns: Pictures in a row; fewer pictures make a narrower sheet.
        scale: Pixels of the sheet for each pixel, unblurred.
        gap: Transparent pixels between the pictures.

    Returns:
        RGBA, shape (rows, columns, 4) in pixels, uint8; transparent where there is no picture.
    """
    if images.ndim != 3 or len(images) == 0 or min(columns, scale) < 1 or gap < 0:
        raise ValueError(f"Expected pictures (n, height, width), n at least 1. Received {images.shape}.")
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    height, width = large.shape[1] + gap, large.shape[2] + gap
    sheet = np.zeros((rows * height - gap, columns * width - gap, 4), np.uint8)
    for index, gray in enumerate(large):
        top, left = index // columns * height, index % columns * width
        place = sheet[top : top + height - gap, left : left + width - gap]
        place[..., :3] = gray[..., None]
        place[..., 3] = 255
    return sheet


def _draw_box(canvas: ImageDraw.ImageDraw, recognition: Recognition, line: int) -> None:
    """A coloured outline between two dark ones, which set it off from light and dark and like-coloured grounds."""
    x1, y1, x2, y2 = recognition.face.xyxy
    edge = max(1, line // 3)
    area = (x1, y1, x2 - 1, y2 - 1)
    canvas.rectangle(area, outline=_DARK, width=line + 2 * edge)
    inner = (x1 + edge, y1 + edge, x2 - 1 - edge, y2 - 1 - edge)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        canvas.rectangle(inner, outline=_color(recognition), width=line)


def _color(recognition: Recognition) -> str:
    prediction = recognition.prediction
    return class_colors(prediction.class_names)[prediction.class_name]


def _ink(ground: str) -> str:
    """Black or white, whichever contrasts more with a ground (relative luminance, WCAG 2.2)."""
    channels = np.array(ImageColor.getrgb(ground)[:3]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "white"


def _fitting_label(number: int, recognition: Recognition, picture_width: int, font_size: int) -> _Label:
    """The largest label that fits into the picture: with the text at that size or smaller, else the number alone."""
    prediction = recognition.prediction
    text = f"{prediction.class_name} {100 * prediction.confidence:.0f} %"
    widest = min(picture_width, max(_WIDE_LABEL * recognition.face.width, picture_width / 6))
    for size in range(font_size, max(font_size // 2, _SMALLEST_FONT) - 1, -1):
        label = _label(number, text, _color(recognition), size)
        if label.width <= widest:
            return label
    return _label(number, "", _color(recognition), max(_SMALLEST_FONT, min(font_size, recognition.face.height // 3)))


def _label(number: int, text: str, color: str, font_size: int) -> _Label:
    font = cast("ImageFont.FreeTypeFont", ImageFont.load_default(font_size))  # Pillow's wheels all have FreeType
    return _Label(str(number), text, color, font, max(2, font_size // 3))


def _place(label: _Label, face: Box, size: tuple[int, int], taken: Sequence[Box], line: int) -> Box:
    """The first place inside the picture where a label covers no other one; else the first."""
    places = list(_places(label, face, size, line))
    free = (place for place in places if not any(_overlap(place, other) for other in taken))
    return next(free, places[0])


def _places(label: _Label, face: Box, size: tuple[int, int], line: int) -> Iterator[Box]:
    """Above the face, below it, and inside it at the top and the bottom; moved sideways into the picture."""
    x1, y1, x2, y2 = face
    width, height = size
    for left in (x1, x2 - label.width):
        inside_left = max(0, min(left, width - label.width))
        for top in (y1 - label.height, y2, y1 + line, y2 - line - label.height):
            if 0 <= top <= height - label.height:
                yield inside_left, top, inside_left + label.width, top + label.height
    top = max(0, min(y1, height - label.height))
    yield inside_left, top, inside_left + label.width, top + label.height


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
