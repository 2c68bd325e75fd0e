"""Predictions are kept, found again, and never mistaken for others."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.checkpoints.answers import rounded
from fer_core.checkpoints.card import Calibration
from fer_core.checkpoints.checkpoint import load_checkpoint, update_card
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.evaluation.cache import is_kept, raw_probabilities
from fer_core.evaluation.complete_card import calibration_of
from fer_core.evaluation.robustness import sample_of
from fer_core.evaluation.scoring import evaluate_checkpoint
from fer_core.evaluation.subgroups import are_face_sizes_kept, face_sizes
from fer_core.labels import LABEL_SCHEMES
from fer_core.storage.files import cache_folder


@pytest.fixture
def checkpoint(home_with_checkpoint):
    return load_checkpoint("tiny")


@pytest.fixture
def faces(checkpoint):
    return label_records(load_records("demo"), LABEL_SCHEMES["majority-7"], ["test"])


def kept_files():
    return list((cache_folder() / "predictions").glob("*.npy"))


def never():
    pytest.fail("it was kept")


def test_what_was_classified_is_not_classified_again(checkpoint, faces):
    assert not is_kept(checkpoint, faces)
    first = raw_probabilities(checkpoint, faces)
    assert is_kept(checkpoint, faces)
    assert (raw_probabilities(checkpoint, faces, classifier=never) == first).all()
    assert (first == rounded(checkpoint.open_classifier().predict_raw(faces.images))).all()


def test_other_rows_variants_data_and_networks_are_others(checkpoint, faces, save_tiny):
    raw_probabilities(checkpoint, faces)
    assert not is_kept(checkpoint, sample_of(faces, 5))
    assert not is_kept(checkpoint, faces, "blur 1")
    assert not is_kept(checkpoint, replace(faces, fingerprint="e" * 64))
    other = replace(checkpoint, card=replace(checkpoint.card, files={"model.tflite": "0" * 64}))
    assert not is_kept(other, faces)


def test_a_new_temperature_needs_no_new_predictions(checkpoint, faces):
    before = evaluate_checkpoint(checkpoint, faces)
    warm = update_card(checkpoint, replace(checkpoint.card, calibration=Calibration(temperature=2.0)))
    assert len(kept_files()) == 1
    after = evaluate_checkpoint(warm, faces)
    assert len(kept_files()) == 1
    assert (after.y_pred == before.y_pred).all()
    assert after.confidence.mean() < before.confidence.mean()
    np.testing.assert_allclose(after.probabilities, warm.open_classifier().predict(faces.images), atol=1e-5)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"x" * 500], ids=["empty", "cut", "other"])
def test_a_damaged_file_is_made_anew(checkpoint, faces, damage):
    first = raw_probabilities(checkpoint, faces)
    (path,) = kept_files()
    path.write_bytes(damage)
    assert (raw_probabilities(checkpoint, faces) == first).all()
    assert (np.load(path) == first).all()


def test_a_file_of_another_shape_or_with_holes_is_made_anew(checkpoint, faces):
    first = raw_probabilities(checkpoint, faces)
    (path,) = kept_files()
    for wrong in (first[:-1], first.astype(np.float64), np.full_like(first, np.nan)):
        np.save(path, wrong)
        assert (raw_probabilities(checkpoint, faces) == first).all()


def test_without_a_place_to_keep_them_it_works_too(checkpoint, faces, home):
    (home / "cache").write_text("a file is in the way")
    assert len(raw_probabilities(checkpoint, faces)) == len(faces)
    assert not is_kept(checkpoint, faces)


def test_calibration_uses_validation_only(checkpoint, faces):
    found = calibration_of(checkpoint, load_records("demo"), "demo")
    assert len(kept_files()) == 1
    assert is_kept(checkpoint, label_records(load_records("demo"), LABEL_SCHEMES["majority-7"], ["validation"]))
    assert not is_kept(checkpoint, faces)
    assert "validation faces of “demo”" in found.fitted_on


def test_face_sizes_are_measured_once(faces):
    few = sample_of(faces, 6)
    sizes = face_sizes(few)
    assert are_face_sizes_kept(few)
    assert (face_sizes(few, detector=object()) == sizes).all()
    assert ((sizes == 0) | (sizes > 10)).all()
    assert (sizes > 0).sum() >= 4
