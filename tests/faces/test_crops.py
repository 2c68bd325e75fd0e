"""There is one door to 48x48."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fer_core.faces.crops import IMAGE_SIZE, Square, cut_square, preprocess_face
from fer_core.faces.images import read_image, to_gray


def noise(height, width, seed=0):
    small = np.random.default_rng(seed).integers(0, 256, (max(height // 6, 2), max(width // 6, 2)), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def test_one_face_gives_the_same_pixels_through_every_path(tmp_path):
    face = noise(48, 48)
    path = tmp_path / "face.png"
    Image.fromarray(face).save(path)
    uploaded = read_image(path.read_bytes())
    frame = noise(300, 400, seed=1)
    frame[100:148, 200:248] = face
    level = ((212.0, 118.0), (236.0, 118.0))
    paths = {
        "dataset": preprocess_face(face),
        "file": preprocess_face(read_image(path)),
        "upload": preprocess_face(uploaded),
        "box of the whole": preprocess_face(uploaded, Square.around((0, 0, 48, 48))),
        "frame": preprocess_face(np.repeat(frame[..., None], 3, axis=2), Square.around((200, 100, 248, 148))),
        "frame, eyes level": preprocess_face(frame, Square.around((200, 100, 248, 148), level)),
    }
    for name, pixels in paths.items():
        np.testing.assert_array_equal(pixels, face, err_msg=name)


def test_grey_pictures_keep_their_values_as_rgb():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(to_gray(np.repeat(values[..., None], 3, axis=2)), values)


def test_the_result_is_a_copy():
    face = noise(48, 48)
    preprocess_face(face)[:] = 0
    assert face.any()


@settings(max_examples=60, deadline=None, database=None)
@given(
    size=st.tuples(st.integers(1, 200), st.integers(1, 200)),
    corner=st.tuples(st.integers(-60, 150), st.integers(-60, 150)),
    side=st.integers(1, 300),
    angle=st.floats(-180, 180),
)
def test_boxes_over_the_edge_still_give_48x48_of_the_pictures_greys(size, corner, side, angle):
    image = np.full((*size, 3), 90, np.uint8)
    x1 = min(corner[0], size[1] - 1)
    y1 = min(corner[1], size[0] - 1)
    x1, y1 = max(x1, 1 - side), max(y1, 1 - side)
    dx, dy = side / 2 * np.cos(np.radians(angle)), side / 2 * np.sin(np.radians(angle))
    eyes = ((x1 + side / 2 - dx / 2, y1 + side / 2 - dy / 2), (x1 + side / 2 + dx / 2, y1 + side / 2 + dy / 2))
    face = preprocess_face(image, Square.around((x1, y1, x1 + side, y1 + side), eyes))
    assert face.shape == (IMAGE_SIZE, IMAGE_SIZE)
    assert (face == 90).all()


@pytest.mark.parametrize("angle", [-90, -30, -5, 5, 30, 90, 180])
@pytest.mark.parametrize("side", [30, 96, 300])
def test_turned_faces_come_out_upright(angle, side):
    canvas, center = 900, 449.5
    upright = noise(canvas, canvas, seed=3)
    upright = cv2.GaussianBlur(upright, (0, 0), side / 12)
    matrix = cv2.getRotationMatrix2D((center, center), -angle, 1)  # clockwise by the angle
    turned = cv2.warpAffine(upright, matrix, (canvas, canvas), flags=cv2.INTER_CUBIC)
    eyes = np.array([[center - side / 4, center - 5], [center + side / 4, center - 5]])
    moved = [tuple(map(float, matrix @ (*eye, 1))) for eye in eyes]
    low = round(center + 0.5 - side / 2)
    box = (low, low, low + side, low + side)
    expected, face = (
        preprocess_face(upright, Square.around(box)),
        preprocess_face(turned, Square.around(box, (moved[0], moved[1]))),
    )
    assert np.abs(face.astype(int) - expected).mean() < 2


def test_eyes_of_a_profile_do_not_turn_it():
    image = noise(200, 200)
    box = (50, 50, 150, 150)
    tilted = preprocess_face(image, Square.around(box, ((100.0, 80.0), (104.0, 88.0))))
    np.testing.assert_array_equal(tilted, preprocess_face(image, Square.around(box)))


@pytest.mark.parametrize("eyes", [None, ((300.0, 400.0), (700.0, 430.0))])
def test_large_faces_do_not_alias(eyes):
    stripes = np.zeros((960, 960), np.uint8)
    stripes[:, ::2] = 255  # an even gray from far away
    face = preprocess_face(stripes, Square.around((0, 0, 960, 960), eyes))
    assert face[4:-4, 4:-4].std() < 6


def test_the_edge_is_repeated():
    image = np.full((100, 100), 50, np.uint8)
    image[:, 60:] = 200
    face = preprocess_face(image, Square.around((52, 0, 148, 96)))
    np.testing.assert_array_equal(face[:, -40:], np.full((48, 40), 200))
    np.testing.assert_array_equal(face[:, :3], np.full((48, 3), 50))


def test_a_wrong_call_is_a_value_error():
    for image in (np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5), np.float32), np.zeros((0, 5), np.uint8)):
        with pytest.raises(ValueError, match="Expected"):
            preprocess_face(image)
    with pytest.raises(ValueError, match="Expected a side above 0"):
        Square(5, 5, 0)


@settings(max_examples=60, deadline=None, database=None)
@given(
    center=st.tuples(st.floats(-50, 250), st.floats(-50, 250)),
    side=st.floats(20, 300),
    tilt=st.floats(-180, 180),
    move=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
def test_a_square_moves_along_its_own_axes_and_back(center, side, tilt, move):
    square = Square(*center, side, tilt)
    there = square.moved(*move)
    assert np.hypot(there.x - square.x, there.y - square.y) == pytest.approx(side * np.hypot(*move), abs=1e-6)
    back = there.moved(-move[0], -move[1])
    assert (back.x, back.y) == pytest.approx(center, abs=1e-6)
    x1, y1, x2, y2 = square.xyxy
    assert x2 - x1 == y2 - y1 == pytest.approx(side, abs=0.51)
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx(center, abs=1.01)


@pytest.mark.parametrize(("x", "y"), [(550, 550), (-800, 20), (20, 3000)])
@pytest.mark.parametrize("tilt", [0, 30])
def test_beside_the_picture_its_outermost_pixels_go_on(x, y, tilt):
    assert (preprocess_face(np.full((50, 60), 90, np.uint8), Square(x, y, 100, tilt)) == 90).all()


@pytest.mark.parametrize("tilt", [0, 17, -120])
@pytest.mark.parametrize("side", [30, 150, 700])
def test_a_moved_square_shows_what_lies_there(tilt, side):
    """What lies right of the center in the picture's square lies in the middle of the square moved there."""
    image = cv2.GaussianBlur(noise(1200, 1200, seed=2), (0, 0), side / 10)
    square = Square(600, 600, side, tilt)
    here, there = (cut_square(image, one, 96).astype(int) for one in (square, square.moved(0.25, 0.125)))
    assert np.abs(here[12:, 24:] - there[:-12, :-24]).mean() < 2


def test_a_square_of_a_color_picture_keeps_its_colors():
    image = np.full((90, 90, 3), (10, 200, 90), np.uint8)
    assert (cut_square(image, Square(45, 45, 40, 30), 64) == (10, 200, 90)).all()


def test_beyond_the_picture_a_square_repeats_its_edge_or_shows_a_gray():
    image = np.full((90, 90, 3), (10, 200, 90), np.uint8)
    for tilt in (0, 30):
        square = Square(0, 0, 80, tilt)
        assert (cut_square(image, square, 64) == (10, 200, 90)).all()
        shown = cut_square(image, square, 64, outside=127)
        assert (shown[2, 2] == 127).all()
        assert (shown[50, 50] == (10, 200, 90)).all()


def test_wide_pictures_and_thin_ones():
    for shape in ((1, 1), (1, 5000), (31_000, 3)):
        assert preprocess_face(np.full(shape, 7, np.uint8)).tolist() == np.full((48, 48), 7).tolist()
