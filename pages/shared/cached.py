"""What several pages read, kept between reruns and shared between sessions; all of it is read-only."""

import pandas as pd
import streamlit as st

from fer_core.checkpoint import Checkpoint, load_checkpoint
from fer_core.classifier import Classifier
from fer_core.data.dataset import FaceRecords, FerDataset, label_records
from fer_core.data.store import dataset_card, load_records
from fer_core.data.summary import LabelOutcomes, label_outcomes, typical_rows
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import evaluate
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
    return _classifier(checkpoint.name, checkpoint.card.created_at)


def report(checkpoint: Checkpoint, dataset: str, split: str) -> EvaluationReport:
    """A checkpoint's evaluation on one split of a dataset, computed once per content.

    Raises:
        FerError: The checkpoint or the dataset cannot be used.
    """
    fingerprint = dataset_card(dataset).fingerprint
    return _report(checkpoint.name, checkpoint.card.created_at, dataset, fingerprint, split)


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


@st.cache_resource(max_entries=8, show_spinner="Opening the network …")
def _classifier(name: str, created_at: str) -> Classifier:
    return load_checkpoint(name).open_classifier(threads=2)


@st.cache_resource(max_entries=16, show_spinner="Classifying the split …")
def _report(name: str, created_at: str, dataset: str, fingerprint: str, split: str) -> EvaluationReport:
    card = load_checkpoint(name).card
    return evaluate(_classifier(name, created_at), _labelled(dataset, fingerprint, card.scheme, split))
