"""The experiments of Break it, in the order in which they are offered; the first ones need no training."""

from fer_core.lessons.break_it import reasons
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.reasons import Reason
from fer_core.lessons.break_it.results import SideResult, compared


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
_SCALING_EFFECT = "fewer right answers, given with as much confidence as before"

EXPERIMENTS = (
    Experiment(
        "scaling",
        "Forget the scaling",
        "Scaled to 0–1",
        "Not scaled: 0–255",
        "The network learned from gray values between 0 and 1. Now it gets the bytes from 0 to 255. What happens?",
        _SCALING_CHOICES,
        _fewer_and_surer,
        2,
        _SCALING_EFFECT,
        (
            Reason("All sums inside are 255 times larger than anything the network has seen."),
            Reason(
                "ReLU keeps much of their order, so {changed.accuracy:.0%} of the answers are still right.",
                reasons.keeps_half,
            ),
            Reason(
                "Few answers survive: {changed.accuracy:.0%} are right instead of {usual.accuracy:.0%}.",
                reasons.loses_half,
            ),
            Reason(
                "Softmax turns large scores into certainty: the mean confidence is {changed.confidence:.0%}, "
                "wrong answers included.",
                reasons.is_sure,
            ),
            Reason(
                "The mistake is common because nothing crashes. In this app scaling is a layer of the saved network, "
                "so it cannot be forgotten."
            ),
        ),
        mistake="no scaling",
    ),
    Experiment(
        "twice",
        "Scale twice",
        "Scaled once",
        "Scaled twice",
        "Somebody divides the gray values by 255, and the network’s first layer divides them again. What happens?",
        _SCALING_CHOICES,
        _fewer_and_surer,
        2,
        _SCALING_EFFECT,
        (
            Reason("Divided twice, every face is nearly black."),
            Reason(
                "All faces look alike to the network: {changed.concentration:.0%} of them get the same answer, which "
                "depends on its biases.",
                reasons.one_answer,
            ),
            Reason(
                "Softmax has no answer for “I see nothing”, yet the mean confidence falls to {changed.confidence:.0%}: "
                "here a low confidence gives the mistake away.",
                reasons.is_less_sure,
            ),
            Reason(
                "A network has no answer for “I see nothing”: it is {changed.confidence:.0%} sure on average.",
                lambda usual, changed: not reasons.is_less_sure(usual, changed),
            ),
        ),
        mistake="scaled twice",
    ),
    Experiment(
        "order",
        "Swap the label order",
        "The network’s own order",
        "Another list’s order",
        "The network’s outputs are read in the order of another list of the same classes. How often is it right now?",
        ("As often as before", "About half as often", "Hardly ever"),
        _order,
        2,
        "hardly any right answer",
        (
            Reason("The network is as good as before; only the names on its outputs are wrong."),
            Reason(
                "The matrix shows it: in {changed.misplaced_rows} of {changed.filled_rows} rows the largest cell lies "
                "off the diagonal.",
                reasons.mostly_misplaced,
            ),
            Reason("The other classes have the same place in both lists.", reasons.partly_in_place),
            Reason(
                "An accuracy below that of guessing points to such a mistake: a network that knows nothing would be "
                "right more often.",
                reasons.below_guessing,
            ),
            Reason("In this app the class names travel with the weights."),
        ),
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
        0,
        "a network that learns nothing but which class is common",
        (
            Reason("Between a face and a shuffled label there is nothing to find."),
            Reason(
                "All that can be learned is how often each label comes: its accuracy, {changed.accuracy:.0%}, is close "
                "to that of always naming the most common class, {changed.commonest:.0%}.",
                reasons.learned_nothing,
            ),
            Reason(
                "On its training faces it reaches {changed.last_epoch.accuracy:.0%} all the same: it memorizes wrong "
                "labels.",
                reasons.memorizes,
            ),
            Reason(
                "Given enough epochs, a network memorizes any labels (Zhang et al., 2017). Only faces kept apart tell "
                "whether it learned anything."
            ),
        ),
        change={"shuffle_labels": True},
    ),
    Experiment(
        "overfitting",
        "Train on 200 faces",
        "2,500 faces",
        "200 faces",
        "One network learns from 2,500 faces, the other sees only 200, six times as often. What do the curves of the "
        "small set do?",
        ("Training runs further ahead of validation", "The curves lie as far apart", "They lie closer together"),
        _overfits,
        0,
        "two curves that part",
        (
            Reason(
                "With 200 faces the network is right on {changed.last_epoch.accuracy:.0%} of its training faces and on "
                "{changed.last_epoch.val_accuracy:.0%} of the others: it overfits.",
                reasons.memorizes,
            ),
            Reason("More faces keep the two curves together.", reasons.opens_a_gap),
            Reason(
                "Early stopping would keep epoch {changed.best_epoch.epoch}: {changed.best_epoch.val_accuracy:.0%} on "
                "validation instead of {changed.last_epoch.val_accuracy:.0%}.",
                reasons.stopped_early_is_better,
            ),
            Reason("Its validation loss rises again: wrong answers become more confident.", reasons.loss_rises),
        ),
        settings={"epochs": 10, "dense_dropout": 0.0},
        change={"epochs": 60},
        changed_faces=200,
    ),
    Experiment(
        "augmentation",
        "No augmentation",
        "With augmentation",
        "Without augmentation",
        "The network sees 400 faces 20 times: always the same pictures, or turned, moved and mirrored a little each "
        "time. What happens without these changes?",
        (
            "Training runs further ahead of validation",
            "Training and validation lie as far apart as with changes",
            "Training and validation lie closer together",
        ),
        _overfits,
        0,
        "a training curve further ahead of validation",
        (
            Reason(
                "Without changes it is right on {changed.last_epoch.accuracy:.0%} of its training faces and on "
                "{changed.last_epoch.val_accuracy:.0%} of the others: it memorizes 400 pictures.",
                reasons.memorizes,
            ),
            Reason(
                "Changed anew in every epoch, faces cannot be memorized, so training stays nearer to validation.",
                reasons.opens_a_gap,
            ),
            Reason(
                "In a run this short the changes do not pay on validation yet; in long ones they do.",
                reasons.is_as_good,
            ),
        ),
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
        0,
        "a network that learns nothing",
        (
            Reason("A gradient tells the way down only close by: steps this long jump across the valley."),
            Reason("Here the loss became no number (NaN), and the run ended.", reasons.broke_down),
            Reason(
                "The first steps threw the weights so far out that {changed.concentration:.0%} of the faces get the "
                "same answer. Where ReLU gives zeros, there is no gradient to come back by.",
                lambda usual, changed: reasons.one_answer(usual, changed) and reasons.learned_nothing(usual, changed),
            ),
        ),
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
        0,
        "a longer epoch",
        (
            Reason("The same faces take 32 times as many steps."),
            Reason(
                "A processor that could work on many faces at once waits for the next one: an epoch takes "
                "{changed.epoch_seconds:.1f} s instead of {usual.epoch_seconds:.1f} s.",
                reasons.is_slower,
            ),
            Reason("Each step follows one face’s gradient, so the validation curve jumps.", reasons.jumps_more),
            Reason(
                "It learned less in the same number of epochs: single faces pull the weights to and fro.",
                reasons.is_worse,
            ),
        ),
        settings={"epochs": 6, "dense_dropout": 0.0},
        change={"batch_size": 1},
        faces=500,
    ),
    Experiment(
        "balance",
        "Balanced sampling",
        "As often as they come",
        "All classes equally often",
        "Rare classes are shown as often as common ones. How often are faces of rare classes recognized now?",
        ("More often", "About as often", "Less often"),
        _rare,
        0,
        "rare classes that are recognized more often",
        (
            Reason(
                "Shown as they come, a network gains most by getting the common classes right; shown equally often, "
                "rare ones count as much."
            ),
            Reason(
                "The mean recall of rare classes rises from {usual.rare_recall:.0%} to {changed.rare_recall:.0%}.",
                reasons.finds_rare,
            ),
            Reason(
                "Common classes pay for it: the accuracy falls from {usual.accuracy:.0%} to {changed.accuracy:.0%}.",
                reasons.is_worse,
            ),
            Reason("The few rare faces come again and again, so they are soon memorized.", reasons.memorizes),
            Reason("Which is better depends on what a mistake costs."),
        ),
        change={"balancing": "sampling"},
        is_about_classes=True,
    ),
    Experiment(
        "votes",
        "Votes instead of labels",
        "One label: the majority",
        "All ten votes",
        "One network learns the majority’s label of each face, the other how the ten votes were spread. Judged by the "
        "majority, how good is the one that learned the votes?",
        ("Worse", "About the same", "Better"),
        _accuracy,
        1,
        "about the same accuracy after a minute",
        (
            Reason("The votes tell more: a face that is half sad and half neutral is what people see, not noise."),
            Reason(
                "Over long runs this helps by a point or two (Barsoum et al., 2016), too little to show in a minute.",
                lambda usual, changed: compared(usual.accuracy, changed.accuracy) == 1,
            ),
            Reason("It also teaches a network to be unsure where people are: compare the loss, not only the accuracy."),
        ),
        change={"scheme": "distribution-7"},
    ),
)
"""All of them, in the order in which they are offered; the first ones need no training."""


def find_experiment(name: str) -> Experiment:
    """An experiment by its name; an unknown name gives the first."""
    return next((experiment for experiment in EXPERIMENTS if experiment.name == name), EXPERIMENTS[0])
