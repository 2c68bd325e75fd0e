"""What detection is measured on, and what its verifier was trained on; the figures themselves are the command's."""

import cv2
import numpy as np
import pytest

from fer_core.faces.detection import Face
from fer_core.faces.images import read_image
from fer_core.recognition.samples import sample_pictures
from tests.benchmark.detection.roc import Looked, shares, weights
from tests.benchmark.detection.scenes import FRAME, VARIABLE, faceless, noise, pasted, picture_files
from tests.benchmark.figure import AbsentError
from tests.benchmark.verifier.negatives import Negatives, collect
from tests.benchmark.verifier.samples import Sampler


@pytest.mark.parametrize("part", [0.1, 0.5, 1.0])
def test_a_pasted_face_is_where_the_scene_says(part):
    portrait, face = np.zeros((200, 160, 3), np.uint8), Face((40, 50, 120, 150))
    portrait[50:150, 40:120] = (255, 0, 255)
    scene = pasted(portrait, face, part, FRAME, np.random.default_rng(3))
    assert scene.image.shape == (*FRAME, 3)
    x1, y1, x2, y2 = (round(edge) for edge in scene.xyxy)
    assert y2 - y1 == pytest.approx(part * FRAME[0], abs=1)
    inside = scene.image[max(y1, 0) + 3 : y2 - 3, max(x1, 0) + 3 : x2 - 3]
    assert (abs(inside.astype(int) - (255, 0, 255)) < 12).all()
    assert scene.shows(Face((x1, y1, x2, y2)))
    assert not scene.shows(Face((x1 - 2 * (x2 - x1), y1, x1, y2)))


def test_without_enough_pictures_the_figure_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(AbsentError, match=f"set {VARIABLE} to their folder"):
        next(faceless())


def test_pictures_are_chosen_by_their_names(tmp_path):
    for name in ("a/tree.PNG", "a/people/crowd.png", "b/face.jpg", "b/notes.txt", "b/car.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    chosen = [path.name for path in picture_files(tmp_path, ("people", "face"))]
    assert chosen == ["tree.PNG", "car.jpg"]


def test_noise_repeats_and_differs():
    first, second = list(noise(6)), list(noise(6))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert len({picture.tobytes() for picture in first}) == 6


def looked(*rows):
    return Looked(True, np.array(rows, float).reshape(-1, 3), np.empty((0, 3)))


def test_the_table_counts_missed_doubled_and_false():
    faces = [looked((3, 3, 3)), looked((3, 3, 3), (2, 2, 2)), looked((-3, 0, 0)), looked()]
    others = [looked(), looked((1, 1, 1)), looked((3, -5, 0))]
    assert shares(faces, others, lambda logits: logits[:, 0], 1.0) == pytest.approx((50.0, 25.0, 200 / 3))
    fitted = weights(faces[:2], others[1:])
    assert fitted.shape == (4,)
    assert fitted[1] > 0


@pytest.fixture(scope="module")
def negatives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    picture = read_image(sample_pictures()["Astronaut"])[250:]  # below the face
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), np.roll(picture, 90 * number, axis=1))
    cv2.imwrite(str(folder / "face.png"), picture)
    return collect(folder, pictures=9)


def test_negatives_are_crops_of_the_pictures_and_survive_their_file(negatives, tmp_path):
    assert negatives.suspects.shape[1:] == negatives.patches.shape[1:] == (48, 48)
    assert len(negatives.suspects) == len(negatives.confidences) == len(negatives.sources)
    assert set(negatives.sources.tolist()) <= {0, 1, 2}
    assert len(negatives.patches) > 6
    negatives.save(tmp_path / "kept.npz")
    kept = Negatives.load(tmp_path / "kept.npz")
    assert all((getattr(kept, name) == value).all() for name, value in vars(negatives).items())


def test_a_batch_is_half_faces_and_its_seed_fixes_it(negatives):
    known = Negatives(np.zeros((4, 48, 48), np.uint8), np.full(4, 0.5), np.arange(4), np.zeros((4, 48, 48), np.uint8))
    faces = np.full((3, 48, 48), 200, np.uint8)
    images, labels = Sampler(faces, known, seed=1).batch(40)
    assert images.shape == (80, 48, 48, 1)
    assert images.dtype == labels.dtype == np.float32
    assert labels.tolist() == [1] * 40 + [0] * 40
    assert images[:40].mean() > 100
    assert np.median(images[40:]) < 50
    again, other = Sampler(faces, known, seed=1).batch(40)[0], Sampler(faces, known, seed=2).batch(40)[0]
    assert (images == again).all()
    assert (images != other).any()
