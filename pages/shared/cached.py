"""What several pages read, kept between reruns and shared between sessions; all of it is read-only."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, load_checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FaceRecords, FerDataset, label_records
from fer_core.datasets.exclusions import load_exclusions
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.summary import LabelOutcomes, label_outcomes, typical_rows
from fer_core.errors import DatasetError
from fer_core.evaluation.leaderboard import Contest, hold_contest, milliseconds_per_face
from fer_core.evaluation.measuring import report_on
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import LABEL_SCHEMES
from fer_core.lessons.break_it.experiments import Mistake
from fer_core.lessons.break_it.outcome import Outcome
from fer_core.lessons.break_it.reading import read_wrongly


class _Tested(NamedTuple):
    """What a checkpoint is tested on: a dataset by name and content, its labels, the split and the rows left out."""

    dataset: str
    fingerprint: str
    scheme: str
    split: str
    without: tuple[int, ...]

    @classmethod
    def of(cls, dataset: str, scheme: str, split: str, exclude: str) -> "_Tested":
        return cls(dataset, dataset_card(dataset).fingerprint, scheme, split, _rows(dataset, exclude))


def records(dataset: str) -> FaceRecords:
    """The records of a stored dataset, mapped from disk once per content.

    Raises:
        DatasetError: There is no such dataset, or it is damaged.
    """
    return _records(dataset, dataset_card(dataset).fingerprint)


def labelled(dataset: str, scheme: str, split: str, exclude: str = "") -> FerDataset:
    """One split of a dataset under a label scheme, without the rows of an exclusion list if one is named.

    Raises:
        DatasetError: There is no such dataset, or the scheme does not fit it.
    """
    return _labelled(*_Tested.of(dataset, scheme, split, exclude))


def outcomes(dataset: str, scheme: str) -> LabelOutcomes:
    """What a label scheme makes of every row of a dataset.

    Raises:
        DatasetError: There is no such dataset, or the scheme does not fit it.
    """
    return _outcomes(dataset, dataset_card(dataset).fingerprint, scheme)


def typical_faces(dataset: str) -> dict[str, int]:
    """Row numbers of a dataset's most typical face for each emotion.

    Raises:
        DatasetError: There is no such dataset, or it is damaged.
    """
    return _typical_faces(dataset, dataset_card(dataset).fingerprint)


def classifier(checkpoint: Checkpoint, prior_adjustment: PriorAdjustment = "training") -> Classifier:
    """A checkpoint's network, opened once per content.

    Args:
        checkpoint: The checkpoint.
        prior_adjustment: How common classes are taken to be.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return _classifier(checkpoint.name, version_of(checkpoint), prior_adjustment)


def version_of(checkpoint: Checkpoint) -> str:
    """What changes whenever a checkpoint answers differently: new weights, or a new calibration."""
    calibration = checkpoint.card.calibration
    settings = calibration.temperature, calibration.not_sure_below, calibration.between
    return f"{checkpoint.card.created_at} {settings}"


def report(
    checkpoint: Checkpoint, dataset: str, split: str, scheme: str = "", *, exclude: str = "", raw: bool = False
) -> EvaluationReport:
    """A checkpoint's evaluation on one split of a dataset, computed once per content.

    Args:
        checkpoint: The checkpoint.
        dataset: Name of the dataset.
        split: Which split.
        scheme: Name of the label scheme; by default the checkpoint's.
        exclude: Name of an exclusion list whose rows are left out, or "".
        raw: Whether probabilities are those before calibration.

    Raises:
        FerError: The checkpoint or the dataset cannot be used.
    """
    tested = _Tested.of(dataset, scheme or checkpoint.card.scheme, split, exclude)
    return _report(checkpoint.name, version_of(checkpoint), tested, raw=raw)


def contest(checkpoints: Sequence[Checkpoint], dataset: str, split: str, scheme: str, exclude: str = "") -> Contest:
    """Several checkpoints tested on the same images, once per content.

    Raises:
        FerError: They cannot be compared, or something cannot be used.
    """
    versions = tuple((checkpoint.name, version_of(checkpoint)) for checkpoint in checkpoints)
    return _contest(versions, _Tested.of(dataset, scheme, split, exclude))


def misread(checkpoint: Checkpoint, dataset: str, scheme: str, mistake: Mistake) -> tuple[Outcome, Outcome]:
    """What a checkpoint answers on test faces without and with a mistake, asked once per content.

    Raises:
        FerError: The checkpoint or the dataset cannot be used, or they have no class in common.
    """
    return _misread(checkpoint.name, version_of(checkpoint), _Tested.of(dataset, scheme, "test", ""), mistake)


def milliseconds(checkpoint: Checkpoint) -> float:
    """Time per face on one thread, measured once.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return _milliseconds(checkpoint.name, version_of(checkpoint))


def scored(report: EvaluationReport, dataset: str, split: str, scheme: str, exclude: str = "") -> FerDataset:
    """The images a report is about, at the report's positions.

    Raises:
        DatasetError: There is no such dataset, or the scheme does not fit it.
    """
    return _scored(_Tested.of(dataset, scheme, split, exclude), report.class_names)


def _rows(dataset: str, exclude: str) -> tuple[int, ...]:
    return load_exclusions(dataset, exclude).rows if exclude else ()


@st.cache_resource(max_entries=8, show_spinner="Opening the dataset …")
def _records(dataset: str, fingerprint: str) -> FaceRecords:
    return load_records(dataset)


@st.cache_resource(max_entries=8, show_spinner="Applying the label rule …")
def _labelled(dataset: str, fingerprint: str, scheme: str, split: str, without: tuple[int, ...]) -> FerDataset:
    return label_records(_records(dataset, fingerprint), LABEL_SCHEMES[scheme], [split], without=without)


@st.cache_resource(max_entries=16, show_spinner="Applying the label rule …")
def _outcomes(dataset: str, fingerprint: str, scheme: str) -> LabelOutcomes:
    return label_outcomes(_records(dataset, fingerprint), LABEL_SCHEMES[scheme])


@st.cache_data(max_entries=8, show_spinner=False)
def _typical_faces(dataset: str, fingerprint: str) -> dict[str, int]:
    return typical_rows(_records(dataset, fingerprint))


@st.cache_resource(max_entries=8, show_spinner=False)
def _scored(tested: _Tested, class_names: tuple[str, ...]) -> FerDataset:
    return _labelled(*tested).with_classes(class_names)


@st.cache_resource(max_entries=8, show_spinner="Opening the network …")
def _classifier(name: str, version: str, prior_adjustment: PriorAdjustment) -> Classifier:
    return load_checkpoint(name).open_classifier(threads=2, prior_adjustment=prior_adjustment)


@st.cache_resource(max_entries=32, show_spinner="Classifying the split …")
def _report(name: str, version: str, tested: _Tested, *, raw: bool) -> EvaluationReport:
    return report_on(load_checkpoint(name), _labelled(*tested), raw=raw)


@st.cache_resource(max_entries=8, show_spinner="Testing the checkpoints …")
def _contest(versions: tuple[tuple[str, str], ...], tested: _Tested) -> Contest:
    checkpoints = [load_checkpoint(name) for name, _ in versions]
    records, scheme = _records(tested.dataset, tested.fingerprint), LABEL_SCHEMES[tested.scheme]
    return hold_contest(checkpoints, records, tested.dataset, scheme=scheme, split=tested.split, without=tested.without)


@st.cache_resource(max_entries=16, show_spinner="Asking the network rightly and wrongly …")
def _misread(name: str, version: str, tested: _Tested, mistake: Mistake) -> tuple[Outcome, Outcome]:
    classifier = _classifier(name, version, "training")
    known = _labelled(*tested).with_classes(classifier.class_names)
    if not len(known):
        raise DatasetError("This dataset has no test face that the network has a class for. Choose another one.")
    return read_wrongly(classifier, known, mistake)


@st.cache_data(max_entries=32, show_spinner="Measuring its speed …")
def _milliseconds(name: str, version: str) -> float:
    return milliseconds_per_face(load_checkpoint(name).open_classifier())
