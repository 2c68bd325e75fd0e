"""What a folder or zip of pictures holds, for a person to review before it is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from fer_core.datasets.splits import folder_word
from fer_core.errors import DatasetError
from fer_core.labels import OWN_LABELS, SPLITS, class_of

LISTED = 20
"""The most names listed in a sentence or on a card."""


@dataclass(frozen=True)
class PictureGroup:
    """Where pictures stand, as their folders say.

    Attributes:
        folder: The folder that names their class.
        split: The split their folders name, or "".
        unclear: A folder that may mean validation or test, or "".
    """

    folder: str
    split: str
    unclear: str = ""


@dataclass(frozen=True, eq=False)
class PicturePlan:
    """The pictures by the folders they stand in, not file by file; nothing has been opened.

    Attributes:
        source: The folder's or zip's path, or the open zip itself.
        groups: How many pictures stand where.
        skipped: Other files, by reason.
        meaning: The split that each unclear folder means, as far as somebody said it.
    """

    source: Path | BinaryIO
    name: str
    groups: Mapping[PictureGroup, int]
    skipped: Mapping[str, int]
    meaning: Mapping[str, str] = field(default_factory=dict)

    @property
    def folders(self) -> dict[str, int]:
        """How many pictures each class folder holds, by name."""
        return _summed(sorted((group.folder, count) for group, count in self.groups.items()))

    @property
    def suggested(self) -> dict[str, str]:
        """The class of each folder by the table of synonyms; "" where the table does not say."""
        return {folder: class_of(folder_word(folder)) for folder in self.folders}

    @property
    def split_sizes(self) -> dict[str, int]:
        """How many pictures stand in folders of each split; "" for those in none."""
        return _summed((self.split(group), count) for group, count in self.groups.items())

    @property
    def unclear_splits(self) -> tuple[str, ...]:
        """Folders of which a person has to say whether they are validation or test."""
        return tuple(sorted({group.unclear for group in self.groups} - {"", *self.meaning}))

    def split(self, group: PictureGroup) -> str:
        """Return the split of the pictures that stand there, or ""."""
        return group.split or self.meaning.get(group.unclear, "")

    def with_splits(self, meaning: Mapping[str, str]) -> "PicturePlan":
        """Return the plan with the splits that unclear folders mean.

        Raises:
            DatasetError: There is no such folder or split.
        """
        for folder, split in meaning.items():
            if folder not in self.unclear_splits or split not in SPLITS:
                raise DatasetError(
                    f"“{folder}={split}” is not a valid split assignment. Use a folder of "
                    f"{', '.join(self.unclear_splits) or 'none'} and a split of {', '.join(SPLITS)}."
                )
        return replace(self, meaning={**self.meaning, **meaning})

    def unmapped_text(self, mapping: Mapping[str, str]) -> str:
        """The folders that a mapping gives no class, with what to do; "" when all have one."""
        left = {folder: count for folder, count in self.folders.items() if not mapping.get(folder)}
        if not left:
            return ""
        names = ", ".join(f"{folder} ({count:,})" for folder, count in [*left.items()][:LISTED])
        more = f" and {len(left) - LISTED:,} more" if len(left) > LISTED else ""
        return (
            f"These folders have no class, so their pictures are left out: {names}{more}. "
            f"To use them, assign each a class: {', '.join(OWN_LABELS)}."
        )


def _summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for key, count in counts:
        totals[key] = totals.get(key, 0) + count
    return totals
