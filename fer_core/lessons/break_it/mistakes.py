"""Experiments without training: a trained network is used incorrectly."""

from fer_core.lessons.break_it import outcomes, reasons
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.reasons import Reason

MISTAKES = (
    Experiment(
        "scaling",
        "Forget the scaling",
        "Scaled to 0–1",
        "Not scaled: 0–255",
        "The network learned from gray values between 0 and 1. Now it gets the bytes from 0 to 255. How confident is "
        "it where it is wrong?",
        ("Less confident than before", "As confident as before", "More confident than before"),
        outcomes.wrong_confidence,
        2,
        "wrong answers given with more confidence",
        (
            Reason("All sums inside are 255 times larger than anything the network has seen."),
            Reason(
                "ReLU keeps their order, so the network is right about as often: {changed.accuracy:.1%}.",
                reasons.is_as_good,
            ),
            Reason(
                "ReLU keeps much of their order, so {changed.accuracy:.1%} of the answers are still right.",
                reasons.keeps_half,
            ),
            Reason(
                "The accuracy falls from {usual.accuracy:.1%} to {changed.accuracy:.1%}.",
                reasons.loses_half,
            ),
            Reason(
                "Softmax turns large scores into high confidence: the mean confidence of wrong answers is "
                "{changed.wrong_confidence:.1%} instead of {usual.wrong_confidence:.1%}.",
                reasons.is_surer_when_wrong,
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
        "The gray values are divided by 255, and the network’s first layer divides them again. What happens?",
        (
            "Nothing: its accuracy stays the same",
            "Its accuracy falls, with various answers",
            "It gives nearly every face the same answer",
        ),
        outcomes.one_answer,
        2,
        "one answer for nearly every face",
        (
            Reason("Divided twice, every face is nearly black."),
            Reason(
                "All faces look alike to the network: {changed.concentration:.1%} of them get the same answer, which "
                "depends on its biases.",
                reasons.one_answer,
            ),
            Reason(
                "Softmax has no answer for “I see nothing”, yet the mean confidence falls to {changed.confidence:.1%}: "
                "here low confidence reveals the mistake.",
                reasons.is_less_sure,
            ),
            Reason(
                "A network has no answer for “I see nothing”: its mean confidence is {changed.confidence:.1%}.",
                lambda usual, changed: not reasons.is_less_sure(usual, changed),
            ),
        ),
        mistake="scaled twice",
    ),
    Experiment(
        "order",
        "Swap the label order",
        "The network’s order",
        "Another list’s order",
        "The network’s outputs are read in the order of another list of the same classes. How often is it right now?",
        ("As often as before", "About half as often", "Hardly ever"),
        outcomes.order,
        2,
        "hardly any right answer",
        (
            Reason("The network is unchanged; only the names of its outputs are wrong."),
            Reason(
                "The matrix shows it: in {changed.misplaced_rows} of {changed.filled_rows} rows the largest cell lies "
                "off the diagonal.",
                reasons.mostly_misplaced,
            ),
            Reason("The other classes have the same position in both lists.", reasons.partly_in_place),
            Reason(
                "An accuracy below chance points to such a mistake: a network that knows nothing would be right more "
                "often.",
                reasons.below_guessing,
            ),
            Reason("In this app the class names travel with the weights."),
        ),
        mistake="label order",
    ),
)
"""In the order in which they are offered."""
