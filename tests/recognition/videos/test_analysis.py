"""Faces followed through videos, with real detection and a tiny network."""

import itertools
import tracemalloc

import numpy as np
import pytest

from fer_core.checkpoints.classifier import Classifier
from fer_core.errors import VideoError
from fer_core.faces.detection import Face, PhotoDetector
from fer_core.labels import PAPER_EMOTIONS
from fer_core.recognition.timelines import VideoResult
from fer_core.recognition.videos.analysis import (
    AnalysisCanceledError,
    AnalysisOptions,
    VideoAnalysis,
    analyze_video,
    open_detector,
)
from fer_core.recognition.videos.reader import VideoLimits, VideoReader

RAW = AnalysisOptions(frames_per_second=30, face_distance="near", smoothing=0)


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return Classifier(tiny_model, PAPER_EMOTIONS)


class OneFace:
    """A detector that sees a face in the middle of every picture."""

    def detect(self, image):
        height, width = image.shape[:2]
        return (Face((width // 4, height // 4, 3 * width // 4, 3 * height // 4)),)


def test_a_person_who_walks_keeps_the_number(write_clip, walk, classifier):
    result = analyze_video(write_clip(walk), classifier, options=RAW)
    (timeline,) = result.timelines
    assert timeline.number == 1
    assert len(timeline.times) >= 18
    centers = (result.boxes[:, 0] + result.boxes[:, 2]) / 2
    assert (np.diff(centers) > 0).mean() > 0.9
    assert result.frames == result.decoded == 20
    assert result.notes == ()


def test_two_faces_and_their_rows(write_clip, couple, classifier):
    result = analyze_video(write_clip([couple] * 5), classifier, options=RAW)
    assert [timeline.number for timeline in result.timelines] == [1, 2]
    assert result.summary == "2 faces · 5 of 5 frames analyzed · 0.1 s"
    table = result.table()
    assert list(table.columns) == ["time", "face", "class_name", "confidence", *PAPER_EMOTIONS, "x1", "y1", "x2", "y2"]
    assert table["face"].tolist() == [1, 2] * 5
    assert table["time"].is_monotonic_increasing
    assert np.allclose(table[list(PAPER_EMOTIONS)].sum(axis=1), 1, atol=1e-5)
    assert (table["class_name"] == table[list(PAPER_EMOTIONS)].idxmax(axis=1)).all()
    assert (table["confidence"] == table[list(PAPER_EMOTIONS)].max(axis=1)).all()


def test_what_the_classifier_saw_is_kept_for_every_row(write_clip, couple, classifier, tmp_path):
    crops = tmp_path / "crops"
    result = analyze_video(write_clip([couple] * 3), classifier, options=RAW, crops=crops)
    seen = np.fromfile(crops, np.uint8).reshape(-1, 48, 48)
    assert len(seen) == len(result.faces) == 6
    np.testing.assert_allclose(classifier.predict(seen), result.probabilities, atol=1e-5)
    assert result.nearest_row(2, 1e9) == 5
    assert result.nearest_row(1, -1.0) == 0
    assert result.nearest_row(3, 0.0) is None


def test_a_turned_video_is_analysed_upright(write_clip, couple, classifier):
    on_its_side = np.rot90(couple)  # as a telephone stores it, with the note to turn it back
    result = analyze_video(write_clip([on_its_side] * 3, turn=-90), classifier, options=RAW)
    assert len(result.timelines) == 2


def test_the_annotated_video_shows_the_analysed_frames(write_clip, couple, classifier, tmp_path):
    path = tmp_path / "out.mp4"
    options = AnalysisOptions(frames_per_second=10, face_distance="near")
    result = analyze_video(write_clip([couple] * 12), classifier, options=options, annotated=path)
    with VideoReader(path) as reader:
        frames = list(reader.frames())
    assert result.frames == len(frames) == 4
    assert result.decoded == 12
    x1, y1, x2, _ = result.boxes[0]
    edge = frames[0].image[y1, x1:x2].astype(int)
    assert np.abs(edge - couple[y1, x1:x2]).mean() > 30


def test_a_video_without_faces_is_a_result(write_clip, corner, classifier, tmp_path):
    result = analyze_video(write_clip([corner] * 3), classifier, options=RAW, annotated=tmp_path / "out.mp4")
    assert result.timelines == ()
    assert result.summary.startswith("No face found")
    assert len(result.table()) == 0
    assert (tmp_path / "out.mp4").exists()


def test_cancelling_leaves_nothing(write_clip, corner, classifier, tmp_path):
    path = write_clip([corner] * 9)
    seen = []
    with pytest.raises(AnalysisCanceledError):
        analyze_video(
            path,
            classifier,
            options=RAW,
            annotated=tmp_path / "out.mp4",
            on_progress=lambda progress, frame: seen.append(progress),
            is_cancelled=lambda: len(seen) == 3,
        )
    assert len(seen) == 3
    assert sorted(tmp_path.iterdir()) == [path]


def test_progress_rises_to_the_end(write_clip, corner, classifier):
    seen = []
    analyze_video(
        write_clip([corner] * 30), classifier, options=RAW, on_progress=lambda progress, frame: seen.append(progress)
    )
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.9
    assert [progress.frames for progress in seen] == list(range(1, 31))
    assert all(progress.eta_seconds >= 0 for progress in seen)


def test_long_videos_are_looked_at_less_often(write_clip, corner, classifier):
    path = write_clip([corner] * 30)
    result = analyze_video(path, classifier, options=RAW, limits=VideoLimits(max_frames=10))
    assert 9 <= result.frames <= 10
    assert result.seconds > 0.8


@pytest.mark.parametrize(
    ("limits", "note"),
    [
        (VideoLimits(max_seconds=0.5), "Only the first"),
        (VideoLimits(wall_seconds=0), "The analysis ended at 0 s, after 1 frames"),
    ],
)
def test_what_is_left_out_is_said(write_clip, corner, classifier, limits, note):
    (said,) = analyze_video(write_clip([corner] * 30), classifier, options=RAW, limits=limits).notes
    assert said.startswith(note)


def test_a_damaged_video_says_how_much_was_readable(write_clip, classifier):
    rng = np.random.default_rng(2)
    path = write_clip([rng.integers(0, 256, (96, 128, 3), np.uint8) for _ in range(60)], "clip.mkv")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    (note,) = analyze_video(path, classifier, options=RAW).notes
    assert "of about 60 frames readable" in note


def test_memory_does_not_grow_with_the_length(write_clip, corner, classifier):
    path = write_clip([corner] * 240)
    with VideoReader(path) as reader:
        steps = VideoAnalysis(reader, OneFace(), classifier, RAW).steps()
        list(itertools.islice(steps, 40))
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        count = sum(1 for _ in steps)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert count == 200
    assert grown < 200 * 2000  # rows of numbers; one frame alone has 36,864 bytes


def test_a_result_can_be_stored(write_clip, couple, classifier, tmp_path):
    result = analyze_video(write_clip([couple] * 2), classifier, options=RAW)
    result.save(tmp_path)
    again = VideoResult.load(tmp_path)
    assert again.summary == result.summary
    assert again.table().equals(result.table())
    (tmp_path / "result.npz").write_bytes(b"damaged")
    with pytest.raises(VideoError, match="analyze the video again"):
        VideoResult.load(tmp_path)


def test_options_are_checked():
    for wrong in ({"frames_per_second": 0}, {"face_distance": "far"}, {"smoothing": -1}):
        with pytest.raises(ValueError, match="Expected"):
            AnalysisOptions(**wrong)
    assert isinstance(open_detector("crowd"), PhotoDetector)
