import numpy as np
import pandas as pd
import pytest

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.evaluation.complete_card import measured_figures
from fer_core.evaluation.robustness import (
    LEVELS,
    PERTURBATIONS,
    card_table,
    is_measured,
    robustness_steps,
    robustness_table,
    sample_of,
)
from fer_core.labels import LABEL_SCHEMES
from fer_core.storage.files import cache_folder

BY_NAME = {perturbation.name: perturbation for perturbation in PERTURBATIONS}


@pytest.fixture
def faces(small_demo):
    return label_records(load_records("demo"), LABEL_SCHEMES["majority-7"], ["test"])


def test_there_are_seven_with_five_levels_each():
    assert [p.name for p in PERTURBATIONS] == [
        "blur", "noise", "darkening", "rotation", "shift", "occlusion", "JPEG",
    ]  # fmt: skip
    assert all(len(p.levels) == len(LEVELS) == 5 for p in PERTURBATIONS)


@pytest.mark.parametrize("perturbation", PERTURBATIONS, ids=lambda p: p.name)
def test_pictures_get_worse_from_level_to_level_and_always_the_same(perturbation, faces):
    images = faces.images[:12]
    made = [perturbation.perturbed(images, level) for level in LEVELS]
    assert all(m.shape == images.shape and m.dtype == np.uint8 for m in made)
    distances = [np.abs(m.astype(int) - images).mean() for m in made]
    assert distances[0] > 0
    assert (np.diff(distances) > 0).all()
    assert (perturbation.perturbed(images, 3) == made[2]).all()


def test_blur_takes_detail_and_darkening_takes_light(faces):
    image = faces.images[:1]
    assert BY_NAME["darkening"].perturbed(image, 3).mean() == pytest.approx(0.4 * image.mean(), rel=0.02)
    assert BY_NAME["blur"].perturbed(image, 5).std() < image.std()


def test_rotation_turns_by_its_angle():
    """A line through the middle, turned by 45 degrees to either side, becomes a diagonal."""
    image = np.zeros((1, 48, 48), np.uint8)
    image[0, 22:26] = 255
    turned = BY_NAME["rotation"].perturbed(image, 5)[0]
    rows, columns = np.nonzero(turned > 128)
    slope = np.polyfit(columns, rows, 1)[0]
    assert abs(slope) == pytest.approx(1, abs=0.1)


def test_shift_moves_by_its_pixels():
    image = np.zeros((1, 48, 48), np.uint8)
    image[0, 24, 24] = 255
    (row, column), *_ = np.argwhere(BY_NAME["shift"].perturbed(image, 4)[0] == 255)
    assert np.hypot(row - 24, column - 24) == pytest.approx(6, abs=0.75)


def test_occlusion_covers_a_square():
    image = np.zeros((1, 48, 48), np.uint8)
    covered = BY_NAME["occlusion"].perturbed(image, 2)[0]
    assert (covered == 128).sum() == 12 * 12


@pytest.fixture
def checkpoint(home_with_checkpoint):
    return load_checkpoint("tiny")


def test_measuring_goes_on_where_it_was_interrupted(checkpoint, faces):
    opened = []

    def network():
        opened.append(1)
        return checkpoint.open_classifier()

    steps = robustness_steps(checkpoint, faces, classifier=network)
    first = [next(steps) for _ in range(10)]
    assert not is_measured(checkpoint, faces)
    again = list(robustness_steps(checkpoint, faces, classifier=network))
    assert again[:10] == first
    assert len(opened) == 2
    assert is_measured(checkpoint, faces)
    written = {file: file.stat().st_mtime_ns for file in cache_folder().rglob("*.npy")}
    assert list(robustness_steps(checkpoint, faces, classifier=lambda: pytest.fail("not needed"))) == again
    assert {file: file.stat().st_mtime_ns for file in cache_folder().rglob("*.npy")} == written


def test_the_table_begins_with_the_untouched_accuracy(checkpoint, faces):
    steps = list(robustness_steps(checkpoint, faces))
    table = robustness_table(steps)
    assert len(table) == 7 * 6
    untouched = table[table["level"] == 0]
    assert untouched["accuracy"].nunique() == 1
    assert (table["low"] <= table["accuracy"]).all()
    assert (table["accuracy"] <= table["high"]).all()
    blur = table[table["perturbation"] == "blur"]
    assert blur["amount"].tolist()[1:] == list(BY_NAME["blur"].levels)


def test_a_sample_is_always_the_same(faces):
    some = sample_of(faces, 9)
    assert len(some) == 9
    assert (some.rows == sample_of(faces, 9).rows).all()
    assert set(some.rows) < set(faces.rows)
    assert sample_of(faces, 10_000) is faces


def test_the_card_says_the_same(checkpoint, faces):
    measured = measured_figures(checkpoint, load_records("demo"), "demo", robustness=True)
    expected = robustness_table(list(robustness_steps(checkpoint, faces)))
    pd.testing.assert_frame_equal(card_table(measured), expected)
