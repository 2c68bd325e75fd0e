"""An annotated video is heard as the original is: in step, from the same moment, whatever the sound is coded in."""

import av
import numpy as np
import pytest

from fer_core.checkpoints.classifier import Classifier
from fer_core.labels import PAPER_EMOTIONS
from fer_core.recognition.videos.analysis import AnalysisOptions, analyze_video
from fer_core.recognition.videos.reader import VideoLimits
from fer_core.recognition.videos.writer import AudioTrack

RATE, FPS, SECONDS = 44_100, 10, 4
BEEPS = ((1.0, 1.2), (3.0, 3.2))
"""When the sound of the clips is loud, in seconds."""


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return Classifier(tiny_model, PAPER_EMOTIONS)


def tone(rate, channels, seconds=SECONDS):
    times = np.arange(int(rate * seconds)) / rate
    loud = sum(((times >= start) & (times < end)).astype(float) for start, end in BEEPS)
    wave = (20_000 * loud * np.sin(2 * np.pi * 440 * times)).astype(np.int16)
    return np.repeat(wave[None], channels, axis=0)


@pytest.fixture
def write_heard(tmp_path, corner):
    """Writes a clip with two beeps: its container, its sound's coding, and when sound and pictures begin."""

    def write(name="clip.mp4", codec="aac", *, rate=RATE, channels=2, sound_from=0.0, picture_from=0.0):
        path = tmp_path / name
        layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
        with av.open(str(path), "w") as container:
            pictures = container.add_stream("libvpx" if name.endswith("webm") else "libx264", rate=FPS)
            pictures.width, pictures.height, pictures.pix_fmt = 128, 96, "yuv420p"
            sound = container.add_stream(codec, rate=rate)
            sound.layout = layout
            resampler = av.AudioResampler(sound.format, layout, rate, 1024)
            for index in range(round(picture_from * FPS), SECONDS * FPS):
                frame = av.VideoFrame.from_ndarray(corner, "rgb24")
                frame.pts = index
                container.mux(pictures.encode(frame))
            container.mux(pictures.encode(None))
            wave = tone(rate, channels)[:, round(sound_from * rate) :]
            frame = av.AudioFrame.from_ndarray(wave.T.reshape(1, -1).copy(), "s16", layout)
            frame.sample_rate, frame.pts = rate, round(sound_from * rate)
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(sound.encode(piece))
            container.mux(sound.encode(None))
        return path

    return write


def heard(path):
    """When a file is loud: the middles of its beeps in seconds, and how long its sound and its pictures last."""
    with av.open(str(path)) as container:
        (sound,), (pictures,) = container.streams.audio, container.streams.video
        mono = av.AudioResampler("s16", "mono", 8000)
        times, waves = [], []
        for frame in container.decode(sound):
            for piece in mono.resample(frame):
                wave = piece.to_ndarray()[0]
                times.append(piece.time + np.arange(len(wave)) / 8000)
                waves.append(wave)
        lasts = float(pictures.duration * pictures.time_base)
    times, loud = np.concatenate(times), np.abs(np.concatenate(waves).astype(int)) > 5000
    beeps = np.split(times[loud], np.flatnonzero(np.diff(times[loud]) > 0.3) + 1)
    return [float(beep.mean()) for beep in beeps], float(times[-1]), lasts


def annotated(path, classifier, **options):
    out = path.with_name("annotated.mp4")
    analyze_video(path, classifier, options=AnalysisOptions(float(FPS), "near"), annotated=out, **options)
    return out


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("clip.mp4", ("aac", 44_100, 2)),
        ("clip.mp4", ("aac", 48_000, 6)),
        ("clip.mov", ("pcm_s16le", 22_050, 1)),
        ("clip.webm", ("libopus", 48_000, 2)),
        ("clip.mkv", ("flac", 96_000, 2)),
        ("clip.avi", ("libmp3lame", 44_100, 1)),
    ],
)
def test_the_sound_stays_in_step(write_heard, classifier, name, kind):
    codec, rate, channels = kind
    out = annotated(write_heard(name, codec, rate=rate, channels=channels), classifier)
    beeps, ends, lasts = heard(out)
    assert beeps == pytest.approx([1.1, 3.1], abs=0.08)
    assert ends == pytest.approx(SECONDS, abs=0.2)
    assert lasts == pytest.approx(SECONDS, abs=0.2)
    with av.open(str(out)) as container:
        (sound,) = container.streams.audio
        assert sound.codec_context.name == "aac"
        assert sound.layout.name == ("mono" if channels == 1 else "stereo")


def test_sound_that_begins_later_does_so_in_the_copy(write_heard, classifier):
    assert heard(annotated(write_heard(sound_from=0.5), classifier))[0] == pytest.approx([1.1, 3.1], abs=0.08)


def test_pictures_that_begin_later_are_the_beginning(write_heard, classifier):
    assert heard(annotated(write_heard(picture_from=0.5), classifier))[0] == pytest.approx([0.6, 2.6], abs=0.08)


def test_the_sound_ends_with_the_pictures_that_are_looked_at(write_heard, classifier):
    beeps, ends, _ = heard(annotated(write_heard(), classifier, limits=VideoLimits(max_seconds=2)))
    assert beeps == pytest.approx([1.1], abs=0.08)
    assert ends < 2.3


def test_damaged_sound_does_no_harm_to_the_pictures(write_heard, classifier):
    path = write_heard()
    content = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        places = [(one.pos, one.size) for one in container.demux(container.streams.audio[0]) if one.size]
    for place, size in places[len(places) // 2 :]:
        content[place : place + size] = b"\xff" * size
    path.write_bytes(content)
    out = annotated(path, classifier)
    assert heard(out)[0] == pytest.approx([1.1], abs=0.08)
    with av.open(str(out)) as container:
        assert sum(1 for _ in container.decode(container.streams.video[0])) == SECONDS * FPS


def test_a_silent_video_has_no_sound(write_clip, corner, classifier):
    path = write_clip([corner] * 4)
    with av.open(str(annotated(path, classifier))) as container:
        assert not container.streams.audio
    with AudioTrack(path, 2**20) as sound:
        assert sound.rate == 0
        assert list(sound.until(9.0, 0.0)) == []
