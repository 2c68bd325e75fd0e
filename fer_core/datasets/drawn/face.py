"""A drawn face as one value: who it is, what it does, from where it is seen; and its form in an address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.drawn.canvas import one_thread
from fer_core.datasets.drawn.expression import NEUTRAL, Expression, expression_of
from fer_core.datasets.drawn.person import (
    HAIR_STYLES,
    HAIRS,
    SKINS,
    HairStyle,
    Palette,
    Person,
    View,
    lips_of,
    random_person,
)
from fer_core.datasets.drawn.portrait import draw_face, draw_picture

_CROP, _PORTRAIT = 1.24, 0.98
"""Zoom of a network's crop, as detected faces are cut out, and of a portrait with hair and shoulders."""

_LUMA = (0.299, 0.587, 0.114)
_WHOLE_NUMBER = re.compile("-?[0-9]{1,4}")


class Range(NamedTuple):
    """The whole numbers that an attribute of a face takes, from the first to the last."""

    first: int
    last: int


@dataclass(frozen=True)
class Face:
    """A drawn face. All numbers are whole ones, so that text and sliders hold them without loss.

    Attributes:
        person: Which person: the seed of the bones, the eyes and the mouth.
        age: Depth of the folds, in percent.
        skin: The skin's color, from light to dark.
        hair: The style of the hair.
        hair_color: The hair's color.
        glasses: Whether the person wears glasses, 0 or 1.
        beard: Darkness of beard and moustache, in percent.
        turn: Turn of the head in degrees, positive towards the picture's right.
        nod: Nod in degrees, positive upwards.
        tilt: Tilt in degrees, positive clockwise.
        light: Where the light comes from, in degrees from the front, positive from the picture's right.
        expression: What the face does, in whole percent of each action unit.

    Raises:
        ValueError: A number is out of its range in ``RANGES``, or there is no such hair.
    """

    person: int = 1
    age: int = 35
    skin: int = 2
    hair: HairStyle = "short"
    hair_color: int = 1
    glasses: int = 0
    beard: int = 0
    turn: int = 0
    nod: int = 0
    tilt: int = 0
    light: int = -35
    expression: Expression = NEUTRAL

    def __post_init__(self) -> None:
        for name, (first, last) in RANGES.items():
            if not first <= getattr(self, name) <= last:
                raise ValueError(f"{name} must be from {first} to {last}. Received {getattr(self, name)!r:.40}.")
        if self.hair not in HAIR_STYLES:
            raise ValueError(f"There is no hair “{self.hair:.40}”; there are {', '.join(HAIR_STYLES)}.")

    @property
    def text(self) -> str:
        """The face in a line of text, such as ``person:7 hair:long 6:80 12R:55``; what is as usual is left out.

        :func:`parse_face` reads it.
        """
        parts = {
            name: getattr(self, name) for name in (*RANGES, "hair") if getattr(self, name) != getattr(_USUAL, name)
        }
        percents = {code: round(100 * amount) for code, amount in self.expression.units().items()}
        return " ".join(f"{key}:{value}" for key, value in (parts | percents).items())

    def sitter(self) -> Person:
        """The person, in RGB colors."""
        person = random_person(np.random.default_rng(self.person), color=True)
        skin, beard = SKINS[self.skin], self.beard / 100
        palette = replace(person.palette, skin=skin, hair=HAIRS[self.hair_color], lips=lips_of(skin))
        return replace(
            person,
            hair=self.hair,
            palette=palette,
            age=self.age / 100,
            beard=beard,
            moustache=beard,
            glasses=0.9 * self.glasses,
        )

    def view(self, zoom: float) -> View:
        """The camera and the light."""
        angle = np.radians(self.light)
        light = (float(np.sin(angle)), -0.45, float(np.cos(angle)))
        return View(self.turn, self.nod, self.tilt, zoom=zoom, light=light, ambient=0.46, noise=0.0)

    def portrait(self, size: int = 480) -> NDArray[np.uint8]:
        """Draw the face with its hair and shoulders, ``(size, size, 3)`` uint8 RGB."""
        with one_thread():
            return draw_picture(self.sitter(), self.expression, self.view(_PORTRAIT), size)

    def seen(self) -> NDArray[np.uint8]:
        """Draw the face as a network gets it, ``(48, 48)`` uint8 gray."""
        with one_thread():
            return draw_face(gray(self.sitter()), self.expression, replace(self.view(_CROP), exposure=0.7))


RANGES: Mapping[str, Range] = {
    "person": Range(1, 9999),
    "age": Range(0, 100),
    "skin": Range(0, len(SKINS) - 1),
    "hair_color": Range(0, len(HAIRS) - 1),
    "glasses": Range(0, 1),
    "beard": Range(0, 100),
    "turn": Range(-25, 25),
    "nod": Range(-15, 15),
    "tilt": Range(-20, 20),
    "light": Range(-70, 70),
}
"""The numbers that each numeric attribute of a face takes."""

_USUAL = Face()


def parse_face(text: str) -> Face:
    """Return the face of a line of text as :attr:`Face.text` makes it.

    Raises:
        ValueError: The text names no face.
    """
    look: dict[str, Any] = {}
    units: dict[str, float] = {}
    for part in text.split():
        key, _, value = part.partition(":")
        if key == "hair":
            look[key] = value
        elif not _WHOLE_NUMBER.fullmatch(value):
            raise ValueError(f"Expected a whole number for “{key:.40}”. Received “{value:.40}”.")
        elif key in RANGES:
            look[key] = int(value)
        else:
            units[key] = int(value) / 100
    return Face(**look, expression=expression_of(units))


def gray(person: Person) -> Person:
    """A person in the gray tones (ITU-R BT.601) of a black-and-white photograph of the colors."""
    tones = {one.name: (float(np.dot(getattr(person.palette, one.name), _LUMA)),) for one in fields(Palette)}
    return replace(person, palette=Palette(**tones))
