"""How the arithmetic of a step is shared out: to one device, to all of a machine, to several machines."""

import tensorflow as tf

from fer_core.errors import TrainingError
from fer_core.training.settings.cluster import Cluster, StrategyName, read_cluster


def make_strategy(name: StrategyName) -> tf.distribute.Strategy:
    """Makes TensorFlow's strategy; called before anything else of TensorFlow in this process.

    Args:
        name: ``auto`` takes several machines where ``TF_CONFIG`` names them, all graphics processors where there are
            several, else one device.

    Raises:
        TrainingError: Several machines are asked for, but ``TF_CONFIG`` does not name them.
    """
    cluster = read_cluster()
    if name == "auto":
        name = _best(cluster)
    if name == "multi-worker":
        if cluster.workers < 2:
            raise TrainingError(
                "multi-worker needs the environment variable TF_CONFIG with at least two workers on every machine."
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy() if name == "mirrored" else tf.distribute.get_strategy()


def _best(cluster: Cluster) -> StrategyName:
    if cluster.workers > 1:
        return "multi-worker"
    return "mirrored" if len(tf.config.list_physical_devices("GPU")) > 1 else "one"


def spans_machines(strategy: tf.distribute.Strategy) -> bool:
    """Whether other machines take part."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def agree(strategy: tf.distribute.Strategy, wish: bool) -> bool:
    """Whether any of the machines wishes something: the same answer on all of them."""
    if not spans_machines(strategy):
        return wish

    @tf.function  # type: ignore[untyped-decorator]
    def total(value: tf.Tensor) -> tf.Tensor:
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(tf.identity, args=(value,)), axis=None)

    own = strategy.experimental_distribute_values_from_function(lambda _: tf.constant(float(wish)))
    return bool(total(own) > 0)


def in_words(strategy: tf.distribute.Strategy) -> str:
    """A strategy for a checkpoint's card."""
    replicas = strategy.num_replicas_in_sync
    if spans_machines(strategy):
        return f"{replicas} replicas on several machines"
    return "one device" if replicas == 1 else f"{replicas} devices of one machine"
