"""The one door: what comes in upright and in time, and what is refused in a sentence."""

import contextlib
import gc
import struct
import wave
from fractions import Fraction

import av
import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.errors import VideoError
from fer_core.recognition.videos.container import MAX_PIXELS
from fer_core.recognition.videos.reader import VideoLimits, VideoReader


def read(path, interval=0.0, **limits):
    with VideoReader(path, limits=VideoLimits(**limits)) as reader:
        frames = list(reader.frames(interval))
        return frames, reader


def refusal(path, **limits):
    with pytest.raises(VideoError) as refused:
        read(path, **limits)
    message = str(refused.value)
    assert path.name in message
    assert message.count(".") - path.name.count(".") == 1
    return message


def corners(image):
    """The colors of the four corners as letters, row by row."""
    names = {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w"}
    height, width = image.shape[:2]
    places = [(y, x) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return "".join(names[tuple((image[place] > 128).astype(int).tolist())] for place in places)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("clip.mp4", "libx264"),
        ("clip.mov", "libx264"),
        ("clip.webm", "libvpx-vp9"),
        ("clip.mkv", "libx264"),
        ("clip.avi", "mpeg4"),
    ],
)
def test_every_container_is_read_whatever_its_name_says(write_clip, corner, tmp_path, name, codec):
    path = write_clip([corner] * 12, name, codec=codec)
    path = path.rename(tmp_path / "video")
    frames, reader = read(path)
    assert reader.decoded == len(frames) == 12
    assert np.allclose([frame.time for frame in frames], np.arange(12) / 30, atol=0.002)
    assert corners(frames[0].image) == "rgbw"
    assert frames[0].image.dtype == np.uint8
    assert reader.shortfall() == ""
    assert 0.3 < reader.seconds < 0.5


@pytest.mark.parametrize(
    ("turn", "flip", "expected"),
    [
        (None, False, "rgbw"),
        (90, False, "gwrb"),
        (-90, False, "brwg"),
        (180, False, "wbgr"),
        (None, True, "grwb"),
        (90, True, "wgbr"),
    ],
)
def test_frames_stand_upright(write_clip, corner, turn, flip, expected):
    frames, _ = read(write_clip([corner] * 2, turn=turn, flip=flip))
    assert corners(frames[0].image) == expected
    is_on_its_side = turn in (90, -90)
    assert frames[0].image.shape == ((128, 96, 3) if is_on_its_side else (96, 128, 3))


def test_times_are_those_of_presentation(write_clip, corner):
    times = [0.0, 0.04, 0.5, 0.51, 2.0]
    frames, _ = read(write_clip([corner] * 5, times=times))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=0.002)


def test_sampling_counts_the_frames_between(write_clip, corner):
    frames, reader = read(write_clip([corner] * 30), interval=0.1)
    assert [frame.time for frame in frames] == pytest.approx(np.arange(10) / 10, abs=0.04)
    assert reader.decoded == 30


def test_sampling_of_another_rate_keeps_the_mean(write_clip, corner):
    frames, _ = read(write_clip([corner] * 60), interval=1 / 12)
    assert len(frames) == 24


def test_large_frames_are_scaled(write_clip):
    frames, _ = read(write_clip([np.zeros((2160, 3840, 3), np.uint8)] * 2))
    assert frames[0].image.shape == (1080, 1920, 3)
    frames, _ = read(write_clip([np.zeros((200, 100, 3), np.uint8)], "tall.mp4"), long_side=100, short_side=60)
    assert frames[0].image.shape == (100, 50, 3)


def test_pixels_are_made_square(write_clip, corner, tmp_path):
    path = tmp_path / "wide.mkv"
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.sample_aspect_ratio = 2
        container.mux(stream.encode(av.VideoFrame.from_ndarray(corner, "rgb24")))
        container.mux(stream.encode(None))
    frames, _ = read(path)
    assert frames[0].image.shape == (96, 256, 3)


def test_a_change_of_resolution_is_followed(tmp_path, corner):
    path = tmp_path / "change.mkv"
    small = np.ascontiguousarray(corner[::2, ::2])
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuvj420p"
        for index, image in enumerate([corner] * 3 + [small] * 3):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.height, encoder.width = image.shape[:2]
            encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 30)
            frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(format="yuvj420p")
            for packet in encoder.encode(frame):
                packet.stream, packet.pts, packet.dts = stream, index, index
                packet.time_base = Fraction(1, 30)
                container.mux(packet)
    frames, _ = read(path)
    assert {frame.image.shape for frame in frames} == {(96, 128, 3), (48, 64, 3)}


def test_what_is_longer_than_the_limit_is_left_out(write_clip, corner):
    frames, reader = read(write_clip([corner] * 30), max_seconds=0.5)
    assert reader.is_cut
    assert frames[-1].time == pytest.approx(0.5, abs=0.04)
    assert reader.shortfall() == ""


def test_sound_alone_is_refused(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "has no video track" in refusal(path)


def test_an_index_without_frames_is_refused(write_clip, corner, tmp_path):
    path = write_clip([corner] * 2, options={"movflags": "empty_moov+frag_keyframe"})
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moof") - 4])
    refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not a supported video"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not a supported video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "not a supported video"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "incomplete or damaged"),
        (b"\x1a\x45\xdf\xa3" + bytes(40), "incomplete or damaged"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "incomplete or damaged"),
    ],
)
def test_other_contents_are_refused(tmp_path, content, said):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert said in refusal(path)


def test_missing_and_large_files_are_refused(tmp_path, write_clip, corner):
    assert "cannot be opened" in refusal(tmp_path / "nowhere.mp4")
    assert "larger than 0 MB" in refusal(write_clip([corner]), max_bytes=1000)


def test_huge_frames_are_refused_from_the_header(write_clip):
    path = write_clip([np.zeros((4096, MAX_PIXELS // 4096 + 2, 3), np.uint8)])
    assert "4098x4096 pixels; save it in 4K" in refusal(path)


def test_a_truncated_file_says_how_much_is_readable(write_clip, corner):
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 256, corner.shape, np.uint8) for _ in range(60)]
    path = write_clip(images, options={"movflags": "faststart"})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    frames, reader = read(path)
    assert 20 <= len(frames) <= 35
    assert reader.shortfall() == f"{len(frames)} of about 60 frames readable"


def test_an_mp4_without_its_index_is_refused(write_clip, corner):
    path = write_clip([corner] * 10)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])
    assert "incomplete or damaged" in refusal(path)


def test_names_in_messages_are_clean(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no video")
    with pytest.raises(VideoError, match=r"^b\ufffda\.mp4 is not a supported video"):
        VideoReader(path, name="C:\\x\\b\u202ea.mp4")


def test_a_wave_file_is_no_video(tmp_path):
    path = tmp_path / "sound.avi"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<h", 0) * 100)
    assert "not a supported video" in refusal(path)


def test_frames_are_freed_at_once(write_clip):
    """Without waiting for the garbage collector: 300 frames of 2.8 MB in at most 60 MB."""
    path = write_clip([np.zeros((720, 1280, 3), np.uint8)] * 300)
    own = psutil.Process()
    gc.disable()
    try:
        with VideoReader(path) as reader:
            frames = reader.frames()
            next(frame for frame in frames if frame.time > 0.5)
            before = own.memory_info().rss
            count = sum(1 for _ in frames)
            grown = own.memory_info().rss - before
    finally:
        gc.enable()
    assert count > 270
    assert grown < 60 * 2**20


@pytest.fixture(scope="module")
def good_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    contents = []
    for kind, codec in (("mp4", "libx264"), ("matroska", "libvpx-vp9"), ("avi", "mpeg4")):
        with av.open(str(folder / kind), "w", format=kind) as container:
            stream = container.add_stream(codec, rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for index in range(8):
                image = np.full((48, 64, 3), 30 * index, np.uint8)
                image[index * 4 : index * 4 + 8] = 255
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
            container.mux(stream.encode(None))
        contents.append((folder / kind).read_bytes())
    return contents


@settings(max_examples=3 * settings().max_examples // 2)
@given(
    which=st.integers(0, 2), edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12)
)
def test_mutated_files_give_frames_or_a_sentence(good_files, tmp_path, which, edits):
    content = bytearray(good_files[which])
    for place, value in edits:
        content[min(int(place * len(content)), len(content) - 1)] = value
    path = tmp_path / "mutated"
    path.write_bytes(content)
    with contextlib.suppress(VideoError):
        times = [frame.time for frame in read(path)[0]]
        assert times == sorted(set(times))
