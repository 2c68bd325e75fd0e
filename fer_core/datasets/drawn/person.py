"""Who is drawn and from where: the person, and the view of the camera and the light; both also by lot."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

HairStyle = Literal["bald", "short", "parted", "fringe", "long", "curly", "bun", "scarf"]
HAIR_STYLES: tuple[HairStyle, ...] = ("bald", "short", "parted", "fringe", "long", "curly", "bun", "scarf")

Tone = tuple[float, ...]
"""A tone of the picture: one number for gray, three for RGB, each 0 (black) to 1 (white)."""

_HAIR_SHARES = (0.07, 0.27, 0.15, 0.10, 0.17, 0.09, 0.08, 0.07)
SKINS: tuple[Tone, ...] = (
    (0.91, 0.75, 0.66),
    (0.88, 0.69, 0.57),
    (0.82, 0.63, 0.49),
    (0.74, 0.54, 0.40),
    (0.58, 0.40, 0.29),
    (0.44, 0.29, 0.21),
)
"""Colors of skin, from light to dark."""

SKIN_COLORS = ("very light", "light", "medium", "tan", "brown", "dark")
"""What the colors of skin are called, in order."""

HAIRS: tuple[Tone, ...] = (
    (0.09, 0.075, 0.07),
    (0.20, 0.13, 0.09),
    (0.30, 0.19, 0.12),
    (0.52, 0.28, 0.14),
    (0.74, 0.56, 0.32),
    (0.62, 0.61, 0.60),
)
"""Colors of hair."""

HAIR_COLORS = ("black", "dark brown", "brown", "red", "blond", "gray")
"""What the colors of hair are called, in order."""

_IRISES: tuple[Tone, ...] = ((0.26, 0.15, 0.08), (0.36, 0.24, 0.12), (0.30, 0.42, 0.52), (0.34, 0.42, 0.28))
CLOTHS: tuple[Tone, ...] = (
    (0.16, 0.27, 0.40),
    (0.62, 0.24, 0.20),
    (0.24, 0.38, 0.30),
    (0.80, 0.66, 0.36),
    (0.86, 0.84, 0.80),
    (0.42, 0.30, 0.44),
)
"""Colors of clothes."""


@dataclass(frozen=True)
class Palette:
    """The tones a person is drawn in: one number each for gray pictures, three (RGB) for colored ones."""

    skin: Tone = (0.72,)
    hair: Tone = (0.16,)
    lips: Tone = (0.42,)
    iris: Tone = (0.25,)
    eye_white: Tone = (0.88,)
    cloth: Tone = (0.35,)
    background: Tone = (0.55,)


@dataclass(frozen=True)
class Person:
    """What does not change when a face moves; 1.0 stands for the average of everything that is a ratio.

    Attributes:
        eye_tilt: How far the outer corners sit above the inner ones, in face units (1 = from eyes to chin).
        hair_volume: How far the hair stands off the head, 0 to 1.
        beard: Darkness of the beard, 0 (none) to 1.
        moustache: Darkness of the moustache, 0 to 1.
        glasses: Darkness of the frames, 0 (no glasses) to 1.
        age: Depth of the folds, 0 (child) to 1 (old).
        texture: Seed of the person's hair strands.
    """

    face_width: float = 1.0
    jaw_width: float = 1.0
    chin_length: float = 1.0
    eye_distance: float = 1.0
    eye_size: float = 1.0
    eye_tilt: float = 0.015
    brow_height: float = 1.0
    brow_thickness: float = 1.0
    brow_arch: float = 1.0
    nose_length: float = 1.0
    nose_width: float = 1.0
    mouth_width: float = 1.0
    lip_fullness: float = 1.0
    hair: HairStyle = "short"
    hair_volume: float = 0.5
    beard: float = 0.0
    moustache: float = 0.0
    glasses: float = 0.0
    age: float = 0.4
    texture: int = 0
    palette: Palette = Palette()


@dataclass(frozen=True)
class View:
    """Camera, light and print.

    Attributes:
        yaw: Turn of the head in degrees, positive towards the picture's right.
        pitch: Nod in degrees, positive upwards.
        roll: Tilt in degrees, positive clockwise.
        zoom: Size of the face; at 1 the picture spans 2.3 face units (forehead to chin fills it).
        shift: Displacement of the face, right and down, in face units.
        light: Where the light comes from: right, down and towards the viewer; any length.
        ambient: Light in the shadows, 0 (black) to 1 (no shading at all).
        exposure: How far the print evens out lighter and darker faces, 0 (as lit) to 1 (all alike).
        contrast: Contrast of the print, 1 = as drawn.
        brightness: Added to every tone, -1 to 1.
        blur: Standard deviation of the blur, in pixels of a 48-pixel picture.
        noise: Standard deviation of the grain, 0 to 1.
        seed: Seed of the grain.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    light: tuple[float, float, float] = (-0.5, -0.55, 0.7)
    ambient: float = 0.42
    exposure: float = 0.0
    contrast: float = 1.0
    brightness: float = 0.0
    blur: float = 0.0
    noise: float = 0.012
    seed: int = 0


def _around(rng: Generator, spread: float, mean: float = 1.0) -> float:
    """A number near the mean, never further away than two and a half spreads."""
    return mean + spread * min(2.5, max(-2.5, float(rng.standard_normal())))


def gray_palette(rng: Generator) -> Palette:
    """Draw the gray tones of a person."""
    skin = float(rng.uniform(0.45, 0.90))
    hair = float(rng.uniform(0.06, 0.26) if skin < 0.6 or rng.random() < 0.6 else rng.uniform(0.25, 0.80))
    lips = skin * float(rng.uniform(0.45, 0.70))
    iris = float(rng.uniform(0.08, 0.20) if skin < 0.6 else rng.uniform(0.10, 0.42))
    white = min(0.95, 0.70 + 0.25 * skin)
    tones = skin, hair, lips, iris, white, float(rng.uniform(0.08, 0.9)), float(rng.uniform(0.15, 0.85))
    return Palette(*((tone,) for tone in tones))


def lips_of(skin: Tone) -> Tone:
    """The RGB color of lips that goes with a skin."""
    lips = 0.62 * np.array(skin) * (1.05, 0.72, 0.72) + (0.10, 0.02, 0.04)
    return tuple(lips.tolist())


def color_palette(rng: Generator) -> Palette:
    """Draw the RGB tones of a person."""
    complexion = int(rng.integers(len(SKINS)))
    skin = SKINS[complexion]
    hairs, irises = (HAIRS, _IRISES) if complexion < 3 else (HAIRS[:3], _IRISES[:2])
    return Palette(
        skin=skin,
        hair=hairs[int(rng.integers(len(hairs)))],
        lips=lips_of(skin),
        iris=irises[int(rng.integers(len(irises)))],
        eye_white=(0.90, 0.89, 0.87),
        cloth=CLOTHS[int(rng.integers(len(CLOTHS)))],
        background=(0.7, 0.7, 0.7),
    )


def random_person(rng: Generator, *, color: bool = False) -> Person:
    """Draw a person by lot, in gray tones or in RGB colors."""
    style: HairStyle = HAIR_STYLES[int(rng.choice(len(HAIR_STYLES), p=_HAIR_SHARES))]
    bearded = style in ("bald", "short", "parted", "curly") and rng.random() < 0.33
    return Person(
        face_width=_around(rng, 0.05),
        jaw_width=_around(rng, 0.07),
        chin_length=_around(rng, 0.07),
        eye_distance=_around(rng, 0.04),
        eye_size=_around(rng, 0.09, 1.03),
        eye_tilt=_around(rng, 0.012, 0.012),
        brow_height=_around(rng, 0.07),
        brow_thickness=_around(rng, 0.24),
        brow_arch=_around(rng, 0.45),
        nose_length=_around(rng, 0.05),
        nose_width=_around(rng, 0.11),
        mouth_width=_around(rng, 0.07),
        lip_fullness=_around(rng, 0.22, 1.05),
        hair=style,
        hair_volume=float(rng.uniform(0, 1)),
        beard=float(rng.uniform(0.25, 0.95)) if bearded else 0.0,
        moustache=float(rng.uniform(0.3, 1.0)) if bearded and rng.random() < 0.8 else 0.0,
        glasses=float(rng.uniform(0.5, 1.0)) if rng.random() < 0.14 else 0.0,
        age=float(rng.beta(1.3, 1.8)),
        texture=int(rng.integers(1 << 30)),
        palette=color_palette(rng) if color else gray_palette(rng),
    )


def random_view(rng: Generator, spread: float = 1.0) -> View:
    """Draw a view by lot: most heads nearly frontal, light from any side but below.

    The spread multiplies how far heads turn, tilt and stray from the middle and the usual size.
    """
    return View(
        yaw=_around(rng, 5 * spread, 0),
        pitch=_around(rng, 3 * spread, 0),
        roll=_around(rng, 3 * spread, 0),
        zoom=_around(rng, 0.03 * spread, 1.24),
        shift=(_around(rng, 0.015 * spread, 0), _around(rng, 0.015 * spread, 0.0)),
        light=(float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.7, -0.2)), float(rng.uniform(0.75, 1.1))),
        ambient=float(rng.uniform(0.32, 0.6)),
        exposure=float(rng.uniform(0.65, 1.0)),
        contrast=_around(rng, 0.10, 1.05),
        brightness=_around(rng, 0.03, 0),
        blur=float(rng.uniform(0.0, 0.6)),
        noise=float(rng.uniform(0.002, 0.009)),
        seed=int(rng.integers(1 << 30)),
    )
