"""Layers and optimizers that train faster than Keras' own, with the same weights: what is saved holds Keras' own."""

import keras
import tensorflow as tf

from fer_core.training.settings.config import TrainingConfig


@keras.saving.register_keras_serializable("fer_core")
class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalization in one operation while training, which halves a small network's training step on a CPU."""

    def call(
        self, inputs: keras.KerasTensor, training: bool | None = None, mask: keras.KerasTensor | None = None
    ) -> keras.KerasTensor:
        """Normalize a batch by its own moments while training, else by the moving ones."""
        if not training or mask is not None or len(inputs.shape) != 4:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.cast(self.gamma, tf.float32),
            offset=tf.cast(self.beta, tf.float32),
            mean=tf.zeros((0,)),
            variance=tf.zeros((0,)),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
        return outputs


@keras.saving.register_keras_serializable("fer_core")
class ByteDropout(keras.layers.Dropout):  # type: ignore[misc]
    """Dropout that draws one random byte for each value, where Keras draws four.

    The rate is rounded to 1/256; the kept values are scaled by the rounded rate, so that their mean is kept.
    """

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Drop values while training."""
        dropped = round(256 * self.rate)
        if not training or not dropped:
            return inputs
        shape = tf.shape(inputs)
        count = tf.reduce_prod(shape)
        words = tf.random.stateless_uniform(
            ((count + 3) // 4,), self.seed_generator.next(), minval=None, maxval=None, dtype=tf.uint32
        )
        draws = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), (-1,))[:count], shape)
        kept = tf.cast(draws >= tf.constant(dropped, tf.uint8), inputs.dtype)
        return inputs * (kept * tf.cast(256 / (256 - dropped), inputs.dtype))


class FusedAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Adam (Kingma and Ba, 2015) with decoupled decay, each weight's step in one pass over memory; Keras needs ten.

    Arithmetic and variables are those of Keras. For dense gradients.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update a weight, its momentum and its velocity."""
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
    """Make a run's optimizer; SGD has Nesterov momentum 0.9.

    Decoupled weight decay (Loshchilov and Hutter, 2019) leaves out biases and normalization.
    """
    kinds = {"adam": FusedAdam, "adamw": FusedAdam, "rmsprop": keras.optimizers.RMSprop}
    decay = config.weight_decay if config.weight_decay or config.optimizer == "adamw" else None
    if config.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(config.learning_rate, momentum=0.9, nesterov=True, weight_decay=decay)
    else:
        optimizer = kinds[config.optimizer](config.learning_rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
