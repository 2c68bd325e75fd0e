"""What several pages read, kept between reruns and shared between sessions; all of it is read-only."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from fer_core.checkpoint import Checkpoint, load_checkpoint
from fer_core.classifier import Classifier
from fer_core.data.dataset import FaceRecords, FerDataset, label_records
from fer_core.data.store import dataset_card, load_records
from fer_core.data.summary import LabelOutcomes, label_outcomes, typical_rows
from fer_core.evaluation.contest import Contest, hold_contest, milliseconds_per_face
from fer_core.evaluation.measuring import report_on
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import scored_images
from fer_core.labels import LABEL_SCHEMES


def records(dataset: str) -> FaceRecords:
    """The records of a stored dataset, mapped from disk once per content.

    Raises:
        DatasetError: There is no such dataset, or it is damaged.
    """
    return _records(dataset, dataset_card(dataset).fingerprint)


def labelled(dataset: str, scheme: str, split: str) -> FerDataset:
    """One split of a dataset under a label scheme.

    Raises:
        DatasetError: There is no such dataset, or the scheme does not fit it.
    """
    return _labelled(dataset, dataset_card(dataset).fingerprint, scheme, split)


def outcomes(dataset: str, scheme: str) -> LabelOutcomes:
    """What a label scheme makes of every row of a dataset.

    Raises:
        DatasetError: There is no such dataset, or the scheme does not fit it.
    """
    return _outcomes(dataset, dataset_card(dataset).fingerprint, scheme)


def vote_statistics(dataset: str) -> pd.DataFrame:
    """The paper's Table 2 for a dataset that has votes.

    Raises:
        DatasetError: There is no such dataset, or it is damaged.
    """
    return _vote_statistics(dataset, dataset_card(dataset).fingerprint)


def typical_faces(dataset: str) -> dict[str, int]:
    """Row numbers of a dataset's most typical face for each emotion.

    Raises:
        DatasetError: There is no such dataset, or it is damaged.
    """
    return _typical_faces(dataset, dataset_card(dataset).fingerprint)


def classifier(checkpoint: Checkpoint) -> Classifier:
    """A checkpoint's network, opened once per content.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return _classifier(checkpoint.name, version_of(checkpoint))


def version_of(checkpoint: Checkpoint) -> str:
    """What changes whenever a checkpoint answers differently: new weights, or a new calibration."""
    calibration = checkpoint.card.calibration
    return f"{checkpoint.card.created_at} {calibration.temperature} {calibration.not_sure_below}"


def report(
    checkpoint: Checkpoint, dataset: str, split: str, scheme: str = "", *, raw: bool = False
) -> EvaluationReport:
    """A checkpoint's evaluation on one split of a dataset, computed once per content.

    Args:
        checkpoint: The checkpoint.
        dataset: Name of the dataset.
        split: Which split.
        scheme: Name of the label scheme; by default the checkpoint's.
        raw: Whether probabilities are those before calibration.

    Raises:
        FerError: The checkpoint or the dataset cannot be used.
    """
    fingerprint, scheme = dataset_card(dataset).fingerprint, scheme or checkpoint.card.scheme
    return _report(checkpoint.name, version_of(checkpoint), (dataset, fingerprint), scheme, split, raw=raw)


def contest(checkpoints: Sequence[Checkpoint], dataset: str, split: str, scheme: str) -> Contest:
    """Several checkpoints tested on the same images, once per content.

    Raises:
        FerError: They cannot be compared, or something cannot be used.
    """
    versions = tuple((checkpoint.name, version_of(checkpoint)) for checkpoint in checkpoints)
    return _contest(versions, dataset, dataset_card(dataset).fingerprint, scheme, split)


def milliseconds(checkpoint: Checkpoint) -> float:
    """Time per face on one thread, measured once.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return _milliseconds(checkpoint.name, version_of(checkpoint))


def scored(report: EvaluationReport, dataset: str, split: str, scheme: str) -> FerDataset:
    """The images a report is about, at the report's positions.

    Raises:
        DatasetError: There is no such dataset, or the scheme does not fit it.
    """
    return _scored(dataset, dataset_card(dataset).fingerprint, scheme, split, report.class_names)


@st.cache_resource(max_entries=8, show_spinner="Opening the dataset …")
def _records(dataset: str, fingerprint: str) -> FaceRecords:
    return load_records(dataset)


@st.cache_resource(max_entries=8, show_spinner="Applying the label rule …")
def _labelled(dataset: str, fingerprint: str, scheme: str, split: str) -> FerDataset:
    return label_records(_records(dataset, fingerprint), LABEL_SCHEMES[scheme], [split])


@st.cache_resource(max_entries=16, show_spinner="Applying the label rule …")
def _outcomes(dataset: str, fingerprint: str, scheme: str) -> LabelOutcomes:
    return label_outcomes(_records(dataset, fingerprint), LABEL_SCHEMES[scheme])


@st.cache_data(max_entries=8, show_spinner="Counting votes …")
def _vote_statistics(dataset: str, fingerprint: str) -> pd.DataFrame:
    return _records(dataset, fingerprint).describe_votes()


@st.cache_data(max_entries=8, show_spinner=False)
def _typical_faces(dataset: str, fingerprint: str) -> dict[str, int]:
    return typical_rows(_records(dataset, fingerprint))


@st.cache_resource(max_entries=8, show_spinner=False)
def _scored(dataset: str, fingerprint: str, scheme: str, split: str, class_names: tuple[str, ...]) -> FerDataset:
    return scored_images(_labelled(dataset, fingerprint, scheme, split), class_names)


@st.cache_resource(max_entries=8, show_spinner="Opening the network …")
def _classifier(name: str, version: str) -> Classifier:
    return load_checkpoint(name).open_classifier(threads=2)


@st.cache_resource(max_entries=32, show_spinner="Classifying the split …")
def _report(
    name: str, version: str, dataset: tuple[str, str], scheme: str, split: str, *, raw: bool
) -> EvaluationReport:
    return report_on(load_checkpoint(name), _labelled(*dataset, scheme, split), raw=raw)


@st.cache_resource(max_entries=8, show_spinner="Testing the checkpoints …")
def _contest(versions: tuple[tuple[str, str], ...], dataset: str, fingerprint: str, scheme: str, split: str) -> Contest:
    checkpoints = [load_checkpoint(name) for name, _ in versions]
    records = _records(dataset, fingerprint)
    return hold_contest(checkpoints, records, dataset, scheme=LABEL_SCHEMES[scheme], split=split)


@st.cache_data(max_entries=32, show_spinner="Measuring its speed …")
def _milliseconds(name: str, version: str) -> float:
    return milliseconds_per_face(load_checkpoint(name).open_classifier())
