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
        ("Only which class is common", "Something, but clearly less", "About as much"),
        outcomes.learns,
        0,
        "a network that learns only which class is common",
        (
            Reason("Shuffled labels have no relation to the faces."),
            Reason(
                "Only the frequency of each label can be learned: the accuracy, {changed.accuracy:.1%}, is close to "
                "that of always predicting the most common class, {changed.commonest:.1%}.",
                reasons.learned_nothing,
            ),
            Reason(
                "Yet it reaches {changed.last_epoch.accuracy:.1%} on its training faces: it memorizes wrong labels.",
                reasons.memorizes,
            ),
            Reason(
                "Given enough epochs, a network memorizes any labels (Zhang et al., 2017). Only held-out faces show "
                "whether it learned anything."
            ),
        ),
        change={"shuffle_labels": True},
    ),
    Experiment(
        "balance",
        "Balanced sampling",
        "Original frequencies",
        "Balanced classes",
        "Rare classes are shown as often as common ones. How far is their recall behind that of common classes now?",
        ("Less far behind", "As far behind", "Further behind"),
        outcomes.rare_classes,
        0,
        "rare classes that catch up with common ones",
        (
            Reason(
                "With the original frequencies, common classes dominate the loss; with balanced ones, rare classes "
                "count as much."
            ),
            Reason(
                "Common classes lead by {changed.common_lead:.1%} in recall instead of {usual.common_lead:.1%}.",
                reasons.catches_up,
            ),
            Reason(
                "Common classes led by {usual.common_lead:.1%} in recall; now rare ones are recognized as often.",
                reasons.overtakes,
            ),
            Reason(
                "The mean recall of rare classes rises from {usual.rare_recall:.1%} to {changed.rare_recall:.1%}.",
                reasons.finds_rare,
            ),
            Reason(
                "Common classes suffer: the accuracy falls from {usual.accuracy:.1%} to {changed.accuracy:.1%}.",
                reasons.is_worse,
            ),
            Reason("The few rare faces are shown again and again, so they are soon memorized.", reasons.memorizes),
            Reason("Which is better depends on what a mistake costs."),
        ),
        settings={"epochs": 10, "dense_dropout": 0.0},  # with more, even rare classes are learned on both sides
        change={"balancing": "sampling"},
        faces=500,
        is_about_classes=True,
    ),
    Experiment(
        "votes",
        "Votes instead of labels",
        "One label: the majority",
        "All ten votes",
        "One network learns the majority label of each face, the other the distribution of its ten votes. How good is "
        "the second one on majority labels?",
        ("Worse", "About the same", "Better"),
        outcomes.accuracy,
        1,
        "about the same accuracy after a minute",
        (
            Reason("Votes carry more information: half sad and half neutral is what people see, not noise."),
            Reason(
                "In long runs this adds a point or two (Barsoum et al., 2016), too little to show in a minute.",
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
            "About as good for all",
            "Worse, but clearly for no group",
        ),
        outcomes.groups,
        0,
        "many more mistakes on people it has never seen",
        (
            *(
                Reason(
                    f"{who}: {{changed.shares[{name}]:.1%}} instead of {{usual.shares[{name}]:.1%}} right.",
                    reasons.is_harmed(name),
                )
                for name, who in _GROUPS.items()
            ),
            Reason("On people of its own kind it is as good as the other.", reasons.spares(PLAIN)),
            Reason(
                "Its validation faces are of that kind too, so they hide the damage: {changed.validation.accuracy:.1%} "
                "right.",
                reasons.is_hidden,
            ),
            Reason(
                "Dark skin alone matters little here: the exposure of these pictures compensates for it.",
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
