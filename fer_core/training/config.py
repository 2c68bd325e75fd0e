"""Everything that decides a run: the paper's Table 4, and what the paper leaves open."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from fer_core.errors import TrainingError
from fer_core.labels import DEFAULT_SCHEME, LABEL_SCHEMES
from fer_core.preprocessing import Preprocessing

Architecture = Literal["paper-cnn"]
Activation = Literal["relu", "elu", "gelu", "leaky_relu", "selu", "silu", "tanh"]
OutputActivation = Literal["softmax", "sigmoid"]
Optimizer = Literal["adam", "adamw", "sgd", "rmsprop"]
Loss = Literal["categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence", "mean_squared_error"]
Metric = Literal["accuracy", "macro_f1"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]


@dataclass(frozen=True)
class TrainingConfig:
    """One run's settings; the defaults are the paper's Table 4.

    Attributes:
        learning_rate: The optimiser's step size, 1e-6 to 1.
        epochs: Passes over the training split, 1 to 1,000.
        batch_size: Images per step, 1 to 1,024.
        activation: Of the hidden layers.
        output_activation: Of the seven or eight outputs; independent sigmoids are divided by their sum.
        optimizer: Which optimiser makes the steps.
        loss: What is minimised.
        metric: Which validation figure decides which epoch's weights are kept as the best.
        architecture: The network.
        dataset: Name of a stored dataset.
        scheme: Name of a label scheme.
        seed: Of the initial weights, the order of the images and dropout.
        precision: Number format of the arithmetic; ``auto`` measures which is faster here. Weights stay float32.
        preprocessing: Steps every face goes through, in training and wherever the checkpoint is used, joined by ``+``.
        exclude: Name of an exclusion list of the dataset, whose rows no split has; "" for all rows.
    """

    learning_rate: float = 1e-4
    epochs: int = 50
    batch_size: int = 64
    activation: Activation = "relu"
    output_activation: OutputActivation = "softmax"
    optimizer: Optimizer = "adam"
    loss: Loss = "categorical_crossentropy"
    metric: Metric = "accuracy"
    architecture: Architecture = "paper-cnn"
    dataset: str = "demo"
    scheme: str = DEFAULT_SCHEME
    seed: int = 0
    precision: Precision = "auto"
    preprocessing: str = ""
    exclude: str = ""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for field in fields(self):
            value = getattr(self, field.name)
            choices = get_args(hints[field.name])
            if choices and value not in choices:
                raise TrainingError(f"{field.name} is “{value}”; choose one of {', '.join(choices)}.")
            if not choices and type(value) is not hints[field.name]:
                raise TrainingError(f"{field.name} is “{value}” where a {_PLAIN[hints[field.name]]} belongs.")
        for name, (low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(f"{name} is {getattr(self, name)!s:.20}; choose a number from {low:g} to {high:g}.")
        if self.scheme not in LABEL_SCHEMES:
            raise TrainingError(f"scheme is “{self.scheme}”; choose one of {', '.join(LABEL_SCHEMES)}.")
        try:
            Preprocessing.from_text(self.preprocessing)
        except ValueError as error:
            raise TrainingError(f"preprocessing is “{self.preprocessing:.60}”. {error}") from error

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the network's outputs."""
        return LABEL_SCHEMES[self.scheme].class_names

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "TrainingConfig":
        """Reads settings as JSON has them; what is not given keeps its default.

        Raises:
            TrainingError: A setting is unknown, of the wrong type or out of its range.
        """
        hints = get_type_hints(cls)
        if unknown := sorted(set(settings) - set(hints)):
            raise TrainingError(f"There is no setting “{unknown[0]}”; there are {', '.join(hints)}.")
        # JSON writes 1.0 as 1: a whole number is welcome where a real one belongs.
        values: dict[str, Any] = {
            k: float(f"{v}") if hints[k] is float and type(v) is int else v for k, v in settings.items()
        }
        return cls(**values)

    def with_settings(self, assignments: Mapping[str, str]) -> "TrainingConfig":
        """A copy with settings from text, as the command line's ``--set key=value`` gives them.

        Raises:
            TrainingError: A setting is unknown, unreadable or out of its range.
        """
        hints = get_type_hints(type(self))
        values: dict[str, Any] = {}
        for key, text in assignments.items():
            kind = hints.get(key, str)
            try:
                values[key] = kind(text) if kind in (int, float) else text
            except ValueError as error:
                raise TrainingError(f"{key} is “{text}” where a {_PLAIN[kind]} belongs.") from error
        return self.from_dict(self.to_dict() | values)

    def to_json(self) -> str:
        """The settings as a JSON document."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> "TrainingConfig":
        """Reads what :meth:`to_json` wrote.

        Raises:
            TrainingError: The text is no JSON object, or a setting in it is wrong.
        """
        try:
            settings = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TrainingError(f"The configuration is not valid JSON ({error}). Correct it and try again.") from error
        if not isinstance(settings, dict):
            raise TrainingError("The configuration must be a JSON object such as {“epochs”: 50}.")
        return cls.from_dict(settings)


RANGES: dict[str, tuple[float, float]] = {
    "learning_rate": (1e-6, 1.0),
    "epochs": (1, 1000),
    "batch_size": (1, 1024),
    "seed": (0, 2**31 - 1),
}
"""Lowest and highest value of each numeric setting, both allowed."""

_PLAIN = {int: "whole number", float: "number", str: "word"}
