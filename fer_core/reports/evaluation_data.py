"""An evaluation for programs: its figures as JSON types, its predictions as a table."""

import json
from typing import Any

import numpy as np
import pandas as pd

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import headline_figures
from fer_core.evaluation.subgroups import agreement
from fer_core.labels import VOTE_COLUMNS


def figures_document(report: EvaluationReport) -> dict[str, Any]:
    """Return all figures: of the split, the confusion matrix, and of each class with its intervals."""
    table = report.per_class().join(report.class_intervals())
    return {
        "fingerprint": report.fingerprint,
        **report.answered_by._asdict(),
        **headline_figures(report),
        "n": len(report),
        "left_out": report.left_out,
        "class_names": list(report.class_names),
        "confusion_matrix": report.confusion_matrix().tolist(),
        "per_class": json.loads(table.to_json(orient="index", double_precision=15)),
    }


def prediction_table(report: EvaluationReport, dataset: FerDataset) -> pd.DataFrame:
    """Return a row for each image that was scored: its answer, probabilities and, where there are, votes."""
    names = np.array(report.class_names, dtype=object)
    table = pd.DataFrame(
        {
            "checkpoint": report.answered_by.checkpoint,
            "prior": report.answered_by.prior,
            "row": report.rows,
            "true": names[report.y_true],
            "predicted": names[report.y_pred],
            "right": report.is_right,
            "confidence": report.confidence.astype(float),
            **{f"p_{name}": p.astype(float) for name, p in zip(names, report.probabilities.T, strict=True)},
        }
    )
    if len(dataset.votes):
        votes = {f"votes_{name}": counts for name, counts in zip(VOTE_COLUMNS, dataset.votes.T, strict=True)}
        table = table.assign(**votes, agreement=agreement(dataset))
    return table
