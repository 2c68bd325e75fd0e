"""Small ``.tflite`` files, written field by field, so that any field can be wrong."""

import flatbuffers
import numpy as np

SIDE, CLASSES = 32, 7


def weights(seed=4):
    """A dense layer's weights and biases, ``(7, 1024)`` and ``(7,)`` float32."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(CLASSES, SIDE * SIDE)).astype(np.float32) / 8, rng.normal(size=CLASSES).astype(np.float32)


def expected(pictures):
    """The scores of :func:`model` for ``(n, 32, 32, 1)`` pictures, worked out here."""
    kernel, bias = weights()
    return pictures.reshape(len(pictures), -1) @ kernel.T + bias


def model(*, code=None, operator=None, tensor=None, graph=None, buffer=None, **fields):
    """One dense layer, with changed fields: ``{slot: value}`` for each kind of table, and ``slot_3=…`` for the model.

    A value is an int32, a pair of a layout and a number, bytes, a list of int32, or a list of tables.
    """
    kernel, bias = weights()
    tensors = [
        {0: [1, SIDE, SIDE, 1], 2: 1},
        {0: [CLASSES, SIDE * SIDE], 2: 2} | (tensor or {}),
        {0: [CLASSES], 2: 3},
        {0: [1, CLASSES], 2: 1},
    ]
    dense = {0: ("Uint32", 0), 1: [0, 1, 2], 2: [3], 3: ("Uint8", 8), 4: {}} | (operator or {})
    main = {0: tensors, 1: [0], 2: [3], 3: [dense]} | (graph or {})
    buffers = [{}, {}, {0: kernel.tobytes()} | (buffer or {}), {0: bias.tobytes()}]
    codes = [{0: ("Int8", 9), 3: 9} | (code or {})]
    changed = {int(name.removeprefix("slot_")): value for name, value in fields.items()}
    builder = flatbuffers.Builder(1 << 16)
    root = _table(builder, {0: 3, 1: codes, 2: [main], 4: buffers} | changed)
    builder.Finish(root, b"TFL3")
    return bytes(builder.Output())


def _table(builder, fields):
    places = {slot: _place(builder, value) for slot, value in fields.items() if not isinstance(value, int | tuple)}
    builder.StartObject(16)
    for slot, value in fields.items():
        if slot in places:
            builder.PrependUOffsetTRelativeSlot(slot, places[slot], 0)
        else:
            layout, number = value if isinstance(value, tuple) else ("Int32", value)
            getattr(builder, f"Prepend{layout}Slot")(slot, number, None)
    return builder.EndObject()


def _place(builder, value):
    if isinstance(value, bytes):
        return builder.CreateByteVector(value)
    if isinstance(value, dict):
        return _table(builder, value)
    if value and isinstance(value[0], dict):
        tables = [_table(builder, entry) for entry in value]
        builder.StartVector(4, len(tables), 4)
        for place in reversed(tables):
            builder.PrependUOffsetTRelative(place)
        return builder.EndVector()
    return builder.CreateNumpyVector(np.array(value, np.int32))
