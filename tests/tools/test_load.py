"""A few visitors for some seconds, alone and beside one who sends many pictures; :mod:`tests.tools.load` does more."""

import socket

import pytest

from tests.tools import quiz_load
from tests.tools.load import PAGES, Log, apart, measure


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.endurance
def test_visitors_get_every_page_and_no_error():
    figures = apart(measure, free_port(), sessions=4, seconds=20, think=2.0, pictures=30)
    beside = figures["beside_one_who_sends"]
    assert figures["first_errors"] == beside["first_errors"] == beside["senders_errors"] == []
    assert beside["sent"]["pictures"] >= 30
    assert beside["sent"]["pictures"] % 30 == 0
    assert beside["reruns"] >= 4
    assert figures["tracebacks"] == 0
    assert figures["reruns"] >= 8
    assert len(figures["p95_by_page"]) >= 3
    assert figures["p95_seconds"] < 60  # on a machine busy with other tests; the bar is that of the long run
    assert set(figures["p95_by_page"]) <= set(PAGES)


@pytest.mark.endurance
def test_a_class_loses_no_vote_and_none_counts_twice():
    figures = apart(quiz_load.measure, free_port(), pupils=8, faces=2)
    assert figures["votes"] == 16
    assert figures["lost_or_double"] == 0


def test_growth_is_measured_after_the_first_third():
    log = Log(memory=[(10.0 * i, (500 << 20) + (i < 20) * i * (50 << 20) + i * (1 << 20)) for i in range(60)])
    assert log.slope() == 6.0
    assert Log().slope() is None
