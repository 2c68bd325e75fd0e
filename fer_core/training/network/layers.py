"""Layers that train faster than Keras' own and have the same weights, so that the saved network holds Keras' own."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("fer_core")
class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation in one operation while training.

    Keras computes the moments and the normalisation in several passes over memory; TensorFlow's fused kernel needs
    about half the time of a training step of a small convolutional network on a processor. Use as Keras' own.
    """

    def call(
        self, inputs: keras.KerasTensor, training: bool | None = None, mask: keras.KerasTensor | None = None
    ) -> keras.KerasTensor:
        """Normalises a batch by its own moments while training, else by the moving ones."""
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
    """Dropout that draws one random byte for each value.

    Keras draws four bytes, makes a number of them and compares it: a tenth of a training step of the paper's network
    on a processor. A byte tells 256 rates apart; the values that stay are scaled by the rate that really is, so that
    their mean is kept.
    """

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Drops values while training, else gives them as they are."""
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
