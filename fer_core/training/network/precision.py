"""Which number format trains faster on this machine."""

import time
from collections.abc import Callable

import tensorflow as tf

from fer_core.training.runs.provenance import Probe

_PROBES = 10


def choose_precision(wanted: str) -> Probe:
    """What is wanted, or for ``auto`` the faster number format here (about two seconds)."""
    if wanted != "auto":
        return Probe(wanted)
    try:
        steps = _make_probe(tf.float32), _make_probe(tf.bfloat16)
    except tf.errors.OpError:  # an operation that this machine does not have in bfloat16
        return Probe("float32")
    times = [[step() for step in steps] for _ in range(_PROBES)]
    # The shortest time of each is the one that other work on the machine disturbed least.
    full, half = (min(column) for column in zip(*times, strict=True))
    # Casting costs something too: mixed precision pays when its bare convolution is well ahead.
    precision = "mixed_bfloat16" if half < 0.75 * full else "float32"
    return Probe(precision, round(1000 * full, 3), round(1000 * half, 3))


def _make_probe(dtype: tf.DType) -> Callable[[], float]:
    """A function that times one convolution with its gradients, as the heaviest layer of the paper's network has."""
    images, kernel = tf.ones((32, 46, 46, 32), dtype), tf.ones((3, 3, 32, 64), dtype)

    @tf.function  # type: ignore[untyped-decorator]
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch((images, kernel))
            total = tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "VALID"))
        return [tf.reduce_sum(gradient) for gradient in tape.gradient(total, (images, kernel))]

    def seconds() -> float:
        start = time.perf_counter()
        _ = [value.numpy() for value in step()]
        return time.perf_counter() - start

    seconds()  # the first call traces and compiles
    return seconds
