"""Everything that decides a run: the paper's Table 4, and what the paper leaves open."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from fer_core.errors import TrainingError
from fer_core.faces.preprocessing import Preprocessing
from fer_core.labels import DEFAULT_SCHEME, LABEL_SCHEMES
from fer_core.storage.plaintext import setting_text
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.fields import Settings
from fer_core.training.settings.metrics import Metric

Architecture = Literal["paper-cnn", "lab-cnn", "soft-cnn", "deep-cnn", "residual-cnn", "vgg13"]
Activation = Literal["relu", "elu", "gelu", "leaky_relu", "selu", "silu", "tanh"]
OutputActivation = Literal["softmax", "sigmoid", "svm"]
Optimizer = Literal["adam", "adamw", "sgd", "rmsprop"]
Schedule = Literal["constant", "cosine", "one_cycle"]
Loss = Literal[
    "categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence", "mean_squared_error", "squared_hinge"
]
Balancing = Literal["none", "class_weights", "sampling"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]
Priority = Literal["low", "normal"]


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """One run's settings; the defaults are the paper's Table 4.

    Attributes:
        learning_rate: The optimizer's largest step size.
        batch_size: Images per step.
        output_activation: Of the seven or eight outputs: probabilities that compete, independent sigmoids that are
            divided by their sum, or a linear one-vs-all support vector machine (section 6.2 of the paper).
        metric: Which validation figure decides which epoch's weights are kept as the best; the loss,
            which also counts confidence, varies least by chance.
        seed: Of the initial weights, the order of the images, dropout and augmentation.
        precision: Number format of the arithmetic; ``auto`` measures which is faster here. Weights stay float32.
        width: Filters of the first convolution; the later ones have fixed multiples of it.
        dropout: Share of the feature maps' values that is dropped between convolutions.
        dense_dropout: Share of the features that is dropped before the output layer.
        warmup_epochs: Epochs over which the rate rises in a straight line before the schedule begins.
        weight_decay: By which part of the learning rate weights shrink in each step (decoupled, as in AdamW).
        weight_average: Decay per step of a running average of the weights, which is then what is judged and kept;
            0 keeps the weights themselves.
        label_smoothing: Part of each target that is spread evenly over the classes.
        draw_labels: Whether each epoch trains on one label drawn from each face's distribution.
        shuffle_labels: Whether the training faces' labels are dealt out anew among them, once: an experiment, after
            which only how often each class comes can be learned.
        leaked_faces: How many test faces are trained on as well, beside the share: an experiment, whose run leaves no
            checkpoint, so that nobody takes its test accuracy for a result.
        biased_sample: Whether training and validation have only light-skinned people without glasses and beards: an
            experiment, for the demo's drawn people alone, of whom this is known.
        balancing: Whether rare classes count more (``class_weights``) or come more often (``sampling``).
        share: Part of the training images that is used; which ones follows from the seed.
        patience: Epochs without a better validation figure after which the run ends; 0 goes on to the last.
        priority: Of the training process: at ``low`` everything else on the machine goes first.
        tensorboard: Whether the curves are written as TensorBoard's event files too.
        augmentation: How training faces are changed in each epoch.
        preprocessing: Steps every face goes through, in training and wherever the checkpoint is used.
        exclude: Name of a saved subset of the dataset, whose rows no split has; "" for all rows.
        start_from: Names of the checkpoints whose weights the run begins with; none for fresh ones. Several are
            averaged (Wortsman et al., "Model soups", 2022), and the first epoch estimates the batch statistics anew.
        teachers: Names of the checkpoints whose answers the run learns from beside the labels.
        teacher_share: Part of each target that is the teachers' mean answer; without effect where there are none.
        live_teachers: Whether the teachers answer anew in each step, to the faces as they were changed for it, instead
            of once to the original faces.
    """

    learning_rate: Annotated[float, Meta(ge=1e-6, le=1.0)] = 1e-4
    epochs: Annotated[int, Meta(ge=1, le=1000)] = 50
    batch_size: Annotated[int, Meta(ge=1, le=1024)] = 64
    activation: Activation = "relu"
    output_activation: OutputActivation = "softmax"
    optimizer: Optimizer = "adam"
    loss: Loss = "categorical_crossentropy"
    metric: Metric = "accuracy"
    architecture: Architecture = "paper-cnn"
    dataset: str = "demo"
    scheme: str = DEFAULT_SCHEME
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    precision: Precision = "auto"
    width: Annotated[int, Meta(ge=4, le=128)] = 32
    dropout: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.25
    dense_dropout: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.5
    schedule: Schedule = "constant"
    warmup_epochs: Annotated[int, Meta(ge=0, le=100)] = 0
    weight_decay: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    weight_average: Annotated[float, Meta(ge=0.0, le=0.99999)] = 0.0
    label_smoothing: Annotated[float, Meta(ge=0.0, le=0.5)] = 0.0
    draw_labels: bool = False
    shuffle_labels: bool = False
    leaked_faces: Annotated[int, Meta(ge=0, le=100_000)] = 0
    biased_sample: bool = False
    balancing: Balancing = "none"
    share: Annotated[float, Meta(ge=0.01, le=1.0)] = 1.0
    patience: Annotated[int, Meta(ge=0, le=1000)] = 0
    priority: Priority = "low"
    tensorboard: bool = False
    augmentation: Augmentation = field(default_factory=Augmentation)
    preprocessing: tuple[str, ...] = ()
    exclude: str = ""
    start_from: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    teacher_share: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    live_teachers: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scheme not in LABEL_SCHEMES:
            raise TrainingError(f"scheme is “{self.scheme}”; choose one of {', '.join(LABEL_SCHEMES)}.")
        if self.warmup_epochs and self.warmup_epochs >= self.epochs:
            raise TrainingError(
                f"warmup_epochs is {self.warmup_epochs} of {self.epochs} epochs; warm up for fewer or train for longer."
            )
        try:
            Preprocessing(self.preprocessing)
        except ValueError as error:
            raise TrainingError(f"preprocessing is “{setting_text(self.preprocessing):.60}”. {error}") from error

        if (self.output_activation == "svm") != (self.loss == "squared_hinge"):
            raise TrainingError(
                f"output_activation is “{self.output_activation}” and loss is “{self.loss}”. Only a support vector "
                "machine is trained with squared_hinge: choose both or neither."
            )
        if self.output_activation == "svm" and not self.weight_decay:
            raise TrainingError(
                "weight_decay is 0, but a support vector machine needs weight decay for its margin. Try 0.001."
            )

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the network's outputs."""
        return LABEL_SCHEMES[self.scheme].class_names


RANGES = TrainingConfig.ranges()
"""Lowest and highest value of each numeric setting, both allowed, by dotted name."""
