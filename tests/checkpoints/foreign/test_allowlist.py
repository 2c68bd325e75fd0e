"""What a foreign file may describe, and that nothing else passes: Keras is not needed to refuse it."""

import copy
import json
import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.checkpoints.foreign.allowlist import check_network
from fer_core.checkpoints.foreign.settings import LAYERS
from fer_core.checkpoints.foreign.walk import MAX_WEIGHTS
from fer_core.checkpoints.shapes import RULES
from fer_core.errors import CheckpointError
from tests.checkpoints.foreign.keras_files import descriptions
from tests.checkpoints.foreign.networks import as_bytes, changed, entrance, functional, layer, sequential

CONV, POOL, HEAD = (("config", "layers", i) for i in (1, 2, 3))


def test_a_plain_network_passes_with_its_figures():
    network = check_network(as_bytes(functional()))
    assert (network.size, network.channels, network.channels_first) == (48, 1, False)
    assert network.outputs == 7
    assert network.weights == (9 * 1 + 1) * 8 + (8 + 1) * 7
    assert network.layers == 3


def test_how_it_was_trained_is_left_out():
    document = functional() | {"compile_config": {"optimizer": {"class_name": "Evil", "module": "os"}}}
    assert "compile_config" not in check_network(as_bytes(document)).config


def test_mixed_precision_becomes_float32():
    text = as_bytes(functional()).replace(b'"name": "float32"', b'"name": "mixed_bfloat16"')
    assert b"bfloat16" in text
    assert "bfloat16" not in json.dumps(check_network(text).config)


def test_a_chain_passes_too():
    document = sequential(
        layer("Rescaling", "scale", (48, 48, 1), scale=0.5, offset=0.0),
        layer("RandomFlip", "flip", (48, 48, 1), mode="horizontal", seed=None),
        layer("SeparableConv2D", "sep", (48, 48, 1), filters=4, kernel_size=[3, 3], strides=[2, 2], padding="valid"),
        layer("BatchNormalization", "norm", (23, 23, 4), axis=-1, momentum=0.99, epsilon=0.001),
        layer("MaxPooling2D", "pool", (23, 23, 4), pool_size=[2, 2], strides=None, padding="valid"),
        layer("Flatten", "flat", (11, 11, 4)),
        layer("Dense", "head", (484,), units=8, activation="softmax"),
    )
    network = check_network(as_bytes(document))
    assert network.outputs == 8
    assert network.weights == (9 + 4 + 4) + 4 * 4 + 485 * 8


def test_a_model_inside_a_model_passes():
    inner = sequential(layer("Flatten", "flat", (48, 48, 1)), layer("Dense", "mid", (2304,), units=5))
    document = sequential(inner, layer("Dense", "head", (5,), units=7))
    assert check_network(as_bytes(document)).weights == 2305 * 5 + 6 * 7


BYPASSES = {
    "a lambda layer": changed(functional(), (*CONV, "class_name"), "Lambda"),
    "a lambda value": changed(functional(), (*CONV, "config", "activation"), {"class_name": "__lambda__"}),
    "a SavedModel layer": changed(functional(), (*CONV, "class_name"), "TFSMLayer"),
    "a Torch layer": changed(functional(), (*CONV, "class_name"), "TorchModuleWrapper"),
    "a lookup": changed(functional(), (*CONV, "class_name"), "StringLookup"),
    "another module": changed(functional(), (*CONV, "module"), "os"),
    "a private module": changed(functional(), (*CONV, "module"), "keras.src.layers"),
    "a registered class": changed(functional(), (*CONV, "registered_name"), "Custom>Conv2D"),
    "a function as activation": changed(
        functional(), (*CONV, "config", "activation"),
        {"class_name": "function", "config": "system", "module": "os", "registered_name": "system"},
    ),
    "set_floatx": changed(functional(), (*CONV, "config", "activation"), "keras.config.set_floatx"),
    "set_image_data_format": changed(functional(), (*CONV, "config", "activation"), "set_image_data_format"),
    "get_file": changed(functional(), (*HEAD, "config", "activation"), "keras.utils.get_file"),
    "a function as initializer": changed(functional(), (*CONV, "config", "kernel_initializer"), "plot_model"),
    "an object of another room": changed(
        functional(), (*CONV, "config", "kernel_initializer", "module"), "keras.saving"
    ),
    "an unknown object": changed(
        functional(), (*CONV, "config", "kernel_initializer", "class_name"), "FeatureSpace"
    ),
    "an object inside an object": changed(
        functional(), (*CONV, "config", "kernel_initializer", "config"),
        {"seed": {"class_name": "SeedGenerator", "module": "keras.random", "config": {}}},
    ),
    "a tensor value": changed(
        functional(), (*HEAD, "config", "units"), {"class_name": "__tensor__", "config": {"value": [7]}}
    ),
    "a numpy value": changed(functional(), (*HEAD, "config", "x"), {"class_name": "__numpy__", "config": {}}),
    "a type spec": changed(functional(), (*HEAD, "config", "x"), {"class_name": "__typespec__", "config": []}),
    "a path": changed(functional(), (*HEAD, "config", "vocabulary"), "/etc/passwd"),
    "an address": changed(functional(), (*HEAD, "config", "url"), "https://example.org"),
    "a word as name of something else": changed(functional(), (*HEAD, "config", "dtype"), "keras.config"),
    "another kind of model": changed(functional(), ("class_name",), "Model"),
    "a subclass of models": changed(functional(), ("module",), "builtins"),
    "a registered model": changed(functional(), ("registered_name",), "mine>Functional"),
    "a call with arguments": changed(
        functional(), (*CONV, "inbound_nodes", 0, "kwargs"), {"fn": {"class_name": "function"}}
    ),
    "a call with a string": changed(functional(), (*CONV, "inbound_nodes", 0, "kwargs"), {"training": "os"}),
    "an argument that is no layer": changed(functional(), (*CONV, "inbound_nodes", 0, "args"), ["/etc/passwd"]),
    "an object as argument": changed(
        functional(), (*CONV, "inbound_nodes", 0, "args"), [{"class_name": "__tensor__", "config": {}}]
    ),
    "a connection to nowhere": changed(
        functional(), (*CONV, "inbound_nodes", 0, "args", 0, "config", "keras_history"), ["absent", 0, 0]
    ),
    "a circle": changed(
        functional(), (*CONV, "inbound_nodes", 0, "args", 0, "config", "keras_history"), ["head", 0, 0]
    ),
    "another way of building": changed(functional(), (*CONV, "build_config"), {"config_file": "x"}),
    "built for a different input": changed(functional(), (*HEAD, "build_config"), {"input_shape": [None, 2**31]}),
    "built by shapes of its own": changed(functional(), (*HEAD, "build_config"), {"shapes_dict": {"x": [None, 9]}}),
    "a giant layer": changed(functional(), (*HEAD, "config", "units"), 2**31),
    "too many weights": sequential(
        layer("Flatten", "f", (48, 48, 1)), layer("Dense", "d", (2304,), units=900_000),
        layer("Dense", "h", (900_000,), units=7),
    ),
    "too many values": sequential(
        layer("UpSampling2D", "u", (48, 48, 1), size=[64, 64], interpolation="nearest"),
        layer("Flatten", "f", (3072, 3072, 1)), layer("Dense", "h", (9437184,), units=7),
    ),
    "an input of any size": changed(
        functional(), ("config", "layers", 0, "config", "batch_shape"), [None, None, None, 1]
    ),
    "a huge input": changed(functional(), ("config", "layers", 0, "config", "batch_shape"), [None, 9000, 9000, 1]),
    "two channels": sequential(
        layer("Flatten", "f", (48, 48, 2)), layer("Dense", "h", (4608,), units=7), shape=(48, 48, 2)
    ),
    "two inputs": changed(
        functional(), ("config", "layers"), [entrance("second"), *functional()["config"]["layers"]]
    ),
    "a picture as answer": sequential(layer("Dropout", "d", (48, 48, 1), rate=0.5)),
    "no layers": sequential(),
    "infinity": changed(functional(), (*HEAD, "config", "bias"), math.inf),
}  # fmt: skip


@pytest.mark.parametrize("document", BYPASSES.values(), ids=BYPASSES)
def test_everything_else_is_refused_without_keras(document):
    with pytest.raises(CheckpointError) as refusal:
        check_network(as_bytes(document))
    assert len(str(refusal.value)) < 400


INNER = (*CONV[:2], 1)
EVIL = {"module": "keras.config", "class_name": "function", "config": "set_image_data_format", "registered_name": None}


def inside(path, value):
    """A graph around a trained graph, as Keras 3.15 writes it, with one place of the inner one changed."""
    return changed(descriptions()["3.15.1"]["trained_inside"], (*INNER, *path), value)


NESTED = {
    "a loss that changes Keras for everybody": inside(("compile_config",), {"optimizer": "adam", "loss": EVIL}),
    "a metric that is a lambda": inside(("compile_config", "metrics"), [{"class_name": "__lambda__", "config": {}}]),
    "an optimizer from elsewhere": inside(("compile_config", "optimizer", "module"), "os"),
    "an unknown key of training": inside(("compile_config", "callbacks"), []),
    "a lambda layer": inside(("config", "layers", 1, "class_name"), "Lambda"),
    "a SavedModel": inside(("config", "layers", 1, "class_name"), "TFSMLayer"),
    "a vocabulary file": inside(("config", "layers", 1, "config", "vocabulary"), None),
    "a Torch module": inside(("config", "layers", 1, "config", "activation"), {
        "module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {}, "registered_name": None}),
    "two billion rows": inside(("build_config",), {"input_shape": [None, 2 * 10**9, 48, 1]}),
    "two billion rows of a layer": inside(
        ("config", "layers", 1, "build_config"), {"input_shape": [None, 2 * 10**9, 48, 1]}),
    "two billion rows at the top": changed(
        functional(), ("build_config",), {"input_shape": [None, 2 * 10**9, 48, 1]}),
    "two billion rows of a chain": changed(
        sequential(layer("Flatten", "f", (48, 48, 1))), ("config", "build_input_shape"), [None, 2 * 10**9, 48, 1]),
    "an argument of the model": inside(("config", "fn"), EVIL),
    "an input that takes an object": inside(("config", "layers", 0, "inbound_nodes"), [{"args": [EVIL], "kwargs": {}}]),
    "an object that is shared by a word": inside(("config", "layers", 1, "config", "dtype", "shared_object_id"), "a"),
    "an object with another key": inside(("config", "layers", 1, "config", "dtype", "compile_config"), {}),
    "a different input": inside(("config", "input_layers"), ["conv2d", 0, 0]),
    "half of a number format": inside(("config", "layers", 1, "config", "quantization_config"), EVIL),
    "two layers with the same name": changed(functional(), (*POOL, "name"), "conv"),
    "how it was trained is no record": functional() | {"compile_config": "os"},
}  # fmt: skip


@pytest.mark.parametrize("document", NESTED.values(), ids=NESTED)
def test_what_hides_in_a_model_inside_is_refused_too(document):
    with pytest.raises(CheckpointError):
        check_network(as_bytes(document))


@pytest.mark.parametrize("version", descriptions())
def test_what_each_keras_writes_passes_and_loses_what_is_not_needed(version):
    for network, document in descriptions()[version].items():
        checked = check_network(as_bytes(document))
        text = json.dumps(checked.config)
        assert checked.outputs == 7, network
        assert not any(key in text for key in ("compile_config", "build_config", "shared_object_id", "float16"))
        assert set(_batches(checked.config)) == {None}, network


def _batches(config):
    """The batch sizes of the inputs."""
    return [_at(config, path)[0] for path in _places(config) if path and path[-1] == "batch_shape"]


def test_every_layer_that_can_be_counted_has_its_keys():
    assert {kind for kinds in LAYERS.values() for kind in kinds} == set(RULES)


@pytest.mark.child
def test_the_installed_keras_writes_no_other_keys():
    program = """
import json, sys
import keras
needed = {"units": 3, "filters": 3, "kernel_size": 3, "rate": 0.1, "factor": 0.1, "height_factor": 0.1, "scale": 0.1,
          "stddev": 0.1, "target_shape": [3], "height": 3, "width": 3, "activation": "relu", "width_factor": 0.1,
          "pool_size": 2}
for kind, keys in json.loads(sys.stdin.read()).items():
    layer = getattr(keras.layers, kind)(**{k: v for k, v in needed.items() if k in keys})
    if unknown := set(layer.get_config()) - set(keys):
        print(kind, *unknown)
"""
    keys = json.dumps({kind: sorted(keys) for kind, keys in LAYERS["keras.layers"].items()})
    answer = subprocess.run([sys.executable, "-c", program], input=keys, capture_output=True, text=True, check=True)
    assert answer.stdout == ""


def test_there_are_enough_cases():
    assert len(BYPASSES) >= 30


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b"{", b"[" * 100_000, b'{"a":' * 200 + b"1" + b"}" * 200, b"\xff\xfe", b"x" * 2_000_001],
    ids=["empty", "list", "null", "half", "deep", "nested", "bytes", "long"],
)
def test_what_is_no_description_is_refused(text):
    with pytest.raises(CheckpointError):
        check_network(text)


def test_weights_are_bounded_in_all():
    dense = [layer("Dense", f"d{i}", (9000,), units=9000) for i in range(2)]
    chain = [layer("Flatten", "f", (48, 48, 1)), layer("Dense", "first", (2304,), units=9000), *dense]
    assert MAX_WEIGHTS < 2305 * 9000 + 2 * 9001 * 9000
    with pytest.raises(CheckpointError, match="too large"):
        check_network(as_bytes(sequential(*chain, layer("Dense", "h", (9000,), units=7))))


def _at(value, path):
    for step in path:
        value = value[step]
    return value


def _places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))


PLACES = [path for path in _places(functional()) if path]
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=12),
    st.lists(st.integers(-3, 3), max_size=4), st.dictionaries(st.sampled_from(["class_name", "config", "name"]),
    st.text(max_size=6), max_size=3),
)  # fmt: skip


@settings(max_examples=4 * settings().max_examples)
@given(st.sampled_from(PLACES), JUNK)
def test_one_changed_place_is_refused_or_harmless(place, junk):
    try:
        network = check_network(as_bytes(changed(functional(), place, junk)))
    except CheckpointError:
        return
    assert network.weights <= MAX_WEIGHTS
    assert network.outputs >= 1


GOOD = [functional(), *descriptions()["3.15.1"].values(), *descriptions()["3.6.0"].values()]
PAYLOADS = st.one_of(JUNK, st.just(EVIL), st.just({"class_name": "__lambda__", "config": {"value": "x"}}))
HOSTILE = (
    "fn",
    "vocabulary",
    "filepath",
    "module_x",
    "class",
    "custom_objects",
    "function",
    "arguments",
    "call_config",
)


@settings(max_examples=8 * settings().max_examples)
@given(st.data())
def test_any_key_added_anywhere_is_refused(data):
    document = copy.deepcopy(data.draw(st.sampled_from(GOOD)))
    document.pop("compile_config", None)
    places = [path for path in _places(document) if "compile_config" not in path[:-1]]  # its objects reach nobody
    holder = data.draw(st.sampled_from([at for path in places if isinstance(at := _at(document, path), dict)]))
    key = data.draw(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12).filter(lambda text: text not in holder)))
    holder[key] = data.draw(PAYLOADS)
    with pytest.raises(CheckpointError):
        check_network(as_bytes(document))


def test_the_checker_needs_no_keras():
    program = (
        "import sys, fer_core.checkpoints.foreign.imports; print({'keras', 'tensorflow', 'h5py'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
