"""Tracked faces drawn into video frames, fast enough for every frame: words are rendered once and then pasted."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer_core.faces.images import Box
from fer_core.labels import class_colors
from fer_core.recognition.tracking import TrackedFace

FACE_COLORS = ("#ffd23f", "#4cc9f0", "#f72585", "#80ed99", "#ff8c42", "#b892ff", "#ffffff", "#00f5d4")
"""The colours that tell faces apart, by number; bright, because labels in frames stand on dark ground."""

_DARK = (20, 22, 26)
_TRACK = (74, 78, 86)  # the ground of a bar
_WHITE = (255, 255, 255)
_BAR = 5
_SIZES = (12, 24)  # of the words, in pixels, in small and in large faces


def face_color(number: int) -> str:
    """The colour of a face by its number, as ``#rrggbb``; the ninth has the first one's again."""
    return FACE_COLORS[(number - 1) % len(FACE_COLORS)]


def draw_faces(frame: NDArray[np.uint8], faces: Sequence[TrackedFace]) -> None:
    """Draw each face's box, number, emotion and a bar as long as its probability into a frame.

    Args:
        frame: RGB, shape (height, width, 3), uint8, contiguous; is drawn upon.
        faces: The faces in it.
    """
    line = max(2, round(math.sqrt(frame.shape[0] * frame.shape[1]) / 280))
    for face in faces:
        _draw_box(frame, face, line)
    taken: list[Box] = []
    for face in faces:
        label = _label(face)
        if any(_overlap(_place(face, label, frame), place) for place in taken):
            label = _label(face, percent=False)  # in a crowd the bar has to do
        taken.append(_place(face, label, frame))
        _paste(frame, label, *taken[-1][:2])


def draw_notice(frame: NDArray[np.uint8], text: str) -> None:
    """Write a line at the top of a frame, on dark ground.

    Args:
        frame: RGB, shape (height, width, 3), uint8; is drawn upon.
        text: A few words.
    """
    words = _words(text, 18, _WHITE, _DARK)
    height, width = min(words.shape[0] + 12, frame.shape[0]), frame.shape[1]
    frame[:height] = _DARK
    _paste(frame, words, (width - words.shape[1]) // 2, 6)


def _draw_box(frame: NDArray[np.uint8], face: TrackedFace, line: int) -> None:
    x1, y1, x2, y2 = face.xyxy
    corners = (x1, y1), (x2 - 1, y2 - 1)
    cv2.rectangle(frame, *corners, _DARK, line + 2)
    cv2.rectangle(frame, *corners, _rgb(face_color(face.number)), line)


def _label(face: TrackedFace, *, percent: bool = True) -> NDArray[np.uint8]:
    """A face's label; the same again for the next frame, if it still says the same."""
    size = 2 * round(min(max((face.xyxy[2] - face.xyxy[0]) / 9, _SIZES[0]), _SIZES[1]) / 2)
    color = class_colors(face.prediction.class_names)[face.class_name]
    return _written(face.number, face.answer, round(100 * face.confidence), color=color, size=size, percent=percent)


@lru_cache(maxsize=128)
def _written(
    number: int, class_name: str, hundredths: int, *, color: str, size: int, percent: bool
) -> NDArray[np.uint8]:
    """The number on the face's colour, then emotion and probability over a bar in the emotion's colour."""
    badge = _words(str(number), size, _DARK, _rgb(face_color(number)))
    name = _words(class_name, size, _WHITE, _DARK)
    value = _words(f"{hundredths} %", size, _WHITE, _DARK)
    widest = _words("100 %", size, _WHITE, _DARK).shape[1]  # so that the label keeps its width
    height, pad = name.shape[0] + _BAR + 5, size // 3
    start = max(badge.shape[1] + 2 * pad, height) + pad
    label = np.full((height, start + name.shape[1] + pad + percent * (widest + pad), 3), _DARK, np.uint8)
    label[:, : start - pad] = _rgb(face_color(number))
    _paste(label, badge, (start - pad - badge.shape[1]) // 2, (height - badge.shape[0]) // 2)
    _paste(label, name, start, 1)
    if percent:
        _paste(label, value, label.shape[1] - pad - value.shape[1], 1)
    bar = label[-_BAR - 3 : -3, start:-pad]
    bar[:] = _TRACK
    bar[:, : round(hundredths * bar.shape[1] / 100)] = _rgb(color)
    return label


def _place(face: TrackedFace, label: NDArray[np.uint8], frame: NDArray[np.uint8]) -> Box:
    """Above the face, else below it, else at its top; moved sideways into the frame."""
    x1, y1, _, y2 = face.xyxy
    height, width = label.shape[:2]
    tops = [top for top in (y1 - height, y2) if 0 <= top <= frame.shape[0] - height]
    left, top = max(0, min(x1, frame.shape[1] - width)), (tops or [max(y1, 0)])[0]
    return left, top, left + width, top + height


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _paste(picture: NDArray[np.uint8], patch: NDArray[np.uint8], left: int, top: int) -> None:
    place = picture[max(top, 0) : top + patch.shape[0], max(left, 0) : left + patch.shape[1]]
    place[:] = patch[max(-top, 0) :, max(-left, 0) :][: place.shape[0], : place.shape[1]]


@lru_cache(maxsize=2048)
def _words(text: str, size: int, ink: tuple[int, int, int], ground: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Words as a small picture, as wide as they are and as high as the font."""
    font = cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))  # Pillow's wheels all have FreeType
    picture = Image.new("RGB", (math.ceil(font.getlength(text)), sum(font.getmetrics())), ground)
    ImageDraw.Draw(picture).text((0, 0), text, ink, font)
    words = np.array(picture)
    words.flags.writeable = False
    return words


@lru_cache(maxsize=64)
def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = ImageColor.getrgb(color)[:3]
    return red, green, blue
