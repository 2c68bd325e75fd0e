"""Picture files in class folders, below a folder or in a zip: looked at first, then read with a reviewed mapping."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.archive import open_pictures
from fer_core.datasets.dataset import FaceRecords, fingerprint_of
from fer_core.datasets.lines import Progress
from fer_core.datasets.splits import DEFAULT_SPLITS, UNCLEAR_WORDS, SplitRule, folder_word, split_of
from fer_core.errors import DatasetError, ImageError
from fer_core.faces.images import Square, preprocess_face, read_image
from fer_core.labels import OWN_LABELS, SPLITS, VOTE_COLUMNS, class_of

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
_REPORTS = 200
_LISTED = 20

ToFace = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""From an RGB picture to the 48x48 gray face in it; an empty array when there is none."""

_NOT_A_PICTURE, _NO_FOLDER = "not a picture", "in no class folder"
DAMAGED = "damaged or too large"
"""Why files are skipped that are no whole picture."""

_UNMAPPED, _NO_FACE = "in a folder without a class", "without a face"


@dataclass(frozen=True)
class FoundPicture:
    """A picture file that was found and not yet opened.

    Attributes:
        name: Its path in the source, with ``/``.
        folder: The folder that names its class.
        split: The split its folders name, or "".
        unclear: A folder that may mean validation or test, or "".
    """

    position: int
    name: str
    folder: str
    split: str
    unclear: str = ""


@dataclass(frozen=True, eq=False)
class PicturePlan:
    """What a folder or zip holds, for a person to review before it is read.

    Attributes:
        source: The folder's or zip's path, or the open zip itself.
        skipped: Other files, by reason.
    """

    source: Path | BinaryIO
    name: str
    pictures: tuple[FoundPicture, ...]
    skipped: Mapping[str, int]

    @property
    def folders(self) -> dict[str, int]:
        """How many pictures each class folder holds, by name."""
        return dict(sorted(Counter(picture.folder for picture in self.pictures).items()))

    @property
    def suggested(self) -> dict[str, str]:
        """The class of each folder by the table of synonyms; "" where the table does not say."""
        return {folder: class_of(folder_word(folder)) for folder in self.folders}

    @property
    def split_sizes(self) -> dict[str, int]:
        """How many pictures stand in folders of each split; "" for those in none."""
        return dict(Counter(picture.split for picture in self.pictures))

    @property
    def unclear_splits(self) -> tuple[str, ...]:
        """Folders of which a person has to say whether they are validation or test."""
        return tuple(sorted({picture.unclear for picture in self.pictures} - {""}))

    def with_splits(self, meaning: Mapping[str, str]) -> "PicturePlan":
        """Return the plan with the splits that unclear folders mean.

        Raises:
            DatasetError: There is no such folder or split.
        """
        for folder, split in meaning.items():
            if folder not in self.unclear_splits or split not in SPLITS:
                raise DatasetError(
                    f"“{folder}={split}” is no split of a folder that needs one. Name one of "
                    f"{', '.join(self.unclear_splits) or 'none'}, and {', '.join(SPLITS)}."
                )
        said = (
            replace(picture, split=meaning[picture.unclear], unclear="") if picture.unclear in meaning else picture
            for picture in self.pictures
        )
        return replace(self, pictures=tuple(said))

    def unmapped_text(self, mapping: Mapping[str, str]) -> str:
        """The folders that a mapping gives no class, with what to do; "" when all have one."""
        left = {folder: count for folder, count in self.folders.items() if not mapping.get(folder)}
        if not left:
            return ""
        names = ", ".join(f"{folder} ({count:,})" for folder, count in [*left.items()][:_LISTED])
        more = f" and {len(left) - _LISTED:,} more" if len(left) > _LISTED else ""
        return (
            f"These folders have no class, so their pictures are left out: {names}{more}. "
            f"To use them, give each one of {', '.join(OWN_LABELS)}."
        )


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
        skipped, pictures = Counter(files.skipped), []
        for position, path in enumerate(map(PurePosixPath, files.names)):
            folders = [part for part in path.parts[:-1] if part not in ("/", ".", "..")]
            unclear = [folder for folder in folders if folder_word(folder) in UNCLEAR_WORDS]
            classes = [folder for folder in folders if not split_of(folder) and folder not in unclear]
            splits = [split_of(folder) for folder in folders if split_of(folder)]
            if path.suffix.lower() not in PICTURE_SUFFIXES:
                skipped[_NOT_A_PICTURE] += 1
            elif not classes:
                skipped[_NO_FOLDER] += 1
            else:
                split, doubt = splits[-1] if splits else "", unclear[-1] if unclear and not splits else ""
                pictures.append(FoundPicture(position, str(path), classes[-1], split, doubt))
    if not pictures:
        raise DatasetError(
            f"{name} holds no pictures in class folders such as angry/1.jpg. Choose the folder or zip above them."
        )
    return PicturePlan(source, name, tuple(sorted(pictures, key=lambda p: p.name)), dict(skipped))


def read_pictures(
    plan: PicturePlan,
    mapping: Mapping[str, str],
    *,
    splits: SplitRule = DEFAULT_SPLITS,
    to_face: ToFace | None = None,
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
            f"The folder “{folder}” of {plan.name} may mean validation or test. Say which (on the command line: "
            f"--split {folder}=test), or draw new splits."
        )
    if strange := sorted(set(mapping) - plan.folders.keys()):
        folders = ", ".join([*plan.folders][:_LISTED])
        raise DatasetError(
            f"There is no folder “{strange[0]}” in {plan.name} (there are: {folders}). Choose one of these."
        )
    if unknown := sorted({label for label in mapping.values() if label} - {*OWN_LABELS}):
        raise DatasetError(f"“{unknown[0]}” is no class. Choose one of {', '.join(OWN_LABELS)}.")
    wanted = [picture for picture in plan.pictures if mapping.get(picture.folder)]
    images, read, hashes, unread, damaged = _read_all(plan, wanted, to_face or whole_face, progress)
    if not read:
        what = f"{plan.unmapped_text(mapping)} " if not wanted else f"Damaged: {', '.join(damaged) or 'none'}. "
        raise DatasetError(f"No picture of {plan.name} could be read. {what}Give at least one folder a class.")
    emotion = np.array([OWN_LABELS.index(mapping[picture.folder]) for picture in read], np.uint8)
    split = splits.assign([SPLITS.index(p.split) if p.split else len(SPLITS) for p in read], emotion)
    votes = np.zeros((0, len(VOTE_COLUMNS)), np.uint8)
    skipped = Counter(plan.skipped) + unread + Counter({_UNMAPPED: len(plan.pictures) - len(wanted)})
    return PictureRecords(
        FaceRecords(images, emotion, split, votes, fingerprint_of(images, emotion, split, votes)),
        tuple(picture.name for picture in read),
        dict(skipped),
        tuple(damaged),
        hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest(),
    )


def _read_all(
    plan: PicturePlan, wanted: list[FoundPicture], to_face: ToFace, progress: Progress | None
) -> tuple[NDArray[np.uint8], list[FoundPicture], list[str], Counter[str], list[str]]:
    """The faces, whose they are, the hashes of their files, how many gave none, by reason, and the first damaged."""
    images, read, hashes = np.empty((len(wanted), 48, 48), np.uint8), list[FoundPicture](), list[str]()
    unread, damaged = Counter[str](), list[str]()
    step = max(1, len(wanted) // _REPORTS)
    with open_pictures(plan.source, plan.name) as files:
        for number, picture in enumerate(wanted):
            if progress and number % step == 0:
                progress(number / len(wanted))
            try:
                content = files.read(picture.position)
                face = to_face(read_image(content, name=picture.name))
            except (ImageError, ValueError, OSError):
                unread[DAMAGED] += 1
                damaged += [picture.name] * (len(damaged) < _LISTED)
                continue
            if not face.size:
                unread[_NO_FACE] += 1
                continue
            images[len(read)] = face
            read.append(picture)
            hashes.append(hashlib.sha256(content).hexdigest())
    return images[: len(read)], read, hashes, unread, damaged


def whole_face(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A face, ``(h, w, 3)`` RGB or ``(h, w)``, as the 48x48 gray a network sees; if not square, its middle."""
    height, width = image.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    return preprocess_face(image, Square.around((left, top, left + side, top + side)))
