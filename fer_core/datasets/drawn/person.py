"""Who is drawn and from where: the person, and the view of the camera and the light."""

from dataclasses import dataclass
from typing import Literal

HairStyle = Literal["bald", "short", "parted", "fringe", "long", "curly", "bun", "scarf"]
HAIR_STYLES: tuple[HairStyle, ...] = ("bald", "short", "parted", "fringe", "long", "curly", "bun", "scarf")

Tone = tuple[float, ...]
"""A tone of the picture: one number for grey, three for RGB, each 0 (black) to 1 (white)."""


@dataclass(frozen=True)
class Palette:
    """The tones a person is drawn in: one number each for grey pictures, three (RGB) for coloured ones."""

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
        face_width: Width of the face at the cheekbones.
        jaw_width: Width of the jaw.
        chin_length: Distance from mouth to chin.
        eye_distance: Distance between the eyes.
        eye_size: Width and opening of the eyes.
        eye_tilt: How far the outer corners sit above the inner ones, in face units (1 = from eyes to chin).
        brow_height: Distance from eye to brow.
        brow_thickness: Thickness of the brows.
        brow_arch: Height of the brow's arch.
        nose_length: Distance from eyes to nose tip.
        nose_width: Width of the nose.
        mouth_width: Width of the mouth at rest.
        lip_fullness: Height of the lips.
        hair: The hair style.
        hair_volume: How far the hair stands off the head, 0 to 1.
        beard: Darkness of the beard, 0 (none) to 1.
        moustache: Darkness of the moustache, 0 to 1.
        glasses: Darkness of the frames, 0 (no glasses) to 1.
        age: Depth of the folds, 0 (child) to 1 (old).
        texture: Seed of the person's hair strands.
        palette: The tones.
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
