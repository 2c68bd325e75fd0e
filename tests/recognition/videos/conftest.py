"""Videos that the tests write themselves."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from fer_core.datasets.drawn.scene import draw_scene

QUICK = {"libx264": {"preset": "ultrafast"}, "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"}}


@pytest.fixture
def write_clip(tmp_path):
    """Writes a clip, with each image at its time, and returns its path."""

    def write(images, name="clip.mp4", *, times=None, codec="libx264", size=None, turn=None, flip=False, options=None):
        path = tmp_path / name
        kind = {"mp4": "mp4", "mov": "mov", "webm": "webm", "mkv": "matroska", "avi": "avi"}[path.suffix[1:]]
        height, width = size or images[0].shape[:2]
        with av.open(str(path), "w", format=kind, options=options or {}) as container:
            stream = container.add_stream(codec, rate=30, options=QUICK.get(codec, {}))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            if times:
                stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            if turn is not None or flip:
                stream.set_display_rotation(turn or 0, hflip=flip)
            for index, image in enumerate(images):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")
                frame.pts = round(times[index] * 1000) if times else index
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture(scope="session")
def corner():
    """A picture with a different color in each corner: red, green; blue, white."""
    image = np.zeros((96, 128, 3), np.uint8)
    image[:48, :64], image[:48, 64:], image[48:, :64], image[48:, 64:] = (255, 0, 0), (0, 255, 0), (0, 0, 255), 255
    return image


@pytest.fixture(scope="session")
def couple():
    """A scene with two people, RGB (240, 320, 3)."""
    return draw_scene(5, emotions=("happiness", "surprise"), size=(240, 320)).image


@pytest.fixture(scope="session")
def walk(couple):
    """One person who walks to the right: 20 frames."""
    person = couple[:, :160]
    frames = []
    for step in range(20):
        frame = np.full((240, 480, 3), 150, np.uint8)
        frame[:, 8 * step : 8 * step + 160] = person
        frames.append(cv2.GaussianBlur(frame, (3, 3), 0))
    return frames
