"""Who sits for a portrait and how: people and views drawn by lot."""

import numpy as np
from numpy.random import Generator

from fer_core.data.faces.person import HAIR_STYLES, HairStyle, Palette, Person, View

_HAIR_SHARES = (0.07, 0.27, 0.15, 0.10, 0.17, 0.09, 0.08, 0.07)


def _around(rng: Generator, spread: float, mean: float = 1.0) -> float:
    """A number near the mean, never further away than two and a half spreads."""
    return float(mean + spread * np.clip(rng.standard_normal(), -2.5, 2.5))


def random_palette(rng: Generator) -> Palette:
    """Draws the grey tones of a person.

    Args:
        rng: The only source of chance.

    Returns:
        A palette of one tone each.
    """
    skin = float(rng.uniform(0.36, 0.92))
    hair = float(rng.uniform(0.06, 0.26) if skin < 0.6 or rng.random() < 0.6 else rng.uniform(0.25, 0.80))
    lips = skin * float(rng.uniform(0.45, 0.70))
    iris = float(rng.uniform(0.08, 0.20) if skin < 0.6 else rng.uniform(0.10, 0.42))
    white = min(0.95, 0.70 + 0.25 * skin)
    return Palette(
        (skin,),
        (hair,),
        (lips,),
        (iris,),
        (white,),
        (float(rng.uniform(0.08, 0.9)),),
        (float(rng.uniform(0.08, 0.92)),),
    )


def random_person(rng: Generator) -> Person:
    """Draws a person by lot.

    Args:
        rng: The only source of chance.

    Returns:
        Somebody new, in grey.
    """
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
        palette=random_palette(rng),
    )


def random_view(rng: Generator) -> View:
    """Draws a view by lot: most heads nearly frontal, light from any side but below.

    Args:
        rng: The only source of chance.

    Returns:
        The view.
    """
    return View(
        yaw=_around(rng, 10, 0),
        pitch=_around(rng, 6, 0),
        roll=_around(rng, 6, 0),
        zoom=_around(rng, 0.07, 1.10),
        shift=(_around(rng, 0.04, 0), _around(rng, 0.045, 0.0)),
        light=(float(rng.uniform(-0.9, 0.9)), float(rng.uniform(-0.8, -0.15)), float(rng.uniform(0.6, 1.1))),
        ambient=float(rng.uniform(0.22, 0.6)),
        contrast=_around(rng, 0.13, 1.02),
        brightness=_around(rng, 0.05, 0),
        blur=float(rng.uniform(0.0, 0.75)),
        noise=float(rng.uniform(0.004, 0.024)),
        seed=int(rng.integers(1 << 30)),
    )
