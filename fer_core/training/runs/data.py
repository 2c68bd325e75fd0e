"""What a run's settings make of its dataset, looked at before it starts."""

from fer_core.datasets.exclusions import excluded_rows
from fer_core.datasets.issues import DataIssue, training_set_issues
from fer_core.datasets.store import dataset_card, load_records
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.settings.config import TrainingConfig


def data_issues(config: TrainingConfig) -> tuple[DataIssue, ...]:
    """List what speaks against training on the faces that some settings mean, the worst first.

    Raises:
        DatasetError: The dataset or the exclusion list is not there, or the labels need votes that it lacks.
    """
    without = excluded_rows(dataset_card(config.dataset), config.exclude)
    scheme = LABEL_SCHEMES[config.scheme]
    return training_set_issues(load_records(config.dataset), scheme, without=without, share=config.share)
