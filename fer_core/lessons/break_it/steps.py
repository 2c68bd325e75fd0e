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
        "Every step is a hundred times as long. What does the network learn?",
        ("Nothing", "Something, but clearly less", "About as much, sooner"),
        outcomes.learns,
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
        outcomes.epoch_time,
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
)
"""In the order in which they are offered."""
