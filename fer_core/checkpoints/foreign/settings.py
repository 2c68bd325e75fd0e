"""The keys that Keras 3.0 to 3.15 writes for layers and plain objects: no other may stand in a foreign network."""

from collections.abc import Mapping

Kinds = Mapping[str, Mapping[str, frozenset[str]]]
"""By module and by class, the settings that class may have."""

ENTRY = frozenset({"module", "class_name", "config", "registered_name"})
"""The keys of every entry."""


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAYER = _keys("name trainable dtype")
_SEEDED = _LAYER | {"seed"}
_POOL = _LAYER | _keys("pool_size padding strides data_format")
_GLOBAL_POOL = _LAYER | _keys("data_format keepdims")
_DENSE = _LAYER | _keys(
    "activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
    "kernel_constraint bias_constraint"
)
_SLIDING = _keys("kernel_size strides padding data_format dilation_rate")
_DEPTHWISE = (_DENSE | _SLIDING | _keys("depth_multiplier depthwise_initializer depthwise_regularizer")) - _keys(
    "kernel_initializer kernel_regularizer kernel_constraint"
) | {"depthwise_constraint"}
_NORM = _LAYER | _keys(
    "axis epsilon center scale beta_initializer gamma_initializer beta_regularizer gamma_regularizer beta_constraint "
    "gamma_constraint"
)
_RANDOM = _SEEDED | _keys("data_format factor value_range")
_WARPED = _SEEDED | _keys("data_format fill_mode fill_value interpolation")
_SEED = _keys("seed")
_AXES = _SEED | _keys("input_axes output_axes")

LAYERS: Kinds = {
    "keras.layers": {
        "Activation": _LAYER | {"activation"},
        "ActivityRegularization": _LAYER | _keys("l1 l2"),
        **dict.fromkeys(("AlphaDropout", "Dropout"), _SEEDED | _keys("rate noise_shape")),
        "ELU": _LAYER | {"alpha"},
        "GaussianDropout": _SEEDED | {"rate"},
        "GaussianNoise": _SEEDED | {"stddev"},
        "LeakyReLU": _LAYER | _keys("negative_slope"),
        **dict.fromkeys(("RandomBrightness", "RandomContrast"), _RANDOM),
        "RandomFlip": _SEEDED | _keys("data_format mode"),
        "RandomRotation": _WARPED | _keys("factor value_range"),
        **dict.fromkeys(("RandomTranslation", "RandomZoom"), _WARPED | _keys("height_factor width_factor")),
        "ReLU": _LAYER | _keys("max_value negative_slope threshold"),
        "Rescaling": _LAYER | _keys("scale offset"),
        "Softmax": _LAYER | {"axis"},
        "SpatialDropout2D": _SEEDED | _keys("rate data_format"),
        "BatchNormalization": _NORM
        | _keys("momentum moving_mean_initializer moving_variance_initializer synchronized")
        | _keys("renorm renorm_clipping renorm_momentum"),
        "LayerNormalization": _NORM | {"rms_scaling"},
        "GroupNormalization": _NORM | {"groups"},
        "Dense": _DENSE | _keys("units quantization_config"),
        "Conv2D": _DENSE | _SLIDING | _keys("filters groups"),
        "SeparableConv2D": _DEPTHWISE
        | _keys("filters pointwise_initializer pointwise_regularizer pointwise_constraint"),
        "DepthwiseConv2D": _DEPTHWISE,
        **dict.fromkeys(("MaxPooling2D", "AveragePooling2D"), _POOL),
        **dict.fromkeys(("GlobalAveragePooling2D", "GlobalMaxPooling2D"), _GLOBAL_POOL),
        "Flatten": _LAYER | _keys("data_format"),
        "Reshape": _LAYER | _keys("target_shape"),
        "ZeroPadding2D": _LAYER | _keys("padding data_format"),
        "Cropping2D": _LAYER | _keys("cropping data_format"),
        "UpSampling2D": _LAYER | _keys("size data_format interpolation"),
        "Resizing": _LAYER
        | _keys("height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio antialias")
        | _keys("fill_mode fill_value data_format"),
        **dict.fromkeys(("Identity", "Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), _LAYER),
        "Concatenate": _LAYER | {"axis"},
    },
    "keras.src.ops.core": {"Cast": _keys("dtype")},  # which mixed precision writes since 3.6
}  # fmt: skip
"""What a layer may be, beside a model and an input."""

INPUT: Kinds = {
    "keras.layers": {
        "InputLayer": _keys("batch_shape dtype sparse ragged optional name"),
    },
}

_MODELS = {
    "Functional": _keys("name trainable layers input_layers output_layers"),
    "Sequential": _LAYER | _keys("layers build_input_shape"),
}
MODELS: Kinds = dict.fromkeys(
    ("keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential"), _MODELS
)

OBJECTS: Kinds = {
    "keras": {"DTypePolicy": _keys("name")},
    "keras.initializers": {
        "Constant": _keys("value"),
        **dict.fromkeys(
            ("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"), _AXES
        ),
        **dict.fromkeys(("Ones", "Zeros"), frozenset()),
        "Orthogonal": _SEED | {"gain"},
        **dict.fromkeys(("RandomNormal", "TruncatedNormal"), _SEED | _keys("mean stddev")),
        "RandomUniform": _SEED | _keys("minval maxval"),
        "VarianceScaling": _AXES | _keys("scale mode distribution"),
    },
    "keras.regularizers": {"L1": _keys("l1"), "L1L2": _keys("l1 l2"), "L2": _keys("l2")},
    "keras.constraints": {
        "MaxNorm": _keys("max_value axis"),
        "NonNeg": frozenset(),
        "UnitNorm": _keys("axis"),
    },
}  # fmt: skip
"""What may stand among a layer's settings, beside numbers and words."""

TRAINING = _keys(
    "optimizer loss loss_weights metrics weighted_metrics run_eagerly steps_per_execution jit_compile auto_scale_loss"
)
"""The keys of how a model was trained, which is never read."""

TRAINING_MODULES = _keys("keras.optimizers keras.optimizers.schedules keras.losses keras.metrics")
