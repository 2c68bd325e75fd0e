"""Pictures that a page looked at in this session, each once, with the part or the place that its visitor chose."""

import hashlib
from collections.abc import Generator, Hashable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.recognition.photos import Photo, recognize_photos
from pages.shared import cached
from pages.shared.photo_view import PhotoActions, show_photo


@dataclass(frozen=True)
class Source:
    """A picture file to look at: as chosen, or the part to which it was cropped.

    Attributes:
        chosen: The digest of the file as chosen.
        digest: The digest of what is looked at.
    """

    name: str
    content: bytes
    chosen: str
    digest: str

    @property
    def is_cropped(self) -> bool:
        """Whether only a part of the file is looked at."""
        return self.digest != self.chosen


@dataclass(frozen=True, eq=False)
class Answerer:
    """Who answers the faces of pictures.

    Attributes:
        classifier: Its network, open.
        version: What changes whenever it answers differently.
    """

    classifier: Classifier
    version: tuple[Hashable, ...]

    @classmethod
    def of(cls, checkpoint: Checkpoint, prior: PriorAdjustment) -> "Answerer":
        """Return a checkpoint's own answers under a class prior.

        Raises:
            CheckpointError: A file of the checkpoint is missing or damaged.
        """
        version = checkpoint.name, cached.version_of(checkpoint), prior
        return cls(cached.classifier(checkpoint, prior), version)


@dataclass(frozen=True, eq=False)
class SeenPictures:
    """What a page saw in pictures; in place, because buttons hold on to what they change.

    Attributes:
        results: The faces by name, digest, what to classify anyway, and who answers.
        anyway: What to classify where no face is found, by the digest of what is looked at.
        crops: The parts in which to look, by the digest of the file.
    """

    results: dict[tuple[object, ...], Photo] = field(default_factory=dict)
    anyway: dict[str, int] = field(default_factory=dict)
    crops: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of_session(cls, key: str) -> "SeenPictures":
        """Return what this session keeps under a key."""
        kept: SeenPictures = st.session_state.setdefault(key, cls())
        return kept

    def source(self, name: str, content: bytes) -> Source:
        """Return what to look at of a file: all of it, or the part that was chosen."""
        chosen = hashlib.sha256(content).hexdigest()
        part = self.crops.get(chosen)
        return Source(name, part or content, chosen, hashlib.sha256(part).hexdigest() if part else chosen)

    def recognized(self, sources: Sequence[Source], answerer: Answerer) -> Generator[Photo]:
        """Find the faces in each picture; those seen before are not looked at again.

        Raises:
            CheckpointError: A file of the detector is missing or damaged.
        """
        anyway = [self.anyway.get(source.digest) for source in sources]
        keys = [(one.name, one.digest, what, *answerer.version) for one, what in zip(sources, anyway, strict=True)]
        new = {
            key: (one.name, one.content, what)
            for key, one, what in zip(keys, sources, anyway, strict=True)
            if key not in self.results
        }
        detector = cached.photo_detector()
        with closing(recognize_photos(list(new.values()), detector, answerer.classifier)) as found:
            for key in keys:
                if key not in self.results:
                    self.results[key] = next(found)
                yield self.results[key]

    def show(self, source: Source, photo: Photo, number: int) -> None:
        """Show a picture with its faces; where none was found, ask what to classify. Numbers count from 1."""
        help_ = partial(self.anyway.__setitem__, source.digest), partial(self.crops.__setitem__, source.chosen)
        show_photo(photo, source.content, number, PhotoActions(*help_))
        if source.is_cropped:
            self.offer_whole(source, "Undo crop", number)

    def offer_whole(self, source: Source, label: str, number: int) -> None:
        """Show a button that takes back what was chosen where no face was found."""
        key = f"undo crop {number}"
        st.button(label, key=key, icon=":material/undo:", type="tertiary", on_click=self._forget, args=(source,))

    def _forget(self, source: Source) -> None:
        self.anyway.pop(source.digest, None)
        self.crops.pop(source.chosen, None)

    def forget_others(self, photos: Sequence[Photo], sources: Sequence[Source]) -> None:
        """Forget pictures that were removed."""
        chosen = {source.chosen for source in sources}
        for key in [key for key, photo in self.results.items() if photo not in photos]:
            del self.results[key]
        for digest in self.crops.keys() - chosen:
            del self.crops[digest]
