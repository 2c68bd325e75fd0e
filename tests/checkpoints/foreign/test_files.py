"""The kind of a file is told by its first bytes; what is not opened is refused with what to do instead."""

import pickle

import h5py
import numpy as np
import pytest

from fer_core.checkpoints.foreign.files import MAX_FILE_BYTES, check_file
from fer_core.errors import CheckpointError


def refusal(path):
    with pytest.raises(CheckpointError) as caught:
        check_file(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pickle.dumps({"a": 1}), "pickle, which can run any code"),
        (b"GIF89a", "not a .keras, .h5, .tflite or .onnx file"),
        (b"", "not a .keras, .h5, .tflite or .onnx file"),
        (b"PK\x03\x04 damaged", "damaged"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "damaged"),
        (b"\x1c\0\0\0TFL3" + b"\0" * 100, "no complete single graph"),
        (b"\x08\x01\x12\x02ab", "not a plain network"),  # how a SavedModel begins
    ],
)
def test_other_kinds_and_damage_are_refused_with_a_remedy(tmp_path, content, words):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    said = refusal(path)
    assert words in said
    assert any(word in said.lower() for word in ("save", "export", "convert"))


@pytest.mark.parametrize("attribute", ["layer_names", "nothing"])
def test_weights_without_their_network_are_refused_with_the_reason(tmp_path, attribute):
    path = tmp_path / "model.weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs[attribute] = [b"conv"]
        file.create_dataset("conv/kernel", data=np.zeros((3, 3), np.float32))
    said = refusal(path)
    assert "holds only weights" in said
    assert "model.load_weights" in said


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "model.onnx"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert "larger than" in refusal(path)
