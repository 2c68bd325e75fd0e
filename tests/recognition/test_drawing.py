"""What is drawn is where it belongs, inside the picture, and tells emotions apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageColor

from fer_core.checkpoints.classifier import Prediction
from fer_core.faces.detection import Face
from fer_core.labels import EMOTION_COLORS, EMOTIONS, class_colors
from fer_core.recognition.drawing import draw_recognitions
from fer_core.recognition.recognize import Recognition


def recognition(box, class_name="happiness", class_names=EMOTIONS):
    probabilities = np.array([0.92 if name == class_name else 0.08 / (len(class_names) - 1) for name in class_names])
    prediction = Prediction(probabilities.astype(np.float32), tuple(class_names))
    return Recognition(Face(box), prediction, np.zeros((48, 48), np.uint8))


def colored(image, color):
    """Where a picture has exactly a color."""
    return (image == ImageColor.getrgb(color)).all(axis=-1)


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_a_box_and_a_label_in_the_emotions_colour(ground):
    image = np.full((400, 600, 3), ground, np.uint8)
    drawn = draw_recognitions(image, [recognition((200, 150, 300, 250), "fear")])
    assert (image == ground).all()
    assert drawn.shape == image.shape
    ys, xs = np.nonzero(colored(drawn, EMOTION_COLORS["fear"]))
    assert 200 <= xs.min() <= 203
    assert ys.max() <= 250
    assert ys.min() < 150  # the label stands above
    assert (drawn[170:230, 220:280] == ground).all()  # the face stays free


def test_nothing_to_draw():
    image = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    np.testing.assert_array_equal(draw_recognitions(image, []), image)


def test_the_whole_picture_as_a_face_is_labelled_inside():
    image = np.full((300, 400, 3), 90, np.uint8)
    drawn = draw_recognitions(image, [recognition((0, 0, 400, 300))])
    assert colored(drawn, EMOTION_COLORS["happiness"])[:40].sum() > 1000


def label_pixels(drawn, box, color):
    """How much of a color lies outside a face's box: its label."""
    outside = colored(drawn, color)
    outside[box[1] : box[3], box[0] : box[2]] = False
    return outside.sum()


@pytest.mark.parametrize("box", [(0, 0, 60, 60), (540, 0, 600, 60), (0, 340, 60, 400), (540, 340, 600, 400)])
def test_labels_in_corners_are_whole(box):
    image = np.full((400, 600, 3), 90, np.uint8)
    in_corner = label_pixels(draw_recognitions(image, [recognition(box)]), box, EMOTION_COLORS["happiness"])
    middle = (270, 170, 330, 230)
    in_middle = label_pixels(draw_recognitions(image, [recognition(middle)]), middle, EMOTION_COLORS["happiness"])
    assert in_corner == in_middle > 500


def test_labels_cover_no_other_face_and_no_other_label():
    image = np.zeros((500, 500, 3), np.uint8)
    boxes = [(x, y, x + 50, y + 50) for x in range(5, 400, 75) for y in range(5, 400, 75)]
    drawn = draw_recognitions(image, [recognition(box, EMOTIONS[i % 8]) for i, box in enumerate(boxes)])
    for x1, y1, x2, y2 in boxes:
        assert (drawn[y1 + 5 : y2 - 5, x1 + 5 : x2 - 5] == 0).all()


def test_lines_grow_with_the_picture():
    def thickness(side):
        drawn = draw_recognitions(
            np.zeros((side, side, 3), np.uint8), [recognition((side // 2,) * 2 + (side - 20,) * 2)]
        )
        return colored(drawn, EMOTION_COLORS["happiness"])[side * 3 // 4, side // 2 : side // 2 + 50].sum()

    assert thickness(400) == 2
    assert thickness(2100) == 6


@settings(deadline=None, max_examples=60)
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    corners=st.lists(st.tuples(st.integers(0, 299), st.integers(0, 299), st.integers(1, 200)), max_size=5),
)
def test_any_picture_with_any_faces_can_be_drawn(size, corners):
    width, height = size
    boxes = [Face((x, y, x + side, y + side)).clipped(width, height).xyxy for x, y, side in corners]
    drawn = draw_recognitions(np.zeros((height, width, 3), np.uint8), [recognition(box) for box in boxes])
    assert drawn.shape == (height, width, 3)


def test_class_names_of_any_kind_can_be_drawn():
    names = ("Überraschung \N{GRINNING FACE}", "喜び", "", "%s {x} \\n", "a" * 300)
    for name in names:
        drawn = draw_recognitions(np.zeros((200, 200, 3), np.uint8), [recognition((50, 50, 150, 150), name, names)])
        assert drawn.any()


# --- palette ----------------------------------------------------------------------------------------------------------


def luminance(color):
    channels = np.array(ImageColor.getrgb(color)) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_colours_contrast_with_light_and_dark_pages(emotion):
    color = luminance(EMOTION_COLORS[emotion])
    assert 1.05 / (color + 0.05) >= 2.99
    assert (color + 0.05) / (luminance("#0e1117") + 0.05) >= 2.99


def test_each_emotion_has_its_own_colour():
    assert set(EMOTION_COLORS) == set(EMOTIONS)
    assert len(set(EMOTION_COLORS.values())) == 8


def test_other_classes_get_the_colours_that_are_left():
    colors = class_colors(("happiness", "boredom", "joy"))
    assert colors["happiness"] == EMOTION_COLORS["happiness"]
    assert len(set(colors.values())) == 3
    assert len(class_colors([f"class {i}" for i in range(20)])) == 20
    everything = class_colors([*EMOTIONS, "unknown", "not a face"])
    assert everything["unknown"] == everything["not a face"]
    assert everything["unknown"] not in EMOTION_COLORS.values()  # what is no emotion has no emotion's color
