"""Steps are named, ordered and harmless, and one face gives the same probabilities through every path."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.checkpoints.classifier import with_temperature
from fer_core.checkpoints.features import Features
from fer_core.cli.execution import train_run
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.subsets import save_subset
from fer_core.errors import CheckpointError, TrainingError
from fer_core.evaluation.scoring import score
from fer_core.faces.detection import Face
from fer_core.faces.preprocessing import STEPS, UNCHANGED, Preprocessing
from fer_core.labels import LABEL_SCHEMES
from fer_core.recognition.recognize import recognize, recognize_whole
from fer_core.storage.plaintext import setting_text, split_words
from fer_core.training.child.job import load_splits
from fer_core.training.child.validator import predict
from fer_core.training.network.export import read_network
from fer_core.training.runs.store import create_run
from fer_core.training.settings.config import TrainingConfig

orders = st.permutations(list(STEPS)).flatmap(lambda names: st.integers(0, 4).map(lambda n: tuple(names[:n])))


@given(arrays(np.uint8, (2, 48, 48)), orders)
def test_any_order_keeps_shape_and_type(images, names):
    steps = Preprocessing(names)
    result = steps.apply(images)
    assert (result.shape, result.dtype) == (images.shape, np.uint8)
    assert split_words(setting_text(steps.steps)) == steps.steps
    for image, after in zip(images, result, strict=True):
        np.testing.assert_array_equal(steps.stages(image)[-1] if names else image, after)


@given(st.integers(0, 255))
def test_an_image_of_one_grey_survives_every_step(gray):
    image = np.full((48, 48), gray, np.uint8)
    for name in STEPS:
        assert np.ptp(Preprocessing((name,)).stages(image)[0]) == 0


def test_the_order_matters():
    image = np.random.default_rng(0).integers(60, 120, (1, 48, 48)).astype(np.uint8)
    first, second = (Preprocessing(names).apply(image) for names in (("denoise", "clahe"), ("clahe", "denoise")))
    assert (first != second).any()


def test_stretching_reaches_both_ends_and_equalising_evens_out():
    image = np.random.default_rng(0).normal(100, 10, (48, 48)).clip(0, 255).astype(np.uint8)
    stretched = STEPS["stretch"].apply(image)
    assert (stretched.min(), stretched.max()) == (0, 255)
    quarters = np.histogram(STEPS["equalise"].apply(image), 4, (0, 256))[0] / image.size
    assert np.abs(quarters - 0.25).max() < 0.06


def test_denoising_brings_a_noisy_face_nearer_to_the_clean_one(small_demo):
    clean = np.asarray(load_records("demo").images[0])
    noisy = (clean + np.random.default_rng(0).normal(0, 12, clean.shape)).clip(0, 255).astype(np.uint8)
    before, after = (np.abs(i.astype(float) - clean).mean() for i in (noisy, STEPS["denoise"].apply(noisy)))
    assert after < 0.8 * before


@pytest.mark.parametrize("text", ["blur", "denoise+denoise", "denoise,clahe", "+"])
def test_unknown_and_repeated_steps_are_refused(text):
    with pytest.raises(ValueError, match="step"):
        Preprocessing(split_words(text))


def test_no_step_is_the_very_same_array():
    images = np.zeros((3, 48, 48), np.uint8)
    assert UNCHANGED.apply(images) is images
    assert Preprocessing(("clahe",)).apply(images[:0]).shape == (0, 48, 48)


class WholeFrame:
    """A detector that takes the whole picture for a face."""

    def detect(self, image):
        return (Face((0, 0, image.shape[1], image.shape[0])),)


def test_a_face_gives_the_same_probabilities_through_every_path(home, small_demo):
    """Trained with steps: in Keras on preprocessed faces, and by the checkpoint on raw ones, wherever it is used."""
    config = TrainingConfig(epochs=1, preprocessing=("denoise", "stretch"), precision="float32")
    checkpoint = train_run(create_run(config, "steps"))
    assert checkpoint.card.config["preprocessing"] == ["denoise", "stretch"]
    raw = label_records(load_records("demo"), LABEL_SCHEMES[config.scheme], ["test"])
    classifier = checkpoint.open_classifier()
    trained_on = load_splits(config)[2].images
    assert (trained_on != raw.images).any()
    uncalibrated = predict(read_network(checkpoint), trained_on)
    np.testing.assert_allclose(classifier.predict_raw(raw.images), uncalibrated, atol=1e-5)
    keras = with_temperature(uncalibrated, checkpoint.card.calibration.temperature)
    report = score(classifier.predict(raw.images), classifier.class_names, raw)
    np.testing.assert_array_equal(report.probabilities, classifier.predict(raw.images))
    assert report.accuracy == pytest.approx(checkpoint.card.best.test_accuracy)
    for image, expected in zip(raw.images[:3], keras, strict=False):
        picture = np.repeat(image[..., None], 3, axis=2)
        whole = classifier.predict_one(recognize_whole(image, classifier).crop).probabilities
        found = recognize(picture, WholeFrame(), classifier)[0]
        np.testing.assert_allclose(whole, expected, atol=1e-5)
        np.testing.assert_allclose(
            classifier.predict(found.crop[None], steady=True)[0], found.prediction.probabilities, atol=1e-6
        )
    assert Features(checkpoint).of(raw.images[:3]).shape == (3, 1024)


def test_rows_of_an_exclusion_list_are_not_trained_on(home, small_demo):
    everything = load_splits(TrainingConfig())
    gone = [int(split.rows[0]) for split in everything]
    save_subset(dataset_card("demo"), "first-ones", gone, "for a test")
    remaining = load_splits(TrainingConfig(exclude="first-ones"))
    assert [len(a) - len(b) for a, b in zip(everything, remaining, strict=True)] == [1, 1, 1]
    assert not {*gone} & {int(row) for split in remaining for row in split.rows}


def test_settings_carry_steps_and_exclusions_through_json_and_text():
    config = TrainingConfig(preprocessing=("clahe", "denoise"), exclude="clean-test")
    assert TrainingConfig.from_json(config.to_json()) == config
    assert TrainingConfig().with_settings({"preprocessing": "clahe+denoise", "exclude": "clean-test"}) == config
    with pytest.raises(TrainingError, match="Unknown step “blur”"):
        TrainingConfig(preprocessing=("blur",))


def test_a_card_with_steps_of_another_version_is_damaged(save_tiny, make_card):
    save_tiny(config=make_card().config | {"preprocessing": ["sharpen"]})
    with pytest.raises(CheckpointError, match="Unknown step"):
        load_checkpoint("tiny")


def test_cards_from_before_there_were_steps_mean_none(save_tiny, make_card):
    config = {key: value for key, value in make_card().config.items() if key != "preprocessing"}
    save_tiny(config=config)
    assert load_checkpoint("tiny").open_classifier().preprocessing == UNCHANGED
