"""Experiments with what a network learns from: which faces, how often, and what they are called."""

from fer_core.datasets.groups import PLAIN
from fer_core.lessons.break_it import outcomes, reasons
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.reasons import Reason
from fer_core.lessons.break_it.results import compared

_GROUPS = {
    "glasses": "With glasses",
    "beard": "With a beard",
    "dark skin": "With dark skin",
    "all three": "With all three",
}

TRAINING_FACES = (
    Experiment(
        "shuffled",
        "Shuffle the labels",
        "True labels",
        "Shuffled labels",
        "Each training face gets the label of another one. What does the network learn?",
        ("Nothing but which class is common", "Something, but clearly less", "About as much"),
        outcomes.learns,
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
        "balance",
        "Balanced sampling",
        "As often as they come",
        "All classes equally often",
        "Rare classes are shown as often as common ones. How often are faces of rare classes recognized now?",
        ("More often", "About as often", "Less often"),
        outcomes.rare_classes,
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
        outcomes.accuracy,
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
    Experiment(
        "bias",
        "Leave people out",
        "All kinds of people",
        "One kind of people",
        "One network learns from all kinds of people, the other from as many faces of light-skinned people without "
        "glasses and beards. How good is the second one?",
        (
            "Clearly worse for some of those left out",
            "About as good for everybody",
            "Worse, but for no group clearly",
        ),
        outcomes.groups,
        0,
        "many more mistakes on people it has never seen",
        (
            *(
                Reason(
                    f"{who}: {{changed.shares[{name}]:.0%}} instead of {{usual.shares[{name}]:.0%}} right.",
                    reasons.is_harmed(name),
                )
                for name, who in _GROUPS.items()
            ),
            Reason("On people of its own kind it is as good as the other.", reasons.spares(PLAIN)),
            Reason(
                "Its validation faces are of that kind too, so they hide the damage: {changed.validation.accuracy:.0%} "
                "right.",
                reasons.is_hidden,
            ),
            Reason(
                "Dark skin alone matters little: exposure evens out these pictures.",
                reasons.spares("dark skin"),
            ),
            Reason("So test every group. The people here are drawn, each of them once for every group."),
        ),
        settings={"epochs": 8},
        change={"biased_sample": True, "share": 1.0},
        faces=1400,
        exam="people",
    ),
)
"""In the order in which they are offered."""
