"""What training leaves open in a checkpoint's card: calibration on the validation split, figures on the test split."""

from dataclasses import replace

from fer_core.checkpoints.card import Calibration, MeasuredFigures
from fer_core.checkpoints.checkpoint import INT8_FILE, Checkpoint, check_own, update_card
from fer_core.datasets.dataset import FaceRecords, FerDataset, label_records
from fer_core.errors import EvaluationError
from fer_core.evaluation.calibration import NOT_SURE_BELOW, calibrate, prior_figures
from fer_core.evaluation.robustness import PERTURBATIONS, robustness_steps
from fer_core.evaluation.scoring import evaluate_checkpoint, fitting_scheme, headline_figures, score


def complete_card(
    checkpoint: Checkpoint,
    records: FaceRecords,
    dataset_name: str,
    *,
    not_sure_below: float = NOT_SURE_BELOW,
    robustness: bool = False,
    replace_figures: bool = False,
) -> Checkpoint:
    """Calibrate a checkpoint on a dataset's validation split, measure it on test and write both into its card.

    The threshold of "not sure" is 0 to 1. The robustness classifies the test split 35 times more; without it, what
    was measured on the same faces before stays.

    Raises:
        FerError: If the checkpoint is shipped, the dataset does not fit, the card has figures of another dataset and
            they are not to be replaced, or the card cannot be written.
    """
    check_own(checkpoint)
    if not replace_figures:
        _check_dataset(checkpoint, records, dataset_name)
    before = checkpoint.card.measured
    if checkpoint.card.dataset_fingerprint == records.fingerprint:
        training = label_records(records, checkpoint.card.scheme, ["train"])
        prior = tuple(training.targets.mean(axis=0, dtype=float).round(6).tolist())
        checkpoint = replace(checkpoint, card=replace(checkpoint.card, prior=prior))
    calibration = calibration_of(checkpoint, records, dataset_name, not_sure_below=not_sure_below)
    checkpoint = replace(checkpoint, card=replace(checkpoint.card, calibration=calibration))
    figures = measured_figures(checkpoint, records, dataset_name, robustness=robustness)
    if before.fingerprint == records.fingerprint and not robustness:
        figures = replace(figures, robustness=before.robustness)
    return update_card(checkpoint, replace(checkpoint.card, measured=figures))


def _check_dataset(checkpoint: Checkpoint, records: FaceRecords, dataset_name: str) -> None:
    """Refuse to replace the figures of one dataset by those of another."""
    card = checkpoint.card
    named, fingerprint = card.dataset, card.dataset_fingerprint
    if card.measured.n:
        named, fingerprint = card.measured.dataset, card.measured.fingerprint
    if (card.measured.n or card.calibration.fitted_on) and fingerprint != records.fingerprint:
        raise EvaluationError(
            f"The card of “{checkpoint.name}” has figures measured on “{named or 'another dataset'}”, and "
            f"“{dataset_name}” is "
            "another dataset. Choose that one, or replace the figures (--replace)."
        )


def calibration_of(
    checkpoint: Checkpoint, records: FaceRecords, dataset_name: str, *, not_sure_below: float = NOT_SURE_BELOW
) -> Calibration:
    """Fit a checkpoint's temperature on a dataset's validation split.

    Raises:
        FerError: If the dataset has no validation faces for it, or the checkpoint's file is damaged.
    """
    scheme = fitting_scheme(checkpoint.card, records)
    report = evaluate_checkpoint(checkpoint, label_records(records, scheme, ["validation"]), raw=True)
    fitted_on = f"the {len(report):,} validation faces of “{dataset_name}” ({scheme.title})"
    return calibrate(report.probabilities, report.y_true, fitted_on, not_sure_below=not_sure_below)


def measured_figures(
    checkpoint: Checkpoint, records: FaceRecords, dataset_name: str, *, robustness: bool = False
) -> MeasuredFigures:
    """Measure a calibrated checkpoint on the test split of a dataset.

    Raises:
        FerError: If the dataset has no test faces for it, or the checkpoint's file is damaged.
    """
    scheme = fitting_scheme(checkpoint.card, records)
    dataset = label_records(records, scheme, ["test"])
    report = evaluate_checkpoint(checkpoint, dataset)
    return MeasuredFigures(
        dataset=dataset_name,
        fingerprint=records.fingerprint,
        split="test",
        scheme=scheme.name,
        n=len(report),
        **headline_figures(report),
        class_names=report.class_names,
        confusion_matrix=tuple(map(tuple, report.confusion_matrix().tolist())),
        robustness=_robustness(checkpoint, dataset) if robustness else {},
        by_prior_adjustment=prior_figures(report, checkpoint.card),
        int8_accuracy=_int8_accuracy(checkpoint, dataset),
    )


def _int8_accuracy(checkpoint: Checkpoint, dataset: FerDataset) -> float:
    if INT8_FILE not in checkpoint.card.files:
        return 0.0
    live = checkpoint.open_classifier(threads=2, live=True)
    return score(live.predict(dataset.images), checkpoint.card.class_names, dataset).accuracy


def _robustness(checkpoint: Checkpoint, dataset: FerDataset) -> dict[str, tuple[float, ...]]:
    steps = [step for step in robustness_steps(checkpoint, dataset) if step.level]
    return {p.name: tuple(step.accuracy for step in steps if step.perturbation == p.name) for p in PERTURBATIONS}
