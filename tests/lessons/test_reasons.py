"""No sentence of an explanation is said of results for which it is not true."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets.groups import GROUP_NAMES, LEFT_OUT, PLAIN
from fer_core.lessons.break_it.catalogue import EXPERIMENTS
from fer_core.lessons.break_it.results import Group, SideResult
from fer_core.training.settings.metrics import EpochMetrics

NAMES = ("a", "b", "c")
CLEAR, AT_MOST = 0.05 - 1e-9, 0.05 + 1e-9  # the same difference, 38 and 41 of 60, may be rounded to either side
SHARES, LOSSES = st.floats(0.0, 1.0), st.floats(0.1, 5.0)  # seconds likewise


@st.composite
def sides(draw):
    """What one side of an experiment may leave."""
    rows = draw(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=3, max_size=3))
    curve = tuple(
        EpochMetrics(
            number, 1.0, draw(SHARES), draw(st.floats(0.1, 5.0)), draw(SHARES), 0.4, draw(st.floats(0.1, 9)), 1.0
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    )
    matrix = np.array(rows) + np.eye(3, dtype=int)  # never without a face
    groups = []
    for name in ("test", *GROUP_NAMES):
        first, last = sorted(draw(st.integers(0, 60)) for _ in range(2))
        groups.append(Group(name, tuple(first <= face < last for face in range(60))))
    return SideResult(matrix, NAMES, curve, draw(SHARES), draw(SHARES), draw(st.booleans()), tuple(groups))


def right(side):
    return 0.0 if side.broke_down else np.trace(side.matrix) / side.matrix.sum()


def ahead(side):
    return side.curve[-1].accuracy - side.curve[-1].val_accuracy


def rare(side):
    faces = side.matrix.sum(axis=1)
    few = faces < faces.mean()
    return np.mean(np.diag(side.matrix)[few] / faces[few]) if few.any() else 0.0


def lead(side):
    faces = side.matrix.sum(axis=1)
    common = faces >= faces.mean()
    return np.mean(np.diag(side.matrix)[common] / faces[common]) - rare(side)


def largest_answer(side):
    return side.matrix.sum(axis=0).max() / side.matrix.sum()


def right_of(side, name):
    return next(group.right for group in side.groups if group.name == name)


def share(side, name):
    return np.mean(right_of(side, name))


def is_harmed(name):
    """The difference is beyond chance by McNemar's test, and larger than that of plain people."""

    def holds(u, c):
        falls = share(u, name) - share(c, name)
        lost = sum(a and not b for a, b in zip(right_of(u, name), right_of(c, name), strict=True))
        won = sum(b and not a for a, b in zip(right_of(u, name), right_of(c, name), strict=True))
        beyond_chance = lost > won and (lost - won) ** 2 > 3.84 * (lost + won)
        return falls > share(u, PLAIN) - share(c, PLAIN) + CLEAR and beyond_chance

    return holds


def on_validation(side):
    return np.trace(side.matrix) / side.matrix.sum()


def off_diagonal(side):
    return sum(row.max() > row[i] for i, row in enumerate(side.matrix))


CLAIMS = {
    "are still right": lambda u, c: right(u) / 2 <= right(c) < right(u) - CLEAR,
    "The accuracy falls from": lambda u, c: right(c) < right(u) / 2,
    "is right about as often": lambda u, c: right(c) >= right(u) - AT_MOST,
    "into high confidence": lambda u, c: c.wrong_confidence > u.wrong_confidence + CLEAR,
    "same answer": lambda u, c: largest_answer(c) >= 0.8,
    "low confidence reveals": lambda u, c: c.confidence < u.confidence - CLEAR,
    "its mean confidence is": lambda u, c: c.confidence >= u.confidence - AT_MOST,
    "The matrix shows it": lambda u, c: off_diagonal(c) > 1.5,
    "the same position in both lists": lambda u, c: 0 < off_diagonal(c) < 3,
    "below chance": lambda u, c: right(c) < 1 / 3,
    "predicting the most common class": lambda u, c: right(c) < c.matrix.sum(axis=1).max() / c.matrix.sum() + AT_MOST,
    "memorizes wrong labels": lambda u, c: ahead(c) > 0.1,
    "it overfits": lambda u, c: ahead(c) > 0.1,
    "More faces keep": lambda u, c: ahead(c) > ahead(u) + CLEAR,
    "Early stopping would keep": lambda u, c: max(e.val_accuracy for e in c.curve) > c.curve[-1].val_accuracy,
    "loss rises again": lambda u, c: c.curve[-1].val_loss > min(e.val_loss for e in c.curve),
    "memorizes 400 pictures": lambda u, c: ahead(c) > 0.1,
    "closer to validation": lambda u, c: ahead(u) < ahead(c) - CLEAR,
    "does not improve validation": lambda u, c: right(c) >= right(u) - AT_MOST,
    "became NaN": lambda u, c: c.broke_down,
    "changed the weights so much": lambda u, c: not c.broke_down and largest_answer(c) >= 0.8,
    "an epoch takes": lambda u, c: c.epoch_seconds > u.epoch_seconds,
    "curve jumps": lambda u, c: len(c.curve) > 2,
    "learned less in the same": lambda u, c: right(c) < right(u) - CLEAR,
    "in recall instead of": lambda u, c: -1e-9 < lead(c) < lead(u) - CLEAR,
    "now rare ones are recognized as often": lambda u, c: lead(c) <= min(1e-9, lead(u) - CLEAR) and lead(u) > -1e-9,
    "recall of rare classes rises": lambda u, c: rare(c) > rare(u) + CLEAR,
    "Common classes suffer": lambda u, c: right(c) < right(u) - CLEAR,
    "soon memorized": lambda u, c: ahead(c) > 0.1,
    "Test accuracy: ": lambda u, c: share(c, "test") > share(u, "test") + CLEAR,
    "Validation shows": lambda u, c: share(c, "test") > on_validation(c) + CLEAR,
    "With glasses: ": is_harmed("glasses"),
    "With a beard: ": is_harmed("beard"),
    "With dark skin: ": is_harmed("dark skin"),
    "With all three: ": is_harmed("all three"),
    "of its own kind": lambda u, c: share(c, PLAIN) >= share(u, PLAIN) - AT_MOST,
    "hide the damage": lambda u, c: (
        any(is_harmed(name)(u, c) for name in LEFT_OUT)
        and on_validation(c) > min(share(c, name) for name in LEFT_OUT) + CLEAR
    ),
    "Dark skin alone matters little": lambda u, c: share(c, "dark skin") >= share(u, "dark skin") - AT_MOST,
    "too little to show": lambda u, c: abs(right(c) - right(u)) <= AT_MOST,
}
"""Phrases of the sentences that claim something of these results, and when that is so, worked out anew."""


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.name)
@given(usual=sides(), changed=sides())
def test_no_sentence_is_said_whose_claim_is_false(experiment, usual, changed):
    said = experiment.explain(usual, changed)
    for sentence in said:
        false = [claim for claim, holds in CLAIMS.items() if claim in sentence and not holds(usual, changed)]
        assert not false, (sentence, right(usual), right(changed))
    did_not_show = said[0].startswith("The usual effect did not appear")
    assert did_not_show == (experiment.happened(usual, changed) != experiment.known)


def test_every_conditional_sentence_has_a_claim_that_is_checked():
    """A sentence with a condition or a figure says something of the results."""
    fact = ("are 255 times larger", "nothing crashes", "nearly black", "network is unchanged", "names travel")
    unchecked = [
        reason.text
        for experiment in EXPERIMENTS
        for reason in experiment.why
        if ("{" in reason.text or reason.holds.__name__ != "always")
        and not any(claim in reason.text for claim in CLAIMS)
        and not any(part in reason.text for part in fact)
    ]
    assert unchecked == []


@given(usual=sides(), changed=sides())
def test_figures_in_sentences_are_those_of_the_results(usual, changed):
    """Each percentage in an explanation is a figure of one of the two sides."""
    curves = [*usual.curve, *changed.curve]
    known = {f"{value:.1%}" for e in curves for value in (e.accuracy, e.val_accuracy)}
    for side in (usual, changed):
        figures = [right(side), rare(side), largest_answer(side), side.commonest, on_validation(side)]
        figures += [lead(side), side.confidence, side.wrong_confidence]
        figures += [np.mean(group.right) for group in side.groups]
        known |= {f"{value:.1%}" for value in figures}
    for experiment in EXPERIMENTS:
        for sentence in experiment.explain(usual, changed):
            assert set(re.findall(r"[\d.]+%", sentence)) <= known
