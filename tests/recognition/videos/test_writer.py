"""What is written can be read again, and is there whole or not at all."""

import av
import numpy as np
import pytest

from fer_core.errors import VideoError
from fer_core.recognition.videos.reader import VideoReader
from fer_core.recognition.videos.writer import VideoWriter


def read(path):
    with VideoReader(path) as reader:
        return list(reader.frames())


def test_frames_come_back_at_their_times(tmp_path, corner):
    path, times = tmp_path / "new" / "out.mp4", [0.0, 0.1, 0.15, 1.0]
    with VideoWriter(path) as writer:
        for time in times:
            writer.add(time, corner)
    frames = read(path)
    assert [frame.time for frame in frames] == pytest.approx(times, abs=1e-4)
    difference = np.abs(frames[-1].image.astype(int) - corner)
    assert difference.mean() < 6  # colors survive, but for the edges between them


def test_it_is_what_browsers_play(tmp_path, corner):
    path = tmp_path / "out.mp4"
    with VideoWriter(path) as writer:
        writer.add(0.0, corner)
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # plays before all of it has arrived
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"


def test_odd_and_changing_sizes_are_fitted(tmp_path, corner):
    path = tmp_path / "out.mp4"
    with VideoWriter(path) as writer:
        writer.add(0.0, corner[:95, :127])
        writer.add(0.1, corner)
        writer.add(0.2, np.full((200, 50, 3), 255, np.uint8))
    frames = read(path)
    assert {frame.image.shape for frame in frames} == {(94, 126, 3)}
    narrow = frames[2].image
    assert narrow[47, 63].min() > 200
    assert narrow[47, 5].max() < 40


def test_nothing_is_left_when_the_block_raises(tmp_path, corner):
    path = tmp_path / "out.mp4"

    def fail():
        with VideoWriter(path) as writer:
            writer.add(0.0, corner)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VideoError, match=r"out\.mp4 cannot be written"):
        VideoWriter(tmp_path / "file" / "out.mp4")


def test_times_that_do_not_rise_are_put_in_order(tmp_path, corner):
    path = tmp_path / "out.mp4"
    with VideoWriter(path) as writer:
        for time in (0.5, 0.5, 0.2):
            writer.add(time, corner)
    assert len(read(path)) == 3
