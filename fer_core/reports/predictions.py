"""Every prediction of an evaluation as a table."""

import numpy as np
import pandas as pd

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.subgroups import agreement
from fer_core.labels import VOTE_COLUMNS


def prediction_table(report: EvaluationReport, dataset: FerDataset) -> pd.DataFrame:
    """A row for each image: what it is, what the network called it, all probabilities and the votes.

    Args:
        report: What a checkpoint said.
        dataset: The images that were scored.

    Returns:
        ``row``, ``true``, ``predicted``, ``right``, ``confidence``, ``p_…`` for each class and, where there are votes,
        ``votes_…`` and ``agreement``.
    """
    names = np.array(report.class_names, dtype=object)
    table = pd.DataFrame(
        {
            "row": report.rows,
            "true": names[report.y_true],
            "predicted": names[report.y_pred],
            "right": report.is_right,
            "confidence": report.confidence.astype(float),
        }
    )
    for index, name in enumerate(report.class_names):
        table[f"p_{name}"] = report.probabilities[:, index].astype(float)
    if len(dataset.votes):
        for index, name in enumerate(VOTE_COLUMNS):
            table[f"votes_{name}"] = dataset.votes[:, index]
        table["agreement"] = agreement(dataset)
    return table
