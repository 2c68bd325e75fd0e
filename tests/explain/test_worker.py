"""Imported networks are looked into in a process of their own, whose answers are not believed."""

import json
import struct

import numpy as np
import psutil
import pytest

from fer_core.checkpoints.features import Features
from fer_core.errors import CheckpointError
from fer_core.explain.layers import LayerReader
from fer_core.explain.worker import IsolatedLayerReader, open_layer_reader, packed, unpacked

FACE = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
FIELDS = ("kind", "number", "operation", "sources")


@pytest.fixture
def layers(tiny_model):
    return LayerReader(tiny_model).layers(FACE)


def assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert [getattr(one, field) for field in FIELDS] == [getattr(other, field) for field in FIELDS]
        for array in ("output", "weights", "bias"):
            np.testing.assert_array_equal(getattr(one, array), getattr(other, array))


def test_layers_come_back_as_they_are_read_here(save_tiny, layers):
    trained, imported = (
        open_layer_reader(save_tiny("trained")),
        open_layer_reader(save_tiny("imported", origin="imported")),
    )
    assert isinstance(trained, LayerReader)
    assert isinstance(imported, IsolatedLayerReader)
    assert_same(imported.layers(FACE), layers)
    psutil.Process(imported.pid).kill()
    psutil.Process(imported.pid).wait(10)
    assert_same(imported.layers(FACE), layers)
    imported.close()


def test_features_are_the_same_in_a_process_of_their_own(save_tiny):
    faces = np.random.default_rng(1).integers(0, 256, (70, 48, 48), dtype=np.uint8)
    here, isolated = (Features(save_tiny(origin, origin=origin)).of(faces) for origin in ("trained", "imported"))
    assert here.shape == (70, 36)
    np.testing.assert_array_equal(isolated, here)


def heading(layers, place, **changes):
    """The packed layers with another heading at one place."""
    content = packed(layers)
    end = 4 + struct.unpack_from("<I", content)[0]
    headings = json.loads(content[4:end])
    headings[place] |= changes
    text = json.dumps(headings).encode()
    return struct.pack("<I", len(text)) + text + content[end:]


LIES = {
    "nothing": lambda layers: b"",
    "no headings": lambda layers: struct.pack("<I", 2) + b"[]",
    "no JSON": lambda layers: struct.pack("<I", 9) + bytes(9),
    "nested without end": lambda layers: struct.pack("<I", 100_000) + b"[" * 100_000,
    "a number too few": lambda layers: packed(layers)[:-4],
    "half a number": lambda layers: packed(layers)[:-1],
    "no number": lambda layers: packed(layers)[:-4] + struct.pack("<f", np.nan),
    "another kind": lambda layers: heading(layers, 0, kind="<script>"),
    "a source that comes later": lambda layers: heading(layers, 1, sources=[5]),
    "a source before the face": lambda layers: heading(layers, 1, sources=[-2]),
    "two shapes": lambda layers: heading(layers, 0, shapes=[[1], [0]]),
    "a negative side": lambda layers: heading(layers, 0, shapes=[[-6, -6, 1], [0], [0]]),
    "a side without end": lambda layers: heading(layers, 0, shapes=[[6, 6, 1], [0, 10**30], [0]]),
    "four dimensions": lambda layers: heading(layers, 0, shapes=[[1, 6, 6, 1], [0], [0]]),
    "a field too many": lambda layers: heading(layers, 0, extra=1),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_layers_cannot_be_is_refused(tiny_model, layers, monkeypatch, lie):
    network = IsolatedLayerReader(tiny_model)
    monkeypatch.setattr(network, "ask", lambda question: LIES[lie](layers))
    with pytest.raises(CheckpointError, match="cannot be read"):
        network.layers(FACE)
    network.close()


def test_the_true_answer_is_believed(layers):
    assert_same(unpacked(heading(layers, 0)), layers)
