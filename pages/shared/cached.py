"""What several pages compute, once per content of the values it is computed from; results are shared and read-only."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FaceRecords, FerDataset, fingerprint_of, label_records
from fer_core.datasets.issues import training_set_issues as find_issues
from fer_core.datasets.store import DatasetCard, load_records
from fer_core.datasets.summary import LabelOutcomes, label_outcomes, typical_rows
from fer_core.errors import DatasetError
from fer_core.evaluation.leaderboard import compare_checkpoints, milliseconds_per_face
from fer_core.evaluation.scoring import evaluate_checkpoint
from fer_core.faces.blazeface import DetectorRange
from fer_core.faces.detection import FaceDetector, PhotoDetector
from fer_core.lessons.break_it.results import Mistake, SideResult, results_with_mistake
from fer_core.lessons.codes import SharedByCode
from fer_core.lessons.plan import Presentation
from fer_core.lessons.quiz.rooms import Room
from fer_core.recognition.photos import Photo, recognize_photo, sample_photos, thumbnail
from fer_core.recognition.samples import sample_pictures

_Values = ParamSpec("_Values")
_Result = TypeVar("_Result")


def version_of(checkpoint: Checkpoint) -> str:
    """What changes whenever a checkpoint answers differently: new weights, a new calibration or reading."""
    card = checkpoint.card
    settings = card.calibration.temperature, card.calibration.not_sure_below
    return f"{card.created_at} {settings} {card.class_names} {card.spec}"


_CONTENT: dict[str | type[Any], Callable[[Any], Any]] = {
    Checkpoint: lambda checkpoint: (checkpoint.name, version_of(checkpoint)),
    DatasetCard: lambda card: (card.name, card.fingerprint),
    FaceRecords: lambda records: records.fingerprint,
    # Pages use stored faces, so that their rows identify their pixels.
    FerDataset: lambda faces: (faces.fingerprint, faces.scheme, faces.class_names, fingerprint_of(faces.rows)),
    LabelOutcomes: lambda outcomes: (outcomes.class_names, fingerprint_of(outcomes.split, outcomes.outcome)),
}
"""What stands for a value in a cache's key."""


def by_content(
    max_entries: int, spinner: str = ""
) -> Callable[[Callable[_Values, _Result]], Callable[_Values, _Result]]:
    """Cache a function by the content of its arguments; the oldest results go first."""
    return st.cache_resource(max_entries=max_entries, show_spinner=spinner or False, hash_funcs=_CONTENT)


labeled = by_content(8, "Applying the label rule …")(label_records)
training_set_issues = by_content(16)(find_issues)
outcomes = by_content(16, "Applying the label rule …")(label_outcomes)
typical_faces = by_content(8)(typical_rows)
scored = by_content(8)(FerDataset.with_classes)
report = by_content(32, "Classifying the split …")(evaluate_checkpoint)
leaderboard = by_content(8, "Testing the checkpoints …")(compare_checkpoints)


@by_content(8, "Opening the dataset …")
def records(card: DatasetCard) -> FaceRecords:
    """Map the records of a dataset from disk.

    Raises:
        DatasetError: It is gone, or damaged.
    """
    return load_records(card.name, needs_pictures=False)


@by_content(8, "Opening the network …")
def classifier(checkpoint: Checkpoint, prior: PriorAdjustment) -> Classifier:
    """Open a checkpoint's network, to answer under a class prior.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return checkpoint.open_classifier(threads=2, prior_adjustment=prior)


@st.cache_resource(show_spinner=False)
def quiz_rooms() -> SharedByCode[Room]:
    """The quiz's rooms of this server."""
    return SharedByCode()


@st.cache_resource(show_spinner=False)
def presentations() -> SharedByCode[Presentation]:
    """The guided lessons under way on this server."""
    return SharedByCode(most=1000)


@by_content(1, "Opening the face detector …")
def photo_detector() -> PhotoDetector:
    """The face detector for photos, which threads may share.

    Raises:
        CheckpointError: Its networks are not installed.
    """
    return PhotoDetector()


@by_content(2, "Opening the face detector …")
def live_detector(range_: DetectorRange = "short") -> FaceDetector:
    """The face detector for frames, at whose results a size is asked for; by default that of near faces.

    Raises:
        CheckpointError: Its networks are not installed.
    """
    return FaceDetector(range_, minimum_size=1)


@by_content(4, "Opening the network …")
def live_classifier(checkpoint: Checkpoint, prior: PriorAdjustment) -> Classifier:
    """Open a checkpoint's network for frames; of their own, as an evaluation under way must not hold them up.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return checkpoint.open_classifier(live=True, prior_adjustment=prior)


@by_content(2, "Drawing the sample pictures …")
def samples(*, drawn_only: bool = False) -> dict[str, bytes]:
    """The built-in pictures by title; perhaps without the photographs of people."""
    photographs = sample_pictures() if drawn_only else {}
    return {title: content for title, content in sample_photos().items() if title not in photographs}


def first_sample(*, drawn_only: bool = False) -> str:
    """Title of the picture to begin with: a photograph where one may be shown, which needs no drawing."""
    return next(iter(samples(drawn_only=True) if drawn_only else sample_pictures()))


@by_content(16)
def sample_photo(title: str, checkpoint: Checkpoint, prior: PriorAdjustment) -> Photo:
    """The faces in a built-in picture.

    Raises:
        CheckpointError: A file of the checkpoint or of the detector is missing or damaged.
    """
    photographs = sample_pictures()
    content = photographs[title].read_bytes() if title in photographs else samples()[title]
    return recognize_photo(title, content, photo_detector(), classifier(checkpoint, prior))


@by_content(8)
def sample_thumbnails(width: int, height: int, *, drawn_only: bool = False) -> dict[str, NDArray[np.uint8]]:
    """The same, small and all of one size."""
    return {title: thumbnail(content, width, height) for title, content in samples(drawn_only=drawn_only).items()}


@by_content(16, "Classifying with and without the mistake …")
def misread(
    checkpoint: Checkpoint, faces: FerDataset, mistake: Mistake, prior: PriorAdjustment
) -> tuple[SideResult, SideResult]:
    """What a checkpoint answers on labeled faces without and with a mistake.

    Raises:
        FerError: The checkpoint cannot be used, or no face has one of its classes.
    """
    network = classifier(checkpoint, prior)
    known = faces.with_classes(network.class_names)
    if not len(known):
        raise DatasetError("No test face of this dataset has a class the network knows. Choose another dataset.")
    return results_with_mistake(network, known, mistake)


@by_content(32, "Measuring its speed …")
def milliseconds(checkpoint: Checkpoint) -> float:
    """Time per face on one thread.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    return milliseconds_per_face(checkpoint.open_classifier())
