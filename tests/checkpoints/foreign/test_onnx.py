"""What an ``.onnx`` file may hold: allowed operators, whole weights, one input and output."""

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from fer_core.checkpoints.foreign.onnx import check_onnx
from fer_core.errors import CheckpointError
from tests.checkpoints.foreign.onnx_files import model, weights


@pytest.mark.parametrize(
    ("shape", "size", "found"),
    [
        ((1, 48, 48), None, (48, 1, True)),
        ((3, 64, 64), None, (64, 3, True)),
        ((1, "height", "width"), 96, (96, 1, True)),
    ],
)
def test_a_plain_network_passes_with_its_figures(shape, size, found):
    network = check_onnx(model(shape, end=("Softmax",)).SerializeToString(), size)
    assert (network.size, network.channels, network.channels_first) == found
    assert network.outputs == 7
    assert network.layers == 6
    assert network.weights == sum(array.size for array in weights(channels=shape[0]))


def test_a_size_that_is_left_open_is_asked_for():
    with pytest.raises(CheckpointError, match="leaves its input size open") as caught:
        check_onnx(model((1, "height", "width")).SerializeToString())
    assert caught.value.is_hint


def changed(change, **options):
    """The content of a network after a change of its protobuf."""
    made = model(**options)
    change(made)
    return made.SerializeToString()


def external(made):
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"


def quietly_external(made):
    entry = made.graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def external_in_an_attribute(made):
    node = helper.make_node("Constant", [], ["more"], value=numpy_helper.from_array(weights()[1], "more"))
    made.graph.node.append(node)
    made.graph.node[-1].attribute[0].t.data_location = TensorProto.EXTERNAL


def function(made):
    made.functions.append(
        helper.make_function("mine", "F", ["x"], ["y"], [helper.make_node("Relu", ["x"], ["y"])], made.opset_import)
    )


def branch(made):
    inner = helper.make_graph([helper.make_node("Relu", ["scores"], ["y"])], "inner", [], [])
    made.graph.node[1].attribute.append(helper.make_attribute("then_branch", inner))


def operator(name, domain=""):
    def change(made):
        made.graph.node[1].op_type, made.graph.node[1].domain = name, domain

    return change


def lying(made):
    made.graph.initializer[0].dims[0] = 1 << 30


def enormous(made):
    made.graph.initializer[0].dims[:] = [1 << 40, 1 << 40]


def negative(made):
    made.graph.initializer[0].dims[0] = -8


def nothing_stored(made):
    made.graph.initializer[0].ClearField("raw_data")


def texts(made):
    made.graph.initializer.append(helper.make_tensor("words", TensorProto.STRING, [1], [b"x"]))


def parts(made):
    made.graph.initializer[0].segment.begin = 0


def sparse(made):
    dense = helper.make_tensor("values", TensorProto.FLOAT, [1], [1.0])
    index = helper.make_tensor("indices", TensorProto.INT64, [1], [0])
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(dense, index, [9]))


def training(made):
    made.training_info.add()


def second_input(made):
    made.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))


def second_output(made):
    made.graph.output.append(helper.make_tensor_value_info("maps", TensorProto.FLOAT, [1]))


def shaped(*shape, kind=TensorProto.FLOAT):
    def change(made):
        made.graph.input[0].CopyFrom(helper.make_tensor_value_info("pictures", kind, shape))

    return change


def open_output(made):
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", "classes"]))


def sequence(made):
    kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [1]))
    made.graph.input[0].type.CopyFrom(kind)


def many(made):
    made.graph.node.extend([helper.make_node("Relu", ["scores"], [f"s{i}"]) for i in range(1200)])


BYPASSES = {
    **{change.__name__: changed(change) for change in (
        external, quietly_external, external_in_an_attribute, function, branch, lying, enormous, negative,
        nothing_stored, texts, parts, sparse, training, second_input, second_output, open_output, sequence, many,
    )},
    **{name: changed(operator(name)) for name in (
        "If", "Loop", "Scan", "SequenceMap", "StringNormalizer", "RandomUniform", "ConstantOfShape", "ImageDecoder",
    )},
    "PyOp": changed(operator("PyOp", "com.microsoft.extensions")),
    "Relu of another domain": changed(operator("Relu", "com.mine")),
    "TfIdf of ai.onnx.ml": changed(operator("LabelEncoder", "ai.onnx.ml")),
    "an input of whole numbers": changed(shaped(1, 1, 48, 48, kind=TensorProto.INT64)),
    "an input that is a row": changed(shaped(1, 2304)),
    "an oblong input": changed(shaped(1, 1, 48, 64)),
    "a giant input": changed(shaped(1, 3, 4096, 4096)),
    "a batch of eight": changed(shaped(8, 1, 48, 48)),
    "nothing": b"\x08\x09",
    "text": b"\x08\x09 not a message at all",
}  # fmt: skip


@pytest.mark.parametrize("content", BYPASSES.values(), ids=BYPASSES)
def test_everything_else_is_refused_in_a_sentence(content):
    with pytest.raises(CheckpointError) as caught:
        check_onnx(content, 48)
    assert str(caught.value).endswith(".")


def test_a_number_that_never_ends_is_refused():
    with pytest.raises(CheckpointError):
        check_onnx(b"\x08" + b"\xff" * 100)


def test_an_unused_domain_of_the_exporter_is_no_harm():
    made = model()
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2))
    onnx.checker.check_model(made)
    assert check_onnx(made.SerializeToString()).outputs == 7


@settings(max_examples=150)
@given(st.data())
def test_a_changed_place_is_refused_or_read(data):
    content = bytearray(model().SerializeToString())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    for different in (bytes(content), bytes(content[:cut])):
        try:
            assert check_onnx(different).outputs > 1
        except CheckpointError:
            continue
