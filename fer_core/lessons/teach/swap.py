"""A classmate's head on one's own recordings: both answer the same faces."""

from dataclasses import dataclass

import numpy as np

from fer_core.checkpoints.priors import restricted
from fer_core.errors import TeachError
from fer_core.evaluation.intervals import Interval, grouped_difference_interval
from fer_core.evaluation.report import EvaluationReport
from fer_core.lessons.teach.examples import Examples
from fer_core.lessons.teach.head import Head
from fer_core.lessons.teach.teaching import FeatureStore, Taught, answers
from fer_core.storage.plaintext import percent


@dataclass(frozen=True, eq=False)
class Swap:
    """Two heads' answers to the same examples, of the classes that both have.

    Attributes:
        examples: Those of these classes.
        own: The answers of one's own head, each by a head that did not learn from that recording; None without.
        theirs: The answers of the other head.
        interval: Of the difference of the accuracies, theirs less own, by recordings.
    """

    examples: Examples
    own: EvaluationReport | None
    theirs: EvaluationReport
    interval: Interval

    @property
    def in_words(self) -> str:
        """Who is right how often, and whether the difference may be chance."""
        count, theirs = len(self.examples), self.theirs.accuracy
        if self.own is None:
            return f"Their head has {percent(theirs)} accuracy on your {count:,} examples. Train yours to compare."
        low, high = self.interval
        points = 100 * (theirs - self.own.accuracy)
        return (
            f"On the same {count:,} examples, yours has {percent(self.own.accuracy)} accuracy and theirs "
            f"{percent(theirs)}: {points:+.1f} points (95% CI {100 * low:+.1f} to {100 * high:+.1f})."
        )


def compare_heads(store: FeatureStore, examples: Examples, theirs: Head, taught: Taught | None) -> Swap:
    """Let a head answer the examples of the classes it has, beside one's own held-out answers.

    Raises:
        TeachError: It was taught on another network, or has fewer than two of the classes.
    """
    theirs.check_fits(store.checkpoint)
    names = {name.casefold(): name for name in theirs.class_names}
    shared = tuple(one for one in examples.classes if len(one) and one.name.casefold() in names)
    if len(shared) < 2:
        raise TeachError(
            f"Their classes are {', '.join(theirs.class_names)}. Add two of these classes, with examples.",
            is_hint=True,
        )
    part = Examples(shared)
    called = [names[name.casefold()] for name in part.class_names]
    found = theirs.probabilities(store.of(part.images))
    other = answers("theirs", restricted(found, theirs.class_names, called), part)
    own = _own(examples.ready(), part, taught)
    if own is None:
        return Swap(part, None, other, (-1.0, 1.0))
    differences = other.is_right.astype(np.float64) - own.is_right
    return Swap(part, own, other, grouped_difference_interval(differences, part.groups))


def _own(examples: Examples, part: Examples, taught: Taught | None) -> EvaluationReport | None:
    """The held-out answers to a part of the examples; None where there are none of these very examples."""
    if taught is None or taught.held_out is None or not taught.is_of(examples):
        return None
    rows = np.isin(examples.labels, [examples.class_names.index(name) for name in part.class_names])
    known = taught.held_out.probabilities[rows]
    return answers("yours", restricted(known, examples.class_names, part.class_names), part)
