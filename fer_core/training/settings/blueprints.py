"""The networks as recipes: which layers follow which, for whoever builds them or only counts them."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from fer_core.training.settings.config import TrainingConfig

Maps = TypeVar("Maps")
"""What flows between layers: Keras' tensors where a network is built, shapes where it is only counted."""


class Builder(Protocol[Maps]):
    """Lays a recipe's layers, or counts them."""

    def convolution(self, x: Maps, filters: int, *, keeps_size: bool = False) -> Maps:
        """A 3x3 convolution with biases and the run's activation; without ``keeps_size`` a pixel is lost all around."""

    def normalized(self, x: Maps, filters: int, *, activated: bool = True) -> Maps:
        """A 3x3 convolution that keeps the size, batch normalization in place of biases, then the activation."""

    def pool(self, x: Maps) -> Maps:
        """The largest value of each 2x2 block."""

    def soft_pool(self, x: Maps) -> Maps:
        """The largest value of the 3x3 around each place, then the mean of each 2x2 block of these.

        Zhang's max-blur pooling with his smallest filter ("Making convolutional networks shift-invariant again", ICML
        2019): a face moved by a pixel is seen nearly as before, which a plain maximum of blocks does not do.
        """

    def dropout(self, x: Maps, rate: float) -> Maps:
        """Drops a share of the values while training; nothing at 0."""

    def join(self, x: Maps, y: Maps) -> Maps:
        """The activation of a sum."""

    def mean(self, x: Maps) -> Maps:
        """The mean of each map."""

    def flatten(self, x: Maps) -> Maps:
        """All values in one row."""

    def dense(self, x: Maps, units: int) -> Maps:
        """Every unit from every value, with the run's activation."""


Recipe = Callable[[Maps, TrainingConfig, Builder[Maps]], Maps]


def paper_cnn(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """The paper's Figure 6: 2,345,607 weights with seven outputs."""
    x = build.convolution(build.convolution(x, config.width), 2 * config.width)
    x = build.dropout(build.pool(x), config.dropout)
    x = build.pool(build.convolution(x, 4 * config.width))
    x = build.pool(build.convolution(x, 4 * config.width))
    x = build.flatten(build.dropout(x, config.dropout))
    return build.dropout(build.dense(x, 32 * config.width), config.dense_dropout)


def lab_cnn(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """Four pairs of normalized convolutions from 48x48 down to 6x6, then the mean of each map.

    The pairs are those of Simonyan and Zisserman's VGG (2015), narrower; the mean in place of dense layers is Lin et
    al.'s ("Network in network", 2014). 1,176,616 weights with eight outputs.
    """
    return _stages(x, config, build, (2, 2, 2, 2), build.pool)


def soft_cnn(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """:func:`lab_cnn`, halved softly (:meth:`Builder.soft_pool`): the same weights, steadier answers."""
    return _stages(x, config, build, (2, 2, 2, 2), build.soft_pool)


def deep_cnn(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """:func:`lab_cnn` with a third convolution at 12x12 and at 6x6: 1,915,432 weights with eight outputs."""
    return _stages(x, config, build, (2, 2, 3, 3), build.pool)


def _stages(
    x: Maps, config: TrainingConfig, build: Builder[Maps], repeats: tuple[int, ...], halved: Callable[[Maps], Maps]
) -> Maps:
    """Normalized convolutions, ``repeats`` at each size; each size is half the one before with twice the maps."""
    for stage, count in enumerate(repeats):
        if stage:
            x = build.dropout(halved(x), config.dropout)
        for _ in range(count):
            x = build.normalized(x, config.width * 2**stage)
    return build.dropout(build.mean(x), config.dense_dropout)


def residual_cnn(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """The pairs of :func:`lab_cnn`, each with a skip connection (He et al., "Deep residual learning")."""
    for stage in range(4):
        if stage:
            x = build.dropout(build.pool(x), config.dropout)
        x = build.normalized(x, config.width * 2**stage)
        x = build.join(x, build.normalized(x, config.width * 2**stage, activated=False))
    return build.dropout(build.mean(x), config.dense_dropout)


def vgg13(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """The network of Barsoum et al., who made FER+ (ICMI 2016), at 48x48; large and slow."""
    for repeats, factor in ((2, 2), (2, 4), (3, 8), (3, 8)):
        for _ in range(repeats):
            x = build.convolution(x, factor * config.width, keeps_size=True)
        x = build.dropout(build.pool(x), config.dropout)
    x = build.flatten(x)
    for _ in range(2):
        x = build.dropout(build.dense(x, 32 * config.width), config.dense_dropout)
    return x


def carry_out(x: Maps, config: TrainingConfig, build: Builder[Maps]) -> Maps:
    """Lays the layers of a run's network, from its scaled pictures to what its outputs are computed from."""
    recipes: dict[str, Recipe[Maps]] = {
        "paper-cnn": paper_cnn,
        "lab-cnn": lab_cnn,
        "soft-cnn": soft_cnn,
        "deep-cnn": deep_cnn,
        "residual-cnn": residual_cnn,
        "vgg13": vgg13,
    }
    return recipes[config.architecture](x, config, build)
