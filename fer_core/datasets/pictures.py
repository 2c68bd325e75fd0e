"""Picture files in class folders, below a folder or in a zip: looked at first, then read with a reviewed mapping."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.archive import Files, open_pictures
from fer_core.datasets.crops import ToFace, whole_face
from fer_core.datasets.dataset import FaceRecords, fingerprint_of
from fer_core.datasets.lines import Progress
from fer_core.datasets.plans import LISTED, PictureGroup, PicturePlan
from fer_core.datasets.splits import DEFAULT_SPLITS, UNCLEAR_WORDS, SplitRule, folder_word, split_of
from fer_core.errors import DatasetError, ImageError
from fer_core.faces.images import read_image
from fer_core.labels import OWN_LABELS, SPLITS, VOTE_COLUMNS

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
_REPORTS = 200

_NOT_A_PICTURE, _NO_FOLDER = "not a picture", "in no class folder"
DAMAGED = "damaged or too large"
"""Why files are skipped that are no whole picture."""

_UNMAPPED, _NO_FACE = "in a folder without a class", "without a face"


@dataclass(frozen=True, eq=False)
class PictureRecords:
    """What was read.

    Attributes:
        skipped: Files that were left out, by reason.
        damaged: The first twenty that could not be read, by name.
        sha256: Over the sorted contents of all files that were read.
    """

    records: FaceRecords
    names: tuple[str, ...]
    skipped: dict[str, int]
    damaged: tuple[str, ...]
    sha256: str


def scan_pictures(source: Path | BinaryIO, name: str) -> PicturePlan:
    """Look into a folder or zip without opening a picture.

    The innermost folder that does not name a split names the class: ``train/angry/1.jpg`` and ``angry/train/1.jpg``
    are both of the class folder ``angry`` and the split ``train``.

    Raises:
        DatasetError: It cannot be read, or holds no pictures in folders.
    """
    with open_pictures(source, name) as files:
        pictures, skipped = _find_pictures(files)
    if not pictures:
        raise DatasetError(
            f"{name} has no pictures in class folders such as angry/1.jpg. Choose the folder or zip that contains the "
            "class folders."
        )
    return PicturePlan(source, name, Counter(picture.group for picture in pictures), skipped)


class _Picture(NamedTuple):
    name: str
    position: int
    group: PictureGroup


def _find_pictures(files: Files) -> tuple[list[_Picture], Counter[str]]:
    """The picture files in class folders, by name, and how many others there are, by reason."""
    pictures, skipped = [], Counter(files.skipped)
    for position, path in enumerate(map(PurePosixPath, files.names)):
        group = _group_of([part for part in path.parts[:-1] if part not in ("/", ".", "..")])
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            skipped[_NOT_A_PICTURE] += 1
        elif group is None:
            skipped[_NO_FOLDER] += 1
        else:
            pictures.append(_Picture(str(path), position, group))
    return sorted(pictures, key=lambda picture: picture.name), skipped


def _group_of(folders: Sequence[str]) -> PictureGroup | None:
    unclear = [folder for folder in folders if folder_word(folder) in UNCLEAR_WORDS]
    splits = [split_of(folder) for folder in folders if split_of(folder)]
    classes = [folder for folder in folders if not split_of(folder) and folder not in unclear]
    if not classes:
        return None
    return PictureGroup(classes[-1], splits[-1] if splits else "", unclear[-1] if unclear and not splits else "")


def read_pictures(
    plan: PicturePlan,
    mapping: Mapping[str, str],
    *,
    splits: SplitRule = DEFAULT_SPLITS,
    to_face: ToFace = whole_face,
    progress: Progress | None = None,
) -> PictureRecords:
    """Read the pictures whose folders have a class.

    A picture becomes gray and 48x48; by default as a whole, and of one that is not square the middle. The mapping
    gives folders names of ``OWN_LABELS``; those that are missing or "" are left out.

    Raises:
        DatasetError: A class or a folder is unknown, nobody said which split a folder is, or no picture could be read.
    """
    if plan.unclear_splits and splits.use_folders:
        folder = plan.unclear_splits[0]
        raise DatasetError(
            f"The folder “{folder}” of {plan.name} may mean validation or test. Choose one (on the command line: "
            f"--split {folder}=test), or draw new splits."
        )
    if strange := sorted(set(mapping) - plan.folders.keys()):
        folders = ", ".join([*plan.folders][:LISTED])
        raise DatasetError(
            f"There is no folder “{strange[0]}” in {plan.name} (there are: {folders}). Choose one of these."
        )
    if unknown := sorted({label for label in mapping.values() if label} - {*OWN_LABELS}):
        raise DatasetError(f"“{unknown[0]}” is not a class. Choose one of {', '.join(OWN_LABELS)}.")
    with open_pictures(plan.source, plan.name) as files:
        found, skipped = _find_pictures(files)
        wanted = [picture for picture in found if mapping.get(picture.group.folder)]
        images, read, hashes, unread, damaged = _read_all(files, wanted, to_face, progress)
    if not read:
        what = f"{plan.unmapped_text(mapping)} " if not wanted else f"Damaged: {', '.join(damaged) or 'none'}. "
        raise DatasetError(f"No picture of {plan.name} could be read. {what}Assign a class to at least one folder.")
    emotion = np.array([OWN_LABELS.index(mapping[picture.group.folder]) for picture in read], np.uint8)
    named = [plan.split(picture.group) for picture in read]
    split = splits.assign([SPLITS.index(name) if name else len(SPLITS) for name in named], emotion)
    votes = np.zeros((0, len(VOTE_COLUMNS)), np.uint8)
    return PictureRecords(
        FaceRecords(images, emotion, split, votes, fingerprint_of(images, emotion, split, votes)),
        tuple(picture.name for picture in read),
        dict(skipped + unread + Counter({_UNMAPPED: len(found) - len(wanted)})),
        tuple(damaged),
        hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest(),
    )


def _read_all(
    files: Files, wanted: list[_Picture], to_face: ToFace, progress: Progress | None
) -> tuple[NDArray[np.uint8], list[_Picture], list[str], Counter[str], list[str]]:
    """The faces, whose they are, the hashes of their files, how many gave none, by reason, and the first damaged."""
    images, read, hashes = np.empty((len(wanted), 48, 48), np.uint8), list[_Picture](), list[str]()
    unread, damaged = Counter[str](), list[str]()
    step = max(1, len(wanted) // _REPORTS)
    for number, picture in enumerate(wanted):
        if progress and number % step == 0:
            progress(number / len(wanted))
        try:
            content = files.read(picture.position)
            face = to_face(read_image(content, name=picture.name))
        except (ImageError, ValueError, OSError):
            unread[DAMAGED] += 1
            damaged += [picture.name] * (len(damaged) < LISTED)
            continue
        if not face.size:
            unread[_NO_FACE] += 1
            continue
        images[len(read)] = face
        read.append(picture)
        hashes.append(hashlib.sha256(content).hexdigest())
    return images[: len(read)], read, hashes, unread, damaged
