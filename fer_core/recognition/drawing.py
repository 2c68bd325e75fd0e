"""Recognitions drawn into pictures, and many small pictures laid out as one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer_core.checkpoints.classifier import NOT_SURE
from fer_core.faces.images import Box
from fer_core.labels import class_colors
from fer_core.recognition.recognize import Recognition
from fer_core.storage.plaintext import percent

_DARK = "#14161a"
_SMALLEST_FONT = 9
_SHRINKING = (1, 0.8, 0.6)  # sizes to try until all texts find a place


@dataclass(frozen=True)
class _Label:
    """A number on dark ground, then the class on the emotion's; without a class, the number on the emotion's ground."""

    number: str
    text: str
    color: str
    font: ImageFont.FreeTypeFont

    @cached_property
    def pad(self) -> int:
        return max(2, round(self.font.size / 3))

    @cached_property
    def height(self) -> int:
        return sum(self.font.getmetrics()) + self.pad

    @cached_property
    def badge_width(self) -> int:
        return max(math.ceil(self.font.getlength(self.number)) + 2 * self.pad, self.height)

    @cached_property
    def width(self) -> int:
        return self.badge_width + (math.ceil(self.font.getlength(self.text)) + 2 * self.pad if self.text else 0)

    def draw(self, canvas: ImageDraw.ImageDraw, left: int, top: int) -> None:
        middle, bottom, badge = top + self.height / 2, top + self.height - 1, left + self.badge_width
        ground = _DARK if self.text else self.color
        canvas.rounded_rectangle((left, top, left + self.width - 1, bottom), radius=self.pad, fill=ground)
        canvas.text((left + self.badge_width / 2, middle), self.number, _ink(ground), self.font, anchor="mm")
        if self.text:
            right_corners = (False, True, True, False)
            area = (badge, top, left + self.width - 1, bottom)
            canvas.rounded_rectangle(area, radius=self.pad, fill=self.color, corners=right_corners)
            canvas.text((badge + self.pad, middle), self.text, _ink(self.color), self.font, anchor="lm")


def draw_recognitions(image: NDArray[np.uint8], recognitions: Sequence[Recognition]) -> NDArray[np.uint8]:
    """Draw a box and a label such as "1 happiness 92 %" for each face.

    Lines and text grow with the picture. Labels stay inside the picture, off each other and off other faces; where
    that leaves no room for the text, the label is the number alone, in the emotion's colour.

    Args:
        image: RGB, shape (height, width, 3), uint8; stays as it is.
        recognitions: Its faces; the first has the number 1.

    Returns:
        A copy with the drawings, of the same shape.
    """
    picture = Image.fromarray(image)
    canvas = ImageDraw.Draw(picture)
    line = max(2, round(math.sqrt(picture.width * picture.height) / 350))
    for recognition in recognitions:
        _draw_box(canvas, recognition, line)
    for label, place in _layout(recognitions, picture.size, line):
        label.draw(canvas, *place[:2])
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


def _layout(recognitions: Sequence[Recognition], size: tuple[int, int], line: int) -> list[tuple[_Label, Box]]:
    """Labels of one size with their places: the largest size at which each text finds one, else the smallest."""
    font = cast("ImageFont.FreeTypeFont", ImageFont.load_default(10))  # Pillow's wheels all have FreeType
    heights = [recognition.face.height for recognition in recognitions]
    largest = max(12, min(math.sqrt(size[0] * size[1]) / 42, float(np.median(heights or [0])) / 3))
    layout: list[tuple[_Label, Box]] = []
    for shrink in _SHRINKING:
        variant = font.font_variant(size=max(_SMALLEST_FONT, round(shrink * largest)))
        layout = _layout_with(variant, recognitions, size, line)
        if all(label.text for label, _ in layout):
            break
    return layout


def _layout_with(
    font: ImageFont.FreeTypeFont, recognitions: Sequence[Recognition], size: tuple[int, int], line: int
) -> list[tuple[_Label, Box]]:
    """Labels that cover no other label and no other face; the number alone where there is no such place."""
    faces = [recognition.face.xyxy for recognition in recognitions]
    layout: list[tuple[_Label, Box]] = []
    for index, recognition in enumerate(recognitions):
        taken = [*faces[:index], *faces[index + 1 :], *(place for _, place in layout)]
        prediction = recognition.prediction
        text = f"{prediction.class_name} {percent(prediction.confidence)}" if prediction.is_sure else NOT_SURE
        labels = [_Label(str(index + 1), text, _color(recognition), font) for text in (text, "")]
        options = [(label, place) for label in labels for place in _places(label, faces[index], size, line)]
        free = (option for option in options if not any(_overlap(option[1], other) for other in taken))
        layout.append(next(free, options[-1]))
    return layout


def _places(label: _Label, face: Box, size: tuple[int, int], line: int) -> Iterator[Box]:
    """Above the face, below it, and in a large one at the top and the bottom; moved sideways into the picture."""
    x1, y1, x2, y2 = face
    last_left, last_top = size[0] - label.width, size[1] - label.height
    tops = [y1 - label.height, y2]
    if 4 * label.height <= y2 - y1:
        tops += [y1 + line, y2 - line - label.height]
    tops = [top for top in tops if 0 <= top <= last_top]
    if not label.text:
        tops.append(max(0, min(y1, last_top)))  # somewhere, even if it covers something
    elif last_left < 0:
        tops = []
    for top in tops:
        for left in (x1, x2 - label.width):
            inside = max(0, min(left, last_left))
            yield inside, top, inside + label.width, top + label.height


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
