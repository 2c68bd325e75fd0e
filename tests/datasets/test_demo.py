"""The drawn faces: anatomy, light and camera; and the dataset made of them."""

import numpy as np
import pandas as pd
import pytest

from fer_core.datasets import demo
from fer_core.datasets.demo import DEMO_SIZES, draw_demo, pack_demo, read_demo, vote_probabilities, write_demo_files
from fer_core.datasets.drawn.expression import EMOTION_EXPRESSIONS, NEUTRAL, Expression, blend, emotion_expression, facs
from fer_core.datasets.drawn.landmarks import landmarks
from fer_core.datasets.drawn.person import HAIR_STYLES, Palette, Person, View
from fer_core.datasets.drawn.portrait import draw_face, draw_head
from fer_core.datasets.drawn.scene import draw_scene, sample_scenes
from fer_core.datasets.drawn.surface import project
from fer_core.datasets.votes import majority
from fer_core.errors import DatasetError
from fer_core.faces.detection import FaceDetector
from fer_core.labels import EMOTIONS, FER2013_EMOTIONS, PAPER_EMOTIONS, VOTE_COLUMNS

PLAIN = Person(hair="bald", palette=Palette(background=(0.72,)))
FRONT = View(noise=0.0)


@pytest.fixture(scope="module")
def shipped():
    return read_demo()


@pytest.fixture(scope="module")
def faces(shipped):
    """Images, votes, kept rows and majority labels of the demo."""
    return shipped.images, shipped.votes, *majority(shipped.votes)


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    sizes = {"train": 6, "validation": 2, "test": 2}
    first = write_demo_files(tmp_path / "a", sizes, seed=7)
    again = write_demo_files(tmp_path / "b", sizes, seed=7)
    other = write_demo_files(tmp_path / "c", sizes, seed=8)
    assert [path.name for path in first] == ["fer2013.csv", "fer2013new.csv"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert first[0].read_bytes() != other[0].read_bytes()


def test_the_files_have_the_real_formats(tmp_path):
    images, votes = write_demo_files(tmp_path, {"train": 5, "validation": 3, "test": 2})
    assert images.read_text().splitlines()[0] == "emotion,pixels,Usage"
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    assert votes.read_text().splitlines()[0] == header
    usages = ["Training"] * 5 + ["PublicTest"] * 3 + ["PrivateTest"] * 2
    assert pd.read_csv(images)["Usage"].tolist() == pd.read_csv(votes)["Usage"].tolist() == usages


def test_the_file_is_what_is_drawn(shipped):
    rows = {"train": 24, "validation": 0, "test": 0}
    drawn = draw_demo(rows)
    assert (drawn.images == shipped.images[:24]).all()
    assert (drawn.votes == shipped.votes[:24]).all()
    assert (drawn.emotion == shipped.emotion[:24]).all()


def test_the_file_is_small_and_whole(shipped):
    assert demo.DEMO_FILE.stat().st_size <= 6 * 2**20
    assert shipped.split_sizes() == dict(DEMO_SIZES)


def test_packing_loses_nothing(tmp_path, monkeypatch):
    records = draw_demo({"train": 30, "validation": 5, "test": 5}, seed=3)
    monkeypatch.setattr("fer_core.datasets.demo.DEMO_FILE", tmp_path / "demo.npz")
    demo.DEMO_FILE.write_bytes(pack_demo(records))
    assert read_demo().fingerprint == records.fingerprint


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_a_damaged_file_is_a_sentence(tmp_path, monkeypatch, content):
    monkeypatch.setattr("fer_core.datasets.demo.DEMO_FILE", tmp_path / "demo.npz")
    demo.DEMO_FILE.write_bytes(content)
    with pytest.raises(DatasetError, match="missing or damaged"):
        read_demo()
    demo.DEMO_FILE.unlink()
    with pytest.raises(DatasetError, match="missing or damaged"):
        read_demo()


def test_every_row_is_48_by_48_and_has_ten_votes(shipped, faces):
    images, votes, _, _ = faces
    assert images.shape == (sum(DEMO_SIZES.values()), 48, 48)
    assert (votes.sum(axis=1) == 10).all()
    assert set(shipped.emotion) == set(range(len(FER2013_EMOTIONS)))


def test_pictures_without_a_face_have_no_name_and_ten_nf_votes(tmp_path, faces):
    no_face = faces[1][:, VOTE_COLUMNS.index("NF")] == 10
    assert 0 < no_face.sum() < 0.02 * len(no_face)
    first = int(no_face.argmax())
    if first < 400:
        _, votes = write_demo_files(tmp_path, {"train": first + 1, "validation": 0, "test": 0})
        names = pd.read_csv(votes, keep_default_na=False)["Image name"]
        assert [row for row, name in enumerate(names) if name == ""] == [first]


def test_the_majority_rule_keeps_most_rows_and_all_eight_emotions(faces):
    _, _, keep, labels = faces
    shares = np.bincount(labels[keep], minlength=8) / keep.sum()
    assert keep.mean() >= 0.85
    assert shares.min() > 0.01
    assert np.argmin(shares) == EMOTIONS.index("contempt")
    assert shares.max() < 0.35


def test_the_original_labels_agree_with_the_crowd_most_of_the_time(shipped, faces):
    _, _, keep, labels = faces
    kept = keep & (labels < len(PAPER_EMOTIONS))
    original = np.array(FER2013_EMOTIONS)[shipped.emotion]
    assert 0.72 < (original == np.array(EMOTIONS)[labels])[kept].mean() < 0.90


def test_no_two_pictures_are_alike(faces):
    assert len({image.tobytes() for image in faces[0]}) == len(faces[0])


def test_a_linear_classifier_learns_but_does_not_finish(faces):
    from sklearn.linear_model import RidgeClassifier

    images, _, keep, labels = faces
    kept = keep & (labels < len(PAPER_EMOTIONS))
    x, y = images[kept, ::2, ::2].reshape(kept.sum(), -1) / 255 - 0.5, labels[kept]
    cut = int(0.75 * len(x))
    accuracy = RidgeClassifier(alpha=75).fit(x[:cut], y[:cut]).score(x[cut:], y[cut:])
    assert 0.45 < accuracy < 0.99


def test_taggers_confuse_what_people_confuse():
    def answer(**strengths):
        return dict(zip(VOTE_COLUMNS, vote_probabilities(strengths), strict=True))

    assert sum(answer(fear=1.0).values()) == pytest.approx(1)
    assert answer(fear=1.0)["surprise"] > answer(fear=1.0)["happiness"]
    assert answer(anger=1.0)["disgust"] > answer(anger=1.0)["surprise"]
    assert answer(sadness=0.5)["neutral"] > answer(sadness=1.0)["neutral"]
    mixed = answer(surprise=0.8, fear=0.6)
    assert mixed["surprise"] > mixed["fear"] > mixed["anger"]


def test_every_emotion_has_action_units_but_neutral():
    assert set(EMOTION_EXPRESSIONS) == set(EMOTIONS)
    assert emotion_expression("neutral") == NEUTRAL
    assert emotion_expression("happiness", 0.5).left.lip_corner_puller == pytest.approx(0.5)
    assert blend({facs("26:90"): 1.0, facs("26:80"): 1.0}).middle.jaw_drop == 1.0


def test_smiling_lifts_and_sadness_lowers_the_corners_of_the_mouth():
    rest, smile, sad = (
        landmarks(PLAIN, emotion_expression(e)).mouth_corners for e in ("neutral", "happiness", "sadness")
    )
    for side in (0, 1):
        assert smile[side][1] < rest[side][1] - 0.05
        assert sad[side][1] > rest[side][1] + 0.05
    assert smile[1][0] - smile[0][0] > rest[1][0] - rest[0][0]


def test_contempt_raises_one_corner_only():
    rest = landmarks(PLAIN, NEUTRAL).mouth_corners
    left, right = landmarks(PLAIN, emotion_expression("contempt", variant=0)).mouth_corners
    assert right[1] < rest[1][1] - 0.05
    assert left[1] == pytest.approx(rest[0][1], abs=0.03)


def test_units_without_sides_have_none_and_amounts_are_shares():
    with pytest.raises(ValueError, match="no sides"):
        Expression(facs("26").left, NEUTRAL.right)
    with pytest.raises(ValueError, match="between 0 and 1"):
        facs("12:140")


def test_surprise_opens_eyes_and_mouth_and_raises_the_brows():
    rest, wide = landmarks(PLAIN, Expression()), landmarks(PLAIN, emotion_expression("surprise"))
    assert (wide.lower_line - wide.upper_line)[10, 1] > 0.2
    assert wide.chin > rest.chin
    for before, after in zip(rest.eyes, wide.eyes, strict=True):
        assert after.brow[:, 1].mean() < before.brow[:, 1].mean() - 0.05
        assert after.upper_lid[6, 1] < before.upper_lid[6, 1]


def test_anger_knits_the_brows_and_sadness_slants_them():
    rest, angry, sad = (landmarks(PLAIN, emotion_expression(e)).eyes[1].brow for e in ("neutral", "anger", "sadness"))
    assert angry[0, 0] < rest[0, 0]
    assert angry[0, 1] > rest[0, 1]
    assert sad[0, 1] < rest[0, 1]


def test_the_mouth_in_the_picture_darkens_when_the_jaw_drops():
    at = project(np.array([[0.0, 0.78]]), FRONT, 48).round().astype(int)[0]
    closed, opened = (draw_face(PLAIN, emotion_expression(e), FRONT) for e in ("neutral", "surprise"))
    assert int(opened[at[1], at[0]]) < int(closed[at[1], at[0]]) - 40


def test_the_head_turns_nods_and_tilts_the_right_way():
    nose = np.array([[0.0, 0.42]])

    def moved(**view):
        return (project(nose, View(**view), 48, 0.7) - project(nose, FRONT, 48, 0.7))[0]

    assert moved(yaw=15)[0] > 2
    assert moved(pitch=10)[1] < -1
    assert moved(roll=15)[0] < -1
    assert moved(shift=(0.1, 0.0))[0] == pytest.approx(0.1 * 48 / 2.3)


def test_the_picture_turns_with_the_view():
    def darkest_column(yaw):
        face = draw_face(PLAIN, emotion_expression("surprise"), View(yaw=yaw, noise=0.0), 96)
        x, y = project(np.array([[0.0, 0.80]]), View(yaw=yaw), 96, 0.7)[0]
        row = face[round(y), round(x) - 14 : round(x) + 14].astype(float)
        return round(x) - 14 + np.average(np.arange(28), weights=255 - row), x

    (left, left_expected), (right, right_expected) = darkest_column(-18), darkest_column(18)
    assert right - left > 10
    assert left == pytest.approx(left_expected, abs=5)
    assert right == pytest.approx(right_expected, abs=5)


def test_the_side_that_faces_the_light_is_brighter():
    face = draw_face(PLAIN, Expression(), View(light=(-0.8, -0.2, 0.6), noise=0.0)).astype(int)
    assert face[24:32, 11:16].mean() > face[24:32, 32:37].mean() + 20


@pytest.mark.parametrize("hair", HAIR_STYLES)
def test_a_face_is_the_same_picture_at_every_size(hair):
    person = Person(hair=hair, beard=0.6, moustache=0.5, glasses=0.8)
    small, large = (draw_face(person, emotion_expression("fear"), FRONT, size) for size in (48, 240))
    assert small.shape == (48, 48)
    assert small.dtype == np.uint8
    shrunk = large.reshape(48, 5, 48, 5).mean(axis=(1, 3))
    assert np.abs(shrunk - small).mean() < 8


def test_a_head_is_opaque_in_the_middle_and_clear_beside_it():
    layer = draw_head(PLAIN, Expression(), View(zoom=0.8), 120)
    assert layer.tones.shape == (120, 120, 1)
    assert layer.alpha[60, 60] == pytest.approx(1)
    assert layer.alpha[20, 2] == 0


def test_a_scene_holds_the_people_that_were_asked_for():
    scene = draw_scene(3, emotions=("happiness", "anger"), size=(240, 360))
    assert scene.image.shape == (240, 360, 3)
    assert scene.image.dtype == np.uint8
    assert scene.emotions == ("happiness", "anger")
    assert scene.centers[0, 0] < scene.centers[1, 0]
    assert (scene.image == draw_scene(3, emotions=("happiness", "anger"), size=(240, 360)).image).all()
    assert scene.image.std(axis=2).mean() > 5  # it is in color


def test_the_detector_finds_every_drawn_face():
    detector = FaceDetector()
    for scene in (*sample_scenes(), draw_scene(1, faces=4), draw_scene(2, faces=1)):
        boxes = np.array([face.xyxy for face in detector.detect(scene.image)])
        assert len(boxes) == len(scene.emotions), scene.title
        boxes = boxes[np.argsort(boxes[:, 0])]
        assert (boxes[:, :2] < scene.centers).all()
        assert (boxes[:, 2:] > scene.centers).all()
