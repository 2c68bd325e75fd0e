"""Sample pictures: several drawn people in front of a wall, in color."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from fer_core.datasets.drawn import portrait, surface
from fer_core.datasets.drawn.canvas import Floats, one_thread
from fer_core.datasets.drawn.expression import EMOTION_EXPRESSIONS, emotion_expression
from fer_core.datasets.drawn.person import CLOTHS, Person, Tone, View, random_person, random_view

_WALLS: tuple[Tone, ...] = ((0.78, 0.74, 0.68), (0.62, 0.70, 0.74), (0.70, 0.72, 0.64), (0.76, 0.66, 0.62))
_UNITS = 3.25  # face units across a sitter's square


@dataclass(frozen=True, eq=False)
class Scene:
    """A sample picture and what its people are meant to show.

    Attributes:
        image: ``(height, width, 3)`` uint8 RGB.
        emotions: The intended emotions, from left to right.
        centers: ``(n, 2)`` float64: the middle of each face in pixels, x and y, from left to right.
        face_size: ``(n,)`` float64: height of each face from brows to chin, in pixels, from left to right.
    """

    title: str
    image: NDArray[np.uint8]
    emotions: tuple[str, ...]
    centers: NDArray[np.float64]
    face_size: NDArray[np.float64]


@dataclass(frozen=True)
class _Sitter:
    """One person's place in a scene: the middle of the face and the length of a face unit, in pixels."""

    person: Person
    view: View
    emotion: str
    x: float
    y: float
    unit: float


def _wall(rng: Generator, height: int, width: int) -> Floats:
    """A wall with light from one side and a few pictures on it, out of focus."""
    tone = np.asarray(_WALLS[int(rng.integers(len(_WALLS)))], np.float32)
    across = np.linspace(1.08, 0.86, width, dtype=np.float32)[None, :, None]
    down = np.linspace(1.04, 0.84, height, dtype=np.float32)[:, None, None]
    wall = np.ascontiguousarray(across * down * tone)
    for _ in range(int(rng.integers(3, 6))):
        w, h = (int(part * height) for part in rng.uniform(0.14, 0.34, 2))
        x, y = int(rng.uniform(-0.05, 0.95) * width), int(rng.uniform(-0.05, 0.35) * height)
        inside = (tone * rng.uniform(0.75, 1.15, 3)).tolist()
        cv2.rectangle(wall, (x, y), (x + w, y + h), (tone * 0.55).tolist(), -1)
        cv2.rectangle(wall, (x + 7, y + 7), (x + w - 7, y + h - 7), inside, -1)
    return np.asarray(cv2.GaussianBlur(wall, (0, 0), height / 90), np.float32)


def _places(rng: Generator, faces: int, height: int, width: int) -> list[tuple[float, float, float]]:
    """Where the faces go (x, y, face unit in pixels), those further away first."""
    unit = min(0.92 * width / (faces * 1.62), height / 3.1)
    places = []
    for index in range(faces):
        near = 1.0 if faces == 1 else float(rng.uniform(0.80, 1.04))
        x = width * (index + 0.5) / faces + float(rng.uniform(-0.08, 0.08)) * unit
        y = height * 0.50 + (near - 0.92) * unit * 1.1
        places.append((x, y, unit * near))
    return sorted(places, key=lambda place: place[2])


def _sitters(rng: Generator, emotions: tuple[str, ...], height: int, width: int) -> list[_Sitter]:
    """The people of a scene, those further away first, all in the same light."""
    light = (float(rng.choice((-0.6, 0.6))), -0.5, 0.9)
    places = _places(rng, len(emotions), height, width)
    order = np.argsort(np.argsort([x for x, _, _ in places]))
    first, zoom = int(rng.integers(len(CLOTHS))), surface.VIEW_SPAN / _UNITS
    sitters = []
    for place, (x, y, unit) in zip(order, places, strict=True):
        view = random_view(rng)
        view = replace(view, yaw=0.9 * view.yaw, zoom=zoom, shift=(0.0, 0.0), light=light, ambient=0.5)
        person = random_person(rng, color=True)
        dressed = replace(person, palette=replace(person.palette, cloth=CLOTHS[(first + int(place)) % len(CLOTHS)]))
        sitters.append(_Sitter(dressed, view, emotions[int(place)], x, y, unit))
    return sitters


def _seat(picture: Floats, sitter: _Sitter, variant: int) -> None:
    """Draw one person into a picture, in place."""
    size = round(_UNITS * sitter.unit)
    left, top = round(sitter.x - size / 2), round(sitter.y - size / 2)
    head = portrait.draw_head(sitter.person, emotion_expression(sitter.emotion, 1.0, variant), sitter.view, size)
    height, width = picture.shape[:2]
    rows, columns = slice(max(0, top), min(height, top + size)), slice(max(0, left), min(width, left + size))
    seen = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    part = picture[rows, columns]
    part *= 1 - head.alpha[seen][..., None]
    part += head.tones[seen]
    portrait.dress(picture, sitter.person, sitter.view, (left, top), size)


def draw_scene(
    seed: int,
    *,
    faces: int = 3,
    size: tuple[int, int] = (640, 960),
    emotions: tuple[str, ...] = (),
    title: str = "A drawn scene",
) -> Scene:
    """Draw people next to each other; the same seed gives the same picture.

    The emotions are those from left to right; without any, ``faces`` of them are drawn by lot. ``size`` is height and
    width in pixels.
    """
    rng = np.random.default_rng(seed)
    chosen = emotions or tuple(str(one) for one in rng.choice(list(EMOTION_EXPRESSIONS), faces))
    picture = _wall(rng, *size)
    sitters = _sitters(rng, chosen, *size)
    with one_thread():
        for sitter in sitters:
            _seat(picture, sitter, int(rng.integers(6)))
    grain = View(seed=seed, noise=0.008)
    places = np.array(sorted((sitter.x, sitter.y, sitter.unit) for sitter in sitters))
    return Scene(title, portrait.printed(picture, grain), chosen, places[:, :2], 1.3 * places[:, 2])


def sample_scenes() -> tuple[Scene, ...]:
    """The fixed sample pictures of the app: the same ones every time."""
    return (
        draw_scene(11, emotions=("happiness", "surprise", "neutral"), title="Three friends"),
        draw_scene(5, emotions=("anger", "fear"), size=(600, 800), title="A quarrel"),
        draw_scene(23, emotions=("sadness", "happiness", "disgust", "contempt", "neutral"), title="The jury"),
    )
