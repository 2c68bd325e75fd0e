"""Whole models in ``.h5`` files: older descriptions are read by the same allow-list, and arrays are plain."""

import json

import h5py
import numpy as np
import pytest

from fer_core.checkpoints.foreign.files import check_file
from fer_core.checkpoints.foreign.imports import ForeignFile, import_checkpoint
from fer_core.errors import CheckpointError
from fer_core.labels import FER2013_EMOTIONS
from tests.checkpoints.foreign import hdf5_files
from tests.checkpoints.foreign.hdf5_files import WEIGHTS, keras_1, keras_2, save
from tests.checkpoints.foreign.networks import changed

DESCRIPTIONS = {"keras_1": keras_1, "keras_2": keras_2}


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_an_older_description_passes_with_its_figures(tmp_path, kind):
    path = save(tmp_path / "model.h5", DESCRIPTIONS[kind](), WEIGHTS[kind])
    network = check_file(path).network
    assert (network.size, network.channels, network.outputs) == (48, 1, 7)
    assert network.weights == sum(array.size for arrays in WEIGHTS[kind].values() for array in arrays)


@pytest.mark.child
@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_an_older_model_answers_as_worked_out(home, small_demo, tmp_path, kind):
    path = save(tmp_path / "model.h5", DESCRIPTIONS[kind](), WEIGHTS[kind])
    checkpoint = import_checkpoint(ForeignFile(path, "old", FER2013_EMOTIONS, "unit"))
    faces = np.random.default_rng(6).integers(0, 256, (5, 48, 48), dtype=np.uint8)
    answers = checkpoint.open_classifier().predict(faces)
    np.testing.assert_allclose(answers, hdf5_files.expected(kind, faces / 255), atol=1e-4)


CHAIN = ("config", 0)
GRAPH = ("config", "layers", 1)
BYPASSES = {
    "a lambda layer": changed(keras_2(), (*GRAPH, "class_name"), "Lambda"),
    "a lambda layer of Keras 1": changed(keras_1(), (*CHAIN, "class_name"), "Lambda"),
    "an operation of TensorFlow": changed(keras_2(), (*GRAPH, "class_name"), "TFOpLambda"),
    "a layer of TensorFlow": changed(keras_2(), (*GRAPH, "class_name"), "TensorFlowOpLayer"),
    "a class of one's own": changed(keras_2(), (*GRAPH, "class_name"), "Mine>Conv2D"),
    "another module": changed(keras_2(), (*GRAPH, "module"), "os"),
    "a function as activation": keras_2(activation={"class_name": "function", "config": "system"}),
    "an exported function": keras_2(activation="keras.config.set_floatx"),
    "a function of Keras 1": keras_1(activation="set_floatx"),
    "an unknown setting": keras_2(vocabulary="/etc/passwd"),
    "an unknown setting of Keras 1": keras_1(function="os.system"),
    "a call with arguments": changed(
        keras_2(), (*GRAPH, "inbound_nodes"), [[["input_1", 0, 0, {"fn": "os.system"}]]]
    ),
    "a connection to nowhere": changed(keras_2(), (*GRAPH, "inbound_nodes"), [[["absent", 0, 0, {}]]]),
    "a connection that is none": changed(keras_2(), (*GRAPH, "inbound_nodes"), [["/etc/passwd"]]),
    "a giant layer": keras_1(nb_filter=2**31),
    "channels first": keras_2(data_format="channels_first"),
    "channels first of Keras 1": keras_1(dim_ordering="th"),
    "an input of any size": changed(
        keras_2(), ("config", "layers", 0, "config", "batch_input_shape"), [None, None, None, 1]
    ),
    "a subclass of models": changed(keras_2(), ("class_name",), "MyModel"),
    "layers that are none": {"class_name": "Sequential", "config": {"layers": "os"}},
    "no layers": {"class_name": "Sequential", "config": []},
    "no settings": {"class_name": "Sequential"},
    "a list": [1, 2, 3],
}  # fmt: skip


@pytest.mark.parametrize("description", BYPASSES.values(), ids=BYPASSES)
def test_descriptions_that_are_not_plain_are_refused(tmp_path, description):
    path = save(tmp_path / "model.h5", keras_1(), WEIGHTS["keras_1"])
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps(description)
    with pytest.raises(CheckpointError) as caught:
        check_file(path)
    assert str(caught.value).endswith(".")


def linked(file):
    file["model_weights/x"] = h5py.ExternalLink("/etc/passwd", "/")


def elsewhere(file):
    file.create_dataset("model_weights/x", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def compressed(file):
    file.create_dataset("model_weights/x", data=np.zeros(1_000_000), compression="gzip")


def filtered(file):
    file.create_dataset("model_weights/x", data=np.zeros(100), chunks=(10,), shuffle=True)


def virtual(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    file.create_virtual_dataset("model_weights/x", layout)


def words(file):
    file.create_dataset("model_weights/x", data=["text"])


@pytest.mark.parametrize("make", [linked, elsewhere, compressed, filtered, virtual, words], ids=lambda f: f.__name__)
def test_arrays_must_be_plain_and_in_the_file(tmp_path, make):
    path = save(tmp_path / "model.h5", keras_1(), WEIGHTS["keras_1"])
    with h5py.File(path, "a") as file:
        make(file)
    with pytest.raises(CheckpointError, match="weights"):
        check_file(path)


def test_a_description_of_megabytes_is_refused(tmp_path):
    path = save(tmp_path / "model.h5", keras_1(), WEIGHTS["keras_1"])
    with h5py.File(path, "a", libver="latest") as file:
        file.attrs["model_config"] = "x" * 3_000_000
    with pytest.raises(CheckpointError):
        check_file(path)
