"""What a checkpoint's card learns after training: its calibration from validation, its figures from test."""

from collections.abc import Callable
from dataclasses import astuple, replace

from fer_core.checkpoints.card import Calibration, MeasuredFigures, ModelCard
from fer_core.checkpoints.checkpoint import INT8_FILE, Checkpoint, update_card
from fer_core.checkpoints.classifier import with_temperature
from fer_core.datasets.dataset import FaceRecords, FerDataset, label_records
from fer_core.evaluation.cache import raw_probabilities
from fer_core.evaluation.calibration import NOT_SURE_BELOW, calibrate, calibration_error
from fer_core.evaluation.prior_adjustment import adjusted_figures
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.robustness import LEVELS, PERTURBATIONS, robustness_steps
from fer_core.evaluation.scoring import fitting_scheme, score
from fer_core.labels import LABEL_SCHEMES


def report_on(
    checkpoint: Checkpoint, dataset: FerDataset, *, among: tuple[str, ...] = (), raw: bool = False
) -> EvaluationReport:
    """A checkpoint's report on a labelled dataset, with the predictions that are kept on disk.

    Args:
        checkpoint: The checkpoint.
        dataset: Labelled images.
        among: Score only these classes, when not empty.
        raw: Whether probabilities are those before calibration.

    Raises:
        FerError: The checkpoint's file is damaged, or too few classes are in common.
    """
    card = checkpoint.card
    probabilities = raw_probabilities(checkpoint, dataset)
    if not raw:
        probabilities = with_temperature(probabilities, card.calibration.temperature)
    return score(probabilities, card.class_names, dataset, among=among)


def calibration_of(
    checkpoint: Checkpoint, records: FaceRecords, dataset_name: str, *, not_sure_below: float = NOT_SURE_BELOW
) -> Calibration:
    """Fits a checkpoint's temperature, and how common classes had best be taken to be, on a validation split.

    Raises:
        FerError: The dataset has no validation faces for it, or the checkpoint's file is damaged.
    """
    scheme = fitting_scheme(checkpoint.card.scheme, records)
    validation = label_records(records, scheme, ["validation"])
    report = report_on(checkpoint, validation, raw=True)
    fitted_on = f"the {len(report):,} validation faces of “{dataset_name}” ({scheme.title})"
    prior = checkpoint.card.prior_of(report.class_names)
    return calibrate(report.probabilities, report.y_true, fitted_on, not_sure_below=not_sure_below, prior=prior)


def measured_figures(
    checkpoint: Checkpoint,
    records: FaceRecords,
    dataset_name: str,
    *,
    robustness: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> MeasuredFigures:
    """Measures a checkpoint on the test split of a dataset, for its card.

    Args:
        checkpoint: The checkpoint, calibrated.
        records: The dataset.
        dataset_name: Its name.
        robustness: Whether the perturbations are measured too, which classifies the split 35 times more.
        progress: Told the share of that work that is done.

    Raises:
        FerError: The dataset has no test faces for it, or the checkpoint's file is damaged.
    """
    scheme = fitting_scheme(checkpoint.card.scheme, records)
    dataset = label_records(records, scheme, ["test"])
    report = report_on(checkpoint, dataset)
    return MeasuredFigures(
        dataset=dataset_name,
        fingerprint=records.fingerprint,
        split="test",
        scheme=scheme.name,
        n=len(report),
        accuracy=report.accuracy,
        accuracy_interval=report.accuracy_interval(),
        macro_f1=report.macro_f1,
        macro_f1_interval=report.macro_f1_interval(),
        balanced_accuracy=report.balanced_accuracy,
        top2_accuracy=report.top_k_accuracy(2),
        calibration_error=calibration_error(report.probabilities, report.y_true),
        class_names=report.class_names,
        confusion_matrix=tuple(map(tuple, report.confusion_matrix().tolist())),
        robustness=_robustness(checkpoint, dataset, progress) if robustness else {},
        by_prior_adjustment={
            name: astuple(seen)[1:] for name, seen in adjusted_figures(report, checkpoint.card).items()
        },
        int8_accuracy=_int8_accuracy(checkpoint, dataset),
    )


def training_prior(card: ModelCard, records: FaceRecords) -> tuple[float, ...]:
    """Share of each class in the targets of a checkpoint's training faces, in the order of its classes."""
    training = label_records(records, LABEL_SCHEMES[card.scheme], ["train"])
    return tuple(training.targets.mean(axis=0, dtype=float).round(6).tolist())


def complete_card(
    checkpoint: Checkpoint,
    records: FaceRecords,
    dataset_name: str,
    *,
    not_sure_below: float = NOT_SURE_BELOW,
    robustness: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> Checkpoint:
    """Calibrates a checkpoint on a dataset's validation split, measures it on test and writes both into its card.

    Raises:
        FerError: The dataset does not fit, or the card cannot be written.
    """
    if checkpoint.card.dataset_fingerprint == records.fingerprint:
        prior = training_prior(checkpoint.card, records)
        checkpoint = replace(checkpoint, card=replace(checkpoint.card, prior=prior))
    calibration = calibration_of(checkpoint, records, dataset_name, not_sure_below=not_sure_below)
    checkpoint = replace(checkpoint, card=replace(checkpoint.card, calibration=calibration))
    figures = measured_figures(checkpoint, records, dataset_name, robustness=robustness, progress=progress)
    return update_card(checkpoint, replace(checkpoint.card, measured=figures))


def _int8_accuracy(checkpoint: Checkpoint, dataset: FerDataset) -> float:
    if INT8_FILE not in checkpoint.card.files:
        return 0.0
    live = checkpoint.open_classifier(threads=2, live=True)
    return score(live.predict(dataset.images), checkpoint.card.class_names, dataset).accuracy


def _robustness(
    checkpoint: Checkpoint, dataset: FerDataset, progress: Callable[[float], None]
) -> dict[str, tuple[float, ...]]:
    found: dict[str, list[float]] = {perturbation.name: [] for perturbation in PERTURBATIONS}
    total = 1 + len(PERTURBATIONS) * len(LEVELS)
    for number, (name, level, accuracy, _) in enumerate(robustness_steps(checkpoint, dataset), start=1):
        progress(number / total)
        if level:
            found[name].append(accuracy)
    return {name: tuple(accuracies) for name, accuracies in found.items()}
