"""Experiments with the steps of training: how long they are, and on how many faces each looks."""

from fer_core.lessons.break_it import outcomes, reasons
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.reasons import Reason

STEPS = (
    Experiment(
        "rate",
        "Learning rate × 100",
        "0.001",
        "0.1",
        "Every step is a hundred times larger. What does the network learn?",
        ("Nothing", "Something, but clearly less", "About as much, sooner"),
        outcomes.learns,
        0,
        "a network that learns nothing",
        (
            Reason("A gradient points downhill only locally: steps this large jump across the valley."),
            Reason("The loss became NaN (not a number), and the run ended.", reasons.broke_down),
            Reason(
                "The first steps changed the weights so much that {changed.concentration:.1%} of the faces get the "
                "same answer. Where ReLU outputs zeros, no gradient leads back.",
                lambda usual, changed: reasons.one_answer(usual, changed) and reasons.learned_nothing(usual, changed),
            ),
        ),
        change={"learning_rate": 0.1},
    ),
    Experiment(
        "one",
        "Batch size 1",
        "32 faces per step",
        "One face per step",
        "The weights are updated after every face instead of every 32. How long does an epoch take?",
        ("Longer", "About as long", "Shorter"),
        outcomes.epoch_time,
        0,
        "a longer epoch",
        (
            Reason("The same faces take 32 times as many steps."),
            Reason(
                "The processor could compute many faces at once but gets one at a time: an epoch takes "
                "{changed.epoch_seconds:.1f} s instead of {usual.epoch_seconds:.1f} s.",
                reasons.is_slower,
            ),
            Reason("Each step follows one face’s gradient, so the validation curve jumps.", reasons.jumps_more),
            Reason(
                "It learned less in the same number of epochs: single faces pull the weights back and forth.",
                reasons.is_worse,
            ),
        ),
        settings={"epochs": 6, "dense_dropout": 0.0},
        change={"batch_size": 1},
        faces=500,
    ),
)
"""In the order in which they are offered."""
