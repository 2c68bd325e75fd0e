"""Which number format trains faster on this machine."""

import time
from collections.abc import Callable

import tensorflow as tf

_PROBES = 10


def choose_precision(wanted: str) -> str:
    """``float32`` or ``mixed_bfloat16``: what is wanted, or for ``auto`` the faster one here (about two seconds)."""
    if wanted != "auto":
        return wanted
    steps = _make_probe(tf.float32), _make_probe(tf.bfloat16)
    times = [[step() for step in steps] for _ in range(_PROBES)]
    # The shortest time of each is the one that other work on the machine disturbed least.
    full, half = (min(column) for column in zip(*times, strict=True))
    # Casting costs something too: mixed precision pays when its bare convolution is well ahead.
    return "mixed_bfloat16" if half < 0.75 * full else "float32"


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
