"""Which devices and machines share a training step, and in which number format they compute."""

import time
from collections.abc import Callable

import tensorflow as tf

from fer_core.errors import TrainingError
from fer_core.training.runs.provenance import Probe
from fer_core.training.settings.cluster import StrategyName, read_cluster

_PROBES = 10


def make_strategy(name: StrategyName) -> tf.distribute.Strategy:
    """Make TensorFlow's strategy; call it before anything else of TensorFlow in this process.

    ``auto`` takes several machines where ``TF_CONFIG`` names them, all GPUs where there are several, else one device.

    Raises:
        TrainingError: Several machines are asked for, but ``TF_CONFIG`` does not name them.
    """
    workers = read_cluster().workers
    if name == "auto":
        local: StrategyName = "mirrored" if workers < 2 and len(tf.config.list_physical_devices("GPU")) > 1 else "one"
        name = "multi-worker" if workers > 1 else local
    if name == "multi-worker":
        if workers < 2:
            raise TrainingError(
                "multi-worker needs the environment variable TF_CONFIG with at least two workers on every machine."
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy() if name == "mirrored" else tf.distribute.get_strategy()


def spans_machines(strategy: tf.distribute.Strategy) -> bool:
    """Whether other machines take part."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def any_machine(strategy: tf.distribute.Strategy, wish: bool) -> bool:
    """Whether any of the machines wishes something; all get the same answer."""
    if not spans_machines(strategy):
        return wish

    @tf.function  # type: ignore[untyped-decorator]
    def total(value: tf.Tensor) -> tf.Tensor:
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(tf.identity, args=(value,)), axis=None)

    own = strategy.experimental_distribute_values_from_function(lambda _: tf.constant(float(wish)))
    return bool(total(own) > 0)


def in_words(strategy: tf.distribute.Strategy) -> str:
    """Describe a strategy for a checkpoint's card."""
    replicas = strategy.num_replicas_in_sync
    if spans_machines(strategy):
        return f"{replicas} replicas on several machines"
    return "one device" if replicas == 1 else f"{replicas} devices on one machine"


def choose_precision(wanted: str) -> Probe:
    """Return the wanted number format, or for ``auto`` the one that trains faster here (takes about two seconds)."""
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
