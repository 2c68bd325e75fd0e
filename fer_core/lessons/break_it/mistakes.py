"""Experiments that train nothing: a trained network is asked in a wrong way."""

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
                "ReLU keeps their order, so the network is right about as often: {changed.accuracy:.0%}.",
                reasons.is_as_good,
            ),
            Reason(
                "ReLU keeps much of their order, so {changed.accuracy:.0%} of the answers are still right.",
                reasons.keeps_half,
            ),
            Reason(
                "Few answers survive: {changed.accuracy:.0%} are right instead of {usual.accuracy:.0%}.",
                reasons.loses_half,
            ),
            Reason(
                "Softmax turns large scores into certainty: the mean confidence of wrong answers is "
                "{changed.wrong_confidence:.0%} instead of {usual.wrong_confidence:.0%}.",
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
        "Somebody divides the gray values by 255, and the network’s first layer divides them again. What happens?",
        (
            "Nothing: it is right as often as before",
            "It is right less often, with answers of all kinds",
            "It gives nearly every face the same answer",
        ),
        outcomes.one_answer,
        2,
        "one answer for nearly every face",
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
        outcomes.order,
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
)
"""In the order in which they are offered."""
