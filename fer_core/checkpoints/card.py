"""What is known of a checkpoint: the card that travels with its weights."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fer_core.checkpoints.priors import PriorAdjustment, prior_weights
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec, Reading
from fer_core.datasets.titles import dataset_in_words
from fer_core.faces.preprocessing import Preprocessing
from fer_core.labels import LABEL_SCHEMES, LabelScheme
from fer_core.storage.plaintext import setting_text, split_words
from fer_core.storage.records import as_record

_SCHEMA = 2
_READABLE = (1, 2)  # cards of version 1 know nothing of calibration, figures and origin

Origin = Literal["trained", "imported", "taught"]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True)
class EpochScores:
    """Accuracies of one epoch's weights, each measured without dropout on a whole split.

    Attributes:
        epoch: Counted from 1; 0 for weights whose training is unknown.
        train_accuracy: On the images it was trained on.
        validation_accuracy: On the validation split, which selected the best epoch.
        test_accuracy: On the test split, which was held out.
    """

    epoch: Count
    train_accuracy: Share
    validation_accuracy: Share
    test_accuracy: Share


UNKNOWN_SCORES = EpochScores(0, 0.0, 0.0, 0.0)
"""The scores of weights whose training is unknown."""


@dataclass(frozen=True)
class Calibration:
    """A network's calibration, fitted on validation faces, never on test faces.

    Attributes:
        temperature: The logits are divided by it; above 1 for a network that was too sure of itself.
        not_sure_below: A best answer with less probability than this is shown as "not sure".
        fitted_on: What it was fitted on, in words; "" when it was not.
        error_before: Expected calibration error on those faces, as is ``error_after``.
    """

    temperature: Annotated[float, Meta(gt=0)] = 1.0
    not_sure_below: Share = 0.0
    fitted_on: str = ""
    error_before: Share = 0.0
    error_after: Share = 0.0


@dataclass(frozen=True)
class PriorFigures:
    """Figures under one class prior: of the split, and the recall of each class that has faces."""

    accuracy: Share
    balanced_accuracy: Share
    macro_f1: Share
    recall: dict[str, Share] = field(default_factory=dict)


def recall_by_class(class_names: Sequence[str], matrix: Sequence[Sequence[int]]) -> dict[str, float]:
    """Return the recall of each class that has faces; rows of the confusion matrix are true."""
    rows = enumerate(zip(class_names, matrix, strict=True))
    return {name: row[place] / sum(row) for place, (name, row) in rows if sum(row) and len(row) > place}


@dataclass(frozen=True)
class MeasuredFigures:
    """Figures measured on one labeled split, with 95% intervals.

    Attributes:
        dataset: Its name; "" when nothing was measured.
        fingerprint: SHA-256 of its records.
        accuracy_interval: Wilson's.
        macro_f1: Unweighted mean of the classes' F1; its interval is by bootstrap.
        balanced_accuracy: Mean recall of the classes that have images.
        calibration_error: Expected calibration error, after the temperature.
        confusion_matrix: Counts; rows are true, columns predicted, both in the order of ``class_names``.
        robustness: By perturbation, the accuracy at each of its levels, the mildest first.
        by_prior_adjustment: The same figures under each class prior; all others are under that of training.
        int8_accuracy: Accuracy of the network in eight bits; 0 when there is none.
    """

    dataset: str = ""
    fingerprint: str = ""
    split: str = ""
    scheme: str = ""
    n: Count = 0
    accuracy: Share = 0.0
    accuracy_interval: tuple[Share, ...] = ()
    macro_f1: Share = 0.0
    macro_f1_interval: tuple[Share, ...] = ()
    balanced_accuracy: Share = 0.0
    top2_accuracy: Share = 0.0
    calibration_error: Share = 0.0
    class_names: tuple[str, ...] = ()
    confusion_matrix: tuple[tuple[Count, ...], ...] = ()
    robustness: dict[str, tuple[Share, ...]] = field(default_factory=dict)
    by_prior_adjustment: dict[PriorAdjustment, PriorFigures] = field(default_factory=dict)
    int8_accuracy: Share = 0.0

    @property
    def dataset_title(self) -> str:
        """What people read of its dataset: FER+, whatever it was imported as, or its name in quotes."""
        return dataset_in_words(self.dataset, self.fingerprint)

    @property
    def labels_title(self) -> str:
        """What people read of its labels; those of a later version by the name that is stored."""
        return LABEL_SCHEMES[self.scheme].title if self.scheme in LABEL_SCHEMES else self.scheme


@dataclass(frozen=True)
class ModelCard:
    """What must be known to use a checkpoint and to evaluate it.

    Attributes:
        created_at: UTC, ISO 8601.
        class_names: The outputs, in order.
        config: The run's settings (a ``TrainingConfig`` as JSON types); of an imported one only the label scheme.
        weights: How many numbers were learned.
        dataset: Name of the dataset it was trained on, or "" when that is unknown.
        dataset_fingerprint: SHA-256 of that dataset's records, or "".
        label_file: Name of the votes file, or "" for FER2013's own labels.
        counts: Labeled images per split.
        best: Scores of the epoch that was best on validation; these are the weights in the files.
        precision: Number format of the training arithmetic.
        command: What repeats the training.
        files: SHA-256 of each file.
        provenance: What else it was made from and made on (a ``Provenance`` as JSON types).
        doubts: Those of the notes that warn of a wrong order or scaling.
        readings: Of an imported one, the orders and scalings it was tried with, the best first.
        spec: What the network in the files expects of a picture; cards from before there was a choice mean the default.
        prior: Share of each class among the training faces, in the order of ``class_names``; empty when unknown.
        measured: Its figures on a test split.
    """

    name: str
    created_at: str
    class_names: tuple[str, ...]
    input: str
    config: dict[str, Any]
    weights: Count
    dataset: str
    dataset_fingerprint: str
    label_file: str
    label_file_sha256: str
    counts: dict[str, Count]
    last: EpochScores
    best: EpochScores
    precision: str
    seconds: Annotated[float, Meta(ge=0)]
    hardware: str
    versions: dict[str, str]
    command: str
    limits: str
    files: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    origin: Origin = "trained"
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    spec: NetworkSpec = DEFAULT_SPEC
    prior: tuple[Share, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    measured: MeasuredFigures = field(default_factory=MeasuredFigures)
    schema_version: int = _SCHEMA

    @property
    def dataset_title(self) -> str:
        """What people read of the dataset it was trained on."""
        return dataset_in_words(self.dataset, self.dataset_fingerprint)

    @property
    def scheme(self) -> LabelScheme:
        """The labels the network was trained with, or of an imported one those it is evaluated by."""
        return LABEL_SCHEMES[self.config["scheme"]]

    @property
    def settings(self) -> dict[str, Any]:
        """The run's settings by the names that ``--set`` takes, such as ``augmentation.flip``."""
        return _flat(self.config)

    @property
    def preprocessing(self) -> Preprocessing:
        """What is done to every face before the network; cards from before there was a choice mean nothing."""
        steps = self.config.get("preprocessing", ())
        return Preprocessing(split_words(steps) if isinstance(steps, str) else tuple(steps))

    def prior_of(self, class_names: Sequence[str]) -> tuple[float, ...]:
        """The training shares of some of its classes, in that order; empty when they are unknown."""
        shares = dict(zip(self.class_names, self.prior, strict=True)) if self.prior else {}
        return tuple(shares[name] for name in class_names) if shares else ()

    def known_prior(self, wanted: PriorAdjustment) -> PriorAdjustment:
        """The wanted class prior, or that of training where the training shares are unknown."""
        return wanted if self.prior else "training"

    def class_weights(self, prior: PriorAdjustment, class_names: Sequence[str] = ()) -> NDArray[np.float32] | None:
        """What multiplies each class's probability under a class prior, by default of all classes; None for nothing."""
        if self.known_prior(prior) == "training":
            return None
        return prior_weights(self.prior_of(class_names or self.class_names), prior)

    def figures_under(self, prior: PriorAdjustment) -> PriorFigures | None:
        """The measured figures under a class prior, or None where it was not measured."""
        measured = self.measured
        if measured.n and self.known_prior(prior) == "training":
            recall = recall_by_class(measured.class_names, measured.confusion_matrix)
            return PriorFigures(measured.accuracy, measured.balanced_accuracy, measured.macro_f1, recall)
        return measured.by_prior_adjustment.get(prior)

    @property
    def is_trained(self) -> bool:
        """Whether a run here trained it, so that its settings and scores are known."""
        return self.origin == "trained"

    @property
    def is_imported(self) -> bool:
        """Whether its training is unknown."""
        return self.origin == "imported"

    @property
    def is_isolated(self) -> bool:
        """Whether the network is asked in a limited process: it, or what it was taught on, came from elsewhere."""
        return self.is_imported or self.provenance.get("is_isolated") is True

    @property
    def origin_in_words(self) -> str:
        """Where it comes from, for people."""
        if self.origin == "taught":
            base, count = self.provenance.get("base", "a checkpoint"), self.counts.get("train", 0)
            return f"taught on {base} with {count:,} examples"
        return "imported, provenance unknown" if self.is_imported else "trained with FER Lab"

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "ModelCard":
        """Read a card as JSON has it, also one of an earlier version.

        Raises:
            ValueError: It is of another version, something is missing, superfluous, of another type or beyond its
                limits, or the label scheme or a pre-processing step is unknown.
        """
        if document.get("schema_version") not in _READABLE:
            raise ValueError(f"Expected a card of version {_SCHEMA}. Received {document.get('schema_version')}.")
        card = as_record(cls, _upgraded(document) | {"schema_version": _SCHEMA})
        scheme, steps = card.config.get("scheme"), card.config.get("preprocessing", "")
        if not isinstance(scheme, str) or scheme not in LABEL_SCHEMES:
            raise ValueError("Its label scheme is unknown.")
        if not isinstance(steps, str | list) or not all(isinstance(step, str) for step in steps):
            raise ValueError("Its pre-processing steps are not strings.")
        if len(card.prior) not in {0, len(card.class_names)}:
            raise ValueError("It needs one training share per class.")
        _ = card.preprocessing  # raises ValueError for steps this version does not know
        return card


def _upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Return a card without what earlier versions wrote and nothing reads any more.

    The strength and the figures of 2026's prior "between" were of no fixed prior; an import had one better reading.
    """
    document = {key: value for key, value in document.items() if key != "better_reading"}
    calibration, measured = document.get("calibration"), document.get("measured")
    if isinstance(calibration, dict):
        document = document | {"calibration": {k: v for k, v in calibration.items() if k != "between"}}
    if isinstance(measured, dict):
        rest = {k: v for k, v in measured.items() if k not in ("by_commonness", "by_prior_adjustment")}
        found: Any = measured.get("by_prior_adjustment", measured.get("by_commonness")) or {}
        named = {"equal": "uniform"} | {name: name for name in get_args(PriorAdjustment)}
        if isinstance(found, dict):
            found = {named[name]: _prior_figures(each) for name, each in found.items() if name in named}
        document = document | {"measured": rest | {"by_prior_adjustment": found}}
    return document


def _prior_figures(figures: Any) -> Any:  # noqa: ANN401 (whatever the file holds, which is checked next)
    names = "accuracy", "balanced_accuracy", "macro_f1"
    return dict(zip(names, figures, strict=False)) if isinstance(figures, list) else figures


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = setting_text(value) if isinstance(value, list | tuple) else value
    return flat
