"""Examples: classes with recordings of faces. Every change makes a new value, so that the one before undoes it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import fingerprint_of
from fer_core.errors import TeachError
from fer_core.labels import VOTE_COLUMNS

FEWEST_CLASSES, MOST_CLASSES = 2, 10

MOST_EXAMPLES = 1_000
"""Faces of one class."""

LONGEST_CLASS_NAME = 40

_NO_VOTES = np.zeros((0, len(VOTE_COLUMNS)), np.uint8)


@dataclass(frozen=True, eq=False)
class Recording:
    """Faces of one class that came together.

    Attributes:
        title: Where they come from, for people.
        images: ``(n, 48, 48)`` uint8.
        groups: ``n`` names; faces of one name are never divided between training and test.
        votes: ``(n, 10)`` uint8 in the order of ``VOTE_COLUMNS``, where people voted, or ``(0, 10)``.
        key: Its number among all recordings, given when it is added.
    """

    title: str
    images: NDArray[np.uint8]
    groups: tuple[str, ...]
    votes: NDArray[np.uint8] = field(default_factory=_NO_VOTES.copy)
    key: int = 0

    def __post_init__(self) -> None:
        n = len(self.groups)
        if self.images.shape != (n, 48, 48) or self.images.dtype != np.uint8 or len(self.votes) not in (n, 0):
            raise ValueError("Expected images (n, 48, 48) uint8, a group for each, and votes for each or none.")

    def __len__(self) -> int:
        return len(self.groups)

    def take(self, index: Sequence[int]) -> "Recording":
        """Return some of the faces."""
        chosen = np.asarray(index, np.int64)
        votes = self.votes[chosen] if len(self.votes) else self.votes
        return replace(self, images=self.images[chosen], groups=tuple(self.groups[i] for i in chosen), votes=votes)


def together(title: str, images: NDArray[np.uint8], group: str) -> Recording:
    """Return a recording whose ``(n, 48, 48)`` faces all belong together, as the frames of one film do."""
    return Recording(title, images, (group,) * len(images))


def apart(title: str, images: NDArray[np.uint8], votes: NDArray[np.uint8] = _NO_VOTES) -> Recording:
    """Return a recording of ``(n, 48, 48)`` faces that have nothing to do with each other, as pictures of a dataset.

    The votes are as in :class:`Recording`.
    """
    return Recording(title, images, tuple(map(_digest, images)), votes)


def _digest(image: NDArray[np.uint8]) -> str:
    return hashlib.sha256(image.tobytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class ExampleClass:
    """A class by its name, with its recordings."""

    name: str
    recordings: tuple[Recording, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.recordings))

    @cached_property
    def images(self) -> NDArray[np.uint8]:
        """Its faces, ``(n, 48, 48)`` uint8, recording by recording."""
        return np.concatenate([np.zeros((0, 48, 48), np.uint8), *(one.images for one in self.recordings)])


@dataclass(frozen=True, eq=False)
class Examples:
    """The classes of a lesson, in order, with all their examples."""

    classes: tuple[ExampleClass, ...] = (ExampleClass("Class 1"), ExampleClass("Class 2"))

    def __len__(self) -> int:
        return sum(map(len, self.classes))

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(one.name for one in self.classes)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """All recordings, class by class."""
        return tuple(recording for one in self.classes for recording in one.recordings)

    @cached_property
    def images(self) -> NDArray[np.uint8]:
        """All faces, ``(n, 48, 48)`` uint8."""
        return np.concatenate([np.zeros((0, 48, 48), np.uint8), *(one.images for one in self.classes)])

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The class of each face, ``(n,)``."""
        return np.repeat(np.arange(len(self.classes)), [len(one) for one in self.classes])

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """Which faces belong together, ``(n,)`` numbers: those of one group's name, and all of the same pixels."""
        from scipy.sparse import coo_array  # noqa: PLC0415 (takes a second, and pages should open before)
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

        names = [name for recording in self.recordings for name in recording.groups]
        pixels = list(map(_digest, self.images))
        count, places = len(names), np.arange(len(names))
        same = np.unique(names, return_inverse=True)[1], np.unique(pixels, return_inverse=True)[1]
        rows = np.concatenate([places, places])
        columns = count + np.concatenate([same[0], count + same[1]])
        graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(3 * count, 3 * count))
        return np.asarray(connected_components(graph, directed=False)[1][:count], np.int64)

    @cached_property
    def fingerprint(self) -> str:
        """What changes with the faces, their classes or what belongs together, but not with a class's name."""
        return fingerprint_of(self.images, self.labels, self.groups) if len(self) else ""

    @cached_property
    def filled(self) -> "Examples":
        """The same without classes that have no examples."""
        kept = tuple(one for one in self.classes if len(one))
        return self if len(kept) == len(self.classes) else replace(self, classes=kept)

    def counts(self) -> dict[str, int]:
        """The number of faces of each class."""
        return {one.name: len(one) for one in self.classes}

    def with_class(self, name: str) -> "Examples":
        """Return these with one more, empty class.

        Raises:
            TeachError: There are ten already, or the name is not allowed or taken.
        """
        if len(self.classes) >= MOST_CLASSES:
            raise TeachError(f"There are already {MOST_CLASSES} classes, the maximum. Delete one first.", is_hint=True)
        return replace(self, classes=(*self.classes, ExampleClass(self._checked(name))))

    def without_class(self, place: int) -> "Examples":
        """Return these without the class at a place."""
        return replace(self, classes=self.classes[:place] + self.classes[place + 1 :])

    def renamed(self, place: int, name: str) -> "Examples":
        """Return these with another name for the class at a place; its examples stay.

        Raises:
            TeachError: The name is not allowed or taken.
        """
        others = self.without_class(place)
        return self._with(place, replace(self.classes[place], name=others._checked(name)))

    def added(self, place: int, recording: Recording) -> "Examples":
        """Return these with a recording in the class at a place, without faces that this class has already.

        Raises:
            TeachError: The class has no room for it, or has all of these faces.
        """
        old = self.classes[place]
        known = {*map(_digest, old.images)}
        digests = list(map(_digest, recording.images))
        new = [i for i, digest in enumerate(digests) if digest not in {*known, *digests[:i]}]
        if not new:
            raise TeachError(f"“{old.name}” already has these faces. Choose others.", is_hint=True)
        if len(old) + len(new) > MOST_EXAMPLES:
            raise TeachError(
                f"“{old.name}” would have {len(old) + len(new):,} examples; {MOST_EXAMPLES:,} are the maximum. Choose "
                "fewer, or delete some.",
                is_hint=True,
            )
        key = 1 + max((one.key for one in self.recordings), default=0)
        kept = replace(recording.take(new), key=key)
        return self._with(place, replace(old, recordings=(*old.recordings, kept)))

    def without_face(self, place: int, number: int) -> "Examples":
        """Return these without one face, by its number in the class at a place; an empty recording goes too."""
        recordings = []
        for recording in self.classes[place].recordings:
            kept = recording.take([i for i in range(len(recording)) if i != number])
            number -= len(recording)
            recordings += [kept] if len(kept) else []
        return self._with(place, replace(self.classes[place], recordings=tuple(recordings)))

    def without_recording(self, key: int) -> "Examples":
        """Return these without a recording."""
        classes = (replace(one, recordings=tuple(r for r in one.recordings if r.key != key)) for one in self.classes)
        return replace(self, classes=tuple(classes))

    def ready(self) -> "Examples":
        """Return the classes that have examples, which can be taught.

        Raises:
            TeachError: There are fewer than two.
        """
        if len(self.filled.classes) < FEWEST_CLASSES:
            raise TeachError("Add examples to at least two classes first.", is_hint=True)
        return self.filled

    def _with(self, place: int, new: ExampleClass) -> "Examples":
        return replace(self, classes=(*self.classes[:place], new, *self.classes[place + 1 :]))

    def _checked(self, name: str) -> str:
        name = class_name(name)
        if name.casefold() in {known.casefold() for known in self.class_names}:
            raise TeachError(f"There is already a class “{name}”. Choose another name.", is_hint=True)
        return name


def class_name(text: str) -> str:
    """Return a typed class name without needless blanks.

    Raises:
        TeachError: It is empty or too long, or has other signs than letters, digits, blanks, hyphens and underscores.
    """
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_CLASS_NAME or not name.translate({ord(sign): None for sign in " -_'"}).isalnum():
        raise TeachError(
            f"“{name[:LONGEST_CLASS_NAME]}” is not a valid class name. Use up to {LONGEST_CLASS_NAME} letters, "
            "digits, blanks "
            "and hyphens.",
            is_hint=True,
        )
    return name
