"""What a session has taught so far: its examples with what undoes the last changes, and the heads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.features import Features
from fer_core.errors import FerError
from fer_core.lessons.teach.examples import Examples, Recording
from fer_core.lessons.teach.head import Head, HeadKind
from fer_core.lessons.teach.recorder import Recorder
from fer_core.lessons.teach.teaching import FeatureStore, Taught
from pages.shared import cached

TARGET = "teach_class"
"""Key of the name of the class that gets examples."""

_LESSON = "teach lesson"
_MOST_UNDONE = 20


class Take(NamedTuple):
    """A recording under way: the name of its class, and what collects its faces."""

    class_name: str
    recorder: Recorder


@dataclass
class Lesson:
    """The state of a session's lesson.

    Attributes:
        before: The examples before each of the last changes.
        taught: What was taught last.
        loaded: A classmate's head, and what its file is called.
        fault: Why the last change was refused, until it is shown.
        take: What is being recorded.
    """

    examples: Examples = field(default_factory=Examples)
    before: list[Examples] = field(default_factory=list)
    taught: Taught | None = None
    loaded: tuple[str, Head] | None = None
    fault: FerError | None = None
    take: Take | None = None
    stores: dict[tuple[str, str], FeatureStore] = field(default_factory=dict)

    def change(self, make: Callable[[], Examples]) -> None:
        """Take other examples, unless they are refused; the fault is kept for the page."""
        try:
            new = make()
        except FerError as error:
            self.fault = error
            return
        self.before = [*self.before, self.examples][-_MOST_UNDONE:]
        self.examples = new

    def add(self, place: int, recording: Recording) -> None:
        """Add a recording to the class at a place."""
        self.change(partial(self.examples.added, place, recording))

    def finish_take(self) -> None:
        """Add what was recorded, if anything was, to its class, if that is still there."""
        if self.take is None:
            return
        (name, recorder), self.take = self.take, None
        recording = recorder.recording()
        if recording is not None and name in self.examples.class_names:
            self.add(self.examples.class_names.index(name), recording)

    def undo(self) -> None:
        """Take back the last change."""
        if self.before:
            self.examples = self.before.pop()

    def store(self, checkpoint: Checkpoint) -> FeatureStore:
        """The features of a checkpoint's network for this session's examples.

        Raises:
            CheckpointError: The checkpoint's file is missing or damaged.
        """
        version = checkpoint.name, cached.version_of(checkpoint)
        if version not in self.stores:
            self.stores = {version: FeatureStore(checkpoint, network(checkpoint))}
        return self.stores[version]

    def is_current(self, checkpoint: Checkpoint, kind: HeadKind) -> bool:
        """Whether what was taught last is of these examples, this checkpoint and this kind."""
        taught = self.taught
        if taught is None or taught.head.kind != kind or taught.head.base != checkpoint.name:
            return False
        return taught.is_of(self.examples) and taught.head.class_names == self.examples.filled.class_names


@cached.by_content(4, "Opening the network …")
def network(checkpoint: Checkpoint) -> Features:
    """A checkpoint's network up to its last layer, for examples and photos.

    Raises:
        CheckpointError: The checkpoint's file is missing or damaged.
    """
    return Features(checkpoint)


def lesson() -> Lesson:
    """This session's lesson."""
    state: Lesson = st.session_state.setdefault(_LESSON, Lesson())
    return state
