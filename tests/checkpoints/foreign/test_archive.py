"""Three honest members and nothing else; other kinds of file are refused with the way to convert them."""

import io
import time
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.checkpoints.foreign.archive import read_archive
from fer_core.errors import CheckpointError
from tests.checkpoints.foreign.networks import as_bytes, functional, lying_size, write_archive


def weights(**datasets):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, value in (datasets or {"layers/conv/vars/0": np.ones((3, 3), np.float32)}).items():
            file.create_dataset(name, data=value)
    return buffer.getvalue()


def members(**changes):
    parts = {"metadata.json": b"{}", "config.json": as_bytes(functional()), "model.weights.h5": weights()}
    return parts | {key: value for key, value in changes.items() if value is not None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras"


def test_an_honest_file_is_taken_apart_and_written_clean(path, tmp_path):
    archive = read_archive(write_archive(path, members()))
    assert archive.config == as_bytes(functional())
    archive.write(tmp_path / "clean.keras")
    assert read_archive(tmp_path / "clean.keras") == archive


def refusal(path):
    with pytest.raises(CheckpointError) as caught:
        read_archive(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "extra", ["assets/vocabulary.txt", "../evil.py", "/etc/cron.d/x", "model.weights.npz", "config.json.bak"]
)
def test_other_members_are_refused(path, extra):
    assert "contains exactly" in refusal(write_archive(path, {**members(), extra: b"x"}))


def test_a_missing_member_is_refused(path):
    parts = members()
    del parts["model.weights.h5"]
    assert "contains exactly" in refusal(write_archive(path, parts))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_occur_twice_are_refused(path):
    assert "contains exactly" in refusal(write_archive(path, [*members().items(), ("config.json", b"{}")]))


def test_a_bomb_is_refused_before_it_is_opened(path):
    bomb = members() | {"model.weights.h5": b"\0" * 50_000_000}
    write_archive(path, bomb, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    assert "compressed too strongly" in refusal(path)


def test_a_long_description_is_refused(path):
    assert "too large" in refusal(write_archive(path, members() | {"config.json": b" " * 2_000_001}))


def test_a_size_that_lies_is_refused(path):
    write_archive(path, members())
    assert refusal(lying_size(path, "config.json", 10))


@pytest.mark.parametrize("name", ["model/saved_model.pb", "archive/data.pkl"])
def test_a_saved_model_and_a_torch_file_are_recognized(path, name):
    said = refusal(write_archive(path, {name: b"x"}))
    assert "PyTorch file or a SavedModel" in said
    assert "torch.onnx.export" in said


def compressed(file):
    file.create_dataset("x", data=np.zeros(1_000_000), compression="gzip")


def elsewhere(file):
    file.create_dataset("x", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def linked(file):
    file["x"] = h5py.ExternalLink("/etc/passwd", "/")


def soft(file):
    file["x"] = h5py.SoftLink("/y")


def words(file):
    file.create_dataset("x", data=["text"])


def virtual(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    file.create_virtual_dataset("x", layout)


@pytest.mark.parametrize("make", [compressed, elsewhere, linked, soft, words, virtual], ids=lambda f: f.__name__)
def test_weights_must_be_plain_numbers_in_the_file(path, tmp_path, make):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        make(file)
    content = (tmp_path / "w.h5").read_bytes()
    assert "eights" in refusal(write_archive(path, members() | {"model.weights.h5": content}))


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_read(path, position, value):
    write_archive(path, members())
    content = bytearray(path.read_bytes())
    content[position % len(content)] = value
    path.write_bytes(bytes(content))
    try:
        archive = read_archive(path)
    except CheckpointError:
        return
    assert archive.weights


def doubled(file):
    """Every group is there under two names: 2^20 ways lead to the array at the bottom."""
    for _ in range(20):
        inner = file.create_group("a")
        file["b"] = inner
        file = inner
    file["x"] = np.zeros(4, "f4")


def test_an_array_that_a_million_ways_lead_to_is_counted_once(path, tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        doubled(file)
    content = (tmp_path / "w.h5").read_bytes()
    write_archive(path, members(**{"model.weights.h5": content}))
    start = time.process_time()
    assert read_archive(path).weights == content
    assert time.process_time() - start < 2  # it took an hour


def test_a_circle_ends(path, tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_group("a")["up"] = file["/"]
    write_archive(path, members(**{"model.weights.h5": (tmp_path / "w.h5").read_bytes()}))
    assert read_archive(path)


@pytest.mark.parametrize("names", [["/".join("a" * 30)], [f"layer{i}" for i in range(20_001)]], ids=["deep", "many"])
def test_weights_of_more_groups_than_a_network_has_are_refused(path, tmp_path, names):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for name in names:
            file.create_group(name)
    write_archive(path, members(**{"model.weights.h5": (tmp_path / "w.h5").read_bytes()}))
    with pytest.raises(CheckpointError, match="too many or nested too deeply"):
        read_archive(path)
