"""The experiments: what each changes, what it asks, and what it is known to show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fer_core.labels import DEFAULT_SCHEME
from fer_core.lessons.break_it.reasons import Reason
from fer_core.lessons.break_it.results import Mistake, SideResult
from fer_core.storage.plaintext import setting_text
from fer_core.training.runs.record import Exam
from fer_core.training.settings.config import TrainingConfig

QUICK_RUN: dict[str, Any] = {
    "width": 16,
    "learning_rate": 1e-3,
    "batch_size": 32,
    "epochs": 6,
    "dropout": 0.0,  # with the paper's, a network has learned nothing of real faces after a minute
    "dense_dropout": 0.2,
    "priority": "normal",
}
"""Settings of every run, on top of the defaults."""


@dataclass(frozen=True)
class Experiment:
    """One thing that is changed, a question before and an explanation after.

    Attributes:
        name: Its identifier, in addresses and in the names of runs.
        usual: What the usual side is called.
        changed: What the changed side is called.
        happened: Which of the choices came true, from the results of the usual and the changed side.
        known: Which of the choices the experiment is known for.
        effect: That outcome as a noun phrase, for the sentence that says it did not come.
        why: The sentences of the explanation; those whose conditions hold are said.
        settings: Settings of both sides, on top of those of a quick run.
        change: What the changed side has different.
        faces: About how many training faces are used.
        changed_faces: How many the changed side uses; 0 as many.
        is_about_classes: Whether the confusion matrix shows it, rather than the curves.
        exam: What else both networks are asked at their end.
        mistake: For experiments that train nothing: what is done wrong when a trained network is asked.
    """

    name: str
    title: str
    usual: str
    changed: str
    question: str
    choices: tuple[str, ...]
    happened: Callable[[SideResult, SideResult], int]
    known: int
    effect: str
    why: tuple[Reason, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    change: Mapping[str, Any] = field(default_factory=dict)
    faces: int = 2500
    changed_faces: int = 0
    exam: Exam = ""
    mistake: Mistake = ""
    is_about_classes: bool = False

    @property
    def trains(self) -> bool:
        """Whether two runs are needed; otherwise a trained network is measured at once."""
        return not self.mistake

    def configs(
        self, dataset: str, training_faces: int, *, has_votes: bool, seed: int = 0
    ) -> tuple[TrainingConfig, TrainingConfig]:
        """The settings of the usual and of the changed run, of a part of the training faces where these are many.

        Without the ten votes FER2013's own labels are learned.

        Raises:
            TrainingError: The settings do not go with this dataset.
        """
        share = _share(self.faces, training_faces)
        change = dict(self.change)
        if self.changed_faces:
            change["share"] = _share(self.changed_faces, training_faces)
        scheme = DEFAULT_SCHEME if has_votes else "fer2013"
        usual = {**QUICK_RUN, "scheme": scheme, **self.settings, "dataset": dataset, "share": share, "seed": seed}
        return TrainingConfig.from_dict(usual), TrainingConfig.from_dict(usual | change)

    @property
    def needs_votes(self) -> bool:
        """Whether it makes sense only on faces with the ten votes."""
        return "scheme" in self.change

    @property
    def needs_drawn_people(self) -> bool:
        """Whether it must be known who the faces show."""
        return "biased_sample" in self.change

    def differences(self) -> str:
        """What is changed, as settings are written: "learning_rate = 0.1 instead of 0.001"."""
        usual, changed = self.configs("demo", self.faces, has_votes=True)
        theirs, mine = usual.flat(), changed.differences(usual)
        mine.pop("share", None)  # said as a number of faces, where this is what differs
        if self.changed_faces:
            theirs, mine = theirs | {"faces": self.faces}, mine | {"faces": self.changed_faces}
        return ", ".join(
            f"{name} = {setting_text(value)} instead of {setting_text(theirs[name])}" for name, value in mine.items()
        )

    def explain(self, usual: SideResult, changed: SideResult) -> tuple[str, ...]:
        """Return what can truly be said of the results, first that they do not show the known effect if so."""
        sentences = [reason.said(usual, changed) for reason in self.why if reason.holds(usual, changed)]
        if self.happened(usual, changed) != self.known:
            again = " Try another seed." if self.trains else ""
            sentences.insert(0, f"The usual effect did not appear: {self.effect}.{again}")
        return tuple(sentences)


def _share(faces: int, training_faces: int) -> float:
    return min(1.0, max(0.01, round(faces / max(training_faces, 1), 3)))
