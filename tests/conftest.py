"""What several rooms' tests need: an empty home, a small demo dataset, a tiny checkpoint.

``fixtures/tiny.tflite`` is a network from (n, 48, 48, 1) gray values to seven softmax outputs, made with::

    import keras, tensorflow as tf
    from keras import layers
    keras.utils.set_random_seed(7)
    x = keras.Input((48, 48, 1))
    y = layers.Flatten()(layers.AveragePooling2D(8)(layers.Rescaling(1 / 255)(x)))
    model = keras.Model(x, layers.Dense(7, activation="softmax")(y))
    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()

``fixtures/sigmoid8.tflite`` is the same with eight independent sigmoid outputs.
"""

import os
import shutil
from pathlib import Path

import pylibsrtp  # noqa: F401  (crashes when it starts after TensorFlow; only tests have both in one process)
import pytest
from hypothesis import HealthCheck, settings

from fer_core.checkpoints.card import EpochScores, ModelCard
from fer_core.checkpoints.checkpoint import KERAS_FILE, LITERT_FILE, save_checkpoint
from fer_core.datasets.demo import pack_demo, write_demo_files
from fer_core.datasets.readers import read_records
from fer_core.datasets.store import DEMO, dataset_card, import_dataset, store_demo
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.settings.config import TrainingConfig

# Other work on the machine must not fail a test, and files in a test's folder are meant to be written again.
settings.register_profile("full", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.register_profile("everyday", settings.get_profile("full"), max_examples=25)
settings.load_profile("everyday")


def pytest_addoption(parser):
    """How many mutations the fuzz tests read."""
    parser.addoption("--fuzz-count", type=int, default=100, help="mutations for each parser (CI: 2000)")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Run named files with all their layers and in this process, unless the command says otherwise."""
    given = config.invocation_params.args
    if hasattr(config, "workerinput") or not any(".py" in name for name in config.args):
        return
    if not any(option.startswith("-m") for option in given):
        config.option.markexpr = ""
    if not any(option.startswith(("-n", "--numprocesses")) for option in given):
        config.option.numprocesses = 0


SMALL_SIZES = {"train": 96, "validation": 32, "test": 32}


@pytest.fixture(scope="session")
def tiny_model():
    """The bytes of a LiteRT network with seven outputs."""
    return (Path(__file__).parent / "fixtures" / "tiny.tflite").read_bytes()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty ``FER_HOME`` without shipped checkpoints."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("FER_HOME", str(folder))
    monkeypatch.setattr("fer_core.storage.files.PROJECT", tmp_path / "shipped")
    return folder


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory):
    """The two files of a demo dataset of 160 drawn faces."""
    return write_demo_files(tmp_path_factory.mktemp("demo"), SMALL_SIZES)


@pytest.fixture(scope="session")
def small_demo_file(demo_files, tmp_path_factory):
    """The small demo dataset as a file of the project."""
    path = tmp_path_factory.mktemp("project") / "demo.npz"
    path.write_bytes(pack_demo(read_records(*demo_files)))
    return path


@pytest.fixture
def small_demo_ships(monkeypatch, small_demo_file):
    """Lets the app have a small demo dataset."""
    monkeypatch.setattr("fer_core.datasets.demo.DEMO_FILE", small_demo_file)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory, demo_files):
    """A home with the small demo dataset, to be copied."""
    folder = tmp_path_factory.mktemp("demo-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FER_HOME", str(folder))
        store_demo(read_records(*demo_files))
    return folder


@pytest.fixture
def small_demo(home, demo_home, small_demo_ships):
    """Stores a small demo dataset in this home."""
    shutil.copytree(demo_home, home, dirs_exist_ok=True)
    return dataset_card(DEMO)


@pytest.fixture
def make_card():
    """Builds the card of a checkpoint that was never trained."""

    def make(name="tiny", *, scheme="majority-7", **changes):
        scores = EpochScores(1, 0.5, 0.4, 0.3)
        values = {
            "name": name,
            "created_at": "2026-01-02T03:04:05+00:00",
            "class_names": LABEL_SCHEMES[scheme].class_names,
            "input": "48x48 gray faces",
            "config": TrainingConfig(scheme=scheme, epochs=1).to_dict(),
            "weights": 259,
            "dataset": "demo",
            "dataset_fingerprint": "0" * 64,
            "label_file": "fer2013new.csv",
            "label_file_sha256": "0" * 64,
            "counts": {"train": 80, "validation": 25, "test": 25},
            "last": scores,
            "best": scores,
            "precision": "float32",
            "seconds": 1.5,
            "hardware": "a processor, 2 cores",
            "versions": {"keras": "3"},
            "command": "python -m fer_core train",
            "limits": "For tests only.",
        }
        return ModelCard(**values | changes)

    return make


@pytest.fixture
def save_tiny(home, tiny_model, make_card):
    """Stores checkpoints of the tiny network under this home."""

    def save(name="tiny", **changes):
        def write(folder):
            (folder / KERAS_FILE).write_bytes(b"no real Keras file")
            (folder / LITERT_FILE).write_bytes(tiny_model)

        return save_checkpoint(make_card(name, **changes), write)

    return save


@pytest.fixture
def home_with_checkpoint(home, small_demo, save_tiny):
    """A home with the small demo dataset and one checkpoint, called "tiny"."""
    save_tiny()
    return home


@pytest.fixture
def same_faces_as_training(demo_files, tmp_path):
    """The demo dataset with training and test exchanged, under another name."""
    images, votes = demo_files
    swap = {"Training": "PrivateTest", "PrivateTest": "Training"}
    paths = []
    for source in (images, votes):
        lines = source.read_text().splitlines()
        turned = [",".join(swap.get(cell, cell) for cell in line.split(",")) for line in lines]
        paths.append(tmp_path / source.name)
        paths[-1].write_text("\n".join(turned) + "\n")
    return import_dataset(*paths, name="exchanged").name


@pytest.fixture
def no_children(monkeypatch):
    """Start no child process: a run or a search that is started waits, as if this process were its child."""
    monkeypatch.setattr("fer_core.training.runs.launch.launch_command", lambda words, log: os.getpid())
