"""An evaluation's figures as JSON types, the same for the page and the command line."""

import json
from typing import Any

from fer_core.evaluation.calibration import calibration_error
from fer_core.evaluation.report import EvaluationReport


def headline_figures(report: EvaluationReport) -> dict[str, Any]:
    """The figures of the whole split."""
    return {
        "accuracy": report.accuracy,
        "accuracy_interval": report.accuracy_interval(),
        "macro_f1": report.macro_f1,
        "macro_f1_interval": report.macro_f1_interval(),
        "balanced_accuracy": report.balanced_accuracy,
        "top2_accuracy": report.top_k_accuracy(2),
        "calibration_error": calibration_error(report.probabilities, report.y_true),
    }


def figures_document(report: EvaluationReport) -> dict[str, Any]:
    """All figures: of the split, the confusion matrix, and of each class with its intervals."""
    table = report.per_class().join(report.class_intervals())
    return {
        "fingerprint": report.fingerprint,
        **headline_figures(report),
        "n": len(report),
        "left_out": report.left_out,
        "class_names": list(report.class_names),
        "confusion_matrix": report.confusion_matrix().tolist(),
        "per_class": json.loads(table.to_json(orient="index", double_precision=15)),
    }
