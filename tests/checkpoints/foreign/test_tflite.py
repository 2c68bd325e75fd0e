"""What a ``.tflite`` file may hold: allowed operators, whole tensors, one input and output."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.checkpoints.foreign.tflite import check_tflite
from fer_core.checkpoints.sessions import LiteRtSession
from fer_core.errors import CheckpointError
from fer_core.storage.files import PROJECT
from tests.checkpoints.foreign import tflite_files
from tests.checkpoints.foreign.tflite_files import CLASSES, SIDE, model

HUGE = 1 << 30


def test_a_plain_network_passes_and_answers_as_worked_out():
    network = check_tflite(model())
    assert (network.size, network.channels, network.channels_first, network.outputs) == (SIDE, 1, False, CLASSES)
    assert network.weights == CLASSES * SIDE * SIDE + CLASSES
    pictures = np.random.default_rng(1).random((3, SIDE, SIDE, 1)).astype(np.float32)
    np.testing.assert_allclose(LiteRtSession(model()).run(pictures), tflite_files.expected(pictures), atol=1e-4)


@pytest.mark.parametrize("file", ["model.tflite", "model.int8.tflite"])
def test_what_this_project_converts_passes(file):
    network = check_tflite((PROJECT / "models" / "fer-lab" / file).read_bytes())
    assert (network.size, network.channels, network.outputs) == (48, 1, 8)


BYPASSES = {
    "a custom operator": model(code={1: b"Mine", 3: 32}),
    "a Flex operator": model(code={1: b"FlexConv2D", 0: ("Int8", 32), 3: 32}),
    "a custom code beside an allowed operator": model(code={1: b"FlexReadFile"}),
    "a custom operator without a name": model(code={3: 32}),
    "IF": model(code={3: 118}),
    "WHILE": model(code={3: 119}),
    "CALL_ONCE": model(code={3: 129}),
    "a variable": model(code={3: 142}),
    "a hash table": model(code={3: 136}),
    "a delegate": model(code={3: 51}),
    "an operator of the future": model(code={3: 9999}),
    "an old code that hides another": model(code={0: ("Int8", 51), 3: 0}),
    "options of a custom operator": model(operator={5: b"\1\2\3"}),
    "options outside of the description": model(operator={9: ("Uint64", 40), 10: ("Uint64", 8)}),
    "options of the second kind": model(operator={11: ("Uint8", 1), 12: {}}),
    "inputs that are changed": model(operator={7: b"\1"}),
    "an operator that is not there": model(operator={0: ("Uint32", 7)}),
    "a tensor that is not there": model(operator={1: [0, 99, 2]}),
    "a negative tensor": model(operator={1: [0, -7, 2]}),
    "weights behind the description": model(buffer={1: ("Uint64", 100), 2: ("Uint64", 400)}),
    "weights in another file": model(tensor={10: 1}),
    "sparse weights": model(tensor={6: {}}),
    "a tensor that changes": model(tensor={5: ("Uint8", 1)}),
    "a tensor of texts": model(tensor={1: ("Int8", 5)}),
    "a resource": model(tensor={1: ("Int8", 13)}),
    "a buffer that is not there": model(tensor={2: ("Uint32", 99)}),
    "more weights than bytes": model(tensor={0: [CLASSES, HUGE]}),
    "fewer weights than bytes": model(tensor={0: [CLASSES, 10]}),
    "a negative side": model(tensor={0: [CLASSES, -SIDE * SIDE]}),
    "a giant between two layers": model(tensor={0: [HUGE, HUGE], 2: 1}),
    "too many sides": model(tensor={0: [1] * 9}),
    "no input": model(graph={1: []}),
    "two outputs": model(graph={2: [3, 3]}),
    "an input that is not there": model(graph={1: [40]}),
    "an output that is a picture": model(graph={2: [0]}),
    "another version": model(slot_0=2),
    "files of weights": model(slot_9=[{}]),
    "two graphs": model(slot_2=[{0: []}, {0: []}]),
}  # fmt: skip


@pytest.mark.parametrize("content", BYPASSES.values(), ids=BYPASSES)
def test_everything_else_is_refused_in_a_sentence(content):
    with pytest.raises(CheckpointError) as caught:
        check_tflite(content)
    assert str(caught.value).endswith(".")


@settings(max_examples=150)
@given(st.data())
def test_a_changed_place_is_refused_or_read(data):
    content = bytearray(model())
    place = data.draw(st.integers(0, 1200) | st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(8, len(content)))
    for changed in (bytes(content), bytes(content[:cut])):
        try:
            assert check_tflite(changed).outputs > 1
        except CheckpointError:
            continue
