"""A few visitors for some seconds; ``python -m tests.load`` lets fifty in for as long as one likes."""

import socket
from concurrent.futures import ThreadPoolExecutor

from tests.load import PAGES, Log, measure


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_visitors_get_every_page_and_no_error():
    with ThreadPoolExecutor(1) as thread:  # of its own: browser tests leave an event loop in the main one
        figures = thread.submit(measure, free_port(), sessions=4, seconds=25, think=2.0).result()
    assert figures["first_errors"] == []
    assert figures["tracebacks"] == 0
    assert figures["reruns"] >= 8
    assert len(figures["p95_by_page"]) >= 3
    assert figures["p95_seconds"] < 60  # on a machine busy with other tests; the bar is that of the long run
    assert set(figures["p95_by_page"]) <= set(PAGES)


def test_growth_is_measured_after_the_first_third():
    log = Log(memory=[(10.0 * i, (500 << 20) + (i < 20) * i * (50 << 20) + i * (1 << 20)) for i in range(60)])
    assert log.slope() == 6.0
    assert Log().slope() is None
