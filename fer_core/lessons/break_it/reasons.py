"""Why an experiment came out as it did: sentences, each with the condition on the results under which it is true."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from fer_core.datasets.groups import LEFT_OUT, PLAIN
from fer_core.evaluation.intervals import paired_difference_interval
from fer_core.lessons.break_it.results import SideResult, compared

Condition = Callable[[SideResult, SideResult], bool]
"""Whether something holds for the results of the usual and of the changed side."""

CONCENTRATED = 0.8
"""Share of all answers in one class called "nearly one answer"."""


def always(usual: SideResult, changed: SideResult) -> bool:
    """Hold for every result: a fact about the method, not about these runs."""
    return True


@dataclass(frozen=True)
class Reason:
    """A sentence with its condition.

    Attributes:
        text: May name figures of both sides, such as ``{changed.accuracy:.1%}``.
    """

    text: str
    holds: Condition = always

    def said(self, usual: SideResult, changed: SideResult) -> str:
        """Return the sentence with its figures."""
        return self.text.format(usual=usual, changed=changed)


def one_answer(usual: SideResult, changed: SideResult) -> bool:
    """Whether nearly all faces of the changed side get the same answer."""
    return changed.concentration >= CONCENTRATED


def is_less_sure(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side's mean confidence is clearly lower."""
    return compared(usual.confidence, changed.confidence) == 0


def is_surer_when_wrong(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is clearly more confident in its wrong answers."""
    return compared(usual.wrong_confidence, changed.wrong_confidence) == 2


def keeps_half(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is worse, and still right at least half as often."""
    return not is_as_good(usual, changed) and changed.accuracy >= usual.accuracy / 2


def loses_half(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is right less than half as often."""
    return not is_as_good(usual, changed) and changed.accuracy < usual.accuracy / 2


def is_as_good(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is about as often right, or more often."""
    return compared(usual.accuracy, changed.accuracy) >= 1


def is_worse(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is clearly less often right."""
    return not is_as_good(usual, changed)


def below_guessing(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is right less often than a guess among all classes."""
    return changed.accuracy < 1 / len(changed.class_names)


def mostly_misplaced(usual: SideResult, changed: SideResult) -> bool:
    """Whether most rows of the changed side's matrix have their largest cell off the diagonal."""
    return changed.misplaced_rows > changed.filled_rows / 2


def partly_in_place(usual: SideResult, changed: SideResult) -> bool:
    """Whether some rows of the changed side's matrix keep their largest cell on the diagonal, and some do not."""
    return 0 < changed.misplaced_rows < changed.filled_rows


def learned_nothing(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is hardly better than the most common class, without a breakdown."""
    return changed.learned_nothing and not changed.broke_down


def broke_down(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side's loss was no longer a number."""
    return changed.broke_down


def memorizes(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is clearly better on training faces than on validation."""
    return changed.gap > 0.1


def opens_a_gap(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side runs further ahead on training faces than the usual one."""
    return compared(usual.gap, changed.gap) == 2


def is_slower(usual: SideResult, changed: SideResult) -> bool:
    """Whether an epoch of the changed side takes at least a quarter longer."""
    return changed.epoch_seconds > 1.25 * usual.epoch_seconds > 0


def jumps_more(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side's validation curve goes up and down clearly more."""
    return changed.roughness > usual.roughness + 0.02


def catches_up(usual: SideResult, changed: SideResult) -> bool:
    """Whether common classes are clearly less far ahead on the changed side, and still ahead."""
    return compared(usual.common_lead, changed.common_lead) == 0 and changed.common_lead > 0


def overtakes(usual: SideResult, changed: SideResult) -> bool:
    """Whether common classes are ahead on the usual side, clearly less far on the changed one, and not any more."""
    return compared(usual.common_lead, changed.common_lead) == 0 and usual.common_lead > 0 >= changed.common_lead


def finds_rare(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side recognizes rare classes clearly more often."""
    return compared(usual.rare_recall, changed.rare_recall) == 2


def stopped_early_is_better(usual: SideResult, changed: SideResult) -> bool:
    """Whether an earlier epoch of the changed side was better on validation than the last by over a point."""
    return bool(changed.curve) and changed.best_epoch.val_accuracy > changed.curve[-1].val_accuracy + 0.01


def loss_rises(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side's validation loss ended a tenth or more above its lowest value."""
    losses = np.array([metrics.val_loss for metrics in changed.curve])
    return len(losses) > 0 and bool(losses[-1] > 1.1 * losses.min())


def scores_better(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is clearly more often right on the test faces."""
    return compared(usual.group("test").accuracy, changed.group("test").accuracy) == 2


def flatters(usual: SideResult, changed: SideResult) -> bool:
    """Whether the changed side is clearly more often right on the test faces than on those of validation."""
    return compared(changed.validation.accuracy, changed.group("test").accuracy) == 2


def is_harmed(name: str) -> Condition:
    """Whether the changed side is less often right on a group, by more than chance and than it is on plain people.

    The 95% interval of the paired difference lies below 0.
    """

    def harmed(usual: SideResult, changed: SideResult) -> bool:
        before, after = usual.group(name), changed.group(name)
        if not before.n == after.n > 0:
            return False
        lost, won = (
            sum(a > b for a, b in zip(*pair, strict=True)) for pair in permutations((before.right, after.right))
        )
        spared = usual.group(PLAIN).accuracy - changed.group(PLAIN).accuracy
        highest = paired_difference_interval(lost, won, before.n)[1]
        return highest < 0 and compared(before.accuracy - after.accuracy, spared) == 0

    return harmed


def spares(name: str) -> Condition:
    """Whether the changed side is about as often right on a group, or more often."""
    return lambda usual, changed: compared(usual.group(name).accuracy, changed.group(name).accuracy) >= 1


def harms_some(usual: SideResult, changed: SideResult) -> bool:
    """Whether a group that was left out :func:`is_harmed`."""
    return any(is_harmed(name)(usual, changed) for name in LEFT_OUT)


def is_hidden(usual: SideResult, changed: SideResult) -> bool:
    """Whether a group is harmed, and validation faces are clearly more often right than a group that was left out."""
    worst = min(changed.group(name).accuracy for name in LEFT_OUT)
    return harms_some(usual, changed) and compared(worst, changed.validation.accuracy) == 2
