"""Faces drawn into photos, carefully, and into video frames, fast: with texts rendered once."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer_core.checkpoints.classifier import NOT_SURE
from fer_core.faces.crops import Box
from fer_core.faces.detection import Face
from fer_core.labels import class_colors
from fer_core.recognition.recognize import Recognition
from fer_core.recognition.tracking import TrackedFace
from fer_core.storage.plaintext import percent

FACE_COLORS = ("#ffd23f", "#4cc9f0", "#f72585", "#80ed99", "#ff8c42", "#b892ff", "#ffffff", "#00f5d4")
"""The colors that tell tracked faces apart, by number; bright, because labels in frames stand on dark ground."""

_DARK = "#14161a"
_UNSURE_COLOR, _UNSURE_LINE = "#ffffff", 0.5  # of places that may be faces; their lines' width beside that of faces
_SMALLEST_FONT = 9
_SHRINKING = (1, 0.8, 0.6)  # font sizes to try in a photo until all texts find a place
_FRAME_DARK, _FRAME_WHITE, _BAR_GROUND = (20, 22, 26), (255, 255, 255), (74, 78, 86)
_BAR = 5  # height of a bar in a frame
_FRAME_FONTS = (12, 24)  # pixels, for small and for large faces


@dataclass(frozen=True)
class _Label:
    """A number on dark ground and the class on the emotion's color; without a class, the number on that color."""

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


@dataclass(frozen=True)
class _Mark:
    """A box in a photo with a text and the color of both."""

    xyxy: Box
    text: str
    color: str


def draw_recognitions(image: NDArray[np.uint8], recognitions: Sequence[Recognition]) -> NDArray[np.uint8]:
    """Draw a box and a label such as "1 happiness 92%" for each face into a copy of a photo.

    Who answered stands small in the lower left corner. Lines and text grow with the picture. Labels stay inside the
    picture, off each other and off other faces; where that leaves no room for the text, the label is the number alone,
    in the emotion's color.

    Args:
        image: RGB, shape (height, width, 3), uint8.
        recognitions: Its faces; the first has the number 1.
    """
    signature = recognitions[0].prediction.answered_by.in_words if recognitions else ""
    return _marked(image, [_mark(recognition) for recognition in recognitions], 1.0, signature)


def draw_candidates(image: NDArray[np.uint8], faces: Sequence[Face]) -> NDArray[np.uint8]:
    """Draw the places that were not sure enough to be faces, thinly, with numbers and scores, as the recognitions."""
    marks = [_Mark(face.xyxy, percent(face.confidence, 0), _UNSURE_COLOR) for face in faces]
    return _marked(image, marks, _UNSURE_LINE)


def _mark(recognition: Recognition) -> _Mark:
    prediction = recognition.prediction
    text = f"{prediction.class_name} {percent(prediction.confidence, 0)}" if prediction.is_sure else NOT_SURE
    color = class_colors(prediction.class_names)[prediction.class_name]
    return _Mark(recognition.face.xyxy, text, color)


def _marked(
    image: NDArray[np.uint8], marks: Sequence[_Mark], thickness: float, signature: str = ""
) -> NDArray[np.uint8]:
    picture = Image.fromarray(image)
    canvas = ImageDraw.Draw(picture)
    line = max(1, round(thickness * max(2, math.sqrt(picture.width * picture.height) / 350)))
    for mark in marks:
        _draw_outline(canvas, mark, line)
    for label, place in _layout(marks, picture.size, line):
        label.draw(canvas, *place[:2])
    _sign(canvas, signature, picture.size)
    return np.array(picture)


def _draw_outline(canvas: ImageDraw.ImageDraw, mark: _Mark, line: int) -> None:
    """Draw a colored outline between two dark ones, which set it off from every ground."""
    x1, y1, x2, y2 = mark.xyxy
    edge = max(1, line // 3)
    area = (x1, y1, x2 - 1, y2 - 1)
    canvas.rectangle(area, outline=_DARK, width=line + 2 * edge)
    inner = (x1 + edge, y1 + edge, x2 - 1 - edge, y2 - 1 - edge)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        canvas.rectangle(inner, outline=mark.color, width=line)


def _sign(canvas: ImageDraw.ImageDraw, text: str, size: tuple[int, int]) -> None:
    """Write who answered into the lower left corner, where there is room for it."""
    font = _font(max(_SMALLEST_FONT, round(math.sqrt(size[0] * size[1]) / 60)))
    pad = round(font.size / 3)
    if text and font.getlength(text) + 2 * pad <= size[0]:
        canvas.text((pad, size[1] - pad), text, "white", font, "lb", stroke_width=2, stroke_fill=_DARK)


def _ink(ground: str) -> str:
    """Black or white, whichever contrasts more with a ground (relative luminance, WCAG 2.2)."""
    channels = np.array(ImageColor.getrgb(ground)[:3]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "white"


def _layout(marks: Sequence[_Mark], size: tuple[int, int], line: int) -> list[tuple[_Label, Box]]:
    """Labels of one size with their places: the largest size at which each text finds one, else the smallest."""
    heights = [mark.xyxy[3] - mark.xyxy[1] for mark in marks]
    largest = max(12, min(math.sqrt(size[0] * size[1]) / 42, float(np.median(heights or [0])) / 3))
    layout: list[tuple[_Label, Box]] = []
    for shrink in _SHRINKING:
        font = _font(max(_SMALLEST_FONT, round(shrink * largest)))
        layout = _layout_with(font, marks, size, line)
        if all(label.text for label, _ in layout):
            break
    return layout


def _layout_with(
    font: ImageFont.FreeTypeFont, marks: Sequence[_Mark], size: tuple[int, int], line: int
) -> list[tuple[_Label, Box]]:
    """Labels that cover no other label and no other face; the number alone where there is no such place."""
    faces = [mark.xyxy for mark in marks]
    layout: list[tuple[_Label, Box]] = []
    for index, mark in enumerate(marks):
        taken = [*faces[:index], *faces[index + 1 :], *(place for _, place in layout)]
        labels = [_Label(str(index + 1), text, mark.color, font) for text in (mark.text, "")]
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


def face_color(number: int) -> str:
    """The color of a tracked face by its number, ``#rrggbb``; the ninth has the first one's again."""
    return FACE_COLORS[(number - 1) % len(FACE_COLORS)]


def draw_faces(frame: NDArray[np.uint8], faces: Sequence[TrackedFace]) -> None:
    """Draw each face's box, number, emotion and a bar as long as its probability into a frame, in place.

    Args:
        frame: RGB, shape (height, width, 3), uint8, contiguous.
        faces: The faces in it.
    """
    line = max(2, round(math.sqrt(frame.shape[0] * frame.shape[1]) / 280))
    for face in faces:
        x1, y1, x2, y2 = face.xyxy
        corners = (x1, y1), (x2 - 1, y2 - 1)
        cv2.rectangle(frame, *corners, _FRAME_DARK, line + 2)
        cv2.rectangle(frame, *corners, _rgb(face_color(face.number)), line)
    taken: list[Box] = []
    for face in faces:
        label = _frame_label(face)
        if any(_overlap(_label_place(face, label, frame), place) for place in taken):
            label = _frame_label(face, with_percent=False)  # in a crowd the bar has to do
        taken.append(_label_place(face, label, frame))
        _paste(frame, label, *taken[-1][:2])


def draw_notice(frame: NDArray[np.uint8], text: str) -> None:
    """Write a line on dark ground at the top of a frame, RGB, shape (height, width, 3), uint8, in place."""
    words = _render_text(text, 18, _FRAME_WHITE, _FRAME_DARK)
    height, width = min(words.shape[0] + 12, frame.shape[0]), frame.shape[1]
    frame[:height] = _FRAME_DARK
    _paste(frame, words, (width - words.shape[1]) // 2, 6)


def _frame_label(face: TrackedFace, *, with_percent: bool = True) -> NDArray[np.uint8]:
    size = 2 * round(min(max((face.xyxy[2] - face.xyxy[0]) / 9, _FRAME_FONTS[0]), _FRAME_FONTS[1]) / 2)
    color = class_colors(face.prediction.class_names)[face.class_name]
    return _render_label(
        face.number, face.answer, round(100 * face.confidence), color=color, size=size, with_percent=with_percent
    )


@lru_cache(maxsize=128)
def _render_label(
    number: int, class_name: str, hundredths: int, *, color: str, size: int, with_percent: bool
) -> NDArray[np.uint8]:
    """The number on the face's color, then emotion and probability over a bar in the emotion's color."""
    badge = _render_text(str(number), size, _FRAME_DARK, _rgb(face_color(number)))
    name = _render_text(class_name, size, _FRAME_WHITE, _FRAME_DARK)
    value = _render_text(f"{hundredths}%", size, _FRAME_WHITE, _FRAME_DARK)
    widest = _render_text("100%", size, _FRAME_WHITE, _FRAME_DARK).shape[1]  # so that the label keeps its width
    height, pad = name.shape[0] + _BAR + 5, size // 3
    start = max(badge.shape[1] + 2 * pad, height) + pad
    label = np.full((height, start + name.shape[1] + pad + with_percent * (widest + pad), 3), _FRAME_DARK, np.uint8)
    label[:, : start - pad] = _rgb(face_color(number))
    _paste(label, badge, (start - pad - badge.shape[1]) // 2, (height - badge.shape[0]) // 2)
    _paste(label, name, start, 1)
    if with_percent:
        _paste(label, value, label.shape[1] - pad - value.shape[1], 1)
    bar = label[-_BAR - 3 : -3, start:-pad]
    bar[:] = _BAR_GROUND
    bar[:, : round(hundredths * bar.shape[1] / 100)] = _rgb(color)
    return label


def _label_place(face: TrackedFace, label: NDArray[np.uint8], frame: NDArray[np.uint8]) -> Box:
    """Above the face, else below it, else at its top; moved sideways into the frame."""
    x1, y1, _, y2 = face.xyxy
    height, width = label.shape[:2]
    tops = [top for top in (y1 - height, y2) if 0 <= top <= frame.shape[0] - height]
    left, top = max(0, min(x1, frame.shape[1] - width)), (tops or [max(y1, 0)])[0]
    return left, top, left + width, top + height


def _paste(picture: NDArray[np.uint8], patch: NDArray[np.uint8], left: int, top: int) -> None:
    place = picture[max(top, 0) : top + patch.shape[0], max(left, 0) : left + patch.shape[1]]
    place[:] = patch[max(-top, 0) :, max(-left, 0) :][: place.shape[0], : place.shape[1]]


@lru_cache(maxsize=2048)
def _render_text(text: str, size: int, ink: tuple[int, int, int], ground: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Words as a small picture, as wide as the words and as high as the font."""
    font = _font(size)
    picture = Image.new("RGB", (math.ceil(font.getlength(text)), sum(font.getmetrics())), ground)
    ImageDraw.Draw(picture).text((0, 0), text, ink, font)
    words = np.array(picture)
    words.flags.writeable = False
    return words


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = ImageColor.getrgb(color)[:3]
    return red, green, blue


def _font(size: int) -> ImageFont.FreeTypeFont:
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))  # Pillow's wheels all have FreeType
