"""What is taken home works where FER Lab is not."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnxruntime import InferenceSession
from PIL import Image

from fer_core.checkpoints.card import Calibration
from fer_core.checkpoints.checkpoint import LITERT_FILE, ONNX_FILE, SHIPPED, load_checkpoint, save_checkpoint
from fer_core.checkpoints.export import lesson_notebook, pack_checkpoint
from fer_core.checkpoints.spec import NetworkSpec
from fer_core.errors import CheckpointError
from fer_core.storage.files import PROJECT


@pytest.fixture
def save_litert(home, tiny_model, make_card):
    """Stores checkpoints without a Keras file, which nothing can be converted from."""

    def save(name, **changes):
        write = lambda folder: (folder / LITERT_FILE).write_bytes(tiny_model)  # noqa: E731
        return save_checkpoint(make_card(name, **changes), write)

    return save


def unpacked(checkpoint, folder):
    with zipfile.ZipFile(io.BytesIO(pack_checkpoint(checkpoint))) as archive:
        archive.extractall(folder)
    return folder / checkpoint.name


def answers(script, face):
    """What a script prints, as shares by class, most probable first."""
    command = [sys.executable, str(script), str(face)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, cwd=face.parent).stdout.splitlines()
    shares = [line.rpartition(": ") for line in lines if line.endswith("%")]
    return {name: float(share.rstrip("%")) for name, _, share in shares}


@pytest.fixture
def face(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    Image.fromarray(image).save(tmp_path / "face.png")
    return tmp_path / "face.png"


def expected(checkpoint, face):
    answer = checkpoint.open_classifier().predict_one(np.asarray(Image.open(face)))
    pairs = sorted(zip(answer.class_names, answer.probabilities, strict=True), key=lambda pair: -pair[1])
    return {name: round(100 * float(share), 1) for name, share in pairs}


def test_the_script_says_what_the_app_says(save_litert, face, tmp_path):
    checkpoint = save_litert("mine", calibration=Calibration(temperature=0.7, fitted_on="validation"))
    folder = unpacked(checkpoint, tmp_path)
    assert {path.name for path in folder.iterdir()} == {*checkpoint.card.files, "card.json", "predict_litert.py"}
    said = answers(folder / "predict_litert.py", face)
    assert list(said) == list(expected(checkpoint, face))
    assert said == pytest.approx(expected(checkpoint, face), abs=0.051)


def test_the_script_says_which_steps_it_does_not_take(save_litert, tmp_path):
    checkpoint = save_litert("wants", config={"scheme": "majority-7", "preprocessing": "clahe"})
    folder = unpacked(checkpoint, tmp_path)
    assert "does not take: CLAHE" in (folder / "predict_litert.py").read_text()


SPECS = {
    "larger and colored": NetworkSpec(64, 3, scaling="imagenet", output="logits"),
    "smaller": NetworkSpec(32, scaling="standardized", output="sigmoid"),
    "channels first": NetworkSpec(48, 3, channels_first=True, scaling="custom", mean=(0.4,), deviation=(0.2,)),
}


def linear_network(spec):
    """An ONNX network with seven outputs: one matrix product, and what its answers are said to be."""
    weights = np.random.default_rng(4).normal(0, 0.02, (int(np.prod(spec.shape)), 7)).astype(np.float32)
    ends = {"sigmoid": "Sigmoid", "softmax": "Softmax", "logits": "Identity"}
    nodes = [
        onnx.helper.make_node("Flatten", ["pictures"], ["flat"]),
        onnx.helper.make_node("MatMul", ["flat", "weights"], ["product"]),
        onnx.helper.make_node(ends[spec.output], ["product"], ["scores"]),
    ]
    kind = onnx.TensorProto.FLOAT
    ends = [
        onnx.helper.make_tensor_value_info(n, kind, ["n", *s]) for n, s in (("pictures", spec.shape), ("scores", [7]))
    ]
    graph = onnx.helper.make_graph(
        nodes, "linear", ends[:1], ends[1:], [onnx.numpy_helper.from_array(weights, "weights")]
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_the_script_of_an_imported_network_prepares_the_face_as_the_app_does(spec, home, make_card, face, tmp_path):
    spec = replace(spec, runtime="onnx")
    write = lambda folder: (folder / ONNX_FILE).write_bytes(linear_network(spec))  # noqa: E731
    checkpoint = save_checkpoint(make_card("theirs", spec=spec), write)
    folder = unpacked(checkpoint, tmp_path)
    assert [path.name for path in folder.glob("*.py")] == ["predict_onnx.py"]
    assert answers(folder / "predict_onnx.py", face) == pytest.approx(expected(checkpoint, face), abs=0.15)


@pytest.mark.child
@pytest.mark.parametrize("name", SHIPPED)
def test_onnx_and_litert_agree(name, monkeypatch, tmp_path):
    monkeypatch.setenv("FER_HOME", str(tmp_path / "home"))
    checkpoint = load_checkpoint(name)
    folder = unpacked(checkpoint, tmp_path)
    faces = np.random.default_rng(1).integers(0, 256, (64, 48, 48)).astype(np.uint8)
    network = InferenceSession(folder / ONNX_FILE, providers=["CPUExecutionProvider"])
    onnx = network.run(None, {"face": faces[..., None].astype(np.float32)})[0]
    np.testing.assert_allclose(onnx, checkpoint.open_classifier().predict_raw(faces), atol=1e-4)


@pytest.mark.child
def test_every_format_has_a_script_and_says_the_same(home, make_card, face, tmp_path):
    """Of a network that lacks ONNX and eight bits, as an imported one does."""
    import keras

    from fer_core.training.network.export import write_network

    keras.utils.set_random_seed(3)
    hidden = keras.layers.Conv2D(8, 5, strides=4, activation="relu")
    layers = [keras.Input((48, 48, 1)), keras.layers.Rescaling(1 / 255), hidden, keras.layers.GlobalMaxPooling2D()]
    network = keras.Sequential([*layers, keras.layers.Dense(7, activation="softmax")])
    checkpoint = save_checkpoint(make_card("mine"), lambda folder: write_network(network, folder))
    folder = unpacked(checkpoint, tmp_path)
    scripts = sorted(path.name for path in folder.glob("*.py"))
    assert scripts == ["predict_int8.py", "predict_keras.py", "predict_litert.py", "predict_onnx.py"]
    for script in scripts:
        near = 2.0 if script == "predict_int8.py" else 0.051
        assert answers(folder / script, face) == pytest.approx(expected(checkpoint, face), abs=near), script
    (made,) = (home / "cache" / "exports").glob("*/" + ONNX_FILE)
    first = made.stat().st_mtime_ns
    pack_checkpoint(checkpoint)
    assert made.stat().st_mtime_ns == first  # nothing is converted twice


@pytest.mark.child
def test_what_keras_cannot_open_is_refused_in_a_sentence(save_tiny):
    with pytest.raises(CheckpointError, match="could not be converted to ONNX"):
        pack_checkpoint(save_tiny())


@pytest.mark.child
def test_the_notebook_runs_from_top_to_bottom(home, small_demo):
    document = json.loads(lesson_notebook())
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    code = "\n\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code")
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "test faces" in done.stdout
    assert "Softmax 1" in done.stdout
