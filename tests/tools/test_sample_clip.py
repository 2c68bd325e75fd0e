"""The app's own clip, and how it was drawn."""

import numpy as np
import pytest

from fer_core.recognition.samples import sample_videos
from fer_core.recognition.videos.reader import VideoReader
from tests.tools.sample_clip import cast, draw_clip


def test_the_sample_is_whole():
    (path,) = sample_videos().values()
    with VideoReader(path) as reader:
        frames = list(reader.frames(1.0))
        assert reader.decoded == 180
        assert reader.shortfall() == ""
    assert len(frames) == 12
    assert frames[0].image.shape == (480, 854, 3)


def test_a_clip_moves_and_is_the_same_every_time():
    actors = cast(3, (("neutral", "happiness"),))
    first, second, third = (image for _, image in draw_clip(actors, seconds=1.5, rate=2.0, size=(90, 160)))
    again = next(iter(draw_clip(actors, seconds=1.5, rate=2.0, size=(90, 160))))
    assert again[0] == 0
    assert np.array_equal(again[1], first)
    assert np.abs(first.astype(int) - second).mean() > 1
    assert np.abs(second.astype(int) - third).mean() > 1


def test_every_actor_is_seen():
    actors = cast(3, (("neutral",), ("happiness",), ("fear",)))
    assert [actor.x for actor in actors] == pytest.approx([1 / 6, 1 / 2, 5 / 6])
    assert len({actor.person for actor in actors}) == 3
