"""Bring in a dataset: tables or pictures are read, here or by a limited process, and stored when all went well."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fer_core.datasets.cards import (
    DEMO,
    DatasetCard,
    check_name,
    file_sha256,
    is_whole,
    keep_records,
    only_importer,
    stored_cards,
)
from fer_core.datasets.crops import face_cropper
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.limited import pictures_read_apart, records_read_apart
from fer_core.datasets.lines import Progress
from fer_core.datasets.pictures import PictureRecords, read_pictures
from fer_core.datasets.plans import PicturePlan
from fer_core.datasets.readers import read_records
from fer_core.datasets.splits import DEFAULT_SPLITS, SplitRule
from fer_core.datasets.titles import IMPORTED_FERPLUS
from fer_core.datasets.votes import incomplete_votes
from fer_core.errors import DatasetError


def import_dataset(
    images: Path,
    votes: Path | None = None,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    apart: bool = False,
) -> DatasetCard:
    """Read a dataset's files and store them; a dataset of that name is replaced only when all went well.

    Apart, as for files that come from anywhere, they are read by a limited process.

    Raises:
        DatasetError: A file is malformed, the name is not allowed, or the disk is full.
    """
    name = _own_name(name or (IMPORTED_FERPLUS if votes else "fer2013"))
    return import_tables(images, votes, name, progress=progress, apart=apart)


def import_pictures(
    plan: PicturePlan,
    mapping: Mapping[str, str],
    *,
    name: str,
    splits: SplitRule = DEFAULT_SPLITS,
    find_faces: bool = False,
    progress: Progress | None = None,
    apart: bool = False,
) -> DatasetCard:
    """Read the pictures of class folders and store them; a dataset of that name is replaced only when all went well.

    They are taken as faces, or cropped to the largest face that is found. Apart: see :func:`import_dataset`.

    Raises:
        DatasetError: No picture is left, the name is not allowed, or the disk is full.
    """
    name = _own_name(name)
    with only_importer(name), _pictures(plan, mapping, splits, progress, find_faces=find_faces, apart=apart) as found:
        return keep_records(
            found.records,
            found.names,
            name=name,
            source="imported",
            images_file=plan.name,
            votes_file="",
            images_sha256=found.sha256,
            votes_sha256="",
            images_path="",
            votes_path="",
            kind="pictures",
            skipped=found.skipped,
            damaged=found.damaged,
            mapping={folder: label for folder, label in mapping.items() if label},
            splits=splits.in_words(plan.split_sizes),
        )


def import_tables(
    images: Path,
    votes: Path | None,
    name: str,
    *,
    source: str = "imported",
    progress: Progress | None = None,
    waits: bool = False,
    apart: bool = False,
) -> DatasetCard:
    """Do what :func:`import_dataset` does under a name that is checked; what is stored already is not read again.

    Raises:
        DatasetError: As there; also that somebody else imports under this name, unless it ``waits`` for that.
    """
    with only_importer(name, waits=waits):
        digests = [file_sha256(images), file_sha256(votes) if votes else ""]
        known = next((card for card in stored_cards() if card.name == name), None)
        if known and [known.images_sha256, known.votes_sha256, known.source] == [*digests, source] and is_whole(known):
            return known
        with _tables(images, votes, progress, apart=apart) as records:
            return keep_records(
                records,
                votes_note=incomplete_votes(records.votes),
                name=name,
                source=source,
                images_file=images.name,
                votes_file=votes.name if votes else "",
                images_sha256=digests[0],
                votes_sha256=digests[1],
                images_path=str(images.resolve()),
                votes_path=str(votes.resolve()) if votes else "",
            )


def _own_name(name: str) -> str:
    if name == DEMO:
        raise DatasetError("The name “demo” is reserved for the drawn faces. Choose another name.", is_hint=True)
    return check_name(name)


@contextmanager
def _tables(images: Path, votes: Path | None, progress: Progress | None, *, apart: bool) -> Iterator[FaceRecords]:
    if apart:
        with records_read_apart(images, votes, progress) as records:
            yield records
    else:
        yield read_records(images, votes, progress=progress)


@contextmanager
def _pictures(
    plan: PicturePlan,
    mapping: Mapping[str, str],
    splits: SplitRule,
    progress: Progress | None,
    *,
    find_faces: bool,
    apart: bool,
) -> Iterator[PictureRecords]:
    if apart:
        with pictures_read_apart(plan, mapping, splits, progress, find_faces=find_faces) as found:
            yield found
    else:
        to_face = face_cropper(find_faces=find_faces)
        yield read_pictures(plan, mapping, splits=splits, to_face=to_face, progress=progress)
