"""What turns gradients into steps."""

import keras

from fer_core.training.config import TrainingConfig


def make_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """The optimiser of a configuration; SGD moves with Nesterov's momentum of 0.9.

    Weights shrink by decoupled decay (Loshchilov and Hutter, 2019) with each of them; biases and normalisation do not.
    """
    kinds = {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW, "rmsprop": keras.optimizers.RMSprop}
    decay = config.weight_decay if config.weight_decay or config.optimizer == "adamw" else None
    if config.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(config.learning_rate, momentum=0.9, nesterov=True, weight_decay=decay)
    else:
        optimizer = kinds[config.optimizer](config.learning_rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
