"""The experiments: what each changes, what it asks, and why it comes out as it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fer_core.labels import DEFAULT_SCHEME
from fer_core.lessons.break_it.results import Mistake, SideResult, compared
from fer_core.storage.plaintext import setting_text
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
        settings: Settings of both sides, on top of those of a quick run.
        change: What the changed side has different.
        faces: About how many training faces are used.
        mistake: For experiments that train nothing: what is done wrong when a trained network is asked.
    """

    name: str
    title: str
    usual: str
    changed: str
    question: str
    choices: tuple[str, ...]
    happened: Callable[[SideResult, SideResult], int]
    why: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    change: Mapping[str, Any] = field(default_factory=dict)
    faces: int = 2500
    mistake: Mistake = ""

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
        share = min(1.0, max(0.01, round(self.faces / max(training_faces, 1), 3)))
        scheme = DEFAULT_SCHEME if has_votes else "fer2013"
        usual = {**QUICK_RUN, "scheme": scheme, **self.settings, "dataset": dataset, "share": share, "seed": seed}
        return TrainingConfig.from_dict(usual), TrainingConfig.from_dict(usual | dict(self.change))

    @property
    def needs_votes(self) -> bool:
        """Whether it makes sense only on faces with the ten votes."""
        return "scheme" in self.change

    def differences(self) -> str:
        """What is changed, as settings are written: "learning_rate = 0.1 instead of 0.001"."""
        usual, changed = self.configs("demo", self.faces, has_votes=True)
        theirs, differences = usual.flat(), changed.differences(usual).items()
        return ", ".join(
            f"{name} = {setting_text(value)} instead of {setting_text(theirs[name])}" for name, value in differences
        )


def _sinks(usual: SideResult, changed: SideResult) -> int:
    """0 nothing is learned, 1 less, 2 about as much."""
    if changed.learned_nothing:
        return 0
    return 1 if compared(usual.accuracy, changed.accuracy) == 0 else 2


def _fewer_and_surer(usual: SideResult, changed: SideResult) -> int:
    """0 as often right and as sure, 1 less often right and less sure, 2 less often right and as sure or surer."""
    if compared(usual.accuracy, changed.accuracy, margin=0.02) != 0:
        return 0
    return 1 if changed.confidence < usual.confidence - 0.02 else 2


def _order(usual: SideResult, changed: SideResult) -> int:
    """0 as often right, 1 about half as often, 2 hardly ever."""
    part = changed.accuracy / max(usual.accuracy, 1e-6)
    return 0 if part > 0.8 else 1 if part > 0.4 else 2


def _overfits(usual: SideResult, changed: SideResult) -> int:
    """0 the gap is larger without augmentation, 1 about the same, 2 smaller."""
    return 2 - compared(usual.gap, changed.gap)


def _slower(usual: SideResult, changed: SideResult) -> int:
    """0 an epoch takes longer, 1 about as long, 2 less long; a quarter is a difference."""
    ratio = changed.epoch_seconds / max(usual.epoch_seconds, 1e-6)
    return 0 if ratio > 1.25 else 1 if ratio > 0.8 else 2


def _rare(usual: SideResult, changed: SideResult) -> int:
    """0 rare classes are found more often, 1 about as often, 2 less often."""
    return 2 - compared(usual.rare_recall, changed.rare_recall)


def _accuracy(usual: SideResult, changed: SideResult) -> int:
    """0 worse, 1 about the same, 2 better."""
    return compared(usual.accuracy, changed.accuracy)


_SCALING_CHOICES = (
    "Nothing: it is right as often as before",
    "It is right less often, and less sure of its answers",
    "It is right less often, but as sure as before or surer",
)

EXPERIMENTS = (
    Experiment(
        "scaling",
        "Forget the scaling",
        "Scaled to 0 to 1",
        "Not scaled: 0 to 255",
        "The network learned from greys between 0 and 1. Now it is given the bytes from 0 to 255 as they are. "
        "What happens?",
        _SCALING_CHOICES,
        _fewer_and_surer,
        "All sums inside became 255 times larger than anything the network has seen. With ReLU their order partly "
        "survives, so many answers stay right; but softmax turns large scores into certainty: nearly every answer is "
        "given with 100 %, the wrong ones too. This mistake is so common because nothing crashes. In this app scaling "
        "is a layer of the saved network, so it cannot be forgotten.",
        mistake="no scaling",
    ),
    Experiment(
        "twice",
        "Scale twice",
        "Scaled once",
        "Scaled twice",
        "Somebody divides the greys by 255, and the network, whose first layer does the same, divides them again. "
        "What happens?",
        _SCALING_CHOICES,
        _fewer_and_surer,
        "Divided twice, every face is practically black: all look the same, so all get the same answer, which "
        "depends on the biases only. A network has no answer for “I see nothing”: softmax must hand out 100 % in any "
        "case, so it may well be sure.",
        mistake="scaled twice",
    ),
    Experiment(
        "order",
        "Swap the label order",
        "The network's own order",
        "Another list's order",
        "The network's outputs are read in the order of another list of the same seven emotions. How often is it "
        "right now?",
        ("As often as before", "About half as often", "Hardly ever"),
        _order,
        "The network is as good as before; only the names on its outputs are wrong. Its matrix shows it at once: the "
        "strong cells are all there, but off the diagonal. An accuracy far below that of guessing always means a "
        "mistake of this kind, for a network that knows nothing would be right more often. Here class names travel "
        "with the weights.",
        mistake="label order",
    ),
    Experiment(
        "shuffled",
        "Shuffle the labels",
        "True labels",
        "Shuffled labels",
        "Each training face gets the label of another one. What does the network learn?",
        ("Nothing but which class is common", "Something, but clearly less", "About as much"),
        _sinks,
        "Between a face and a shuffled label there is nothing to find. What is left is how often each label comes, so "
        "the best it can do is to lean towards the commonest class, whatever the face. Given many more epochs it would "
        "learn the wrong labels by heart, and training accuracy would rise while validation stays where it is "
        "(Zhang and others, 2017). Therefore only faces it did not learn from can tell whether it learned anything.",
        change={"shuffle_labels": True},
    ),
    Experiment(
        "augmentation",
        "No augmentation",
        "Faces changed in each epoch",
        "The same faces in each epoch",
        "The network sees 400 faces 20 times, in one run always the same pictures, in the other turned, moved and "
        "mirrored a little. What happens without these changes?",
        (
            "Training runs further ahead of validation",
            "Training and validation lie as far apart as with changes",
            "Training and validation lie closer together",
        ),
        _overfits,
        "A network with hundreds of thousands of weights can learn 400 pictures by heart; then it is nearly always "
        "right on them and no better on others: it overfits. Changed anew in every epoch, faces cannot be learned by "
        "heart, so the training curve stays nearer to what the network really knows. In a run this short it need not "
        "be better on validation yet: augmentation pays in long ones.",
        settings={
            "epochs": 20,
            "dense_dropout": 0.0,
            "augmentation": {"flip": True, "rotation": 15.0, "shift": 0.08, "scale": 0.1},
        },
        change={"augmentation": {}},
        faces=400,
    ),
    Experiment(
        "rate",
        "A hundred times the learning rate",
        "0.001",
        "0.1",
        "Every step is a hundred times as long. What does the network learn?",
        ("Nothing", "Something, but clearly less", "About as much, sooner"),
        _sinks,
        "A slope tells the way down only close by. Steps this long jump across the valley and land higher up on the "
        "other side; the first few throw the weights so far out that ReLU gives zeros everywhere, and where the output "
        "is zero there is no slope to come back by. What remains is one answer for all faces, or a loss that is no "
        "number any more.",
        change={"learning_rate": 0.1},
    ),
    Experiment(
        "one",
        "A batch of one",
        "32 faces a step",
        "One face a step",
        "The weights move after every single face instead of after 32. How long does an epoch take?",
        ("Longer", "About as long", "Less long"),
        _slower,
        "The same faces are looked at, but one after the other: 32 times as many steps, and a processor that could "
        "work on many faces at once waits for the next one. Each step also follows one face's opinion, so the curves "
        "jump. Larger batches are quicker and smoother, up to where they no longer fit or take too few steps.",
        settings={"epochs": 4, "dense_dropout": 0.0},
        change={"batch_size": 1},
        faces=500,
    ),
    Experiment(
        "balance",
        "Balanced sampling",
        "As often as they come",
        "All classes equally often",
        "Rare classes are shown as often as common ones. How often are faces of rare classes recognised now?",
        ("More often", "About as often", "Less often"),
        _rare,
        "Shown as they come, a network earns most by getting the common classes right. Shown equally often, rare ones "
        "count as much: they are called more often, mostly at the expense of common ones, so the accuracy over all "
        "faces may fall. And the few rare faces come again and again, so they are soon known by heart. Which is "
        "better depends on what a mistake costs.",
        change={"balancing": "sampling"},
    ),
    Experiment(
        "votes",
        "Votes instead of labels",
        "One label: the majority",
        "All ten votes",
        "One network learns the majority's label of each face, the other how the ten votes were spread. Judged by the "
        "majority, how good is the one that learned the votes?",
        ("Worse", "About the same", "Better"),
        _accuracy,
        "The votes tell more: that a face is half sad and half neutral is no noise but what people see. Over long "
        "runs this helps by a point or two (Barsoum and others, 2016), too little for a run of a minute to show "
        "surely. It also makes a network less sure where people are: compare the loss, not only the accuracy.",
        change={"scheme": "distribution-7"},
    ),
)
"""All of them, in the order in which they are offered; the first ones need no training."""


def find_experiment(name: str) -> Experiment:
    """An experiment by its name; an unknown name gives the first."""
    return next((experiment for experiment in EXPERIMENTS if experiment.name == name), EXPERIMENTS[0])
