"""The classifier gives a row of probabilities for every face, from any thread."""

import threading
from pathlib import Path

import numpy as np
import pytest

from fer_core.checkpoints.classifier import Adjustment, Classifier, Prediction
from fer_core.errors import CheckpointError
from fer_core.faces.crops import Square, preprocess_face
from fer_core.labels import EMOTIONS, PAPER_EMOTIONS

SIGMOID = Path(__file__).parents[1] / "fixtures" / "sigmoid8.tflite"


@pytest.fixture
def classifier(tiny_model):
    return Classifier(tiny_model, PAPER_EMOTIONS)


def faces(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 48, 48)).astype(np.uint8)


@pytest.mark.parametrize("n", [0, 1, 2, 64, 65, 130])
def test_every_face_gets_a_row_that_sums_to_one(classifier, n):
    probabilities = classifier.predict(faces(n))
    assert probabilities.shape == (n, 7)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_a_face_alone_gives_what_it_gives_in_a_batch(classifier):
    images = faces(70)
    together = classifier.predict(images)
    alone = np.stack([classifier.predict_one(image).probabilities for image in images])
    np.testing.assert_allclose(alone, together, atol=1e-6)


def test_a_steady_answer_is_that_of_six_views_before_temperature_and_prior(tiny_model):
    several = faces(3, seed=1)
    adjustment = Adjustment(temperature=2.0, weights=np.array([1, 0.5, 1, 1, 1, 1, 0.25], np.float32))
    network = Classifier(tiny_model, PAPER_EMOTIONS, adjustment=adjustment)
    scaled = [
        np.stack([preprocess_face(face, Square(24, 24, side)) for face in several]) for side in (48, 45.12, 50.88)
    ]
    raw = np.mean([network.predict_raw(view[:, :, ::step]) for view in scaled for step in (1, -1)], axis=0)
    answers = network.predict(several, steady=True)
    np.testing.assert_allclose(answers, adjustment.apply(raw), atol=1e-6)
    np.testing.assert_allclose(answers, network.predict(several[:, :, ::-1], steady=True), atol=1e-6)
    assert not np.allclose(answers, network.predict(several), atol=1e-4)
    assert network.predict(several[:0], steady=True).shape == (0, 7)


def test_raw_grey_values_go_in(classifier):
    """The scaling is in the network: black and white faces differ, and by more than 1/255 of a gray value would."""
    black, white = classifier.predict(np.stack([np.zeros((48, 48), np.uint8), np.full((48, 48), 255, np.uint8)]))
    assert abs(black - white).max() > 0.05


def test_independent_sigmoids_are_divided_by_their_sum():
    classifier = Classifier(SIGMOID.read_bytes(), EMOTIONS)
    probabilities = classifier.predict(faces(9))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (probabilities > 0).all()


def test_eight_threads_get_what_one_gets(tiny_model):
    classifier = Classifier(tiny_model, PAPER_EMOTIONS)
    batches = [faces(1 + seed % 5, seed) for seed in range(40)]
    expected = [classifier.predict(batch) for batch in batches]
    wrong, start = [], threading.Barrier(8)

    def work(shift):
        start.wait()
        for i in range(40):
            j = (i + 5 * shift) % 40
            if not np.array_equal(classifier.predict(batches[j]), expected[j]):
                wrong.append(j)

    threads = [threading.Thread(target=work, args=(shift,)) for shift in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "images",
    [faces(2)[..., None], faces(2)[0], faces(2)[:, :47], faces(2).astype(np.float32), faces(2) / 255],
    ids=["with a channel", "one without a batch", "47 rows", "float", "scaled"],
)
def test_other_images_are_a_mistake(classifier, images):
    with pytest.raises(ValueError, match=r"Expected images \(n, 48, 48\) uint8\. Received"):
        classifier.predict(images)


@pytest.mark.parametrize("content", [b"", b"no network", bytes(200)])
def test_what_is_no_network_is_told(content):
    with pytest.raises(CheckpointError, match=r"cannot be opened by LiteRT .*Train or export it again"):
        Classifier(content, PAPER_EMOTIONS)


def test_a_network_of_other_classes_is_told(tiny_model):
    with pytest.raises(CheckpointError, match=r"\(7,\) where \(48, 48, 1\) to \(8,\) belongs\. Export it again"):
        Classifier(tiny_model, EMOTIONS)


def test_the_answer_is_the_most_probable_class():
    prediction = Prediction(np.array([0.2, 0.5, 0.3], np.float32), ("a", "b", "c"))
    assert prediction.class_name == "b"
    assert prediction.confidence == pytest.approx(0.5)


def test_ties_keep_the_order_of_the_classes():
    prediction = Prediction(np.full(4, 0.25, np.float32), ("a", "b", "c", "d"))
    assert prediction.class_name == "a"


def test_a_prediction_of_other_classes_is_a_mistake():
    with pytest.raises(ValueError, match="Expected 2 probabilities"):
        Prediction(np.zeros(3, np.float32), ("a", "b"))
