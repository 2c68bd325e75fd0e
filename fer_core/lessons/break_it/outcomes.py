"""Which of an experiment's choices came true, as its index, from the results of both sides."""

from fer_core.datasets.groups import GROUP_NAMES
from fer_core.lessons.break_it import reasons
from fer_core.lessons.break_it.results import SideResult, compared


def learns(usual: SideResult, changed: SideResult) -> int:
    """0 nothing is learned, 1 less, 2 about as much."""
    if changed.learned_nothing:
        return 0
    return 1 if compared(usual.accuracy, changed.accuracy) == 0 else 2


def wrong_confidence(usual: SideResult, changed: SideResult) -> int:
    """0 less confident where it is wrong, 1 about as confident, 2 more confident."""
    return compared(usual.wrong_confidence, changed.wrong_confidence)


def one_answer(usual: SideResult, changed: SideResult) -> int:
    """0 as often right, 1 less often with several answers, 2 less often with one answer for nearly all faces."""
    if compared(usual.accuracy, changed.accuracy) != 0:
        return 0
    return 2 if reasons.one_answer(usual, changed) else 1


def order(usual: SideResult, changed: SideResult) -> int:
    """0 as often right, 1 about half as often, 2 hardly ever."""
    part = changed.accuracy / max(usual.accuracy, 1e-6)
    return 0 if part > 0.8 else 1 if part > 0.4 else 2


def gap(usual: SideResult, changed: SideResult) -> int:
    """0 the gap is larger without augmentation, 1 about the same, 2 smaller."""
    return 2 - compared(usual.gap, changed.gap)


def epoch_time(usual: SideResult, changed: SideResult) -> int:
    """0 an epoch takes longer, 1 about as long, 2 less long; a quarter is a difference."""
    ratio = changed.epoch_seconds / max(usual.epoch_seconds, 1e-6)
    return 0 if ratio > 1.25 else 1 if ratio > 0.8 else 2


def rare_classes(usual: SideResult, changed: SideResult) -> int:
    """0 the recall of rare classes is nearer to that of common ones, 1 as far behind, 2 further behind."""
    return compared(usual.common_lead, changed.common_lead)


def accuracy(usual: SideResult, changed: SideResult) -> int:
    """0 worse, 1 about the same, 2 better."""
    return compared(usual.accuracy, changed.accuracy)


def leak(usual: SideResult, changed: SideResult) -> int:
    """0 clearly better on the test faces, 1 about as good, 2 worse."""
    return 2 - compared(usual.shares.get("test", 0.0), changed.shares.get("test", 0.0))


def groups(usual: SideResult, changed: SideResult) -> int:
    """0 clearly worse for a group that was left out, 1 about as good for all, 2 worse, for no such group clearly."""
    if reasons.harms_some(usual, changed):
        return 0
    fell = [compared(usual.group(name).accuracy, changed.group(name).accuracy) == 0 for name in GROUP_NAMES]
    return 2 if any(fell) else 1
