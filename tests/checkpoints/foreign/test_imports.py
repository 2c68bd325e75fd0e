"""Foreign files end to end: a real child process with the real Keras."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from fer_core.checkpoints.checkpoint import KERAS_FILE, list_checkpoints, load_checkpoint, verified_bytes
from fer_core.checkpoints.features import Features
from fer_core.checkpoints.foreign.imports import ForeignFile, import_checkpoint, parse_classes
from fer_core.checkpoints.spec import SCALINGS
from fer_core.datasets.store import ensure_demo
from fer_core.errors import CheckpointError
from fer_core.explain.worker import open_layer_reader
from fer_core.labels import FER2013_EMOTIONS, KNOWN_ORDERS
from tests.checkpoints.foreign import onnx_files, tflite_files
from tests.checkpoints.foreign.networks import as_bytes, changed, functional, write_archive

KERAS_FILES = "tests.checkpoints.foreign.keras_files"
BUILD = """
import sys
import keras
from keras import layers
keras.utils.set_random_seed(3)
folder = sys.argv[1]

# As in the tutorials: augmentation inside, residual blocks, RGB of another size, logits, mixed precision.
keras.config.set_dtype_policy("mixed_bfloat16")
augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augmentation")
x = inputs = keras.Input((64, 64, 3))
x = augmentation(x)
x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
x = layers.Activation("relu")(layers.BatchNormalization()(x))
for filters in (12, 16):
    short = layers.Conv2D(filters, 1, strides=2, padding="same")(x)
    y = layers.SeparableConv2D(filters, 3, padding="same", pointwise_regularizer=keras.regularizers.L2(0.01))(x)
    y = layers.MaxPooling2D(3, strides=2, padding="same")(layers.BatchNormalization()(y))
    x = layers.Add()([short, y])
x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
model = keras.Model(inputs, layers.Dense(7, dtype="float32")(x))
model.compile("adam", "categorical_crossentropy")
model.save(folder + "/xception.keras")

keras.config.set_dtype_policy("float32")
model = keras.Sequential([keras.Input((48, 48, 1)), layers.Flatten(), layers.Dense(4, activation="softmax")])
model.save(folder + "/chain.keras")
model.save(folder + "/old.h5")
import numpy as np
gray = np.random.default_rng(0).integers(0, 256, (5, 48, 48), dtype=np.uint8)
np.save(folder + "/gray.npy", gray)
np.save(folder + "/unit.npy", model.predict(gray[..., None] / 255, verbose=0))
np.save(folder + "/symmetric.npy", model.predict(gray[..., None] / 127.5 - 1, verbose=0))
own = gray.reshape(5, -1).astype("float64")
own = ((own - own.mean(axis=1, keepdims=True)) / own.std(axis=1, keepdims=True)).reshape(5, 48, 48, 1)
np.save(folder + "/standardized.npy", model.predict(own, verbose=0))
np.save(folder + "/raw.npy", model.predict(gray[..., None].astype("float32"), verbose=0))
np.save(folder + "/imagenet.npy", model.predict((gray[..., None] / 255 - 0.449) / 0.226, verbose=0))
np.save(folder + "/custom.npy", model.predict((gray[..., None] / 255 - 0.4) / 0.2, verbose=0))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Networks saved by Keras in a process of its own."""
    folder = tmp_path_factory.mktemp("foreign")
    subprocess.run([sys.executable, "-W", "ignore", "-c", BUILD, str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture
def ready(home, small_demo):
    return home


def foreign(path, classes="anger, happiness, neutral, sadness", scaling="unit", name="stranger"):
    return ForeignFile(path, name, parse_classes(classes), scaling)


@pytest.mark.child
def test_a_tutorial_network_becomes_a_checkpoint(ready, files):
    checkpoint = import_checkpoint(foreign(files / "xception.keras", "fer2013", "symmetric"))
    card = checkpoint.card
    assert card.is_imported
    assert card.class_names == FER2013_EMOTIONS
    assert card.dataset == card.dataset_fingerprint == ""
    assert "unknown" in card.limits
    assert card.scheme.name == "majority-7"
    assert any("softmax is added" in note for note in card.notes)
    assert any("labeled validation faces" in note for note in card.notes)
    probabilities = load_checkpoint("stranger").open_classifier().predict(np.load(files / "gray.npy"))
    assert probabilities.shape == (5, 7)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (checkpoint.directory / KERAS_FILE).exists()


@pytest.mark.child
@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_scaling_is_part_of_the_network(ready, files, scaling):
    numbers = {"mean": (0.4,), "deviation": (0.2,)} if scaling == "custom" else {}
    checkpoint = import_checkpoint(replace(foreign(files / "chain.keras", scaling=scaling), **numbers))
    assert checkpoint.card.spec.scaling == scaling
    answers = checkpoint.open_classifier().predict(np.load(files / "gray.npy"))
    np.testing.assert_allclose(answers, np.load(files / f"{scaling}.npy"), atol=2e-4)


@pytest.mark.child
def test_models_inside_models_are_imported_too(ready, tmp_path):
    program = (
        f"from pathlib import Path; from {KERAS_FILES} import save_networks; save_networks(Path({str(tmp_path)!r}))"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, capture_output=True)
    for network in ("built_late", "trained_inside", "chain_inside"):
        checkpoint = import_checkpoint(foreign(tmp_path / f"{network}.keras", "fer2013", "raw", network))
        answers = checkpoint.open_classifier().predict(np.zeros((3, 48, 48), np.uint8))
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_the_wrong_number_of_classes_is_said(ready, files):
    with pytest.raises(CheckpointError, match="4 outputs do not match 7 classes"):
        import_checkpoint(foreign(files / "chain.keras", "fer2013"))
    assert list_checkpoints() == ()


@pytest.mark.child
def test_an_h5_file_answers_as_the_network_it_was_saved_from(ready, files, tmp_path):
    """The kind is told by the content: the name says something else."""
    disguised = tmp_path / "old.keras"
    disguised.write_bytes((files / "old.h5").read_bytes())
    checkpoint = import_checkpoint(foreign(disguised))
    answers = checkpoint.open_classifier().predict(np.load(files / "gray.npy"))
    np.testing.assert_allclose(answers, np.load(files / "unit.npy"), atol=1e-4)


def test_a_forbidden_layer_is_refused_in_the_child(ready, tmp_path, files):
    import zipfile

    with zipfile.ZipFile(files / "chain.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    evil = json.loads(parts["config.json"])
    evil["config"]["layers"][1]["class_name"] = "Lambda"
    write_archive(tmp_path / "evil.keras", parts | {"config.json": json.dumps(evil).encode()})
    with pytest.raises(CheckpointError, match=r"Lambda.*not allowed"):
        import_checkpoint(foreign(tmp_path / "evil.keras"))
    assert list_checkpoints() == ()


@pytest.mark.child
def test_weights_that_do_not_fit_the_network_are_a_sentence(ready, tmp_path, files):
    import zipfile

    with zipfile.ZipFile(files / "chain.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    other = changed(functional(4), ("config", "name"), "other")
    write_archive(tmp_path / "other.keras", parts | {"config.json": as_bytes(other)})
    with pytest.raises(CheckpointError, match="Keras cannot build the network"):
        import_checkpoint(foreign(tmp_path / "other.keras"))


def test_a_child_that_dies_is_a_verdict(ready, files):
    with pytest.raises(CheckpointError, match="ended, because"):
        import_checkpoint(foreign(files / "chain.keras"), converter="fer_core.there_is_no_such_module")


def test_nothing_is_left_behind(ready, files, tmp_path, monkeypatch):
    import tempfile

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with pytest.raises(CheckpointError, match="more than 0 seconds"):
        import_checkpoint(foreign(files / "chain.keras"), timeout=0.05)
    assert list(scratch.iterdir()) == []


def test_a_missing_file_is_a_sentence(ready, tmp_path):
    with pytest.raises(CheckpointError, match="could not be imported"):
        import_checkpoint(foreign(tmp_path / "absent.keras"))


@pytest.mark.parametrize("name", KNOWN_ORDERS)
def test_known_orders_have_a_name(name):
    assert parse_classes(name) == KNOWN_ORDERS[name]


def test_classes_of_other_projects_become_ours():
    assert parse_classes("Angry, Happy , sad,Surprised, neutral") == (
        "anger", "happiness", "sadness", "surprise", "neutral",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "happy", "happy, happiness", "a,,b", "a, <script>", "a, " + "b" * 41])
def test_classes_that_are_none_are_refused(text):
    with pytest.raises(CheckpointError, match="separated by commas"):
        parse_classes(text)


def test_a_tflite_file_is_run_unchanged(home, tmp_path):
    """No TensorFlow is needed for it: the child that opens it is back at once."""
    ensure_demo()
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_files.model())
    checkpoint = import_checkpoint(ForeignFile(path, "lite", scaling="unit"))
    card = checkpoint.card
    assert (card.spec.size, card.spec.output, card.spec.runtime) == (tflite_files.SIDE, "logits", "litert")
    assert verified_bytes(checkpoint) == tflite_files.model()
    assert any("much better than guessing" in note for note in card.notes)  # its weights are random
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48), dtype=np.uint8)
    scores = tflite_files.expected(card.spec.prepare(faces.astype(np.float32)))
    np.testing.assert_allclose(checkpoint.open_classifier().predict(faces), softmax(scores), atol=1e-4)
    first, *_, last = open_layer_reader(checkpoint).layers(faces[0])
    assert (first.kind, first.output.shape) == ("preparation", (tflite_files.SIDE, tflite_files.SIDE, 1))
    np.testing.assert_allclose(last.output, scores[0], atol=1e-4)
    assert Features(checkpoint).of(faces).shape == (4, tflite_files.SIDE**2)


@pytest.mark.parametrize("end", [(), ("Softmax",), ("Sigmoid",)])
def test_an_onnx_file_is_run_unchanged(ready, tmp_path, end):
    path = onnx_files.save(tmp_path / "net.onnx", shape=(3, "h", "w"), batch=1, end=end)
    checkpoint = import_checkpoint(ForeignFile(path, "other", scaling="imagenet", size=64))
    spec = checkpoint.card.spec
    assert (spec.size, spec.channels, spec.channels_first, spec.runtime) == (64, 3, True, "onnx")
    assert spec.output == {(): "logits", ("Softmax",): "softmax", ("Sigmoid",): "sigmoid"}[end]
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48), dtype=np.uint8)
    scores = onnx_files.expected(spec.prepare(faces.astype(np.float32)))
    wanted = softmax(scores)
    if end == ("Sigmoid",):
        single = 1 / (1 + np.exp(-scores))
        wanted = single / single.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(checkpoint.open_classifier().predict(faces), wanted, atol=1e-4)
    assert Features(checkpoint).of(faces).shape == (4, 7)
    with pytest.raises(CheckpointError, match="whose layers cannot be read"):
        open_layer_reader(checkpoint)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_a_scaling_of_ones_own_needs_its_numbers(ready, tmp_path):
    path = onnx_files.save(tmp_path / "net.onnx")
    with pytest.raises(CheckpointError, match="needs a mean and a standard deviation") as caught:
        import_checkpoint(ForeignFile(path, "own", FER2013_EMOTIONS, "custom"))
    assert caught.value.is_hint
    assert list_checkpoints() == ()
