"""What the Dataset page reads, kept between reruns and shared between sessions; all of it is read-only."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.checkpoints.features import face_features
from fer_core.datasets.detective.duplicates import Duplicates, find_duplicates
from fer_core.datasets.detective.findings import Finding, duplicate_findings, image_findings, vote_findings
from fer_core.datasets.detective.overview import ImageMap, map_images, mean_faces, pixel_vectors, sample_rows
from fer_core.datasets.store import dataset_card, picture_names
from fer_core.datasets.summary import first_votes, relabeling
from fer_core.labels import SPLITS
from fer_core.plots.sheet import Sheet, contact_sheet
from pages.shared import cached


def fingerprint(dataset: str) -> str:
    """The content of a dataset, which every cache is keyed by."""
    return dataset_card(dataset).fingerprint


def agreement(dataset: str) -> NDArray[np.uint8]:
    """Votes for each row's first answer; empty without votes."""
    return _agreement(dataset, fingerprint(dataset))


def names(dataset: str) -> tuple[str, ...]:
    """The files of a dataset of pictures; empty for others."""
    return _names(dataset, fingerprint(dataset))


def who_became_what(dataset: str, scheme: str, splits: Sequence[str]) -> pd.DataFrame:
    """Own labels against a label scheme's, counted."""
    return _who_became_what(dataset, fingerprint(dataset), scheme, tuple(splits))


def statistics(dataset: str, splits: Sequence[str]) -> pd.DataFrame:
    """The paper's Table 2 over the rows of some splits."""
    return _statistics(dataset, fingerprint(dataset), tuple(splits))


def sheet(dataset: str, rows: NDArray[np.int64]) -> Sheet:
    """The faces of some rows as one picture."""
    return _sheet(dataset, fingerprint(dataset), rows)


def duplicates(dataset: str) -> Duplicates:
    """All duplicate pairs of a dataset; the search takes some seconds, once per content."""
    return _duplicates(dataset, fingerprint(dataset))


def duplicate_doubts(dataset: str) -> tuple[Finding, ...]:
    """What duplicates put into doubt."""
    return _duplicate_doubts(dataset, fingerprint(dataset))


def other_doubts(dataset: str) -> tuple[Finding, ...]:
    """What votes and pixels put into doubt."""
    return _other_doubts(dataset, fingerprint(dataset))


def class_means(dataset: str, scheme: str) -> dict[str, NDArray[np.uint8]]:
    """The mean face of each class."""
    return _class_means(dataset, fingerprint(dataset), scheme)


def image_map(dataset: str, scheme: str, splits: Sequence[str], checkpoint: str, count: int) -> ImageMap:
    """Some images as points of a plane, by their pixels or, when a checkpoint is named, by what it makes of them."""
    created = load_checkpoint(checkpoint).card.created_at if checkpoint else ""
    return _image_map(
        dataset=dataset,
        content=fingerprint(dataset),
        scheme=scheme,
        splits=tuple(splits),
        checkpoint=checkpoint,
        created=created,
        count=count,
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _agreement(dataset: str, content: str) -> NDArray[np.uint8]:
    return first_votes(cached.records(dataset))


@st.cache_resource(max_entries=8, show_spinner=False)
def _names(dataset: str, content: str) -> tuple[str, ...]:
    return picture_names(dataset)


@st.cache_data(max_entries=64, show_spinner=False)
def _who_became_what(dataset: str, content: str, scheme: str, splits: tuple[str, ...]) -> pd.DataFrame:
    return relabeling(cached.records(dataset), cached.outcomes(dataset, scheme), splits)


@st.cache_data(max_entries=32, show_spinner=False)
def _statistics(dataset: str, content: str, splits: tuple[str, ...]) -> pd.DataFrame:
    records = cached.records(dataset)
    wanted = np.isin(records.split, [SPLITS.index(name) for name in splits])
    return records.describe_votes(wanted)


@st.cache_resource(max_entries=64, show_spinner=False)
def _sheet(dataset: str, content: str, rows: NDArray[np.int64]) -> Sheet:
    return contact_sheet(cached.records(dataset).images[rows])


@st.cache_resource(max_entries=4, show_spinner="Comparing every image with every other one, this once …")
def _duplicates(dataset: str, content: str) -> Duplicates:
    return find_duplicates(cached.records(dataset).images)


@st.cache_resource(max_entries=4, show_spinner=False)
def _duplicate_doubts(dataset: str, content: str) -> tuple[Finding, ...]:
    return duplicate_findings(cached.records(dataset), _duplicates(dataset, content))


@st.cache_resource(max_entries=4, show_spinner="Looking at every image …")
def _other_doubts(dataset: str, content: str) -> tuple[Finding, ...]:
    records = cached.records(dataset)
    return (*vote_findings(records), *image_findings(records))


@st.cache_resource(max_entries=8, show_spinner="Averaging the faces …")
def _class_means(dataset: str, content: str, scheme: str) -> dict[str, NDArray[np.uint8]]:
    return mean_faces(cached.records(dataset).images, cached.outcomes(dataset, scheme), SPLITS)


@st.cache_resource(max_entries=16, show_spinner="Placing the images …")
def _image_map(
    *, dataset: str, content: str, scheme: str, splits: tuple[str, ...], checkpoint: str, created: str, count: int
) -> ImageMap:
    records, outcomes = cached.records(dataset), cached.outcomes(dataset, scheme)
    rows = outcomes.rows(splits, outcomes.class_names)
    chosen = sample_rows(rows, outcomes.outcome[rows], count)
    images = records.images[chosen]
    vectors = face_features(load_checkpoint(checkpoint), images) if checkpoint else pixel_vectors(images)
    return map_images(chosen, vectors)
