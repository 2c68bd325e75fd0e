"""A drawn clip to try the app with: two people whose faces change while they sway.

``python -m tests.tools.sample_clip [FILE.mp4]`` draws the one that comes with the app anew.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.drawn import portrait, surface
from fer_core.datasets.drawn.canvas import one_thread
from fer_core.datasets.drawn.expression import Expression, blend, emotion_expression
from fer_core.datasets.drawn.person import Person, View, random_person, random_view
from fer_core.recognition.samples import sample_videos
from fer_core.recognition.videos.writer import VideoWriter

_UNITS = 3.25  # face units across the square in which a person is drawn
_CHANGE = 0.35  # seconds that a change of expression takes


@dataclass(frozen=True)
class Actor:
    """A person in a clip.

    Attributes:
        person: Who it is.
        view: How the camera sees the face.
        emotions: What the face shows, one after the other, each for the same time.
        x: Where the middle of the face is, as a part of the frame's width.
        sway: How far it moves to each side, as a part of the frame's width.
    """

    person: Person
    view: View
    emotions: tuple[str, ...]
    x: float
    sway: float = 0.03


def cast(seed: int, emotions: tuple[tuple[str, ...], ...], *, sway: float = 0.03) -> tuple[Actor, ...]:
    """People side by side, in the same light.

    Args:
        seed: Seed; the same one gives the same people.
        emotions: For each person what the face shows, one emotion after the other.
        sway: How far they move to each side, as a part of the frame's width.
    """
    rng = np.random.default_rng(seed)
    actors = []
    for index, shown in enumerate(emotions):
        view = replace(
            random_view(rng), zoom=surface.VIEW_SPAN / _UNITS, shift=(0.0, 0.0), light=(-0.6, -0.5, 0.9), ambient=0.5
        )
        x = (index + 0.5) / len(emotions)
        actors.append(Actor(random_person(rng, color=True), view, shown, x, sway))
    return tuple(actors)


def draw_clip(
    actors: tuple[Actor, ...], *, seconds: float = 8.0, rate: float = 12.0, size: tuple[int, int] = (360, 640)
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Draw a clip frame by frame.

    Args:
        actors: Who is in it.
        seconds: How long it is.
        rate: Frames a second.
        size: Height and width in pixels.

    Yields:
        Times in seconds and frames, RGB, shape (height, width, 3), uint8.
    """
    for index in range(round(seconds * rate)):
        time = index / rate
        with one_thread():
            picture = _wall(size)
            for actor in actors:
                _seat(picture, actor, time / seconds, seconds)
        yield time, portrait.printed(picture, View(seed=index, noise=0.006))


def write_sample(path: Path) -> None:
    """Draws the app's own clip, the same every time, which takes half a minute."""
    stories = (("neutral", "happiness", "surprise", "happiness"), ("anger", "neutral", "sadness", "happiness"))
    with VideoWriter(path) as writer:
        for time, image in draw_clip(cast(6, stories), seconds=12.0, rate=15.0, size=(480, 854)):
            writer.add(time, image)


def _wall(size: tuple[int, int]) -> NDArray[np.float32]:
    across = np.linspace(1.06, 0.88, size[1], dtype=np.float32)[None, :, None]
    down = np.linspace(1.04, 0.86, size[0], dtype=np.float32)[:, None, None]
    return np.ascontiguousarray(across * down * np.array([0.62, 0.70, 0.74], np.float32))


def _seat(picture: NDArray[np.float32], actor: Actor, part: float, seconds: float) -> None:
    """Draws a person at a moment (a part of the clip's length) into a frame, in place."""
    height, width = picture.shape[:2]
    phase = 2 * math.pi * (part * seconds / 4 + actor.x)
    unit = min(height / 3.1, 0.92 * width / 1.62 * 0.5)
    side = round(_UNITS * unit)
    left = round((actor.x + actor.sway * math.sin(phase)) * width - side / 2)
    top = round(height * (0.46 + 0.01 * math.sin(2 * phase)) - side / 2)
    view = replace(actor.view, yaw=8 * math.sin(phase), roll=3 * math.sin(phase / 2))
    head = portrait.draw_head(actor.person, _expression(actor.emotions, part, seconds), view, side)
    rows, columns = slice(max(0, top), min(height, top + side)), slice(max(0, left), min(width, left + side))
    seen = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    picture[rows, columns] *= 1 - head.alpha[seen][..., None]
    picture[rows, columns] += head.tones[seen]
    portrait.dress(picture, actor.person, view, (left, top), side)


def _expression(emotions: tuple[str, ...], part: float, seconds: float) -> Expression:
    """What a face shows at a moment; from one emotion to the next it changes gradually."""
    place = part * len(emotions)
    shown = emotion_expression(emotions[int(place)])
    for change, (before, after) in enumerate(pairwise(emotions), start=1):
        done = 0.5 + (place - change) * seconds / len(emotions) / _CHANGE
        if 0 < done < 1:
            shares = {emotion_expression(before): 1 - done}
            later = emotion_expression(after)
            shown = blend(shares | {later: shares.get(later, 0.0) + done})
    return shown


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]) if sys.argv[1:] else next(iter(sample_videos().values())))
