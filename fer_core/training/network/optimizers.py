"""What turns gradients into steps."""

import keras
import tensorflow as tf

from fer_core.training.settings.config import TrainingConfig


class FusedAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Adam (Kingma and Ba, 2015) with decoupled decay, each weight's step in one pass over memory.

    Keras' own makes some ten passes, a sixth of a training step of the paper's network on a processor with bfloat16
    instructions; the arithmetic is the same, and so are the variables. For dense gradients.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Moves a weight, its momentum and its velocity."""
        number, step = variable.dtype, tf.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, number), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, number), step),
            lr=tf.cast(learning_rate, number),
            beta1=tf.cast(self.beta_1, number),
            beta2=tf.cast(self.beta_2, number),
            epsilon=tf.cast(self.epsilon, number),
            grad=tf.cast(gradient, number),
        )


def make_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """The optimiser of a configuration; SGD moves with Nesterov's momentum of 0.9.

    Weights shrink by decoupled decay (Loshchilov and Hutter, 2019) with each of them; biases and normalisation do not.
    """
    kinds = {"adam": FusedAdam, "adamw": FusedAdam, "rmsprop": keras.optimizers.RMSprop}
    decay = config.weight_decay if config.weight_decay or config.optimizer == "adamw" else None
    if config.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(config.learning_rate, momentum=0.9, nesterov=True, weight_decay=decay)
    else:
        optimizer = kinds[config.optimizer](config.learning_rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
