"""Where examples come from: drawn faces, rows of a dataset, pictures, folders, and the votes of a class."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.crops import largest_face
from fer_core.datasets.dataset import FaceRecords, label_records
from fer_core.datasets.drawn.canvas import one_thread
from fer_core.datasets.drawn.expression import emotion_expression
from fer_core.datasets.drawn.face import Face
from fer_core.datasets.drawn.person import random_person, random_view
from fer_core.datasets.drawn.portrait import draw_face
from fer_core.datasets.votes import majority
from fer_core.errors import ImageError, TeachError
from fer_core.faces.crops import IMAGE_SIZE
from fer_core.faces.detection import Detector
from fer_core.faces.images import IMAGE_EXTENSIONS, read_image, to_gray
from fer_core.labels import EMOTIONS, VOTE_COLUMNS, LabelScheme
from fer_core.lessons.quiz.rooms import Ballot
from fer_core.lessons.teach.examples import (
    FEWEST_CLASSES,
    MOST_CLASSES,
    ExampleClass,
    Examples,
    Recording,
    apart,
    together,
)

_STRENGTH = 0.6, 1.0  # of drawn expressions
_VARIANTS = 12


def drawn_faces(emotion: str, count: int, seed: int) -> Recording:
    """Draw faces of as many people who show an emotion, each in a way of its own; no two seeds share a person."""
    rng = np.random.default_rng([seed, EMOTIONS.index(emotion)])
    with one_thread():
        faces = [
            draw_face(
                random_person(rng),
                emotion_expression(emotion, float(rng.uniform(*_STRENGTH)), int(rng.integers(_VARIANTS))),
                random_view(rng),
            )
            for _ in range(count)
        ]
    return apart(f"Drawn: {emotion}", np.stack(faces))


def built_face(face: Face) -> Recording:
    """Return the face that somebody built; all of one person belong together."""
    return together("Built face", face.seen()[None], f"drawn person {face.person}")


def dataset_rows(
    records: FaceRecords, scheme: LabelScheme, name: str, class_name: str, *, count: int, agreement: float, seed: int
) -> Recording:
    """Draw faces of a class from a dataset's training split by lot.

    Args:
        records: The dataset's, with pictures.
        scheme: What labels them.
        name: The dataset's name.
        class_name: One of the scheme's classes.
        count: How many at most.
        agreement: The share of all ten votes that the class must have, 0 to 1; of no effect without votes.
        seed: Of the lot.

    Raises:
        DatasetError: The dataset has no training face under this scheme.
        TeachError: No face is left.
    """
    faces = label_records(records, scheme, ["train"])
    fitting = faces.labels == faces.class_names.index(class_name)
    if len(faces.votes):
        votes = faces.votes[:, VOTE_COLUMNS.index(class_name)]
        fitting &= votes >= agreement * np.maximum(faces.votes.sum(axis=1), 1)
    rows = np.flatnonzero(fitting)
    if not len(rows):
        raise TeachError(f"No training face of {class_name} has this agreement. Lower it.", is_hint=True)
    rows = np.sort(np.random.default_rng(seed).permutation(rows)[:count])
    chosen = faces.take(rows)
    return apart(f"{name}: {class_name}", np.asarray(chosen.images), chosen.votes)


class Pictures(NamedTuple):
    """The faces of picture files, or none, and a sentence for each file without a face or that cannot be read."""

    recording: Recording | None
    problems: tuple[str, ...]


def pictures(files: Sequence[tuple[str, bytes | Path]], detector: Detector) -> Pictures:
    """Find the largest face of each picture file, given its name and content; a 48x48 gray picture is a face already.

    Equal pictures belong together, others do not.
    """
    faces, problems = [], []
    for name, content in files:
        try:
            face = _face_of(read_image(content, name=name), detector)
        except ImageError as error:
            problems.append(str(error))
            continue
        if face.size:
            faces.append(face)
        else:
            problems.append(f"No face was found in {name}. Crop it to the face, or use a larger picture.")
    title = "1 picture" if len(faces) == 1 else f"{len(faces)} pictures"
    return Pictures(apart(title, np.stack(faces)) if faces else None, tuple(problems))


def _face_of(image: NDArray[np.uint8], detector: Detector) -> NDArray[np.uint8]:
    gray = to_gray(image)
    return gray if gray.shape == (IMAGE_SIZE, IMAGE_SIZE) else largest_face(image, detector)


def read_folder(folder: Path, detector: Detector) -> tuple[Examples, tuple[str, ...]]:
    """Read a folder with a folder for each class, and sentences on the files that were left out.

    Pictures directly in a class's folder are examples of their own; those in a folder within it belong together.

    Raises:
        TeachError: There are no two such folders with faces, more than ten, or a folder's name is no class.
    """
    examples, problems = Examples(()), list[str]()
    classes = _folders(folder) if folder.is_dir() else []
    if len(classes) > MOST_CLASSES:
        raise TeachError(
            f"{folder} has {len(classes):,} folders; the maximum is {MOST_CLASSES} classes. Choose a folder with one "
            "folder per class."
        )
    for place, own in enumerate(classes):
        examples = examples.with_class(own.name)
        for inner in (own, *_folders(own)):
            found = pictures([(path.name, path) for path in _picture_files(inner)], detector)
            problems += [f"{inner.relative_to(folder).as_posix()}: {problem}" for problem in found.problems]
            if found.recording is not None:
                belongs = together(inner.name, found.recording.images, f"{own.name}/{inner.name}")
                examples = examples.added(place, found.recording if inner == own else belongs)
    if len(examples.filled.classes) < FEWEST_CLASSES:
        raise TeachError(
            f"{folder} has no two folders with faces. Make a folder for each class, such as {folder / 'smiling'} and "
            f"{folder / 'frowning'}, and put pictures into both."
        )
    return examples.filled, tuple(problems)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _picture_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower().lstrip(".") in IMAGE_EXTENSIONS)


class ClassVotes(NamedTuple):
    """What a class said of faces.

    Attributes:
        recordings: The faces with their votes, by what most of the class said; without a majority they are left out.
        voters: The most votes that one face has.
        compared: How many of the faces have ten votes of others with a majority, as those of FER+.
        agreeing: How many of these have the same majority.
    """

    recordings: Mapping[str, Recording]
    voters: int
    compared: int
    agreeing: int


def class_votes(ballots: Sequence[Ballot]) -> ClassVotes:
    """Make a label set of what a class answered in the quiz, by FER+'s rule of the majority."""
    faces = np.array([ballot.question.face for ballot in ballots], np.uint8).reshape(-1, 48, 48)
    counted = np.array([_in_columns(ballot) for ballot in ballots], np.uint8).reshape(-1, len(VOTE_COLUMNS))
    others = np.array([ballot.question.votes for ballot in ballots], np.uint8).reshape(-1, len(VOTE_COLUMNS))
    (keep, labels), (known, theirs) = majority(counted), majority(others)
    found = {}
    for label in np.unique(labels[keep]):
        rows = np.flatnonzero(keep & (labels == label))
        found[EMOTIONS[label]] = apart(f"Class votes: {EMOTIONS[label]}", faces[rows], counted[rows])
    both = keep & known
    return ClassVotes(
        found, int(counted.sum(axis=1).max(initial=0)), int(both.sum()), int((labels == theirs)[both].sum())
    )


def _in_columns(ballot: Ballot) -> list[int]:
    most = int(np.iinfo(np.uint8).max)
    return [min(ballot.counts.get(name, 0), most) for name in VOTE_COLUMNS]


def with_recordings(examples: Examples, found: Mapping[str, Recording]) -> Examples:
    """Return examples with a recording for each class by its name; classes that are not there yet are added.

    Classes without a name of their own and without examples make room.

    Raises:
        TeachError: There would be more than ten classes, or a class has these faces already.
    """
    used = tuple(one for one in examples.classes if len(one) or one.name in found or one not in Examples().classes)
    examples = Examples(used)
    for name, recording in found.items():
        if name not in examples.class_names:
            examples = examples.with_class(name)
        examples = examples.added(examples.class_names.index(name), recording)
    return examples


def beginning() -> Examples:
    """Return two classes of drawn faces, with which everything can be tried at once."""
    smiling, frowning = (drawn_faces(emotion, 12, seed=1) for emotion in ("happiness", "anger"))
    return Examples((ExampleClass("smiling"), ExampleClass("frowning"))).added(0, smiling).added(1, frowning)
