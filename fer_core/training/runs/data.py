"""What a run's settings make of its dataset, looked at before it starts."""

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.groups import biased_rows
from fer_core.datasets.issues import DataIssue, training_set_issues
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.subsets import subset_rows
from fer_core.errors import TrainingError
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.settings.config import TrainingConfig


def data_issues(config: TrainingConfig) -> tuple[DataIssue, ...]:
    """List what speaks against training on the faces that some settings mean, the worst first.

    Raises:
        DatasetError: The dataset or the subset to exclude is not there, or the labels need votes that it lacks.
        TrainingError: A biased sample is asked of faces that nobody drew.
    """
    scheme, without = LABEL_SCHEMES[config.scheme], rows_left_out(config)
    return training_set_issues(load_records(config.dataset), scheme, without=without, share=config.share)


def rows_left_out(config: TrainingConfig) -> NDArray[np.int64]:
    """Return the rows of the dataset that a run has in no split: those of its excluded subset and of a biased sample.

    Raises:
        DatasetError: The dataset or the subset to exclude is not there.
        TrainingError: A biased sample is asked of faces that nobody drew.
    """
    card = dataset_card(config.dataset)
    listed = subset_rows(card, config.exclude)
    if not config.biased_sample:
        return listed
    if not card.is_drawn:
        raise TrainingError(
            f"The people in “{card.name}” are not described; a biased sample works with the demo’s drawn people only. "
            "Choose the demo, or switch biased_sample off."
        )
    return np.union1d(listed, biased_rows(load_records(config.dataset)))
